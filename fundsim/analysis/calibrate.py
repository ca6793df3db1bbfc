"""From published counts to assumptions: what they say of a number, and how surely (method §21).

Each fit is a posterior on a grid, read at its 10th, 50th and 90th percentile: no draws, so the same counts give the same
numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from fundsim.model.caseload import poisson_quantile
from fundsim.scenario.assumption import Z90, Floats

STEPS = (41, 31, 31)  # points of the grid: mean, growth, dispersion
TREND_SD = 0.1  # prior of log growth a year: registers seldom grow or shrink by more than a fifth
SIZE_MIDDLE, SIZE_SD = 10.0, 1.2  # prior of the size k, on the log scale
SPREAD_MIDDLE, SPREAD_SD = 0.8, 0.6  # prior of a log sd, on the log scale
PREDICTED = 4096  # points by which a prediction is read
GOLDEN = (math.sqrt(5) - 1) / 2  # spreads points evenly
PERCENTS = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Count:
    """How many in a year, or in several from it on: between low and high, which are equal where the number is known."""

    year: int
    low: int
    high: int
    years: int = 1

    @property
    def middle(self) -> float:
        """The number, or the middle of what it may be."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Range:
    """What is believed of a number: its 10th, 50th and 90th percentile."""

    low: float
    value: float
    high: float


@dataclass(frozen=True)
class Register:
    """What yearly counts say of their mean, its growth and its dispersion.

    weight   of each point of the grid, summing to 1;  log_mean  at the middle of the years;  growth  log a year;  size  k
    middle   the middle of the years
    """

    weight: Floats
    log_mean: Floats
    growth: Floats
    size: Floats
    middle: float

    def level(self, year: int) -> Range:
        """The mean of a year."""
        return _range(np.exp(self.log_mean + self.growth * (year - self.middle)), self.weight)

    @property
    def trend(self) -> Range:
        """Growth a year, as a share."""
        return _range(np.expm1(self.growth), self.weight)

    @property
    def dispersion(self) -> Range:
        """The size k of the negative binomial."""
        return _range(self.size, self.weight)

    def tied(self, year: int) -> float:
        """The rank correlation of the level of a year and the trend."""
        level = self.log_mean + self.growth * (year - self.middle)
        r = _covariance(level, self.growth, self.weight) / math.sqrt(
            _covariance(level, level, self.weight) * _covariance(self.growth, self.growth, self.weight)
        )  # fmt: skip
        return 6 / math.pi * math.asin(max(min(r, 1.0), -1.0) / 2)

    def predicted(self, year: int) -> dict[float, float]:
        """The count of a year at each of PERCENTS."""
        points: Floats = (np.arange(PREDICTED) + 0.5) / PREDICTED
        cell = np.searchsorted(np.cumsum(self.weight), points).clip(0, self.weight.size - 1)
        mean = np.exp(self.log_mean + self.growth * (year - self.middle))[cell]
        k = self.size[cell]
        u = (np.arange(PREDICTED) * GOLDEN + 0.5) % 1
        rate = (mean * special.gammaincinv(k, u) / k).astype(np.float64)
        v = (np.arange(PREDICTED) * math.sqrt(2) + 0.5) % 1
        count = poisson_quantile(np.asarray(v, dtype=np.float64), rate)
        return dict(zip(PERCENTS, np.quantile(count, PERCENTS).tolist(), strict=True))


def register(counts: Sequence[Count]) -> Register:
    """Fit a negative binomial whose mean grows at a constant rate.

    Priors: the mean flat on the log scale; growth normal about 0; k lognormal.
    """
    middle = float(np.mean([one.year + (one.years - 1) / 2 for one in counts]))
    mean = max(float(np.mean([one.middle / one.years for one in counts])), 0.3)
    centre = np.array([math.log(mean), 0.0, math.log(SIZE_MIDDLE)])
    half = np.array([1.5 + 2 / math.sqrt(mean), 3 * TREND_SD, 3 * SIZE_SD])
    for _ in range(3):  # each grid is laid about what the one before has found
        axes = [np.linspace(c - h, c + h, n) for c, h, n in zip(centre, half, STEPS, strict=True)]
        a, b, c = (grid.ravel() for grid in np.meshgrid(*axes, indexing="ij"))
        weight = _posterior(counts, a, b, c, middle)
        for place, x in enumerate((a, b, c)):
            centre[place] = np.sum(weight * x)
            half[place] = 4.5 * math.sqrt(max(_covariance(x, x, weight), 1e-6))
    return Register(weight, a, b, np.exp(c), middle)


def _posterior(counts: Sequence[Count], a: Floats, b: Floats, c: Floats, middle: float) -> Floats:
    k = np.exp(c)
    log = -0.5 * (b / TREND_SD) ** 2 - 0.5 * ((c - math.log(SIZE_MIDDLE)) / SIZE_SD) ** 2
    for one in counts:
        years = range(one.year, one.year + one.years)
        mean = sum((np.exp(a + b * (year - middle)) for year in years), np.zeros_like(a))
        size = k * one.years  # as if the mean were the same in each of them
        if one.low == one.high:
            log = log + _log_pmf(one.low, mean, size)
        else:
            chance = _cdf(one.high, mean, size) - _cdf(one.low - 1, mean, size)
            log = log + np.log(np.maximum(chance, 1e-300))
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def _cdf(n: int, mean: Floats, k: Floats) -> Floats:
    """The chance of at most n from a negative binomial of that mean and size."""
    return np.asarray(
        special.betainc(k, n + 1.0, k / (k + mean)) if n >= 0 else np.zeros_like(mean)
    )


