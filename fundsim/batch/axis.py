"""One key of a plan and the values it takes: a list, a range in steps, or points of a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.stats import qmc

from fundsim.analysis.solve import TARIFF, TARIFF_KEYS, is_unset
from fundsim.scenario.assumption import Assumption, Floats, Quantity, quantiles
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.numbers import Written, literal, misread
from fundsim.scenario.override import CERTAIN
from fundsim.scenario.schema import assumptions
from fundsim.scenario.thousands import is_counted_in

Value = float | int | str | bool
End = float | Literal["low", "high"]
SAMPLINGS = ("sobol", "latin_hypercube")


@dataclass(frozen=True)
class Bare:
    """A scenario before its keys are varied, with its numbers by key."""

    scenario: Scenario
    numbers: Mapping[str, tuple[Assumption, Quantity]]

    @classmethod
    def of(cls, scenario: Scenario) -> Bare:
        """The scenario with its numbers looked up once."""
        return cls(scenario, {key: (a, q) for key, a, q in assumptions(scenario.world)})


@dataclass(frozen=True)
class Axis:
    """A key of a plan and its values, given as one of three.

    key       as `--set` takes it, or `tariff`: all sums of the tariff, times a factor
    values    a list; or empty, with
    start, stop, steps  a range: numbers, or low and high of the scenario's assumption; 0 steps: sampled
    believed  sampled from what the scenario believes of the assumption
    ratio     steps and samples are even in ratio, not in difference
    times     the numbers multiply the scenario's own value
    """

    key: str
    values: tuple[Value, ...] = ()
    start: End = 0.0
    stop: End = 0.0
    steps: int = 0
    believed: bool = False
    ratio: bool = False
    times: bool = False

    @property
    def sampled(self) -> bool:
        """Whether its values are points of the plan's sample."""
        return not self.values and not self.steps

    @property
    def size(self) -> int:
        """Number of values on the grid; 1 where it is sampled."""
        return len(self.values) or self.steps or 1

    def value(self, bare: Bare, place: int, u: float) -> Value:
        """The value in a scenario.

        place  on the grid, from 0;  u  coordinate of the sampled point, in [0, 1)
        Raises `InputError` if the scenario has no such number, or no range of it.
        """
        self.refuse_doubt(bare, place)
        if self.values:
            value = self.values[place]
        elif self.believed:
            a, quantity = self._number(bare)
            if not a.uncertain:
                raise self._refused(bare, "has no range to draw from")
            return float(quantiles(a, quantity, np.array([u]))[0])
        else:
            part = u if self.sampled else place / max(self.steps - 1, 1)
            low, high = self._end(bare, self.start), self._end(bare, self.stop)
            value = low * (high / low) ** part if self.ratio else low + (high - low) * part
        if self.times and self.key != TARIFF:
            value = float(value) * self._number(bare)[0].value
        return value

    def sets(self, bare: Bare, value: Value) -> list[str]:
        """The `--set` texts that put the key at a value."""
        if self.key == TARIFF:
            sums = [(k, a.value) for k, (a, _) in bare.numbers.items() if k in TARIFF_KEYS]
            if not sums:
                raise self._refused(bare, "has no tariff")
            return [self._text(bare, key, literal(now * float(value))) for key, now in sums]
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            value = int(value)  # a key of whole numbers takes no 2.0
        text = f'"{value}"' if isinstance(value, str) else repr(value)
        text = literal(value) if isinstance(value, float) else text
        return [self._text(bare, self.key, text.lower() if isinstance(value, bool) else text)]

    def _text(self, bare: Bare, key: str, value: str) -> str:
        """What is varied is certain in each scenario."""
        uncertain = key in bare.numbers and bare.numbers[key][0].uncertain
        return f"{key}={value}{CERTAIN if uncertain else ''}"

    @property
    def first(self) -> str | None:
        """The `--set` text of its first value, where that is a number which no scenario needs to hold before."""
        value = self.values[0] if self.values else self.start
        if self.times or self.believed or self.key == TARIFF:
            return None
        if isinstance(value, (str, bool)):
            return None
        return f"{self.key}={literal(float(value))}"

    def refuse_doubt(self, bare: Bare, place: int) -> None:
        """A number of a plan may be a thousand times what it says, as those of a scenario file may."""
        given = self.values[place : place + 1] or (self.start, self.stop)
        if self.times or self.key.removesuffix(".value") not in bare.numbers:
            return
        counted = is_counted_in(bare.scenario.world, self._number(bare)[1])
        for one in given if counted else ():
            if isinstance(one, Written) and (rule := misread(one.text, counts=True)):
                raise InputError(Problem("plan", rule, key=self.key, value=one.text))

    def _end(self, bare: Bare, end: End) -> float:
        if not isinstance(end, str):
            return float(end)
        a = self._number(bare)[0]
        if a.low is None or a.high is None:
            raise self._refused(bare, "has no low and high")
        return a.low if end == "low" else a.high

    def _number(self, bare: Bare) -> tuple[Assumption, Quantity]:
        plain = self.key.removesuffix(".value")
        if plain in bare.numbers:
            return bare.numbers[plain]
        if is_unset(bare.scenario.world, plain):
            raise self._refused(bare, "is not set in this scenario: give its values as numbers")
        raise self._refused(bare, "is no number of this scenario", nearest(plain, bare.numbers))

    def _refused(self, bare: Bare, rule: str, near: str = "") -> InputError:
        return InputError(Problem(bare.scenario.name, rule, key=self.key, nearest=near))


@lru_cache(maxsize=8)
def points(sampling: str, size: int, dimensions: int, seed: int) -> Floats:
    """Points that fill the unit cube evenly.  [point, dimension]

    sampling  one of SAMPLINGS; a scrambled Sobol' sequence wants a power of two of points
    """
    if sampling == "sobol":
        return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=seed).random(size))
    return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(size))


def sampled(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """The axes that take points of a sample."""
    return tuple(axis for axis in axes if axis.sampled)
