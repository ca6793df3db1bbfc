"""Files of published counts, as `fundsim calibrate` reads them (method §21).

One row a figure: `key`, the number of the scenario that it bears on, `year`, `value`, and `of`, `upto` or `quantile` where the
number needs them.  `<5` is read as 0 to 4, `<=5` as 0 to 5 and, of a count, `5-9` as 5 to 9; what is blank or `n/a` is left
out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from fundsim.scenario import numbers
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.files import countries, folder
from fundsim.scenario.schema import FORMS, assumptions, quantity_at

COLUMNS = (
    "key",
    "year",
    "value",
    "of",
    "upto",
    "quantile",
    "country",
    "definition",
    "source",
    "note",
)
NEEDED = ("key", "year", "value")
MOST_BYTES = 1024 * 1024
MOST = 1e9  # a count, an amount or a duration
MOST_SHOWN = 40  # characters of a cell that is wrong
COUNTED = ("persons a year", "events a year", "claims a year")  # units of what is counted in a year
NOTHING = ("", "n/a", "na", "-", "–", ".")
TOTALS = ("total", "ukupno", "gjithsej", "вкупно", "sum")
FORM_SHARES = "caseload.forms"
MAY_STAND = (
    "a number, `<5` (0 to 4), `<=5` (0 to 5) or, for a count, `5-9`; blank or n/a if there is none"
)


@dataclass(frozen=True)
class Row:
    """A figure of a file: its line, and what it says.

    low, high  equal where it is known;  years  that it is the sum of, the first one its year;  file  where it stands
    """

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
    years: int = 1
    file: str = ""

    @property
    def value(self) -> float:
        """The number, or the middle of what it may be."""
        return (self.low + self.high) / 2


def shipped_counts() -> Path:
    """The yearly counts of the six countries."""
    return folder() / "data" / "caseload.csv"


def read_counts(
    path: Path, country: str | None = None, definition: str | None = None
) -> tuple[list[Row], int]:
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
        said = dict.fromkeys(COLUMNS, "")
        said |= {name.strip(): text.strip() for name, text in zip(head, cells, strict=False)}
        if not any(said.values()) or (country and said["country"] not in ("", country)):
            continue
        if said["value"].lower() in NOTHING:
            skipped += 1
            continue
        try:
            rows.append(replace(_row(number, said), file=str(path)))
        except ValueError as error:
            problems.append(Problem(str(path), str(error), number))
    rows = _of_definition(rows, definition)
    problems += _mixed(path, rows)
    if country is None:
        found = sorted(
            {cells[head.index("country")] for cells in body} if "country" in head else ()
        )
        if len(found) > 1:
            rule = f"holds {len(found)} countries: {', '.join(found)}; name one with --country"
            problems = [Problem(str(path), rule)]
    if not rows and not problems:
        problems.append(
            Problem(str(path), "holds no figure" + (f" of {country}" if country else ""))
        )
    if problems:
        raise InputError(problems)
    return rows, skipped


def _of_definition(rows: Sequence[Row], definition: str | None) -> list[Row]:
    """Of a key that is counted in several ways the rows of one definition; of any other all."""
    ways: dict[str, set[str]] = {}
    for row in rows:
        ways.setdefault(row.key, set()).add(row.definition)
    return [
        row
        for row in rows
        if definition in (None, row.definition) or definition not in ways[row.key]
    ]


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
    lines = list(csv.reader(io.StringIO(text), delimiter=mark))
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
    return wrong + [
        Problem(str(path), "is missing: a column of this name", 1, name) for name in missing
    ]


def _row(line: int, said: Mapping[str, str]) -> Row:
    """One figure; raises ValueError with what is wrong."""
    key = said["key"]
    if said["year"].lower() in TOTALS or key.lower() in TOTALS:
        raise ValueError("is a total of other rows; leave it out")
    known = key.startswith(f"{FORM_SHARES}.") and key.rpartition(".")[2] in FORMS
    kind = "form" if known else kind_of(key)
    if not kind:
        near = nearest(key, _fittable())
        hint = f"; did you mean '{near}'?" if near else ""
        raise ValueError(f"{key}: nothing that published counts can tell{hint}")
    span = re.fullmatch(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?", said["year"])
    if not span or int(span[2] or span[1]) < int(span[1]):
        raise ValueError(f"year = {said['year']}: must be a calendar year, or two: 2023-2024")
    year, years = int(span[1]), int(span[2] or span[1]) - int(span[1]) + 1
    low, high = _between(said["value"], kind)

    def number(name: str) -> float | None:
        return _number(name, said[name], "must be a number") if said[name] else None

    of, upto, quantile = (number(name) for name in ("of", "upto", "quantile"))
    if kind == "count" and not (low.is_integer() and high.is_integer()):
        raise ValueError(f"value = {said['value']}: must be a whole number of them")
    if (kind == "amount" and low <= 0) or (upto is not None and upto <= 0):
        raise ValueError("an amount, and a number of months, must be above 0")
    if of is not None and kind != "amount" and high > of:
        raise ValueError(
            f"value = {said['value']}: is more than all of which it is a part (of = {of:g})"
        )
    return Row(
        line,
        key,
        year,
        low,
        high,
        of,
        upto,
        quantile,
        said["definition"],
        said["source"],
        years,
    )


def _between(text: str, kind: str) -> tuple[float, float]:
    """The least and the most that a value may be; raises ValueError with what may be written."""
    if found := re.fullmatch(r"(?:[<＜]\s*=|[≤⩽])\s*(\d+)", text):
        low, high = 0.0, float(found[1])
    elif found := re.fullmatch(r"[<＜]\s*(\d+)", text):
        if int(found[1]) < 1:
            raise ValueError(f"value = {text}: nothing is below 0")
        low, high = 0.0, float(found[1]) - 1
    elif kind == "count" and (found := re.fullmatch(r"(\d+)\s*[-–]\s*(\d+)", text)):
        low, high = float(found[1]), float(found[2])
        if low > high:
            raise ValueError(f"value = {text}: the first number must not be above the second")
    else:
        low = high = _number("value", text, f"must be {MAY_STAND}")
    if not 0 <= low <= high <= MOST:
        raise ValueError(f"value = {text}: must lie between 0 and {MOST:.0e}")
    return low, high


def _number(name: str, text: str, rule: str) -> float:
    """The number of a cell; raises ValueError that names the column, the text and what is wrong."""
    try:
        return numbers.read(text, counts=True)
    except ValueError as error:
        asked = numbers.misread(text, counts=True)  # one of two numbers is meant
        found = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
        raise ValueError(f"{name} = {found}: {error if asked else rule}") from None


def kind_of(key: str) -> str:
    """What published figures tell of a key: count, share, amount or duration; empty if they tell nothing of it."""
    quantity, table = quantity_at(key.split(".")), key.rpartition(".")[0]
    if quantity is None:
        return "duration" if _unit(f"{key}.median") == "months" and _unit(f"{key}.sigma") else ""
    if quantity.unit in COUNTED:
        return "count"
    if quantity.unit == "share" and quantity.scale == "logit":
        return "share"
    spread = key.endswith(".median") and _unit(f"{table}.p90") in ("EUR", "amount")
    return "amount" if spread else ""


def _unit(key: str) -> str:
    quantity = quantity_at(key.split("."))
    return "" if quantity is None else quantity.unit


def _fittable() -> list[str]:
    """Keys of the shipped countries that published figures can tell."""
    known = load(countries()[0]).world
    keys = [key for key, _, _ in assumptions(known)]
    tables = {key.removesuffix(".median") for key in keys if key.endswith(".median")}
    return [key for key in (*keys, *tables) if kind_of(key)]


def _mixed(path: Path, rows: Iterable[Row]) -> Iterator[Problem]:
    """Keys that are counted in two ways, and years that stand twice."""
    for key, group in groupby(sorted(rows, key=lambda row: row.key), key=lambda row: row.key):
        found = list(group)
        names = sorted({row.definition for row in found})
        if len(names) > 1:
            rule = f"is counted in {len(names)} ways ({', '.join(name or 'not said' for name in names)}); name one with --definition"
            yield Problem(str(path), rule, found[0].line, key)
            continue
        if kind_of(key) in ("amount", "duration"):
            continue
        for year, twice in groupby(
            sorted(found, key=lambda row: row.year), key=lambda row: row.year
        ):
            lines = [row.line for row in twice]
            if len(lines) > 1:
                yield Problem(
                    str(path),
                    f"stands twice, in line {lines[0]} and here",
                    lines[1],
                    f"{key}, {year}",
                )
