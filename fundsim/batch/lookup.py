"""A block's outcomes, from the store if it has them, else computed and put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from fundsim.analysis.needs import COLUMNS, YEARLY, is_need, line_of_state, needs_of_block
from fundsim.analysis.project import Unit, block_answers, block_outcomes, block_span
from fundsim.batch.store import ALL, Span, find, keep, refuse_unreachable
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import hash_of
from fundsim.scenario.schema import World


class Kept(NamedTuple):
    """Outcomes of a block [column, replication]; whether they were found, and whether a part was damaged."""

    names: tuple[str, ...]
    table: Floats
    found: bool
    damaged: bool


def kept_block(
    address: str, world: World, seed: int, block: int, replications: int,
    wanted: Sequence[str] = ALL, *, engine: str = "numpy", write: bool = True,
) -> Kept:  # fmt: skip
    """The wanted outcomes of a block.

    address  of the store;  replications  of the whole run: the last block may be cut short
    wanted   names of outcomes and of needs; ALL stands for all outcomes.  Those that the scenario does not have
             are left out
    write    put what is computed into the store
    """
    first, last = block_span(world, block, replications)
    span = Span(hash_of(world), seed, first, last, engine)
    there = find(address, span, wanted, tuple(filter(is_need, wanted)))
    if there.table is not None:
        return Kept(*_some(there.names, there.table, wanted), True, there.damaged)
    asked = [*wanted, *(name for name in there.asked if name not in wanted)]
    names, table = computed_outcomes(world, seed, block, replications, asked, engine)
    if write:
        keep(address, span, names, table, asked)
    return Kept(*_some(names, table, wanted), False, there.damaged)


def kept_outcomes(
    address: str, write: bool, wanted: Sequence[str], world: World, seed: int, block: int, replications: int,
    engine: str = "numpy",
) -> tuple[tuple[str, ...], Floats]:  # fmt: skip
    """The wanted outcomes of a block, as `block_outcomes` or `block_answers` gives them.  write: put there what is not found"""
    found = kept_block(
        address, world, seed, block, replications, wanted, engine=engine, write=write
    )
    return found.names, found.table


def kept_answers(
    address: str, write: bool, world: World, seed: int, block: int, replications: int, engine: str = "numpy"
) -> tuple[tuple[str, ...], Floats]:  # fmt: skip
    """The outcomes of a block and all its needs, as `block_answers` gives them."""
    first = world.time.start_year
    years = range(first, first + world.time.horizon_years)
    needs = [*COLUMNS, *(f"{name}@{year}" for name in YEARLY for year in years)]
    return kept_outcomes(address, write, [*ALL, *needs], world, seed, block, replications, engine)


@dataclass(frozen=True)
class Source:
    """Where commands and pages take blocks from: computed, or from a store if it has them."""

    outcomes: Unit = block_outcomes
    answers: Unit = block_answers


def source_of(address: str | None, write: bool = True) -> Source:
    """The source at an address; without one everything is computed.

    write  put what is computed into the store
    Raises `InputError` for an address that no file system is known for, OSError if it cannot be written to.
    """
    if not address:
        return Source()
    if write:
        refuse_unreachable(address)
    return Source(
        partial(kept_outcomes, address, write, ALL),
        partial(kept_answers, address, write),
    )


def computed_outcomes(
    world: World, seed: int, block: int, replications: int, asked: Sequence[str],
    engine: str = "numpy",
) -> tuple[tuple[str, ...], Floats]:  # fmt: skip
    """The outcomes of a block that are asked for, of those that the scenario has."""
    if not set(asked) <= set(COLUMNS):
        unit = block_answers if any(map(is_need, asked)) else block_outcomes
        return _some(*unit(world, seed, block, replications, engine), asked)
    if not (line := line_of_state(world)):
        return (), np.zeros((0, 0))
    numbers = np.arange(*block_span(world, block, replications))
    return _some(COLUMNS, needs_of_block(world, line, seed, numbers, np.zeros(0)), asked)


def _some(
    names: tuple[str, ...], table: Floats, wanted: Sequence[str]
) -> tuple[tuple[str, ...], Floats]:
    """The wanted rows of a table, those that it has, in the same order wherever it comes from."""
    if ALL[0] in wanted:  # every one but needs, which may be wanted beside them
        wanted = [name for name in names if not is_need(name) or name in wanted]
    place = {name: i for i, name in enumerate(names)}
    places = [place[name] for name in wanted if name in place]
    return tuple(names[i] for i in places), table[places]
