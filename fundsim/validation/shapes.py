"""Section 8: the named shapes of an assumption, each from what its low, value and high mean."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from scipy import optimize, stats

from fundsim.model.parameters import Parameters
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Assumption, Quantity, quantiles
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.figures import METHOD
from fundsim.validation.tally import Tally

PLACES = tuple(i / 50 for i in range(1, 50))
WIDE = Quantity("factor", -1e9, 1e9)
Z90 = 1.2816  # as docs/method.md §3 writes the 90th percentile of a normal


def drawn(shape: str, low: float, value: float, high: float) -> list[float]:
    """Quantiles at PLACES."""
    a = Assumption(value=value, low=low, high=high, shape=shape)  # type: ignore[arg-type]
    return [float(x) for x in quantiles(a, WIDE, np.array(PLACES))]


def shapes(_: int) -> list[Check]:
    """Quantiles of each shape, inverted or fitted apart."""
    tally, normal = Tally(), NormalDist()
    tally.all_near(
        drawn("normal", 4, 6, 8), [6 + 2 / Z90 * normal.inv_cdf(u) for u in PLACES], 1e-4
    )
    log = math.log(2) / Z90
    tally.all_near(
        drawn("lognormal", 3, 6, 12), [6 * math.exp(log * normal.inv_cdf(u)) for u in PLACES], 1e-4
    )
    tally.all_near(drawn("uniform", 2, 3, 6), [2 + 4 * (u - 0.1) / 0.8 for u in PLACES])
    k = optimize.brentq(lambda k: stats.gamma.ppf(0.9, k) / stats.gamma.ppf(0.1, k) - 4, 0.5, 50)
    unit = 2 / stats.gamma.ppf(0.1, k)
    tally.all_near([stats.gamma.cdf(x / unit, k) for x in drawn("gamma", 2, 4, 8)], PLACES, 1e-6)
    # a beta that is its own mirror about one half
    p = optimize.brentq(lambda p: stats.beta.ppf(0.9, p, p) - 0.7, 0.5, 50)
    tally.all_near([stats.beta.cdf(x, p, p) for x in drawn("beta", 0.3, 0.5, 0.7)], PLACES, 1e-6)
    _triangle(tally)
    for shape in ("normal", "lognormal", "uniform", "gamma", "triangular", "pert"):
        middle = 4.0 if shape == "lognormal" else 5.0
        x = drawn(shape, 2, middle, 8)
        tally.near(x[4], 2.0, 1e-4)
        tally.near(x[44], 8.0, 1e-4)
    a = Assumption(value=2, shape="discrete", values=(1, 2, 7), probabilities=(0.25, 0.5, 0.25))
    found = [float(x) for x in quantiles(a, WIDE, np.array(PLACES))]
    tally.all_near(found, [1.0 if u < 0.25 else 2.0 if u < 0.75 else 7.0 for u in PLACES])
    line = Line("8.07", "Named shapes of assumptions", f"quantiles() at {len(PLACES)} places of normal, lognormal, uniform, gamma, beta, triangular, PERT and discrete assumptions; inverses in closed form, or fitted to the 10th and 90th percentile by scipy.stats", "values", f"{METHOD} §3; Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions")  # fmt: skip
    return [tally.check(line, 300)]


def _triangle(tally: Tally) -> None:
    """Below the mode F = (x − a)²/((b − a)(m − a)), above it 1 − F = (b − x)²/((b − a)(b − m))."""
    mode = 4.0
    x = dict(zip(PLACES, drawn("triangular", 2, mode, 9), strict=True))
    root = math.sqrt(0.04 / 0.02)
    a = (root * x[0.02] - x[0.04]) / (root - 1)
    b = (root * x[0.98] - x[0.96]) / (root - 1)
    for u, at in x.items():
        below = (at - a) ** 2 / ((b - a) * (mode - a))
        above = 1 - (b - at) ** 2 / ((b - a) * (b - mode))
        tally.near(below if at <= mode else above, u, 1e-6)


def narrowed(seed: int) -> list[Check]:
    """A reform that narrows what we know by a half: z = Φ⁻¹(u) is halved, at all times."""
    tally, numbers, years = Tally(), np.arange(0, 400, 2), np.arange(2025, 2035)
    effects = ", ".join(
        f'{{ on = "{key}", by = "narrow", size = {{ value = 0.5, unit = "factor", source = "judgement" }} }}'
        for key in ("award.median", "pathway.conviction_rate", "macro.inflation")
    )
    change = f'reform.know={{ label = "Know", from_year = 2030, effects = [ {effects} ] }}'
    wide, narrow = (
        Parameters(load("serbia+tariff", sets).world, Streams(seed, "RS"), numbers, years).drawn()
        for sets in ([], [change])
    )
    world = load("serbia+tariff").world
    for key, centre, scale in (
        ("award.median", world.award.median.value, math.log),
        ("pathway.conviction_rate", world.pathway.conviction_rate.value, lambda x: math.log(x / (1 - x))),
        ("macro.inflation", world.macro.inflation.value, float),
    ):  # fmt: skip
        middle = scale(centre)
        for x, y in zip(wide[key].tolist(), narrow[key].tolist(), strict=True):
            tally.near(scale(y) - middle, (scale(x) - middle) / 2, 1e-6)
    line = Line("8.08", "A reform that narrows a range", f"Parameters of {numbers.size} sets of three assumptions; the distance from the centre on each one's own scale is halved, with the same draw", "values", f"{METHOD} §3")  # fmt: skip
    return [tally.check(line, 500)]


GROUPS = (Group("8.07", "Named shapes", shapes), Group("8.08", "Narrowed ranges", narrowed))
