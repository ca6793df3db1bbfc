"""Payments due: what is owed on each claim, and the line they stand in (method §9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.claims import Claims
from fundsim.model.pathway import Cents
from fundsim.model.streams import in_order
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import World

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Due:
    """Payments due within the months settled, in the order of the line.  [payment]

    claim   place in `Claims`;  replication  place in the block
    amount  cents, above 0;  month  in which it is due
    last    the last payment of its claim
    """

    claim: Ints
    replication: Ints
    amount: Cents
    month: Ints
    last: NDArray[np.bool_]


def payments_due(world: World, claims: Claims, decided_at: Floats, months: int) -> Due:
    """The line of payments due before month `months`."""
    payment = world.fund.payment
    has_interim = (claims.interim > 0) & (claims.interim_at < decided_at)
    interim = np.where(has_interim, claims.interim, 0)
    final = np.where(claims.approved, claims.benefit - interim, 0)
    due_at = decided_at
    if payment.trust_until_18:
        due_at = np.maximum(decided_at, claims.majority_at)

    n = payment.instalments
    every = final // n
    columns = [np.where(has_interim, interim, 0), final - every * (n - 1)]
    times = [claims.interim_at, due_at]
    for number in range(1, n):
        columns.append(every)
        times.append(due_at + number * payment.every_months)
    amount, at = np.stack(columns), np.stack(times)
    position = amount.shape[0] - 1 - np.argmax(amount[::-1] > 0, axis=0)
    last = np.arange(amount.shape[0])[:, None] == position

    by_case = np.argsort(claims.case)  # so that ties in the line go to the lower case number
    due = (amount > 0) & (at < months)
    row, place = np.nonzero(due[:, by_case].T)
    claim = by_case[row]
    at = at[place, claim]
    line = in_order(claims.replication[claim], at)
    claim, place = claim[line], place[line]
    month = np.floor(at[line]).astype(np.int64)
    return Due(claim, claims.replication[claim], amount[place, claim], month, last[place, claim])
