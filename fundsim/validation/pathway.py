"""Section 2: caseload, thinning along the pathway, delays, odds ratios, against closed forms."""

from __future__ import annotations

import math

import numpy as np
from scipy import integrate, optimize, special, stats

from fundsim.model.caseload import poisson_quantile
from fundsim.model.chances import average_to_first
from fundsim.model.drawn import Drawn, draw
from fundsim.model.pathway import NOT_INDICTED
from fundsim.validation.check import (
    Check,
    Group,
    Line,
    chi_square,
    exact,
    kolmogorov,
    of_mean,
    of_share,
    of_variance,
)
from fundsim.validation.worlds import OPEN, PLAIN, world

THINNING = "thinning of a gamma-mixed Poisson count: Greenwood and Yule (1920); Klugman, Panjer, Willmot, Loss Models"
TAKACS = "M/G/∞: Takács (1962), Introduction to the Theory of Queues"
LEVEL, YEARS, DISPERSION = 60, 5, 5.0
FUTURES = 12_000
RATES = {
    "pathway__informed_rate": 0.4,
    "pathway__legal_aid_rate": 0.25,
    "pathway__prosecuted_rate": 0.4,
    "pathway__requalified_rate": 0.3,
    "pathway__conviction_rate": 0.6,
    "pathway__criminal_award_rate": 0.3,
    "pathway__civil_suit_rate": 0.5,
    "pathway__civil_award_rate": 0.6,
    "enforcement__failure_rate": 0.75,
    "enforcement__recovered_rate": 0.4,
}


def by_year(drawn: Drawn, flag: np.ndarray) -> np.ndarray:
    """Flagged cases by replication and year of identification.  [replication, year]"""
    victims, n = drawn.cases.victims, drawn.replications.size
    year = np.floor(victims.identified_at[flag].astype(np.float64) / 12).astype(np.int64)
    place = victims.replication[flag] * YEARS + year
    return np.bincount(place, minlength=n * YEARS).reshape(n, YEARS)


def thinning(seed: int) -> list[Check]:
    """Yearly numbers reaching the stages: mean λp, variance λp + (λp)²/k, and their distribution."""
    sets = PLAIN | RATES | {"caseload__dispersion": DISPERSION, "caseload__level": LEVEL}
    sets |= {"time__horizon_years": YEARS, "time__runoff_years": 1}
    drawn = draw(world(**sets), seed, np.arange(FUTURES), certain=True)
    cases = drawn.cases
    convicted = (0.4 + 0.6 * 0.3) * 0.6
    awarded = convicted * (0.3 + 0.7 * 0.5 * 0.6)
    stages = {
        "identified": (np.ones(cases.victims.size, dtype=bool), 1.0),
        "with legal aid": (cases.legal_aid, 0.4 * 0.25),
        "convicted": (cases.convicted, convicted),
        "with an award": (cases.award > 0, awarded),
        "paid by the offender": (cases.recovered > 0, awarded * 0.25),
    }
    what = f"draw() over {FUTURES:,} × {YEARS} years, central values"
    found = []
    for number, (stage, (flag, p)) in enumerate(stages.items()):
        counts, mean = by_year(drawn, flag), LEVEL * p
        found.append(
            of_mean(
                Line(
                    f"2.01{'abcde'[number]}",
                    f"Victims {stage} a year, mean",
                    f"{what}; λp, p the product of the rates",
                    "persons",
                    THINNING,
                ),
                counts,
                mean,
            )
        )
        if stage in ("identified", "with an award"):
            line = Line(
                f"2.02{'a' if number == 0 else 'b'}",
                f"Victims {stage} a year, variance",
                f"{what}; λp + (λp)²/k",
                "persons²",
                THINNING,
            )
            found.append(of_variance(line, counts, mean + mean**2 / DISPERSION))
        if stage == "with an award":
            seen = np.bincount(counts.ravel(), minlength=200)[:200]
            chance = stats.nbinom.pmf(np.arange(200), DISPERSION, DISPERSION / (DISPERSION + mean))
            line = Line(
                "2.02c",
                f"Victims {stage} a year, distribution",
                f"{what}; negative binomial probabilities",
                "χ²",
                THINNING,
            )
            found.append(chi_square(line, seen, chance))
    share = cases.recovered[cases.recovered > 0] / cases.award[cases.recovered > 0]
    line = Line(
        "2.03",
        "Share of an award that the offender pays",
        "of awards on which anything is paid; P(X ≤ x) = x^(m/(1−m)), m = 0.4",
        "distance",
        "docs/method.md §6: inversion of the distribution function",
    )
    found.append(kolmogorov(line, share, lambda x: x ** (0.4 / 0.6)))
    return found


