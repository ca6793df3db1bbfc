"""Results that a notebook shows in a few lines, however much they hold."""

from __future__ import annotations

import reprlib
from dataclasses import fields
from typing import TypeVar

MOST = 480  # characters: five lines of a notebook
ROWS = 2  # shown of a table

T = TypeVar("T")
_short = reprlib.Repr()
_short.maxother = _short.maxstring = 60
_short.maxtuple = _short.maxlist = _short.maxdict = 2


class Shown:
    """A dataclass whose fields are shown in short; to be made with `repr=False`."""

    def __repr__(self) -> str:
        """Class and fields, each cut in its middle where it is long."""
        parts = (f"{f.name}={_short.repr(getattr(self, f.name))}" for f in fields(self))  # type: ignore[arg-type]
        return _cut(f"{type(self).__name__}({', '.join(parts)})")


class Table(list[T]):
    """A list of rows that is shown by its first ones and their number; otherwise a list like any other."""

    def __repr__(self) -> str:
        """The first rows, and how many there are."""
        if len(self) <= ROWS:
            return super().__repr__()
        shown = ", ".join(_cut(repr(one), MOST // (ROWS + 1)) for one in self[:ROWS])
        return f"[{shown}, … {len(self):,} in all]"


def _cut(text: str, most: int = MOST) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
