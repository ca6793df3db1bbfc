"""Value of information against closed forms, and what must hold whatever the sample.

The sample has the structure of a real one: twins share a set of assumptions, batches of 16 sets are a
Latin hypercube.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fundsim.analysis.decision import (
    Decision,
    contribution_decision,
    drawn_assumptions,
    group_of,
    policy_decision,
)
from fundsim.analysis.information import Value, evpi, evppi, worth
from fundsim.analysis.needs import needs
from fundsim.analysis.project import project
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError

SEED = 20260711
N = 6400


def hypercube(rng: np.random.Generator, n: int = N) -> np.ndarray:
    """Standard normals of one assumption, as a run draws them.  [replication]"""
    strata = rng.permuted(np.tile(np.arange(16), (n // 32, 1)), axis=1)
    z = stats.norm.ppf((strata + rng.uniform(size=strata.shape)) / 16)
    return np.repeat(z.ravel(), 2)


def two_options(mean: float, sd: float) -> float:
    """EVPPI of choosing between a loss of 0 and one of N(mean, sd²) where all of sd is learnt:
    min(0, m) + s·φ(m/s) − m·Φ(−m/s)  (unit normal linear loss, Raiffa and Schlaifer 1961)."""
    if sd == 0:
        return 0.0
    return float(
        min(0.0, mean) + sd * stats.norm.pdf(mean / sd) - mean * stats.norm.cdf(-mean / sd)
    )


def close(value: Value, known: float, share: float = 0.05) -> None:
    error = value.value.mc_error
    assert error is not None
    assert abs(value.value.value - known) <= max(share * known, 0.0)
    assert abs(value.value.value - known) <= 3 * error


# one decision: 0, or 0.5 + 3·x₁ + x₂ + 0·x₃ + 2·chance
WEIGHTS, MEAN, CHANCE = (3.0, 1.0, 0.0), 0.5, 2.0


@pytest.fixture(scope="module")
def linear() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(SEED)
    inputs = np.stack([hypercube(rng) for _ in WEIGHTS])
    loss = MEAN + np.array(WEIGHTS) @ inputs + CHANCE * rng.normal(size=N)
    return np.stack([np.zeros(N), loss]), inputs


Linear = tuple[np.ndarray, np.ndarray]


def test_a_linear_gaussian_decision_within_five_per_cent(linear: Linear) -> None:
    losses, inputs = linear
    close(evppi(losses, inputs[0]), two_options(MEAN, 3))
    close(evppi(losses, inputs), two_options(MEAN, math.sqrt(10)))
    close(evppi(losses, inputs[:2]), two_options(MEAN, math.sqrt(10)))


def test_the_small_input_within_five_per_cent_on_average() -> None:
    """Alone its error is larger than 5 %: over 16 samples the mean is not."""
    found = []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        x, y = hypercube(rng), hypercube(rng)
        losses = np.stack([np.zeros(N), MEAN + 3 * x + y + CHANCE * rng.normal(size=N)])
        value = evppi(losses, y).value
        found.append((value.value, value.mc_error))
    values, errors = np.array(found, dtype=float).T
    known = two_options(MEAN, 1)
    assert abs(values.mean() / known - 1) < 0.05
    assert (np.abs(values - known) <= 3 * errors).all()
    assert 0.5 < values.std(ddof=1) / errors.mean() < 1.6


def test_perfect_information_in_closed_form(linear: Linear) -> None:
    losses, _ = linear
    found = evpi(losses)
    assert found.best == 0
    for estimate, sd in ((found.foresight, math.sqrt(14)), (found.ceiling, math.sqrt(12))):
        known = two_options(MEAN, sd)  # twins average their chance: 10 + 4/2
        assert abs(estimate.value / known - 1) < 0.05
        assert abs(estimate.value - known) <= 3 * (estimate.mc_error or 0)


def test_an_input_that_does_not_matter_is_worth_nothing() -> None:
    """Within 3 errors each time, and on average much less than the bias of the naive estimate."""
    found, naive = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x, idle = hypercube(rng, 3200), hypercube(rng, 3200)
        losses = np.stack([np.zeros(3200), 0.1 + 3 * x + rng.normal(size=3200)])
        value = evppi(losses, idle).value
        assert abs(value.value) <= 3 * (value.mc_error or 0.0) or value.value == 0
        found.append(value.value)
        fitted = np.poly1d(np.polyfit(idle, losses[1], 6))(idle)
        naive.append(min(0, losses[1].mean()) - np.minimum(fitted, 0).mean())
    assert abs(np.mean(found)) < 0.25 * np.mean(naive)


def test_where_one_option_is_always_best_nothing_is_worth_knowing() -> None:
    rng = np.random.default_rng(SEED)
    x = hypercube(rng)
    value = evppi(np.stack([x, x + 1 + 0.1 * rng.uniform(size=N)]), x)
    assert value.value.value == pytest.approx(0, abs=1e-12)
    assert value.changes == 0


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    options=st.integers(2, 6),
    inputs=st.integers(1, 4),
    chance=st.floats(0, 5),
)
def test_no_value_exceeds_perfect_information(
    seed: int, options: int, inputs: int, chance: float
) -> None:
    """In every sample, not on average: knowing inputs ≤ knowing all assumptions' ceiling ≤ foresight."""
    rng = np.random.default_rng(seed)
    x = np.stack([hypercube(rng, 320) for _ in range(inputs)])
    losses = rng.normal(size=(options, inputs)) @ x + rng.normal(size=(options, 1))
    losses = losses + chance * rng.normal(size=losses.shape)
    perfect = evpi(losses)
    for known in (x[0], x):
        assert evppi(losses, known).value.value <= perfect.ceiling.value + 1e-12
    assert perfect.ceiling.value <= perfect.foresight.value + 1e-12


