"""Every drawn victim once more, one by one in plain Python, from the same uniforms: pathway, entry and claims.

All rates are made to differ from year to year, so that one read in another year than that of its event shows.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from fundsim.model.background import background
from fundsim.model.chances import (
    APPROVAL,
    CIVIL_AWARD,
    CIVIL_SUIT,
    CRIMINAL_AWARD,
    Step,
    chances_of,
)
from fundsim.model.pathway import LESSER, NOT_INDICTED, TRAFFICKING
from fundsim.model.run import Drawn, draw_against
from fundsim.model.streams import normals, uniforms
from fundsim.scenario.assumption import Z90
from fundsim.scenario.compose import load
from fundsim.scenario.schema import FORMS, World

UNIFORMS = (
    "informed", "legal aid", "prosecution", "conviction", "criminal withdrawal", "criminal award",
    "civil suit", "civil withdrawal", "civil award", "enforcement", "recovered share", "admitted",
    "apply", "approval",
)  # fmt: skip
NORMALS = ("indictment", "criminal", "civil", "severity", "enforcement delay", "filing")
VARIED = (
    "pathway.",
    "award.",
    "enforcement.",
    "fund.take_up.",
    "fund.eligible.",
    "fund.decision.approval_rate",
)
OFTEN = [
    "pathway.prosecuted_rate=0.7", "pathway.criminal_award_rate=0.3", "pathway.civil_suit_rate=0.5",
    "enforcement.failure_rate=0.4", "caseload.foreign_rate=0.4", "caseload.mass.events_a_year=0.3",
    "fund.take_up.rate=0.5", "pathway.criminal_withdrawal=0.01", "pathway.civil_withdrawal=0.02",
]  # fmt: skip
WORLDS = {
    "identified": ["fund.eligible.retroactive_years=7", "fund.eligible.foreign=lawful", "fund.eligible.filing_limit_months=9"],
    "conviction": ["fund.entry_point=conviction", "fund.eligible.retroactive_years=2", 'fund.eligible.forms=["sexual","begging"]'],
    "indictment": ["fund.entry_point=indictment", "fund.eligible.children=false", "fund.eligible.foreign=none"],
    "judgment": ["fund.entry_point=judgment", "fund.eligible.adults=false", "fund.eligible.foreign=reciprocity"],
    "unpaid_judgment": ["fund.entry_point=unpaid_judgment", "fund.unpaid_months=5", "fund.take_up.ramp_years=6"],
    "enforced": ["fund.subsidiarity.wait_for_enforcement=true", "fund.eligible.retroactive_years=4"],
}  # fmt: skip
NEVER = math.inf


@pytest.fixture(params=WORLDS)
def drawn(request: pytest.FixtureRequest) -> tuple[World, Drawn, "Read"]:
    world = load("serbia+tariff", [*OFTEN, *WORLDS[request.param]]).world
    behind = background(world, 11, np.arange(8))
    tables, rng = behind.parameters._tables, np.random.default_rng(3)
    for key in [key for key in tables if key.startswith(VARIED)]:
        years = rng.uniform(0.6, 1.25, (8, behind.parameters.years.size))
        most = np.inf if key.endswith(("median", "sigma", "ratio")) else 0.97
        tables[key] = np.minimum(tables[key] * years, most)
    behind = replace(behind, chances=chances_of(world, behind.parameters))
    found = draw_against(world, behind)
    return world, found, Read(world, found, behind.chances.tables, behind.chances.take_up)


class Read:
    """What a case's draws are compared with."""

    def __init__(self, world: World, drawn: Drawn, chances, take_up: Step) -> None:  # type: ignore[no-untyped-def]
        words, self.people = drawn.cases.victims.word, drawn.cases.victims
        self.u = {name: uniforms(words, name) for name in UNIFORMS}
        self.z = {name: normals(words, name) for name in NORMALS}
        self.parameters, self.chances, self.take_up = drawn.parameters, chances, take_up
        self.start = int(world.time.start_year - drawn.parameters.years[0])
        self.longest = world.pathway.longest_months

    def year(self, at: float) -> int:
        last = self.parameters.years.size - 1
        return last if at == NEVER else min(max(math.floor(at / 12) + self.start, 0), last)

    def rate(self, key: str, i: int, year: int) -> float:
        table = self.parameters[key]
        return float(table[self.people.replication[i], year if table.shape[1] > 1 else 0])

    def chance(self, step: Step, group: int, i: int, year: int) -> np.float32:
        table = self.chances[step]
        chance: np.float32 = table[group, self.people.replication[i], min(year, table.shape[2] - 1)]
        return chance

    def below(self, stream: str, i: int, chance: float) -> bool:
        return bool(self.u[stream][i] < np.float32(chance))

    def lasts(self, key: str, stream: str, i: int, year: int) -> float:
        z, sigma = self.z[stream][i], self.rate(f"{key}.sigma", i, year)
        months = float(np.exp(z * sigma)) * self.rate(f"{key}.median", i, year)
        return round(min(months, self.longest) * 4096) / 4096

    def withdraws(self, stream: str, i: int, hazard: float, months: float) -> bool:
        return self.below(stream, i, -math.expm1(-hazard * months))


