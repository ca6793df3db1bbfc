"""The cells of a table's row: what one place says of a run, by the tags of the measures."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from fundsim.analysis.measures import shown_in
from fundsim.analysis.tags import NO_FUND, At, Measure, Place
from fundsim.report.language import Language
from fundsim.report.results import Form, Results
from fundsim.report.wording import has_range


def cells(
    results: Results,
    place: Place,
    say: Language,
    own: Mapping[str, str],
    year: int | None = None,
    without: Collection[str] = (),
    **values: object,
) -> dict[str, str]:
    """The figures of a place by what they are called there, in its order.

    own  measure -> its figure, where the place has its own way with it;  year  of yearly measures
    without  measures that are left out;  values  for what is left open in the words
    """
    return {
        say(at.words, **values): own[m.name]
        if m.name in own and at.statistic != "range" and _says(results, m)
        else cell(results, m, at, say, year)
        for m, at in shown_in(place)
        if m.name not in without
    }


def cell(results: Results, m: Measure, at: At, say: Language, year: int | None = None) -> str:
    """One figure as a table has it: money of a year in thousand euro, and a word where it is not defined."""
    if not _says(results, m):
        return say(m.undefined or NO_FUND)
    if at.statistic == "range":
        return span(results, m, say, year)
    return results.said(m.name, _form(m, say, year), say, at.statistic, year)


def _says(results: Results, m: Measure) -> bool:
    """Whether there is a fund, where the measure tells how often it falls short."""
    how_often = m.kind == "probability" or m.name == "too_small_rate"
    return not how_often or m.says_something(results.world)


def span(results: Results, m: Measure, say: Language, year: int | None = None) -> str:
    """Between what 9 of 10 futures lie; a word where there is no such range."""
    if math.isnan(results.get(m.name, year=year)):
        return results.said(m.name, _form(m, say, year), say, year=year)
    if not has_range(results, m.name, year):
        return say("no range")
    low, high = (_form(m, say, year)(results.get(m.name, p, year)) for p in ("p5", "p95"))
    return say("{low} to {high}", low=low, high=high)


def _form(m: Measure, say: Language, year: int | None) -> Form:
    return say.thousand if year is not None and m.unit.startswith("EUR") else say.form(m.unit)


def to_victims(results: Results, say: Language) -> str:
    """The share of what the fund can pay that reaches victims."""
    spent = results.get("outgo_a_year")
    return say.percent(results.get("benefits_a_year") / spent) if spent else say("nothing is paid")


def received(results: Results, year: int) -> float:
    """What comes in in a year, in euro: all sources, recoveries and returns."""
    return sum(results.get(m, year=year) for m in ("income", "recoveries", "returns"))
