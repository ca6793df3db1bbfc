"""`make bench`: how long and how large, beside the raw random draws that a run needs.

Every figure is measured here and now; the ratios matter, not the seconds.  Writes benchmarks/RESULTS.md.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

from fundsim.analysis.project import block_outcomes, project
from fundsim.model import run as model
from fundsim.model import streams
from fundsim.model.reference import settle_reference
from fundsim.scenario.compose import load

RESULTS = Path(__file__).parent / "RESULTS.md"
SCENARIO, REPLICATIONS = "serbia+tariff", 10_000
MEBIBYTE = 2**20
FEW = 20  # replications that the slow engine settles


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def draws_of_a_block() -> tuple[int, int, int]:
    """Cases, uniforms and normals that one block draws."""
    counted = {"uniforms": 0, "normals": 0}
    uniforms, normals = streams.uniforms, streams.normals

    def counting_uniforms(words: streams.Words, stream: str) -> streams.Floats32:
        counted["uniforms"] += words.size
        return uniforms(words, stream)

    def counting_normals(words: streams.Words, stream: str) -> streams.Floats:
        counted["normals"] += words.size
        return normals(words, stream)

    world = load(SCENARIO).world
    patches = [
        mock.patch(f"fundsim.model.{module}.{name}", counting)
        for module, name, counting in (
            ("caseload", "uniforms", counting_uniforms),
            ("pathway", "uniforms", counting_uniforms),
            ("claims", "uniforms", counting_uniforms),
            ("pathway", "normals", counting_normals),
        )
    ]
    for patch in patches:
        patch.start()
    drawn = model.draw(world, 1, np.arange(model.block_size(world)))
    for patch in patches:
        patch.stop()
    return drawn.cases.victims.size, counted["uniforms"], counted["normals"]


def raw_draws(uniforms: int, normals: int) -> float:
    """Seconds in which NumPy's PCG64 fills as many float32 uniforms and normals."""
    rng = np.random.Generator(np.random.PCG64(1))
    u, z = np.empty(1 << 15, dtype=np.float32), np.empty(1 << 15, dtype=np.float32)

    def fill() -> None:
        for _ in range(0, uniforms, u.size):
            rng.random(dtype=np.float32, out=u)
        for _ in range(0, normals, z.size):
            rng.standard_normal(dtype=np.float32, out=z)

    return seconds(fill)


def peak(replications: int, workers: int) -> tuple[float, float, float]:
    """Seconds, and peak MiB of the main process and of its largest worker, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.run", "--measure", str(replications), str(workers)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(out[0]), float(out[1]), float(out[2])


def measure(replications: int, workers: int) -> None:
    """Run and print seconds and peak memory; called in a process of its own."""
    start = time.perf_counter()
    project([load(SCENARIO)], replications, 1, workers)
    spent = time.perf_counter() - start
    sizes = [
        resource.getrusage(who).ru_maxrss * 1024 / MEBIBYTE
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(spent, *sizes)


def main() -> None:
    """Measure everything and write the table."""
    # first, while this process is small: a child's peak counts from its parent's size
    wanted = ((REPLICATIONS, 1), (REPLICATIONS, 2), (4 * REPLICATIONS, 2))
    runs = {run: peak(*run) for run in wanted}
    world = load(SCENARIO).world
    block = np.arange(model.block_size(world))
    cases, uniforms, normals = draws_of_a_block()
    raw = raw_draws(uniforms, normals)
    draw = seconds(lambda: model.draw(world, 1, block))
    settled = seconds(lambda: model.simulate(world, 1, block))
    whole = seconds(lambda: block_outcomes(world, 1, 0, block.size))
    few = model.draw(world, 1, block[:FEW])
    slow = seconds(lambda: settle_reference(world, few), repeats=1) / FEW
    drawn = model.draw(world, 1, block)
    fast = seconds(lambda: model.settle_drawn(world, drawn)) / block.size
    per_case = 1e9 / cases
    rows = [
        ("raw draws (PCG64)", f"{raw * per_case:.0f} ns a case", "1"),
        ("draw", f"{draw * per_case:.0f} ns a case", f"{draw / raw:.1f}"),
        (
            "draw + settle + identities",
            f"{settled * per_case:.0f} ns a case",
            f"{settled / raw:.1f}",
        ),
        (
            "… + outcomes of every measure",
            f"{whole * per_case:.0f} ns a case",
            f"{whole / raw:.1f}",
        ),
    ]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, numpy {np.__version__}. Ratios are what counts.",
        "",
        f"One block: {block.size} replications × {world.time.horizon_years} years of {SCENARIO}, {cases:,} cases, "
        f"{uniforms / cases:.1f} uniforms and {normals / cases:.1f} normals a case.",
        "",
        "| step | time | ratio to raw draws |",
        "|---|---|---|",
        *(f"| {name} | {spent} | {ratio} |" for name, spent, ratio in rows),
        "",
        "| run (start of the processes included) | seconds | peak MiB, main | peak MiB, a worker |",
        "|---|---|---|---|",
    ]
    spent = {}
    for (replications, workers), (seconds_, main_size, worker_size) in runs.items():
        spent[replications, workers] = seconds_
        lines.append(
            f"| {replications:,} replications, {workers} process{'es' if workers > 1 else ''} | {seconds_:.1f} | "
            f"{main_size:.0f} | {worker_size if workers > 1 else 0:.0f} |"
        )
    lines += [
        "",
        f"Settling one replication: {slow * 1e3:.1f} ms by the SimPy reference, {fast * 1e3:.2f} ms by the fast "
        f"engine: {slow / fast:.0f} times as fast, with the same ledger.",
    ]
    ratio = spent[REPLICATIONS, 1] / spent[REPLICATIONS, 2]
    lines += ["", f"Two processes are {ratio:.2f} times as fast as one."]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
