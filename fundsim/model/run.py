"""One block of simulated futures: draw the cases once, settle them, keep one ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.background import Background, background
from fundsim.model.claims import Claims, Pursuit, draw_pursuit
from fundsim.model.drawn import Drawn, draw_against
from fundsim.model.due import Due
from fundsim.model.eras import by_era
from fundsim.model.fund import UNPAID, Books, Rules, settle
from fundsim.model.ledger import STATES, Ledger, check
from fundsim.model.lines import Votes, lapsing
from fundsim.model.money import Cents, to_cents
from fundsim.model.obligations import Obligations, by_month, obligations
from fundsim.model.parameters import NOTHING
from fundsim.model.streams import UNTIED, Tie
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import WhenShort, World
from fundsim.scenario.sizes import most_cases

Ints = NDArray[np.int64]
BLOCK = 500  # most replications in a block: the unit of work
BLOCK_CASES = 8e6  # cases, at most, that a block may have; it is made smaller to hold them


@dataclass(frozen=True)
class Future:
    """A block of simulated futures: what was drawn, and what the fund made of it.

    owed           what falls due, whatever cash there is;  voted  what the budget lines bring
    paid_in_month  month in which each claim was granted and paid in full, UNPAID if never  [claim]
    payment_month  month in which each payment due was completed, UNPAID if never  [payment]
    payment_left   cents of it still owed at the end of the run-off  [payment]
    """

    world: World
    drawn: Drawn
    owed: Obligations
    voted: Votes
    pursuit: Pursuit
    payment_month: Ints
    payment_left: Cents
    paid_in_month: Ints
    ledger: Ledger

    @property
    def decided_at(self) -> Floats:
        """When each claim is decided.  [claim]"""
        return self.owed.decided_at

    @property
    def due(self) -> Due:
        """Payments due, in the order of the line."""
        return self.owed.due

    @property
    def state_costs(self) -> dict[str, Floats]:
        """What the state pays beside the fund, by kind, in euro.  [replication, month]"""
        return self.owed.costs.state


def block_size(world: World) -> int:
    """Replications in a block of a scenario; results do not depend on it."""
    return max(1, min(BLOCK, int(BLOCK_CASES / max(most_cases(world), 1.0))))


def simulate(
    world: World,
    seed: int,
    replications: Ints,
    certain: bool = False,
    given: Mapping[str, Floats] = NOTHING,
    tie: Tie = UNTIED,
) -> Future:
    """Draw and settle some replications, and check the ledger's identities.

    Arguments as for `background`.
    Raises `LedgerError` if an identity does not hold.
    """
    return _checked(world, background(world, seed, replications, certain, given, tie))


def futures(
    world: World,
    seed: int,
    replications: Ints,
    certain: bool = False,
    given: Mapping[str, Floats] = NOTHING,
) -> Iterator[Future]:
    """The same in parts that fit the processor's cache, in order: quicker, with less memory."""
    for part in background(world, seed, replications, certain, given).parts():
        yield _checked(world, part)


def _checked(world: World, behind: Background) -> Future:
    future = settle_drawn(world, draw_against(world, behind))
    check(future.ledger)
    return future


def settle_drawn(world: World, drawn: Drawn) -> Future:
    """Settle what was drawn."""
    owed = obligations(world, drawn)
    claims, decided_at, due = drawn.claims, owed.decided_at, owed.due
    pursuit = draw_pursuit(world, drawn.parameters, drawn.macro, drawn.cases, claims, decided_at)
    opening = to_cents(drawn.parameters["fund.opening_capital"][:, 0], "fund.opening_capital")
    income, voted = dict(drawn.income), Votes(world, drawn, owed)
    if world.has_fund:
        income |= voted.in_force()
    else:
        opening = np.zeros_like(opening)
    income = dict(sorted(income.items()))
    total = sum(income.values(), np.zeros((opening.size, drawn.months), dtype=np.int64))
    rules = rules_of(world, drawn, income)
    books = settle(rules, opening, total, owed.costs.fund, due, pursuit, decided_at)
    paid_in_month = _paid_in_month(claims, due, books, decided_at)
    ledger = Ledger(
        opening,
        income,
        costs_due=books.costs_due,
        costs=books.costs,
        states=_states(drawn, owed, paid_in_month),
        identified=np.cumsum(owed.identified, axis=1)[:, 1:],
        **books.flows,
    )
    return Future(
        world,
        drawn,
        owed,
        voted,
        pursuit,
        books.paid_in_month,
        books.left,
        paid_in_month,
        ledger,
    )


