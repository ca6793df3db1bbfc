"""Scenarios at the ends of what may be said, put through every command and page: `make hostile`.

Nothing, one, certain, impossible, the least and the most of each key, few futures.  What comes out is either refused,
with the key that is wrong, or right: no traceback, no nan, no word of Python, no wait of nobody, no negative money.

    python -m tests.hostile --scenarios 500 --seed 1     # all
    python -m tests.hostile --only 37                    # one of them again
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import random
import re
import shlex
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, get_args
from unittest import mock

from fundsim import cli
from fundsim.analysis.project import project
from fundsim.report.brief.gather import LEAST
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import countries, shipped
from fundsim.scenario.labels import choices, fields, is_set_alone
from fundsim.scenario.resolved import resolved_toml
from fundsim.scenario.schema import quantity_of
from fundsim.scenario.sizes import most_cases
from fundsim.validation.worlds import CHANGES, random_values, text_of
from tests.hostile_texts import wrong_in_files, wrong_in_json, wrong_in_text

MOST_WORK = 20_000  # victims in all futures of one run
FUTURES = (1, 2, 3, 10, 16, 64)
MEASURES = (
    "due_a_year",
    "share_paid_with",
    "share_paid_without",
    "months_to_payment_with",
    "received_with",
)
METHODS = ("ranking", "tornado", "sobol", "evppi", "levers")
ALONE = ("run", "explain", "sensitivity", "solve")  # commands that tell of no other design
FINDS = ("paid", "refused", "waiting", "capped", "set_off", "never_claims", "offender_pays")
SMALL = ("time.horizon_years=3", "time.runoff_years=2", "time.history_years=2", "caseload.level=6")
# what makes nobody of somebody, often several at once
NOBODY = (
    "caseload.level=0", "caseload.level.value=0", "fund.take_up.rate=0", "fund.decision.approval_rate=0", "pathway.prosecuted_rate=0",
    "pathway.conviction_rate=0", "pathway.criminal_award_rate=0", "pathway.civil_suit_rate=0", "enforcement.failure_rate=1",
    "enforcement.recovered_rate=0", "income.budget.amount=0", "fund.opening_capital=0", "fund.amount.fixed=0", "time.horizon_years=1",
    "fund.eligible.adults=false", "fund.eligible.children=false", "fund.payment.yearly_limit=0", "caseload.level=0.1",
    "fund.entry_point=none", "fund.costs.caseworker_a_year=0", "fund.costs.office_a_year=0", "time.runoff_years=0", "time.history_years=0",
)  # fmt: skip


REFUSALS = Counter[str]()


@dataclass(frozen=True)
class Case:
    """A hostile scenario.  name, sets  as `load` takes them;  replications  futures;  seed"""

    name: str
    sets: tuple[str, ...]
    replications: int
    seed: int

    @property
    def options(self) -> list[str]:
        """As a command takes it, without the scenario."""
        sets = [part for text in self.sets for part in ("--set", text)]
        return [*sets, *self.draws, "--workers", "1"]

    @property
    def draws(self) -> list[str]:
        """How many futures, and from which seed."""
        return ["-n", str(self.replications), "--seed", str(self.seed)]


@dataclass(frozen=True)
class Outcome:
    """What came of one run of a command, or of one page.  wrong  what should not be; empty: right, or refused"""

    command: str
    refused: bool = False
    wrong: str = ""


# ------------------------------------------------------------------------------- scenarios


@cache
def extremes() -> dict[str, tuple[str, ...]]:
    """Every key that is set alone, with the texts of its ends: a new key stands here by itself."""
    found: dict[str, tuple[str, ...]] = {}
    always, at_times = random_values()
    usual = always | at_times
    for key, value, field in fields(load("serbia+mixed_financing").world):
        if not is_set_alone(key, field):
            continue
        said = tuple(map(text_of, dict.fromkeys(usual.get(key, ()))))
        if quantity := quantity_of(field):
            ends = [quantity.least, quantity.most]
            inside = [x for x in (0, 1, 1e-9, 0.5, 2) if quantity.least <= x <= quantity.most]
            certain = getattr(value, "value", 1.0)
            ranges = [f"{{ value = {m:g}, low = {lo:g}, high = {hi:g} }}"
                      for lo, m, hi in ((ends[0], certain, ends[1]), (certain, certain, certain), (ends[0], ends[0], certain))]  # fmt: skip
            found[key] = (*(f"{x:g}" for x in (*ends, *inside)), *said)
            unit = f'unit = "{quantity.unit}", source = "judgement"'
            found[key] += tuple(text.replace(" }", f", {unit} }}") for text in ranges)
        elif isinstance(value, bool):
            found[key] = ("true", "false")
        elif words := choices(field):
            found[key] = words
        else:
            bounds = [_bound(field, name) for name in ("ge", "le")]
            whole = [str(x) for x in (*bounds, 0, 1, 2) if x is not None]
            found[key] = (*whole, *said)
    return found


def _bound(field: Any, name: str) -> Any:
    """The least or most that a whole number may be."""
    inner = [m for a in get_args(field.annotation) for m in getattr(a, "__metadata__", ())]
    parts = [part for one in (*field.metadata, *inner) for part in (one, *getattr(one, "metadata", ()))]  # fmt: skip
    return next((x for part in parts if (x := getattr(part, name, None)) is not None), None)


def case(seed: int, number: int) -> Case:
    """The scenario of this number: the same on every machine."""
    dice = random.Random(f"{seed} {number}")
    policy = dice.choice(("", *shipped("policy"), "tariff", "status_fixed"))
    changes = dice.sample(CHANGES, dice.choice((0, 0, 0, 1, 1, 2)))
    name = "+".join([dice.choice(countries()), *filter(None, (policy, *changes))])
    ends = extremes()
    keys = dice.sample(sorted(ends), dice.choice((0, 1, 2, 3, 5)))
    sets = {key: dice.choice(ends[key]) for key in keys}
    for text in dice.sample(NOBODY, dice.choice((0, 1, 1, 2))):
        key, _, value = text.partition("=")
        sets.setdefault(key, value)
    for text in SMALL:
        key, _, value = text.partition("=")
        if key not in sets and f"{key}.value" not in sets:
            sets[key] = value
    texts = tuple(f"{key}={value}" for key, value in sets.items())
    return _small_enough(Case(name, texts, dice.choice(FUTURES), dice.choice((0, 1, 7, 2**62))))


def _small_enough(one: Case) -> Case:
    """The same, with fewer futures where there are too many victims for a sweep of minutes."""
    try:
        victims = most_cases(load(one.name, one.sets).world)
    except InputError:
        return one
    if victims > MOST_WORK:  # even one future is too many
        return replace(one, sets=tuple(s for s in one.sets if not s.startswith("caseload.")))
    return replace(one, replications=min(one.replications, max(1, int(MOST_WORK / (victims + 1)))))


# ------------------------------------------------------------------------------- commands


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
    lever = dice.choice(("contribution", "capital", "tariff", "fund.take_up.rate"))
    between = ["--between", "0.1", "0.9"] if "." in lever else []
    return ["solve", one.name, "--for", lever, "--solvent", "0.5", *between, *_enough(one).options, *_written(dice, out)]  # fmt: skip


def _sensitivity(one: Case, dice: random.Random, out: Path) -> list[str]:
    measure, method = dice.choice((*MEASURES, "ruin")), dice.choice(METHODS)
    several = replace(
        one, replications=one.replications * dice.choice((1, 4, 16))
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
    """With as many futures as a briefing asks for, where there are few victims; else it is refused."""
    few = most_cases(load(one.name, one.sets).world) * LEAST < 10 * MOST_WORK
    return replace(one, replications=LEAST) if few else one


Arguments = Callable[[Case, random.Random, Path], list[str]]
COMMANDS: dict[str, Arguments] = {
    "run": _run, "runs": _run_many, "compare": _compare, "solve": _solve, "sensitivity": _sensitivity, "stress": _stress,
    "region": _region, "brief": _brief, "sweep": _sweep, "trace": _trace, "check": _check, "explain": _explain, "show": _show,
    "diff": _diff,
}  # fmt: skip


def tried(one: Case, command: str, dice: random.Random) -> Outcome:
    """One command with one scenario."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        try:
            arguments = COMMANDS[command](one, dice, out)
        except InputError as error:
            return Outcome(command, refused=True, wrong=_told_badly(error.message()))
        said, complained = io.StringIO(), io.StringIO()
        line = f"fundsim {shlex.join(arguments)}"
        outcome = Outcome(line)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained), warnings.catch_warnings():  # fmt: skip
                warnings.simplefilter("error")
                cli.app(arguments, standalone_mode=False)
        except InputError as error:
            return replace(outcome, refused=True, wrong=_told_badly(error.message()))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return replace(outcome, wrong="".join(traceback.format_exception(error)[-6:]))
        text, nobody = said.getvalue(), command in ALONE and paid_nobody(one)
        found = [*wrong_in_files(out, nobody)]
        if "--json" in arguments:
            found += wrong_in_json(text, nobody)
        else:
            found += wrong_in_text(
                text + complained.getvalue(), nobody, command not in ("run", "solve", "trace")
            )
        return replace(outcome, wrong="\n".join(dict.fromkeys(found)))


