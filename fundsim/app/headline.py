"""The headline figures: what a page opens with, what a link carries, and what is compared under a newer version."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fundsim.analysis.measures import shown_in
from fundsim.analysis.needs import Answer, Needs, enough
from fundsim.analysis.tags import At, Measure
from fundsim.app.choice import number_text
from fundsim.report.language import Language, marked
from fundsim.report.results import Results

NONE = "none"  # a figure that does not exist: nobody is paid, there is no contribution to look for
NEVER = "never"  # no contribution suffices
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")  # no figure of a headline is negative


@dataclass(frozen=True)
class Figure:
    """One headline figure.

    measure, at  a measure that a link carries, and how
    """

    measure: Measure
    at: At

    def text(self, value: str, say: Language) -> str:
        """The figure of a link as people read it; a word for one that is not defined, a question mark for what is none."""
        if value in (NONE, NEVER):
            none = self.measure.undefined or marked("not defined")
            return say(none) if value == NONE else say("no amount suffices")
        return say.form(self.measure.unit)(float(value)) if _NUMBER.fullmatch(value) else "?"


FIGURES = tuple(Figure(m, at) for m, at in shown_in("link"))


def figures(results: Results, needs: Needs | None, confidence: int) -> tuple[str, ...]:
    """The headline figures as texts of four digits, in the order of FIGURES."""
    found = []
    for figure in FIGURES:
        if figure.measure.name == "contribution_needed" and needs is not None:
            amount = contribution(needs, confidence).amount
            found.append(_four_digits(amount) if math.isfinite(amount) else NEVER)
        else:
            key = figure.measure.name, None, figure.at.statistic
            found.append(_four_digits(results.values.get(key, math.nan)))
    return tuple(found)


def contribution(needs: Needs, confidence: int) -> Answer:
    """What the state must pay a year to last in `confidence` of 100 futures."""
    return enough(needs.contribution, confidence / 100)


def _four_digits(x: float) -> str:
    if not math.isfinite(x):
        return NONE
    return number_text(round(x, 3 - math.floor(math.log10(abs(x))))) if x else "0"


def digest(results: Results, others: Sequence[Results] = ()) -> str:
    """Eight hex digits over every measure, to eight digits each: the same figures, the same digest.

    others  results that are shown beside them: eight digits more, after a _, over all of these
    """
    if others:
        return f"{digest(results)}_{_digits([digest(other) for other in others])}"
    return _digits(
        sorted(
            f"{row.measure} {row.year} {row.statistic} {row.value:.8g}"
            for row in results.rows
            if not math.isnan(row.value)
        )
    )


def _digits(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def same_rows(a: Results, b: Results) -> bool:
    """Whether no measure differs at all."""
    return {k: v for k, v in a.values.items() if not np.isnan(v)} == {
        k: v for k, v in b.values.items() if not np.isnan(v)
    }


def as_read(texts: Sequence[str], say: Language) -> list[str]:
    """The figures of a link as people read them, a question mark for each that is missing."""
    given = [*texts[: len(FIGURES)], *[""] * (len(FIGURES) - len(texts))]
    return [figure.text(text, say) for figure, text in zip(FIGURES, given, strict=True)]
