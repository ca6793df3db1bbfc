"""What the screen shows in the same way everywhere: tables, ranges, times and sizes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fundsim.analysis.inputs import Input
from fundsim.report.language import ENGLISH, Language


def console_for_tables() -> Console:
    """As wide as the terminal, or as COLUMNS says; wide where the output goes to a file."""
    wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
    return Console(width=wide)


def belief(one: Input, say: Language = ENGLISH) -> str:
    """Value and range of an input, in one line."""
    return say(
        "{value} ({low} to {high}) {unit}",
        value=say.number(one.value), low=say.number(one.low), high=say.number(one.high), unit=say(one.unit),
    )  # fmt: skip


def input_row(one: Input) -> dict[str, Any]:
    """An input for a file."""
    return {"input": one.name, "label": one.label, "value": one.value, "low": one.low, "high": one.high,
            "unit": one.unit, "source": one.source, "grade": one.grade}  # fmt: skip


def table_of(heading: str, columns: Sequence[tuple[str, str]]) -> Table:
    """An empty table for the screen; columns  (name, left or right)."""
    table = Table(title=Text(heading, style="bold"), title_justify="left", header_style="bold")
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def size(number: float) -> str:
    """Bytes as people say them."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= scale:
            return f"{number / scale:,.1f} {unit}"
    return f"{number:.0f} bytes"
