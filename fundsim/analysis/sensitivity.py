"""On what does the answer hang?  All inputs ranked by influence, each with its source and grade.

`ranking` reads a projection that is already there and runs nothing.  `swapped` runs the most
influential inputs again, one exchanged at a time, and tells how much they do together with others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from scipy import stats

from fundsim.analysis import precision
from fundsim.analysis.indices import (
    RESAMPLES,
    Interval,
    PickFreeze,
    Variance,
    first_order,
    pick_freeze,
)
from fundsim.analysis.inputs import Input, Run, Target, inputs, run_all, target
from fundsim.analysis.project import Projection
from fundsim.analysis.shown import Shown
from fundsim.model.background import table_years
from fundsim.model.parameters import STRATA, TWINS, Parameters, stratified
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats, Grade
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import World

LEAST_SETS = 8 * STRATA  # below it a bootstrap over batches means nothing
BASE_SETS = 2048  # sets of each design of a swap, at most
MOST_SWAPPED = 10  # inputs exchanged if none are named: one run each
THE_REST = "all others"


@dataclass(frozen=True)
class Ranked:
    """One input's place in the ranking.

    share, low95, high95  first-order index: share of the variance due to all assumptions that
                          goes away once this one is known; debiased, so it may be below 0
    direction   1 if a higher input goes with a higher measure, -1 with a lower, 0 if neither is sure
    cumulative  sum of the shares down to here, those told from 0 only
    """

    input: Input
    share: float
    low95: float
    high95: float
    direction: int
    cumulative: float

    @property
    def told(self) -> bool:
        """Whether the share can be told from 0."""
        return self.low95 > 0


@dataclass(frozen=True, repr=False)
class Ranking(Shown):
    """All inputs of a projection by their influence on one measure.

    target      the measure
    rows        the most influential first
    variance    of the measure over futures, in two parts: what we do not know, and chance
    left_out    replications without a value (a ratio with nothing below), left out with their twins
    by_grade    share of what single inputs explain that rests on data, partial data, judgement
    joint       share of the variance due to assumptions that no single input explains
    """

    projection: Projection
    target: Target
    rows: tuple[Ranked, ...]
    variance: Variance
    left_out: int
    by_grade: dict[Grade, float]
    joint: float

    @property
    def sd_assumptions(self) -> float:
        """Parameter uncertainty: standard deviation of the expected measure over what we believe."""
        return float(np.sqrt(max(float(self.variance.assumptions.value), 0.0)))

    @property
    def sd_chance(self) -> float:
        """Process variance as a standard deviation: of the measure were all assumptions known."""
        return float(np.sqrt(max(float(self.variance.chance.value), 0.0)))

    def half(self) -> tuple[Ranked, ...]:
        """The fewest inputs that together explain half of what single inputs explain."""
        whole = sum(row.share for row in self.rows if row.told)
        return tuple(r for r in self.rows if r.told and r.cumulative - r.share < whole / 2)


def ranking(projection: Projection, measure: str, resamples: int = RESAMPLES) -> Ranking:
    """Rank all inputs of a projection by influence, from its replications alone.

    measure    a name of the data dictionary, "@year" after a yearly one
    resamples  bootstrap samples of the intervals, over batches of replications
    raises     InputError for an unknown or constant measure, too few replications, or a spread that
               is chance alone
    """
    wanted = target(projection.scenario.world, measure)
    y = _values(projection, wanted)
    whole = ~np.isnan(y).any(axis=1)
    left_out = TWINS * int((~whole).sum())
    _refuse(wanted, y[whole])
    ranked = inputs(projection.scenario)
    if not ranked:
        raise InputError(Problem("inputs", "nothing in this scenario is uncertain"))
    x = _drawn(projection, [one.name for one in ranked], y.shape[0])[:, whole]
    found = first_order(x, y[whole], resamples, projection.seed)
    _refuse_chance(wanted, found.variance)
    directions = _directions(x, y[whole].mean(axis=1))
    share = found.share
    order = sorted(range(len(ranked)), key=lambda i: (-float(share.value[i]), ranked[i].name))
    rows, total = [], 0.0
    by_grade: dict[Grade, float] = dict.fromkeys(get_args(Grade), 0.0)
    for i in order:
        row = Ranked(ranked[i], *share.at(i), directions[i], 0.0)
        if row.told:
            total += row.share
            by_grade[row.input.grade] += row.share
        rows.append(replace(row, cumulative=total))
    by_grade = {grade: part / total if total else 0.0 for grade, part in by_grade.items()}
    return Ranking(projection, wanted, tuple(rows), found.variance, left_out, by_grade, 1 - total)


@dataclass(frozen=True, repr=False)
class Swap(Shown):
    """First-order and total indices of some inputs, and of all others as one group.

    names    of the inputs: those tied by a correlation are one group; the last is "all others"
    indices  in the order of names
    sets     sets of assumptions in each design, each lived twice
    """

    projection: Projection
    target: Target
    names: tuple[str, ...]
    indices: PickFreeze
    sets: int

    def row(self, place: int) -> dict[str, float | str]:
        """One line of the tidy table."""
        line: dict[str, float | str] = {"input": self.names[place]}
        for name in ("first", "total", "total_with_chance"):
            interval: Interval = getattr(self.indices, name)
            value, low, high = interval.at(place)
            line |= {name: value, f"{name}_low95": low, f"{name}_high95": high}
        return line


def swapped(
    projection: Projection,
    measure: str,
    names: Sequence[str] | None = None,
    sets: int = BASE_SETS,
    workers: int = 1,
    resamples: int = RESAMPLES,
) -> Swap:
    """Exchange one input at a time between two halves of a projection, and run the result.

    names  of the inputs; without it the first ten of `ranking`, fewer if fewer can be told from 0
    sets   in each design, at most; no more than a quarter of the projection's replications
    raises InputError as `ranking` does, and for a name that is drawn nowhere

    The first half of the sets is A, the second B: both are there already.  A with one input from B is
    run on A's replication numbers, so with A's chance; B has its own (see `pick_freeze`).
    """
    world = projection.scenario.world
    wanted = target(world, measure)
    if names is None:
        told = [row.input.name for row in ranking(projection, measure, resamples).rows if row.told]
        names = told[:MOST_SWAPPED]
    sets = min(sets, projection.replications // (2 * TWINS)) // STRATA * STRATA
    groups = _groups(world, [one.name for one in inputs(projection.scenario)], names)
    _refuse_few(wanted, sets)
    y = _values(projection, wanted)[: 2 * sets]
    _refuse(wanted, y[~np.isnan(y).any(axis=1)])
    streams = Streams(projection.seed, world.country.code)
    numbers = range(TWINS * sets)
    runs = []
    for group in groups.values():
        from_b = stratified(streams, group, np.arange(sets, 2 * sets))
        runs.append(Run(world, numbers, given=dict(zip(group, from_b, strict=True))))
    tables = run_all(runs, projection.seed, [wanted], workers)
    y_ab = np.stack([wanted.each(table).reshape(-1, TWINS) for table in tables])
    a, b = y[:sets], y[sets:]
    there = ~(np.isnan(a) | np.isnan(b) | np.isnan(y_ab).any(axis=0)).any(axis=1)
    _refuse(wanted, np.concatenate([a[there], b[there]]))
    found = pick_freeze(a[there], b[there], y_ab[:, there], resamples, projection.seed)
    _refuse_chance(wanted, found.variance)
    return Swap(projection, wanted, tuple(groups), found, int(there.sum()))


def _groups(world: World, known: list[str], names: Sequence[str]) -> dict[str, list[str]]:
    """The names, each with those tied to it by correlations; then all others."""
    if unknown := [name for name in names if name not in known]:
        raise InputError(
            [Problem("inputs", "is no uncertain input of it", key=name) for name in unknown]
        )
    groups: dict[str, list[str]] = {}
    taken: set[str] = set()
    for name in names:
        if name in taken:
            continue
        group = [name]
        for member in group:  # grows while it is read
            for link in world.correlations:
                pair = {link.first, link.second}
                if member in pair:
                    group += [other for other in sorted(pair - {member}) if other not in group]
        taken |= set(group)
        groups[" + ".join(group)] = group
    rest = [name for name in known if name not in taken]
    return groups | ({THE_REST: rest} if rest else {})


def _values(projection: Projection, wanted: Target) -> Floats:
    """The measure in each replication, by sets of assumptions.  [set, twin]"""
    if missing := [c for c in wanted.columns if c not in projection]:
        rule = f"does not occur in this scenario ({missing[0]})"
        raise InputError(Problem("measure", rule, key=wanted.name))
    each = wanted.each({c: projection.column(c) for c in wanted.columns})
    return each[: each.size // TWINS * TWINS].reshape(-1, TWINS)


def _drawn(projection: Projection, names: Sequence[str], sets: int) -> Floats:
    """What each input was in each set; only the ranks matter.  [input, set]"""
    world = projection.scenario.world
    streams = Streams(projection.seed, world.country.code)
    numbers = np.arange(0, TWINS * sets, TWINS)
    parameters = Parameters(world, streams, numbers, table_years(world))
    # an effect's size and a form's gamma rise with their uniforms
    known = {**parameters.uniforms, **parameters.drawn()}
    return np.stack([known[name] for name in names])


def _directions(x: Floats, y: Floats) -> list[int]:
    """Sign of each input's rank correlation with the outcome; 0 within two standard errors."""
    ranks = stats.rankdata(x, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    of_y = stats.rankdata(y) - (y.size + 1) / 2
    size = np.sqrt((ranks**2).sum(axis=1) * (of_y**2).sum())
    found = np.divide(ranks @ of_y, size, out=np.zeros(size.size), where=size > 0)
    sure = np.abs(found) > precision.Z95 / np.sqrt(y.size)
    return [int(s) for s in np.sign(found) * sure]


def _refuse(wanted: Target, y: Floats) -> None:
    """A measure that has no spread, or too few values to tell."""
    _refuse_few(wanted, y.shape[0])
    if y.min() == y.max():
        rule = f"is {y.flat[0]:g} in every replication: nothing moves it"
        raise InputError(Problem("measure", rule, key=wanted.name))


def _refuse_few(wanted: Target, sets: int) -> None:
    if sets == 0 and wanted.measure.undefined:
        rule = f"has no value in any replication ({wanted.measure.undefined}): nothing can move it"
        raise InputError(Problem("measure", rule, key=wanted.name))
    if sets < LEAST_SETS:
        rule = (
            f"has a value in {sets:,} sets of assumptions; at least {LEAST_SETS} are needed "
            "(run more replications)"
        )
        raise InputError(Problem("measure", rule, key=wanted.name))


def _refuse_chance(wanted: Target, variance: Variance) -> None:
    """Shares of nothing: no influence of any assumption can be told from chance."""
    if not float(variance.assumptions.low95) > 0:
        rule = "varies by chance alone as far as these replications tell (run more of them)"
        raise InputError(Problem("measure", rule, key=wanted.name))
