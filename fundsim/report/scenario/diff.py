"""`fundsim diff`: what differs between two scenarios or two run folders, and what that moved."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fundsim.analysis.compare import compare
from fundsim.analysis.project import Projection, project
from fundsim.report.checks import draws_of
from fundsim.report.compare.tell import changed
from fundsim.report.folder import MANIFEST
from fundsim.report.request import Request
from fundsim.report.results import said
from fundsim.report.scenario.explain import HEADLINE
from fundsim.report.scenario.values import leaves_of, shown
from fundsim.scenario.compose import Scenario, load_all
from fundsim.scenario.errors import InputError, Problem

REPLICATIONS = 2000
NOT_SET = "not set"


def print_difference(request: Request, first: str, second: str) -> None:
    """Print the differing keys and the paired difference of the headline measures."""
    folders = [(Path(name) / MANIFEST).is_file() for name in (first, second)]
    if any(folders) and not all(folders):
        other = second if folders[0] else first
        rule = "is no folder of a run; compare two run folders, or two scenarios"
        raise InputError(Problem(other, rule))
    console = Console(width=130)
    if all(folders):
        _print_runs(console, Path(first), Path(second))
        return
    draws = draws_of(request, REPLICATIONS, 2)
    a, b = load_all([first, second])
    _print_keys(console, a, b)
    _print_reforms(console, a, b)
    if a.hash == b.hash:
        console.print("The two scenarios are the same: nothing moves.")
        return
    if a.world.country.code != b.world.country.code:
        console.print("Different countries have independent draws, so results are not paired.")
    _print_moves(console, *project([a, b], draws.replications, draws.seed, draws.workers))


def _print_keys(console: Console, a: Scenario, b: Scenario) -> None:
    left, right = dict(leaves_of(a.world)), dict(leaves_of(b.world))
    table = Table("Key", a.name, b.name, "From", title="What differs", title_justify="left")
    for key in sorted(left.keys() | right.keys()):
        x = " ".join(filter(None, shown(left.get(key))[:2]))
        y = " ".join(filter(None, shown(right.get(key))[:2]))
        if x != y:
            origin = (b if key in right else a).origin(key)
            table.add_row(
                Text(key), Text(x or NOT_SET), Text(y or NOT_SET), str(origin or "default")
            )
    console.print(table)


def _print_reforms(console: Console, a: Scenario, b: Scenario) -> None:
    """What the reforms and stresses of the second are, in the words of their files."""
    for name, change in sorted(b.world.changes.items()):
        if name in a.world.changes:
            continue
        console.print(Text(f"{change.label}, from {change.from_year}", style="bold"))
        for effect in change.effects:
            console.print(
                Text(f"  {effect.on} {effect.by} {effect.size.value:g}: {effect.size.note}")
            )


def _print_moves(console: Console, a: Projection, b: Projection) -> None:
    """Paired by replication, on common random numbers."""
    table = Table(
        "Measure", a.scenario.name, b.scenario.name, "Difference (95 % interval)",
        title=f"What that moves ({a.replications:,} futures, paired)", title_justify="left",
    )  # fmt: skip
    means = {d.measure: d for d in compare([a, b]) if d.statistic == "mean"}
    for name, label, form in HEADLINE:
        d = means[name]
        first, second = (said(x, name, form) for x in (d.first, d.second))
        table.add_row(label, first, second, changed(d, form))
    console.print(table)


def _print_runs(console: Console, first: Path, second: Path) -> None:
    cards, results = [], []
    for folder in (first, second):
        try:
            cards.append(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
            results.append(json.loads((folder / "summary.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            raise InputError(Problem(str(folder), "holds no single run that can be read")) from None
    table = Table("Key", str(first), str(second), title="What differs", title_justify="left")
    keys = ("fundsim", "scenario", "scenario_hash", "seed", "replications")
    left, right = ({**{k: c[k] for k in keys}, **dict(_flat(c["world"]))} for c in cards)
    for key in [*keys, *sorted((left.keys() | right.keys()) - set(keys))]:
        if left.get(key) != right.get(key):
            table.add_row(Text(key), *(Text(_told(values.get(key))) for values in (left, right)))
    console.print(table)
    moves = Table("Measure", str(first), str(second), title="What moved", title_justify="left")
    for name, label, form in HEADLINE:
        x, y = (
            said(r["measures"].get(name, {}).get("mean", math.nan), name, form) for r in results
        )
        moves.add_row(label, x, y, style=None if x != y else "dim")
    console.print(moves)


def _told(value: object) -> str:
    return NOT_SET if value is None else str(value)


def _flat(data: Any, path: str = "") -> list[tuple[str, Any]]:
    if not isinstance(data, dict):
        return [(path, data)]
    return [
        item for key, value in data.items() for item in _flat(value, f"{path}.{key}".strip("."))
    ]
