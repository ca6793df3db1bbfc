"""What running the fund costs, month by month, before anything is paid (method §11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from fundsim.model.eras import by_era
from fundsim.model.macro import Macro
from fundsim.model.money import Cents, to_cents
from fundsim.model.parameters import Parameters, strength
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import Bearer, Change, World

Ints = NDArray[np.int64]

# the order in which costs of one month are paid; subrogation comes last (`fund.settle` counts on it)
COST_KINDS = (
    "office", "caseworkers", "decisions", "legal_aid", "help", "assistance", "reforms", "subrogation",
)  # fmt: skip


@dataclass(frozen=True)
class Costs:
    """Costs due by kind, but pursuing offenders, which depends on payments.  [replication, month]

    fund   cents;  state  what the state pays beside the fund, in euro; kinds of which it pays nothing are left out
    """

    fund: dict[str, Cents]
    state: dict[str, Floats]

    @property
    def state_total(self) -> Floats:
        """All that the state pays beside the fund, in euro."""
        return np.asarray(sum(self.state.values()))


def costs_due(
    world: World,
    parameters: Parameters,
    macro: Macro,
    decided: Ints,
    aided: Ints,
    helped: Ints,
    identified: Ints,
) -> Costs:
    """What falls due in each month.

    decided     claims decided in each month;  identified  victims registered in each month
    aided       victims with free legal aid identified in each month;  helped  who are helped to apply from then on
    """
    reforms = {"reforms": reform_costs(world, parameters, macro, "state")}
    if not world.has_fund:
        return Costs({}, reforms)
    opening = int(world.time.start_year - parameters.years[0])
    years = parameters.years[opening:]
    months = np.repeat(years, 12)
    shape = (macro.prices.shape[0], years.size)
    index = by_era(world, years, lambda era: macro.index(era.fund.costs.index)[:, opening:])

    def yearly(key: str) -> Floats:
        return np.broadcast_to(parameters.since(key, opening), shape)

    def monthly(table: Floats) -> Floats:
        return np.repeat(table, 12, axis=1)

    def price(key: str) -> Floats:
        return np.asarray(yearly(key) * index)

    salaries = price("fund.costs.caseworker_a_year") / 12 * yearly("fund.decision.posts")
    office = by_era(world, years, lambda era: _office(era, price, parameters))
    desk = {
        "office": monthly(office / 12),
        "caseworkers": monthly(salaries),
        "decisions": decided * monthly(price("fund.costs.per_decision")),
        "help": helped * monthly(price("fund.costs.per_assisted")),
    }
    by_fund = by_era(world, months, lambda era: _by_fund(era.fund.costs.borne_by))
    due, state = desk, {}
    if not by_fund.all():
        due = {kind: np.where(by_fund, flow, 0.0) for kind, flow in desk.items()}
        state = {kind: np.where(by_fund, 0.0, flow) for kind, flow in desk.items()}
    aid = by_era(world, months, lambda era: era.fund.costs.legal_aid_by_fund)
    due["legal_aid"] = aid * aided * monthly(price("fund.costs.legal_aid_per_case"))
    assisted = by_era(
        world, months, lambda era: _last_months(identified, era.fund.assistance.months)
    )
    rate = yearly("fund.assistance.rate") * price("fund.assistance.monthly_cost")
    due["assistance"] = assisted * monthly(rate)
    due["reforms"] = reform_costs(world, parameters, macro, "fund")
    cents = {kind: to_cents(flow, f"fund.costs ({kind})") for kind, flow in due.items()}
    return Costs(cents, state | reforms)


def _office(world: World, price: Callable[[str], Floats], parameters: Parameters) -> Floats:
    """What the office costs in a year, euro of that year.  [replication, year]"""
    if world.fund.costs.office_in_wages is None:
        return price("fund.costs.office_a_year")
    return np.asarray(price("fund.costs.office_in_wages") * parameters["country.net_wage"][:, :1])


def _by_fund(bearer: Bearer) -> bool:
    match bearer:
        case "fund":
            return True
        case "state":
            return False
        case _:
            assert_never(bearer)


def reform_costs(world: World, parameters: Parameters, macro: Macro, by: Bearer) -> Floats:
    """What reforms and stresses cost the fund or the state, in euro.  [replication, month]

    Without a fund the state bears all.
    """
    opening = int(world.time.start_year - parameters.years[0])
    years = parameters.years[opening:]
    index = by_era(world, years, lambda era: macro.index(era.fund.costs.index)[:, opening:])
    total = np.zeros((index.shape[0], years.size * 12))

    def table(key: str) -> Floats:
        return np.asarray(parameters.since(key, opening) * index)

    for name, change in sorted(world.changes.items()):
        if _borne_by(world, change) != by:
            continue
        if change.cost_a_year is not None:
            runs = _running(change, years)
            total += np.repeat(table(f"{name}.cost_a_year") * runs / 12, 12, axis=1)
        if change.cost_once is not None:
            total[:, ::12] += table(f"{name}.cost_once") * (years == change.from_year)
    return total


def _borne_by(world: World, change: Change) -> Bearer:
    match change.cost_by:
        case "fund":
            return "fund" if world.has_fund else "state"
        case "state":
            return "state"
        case _:
            assert_never(change.cost_by)


def _running(change: Change, years: Ints) -> Floats:
    return (strength(change, years) > 0).astype(np.float64)


def _last_months(flow: Ints, months: int) -> Ints:
    """Sum of the last `months` months, this one included."""
    total = np.cumsum(flow, axis=1)
    total[:, months:] = total[:, months:] - total[:, :-months].copy()
    return total
