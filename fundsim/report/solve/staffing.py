"""`fundsim solve --for posts`: how much work comes to the desk, and the posts that keep the median wait short."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from fundsim.analysis.desk import Staffing, staffing
from fundsim.report.checks import draws_of
from fundsim.report.deliver import Reply, deliver
from fundsim.report.figures import BLUE, Picture, sheet
from fundsim.report.folder import reserved
from fundsim.report.request import Request
from fundsim.report.wording import country_and_rest, percent, stamp_of
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError, Problem

REPLICATIONS = 2_000


def print_staffing(request: Request, months: float) -> None:
    """Print the posts that a scenario's desk needs.  months  that half of the claims shall wait at most"""
    if not 0 < months <= 600:
        raise InputError(
            Problem("--months", "must be above 0 and at most 600", value=f"{months:g}")
        )
    scenario = load(request.name, request.sets)
    decision = scenario.world.fund.decision
    if not scenario.world.has_fund:
        raise InputError(Problem(scenario.name, "has no fund: there is nothing to solve for"))
    if any(era.fund.decision.body == "committee" for _, era in scenario.world.eras):
        rule = "a committee decides: its sessions and files matter, not the posts"
        raise InputError(
            Problem(scenario.name, rule, key="fund.decision.body", value=decision.body)
        )
    draws = draws_of(request, REPLICATIONS)
    card = ["solve", scenario.name, "posts"]
    with reserved(request.out, card):
        found = staffing(scenario, months, draws.replications, draws.seed)
        note = stamp_of(scenario, draws.seed, draws.replications)
        rows: list[dict[str, Any]] = [
            {"year": year, "posts": float(mean), "posts_p95": float(high)}
            for year, mean, high in zip(found.years, found.work, found.work95, strict=True)
        ]
        reply = Reply(
            sentences(found),
            {"work": rows},
            [_table(found)],
            lambda: {"work": _picture(found, note)},
        )
        needed = None if found.needed is None else found.needed.posts
        asked = {"for": "posts", "months": months}
        deliver(reply, scenario, card, asked, draws, request, posts=needed, months=months)


def sentences(found: Staffing) -> list[str]:
    """The posts, what they bring, and what no desk can shorten."""
    name, needed = country_and_rest(found.scenario), found.needed
    busiest = int(found.work.argmax())
    if needed is None:
        told = (
            f"{name}: no number of posts brings half of all claims to a decision within {months(found.months)} of filing. "
            f"Police reports and expert opinions alone take {months(found.ready)} for half of them."
        )
    else:
        told = (
            f"{name}: with {posts(needed.posts)} half of all claims are decided within {months(needed.median)} of filing "
            f"(asked: {found.months:g}). {percent(needed.slow)} wait longer than a year."
        )
    more = [] if needed is None else [_alone(found.ready)]
    return [
        told,
        _now(found),
        *more,
        f"In {found.years[busiest]}, the busiest year, the claims that are filed are work for {posts(found.work[busiest])} "
        f"on average, and in 1 of 20 simulations for more than {posts(found.work95[busiest])}.",
    ]


def posts(number: float) -> str:
    """A number of full-time posts, as it is said."""
    told = f"{round(number, 2):g}"
    return f"{told} full-time post" if told == "1" else f"{told} full-time posts"


def months(number: float) -> str:
    """A number of months, as it is said."""
    told = f"{number:.2g}" if number < 10 else f"{number:.0f}"
    return f"{told} month" if told == "1" else f"{told} months"


def _alone(ready: float) -> str:
    return f"Police reports and expert opinions alone take {months(ready)} for half of the claims, whatever the desk."


def _now(found: Staffing) -> str:
    """How long claims wait with the posts of the scenario, which may be others in later phases."""
    now = found.now
    own = {era.fund.decision.posts.value for _, era in found.scenario.world.eras}
    desk = posts(now.posts) if len(own) == 1 else "the posts of each phase"
    return (
        f"As the scenario has it, with {desk}, half are decided within {months(now.median)}, and {percent(now.slow)} wait "
        "longer than a year."
    )


def _table(found: Staffing) -> Table:
    table = Table(
        "Year", "Work, full-time posts", "in 1 of 20 simulations more than",
        title=Text("Work that comes to the desk", style="bold"), title_justify="left", header_style="bold",
    )  # fmt: skip
    for year, mean, high in zip(found.years, found.work, found.work95, strict=True):
        table.add_row(str(year), f"{mean:.2f}", f"{high:.2f}")
    return table


def _picture(found: Staffing, note: str) -> Picture:
    heading = f"{country_and_rest(found.scenario)}: the claims that are filed are work for {posts(max(found.work))} in the busiest year"
    figure = sheet(found.scenario, heading, note, 4.2)
    axes = figure.subplots()
    axes.bar(found.years, found.work, color=BLUE, label="on average")
    axes.plot(
        found.years, found.work95, "o", color="#12305c", label="in 1 of 20 simulations more than"
    )
    axes.axhline(
        found.now.posts, color="#888888", linestyle=":", label="posts as the scenario has them"
    )
    axes.set_ylabel("Full-time posts")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure
