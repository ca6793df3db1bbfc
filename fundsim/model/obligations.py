"""What falls due: claims decided, payments due, costs, all known before any cash is counted (method §8, §9, §11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.compiled import compiled
from fundsim.model.costs import Costs, costs_due
from fundsim.model.decisions import decide, desk_of, queue_of
from fundsim.model.drawn import Drawn
from fundsim.model.due import Due, payments_due
from fundsim.model.money import Cents
from fundsim.model.streams import Floats32
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Obligations:
    """What falls due in a block, whatever cash there is.

    decided_at  when each claim is decided  [claim]
    due         payments due, in the order of the line
    costs       due from the fund and from the state
    identified, decided  in each month, those before the opening first; victims of other crimes are not identified, but
                         their claims are decided  [replication, 1 + month]
    """

    decided_at: Floats
    due: Due
    costs: Costs
    identified: Ints
    decided: Ints

    def by_year(self) -> Cents:
        """Costs and payments due from the fund in each year, the pursuit of offenders apart.  [replication, year]"""
        n, months = self.identified.shape[0], self.identified.shape[1] - 1
        flow = sum(self.costs.fund.values(), np.zeros((n, months), dtype=np.int64))
        yearly = np.asarray(flow.reshape(n, -1, 12).sum(axis=2))
        _add_payments(self.due.replication, self.due.month, self.due.amount, yearly)
        return yearly


def obligations(world: World, drawn: Drawn) -> Obligations:
    """What falls due of what was drawn."""
    claims, victims = drawn.claims, drawn.cases.victims
    decided_at = decide(desk_of(world, drawn.parameters), queue_of(drawn))
    last = np.minimum(decided_at / 12, drawn.years.size - 1).astype(np.int64)
    due = payments_due(world, claims, decided_at, drawn.years[last], drawn.months)
    identified = by_month(drawn, victims.replication, victims.identified_at, victims.registered)
    aided = np.zeros_like(identified)
    if any(era.fund.costs.legal_aid_by_fund for _, era in world.eras):
        aided = by_month(drawn, victims.replication, victims.identified_at, drawn.cases.legal_aid)
    helped = by_month(drawn, victims.replication, drawn.entry.clock_at, drawn.entry.assisted)
    decided = by_month(drawn, claims.replication, decided_at)
    costs = costs_due(
        world,
        drawn.parameters,
        drawn.macro,
        decided=decided[:, 1:],
        aided=aided[:, 1:],
        helped=helped[:, 1:],
        identified=identified[:, 1:],
    )
    return Obligations(decided_at, due, costs, identified, decided)


def by_month(
    drawn: Drawn, replication: Ints, at: Floats | Floats32 | Ints, among: Bools | None = None
) -> Ints:
    """How often something happens, before the opening and then in each month; to those among all, if not to all.

    returns  [replication, 1 + month]
    """
    if among is not None and not among.all():
        replication, at = replication[among], at[among]
    count = np.zeros((drawn.replications.size, drawn.months + 2), dtype=np.int64)
    # 32 bits tell whole ticks apart up to month 4096
    _count_by_month(replication, at.astype(np.float32, copy=False), count)
    return count[:, :-1]


@compiled
def _add_payments(replication: Ints, month: Ints, amount: Cents, yearly: Cents) -> None:
    for i in range(month.size):
        yearly[replication[i], month[i] // 12] += amount[i]


@compiled
def _count_by_month(replication: Ints, at: Floats32, count: Ints) -> None:
    # the first place is before the opening, the last after the end
    last = np.float32(count.shape[1] - 1)
    for i in range(replication.size):
        month = min(max(at[i] + np.float32(1), np.float32(0)), last)
        count[np.uintp(replication[i]), np.uintp(month)] += 1
