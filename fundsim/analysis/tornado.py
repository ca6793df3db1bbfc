"""Tornado: a measure with each input at its low and at its high, all others at their central values.

All runs share their chance (common random numbers), so a bar is the input's doing and an input that
the scenario does not use has a bar of exactly nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fundsim.analysis.inputs import HIGH, LOW, Input, Run, Target, inputs, run_all, target
from fundsim.analysis.precision import Estimate
from fundsim.analysis.shown import Shown
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest

REPLICATIONS = 512  # of each bar's end: whole batches
SURE = 2.0  # Monte Carlo errors beyond which a difference is taken as real


@dataclass(frozen=True)
class Bar:
    """What one input moves.

    input          the input, with its range, source and grade
    at_low         the measure with the input at its low;  at_high  at its high
    change_low     at_low minus the centre, with the Monte Carlo error of this paired difference
    change_high    at_high minus the centre, likewise
    both_one_way   low and high move the measure in the same direction: it is not monotone
    """

    input: Input
    at_low: float
    at_high: float
    change_low: Estimate
    change_high: Estimate
    both_one_way: bool

    @property
    def width(self) -> float:
        """Distance between the extremes of low, centre and high, those that are defined; in the measure's unit."""
        ends = [
            x for x in (0.0, self.change_low.value, self.change_high.value) if not math.isnan(x)
        ]
        return max(ends) - min(ends)

    @property
    def direction(self) -> int:
        """1 if a higher input raises the measure, -1 if it lowers it, 0 if neither is sure."""
        if self.both_one_way:
            return 0
        rise = self.change_high.value - self.change_low.value
        sure = _sure(self.change_low) or _sure(self.change_high)
        return (rise > 0) - (rise < 0) if sure else 0


@dataclass(frozen=True, repr=False)
class Tornado(Shown):
    """All bars, the widest first.

    scenario, seed, replications  what was run
    target  the measure
    centre  the measure with every input at its central value
    """

    scenario: Scenario
    seed: int
    replications: int
    target: Target
    centre: Estimate
    bars: tuple[Bar, ...]


def tornado(
    scenario: Scenario,
    measure: str,
    replications: int = REPLICATIONS,
    seed: int = 20260101,
    workers: int = 1,
    only: Sequence[str] | None = None,
) -> Tornado:
    """Move each input alone from its centre to its 10th and its 90th percentile.

    measure       a name of the data dictionary, "@year" after a yearly one
    replications  of each run; there are two runs for each input and one for the centre
    only          names of inputs; all without it
    raises        InputError for an unknown measure or input, or a measure with no value at the centre
    """
    wanted = target(scenario.world, measure)
    moved = _chosen(inputs(scenario), only)
    numbers = range(replications)
    runs = [Run(scenario.world, numbers, certain=True)]
    for one in moved:
        runs += [Run(scenario.world, numbers, True, {one.name: u}) for u in (LOW, HIGH)]
    tables = run_all(runs, seed, [wanted], workers)
    centre, influence = wanted.estimate(tables[0])
    if math.isnan(centre.value):
        rule = (
            f"has no value with every input at its centre in {replications:,} replications "
            f"({wanted.measure.undefined})"
        )
        raise InputError(Problem("measure", rule, key=measure))
    bars = []
    for place, one in enumerate(moved):
        ends = tables[1 + 2 * place : 3 + 2 * place]
        (at_low, low), (at_high, high) = (wanted.difference(t, centre, influence) for t in ends)
        one_way = _sure(low) and _sure(high) and low.value * high.value > 0
        bars.append(Bar(one, at_low, at_high, low, high, one_way))
    bars.sort(key=lambda bar: (-bar.width, bar.input.name))
    return Tornado(scenario, seed, replications, wanted, centre, tuple(bars))


def _sure(change: Estimate) -> bool:
    return abs(change.value) > SURE * (change.mc_error or 0.0)


def _chosen(found: tuple[Input, ...], only: Sequence[str] | None) -> tuple[Input, ...]:
    if only is None:
        return found
    known = {one.name: one for one in found}
    problems = [
        Problem("tornado", "is no uncertain input of it", key=name, nearest=nearest(name, known))
        for name in only
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    return tuple(known[name] for name in only)
