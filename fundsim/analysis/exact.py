"""Annual cost and ruin of a simple scenario, exactly, to stand beside the simulated ones.

The tools are in `fundsim.analysis.compound` and `fundsim.analysis.ruin`; what simple means, in
`fundsim.analysis.exact_rules`.  Benefits of a Poisson caseload are a compound Poisson sum in each month,
independent of other months, however long victims wait before they file (Poisson thinning and
displacement: Kingman, Poisson Processes, ch. 2 and 5).  A gamma-mixed Poisson caseload thinned by take-up
and approval stays one, with the same k; its months depend on each other, its years do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.compound import (
    TOLERANCE,
    Amounts,
    Bracketed,
    Compound,
    Number,
    compound,
    lognormal,
    step_for,
    sums,
)
from fundsim.analysis.exact_rules import by_months, simple_enough
from fundsim.analysis.precision import Estimate
from fundsim.analysis.project import Projection
from fundsim.analysis.ruin import Ruin, ruin
from fundsim.scenario.assumption import Z90, Floats
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import FORMS, BudgetLine, RevenueShare, World, assumptions

STEPS = (0.01, 0.005, 0.002, 0.001, 0.0005)  # shares of a benefit, tried in turn
TAILS = (0.95, 0.99, 0.995)
EURO = "EUR nominal"


@dataclass(frozen=True)
class Exact:
    """What a simple scenario costs and risks, exactly.

    years     calendar years of the horizon
    benefits  due in each year;  running  costs of each year, euro, certain  [year]
    ruin      by the end of each period;  periods_a_year  12, or 1: where money comes in January alone,
              cash is lowest in December, so looking at year ends is looking at month ends
    """

    years: range
    benefits: tuple[Compound, ...]
    running: Floats
    ruin: Ruin
    periods_a_year: int

    def ruin_by(self, year: int) -> Bracketed:
        """Probability of a shortfall in any month up to the year's end."""
        place = (year - self.years[0] + 1) * self.periods_a_year - 1
        return Bracketed(
            *(float(x[place]) for x in (self.ruin.value, self.ruin.low, self.ruin.high))
        )

    def cost_quantile(self, year: int, p: float) -> Bracketed:
        """Quantile of the cost due in a year, running costs and benefits, euro nominal."""
        place = year - self.years[0]
        q, more = self.benefits[place].quantile(p), float(self.running[place])
        return Bracketed(q.value + more, q.low + more, q.high + more)


def exact(world: World, step: float | None = None, tolerance: float = TOLERANCE) -> Exact:
    """Annual cost and ruin of a scenario that is simple enough.

    step       of the lattice, euro; by default made finer until the bounds are close enough
    tolerance  of the bounds (`compound`, `ruin`)
    raises     InputError with every reason why the scenario is not simple, or why a lattice is refused
    """
    if reasons := simple_enough(world):
        raise InputError([Problem("exact", reason) for reason in reasons])
    if step is not None:
        return _exact(world, step, tolerance)
    steps = list(dict.fromkeys(step_for(amounts_of(world), share) for share in STEPS))
    for coarse in steps[:-1]:
        try:
            return _exact(world, coarse, tolerance)
        except InputError as error:
            if "too coarse" not in str(error):
                raise
    return _exact(world, steps[-1], tolerance)


def _exact(world: World, step: float, tolerance: float) -> Exact:
    months = 12 * world.time.horizon_years
    due, dispersion = due_a_month(world), value(world, "caseload.dispersion")
    yearly = due.reshape(-1, 12).sum(axis=1)
    monthly = by_months(world)
    k = math.inf if monthly else dispersion
    amounts = amounts_of(world)
    known: dict[float, Compound] = {}

    def law(mean: float) -> Compound:
        if mean not in known:
            known[mean] = compound(Number(mean, k), amounts, step, tolerance=tolerance)
        return known[mean]

    running = np.full(months, running_a_month(world))
    net = income_a_month(world) - running
    if monthly:
        net, of_period = net, [law(float(m)) for m in np.round(due, 12)]
    else:
        net, of_period = net.reshape(-1, 12).sum(axis=1), [law(float(m)) for m in yearly]
    found = ruin(value(world, "fund.opening_capital"), net, of_period, tolerance)
    time = world.time
    return Exact(
        range(time.start_year, time.start_year + time.horizon_years),
        tuple(law(float(m)) for m in yearly),
        running.reshape(-1, 12).sum(axis=1),
        found,
        12 if monthly else 1,
    )


def value(world: World, key: str) -> float:
    """The central value at a dotted key."""
    return next(a.value for name, a, _ in assumptions(world) if name == key)


def amounts_of(world: World) -> Amounts:
    """The distribution of one granted benefit in a simple scenario, nominal euro."""
    lever = world.fund.amount
    unit = world.country.net_wage.value if lever.money == "monthly_wages" else 1.0
    floor = lever.floor.value * unit if lever.floor is not None else 0.0
    cap = lever.cap.value * unit if lever.cap is not None else math.inf
    if lever.basis == "judgment":
        award = world.award
        sigma = math.log(max(award.p90.value / award.median.value, 1.0)) / Z90
        median = lever.judgment_share.value * award.median.value
        return lognormal(median, sigma, cap) if sigma > 0 else sums([min(median, cap)], [1.0])
    values, shares = [lever.fixed.value * unit], [1.0]
    if lever.basis == "tariff":
        groups = [(age, form) for age in ("adult", "child") for form in FORMS]
        values = [getattr(getattr(lever.tariff, age), form).value * unit for age, form in groups]
        weights = np.array([_covered(world, *group) for group in groups])
        shares = list(weights / weights.sum())
    return sums([min(max(v, floor), cap) for v in values], shares)


