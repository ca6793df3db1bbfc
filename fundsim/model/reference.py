"""The reference engine: the fund told as SimPy processes, one future at a time (method §7 to §12).

It settles the cases that were drawn and keeps the same ledger as the fast engine, to the cent, without
sharing any code that settles: only the scenario, what was drawn, and the written rules.  It is slow and
meant to be read: `victim` is one person's story with the fund, `reference_fund.month_end` the fund's month.

At one time the month's end comes first (what happens at a month's end belongs to the next month), then
victims in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from fundsim.model.claims import draw_pursuit
from fundsim.model.costs import COST_KINDS, reform_costs
from fundsim.model.due import Due
from fundsim.model.fund import UNPAID
from fundsim.model.ledger import STATES, Ledger
from fundsim.model.pathway import Cents
from fundsim.model.reference_fund import Fund, Payment, month_end, pursue, settled
from fundsim.model.run import Drawn, Future
from fundsim.scenario.schema import FORMS, World

MONTH_END, FIRST_CASE = -1, 2  # the order of events at one time; SimPy's own are 0 and 1
Story = Generator[simpy.Event, Any, None]
FLOWS = (
    "recoveries", "returns", "advances", "repayments", "interest", "due", "benefits", "lapsed",
    "cash", "advance", "outstanding", "arrears",
)  # fmt: skip


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
    kinds = COST_KINDS if world.has_fund else ()
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
    if world.has_fund:
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
        opening_capital=opening if world.has_fund else np.zeros_like(opening),
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
