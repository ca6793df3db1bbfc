"""Files of published counts, as `fundsim calibrate` reads them, and the assumptions that come out of them (method §21).

One row a figure: `key`, the number of the scenario that it bears on, `year`, `value`, and `of`, `upto` or `quantile` where the
number needs them.  `<5` is read as 0 to 4; what is blank or `n/a` is left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
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
from fundsim.scenario import numbers
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.files import folder
from fundsim.scenario.schema import FORMS, quantity_at

COLUMNS = ("key", "year", "value", "of", "upto", "quantile", "country", "definition", "source", "note")
NEEDED = ("key", "year", "value")
MOST_BYTES = 1024 * 1024
LEAST_YEARS, LEAST_AMOUNTS = 3, 3  # from which a history, or a spread, can be fitted at all
NOTHING = ("", "n/a", "na", "-", "–", ".")
TOTALS = ("total", "ukupno", "gjithsej", "вкупно", "sum")
FORM_SHARES = "caseload.forms"
ALL_FORMS = ".all"  # of a rate by form, where only all forms together were counted


@dataclass(frozen=True)
class Row:
    """A figure of a file: its line, and what it says.  low, high  equal where it is known"""

    line: int
    key: str
    year: int
    low: float
    high: float
    of: float | None = None
    upto: float | None = None
    quantile: float | None = None
    definition: str = ""
    source: str = ""

    @property
    def value(self) -> float:
        """The number, or the middle of what it may be."""
        return (self.low + self.high) / 2


class Fitted(NamedTuple):
    """An assumption that comes out of counts.  unit  as the key's;  read  of what, in words"""

    key: str
    belief: Range
    unit: str
    sources: tuple[str, ...]
    read: str


@dataclass(frozen=True)
class History:
    """Yearly counts of one key, and what they say of its mean, growth and dispersion."""

    key: str
    counts: tuple[Count, ...]
    fit: Register
    held: tuple[Held, ...]


@dataclass(frozen=True)
class Calibration:
    """What a file of counts says.

    fitted     the assumptions;  forms  shares of the forms of exploitation and the size of the sample, or empty
    histories  yearly counts, with what was held out;  skipped  lines without a number
    year       in whose level the caseload is told
    """

    fitted: tuple[Fitted, ...]
    forms: Mapping[str, float]
    histories: tuple[History, ...]
    skipped: int
    year: int

    def of(self, key: str) -> Range:
        """What is believed of a key; raises KeyError if nothing was fitted."""
        return next(one.belief for one in self.fitted if one.key == key)


def shipped_counts() -> Path:
    """The yearly counts of the six countries."""
    return folder() / "data" / "caseload.csv"


def read_counts(path: Path, country: str | None = None, definition: str | None = None) -> tuple[list[Row], int]:
    """The figures of a file, and how many lines have none.

    country     of which, where the file has several;  definition  of which, where a key is counted in two ways
    Raises `InputError` with all that is wrong, by line.
    """
    lines = _lines(path)
    head, *body = lines
    wrong = _head(path, head)
    if wrong:
        raise InputError(wrong)
    rows: list[Row] = []
    problems: list[Problem] = []
    skipped = 0
    for number, cells in enumerate(body, 2):
        said = {name.strip(): text.strip() for name, text in zip(head, cells, strict=False)}
        if not any(said.values()) or (country and said.get("country", country) != country):
            continue
        if definition and said.get("definition") and said["definition"] != definition:
            continue
        if said["value"].lower() in NOTHING:
            skipped += 1
            continue
        try:
            rows.append(_row(number, said))
        except ValueError as error:
            problems.append(Problem(str(path), str(error), number))
    problems += _mixed(path, rows)
    if country is None:
        found = sorted({cells[head.index("country")] for cells in body} if "country" in head else ())
        if len(found) > 1:
            rule = f"holds {len(found)} countries: {', '.join(found)}; name one with --country"
            problems = [Problem(str(path), rule)]
    if not rows and not problems:
        problems.append(Problem(str(path), "holds no figure" + (f" of {country}" if country else "")))
    if problems:
        raise InputError(problems)
    return rows, skipped


