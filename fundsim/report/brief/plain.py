"""What every kind of file needs of a briefing: texts that can be shown, and its look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from fundsim.report.brief.blocks import Block, Document, Paragraph, Table

ACCENT, INK, QUIET, TINT, RULE = "#0072B2", "#1F2933", "#52606D", "#EEF5FA", "#C9D6E0"
AUTHOR = "fundsim"
LONGEST = 18  # letters of a word in a table that are never parted
SHORT, LOW, NARROW = (
    10,
    18,
    20,
)  # rows of a table that stays on one page; more, if its cells have few letters

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Control and direction characters, and code points that no font or no file format has.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\uffff\U000e0000-\U0010ffff"
    + "".join(chr(plane * 0x10000 + last) for plane in range(1, 15) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def plain(document: Document) -> Document:
    """The document with texts that every file format takes and every reader sees as they are stored.

    Control and direction characters and private code points go; a tab is a blank, every kind of line
    break is a newline.
    """
    done: Document = _plain(document)
    return done


def made_at(document: Document) -> datetime:
    """When a document's properties say that it was made: its own day begins, so that the same briefing gives the same bytes."""
    return datetime.combine(document.day, time(), UTC)


def shown(text: str) -> str:
    """One text as `plain` leaves it."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", text).replace("\t", " "))


def _plain(thing: Any) -> Any:
    if isinstance(thing, str):
        return shown(thing)
    if isinstance(thing, tuple):
        return tuple(map(_plain, thing))
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{f.name: _plain(getattr(thing, f.name)) for f in fields(thing)})
    return thing


def page_parts(page_of: str) -> list[str]:
    """How page numbers are written, cut at its fields: "Page ", "{page}", " of ", "{pages}"."""
    return [part for part in re.split(r"(\{pages?\})", page_of) if part]


def whole(table: Table) -> bool:
    """Whether a table stays on one page: it has few rows, or not many of a line each."""
    narrow = all(len(cell) <= NARROW for row in table.rows for cell in row)
    return len(table.rows) <= (LOW if narrow else SHORT)


def has_note(blocks: Sequence[Block], place: int) -> bool:
    """Whether the block at this place is followed by its small print."""
    following = blocks[place + 1] if place + 1 < len(blocks) else None
    return isinstance(following, Paragraph) and following.kind == "note"


def levels(wanted: Sequence[int]) -> list[int]:
    """Levels of headings, none left out on the way down: 2, 1, 3 become 1, 1, 2."""
    found: list[int] = []
    for level in wanted:
        found.append(max(1, min(level, (found[-1] if found else 0) + 1)))
    return found


def parted(text: str, longest: int) -> str:
    """The text with places to break (zero-width blanks) in words of more letters."""
    return re.sub(rf"\S{{{longest + 1},}}", lambda found: "\u200b".join(found[0]), text)


def fitted(table: Table, whole: float, letter: float, inset: float) -> list[float]:
    """Widths of columns: as wished, but none narrower than its longest word if that can be helped.

    whole   the width to share;  letter  of one letter;  inset  left and right of a text together
    """
    wished = [part / sum(table.widths) * whole for part in table.widths]
    least = [
        letter * min(max(map(len, " ".join(texts).split()), default=0), LONGEST) + inset
        for texts in zip(table.heads, *table.rows, strict=True)
    ]
    missing = sum(max(b - a, 0.0) for a, b in zip(wished, least, strict=True))
    spare = sum(max(a - b, 0.0) for a, b in zip(wished, least, strict=True))
    part = min(missing / spare, 1.0) if spare else 0.0
    raised = [b if a < b else a - (a - b) * part for a, b in zip(wished, least, strict=True)]
    return [width * whole / sum(raised) for width in raised]
