"""Exact annual cost and ruin: closed forms, published figures, an independent recursion, the simulation."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from fundsim.analysis.compound import Amounts, Number, compound, lognormal, of_mean, sums
from fundsim.analysis.exact import amounts_of, beside, due_a_month, exact
from fundsim.analysis.exact_rules import simple_enough
from fundsim.analysis.project import Projection, project
from fundsim.analysis.ruin import ruin
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError

SEED = 20260711
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


# ------------------------------------------------------------------------------- scenarios

COMMON = (
    "time.horizon_years=10", "time.runoff_years=1", "time.history_years=0",
    "fund.subsidiarity.set_off=false", "fund.reserve_return=false", "fund.amount.index=none",
    "fund.costs.index=none", "caseload.mass.events_a_year=0", "fund.decision.working_months=0",
    "fund.costs.per_decision=0", "fund.subrogation.pursued_share=0", "caseload.level=64",
    "caseload.trend=0.03", "fund.take_up.rate=0.2", "fund.take_up.filing.median=6",
    "fund.take_up.filing.sigma=0.8", "fund.decision.approval_rate=0.65",
    "fund.costs.office_a_year=55000", "fund.costs.caseworker_a_year=19000",
    "income.budget.cut_rate=0", "income.budget.index=none", "fund.opening_capital=60000",
)  # fmt: skip
# the reference case as a scenario: 40 judgments a year, paid at once
REFERENCE = (
    "fund.entry_point=judgment", "caseload.dispersion=1000000", "caseload.level=40",
    "caseload.trend=0", "fund.take_up.filing.median=0", "fund.take_up.rate=1",
    "fund.take_up.first_year_share=1", "fund.decision.approval_rate=1",
    "fund.costs.office_a_year=0", "fund.costs.caseworker_a_year=0",
    f"award.median={8000 / math.sqrt(2)!r}",
    f"award.p90={8000 / math.sqrt(2) * math.exp(1.2815515655446004 * math.sqrt(math.log(2)))!r}",
    "award.index=none", "award.child_factor=1", "fund.amount.money=euro", "fund.amount.cap=20000",
    "fund.amount.judgment_share=1", "fund.opening_capital=150000", "income.budget.amount=310000",
    "pathway.prosecuted_rate=1", "pathway.conviction_rate=1", "pathway.criminal_award_rate=1",
    "pathway.criminal_withdrawal=0", "pathway.indictment.median=0", "pathway.criminal.median=0",
    *(f"award.form_factor.{form}=1" for form in
      ("sexual", "labour", "begging", "criminality", "other")),
)  # fmt: skip
# a ramp, a trend, months of waiting, odds ratios of take-up: looked at month by month
WAITING = ("caseload.dispersion=1000000", "income.budget.amount=112000")
# over-dispersed years, sums by form and age, filed at once: looked at year by year
DISPERSED = (
    "caseload.dispersion=15", "fund.take_up.filing.median=0", "income.budget.amount=160000",
    "caseload.forms.sample_size=100000000", "caseload.child_rate=0.47",
    "fund.eligible.adults=true",
)  # fmt: skip


def scenario(name: str, *sets: str) -> Scenario:
    given = dict(text.split("=", 1) for text in (*COMMON, *sets))
    return load(name, [f"{key}={value}" for key, value in given.items()])


SCENARIOS = {
    "reference": ("serbia+judgment_advance", REFERENCE),
    "waiting": ("serbia+status_fixed", WAITING),
    "dispersed": ("serbia+tariff", DISPERSED),
}


@lru_cache
def simulated(name: str) -> Projection:
    base, sets = SCENARIOS[name]
    return project([scenario(base, *sets)], 6000, SEED)[0]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_simulation_stands_beside_the_exact_figures(name: str) -> None:
    """Every annual mean, three quantiles and ruin of ten years: their squared distances average about
    1, as those of standard normals do; ruin over the horizon within 3 standard errors."""
    projection = simulated(name)
    world = projection.scenario.world
    assert simple_enough(world) == []
    found = exact(world)
    rows = beside(projection, found)
    assert len(rows) == 50
    z = {(row.what, row.year): row.z for row in rows if row.z is not None}
    assert len(z) > 40
    assert max(map(abs, z.values())) <= 4, z
    assert np.mean(np.square(list(z.values()))) < 1.6
    assert abs(z["ruin", 2036]) <= 3
    assert name != "reference" or max(map(abs, z.values())) <= 3
    assert 0.05 < found.ruin_by(2036).value < 0.6


def test_the_reference_scenario_is_the_reference_case() -> None:
    world = simulated("reference").scenario.world
    found = exact(world)
    assert found.benefits[0].mean == pytest.approx(292_715.64, abs=0.5)
    assert found.cost_quantile(2027, 0.95).value == pytest.approx(391_056, abs=10)
    assert found.ruin_by(2036).value == pytest.approx(0.1032, abs=0.0003)
    assert found.periods_a_year == 1


def test_looking_at_months_is_looking_at_years_when_money_comes_in_january() -> None:
    """The same scenario worked out both ways; a wait of one tick asks for months."""
    yearly = scenario("serbia+status_fixed", *WAITING, "fund.take_up.filing.median=0")
    monthly = scenario(
        "serbia+status_fixed", *WAITING, "fund.take_up.filing.median=1e-9", "fund.take_up.filing.sigma=0"
    )  # fmt: skip
    first, second = exact(yearly.world), exact(monthly.world)
    assert (first.periods_a_year, second.periods_a_year) == (1, 12)
    for year in first.years:
        ours, theirs = first.ruin_by(year), second.ruin_by(year)
        assert ours.value == pytest.approx(theirs.value, abs=1e-5)


def test_victims_who_wait_are_due_later_not_fewer() -> None:
    """A fixed wait moves the stream; without growth and ramp a month settles at its level."""
    sets = (
        *WAITING,
        "caseload.trend=0",
        "fund.take_up.first_year_share=1",
        "fund.take_up.filing.sigma=0",
    )
    due = due_a_month(
        scenario("serbia+status_fixed", *sets, "fund.take_up.filing.median=2.25").world
    )
    level = 64 * 0.2 * 0.65 / 12
    assert due[:4] == pytest.approx([0, 0, 0.75 * level, level])
    assert due[4:] == pytest.approx(level)


def test_amounts_follow_floor_cap_and_cover() -> None:
    """Only children of two forms: their sums, weighted by the shares of the forms."""
    world = scenario(
        "serbia+tariff", *DISPERSED, "fund.eligible.adults=false", "fund.amount.money=euro",
        'fund.eligible.forms=["sexual", "labour"]', "fund.amount.tariff.child.sexual=3000",
        "fund.amount.tariff.child.labour=900", "fund.amount.floor=1000", "fund.amount.cap=2500",
    ).world  # fmt: skip
    amounts: Amounts = amounts_of(world)
    assert amounts.mean == pytest.approx((0.52 * 2500 + 0.17 * 1000) / 0.69)
    thinned = 64 * 1.03**2 * 0.2 * 0.65 * 0.47 * 0.69
    first = world.fund.take_up.first_year_share.value
    assert due_a_month(world)[:12].sum() == pytest.approx(thinned * first)


@pytest.mark.parametrize(
    "name", ["serbia", "albania", "kosovo", "serbia+judgment_advance", "serbia+no_fund", "serbia+mixed_financing"]
)  # fmt: skip
def test_a_shipped_scenario_hears_why_it_is_not_simple(name: str) -> None:
    world = load(name).world
    reasons = simple_enough(world)
    assert len(reasons) > 5
    assert len(set(reasons)) == len(reasons)
    with pytest.raises(InputError) as error:
        exact(world)
    assert [p.rule for p in error.value.problems] == reasons


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("caseload.dispersion=15", "share their over-dispersion"),
        ("fund.reserve_return=true", "a return that varies"),
        ("fund.payment.instalments=3", "over several years"),
        ("fund.decision.working_months=0.5", "wait for a caseworker"),
        ("fund.payment.yearly_limit=50000", "yearly limit"),
        ("income.trafficking_assets.in_force=true", "varies by chance"),
        ("income.budget.lapses=true", "goes back to the treasury"),
        ("fund.amount.index=wages", "follow prices or wages"),
        ("fund.eligible.filing_limit_months=12", "out of time"),
        ("caseload.level={ value = 64, low = 50, high = 80, unit = 'persons a year', source = 'judgement' }",
         "caseload.level is uncertain: set caseload.level=64"),
        ("fund.entry_point=unpaid_judgment", "entry point unpaid_judgment"),
    ],
)  # fmt: skip
def test_each_thing_in_the_way_is_named(setting: str, reason: str) -> None:
    world = scenario("serbia+status_fixed", *WAITING, setting).world
    reasons = simple_enough(world)
    assert any(reason in text for text in reasons), reasons


def test_following_the_reasons_makes_a_shipped_scenario_simple() -> None:
    """Each reason that ends with a setting is removed by it."""
    given: dict[str, str] = {"caseload.dispersion": "1000000"}
    for _ in range(4):
        world = load("serbia", [f"{key}={value}" for key, value in given.items()]).world
        for reason in simple_enough(world):
            key, _, value = reason.rpartition(": set ")[2].partition("=")
            given[key] = value
    assert simple_enough(load("serbia", [f"{k}={v}" for k, v in given.items()]).world) == []
