"""The fund's cash box: its income, bills, line, treasury and month, in whole cents (method §10 to §12)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import assert_never

from fundsim.reference.chance import cents
from fundsim.reference.costs import DESK, KINDS, bills_of
from fundsim.reference.economy import Income
from fundsim.reference.pathway import share_with_mean, takes
from fundsim.reference.victim import NEVER, Claim, Life, Victim
from fundsim.reference.votes import Votes
from fundsim.scenario.schema import BudgetLine

MILLION = 1_000_000
STATES = ("waiting", "filed", "refused", "granted", "paid", "outside")
FLOWS = (
    "recoveries", "returns", "advances", "supplements", "repayments", "interest", "due", "benefits", "lapsed",
    "cash", "advance", "outstanding", "arrears",
)  # fmt: skip


@dataclass
class Case:
    """A claim on its way through the fund.

    decided_at    NEVER while nobody has
    paid_in       month in which it was granted and paid in full; None if never
    pursued_from  when the fund began to pursue the offender; None if it did not
    recovered_at  when that ended;  recovery  cents that it brought
    """

    victim: Victim
    claim: Claim
    decided_at: float = NEVER
    paid_in: int | None = None
    payments: list[Payment] = field(default_factory=list)
    pursued_from: float | None = None
    recovered_at: float = NEVER
    recovery: int = 0


@dataclass
class Payment:
    """One payment due: cents in all, cents left, and the months in which it fell due and was completed."""

    case: Case
    amount: int
    left: int
    last: bool = False
    due_in: int = 0
    paid_in: int | None = None


@dataclass
class Bill:
    """What is left of a month's costs of one kind."""

    kind: str
    left: int


class CashBox:
    """One replication's books.  Flows and balances are cents by month."""

    def __init__(self, life: Life) -> None:
        """Empty books, and the opening capital in the box."""
        self.life, months = life, life.months
        self.income = Income(life.beliefs, life.economy, life.dice).all_sources()
        self.votes = Votes(life.beliefs, life.economy, life.dice, life.plan)
        if life.world.has_fund:
            self.income |= {name: [0] * months for name in self.votes.names()}
        self.income = dict(sorted(self.income.items()))
        kinds = KINDS if life.world.has_fund else ()
        self.flows = {name: [0] * months for name in FLOWS}
        self.costs_due = {kind: [0] * months for kind in kinds}
        self.costs = {kind: [0] * months for kind in kinds}
        self.state_costs = {kind: [0.0] * months for kind in (*DESK, "reforms")}
        self.states = {state: [0] * months for state in STATES}
        self.counted = {what: [0] * months for what in ("identified", "aided", "helped", "decided")}
        self.cases: list[Case] = []
        self.opening_capital = 0
        if life.world.has_fund:
            opening = life.beliefs.at("fund.opening_capital", life.world.time.start_year)
            self.opening_capital = cents(opening)
        self.cash, self.advance = self.opening_capital, 0
        self.bills: list[Bill] = []  # oldest first
        self.line: list[Payment] = []  # in the order of falling due
        self.lapsing = 0  # unspent of this year's lapsing lines
        self.limit: int | None = None  # left of this year's spending limit
        self._now = dict.fromkeys(STATES, 0)

    def year(self, t: int) -> int:
        """The calendar year of a month."""
        return self.life.beliefs.year_of(t)

    def at(self, key: str, t: int) -> float:
        """An assumption in the year of a month."""
        return self.life.beliefs.at(key, self.year(t))

    def moves(self, victim: Victim, old: str, new: str) -> None:
        """A victim changes state; none before it is identified.  Victims of other crimes are not counted."""
        if victim.other:
            return
        if old:
            self._now[old] -= 1
        self._now[new] += 1

    def counts(self, what: str, when: float) -> None:
        """One more in the month of a time, if the fund is open then."""
        if 0 <= when < self.life.months:
            self.counted[what][math.floor(when)] += 1

    def joins(self, payment: Payment, t: int) -> None:
        """A payment falls due in a month, and stands at the end of the line."""
        payment.due_in = t
        self.flows["due"][t] += payment.amount
        self.line.append(payment)
        payment.case.payments.append(payment)

    def state_at(self, t: int) -> None:
        """Write down how many victims are in each state."""
        for state in STATES:
            self.states[state][t] = self._now[state]


