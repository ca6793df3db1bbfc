"""The model against expectations worked out by hand (method §4-§12).

Every statistical test has a fixed seed and compares a sample mean or variance with the exact value;
the standard error comes from the replications themselves and |z| must stay below 4.  Central values
are used for all assumptions (``certain=True``), so that only chance varies.  What section 2 of
`fundsim validate` compares is not repeated here: queues, annuities, sums of awards, trials in progress.

Formulas: Poisson thinning, compound Poisson moments: Klugman, Panjer, Willmot, Loss Models.
M/G/∞: Takács (1962).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from fundsim.model.caseload import poisson_quantile
from fundsim.model.chances import average_to_first
from fundsim.model.drawn import Drawn, draw
from fundsim.model.fund import UNPAID
from fundsim.model.pathway import LESSER, NOT_INDICTED, TRAFFICKING
from fundsim.model.run import Future, simulate
from fundsim.validation.worlds import CERTAIN, OPEN, PLAIN, STILL, world

MOST_Z = 4.0
SEED = 20260711
Z90 = 1.2815515655446004


# ---------------------------------------------------------------------------------------- helpers


def z_of_mean(sample: Any, expected: float) -> float:
    """How many standard errors the sample's mean is from the expected one."""
    sample = np.asarray(sample, dtype=float)
    error = sample.std(ddof=1) / math.sqrt(sample.size)
    assert error > 0, "a constant sample has no standard error"
    return float((sample.mean() - expected) / error)


def z_of_variance(sample: Any, expected: float) -> float:
    """The same for the variance: var(s²) ≈ (m₄ - s⁴)/n."""
    sample = np.asarray(sample, dtype=float)
    deviation = sample - sample.mean()
    variance = float(np.mean(deviation**2))
    error = math.sqrt((float(np.mean(deviation**4)) - variance**2) / sample.size)
    return (float(sample.var(ddof=1)) - expected) / error


def z_of_share(hits: int, n: int, expected: float) -> float:
    """The same for a share of independent cases, with the binomial standard error."""
    assert 0 < expected < 1
    return (hits / n - expected) / math.sqrt(expected * (1 - expected) / n)


SIGMA = math.log(22_000 / 9000) / Z90


def years_of(drawn: Drawn, at: Any) -> Any:
    """Place of the calendar year of times, from the opening."""
    return np.floor(np.asarray(at, dtype=float) / 12).astype(int)


def by_year(drawn: Drawn, flag: Any, years: int, weights: Any = None) -> Any:
    """Sums over the flagged cases by replication and year of identification."""
    victims = drawn.cases.victims
    year = years_of(drawn, victims.identified_at[flag])
    place = victims.replication[flag] * years + year
    n = drawn.replications.size
    w = None if weights is None else weights[flag]
    return np.bincount(place, weights=w, minlength=n * years).reshape(n, years)


def with_odds(p: float, o: float) -> float:
    """A probability whose odds are multiplied by o."""
    odds = p / (1 - p) * o
    return odds / (1 + odds)


# ------------------------------------------------------------------------- a. stages of the pathway

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
}
_CONVICTED = (0.4 + 0.6 * 0.3) * 0.6
# the chance that a registered victim reaches the stage: the product of the rates on its way
STAGES = {
    "identified": 1.0,
    "informed": 0.4,
    "legal aid": 0.4 * 0.25,
    "indicted for trafficking": 0.4,
    "requalified": 0.6 * 0.3,
    "convicted": _CONVICTED,
    "award in the criminal case": _CONVICTED * 0.3,
    "sued": _CONVICTED * 0.7 * 0.5,
    "won": _CONVICTED * 0.7 * 0.5 * 0.6,
    "paid": (_CONVICTED * 0.3 + _CONVICTED * 0.7 * 0.5 * 0.6) * 0.25,
}
LEVEL, YEARS = 60, 5


@lru_cache(maxsize=2)
def _stage_counts(dispersion: float) -> dict[str, Any]:
    """Victims reaching each stage.  stage -> [replication, year of identification]"""
    sets = PLAIN | RATES | {"caseload__dispersion": dispersion, "caseload__level": LEVEL}
    sets |= {"time__horizon_years": YEARS, "pathway__civil__sigma": 0}
    drawn = draw(world(**sets), SEED, np.arange(4000), certain=True)
    cases = drawn.cases
    criminal = (cases.award > 0) & ~cases.by_civil_court
    flags = {
        "identified": np.ones(cases.victims.size, dtype=bool),
        "informed": cases.informed,
        "legal aid": cases.legal_aid,
        "indicted for trafficking": cases.indicted == TRAFFICKING,
        "requalified": cases.indicted == LESSER,
        "convicted": cases.convicted,
        "award in the criminal case": criminal,
        # a suit is the only thing after a judgment without an award
        "sued": (cases.indicted != NOT_INDICTED) & (cases.closed_at > cases.judged_at) & ~criminal,
        "won": cases.by_civil_court,
        "paid": cases.recovered > 0,
    }
    return {stage: by_year(drawn, flag, YEARS) for stage, flag in flags.items()}


@pytest.mark.parametrize("dispersion", [1e6, 5.0])
@pytest.mark.parametrize("stage", STAGES)
def test_victims_reaching_a_stage(stage: str, dispersion: float) -> None:
    """Mean λp and variance λp + (λp)²/k of the yearly number reaching each stage.

    Thinning of a gamma-mixed Poisson count with size k (Greenwood, Yule 1920), p the product of the
    rates; k = 10⁶ is Poisson.  Compared with 4,000 replications of 5 years.
    """
    counts = _stage_counts(dispersion)[stage]
    mean = LEVEL * STAGES[stage]
    assert abs(z_of_mean(counts, mean)) < MOST_Z
    assert abs(z_of_variance(counts, mean + mean**2 / dispersion)) < MOST_Z


def test_years_are_independent() -> None:
    """Over-dispersed counts of different years: correlation 0, standard error 1/√n."""
    counts = _stage_counts(5.0)["identified"]
    r = np.corrcoef(counts, rowvar=False)[np.triu_indices(YEARS, 1)]
    assert np.abs(r).max() < MOST_Z / math.sqrt(counts.shape[0])
    # so the variance of the total is the sum of the years' variances
    expected = YEARS * (LEVEL + LEVEL**2 / 5.0)
    assert abs(z_of_variance(counts.sum(axis=1), expected)) < MOST_Z


