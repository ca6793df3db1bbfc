"""The exact distribution of a sum of benefits, by Fourier inversion, with bounds.

The amount of one benefit is put on a lattice in three ways: rounded down, split between its two
neighbours so that the mean stays exact, and rounded up.  In that order the sums and their quantiles never
fall, and the truth lies between the first and the last, as the second does: so every figure comes with
bounds.  A lattice too short or too coarse is refused (`InputError`), never used.

Discretisation: Gerber (1982), Scand. Actuarial J.; Klugman, Panjer, Willmot, Loss Models, § 9.6.  Tilted
Fourier inversion: Grübel, Hermesmeier (1999), ASTIN Bulletin 29.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import fft, special

from fundsim.scenario.assumption import Floats
from fundsim.scenario.errors import InputError, Problem

MOST_BEYOND = 1e-9  # probability that may lie beyond the lattice's end
MOST_CELLS = 1 << 21  # memory: three variants of 16 MB
TOLERANCE = 0.005  # of the mean between amounts rounded up and rounded down; of a ruin probability
NEAR = 1e-6  # euro: edges of cells are products, and may miss a whole cent by a rounding error
FEWEST = 5000  # a step at which all amounts are exact is used unless a benefit has more cells
TILT = 8.0  # e^-8 of what lies beyond the end is aliased; rounding errors grow by e^8 only


def refused(reason: str) -> InputError:
    """The error that carries the reason why nothing exact is given."""
    return InputError(Problem("exact", reason))


@dataclass(frozen=True)
class Amounts:
    """The distribution of one benefit, in euro.

    below    P(X ≤ x);  under  P(X < x);  limited  E min(X, x): of an array of x ≥ 0
    mean     E X;  square  E X²;  most  the largest value, infinite if there is none
    grain    the largest step on which all values lie; 0 if there is none
    """

    below: Callable[[Floats], Floats]
    under: Callable[[Floats], Floats]
    limited: Callable[[Floats], Floats]
    mean: float
    square: float
    most: float
    grain: float = 0.0


def sums(values: Sequence[float], shares: Sequence[float]) -> Amounts:
    """Fixed sums in whole cents, each with its share; the shares add up to 1."""
    cents = [round(100 * value) for value, share in zip(values, shares, strict=True) if share > 0]
    v, p = np.asarray(values, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    v, p = np.round(v[np.argsort(v)], 2), p[np.argsort(v)]
    upto = np.concatenate([[0.0], np.cumsum(p)])

    def limited(x: Floats) -> Floats:
        return np.asarray(
            sum(share * np.minimum(value, x) for value, share in zip(v, p, strict=True))
        )

    return Amounts(
        below=lambda x: np.asarray(upto[np.searchsorted(v, x + NEAR, side="right")]),
        under=lambda x: np.asarray(upto[np.searchsorted(v, x - NEAR, side="left")]),
        limited=limited,
        mean=float(p @ v),
        square=float(p @ v**2),
        most=max(cents) / 100,
        grain=math.gcd(*cents) / 100,
    )


def lognormal(median: float, sigma: float, cap: float = math.inf) -> Amounts:
    """A lognormal benefit, capped.  Limited moments: Loss Models, appendix A.

    median  euro, before the cap;  sigma  standard deviation of the logarithm, above 0
    cap     euro: what is above pays the cap
    """
    mu = math.log(median)

    def standard(x: Floats, power: int) -> Floats:
        """P(X ≤ x) under the distribution weighted with X^power."""
        with np.errstate(divide="ignore"):
            return np.asarray(
                special.ndtr((np.log(np.maximum(x, 0.0)) - mu) / sigma - power * sigma)
            )

    def moment(x: Floats, power: int) -> Floats:
        """E min(X, x)^power."""
        x = np.minimum(x, cap)
        whole = math.exp(power * mu + (power * sigma) ** 2 / 2)
        rest = 1 - standard(x, 0)
        above = np.where(rest > 0, np.where(np.isfinite(x), x, 0.0) ** power * rest, 0.0)
        return np.asarray(whole * standard(x, power) + above)

    end = np.array(cap)
    return Amounts(
        below=lambda x: np.where(x + NEAR >= cap, 1.0, standard(x, 0)),
        under=lambda x: np.where(x - NEAR > cap, 1.0, standard(x, 0)),
        limited=lambda x: moment(x, 1),
        mean=float(moment(end, 1)),
        square=float(moment(end, 2)),
        most=cap,
    )


def of_mean(mean: float, variation: float, cap: float = math.inf) -> Amounts:
    """A lognormal benefit from the mean and coefficient of variation that it has before the cap."""
    sigma = math.sqrt(math.log1p(variation**2))
    return lognormal(mean * math.exp(-(sigma**2) / 2), sigma, cap)


@dataclass(frozen=True)
class Number:
    """How many benefits fall due in a period.

    mean        expected number
    dispersion  size k of the negative binomial, variance mean + mean²/k; infinite: Poisson
    """

    mean: float
    dispersion: float = math.inf

    @property
    def variance(self) -> float:
        """Variance of the number."""
        return self.mean + self.mean**2 / self.dispersion

    def generating(self, z: Floats) -> Floats:
        """The probability generating function E z^N."""
        if math.isinf(self.dispersion):
            return np.asarray(np.exp(self.mean * (z - 1)))
        return np.asarray(
            np.exp(-self.dispersion * np.log1p(self.mean * (1 - z) / self.dispersion))
        )


@dataclass(frozen=True)
class Bracketed:
    """An exact figure: with the mean-preserving lattice, and its bounds with amounts rounded down and up."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Compound:
    """The sum of the benefits of one period, on a lattice.

    number, amounts   what was summed;  step  euro
    even, down, up    probabilities with amounts split, rounded down, rounded up  [cell]
    """

    number: Number
    amounts: Amounts
    step: float
    even: Floats
    down: Floats
    up: Floats

    @property
    def mean(self) -> float:
        """Expected sum, in closed form, euro."""
        return self.number.mean * self.amounts.mean

    @property
    def sd(self) -> float:
        """Standard deviation of the sum, in closed form, euro."""
        of_one = self.amounts.square - self.amounts.mean**2
        return math.sqrt(self.number.mean * of_one + self.number.variance * self.amounts.mean**2)

    @cached_property
    def beyond(self) -> float:
        """Probability of a sum beyond the lattice's end, with amounts rounded up."""
        return max(1 - float(self.up.sum()), 0.0)

    def _all(self, of: Callable[[Floats], float]) -> Bracketed:
        return Bracketed(of(self.even), of(self.down), of(self.up))

    def quantile(self, p: float) -> Bracketed:
        """The smallest sum that is not exceeded with probability p, euro."""
        if not 0 < p < 1 - MOST_BEYOND:
            raise refused(f"a {100 * p:g} % quantile lies beyond what this lattice resolves")
        return self._all(lambda mass: self.step * _place(mass, p))

    def tail_mean(self, p: float) -> Bracketed:
        """TVaR: mean of the worst 1 - p of all years, euro (Acerbi and Tasche 2002)."""
        if not 0 < p < 1 - 100 * MOST_BEYOND:
            raise refused(f"the mean beyond the {100 * p:g} % quantile is not resolved")

        def of(mass: Floats) -> float:
            at = _place(mass, p)
            excess = (np.arange(at, mass.size) - at) @ mass[at:]
            return self.step * float(at + excess / (1 - p))

        return self._all(of)

    def at_most(self, x: float) -> Bracketed:
        """Probability of a sum of at most x euro; low and high in this order."""
        cells = max(math.floor(x / self.step + 1e-9) + 1, 0)
        found = self._all(lambda mass: float(mass[:cells].sum()))
        return Bracketed(found.value, found.high, found.low)


