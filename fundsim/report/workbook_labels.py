"""What the sheets of a workbook have in common: which figures, what they are called, how they look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fundsim.analysis.measures import EUR, REAL, named, shown_in
from fundsim.analysis.tags import Measure, Place
from fundsim.report.figures import GROUP_LABELS
from fundsim.report.results import Results
from fundsim.report.workbook_parts import (
    CENTS,
    FINE,
    FINE_PERCENT,
    PERCENT,
    SHARE,
    TENTHS,
    WHOLE,
    Number,
)
from fundsim.scenario.schema import World

STATISTICS = {"mean": "mean", "p5": "5th percentile", "p50": "median", "p95": "95th percentile"}
ERROR = "Monte Carlo error"
FINER = {PERCENT: FINE_PERCENT, TENTHS: CENTS, SHARE: FINE}  # an error has a digit more
MEAN = (
    "Mean: over all futures; of a ratio, the ratio of the sums. Monte Carlo error: one standard error of the mean; simulating "
    "again would move it by about as much."
)
RANGE = "5th to 95th percentile: 9 of 10 futures lie between, chance and assumptions together."
FORMULAS = "Each measure's formula stands in docs/data_dictionary.md under its name."


def shown(results: Results, place: Place) -> list[Measure]:
    """The measures of a sheet that say something about a run: all of them, or those that are not the fund's."""
    return [m for m, _ in shown_in(place) if m.says_something(results.world)]


def measures(results: Results) -> dict[str, Measure]:
    """The measures of a run by their names."""
    return {m.name: m for m in named(results.projection)}


def label(m: Measure) -> str:
    """What a measure is called, and of which group or part it is."""
    part = m.name.partition(".")[2]
    if part in GROUP_LABELS:
        return f"{m.label.removesuffix(', by group')}: {GROUP_LABELS[part].lower()}"
    return m.label


def unit_text(unit: str, world: World) -> str:
    """A unit as it stands in a head: EUR of 2025."""
    texts = {EUR: "EUR, nominal", REAL: f"EUR of {world.time.price_year}",
             "local currency nominal": f"{world.country.currency}, nominal"}  # fmt: skip
    return texts.get(unit, unit)


def form_of(unit: str, values: Iterable[float | None]) -> str:
    """How figures of one kind look: all alike, by the largest of them."""
    if "EUR" in unit or "currency" in unit:
        largest = max((abs(x) for x in values if x is not None), default=0.0)
        return WHOLE if largest >= 100 or largest == 0 else CENTS if largest >= 1 else SHARE
    return {"share": PERCENT, "months": TENTHS, "persons": TENTHS}.get(unit, CENTS)


def figures(
    results: Results, m: Measure, statistics: Mapping[str, str], year: int | None = None
) -> dict[str, Number]:
    """Some statistics of a measure and its Monte Carlo error, by what they are called; empty where there is none.

    statistics  name -> what it is called
    """
    found = {s: results.values.get((m.name, year, s)) for s in statistics}
    form = form_of(m.unit, found.values())
    error = results.values.get((m.name, year, "mc_error"))
    cells = {statistics[s]: Number(x, form) for s, x in found.items()}
    return {**cells, ERROR: Number(error, FINER.get(form, form))}


def footnotes(runs: Sequence[Results]) -> list[str]:
    """The footnotes of the runs' countries, each once."""
    texts = (run.world.country.footnote for run in runs)
    return [text for text in dict.fromkeys(texts) if text]
