"""Each identified victim's way to the fund: entry point, cover, take-up, filing (method §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

import numpy as np

from fundsim.model.caseload import Bools, Ints
from fundsim.model.chances import LESSER_GROUP, Chances
from fundsim.model.compiled import compiled
from fundsim.model.eras import by_era
from fundsim.model.parameters import Parameters, value_at, value_of
from fundsim.model.pathway import NEVER, TRAFFICKING, Cases, clock_of
from fundsim.model.stages import Groups, Reached, happens, happens_by_group, lasts, put
from fundsim.model.streams import Floats32, Words, uniform, word
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import FORMS, World


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
    match fund.entry_point:
        case "none":
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
    """Whom the fund covers by age, form and nationality.  [case]"""
    eligible, victims = world.fund.eligible, cases.victims
    covers = np.ones(victims.size, dtype=np.bool_)
    for child, age in ((False, eligible.adults), (True, eligible.children)):
        for place, form in enumerate(FORMS):
            if not (age and form in eligible.forms):
                covers &= (victims.child != child) | (victims.form != place)
    match eligible.foreign:
        case "all":
            return covers
        case "none":
            return np.asarray(covers & ~victims.foreign)
        case "lawful" | "reciprocity":
            rate = parameters[f"fund.eligible.{eligible.foreign}_rate"]
            admitted = happens("admitted", cases.everybody(victims.year), rate)
            return np.asarray(covers & (admitted | ~victims.foreign))
        case _:
            assert_never(eligible.foreign)


def draw_entries(world: World, parameters: Parameters, chances: Chances, cases: Cases) -> Entry:
    """Follow each identified victim to the fund's door."""
    victims, clock, years = cases.victims, clock_of(world, parameters), parameters.years
    at = entry_at(world, cases).astype(np.float32, copy=False)
    enters = victims.year
    if world.phase:  # whoever never enters is covered or not as when identified
        enters = years[np.where(at < NEVER, clock.year(np.maximum(at, 0)), victims.year)]
    covers = by_era(world, enters, lambda era: covered(era, parameters, cases))
    reaches = covers & (at < NEVER)
    entitled = reaches & (at >= -12.0 * world.fund.eligible.retroactive_years)
    ready = np.maximum(at, np.float32(0))

    # the share of the chance that the ramp has risen to: first, and more by the slope each year
    ramp_years, full = world.fund.take_up.ramp_years, chances.tables[chances.take_up]
    first = parameters["fund.take_up.first_year_share"]
    since = np.arange(parameters.years.size) - clock.start
    risen = np.minimum(first + (1 - first) * since / ramp_years, 1.0).astype(np.float32)
    rising = full[:LESSER_GROUP] * risen
    applies = happens_by_group("apply", cases.everybody(clock.year(ready)), rising)
    early = np.flatnonzero(entitled & (at < 0))
    those = cases.some(early, clock.year(ready[early]))
    applies[early], ready[early] = _rises_to(those, full, first, ramp_years)
    applies &= entitled

    case = np.flatnonzero(applies)
    filing = cases.some(case, clock.year(ready[case]))
    longest = world.pathway.longest_months
    delay = lasts(parameters, "fund.take_up.filing", "filing", filing, longest)
    limit = by_era(
        world, years[filing.year], lambda era: era.fund.eligible.filing_limit_months or NEVER
    )
    filed = applies.copy()
    filed[case[delay > limit]] = False
    delay = np.minimum(delay, limit).astype(np.float32)

    clock_at, leaves_at = np.empty_like(ready), np.empty_like(ready)
    ends = np.where(covers, cases.closed_at, victims.identified_at)
    _wait(entitled, reaches, at, ready, ends, clock_at, leaves_at)
    put(leaves_at, case, ready[case] + delay)
    return Entry(entitled, clock_at, applies, filed, leaves_at)


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


def _rises_to(
    those: Reached, full: Floats32, first: Floats, ramp_years: float
) -> tuple[Bools, Floats32]:
    """Whether, and when, those apply who passed the entry point before the opening.  [reached]

    In the year in which the ramp has risen to their chance: it begins with the share `first` of the
    chance `full`, and takes `ramp_years`.
    """
    applies = np.empty(those.word.size, dtype=np.bool_)
    at = np.zeros(those.word.size, dtype=np.float32)
    _rise(
        those.word, word("apply"), those.group, those.replication, those.year,
        full, first, float(ramp_years), applies, at,
    )  # fmt: skip
    return applies, at


@compiled
def _rise(
    words: Words, key: Any, group: Groups, replication: Ints, year: Ints,
    full: Floats32, first: Floats, ramp_years: float, applies: Bools, at: Floats32,
) -> None:  # fmt: skip
    for i in range(words.size):
        chance, u = value_of(full, group[i], replication[i], year[i]), uniform(words[i], key)
        applies[i] = u < chance
        needed = np.float64(u / chance)  # the share that the ramp must exceed
        begins = value_at(first, replication[i], year[i])
        if applies[i] and needed >= begins:
            slope = max(1 - begins, 1e-12) / ramp_years
            years = np.floor((needed - begins) / slope) + 1
            at[i] = np.float32(12 * min(years, ramp_years))