def test_trend_and_mass_cases() -> None:
    """Trend from the price year for trend_years, then flat; mass cases on top.

    λ_y = 50·1.04^min(y - 2025, 4); mass cases: compound Poisson, 0.8 events of S = 1 + Poisson(9)
    victims: mean 0.8·10, variance 0.8·E[S²] = 0.8·(9 + 10²).
    """
    sets = PLAIN | {
        "caseload__level": 50,
        "caseload__trend": 0.04,
        "caseload__trend_years": 4,
        "caseload__mass__events_a_year": 0.8,
        "caseload__mass__size": 10,
        "time__horizon_years": 6,
    }
    drawn = draw(world(**sets), SEED, np.arange(4000), certain=True)
    counts = by_year(drawn, np.ones(drawn.cases.victims.size, dtype=bool), 6)
    for y in range(6):
        ordinary = 50 * 1.04 ** min(2 + y, 4)
        assert abs(z_of_mean(counts[:, y], ordinary + 8)) < MOST_Z
        assert abs(z_of_variance(counts[:, y], ordinary + 0.8 * 109)) < MOST_Z


def _three_groups(
    rate: float, informed: float, aid: float, o_informed: float, o_aid: float
) -> tuple[float, float, float]:
    """Chances of a victim not informed, informed only, and aided, whose average is the rate (§6)."""

    def excess(p: float) -> float:
        one, two, three = p, with_odds(p, o_informed), with_odds(p, o_informed * o_aid)
        return (1 - informed) * one + informed * (1 - aid) * two + informed * aid * three - rate

    p0 = float(optimize.brentq(excess, 1e-9, 1 - 1e-9, xtol=1e-14))
    return p0, with_odds(p0, o_informed), with_odds(p0, o_informed * o_aid)


ODDS = {
    "pathway__informed_rate": 0.4,
    "pathway__legal_aid_rate": 0.25,
    "pathway__informed_odds_ratio": 3,
    "pathway__legal_aid_odds_ratio": 4,
    "pathway__requalified_odds_ratio": 0.5,
    "pathway__conviction_rate": 1,
    "pathway__civil_withdrawal": 0,
    "pathway__criminal_withdrawal": 0,
    "pathway__civil__sigma": 0,
    "time__horizon_years": 5,
}


def _groups(drawn: Drawn) -> list[Any]:
    cases = drawn.cases
    return [~cases.informed, cases.informed & ~cases.legal_aid, cases.legal_aid]


@pytest.mark.parametrize("stage", ["criminal award", "lesser offence", "suit", "civil award"])
def test_odds_ratios_keep_the_average(stage: str) -> None:
    """With odds ratios the average over victims is still the rate, and each group has its own chance.

    p₀ is solved here by Brent's method.  Everybody is convicted; for the suit and the civil award
    nobody has an award in the criminal case, so that all today's victims reach the stage.  Where all
    are requalified the average is theirs, and their odds ratio cancels out.
    """
    lesser = stage == "lesser offence"
    rate = {"criminal award": 0.2, "lesser offence": 0.2, "suit": 0.3, "civil award": 0.6}[stage]
    in_criminal_case = stage in ("criminal award", "lesser offence")
    sets = ODDS | {
        "pathway__prosecuted_rate": 0 if lesser else 1,
        "pathway__requalified_rate": 1 if lesser else 0,
        "pathway__criminal_award_rate": rate if in_criminal_case else 0,
        "pathway__civil_suit_rate": rate if stage == "suit" else 1,
        "pathway__civil_award_rate": rate if stage == "civil award" else 0,
    }
    drawn = draw(world(**sets), SEED, np.arange(1000), certain=True)
    cases = drawn.cases
    if stage == "suit":
        happened = cases.closed_at > cases.judged_at
    elif stage == "civil award":
        happened = cases.by_civil_court
    else:
        happened = (cases.award > 0) & ~cases.by_civil_court
    expected: tuple[float, ...] = _three_groups(
        rate, 0.4, 0.25, 1 if stage == "civil award" else 3, 4
    )
    assert abs(z_of_share(int(happened.sum()), happened.size, rate)) < MOST_Z
    for group, p in zip(_groups(drawn), expected, strict=True):
        assert abs(z_of_share(int(happened[group].sum()), int(group.sum()), p)) < MOST_Z


def test_odds_ratios_of_approval_are_about_those_who_apply() -> None:
    """Approval 0.6 by legal aid (5), averaged over claims: the aided (2) and informed (3) apply more."""
    sets = PLAIN | OPEN | {
        "pathway__informed_rate": 0.4,
        "pathway__legal_aid_rate": 0.25,
        "fund__take_up__unassisted_rate": 0.3,
        "fund__take_up__informed_odds_ratio": 3,
        "fund__take_up__legal_aid_odds_ratio": 2,
        "fund__decision__approval_rate": 0.6,
        "fund__decision__legal_aid_odds_ratio": 5,
        "time__horizon_years": 5,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(2000), certain=True)
    claims = drawn.claims
    assert abs(z_of_share(int(claims.approved.sum()), claims.size, 0.6)) < MOST_Z
    # among claims the groups are mixed by their take-up: shares (1-i)·a0, i(1-l)·a1, i·l·a2
    reach = [
        w * a for w, a in zip((0.6, 0.3, 0.1), _three_groups(0.3, 0.4, 0.25, 3, 2), strict=True)
    ]
    aided = reach[2] / sum(reach)
    p0 = optimize.brentq(
        lambda p: (1 - aided) * p + aided * with_odds(p, 5) - 0.6, 1e-9, 1 - 1e-9, xtol=1e-14
    )
    for group, p in zip(_groups(drawn), (p0, p0, with_odds(p0, 5)), strict=True):
        approved = claims.approved[group[claims.case]]
        assert abs(z_of_share(int(approved.sum()), approved.size, p)) < MOST_Z


def test_a_chance_does_not_depend_on_what_is_solved_beside_it() -> None:
    """Or the size of a block would show in its figures; to the last bit."""
    rng = np.random.default_rng(5)
    rates = np.concatenate([rng.random((300, 4)) ** 4, [[0, 1, 1e-300, 1 - 1e-16]]])
    shares = rng.dirichlet(np.ones(6), 301).T[:, :, None]
    odds = np.exp(rng.normal(0, 3, (6, 301, 1)))
    odds[0] = odds[:, 7] = 1
    first = average_to_first(rates, shares, odds)
    chances = first * odds / (1 - first + first * odds)
    assert np.abs((shares * chances).sum(axis=0) - rates).max() < 1e-12
    for r in range(301):
        own = slice(r, r + 1)
        assert (average_to_first(rates[own], shares[:, own], odds[:, own]) == first[own]).all()


