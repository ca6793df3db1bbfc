"""What a block of futures means for the desk: claims filed, decided and open, work, waits, limits that are reached.

Yearly outcomes are ``[replication, year of the horizon]``, whole ones ``[replication]``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fundsim.model.compiled import compiled
from fundsim.model.fund import UNPAID
from fundsim.model.run import Future
from fundsim.scenario.assumption import Floats, Ints

Bools = NDArray[np.bool_]
SLOW_MONTHS = 12  # a claim that is not decided within a year of filing is decided late


def sums_at(place: Ints, weights: Bools | Floats | None, n: int) -> Floats:
    """Sum of weights (or number) at each of n places."""
    return np.bincount(place, weights=weights, minlength=n).astype(np.float64)


def desk(future: Future) -> dict[str, Floats]:
    """What the desk has to do in each year, what it leaves undone, and how long payments wait for cash."""
    drawn, claims, time = future.drawn, future.drawn.claims, future.world.time
    n, years = drawn.replications.size, time.horizon_years
    end = 12 * years

    def by_year(replication: Ints, month: Floats | Ints, of: Floats | None = None) -> Floats:
        sums = np.zeros((n, years))
        weights = np.ones(month.size) if of is None else of
        _add_events(replication, month.astype(np.float64, copy=False), weights, sums)
        return sums

    due = future.due
    waits = (np.minimum(future.payment_month, end) - due.month).astype(np.float64)
    slow = future.decided_at - claims.filed_at > SLOW_MONTHS
    known = claims.filed_at < end - SLOW_MONTHS  # whether it is slow shows within the horizon
    out = {
        "claims_filed": by_year(claims.replication, claims.filed_at),
        "claims_decided": by_year(claims.replication, future.decided_at),
        "workload": by_year(claims.replication, claims.filed_at, claims.working_months) / 12,
        "payments_due": by_year(due.replication, due.month),
        "months_waited": by_year(due.replication, due.month, waits),
    }
    out["claims_open"] = np.cumsum(out["claims_filed"] - out["claims_decided"], axis=1)
    out |= {f"{name}_in_all": out[name].sum(axis=1) for name in ("payments_due", "months_waited")}
    out |= {f"{name}_a_year": out[name].mean(axis=1) for name in ("workload", "claims_open")}
    out["claims_known"] = sums_at(claims.replication[known], None, n)
    out["claims_slow"] = sums_at(claims.replication[known & slow], None, n)
    unready = known & (claims.ready_at - claims.filed_at > SLOW_MONTHS)
    out["claims_unready"] = sums_at(claims.replication[unready], None, n)
    return out


@compiled
def _add_events(replication: Ints, month: Floats, weights: Floats, sums: Floats) -> None:
    """Sums of weights by replication and year of what happens within the years."""
    for i in range(month.size):
        if month[i] < 12 * sums.shape[1]:
            sums[replication[i], np.int64(month[i]) // 12] += weights[i]


def limits(future: Future) -> dict[str, Floats]:
    """How often a limit of the fund's rules is reached."""
    drawn, claims, n = future.drawn, future.drawn.claims, future.drawn.replications.size
    entry, people = drawn.entry, drawn.cases.victims
    late = entry.applies & ~entry.filed
    decided = future.decided_at < drawn.months
    unpaid = claims.approved & (future.paid_in_month == UNPAID)

    def count(replication: Ints, flag: Bools) -> Floats:
        return sums_at(replication[np.flatnonzero(flag)], None, n)

    return {
        "claims": sums_at(claims.replication, None, n),
        "claims_capped": count(claims.replication, claims.capped),
        "claims_set_off": count(claims.replication, claims.set_off > 0),
        "claims_late": count(people.replication, late),
        "claims_undecided": count(claims.replication, ~decided),
        "claims_unpaid": count(claims.replication, unpaid & decided),
    }
