"""Rules for hard years: what must hold of each, and a shortage worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fundsim.analysis.hard_years import Rule, _least, _percentile, hard_years
from fundsim.model.run import simulate
from fundsim.scenario.compose import load

SHORT = (
    "time.horizon_years=6", "time.runoff_years=2", "income.budget.vote=fixed", "income.budget.amount=70000",
    "income.budget.index=wages", "income.budget.lapses=false",
)  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    return {r.name: r for r in hard_years(load("serbia+tariff", SHORT), 300, 1)}


def test_a_treasury_that_lends_pays_everybody_at_once(rules: dict[str, Rule]) -> None:
    lends = rules["treasury_advance"]
    assert lends.paid_in_full.value == 1
    assert lends.waited.value == 0
    assert lends.median_wait == lends.long_wait == 0
    assert lends.advance.value > 0
    assert all(rules[name].advance.value == 0 for name in ("queue", "pro_rata", "lower_cap"))


def test_queue_and_pro_rata_spend_the_same_money_differently(rules: dict[str, Rule]) -> None:
    """The queue pays more claims in full; both begin to fall short in the same futures."""
    queue, rate = rules["queue"], rules["pro_rata"]
    assert queue.short.value == rate.short.value > 0.2
    assert queue.paid_in_full.value > rate.paid_in_full.value
    assert queue.received.value == pytest.approx(rate.received.value, rel=0.1)
    assert queue.cost_a_year.value == pytest.approx(rate.cost_a_year.value, rel=0.01)


def test_a_lower_cap_pays_less_to_more(rules: dict[str, Rule]) -> None:
    cap, queue = rules["lower_cap"], rules["queue"]
    assert cap.short.value < queue.short.value
    assert cap.paid_in_full.value > queue.paid_in_full.value
    assert cap.long_wait <= queue.long_wait
    assert cap.cost_a_year.value < queue.cost_a_year.value
    assert "with a cap of" in cap.label


def test_the_worst_tenth_never_gets_more_than_the_rest(rules: dict[str, Rule]) -> None:
    for rule in rules.values():
        assert rule.worst_tenth.value <= rule.received.value
        assert rule.worst_tenth.mc_error is not None


def test_worst_tenth_by_hand() -> None:
    """Future 0: 20 claims of 1..20, its tenth is 1 and 2; future 1 none; future 2 a single claim."""
    by = np.array([0] * 20 + [2])
    received = np.array([*range(20, 0, -1), 7.0])
    least, tenth = _least(by, received, 3)
    assert least.tolist() == [3.0, 0.0, 7.0]
    assert tenth.tolist() == [2.0, 0.0, 1.0]


def test_waits_counted_one_claim_at_a_time() -> None:
    """The queue against a plain count over its payments: who waited, how long half of them did, who was paid."""
    scenario = load("serbia+tariff", SHORT)
    [queue, *_] = hard_years(scenario, 60, 1)
    future = simulate(scenario.world, 1, np.arange(60))
    claims, due, waits = future.drawn.claims, future.due, []
    for claim in range(claims.size):
        own = np.flatnonzero(due.claim == claim)
        if not claims.approved[claim] or future.decided_at[claim] >= 72 or not own.size:
            continue
        late = [(future.payment_month[p] - due.month[p]) for p in own]
        waits.append(min(max(late), future.drawn.months))
    assert queue.waited.value == pytest.approx(np.mean(np.array(waits) > 0))
    assert 0.05 < queue.waited.value < 0.95
    unpaid = np.mean(np.array(waits) == future.drawn.months)
    assert queue.paid_in_full.value == pytest.approx(1 - unpaid)
    assert queue.median_wait == np.sort(waits)[(len(waits) + 1) // 2 - 1]


def test_instalments_are_no_wait_for_cash() -> None:
    """Where the treasury lends, nobody waits, however the benefit is spread over years."""
    spread = load("kosovo+tariff", [*SHORT, "fund.payment.instalments=3"])
    rules = {r.name: r for r in hard_years(spread, 100, 1)}
    assert rules["treasury_advance"].long_wait == 0
    assert rules["treasury_advance"].waited.value == 0


def test_the_lower_cap_is_not_below_a_floor() -> None:
    floored = load("kosovo+tariff", [*SHORT, "fund.amount.floor=10", "fund.amount.cap=12"])
    assert "cap of 10 monthly" in {r.name: r for r in hard_years(floored, 40, 1)}["lower_cap"].label


def test_percentiles_of_counted_waits_by_hand() -> None:
    """Five claims wait 0 months, three 2 months, two are never paid."""
    waits = np.array([5, 0, 3, 2])
    assert _percentile(waits, 0.5) == 0
    assert _percentile(waits, 0.8) == 2
    assert _percentile(waits, 0.9) == float("inf")
    assert np.isnan(_percentile(np.zeros(4, dtype=int), 0.5))


def test_with_plenty_of_money_no_rule_matters() -> None:
    rich = load("kosovo+tariff", [*SHORT[:2], "fund.opening_capital=500000000"])
    rules = {r.name: r for r in hard_years(rich, 100, 1)}
    for name in ("pro_rata", "treasury_advance"):
        assert rules[name].received.value == rules["queue"].received.value
        assert rules[name].paid_in_full.value == 1
        assert rules[name].short.value == 0