def test_what_all_options_lose_alike_does_not_matter(linear: Linear) -> None:
    losses, inputs = linear
    shared = 1000 * inputs[1] + 7
    for known in (inputs[0], inputs):
        ours, theirs = evppi(losses, known).value, evppi(losses + shared, known).value
        assert ours.value == pytest.approx(theirs.value, abs=1e-8)


def test_only_the_order_of_an_input_matters(linear: Linear) -> None:
    losses, inputs = linear
    assert evppi(losses, inputs[0]) == evppi(losses, np.exp(inputs[0]))


def test_a_bent_relation_is_found() -> None:
    """Loss depends on |x| only: its correlation with x is 0, its value is not."""
    rng = np.random.default_rng(SEED)
    x = hypercube(rng)
    losses = np.stack([np.zeros(N), np.abs(x) - 0.8 + rng.normal(size=N)])
    grid = np.linspace(-8, 8, 40_001)
    known = min(0.0, math.sqrt(2 / math.pi) - 0.8) - np.trapezoid(
        np.minimum(np.abs(grid) - 0.8, 0) * stats.norm.pdf(grid), grid
    )
    close(evppi(losses, x), float(known))


def test_a_product_is_found_by_the_group_alone() -> None:
    rng = np.random.default_rng(SEED)
    x, y = hypercube(rng), hypercube(rng)
    losses = np.stack([np.zeros(N), 0.5 + 2 * x * y + rng.normal(size=N)])
    singles = [evppi(losses, z).value for z in (x, y)]
    for value in singles:
        assert abs(value.value) <= 3 * (value.mc_error or 0)
    product = rng.normal(size=10**6) * rng.normal(size=10**6)
    known = 0.0 - np.minimum(0.5 + 2 * product, 0).mean()
    together = evppi(losses, np.stack([x, y]))
    assert together.value.value == pytest.approx(known, rel=0.08)


