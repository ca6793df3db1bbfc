"""Section 2: the year in which each number is read, with a reform that turns it from one value to another.

The reform comes in January 2030.  Every step takes a known time, so that the events of one victim fall into
different years; which side of the reform each was on is known by the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from fundsim.model.run import Future, simulate
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.rules_of_money import HAND
from fundsim.validation.rules_of_victims import PLAINEST
from fundsim.validation.tally import Tally
from fundsim.validation.worlds import certain, text_of

N, TURN = 5, 36  # replications; the month in which the reform comes
# months from identification to each event
IDENTIFIED, INDICTED, JUDGED, CIVIL, FILED, DECIDED = 0, 14, 29, 32, 9, 16
STEPS: dict[str, Any] = PLAINEST | {
    "pathway__indictment__median": 14, "pathway__criminal__median": 15, "pathway__civil__median": 3,
    "enforcement__delay__median": 11, "fund__take_up__filing__median": 9,
    "fund__decision__working_months": 7, "fund__entry_point": "identified",
    "enforcement__failure_rate": 0, "enforcement__recovered_rate": 1, "caseload__child_rate": 0.5,
    "award__p90": 9000,
}  # fmt: skip
# unit of what is added, by a part of the key; a factor's is its own
UNITS = (
    ("_months", "months"),
    (".median", "months"),
    ("withdrawal", "share a month"),
    ("", "share"),
)
Seen = Callable[[Future], list[bool]]
COURT: dict[str, Any] = {
    "pathway__criminal_award_rate": 0,
    "pathway__civil_suit_rate": 1,
    "pathway__civil_award_rate": 1,
}
CLAIM_SUBROGATION: dict[str, Any] = {
    "fund__subrogation__pursued_share": 1,
    "fund__subrogation__failure_rate": 0,
    "fund__subrogation__recovered_rate": 1,
}


def of_cases(column: str, holds: Callable[[float], bool] = bool) -> Seen:
    """Whether something holds of a column of every case."""
    return lambda future: [holds(x) for x in getattr(future.drawn.cases, column).tolist()]


def of_claims(column: str, holds: Callable[[float], bool] = bool) -> Seen:
    """Whether something holds of a column of every claim."""
    return lambda future: [holds(x) for x in getattr(future.drawn.claims, column).tolist()]


def of_pursuits(column: str, holds: Callable[[float], bool] = bool) -> Seen:
    """Whether something holds of what is recovered on every claim."""
    return lambda future: [holds(x) for x in getattr(future.pursuit, column).tolist()]


def after(column: str, months: float, since: str = "") -> Seen:
    """Whether each case's event comes that much later than another of its events."""

    def holds(future: Future) -> list[bool]:
        cases = future.drawn.cases
        begin = getattr(cases, since) if since else cases.victims.identified_at
        return [
            b - a == months
            for a, b in zip(begin.tolist(), getattr(cases, column).tolist(), strict=True)
        ]

    return holds


def applying(future: Future) -> list[bool]:
    """Who applies."""
    return [bool(x) for x in future.drawn.entry.applies.tolist()]


def late(months: float) -> Seen:
    """Whether each victim files that long after identification."""

    def holds(future: Future) -> list[bool]:
        at = future.drawn.cases.victims.identified_at.tolist()
        leaves = future.drawn.entry.leaves_at.tolist()
        return [b - a == months for a, b in zip(at, leaves, strict=True)]

    return holds


def of_people(column: str) -> Seen:
    """A column of every victim."""
    return lambda future: [bool(x) for x in getattr(future.drawn.cases.victims, column).tolist()]


