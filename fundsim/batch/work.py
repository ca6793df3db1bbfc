"""The work of a batch: some scenarios of a plan, or some blocks of one, pure and seeded.

A worker gets the plan and numbers; it resolves the scenarios, takes or computes their blocks, and gives back the
measures.  Whatever it computes is in the store before the next block begins.
"""

from __future__ import annotations

import math
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from fundsim.analysis.measures import NEEDS as NEED_MEASURES
from fundsim.analysis.measures import columns_of, measures_of, rows_of
from fundsim.analysis.precision import batch_sums
from fundsim.analysis.project import Projection
from fundsim.analysis.statistics import figure, pair_of
from fundsim.analysis.tags import Measure
from fundsim.batch.axis import Value
from fundsim.batch.lookup import kept_block
from fundsim.batch.plan import DEFAULT, NONE, Member, Plan, contents_hash, member, resolve
from fundsim.batch.store import refuse_unknown
from fundsim.batch.version import model_version
from fundsim.model.run import block_size
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import BAD_INPUT, FundsimError, InputError, Problem
from fundsim.scenario.schema import World

MOST_TOLD = 20  # scenarios that could not be computed
TidyRow = tuple[int | None, str, str, str, float]  # year, measure, unit, statistic, value


class OtherModelError(FundsimError):
    """A worker has another version of the program, code or libraries."""

    exit_code = BAD_INPUT


@dataclass(frozen=True)
class Job:
    """What every task of a batch is told: the plan, the store's address, the model that is to compute, and
    what the scenario files say (`contents_hash`)."""

    plan: Plan
    store: str
    model: str
    contents: str


@dataclass(frozen=True)
class Line:
    """One scenario of a plan with its results: the values of its varied keys, and rows of measures.

    policy  the one that is in force, also where it is the default
    noise   of each figure that designs are judged by: what each batch of replications adds to its error; NaN where
            that is unknown  [batch]
    """

    member: Member
    policy: str
    name: str
    hash: str
    sets: tuple[str, ...]
    values: tuple[Value, ...]
    rows: tuple[TidyRow, ...]
    noise: tuple[Floats, ...]


@dataclass(frozen=True)
class Failure:
    """A scenario that could not be computed, and why; the others go on.

    trace  where in the program, if it is a fault of it
    """

    name: str
    reason: str
    trace: str


