"""What running the fund costs, month by month, before anything is paid (method §11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from fundsim.reference.chance import cents
from fundsim.reference.victim import Life
from fundsim.scenario.schema import Bearer, Change

DESK = ("office", "caseworkers", "decisions", "help")  # what the fund or the state pays
# the order in which the bills of a month are paid
KINDS = (
    "office",
    "caseworkers",
    "decisions",
    "legal_aid",
    "help",
    "assistance",
    "reforms",
    "subrogation",
)


def bills_of(
    life: Life, counted: dict[str, list[int]], t: int
) -> tuple[dict[str, int], dict[str, float]]:
    """What a month costs the fund, cents by kind, and the state, euro by kind.

    Pursuing offenders is added when it is begun.  counted  victims registered, aided and helped to apply, claims decided, by month
    """
    year, at = life.beliefs.year_of(t), life.beliefs.at
    state = dict.fromkeys(DESK, 0.0) | {"reforms": sum(reform_costs(life, t, "state"))}
    if not life.world.has_fund:
        return {}, {"reforms": state["reforms"]}
    fund = life.fund(t)
    index = life.economy.index(fund.costs.index, year)

    def price(key: str) -> float:
        return at(key, year) * index

    assisted = sum(counted["identified"][max(t - fund.assistance.months + 1, 0) : t + 1])
    aided = counted["aided"][t] if fund.costs.legal_aid_by_fund else 0
    office = price("fund.costs.office_a_year")
    if fund.costs.office_in_wages is not None:
        office = price("fund.costs.office_in_wages") * at("country.net_wage", year)
    desk = {
        "office": office / 12,
        "caseworkers": price("fund.costs.caseworker_a_year") / 12 * at("fund.decision.posts", year),
        "decisions": counted["decided"][t] * price("fund.costs.per_decision"),
        "help": counted["helped"][t] * price("fund.costs.per_assisted"),
    }
    euros = {
        "legal_aid": aided * price("fund.costs.legal_aid_per_case"),
        "assistance": assisted
        * (at("fund.assistance.rate", year) * price("fund.assistance.monthly_cost")),
        "reforms": sum(reform_costs(life, t, "fund")),
        "subrogation": 0.0,
    }
    match fund.costs.borne_by:
        case "fund":
            euros |= desk
        case "state":
            euros |= dict.fromkeys(DESK, 0.0)
            state |= desk
        case _:
            assert_never(fund.costs.borne_by)
    return {kind: cents(euros[kind]) for kind in KINDS}, state


def reform_costs(life: Life, t: int, bearer: Bearer) -> Iterator[float]:
    """What each reform and stress costs its bearer in a month, in euro.  Without a fund the state bears all."""
    year, world = life.beliefs.year_of(t), life.world
    index = life.economy.index(life.fund(t).costs.index, year)
    for name, change in sorted(world.changes.items()):
        if borne_by(life, change) != bearer:
            continue
        if change.cost_a_year is not None and runs(change, year):
            yield life.beliefs.at(f"{name}.cost_a_year", year) * index / 12
        if change.cost_once is not None and t % 12 == 0 and year == change.from_year:
            yield life.beliefs.at(f"{name}.cost_once", year) * index


def borne_by(life: Life, change: Change) -> Bearer:
    """Who pays for a reform or stress."""
    match change.cost_by:
        case "fund":
            return "fund" if life.world.has_fund else "state"
        case "state":
            return "state"
        case _:
            assert_never(change.cost_by)


def runs(change: Change, year: int) -> bool:
    """Whether a reform or stress is in effect."""
    return change.from_year <= year and (change.until_year is None or year <= change.until_year)
