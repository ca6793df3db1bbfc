"""What is given to those who write scenario files: a JSON Schema and a country file to fill in."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel

from fundsim.scenario.assumption import Assumption
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.placeholders import CODE, CURRENCY, NOTE
from fundsim.scenario.resolved import quoted, written
from fundsim.scenario.schema import FormShares, World, quantity_of


def json_schema() -> str:
    """The JSON Schema of a scenario file, as text.

    Any file may hold any part of a scenario, so nothing is required; a plain number may stand for an
    assumption.
    """
    schema = World.model_json_schema()
    definitions = schema["$defs"]
    for name, definition in definitions.items():
        if name not in ("Effect", "Law", "Link", "FormShares", "Assumption"):
            definition.pop("required", None)
    schema.pop("required", None)
    _allow_numbers(schema)
    for source in schema["properties"]["income"]["patternProperties"].values():
        source["anyOf"] = source.pop("oneOf")  # a policy switches a source on without its kind
    for source in definitions["Phase"]["properties"]["income"]["patternProperties"].values():
        source["anyOf"] = source.pop("oneOf")
    schema["properties"] = {
        "question": {"type": "string", "description": "The question that the file asks."},
        "place": {
            "type": "integer",
            "description": "Of a country: its place among the others on screens; by name after them if absent.",
        },
        "extends": {
            "description": "Names or files that this file builds on.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        },
        "replaces": {
            "type": "boolean",
            "description": "Whether this file may set anew what another own file before it sets.",
        },
        "caution": {
            "type": "string",
            "description": "What a reader of every result must know of this file; told as a note, without a full stop at its end.",
        },
        "amends": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Of a policy that amends a law: the keys of that law which it changes.",
        },
        "sources": {"type": "object", "description": "Sources that only this file cites."},
        **schema["properties"],
    }
    schema["title"] = "fundsim scenario file"
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _allow_numbers(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("$ref") == "#/$defs/Assumption":
            reference = node.pop("$ref")
            node["anyOf"] = [{"type": "number"}, {"$ref": reference}]
            return
        for value in node.values():
            _allow_numbers(value)
    elif isinstance(node, list):
        for value in node:
            _allow_numbers(value)


def country_template(name: str) -> str:
    """A complete country file for a new country, with Serbia's numbers marked as judgement.

    Raises `InputError` if the name is empty or too long.
    """
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise InputError(Problem("COUNTRY", "must be a name of 1 to 60 letters", value=name))
    if "kosovo" in name.lower():
        rule = (
            'is shipped, as Kosovo* with its footnote; write extends = "kosovo" in a file of yours'
        )
        raise InputError(Problem("COUNTRY", rule, value=name))
    lines = [
        f"# {name}: what says that it is a placeholder is copied from another country. Replace each number, with low",
        '# and high (10th and 90th percentile of what you believe) and a source, or leave source = "judgement": it',
        "# stays visible in every output. A number is real when its note is your own (how it was read, or why chosen);",
        "# so are a code and a currency other than ZZ and XXX. What else stands here are choices: see whether they",
        "# hold. fundsim check lists what is left. Meanings: fundsim explain FILE KEY.",
        "",
        f"question = {quoted(f'What would a compensation fund cost {name}, and would it last?')}",
        "",
        *written(
            _blank(load("serbia+no_fund").world, name),
            leave_out=("fund.entry_point", "country.legal_basis", "country.law_in_force"),
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _blank(world: World, name: str) -> World:
    """The world as one to fill in: a new country, whose numbers are all placeholders."""
    blank = _placeholders(world)
    country = blank.country.model_copy(update={"code": CODE, "name": name, "currency": CURRENCY})
    kept = {"country": country, "reform": {}, "stress": {}, "correlations": ()}
    return blank.model_copy(update=kept)


P = TypeVar("P", bound=BaseModel)


def _placeholders(part: P) -> P:
    """A copy in which every number says that it is a placeholder; what a ministry chooses stays, but for its amounts."""
    changed: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value, quantity = getattr(part, name), quantity_of(field)
        if isinstance(value, Assumption):
            chosen = quantity is not None and quantity.lever and value.low is None
            stays = chosen and (value.unit == "share" or value.value == 0)
            new: dict[str, Any] = {
                "value": value.value,
                "low": value.low,
                "high": value.high,
                "unit": value.unit,
            }
            if not stays:
                new |= {"source": "judgement", "note": NOTE}
            changed[name] = Assumption(**new)
        elif isinstance(value, FormShares):
            new = {"sample_size": 30.0, "source": "judgement", "note": NOTE, "grade": None}
            changed[name] = value.model_copy(update=new)
        elif isinstance(value, dict):
            changed[name] = {key: _placeholders(table) for key, table in value.items()}
        elif isinstance(value, BaseModel):
            changed[name] = _placeholders(value)
    return part.model_copy(update=changed)
