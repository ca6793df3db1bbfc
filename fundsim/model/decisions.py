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

    All replications step together: the k-th claim of each is one vector.
    """
    claims = np.bincount(replication, minlength=n)
    starts = np.cumsum(claims) - claims
    place = np.arange(replication.size) - starts[replication]
    longest = int(claims.max(initial=0))
    filed = np.full((longest, n), np.inf)
    filed[place, replication] = filed_at
    work = np.zeros((longest, n))
    work[place, replication] = working
    decided = np.empty((longest, n))
    rows = np.arange(n)
    free = np.zeros((n, caseworkers))
    for k in range(longest):
        first = free.argmin(axis=1)
        decided[k] = np.maximum(filed[k], free[rows, first]) + work[k]
        free[rows, first] = decided[k]
    return np.asarray(decided[place, replication])
