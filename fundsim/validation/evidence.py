"""Section 5: against data.  Little data exists, so these checks are weak, and say how weak.

Yearly counts of victims stand in scenarios/data/caseload.csv, what schemes published in scenarios/data/published.csv.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from scipy import special, stats

from fundsim.analysis.backtest import Backtest, all_backtests
from fundsim.analysis.calibrate import (
    SIZE_MIDDLE,
    SIZE_SD,
    TREND_SD,
    Count,
    held_out,
    register,
)
from fundsim.analysis.counts import read_counts, shipped_counts
from fundsim.analysis.fits import LEAST_YEARS
from fundsim.model.caseload import poisson_quantile
from fundsim.model.drawn import draw
from fundsim.model.streams import Streams
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line, make

LAST_FITTED = 2019
# which count of victims is used of each country: registered ones, or formally identified ones where no others are counted
DEFINITIONS = {
    "serbia": "registered", "bosnia_and_herzegovina": "registered", "montenegro": "formal", "north_macedonia": "registered",
    "albania": "registered", "kosovo": "formal",
}  # fmt: skip
# awards to trafficked persons by criminal courts in a year
AWARDS = (
    ("serbia", 2022, 1, "rs_tip_2024"),
    ("serbia", 2023, 3, "rs_tip_2024"),
    ("bosnia_and_herzegovina", 2019, 1, "ba_cenppz_2019"),
    ("montenegro", 2020, 0, "me_greta_2021"),
)
CITED = "scenarios/data/published.csv; docs/held_against_reality.md"
BAND = (0.1, 0.9)
ALARM = 0.001  # chance that a right model misses the limit


def inside(line: Line, hits: int, n: int) -> Check:
    """Points inside a band that should hold four in five; the limit has the chance ALARM to be missed.

    Power: against a band that holds only half of the points.
    """
    least = max(int(stats.binom.ppf(ALARM, n, 0.8)), 1)
    power = float(stats.binom.cdf(least - 1, n, 0.5))
    return make(
        line,
        ours=float(hits),
        theirs=0.8 * n,
        mc_error=math.sqrt(0.16 * n),
        score=float(hits),
        score_name="inside",
        least=float(least),
        most=float(n),
        power=f"weak: a band that holds only half of the points would be found with probability {power:.2f}, "
        "and the points are not independent",
        false_alarm=float(stats.binom.cdf(least - 1, n, 0.8)),
    )


def hold_out(seed: int) -> list[Check]:
    """Yearly counts to 2019 predict those of 2020 on, in every country that has three years to fit to."""
    hits, misses, n = 0, [], 0
    for country, definition in DEFINITIONS.items():
        rows, _ = read_counts(shipped_counts(), country, definition)
        counts = [
            Count(row.year, int(row.low), int(row.high), row.years)
            for row in rows if row.key == "caseload.level"
        ]  # fmt: skip
        known = [one for one in counts if one.year + one.years - 1 <= LAST_FITTED]
        if len(known) < LEAST_YEARS:
            continue
        for held in held_out(counts, LAST_FITTED):
            if held.count.years > 1:
                continue
            n += 1
            hits += held.inside(*BAND)
            if not held.inside(*BAND):
                low, high = held.predicted[BAND[0]], held.predicted[BAND[1]]
                name = load(country).world.country.name
                misses.append(
                    f"{name} {held.count.year}: {held.count.middle:g}, band {low:.0f}-{high:.0f}"
                )
    line = Line(
        "5.01",
        "Hold-out: yearly registered victims in the 80 % band",
        f"held_out(): mean, trend and over-dispersion fitted to 2019, bands from 2020 on; missed: {'; '.join(misses) or 'none'}",
        "counts",
        "scenarios/data/caseload.csv",
    )
    return [inside(line, hits, n)]


def awards(seed: int) -> list[Check]:
    """Yearly awards by criminal courts that the shipped assumptions imply, and the few on record.

    The assumptions were set with these records in sight, so this is no independent test.
    """
    hits, misses = 0, []
    for country, when, count, _ in AWARDS:
        sets = ["time.history_years=20", "time.horizon_years=1", "time.runoff_years=1"]
        world = load(f"{country}+full_judgment", sets).world
        drawn = draw(world, seed, np.arange(1000))
        months = 12 * (when - world.time.start_year)
        cases = drawn.cases
        own = (cases.award_at >= months) & (cases.award_at < months + 12) & ~cases.by_civil_court
        year = np.bincount(cases.victims.replication[own], minlength=1000)
        low, high = np.quantile(year, BAND)
        hits += bool(low <= count <= high)
        if not low <= count <= high:
            misses.append(f"{world.country.name} {when}: {count}, band {low:.0f}-{high:.0f}")
    line = Line(
        "5.02",
        "Yearly awards by criminal courts in the 80 % band",
        f"draw() with the shipped assumptions, at today's rates; missed: {'; '.join(misses) or 'none'}",
        "counts",
        "public records: " + ", ".join(sorted({source for *_, source in AWARDS})),
    )
    return [inside(line, hits, len(AWARDS))]


KINDS = {
    "5.03": ("Claims and decisions", ("claims", "decided", "granted", "refused", "approval_share", "waiting", "months_to_decision")),
    "5.04": ("Money that goes out", ("paid", "mean_paid", "running_costs")),
    "5.05": ("Money that comes in", ("recovered", "recovered_share", "levy_income", "income", "balance")),
}  # fmt: skip


def schemes_that_ran(seed: int) -> list[Check]:
    """Schemes described from what was known before are held against what they published later."""
    found = [one for one in all_backtests() if one.scheme.blind and one.counted]
    checks = [
        of_schemes(Line(id_, f"Schemes that ran: {name.lower()} in the 80 % band", "", "schemes", CITED), found, 0.8, measures)
        for id_, (name, measures) in KINDS.items()
    ]  # fmt: skip
    every = tuple({x.figure.measure for one in found for x in one.counted})
    return [
        *checks,
        of_schemes(Line("5.06", "Schemes that ran: all figures in the 80 % band", "", "schemes", CITED), found, 0.8, every),
        of_schemes(Line("5.07", "Schemes that ran: all figures in the 50 % band", "", "schemes", CITED), found, 0.5, every),
    ]  # fmt: skip


def of_schemes(
    line: Line, found: Sequence[Backtest], band: float, measures: Collection[str]
) -> Check:
    """Each scheme counts once, with the share of its figures inside: figures of one scheme go up and down together.

    The limit is that of as many independent figures as there are schemes.
    """
    shares, told, inside_, n = [], [], 0, 0
    for one in found:
        figures = [x for x in one.counted if x.figure.measure in measures]
        if not figures:
            continue
        hits = sum(x.inside(band) for x in figures)
        shares.append(hits / len(figures))
        inside_, n = inside_ + hits, n + len(figures)
        told.append(f"{one.scheme.name} {hits} of {len(figures)}")
    k = len(shares)
    least = max(int(stats.binom.ppf(ALARM, k, band)), 1)
    power = float(stats.binom.cdf(least - 1, k, band / 2))
    compared = f"backtest(): {inside_} of {n} figures ({100 * inside_ / max(n, 1):.0f} %); {', '.join(told)}"
    return make(
        replace(line, compared=compared), ours=sum(shares), theirs=band * k, mc_error=math.sqrt(band * (1 - band) * k),
        score=sum(shares), score_name="inside", least=float(least), most=float(k),
        power=f"weak: a band that holds only half as many would be found with probability {power:.2f}",
        false_alarm=float(stats.binom.cdf(least - 1, k, band)),
    )  # fmt: skip


HISTORIES, TRUE_YEARS = 300, (6, 12)  # synthetic histories, and how many years they may have


def recovered(seed: int) -> list[Check]:
    """Calibration finds the parameters of histories that it did not see: 80 % ranges hold the truth in 80 of 100."""
    streams = Streams(seed, "validation")
    names = [f"calibration {what}" for what in ("years", "level", "trend", "size")]
    u = streams.of_replications(names, np.arange(HISTORIES))
    years = (TRUE_YEARS[0] + np.floor(u[0] * (TRUE_YEARS[1] - TRUE_YEARS[0] + 1))).astype(int)
    level = np.exp(np.log(8) + u[1] * np.log(150 / 8))
    trend = special.ndtri(u[2]) * TREND_SD
    size = SIZE_MIDDLE * np.exp(SIZE_SD * special.ndtri(u[3]))
    hits = dict.fromkeys(("level", "trend", "dispersion"), 0)
    dates = np.arange(max(TRUE_YEARS))
    shocks = streams.yearly("calibration shock", np.arange(HISTORIES), dates)
    chance = streams.yearly("calibration count", np.arange(HISTORIES), dates)
    for i in range(HISTORIES):
        n = years[i]
        mean = level[i] * np.exp(trend[i] * (dates[:n] - (n - 1)))
        shock = special.gammaincinv(size[i], shocks[i, :n]) / size[i]
        counts = poisson_quantile(chance[i, :n], mean * shock)
        fit = register([Count(int(y), int(c), int(c)) for y, c in zip(dates, counts, strict=False)])
        truth = {"level": level[i], "trend": np.expm1(trend[i]), "dispersion": size[i]}
        ranges = {"level": fit.level(int(n - 1)), "trend": fit.trend, "dispersion": fit.dispersion}
        for name, one in ranges.items():
            hits[name] += bool(one.low <= truth[name] <= one.high)
    return [
        inside_of(Line(f"5.08{letter}" if letter else "5.08", f"Calibration: {name} within its 80 % range", f"register(), {HISTORIES} synthetic histories of 6 to 12 years", "histories", "drawn from the priors of the method, so that the ranges must hold"), found)
        for (name, found), letter in zip(hits.items(), ("", "b", "c"), strict=True)
    ]  # fmt: skip


def inside_of(line: Line, hits: int) -> Check:
    """So many of HISTORIES inside, both too few and too many being wrong."""
    least, most = stats.binom.ppf([ALARM / 10, 1 - ALARM / 10], HISTORIES, 0.8)
    error = math.sqrt(0.16 * HISTORIES)
    return make(
        line, ours=float(hits), theirs=0.8 * HISTORIES, mc_error=error, score=float(hits), score_name="inside",
        least=float(least), most=float(most),
        power=f"a range that holds {100 * (0.8 - 6 * error / HISTORIES):.0f} % would be found with probability 0.99",
        false_alarm=ALARM / 5,
    )  # fmt: skip


GROUPS = (
    Group("5.01", "Hold-out of registered victims", hold_out),
    Group("5.02", "Awards by criminal courts", awards),
    Group("5.03", "Schemes that ran", schemes_that_ran),
    Group("5.08", "Calibration finds what is known", recovered),
)
