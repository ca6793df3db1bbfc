"""`fundsim budget`: what a ministry enters for the next years, how safe that is, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from rich.table import Table
from rich.text import Text

from fundsim.analysis.budget import SAFE, Amount, Path, amount, path_of
from fundsim.analysis.suffices import least_futures
from fundsim.report.budget.picture import path_curve
from fundsim.report.budget.words import TERM, up
from fundsim.report.checks import draws_of
from fundsim.report.deliver import Reply, deliver
from fundsim.report.folder import reserved
from fundsim.report.language import ENGLISH
from fundsim.report.progress import blocks_with_progress
from fundsim.report.request import Request
from fundsim.report.shortage import of_100
from fundsim.report.wording import country_and_rest, euro, stamp_of
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem

REPLICATIONS = 10_000
ALIKE = 0.01  # shares by which two sums are practically the same
BESIDE = "Other lines"


def print_budget(request: Request, safe: float, years: str | None) -> None:
    """Print the budget path of a scenario.

    safe   in how many of 100 simulations the amount of a year shall be enough
    years  "2027-2029"; the first three without it
    """
    if not 0 < safe < 100:
        raise InputError(Problem("--safe", "must be above 0 and below 100", value=f"{safe:g}"))
    scenario = load(request.name, request.sets)
    if not scenario.world.has_fund:
        raise InputError(Problem(scenario.name, "has no fund: there is no budget to plan"))
    first, last = span(years, scenario)
    draws = draws_of(request, REPLICATIONS)
    least = least_futures(safe / 100)
    if draws.replications < least:
        rule = f"must be at least {least:,} to speak of {safe:g} of 100 simulations"
        raise InputError(Problem("--replications", rule, value=str(draws.replications)))
    card = ["budget", scenario.name]
    with reserved(request.out, card):
        with blocks_with_progress([scenario], draws.replications) as tell:
            found = path_of(scenario, draws.replications, draws.seed, draws.workers, tell)
        asked = found.of(first, last)
        note = stamp_of(scenario, draws.seed, draws.replications)
        reply = Reply(
            sentences(asked, safe / 100),
            {"years": [row(found, place, safe / 100) for place in range(len(found.years))],
             "together": [together(asked, safe / 100)]},
            [years_table(asked, safe / 100)],
            lambda: {"budget": path_curve(found, (first, last), safe / 100, note)},
        )  # fmt: skip
        deliver(
            reply,
            scenario,
            card,
            {"safe": safe, "years": years},
            draws,
            request,
            safe=safe,
            first=first,
            last=last,
        )


def span(years: str | None, scenario: Scenario) -> tuple[int, int]:
    """The first and last year asked about; the first three of the fund, where nothing is said."""
    time = scenario.world.time
    begins, ends = time.start_year, time.start_year + time.horizon_years - 1
    if years is None:
        return begins, min(begins + TERM - 1, ends)
    found = re.fullmatch(r"\s*(\d{4})\s*(?:[-–]\s*(\d{4}))?\s*", years)
    if not found:
        raise InputError(Problem("--years", "is written 2027-2029, or 2027", value=years))
    first, last = int(found[1]), int(found[2] or found[1])
    if not begins <= first <= last <= ends:
        rule = f"must lie within the years of the projection, {begins} to {ends}, the first not after the last"
        raise InputError(Problem("--years", rule, value=years))
    return first, last


def sentences(asked: Path, safe: float) -> list[str]:
    """What to enter for what, what becomes of it, and what happens when it is too small."""
    amounts = [amount(need, safe) for need in asked.need]
    told = [
        f"{country_and_rest(asked.scenario)}: {' '.join(asked.scenario.questions)}",
        _enter(asked, amounts, safe),
        *_becomes(asked, amounts),
    ]
    if len(asked.years) > 1:
        whole = amount(asked.together(), safe).value
        told.append(_one_sum(len(asked.years), whole, _entered(amounts), safe))
    if asked.beside.any():
        told.append(
            "In addition the state pays from other lines what it bears itself of the desk and of reforms: on average "
            f"{_listed(asked, asked.beside)}."
        )
    told.append(
        "Enter the amounts as they stand: the growth of prices and wages is in them. "
        "If the fund already holds money, or keeps some from year to year, deduct it."
    )
    return told


def _listed(asked: Path, found: Iterable[float]) -> str:
    return ", ".join(f"{euro(x)} in {year}" for x, year in zip(found, asked.years, strict=True))


def _entered(amounts: list[Amount]) -> float:
    return sum(up(one.value) for one in amounts)


def _enter(asked: Path, amounts: list[Amount], safe: float) -> str:
    currency = asked.scenario.world.country.currency
    entered = []
    for one, local, year in zip(amounts, asked.local, asked.years, strict=True):
        own = (
            f" ({ENGLISH.whole(up(amount(local, safe).value))} {currency})"
            if currency != "EUR"
            else ""
        )
        entered.append(f"{euro(up(one.value))}{own} for {year}")
    text = (
        f"Enter {', '.join(entered)}. Each is enough in {100 * safe:g} of 100 simulations of its year, if nothing is put off "
        "to the next."
    )
    why = _rise(asked) if all(x.value < y.value for x, y in pairwise(amounts)) else ""
    return f"{text} {why}".strip()


def _rise(asked: Path) -> str:
    """Why the amounts rise; empty for one year or where no rule of the fund makes them rise."""
    first = asked.scenario.world.eras[0][1].fund
    whys = []
    if first.take_up.first_year_share.value < 1 and first.take_up.ramp_years.value > 1:
        whys.append("few know of the fund at first")
    if first.amount.index == "wages":
        whys.append("what it pays follows wages")
    if len(asked.years) == 1 or not whys:
        return ""
    return f"The amounts rise since {' and '.join(whys)}."


def _becomes(asked: Path, amounts: list[Amount]) -> list[str]:
    spent, whole = sum(one.spent for one in amounts), _entered(amounts)
    if whole == 0:
        return ["Nothing has to come from the budget in these years."]
    of = "that" if len(amounts) == 1 else f"the {euro(whole)} of these {len(amounts)} years"
    told = [
        f"On average {euro(spent)} of {of} is spent; the rest is assumed to go back to the treasury."
    ]
    short = {
        year: one for year, one in zip(asked.years, amounts, strict=True) if one.missing is not None
    }
    if short:
        often = sorted({of_100(one.too_small.value, ENGLISH) for one in short.values()})
        missing = ", ".join(f"{euro(one.missing or 0.0)} in {year}" for year, one in short.items())
        told.append(
            f"In {' to '.join(dict.fromkeys((often[0], often[-1])))} of 100 simulations of a year its amount is too small. "
            f"Then the average gap is {missing}; it can be larger."
        )
    return told


def _one_sum(years: int, whole: float, apart: float, safe: float) -> str:
    """What all years need, if one sum pays for them."""
    off = whole / apart - 1 if apart else 0.0
    than = f"the {years} amounts together ({euro(apart)})"
    if abs(off) < ALIKE:
        beside = f"practically the same as {than}"
    else:
        beside = f"about {100 * abs(off):.0f} % {'more' if off > 0 else 'less'} than {than}"
    return (
        f"One sum for all {years} years, in which an expensive year may use what a cheap one leaves, would have to be "
        f"{euro(up(whole))} to be enough in {100 * safe:g} of 100 simulations: {beside}."
    )


def row(found: Path, place: int, safe: float) -> dict[str, Any]:
    """A year as files have it: amounts for each share of SAFE and the one asked for, in euro and local currency."""
    chosen = amount(found.need[place], safe)
    line: dict[str, Any] = {"year": found.years[place]}
    for share in dict.fromkeys((*SAFE, safe)):
        line[f"enough_in_{100 * share:g}"] = amount(found.need[place], share).value
        line[f"enough_in_{100 * share:g}_local"] = amount(found.local[place], share).value
    return line | _more(chosen) | {"beside": float(found.beside[place])}


def together(asked: Path, safe: float) -> dict[str, Any]:
    """The years that are asked about together."""
    need, local = asked.together(), asked.local.sum(axis=0)
    line: dict[str, Any] = {"first": asked.years[0], "last": asked.years[-1]}
    for share in dict.fromkeys((*SAFE, safe)):
        line[f"enough_in_{100 * share:g}"] = amount(need, share).value
        line[f"enough_in_{100 * share:g}_local"] = amount(local, share).value
    return line | _more(amount(need, safe)) | {"beside": float(asked.beside.sum())}


def _more(chosen: Amount) -> dict[str, Any]:
    return {
        "low95": chosen.low95, "high95": chosen.high95, "spent": chosen.spent, "lapses": chosen.lapses,
        "too_small": chosen.too_small.value, "missing_then": chosen.missing,
    }  # fmt: skip


def years_table(asked: Path, safe: float) -> Table:
    """The years that are asked about, and all of them together."""
    currency = asked.scenario.world.country.currency
    sure = f"{100 * safe:g}"
    rows = [
        _cells(str(year), need, local, float(beside), safe, currency)
        for year, need, local, beside in zip(
            asked.years, asked.need, asked.local, asked.beside, strict=True
        )
    ]
    if len(rows) > 1:
        rows.append(_cells(
            "one sum", asked.together(), asked.local.sum(axis=0), float(asked.beside.sum()), safe, currency
        ))  # fmt: skip
    hidden = () if asked.beside.any() else (BESIDE,)
    names = [name for name in rows[0] if name not in hidden]
    table = Table(
        *names, title=Text(f"{country_and_rest(asked.scenario)}: budget of each year, euro of that year", style="bold"),
        title_justify="left", header_style="bold",
    )  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    for cells in rows:
        table.add_row(*(cells[name] for name in names))
    table.caption = (
        f"Spent, unspent: of the amount that is enough in {sure} of 100 simulations, on average, and what is missing: the average of the simulations in which that amount is too small."
        + (" One sum: for all years together." if len(rows) > 1 else "")
        + ("" if hidden else f" {BESIDE}: what the state pays from other lines, on average.")
    )
    return table


def _cells(
    name: str, need: Floats, local: Floats, beside: float, safe: float, currency: str
) -> dict[str, str]:
    chosen = amount(need, safe)
    cells = {"Year": name}
    for share in sorted({*SAFE, safe}):
        cells[f"Enough in {100 * share:g} of 100"] = f"{amount(need, share).value:,.0f}"
        if share == safe and currency != "EUR":
            cells[f"in {currency}"] = f"{amount(local, share).value:,.0f}"
    return cells | {
        "Spent of it": f"{chosen.spent:,.0f}",
        "Unspent": f"{chosen.lapses:,.0f}",
        "Missing when too small": "never" if chosen.missing is None else f"{chosen.missing:,.0f}",
        BESIDE: f"{beside:,.0f}",
    }
