"""The reference engine's fund: its cash box, treasury, line and month, in the order of the rules.

One future at a time, in Python's whole numbers (method §11 and §12); `reference.py` tells the victims'
part.  Nothing here is shared with the fast engine but what was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import simpy

from fundsim.model.claims import Claims, draw_pursuit
from fundsim.model.costs import COST_KINDS
from fundsim.model.fund import UNPAID
from fundsim.model.ledger import STATES
from fundsim.model.run import Drawn
from fundsim.scenario.schema import BudgetLine, Change, World

MILLION = 1_000_000


@dataclass
class Payment:
    """One payment due to a victim."""

    claim: int
    amount: int
    left: int
    due_month: int
    last: bool
    paid_in_month: int = UNPAID


@dataclass
class Fund:
    """One future's fund: its clock, its caseworkers, its cash box, its treasury, its line."""

    world: World
    drawn: Drawn
    r: int  # place of the replication
    env: simpy.Environment
    caseworkers: simpy.Resource
    flows: dict[str, list[int]]
    costs_due: dict[str, list[int]]
    costs: dict[str, list[int]]
    states: dict[str, list[int]]
    cash: int = 0
    advance: int = 0  # owed to the treasury
    bills: list[list[Any]] = field(default_factory=list)  # kind and cents unpaid, oldest first
    line: list[Payment] = field(default_factory=list)  # payments due, in order
    lapsing: int = 0  # unspent of this year's lapsing budget lines
    limit: int = UNPAID  # left of this year's spending limit
    now: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    identified: list[int] = field(default_factory=list)  # victims identified in each month
    aided: list[int] = field(default_factory=list)  # of them, legally aided
    decided: list[int] = field(default_factory=list)  # claims decided in each month
    decided_at: dict[int, float] = field(default_factory=dict)
    paid_in_month: dict[int, int] = field(default_factory=dict)
    every_payment: list[Payment] = field(default_factory=list)

    @property
    def month(self) -> int:
        """The month that the clock stands in."""
        return int(np.floor(self.env.now))

    def at(self, key: str, when: float) -> float:
        """An assumption in the calendar year of a time."""
        return self._look(self.drawn.parameters[key], when)

    def index(self, kind: str, when: float) -> float:
        """The index of an amount in the calendar year of a time."""
        return self._look(self.drawn.macro.index(kind), when)

    def _look(self, table: Any, when: float) -> float:
        years = self.drawn.parameters.years
        year = int(np.floor(when / 12)) + int(self.world.time.start_year - years[0])
        return float(table[self.r, min(max(year, 0), table.shape[1] - 1)])

    def wait_until(self, when: float, turn: int) -> simpy.Event:
        """An event at a time, in its turn among events of the same time."""
        event = self.env.event()
        # SimPy's Timeout has no turn of its own, so the event is made as Timeout makes itself
        event._ok, event._value = True, None
        self.env.schedule(event, priority=turn, delay=when - self.env.now)  # type: ignore[arg-type]
        return event

    def moves(self, old: str, new: str) -> None:
        """A victim changes state."""
        if old:
            self.now[old] -= 1
        self.now[new] += 1

    def count(self, monthly: list[int]) -> None:
        """One more in this month, if the fund is open."""
        if 0 <= self.month < len(monthly):
            monthly[self.month] += 1


def settled(fund: Fund, claim: int, month: int) -> None:
    """A granted claim is paid in full; its right against the offender passes to the fund."""
    fund.moves("granted", "paid")
    fund.paid_in_month[claim] = month


def month_end(fund: Fund, t: int) -> None:
    """The fund's month, in the order of the rules."""
    world, flows = fund.world, fund.flows
    opening = fund.cash
    back = _monthly(fund._look(fund.drawn.macro.investment_return, t))
    flows["returns"][t] = round(opening * back) if world.fund.reserve_return else 0
    owed = _monthly(fund.at("fund.payment.advance_interest", t))
    flows["interest"][t] = round(fund.advance * owed)
    received = {name: int(flow[fund.r, t]) for name, flow in fund.drawn.income.items()}
    fund.cash += sum(received.values()) + flows["recoveries"][t] + flows["returns"][t]
    if t % 12 == 0:
        fund.lapsing = 0
        if world.fund.payment.yearly_limit is not None:
            limit = fund.at("fund.payment.yearly_limit", t) * fund.index("wages", t)
            fund.limit = round(limit * 100)
    for name, cents in received.items():
        source = world.income[name]
        if isinstance(source, BudgetLine) and source.lapses:
            fund.lapsing += cents

    spent = pay_costs(fund, t) + pay_benefits(fund, t)
    fund.advance += flows["interest"][t] + flows["advances"][t]
    repaid = flows["repayments"][t] = min(fund.cash, fund.advance)
    fund.cash -= repaid
    fund.advance -= repaid
    fund.lapsing = max(fund.lapsing - spent - repaid, 0)
    if t % 12 == 11:
        flows["lapsed"][t] = min(fund.cash, fund.lapsing)
        fund.cash -= flows["lapsed"][t]
    flows["cash"][t], flows["advance"][t] = fund.cash, fund.advance
    flows["arrears"][t] = sum(cents for _, cents in fund.bills)
    flows["outstanding"][t] = sum(payment.left for payment in fund.line)
    for state in STATES:
        fund.states[state][t] = fund.now[state]


def _monthly(yearly: float) -> float:
    return float((1 + np.float64(yearly)) ** (1 / 12) - 1)


