"""A resolved scenario written as one TOML file, which loads again with the same values and hash."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from fundsim.scenario import files
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.numbers import literal
from fundsim.scenario.phases import FIRST, PHASE, differences, said_in_phases
from fundsim.scenario.schema import Effect, FormShares, Law, Link, World, assumptions

INLINE = (Assumption, FormShares, Effect, Law, Link)  # parts that stand within one value
SOURCE_KEYS = ("title", "publisher", "year", "address", "read")
LONGEST = 500  # characters of a text on one line; `files.MOST_LINE` is for the whole line
PIECE = 150  # of a longer text that goes on over several lines
WIDTH = 100


def resolved_toml(scenario: Scenario) -> str:
    """The whole scenario as one file: every value with its unit, source, note and grade.

    returns  TOML that `load(path)` reads as a country of its own, with the same `hash`; the same scenario
             gives the same text.  Sources that are not shipped are in it, so it needs no other file of
             its author.  Where a value came from, and which ``--set`` was given, stand only in comments.
    raises   InputError if the text is larger than a scenario file may be
    """
    text = "\n".join(_file(scenario, meanings=True))
    if _too_large(text):
        text = "\n".join(_file(scenario, meanings=False))
    if _too_large(text):
        rule = (
            f"is larger than {files.MOST_BYTES // 1024} KiB as one file, and would not load again"
        )
        raise InputError(Problem(scenario.name, rule))
    return text


def _too_large(text: str) -> bool:
    return len(text.encode()) > files.MOST_BYTES


def _file(scenario: Scenario, meanings: bool) -> Iterator[str]:
    yield from _heading(scenario)
    yield f"question = {quoted(' '.join(scenario.questions))}"
    yield ""
    yield from written(scenario.world, meanings=meanings)
    for name, entry in sorted(_own_sources(scenario).items()):
        yield f"[sources.{quoted(name)}]"
        yield from (f"{key} = {_value(entry[key])}" for key in SOURCE_KEYS)
        yield ""


def _heading(scenario: Scenario) -> Iterator[str]:
    from fundsim import __version__

    yield from _comment(f"{scenario.name}, resolved: every value of the scenario, in one file.")
    yield f"# fundsim {__version__}, scenario hash {scenario.hash}."
    yield "# The file is a country with its policy: it loads by itself, and texts may change. A number"
    yield "# that changes makes another scenario, with another hash."
    for said in scenario.sets:
        yield from _comment(f"Set: {said}")
    for note in scenario.notes:
        yield from _comment(f"Note: {note}.")
    yield ""


def _comment(said: str) -> list[str]:
    """Lines that begin with #, without anything that a TOML comment may not hold."""
    plain = "".join(c for c in " ".join(said.split()) if c.isprintable())
    return textwrap.wrap(plain, WIDTH, initial_indent="# ", subsequent_indent="#   ")


def _own_sources(scenario: Scenario) -> Mapping[str, Mapping[str, Any]]:
    """The sources that the scenario cites and that are not shipped, or not as they are shipped."""
    cited = {id_ for id_ in _cited(scenario.world) if id_ in scenario.sources}
    shipped = files.sources()
    return {i: scenario.sources[i] for i in cited if scenario.sources[i] != shipped.get(i)}


def _cited(world: World) -> Iterator[str]:
    yield from (a.source for _, a, _ in assumptions(world))
    yield from (a.source for _, a in said_in_phases(world))
    yield world.caseload.forms.source
    yield from (
        effect.size.source for change in world.changes.values() for effect in change.effects
    )
    yield from (link.source for link in world.correlations)


def written(
    part: BaseModel, path: str = "", leave_out: Collection[str] = (), meanings: bool = True
) -> Iterator[str]:
    """The lines of a table: its values, each below its meaning, then the tables in it.

    path       dotted key of the table; empty for a whole world
    leave_out  dotted keys that are not written
    meanings   write the meaning of each value as a comment above it
    """
    if path:
        yield f"[{path}]"
    below: dict[str, BaseModel] = {}
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), f"{path}.{name}".strip(".")
        if key == PHASE:
            continue
        if value is None or value == () or key in leave_out:
            continue
        if isinstance(value, dict):
            below |= {f"{key}.{inner}": value[inner] for inner in sorted(value)}
        elif isinstance(value, BaseModel) and not isinstance(value, INLINE):
            below[key] = value
        else:
            if meanings and field.description:
                yield f"# {' '.join(field.description.split())}"
            yield f"{name} = {_value(value)}"
    if path:
        yield ""
    for key, table in below.items():
        yield from written(table, key, leave_out, meanings)
    if isinstance(part, World):
        yield from _phases(part)


def _phases(world: World) -> Iterator[str]:
    """What each phase changes, below its first year, by the tables that it changes."""
    for year, changed in groupby(differences(world), key=lambda one: one[0]):
        yield f"[[{PHASE}]]"
        yield f"{FIRST} = {year}"
        tables: dict[str, list[str]] = {}
        for _, key, _, now in changed:
            table, _, name = key.rpartition(".")
            tables.setdefault(table, []).append(f"{name} = {_value(now)}")
        for table, lines in tables.items():
            yield ""
            yield f"[{PHASE}.{table}]"
            yield from lines
        yield ""


def _value(value: Any) -> str:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        given = {k: getattr(value, k) for k, field in fields if getattr(value, k) != field.default}
        if isinstance(value, Assumption) and given.keys() == {"value", "unit"}:
            return _value(value.value)  # a plain number takes the unit of its key
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in given.items()) + " }"
    if isinstance(value, tuple):
        items = [_value(item) for item in value]
        short = sum(map(len, items)) <= WIDTH
        return (
            f"[{', '.join(items)}]" if short else "[\n" + "".join(f"  {i},\n" for i in items) + "]"
        )
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    # repr keeps every digit; a whole number is read as the same float, but a negative zero is not
    return str(int(value)) if value == int(value) and repr(value) != "-0.0" else literal(value)


def quoted(value: str) -> str:
    """A text in quotes as TOML; one too long for a line goes on over several."""
    plain = json.dumps(value, ensure_ascii=False)
    if len(plain) <= LONGEST:
        return plain
    # a line that ends with \ goes on at the next letter, so that no line may begin with a blank
    pieces = re.findall(rf"(?:\\.|[^\\]){{1,{PIECE}}} *", plain[1:-1])
    return '"""\\\n' + "\\\n".join(pieces) + '"""'
