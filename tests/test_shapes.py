"""Every shape of an assumption meets its low, value and high, and stays within its bounds."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fundsim.scenario.assumption import Assumption, Quantity, quantiles

SHARE = Quantity("share", 0, 1, "logit")
EURO = Quantity("EUR", 0, 1e10, "log")
RATE = Quantity("share a year", -0.5, 1, "identity")
CONTINUOUS = (
    "two_piece", "beta", "pert", "triangular", "uniform", "lognormal", "normal", "gamma"
)  # fmt: skip
GRID = np.concatenate([[1e-7, 1e-4], np.linspace(0.001, 0.999, 999), [1 - 1e-4, 1 - 1e-7]])


def believed(shape: str, low: float, value: float, high: float) -> Assumption:
    return Assumption.model_validate({"value": value, "low": low, "high": high, "shape": shape})


def at(a: Assumption, quantity: Quantity, *u: float) -> list[float]:
    return [float(x) for x in quantiles(a, quantity, np.array(u))]


CASES = [
    (SHARE, 0.3, 0.45, 0.6),
    (SHARE, 0.02, 0.1, 0.3),
    (SHARE, 0.7, 0.9, 0.98),
    (EURO, 1000.0, 2500.0, 8000.0),
    (EURO, 20.0, 24.0, 30.0),
]


@pytest.mark.parametrize("shape", CONTINUOUS)
@pytest.mark.parametrize(("quantity", "low", "value", "high"), CASES)
def test_low_and_high_are_the_tenth_and_ninetieth_percentile(
    shape: str, quantity: Quantity, low: float, value: float, high: float
) -> None:
    if shape == "beta" and quantity is EURO:
        quantity, low, value, high = SHARE, low / 1e5, value / 1e5, high / 1e5
    if shape == "normal":  # whose value is the mean
        value = (low + high) / 2
    if shape == "lognormal":  # whose value is the median
        value = math.sqrt(low * high)
    found = at(believed(shape, low, value, high), quantity, 0.1, 0.9)
    assert found == pytest.approx([low, high], rel=1e-6)


@pytest.mark.parametrize(("quantity", "low", "value", "high"), CASES)
def test_the_value_of_two_piece_is_its_median(
    quantity: Quantity, low: float, value: float, high: float
) -> None:
    assert at(believed("two_piece", low, value, high), quantity, 0.5) == pytest.approx([value])


def test_the_value_of_lognormal_is_its_median() -> None:
    a = believed("lognormal", 1000, 2000, 4000)
    assert at(a, EURO, 0.1, 0.5, 0.9) == pytest.approx([1000, 2000, 4000], rel=1e-9)


def test_the_value_of_normal_is_its_mean() -> None:
    a = believed("normal", 0.02, 0.03, 0.04)
    u = (np.arange(100_000) + 0.5) / 100_000
    assert quantiles(a, RATE, u).mean() == pytest.approx(0.03, rel=1e-6)


@pytest.mark.parametrize("shape", ["triangular", "pert"])
@pytest.mark.parametrize("value", [0.35, 0.4, 0.55])
def test_the_value_of_triangular_and_pert_is_the_mode(shape: str, value: float) -> None:
    """The mode is where quantiles are densest."""
    a = believed(shape, 0.3, value, 0.6)
    u = np.linspace(0.0005, 0.9995, 2000)
    x = quantiles(a, SHARE, u)
    densest = int(np.argmin(np.diff(x)))
    assert x[densest] == pytest.approx(value, abs=0.01)


def test_shapes_agree_with_the_distributions_of_scipy() -> None:
    u = np.linspace(0.01, 0.99, 99)
    normal = quantiles(believed("normal", -0.1, 0.0, 0.1), RATE, u)
    assert normal == pytest.approx(stats.norm(0, 0.1 / stats.norm.ppf(0.9)).ppf(u), abs=1e-12)
    uniform = quantiles(believed("uniform", 0.2, 0.3, 0.6), SHARE, u)
    assert uniform == pytest.approx(stats.uniform(0.15, 0.5).ppf(u))
    beta = stats.beta(3, 7)
    fitted = quantiles(believed("beta", beta.ppf(0.1), beta.ppf(0.5), beta.ppf(0.9)), SHARE, u)
    assert fitted == pytest.approx(beta.ppf(u), rel=1e-6)
    gamma = stats.gamma(2.5, scale=300)
    drawn = quantiles(believed("gamma", gamma.ppf(0.1), 700, gamma.ppf(0.9)), EURO, u)
    assert drawn == pytest.approx(gamma.ppf(u), rel=1e-6)
    triangular = stats.triang(0.25, 0.2, 0.4)
    low, high = triangular.ppf([0.1, 0.9])
    found = quantiles(believed("triangular", low, 0.3, high), SHARE, u)
    assert found == pytest.approx(triangular.ppf(u), rel=1e-6)


def test_two_piece_joins_two_half_normals_on_the_logit_scale() -> None:
    """method §3: g(x) = g(value) + z·s, s from low below the median and from high above it."""
    low, value, high = 0.05, 0.2, 0.4

    def logit(x: float) -> float:
        return math.log(x / (1 - x))

    for u in (0.01, 0.3, 0.7, 0.99):
        z = float(stats.norm.ppf(u))
        far = logit(value) - logit(low) if z < 0 else logit(high) - logit(value)
        g = logit(value) + z * far / float(stats.norm.ppf(0.9))
        expected = 1 / (1 + math.exp(-g))
        assert at(believed("two_piece", low, value, high), SHARE, u) == pytest.approx([expected])


@pytest.mark.parametrize(
    ("quantity", "low", "value", "high"),
    [(SHARE, 0, 0.1, 0.3), (SHARE, 0.7, 0.9, 1), (EURO, 0, 100, 400), (SHARE, 0, 0.5, 1)],
)
def test_a_low_or_high_on_the_bound_uses_the_identity_scale_and_is_clipped(
    quantity: Quantity, low: float, value: float, high: float
) -> None:
    a = believed("two_piece", low, value, high)
    assert at(a, quantity, 0.1, 0.5, 0.9) == pytest.approx([low, value, high], abs=1e-9)
    z = float(stats.norm.ppf(0.3) / stats.norm.ppf(0.1))
    assert at(a, quantity, 0.3) == pytest.approx([value - z * (value - low)])
    drawn = quantiles(a, quantity, GRID)
    assert drawn.min() >= quantity.least
    assert drawn.max() <= quantity.most
    if low == quantity.least:
        assert drawn[0] == low


def test_one_half_without_width_stays_at_the_value() -> None:
    drawn = at(believed("two_piece", 0.2, 0.2, 0.4), SHARE, 0.001, 0.1, 0.5, 0.9)
    assert drawn == pytest.approx([0.2, 0.2, 0.2, 0.4])


def test_discrete_takes_each_value_with_its_probability() -> None:
    a = Assumption.model_validate(
        {
            "value": 0.2,
            "shape": "discrete",
            "values": [0.1, 0.2, 0.5],
            "probabilities": [0.25, 0.5, 0.25],
        }
    )
    assert a.uncertain
    assert at(a, SHARE, 0.001, 0.249, 0.25, 0.5, 0.749, 0.75, 0.999) == [
        0.1, 0.1, 0.2, 0.2, 0.2, 0.5, 0.5
    ]  # fmt: skip
    u = (np.arange(1000) + 0.5) / 1000
    values, counts = np.unique(quantiles(a, SHARE, u), return_counts=True)
    assert values.tolist() == [0.1, 0.2, 0.5]
    assert counts.tolist() == [250, 500, 250]


@pytest.mark.parametrize("shape", CONTINUOUS)
def test_a_number_without_a_range_is_certain(shape: str) -> None:
    for a in (
        Assumption.model_validate({"value": 0.3, "shape": shape}),
        believed(shape, 0.3, 0.3, 0.3),
    ):
        assert not a.uncertain
        assert at(a, SHARE, 0.001, 0.5, 0.999) == [0.3, 0.3, 0.3]


def test_draws_keep_the_form_of_the_uniforms() -> None:
    for shape in set(CONTINUOUS) - {"lognormal"}:
        u = np.full((3, 4), 0.3)
        assert quantiles(believed(shape, 0.2, 0.3, 0.4), SHARE, u).shape == (3, 4)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[str, float, float, float]:
    shape = draw(st.sampled_from(CONTINUOUS))
    low = draw(st.floats(0.01, 0.9))
    high = draw(st.floats(low + 0.01, 0.95))
    value = draw(st.floats(0.0, 1.0)) * (high - low) + low
    return shape, low, min(max(value, low), high), high


@settings(max_examples=300, deadline=None)
@given(ranges())
def test_every_shape_rises_with_the_uniform_and_stays_within_bounds(
    case: tuple[str, float, float, float],
) -> None:
    """Or refuses, with a reason, numbers that no distribution of the shape has."""
    shape, low, _, high = case
    try:
        drawn = quantiles(believed(*case), SHARE, GRID)
    except ValueError as error:
        assert shape not in ("two_piece", "uniform", "beta")
        assert re.search("no distribution|needs a value", str(error))  # noqa: PT017
        return
    assert np.isfinite(drawn).all()
    assert (np.diff(drawn) >= -1e-12).all()
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    near = 1e-6 if shape not in ("normal", "lognormal") else 0.05 * (high - low)
    assert at(believed(*case), SHARE, 0.1, 0.9) == pytest.approx([low, high], abs=near)


@settings(max_examples=200, deadline=None)
@given(
    st.floats(1, 1e6), st.floats(1.01, 1e3), st.sampled_from(["two_piece", "gamma", "lognormal"])
)
def test_positive_amounts_meet_their_percentiles_over_the_whole_range(
    low: float, ratio: float, shape: str
) -> None:
    high = low * ratio
    a = believed(shape, low, math.sqrt(low * high), high)
    assert at(a, EURO, 0.1, 0.9) == pytest.approx([low, high], rel=1e-6)
    drawn = quantiles(a, EURO, GRID)
    assert (np.diff(drawn) >= 0).all()
    assert drawn.max() <= EURO.most


@pytest.mark.parametrize(
    ("shape", "low", "value", "high"),
    [
        ("beta", 0, 0.1, 0.3),
        ("beta", 0.7, 0.9, 1),
        ("gamma", 0, 0.1, 0.3),
        ("lognormal", 0, 0.1, 0.3),
        ("beta", 1e-300, 0.1, 0.2),
        ("gamma", 1e-300, 0.1, 0.2),
        ("gamma", 0.5, 0.5, 0.5 + 1e-12),
        ("pert", 0.5, 0.5, 0.5 + 1e-12),
        ("triangular", 0.5, 0.5, 0.5 + 1e-12),
    ],
)
def test_numbers_that_no_distribution_of_the_shape_has_are_refused_in_words(
    shape: str, low: float, value: float, high: float
) -> None:
    with pytest.raises(ValueError, match=r"^(shape \w+ needs low|no distribution of this shape)"):
        quantiles(believed(shape, low, value, high), SHARE, GRID)


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
def test_a_symmetric_shape_refuses_a_value_that_is_not_its_middle(shape: str) -> None:
    """Else its tenth and ninetieth percentile would not be low and high."""
    with pytest.raises(ValueError, match="this shape needs a value"):
        quantiles(believed(shape, 0.2, 0.25, 0.6), SHARE, GRID)
