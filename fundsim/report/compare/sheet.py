"""The workbook of several runs: their headlines side by side, and how variants differ from the first of their country."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from fundsim.analysis.compare import Difference, compare
from fundsim.analysis.measures import shown_in
from fundsim.report import wording
from fundsim.report.results import Results
from fundsim.report.workbook import workbook
from fundsim.report.workbook_labels import (
    ERROR,
    FINER,
    FORMULAS,
    MEAN,
    STATISTICS,
    figures,
    footnotes,
    form_of,
    label,
    measures,
    unit_text,
)
from fundsim.report.workbook_parts import PERCENT, Number, Sheet, Table

PAIRED = (
    "The same futures in both: the same victims, prices and chances, so that most noise cancels. 95 % interval: of the simulation "
    "alone. Better in, worse in: share of futures; empty where neither lower nor higher is better, and for percentiles. Within noise: the run "
    "cannot tell the two apart."
)
APART = (
    "Scenarios of different countries have draws of their own: their differences are not paired."
)


def runs_workbook(runs: Sequence[Results]) -> bytes:
    """The bytes of the workbook of several runs; no sheet of differences where no two are of one country."""
    sheets = {"side by side": side_by_side_sheet(runs)}
    if (differences := comparison_sheet(runs)) is not None:
        sheets["comparison"] = differences
    card = {run.projection.scenario.name: wording.stamp(run.projection) for run in runs}
    card |= {
        f"{run.projection.scenario.name}, command": wording.command(run.projection) for run in runs
    }
    return workbook(sheets, card)


def side_by_side_sheet(runs: Sequence[Results]) -> Sheet:
    """The mean of each headline measure in each run, with its Monte Carlo error."""
    rows: list[dict[str, Any]] = []
    for m, _ in shown_in("sheet"):
        row: dict[str, Any] = {"Measure": m.label, "Unit": m.unit}
        for run in runs:
            scenario, says = (
                run.projection.scenario,
                m.says_something(run.projection.scenario.world),
            )
            cells = figures(run, m, {"mean": scenario.name}) if says else {}
            row |= {
                scenario.name: cells.get(scenario.name),
                f"{scenario.name}, {ERROR}": cells.get(ERROR),
            }
        rows.append({**row, "Name": m.name})
    return Sheet([Table(rows, notes=[MEAN, APART, FORMULAS, *footnotes(runs)])], frozen=1)


def comparison_sheet(runs: Sequence[Results]) -> Sheet | None:
    """Every measure of each later run beside the same of the first of its country; None if there is no such pair."""
    firsts: dict[str, Results] = {}
    rows = []
    for run in runs:
        first = firsts.setdefault(run.world.country.code, run)
        if first is not run:
            rows += _beside(first, run)
    return Sheet([Table(rows, notes=[PAIRED, *footnotes(runs)])], frozen=1) if rows else None


def _beside(first: Results, run: Results) -> list[dict[str, Any]]:
    world, known = run.world, measures(run)
    rows = []
    for d in compare([first.projection, run.projection]):
        form = form_of(d.unit, [x for x in (d.first, d.second) if not math.isnan(x)])
        fine = FINER.get(form, form)
        sure = d.mc_error is not None
        rows.append({
            "Measure": label(known[d.measure]), "Unit": unit_text(d.unit, world), "Figure": STATISTICS[d.statistic],
            "Scenario": d.scenario, "Beside the first": first.projection.scenario.name,
            "Of the first": _number(d.first, form), "Of the scenario": _number(d.second, form),
            "Change": _number(d.change, fine), "95 % interval, low": Number(d.low95 if sure else None, fine),
            "95 % interval, high": Number(d.high95 if sure else None, fine), ERROR: Number(d.mc_error, fine),
            "Better in (share of futures)": Number(d.better, PERCENT),
            "Worse in (share of futures)": Number(d.worse, PERCENT), "Reading": _reading(d), "Name": d.measure,
        })  # fmt: skip
    return rows


def _number(x: float, form: str) -> Number:
    return Number(None if math.isnan(x) else x, form)


def _reading(d: Difference) -> str:
    if d.same:
        return "the same in every future"
    if not d.defined:
        return "not defined"
    if d.mc_error is None:
        return "no error to be had"
    return "within noise" if d.within_noise else "lower" if d.change < 0 else "higher"