def month_end(box: CashBox, t: int) -> None:
    """The fund's month, in the order of the rules."""
    fund, flows, opening = box.life.fund(t), box.flows, box.cash
    if t % 12 == 0:
        new_year(box, t)
    # 2, 3: what comes in, and what is added to the advance
    back = a_month(box.life.economy.returns[box.year(t)])
    flows["returns"][t] = round(opening * back) if fund.reserve_return else 0
    flows["interest"][t] = round(box.advance * a_month(box.at("fund.payment.advance_interest", t)))
    received = {name: flow[t] for name, flow in box.income.items()}
    box.cash += sum(received.values()) + flows["recoveries"][t] + flows["returns"][t]
    box.lapsing += sum(income for name, income in received.items() if lapses(box, name, t))
    # 4, 5: what goes out
    spent = pay_costs(box, t) + pay_benefits(box, t)
    # 6: the treasury is paid back
    box.advance += flows["interest"][t] + flows["advances"][t]
    repaid = flows["repayments"][t] = min(box.cash, box.advance)
    box.cash -= repaid
    box.advance -= repaid
    # 7: unspent budget goes back
    box.lapsing = max(box.lapsing - spent - repaid, 0)
    if t % 12 == 11:
        flows["lapsed"][t] = min(box.cash, box.lapsing)
        flows["lapsed"][t] += round(
            (box.cash - flows["lapsed"][t]) * box.at("fund.reserve_taken", t)
        )
        box.cash -= flows["lapsed"][t]
    # 8: the books are closed
    flows["cash"][t], flows["advance"][t] = box.cash, box.advance
    flows["arrears"][t] = sum(bill.left for bill in box.bills)
    flows["outstanding"][t] = sum(payment.left for payment in box.line)
    box.state_at(t)


def new_year(box: CashBox, t: int) -> None:
    """In January nothing lapses yet, the spending limit begins anew, and the lines are voted."""
    box.lapsing, box.limit = 0, None
    if box.life.world.has_fund:
        for name in box.votes.names():
            box.income[name][t] = box.votes.voted(name, box.year(t), fell_due(box, t))
    if box.life.fund(t).payment.yearly_limit is not None:
        wages = box.life.economy.index("wages", box.year(t))
        box.limit = cents(box.at("fund.payment.yearly_limit", t) * wages)


