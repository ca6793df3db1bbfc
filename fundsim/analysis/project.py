"""Projecting scenarios: blocks of futures over worker processes, outcomes kept on disk.

Memory is bounded by the block: a block's outcomes go to a temporary file as they arrive, and a
measure reads one column at a time.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np

from fundsim.analysis.asked import refuse_engine, wrong_numbers
from fundsim.analysis.needs import COLUMNS, Needs, line_of_state, needs_of_years, path_of
from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.workers import shared_out
from fundsim.model.ledger import LedgerError
from fundsim.model.run import Future, block_size, futures
from fundsim.reference.future import live
from fundsim.reference.outcomes import outcomes as reference_outcomes
from fundsim.scenario.asked import wrong
from fundsim.scenario.assumption import Floats, Ints
from fundsim.scenario.clashes import refuse_shared_codes
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.schema import World

DEFAULT_REPLICATIONS, DEFAULT_SEED = 10_000, 20260101
COLUMNS_ABOUT = 700  # outcomes kept of each replication, to foresee the disk needed
MOST_IN_MEMORY = 16 * 2**20  # bytes of outcomes that are kept there rather than in a file
Unit = Callable[[World, int, int, int, str], tuple[tuple[str, ...], Floats]]


def _spooled() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)


@dataclass(repr=False)
class Projection:
    """The outcomes of one scenario over all replications, column by column.

    scenario, replications, seed, engine   what was run
    block     replications in a block
    columns   names: an outcome, "outcome@year", or "assumption:key" for a drawn assumption
    """

    scenario: Scenario
    replications: int
    seed: int
    engine: str = "numpy"
    columns: tuple[str, ...] = ()
    block: int = 0
    _places: dict[str, int] = field(default_factory=dict, repr=False)
    _file: IO[bytes] = field(default_factory=_spooled, repr=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, self._file.close)
        self.block = block_size(self.scenario.world)

    def __repr__(self) -> str:
        """What was run, and how much there is."""
        return (
            f"Projection(scenario={self.scenario.name!r}, replications={self.replications:,}, "
            f"seed={self.seed}, engine={self.engine!r}, {len(self.columns)} columns)"
        )

    def add(self, block: int, names: tuple[str, ...], table: Floats) -> None:
        """Keep a block's outcomes.  table [column, replication]"""
        if not self.columns:
            self.columns, self._places = names, {name: place for place, name in enumerate(names)}
        if names != self.columns:
            raise LedgerError("blocks differ in their columns: the outcomes cannot be put together")
        self._file.seek(block * self.block * len(names) * 8)
        self._file.write(np.ascontiguousarray(table).tobytes())

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def column(self, name: str, start: int = 0, stop: int | None = None) -> Floats:
        """One outcome for every replication, or for those from `start` to `stop`.  [replication]

        Raises InputError naming the nearest where there is no such column.
        """
        if name not in self._places:
            near = nearest(str(name), self.columns)
            raise InputError(Problem("column", "no such outcome", value=str(name), nearest=near))
        place = self._places[name]
        stop = self.replications if stop is None else stop
        if not 0 <= start <= stop <= self.replications:
            rule = f"must rise, within 0 and {self.replications:,}"
            raise InputError(Problem("column", rule, key="start, stop", value=f"{start}, {stop}"))
        begin = start // self.block * self.block
        pieces = []
        for first in range(begin, stop, self.block):
            size = min(self.block, self.replications - first)
            self._file.seek((first * len(self.columns) + place * size) * 8)
            pieces.append(np.frombuffer(self._file.read(size * 8)))
        return np.concatenate(pieces)[start - begin : stop - begin]

    def years(self) -> range:
        """Calendar years of the horizon."""
        time = self.scenario.world.time
        return range(time.start_year, time.start_year + time.horizon_years)


def block_span(world: World, block: int, replications: int) -> tuple[int, int]:
    """The first replication of a block, and the one after its last."""
    size = block_size(world)
    return block * size, min((block + 1) * size, replications)


def block_outcomes(
    world: World, seed: int, block: int, replications: int, engine: str = "numpy"
) -> tuple[tuple[str, ...], Floats]:
    """Simulate one block and reduce it to columns.  The unit of work: pure and seeded.

    engine   numpy, or simpy for the reference engine

    returns  names of the columns, and a table [column, replication]
    """
    numbers = np.arange(*block_span(world, block, replications))
    if engine == "simpy":
        rows = [_reference_columns(world, seed, int(number)) for number in numbers]
        return tuple(rows[0]), np.array([list(row.values()) for row in rows]).T
    return _block(world, seed, numbers, _columns)


def block_answers(
    world: World, seed: int, block: int, replications: int, engine: str = "numpy"
) -> tuple[tuple[str, ...], Floats]:
    """The same by the fast engine, and beside the outcomes what each future needs of the state's budget line."""
    assert engine == "numpy", "what suffices is worked out from the fast engine's draws"
    line = line_of_state(world)

    def columns(future: Future) -> dict[str, Floats]:
        needed = zip(COLUMNS, path_of(future, line).rows(), strict=True) if line else ()
        found = _columns(future) | dict(needed)
        return found | _by_column(world, needs_of_years(future)) if world.has_fund else found

    return _block(world, seed, np.arange(*block_span(world, block, replications)), columns)