def test_a_rate_is_the_average_of_those_who_reach_the_step() -> None:
    """All steps with odds ratios at once: of those referred 30 % sue, of those who sue 60 % win."""
    sets = ODDS | {
        "pathway__prosecuted_rate": 1,
        "pathway__criminal_award_rate": 0.4,
        "pathway__civil_suit_rate": 0.3,
        "pathway__civil_award_rate": 0.6,
    }
    cases = draw(world(**sets), SEED, np.arange(2000), certain=True).cases
    criminal = (cases.award > 0) & ~cases.by_civil_court
    sued = (cases.closed_at > cases.judged_at) & ~criminal
    referred, sues, wins = int((~criminal).sum()), int(sued.sum()), int(cases.by_civil_court.sum())
    assert abs(z_of_share(sues, referred, 0.3)) < MOST_Z
    assert abs(z_of_share(wins, sues, 0.6)) < MOST_Z


def test_reform_of_legal_aid_moves_the_average() -> None:
    """More legal aid from 2030 on: each group keeps its chance, the average rises to its new mix."""
    sets = ODDS | {
        "pathway__prosecuted_rate": 1,
        "pathway__criminal_award_rate": 0.2,
        "pathway__civil_suit_rate": 0,
        "pathway__indictment__median": 0,
        "pathway__criminal__median": 0,
        "reform__aid": '{ label = "Aid", from_year = 2030, effects = [{ on = "pathway.legal_aid_rate"'
        ', by = "add", size = { value = 0.5, unit = "share", source = "judgement" } }] }',
    }
    drawn = draw(world(**sets), SEED, np.arange(1000), certain=True)
    p = _three_groups(0.2, 0.4, 0.25, 3, 4)
    awarded = drawn.cases.award > 0
    year = years_of(drawn, drawn.cases.victims.identified_at)
    for now, aid in ((year < 3, 0.25), (year >= 3, 0.75)):
        average = 0.6 * p[0] + 0.4 * (1 - aid) * p[1] + 0.4 * aid * p[2]
        assert abs(z_of_share(int(awarded[now].sum()), int(now.sum()), average)) < MOST_Z


@pytest.mark.parametrize(("court", "stay"), [("criminal", None), ("civil", math.exp(-0.6))])
def test_a_trial_goes_on_whether_the_claim_is_withdrawn_or_not(
    court: str, stay: float | None
) -> None:
    """Of those who sue, 1 - e^(-h·d) give up during a suit of fixed duration d (h = 0.03, d = 20).

    Half are convicted, and all claims succeed: of the convicted, those with an award are those who stayed.
    How many stay in a criminal case is compared by `fundsim validate`.
    """
    other = "civil" if court == "criminal" else "criminal"
    sets = CERTAIN | {
        "pathway__criminal_award_rate": 1 if court == "criminal" else 0,
        "pathway__civil_suit_rate": 1,
        "pathway__civil_award_rate": 1,
        "pathway__conviction_rate": 0.5,
        f"pathway__{court}_withdrawal": 0.03,
        f"pathway__{court}__median": 20,
        f"pathway__{court}__sigma": 0,
        f"pathway__{other}__median": 0,
        "time__horizon_years": 5,
    }
    cases = draw(world(**sets), SEED, np.arange(500), certain=True).cases
    stayed, n = cases.award[cases.convicted] > 0, int(cases.convicted.sum())
    assert abs(z_of_share(n, cases.award.size, 0.5)) < MOST_Z
    assert stay is None or abs(z_of_share(int(stayed.sum()), n, stay)) < MOST_Z
    trial = 20 if court == "criminal" else 0
    assert (cases.judged_at == cases.victims.identified_at + trial).all()


# ----------------------------------------------------------------------------------- b. the awards


def test_awards_by_form_and_age_with_growth() -> None:
    """Mean of all awards of a horizon, with factors, trend and wage growth that are certain.

    Σ_y λ·1.03^(y-2025) · m·e^(s²/2) · Σ_f share_f·factor_f · (1 - c + c·child) · (1.04·1.02)^(y-2025).
    """
    sets = CERTAIN | STILL | {
        "award__index": "wages",
        "macro__inflation": 0.04,
        "macro__real_wage_growth": 0.02,
        "caseload__trend": 0.03,
        "caseload__trend_years": 60,
        "caseload__child_rate": 0.4,
        "award__child_factor": 1.5,
        "award__form_factor__sexual": 2,
        "award__form_factor__labour": 0.5,
        "time__horizon_years": 8,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(3000), certain=True)
    total = by_year(drawn, drawn.cases.award > 0, 8, drawn.cases.award / 100).sum(axis=1)
    shares = {"sexual": 0.52, "labour": 0.17, "begging": 0.07, "criminality": 0.04, "other": 0.2}
    factor = sum(s * {"sexual": 2, "labour": 0.5}.get(f, 1.0) for f, s in shares.items())
    one = 9000 * math.exp(SIGMA**2 / 2) * factor * (0.6 + 0.4 * 1.5)
    level = drawn.parameters["caseload.level"][0, 0]
    years = [2 + y for y in range(8)]
    expected = sum(level * 1.03**m * one * (1.04 * 1.02) ** m for m in years)
    assert abs(z_of_mean(total, expected)) < MOST_Z


# -------------------------------------------------------------------------- c. cases in progress


def _in_progress(drawn: Drawn, month: float) -> Any:
    cases = drawn.cases
    on = (cases.indicted_at <= month) & (month < cases.judged_at)
    return np.bincount(cases.victims.replication[on], minlength=drawn.replications.size)


BUSY = PLAIN | {
    "fund__entry_point": "judgment",
    "time__history_years": 20,
    "time__horizon_years": 10,
    "time__runoff_years": 0,
    "pathway__longest_months": 72,
    "pathway__criminal__median": 20,
    "pathway__criminal__sigma": 1.1,
    "pathway__prosecuted_rate": 0.5,
    "pathway__requalified_rate": 0.3,
    "caseload__level": 36,
}
INDICTED = 0.5 + 0.5 * 0.3


def _still_running(x: float) -> float:
    """Chance that a trial of that age still runs: lognormal, cut at 72 months."""
    return float(stats.lognorm.sf(x, 1.1, scale=20)) if x < 72 else 0.0


