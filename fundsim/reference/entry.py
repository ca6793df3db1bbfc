"""The victim's way to the fund's door, and what it claims there (method §7)."""

from __future__ import annotations

import math
from typing import assert_never

from fundsim.reference.chance import cents, single, to_tick
from fundsim.reference.pathway import takes
from fundsim.reference.victim import NEVER, Claim, Life, Victim
from fundsim.scenario.schema import World


def entry_point(world: World, victim: Victim) -> float:
    """When the victim reaches the fund's entry point; NEVER if it does not."""
    fund, charged = world.fund, victim.charge == "trafficking"
    match fund.entry_point:
        case "none":
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
    """Whether the fund in that month covers the victim's age, form of exploitation and nationality."""
    eligible = life.fund(month).eligible
    if not (eligible.children if victim.child else eligible.adults):
        return False
    if victim.form not in eligible.forms:
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
    victim.applies = applies(life, victim) if at >= 0 else hears_of_it(life, victim)
    if not victim.applies:
        return
    year = life.beliefs.year_of(victim.clock_at)
    delay = takes(life, victim, "fund.take_up.filing", "filing", year)
    limit = life.fund(victim.clock_at).eligible.filing_limit_months or NEVER
    victim.files = delay <= limit
    victim.leaves_at = victim.clock_at + min(delay, limit)


def risen(life: Life, years: int, year: int) -> float:
    """The share of the take-up rate that is reached some years after the opening."""
    first = life.beliefs.at("fund.take_up.first_year_share", year)
    return min(1.0, first + (1 - first) * years / life.world.fund.take_up.ramp_years)


def applies(life: Life, victim: Victim) -> bool:
    """Whether a victim who reaches the entry point while the fund is open applies."""
    year = life.beliefs.year_of(victim.clock_at)
    known = single(risen(life, year - life.world.time.start_year, year))
    return victim.decided_by("apply", single(life.chances.take_up(victim.door, year)) * known)


def hears_of_it(life: Life, victim: Victim) -> bool:
    """Whether a victim from before the opening applies: in the first year in which the ramp is above its draw."""
    opening = life.world.time.start_year
    chance = single(life.chances.take_up(victim.door, opening))
    if not victim.decided_by("apply", chance):
        return False
    years = 0
    while single(victim.draws["apply"].u / chance) >= risen(life, years, opening) < 1:
        years += 1
    victim.clock_at = victim.leaves_at = 12.0 * years
    return True


def claim(life: Life, victim: Victim) -> Claim:
    """What the victim claims, when it files (method §7)."""
    fund, at, filed_at = life.fund(victim.leaves_at), life.beliefs.at, victim.leaves_at
    year = life.beliefs.year_of(filed_at)
    index = life.economy.index(fund.amount.index, year)
    asked, capped = worth(life, victim, filed_at, year)
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
        approved=victim.decided_by("approval", life.chances.approval(victim.door, year)),
        majority_at=majority_at,
    )  # fmt: skip


def worth(life: Life, victim: Victim, filed_at: float, year: int) -> tuple[int, bool]:
    """What a claim is worth before set-off, and whether the cap made it smaller."""
    amount = life.fund(filed_at).amount
    unit = life.economy.index(amount.index, year)
    match amount.money:
        case "euro":
            pass
        case "monthly_wages":
            unit *= life.beliefs.at("country.net_wage", year)
        case _:
            assert_never(amount.money)

    def at(key: str) -> float:
        return life.beliefs.at(f"fund.amount.{key}", year)

    tariff = at(f"tariff.{'child' if victim.child else 'adult'}.{victim.form}") * unit
    judgment = at("judgment_share") * victim.award / 100
    match amount.basis:
        case "fixed":
            euros = at("fixed") * unit
        case "tariff":
            euros = tariff
        case "judgment":
            euros = judgment
        case "smaller":
            euros = min(tariff, judgment) if victim.award_at <= filed_at else tariff
        case _:
            assert_never(amount.basis)
    if amount.floor is not None:
        euros = max(euros, at("floor") * unit)
    if amount.cap is not None and euros > at("cap") * unit:
        return cents(at("cap") * unit), True
    return cents(euros), False
