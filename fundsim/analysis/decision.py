"""Decisions under stated losses, and what may be learnt before them.

A decision is a table of losses, euro a year, of each option in each future; `fundsim.analysis.information`
says what it would be worth to know more before it is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from fundsim.analysis.project import Projection
from fundsim.analysis.shown import Shown
from fundsim.model.background import table_years
from fundsim.model.parameters import Parameters
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import SeizedAssets, World

IDLE = 0.05  # euro a year lost for a euro a year that is set aside and not needed
SHORT = 19 * IDLE  # for a euro missing: then the best level suffices in 95 % of futures
# levels of a contribution that are compared: quantiles of the need whose log odds differ from those of the
# best level by this much; further down, since who knew more would set aside less in most futures
LEVELS = np.linspace(-8.0, 4.0, 37)
GROUPS = (
    ("caseload.", "caseload"), ("pathway.", "pathway"), ("award.", "awards"),
    ("enforcement.", "enforcement"), ("fund.subrogation.cost", "costs"),
    ("fund.subrogation.", "enforcement"), ("fund.take_up.", "take-up"), ("fund.costs.", "costs"),
    ("fund.assistance.", "costs"), ("fund.", "eligibility and decisions"), ("macro.", "prices"),
)  # fmt: skip
ASSETS, OTHER_INCOME, OTHER = "assets", "other income", "other"


@dataclass(frozen=True, repr=False)
class Decision(Shown):
    """A choice, judged in each future.

    options  what may be chosen
    losses   euro a year; what all options lose alike does not matter  [option, replication]
    hopeless number of futures in which no option suffices: there all lose 0
    levels   of a contribution, euro a year, in the order of the options; empty for other decisions
    weights  euro lost for a euro missing, and for a euro idle; None for other decisions
    """

    options: tuple[str, ...]
    losses: Floats
    hopeless: int = 0
    levels: tuple[float, ...] = ()
    weights: tuple[float, float] | None = None


def contribution_decision(
    need: Floats,
    short: float = SHORT,
    idle: float = IDLE,
    most: float | None = None,
) -> Decision:
    """Which level contribution: each level d loses short·max(need − d, 0) + idle·max(d − need, 0).

    need   smallest contribution that suffices in each future, euro a year, infinite where none does
           (`Needs.contribution`)  [replication]
    short  euro lost for a euro missing, idle  for a euro too much: the best level is the
           short/(short + idle) quantile of the need
    most   a need above it counts as this much.  Without it futures that no level can save are left out:
           all options lose 0 there, and their number is given
    """
    if short <= 0 or idle <= 0:
        raise InputError(Problem("decision", "short and idle must be above 0"))
    hopeless = ~np.isfinite(need)
    if most is not None:
        need, hopeless = np.minimum(need, most), np.zeros(need.size, dtype=bool)
    finite = need[~hopeless]
    if finite.size == 0:
        raise InputError(Problem("decision", "no contribution suffices in any future"))
    shares = special.expit(np.log(short / idle) + LEVELS)
    levels = np.unique(np.quantile(finite, shares, method="higher"))
    gap = np.where(hopeless, 0.0, need) - levels[:, None]
    losses = np.where(hopeless, 0.0, short * np.maximum(gap, 0) + idle * np.maximum(-gap, 0))
    names = tuple(f"€ {x:,.0f} a year" for x in levels)
    amounts = tuple(float(x) for x in levels)
    return Decision(names, losses, int(hopeless.sum()), amounts, (short, idle))


def policy_decision(projections: Sequence[Projection], prices: Mapping[str, float]) -> Decision:
    """Which policy, under prices of outcomes: the loss is Σ price · outcome.

    projections  of the policies, with the same replications and seed
    prices       outcome -> euro for one unit of it, negative for what is wanted; a yearly outcome counts
                 with its mean over the horizon: {"unpaid": 0.95, "cash": 0.05, "state_cost_real": 1}
    """
    if len({(p.replications, p.seed) for p in projections}) != 1:
        raise InputError(Problem("decision", "policies need the same replications and seed"))

    def loss(projection: Projection) -> Floats:
        total = np.zeros(projection.replications)
        for name, price in prices.items():
            total += price * _outcome(projection, name)
        return total

    losses = np.stack([loss(p) for p in projections])
    return Decision(tuple(p.scenario.name for p in projections), losses)


def _outcome(projection: Projection, name: str) -> Floats:
    if name in projection:
        return projection.column(name)
    yearly = [f"{name}@{year}" for year in projection.years()]
    if yearly[0] not in projection:
        raise InputError(Problem("decision", "no such outcome", key=name))
    return np.asarray(sum(projection.column(y) for y in yearly) / len(yearly))


def drawn_assumptions(
    scenario: Scenario, replications: int, seed: int, line: str = ""
) -> dict[str, Floats]:
    """The uncertain assumptions of a scenario as a run draws them, without running it.

    line     a budget line that is taken as in force, as `needs` does
    returns  key -> [replication]; sources of income that are not in force are left out
    """
    world = scenario.world
    streams = Streams(seed, world.country.code)
    drawn = Parameters(world, streams, np.arange(replications), table_years(world)).drawn()
    idle = tuple(f"income.{n}." for n in world.income if not world.ever_in_force(n) and n != line)
    return {key: values for key, values in drawn.items() if not key.startswith(idle)}


def group_of(key: str, world: World) -> str:
    """The group an assumption belongs to: caseload, pathway, awards, enforcement, take-up, assets, …"""
    if key.startswith("income."):
        source = world.income.get(key.split(".")[1])
        return ASSETS if isinstance(source, SeizedAssets) else OTHER_INCOME
    for begin, group in GROUPS:
        if key.startswith(begin):
            return group
    return OTHER