def test_over_dispersed_cases_in_progress() -> None:
    """With counts mixed by year the variance is Σm_y + Σm_y²/k, m_y from the victims of year y.

    Trials are cut at 72 months; with a fixed delay of 6 months to the indictment,
    m_y = (λ/12)·∫ P(S > t - 6 - s) ds over the months s of year y: the mixed Poisson of each year,
    thinned.  20 years of history are enough, since no case lasts longer than 144 months.
    """
    sets = BUSY | {
        "caseload__dispersion": 2,
        "pathway__indictment__median": 6,
        "pathway__indictment__sigma": 0,
    }
    month = 62.5
    running = _in_progress(draw(world(**sets), SEED, np.arange(4000), certain=True), month)
    of_year = []
    for y in range(-3, 6):
        low, high = month - 6 - 12 * (y + 1), month - 6 - 12 * y  # ages of the trial
        low, high = max(low, 0.0), min(max(high, 0.0), 72.0)
        of_year.append(36 * INDICTED / 12 * integrate.quad(_still_running, low, max(high, low))[0])
    mean = sum(of_year)
    assert abs(z_of_mean(running, mean)) < MOST_Z
    variance = mean + sum(m * m for m in of_year) / 2
    assert variance > 1.5 * mean
    assert abs(z_of_variance(running, variance)) < MOST_Z


# ------------------------------------------------------------------------------------ d. annuity

COSTS_ONLY = STILL | {
    "fund__take_up__unassisted_rate": 0,
    "fund__take_up__assisted_share": 0,
    "fund__costs__office_a_year": 60_000,
    "fund__costs__caseworker_a_year": 0,
    "fund__costs__index": "none",
    "macro__investment_return": 0.04,
    "fund__reserve_return": True,
    "income__budget__in_force": False,
    "time__horizon_years": 10,
    "time__runoff_years": 0,
}
MONTHS, MONTHLY = 120, 1.04 ** (1 / 12) - 1


def _net(sets: dict[str, Any]) -> tuple[Any, Any]:
    """Cash less everything owed, and what is owed, in cents by month of the only future."""
    ledger = simulate(world(**sets), SEED, np.arange(1), certain=True).ledger
    return (ledger.cash - ledger.shortfall)[0], ledger.shortfall[0]


def test_one_percent_less_than_an_annuity_is_missing_at_the_end() -> None:
    """Capital c·(1 - v^n)/j buys n monthly costs c in arrear; half way it holds what the rest needs.

    One hundredth less is about 1.5 months of cost at the end, so the fund is short in the last two months.
    """
    capital = 5000 * (1 - (1 + MONTHLY) ** -MONTHS) / MONTHLY
    net, _ = _net(COSTS_ONLY | {"fund__opening_capital": f"{capital:.2f}"})
    left = 5000 * (1 - (1 + MONTHLY) ** -(MONTHS - 60)) / MONTHLY  # what five more years need
    assert net[59] == pytest.approx(100 * left, abs=100)

    _, owed = _net(COSTS_ONLY | {"fund__opening_capital": f"{0.99 * capital:.2f}"})
    missing = 0.01 * capital * (1 + MONTHLY) ** MONTHS
    assert (owed[: MONTHS - 2] == 0).all()
    assert 0 < owed[-2] < owed[-1]
    assert owed[-1] / 100 == pytest.approx(missing, rel=0.01)


def test_one_percent_less_than_a_level_contribution_is_missing_each_december() -> None:
    """A yearly contribution of c·((1+j)^12 - 1)/j / (1+j)^11 carries the year's costs, each year.

    It comes in January with no return in its first month, so it grows for eleven months.
    """
    yearly = 5000 * (1.04 - 1) / MONTHLY / (1 + MONTHLY) ** 11
    sets = COSTS_ONLY | {
        "income__budget__in_force": True,
        "income__budget__vote": "fixed",
        "income__budget__lapses": False,
        "income__budget__index": "none",
        "income__budget__cut_rate": 0,
        "fund__opening_capital": 0,
    }
    net, _ = _net(sets | {"income__budget__amount": f"{yearly:.2f}"})
    growth = (1 + MONTHLY) ** MONTHS
    assert np.abs(net[11::12]).max() <= 0.5 * (growth - 1) / MONTHLY * (1 + 1 / 12) + 1
    assert net[0] == pytest.approx(100 * (yearly - 5000), abs=1)

    _, owed = _net(sets | {"income__budget__amount": f"{0.99 * yearly:.2f}"})
    assert (owed[:11] == 0).all()
    assert (owed[11::12] > 0).all()
    assert owed[11] / 100 == pytest.approx(0.01 * yearly * (1 + MONTHLY) ** 11, rel=1e-4)


# ------------------------------------------------------------------------------ e. working times


def test_exponential_working_time() -> None:
    """Working times of a fund with spread exponential: that mean, standard deviation equal to it."""
    sets = PLAIN | OPEN | {"fund__decision__spread": "exponential"}
    sets |= {"fund__decision__working_months": 2}
    working = draw(world(**sets), SEED, np.arange(100), certain=True).claims.working_months
    assert abs(z_of_mean(working, 2)) < MOST_Z
    assert abs(z_of_variance(working, 4)) < MOST_Z


# -------------------------------------------------------------------------------------- f. macro

MACRO = {
    "caseload__level": 0,
    "caseload__mass__events_a_year": 0,
    "fund__entry_point": "judgment",
    "time__history_years": 10,
    "macro__inflation": 0.03,
    "macro__inflation_sd": 0.02,
    "macro__inflation_persistence": 0.6,
    "macro__real_wage_growth": 0.02,
    "macro__wage_sd": 0.03,
    "macro__investment_return": 0.05,
    "macro__return_sd": 0.04,
}


def test_prices_real_wages_and_returns_of_a_year_are_independent() -> None:
    """From the price year on; before it the indexes are compounded at the means.

    Means and variances of the indexes are compared by `fundsim validate`.
    """
    drawn = draw(world(**MACRO), SEED, np.arange(20_000), certain=True)
    macro, years = drawn.macro, drawn.parameters.years
    price = int(np.flatnonzero(years == 2025)[0])
    assert years[0] == 2017
    assert (macro.prices[:, price] == 1).all()
    assert (macro.wages[:, price] == 1).all()
    for back in range(1, 9):
        assert np.allclose(macro.prices[:, price - back], 1.03**-back, rtol=1e-12)
        assert np.allclose(macro.wages[:, price - back], (1.03 * 1.02) ** -back, rtol=1e-12)

    inflation = macro.prices[:, 1:] / macro.prices[:, :-1] - 1
    wages = macro.wages / macro.prices
    real = wages[:, 1:] / wages[:, :-1] - 1
    returns = macro.investment_return[:, price + 5]
    for m in (1, 2, 3):  # inflation begins at its mean, and its variance builds up
        rate = inflation[:, price + m - 1]
        assert abs(z_of_mean(rate, 0.03)) < MOST_Z
        assert abs(z_of_variance(rate, 0.02**2 * (1 - 0.6 ** (2 * m)) / (1 - 0.6**2))) < MOST_Z
    assert abs(z_of_variance(real[:, price + 11], 0.03**2)) < MOST_Z
    assert abs(z_of_mean(real[:, price + 11] * real[:, price + 10], 0.02**2)) < MOST_Z
    assert abs(z_of_mean(returns, 0.05)) < MOST_Z
    rate, wage = inflation[:, price + 4] - 0.03, real[:, price + 4] - 0.02
    for product in (rate * wage, rate * (returns - 0.05), wage * (returns - 0.05)):
        assert abs(z_of_mean(product, 0)) < MOST_Z


