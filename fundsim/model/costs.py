"""What running the fund costs, month by month, before anything is paid (method §11)."""

from __future__ import annotations

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from fundsim.model.macro import Macro
from fundsim.model.money import Cents, to_cents
from fundsim.model.parameters import Parameters, strength
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import Bearer, Change, World

Ints = NDArray[np.int64]

# the order in which costs of one month are paid; subrogation comes last (`fund.settle` counts on it)
COST_KINDS = (
    "office", "caseworkers", "decisions", "legal_aid", "assistance", "reforms", "subrogation",
)  # fmt: skip


def costs_due(
    world: World,
    parameters: Parameters,
    macro: Macro,
    decided: Ints,
    aided: Ints,
    identified: Ints,
) -> dict[str, Cents]:
    """Costs due by kind, except subrogation, which depends on payments.  [replication, month]

    decided     claims decided in each month;  identified  victims identified in each month
    aided       victims identified in each month whose legal aid the fund pays
    """
    fund, time = world.fund, world.time
    opening = int(time.start_year - parameters.years[0])
    shape = (macro.prices.shape[0], parameters.years.size - opening)

    def yearly(key: str) -> Floats:
        table = parameters[key]
        table = table[:, opening:] if table.shape[1] > 1 else table
        return np.broadcast_to(table, shape) * macro.index(fund.costs.index)[:, opening:]

    def monthly(table: Floats) -> Floats:
        return np.repeat(table, 12, axis=1)

    due: dict[str, Floats] = {}
    if not world.has_fund:
        return {}
    due["office"] = monthly(yearly("fund.costs.office_a_year") / 12)
    salaries = yearly("fund.costs.caseworker_a_year") / 12 * fund.decision.caseworkers
    due["caseworkers"] = monthly(salaries)
    due["decisions"] = decided * monthly(yearly("fund.costs.per_decision"))
    due["legal_aid"] = aided * monthly(yearly("fund.costs.legal_aid_per_case"))
    assisted = _last_months(identified, fund.assistance.months)
    rate = parameters["fund.assistance.rate"]
    share = np.broadcast_to(rate[:, opening:] if rate.shape[1] > 1 else rate, shape)
    due["assistance"] = assisted * monthly(share * yearly("fund.assistance.monthly_cost"))
    due["reforms"] = reform_costs(world, parameters, macro, "fund")
    return {kind: to_cents(flow, f"fund.costs ({kind})") for kind, flow in due.items()}


def reform_costs(world: World, parameters: Parameters, macro: Macro, by: Bearer) -> Floats:
    """What reforms and stresses cost the fund or the state, in euro.  [replication, month]

    Without a fund the state bears all.
    """
    opening = int(world.time.start_year - parameters.years[0])
    years = parameters.years[opening:]
    index = macro.index(world.fund.costs.index)[:, opening:]
    total = np.zeros((index.shape[0], years.size * 12))

    def table(key: str) -> Floats:
        euros = parameters[key]
        return (euros[:, opening:] if euros.shape[1] > 1 else euros) * index

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
