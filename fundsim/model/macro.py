"""Prices, wages, returns: yearly processes, the same for all in a replication (method §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.model.parameters import Parameters
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import Index, Time

Ints = NDArray[np.int64]
LEAST_GROWTH = -0.5  # no yearly rate falls below this


@dataclass(frozen=True)
class Macro:
    """Indices and rates of a block of replications.  Each is [replication, year].

    prices, wages      index, 1 in the price year; they step in January
    investment_return  nominal return of the year
    exchange_rate      local currency for one euro
    """

    prices: Floats
    wages: Floats
    investment_return: Floats
    exchange_rate: Floats

    def part(self, rows: slice) -> Macro:
        """Those of some replications."""
        tables = (self.prices, self.wages, self.investment_return, self.exchange_rate)
        return Macro(*(table[rows] for table in tables))

    def index(self, kind: Index) -> Floats:
        """The index that an amount grows with: none, prices or wages.  [replication, year]"""
        match kind:
            case "none":
                return np.ones_like(self.prices)
            case "prices":
                return self.prices
            case "wages":
                return self.wages
            case _:
                assert_never(kind)


def draw_macro(parameters: Parameters, streams: Streams, replications: Ints, time: Time) -> Macro:
    """Draw the yearly processes along ``parameters.years``."""
    years = parameters.years
    shape = (replications.size, years.size)

    def wide(key: str) -> Floats:
        return np.broadcast_to(parameters[key], shape)

    def shocks(stream: str) -> Floats:
        return np.asarray(special.ndtri(streams.yearly(stream, replications, years)))

    mean, persistence = wide("macro.inflation"), wide("macro.inflation_persistence")
    inflation = mean.copy()
    noise = wide("macro.inflation_sd") * shocks("inflation")
    first = int(time.price_year - years[0]) + 1  # the first year after the price year
    for y in range(first, years.size):
        carried = persistence[:, y] * (inflation[:, y - 1] - mean[:, y - 1])
        inflation[:, y] = np.maximum(mean[:, y] + carried + noise[:, y], LEAST_GROWTH)
    real = wide("macro.real_wage_growth").copy()
    real[:, first:] += (wide("macro.wage_sd") * shocks("real wages"))[:, first:]
    real = np.maximum(real, LEAST_GROWTH)
    returns = wide("macro.investment_return") + wide("macro.return_sd") * shocks("return")
    rate = parameters["country.exchange_rate"] * _index(wide("macro.depreciation"), first)
    return Macro(
        prices=_index(inflation, first),
        wages=_index((1 + inflation) * (1 + real) - 1, first),
        investment_return=np.maximum(returns, LEAST_GROWTH),
        exchange_rate=rate,
    )


def _index(growth: Floats, first: int) -> Floats:
    """Compounded growth, 1 in the price year (the one before `first`), backwards too."""
    logs = np.cumsum(np.log1p(growth), axis=1)
    return np.asarray(np.exp(logs - logs[:, first - 1 : first]))
