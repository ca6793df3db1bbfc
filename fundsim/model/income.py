"""What comes in: yearly random numbers, monthly flows in cents (method §10)."""

from __future__ import annotations

from typing import assert_never

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.model.caseload import poisson_quantile
from fundsim.model.eras import by_era
from fundsim.model.macro import Macro
from fundsim.model.money import Cents, to_cents
from fundsim.model.parameters import Parameters
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import Index, World
from fundsim.scenario.schema.income import (
    BudgetLine,
    ConvictionLevy,
    Grant,
    RevenueShare,
    SeizedAssets,
)

Ints = NDArray[np.int64]
ByChance = SeizedAssets | ConvictionLevy | RevenueShare | Grant


def draw_income(
    world: World, parameters: Parameters, macro: Macro, streams: Streams, replications: Ints
) -> dict[str, Cents]:
    """Income of each source in force but budget lines, by name, nominal cents.  [replication, month]"""
    if not world.has_fund:
        return {}
    draw = _Draw(parameters, macro, streams, replications, world.time.start_year)
    return {
        name: _while_in_force(world, name, draw.years, draw.source(name, source))
        for name, source in sorted(world.income.items())
        if world.ever_in_force(name) and not isinstance(source, BudgetLine)
    }


def kept_of_lines(
    world: World, parameters: Parameters, macro: Macro, streams: Streams, replications: Ints
) -> dict[str, Floats]:
    """What cuts leave of each budget line in each year from the opening on, by name.  [replication, year]"""
    draw = _Draw(parameters, macro, streams, replications, world.time.start_year)
    return {
        name: draw.kept(name)
        for name, source in sorted(world.income.items())
        if isinstance(source, BudgetLine)
    }


def begun(world: World, name: str, years: Ints) -> NDArray[np.bool_]:
    """Whether the first year of a source has come, in each of some calendar years.  [year]"""
    first = world.income[name].from_year
    return np.ones(years.size, dtype=bool) if first is None else years >= first


def _while_in_force(world: World, name: str, years: Ints, flow: Cents) -> Cents:
    """Nothing before the source's first year, nor in the years of a phase in which it is not in force."""
    runs = by_era(world, years, lambda era: begun(era, name, years) & era.income[name].in_force)
    return np.where(np.repeat(runs, 12), flow, 0)


