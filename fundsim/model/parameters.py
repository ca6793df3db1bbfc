"""Drawing the assumptions, and applying reforms and stresses to them (method §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.model.compiled import compiled, inside
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Assumption, Floats, Quantity, quantiles
from fundsim.scenario.rules import rank_matrix
from fundsim.scenario.schema import FORMS, Change, Effect, Operation, World, assumptions

Ints = NDArray[np.int64]

TWINS = 2  # replications that share one set of assumptions
STRATA = 16  # sets in which each assumption takes each of its strata once
BATCH = TWINS * STRATA  # replications in a batch: the unit of the Monte Carlo error
NOTHING: Mapping[str, Floats] = MappingProxyType({})


def stratified(streams: Streams, names: Sequence[str], sets: Ints) -> Floats:
    """Uniforms of sets of assumptions: each batch of 16 sets has one in each sixteenth.  [name, set]

    names  one stratification each, independent of the others
    sets   increasing set numbers; any range, whole batches are drawn and cut
    """
    first = int(sets[0]) // STRATA * STRATA
    last = (int(sets[-1]) // STRATA + 1) * STRATA
    numbers = np.arange(first, last, dtype=np.int64)

    def places(of: Streams) -> Floats:
        def of_batches(what: str) -> Floats:
            drawn = of.of_replications([f"assumption {what} {name}" for name in names], numbers)
            return drawn.reshape(len(names), -1, STRATA)

        stratum = of_batches("order").argsort(axis=2).argsort(axis=2)
        return (stratum + of_batches("place")) / STRATA

    drawn = streams.mixed(places).reshape(len(names), -1)
    if streams.tie.guesses:
        one_for_all = [name in streams.tie.guesses for name in names]
        drawn[one_for_all] = places(streams.for_everybody).reshape(len(names), -1)[one_for_all]
    return np.asarray(drawn[:, sets - first])


class Parameters:
    """The assumptions of a block of replications, by dotted key.

    ``parameters[key]`` is an array ``[replication, year]``, or ``[replication, 1]`` where nothing
    changes it over the years; years run along ``years`` (calendar years).
    """

    def __init__(
        self,
        world: World,
        streams: Streams,
        replications: Ints,
        years: Ints,
        certain: bool = False,
        given: Mapping[str, Floats] = NOTHING,
    ) -> None:
        """Draw every assumption.

        replications  numbers of the replications, increasing, in whole pairs or not
        years         calendar years of the tables
        certain       use central values instead of drawing
        given         uniforms in (0, 1) that replace the drawn ones, by name: an assumption's key,
                      `effect_name` or `form_name`; drawn even where `certain`  [set]
        """
        self.years = years
        self._sets, self._twin = np.unique(replications // TWINS, return_inverse=True)
        self._world, self._certain = world, certain
        self._changes = sorted(world.changes.items())
        self._assumptions = known_numbers(world)
        names = names_drawn(world)
        if unknown := sorted(set(given) - set(names)):
            raise ValueError(f"nothing is drawn under the name {unknown[0]}")
        self.uniforms = dict(zip(names, stratified(streams, names, self._sets), strict=True))
        self.uniforms |= given
        self._given = frozenset(given)
        self._correlated = self._correlated_normals()
        self._drawn: dict[str, Floats] = {}
        self._tables: dict[str, Floats] = {}
        in_phases = [
            (first, {key: (a, quantity) for key, a, quantity in assumptions(era)})
            for first, era in world.eras[1:]
        ]
        for key, assumption, quantity in self._assumptions:
            drawn = self._draw(key, assumption, quantity)
            self._drawn[key] = drawn
            table = drawn[:, None]
            for first, numbers in in_phases:
                if key in numbers and (table.shape[1] > 1 or numbers[key][0] != assumption):
                    later = self._draw(key, *numbers[key])[:, None]
                    table = np.where(years >= first, later, table)
            table = self._changed(key, table, quantity, np.arange(drawn.size))
            self._tables[key] = table[self._twin]
        self.forms = self._forms()[self._twin]

    def part(self, rows: slice) -> Parameters:
        """Those of some replications."""
        part = copy(self)
        part._twin = self._twin[rows]
        part._tables = {key: table[rows] for key, table in self._tables.items()}
        part.forms = self.forms[rows]
        return part

    def __getitem__(self, key: str) -> Floats:
        return self._tables[key]

    def __contains__(self, key: str) -> bool:
        return key in self._tables

    def drawn(self) -> dict[str, Floats]:
        """The uncertain assumptions as drawn, before reforms.  key -> [replication]"""
        return {
            key: self._drawn[key][self._twin]
            for key, assumption, _ in self._assumptions
            if assumption.uncertain
        }

    def since(self, key: str, opening: int) -> Floats:
        """The table of a key in the years from one place of `years` on.  [replication, year or 1]"""
        return since(self._tables[key], opening)

    def before_changes(self, key: str) -> Floats:
        """The value without reforms and stresses: today's.  [replication, 1]"""
        return np.asarray(self._drawn[key][self._twin][:, None])

    def had(self, key: str, values: Floats) -> Floats:
        """The table that a key would have, had these values been drawn: reforms apply to them.

        values  [replication];  returns [replication, year or 1]
        """
        quantity = next((quantity for name, _, quantity in self._assumptions if name == key), None)
        if quantity is None:  # it is absent, so nothing acts on it
            return values[:, None]
        return self._changed(key, values[:, None], quantity, self._twin)

    def at(self, key: str, replication: Ints, year: Ints) -> Floats:
        """The value for each case, in the year of the event that it is read at.  [case]

        replication  place in the block;  year  place in ``years``
        """
        return look_up(self._tables[key], replication, year)

    def one_of(self, keys: Sequence[str], row: Ints, replication: Ints, year: Ints) -> Floats:
        """The same, of the key at place `row` for each case.  [case]"""
        tables = np.stack(np.broadcast_arrays(*(self._tables[key] for key in keys)))
        height = tables.shape[1]
        return look_up(tables.reshape(-1, tables.shape[2]), row * height + replication, year)

    def _correlated_normals(self) -> dict[str, Floats]:
        names: list[str] = []
        for link in self._world.correlations:
            names += [key for key in (link.first, link.second) if key not in names]
        if not names:
            return {}
        independent = special.ndtri(np.array([self.uniforms[name] for name in names]))
        matrix = rank_matrix(self._world, names) + 1e-12 * np.eye(len(names))
        return dict(zip(names, np.linalg.cholesky(matrix) @ independent, strict=True))

    def _draw(self, key: str, assumption: Assumption, quantity: Quantity) -> Floats:
        if self._fixed(key) or not assumption.uncertain:
            return np.full(self._sets.size, assumption.value)
        # moved alone, an assumption does not move those it is correlated with
        z = None if self._certain else self._correlated.get(key)
        u = self.uniforms[key] if z is None else special.ndtr(z)
        for _, _, effect in self._effects(key, narrow=True):
            u = special.ndtr(effect.size.value * special.ndtri(u))
        return quantiles(assumption, quantity, u)

    def _fixed(self, name: str) -> bool:
        """Whether the central value is to be used."""
        return self._certain and name not in self._given

    def _effects(self, key: str, narrow: bool) -> list[tuple[str, Change, Effect]]:
        """The effects on a key, each with the name of its stream: of its file and place, no other's."""
        return [
            (effect_name(name, i), change, effect)
            for name, change in self._changes
            for i, effect in enumerate(change.effects)
            if effect.on == key and (effect.by == "narrow") == narrow
        ]

    def _changed(self, key: str, table: Floats, quantity: Quantity, sets: Ints) -> Floats:
        """What reforms and stresses make of values.  [set, year or 1]"""
        for name, change, effect in self._effects(key, narrow=False):
            weight = strength(change, self.years)
            size = self._effect_size(name, effect)[sets, None]
            table = np.clip(
                applied(effect.by, table, size, weight[None, :]), quantity.least, quantity.most
            )
        return table

    def _effect_size(self, name: str, effect: Effect) -> Floats:
        """Drawn on the log scale where low is above 0, else on the identity scale."""
        size = effect.size
        if self._fixed(name) or not size.uncertain:
            return np.full(self._sets.size, size.value)
        least, scale = (-np.inf, "identity") if effect.by == "add" else (0.0, "log")
        quantity = Quantity(size.unit, least, np.inf, scale)  # type: ignore[arg-type]
        return quantiles(size, quantity, self.uniforms[name])

    def _forms(self) -> Floats:
        """Shares of the forms of exploitation: Dirichlet by gamma quantiles.  [set, form]"""
        forms = self._world.caseload.forms
        shares = np.array(forms.shares)
        if forms.sample_size is None or all(self._fixed(form_name(form)) for form in FORMS):
            return np.tile(shares / shares.sum(), (self._sets.size, 1))
        gammas = np.tile(forms.sample_size * shares, (self._sets.size, 1))  # their means
        for i, form in enumerate(FORMS):
            if shares[i] > 0 and not self._fixed(form_name(form)):
                u = self.uniforms[form_name(form)]
                gammas[:, i] = special.gammaincinv(forms.sample_size * shares[i], u)
        return np.asarray(gammas / gammas.sum(axis=1, keepdims=True))