def _told_badly(message: str) -> str:
    """Why a refusal is none that a person can mend."""
    REFUSALS[re.sub(r"[0-9][0-9.,e+]*", "#", message)[:90]] += 1
    return "" if len(message) > 10 and "Traceback" not in message else f"refused with: {message!r}"


@cache
def paid_nobody(one: Case) -> bool:
    """Whether nobody is paid by anybody: a wait of 0 months is then a wait of nobody."""
    try:
        [found] = project([load(one.name, one.sets)], one.replications, one.seed, 1)
    except Exception:
        return True
    return not found.column("paid_with" if "paid_with" in found else "paid_without").sum()


# ------------------------------------------------------------------------------- pages


def looked_at(one: Case, page: str) -> Outcome:
    """One page of the dashboard with one scenario, as a visitor sees it."""
    from streamlit.testing.v1 import AppTest

    from fundsim.app import sidebar
    from fundsim.app.choice import Choice, Design, is_value
    from tests.test_dashboard_language import said

    country, *rest = one.name.split("+")
    policy = next((r for r in rest if r in shipped("policy")), load(country).world.country.default_policy)  # fmt: skip
    additions = tuple(sorted(r for r in rest if r not in shipped("policy")))
    sets = tuple(sorted(tuple(text.split("=", 1)) for text in one.sets if is_value(text.split("=", 1)[1])))  # fmt: skip
    chosen = Choice(country, Design(policy, additions, sets), page=page, replications=one.replications, seed=one.seed % 2**53)  # type: ignore[arg-type]  # fmt: skip
    outcome = Outcome(f"page {page}: {chosen}")
    dashboard = str(Path(__file__).parents[1] / "dashboard.py")
    try:
        with mock.patch.object(sidebar, "SIZES", (*FUTURES, 500)), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            app = AppTest.from_file(dashboard, default_timeout=600)
            app.session_state["choice"] = chosen
            app.run()
    except Exception as error:
        return replace(outcome, wrong="".join(traceback.format_exception(error)[-6:]))
    if app.exception:
        trace = "\n".join(app.exception[0].stack_trace[-6:])
        return replace(outcome, wrong=f"{app.exception[0].message}\n{trace}")
    refused = any(box.value for box in app.error)
    found = wrong_in_text(
        "\n".join(said(app)), page not in ("countries", "what_if") and paid_nobody(one), True
    )
    return replace(outcome, refused=refused, wrong="\n".join(dict.fromkeys(found)))


