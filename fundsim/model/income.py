"""What comes in: yearly random numbers, monthly flows in cents (method §10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.model.caseload import poisson_quantile
from fundsim.model.macro import Macro
from fundsim.model.money import MOST_CENTS, Cents, to_cents
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
    Source,
)

Ints = NDArray[np.int64]


def draw_income(
    world: World, parameters: Parameters, macro: Macro, streams: Streams, replications: Ints
) -> dict[str, Cents]:
    """Income of each source in force, by name, nominal cents.  [replication, month]"""
    if not world.has_fund:
        return {}
    draw = _Draw(parameters, macro, streams, replications, world.time.start_year)
    return {
        name: _since(world, source, draw.source(name, source))
        for name, source in sorted(world.income.items())
        if source.in_force
    }


def line_of(
    world: World,
    parameters: Parameters,
    macro: Macro,
    streams: Streams,
    replications: Ints,
    name: str,
) -> Callable[[Floats], Cents]:
    """What a budget line would bring: a function of its yearly amount in each replication.

    The amount is what the scenario's key would hold, in euro [replication]; the function returns
    nominal cents [replication, month].  Cuts, index, reforms and stresses apply as in a run.
    """
    source = world.income[name]
    assert isinstance(source, BudgetLine)
    draw = _Draw(parameters, macro, streams, replications, world.time.start_year)
    kept = draw.kept(name)

    def brings(amount: Floats) -> Cents:
        table = draw.table(parameters.had(f"income.{name}.amount", amount))
        # an amount that is only tried may be more than any fund can spend
        euros = np.minimum(draw.appropriation(source, table, kept), MOST_CENTS / 100)
        return _since(world, source, draw.in_january(name, euros))

    return brings


def _since(world: World, source: Source, flow: Cents) -> Cents:
    """Nothing before the source's first year."""
    start = world.time.start_year
    first = source.from_year if source.from_year is not None else start
    flow[:, : max(first - start, 0) * 12] = 0
    return flow


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

    def source(self, name: str, source: Source) -> Cents:
        match source:
            case BudgetLine():
                amount = self.appropriation(source, self._at(name, "amount"), self.kept(name))
                return self.in_january(name, amount)
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
        return self.table(self.parameters[f"income.{name}.{key}"])

    def table(self, whole: Floats) -> Floats:
        """The years from the opening on of a table [replication, year or 1]."""
        part = whole[:, self.opening :] if whole.shape[1] > 1 else whole
        return np.broadcast_to(part, self.shape)

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
        return np.where(cut, 1 - self._at(name, "cut_share"), 1.0)

    def appropriation(self, source: BudgetLine, amount: Floats, kept: Floats) -> Floats:
        """A budget line of a yearly amount in price-year euro, nominal euro of each year."""
        return amount * kept * self._index(source.index)

    def _seized_assets(self, name: str, source: SeizedAssets) -> Cents:
        """A Poisson number of lognormal values with mean yearly_value / number."""
        flow = np.zeros((self.shape[0], self.shape[1] * 12), dtype=np.int64)
        rate = self._at(name, "confiscations_a_year")
        number = poisson_quantile(self._uniform(name, "confiscations"), np.ascontiguousarray(rate))
        sigma = self._at(name, "value_sigma")
        kept = self._at(name, "realised_rate") * self._at(name, "earmarked_rate")
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
        each = self._at(name, "levy") * self._at(name, "collected_rate") * self._index(source.index)
        return self._by_twelfths(to_cents(number * each, f"income.{name}.levy"))

    def _revenue_share(self, name: str, source: RevenueShare) -> Cents:
        sd = self._at(name, "yearly_sd")
        z = special.ndtri(self._uniform(name, "revenue"))
        mean = self._at(name, "yearly_revenue") * self._at(name, "earmarked_rate")
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
