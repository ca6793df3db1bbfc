"""Sobol' indices: how much of a variance each input explains.  Nothing here knows the model.

Two ways, both with bootstrap intervals.  `first_order` needs only values that are already there
(given data).  `pick_freeze` needs the function at points where one input is swapped, and gives total
indices too.

Outcomes may be noisy.  A set of inputs is then lived twice, with independent chance, and the indices
are shares of the variance of the *expected* outcome, which is what the inputs explain: chance takes
no part in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fundsim.model.parameters import STRATA
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats, Ints

RESAMPLES = 400  # bootstrap samples of an interval
BASE = 4096  # points of each of the two matrices of a function; a power of 2
MOST_BINS, LEAST_BINS, SETS_A_BIN = 64, 4, 64  # a bin wider than 1/16 hides what happens inside it


@dataclass(frozen=True)
class Interval:
    """Figures with bootstrap 95 % intervals: one number, or one an input."""

    value: Floats
    low95: Floats
    high95: Floats

    @classmethod
    def of(cls, resampled: Floats) -> Interval:
        """The figure itself first, then its value in each bootstrap sample.  [1 + sample, …]"""
        low, high = np.quantile(resampled[1:], [0.025, 0.975], axis=0)
        return cls(resampled[0], low, high)

    def at(self, place: int) -> tuple[float, float, float]:
        """Value, low and high of one input."""
        return float(self.value[place]), float(self.low95[place]), float(self.high95[place])


@dataclass(frozen=True)
class Variance:
    """The variance of an outcome in two parts, in its unit squared (single numbers).

    assumptions  of the expected outcome: what we do not know (parameter uncertainty)
    chance       around the expected outcome (process variance); 0 where sets are lived once
    """

    assumptions: Interval
    chance: Interval


@dataclass(frozen=True)
class FirstOrder:
    """First-order indices from given data: Var(E[y | x]) as a share of what assumptions explain.

    share     one an input;  an interval that begins below 0 cannot be told from no influence
    variance  of the outcome, in two parts
    """

    share: Interval
    variance: Variance


@dataclass(frozen=True)
class PickFreeze:
    """First-order and total indices by swapping one input (or group) at a time.

    first              Var(E[y | x]) / variance of the expected outcome  [input]
    total              1 - Var(E[y | all others]) / the same: with all interactions  [input]
    total_with_chance  the share of the *whole* variance that would be left were all others and
                       chance known: interactions with chance count  [input]
    variance           in two parts
    """

    first: Interval
    total: Interval
    total_with_chance: Interval
    variance: Variance


def first_order(
    x: Floats, y: Floats, resamples: int = RESAMPLES, seed: int = 0, batch: int = STRATA
) -> FirstOrder:
    """First-order indices from a sample that is already there.

    x          inputs, in the order drawn; only their ranks count  [input, set]
    y          outcome [set], or [set, life] where each set was lived several times by chance
    resamples  bootstrap samples, of whole batches
    seed       of the bootstrap
    batch      sets in a batch: batches are independent of each other, sets within one need not be

    Sets are put into bins of equal number by the input's rank.  The mean square of the conditional
    mean is estimated by the products of *different* sets in the same bin, the square of the mean by
    those of different sets, the variance of the expected outcome by those of different lives of the
    same set; so no noise is squared and none is to be taken off afterwards (the one-way analysis of
    variance, written as a U-statistic; compare Plischke, Borgonovo and Smith 2013 and their bias
    correction).  A bootstrap sample takes no product of a set with its own copy, for the same reason.
    What is lost is variation inside a bin: 0.3 % of an index for two periods of a sine in 64 bins.
    """
    lives = _lives(y)
    centred = lives - lives.mean()
    sums = _Sums(centred, batch, resamples, seed)
    each = centred.mean(axis=1)
    bins = int(np.clip(each.size // SETS_A_BIN, min(LEAST_BINS, each.size), MOST_BINS))
    table = np.stack([sums.explained(_bins(row, bins), bins, each) for row in np.atleast_2d(x)], 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = table / sums.assumptions[:, None]
    return FirstOrder(Interval.of(share), sums.variance())


def pick_freeze(
    y_a: Floats,
    y_b: Floats,
    y_ab: Floats,
    resamples: int = RESAMPLES,
    seed: int = 0,
    batch: int = STRATA,
) -> PickFreeze:
    """First-order and total indices from a function evaluated in three designs.

    y_a   at the points A; y_b at the points B  [set] or [set, life]
    y_ab  at A with one input (or group) taken from B  [input, set] or [input, set, life];
          with the same chance as A, and B with another

    First order: mean of y_b (y_ab - y_a) (Saltelli et al. 2010), unbiased under noise as B has chance
    of its own.  Total: half the mean of (y_ab - y_a)² (Jansen 1999).  With two lives the square is
    the product of both lives' differences, whose chances are independent, so that it estimates the
    total index of the expected outcome; `total_with_chance` is Jansen's as it stands.
    """
    a, b = _lives(y_a), _lives(y_b)
    ab = y_ab[..., None] if y_ab.ndim == 2 else y_ab
    centre = (a.mean() + b.mean()) / 2
    a, b, ab = a - centre, b - centre, ab - centre
    # row j of A and of B are resampled together
    both = np.concatenate([a, b])
    sums = _Sums(both, batch, resamples, seed, rows=a.shape[0])
    moved = ab - a
    first = b.mean(axis=1) * moved.mean(axis=2)
    total = np.prod(moved, axis=2) / 2 if a.shape[1] == 2 else (moved**2).mean(axis=2) / 2
    jansen = (moved**2).mean(axis=2) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        known, whole = sums.assumptions[:, None], (sums.assumptions + sums.chance)[:, None]
        return PickFreeze(
            Interval.of(sums.means(first) / known),
            Interval.of(sums.means(total) / known),
            Interval.of(sums.means(jansen) / whole),
            sums.variance(),
        )


def function_indices(
    function: Callable[[Floats], Floats],
    inputs: int,
    base: int = BASE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> PickFreeze:
    """Indices of a function without noise, of independent uniform inputs.

    function  takes points [input, point] in (0, 1), returns values [point]
    base      points in each design: base · (inputs + 2) values in all; a power of 2
    seed      of the shift and the bootstrap

    A and B are the two halves of a Sobol' sequence, shifted by uniforms of a stream (Cranley and
    Patterson 1976); scipy.stats.sobol_indices uses the same formula, but its bootstrap has no seed.
    """
    from scipy.stats import qmc  # slow to import

    points = qmc.Sobol(2 * inputs, scramble=False).random(base)
    streams = Streams(seed, "function")
    shift = streams.of_replications([f"shift {i}" for i in range(2 * inputs)], np.arange(1))
    points = np.clip((points.T + shift) % 1.0, 2.0**-53, 1 - 2.0**-53)
    a, b = points[:inputs], points[inputs:]
    y_ab = []
    for i in range(inputs):
        swapped = a.copy()
        swapped[i] = b[i]
        y_ab.append(function(swapped))
    return pick_freeze(function(a), function(b), np.stack(y_ab), resamples, seed)


def _lives(y: Floats) -> Floats:
    """Outcomes [set, life], of one life where there is none beside it."""
    return y[:, None] if y.ndim == 1 else y


def _bins(x: Floats, bins: int) -> Ints:
    """The bin of each set, bins of equal number by rank; ties go by the order drawn."""
    rank = np.empty(x.size, dtype=np.int64)
    rank[np.argsort(x, kind="stable")] = np.arange(x.size)
    return rank * bins // x.size


class _Sums:
    """Moments of an outcome in the sample and in each bootstrap sample.

    y     centred outcomes [set, life];  rows  sets in a design, where y holds several
    """

    def __init__(
        self, y: Floats, batch: int, resamples: int, seed: int, rows: int | None = None
    ) -> None:
        rows = y.shape[0] if rows is None else rows
        self._batch = np.arange(rows) // batch
        self._batches = int(self._batch[-1]) + 1
        self._weights = _weights(self._batches, resamples, seed)
        self._sizes = self._of_rows(np.ones(rows))
        each = y.mean(axis=1)
        # products of two lives of the same set; of one life its square
        lives = y.shape[1]
        squares = (y**2).mean(axis=1)
        shared = squares if lives == 1 else (lives * each**2 - squares) / (lives - 1)
        self._square_of_mean = self._of_pairs(each)
        self.assumptions = self.means(shared) - self._square_of_mean
        self.chance = self.means(squares - shared)

    def variance(self) -> Variance:
        return Variance(Interval.of(self.assumptions), Interval.of(self.chance))

    def means(self, values: Floats) -> Floats:
        """Mean over sets of each row of values.  [1 + sample] or [1 + sample, row]"""
        return np.asarray((self._of_rows(values).T / self._of_rows(np.ones_like(values)).T).T)

    def explained(self, place: Ints, bins: int, y: Floats) -> Floats:
        """Variance of the conditional mean over bins.  [1 + sample]"""
        at = self._batch * bins + place

        def table(values: Floats) -> Floats:
            sums = np.bincount(at, weights=values, minlength=self._batches * bins)
            return np.asarray(sums, dtype=np.float64).reshape(self._batches, bins)

        ones = table(np.ones_like(y))
        w, own = self._weights, self._weights**2
        number = w @ ones
        pairs = number**2 - own @ ones
        products = (w @ table(y)) ** 2 - own @ table(y**2)
        squares = np.divide(products, pairs, out=np.zeros_like(pairs), where=pairs > 0)
        return np.asarray((number * squares).sum(axis=1) / self._sizes - self._square_of_mean)

    def _of_rows(self, values: Floats) -> Floats:
        """Weighted sums over sets; values of several designs follow each other.  [1 + sample, …]"""
        flat = np.atleast_2d(values)
        designs = flat.shape[1] // self._batch.size
        batch = np.tile(self._batch, designs)
        sums = [np.bincount(batch, weights=row, minlength=self._batches) for row in flat]
        total = self._weights @ np.stack(sums, axis=1)
        return np.asarray(total[:, 0] if values.ndim == 1 else total)

    def _of_pairs(self, y: Floats) -> Floats:
        """Mean product of different sets.  [1 + sample]"""
        designs = y.size // self._batch.size
        batch = np.tile(self._batch, designs)
        own = self._weights**2

        def sums(values: Floats) -> Floats:
            found = np.bincount(batch, weights=values, minlength=self._batches)
            return np.asarray(found, dtype=np.float64)

        number = self._weights @ sums(np.ones_like(y))
        pairs = number**2 - own @ sums(np.ones_like(y))
        return np.asarray(((self._weights @ sums(y)) ** 2 - own @ sums(y**2)) / pairs)


def _weights(batches: int, resamples: int, seed: int) -> Floats:
    """How often each bootstrap sample takes each batch; the sample itself first.  [1 + sample, batch]"""
    streams = Streams(seed, "bootstrap")
    u = streams.yearly("bootstrap", np.arange(resamples), np.arange(batches))
    taken = np.minimum((u * batches).astype(np.int64), batches - 1)
    taken += np.arange(resamples)[:, None] * batches
    counts = np.bincount(taken.ravel(), minlength=resamples * batches)
    counts = counts.reshape(resamples, batches).astype(np.float64)
    return np.concatenate([np.ones((1, batches)), counts])
