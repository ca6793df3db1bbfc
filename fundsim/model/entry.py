"""Each identified victim's way to the fund: entry point, cover, take-up, filing (method §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fundsim.model.caseload import Bools, Ints
from fundsim.model.chances import Chances
from fundsim.model.compiled import compiled
from fundsim.model.parameters import Parameters, value_at, value_of
from fundsim.model.pathway import NEVER, TRAFFICKING, Cases, clock_of
from fundsim.model.stages import happens, lasts, put, year_of
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
    ages = (eligible.adults, eligible.children)
    covers_all = np.array([age and form in eligible.forms for age in ages for form in FORMS])
    covers: Bools = covers_all[victims.child * np.int8(len(FORMS)) + victims.form]
    if eligible.foreign == "all":
        return covers
    if eligible.foreign == "none":
        return np.asarray(covers & ~victims.foreign)
    rate = parameters[f"fund.eligible.{eligible.foreign}_rate"]
    admitted = happens("admitted", victims.word, rate, victims.replication, victims.year)
    return np.asarray(covers & (admitted | ~victims.foreign))


class TakeUp(NamedTuple):
    """Who applies, and how long the scheme takes to reach those who wait for it.

    chance     of each tier once the ramp has risen  [tier, replication, year or 1]
    first      share of the chance in the first year  [replication, year or 1]
    risen      share that the ramp has risen to  [replication, year]
    ramp_years, earliest  years that the ramp takes; entry points before it (months) are too long ago
    """

    chance: Floats32
    first: Floats
    risen: Floats32
    ramp_years: float
    earliest: float


def draw_entries(world: World, parameters: Parameters, chances: Chances, cases: Cases) -> Entry:
    """Follow each identified victim to the fund's door."""
    fund, victims, clock = world.fund, cases.victims, clock_of(world, parameters)
    lever = fund.take_up
    # the share of the chance that the ramp has risen to: first, and more by the slope each year
    first = parameters["fund.take_up.first_year_share"]
    since = np.arange(parameters.years.size) - clock.start
    risen = np.minimum(first + (1 - first) * since / lever.ramp_years, 1.0).astype(np.float32)
    take_up = TakeUp(
        chances.tables[chances.take_up], first, risen,
        float(lever.ramp_years), -12.0 * fund.eligible.retroactive_years,
    )  # fmt: skip
    n = victims.size
    entitled, applies = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    clock_at, leaves_at = np.full(n, NEVER), np.empty(n, dtype=np.float32)
    _enter(
        take_up, clock.start, clock.width, word("apply"),
        entry_at(world, cases).astype(np.float32, copy=False), covered(world, parameters, cases),
        victims.identified_at, cases.closed_at, victims.word, victims.replication, cases.tier,
        entitled, applies, clock_at, leaves_at,
    )  # fmt: skip
    applicants = np.flatnonzero(applies)
    ready = clock_at[applicants]
    delay = lasts(
        parameters, "fund.take_up.filing", "filing", victims.word[applicants],
        victims.replication[applicants], clock.year(ready), world.pathway.longest_months,
    )  # fmt: skip
    filed, limit = applies.copy(), fund.eligible.filing_limit_months
    if limit is not None:
        filed[applicants[delay > limit]] = False
        delay = np.minimum(delay, np.float32(limit))
    put(leaves_at, applicants, ready + delay)
    return Entry(entitled, clock_at, applies, filed, leaves_at)


@compiled
def _enter(
    take_up: TakeUp, start: int, width: int, key: Any,
    at: Floats32, covers: Bools, identified_at: Floats32, closed_at: Floats32,
    words: Words, replication: Ints, tier: NDArray[np.int8],
    entitled: Bools, applies: Bools, clock_at: Floats32, leaves_at: Floats32,
) -> None:  # fmt: skip
    """Who is entitled, applies, from when, and until when the others wait.

    A victim whose entry point lies before the opening applies in the year in which the ramp has
    risen to its chance; all others apply at once or never.
    """
    for i in range(at.size):
        leaves_at[i] = closed_at[i] if covers[i] else identified_at[i]
        if not covers[i] or at[i] == NEVER:
            continue
        leaves_at[i] = max(at[i], leaves_at[i])
        if at[i] < take_up.earliest:
            continue
        entitled[i] = True
        ready = max(at[i], np.float32(0))
        r, year = replication[i], year_of(ready, start, width)
        chance = value_of(take_up.chance, tier[i], r, year)
        u = uniform(words[i], key)
        if at[i] >= 0:
            applies[i] = u < chance * value_at(take_up.risen, r, year)
        elif u < chance:
            applies[i] = True
            needed = np.float64(u / chance)  # the share that the ramp must exceed
            first = value_at(take_up.first, r, year)
            if needed >= first:
                slope = max(1 - first, 1e-12) / take_up.ramp_years
                years = np.floor((needed - first) / slope) + 1
                ready += np.float32(12 * min(years, take_up.ramp_years))
        clock_at[i] = leaves_at[i] = ready
