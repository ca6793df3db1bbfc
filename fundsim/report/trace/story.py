"""One drawn case, told step by step: without the fund and with it, from the reference."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from fundsim.model import run
from fundsim.model.fund import UNPAID
from fundsim.model.lines import plan_of
from fundsim.reference.cash import Case
from fundsim.reference.future import Future, live
from fundsim.reference.victim import Claim, Victim
from fundsim.report.language import ENGLISH, Language, marked
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.schema import Form
from fundsim.scenario.total import total

FINDS = ("paid", "refused", "waiting", "capped", "set_off", "never_claims", "offender_pays")
PARTS = (marked("without the fund"), marked("with the fund"))
MONTH_END = 0.999  # payments are made at the end of the month
DRAWS = marked(
    "Behind a step stand its chance and the number that was drawn: it happens if the number is below the chance."
)
NOBODY = marked("No real person: every number is drawn from the scenario's assumptions.")
MOST_SEARCHED = 200  # replications looked through for a case of the wanted kind
FORM_WORDS = total(
    Form,
    {
        "sexual": marked("sexual exploitation"),
        "labour": marked("labour exploitation"),
        "begging": marked("forced begging"),
        "criminality": marked("forced criminality"),
        "other": marked("forced marriage or another form"),
    },
)


@dataclass(frozen=True)
class Step:
    """One event of a story.

    at     months from the opening of the fund;  when  the same in words
    part   of PARTS;  what  the event and its reason
    cents  money that reaches the victim, 0 if none
    draw   the chance of the step and the number drawn, in words; empty where chance decided nothing
    """

    at: float
    when: str
    part: str
    what: str
    cents: int = 0
    draw: str = ""


@dataclass(frozen=True)
class Event:
    """A step before it is dated in words.  stream  of the draw that decided"""

    at: float
    what: str
    cents: int = 0
    stream: str = ""


def tell(future: Future, case: int, say: Language = ENGLISH) -> list[Step]:
    """The story of one case of a future.  case  the victim's number

    The cents of the steps "with the fund" that come from the fund sum to what the fund paid on the
    case in the books; those "without the fund" to what the offender paid.
    """
    victim, start = future.victims[case], future.life.world.time.start_year
    parts = (_pathway(victim, say), _fund(future, victim, say))
    return [
        Step(
            event.at,
            say.month(start + math.floor(event.at / 12), math.floor(event.at) % 12 + 1),
            part,
            event.what,
            event.cents,
            _drawn(victim, event.stream, say),
        )
        for part, events in zip(PARTS, parts, strict=True)
        for event in events
    ]


def _drawn(victim: Victim, stream: str, say: Language) -> str:
    """The chance of a step and the number drawn."""
    if stream not in victim.draws:
        return ""
    draw = victim.draws[stream]
    return say(
        "chance {chance}, drawn {number}",
        chance=say.percent(draw.chance),
        number=say.percent(draw.u),
    )


def received(steps: list[Step], part: str, say: Language = ENGLISH) -> str:
    """What reaches the victim in a part of the story, and from whom."""
    own = [s for s in steps if s.part == part]
    amount = say.cents(sum(s.cents for s in own))
    if part == PARTS[0]:
        return say("{amount} from the offender", amount=amount)
    from_offender = sum(s.cents for s in steps if s.part == PARTS[0])
    if any(s.what == _as_without(from_offender, say) for s in own):
        return say("{amount} from the fund, beside what the offender pays", amount=amount)
    return say("{amount} from the fund", amount=amount)


def heading(scenario: Scenario, number: int, case: int, say: Language = ENGLISH) -> str:
    """Which case is told.  number  of the future;  case  its place in it, from 0"""
    return say(
        "{country}: case {case} of future {number}, drawn by chance",
        country=say.of("subject", scenario.world.country.name), case=case + 1, number=number,
    )  # fmt: skip


def _pathway(victim: Victim, say: Language) -> list[Event]:
    """From identification to what the offender pays."""
    born = victim.identified_at
    if victim.other:
        return [Event(born, say("is a victim of another crime, who draws on the same money"))]
    events = [Event(born, _who(victim, say))]
    if not victim.informed:
        untold = say("is not told of the right to compensation")
        events.append(Event(born, untold, stream="informed"))
    else:
        events.append(Event(born, say("is told of the right to compensation"), stream="informed"))
        aided, alone = say("gets a lawyer free of charge"), say("has no lawyer")
        events.append(Event(born, aided if victim.legal_aid else alone, stream="legal aid"))
    if victim.charge == "none":
        nobody = say("nobody is ever indicted: no award, no money")
        return [*events, Event(born, nobody, stream="prosecution")]
    charged = say("the offender is indicted for trafficking")
    if victim.charge == "lesser":
        charged = say("the offender is indicted for a lesser offence (requalified)")
    events.append(Event(victim.indicted_at, charged, stream="prosecution"))
    if not victim.convicted:
        ends = say("the trial ends without a conviction: no award, no money")
        return [*events, Event(victim.judged_at, ends, stream="conviction")]
    return [*events, *_judgment(victim, say)]


def _judgment(victim: Victim, say: Language) -> list[Event]:
    """From the conviction on."""
    judged = victim.judged_at
    convicted = Event(judged, say("the offender is convicted"), stream="conviction")
    if victim.gave_up and not victim.sued:
        gives_up = say("the victim has given up the claim while the trial ran")
        return [convicted, Event(judged, gives_up, stream="criminal withdrawal")]
    amount = say.cents(victim.award)
    if victim.award and not victim.by_civil_court:
        decided = say("the criminal court awards {amount}", amount=amount)
        return [convicted, Event(judged, decided, stream="criminal award"), _offender(victim, say)]
    referred = Event(
        judged, say("the criminal court decides no compensation: the victim must sue in civil court"),
        stream="criminal award",
    )  # fmt: skip
    if not victim.sued:
        no_suit = say("no suit follows: no award, no money")
        return [convicted, referred, Event(judged, no_suit, stream="civil suit")]
    events = [convicted, referred, Event(judged, say("the victim sues"), stream="civil suit")]
    if victim.award:
        won = say("the civil court awards {amount}", amount=amount)
        return [*events, Event(victim.award_at, won, stream="civil award"), _offender(victim, say)]
    if victim.gave_up:
        left = say("the victim has given up the suit: it brings nothing")
        return [*events, Event(victim.closed_at, left, stream="civil withdrawal")]
    return [*events, Event(victim.closed_at, say("the suit brings nothing"), stream="civil award")]


def _offender(victim: Victim, say: Language) -> Event:
    """What the offender pays of an award."""
    if not victim.recovered:
        fails = say("enforcement fails: the offender owns nothing that can be found")
        return Event(victim.closed_at, fails, stream="enforcement")
    pays = say(
        "the offender pays {amount}, {share} of the award",
        amount=say.cents(victim.recovered),
        share=say.share(victim.recovered / victim.award),
    )
    return Event(victim.closed_at, pays, victim.recovered)


def _who(victim: Victim, say: Language) -> str:
    form = say(FORM_WORDS[victim.form])
    if victim.foreign:
        if victim.child:
            return say("is registered: a foreign child, {form}", form=form)
        return say("is registered: a foreign adult, {form}", form=form)
    if victim.child:
        return say("is registered: a national child, {form}", form=form)
    return say("is registered: a national adult, {form}", form=form)


def _fund(future: Future, victim: Victim, say: Language) -> list[Event]:
    """The victim's way with the fund."""
    world = future.life.world
    if not world.has_fund:
        return [Event(victim.identified_at, say("there is no fund"))]
    if not victim.entitled:
        point = say.of("entry_point", world.fund.entry_point)
        outside = say("is not entitled: entry point {point}, or not covered", point=point)
        return [Event(victim.leaves_at, outside, stream="admitted")]
    events = [Event(victim.clock_at, say("may claim from the fund"))]
    if not victim.applies:
        never = say("does not apply: few know the scheme, fewer without a lawyer")
        return [*events, Event(victim.clock_at, never, stream="apply")]
    events.append(Event(victim.clock_at, say("decides to apply"), stream="apply"))
    if not victim.files:
        late = say("would file too late: the filing limit has passed")
        return [*events, Event(victim.leaves_at, late)]
    if victim.claim is None:
        late = say("files after the end of the run-off: not followed further")
        return [*events, Event(victim.leaves_at, late)]
    case = next(c for c in future.books.cases if c.victim is victim)
    events.append(Event(victim.claim.filed_at, _files(victim.claim, say)))
    if case.decided_at >= future.life.months:
        open_ = say("the claim is still undecided when the years followed end")
        return [*events, Event(case.decided_at, open_)]
    events.append(_verdict(case, say))
    events += _payments(future, case, say)
    events += _pursuit(case, say)
    if victim.recovered and case.pursued_from is None:
        events.append(Event(victim.recovered_at, _as_without(victim.recovered, say)))
    return sorted(events, key=lambda event: event.at)


