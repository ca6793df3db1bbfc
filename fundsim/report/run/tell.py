"""The work of `fundsim run`: resolve, project, print, write."""

from __future__ import annotations

import json
import sys

from rich.console import Console

from fundsim.analysis.asked import refuse_engine
from fundsim.analysis.converge import Round, converge
from fundsim.analysis.measures import measure
from fundsim.analysis.project import Projection, Unit
from fundsim.batch.lookup import source_of
from fundsim.report.checks import draws_of
from fundsim.report.folder import reserved
from fundsim.report.progress import project_with_progress
from fundsim.report.request import Draws, Request
from fundsim.report.results import Results
from fundsim.report.run import files as write
from fundsim.report.run import tables
from fundsim.report.spread import tail_warning
from fundsim.report.wording import answer, percent
from fundsim.scenario.compose import Scenario, load_all
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.numbers import misread


def print_run(
    request: Request, engine: str, quiet: bool, precision: str | None = None, of: str = "due_a_year"
) -> None:
    """Run scenarios and tell the answer; files appear only when everything is done.

    precision, of  run until the Monte Carlo error of this measure is that share of it
    """
    refuse_engine(engine, "--engine")
    scenarios = load_all(request.names, request.sets)
    _refuse_twins(scenarios)
    draws = draws_of(request, scenarios=len(scenarios))
    with reserved(request.out, [s.name for s in scenarios]):
        source = source_of(request.store)
        # the reference tells one victim after the other, and cannot pay everybody at once
        unit = source.answers if engine == "numpy" else source.outcomes
        if precision is None:
            projections = project_with_progress(scenarios, draws, engine, unit)
        else:
            if request.replications is not None or engine != "numpy":
                rule = "goes without --replications and --engine: it chooses how many"
                raise InputError(Problem("--precision", rule, value=precision))
            projections = _until_precise(scenarios, of, share(precision), draws, unit)
        runs = [Results.of(p, measure(p)) for p in projections]
        console = Console(width=None if sys.stdout.isatty() else 130)
        if request.as_json:
            data = [write.summary(r) for r in runs]
            sys.stdout.write(
                json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False) + "\n"
            )
        elif quiet:
            for r in runs:
                sys.stdout.write("\n".join([r.projection.scenario.name, *answer(r)]) + "\n")
        else:
            for r in runs:
                tables.print_answer(console, r, answer(r))
            if len(runs) > 1:
                console.print()
                console.print(tables.comparison(runs))
        if (request.out is not None or request.as_json) and (warning := tail_warning(runs[0])):
            sys.stderr.write(f"{warning}\n")
        if request.out is not None:
            write.write(request.out, runs)
            if not request.as_json:
                console.print(f"Data and figures: {request.out}", markup=False, highlight=False)


def share(text: str) -> float:
    """A share written as 0.5% or 0.005."""
    try:
        number = text.strip().removesuffix("%").strip()
        return float(number) / (100 if "%" in text else 1)
    except ValueError:
        rule = f"must be a share, such as 0.5% or 0.005{f'; {meant}' if (meant := misread(text)) else ''}"
        raise InputError(Problem("--precision", rule, value=text)) from None


def _until_precise(
    scenarios: list[Scenario], of: str, precision: float, draws: Draws, unit: Unit
) -> list[Projection]:
    def tell(done: Round) -> None:
        sys.stderr.write(
            f"{done.replications:,} replications: error {percent(done.error)} of {of}\n"
        )

    projections, rounds = converge(scenarios, of, precision, draws.seed, draws.workers, tell, unit)
    sys.stderr.write(
        f"{rounds[-1].replications:,} replications bring the Monte Carlo error of {of} to "
        f"{percent(rounds[-1].error)} of it (asked: {percent(precision)}).\n"
    )
    return projections


def _refuse_twins(scenarios: list[Scenario]) -> None:
    seen: set[str] = set()
    for scenario in scenarios:
        if scenario.name in seen:
            raise InputError(Problem(scenario.name, "is named twice"))
        seen.add(scenario.name)
