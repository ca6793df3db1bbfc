"""What `fundsim run` prints: tables for the terminal."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fundsim.report.language import ENGLISH
from fundsim.report.results import Results
from fundsim.report.rows import cells, received, to_victims
from fundsim.report.screen import table_of
from fundsim.report.shortage import unfit
from fundsim.report.wording import command, percent, stamp, title


def yearly(results: Results) -> Table:
    """Year by year: cost with its range, income, cash, liabilities, probability of a shortfall."""
    heading = f"{title(results.projection)}: year by year, thousand euro of each year, mean of all futures"
    rows, left_out = [], unfit(results)
    for year in results.projection.years():
        own = {"income": ENGLISH.thousand(received(results, year))}
        own |= {
            name: _with_error(results, name, year) for name in ("too_small", "shortfall_so_far")
        }
        rows.append(
            {"Year": str(year), **cells(results, "run by year", ENGLISH, own, year, left_out)}
        )
    table = table_of(heading, [(name, "right") for name in rows[0]])
    table.caption = (
        "Cost: what falls due, then its range. Paid: of it. Income: all sources, recoveries and returns. "
        "Cash and what is still to pay on known cases: in December. ±: one standard error, in points."
    )
    for row in rows:
        table.add_row(*row.values())
    return table


def _with_error(results: Results, probability: str, year: int) -> str:
    error = results.get(probability, "mc_error", year)
    half = "" if math.isnan(error) else f" ± {100 * error:.1f}"
    return f"{percent(results.get(probability, year=year))}{half}"


def comparison(runs: list[Results]) -> Table:
    """The headline of several runs side by side."""
    rows, left_out = [], unfit(*runs)
    for r in runs:
        total = sum(r.get("assumptions", grade) for grade in ("data", "partly", "judgement"))
        own = {
            "benefits_a_year": to_victims(r, ENGLISH),
        }
        rows.append({
            "Scenario": r.projection.scenario.name.replace("+", " +"), **cells(r, "runs", ENGLISH, own, without=left_out),
            "Guesses": f"{r.get('assumptions', 'judgement'):.0f} of {total:.0f}",
        })  # fmt: skip
    table = table_of(
        "Side by side (means; cost and amounts in euro of the price year)",
        [(name, "left" if name == "Scenario" else "right") for name in rows[0]],
    )
    for row in rows:
        table.add_row(*row.values())
    return table


def print_answer(console: Console, results: Results, sentences: list[str]) -> None:
    """The answer of one run: notes, sentences, table, stamp."""
    scenario = results.projection.scenario
    console.print()
    console.print(Text(title(results.projection), style="bold underline"))
    for question in scenario.questions:
        console.print(Text(question, style="italic"))
    for note in scenario.notes:
        console.print(Text(f"Note: {note}."))
    console.print()
    for sentence in sentences:
        console.print(Text(sentence))
    console.print()
    if scenario.world.has_fund:
        console.print(yearly(results))
    if scenario.world.country.footnote:
        console.print(Text(scenario.world.country.footnote))
    console.print(Text(stamp(results.projection), style="dim"))
    console.print(Text(command(results.projection), style="dim"), soft_wrap=True)
