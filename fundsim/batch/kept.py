"""A block's outcomes, from the store if it has them, else computed and put there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fundsim.analysis.measures import NEEDS
from fundsim.analysis.needs import in_force, line_of_state, needs_of_block
from fundsim.analysis.project import block_outcomes, block_span
from fundsim.batch.store import ALL, Span, find, keep
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import hash_of
from fundsim.scenario.schema import World

NEED_COLUMNS = tuple(m.name for m in NEEDS)


class Kept(NamedTuple):
    """Outcomes of a block [column, replication]; whether they were found, and whether a part was damaged."""

    names: tuple[str, ...]
    table: Floats
    found: bool
    damaged: bool


def kept_block(
    address: str, world: World, scenario_hash: str, seed: int, block: int, replications: int,
    wanted: Sequence[str] = ALL, engine: str = "numpy",
) -> Kept:  # fmt: skip
    """The wanted outcomes of a block.

    address  of the store;  replications  of the whole run: the last block may be cut short
    wanted   names of outcomes and of NEEDS, or ALL outcomes; those that the scenario does not have are left out
    """
    first, last = block_span(world, block, replications)
    span = Span(scenario_hash, seed, first, last, engine)
    there = find(address, span, wanted)
    if there.table is not None:
        return Kept(there.names, there.table, True, there.damaged)
    asked = [*wanted, *(name for name in there.asked if name not in wanted)]
    names, table = computed_outcomes(world, seed, block, replications, asked, engine)
    keep(address, span, names, table, asked)
    if len(names) > len(wanted) and list(wanted) != ALL:
        places = [names.index(name) for name in wanted if name in names]
        names, table = tuple(names[i] for i in places), table[places]
    return Kept(names, table, False, there.damaged)


def kept_outcomes(
    address: str, world: World, seed: int, block: int, replications: int, engine: str = "numpy"
) -> tuple[tuple[str, ...], Floats]:
    """All outcomes of a block, as `block_outcomes` gives them."""
    kept = kept_block(address, world, hash_of(world), seed, block, replications, ALL, engine)
    return kept.names, kept.table


def computed_outcomes(
    world: World, seed: int, block: int, replications: int, asked: Sequence[str],
    engine: str = "numpy",
) -> tuple[tuple[str, ...], Floats]:  # fmt: skip
    """The outcomes of a block that are asked for, of those that the scenario has; ALL is every one but NEEDS."""
    names, table = tuple[str, ...](), np.zeros((0, 0))
    if set(asked) - set(NEED_COLUMNS):
        names, table = block_outcomes(world, seed, block, replications, engine)
    if "all" not in asked:
        places = [i for i, name in enumerate(names) if name in asked]
        names, table = tuple(names[i] for i in places), table[places]
    line = line_of_state(world)
    if line and set(asked) & set(NEED_COLUMNS):
        numbers = np.arange(*block_span(world, block, replications))
        given = world.income[line].in_force
        found = needs_of_block(in_force(world, line), line, given, seed, numbers, np.zeros(0))
        names = (*names, *NEED_COLUMNS)
        table = np.concatenate([table.reshape(-1, numbers.size), found[: len(NEED_COLUMNS)]])
    return names, table
