"""Putting things on a page: every text as plain text, every picture with its alt text, every table below it.

Nothing that comes from a file or a link is ever read as Markdown or HTML: it goes through `plain`.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from fundsim.app.gate import Busy
from fundsim.report.figures import Picture
from fundsim.report.language import Language
from fundsim.report.results import Results
from fundsim.scenario.errors import FundsimError, InputError, Problem

Row = Mapping[str, Any]
Drawn = Callable[[], Picture]
# what computing can raise that is no bug; OSError: also a disk that is full
FAILURES = (Busy, FundsimError, MemoryError, OSError)
MOST_PROBLEMS = 8  # listed
_LOG = logging.getLogger(__name__)
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&^=@/])")
# Streamlit looks for addresses, emoji and icons once more in the text that is left when the escapes have
# been read: there only a sign without width (U+2060, word joiner) keeps their parts apart.
_FOUND_LATER = re.compile(r"(?i)https?(?=://)|www(?=\.)|(?=@)|:(?=[a-z0-9_+-]+:|material/)")


def plain(text: str) -> str:
    """The text with every sign that Markdown could read made harmless."""
    text = re.sub(r"[ \t\n]+", " ", text).strip().replace("€ ", "€\u00a0").replace(" %", "\u00a0%")
    text = text.replace("−€", "−\u2060€")
    return _MARKS.sub(r"\\\1", _FOUND_LATER.sub("\\g<0>\u2060", text))


def label(text: str) -> str:
    """The same for the name of a control, which is also read aloud as it stands: only what must be is escaped."""
    text = _FOUND_LATER.sub("\\g<0>\u2060", " ".join(text.split()))
    return re.sub(r"([\\`*_\[\]$<>~#|{}])", r"\\\1", text).lstrip("+-.0123456789) ") or text


def style() -> None:
    """What no setting reaches: chosen entries with white text on a dark blue, also in the dark theme."""
    st.html("<style>span[data-tag][data-tag-index] { background: #005F96; color: #ffffff }</style>")


@dataclass(frozen=True)
class Shown:
    """What a page has shown, for its downloads.

    pictures  draws each for print, by name;  tables  rows by name, as they are read
    commands  that give more of it than the command of the scenario does;  others  results beside the scenario's own
    """

    pictures: Mapping[str, Drawn] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    others: tuple[Results, ...] = ()


def answer(top: Any, text: str) -> None:
    """The sentence that a page opens with.  top  its place, above the page's own controls"""
    top.header(plain(text), anchor=False)


def say(text: str) -> None:
    """A paragraph."""
    st.markdown(plain(text))


def bold(text: str) -> None:
    """A line that stands out, above a table or controls."""
    st.markdown(f"**{plain(text)}**")


def aside(text: str) -> None:
    """Small print."""
    st.caption(plain(text))


def picture(spec: dict[str, Any], alt: str) -> None:
    """A chart, with the takeaway for those who do not see it."""
    st.vega_lite_chart(spec, width="stretch", alt=alt)


def table(rows: Sequence[Row], heading: str, note: str = "") -> None:
    """The numbers behind a picture, as they are read: cells are texts."""
    if not rows:
        return
    bold(heading)
    columns = {
        plain(name): [plain(_cell(row.get(name))) for row in rows] for name in rows[0]
    }  # fmt: skip
    st.table(columns, hide_index=True)
    if note:
        aside(note)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def tiles(figures: Sequence[tuple[str, str, str]]) -> None:
    """Headline figures side by side: (label, figure, what it is beside)."""
    for column, (label, figure, beside) in zip(st.columns(len(figures)), figures, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(plain(label))
            st.subheader(plain(figure), anchor=False)
            aside(beside)


def heading(text: str) -> None:
    """The heading of a picture, which says what it shows."""
    st.subheader(plain(text), anchor=False)


def failure(error: Exception, say: Language) -> None:
    """Tell a failure in plain words, where the page stands; what is no one's choice has a number, under which the
    server's log has the traceback."""
    if isinstance(error, Busy):
        st.warning(
            say("Many people are computing just now. Your change is kept: try again in a moment.")
        )
    elif isinstance(error, InputError):
        st.error(say("This combination is not possible:"))
        for problem in error.problems[:MOST_PROBLEMS]:
            st.markdown(plain(reason(problem)))
    else:
        number = secrets.token_hex(4)
        _LOG.error("failure %s", number, exc_info=error)
        st.error(
            say(
                "This scenario could not be computed, so nothing is shown. That is our fault, not yours. Choose another, or tell whoever "
                "runs this page the number {number}.",
                number=number,
            )
        )


def reason(problem: Problem) -> str:
    """A problem as a visitor can use it: without the name of a command's option."""
    what = " = ".join(filter(None, (problem.key, problem.value)))
    where = "" if problem.where == "--set" else problem.where
    return ": ".join(filter(None, (where, what, problem.rule)))
