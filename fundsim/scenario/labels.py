"""What each key of a scenario is called: the beginning of its description, and what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.schema import FORMS, FormShares, SourceOfIncome, World

Label = tuple[
    str, ...
]  # parts, each a text of its own: "State budget line", "chance each year that it is cut"
_OF_THE_TABLE = ("median", "sigma", *FORMS)  # keys that say nothing without the table they stand in


def labels(world: World) -> dict[str, Label]:
    """The label of every key of a scenario, a form's share (`caseload.forms.sexual`) among them."""
    return dict(_labelled(world, "", ()))


def joined(label: Label) -> str:
    """A label as one text."""
    return ": ".join(label)


def _labelled(part: Any, path: str, above: Label) -> Iterator[tuple[str, Label]]:
    """above: what the table is called, where its keys need it"""
    if isinstance(part, dict):
        for name in sorted(part):
            own = (part[name].label,) if isinstance(part[name], SourceOfIncome) else ()
            yield from _labelled(part[name], f"{path}.{name}", own)
        return
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), f"{path}.{name}".lstrip(".")
        text = _first_sentence(field.description or "") or name.replace("_", " ")
        if isinstance(value, dict | FormShares) or (
            isinstance(value, Part) and not isinstance(value, Assumption)
        ):
            inner = (*above, text[0].lower() + text[1:]) if _is_source(part) else (text,)
            yield from _labelled(value, key, inner)
        elif above and (name in _OF_THE_TABLE or _is_source(part) or len(above) > 1):
            yield key, (*above, text[0].lower() + text[1:])
        else:
            yield key, (text,)


def _is_source(part: Any) -> bool:
    return isinstance(part, SourceOfIncome)


def _first_sentence(description: str) -> str:
    """Up to where a description begins to explain itself."""
    text = " ".join(description.split())
    for end in (". ", ": ", "; "):
        text = text.split(end)[0]
    return text.rstrip(".")
