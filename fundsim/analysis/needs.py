"""What would have sufficed: the smallest contribution or opening capital of each future.

In a future that never falls short everything due is paid in its month, so its flows do not depend on
how much cash there is.  The victims that were drawn for the answer are settled a second time, with a treasury that pays
for everything (`model.run.paid_in_time`); the fund's cash is then followed under any contribution and capital, by the
same rules and to the same cent as in a run: returns on cash, cuts, index, start and lapse of lines, yearly limit.  More
never makes a future fall short (save where a line lapses and returns are negative: `any_lapses`), so the smallest whole
euro that suffices is found by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.cash import CAPITAL, MOST, Bools, Cash, smallest
from fundsim.analysis.precision import Estimate
from fundsim.analysis.shown import Shown
from fundsim.analysis.workers import shared_out
from fundsim.model.lines import is_line, lapsing
from fundsim.model.money import Cents
from fundsim.model.run import Future, block_size, futures, paid_in_time, rules_of
from fundsim.scenario.assumption import Floats, Ints
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import BudgetLine, World

MOST_MARGIN = 100  # the largest that a scenario may name
SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)  # points of the frontier, as shares of the capital
YEARLY = ("budget_needed", "budget_needed_local")
COLUMNS = ("contribution_needed", "capital_needed", "over_limit")  # beside a block's outcomes


def is_need(column: str) -> bool:
    """Whether a column holds what a future needs, which an answer has beside its outcomes."""
    return column in COLUMNS or column.partition("@")[0] in YEARLY


@dataclass(frozen=True, repr=False)
class Needs(Shown):
    """What each future needs.  Euro; infinite where no amount suffices.

    scenario, seed  what was run;  line  the budget line that was varied
    contribution    smallest fixed yearly amount of the line, with the scenario's capital  [replication]
    capital         smallest opening capital, with the line as the scenario has it  [replication]
    capitals        points of the frontier;  at_capital  contribution with each  [point, replication]
    margin          smallest margin of a revised line, in hundredths, with the scenario's capital  [replication]
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
    margin: Floats | None = None

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
    """The smallest amount with which that share of futures lasts, with its Monte Carlo error.

    It has none where the density would be read among futures in which no amount suffices.
    """
    value = enough(need, target).amount
    last = np.ceil((target + precision.width(need.size, target)) * (need.size - 1))
    if last >= np.isfinite(need).sum():
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
) -> Needs:
    """What each future of a scenario needs, from one run.

    line  name of a budget line of the scenario, which need not be in force
    """
    world = scenario.world
    size = block_size(world)
    blocks = [
        np.arange(start, min(start + size, replications)) for start in range(0, replications, size)
    ]
    first = _paths(world, line, seed, blocks[0])
    capitals = _frontier_points(first)
    parts = [_table(first, capitals), *([np.zeros(0)] * (len(blocks) - 1))]
    on_block(scenario.name)
    tasks = [(world, line, seed, numbers, capitals) for numbers in blocks[1:]]
    for place, part in shared_out(needs_of_block, tasks, workers):
        parts[1 + place] = part
        on_block(scenario.name)
    table = np.concatenate(parts, axis=1)
    frontier = table[len(COLUMNS) : len(COLUMNS) + capitals.size]
    margin = table[-1] if is_revised(world, line) else None
    over = table[2].astype(bool)
    return Needs(scenario, seed, line, table[0], table[1], capitals, frontier, over, margin)


def is_revised(world: World, line: str) -> bool:
    """Whether a budget line is revised, in some phase."""
    sources = [era.income[line] for _, era in world.eras]
    return any(isinstance(one, BudgetLine) and one.vote == "revised" for one in sources)


def line_of_state(world: World) -> str:
    """The budget line that the state would vary: the only one in force, else the one called budget (in force, or where
    none is); empty where there is no such line."""
    lines = [name for name, source in world.income.items() if isinstance(source, BudgetLine)]
    in_use = [name for name in lines if world.ever_in_force(name)]
    if len(in_use) == 1:
        return in_use[0]
    return "budget" if "budget" in (in_use or lines) else ""


def _frontier_points(first: Sequence[Path]) -> Floats:
    """Capitals from nothing to what replaces the line in 19 of 20 of the first futures."""
    alone = np.concatenate([path.capital_alone() for path in first])
    largest = _order_statistic(alone, 0.95)
    if not np.isfinite(largest):
        largest = float(alone[np.isfinite(alone)].max(initial=0.0))
    step = 10.0 ** max(np.floor(np.log10(max(largest, 1.0))) - 1, 0)
    return np.unique(np.ceil(np.array(SHARES) * largest / step) * step)


def needs_of_block(world: World, line: str, seed: int, numbers: Ints, capitals: Floats) -> Floats:
    """Needs of some replications: what COLUMNS name, the contribution at each capital, the margin of a revised line.

    returns  [row, replication]
    """
    return _table(_paths(world, line, seed, numbers), capitals)


def _paths(world: World, line: str, seed: int, numbers: Ints) -> list[Path]:
    return [path_of(future, line) for future in futures(world, seed, numbers)]


