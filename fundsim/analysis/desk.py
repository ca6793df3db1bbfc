"""The desk: how much work comes in each year, and the posts that keep the median wait below some months (method §18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fundsim.analysis.claims_counted import SLOW_MONTHS
from fundsim.model.background import background
from fundsim.model.decisions import Desk, Queue, decide, desk_of, queue_of
from fundsim.model.drawn import Drawn, draw_against
from fundsim.model.run import block_size
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import World

STEP = 0.05  # of a post
MOST = 10_000.0  # posts


@dataclass(frozen=True)
class Waits:
    """How long claims filed within the horizon wait from filing to decision, with some posts.

    median  months, over all claims of all futures;  slow  share not decided within a year
    """

    posts: float
    median: float
    slow: float


@dataclass(frozen=True)
class Staffing:
    """What the desk needs.

    needed   with the fewest posts that keep the median wait within the months asked; None where none do
    ready    median months from filing to being ready, which no desk can shorten
    work     full-time posts that the claims of each year need: mean, and 95th percentile  [year]
    """

    scenario: Scenario
    months: float
    needed: Waits | None
    now: Waits
    ready: float
    years: tuple[int, ...]
    work: Floats
    work95: Floats


def staffing(scenario: Scenario, months: float, replications: int, seed: int) -> Staffing:
    """The posts that keep the median wait within some months, found by halving on the same claims."""
    world = scenario.world
    parts = list(_claims(world, replications, seed))
    end = 12 * world.time.horizon_years

    def waits(posts: float | None) -> Waits:
        found = [_waits(drawn, desk, queue, posts, end) for drawn, desk, queue in parts]
        all_ = np.concatenate(found) if found else np.zeros(0)
        told = world.fund.decision.posts.value if posts is None else posts
        if not all_.size:
            return Waits(told, 0.0, 0.0)
        return Waits(told, float(np.median(all_)), float((all_ > SLOW_MONTHS).mean()))

    ready = np.concatenate(
        [
            (queue.ready_at - drawn.claims.filed_at)[drawn.claims.filed_at < end]
            for drawn, _, queue in parts
        ]
    )
    work = np.concatenate([_work(world, drawn) for drawn, _, _ in parts])
    first = world.time.start_year
    return Staffing(
        scenario, months, _fewest(waits, months), waits(None),
        float(np.median(ready)) if ready.size else 0.0,
        tuple(range(first, first + world.time.horizon_years)),
        work.mean(axis=0), np.percentile(work, 95, axis=0),
    )  # fmt: skip


def _fewest(waits: Callable[[float | None], Waits], months: float) -> Waits | None:
    """The fewest posts, in steps of a twentieth, with which the median is within the months."""
    low, high = 0, 1
    while waits(high * STEP).median > months:
        if high * STEP >= MOST:
            return None
        low, high = high, min(high * 4, round(MOST / STEP))
    while high - low > 1:
        middle = (low + high) // 2
        if waits(middle * STEP).median > months:
            low = middle
        else:
            high = middle
    return waits(high * STEP)


def _claims(world: World, replications: int, seed: int) -> Iterator[tuple[Drawn, Desk, Queue]]:
    size = block_size(world)
    for start in range(0, replications, size):
        numbers = np.arange(start, min(start + size, replications))
        for part in background(world, seed, numbers).parts():
            drawn = draw_against(world, part)
            yield drawn, desk_of(world, drawn.parameters), queue_of(drawn)


def _waits(drawn: Drawn, desk: Desk, queue: Queue, posts: float | None, end: float) -> Floats:
    if posts is not None:
        desk = desk._replace(posts=np.full((drawn.replications.size, 1), posts))
    filed = drawn.claims.filed_at
    return np.asarray((decide(desk, queue) - filed)[filed < end])


def _work(world: World, drawn: Drawn) -> Floats:
    """Working time of the claims filed in each year, in full-time posts.  [replication, year]"""
    years, claims = world.time.horizon_years, drawn.claims
    within = np.flatnonzero(claims.filed_at < 12 * years)
    place = claims.replication[within] * years + claims.filed_at[within].astype(np.int64) // 12
    n = drawn.replications.size
    sums = np.bincount(place, weights=claims.working_months[within], minlength=n * years)
    return np.asarray(sums.reshape(n, years) / 12)
