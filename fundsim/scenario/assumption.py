"""One number that we believe, how far we believe it, and where it comes from.

An assumption's ``low`` and ``high`` are the 10th and 90th percentile of what we believe; ``value``
is its centre.  `quantiles` turns uniforms into draws of the assumption, by inversion, so that one
uniform a replication is all the randomness that an assumption ever uses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, assert_never

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from scipy import special

from fundsim.scenario.numbers import misread
from fundsim.scenario.total import total

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shape = Literal[
    "two_piece", "beta", "pert", "triangular", "uniform", "lognormal", "normal", "gamma", "discrete"
]
Scale = Literal["identity", "log", "logit"]
Grade = Literal["data", "partly", "judgement"]

# between which numbers a natural scale can have them
BOUNDS = total(
    Scale, {"identity": (-math.inf, math.inf), "log": (0.0, math.inf), "logit": (0.0, 1.0)}
)
Z90 = 1.2815515655446004  # the standard normal's 90th percentile


def _finite_number(value: Any) -> Any:
    """Refuse booleans, text, NaN and infinity before pydantic is lenient with them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = ""
        if isinstance(value, str):
            meant = misread(value, counts=True)
            hint = f'; {meant}, not "{value}"' if meant else "; write it without quotes"
        raise ValueError(f"must be a number{hint}")
    if abs(value) > 1e15 or not math.isfinite(value):
        raise ValueError("must be finite and below 1e15")
    return float(value)


Number = Annotated[float, BeforeValidator(_finite_number)]


