"""The constrained best and the Pareto front against brute force, and cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fundsim.analysis.choose import Bound, Judged, choose, front, judged
from fundsim.analysis.precision import Z95, batch_sums
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
    none = np.zeros((*table[0].shape, 2))

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
    unknown = figure([0.5, 0.5], [np.nan, 0.1])
    choice = choose(figure([1.0, 2.0], [0.1, 0.1]), True, [Bound(unknown, 0.9, False)])
    assert choice.best == 0
    assert choice.surely is None
    assert choice.rivals == ()
    assert choose(figure([1.0, 2.0], [0.1, np.nan]), True, []).rivals == (1,)


def figure(values: list[float], errors: list[float], grain: float = 0.0) -> Judged:
    """A figure of designs whose noise is independent: each has two batches of its own."""
    noise = np.zeros((len(values), 2 * len(values)))
    for i, error in enumerate(errors):
        noise[i, [2 * i, 2 * i + 1]] = np.array([error, -error]) / np.sqrt(2)
    scale = np.sqrt(1 - 1 / noise.shape[1])
    return Judged(np.array(values), np.array(errors), noise * scale, grain)


def test_the_noise_decides_what_is_sure_and_who_rivals() -> None:
    goal = figure([100.0, 101.0, 120.0, 90.0], [1.0, 1.0, 1.0, np.nan])
    share = figure([0.62, 0.70, 0.90, 0.50], [0.02, 0.02, 0.02, 0.02])
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
    goal = figure([np.inf, np.inf], [np.nan, np.nan])
    assert choose(goal, True, []).best is None


def test_the_error_of_a_mean_does_not_fall_with_circumstances_that_err_together() -> None:
    """Two batches with noise ±e/2 are an error of √(2/1·(e²/4 + e²/4)) = e."""
    batches = np.array([0.5, -0.5])
    values, noise = np.full((1, 9), 5.0), np.full((1, 9, 1), 0.3) * batches
    assert judged(values, noise, "mean", True).error == pytest.approx([0.3])
    noise[0, ::2] *= -1  # nine that err against each other, but for one
    assert judged(values, noise, "mean", True).error == pytest.approx([0.3 / 9])
    noise = np.array([[[0.4], [0.3], [0.2]]]) * batches
    worst = judged(np.array([[1.0, 3.0, 2.0]]), noise, "worst", True)
    assert [*worst.value, *worst.error] == pytest.approx([3.0, 0.3])


def test_designs_that_err_together_are_told_apart_though_each_errs_much() -> None:
    """Two dearer by 1 and by 0.1, each ± 10 with the same luck as the best, but for ± 0.2."""
    common, own = np.array([[7.0, -7.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 0.14, -0.14]])
    noise = np.concatenate([common, common + own, common + own])
    goal = Judged(np.array([100.0, 101.0, 100.1]), np.full(3, 10.0), noise)
    assert choose(goal, True, []).rivals == (2,)


def test_of_two_probabilities_six_futures_more_are_told_apart_and_four_are_not() -> None:
    """As in the exact sign test: 4 of 4 heads have p = 0.12, 6 of 6 p = 0.03."""
    n, grain = 1000, np.sqrt(2) / 1000
    for more, rivals in ((4, (1,)), (6, ())):
        happened = np.zeros((2, n))
        happened[1, : 64 * more : 64] = 1  # in batches of their own
        noise = np.stack([batch_sums(x - x.mean()) / n for x in happened])
        goal = Judged(happened.mean(axis=1), np.full(2, np.nan), noise, grain)
        assert choose(goal, True, []).rivals == rivals


def test_what_was_never_or_always_seen_has_the_error_of_wilson_s_interval() -> None:
    """None of 90, which are 45 twins: below z²/(45 + z²) = 7.9 %; the same for all of them."""
    upper = 3.841459 / (45 + 3.841459)
    assert _least_error(np.array([0.0, 1.0]), 90) * Z95 == pytest.approx([upper, upper], rel=1e-6)