def test_a_group_is_never_worth_less_than_its_members_nor_more_than_foresight() -> None:
    """Linear and Gaussian, in small samples: every one is in order, and on average the group is what the closed form says."""
    n, found = 960, []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        x = {f"x{i}": hypercube(rng, n) for i in range(8)}
        loss = MEAN + 3 * x["x0"] + x["x1"] + CHANCE * rng.normal(size=n)
        groups = {key: "known" if key in ("x0", "x1", "x2") else "idle" for key in x}
        all_of = worth(Decision(("a", "b"), np.stack([np.zeros(n), loss])), x, groups)
        singles = {v.name: v.value.value for v in all_of.singles}
        for group in all_of.groups:
            members = [singles[key] for key in x if groups[key] == group.name]
            assert max(members) <= group.value.value <= all_of.everything.value.value
            assert group.by in ("", *x)
        assert all_of.everything.value.value <= all_of.evpi.ceiling.value + 1e-12
        assert all_of.evpi.ceiling.value <= all_of.evpi.foresight.value + 1e-12
        found.append(next(v.value for v in all_of.groups if v.name == "known"))
    values, known = np.array([v.value for v in found]), two_options(MEAN, math.sqrt(10))
    errors = np.array([v.mc_error for v in found], dtype=float)
    assert (np.abs(values - known) <= 3 * errors).all()
    assert abs(values.mean() / known - 1) < 0.05


def test_a_group_takes_the_rule_of_a_member_where_its_own_is_worse() -> None:
    """Thirty inputs that do not matter beside one that does, in 640 futures."""
    rng = np.random.default_rng(SEED)
    x = {f"x{i}": hypercube(rng, 640) for i in range(31)}
    loss = MEAN + 3 * x["x0"] + CHANCE * rng.normal(size=640)
    losses = np.stack([np.zeros(640), loss])
    own = evppi(losses, np.stack(list(x.values()))).value.value
    found = worth(Decision(("a", "b"), losses), x, dict.fromkeys(x, "all"))
    [single] = [v for v in found.singles if v.name == "x0"]
    [group] = found.groups
    assert own < single.value.value
    assert (group.by, group.value, group.inputs) == ("x0", single.value, 31)
    assert found.everything.by == "x0"
    assert found.enough == 31 * 50


