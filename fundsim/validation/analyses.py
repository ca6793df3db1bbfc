"""Section 6: what analyses tell of a model whose answer is known."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from fundsim.analysis.indices import first_order, function_indices
from fundsim.analysis.information import evppi
from fundsim.analysis.needs import enough, needs
from fundsim.analysis.project import project
from fundsim.model.parameters import TWINS, stratified
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line, by_z, exact, within
from fundsim.validation.exact_ruin import ruin
from fundsim.validation.exact_sums import Number, compound, of_mean

A, B = 7.0, 0.1
SETS = 5000
ISHIGAMI = "Ishigami and Homma (1990), a = 7, b = 0.1: indices in closed form"
N = 9600  # replications of the decision with a known value
# the yearly cost that is worked out twice, euro; the fund that pays it
RATE, MEAN, CAP = 40, 8000, 20_000
CAPITAL, INCOME = 150_000, 310_000.0
STEP, MOST_SUM = 50, 1_000_000  # lattice of the recursion, and the sum beyond which nothing counts
SHORT = ("time.horizon_years=6", "time.runoff_years=2", "time.history_years=4")


def ishigami(u: Floats) -> Floats:
    """sin x₁ + a·sin² x₂ + b·x₃⁴·sin x₁ with x = π(2u − 1).  u  [3, point]"""
    x = np.pi * (2 * u - 1)
    return np.asarray(np.sin(x[0]) + A * np.sin(x[1]) ** 2 + B * x[2] ** 4 * np.sin(x[0]))


def known_indices() -> tuple[Floats, Floats]:
    """First-order and total indices of the Ishigami function."""
    parts = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 8 * B**2 * np.pi**8 / 225
    first = np.array([parts[0], parts[1], 0.0])
    total = np.array([parts[0] + parts[2], parts[1], parts[2]])
    return first / sum(parts), total / sum(parts)


def sobol(seed: int) -> list[Check]:
    """The three estimators of influence on a function with known indices."""
    first, total = known_indices()
    found = function_indices(ishigami, 3, seed=seed)
    u = stratified(Streams(seed, "RS"), ["x1", "x2", "x3"], np.arange(SETS))
    given = first_order(u, ishigami(u), seed=seed)
    checks = []
    for place, (ours, theirs, limit, name, sample) in enumerate((
        (found.first.value, first, 0.02, "first order, by exchange", "4,096 points of each matrix"),
        (found.total.value, total, 0.02, "total, by exchange", "4,096 points of each matrix"),
        (given.share.value, first, 0.03, "first order, from given data", f"{SETS:,} sets"),
    )):  # fmt: skip
        worst = int(np.argmax(np.abs(ours - theirs)))
        line = Line(
            f"6.01{'abc'[place]}", f"Sobol' index, {name}",
            f"the Ishigami function's index that is furthest off, of three; {sample}", "share", ISHIGAMI,
        )  # fmt: skip
        checks.append(within(line, float(ours[worst]), float(theirs[worst]), limit))
    return checks


def information(seed: int) -> list[Check]:
    """Choosing between a loss of 0 and one that is normal: what learning a part of it is worth."""
    streams = Streams(seed, "RS")
    sets = stratified(streams, ["x1", "x2", "x3"], np.arange(N // TWINS))
    z = np.repeat(special.ndtri(sets), TWINS, axis=1)
    chance = special.ndtri(streams.of_replications(["chance"], np.arange(N)))[0]
    mean, weights = 0.5, (3.0, 1.0)
    loss = mean + weights[0] * z[0] + weights[1] * z[1] + 2 * chance
    losses = np.stack([np.zeros(N), loss])
    citation = "unit normal linear loss, Raiffa and Schlaifer (1961): s·φ(m/s) − m·Φ(−m/s)"
    checks: list[Check] = []
    for name, inputs, sd in (
        ("the greater part", z[0], weights[0]), ("the smaller part", z[1], weights[1]),
        ("both parts", z[:2], math.hypot(*weights)), ("what does not matter", z[2], 0.0),
    ):  # fmt: skip
        value = evppi(losses, inputs).value
        line = Line(
            f"6.02{'abcd'[len(checks)]}", f"Worth of learning {name}",
            f"EVPPI of a choice between 0 and a normal loss by regression; {N:,} replications", "EUR", citation,
        )  # fmt: skip
        checks.append(by_z(line, value.value, _worth(mean, sd), value.mc_error or 0.0))
    return checks


def _worth(mean: float, sd: float) -> float:
    if sd == 0:
        return 0.0
    density = math.exp(-0.5 * (mean / sd) ** 2) / math.sqrt(2 * math.pi)
    return min(0.0, mean) + sd * density - mean * float(special.ndtr(-mean / sd))


def solved(seed: int) -> list[Check]:
    """A run with the solved contribution and capital: exactly as many futures last as were asked for."""
    n, off = 500, 0
    for name in ("serbia+tariff", "kosovo+tariff+budget_cut", "albania+mixed_financing"):
        need = needs(load(name, SHORT), "budget", n, seed)
        for sets, needed in ((("income.budget.vote=fixed", "income.budget.amount"), need.contribution),
                             (("fund.opening_capital",), need.capital)):  # fmt: skip
            answer = enough(needed, 0.9)
            *fixed, key = sets
            [again] = project([load(name, [*SHORT, *fixed, f"{key}={answer.amount}"])], n, seed)
            off += abs(round(n * answer.solvent.value) - int((again.column("ruin") == 0).sum()))
    line = Line(
        "6.03", "Solved contribution and capital",
        "futures that last when run again with the amount that suffices in nine of ten, three scenarios",
        "futures", "the run itself; docs/method.md §12",
    )  # fmt: skip
    return [exact(line, off, 6 * n)]


def exactly(_: int) -> list[Check]:
    """Fourier inversion with bounds against closed moments and Panjer's recursion on another lattice."""
    year = compound(Number(RATE), of_mean(MEAN, 1, CAP), step=1)
    coarse = compound(Number(RATE), of_mean(MEAN, 1, CAP), step=5)
    risk = ruin(CAPITAL, np.full(10, INCOME), [coarse] * 10)
    law = panjer(STEP)
    so_far = np.cumsum(law)
    first, second = (limited_moment(order) for order in (1, 2))
    moments = "limited moments of the lognormal; Klugman, Panjer, Willmot, Loss Models, appendix A"
    recursion = f"Panjer (1981) recursion on a lattice of € {STEP}"
    known = (
        ("mean", year.mean, RATE * first, 0.01, "EUR", moments),
        ("standard deviation", year.sd, math.sqrt(RATE * second), 0.5, "EUR", moments),
        ("95 % quantile", year.quantile(0.95).value, _quantile(so_far, 0.95), 2 * STEP, "EUR", recursion),
        ("99.5 % quantile", year.quantile(0.995).value, _quantile(so_far, 0.995), 2 * STEP, "EUR", recursion),
        ("ten-year ruin at year ends", float(risk.value[-1]), ruined(law), 0.002, "share", recursion),
    )  # fmt: skip
    compared = f"Poisson({RATE}) awards a year, lognormal, mean {MEAN:,}, as variable as it, capped at {CAP:,}"
    return [
        within(Line(f"6.04{'abcde'[i]}", f"Exact yearly cost, {name}", compared, unit, citation), ours, theirs, limit)
        for i, (name, ours, theirs, limit, unit, citation) in enumerate(known)
    ]  # fmt: skip


