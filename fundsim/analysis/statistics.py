"""The statistics of a measure over replications: its central figure with the Monte Carlo error, percentiles, what spreads it, its tail."""

from __future__ import annotations

import math

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.needs import amount
from fundsim.analysis.precision import Estimate
from fundsim.analysis.project import Projection
from fundsim.analysis.tags import Measure
from fundsim.model.parameters import TWINS
from fundsim.scenario.assumption import Floats

PERCENTS = (5, 25, 50, 75, 95)
SOLVENT = (50, 75, 80, 90, 95, 99)  # of 100 futures
SOLVENT_STATISTICS = tuple(f"solvent{percent}" for percent in SOLVENT)


def pair_of(m: Measure, column: str) -> tuple[str, str]:
    """The columns of a ratio, of its year where it is yearly.  column  the first of them, or the measure's name, with @year"""
    year = column.partition("@")[2]
    return f"{m.above}@{year}" if year else m.above, below_of(m, column)


def below_of(m: Measure, column: str) -> str:
    """The column of what a measure is of; of a yearly ratio that of its year."""
    year = column.partition("@")[2]
    return f"{m.below}@{year}" if year and m.kind == "ratio" else m.below


def estimate(projection: Projection, m: Measure, column: str) -> tuple[Estimate, Floats]:
    """A measure's central figure with its error, and its value in each replication."""
    if m.kind == "ratio":
        above, below = (projection.column(one) for one in pair_of(m, column))
        each = above[below > 0] / below[below > 0]
        return precision.ratio(above, below), each
    x = projection.column(column)
    return (precision.probability if m.kind == "probability" else precision.mean)(x), x


def figure(projection: Projection, m: Measure, column: str, statistic: str) -> Estimate:
    """One statistic of a measure with its error: the mean, a percentile (p95), or what suffices (solvent95).

    The percentiles of a ratio have no error: a future in which nothing is below has no place among them.
    """
    if statistic == "mean":
        return estimate(projection, m, column)[0]
    if m.kind == "need":
        return amount(projection.column(column), int(statistic.removeprefix("solvent")) / 100)
    if m.kind == "ratio":
        return Estimate(math.nan, None)
    return precision.quantile(projection.column(column), int(statistic.removeprefix("p")) / 100)


def statistics(projection: Projection, m: Measure, column: str) -> dict[str, float]:
    """Every statistic of one measure (of one year); none where it is not defined, no percentiles of one value."""
    if m.kind == "need":
        return _suffices(projection.column(column))
    if m.below and not projection.column(below_of(m, column)).any():
        return {}
    centre, x = estimate(projection, m, column)
    found = {"mean": centre.value}
    if centre.mc_error is not None:
        found["mc_error"] = centre.mc_error
    if not m.yearly and (parts := _spread(projection, m, column)) is not None:
        found |= {"sd_assumptions": parts.assumptions, "sd_chance": parts.chance}
    if m.kind == "probability":
        if projection.replications > 1:
            low, high = precision.wilson(centre, projection.replications)
            found |= {"low95": low, "high95": high}
        return found
    if x.size > 1:
        found |= {f"p{p}": q for p, q in zip(PERCENTS, percentiles(x), strict=True)}
    if m.tail and projection.replications >= precision.LEAST_FOR_995:
        tails = {"var99_5": precision.quantile(x, 0.995)}
        if projection.replications >= precision.LEAST_FOR_TVAR:
            tails["tvar99_5"] = precision.tail_mean(x, 0.995)
        for name, tail in tails.items():
            found[name] = tail.value
            if tail.mc_error is not None:
                found[f"{name}_mc_error"] = tail.mc_error
    return found


def _suffices(need: Floats) -> dict[str, float]:
    """The amounts with which 50 … 99 of 100 futures never fall short, infinite where none suffices."""
    found = {}
    for percent, statistic in zip(SOLVENT, SOLVENT_STATISTICS, strict=True):
        if (percent / 100) ** need.size > 0.025:
            continue  # the largest of so few is no such quantile: no 95 % interval of it exists
        value = amount(need, percent / 100)
        found[statistic] = value.value
        if value.mc_error is not None:
            found[f"{statistic}_mc_error"] = value.mc_error
    return found


def percentiles(x: Floats) -> list[float]:
    """The PERCENTS of some values, as `np.percentile` gives them, to the last bit; it takes far longer
    to find out what it was given than to sort a few hundred values."""
    ordered, found = np.sort(x).tolist(), []
    if math.isnan(ordered[-1]):
        return [math.nan] * len(PERCENTS)
    for p in PERCENTS:
        place = p / 100 * (len(ordered) - 1)
        low = math.floor(place)
        a, b, t = ordered[low], ordered[min(low + 1, len(ordered) - 1)], place - low
        found.append(a + (b - a) * t if t < 0.5 else b - (b - a) * (1 - t))
    return found


def _spread(projection: Projection, m: Measure, column: str) -> precision.Spread | None:
    """What we do not know and chance; futures where a ratio has nothing below go with their twins."""
    if m.kind != "ratio":
        return precision.spread(projection.column(column))
    above, below = projection.column(m.above), projection.column(m.below)
    n = below.size // TWINS * TWINS
    known = np.repeat((below[:n].reshape(-1, TWINS) > 0).all(axis=1), TWINS)
    return precision.spread(above[:n][known] / below[:n][known])
