"""Identified victims: how many in each year, and who they are (method §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.model.parameters import Parameters
from fundsim.model.streams import TICKS, Floats32, Streams, Words, case_words, uniforms
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
MASS_SPREAD = 0.5  # months in which the victims of one mass case are identified


@dataclass(frozen=True)
class Victims:
    """Identified victims of a block, in the order of replication, year, ordinary before mass, k.

    by_year        victims of each replication and year  [replication, year]
    word           key of all draws of the case
    replication    place of its replication in the block
    year           place of its year of identification in ``parameters.years``
    identified_at  months from the opening
    form           place in FORMS;  child, foreign  as named
    """

    by_year: Ints
    word: Words
    replication: Ints
    year: Ints
    identified_at: Floats32
    form: NDArray[np.int8]
    child: Bools
    foreign: Bools

    @property
    def size(self) -> int:
        """Number of cases."""
        return self.word.size

    def spread(self, table: Floats) -> Floats32:
        """A rate read at identification, for every case.  [case]

        table  [replication, year or 1];  repeated, since the cases stand in that order
        """
        each = np.broadcast_to(table, self.by_year.shape).astype(np.float32)
        return np.repeat(each.ravel(), self.by_year.ravel())


def poisson_quantile(u: Floats, mean: Floats) -> Ints:
    """The smallest n with P(Poisson(mean) ≤ n) ≥ u.

    A normal guess with a correction for skewness, then steps until the definition holds; so counts
    never fall when the mean rises.
    """
    z = special.ndtri(u)
    guess = np.maximum(np.floor(mean + z * np.sqrt(mean) + (z * z - 1) / 6), 0.0)
    n = np.where(mean > 0, guess, 0.0)
    while True:
        low = (special.pdtr(n, mean) < u) & (mean > 0)
        if not low.any():
            break
        n[low] += 1
    while True:
        high = n > 0
        high[high] = special.pdtr(n[high] - 1, mean[high]) >= u[high]
        if not high.any():
            return n.astype(np.int64)
        n[high] -= 1


def mean_caseload(world: World, parameters: Parameters) -> Floats:
    """Mean of ordinary identified victims in each year.  [replication, year]"""
    time, years = world.time, parameters.years
    grown = np.clip(years - time.price_year, 0, world.caseload.trend_years)
    return parameters["caseload.level"] * (1 + parameters["caseload.trend"]) ** grown[None, :]


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
    if fund.entry_point == "none":
        back = 0
    return time.start_year - back, time.start_year + time.horizon_years - 1


def draw_victims(
    world: World, parameters: Parameters, streams: Streams, replications: Ints
) -> Victims:
    """Draw the identified victims of a block: when, and who."""
    years = parameters.years
    by_cohort = counts(world, parameters, streams, replications)
    kinds = by_cohort.shape[2]  # ordinary, and each mass case of a year
    cohort = np.stack([streams.cohorts(replications, years, m) for m in range(kinds)], axis=2)
    number = by_cohort.ravel()
    word = case_words(cohort.ravel(), number)
    rows, columns, mass = np.unravel_index(np.arange(number.size), by_cohort.shape)

    # ordinary victims are spread over the year, those of a mass case over MASS_SPREAD months
    begins = (years - world.time.start_year)[columns] * 12.0
    for event in range(1, kinds):
        u = streams.yearly("mass case month", replications, years, event)
        begins[mass == event] += _ticks_down((12 - MASS_SPREAD) * u.ravel())
    within = np.where(mass == 0, 12.0, MASS_SPREAD).astype(np.float32)
    identified_at = _ticks_down(np.repeat(within, number) * uniforms(word, "arrival"))
    identified_at += np.repeat(begins.astype(np.float32), number)

    u_form = uniforms(word, "form")
    form = np.zeros(word.size, dtype=np.int8)
    edges = np.cumsum(parameters.forms, axis=1).astype(np.float32)
    of_replication = by_cohort.sum(axis=(1, 2))
    for edge in range(edges.shape[1] - 1):
        form += u_form >= np.repeat(edges[:, edge], of_replication)

    def share(key: str, mass_key: str) -> Floats32:
        shares = [np.broadcast_to(parameters[k], by_cohort.shape[:2]) for k in (key, mass_key)]
        each = np.stack([shares[0]] + [shares[1]] * (kinds - 1), axis=2).astype(np.float32)
        return np.repeat(each.ravel(), number)

    return Victims(
        by_year=by_cohort.sum(axis=2),
        word=word,
        replication=np.repeat(rows, number),
        year=np.repeat(columns, number),
        identified_at=identified_at,
        form=form,
        child=uniforms(word, "child") < share("caseload.child_rate", "caseload.child_rate"),
        foreign=uniforms(word, "foreign")
        < share("caseload.foreign_rate", "caseload.mass.foreign_rate"),
    )


def _ticks_down(months: NDArray[Any]) -> NDArray[Any]:
    """Times cut down to the tick; exact in 32 bits up to 4096 months."""
    return np.asarray(np.floor(months * TICKS) / TICKS)


def years_to_majority(parameters: Parameters, word: Words, replication: Ints, year: Ints) -> Floats:
    """Years until a child victim is 18, uniform between 0 and twice the mean.  [word]"""
    mean = parameters.at("caseload.years_to_majority", replication, year)
    return 2 * mean * uniforms(word, "years to majority")
