"""The fund's desk: one victim's story with the fund, as SimPy processes (method §8, §9).

At one time the month's end comes first (what happens at a month's end belongs to the next month), then claims that
become ready for a decision, then who decides, then victims in the order of their numbers.  The cash box and its month are in `cash.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import Any, assert_never

import simpy

from fundsim.reference.cash import Case, CashBox, Payment, month_end, paid_in_full
from fundsim.reference.chance import to_tick
from fundsim.reference.victim import Life, Victim

# the order of events at one time; SimPy's own are 0 and 1
MONTH_END, READY, LOOK, FIRST_VICTIM = -3, -2, -1, 2
NOBODY = math.inf
Story = Generator[simpy.Event, Any, None]


class Desk:
    """Who decides the claims, which of them wait, and the fund's clock.

    waiting  claims that are ready for a decision;  busy_until  of each officer, those in full-time posts first
    held     when the committee last met;  looks  when somebody looks at what waits
    taken_up happens to each claim, by the number of the victim
    """

    def __init__(self, life: Life, box: CashBox, first: float) -> None:
        """first  month in which the first victim is identified"""
        self.life, self.box = life, box
        self.env = simpy.Environment(initial_time=min(math.floor(first), 0))
        self.waiting: list[Case] = []
        self.busy_until: dict[int, float] = {}
        self.held = -1.0
        self.looks: set[float] = set()
        self.taken_up: dict[int, simpy.Event] = {}

    def until(self, when: float, turn: int) -> simpy.Event:
        """An event at a time, in its turn among events of the same time."""
        event = self.env.event()
        # SimPy's Timeout has no turn of its own, so the event is made as Timeout makes itself
        event._ok, event._value = True, None
        self.env.schedule(event, priority=turn, delay=when - self.env.now)  # type: ignore[arg-type]
        return event

    def at(self, when: float, turn: int, happens: Callable[[], None]) -> None:
        """Something that happens at a time, in its turn."""
        self.until(when, turn).callbacks.append(lambda event: happens())

    def look_at(self, when: float) -> None:
        """Who decides looks at what waits, once at any time."""
        if when not in self.looks:
            self.looks.add(when)
            self.at(when, LOOK, lambda: look(self))


def open_for(life: Life, people: list[Victim]) -> CashBox:
    """Run the fund from the first victim to the last decision."""
    box = CashBox(life)
    desk = Desk(life, box, min((v.identified_at for v in people), default=0.0))
    for victim in people:
        case = None
        if victim.claim is not None:
            case = Case(victim, victim.claim)
            desk.taken_up[victim.number] = desk.env.event()
            desk.at(victim.claim.ready_at, READY, lambda case=case: is_ready(desk, case))  # type: ignore[misc]
        desk.env.process(comes(desk, victim, case))
    desk.env.process(calendar(desk))
    desk.env.run()
    return box


def calendar(desk: Desk) -> Story:
    """The month's ends, one after another."""
    for t in range(desk.life.months):
        yield desk.until(t + 1, MONTH_END)
        month_end(desk.box, t)


def comes(desk: Desk, victim: Victim, case: Case | None) -> Story:
    """One victim: is identified, waits, files or never does, is decided, and is owed a benefit."""
    box, turn = desk.box, FIRST_VICTIM + 2 * victim.number
    yield desk.until(victim.identified_at, turn)
    box.moves(victim, "", "waiting")
    if not victim.other:
        box.counts("identified", desk.env.now)
    if victim.assisted:
        box.counts("helped", victim.clock_at)
    if victim.legal_aid:
        box.counts("aided", desk.env.now)

    yield desk.until(victim.leaves_at, turn)
    if case is None:
        box.moves(victim, "waiting", "outside")
        return
    box.moves(victim, "waiting", "filed")
    yield from is_decided(desk, case, turn)


