"""Who claims from the fund, when, and what the claim is worth (method §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundsim.model.caseload import Bools, Ints, years_to_majority
from fundsim.model.chances import APPROVAL, Chances
from fundsim.model.macro import Macro
from fundsim.model.parameters import Parameters, look_up
from fundsim.model.pathway import (
    NEVER,
    TRAFFICKING,
    Cases,
    Cents,
    clock_of,
    draw_durations,
    share_with_mean,
    to_cents,
)
from fundsim.model.streams import Floats32, in_order, to_ticks, uniforms, whole_ticks
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import FORMS, World


@dataclass(frozen=True)
class Claims:
    """Claims filed with the fund, by (replication, filed_at, case).  All columns are [claim].

    case           place of the case in `Cases`;  replication  place in the block
    filed_at       months from the opening
    working_months of one caseworker, to decide it
    approved       granted, once decided
    asked          cents before set-off;  benefit  cents after set-off, due if approved
    capped         the cap made it smaller;  set_off  cents deducted
    interim        cents of the interim payment, if not decided by interim_at
    majority_at    when a child is 18 (identification for adults)
    """

    case: Ints
    replication: Ints
    filed_at: Floats
    working_months: Floats
    approved: Bools
    asked: Cents
    benefit: Cents
    capped: Bools
    set_off: Cents
    interim: Cents
    interim_at: Floats
    majority_at: Floats

    @property
    def size(self) -> int:
        """Number of claims."""
        return self.case.size


@dataclass(frozen=True)
class Pursuit:
    """What the fund recovers from the offender of a granted claim.  [claim]

    pursued  whether it tries;  cost  cents when begun;  from_at  not before (the judgment)
    until    not if the offender has paid the victim before it begins
    recovery  cents, 0 if it fails;  delay  months from beginning to recovery
    """

    pursued: Bools
    cost: Cents
    from_at: Floats
    until: Floats
    recovery: Cents
    delay: Floats


@dataclass(frozen=True)
class Entry:
    """Each identified victim's way to the fund.  All columns are [case].

    entitled    covered by the fund and past its entry point
    clock_at    when the victim may first file; NEVER if not entitled
    applies     decides to apply
    leaves_at   when the victim stops waiting: files, or is known never to claim
    filed       files in time
    """

    entitled: Bools
    clock_at: Floats32
    applies: Bools
    filed: Bools
    leaves_at: Floats32


def entry_at(world: World, cases: Cases) -> Floats32:
    """When each victim reaches the fund's entry point; NEVER if it does not.  [case]"""
    fund, victims = world.fund, cases.victims
    trafficking = cases.indicted == TRAFFICKING
    if fund.entry_point == "identified":
        at = victims.identified_at
    elif fund.entry_point == "indictment":
        at = np.where(trafficking, cases.indicted_at, NEVER)
    elif fund.entry_point == "conviction":
        at = np.where(trafficking & cases.convicted, cases.judged_at, NEVER)
    elif fund.entry_point == "judgment":
        at = cases.award_at
    elif fund.entry_point == "unpaid_judgment":
        at = cases.award_at + np.float32(fund.unpaid_months)
        at = np.where((cases.recovered_at <= at) & (cases.recovered >= cases.award), NEVER, at)
    else:
        return np.full(victims.size, NEVER)
    if fund.subsidiarity.wait_for_enforcement:
        at = np.where(at < NEVER, np.maximum(at, cases.closed_at), NEVER)
    return at


def covered(world: World, parameters: Parameters, cases: Cases) -> Bools:
    """Whom the fund covers by age, form and nationality.  [case]"""
    eligible, victims = world.fund.eligible, cases.victims
    forms = np.array([form in eligible.forms for form in FORMS])
    ages = np.array([eligible.adults, eligible.children])
    covers: Bools = forms[victims.form] & ages[victims.child.astype(np.int8)]
    if eligible.foreign == "all":
        return covers
    if eligible.foreign == "none":
        return np.asarray(covers & ~victims.foreign)
    foreign = np.flatnonzero(victims.foreign)
    rate = parameters.at(
        f"fund.eligible.{eligible.foreign}_rate",
        victims.replication[foreign],
        victims.year[foreign],
    )
    admitted = uniforms(victims.word[foreign], "admitted") < rate.astype(np.float32)
    covers[foreign] &= admitted
    return covers


