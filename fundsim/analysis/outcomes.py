"""What one block of futures means: one row of outcomes for each replication.

Money is in euro here.  A yearly outcome is ``[replication, year of the horizon]``, a whole one
``[replication]``.  Names are those of the data dictionary (`fundsim.analysis.measures`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundsim.analysis.claims_counted import desk, limits, sums_at
from fundsim.model.caseload import Victims
from fundsim.model.claims import Claims
from fundsim.model.compiled import compiled
from fundsim.model.eras import by_era
from fundsim.model.fund import UNPAID
from fundsim.model.lines import is_line
from fundsim.model.money import Cents
from fundsim.model.parameters import look_up
from fundsim.model.pathway import TRAFFICKING, clock_of
from fundsim.model.run import Future
from fundsim.model.streams import Floats32
from fundsim.scenario.assumption import Floats, Ints
from fundsim.scenario.schema import FORMS

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
SOON_MONTHS = 24  # "paid soon": within two years of identification
FLOWS = ("recoveries", "returns", "advances", "supplements", "repayments", "lapsed", "benefits")
# also in euro of the price year
DEFLATED = (
    "due", "due_others", "outgo", "benefits", "income", "state_cost", "budget", "lapsed", "supplements", "overrun",
    "cost_to_state",
)  # fmt: skip
MOST_FUNDING = 99.0  # a funding ratio is cut here, where liabilities are small or none


def outcomes(future: Future) -> dict[str, Floats]:
    """Every outcome of a block, yearly and whole, by name."""
    return {**money(future), **victims(future), **desk(future), **limits(future)}


def _years(flow: Cents | Ints | Floats, years: int) -> Floats:
    """Sums of months by year of the horizon, money from cents to euro."""
    sums = np.zeros((flow.shape[0], years))
    _add_months(flow.astype(np.float64), sums)
    return sums / 100.0


@compiled
def _add_months(flow: Floats, sums: Floats) -> None:
    for r in range(sums.shape[0]):
        for y in range(sums.shape[1]):
            for month in flow[r, 12 * y : 12 * (y + 1)]:
                sums[r, y] += month


def money(future: Future) -> dict[str, Floats]:
    """Cost, income, balances and solvency."""
    ledger, drawn, time = future.ledger, future.drawn, future.world.time
    years = time.horizon_years
    horizon = slice(drawn.opening, drawn.opening + years)
    prices = drawn.macro.prices[:, horizon]
    at_year_end = slice(11, 12 * years, 12)

    out: dict[str, Any] = {}
    for name, flow in ledger.income.items():
        out[f"income.{name}"] = _years(flow, years)
    for kind, flow in ledger.costs.items():
        out[f"cost.{kind}"] = _years(flow, years)
    for name in FLOWS:
        out[name] = _years(getattr(ledger, name), years)
    out["outgo"] = _years(ledger.costs_total, years) + out["benefits"]
    out["income"] = _years(ledger.income_total, years)
    out["due"] = _years(ledger.due_total, years)
    out["due_others"] = _due_to_others(future)
    out["state_cost"] = _years(future.owed.costs.state_total * 100, years)
    voted = [out[f"income.{name}"] for name in ledger.income if is_line(future.world, name)]
    out["budget"] = sum(voted, np.zeros_like(out["due"]))
    lent = out["advances"] - out["repayments"]
    out["cost_to_state"] = (
        out["budget"] - out["lapsed"] + out["supplements"] + lent + out["state_cost"]
    )
    out["outgo_local"] = out["outgo"] * drawn.macro.exchange_rate[:, horizon]

    before, incurred = _incurred(future)
    out["incurred"] = incurred
    paid = np.cumsum(out["benefits"], axis=1)
    out["cash"] = ledger.cash[:, at_year_end] / 100.0
    out["liabilities"] = before[:, None] + np.cumsum(incurred, axis=1) - paid
    safe = np.maximum(out["liabilities"], 0.01)
    out["funding_ratio"] = np.clip(out["cash"] / safe, 0.0, MOST_FUNDING)
    shortfall = ledger.shortfall[:, : 12 * years]
    struck = (shortfall > 0).reshape(-1, years, 12).any(axis=2)
    out["shortfall"] = struck.astype(np.float64)
    out["shortfall_so_far"] = np.maximum.accumulate(out["shortfall"], axis=1)
    out["unpaid"] = shortfall[:, 11::12] / 100.0
    out["overrun"] = out["supplements"] + out["unpaid"]
    out["too_small"] = (out["overrun"] > 0).astype(np.float64)

    parts = [name for name in out if name.startswith(("income.", "cost."))]
    for name in (*DEFLATED, *parts):
        out[f"{name}_real"] = out[name] / prices
    for name in DEFLATED:
        out[f"{name}_a_year"] = out[f"{name}_real"].mean(axis=1)
    population = drawn.parameters["country.population"][:, 0]
    out["due_per_head"] = out["due_a_year"] / population
    out["outgo_per_head"] = out["outgo_a_year"] / population
    if "country.gdp" in drawn.parameters:
        out["due_of_gdp"] = out["due_a_year"] / drawn.parameters["country.gdp"][:, 0]
    out["incurred_total"] = before + incurred.sum(axis=1)
    out["benefits_total"] = out["benefits"].sum(axis=1)
    lowest = ledger.notional[:, : 12 * years].min(axis=1) / 100.0
    out["worst_balance"] = lowest
    out["peak_need"] = _peak_need(future)
    out["ruin"] = out["shortfall_so_far"][:, -1]
    out["short_ever"] = np.maximum(out["ruin"], out["too_small"].max(axis=1))
    out["years_too_small"] = out["too_small"].sum(axis=1)
    out["too_small_rate"] = out["years_too_small"] / years
    out["overrun_in_all"] = out["overrun_real"].sum(axis=1)
    out["longest_delay"] = _longest_delay(future)
    return out


def _due_to_others(future: Future) -> Floats:
    """Payments that fall due to victims of other crimes, euro.  [replication, year]"""
    due, n, years = future.due, future.drawn.replications.size, future.world.time.horizon_years
    own = np.flatnonzero(future.drawn.claims.other[due.claim] & (due.month < 12 * years))
    place = due.replication[own] * years + due.month[own] // 12
    return sums_at(place, due.amount[own] / 100.0, n * years).reshape(n, years)


def _peak_need(future: Future) -> Floats:
    """The capital more at the opening with which everything due had been paid in time.

    Flows of each month, without the returns that cash earned, are discounted to the opening at the fund's
    own return; what is missing at the worst is what had to be there more (exact but for rounding, and for
    recoveries that came late because payments did).
    """
    time, drawn, ledger = future.world.time, future.drawn, future.ledger
    years = time.horizon_years
    invests = by_era(future.world, drawn.years, lambda era: era.fund.reserve_return)
    earned = np.where(invests, drawn.macro.investment_return[:, drawn.opening :], 0.0)[:, :years]
    rate = np.log1p(earned) / 12
    growth = np.exp(np.cumsum(np.repeat(rate, 12, axis=1), axis=1))
    net = ledger.income_total + ledger.recoveries - ledger.due_total - ledger.lapsed
    worth = ledger.opening_capital[:, None] + np.cumsum(net[:, : 12 * years] / growth, axis=1)
    return np.asarray(np.maximum(-worth.min(axis=1), 0.0) / 100.0)


def _incurred(future: Future) -> tuple[Floats, Floats]:
    """Benefits and interim payments by the victim's year of identification, euro.

    Whatever is ever due counts, also after the run-off: so it cannot fall when others wait longer.

    returns  before the opening [replication], and by year of the horizon [replication, year]
    """
    drawn, time = future.drawn, future.world.time
    n, years = drawn.replications.size, time.horizon_years
    claims = drawn.claims
    interim = np.where(claims.interim_at < future.decided_at, claims.interim, 0)
    ever_due = np.where(claims.approved, claims.benefit, interim) / 100.0
    identified = drawn.cases.victims.identified_at[claims.case]
    year = np.clip(np.floor(identified / 12).astype(np.int64), -1, years - 1) + 1
    place = claims.replication * (years + 1) + year
    table = sums_at(place, ever_due, n * (years + 1)).reshape(n, -1)
    return table[:, 0], table[:, 1:]


def _longest_delay(future: Future) -> Floats:
    """Most months that a payment due waited for cash; unpaid ones count to the horizon's end."""
    due, end = future.due, 12 * future.world.time.horizon_years
    paid = np.minimum(future.payment_month, end)
    delay = np.where(due.month < end, paid - due.month, 0)
    own, starts = np.unique(due.replication, return_index=True)  # the line goes by replication
    longest = np.zeros(future.drawn.replications.size)
    if own.size:
        longest[own] = np.maximum.reduceat(delay, starts)
    return longest