def test_yearly_rates_are_at_least_minus_one_half() -> None:
    """With a standard deviation of 0.3 many shocks fall below -50 %; they are cut there."""
    sets = MACRO | {"macro__inflation_sd": 0.3, "macro__wage_sd": 0.3, "macro__return_sd": 0.3}
    sets |= {"time__horizon_years": 5, "time__runoff_years": 2}  # more years would be refused
    macro = draw(world(**sets), SEED, np.arange(300), certain=True).macro
    for index in (macro.prices, macro.wages / macro.prices):
        growth = index[:, 1:] / index[:, :-1]
        assert growth.min() == pytest.approx(0.5, rel=1e-12)
    assert macro.investment_return.min() == -0.5


# ------------------------------------------------------------------------------------- g. income

MONEY = {
    **STILL,
    "caseload__level": 0,
    "caseload__mass__events_a_year": 0,
    "income__budget__in_force": False,
    "time__horizon_years": 8,
    "time__runoff_years": 0,
}


def _income(n: int, name: str, **sets: Any) -> Any:
    """Income of one source by month in euro.  [replication, year, month]"""
    on = MONEY | {f"income__{name}__in_force": True}
    on |= {f"income__{name}__{key}": value for key, value in sets.items()}
    income = simulate(world(**on), SEED, np.arange(n), certain=True).ledger.income
    assert list(income) == [name]
    return income[name].reshape(n, 8, 12) / 100


def test_seized_assets_with_a_random_delay() -> None:
    """In the first year only what was confiscated and sold within it: m·∫ P(D < 1 - s) ds.

    A confiscation of month c (0-11) arrives in month ⌊c + D⌋, D lognormal, so before the year's end
    if D < 12 - c.
    """
    sets = {"confiscations_a_year": 6, "yearly_value": 1_000_000, "value_sigma": 0.7}
    sets |= {"realised_rate": 0.4, "earmarked_rate": 0.1, "delay__median": 5, "delay__sigma": 0.8}
    first = _income(8000, "seized_assets", **sets)[:, 0].sum(axis=1)
    share = np.mean([stats.lognorm.cdf(12 - c, 0.8, scale=5) for c in range(12)])
    assert abs(z_of_mean(first, 40_000 * share)) < MOST_Z


def test_a_conviction_levy_comes_in_by_twelfths_with_the_remainder_in_january() -> None:
    """A Poisson number of convictions: mean N·levy·collected."""
    flow = _income(4000, "conviction_levy", convictions_a_year=27_000, levy=20, collected_rate=0.3)
    assert abs(z_of_mean(flow.sum(axis=2), 27_000 * 6)) < MOST_Z
    cents = np.rint(flow * 100).astype(int)
    assert (cents[:, :, 1:] == cents[:, :, 1:2]).all()
    assert ((cents[:, :, 0] - cents[:, :, 1] >= 0) & (cents[:, :, 0] - cents[:, :, 1] < 12)).all()


def test_a_budget_line_comes_in_january_whole_or_cut() -> None:
    sets = {"vote": "fixed", "amount": 100_000, "index": "none", "cut_rate": 0.2, "cut_share": 0.4}
    flow = _income(100, "budget", **sets)
    assert set(np.unique(flow[:, :, 0])) == {60_000.0, 100_000.0}
    assert (flow[:, :, 1:] == 0).all()


def test_a_grant_is_renewed_and_regained_with_its_rates() -> None:
    """A two-state Markov chain, running in the first year; its transitions late in the chain."""
    flow = _income(10_000, "donors", amount=50_000, renewal_rate=0.7, regained_rate=0.2)
    runs = flow[:, :, 0] == 50_000
    assert (flow[:, :, 1:] == 0).all()
    assert runs[:, 0].all()
    kept = runs[runs[:, 6], 7]
    found = runs[~runs[:, 6], 7]
    assert abs(z_of_share(int(kept.sum()), kept.size, 0.7)) < MOST_Z
    assert abs(z_of_share(int(found.sum()), found.size, 0.2)) < MOST_Z


def test_revenue_share() -> None:
    """Lognormal with mean revenue·share: variance mean²·(e^(σ²) - 1); prices raise it year by year."""
    sets = {"yearly_revenue": 2_000_000, "earmarked_rate": 0.03, "yearly_sd": 0.3}
    yearly = _income(4000, "opportunity_money", **sets).sum(axis=2)
    assert abs(z_of_mean(yearly, 60_000)) < MOST_Z
    assert abs(z_of_variance(yearly, 60_000**2 * (math.exp(0.09) - 1))) < MOST_Z


def test_income_begins_in_its_year_and_grows_with_its_index() -> None:
    """A budget line from 2029 indexed with certain prices: a·1.05^(y - 2025), nothing before, in cents."""
    sets = MONEY | {
        "macro__inflation": 0.05,
        "income__budget__in_force": True,
        "income__budget__vote": "fixed",
        "income__budget__from_year": 2029,
        "income__budget__amount": 1234.56,
        "income__budget__index": "prices",
        "income__budget__cut_rate": 0,
    }
    flow = simulate(world(**sets), SEED, np.arange(2), certain=True).ledger.income["budget"]
    expected = [0, 0, *(round(123_456 * 1.05 ** (y - 2025)) for y in range(2029, 2035))]
    assert flow[:, ::12].tolist() == [expected, expected]
    assert flow.sum() == 2 * sum(expected)


# -------------------------------------------------------------------- h. quantile of the Poisson


def test_poisson_quantile_of_a_uniform_on_a_step() -> None:
    """The smallest n with P(N ≤ n) ≥ u: a hair below P(N ≤ n) gives n, a hair above n + 1.

    P(N ≤ n) is summed term by term here.
    """
    for mean, first in ((0.5, 0), (4.0, 0), (60.0, 20)):
        for n in range(first, first + 8):
            terms = [math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(n + 1)]
            step = math.fsum(terms)
            u = np.array([step * (1 - 1e-9), step + 1e-9 * (1 - step)])
            found = poisson_quantile(u, np.full(2, mean))
            assert found.tolist() == [n, n + 1]


