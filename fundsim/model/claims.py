"""Who claims from the fund, when, and what the claim is worth (method §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from fundsim.model.amounts import amounts, event_limit, of_others, within_events
from fundsim.model.caseload import Bools, Ints
from fundsim.model.chances import APPROVAL, Chances
from fundsim.model.entry import Entry
from fundsim.model.eras import by_era
from fundsim.model.macro import Macro
from fundsim.model.money import Cents, to_cents
from fundsim.model.parameters import Parameters, look_up
from fundsim.model.pathway import Cases, clock_of, share_with_mean
from fundsim.model.stages import happens, happens_by_group, lasts
from fundsim.model.streams import (
    Floats32,
    Words,
    in_order,
    to_ticks,
    uniforms,
    whole_ticks,
)
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import DecisionSpread, World


@dataclass(frozen=True)
class Claims:
    """Claims filed with the fund, by (replication, filed_at, case).  All columns are [claim].

    case           place of the case in `Cases`;  replication  place in the block
    other          of a victim of another crime
    filed_at       months from the opening
    ready_at       when it can be decided;  working_months  of an officer in a full-time post
    approved       granted, once decided
    asked          cents before set-off;  benefit  cents after set-off, due if approved
    capped         the cap made it smaller;  set_off  cents deducted
    interim        cents of the interim payment, if not decided by interim_at
    majority_at    when a child is 18 (identification for adults)
    """

    case: Ints
    replication: Ints
    other: Bools
    filed_at: Floats
    ready_at: Floats
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
    victims, clock = cases.victims, clock_of(world, parameters)
    case = np.flatnonzero(entry.filed & (entry.leaves_at < end))
    case = case[in_order(victims.replication[case], whole_ticks(entry.leaves_at[case]))]
    filed_at = entry.leaves_at[case].astype(np.float64)
    year = clock.year(filed_at)
    claimants = cases.some(case, year)
    replication, words = claimants.replication, claimants.word

    working = parameters.at("fund.decision.working_months", replication, year)
    calendar = parameters.years[year]
    working = by_era(world, calendar, lambda era: _spread(era.fund.decision.spread, working, words))
    longest = world.pathway.longest_months
    handling = np.zeros(case.size, dtype=np.float32)
    if parameters["fund.decision.handling.median"].any():
        handling = lasts(parameters, "fund.decision.handling", "handling", claimants, longest)
    approved = happens_by_group("approval", claimants, chances.tables[APPROVAL])

    index = by_era(
        world, calendar, lambda era: look_up(macro.index(era.fund.amount.index), replication, year)
    )

    asked, capped = by_era(
        world,
        calendar,
        lambda era: amounts(era, parameters, cases, claimants, filed_at, index),
    )
    other = ~victims.registered[case]
    if other.any():
        approved[other] = happens(
            "approval", claimants.only(other), parameters["caseload.others.approval_rate"]
        )
        asked[other], capped[other] = of_others(parameters, claimants, index)[other], False
    most = by_era(world, calendar, lambda era: event_limit(era, parameters, claimants, index))
    within_events(cases, claimants, approved, np.asarray(most), asked, capped)
    deducts = by_era(world, calendar, lambda era: era.fund.subsidiarity.set_off)
    before = deducts & (cases.recovered_at[case] <= filed_at)
    set_off = np.where(before, np.minimum(cases.recovered[case], asked), 0)
    benefit = asked - set_off

    share = parameters.at("fund.interim.share", replication, year)
    cap = to_cents(parameters.at("fund.interim.cap", replication, year) * index, "fund.interim.cap")
    interim = np.minimum(np.floor(benefit * share + 1e-6).astype(np.int64), cap)
    majority_at = victims.identified_at[case].astype(np.float64)
    children = np.flatnonzero(victims.child[case])
    identified = victims.year[case[children]]
    mean = parameters.at("caseload.years_to_majority", replication[children], identified)
    wait = 2 * mean * uniforms(words[children], "years to majority") * 12
    majority_at[children] += to_ticks(wait)
    return Claims(
        case,
        replication,
        other,
        filed_at,
        filed_at + handling,
        to_ticks(working).astype(np.float64),
        approved,
        asked,
        benefit,
        capped,
        set_off,
        interim,
        filed_at + by_era(world, calendar, lambda era: era.fund.interim.after_months),
        majority_at,
    )


def _spread(spread: DecisionSpread, mean: Floats, words: Words) -> Floats:
    """Working times with these means.  [claim]"""
    match spread:
        case "fixed":
            return mean
        case "exponential":
            return -np.log1p(-uniforms(words, "working time").astype(np.float64)) * mean
        case _:
            assert_never(spread)


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
    year = clock.year(np.minimum(decided_at[may], 12.0 * clock.width))
    those = cases.some(claims.case[may], year)
    words, replication = those.word, those.replication

    def at(key: str) -> Floats:
        return parameters.at(f"fund.subrogation.{key}", replication, year)

    def for_all(values: Floats | Cents | Floats32) -> NDArray[Any]:
        everywhere = np.zeros(claims.size, dtype=values.dtype)
        everywhere[may] = values
        return everywhere

    pursued[may] = uniforms(words, "pursued") < at("pursued_share").astype(np.float32)
    fails = uniforms(words, "subrogation") < at("failure_rate").astype(np.float32)
    share = share_with_mean(at("recovered_rate"), uniforms(words, "subrogation share"))
    recovery = np.where(fails, 0, np.floor(claims.benefit[may] * share).astype(np.int64))
    delay = lasts(
        parameters,
        "fund.subrogation.delay",
        "subrogation delay",
        those,
        world.pathway.longest_months,
    )
    index = by_era(
        world, parameters.years[year],
        lambda era: look_up(macro.index(era.fund.costs.index), replication, year),
    )  # fmt: skip
    return Pursuit(
        pursued,
        cost=for_all(to_cents(at("cost_per_claim") * index, "fund.subrogation.cost_per_claim")),
        from_at=for_all(cases.judged_at[claims.case[may]].astype(np.float64)),
        until=for_all(cases.recovered_at[claims.case[may]].astype(np.float64)),
        recovery=for_all(recovery),
        delay=for_all(delay.astype(np.float64)),
    )
