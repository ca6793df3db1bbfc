"""What a result may hang on, and the result it is asked of.

An input is anything drawn once a set: an uncertain assumption, the size of a reform's effect, the
share of a form of exploitation.  A target is one measure, with the outcomes it is read from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from fundsim.analysis import precision
from fundsim.analysis.claims_counted import limits
from fundsim.analysis.measures import measures_of
from fundsim.analysis.outcomes import money, victims
from fundsim.analysis.precision import Estimate
from fundsim.analysis.tags import Measure
from fundsim.analysis.workers import shared_out
from fundsim.model.parameters import TWINS, effect_name, form_name
from fundsim.model.run import Future, block_size, futures
from fundsim.scenario.assumption import Assumption, Floats, Grade, Ints, Quantity, quantiles
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.schema import FORMS, World, assumptions

Outcomes = Mapping[str, Floats]  # name -> [replication]
LOW, HIGH = 0.1, 0.9  # the percentiles that `low` and `high` of an assumption are


@dataclass(frozen=True)
class Input:
    """One thing that we do not know.

    name    an assumption's key, or under which an effect's size or a form's share is drawn
    label   what it is, where the name does not say it: the effect of which reform on what
    value   the central value;  low, high  10th and 90th percentile (narrowed, if a reform does)
    unit    its unit;  source  title of its source, or "judgement"
    grade   data, partly or judgement
    """

    name: str
    label: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    grade: Grade


def inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Everything uncertain in a scenario, in the schema's order; effects and forms last."""
    world = scenario.world

    def one(name: str, label: str, a: Assumption, low: float, high: float) -> Input:
        return Input(name, label, a.value, low, high, a.unit, _title(scenario, a.source), a.graded)

    found = [
        one(key, "", a, *_range(world, key, a, quantity))
        for key, a, quantity in assumptions(world)
        if a.uncertain
    ]
    for name, change in sorted(world.changes.items()):
        for place, effect in enumerate(change.effects):
            size = effect.size
            # the size of a narrowing is not drawn: its central value is used
            if effect.by == "narrow" or not size.uncertain:
                continue
            name_, label = effect_name(name, place), f"{change.label}: effect on {effect.on}"
            found.append(one(name_, label, size, *_range(world, name_, size, Quantity(size.unit))))
    return (*found, *_forms(scenario))


def _title(scenario: Scenario, source: str) -> str:
    return str(scenario.sources.get(source, {}).get("title", source or "judgement"))


def _range(world: World, key: str, a: Assumption, quantity: Quantity) -> tuple[float, float]:
    """Low and high as written, unless a reform narrows them or they are not (discrete values)."""
    sizes = [
        effect.size.value
        for change in world.changes.values()
        for effect in change.effects
        if effect.on == key and effect.by == "narrow"
    ]
    if a.low is not None and a.high is not None and not sizes:
        return a.low, a.high
    u = special.ndtr(np.prod(sizes) * special.ndtri(np.array([LOW, HIGH])))
    low, high = quantiles(a, quantity, u)
    return float(low), float(high)


def _forms(scenario: Scenario) -> Iterator[Input]:
    """Shares of the forms: each alone has a beta distribution."""
    forms = scenario.world.caseload.forms
    n = forms.sample_size
    for form, share in zip(FORMS, forms.shares, strict=True):
        if n is not None and 0 < share < 1:
            low, high = special.betaincinv(n * share, n * (1 - share), [LOW, HIGH])
            grade: Grade = forms.graded  # type: ignore[assignment]
            title = _title(scenario, forms.source)
            yield Input(form_name(form), "", share, low, high, forms.unit, title, grade)


@dataclass(frozen=True)
class Target:
    """A measure, of one year where it is yearly, and the outcomes it is read from.

    name     as asked for: due_a_year, ruin, share_paid_with, due_real@2030
    columns  names of outcomes: one, and what it is of where that may not occur; or the upper and the lower of a ratio
    """

    name: str
    measure: Measure
    columns: tuple[str, ...]

    def each(self, outcomes: Outcomes) -> Floats:
        """The measure in each replication; NaN where it is not defined.  [replication]"""
        if self.measure.kind != "ratio":
            x, *of = (outcomes[column] for column in self.columns)
            return x if all(part.any() for part in of) else np.full(x.shape, np.nan)
        above, below = (outcomes[column] for column in self.columns)
        each = np.full(above.shape, np.nan)
        return np.asarray(np.divide(above, below, out=each, where=below > 0))

    def estimate(self, outcomes: Outcomes) -> tuple[Estimate, Floats]:
        """The measure over all replications, and what each contributes to its error (method §14)."""
        if self.measure.kind != "ratio":
            x = self.each(outcomes)
            found = precision.mean(x)
            return found, np.zeros_like(x) if math.isnan(found.value) else x - found.value
        above, below = (outcomes[column] for column in self.columns)
        found = precision.ratio(above, below)
        if not np.isfinite(found.value):
            return found, np.zeros_like(above)
        return found, (above - found.value * below) / below.mean()

    def difference(
        self, outcomes: Outcomes, centre: Estimate, influence: Floats
    ) -> tuple[float, Estimate]:
        """The measure, and how far it is from another run's on the same chance.

        centre, influence  of the other run, from `estimate`
        returns            the measure, and the difference with the error of paired replications
        """
        here, own = self.estimate(outcomes)
        error = precision.batch_error(own - influence)
        return here.value, Estimate(here.value - centre.value, error)


