"""Progress of what is being computed: a bar on a terminal, a plain line for each scenario elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fundsim.analysis.project import Projection, Unit, block_outcomes, project
from fundsim.model.run import block_size
from fundsim.report.request import Draws
from fundsim.scenario.compose import Scenario


def project_with_progress(
    scenarios: list[Scenario], draws: Draws, engine: str = "numpy", unit: Unit = block_outcomes
) -> list[Projection]:
    """Project with a progress bar on a terminal, and a plain line for each scenario elsewhere."""
    n = draws.replications
    with blocks_with_progress(scenarios, n) as tell:
        return project(scenarios, n, draws.seed, draws.workers, tell, engine, unit)


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
