"""What a workbook is made of: sheets of tables, notes and charts.  Inert values; `workbook` writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# what a number looks like in Excel, and the same in Python, to know how wide it is
NAME, AS_WRITTEN, WHOLE, TENTHS, CENTS, SHARE, FINE, PERCENT, FINE_PERCENT, TINY = (
    "0", "General", "#,##0", "#,##0.0", "#,##0.00", "0.000", "0.0000", "0.0%", "0.00%", "0.00E+00",
)  # fmt: skip
PLAIN = {NAME: ".0f", AS_WRITTEN: ".10g", WHOLE: ",.0f", TENTHS: ",.1f", CENTS: ",.2f", SHARE: ".3f", FINE: ".4f",
         PERCENT: ".1%", FINE_PERCENT: ".2%", TINY: ".2e"}  # fmt: skip

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Number:
    """A number that looks as is said, whatever its size.

    value  None, NaN and infinity are an empty cell;  form  one of `PLAIN`: WHOLE, PERCENT, …
    """

    value: float | None
    form: str


@dataclass(frozen=True)
class Series:
    """One line, or one colour of columns or bars.

    column  of the table that the chart belongs to;  name  in the legend;  color  "#0072B2"
    light   a thin broken line, or hatched columns
    """

    column: str
    name: str
    color: str
    light: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart that the spreadsheet draws from a table's own cells.

    kind             lines, columns (one on another) or bars (lying, the first row on top)
    title            what it shows;  alt  the same for those who do not see it
    places           the column that names the places on the axis
    axis, size_axis  titles of the axis of places and of the axis of sizes;  form  numbers on the latter
    """

    kind: Literal["lines", "columns", "bars"]
    title: str
    alt: str
    places: str
    series: tuple[Series, ...]
    axis: str
    size_axis: str
    form: str = WHOLE


@dataclass(frozen=True)
class Table:
    """Rows below a heading (empty: none), then notes in full sentences, then charts.

    rows  the columns are the keys in the order in which they first occur
    """

    rows: Rows
    heading: str = ""
    notes: Sequence[str] = ()
    charts: Sequence[Chart] = ()


@dataclass(frozen=True)
class Sheet:
    """Tables one below another; the head of the first stays in view.

    frozen  how many columns stay in view, too
    """

    tables: Sequence[Table]
    frozen: int = 0
