"""`fundsim region`: one fund for several countries, what it takes, and who pays whom."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from fundsim import __version__
from fundsim.analysis.precision import Estimate
from fundsim.analysis.region import (
    NEEDED,
    RULES,
    Pooling,
    Region,
    pooling,
    region,
    region_block,
    savings,
    shared_guesses,
    transfers,
)
from fundsim.model.streams import Tie
from fundsim.report import wording
from fundsim.report.checks import budget_line, draws_for
from fundsim.report.deliver import Reply, Rows, hand_over, notes_of
from fundsim.report.folder import reserved
from fundsim.report.progress import progress_of
from fundsim.report.prose import listed
from fundsim.report.region.picture import need_bars, transfer_bars
from fundsim.report.request import Request
from fundsim.report.screen import table_of
from fundsim.scenario.compose import Scenario, load_all
from fundsim.scenario.errors import InputError, Problem

REPLICATIONS = 10_000
BY = {"caseload": "by caseload", "population": "by inhabitants", "gdp": "by wages × inhabitants"}


def print_region(
    request: Request, target: float, tie: Tie, rule: str, line: str | None, untied: bool = False
) -> None:
    """Set one fund beside separate ones and print what it takes, who gains and who pays.

    untied  the same guess about several countries counts as several independent ones
    """
    draws = draws_for(target, request, REPLICATIONS)
    n = draws.replications
    scenarios = load_all(request.names, request.sets)
    if len(scenarios) < 2:
        raise InputError(Problem(scenarios[0].name, "is alone: name at least two countries"))
    if not untied:
        tie = replace(tie, guesses=shared_guesses(scenarios))
    card = ["region", *(s.name for s in scenarios)]
    with reserved(request.out, card):
        lines = [budget_line(s, line) for s in scenarios]
        blocks = {"region": -(-n // region_block(scenarios))}
        with progress_of(blocks, n) as tell:
            found = region(
                scenarios, lines, rule, n, draws.seed, tie, draws.workers, lambda: tell("region")
            )
        both = {what: pooling(found, what, target) for what in NEEDED}
        notes = [*notes_of(scenarios), *footnotes(scenarios), stamp(found, n)]
        note = textwrap.fill(notes[-1], 150)
        reply = Reply(
            sentences(found, both),
            {"needed": needed_rows(found, both), "pooling": [pooling_row(p) for p in both.values()],
             "shares": share_rows(found)},
            [needed_table(found, both), share_table(found)],
            lambda: {"needed": need_bars(found, both, note), "transfers": transfer_bars(found, note)},
        )  # fmt: skip
        about = {
            "scenarios": [s.name for s in scenarios], "lines": lines, "solvent": target, "share": rule,
            "dependence": tie.dependence, "same_cases": tie.cases, "one_guess_for_all": sorted(tie.guesses),
        }  # fmt: skip
        asked = {
            "solvent": target, "dependence": tie.dependence, "same_cases": tie.cases, "share": rule, "line": line,
            "untied": untied,
        }  # fmt: skip
        hand_over(reply, about, card, asked, notes, draws, request)


def footnotes(scenarios: Sequence[Scenario]) -> list[str]:
    """The footnotes of the countries, each once."""
    return list(dict.fromkeys(s.world.country.footnote for s in scenarios if s.world.country.footnote))  # fmt: skip


def stamp(found: Region, replications: int) -> str:
    """What produced the figures: version, scenarios with hashes, seed, replications, dependence."""
    of = " · ".join(f"{s.name} {s.hash}" for s in found.scenarios)
    cases = ", same cases" if found.tie.cases else ""
    return (
        f"fundsim {__version__} · {of} · seed {found.seed} · {replications:,} replications · "
        f"dependence {found.tie.dependence:g}{cases}"
        + (f", {len(found.tie.guesses)} shared guesses" if found.tie.guesses else "")
    )


def sentences(found: Region, both: dict[str, Pooling]) -> list[str]:
    """The answer in words: what one fund saves, what separate funds leave open, who pays, and the terms."""
    contribution, capital = both["contribution"], both["capital"]
    years = found.scenarios[0].world.time.horizon_years
    head = (
        f"One fund for {listed([_name(s) for s in found.scenarios])}: to last {years} years in "
        f"{100 * contribution.target:g} of 100 futures it needs"
    )
    together = (
        f"{head} {_amount(contribution.one)} a year, separate funds together "
        f"{_amount(contribution.sum)}: {_gain(contribution)}."
    )
    if not np.isfinite(contribution.one.value):
        together = (
            f"{head.removesuffix(' it needs')}, no contribution a year is enough. {_why_not(found)}"
        )
    opening = (
        f"Or at the opening, with the budget lines as the scenarios have them, {_amount(capital.one)} "
        f"against {_amount(capital.sum)}: {_gain(capital)}. Here a line that brings more than its country needs "
        "pays for the others too."
    )
    separate = (
        f"Separate funds with these contributions last in {100 * contribution.target:g} of 100 futures each, all "
        f"of them {wording.in_futures(contribution.all_last.value, contribution.all_last.mc_error or 0.0, found.drawn.shape[1])}."
    )
    return [
        together,
        *([opening] if np.isfinite(capital.one.value) else []),
        *([separate] if np.isfinite(contribution.sum.value) else []),
        _who_pays(found),
        *_who_loses(found, contribution),
        *_of_others(found),
        *_of_product(found, contribution),
        _tied(found.tie),
        "Exact in each future, as fundsim solve; each country pays its share of the contribution through its own "
        f"budget line, with that line's index and cuts. Amounts are in euro of {found.scenarios[0].world.time.price_year}; "
        "each country keeps its own office and rules, so nothing is saved on these.",
    ]


def _name(scenario: Scenario) -> str:
    return scenario.world.country.name


def _amount(x: Estimate) -> str:
    return wording.euro(x.value) if np.isfinite(x.value) else "more than any amount"


def _why_not(found: Region) -> str:
    """What stands in the way, where no contribution is enough."""
    limited = [_name(s) for s in found.scenarios if s.world.fund.payment.yearly_limit is not None]
    if limited:
        return f"The yearly limit on payments (fund.payment.yearly_limit) of {listed(limited)} leaves payments waiting, whatever money there is."
    return "Lines begin late or are cut while costs fall due: capital at the opening is needed too."


def _gain(p: Pooling) -> str:
    gain, half = p.gain.value, wording.precision_half(p.gain.mc_error)
    if not np.isfinite(gain):
        return "what pooling gains cannot be told"
    if gain == 0 or (p.gain.mc_error is not None and abs(gain) <= half):
        return f"pooling changes nothing that the run could tell (± {wording.euro(half)})"
    change = "saves" if gain > 0 else "costs"
    share = f" ({wording.percent(abs(gain) / p.sum.value)})" if p.sum.value else ""
    error = ", with no error to be had" if p.gain.mc_error is None else f", ± {wording.euro(half)}"
    return f"pooling {change} {wording.euro(abs(gain))}{share}{error}"


def _who_pays(found: Region) -> str:
    nets = transfers(found, found.rule)
    most, least = (int(place([t.value for t in nets])) for place in (np.argmax, np.argmin))
    if all(abs(net.value) <= max(wording.precision_half(net.mc_error), 1.0) for net in nets):
        return f"Shared {BY[found.rule]}, no country pays for others by more than the noise of the simulation."
    of, years = BY[found.rule], "a year on average over all futures"
    return (
        f"Shared {of}, {_name(found.scenarios[most])} draws {wording.euro(nets[most].value)} {years} beyond its share, "
        f"and {_name(found.scenarios[least])} pays {wording.euro(-nets[least].value)} for others."
    )


def _who_loses(found: Region, contribution: Pooling) -> list[str]:
    """The countries that would pay more than in their own fund, beyond the noise; nothing if there are none."""
    names = [
        _name(s)
        for s, saved in zip(found.scenarios, savings(found, contribution), strict=True)
        if saved.mc_error is not None and saved.value < -wording.precision_half(saved.mc_error)
    ]
    if not names:
        return []
    pays = "pays" if len(names) == 1 else "pay"
    return [f"{listed(names)} {pays} more a year in one fund than for a fund alone."]


def _of_others(found: Region) -> list[str]:
    """Where victims of other crimes draw on the money, too."""
    names = [
        _name(one) for one in found.scenarios if one.world.caseload.others.claims_a_year.value > 0
    ]
    if not names:
        return []
    return [
        f"In {listed(names)} victims of other crimes draw on the same money: what that costs is in every figure here."
    ]


def _of_product(found: Region, contribution: Pooling) -> list[str]:
    """How heavy each country's share of the contribution is for it; nothing unless the product of two is known."""
    heavy = [
        (x, _name(s))
        for s, x in zip(found.scenarios, of_product(found, contribution), strict=True)
        if x is not None
    ]
    if len(heavy) < 2:
        return []
    (least, few), (most, many) = (
        (wording.euro(float(f"{1e6 * x:.2g}")), name) for x, name in (min(heavy), max(heavy))
    )
    return [
        f"Of every million of its gross domestic product (country.gdp) {many} pays {most} a year into one fund, "
        f"the most of all, and {few} {least}, the least."
    ]