def pathway(read: Read, i: int) -> dict[str, float]:
    """What the case's columns must say, but for the size of the award."""
    people, year = read.people, int(read.people.year[i])
    informed = read.below("informed", i, read.rate("pathway.informed_rate", i, year))
    aided = informed and read.below("legal aid", i, read.rate("pathway.legal_aid_rate", i, year))
    prosecuted = read.rate("pathway.prosecuted_rate", i, year)
    either = prosecuted + (1 - prosecuted) * read.rate("pathway.requalified_rate", i, year)
    charge = NOT_INDICTED
    if read.below("prosecution", i, either):
        charge = TRAFFICKING if read.below("prosecution", i, prosecuted) else LESSER
    case: dict[str, float] = {
        "informed": informed, "legal_aid": aided, "indicted": charge, "indicted_at": NEVER, "convicted": False,
        "judged_at": NEVER, "award_at": NEVER, "by_civil_court": False, "closed_at": float(people.identified_at[i]),
    }  # fmt: skip
    if charge == NOT_INDICTED:
        return case
    group = informed + aided + 3 * (charge == LESSER)
    begun = case["closed_at"] + read.lasts("pathway.indictment", "indictment", i, year)
    year = read.year(begun)
    trial = read.lasts("pathway.criminal", "criminal", i, year)
    guilty = read.below("conviction", i, read.rate("pathway.conviction_rate", i, year))
    gone = read.withdraws(
        "criminal withdrawal", i, read.rate("pathway.criminal_withdrawal", i, year), trial
    )
    judged = begun + trial
    case |= {"indicted_at": begun, "judged_at": judged, "closed_at": judged, "convicted": guilty}
    if not guilty or gone:
        return case
    year = read.year(judged)
    if read.below("criminal award", i, read.chance(CRIMINAL_AWARD, group, i, year)):
        case["award_at"] = judged
    elif read.below("civil suit", i, read.chance(CIVIL_SUIT, group, i, year)):
        civil = read.lasts("pathway.civil", "civil", i, year)
        case["closed_at"] = judged + civil
        hazard = read.rate("pathway.civil_withdrawal", i, year)
        won = read.below("civil award", i, read.chance(CIVIL_AWARD, group, i, year))
        if won and not read.withdraws("civil withdrawal", i, hazard, civil):
            case |= {"award_at": judged + civil, "by_civil_court": True}
    if case["award_at"] < NEVER:
        year = read.year(case["award_at"])
        case["closed_at"] = case["award_at"] + read.lasts(
            "enforcement.delay", "enforcement delay", i, year
        )
    return case


def award_of(world: World, drawn: Drawn, read: Read, i: int) -> float:
    """Cents that the court awards, before they are rounded."""
    people, year = drawn.cases.victims, read.year(float(drawn.cases.award_at[i]))
    ratio = max(read.rate("award.p90", i, year) / world.award.median.value, 1.0)
    size = math.exp(math.log(ratio) / Z90 * read.z["severity"][i])
    size *= read.rate(f"award.form_factor.{FORMS[people.form[i]]}", i, year)
    size *= read.rate("award.child_factor", i, year) if people.child[i] else 1.0
    index = drawn.macro.index(world.award.index)[people.replication[i], year]
    return 100 * size * read.rate("award.median", i, year) * float(index)


def recovered(read: Read, i: int, award: int, award_at: float) -> int:
    """Cents that the offender pays of an award."""
    year = read.year(award_at)
    if read.below("enforcement", i, read.rate("enforcement.failure_rate", i, year)):
        return 0
    mean = read.rate("enforcement.recovered_rate", i, year)
    return round(award * float(read.u["recovered share"][i]) ** ((1 - mean) / mean))


