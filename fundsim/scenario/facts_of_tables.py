"""What certainly does not happen in a source of income, a reform or stress, and a correlation: facts of tables with names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fundsim.scenario.facts import NO_FUND
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.record import Fact, Look, because, either, when

if TYPE_CHECKING:
    from fundsim.scenario.schema import Effect

# --- a source of income: the table where the record stands is the source ---


def _late(look: Look) -> str:
    time, begins = look.world.time, look.value(".from_year")
    if begins is None or look.is_open("time") or look.is_open(".from_year"):
        return ""
    late = begins > time.start_year + time.horizon_years + time.runoff_years - 1
    return because("it begins after the last year", look.whole(".from_year")) if late else ""


def _brings_nothing(look: Look) -> str:
    source = look.value(look.table)
    fixed = source.product_if_fixed  # what is revised comes from what falls due
    more = fixed if fixed and look.sure(".vote", "fixed") else ()
    for factor in (*source.product, *more):
        key = f"{look.table}.{factor}"
        if key == look.key and look.stands(key, 0):
            return ""  # the first factor that is 0 stays in use: else none could be moved
        if look.sure(key, 0):
            return because("the source brings nothing", key)
    return ""


def _of_the_rest(fact: Fact) -> Fact:
    """A source in force has its line in every table, if only of zeros."""
    return Fact(lambda look: "" if look.key == look.whole(".in_force") else fact(look))


BEGINS_LATE = Fact(_late)
NO_INCOME = either(
    NO_FUND,
    when(".in_force", False, why="the source is not in force"),
    _of_the_rest(either(BEGINS_LATE, Fact(_brings_nothing))),
)

# --- a reform or stress matters through what it acts on and through what it costs ---


def _no_effect(look: Look) -> str:
    """Also of one effect: `reform.x.effects[0]`."""
    effects = look.value(".effects")
    if place := re.search(r"\.effects\[(\d+)\]", look.key):
        effects = (effects[int(place[1])],)
    reasons = [_not_acting(look, effect) for effect in effects]
    if not reasons:
        return because("it acts on no number", look.whole(".effects"))
    return reasons[0] if all(reasons) else ""


def _not_acting(look: Look, effect: Effect) -> str:
    number = look.value(effect.on)
    if effect.by == "narrow" and not number.uncertain and not look.is_open(effect.on):
        return because("the number is certain", effect.on)
    reason = look.idle(effect.on)
    return Phrase("it acts on {key}, and {reason}", key=effect.on, reason=reason) if reason else ""


def _free_of_cost(look: Look) -> str:
    costs = [look.whole(".cost_once"), look.whole(".cost_a_year")]
    free = all(look.sure(cost, None, 0) for cost in costs)
    return because("it costs nothing", ", ".join(costs)) if free else ""


def _before_the_opening(look: Look) -> str:
    if look.is_open("time") or look.is_open(".from_year"):
        return ""
    if look.value(".from_year") >= look.world.time.start_year:
        return ""
    return because("its first year was before the opening", look.whole(".from_year"))


NO_EFFECT = Fact(_no_effect)
COSTS_NOTHING = Fact(_free_of_cost)
PAID_BEFORE = Fact(_before_the_opening)


def _no_link(look: Look) -> str:
    """Correlations matter where two numbers that are in use are linked."""
    links = [(link.first, link.second) for link in look.world.correlations]
    idle = [[look.idle(one) for one in pair] for pair in links]
    reasons = [pair[0] if all(pair) else "" for pair in idle]
    return reasons[0] if reasons and all(reasons) else ""


NO_LINK = Fact(_no_link)