def of_product(found: Region, contribution: Pooling) -> list[float | None]:
    """Each country's share of the contribution to one fund, of its gross domestic product; None where that is not known."""
    products = [s.world.country.gdp for s in found.scenarios]
    return [
        _plain(float(share) * contribution.one.value / product.value) if product else None
        for share, product in zip(found.shares[found.rule], products, strict=True)
    ]


def _tied(tie: Tie) -> str:
    cases = (
        "Victims, too, fare alike in every country: an upper bound."
        if tie.cases
        else "What happens to each victim is independent of other countries."
    )
    n = len(tie.guesses)
    guesses = (
        f"{n} assumptions are the same guess for all these countries, and are drawn once for all: one fund cannot spread the risk "
        "that we are wrong about them. "
        if n
        else ""
    )
    if tie.dependence == 0 and not tie.cases:
        return (
            f"{guesses}{'In all else' if n else 'Here'} countries are taken as independent of each other, which is about the most that pooling can gain. "
            "Nobody knows how dependent they are: --dependence 0.5 shows less, --dependence 1 the least."
        )
    part = wording.percent(tie.dependence)
    return (
        f"{guesses}Countries share {part} of the variance of each assumption and of each year's prices, wages, returns, "
        f"caseload and income. {cases}"
    )


def _plain(x: float | None) -> float | None:
    return None if x is None or not np.isfinite(x) else float(x)


