"""Tables and charts as an Excel workbook.  The only place that knows xlsxwriter."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from numbers import Real
from textwrap import wrap
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fundsim.report.workbook_parts import (
    CENTS,
    NAME,
    PLAIN,
    SHARE,
    TINY,
    WHOLE,
    Chart,
    Number,
    Rows,
    Series,
    Sheet,
    Table,
)

CARD = "run card"
LONGEST_NAME = 31  # Excel's limits
LONGEST_TEXT = 32_767
MOST_ROWS = 1_048_576
WIDEST = 60  # characters; a longer text takes several lines
WIDEST_HEAD = 14
NOTE_WIDTH = 110  # characters of a note's line, over as many columns as it takes
LINE_POINTS, LINE_PIXELS = 15, 20  # the height of a line
ROOM = 1.15  # letters are narrower than digits, which widths are measured in
HIGHEST = 409  # points of a row, Excel's limit
A4, UPRIGHT_PAGE, WIDEST_PAGE = 9, 160, 260  # the paper's number; characters side by side
NO_TABLE = 8  # the width of a column in which nothing stands
CHART_WIDTH, CHART_HEIGHT, AXIS_PIXELS, BAR_PIXELS = 740, 380, 110, 17
GAP = 12  # pixels to the left of a chart
PLAIN_FONT, GRID = {"bold": False}, "#DDDDDD"
CREATED = datetime(2000, 1, 1)  # the same tables give the same bytes, whenever they are written
NAMING = frozenset({"year", "seed", "replication", "case"})  # columns of numbers that are names
CHARTS = {
    "lines": {"type": "line"},
    "columns": {"type": "column", "subtype": "stacked"},
    "bars": {"type": "bar"},
}


def workbook(sheets: Mapping[str, Rows | Sheet], card: Mapping[str, str]) -> bytes:
    """The bytes of an .xlsx file, and in its last sheet what made it.

    sheets   name -> sheet, or the rows of its only table.  Numbers stay numbers; text is always text, never
             a formula or a link; None, NaN and infinity are empty
    card     what made the tables, as key and value
    returns  the same bytes for the same input
    raises   ValueError if a table has more rows than a sheet holds
    """
    file = BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                           "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"created": CREATED})
    pairs = [{"key": key, "value": value} for key, value in card.items()]
    contents = [*sheets.values(), pairs]
    formats = _formats(book)
    for name, content in zip([*sheet_names(sheets), CARD], contents, strict=True):
        sheet = content if isinstance(content, Sheet) else Sheet((Table(content),))
        _Writer(book, book.add_worksheet(name), formats).write(sheet)
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


def _formats(book: Workbook) -> dict[str, Format]:
    """Number formats by their form, and those of texts by what they are for."""
    indented = {"align": "left", "indent": 1}  # else a text touches the number before it
    head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
    looks: dict[str, dict[str, Any]] = {form: {"num_format": form} for form in PLAIN}
    looks |= {
        "head": {**head, **indented},
        "number head": {**head, "align": "right"},
        "heading": {"bold": True, "font_size": 12, **indented},
        "text": indented,
        "long": {"text_wrap": True, **indented},
    }
    return {name: book.add_format({"valign": "top", **look}) for name, look in looks.items()}


def number_form(value: Real) -> str:
    """How a number looks: amounts and counts whole with separators, shares with three decimals."""
    size = abs(float(value))
    if size >= 100 or size == int(size):
        return WHOLE
    return CENTS if size > 1 else SHARE if size >= 0.0005 else TINY


# what stands in a cell, its format, how many characters wide it looks
Cell = tuple[float | str | None, str, int]


def _cell(value: Any, column: str) -> Cell:
    form = NAME if column in NAMING else ""
    if isinstance(value, Number):
        value, form = value.value, value.form
    if value is None or value == "":
        return None, "text", 0
    if isinstance(value, Real) and not isinstance(value, bool):
        if not math.isfinite(value):
            return None, "text", 0
        form = form or number_form(value)
        return float(value), form, len(format(float(value), PLAIN[form]))
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    lines = text.splitlines()
    width = max(map(len, lines), default=0)
    return text[:LONGEST_TEXT], "long" if width > WIDEST or len(lines) > 1 else "text", width


def _columns(rows: Rows) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def _head_width(column: str) -> int:
    """A long head takes several lines, but no word of it is broken."""
    return max(min(len(column), WIDEST_HEAD), *map(len, column.split()), 0)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes; Excel finds it out for single cells only, other programs never."""
    return sum(max(len(wrap(line, int(width))), 1) for line in text.splitlines()) or 1


