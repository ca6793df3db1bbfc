"""Section 4: are the errors that fundsim prints the errors that it makes?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special, stats

from fundsim.analysis import precision
from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.precision import Estimate
from fundsim.model.parameters import BATCH, STRATA, TWINS, stratified
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import load
from fundsim.validation.check import LEAST_P, Check, Group, Line, between, by_z, within

RUNS, BATCHES = 2000, 100  # synthetic runs, and batches of each
SEEDS, OF_SEED = 240, 256  # runs of a scenario with other seeds, and replications of each
SD = math.sqrt(17)
ROOT = "central limit theorem; batches are independent (docs/method.md §14)"
MORRIS = (
    "Morris, White, Crowther (2019), Statistics in Medicine 38: coverage and its Monte Carlo error"
)


def synthetic(seed: int) -> tuple[Floats, Floats]:
    """Runs of Y = 3·z₁ + 2·z₂ + 2·chance and of a related positive sum, with the model's own batches.

    z are assumptions drawn by `stratified`, shared by twins; Y is normal with mean 0 and variance 17.
    returns  two tables [run, replication]
    """
    streams, sets = Streams(seed, "validation"), RUNS * BATCHES * STRATA
    numbers = np.arange(sets)
    z = special.ndtri(stratified(streams, ("one", "two"), numbers))
    z1, z2 = np.repeat(z, TWINS, axis=1)
    chance = special.ndtri(streams.of_replications(["chance"], np.arange(sets * TWINS))[0])
    y = (3 * z1 + 2 * z2 + 2 * chance).reshape(RUNS, -1)
    below = (10 + z1 - 0.5 * chance).reshape(RUNS, -1)
    return y, below


def coverage(seed: int) -> list[Check]:
    """95 % intervals hold the true value in 95 % of runs.

    With B batches the error has B − 1 degrees of freedom, so a right interval of ± 1.96 errors covers
    P(|t| < 1.96).  The statistics that are not means are allowed one point more for their own bias.
    """
    y, below = synthetic(seed)
    t = float(2 * stats.t.cdf(precision.Z95, BATCHES - 1) - 1)
    edge = 6.0
    p = float(stats.norm.sf(edge / SD))
    q90 = SD * float(special.ndtri(0.9))
    t95 = SD * float(stats.norm.pdf(special.ndtri(0.95))) / 0.05
    normal = (precision.Z95 * -1, precision.Z95)

    def covers(estimate: Estimate, truth: float) -> bool:
        error = estimate.mc_error if estimate.mc_error is not None else math.nan
        return normal[0] * error <= estimate.value - truth <= normal[1] * error

    def wilson_covers(x: Floats) -> bool:
        low, high = precision.wilson(precision.probability(x), x.size)
        return low <= p <= high

    ways: dict[str, tuple[Callable[[int], bool], float]] = {
        "a mean": (lambda i: covers(precision.mean(y[i]), 0.0), 0.0),
        "a difference of paired means": (lambda i: covers(precision.mean(y[i] - below[i]), -10.0), 0.0),
        "a ratio": (lambda i: covers(precision.ratio(y[i] + 2 * below[i], below[i]), 2.0), 0.01),
        "a probability (Wilson)": (lambda i: wilson_covers((y[i] > edge).astype(np.float64)), 0.01),
        "a 90 % quantile": (lambda i: covers(precision.quantile(y[i], 0.9), q90), 0.015),
        "a TVaR 95 %": (lambda i: covers(precision.tail_mean(y[i], 0.95), t95), 0.01),
    }  # fmt: skip
    error = math.sqrt(t * (1 - t) / RUNS)
    what = f"precision.py on {RUNS:,} runs of {BATCHES * BATCH:,} synthetic replications with a known answer"
    found = []
    for letter, (name, (one, allowed)) in zip("abcdef", ways.items(), strict=True):
        share = float(np.mean([one(i) for i in range(RUNS)]))
        line = Line(
            f"4.02{letter}",
            f"95 % interval of {name}, coverage",
            f"{what}; P(|t₉₉| < 1.96)" + (f", {100 * allowed:g} points allowed" if allowed else ""),
            "share",
            MORRIS,
        )
        found.append(by_z(line, share, t, error, slack=allowed))
    return found


def reported(seed: int) -> list[Check]:
    """The error that a run reports against the spread of its figure over other seeds."""
    world = load("montenegro+tariff", ["time.horizon_years=4", "time.runoff_years=2"]).world
    values: dict[str, list[Estimate]] = {"due_a_year": [], "ruin": [], "peak_need": []}
    for i in range(SEEDS):
        found = outcomes(simulate(world, seed + 1 + i, np.arange(OF_SEED)))
        for name, estimates in values.items():
            estimates.append(precision.mean(found[name]))
    low, high = (float(stats.chi2.ppf(p, SEEDS - 1)) for p in (LEAST_P / 2, 1 - LEAST_P / 2))
    labels = {
        "due_a_year": "cost a year",
        "ruin": "probability of a shortfall",
        "peak_need": "peak need",
    }
    checks = []
    for letter, (name, estimates) in zip("abc", values.items(), strict=True):
        errors = np.array([e.mc_error or 0.0 for e in estimates])
        spread = float(np.std([e.value for e in estimates], ddof=1))
        ratio = spread / float(np.sqrt(np.mean(errors**2)))
        limits = (math.sqrt(low / (SEEDS - 1)), math.sqrt(high / (SEEDS - 1)))
        line = Line(
            f"4.01{letter}",
            f"Reported Monte Carlo error of the {labels[name]}",
            f"standard deviation over {SEEDS} seeds of {OF_SEED} replications / reported error, montenegro+tariff, four years",
            "ratio",
            "χ² of a variance of normal values; reliability of errors after Koehler, Brown, Haneuse (2009)",
        )
        checks.append(between(line, ratio, 1.0, 1 / math.sqrt(2 * (SEEDS - 1)), limits, LEAST_P))
    return checks  # fmt: skip


def convergence(seed: int) -> list[Check]:
    """The error falls with 1/√n: slope of its logarithm over sizes, from disjoint runs of one scenario."""
    world = load("montenegro+tariff", ["time.horizon_years=3", "time.runoff_years=2"]).world
    n = 32 * 1280
    x = np.concatenate(
        [
            outcomes(simulate(world, seed, np.arange(i, i + 512)))["due_a_year"]
            for i in range(0, n, 512)
        ]
    )
    what = f"montenegro+tariff, cost a year, {n:,} replications in runs of 32, 128 and 512"
    line = Line("4.03a", "Error falls with 1/√n in a scenario, slope on logarithms", what, "", ROOT)
    y = synthetic(seed)[0].ravel()
    what = f"the synthetic replications of 4.02, {y.size:,} in runs of 32, 128 and 512"
    tight = Line("4.03b", "Error falls with 1/√n, slope on logarithms", what, "", ROOT)
    return [_slope(line, x), _slope(tight, y)]


def _slope(line: Line, x: Floats) -> Check:
    """Slope of the logarithm of a mean's standard deviation on that of n; −½ in theory.

    Each size has replications of its own, so that the points are independent.
    """
    cuts = [0, x.size // 8 // 512 * 512, 3 * x.size // 8 // 512 * 512, x.size]
    sizes = (32, 128, 512)
    means = [
        x[start:stop].reshape(-1, size).mean(axis=1)
        for size, start, stop in zip(sizes, cuts[:-1], cuts[1:], strict=True)
    ]
    logs = np.array([math.log(float(np.std(m, ddof=1))) for m in means])
    # var of log s is about (1 + κ/2)/(2(m − 1)), κ the excess kurtosis
    kurtosis = [max(float(stats.kurtosis(m)), 0.0) for m in means]
    weights = np.array(
        [2 * (m.size - 1) / (1 + k / 2) for m, k in zip(means, kurtosis, strict=True)]
    )
    place = np.log(sizes)
    centre = float((weights * place).sum() / weights.sum())
    spread = float((weights * (place - centre) ** 2).sum())
    slope = float((weights * (place - centre) * logs).sum() / spread)
    return by_z(line, slope, -0.5, 1 / math.sqrt(spread))


def parts(seed: int) -> list[Check]:
    """The parts of the spread of Y = a·z + c·chance, and the least number for a 99.5 % quantile."""
    a, c, m = 3.0, 4.0, 60_000
    streams = Streams(seed, "validation")
    z = np.repeat(special.ndtri(streams.of_replications(["part"], np.arange(m))[0]), TWINS)
    x = a * z + c * special.ndtri(streams.of_replications(["part chance"], np.arange(TWINS * m))[0])
    found = precision.spread(x)
    unknown, chance = (found.assumptions**2, found.chance**2) if found else (math.nan, math.nan)
    error = math.sqrt((2 * (a**2 + c**2 / 2) ** 2 + c**4 / 2) / m)
    cite = "one-way analysis of variance: Searle, Casella, McCulloch, Variance Components, ch. 3"
    what = f"precision.spread() on {m:,} pairs of Y = 3·z + 4·chance"
    least = next(n for n in range(1, 10_000) if 1 - 0.995**n >= 0.975)
    hand = np.repeat(np.array([8.0, -8, 4, -4, 0, 0, 6, -6]) / BATCH, BATCH)
    by_hand = math.sqrt(8 / 7 * 232) / (8 * 32)
    own = precision.batch_error(hand)
    line = Line(
        "4.06",
        "Error from batches, by hand",
        "precision.batch_error() of eight batches; √(B/(B−1)·Σ(sums)²)/n = √(8/7·232)/256",
        "",
        "docs/method.md §14",
    )
    return [
        by_z(Line("4.04a", "Spread from what we do not know, variance", f"{what}; 9", "", cite), unknown, a**2, error),
        by_z(Line("4.04b", "Spread from chance, variance", f"{what}; 16", "", cite), chance, c**2, c**2 * math.sqrt(2 / m)),
        within(Line("4.05", "Least replications for a 99.5 % quantile", "precision.LEAST_FOR_995; the smallest n with 1 − 0.995ⁿ ≥ 0.975, searched", "replications", "order statistics: David and Nagaraja, Order Statistics, § 7.1"), float(precision.LEAST_FOR_995), float(least), 0.0),
        within(line, math.nan if own is None else own, by_hand, 1e-12),
    ]  # fmt: skip


GROUPS = (
    Group("4.01", "Reported errors", reported),
    Group("4.02", "Coverage", coverage),
    Group("4.03", "Convergence", convergence),
    Group("4.04", "Parts of the spread", parts),
)
