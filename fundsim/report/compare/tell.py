"""`fundsim compare`: variants beside a first scenario, future by future."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fundsim.analysis.compare import Difference, compare
from fundsim.analysis.measures import MEASURES, shown_in
from fundsim.analysis.project import Projection
from fundsim.analysis.question import not_asked
from fundsim.report import shortage, wording
from fundsim.report.checks import draws_of
from fundsim.report.deliver import command_of, notes_of, save_answer
from fundsim.report.folder import reserved
from fundsim.report.language import ENGLISH, Language, capital
from fundsim.report.progress import project_with_progress
from fundsim.report.request import Request
from fundsim.report.results import Form, said
from fundsim.report.screen import console_for_tables
from fundsim.scenario.compose import Scenario, law_in_force, load_all
from fundsim.scenario.errors import InputError, Problem

LABELS = {m.name: m.label for m in MEASURES}


def forms(say: Language = ENGLISH) -> dict[str, Form]:
    """The measures that are shown, in their order, each with how its figures are written."""
    return {m.name: say.form(m.unit) for m, _ in shown_in("compare")}


def print_comparison(request: Request) -> None:
    """Project scenarios on common random numbers and print how each differs from the first."""
    scenarios = load_all(request.names, request.sets)
    if len(scenarios) == 1:  # a proposal alone is set against the law in force
        scenarios = [law_in_force(scenarios[0]), *scenarios]
    _refuse(scenarios)
    draws, out = draws_of(request, scenarios=len(scenarios)), request.out
    with reserved(out, _card(scenarios)):
        projections = project_with_progress(scenarios, draws)
        differences = compare(projections, yearly=out is not None)
        whole = [d for d in differences if d.year is None]
        if request.as_json:
            data = {"scenarios": [s.name for s in scenarios], "seed": draws.seed, "replications": draws.replications,
                    "differences": [plain(d) for d in whole]}  # fmt: skip
            sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
        else:
            console = console_for_tables()
            for variant in projections[1:]:
                own = [d for d in whole if d.scenario == variant.scenario.name]
                _print_variant(console, projections[0], variant, own)
            _print_footnotes(console, projections)
        if out is not None:
            from fundsim.report.compare.picture import difference_fan

            tables = {"differences": [plain(d) for d in differences]}
            figures = {"difference_fan": difference_fan(projections)}
            command = command_of("compare", request, draws)
            save_answer(
                out, _card(scenarios), wording.stamp(projections[0]), command, tables, figures
            )
            if not request.as_json:
                Console().print(f"Data and figures: {out}", markup=False, highlight=False)


def _card(scenarios: list[Scenario]) -> list[str]:
    return ["compare", *(s.name for s in scenarios)]


def _refuse(scenarios: list[Scenario]) -> None:
    first, *variants = scenarios
    for number, variant in enumerate(variants):
        if variant.hash in {s.hash for s in scenarios[: number + 1]}:
            rule = "is the same as an earlier scenario: there is nothing to compare"
            raise InputError(Problem(variant.name, rule))
        if variant.world.country.code != first.world.country.code:
            rule = f"is another country than {first.name}: their cases are not the same"
            raise InputError(Problem(variant.name, rule))


def plain(d: Difference) -> dict[str, Any]:
    """A difference as a row of a file: None for what is not defined."""
    finite = {
        k: v if not isinstance(v, float) or np.isfinite(v) else None for k, v in asdict(d).items()
    }
    return {**finite, "within_noise": d.within_noise}


def _print_variant(
    console: Console, first: Projection, variant: Projection, found: list[Difference]
) -> None:
    means = {d.measure: d for d in found if d.statistic == "mean"}
    shown = [(name, form) for name, form in forms().items() if name in means]
    a, b = (wording.title(p) for p in (first, variant))
    console.print()
    console.print(Text(f"{b}, beside {a}", style="bold underline"))
    for sentence in shortage.budgets([first.scenario, variant.scenario]):
        console.print(Text(sentence, style="dim"))
    left_out = not_asked(first.scenario.world, variant.scenario.world)
    for sentence in [*sentences(means, not_asked=left_out), *apart(found)]:
        console.print(Text(sentence))
    table = Table(header_style="bold")
    for name, justify in (("Measure, mean over futures", "left"), ("First", "right"),
                          ("Variant", "right"), ("Change, 95 % interval", "right"),
                          ("Better in", "right"), ("Worse in", "right"), ("Noise cut", "right")):  # fmt: skip
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for name, form in shown:
        d = means[name]
        table.add_row(
            LABELS[name], said(d.first, name, form), said(d.second, name, form), changed(d, form), of_futures(d.better),
            of_futures(d.worse), _pairing(d),
            style="dim" if d.same else None,
        )  # fmt: skip
    console.print(table)
    console.print(Text(_noise(list(means.values()), first.replications), style="dim"))


def changed(d: Difference, form: Form, say: Language = ENGLISH) -> str:
    """A change with its interval, or that there is none.  form  of `forms` in the same language"""
    if not d.defined:
        return say("not defined")
    if d.same:
        return say("none, in any future")
    if d.mc_error is None:
        return say("no error to be had")
    half = wording.precision_half(d.mc_error)
    if form == say.percent:
        text = say(
            "{change} ± {error} points", change=_signed(100 * d.change, say), error=say.fixed(100 * half)
        )  # fmt: skip
    elif form == say.whole:
        text = say("{change} ± {error}", change=_signed(d.change, say), error=say.fixed(half))
    elif form == say.months:
        text = say(
            "{change} ± {error} months", change=_signed(d.change, say), error=say.fixed(half)
        )
    else:
        sign = "+" if d.change > 0 else "−"
        change = f"{sign}{form(abs(d.change))}"
        if abs(d.change) < 0.005 and form == say.euro:
            change = say("below {amount}", amount=form(0.01))
        text = f"{change} ± {form(round(half) if half >= 10 else half)}"
    return say("{change} (within noise)", change=text) if d.within_noise else text


def _signed(x: float, say: Language) -> str:
    """With a sign and one decimal; what would read as nothing is said to be small."""
    if x and abs(x) < 0.05:
        return say("below {share}", share=say.fixed(0.1))
    return ("+" if x >= 0 else "−") + say.fixed(abs(x))


def sentences(
    means: dict[str, Difference], say: Language = ENGLISH, not_asked: str = ""
) -> list[str]:
    """What changes, in plain words; only what the run can tell apart.  not_asked  a measure that is left out"""
    return [f"{capital(changes(means, say, not_asked))}."]


def apart(found: Sequence[Difference]) -> list[str]:
    """What a difference in cost hides: payments to victims of other crimes, and what the state bears beside the fund."""
    mean = {d.measure: (d.first, d.second) for d in found if d.statistic == "mean"}
    cost, owed, beside = (mean[m] for m in ("due_a_year", "due_others_a_year", "state_cost_a_year"))
    others, own = map(_euros, (owed, (cost[0] - owed[0], cost[1] - owed[1])))
    state, whole = map(_euros, (beside, (cost[0] + beside[0], cost[1] + beside[1])))
    told = []
    if any(owed):
        told.append(
            f"Without what is owed to victims of other crimes ({others[0]} a year in the first, {others[1]} here) the fund costs "
            f"{own[0]} a year in the first and {own[1]} here."
        )
    if state[0] != state[1]:
        told.append(
            f"The state bears {state[0]} a year beside the fund in the first and {state[1]} here: with it the cost is {whole[0]} "
            f"and {whole[1]} a year."
        )
    return told


def _euros(both: tuple[float, float]) -> tuple[str, str]:
    return wording.euro(both[0]), wording.euro(both[1])


def changes(means: dict[str, Difference], say: Language = ENGLISH, not_asked: str = "") -> str:
    """The same as what may stand within a sentence: clauses, without a full stop."""
    if all(d.mc_error is None for d in means.values() if d.defined):
        return say("so few futures cannot tell a change from noise")
    told = []
    for m in MEASURES:
        d = means.get(m.name)
        if d is None or d.same or d.within_noise or not m.if_more or m.name == not_asked:
            continue
        change = _size(abs(d.change), m.unit, say)
        if change == _size(0.0, m.unit, say):  # real, and too small to be written
            continue
        text = m.if_less if d.change < 0 else m.if_more
        told.append(say(text, change=change))
    nothing = say("no headline figure changes by more than the noise of the simulation")
    return "; ".join(told) or nothing


def _size(x: float, unit: str, say: Language) -> str:
    return say.fixed(100 * x) if unit == "share" else say.form(unit)(x)


def _pairing(d: Difference) -> str:
    """By how much pairing lowers the noise of a change, and the most that it could."""
    if d.pairing is None or d.pairing_most is None:
        return ""
    return f"{_times(d.pairing)} × ({_times(d.pairing_most)})"


def _times(x: float) -> str:
    return "over 1,000" if x > 1000 else f"{x:,.1f}" if x < 10 else f"{x:,.0f}"


def of_futures(share: float | None, say: Language = ENGLISH) -> str:
    """A share of futures; empty where neither lower nor higher is better."""
    return "" if share is None else say.percent(share)


def _noise(means: list[Difference], n: int) -> str:
    cuts = [d.noise_cut for d in means if d.noise_cut is not None and not d.same]
    text = (
        f"{n:,} futures, the same victims, prices and chances in both. Better in, worse in: share of futures. "
        "Within noise: the run cannot tell the two apart."
    )
    if cuts:
        text += (
            " Noise cut: how many times the variance of the change would be if the two had different draws; in brackets the "
            "most that common draws can do for two figures that spread so differently. Independent runs of this program, "
            "whose futures are stratified in themselves, would need "
            f"{np.median(cuts):,.1f} times as many futures for the same error, in the middle of {len(cuts)} measures."
        )
    return text


def _print_footnotes(console: Console, projections: list[Projection]) -> None:
    for note in notes_of([p.scenario for p in projections]):
        console.print(Text(note))
    world = projections[0].scenario.world
    if world.country.footnote:
        console.print(Text(world.country.footnote))
    console.print(Text(wording.stamp(projections[0]), style="dim"))
