"""Computing for visitors: blocks of futures, kept while there is room, and shared out fairly.

The unit is a block, as everywhere: pure and seeded, so that what one visitor waited for serves all.  The
caches are bounded in entries and bytes, and keyed by the scenario's key, seed and block.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager

import streamlit as st

from fundsim.analysis.measures import Row, measure
from fundsim.analysis.project import Projection, block_answers, block_outcomes
from fundsim.app import settings
from fundsim.app.gate import Turns
from fundsim.batch.lookup import Source, source_of
from fundsim.model.run import block_size
from fundsim.report.results import Results
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import World
from fundsim.scenario.sizes import most_cases

QUICK = 200  # futures of the first answer
MOST_CASES = 110_000  # in three of four futures of a scenario: more is too much for a dashboard
# of a scenario in public: cases of all its futures, some six seconds of a processor, and blocks, each of which costs a little
MOST_WORK, MOST_BLOCKS = 64e6, 160
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
        return source_of(settings.store(), write=not settings.public())
    except (InputError, OSError):
        return Source()


@st.cache_data(show_spinner=False, max_entries=400, max_size="300mb")
def _block(
    scenario_key: str, seed: int, block: int, replications: int, final: bool, _world: World
) -> tuple[tuple[str, ...], Floats]:
    with _turn(replications):
        try:
            unit = _stored().answers if final else _stored().outcomes
            return unit(_world, seed, block, replications, "numpy")
        except OSError:  # a store that is full or gone is no reason to turn a visitor away
            unit = block_answers if final else block_outcomes
            return unit(_world, seed, block, replications, "numpy")


# the same rows for everyone, not a copy for each: five thousand objects a page are felt (0.6 MB an entry)
@st.cache_resource(show_spinner=False, max_entries=100)
def _rows(
    name: str, scenario_key: str, seed: int, replications: int, _projection: Projection
) -> tuple[Row, ...]:
    with _turn(replications):
        return tuple(measure(_projection))


def _spans(world: World, replications: int) -> list[tuple[int, int]]:
    """Each block and where its replications end."""
    size = block_size(world)
    return [(b, min((b + 1) * size, replications)) for b in range(-(-replications // size))]


def most_futures(scenario: Scenario) -> float:
    """How many futures this dashboard computes of a scenario; 0 for so many victims that only the command should run it.

    In public the work is bounded, too: one link must not hold up everybody else.
    """
    cases = most_cases(scenario.world, 0.75)
    if cases > MOST_CASES:
        return 0
    if not settings.public():
        return math.inf
    return min(MOST_WORK / max(cases, 1), MOST_BLOCKS * block_size(scenario.world))


def refuse_if_too_large(scenario: Scenario, replications: int) -> None:
    """Raises `InputError` for more futures of a scenario than are computed here."""
    if replications > most_futures(scenario):
        rule = "has so many victims that the dashboard does not run it; use the command fundsim run"
        raise InputError(Problem(scenario.name, rule))


def projected(
    scenario: Scenario,
    seed: int,
    replications: int,
    tell: Told = lambda done: None,
    final: bool = True,
) -> Projection:
    """A projection, from the blocks that are there and those still to be computed.

    tell   called with the number of futures that are done, after each block
    final  whether it is the answer asked for, which has the needs of each future (`needs_in`), not a first look
    """
    refuse_if_too_large(scenario, replications)
    projection = Projection(scenario, replications, seed)
    key = scenario.key
    for block, end in _spans(scenario.world, replications):
        # the last replication of a block names it: a whole block is the same in longer runs
        names, table = _block(key, seed, block, end, final, scenario.world)
        projection.add(block, names, table)
        tell(end)
    return projection


def results(
    scenario: Scenario,
    seed: int,
    replications: int,
    tell: Told = lambda done: None,
    final: bool = True,
) -> Results:
    """The measures of a scenario; arguments as for `projected`."""
    projection = projected(scenario, seed, replications, tell, final)
    rows = _rows(scenario.name, scenario.key, seed, replications, projection)
    return Results.of(projection, rows)