def _lines(path: Path) -> list[list[str]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(Problem(str(path), f"is larger than {MOST_BYTES // 1024} KiB"))
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(Problem(str(path), "is not UTF-8; save the file as UTF-8")) from None
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read ({error.strerror})")) from None
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    lines = [line for line in csv.reader(io.StringIO(text), delimiter=mark)]
    if not lines:
        raise InputError(Problem(str(path), "is empty"))
    return lines


def _head(path: Path, head: Sequence[str]) -> list[Problem]:
    names = [name.strip() for name in head]
    wrong = [
        Problem(str(path), "no such column", 1, name, nearest=nearest(name, COLUMNS))
        for name in names if name not in COLUMNS
    ]  # fmt: skip
    missing = [name for name in NEEDED if name not in names]
    return wrong + [Problem(str(path), "is missing: a column of this name", 1, name) for name in missing]


def _row(line: int, said: Mapping[str, str]) -> Row:
    """One figure; raises ValueError with what is wrong."""
    key = said["key"]
    if said["year"].lower() in TOTALS or key.lower() in TOTALS:
        raise ValueError("is a total of other rows; leave it out")
    plain = key.removesuffix(ALL_FORMS)
    known = key.startswith(f"{FORM_SHARES}.") and key.rpartition(".")[2] in FORMS
    if not known and plain == key and quantity_at(key.split(".")) is None and not _is_duration(key):
        raise ValueError(f"{key}: no such number in a scenario")
    try:
        year = int(said["year"])
    except ValueError:
        raise ValueError(f"year = {said['year']}: must be a calendar year") from None
    low, high = _between(said["value"])

    def number(name: str) -> float | None:
        return numbers.read(said[name], counts=True) if said.get(name) else None

    of, upto, quantile = (number(name) for name in ("of", "upto", "quantile"))
    if of is not None and high > of:
        raise ValueError(f"value = {said['value']}: is more than all of which it is a part (of = {of:g})")
    return Row(
        line, key, year, low, high, of, upto, quantile, said.get("definition", ""), said.get("source", "")
    )


def _between(text: str) -> tuple[float, float]:
    if found := re.fullmatch(r"[<＜]\s*(\d+)", text):
        return 0.0, float(found[1]) - 1
    value = numbers.read(text, counts=True)
    if value < 0:
        raise ValueError(f"value = {text}: must not be below 0")
    return value, value


def _is_duration(key: str) -> bool:
    return quantity_at([*key.split("."), "median"]) is not None and key != "award"


def _mixed(path: Path, rows: Iterable[Row]) -> Iterator[Problem]:
    """Keys that are counted in two ways, and years that stand twice."""
    for key, group in groupby(sorted(rows, key=lambda row: row.key), key=lambda row: row.key):
        found = list(group)
        names = sorted({row.definition for row in found})
        if len(names) > 1:
            rule = f"is counted in {len(names)} ways ({', '.join(name or 'not said' for name in names)}); name one with --definition"
            yield Problem(str(path), rule, found[0].line, key)
            continue
        if any(row.upto is not None or row.quantile is not None for row in found) or _is_amount(key):
            continue
        for year, twice in groupby(sorted(found, key=lambda row: row.year), key=lambda row: row.year):
            lines = [row.line for row in twice]
            if len(lines) > 1:
                yield Problem(str(path), f"stands twice, in line {lines[0]} and here", lines[1], f"{key}, {year}")


def _is_amount(key: str) -> bool:
    quantity = quantity_at(key.split("."))
    return quantity is not None and quantity.unit in ("EUR", "amount")


def calibrate(rows: Sequence[Row], skipped: int = 0, year: int | None = None, hold_out: int | None = None) -> Calibration:
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
            continue
        try:
            fitted += _fit(key, found, last, hold_out, histories)
        except ValueError as error:
            problems.append(Problem("counts", str(error), found[0].line, key))
    if problems:
        raise InputError(problems)
    forms = [row for row in rows if row.key.startswith(f"{FORM_SHARES}.")]
    return Calibration(tuple(fitted), _forms(forms), tuple(histories), skipped, last)


def _fit(key: str, found: Sequence[Row], year: int, hold_out: int | None, histories: list[History]) -> Iterator[Fitted]:
    sources = tuple(dict.fromkeys(row.source for row in found if row.source))
    years = f"{found[0].year}-{found[-1].year}" if found[0].year != found[-1].year else str(found[0].year)
    if _is_duration(key):
        waits = lognormal(_durations(found))
        read = f"shares done by a number of months, {years}"
        yield Fitted(f"{key}.median", waits.median, "months", sources, read)
        yield Fitted(f"{key}.sigma", waits.spread, "log sd", sources, read)
        return
    quantity = quantity_at(key.removesuffix(ALL_FORMS).split("."))
    unit = quantity.unit if quantity is not None else "share"
    if unit == "share":
        parts = [Part(row.year, row.value, row.of) for row in found if row.of]
        if len(parts) < len(found):
            raise ValueError("a share needs `of`, all of which the value is a part")
        read = f"{sum(p.some for p in parts):g} of {sum(p.of for p in parts):g} in {years}"
        if overdispersion(parts) > 1.5:
            read += "; wider, since years differ more than chance allows"
        names = [f"{key.removesuffix(ALL_FORMS)}.{form}" for form in FORMS] if key.endswith(ALL_FORMS) else [key]
        for name in names:
            yield Fitted(name, share(parts), "share", sources, read)
    elif _is_amount(key):
        amounts = _amounts(found)
        if sum(one.count for one in amounts) < LEAST_AMOUNTS:
            raise ValueError(f"needs at least {LEAST_AMOUNTS} amounts to tell how far they lie apart")
        sums, table = lognormal(amounts), key.rpartition(".")[0]
        read = f"{sum(one.count for one in amounts):g} amounts, {years}"
        yield Fitted(f"{table}.median", sums.median, unit, sources, read)
        yield Fitted(f"{table}.p90", sums.p90, unit, sources, read)
    else:
        counts = tuple(Count(row.year, int(row.low), int(row.high)) for row in found)
        if len(counts) < LEAST_YEARS:
            raise ValueError(f"needs at least {LEAST_YEARS} years to tell how it moves")
        history = History(key, counts, register(counts), tuple(_held(counts, hold_out)))
        histories.append(history)
        read = f"{len(counts)} yearly counts, {years}"
        yield Fitted(key, history.fit.level(year), unit, sources, read)
        table = key.rpartition(".")[0]
        if key == "caseload.level":
            yield Fitted(f"{table}.trend", history.fit.trend, "share a year", sources, read)
            yield Fitted(f"{table}.dispersion", history.fit.dispersion, "k", sources, read)


def _held(counts: Sequence[Count], hold_out: int | None) -> list[Held]:
    """The years after the one that is held out, where enough come before it."""
    years = sorted(one.year for one in counts)
    last = hold_out if hold_out is not None else years[-3] if len(years) > LEAST_YEARS + 1 else years[-1]
    if sum(year <= last for year in years) < LEAST_YEARS:
        return []
    return held_out(counts, last)


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
    return [Between(a[1], b[1], of * (b[0] - a[0])) for a, b in zip(edges, edges[1:], strict=False)]


def _durations(found: Sequence[Row]) -> list[Between]:
    """How many of `of` are done between the months that are known."""
    if any(row.upto is None or not row.of for row in found):
        raise ValueError("durations need `upto` (months) and `of`: value of them are done by then")
    ends = sorted((row.upto or 0.0, row.value) for row in found)
    of = max(row.of or 0.0 for row in found)
    edges = [(0.0, 0.0), *ends, (float("inf"), of)]
    return [Between(a[0], b[0], max(b[1] - a[1], 0.0)) for a, b in zip(edges, edges[1:], strict=False)]


def _forms(rows: Sequence[Row]) -> dict[str, float]:
    """Shares of the forms of exploitation, all years together, and the size of a sample that would teach as much."""
    some = {form: sum(row.value for row in rows if row.key == f"{FORM_SHARES}.{form}") for form in FORMS}
    of = sum(some.values())
    if not rows or of <= 0:
        return {}
    by_form = {
        form: [Part(row.year, row.value, row.of) for row in rows if row.key.endswith(f".{form}") and row.of]
        for form in FORMS
    }
    wide = max((overdispersion(parts) for parts in by_form.values() if parts), default=1.0)
    return {**{form: n / of for form, n in some.items()}, "sample_size": of / wide}

