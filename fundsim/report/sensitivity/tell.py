"""`fundsim sensitivity`: on what the answer hangs, and what to find out first."""

from __future__ import annotations

import math

from rich.table import Table

from fundsim.analysis.directions import Sign, signs
from fundsim.analysis.inputs import target
from fundsim.analysis.project import Projection
from fundsim.analysis.sensitivity import Ranking, Swap, ranking, swapped
from fundsim.analysis.tornado import Tornado, tornado
from fundsim.report import wording
from fundsim.report.checks import draws_of
from fundsim.report.deliver import Reply, deliver
from fundsim.report.figures import Picture
from fundsim.report.folder import reserved
from fundsim.report.language import ENGLISH, Language
from fundsim.report.progress import project_with_progress
from fundsim.report.request import Request
from fundsim.report.results import Form
from fundsim.report.screen import belief, input_row, table_of
from fundsim.report.sensitivity.information import information
from fundsim.report.sensitivity.picture import ranking_bars, swap_bars, tornado_bars
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError, Problem, nearest

METHODS = ("ranking", "tornado", "sobol", "evppi", "levers")
REPLICATIONS = {"ranking": 10_000, "tornado": 512, "sobol": 10_000, "evppi": 10_000, "levers": 1024}
SHOWN = 15  # rows of a table on the screen; the files hold all


def print_influence(
    request: Request, method: str, measure: str, prices: tuple[float, float] | None
) -> None:
    """Run one method and print what drives the measure; `evppi` judges a decision instead."""
    if method not in METHODS:
        rule = "must be one of " + ", ".join(METHODS)
        raise InputError(Problem("--method", rule, value=method, nearest=nearest(method, METHODS)))
    draws = draws_of(request, REPLICATIONS[method])
    n, seed, processes = draws.replications, draws.seed, draws.workers
    scenario = load(request.name, request.sets)
    card = ["sensitivity", scenario.name, method]
    with reserved(request.out, card):
        target(
            scenario.world, measure
        )  # a measure that does not exist is told before an hour of work
        note = wording.stamp_of(scenario, seed, n)
        if method == "tornado":
            reply = _tornado(tornado(scenario, measure, n, seed, processes), note)
        elif method == "levers":
            reply = _levers(
                signs([scenario], n, seed, processes), wording.country_and_rest(scenario)
            )
        elif method == "evppi":
            reply = information(scenario, draws, prices, note)
        else:
            [projection] = project_with_progress([scenario], draws)
            found = ranking(projection, measure)
            swap = swapped(projection, measure, workers=processes) if method == "sobol" else None
            reply = _ranking(projection, found, swap, note)
        asked = {"method": method, "measure": measure, "prices": prices}
        deliver(reply, scenario, card, asked, draws, request, method=method)


# --------------------------------------------------------------------------- ranking and Sobol'


def _ranking(projection: Projection, found: Ranking, swap: Swap | None, note: str) -> Reply:
    whole = found.variance.assumptions.value + found.variance.chance.value
    unknown = float(found.variance.assumptions.value / whole)
    half = found.half()
    sentences = [
        f"{wording.title(projection)}: {sentence(found)}",
        f"Of the spread over futures {wording.percent(unknown)} is what nobody knows "
        f"(standard deviation {_size(found, found.sd_assumptions)}), the rest chance "
        f"({_size(found, found.sd_chance)}). "
        f"{wording.percent(found.joint)} of what nobody knows acts only in combination, or cannot be told apart.",
    ]
    if half:
        names = ", ".join(f"{row.input.name} ({row.input.grade})" for row in half)
        sentences.append(f"Half of what single assumptions explain hangs on {len(half)}: {names}.")
    rows = [
        {**input_row(r.input), "share": r.share, "share_low95": r.low95, "share_high95": r.high95,
         "direction": r.direction, "cumulative": r.cumulative, "told_from_0": r.told}
        for r in found.rows
    ]  # fmt: skip
    table = table_of(
        f"What {found.target.measure.label.lower()} hangs on: share of the variance due to assumptions",
        [("Assumption", "left"), ("Value (range) unit", "left"), ("Share", "right"), ("95 %", "right"),
         ("Moves it", "left"), ("Grade", "left"), ("Source", "left")],
    )  # fmt: skip
    for r in [r for r in found.rows if r.told][:SHOWN]:
        table.add_row(
            r.input.name, belief(r.input), wording.percent(max(r.share, 0)),
            f"{100 * r.low95:.0f} to {100 * r.high95:.0f}",
            {1: "up", -1: "down", 0: ""}[r.direction], r.input.grade, r.input.source,
        )  # fmt: skip
    silent = sum(not r.told for r in found.rows)
    table.caption = (
        f"{silent} more have no influence that can be told from none (each form of exploitation counts as one). "
        "No extra futures were run."
    )
    tables, shown = {"ranking": rows}, [table]
    if swap is not None:
        tables["sobol"] = [swap.row(i) for i in range(len(swap.names))]
        shown.append(_swap_table(swap))

    def pictures() -> dict[str, Picture]:
        bars = {"ranking": ranking_bars(found, note)}
        return bars if swap is None else {**bars, "sobol": swap_bars(swap, note)}

    return Reply(sentences, tables, shown, pictures)


