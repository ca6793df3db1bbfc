"""One drawn case, told step by step: without the fund and with it, from the reference engine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from fundsim.model.fund import UNPAID
from fundsim.model.pathway import LESSER, NOT_INDICTED
from fundsim.model.reference import settle_reference
from fundsim.model.run import Future, draw
from fundsim.report.language import ENGLISH, Language, marked
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.schema import FORMS

FINDS = ("paid", "refused", "waiting", "capped", "set_off", "never_claims", "offender_pays")
PARTS = (marked("without the fund"), marked("with the fund"))
MONTH_END = 0.999  # payments are made at the end of the month
NOBODY = marked("No real person: every number is drawn from the scenario's assumptions.")
MOST_SEARCHED = 200  # replications looked through for a case of the wanted kind
FORM_WORDS = {
    "sexual": marked("sexual exploitation"),
    "labour": marked("labour exploitation"),
    "begging": marked("forced begging"),
    "criminality": marked("forced criminality"),
    "other": marked("forced marriage or another form"),
}


@dataclass(frozen=True)
class Step:
    """One event of a story.

    at     months from the opening of the fund;  when  the same in words
    part   of PARTS;  what  the event and its reason
    cents  money that reaches the victim, 0 if none
    """

    at: float
    when: str
    part: str
    what: str
    cents: int = 0


def tell(future: Future, case: int, say: Language = ENGLISH) -> list[Step]:
    """The story of one case of a settled future.

    The cents of the steps "with the fund" that come from the fund sum to what the fund paid on the
    case in the ledger; those "without the fund" to what the offender paid.
    """
    start = future.world.time.start_year

    def step(part: str, at: float, what: str, cents: int = 0) -> Step:
        year, month = divmod(int(np.floor(at)), 12)
        return Step(float(at), say.month(start + year, month + 1), part, what, int(cents))

    return [
        *(step(PARTS[0], *event) for event in _pathway(future, case, say)),
        *(step(PARTS[1], *event) for event in _fund(future, case, say)),
    ]


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


Event = tuple[float, str] | tuple[float, str, int]


def _pathway(future: Future, case: int, say: Language) -> list[Event]:
    cases, people = future.drawn.cases, future.drawn.cases.victims
    born = float(people.identified_at[case])
    if not cases.informed[case]:
        told = say("is not told of the right to compensation")
    elif cases.legal_aid[case]:
        told = say("is told of the right to compensation and gets a lawyer free of charge")
    else:
        told = say("is told of the right to compensation but has no lawyer")
    events: list[Event] = [(born, _who(future, case, say)), (born, told)]
    if cases.indicted[case] == NOT_INDICTED:
        return [*events, (born, say("nobody is ever indicted: no award, no money"))]
    charged = say("the offender is indicted for trafficking")
    if cases.indicted[case] == LESSER:
        charged = say("the offender is indicted for a lesser offence (requalified)")
    events.append((float(cases.indicted_at[case]), charged))
    judged, closed = float(cases.judged_at[case]), float(cases.closed_at[case])
    if not cases.convicted[case]:
        ends = say("the trial ends without a conviction: no award, no money")
        return [*events, (judged, ends)]
    award = int(cases.award[case])
    if award == 0:
        if closed > judged:
            sues = say("the offender is convicted; the victim must sue in civil court")
            return [*events, (judged, sues), (closed, say("the suit brings nothing"))]
        ends = say("the offender is convicted; no compensation is decided and no suit follows")
        return [*events, (judged, ends)]
    amount = say.cents(award)
    if cases.by_civil_court[case]:
        events += [
            (judged, say("the offender is convicted; the victim sues in civil court")),
            (float(cases.award_at[case]), say("the civil court awards {amount}", amount=amount)),
        ]
    else:
        must = say("the offender is convicted and must pay {amount}", amount=amount)
        events.append((judged, must))
    paid = int(cases.recovered[case])
    if paid:
        pays = say(
            "the offender pays {amount}, {share} of the award",
            amount=say.cents(paid),
            share=say.share(paid / award),
        )
        return [*events, (closed, pays, paid)]
    fails = say("enforcement fails: the offender owns nothing that can be found")
    return [*events, (closed, fails)]


def _who(future: Future, case: int, say: Language) -> str:
    people = future.drawn.cases.victims
    form = say(FORM_WORDS[FORMS[people.form[case]]])
    if people.foreign[case]:
        if people.child[case]:
            return say("is identified: a foreign child, {form}", form=form)
        return say("is identified: a foreign adult, {form}", form=form)
    if people.child[case]:
        return say("is identified: a national child, {form}", form=form)
    return say("is identified: a national adult, {form}", form=form)


def _fund(future: Future, case: int, say: Language) -> list[Event]:
    drawn, world = future.drawn, future.world
    entry, claims, people = drawn.entry, drawn.claims, drawn.cases.victims
    if not world.has_fund:
        return [(float(people.identified_at[case]), say("there is no fund"))]
    leaves = float(entry.leaves_at[case])
    if not entry.entitled[case]:
        point = say.of("entry_point", world.fund.entry_point)
        return [(leaves, say("is not entitled: entry point {point}, or not covered", point=point))]
    clock = float(entry.clock_at[case])
    events: list[Event] = [(clock, say("may claim from the fund"))]
    if not entry.applies[case]:
        never = say("does not apply: few know the scheme, fewer without a lawyer")
        return [*events, (clock, never)]
    if not entry.filed[case]:
        return [*events, (leaves, say("would file too late: the filing limit has passed"))]
    [place] = np.flatnonzero(claims.case == case) if (claims.case == case).any() else [None]
    if place is None:
        late = say("files after the end of the run-off: not followed further")
        return [*events, (leaves, late)]
    filed, decided = float(claims.filed_at[place]), float(future.decided_at[place])
    events.append((filed, _files(future, int(place), say)))
    if decided >= drawn.months:
        open_ = say("the claim is still undecided when the years followed end")
        return [*events, (decided, open_)]
    paid = [*_payments(future, int(place), say)]
    early = [event for event in paid if event[0] < decided]
    wait = say.months(decided - filed) if decided - filed >= 0.5 else say("a few days")
    if claims.approved[place]:
        verdict = say("the claim is granted, {wait} after filing", wait=wait)
    else:
        verdict = say("the claim is refused, {wait} after filing", wait=wait)
    after = [event for event in paid if event[0] >= decided]
    told: list[Event] = [*events, *early, (decided, verdict), *after]
    told += _pursuit(future, int(place), say)
    if drawn.cases.recovered[case] and not _right_passed(future, int(place)):
        cents, at = int(drawn.cases.recovered[case]), float(drawn.cases.recovered_at[case])
        told.append((at, _as_without(cents, say)))
    return sorted(told, key=lambda event: event[0])


def _as_without(cents: int, say: Language) -> str:
    """What the offender pays, whether or not there is a fund."""
    return say("the offender pays {amount}, as without the fund", amount=say.cents(cents))


def _files(future: Future, place: int, say: Language) -> str:
    claims = future.drawn.claims
    amount, paid = say.cents(int(claims.asked[place])), int(claims.set_off[place])
    if claims.capped[place]:
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


def _right_passed(future: Future, place: int) -> bool:
    """Whether the fund has taken over the claim against the offender before the offender paid."""
    done, pursuit = int(future.paid_in_month[place]), future.pursuit
    begun = max(done + 1, float(pursuit.from_at[place]))
    return done < UNPAID and bool(pursuit.pursued[place]) and begun <= pursuit.until[place]


def _payments(future: Future, place: int, say: Language) -> list[Event]:
    own = np.flatnonzero(future.due.claim == place)
    events: list[Event] = []
    for p in own[np.argsort(future.due.month[own], kind="stable")]:
        due, paid = int(future.due.month[p]), int(future.payment_month[p])
        cents, left = int(future.due.amount[p]), int(future.payment_left[p])
        amount = say.cents(cents)
        if paid < UNPAID:
            pays = say("the fund pays {amount}", amount=amount)
            if paid > due:
                delay = say.months(paid - due)
                pays = say("the fund pays {amount}, {delay} after it fell due", amount=amount, delay=delay)  # fmt: skip
            events.append((paid + MONTH_END, pays, cents))
            continue
        waits = say("{amount} falls due; cash is short, nothing is paid by the end", amount=amount)
        if left < cents:
            waits = say(
                "{amount} falls due; cash is short, {part} of it is paid by the end",
                amount=amount, part=say.cents(cents - left),
            )  # fmt: skip
        events.append((due + MONTH_END, waits, cents - left))
    claims = future.drawn.claims
    later = int(claims.benefit[place]) - int(future.due.amount[own].sum())
    if claims.approved[place] and later > 0:
        what = say(
            "{amount} falls due only after the years followed (in trust, or instalments)",
            amount=say.cents(later),
        )
        events.append((float(future.decided_at[place]), what))
    return events


def _pursuit(future: Future, place: int, say: Language) -> list[Event]:
    pursuit, done = future.pursuit, int(future.paid_in_month[place])
    if done == UNPAID or not pursuit.pursued[place]:
        return []
    begun = max(done + 1, float(pursuit.from_at[place]))
    if begun > pursuit.until[place]:
        return []
    result = say("the fund recovers nothing")
    if cents := int(pursuit.recovery[place]):
        result = say("the fund recovers {amount} for itself", amount=say.cents(cents))
    back = begun + float(pursuit.delay[place])
    return [(begun, say("the fund pursues the offender")), (back, result)]


def _wanted(future: Future, kind: str) -> list[int]:
    """Cases of a kind among the victims identified after the opening."""
    claims, cases = future.drawn.claims, future.drawn.cases
    new = cases.victims.identified_at >= 0
    if kind == "never_claims":
        return [int(c) for c in np.flatnonzero(new & ~future.drawn.entry.filed)]
    if kind == "offender_pays":
        return [int(c) for c in np.flatnonzero(new & (cases.recovered > 0))]
    paid = future.paid_in_month < UNPAID
    flags = {
        "paid": paid & (claims.benefit > 0),
        "refused": ~claims.approved,
        "waiting": claims.approved & ~paid,
        "capped": claims.capped,
        "set_off": claims.set_off > 0,
    }
    found = claims.case[flags[kind]]
    return [int(c) for c in found[new[found]]]


def find(scenario: Scenario, seed: int, replication: int, kind: str) -> tuple[Future, int]:
    """The first case of a kind, from a replication on; raises `InputError` if none is found."""
    if kind not in FINDS:
        rule = "must be one of " + ", ".join(FINDS)
        raise InputError(Problem("--find", rule, value=kind, nearest=nearest(kind, FINDS)))
    for r in range(replication, replication + MOST_SEARCHED):
        future = one_future(scenario, seed, r)
        if cases := _wanted(future, kind):
            return future, cases[0]
    rule = f"no such case in {MOST_SEARCHED} futures from number {replication} on"
    raise InputError(Problem("--find", rule, value=kind))


def by_chance(future: Future) -> int:
    """A case among the victims identified after the opening, fixed by the future's number; -1 if none is."""
    new = np.flatnonzero(future.drawn.cases.victims.identified_at >= 0)
    number = int(future.drawn.replications[0])
    draw_ = int(hashlib.sha256(str(number).encode()).hexdigest()[:12], 16)
    return int(new[draw_ % new.size]) if new.size else -1


def one_future(scenario: Scenario, seed: int, replication: int) -> Future:
    """One replication, settled by the reference engine."""
    drawn = draw(scenario.world, seed, np.array([replication]))
    return settle_reference(scenario.world, drawn)
