"""`make bench-batches`: two thousand scenarios on one and two processes and on Dask, and a million on paper.

Writes the part "Batches" of benchmarks/RESULTS.md.  Takes about a quarter of an hour on two free cores.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from fundsim.analysis.workers import shared_out
from fundsim.batch.cluster import LOCAL, cluster
from fundsim.batch.dataset import Pieces
from fundsim.batch.plan import Plan, contents_hash
from fundsim.batch.plan_file import read_plan
from fundsim.batch.store import parts
from fundsim.batch.sweep import claim, run_plan
from fundsim.batch.version import model_version
from fundsim.batch.work import Job, Tally, work_on
from fundsim.report.screen import duration, size

PLAN = Path(__file__).parent / "batch.toml"
RESULTS = Path(__file__).parent / "RESULTS.md"
HEADING = "# Batches"
EMPTY = 2000  # tasks that do nothing, to see what handing out one takes
MILLION, MANY = 1_000_000, 1000  # scenarios and workers on paper


def quarter(plan: Plan) -> Plan:
    """The same plan with a quarter of the sample."""
    return replace(plan, samples=plan.samples // 4)


def nothing(number: int) -> int:
    """A task without work."""
    return number


def measure(workers: int, how: str, whole: bool) -> None:
    """Run the plan in this process and print what it took, as JSON."""
    plan = read_plan(PLAN) if whole else quarter(read_plan(PLAN))
    memory: list[int] = []
    total = plan.size * plan.replications

    def tell(p: Tally) -> None:
        if p.replications >= len(memory) * total / 10:
            memory.append(psutil.Process().memory_info().rss)

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "batch"
        claim(out, plan)
        store = str(out / "store")
        began = time.perf_counter()
        with (
            cluster(LOCAL, workers, store, plan)
            if how == "dask"
            else nullcontext(partial(shared_out, workers=workers))
        ) as share_out:
            empty = time.perf_counter()
            list(share_out(nothing, ((n,) for n in range(EMPTY))))
            started = time.perf_counter()
            p = run_plan(plan, out, store, share_out, tell)
            ended = time.perf_counter()
        every = list(parts(store))
        found = {
            "scenarios": plan.size, "wall": ended - started, "start": empty - began, "empty": (started - empty) / EMPTY,
            "tasks": p.tasks, "work": p.seconds, "simulating": p.simulating, "memory": memory, "parts": len(every),
            "bytes": sum(part.bytes for part in every),
            "results": sum(f.stat().st_size for f in (out / "results").iterdir()),
            "files": sum(1 for name in ("results", "scenarios") for _ in (out / name).iterdir()),
        }  # fmt: skip
    print(json.dumps(found))


def measured(workers: int, how: str, whole: bool) -> dict[str, Any]:
    """The same in a process of its own."""
    code = f"from benchmarks.batches import measure\nif __name__ == '__main__': measure({workers}, {how!r}, {whole})"
    with tempfile.NamedTemporaryFile("w", suffix=".py", delete=False) as script:
        script.write(code)
    done = subprocess.run(
        [sys.executable, script.name], capture_output=True, text=True, check=True,
        cwd=PLAN.parents[1], env={**os.environ, "PYTHONPATH": str(PLAN.parents[1])},
    )  # fmt: skip
    Path(script.name).unlink()
    return dict(json.loads(done.stdout.splitlines()[-1]))


def of_main(plan: Plan) -> tuple[float, float]:
    """What the main process does with a scenario's results: seconds, and bytes that reach it."""
    with tempfile.TemporaryDirectory() as folder:
        job = Job(plan, f"{folder}/store", model_version(), contents_hash(plan))
        done = work_on(job, 0, 2)
        pieces, lines = Pieces(Path(folder) / "pieces", plan), done.lines
        copies = [replace(lines[0], member=replace(lines[0].member, number=n)) for n in range(500)]
        began = time.perf_counter()
        for line in copies:
            pieces.add(pickle.loads(pickle.dumps(line)))
        return (time.perf_counter() - began) / len(copies), len(pickle.dumps(done)) / len(lines)


