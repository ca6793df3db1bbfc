"""One drawn case, told step by step: without the fund and with it, from the reference engine."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

from fundsim.model.fund import UNPAID
from fundsim.model.pathway import LESSER, NOT_INDICTED
from fundsim.model.reference import settle_reference
from fundsim.model.run import Future, draw
from fundsim.report.words import months
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.schema import FORMS

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
FINDS = ("paid", "refused", "waiting", "capped", "set_off", "never_claims", "offender_pays")
PARTS = ("without the fund", "with the fund")
MONTH_END = 0.999  # payments are made at the end of the month
PAYS_TOO = "the offender pays"
NOBODY = "No real person: every number is drawn from the scenario's assumptions."
PICTURES = (".png", ".svg")
MOST_SEARCHED = 200  # replications looked through for a case of the wanted kind
FORM_WORDS = {
    "sexual": "sexual exploitation",
    "labour": "labour exploitation",
    "begging": "forced begging",
    "criminality": "forced criminality",
    "other": "forced marriage or another form",
}


@dataclass(frozen=True)
class Step:
    """One event of a story.

    at     months from the opening of the fund;  when  the same in words
    part   without the fund, or with it
    what   the event and its reason
    cents  money that reaches the victim, 0 if none
    """

    at: float
    when: str
    part: str
    what: str
    cents: int = 0


def tell(future: Future, case: int) -> list[Step]:
    """The story of one case of a settled future.

    The cents of the steps "with the fund" that come from the fund sum to what the fund paid on the
    case in the ledger; those "without the fund" to what the offender paid.
    """
    start = future.world.time.start_year

    def step(part: str, at: float, what: str, cents: int = 0) -> Step:
        year, month = divmod(int(np.floor(at)), 12)
        return Step(float(at), f"{MONTHS[month]} {start + year}", part, what, int(cents))

    return [
        *(step(PARTS[0], *event) for event in _pathway(future, case)),
        *(step(PARTS[1], *event) for event in _fund(future, case)),
    ]


def received(steps: list[Step], part: str) -> str:
    """What reaches the victim in a part of the story, and from whom."""
    source = "the offender" if part == PARTS[0] else "the fund"
    text = f"{_euro(sum(s.cents for s in steps if s.part == part))} from {source}"
    both = part == PARTS[1] and any(s.part == part and s.what.startswith(PAYS_TOO) for s in steps)
    return f"{text}, beside what the offender pays" if both else text


Event = tuple[float, str] | tuple[float, str, int]


def _euro(cents: int) -> str:
    return f"€ {cents / 100:,.2f}"


def _pathway(future: Future, case: int) -> list[Event]:
    cases, people = future.drawn.cases, future.drawn.cases.victims
    born = float(people.identified_at[case])
    who = (
        f"a {'foreign' if people.foreign[case] else 'national'} "
        f"{'child' if people.child[case] else 'adult'}, {FORM_WORDS[FORMS[people.form[case]]]}"
    )
    told = "is not told of the right to compensation"
    if cases.informed[case]:
        aid = "and gets a lawyer free of charge" if cases.legal_aid[case] else "but has no lawyer"
        told = f"is told of the right to compensation {aid}"
    events: list[Event] = [(born, f"is identified: {who}"), (born, told)]
    if cases.indicted[case] == NOT_INDICTED:
        return [*events, (born, "nobody is ever indicted: no award, no money")]
    lesser = cases.indicted[case] == LESSER
    charge = "a lesser offence (requalified)" if lesser else "trafficking"
    events.append((float(cases.indicted_at[case]), f"the offender is indicted for {charge}"))
    judged, closed = float(cases.judged_at[case]), float(cases.closed_at[case])
    if not cases.convicted[case]:
        return [*events, (judged, "the trial ends without a conviction: no award, no money")]
    award = int(cases.award[case])
    if award == 0:
        if closed > judged:
            events.append((judged, "the offender is convicted; the victim must sue in civil court"))
            return [*events, (closed, "the suit brings nothing")]
        ends = "the offender is convicted; no compensation is decided and no suit follows"
        return [*events, (judged, ends)]
    if cases.by_civil_court[case]:
        events.append((judged, "the offender is convicted; the victim sues in civil court"))
        events.append((float(cases.award_at[case]), f"the civil court awards {_euro(award)}"))
    else:
        events.append((judged, f"the offender is convicted and must pay {_euro(award)}"))
    paid = int(cases.recovered[case])
    if paid:
        share = f"the offender pays {_euro(paid)}, {100 * paid / award:.0f} % of the award"
        return [*events, (closed, share, paid)]
    return [*events, (closed, "enforcement fails: the offender owns nothing that can be found")]


def _fund(future: Future, case: int) -> list[Event]:
    drawn, world = future.drawn, future.world
    entry, claims, people = drawn.entry, drawn.claims, drawn.cases.victims
    if world.fund.entry_point == "none":
        return [(float(people.identified_at[case]), "there is no fund")]
    leaves = float(entry.leaves_at[case])
    if not entry.entitled[case]:
        return [(leaves, f"is not entitled: entry point {world.fund.entry_point}, or not covered")]
    clock = float(entry.clock_at[case])
    events: list[Event] = [(clock, "may claim from the fund")]
    if not entry.applies[case]:
        return [*events, (clock, "does not apply: few know the scheme, fewer without a lawyer")]
    if not entry.filed[case]:
        return [*events, (leaves, "would file too late: the filing limit has passed")]
    [place] = np.flatnonzero(claims.case == case) if (claims.case == case).any() else [None]
    if place is None:
        return [*events, (leaves, "files after the end of the run-off: not followed further")]
    filed, decided = float(claims.filed_at[place]), float(future.decided_at[place])
    asked = f"files a claim worth {_euro(int(claims.asked[place]))}"
    if claims.capped[place]:
        asked += " (the cap made it smaller)"
    if claims.set_off[place]:
        asked += f", less {_euro(int(claims.set_off[place]))} that the offender has paid"
    events.append((filed, asked))
    if decided >= drawn.months:
        return [*events, (decided, "the claim is still undecided when the years followed end")]
    paid = [*_payments(future, int(place))]
    early = [event for event in paid if event[0] < decided]
    waited = months(decided - filed) if decided - filed >= 0.5 else "a few days"
    verdict = "is granted" if claims.approved[place] else "is refused"
    middle: Event = (decided, f"the claim {verdict}, {waited} after filing")
    late = [event for event in paid if event[0] >= decided]
    told = [*events, *early, middle, *late, *_pursuit(future, int(place))]
    if drawn.cases.recovered[case] and not _right_passed(future, int(place)):
        cents, at = int(drawn.cases.recovered[case]), float(drawn.cases.recovered_at[case])
        told.append((at, f"{PAYS_TOO} {_euro(cents)}, as without the fund"))
    return sorted(told, key=lambda event: event[0])


def _right_passed(future: Future, place: int) -> bool:
    """Whether the fund has taken over the claim against the offender before the offender paid."""
    done, pursuit = int(future.paid_in_month[place]), future.pursuit
    begun = max(done + 1, float(pursuit.from_at[place]))
    return done < UNPAID and bool(pursuit.pursued[place]) and begun <= pursuit.until[place]


def _payments(future: Future, place: int) -> list[Event]:
    own = np.flatnonzero(future.due.claim == place)
    events: list[Event] = []
    for p in own[np.argsort(future.due.month[own], kind="stable")]:
        due, paid = int(future.due.month[p]), int(future.payment_month[p])
        amount, left = int(future.due.amount[p]), int(future.payment_left[p])
        if paid < UNPAID:
            delay = f", {months(paid - due)} after it fell due" if paid > due else ""
            events.append((paid + MONTH_END, f"the fund pays {_euro(amount)}{delay}", amount))
        else:
            some = f"{_euro(amount - left)} of it is paid" if left < amount else "nothing is paid"
            what = f"{_euro(amount)} falls due; cash is short, {some} by the end"
            events.append((due + MONTH_END, what, amount - left))
    claims = future.drawn.claims
    later = int(claims.benefit[place]) - int(future.due.amount[own].sum())
    if claims.approved[place] and later > 0:
        what = f"{_euro(later)} falls due only after the years followed (in trust, or instalments)"
        events.append((float(future.decided_at[place]), what))
    return events


def _pursuit(future: Future, place: int) -> list[Event]:
    pursuit, done = future.pursuit, int(future.paid_in_month[place])
    if done == UNPAID or not pursuit.pursued[place]:
        return []
    begun = max(done + 1, float(pursuit.from_at[place]))
    if begun > pursuit.until[place]:
        return []
    back = begun + float(pursuit.delay[place])
    cents = int(pursuit.recovery[place])
    result = f"recovers {_euro(cents)} for itself" if cents else "recovers nothing"
    return [(begun, "the fund pursues the offender"), (back, f"the fund {result}")]


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


def print_story(
    name: str, sets: list[str], case: int | None, kind: str | None, replication: int, seed: int,
    as_json: bool, picture: Path | None = None,
) -> None:  # fmt: skip
    """Print the story of one case, chosen by number or by kind; and draw its timeline to a file."""
    if picture is not None and picture.suffix not in PICTURES:
        rule = "must end in " + " or ".join(PICTURES)
        raise InputError(Problem("--figure", rule, value=str(picture)))
    scenario = load(name, sets)
    if case is not None and kind is not None:
        raise InputError(Problem("--find", "give --case or --find, not both", value=kind))
    if not 0 <= replication < 2**31:
        rule = "must be between 0 and 2^31 - 1"
        raise InputError(Problem("--replication", rule, value=str(replication)))
    if case is None:
        future, chosen = find(scenario, seed, replication, kind or "paid")
    else:
        future, chosen = one_future(scenario, seed, replication), case - 1
        count = future.drawn.cases.victims.size
        if not 0 <= chosen < count:
            rule = f"must be between 1 and {count}, the victims of this future"
            raise InputError(Problem("--case", rule, value=str(case)))
    steps = tell(future, chosen)
    number = int(future.drawn.replications[0])
    country = scenario.world.country
    head = f"{country.name}: case {chosen + 1} of future {number}, drawn by chance"
    if picture is not None:
        _draw(scenario, steps, head, f"{scenario.name} · {scenario.hash} · seed {seed}", picture)
    if as_json:
        card = {"scenario": scenario.name, "scenario_hash": scenario.hash, "seed": seed,
                "replication": number, "case": chosen + 1}  # fmt: skip
        print(json.dumps({**card, "steps": [asdict(s) for s in steps]}, ensure_ascii=False))
        return
    console = Console(width=None)
    console.print(Text(head, style="bold underline"))
    console.print(NOBODY)
    for part in PARTS:
        console.print(Text(f"\n{part[0].upper()}{part[1:]}", style="bold"))
        for s in steps:
            if s.part == part:
                console.print(Text(f"  {s.when:>14}  {s.what}"))
        console.print(Text(f"  {'':>14}  In all: {received(steps, part)}"))
    if country.footnote:
        console.print(Text(country.footnote))
    console.print(Text(f"{scenario.name} · {scenario.hash} · seed {seed}", style="dim"))
    if picture is not None:
        console.print(f"Timeline: {picture}", markup=False)


def _draw(scenario: Scenario, steps: list[Step], head: str, source: str, picture: Path) -> None:
    from fundsim.report.figures_case import save_timeline, timeline

    alt = f"{head}. " + "; ".join(f"{s.part}, {s.when}: {s.what}" for s in steps)
    save_timeline(timeline(steps, scenario, head, f"{NOBODY} {source}"), picture, alt)
