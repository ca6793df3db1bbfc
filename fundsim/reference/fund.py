"""The fund's desk: one victim's story with the fund, as SimPy processes (method §8, §9).

At one time the month's end comes first (what happens at a month's end belongs to the next month), then victims
in the order of their numbers.  The cash box and its month are in `cash.py`.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import simpy

from fundsim.reference.cash import CashBox, Payment, month_end, paid_in_full
from fundsim.reference.victim import Claim, Life, Victim

MONTH_END, FIRST_VICTIM = -1, 2  # the order of events at one time; SimPy's own are 0 and 1
Story = Generator[simpy.Event, Any, None]


class Desk:
    """The fund's caseworkers and its clock."""

    def __init__(self, life: Life, box: CashBox, first: float) -> None:
        """first  month in which the first victim is identified"""
        self.life, self.box = life, box
        self.env = simpy.Environment(initial_time=min(math.floor(first), 0))
        self.caseworkers = simpy.Resource(self.env, life.world.fund.decision.caseworkers)

    def until(self, when: float, turn: int) -> simpy.Event:
        """An event at a time, in its turn among events of the same time."""
        event = self.env.event()
        # SimPy's Timeout has no turn of its own, so the event is made as Timeout makes itself
        event._ok, event._value = True, None
        self.env.schedule(event, priority=turn, delay=when - self.env.now)  # type: ignore[arg-type]
        return event


def open_for(life: Life, people: list[Victim]) -> CashBox:
    """Run the fund from the first victim to the last decision."""
    box = CashBox(life)
    desk = Desk(life, box, min((v.identified_at for v in people), default=0.0))
    for victim in people:
        desk.env.process(comes(desk, victim))
    desk.env.process(calendar(desk))
    desk.env.run()
    return box


def calendar(desk: Desk) -> Story:
    """The month's ends, one after another."""
    for t in range(desk.life.months):
        yield desk.until(t + 1, MONTH_END)
        month_end(desk.box, t)


def comes(desk: Desk, victim: Victim) -> Story:
    """One victim: is identified, waits, files or never does, is decided, and is owed a benefit."""
    box, turn = desk.box, FIRST_VICTIM + 2 * victim.number
    yield desk.until(victim.identified_at, turn)
    box.moves("", "waiting")
    box.counts("identified", desk.env.now)
    if victim.legal_aid:
        box.counts("aided", desk.env.now)

    yield desk.until(victim.leaves_at, turn)
    if victim.claim is None:
        box.moves("waiting", "outside")
        return
    box.moves("waiting", "filed")
    yield from is_decided(desk, victim, victim.claim, turn)


def is_decided(desk: Desk, victim: Victim, claim: Claim, turn: int) -> Story:
    """A claim waits for a caseworker, is worked on, and is granted or refused."""
    box = desk.box
    case = box.opens(victim, claim)
    account = Payment(case, claim.interim, claim.interim)
    if claim.interim > 0:
        desk.env.process(on_account(desk, account, claim.interim_at, turn + 1))
    with desk.caseworkers.request() as caseworker:
        yield caseworker
        yield desk.until(desk.env.now + claim.working_months, turn)
    case.decided_at = desk.env.now
    box.counts("decided", desk.env.now)
    if not claim.approved:
        box.moves("filed", "refused")
        return
    box.moves("filed", "granted")
    if claim.benefit == 0:
        return paid_in_full(box, case, math.floor(case.decided_at))
    owes(desk, account, turn)


def on_account(desk: Desk, payment: Payment, when: float, turn: int) -> Story:
    """An interim payment, due some months after filing unless the claim is decided by then."""
    yield desk.until(when, turn)
    if payment.case.decided_at > when:
        join(desk, payment)


def owes(desk: Desk, account: Payment, turn: int) -> None:
    """A granted benefit, less what was paid on account, falls due in instalments."""
    case, rule = account.case, desk.life.world.fund.payment
    on_time = case.claim.interim > 0 and case.claim.interim_at < case.decided_at
    rest = case.claim.benefit - (case.claim.interim if on_time else 0)
    due_at = case.decided_at
    if rule.trust_until_18:
        due_at = max(due_at, case.claim.majority_at)
    part = rest // rule.instalments
    parts = [rest - part * (rule.instalments - 1)] + [part] * (rule.instalments - 1)
    dated = [(due_at + n * rule.every_months, part) for n, part in enumerate(parts) if part > 0]
    if not dated:  # all was paid on account
        account.last = True
        if account.paid_in is not None:
            paid_in_full(desk.box, case, math.floor(case.decided_at))
    for when, cents in dated:
        instalment = Payment(case, cents, cents, last=(when, cents) == dated[-1])
        desk.env.process(falls_due(desk, instalment, when, turn))


def falls_due(desk: Desk, payment: Payment, when: float, turn: int) -> Story:
    """A payment of a granted claim joins the line when it falls due."""
    if when > desk.env.now:
        yield desk.until(when, turn)
    join(desk, payment)


def join(desk: Desk, payment: Payment) -> None:
    """Stand in the line from now on, unless the years that are followed have ended."""
    if desk.env.now < desk.life.months:
        desk.box.joins(payment, math.floor(desk.env.now))
