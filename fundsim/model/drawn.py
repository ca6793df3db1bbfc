"""What chance decides for a block of replications, before the fund is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.background import Background, background
from fundsim.model.caseload import draw_victims
from fundsim.model.claims import Claims, draw_claims
from fundsim.model.entry import Entry, draw_entries
from fundsim.model.macro import Macro
from fundsim.model.money import Cents
from fundsim.model.parameters import NOTHING, Parameters
from fundsim.model.pathway import Cases, draw_cases
from fundsim.model.streams import UNTIED, Tie
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import World

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Drawn:
    """Everything that chance decides, before the fund is settled.

    income  by source, budget lines apart, cents [replication, month]
    kept    what cuts leave of each budget line  [replication, year from the opening]
    months  number of months settled, run-off included
    """

    replications: Ints
    parameters: Parameters
    macro: Macro
    cases: Cases
    entry: Entry
    claims: Claims
    income: dict[str, Cents]
    kept: dict[str, Floats]
    months: int

    @property
    def opening(self) -> int:
        """The place of the opening among the years of the tables."""
        return self.parameters.years.size - self.months // 12

    @property
    def years(self) -> Ints:
        """Calendar years from the opening on."""
        return self.parameters.years[self.opening :]

    def since_opening(self, key: str) -> Floats:
        """An assumption in the years from the opening on.  [replication, year]"""
        shape = (self.replications.size, self.months // 12)
        return np.broadcast_to(self.parameters.since(key, self.opening), shape)


def draw(
    world: World,
    seed: int,
    replications: Ints,
    certain: bool = False,
    given: Mapping[str, Floats] = NOTHING,
    tie: Tie = UNTIED,
) -> Drawn:
    """Draw the cases and the income of some replications; arguments as for `background`."""
    return draw_against(world, background(world, seed, replications, certain, given, tie))


def draw_against(world: World, behind: Background) -> Drawn:
    """Draw the cases of some replications against their background."""
    parameters, macro, chances = behind.parameters, behind.macro, behind.chances
    months = 12 * (world.time.horizon_years + world.time.runoff_years)
    victims = draw_victims(parameters, behind.cohorts)
    cases = draw_cases(world, parameters, chances, macro, victims)
    entry = draw_entries(world, parameters, chances, cases)
    claims = draw_claims(world, parameters, chances, macro, cases, entry, months)
    return Drawn(
        behind.replications, parameters, macro, cases, entry, claims, behind.income, behind.kept,
        months,
    )  # fmt: skip