class Part(BaseModel):
    """A frozen piece of a scenario; unknown keys are errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class Assumption(Part):
    """A number with its range, unit and source."""

    value: Number
    """The central value, used when uncertainty is switched off."""
    low: Number | None = None
    """10th percentile of what we believe."""
    high: Number | None = None
    """90th percentile of what we believe."""
    unit: str = ""
    """The unit, one per key, from a closed list."""
    source: str = ""
    """An id in scenarios/sources.toml, or "judgement"."""
    note: str = ""
    """How the number was read or why it was chosen."""
    grade: Grade | None = None
    """data, partly or judgement; a number with a source needs one."""
    shape: Shape = "two_piece"
    """The distribution between low and high."""
    values: tuple[Number, ...] = ()
    """Possible values, for shape discrete."""
    probabilities: tuple[Number, ...] = ()
    """Their probabilities, for shape discrete."""

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return data

    @model_validator(mode="after")
    def _range_rises(self) -> Assumption:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high come together")
        if self.low is None or self.high is None:
            pass
        elif not self.low <= self.value <= self.high:
            raise ValueError(
                f"low ({self.low:g}), value ({self.value:g}) and high ({self.high:g}) must rise"
            )
        if self.shape == "discrete":
            if len(self.values) == 0 or len(self.values) != len(self.probabilities):
                raise ValueError("shape discrete needs as many probabilities as values")
            if abs(sum(self.probabilities) - 1) > 1e-9 or min(self.probabilities) < 0:
                raise ValueError("probabilities must be shares that sum to 1")
        elif self.values or self.probabilities:
            raise ValueError("values and probabilities belong to shape discrete")
        if self.grade == "judgement" and self.source not in ("judgement", ""):
            raise ValueError('grade judgement needs source = "judgement"')
        if self.source == "judgement" and self.grade not in (None, "judgement"):
            raise ValueError('source "judgement" is grade judgement')
        return self

    @property
    def graded(self) -> Grade:
        """data, partly or judgement."""
        return self.grade or "judgement"

    @property
    def ungraded(self) -> bool:
        """Whether it has a source, and does not say how well that measures it."""
        return self.grade is None and self.source not in ("judgement", "")

    @property
    def uncertain(self) -> bool:
        """Whether a replication draws it."""
        return self.shape == "discrete" or (self.low is not None and self.low != self.high)


@dataclass(frozen=True)
class Quantity:
    """What a key measures: its unit, bounds, natural scale and whether the ministry chooses it.

    Used as a validator of `Assumption` values, so that every bound is reported with its key.
    """

    unit: str
    least: float = -math.inf
    most: float = math.inf
    scale: Scale = "identity"
    lever: bool = False
    timed: bool = True  # may a reform or stress change it from a year on?

    def __call__(self, a: Assumption) -> Assumption:
        numbers = [a.value, *(x for x in (a.low, a.high) if x is not None), *a.values]
        for x in numbers:
            if not self.least <= x <= self.most:
                raise ValueError(f"{x:g} {self._bounds()}")
        if a.unit and a.unit != self.unit:
            raise ValueError(f'unit is "{a.unit}"; must be "{self.unit}"')
        if not self.lever and not (a.unit and a.source):
            raise ValueError(f'needs unit = "{self.unit}" and a source (or source = "judgement")')
        return a if a.unit else a.model_copy(update={"unit": self.unit})

    def _bounds(self) -> str:
        if (self.least, self.most) == (0.0, 1.0):
            return "must be a share between 0 and 1"
        if math.isinf(self.most):
            return f"must be at least {self.least:g}"
        return f"must be between {self.least:g} and {self.most:g}"


def read_number(data: Any) -> Any:
    """A plain number is an assumption without a range."""
    if isinstance(data, int | float) and not isinstance(data, bool):
        return {"value": data}
    if isinstance(data, str) and (meant := misread(data, counts=True)):
        raise ValueError(f'must be a number; {meant}, not "{data}"')
    if not isinstance(data, dict | Assumption):
        raise ValueError("must be a number or a table { value, low, high, unit, source, note }")
    return data


def quantiles(a: Assumption, quantity: Quantity, u: Floats) -> Floats:
    """The assumption's quantile at each uniform.

    a         the assumption; its low and high are the 10th and 90th percentile
    quantity  its bounds and natural scale
    u         uniforms in (0, 1), any shape
    returns   draws of the same shape, clipped to the quantity's bounds

    two_piece joins two half normals at the median `value`, on the natural scale (identity, log or
    logit), so it meets all three quantiles; where low or high lies on the bound of that scale, the
    identity scale is used and draws are clipped at the bound.  lognormal has median `value`;
    triangular and pert have mode `value`; normal has mean `value`; uniform, beta and gamma are
    fixed by low and high alone.
    """
    if not a.uncertain:
        return np.full(u.shape, a.value)
    low, mid, high = a.low, a.value, a.high
    if a.shape == "discrete":
        edges = np.cumsum(a.probabilities)[:-1]
        return np.asarray(a.values)[np.searchsorted(edges, u, side="right")]
    assert low is not None
    assert high is not None
    match a.shape:
        case "two_piece":
            x = _two_piece(low, mid, high, quantity.scale, special.ndtri(u))
        case "normal":
            _check_centre(low, mid, high, "midway between low and high")
            x = mid + (high - low) / (2 * Z90) * special.ndtri(u)
        case "lognormal":
            if low <= 0:
                raise ValueError("shape lognormal needs low above 0")
            where = "near the root of low times high"
            _check_centre(math.log(low), math.log(mid), math.log(high), where)
            spread = (math.log(high) - math.log(low)) / (2 * Z90)
            with np.errstate(over="ignore"):  # clipped below
                x = mid * np.exp(spread * special.ndtri(u))
        case "uniform":
            x = low + (high - low) * (u - 0.1) / 0.8
        case "gamma":
            shape, scale = _gamma_fit(low, high)
            x = special.gammaincinv(shape, u) * scale
        case "beta":
            first, second = _beta_fit(low, high)
            x = special.betaincinv(first, second, u)
        case "pert" | "triangular":
            x = _between(a.shape, low, mid, high, u)
        case other:
            assert_never(other)
    return np.clip(x, quantity.least, quantity.most)


def _check_centre(low: float, mid: float, high: float, where: str) -> None:
    """A symmetric shape meets low, value and high only where value is their middle."""
    if abs(mid - (low + high) / 2) > 0.02 * (high - low):
        raise ValueError(f"this shape needs a value {where}; or use two_piece")


def _two_piece(low: float, mid: float, high: float, scale: Scale, z: Floats) -> Floats:
    bottom, top = BOUNDS[scale]
    if low <= bottom or high >= top:
        scale = "identity"

    def forward(x: float) -> float:
        match scale:
            case "identity":
                return x
            case "log":
                return math.log(x)
            case "logit":
                return math.log(x / (1 - x))
            case other:
                assert_never(other)

    lo, m, hi = forward(low), forward(mid), forward(high)
    y = m + np.where(z < 0, (m - lo) / Z90, (hi - m) / Z90) * z
    match scale:
        case "identity":
            return np.asarray(y)
        case "log":
            with np.errstate(over="ignore"):  # clipped by the caller
                return np.asarray(np.exp(y))
        case "logit":
            return np.asarray(special.expit(y))
        case other:
            assert_never(other)


_NONE = "no distribution of this shape has that low and high"


def _solve(residual: Any, start: list[float]) -> Floats:
    from scipy import optimize  # slow to import, and few scenarios need it

    try:
        with np.errstate(all="ignore"):
            found = optimize.root(residual, start, method="hybr", tol=1e-12)
            error = float(np.max(np.abs(residual(found.x))))
    except ArithmeticError:
        error = math.inf
    if not error <= 1e-8:
        raise ValueError(_NONE)
    return np.asarray(found.x)


@lru_cache(maxsize=4096)
def _gamma_fit(low: float, high: float) -> tuple[float, float]:
    if low <= 0:
        raise ValueError("shape gamma needs low above 0")
    from scipy import optimize

    def ratio(log_shape: float) -> float:
        k = math.exp(log_shape)
        return float(special.gammaincinv(k, 0.9) / special.gammaincinv(k, 0.1)) - high / low

    with np.errstate(all="ignore"):
        if not ratio(14.0) < 0 < ratio(-2.5):
            raise ValueError(_NONE)
        shape = math.exp(optimize.brentq(ratio, -2.5, 14.0, xtol=1e-13))
    return shape, high / float(special.gammaincinv(shape, 0.9))


@lru_cache(maxsize=4096)
def _beta_fit(low: float, high: float) -> tuple[float, float]:
    if not 0 < low < high < 1:
        raise ValueError("shape beta needs low and high between 0 and 1")

    def residual(logs: Floats) -> Floats:
        p, q = np.exp(logs)
        return np.array([special.betaincinv(p, q, 0.1) - low, special.betaincinv(p, q, 0.9) - high])

    mean, sd = (low + high) / 2, (high - low) / (2 * Z90)
    size = max(mean * (1 - mean) / sd**2 - 1, 0.5)
    p, q = np.exp(_solve(residual, [math.log(mean * size), math.log((1 - mean) * size)]))
    return float(p), float(q)


def _between(shape: str, low: float, mode: float, high: float, u: Floats) -> Floats:
    """Triangular or PERT with that mode, whose 10th and 90th percentiles are low and high."""
    least, most = _between_ends(shape, low, mode, high)
    return _between_quantile(shape, least, mode, most, u)


@lru_cache(maxsize=4096)
def _between_ends(shape: str, low: float, mode: float, high: float) -> tuple[float, float]:
    width = high - low
    tenths = np.array([0.1, 0.9])

    def residual(logs: Floats) -> Floats:
        least, most = mode - math.exp(logs[0]), mode + math.exp(logs[1])
        return (_between_quantile(shape, least, mode, most, tenths) - [low, high]) / width

    start = [
        math.log(max(mode - low, width / 20) * 1.8),
        math.log(max(high - mode, width / 20) * 1.8),
    ]
    below, above = np.exp(_solve(residual, start))
    return mode - float(below), mode + float(above)


def _between_quantile(shape: str, least: float, mode: float, most: float, u: Floats) -> Floats:
    width, at = most - least, (mode - least) / (most - least)
    if shape == "pert":
        return np.asarray(least + width * special.betaincinv(1 + 4 * at, 5 - 4 * at, u))
    left = np.sqrt(u * at)
    right = 1 - np.sqrt((1 - u) * (1 - at))
    return np.asarray(least + width * np.where(u < at, left, right))


ASSUMPTION_FIELDS = frozenset(Assumption.model_fields)
__all__ = [
    "ASSUMPTION_FIELDS",
    "Assumption",
    "Field",
    "Floats",
    "Grade",
    "Number",
    "Part",
    "Quantity",
    "quantiles",
    "read_number",
]
