"""Computing for visitors: blocks of futures, kept while there is room, and shared out fairly.

The unit is a block, as everywhere: pure and seeded, so that what one visitor waited for serves all.  The
caches are bounded in entries and bytes, and keyed by the scenario's hash, seed and block.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import streamlit as st

from fundsim.analysis.measures import Row, measure
from fundsim.analysis.needs import Needs, in_force, needs_of_block
from fundsim.analysis.project import Projection, block_outcomes
from fundsim.app import mode
from fundsim.app.gate import Turns
from fundsim.batch.lookup import Source, source_of
from fundsim.model.run import block_size
from fundsim.report.wording import Results
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import World

QUICK = 200  # futures of the first answer
LEAST_BLOCK = 40  # a scenario with fewer replications to a block is too large for a dashboard
Told = Callable[[int], None]


@st.cache_resource(show_spinner=False)
def turns() -> Turns:
    """The one gate of this process through which all computing goes."""
    return Turns()


def visitor() -> str:
    """Who asks: the session, or one name for all where there is none (tests)."""
    context = st.runtime.scriptrunner.get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else "alone"


def _turn(replications: int = 0) -> AbstractContextManager[None]:
    """One turn of this visitor, for a first look if it is of so few futures; given up if the page is asked anew."""
    first = 0 < replications <= QUICK
    # reading the session's state is where Streamlit stops a page that has been overtaken
    return turns().taken(visitor(), first, lambda: "choice" in st.session_state)


@st.cache_resource(show_spinner=False)
def _stored() -> Source:
    """Where blocks come from: the store of this server, if it has one that can be used."""
    try:
        return source_of(mode.store(), write=not mode.public())
    except (InputError, OSError):
        return Source()


@st.cache_data(show_spinner=False, max_entries=400, max_size="300mb")
def _block(
    scenario_hash: str, seed: int, block: int, replications: int, _world: World
) -> tuple[tuple[str, ...], Floats]:
    with _turn(replications):
        try:
            return _stored().outcomes(_world, seed, block, replications, "numpy")
        except OSError:  # a store that is full or gone is no reason to turn a visitor away
            return block_outcomes(_world, seed, block, replications)


@st.cache_data(show_spinner=False, max_entries=2000, max_size="60mb")
def _needs_block(
    scenario_hash: str, line: str, seed: int, block: int, replications: int, _world: World,
    _given: bool,
) -> Floats:  # fmt: skip
    size = block_size(_world)
    numbers = np.arange(block * size, min((block + 1) * size, replications))
    with _turn():
        try:
            return _stored().needs(_world, line, _given, seed, numbers, np.zeros(0))
        except OSError:
            return needs_of_block(_world, line, _given, seed, numbers, np.zeros(0))


# the same rows for everyone, not a copy for each: five thousand objects a page are felt (0.6 MB an entry)
@st.cache_resource(show_spinner=False, max_entries=100)
def _rows(
    name: str, scenario_hash: str, seed: int, replications: int, _projection: Projection
) -> tuple[Row, ...]:
    with _turn(replications):
        return tuple(measure(_projection))


def _spans(world: World, replications: int) -> list[tuple[int, int]]:
    """Each block and where its replications end."""
    size = block_size(world)
    return [(b, min((b + 1) * size, replications)) for b in range(-(-replications // size))]


def refuse_if_too_large(scenario: Scenario) -> None:
    """Raises `InputError` for a scenario of so many victims that only the command should run it."""
    if block_size(scenario.world) < LEAST_BLOCK:
        rule = "has so many victims that the dashboard does not run it; use the command fundsim run"
        raise InputError(Problem(scenario.name, rule))


def projected(
    scenario: Scenario, seed: int, replications: int, tell: Told = lambda done: None
) -> Projection:
    """A projection, from the blocks that are there and those still to be computed.

    tell  called with the number of futures that are done, after each block
    """
    refuse_if_too_large(scenario)
    projection = Projection(scenario, replications, seed)
    key = scenario.hash
    for block, end in _spans(scenario.world, replications):
        # the last replication of a block names it: a whole block is the same in longer runs
        names, table = _block(key, seed, block, end, scenario.world)
        projection.add(block, names, table)
        tell(end)
    return projection


def results(
    scenario: Scenario, seed: int, replications: int, tell: Told = lambda done: None
) -> Results:
    """The measures of a scenario."""
    projection = projected(scenario, seed, replications, tell)
    rows = _rows(scenario.name, scenario.hash, seed, replications, projection)
    return Results.of(projection, rows)


def needed(
    scenario: Scenario, line: str, seed: int, replications: int, tell: Told = lambda done: None
) -> Needs:
    """What each future needs of a budget line, or of capital; the same as `fundsim solve` finds."""
    refuse_if_too_large(scenario)
    world = in_force(scenario.world, line)
    given, key, parts = scenario.world.income[line].in_force, scenario.hash, []
    for block, end in _spans(world, replications):
        parts.append(_needs_block(key, line, seed, block, end, world, given))
        tell(end)
    table = np.concatenate(parts, axis=1)
    none: Any = np.zeros((0, replications))
    return Needs(scenario, seed, line, table[0], table[1], np.zeros(0), none, table[2].astype(bool))
