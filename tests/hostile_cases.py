"""Scenarios at the ends of what may be said: from the keys themselves, so that a new key joins by itself."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args

from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import countries, shipped
from fundsim.scenario.labels import choices, fields, is_set_alone
from fundsim.scenario.schema import quantity_of
from fundsim.scenario.sizes import most_cases
from fundsim.validation.worlds import CHANGES, random_values, text_of

MOST_WORK = 20_000  # victims in all futures of one run
FUTURES = (1, 2, 3, 10, 16, 64)
SMALL = ("time.horizon_years=3", "time.runoff_years=2", "time.history_years=2", "caseload.level=6")
# what makes nobody of somebody, often several at once
NOBODY = (
    "caseload.level=0", "caseload.mass.events_a_year=0", "fund.take_up.unassisted_rate=0", "fund.take_up.assisted_share=0", "fund.decision.approval_rate=0", "pathway.prosecuted_rate=0",
    "pathway.conviction_rate=0", "pathway.criminal_award_rate=0", "pathway.civil_suit_rate=0", "enforcement.failure_rate=1",
    "enforcement.recovered_rate=0", "income.budget.amount=0", "fund.opening_capital=0", "fund.amount.fixed=0", "time.horizon_years=1",
    "fund.eligible.adults=false", "fund.eligible.children=false", "fund.payment.yearly_limit=0", "caseload.level=0.1",
    "fund.entry_point=none", "fund.costs.caseworker_a_year=0", "fund.costs.office_a_year=0", "time.runoff_years=0", "time.history_years=0",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A hostile scenario.  name, sets  as `load` takes them;  replications  futures;  seed"""

    name: str
    sets: tuple[str, ...]
    replications: int
    seed: int

    @property
    def options(self) -> list[str]:
        """As a command takes it, without the scenario."""
        sets = [part for text in self.sets for part in ("--set", text)]
        return [*sets, *self.draws, "--workers", "1"]

    @property
    def draws(self) -> list[str]:
        """How many futures, and from which seed."""
        return ["-n", str(self.replications), "--seed", str(self.seed)]


@cache
def extremes() -> dict[str, tuple[str, ...]]:
    """Every key that is set alone, with the texts of its ends: a new key stands here by itself."""
    found: dict[str, tuple[str, ...]] = {}
    always, at_times = random_values()
    usual = always | at_times
    for key, value, field in fields(load("serbia+mixed_financing").world):
        if not is_set_alone(key, field):
            continue
        said = tuple(map(text_of, dict.fromkeys(usual.get(key, ()))))
        if quantity := quantity_of(field):
            ends = [quantity.least, quantity.most]
            inside = [x for x in (0, 1, 1e-9, 0.5, 2) if quantity.least <= x <= quantity.most]
            certain = getattr(value, "value", 1.0)
            ranges = [f"{{ value = {m:g}, low = {lo:g}, high = {hi:g} }}"
                      for lo, m, hi in ((ends[0], certain, ends[1]), (certain, certain, certain), (ends[0], ends[0], certain))]  # fmt: skip
            found[key] = (*(f"{x:g}" for x in (*ends, *inside)), *said)
            unit = f'unit = "{quantity.unit}", source = "judgement"'
            found[key] += tuple(text.replace(" }", f", {unit} }}") for text in ranges)
        elif isinstance(value, bool):
            found[key] = ("true", "false")
        elif isinstance(value, tuple):
            found[key] = ("[]", *(f'["{word}"]' for word in value))
        elif words := choices(field):
            found[key] = words
        else:
            bounds = [_bound(field, name) for name in ("ge", "le")]
            whole = [str(x) for x in bounds if x is not None]
            beyond = [str(int(whole[0]) - 1)] if whole else ["0"]
            found[key] = (*whole, *beyond, *(said or ("1", "2")))
    return found


def _bound(field: Any, name: str) -> Any:
    """The least or most that a whole number may be."""
    inner = [m for a in get_args(field.annotation) for m in getattr(a, "__metadata__", ())]
    parts = [part for one in (*field.metadata, *inner) for part in (one, *getattr(one, "metadata", ()))]  # fmt: skip
    return next((x for part in parts if (x := getattr(part, name, None)) is not None), None)


def case(seed: int, number: int) -> Case:
    """The scenario of this number: the same on every machine."""
    dice = random.Random(f"{seed} {number}")
    policy = dice.choice(("", *shipped("policy"), "tariff", "status_fixed"))
    changes = dice.sample(CHANGES, dice.choice((0, 0, 0, 1, 1, 2)))
    name = "+".join([dice.choice(countries()), *filter(None, (policy, *changes))])
    ends = extremes()
    keys = dice.sample(sorted(ends), dice.choice((0, 1, 2, 3, 5)))
    sets = {key: dice.choice(ends[key]) for key in keys}
    for text in dice.sample(NOBODY, dice.choice((0, 1, 1, 2))):
        key, _, value = text.partition("=")
        sets.setdefault(key, value)
    for text in SMALL:
        key, _, value = text.partition("=")
        if key not in sets and f"{key}.value" not in sets:
            sets[key] = value
    texts = tuple(f"{key}={value}" for key, value in sets.items())
    return _small_enough(Case(name, texts, dice.choice(FUTURES), dice.choice((0, 1, 7, 2**62))))


def _small_enough(one: Case) -> Case:
    """The same, with fewer futures where there are too many victims for a sweep of minutes."""
    try:
        victims = most_cases(load(one.name, one.sets).world)
    except InputError:
        return one
    if victims > MOST_WORK:  # even one future is too many
        return replace(one, sets=tuple(s for s in one.sets if not s.startswith("caseload.")))
    return replace(one, replications=min(one.replications, max(1, int(MOST_WORK / (victims + 1)))))
