"""Sensitivity: known functions first, then the model against itself."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats

from fundsim.analysis import precision
from fundsim.analysis.directions import LEVERS, judged, signs
from fundsim.analysis.indices import first_order, function_indices, pick_freeze
from fundsim.analysis.inputs import Run, inputs, run_all, target
from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.precision import Estimate
from fundsim.analysis.project import Projection, project
from fundsim.analysis.sensitivity import THE_REST, ranking, swapped
from fundsim.analysis.tornado import Bar, tornado
from fundsim.model.background import table_years
from fundsim.model.parameters import Parameters, stratified
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.report.sensitivity.tell import sentence
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.schema import Link
from tests.random_scenarios import COUNTRIES

SHORT = ("time.horizon_years=6", "time.runoff_years=4", "time.history_years=2")
UNUSED = "income.donors.amount"  # the tariff policy takes nothing from donors

A, B = 7.0, 0.1
PARTS = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 8 * B**2 * np.pi**8 / 225
VARIANCE = sum(PARTS)
FIRST = np.array([PARTS[0], PARTS[1], 0.0]) / VARIANCE
TOTAL = np.array([PARTS[0] + PARTS[2], PARTS[1], PARTS[2]]) / VARIANCE


def ishigami(u: Floats) -> Floats:
    """Ishigami and Homma (1990); its indices stand above."""
    x = np.pi * (2 * u - 1)
    return np.asarray(np.sin(x[0]) + A * np.sin(x[1]) ** 2 + B * x[2] ** 4 * np.sin(x[0]))


WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def g_function(u: Floats) -> Floats:
    """Saltelli and Sobol' (1995)."""
    a = WEIGHTS[:, None]
    return np.asarray(np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=0))


def g_indices() -> tuple[Floats, Floats]:
    parts = 1 / (3 * (1 + WEIGHTS) ** 2)
    whole = np.prod(1 + parts) - 1
    return parts / whole, parts * np.prod(1 + parts) / (1 + parts) / whole


def uniforms(inputs: int, n: int, seed: int) -> Floats:
    return stratified(Streams(seed, "XX"), [f"x{i}" for i in range(inputs)], np.arange(n))


def noise(n: int, seed: int) -> Floats:
    """Independent standard normals of two lives.  [set, life]"""
    u = Streams(seed, "XX").of_replications(["first life", "second life"], np.arange(n))
    return np.asarray(special.ndtri(u).T)


@pytest.mark.parametrize("seed", range(3))
def test_ishigami_by_exchange_at_the_default_size(seed: int) -> None:
    found = function_indices(ishigami, 3, seed=seed)
    assert np.abs(found.first.value - FIRST).max() < 0.02
    assert np.abs(found.total.value - TOTAL).max() < 0.02
    assert float(found.variance.assumptions.value) == pytest.approx(VARIANCE, rel=0.02)
    assert float(found.variance.chance.value) == 0
    assert (found.first.low95 <= FIRST).all()
    assert (found.first.high95 >= FIRST).all()


def test_the_formula_is_that_of_scipy() -> None:
    """On the same points: scipy.stats.sobol_indices takes values too."""
    u = uniforms(6, 1024, 5)
    a, b = u[:3], u[3:]
    swaps = []
    for i in range(3):
        swaps.append(a.copy())
        swaps[i][i] = b[i]
    y_a, y_b, y_ab = ishigami(a), ishigami(b), np.stack([ishigami(x) for x in swaps])
    theirs = stats.sobol_indices(
        func={"f_A": y_a[None], "f_B": y_b[None], "f_AB": y_ab[:, None]}, n=1024
    )
    ours = pick_freeze(y_a, y_b, y_ab)
    # they take the variance with n, we with n - 1 below; and the mean of A and B together
    assert ours.first.value == pytest.approx(theirs.first_order.ravel(), abs=0.005)
    assert ours.total.value == pytest.approx(theirs.total_order.ravel(), abs=0.005)


