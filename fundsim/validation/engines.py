"""Section 1: is it the right program?  Three engines, the identities, every victim in one state."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from fundsim.model.ledger import STATES, Ledger
from fundsim.model.reference import settle_reference
from fundsim.model.run import Future, draw, settle_drawn
from fundsim.scenario.compose import load
from fundsim.validation import plain_fund
from fundsim.validation.check import Check, Group, Line, exact
from fundsim.validation.worlds import many_scenarios

Ints = NDArray[np.int64]
SCENARIOS, REPLICATIONS = 120, 3  # of the comparison of engines
MANY = 24  # replications of the identities: no slow engine is needed
OWN = "written apart from the fast engine, from docs/method.md §7-12"


def cells(ledger: Ledger) -> dict[str, Ints]:
    """Every table of a ledger by name."""
    found: dict[str, Ints] = {}
    for field in fields(Ledger):
        value = getattr(ledger, field.name)
        parts = value if isinstance(value, dict) else {"": value}
        found |= {f"{field.name}.{key}": np.asarray(table) for key, table in parts.items()}
    return found


def differing(a: Ledger, b: Ledger) -> tuple[int, int]:
    """Cells that differ between two ledgers, and cells compared; a missing table differs whole."""
    ours, theirs = cells(a), cells(b)
    apart = compared = 0
    for name in ours.keys() | theirs.keys():
        x, y = ours.get(name), theirs.get(name)
        size = x.size if x is not None else y.size if y is not None else 0
        compared += size
        same_shape = x is not None and y is not None and x.shape == y.shape
        apart += int(np.count_nonzero(x != y)) if same_shape else size
    return apart, compared


def engines(seed: int) -> list[Check]:
    """The same cases settled three times: NumPy, SimPy, plain Python."""
    book = np.zeros(2, dtype=np.int64)
    claims = np.zeros(2, dtype=np.int64)
    plain = np.zeros(2, dtype=np.int64)
    for number, (name, sets) in enumerate(many_scenarios(seed, SCENARIOS)):
        world = load(name, sets).world
        first = number * REPLICATIONS
        drawn = draw(world, seed, np.arange(first, first + REPLICATIONS))
        fast, slow = settle_drawn(world, drawn), settle_reference(world, drawn)
        book += differing(fast.ledger, slow.ledger)
        late = fast.decided_at != slow.decided_at
        paid = fast.paid_in_month != slow.paid_in_month
        claims += [int((late | paid).sum()), late.size]
        plain += challenged(fast)
    what = f"{SCENARIOS} random scenarios across all switches, {REPLICATIONS} replications each"
    return [
        exact(
            Line("1.01", "NumPy ledger = SimPy ledger", f"every flow, balance and state by month, to the cent; {what}", "cells", f"fundsim/model/reference.py, {OWN}"),
            int(book[0]),
                int(book[1]),
            least_number=50_000,
            futures=SCENARIOS * REPLICATIONS,
        ),
        exact(
            Line("1.02", "NumPy claims = SimPy claims", f"when each claim is decided and paid in full; {what}", "claims", f"fundsim/model/reference.py, {OWN}"),
            int(claims[0]),
                int(claims[1]),
            least_number=1000,
            futures=SCENARIOS * REPLICATIONS,
        ),
        exact(
            Line("1.03", "NumPy ledger = plain challenger", f"every flow by month in the plainest Python, to the cent; {what}", "cells", f"fundsim/validation/plain_fund.py, {OWN}"),
            int(plain[0]),
                int(plain[1]),
            least_number=50_000,
            futures=SCENARIOS * REPLICATIONS,
        ),
    ]  # fmt: skip


def challenged(future: Future) -> tuple[int, int]:
    """Cells in which the plain challenger differs from a settled block, and cells compared."""
    apart = compared = 0
    for r in range(future.drawn.replications.size):
        for name, flow in plain_fund.settle(future, r).items():
            kind = name.removeprefix("cost.")
            table = getattr(future.ledger, name, None)
            if kind != name:
                table = future.ledger.costs.get(kind)
            own = table[r] if table is not None else np.zeros(len(flow), dtype=np.int64)
            apart += int(np.count_nonzero(own != np.array(flow)))
            compared += len(flow)
    return apart, compared


def identities(seed: int) -> list[Check]:
    """Money and victims are conserved, worked out here from the flows and not by the ledger's checks."""
    cash, debt, paid, counted = (np.zeros(2, dtype=np.int64) for _ in range(4))
    for name, sets in many_scenarios(seed + 1, SCENARIOS // 2):
        world = load(name, sets).world
        future = settle_drawn(world, draw(world, seed, np.arange(MANY)))
        book = future.ledger
        cash += unbalanced(book)
        debt += unexplained_debt(book)
        made = future.due.amount - future.payment_left
        by_month = np.zeros_like(book.benefits)
        np.add.at(by_month, (future.due.replication, future.due.month), future.due.amount)
        whole = np.bincount(future.due.replication, weights=made, minlength=MANY)
        paid += [
            int((by_month != book.due).sum())
            + int((whole != book.benefits.sum(axis=1)).sum())
            + int(((made < 0) | (made > future.due.amount)).sum()),
            by_month.size + MANY + made.size,
        ]
        counted += miscounted(future)
    what = f"{SCENARIOS // 2} random scenarios, {MANY} replications each"
    futures = SCENARIOS // 2 * MANY
    account = "double-entry bookkeeping; docs/method.md §12"
    return [
        exact(Line("1.04", "Opening + in − out = closing cash", f"each month and replication, to the cent, never negative; {what}", "cells", account), int(cash[0]),
                int(cash[1]), least_number=10_000, futures=futures),
        exact(Line("1.05", "Debts grow by what falls due and fall by what is paid", f"payments, costs and treasury advance, to the cent, never negative; {what}", "cells", account), int(debt[0]),
                int(debt[1]), least_number=10_000, futures=futures),
        exact(Line("1.06", "Payments on claims = benefits in the books", f"due by month, paid in all, none paid more than is due; {what}", "sums", account), int(paid[0]),
                int(paid[1]), least_number=10_000, futures=futures),
        exact(Line("1.07", "Each identified victim in one state", f"asked one by one at each month end; {what}", "counts", "docs/method.md §12; the ledger counts arrivals and departures instead"), int(counted[0]),
                int(counted[1]), least_number=10_000, futures=futures),
    ]  # fmt: skip


def unbalanced(book: Ledger) -> tuple[int, int]:
    """Months whose cash does not follow from the flows, and months in all."""
    kept = book.opening_capital.copy()
    bad = 0
    for t in range(book.cash.shape[1]):
        for flow in (*book.income.values(), book.recoveries, book.returns, book.advances):
            kept = kept + flow[:, t]
        for flow in (*book.costs.values(), book.benefits, book.repayments, book.lapsed):
            kept = kept - flow[:, t]
        bad += int(((kept != book.cash[:, t]) | (book.cash[:, t] < 0)).sum())
        kept = book.cash[:, t]
    return bad, book.cash.size


def unexplained_debt(book: Ledger) -> tuple[int, int]:
    """Months in which a debt is negative or does not follow from the flows, and months in all."""
    bad = 0
    for balance, more, less in (
        (book.outstanding, [book.due], [book.benefits]),
        (book.arrears, list(book.costs_due.values()), list(book.costs.values())),
        (book.advance, [book.advances, book.interest], [book.repayments]),
    ):
        owed = np.zeros(balance.shape[0], dtype=np.int64)
        for t in range(balance.shape[1]):
            owed = owed + sum(flow[:, t] for flow in more) - sum(flow[:, t] for flow in less)
            bad += int(((owed != balance[:, t]) | (balance[:, t] < 0)).sum())
    return bad, 3 * book.cash.size


def miscounted(future: Future) -> tuple[int, int]:
    """Counts of victims by state that differ from asking each victim, and counts compared."""
    drawn, claims = future.drawn, future.drawn.claims
    people, months = drawn.cases.victims, drawn.months
    ends = np.arange(1, months + 1)
    identified = people.identified_at[:, None] < ends
    waiting = drawn.entry.leaves_at[:, None] >= ends
    decided = np.full(people.size, np.inf)
    paid = np.full(people.size, np.inf)
    files, approved = np.zeros(people.size, dtype=bool), np.zeros(people.size, dtype=bool)
    files[claims.case], approved[claims.case] = True, claims.approved
    decided[claims.case], paid[claims.case] = future.decided_at, future.paid_in_month
    done = decided[:, None] < ends
    state = np.where(
        waiting,
        STATES.index("waiting"),
        np.where(
            ~files[:, None],
            STATES.index("outside"),
            np.where(
                ~done,
                STATES.index("filed"),
                np.where(
                    ~approved[:, None],
                    STATES.index("refused"),
                    np.where(paid[:, None] < ends, STATES.index("paid"), STATES.index("granted")),
                ),
            ),
        ),
    )
    bad = 0
    place = people.replication[:, None] * months + np.arange(months)
    for number, name in enumerate(STATES):
        here = place[identified & (state == number)]
        count = np.bincount(here, minlength=future.ledger.identified.size)
        bad += int((count != future.ledger.states[name].ravel()).sum())
    return bad, len(STATES) * future.ledger.identified.size


GROUPS = (
    Group("1.01", "Three engines keep the same ledger", engines),
    Group("1.04", "Identities", identities),
)
