"""Rules for hard years: the same futures under each rule, judged by what victims get.

Who bears a shortage is a choice: the queue lets the last wait, pro rata gives everybody a part, the
treasury advances the money, a lower cap pays everybody less.  Counted are granted claims that are decided
within the horizon and have something due by the end of the run-off, over all futures together.  A wait is
for cash alone: from the month a payment falls due to the month in which it is made, the longest of a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.outcomes import paid_on_claims
from fundsim.analysis.precision import Estimate
from fundsim.analysis.shown import Shown, Table
from fundsim.analysis.workers import shared_out
from fundsim.model.caseload import Ints
from fundsim.model.fund import UNPAID
from fundsim.model.parameters import look_up
from fundsim.model.pathway import clock_of
from fundsim.model.run import Future, block_size, futures, simulate
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.numbers import literal
from fundsim.scenario.schema import WhenShort, World

WORST = 0.1  # the worst-off tenth of granted claims
RULES = {
    word: (word.replace("_", " "), (f"fund.payment.when_short={word}",))
    for word in get_args(WhenShort)
}
LOWER = 0.5  # the lower cap, as a share of the middle benefit asked for


@dataclass(frozen=True, repr=False)
class Rule(Shown):
    """What victims get under one rule, and what it costs.

    name            queue, pro_rata, treasury_advance, supplement or lower_cap;  label  in words
    paid_in_full    share of granted claims paid in full by the end of the run-off
    waited          share of granted claims that waited for cash, a month or more
    median_wait, long_wait  months of waiting for cash: half, and nine in ten, wait no longer
    received        euro of the price year on a granted claim
    worst_tenth     the same of the tenth of each future's granted claims with the least
    short           share of futures with a shortfall
    advance         treasury advance owed at the horizon's end, mean, nominal euro
    cost_a_year     costs and benefits due a year, euro of the price year
    """

    name: str
    label: str
    paid_in_full: Estimate
    waited: Estimate
    median_wait: float
    long_wait: float
    received: Estimate
    worst_tenth: Estimate
    short: Estimate
    advance: Estimate
    cost_a_year: Estimate


def hard_years(
    scenario: Scenario,
    replications: int,
    seed: int,
    workers: int = 1,
    on_block: Callable[[str], None] = lambda name: None,
) -> list[Rule]:
    """Every rule on the same futures of a scenario; the lower cap goes with the queue.

    Raises `InputError` if the scenario has no fund (from the scenario's own rules).
    """
    sets: dict[str, tuple[str, tuple[str, ...]]] = dict(RULES)
    cap = lower_cap(scenario, seed)
    sets["lower_cap"] = (
        f"queue, with a cap of {cap:g} {_unit(scenario.world)}",
        ("fund.payment.when_short=queue", f"fund.amount.cap={literal(cap)}"),
    )
    found = []
    for name, (label, changes) in sets.items():
        world = with_sets(scenario, changes).world
        size = block_size(world)
        tasks = [
            (world, seed, np.arange(start, min(start + size, replications)))
            for start in range(0, replications, size)
        ]
        parts: list[tuple[Floats, Ints]] = [(np.zeros((0, 0)), np.zeros(0, dtype=np.int64))] * len(
            tasks
        )
        for place, part in shared_out(rule_of_block, tasks, workers):
            parts[place] = part
        on_block(name)
        rows = np.concatenate([rows for rows, _ in parts], axis=1)
        waits = np.sum([counts for _, counts in parts], axis=0)
        found.append(_rule(name, label, rows, waits))
    return Table(found)


def with_sets(scenario: Scenario, changes: Sequence[str]) -> Scenario:
    """The scenario with some keys set; its own --set of the same keys gives way."""
    mine = {text.split("=")[0] for text in changes}
    kept = [text for text in scenario.sets if text.split("=")[0].strip() not in mine]
    return load(scenario.given, [*kept, *changes])


def _unit(world: World) -> str:
    return "monthly wages" if world.fund.amount.in_wages else "euro"


def lower_cap(scenario: Scenario, seed: int) -> float:
    """Half of what the middle claim asks for, in the scenario's unit, to two digits."""
    world = scenario.world
    future = simulate(world, seed, np.arange(min(block_size(world), 100)))
    claims, drawn = future.drawn.claims, future.drawn
    if not claims.size:
        return 1.0
    real = claims.asked / 100 / np.maximum(_index_at(future), 1e-9)
    if world.fund.amount.in_wages:
        real = real / drawn.parameters["country.net_wage"][claims.replication, 0]
    middle = LOWER * float(np.median(real))
    floor = world.fund.amount.floor
    cap = float(f"{middle:.2g}") if middle > 0 else 1.0
    return cap if floor is None else max(cap, floor.value)


def _index_at(future: Future) -> Floats:
    drawn = future.drawn
    year = clock_of(future.world, drawn.parameters).year(drawn.claims.filed_at)
    index = drawn.macro.index(future.world.fund.amount.index)
    return np.asarray(look_up(index, drawn.claims.replication, year))


def rule_of_block(world: World, seed: int, numbers: Ints) -> tuple[Floats, Ints]:
    """What a rule gives in each future, and how many granted claims waited how many months.

    returns  rows [row, replication] in the order that `_rule` reads, and counts by month of waiting,
             those never paid in full in the last
    """
    parts = [_rows_and_waits(future) for future in futures(world, seed, numbers)]
    rows = np.concatenate([rows for rows, _ in parts], axis=1)
    return rows, np.sum([waits for _, waits in parts], axis=0)


def _rows_and_waits(future: Future) -> tuple[Floats, Ints]:
    """The same for some futures."""
    world, n = future.world, future.drawn.replications.size
    claims, months = future.drawn.claims, future.drawn.months
    horizon = 12 * world.time.horizon_years
    wait = _waits(future)
    counted = claims.approved & (claims.benefit > 0) & (future.decided_at < horizon) & (wait >= 0)
    granted = np.flatnonzero(counted)
    by = claims.replication[granted]
    paid_in = future.paid_in_month[granted]
    wait = wait[granted]
    received = paid_on_claims(future)[granted]

    def count(weights: Floats) -> Floats:
        return np.bincount(by, weights=weights, minlength=n).astype(np.float64)

    ledger = future.ledger
    short = (ledger.shortfall[:, :horizon] > 0).any(axis=1)
    due = ledger.due_total[:, :horizon].reshape(n, -1, 12).sum(axis=2) / 100
    start = int(world.time.start_year - future.drawn.parameters.years[0])
    prices = future.drawn.macro.prices[:, start : start + world.time.horizon_years]
    rows = np.stack([
        count(np.ones(granted.size)), count((paid_in < UNPAID).astype(np.float64)),
        count((wait > 0).astype(np.float64)), count(received),
        *_least(by, received, n), short.astype(np.float64),
        ledger.advance[:, horizon - 1] / 100, (due / prices).mean(axis=1),
    ])  # fmt: skip
    return rows, np.bincount(wait, minlength=months + 1)


def _waits(future: Future) -> Ints:
    """Months that the longest waiting payment of each claim waited for cash; all months if it is never
    made, -1 if nothing falls due.  [claim]"""
    due, months = future.due, future.drawn.months
    wait = np.where(future.payment_month < UNPAID, future.payment_month - due.month, months)
    longest = np.full(future.drawn.claims.size, -1)
    np.maximum.at(longest, due.claim, wait)
    return longest


def _least(by: Ints, received: Floats, n: int) -> tuple[Floats, Floats]:
    """Received by the tenth with the least in each future, in all, and how many these are.  [replication]"""
    order = np.lexsort((received, by))
    counts = np.bincount(by, minlength=n)
    tenth = np.ceil(WORST * counts).astype(np.int64)
    starts = np.cumsum(counts) - counts
    so_far = np.concatenate([[0.0], np.cumsum(received[order])])
    return so_far[starts + tenth] - so_far[starts], tenth.astype(np.float64)


def _rule(name: str, label: str, rows: Floats, waits: Ints) -> Rule:
    granted, paid, waited, received, least, tenth, short, advance, cost = rows
    return Rule(
        name, label,
        paid_in_full=precision.ratio(paid, granted),
        waited=precision.ratio(waited, granted),
        median_wait=_percentile(waits, 0.5),
        long_wait=_percentile(waits, 0.9),
        received=precision.ratio(received, granted),
        worst_tenth=precision.ratio(least, tenth),
        short=precision.probability(short),
        advance=precision.mean(advance),
        cost_a_year=precision.mean(cost),
    )  # fmt: skip


def _percentile(waits: Ints, share: float) -> float:
    """The wait that this share of claims does not exceed; infinite if it is beyond all payments."""
    total = int(waits.sum())
    if total == 0:
        return float("nan")
    month = int(np.searchsorted(np.cumsum(waits), share * total))
    return float("inf") if month == waits.size - 1 else float(month)
