"""The work of `fundsim run`: resolve, project, print, write."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fundsim.analysis.converge import Round, converge
from fundsim.analysis.measures import measure
from fundsim.analysis.project import (
    DEFAULT_REPLICATIONS,
    DEFAULT_SEED,
    Projection,
    Unit,
    block_outcomes,
    disk_needed,
    project,
)
from fundsim.batch.lookup import source_of
from fundsim.model.run import block_size
from fundsim.report.folder import check_target
from fundsim.report.run import files as write
from fundsim.report.run import tables
from fundsim.report.wording import Results, answer, percent, tail_warning
from fundsim.scenario.compose import Scenario, load_all
from fundsim.scenario.errors import InputError, Problem, nearest

MOST_REPLICATIONS = 100_000_000
ENGINES = ("numpy", "simpy")


def run_scenarios(
    names: list[str],
    sets: list[str],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    engine: str,
    out: Path | None,
    quiet: bool,
    as_json: bool,
    precision: str | None = None,
    of: str = "due_a_year",
    store: str | None = None,
) -> None:
    """Run scenarios and tell the answer; files appear only when everything is done.

    precision, of  run until the Monte Carlo error of this measure is that share of it
    store          address of computed outcomes, which are taken from there and put there
    """
    if engine not in ENGINES:
        rule = "must be numpy or simpy"
        raise InputError(Problem("--engine", rule, value=engine, nearest=nearest(engine, ENGINES)))
    scenarios = load_all(names, sets)
    _refuse_twins(scenarios)
    n, seed = checked(replications, seed, len(scenarios))
    processes = worker_count(workers)
    if out is not None:
        check_target(out, [s.name for s in scenarios])
    unit = source_of(store).outcomes
    if precision is None:
        projections = project_with_progress(scenarios, n, seed, processes, engine, unit)
    else:
        if replications is not None or engine != "numpy":
            rule = "goes without --replications and --engine: it chooses how many"
            raise InputError(Problem("--precision", rule, value=precision))
        projections = _until_precise(scenarios, of, share(precision), seed, processes, unit)
    runs = [Results.of(p, measure(p)) for p in projections]
    console = Console(width=None if sys.stdout.isatty() else 130)
    if as_json:
        data = [write.summary(r) for r in runs]
        sys.stdout.write(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False) + "\n")
    elif quiet:
        for r in runs:
            sys.stdout.write("\n".join([r.projection.scenario.name, *answer(r)]) + "\n")
    else:
        for r in runs:
            tables.print_run(console, r, answer(r))
        if len(runs) > 1:
            console.print()
            console.print(tables.comparison(runs))
    if (out is not None or as_json) and (warning := tail_warning(runs[0])):
        sys.stderr.write(f"{warning}\n")
    if out is not None:
        write.write(out, runs)
        if not as_json:
            console.print(f"Data and figures: {out}", markup=False, highlight=False)


def share(text: str) -> float:
    """A share written as 0.5% or 0.005."""
    try:
        number = text.strip().removesuffix("%").strip()
        return float(number) / (100 if "%" in text else 1)
    except ValueError:
        rule = "must be a share, such as 0.5% or 0.005"
        raise InputError(Problem("--precision", rule, value=text)) from None


def _until_precise(
    scenarios: list[Scenario], of: str, precision: float, seed: int, workers: int, unit: Unit
) -> list[Projection]:
    def tell(done: Round) -> None:
        sys.stderr.write(
            f"{done.replications:,} replications: error {percent(done.error)} of {of}\n"
        )

    projections, rounds = converge(scenarios, of, precision, seed, workers, tell, unit)
    sys.stderr.write(
        f"{rounds[-1].replications:,} replications bring the Monte Carlo error of {of} to "
        f"{percent(rounds[-1].error)} of it (asked: {percent(precision)}).\n"
    )
    return projections


def checked(replications: int | None, seed: int | None, scenarios: int) -> tuple[int, int]:
    """Replications and seed, or an `InputError`."""
    n = DEFAULT_REPLICATIONS if replications is None else replications
    problems = []
    if n < 1:
        problems.append(Problem("--replications", "must be at least 1", value=str(n)))
    elif n > MOST_REPLICATIONS:
        rule = f"must be at most {MOST_REPLICATIONS:,}"
        problems.append(Problem("--replications", rule, value=str(n)))
    elif (need := disk_needed(n, scenarios)) is not None:
        problems.append(Problem("--replications", need, value=str(n)))
    seed = DEFAULT_SEED if seed is None else seed
    if not 0 <= seed < 2**63:
        problems.append(Problem("--seed", "must be between 0 and 2^63 - 1", value=str(seed)))
    if problems:
        raise InputError(problems)
    return n, seed


def project_with_progress(
    scenarios: list[Scenario],
    replications: int,
    seed: int,
    workers: int,
    engine: str,
    unit: Unit = block_outcomes,
) -> list[Projection]:
    """Project with a progress bar on a terminal, and a plain line for each scenario elsewhere."""
    with blocks_with_progress(scenarios, replications) as tell:
        return project(scenarios, replications, seed, workers, tell, engine, unit)


@contextmanager
def blocks_with_progress(
    scenarios: Sequence[Scenario], replications: int
) -> Iterator[Callable[[str], None]]:
    """Show progress while blocks are worked on; gives the function that each finished block calls."""
    sizes = {s.name: block_size(s.world) for s in scenarios}
    with progress_of(
        {name: -(-replications // size) for name, size in sizes.items()}, replications
    ) as tell:
        yield tell


@contextmanager
def progress_of(blocks: dict[str, int], replications: int) -> Iterator[Callable[[str], None]]:
    """The same for a number of blocks of each name."""
    if not sys.stderr.isatty():
        left = dict(blocks)

        def tell(name: str) -> None:
            left[name] -= 1
            if left[name] == 0:
                sys.stderr.write(f"{name}: {replications:,} replications done\n")

        yield tell
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("simulating", total=sum(blocks.values()))
        yield lambda name: progress.advance(task)


def _refuse_twins(scenarios: list[Scenario]) -> None:
    seen: set[str] = set()
    for scenario in scenarios:
        if scenario.name in seen:
            raise InputError(Problem(scenario.name, "is named twice"))
        seen.add(scenario.name)


def worker_count(workers: int | None) -> int:
    """Processes to use; refuses less than one."""
    if workers is not None and not 1 <= workers <= 256:
        raise InputError(Problem("--workers", "must be between 1 and 256", value=str(workers)))
    return workers or os.cpu_count() or 1