def paid_in_time(future: Future) -> tuple[Cents, Cents]:
    """What falls due and what offenders pay back, were everything paid in its month: by a treasury that lends what is
    missing, without a limit.  Cents [replication, month]

    Only what is pursued of offenders depends on when a victim is paid, so only replications in which somebody waits are
    settled again.
    """
    ledger, due = future.ledger, future.due
    due_total, recoveries = ledger.due_total, ledger.recoveries.copy()
    waits = np.asarray((ledger.outstanding + ledger.arrears > 0).any(axis=1))
    if waits.any():
        costs = {k: cost[waits] for k, cost in ledger.costs_due.items() if k != "subrogation"}
        own, place = waits[due.replication], np.cumsum(waits) - 1
        line = Due(
            due.claim[own],
            place[due.replication[own]],
            due.amount[own],
            due.month[own],
            due.last[own],
        )
        nothing = np.zeros_like(recoveries[waits])
        no_rate = np.zeros(nothing.shape)
        fills: list[WhenShort] = ["supplement"] * (nothing.shape[1] // 12)
        lends = Rules(fills, no_rate, no_rate, yearly_limit=None, lapsing=nothing, taken=no_rate)
        books = settle(
            lends, np.zeros(len(nothing), dtype=np.int64), nothing, costs, line,
            future.pursuit, future.decided_at,
        )  # fmt: skip
        due_total[waits] = sum(books.costs_due.values(), books.flows["due"])
        recoveries[waits] = books.flows["recoveries"]
    return due_total, recoveries


def in_december(yearly: Floats) -> Floats:
    """Shares of each year in its last month, and nothing in the others.  [replication, month]"""
    monthly = np.zeros((yearly.shape[0], 12 * yearly.shape[1]))
    monthly[:, 11::12] = yearly
    return monthly


def rules_of(world: World, drawn: Drawn, income: dict[str, Cents]) -> Rules:
    """The fund's rules in numbers, for each month of each replication.  income  of each source"""
    years, n = drawn.years, drawn.replications.size

    def monthly(rate: Floats) -> Floats:
        return np.repeat((1 + rate) ** (1 / 12) - 1, 12, axis=1)

    invests = by_era(world, years, lambda era: era.fund.reserve_return)
    returns = np.where(invests, drawn.macro.investment_return[:, drawn.opening :], 0.0)
    limited = by_era(world, years, lambda era: era.fund.payment.yearly_limit is not None)
    limit = None
    if limited.any():
        wages = drawn.macro.wages[:, drawn.opening :]
        key = "fund.payment.yearly_limit"
        limit = np.where(limited, to_cents(drawn.since_opening(key) * wages, key), UNPAID)
    back = np.zeros((n, drawn.months), dtype=np.int64)
    for name, flow in income.items():
        back += np.where(np.repeat(lapsing(world, name, years), 12), flow, 0)
    return Rules(
        when_short=[world.in_year(int(year)).fund.payment.when_short for year in years],
        return_rate=monthly(returns),
        advance_rate=monthly(drawn.since_opening("fund.payment.advance_interest")),
        yearly_limit=limit,
        lapsing=back,
        taken=in_december(drawn.since_opening("fund.reserve_taken")),
    )  # fmt: skip


def _paid_in_month(claims: Claims, due: Due, books: Books, decided_at: Floats) -> Ints:
    """Month in which each claim was granted and all of it paid; UNPAID if never.  [claim]"""
    decided = np.floor(decided_at).astype(np.int64)
    month = np.full(claims.size, UNPAID)
    worthless = claims.approved & (claims.benefit == 0)
    month[worthless] = decided[worthless]
    done = due.last & (books.paid_in_month < UNPAID) & claims.approved[due.claim]
    claim = due.claim[done]
    month[claim] = np.maximum(books.paid_in_month[done], decided[claim])
    return month


def _states(drawn: Drawn, owed: Obligations, paid_in_month: Ints) -> dict[str, Ints]:
    """Victims in each state at each month end, from the months in which they change state."""
    people, entry, claims = drawn.cases.victims, drawn.entry, drawn.claims
    left = by_month(drawn, people.replication, entry.leaves_at, people.registered)

    def claimed(at: Floats | Ints) -> Ints:
        return by_month(drawn, claims.replication, at, ~claims.other)

    filed = claimed(claims.filed_at)
    decided = claimed(owed.decided_at) if claims.other.any() else owed.decided
    refused = claimed(np.where(claims.approved, np.inf, owed.decided_at))
    paid = claimed(np.minimum(paid_in_month, drawn.months))
    changes = {
        "waiting": owed.identified - left,
        "filed": filed - decided,
        "refused": refused,
        "granted": decided - refused - paid,
        "paid": paid,
        "outside": left - filed,
    }
    return {name: np.cumsum(changes[name], axis=1)[:, 1:] for name in STATES}
