"""What running the fund costs, month by month, before anything is paid (method §11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from fundsim.reference.chance import cents
from fundsim.reference.victim import Life
from fundsim.scenario.schema import Bearer, Change

# the order in which the bills of a month are paid
KINDS = ("office", "caseworkers", "decisions", "legal_aid", "assistance", "reforms", "subrogation")


def bills_of(life: Life, counted: dict[str, list[int]], t: int) -> dict[str, int]:
    """What running the fund costs in a month, cents by kind; pursuing offenders is added when it is begun.

    counted  victims identified and aided, claims decided, by month
    """
    world, year = life.world, life.beliefs.year_of(t)
    if not world.has_fund:
        return {}
    fund, index = world.fund, life.economy.index(world.fund.costs.index, year)

    def price(key: str) -> float:
        return life.beliefs.at(key, year) * index

    assisted = sum(counted["identified"][max(t - fund.assistance.months + 1, 0) : t + 1])
    aided = counted["aided"][t] if fund.costs.legal_aid_by_fund else 0
    euros = {
        "office": price("fund.costs.office_a_year") / 12,
        "caseworkers": price("fund.costs.caseworker_a_year") / 12 * fund.decision.caseworkers,
        "decisions": counted["decided"][t] * price("fund.costs.per_decision"),
        "legal_aid": aided * price("fund.costs.legal_aid_per_case"),
        "assistance": assisted
        * life.beliefs.at("fund.assistance.rate", year)
        * price("fund.assistance.monthly_cost"),
        "reforms": sum(reform_costs(life, t, "fund")),
        "subrogation": 0.0,
    }
    return {kind: cents(euros[kind]) for kind in KINDS}


def reform_costs(life: Life, t: int, bearer: Bearer) -> Iterator[float]:
    """What each reform and stress costs its bearer in a month, in euro.  Without a fund the state bears all."""
    year, world = life.beliefs.year_of(t), life.world
    index = life.economy.index(world.fund.costs.index, year)
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
