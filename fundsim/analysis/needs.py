"""What would have sufficed: the smallest contribution or opening capital of each future.

In a future that never falls short everything due is paid in its month, so its flows do not depend on
how much cash there is.  They are simulated once, with a treasury that pays for everything; the fund's
cash is then followed under any contribution and capital, by the same rules and to the same cent as in a
run: returns on cash, cuts, index, start and lapse of lines, yearly limit.  More never makes a future fall
short (save where a line lapses and returns are negative: `any_lapses`), so the smallest whole euro that
suffices is found by halving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.analysis import precision
from fundsim.analysis.cash import MOST, Bools, Cash, smallest
from fundsim.analysis.precision import Estimate
from fundsim.analysis.workers import shared_out
from fundsim.model.income import line_of
from fundsim.model.pathway import Cents
from fundsim.model.run import block_size, rules_of, settle_drawn, simulate
from fundsim.model.streams import UNTIED, Streams, Tie
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import BudgetLine, World

SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)  # points of the frontier, as shares of the capital
CAPITAL = "fund.opening_capital"
NeedsUnit = Callable[[World, str, bool, int, NDArray[np.int64], Floats], Floats]


@dataclass(frozen=True)
class Needs:
    """What each future needs.  Euro; infinite where no amount suffices.

    scenario, seed  what was run;  line  the budget line that was varied
    contribution    smallest yearly amount of the line, with the scenario's capital  [replication]
    capital         smallest opening capital, with the line as the scenario has it  [replication]
    capitals        points of the frontier;  at_capital  contribution with each  [point, replication]
    over_limit      the yearly limit leaves payments waiting, however much money there is  [replication]
    """

    scenario: Scenario
    seed: int
    line: str
    contribution: Floats
    capital: Floats
    capitals: Floats
    at_capital: Floats
    over_limit: Bools

    @property
    def replications(self) -> int:
        """Number of futures."""
        return self.contribution.size


@dataclass(frozen=True)
class Answer:
    """The amount with which a share of futures never falls short.

    amount          euro, whole; infinite if nothing suffices
    low95, high95   95 % interval, of chance in the replications alone
    solvent         share of the futures at hand that never fall short with it, and its error
    """

    amount: float
    low95: float
    high95: float
    solvent: Estimate


def enough(need: Floats, target: float) -> Answer:
    """The smallest amount with which at least the target share of futures never falls short.

    need    smallest amount that suffices in each future  [replication]
    target  between 0 and 1
    """
    amount = _order_statistic(need, target)
    solvent = precision.probability((np.isfinite(need) & (need <= amount)).astype(np.float64))
    if solvent.value in (0.0, 1.0):  # no spread to read an error from: that of the target
        error = float(np.sqrt(target * (1 - target) / need.size))
    else:
        error = solvent.mc_error or 0.0
    low = _order_statistic(need, max(target - precision.Z95 * error, 0.0))
    high = _order_statistic(need, target + precision.Z95 * error)
    return Answer(amount, low, high, solvent)


def amount(need: Floats, target: float) -> Estimate:
    """The smallest amount with which that share of futures lasts, with its Monte Carlo error."""
    value = enough(need, target).amount
    if not np.isfinite(value):
        return Estimate(value, None)
    near = precision.quantile(np.minimum(need, MOST), target)
    return Estimate(value, near.mc_error, near.influence)


def _order_statistic(need: Floats, share: float) -> float:
    """The smallest value that at least this share of values do not exceed."""
    rank = max(int(np.ceil(share * need.size - 1e-9)), 1)
    return float(np.partition(need, rank - 1)[rank - 1]) if rank <= need.size else np.inf


def needs(
    scenario: Scenario,
    line: str,
    replications: int,
    seed: int,
    workers: int = 1,
    on_block: Callable[[str], None] = lambda name: None,
    unit: NeedsUnit | None = None,
) -> Needs:
    """What each future of a scenario needs, from one run.

    line  name of a budget line of the scenario; taken as in force
    unit  what gives a block's needs: `needs_of_block`, or from a store
    """
    given = scenario.world.income[line].in_force
    world = in_force(scenario.world, line)
    size = block_size(world)
    blocks = [
        np.arange(start, min(start + size, replications)) for start in range(0, replications, size)
    ]
    capitals = _frontier_points(world, line, seed, blocks[0])
    tasks = [(world, line, given, seed, numbers, capitals) for numbers in blocks]
    parts = [np.zeros(0)] * len(blocks)
    for place, part in shared_out(unit or needs_of_block, tasks, workers):
        parts[place] = part
        on_block(scenario.name)
    table = np.concatenate(parts, axis=1)
    over = table[2].astype(bool)
    return Needs(scenario, seed, line, table[0], table[1], capitals, table[3:], over)


def line_of_state(world: World) -> str:
    """The budget line that the state would vary: the only one in force, else the one called budget (in force, or where
    none is); empty where there is no such line."""
    lines = [name for name, source in world.income.items() if isinstance(source, BudgetLine)]
    in_use = [name for name in lines if world.income[name].in_force]
    if len(in_use) == 1:
        return in_use[0]
    return "budget" if "budget" in (in_use or lines) else ""


def in_force(world: World, line: str) -> World:
    """The world with that budget line in force."""
    source = world.income[line].model_copy(update={"in_force": True})
    return world.model_copy(update={"income": {**world.income, line: source}})


def _frontier_points(world: World, line: str, seed: int, numbers: NDArray[np.int64]) -> Floats:
    """Capitals from nothing to what replaces the line in 19 of 20 of the first futures."""
    alone = path_of(world, line, True, seed, numbers).capital_alone()
    largest = _order_statistic(alone, 0.95)
    if not np.isfinite(largest):
        largest = float(alone[np.isfinite(alone)].max(initial=0.0))
    step = 10.0 ** max(np.floor(np.log10(max(largest, 1.0))) - 1, 0)
    return np.unique(np.ceil(np.array(SHARES) * largest / step) * step)


def needs_of_block(
    world: World, line: str, given: bool, seed: int, numbers: NDArray[np.int64], capitals: Floats
) -> Floats:
    """Needs of some replications: contribution, capital, over the limit, contribution at each capital.

    given    whether the scenario itself has the line in force: then it helps the capital
    returns  [row, replication], in that order of rows
    """
    path = path_of(world, line, given, seed, numbers)
    rows = [
        path.contribution(path.capital),
        path.capital_needed(),
        (~path.bare.within_limit).astype(np.float64),
    ]
    return np.stack(rows + [path.contribution(np.full(numbers.size, k)) for k in capitals])


@dataclass(frozen=True)
class Path:
    """A block of futures of a fund that pays everything in its month, under any contribution and capital.

    bare     its cash without the budget line;  planned  with the line as the scenario has it
    funded   its cash with a yearly amount of the line, euro [replication]
    capital  the scenario's opening capital, euro [replication]
    finely   more may last less long: see `any_lapses`
    """

    bare: Cash
    planned: Cash
    funded: Callable[[Floats], Cash]
    capital: Floats
    finely: bool

    def contribution(self, capital: Floats) -> Floats:
        """The smallest yearly amount of the line that suffices with that capital.  [replication]"""
        return self._smallest(lambda amount: self.funded(amount).lasts(capital))

    def capital_needed(self) -> Floats:
        """The smallest opening capital that suffices with the line as the scenario has it.  [replication]"""
        return self._smallest(self.planned.lasts)

    def capital_alone(self) -> Floats:
        """The smallest opening capital that suffices with nothing from the line.  [replication]"""
        return self._smallest(self.funded(np.zeros_like(self.capital)).lasts)

    def _smallest(self, lasts: Callable[[Floats], Bools]) -> Floats:
        return smallest(lasts, self.capital.size, self.finely)


def path_of(
    world: World,
    line: str,
    given: bool,
    seed: int,
    numbers: NDArray[np.int64],
    tie: Tie = UNTIED,
) -> Path:
    """Simulate some replications with a treasury that pays for everything, and keep what moves the cash.

    world  with the line in force;  given  whether the scenario itself has it in force
    tie    what the draws have in common with those of other countries
    """
    months, paying = 12 * world.time.horizon_years, _pays_in_time(world)
    future = simulate(world, seed, numbers, settle=lambda _, d: settle_drawn(paying, d), tie=tie)
    drawn, ledger = future.drawn, future.ledger
    rules = rules_of(world, drawn)
    others = {name: flow for name, flow in ledger.income.items() if name != line}
    net = sum(others.values(), ledger.recoveries - ledger.due_total)
    bare = Cash(
        net=np.asfortranarray(net[:, :months]),
        out=np.asfortranarray(ledger.due_total[:, :months]),
        lapsing=_lapsing(world, others, net.shape)[:, :months],
        rate=rules.return_rate[:, :months],
        within_limit=_within(rules.yearly_limit, ledger.due[:, :months]),
    )
    streams = Streams(seed, world.country.code, tie)
    brings = line_of(world, drawn.parameters, drawn.macro, streams, numbers, line)
    lapses = _lapses(world, line)

    def funded(amount: Floats) -> Cash:
        return bare.plus(brings(amount)[:, :months], lapses)

    # before reforms and stresses: these are applied when the line is asked what it brings
    amount = drawn.parameters.before_changes(f"income.{line}.amount")[:, 0]
    return Path(
        bare,
        planned=funded(amount if given else np.zeros_like(amount)),
        funded=funded,
        capital=drawn.parameters[CAPITAL][:, 0],
        finely=bool((rules.return_rate < 0).any()) and any_lapses(world),
    )


def _pays_in_time(world: World) -> World:
    """The world with a treasury that lends whatever is missing, and no limit."""
    rule = {"when_short": "treasury_advance", "yearly_limit": None}
    payment = world.fund.payment.model_copy(update=rule)
    fund = world.fund.model_copy(update={"payment": payment})
    return world.model_copy(update={"fund": fund})


def any_lapses(world: World) -> bool:
    """Whether some line in force lapses: where returns are negative too, more money may last less long,
    since what lapses does not shrink with the cash; the smallest amount is then looked for more finely."""
    return any(_lapses(world, name) for name, source in world.income.items() if source.in_force)


def _lapses(world: World, name: str) -> bool:
    source = world.income[name]
    return isinstance(source, BudgetLine) and source.lapses


def _lapsing(world: World, income: dict[str, Cents], shape: tuple[int, ...]) -> Cents:
    """What lapsing lines bring.  [replication, month]"""
    flows = (flow for name, flow in income.items() if _lapses(world, name))
    return sum(flows, np.zeros(shape, dtype=np.int64, order="F"))


def _within(yearly_limit: Cents | None, due: Cents) -> Bools:
    """Whether all benefits due fit into each year's limit.  [replication]"""
    if yearly_limit is None:
        return np.ones(due.shape[0], dtype=bool)
    years = due.shape[1] // 12
    of_year = due.reshape(due.shape[0], years, 12).sum(axis=2)
    return np.asarray((of_year <= yearly_limit[:, :years]).all(axis=1))
