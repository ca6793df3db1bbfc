"""What would make a fund last, or what stands in the way: decided here, whoever asks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fundsim.analysis.needs import Answer, Needs, enough
from fundsim.scenario.schema import BudgetLine

LEAST_BEYOND = 5  # futures on the rarer side of a target, below which no amount is told


@dataclass(frozen=True)
class Sufficient:
    """What lets a fund last in a share of futures.

    needs         what each future needs;  target  the share, between 0 and 1
    contribution  of the line a year, with the scenario's capital;  capital  at the opening, with the line as it is
    limited       share of futures in which the yearly limit alone leaves payments waiting, whatever money there is
    begins        year in which the line begins, where costs that fall due before it leave it useless; else None
    cut           whether cuts, or a reform or stress, may take the line away in some years
    useless       share of futures, the limited apart, in which no amount of the line is enough
    """

    needs: Needs
    target: float
    contribution: Answer
    capital: Answer
    limited: float
    begins: int | None
    cut: bool
    useless: float

    @property
    def by_line(self) -> bool:
        """Whether some amount of the line is enough."""
        return math.isfinite(self.contribution.amount)

    @property
    def by_capital(self) -> bool:
        """Whether some capital at the opening is enough."""
        return math.isfinite(self.capital.amount)

    @property
    def most(self) -> float:
        """The largest share of futures that any amount of the line can make last."""
        return float(np.isfinite(self.needs.contribution).mean())


def what_suffices(needs: Needs, target: float) -> Sufficient:
    """What lets the fund last in at least that share of futures.  target  between 0 and 1"""
    world = needs.scenario.world
    source = world.income[needs.line]
    assert isinstance(source, BudgetLine)
    first, start = source.from_year, world.time.start_year
    useless = float((np.isinf(needs.contribution) & ~needs.over_limit).mean())
    moved = {effect.on for change in world.changes.values() for effect in change.effects}
    cut = source.cut_rate.value > 0 or source.cut_rate.uncertain
    return Sufficient(
        needs,
        target,
        enough(needs.contribution, target),
        enough(needs.capital, target),
        float(needs.over_limit.mean()),
        first if first is not None and first > start and useless else None,
        cut or f"income.{needs.line}.amount" in moved,
        useless,
    )


def least_futures(target: float) -> int:
    """Futures below which none can be told to be enough for that share."""
    return math.ceil(
        LEAST_BEYOND / min(target, 1 - target) - 1e-6
    )  # 1 - 0.999 is a little less than 0.001
