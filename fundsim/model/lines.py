"""Budget lines: what the state votes each year, and what cuts leave of it (method §10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import assert_never, get_args

import numpy as np
from numpy.typing import NDArray

from fundsim.model.drawn import Drawn, draw
from fundsim.model.eras import by_era
from fundsim.model.income import begun
from fundsim.model.money import MOST_CENTS, Cents, to_cents
from fundsim.model.obligations import Obligations, obligations
from fundsim.model.parameters import since
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import BudgetLine, Index, Vote, World

Ints = NDArray[np.int64]
PLANNED, PLANNED_SEED = 400, 1  # the run from which a line without an amount begins


@dataclass(frozen=True)
class Votes:
    """What the budget lines of a block bring.

    owed  what falls due, which revised lines follow
    """

    world: World
    drawn: Drawn
    owed: Obligations

    @cached_property
    def due(self) -> Cents:
        """Costs and payments due from the fund in each year, cents.  [replication, year]"""
        return self.owed.by_year()

    def in_force(self) -> dict[str, Cents]:
        """Each line in force, as the scenario has it.  Cents [replication, month]"""
        names = [name for name in sorted(self.world.income) if is_line(self.world, name)]
        return {name: self.line(name) for name in names if self.world.ever_in_force(name)}

    def line(self, name: str) -> Cents:
        """A line as the scenario has it.  Cents [replication, month]"""
        drawn, key = self.drawn, f"income.{name}.amount"
        amount = drawn.since_opening(key) if key in drawn.parameters else None
        margin = drawn.since_opening(f"income.{name}.margin")
        return self._by_rule(name, amount, margin)

    def fixed(self, name: str, amount: Floats) -> Cents:
        """What a line would bring with a fixed amount, which is what its key would hold.  amount  [replication]"""
        return self._paid(name, self._fixed(name, self._had(f"income.{name}.amount", amount)))

    def revised(self, name: str, margin: Floats) -> Cents:
        """What a line would bring that is revised with a margin, which is what its key would hold.  margin  [replication]"""
        key = f"income.{name}.amount"
        amount = self.drawn.since_opening(key) if key in self.drawn.parameters else None
        return self._by_rule(name, amount, self._had(f"income.{name}.margin", margin))

    def _had(self, key: str, values: Floats) -> Floats:
        table = since(self.drawn.parameters.had(key, values), self.drawn.opening)
        return np.broadcast_to(table, (values.size, self.drawn.years.size))

    def _by_rule(self, name: str, amount: Floats | None, margin: Floats) -> Cents:
        tried = not self.world.ever_in_force(name)
        yearly = np.zeros(margin.shape) if amount is None else self._fixed(name, amount)
        for y, year in enumerate(self.drawn.years):
            line = self.world.in_year(int(year)).income[name]
            assert isinstance(line, BudgetLine)
            if _is_revised(line.vote) and (line.in_force or tried):
                begins = None if amount is None else amount[:, y]
                yearly[:, y] = self._revised(name, y, line, begins, margin[:, y])
        return self._paid(name, yearly)

    def _fixed(self, name: str, amount: Floats) -> Floats:
        """What is left of a fixed amount in each year, nominal euro.  [replication, year]"""
        drawn = self.drawn

        def index(era: World) -> Floats:
            return drawn.macro.index(era.income[name].index)[:, drawn.opening :]

        return np.asarray(amount * drawn.kept[name] * by_era(self.world, drawn.years, index))

    def _revised(
        self, name: str, y: int, line: BudgetLine, begins: Floats | None, margin: Floats
    ) -> Floats:
        """What is left of the revised vote of a year, nominal euro.  begins  the amount of the first years  [replication]"""
        index, first = self._index(line.index, y), y - line.lag_years - line.base_years + 1
        if first >= 0:
            voted = margin * self._mean_due(first, line.base_years) * self._index("prices", y)
        elif begins is None:
            voted = margin * planned(self.world, line.index)[y] * index
        else:
            voted = begins * index
        if line.least is not None:
            least = self.drawn.since_opening(f"income.{name}.least")[:, y]
            voted = np.maximum(voted, least * index)
        return np.asarray(voted * self.drawn.kept[name][:, y])

    def _index(self, kind: Index, y: int) -> Floats:
        return self.drawn.macro.index(kind)[:, self.drawn.opening + y]

    def _mean_due(self, first: int, years: int) -> Floats:
        """What fell due a year on average, in euro of the price year.  [replication]"""
        total = np.zeros(self.due.shape[0])
        for y in range(first, first + years):
            total += self.due[:, y] / 100 / self._index("prices", y)
        return total / years

    def _paid(self, name: str, yearly: Floats) -> Cents:
        """The votes of the years in which the line is in force, or any if it never is, all in January.

        yearly  nominal euro [replication, year];  returns  cents [replication, month]
        """
        years, world = self.drawn.years, self.world
        runs = by_era(world, years, lambda era: begun(era, name, years) & era.income[name].in_force)
        if not world.ever_in_force(name):  # it is only tried
            runs = begun(world, name, years)
        # an amount that is only tried may be more than any fund can spend
        euros = np.minimum(np.where(runs, yearly, 0.0), MOST_CENTS / 100)
        flow = np.zeros((euros.shape[0], euros.shape[1] * 12), dtype=np.int64)
        flow[:, ::12] = to_cents(euros, f"income.{name}.amount")
        return flow


def _is_revised(vote: Vote) -> bool:
    match vote:
        case "fixed":
            return False
        case "revised":
            return True
        case _:
            assert_never(vote)


def is_line(world: World, name: str) -> bool:
    """Whether a source of income is a budget line."""
    return isinstance(world.income[name], BudgetLine)


def lapsing(world: World, name: str, years: Ints) -> NDArray[np.bool_]:
    """In which years what is unspent of a source returns to the treasury.  [year]"""

    def returns(era: World) -> bool:
        source = era.income[name]
        return isinstance(source, BudgetLine) and source.lapses

    return np.asarray(np.broadcast_to(by_era(world, years, returns), years.shape))


def planned(world: World, index: Index) -> Floats:
    """What falls due on average at central values in each year from which no revised line can look back yet.

    In euro of the price year as the index has it, without stresses: nobody plans for them.  [year]
    """
    ahead = max(
        line.base_years + line.lag_years - 1
        for _, era in world.eras for line in era.income.values() if isinstance(line, BudgetLine)
    )  # fmt: skip
    years = min(ahead, world.time.horizon_years)
    time = world.time
    settled = max(ahead, time.price_year - time.start_year + 1)  # prices are followed to their year
    time = time.model_copy(update={"horizon_years": years, "runoff_years": settled - years})
    short = world.model_copy(update={"time": time, "stress": {}})
    return _planned(Kept(short.model_dump_json(), short))[index]


def plan_of(world: World) -> Callable[[Index, int], float]:
    """The same as the reference asks for it: by index and year of the fund."""
    return lambda index, year: float(planned(world, index)[year])


@dataclass(frozen=True)
class Kept:
    """A scenario as what is kept of it is looked up: by all that it says."""

    said: str
    world: World = field(compare=False)


@lru_cache(maxsize=64)
def _planned(kept: Kept) -> dict[Index, Floats]:
    """What is planned, by index."""
    world = kept.world
    drawn = draw(world, PLANNED_SEED, np.arange(PLANNED), certain=True)
    due = obligations(world, drawn).by_year() / 100
    kinds: tuple[Index, ...] = get_args(Index)
    return {
        kind: (due / drawn.macro.index(kind)[:, drawn.opening :]).mean(axis=0) for kind in kinds
    }
