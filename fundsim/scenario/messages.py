"""pydantic's findings in our words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from fundsim.scenario.assumption import Assumption
from fundsim.scenario.errors import MOST_SHOWN, Problem, nearest
from fundsim.scenario.files import is_value
from fundsim.scenario.numbers import whole_rule
from fundsim.scenario.phases import PHASE
from fundsim.scenario.retired import retired_keys
from fundsim.scenario.schema import KINDS, World

WORDS = {
    "missing": "missing",
    "extra_forbidden": "no such key",
    "bool_type": "must be true or false",
    "string_type": "must be a text in quotes",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
    "tuple_type": "must be a list",
    "union_tag_not_found": "kind is missing; one of " + ", ".join(KINDS),
}


def problems_of(
    error: ValidationError, data: Any, place: Callable[[str], tuple[str, int | None]]
) -> list[Problem]:
    """Every finding of pydantic as a `Problem`, in our words, with file and line from `place`."""
    problems: dict[Problem, None] = {}
    years = sorted(data.get(PHASE, {})) if isinstance(data, dict) else []
    found = error.errors(include_url=False)
    before = {tuple(item["loc"]) for item in found if item["loc"][0] != PHASE}
    for item in found:
        phase = ""
        if item["loc"][0] == PHASE and len(item["loc"]) > 2:
            phase, item["loc"] = f"{PHASE}.{years[int(item['loc'][1])]}.", item["loc"][2:]
            above = {item["loc"][:n] for n in range(1, len(item["loc"]) + 1)}
            if above & before and not _says(data[PHASE][phase.split(".")[1]], item["loc"]):
                continue  # a phase holds all that it leaves as it was
            before.add(item["loc"])
        loc = [part for i, part in enumerate(item["loc"]) if not _is_tag(item["loc"], i)]
        loc = loc[:-1] if loc[-1] == "[key]" else loc  # pydantic's word for a bad name
        key = phase + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc)[1:]
        if gone := _retired(item, key.removeprefix(phase)):
            for known, rule in gone:
                problems[
                    Problem(place(phase + known)[0], rule, place(phase + known)[1], phase + known)
                ] = None
            continue
        file, line = place(key)
        kind, value, near = item["type"], "", ""
        told = len(problems) < MOST_SHOWN  # a search for the others' nearest names is for nobody
        if kind == "extra_forbidden":
            near = nearest(str(loc[-1]), valid_names(loc[:-1], data)) if told else ""
        elif kind != "missing" and isinstance(item["input"], str | int | float | bool):
            shown = getattr(item["input"], "text", item["input"])
            value = str(shown).lower() if isinstance(shown, bool) else str(shown)
        if kind == "literal_error" and told:
            near = nearest(str(item["input"]), _options(item))
        certain = getattr(item["input"], "certain", False)
        plainly = "; write it without an exclamation mark" if certain else ""
        problems[Problem(file, _rule(item) + plainly, line, key, value, near)] = None
    return list(problems)


def _says(tables: Any, loc: Sequence[Any]) -> bool:
    """Whether tables have a value of their own at a place, or in place of a table above it."""
    for i, part in enumerate(loc):
        if not isinstance(tables, dict) or _is_tag(loc, i):
            continue
        if part not in tables:
            return False
        tables = tables[part]
    return is_value(tables)


def _retired(item: Any, key: str) -> list[tuple[str, str]]:
    """Retired keys and what to tell, if the finding is that a key is unknown, or a table torn."""
    if item["type"] not in ("extra_forbidden", "missing", "union_tag_not_found"):
        return []
    below = item["input"] if item["type"] == "extra_forbidden" else None
    return [(k, f"{WORDS['extra_forbidden']}; {text}") for k, text in retired_keys(key, below)]


def _rule(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind in WORDS:
        return WORDS[kind]
    if kind in ("int_type", "int_from_float"):
        return whole_rule(item["input"])
    if kind == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    if kind == "literal_error":
        return "must be one of " + ", ".join(_options(item))
    if kind == "union_tag_invalid":
        return "kind must be one of " + ", ".join(KINDS)
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}"
    if kind == "less_than_equal":
        return f"must be at most {context['le']}"
    if kind == "greater_than":
        return f"must be above {context['gt']}"
    if kind == "string_pattern_mismatch":
        return f"must look like {context['pattern']}"
    text = str(item["msg"])
    return text[:1].lower() + text[1:]


def _options(item: Any) -> list[str]:
    expected = str(item["ctx"]["expected"]).replace(" or ", ", ")
    return [option.strip().strip("'") for option in expected.split(",")]


def _is_tag(loc: Sequence[Any], i: int) -> bool:
    """pydantic puts the kind of an income source into its path; our keys do not have it."""
    return i == 2 and loc[0] == "income" and str(loc[i]) in KINDS


def model_at(path: Sequence[Any], data: Any) -> type[BaseModel] | None:
    """The schema's class at a dotted path, given the data (for the kind of an income source)."""
    model: type[BaseModel] | None = World
    here = data
    for number, part in enumerate(path):
        here = here.get(part) if isinstance(here, dict) else None
        if number == 0 and part in ("income", "reform", "stress") and len(path) == 1:
            return None
        if number == 1 and path[0] == "income":
            kind = here.get("kind") if isinstance(here, dict) else None
            model = KINDS.get(str(kind))
        elif number == 1 and path[0] in ("reform", "stress"):
            model = _class_in(World.model_fields[path[0]].annotation)
        elif number == 0 and part in ("income", "reform", "stress"):
            continue
        elif model is not None and part in model.model_fields:
            model = _class_in(model.model_fields[part].annotation)
        else:
            return None
    return model


def _class_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _class_in(argument)
        if found is not None:
            return found
    return None


def valid_names(path: Sequence[Any], data: Any) -> list[str]:
    """The keys that a table may have."""
    model = model_at(path, data)
    if model is None:
        return []
    return list(model.model_fields) + (["value"] if model is Assumption else [])
