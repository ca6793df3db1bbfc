"""Prose of pages that are written as files: lines of even length, names in a row."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 160  # of a line


def filled(text: str, mark: str = "") -> list[str]:
    """A paragraph in lines.  mark  what opens the first, as of a list; the others are indented as far"""
    return textwrap.wrap(
        text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def listed(names: Sequence[str]) -> str:
    """Names in a row, with "and" before the last."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
