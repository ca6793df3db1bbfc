"""The victim's way to the fund's door, and what it claims there (method §7)."""

from __future__ import annotations

import math
from typing import assert_never

from fundsim.reference.amounts import Taken, asked_by_another, left_for, offered, worth
from fundsim.reference.chance import cents, single, to_tick
from fundsim.reference.identified import risen
from fundsim.reference.pathway import takes
from fundsim.reference.victim import NEVER, Claim, Life, Victim
from fundsim.scenario.schema import World


def entry_point(world: World, victim: Victim) -> float:
    """When the victim reaches the fund's entry point; NEVER if it does not."""
    fund, charged = world.fund, victim.charge == "trafficking"
    match fund.entry_point:
        case "none" | "services":
            return NEVER
        case "identified":
            at = victim.identified_at
        case "indictment":
            at = victim.indicted_at if charged else NEVER
        case "conviction":
            at = victim.judged_at if charged and victim.convicted else NEVER
        case "judgment":
            at = victim.award_at
        case "unpaid_judgment":
            at = victim.award_at + fund.unpaid_months
            if victim.recovered_at <= at and victim.recovered >= victim.award:
                return NEVER  # the offender has paid
        case _:
            assert_never(fund.entry_point)
    return max(at, victim.closed_at) if fund.subsidiarity.wait_for_enforcement else at


def is_covered(life: Life, victim: Victim, month: float) -> bool:
    """Whether the fund in that month covers the victim's age, form, status and nationality, and its law's conditions."""
    eligible = life.fund(month).eligible
    if not (eligible.children if victim.child else eligible.adults):
        return False
    if victim.form not in eligible.forms:
        return False
    if not (victim.formal or eligible.presumed):
        return False
    for name in sorted(eligible.conditions):
        rate = life.beliefs.at(f"fund.eligible.conditions.{name}.rate", victim.year)
        if not victim.decided_by(f"condition {name}", rate):
            return False
    match eligible.foreign:
        case "all":
            return True
        case "none":
            return not victim.foreign
        case "lawful" | "reciprocity":
            rate = life.beliefs.at(f"fund.eligible.{eligible.foreign}_rate", victim.year)
            return not victim.foreign or victim.decided_by("admitted", rate)
        case _:
            assert_never(eligible.foreign)


def entry(life: Life, victim: Victim) -> None:
    """The victim's way to the fund's door: entitled, applies, files (method §7)."""
    at = entry_point(life.world, victim)
    entered = max(at, 0.0) if at < NEVER else victim.identified_at
    victim.covered = is_covered(life, victim, entered)
    if not victim.covered:
        victim.leaves_at = victim.identified_at
        return
    if at == NEVER or at < -12 * life.world.fund.eligible.retroactive_years:
        victim.leaves_at = victim.closed_at if at == NEVER else max(at, victim.closed_at)
        return
    victim.entitled = True
    victim.clock_at = victim.leaves_at = max(at, 0.0)
    share = life.beliefs.at("fund.take_up.assisted_share", life.beliefs.year_of(victim.clock_at))
    victim.assisted = share > 0 and victim.decided_by("assisted", share)
    victim.applies = applies(life, victim) if at >= 0 else hears_of_it(life, victim)
    if not victim.applies:
        return
    year = life.beliefs.year_of(victim.clock_at)
    delay = takes(life, victim, "fund.take_up.filing", "filing", year)
    limit = time_to_file(life, victim)
    victim.files = delay <= limit
    victim.leaves_at = victim.clock_at + max(min(delay, limit), 0.0)


def time_to_file(life: Life, victim: Victim) -> float:
    """Months from the entry point in which a claim is in time; none left where the time from the crime is over."""
    eligible = life.fund(victim.clock_at).eligible
    limit = eligible.filing_limit_months or NEVER
    match eligible.filing_limit_from:
        case "entry":
            return limit
        case "crime":
            before = takes(life, victim, "caseload.crime_to_identification", "crime", victim.year)
            return limit - (victim.clock_at - victim.identified_at + before)
        case _:
            assert_never(eligible.filing_limit_from)


