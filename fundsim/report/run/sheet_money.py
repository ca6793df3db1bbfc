"""The money of a run, year by year: cost, balances, income by source, costs by kind."""

from __future__ import annotations

from typing import Any

from fundsim.analysis.measures import EUR, REAL
from fundsim.analysis.tags import Measure
from fundsim.report.figures import BLUE, KIND_LABELS, PALETTE
from fundsim.report.results import Results
from fundsim.report.wording import RECEIPTS
from fundsim.report.workbook_labels import (
    ERROR,
    FINER,
    MEAN,
    RANGE,
    STATISTICS,
    form_of,
    measures,
    shown,
    unit_text,
)
from fundsim.report.workbook_parts import NAME, Chart, Number, Series, Sheet, Table

BASES = (
    "Means over futures. Nominal: money of each year; the other columns are in euro of one year, without inflation. The "
    "sheet yearly has the ranges of all sources together and of the cost paid."
)
Parts = dict[str, str]  # measure -> what it is called


def yearly_sheet(results: Results) -> Sheet:
    """Each year's cost, balances and probability of a shortfall; without a fund, what reforms cost the state."""
    world = results.world
    columns: dict[str, list[Number]] = {}
    for m in shown(results, "sheet by year"):
        unit, statistics = unit_text(m.unit, world), STATISTICS
        if m.kind == "probability":
            unit, statistics = "share of futures", {"mean": "mean", "mc_error": ERROR}
        for statistic, text in statistics.items():
            columns[f"{m.label} ({unit}), {text}"] = _of_years(results, m, statistic)
    bands = [_band("Cash at year end"), _band("Cost due")] if results.world.has_fund else []
    return Sheet([Table(_by_year(results, columns), notes=[MEAN, RANGE], charts=bands)], frozen=1)


def income_sheet(results: Results) -> Sheet:
    """Mean income by source and year."""
    world = results.world
    parts = {
        f"income.{name}": s.label
        for name, s in sorted(world.income.items())
        if world.ever_in_force(name)
    }
    parts |= _occurring(results, RECEIPTS)
    totals = {"income": "All sources together"}
    return _stack(results, parts, totals, "Income by source, mean over futures")


def costs_sheet(results: Results) -> Sheet:
    """Mean cost paid by kind and year."""
    kinds = {"benefits": "benefits", **{k: f"cost.{k}" for k in KIND_LABELS if k != "benefits"}}
    parts = _occurring(results, {measure: KIND_LABELS[kind] for kind, measure in kinds.items()})
    totals = {"outgo": "Cost paid"}
    totals |= _occurring(results, {"repayments": "Advances repaid", "lapsed": "Budget returned unspent"})  # fmt: skip
    return _stack(results, parts, totals, "Cost paid by kind, mean over futures")


def _of_years(results: Results, m: Measure, statistic: str) -> list[Number]:
    years = results.projection.years()
    form = form_of(m.unit, [results.get(m.name, statistic, year) for year in years])
    form = FINER.get(form, form) if statistic == "mc_error" else form
    return [Number(results.values.get((m.name, year, statistic)), form) for year in years]


def _by_year(results: Results, columns: dict[str, list[Number]]) -> list[dict[str, Any]]:
    return [
        {"Year": Number(year, NAME), **{head: column[place] for head, column in columns.items()}}
        for place, year in enumerate(results.projection.years())
    ]


def _band(what: str) -> Chart:
    """A measure year by year: the middle future, and between what 9 of 10 futures lie."""
    series = tuple(
        Series(f"{what} (EUR, nominal), {text}", text, BLUE, light=s != "p50")
        for s, text in reversed(STATISTICS.items())
        if s != "mean"
    )
    title = f"{what}: median, and 9 of 10 futures between the broken lines"
    alt = f"{title}, by year; the numbers are in the table above."
    return Chart("lines", title, alt, "Year", series, "Year", "EUR, nominal")


def _occurring(results: Results, parts: Parts) -> Parts:
    """Those that are not 0 in every year."""
    years = results.projection.years()
    return {m: text for m, text in parts.items() if any(results.get(m, year=y) for y in years)}


def _stack(results: Results, parts: Parts, totals: Parts, title: str) -> Sheet:
    """Means by year, nominal and, where the measure has it, in euro of the price year; the chart stacks the parts."""
    world, known = results.world, measures(results)
    texts = _told_apart({**parts, **totals})
    heads = {m: f"{text} ({unit_text(EUR, world)})" for m, text in texts.items()}
    heads |= {
        f"{m}_real": f"{text} ({unit_text(REAL, world)})"
        for m, text in texts.items()
        if f"{m}_real" in known
    }
    columns = {head: _of_years(results, known[m], "mean") for m, head in heads.items()}
    series = tuple(
        Series(heads[m], texts[m], PALETTE[place % len(PALETTE)], light=place >= len(PALETTE))
        for place, m in enumerate(parts)
    )
    alt = f"{title}, stacked for each year; the numbers are in the table above."
    chart = Chart("columns", title, alt, "Year", series, "Year", "EUR, nominal")
    charts = [chart] if series else []
    return Sheet([Table(_by_year(results, columns), notes=[BASES], charts=charts)], frozen=1)


def _told_apart(texts: Parts) -> Parts:
    """Those that are called the same get their names behind: else one column would hide the other."""
    called = list(texts.values())
    return {m: f"{text} ({m})" if called.count(text) > 1 else text for m, text in texts.items()}
