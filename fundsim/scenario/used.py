"""Whether a number or switch can matter at all in a scenario, and if not, why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import reduce
from typing import Any

from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.facts import LOCAL_ONLY
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.record import Look
from fundsim.scenario.schema import FormShares, World

__all__ = ["LOCAL_ONLY", "keys", "unused"]

BOTH = "{first}; {more}"  # reasons one after the other, the same in every language


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
        reason = look.idle(one)
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
