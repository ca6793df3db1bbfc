"""Which way results must move, in every single replication."""

import numpy as np
import pytest

from fundsim.model.run import Future, simulate
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import load
from tests.random_scenarios import COUNTRIES

N = np.arange(80)
SHORT = ("time.horizon_years=6", "time.runoff_years=4")
BUSY = ("fund.decision.working_months=1.5",)


def run(name: str, *sets: str) -> Future:
    return simulate(load(name, [*SHORT, *sets]).world, 21, N)


def in_turn(future: Future) -> Floats:
    """When the first, the second, … claim of each replication is decided."""
    claims = future.drawn.claims
    return future.decided_at[np.lexsort((future.decided_at, claims.replication))]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("more", [1, 1000, 100000])
def test_more_cash_never_lowers_cumulative_payments(country: str, more: int) -> None:
    """Under the queue rule, at every month's end."""
    line = ("income.budget.vote=fixed", "income.budget.amount=30000", "income.budget.lapses=false")
    poor = run(f"{country}+tariff", *line)
    rich = run(f"{country}+tariff", *line, f"fund.opening_capital={more}")
    paid = [np.cumsum(f.ledger.benefits, axis=1) for f in (poor, rich)]
    assert (paid[1] >= paid[0]).all()
    assert more < 1000 or (paid[1] > paid[0]).any()


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_higher_cap_never_lowers_a_benefit(country: str) -> None:
    low, high = (run(f"{country}+judgment_advance", f"fund.amount.cap={cap}") for cap in (4, 8))
    assert np.array_equal(low.drawn.claims.case, high.drawn.claims.case)
    assert (high.drawn.claims.benefit >= low.drawn.claims.benefit).all()
    assert (high.drawn.claims.benefit > low.drawn.claims.benefit).any()


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("spread", ["fixed", "exponential"])
def test_one_more_caseworker_never_delays_a_decision(workers: int, spread: str) -> None:
    """Per claim, where none overtakes another: both runs see the same cases."""
    sets = (*BUSY, f"fund.decision.spread={spread}", "fund.decision.handling.median=0!")
    fewer = run("albania+tariff", *sets, f"fund.decision.posts={workers}")
    more = run("albania+tariff", *sets, f"fund.decision.posts={workers + 1}")
    assert (more.decided_at <= fewer.decided_at).all()
    assert (more.decided_at < fewer.decided_at).any()


@pytest.mark.parametrize("posts", [0.5, 1, 1.25, 3])
@pytest.mark.parametrize("more", [0.25, 0.5, 1])
@pytest.mark.parametrize("order", ["filed", "children_first"])
def test_with_more_posts_no_later_number_of_claims_is_decided(
    posts: float, more: float, order: str
) -> None:
    """A file that waits for the police may be overtaken; how many are decided by any time never falls."""
    sets = (*BUSY, f"fund.decision.order={order}")
    fewer, many = (
        in_turn(run("albania+tariff", *sets, f"fund.decision.posts={p}"))
        for p in (posts, posts + more)
    )
    assert (many <= fewer).all()
    assert (many < fewer).any()


def test_a_committee_that_decides_more_files_or_meets_as_often_again_decides_no_fewer_by_any_time() -> (
    None
):
    sets = ("fund.decision.body=committee", "fund.decision.sessions_a_year=3")
    few, more = (
        in_turn(run("albania+tariff", *sets, f"fund.decision.files_a_session={n}"))
        for n in (10, 11)
    )
    assert (more <= few).all()
    assert (more < few).any()


def test_children_first_delays_no_child_at_a_committee_and_leaves_the_number_decided() -> None:
    sets = ("fund.decision.body=committee", "fund.decision.files_a_session=8")
    filed, first = (
        run("albania+tariff", *sets, f"fund.decision.order={order}")
        for order in ("filed", "children_first")
    )
    child = first.drawn.cases.victims.child[first.drawn.claims.case]
    assert (first.decided_at[child] <= filed.decided_at[child]).all()
    assert (first.decided_at[~child] >= filed.decided_at[~child]).all()
    assert (first.decided_at != filed.decided_at).any()
    assert np.array_equal(in_turn(first), in_turn(filed))


def test_a_higher_tariff_never_lowers_a_benefit_or_moves_a_decision() -> None:
    low, high = (
        run("serbia+status_fixed", f"fund.amount.fixed={sum_}", "fund.take_up.amount_elasticity=0!")
        for sum_ in (3, 9)
    )
    assert (high.drawn.claims.benefit >= low.drawn.claims.benefit).all()
    assert np.array_equal(high.decided_at, low.decided_at)


def test_easier_approval_never_refuses_who_was_granted() -> None:
    strict, mild = (run("serbia+tariff", f"fund.decision.approval_rate={p}") for p in (0.4, 0.7))
    assert (mild.drawn.claims.approved >= strict.drawn.claims.approved).all()


def test_a_filing_limit_only_removes_claims() -> None:
    free, bound = run("serbia+tariff"), run("serbia+tariff", "fund.eligible.filing_limit_months=6")
    assert np.isin(bound.drawn.claims.case, free.drawn.claims.case).all()
    assert bound.drawn.claims.size < free.drawn.claims.size


def test_full_enforcement_failure_pays_nobody_without_a_fund() -> None:
    assert not run("serbia+no_fund", "enforcement.failure_rate=1").drawn.cases.recovered.any()


def test_no_fund_costs_nothing_and_does_nothing() -> None:
    ledger = run("serbia+no_fund").ledger
    assert not ledger.cash.any()
    assert not ledger.costs_total.any()
    assert not ledger.benefits.any()


def test_the_wider_entry_point_entitles_more() -> None:
    """Identified > indicted > convicted; judgment ⊇ unpaid judgment for those of the horizon."""
    entitled = {}
    for point in ("identified", "indictment", "conviction"):
        entry = run("serbia+tariff", f"fund.entry_point={point}").drawn
        entitled[point] = set(entry.cases.victims.word[entry.entry.entitled].tolist())
    now = run("serbia+tariff").drawn.cases.victims
    known = set(now.word.tolist())
    assert entitled["conviction"] & known < entitled["indictment"] & known < entitled["identified"]
