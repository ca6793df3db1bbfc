"""Beliefs: what one set of assumptions says, year by year, with reforms and stresses (method §3)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import assert_never

import numpy as np
from scipy import special

from fundsim.reference.chance import Dice, normal
from fundsim.scenario.assumption import Assumption, Quantity, quantiles
from fundsim.scenario.schema import FORMS, Change, Effect, World, assumptions

TWINS, STRATA = 2, 16  # replications that share a set; sets that share out the strata
P90 = 1.2815515655446004  # the standard normal's 90th percentile
Z_MOST = 37.0  # beyond it a probability is 0 or 1 in 64 bits


class Beliefs:
    """The assumptions of one replication: `beliefs.at(key, year)` by calendar year."""

    def __init__(self, world: World, seed: int, replication: int, certain: bool = False) -> None:
        """Draw the set of assumptions that the replication shares with its twin.

        certain  nothing is drawn: every number has its central value
        """
        self.world, self._set, self._certain = world, replication // TWINS, certain
        self._seed, self._code = seed, world.country.code
        # by first year, the numbers from then on; a key that is there later only counts from the start
        self._eras = [
            (first, {key: (a, q) for key, a, q in assumptions(era)}) for first, era in world.eras
        ]
        self._known: dict[str, tuple[Assumption, Quantity]] = {}
        for _, numbers in self._eras:
            self._known = {**numbers, **self._known}
        self._correlated = self._tied()
        self._drawn: dict[str, float] = {}
        self._values: dict[tuple[str, int], float] = {}
        self._sizes: dict[str, float] = {}
        self.forms = self._shares_of_forms()
        time = world.time
        self.last_year = time.start_year + time.horizon_years + time.runoff_years - 1
        self.first_year = min(time.price_year, time.start_year - years_before(world))

    def year_of(self, month: float) -> int:
        """The calendar year of a time, of those that the scenario has."""
        if math.isinf(month):
            return self.last_year
        year = self.world.time.start_year + math.floor(month / 12)
        return min(max(year, self.first_year), self.last_year)

    def today(self, key: str) -> float:
        """The value before reforms and stresses."""
        if key not in self._drawn:
            assumption, quantity = self._known[key]
            self._drawn[key] = self._draw(key, assumption, quantity)
        return self._drawn[key]

    def at(self, key: str, year: int) -> float:
        """The value in a calendar year."""
        if (key, year) not in self._values:
            value = self.today(key)
            for first, numbers in self._eras[1:]:
                if first <= year and key in numbers:
                    value = self._draw(key, *numbers[key])
            self._values[key, year] = self.changed(key, value, year)
        return self._values[key, year]

    def knows(self, key: str) -> bool:
        """Whether a number is there, or is absent in the scenario."""
        return key in self._known

    def changed(self, key: str, value: float, year: int) -> float:
        """A value of a key with what reforms and stresses make of it in a year."""
        if key not in self._known:  # it is absent, so nothing acts on it
            return value
        _, quantity = self._known[key]
        for name, change, effect in self._effects(key):
            strength = strength_of(change, year)
            if strength == 0:
                continue
            value = acted_on(value, effect, self._size(name, effect), strength)
            value = min(max(value, quantity.least), quantity.most)
        return value

    def drawn(self) -> dict[str, float]:
        """The uncertain assumptions as drawn, before reforms."""
        return {key: self.today(key) for key, (a, _) in self._known.items() if a.uncertain}

    def _shares_of_forms(self) -> list[float]:
        """Shares of the forms of exploitation: a Dirichlet draw, by gamma quantiles."""
        forms = self.world.caseload.forms
        if forms.sample_size is None or self._certain:
            sizes = list(forms.shares)
        else:
            sizes = [
                float(special.gammaincinv(forms.sample_size * share, self._uniform(f"caseload.forms.{form}")))
                if share > 0 else 0.0
                for form, share in zip(FORMS, forms.shares, strict=True)
            ]  # fmt: skip
        return [size / sum(sizes) for size in sizes]

    def _uniform(self, name: str) -> float:
        """The uniform of what is drawn under a name: its sixteenth, and its place in it."""
        batch = self._set // STRATA * STRATA
        order = [
            self._dice(number).yearly(f"assumption order {name}", 0)
            for number in range(batch, batch + STRATA)
        ]
        stratum = sorted(order).index(order[self._set - batch])
        place = self._dice(self._set).yearly(f"assumption place {name}", 0)
        return (stratum + place) / STRATA

    def _dice(self, number: int) -> Dice:
        return Dice(self._seed, self._code, number)

    def _draw(self, key: str, assumption: Assumption, quantity: Quantity) -> float:
        if self._certain or not assumption.uncertain:
            return assumption.value
        z = self._correlated.get(key)
        if z is None:
            z = normal(self._uniform(key))
        for _, _, effect in self._effects(key):
            if effect.by == "narrow":
                z *= effect.size.value
        return believed(assumption, quantity, z)

    def _size(self, name: str, effect: Effect) -> float:
        """The size of an effect at full strength."""
        if name not in self._sizes:
            size = effect.size
            scale, least = ("identity", -math.inf) if effect.by == "add" else ("log", 0.0)
            quantity = Quantity(size.unit, least, math.inf, scale)  # type: ignore[arg-type]
            self._sizes[name] = (
                believed(size, quantity, normal(self._uniform(name)))
                if size.uncertain and not self._certain
                else size.value
            )
        return self._sizes[name]

    def _effects(self, key: str) -> Iterator[tuple[str, Change, Effect]]:
        """The effects on a number in the order of their names, each with its own."""
        for name in sorted(self.world.changes):
            change = self.world.changes[name]
            for place, effect in enumerate(change.effects):
                if effect.on == key:
                    yield f"{name}.effects[{place}]", change, effect

    def _tied(self) -> dict[str, float]:
        """The normals of the correlated assumptions (Gaussian copula)."""
        names: list[str] = []
        for link in self.world.correlations:
            names += [key for key in (link.first, link.second) if key not in names]
        if not names:
            return {}
        matrix = np.eye(len(names)) * (1 + 1e-12)
        for link in self.world.correlations:
            i, j = names.index(link.first), names.index(link.second)
            matrix[i, j] = matrix[j, i] = 2 * math.sin(math.pi * link.correlation / 6)
        own = np.array([normal(self._uniform(name)) for name in names])
        return dict(zip(names, map(float, np.linalg.cholesky(matrix) @ own), strict=True))


def years_before(world: World) -> int:
    """Years before the opening whose victims are drawn: as many as the entry point can reach (method §5)."""
    fund = world.fund
    if not world.takes_claims:
        return 0
    if fund.entry_point == "identified" and not fund.subsidiarity.wait_for_enforcement:
        return fund.eligible.retroactive_years
    return world.time.history_years


def strength_of(change: Change, year: int) -> float:
    """How much of a reform or stress is in effect in a calendar year, 0 to 1."""
    if year < change.from_year or (change.until_year is not None and year > change.until_year):
        return 0.0
    return min(1.0, (year - change.from_year + 1) / change.ramp_years)


def acted_on(value: float, effect: Effect, size: float, strength: float) -> float:
    """A value on which an effect of a size acts with a strength above 0."""

    def power() -> float:
        return 1 - strength if size == 0 else size**strength

    match effect.by:
        case "add":
            return value + strength * size
        case "factor":
            return value * power()
        case "odds_ratio":
            return with_odds(value, power())
        case "narrow":
            return value  # what is believed of it is narrowed, when it is drawn
        case _:
            assert_never(effect.by)


def with_odds(chance: float, odds_ratio: float) -> float:
    """A chance whose odds are multiplied."""
    if odds_ratio == 1:
        return chance
    return chance * odds_ratio / (1 - chance + chance * odds_ratio)


def believed(a: Assumption, quantity: Quantity, z: float) -> float:
    """What is believed of a number at a standard normal: its quantile at the normal's probability."""
    low, high = a.low, a.high
    z = min(max(z, -Z_MOST), Z_MOST)
    u = 0.5 * math.erfc(-z / math.sqrt(2))
    if a.shape == "discrete" or low is None or high is None:
        passed = [sum(a.probabilities[: i + 1]) <= u for i in range(len(a.values) - 1)]
        return a.values[sum(passed)]
    if a.shape == "two_piece":
        x = _two_halves(low, a.value, high, quantity, z)
    elif a.shape == "normal":
        x = a.value + (high - low) / (2 * P90) * z
    elif a.shape == "lognormal":
        x = a.value * math.exp(math.log(high / low) / (2 * P90) * z)
    elif a.shape == "uniform":
        x = low + (high - low) * (u - 0.1) / 0.8
    else:  # a shape fitted to its percentiles: the fit is the scenario's
        x = float(quantiles(a, quantity, np.array([u]))[0])
    return min(max(x, quantity.least), quantity.most)


def _two_halves(low: float, middle: float, high: float, quantity: Quantity, z: float) -> float:
    """Two half normals that meet at the median, on the number's natural scale."""
    scale = quantity.scale
    if (scale != "identity" and low <= 0) or (scale == "logit" and high >= 1):
        scale = "identity"
    end = low if z < 0 else high
    if scale == "log":
        return middle * math.exp(abs(z) / P90 * math.log(end / middle))
    if scale == "logit":
        centre = math.log(middle / (1 - middle))
        moved = centre + abs(z) / P90 * (math.log(end / (1 - end)) - centre)
        return 1 / (1 + math.exp(-moved))
    return middle + abs(z) / P90 * (end - middle)
