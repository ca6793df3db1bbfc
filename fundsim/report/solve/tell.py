"""`fundsim solve`: how much of a lever it takes to last, and how sure that is."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from fundsim.analysis.measures import measure
from fundsim.analysis.needs import MOST_MARGIN, Answer, Needs, any_lapses, enough, is_revised, needs
from fundsim.analysis.project import project
from fundsim.analysis.question import question
from fundsim.analysis.solve import TARIFF, Lever, Solution, lever_of, sets_of, solve
from fundsim.analysis.suffices import what_suffices
from fundsim.report import sufficing, wording
from fundsim.report.checks import budget_line, draws_for
from fundsim.report.deliver import Reply, deliver
from fundsim.report.folder import reserved
from fundsim.report.language import ENGLISH
from fundsim.report.progress import blocks_with_progress
from fundsim.report.request import Draws, Request
from fundsim.report.results import Results
from fundsim.report.shortage import size_of
from fundsim.report.solve.picture import confidence_curve, frontier_curve, trials_curve
from fundsim.report.solve.staffing import print_staffing
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import BudgetLine, assumptions

MONTHS = 6.0  # of the median wait, where none are asked for
CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
FEW = 1000  # futures that tell whether claims are held up by the desk
EXACT = ("contribution", "capital", "margin")
POSTS = "posts"
REPLICATIONS = {True: 10_000, False: 2_000}  # exact from one run, or simulated at each trial


def print_solution(
    request: Request, lever: str, target: float, line: str | None, between: tuple[float, float] | None,
    months: float | None = None,
) -> None:  # fmt: skip
    """Solve for a lever and print the answer, its curve and how sure it is.

    months  of the median wait, with the lever `posts`
    """
    if lever == POSTS:
        for option, given in (("--line", line), ("--between", between)):
            if given is not None:
                raise InputError(Problem(option, f"does not go with --for {POSTS}"))
        print_staffing(request, MONTHS if months is None else months)
        return
    if months is not None:
        raise InputError(Problem("--months", "goes with --for posts", value=f"{months:g}"))
    exact = lever in EXACT
    draws = draws_for(target, request, REPLICATIONS[exact])
    scenario = load(request.name, request.sets)
    if not scenario.world.has_fund:
        raise InputError(Problem(scenario.name, "has no fund: there is nothing to solve for"))
    if between is not None and exact:
        raise InputError(Problem("--between", f"is not needed for {lever}: it is solved exactly"))
    if line is not None and not exact:
        rule = "goes with --for contribution, capital or margin"
        raise InputError(Problem("--line", rule, value=line))
    chosen = budget_line(scenario, line) if exact else ""
    if lever == "margin" and not is_revised(scenario.world, chosen):
        rule = 'is fixed, not revised: it has no margin; write vote = "revised", or solve for contribution'
        raise InputError(Problem(scenario.name, rule, key=f"income.{chosen}"))
    with reserved(request.out, _card(scenario, lever)):
        if exact:
            reply, facts = _exact(scenario, lever, target, chosen, draws)
        else:
            reply, facts = _by_search(scenario, lever_of(scenario, lever, between), target, draws)
        asked = {"for": lever, "solvent": target, "line": line, "between": between}
        deliver(reply, scenario, _card(scenario, lever), asked, draws, request, **facts)


def _card(scenario: Scenario, lever: str) -> list[str]:
    return ["solve", scenario.name, lever]


def _exact(
    scenario: Scenario, lever: str, target: float, line: str, draws: Draws
) -> tuple[Reply, dict[str, Any]]:
    with blocks_with_progress([scenario], draws.replications) as tell:
        found = needs(scenario, line, draws.replications, draws.seed, draws.workers, tell)
    need = need_of(found, lever)
    answer = enough(need, target)
    curve = [_point(found, share) for share in CONFIDENCES]
    frontier = [_frontier_point(found, i, target) for i in range(found.capitals.size)]
    note = wording.stamp_of(scenario, draws.seed, draws.replications)
    [few] = project([scenario], min(draws.replications, FEW), draws.seed, draws.workers)
    held_up = sufficing.desk(Results.of(few, measure(few)), ENGLISH)
    reply = Reply(
        [*exact_sentences(found, lever, target, answer), *held_up],
        {"curve": curve, "frontier": frontier},
        [_curve_table(curve), _frontier_table(frontier, target)],
        lambda: {
            "confidence": confidence_curve(found, target, note),
            "frontier": frontier_curve(found, target, note),
        },
    )
    return reply, {
        "lever": lever, "line": line, "solvent": target, "amount": _or_none(answer.amount),
        "low95": _or_none(answer.low95), "high95": _or_none(answer.high95),
    }  # fmt: skip


def need_of(found: Needs, lever: str) -> Floats:
    """What each future needs of a lever of EXACT."""
    match lever:
        case "contribution":
            return found.contribution
        case "capital":
            return found.capital
        case _:
            assert found.margin is not None
            return found.margin


def exact_sentences(found: Needs, lever: str, target: float, answer: Answer) -> list[str]:
    """The answer in words, or why there is none and what would be needed."""
    world, years = found.scenario.world, found.scenario.world.time.horizon_years
    label = world.income[found.line].label
    of = f"in {100 * target:g} of 100 futures"
    aim = f"to last {years} years"
    if question(world) == "year":
        aim = f"for enough money in each of {years} years"
    head = f"{wording.country_and_rest(found.scenario)}: {aim} {of} the fund needs"
    what = f"a year from the line “{label}”" if lever == "contribution" else "at the opening"
    if lever == "margin":
        return [*_margin(found, head, label, answer), _as_it_is(found), _terms(found, lever)]
    if np.isfinite(answer.amount):
        half = ""
        if np.isfinite(answer.high95) and answer.high95 > answer.low95:
            half = (
                f" (95 % interval of the simulation {wording.euro(answer.low95)} to "
                f"{wording.euro(answer.high95)})"
            )
        told = [f"{head} {wording.euro(answer.amount)} {what}{half}."]
        if answer.amount == 0:
            told = [
                f"{head} nothing {what}: it lasts {wording.percent(answer.solvent.value)} as it is."
            ]
    else:
        told = [
            f"{head.removesuffix(' the fund needs')}, no amount {what} is enough.",
            *sufficing.why(what_suffices(found, target), ENGLISH),
        ]
    return [*told, _as_it_is(found), _terms(found, lever)]


def _margin(found: Needs, head: str, label: str, answer: Answer) -> list[str]:
    """What a revised line must be of the cost that it follows."""
    line = found.scenario.world.income[found.line]
    assert isinstance(line, BudgetLine)
    of = "the yearly cost of the year before"
    if line.base_years > 1:
        of = f"the average yearly cost of the {line.base_years} years before"
    if np.isfinite(answer.amount):
        return [
            f"{head} a margin of {answer.amount:g} on the line “{label}”: {answer.amount:g} times {of}."
        ]
    return [
        f"{head.removesuffix(' the fund needs')}, no margin up to {MOST_MARGIN} on the line “{label}” is enough: it follows "
        f"{of}, and a year may cost something after years that cost nothing.",
    ]


def _as_it_is(found: Needs) -> str:
    world = found.scenario.world
    source = world.income[found.line]
    assert isinstance(source, BudgetLine)
    now = float(np.mean(found.capital <= 0)) if world.fund.opening_capital.value == 0 else None
    held = size_of(source, ENGLISH) if world.ever_in_force(found.line) else "not in force"
    text = (
        f"As the scenario has it, the line is {held}, and the fund opens with "
        f"{wording.euro(world.fund.opening_capital.value)}"
    )
    if now is not None:
        text += f". So it lasts in {wording.percent(now)} of futures"
    return f"{text}."


def _terms(found: Needs, lever: str) -> str:
    source = found.scenario.world.income[found.line]
    assert isinstance(source, BudgetLine)
    smallest = "margin, in hundredths," if lever == "margin" else "whole euro"
    text = (
        f"Exact: in every future the smallest {smallest} that would have sufficed, with everything due paid in "
        "its month."
    )
    if any_lapses(found.scenario.world):
        text += (
            " A line lapses: where returns are negative more money may, rarely, last less long; "
            "run the scenario with the amount to check."
        )
    if lever == "contribution":
        text += f" The line is nominal, {sufficing.GROWS[source.index]}, paid in January"
        if source.cut_rate.value > 0:
            text += ", with its cuts"
        if source.lapses:
            text += ", and what is unspent in December lapses"
        text += f"; amounts are in euro of {found.scenario.world.time.price_year}."
        if not found.scenario.world.ever_in_force(found.line):
            text += " It is not in force in the scenario."
    return text


def _point(found: Needs, share: float) -> dict[str, Any]:
    contribution, capital = enough(found.contribution, share), enough(found.capital, share)
    return {
        "solvent": share,
        "contribution": _or_none(contribution.amount),
        "contribution_low95": _or_none(contribution.low95),
        "contribution_high95": _or_none(contribution.high95),
        "capital": _or_none(capital.amount),
        "capital_low95": _or_none(capital.low95),
        "capital_high95": _or_none(capital.high95),
        **(
            {} if found.margin is None else {"margin": _or_none(enough(found.margin, share).amount)}
        ),
    }


def _frontier_point(found: Needs, i: int, target: float) -> dict[str, Any]:
    answer = enough(found.at_capital[i], target)
    return {
        "solvent": target,
        "capital": float(found.capitals[i]),
        "contribution": _or_none(answer.amount),
        "contribution_low95": _or_none(answer.low95),
        "contribution_high95": _or_none(answer.high95),
    }


def _or_none(x: float) -> float | None:
    return x if np.isfinite(x) else None


def _amount(x: float | None) -> str:
    return "no amount" if x is None else wording.euro(x)


def _interval(low: float | None, high: float | None) -> str:
    return f"{_amount(low)} to {_amount(high)}"


def _curve_table(curve: list[dict[str, Any]]) -> Table:
    table = Table(
        "Lasts in", "Contribution a year", "95 % interval", "or capital at the opening",
        "95 % interval", header_style="bold",
    )  # fmt: skip
    for p in curve:
        table.add_row(
            f"{100 * p['solvent']:.0f} of 100 futures",
            _amount(p["contribution"]),
            _interval(p["contribution_low95"], p["contribution_high95"]),
            _amount(p["capital"]),
            _interval(p["capital_low95"], p["capital_high95"]),
        )
    table.caption = (
        "Contribution: with the scenario's capital. Capital: with the line as the scenario has it."
    )
    return table


def _frontier_table(frontier: list[dict[str, Any]], target: float) -> Table:
    heading = f"Capital against contribution, to last in {100 * target:g} of 100 futures"
    table = Table(
        "Capital at the opening", "Contribution a year", "95 % interval", header_style="bold",
        title=Text(heading, style="bold"), title_justify="left",
    )  # fmt: skip
    for p in frontier:
        table.add_row(
            wording.euro(p["capital"]),
            _amount(p["contribution"]),
            _interval(p["contribution_low95"], p["contribution_high95"]),
        )
    return table


def _by_search(
    scenario: Scenario, lever: Lever, target: float, draws: Draws
) -> tuple[Reply, dict[str, Any]]:
    def tell(value: float, share: float) -> None:
        of = "years have enough" if question(scenario.world) == "year" else "futures last"
        sys.stderr.write(f"{lever.key} {value:g}: {wording.percent(share)} of {of}\n")

    n = draws.replications
    found = solve(scenario, lever, target, n, draws.seed, draws.workers, tell)
    note = wording.stamp_of(scenario, draws.seed, draws.replications)
    trials = [{"value": value, "solvent": share} for value, share in found.trials]
    reply = Reply(
        search_sentences(scenario, found, n), {"trials": trials}, [],
        lambda: {"lever": trials_curve(scenario, found, note)},
    )  # fmt: skip
    return reply, {
        "lever": lever.key, "unit": lever.unit, "solvent": target, "amount": found.amount,
        "mc_error": found.mc_error, "reached": found.solvent.value,
        "sets": [] if found.amount is None else sets_of(scenario, lever, found.amount),
    }  # fmt: skip


def search_sentences(scenario: Scenario, found: Solution, n: int) -> list[str]:
    """The answer of a search in words, or why there is none."""
    lever, years = found.lever, scenario.world.time.horizon_years
    ranged = {key for key, a, _ in assumptions(scenario.world) if a.uncertain}
    by_year = question(scenario.world) == "year"
    aim = f"to last {years} years in {100 * found.target:g} of 100 futures"
    if by_year:
        aim = f"for a budget that is enough in {100 * found.target:g} of 100 years"
    head = f"{wording.country_and_rest(scenario)}: {aim}"
    reached = f"lasts {wording.in_futures(found.solvent.value, found.solvent.mc_error or 0.0, n)}"
    if by_year:
        reached = f"has a budget that is enough in {wording.percent(found.solvent.value)} of years"
    now = "" if lever.now is None else f" (now {lever.now:g})"
    between = f"between {lever.least:g} and {lever.most:g} {lever.unit}"
    if found.amount is None:
        return [
            f"{head}, no value of {lever.key}{now} {between} is enough: at best the fund {reached}.",
            "Something else must change too: --for contribution tells what it takes, or what stands in the way.",
        ]
    bound = "at least" if found.rising else "at most"
    error = "" if found.mc_error is None else f", Monte Carlo error {found.mc_error:.2g}"
    if found.amount == (lever.least if found.rising else lever.most):
        return [f"{head}, every value of {lever.key}{now} {between} is enough."]
    name = "the tariff may be" if lever.key == TARIFF else f"{lever.key} may be"
    if found.rising:
        name = name.replace("may be", "must be")
    return [
        f"{head}, {name} {bound} {found.amount:.4g} {lever.unit}{now}{error}.",
        f"Found by simulating {len(found.trials)} values on the same {n:,} futures; with it the fund {reached}."
        + (" Its range moves with it." if lever.key in ranged else "")
        + (" --json lists the --set of each sum." if lever.key == TARIFF else ""),
    ]