def draw_entries(world: World, parameters: Parameters, chances: Chances, cases: Cases) -> Entry:
    """Follow each identified victim to the fund's door."""
    fund, victims, clock = world.fund, cases.victims, clock_of(world, parameters)
    at = entry_at(world, cases)
    covers = covered(world, parameters, cases)
    reaches = covers & (at < NEVER)
    entitled = reaches & (at >= -12.0 * fund.eligible.retroactive_years)
    clock_at = np.where(entitled, np.maximum(at, np.float32(0)), NEVER).astype(np.float32)
    may = np.flatnonzero(entitled)
    applying, waits = take_up(world, parameters, chances, cases, may, at[may], clock_at[may])
    clock_at[may] += waits
    applies = np.zeros(victims.size, dtype=bool)
    applicants = may[np.flatnonzero(applying)]
    applies[applicants] = True
    delay = draw_durations(
        parameters,
        "fund.take_up.filing",
        "filing",
        victims.word[applicants],
        victims.replication[applicants],
        clock.year(clock_at[applicants]),
        world.pathway.longest_months,
    )
    filed = applies.copy()
    leaves_at = np.where(covers, cases.closed_at, victims.identified_at)
    leaves_at = np.where(reaches, np.maximum(at, leaves_at), leaves_at).astype(np.float32)
    leaves_at[entitled] = clock_at[entitled]
    leaves_at[applicants] += delay
    limit = fund.eligible.filing_limit_months
    if limit is not None:
        late = applicants[delay > limit]
        filed[late] = False
        leaves_at[late] = clock_at[late] + np.float32(limit)
    return Entry(entitled, clock_at, applies, filed, leaves_at)


def take_up(
    world: World,
    parameters: Parameters,
    chances: Chances,
    cases: Cases,
    may: Ints,
    entry: Floats32,
    clock_at: Floats32,
) -> tuple[Bools, Floats32]:
    """Whether each entitled victim applies, and the months until the scheme has reached it.

    A victim whose entry point lies before the opening applies in the year in which the ramp has
    risen to its chance; all others apply at once or never.  [chosen case]
    """
    lever, victims, clock = world.fund.take_up, cases.victims, clock_of(world, parameters)
    replication, year = victims.replication[may], clock.year(clock_at)
    rate = chances.own(chances.take_up, replication, year, cases.tier[may])
    # the share of the rate that the ramp has risen to: first, and more by the slope each year
    first = parameters["fund.take_up.first_year_share"]
    since = np.arange(parameters.years.size) - clock.start
    risen = np.minimum(first + (1 - first) * since / lever.ramp_years, 1.0).astype(np.float32)
    u = uniforms(victims.word[may], "apply")
    stock = entry < 0
    applying = u < np.where(stock, rate, rate * look_up(risen, replication, year))
    waits = np.zeros(may.size, dtype=np.float32)
    late = np.flatnonzero(stock & applying)
    needed = u[late] / rate[late]  # the share that the ramp must exceed
    at_first = look_up(first, replication[late], year[late])
    slope = np.maximum(1 - at_first, 1e-12) / lever.ramp_years
    years = np.floor(np.maximum(needed - at_first, 0.0) / slope) + 1
    waits[late] = 12 * np.where(needed < at_first, 0, np.minimum(years, lever.ramp_years))
    return applying, waits


def draw_claims(
    world: World,
    parameters: Parameters,
    chances: Chances,
    macro: Macro,
    cases: Cases,
    entry: Entry,
    end: float,
) -> Claims:
    """The claims filed before month `end`, and what they are worth."""
    fund, victims, clock = world.fund, cases.victims, clock_of(world, parameters)
    case = np.flatnonzero(entry.filed & (entry.leaves_at < end))
    case = case[in_order(victims.replication[case], whole_ticks(entry.leaves_at[case]))]
    filed_at = entry.leaves_at[case].astype(np.float64)
    replication, word = victims.replication[case], victims.word[case]
    year = clock.year(filed_at)

    working = parameters.at("fund.decision.working_months", replication, year)
    if fund.decision.spread == "exponential":
        working = -np.log1p(-uniforms(word, "working time").astype(np.float64)) * working
    approval = chances.own(APPROVAL, replication, year, cases.tier[case])
    approved = uniforms(word, "approval") < approval

    index = look_up(macro.index(fund.amount.index), replication, year)
    asked, capped = amounts(world, parameters, cases, case, filed_at, year, index)
    set_off = np.zeros(case.size, dtype=np.int64)
    if fund.subsidiarity.set_off:
        before = cases.recovered_at[case] <= filed_at
        set_off = np.where(before, np.minimum(cases.recovered[case], asked), 0)
    benefit = asked - set_off

    share = parameters.at("fund.interim.share", replication, year)
    cap = to_cents(parameters.at("fund.interim.cap", replication, year) * index)
    interim = np.minimum(np.floor(benefit * share + 1e-6).astype(np.int64), cap)
    majority_at = victims.identified_at[case].astype(np.float64)
    children = np.flatnonzero(victims.child[case])
    identified = victims.year[case[children]]
    wait = years_to_majority(parameters, word[children], replication[children], identified) * 12
    majority_at[children] += to_ticks(wait)
    return Claims(
        case,
        replication,
        filed_at,
        to_ticks(working).astype(np.float64),
        approved,
        asked,
        benefit,
        capped,
        set_off,
        interim,
        filed_at + fund.interim.after_months,
        majority_at,
    )