def _place(mass: Floats, p: float) -> int:
    return int(np.searchsorted(np.cumsum(mass), p))


def compound(
    number: Number,
    amounts: Amounts,
    step: float | None = None,
    cells: int | None = None,
    tolerance: float = TOLERANCE,
) -> Compound:
    """The exact distribution of a period's sum, with bounds.

    step       of the lattice, euro; by default see `step_for`
    cells      length of the lattice; by default as many as needed
    tolerance  share of the mean by which amounts rounded up and down may differ
    raises     InputError with the reason: too short, too coarse, or too large for memory
    """
    if step is None:
        step = step_for(amounts, tolerance / 5)
    if not (step > 0 and number.mean >= 0 and number.dispersion > 0):
        raise refused("step and dispersion must be above 0, the mean number at least 0")
    if number.mean == 0 or amounts.mean == 0:
        nothing = np.ones(1)
        return Compound(number, amounts, step, nothing, nothing, nothing)
    size = cells
    if size is None:
        of_one = number.mean * amounts.square + number.mean**2 / number.dispersion * amounts.mean**2
        least = number.mean * amounts.mean + 8 * math.sqrt(of_one)
        size = 1 << max(math.ceil(math.log2(least / step)), 4)
    while True:
        if size > MOST_CELLS:
            raise refused(
                f"the lattice would need more than {MOST_CELLS:,} cells of € {step:g} to hold all but "
                f"{MOST_BEYOND:g} of the probability: choose a larger step, or cap the benefit"
            )
        even, down, up = (_summed(number, one, size) for one in _lattices(amounts, step, size))
        found = Compound(number, amounts, step, even, down, up)
        if found.beyond <= MOST_BEYOND:
            break
        if cells is not None:
            raise refused(
                f"the lattice is too short: with probability {found.beyond:.1e} the sum exceeds its end, "
                f"€ {step * size:,.0f}; at most {MOST_BEYOND:g} may be lost"
            )
        size *= 2
    width = _width(amounts, step, size)
    if width > tolerance:
        raise refused(
            f"the lattice is too coarse: amounts rounded up and down to € {step:g} differ by "
            f"{100 * width:.2g} % of the mean, more than {100 * tolerance:g} %"
        )
    return found