def files_at_once(victim: Victim) -> None:
    """A victim of another crime comes to the fund's door with a claim, and with nothing else."""
    victim.covered = victim.entitled = victim.applies = victim.files = True
    victim.clock_at = victim.leaves_at = victim.closed_at = victim.identified_at


def take_up(life: Life, victim: Victim, year: int) -> float:
    """The chance of applying once the scheme is known: with help or without, before the sum on offer counts."""
    if victim.assisted:
        return life.beliefs.at("fund.take_up.assisted_rate", year)
    return life.chances.take_up(victim.door, year)


def pull(life: Life, victim: Victim, year: int) -> float:
    """What the sum on offer multiplies the chance of applying by."""
    at = life.beliefs.at
    elasticity = at("fund.take_up.amount_elasticity", year)
    if elasticity == 0:
        return 1.0
    usual = at("fund.take_up.reference_sum", year) * at("country.net_wage", year)
    ratio = offered(life, victim, year) / usual
    return float(ratio**elasticity)


def applies(life: Life, victim: Victim) -> bool:
    """Whether a victim who reaches the entry point while the fund is open applies."""
    year = life.beliefs.year_of(victim.clock_at)
    known = single(risen(life, year - life.world.time.start_year, year))
    chance = single(single(take_up(life, victim, year)) * known)
    return victim.decided_by("apply", chance * single(pull(life, victim, year)))


def hears_of_it(life: Life, victim: Victim) -> bool:
    """Whether a victim from before the opening applies: in the first year in which the ramp is above its draw."""
    opening = life.world.time.start_year
    chance = single(single(take_up(life, victim, opening)) * single(pull(life, victim, opening)))
    if not victim.decided_by("apply", chance):
        return False
    years = 0
    while single(victim.draws["apply"].u / chance) >= risen(life, years, opening) < 1:
        years += 1
    victim.clock_at = victim.leaves_at = 12.0 * years
    return True


def claim(life: Life, victim: Victim, taken: Taken) -> Claim:
    """What the victim claims, when it files (method §7).  taken  by those who have filed before, of mass cases"""
    fund, at, filed_at = life.fund(victim.leaves_at), life.beliefs.at, victim.leaves_at
    year = life.beliefs.year_of(filed_at)
    index = life.economy.index(fund.amount.index, year)
    asked, capped = worth(life, victim, filed_at, year)
    approval = life.chances.approval(victim.door, year)
    if victim.other:
        asked, capped = asked_by_another(life, victim, year), False
        approval = at("caseload.others.approval_rate", year)
    approved = victim.decided_by("approval", approval)
    left = left_for(life, victim, year, taken)
    if asked > left:
        asked, capped = int(left), True
    if approved and victim.mass:
        taken[victim.year, victim.mass] = taken.get((victim.year, victim.mass), 0) + asked
    set_off = 0
    if fund.subsidiarity.set_off and victim.recovered_at <= filed_at:
        set_off = min(victim.recovered, asked)
    benefit = asked - set_off
    interim = math.floor(benefit * at("fund.interim.share", year) + 1e-6)
    working = at("fund.decision.working_months", year)
    match fund.decision.spread:
        case "fixed":
            pass
        case "exponential":
            working *= -math.log1p(-victim.dice.uniform("working time"))
        case _:
            assert_never(fund.decision.spread)
    majority_at = victim.identified_at
    if victim.child:
        years = 2 * at("caseload.years_to_majority", victim.year)
        majority_at += to_tick(12 * years * victim.dice.uniform("years to majority"))
    handling = takes(life, victim, "fund.decision.handling", "handling", year)
    return Claim(
        filed_at, filed_at + handling, asked, capped, set_off, benefit,
        interim=min(interim, cents(at("fund.interim.cap", year) * index)),
        interim_at=filed_at + fund.interim.after_months,
        working_months=to_tick(working),
        approved=approved,
        majority_at=majority_at,
    )  # fmt: skip
