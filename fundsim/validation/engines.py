"""Section 1: is it the right program?  Two programs that share no rule, the identities, every victim in one state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from fundsim.analysis.needs import line_of_state, needs
from fundsim.model.drawn import draw
from fundsim.model.ledger import STATES, Ledger
from fundsim.model.run import Future, settle_drawn
from fundsim.reference import needs as reference_needs
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.schema import World
from fundsim.validation.check import Check, Group, Line, exact
from fundsim.validation.corners import BUSY, CORNERS, corners
from fundsim.validation.shaken import shaken
from fundsim.validation.told_twice import Apart, compared, lived, of_fast, of_reference
from fundsim.validation.worlds import many_scenarios

SCENARIOS, HARD = 80, 40  # random worlds of the comparison, and such in which nothing stands still
TWIN = 2  # replications of each: two that share their assumptions
OF_NEEDS = 12  # random worlds of which what suffices is worked out
LINES = (
    ("income.budget.from_year=2029", "income.budget.lapses=false"),
    ("income.budget.cut_rate=0.5", "income.budget.cut_share=0.3", "income.budget.index=wages"),
    ("income.budget.lapses=true", "income.budget.from_year=2028"),
    ("income.budget.lapses=false", "income.budget.index=prices"),
)  # fmt: skip
MANY = 24  # replications of the identities: no slow engine is needed
OWN = "fundsim/reference/, written from docs/method.md; it shares the scenario and nothing else"
PARTS = (
    ("believed.", "economy.", "assumptions, prices, wages and returns, each in each year"),
    ("victims.", "victims.", "each victim from the first draw to the fund's door: when, what, how much"),
    ("claims.", "payments.", "each claim and payment: amounts, decision, payment in full"),
    ("ledger.", "ledger.", "every flow, balance and state by month, to the cent"),
    ("outcomes.", "outcomes.", "every outcome of each future"),
)  # fmt: skip
NAMES = ("Assumptions and economy", "Victims", "Claims and payments", "Ledger", "Outcomes")


def easy_worlds(seed: int) -> Iterator[World]:
    """Random worlds across all switches, and corners that they seldom reach."""
    for name, sets in many_scenarios(seed, SCENARIOS):
        yield load(name, sets).world
    yield from corners()


def hard_worlds(seed: int) -> Iterator[World]:
    """Random worlds in which half of the numbers move from year to year."""
    for number, (name, sets) in enumerate(many_scenarios(seed + 2, HARD)):
        texts = (*sets, *BUSY, *CORNERS[number % len(CORNERS)])
        last = {text.partition("=")[0]: text for text in texts}  # of two for one key
        yield shaken(load(name, list(last.values())).world, seed, number)


def told_twice(worlds: Iterator[World], seed: int) -> tuple[dict[str, Apart], int]:
    """How far the two programs are apart in each of PARTS, and the futures compared."""
    totals, futures = {part[0]: Apart() for part in PARTS}, 0
    for number, world in enumerate(worlds):
        numbers = np.arange(TWIN) + TWIN * number
        ours = of_fast(settle_drawn(world, draw(world, seed, numbers)))
        theirs = of_reference(lived(world, seed, map(int, numbers)))
        for first, second, _ in PARTS:
            for prefix in {first, second}:
                totals[first] += compared(ours, theirs, prefix)
        futures += TWIN
    return totals, futures


def agreement(worlds: Iterator[World], seed: int, ids: Sequence[str], kind: str) -> list[Check]:
    """The comparison as checks: nothing may differ but a last cent or tick, in fewer than one cell in a million."""
    totals, futures = told_twice(worlds, seed)
    checks = []
    for id_, name, (part, _, what) in zip(ids, NAMES, PARTS, strict=True):
        apart = totals[part]
        rounded = min(apart.near, apart.compared // 1_000_000)
        told = f"; {rounded} differ by one in the last place" if rounded else ""
        line = Line(
            id_,
            f"{name}: NumPy = reference",
            f"{what}; {kind}, {futures} futures{told}",
            "cells",
            OWN,
        )
        wrong = apart.far + apart.near - rounded
        checks.append(exact(line, wrong, apart.compared, least_number=1000, futures=futures))
    return checks


def easy(seed: int) -> list[Check]:
    """The same futures told twice, across all switches."""
    ids = ("1.14", "1.15", "1.02", "1.01", "1.16")
    return agreement(
        easy_worlds(seed),
        seed,
        ids,
        f"{SCENARIOS} random worlds across all switches and corners that they seldom reach",
    )


def hard(seed: int) -> list[Check]:
    """The same where a number that is read in a wrong year shows."""
    ids = ("1.17a", "1.17b", "1.17c", "1.17d", "1.17e")
    return agreement(
        hard_worlds(seed), seed, ids, f"{HARD} worlds in which half of all numbers move each year"
    )


def scenarios_with_needs(seed: int) -> Iterator[Scenario]:
    """Random scenarios with a budget line that begins late, is cut, is indexed; in a third nothing stands still."""
    for number, (name, sets) in enumerate(many_scenarios(seed + 3, OF_NEEDS)):
        texts = [
            *sets,
            "macro.investment_return=0.02",
            "macro.return_sd=0",
            *LINES[number % len(LINES)],
        ]
        last = {text.partition("=")[0]: text for text in texts}
        scenario = load(name, list(last.values()))
        if number % 3 == 0:
            scenario = replace(scenario, world=shaken(scenario.world, seed, number))
        yield scenario


def sufficient(seed: int) -> list[Check]:
    """The smallest contribution and capital of each future, to the euro."""
    wrong = number = 0
    for scenario in scenarios_with_needs(seed):
        line = line_of_state(scenario.world)
        found = needs(scenario, line, TWIN, seed)
        theirs = [reference_needs.needs(scenario.world, seed, r, line) for r in range(TWIN)]
        ours = list(zip(found.contribution.tolist(), found.capital.tolist(), strict=True))
        wrong += sum(a != b for a, b in zip(ours, theirs, strict=True))
        number += TWIN
    line_ = Line(
        "1.18",
        "What would have sufficed",
        f"smallest yearly contribution and opening capital, to the euro; {OF_NEEDS} random worlds",
        "futures",
        f"fundsim/reference/needs.py, {OWN}",
    )
    return [exact(line_, wrong, number, least_number=OF_NEEDS)]  # fmt: skip


def identities(seed: int) -> list[Check]:
    """Money and victims are conserved, worked out here from the flows and not by the ledger's checks."""
    cash, debt, paid, counted = (np.zeros(2, dtype=np.int64) for _ in range(4))
    for name, sets in many_scenarios(seed + 1, SCENARIOS * 3 // 4):
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
    what = f"{SCENARIOS * 3 // 4} random scenarios, {MANY} replications each"
    futures = SCENARIOS * 3 // 4 * MANY
    account = "double-entry bookkeeping; docs/method.md §12"
    return [
        exact(Line("1.04", "Opening + in − out = closing cash", f"each month and replication, to the cent, never negative; {what}", "cells", account), int(cash[0]),
                int(cash[1]), least_number=10_000, futures=futures),
        exact(Line("1.05", "Debts grow by what falls due and fall by what is paid", f"payments, costs and treasury advance, to the cent, never negative; {what}", "cells", account), int(debt[0]),
                int(debt[1]), least_number=10_000, futures=futures),
        exact(Line("1.06", "Payments on claims = benefits in the books", f"due by month, paid in all, none paid more than is due; {what}", "sums", account), int(paid[0]),
                int(paid[1]), least_number=10_000, futures=futures),
        exact(Line("1.07", "Each registered victim in one state", f"asked one by one at each month end; {what}", "counts", "docs/method.md §12; the ledger counts arrivals and departures instead"), int(counted[0]),
                int(counted[1]), least_number=10_000, futures=futures),
    ]  # fmt: skip


def unbalanced(book: Ledger) -> tuple[int, int]:
    """Months whose cash does not follow from the flows, and months in all."""
    kept = book.opening_capital.copy()
    bad = 0
    for t in range(book.cash.shape[1]):
        received = (book.recoveries, book.returns, book.advances, book.supplements)
        for flow in (*book.income.values(), *received):
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
    identified = people.registered[:, None] & (people.identified_at[:, None] < ends)
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
    Group("1.01", "Two programs tell the same futures", easy),
    Group("1.04", "Identities", identities),
    Group("1.17", "Two programs where nothing stands still", hard),
    Group("1.18", "What would have sufficed", sufficient),
)
