"""Whether two checkouts compute the same figures, bit for bit: `python -m benchmarks.same BEFORE AFTER`.

168 combinations of what is shipped and 100 random worlds are simulated by each checkout in a process of its own.  What was
drawn, the ledger, outcomes, measures and needs are compared array by array, under their names.  An inner array
may move to another place or go; an outcome, a measure or a need may not.  Exits with 1 if anything differs.

The names of the scenarios come from BEFORE.  What is imported from a checkout may be changed between the two: keep it little.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

RANDOM = 100  # random worlds
OF_SHIPPED, OF_RANDOM = 64, 16  # replications of each
SEED = 20260101
FIGURES = ("outcomes", "measures", "needs")  # may not go
MOST_LISTED = 30  # differences that are listed
Work = list[tuple[str, list[str], int]]  # scenario, overrides, replications
Digests = dict[str, dict[str, tuple[str, int]]]  # scenario -> array -> digest, cells
Arrays = dict[tuple[str, str], "np.ndarray[Any, Any]"]  # scenario, array -> cells


def listed() -> Work:
    """The scenarios to compare: each policy in each country, then reforms and stresses, so that each comes once at least."""
    from fundsim.scenario.files import shipped
    from fundsim.validation.worlds import many_scenarios

    countries = list(shipped("base"))
    pairs = [f"{country}+{policy}" for policy in shipped("policy") for country in countries]
    changes = [*shipped("reform"), *shipped("stress")]
    others = [f"{country}+{change}" for change in changes for country in countries]
    names = [*pairs, *others[:: len(countries) - 1]]  # of each change one, in ever another country
    random = many_scenarios(SEED, RANDOM)
    return [
        *((name, [], OF_SHIPPED) for name in names),
        *((name, list(sets), OF_RANDOM) for name, sets in random),
    ]


def arrays_of(name: str, sets: list[str], replications: int) -> Iterator[tuple[str, Any]]:
    """Everything that is compared of a scenario, each array with its name."""
    from fundsim.analysis.measures import measure
    from fundsim.analysis.needs import line_of_state, needs
    from fundsim.analysis.outcomes import outcomes
    from fundsim.analysis.project import project
    from fundsim.model.run import simulate
    from fundsim.scenario.compose import load

    scenario = load(name, sets)
    future = simulate(scenario.world, SEED, np.arange(replications))
    yield from flat("future", future)
    yield from flat("assumptions", future.drawn.parameters.drawn())
    yield from flat("outcomes", outcomes(future))
    [projection] = project([scenario], replications, SEED)
    rows: dict[str, list[float]] = defaultdict(list)
    for row in measure(projection):
        rows[f"measures.{row.measure}.{row.statistic}"] += [row.year or 0, row.value]
    for statistic, values in rows.items():
        yield statistic, np.array(values)
    if scenario.world.fund.entry_point != "none" and (line := line_of_state(scenario.world)):
        found = vars(needs(scenario, line, replications, SEED))
        # the scenario tells where in its files each value stands, which may change
        yield from flat("needs", {name: x for name, x in found.items() if name != "scenario"})


def flat(name: str, what: Any) -> Iterator[tuple[str, Any]]:
    """The arrays and numbers inside of records and tables, with dotted names; other objects are left out."""
    if hasattr(what, "_asdict"):
        what = what._asdict()
    if isinstance(what, np.ndarray | int | float):
        yield name, np.ascontiguousarray(what)
    elif is_dataclass(what):
        for field in fields(what):
            yield from flat(f"{name}.{field.name}", getattr(what, field.name))
    elif isinstance(what, Mapping):
        for key, part in what.items():
            yield from flat(f"{name}.{key}", part)


def compute(work: Work, wanted: list[tuple[str, str]] | None) -> Digests | Arrays:
    """Digests of all arrays of all scenarios; or some arrays themselves, if they are wanted by name."""
    digests: Digests = {}
    arrays: Arrays = {}
    for name, sets, replications in work:
        own = digests[_card(name, sets)] = {}
        for array, cells in arrays_of(name, sets, replications):
            head = f"{cells.dtype} {cells.shape}".encode()
            own[array] = blake2b(head + cells.tobytes(), digest_size=16).hexdigest(), cells.size
            if wanted is not None and (_card(name, sets), array) in wanted:
                arrays[_card(name, sets), array] = cells
    return digests if wanted is None else arrays


def _card(name: str, sets: list[str]) -> str:
    return " ".join([name, *sets])


def ask(checkout: Path, question: str, *arguments: Any) -> Any:
    """The answer of a function of this module, called in a process that has the checkout's fundsim."""
    with tempfile.NamedTemporaryFile() as answer:
        command = [sys.executable, "-P", __file__, question, answer.name]
        environment = os.environ | {"PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}
        given = json.dumps(arguments)
        subprocess.run(command, check=True, env=environment, cwd=checkout, input=given, text=True)
        return pickle.loads(answer.read())


def answered(question: str, arguments: str, checkout: Path) -> Any:
    """In that process: the answer."""
    import fundsim

    found = Path(fundsim.__file__).resolve().parents[1]
    if found != checkout.resolve():
        raise SystemExit(f"{found} would be measured in place of {checkout}")
    if question == "listed":
        return listed()
    work, wanted = json.loads(arguments)
    return compute(work, None if wanted is None else [tuple(pair) for pair in wanted])


def pairs_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Which array after is which before: of the same name, or else of the same last name, if it is the only one."""
    same = {name: name for name in before if name in after}
    gone, come = (
        Counter(name.rpartition(".")[2] for name in one if name not in same)
        for one in (before, after)
    )
    moved = {name.rpartition(".")[2]: name for name in after if name not in same}
    for name in before:
        last = name.rpartition(".")[2]
        if name not in same and gone[last] == come[last] == 1:
            same[name] = moved[last]
    return same


def how_far(before: Any, after: Any) -> str:
    """How two arrays differ."""
    if before.shape != after.shape:
        return f"shape {before.shape} before, {after.shape} after"
    if before.dtype != after.dtype:
        return f"{before.dtype} before, {after.dtype} after"
    bits = [np.frombuffer(x.tobytes(), f"V{x.dtype.itemsize}") for x in (before, after)]
    apart = bits[0] != bits[1]
    x, y = (array.astype(float).ravel()[apart] for array in (before, after))
    return f"{apart.sum():,} of {apart.size:,} cells, at most by {np.max(np.abs(x - y)):g}"


def compare(before: Path, after: Path) -> int:
    """Compare two checkouts and print what differs.  Returns the exit code."""
    work: Work = ask(before, "listed")
    old: Digests = ask(before, "compute", work, None)
    new: Digests = ask(after, "compute", work, None)
    arrays = cells = 0
    differ: list[tuple[str, str, str]] = []  # scenario, array before, array after
    only: dict[str, Counter[str]] = {"before": Counter(), "after": Counter()}
    for scenario in old:
        pairs = pairs_of(old[scenario], new[scenario])
        arrays += len(pairs)
        cells += sum(old[scenario][name][1] for name in pairs)
        only["before"].update(old[scenario].keys() - pairs.keys())
        only["after"].update(new[scenario].keys() - set(pairs.values()))
        differ += [
            (scenario, a, b) for a, b in pairs.items() if old[scenario][a] != new[scenario][b]
        ]
    print(
        f"{len(work)} scenarios, {arrays:,} arrays with {cells:,} cells compared; {len(differ):,} arrays differ."
    )
    for side, names in only.items():
        for name, number in sorted(names.items()):
            print(f"only {side}: {name} (in {number} scenarios)")
    times = Counter(a for _, a, _ in differ)
    first = {one[1]: one for one in reversed(differ)}
    some = [first[a] for a, _ in times.most_common(MOST_LISTED)]
    if some:
        touched = [one for one in work if _card(one[0], one[1]) in {s for s, _, _ in some}]
        was: Arrays = ask(before, "compute", touched, [(s, a) for s, a, _ in some])
        now: Arrays = ask(after, "compute", touched, [(s, b) for s, _, b in some])
        for scenario, a, b in some:
            print(f"{b}: differs in {times[a]} scenarios, first in {scenario}")
            print(f"  {how_far(was[scenario, a], now[scenario, b])}")
    lost = any(name.startswith(FIGURES) for name in only["before"])
    return 1 if differ or lost else 0


def main() -> None:
    """Compare two checkouts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args()
    sys.exit(compare(given.before.resolve(), given.after.resolve()))


if __name__ == "__main__":
    if sys.argv[1:2] in (["listed"], ["compute"]):  # in the process of a checkout, see `ask`
        answer = answered(sys.argv[1], sys.stdin.read(), Path.cwd())
        Path(sys.argv[2]).write_bytes(pickle.dumps(answer))
    else:
        main()
