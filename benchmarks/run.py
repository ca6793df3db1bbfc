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
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from fundsim.analysis.project import block_answers, block_outcomes, project
from fundsim.model import caseload, claims, entry, pathway, stages
from fundsim.model import run as model
from fundsim.model.background import background
from fundsim.model.drawn import draw_against
from fundsim.reference.future import live
from fundsim.reference.outcomes import outcomes as reference_outcomes
from fundsim.scenario.compose import load
from fundsim.scenario.schema import World

RESULTS = Path(__file__).parent / "RESULTS.md"
Numbers = NDArray[np.int64]
SCENARIO, REPLICATIONS = "serbia+tariff", 10_000
LONG = 100_000  # replications beside which the second that a worker needs to start is short
MEBIBYTE = 2**20
FEW = 20  # futures that the reference tells
CROWD = 4  # times the caseload, to tell the work of a case from that of a replication


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of some runs, in seconds of the processor: other processes do not count."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def side_by_side(works: dict[str, Callable[[], object]], rounds: int = 9) -> dict[str, float]:
    """The shortest of some runs of each, in turns: a machine's quicker and slower minutes befall all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work, repeats=1))
    return {name: min(spent) for name, spent in times.items()}


@dataclass(frozen=True)
class Draws:
    """What one block draws: numbers drawn, and the streams they come from."""

    cases: int
    uniforms: int
    normals: int
    uniform_streams: int
    normal_streams: int


def draws_of_a_block(world: World, block: Numbers) -> Draws:
    """Count the draws that the cases of a block need; a case draws only for stages it reaches."""
    counted: dict[str, dict[str, int]] = {"uniforms": {}, "normals": {}}
    inside: list[str] = []  # a normal is drawn from a uniform, which is not counted twice

    def count(kind: str, stream: str, size: int) -> None:
        counted[kind][stream] = counted[kind].get(stream, 0) + size

    def counting(kind: str, draw: Callable[..., Any], words_of: Callable[..., Any]) -> Any:
        def counted_draw(*arguments: Any) -> Any:
            stream = next(name for name in arguments if isinstance(name, str))
            if not inside:
                count(kind, stream, words_of(arguments).size)
            inside.append(kind)
            drawn = draw(*arguments)
            inside.pop()
            return drawn

        return counted_draw

    def words(arguments: tuple[Any, ...]) -> Any:
        found = next(x for x in arguments if not isinstance(x, str))
        return found.word if isinstance(found, stages.Reached) else found

    patches = []
    for module in (caseload, stages, pathway, entry, claims):
        for name in ("uniforms", "below", "happens", "happens_by_group", "withdraws", "normals"):
            if draw := getattr(module, name, None):
                kind = "normals" if name == "normals" else "uniforms"
                patches.append(mock.patch.object(module, name, counting(kind, draw, words)))
    for patch in patches:
        patch.start()
    cases = 0
    for future in model.futures(world, 1, block):
        drawn, people = future.drawn, future.drawn.cases.victims
        cases += people.size
        # drawn for more than need it, since that is quicker: needed by the informed, the entitled, …
        count("uniforms", "legal aid", int(drawn.cases.informed.sum()) - people.size)
        count("uniforms", "apply", int(drawn.entry.entitled.sum()) - people.size)
        # … the convicted of all charged, and the pursued of all whom the fund may pursue
        acquitted = (drawn.cases.indicted != pathway.NOT_INDICTED) & ~drawn.cases.convicted
        count("uniforms", "criminal withdrawal", -int(acquitted.sum()))
        granted = drawn.claims.approved & (drawn.claims.benefit > 0)
        left = drawn.cases.convicted[drawn.claims.case] & granted & ~future.pursuit.pursued
        for kind, stream in (
            ("uniforms", "subrogation"),
            ("uniforms", "subrogation share"),
            ("normals", "subrogation delay"),
        ):
            count(kind, stream, -int(left.sum()))
    for patch in patches:
        patch.stop()
    return Draws(
        cases,
        sum(counted["uniforms"].values()),
        sum(counted["normals"].values()),
        len(counted["uniforms"]),
        len(counted["normals"]),
    )


def raw_draws(uniforms: int, normals: int) -> Callable[[], object]:
    """NumPy's PCG64 filling as many float32 uniforms and normals."""
    rng = np.random.Generator(np.random.PCG64(1))
    u, z = np.empty(1 << 15, dtype=np.float32), np.empty(1 << 15, dtype=np.float32)

    def fill() -> None:
        for _ in range(0, uniforms, u.size):
            rng.random(dtype=np.float32, out=u)
        for _ in range(0, normals, z.size):
            rng.standard_normal(dtype=np.float32, out=z)

    return fill


