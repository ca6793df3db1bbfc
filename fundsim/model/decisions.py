"""When claims are decided: first come, first served by caseworkers (method §8)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fundsim.scenario.assumption import Floats

Ints = NDArray[np.int64]


def decide(
    replication: Ints, filed_at: Floats, working: Floats, caseworkers: int, n: int
) -> Floats:
    """When each claim is decided (Kiefer and Wolfowitz 1955).  [claim]

    replication  of each claim, in order;  n  number of replications
    filed_at     in order within each replication;  working  months of one caseworker
    caseworkers  number of servers

    All times must be whole ticks: then sums are exact, and the two ways below agree to the bit.
    Where nobody is overtaken, claim k follows claim k - caseworkers on the same desk; the replications
    in which somebody is are worked out claim by claim.
    """
    claims = np.bincount(replication, minlength=n)
    starts = np.cumsum(claims) - claims
    place = np.arange(replication.size) - starts[replication]
    decided = _in_turn(replication * caseworkers + place % caseworkers, filed_at, working)
    overtaken = (decided[1:] < decided[:-1]) & (replication[1:] == replication[:-1])
    again = np.isin(replication, replication[1:][overtaken])
    if again.any():
        decided[again] = _as_they_come(
            replication[again], place[again], filed_at[again], working[again], caseworkers
        )
    return decided


def _in_turn(chain: Ints, filed_at: Floats, working: Floats) -> Floats:
    """Claims with the same chain are decided one after the other.  [claim]

    The end of a chain's j-th claim is the largest, over the claims i up to it, of when i was filed
    plus the work on i to j.  Times are whole ticks, so that these sums are exact; each chain stands
    so far above the one before that one running maximum serves all.
    """
    order = np.argsort(chain, kind="stable")
    filed, work, chain = filed_at[order], working[order], chain[order]
    begins = np.concatenate([[True], chain[1:] != chain[:-1]])[: chain.size]
    number = np.cumsum(begins) - 1
    done = np.cumsum(work)
    done -= (done - work)[begins][number]
    starts = filed - done + work
    apart = np.ceil(starts.max(initial=0) - starts.min(initial=0)) + 1
    ends = np.maximum.accumulate(starts + number * apart) - number * apart + done
    decided = np.empty_like(ends)
    decided[order] = ends
    return np.asarray(decided)


def _as_they_come(
    replication: Ints, place: Ints, filed_at: Floats, working: Floats, caseworkers: int
) -> Floats:
    """Each claim goes to the caseworker who is free first.  [claim]

    All replications step together: the k-th claim of each is one vector.
    """
    row = np.unique(replication, return_inverse=True)[1]
    rows = np.arange(row.max() + 1)
    filed = np.full((place.max() + 1, rows.size), np.inf)
    filed[place, row] = filed_at
    work = np.zeros_like(filed)
    work[place, row] = working
    decided = np.empty_like(filed)
    free = np.zeros((rows.size, caseworkers))
    for k in range(filed.shape[0]):
        first = free.argmin(axis=1)
        decided[k] = np.maximum(filed[k], free[rows, first]) + work[k]
        free[rows, first] = decided[k]
    return np.asarray(decided[place, row])
