"""What the commands print: tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fundsim.report.language import ENGLISH
from fundsim.report.rows import cells, received, to_victims
from fundsim.report.wording import Results, command, percent, stamp, title
from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import FormShares


def _table(heading: str, columns: Iterable[tuple[str, str]]) -> Table:
    table = Table(title=Text(heading, style="bold"), title_justify="left", header_style="bold")
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


def yearly(results: Results) -> Table:
    """Year by year: cost with its range, income, cash, liabilities, probability of a shortfall."""
    heading = f"{title(results.projection)}: year by year, thousand euro of each year, mean of all futures"
    rows = []
    for year in results.projection.years():
        error = 100 * results.get("shortfall_so_far", "mc_error", year)
        own = {
            "income": ENGLISH.thousand(received(results, year)),
            "shortfall_so_far": f"{percent(results.get('shortfall_so_far', year=year))} ± {error:.1f}",
        }
        rows.append({"Year": str(year), **cells(results, "run by year", ENGLISH, own, year)})
    table = _table(heading, [(name, "right") for name in rows[0]])
    table.caption = (
        "Cost: what falls due, then its range. Paid: of it. Income: all sources, recoveries and returns. "
        "Cash and what is still to pay on known cases: in December. ±: one standard error, in points."
    )
    for row in rows:
        table.add_row(*row.values())
    return table


def comparison(runs: list[Results]) -> Table:
    """The headline of several runs side by side."""
    rows = []
    for r in runs:
        total = sum(r.get("assumptions", grade) for grade in ("data", "partly", "judgement"))
        own = {
            "benefits_a_year": to_victims(r, ENGLISH),
            "months_to_payment_with": f"{r.get('months_to_payment_with', 'p50'):.0f} months",
        }
        rows.append({
            "Scenario": r.projection.scenario.name.replace("+", " +"), **cells(r, "runs", ENGLISH, own),
            "Guesses": f"{r.get('assumptions', 'judgement'):.0f} of {total:.0f}",
        })  # fmt: skip
    table = _table(
        "Side by side (means; cost and amounts in euro of the price year)",
        [(name, "left" if name == "Scenario" else "right") for name in rows[0]],
    )
    for row in rows:
        table.add_row(*row.values())
    return table


def leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a scenario with its dotted key; an assumption is one value."""
    for name in sorted(data) if isinstance(data, dict) else type(data).model_fields:
        value = data[name] if isinstance(data, dict) else getattr(data, name)
        key = f"{path}.{name}" if path else name
        if isinstance(value, dict) or (
            isinstance(value, Part) and not isinstance(value, Assumption | FormShares)
        ):
            yield from leaves(value, key)
        else:
            yield key, value


def shown(value: Any) -> tuple[str, str, str]:
    """A value as text, its range, and its source and grade."""
    if isinstance(value, Assumption):
        span = "" if value.low is None else f"{value.low:,.15g} – {value.high:,.15g}"
        source = f"{value.source} ({value.graded})" if value.source else "lever"
        return f"{value.value:,.15g} {value.unit}", span, source
    if isinstance(value, FormShares):
        text = ", ".join(f"{share:g}" for share in value.shares)
        return text, f"n = {value.sample_size:g}" if value.sample_size else "", value.source
    if isinstance(value, tuple) and value and hasattr(value[0], "model_dump"):
        return "; ".join(_effect(item) for item in value), "", ""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value), "", ""
    return (
        ("" if value is None else str(value).lower() if isinstance(value, bool) else str(value)),
        "",
        "",
    )


def _effect(item: Any) -> str:
    if hasattr(item, "on"):
        return f"{item.on} {item.by} {item.size.value:g}"
    return f"{item.first} ~ {item.second}: {item.correlation:g}"


def resolved(scenario: Scenario) -> Table:
    """Every value of a resolved scenario and the file and line that it came from."""
    table = _table(
        f"{scenario.name}   {scenario.hash}",
        [("Key", "left"), ("Value", "left"), ("Low – high", "left"), ("Source", "left"), ("From", "left")],
    )  # fmt: skip
    for key, value in leaves(scenario.world):
        text, span, source = shown(value)
        origin = scenario.origin(key)
        from_ = str(origin) if origin and _own_origin(scenario, key) else "default"
        table.add_row(Text(key), Text(text), span, Text(source), Text(from_))
    return table


def _own_origin(scenario: Scenario, key: str) -> bool:
    """Whether the key itself, not only a table above it, stands in a file."""
    return key in scenario.origins


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
    console.print(Text(command(results.projection), style="dim"))
