"""Monte Carlo errors, intervals and the parts of the spread (method §14).

A synthetic model takes the place of the simulator: its replications have the structure of the real
ones (twins that share a set of assumptions, batches of 16 sets in a Latin hypercube), its true values
are known in closed form.  An interval is right if it covers the true value in 95 % of repeated runs.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from fundsim.analysis.precision import (
    LEAST_FOR_995,
    Z95,
    Estimate,
    batch_error,
    difference,
    mean,
    probability,
    quantile,
    ratio,
    spread,
    tail_mean,
    wilson,
)

SEED = 20260711
REPEATS = 2000
BATCHES = 100  # of 32 replications
# 93-97 %, and three standard errors of a coverage over that many repeats
BAND = 3 * math.sqrt(0.95 * 0.05 / REPEATS)
LOW, HIGH = 0.93 - BAND / 2, 0.97 + BAND / 2


def assumptions(rng: np.random.Generator, batches: int) -> Any:
    """Standard normals of one assumption, a Latin hypercube in batches of 16 sets.  [replication]"""
    strata = rng.permuted(np.tile(np.arange(16), (batches, 1)), axis=1)
    z = stats.norm.ppf((strata + rng.uniform(size=strata.shape)) / 16)
    return np.repeat(z.ravel(), 2)


def additive(rng: np.random.Generator, batches: int = BATCHES) -> Any:
    """Y = 3·z₁ + 2·z₂ + 2·chance: normal with mean 0 and variance 17.  [replication]"""
    z = [assumptions(rng, batches) for _ in range(2)]
    return 3 * z[0] + 2 * z[1] + 2 * rng.normal(size=z[0].size)


def interacting(rng: np.random.Generator, batches: int = BATCHES) -> Any:
    """Y = 3·z₁·z₂ + chance, mean 0: a Latin hypercube does not help, and twins share 3·z₁·z₂."""
    z = [assumptions(rng, batches) for _ in range(2)]
    return 3 * z[0] * z[1] + rng.normal(size=z[0].size)


def coverage(truth: float, one: Callable[[np.random.Generator], Estimate]) -> float:
    """Share of repeats in which the 95 % interval holds the true value."""
    rng = np.random.default_rng(SEED)
    hits = 0
    for _ in range(REPEATS):
        estimate = one(rng)
        assert estimate.mc_error is not None
        hits += abs(estimate.value - truth) <= Z95 * estimate.mc_error
    return hits / REPEATS


SD = math.sqrt(17)
T95 = SD * stats.norm.pdf(stats.norm.ppf(0.95)) / 0.05  # mean beyond the 95 % quantile of a normal


def _ratio(rng: np.random.Generator) -> Estimate:
    """Two related sums with means 20 and 10."""
    z = [assumptions(rng, BATCHES) for _ in range(2)]
    below = 10 + z[0] + rng.normal(size=z[0].size)
    return ratio(20 + 3 * z[0] + 2 * z[1] + rng.normal(size=z[0].size) + below - 10, below)


def _paired(rng: np.random.Generator) -> Estimate:
    """The same futures twice: the second has 0.5 more, 20 % more of one assumption, and chance of its own."""
    z = [assumptions(rng, BATCHES) for _ in range(2)]
    chance = rng.normal(size=z[0].size)
    first = 3 * z[0] + 2 * z[1] + 2 * chance
    second = 0.5 + 3.6 * z[0] + 2 * z[1] + 2 * chance + 0.3 * rng.normal(size=chance.size)
    return difference(mean(first), mean(second))


def _paired_quantiles(rng: np.random.Generator) -> Estimate:
    """The 90th percentiles of a future and of the same with twice the spread."""
    x = additive(rng)
    return difference(quantile(x, 0.9), quantile(2 * x, 0.9))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "one"),
    [
        pytest.param(0.5, _paired, id="paired difference"),
        pytest.param(
            SD * stats.norm.ppf(0.9), _paired_quantiles, id="paired difference of quantiles"
        ),
        pytest.param(0.0, lambda rng: mean(additive(rng)), id="mean"),
        pytest.param(0.0, lambda rng: mean(interacting(rng)), id="mean of an interaction"),
        pytest.param(2.0, _ratio, id="ratio"),
        pytest.param(0.0, lambda rng: quantile(additive(rng), 0.5), id="median"),
        pytest.param(
            SD * stats.norm.ppf(0.9), lambda rng: quantile(additive(rng), 0.9), id="90th percentile"
        ),
        pytest.param(T95, lambda rng: tail_mean(additive(rng), 0.95), id="TVaR"),
        pytest.param(
            stats.norm.sf(6 / SD),
            lambda rng: probability((additive(rng) > 6).astype(float)),
            id="probability",
        ),
    ],
)
def test_intervals_cover(truth: float, one: Callable[[np.random.Generator], Estimate]) -> None:
    """Intervals value ± 1.96 errors of 3,200 replications hold the truth in 93-97 % of 2,000 runs.

    Truths: normal quantile σ·Φ⁻¹(p), TVaR σ·φ(Φ⁻¹(p))/(1-p), probability 1 - Φ(6/σ), ratio 20/10.
    The band is widened by 1.5 standard errors of the coverage itself.
    """
    assert LOW <= coverage(truth, one) <= HIGH


@pytest.mark.slow
@pytest.mark.parametrize(("model", "too_wide"), [(additive, True), (interacting, False)])
def test_errors_without_batches_would_be_wrong(model: Callable[..., Any], too_wide: bool) -> None:
    """The check can fail: s/√n covers too often with a Latin hypercube, too rarely with twins alone."""

    def naive(rng: np.random.Generator) -> Estimate:
        x = model(rng)
        return Estimate(float(x.mean()), float(x.std(ddof=1) / math.sqrt(x.size)))

    found = coverage(0.0, naive)
    assert found > HIGH if too_wide else found < LOW


@pytest.mark.slow
def test_error_of_the_mean_is_its_standard_deviation() -> None:
    """The mean's error², averaged over runs, is the variance of the mean over runs (unbiased by batches).

    For chance alone it is σ²/n; twins that are equal double it.
    """
    rng = np.random.default_rng(SEED)
    runs = [mean(additive(rng)) for _ in range(REPEATS)]
    variance = np.var([e.value for e in runs], ddof=1)
    squares = np.array([float(e.mc_error or 0) ** 2 for e in runs])
    # the variance of 2,000 values has relative standard error √(2/2000)
    assert abs(squares.mean() / variance - 1) < 4 * math.sqrt(2 / REPEATS)

    x = rng.normal(size=32 * 4000)
    error = mean(x).mc_error
    assert error is not None
    assert abs(error**2 * x.size - 1) < 4 * math.sqrt(2 / 4000)
    twins = np.repeat(x[::2], 2)
    error = mean(twins).mc_error
    assert error is not None
    assert abs(error**2 * x.size / 2 - 1) < 4 * math.sqrt(2 / 4000)


def test_batch_error_by_hand() -> None:
    """√(B/(B-1)·Σ(batch sums)²)/n, batches of 32 from eight on, pairs below."""
    sums = np.array([8.0, -8, 4, -4, 0, 0, 6, -6])
    influence = np.repeat(sums / 32, 32)
    assert batch_error(influence) == pytest.approx(math.sqrt(8 / 7 * 232) / 256)
    pairs = np.array([1.0, 2, -3, -1, 0.5, 0.5])  # sums 3, -4, 1
    assert batch_error(pairs) == pytest.approx(math.sqrt(3 / 2 * 26) / 6)
    # eight batches less one replication: pairs again
    cut = influence[:-1]
    assert batch_error(cut) == pytest.approx(
        math.sqrt(128 / 127 * (16 * 232 * 4 / 1024 - 3 * (6 / 32) ** 2)) / 255
    )


def test_estimates_by_hand() -> None:
    """Values of the statistics on a small table."""
    x = np.array([4.0, 1, 3, 2, 10])
    assert mean(x).value == 4
    assert quantile(x, 0.5).value == 3
    assert tail_mean(x, 0.5).value == 3 + (1 + 7) / 5 / 0.5
    assert ratio(x, 2 * x).value == 0.5
    assert ratio(x, 2 * x).mc_error == 0
    assert probability(np.array([1.0, 0, 0, 1])).value == 0.5
    assert math.isnan(ratio(x, 0 * x).value)
    assert ratio(x, 0 * x).mc_error is None


def test_tail_mean_of_ties() -> None:
    """A tenth of the futures lose 100, the rest nothing: TVaR at 95 % is 100, at 80 % it is 50."""
    x = np.repeat([0.0, 100.0], [900, 100])
    assert tail_mean(x, 0.95).value == pytest.approx(100)
    assert tail_mean(x, 0.8).value == pytest.approx(50)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_few_replications(n: int) -> None:
    """No crash, no warning; no error from one or two (one pair), and none that is not finite from three."""
    x = np.arange(1.0, n + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [
            mean(x),
            ratio(x, x + 1),
            quantile(x, 0.9),
            tail_mean(x, 0.9),
            probability((x > 1.5).astype(float)),
        ]
        bounds = wilson(probability((x > 1.5).astype(float)), n)
        assert spread(x) is None
    for estimate in found:
        assert math.isfinite(estimate.value)
        if n < 3:
            assert estimate.mc_error is None
        else:
            assert estimate.mc_error is None or estimate.mc_error >= 0
    assert 0 <= bounds[0] < bounds[1] <= 1


def test_spread_needs_two_pairs() -> None:
    """From four replications on; a fifth without a twin is left out of the parts."""
    assert spread(np.arange(3.0)) is None
    four = spread(np.array([1.0, 3, 7, 9]))
    assert four is not None
    # chance: (4 + 4)/2/2 = 2; all between the pairs' means 2 and 8: 18; less half the chance: 17
    assert (four.chance**2, four.assumptions**2) == pytest.approx((2, 17))
    five = spread(np.array([1.0, 3, 7, 9, 1000]))
    assert five is not None
    assert (five.chance, five.assumptions) == (four.chance, four.assumptions)


def test_spread_without_uncertainty_or_without_chance() -> None:
    """Nothing negative: where the twins differ more than the pairs, what we do not know is 0."""
    no_assumptions = spread(np.array([1.0, -1, 1, -1]))
    assert no_assumptions is not None
    parts = (no_assumptions.assumptions, no_assumptions.chance)
    assert parts == pytest.approx((0, math.sqrt(2)))
    no_chance = spread(np.array([1.0, 1, 5, 5]))
    assert no_chance is not None
    assert (no_chance.assumptions, no_chance.chance) == pytest.approx((math.sqrt(8), 0))


@pytest.mark.parametrize(("unknown", "chance"), [(3.0, 4.0), (5.0, 1.0), (0.5, 2.0)])
def test_spread_recovers_known_parts(unknown: float, chance: float) -> None:
    """Y = a·z + c·chance over 40,000 pairs: chance² → c², what we do not know² → a².

    Standard errors of one-way analysis of variance with m pairs: c²·√(2/m) and, for a²,
    √(2·(a² + c²/2)² + c⁴/2)/√m.
    """
    rng = np.random.default_rng(SEED)
    m = 40_000
    x = unknown * np.repeat(rng.normal(size=m), 2) + chance * rng.normal(size=2 * m)
    found = spread(x)
    assert found is not None
    assert abs(found.chance**2 - chance**2) < 4 * chance**2 * math.sqrt(2 / m)
    error = math.sqrt((2 * (unknown**2 + chance**2 / 2) ** 2 + chance**4 / 2) / m)
    assert abs(found.assumptions**2 - unknown**2) < 4 * error
    assert found.noise == mean(x).mc_error


def test_spread_with_a_latin_hypercube() -> None:
    """The parts are 13 and 4 for the additive model, as without strata (mean over 300 runs)."""
    rng = np.random.default_rng(SEED)
    runs = [spread(additive(rng)) for _ in range(300)]
    for part, expected in (("assumptions", 13.0), ("chance", 4.0)):
        squares = np.array([getattr(run, part) ** 2 for run in runs])
        error = squares.std(ddof=1) / math.sqrt(squares.size)
        assert abs(squares.mean() - expected) < 4 * error + 0.01 * expected


# ---------------------------------------------------------------------------------------- Wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(10, 100, 0.0552, 0.1744), (1, 10, 0.0179, 0.4042), (50, 100, 0.4038, 0.5962)],
)
def test_wilson_against_tables(hits: int, n: int, low: float, high: float) -> None:
    """Published 95 % Wilson intervals of independent trials, to four digits (Newcombe 1998 and tables)."""
    p = hits / n
    estimate = Estimate(p, math.sqrt(p * (1 - p) / n))
    assert wilson(estimate, n) == pytest.approx((low, high), abs=6e-5)


def test_wilson_at_the_effective_number() -> None:
    """Twice the error is a quarter of the replications."""
    p = 0.2
    once = Estimate(p, math.sqrt(p * (1 - p) / 100))
    doubled = Estimate(p, 2 * math.sqrt(p * (1 - p) / 400))
    assert wilson(doubled, 400) == pytest.approx(wilson(once, 100))


@pytest.mark.parametrize("n", [1, 2, 100, 10_000])
def test_wilson_of_none_and_of_all(n: int) -> None:
    """0 of n: (0, z²/(n/2 + z²)), at half the replications since twins share; all of n: its mirror."""
    upper = 1.96**2 / (n / 2 + 1.96**2)
    assert wilson(probability(np.zeros(n)), n) == pytest.approx((0, upper), rel=1e-4)
    assert wilson(probability(np.ones(n)), n) == pytest.approx((1 - upper, 1), rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [5.0, 8.0])
def test_wilson_covers(limit: float) -> None:
    """Wilson intervals of a probability (11 %, 2.6 %) of 640 replications cover it in 93-97 % of runs.

    One point more is allowed, since an error from 20 batches is itself uncertain (Student, 19 degrees).
    """
    rng = np.random.default_rng(SEED)
    truth = float(stats.norm.sf(limit / SD))
    hits = 0
    for _ in range(REPEATS):
        x = (additive(rng, 20) > limit).astype(float)
        low, high = wilson(probability(x), x.size)
        hits += low <= truth <= high
    assert LOW - 0.01 <= hits / REPEATS <= HIGH + 0.01


def test_least_number_for_a_995_quantile() -> None:
    """The smallest n with 1 - 0.995ⁿ ≥ 0.975: below it the largest of n is too often below the quantile."""
    n = next(n for n in range(1, 10_000) if 1 - 0.995**n >= 0.975)
    assert n == LEAST_FOR_995 == 736
