"""When claims are decided: by officers, or by a committee at its sessions (method §8)."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any, NamedTuple, assert_never

import numpy as np
from numpy.typing import NDArray

from fundsim.model.compiled import compiled, inside
from fundsim.model.drawn import Drawn
from fundsim.model.parameters import Parameters, value_at
from fundsim.model.streams import TICKS, in_order, whole_ticks
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import Body, Order, World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Desk(NamedTuple):
    """Who decides, and how, in each year from the opening on; the last one's goes on for good.

    posts      officers in full-time posts  [replication, year or 1]
    committee  whether a committee decides;  children_first  whether children do not wait for adults
    sessions   of the committee a year;  files  the most that it decides at one.  [year or 1]
    """

    posts: Floats
    committee: Bools
    children_first: Bools
    sessions: Ints
    files: Ints


class Queue(NamedTuple):
    """Claims as the desk sees them, by (replication, filing).  [claim]

    ready_at  when it may be decided;  working  months of an officer in a full-time post
    child     of a victim who is a child at identification
    """

    replication: Ints
    ready_at: Floats
    working: Floats
    child: Bools


def desk_of(world: World, parameters: Parameters) -> Desk:
    """The desk of a scenario in the years of its tables."""
    opening = int(world.time.start_year - parameters.years[0])
    years = parameters.years[opening:] if world.phase else parameters.years[opening : opening + 1]
    decisions = [world.in_year(int(year)).fund.decision for year in years]
    return Desk(
        parameters.since("fund.decision.posts", opening),
        np.array([_is_committee(one.body) for one in decisions]),
        np.array([_children_come_first(one.order) for one in decisions]),
        np.array([one.sessions_a_year for one in decisions]),
        np.array([one.files_a_session for one in decisions]),
    )


def queue_of(drawn: Drawn) -> Queue:
    """The claims that were drawn, as the desk sees them."""
    claims = drawn.claims
    children = drawn.cases.victims.child[claims.case]
    return Queue(claims.replication, claims.ready_at, claims.working_months, children)


def _is_committee(body: Body) -> bool:
    match body:
        case "officers":
            return False
        case "committee":
            return True
        case _:
            assert_never(body)


def _children_come_first(order: Order) -> bool:
    match order:
        case "filed":
            return False
        case "children_first":
            return True
        case _:
            assert_never(order)


def decide(desk: Desk, queue: Queue) -> Floats:
    """When each claim is decided.  Times are whole ticks, so that sums are exact.  [claim]"""
    decided = np.empty(queue.ready_at.size)
    most = int(np.bincount(queue.replication).max(initial=1))  # no more officers ever have work
    officers = min(int(np.ceil(desk.posts.max(initial=1.0))), most)
    still = desk.posts.shape[1] == 1 and not desk.committee.any() and not desk.children_first.any()
    if still and desk.committee.size == 1 and _in_order(queue.replication, queue.ready_at):
        _in_turn(desk, queue, np.empty(officers), decided)
    else:
        by_ready = in_order(queue.replication, whole_ticks(queue.ready_at))
        _decide(desk, queue, by_ready, np.empty((2, officers)), decided)
    return decided


@compiled
def _in_turn(desk: Desk, queue: Queue, free: Any, decided: Floats) -> None:
    """The same, and quicker, where no claim overtakes another and the desk stays as it is (Kiefer and Wolfowitz)."""
    for i in range(decided.size):
        r = queue.replication[i]
        if i == 0 or r != queue.replication[i - 1]:
            free[:] = 0.0
        posts: Any = desk.posts[r, 0]
        officers = min(np.int64(np.ceil(posts)), free.size)
        who, ends = 0, np.inf
        for officer in range(officers):
            end = max(queue.ready_at[i], free[officer]) + _takes(queue.working[i], officer, posts)
            if end < ends:
                who, ends = officer, end
        free[who] = decided[i] = ends


@compiled
def _in_order(replication: Ints, at: Floats) -> bool:
    """Whether times rise within each replication."""
    for i in range(1, at.size):
        if replication[i] == replication[i - 1] and at[i] < at[i - 1]:
            return False
    return True


@compiled
def _decide(desk: Desk, queue: Queue, by_ready: Any, room: Floats, decided: Floats) -> None:
    """by_ready  places of the claims by (replication, when they are ready);  room  for when officers are free."""
    free, after = room[0], room[1]
    changes = desk.posts.shape[1] > 1 or desk.committee.size > 1
    # claims that are ready, the first filed on top
    children: Any = [np.int64(0) for _ in range(0)]
    adults: Any = [np.int64(0) for _ in range(0)]
    passed: Any = [np.int64(0) for _ in range(0)]
    comes = 0  # who is ready next
    while comes < by_ready.size:
        r, end = queue.replication[by_ready[comes]], comes
        while end < by_ready.size and queue.replication[by_ready[end]] == r:
            end += 1
        t, held = 0.0, -1.0  # the time, and when the committee last met
        free[:] = 0.0
        while comes < end or len(children) + len(adults) > 0:
            if len(children) + len(adults) == 0:
                t = max(t, queue.ready_at[by_ready[comes]])
            while comes < end and queue.ready_at[by_ready[comes]] <= t:
                place = by_ready[comes]
                heappush(children if queue.child[place] else adults, place)
                comes += 1
            year: Any = np.int64(t) // 12
            of_year = min(year, desk.committee.size - 1)
            # until when nothing else may come first, and nobody else may decide
            alone = queue.ready_at[by_ready[comes]] if comes < end else np.inf
            if changes or desk.committee[of_year]:
                alone = min(alone, 12.0 * (year + 1))
            if desk.committee[of_year]:
                meets = _next_session(t, held, year, desk.sessions[of_year])
                if meets < alone:
                    held = meets
                    for _ in range(min(desk.files[of_year], len(children) + len(adults))):
                        line = _first_line(children, adults, desk.children_first[of_year])
                        decided[heappop(line)] = meets
                t = min(meets, alone)
            else:
                posts = value_at(desk.posts, r, min(year, desk.posts.shape[1] - 1))
                first = desk.children_first[of_year]
                soonest = _take_up(
                    posts, first, queue, children, adults, passed, free, after, t, decided
                )
                if len(children) + len(adults) > 0:
                    t = min(soonest, alone)


@inside
def _take_up(
    posts: Any, children_first: Any, queue: Any, children: Any, adults: Any, passed: Any, free: Any, after: Any, t: Any,
    decided: Any,
) -> Any:  # fmt: skip
    """Give out what officers who are free take up now; returns when the next of the others is free.

    Each claim in its turn goes to the officer who would decide it first, after the claims before it.
    """
    officers = min(np.int64(np.ceil(posts)), free.size)
    idle = 0
    for officer in range(officers):  # when each is free once the claims before are decided
        after[officer] = max(free[officer], t)
        idle += free[officer] <= t
    while idle > 0 and len(children) + len(adults) > 0:
        place = heappop(_first_line(children, adults, children_first))
        who, ends = 0, np.inf
        for officer in range(officers):
            end = after[officer] + _takes(queue.working[place], officer, posts)
            if end < ends:
                who, ends = officer, end
        if after[who] <= t:
            free[who] = decided[place] = ends
            idle -= ends > t  # who takes no time is free again
        else:
            passed.append(place)
        after[who] = ends
    while len(passed) > 0:
        place = passed.pop()
        heappush(children if queue.child[place] else adults, place)
    soonest = np.inf
    for officer in range(officers):
        if free[officer] > t:
            soonest = min(soonest, free[officer])
    return soonest


@inside
def _takes(working: Any, officer: Any, posts: Any) -> Any:
    """How long an officer works on a claim; the last one, who has part of a post, works part of the time."""
    part = posts - officer
    return working if part >= 1 else np.rint(working / part * TICKS) / TICKS


@inside
def _first_line(children: Any, adults: Any, children_first: Any) -> Any:
    """In which line the next claim stands."""
    if len(adults) == 0 or (len(children) > 0 and (children_first or children[0] < adults[0])):
        return children
    return adults


@inside
def _next_session(t: Any, held: Any, year: Any, sessions: Any) -> Any:
    """When the committee meets next in a year, not before t and after it last met; infinite if not again."""
    for session in range(np.int64((t - 12.0 * year) * sessions / 12), sessions):
        meets = 12.0 * year + np.rint(12 * (session + 0.5) / sessions * TICKS) / TICKS
        if meets >= t and meets > held:
            return meets
    return np.inf
