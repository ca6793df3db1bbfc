"""Counting what was compared, and what is not as it should be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from fundsim.validation.check import Check, Line, exact

Values = Sequence[float]


class Tally:
    """Counts things compared, and those that are not as they should be."""

    def __init__(self) -> None:
        self.wrong = self.compared = 0

    def same(self, ours: Any, theirs: Any) -> None:
        """Two things that must be equal."""
        self.compared += 1
        self.wrong += bool(ours != theirs)

    def near(self, ours: float | None, theirs: float | None, slack: float = 1e-9) -> None:
        """Two numbers that may differ in their last digits; None and NaN are equal to themselves."""
        self.compared += 1
        if ours is None or theirs is None:
            self.wrong += ours is not theirs
        elif math.isnan(ours) or math.isnan(theirs):
            self.wrong += math.isnan(ours) != math.isnan(theirs)
        else:
            self.wrong += not math.isclose(ours, theirs, rel_tol=slack, abs_tol=slack)

    def all_near(self, ours: Any, theirs: Values, slack: float = 1e-9) -> None:
        """Two rows of numbers; the same number of them."""
        row = [float(x) for x in ours]
        self.same(len(row), len(theirs))
        for x, y in zip(row, theirs, strict=False):
            self.near(x, y, slack)

    def check(self, line: Line, least_number: int = 1, futures: int | None = None) -> Check:
        """The finished check."""
        return exact(line, self.wrong, self.compared, least_number=least_number, futures=futures)