def target(world: World, name: str) -> Target:
    """The measure of that name; "@year" follows a yearly one.  Raises `InputError` for no such name."""
    plain, at, year = name.partition("@")
    time = world.time
    years = [str(y) for y in range(time.start_year, time.start_year + time.horizon_years)]
    known = {m.name: m for m in measures_of(world)}
    m = known.get(plain)
    if m is None:
        raise InputError(_no_measure(name, "no such measure", nearest(plain, known)))
    if m.yearly and year not in years:
        rule = f"is yearly: name a year, {years[0]} to {years[-1]}"
        raise InputError(_no_measure(name, rule, f"{plain}@{nearest(year, years) or years[0]}"))
    if at and not m.yearly:
        raise InputError(_no_measure(name, "has no years: it is of the whole horizon", plain))
    return Target(
        name, m, (m.above, m.below) if m.kind == "ratio" else (name, *filter(None, (m.below,)))
    )


def _no_measure(name: str, rule: str, near: str) -> Problem:
    return Problem("measure", rule, key=name, nearest=near)


@dataclass(frozen=True)
class Run:
    """Replications of a world in which some inputs are given.

    replications  numbers: all from the first to before the last, in whole pairs
    certain       the other inputs at their central values, else drawn
    given         uniforms of inputs, by name: one for each set, or one for all  [set]
    """

    world: World
    replications: range
    certain: bool = False
    given: Mapping[str, Floats | float] = field(default_factory=dict)


def run_all(
    runs: Sequence[Run], seed: int, wanted: Sequence[Target], workers: int = 1
) -> list[Outcomes]:
    """The outcomes that targets are read from, of each run.

    Runs with the same replication numbers share their chance.  Raises `InputError` if a scenario has
    no such outcome (a kind of cost that is never due).
    """
    columns = tuple(dict.fromkeys(column for one in wanted for column in one.columns))
    tasks, owners = [], []
    for place, run in enumerate(runs):
        step = max(block_size(run.world) // TWINS * TWINS, TWINS)
        for start in range(run.replications.start, run.replications.stop, step):
            numbers = np.arange(start, min(start + step, run.replications.stop))
            sets = np.unique(numbers // TWINS)
            given = {
                name: np.full(sets.size, u)
                if isinstance(u, float)
                else u[sets - run.replications.start // TWINS]
                for name, u in run.given.items()
            }
            tasks.append((run.world, seed, numbers, run.certain, given, columns))
            owners.append(place)
    parts: dict[int, Floats] = dict(shared_out(outcomes_of, tasks, workers))
    pieces: list[list[Floats]] = [[] for _ in runs]
    for task, owner in enumerate(owners):
        pieces[owner].append(parts[task])
    tables = [np.concatenate(own, axis=1) for own in pieces]
    return [dict(zip(columns, table, strict=True)) for table in tables]


def outcomes_of(
    world: World,
    seed: int,
    numbers: Ints,
    certain: bool,
    given: Mapping[str, Floats],
    columns: Sequence[str],
) -> Floats:
    """Simulate one block and keep some outcomes.  The unit of work.  [column, replication]"""
    parts = futures(world, seed, numbers, certain, given=given)
    return np.concatenate([_rows(future, columns) for future in parts], axis=1)


def _rows(future: Future, columns: Sequence[str]) -> Floats:
    """Some outcomes of some futures.  [column, replication]"""
    names = {column: column.partition("@")[0] for column in columns}
    found: dict[str, Floats] = {}
    for part in (money, victims, limits):  # the victims' part takes a third of the time
        if not set(names.values()) <= set(found):
            found |= part(future)
    rows = []
    for column, name in names.items():
        if name not in found:
            raise InputError(_no_measure(name, "does not occur in this scenario", ""))
        year = column.partition("@")[2]
        rows.append(
            found[name][:, int(year) - future.world.time.start_year] if year else found[name]
        )
    return np.stack(rows)