def main() -> None:
    """Measure and write."""
    one, two = measured(1, "processes", False), measured(2, "processes", False)
    dask, whole = measured(2, "dask", False), measured(2, "processes", True)
    write(one, two, dask, whole)


def write(
    one: dict[str, Any], two: dict[str, Any], dask: dict[str, Any], whole: dict[str, Any]
) -> None:
    """The part "Batches" of the results, from a quarter of the plan in three ways and the whole of it."""
    plan = read_plan(PLAN)
    seconds, reach = of_main(plan)
    lines = [HEADING, "", "Written by `make bench-batches` on the same machine.", "",
        f"`benchmarks/batch.toml`: {whole['scenarios']:,} scenarios of six countries × {plan.replications:,} replications, with two processes: "
        f"**{duration(whole['wall'])}**, {whole['scenarios'] / whole['wall']:.1f} scenarios and {plan.replications * whole['scenarios'] / whole['wall']:,.0f} "
        f"replications a second; {whole['parts']:,} parts of {size(whole['bytes'] / whole['parts'])}, results {size(whole['results'])}. "
        f"Memory of the main process, which works too, after each tenth: {', '.join(f'{m / 2**20:.0f}' for m in whole['memory'])} MiB.", "",
        "| a quarter of them | seconds | times one process | tasks | mean task | within a task, not simulating or storing | between tasks | an empty task |",
        "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, m, workers in (
        ("1 process", one, 1),
        ("2 processes", two, 2),
        ("Dask, 2 workers", dask, 2),
    ):
        inside, between = 1 - m["simulating"] / m["work"], workers * m["wall"] / m["work"] - 1
        lines.append(
            f"| {name} | {m['wall']:.0f} | {one['wall'] / m['wall']:.2f} | {m['tasks']} | {m['work'] / m['tasks']:.2f} s | {100 * inside:.1f} % | "
            f"{100 * between:.1f} % | {1000 * m['empty']:.2f} ms |"
        )
    lines += ["", *on_paper(dask, seconds, reach), ""]
    text = RESULTS.read_text(encoding="utf-8").partition(HEADING + "\n")[0].rstrip()
    RESULTS.write_text(text + "\n\n" + "\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


def on_paper(m: dict[str, Any], seconds: float, reach: float) -> list[str]:
    """A million scenarios on a thousand workers, from what was measured.

    m        a run on Dask;  seconds, reach  of the main process for a scenario: its time, and the bytes that come
    """
    each = m["work"] / m["scenarios"]
    tasks = MILLION * each  # of about a second
    wall, handing = MILLION * each / MANY, tasks * m["empty"]
    writing = MILLION * seconds
    longest = max(
        (wall, "the workers"),
        (handing, "handing out tasks"),
        (writing, "writing the tables in the main process"),
    )
    return [
        f"**{MILLION:,} such scenarios on {MANY:,} workers, on paper**, from the figures of Dask: {each:.2f} s of work a scenario, "
        f"so {duration(MILLION * each)} of one worker and {duration(wall)} of {MANY:,}. About {tasks:,.0f} tasks of a second: the scheduler and the main process "
        f"are busy with handing them out for {duration(handing)} ({1000 * m['empty']:.1f} ms each), the main process with writing {MILLION // 500:,} + {MILLION // 500:,} "
        f"files of the tables for {duration(writing)} ({1000 * seconds:.1f} ms a scenario); {size(MILLION * reach)} of results come to it, {size(reach)} a scenario. "
        f"The store gets {MILLION * m['parts'] / m['scenarios']:,.0f} files in {MILLION:,} folders, {size(MILLION * m['bytes'] / m['scenarios'])}, "
        f"{m['parts'] / m['scenarios'] * MANY / each:,.0f} files a second: more than a network file system of a small cluster likes, "
        f"so an object store is better there. The longest of these is {longest[1]}: {duration(longest[0])}.",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