def _table(paths: Sequence[Path], capitals: Floats) -> Floats:
    parts = []
    for path in paths:
        at_capital = [path.contribution(np.full_like(path.capital, k)) for k in capitals]
        margin = [] if path.revised is None else [path.margin()]
        parts.append(np.stack([*path.rows(), *at_capital, *margin]))
    return np.concatenate(parts, axis=1)


@dataclass(frozen=True, repr=False)
class Path(Shown):
    """A block of futures of a fund that pays everything in its month, under any contribution and capital.

    bare     its cash without the budget line;  planned  with the line as the scenario has it
    funded   its cash with a fixed amount of the line, euro [replication]
    revised  its cash with the line revised with a margin [replication]; None for a line that is fixed
    capital  the scenario's opening capital, euro [replication]
    finely   more may last less long: see `any_lapses`
    """

    bare: Cash
    planned: Cash
    funded: Callable[[Floats], Cash]
    revised: Callable[[Floats], Cash] | None
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

    def margin(self) -> Floats:
        """The smallest margin of a revised line, in hundredths, that suffices with the scenario's capital.  [replication]"""
        assert self.revised is not None
        revised = self.revised
        return smallest(
            lambda hundredths: revised(hundredths / 100).lasts(self.capital),
            self.capital.size, self.finely, most=100 * MOST_MARGIN,
        ) / 100  # fmt: skip

    def rows(self) -> tuple[Floats, Floats, Floats]:
        """What COLUMNS name, in that order.  Euro, or 1 where the limit leaves payments waiting  [replication]"""
        over_limit = (~self.bare.within_limit).astype(np.float64)
        return self.contribution(self.capital), self.capital_needed(), over_limit

    def _smallest(self, lasts: Callable[[Floats], Bools]) -> Floats:
        return smallest(lasts, self.capital.size, self.finely)


def path_of(future: Future, line: str) -> Path:
    """What moves the cash of futures that were simulated, were the state to add whatever is missing.

    line  name of a budget line of the scenario
    """
    world, drawn = future.world, future.drawn
    months, income = 12 * world.time.horizon_years, future.ledger.income
    rules = rules_of(world, drawn, income)
    due_total, recoveries = paid_in_time(future)
    others = {name: flow for name, flow in income.items() if name != line}
    net = sum(others.values(), recoveries - due_total)
    bare = Cash(
        net=np.asfortranarray(net[:, :months]),
        out=np.asfortranarray(due_total[:, :months]),
        lapsing=np.asfortranarray(rules_of(world, drawn, others).lapsing[:, :months]),
        rate=np.asfortranarray(rules.return_rate[:, :months]),
        taken=np.asfortranarray(rules.taken[:, :months]),
        within_limit=_within(rules.yearly_limit, future.ledger.due[:, :months]),
    )
    lapses = np.repeat(lapsing(world, line, drawn.years), 12)[:months]

    def with_line(brings: Cents) -> Cash:
        return bare.plus(brings[:, :months], lapses)

    return Path(
        bare,
        planned=with_line(income[line]) if line in income else bare,
        funded=lambda amount: with_line(future.voted.fixed(line, amount)),
        revised=(lambda margin: with_line(future.voted.revised(line, margin)))
        if is_revised(world, line)
        else None,
        capital=drawn.parameters[CAPITAL][:, 0],
        finely=bool((rules.return_rate < 0).any()) and (bool(lapses.any()) or any_lapses(world)),
    )


def needs_of_years(future: Future) -> dict[str, Floats]:
    """What each year needs from the budget if everything is paid in it, nominal: at its dearest month what has fallen due in
    the year so far, less what has come in from everywhere but the budget lines.  [replication, year]"""
    world, drawn = future.world, future.drawn
    years, n = world.time.horizon_years, drawn.replications.size
    due_total, recoveries = paid_in_time(future)
    others = [flow for name, flow in future.ledger.income.items() if not is_line(world, name)]
    net = due_total - recoveries - sum(others, np.zeros_like(due_total))
    so_far = np.cumsum(net[:, : 12 * years].reshape(n, years, 12), axis=2)
    euros = np.maximum(so_far.max(axis=2), 0) / 100.0
    rate = drawn.macro.exchange_rate[:, drawn.opening : drawn.opening + years]
    return dict(zip(YEARLY, (euros, euros * rate), strict=True))


def any_lapses(world: World) -> bool:
    """Whether some line in force lapses: where returns are negative too, more money may last less long,
    since what lapses does not shrink with the cash; the smallest amount is then looked for more finely."""
    return any(
        isinstance(source, BudgetLine) and source.lapses and source.in_force
        for _, era in world.eras for source in era.income.values()
    )  # fmt: skip


def _within(yearly_limit: Cents | None, due: Cents) -> Bools:
    """Whether all benefits due fit into each year's limit.  [replication]"""
    if yearly_limit is None:
        return np.ones(due.shape[0], dtype=bool)
    years = due.shape[1] // 12
    of_year = due.reshape(due.shape[0], years, 12).sum(axis=2)
    return np.asarray((of_year <= yearly_limit[:, :years]).all(axis=1))