def amounts(
    world: World,
    parameters: Parameters,
    cases: Cases,
    case: Ints,
    filed_at: Floats,
    year: Ints,
    index: Floats,
) -> tuple[Cents, Bools]:
    """What each claim is worth before set-off, in cents, and whether the cap made it smaller."""
    lever, victims = world.fund.amount, cases.victims
    replication = victims.replication[case]
    unit = 1.0
    if lever.money == "monthly_wages":
        unit = parameters["country.net_wage"][replication, 0]

    def at(key: str) -> Floats:
        return parameters.at(f"fund.amount.{key}", replication, year)

    def tariff() -> Floats:
        keys = [f"fund.amount.tariff.{age}.{form}" for age in ("adult", "child") for form in FORMS]
        row = victims.child[case] * np.int64(len(FORMS)) + victims.form[case]
        return parameters.one_of(keys, row, replication, year) * unit * index

    judgment = at("judgment_share") * cases.award[case] / 100
    if lever.basis == "fixed":
        euros = at("fixed") * unit * index
    elif lever.basis == "tariff":
        euros = tariff()
    elif lever.basis == "judgment":
        euros = judgment
    else:
        known = cases.award_at[case] <= filed_at
        euros = np.where(known, np.minimum(tariff(), judgment), tariff())
    if lever.floor is not None:
        euros = np.maximum(euros, at("floor") * unit * index)
    capped = np.zeros(case.size, dtype=bool)
    if lever.cap is not None:
        cap = at("cap") * unit * index
        capped = euros > cap
        euros = np.minimum(euros, cap)
    return to_cents(euros), capped


def draw_pursuit(
    world: World,
    parameters: Parameters,
    macro: Macro,
    cases: Cases,
    claims: Claims,
    decided_at: Floats,
) -> Pursuit:
    """What the fund would recover from each claim's offender; rates of the year of the decision."""
    clock = clock_of(world, parameters)
    pursued = cases.convicted[claims.case] & claims.approved & (claims.benefit > 0)
    may = np.flatnonzero(pursued)
    word, replication = cases.victims.word[claims.case[may]], claims.replication[may]
    year = clock.year(np.minimum(decided_at[may], 12.0 * clock.width))

    def at(key: str) -> Floats:
        return parameters.at(f"fund.subrogation.{key}", replication, year)

    def for_all(values: Floats | Cents | Floats32) -> NDArray[Any]:
        everywhere = np.zeros(claims.size, dtype=values.dtype)
        everywhere[may] = values
        return everywhere

    pursued[may] = uniforms(word, "pursued") < at("pursued_share").astype(np.float32)
    fails = uniforms(word, "subrogation") < at("failure_rate").astype(np.float32)
    share = share_with_mean(at("recovered_rate"), uniforms(word, "subrogation share"))
    recovery = np.where(fails, 0, np.floor(claims.benefit[may] * share).astype(np.int64))
    delay = draw_durations(
        parameters,
        "fund.subrogation.delay",
        "subrogation delay",
        word,
        replication,
        year,
        world.pathway.longest_months,
    )
    index = look_up(macro.index(world.fund.costs.index), replication, year)
    return Pursuit(
        pursued,
        cost=for_all(to_cents(at("cost_per_claim") * index)),
        from_at=for_all(cases.judged_at[claims.case[may]].astype(np.float64)),
        until=for_all(cases.recovered_at[claims.case[may]].astype(np.float64)),
        recovery=for_all(recovery),
        delay=for_all(delay.astype(np.float64)),
    )
