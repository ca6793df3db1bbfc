"""Section 8: is what we believe what is drawn?"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.precision import quantile, spread
from fundsim.model.background import table_years
from fundsim.model.parameters import TWINS, Parameters
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.scenario import files
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import load
from fundsim.scenario.schema import FORMS, World, assumptions
from fundsim.validation.check import (
    LEAST_P,
    Check,
    Group,
    Line,
    between,
    by_z,
    exact,
    make,
    of_mean,
)

SETS = 16 * 500
PERCENTILES = "low and high are the 10th and 90th percentile of what we believe (docs/method.md §3)"


def drawn_sets(world: World, seed: int, sets: int = SETS) -> Parameters:
    """The assumptions of many sets, one replication each."""
    streams = Streams(seed, world.country.code)
    return Parameters(world, streams, np.arange(0, TWINS * sets, TWINS), table_years(world))


def recovered(seed: int) -> list[Check]:
    """Of each assumption a tenth of draws lies below low, half below value, a tenth above high.

    Within a batch of 16 only the stratum that the edge lies in is left to chance, so the standard error
    of a share is √(f(1 − f)/16/SETS), f the place of the edge in its stratum: a quarter of the binomial.
    Where a number is correlated with another it is the binomial.
    """
    worst, compared, apart = 0.0, 0, ""
    for country in files.countries():
        world = load(f"{country}+tariff").world
        draws = drawn_sets(world, seed).drawn()
        # what another number is mixed into has no strata of its own
        tied = {key for link in world.correlations for key in (link.first, link.second)}
        for key, a, quantity in assumptions(world):
            if not a.uncertain or a.low is None or a.high is None or a.shape != "two_piece":
                continue
            for edge, share in ((a.low, 0.1), (a.value, 0.5), (a.high, 0.9)):
                twice = (a.low, a.value, a.high).count(edge) > 1
                if twice or edge == quantity.most:
                    continue  # two percentiles in one point, or cut at the bound: no share of its own
                split = 16 * share % 1  # where the edge lies in its stratum
                error = math.sqrt(max(split * (1 - split), 1e-9) / 16 / SETS)
                if key in tied:
                    error = math.sqrt(share * (1 - share) / SETS)
                # at the edge of a stratum nothing is left to chance; rounding may move single draws
                z = abs(float(np.mean(draws[key] <= edge)) - share) / max(error, 1 / SETS)
                compared += 1
                if z > worst:
                    worst, apart = z, f"{world.country.name} {key}"
    limit = float(-stats.norm.ppf(LEAST_P / (2 * compared)))
    line = Line(
        "8.01",
        "Ranges are met by the draws",
        f"shares of draws below low, value and high of every uncertain number of all countries, {SETS:,} sets each; largest: {apart}",
        "z",
        PERCENTILES,
    )
    return [
        make(
            line, ours=worst, theirs=0.0, mc_error=1.0, score=worst, score_name="largest |z|", least=0.0,
            most=limit,
            power=f"a share off by {100 * (limit + 2.33) * math.sqrt(0.24 / 16 / SETS):.2g} points in any one of "
            f"{compared:,} would be found with probability 0.99",
            false_alarm=LEAST_P,
        )
    ]  # fmt: skip


def joint(seed: int) -> list[Check]:
    """Rank correlations of the copula, the Dirichlet shares of forms, and a reform's ramp."""
    pairs = (("caseload.level", "award.median", 0.6), ("caseload.level", "macro.inflation", -0.4))
    links = ", ".join(
        f'{{ first = "{a}", second = "{b}", correlation = {r}, source = "judgement" }}'
        for a, b, r in pairs
    )
    world = load("serbia+tariff", [f"correlations=[{links}]"]).world
    parameters = drawn_sets(world, seed)
    draws = parameters.drawn()
    found = []
    cite = "normal copula, ρ = 2·sin(πr/6): Kruskal (1958), JASA 53"
    asked = (*pairs, ("award.median", "macro.inflation", 0.0))
    for letter, (a, b, r) in zip("abc", asked, strict=True):
        ours = float(stats.spearmanr(draws[a], draws[b]).statistic)
        line = Line(
            f"8.02{letter}",
            f"Rank correlation of {a} and {b}",
            f"{SETS:,} sets; {r:g} as asked",
            "",
            cite,
        )
        # variance of Spearman's coefficient is at most (1 + ρ²/2)(1 − ρ²)²/n, near 1/n (Bonett, Wright 2000)
        error = math.sqrt((1 + r * r / 2) / SETS) * (1 - r * r)
        found.append(by_z(line, ours, r, error))
    forms = world.caseload.forms
    shares = np.array(forms.shares)
    own, size = parameters.forms[:, 0], float(forms.sample_size or 0)
    p = float(shares[0] / shares.sum())
    dirichlet = "Dirichlet marginal is beta: Johnson, Kotz, Balakrishnan, Continuous Multivariate Distributions"
    error = math.sqrt(p * (1 - p) / (size + 1) / SETS)  # stratified: at most this
    found += [
        by_z(Line("8.03a", f"Share of the form {FORMS[0]}, mean", f"{SETS:,} sets; the share itself", "share", dirichlet), float(own.mean()), p, error),
        of_mean(Line("8.03b", f"Share of the form {FORMS[0]}, variance", f"{SETS:,} sets; p(1 − p)/(n + 1)", "", dirichlet), (own - p) ** 2, p * (1 - p) / (size + 1)),
    ]  # fmt: skip
    return [*found, *ramp(seed)]


