"""Registered victims: how many in each year, and who they are (method §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.model.compiled import compiled
from fundsim.model.parameters import Parameters, value_of
from fundsim.model.streams import (
    TICKS,
    Floats32,
    Streams,
    Words,
    below,
    case_words,
    uniform,
    uniforms,
    word,
)
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import FORMS, World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
OTHERS = 255  # in place of the number of a mass case: claimants who are victims of other crimes
MASS_SPREAD = 0.5  # months in which the victims of one mass case are identified


@dataclass(frozen=True)
class Victims:
    """Registered victims of a block, in the order of replication, year, ordinary before mass, k.

    by_year        victims of each replication and year  [replication, year]
    word           key of all draws of the case
    replication    place of its replication in the block
    year           place of its year of identification in ``parameters.years``
    identified_at  months from the opening
    kind           0 ordinary, 1, 2, … of a mass case of the year, OTHERS a claimant of another crime
    form           place in FORMS;  child, foreign, female  as named
    formal         formally identified; else a presumed victim
    """

    by_year: Ints
    word: Words
    replication: Ints
    year: Ints
    identified_at: Floats32
    kind: NDArray[np.uint8]
    form: NDArray[np.int8]
    child: Bools
    foreign: Bools
    female: Bools
    formal: Bools

    @property
    def registered(self) -> Bools:
        """Victims of trafficking, and not of another crime.  [case]"""
        return np.asarray(self.kind != OTHERS)

    def spread(self, table: Floats) -> Floats32:
        """A rate read at identification, for every case.  [case]

        table  [replication, year or 1];  repeated, since the cases stand in that order
        """
        each = np.broadcast_to(table, self.by_year.shape).astype(np.float32)
        return np.repeat(each.ravel(), self.by_year.ravel())

    @property
    def size(self) -> int:
        """Number of cases."""
        return self.word.size


@dataclass(frozen=True)
class Cohorts:
    """The victims of each replication, year and kind: ordinary ones, those of each mass case, claimants of other crimes.

    kinds   what the places on the last axis stand for, as in `Victims`  [kind]
    number  of victims;  word  key of their draws;  begins  months from the opening, the earliest
    These are [replication, year, kind].
    """

    kinds: Sequence[int]
    number: Ints
    word: Words
    begins: Floats32

    def part(self, rows: slice) -> Cohorts:
        """Those of some replications."""
        return Cohorts(self.kinds, self.number[rows], self.word[rows], self.begins[rows])


def poisson_quantile(u: Floats, mean: Floats) -> Ints:
    """The smallest n with P(Poisson(mean) ≤ n) ≥ u.

    A normal guess with a correction for skewness, then steps until the definition holds; so counts
    never fall when the mean rises.
    """
    z = special.ndtri(u)
    near = np.maximum(np.floor(mean + z * np.sqrt(mean) + (z * z - 1) / 6), 0.0)
    guess = np.where(mean > 0, near, 0.0)
    n = guess.copy()
    low = np.nonzero(mean > 0)
    while low[0].size:  # only what was moved is looked at again
        short = special.pdtr(n[low], mean[low]) < u[low]
        low = tuple(axis[short] for axis in low)
        n[low] += 1
    high = np.nonzero((n > 0) & (n == guess))  # one step less was too few for those moved up
    while high[0].size:
        above = (n[high] > 0) & (special.pdtr(n[high] - 1, mean[high]) >= u[high])
        high = tuple(axis[above] for axis in high)
        n[high] -= 1
    return n.astype(np.int64)


def mean_caseload(world: World, parameters: Parameters) -> Floats:
    """Mean of ordinary registered victims in each year.  [replication, year]"""
    time, years = world.time, parameters.years
    grown = np.clip(years - time.price_year, 0, world.caseload.trend_years)
    return parameters["caseload.level"] * (1 + parameters["caseload.trend"]) ** grown[None, :]


def others(world: World, parameters: Parameters, streams: Streams, replications: Ints) -> Ints:
    """Claims by victims of other crimes in each year: none before the opening, nor in the run-off.  [replication, year]"""
    time, years = world.time, parameters.years
    since = years - time.start_year
    grown = np.clip(years - time.price_year, 0, world.caseload.trend_years)
    level = parameters["caseload.others.claims_a_year"]
    mean = level * (1 + parameters["caseload.others.trend"]) ** grown[None, :]
    mean = mean * ramp(parameters, since)
    mean = np.where((since >= 0) & (since < time.horizon_years), mean, 0.0)
    return poisson_quantile(streams.yearly("others", replications, years), mean)


def ramp(parameters: Parameters, since: Ints) -> Floats:
    """The share of take-up that is reached so many years after the opening.  [replication, year]"""
    first = parameters["fund.take_up.first_year_share"]
    return np.minimum(first + (1 - first) * since / parameters["fund.take_up.ramp_years"], 1.0)


def counts(world: World, parameters: Parameters, streams: Streams, replications: Ints) -> Ints:
    """Ordinary victims, then those of each mass case, in each year.  [replication, year, 1 + event]"""
    first, last = years_drawn(world)
    inside = slice(first - int(parameters.years[0]), last - int(parameters.years[0]) + 1)
    years = parameters.years[inside]
    shape = (replications.size, parameters.years.size)

    def wide(table: Floats) -> Floats:
        return np.ascontiguousarray(np.broadcast_to(table, shape)[:, inside])

    mean, k = wide(mean_caseload(world, parameters)), wide(parameters["caseload.dispersion"])
    shock = special.gammaincinv(k, streams.yearly("over-dispersion", replications, years)) / k
    ordinary = poisson_quantile(streams.yearly("caseload", replications, years), mean * shock)

    rate = wide(parameters["caseload.mass.events_a_year"])
    events = poisson_quantile(streams.yearly("mass cases", replications, years), rate)
    events += np.rint(wide(parameters["caseload.mass.scheduled_events"])).astype(np.int64)
    size = wide(parameters["caseload.mass.size"])
    number = np.zeros((*shape, 1 + int(events.max(initial=0))), dtype=np.int64)
    number[:, inside, 0] = ordinary
    for event in range(number.shape[2] - 1):
        happens = events > event
        u = streams.yearly("mass case size", replications, years, event)[happens]
        victims = 1 + poisson_quantile(u, np.maximum(size[happens] - 1, 0.0))
        number[:, inside, 1 + event][happens] = victims
    return number


def years_drawn(world: World) -> tuple[int, int]:
    """First and last calendar year whose victims are drawn, as far back as the entry point reaches."""
    time, fund = world.time, world.fund
    direct = fund.entry_point == "identified" and not fund.subsidiarity.wait_for_enforcement
    back = fund.eligible.retroactive_years if direct else time.history_years
    if not world.takes_claims:
        back = 0
    return time.start_year - back, time.start_year + time.horizon_years - 1


def cohorts_of(
    world: World, parameters: Parameters, streams: Streams, replications: Ints
) -> Cohorts:
    """Draw how many are identified in each year, and when each mass case begins."""
    number = counts(world, parameters, streams, replications)
    years, kinds = parameters.years, list(range(number.shape[2]))
    begins = np.empty(number.shape, dtype=np.float32)
    begins[:] = (years - world.time.start_year)[None, :, None] * 12.0
    for event in kinds[1:]:
        u = streams.yearly("mass case month", replications, years, event)
        begins[:, :, event] += np.floor((12 - MASS_SPREAD) * u * TICKS) / TICKS
    if world.takes_claims and parameters["caseload.others.claims_a_year"].any():
        more = others(world, parameters, streams, replications)
        kinds.append(OTHERS)
        number = np.concatenate([number, more[:, :, None]], axis=2)
        begins = np.concatenate([begins, begins[:, :, :1]], axis=2)
    words = [streams.cohorts(replications, years, kind) for kind in kinds]
    return Cohorts(kinds, number, np.stack(words, axis=2), begins)


def draw_victims(parameters: Parameters, cohorts: Cohorts) -> Victims:
    """Draw the registered victims of some replications: when, and who."""
    number = cohorts.number
    many = number.ravel()
    words = case_words(cohorts.word.ravel(), many)
    rows, columns, place = np.unravel_index(np.arange(many.size), number.shape)
    kind = np.asarray(cohorts.kinds, dtype=np.uint8)[place]
    in_mass_case = (kind > 0) & (kind < OTHERS)

    # ordinary victims are spread over the year, those of a mass case over MASS_SPREAD months
    within = np.where(in_mass_case, MASS_SPREAD, 12.0).astype(np.float32)
    identified_at = np.repeat(cohorts.begins.ravel(), many)
    _arrive(uniforms(words, "arrival"), np.repeat(within, many), identified_at)

    form = np.zeros(words.size, dtype=np.int8)
    edges = np.cumsum(parameters.forms, axis=1)[:, :-1].astype(np.float32)
    _choose(uniforms(words, "form"), edges, number.sum(axis=(1, 2)), form)

    def share(ordinary: str, mass: str) -> Floats32:
        """A rate of each case; none of claimants who are victims of other crimes."""
        of_kind = {0: ordinary, OTHERS: ""}
        keys = [of_kind.get(one, mass) for one in cohorts.kinds]
        none = np.zeros((1, 1))
        each = [np.broadcast_to(parameters[k] if k else none, number.shape[:2]) for k in keys]
        return np.repeat(np.stack(each, axis=2).astype(np.float32).ravel(), many)

    child = share("caseload.child_rate", "caseload.child_rate")
    foreign = share("caseload.foreign_rate", "caseload.mass.foreign_rate")
    replication, year = np.repeat(rows, many), np.repeat(columns, many)
    female = np.empty(words.size, dtype=np.bool_)
    keys = [f"caseload.female_rate.{form}" for form in FORMS]
    of_forms = np.stack(np.broadcast_arrays(*(parameters[key] for key in keys)))
    _below_by_form(words, word("sex"), of_forms, form, replication, year, female)
    return Victims(
        by_year=number.sum(axis=2),
        word=words,
        replication=replication,
        year=year,
        identified_at=identified_at,
        kind=np.repeat(kind, many),
        form=form,
        child=below(words, "child", child),
        foreign=below(words, "foreign", foreign),
        female=female,
        formal=below(words, "formal", share("caseload.formal_rate", "caseload.mass.formal_rate")),
    )


@compiled
def _below_by_form(
    words: Words, key: Any, rates: Floats, form: NDArray[np.int8], replication: Ints, year: Ints, out: Bools
) -> None:  # fmt: skip
    """Whether a case's uniform lies below the rate of its form.  rates [form, replication, year or 1]"""
    for i in range(words.size):
        rate = np.float32(value_of(rates, form[i], replication[i], year[i]))
        out[i] = uniform(words[i], key) < rate


@compiled
def _arrive(u: Floats32, within: Floats32, at: Floats32) -> None:
    """Adds the months into the time within which a victim is identified, cut down to the tick."""
    for i in range(u.size):
        ticks = np.floor(within[i] * u[i] * np.float32(TICKS))
        at[i] += np.float32(ticks) / np.float32(TICKS)


@compiled
def _choose(u: Floats32, edges: Floats32, of_replication: Ints, form: NDArray[np.int8]) -> None:
    """Counts the edges that a uniform has passed.  edges [replication, form but the last]"""
    end = 0
    for r in range(edges.shape[0]):
        first, end = end, end + of_replication[r]
        draw, passed = u[first:end], form[first:end]
        for edge in edges[r]:
            for i in range(draw.size):
                passed[i] += np.int8(draw[i] >= edge)