@pytest.mark.parametrize("seed", range(3))
def test_ishigami_from_given_data(seed: int) -> None:
    """10,000 values; or 5,000 sets lived twice, with a quarter of the variance as noise."""
    u = uniforms(3, 10_000, seed)
    found = first_order(u, ishigami(u), seed=seed)
    assert np.abs(found.share.value - FIRST).max() < 0.02
    assert (found.share.low95 <= FIRST).all()
    assert (found.share.high95 >= FIRST).all()
    assert found.share.low95[2] <= 0
    sets = u[:, :5000]
    y = ishigami(sets)[:, None] + noise(5000, seed) * np.sqrt(VARIANCE / 4)
    noisy = first_order(sets, y, seed=seed)
    assert np.abs(noisy.share.value - FIRST).max() < 0.03
    assert float(noisy.variance.chance.value) == pytest.approx(VARIANCE / 4, rel=0.08)
    assert float(noisy.variance.assumptions.low95) < VARIANCE
    assert float(noisy.variance.assumptions.high95) > VARIANCE


def test_given_data_has_no_bias_under_noise() -> None:
    """The mean over 30 samples, within three of its standard errors; the noise is four variances."""
    shares, inside = [], []
    for seed in range(30):
        u = uniforms(3, 2048, seed)
        y = ishigami(u)[:, None] + noise(2048, seed) * 2 * np.sqrt(VARIANCE)
        found = first_order(u, y, seed=seed, resamples=200)
        known = float(found.variance.assumptions.value) / VARIANCE
        shares.append(found.share.value * known)  # the numerator, over the true variance
        inside.append((found.share.low95 <= FIRST) & (found.share.high95 >= FIRST))
    error = np.std(shares, axis=0, ddof=1) / np.sqrt(30)
    bins_hide = 0.01  # 32 bins
    assert (np.abs(np.mean(shares, axis=0) - FIRST) < 3 * error + bins_hide).all()
    assert np.mean(inside) > 0.85  # of 90 intervals


def test_the_g_function_is_ranked_rightly() -> None:
    first, total = g_indices()
    found = function_indices(g_function, 6)
    assert np.abs(found.first.value - first).max() < 0.02
    assert np.abs(found.total.value - total).max() < 0.02
    assert list(np.argsort(-found.total.value)[:4]) == [0, 1, 2, 3]
    u = uniforms(6, 10_000, 1)
    given = first_order(u, g_function(u))
    assert np.abs(given.share.value - first).max() < 0.03
    assert list(np.argsort(-given.share.value)[:4]) == [0, 1, 2, 3]


def test_a_sum_of_normals_has_its_squared_weights() -> None:
    weights = np.array([4.0, 2.0, 1.0, 0.0])
    shares = weights**2 / (weights**2).sum()

    def line(u: Floats) -> Floats:
        return np.asarray(weights @ special.ndtri(u))

    found = function_indices(line, 4)
    assert np.abs(found.first.value - shares).max() < 0.02
    assert np.abs(found.total.value - shares).max() < 0.02
    u = uniforms(4, 10_000, 3)
    assert np.abs(first_order(u, line(u)).share.value - shares).max() < 0.02


def test_inputs_that_do_nothing_are_not_told_from_nothing() -> None:
    """Of 60, two or so by chance at 95 %; the intervals are rather too wide near 0."""
    u = uniforms(61, 2048, 4)
    y = u[0][:, None] + noise(2048, 4) * 0.3
    found = first_order(u, y)
    assert found.share.low95[0] > 0.9
    assert (found.share.low95[1:] > 0).sum() <= 3
    assert np.abs(found.share.value[1:]).max() < 0.03


def test_under_noise_the_total_index_is_that_of_the_expected_outcome() -> None:
    """Exchange with chance: y = x0 + x1·chance.  Given chance, x1 counts; in expectation it does not."""
    n = 20_000
    a, b = uniforms(4, n, 7)[:2], uniforms(4, n, 7)[2:]
    own, other = noise(n, 8), noise(n, 9)

    def y(x: Floats, chance: Floats) -> Floats:
        return np.asarray(x[0][:, None] + x[1][:, None] * chance)

    y_ab = np.stack([y(np.stack([b[0], a[1]]), own), y(np.stack([a[0], b[1]]), own)])
    found = pick_freeze(y(a, own), y(b, other), y_ab)
    known, chance = 1 / 12, 1 / 3
    assert float(found.variance.assumptions.value) == pytest.approx(known, rel=0.05)
    assert float(found.variance.chance.value) == pytest.approx(chance, rel=0.05)
    assert found.first.value == pytest.approx([1, 0], abs=0.06)
    assert found.total.value == pytest.approx([1, 0], abs=0.06)
    whole = known + chance
    expected = [known / whole, 1 / 12 / whole]  # x1: Var(x1)·E[chance²]
    assert found.total_with_chance.value == pytest.approx(expected, abs=0.02)


