"""The fund, month by month.

The rules (method §12; `fundsim/reference/cash.py` is written from the same page).  In month t, in order:

1.  Opening cash is last month's closing cash (month 0: the opening capital).
2.  Income and recoveries of the month come in; cash earns round(opening × monthly return).
3.  Interest = round(advance × monthly rate) is added to the treasury advance.
4.  Costs of the month join the arrears, which are paid oldest month first, within a month in the
    order of COST_KINDS: as far as cash goes, or in full where the treasury lends what is missing.
    (A supplement pays them in full, too, and is owed to nobody.)
5.  Payments due in the month join the line, which is paid within what is left of the yearly limit.
    From the cash left, by queue (each payment whole, first due first; the first that does not fit
    holds the line for the month) or pro rata (the same rate of every payment outstanding, in
    millionths, rounded down to the cent).  With a treasury advance, or a supplement, it is a queue for
    which the state adds what is missing, so that only the limit holds the line.
6.  The advance is repaid as far as cash goes.
7.  Outgo counts against this year's lapsing budget lines first, month by month; in December what is
    unspent of them returns to the treasury, as far as cash goes, and of the rest what the treasury takes.
8.  Closing cash, never negative.

An event at time x belongs to month floor(x): exactly at a month's end it belongs to the next month.
Ties in the line go to the lower case number.  A recovery from an offender is pursued from the month
after the claim was paid in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, assert_never

import numpy as np
from numpy.typing import NDArray

from fundsim.model.claims import Pursuit
from fundsim.model.compiled import compiled
from fundsim.model.costs import COST_KINDS
from fundsim.model.due import Due
from fundsim.model.money import ROOM, Cents, refusal
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import WhenShort

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
RATE = 1_000_000  # the pro-rata rate is a whole number of millionths
UNPAID = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Rules:
    """What the month needs to know of the fund.  Rates are [replication, month].

    when_short    the rule of each year  [year]
    return_rate   monthly return on cash;  advance_rate  monthly interest on advances
    yearly_limit  most paid in benefits from each January, cents [replication, year], or None
    lapsing       cents that lapsing budget lines bring [replication, month]
    taken         share of what is left after lapsing that the treasury takes
    """

    when_short: Sequence[WhenShort]
    return_rate: Floats
    advance_rate: Floats
    yearly_limit: Cents | None
    lapsing: Cents
    taken: Floats


@dataclass(frozen=True)
class Books:
    """What settling produces.

    flows          by name, cents [replication, month]
    costs_due      by kind, subrogation included;  costs  what is paid of them
    paid_in_month  month in which each payment due was completed, UNPAID if never  [payment]
    left           cents of each payment that are still owed at the end  [payment]
    """

    flows: dict[str, Cents]
    costs_due: dict[str, Cents]
    costs: dict[str, Cents]
    paid_in_month: Ints
    left: Cents


class Flows(NamedTuple):
    """What the month writes down, cents [replication, month]; as in `Ledger`."""

    recoveries: Cents
    returns: Cents
    advances: Cents
    supplements: Cents
    repayments: Cents
    interest: Cents
    due: Cents
    benefits: Cents
    lapsed: Cents
    cash: Cents
    advance: Cents
    outstanding: Cents
    arrears: Cents


class Means(NamedTuple):
    """What the month has to go by: `Rules`, with income, and a limit that holds nothing where there is none.

    fills, lends, pro_rata  whether the state adds what is missing, is owed it, and whether all are paid at one rate  [month]
    """

    opening: Cents
    income: Cents
    return_rate: Floats
    advance_rate: Floats
    yearly_limit: Cents
    lapsing: Cents
    taken: Floats
    fills: Bools
    lends: Bools
    pro_rata: Bools


class Line(NamedTuple):
    """The line of payments due, and what is still owed to each.

    first  place of the first payment of each replication, and the end  [replication + 1]
    month, amount, claim, last  of each payment, as in `Due`  [payment]
    left, paid_in_month         as in `Books`  [payment]
    """

    first: Ints
    month: Ints
    amount: Cents
    claim: Ints
    last: NDArray[np.bool_]
    left: Cents
    paid_in_month: Ints


class Chase(NamedTuple):
    """Whose offender is pursued once the claim is paid in full, as in `Pursuit`.  [claim]

    from_at  not before: the judgment, and the month after the decision
    """

    pursued: NDArray[np.bool_]
    from_at: Floats
    until: Floats
    delay: Floats
    cost: Cents
    recovery: Cents


def settle(
    rules: Rules,
    opening_capital: Cents,
    income: Cents,
    costs: dict[str, Cents],
    due: Due,
    pursuit: Pursuit,
    decided_at: Floats,
) -> Books:
    """Run the fund through its months.

    opening_capital  [replication];  income  all sources [replication, month]
    costs            due by kind, without subrogation
    due              payments due, in the order of the line
    """
    n, months = income.shape
    kinds = [kind for kind in COST_KINDS if kind in costs]
    bills = np.stack([*(costs[kind] for kind in kinds), np.zeros_like(income)])
    limit = rules.yearly_limit
    means = Means(
        opening_capital, income, rules.return_rate, rules.advance_rate,
        np.full((n, -(-months // 12)), UNPAID) if limit is None else limit,
        rules.lapsing, rules.taken, *np.repeat([_filled_lent_shared(rule) for rule in rules.when_short], 12, axis=0).T.copy(),
    )  # fmt: skip
    line = Line(
        np.searchsorted(due.replication, np.arange(n + 1)), due.month, due.amount, due.claim,
        due.last, due.amount.copy(), np.full(due.amount.size, UNPAID),
    )  # fmt: skip
    chase = Chase(
        pursuit.pursued, np.maximum(np.floor(decided_at) + 1, pursuit.from_at),
        pursuit.until, pursuit.delay, pursuit.cost, pursuit.recovery,
    )  # fmt: skip
    _refuse_too_large(means, bills, line)
    flows = Flows(*(np.zeros((n, months), dtype=np.int64) for _ in Flows._fields))
    paid = np.zeros_like(bills)
    _live_through(means, bills, paid, line, chase, flows)
    kinds += ["subrogation"] if costs else []
    return Books(
        flows._asdict(),
        dict(zip(kinds, bills, strict=False)),
        dict(zip(kinds, paid, strict=False)),
        line.paid_in_month,
        line.left,
    )


def _refuse_too_large(means: Means, bills: Cents, line: Line) -> None:
    """Raises `InputError` where the sums of a replication, with returns and interest, might not fit their 64 bits."""
    n = means.opening.size
    claimed = np.zeros(n)
    np.add.at(claimed, np.repeat(np.arange(n), np.diff(line.first)), line.amount)
    if means.pro_rata.any() and (claimed * RATE > ROOM).any():
        raise refusal("fund.amount")
    flows = means.opening + means.income.sum(axis=1) + bills.sum(axis=(0, 2)) + claimed
    rates = (
        ("macro.investment_return", means.return_rate),
        ("fund.payment.advance_interest", means.advance_rate),
    )
    growth = {key: np.exp(np.log1p(np.maximum(rate, 0)).sum(axis=1)) for key, rate in rates}
    key = max(growth, key=lambda name: float(growth[name].max(initial=1.0)))
    if (flows * np.prod(list(growth.values()), axis=0) > ROOM).any():
        raise refusal(key)


def _filled_lent_shared(rule: WhenShort) -> tuple[bool, bool, bool]:
    """Whether the state adds what is missing, is owed it, and whether all are paid at one rate."""
    match rule:
        case "queue":
            return False, False, False
        case "pro_rata":
            return False, False, True
        case "treasury_advance":
            return True, True, False
        case "supplement":
            return True, False, False
        case _:
            assert_never(rule)


@compiled
def _live_through(
    means: Means, bills: Cents, paid: Cents, line: Line, chase: Chase, flows: Flows
) -> None:
    """All months of each replication, by the rules above.

    bills, paid  costs due, and what is paid of them  [kind, replication, month]
    """
    kinds, n, months = bills.shape
    for r in range(n):
        cash, limit = means.opening[r], np.int64(0)
        advance = arrears = outstanding = lapsing = np.int64(0)
        head = end = line.first[r]  # of the line: the first still owed, and who joins next
        bill, kind, part = 0, 0, np.int64(0)  # the oldest bill not yet paid in full, and what is
        for t in range(months):
            if t % 12 == 0:
                lapsing, limit = np.int64(0), means.yearly_limit[r, t // 12]

            # 1, 2: what is there, and what comes in
            returned = np.int64(np.rint(cash * means.return_rate[r, t]))
            cash += means.income[r, t] + flows.recoveries[r, t] + returned

            # 3: interest on the treasury's advance
            interest = np.int64(np.rint(advance * means.advance_rate[r, t]))
            advance += interest

            # 4: costs, oldest first
            for k in range(kinds):
                arrears += bills[k, r, t]
            fills = means.fills[t]
            added = max(arrears - cash, 0) if fills else 0
            costs_paid = min(arrears, cash + added)
            cash += added - costs_paid
            arrears -= costs_paid
            money = costs_paid
            while money > 0:
                paying = min(money, bills[kind, r, bill] - part)
                paid[kind, r, t] += paying
                money -= paying
                part += paying
                if part == bills[kind, r, bill]:
                    part, kind = np.int64(0), kind + 1
                    if kind == kinds:
                        bill, kind = bill + 1, 0

            # 5: benefits
            while end < line.first[r + 1] and line.month[end] == t:
                flows.due[r, t] += line.amount[end]
                end += 1
            outstanding += flows.due[r, t]
            most = limit if fills else min(cash, limit)
            benefits, next_head = np.int64(0), head
            if outstanding <= most:
                benefits, next_head = outstanding, end
            elif means.pro_rata[t] and most > 0:
                rate = most * RATE // outstanding
                for place in range(head, end):
                    share = line.left[place] * rate // RATE
                    line.left[place] -= share
                    benefits += share
            elif not means.pro_rata[t]:
                while benefits + line.left[next_head] <= most:
                    benefits += line.left[next_head]
                    next_head += 1
            for place in range(head, next_head):
                line.left[place], line.paid_in_month[place] = 0, t
                claim = line.claim[place]
                if line.last[place] and chase.pursued[claim]:
                    begun = max(np.float64(t + 1), chase.from_at[claim])
                    if begun <= chase.until[claim]:  # else the offender has paid the victim
                        recovered = begun + chase.delay[claim]
                        if begun < months:
                            bills[kinds - 1, r, int(begun)] += chase.cost[claim]
                        if recovered < months:
                            flows.recoveries[r, int(recovered)] += chase.recovery[claim]
            head = next_head
            limit -= benefits
            outstanding -= benefits
            added_for_line = max(benefits - cash, 0) if fills else 0
            cash += added_for_line - benefits
            added += added_for_line
            lent = added if means.lends[t] else 0
            advance += lent

            # 6: the treasury is repaid
            repaid = min(cash, advance)
            cash -= repaid
            advance -= repaid

            # 7: unspent budget goes back
            lapsing += means.lapsing[r, t] - costs_paid - benefits - repaid
            lapsing = max(lapsing, np.int64(0))
            lapsed = min(cash, lapsing) if t % 12 == 11 else 0
            lapsed += np.int64(np.rint((cash - lapsed) * means.taken[r, t]))
            cash -= lapsed

            # 8: the books are closed
            flows.returns[r, t], flows.interest[r, t] = returned, interest
            flows.advances[r, t], flows.supplements[r, t] = lent, added - lent
            flows.repayments[r, t] = repaid
            flows.benefits[r, t], flows.lapsed[r, t] = benefits, lapsed
            flows.cash[r, t], flows.advance[r, t] = cash, advance
            flows.outstanding[r, t], flows.arrears[r, t] = outstanding, arrears