@dataclass
class Tally:
    """How much was done: by a task, or by all so far.

    done, new  replications of each country: computed or found, and computed
    computed, found, damaged  parts;  tasks  that were given back
    seconds       of work, of all workers together;  simulating  of these, for the blocks that were computed
    failed        scenarios that could not be computed;  failures  the first of them
    """

    done: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    computed: int = 0
    found: int = 0
    damaged: int = 0
    tasks: int = 0
    seconds: float = 0.0
    simulating: float = 0.0
    failed: int = 0
    failures: tuple[Failure, ...] = ()

    @property
    def replications(self) -> int:
        """Replications of all countries, computed or found."""
        return self.done.total()

    def add(self, more: Tally) -> None:
        """Count what else was done."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(more, one.name))
        self.failures = self.failures[:MOST_TOLD]


@dataclass(frozen=True)
class Done:
    """What a task gives back: scenarios with their results, and how much it did."""

    lines: tuple[Line, ...]
    tally: Tally


def work_on(job: Job, first: int, last: int, share: int = 0, shares: int = 1) -> Done:
    """Compute the scenarios numbered first to before last; or, of one scenario, a share of its blocks.

    share, shares  which share of the blocks, of how many: then no measures are worked out
    Raises `OtherModelError` where another model would compute, OSError where the store cannot be written.
    """
    if (own := model_version()) != job.model:
        raise OtherModelError(
            f"a worker has fundsim {own}, not {job.model}: install the same everywhere"
        )
    if contents_hash(job.plan) != job.contents:
        raise OtherModelError(
            "a scenario file has changed while the batch ran, or a worker has another"
        )
    refuse_unknown(job.store)
    began, tally, lines = time.perf_counter(), Tally(tasks=1), list[Line]()
    for number in range(first, last):
        one = member(job.plan, number)
        try:
            scenario, values = resolve(job.plan, one)
            projection = _projected(job, one, scenario, share, shares, tally)
            if shares == 1:
                lines.append(_line(job.plan, one, scenario, values, projection))
        except (OSError, MemoryError):
            raise  # of the machine, not of the scenario: no other would fare better
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            name = f"{one.name} (number {number})"
            tally.add(Tally(failed=1, failures=(Failure(name, reason, traceback.format_exc()),)))
    tally.seconds = time.perf_counter() - began
    return Done(tuple(lines), tally)


def _projected(
    job: Job, one: Member, scenario: Scenario, share: int, shares: int, tally: Tally
) -> Projection:
    plan, world = job.plan, scenario.world
    wanted = outcomes_wanted(world, plan.wanted)
    projection = Projection(scenario, plan.replications, plan.seed)
    blocks = -(-plan.replications // block_size(world))
    for block in range(share * blocks // shares, (share + 1) * blocks // shares):
        began = time.perf_counter()
        kept = kept_block(job.store, world, plan.seed, block, plan.replications, wanted)
        tally.damaged += kept.damaged
        replications = kept.table.shape[1]
        tally.done[one.country] += replications
        if kept.found:
            tally.found += 1
        else:
            tally.computed += 1
            tally.new[one.country] += replications
            tally.simulating += time.perf_counter() - began
        if shares == 1:
            projection.add(block, kept.names, kept.table)
    return projection


def _line(
    plan: Plan, one: Member, scenario: Scenario, values: tuple[Value, ...], projection: Projection
) -> Line:
    wanted = measures_wanted(scenario.world, plan.wanted)
    rows = [
        (row.year, row.measure, row.unit, row.statistic, row.value)
        for m, year in wanted
        for row in rows_of(projection, m, year)
    ]
    noise = _noise(plan, {m.name: m for m, _ in wanted}, projection)
    policy = one.policy
    if policy == DEFAULT:  # which is used only where no other file says what the fund is
        named, usual = scenario.name.split("+"), scenario.world.country.default_policy
        policy = usual if usual in named else NONE
    return Line(
        one, policy, scenario.name, scenario.hash, scenario.sets, values, tuple(rows), noise
    )


def _noise(
    plan: Plan, measures: Mapping[str, Measure], projection: Projection
) -> tuple[Floats, ...]:
    n, found = plan.replications, []
    for one in plan.figures:
        m, influence = measures.get(one.measure.partition("@")[0]), None
        if m is not None and (pair_of(m, one.measure)[0] if m.above else one.measure) in projection:
            influence = figure(projection, m, one.measure, one.statistic).influence
        found.append(batch_sums(np.full(n, math.nan) if influence is None else influence) / n)
    return tuple(found)


def measures_wanted(world: World, names: Sequence[str]) -> list[tuple[Measure, int | None]]:
    """The measures of a scenario that are wanted, each with its year if only one is."""
    found: list[tuple[Measure, int | None]] = []
    every = [*measures_of(world), *NEED_MEASURES]
    for name in names:
        plain, _, year = name.partition("@")
        asked = [m for m in every if plain in (m.name, m.template)]
        found += [(m, int(year) if year else None) for m in asked]
    whole = {m.name for m, year in found if year is None}  # of all years, and of one: once
    return [x for x in dict.fromkeys(found) if x[1] is None or x[0].name not in whole]


def outcomes_wanted(world: World, names: Sequence[str]) -> tuple[str, ...]:
    """The outcomes that the wanted measures are read from."""
    time = world.time
    years = range(time.start_year, time.start_year + time.horizon_years)
    columns = [
        column
        for m, only in measures_wanted(world, names)
        for year in (years if m.yearly and only is None else [only])
        for column in columns_of(m, year)
    ]
    return tuple(dict.fromkeys(columns))


def check_members(plan: Plan, first: int, last: int) -> list[Problem]:
    """What is wrong with some scenarios of a plan, which only shows when they are resolved."""
    problems: list[Problem] = []
    for number in range(first, last):
        one = member(plan, number)
        try:
            world = resolve(plan, one)[0].world
            here = measures_wanted(world, plan.wanted)
        except InputError as error:
            problems += [p for p in error.problems if p not in problems]
            continue
        years = range(world.time.start_year, world.time.start_year + world.time.horizon_years)
        for wanted in plan.figures:
            name, _, year = wanted.measure.partition("@")
            if year and int(year) not in years:
                problems.append(Problem(one.name, "is outside of the horizon", key=wanted.measure))
            elif not any(m.name == name for m, _ in here):
                problems.append(Problem(one.name, "has no such measure", key=wanted.measure))
    return problems[:100]


def missing_measures(plan: Plan) -> list[Problem]:
    """Measures that no country of a plan has, or not in that year: they would give an empty table."""
    firsts = [plan.of_country(place).start for place in range(len(plan.countries))]
    worlds = [resolve(plan, member(plan, number))[0].world for number in firsts]
    return [
        Problem(
            "measures", "does not occur in any country of this plan, or not in that year", key=name
        )
        for name in plan.measures
        if not any(set(outcomes_wanted(w, [name])) & possible_outcomes(w) for w in worlds)
    ]


def possible_outcomes(world: World) -> set[str]:
    """Every outcome that some measure of a scenario is read from."""
    return set(outcomes_wanted(world, [m.name for m in (*measures_of(world), *NEED_MEASURES)]))
