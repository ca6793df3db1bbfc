"""The constrained best and the Pareto front against brute force, and cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fundsim.analysis.choose import Bound, Judged, choose, front, judged
from fundsim.analysis.precision import Z95
from fundsim.batch.designs import _least_error

# so few that ties are frequent; inf: no amount suffices
FEW = st.integers(0, 6).map(float) | st.just(float("nan")) | st.just(float("inf"))


def beats(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return a[0] <= b[0] and a[1] >= b[1] and a != b


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(1, 30).flatmap(lambda n: arrays(float, (2, n), elements=FEW)))
def test_the_front_is_what_brute_force_finds(table) -> None:
    cost, victims = table
    known = [i for i in range(cost.size) if np.isfinite(table[:, i]).all()]
    pairs = {i: (cost[i], victims[i]) for i in known}
    wanted = {pairs[i] for i in known if not any(beats(pairs[j], pairs[i]) for j in known)}
    found = front(cost, victims)
    assert [pairs[int(i)] for i in found] == sorted(wanted)
    for i in found:  # of equals the first
        assert int(i) == min(j for j in known if pairs[j] == pairs[int(i)])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.integers(1, 12).flatmap(lambda n: arrays(float, (3, n, 2), elements=FEW)),
    st.booleans(), st.booleans(), st.sampled_from(["worst", "mean"]),
)  # fmt: skip
def test_the_best_is_what_brute_force_finds(table, least: bool, at_least: bool, over: str) -> None:
    none = np.zeros_like(table[0])

    def by_hand(values, higher_is_worse: bool) -> float:
        if np.isnan(values).any():
            return float("nan")
        if over == "mean":
            return float(values.mean())
        return float(values.max() if higher_is_worse else values.min())

    goal = judged(table[0], none, over, higher_is_worse=least)
    bounds = [
        Bound(judged(table[1], none, over, higher_is_worse=not at_least), 2.0, at_least),
        Bound(judged(table[2], none, over, higher_is_worse=True), 4.0, False),
    ]
    candidates = []
    for i in range(table.shape[1]):
        g = by_hand(table[0, i], least)
        first, second = by_hand(table[1, i], not at_least), by_hand(table[2, i], True)
        if not np.isnan([g, first, second]).any():
            fits = (first >= 2 if at_least else first <= 2) and second <= 4 and np.isfinite(g)
            if fits:
                candidates.append((g if least else -g, i))
    choice = choose(goal, least, bounds)
    assert choice.best == (min(candidates)[1] if candidates else None)
    assert set(np.flatnonzero(choice.met)) == {i for _, i in candidates}


def test_noise_that_is_not_known_is_not_taken_for_none() -> None:
    figure = Judged(np.array([0.5]), np.array([np.nan]))
    choice = choose(Judged(np.array([1.0]), np.array([0.1])), True, [Bound(figure, 0.9, False)])
    assert choice.best == 0
    assert choice.surely is None


def test_the_noise_decides_what_is_sure_and_who_rivals() -> None:
    goal = Judged(np.array([100.0, 101.0, 120.0, 90.0]), np.array([1.0, 1.0, 1.0, np.nan]))
    share = Judged(np.array([0.62, 0.70, 0.90, 0.50]), np.array([0.02, 0.02, 0.02, 0.02]))
    choice = choose(goal, True, [Bound(share, 0.6, True)])
    assert choice.best == 0
    assert choice.rivals == (1,)  # 1 behind, within 1.96·√2; 20 behind is told apart
    assert not choice.surely  # 0.62 is within two errors of 0.6
    assert choice.alone == (3,)
    assert choose(goal, False, [Bound(share, 0.6, True)]).best == 2
    assert choose(goal, True, [Bound(share, 0.55, True)]).surely
    assert choose(goal, True, [Bound(share, 0.95, True)]).best is None
    assert Bound(share, 0.95, True).reached == 0.9


def test_an_amount_that_nothing_suffices_for_is_never_the_best() -> None:
    goal = Judged(np.array([np.inf, np.inf]), np.array([np.nan, np.nan]))
    assert choose(goal, True, []).best is None


def test_the_error_of_a_mean_does_not_fall_with_the_circumstances() -> None:
    values, errors = np.full((1, 9), 5.0), np.full((1, 9), 0.3)
    assert judged(values, errors, "mean", True).error == pytest.approx([0.3])
    worst = judged(np.array([[1.0, 3.0, 2.0]]), np.array([[0.4, 0.3, 0.2]]), "worst", True)
    assert [*worst.value, *worst.error] == [3.0, 0.3]


def test_what_was_never_or_always_seen_has_the_error_of_wilson_s_interval() -> None:
    """None of 90, which are 45 twins: below z²/(45 + z²) = 7.9 %; the same for all of them."""
    upper = 3.841459 / (45 + 3.841459)
    assert _least_error(np.array([0.0, 1.0]), 90) * Z95 == pytest.approx([upper, upper], rel=1e-6)