def test_poisson_quantile_never_falls_with_the_mean() -> None:
    """For a fixed uniform, counts rise with the mean; and they rise with the uniform."""
    rng = np.random.default_rng(SEED)
    means = np.sort(np.concatenate([rng.uniform(0, 5, 300), rng.uniform(5, 300, 700)]))
    u = rng.uniform(size=100)
    table = poisson_quantile(np.repeat(u, means.size), np.tile(means, u.size)).reshape(u.size, -1)
    assert (np.diff(table, axis=1) >= 0).all()
    assert (np.diff(table[np.argsort(u)], axis=0) >= 0).all()


# ---------------------------------------------------------------------- i. claims and payments


def test_take_up_ramp() -> None:
    """The rate times min(1, f + (1-f)·y/3) in year y after the opening: 0.25, 0.5, 0.75, 1 of 0.8.

    Those identified in the two years before it, if the fund reaches back, all apply with 0.8 in the end:
    0.25 of them at the opening, and another quarter in each of the next three years.
    """
    sets = PLAIN | OPEN | {
        "fund__take_up__unassisted_rate": 0.8,
        "fund__take_up__first_year_share": 0.25,
        "fund__take_up__ramp_years": 3,
        "fund__eligible__retroactive_years": 2,
        "time__horizon_years": 5,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(800), certain=True)
    entry, identified = drawn.entry, drawn.cases.victims.identified_at
    assert entry.entitled.all()
    assert identified.min() < -23
    new = identified >= 0
    assert (entry.clock_at[new] == identified[new]).all()
    stock = ~new & entry.applies
    assert abs(z_of_share(int(stock.sum()), int((~new).sum()), 0.8)) < MOST_Z
    for wait in (0, 12, 24, 36):
        reached = entry.clock_at[stock] == wait
        assert abs(z_of_share(int(reached.sum()), reached.size, 0.25)) < MOST_Z
    year = years_of(drawn, identified)
    for y, share in enumerate([0.25, 0.5, 0.75, 1, 1]):
        applies = entry.applies[year == y]
        assert abs(z_of_share(int(applies.sum()), applies.size, 0.8 * share)) < MOST_Z


def test_retroactive_years_before_the_entry_point() -> None:
    """With awards as the entry point only those not older than two years may claim, from the opening on."""
    sets = CERTAIN | OPEN | {
        "fund__entry_point": "judgment",
        "fund__eligible__retroactive_years": 2,
        "time__history_years": 5,
        "time__horizon_years": 2,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(50), certain=True)
    award_at = drawn.cases.award_at
    assert award_at.min() < -48
    assert (drawn.entry.entitled == (award_at >= -24)).all()


@pytest.mark.parametrize(("recovered", "in_full"), [(1, True), (0.5, False)])
def test_unpaid_judgment_as_entry_point(recovered: float, in_full: bool) -> None:
    """Entitled 8 months after the award, unless the offender has paid all of it by then.

    The offender pays with chance 0.7, after a lognormal time (median 10, s = 0.5): with a mean share
    of 1 the rest is 1 - 0.7·P(D ≤ 8); a part payment never excludes.
    """
    sets = CERTAIN | OPEN | {
        "fund__entry_point": "unpaid_judgment",
        "fund__unpaid_months": 8,
        "enforcement__failure_rate": 0.3,
        "enforcement__recovered_rate": recovered,
        "enforcement__delay__median": 10,
        "enforcement__delay__sigma": 0.5,
        "time__history_years": 0,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(50), certain=True)
    entry, award_at = drawn.entry, drawn.cases.award_at
    entitled = entry.entitled
    assert (entry.clock_at[entitled] == award_at[entitled] + 8).all()
    if in_full:
        expected = 1 - 0.7 * float(stats.lognorm.cdf(8 + 0.5 / 4096, 0.5, scale=10))
        assert abs(z_of_share(int(entitled.sum()), entitled.size, expected)) < MOST_Z
    else:
        assert entitled.all()


def test_filing_limit() -> None:
    """Filed in time: P(D ≤ 9) of the lognormal filing duration, D rounded to 1/4096 month."""
    sets = PLAIN | OPEN | {
        "fund__eligible__filing_limit_months": 9,
        "fund__take_up__filing__median": 6,
        "fund__take_up__filing__sigma": 0.8,
        "time__horizon_years": 5,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(800), certain=True)
    entry = drawn.entry
    assert entry.applies.all()
    expected = float(stats.lognorm.cdf(9 + 0.5 / 4096, 0.8, scale=6))
    assert abs(z_of_share(int(entry.filed.sum()), entry.filed.size, expected)) < MOST_Z
    waited = drawn.claims.filed_at - drawn.entry.clock_at[drawn.claims.case]
    assert waited.max() <= 9
    late = ~entry.filed  # known to be outside when the time is up
    assert (entry.leaves_at[late] == entry.clock_at[late] + 9).all()


@pytest.mark.parametrize(("months", "filed"), [(6, True), (7, True), (5, False)])
def test_filing_exactly_at_the_limit(months: int, filed: bool) -> None:
    """A fixed duration of 6 months is in time with a limit of 6 (equal is in time), not with 5."""
    sets = PLAIN | OPEN | {"fund__take_up__filing__median": 6, "fund__take_up__filing__sigma": 0}
    sets |= {"fund__eligible__filing_limit_months": months}
    entry = draw(world(**sets), SEED, np.arange(5), certain=True).entry
    assert (entry.filed == filed).all()


@pytest.mark.parametrize(
    ("rule", "share"), [("all", 1.0), ("lawful", 0.35), ("reciprocity", 0.8), ("none", 0.0)]
)
def test_foreign_victims(rule: str, share: float) -> None:
    """The share of foreign victims who are entitled is the rate of the rule; nationals all are.

    Ordinary victims are foreign with 0.3, those of a mass case with 0.9: in the long run
    (60·0.3 + 20·0.9)/80 of all, with 2 events of 10 victims a year.
    """
    sets = PLAIN | OPEN | {
        "caseload__level": 60,
        "caseload__foreign_rate": 0.3,
        "caseload__mass__events_a_year": 2,
        "caseload__mass__size": 10,
        "caseload__mass__foreign_rate": 0.9,
        "fund__eligible__foreign": rule,
        "fund__eligible__lawful_rate": 0.35,
        "fund__eligible__reciprocity_rate": 0.8,
        "time__horizon_years": 5,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(400), certain=True)
    foreign, entitled = drawn.cases.victims.foreign, drawn.entry.entitled
    everybody = np.ones(foreign.size, dtype=bool)
    excess = by_year(drawn, foreign, 5) - by_year(drawn, everybody, 5) * 36 / 80
    assert abs(z_of_mean(excess, 0)) < MOST_Z
    assert entitled[~foreign].all()
    admitted, n = int(entitled[foreign].sum()), int(foreign.sum())
    if share in (0, 1):
        assert admitted == share * n
    else:
        assert abs(z_of_share(admitted, n, share)) < MOST_Z


