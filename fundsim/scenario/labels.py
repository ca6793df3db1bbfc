"""What each key of a scenario is called: the beginning of its description, and what it belongs to."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.schema import (
    FORMS,
    Condition,
    Form,
    FormShares,
    Head,
    SourceOfIncome,
    World,
)

Label = tuple[
    str, ...
]  # parts, each a text of its own: "State budget line", "chance each year that it is cut"
NAMED = ("income", "reform", "stress")  # tables whose tables have names of their own
WITH_LABEL = (".heads.", ".conditions.")  # tables of the fund whose tables have labels
_OF_THE_TABLE = ("median", "sigma", *FORMS)  # keys that say nothing without the table they stand in


@dataclass(frozen=True)
class Meaning:
    """What a key is called beside all others.

    above  what comes before it: the label of the source of income, reform or stress that it is of; else empty
    table  the name of its table, where the key says nothing without it; else empty
    label  the beginning of its description, which may stand within a sentence
    more   the whole description, where it says more than the label; else empty
    """

    above: Label
    table: str
    label: str
    more: str


def labels(world: World) -> dict[str, Label]:
    """The label of every key of a scenario, a form's share (`caseload.forms.sexual`) among them."""
    return dict(_labelled(world, "", ()))


def joined(label: Label) -> str:
    """A label as one text."""
    return ": ".join(label)


def meanings(world: World) -> dict[str, Meaning]:
    """The same with the description, for every value that stands alone."""
    called, found = labels(world), {}
    for key, _, field in fields(world):
        *_, table, name = ["", *key.split(".")]
        (*above, label), text = called[key], " ".join((field.description or "").split())
        first, second, *_ = [*key.split("."), ""]
        if first not in NAMED and not any(one in key for one in WITH_LABEL):
            above = []
        elif not above:
            above = [getattr(world, first)[second].label]
        of_table = name in _OF_THE_TABLE and table not in ("award", "forms") and not above
        more = "" if text.rstrip(".").lower() == label.lower() else text
        found[key] = Meaning(tuple(above), table.replace("_", " ") if of_table else "", label, more)
    return found


def fields(part: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every value that stands alone: its dotted key, itself, and its field in the schema."""
    if isinstance(part, dict):
        for name in sorted(part):
            yield from fields(part[name], f"{path}.{name}")
        return
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), f"{path}.{name}".lstrip(".")
        if isinstance(value, dict) or (
            isinstance(value, Part) and not isinstance(value, Assumption)
        ):
            yield from fields(value, key)
        else:
            yield key, value, field


def is_set_alone(key: str, field: Any) -> bool:
    """Whether a key is a number, a switch or a choice: no text, and no part of a list or whole."""
    kind = _plain_type(field)
    a_list = get_origin(kind) is tuple and kind != tuple[Form, ...]
    only_one = len(choices(field)) == 1
    return not (kind is str or a_list or only_one or key.startswith("caseload.forms."))


def choices(field: Any) -> tuple[str, ...]:
    """The words that a field allows; empty if it is no choice between words."""
    inner = _plain_type(field)
    return tuple(map(str, get_args(inner))) if get_origin(inner) is Literal else ()


def group_of(key: str) -> str:
    """The table under which a key stands: two words of it at most."""
    first, second, *rest = [*key.split("."), ""]
    return f"{first}.{second}" if rest[:-1] or first in NAMED else first


def group_name(group: str) -> str:
    """A group in words, if it is not `NAMED`."""
    return group.replace(".", ": ").replace("_", " ")


def _labelled(part: Any, path: str, above: Label) -> Iterator[tuple[str, Label]]:
    """above: what the table is called, where its keys need it"""
    if isinstance(part, dict):
        for name in sorted(part):
            own = (part[name].label,) if _is_labelled(part[name]) else ()
            yield from _labelled(part[name], f"{path}.{name}", own)
        return
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), f"{path}.{name}".lstrip(".")
        text = _first_sentence(field.description or "") or name.replace("_", " ")
        if isinstance(value, dict | FormShares) or (
            isinstance(value, Part) and not isinstance(value, Assumption)
        ):
            inner = (*above, text[0].lower() + text[1:]) if _is_labelled(part) else (text,)
            yield from _labelled(value, key, inner)
        elif above and (name in _OF_THE_TABLE or _is_labelled(part) or len(above) > 1):
            yield key, (*above, text[0].lower() + text[1:])
        else:
            yield key, (text,)


def _plain_type(field: Any) -> Any:
    """The type of a field without None and without its validators."""
    annotation = field.annotation
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def _is_labelled(part: Any) -> bool:
    return isinstance(part, SourceOfIncome | Head | Condition)


def _first_sentence(description: str) -> str:
    """Up to where a description begins to explain itself."""
    text = " ".join(description.split())
    for end in (". ", ": ", "; "):
        text = text.split(end)[0]
    return text.rstrip(".")