def needed_rows(found: Region, both: dict[str, Pooling]) -> Rows:
    """What each country needs in its own fund, and its share of what one fund needs."""
    rows, saved = [], {what: savings(found, p) for what, p in both.items()}
    weights = of_product(found, both["contribution"])
    for i, s in enumerate(found.scenarios):
        share = float(found.shares[found.rule][i])
        row: dict[str, Any] = {"scenario": s.name, "country": _name(s), "share": share}
        for what, p in both.items():
            row[f"{what}_apart"] = _plain(p.apart[i].value)
            row[f"{what}_apart_mc_error"] = _plain(p.apart[i].mc_error)
            row[f"{what}_in_one_fund"] = _plain(share * p.one.value)
            row[f"{what}_saved"] = _plain(saved[what][i].value)
            row[f"{what}_saved_mc_error"] = _plain(saved[what][i].mc_error)
        row["contribution_in_one_fund_of_gdp"] = weights[i]
        rows.append(row)
    return rows


def pooling_row(p: Pooling) -> dict[str, Any]:
    """What separate funds and one fund need, and the gain with its interval."""
    half = wording.precision_half(p.gain.mc_error) if p.gain.mc_error is not None else np.nan
    return {
        "needed": p.what, "solvent": p.target, "apart": _plain(p.sum.value),
        "apart_mc_error": _plain(p.sum.mc_error), "one_fund": _plain(p.one.value),
        "one_fund_mc_error": _plain(p.one.mc_error), "gain": _plain(p.gain.value),
        "gain_mc_error": _plain(p.gain.mc_error), "gain_low95": _plain(p.gain.value - half),
        "gain_high95": _plain(p.gain.value + half), "all_separate_last": p.all_last.value,
    }  # fmt: skip


def share_rows(found: Region) -> Rows:
    """Who pays whom under each fair-share rule: drawn, paid, and the difference, a year on average."""
    drawn = found.drawn.mean(axis=1)
    return [
        {
            "share_by": rule, "scenario": s.name, "country": _name(s), "share": float(share),
            "draws": float(own), "pays": float(share * drawn.sum()), "transfer": net.value,
            "transfer_mc_error": _plain(net.mc_error),
        }
        for rule in RULES
        for s, share, own, net in zip(
            found.scenarios, found.shares[rule], drawn, transfers(found, rule), strict=True
        )
    ]  # fmt: skip


def needed_table(found: Region, both: dict[str, Pooling]) -> Table:
    """What it takes, country by country, apart and in one fund."""
    contribution, capital = both["contribution"], both["capital"]
    heading = f"To last in {100 * contribution.target:g} of 100 futures, shared {BY[found.rule]}"
    table = table_of(
        heading,
        [("Country", "left"), ("Share", "right"), ("Contribution a year, own fund", "right"), ("one fund", "right"),
         ("or capital at the opening, own fund", "right"), ("one fund", "right")],
    )  # fmt: skip
    for i, s in enumerate(found.scenarios):
        share = float(found.shares[found.rule][i])
        cells = [
            text
            for p in (contribution, capital)
            for text in (_amount(p.apart[i]), _amount(Estimate(share * p.one.value, None)))
        ]
        table.add_row(Text(_name(s)), wording.percent(share), *cells)
    totals = [_amount(x) for p in (contribution, capital) for x in (p.sum, p.one)]
    table.add_row("Together", "", *totals, style="bold")
    return table


def share_table(found: Region) -> Table:
    """Who pays whom under each fair-share rule."""
    heading = "Who pays whom: each country's share, and what it draws beyond (+) or below (−) it, a year on average"
    table = table_of(
        heading, [("Country", "left"), ("Draws", "right"), *((BY[rule], "right") for rule in RULES)]
    )
    drawn, nets = found.drawn.mean(axis=1), {rule: transfers(found, rule) for rule in RULES}
    for i, s in enumerate(found.scenarios):
        cells = [
            f"{wording.percent(float(found.shares[rule][i]))}: {_signed(nets[rule][i].value)} ± "
            f"{wording.euro(wording.precision_half(nets[rule][i].mc_error))}"
            for rule in RULES
        ]
        table.add_row(Text(_name(s)), wording.euro(float(drawn[i])), *cells)
    table.caption = (
        "Draws: costs and benefits due, less recoveries and income other than the budget line; nominal. Wages × "
        "inhabitants stand for the gross domestic product, which a file need not hold (country.gdp)."
    )
    return table


def _signed(x: float) -> str:
    return f"+{wording.euro(x)}" if x > 0 else wording.euro(x)