def _block(
    world: World, seed: int, numbers: Ints, columns: Callable[[Future], dict[str, Floats]]
) -> tuple[tuple[str, ...], Floats]:
    parts = [columns(future) for future in futures(world, seed, numbers)]
    names = tuple(parts[0])
    if any(tuple(part) != names for part in parts):
        raise LedgerError("parts of a block differ in their columns")
    return names, np.concatenate([np.stack(list(part.values())) for part in parts], axis=1)


def _columns(future: Future) -> dict[str, Floats]:
    """The outcomes of some futures by column.  column -> [replication]"""
    columns = _by_column(future.world, outcomes(future))
    for key, drawn in future.drawn.parameters.drawn().items():
        columns[f"assumption:{key}"] = drawn
    return columns


def _by_column(world: World, found: Mapping[str, Floats]) -> dict[str, Floats]:
    """Outcomes by column, a yearly one by year."""
    columns: dict[str, Floats] = {}
    for name, values in found.items():
        if values.ndim == 1:
            columns[name] = values
        else:
            for y in range(values.shape[1]):
                columns[f"{name}@{world.time.start_year + y}"] = values[:, y]
    return columns


def _reference_columns(world: World, seed: int, number: int) -> dict[str, float]:
    """The same of one future, as the reference tells it."""
    future = live(world, seed, number)
    drawn = {f"assumption:{key}": x for key, x in future.life.beliefs.drawn().items()}
    return {**reference_outcomes(future), **drawn}


def project(
    scenarios: Iterable[Scenario],
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    workers: int = 1,
    on_block: Callable[[str], None] = lambda name: None,
    engine: str = "numpy",
    unit: Unit = block_outcomes,
) -> list[Projection]:
    """Run scenarios; the result does not depend on the number of workers.

    scenarios     resolved scenarios
    replications  number of futures of each, at least 1
    workers       processes, this one among them
    on_block      called with the scenario's name after each finished block
    engine        numpy, or simpy: the reference, hundreds of times slower, with the same numbers
    unit          what gives a block's outcomes: computed, or from a store
    raises        InputError for what is none of these; LedgerError if an identity does not hold
    """
    scenarios = _scenarios(scenarios)
    if problems := wrong_numbers(replications=replications, seed=seed, workers=workers):
        raise InputError(problems)
    for name, given in (("on_block", on_block), ("unit", unit)):
        if not callable(given):
            raise wrong("project", name, "must be a function", given)
    refuse_engine(engine, "engine")
    refuse_shared_codes(scenarios)
    projections = [Projection(s, 0, seed, engine) for s in scenarios]
    extend(projections, replications, workers, on_block, unit)
    return projections


def _scenarios(given: Iterable[Scenario]) -> list[Scenario]:
    """What was given as scenarios, as a list; `InputError` for anything else."""
    if isinstance(given, Scenario):
        raise wrong("project", "scenarios", "must be a list; write [scenario]", given.name)
    if isinstance(given, str) or not isinstance(given, Iterable):
        rule = "must be a list of scenarios, as load gives them"
        raise wrong("project", "scenarios", rule, given)
    found = list(given)
    for one in found:
        if not isinstance(one, Scenario):
            hint = f'; write load("{one}")' if isinstance(one, str) else ""
            raise wrong("project", "scenarios", f"must be scenarios, as load gives them{hint}", one)
    return found


def extend(
    projections: Sequence[Projection],
    replications: int,
    workers: int = 1,
    on_block: Callable[[str], None] = lambda name: None,
    unit: Unit = block_outcomes,
) -> None:
    """Run on to more futures; the result is the same as of a run of that length.

    replications  number of futures of each from now on, not fewer than there are
    """
    owners = [
        (p, block)
        for p in projections
        for block in range(p.replications // p.block, -(-replications // p.block))
    ]
    tasks = [(p.scenario.world, p.seed, block, replications, p.engine) for p, block in owners]
    for projection in projections:
        projection.replications = replications
    for place, (names, table) in shared_out(unit, tasks, workers):
        projection, block = owners[place]
        projection.add(block, names, table)
        on_block(projection.scenario.name)


def needs_in(projection: Projection) -> Needs | None:
    """What each future needs, of a projection made of `block_answers`, without a frontier; None where there is no fund, no
    budget line of the state, or only outcomes (`block_outcomes`)."""
    world = projection.scenario.world
    line = line_of_state(world)
    if not world.has_fund or not line or COLUMNS[0] not in projection:
        return None
    contribution, capital, over_limit = (projection.column(name) for name in COLUMNS)
    return Needs(
        projection.scenario, projection.seed, line, contribution, capital,
        capitals=np.zeros(0), at_capital=np.zeros((0, projection.replications)),
        over_limit=over_limit.astype(bool),
    )  # fmt: skip


def disk_needed(replications: int, scenarios: int) -> str | None:
    """Why the outcomes would not fit on the temporary disk, or None if they do."""
    needed = replications * scenarios * COLUMNS_ABOUT * 8
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if needed <= 0.9 * free:
        return None
    return f"needs about {needed / 1e9:,.1f} GB of disk, {free / 1e9:,.1f} GB are free"
