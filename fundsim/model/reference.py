"""The reference engine: the fund told as SimPy processes, one future at a time (method §7 to §12).

It settles the cases that were drawn and keeps the same ledger as the fast engine, to the cent, without
sharing any code that settles: only the scenario, what was drawn, and the written rules.  It is slow and
meant to be read: `victim` is one person's story with the fund, `month_end` is the fund's month.

At one time the month's end comes first (what happens at a month's end belongs to the next month), then
victims in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import simpy

from fundsim.model.claims import Claims, draw_pursuit
from fundsim.model.costs import COST_KINDS, reform_costs
from fundsim.model.due import Due
from fundsim.model.fund import UNPAID
from fundsim.model.ledger import STATES, Ledger
from fundsim.model.pathway import Cents
from fundsim.model.run import Drawn, Future
from fundsim.scenario.schema import FORMS, BudgetLine, Change, World

MONTH_END, FIRST_CASE = -1, 2  # the order of events at one time; SimPy's own are 0 and 1
MILLION = 1_000_000
Story = Generator[simpy.Event, Any, None]
FLOWS = (
    "recoveries", "returns", "advances", "repayments", "interest", "due", "benefits", "lapsed",
    "cash", "advance", "outstanding", "arrears",
)  # fmt: skip


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


def victim(fund: Fund, case: int, claim: int | None) -> Story:
    """One identified victim's story with the fund.

    case   place in the drawn cases;  claim  place in the drawn claims, None for who never files
    """
    cases, entry = fund.drawn.cases, fund.drawn.entry
    turn = FIRST_CASE + 2 * case
    yield fund.wait_until(float(cases.victims.identified_at[case]), turn)
    fund.moves("", "waiting")
    fund.count(fund.identified)
    if cases.legal_aid[case]:
        fund.count(fund.aided)

    yield fund.wait_until(float(entry.leaves_at[case]), turn)
    if claim is None:
        fund.moves("waiting", "outside")
        return
    fund.moves("waiting", "filed")
    benefit, interim = worth(fund, case)
    interim_at = fund.env.now + fund.world.fund.interim.after_months
    account = Payment(claim, interim, interim, 0, last=False)
    if interim > 0:
        fund.env.process(on_account(fund, account, interim_at, turn + 1))

    with fund.caseworkers.request() as caseworker:
        yield caseworker
        working = float(fund.drawn.claims.working_months[claim])
        yield fund.wait_until(fund.env.now + working, turn)
    fund.decided_at[claim] = decided_at = fund.env.now
    fund.count(fund.decided)
    paid_on_account = interim if interim > 0 and interim_at < decided_at else 0
    if not fund.drawn.claims.approved[claim]:
        fund.moves("filed", "refused")
        return
    fund.moves("filed", "granted")
    if benefit == 0:
        settled(fund, claim, int(np.floor(decided_at)))
        return
    payment, rest = fund.world.fund.payment, benefit - paid_on_account
    due_at = decided_at
    if payment.trust_until_18:
        due_at = max(due_at, float(fund.drawn.claims.majority_at[claim]))
    part = rest // payment.instalments
    parts = [rest - part * (payment.instalments - 1)] + [part] * (payment.instalments - 1)
    numbers = [number for number, amount in enumerate(parts) if amount > 0]
    if not numbers:  # all was paid on account
        account.last = True
        if account.paid_in_month < UNPAID:
            settled(fund, claim, int(np.floor(decided_at)))
            pursue(fund, claim, int(np.floor(decided_at)))
    for number in numbers:
        when = due_at + number * payment.every_months
        instalment = Payment(claim, parts[number], parts[number], 0, last=number == numbers[-1])
        fund.env.process(falls_due(fund, instalment, when, turn))


def on_account(fund: Fund, payment: Payment, when: float, turn: int) -> Story:
    """An interim payment, due some months after filing unless the claim is decided by then."""
    yield fund.wait_until(when, turn)
    if payment.claim not in fund.decided_at:
        join(fund, payment)


def falls_due(fund: Fund, payment: Payment, when: float, turn: int) -> Story:
    """A payment of a granted claim joins the line when it falls due."""
    if when > fund.env.now:
        yield fund.wait_until(when, turn)
    join(fund, payment)


def join(fund: Fund, payment: Payment) -> None:
    """Stand in the line from now on."""
    if fund.month >= fund.drawn.months:
        return
    payment.due_month = fund.month
    fund.flows["due"][fund.month] += payment.amount
    fund.line.append(payment)
    fund.every_payment.append(payment)


def worth(fund: Fund, case: int) -> tuple[int, int]:
    """What a claim filed now is worth after set-off, and its interim payment, in cents."""
    lever, cases, now = fund.world.fund.amount, fund.drawn.cases, fund.env.now
    index = fund.index(lever.index, now)
    unit = fund.at("country.net_wage", now) if lever.money == "monthly_wages" else 1.0
    age = "child" if cases.victims.child[case] else "adult"
    form = FORMS[cases.victims.form[case]]
    judgment = fund.at("fund.amount.judgment_share", now) * int(cases.award[case]) / 100
    tariff = fund.at(f"fund.amount.tariff.{age}.{form}", now) * unit * index
    if lever.basis == "fixed":
        euros = fund.at("fund.amount.fixed", now) * unit * index
    elif lever.basis == "tariff":
        euros = tariff
    elif lever.basis == "judgment":
        euros = judgment
    else:
        euros = min(tariff, judgment) if cases.award_at[case] <= now else tariff
    if lever.floor is not None:
        euros = max(euros, fund.at("fund.amount.floor", now) * unit * index)
    if lever.cap is not None:
        euros = min(euros, fund.at("fund.amount.cap", now) * unit * index)
    benefit = round(euros * 100)
    if fund.world.fund.subsidiarity.set_off and cases.recovered_at[case] <= now:
        benefit -= min(int(cases.recovered[case]), benefit)
    interim = int(np.floor(benefit * fund.at("fund.interim.share", now) + 1e-6))
    return benefit, min(interim, round(fund.at("fund.interim.cap", now) * index * 100))


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
    if fund.world.fund.entry_point == "none":
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


def calendar(fund: Fund) -> Story:
    """The month's ends, one after another."""
    for t in range(fund.drawn.months):
        yield fund.wait_until(t + 1, MONTH_END)
        month_end(fund, t)