def deflated(future: Future, amount: Floats, replication: Ints, at: Floats | Floats32) -> Floats:
    """Nominal amounts in euro of the price year, by the calendar year of each time."""
    clock = clock_of(future.world, future.drawn.parameters)
    year = clock.year(np.minimum(at, 12.0 * clock.width))
    return np.asarray(amount / look_up(future.drawn.macro.prices, replication, year))


def paid_on_claims(future: Future) -> Floats:
    """What the fund pays on each claim, in euro of the price year.  [claim]

    A payment that is never completed counts what is paid of it, at the prices of its due month.
    """
    due = future.due
    made = (due.amount - future.payment_left) / 100.0
    month = np.where(future.payment_month < UNPAID, future.payment_month, due.month)
    real = deflated(future, made, due.replication, month.astype(np.float64))
    return sums_at(due.claim, real, future.drawn.claims.size)


def victims(future: Future) -> dict[str, Floats]:
    """What the victims registered within the horizon get, without and with the fund.

    Amounts are in euro of the price year.
    """
    drawn, cases, claims = future.drawn, future.drawn.cases, future.drawn.claims
    people, n = cases.victims, drawn.replications.size
    registered = people.registered
    counted = registered & (people.identified_at >= 0)
    bounds = np.searchsorted(people.replication, np.arange(n + 1))

    def count(flag: Bools) -> Floats:
        found = np.empty(n)
        _count_between(flag, counted, bounds, found)
        return found

    offender, offender_at = np.zeros(people.size), np.full(people.size, np.inf, dtype=np.float32)
    paying = np.flatnonzero(cases.recovered_at < drawn.months)
    offender_at[paying] = cases.recovered_at[paying]
    offender[paying] = deflated(
        future, cases.recovered[paying] / 100.0, people.replication[paying], offender_at[paying]
    )
    fund_pays, fund_at = np.zeros(people.size), np.full(people.size, np.inf, dtype=np.float32)
    # a claim set off in full is not paid by the fund: the offender paid
    done = np.flatnonzero((future.paid_in_month < UNPAID) & (claims.benefit > 0))
    fund_at[claims.case[done]] = np.minimum(future.paid_in_month[done], drawn.months) + 1
    fund_pays[claims.case] = paid_on_claims(future)
    lost = _right_lost(future, claims)
    kept = offender.copy()
    kept[lost] = np.maximum(offender[lost] - fund_pays[lost], 0.0)

    granted = claims.approved & (future.decided_at < drawn.months)
    filed_in_time = counted[claims.case]
    awarded = np.flatnonzero((cases.award_at < drawn.months) & counted)
    award = deflated(
        future,
        cases.award[awarded] / 100.0,
        people.replication[awarded],
        cases.award_at[awarded],
    )
    without = _Receivers(people, counted, offender, offender_at, n)
    with_fund = _Receivers(people, counted, fund_pays + kept, np.minimum(offender_at, fund_at), n)
    out = {
        "identified": count(counted),
        "informed": count(cases.informed),
        "prosecuted": count(cases.indicted == TRAFFICKING),
        "convicted": count(cases.convicted & (cases.judged_at < drawn.months)),
        "awarded": sums_at(people.replication[awarded], None, n),
        "awards": sums_at(people.replication[awarded], award, n),
        "amount_by_fund": sums_at(
            claims.replication, np.where(filed_in_time, fund_pays[claims.case], 0.0), n
        ),
        "formal": count(people.formal),
        "helped": count(drawn.entry.assisted),
        **_beside(fund_pays, fund_at, people, n),
        "entitled": count(drawn.entry.entitled),
        "applied": sums_at(claims.replication, filed_in_time, n),
        "granted": sums_at(claims.replication, filed_in_time & granted, n),
        "paid_by_fund": count(fund_at < np.inf),
        **without.totals("without"),
        **with_fund.totals("with"),
    }
    codes = {
        "form": (people.form, FORMS),
        "age": (people.child.view(np.int8), ("adult", "child")),
        "sex": (people.female.view(np.int8), ("male", "female")),
        "status": (people.formal.view(np.int8), ("presumed", "formal")),
        "nationality": (people.foreign.view(np.int8), ("national", "foreign")),
    }
    for attribute, (code, names) in codes.items():
        size = len(names)

        def by_group(
            case: Ints, weights: Floats | None, code: Codes = code, size: int = size
        ) -> Floats:
            place = people.replication[case] * size + code[case]
            return sums_at(place, weights, n * size).reshape(n, size)

        tables = {
            "identified": np.stack([count(code == i) for i in range(size)], axis=1),
            "awards": by_group(awarded, award),
        }
        for receivers, which in ((without, "without"), (with_fund, "with")):
            tables |= {
                f"paid_{which}": by_group(receivers.case[receivers.paid], None),
                f"amount_{which}": by_group(receivers.case, receivers.amount),
                f"months_{which}": by_group(receivers.case, receivers.months),
            }
        for number, name in enumerate(names):
            for outcome, table in tables.items():
                out[f"{outcome}.{attribute}.{name}"] = table[:, number]
    return out


