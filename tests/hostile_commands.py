"""Every command, with options drawn by dice, for a hostile scenario."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fundsim.scenario.compose import load
from fundsim.scenario.files import countries, shipped
from fundsim.scenario.resolved import resolved_toml
from fundsim.validation.worlds import CHANGES
from tests.hostile_cases import Case, extremes

MEASURES = (
    "due_a_year",
    "share_paid_with",
    "share_paid_without",
    "months_to_payment_with",
    "received_with",
)
METHODS = ("ranking", "tornado", "sobol", "evppi", "levers")
FEW = 64  # futures of a briefing
FINDS = ("paid", "refused", "waiting", "capped", "set_off", "never_claims", "offender_pays")


def _run(one: Case, dice: random.Random, out: Path) -> list[str]:
    extra = dice.choice(([], ["--json"], ["--out", str(out)], ["--json", "--out", str(out)]))
    return ["run", one.name, *one.options, *extra]


def _run_many(one: Case, dice: random.Random, out: Path) -> list[str]:
    other = f"{one.name.split('+')[0]}+{dice.choice(('status_fixed', 'no_fund', 'full_judgment'))}"
    names = [one.name, *([other] if other != one.name else [])]
    return [dice.choice(("run", "compare")), *names, *one.options, *_written(dice, out)]


def _compare(one: Case, dice: random.Random, out: Path) -> list[str]:
    change = dice.choice([c for c in CHANGES if c not in one.name.split("+")])
    return ["compare", one.name, f"{one.name}+{change}", *one.options, *_written(dice, out)]


def _solve(one: Case, dice: random.Random, out: Path) -> list[str]:
    lever = dice.choice(("contribution", "capital", "tariff", "fund.take_up.unassisted_rate"))
    between = ["--between", "0.1", "0.9"] if "." in lever else []
    return ["solve", one.name, "--for", lever, "--solvent", "0.5", *between, *_enough(one).options, *_written(dice, out)]  # fmt: skip


def _sensitivity(one: Case, dice: random.Random, out: Path) -> list[str]:
    measure, method = dice.choice((*MEASURES, "ruin")), dice.choice(METHODS)
    several = replace(
        one, replications=one.replications * dice.choice((1, 16))
    )  # most methods refuse few
    return ["sensitivity", one.name, "--method", method, "--measure", measure, *several.options, *_written(dice, out)]  # fmt: skip


def _stress(one: Case, dice: random.Random, out: Path) -> list[str]:
    return ["stress", one.name, *one.options, *_written(dice, out)]


def _region(one: Case, dice: random.Random, out: Path) -> list[str]:
    rest = "".join(f"+{part}" for part in one.name.split("+")[1:])
    names = [f"{country}{rest}" for country in dice.sample(countries(), dice.choice((1, 2, 3)))]
    return ["region", *names, "--solvent", "0.5", *_enough(one).options, *_written(dice, out)]


def _brief(one: Case, dice: random.Random, out: Path) -> list[str]:
    kind = dice.choice(("docx", "html", "html", "docx", "docx", "pdf"))
    others = dice.choice(([], [f"{one.name.split('+')[0]}+status_fixed"]))
    names = [one.name, *(name for name in others if name != one.name)]
    out.mkdir()
    language = dice.choice(("en", "en", "sr-Latn"))
    more = ["--solvent", "0.5", "--date", "2026-11-29", "--lang", language]
    return [
        "brief",
        *names,
        "--out",
        str(out / f"brief.{kind}"),
        *more,
        *_for_a_briefing(one).options,
    ]


def _sweep(one: Case, dice: random.Random, out: Path) -> list[str]:
    country, *rest = one.name.split("+")
    policies = [r for r in rest if r in shipped("policy")] or ["default"]
    kinds = {kind: [r for r in rest if r in shipped(kind)] or ["none"] for kind in ("reform", "stress")}  # fmt: skip
    goal = dice.choice(('least = "due_a_year"', 'most = "share_paid_with"', 'least = "months_to_payment_with"', 'least = "due_a_year:p95"'))  # fmt: skip
    limit = dice.choice(("", "[best.require]\nshare_paid_with = { at_least = 0.1 }\n"))
    out.mkdir()
    plan = out / "plan.toml"
    said = {
        "question": "?", "countries": list(dict.fromkeys([country, dice.choice(countries())])),
        "policies": list(dict.fromkeys([*policies, "status_fixed"])),
        "reforms": list(dict.fromkeys(["none", "+".join(kinds["reform"])])),
        "stresses": ["+".join(kinds["stress"])], "set": list(one.sets), "replications": one.replications, "seed": one.seed % 2**62,
        "measures": [*MEASURES, "ruin"],
    }  # fmt: skip
    lines = [f"{key} = {json.dumps(value)}" for key, value in said.items()]
    plan.write_text("\n".join([*lines, "[best]", goal, limit]), encoding="utf-8")
    return ["sweep", str(plan), "--out", str(out / "results"), "--workers", "1"]


def _trace(one: Case, dice: random.Random, out: Path) -> list[str]:
    options = one.options[: one.options.index("-n")]
    find = dice.choice(([], ["--find", dice.choice(FINDS)], ["--case", "1"]))
    extra = dice.choice(([], ["--json"]))
    return ["trace", one.name, *options, "--seed", str(one.seed), *find, *extra]


def _check(one: Case, dice: random.Random, out: Path) -> list[str]:
    return ["check", _own(one, out)]


def _explain(one: Case, dice: random.Random, out: Path) -> list[str]:
    key = dice.choice(sorted(extremes()))
    return ["explain", _own(one, out), key, *one.draws]


def _show(one: Case, dice: random.Random, out: Path) -> list[str]:
    return ["show", one.name, *one.options[: one.options.index("-n")]]


def _diff(one: Case, dice: random.Random, out: Path) -> list[str]:
    change = dice.choice([c for c in CHANGES if c not in one.name.split("+")])
    return ["diff", own := _own(one, out), f"{own}+{change}", *one.draws, "--workers", "1"]


def _own(one: Case, out: Path) -> str:
    """The scenario as a file of its own, for commands that take no --set."""
    out.mkdir()
    text = resolved_toml(load(one.name, one.sets))
    (out / "own.toml").write_text(text, encoding="utf-8")
    return str(out / "own.toml")


def _written(dice: random.Random, out: Path) -> list[str]:
    return dice.choice(([], ["--json"], ["--out", str(out)]))


def _enough(one: Case) -> Case:
    """With as many futures as it takes to speak of half of them; at times with too few."""
    return replace(one, replications=max(one.replications, 10)) if one.replications > 1 else one


def _for_a_briefing(one: Case) -> Case:
    """With as many futures as a briefing asks for in a sweep, which has less time than a ministry."""
    return replace(one, replications=FEW)


Arguments = Callable[[Case, random.Random, Path], list[str]]
COMMANDS: dict[str, Arguments] = {
    "run": _run, "runs": _run_many, "compare": _compare, "solve": _solve, "sensitivity": _sensitivity, "stress": _stress,
    "region": _region, "brief": _brief, "sweep": _sweep, "trace": _trace, "check": _check, "explain": _explain, "show": _show,
    "diff": _diff,
}  # fmt: skip
