"""What is given to those who write scenario files: a JSON Schema and a country file to fill in."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from fundsim.scenario.assumption import Assumption
from fundsim.scenario.compose import PLACEHOLDER, load
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.schema import FormShares, World, quantity_of


def json_schema() -> str:
    """The JSON Schema of a scenario file, as text.

    Any file may hold any part of a scenario, so nothing is required; a plain number may stand for an
    assumption.
    """
    schema = World.model_json_schema()
    definitions = schema["$defs"]
    for name, definition in definitions.items():
        if name not in ("Effect", "Link", "FormShares", "Assumption"):
            definition.pop("required", None)
    schema.pop("required", None)
    _allow_numbers(schema)
    for source in schema["properties"]["income"]["patternProperties"].values():
        source["anyOf"] = source.pop("oneOf")  # a policy switches a source on without its kind
    schema["properties"] = {
        "question": {"type": "string", "description": "The question that the file asks."},
        "extends": {
            "description": "Names or files that this file builds on.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
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
    world = load("serbia+no_fund").world
    lines = [
        f"# {name}: every number below is a placeholder copied from another country. Replace each one,",
        "# with low and high (10th and 90th percentile of what you believe) and a source, or leave",
        '# source = "judgement": it stays visible in every output. Meanings: fundsim explain FILE KEY.',
        "",
        f"question = {_text(f'What would a compensation fund cost {name}, and would it last?')}",
        "",
    ]
    base = world.model_copy(update={"reform": {}, "stress": {}, "correlations": ()})
    for section in (
        "country",
        "time",
        "macro",
        "caseload",
        "pathway",
        "award",
        "enforcement",
        "fund",
    ):
        _write(lines, section, getattr(base, section))
    for source in sorted(base.income):
        _write(lines, f"income.{source}", base.income[source])
    text = "\n".join(lines)
    text = text.replace('code = "RS"', 'code = "ZZ"').replace(
        'name = "Serbia"', f"name = {_text(name)}"
    )
    return text.replace('entry_point = "none"\n', "").rstrip() + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write(lines: list[str], path: str, part: BaseModel) -> None:
    """One table: its values with their meaning, then its tables."""
    lines.append(f"[{path}]")
    tables = []
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, BaseModel) and not isinstance(value, Assumption | FormShares):
            tables.append((name, value))
        elif isinstance(value, FormShares):
            forms = ", ".join(f"{k} = {v}" for k, v in _form_items(value))
            lines.append(f"{name} = {{ {forms} }}")
        elif value is not None:
            meaning = " ".join((field.description or "").split())
            if meaning:
                lines.append(f"# {meaning}")
            lines.append(f"{name} = {_value(value, quantity_of(field))}")
    lines.append("")
    for name, table in tables:
        _write(lines, f"{path}.{name}", table)


def _form_items(value: FormShares) -> list[tuple[str, str]]:
    items = [
        (k, f"{v:g}")
        for k, v in value.model_dump().items()
        if isinstance(v, float) and k != "sample_size"
    ]
    return [*items, ("sample_size", "30"), ("unit", '"share"'), ("source", '"judgement"')]


def _value(value: Any, quantity: Any) -> str:
    if isinstance(value, Assumption):
        if quantity is not None and quantity.lever and value.low is None:
            return f"{value.value:.15g}"
        span = "" if value.low is None else f", low = {value.low:.15g}, high = {value.high:.15g}"
        return f'{{ value = {value.value:.15g}{span}, unit = "{value.unit}", source = "judgement", note = "{PLACEHOLDER}" }}'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    return (
        "[" + ", ".join(_text(v) for v in value) + "]" if isinstance(value, tuple) else str(value)
    )
