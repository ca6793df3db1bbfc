"""Scenarios so simple that their answers are known, and random ones across all switches.

The building blocks are overrides of serbia+tariff: PLAIN (nothing but the rates), CERTAIN (each victim has
an award at once), OPEN (everybody applies, is approved and paid at once) and STILL (no prices move).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from fundsim.model.streams import Streams
from fundsim.scenario import override
from fundsim.scenario.compose import load
from fundsim.scenario.files import countries, shipped
from fundsim.scenario.labels import fields
from fundsim.scenario.record import records
from fundsim.scenario.schema import World, assumptions

Named = tuple[str, tuple[str, ...]]  # a scenario's name and its overrides


def world(**sets: Any) -> World:
    """serbia+tariff with some keys set; `__` in a name stands for a dot."""
    named = {key.replace("__", "."): value for key, value in sets.items()}
    return load("serbia+tariff", [certain(key, text_of(v)) for key, v in named.items()]).world


def certain(key: str, value: str) -> str:
    """The override that makes a key certain at a value, or sets a switch."""
    return f"{key}={value}{override.CERTAIN if key in _numbers() else ''}"


@lru_cache(maxsize=1)
def _numbers() -> frozenset[str]:
    return frozenset(key for key, _, _ in assumptions(load("serbia+tariff").world))


def text_of(value: object) -> str:
    """A value as `--set` takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


# no odds ratios, nobody withdraws, no mass cases, no growth
PLAIN: dict[str, Any] = {
    "pathway__informed_odds_ratio": 1,
    "pathway__legal_aid_odds_ratio": 1,
    "pathway__requalified_odds_ratio": 1,
    "pathway__criminal_withdrawal": 0,
    "pathway__civil_withdrawal": 0,
    "fund__take_up__assisted_share": 0,
    "fund__take_up__amount_elasticity": 0,
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
    "fund__take_up__unassisted_rate": 1,
    "fund__take_up__assisted_share": 0,
    "fund__take_up__amount_elasticity": 0,
    "fund__eligible__presumed": True,
    "fund__take_up__first_year_share": 1,
    "fund__take_up__filing__median": 0,
    "fund__decision__approval_rate": 1,
    "fund__decision__working_months": 0,
    "fund__decision__handling__median": 0,
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

POLICIES = tuple(name for name in shipped("policy") if name != "no_fund")
CHANGES = (*shipped("reform"), *shipped("stress"))
PLANNED_IN = 3  # one random scenario of so many may begin with what is planned
PHASE_YEAR = 2029  # of the phase of a random scenario
NOT_LATER = ("income.budget.vote",)  # a line that is fixed later needs an amount of its own
SHORT = ("time.horizon_years=4", "time.runoff_years=3", "time.history_years=4")


@lru_cache(maxsize=1)
def random_values() -> tuple[dict[str, tuple[object, ...]], dict[str, tuple[object, ...]]]:
    """What the records of keys let a random world set, by key: values that each of them has, and that half of them have."""
    always: dict[str, tuple[object, ...]] = {}
    at_times: dict[str, tuple[object, ...]] = {}
    standard = load("serbia+tariff").world
    idle = tuple(f"income.{name}." for name, one in standard.income.items() if not one.in_force)
    for key, _, field in fields(standard):
        said = [record.random for _, record in records(standard, key)]
        values = next((found for one in said if (found := _of_key(one, key))), ())
        if values and not key.startswith(idle):
            (at_times if field.default is None else always)[key] = values
    return always, at_times


def _of_key(
    said: tuple[object, ...] | Mapping[str, tuple[object, ...]], key: str
) -> tuple[object, ...]:
    """What a record says of a key: values, or values by the key's last name."""
    return said.get(key.rpartition(".")[2], ()) if isinstance(said, Mapping) else said


def may_change(key: str) -> bool:
    """Whether a phase may change a key."""
    if not key.startswith(("fund.", "income.")):
        return False
    said = [record for _, record in records(load("serbia+tariff").world, key)]
    return not any(record.steady for record in said) and key not in NOT_LATER


def _amount(
    always: Mapping[str, list[str]], at_times: Mapping[str, list[str]], chosen: Mapping[str, list[str]], i: int
) -> list[str]:  # fmt: skip
    """The amount of the budget line, where none is chosen: one that is fixed needs it, and of the revised ones few go without,
    since the reference lives through the plan of each one by one."""
    key = "income.budget.amount"
    planned = i % PLANNED_IN == 0 and always["income.budget.vote"][i] == "revised"
    return [] if planned or chosen[key][i] == "true" else [certain(key, at_times[key][i])]


def many_scenarios(seed: int, n: int) -> list[Named]:
    """Random scenarios, small enough to settle in plain Python, drawn from named streams."""
    streams, numbers = Streams(seed, "validation"), np.arange(n)

    def picks(what: str, values: tuple[object, ...]) -> list[str]:
        u = streams.of_replications([f"random scenario {what}"], numbers)[0]
        return [text_of(values[int(x * len(values))]) for x in u]

    names = [
        f"{country}+{policy}" + (f"+{reform}" if reform else "")
        for country, policy, reform in zip(
            picks("country", countries()),
            picks("policy", POLICIES),
            picks("reform", ("",) * len(CHANGES) + CHANGES),
            strict=True,
        )
    ]
    every, some = random_values()
    always = {key: picks(key, values) for key, values in every.items()}
    at_times = {key: picks(key, values) for key, values in some.items()}
    chosen = {key: picks(f"whether {key}", (True, False)) for key in some}
    later = {key: picks(f"later {key}", values) for key, values in every.items() if may_change(key)}
    changes = {key: picks(f"whether later {key}", (True, *(False,) * 4)) for key in later}
    phased = picks("whether phased", (True, False))
    return [
        (
            names[i],
            (
                *SHORT,
                *(certain(key, values[i]) for key, values in always.items()),
                *(certain(key, v[i]) for key, v in at_times.items() if chosen[key][i] == "true"),
                *_amount(always, at_times, chosen, i),
                *(
                    f"phase.{PHASE_YEAR}.{certain(key, v[i])}"
                    for key, v in later.items()
                    if phased[i] == "true" and changes[key][i] == "true"
                ),
            ),
        )
        for i in range(n)
    ]
