"""Exact beside simulated: for scenarios simple enough to be worked out without drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from fundsim.analysis.exact import Beside, beside, exact
from fundsim.analysis.exact_rules import simple_enough
from fundsim.analysis.project import Projection
from fundsim.report import words
from fundsim.report.told import table_of
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem


def refuse_unless_simple(scenarios: Sequence[Scenario]) -> None:
    """Raise `InputError` with every reason why a scenario cannot be worked out exactly."""
    problems = [
        Problem(s.name, f"is not simple enough to be exact: {reason}")
        for s in scenarios
        for reason in simple_enough(s.world)
    ]
    if problems:
        raise InputError(problems)


def rows_of(projection: Projection) -> list[Beside]:
    """Every figure that can be had both ways."""
    return list(beside(projection, exact(projection.scenario.world)))


def as_data(rows: Sequence[Beside]) -> list[dict[str, Any]]:
    """For files."""
    return [
        {"what": r.what, "year": r.year, "unit": r.unit, "exact": r.exact.value, "exact_low": r.exact.low,
         "exact_high": r.exact.high, "simulated": r.simulated.value,
         "mc_error": r.simulated.mc_error, "z": r.z}
        for r in rows
    ]  # fmt: skip


def print_rows(console: Console, projection: Projection, rows: Sequence[Beside]) -> None:
    """The table: exact, its bounds, simulated, its error, and how far apart in errors."""
    table = table_of(
        f"{words.title(projection)}: exact beside simulated",
        [("Year", "right"), ("Figure", "left"), ("Exact", "right"), ("between", "right"),
         ("Simulated", "right"), ("± 1 error", "right"), ("Errors apart", "right")],
    )  # fmt: skip
    for r in rows:
        form = words.percent if r.unit == "share" else words.euro
        error = "" if r.simulated.mc_error is None else form(r.simulated.mc_error)
        table.add_row(
            str(r.year), _named(r.what), form(r.exact.value), f"{form(r.exact.low)} and {form(r.exact.high)}",
            form(r.simulated.value), error, "" if r.z is None else f"{r.z:+.1f}".replace("-", "−"),
        )  # fmt: skip
    table.caption = "Errors apart: 0 where the simulated figure lies between the exact bounds; 3 is rare by chance."
    console.print(table)


def _named(what: str) -> str:
    if what == "ruin":
        return "shortfall by then"
    if what == "mean":
        return "cost due, mean"
    return f"cost due, {100 * float(what.split()[1]):g} % quantile"