def limited_moment(order: int) -> float:
    """E[min(X, CAP)^order] of a lognormal with mean MEAN and coefficient of variation 1."""
    s2 = math.log(2.0)
    mu, s = math.log(MEAN) - s2 / 2, math.sqrt(s2)
    z = (math.log(CAP) - mu) / s
    below = math.exp(order * mu + order**2 * s2 / 2) * float(special.ndtr(z - order * s))
    return float(below + CAP**order * float(special.ndtr(-z)))


def panjer(step: int) -> Floats:
    """Probabilities of a year's sum at 0, step, 2·step, …, one award after another."""
    s2 = math.log(2.0)
    mu, s = math.log(MEAN) - s2 / 2, math.sqrt(s2)
    edges = (np.arange(CAP // step + 1) + 0.5) * step
    below = special.ndtr((np.log(edges) - mu) / s)
    below[-1] = 1.0  # all that is above the cap is paid the cap
    one = np.diff(below, prepend=0.0)
    weights = np.arange(one.size) * one
    sums = np.zeros(int(MOST_SUM / step))
    sums[0] = math.exp(RATE * (one[0] - 1))
    for place in range(1, sums.size):
        reach = min(place, one.size - 1)
        sums[place] = RATE / place * (weights[1 : reach + 1] @ sums[place - reach : place][::-1])
    return sums


def _quantile(so_far: Floats, share: float) -> float:
    return float(np.searchsorted(so_far, share)) * STEP


def ruined(law: Floats) -> float:
    """Probability that the reserve is ever below zero at the end of one of ten years."""
    reserve = np.zeros(int((CAPITAL + 10 * INCOME) / STEP) + 1)
    reserve[int(CAPITAL / STEP)] = 1.0
    for _ in range(10):
        richer = np.roll(reserve, int(INCOME / STEP))
        # what is left after claims: a correlation, by multiplying in the Fourier domain
        size = 2 * reserve.size
        both = np.fft.irfft(np.fft.rfft(richer, size) * np.conj(np.fft.rfft(law, size)), size)
        reserve = both[: reserve.size]
    return float(1 - reserve.sum())


GROUPS = (
    Group("6.01", "Sobol' indices", sobol), Group("6.02", "Value of information", information),
    Group("6.03", "Solved amounts", solved), Group("6.04", "Exact yearly cost", exactly),
)  # fmt: skip
