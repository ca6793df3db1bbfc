"""One block of simulated futures: draw the cases once, settle them, keep one ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.background import Background, background
from fundsim.model.caseload import draw_victims
from fundsim.model.claims import Claims, Pursuit, draw_claims, draw_pursuit
from fundsim.model.compiled import compiled
from fundsim.model.costs import costs_due, reform_costs
from fundsim.model.decisions import decide
from fundsim.model.due import Due, payments_due
from fundsim.model.entry import Entry, draw_entries
from fundsim.model.fund import UNPAID, Books, Rules, settle
from fundsim.model.ledger import STATES, Ledger, check
from fundsim.model.macro import Macro
from fundsim.model.money import Cents, to_cents
from fundsim.model.parameters import NOTHING, Parameters
from fundsim.model.pathway import Cases, draw_cases
from fundsim.model.streams import UNTIED, Floats32, Tie
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import BudgetLine, World
from fundsim.scenario.sizes import most_cases

Ints = NDArray[np.int64]
BLOCK = 500  # most replications in a block: the unit of work
BLOCK_CASES = 8e6  # cases, at most, that a block may have; it is made smaller to hold them


@dataclass(frozen=True)
class Drawn:
    """Everything that chance decides, before the fund is settled.

    income  by source, cents [replication, month]
    months  number of months settled, run-off included
    """

    replications: Ints
    parameters: Parameters
    macro: Macro
    cases: Cases
    entry: Entry
    claims: Claims
    income: dict[str, Cents]
    months: int


@dataclass(frozen=True)
class Future:
    """A block of simulated futures: what was drawn, and what the fund made of it.

    decided_at     when each claim is decided  [claim]
    paid_in_month  month in which each claim was granted and paid in full, UNPAID if never  [claim]
    due            payments due, in the order of the line
    payment_month  month in which each payment due was completed, UNPAID if never  [payment]
    payment_left   cents of it still owed at the end of the run-off  [payment]
    state_costs    cost of reforms borne by the state, euro [replication, month]
    """

    world: World
    drawn: Drawn
    decided_at: Floats
    pursuit: Pursuit
    due: Due
    payment_month: Ints
    payment_left: Cents
    paid_in_month: Ints
    ledger: Ledger
    state_costs: Floats


def block_size(world: World) -> int:
    """Replications in a block of a scenario; results do not depend on it."""
    return max(1, min(BLOCK, int(BLOCK_CASES / max(most_cases(world), 1.0))))


def draw(
    world: World,
    seed: int,
    replications: Ints,
    certain: bool = False,
    given: Mapping[str, Floats] = NOTHING,
    tie: Tie = UNTIED,
) -> Drawn:
    """Draw the cases and the income of some replications; arguments as for `background`."""
    return draw_against(world, background(world, seed, replications, certain, given, tie))


def draw_against(world: World, behind: Background) -> Drawn:
    """Draw the cases of some replications against their background."""
    parameters, macro, chances = behind.parameters, behind.macro, behind.chances
    months = 12 * (world.time.horizon_years + world.time.runoff_years)
    victims = draw_victims(parameters, behind.cohorts)
    cases = draw_cases(world, parameters, chances, macro, victims)
    entry = draw_entries(world, parameters, chances, cases)
    claims = draw_claims(world, parameters, chances, macro, cases, entry, months)
    return Drawn(
        behind.replications, parameters, macro, cases, entry, claims, behind.income, months
    )


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
    claims, n, months = drawn.claims, drawn.replications.size, drawn.months
    decided_at = decide(
        claims.replication,
        claims.filed_at,
        claims.working_months,
        world.fund.decision.caseworkers,
    )
    pursuit = draw_pursuit(world, drawn.parameters, drawn.macro, drawn.cases, claims, decided_at)
    due = payments_due(world, claims, decided_at, months)
    victims = drawn.cases.victims
    identified = _by_month(drawn, victims.replication, victims.identified_at)
    aided = np.zeros_like(identified)
    if world.fund.costs.legal_aid_by_fund:
        own = drawn.cases.legal_aid
        aided = _by_month(drawn, victims.replication[own], victims.identified_at[own])
    decided = _by_month(drawn, claims.replication, decided_at)
    costs = costs_due(
        world,
        drawn.parameters,
        drawn.macro,
        decided=decided[:, 1:],
        aided=aided[:, 1:],
        identified=identified[:, 1:],
    )
    opening = to_cents(drawn.parameters["fund.opening_capital"][:, 0], "fund.opening_capital")
    if not world.has_fund:
        opening = np.zeros_like(opening)
    income = sum(drawn.income.values(), np.zeros((n, months), dtype=np.int64))
    books = settle(rules_of(world, drawn), opening, income, costs, due, pursuit, decided_at)
    paid_in_month = _paid_in_month(claims, due, books, decided_at)
    states = _states(drawn, identified, decided, decided_at, paid_in_month)
    ledger = Ledger(
        opening,
        drawn.income,
        costs_due=books.costs_due,
        costs=books.costs,
        states=states,
        identified=np.cumsum(identified, axis=1)[:, 1:],
        **books.flows,
    )
    state_costs = reform_costs(world, drawn.parameters, drawn.macro, "state")
    return Future(
        world,
        drawn,
        decided_at,
        pursuit,
        due,
        books.paid_in_month,
        books.left,
        paid_in_month,
        ledger,
        state_costs,
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
        lends = Rules("treasury_advance", no_rate, no_rate, yearly_limit=None, lapsing=nothing)
        books = settle(
            lends, np.zeros(len(nothing), dtype=np.int64), nothing, costs, line,
            future.pursuit, future.decided_at,
        )  # fmt: skip
        due_total[waits] = sum(books.costs_due.values(), books.flows["due"])
        recoveries[waits] = books.flows["recoveries"]
    return due_total, recoveries


def rules_of(world: World, drawn: Drawn) -> Rules:
    """The fund's rules in numbers, for each month of each replication."""
    shape = (drawn.replications.size, drawn.months)
    payment, opening = world.fund.payment, int(world.time.start_year - drawn.parameters.years[0])

    def yearly(key: str) -> Floats:
        table = drawn.parameters[key]
        table = table[:, opening:] if table.shape[1] > 1 else table
        return np.broadcast_to(table, (shape[0], shape[1] // 12))

    def monthly(rate: Floats) -> Floats:
        return np.repeat((1 + rate) ** (1 / 12) - 1, 12, axis=1)

    returns = drawn.macro.investment_return[:, opening:]
    limit = None
    if payment.yearly_limit is not None:
        wages = drawn.macro.wages[:, opening:]
        limit = to_cents(yearly("fund.payment.yearly_limit") * wages, "fund.payment.yearly_limit")
    lapsing = np.zeros(shape, dtype=np.int64)
    for name, flow in drawn.income.items():
        source = world.income[name]
        if isinstance(source, BudgetLine) and source.lapses:
            lapsing += flow
    return Rules(
        when_short=payment.when_short,
        return_rate=monthly(returns if world.fund.reserve_return else np.zeros_like(returns)),
        advance_rate=monthly(yearly("fund.payment.advance_interest")),
        yearly_limit=limit,
        lapsing=lapsing,
    )


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


def _by_month(drawn: Drawn, replication: Ints, at: Floats | Floats32 | Ints) -> Ints:
    """How often something happens, before the opening and then in each month.  [replication, 1 + month]"""
    count = np.zeros((drawn.replications.size, drawn.months + 2), dtype=np.int64)
    # 32 bits tell whole ticks apart up to month 4096
    _count_by_month(replication, at.astype(np.float32, copy=False), count)
    return count[:, :-1]


@compiled
def _count_by_month(replication: Ints, at: Floats32, count: Ints) -> None:
    # the first place is before the opening, the last after the end
    last = np.float32(count.shape[1] - 1)
    for i in range(replication.size):
        month = min(max(at[i] + np.float32(1), np.float32(0)), last)
        count[np.uintp(replication[i]), np.uintp(month)] += 1


def _states(
    drawn: Drawn, identified: Ints, decided: Ints, decided_at: Floats, paid_in_month: Ints
) -> dict[str, Ints]:
    """Victims in each state at each month end, from the months in which they change state.

    identified, decided  in each month, those before the opening first  [replication, 1 + month]
    """
    people, entry, claims = drawn.cases.victims, drawn.entry, drawn.claims
    left = _by_month(drawn, people.replication, entry.leaves_at)
    filed = _by_month(drawn, claims.replication, claims.filed_at)
    refused = _by_month(drawn, claims.replication, np.where(claims.approved, np.inf, decided_at))
    paid = _by_month(drawn, claims.replication, np.minimum(paid_in_month, drawn.months))
    changes = {
        "waiting": identified - left,
        "filed": filed - decided,
        "refused": refused,
        "granted": decided - refused - paid,
        "paid": paid,
        "outside": left - filed,
    }
    return {name: np.cumsum(changes[name], axis=1)[:, 1:] for name in STATES}