@pytest.fixture(scope="module")
def projection() -> Projection:
    return project([load("serbia+tariff+informing", [*SHORT, "correlations=[]"])], 6144, seed=11)[0]


def test_a_ranking_has_every_input_once_with_source_and_grade(projection: Projection) -> None:
    found = ranking(projection, "due_a_year")
    names = [row.input.name for row in found.rows]
    assert sorted(names) == sorted(one.name for one in inputs(projection.scenario))
    assert "reform.informing.effects[0]" in names
    assert "caseload.forms.labour" in names
    assert all(row.input.source and row.input.unit for row in found.rows)
    assert [r.share for r in found.rows] == sorted((r.share for r in found.rows), reverse=True)
    first = found.rows[0]
    assert (first.input.name, first.direction, first.told) == (
        "fund.take_up.unassisted_rate",
        1,
        True,
    )
    unused = next(row for row in found.rows if row.input.name == UNUSED)
    assert not unused.told
    told = [row.share for row in found.rows if row.told]
    assert found.rows[-1].cumulative == pytest.approx(sum(told))
    assert sum(found.by_grade.values()) == pytest.approx(1)
    assert found.joint == pytest.approx(1 - sum(told))
    assert "rests on judgement" in sentence(found)
    assert found.half()[0] == first


def test_the_two_parts_of_the_spread_are_those_of_the_run(projection: Projection) -> None:
    for measure in ("due_a_year", "worst_balance"):
        found, parts = ranking(projection, measure), precision.spread(projection.column(measure))
        assert parts is not None
        assert found.sd_assumptions == pytest.approx(parts.assumptions, rel=1e-9)
        assert found.sd_chance == pytest.approx(parts.chance, rel=1e-9)


def test_a_ranking_of_a_year_and_of_a_ratio(projection: Projection) -> None:
    assert ranking(projection, "due_real@2030").rows[0].told
    found = ranking(projection, "months_to_payment_without")
    missing = (projection.column("paid_without") == 0).reshape(-1, 2).any(axis=1)
    assert found.left_out == 2 * missing.sum() > 0


def test_exchange_and_given_data_agree_on_the_model(projection: Projection) -> None:
    ranked = ranking(projection, "due_a_year")
    names = [row.input.name for row in ranked.rows[:4]]
    found = swapped(projection, "due_a_year", [*names, UNUSED])
    assert found.names == (*names, UNUSED, THE_REST)
    assert found.sets == 6144 // 4
    for place, row in enumerate(ranked.rows[:4]):
        value, low, high = found.indices.first.at(place)
        ours, theirs = (row.high95 - row.low95) / 4, (high - low) / 4
        assert abs(value - row.share) < 3 * np.hypot(ours, theirs)
        assert found.indices.total.at(place)[2] > low
    unused = found.row(4)
    assert (unused["first"], unused["total"], unused["total_with_chance"]) == (0, 0, 0)
    ten = swapped(projection, "due_a_year", sets=128)
    assert ten.names == (*[row.input.name for row in ranked.rows if row.told][:10], THE_REST)
    # without interactions the first-order indices would sum to 1: here they cannot exceed it by much
    assert 0.7 < found.indices.first.value.sum() < 1.15


def test_inputs_tied_by_a_correlation_are_exchanged_together(projection: Projection) -> None:
    world = projection.scenario.world
    pair = ("fund.take_up.unassisted_rate", "caseload.level")
    link = Link(first=pair[0], second=pair[1], correlation=0.5, source="judgement")
    scenario = replace(
        projection.scenario, world=world.model_copy(update={"correlations": (link,)})
    )
    found = swapped(project([scenario], 512, seed=3)[0], "due_a_year", [pair[1], pair[0]])
    assert found.names == (f"{pair[1]} + {pair[0]}", THE_REST)


