"""When claims are decided: first come, first served by caseworkers (method §8)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fundsim.model.compiled import compiled
from fundsim.scenario.assumption import Floats

Ints = NDArray[np.int64]


def decide(replication: Ints, filed_at: Floats, working: Floats, caseworkers: int) -> Floats:
    """When each claim is decided (Kiefer and Wolfowitz 1955).  [claim]

    replication  of each claim, in order
    filed_at     in order within each replication;  working  months of one caseworker
    caseworkers  number of servers

    Each claim goes to the caseworker who is free first.  Times are whole ticks, so that sums are exact.
    """
    decided = np.empty(filed_at.size)
    busy = min(caseworkers, int(np.bincount(replication).max(initial=1)))  # no more ever have work
    _decide(replication, filed_at, working, np.empty(busy), decided)
    return decided


@compiled
def _decide(
    replication: Ints, filed_at: Floats, working: Floats, free: Floats, decided: Floats
) -> None:
    for i in range(filed_at.size):
        if i == 0 or replication[i] != replication[i - 1]:
            free[:] = 0.0
        first = 0
        for desk in range(1, free.size):
            first = desk if free[desk] < free[first] else first
        decided[i] = max(filed_at[i], free[first]) + working[i]
        free[first] = decided[i]