# key, its value before, what the reform does, when it is read, what is then seen, other keys
READ: tuple[tuple[str, float, str, float, int, Seen, dict[str, Any]], ...] = (
    ("pathway.informed_rate", 0, "add", 1, IDENTIFIED, of_cases("informed"), {}),
    ("pathway.legal_aid_rate", 0, "add", 1, IDENTIFIED, of_cases("legal_aid"), {"pathway__informed_rate": 1}),
    ("pathway.prosecuted_rate", 0, "add", 1, IDENTIFIED, of_cases("indicted", lambda x: x == 1), {"pathway__requalified_rate": 0}),
    ("pathway.requalified_rate", 0, "add", 1, IDENTIFIED, of_cases("indicted", lambda x: x == 2), {"pathway__prosecuted_rate": 0}),
    ("pathway.indictment.median", 14, "add", 6, IDENTIFIED, after("indicted_at", 20), {}),
    ("pathway.criminal.median", 15, "add", 6, INDICTED, after("judged_at", 21, "indicted_at"), {}),
    ("pathway.conviction_rate", 0, "add", 1, INDICTED, of_cases("convicted"), {}),
    ("pathway.criminal_withdrawal", 0, "add", 1, INDICTED, of_cases("award", lambda x: x == 0), {}),
    ("pathway.criminal_award_rate", 0, "add", 1, JUDGED, of_cases("award"), {"pathway__civil_suit_rate": 0}),
    ("pathway.civil_suit_rate", 0, "add", 1, JUDGED, of_cases("by_civil_court"), COURT),
    ("pathway.civil_award_rate", 0, "add", 1, JUDGED, of_cases("by_civil_court"), COURT),
    ("pathway.civil.median", 3, "add", 6, JUDGED, after("award_at", 9, "judged_at"), COURT),
    ("pathway.civil_withdrawal", 0, "add", 1, JUDGED, of_cases("award", lambda x: x == 0), COURT | {"pathway__civil__median": 30}),
    ("award.median", 9000, "factor", 2, JUDGED, of_cases("award", lambda x: x == 1_800_000), {}),
    ("award.median", 9000, "factor", 2, CIVIL, of_cases("award", lambda x: x == 1_800_000), COURT),
    ("enforcement.failure_rate", 1, "add", -1, JUDGED, of_cases("recovered"), {}),
    ("enforcement.failure_rate", 1, "add", -1, CIVIL, of_cases("recovered"), COURT),
    ("enforcement.recovered_rate", 0, "add", 1, JUDGED, of_cases("recovered"), {}),
    ("enforcement.delay.median", 11, "add", 6, JUDGED, after("recovered_at", 17, "award_at"), {}),
    ("fund.take_up.unassisted_rate", 0, "add", 1, IDENTIFIED, applying, {}),
    ("fund.take_up.unassisted_rate", 0, "add", 1, INDICTED, applying, {"fund__entry_point": "indictment", "fund__eligible__retroactive_years": 0, "time__history_years": 0}),
    ("fund.take_up.filing.median", 9, "add", 6, IDENTIFIED, late(15), {}),
    ("fund.decision.approval_rate", 0, "add", 1, FILED, of_claims("approved"), {}),
    ("fund.decision.working_months", 7, "add", 5, FILED, of_claims("working_months", lambda x: x == 12), {}),
    ("fund.amount.fixed", 1000, "factor", 2, FILED, of_claims("asked", lambda x: x == 200_000), {}),
    ("fund.interim.share", 0, "add", 0.5, FILED, of_claims("interim", lambda x: x == 50_000), {"fund__interim__cap": 5000}),
    ("fund.interim.cap", 100, "factor", 3, FILED, of_claims("interim", lambda x: x == 30_000), {"fund__interim__share": 1}),
    ("fund.subrogation.pursued_share", 0, "add", 1, DECIDED, of_pursuits("pursued"), {}),
    ("fund.subrogation.failure_rate", 1, "add", -1, DECIDED, of_pursuits("recovery"), CLAIM_SUBROGATION),
    ("fund.subrogation.recovered_rate", 0, "add", 1, DECIDED, of_pursuits("recovery"), CLAIM_SUBROGATION),
    ("fund.subrogation.cost_per_claim", 50, "factor", 2, DECIDED, of_pursuits("cost", lambda x: x == 10_000), CLAIM_SUBROGATION),
    ("fund.subrogation.delay.median", 3, "add", 6, DECIDED, of_pursuits("delay", lambda x: x == 9), CLAIM_SUBROGATION),
    ("caseload.child_rate", 0, "add", 1, IDENTIFIED, of_people("child"), {}),
    ("caseload.foreign_rate", 0, "add", 1, IDENTIFIED, of_people("foreign"), {}),
)  # fmt: skip


def settings(key: str, before: float, by: str, size: float, more: dict[str, Any]) -> Iterator[str]:
    """The overrides of a world in which the reform moves that key."""
    for name, value in (STEPS | more | {key.replace(".", "__"): before}).items():
        yield certain(name.replace("__", "."), text_of(value))
    unit = next((unit for part, unit in UNITS if by == "add" and part in key), by)
    yield (
        'reform.turn={ label = "Turn", from_year = 2030, effects = ['
        f'{{ on = "{key}", by = "{by}", size = {{ value = {size}, unit = "{unit}", source = "judgement" }} }}] }}'
    )


def read(seed: int) -> list[Check]:
    """Every number before and after the reform, by the calendar of the event at which it is read."""
    tally = Tally()
    for key, before, by, size, event, seen, more in READ:
        world = load("serbia+tariff", list(settings(key, before, by, size, more))).world
        future = simulate(world, seed, np.arange(N), certain=True)
        at = future.drawn.cases.victims.identified_at.tolist()
        if event in (FILED, DECIDED):  # everybody has a claim
            at = [at[case] for case in future.drawn.claims.case.tolist()]
        found = seen(future)
        turned = [when + event >= TURN for when in at]
        tally.same(len(set(turned)), 2)
        tally.same(len(found), len(turned))
        for ours, theirs in zip(found, turned, strict=False):
            tally.same(ours, theirs)
    line = Line("2.73", "Year in which each number is read", f"simulate() of {N} futures for each of {len(READ)} numbers that a reform turns in 2030; which victims it reaches, by the calendar of identification, indictment, judgment, award, filing or decision", "victims", HAND.format("3, §5-§8, §12"))  # fmt: skip
    return [tally.check(line, 10_000)]


GROUPS = (Group("2.73", "Years of rates", read),)
