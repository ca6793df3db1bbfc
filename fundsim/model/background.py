"""What chance decides for a replication before any of its cases is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fundsim.model.caseload import Cohorts, cohorts_of, years_drawn
from fundsim.model.chances import Chances, chances_of
from fundsim.model.income import draw_income, kept_of_lines
from fundsim.model.macro import Macro, draw_macro
from fundsim.model.money import Cents
from fundsim.model.parameters import NOTHING, Parameters
from fundsim.model.streams import UNTIED, Streams, Tie
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import World

Ints = NDArray[np.int64]
PART_CASES = 240_000  # cases worked on at once, so that their columns stay in the cache
LEDGER_CASES = 2_000  # cases whose columns take as much room as the months of a replication


@dataclass(frozen=True)
class Background:
    """The assumptions, prices, chances, income and numbers of victims of some replications.

    income   by source, budget lines apart, cents [replication, month]
    kept     what cuts leave of each budget line  [replication, year from the opening]
    cohorts  how many victims are identified in each year
    """

    replications: Ints
    parameters: Parameters
    macro: Macro
    chances: Chances
    income: dict[str, Cents]
    kept: dict[str, Floats]
    cohorts: Cohorts

    def part(self, rows: slice) -> Background:
        """That of some replications."""
        return Background(
            self.replications[rows],
            self.parameters.part(rows),
            self.macro.part(rows),
            self.chances.part(rows),
            {source: flow[rows] for source, flow in self.income.items()},
            {line: table[rows] for line, table in self.kept.items()},
            self.cohorts.part(rows),
        )

    def parts(self) -> Iterator[Background]:
        """Cut up, in order, so that each takes about as much room as PART_CASES cases."""
        so_far = np.cumsum(self.cohorts.number.sum(axis=(1, 2)) + LEDGER_CASES)
        pieces = -(-so_far[-1] // PART_CASES)
        piece = so_far * pieces // (so_far[-1] + 1)
        starts = np.flatnonzero(np.diff(piece, prepend=-1) > 0)
        for first, end in pairwise([*starts, so_far.size]):
            yield self.part(slice(int(first), int(end)))


def table_years(world: World) -> Ints:
    """Calendar years of all tables: from the earliest needed to the end of the run-off."""
    time = world.time
    first = min(time.price_year, years_drawn(world)[0])
    return np.arange(first, time.start_year + time.horizon_years + time.runoff_years)


def background(
    world: World,
    seed: int,
    replications: Ints,
    certain: bool = False,
    given: Mapping[str, Floats] = NOTHING,
    tie: Tie = UNTIED,
) -> Background:
    """Draw what does not belong to a case.

    seed          whole number, 0 or more
    replications  numbers of the replications, increasing
    certain       central values of all assumptions, so that only chance varies
    given         uniforms instead of the drawn ones, for the assumptions named (see `Parameters`)
    tie           what the draws have in common with those of other countries
    """
    streams = Streams(seed, world.country.code, tie)
    parameters = Parameters(world, streams, replications, table_years(world), certain, given)
    macro = draw_macro(parameters, streams, replications, world.time)
    return Background(
        replications,
        parameters,
        macro,
        chances_of(world, parameters),
        draw_income(world, parameters, macro, streams, replications),
        kept_of_lines(world, parameters, macro, streams, replications),
        cohorts_of(world, parameters, streams, replications),
    )