def known_numbers(world: World) -> tuple[tuple[str, Assumption, Quantity], ...]:
    """Every number of a scenario and of its phases, each once: as the first that has it says."""
    found: dict[str, tuple[str, Assumption, Quantity]] = {}
    for _, era in world.eras:
        for key, assumption, quantity in assumptions(era):
            found.setdefault(key, (key, assumption, quantity))
    return tuple(found.values())


def names_drawn(world: World) -> list[str]:
    """Everything that is drawn once a set: assumptions, sizes of effects, forms of exploitation."""
    names = [key for key, _, _ in known_numbers(world)]
    for name, change in sorted(world.changes.items()):
        names += [effect_name(name, i) for i, _ in enumerate(change.effects)]
    return names + [form_name(form) for form in FORMS]


def effect_name(change: str, place: int) -> str:
    """The name under which the size of a change's effect is drawn."""
    return f"{change}.effects[{place}]"


def form_name(form: str) -> str:
    """The name under which a form's share is drawn."""
    return f"caseload.forms.{form}"


def since(table: Floats, opening: int) -> Floats:
    """A table in the years from one place on.  [replication, year or 1]"""
    return table[:, opening:] if table.shape[1] > 1 else table


@inside
def value_at(table: Any, replication: Any, year: Any) -> Any:
    """A value of a table [replication, year or 1].

    replication, year  places of them, which must be there: an unsigned number is not asked whether it
    counts from the end, which would double the time
    """
    column = np.uintp(year) if table.shape[1] > 1 else np.uintp(0)
    return table[np.uintp(replication), column]