def delays(seed: int) -> list[Check]:
    """Trials in progress are Poisson with mean λE[S]; durations are lognormal, cut."""
    sets = PLAIN | {
        "fund__entry_point": "judgment",
        "time__history_years": 20,
        "time__horizon_years": 6,
        "time__runoff_years": 1,
        "pathway__longest_months": 72,
        "pathway__criminal__median": 20,
        "pathway__criminal__sigma": 1.1,
        "pathway__prosecuted_rate": 0.5,
        "pathway__requalified_rate": 0.3,
        "pathway__criminal_withdrawal": 0.03,
        "pathway__criminal_award_rate": 1,
        "pathway__conviction_rate": 1,
        "caseload__level": 36,
    }
    drawn = draw(world(**sets), seed, np.arange(FUTURES), certain=True)
    cases, month = drawn.cases, 50.5
    on = (cases.indicted_at <= month) & (month < cases.judged_at)
    running = np.bincount(cases.victims.replication[on], minlength=FUTURES)

    def still(x: float) -> float:
        return float(stats.lognorm.sf(x, 1.1, scale=20))

    mean = 36 * 0.65 / 12 * integrate.quad(still, 0, 72)[0]
    what = f"draw() over {FUTURES:,} futures, 24 years after the first victim; λ·E[S], S lognormal cut at 72 months (quadrature)"
    chance = stats.poisson.pmf(np.arange(200), mean)
    charged = cases.indicted != NOT_INDICTED
    trial = (cases.judged_at[charged] - cases.indicted_at[charged]).astype(np.float64)
    open_ended = trial[trial < 72]
    below = float(stats.lognorm.cdf(72, 1.1, scale=20))
    # P(no withdrawal) = E[exp(-h·min(S, 72))], h = 0.03
    density = integrate.quad(
        lambda x: math.exp(-0.03 * x) * stats.lognorm.pdf(x, 1.1, scale=20), 0, 72
    )[0]
    stays = density + math.exp(-0.03 * 72) * (1 - below)
    return [
        of_mean(Line("2.04a", "Trials in progress, mean", what, "cases", TAKACS), running, mean),
        chi_square(Line("2.04b", "Trials in progress, distribution", "as above; Poisson probabilities", "χ²", TAKACS), np.bincount(running, minlength=200)[:200], chance),
        kolmogorov(Line("2.05", "Durations of trials", "draw(), those below the cut; lognormal distribution function", "distance", "lognormal by median and log sd; docs/method.md §1 for the tick of 1/4096 month"), open_ended, lambda x: stats.lognorm.cdf(x, 1.1, scale=20) / below),
        of_share(Line("2.06", "Claims not withdrawn during the trial", "draw(), everybody convicted and awarded; E[e^(−hS)] by quadrature", "share", "exponential withdrawal at hazard h; docs/method.md §6"), int((cases.award[charged] > 0).sum()), int(charged.sum()), stays),
    ]  # fmt: skip


