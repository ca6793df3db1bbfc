"""Prices, wages, interest (method §4), and what comes in to the fund (method §10)."""

from __future__ import annotations

import math
from typing import assert_never

from fundsim.reference.beliefs import Beliefs
from fundsim.reference.chance import Dice, cents, normal, poisson
from fundsim.scenario.schema import Index
from fundsim.scenario.schema.income import (
    BudgetLine,
    ConvictionLevy,
    Grant,
    RevenueShare,
    SeizedAssets,
)

LEAST_GROWTH = -0.5
Flow = list[int]  # cents by month


class Economy:
    """Prices, wages and interest of one replication by calendar year."""

    def __init__(self, beliefs: Beliefs, dice: Dice) -> None:
        """Live through the years, forwards from the price year and backwards at the means."""
        self._beliefs = beliefs
        years = range(beliefs.first_year, beliefs.last_year + 1)
        price_year = beliefs.world.time.price_year
        inflation: dict[int, float] = {}
        real: dict[int, float] = {}
        for year in years:
            inflation[year] = mean = beliefs.at("macro.inflation", year)
            wages = beliefs.at("macro.real_wage_growth", year)
            if year > price_year:
                before = inflation[year - 1] - beliefs.at("macro.inflation", year - 1)
                persists = beliefs.at("macro.inflation_persistence", year) * before
                shock = beliefs.at("macro.inflation_sd", year) * normal(
                    dice.yearly("inflation", year)
                )
                inflation[year] = max(mean + persists + shock, LEAST_GROWTH)
                wages += beliefs.at("macro.wage_sd", year) * normal(dice.yearly("real wages", year))
            real[year] = max(wages, LEAST_GROWTH)
        self.prices = compounded(inflation, price_year)
        self.wages = compounded(
            {y: (1 + inflation[y]) * (1 + real[y]) - 1 for y in years}, price_year
        )
        local = compounded({y: beliefs.at("macro.depreciation", y) for y in years}, price_year)
        self.exchange_rate = {y: beliefs.at("country.exchange_rate", y) * local[y] for y in years}
        self.returns = {
            y: max(
                beliefs.at("macro.investment_return", y)
                + beliefs.at("macro.return_sd", y) * normal(dice.yearly("return", y)),
                LEAST_GROWTH,
            )
            for y in years
        }

    def index(self, kind: Index, year: int) -> float:
        """What an amount of the price year has grown to."""
        match kind:
            case "none":
                return 1.0
            case "prices":
                return self.prices[year]
            case "wages":
                return self.wages[year]
            case _:
                assert_never(kind)

    def real(self, euros: float, month: float) -> float:
        """An amount paid in a month, in euro of the price year."""
        return euros / self.prices[self._beliefs.year_of(month)]


def compounded(growth: dict[int, float], price_year: int) -> dict[int, float]:
    """An index that is 1 in the price year and steps each January."""
    index = {price_year: 1.0}
    for year in range(price_year + 1, max(growth) + 1):
        index[year] = index[year - 1] * (1 + growth[year])
    for year in range(price_year - 1, min(growth) - 1, -1):
        index[year] = index[year + 1] / (1 + growth[year + 1])
    return index


