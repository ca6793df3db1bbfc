"""Exact sums of benefits and ruin: closed forms, published figures, an independent recursion."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from fundsim.scenario.errors import InputError
from fundsim.validation.exact_ruin import ruin
from fundsim.validation.exact_sums import Number, compound, lognormal, of_mean, sums

AWARD = of_mean(8000, 1, 20_000)  # the reference case: mean 8,000, coefficient of variation 1


# ------------------------------------------------------------------------------- annual cost


def test_the_reference_case() -> None:
    """Poisson(40) awards, lognormal, capped: mean, sd and quantiles to the euro."""
    year = compound(Number(40), AWARD, step=1)
    assert year.mean == pytest.approx(292_715.64, abs=0.005)
    assert year.sd == pytest.approx(57_382.14, abs=0.005)
    for p, known in ((0.95, 391_056), (0.99, 436_444), (0.995, 453_580)):
        found = year.quantile(p)
        assert found.value == known
        assert found.low <= known <= found.high
        assert found.high - found.low < 60


def test_a_coarser_lattice_still_brackets_the_truth() -> None:
    for step in (5, 10, 25):
        year = compound(Number(40), AWARD, step=step)
        for p, known in ((0.95, 391_056), (0.99, 436_444), (0.995, 453_580)):
            found = year.quantile(p)
            assert found.low <= known <= found.high
            assert abs(found.value - known) <= step


def panjer(mean: float, one: np.ndarray, cells: int, dispersion: float = math.inf) -> np.ndarray:
    """Panjer's recursion (1981) for Poisson and negative binomial numbers, written plainly."""
    if math.isinf(dispersion):
        a, b = 0.0, mean
        first = math.exp(mean * (one[0] - 1))
    else:
        a = mean / (dispersion + mean)
        b = (dispersion - 1) * a
        first = (1 + mean * (1 - one[0]) / dispersion) ** -dispersion
    found = np.zeros(cells)
    found[0] = first
    for s in range(1, cells):
        j = np.arange(1, min(s, one.size - 1) + 1)
        found[s] = ((a + b * j / s) * one[j] * found[s - j]).sum() / (1 - a * one[0])
    return found


@pytest.mark.parametrize("dispersion", [math.inf, 3.0])
def test_fourier_inversion_agrees_with_panjers_recursion(dispersion: float) -> None:
    one = np.array([0.1, 0.2, 0.0, 0.4, 0.3])
    year = compound(Number(6.0, dispersion), sums([0, 1, 3, 4], [0.1, 0.2, 0.4, 0.3]), step=1)
    theirs = panjer(6.0, one, year.even.size, dispersion)
    for mass in (year.even, year.down, year.up):
        assert np.abs(mass - theirs).max() < 1e-13


@pytest.mark.parametrize("dispersion", [math.inf, 4.0])
def test_moments_in_closed_form_are_those_of_the_lattice(dispersion: float) -> None:
    year = compound(Number(12, dispersion), lognormal(9000, 0.7, 25_000), step=10)
    x = year.step * np.arange(year.even.size)
    mean = float(year.even @ x)
    assert mean == pytest.approx(year.mean, rel=1e-9)
    sd = math.sqrt(float(year.even @ (x - mean) ** 2))
    assert sd == pytest.approx(year.sd, rel=1e-5)  # splitting adds at most step²/4 a benefit


def test_fixed_sums_are_counted_not_rounded() -> None:
    """Each benefit the same: the sum is that many times a Poisson number, to the cell."""
    year = compound(Number(11.3), sums([5502.0], [1.0]))
    assert year.step == 5502.0
    for p in (0.5, 0.95, 0.999):
        found = year.quantile(p)
        assert found.value == found.low == found.high == 5502 * stats.poisson.ppf(p, 11.3)
    count = np.arange(200)
    beyond = stats.poisson.ppf(0.9, 11.3)
    excess = (np.maximum(count - beyond, 0) * stats.poisson.pmf(count, 11.3)).sum()
    assert year.tail_mean(0.9).value == pytest.approx(5502 * (beyond + excess / 0.1), rel=1e-9)


@given(
    median=st.floats(500, 50_000),
    sigma=st.floats(0.2, 1.5),
    cap=st.one_of(st.just(math.inf), st.floats(1000, 60_000)),
)
def test_limited_moments_are_integrals(median: float, sigma: float, cap: float) -> None:
    """E min(X, x) = ∫₀ˣ P(X > v) dv and E X² = ∫ 2v·P(X > v) dv."""
    x = lognormal(median, sigma, cap)
    point = min(0.8 * median, 0.9 * cap)
    above = integrate.quad(lambda v: 1 - float(x.below(np.array(v))), 0, point)[0]
    assert float(x.limited(np.array(point))) == pytest.approx(above, rel=1e-6)
    top = min(cap, median * math.exp(9 * sigma))
    grid = np.concatenate([[0.0], np.geomspace(top * 1e-6, top, 20_001)])
    tail = 2 * grid * (1 - x.under(grid))
    assert x.square == pytest.approx(integrate.trapezoid(tail, grid), rel=1e-3)