def _beside(fund_pays: Floats, fund_at: Floats32, people: Victims, n: int) -> dict[str, Floats]:
    """Whom the fund pays beside the victims that are counted: registered before the opening, or of other crimes."""
    earlier = np.flatnonzero(people.registered & (people.identified_at < 0))
    others = np.flatnonzero(~people.registered)

    def at(those: Ints, weights: Bools | Floats | None) -> Floats:
        return sums_at(people.replication[those], weights, n)

    return {
        "paid_earlier": at(earlier, fund_at[earlier] < np.inf),
        "amount_earlier": at(earlier, fund_pays[earlier]),
        "claims_others": at(others, None),
        "paid_others": at(others, fund_at[others] < np.inf),
    }


@compiled
def _count_between(flag: Bools, counted: Bools, bounds: Ints, found: Floats) -> None:
    """How many of the counted have the flag, between one bound and the next."""
    for r in range(found.size):
        own = slice(bounds[r], bounds[r + 1])
        flagged, among, number = flag[own], counted[own], 0
        for i in range(flagged.size):
            number += flagged[i] & among[i]
        found[r] = number


class _Receivers:
    """The victims who receive money, a small part of all: what, when, and in which replication."""

    def __init__(
        self, people: Victims, counted: Bools, amount: Floats, at: Floats32, n: int
    ) -> None:
        self.case = np.flatnonzero(((at < np.inf) | (amount > 0)) & counted)
        self.paid = at[self.case] < np.inf
        self.amount = amount[self.case]
        since = at[self.case].astype(np.float64) - people.identified_at[self.case]
        self.months = np.where(self.paid, since, 0.0)
        self.replication, self.n = people.replication[self.case], n

    def totals(self, which: str) -> dict[str, Floats]:
        soon = self.paid & (self.months <= SOON_MONTHS)
        parts = {"paid": self.paid, "amount": self.amount, "months": self.months, "soon": soon}
        return {
            f"{name}_{which}": sums_at(self.replication, weights, self.n)
            for name, weights in parts.items()
        }


def _right_lost(future: Future, claims: Claims) -> Ints:
    """Victims whose right against the offender has passed to the fund: their cases."""
    begun = np.maximum(future.paid_in_month + 1.0, future.pursuit.from_at)
    taken = future.pursuit.pursued & (begun <= future.pursuit.until)
    return np.asarray(claims.case[np.flatnonzero(taken & (future.paid_in_month < UNPAID))])
