"""The fund, month by month.

The rules (method §12; the reference engine is written from the same page).  In month t, in order:

1.  Opening cash is last month's closing cash (month 0: the opening capital).
2.  Income and recoveries of the month come in; cash earns round(opening × monthly return).
3.  Interest = round(advance × monthly rate) is added to the treasury advance.
4.  Costs due and unpaid, oldest month first, within a month in the order of COST_KINDS, as far as
    cash goes.
5.  Benefits, from the cash left and what is left of the yearly limit: by queue (each payment whole,
    first due first; the first that does not fit holds the line for the month), pro rata (the same
    rate of every payment outstanding, in millionths, rounded down to the cent), or with a
    treasury advance (the treasury lends what is missing; the limit still holds the line).
6.  The advance is repaid as far as cash goes.
7.  In December what is unspent of this year's lapsing budget lines returns to the treasury, as
    far as cash goes; outgo counts against these lines first, month by month.
8.  Closing cash, never negative.

An event at time x belongs to month floor(x): exactly at a month's end it belongs to the next month.
Ties in the line go to the lower case number.  A recovery from an offender is pursued from the month
after the claim was paid in full.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.claims import Claims, Pursuit
from fundsim.model.costs import COST_KINDS
from fundsim.model.due import Due
from fundsim.model.pathway import Cents
from fundsim.scenario.assumption import Floats

Ints = NDArray[np.int64]
RATE = 1_000_000  # the pro-rata rate is a whole number of millionths
UNPAID = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Rules:
    """What the month needs to know of the fund.  Rates are [replication, month].

    when_short    queue, pro_rata or treasury_advance
    return_rate   monthly return on cash;  advance_rate  monthly interest on advances
    yearly_limit  most paid in benefits from each January, cents [replication, year], or None
    lapsing       cents that lapsing budget lines bring [replication, month]
    """

    when_short: str
    return_rate: Floats
    advance_rate: Floats
    yearly_limit: Cents | None
    lapsing: Cents


@dataclass(frozen=True)
class Books:
    """What settling produces.

    flows          by name in FLOWS, cents [replication, month]
    costs_due      by kind, subrogation included;  costs  what is paid of them
    paid_in_month  month in which each payment due was completed, UNPAID if never  [payment]
    left           cents of each payment that are still owed at the end  [payment]
    """

    flows: dict[str, Cents]
    costs_due: dict[str, Cents]
    costs: dict[str, Cents]
    paid_in_month: Ints
    left: Cents


FLOWS = (
    "recoveries", "returns", "advances", "repayments", "interest", "due", "benefits", "lapsed",
    "cash", "advance", "outstanding", "arrears",
)  # fmt: skip


def settle(
    rules: Rules,
    opening_capital: Cents,
    income: Cents,
    costs: dict[str, Cents],
    due: Due,
    claims: Claims,
    pursuit: Pursuit,
    decided_at: Floats,
) -> Books:
    """Run the fund through its months, all replications together.

    opening_capital  [replication];  income  all sources [replication, month]
    costs            due by kind, without subrogation
    due              payments due, in the order of the line
    """
    n, months = income.shape
    flows = {name: _flow(n, months) for name in FLOWS}
    np.add.at(flows["due"], (due.replication, due.month), due.amount)
    pursuit_costs = _flow(n, months)
    costs_due = sum(costs.values(), _flow(n, months))
    line = _Line(due, n, months)
    decided_month = np.floor(decided_at).astype(np.int64)

    cash, nothing = opening_capital.copy(), np.zeros(n, dtype=np.int64)
    advance, arrears, outstanding, lapsing = nothing, nothing, nothing, nothing
    limit = np.full(n, UNPAID)
    for t in range(months):
        returned = np.rint(cash * rules.return_rate[:, t]).astype(np.int64)
        interest = np.rint(advance * rules.advance_rate[:, t]).astype(np.int64)
        cash = cash + income[:, t] + flows["recoveries"][:, t] + returned
        arrears = arrears + costs_due[:, t] + pursuit_costs[:, t]
        outstanding = outstanding + flows["due"][:, t]
        lends = rules.when_short == "treasury_advance"
        if t % 12 == 0:
            lapsing = nothing
            if rules.yearly_limit is not None:
                limit = rules.yearly_limit[:, t // 12]
        lapsing = lapsing + rules.lapsing[:, t]

        lent = np.maximum(arrears - cash, 0) if lends else nothing
        costs_paid = np.minimum(arrears, cash + lent)
        cash = cash + lent - costs_paid

        if rules.when_short == "pro_rata":
            benefits, completed = line.pay_rate(t, np.minimum(cash, limit), outstanding)
        else:
            benefits, completed = line.pay_whole(t, limit if lends else np.minimum(cash, limit))
        lent_for_line = np.maximum(benefits - cash, 0)
        cash = cash + lent_for_line - benefits
        if rules.yearly_limit is not None:
            limit = limit - benefits
        _begin_pursuit(
            t,
            line.due,
            completed,
            decided_month,
            claims,
            pursuit,
            flows["recoveries"],
            pursuit_costs,
        )

        advance = advance + interest + lent + lent_for_line
        repaid = np.minimum(cash, advance)
        cash = cash - repaid
        lapsing = np.maximum(lapsing - costs_paid - benefits - repaid, 0)
        lapsed = np.minimum(cash, lapsing) if t % 12 == 11 else nothing
        cash = cash - lapsed
        advance, arrears, outstanding = (
            advance - repaid,
            arrears - costs_paid,
            outstanding - benefits,
        )

        flows["returns"][:, t], flows["interest"][:, t] = returned, interest
        flows["advances"][:, t], flows["repayments"][:, t] = lent + lent_for_line, repaid
        flows["benefits"][:, t], flows["lapsed"][:, t] = benefits, lapsed
        flows["cash"][:, t], flows["advance"][:, t] = cash, advance
        flows["outstanding"][:, t], flows["arrears"][:, t] = outstanding, arrears

    if costs:
        costs = {**costs, "subrogation": pursuit_costs}
    return Books(flows, costs, _costs_paid(costs, flows["arrears"]), line.paid_in_month, line.left)


class _Line:
    """The line of payments due: who stands where, and what is still owed to each."""

    def __init__(self, due: Due, n: int, months: int) -> None:
        self.due = due
        self.paid_in_month = np.full(due.amount.size, UNPAID)
        self._ahead = np.concatenate([[0], np.cumsum(due.amount)])  # cents ahead of each place
        self.left = due.amount.copy()  # still owed
        joined = np.bincount(due.replication * months + due.month, minlength=n * months)
        self._end = np.cumsum(joined).reshape(n, months)  # places that have joined by each month
        self._head = np.concatenate([[0], self._end[:-1, -1]])

    def pay_whole(self, t: int, means: Cents) -> tuple[Cents, Ints]:
        """Pay from the head, each payment whole, as far as the means go.

        returns  cents paid [replication], and the payments completed
        """
        start, owed = self._head, self._ahead[self._head]
        reach = np.searchsorted(self._ahead, owed + np.minimum(means, UNPAID - owed), side="right")
        self._head = np.minimum(reach - 1, self._end[:, t])
        return self._ahead[self._head] - owed, self._complete(t, start, self._head)

    def pay_rate(self, t: int, means: Cents, outstanding: Cents) -> tuple[Cents, Ints]:
        """Pay all if the means allow it, else the same rate of every payment outstanding."""
        full = outstanding <= means
        start, end = self._head, self._end[:, t]
        self._head = np.where(full, end, start)
        paid = np.where(full, outstanding, 0)
        completed = self._complete(t, start, self._head)
        short = np.flatnonzero(~full & (means > 0))
        if short.size:
            owed = _ranges(start[short], end[short])
            rate = means[short] * RATE // outstanding[short]
            part = self.left[owed] * np.repeat(rate, end[short] - start[short]) // RATE
            self.left[owed] -= part
            paid += np.bincount(
                self.due.replication[owed], weights=part, minlength=paid.size
            ).astype(np.int64)
        return paid, completed

    def _complete(self, t: int, start: Ints, end: Ints) -> Ints:
        completed = _ranges(start, end)
        self.paid_in_month[completed] = t
        self.left[completed] = 0
        return completed


def _flow(n: int, months: int) -> Cents:
    """Zeros with each month contiguous, since the fund works month by month."""
    return np.zeros((n, months), dtype=np.int64, order="F")


def _ranges(start: Ints, end: Ints) -> Ints:
    """All whole numbers in [start, end) of each row, one row after another."""
    length = end - start
    offset = np.repeat(start - (np.cumsum(length) - length), length)
    return np.asarray(np.arange(int(length.sum())) + offset)


def _begin_pursuit(
    t: int,
    due: Due,
    completed: Ints,
    decided_month: Ints,
    claims: Claims,
    pursuit: Pursuit,
    recoveries: Cents,
    costs: Cents,
) -> None:
    """Book cost and recovery of the claims that were paid in full this month, in later months."""
    last = completed[due.last[completed]]
    claim = due.claim[last]
    claim = claim[pursuit.pursued[claim]]
    if claim.size == 0:
        return
    months = recoveries.shape[1]
    begun = np.maximum(np.maximum(t, decided_month[claim]) + 1, pursuit.from_at[claim])
    free = begun <= pursuit.until[claim]  # else the offender has paid the victim, and owes no more
    claim, begun = claim[free], begun[free]
    for at, amount, flow in (
        (begun, pursuit.cost[claim], costs),
        (begun + pursuit.delay[claim], pursuit.recovery[claim], recoveries),
    ):
        month = np.floor(at)
        within = month < months
        row = claims.replication[claim[within]]
        np.add.at(flow, (row, month[within].astype(np.int64)), amount[within])


def _costs_paid(costs_due: dict[str, Cents], arrears: Cents) -> dict[str, Cents]:
    """What is paid of each kind: oldest month first, within a month in the order of COST_KINDS."""
    late = np.flatnonzero(arrears.any(axis=1))
    if late.size == 0:
        return costs_due
    kinds = [kind for kind in COST_KINDS if kind in costs_due]
    cells = np.stack([costs_due[kind][late] for kind in kinds], axis=2)  # [row, month, kind]
    rows = late.size
    bills = cells.reshape(rows, -1)
    before = np.cumsum(bills, axis=1) - bills  # cents of bills that stand before each one
    total = np.cumsum(cells.sum(axis=2), axis=1) - arrears[late]  # cents paid by each month's end
    paid = {kind: costs_due[kind].copy(order="F") for kind in kinds}
    for row in range(rows):
        reach = np.searchsorted(before[row], total[row], side="right") - 1  # bill being paid
        part = total[row] - before[row, reach]
        for number, kind in enumerate(kinds):
            own = np.where(np.arange(bills.shape[1]) % len(kinds) == number, bills[row], 0)
            whole = np.cumsum(own) - own
            so_far = whole[reach] + np.where(
                reach % len(kinds) == number, np.minimum(part, own[reach]), 0
            )
            paid[kind][late[row]] = np.diff(so_far, prepend=0)
    return paid
