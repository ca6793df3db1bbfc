"""Section 2: annuities, prices, income: money that is known without chance, or in its moments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import integrate, stats

from fundsim.model.drawn import draw
from fundsim.model.run import simulate
from fundsim.scenario.assumption import Floats
from fundsim.validation.check import (
    Check,
    Group,
    Line,
    by_z,
    exact,
    of_mean,
    of_share,
    of_variance,
    within,
)
from fundsim.validation.worlds import STILL, world

ANNUITY = "compound interest: Kellison, The Theory of Interest, ch. 3-4"
MONTHS, MONTHLY = 120, 1.04 ** (1 / 12) - 1
COSTS_ONLY: dict[str, Any] = STILL | {
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


def annuities(seed: int) -> list[Check]:
    """Capital, yearly contribution and treasury advance that carry a level cost of € 5,000 a month.

    Each month's return is rounded by at most half a cent, so the end is off by at most that annuity.
    """

    def end(**sets: Any) -> tuple[float, float]:
        ledger = simulate(world(**COSTS_ONLY | sets), seed, np.arange(1), certain=True).ledger
        owed = float(ledger.shortfall[0, -1]) / 100
        return float(ledger.cash[0, -1]) / 100 - owed, owed

    growth = (1 + MONTHLY) ** MONTHS
    rounding = 0.005 * (growth - 1) / MONTHLY + 0.005 * growth
    capital = round(5000 * (1 - 1 / growth) / MONTHLY, 2)
    yearly = round(5000 * 0.04 / MONTHLY / (1 + MONTHLY) ** 11, 2)
    sets = {
        "income__budget__in_force": True,
        "income__budget__vote": "fixed",
        "income__budget__lapses": False,
        "income__budget__index": "none",
        "income__budget__cut_rate": 0,
        "income__budget__amount": yearly,
        "fund__opening_capital": 0,
    }
    advance = 1.06 ** (1 / 12) - 1
    owed = 5000 * (1.06**10 - 1) / advance
    lent = end(
        fund__payment__when_short="treasury_advance",
        fund__payment__advance_interest=0.06,
        fund__opening_capital=0,
    )[1]
    what = "simulate() with costs of € 5,000 a month for ten years"
    return [
        within(Line("2.40", "Cash left of capital equal to an annuity", f"{what}; c·(1 − vⁿ)/j buys n costs in arrear, so nothing", "EUR", ANNUITY), end(fund__opening_capital=capital)[0], 0.0, rounding),
        within(Line("2.41", "Cash left of a level January contribution", f"{what}; c·((1+j)¹² − 1)/j/(1+j)¹¹ a year carries them, so nothing", "EUR", ANNUITY), end(**sets)[0], 0.0, rounding * (1 + 1 / 12) + 0.01),
        within(Line("2.42", "Treasury advance of a fund without income", f"{what}; c·((1+a)ⁿ − 1)/a", "EUR", ANNUITY), lent, owed, 0.005 * (1.06**10 - 1) / advance),
    ]  # fmt: skip


def mean_log(mean: float, sd: float) -> float:
    """E[ln(1 + X)], X normal, by quadrature."""
    return float(integrate.quad(lambda z: math.log1p(mean + sd * z) * stats.norm.pdf(z), -9, 9)[0])


def prices(seed: int) -> list[Check]:
    """AR(1) inflation, real wages and returns twelve years after the price year."""
    rho, sd, n = 0.6, 0.02, 20_000
    sets = {
        "caseload__level": 0,
        "caseload__mass__events_a_year": 0,
        "macro__inflation": 0.03,
        "macro__inflation_sd": sd,
        "macro__inflation_persistence": rho,
        "macro__real_wage_growth": 0.02,
        "macro__wage_sd": 0.03,
        "macro__investment_return": 0.05,
        "macro__return_sd": 0.04,
    }
    drawn = draw(world(**sets), seed, np.arange(n), certain=True)
    macro = drawn.macro
    start = int(np.flatnonzero(drawn.parameters.years == 2025)[0])

    def variance(m: int) -> float:
        return sd**2 * (1 - rho ** (2 * m)) / (1 - rho**2)

    rates = macro.prices[:, start + 1 :] / macro.prices[:, start:-1] - 1
    logs = sum(mean_log(0.03, math.sqrt(variance(m))) for m in range(1, 13))
    moved = (rates[:, 11] - 0.03) * (rates[:, 10] - 0.03)
    what, cite = (
        f"draw_macro() over {n:,} futures",
        "first-order autoregression: Hamilton, Time Series Analysis, § 3.4",
    )
    return [
        of_mean(Line("2.43a", "Log price index after twelve years, mean", f"{what}; sum of E[ln(1 + π)] by quadrature", "", cite), np.log(macro.prices[:, start + 12]), logs),
        of_variance(Line("2.43b", "Inflation in the twelfth year, variance", f"{what}; σ²(1 − ρ²⁴)/(1 − ρ²)", "", cite), rates[:, 11], variance(12)),
        of_mean(Line("2.43c", "Inflation of one year and the next, covariance", f"{what}; ρ times the variance", "", cite), moved, rho * variance(11)),
        of_mean(Line("2.43d", "Log wage index after twelve years, mean", f"{what}; as prices, with real growth", "", cite), np.log(macro.wages[:, start + 12]), logs + 12 * mean_log(0.02, 0.03)),
        of_variance(Line("2.43e", "Return on reserves, variance", f"{what}; σ²", "", cite), macro.investment_return[:, start + 5], 0.04**2),
    ]  # fmt: skip


def received(seed: int, n: int, name: str, **sets: Any) -> Floats:
    """Income of one source by month, euro.  [replication, year, month]"""
    on = STILL | {
        "caseload__level": 0,
        "caseload__mass__events_a_year": 0,
        "income__budget__in_force": False,
        f"income__{name}__in_force": True,
        "time__horizon_years": 8,
        "time__runoff_years": 0,
    }
    on |= {f"income__{name}__{key}": value for key, value in sets.items()}
    ledger = simulate(world(**on), seed, np.arange(n), certain=True).ledger
    return np.asarray(ledger.income[name].reshape(n, 8, 12) / 100)


def income(seed: int) -> list[Check]:
    """Seized assets, levy, budget line and grant against their moments."""
    compound = "compound Poisson moments: Klugman, Panjer, Willmot, Loss Models, ch. 9"
    seized = received(
        seed, 8000, "seized_assets", confiscations_a_year=6, yearly_value=1_000_000,
        value_sigma=0.7, realised_rate=0.4, earmarked_rate=0.1, delay__median=7, delay__sigma=0,
    )  # fmt: skip
    late = seized[:, 3:].sum(axis=2)
    what = "simulate() over 8,000 futures, five late years"
    early = int(np.count_nonzero(seized.reshape(8000, -1)[:, :7]))
    levy = received(
        seed, 4000, "conviction_levy", convictions_a_year=2700, levy=20, collected_rate=0.3
    ).sum(axis=2)
    budget = received(
        seed,
        4000,
        "budget",
        vote="fixed",
        amount=100_000,
        index="none",
        cut_rate=0.2,
        cut_share=0.4,
    ).sum(axis=2)
    grant = (
        received(seed, 20_000, "donors", amount=50_000, renewal_rate=0.7, regained_rate=0.2)[
            :, :, 0
        ]
        > 0
    )
    running = 1.0
    for _ in range(7):
        running = running * 0.7 + (1 - running) * 0.2
    share = of_share(
        Line(
            "2.46",
            "Grant running in its eighth year",
            "simulate() over 20,000 futures; two-state chain",
            "share",
            "Markov chain: Feller, An Introduction to Probability Theory I, ch. XV",
        ),
        int(grant[:, 7].sum()),
        20_000,
        running,
    )
    return [
        of_mean(Line("2.44a", "Seized assets a year, mean", f"{what}; value × realised × earmarked", "EUR", compound), late, 40_000),
        of_variance(Line("2.44b", "Seized assets a year, variance", f"{what}; m²·e^(σ²)/λ", "EUR²", compound), late, 40_000**2 * math.exp(0.49) / 6),
        exact(Line("2.44c", "Seized assets before the delay of seven months", f"{what}; nothing", "months", "docs/method.md §10"), early, 8000 * 7),
        of_variance(Line("2.45a", "Conviction levy a year, variance", "simulate() over 4,000 × 8 years; N·(levy × collected)²", "EUR²", compound), levy, 2700 * 36),
        by_z(Line("2.45b", "Budget line with cuts, mean", "simulate() over 4,000 × 8 years; a·(1 − cut rate × cut share)", "EUR", "expectation of a two-point distribution"), float(budget.mean()), 92_000, math.sqrt(40_000**2 * 0.16 / budget.size)),
        share,
    ]  # fmt: skip


GROUPS = (
    Group("2.40", "Annuities", annuities),
    Group("2.43", "Prices", prices),
    Group("2.44", "Income", income),
)