def test_trust_until_18() -> None:
    """A child's benefit is due when decided or at 18, the later; an adult's when decided.

    Years to majority are uniform between 0 and twice their mean (5), from the identification.  Claims
    are decided at identification + 30 months, so a share 2.5/10 of children is of age by then, and
    the months in trust of a child have mean ∫ (x - 30)⁺ dx/120 = 90²/240.
    """
    sets = PLAIN | OPEN | STILL | {
        "caseload__child_rate": 0.5,
        "caseload__years_to_majority": 5,
        "fund__take_up__filing__median": 24,
        "fund__take_up__filing__sigma": 0,
        "fund__decision__working_months": 6,
        "fund__decision__posts": 10_000,
        "fund__payment__trust_until_18": True,
        "time__horizon_years": 3,
        "time__runoff_years": 15,
    }  # fmt: skip
    future = simulate(world(**sets), SEED, np.arange(150), certain=True)
    claims, due, victims = future.drawn.claims, future.due, future.drawn.cases.victims
    assert (due.claim[np.argsort(due.claim)] == np.arange(claims.size)).all()  # one payment each
    month = np.empty(claims.size)
    month[due.claim] = due.month
    child = victims.child[claims.case]
    identified = victims.identified_at[claims.case].astype(float)
    assert (future.decided_at == identified + 30).all()
    assert (month[~child] == np.floor(identified[~child] + 30)).all()
    at_18 = claims.majority_at[child]
    wait = (at_18 - identified[child]) / 120
    assert stats.kstest(wait, "uniform").pvalue > 1e-4
    assert (month[child] == np.floor(np.maximum(identified[child] + 30, at_18))).all()
    kept = np.maximum(at_18 - identified[child] - 30, 0)
    assert abs(z_of_share(int((kept == 0).sum()), kept.size, 0.25)) < MOST_Z
    assert abs(z_of_mean(kept, 90**2 / 240)) < MOST_Z
    assert (future.payment_month == due.month).all()  # cash is never short


def _payments(future: Future, claim: int) -> list[tuple[int, int]]:
    """(month, cents) of the payments due on one claim, in order."""
    own = np.flatnonzero(future.due.claim == claim)
    pairs = zip(future.due.month[own], future.due.amount[own], strict=True)
    return sorted((int(month), int(cents)) for month, cents in pairs)


FIXED = PLAIN | OPEN | STILL | {
    "fund__amount__basis": "fixed",
    "fund__amount__fixed": 100.03,
    "fund__take_up__filing__median": 0,
    "fund__decision__working_months": 3,
    "fund__decision__posts": 10_000,
    "time__horizon_years": 2,
    "time__runoff_years": 4,
}  # fmt: skip


def test_instalments() -> None:
    """10,003 cents in four instalments: 2,503, 2,500, 2,500, 2,500, half a year apart."""
    sets = FIXED | {"fund__payment__instalments": 4, "fund__payment__every_months": 6}
    future = simulate(world(**sets), SEED, np.arange(3), certain=True)
    claims = future.drawn.claims
    assert claims.size > 200
    for claim in range(claims.size):
        first = math.floor(claims.filed_at[claim] + 3)
        expected = [(first, 2503)] + [(first + 6 * i, 2500) for i in (1, 2, 3)]
        assert _payments(future, claim) == expected
        assert future.paid_in_month[claim] == first + 18
    assert future.ledger.benefits.sum() == 10_003 * claims.size


@pytest.mark.parametrize("approval", [1, 0])
def test_interim_is_deducted(approval: int) -> None:
    """⌊0.3·10,003⌋ = 3,000 a month after filing; then 7,003 in two parts if granted, else nothing.

    The interim payment of a refused claim is not reclaimed.
    """
    sets = FIXED | {
        "fund__interim__share": 0.3,
        "fund__interim__after_months": 1,
        "fund__payment__instalments": 2,
        "fund__payment__every_months": 12,
        "fund__decision__approval_rate": approval,
    }
    future = simulate(world(**sets), SEED, np.arange(3), certain=True)
    claims = future.drawn.claims
    for claim in range(claims.size):
        at = claims.filed_at[claim]
        interim, decided = (math.floor(at + 1), 3000), math.floor(at + 3)
        final = [(decided, 3502), (decided + 12, 3501)] if approval else []
        assert _payments(future, claim) == [interim, *final]
    assert ((future.paid_in_month < UNPAID) == bool(approval)).all()
    per_claim = 10_003 if approval else 3000
    assert future.ledger.benefits.sum() == per_claim * claims.size


@pytest.mark.parametrize(
    ("after", "cap", "interim"), [(3, 1000, 0), (2, 1000, 3000), (2, 12.34, 1234)]
)
def test_interim_only_while_undecided_and_up_to_its_cap(
    after: int, cap: float, interim: int
) -> None:
    """Due after 3 months when the claim is decided at 3 months: decided by then, so no interim payment."""
    sets = FIXED | {
        "fund__interim__share": 0.3,
        "fund__interim__after_months": after,
        "fund__interim__cap": cap,
    }
    future = simulate(world(**sets), SEED, np.arange(2), certain=True)
    for claim in range(future.drawn.claims.size):
        amounts = [cents for _, cents in _payments(future, claim)]
        assert amounts == ([interim, 10_003 - interim] if interim else [10_003])


@pytest.mark.parametrize(("filing", "benefit"), [(11, 1.0), (12, 0.6), (13, 0.6)])
def test_set_off(filing: int, benefit: float) -> None:
    """What the offender paid by the time of filing is deducted: 40 % after 12 months, an equal time counts.

    Every award is 10,000 (no spread), the fund pays it in full less the set-off; the offender pays
    u^1.5 of it, 40 % on average.
    """
    sets = CERTAIN | OPEN | STILL | {
        "award__median": 10_000,
        "award__p90": 10_000,
        "enforcement__failure_rate": 0,
        "enforcement__recovered_rate": 0.4,
        "enforcement__delay__median": 12,
        "enforcement__delay__sigma": 0,
        "fund__entry_point": "judgment",
        "fund__amount__basis": "judgment",
        "fund__subsidiarity__set_off": True,
        "fund__take_up__filing__median": filing,
        "fund__take_up__filing__sigma": 0,
        "time__history_years": 0,
    }  # fmt: skip
    claims = draw(world(**sets), SEED, np.arange(100), certain=True).claims
    assert (claims.asked == 1_000_000).all()
    if benefit == 1:
        assert (claims.benefit == 1_000_000).all()
    else:
        assert abs(z_of_mean(claims.benefit / 1_000_000, benefit)) < MOST_Z