def test_given_uniforms_replace_the_drawn_ones_and_no_others() -> None:
    world = load("serbia+tariff+informing", SHORT).world
    streams, numbers = Streams(5, "RS"), np.arange(40, 104)
    plain = Parameters(world, streams, numbers, table_years(world))
    same = Parameters(world, streams, numbers, table_years(world), given=plain.uniforms)
    key, effect = "fund.take_up.unassisted_rate", "reform.informing.effects[0]"
    moved = Parameters(
        world, streams, numbers, table_years(world), given={key: np.full(32, 0.9), effect: plain.uniforms[effect]}
    )  # fmt: skip
    for name, values in plain.drawn().items():
        assert np.array_equal(values, same.drawn()[name])
        assert np.array_equal(values, moved.drawn()[name]) == (name != key)
    assert moved.drawn()[key] == pytest.approx(0.25)
    assert np.array_equal(plain["pathway.informed_rate"], moved["pathway.informed_rate"])
    certain = Parameters(world, streams, numbers, table_years(world), certain=True)
    assert np.array_equal(certain.forms[0], np.array(world.caseload.forms.shares))
    form = {"caseload.forms.labour": np.full(32, 0.9)}
    forms = Parameters(world, streams, numbers, table_years(world), True, form).forms
    assert forms.sum(axis=1) == pytest.approx(1)
    assert (forms[:, 1] > world.caseload.forms.shares[1]).all()
    with pytest.raises(ValueError, match="nothing is drawn under the name"):
        Parameters(world, streams, numbers, table_years(world), given={"take_up": np.zeros(32)})


def test_a_tornado_stands_on_the_certain_run() -> None:
    sets = [
        *SHORT,
        "income.budget.vote=fixed",
        "income.budget.amount=300000",
    ]  # else a new value is planned for
    scenario = load("serbia+tariff", sets)
    keys = ["fund.take_up.unassisted_rate", "caseload.level", UNUSED]
    found = tornado(scenario, "due_a_year", 160, seed=4, only=keys)
    certain = outcomes(simulate(scenario.world, 4, np.arange(160), certain=True))["due_a_year"]
    assert found.centre.value == certain.mean()
    bars = {bar.input.name: bar for bar in found.bars}
    assert [bar.input.name for bar in found.bars] == keys
    unused = bars[UNUSED]
    assert (unused.width, unused.direction, unused.change_low) == (0, 0, Estimate(0.0, 0.0))
    # the same as writing the low value into the scenario
    for key in keys[:2]:
        bar = bars[key]
        low = load("serbia+tariff", [*sets, f"{key}={bar.input.low!r}"]).world
        by_hand = outcomes(simulate(low, 4, np.arange(160), certain=True))["due_a_year"]
        assert bar.at_low == pytest.approx(by_hand.mean(), rel=1e-9)
        error = precision.batch_error(by_hand - certain - (by_hand - certain).mean())
        assert bar.change_low.mc_error == pytest.approx(error)
        assert bar.direction == 1
        assert not bar.both_one_way


def test_a_bar_that_goes_one_way_at_both_ends_has_no_direction() -> None:
    one = inputs(load("serbia+tariff"))[0]
    bar = Bar(one, 3.0, 2.0, Estimate(2.0, 0.1), Estimate(1.0, 0.1), both_one_way=True)
    assert (bar.width, bar.direction) == (2.0, 0)
    assert replace(bar, both_one_way=False, change_high=Estimate(-1.0, 0.1)).direction == -1
    assert replace(bar, both_one_way=False, change_low=Estimate(0.1, 0.1)).width == 1.0


def test_a_tornado_of_a_reform_moves_its_effects_and_shares_chance_over_workers() -> None:
    scenario = load("serbia+tariff+informing", SHORT)
    only = ["reform.informing.effects[0]", "caseload.forms.sexual"]
    found = tornado(scenario, "share_paid_with", 1024, seed=4, only=only)
    assert found.bars[0].input.name == only[0]
    assert found.bars[0].direction == 1
    assert "effect on pathway.informed_rate" in found.bars[0].input.label
    assert found == tornado(scenario, "share_paid_with", 1024, seed=4, workers=2, only=only)


def test_a_narrowed_assumption_is_moved_by_less() -> None:
    plain, narrow = (
        {one.name: one for one in inputs(load(f"serbia+tariff{more}"))}
        for more in ("", "+national_rapporteur")
    )
    key = "fund.take_up.unassisted_rate"
    assert plain[key].low < narrow[key].low < narrow[key].high < plain[key].high
    assert not [name for name in narrow if name.startswith("reform.national_rapporteur.effects")]
    # what is told is what is run
    world = load("serbia+tariff+national_rapporteur", SHORT).world
    parameters = Parameters(
        world, Streams(1, "RS"), np.arange(2), table_years(world), True, {key: np.array([0.1])}
    )
    assert parameters.drawn()[key] == pytest.approx(narrow[key].low)


