"""A block's outcomes, from the store if it has them, else computed and put there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from fundsim.analysis.measures import NEEDS
from fundsim.analysis.needs import NeedsUnit, in_force, line_of_state, needs_of_block
from fundsim.analysis.project import Unit, block_outcomes, block_span
from fundsim.batch.store import ALL, Span, find, keep, refuse_unreachable
from fundsim.scenario.assumption import Floats, Ints
from fundsim.scenario.compose import hash_of
from fundsim.scenario.schema import World

DIGITS = 24  # of a scenario's hash in a store
NEED_COLUMNS = tuple(m.name for m in NEEDS)


class Kept(NamedTuple):
    """Outcomes of a block [column, replication]; whether they were found, and whether a part was damaged."""

    names: tuple[str, ...]
    table: Floats
    found: bool
    damaged: bool


def kept_block(
    address: str, world: World, seed: int, block: int, replications: int,
    wanted: Sequence[str] = ALL, engine: str = "numpy", write: bool = True,
) -> Kept:  # fmt: skip
    """The wanted outcomes of a block.

    address  of the store;  replications  of the whole run: the last block may be cut short
    wanted   names of outcomes and of NEEDS, or ALL outcomes; those that the scenario does not have are left out
    write    put what is computed into the store
    """
    first, last = block_span(world, block, replications)
    span = Span(hash_of(world, DIGITS), seed, first, last, engine)
    there = find(address, span, wanted, NEED_COLUMNS)
    if there.table is not None:
        return Kept(*_some(there.names, there.table, wanted), True, there.damaged)
    asked = [*wanted, *(name for name in there.asked if name not in wanted)]
    names, table = computed_outcomes(world, seed, block, replications, asked, engine)
    if write:
        keep(address, span, names, table, asked)
    return Kept(*_some(names, table, wanted), False, there.damaged)


def kept_outcomes(
    address: str, write: bool, world: World, seed: int, block: int, replications: int,
    engine: str = "numpy",
) -> tuple[tuple[str, ...], Floats]:  # fmt: skip
    """All outcomes of a block, as `block_outcomes` gives them.  write: put there what is not found"""
    found = kept_block(address, world, seed, block, replications, ALL, engine, write)
    return found.names, found.table


def kept_needs(
    address: str, write: bool, world: World, line: str, given: bool, seed: int,
    numbers: Ints, capitals: Floats,
) -> Floats:  # fmt: skip
    """Needs of a block, as `needs_of_block` gives them.  write: put there what is not found"""
    label = f"needs-{line}-{'planned' if given else 'bare'}"
    if capitals.size:
        label += f"-{hashlib.sha256(capitals.tobytes()).hexdigest()[:8]}"
    span = Span(hash_of(world, DIGITS), seed, int(numbers[0]), int(numbers[-1]) + 1, label)
    there = find(address, span, ALL)
    if there.table is not None:
        return there.table
    table = needs_of_block(world, line, given, seed, numbers, capitals)
    if write:
        keep(address, span, [f"row{place}" for place in range(len(table))], table, ALL)
    return table


@dataclass(frozen=True)
class Source:
    """Where commands and pages take blocks from: computed, or from a store if it has them."""

    outcomes: Unit = block_outcomes
    needs: NeedsUnit = needs_of_block


def source_of(address: str | None, write: bool = True) -> Source:
    """The source at an address; without one everything is computed.

    write  put what is computed into the store
    Raises `InputError` for an address that no file system is known for, OSError if it cannot be written to.
    """
    if not address:
        return Source()
    if write:
        refuse_unreachable(address)
    return Source(partial(kept_outcomes, address, write), partial(kept_needs, address, write))


def computed_outcomes(
    world: World, seed: int, block: int, replications: int, asked: Sequence[str],
    engine: str = "numpy",
) -> tuple[tuple[str, ...], Floats]:  # fmt: skip
    """The outcomes of a block that are asked for, of those that the scenario has; ALL is every one but NEEDS."""
    names, table = tuple[str, ...](), np.zeros((0, 0))
    if set(asked) - set(NEED_COLUMNS):
        names, table = block_outcomes(world, seed, block, replications, engine)
    if ALL[0] not in asked:
        names, table = _some(names, table, asked)
    line = line_of_state(world)
    if line and set(asked) & set(NEED_COLUMNS):
        numbers = np.arange(*block_span(world, block, replications))
        given = world.income[line].in_force
        found = needs_of_block(in_force(world, line), line, given, seed, numbers, np.zeros(0))
        names, found = (*names, *NEED_COLUMNS), found[: len(NEED_COLUMNS)]
        table = np.concatenate([table, found]) if table.size else found
    return names, table


def _some(
    names: tuple[str, ...], table: Floats, wanted: Sequence[str]
) -> tuple[tuple[str, ...], Floats]:
    """The wanted rows of a table, those that it has, in the same order wherever it comes from."""
    if list(wanted) == ALL:
        wanted = [name for name in names if name not in NEED_COLUMNS]
    place = {name: i for i, name in enumerate(names)}
    places = [place[name] for name in wanted if name in place]
    return tuple(names[i] for i in places), table[places]