def test_tariff_with_floor_and_cap() -> None:
    """Each granted claim is its form's and age's sum in wages of 2025, indexed with certain wages.

    First the floor (9 wages), then the cap (11 wages); cents, half to even.
    """
    sets = PLAIN | OPEN | STILL | {
        "macro__inflation": 0.03,
        "fund__amount__money": "monthly_wages",
        "fund__amount__index": "wages",
        "fund__amount__floor": 9,
        "fund__amount__cap": 11,
        "country__net_wage": 917,
        "time__horizon_years": 3,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(20), certain=True)
    claims, victims = drawn.claims, drawn.cases.victims
    sums = {
        False: [10, 9, 9, 9, 9],
        True: [11, 10, 10, 10, 10],
    }  # adults 10, 8...; children 12, 10...
    forms, children = victims.form[claims.case], victims.child[claims.case]
    for claim in range(claims.size):
        year = 2027 + math.floor(claims.filed_at[claim] / 12)
        wages = sums[bool(children[claim])][forms[claim]]
        assert claims.asked[claim] == round(100 * 917 * wages * 1.03 ** (year - 2025))
    assert (claims.capped == (children & (forms == 0))).all()


def test_recoveries_by_subrogation() -> None:
    """Every paid claim is pursued: share 1 - f pays back u^((1-m)/m), so f̄·m of benefits on average.

    Claims are paid at once and delays are 0, so the cost falls due in the month after, with the recovery.
    """
    sets = CERTAIN | OPEN | STILL | {
        "fund__entry_point": "identified",
        "fund__amount__basis": "fixed",
        "fund__amount__fixed": 1000,
        "fund__subrogation__pursued_share": 1,
        "fund__subrogation__failure_rate": 0.7,
        "fund__subrogation__recovered_rate": 0.25,
        "fund__subrogation__cost_per_claim": 30,
        "fund__subrogation__delay__median": 0,
        "fund__costs__index": "none",
        "time__horizon_years": 2,
        "time__runoff_years": 1,
    }  # fmt: skip
    ledger = simulate(world(**sets), SEED, np.arange(1500), certain=True).ledger
    paid, back = ledger.benefits[:, :-1], ledger.recoveries[:, 1:]
    assert (ledger.costs_due["subrogation"][:, 1:] * 1000 == paid * 30).all()
    excess = back.sum(axis=1) - 0.3 * 0.25 * paid.sum(axis=1)
    assert abs(z_of_mean(excess, 0)) < MOST_Z


def test_the_victims_of_a_mass_case_are_identified_at_once() -> None:
    """Within half a month, the month uniform over the year; its size is one plus a Poisson number."""
    sets = PLAIN | {
        "caseload__level": 0,
        "caseload__mass__scheduled_events": 2,
        "caseload__mass__size": 30,
        "time__horizon_years": 1,
        "time__history_years": 0,
    }
    people = draw(world(**sets), SEED, np.arange(600), certain=True).cases.victims
    sizes, starts = [], []
    for r in range(600):
        at = np.sort(people.identified_at[people.replication == r])
        cuts = np.flatnonzero(np.diff(at) > 0.5)
        if cuts.size == 1:  # two cases in one half month cannot be told apart here
            sizes += [cuts[0] + 1, at.size - cuts[0] - 1]
            starts += [at[0], at[cuts[0] + 1]]
            assert at[cuts[0]] - at[0] < 0.5
    assert len(sizes) > 1000
    z = (np.mean(sizes) - 30) / (np.std(sizes) / np.sqrt(len(sizes)))
    assert abs(z) < MOST_Z
    assert min(starts) < 0.5
    assert max(starts) > 11


def test_take_up_at_a_judgment_is_the_average_of_those_with_an_award() -> None:
    """The aided are many among those with an award; the rate is still their average, and so is approval."""
    sets = ODDS | OPEN | {
        "pathway__prosecuted_rate": 0.6,
        "pathway__requalified_rate": 0.5,
        "pathway__criminal_award_rate": 0.3,
        "pathway__civil_suit_rate": 0.4,
        "pathway__civil_award_rate": 0.6,
        "fund__entry_point": "judgment",
        "fund__take_up__unassisted_rate": 0.5,
        "fund__take_up__informed_odds_ratio": 3,
        "fund__take_up__legal_aid_odds_ratio": 4,
        "fund__decision__approval_rate": 0.6,
        "fund__decision__legal_aid_odds_ratio": 5,
        "time__history_years": 0,
    }  # fmt: skip
    drawn = draw(world(**sets), SEED, np.arange(2500), certain=True)
    entitled = drawn.entry.entitled
    applies = int(drawn.entry.applies[entitled].sum())
    assert abs(z_of_share(applies, int(entitled.sum()), 0.5)) < MOST_Z
    approved = drawn.claims.approved
    assert abs(z_of_share(int(approved.sum()), approved.size, 0.6)) < MOST_Z


def test_a_finished_reform_costs_nothing_and_without_a_fund_the_state_pays() -> None:
    """A cost in 2020-2022 is not booked at the opening; a fund's cost without a fund is the state's."""
    table = '{ label = "Old", from_year = %d, until_year = %d, cost_once = 1000, cost_by = "fund" }'
    money = '{ value = 1000, unit = "EUR", source = "judgement" }'
    for start, paid in ((2020, 0.0), (2028, 1000.0)):
        reform = (table % (start, start + 2)).replace("= 1000", f"= {money}")
        for point, bearer in (("identified", "fund"), ("none", "state")):
            future = simulate(
                world(**PLAIN | STILL | {"reform__old": reform, "fund__entry_point": point}),
                SEED,
                np.arange(2),
                certain=True,
            )
            fund = future.ledger.costs.get("reforms", np.zeros((2, 1))).sum() / 100 / 2
            state = future.owed.costs.state_total.sum() / 2
            assert (fund, state) == pytest.approx(
                (paid, 0) if bearer == "fund" else (0, paid), rel=0.2
            )