def test_discrete_values_have_a_range_and_a_place_in_the_ranking() -> None:
    scenario = load(
        "serbia+tariff",
        [*SHORT, 'fund.costs.office_a_year={value=60000,shape="discrete",values=[30000,60000,200000],'
         'probabilities=[0.2,0.5,0.3],unit="EUR a year",source="judgement"}'],
    )  # fmt: skip
    one = next(one for one in inputs(scenario) if one.name == "fund.costs.office_a_year")
    assert (one.low, one.value, one.high) == (30000, 60000, 200000)
    found = ranking(project([scenario], 1024, seed=2)[0], "due_a_year")
    assert one.name in [row.input.name for row in found.rows[:2] if row.told]
    bar = tornado(scenario, "due_a_year", 64, only=[one.name]).bars[0]
    assert bar.at_low < bar.at_high


def test_runs_are_put_together_from_blocks_in_order() -> None:
    world = load("serbia+tariff", SHORT).world
    wanted = target(world, "ruin")
    u = uniforms(1, 300, 2)[0]
    (table,) = run_all(
        [Run(world, range(100, 700), given={"fund.take_up.unassisted_rate": u})], 3, [wanted]
    )
    part = simulate(
        world, 3, np.arange(640, 644), given={"fund.take_up.unassisted_rate": u[270:272]}
    )
    assert table["ruin"].shape == (600,)
    assert np.array_equal(table["ruin"][540:544], outcomes(part)["ruin"])


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ("due_a_yer", "did you mean 'due_a_year'"),
        ("due_real", "name a year, 2027 to 2032; did you mean 'due_real@2027'"),
        ("due_real@1999", "name a year"),
        ("ruin@2030", "of the whole horizon; did you mean 'ruin'"),
        ("advances@2028", "0 in every replication: nothing moves it"),
    ],
)
def test_bad_and_constant_measures_are_refused(
    projection: Projection, measure: str, message: str
) -> None:
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        ranking(projection, measure)


def test_bad_inputs_and_too_few_replications_are_refused(projection: Projection) -> None:
    with pytest.raises(InputError, match=r"did you mean 'fund\.take_up\.unassisted_rate'"):
        tornado(projection.scenario, "ruin", 32, only=["fund.take_up.unassisted_rat"])
    with pytest.raises(InputError, match="is no uncertain input"):
        swapped(projection, "ruin", ["fund.opening_capital"])
    few = project([projection.scenario], 64, seed=1)[0]
    with pytest.raises(InputError, match="at least 128 are needed"):
        ranking(few, "due_a_year")
    with pytest.raises(InputError, match="at least 128 are needed"):
        swapped(few, "due_a_year", ["fund.take_up.unassisted_rate"])


def test_levers_move_as_expected_in_all_six_countries() -> None:
    """Or the report says why not; never against what the table expects."""
    names = ("tariff", "cap", "budget line", "take-up", "earmark of confiscated assets")
    levers = [lever for lever in LEVERS if lever.name in names]
    found = signs([load(f"{c}+tariff", SHORT) for c in COUNTRIES], 256, 5, levers=levers)
    assert len(found) == 6 * len(names) * 3
    assert not [sign for sign in found if sign.verdict == "against expectation"]
    assert all(sign.reason for sign in found if sign.verdict != "as expected")
    for sign in found:
        if sign.lever.name in ("cap", "earmark of confiscated assets"):
            assert sign.change.value == 0
            assert sign.reason.startswith("the policy")
        if (sign.lever.name, sign.target.name) in {
            ("take-up", "due_a_year"),
            ("tariff", "due_a_year"),
        }:
            assert (sign.verdict, sign.change.value > 0) == ("as expected", True)


def test_a_change_against_expectation_is_called_so() -> None:
    assert judged("up", 0.2, Estimate(-0.1, 0.01), "", "why") == ("against expectation", "why")
    assert judged("none", 0.2, Estimate(0.1, 0.01))[0] == "against expectation"
    assert judged("down", 0.2, Estimate(0.01, 0.01))[0] == "too small to tell"
    assert judged("down", 0.0, Estimate(0.0, 0.0))[1] == "it is 0 with and without the step"
    assert judged("not up", 0.2, Estimate(0.0, 0.0)) == ("as expected", "")