def _verdict(case: Case, say: Language) -> Event:
    waited = case.decided_at - case.claim.filed_at
    wait = say.months(waited) if waited >= 0.5 else say("a few days")
    granted = say("the claim is granted, {wait} after filing", wait=wait)
    refused = say("the claim is refused, {wait} after filing", wait=wait)
    return Event(case.decided_at, granted if case.claim.approved else refused, stream="approval")


def _as_without(cents: int, say: Language) -> str:
    """What the offender pays, whether or not there is a fund."""
    return say("the offender pays {amount}, as without the fund", amount=say.cents(cents))


def _files(claim: Claim, say: Language) -> str:
    amount, paid = say.cents(claim.asked), claim.set_off
    if claim.capped:
        if paid:
            return say(
                "files a claim worth {amount} (the cap made it smaller), less {paid} that the offender has paid",
                amount=amount, paid=say.cents(paid),
            )  # fmt: skip
        return say("files a claim worth {amount} (the cap made it smaller)", amount=amount)
    if paid:
        return say(
            "files a claim worth {amount}, less {paid} that the offender has paid",
            amount=amount, paid=say.cents(paid),
        )  # fmt: skip
    return say("files a claim worth {amount}", amount=amount)


def _payments(future: Future, case: Case, say: Language) -> list[Event]:
    events: list[Event] = []
    for payment in sorted(case.payments, key=lambda p: p.due_in):
        amount, made = say.cents(payment.amount), payment.amount - payment.left
        if payment.paid_in is not None:
            pays = say("the fund pays {amount}", amount=amount)
            if payment.paid_in > payment.due_in:
                delay = say.months(payment.paid_in - payment.due_in)
                pays = say("the fund pays {amount}, {delay} after it fell due", amount=amount, delay=delay)  # fmt: skip
            events.append(Event(payment.paid_in + MONTH_END, pays, made))
            continue
        waits = say("{amount} falls due; cash is short, nothing is paid by the end", amount=amount)
        if made:
            waits = say(
                "{amount} falls due; cash is short, {part} of it is paid by the end",
                amount=amount, part=say.cents(made),
            )  # fmt: skip
        events.append(Event(payment.due_in + MONTH_END, waits, made))
    later = case.claim.benefit - sum(payment.amount for payment in case.payments)
    if case.claim.approved and later > 0:
        what = say(
            "{amount} falls due only after the years followed (in trust, or instalments)",
            amount=say.cents(later),
        )
        events.append(Event(case.decided_at, what))
    return events