def settle_all(world: World, block: Numbers) -> None:
    """Draw and settle a block, and check its identities, without keeping anything."""
    for _ in model.futures(world, 1, block):
        pass


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
    wanted = [(n, k) for n in (REPLICATIONS, 4 * REPLICATIONS, LONG) for k in (1, 2)]
    runs = {run: peak(*run) for run in wanted}
    world = load(SCENARIO).world
    block = np.arange(model.block_size(world))
    few = [int(number) for number in block[:FEW]]
    told = seconds(lambda: [reference_outcomes(live(world, 1, r)) for r in few], repeats=1) / FEW
    counts = draws_of_a_block(world, block)
    cases = counts.cases
    crowded = load(SCENARIO, [f"caseload.level={CROWD * world.caseload.level.value}"]).world
    crowd = draws_of_a_block(crowded, block)
    spent_on = side_by_side({
        # what every process here is measured beside: a case's own draws, and all that it might draw
        "raw": raw_draws(counts.uniforms, counts.normals),
        "eager": raw_draws(counts.uniform_streams * cases, counts.normal_streams * cases),
        "raw of further": raw_draws(crowd.uniforms - counts.uniforms, crowd.normals - counts.normals),
        "draw": lambda: [draw_against(world, p) for p in background(world, 1, block).parts()],
        "settle": lambda: settle_all(world, block),
        "crowd": lambda: settle_all(crowded, block),
        "outcomes": lambda: block_outcomes(world, 1, 0, block.size),
        "answers": lambda: block_answers(world, 1, 0, block.size),
    })  # fmt: skip
    raw, eager, fast = spent_on["raw"], spent_on["eager"], spent_on["outcomes"] / block.size
    further, further_raw = spent_on["crowd"] - spent_on["settle"], spent_on["raw of further"]
    per_case = 1e9 / cases
    steps = (
        ("raw draws of the stages a case reaches (PCG64)", raw),
        ("raw draws if each case drew for every stage", eager),
        ("draw", spent_on["draw"]),
        ("draw + settle + identities", spent_on["settle"]),
        ("… + outcomes of every measure", spent_on["outcomes"]),
        ("… + what each future needs", spent_on["answers"]),
    )
    rows = [
        (name, f"{spent * per_case:.0f} ns a case", f"{spent / raw:.1f}", f"{spent / eager:.1f}")
        for name, spent in steps
    ]
    needed = spent_on["answers"] / spent_on["outcomes"]
    of_further = 1e9 / (crowd.cases - cases)
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, numpy {np.__version__}. Ratios are what counts.",
        "",
        f"One block: {block.size} replications × {world.time.horizon_years} years of {SCENARIO}, {cases:,} cases, "
        f"{counts.uniforms / cases:.1f} uniforms and {counts.normals / cases:.1f} normals a case; "
        f"{counts.uniform_streams} and {counts.normal_streams} if each case drew for every stage.",
        "",
        "| step | time | ratio to raw draws | ratio to all raw draws |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        f"With {CROWD} times the caseload each further case, drawn and settled, takes "
        f"{further * of_further:.0f} ns: {further / further_raw:.1f} times its raw draws. The rest is work "
        "of a replication, whatever its cases: assumptions, yearly counts, months.",
        "",
        f"An answer with what each future needs takes {needed:.2f} times an answer without.",
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
        f"One future from its first draw to its outcomes: {told * 1e3:.0f} ms by the reference, {fast * 1e3:.2f} ms by "
        f"the fast engine: {told / fast:.0f} times as fast, with the same figures.",
    ]
    for n in (REPLICATIONS, 4 * REPLICATIONS, LONG):
        ratio = spent[n, 1] / spent[n, 2]
        lines += ["", f"{n:,} replications: two processes are {ratio:.2f} times as fast as one."]
    sizes = [max(runs[n, 2][1:]) for n in (REPLICATIONS, 4 * REPLICATIONS)]
    lines += ["", f"Four times the replications take {sizes[1] / sizes[0]:.2f} times the memory."]
    _, heading, batches = RESULTS.read_text(encoding="utf-8").partition("# Batches\n")
    RESULTS.write_text("\n".join(lines) + "\n\n" + heading + batches, encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