@settings(max_examples=25)
@given(
    mean=st.floats(0.5, 60),
    dispersion=st.one_of(st.just(math.inf), st.floats(0.5, 50)),
    sigma=st.floats(0.2, 1.0),
)
def test_bounds_enclose_and_tail_means_exceed_quantiles(
    mean: float, dispersion: float, sigma: float
) -> None:
    year = compound(Number(mean, dispersion), lognormal(5000, sigma, 15_000), step=20)
    assert abs(year.even.sum() - 1) < 1e-8
    for p in (0.5, 0.9, 0.99):
        q, tail = year.quantile(p), year.tail_mean(p)
        assert q.low <= q.value <= q.high
        assert tail.low - 1e-6 <= tail.value <= tail.high + 1e-6
        assert tail.value >= q.value
        below = year.at_most(q.value)
        assert below.low - 1e-9 <= below.value <= below.high + 1e-9
        assert below.value >= p


# ------------------------------------------------------------------------------- refusals


def test_a_lattice_too_short_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match=r"too short: with probability .* exceeds its end"):
        compound(Number(40), AWARD, step=10, cells=45_000)  # € 450,000: the 99.4 % quantile


def test_a_lattice_too_coarse_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match=r"too coarse: amounts rounded up and down to € 500"):
        compound(Number(40), AWARD, step=500)


def test_a_lattice_too_large_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match="choose a larger step, or cap the benefit"):
        compound(Number(40), lognormal(8000, 3.0), step=10)


def test_a_quantile_beyond_what_is_resolved_is_refused() -> None:
    year = compound(Number(40), AWARD, step=10)
    with pytest.raises(InputError, match="beyond what this lattice resolves"):
        year.quantile(1 - 1e-12)


def test_a_ruin_probability_known_too_roughly_is_refused() -> None:
    years = [compound(Number(40), AWARD, step=30)] * 10
    with pytest.raises(InputError, match="only known within"):
        ruin(150_000, np.full(10, 310_000.0), years)


def test_lattices_of_different_steps_are_refused() -> None:
    years = [compound(Number(4), AWARD, step=step) for step in (10, 20)]
    with pytest.raises(InputError, match="of one step"):
        ruin(0, np.ones(2), years)


# ------------------------------------------------------------------------------- ruin


def test_the_reference_ruin() -> None:
    """150,000 in reserve, 310,000 a year, looked at when each of ten years ends: 0.1032."""
    years = [compound(Number(40), AWARD, step=5)] * 10
    found = ruin(150_000, np.full(10, 310_000.0), years)
    assert found.value[-1] == pytest.approx(0.1032, abs=0.00005)
    assert found.low[-1] <= 0.1032 <= found.high[-1]
    assert (np.diff(found.value) >= 0).all()
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()


def plain_ruin(capital: int, income: int, mean: float, periods: int) -> float:
    """Benefits of 1 euro, Poisson: the probability by summing over numbers, state by state."""
    cash, ruined = {capital: 1.0}, 0.0
    for _ in range(periods):
        after: dict[int, float] = {}
        for have, p in cash.items():
            room = have + income
            for n in range(room + 1):
                after[room - n] = after.get(room - n, 0.0) + p * stats.poisson.pmf(n, mean)
            ruined += p * stats.poisson.sf(room, mean)
        cash = after
    return ruined


def test_the_recursion_agrees_with_plain_enumeration() -> None:
    months = [compound(Number(2.5), sums([1.0], [1.0]))] * 6
    found = ruin(3, np.full(6, 2.0), months)
    assert found.value[-1] == pytest.approx(plain_ruin(3, 2, 2.5, 6), abs=1e-8)


def test_one_period_is_the_tail_of_the_sum() -> None:
    year = compound(Number(40), AWARD, step=10)
    found = ruin(50_000, np.array([310_000.0]), [year])
    assert found.value[0] == pytest.approx(1 - year.at_most(360_000).value, abs=1e-9)


def test_money_for_everything_and_for_nothing() -> None:
    years = [compound(Number(4), AWARD, step=10)] * 3
    assert ruin(1e9, np.zeros(3), years).high.max() < 1e-7
    assert ruin(0, np.full(3, -1.0), years).value.tolist() == [1.0, 1.0, 1.0]


def test_more_money_never_raises_ruin() -> None:
    years = [compound(Number(10), AWARD, step=10)] * 5
    levels = [ruin(c, np.full(5, 75_000.0), years).value[-1] for c in (0, 20_000, 50_000, 100_000)]
    assert (np.diff(levels) < 0).all()