def sentence(found: Ranking, say: Language = ENGLISH) -> str:
    """In a sentence: whether the answer hangs on a guess."""
    label, first = say(found.target.measure.label), found.rows[0]
    if not any(row.told for row in found.rows):
        return say("{measure}: no single assumption's influence can be told from 0.", measure=label)
    return say(
        "{measure}: {guess} of what single assumptions explain rests on judgement; the most influential is {key} ({grade}), "
        "with {share} of the variance due to assumptions.",
        measure=label, guess=say.share(found.by_grade["judgement"]), key=first.input.name,
        grade=say(first.input.grade), share=say.share(first.share),
    )  # fmt: skip


def _size(found: Ranking, x: float) -> str:
    if found.target.measure.unit.startswith("EUR"):
        return wording.euro(x)
    return f"{100 * x:.1f} points" if found.target.measure.unit == "share" else f"{x:.3g}"


def _swap_table(swap: Swap) -> Table:
    table = table_of(
        f"Sobol' indices: alone, and with all its combinations ({swap.sets:,} sets exchanged one at a time)",
        [("Assumption", "left"), ("First order", "right"), ("95 %", "right"), ("Total", "right"),
         ("95 %", "right"), ("Total with chance", "right")],
    )  # fmt: skip
    for i, name in enumerate(swap.names):
        row = swap.row(i)
        table.add_row(
            name, _index(row["first"]), f"{row['first_low95']:.2f} to {row['first_high95']:.2f}",
            _index(row["total"]), f"{row['total_low95']:.2f} to {row['total_high95']:.2f}",
            _index(row["total_with_chance"]),
        )  # fmt: skip
    return table


def _index(x: float | str) -> str:
    """An index; an estimate a little below nothing is nothing."""
    return f"{max(float(x), 0.0):.2f}"


# ------------------------------------------------------------------------------------- tornado


def _tornado(found: Tornado, note: str) -> Reply:
    form = form_of(found.target.measure.unit)
    first = [bar for bar in found.bars if bar.width > 0][:1]
    sentences = [
        f"{wording.country_and_rest(found.scenario)}: {found.target.measure.label.lower()} is "
        f"{form(found.centre.value)} with every assumption at its central value (chance alone varies)."
    ]
    if first:
        bar = first[0]
        sentences.append(
            f"The widest bar is {bar.input.name} ({bar.input.grade}): {form(bar.at_low)} at "
            f"{wording.number(bar.input.low)}, {form(bar.at_high)} at {wording.number(bar.input.high)} {bar.input.unit}."
        )
    if len(first) == 0 or sum(bar.width > 0 for bar in found.bars) < 3:
        sentences.append(
            "Few bars move it: around central values a rare event hardly happens. --method ranking looks at "
            "all futures instead."
        )
    rows = [
        {**input_row(b.input), "at_low": b.at_low, "at_high": b.at_high, "centre": found.centre.value,
         "change_low": b.change_low.value, "change_low_mc_error": b.change_low.mc_error,
         "change_high": b.change_high.value, "change_high_mc_error": b.change_high.mc_error,
         "both_one_way": b.both_one_way}
        for b in found.bars
    ]  # fmt: skip
    table = table_of(
        "One assumption at its low and its high, all others at their value, the same chance",
        [("Assumption", "left"), ("Value (range) unit", "left"), ("At low", "right"), ("At high", "right"),
         ("Width", "right"), ("Grade", "left"), ("Note", "left")],
    )  # fmt: skip
    for b in [b for b in found.bars if b.width > 0][:SHOWN]:
        table.add_row(
            b.input.name, belief(b.input), form(b.at_low), form(b.at_high), form(b.width), b.input.grade,
            "not monotone" if b.both_one_way else "",
        )  # fmt: skip
    return Reply(
        sentences, {"tornado": rows}, [table], lambda: {"tornado": tornado_bars(found, note)}
    )


def form_of(unit: str, say: Language = ENGLISH) -> Form:
    """How figures of a unit are written."""
    if unit.startswith("EUR"):
        return say.euro
    if unit == "share":
        return say.percent
    return say.months if unit == "months" else lambda x: f"{x:,.4g}"


# -------------------------------------------------------------------------------------- levers


def _levers(found: list[Sign], title: str) -> Reply:
    against = [f for f in found if f.verdict == "against expectation"]
    sentences = [
        f"{title}: {len({f.lever.name for f in found})} levers, each moved alone by the step beside it, "
        f"on the same futures; {len(against)} of {len(found)} effects go against expectation."
    ]
    rows = [
        {"lever": f.lever.name, "step": f.lever.step, "measure": f.target.name, "expected": f.expected,
         "before": _known(f.before), "after": _known(f.after), "change": _known(f.change.value),
         "mc_error": f.change.mc_error, "verdict": f.verdict, "reason": f.reason}
        for f in found
    ]  # fmt: skip
    table = table_of(
        "Does each lever do what it should?",
        [("Lever", "left"), ("Step", "left"), ("Measure", "left"), ("Expected", "left"), ("Before", "right"),
         ("After", "right"), ("Verdict", "left"), ("Why", "left")],
    )  # fmt: skip
    for f in found:
        form = form_of(f.target.measure.unit)
        figures = ["not defined" if math.isnan(x) else form(x) for x in (f.before, f.after)]
        table.add_row(
            f.lever.name, f.lever.step, f.target.name, f.expected, *figures, f.verdict, f.reason,
        )  # fmt: skip
    return Reply(sentences, {"levers": rows}, [table], dict)


def _known(x: float) -> float | None:
    return None if math.isnan(x) else x
