"""The commands.  Names are a contract; heavy imports stay inside, so that --help is quick."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fundsim import cli_many
from fundsim.failure import all_said, can_be_heard, no_lost_interrupts, told_and_code
from fundsim.options import USUAL, Store, asks, number, whole
from fundsim.report.languages import codes
from fundsim.report.request import Request
from fundsim.scenario.command import command_line
from fundsim.scenario.errors import (
    DONE,
    FAILED,
    INTERRUPTED,
    NO_ACCESS,
    UNHEARD,
    InputError,
    Problem,
)

app = typer.Typer(
    name="fundsim",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What a state compensation fund for trafficked persons costs, whether it lasts, who is paid.",
)


@app.command("list")
def list_shipped() -> None:
    """List what is shipped: countries, policies, reforms, stresses."""
    from fundsim.report.scenario.shipped import print_shipped

    print_shipped()
    typer.echo("Combine them with +: fundsim run serbia+tariff+legal_aid+budget_cut")


@app.command()
@asks("scenario", "set_")
def show(
    request: Request,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Print it as one file that loads again.")
    ] = False,
) -> None:
    """Print every value of a resolved scenario and the file and line it came from."""
    from rich.console import Console

    from fundsim.report.scenario.values import resolved
    from fundsim.scenario.compose import load
    from fundsim.scenario.resolved import resolved_toml

    found = load(request.name, request.sets)
    if as_toml:
        typer.echo(resolved_toml(found), nl=False)
        return
    console = Console(width=None if sys.stdout.isatty() else 240)
    console.print(resolved(found))
    for note in found.notes:
        console.print(f"Note: {note}.", markup=False)
    if found.world.country.footnote:
        console.print(found.world.country.footnote, markup=False)


@app.command()
def check(scenarios: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Validate scenario files; without names, every shipped file in every combination of two."""
    from fundsim.scenario import files
    from fundsim.scenario.compose import load_all
    from fundsim.scenario.placeholders import grade_problems, placeholder_problems

    names = list(scenarios or [])
    if not names:
        additions = [n for kind in files.KINDS[1:] for n in files.shipped(kind)]
        names = [f"{base}+{n}" for base in files.shipped("base") for n in ["", *additions]]
        names = [name.rstrip("+") for name in names]
    found = load_all(names)
    for scenario in found:
        for note in scenario.notes if scenarios else ():
            typer.echo(f"{scenario.name}: note: {note}.")
    left = [one for s in found for one in (*placeholder_problems(s), *grade_problems(s))]
    if left:
        raise InputError(list(dict.fromkeys(left)))
    typer.echo(f"{len(found)} scenario{'s' if len(found) != 1 else ''} checked: no problems.")


@app.command()
@asks("scenarios", *USUAL, "store", json="Print summary.json instead.")
def run(
    request: Request,
    engine: Annotated[
        str, typer.Option(help="numpy, or simpy: the slow reference engine.")
    ] = "numpy",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the sentences.")] = False,
    precision: Annotated[
        str | None,
        typer.Option(help="Run until the Monte Carlo error of --measure is this small: 0.5%."),
    ] = None,
    measure: Annotated[
        str, typer.Option(help="The measure that --precision is of.")
    ] = "due_a_year",
) -> None:
    """Project scenarios: cost, solvency, and what changes for victims."""
    from fundsim.report.run.tell import print_run

    print_run(request, engine, quiet, precision, measure)


@app.command()
@asks("scenarios", *USUAL, json="Print the table as JSON.")
def compare(request: Request) -> None:
    """How variants differ from the first scenario, future by future, on the same cases; one alone: from the law in force."""
    from fundsim.report.compare.tell import print_comparison

    print_comparison(request)


@app.command()
@asks("scenario", *(name for name in USUAL if name != "years"), json="Print the path as JSON.")
def budget(
    request: Request,
    safe: Annotated[
        float,
        typer.Option(
            help="In how many of 100 simulations the amount of a year shall be enough.",
            parser=number("--safe"),
        ),
    ] = 80,
    years: Annotated[
        str | None, typer.Option(help="Years to plan: 2027-2029; default: the first three.")
    ] = None,
) -> None:
    """What to enter into the budget for the next years, how safe it is, and what becomes of it."""
    from fundsim.report.budget.tell import print_budget

    print_budget(request, safe, years)


@app.command()
@asks("scenario", *USUAL, json="Print the answer as JSON.")
def solve(
    request: Request,
    lever: Annotated[
        str,
        typer.Option(
            "--for", help="contribution, capital, margin, tariff, posts, or a key of the scenario."
        ),
    ] = "contribution",
    solvent: Annotated[
        float,
        typer.Option(help="Share of futures that never fall short.", parser=number("--solvent")),
    ] = 0.95,
    line: Annotated[str | None, typer.Option(help="The budget line to vary.")] = None,
    between: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Bounds of the search, for another lever.", parser=number("--between")),
    ] = None,
    months: Annotated[
        float | None,
        typer.Option(help="posts: the median wait for a decision.", parser=number("--months")),
    ] = None,
) -> None:
    """How much it takes to last: contribution, capital and margin exactly, others by search; or how many posts."""
    from fundsim.report.solve.tell import print_solution

    print_solution(request, lever, solvent, line, between, months)