# ------------------------------------------------------------------------------- the sweep


def outcomes(one: Case, number: int, most: int = 2) -> Iterator[Outcome]:
    """A scenario through `run`, through some other commands and a page, each in its turn."""
    from fundsim.app.pages import pages

    dice = random.Random(f"{number} commands")
    names, places = [name for name in COMMANDS if name != "run"], list(pages())
    yield tried(one, "run", dice)
    for turn in range(most):
        yield tried(one, names[(number * most + turn) % len(names)], dice)
    yield looked_at(one, places[number % len(places)])


def shrunk(one: Case, number: int, bad: Outcome) -> Case:
    """The same without the values that are not needed for a command to fail as it did."""
    name, last = bad.command.split()[1], bad.wrong.strip().splitlines()[-1]

    def fails(smaller: Case) -> bool:
        again = tried(smaller, name, random.Random(f"{number} commands"))
        return bool(again.wrong) and again.wrong.strip().splitlines()[-1] == last

    for text in one.sets:
        smaller = replace(one, sets=tuple(s for s in one.sets if s != text))
        if text not in SMALL and fails(smaller):
            one = smaller
    return one


def main() -> int:
    """Sweep, print what is wrong so that it can be repeated, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--scenarios", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--only", type=int, help="number of the only one")
    parser.add_argument("--refusals", action="store_true", help="how often what was refused")
    asked = parser.parse_args()
    numbers = range(asked.first, asked.first + asked.scenarios) if asked.only is None else [asked.only]  # fmt: skip
    logging.disable(logging.WARNING)  # Streamlit warns that it runs without a browser
    counts, bad, began = Counter[str](), 0, time.monotonic()
    spent, then = defaultdict[str, float](float), time.process_time()
    for done, number in enumerate(numbers, 1):
        one = case(asked.seed, number)
        for outcome in outcomes(one, number):
            name = " ".join(
                outcome.command.split()[
                    : 2 if outcome.command.startswith(("fundsim", "page")) else 1
                ]
            )
            state = "wrong" if outcome.wrong else "refused" if outcome.refused else "right"
            counts[f"{name.rstrip(':'):24} {state}"] += 1
            spent[name.rstrip(":")] += time.process_time() - then
            then = time.process_time()
            if outcome.wrong:
                bad += 1
                print(f"--- {number}: {outcome.command}\n{outcome.wrong}", flush=True)
        if done % 50 == 0:
            print(f"{done} of {len(numbers)} scenarios, {sum(counts.values())} runs, {bad} wrong", flush=True)  # fmt: skip
    for message, count in REFUSALS.most_common() if asked.refusals else ():
        print(f"{count:6} {message}")
    for line, count in sorted(counts.items()):
        print(f"{line:40} {count:6}")
    for name, seconds in sorted(spent.items(), key=lambda one: -one[1]):
        print(f"{name:24} {seconds:6.1f} s")
    print(f"{len(numbers)} scenarios, {sum(counts.values())} runs, {bad} wrong, {time.monotonic() - began:.0f} s")  # fmt: skip
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
