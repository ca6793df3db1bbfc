"""At which value of a lever does the fund last? Root finding on common random numbers.

Contribution and opening capital are solved exactly, future by future (`needs`).  Any other number changes
what victims are due, so the scenario is simulated again at each value tried, always on the same draws:
the share of futures that last is then a step function of the lever, which is halved in on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.outcomes import money
from fundsim.analysis.precision import Estimate
from fundsim.analysis.question import question
from fundsim.analysis.shown import Shown
from fundsim.analysis.workers import shared_out
from fundsim.model.caseload import Ints
from fundsim.model.run import block_size, futures
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.numbers import Written, literal, misread
from fundsim.scenario.override import CERTAIN
from fundsim.scenario.schema import FORMS, World, assumptions
from fundsim.scenario.thousands import is_counted_in

TARIFF = "tariff"
TARIFF_KEYS = tuple(
    f"fund.amount.tariff.{age}.{form}" for age in ("adult", "child") for form in FORMS
)
WIDE = 16.0  # a lever is looked for between a 16th and 16 times its value
CLOSE = 1e-3  # relative width of the bracket at which the search ends
ROUGH = 1e-2  # the same for the ends of its interval
MOST_TRIALS = 40


@dataclass(frozen=True)
class Lever:
    """A number of a scenario that can be turned.

    key       dotted key, or `tariff`: all sums of the tariff, times a factor
    unit      its unit;  now  its value in the scenario, None if it has none
    least, most  bounds of the search
    """

    key: str
    unit: str
    now: float | None
    least: float
    most: float


@dataclass(frozen=True, repr=False)
class Solution(Shown):
    """The value of a lever at which the target share of futures lasts, or of years has a budget that is enough.

    amount    the value nearest to the edge with at least the target; None if there is none
    mc_error  Monte Carlo error of it (one standard error); None where its interval leaves the bounds
    solvent   share of futures that last with it, or of years (at the best value tried, if there is no amount)
    rising    more of the lever makes more futures last
    trials    every value tried, and the share that lasts
    """

    lever: Lever
    target: float
    amount: float | None
    mc_error: float | None
    solvent: Estimate
    rising: bool
    trials: tuple[tuple[float, float], ...]


def lever_of(scenario: Scenario, name: str, between: tuple[float, float] | None = None) -> Lever:
    """The lever of that name; raises `InputError` naming the nearest.

    between  bounds of the search, in place of a 16th and 16 times the present value
    """
    found = levers(scenario.world)
    if name not in found:
        if is_unset(scenario.world, name):
            rule = "is not set in the scenario; give it a value to start from with --set"
            raise InputError(Problem(scenario.name, rule, key=name))
        near = nearest(name, ["contribution", "capital", *found])
        raise InputError(Problem(scenario.name, "no number to solve for", key=name, nearest=near))
    lever = found[name]
    if between is not None:
        low, high = between
        counted = [q for key, _, q in assumptions(scenario.world) if key == name]
        for end in between if counted and is_counted_in(scenario.world, counted[0]) else ():
            if isinstance(end, Written) and (rule := misread(end.text, counts=True)):
                raise InputError(Problem("--between", rule, key=name, value=end.text))
        if not lever.least <= low < high <= lever.most:
            rule = f"must rise, within {lever.least:g} and {lever.most:g}"
            raise InputError(Problem("--between", rule, key=name, value=f"{low:g} {high:g}"))
        return Lever(name, lever.unit, lever.now, low, high)
    if not lever.now:
        rule = "has no value above 0 to start from; give --between LOW HIGH"
        raise InputError(Problem(scenario.name, rule, key=name))
    low, high = lever.now / WIDE, lever.now * WIDE
    return Lever(name, lever.unit, lever.now, max(low, lever.least), min(high, lever.most))


def is_unset(world: World, key: str) -> bool:
    """Whether the key exists and holds nothing."""
    part: object = world
    for name in key.split("."):
        part = part.get(name, part) if isinstance(part, dict) else getattr(part, name, world)
    return part is None


def levers(world: World) -> dict[str, Lever]:
    """Every number of a scenario that can be solved for, with its bounds."""
    found = {key: Lever(key, q.unit, a.value, q.least, q.most) for key, a, q in assumptions(world)}
    if world.fund.amount.basis in ("tariff", "smaller"):
        largest = max(a.value for key, a, _ in assumptions(world) if key in TARIFF_KEYS)
        found[TARIFF] = Lever(TARIFF, "times the tariff", 1.0, 0.0, 1e7 / largest)
    return found


def with_lever(scenario: Scenario, lever: Lever, value: float) -> Scenario:
    """The scenario with the lever at a value, as `--set` would have it."""
    sets = sets_of(scenario, lever, value)
    mine = {text.split("=")[0] for text in sets}
    kept = [text for text in scenario.sets if text.split("=")[0].strip() not in mine]
    return load(scenario.given, [*kept, *sets])


def sets_of(scenario: Scenario, lever: Lever, value: float) -> list[str]:
    """The `--set` texts that put the lever at a value."""
    if lever.key == TARIFF:
        sums = {k: a.value for k, a, _ in assumptions(scenario.world) if k in TARIFF_KEYS}
        return [f"{key}={literal(now * value)}" for key, now in sums.items()]
    certain = CERTAIN if lever.key in scenario.certain else ""
    return [f"{lever.key}={literal(value)}{certain}"]


def solve(
    scenario: Scenario,
    lever: Lever,
    target: float,
    replications: int,
    seed: int,
    workers: int = 1,
    on_trial: Callable[[float, float], None] = lambda value, share: None,
) -> Solution:
    """The value of the lever at which the share of futures that last is the target.

    target    between 0 and 1;  on_trial  called with each value tried and its share
    """
    tried: dict[float, Floats] = {}

    def share(value: float) -> float:
        if value not in tried:
            world = with_lever(scenario, lever, value).world
            tried[value] = lasting(world, replications, seed, workers)
            on_trial(value, float(tried[value].mean()))
        return float(tried[value].mean())

    by_year = question(scenario.world) == "year"
    ends = share(lever.least), share(lever.most)
    inside = _between(lever.least, lever.most)
    if ends[0] == ends[1] == share(inside) < target:
        what = "years with a budget that is enough" if by_year else "futures that last"
        rule = f"does not change the share of {what} ({100 * ends[0]:.0f} %)"
        raise InputError(Problem(scenario.name, rule, key=lever.key))
    rising = ends[1] > ends[0]
    good, bad = (lever.most, lever.least) if rising else (lever.least, lever.most)
    if max(ends) < target:  # the best may lie between: money and work pull different ways
        good = max(tried, key=share)
    amount: float | None = None
    if share(bad) >= target:
        amount = bad
    elif share(good) >= target:
        amount = _edge(lever, target, good, bad, CLOSE, share)
    at = good if amount is None else amount
    solvent = precision.probability(tried[at])
    error = None
    if amount is not None and amount != bad and solvent.mc_error:
        error = _error(lever, target, solvent.mc_error, (good, bad), share)
    trials = tuple(sorted((value, float(lasts.mean())) for value, lasts in tried.items()))
    return Solution(lever, target, amount, error, solvent, rising, trials)


def _edge(
    lever: Lever,
    target: float,
    good: float,
    bad: float,
    close: float,
    share: Callable[[float], float],
) -> float:
    """Halve in on the value between a good and a bad one at which the share is the target."""
    for _ in range(MOST_TRIALS):
        if abs(good - bad) <= close * abs(good):
            break
        middle = _between(good, bad)
        if share(middle) >= target:
            good = middle
        else:
            bad = middle
    return good


def _between(good: float, bad: float) -> float:
    """Halfway, by ratio where the two are far apart."""
    low, high = min(good, bad), max(good, bad)
    return float(np.sqrt(low * high)) if low > 0 and high > 2 * low else (low + high) / 2


def _error(
    lever: Lever,
    target: float,
    error: float,
    ends: tuple[float, float],
    share: Callable[[float], float],
) -> float | None:
    """Error of the solution, from the values at which the share is the target ± 1.96 of its errors.

    A slope measured nearer by would be that of steps of single futures.
    """
    good, bad = ends
    sides = [
        _edge(lever, target + sign * precision.Z95 * error, good, bad, ROUGH, share)
        for sign in (1, -1)
        if share(bad) < target + sign * precision.Z95 * error <= share(good)
    ]
    if len(sides) == 2:
        return abs(sides[0] - sides[1]) / (2 * precision.Z95)
    return None


def lasting(world: World, replications: int, seed: int, workers: int) -> Floats:
    """1 for each future without a shortfall in its horizon, else 0; of a fund that is asked by the year, the share of years
    in which its budget is enough.  [replication]"""
    size = block_size(world)
    blocks = [
        np.arange(start, min(start + size, replications)) for start in range(0, replications, size)
    ]
    parts = [np.zeros(0)] * len(blocks)
    for place, part in shared_out(lasting_of_block, [(world, seed, b) for b in blocks], workers):
        parts[place] = part
    return np.concatenate(parts)


def lasting_of_block(world: World, seed: int, numbers: Ints) -> Floats:
    """The same for some replications."""
    months = 12 * world.time.horizon_years
    if question(world) == "year":
        rates = [money(future)["too_small_rate"] for future in futures(world, seed, numbers)]
        return np.asarray(1 - np.concatenate(rates))
    short = [future.ledger.shortfall[:, :months] > 0 for future in futures(world, seed, numbers)]
    return ~np.concatenate([part.any(axis=1) for part in short]) * 1.0
