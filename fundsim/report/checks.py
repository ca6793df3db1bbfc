"""What is refused before anything is computed: options of commands that several of them have."""

from __future__ import annotations

import os

from fundsim.analysis.asked import wrong_numbers
from fundsim.analysis.needs import line_of_state
from fundsim.analysis.project import DEFAULT_REPLICATIONS, DEFAULT_SEED, disk_needed
from fundsim.analysis.suffices import least_futures
from fundsim.report.request import Draws, Request
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.schema import BudgetLine


def draws_of(request: Request, usual: int = DEFAULT_REPLICATIONS, scenarios: int = 1) -> Draws:
    """The futures to draw, or an `InputError` that says what is wrong with the request.

    usual  replications, where none were asked for;  scenarios  of which outcomes are kept at once
    """
    n = usual if request.replications is None else request.replications
    seed = DEFAULT_SEED if request.seed is None else request.seed
    workers = (os.cpu_count() or 1) if request.workers is None else request.workers
    problems = wrong_numbers("--", replications=n, seed=seed, workers=workers)
    if not problems and (need := disk_needed(n, scenarios)) is not None:
        problems.append(Problem("--replications", need, value=str(n)))
    if problems:
        raise InputError(problems)
    return Draws(n, seed, workers)


def draws_for(target: float, request: Request, usual: int) -> Draws:
    """The same, or an `InputError` where so few futures cannot tell of the share that shall last."""
    if not 0 < target < 1:
        raise InputError(Problem("--solvent", "must be above 0 and below 1", value=f"{target:g}"))
    draws = draws_of(request, usual)
    least = least_futures(target)
    if draws.replications < least:
        rule = f"must be at least {least:,} to speak of {100 * target:g} of 100 futures"
        raise InputError(Problem("--replications", rule, value=str(draws.replications)))
    return draws


def budget_line(scenario: Scenario, wanted: str | None) -> str:
    """The budget line to vary: the one named, else the state's; raises `InputError` where there is none such."""
    lines = [k for k, s in scenario.world.income.items() if isinstance(s, BudgetLine)]
    if wanted is not None:
        if wanted not in lines:
            rule, near = "is no budget line of the scenario", nearest(wanted, lines)
            raise InputError(Problem("--line", rule, value=wanted, nearest=near))
        return wanted
    if line := line_of_state(scenario.world):
        return line
    if not lines:
        raise InputError(
            Problem(scenario.name, "has no budget line of the state that could be varied")
        )
    rule = "has several budget lines; choose one with --line: " + ", ".join(sorted(lines))
    raise InputError(Problem(scenario.name, rule))