def fell_due(box: CashBox, t: int) -> list[int]:
    """Costs and payments due in each year before a month, the pursuit of offenders apart."""
    kinds = [flow for kind, flow in box.costs_due.items() if kind != "subrogation"]
    return [
        sum(flow[m] for flow in (*kinds, box.flows["due"]) for m in range(12 * y, 12 * y + 12))
        for y in range(t // 12)
    ]


def lapses(box: CashBox, name: str, t: int) -> bool:
    """Whether what a source brings in a year returns to the treasury if unspent."""
    source = box.life.world.in_year(box.year(t)).income[name]
    return isinstance(source, BudgetLine) and source.lapses


def a_month(yearly: float) -> float:
    """The monthly rate that compounds to a yearly one."""
    return float((1 + yearly) ** (1 / 12)) - 1


def fill_up(box: CashBox, t: int, amount: int) -> None:
    """The state adds what is missing for a payment, as a loan or for good, where it does."""
    rule = box.life.fund(t).payment.when_short
    match rule:
        case "treasury_advance":
            flow = "advances"
        case "supplement":
            flow = "supplements"
        case "queue" | "pro_rata":
            return
        case _:
            assert_never(rule)
    if amount > box.cash:
        box.flows[flow][t] += amount - box.cash
        box.cash = amount


def pay_costs(box: CashBox, t: int) -> int:
    """Pay the bills, oldest first, as far as cash goes; returns the cents paid."""
    fund_owes, state_owes = bills_of(box.life, box.counted, t)
    for kind, euros in state_owes.items():
        box.state_costs[kind][t] = euros
    for kind, amount in fund_owes.items():
        box.costs_due[kind][t] += amount
        box.bills.append(Bill(kind, box.costs_due[kind][t]))
    paid = 0
    for bill in box.bills:
        fill_up(box, t, bill.left)
        amount = min(bill.left, box.cash)
        bill.left -= amount
        box.cash -= amount
        box.costs[bill.kind][t] += amount
        paid += amount
    box.bills = [bill for bill in box.bills if bill.left > 0]
    return paid


def pay_benefits(box: CashBox, t: int) -> int:
    """Pay the line by the fund's rule; returns the cents paid."""
    rule, owed = box.life.fund(t).payment.when_short, sum(p.left for p in box.line)
    left_of_limit = owed if box.limit is None else box.limit
    match rule:
        case "queue":
            total = whole_payments(box, t, min(box.cash, left_of_limit))
        case "treasury_advance" | "supplement":
            total = whole_payments(box, t, left_of_limit)
        case "pro_rata":
            total = at_one_rate(box, t, owed, min(box.cash, left_of_limit))
        case _:
            assert_never(rule)
    box.line = [payment for payment in box.line if payment.left > 0]
    if box.limit is not None:
        box.limit -= total
    return total


def whole_payments(box: CashBox, t: int, means: int) -> int:
    """From the head of the line, each payment whole; the first that does not fit holds the line."""
    total = 0
    for payment in list(box.line):
        if total + payment.left > means:
            break
        total += pay(box, t, payment, payment.left)
    return total


def at_one_rate(box: CashBox, t: int, owed: int, means: int) -> int:
    """The same rate of everything outstanding, in millionths, rounded down to the cent."""
    if owed <= means:
        return whole_payments(box, t, means)
    rate = means * MILLION // owed
    return sum(pay(box, t, payment, payment.left * rate // MILLION) for payment in list(box.line))


def pay(box: CashBox, t: int, payment: Payment, amount: int) -> int:
    """Pay so many cents of a payment; the last of a granted claim completes it."""
    fill_up(box, t, amount)
    box.cash -= amount
    payment.left -= amount
    box.flows["benefits"][t] += amount
    if payment.left == 0:
        payment.paid_in = t
        case = payment.case
        if payment.last and case.claim.approved and case.decided_at < t + 1:
            paid_in_full(box, case, t)
    return amount


def paid_in_full(box: CashBox, case: Case, t: int) -> None:
    """A granted claim is paid in full: its right against the offender passes to the fund."""
    box.moves(case.victim, "granted", "paid")
    case.paid_in = t
    if case.victim.convicted and case.claim.benefit > 0:
        pursue(box, case, t)


def pursue(box: CashBox, case: Case, t: int) -> None:
    """Recover from the offender of a claim paid in full in a month, unless the victim has been paid."""
    victim, life = case.victim, box.life
    year = life.beliefs.year_of(case.decided_at)

    def at(key: str) -> float:
        return life.beliefs.at(f"fund.subrogation.{key}", year)

    if not victim.decided_by("pursued", at("pursued_share")):
        return
    begun = max(t + 1, victim.judged_at)
    if victim.recovered_at < begun:
        return
    case.pursued_from = begun
    case.recovered_at = begun + takes(
        life, victim, "fund.subrogation.delay", "subrogation delay", year
    )
    if not victim.decided_by("subrogation", at("failure_rate")):
        share = share_with_mean(at("recovered_rate"), victim.dice.uniform("subrogation share"))
        case.recovery = math.floor(case.claim.benefit * share)
    if begun < life.months:
        index = life.economy.index(life.fund(case.decided_at).costs.index, year)
        box.costs_due["subrogation"][math.floor(begun)] += cents(at("cost_per_claim") * index)
    if case.recovered_at < life.months:
        box.flows["recoveries"][math.floor(case.recovered_at)] += case.recovery