class _Draw:
    """What all sources need: the tables of the years from the opening on."""

    def __init__(
        self,
        parameters: Parameters,
        macro: Macro,
        streams: Streams,
        replications: Ints,
        start_year: int,
    ) -> None:
        self.parameters, self.macro, self.streams = parameters, macro, streams
        self.replications, self.opening = replications, int(start_year - parameters.years[0])
        self.years = parameters.years[self.opening :]
        self.shape = (replications.size, self.years.size)

    def source(self, name: str, source: ByChance) -> Cents:
        match source:
            case SeizedAssets():
                return self._seized_assets(name, source)
            case ConvictionLevy():
                return self._conviction_levy(name, source)
            case RevenueShare():
                return self._revenue_share(name, source)
            case Grant():
                return self._grant(name, source)
            case _:
                assert_never(source)

    def _at(self, name: str, key: str) -> Floats:
        return np.broadcast_to(
            self.parameters.since(f"income.{name}.{key}", self.opening), self.shape
        )

    def _uniform(self, name: str, what: str, event: int = 0) -> Floats:
        return self.streams.yearly(f"{what} of {name}", self.replications, self.years, event)

    def _index(self, kind: Index) -> Floats:
        return self.macro.index(kind)[:, self.opening :]

    def in_january(self, name: str, euros: Floats) -> Cents:
        """Yearly amounts of a source, nominal euro, as they are paid: all of it in January."""
        flow = np.zeros((self.shape[0], self.shape[1] * 12), dtype=np.int64)
        flow[:, ::12] = to_cents(euros, f"income.{name}.amount")
        return flow

    def kept(self, name: str) -> Floats:
        """What cuts leave of a budget line each year."""
        cut = self._uniform(name, "cut") < self._at(name, "cut_rate")
        left = np.where(cut, 1 - self._at(name, "cut_share"), 1.0)
        return np.asarray(left * self._at(name, "honoured_rate"))

    def _seized_assets(self, name: str, source: SeizedAssets) -> Cents:
        """A Poisson number of lognormal values with mean yearly_value / number."""
        flow = np.zeros((self.shape[0], self.shape[1] * 12), dtype=np.int64)
        rate = self._at(name, "confiscations_a_year")
        number = poisson_quantile(self._uniform(name, "confiscations"), np.ascontiguousarray(rate))
        sigma = self._at(name, "value_sigma")
        kept = self._at(name, "realised_rate") * self._at(name, "earmarked_rate")
        kept = kept * self._at(name, "honoured_rate")
        mean = np.where(rate > 0, self._at(name, "yearly_value") / np.where(rate > 0, rate, 1), 0.0)
        mean = mean * kept * self._index(source.index)
        median, spread = self._at(name, "delay.median"), self._at(name, "delay.sigma")
        year_start = np.arange(self.shape[1]) * 12
        for event in range(int(number.max(initial=0))):
            row, year = np.nonzero(number > event)

            def uniform(what: str, event: int = event) -> Floats:
                return self._uniform(name, what, event)[row, year]  # noqa: B023

            z = special.ndtri(uniform("value"))
            s = sigma[row, year]
            euros = mean[row, year] * np.exp(s * z - s * s / 2)
            value = to_cents(euros, f"income.{name}.yearly_value")
            wait = median[row, year] * np.exp(spread[row, year] * special.ndtri(uniform("delay")))
            month = year_start[year] + np.floor(12 * uniform("month of confiscation"))
            month = np.floor(month + np.minimum(wait, 1e6)).astype(np.int64)
            arrives = month < flow.shape[1]
            np.add.at(flow, (row[arrives], month[arrives]), value[arrives])
        return flow

    def _by_twelfths(self, yearly: Cents) -> Cents:
        flow = np.repeat(yearly // 12, 12, axis=1)
        flow[:, ::12] += yearly - yearly // 12 * 12
        return flow

    def _conviction_levy(self, name: str, source: ConvictionLevy) -> Cents:
        rate = np.ascontiguousarray(self._at(name, "convictions_a_year"))
        number = poisson_quantile(self._uniform(name, "convictions"), rate)
        each = self._at(name, "levy") * self._at(name, "collected_rate")
        each = each * self._at(name, "honoured_rate") * self._index(source.index)
        return self._by_twelfths(to_cents(number * each, f"income.{name}.levy"))

    def _revenue_share(self, name: str, source: RevenueShare) -> Cents:
        sd = self._at(name, "yearly_sd")
        z = special.ndtri(self._uniform(name, "revenue"))
        mean = self._at(name, "yearly_revenue") * self._at(name, "earmarked_rate")
        mean = mean * self._at(name, "honoured_rate")
        yearly = mean * self._index(source.index) * np.exp(sd * z - sd * sd / 2)
        return self._by_twelfths(to_cents(yearly, f"income.{name}.yearly_revenue"))

    def _grant(self, name: str, source: Grant) -> Cents:
        """Runs in its first year; then a two-state chain."""
        u = self._uniform(name, "renewal")
        renewed, regained = self._at(name, "renewal_rate"), self._at(name, "regained_rate")
        runs = np.ones(self.shape, dtype=bool)
        first = 0 if source.from_year is None else max(source.from_year - int(self.years[0]), 0)
        for y in range(first + 1, self.shape[1]):
            runs[:, y] = u[:, y] < np.where(runs[:, y - 1], renewed[:, y], regained[:, y])
        amount = self._at(name, "amount") * self._index(source.index)
        return self.in_january(name, np.where(runs, amount, 0.0))
