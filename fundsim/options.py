"""What several commands ask for in the same way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="Override key=value, the value as in TOML; KEY.value=… keeps its range."
    ),
]
Replications = Annotated[
    int | None, typer.Option("--replications", "-n", help="Futures to simulate.")
]
Seed = Annotated[int | None, typer.Option(help="Seed; the same seed gives the same numbers.")]
Years = Annotated[int | None, typer.Option(help="Years of the horizon.")]
Out = Annotated[Path | None, typer.Option(help="Folder for data and figures.")]
Workers = Annotated[int | None, typer.Option(help="Processes; default: one a core.")]
Store = Annotated[
    str | None,
    typer.Option(
        help="Where computed outcomes are kept: path or fsspec address.", envvar="FUNDSIM_STORE"
    ),
]
Names = Annotated[
    list[str], typer.Argument(help="serbia, serbia+tariff+legal_aid, a file, or several of these.")
]


def names_of(scenarios: list[str]) -> list[str]:
    """The scenarios that are named, `+my.toml` joined to the one before it."""
    from fundsim.scenario.sets import joined

    return joined(scenarios)


def with_years(sets: list[str] | None, years: int | None) -> list[str]:
    """The --set texts, with --years as one of them."""
    return list(sets or []) + ([f"time.horizon_years={years}"] if years is not None else [])
