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
    chase = _Chase(due, claims, pursuit, decided_at, flows["recoveries"], pursuit_costs)
    lends, lapses = rules.when_short == "treasury_advance", bool(rules.lapsing.any())

    cash, nothing = opening_capital, np.zeros(n, dtype=np.int64)
    advance, arrears, outstanding, lapsing = nothing, nothing, nothing, nothing
    limit = np.full(n, UNPAID)
    for t in range(months):
        if t % 12 == 0:
            lapsing = nothing
            if rules.yearly_limit is not None:
                limit = rules.yearly_limit[:, t // 12]
        returned = np.rint(cash * rules.return_rate[:, t]).astype(np.int64)
        cash = cash + income[:, t] + flows["recoveries"][:, t] + returned
        arrears = arrears + costs_due[:, t] + pursuit_costs[:, t]
        outstanding = outstanding + flows["due"][:, t]

        lent = np.maximum(arrears - cash, 0) if lends else nothing
        costs_paid = np.minimum(arrears, cash + lent)
        cash = cash + lent - costs_paid

        means = limit if lends else np.minimum(cash, limit)
        if rules.when_short == "pro_rata":
            benefits = line.pay_rate(t, means, outstanding)
        else:
            benefits = line.pay_whole(t, means, outstanding)
        chase.begin(t, line.head[t], line.head[t + 1])
        if rules.yearly_limit is not None:
            limit = limit - benefits
        if lends:
            interest = np.rint(advance * rules.advance_rate[:, t]).astype(np.int64)
            lent_for_line = np.maximum(benefits - cash, 0)
            cash = cash + lent_for_line - benefits
            advance = advance + interest + lent + lent_for_line
            repaid = np.minimum(cash, advance)
            cash, advance = cash - repaid, advance - repaid
            flows["interest"][:, t], flows["advance"][:, t] = interest, advance
            flows["advances"][:, t], flows["repayments"][:, t] = lent + lent_for_line, repaid
        else:
            cash, repaid = cash - benefits, nothing
        if lapses:
            lapsing = lapsing + rules.lapsing[:, t] - costs_paid - benefits - repaid
            lapsing = np.maximum(lapsing, 0)
            lapsed = np.minimum(cash, lapsing) if t % 12 == 11 else nothing
            cash = cash - lapsed
            flows["lapsed"][:, t] = lapsed
        arrears, outstanding = arrears - costs_paid, outstanding - benefits

        flows["returns"][:, t], flows["benefits"][:, t], flows["cash"][:, t] = (
            returned,
            benefits,
            cash,
        )
        flows["outstanding"][:, t], flows["arrears"][:, t] = outstanding, arrears

    if costs:
        costs = {**costs, "subrogation": pursuit_costs}
    paid = _costs_paid(costs, flows["arrears"])
    return Books(flows, costs, paid, *line.at_the_end())


class _Line:
    """The line of payments due: who stands where, and what is still owed to each.

    head  the first place that is still owed at the start of each month  [month + 1, replication]
    """

    def __init__(self, due: Due, n: int, months: int) -> None:
        self.due = due
        self._ahead = np.concatenate([[0], np.cumsum(due.amount)])  # cents ahead of each place
        self._left = due.amount.copy()  # still owed, of those who are not completed
        joined = np.bincount(due.replication * months + due.month, minlength=n * months)
        end = np.cumsum(joined).reshape(n, months)
        self._end = np.asfortranarray(end)  # places that have joined by the end of each month
        self.head = np.empty((months + 1, n), dtype=np.int64)
        self.head[0] = np.concatenate([[0], end[:-1, -1]])

    def pay_whole(self, t: int, means: Cents, outstanding: Cents) -> Cents:
        """Pay from the head, each payment whole, as far as the means go; cents [replication]."""
        head, end, paid = self.head[t], self._end[:, t], outstanding
        short = np.flatnonzero(outstanding > means)
        if short.size:
            owed = self._ahead[head[short]]
            reach = np.searchsorted(self._ahead, owed + means[short], side="right")
            end, paid = end.copy(), paid.copy()
            end[short] = np.minimum(reach - 1, end[short])
            paid[short] = self._ahead[end[short]] - owed
        self.head[t + 1] = end
        return paid

    def pay_rate(self, t: int, means: Cents, outstanding: Cents) -> Cents:
        """Pay all if the means allow it, else the same rate of every payment outstanding."""
        full = outstanding <= means
        head, end = self.head[t], self._end[:, t]
        self.head[t + 1] = np.where(full, end, head)
        paid = np.where(full, outstanding, 0)
        short = np.flatnonzero(~full & (means > 0))
        if short.size:
            owed = _ranges(head[short], end[short])
            rate = means[short] * RATE // outstanding[short]
            part = self._left[owed] * np.repeat(rate, end[short] - head[short]) // RATE
            self._left[owed] -= part
            paid += np.bincount(
                self.due.replication[owed], weights=part, minlength=paid.size
            ).astype(np.int64)
        return paid

    def at_the_end(self) -> tuple[Ints, Cents]:
        """The month in which each payment was completed, and the cents that are still owed."""
        months = self.head.shape[0] - 1
        completed = np.diff(self.head, axis=0).T.ravel()  # by replication, then month
        places = _ranges(self.head[0], self.head[-1])
        paid_in_month = np.full(self.due.amount.size, UNPAID)
        paid_in_month[places] = np.repeat(np.tile(np.arange(months), self.head.shape[1]), completed)
        left = self._left.copy()
        left[places] = 0
        return paid_in_month, left


class _Chase:
    """Pursuing the offenders of claims paid in full: cost and recovery, booked in later months."""

    def __init__(
        self,
        due: Due,
        claims: Claims,
        pursuit: Pursuit,
        decided_at: Floats,
        recoveries: Cents,
        costs: Cents,
    ) -> None:
        """Writes into recoveries and costs  [replication, month], which have months contiguous."""
        begins = due.last & pursuit.pursued[due.claim]  # payments that, once made, begin a pursuit
        self._before = np.concatenate([[0], np.cumsum(begins)])
        claim = due.claim[begins]
        self._replication = claims.replication[claim]
        self._not_before = np.maximum(np.floor(decided_at[claim]) + 1, pursuit.from_at[claim])
        self._until, self._delay = pursuit.until[claim], pursuit.delay[claim]
        self._cost, self._recovery = pursuit.cost[claim], pursuit.recovery[claim]
        self._n, self._months = costs.shape
        self._costs, self._recoveries = costs.T.reshape(-1), recoveries.T.reshape(-1)

    def begin(self, t: int, head: Ints, end: Ints) -> None:
        """Book what follows from the places of the line completed this month."""
        first, stop = self._before[head], self._before[end]
        some = np.flatnonzero(first < stop)
        if not some.size:
            return
        pursued = _ranges(first[some], stop[some])
        begun = np.maximum(t + 1, self._not_before[pursued])
        free = begun <= self._until[pursued]  # else the offender has paid the victim already
        pursued, begun = pursued[free], begun[free]
        if pursued.size:
            self._book(self._costs, pursued, begun, self._cost)
            self._book(self._recoveries, pursued, begun + self._delay[pursued], self._recovery)

    def _book(self, flow: Cents, pursued: Ints, at: Floats, amount: Cents) -> None:
        within = at < self._months
        place = np.floor(at[within]).astype(np.int64) * self._n
        np.add.at(flow, place + self._replication[pursued[within]], amount[pursued[within]])


def _flow(n: int, months: int) -> Cents:
    """Zeros with each month contiguous, since the fund works month by month."""
    return np.zeros((n, months), dtype=np.int64, order="F")


def _ranges(start: Ints, end: Ints) -> Ints:
    """All whole numbers in [start, end) of each row, one row after another."""
    length = end - start
    offset = np.repeat(start - (np.cumsum(length) - length), length)
    return np.asarray(np.arange(int(length.sum())) + offset)


def _costs_paid(costs_due: dict[str, Cents], arrears: Cents) -> dict[str, Cents]:
    """What is paid of each kind: oldest month first, within a month in the order of COST_KINDS."""
    late = np.flatnonzero(arrears.any(axis=1))
    if late.size == 0:
        return costs_due
    kinds = [kind for kind in COST_KINDS if kind in costs_due]
    bills = np.stack([costs_due[kind][late] for kind in kinds], axis=2)  # [row, month, kind]
    rows, months, width = bills.shape
    paid_so_far = np.cumsum(bills.sum(axis=2), axis=1) - arrears[late]
    # one long row of bills; each has those of earlier rows before it, so that one search serves all
    bill = bills.ravel()
    ahead = np.cumsum(bill) - bill
    start = ahead[:: months * width, None]
    reach = np.searchsorted(ahead, paid_so_far + start, side="right") - 1
    reach = np.minimum(reach, (np.arange(rows)[:, None] + 1) * months * width - 1)
    part = paid_so_far + start - ahead[reach]  # of the bill being paid
    month, number = np.divmod(reach - np.arange(rows)[:, None] * months * width, width)
    paid = {}
    for own, kind in enumerate(kinds):
        whole = np.cumsum(bills[:, :, own], axis=1)
        billed = np.take_along_axis(bills[:, :, own], month, axis=1)
        before = np.take_along_axis(whole, month, axis=1) - billed
        of_this = np.where(number > own, billed, np.where(number == own, part, 0))
        paid[kind] = costs_due[kind].copy(order="F")
        paid[kind][late] = np.diff(before + of_this, prepend=0, axis=1)
    return paid
