"""Tables as an Excel workbook.  The only place that knows xlsxwriter."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from numbers import Real
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

CARD = "run card"
LONGEST_NAME = 31  # Excel's limits
LONGEST_TEXT = 32_767
MOST_ROWS = 1_048_576
WIDEST = 60  # characters; a longer text runs on
CREATED = datetime(2000, 1, 1)  # the same tables give the same bytes, whenever they are written
NAMING = frozenset({"year", "seed", "replication", "case"})  # columns of numbers that are names
# what a number looks like in Excel, and the same in Python, to know how wide it is
NAME, WHOLE, CENTS, SHARE, TINY = "0", "#,##0", "#,##0.00", "0.000", "0.00E+00"
PLAIN = {NAME: ".0f", WHOLE: ",.0f", CENTS: ",.2f", SHARE: ".3f", TINY: ".2e"}

Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def workbook(tables: Tables, card: Mapping[str, str]) -> bytes:
    """The bytes of an .xlsx file: one sheet a table, and a last one that says what made them.

    tables   name -> rows; the columns are the keys in the order in which they first occur.  Numbers stay
             numbers; text is always text, never a formula or a link; None, NaN and infinity are empty
    card     what made the tables, as key and value
    returns  the same bytes for the same input
    raises   ValueError if a table has more rows than a sheet holds
    """
    file = BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                           "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"created": CREATED})
    bold = book.add_format({"bold": True, "bottom": 1})
    forms = {form: book.add_format({"num_format": form}) for form in PLAIN}
    names = sheet_names(tables)
    for name, rows in zip(names, tables.values(), strict=True):
        _sheet(book.add_worksheet(name), rows, bold, forms)
    pairs = [{"key": key, "value": value} for key, value in card.items()]
    _sheet(book.add_worksheet(CARD), pairs, bold, forms)
    book.close()
    return file.getvalue()


def sheet_names(names: Iterable[str]) -> list[str]:
    """Names that Excel takes: without its forbidden characters, at most 31 letters, each only once."""
    found: list[str] = []
    taken = {CARD, "history"}  # Excel keeps the second for itself
    for name in names:
        plain = "".join(c if c.isprintable() else " " for c in re.sub(r"[\[\]:*?/\\]", " ", name))
        plain = " ".join(plain.split()).strip("'") or "table"
        number, short = 1, _cut(plain, "")
        while short.lower() in taken:
            number += 1
            short = _cut(plain, f" {number}")
        taken.add(short.lower())
        found.append(short)
    return found


def _cut(name: str, end: str) -> str:
    """The name with this ending, as long as Excel counts it: in units of UTF-16."""
    while len(f"{name}{end}".encode("utf-16-le")) > 2 * LONGEST_NAME:
        name = name[:-1]
    return name.rstrip(" '") + end


def _sheet(
    sheet: Worksheet, rows: Sequence[Mapping[str, Any]], bold: Format, forms: Mapping[str, Format]
) -> None:
    if len(rows) >= MOST_ROWS:
        raise ValueError(f"{sheet.get_name()}: {len(rows):,} rows; a sheet holds {MOST_ROWS:,}")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, bold)
        width = len(column)
        for line, row in enumerate(rows, 1):
            width = max(width, _cell(sheet, line, place, row.get(column), column, forms))
        sheet.set_column(place, place, min(width, WIDEST) + 2)
    sheet.freeze_panes(1, 0)


def _cell(
    sheet: Worksheet, line: int, place: int, value: Any, column: str, forms: Mapping[str, Format]
) -> int:
    """Write a value; returns how many characters wide it looks."""
    if isinstance(value, Real) and not isinstance(value, bool):
        if not math.isfinite(value):
            return 0
        form = NAME if column in NAMING else number_form(value)
        sheet.write_number(line, place, float(value), forms[form])
        return len(format(float(value), PLAIN[form]))
    if value is None or value == "":
        return 0
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    sheet.write_string(line, place, text[:LONGEST_TEXT])
    return max(map(len, text.splitlines()), default=0)


def number_form(value: Real) -> str:
    """How a number looks: amounts and counts whole with separators, shares with three decimals."""
    size = abs(float(value))
    if size >= 100 or size == int(size):
        return WHOLE
    return CENTS if size > 1 else SHARE if size >= 0.0005 else TINY