def odds(seed: int) -> list[Check]:
    """Odds ratios keep the average, and each group has its own chance, solved by Brent's method."""
    sets = PLAIN | OPEN | {
        "pathway__informed_rate": 0.4,
        "pathway__legal_aid_rate": 0.25,
        "fund__take_up__unassisted_rate": 0.3,
        "fund__take_up__informed_odds_ratio": 3,
        "fund__take_up__legal_aid_odds_ratio": 2,
        "time__horizon_years": YEARS,
        "time__runoff_years": 1,
    }  # fmt: skip
    scenario = world(**sets)
    drawn = draw(scenario, seed, np.arange(5000), certain=True)

    def moved(p: float, ratio: float) -> float:
        return p / (1 - p) * ratio / (1 + p / (1 - p) * ratio)

    def root(rate: float) -> float:
        def excess(p: float) -> float:
            return 0.6 * p + 0.3 * moved(p, 3) + 0.1 * moved(p, 6) - rate

        return float(optimize.brentq(excess, 1e-9, 1 - 1e-9, xtol=1e-14))

    first = root(0.3)
    cases, applies = drawn.cases, drawn.entry.applies
    rates = np.arange(1, 100) / 100
    shares = np.array([0.6, 0.3, 0.1])[:, None, None]
    ratios = np.array([1.0, 3.0, 6.0])[:, None, None]
    solved = average_to_first(rates[:, None], shares, ratios)[:, 0]
    roots = np.array([root(float(rate)) for rate in rates])
    cite = "odds ratios with a fixed average: docs/method.md §6, solved by Brent's method instead of Newton's"
    found = [
        of_share(Line("2.07a", "Take-up with odds ratios, all", "applications of entitled victims; the rate itself", "share", cite), int(applies.sum()), applies.size, 0.3),
        exact(Line("2.07b", "Chance of the first group", "average_to_first() for rates of 1 to 99 %; Brent's root, to 10⁻⁹", "rates", cite), int((np.abs(solved - roots) > 1e-9).sum()), 99),
    ]  # fmt: skip
    groups = {
        "not informed": (~cases.informed, first),
        "with legal aid": (cases.legal_aid, moved(first, 6)),
    }
    for letter, (name, (group, p)) in zip("cd", groups.items(), strict=True):
        line = Line(
            f"2.07{letter}",
            f"Take-up with odds ratios, {name}",
            "applications of the group; its chance",
            "share",
            cite,
        )
        found.append(of_share(line, int(applies[group].sum()), int(group.sum()), p))
    return found


def inversion(seed: int) -> list[Check]:
    """Counts by inversion: the smallest n with P(N ≤ n) ≥ u, where P comes from the gamma function."""
    means = np.array([0.0, 1e-9, 0.01, 0.3, 1, 2.5, 7, 30, 64, 500.5, 27_000])
    u = np.concatenate([[2.0**-53, 1e-9], np.linspace(0.003, 0.997, 301), [1 - 1e-6, 1 - 1e-12]])
    grid_u, mean = (g.ravel() for g in np.meshgrid(u, means))
    n = poisson_quantile(grid_u, mean)

    def at_most(count: np.ndarray) -> np.ndarray:
        """P(N ≤ count) = Q(count + 1, mean), the regularised upper gamma function."""
        return np.where(count < 0, 0.0, special.gammaincc(np.maximum(count, 0) + 1.0, mean))

    sure = mean > 0
    near = 1e-13  # the two functions differ in their last digits
    wrong = sure & ((at_most(n) < grid_u - near) | (at_most(n - 1) >= grid_u + near))
    wrong |= ~sure & (n != 0)
    line = Line(
        "2.08",
        "Counts by inversion of the Poisson distribution",
        "poisson_quantile() on a grid of means and uniforms; P(N ≤ n) by the incomplete gamma function",
        "counts",
        "P(N ≤ n) = Q(n + 1, λ): NIST DLMF 8.11.10",
    )
    return [exact(line, int(wrong.sum()), n.size, least_number=1000)]  # fmt: skip


GROUPS = (
    Group("2.01", "Thinning", thinning),
    Group("2.04", "Delays", delays),
    Group("2.07", "Odds ratios", odds),
    Group("2.08", "Inversion of the Poisson distribution", inversion),
)
