"""Each registered victim's way to the fund: entry point, cover, take-up, filing (method §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, assert_never

import numpy as np

from fundsim.model.amounts import offered
from fundsim.model.caseload import Bools, Ints, ramp
from fundsim.model.chances import Chances
from fundsim.model.compiled import compiled
from fundsim.model.eras import by_era
from fundsim.model.parameters import Parameters, value_at, value_of
from fundsim.model.pathway import NEVER, TRAFFICKING, Cases, clock_of
from fundsim.model.stages import Groups, Reached, happens, lasts, put
from fundsim.model.streams import Floats32, Words, uniform, word
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import FORMS, FilingClock, World

ASSISTED = 3  # the group of who is helped to apply, after the tiers of who is not


@dataclass(frozen=True)
class Entry:
    """Each registered victim's way to the fund.  All columns are [case].

    entitled    covered by the fund and past its entry point
    assisted    entitled, and helped to apply
    clock_at    when the victim may first file; NEVER if not entitled
    applies     decides to apply
    leaves_at   when the victim stops waiting: files, or is known never to claim
    filed       files in time
    """

    entitled: Bools
    assisted: Bools
    clock_at: Floats32
    applies: Bools
    filed: Bools
    leaves_at: Floats32


def entry_at(world: World, cases: Cases) -> Floats32:
    """When each victim reaches the fund's entry point; NEVER if it does not.  [case]"""
    fund, victims = world.fund, cases.victims
    trafficking = cases.indicted == TRAFFICKING
    match fund.entry_point:
        case "none" | "services":
            return np.full(victims.size, NEVER)
        case "identified":
            at = victims.identified_at
        case "indictment":
            at = np.where(trafficking, cases.indicted_at, NEVER)
        case "conviction":
            at = np.where(trafficking & cases.convicted, cases.judged_at, NEVER)
        case "judgment":
            at = cases.award_at
        case "unpaid_judgment":
            at = cases.award_at + np.float32(fund.unpaid_months)
            paid = (cases.recovered_at <= at) & (cases.recovered >= cases.award)
            at = np.where(paid, NEVER, at)
        case _:
            assert_never(fund.entry_point)
    if fund.subsidiarity.wait_for_enforcement:
        at = np.where(at < NEVER, np.maximum(at, cases.closed_at), NEVER)
    return at


def covered(world: World, parameters: Parameters, cases: Cases) -> Bools:
    """Whom the fund covers by age, form, status, nationality and the conditions of its law.  [case]"""
    eligible, victims = world.fund.eligible, cases.victims
    covers = np.ones(victims.size, dtype=np.bool_)
    for child, age in ((False, eligible.adults), (True, eligible.children)):
        for place, form in enumerate(FORMS):
            if not (age and form in eligible.forms):
                covers &= (victims.child != child) | (victims.form != place)
    if not eligible.presumed:
        covers &= victims.formal
    people = cases.everybody(victims.year)
    for name in sorted(eligible.conditions):
        rate = parameters[f"fund.eligible.conditions.{name}.rate"]
        covers &= happens(f"condition {name}", people, rate)
    match eligible.foreign:
        case "all":
            return covers
        case "none":
            return np.asarray(covers & ~victims.foreign)
        case "lawful" | "reciprocity":
            rate = parameters[f"fund.eligible.{eligible.foreign}_rate"]
            admitted = happens("admitted", people, rate)
            return np.asarray(covers & (admitted | ~victims.foreign))
        case _:
            assert_never(eligible.foreign)


def draw_entries(world: World, parameters: Parameters, chances: Chances, cases: Cases) -> Entry:
    """Follow each registered victim to the fund's door."""
    victims, clock, years = cases.victims, clock_of(world, parameters), parameters.years
    at = entry_at(world, cases).astype(np.float32, copy=False)
    enters = victims.year
    if world.phase:  # whoever never enters is covered or not as when identified
        enters = years[np.where(at < NEVER, clock.year(np.maximum(at, 0)), victims.year)]
    covers = by_era(world, enters, lambda era: covered(era, parameters, cases))
    reaches = covers & (at < NEVER)
    entitled = reaches & (at >= -12.0 * world.fund.eligible.retroactive_years)
    ready = np.maximum(at, np.float32(0))

    people = cases.everybody(clock.year(ready))
    assisted = np.zeros(victims.size, dtype=np.bool_)
    if parameters["fund.take_up.assisted_share"].any():
        assisted = entitled & happens("assisted", people, parameters["fund.take_up.assisted_share"])
    group = np.where(assisted, ASSISTED, people.group)
    people = replace(people, group=group)
    full = _take_up(parameters, chances)
    pull = by_era(
        world, years[people.year], lambda era: pulled(era, parameters, cases, people.year)
    )
    pull = np.asarray(pull, dtype=np.float32)
    rising = full * ramp(parameters, np.arange(years.size) - clock.start).astype(np.float32)
    applies = _applies(people, rising, pull)
    early = np.flatnonzero(entitled & (at < 0))
    those = replace(cases.some(early, people.year[early]), group=group[early])
    applies[early], ready[early] = _rises_to(those, full, pull[early], parameters)
    applies &= entitled

    others = np.flatnonzero(~victims.registered)
    for column in (entitled, reaches, covers, applies):
        column[others] = True
    assisted[others] = False
    ready[others] = victims.identified_at[others]

    case = np.flatnonzero(applies)
    filing = cases.some(case, clock.year(ready[case]))
    longest = world.pathway.longest_months
    delay = lasts(parameters, "fund.take_up.filing", "filing", filing, longest)
    at_once = ~victims.registered[case]
    limit = by_era(
        world, years[filing.year], lambda era: era.fund.eligible.filing_limit_months or NEVER
    )
    from_crime = by_era(
        world, years[filing.year], lambda era: _from_the_crime(era.fund.eligible.filing_limit_from)
    )
    if from_crime.any():
        crime = cases.some(case, victims.year[case])
        key = "caseload.crime_to_identification"
        passed = (
            ready[case]
            - victims.identified_at[case]
            + lasts(parameters, key, "crime", crime, longest)
        )
        limit = np.where(from_crime, limit - passed, limit)
    delay = np.where(at_once, 0, delay)
    limit = np.where(at_once, NEVER, limit)
    filed = applies.copy()
    filed[case[delay > limit]] = False
    delay = np.maximum(np.minimum(delay, limit), 0).astype(np.float32)

    clock_at, leaves_at = np.empty_like(ready), np.empty_like(ready)
    ends = np.where(covers, cases.closed_at, victims.identified_at)
    _wait(entitled, reaches, at, ready, ends, clock_at, leaves_at)
    put(leaves_at, case, ready[case] + delay)
    return Entry(entitled, assisted, clock_at, applies, filed, leaves_at)


