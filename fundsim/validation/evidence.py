"""Section 5: against data.  Little data exists, so these checks are weak, and say how weak.

COUNTS are yearly identified victims from public reports, by the ids of scenarios/sources.toml.  Definitions
differ between countries and years (official, or official and potential), so the points are not alike.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from fundsim.model.background import table_years
from fundsim.model.caseload import counts
from fundsim.model.drawn import draw
from fundsim.model.parameters import Parameters
from fundsim.model.streams import Streams
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line, make, skipped

FIRST_HELD_OUT = 2020
# yearly counts, and the sources that they were read in
COUNTS: dict[str, tuple[dict[int, int], str]] = {
    "serbia": (
        {2015: 36, 2016: 49, 2017: 40, 2018: 76, 2019: 36, 2020: 48, 2021: 43, 2022: 62, 2023: 66},
        "rs_tip_2022, rs_cptv_2023",
    ),
    "bosnia_and_herzegovina": (
        {2016: 44, 2017: 82, 2018: 36, 2019: 61, 2020: 80, 2021: 61, 2022: 38},
        "ba_tip_2021, ba_tip_2023",
    ),
    "montenegro": (
        {2015: 16, 2016: 1, 2017: 2, 2018: 4, 2019: 39, 2020: 48, 2021: 3, 2022: 7},
        "me_tip_2019, me_tip_2020, me_report_2026",
    ),
    "albania": (
        {2010: 97, 2011: 84, 2012: 92, 2013: 95, 2014: 125, 2015: 109, 2016: 95, 2017: 105, 2018: 95,
         2019: 103, 2020: 86, 2021: 159, 2022: 112},
        "al_unodc_2024, al_tip_2018, al_tip_2023",
    ),
    "north_macedonia": (
        {2010: 12, 2011: 11, 2012: 8, 2013: 15, 2014: 8, 2016: 6, 2018: 9, 2019: 6, 2020: 7},
        "mk_unodc_2024, mk_tip_2021",
    ),
    "kosovo": ({2018: 15, 2019: 26, 2020: 17, 2021: 22}, "xk_tip_2020, xk_tip_2021, xk_tip_2022"),
}  # fmt: skip
# awards to trafficked persons by criminal courts in a year
AWARDS = (
    ("serbia", 2022, 1, "rs_tip_2024"),
    ("serbia", 2023, 3, "rs_tip_2024"),
    ("bosnia_and_herzegovina", 2019, 1, "ba_cenppz_2019"),
    ("montenegro", 2020, 0, "me_greta_2021"),
)
REPLICATIONS = 4000
BAND = (0.1, 0.9)
ALARM = 0.005  # chance that a right model misses the limit


def inside(line: Line, hits: int, n: int) -> Check:
    """Points inside a band that should hold four in five; the limit has the chance ALARM to be missed.

    Power: against a band that holds only half of the points.
    """
    least = int(stats.binom.ppf(ALARM, n, 0.8))
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


def fitted(country: str) -> list[str]:
    """Overrides that fit the caseload to the counts before the held-out years, by moments."""
    past = np.array([c for y, c in COUNTS[country][0].items() if y < FIRST_HELD_OUT], dtype=float)
    mean, variance = float(past.mean()), float(past.var(ddof=1))
    k = mean**2 / max(variance - mean, mean**2 / 200)
    width = 1.2816 * math.sqrt(variance / past.size)
    low, high = max(mean - width, mean / 3), mean + width
    return [
        f'caseload.level={{value={mean:.4f}, low={low:.4f}, high={high:.4f}, unit="persons a year", source="judgement"}}',
        f"caseload.dispersion={k:.4f}!",
        "caseload.trend=0!",
        "caseload.mass.events_a_year=0",
    ]


def hold_out(seed: int) -> list[Check]:
    """The caseload's form, fitted to the counts to 2019, predicts those of 2020-23."""
    hits, misses, n = 0, [], 0
    for country, (yearly, _) in COUNTS.items():
        world = load(f"{country}+tariff", fitted(country)).world
        streams, numbers = Streams(seed, world.country.code), np.arange(REPLICATIONS)
        parameters = Parameters(world, streams, numbers, table_years(world))
        number = counts(world, parameters, streams, numbers).sum(axis=2)
        year = number[:, int(np.flatnonzero(parameters.years == world.time.start_year)[0])]
        low, high = np.quantile(year, BAND)
        for when, count in yearly.items():
            if when >= FIRST_HELD_OUT:
                n += 1
                hits += bool(low <= count <= high)
                if not low <= count <= high:
                    misses.append(
                        f"{world.country.name} {when}: {count}, band {low:.0f}-{high:.0f}"
                    )
    line = Line(
        "5.01",
        "Hold-out: yearly identified victims in the 80 % band",
        f"counts(), level and over-dispersion fitted to 2019, bands for 2020-23; missed: {'; '.join(misses) or 'none'}",
        "counts",
        "public counts: " + "; ".join(source for _, source in COUNTS.values()),
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


def missing(seed: int) -> list[Check]:
    """What the report asks for and no data answers."""
    return [
        skipped(Line("5.03", "Money received from offenders a year", "implied payments by offenders with records", "EUR", "none"), "no country publishes what trafficked persons received on awards"),
        skipped(Line("5.04", "Cost a victim of a compensation fund", "implied cost with accounts", "EUR", "none"), "none of the countries has paid from such a fund; other countries' schemes cover other crimes and differ in what they pay"),
        skipped(Line("5.05", "Confiscations in trafficking cases a year", "implied income with records", "EUR", "none"), "the few published sums were used to set the assumption, so nothing is left to compare it with"),
    ]  # fmt: skip


GROUPS = (
    Group("5.01", "Hold-out of identified victims", hold_out),
    Group("5.02", "Awards by criminal courts", awards),
    Group("5.03", "What no data answers", missing),
)
