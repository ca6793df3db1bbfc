"""The designs of a finished batch, judged: the best of each country, and the front of cost against victims."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.choose import Bound, Choice, Judged, choose, front, judged
from fundsim.batch.axis import Value
from fundsim.batch.dataset import NOISE, PIECE, SCENARIOS
from fundsim.batch.parquet import read_lists, read_numbers
from fundsim.batch.plan import Figure, Goal, Plan, joined, member, resolve
from fundsim.model.parameters import TWINS
from fundsim.scenario.assumption import Floats, Ints

DISCORDANT = 2  # futures added to a difference between two probabilities (Bonett, Price 2012)


@dataclass(frozen=True)
class Design:
    """What a ministry chooses: a policy, reforms, and the values of the levers.

    number    within its country;  name  serbia+tariff+legal_aid
    levers    key -> value in the first circumstances
    """

    number: int
    name: str
    levers: Mapping[str, Value]


@dataclass(frozen=True)
class Best:
    """The choice of a country: the figure that is least or most, and the bounds in the plan's order.

    worst  the same figure in the worst circumstances, by whatever it is judged
    """

    figure: Judged
    worst: Judged
    bounds: tuple[Bound, ...]
    choice: Choice


@dataclass(frozen=True)
class Country:
    """The designs of one country, judged.

    name     of the country, as in scenarios
    cost, victims  the figures of the front  [design];  front  numbers of the designs on it, by rising cost
    best     None where no best is asked for
    """

    name: str
    cost: Judged
    victims: Judged
    front: Ints
    best: Best | None


def judge(plan: Plan, out: Path) -> list[Country]:
    """Every country's designs in the folder of a finished batch: on the front, and the best."""
    return [_judged(plan, out, place) for place in range(len(plan.countries))]


def _judged(plan: Plan, out: Path, place: int) -> Country:
    rows = plan.of_country(place)
    first = rows.start // PIECE
    parts = [f"part-{n:05d}.parquet" for n in range(first, (rows.stop - 1) // PIECE + 1)]
    own = slice(rows.start - first * PIECE, rows.stop - first * PIECE)
    names = list(dict.fromkeys(map(str, plan.figures)))
    tables = read_numbers([out / SCENARIOS / name for name in parts], names)
    shape = (plan.designs, plan.circumstances)

    def of(figure: Figure, over: str, higher_is_worse: bool) -> Judged:
        noise = read_lists([out / NOISE / name for name in parts], str(figure))[own]
        values = tables[str(figure)][own].reshape(shape)
        found = judged(values, noise.reshape(*shape, -1), over, higher_is_worse)
        if not figure.of_probability:
            return found
        n = plan.replications  # nothing seen in some hundred futures is not nothing
        error = np.maximum(found.error, _least_error(found.value, n))
        return replace(found, error=error, grain=math.sqrt(DISCORDANT) / n)

    cost = of(plan.front.cost, plan.front.over, higher_is_worse=True)
    victims = of(plan.front.victims, plan.front.over, higher_is_worse=False)
    on = front(cost.value, victims.value)
    best = _best(plan.goal, of) if plan.goal else None
    return Country(plan.countries[place], cost, victims, on, best)


def _least_error(p: Floats, n: int) -> Floats:
    """The error of a probability by the longer side of its Wilson interval, which is not 0 where p is 0 or 1.

    n  replications, of which two share their assumptions
    """
    z, m = precision.Z95, n / TWINS
    centre = (p + z * z / (2 * m)) / (1 + z * z / m)
    half = z * np.sqrt(p * (1 - p) / m + z * z / (4 * m * m)) / (1 + z * z / m)
    return np.asarray((np.abs(centre - p) + half) / z)


def _best(goal: Goal, of: Callable[[Figure, str, bool], Judged]) -> Best:
    figure, worst = (of(goal.figure, over, goal.least) for over in (goal.over, "worst"))
    bounds = []
    for limit in goal.limits:
        least, most = limit.at_least, limit.at_most
        own = of(limit.figure, limit.over, least is None)
        bounds.append(Bound(own, (most or 0.0) if least is None else least, least is not None))
    return Best(figure, worst, tuple(bounds), choose(figure, goal.least, bounds))


def design_of(plan: Plan, country: str, number: int) -> Design:
    """What a design is."""
    start = plan.of_country(plan.countries.index(country)).start
    one = member(plan, start + number * plan.circumstances)
    values = resolve(plan, one)[1]
    levers = {axis.key: value for axis, value in zip(plan.levers, values, strict=False)}
    parts = (country, one.policy, one.reforms)
    return Design(number, joined(parts), levers)


def on_fronts(plan: Plan, countries: Sequence[Country]) -> list[tuple[Country, Design]]:
    """Every design of every front, by country and rising cost."""
    return [(c, design_of(plan, c.name, int(n))) for c in countries for n in c.front]