@app.command()
@asks("scenario", *USUAL, json="Print the tables as JSON.")
def sensitivity(
    request: Request,
    method: Annotated[
        str, typer.Option(help="ranking, tornado, sobol, evppi (value of information), levers.")
    ] = "ranking",
    measure: Annotated[str, typer.Option(help="The measure that is explained.")] = "due_a_year",
    prices: Annotated[
        tuple[float, float] | None,
        typer.Option(
            help="evppi: euro lost for a euro missing, and for a euro idle.",
            parser=number("--prices"),
        ),
    ] = None,
) -> None:
    """On what the answer hangs: assumptions by influence, and what to find out first."""
    from fundsim.report.sensitivity.tell import print_influence

    print_influence(request, method, measure, prices)


@app.command()
@asks("scenario", *USUAL, json="Print the tables as JSON.")
def stress(request: Request) -> None:
    """Every shipped stress, what makes the fund fail, and who bears hard years."""
    from fundsim.report.stress.tell import print_stress

    print_stress(request)


app.command()(cli_many.region)
app.command()(cli_many.calibrate)
app.command()(cli_many.backtest)
app.command()(cli_many.sweep)
app.add_typer(cli_many.store_app, name="store")


@app.command()
@asks("replications", "seed", "workers")
def diff(request: Request, first: str, second: str) -> None:
    """What differs between two scenarios, or two run folders, and what that moved."""
    from fundsim.report.scenario.diff import print_difference

    print_difference(request, first, second)


@app.command()
@asks("scenario", "replications", "seed")
def explain(request: Request, key: str) -> None:
    """Where a value comes from, what it means, and what it drives."""
    from fundsim.report.scenario.explain import print_explanation

    print_explanation(request, key)


@app.command()
@asks("scenario", "set_", "seed", json="Print the steps as JSON.")
def trace(
    request: Request,
    case: Annotated[
        int | None,
        typer.Option(help="Number of the victim in its future, from 1.", parser=whole("--case")),
    ] = None,
    find: Annotated[
        str | None,
        typer.Option(help="paid, refused, waiting, capped, set_off, never_claims, offender_pays."),
    ] = None,
    replication: Annotated[
        int, typer.Option(help="Number of the future, from 0.", parser=whole("--replication"))
    ] = 0,
    figure: Annotated[
        Path | None, typer.Option(help="Draw the timeline to this .png or .svg file.")
    ] = None,
) -> None:
    """Tell one drawn case step by step, without and with the fund (reference engine)."""
    from fundsim.report.trace.tell import print_story

    print_story(request, case, find, replication, figure)


@app.command()
@asks("scenarios", *(name for name in USUAL if name != "out"), "store")
def brief(
    request: Request,
    out: Annotated[Path, typer.Option(help="File to write: .docx, .pdf or .html.")],
    lang: Annotated[str, typer.Option(help=f"{', '.join(codes())}.")] = "en",
    solvent: Annotated[
        float,
        typer.Option(help="Share of futures in which it shall last.", parser=number("--solvent")),
    ] = 0.95,
    date: Annotated[str | None, typer.Option(help="Date on it; default: today.")] = None,
    dashboard: Annotated[str, typer.Option(help="Where its link leads; default: no link.")] = "",
) -> None:
    """Write a briefing for a ministry: the first scenario, the others beside it as alternatives."""
    from fundsim.app.address import linked
    from fundsim.report.brief.tell import print_brief

    print_brief(replace(request, out=out), lang, solvent, date, linked(dashboard))


@app.command()
@asks("seed", "workers")
def validate(
    request: Request,
    markdown: Annotated[Path | None, typer.Option(help="Write the report as Markdown.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write it as JSON.")] = None,
) -> None:
    """Check the model against known answers and print its validation report (about a minute)."""
    from fundsim.report.validation.tell import run_validation

    if not run_validation(request, markdown, json_file):
        raise typer.Exit(FAILED)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from fundsim.scenario.published import json_schema

    typer.echo(json_schema(), nl=False)


@app.command()
def new(country: str, file: Path) -> None:
    """Write a complete country file to fill in, every number marked as judgement."""
    from fundsim.batch.atomic import put_file
    from fundsim.scenario.published import country_template

    if file.exists():
        raise InputError(Problem(str(file), "exists; it is not overwritten"))
    if file.suffix != ".toml":
        raise InputError(Problem(str(file), "must end in .toml"))
    text = country_template(country)
    put_file(file, text.encode())
    again = command_line("check", [str(file.absolute())])
    typer.echo(f"{file} written. Fill it in, then: {again}")


@app.command()
def dashboard(
    public: Annotated[
        bool, typer.Option("--public", help="For the web: locked down, smaller runs, no uploads.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    host: Annotated[
        list[str] | None, typer.Option(help="A public name of the server; may be repeated.")
    ] = None,
    store: Store = None,
) -> None:
    """Open the dashboard in the browser, or serve it to the web (--public); Ctrl-C ends it."""
    from fundsim.app.server import serve

    serve(public, port, address, host or [], store=store or "")


def main() -> None:
    """Run a command; every failure is one clear message and the exit code of its kind."""
    if not can_be_heard():
        sys.exit(NO_ACCESS)
    try:
        with no_lost_interrupts():
            result = app(standalone_mode=False)
        code = result if isinstance(result, int) else DONE  # an exit code, where one was raised
    except BrokenPipeError:
        code = UNHEARD
    except SystemExit as error:  # typer and rich make this of a broken pipe
        if not isinstance(error.__context__, BrokenPipeError):
            raise
        code = UNHEARD
    except typer.Exit as error:
        code = int(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("interrupted; nothing was written", err=True)
        code = INTERRUPTED
    except Exception as error:
        code = told_and_code(error)
    sys.exit(all_said(code))


if __name__ == "__main__":
    main()
