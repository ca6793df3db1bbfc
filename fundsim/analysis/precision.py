"""How far a simulated figure may be trusted: Monte Carlo errors and intervals (method §14)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fundsim.model.parameters import BATCH, TWINS
from fundsim.scenario.assumption import Floats

LEAST_BATCHES = 8  # below this many, replications are grouped in pairs instead
LEAST_FOR_TVAR = (
    3000  # below it the error of a 99.5 % tail mean is far too small (coverage 82 % at 1,024)
)
LEAST_FOR_995 = 736  # smallest n with 1 - 0.995^n >= 0.975: below it no two-sided 95% interval
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A figure with its Monte Carlo error (one standard error); None where it cannot be told.

    influence  what each replication adds to the figure's error, mean about 0  [replication]
    """

    value: float
    mc_error: float | None
    influence: Floats | None = field(default=None, repr=False, compare=False)


def estimated(value: float, influence: Floats) -> Estimate:
    """A figure with the error of its influence."""
    return Estimate(value, batch_error(influence), influence)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Second minus first, paired by replication: what is common to both cancels in the error."""
    value = second.value - first.value
    if first.influence is None or second.influence is None:
        return Estimate(value, None)
    return estimated(value, second.influence - first.influence)


def batch_error(influence: Floats) -> float | None:
    """Standard error of a mean of influence values, from batches of replications.

    influence  one value a replication, in the order of replications, with mean about 0
    returns    None with fewer than two groups
    """
    sums = batch_sums(influence)
    return float(error_of_batches(sums)) / influence.size if sums.size > 1 else None


def batch_sums(influence: Floats) -> Floats:
    """Sums of influence values over batches of replications, in pairs where there are few.  [batch]"""
    n = influence.size
    size = BATCH if n >= LEAST_BATCHES * BATCH else TWINS
    return np.add.reduceat(influence, np.arange(0, n, size)) if n else np.zeros(0)


def error_of_batches(sums: Floats) -> Floats:
    """The standard error of a sum, from the sums over its batches; NaN with fewer than two.  sums [..., batch]"""
    groups = sums.shape[-1]
    if groups < 2:
        return np.full(sums.shape[:-1], np.nan)
    return np.asarray(np.sqrt(groups / (groups - 1) * np.sum(sums**2, axis=-1)))


def mean(x: Floats) -> Estimate:
    """Mean over replications."""
    centre = float(x.mean())
    return estimated(centre, x - centre)


def ratio(above: Floats, below: Floats) -> Estimate:
    """Ratio of two sums over replications; value NaN if the lower sum is 0."""
    total = float(below.sum())
    if total == 0:
        return Estimate(float("nan"), None)
    value = float(above.sum()) / total
    return estimated(value, (above - value * below) / (total / below.size))


def quantile(x: Floats, p: float) -> Estimate:
    """The p-quantile; its density is read from the order statistics at p ± 1/√n."""
    value = float(np.quantile(x, p))
    n = x.size
    half = width(n, p)
    low, high = np.quantile(x, [p - half, p + half])
    if high <= low:  # a constant has no error; among ties the density is not to be had
        constant = n > 1 and x.min() == x.max()
        return Estimate(value, 0.0 if constant else None, np.zeros(n) if constant else None)
    density = np.float64(2 * half / float(high - low))
    return estimated(value, (p - (x <= value)) / density)


def width(n: int, p: float) -> float:
    """How far from p the quantiles lie between which the density at the p-quantile of n values is read."""
    return float(min(1 / np.sqrt(n), p / 2, (1 - p) / 2))


def tail_mean(x: Floats, p: float) -> Estimate:
    """TVaR: mean of the worst 1 - p share of replications (Acerbi and Tasche 2002)."""
    value_at_risk = float(np.quantile(x, p))
    excess = np.maximum(x - value_at_risk, 0.0) / (1 - p)
    value = value_at_risk + float(excess.mean())
    return estimated(value, excess - excess.mean())


def probability(happened: Floats) -> Estimate:
    """Share of replications in which something happened."""
    return mean(happened)


def wilson(estimate: Estimate, n: int) -> tuple[float, float]:
    """95 % interval of a probability (Wilson 1927), at the number of independent replications that
    its error amounts to; pairs of replications share assumptions, so at most n and at least n / 2 if
    nothing or everything happened."""
    p, error = estimate.value, estimate.mc_error
    size = n / TWINS
    if error and 0 < p < 1:
        size = p * (1 - p) / error**2
    centre = (p + Z95**2 / (2 * size)) / (1 + Z95**2 / size)
    half = Z95 / (1 + Z95**2 / size) * np.sqrt(p * (1 - p) / size + Z95**2 / (4 * size**2))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


@dataclass(frozen=True)
class Spread:
    """Three parts of the spread of a figure, as standard deviations."""

    assumptions: float  # what we do not know
    chance: float  # cases and money vary
    noise: float  # the computer's; falls with more replications


def spread(x: Floats) -> Spread | None:
    """Split the variance over replications, of which each two in turn share their assumptions.

    One-way analysis of variance with two observations a group; None with fewer than four replications.
    """
    pairs = x[: x.size // TWINS * TWINS].reshape(-1, TWINS)
    if pairs.shape[0] < 2:
        return None
    chance = float(np.mean((pairs[:, 0] - pairs[:, 1]) ** 2) / 2)
    unknown = max(float(np.var(pairs.mean(axis=1), ddof=1)) - chance / 2, 0.0)
    return Spread(float(np.sqrt(unknown)), float(np.sqrt(chance)), mean(x).mc_error or 0.0)