@inside
def value_of(table: Any, group: Any, replication: Any, year: Any) -> Any:
    """A value of a table [group, replication, year or 1]; places as for `value_at`."""
    column = np.uintp(year) if table.shape[2] > 1 else np.uintp(0)
    return table[np.uintp(group), np.uintp(replication), column]


def look_up(table: NDArray[Any], replication: Ints, year: Ints) -> NDArray[Any]:
    """Values of a table [replication, year or 1] for each case."""
    values = np.empty(replication.size, dtype=table.dtype)
    _look_up(table, replication, year, values)
    return values


@compiled
def _look_up(table: NDArray[Any], replication: Ints, year: Ints, values: NDArray[Any]) -> None:
    for i in range(replication.size):
        values[i] = value_at(table, replication[i], year[i])


def strength(change: Change, years: Ints) -> Floats:
    """How much of a change is in effect in each calendar year, 0 to 1.  [year]"""
    weight = np.minimum((years - change.from_year + 1) / change.ramp_years, 1.0)
    until = change.until_year if change.until_year is not None else np.iinfo(np.int64).max
    return np.where((years < change.from_year) | (years > until), 0.0, weight)


def applied(by: Operation, value: Floats, size: Floats, weight: Floats) -> Floats:
    """A value with an effect of that strength; untouched, to the bit, where that is nothing."""

    def power() -> Floats:
        return np.where(size == 0, 1 - weight, size**weight)

    match by:
        case "add":
            return np.asarray(value + weight * size)
        case "factor":
            return np.asarray(value * power())
        case "odds_ratio":
            return with_odds(value, power())
        case "narrow":
            return value  # what is believed of it is narrowed, when it is drawn
        case _:
            assert_never(by)


def with_odds(rate: Floats, odds_ratio: Floats) -> Floats:
    """A probability whose odds are multiplied; unchanged, to the bit, at an odds ratio of 1."""
    moved = rate * odds_ratio / (1 - rate + rate * odds_ratio)
    return np.where(odds_ratio == 1, rate, moved)
