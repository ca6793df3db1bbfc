"""Section 2: parts of a post, children first, committees, and a desk that changes in the middle of a queue."""

from __future__ import annotations

from typing import Any

import numpy as np

from fundsim.model.decisions import Desk, Queue, decide
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats
from fundsim.validation.check import Check, Group, Line, exact, of_mean
from fundsim.validation.queues import CLAIMS, POLLACZEK, QUEUES, WARM, posts, queue, ticks
from fundsim.validation.tally import Tally

COBHAM = "Cobham (1954), Operations Research 2, non-preemptive priorities"
HAND = "by hand from docs/method.md §8"
CHILDREN, LOAD = (
    0.4,
    0.8,
)  # share of claims that come first, and load, of the queue with two classes


def arrivals(seed: int, name: str, rate: float) -> tuple[Floats, Floats]:
    """When claims of many queues come, and uniforms for their working times.  [queue, claim]"""
    streams, places, numbers = Streams(seed, "validation"), np.arange(CLAIMS), np.arange(QUEUES)
    between = -np.log1p(-streams.yearly(f"{name} arrival", numbers, places))
    return ticks(np.cumsum(between / rate, axis=1)), streams.yearly(f"{name} work", numbers, places)


def parts_of_a_post(seed: int) -> list[Check]:
    """One officer who works a part of the time: a queue whose work takes so much longer."""
    found = []
    for letter, part, exponential in (("a", 0.5, True), ("b", 0.25, True), ("c", 0.5, False), ("d", 0.25, False)):  # fmt: skip
        load = 0.7
        filed, u = arrivals(seed, f"part {part} {exponential}", load * part)
        working = ticks(-np.log1p(-u)) if exponential else np.ones_like(filed)
        replication = np.repeat(np.arange(QUEUES), CLAIMS)
        decided = decide(posts(QUEUES, part), queue(replication, filed.ravel(), working.ravel()))
        wait = (decided.reshape(filed.shape) - filed - ticks(working / part))[:, WARM:]
        theirs = load / (1 - load) / part / (1 if exponential else 2)
        kind = "M/M/1" if exponential else "M/D/1"
        line = Line(
            f"2.90{letter}", f"{kind} with {part:g} of a post, mean wait",
            f"decide() for {QUEUES} queues of {CLAIMS:,} claims at load {load:g}; work takes 1/{part:g} as long",
            "working times", POLLACZEK,
        )  # fmt: skip
        found.append(of_mean(line, wait.mean(axis=1), theirs))
    return found


def two_classes(seed: int) -> list[Check]:
    """Children first: mean waits of both classes, with exponential and with fixed working times."""
    found = []
    numbers, places = np.arange(QUEUES), np.arange(CLAIMS)
    for letter, exponential in (("a", True), ("b", False)):
        filed, u = arrivals(seed, f"classes {exponential}", LOAD)
        working = ticks(-np.log1p(-u)) if exponential else np.ones_like(filed)
        of_child = Streams(seed, "validation").yearly(
            f"classes {exponential} child", numbers, places
        )
        child = of_child < CHILDREN
        line_up = Queue(np.repeat(numbers, CLAIMS), filed.ravel(), working.ravel(), child.ravel())
        first = posts(QUEUES, 1)._replace(children_first=np.ones(1, dtype=bool))
        wait = decide(first, line_up).reshape(filed.shape) - filed - working
        rest = LOAD if exponential else LOAD / 2  # mean work left in progress: λE[S²]/2
        begins = rest / (1 - CHILDREN * LOAD)
        for who, mine, theirs in (
            ("children", child, begins),
            ("adults", ~child, begins / (1 - LOAD)),
        ):
            kind = "exponential" if exponential else "fixed"
            line = Line(
                f"2.91{letter}{who[0]}", f"Children first, {kind} work: mean wait of {who}",
                f"decide() for {QUEUES} queues of {CLAIMS:,} claims at load {LOAD:g}, {CHILDREN:g} of them children",
                "working times", COBHAM,
            )  # fmt: skip
            counted = mine[:, WARM:]
            each = np.where(counted, wait[:, WARM:], 0.0).sum(axis=1) / counted.sum(axis=1)
            found.append(of_mean(line, each, theirs))
    return found


def committee(files: int, sessions: int, years: int = 1) -> Desk:
    """A committee in every year."""
    return Desk(
        np.ones((1, 1)), np.ones(years, dtype=bool), np.zeros(years, dtype=bool),
        np.full(years, sessions), np.full(years, files),
    )  # fmt: skip


