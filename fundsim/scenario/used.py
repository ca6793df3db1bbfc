"""Whether a number or switch can matter at all in a scenario, and if not, why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import reduce
from typing import Any

from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.facts import LOCAL_ONLY, Look, because
from fundsim.scenario.idle import idle
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import Effect, FormShares, World

__all__ = ["LOCAL_ONLY", "keys", "unused"]

BOTH = "{first}; {more}"  # reasons one after the other, the same in every language
# what the income of each kind of source is a product of: where one is 0, there is nothing
PRODUCT = {
    "budget_line": ("amount",),
    "seized_assets": ("confiscations_a_year", "yearly_value", "realised_rate", "earmarked_rate"),
    "conviction_levy": ("convictions_a_year", "levy", "collected_rate"),
    "revenue_share": ("yearly_revenue", "earmarked_rate"),
    "grant": ("amount",),
}
# a field that another one makes idle: its value, and why
BESIDE: dict[str, tuple[str, float, str]] = {
    "cut_share": ("cut_rate", 0, Phrase("the line is never cut")),
    "cut_rate": ("cut_share", 0, Phrase("a cut takes nothing")),
    "regained_rate": ("renewal_rate", 1, Phrase("the grant is never lost")),
}


def unused(world: World, key: str, known: Collection[str] = ()) -> str:
    """Why a number or switch can move no measure of a scenario; empty if it can.

    key      dotted key of a number, a switch, a part of one (`award.median.low`), an effect of a reform
             (`reform.x.effects[0]`), or a table, which is unused if all in it is
    known    the scenario's `keys`, from who asks about many
    returns  a clause, as a `Phrase`, that names what would bring it to life, or LOCAL_ONLY
    raises   KeyError if the scenario has no such key
    """
    look = Look(world, key.partition("[")[0])
    reasons: dict[str, str] = {}  # in order, each once
    for one in _asked(known or list(keys(world)), key):
        reason = _reason(look, one)
        if not reason:
            return ""
        reasons[reason] = reason
    return reduce(lambda first, more: Phrase(BOTH, first=first, more=more), reasons.values())


def keys(part: Any, path: str = "") -> Iterator[str]:
    """The dotted key of every number and switch of a scenario, in the schema's order."""
    if isinstance(part, Assumption | FormShares) or not isinstance(part, Part | dict):
        yield path
        return
    for name in sorted(part) if isinstance(part, dict) else type(part).model_fields:
        value = part[name] if isinstance(part, dict) else getattr(part, name)
        yield from keys(value, f"{path}.{name}" if path else name)


def _asked(known: Collection[str], key: str) -> list[str]:
    """The numbers and switches that a key stands for: one, unless it is a table."""
    if key in known:
        return [key]
    below = [one for one in known if one.startswith(f"{key}.")]
    above = [one for one in known if f"{key}.".startswith((f"{one}.", f"{one}["))]
    if not below and not above:
        raise KeyError(key)
    forms = key.startswith("caseload.forms.") or "[" in key  # what else is part of one number
    return below or ([key] if forms else above)


def _reason(look: Look, key: str) -> str:
    """Why one number or switch is idle, or nothing."""
    if reason := idle(look, key):
        return reason
    root, _, rest = key.partition(".")
    name, _, field = rest.partition(".")
    if root == "income":
        return _of_income(look, f"income.{name}", field)
    if root in ("reform", "stress"):
        return _of_change(look, f"{root}.{name}", field)
    if root.startswith("correlations"):
        links = [(link.first, link.second) for link in look.world.correlations]
        return _all([_all([_reason(look, one) for one in pair]) for pair in links])
    return ""


def _all(reasons: list[str]) -> str:
    """The first reason if there is one for all."""
    return reasons[0] if reasons and all(reasons) else ""


def _last_year(look: Look) -> int | None:
    """The last calendar year of the projection, run-off included; None where that is open."""
    time = look.world.time
    if look.is_open("time"):
        return None
    return time.start_year + time.horizon_years + time.runoff_years - 1


def _of_income(look: Look, source: str, field: str) -> str:
    if look.sure(f"{source}.in_force", False):
        return because("the source is not in force", f"{source}.in_force")
    if field == "in_force":
        return ""  # a source in force has its line in every table, if only of zeros
    last, begins = _last_year(look), look.value(f"{source}.from_year")
    if last and begins and begins > last and not look.is_open(f"{source}.from_year"):
        return because("it begins after the last year", f"{source}.from_year")
    for factor in PRODUCT[look.value(f"{source}.kind")]:
        if factor == field and look.stands(f"{source}.{field}", 0):
            return ""  # the first factor that is 0 stays in use: else none could be moved
        if look.sure(f"{source}.{factor}", 0):
            return because("the source brings nothing", f"{source}.{factor}")
    if field in BESIDE:
        other, value, why = BESIDE[field]
        first = field == "cut_rate" and look.stands(f"{source}.{field}", 0)
        if look.sure(f"{source}.{other}", value) and not first:
            return because(why, f"{source}.{other}")
    return ""


def _of_change(look: Look, name: str, field: str) -> str:
    """A reform or stress matters through what it acts on and through what it costs."""
    field, _, place = field.rstrip("]").partition("[")
    change, last, time = look.value(name), _last_year(look), look.world.time
    if last and change.from_year > last and not look.is_open(f"{name}.from_year"):
        return because("it begins after the last year", f"{name}.from_year")
    effects = change.effects[int(place.partition("]")[0])] if place else change.effects
    acting = [_of_effect(look, e) for e in (effects if isinstance(effects, tuple) else (effects,))]
    no_effect = _all(acting) or (
        "" if acting else because("it acts on no number", f"{name}.effects")
    )
    if field == "effects" or field == "ramp_years":
        return no_effect
    bearer = "the state" if look.sure("fund.entry_point", "none") else ""
    costs = [f"{name}.cost_once", f"{name}.cost_a_year"]
    no_cost = all(look.sure(cost, None, 0) for cost in costs)
    if field == "cost_by":
        if bearer:
            return because("there is no fund, so the state bears all costs", "fund.entry_point")
        return because("it costs nothing", ", ".join(costs)) if no_cost else ""
    dated = not (look.is_open("time") or look.is_open(f"{name}.from_year"))
    if field == "cost_once" and dated and change.from_year < time.start_year:
        return because("its first year was before the opening", f"{name}.from_year")
    if field in ("from_year", "until_year") and no_cost:
        return no_effect
    return ""


def _of_effect(look: Look, effect: Effect) -> str:
    number = look.value(effect.on)
    if effect.by == "narrow" and not number.uncertain and not look.is_open(effect.on):
        return because("the number is certain", effect.on)
    reason = _reason(look, effect.on)
    return Phrase("it acts on {key}, and {reason}", key=effect.on, reason=reason) if reason else ""
