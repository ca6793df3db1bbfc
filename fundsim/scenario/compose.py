"""From names and files to one resolved scenario.

A scenario is a base plus named files.  Files are merged once, here, in a fixed order that does not
depend on how they were named: base, policy, reform, stress, own file, ``--set``.  Tables merge,
correlations add up, assumptions and other lists replace.  Two files of the same kind that set the same
key are an error, since then the order would matter; an own file may say that it replaces another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from fundsim.scenario import files, override
from fundsim.scenario.asked import text, texts
from fundsim.scenario.clashes import LINKS, kept_links, refuse_clashes, refuse_shared_codes
from fundsim.scenario.defaults import fill_defaults
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.files import File
from fundsim.scenario.messages import problems_of
from fundsim.scenario.migrate import lines_of_before, migrated
from fundsim.scenario.naming import (
    chain_of,
    from_anywhere,
    parse_sets,
    parts_of,
    with_a_policy,
)
from fundsim.scenario.no_effect import without_effect
from fundsim.scenario.override import Moved
from fundsim.scenario.phases import PHASE, refused, unchanging, whole
from fundsim.scenario.phases import notes as told_phases
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.placeholders import placeholders, ungraded
from fundsim.scenario.rules import broken_rules
from fundsim.scenario.schema import World, assumptions
from fundsim.scenario.thousands import doubtful

ORDER = {kind: number for number, kind in enumerate((*files.KINDS, "own", "set"))}
SET = "fund.amount.cap=4"  # what an override looks like
SILENT = frozenset(
    {
        "note",
        "source",
        "grade",
        "label",
        "footnote",
        "recommended_for",
        "legal_basis",
        "law_in_force",
    }
)


@dataclass(frozen=True)
class Origin:
    """Where a value comes from."""

    file: str
    line: int | None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, repr=False)
class Scenario:
    """A resolved scenario: what the world and the fund are.  It never runs and never changes.

    name     canonical name, e.g. serbia+tariff+legal_aid
    questions what the files beyond the base ask; the base's if there is none
    world    every value
    origins  dotted key -> file and line it came from
    sources  source id -> title, publisher, year, address, read
    notes    what a reader must be told, e.g. that the default policy was used, as `Phrase`s
    sets     the ``--set`` texts;  moved  uncertain numbers to which they give another value
    given    what loads it again from any folder: the name, with own files by their absolute paths
    """

    name: str
    questions: tuple[str, ...]
    world: World
    origins: Mapping[str, Origin]
    sources: Mapping[str, Mapping[str, Any]]
    notes: tuple[Phrase, ...] = ()
    sets: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    given: str = ""

    def __repr__(self) -> str:
        """Its name and hash, and what was set."""
        sets = f", sets={list(self.sets[:3])}" if self.sets else ""
        more = f" and {len(self.sets) - 3} more" if len(self.sets) > 3 else ""
        return f"Scenario({self.name!r}, hash {self.hash}{sets}{more})"

    @cached_property
    def key(self) -> str:
        """Hex digits over every value that can move a number, under which stores and servers keep its figures."""
        return hash_of(self.world)

    @property
    def hash(self) -> str:
        """The first twelve digits of its key, for people; texts do not count."""
        return self.key[:12]

    @property
    def certain(self) -> tuple[str, ...]:
        """Keys that the files hold for uncertain, and this for certain."""
        return tuple(one.key for one in self.moved if not one.now.uncertain)

    def place(self, key: str) -> tuple[str, int | None]:
        """File and line of a key, for a problem with it; the scenario's name for a default."""
        origin = self.origin(key)
        return (self.name, None) if origin is None else (origin.file, origin.line)

    def origin(self, key: str) -> Origin | None:
        """Where the value at a key, or the table above it, comes from; None for a default."""
        while key:
            if key in self.origins:
                return self.origins[key]
            key = key.rpartition(".")[0]
        return None


