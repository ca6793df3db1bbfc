"""A scheme that ran, projected from what was known before, and set against what was published later (method §22)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fundsim.model.lines import is_line
from fundsim.model.run import Future, block_size, futures
from fundsim.scenario.assumption import Floats, Ints
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.files import folder, table

REPLICATIONS, SEED = 400, 20260101
PERCENTS = (0.1, 0.25, 0.5, 0.75, 0.9)
BANDS = {0.5: (0.25, 0.75), 0.8: (0.1, 0.9)}
# measures that do not grow with the number of claims that one case stands for
SHARES = ("approval_share", "mean_paid", "months_to_decision", "recovered_share")
UNSURE = "YEAR UNSURE"  # in a figure's note
NEUTRAL = "neutral"  # the file that the others differ from


@dataclass(frozen=True)
class Scheme:
    """A scheme that ran, and how it is described.

    cut         last year of which any figure was used;  stands_for  claims that one case stands for
    money       what euro in its file stands for;  blind  whether it was described without knowing later years
    fitted, judged  where its numbers come from;  tested  the measures that count
    learned     what the comparison teaches
    """

    name: str
    title: str
    cut: int
    stands_for: int
    money: str
    blind: bool
    fitted: str
    judged: str
    tested: tuple[str, ...]
    learned: str

    @property
    def scenario(self) -> Scenario:
        """Its file, resolved."""
        return load(str(_place() / f"{self.name}.toml"))


@dataclass(frozen=True)
class Published:
    """A figure that a scheme published; low and high are equal where it is known exactly.

    use  known (before the cut), predicted, or shown: published, and not counted
    """

    scheme: str
    measure: str
    year: int
    low: float
    value: float
    high: float
    unit: str
    source: str
    use: str
    note: str

    @property
    def dated(self) -> str:
        """Its year; with a question mark where the source has no date and the year is our reading."""
        return f"{self.year}?" if self.unsure else str(self.year)

    @property
    def unsure(self) -> bool:
        """Whether the source has no date."""
        return UNSURE in self.note


@dataclass(frozen=True)
class Predicted:
    """A figure, and what was projected of it at each of PERCENTS."""

    figure: Published
    quantiles: dict[float, float]

    def inside(self, band: float) -> bool:
        """Whether it lies within the band that holds so large a share of the simulations."""
        least, most = BANDS[band]
        return self.figure.high >= self.quantiles[least] and self.figure.low <= self.quantiles[most]

    @property
    def side(self) -> str:
        """Where it lies beside the band of 80 %: within, above or below."""
        if self.inside(0.8):
            return "within"
        return "above" if self.figure.low > self.quantiles[0.9] else "below"


@dataclass(frozen=True)
class Backtest:
    """A scheme held against what it published.

    paths      each measure's PERCENTS by year  measure -> [percent, year];  years  of the paths
    figures    what was published, with what was projected of it
    """

    scheme: Scheme
    years: tuple[int, ...]
    paths: dict[str, Floats]
    figures: tuple[Predicted, ...]

    @property
    def counted(self) -> list[Predicted]:
        """The figures that count."""
        return [one for one in self.figures if one.figure.use == "predicted"]

    def coverage(self, band: float) -> float:
        """The share of the figures that count within a band."""
        return float(np.mean([one.inside(band) for one in self.counted]))


def _place() -> Path:
    return folder() / "comparator"


def schemes() -> dict[str, Scheme]:
    """The shipped schemes by name, in the order of their file."""
    said = table(_place() / "schemes.toml")
    return {
        name: Scheme(name=name, **{**one, "tested": tuple(one["tested"])})
        for name, one in said.items()
    }


def scheme(name: str) -> Scheme:
    """A scheme by name; raises `InputError` with the nearest one."""
    known = schemes()
    if name not in known:
        rule = f"no such scheme; there are {', '.join(known)}"
        raise InputError(Problem("backtest", rule, value=name, nearest=nearest(name, known)))
    return known[name]


def published() -> list[Published]:
    """Everything that the schemes published, as far as it was read."""
    with (folder() / "data" / "published.csv").open(encoding="utf-8", newline="") as file:
        return [
            Published(
                row["scheme"], row["measure"], int(row["year"]), float(row["low"] or row["value"]),
                float(row["value"]), float(row["high"] or row["value"]), row["unit"], row["source"], row["use"], row["note"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def backtest(
    one: Scheme, figures: Sequence[Published], replications: int = REPLICATIONS, seed: int = SEED,
    on_block: Callable[[str], None] = lambda name: None,
) -> Backtest:  # fmt: skip
    """Project a scheme, and set it against its published figures."""
    scenario = one.scenario
    return held_against(
        one, scenario, [x for x in figures if x.scheme == one.name], replications, seed, on_block
    )


def held_against(
    one: Scheme, scenario: Scenario, figures: Sequence[Published], replications: int, seed: int,
    on_block: Callable[[str], None] = lambda name: None,
) -> Backtest:  # fmt: skip
    """Project a scenario, and set it against figures of a scheme."""
    world = scenario.world
    years = tuple(range(world.time.start_year, world.time.start_year + world.time.horizon_years))
    parts: dict[str, list[Floats]] = {}
    size = block_size(world)
    for first in range(0, replications, size):
        numbers = np.arange(first, min(first + size, replications))
        for future in futures(world, seed, numbers):
            for name, of_year in figures_of(future).items():
                parts.setdefault(name, []).append(of_year)
        on_block(scenario.name)
    paths = {}
    for name, tables in parts.items():
        scale = 1 if name in SHARES else one.stands_for
        paths[name] = _quantiles(np.concatenate(tables)) * scale
    found = [
        Predicted(figure, dict(zip(PERCENTS, paths[figure.measure][:, figure.year - years[0]].tolist(), strict=True)))
        for figure in figures
        if figure.measure in paths and years[0] <= figure.year <= years[-1]
    ]  # fmt: skip
    return Backtest(one, years, paths, tuple(found))


def _quantiles(table: Floats) -> Floats:
    """PERCENTS of each year over the futures in which it is defined.  [percent, year]"""
    found = np.full((len(PERCENTS), table.shape[1]), np.nan)
    for y in range(table.shape[1]):
        defined = table[:, y][np.isfinite(table[:, y])]
        if defined.size:
            found[:, y] = np.quantile(defined, PERCENTS)
    return found


def figures_of(future: Future) -> dict[str, Floats]:
    """What a scheme publishes of a year, in each future: counts, money, waits.  measure -> [replication, year]"""
    drawn, ledger, claims = future.drawn, future.ledger, future.drawn.claims
    years, n = future.world.time.horizon_years, drawn.replications.size

    def count(at: Floats, weights: Floats | None = None) -> Floats:
        place = np.floor(np.minimum(at, 12.0 * years) / 12).astype(np.int64)
        return _table(claims.replication, place, weights, n, years)

    def money(flow: Ints) -> Floats:
        return np.asarray(flow[:, : 12 * years].reshape(n, years, 12).sum(axis=2) / 100.0)

    def per(above: Floats, below: Floats) -> Floats:
        return np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)

    decided_at = future.decided_at
    filed, decided = count(claims.filed_at), count(decided_at)
    granted = count(np.where(claims.approved, decided_at, np.inf))
    wait = count(decided_at, np.where(np.isfinite(decided_at), decided_at - claims.filed_at, 0.0))
    paid, recovered = money(ledger.benefits), money(ledger.recoveries)
    owed = count(np.where(claims.approved, decided_at, np.inf), claims.benefit / 100.0)
    earmarked = [flow for name, flow in ledger.income.items() if not is_line(future.world, name)]
    levies = money(sum(earmarked, np.zeros_like(ledger.cash)))
    state = future.owed.costs.state_total[:, : 12 * years].reshape(n, years, 12).sum(axis=2)
    return {
        "claims": filed,
        "decided": decided,
        "granted": granted,
        "refused": decided - granted,
        "waiting": np.cumsum(filed - decided, axis=1),
        "approval_share": per(granted, decided),
        "months_to_decision": per(wait, decided),
        "paid": paid,
        "mean_paid": per(owed, granted),
        "recovered": recovered,
        "recovered_share": per(recovered, paid),
        "levy_income": levies,
        "income": money(ledger.income_total) + recovered,
        "running_costs": money(ledger.costs_total) + state,
        "balance": ledger.cash[:, 11 : 12 * years : 12] / 100.0,
    }  # fmt: skip


def _table(replication: Ints, year: Ints, weights: Floats | None, n: int, years: int) -> Floats:
    """Sums by replication and year; what happens later is left out."""
    place = replication * (years + 1) + np.minimum(year, years)
    sums = np.bincount(place, weights=weights, minlength=n * (years + 1)).astype(np.float64)
    return sums.reshape(n, years + 1)[:, :years]


def all_backtests(
    replications: int = REPLICATIONS, seed: int = SEED, names: Sequence[str] = ()
) -> Iterator[Backtest]:
    """Every shipped scheme, or those named, held against what it published."""
    figures, known = published(), schemes()
    for name in names or known:
        yield backtest(scheme(name), figures, replications, seed)
