"""Payments due: what is owed on each claim, and the line they stand in (method §9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.claims import Claims
from fundsim.model.pathway import Cents
from fundsim.model.streams import in_order, whole_ticks
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
    interim = np.where(claims.interim_at < decided_at, claims.interim, 0)
    final = np.where(claims.approved, claims.benefit - interim, 0)
    due_at = decided_at
    if payment.trust_until_18:
        due_at = np.maximum(decided_at, claims.majority_at)

    n = payment.instalments
    every = final // n
    columns = [(interim, claims.interim_at), (final - every * (n - 1), due_at)]
    columns += [(every, due_at + number * payment.every_months) for number in range(1, n)]
    due = [np.flatnonzero((amount > 0) & (at < months)) for amount, at in columns]
    last = np.zeros(claims.size, dtype=np.int64)  # the column of each claim's last payment
    for number, (amount, _) in enumerate(columns):
        last[amount > 0] = number

    claim = np.concatenate(due)
    column = np.repeat(np.arange(len(due)), [part.size for part in due])
    amount, at = (
        np.concatenate([values[part] for values, part in zip(kind, due, strict=True)])
        for kind in zip(*columns, strict=True)
    )
    by_case = in_order(claims.case[claim])  # so that ties go to the lower case number
    line = by_case[in_order(claims.replication[claim[by_case]], whole_ticks(at[by_case]))]
    claim = claim[line]
    return Due(
        claim,
        claims.replication[claim],
        amount[line],
        np.floor(at[line]).astype(np.int64),
        last[claim] == column[line],
    )