def test_an_input_of_few_values_is_learnt() -> None:
    rng = np.random.default_rng(SEED)
    x = np.repeat(rng.integers(0, 3, size=N // 2), 2).astype(float)
    means = np.array([-1.0, 0.5, 2.0])
    losses = np.stack([np.zeros(N), means[x.astype(int)] + rng.normal(size=N)])
    close(evppi(losses, x), 1 / 3, 0.08)


# ------------------------------------------------------------------------------- contribution


def newsvendor(sd: float, known: float) -> float:
    """Normal need: the best level costs (short + idle)·sd·φ(z₉₅); learning a part leaves the rest."""
    return float(stats.norm.pdf(stats.norm.ppf(0.95)) * (sd - math.sqrt(sd**2 - known**2)))


def test_the_contribution_level_in_closed_form() -> None:
    rng = np.random.default_rng(SEED)
    x = np.stack([hypercube(rng) for _ in WEIGHTS])
    need = 10_000 + 1000 * (np.array(WEIGHTS) @ x + CHANCE * rng.normal(size=N))
    decision = contribution_decision(need)
    best = evpi(decision.losses)
    level = np.sort(need)[int(0.95 * N)]
    assert decision.options[best.best] == f"€ {level:,.0f} a year"
    sd = math.sqrt(14)
    assert best.loss.value == pytest.approx(1000 * newsvendor(sd, sd), rel=0.03)
    assert best.foresight.value == pytest.approx(best.loss.value, rel=0.06)  # up to the grid
    close(evppi(decision.losses, x[0]), 1000 * newsvendor(sd, 3), 0.08)
    close(evppi(decision.losses, x), 1000 * newsvendor(sd, math.sqrt(10)), 0.08)
    nothing = evppi(decision.losses, x[2]).value
    assert abs(nothing.value) <= 3 * (nothing.mc_error or 0)


def test_prices_move_the_best_level() -> None:
    need = np.arange(3200.0)
    for short, share in ((0.05, 0.5), (0.45, 0.9), (4.95, 0.99)):
        decision = contribution_decision(need, short=short)
        best = evpi(decision.losses).best
        assert (
            decision.options[best] == f"€ {np.quantile(need, share, method='higher'):,.0f} a year"
        )


def test_futures_that_no_level_saves_are_counted_and_decide_nothing() -> None:
    need = np.arange(640.0)
    need[::10] = np.inf
    decision = contribution_decision(need)
    assert decision.hopeless == 64
    assert np.isfinite(decision.losses).all()
    assert (decision.losses[:, ::10] == 0).all()
    capped = contribution_decision(need, most=1000)
    assert capped.hopeless == 0
    assert capped.options[-1] == "€ 1,000 a year"


# ------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (lambda: contribution_decision(np.full(640, np.inf)), "no contribution suffices"),
        (lambda: contribution_decision(np.ones(640), short=0), "must be above 0"),
        (lambda: evppi(np.zeros((2, 64)), np.zeros(64)), "too few"),
        (lambda: worth(contribution_decision(np.arange(640.0)), {"a": np.ones(640)}, {}), "nothing is uncertain"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused(what: Callable[[], object], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        what()


# ------------------------------------------------------------------------------- a real scenario


def test_a_scenario_from_one_run() -> None:
    scenario = load("serbia+tariff")
    needed = needs(scenario, "budget", 640, SEED)
    inputs = drawn_assumptions(scenario, 640, SEED, "budget")
    assert not any(key.startswith("income.gambling_levy") for key in inputs)
    groups = {key: group_of(key, scenario.world) for key in inputs}
    assert {"caseload", "awards", "enforcement", "take-up", "pathway", "costs"} <= set(
        groups.values()
    )
    decision = contribution_decision(needed.contribution)
    found = worth(decision, inputs, groups)
    # nobody knows how many will apply, and all claims hang on it
    assert "fund.take_up.unassisted_rate" in [single.name for single in found.singles[:4]]
    assert found.groups[0].name == "take-up"
    assert len(found.singles) == len(inputs)
    assert sum(group.inputs for group in found.groups) == len(inputs)
    for value in (*found.singles, *found.groups, found.everything):
        assert value.value.value <= found.evpi.ceiling.value
    idle = [v.value for v in found.singles if v.name.startswith(("award.", "enforcement."))]
    assert len(idle) > 10  # without set-off they cannot matter: the tariff waits for no court
    assert sum(abs(v.value) > 3 * (v.mc_error or 0.0) for v in idle if v.value) == 0


def test_assumptions_are_those_of_the_run() -> None:
    scenario = load("serbia+mixed_financing")
    (projection,) = project([scenario], 64, SEED)
    inputs = drawn_assumptions(scenario, 64, SEED)
    assert "income.trafficking_assets.yearly_value" in inputs
    assert group_of("income.trafficking_assets.yearly_value", scenario.world) == "assets"
    for key, values in inputs.items():
        assert (values == projection.column(f"assumption:{key}")).all()


def test_a_choice_between_policies() -> None:
    """Between a dear and a cheap fund, at prices that value what victims get."""
    sets = ("time.horizon_years=4", "time.runoff_years=2", "time.history_years=4")
    policies = [load(f"serbia+{name}", sets) for name in ("tariff", "status_fixed")]
    projections = project(policies, 640, SEED)
    decision = policy_decision(
        projections, {"due_a_year": 1.0, "unpaid": 0.95, "amount_with": -0.25}
    )
    assert decision.options == ("serbia+tariff", "serbia+status_fixed")
    due, unpaid, given_to = (
        projections[0].column("due_a_year"),
        sum(projections[0].column(f"unpaid@{y}") for y in range(2027, 2031)) / 4,
        projections[0].column("amount_with"),
    )
    assert decision.losses[0] == pytest.approx(due + 0.95 * unpaid - 0.25 * given_to)
    inputs = drawn_assumptions(policies[0], 640, SEED)
    value = evppi(decision.losses, inputs["fund.take_up.unassisted_rate"])
    assert value.value.value <= evpi(decision.losses).ceiling.value
    with pytest.raises(InputError, match="no such outcome"):
        policy_decision(projections, {"nothing": 1.0})
