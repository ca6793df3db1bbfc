"""The commands over many scenarios, counts and schemes: region, calibrate, backtest, sweep, and what is in a store."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fundsim.options import USUAL, asks, number, whole
from fundsim.report.request import Request
from fundsim.scenario.errors import DAMAGED, INTERRUPTED, InputError, Problem

STORE = "FUNDSIM_STORE"
store_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None,
    help=f"What a store of computed outcomes holds; its path, --store or {STORE} names it.",
)  # fmt: skip
Given = Annotated[str | None, typer.Argument(metavar="PATH", help="The same as --store PATH.")]
Store = Annotated[
    str | None, typer.Option(help=f"Path or fsspec address of the store; without it {STORE}.")
]


@asks("scenarios", *USUAL, json="Print the tables as JSON.")
def region(
    request: Request,
    solvent: Annotated[
        float,
        typer.Option(help="Share of futures that never fall short.", parser=number("--solvent")),
    ] = 0.95,
    dependence: Annotated[
        float,
        typer.Option(help="0 to 1: what countries have in common.", parser=number("--dependence")),
    ] = 0.0,
    same_cases: Annotated[bool, typer.Option("--same-cases", help="Victims' draws too.")] = False,
    untied: Annotated[
        bool,
        typer.Option("--untied", help="Take the same guess about several countries as several."),
    ] = False,
    share: Annotated[str, typer.Option(help="Fair share: caseload, population, gdp.")] = "caseload",
    line: Annotated[str | None, typer.Option(help="The budget line to vary.")] = None,
) -> None:
    """One fund for several countries against separate ones: what it takes, and who pays whom."""
    from fundsim.model.streams import Tie
    from fundsim.report.region.tell import print_region

    print_region(request, solvent, Tie(dependence, same_cases), share, line, untied)


@asks("replications", "seed", "out", json="Print the tables as JSON.")
def backtest(
    request: Request,
    schemes: Annotated[
        list[str] | None, typer.Argument(help="uk_1964, kosovo, …; all of them without names.")
    ] = None,
) -> None:
    """Schemes that ran, projected from what was known before, beside what they published later."""
    from fundsim.report.backtest.tell import print_backtest

    print_backtest(replace(request, names=tuple(schemes or ())))


@asks("out", json="Print the numbers as JSON.")
def calibrate(
    request: Request,
    counts: Annotated[Path, typer.Argument(help="A CSV of counts: key, year, value, of, …")],
    country: Annotated[
        str | None, typer.Option(help="Of which country, where the file has several.")
    ] = None,
    definition: Annotated[
        str | None, typer.Option(help="Of which definition, where a key is counted in two ways.")
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(help="In whose level the caseload is told.", parser=whole("--year")),
    ] = None,
    hold_out: Annotated[
        int | None,
        typer.Option(
            help="Last year fitted to; later ones are predicted.", parser=whole("--hold-out")
        ),
    ] = None,
) -> None:
    """What published counts say of the numbers of a scenario, with low and high, as TOML to paste."""
    from fundsim.report.calibrate.tell import print_calibration

    print_calibration(request, counts, country, definition, year, hold_out)


@asks("out", "workers", "store")
def sweep(
    request: Request,
    plan: Annotated[Path, typer.Argument(help="Plan file (TOML): docs/batches.md.")],
    scheduler: Annotated[
        str | None,
        typer.Option(help="Dask scheduler, tcp://host:8786; local: --workers of its own."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only go on with what is in --out.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the plan; tell time, cases and disk.")
    ] = False,
) -> None:
    """Run every scenario of a plan; what is finished is kept, and the same command goes on with it."""
    from fundsim.report.sweep.tell import print_sweep

    try:
        print_sweep(request, plan, scheduler, resume, dry_run)
    except KeyboardInterrupt:
        kept = f"what is finished is kept: the same command goes on in {request.out}"
        told = kept if request.out and not dry_run else "nothing was written"
        typer.echo(f"interrupted; {told}", err=True)
        raise typer.Exit(INTERRUPTED) from None


@store_app.command("list")
def list_parts(path: Given = None, store: Store = None) -> None:
    """Tell what is in a store: scenarios, parts and bytes of each model version."""
    from fundsim.report.sweep.store import print_parts

    print_parts(_address(path, store))


@store_app.command()
def check(path: Given = None, store: Store = None) -> None:
    """Read every part; exit 4 if any is damaged."""
    from fundsim.report.sweep.store import print_damage

    if not print_damage(_address(path, store)):
        raise typer.Exit(DAMAGED)


@store_app.command()
def prune(
    path: Given = None,
    store: Store = None,
    most: Annotated[str | None, typer.Option(help="Keep at most so much: 500MB, 10GB.")] = None,
    versions: Annotated[
        bool, typer.Option("--other-versions", help="Parts of other model versions, too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
) -> None:
    """Remove damaged parts and remains; if asked, other model versions and the oldest parts."""
    from fundsim.report.sweep.store import print_pruned

    print_pruned(_address(path, store), most, versions, dry_run)


def _address(path: str | None, store: str | None) -> str:
    """The store that is meant.  Raises `InputError` if none or two are named."""
    if path and store and path != store:
        raise InputError(Problem("--store", f"another store is named, too: {path}", value=store))
    if address := path or store or os.environ.get(STORE):
        return address
    raise InputError(Problem("--store", f"missing: the path of a store (or set {STORE})"))