def is_decided(desk: Desk, case: Case, turn: int) -> Story:
    """A claim is prepared, waits, and is granted or refused."""
    box, claim = desk.box, case.claim
    box.cases.append(case)
    account = Payment(case, claim.interim, claim.interim)
    if claim.interim > 0:
        desk.env.process(on_account(desk, account, claim.interim_at, turn + 1))
    yield desk.taken_up[case.victim.number]
    yield desk.until(case.decided_at, turn)
    box.counts("decided", desk.env.now)
    if not claim.approved:
        box.moves(case.victim, "filed", "refused")
        return
    box.moves(case.victim, "filed", "granted")
    if claim.benefit == 0:
        return paid_in_full(box, case, math.floor(case.decided_at))
    owes(desk, account, turn)


def is_ready(desk: Desk, case: Case) -> None:
    """A claim joins those that wait for a decision."""
    desk.waiting.append(case)
    desk.look_at(desk.env.now)


def look(desk: Desk) -> None:
    """Whoever decides takes up what can be taken up now, and is reminded of the rest."""
    now, fund = desk.env.now, desk.life.fund(desk.env.now)
    match fund.decision.body:
        case "officers":
            again = officers_work(desk, now)
        case "committee":
            again = committee_meets(desk, now)
        case _:
            assert_never(fund.decision.body)
    if desk.waiting:
        new_year = 12.0 * (math.floor(now / 12) + 1)  # when somebody else may decide
        desk.look_at(min(again, new_year))


def turn_of(desk: Desk, claimed: Case, now: float) -> tuple[bool, float, int]:
    """By what the claims that are ready stand in line."""
    behind = False
    match desk.life.fund(now).decision.order:
        case "filed":
            pass
        case "children_first":
            behind = not claimed.victim.child
        case other:
            assert_never(other)
    return behind, claimed.claim.filed_at, claimed.victim.number


def officers_work(desk: Desk, now: float) -> float:
    """Each claim in its turn goes to the officer who would decide it first, after the claims before it.

    It is taken up if that officer is free now; returns when the next of the others is.
    """
    posts = desk.life.beliefs.at("fund.decision.posts", desk.life.beliefs.year_of(now))
    speeds = [1.0] * math.floor(posts)
    if posts > len(speeds):
        speeds.append(posts - len(speeds))
    after = [max(now, desk.busy_until.get(one, 0.0)) for one in range(len(speeds))]
    for case in sorted(desk.waiting, key=lambda case: turn_of(desk, case, now)):
        work = case.claim.working_months
        ends = [
            free + (work if speed == 1 else to_tick(work / speed))
            for free, speed in zip(after, speeds, strict=True)
        ]
        officer = ends.index(min(ends))
        if after[officer] == now:
            desk.busy_until[officer] = ends[officer]
            decides(desk, case, ends[officer])
        after[officer] = ends[officer]
    busy = [desk.busy_until.get(one, 0.0) for one in range(len(speeds))]
    return min((until for until in busy if until > now), default=NOBODY)


def committee_meets(desk: Desk, now: float) -> float:
    """If the committee meets now, it decides the first claims; returns when it meets next, within the year."""
    rule, year = desk.life.fund(now).decision, math.floor(now / 12)
    meetings = [
        12.0 * year + to_tick(12 * (session + 0.5) / rule.sessions_a_year)
        for session in range(rule.sessions_a_year)
    ]
    if now in meetings and now > desk.held:
        desk.held = now
        line = sorted(desk.waiting, key=lambda case: turn_of(desk, case, now))
        for case in line[: rule.files_a_session]:
            decides(desk, case, now)
    return min((one for one in meetings if one > now), default=NOBODY)


def decides(desk: Desk, case: Case, when: float) -> None:
    """A claim is taken up, and will be decided at a time."""
    desk.waiting.remove(case)
    case.decided_at = when
    desk.taken_up[case.victim.number].succeed()


def on_account(desk: Desk, payment: Payment, when: float, turn: int) -> Story:
    """An interim payment, due some months after filing unless the claim is decided by then."""
    yield desk.until(when, turn)
    if payment.case.decided_at > when:
        join(desk, payment)


def owes(desk: Desk, account: Payment, turn: int) -> None:
    """A granted benefit, less what was paid on account, falls due in instalments."""
    case, rule = account.case, desk.life.fund(account.case.decided_at).payment
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
