"""Amounts that may be a thousand times what they say: `310.000` where euro, persons or events are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fundsim.scenario import files
from fundsim.scenario.assumption import Quantity
from fundsim.scenario.messages import model_at
from fundsim.scenario.numbers import Written, is_counted, misread
from fundsim.scenario.phases import without_phase
from fundsim.scenario.schema import World, quantity_of

Doubt = tuple[str, str, str]  # key, text, rule


def doubtful(data: Mapping[str, Any]) -> Iterator[Doubt]:
    """Each number of a scenario's tables that is written as two numbers can be: its key, its text, what to write.

    data  the tables as read, with numbers that know their text (`Written`)
    """
    for key, value in files.leaves(dict(data)):
        if key.endswith(".effects") and isinstance(value, list):
            for place, effect in enumerate(value):
                size = effect.get("size") if isinstance(effect, dict) else None
                yield from _in_number(f"{key}[{place}].size", size, _said_unit(size))
        else:
            yield from _in_number(key, value, _said_unit(value) or unit_at(key, data))


def unit_at(key: str, data: Mapping[str, Any]) -> str:
    """The unit of a key in a scenario's tables; EUR for an amount in euro, empty where there is no such number."""
    *path, name = without_phase(key).split(".")
    model = model_at(path, data)
    field = None if model is None else model.model_fields.get(name)
    quantity = None if field is None else quantity_of(field)
    if quantity is None:
        return ""
    if quantity.unit != "amount":
        return quantity.unit
    fund = data.get("fund", {})
    amount = fund.get("amount", {}) if isinstance(fund, dict) else {}
    money = amount.get("money", "euro") if isinstance(amount, dict) else "euro"
    return "EUR" if money == "euro" else quantity.unit


def is_counted_in(world: World, quantity: Quantity) -> bool:
    """Whether thousands are usual of what a key of a scenario measures."""
    euro = quantity.unit == "amount" and not world.fund.amount.in_wages
    return euro or is_counted(quantity.unit)


def _said_unit(value: Any) -> str:
    unit = value.get("unit") if isinstance(value, dict) else None
    return unit if isinstance(unit, str) and unit != "amount" else ""


def _in_number(key: str, value: Any, unit: str) -> Iterator[Doubt]:
    if not is_counted(unit):
        return
    parts = value.items() if isinstance(value, dict) else [("", value)]
    for name, part in parts:
        for one in part if isinstance(part, list) else [part]:
            if isinstance(one, Written) and (rule := misread(one.text, counts=True)):
                yield f"{key}.{name}".strip("."), one.text, rule
