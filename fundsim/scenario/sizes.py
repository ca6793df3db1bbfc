"""How large the numbers of a scenario can become: what could not be added up exactly is refused before anything runs.

Money is kept in whole cents of 64 bits.  Each amount is taken near the top of what is believed of it, added up over all
cases and years, and grown by prices, wages, returns and interest as they may grow; the key that makes it too large is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import assert_never

import numpy as np

from fundsim.scenario.assumption import Assumption, Quantity, quantiles
from fundsim.scenario.schema import Effect, World, assumptions

Broken = tuple[str, str, str]  # key, value, rule
Known = Mapping[str, tuple[Assumption, Quantity]]

MOST_CASES = 1e6  # cases in one replication
MOST_EUROS = 5e10  # benefits in one replication: products with a rate in millionths fit 64 bits
MOST_MONEY = (
    1e16  # euro in one replication with growth and interest: a quarter of what 64 bits hold
)
MOST_CLAIM = 1e5  # euro that a claim may usually come to, above which it is named and not the cases
MOST_AWARD = 9e13  # euro in one award
MEANS = 10.0  # how many times its mean a sum of many amounts never comes to
LUCK = 5.0  # normal deviations that hardly a draw leaves: one in three million
SHOCKS = 3.0  # the same of a whole path of yearly ones, beside all else near its top
MIDDLE, HIGH = 0.5, 0.75  # quantiles of shocks and of rates, beside amounts near their top
HELD = ("macro.investment_return", "macro.return_sd", "fund.payment.advance_interest")


def size_quantity(effect: Effect) -> Quantity:
    """What the size of a reform's or stress's effect measures."""
    match effect.by:
        case "add":
            return Quantity(effect.size.unit)
        case "factor" | "odds_ratio" | "narrow":
            return Quantity(effect.size.unit, 0.0, scale="log")
        case other:
            assert_never(other)


def _most(world: World, known: Known, key: str, share: float = 0.999) -> float:
    """A quantile of a number, with all changes at full strength."""

    def top(a: Assumption, quantity: Quantity) -> float:
        return float(quantiles(a, quantity, np.array([share]))[0])

    a, quantity = known[key]
    x = top(a, quantity)
    for effect in (e for change in world.changes.values() for e in change.effects if e.on == key):
        match effect.by:
            case "factor":
                x = x * max(top(effect.size, size_quantity(effect)), 1.0)
            case "add":
                x = x + max(top(effect.size, size_quantity(effect)), 0.0)
            case "odds_ratio" | "narrow":
                pass  # shares stay shares, and a narrower range has a lower top
            case other:
                assert_never(other)
    return min(x, quantity.most)


def most_cases(world: World, share: float = 0.999) -> float:
    """Cases in one future if level, trend and mass cases are each what they stay below in this share of futures."""
    time, known = world.time, {key: (a, q) for key, a, q in assumptions(world)}
    level, trend, events, scheduled, size = (
        _most(world, known, f"caseload.{key}", share)
        for key in ("level", "trend", "mass.events_a_year", "mass.scheduled_events", "mass.size")
    )
    years = np.arange(time.start_year - time.history_years, time.start_year + time.horizon_years)
    grown = np.clip(years - time.price_year, 0, world.caseload.trend_years)
    others, growth = (
        _most(world, known, f"caseload.others.{key}", share) for key in ("claims_a_year", "trend")
    )
    of_years = level * (1 + trend) ** grown + (events + scheduled) * size
    of_others = np.where(years < time.start_year, 0.0, others * (1 + growth) ** grown)
    return float(np.sum(of_years + of_others))


def too_large(world: World) -> Iterator[Broken]:
    """What cannot be computed exactly, as (key, value, rule); of a world whose numbers can be drawn."""
    known = {key: (a, q) for key, a, q in assumptions(world)}
    cases = most_cases(world)
    if cases > MOST_CASES:
        rule = f"up to {cases:.2g} cases in one future (level, trend, mass cases); at most {MOST_CASES:.0e}"
        key = _most_of(world, known)
        yield key, f"{known[key][0].value:g}", rule
        return
    wage = world.country.net_wage.value if world.fund.amount.in_wages else 1.0
    claims = {"award.p90": world.award.p90.value * max(world.fund.amount.judgment_share.value, 1.0)}
    if world.caseload.others.claims_a_year.value > 0:
        claims["caseload.others.p90"] = world.caseload.others.p90.value
    claims |= {key: x * wage for key, x in _heads(world)}
    for key, (a, quantity) in known.items():
        # what a cap lets through is bounded by the amounts themselves
        if (
            key.startswith("fund.amount.")
            and quantity.unit == "amount"
            and key not in ("fund.amount.cap", "fund.amount.event_cap")
            and not key.startswith("fund.amount.heads.")
        ):
            claims[key] = a.value * wage
    largest = max(claims, key=lambda key: claims[key])
    if claims[largest] * cases > MOST_EUROS:
        rule = f"times {cases:.2g} cases is more than {MOST_EUROS:.0e} euro, too much to add up exactly"
        key = largest if claims[largest] > MOST_CLAIM else _most_of(world, known)
        yield key, f"{known[key][0].value:g}", rule
        return
    amounts = {
        largest: claims[largest] * cases,
        "award": _largest_award(world, known),
        "fund.opening_capital": _most(world, known, "fund.opening_capital"),
        **dict(_yearly(world, known, cases)),
    }
    yield from _with_growth(world, amounts, _growth(world, known))


def _heads(world: World) -> Iterator[tuple[str, float]]:
    """What the heads of damage come to together, if they are used, under the key of the largest."""
    if world.fund.amount.basis != "heads":
        return
    largest = {
        f"fund.amount.heads.{name}.{'fixed' if head.fixed else 'p90'}": min(
            (head.fixed or head.p90 or world.fund.amount.fixed).value,
            head.cap.value if head.cap else math.inf,
        )
        for name, head in world.fund.amount.heads.items()
    }
    if largest:
        yield max(largest, key=lambda key: largest[key]), sum(largest.values())


def _most_of(world: World, known: Known) -> str:
    """The key by which cases become most: the level, its growth, or mass cases."""
    level, trend = (_most(world, known, f"caseload.{key}") for key in ("level", "trend"))
    events, scheduled, size = (
        _most(world, known, f"caseload.mass.{key}")
        for key in ("events_a_year", "scheduled_events", "size")
    )
    grown = (1 + trend) ** world.caseload.trend_years
    if (events + scheduled) * size > level * grown:
        return "caseload.mass.size" if size > events + scheduled else "caseload.mass.events_a_year"
    return "caseload.trend" if grown > level else "caseload.level"


def _with_growth(
    world: World, amounts: Mapping[str, float], growth: Mapping[str, float]
) -> Iterator[Broken]:
    """What makes the sums too large: an amount, or what makes prices, wages, returns or interest grow."""
    dear = math.exp(sum(x for key, x in growth.items() if key not in HELD))
    earned = growth["macro.investment_return"] + growth["macro.return_sd"]
    held = math.exp(max(earned, growth["fund.payment.advance_interest"]))
    total = sum(amounts.values())
    if amounts["award"] * dear <= MOST_AWARD and total * dear * held <= MOST_MONEY:
        return
    largest = max(amounts, key=lambda key: amounts[key])
    fastest = max(growth, key=lambda key: growth[key])
    known = {key: a for key, a, _ in assumptions(world)}
    time = world.time
    last = time.start_year + time.horizon_years + time.runoff_years
    if growth[fastest] > math.log(max(amounts[largest], 1.0) / 1e8):
        rule = (
            f"may make money grow {math.exp(growth[fastest]):.1e} times until {last}, which is too much to add up exactly; "
            "a lower rate, or fewer years"
        )
        yield fastest, f"{known[fastest].value:g}", rule
    else:
        rule = f"may come to {amounts[largest]:.1e} euro until {last}, too much to add up exactly"
        yield ("award.p90" if largest == "award" else largest), "", rule


def _growth(world: World, known: Known) -> dict[str, float]:
    """How much money may grow, as the logarithm of a factor, by the key that makes it grow."""
    time, fund = world.time, world.fund
    settled = time.horizon_years + time.runoff_years
    years = time.start_year - time.price_year + settled

    def high(key: str) -> float:
        return max(_most(world, known, key, HIGH), 0.0)

    def shocks(key: str, n: int, carried: float = 0.0) -> float:
        # a shock of one year is carried on into the next ones
        variance = float(np.sum(np.cumsum(carried ** np.arange(n)) ** 2))
        return SHOCKS * max(_most(world, known, key, MIDDLE), 0.0) * math.sqrt(variance)

    persistence = max(_most(world, known, "macro.inflation_persistence", MIDDLE), 0.0)
    earns = fund.reserve_return
    borrows = fund.payment.when_short == "treasury_advance"
    return {
        "macro.inflation": years * math.log1p(high("macro.inflation")),
        "macro.inflation_sd": shocks("macro.inflation_sd", years, persistence),
        "macro.real_wage_growth": years * math.log1p(high("macro.real_wage_growth")),
        "macro.wage_sd": shocks("macro.wage_sd", years),
        "macro.investment_return": earns * settled * math.log1p(high("macro.investment_return")),
        "macro.return_sd": earns * shocks("macro.return_sd", settled),
        "fund.payment.advance_interest": borrows
        * settled
        * math.log1p(high("fund.payment.advance_interest")),
    }


def _largest_award(world: World, known: Known) -> float:
    """The largest award that a court may grant, in euro of the price year."""
    ratio = max(_most(world, known, "award.p90") / world.award.median.value, 1.0)
    factors = [_most(world, known, key) for key in known if key.startswith("award.form_factor.")]
    child = max(_most(world, known, "award.child_factor"), 1.0)
    # low and high are the 10th and 90th percentile: 1.28 deviations from the middle
    size = math.exp(min(LUCK / 1.2815 * math.log(ratio), 300.0))
    return _most(world, known, "award.median") * size * max(factors) * child


def _yearly(world: World, known: Known, cases: float) -> Iterator[tuple[str, float]]:
    """Each other amount of money by its key: what it comes to in all years and cases, in euro of the price year."""
    time, fund = world.time, world.fund
    years = time.horizon_years + time.runoff_years
    times = {
        "fund.costs.office_a_year": years,
        "fund.costs.caseworker_a_year": years * fund.decision.posts.value,
        "fund.costs.per_decision": cases,
        "fund.costs.legal_aid_per_case": cases,
        "fund.costs.per_assisted": cases,
        "fund.subrogation.cost_per_claim": cases,
        "fund.assistance.monthly_cost": cases * fund.assistance.months,
        "fund.payment.yearly_limit": 1,
    }
    for key, (_, quantity) in known.items():
        if key in times:
            yield key, times[key] * _most(world, known, key)
        elif key.startswith("income.") and quantity.unit.startswith("EUR"):
            source = key.rpartition(".")[0]
            if world.income[source.partition(".")[2]].in_force:
                yield key, _most(world, known, key) * _times(world, known, source, quantity.unit)
        elif key.endswith((".cost_a_year", ".cost_once")):
            yield key, years * _most(world, known, key)


def _times(world: World, known: Known, source: str, unit: str) -> float:
    """How often an amount of a source of income may come in, one of them as large as chance ever makes it."""
    often, luck = float(world.time.horizon_years + world.time.runoff_years), 1.0
    for key, (_, quantity) in known.items():
        if key.startswith(f"{source}.") and ".delay." not in key:
            if quantity.unit == "log sd":
                spread = _most(world, known, key, HIGH)
                luck *= math.exp(LUCK * spread - spread**2 / 2)
            elif quantity.unit == "events a year" and unit == "EUR":
                often *= _most(world, known, key)
    return MEANS * often + luck
