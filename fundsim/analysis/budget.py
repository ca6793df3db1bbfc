"""The budget path: what each year needs if everything is paid in it, and which amounts are enough (method §18).

What falls due does not hang on cash, so the need of a year is exact in each future: at its dearest month, costs and
payments due so far in the year less what has come in from everywhere but the budget.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.needs import YEARLY, enough
from fundsim.analysis.precision import Estimate
from fundsim.analysis.project import Projection, Unit, block_answers, project
from fundsim.analysis.shown import Shown
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario

SAFE = (0.5, 0.8, 0.95)  # shares of futures that a path is given for


@dataclass(frozen=True, repr=False)
class Path(Shown):
    """What each year of some futures needs.

    years   calendar years of the horizon
    need    nominal euro;  local  nominal local currency  [year, replication]
    beside  what the state bears beside the fund, nominal euro, mean  [year]
    """

    scenario: Scenario
    seed: int
    years: tuple[int, ...]
    need: Floats
    local: Floats
    beside: Floats

    @property
    def replications(self) -> int:
        """Number of futures."""
        return int(self.need.shape[1])

    def of(self, first: int, last: int) -> Path:
        """That of some years."""
        kept = [place for place, year in enumerate(self.years) if first <= year <= last]
        years = tuple(self.years[place] for place in kept)
        return Path(
            self.scenario, self.seed, years, self.need[kept], self.local[kept], self.beside[kept]
        )

    def together(self) -> Floats:
        """What all years need together, when each pays for itself.  Nominal euro [replication]"""
        return np.asarray(self.need.sum(axis=0))


@dataclass(frozen=True)
class Amount:
    """An amount that is enough in a share of futures, and what becomes of it.  Euro

    low95, high95  95 % interval, of chance in the replications alone
    spent, lapses  on average;  too_small  share of futures in which it is;  missing  on average then, None if never
    """

    value: float
    low95: float
    high95: float
    spent: float
    lapses: float
    too_small: Estimate
    missing: float | None


def path_of(
    scenario: Scenario,
    replications: int,
    seed: int,
    workers: int = 1,
    on_block: Callable[[str], None] = lambda name: None,
    unit: Unit = block_answers,
) -> Path:
    """The needs of each year of the horizon; arguments as for `project`.  The scenario must have a fund."""
    [run] = project([scenario], replications, seed, workers, on_block, unit=unit)
    return path_in(run)


def path_in(run: Projection) -> Path:
    """The same of a projection that was made of `block_answers`."""
    years = tuple(run.years())

    def table(name: str) -> Floats:
        return np.stack([run.column(f"{name}@{year}") for year in years])

    need, local = map(table, YEARLY)
    return Path(run.scenario, run.seed, years, need, local, table("state_cost").mean(axis=1))


def amount(need: Floats, safe: float) -> Amount:
    """The smallest amount that is enough in at least that share of futures.

    need  what each future needs, euro [replication];  safe  between 0 and 1
    """
    found = enough(np.ceil(need), safe)
    short = np.maximum(need - found.amount, 0.0)
    fails = precision.probability((short > 0).astype(np.float64))
    return Amount(
        found.amount,
        found.low95,
        found.high95,
        spent=float(np.minimum(need, found.amount).mean()),
        lapses=float(np.maximum(found.amount - need, 0.0).mean()),
        too_small=fails,
        missing=float(short[short > 0].mean()) if fails.value > 0 else None,
    )