def settle_one(world: World, drawn: Drawn, r: int) -> Fund:
    """Settle one replication (its place in the block), from its first victim to its last decision."""
    cases, claims, months = drawn.cases, drawn.claims, drawn.months
    own = np.flatnonzero(cases.victims.replication == r)
    first = float(np.floor(cases.victims.identified_at[own].min())) if own.size else 0.0
    env = simpy.Environment(initial_time=min(first, 0.0))
    kinds = COST_KINDS if world.fund.entry_point != "none" else ()
    fund = Fund(
        world,
        drawn,
        r,
        env,
        simpy.Resource(env, capacity=world.fund.decision.caseworkers),
        flows={name: [0] * months for name in FLOWS},
        costs_due={kind: [0] * months for kind in kinds},
        costs={kind: [0] * months for kind in kinds},
        states={state: [0] * months for state in STATES},
        identified=[0] * months,
        aided=[0] * months,
        decided=[0] * months,
    )
    if world.fund.entry_point != "none":
        fund.cash = round(float(drawn.parameters["fund.opening_capital"][r, 0]) * 100)
    filed = {int(claims.case[c]): int(c) for c in np.flatnonzero(claims.replication == r)}
    for case in own:
        env.process(victim(fund, int(case), filed.get(int(case))))
    env.process(calendar(fund))
    env.run()
    return fund


def settle_reference(world: World, drawn: Drawn) -> Future:
    """Settle what was drawn, one replication after another; the same `Future` as the fast engine's."""
    claims, n = drawn.claims, drawn.replications.size
    funds = [settle_one(world, drawn, r) for r in range(n)]

    def table(rows: list[list[int]]) -> Cents:
        return np.array(rows, dtype=np.int64).reshape(n, drawn.months)

    decided_at = np.zeros(claims.size)
    paid_in_month = np.full(claims.size, UNPAID)
    for fund in funds:
        for claim, when in fund.decided_at.items():
            decided_at[claim] = when
        for claim, month in fund.paid_in_month.items():
            paid_in_month[claim] = month
    payments = [(r, p) for r, fund in enumerate(funds) for p in fund.every_payment]
    due = Due(
        claim=np.array([p.claim for _, p in payments], dtype=np.int64),
        replication=np.array([r for r, _ in payments], dtype=np.int64),
        amount=np.array([p.amount for _, p in payments], dtype=np.int64),
        month=np.array([p.due_month for _, p in payments], dtype=np.int64),
        last=np.array([p.last for _, p in payments], dtype=bool),
    )
    opening = np.rint(drawn.parameters["fund.opening_capital"][:, 0] * 100).astype(np.int64)
    ledger = Ledger(
        opening_capital=opening if world.fund.entry_point != "none" else np.zeros_like(opening),
        income=drawn.income,
        costs_due={k: table([f.costs_due[k] for f in funds]) for k in funds[0].costs_due},
        costs={k: table([f.costs[k] for f in funds]) for k in funds[0].costs},
        states={s: table([f.states[s] for f in funds]) for s in STATES},
        identified=table(
            [[sum(column) for column in zip(*f.states.values(), strict=True)] for f in funds]
        ),
        **{name: table([f.flows[name] for f in funds]) for name in FLOWS},
    )
    return Future(
        world,
        drawn,
        decided_at,
        draw_pursuit(world, drawn.parameters, drawn.macro, drawn.cases, claims, decided_at),
        due,
        np.array([p.paid_in_month for _, p in payments], dtype=np.int64),
        np.array([p.left for _, p in payments], dtype=np.int64),
        paid_in_month,
        ledger,
        reform_costs(world, drawn.parameters, drawn.macro, "state"),
    )
