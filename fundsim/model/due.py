"""Payments due: what is owed on each claim, and the line they stand in (method §9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fundsim.model.caseload import Bools, Ints
from fundsim.model.claims import Claims
from fundsim.model.compiled import compiled
from fundsim.model.eras import by_era
from fundsim.model.money import Cents
from fundsim.model.streams import in_order, whole_ticks
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import Payment, World


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
    last: Bools


def payments_due(world: World, claims: Claims, decided_at: Floats, year: Ints, months: int) -> Due:
    """The line of payments due before month `months`; a benefit is paid by the rules of the year of its decision.

    year  calendar year of each decision  [claim]
    """

    def rule(of: Callable[[Payment], int]) -> Ints:
        return np.full(year.shape, by_era(world, year, lambda era: of(era.fund.payment)))

    in_trust = rule(lambda payment: payment.trust_until_18)
    due_at = np.where(in_trust, np.maximum(decided_at, claims.majority_at), decided_at)
    claim, amount, at, last = _owed(
        claims.interim_at, claims.interim, claims.approved, claims.benefit, decided_at, due_at,
        rule(lambda payment: payment.instalments), rule(lambda payment: payment.every_months), months,
    )  # fmt: skip
    # ties go to the lower case number
    line = in_order(claims.replication[claim], whole_ticks(at), claims.case[claim])
    claim = claim[line]
    return Due(
        claim,
        claims.replication[claim],
        amount[line],
        np.floor(at[line]).astype(np.int64),
        last[line],
    )


@compiled
def _owed(
    interim_at: Floats, interim_of: Cents, approved: Bools, benefit: Cents,
    decided_at: Floats, due_at: Floats, instalments_of: Ints, every_months: Ints, months: int,
) -> tuple[Ints, Cents, Floats, Bools]:  # fmt: skip
    """What is owed on each claim, in the order of the claims: place of the claim, cents, when, and whether it is the last."""
    most = 0
    for i in range(decided_at.size):
        if interim_at[i] < months or due_at[i] < months:
            most += 1 + instalments_of[i]
    claim, amount = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    at, last = np.empty(most), np.empty(most, dtype=np.bool_)
    count = 0
    for i in range(decided_at.size):
        instalments = instalments_of[i]
        interim = interim_of[i] if interim_at[i] < decided_at[i] else 0
        final = benefit[i] - interim if approved[i] else 0
        every = final // instalments
        first = final - every * (instalments - 1)
        final_number = instalments if every > 0 else min(first, 1)  # of the last payment above 0
        for number in range(instalments + 1):
            cents = interim if number == 0 else first if number == 1 else every
            when = interim_at[i] if number == 0 else due_at[i] + (number - 1) * every_months[i]
            if cents > 0 and when < months:
                claim[count], amount[count], at[count] = i, cents, when
                last[count] = number == final_number
                count += 1
    return claim[:count], amount[:count], at[:count], last[:count]
