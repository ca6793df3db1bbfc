"""Choosing among designs: the best within limits, and those that no other beats in both cost and victims.

A design stands in several circumstances (stresses, values of what nobody knows) and is judged by the worst of
them or by their mean.  A NaN says that a figure does not exist; such a design meets no limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.analysis.precision import Z95, error_of_batches
from fundsim.analysis.shown import Shown
from fundsim.scenario.assumption import Floats, Ints

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """A figure of each design over its circumstances.

    value, error  and its Monte Carlo error (NaN: unknown)  [design]
    noise   what each batch of replications adds to the error: designs share their draws  [design, batch]
    grain   the least error of a difference between two designs, of figures that are counted
    """

    value: Floats
    error: Floats
    noise: Floats
    grain: float = 0.0

    def error_to(self, best: int) -> Floats:
        """The Monte Carlo error of each design's difference to the best; NaN where it is unknown.  [design]"""
        return np.hypot(error_of_batches(self.noise - self.noise[best]), self.grain)


@dataclass(frozen=True)
class Bound:
    """What a figure must be: at least or at most a limit."""

    figure: Judged
    limit: float
    at_least: bool

    @property
    def met(self) -> Bools:
        """Designs that meet it.  [design]"""
        value = self.figure.value
        return np.asarray(value >= self.limit if self.at_least else value <= self.limit)

    @property
    def surely(self) -> Bools:
        """Designs that meet it by more than the noise of the replications; not where that is unknown.  [design]"""
        error = Z95 * self.figure.error
        value = self.figure.value
        return np.asarray(
            value - error >= self.limit if self.at_least else value + error <= self.limit
        )

    @property
    def reached(self) -> float:
        """The best that any design reaches; NaN if none has the figure."""
        value = self.figure.value[~np.isnan(self.figure.value)]
        if not value.size:
            return float("nan")
        return float(value.max() if self.at_least else value.min())


@dataclass(frozen=True, repr=False)
class Choice(Shown):
    """The best design within all bounds.

    best    its number, None if no design meets all bounds
    met     designs that meet all bounds  [design]
    surely  the best meets each by more than the noise of the replications; None if the noise of one is unknown
    rivals  other designs within the bounds that the noise of the difference does not tell from the best
    alone   for each bound, how many designs meet it by itself
    """

    best: int | None
    met: Bools
    surely: bool | None
    rivals: tuple[int, ...]
    alone: tuple[int, ...]


def judged(values: Floats, noise: Floats, over: str, higher_is_worse: bool) -> Judged:
    """A figure of designs, from that in each of their circumstances.

    values  [design, circumstances];  noise  [design, circumstances, batch];  over  worst or mean
    All circumstances live through the same futures: the noise of a mean is the mean of their noises, batch by batch.
    A design without the figure in some circumstances has none.
    """
    missing = np.isnan(values).any(axis=1)
    if over == "mean":
        # an amount that does not exist in one of the circumstances (infinite) exists in no mean of them
        value, own = np.where(np.isnan(values), 0.0, values).mean(axis=1), noise.mean(axis=1)
    else:
        sides = values if higher_is_worse else -values
        worst = np.argmax(np.where(np.isnan(sides), -np.inf, sides), axis=1)
        rows = np.arange(values.shape[0])
        value, own = values[rows, worst], noise[rows, worst]
    value = np.where(missing, np.nan, value)
    return Judged(value, np.where(missing, np.nan, error_of_batches(own)), own)


def choose(goal: Judged, least: bool, bounds: Sequence[Bound]) -> Choice:
    """The design with the least (or most) of the goal among those that meet all bounds; the first of equals."""
    met = np.isfinite(goal.value)
    for bound in bounds:
        met = met & bound.met
    alone = tuple(int(bound.met.sum()) for bound in bounds)
    if not met.any():
        return Choice(None, met, False, (), alone)
    sign = 1.0 if least else -1.0
    best = int(np.argmin(np.where(met, sign * goal.value, np.inf)))
    behind = sign * (goal.value - goal.value[best])
    near = met & ~(behind > Z95 * goal.error_to(best))  # an unknown error tells nothing apart
    near[best] = False
    known = all(np.isfinite(bound.figure.error[best]) for bound in bounds)
    surely = all(bool(bound.surely[best]) for bound in bounds) if known else None
    return Choice(best, met, surely, tuple(map(int, np.flatnonzero(near))), alone)


def front(cost: Floats, victims: Floats) -> Ints:
    """Designs that no other beats: none costs as little and does as much, and one of the two better.

    returns  their numbers by rising cost; of designs equal in both the first
    """
    known = np.flatnonzero(np.isfinite(cost) & np.isfinite(victims))
    order = known[np.lexsort((known, -victims[known], cost[known]))]
    so_far = np.maximum.accumulate(victims[order])
    gains = np.ones(order.size, dtype=bool)
    gains[1:] = victims[order][1:] > so_far[:-1]
    return order[gains]
