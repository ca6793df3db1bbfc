"""The SimPy reference equals the fast engine in every cell, in cents."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings

from fundsim.model.ledger import Ledger, equal
from fundsim.model.reference import settle_reference
from fundsim.model.run import Future, draw, settle_drawn
from fundsim.scenario.compose import load
from tests.random_scenarios import POLICIES, scenarios, world_of


def differences(a: Ledger, b: Ledger) -> list[str]:
    """The flows in which two ledgers differ."""
    found = []
    for field in fields(Ledger):
        x, y = getattr(a, field.name), getattr(b, field.name)
        parts = {k: (x[k], y[k]) for k in x} if isinstance(x, dict) else {"": (x, y)}
        found += [f"{field.name}.{k}" for k, (p, q) in parts.items() if not np.array_equal(p, q)]
    return found


def both(scenario: tuple[str, tuple[str, ...]], n: int, seed: int) -> tuple[Future, Future]:
    world = world_of(scenario)
    drawn = draw(world, seed, np.arange(n))
    return settle_drawn(world, drawn), settle_reference(world, drawn)


@settings(max_examples=300)
@given(scenarios())
def test_the_two_engines_keep_the_same_ledger(scenario: tuple[str, tuple[str, ...]]) -> None:
    """Across all switches, cash-starved and cash-rich: every flow, state, month and replication."""
    fast, slow = both(scenario, 3, 13)
    assert not differences(fast.ledger, slow.ledger)
    assert equal(fast.ledger, slow.ledger)
    assert np.array_equal(fast.decided_at, slow.decided_at)
    assert np.array_equal(fast.paid_in_month, slow.paid_in_month)


@pytest.mark.parametrize("policy", ["no_fund", *POLICIES])
def test_the_two_engines_agree_on_every_policy_at_full_length(policy: str) -> None:
    """Fifteen years and the run-off, with a reform that the fund pays for and a stress."""
    scenario = (f"montenegro+{policy}+advocacy_counsellor+mass_case", ())
    fast, slow = both(scenario, 4, 3)
    assert not differences(fast.ledger, slow.ledger)


def test_no_payment_is_lost_between_the_engines() -> None:
    fast, slow = both(("serbia+tariff_interim", ("fund.payment.instalments=3",)), 3, 5)
    for a, b in ((fast, slow), (slow, fast)):
        left = sorted(zip(a.due.claim, a.due.amount, a.due.month, a.payment_left, strict=True))
        right = sorted(zip(b.due.claim, b.due.amount, b.due.month, b.payment_left, strict=True))
        assert left == right


def test_the_reference_can_disagree() -> None:
    """Settled with another rule, the same cases give another ledger."""
    world = load("serbia+tariff", ["time.horizon_years=3", "income.budget.amount=60000"]).world
    drawn = draw(world, 2, np.arange(5))
    payment = world.fund.payment.model_copy(update={"when_short": "pro_rata"})
    other = world.model_copy(update={"fund": world.fund.model_copy(update={"payment": payment})})
    assert not equal(settle_drawn(world, drawn).ledger, settle_reference(other, drawn).ledger)