class Income:
    """What each source of one replication brings, month by month."""

    def __init__(self, beliefs: Beliefs, economy: Economy, dice: Dice) -> None:
        """Nothing is drawn before it is asked for."""
        self._beliefs, self._economy, self._dice = beliefs, economy, dice
        time = beliefs.world.time
        self._opening = time.start_year
        self._years = range(time.start_year, beliefs.last_year + 1)

    def all_sources(self) -> dict[str, Flow]:
        """The flow of each source in force but the budget lines, by name."""
        world = self._beliefs.world
        if not world.has_fund:
            return {}
        return {
            name: self._while_in_force(name, self._flow(name, source))
            for name, source in sorted(world.income.items())
            if world.ever_in_force(name) and not isinstance(source, BudgetLine)
        }

    def _flow(
        self, name: str, source: SeizedAssets | ConvictionLevy | RevenueShare | Grant
    ) -> Flow:
        match source:
            case SeizedAssets():
                return self._confiscated(name, source)
            case ConvictionLevy():
                return self._levied(name, source)
            case RevenueShare():
                return self._shared(name, source)
            case Grant():
                return self._granted(name, source)
            case _:
                assert_never(source)

    def _while_in_force(self, name: str, flow: Flow) -> Flow:
        """Nothing before the source's first year, nor in the years of a phase in which it is not in force."""
        kept = []
        for month, income in enumerate(flow):
            year = self._opening + month // 12
            source = self._beliefs.world.in_year(year).income[name]
            runs = source.in_force and (source.from_year or self._opening) <= year
            kept.append(income if runs else 0)
        return kept

    def _confiscated(self, name: str, assets: SeizedAssets) -> Flow:
        """A Poisson number of lognormal values, each in cash after a delay."""
        flow = [0] * (12 * len(self._years))
        for place, year in enumerate(self._years):
            number = self._at(name, "confiscations_a_year", year)
            if number == 0:
                continue
            mean = self._at(name, "yearly_value", year) / number
            mean *= (
                self._at(name, "realised_rate", year) * self._at(name, "earmarked_rate", year)
                * self._at(name, "honoured_rate", year)
            )  # fmt: skip
            mean *= self._economy.index(assets.index, year)
            sigma = self._at(name, "value_sigma", year)
            for event in range(poisson(self._uniform(name, "confiscations", year), number)):
                z = normal(self._uniform(name, "value", year, event))
                wait = self._at(name, "delay.median", year) * math.exp(
                    self._at(name, "delay.sigma", year)
                    * normal(self._uniform(name, "delay", year, event))
                )
                of_year = math.floor(12 * self._uniform(name, "month of confiscation", year, event))
                month = math.floor(12 * place + of_year + min(wait, 1e6))
                if month < len(flow):
                    flow[month] += cents(mean * math.exp(sigma * z - sigma**2 / 2))
        return flow

    def _levied(self, name: str, levy: ConvictionLevy) -> Flow:
        """A Poisson number of convictions, each with the part of the levy that is collected."""
        yearly = []
        for year in self._years:
            rate = self._at(name, "convictions_a_year", year)
            number = poisson(self._uniform(name, "convictions", year), rate)
            each = self._at(name, "levy", year) * self._at(name, "collected_rate", year)
            each *= self._at(name, "honoured_rate", year)
            yearly.append(cents(number * each * self._economy.index(levy.index, year)))
        return by_twelfths(yearly)

    def _shared(self, name: str, revenue: RevenueShare) -> Flow:
        """A share of a revenue that varies from year to year about its mean."""
        yearly = []
        for year in self._years:
            sd, z = self._at(name, "yearly_sd", year), normal(self._uniform(name, "revenue", year))
            mean = self._at(name, "yearly_revenue", year) * self._at(name, "earmarked_rate", year)
            mean *= self._at(name, "honoured_rate", year)
            varied = mean * math.exp(sd * z - sd**2 / 2)
            yearly.append(cents(varied * self._economy.index(revenue.index, year)))
        return by_twelfths(yearly)

    def _granted(self, name: str, grant: Grant) -> Flow:
        """Runs in its first year; goes on by chance, and when lost is found again by chance."""
        first = self._opening if grant.from_year is None else max(grant.from_year, self._opening)
        yearly, runs = [], True
        for year in self._years:
            if year > first:
                chance = "renewal_rate" if runs else "regained_rate"
                runs = self._uniform(name, "renewal", year) < self._at(name, chance, year)
            amount = self._at(name, "amount", year) * self._economy.index(grant.index, year)
            yearly.append(cents(amount) if runs else 0)
        return in_january(yearly)

    def _at(self, name: str, key: str, year: int) -> float:
        return self._beliefs.at(f"income.{name}.{key}", year)

    def _uniform(self, name: str, what: str, year: int, event: int = 0) -> float:
        return self._dice.yearly(f"{what} of {name}", year, event)


def in_january(yearly: list[int]) -> Flow:
    """Each year's sum in its first month."""
    return [amount if month == 0 else 0 for amount in yearly for month in range(12)]


def by_twelfths(yearly: list[int]) -> Flow:
    """A twelfth each month; January takes the remainder."""
    flow = []
    for amount in yearly:
        part = amount // 12
        flow += [amount - 11 * part] + [part] * 11
    return flow
