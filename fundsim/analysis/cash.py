"""The cash of futures that pay everything in its month, and the smallest amount with which it lasts.

It is followed by the same rules and to the same cent as in a run: income, returns, lapse, yearly limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundsim.analysis.shown import Shown
from fundsim.model.compiled import compiled
from fundsim.model.money import Cents, to_cents
from fundsim.scenario.assumption import Floats

Bools = NDArray[np.bool_]
CAPITAL = "fund.opening_capital"
RICH = 2**60  # cents that no fund ever spends: whoever has more has as much
MOST = 10**9  # euro: the largest contribution or capital that a scenario may name


@dataclass(frozen=True, repr=False)
class Cash(Shown):
    """What moves the cash of a block of futures within the horizon.  Cents [replication, month], months one
    after the other in memory, so that each is followed in all futures at once.

    net      income and recoveries less what falls due
    out      what falls due: it uses up what would lapse
    lapsing  the part of the income that lapses in December if unspent
    rate     return of the month on opening cash, a share
    taken    share that the treasury takes of what is left in December
    within_limit  each year's payments due fit into the yearly limit  [replication]
    """

    net: Cents
    out: Cents
    lapsing: Cents
    rate: Floats
    taken: Floats
    within_limit: Bools

    def plus(self, income: Cents, lapses: Bools) -> Cash:
        """The same with more income [replication, month], that of some months lapsing [month]."""
        income = np.asfortranarray(income)
        lapsing = self.lapsing + np.where(lapses, income, 0) if lapses.any() else self.lapsing
        return replace(self, net=self.net + income, lapsing=lapsing)

    def lasts(self, capital: Floats) -> Bools:
        """Whether a fund with that opening capital never falls short.  euro [replication]"""
        lasts = self.within_limit.copy()
        _follow(
            to_cents(capital, CAPITAL), _by_month(self.net), _by_month(self.out), _by_month(self.lapsing),
            np.ascontiguousarray(self.rate.T), np.ascontiguousarray(self.taken.T), lasts,
        )  # fmt: skip
        return lasts


def _by_month(flow: Cents) -> Cents:
    return np.ascontiguousarray(flow.T)


@compiled
def _follow(
    capital: Cents,
    net: Cents,
    out: Cents,
    lapsing: Cents,
    rate: Floats,
    taken: Floats,
    lasts: Bools,
) -> None:
    """Take away the replications in which cash falls below nothing, by the rules of `model.fund`.

    net, out, lapsing, rate, taken  [month, replication]: a processor follows several replications at once
    """
    months, n = net.shape
    cash, left = capital.copy(), np.zeros_like(capital)
    for t in range(months):
        if t % 12 == 0:
            left[:] = 0
        for r in range(n):
            cash[r] += net[t, r] + np.int64(np.rint(cash[r] * rate[t, r]))
            cash[r] = min(cash[r], RICH)
            lasts[r] &= cash[r] >= 0
            left[r] = max(left[r] + lapsing[t, r] - out[t, r], 0)
        if t % 12 == 11:
            for r in range(n):
                cash[r] -= min(max(cash[r], 0), left[r])
                cash[r] -= np.int64(np.rint(max(cash[r], 0) * taken[t, r]))


def pooled(members: Sequence[Cash], shares: Floats) -> Cash:
    """The cash of one fund for several countries: all flows in one box.

    shares  parts of the reserve that earn each country's return; they sum to 1  [country]
    A yearly limit stays the limit of its country's own payments.
    """
    return Cash(
        net=_total([cash.net for cash in members]),
        out=_total([cash.out for cash in members]),
        lapsing=_total([cash.lapsing for cash in members]),
        taken=_total([s * cash.taken for s, cash in zip(shares, members, strict=True)]),
        rate=_total([s * cash.rate for s, cash in zip(shares, members, strict=True)]),
        within_limit=np.all([cash.within_limit for cash in members], axis=0),
    )


def _total(tables: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return sum(tables[1:], tables[0])


def smallest(lasts: Callable[[Floats], Bools], n: int, finely: bool, most: float = MOST) -> Floats:
    """The smallest whole number with which each future lasts; infinite if the most is too little.  [replication]

    lasts   whether the futures last with an amount each  [replication]
    finely  more may last less long: look at amounts closer together
    """
    fails, suffices = np.full(n, -1.0), np.full(n, np.inf)
    amount = 1.0
    while bool(np.isinf(suffices).any()):  # ever larger, until each future lasts or the most fails
        enough = lasts(np.full(n, amount)) & np.isinf(suffices)
        suffices = np.where(enough, amount, suffices)
        fails = np.where(np.isinf(suffices), amount, fails)
        if amount == most:
            break
        amount = min(amount * (2.0 if finely else 32.0), float(most))
    while bool(((suffices - fails > 1) & np.isfinite(suffices)).any()):
        middle = np.where(np.isfinite(suffices), np.floor((suffices + fails) / 2), 0.0)
        enough = lasts(np.maximum(middle, 0.0))
        open_ = suffices - fails > 1
        suffices = np.where(enough & open_, np.maximum(middle, 0.0), suffices)
        fails = np.where(enough | ~open_, fails, middle)
    return suffices