def step_for(amounts: Amounts, share: float) -> float:
    """A step on which every amount lies; else the largest of 1, 2 or 5 times a power of ten that is at
    most that share of the mean amount, euro."""
    if amounts.grain * FEWEST >= amounts.most:
        return amounts.grain
    most = amounts.mean * share
    power = 10.0 ** math.floor(math.log10(max(most, 0.01)))
    return float(max(f * power for f in (1, 2, 5) if f == 1 or f * power <= most))


def _lattices(amounts: Amounts, step: float, size: int) -> tuple[Floats, Floats, Floats]:
    """One benefit on the lattice, split, rounded down and rounded up; what lies beyond is left out."""
    count = (
        size if math.isinf(amounts.most) else min(size, math.ceil(amounts.most / step - NEAR) + 1)
    )
    edges = step * np.arange(count + 1, dtype=np.float64)
    up = np.diff(amounts.below(edges[:-1]), prepend=0.0)
    down = np.diff(amounts.under(edges))
    limited = amounts.limited(edges) / step
    split = np.diff(limited, prepend=limited[:1] - 1)  # 1 above: so that the first cell comes out
    even = -np.diff(split)
    return np.maximum(even, 0.0), down, up


def _width(amounts: Amounts, step: float, size: int) -> float:
    _, down, up = _lattices(amounts, step, size)
    return float(np.arange(up.size) @ (up - down)) * step / amounts.mean


def _summed(number: Number, one: Floats, size: int) -> Floats:
    """Probabilities of the sum, by Fourier inversion under an exponential tilt."""
    tilt = np.exp(-TILT / size * np.arange(size))
    transform = fft.rfft(one * tilt[: one.size], size)
    return np.asarray(np.maximum(fft.irfft(number.generating(transform), size), 0.0) / tilt)
