"""The assumptions that come out of published counts, and how well years that were held out are told (method §21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from fundsim.analysis.calibrate import (
    Between,
    Count,
    Held,
    Part,
    Range,
    Register,
    held_out,
    lognormal,
    overdispersion,
    register,
    share,
)
from fundsim.analysis.counts import FORM_SHARES, Row, kind_of
from fundsim.scenario.assumption import Grade
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import FORMS, quantity_at

LEAST_YEARS, LEAST_AMOUNTS = 3, 3  # from which a history, or a spread, can be fitted at all
NO_LEVEL = "a level cannot be fitted; such counts say that it is low, but not how low; write the level as an assumption of your own"
WIDER = 1.5  # times the variance of chance, from which it is told


class Fitted(NamedTuple):
    """An assumption that comes out of counts.

    unit  as the key's;  read  of what, in words;  carried  on to a year that was not counted, in words, or empty
    """

    key: str
    belief: Range
    unit: str
    sources: tuple[str, ...]
    read: str
    carried: str = ""

    @property
    def grade(self) -> Grade:
        """What is read of the years counted is data; what is carried on to another year is partly so."""
        return "partly" if self.carried else "data"


@dataclass(frozen=True)
class History:
    """Yearly counts of one key, and what they say of its mean, growth and dispersion."""

    key: str
    counts: tuple[Count, ...]
    fit: Register
    held: tuple[Held, ...]

    def carried(self, year: int) -> str:
        """From which year counted the fit goes on to one outside them, in words; empty for a year among them."""
        first = min(one.year for one in self.counts)
        last = max(one.year + one.years - 1 for one in self.counts)
        if year > last:
            return f"carried on from {last}, the last year counted, to {year}"
        return (
            f"carried back from {first}, the first year counted, to {year}" if year < first else ""
        )


@dataclass(frozen=True)
class Calibration:
    """What a file of counts says.

    fitted     the assumptions;  forms  shares of the forms of exploitation and the size of the sample, or empty
    forms_from their sources
    histories  yearly counts, with what was held out;  skipped  lines without a number
    year       in whose level the caseload is told
    """

    fitted: tuple[Fitted, ...]
    forms: Mapping[str, float]
    forms_from: tuple[str, ...]
    histories: tuple[History, ...]
    skipped: int
    year: int

    def of(self, key: str) -> Range:
        """What is believed of a key; raises KeyError if nothing was fitted."""
        return next(one.belief for one in self.fitted if one.key == key)


def calibrate(
    rows: Sequence[Row],
    skipped: int = 0,
    year: int | None = None,
    hold_out: int | None = None,
) -> Calibration:
    """What the figures say.

    year      in whose level the caseload is told: the last one counted without it
    hold_out  last year that is fitted to where later ones are predicted; the last two are, without it
    Raises `InputError` where there is too little to fit.
    """
    fitted: list[Fitted] = []
    histories: list[History] = []
    problems: list[Problem] = []
    last = year or max((row.year for row in rows), default=0)
    for key, group in groupby(sorted(rows, key=lambda row: row.key), key=lambda row: row.key):
        found = sorted(group, key=lambda row: (row.year, row.line))
        if key.startswith(f"{FORM_SHARES}."):
            if any(not row.of for row in found):
                rule = "a share needs `of`, all of which the value is a part"
                problems.append(Problem(found[0].file, rule, found[0].line, key))
            continue
        try:
            fitted += _fit(key, found, last, hold_out, histories)
        except ValueError as error:
            problems.append(Problem(found[0].file, str(error), found[0].line, key))
    if problems:
        raise InputError(problems)
    forms = [row for row in rows if row.key.startswith(f"{FORM_SHARES}.")]
    cited = tuple(dict.fromkeys(row.source for row in forms if row.source))
    return Calibration(tuple(fitted), _forms(forms), cited, tuple(histories), skipped, last)


def _fit(
    key: str, found: Sequence[Row], year: int, hold_out: int | None, histories: list[History]
) -> Iterator[Fitted]:
    sources = tuple(dict.fromkeys(row.source for row in found if row.source))
    years = (
        f"{found[0].year}-{found[-1].year}"
        if found[0].year != found[-1].year
        else str(found[0].year)
    )
    match kind_of(key):
        case "duration":
            waits = lognormal(_durations(found))
            read = f"shares done by a number of months, {years}"
            yield Fitted(f"{key}.median", waits.median, "months", sources, read)
            yield Fitted(f"{key}.sigma", waits.spread, "log sd", sources, read)
        case "share":
            parts = [Part(row.year, row.value, row.of) for row in found if row.of]
            if len(parts) < len(found):
                raise ValueError("a share needs `of`, all of which the value is a part")
            read = f"{sum(p.some for p in parts):g} of {sum(p.of for p in parts):g} in {years}"
            if overdispersion(parts) > WIDER:
                read += "; wider, since years differ more than chance allows"
            yield Fitted(key, share(parts), "share", sources, read)
        case "amount":
            amounts, table = _amounts(found), key.rpartition(".")[0]
            n = sum(one.count for one in amounts)
            if n < LEAST_AMOUNTS:
                raise ValueError(
                    f"needs at least {LEAST_AMOUNTS} amounts to tell how far they lie apart"
                )
            sums, read = lognormal(amounts), f"{n:g} amounts, {years}"
            unit = _unit(key)
            yield Fitted(f"{table}.median", sums.median, unit, sources, read)
            yield Fitted(f"{table}.p90", sums.p90, unit, sources, read)
        case _:
            counts = tuple(Count(row.year, int(row.low), int(row.high), row.years) for row in found)
            if len(counts) < LEAST_YEARS:
                raise ValueError(f"needs at least {LEAST_YEARS} years to tell how it moves")
            if not _some(counts):
                each = "is 0" if not any(one.high for one in counts) else "is 0 or may be 0"
                raise ValueError(f"every count {each}: {NO_LEVEL}")
            history = History(key, counts, register(counts), tuple(_held(counts, hold_out)))
            histories.append(history)
            read = f"{len(counts)} yearly counts, {years}"
            carried = history.carried(year)
            yield Fitted(key, history.fit.level(year), _unit(key), sources, read, carried)
            table = key.rpartition(".")[0]
            if key == "caseload.level":
                for name, belief in (
                    ("trend", history.fit.trend),
                    ("dispersion", history.fit.dispersion),
                ):
                    yield Fitted(
                        f"{table}.{name}", belief, _unit(f"{table}.{name}"), sources, read, carried
                    )


def _unit(key: str) -> str:
    quantity = quantity_at(key.split("."))
    return "" if quantity is None else quantity.unit


def _held(counts: Sequence[Count], hold_out: int | None) -> list[Held]:
    """The years after the one that is held out, where enough come before it."""
    counts = [one for one in counts if one.years == 1]
    years = sorted(one.year for one in counts)
    last = (
        hold_out
        if hold_out is not None
        else years[-3]
        if len(years) > LEAST_YEARS + 1
        else years[-1]
    )
    known = [one for one in counts if one.year <= last]
    if len(known) < LEAST_YEARS or not _some(known):
        return []
    return held_out(counts, last)


def _some(counts: Sequence[Count]) -> bool:
    """Whether any count is surely above 0: without one, how low the level is, is told by the grid and not by the counts."""
    return any(one.low > 0 for one in counts)


def _amounts(found: Sequence[Row]) -> list[Between]:
    """Amounts one by one, or how many of `of` lie between the quantiles that are known."""
    if all(row.quantile is None for row in found):
        return [Between(row.value, row.value, 1.0) for row in found]
    if any(row.quantile is None or not 0 < row.quantile < 1 for row in found):
        raise ValueError("either each amount, or each with its quantile between 0 and 1")
    of = max((row.of or 0.0) for row in found)
    if of <= 0:
        raise ValueError("quantiles need `of`, the number of amounts that they are of")
    ends = sorted((row.quantile or 0.0, row.value) for row in found)
    edges = [(0.0, 0.0), *ends, (1.0, float("inf"))]
    return [Between(a[1], b[1], of * (b[0] - a[0])) for a, b in pairwise(edges)]


def _durations(found: Sequence[Row]) -> list[Between]:
    """How many of `of` are done between the months that are known."""
    if any(row.upto is None or not row.of for row in found):
        raise ValueError("durations need `upto` (months) and `of`: value of them are done by then")
    ends = sorted((row.upto or 0.0, row.value) for row in found)
    of = max(row.of or 0.0 for row in found)
    edges = [(0.0, 0.0), *ends, (float("inf"), of)]
    return [Between(a[0], b[0], max(b[1] - a[1], 0.0)) for a, b in pairwise(edges)]


def _forms(rows: Sequence[Row]) -> dict[str, float]:
    """Shares of the forms of exploitation, all years together, and the size of a sample that would teach as much."""
    by_form = {
        form: [
            Part(row.year, row.value, row.of)
            for row in rows
            if row.key.endswith(f".{form}") and row.of
        ]
        for form in FORMS
    }
    of = {form: sum(part.of for part in parts) for form, parts in by_form.items()}
    shares = {
        form: sum(part.some for part in parts) / of[form] if of[form] else 0.0
        for form, parts in by_form.items()
    }
    total = sum(shares.values())
    if total <= 0:
        return {}
    wide = max((overdispersion(parts) for parts in by_form.values() if parts), default=1.0)
    return {
        **{form: x / total for form, x in shares.items()},
        "sample_size": max(of.values()) / wide,
    }