def ramp(seed: int) -> list[Check]:
    """A reform of three years' ramp: nothing before, thirds after, and odds ratios that stay shares."""
    change = (
        'reform.try={ label = "Try", from_year = 2029, ramp_years = 3, until_year = 2034, effects = ['
        '{ on = "pathway.legal_aid_rate", by = "odds_ratio", size = { value = 4, unit = "odds ratio", source = "judgement" } },'
        '{ on = "enforcement.failure_rate", by = "factor", size = { value = 0.5, unit = "factor", source = "judgement" } },'
        '{ on = "macro.real_wage_growth", by = "add", size = { value = 0.01, unit = "share a year", source = "judgement" } } ] }'
    )
    base, changed = (
        drawn_sets(load("serbia+tariff", sets).world, seed, 64) for sets in ([], [change])
    )
    years = changed.years
    weight = np.where((years < 2029) | (years > 2034), 0.0, np.minimum((years - 2028) / 3, 1.0))
    expected: dict[str, Floats] = {}
    p = base["pathway.legal_aid_rate"]
    odds = p / (1 - p) * 4**weight
    expected["pathway.legal_aid_rate"] = odds / (1 + odds)
    expected["enforcement.failure_rate"] = base["enforcement.failure_rate"] * 0.5**weight
    expected["macro.real_wage_growth"] = base["macro.real_wage_growth"] + 0.01 * weight
    off = n = 0
    for key, table in expected.items():
        off += int((np.abs(changed[key] - table) > 1e-12).sum())
        off += int((changed[key][:, years < 2029] != base[key]).sum())
        n += table.size
    line = Line(
        "8.04",
        "A reform with a ramp",
        "Parameters with an odds ratio, a factor and an addition from 2029 over three years; sʷ, w·s, and to the bit nothing before",
        "values",
        "docs/method.md §3",
    )
    return [exact(line, off, n)]  # fmt: skip


def widths(seed: int) -> list[Check]:
    """The default band holds chance and assumptions: wider than chance alone, and the parts add up."""
    world = load("serbia+tariff", ["time.horizon_years=6", "time.runoff_years=2"]).world
    numbers = np.arange(2560)
    both = outcomes(simulate(world, seed, numbers))["due_a_year"]
    alone = outcomes(simulate(world, seed, numbers, certain=True))["due_a_year"]
    (wide, wide_error), (narrow, narrow_error) = _band(both), _band(alone)
    ratio = wide / narrow
    error = ratio * math.hypot(wide_error / wide, narrow_error / narrow)
    found = spread(both)
    assert found is not None
    sum_of_parts = found.assumptions**2 + found.chance**2
    return [
        between(Line("8.05", "Width of the 90 % band, with and without what we do not know", "cost a year of serbia+tariff, six years, 2,560 replications; above 1, since a band of chance alone hides most of it", "ratio", "docs/method.md §14; Briggs et al. (2012), ISPOR-SMDM TF-6 (abstract)"), ratio, 1.0, error, (1.0, 20.0), 0.0),
        by_z(Line("8.06", "Parts of the spread add up to all of it", "variance from assumptions + from chance; variance over replications", "EUR²", "law of total variance"), sum_of_parts, float(np.var(both)), float(np.var(both)) * math.sqrt(2 / numbers.size), slack=0.0),
    ]  # fmt: skip


def _band(x: Floats) -> tuple[float, float]:
    """Width of the 90 % band and its Monte Carlo error, the two ends taken as independent."""
    low, high = quantile(x, 0.05), quantile(x, 0.95)
    return high.value - low.value, math.hypot(low.mc_error or 0.0, high.mc_error or 0.0)


GROUPS = (
    Group("8.01", "Ranges of the assumptions", recovered),
    Group("8.02", "Correlations, shares and ramps", joint),
    Group("8.05", "Width of the bands", widths),
)