def _log_pmf(n: int, mean: Floats, k: Floats) -> Floats:
    """Log chance of n from a negative binomial of that mean and size."""
    log = special.gammaln(n + k) - special.gammaln(k) - special.gammaln(n + 1)
    return np.asarray(log - k * np.log1p(mean / k) + n * (np.log(mean) - np.log(k + mean)))


@dataclass(frozen=True)
class Part:
    """So many of so many in a year."""

    year: int
    some: float
    of: float


def share(parts: Sequence[Part]) -> Range:
    """The share of all years together: beta, from Jeffreys' prior, wider where years differ more than chance allows."""
    some, of = sum(one.some for one in parts), sum(one.of for one in parts)
    wide = overdispersion(parts)
    first, second = 0.5 + some / wide, 0.5 + (of - some) / wide
    low, value, high = (float(special.betaincinv(first, second, p)) for p in (0.1, 0.5, 0.9))
    return Range(low, value, high)


def overdispersion(parts: Sequence[Part]) -> float:
    """By how much the variance between years exceeds that of chance; at least 1."""
    some, of = sum(one.some for one in parts), sum(one.of for one in parts)
    p = some / of
    if len(parts) < 2 or not 0 < p < 1:
        return 1.0
    chi2 = sum((one.some - one.of * p) ** 2 / (one.of * p * (1 - p)) for one in parts)
    return max(chi2 / (len(parts) - 1), 1.0)


@dataclass(frozen=True)
class Between:
    """So many observations between two amounts or durations; low equals high where each is known exactly."""

    low: float
    high: float
    count: float


@dataclass(frozen=True)
class Lognormal:
    """What amounts or durations say of their median and spread.  weight, mu, sigma  of each point of the grid"""

    weight: Floats
    mu: Floats
    sigma: Floats

    @property
    def median(self) -> Range:
        """The median."""
        return _range(np.exp(self.mu), self.weight)

    @property
    def p90(self) -> Range:
        """The 90th percentile."""
        return _range(np.exp(self.mu + Z90 * self.sigma), self.weight)

    @property
    def spread(self) -> Range:
        """The standard deviation of the logarithm."""
        return _range(self.sigma, self.weight)


def lognormal(found: Sequence[Between]) -> Lognormal:
    """Fit a lognormal to amounts or durations, known exactly or between two numbers.

    Priors: the median flat on the log scale; the log sd lognormal.
    """
    ends = [x for one in found for x in (one.low, one.high) if 0 < x < math.inf]
    centre = np.array([float(np.mean(np.log(ends))), math.log(SPREAD_MIDDLE)])
    half = np.array([3.0, 3 * SPREAD_SD])
    for _ in range(3):
        axes = [np.linspace(c - h, c + h, 81) for c, h in zip(centre, half, strict=True)]
        mu, log_sigma = (grid.ravel() for grid in np.meshgrid(*axes, indexing="ij"))
        sigma = np.exp(log_sigma)
        log = -0.5 * ((log_sigma - math.log(SPREAD_MIDDLE)) / SPREAD_SD) ** 2
        for one in found:
            if one.low == one.high:
                z = (math.log(one.low) - mu) / sigma
                log = log + one.count * (-0.5 * z**2 - log_sigma)
            else:
                low, high = ((_log_of(x) - mu) / sigma for x in (one.low, one.high))
                chance = special.ndtr(high) - special.ndtr(low)
                log = log + one.count * np.log(np.maximum(chance, 1e-300))
        weight = np.exp(log - log.max())
        weight = weight / weight.sum()
        for place, x in enumerate((mu, log_sigma)):
            centre[place] = np.sum(weight * x)
            half[place] = 4.5 * math.sqrt(max(_covariance(x, x, weight), 1e-8))
    return Lognormal(weight, mu, sigma)


def _log_of(x: float) -> float:
    return -math.inf if x <= 0 else math.inf if math.isinf(x) else math.log(x)


def _covariance(x: Floats, y: Floats, weight: Floats) -> float:
    return float(np.sum(weight * x * y) - np.sum(weight * x) * np.sum(weight * y))


def _range(x: Floats, weight: Floats) -> Range:
    """The 10th, 50th and 90th percentile of values with weights."""
    values, place = np.unique(x, return_inverse=True)
    each = np.bincount(place, weights=weight)
    passed = np.cumsum(each) - each / 2
    low, value, high = np.interp((0.1, 0.5, 0.9), passed, values)
    return Range(float(low), float(value), float(high))


@dataclass(frozen=True)
class Held:
    """A year that was not fitted to: what was predicted of it at each of PERCENTS, and what was counted."""

    count: Count
    predicted: dict[float, float]

    def inside(self, least: float, most: float) -> bool:
        """Whether what was counted may lie between two percentiles."""
        return bool(
            self.count.high >= self.predicted[least] and self.count.low <= self.predicted[most]
        )


def held_out(counts: Sequence[Count], last: int) -> list[Held]:
    """Each year after `last`, predicted from the years up to it."""
    known = [one for one in counts if one.year <= last]
    fit = register(known)
    return [Held(one, fit.predicted(one.year)) for one in counts if one.year > last]
