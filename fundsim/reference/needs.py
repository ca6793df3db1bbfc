"""What would have sufficed in one future (method §18): the smallest contribution, the smallest capital."""

from __future__ import annotations

import math
from collections.abc import Callable

from fundsim.reference.beliefs import Beliefs
from fundsim.reference.cash import a_month, lapses
from fundsim.reference.chance import cents
from fundsim.reference.economy import Flow, Income
from fundsim.reference.future import Future, live
from fundsim.scenario.schema import World

MOST = 10**9  # euro


def needs(world: World, seed: int, replication: int, line: str) -> tuple[float, float]:
    """The smallest yearly amount of a budget line, and the smallest opening capital; infinite if none suffices.

    line  name of a budget line; a line that is not in force is taken as in force for the contribution
    """
    given = world.income[line].in_force
    future = live(paid_in_time(world, line), seed, replication)
    life = future.life
    income = Income(life.beliefs, life.economy, life.dice)
    capital = life.beliefs.at("fund.opening_capital", world.time.start_year)
    amount = life.beliefs.today(f"income.{line}.amount") if given else 0.0
    planned = income.budget_line(line, amount)
    if not within_limit(future, world):
        return math.inf, math.inf
    return (
        smallest(lambda euros: lasts(future, line, income.budget_line(line, euros), capital)),
        smallest(lambda euros: lasts(future, line, planned, euros)),
    )


def paid_in_time(world: World, line: str) -> World:
    """The world with the line in force, and a treasury that lends whatever is missing."""
    rule = {"when_short": "treasury_advance", "yearly_limit": None}
    payment = world.fund.payment.model_copy(update=rule)
    fund = world.fund.model_copy(update={"payment": payment})
    source = world.income[line].model_copy(update={"in_force": True})
    return world.model_copy(update={"fund": fund, "income": {**world.income, line: source}})


def within_limit(future: Future, limited: World) -> bool:
    """Whether the payments due in each year fit into the yearly limit."""
    if limited.fund.payment.yearly_limit is None:
        return True
    life, time = future.life, limited.time
    beliefs = Beliefs(limited, life.dice.seed, life.dice.number)
    for y in range(time.horizon_years):
        year = time.start_year + y
        limit = beliefs.at("fund.payment.yearly_limit", year) * life.economy.index("wages", year)
        if sum(future.books.flows["due"][12 * y : 12 * y + 12]) > cents(limit):
            return False
    return True


def lasts(future: Future, line: str, brings: Flow, capital: float) -> bool:
    """Whether a fund that pays everything in its month never falls short with that line and capital."""
    books, life = future.books, future.life
    cash, left = cents(capital), 0
    for t in range(12 * life.world.time.horizon_years):
        received = {**{name: flow[t] for name, flow in books.income.items()}, line: brings[t]}
        out = books.flows["due"][t] + sum(flow[t] for flow in books.costs_due.values())
        rate = a_month(life.economy.returns[life.beliefs.year_of(t)])
        back = round(cash * rate) if life.world.fund.reserve_return else 0
        cash += back + sum(received.values()) + books.flows["recoveries"][t] - out
        if cash < 0:
            return False
        left = 0 if t % 12 == 0 else left
        left = max(left + sum(x for name, x in received.items() if lapses(books, name)) - out, 0)
        if t % 12 == 11:
            cash -= min(cash, left)
    return True


def smallest(suffices: Callable[[float], bool]) -> float:
    """The smallest whole euro that suffices, by halving; infinite if MOST does not."""
    if not suffices(MOST):
        return math.inf
    low, high = -1, MOST
    while high - low > 1:
        middle = (low + high) // 2
        if suffices(middle):
            high = middle
        else:
            low = middle
    return float(high)
