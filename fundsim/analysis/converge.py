"""As many replications as a figure needs: run on until its Monte Carlo error is small enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fundsim.analysis.measures import named
from fundsim.analysis.project import Projection, Unit, block_outcomes, extend, project
from fundsim.analysis.statistics import estimate
from fundsim.analysis.tags import Measure
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest

FIRST = 2000  # replications of the first round
GROWTH = 8  # most times as many in the next round: the first error is itself uncertain
MARGIN = 1.05  # a little more than the error seems to ask for, so that rounds are few
MOST = 2_000_000
RARE = 64_000  # replications after which what has never happened is taken for impossible


@dataclass(frozen=True)
class Round:
    """One round: replications so far, and the largest relative error of the measure over the scenarios."""

    replications: int
    error: float


def converge(
    scenarios: Sequence[Scenario],
    measure: str,
    precision: float,
    seed: int,
    workers: int = 1,
    on_round: Callable[[Round], None] = lambda done: None,
    unit: Unit = block_outcomes,
) -> tuple[list[Projection], list[Round]]:
    """Project until the measure's Monte Carlo error is that share of its value, in every scenario.

    measure    of the whole horizon, by its name in the data dictionary
    precision  relative error (one standard error), above 0 and below 1
    unit       what gives a block's outcomes: computed, or from a store
    Raises `InputError` for a measure that does not exist, is always 0, or would take more than MOST
    replications.
    """
    if not 0 < precision < 1:
        raise InputError(Problem("--precision", "must be above 0 and below 100 %"))
    projections = project(scenarios, FIRST, seed, workers, unit=unit)
    wanted = [_whole(p, measure) for p in projections]
    rounds: list[Round] = []
    while True:
        n = projections[0].replications
        errors = [_relative(p, m) for p, m in zip(projections, wanted, strict=True)]
        if max(errors) == float("inf") and n < RARE:
            extend(projections, min(GROWTH * n, RARE), workers, unit=unit)
            continue
        rounds.append(Round(n, max(errors)))
        on_round(rounds[-1])
        if rounds[-1].error <= precision:
            return projections, rounds
        needed = MARGIN * n * (rounds[-1].error / precision) ** 2
        if needed > MOST:
            rule = f"would take about {needed:,.0f} replications, more than {MOST:,}"
            raise InputError(Problem("--precision", rule, value=f"{100 * precision:g} %"))
        size = max(p.block for p in projections)
        extend(projections, -(-int(min(needed, GROWTH * n)) // size) * size, workers, unit=unit)


def _whole(projection: Projection, name: str) -> Measure:
    found = {m.name: m for m in named(projection) if not m.yearly}
    if name not in found:
        rule, near = "is no measure of the whole horizon", nearest(name, found)
        raise InputError(Problem("--measure", rule, value=name, nearest=near))
    return found[name]


def _relative(projection: Projection, m: Measure) -> float:
    centre, _ = estimate(projection, m, m.name)
    if projection.replications < RARE and (not centre.value or not centre.mc_error):
        return float("inf")  # nothing has happened yet
    if not centre.value or centre.mc_error is None:
        rule = f"is always 0, or has no error, in {projection.scenario.name}: choose another"
        raise InputError(Problem("--measure", rule, value=m.name))
    return centre.mc_error / abs(centre.value)
