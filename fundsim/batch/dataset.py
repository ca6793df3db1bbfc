"""The results of a batch as a tidy Parquet dataset, and tables of one row a scenario, piece by piece.

Scenarios come back in any order and are written in the plan's: the same plan gives the same bytes, whoever
computed them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fundsim.analysis.measures import MEASURES, NEEDS
from fundsim.analysis.statistics import SOLVENT_STATISTICS
from fundsim.batch.axis import Axis
from fundsim.batch.parquet import write_groups
from fundsim.batch.plan import Figure, Plan
from fundsim.batch.work import Line
from fundsim.scenario.command import command_line
from fundsim.scenario.naming import from_anywhere

PIECE = 500  # scenarios in a file of each table
RESULTS, SCENARIOS, NOISE = "results", "scenarios", "noise"
NAMED = ("number", "scenario", "scenario_hash", "country", "policy", "reforms", "stress")
MEASURED = ("year", "measure", "unit", "statistic", "value")
_NEEDED = [name for s in SOLVENT_STATISTICS for name in (s, f"{s}_mc_error")]
_USUAL = ["mean", "mc_error", "p5", "p50", "p95"]
STATISTICS = {"mean": _USUAL, "ratio": _USUAL, "probability": ["mean", "mc_error"], "need": _NEEDED}
PLACED = ("design", "circumstances", "replications", "seed")


def kinds_of_keys(plan: Plan) -> dict[str, str]:
    """What is in the column of each varied key: number, flag or label."""
    return {axis.key: _kind(axis) for axis in plan.axes}


def _kind(axis: Axis) -> str:
    if any(isinstance(v, str) for v in axis.values):
        return "label"
    booleans = [isinstance(v, bool) for v in axis.values]
    return "flag" if booleans and all(booleans) else "number"


def results_columns(plan: Plan) -> dict[str, str]:
    """Columns of the tidy dataset, and their kinds."""
    named = dict.fromkeys(NAMED, "label") | {"number": "whole"}
    measured = dict.fromkeys(MEASURED, "label") | {"year": "year", "value": "number"}
    return {**named, **kinds_of_keys(plan), **measured}


def scenarios_columns(plan: Plan) -> dict[str, str]:
    """Columns of the table of one row a scenario, and their kinds."""
    named = dict.fromkeys(NAMED, "label") | {"number": "whole"}
    placed = dict.fromkeys(PLACED, "whole") | {"seed": "text"}
    figures = dict.fromkeys(figures_of(plan), "number")
    return {**named, **kinds_of_keys(plan), **placed, **figures, "command": "text"}


def noise_columns(plan: Plan) -> dict[str, str]:
    """Columns of the table of what batches of replications add to errors, and their kinds."""
    return {"number": "whole", **{str(figure): "numbers" for figure in plan.figures}}


def figures_of(plan: Plan) -> list[str]:
    """The figures of the table of one row a scenario: of the wanted measures of the whole horizon, and those that
    designs are judged by.  `measure` is a mean, `measure:statistic` another."""
    whole = {m.name: m for m in (*MEASURES, *NEEDS) if not m.yearly}
    named = [name for name in plan.wanted if name in whole]
    found = [str(Figure(name, s)) for name in named for s in STATISTICS[whole[name].kind]]
    judged = [str(x) for f in plan.figures for x in (f, f.error)]
    return list(dict.fromkeys([*found, *judged]))


class Pieces:
    """Files of all tables, written as soon as all scenarios of a piece are there.

    Memory is bounded by the scenarios that wait for one before them.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.waiting: dict[int, Line] = {}
        self.written = 0  # scenarios
        self.figures, self.kinds = figures_of(plan), list(kinds_of_keys(plan).values())
        for name in (RESULTS, SCENARIOS, NOISE):
            (folder / name).mkdir(parents=True)

    def add(self, line: Line) -> None:
        """Take a scenario's results; write the piece that they complete."""
        self.waiting[line.member.number] = line
        last = min(self.written + PIECE, self.plan.size)
        while self.written < last and all(n in self.waiting for n in range(self.written, last)):
            self._write([self.waiting.pop(n) for n in range(self.written, last)])
            last = min(self.written + PIECE, self.plan.size)

    def _write(self, lines: Sequence[Line]) -> None:
        name = f"part-{self.written // PIECE:05d}.parquet"
        for table, columns, rows in (
            (
                RESULTS,
                results_columns(self.plan),
                [row for line in lines for row in self._tidy(line)],
            ),
            (SCENARIOS, scenarios_columns(self.plan), [self._wide(line) for line in lines]),
            (
                NOISE,
                noise_columns(self.plan),
                [[line.member.number, *line.noise] for line in lines],
            ),
        ):
            groups = [list(zip(*rows, strict=True))] if rows else []
            write_groups(self.folder / table / name, columns, groups, compression="zstd")
        self.written += len(lines)

    def _named(self, line: Line) -> list[Any]:
        one = line.member
        named = [
            one.number,
            line.name,
            line.hash,
            one.country,
            line.policy,
            one.reforms,
            one.stress,
        ]
        pairs = zip(line.values, self.kinds, strict=True)
        return [*named, *(str(v) if kind == "label" else v for v, kind in pairs)]

    def _tidy(self, line: Line) -> Iterator[list[Any]]:
        named = self._named(line)
        return ([*named, *row] for row in line.rows)

    def _wide(self, line: Line) -> list[Any]:
        plan, one = self.plan, line.member
        cells = {
            str(Figure(m if year is None else f"{m}@{year}", statistic)): value
            for year, m, _, statistic, value in line.rows
        }
        placed = [one.design, one.circumstances, plan.replications, str(plan.seed)]
        figures = [cells.get(name) for name in self.figures]
        return [*self._named(line), *placed, *figures, command(plan, line)]


def command(plan: Plan, line: Line) -> str:
    """The command that runs the scenario alone, with the same numbers."""
    name = from_anywhere(line.member.name)
    return command_line("run", [name], line.sets, replications=plan.replications, seed=plan.seed)