def backlog(seed: int) -> list[Check]:
    """A committee's backlog after each session, against Q ← max(Q + new − files, 0)."""
    streams, wrong, compared = Streams(seed, "validation"), 0, 0
    years, n = 20, 400
    for trial, (files, sessions) in enumerate(((6, 4), (2, 12), (1, 12), (10, 6))):
        u = streams.yearly(f"backlog {trial}", np.arange(1), np.arange(n))[0]
        ready = np.sort(ticks(u * 12 * years))
        line_up = queue(np.zeros(n, dtype=np.int64), ready, np.ones(n))
        decided = decide(committee(files, sessions), line_up)
        waiting, before = 0, -1.0
        for year in range(years):
            for j in range(sessions):
                meets = 12 * year + float(ticks(np.array(12 * (j + 0.5) / sessions)))
                new = int(((ready > before) & (ready <= meets)).sum())
                waiting = max(waiting + new - files, 0)
                wrong += waiting != int(((ready <= meets) & (decided > meets)).sum())
                compared, before = compared + 1, meets
    line = Line("2.92", "Backlog of a committee", "decide() for four committees over 20 years, 400 files each; after every session", "sessions", "the recursion of a queue with batch service")  # fmt: skip
    return [exact(line, wrong, compared, least_number=400)]


def one(ready: list[float], working: float = 1.0, children: tuple[int, ...] = ()) -> Queue:
    """Claims of one future, filed in this order.  children  places of those of children"""
    child = np.zeros(len(ready), dtype=bool)
    child[list(children)] = True
    n = len(ready)
    return Queue(np.zeros(n, dtype=np.int64), np.array(ready), np.full(n, working), child)


def by_hand(seed: int) -> list[Check]:
    """Queues so short that each decision is worked out on paper."""
    tally = Tally()

    def same(desk: Desk, line_up: Queue, theirs: list[float]) -> None:
        tally.all_near(decide(desk, line_up), theirs, slack=0.0)

    def of(each: float, **more: Any) -> Desk:
        return posts(1, each)._replace(**more)

    first = {"children_first": np.ones(1, dtype=bool)}
    # six files at each of four sessions, in the middle of each quarter; who is ready at that moment counts
    same(committee(6, 4), one([0, 0, 0, 0, 0, 1, 1.5, 1.6]), [1.5] * 6 + [4.5] * 2)
    same(
        committee(2, 4)._replace(**first), one([0, 0, 0, 1], children=(2, 3)), [4.5, 4.5, 1.5, 1.5]
    )
    # a quarter post takes four months for a month's work, one claim after the other
    same(of(0.25), one([0, 1, 20]), [4, 8, 24])
    # of one and a half posts the half takes the third claim: it would wait for the full one until month 3
    same(of(1.5), one([0, 0, 0, 0, 0, 0]), [1, 2, 2, 3, 4, 4])
    # the same where the desk might change, and does not
    same(
        posts(1, 1)._replace(posts=np.full((1, 2), 1.5)),
        one([0, 0, 0, 0, 0, 0]),
        [1, 2, 2, 3, 4, 4],
    )
    # children do not wait for adults who are not yet taken up, and nobody is interrupted
    same(of(1, **first), one([0, 0, 0.5, 0.75], children=(2, 3)), [1, 4, 2, 3])
    # a second officer comes in January, in the middle of the queue
    two = posts(1, 1)._replace(posts=np.array([[1.0, 2.0]]))
    same(two, one([10, 10, 10, 10], working=3), [13, 15, 16, 18])
    # a committee takes over in January: who was taken up is still decided by the officer
    taken_over = Desk(
        np.ones((1, 1)), np.array([False, True]), np.zeros(2, dtype=bool), np.array([12, 12]), np.array([2, 2]),
    )  # fmt: skip
    same(taken_over, one([10, 10, 10, 10], working=3), [13, 12.5, 12.5, 13.5])
    # one of two officers leaves: who is at work finishes
    fewer = posts(1, 1)._replace(posts=np.array([[2.0, 1.0]]))
    same(fewer, one([10, 11, 11, 11], working=3), [13, 14, 16, 19])
    line = Line("2.93", "Committee, quarter post, children first, a desk that changes", "decide(); six files at four sessions, parts of a post, priorities, officers and committees that come and go in January", "claims", HAND)  # fmt: skip
    return [tally.check(line, 30)]


GROUPS = (
    Group("2.90", "Parts of a post", parts_of_a_post), Group("2.91", "Children first", two_classes),
    Group("2.92", "Backlog of a committee", backlog), Group("2.93", "Desks by hand", by_hand),
)  # fmt: skip
