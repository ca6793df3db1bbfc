"""Comparing scenarios future by future: on the same draws, most noise cancels (method §14)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.measures import columns_of, named
from fundsim.analysis.precision import Estimate
from fundsim.analysis.project import Projection
from fundsim.analysis.shown import Table
from fundsim.analysis.statistics import below_of, pair_of
from fundsim.analysis.tags import Measure
from fundsim.scenario.assumption import Floats
from fundsim.scenario.clashes import refuse_shared_codes
from fundsim.scenario.errors import InputError, Problem

STATISTICS = ("mean", "p50", "p95")
ROUNDING = 1e-9  # an error that is this share of another is the computer's rounding, and nothing is a ratio of it


@dataclass(frozen=True)
class Difference:
    """One measure of a variant beside the same of the first scenario, paired by replication.

    year          calendar year, or None for the horizon;  statistic  of STATISTICS
    first, second the two figures, NaN where the measure is not defined (`Measure.undefined`)
    change        second - first, with its Monte Carlo error (None if unknown)
    low95, high95 95 % interval of the change (of the simulation alone)
    better        share of futures in which the variant is better;  worse  in which it is worse; both
                  None where neither lower nor higher is better, or for a quantile
    noise_cut     how many times the variance of the change that independent runs would have, with batches of
                  their own as every run; None if unknown
    pairing       how many times the variance over futures that the change would have without common draws
    pairing_most  the most that any pairing could reach, were the two figures one up to scale: (a² + b²) / (a − b)²
                  of their standard deviations; infinite where these are equal
    same          the same in every future, or defined in neither
    """

    scenario: str
    measure: str
    unit: str
    year: int | None
    statistic: str
    first: float
    second: float
    change: float
    mc_error: float | None
    low95: float
    high95: float
    better: float | None
    worse: float | None
    noise_cut: float | None
    pairing: float | None
    pairing_most: float | None
    same: bool

    @property
    def within_noise(self) -> bool:
        """The interval of the change holds zero: the run cannot tell the two apart."""
        return self.mc_error is None or self.low95 <= 0 <= self.high95

    @property
    def defined(self) -> bool:
        """Whether both figures are: else there is no change to tell of."""
        return math.isfinite(self.first) and math.isfinite(self.second)


def compare(projections: Sequence[Projection], yearly: bool = False) -> list[Difference]:
    """Every measure of each later scenario against the first, as one tidy table.

    projections  of the same number of replications and seed
    yearly       measures of single years too
    Raises `InputError` if they are not paired, or two countries have one code.
    """
    refuse_shared_codes(p.scenario for p in projections)
    first, *variants = projections
    for variant in variants:
        if (variant.seed, variant.replications) != (first.seed, first.replications):
            rule = "is not paired with the first: give both the same seed and replications"
            raise InputError(Problem(variant.scenario.name, rule))
    found: list[Difference] = []
    for variant in variants:
        theirs = {m.name for m in named(variant)}
        for m in named(first):
            if m.name not in theirs or (m.yearly and not yearly):
                continue
            years = set(first.years()) & set(variant.years()) if m.yearly else {None}
            for year in sorted(years, key=lambda y: y or 0):
                found += _differences(first, variant, m, year)
    return Table(found)


def _differences(
    first: Projection, variant: Projection, m: Measure, year: int | None
) -> list[Difference]:
    column = columns_of(m, year)[0]
    if column not in first or column not in variant:
        return []
    both = [figures(p, m, column) for p in (first, variant)]
    x, y = (each_future(p, m, column) for p in (first, variant))
    rows = []
    for statistic in STATISTICS:
        if not all(statistic in figure for figure in both):
            continue
        a, b = (figure[statistic] for figure in both)
        change = precision.difference(a, b)
        half = precision.Z95 * (change.mc_error or 0.0)
        mean = statistic == "mean"
        rows.append(
            Difference(
                variant.scenario.name, m.name, m.unit, year, statistic, a.value, b.value, change.value,
                change.mc_error, change.value - half, change.value + half,
                _share(m, y - x, 1) if mean else None, _share(m, y - x, -1) if mean else None,
                _noise_cut(a, b, change), *_pairing(a, b), bool(np.array_equal(x, y, equal_nan=True)),
            )
        )  # fmt: skip
    return rows


def figures(projection: Projection, m: Measure, column: str) -> dict[str, Estimate]:
    """The figures of a measure that can be compared, each with its influence; NaN where it is not defined, and no
    percentiles of one future."""
    if m.kind == "ratio":
        return {"mean": precision.ratio(*map(projection.column, pair_of(m, column)))}
    x = projection.column(column)
    if not defined(projection, m, column):
        return {"mean": Estimate(math.nan, None)}
    if m.kind == "probability" or x.size == 1:
        return {"mean": precision.mean(x)}
    return {
        "mean": precision.mean(x),
        "p50": precision.quantile(x, 0.5),
        "p95": precision.quantile(x, 0.95),
    }


def defined(projection: Projection, m: Measure, column: str) -> bool:
    """Whether a measure has a value: what it is of occurs, and there is a fund that can fall short."""
    if m.kind == "probability" and not m.says_something(projection.scenario.world):
        return False
    return not m.below or bool(projection.column(below_of(m, column)).any())


def each_future(projection: Projection, m: Measure, column: str) -> Floats:
    """The measure in each future; NaN where it is not defined.  [replication]"""
    if not defined(projection, m, column):
        return np.full(projection.replications, np.nan)
    if m.kind != "ratio":
        return projection.column(column)
    above, below = map(projection.column, pair_of(m, column))
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)


def _share(m: Measure, change: Floats, sign: int) -> float | None:
    """Share of futures in which the change is for the better (sign 1) or the worse (-1)."""
    match m.better:
        case None:
            return None
        case "more":
            upward = sign
        case "less":
            upward = -sign
        case _:
            assert_never(m.better)
    known = change[~np.isnan(change)]
    if not known.size:
        return None
    return float(np.mean(known > 0 if upward > 0 else known < 0))


def _noise_cut(a: Estimate, b: Estimate, change: Estimate) -> float | None:
    if not a.mc_error or not b.mc_error or not change.mc_error:
        return None
    if change.mc_error < ROUNDING * max(a.mc_error, b.mc_error):
        return None
    return (a.mc_error**2 + b.mc_error**2) / change.mc_error**2


def _pairing(a: Estimate, b: Estimate) -> tuple[float | None, float | None]:
    """By how much common draws lower the variance of a change in one future, and the most that they could."""
    if a.influence is None or b.influence is None:
        return None, None
    apart = float(a.influence.var() + b.influence.var())
    together = float((b.influence - a.influence).var())
    if apart == 0 or together <= ROUNDING**2 * apart:
        return None, None
    scales = float((a.influence.std() - b.influence.std()) ** 2)
    return apart / together, apart / scales if scales else np.inf
