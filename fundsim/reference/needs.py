"""What would have sufficed in one future (method §18): the smallest contribution, the smallest capital."""

from __future__ import annotations

import math
from collections.abc import Callable

from fundsim.reference.beliefs import Beliefs
from fundsim.reference.cash import a_month, lapses
from fundsim.reference.chance import cents
from fundsim.reference.economy import Flow, in_january
from fundsim.reference.future import Future, live
from fundsim.scenario.schema import Fund, World

MOST = 10**9  # euro


def needs(world: World, seed: int, replication: int, line: str) -> tuple[float, float]:
    """The smallest yearly amount of a budget line, and the smallest opening capital; infinite if none suffices.

    line  name of a budget line; a line that is not in force is taken as in force for the contribution
    """
    given = world.ever_in_force(line)
    future = live(paid_in_time(world), seed, replication)
    life = future.life
    capital = life.beliefs.at("fund.opening_capital", world.time.start_year)
    planned = future.books.income[line] if given else [0] * life.months

    def fixed(euros: float) -> Flow:
        """What the line brings with that amount."""
        votes, opening = future.books.votes, world.time.start_year
        years = range(opening, opening + life.months // 12)
        return in_january([votes.tried(line, year, euros) for year in years])

    if not within_limit(future, world):
        return math.inf, math.inf
    return (
        smallest(lambda euros: lasts(future, line, fixed(euros), capital)),
        smallest(lambda euros: lasts(future, line, planned, euros)),
    )


def paid_in_time(world: World) -> World:
    """The world with a state that adds whatever is missing, and no limit, in every phase."""
    rule = {"when_short": "supplement", "yearly_limit": None}

    def without_want(fund: Fund) -> Fund:
        return fund.model_copy(update={"payment": fund.payment.model_copy(update=rule)})

    phases = tuple(one.model_copy(update={"fund": without_want(one.fund)}) for one in world.phase)
    return world.model_copy(update={"fund": without_want(world.fund), "phase": phases})


def within_limit(future: Future, limited: World) -> bool:
    """Whether the payments due in each year fit into the yearly limit."""
    life, time = future.life, limited.time
    beliefs = Beliefs(limited, life.dice.seed, life.dice.number)
    for y in range(time.horizon_years):
        year = time.start_year + y
        if limited.in_year(year).fund.payment.yearly_limit is None:
            continue
        limit = beliefs.at("fund.payment.yearly_limit", year) * life.economy.index("wages", year)
        if sum(future.books.flows["due"][12 * y : 12 * y + 12]) > cents(limit):
            return False
    return True


def lasts(future: Future, line: str, brings: Flow, capital: float) -> bool:
    """Whether a fund that pays everything in its month never falls short with that line and capital."""
    books, life = future.books, future.life
    cash, left = cents(capital), 0
    for t in range(12 * life.world.time.horizon_years):
        received = {name: flow[t] for name, flow in books.income.items()} | {line: brings[t]}
        out = books.flows["due"][t] + sum(flow[t] for flow in books.costs_due.values())
        rate = a_month(life.economy.returns[life.beliefs.year_of(t)])
        back = round(cash * rate) if life.fund(t).reserve_return else 0
        cash += back + sum(received.values()) + books.flows["recoveries"][t] - out
        if cash < 0:
            return False
        left = 0 if t % 12 == 0 else left
        left = max(left + sum(x for name, x in received.items() if lapses(books, name, t)) - out, 0)
        if t % 12 == 11:
            cash -= min(cash, left)
            cash -= round(cash * life.beliefs.at("fund.reserve_taken", life.beliefs.year_of(t)))
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
