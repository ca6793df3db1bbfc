"""The measures of one projection, to be looked up, and the word for one that is not defined."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fundsim.analysis.measures import MEASURES, Row
from fundsim.analysis.project import Projection
from fundsim.analysis.statistics import PERCENTS
from fundsim.report.language import ENGLISH, Language, marked
from fundsim.scenario.schema import World

Key = tuple[str, int | None, str]
Form = Callable[[float], str]
UNDEFINED = {m.name.partition(".")[0]: m.undefined for m in MEASURES}
PERCENTILES = tuple(f"p{percent}" for percent in PERCENTS)


@dataclass(frozen=True)
class Results:
    """The measures of one projection, to be looked up by (measure, year, statistic)."""

    projection: Projection
    rows: tuple[Row, ...]
    values: dict[Key, float]

    @classmethod
    def of(cls, projection: Projection, rows: Sequence[Row]) -> Results:
        """Index the tidy table."""
        values = {(r.measure, r.year, r.statistic): r.value for r in rows}
        return cls(projection, tuple(rows), values)

    @property
    def world(self) -> World:
        """What was projected."""
        return self.projection.scenario.world

    def get(self, measure: str, statistic: str = "mean", year: int | None = None) -> float:
        """One value; 0 where the measure does not occur (a kind of cost that is never due).

        NaN where it is not defined: of nobody, or an error that so few futures do not have.  One value alone is its own
        middle, and has no range: `range_of` and `span` say so.
        """
        found = self.values.get((measure, year, statistic))
        if found is not None:
            return found
        mean = self.values.get((measure, year, "mean"))
        if mean is not None and statistic in PERCENTILES:
            return mean
        return 0.0 if mean is None and not undefined(measure) else math.nan

    def said(
        self, measure: str, form: Form, say: Language = ENGLISH, statistic: str = "mean", year: int | None = None
    ) -> str:  # fmt: skip
        """One value as a text, or why it is not defined."""
        return said(self.get(measure, statistic, year), measure, form, say)

    @property
    def pays_nobody(self) -> bool:
        """Whether the fund has nothing to pay to any victim, in any future."""
        return self.world.has_fund and self.get("incurred_total") == 0


def undefined(measure: str) -> str:
    """Why a measure is not defined where it has no value; empty if it always has one."""
    return UNDEFINED.get(measure.partition(".")[0], "")


def said(value: float, measure: str, form: Form, say: Language = ENGLISH) -> str:
    """A value of a measure as a text; of one that is not defined, why."""
    return say(undefined(measure) or marked("not defined")) if math.isnan(value) else form(value)