def entry(world: World, drawn: Drawn, read: Read, i: int) -> dict[str, float]:
    """How the victim comes to the fund."""
    fund, eligible, cases = world.fund, world.fund.eligible, drawn.cases
    people = cases.victims
    identified, closed = float(people.identified_at[i]), float(cases.closed_at[i])
    trafficking = cases.indicted[i] == TRAFFICKING
    reached: dict[str, Callable[[], float]] = {
        "identified": lambda: identified,
        "indictment": lambda: float(cases.indicted_at[i]) if trafficking else NEVER,
        "conviction": lambda: (
            float(cases.judged_at[i]) if trafficking and cases.convicted[i] else NEVER
        ),
        "judgment": lambda: float(cases.award_at[i]),
        "unpaid_judgment": lambda: float(cases.award_at[i]) + fund.unpaid_months,
    }
    at = reached[fund.entry_point]()
    if (
        fund.entry_point == "unpaid_judgment"
        and cases.recovered[i] >= cases.award[i]
        and cases.recovered_at[i] <= at
    ):
        at = NEVER
    if fund.subsidiarity.wait_for_enforcement:
        at = max(at, closed)
    covers = (eligible.children if people.child[i] else eligible.adults) and FORMS[
        people.form[i]
    ] in eligible.forms
    if people.foreign[i] and eligible.foreign != "all":
        admitted = eligible.foreign != "none" and read.below(
            "admitted",
            i,
            read.rate(f"fund.eligible.{eligible.foreign}_rate", i, int(people.year[i])),
        )
        covers = covers and admitted
    way: dict[str, float] = {"entitled": False, "clock_at": NEVER, "applies": False, "filed": False}
    if not covers or at == NEVER or at < -12 * eligible.retroactive_years:
        waits = closed if at == NEVER else max(at, closed)
        return way | {"leaves_at": waits if covers else identified}
    ready = max(at, 0.0)
    year, tier = read.year(ready), int(cases.informed[i]) + int(cases.legal_aid[i])
    full, u = read.chance(read.take_up, tier, i, year), read.u["apply"][i]
    first, ramp = read.rate("fund.take_up.first_year_share", i, year), fund.take_up.ramp_years
    if at >= 0:
        risen = np.float32(min(first + (1 - first) * (year - read.start) / ramp, 1.0))
        applies = bool(u < full * risen)
    else:  # in the first year in which the ramp has risen beyond
        applies, waited = bool(u < full), 0
        while (
            applies and waited < ramp and u / full >= min(first + (1 - first) * waited / ramp, 1.0)
        ):
            waited += 1
        ready = 12.0 * waited
    way |= {"entitled": True, "clock_at": ready, "applies": applies, "leaves_at": ready}
    if applies:
        delay = read.lasts("fund.take_up.filing", "filing", i, read.year(ready))
        limit = eligible.filing_limit_months or NEVER
        way |= {"filed": delay <= limit, "leaves_at": ready + min(delay, limit)}
    return way


def test_every_victim_s_way_is_that_worked_out_by_itself(drawn: tuple[World, Drawn, Read]) -> None:
    world, found, read = drawn
    cases = found.cases
    awards = early = 0
    for i in range(cases.victims.size):
        for name, value in pathway(read, i).items():
            assert float(getattr(cases, name)[i]) == value, f"{name} of case {i}"
        paid = 0
        if cases.award_at[i] < NEVER:
            awards += 1
            assert abs(cases.award[i] - award_of(world, found, read, i)) < 0.501
            paid = recovered(read, i, int(cases.award[i]), float(cases.award_at[i]))
        assert abs(int(cases.recovered[i]) - paid) <= 1  # a cent: two powers, rounded
        assert cases.recovered_at[i] == (cases.closed_at[i] if cases.recovered[i] else NEVER)
        way = entry(world, found, read, i)
        early += bool(way["entitled"]) and way["clock_at"] == 0
        for name, value in way.items():
            assert float(getattr(found.entry, name)[i]) == value, f"{name} of case {i}"
    assert awards > 200
    assert early > 20 or world.fund.eligible.retroactive_years == 0


def test_claims_are_those_filed_in_time_in_order(drawn: tuple[World, Drawn, Read]) -> None:
    _, found, read = drawn
    people, entry, claims = found.cases.victims, found.entry, found.claims
    filed = np.flatnonzero(entry.filed & (entry.leaves_at < found.months))
    line = sorted(filed, key=lambda i: (people.replication[i], entry.leaves_at[i], i))
    assert claims.case.tolist() == line
    assert len(line) > 100
    for claim, i in enumerate(line):
        tier = int(found.cases.informed[i]) + int(found.cases.legal_aid[i])
        chance = read.chance(APPROVAL, tier, i, read.year(float(entry.leaves_at[i])))
        assert claims.approved[claim] == read.below("approval", i, chance)
