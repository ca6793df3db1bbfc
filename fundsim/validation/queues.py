"""Section 2: waiting for a decision, against Erlang C, Pollaczek-Khinchine and an exact chain."""

from __future__ import annotations

import heapq

import numpy as np
from scipy import stats

from fundsim.model.decisions import Desk, Queue, decide
from fundsim.model.run import simulate
from fundsim.model.streams import TICKS, Streams
from fundsim.scenario.assumption import Floats, Ints
from fundsim.validation.check import Check, Group, Line, exact, of_mean
from fundsim.validation.worlds import OPEN, PLAIN, world

ERLANG = "Erlang (1917); Kleinrock, Queueing Systems I, § 3.5"
POLLACZEK = "Pollaczek-Khinchine; Kleinrock, Queueing Systems I, § 5.7"
CHAIN = "N(t+1) = max(N(t) − c, 0) + Poisson(a), service 1: Crommelin (1932); mean wait by Little (1961)"
QUEUES, CLAIMS, WARM = 900, 4000, 1000


def erlang_c(servers: int, offered: float) -> float:
    """Probability that a claim waits in M/M/c, by the recursion of Erlang B."""
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = offered * blocked / (c + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


def fixed_work_wait(servers: int, offered: float) -> float:
    """Mean wait in M/D/c in units of the working time: stationary chain of the number present."""
    states = 400
    arrivals = stats.poisson.pmf(np.arange(states), offered)
    moves = np.zeros((states, states))
    for present in range(states):
        left = max(present - servers, 0)
        moves[present, left:] = arrivals[: states - left]
    moves /= moves.sum(axis=1, keepdims=True)
    balance = np.vstack([moves.T - np.eye(states), np.ones(states)])
    chance = np.linalg.lstsq(balance, np.append(np.zeros(states), 1.0), rcond=None)[0]
    return (float(chance @ np.arange(states)) - offered) / offered


def ticks(months: Floats) -> Floats:
    """Times on the model's grid, which makes its sums exact."""
    return np.asarray(np.rint(months * TICKS) / TICKS)


def posts(n: int, each: float) -> Desk:
    """A desk of officers who decide in the order of filing, in each of n replications."""
    never, once = np.zeros(1, dtype=bool), np.ones(1, dtype=np.int64)
    return Desk(np.full((n, 1), float(each)), never, never, once, once)


def queue(replication: Ints, filed: Floats, working: Floats) -> Queue:
    """Claims of adults that are ready when they are filed."""
    return Queue(replication, filed, working, np.zeros(filed.size, dtype=bool))


def waits(seed: int, servers: int, load: float, exponential: bool) -> Floats:
    """Waits of the claims of many long queues, warm-up left out.  [queue, claim]"""
    streams, places = Streams(seed, "validation"), np.arange(CLAIMS)
    name = f"queue {servers} {load} {exponential}"
    between = -np.log1p(-streams.yearly(f"{name} arrival", np.arange(QUEUES), places))
    filed = ticks(np.cumsum(between / (load * servers), axis=1))
    working = np.ones_like(filed)
    if exponential:
        working = ticks(-np.log1p(-streams.yearly(f"{name} work", np.arange(QUEUES), places)))
    replication = np.repeat(np.arange(QUEUES), CLAIMS)
    decided = decide(posts(QUEUES, servers), queue(replication, filed.ravel(), working.ravel()))
    return (decided.reshape(filed.shape) - filed - working)[:, WARM:]


def known(seed: int) -> list[Check]:
    """Mean waits and the chance to wait; the error comes from the queues, which are independent."""
    what = f"decide() for {QUEUES} queues of {CLAIMS:,} claims, the first {WARM:,} left out"
    found = []
    for letter, servers, load in (("a", 1, 0.7), ("b", 3, 0.7), ("c", 6, 0.8)):
        wait = waits(seed, servers, load, exponential=True)
        chance = erlang_c(servers, servers * load)
        found += [
            of_mean(Line(f"2.30{letter}", f"M/M/{servers} mean wait, load {load:g}", f"{what}; C/(c − a)", "working times", ERLANG), wait.mean(axis=1), chance / (servers - servers * load)),
            of_mean(Line(f"2.31{letter}", f"M/M/{servers} chance to wait, load {load:g}", f"{what}; Erlang C", "share", ERLANG), (wait > 1e-9).mean(axis=1), chance),
        ]  # fmt: skip
    for letter, servers, load in (("a", 1, 0.7), ("b", 3, 0.8)):
        wait = waits(seed, servers, load, exponential=False)
        theirs = (
            load / (2 * (1 - load)) if servers == 1 else fixed_work_wait(servers, servers * load)
        )
        name = "ρ/(2(1 − ρ))" if servers == 1 else "stationary chain"
        line = Line(
            f"2.32{letter}",
            f"M/D/{servers} mean wait, load {load:g}",
            f"{what}; {name}",
            "working times",
            POLLACZEK if servers == 1 else CHAIN,
        )
        found.append(of_mean(line, wait.mean(axis=1), theirs))
    return found


def scenario(seed: int) -> list[Check]:
    """The queue of a whole scenario: Poisson identification, all file at once, three caseworkers."""
    working, level, servers, years = 0.5, 50.4, 3, 14
    sets = PLAIN | OPEN | {
        "caseload__level": level,
        "fund__decision__spread": "exponential",
        "fund__decision__working_months": working,
        "fund__decision__posts": servers,
        "time__horizon_years": years,
        "time__runoff_years": 2,
    }  # fmt: skip
    n = 3000
    future = simulate(world(**sets), seed, np.arange(n), certain=True)
    claims = future.drawn.claims
    wait = future.decided_at - claims.filed_at - claims.working_months
    steady = (claims.filed_at >= 48) & (claims.filed_at < 12 * years)
    total = np.bincount(claims.replication[steady], weights=wait[steady], minlength=n)
    count = np.bincount(claims.replication[steady], minlength=n)
    offered = level / 12 * working
    theirs = working * erlang_c(servers, offered) / (servers - offered)
    line = Line(
        "2.33",
        f"Wait for a decision in a scenario, {servers} caseworkers at load {offered / servers:g}",
        f"simulate() over {n:,} futures, from the fifth year on; M/M/{servers} mean wait",
        "months",
        ERLANG,
    )
    # arrivals see time averages: the sum of waits is compared with the number of claims times the mean
    excess = total - theirs * count
    per_claim = excess / count.mean() + theirs
    return [of_mean(line, per_claim, theirs)]  # fmt: skip


def ties(seed: int) -> list[Check]:
    """Any queue on the grid of ticks equals a heap of free caseworkers, exactly, ties among them."""
    streams, wrong, compared = Streams(seed, "validation"), 0, 0
    for trial in range(200):
        servers, n, most = 1 + trial % 5, 4, 40
        u = streams.yearly(f"ties {trial}", np.arange(n), np.arange(2 * most))
        filed = np.sort(np.floor(u[:, :most] * 40) / (1 if trial % 2 else TICKS), axis=1)
        working = np.floor(u[:, most:] * 6) / (2 if trial % 2 else TICKS)
        if trial % 3 == 0:  # all claims take as long: nobody is overtaken
            working[:] = working[0, 0]
        line_up = queue(np.repeat(np.arange(n), most), filed.ravel(), working.ravel())
        found = decide(posts(n, servers), line_up)
        for r in range(n):
            free = [0.0] * servers
            for k in range(most):
                end = max(filed[r, k], heapq.heappop(free)) + working[r, k]
                heapq.heappush(free, end)
                wrong += end != found[r * most + k]
                compared += 1
    line = Line(
        "2.34",
        "Decisions in any order, ties among them",
        "decide() for 800 queues of 40 claims on coarse grids; a heap of the times at which caseworkers are free",
        "claims",
        "Kiefer and Wolfowitz (1955)",
    )
    return [exact(line, int(wrong), compared, least_number=1000, futures=800)]  # fmt: skip


GROUPS = (
    Group("2.30", "Queues", known),
    Group("2.33", "The queue of a scenario", scenario),
    Group("2.34", "Queues against a heap", ties),
)
