"""Numbers that hold where no file says anything: written out before an override moves one of them."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.schema.income import KINDS


def fill_defaults(kind: Any, tables: dict[str, Any]) -> None:
    """Put the numbers of the schema into the tables of a scenario, where they are absent.

    kind  the type of the tables;  tables  merged from files, changed in place
    """
    for name, field in kind.model_fields.items():
        if name not in tables and isinstance(field.default, Part):
            tables[name] = _as_tables(field.default)
        below = tables.get(name)
        if not isinstance(below, dict):
            continue
        if name == "income":
            for source in below.values():
                if isinstance(source, dict) and source.get("kind") in KINDS:
                    fill_defaults(KINDS[source["kind"]], source)
        elif (table := _table_of(field.annotation)) is not None:
            named = get_origin(field.annotation) is dict
            for one in below.values() if named else [below]:
                if isinstance(one, dict):
                    fill_defaults(table, one)


def _as_tables(part: Part) -> dict[str, Any]:
    return part.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def _table_of(annotation: Any) -> type[Part] | None:
    """The table that a type stands for, if it is one and no number."""
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, Part):
            return None if issubclass(one, Assumption) else one
    return None