def hash_of(world: World) -> str:
    """24 hex digits over every value of a world that can move a number.

    Twelve would tell the scenarios of a person apart, but mix two in 16 % of stores of ten million, and somebody who
    searches finds two scenarios that share them.
    """
    said = json.dumps(_loud(world.model_dump(mode="json")), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _loud(data: Any) -> Any:
    if isinstance(data, dict):
        # a table is never silent: an income or a reform may be called "note"
        return {k: _loud(v) for k, v in data.items() if k not in SILENT or isinstance(v, dict)}
    return [_loud(v) for v in data] if isinstance(data, list) else data


def load(name: str, sets: Sequence[str] = ()) -> Scenario:
    """Resolve a scenario.

    name     a shipped name (serbia), names joined by + (serbia+tariff+legal_aid), or a path to a
             TOML file, also joined by + with shipped names
    sets     overrides "key=value", the value in TOML
    returns  the resolved scenario
    raises   InputError with all problems
    """
    name, sets = text("load", "name", name, "serbia+tariff"), texts("load", "sets", sets, SET)
    chain, notes = with_a_policy(chain_of(name), name)
    chain.sort(key=lambda f: (ORDER[f.kind], f.kind != "own" and f.name))
    overrides = parse_sets(sets)
    for of_kind in (chain, overrides):
        for number, file in enumerate(of_kind):
            of_kind[number], told = migrated(file)
            notes += told
    refuse_clashes(chain)
    merged: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    moved: list[Moved] = []
    filed: dict[str, Any] = {}
    for file in [*chain, *overrides]:
        said = file.data
        if file.kind == "set":
            fill_defaults(World, merged)
            filed = filed or deepcopy(merged)
            said = override.in_phases(said, merged, filed, moved)
        tables = {k: v for k, v in said.items() if k not in files.OPENING_KEYS}
        _merge(merged, tables, file, origins, "")
    sources = dict(files.sources())
    for file in chain:
        sources |= file.data.get("sources", {})
    place = _places(origins, chain)
    world = _read(merged, place)
    anywhere = list(override.beliefs_moved(world, chain, overrides))
    for one in anywhere:
        _put(merged, one.key, one.now.model_dump(exclude_none=True))
    moved = [*anywhere, *moved]
    if anywhere:
        world = _read(merged, place)
    untied = override.untied(merged.get(LINKS, []), moved)
    untied += [one for one in _loosened(merged, world, origins, chain) if one not in untied]
    if untied:
        merged[LINKS] = [link for link in merged[LINKS] if link not in untied]
        world = _read(merged, place)
    _refuse_broken(world, sources, place)
    same = unchanging(world)
    world = world.model_copy(
        update={"phase": tuple(one for one in world.phase if one.from_year not in same)}
    )
    moved = [one for one in moved if one.now.value != one.then.value or not one.now.uncertain]
    notes += [*lines_of_before(chain, world), *(one.note for one in moved)]
    notes += [
        Phrase("{first} and {second} are not correlated here: one of them is certain",
               first=link["first"], second=link["second"])
        for link in untied
    ]  # fmt: skip
    notes += [Phrase(file.data["caution"]) for file in chain if "caution" in file.data]
    notes += told_phases(world)
    notes += [Phrase("the phase of {year} changes nothing", year=str(year)) for year in same]
    notes += without_effect(world, [*chain, *overrides])
    if left := len(list(placeholders(world))):
        notes.append(Phrase(
            "{n} value is still a placeholder copied from another country: the result says nothing yet",
            "{n} values are still placeholders copied from another country: the result says nothing yet",
            n=left))  # fmt: skip
    if bare := len(list(ungraded(world))):
        notes.append(Phrase(
            "{n} number has a source and no grade: it counts as our assumption until the file says how well the source measures it",
            "{n} numbers have a source and no grade: they count as our assumptions until the file says how well the source measures them",
            n=bare))  # fmt: skip
    questions = [f.data["question"] for f in chain if f.kind != "base"]
    return Scenario(
        name=_canonical(chain),
        questions=tuple(questions) or (chain[0].data["question"],),
        world=world,
        origins=origins,
        sources=sources,
        notes=tuple(notes),
        sets=tuple(sets),
        moved=tuple(moved),
        given=from_anywhere(name)
        if any(f.name == str(f.path) for f in chain)
        else _canonical(chain),
    )


def law_in_force(scenario: Scenario) -> Scenario:
    """The country of a scenario under the law in force, or with no scheme where there is none.

    Raises `InputError` for an own file that brings a fund of its own, beside which no other can be named.
    """
    policy = scenario.world.country.law_in_force or "no_fund"
    return load(f"{parts_of(scenario.given)[0]}+{policy}")


def load_all(names: Iterable[str], sets: Sequence[str] = ()) -> list[Scenario]:
    """Resolve several scenarios, collecting the problems of all of them."""
    found: list[Scenario] = []
    problems: dict[Problem, None] = {}
    for name in names:
        try:
            found.append(load(name, sets))
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise InputError(list(problems))
    refuse_shared_codes(found)
    return found


def _canonical(chain: Sequence[File]) -> str:
    return "+".join(f.path.stem.replace("+", "_") for f in chain)


def _merge(
    into: dict[str, Any], new: dict[str, Any], file: File, origins: dict[str, Origin], path: str
) -> None:
    for key, value in new.items():
        here = f"{path}.{key}" if path else key
        old = into.get(key)
        partial = file.kind == "set" and isinstance(old, dict) and override.is_part(value)
        if partial and isinstance(old, dict) and "unit" in old:
            value = override.believed(value)
            if "source" in value:
                into[key].pop("grade", None)  # the grade of another source
        if partial or (
            not files.is_value(value) and isinstance(old, dict) and not files.is_value(old)
        ):
            _merge(into[key], value, file, origins, here)
        elif not files.is_value(value):
            into[key] = {}
            _merge(into[key], value, file, origins, here)
            origins[here] = Origin(file.name, files.line_of(file.lines, here))
        else:
            if file.kind == "set" and isinstance(old, dict) and "unit" in old:
                value = override.as_said(value, old)
            # a copy: a later file may change parts of it, and what was read is shared
            into[key] = dict(value) if isinstance(value, dict) else value
            mine = Origin(file.name, files.line_of(file.lines, here))
            if here == LINKS:
                before = old if file.kind != "set" and isinstance(old, list) else []
                into[key] = _linked(before, value, origins, mine)
            origins[here] = mine


def _linked(old: list[Any], new: Any, origins: dict[str, Origin], mine: Origin) -> list[Any]:
    """Correlations of two files together, each with where it comes from."""
    new = new if isinstance(new, list) else [new]
    kept = kept_links(old, new)
    places = [origins[f"{LINKS}.{place}"] for place in kept]
    for place, origin in enumerate([*places, *(mine for _ in new)]):
        origins[f"{LINKS}.{place}"] = origin
    return [*(old[place] for place in kept), *new]


def _loosened(
    merged: Mapping[str, Any], world: World, origins: Mapping[str, Origin], chain: Sequence[File]
) -> Iterator[dict[str, Any]]:
    """Correlations of shipped files of which a later file has made one side certain."""
    own = {file.name for file in chain if file.kind == "own"} | {"--set"}
    known = {key: a for key, a, _ in assumptions(world)}
    for place, link in enumerate(merged.get(LINKS, [])):
        if origins[f"{LINKS}.{place}"].file in own or not isinstance(link, dict):
            continue
        sides = [known.get(link.get(side, "")) for side in ("first", "second")]
        if any(a is not None and not a.uncertain for a in sides):
            yield link


def _put(into: dict[str, Any], key: str, value: Any) -> None:
    """Put a value at a dotted key that is there."""
    *tables, name = key.split(".")
    for table in tables:
        into = into[table]
    into[name] = value


def _tables_above(key: str) -> Iterator[str]:
    while key := key.rpartition(".")[0]:
        yield key


Place = Callable[[str], tuple[str, int | None]]


def _places(origins: dict[str, Origin], chain: Sequence[File]) -> Place:
    """Where the value at a key comes from, for messages: file and line."""
    set_below = {
        above for key, o in origins.items() if o.file == "--set" for above in _tables_above(key)
    }

    def place(key: str) -> tuple[str, int | None]:
        key = key.replace("[", ".").replace("]", "")
        if key in set_below:
            return "--set", None
        while key:
            if key in origins:
                return origins[key].file, origins[key].line
            key = key.rpartition(".")[0]
        return chain[0].name, None

    return place


def _read(merged: dict[str, Any], place: Place) -> World:
    """Merged tables as a world; raises `InputError` for every key that is not valid in itself."""
    doubts = [
        Problem(place(k)[0], rule, place(k)[1], k, text) for k, text, rule in doubtful(merged)
    ]
    doubts += [
        Problem(place(key)[0], rule, place(key)[1], key) for key, rule in refused(merged, World)
    ]
    if doubts:
        raise InputError(doubts)
    try:
        world = World.model_validate(
            {**merged, PHASE: whole(merged)} if PHASE in merged else merged
        )
    except ValidationError as error:
        raise InputError([*doubts, *problems_of(error, merged, place)]) from None
    if doubts:
        raise InputError(doubts)
    return world


def _refuse_broken(world: World, sources: Mapping[str, Any], place: Place) -> None:
    """Raises `InputError` for every rule between keys that is broken."""
    broken = broken_rules(world, sources, set(files.shipped("policy")))
    if broken:
        found = []
        for key, value, rule in broken:
            file, line = place(key)
            found.append(Problem(file, rule, line, key, value))
        raise InputError(found)