def borrow(fund: Fund, t: int, cents: int) -> None:
    """The treasury lends what is missing for a payment of so many cents, where it lends."""
    if fund.world.fund.payment.when_short == "treasury_advance" and cents > fund.cash:
        fund.flows["advances"][t] += cents - fund.cash
        fund.cash = cents


def pay_costs(fund: Fund, t: int) -> int:
    """Pay the bills, oldest first, as far as cash goes; returns the cents paid."""
    for kind, cents in bills_of(fund, t).items():
        fund.costs_due[kind][t] += cents
        fund.bills.append([kind, fund.costs_due[kind][t]])
    paid = 0
    for bill in fund.bills:
        borrow(fund, t, bill[1])
        cents = min(bill[1], fund.cash)
        bill[1] -= cents
        fund.cash -= cents
        fund.costs[bill[0]][t] += cents
        paid += cents
    fund.bills = [bill for bill in fund.bills if bill[1] > 0]
    return paid


def bills_of(fund: Fund, t: int) -> dict[str, int]:
    """What running the fund costs this month, without pursuing offenders (booked when begun)."""
    costs, assistance = fund.world.fund.costs, fund.world.fund.assistance
    if not fund.world.has_fund:
        return {}
    index = fund.index(costs.index, t)

    def price(key: str) -> float:
        return fund.at(key, t) * index

    salaries = price("fund.costs.caseworker_a_year") / 12 * fund.world.fund.decision.caseworkers
    assisted = sum(fund.identified[max(t - assistance.months + 1, 0) : t + 1])
    monthly_cost = fund.at("fund.assistance.rate", t) * price("fund.assistance.monthly_cost")
    by_fund = 1.0 if costs.legal_aid_by_fund else 0.0
    euros = {
        "office": price("fund.costs.office_a_year") / 12,
        "caseworkers": salaries,
        "decisions": fund.decided[t] * price("fund.costs.per_decision"),
        "legal_aid": fund.aided[t] * price("fund.costs.legal_aid_per_case") * by_fund,
        "assistance": assisted * monthly_cost,
        "reforms": reforms_cost(fund, t, index),
        "subrogation": 0.0,
    }
    return {kind: round(euros[kind] * 100) for kind in COST_KINDS}


def reforms_cost(fund: Fund, t: int, index: float) -> float:
    """What reforms and stresses cost the fund this month, in euro."""
    year = fund.world.time.start_year + t // 12
    total = 0.0
    for name, change in sorted(fund.world.changes.items()):
        if change.cost_by != "fund":
            continue
        if change.cost_a_year is not None and _runs(change, year):
            total += fund.at(f"{name}.cost_a_year", t) * index * 1.0 / 12
        if change.cost_once is not None and t % 12 == 0 and year == change.from_year:
            total += fund.at(f"{name}.cost_once", t) * index
    return total


def _runs(change: Change, year: int) -> bool:
    return change.from_year <= year and (change.until_year is None or year <= change.until_year)


def pay_benefits(fund: Fund, t: int) -> int:
    """Pay the line by the fund's rule; returns the cents paid."""
    rule, owed = fund.world.fund.payment.when_short, sum(p.left for p in fund.line)
    lends = rule == "treasury_advance"
    means = fund.limit if lends else min(fund.cash, fund.limit)
    total = 0
    if rule == "pro_rata" and owed > means:
        rate = means * MILLION // owed
        for payment in fund.line:
            total += pay(fund, t, payment, payment.left * rate // MILLION)
    else:
        for payment in list(fund.line):
            if total + payment.left > means:
                break  # the first that does not fit holds the line
            total += pay(fund, t, payment, payment.left)
    fund.line = [payment for payment in fund.line if payment.left > 0]
    if fund.world.fund.payment.yearly_limit is not None:
        fund.limit -= total
    return total


def pay(fund: Fund, t: int, payment: Payment, cents: int) -> int:
    """Pay so many cents of a payment; the last of a granted claim begins the pursuit."""
    borrow(fund, t, cents)
    fund.cash -= cents
    payment.left -= cents
    fund.flows["benefits"][t] += cents
    if payment.left == 0:
        payment.paid_in_month = t
        decided = fund.decided_at.get(payment.claim, np.inf)
        if payment.last and fund.drawn.claims.approved[payment.claim] and decided < t + 1:
            settled(fund, payment.claim, t)
            pursue(fund, payment.claim, t)
    return cents


def pursue(fund: Fund, claim: int, t: int) -> None:
    """Recover from the offender of a claim paid in full in month t, unless the victim has been paid."""
    months, drawn = fund.drawn.months, fund.drawn
    decided_at = np.array([fund.decided_at[claim]])
    one = _only(drawn.claims, claim)
    pursuit = draw_pursuit(fund.world, drawn.parameters, drawn.macro, drawn.cases, one, decided_at)
    begun = max(t + 1, float(pursuit.from_at[0]))
    if not pursuit.pursued[0] or begun > pursuit.until[0]:
        return
    if begun < months:
        fund.costs_due["subrogation"][int(begun)] += int(pursuit.cost[0])
    recovered = int(np.floor(begun + float(pursuit.delay[0])))
    if recovered < months:
        fund.flows["recoveries"][recovered] += int(pursuit.recovery[0])


def _only(claims: Claims, claim: int) -> Claims:
    """A single claim."""
    return Claims(**{f.name: getattr(claims, f.name)[claim : claim + 1] for f in fields(Claims)})