def _pursuit(case: Case, say: Language) -> list[Event]:
    """What the fund recovers from the offender."""
    if case.pursued_from is None:
        return []
    result = say("the fund recovers nothing")
    if case.recovery:
        result = say("the fund recovers {amount} for itself", amount=say.cents(case.recovery))
    return [
        Event(case.pursued_from, say("the fund pursues the offender"), stream="pursued"),
        Event(case.recovered_at, result, stream="subrogation"),
    ]


def _wanted(future: run.Future, kind: str) -> list[int]:
    """Places of the cases of a kind among the victims registered after the opening."""
    claims, cases = future.drawn.claims, future.drawn.cases
    new = (cases.victims.identified_at >= 0) & cases.victims.registered
    if kind == "never_claims":
        return [int(c) for c in np.flatnonzero(new & ~future.drawn.entry.filed)]
    if kind == "offender_pays":
        return [int(c) for c in np.flatnonzero(new & (cases.recovered > 0))]
    paid = future.paid_in_month < UNPAID
    granted = claims.approved & (future.decided_at < future.drawn.months)
    flags = {
        "paid": paid & (claims.benefit > 0),
        "refused": ~claims.approved,
        "waiting": granted & ~paid,
        "capped": claims.capped,
        "set_off": claims.set_off > 0,
    }
    found = claims.case[flags[kind]]
    return [int(c) for c in found[new[found]]]


def find(scenario: Scenario, seed: int, replication: int, kind: str) -> tuple[Future, int]:
    """The first case of a kind, from a replication on; raises `InputError` if none is found.

    The fast engine looks for it, the reference tells it.
    """
    if kind not in FINDS:
        rule = "must be one of " + ", ".join(FINDS)
        raise InputError(Problem("--find", rule, value=kind, nearest=nearest(kind, FINDS)))
    for number in range(replication, replication + MOST_SEARCHED):
        [future] = run.futures(scenario.world, seed, np.array([number]))
        if cases := _wanted(future, kind):
            return one_future(scenario, seed, number), cases[0]
    rule = (
        f"no such case in {MOST_SEARCHED} futures from number {replication} on; --case 1 tells any"
    )
    raise InputError(Problem("--find", rule, value=kind))


def by_chance(future: Future) -> int:
    """A case among the victims registered after the opening, fixed by the future's number; -1 if none is."""
    new = [v.number for v in future.victims if v.identified_at >= 0 and not v.other]
    drawn = int(hashlib.sha256(str(future.number).encode()).hexdigest()[:12], 16)
    return new[drawn % len(new)] if new else -1


def one_future(scenario: Scenario, seed: int, replication: int) -> Future:
    """One replication, told by the reference with the fast engine's plan, which it would need seconds to work out."""
    return live(scenario.world, seed, replication, plan_of(scenario.world))
