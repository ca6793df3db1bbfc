"""What the state votes for the fund in January, by what has fallen due before (method §10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from fundsim.reference.beliefs import Beliefs
from fundsim.reference.chance import Dice, cents
from fundsim.reference.economy import Economy
from fundsim.scenario.schema import BudgetLine, Index

Plan = Callable[[Index, int], float]  # what is planned to fall due, by index and year of the fund


class Votes:
    """The budget lines of one replication."""

    def __init__(self, beliefs: Beliefs, economy: Economy, dice: Dice, plan: Plan) -> None:
        """plan  what is planned to fall due in a year from which nobody can look back yet"""
        self._beliefs, self._economy, self._dice, self._plan = beliefs, economy, dice, plan
        self._opening = beliefs.world.time.start_year

    def names(self) -> list[str]:
        """The lines that are in force in some year."""
        world = self._beliefs.world
        lines = [name for name, one in sorted(world.income.items()) if isinstance(one, BudgetLine)]
        return [name for name in lines if world.ever_in_force(name)]

    def line(self, name: str, year: int) -> BudgetLine:
        """A line as it is in a year."""
        line = self._beliefs.world.in_year(year).income[name]
        assert isinstance(line, BudgetLine)
        return line

    def runs(self, name: str, year: int) -> bool:
        """Whether a line brings anything in a year; one that is never in force is taken as in force."""
        line = self.line(name, year)
        ever = self._beliefs.world.ever_in_force(name)
        return (line.in_force or not ever) and (line.from_year or self._opening) <= year

    def voted(self, name: str, year: int, due: list[int], margin: float | None = None) -> int:
        """What a line brings in a year, in cents.

        due     cents that fell due from the fund in each year since the opening, the pursuit of offenders apart
        margin  in place of the scenario's, before reforms
        """
        if not self.runs(name, year):
            return 0
        line, key = self.line(name, year), f"income.{name}"
        match line.vote:
            case "fixed":
                return self.fixed(name, year, self._beliefs.at(f"{key}.amount", year))
            case "revised":
                pass
            case _:
                assert_never(line.vote)
        factor = self._beliefs.at(f"{key}.margin", year)
        if margin is not None:
            factor = self._beliefs.changed(f"{key}.margin", margin, year)
        place = year - self._opening
        first, index = place - line.lag_years - line.base_years + 1, self._index(line.index, year)
        if first >= 0:
            total = 0.0
            for y in range(first, first + line.base_years):
                total += due[y] / 100 / self._economy.prices[self._opening + y]
            euros = factor * (total / line.base_years) * self._economy.prices[year]
        elif self._beliefs.knows(f"{key}.amount"):
            euros = self._beliefs.at(f"{key}.amount", year) * index
        else:
            euros = factor * self._plan(line.index, place) * index
        if line.least is not None:
            euros = max(euros, self._beliefs.at(f"{key}.least", year) * index)
        return cents(euros * self._kept(name, year))

    def fixed(self, name: str, year: int, amount: float) -> int:
        """What a line brings in a year in which its amount is this one, in cents."""
        if not self.runs(name, year):
            return 0
        return cents(
            amount * self._kept(name, year) * self._index(self.line(name, year).index, year)
        )

    def tried(self, name: str, year: int, amount: float) -> int:
        """The same, had the amount been drawn as this one, before reforms."""
        return self.fixed(name, year, self._beliefs.changed(f"income.{name}.amount", amount, year))

    def _kept(self, name: str, year: int) -> float:
        """What a cut, and what is not paid out, leave of the line."""
        key, u = f"income.{name}", self._dice.yearly(f"cut of {name}", year, 0)
        is_cut = u < self._beliefs.at(f"{key}.cut_rate", year)
        left = 1 - self._beliefs.at(f"{key}.cut_share", year) if is_cut else 1.0
        return left * self._beliefs.at(f"{key}.honoured_rate", year)

    def _index(self, kind: Index, year: int) -> float:
        return self._economy.index(kind, year)