class _Writer:
    """Writes one sheet from the top downwards.

    line    the row that is written next;  widths  of the columns, in characters
    first   the column in which notes and charts begin: one that moves with them
    """

    def __init__(self, book: Workbook, sheet: Worksheet, formats: Mapping[str, Format]) -> None:
        self.book, self.sheet, self.formats = book, sheet, formats
        self.line, self.first = 0, 0
        self.widths: list[int] = []

    def write(self, content: Sheet) -> None:
        self.first = content.frozen
        cells = [
            {c: [_cell(row.get(c), c) for row in table.rows] for c in _columns(table.rows)}
            for table in content.tables
        ]
        for columns in cells:
            for place, (column, own) in enumerate(columns.items()):
                width = max(_head_width(column), *(width for *_, width in own))
                self.widths += [0] * (place + 1 - len(self.widths))
                self.widths[place] = max(self.widths[place], min(width, WIDEST) + 2)
        for place, width in enumerate(self.widths):
            self.sheet.set_column(place, place, width)
        for table, columns in zip(content.tables, cells, strict=True):
            self._table(table, columns)
        head = bool(content.tables[0].heading)
        self.sheet.freeze_panes(head + 1, content.frozen)
        self.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # a seed is no number
        self._page(head, content.frozen)

    def _page(self, head: int, frozen: int) -> None:
        """How it is printed: as many pages wide as can be read, the head and the frozen columns on each."""
        width = sum(self.widths)
        self.sheet.set_paper(A4)
        self.sheet.repeat_rows(head)
        if frozen:
            self.sheet.repeat_columns(0, frozen - 1)
        if width > UPRIGHT_PAGE:
            self.sheet.set_landscape()
        self.sheet.fit_to_pages(max(-(-width // WIDEST_PAGE), 1), 0)

    def _table(self, table: Table, columns: Mapping[str, Sequence[Cell]]) -> None:
        if len(table.rows) >= MOST_ROWS:
            raise ValueError(
                f"{self.sheet.get_name()}: {len(table.rows):,} rows; a sheet holds {MOST_ROWS:,}"
            )
        if self.line:
            self.line += 1
        if table.heading:
            self.sheet.write_string(self.line, 0, table.heading, self.formats["heading"])
            self.line += 1
        head = self.line
        for place, (column, own) in enumerate(columns.items()):
            numbers = any(isinstance(value, float) for value, *_ in own)
            form = "number head" if numbers else "head"
            self.sheet.write_string(head, place, column, self.formats[form])
            for line, (value, form, _) in enumerate(own, head + 1):
                if isinstance(value, str):
                    self.sheet.write_string(line, place, value, self.formats[form])
                elif value is not None:
                    self.sheet.write_number(line, place, value, self.formats[form])
        self._height(head, list(zip(columns, self.widths, strict=False)))
        for line, row in enumerate(zip(*columns.values(), strict=True), head + 1):
            texts = zip(row, self.widths, strict=False)
            self._height(line, [(str(v), ROOM * w) for (v, form, _), w in texts if form == "long"])
        self.line += 1 + len(table.rows)
        if table.notes:
            self.line += 1
        for note in table.notes:
            self._note(note)
        heights = [
            self._chart(table, chart, place, head) for place, chart in enumerate(table.charts)
        ]
        if heights:
            self.line += 1 + -(-max(heights) // LINE_PIXELS)

    def _note(self, text: str) -> None:
        """A text over as many columns and lines as it takes."""
        last, room = self.first, 0
        while room < NOTE_WIDTH:
            room += self.widths[last] if last < len(self.widths) else NO_TABLE
            last += 1
        self.sheet.merge_range(self.line, self.first, self.line, last - 1, "", self.formats["long"])
        self.sheet.write_string(self.line, self.first, text[:LONGEST_TEXT], self.formats["long"])
        self._height(self.line, [(text, ROOM * room)])
        self.line += 1

    def _height(self, line: int, texts: Sequence[tuple[str, float]]) -> None:
        """Make a row as high as the highest of its texts needs.  texts  with the characters a line of each holds"""
        lines = max((_lines(text, width) for text, width in texts), default=1)
        if lines > 1:
            self.sheet.set_row(line, min(LINE_POINTS * lines, HIGHEST))

    def _chart(self, table: Table, chart: Chart, place: int, head: int) -> int:
        """Draw one of the table's charts, the others to its left; returns its height in pixels."""
        columns, rows = _columns(table.rows), len(table.rows)
        made = self.book.add_chart(CHARTS[chart.kind])

        def cells(column: str) -> list[Any]:
            at = columns.index(column)
            return [self.sheet.get_name(), head + 1, at, head + rows, at]

        for series in chart.series:
            name = series.name.replace("!", "! ")  # else Donors!A1 would be read as a cell
            made.add_series({"name": name, "categories": cells(chart.places),
                             "values": cells(series.column), **_look(chart, series)})  # fmt: skip
        made.set_title({"name": chart.title, "name_font": {"size": 12}})
        places = {"name": chart.axis, "name_font": PLAIN_FONT}
        sizes = {"name": chart.size_axis, "name_font": PLAIN_FONT, "num_format": chart.form,
                 "major_gridlines": {"visible": True, "line": {"color": GRID}}}  # fmt: skip
        height = CHART_HEIGHT
        if chart.kind == "bars":
            # Excel's first bar lies at the bottom, and it leaves names out to save room
            made.set_y_axis({**places, "reverse": True, "crossing": "max", "interval_unit": 1})
            made.set_x_axis(sizes)
            height = AXIS_PIXELS + BAR_PIXELS * rows * (1 + len(chart.series))
        else:
            made.set_x_axis({**places, "label_position": "low"})
            made.set_y_axis(sizes)
        made.set_legend({"position": "bottom"} if len(chart.series) > 1 else {"none": True})
        made.set_size({"width": CHART_WIDTH, "height": height})
        beside = {"description": chart.alt, "x_offset": place * (CHART_WIDTH + GAP) + GAP}
        self.sheet.insert_chart(self.line + 1, self.first, made, beside)
        return height


def _look(chart: Chart, series: Series) -> dict[str, Any]:
    if chart.kind == "lines":
        line = {"color": series.color, "width": 1.25 if series.light else 2.5}
        return {"line": line | ({"dash_type": "dash"} if series.light else {})}
    fill: dict[str, Any] = {"fill": {"color": series.color}}
    if series.light:
        fill = {"pattern": {"pattern": "dark_upward_diagonal", "fg_color": series.color,
                            "bg_color": "#FFFFFF"}}  # fmt: skip
    if chart.kind == "bars":
        fill["data_labels"] = {"value": True, "num_format": chart.form}
    return {**fill, "gap": 50}