def _covered(world: World, age: str, form: str) -> float:
    """Share of identified victims of that age and form, if the fund covers them, else 0."""
    eligible, caseload = world.fund.eligible, world.caseload
    children = caseload.child_rate.value
    of_age = children * eligible.children if age == "child" else (1 - children) * eligible.adults
    shares = np.array(caseload.forms.shares)
    return float(of_age * (form in eligible.forms) * shares[FORMS.index(form)] / shares.sum())


def due_a_month(world: World) -> Floats:
    """Expected number of benefits due in each month of the horizon.  [month]

    Entries of month j, spread evenly, are filed in month t with the chance
    H(t+1−j) − 2H(t−j) + H(t−j−1), H(x) = ∫₀ˣ P(delay ≤ v) dv = x − E min(delay, x).
    """
    time, take_up = world.time, world.fund.take_up
    years = np.arange(time.horizon_years)
    grown = np.clip(years + time.start_year - time.price_year, 0, world.caseload.trend_years)
    level = world.caseload.level.value * (1 + world.caseload.trend.value) ** grown
    first = take_up.first_year_share.value
    risen = np.minimum(first + (1 - first) * years / take_up.ramp_years, 1.0)
    covered = sum(_covered(world, age, form) for age in ("adult", "child") for form in FORMS)
    approved = world.fund.decision.approval_rate.value
    filed = np.repeat(level * risen * take_up.rate.value * covered * approved / 12, 12)

    median, sigma = take_up.filing.median.value, take_up.filing.sigma.value
    longest = float(world.pathway.longest_months)
    if median > 0 and sigma > 0:
        delay = lognormal(median, sigma, longest)
    else:
        delay = sums([min(median, longest)], [1.0])
    x = np.arange(filed.size + 1, dtype=np.float64)
    waited = np.concatenate([[0.0], x - delay.limited(x)])  # H from -1 on
    return np.convolve(filed, np.diff(waited, n=2))[: filed.size]


def running_a_month(world: World) -> float:
    """Office and caseworkers, euro a month."""
    costs, caseworkers = world.fund.costs, world.fund.decision.caseworkers
    return (costs.office_a_year.value + costs.caseworker_a_year.value * caseworkers) / 12


def income_a_month(world: World) -> Floats:
    """What certain sources bring in each month of the horizon, euro.  [month]"""
    time, total = world.time, np.zeros(12 * world.time.horizon_years)
    for source in world.income.values():
        if not source.in_force:
            continue
        begins = 12 * max((source.from_year or time.start_year) - time.start_year, 0)
        if isinstance(source, BudgetLine):
            total[begins::12] += source.amount.value
        elif isinstance(source, RevenueShare):
            total[begins:] += source.yearly_revenue.value * source.earmarked_rate.value / 12
    return total


@dataclass(frozen=True)
class Beside:
    """One figure twice: exact and simulated.

    what   mean, quantile 0.95, … of the cost due in the year; or ruin by the year's end
    year   calendar year;  unit  EUR nominal, or share
    z      how far the simulated figure lies outside the exact bounds, in Monte Carlo errors; of a
           quantile: how far the share of futures at or below the exact one does, since that has an
           error among ties too; None where nothing varies
    """

    what: str
    year: int
    unit: str
    exact: Bracketed
    simulated: Estimate
    z: float | None


def beside(projection: Projection, found: Exact) -> tuple[Beside, ...]:
    """Exact and simulated annual cost and ruin of every year of the horizon.

    projection  of the scenario that `found` was worked out for
    """
    rows = []
    for place, year in enumerate(found.years):
        due, law = projection.column(f"due@{year}"), found.benefits[place]
        running = float(found.running[place])
        average = Bracketed(*[law.mean + running] * 3)
        simulated = precision.mean(due)
        rows.append(Beside("mean", year, EURO, average, simulated, _z(simulated, average)))
        for p in TAILS:
            theirs = law.quantile(p).value
            below = (due <= theirs + running + law.step / 2).astype(np.float64)
            z = _z(precision.probability(below), law.at_most(theirs))
            ours = precision.quantile(due, p)
            rows.append(
                Beside(f"quantile {p:g}", year, EURO, found.cost_quantile(year, p), ours, z)
            )
        struck = precision.probability(projection.column(f"shortfall_so_far@{year}"))
        risk = found.ruin_by(year)
        rows.append(Beside("ruin", year, "share", risk, struck, _z(struck, risk)))
    return tuple(rows)


def _z(simulated: Estimate, bounds: Bracketed) -> float | None:
    if not simulated.mc_error:
        return None
    inside = min(max(simulated.value, bounds.low), bounds.high)
    return (simulated.value - inside) / simulated.mc_error