@compiled
def _wait(
    entitled: Bools, reaches: Bools, at: Floats32, ready: Floats32, ends: Floats32,
    clock_at: Floats32, leaves_at: Floats32,
) -> None:  # fmt: skip
    """The entitled are ready to file; others leave at their end, or later at an entry point that is too long ago."""
    for i in range(at.size):
        waits = max(at[i], ends[i]) if reaches[i] else ends[i]
        clock_at[i] = ready[i] if entitled[i] else NEVER
        leaves_at[i] = ready[i] if entitled[i] else waits


def _take_up(parameters: Parameters, chances: Chances) -> Floats32:
    """The chance of taking up the fund once it is known, of each tier without help, and with.  [group, replication, year or 1]"""
    alone = chances.tables[chances.take_up][:ASSISTED]
    helped = parameters["fund.take_up.assisted_rate"].astype(np.float32)
    shape = np.broadcast_shapes(alone.shape[1:], helped.shape)
    groups = [np.broadcast_to(table, shape) for table in (*alone, helped)]
    return np.stack(groups)


def pulled(world: World, parameters: Parameters, cases: Cases, year: Ints) -> Floats32:
    """What the sum on offer multiplies each victim's chance of applying by, in a year.  [case]"""
    elasticity = parameters["fund.take_up.amount_elasticity"]
    if not elasticity.any():
        return np.ones(cases.victims.size, dtype=np.float32)
    replication = cases.victims.replication
    wage = parameters.at("country.net_wage", replication, year)
    usual = parameters.at("fund.take_up.reference_sum", replication, year) * wage
    ratio = offered(world, parameters, cases, year) / usual
    power = parameters.at("fund.take_up.amount_elasticity", replication, year)
    return np.asarray(np.where(power == 0, 1.0, ratio**power), dtype=np.float32)


def _applies(those: Reached, chance: Floats32, pull: Floats32) -> Bools:
    """Whether each applies.  chance [group, replication, year];  pull [reached]"""
    out = np.empty(those.word.size, dtype=np.bool_)
    _apply(those.word, word("apply"), those.group, those.replication, those.year, chance, pull, out)
    return out


@compiled
def _apply(
    words: Words, key: Any, group: Groups, replication: Ints, year: Ints,
    chance: Floats32, pull: Floats32, out: Bools,
) -> None:  # fmt: skip
    for i in range(words.size):
        own = value_of(chance, group[i], replication[i], year[i]) * pull[i]
        out[i] = uniform(words[i], key) < own


def _from_the_crime(clock: FilingClock) -> bool:
    match clock:
        case "entry":
            return False
        case "crime":
            return True
        case _:
            assert_never(clock)


def _rises_to(
    those: Reached, full: Floats32, pull: Floats32, parameters: Parameters
) -> tuple[Bools, Floats32]:
    """Whether, and when, those apply who passed the entry point before the opening.  [reached]

    In the year in which the ramp has risen to their chance `full` times `pull`.
    """
    applies = np.empty(those.word.size, dtype=np.bool_)
    at = np.zeros(those.word.size, dtype=np.float32)
    first, ramp_years = (
        parameters[f"fund.take_up.{key}"] for key in ("first_year_share", "ramp_years")
    )
    _rise(
        those.word, word("apply"), those.group, those.replication, those.year,
        full, pull, first, ramp_years, applies, at,
    )  # fmt: skip
    return applies, at


@compiled
def _rise(
    words: Words, key: Any, group: Groups, replication: Ints, year: Ints,
    full: Floats32, pull: Floats32, first: Floats, ramp_years: Floats, applies: Bools, at: Floats32,
) -> None:  # fmt: skip
    for i in range(words.size):
        chance = value_of(full, group[i], replication[i], year[i]) * pull[i]
        u = uniform(words[i], key)
        applies[i] = u < chance
        needed = np.float64(u / chance)  # the share that the ramp must exceed
        begins = value_at(first, replication[i], year[i])
        within = value_at(ramp_years, replication[i], year[i])
        if applies[i] and needed >= begins:
            slope = max(1 - begins, 1e-12) / within
            years = np.floor((needed - begins) / slope) + 1
            at[i] = np.float32(12 * min(years, np.ceil(within)))
