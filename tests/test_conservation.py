"""Money and cases are conserved in random scenarios."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from fundsim.model import ledger as books
from fundsim.model.fund import UNPAID
from fundsim.model.run import simulate
from tests.random_scenarios import scenarios, world_of


@settings(max_examples=60)
@given(scenarios())
def test_every_identified_victim_is_in_exactly_one_state_counted_one_by_one(
    scenario: tuple[str, tuple[str, ...]],
) -> None:
    """The ledger counts by arrivals and departures; here each victim is asked at each month end.

    Claimants who are victims of other crimes are in none of the states.
    """
    future = simulate(world_of(scenario), 5, np.arange(2))
    drawn, claims = future.drawn, future.drawn.claims
    people, n = drawn.cases.victims, future.drawn.replications.size
    claim_of = np.full(people.size, -1)
    claim_of[claims.case] = np.arange(claims.size)
    counts = {s: np.zeros((n, drawn.months), dtype=int) for s in books.STATES}
    for case in np.flatnonzero(people.registered):
        for t in range(drawn.months):
            if people.identified_at[case] >= t + 1:
                continue
            c = claim_of[case]
            if drawn.entry.leaves_at[case] >= t + 1:
                state = "waiting"
            elif c < 0:
                state = "outside"
            elif future.decided_at[c] >= t + 1:
                state = "filed"
            elif not claims.approved[c]:
                state = "refused"
            else:
                state = "paid" if future.paid_in_month[c] <= t else "granted"
            counts[state][people.replication[case], t] += 1
    for state, counted in counts.items():
        assert (future.ledger.states[state] == counted).all(), state


@settings(max_examples=150)
@given(scenarios())
def test_identities_hold_in_random_scenarios(scenario: tuple[str, tuple[str, ...]]) -> None:
    """And what each claim was paid sums to what the fund paid."""
    future = simulate(world_of(scenario), 11, np.arange(40))
    books.check(future.ledger)
    paid = future.due.amount - future.payment_left
    assert paid.sum() == future.ledger.benefits.sum()
    assert (paid >= 0).all()
    assert (future.payment_left[future.payment_month < UNPAID] == 0).all()


def test_a_fault_in_the_books_is_found() -> None:
    """The identities can fail: one cent moved, one victim lost."""
    ledger = simulate(
        world_of(("serbia+tariff", ("time.horizon_years=2",))), 1, np.arange(4)
    ).ledger
    cash = ledger.cash.copy()
    cash[2, 7] += 1
    with pytest.raises(books.LedgerError, match="check_balance"):
        books.check(replace(ledger, cash=cash))
    with pytest.raises(books.LedgerError, match="check_debts"):
        books.check(replace(ledger, outstanding=ledger.outstanding + 1))
    states = {**ledger.states, "waiting": ledger.states["waiting"] - 1}
    with pytest.raises(books.LedgerError, match="check_states"):
        books.check(replace(ledger, states=states))
