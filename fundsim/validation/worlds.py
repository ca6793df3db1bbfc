"""Scenarios so simple that their answers are known, and random ones across all switches.

The building blocks are overrides of serbia+tariff: PLAIN (nothing but the rates), CERTAIN (each victim has
an award at once), OPEN (everybody applies, is approved and paid at once) and STILL (no prices move).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fundsim.model.streams import Streams
from fundsim.scenario.compose import load
from fundsim.scenario.schema import World

Named = tuple[str, tuple[str, ...]]  # a scenario's name and its overrides


def world(**sets: Any) -> World:
    """serbia+tariff with some keys set; `__` in a name stands for a dot."""
    texts = []
    for key, value in sets.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        texts.append(f"{key.replace('__', '.')}={text}")
    return load("serbia+tariff", texts).world


# no odds ratios, nobody withdraws, no mass cases, no growth
PLAIN: dict[str, Any] = {
    "pathway__informed_odds_ratio": 1,
    "pathway__legal_aid_odds_ratio": 1,
    "pathway__requalified_odds_ratio": 1,
    "pathway__criminal_withdrawal": 0,
    "pathway__civil_withdrawal": 0,
    "fund__take_up__informed_odds_ratio": 1,
    "fund__take_up__legal_aid_odds_ratio": 1,
    "fund__decision__legal_aid_odds_ratio": 1,
    "caseload__mass__events_a_year": 0,
    "caseload__trend": 0,
    "caseload__dispersion": 1_000_000,
}
# every stage certain and immediate: each victim has an award when identified
CERTAIN: dict[str, Any] = {
    **PLAIN,
    "pathway__prosecuted_rate": 1,
    "pathway__conviction_rate": 1,
    "pathway__criminal_award_rate": 1,
    "pathway__indictment__median": 0,
    "pathway__criminal__median": 0,
    "award__child_factor": 1,
    "award__form_factor__sexual": 1,
    "award__form_factor__labour": 1,
    "award__form_factor__begging": 1,
    "award__form_factor__criminality": 1,
    "award__form_factor__other": 1,
    "award__median": 9000,
    "award__p90": 22_000,
    "award__index": "none",
}
# everybody applies at once, is approved at once, and cash is never short
OPEN: dict[str, Any] = {
    "fund__take_up__rate": 1,
    "fund__take_up__first_year_share": 1,
    "fund__take_up__filing__median": 0,
    "fund__decision__approval_rate": 1,
    "fund__decision__working_months": 0,
    "fund__opening_capital": 1_000_000_000,
    "fund__costs__caseworker_a_year": 0,
    "fund__amount__money": "euro",
    "fund__amount__index": "none",
    "fund__subrogation__pursued_share": 0,
    "fund__subsidiarity__set_off": False,
    "income__budget__in_force": False,
}
STILL: dict[str, Any] = {
    "macro__inflation": 0,
    "macro__inflation_sd": 0,
    "macro__real_wage_growth": 0,
    "macro__wage_sd": 0,
    "macro__return_sd": 0,
}

COUNTRIES = (
    "serbia", "bosnia_and_herzegovina", "montenegro", "north_macedonia", "albania", "kosovo",
)  # fmt: skip
POLICIES = (
    "status_fixed", "tariff", "tariff_interim", "judgment_advance", "full_judgment", "assets_only",
    "conviction_levy", "mixed_financing",
)  # fmt: skip
REFORMS = ("legal_aid", "informing", "asset_seizure", "reintegration", "private_giving")
SHORT = ("time.horizon_years=4", "time.runoff_years=3", "time.history_years=4")
# all switches, cash-starved and cash-rich; a value that stands twice is chosen twice as often
CHOICES: dict[str, tuple[object, ...]] = {
    "fund.payment.when_short": ("queue", "pro_rata", "treasury_advance"),
    "fund.payment.instalments": (1, 1, 2, 5),
    "fund.payment.every_months": (1, 6, 12),
    "fund.payment.trust_until_18": ("true", "false"),
    "fund.interim.share": (0, 0, 0.2, 1),
    "fund.interim.after_months": (0, 1, 3),
    "fund.decision.caseworkers": (1, 2, 4),
    "fund.decision.spread": ("fixed", "exponential"),
    "fund.decision.working_months": (0, 0.1, 0.5, 2),
    "fund.subsidiarity.set_off": ("true", "false"),
    "fund.subsidiarity.wait_for_enforcement": ("false", "false", "true"),
    "fund.eligible.foreign": ("all", "lawful", "reciprocity", "none"),
    "fund.eligible.retroactive_years": (0, 2, 4),
    "fund.take_up.rate": (0.05, 0.5, 1),
    "fund.subrogation.pursued_share": (0, 1),
    "fund.subrogation.delay.median": (1, 20),
    "fund.subrogation.failure_rate": (0, 0.5),
    "fund.opening_capital": (0, 0, 10000, 1000000),
    "fund.reserve_return": ("true", "false"),
    "income.budget.amount": (0, 5000, 60000, 2000000),
    "income.budget.lapses": ("true", "false"),
    "fund.assistance.rate": (0, 0.5),
    "fund.costs.legal_aid_by_fund": ("true", "false"),
}
# set in half of the scenarios
SOMETIMES: dict[str, tuple[object, ...]] = {
    "fund.payment.yearly_limit": (0, 5000, 50000),
    "fund.eligible.filing_limit_months": (1, 6, 24),
}


def many_scenarios(seed: int, n: int) -> list[Named]:
    """Random scenarios, small enough to settle in plain Python, drawn from named streams."""
    streams, numbers = Streams(seed, "validation"), np.arange(n)

    def picks(what: str, values: tuple[object, ...]) -> list[str]:
        u = streams.of_replications([f"random scenario {what}"], numbers)[0]
        return [str(values[int(x * len(values))]) for x in u]

    names = [
        f"{country}+{policy}" + (f"+{reform}" if reform else "")
        for country, policy, reform in zip(
            picks("country", COUNTRIES),
            picks("policy", POLICIES),
            picks("reform", ("",) * len(REFORMS) + REFORMS),
            strict=True,
        )
    ]
    always = {key: picks(key, values) for key, values in CHOICES.items()}
    at_times = {key: picks(key, values) for key, values in SOMETIMES.items()}
    chosen = {key: picks(f"whether {key}", (True, False)) for key in SOMETIMES}
    return [
        (
            names[i],
            (
                *SHORT,
                *(f"{key}={values[i]}" for key, values in always.items()),
                *(f"{key}={v[i]}" for key, v in at_times.items() if chosen[key][i] == "True"),
            ),
        )
        for i in range(n)
    ]
