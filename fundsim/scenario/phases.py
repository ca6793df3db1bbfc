"""What a fund becomes in later years: phases, as files write them and as the schema holds them.

A file writes `[[phase]]` with a first year, and below it what is different from then on.  While files are
merged, phases stand by their year (`phase.2030.fund.eligible.adults`), so that a later file or an override can
change a part of one.  The schema holds each phase whole: the fund and its money with all differences so far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from fundsim.scenario.assumption import Assumption
from fundsim.scenario.errors import nearest
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.record import record_of

if TYPE_CHECKING:
    from fundsim.scenario.schema import World

PHASE, FIRST = "phase", "from_year"
MOST_TOLD = 4  # changes of a phase that a note names
CHANGED = ("fund", "income")  # the tables that a phase may change
ELSEWHERE = (
    "a phase changes the fund and its money; what changes in the world is a reform or a stress"
)
BEGINS, SET = f"{FIRST} = 2030", f"{PHASE}.2030.fund.decision.posts=2"  # what a phase looks like
NOT_A_YEAR = "must be a calendar year between 2000 and 2100"
Wrong = tuple[str, Any, str]  # key by the phase's number, value, rule
_YEAR = re.compile("20[0-9][0-9]|2100")


def by_year(said: Any) -> tuple[dict[str, Any], list[Wrong]]:
    """The phases of a file by their first years, and what is wrong with how they are written, by key."""
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        return {}, [(PHASE, said, f"is written [[{PHASE}]], with {BEGINS} or the like below it")]
    found: dict[str, Any] = {}
    wrong: list[Wrong] = []
    for number, one in enumerate(said):
        year, key = one.get(FIRST), f"{PHASE}.{number}.{FIRST}"
        if FIRST not in one:
            wrong.append((key, None, f"is missing; write the year that a phase begins: {BEGINS}"))
        elif not isinstance(year, int) or isinstance(year, bool) or not 2000 <= year <= 2100:
            wrong.append((key, year, NOT_A_YEAR))
        elif str(year) in found:
            rule = f"begins two phases; write what changes then under one [[{PHASE}]]"
            wrong.append((key, year, rule))
        else:
            found[str(year)] = {name: value for name, value in one.items() if name != FIRST}
    return found, wrong


def without_phase(key: str) -> str:
    """A dotted key as the schema has it: without the phase and its year."""
    return key.split(".", 2)[-1] if key.startswith(f"{PHASE}.") else key


def whole(merged: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each phase with the whole fund and all income, as the schema holds it, in the order of their years."""
    now = {name: merged.get(name, {}) for name in CHANGED}
    found = []
    for year, said in _phases(merged):
        now = {name: _changed(now[name], said.get(name, {})) for name in CHANGED}
        found.append({FIRST: year, **now})
    return found


def standing(merged: Mapping[str, Any], year: str) -> Mapping[str, Any]:
    """The fund and its money as they stand in a year."""
    before = [one for one in whole(merged) if _YEAR.fullmatch(year) and one[FIRST] <= int(year)]
    return before[-1] if before else {name: merged.get(name, {}) for name in CHANGED}


def _phases(merged: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """What phases say, in the order of their years; `refused` tells what is none."""
    said = merged.get(PHASE)
    found = said.items() if isinstance(said, dict) else ()
    return sorted(
        ((int(year), tables) for year, tables in found if _YEAR.fullmatch(year) and isinstance(tables, dict)),
        key=lambda one: one[0],
    )  # fmt: skip


def _changed(table: Any, said: Any) -> Any:
    """A table with what a phase says of it; a number is replaced whole, but for what only its unit or source says."""
    if not isinstance(said, dict) or not isinstance(table, dict):
        return deepcopy(said)
    if "value" in said or "unit" in said:
        return dict(said)
    return {**table, **{name: _changed(table.get(name), value) for name, value in said.items()}}


def refused(merged: Mapping[str, Any], kind: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Keys that no phase can change, each with the reason.  kind  the schema of a scenario"""
    phases = merged.get(PHASE, {})
    if not isinstance(phases, dict):
        yield PHASE, f"is set by its year, as in {SET}"
        return
    for year, said in phases.items():
        if not _YEAR.fullmatch(year):
            yield f"{PHASE}.{year}", f"{NOT_A_YEAR}, as in {SET}"
            continue
        if not isinstance(said, dict):
            yield f"{PHASE}.{year}", f"must be a key below the year, as in {SET}"
            continue
        for name, table in said.items():
            key = f"{PHASE}.{year}.{name}"
            if name == FIRST:
                yield key, f"is the year in the key, as in {SET}"
            elif name not in CHANGED:
                near = nearest(name, CHANGED)
                yield key, f"{ELSEWHERE}; did you mean '{near}'?" if near else ELSEWHERE
            elif name == "income":
                yield from _unknown_income(key, table, merged.get("income", {}))
            else:
                yield from _steady(key, table, kind.model_fields[name].annotation)


def _unknown_income(key: str, said: Any, known: Any) -> Iterator[tuple[str, str]]:
    from fundsim.scenario.schema import KINDS

    known = known if isinstance(known, dict) else {}
    for name, table in said.items() if isinstance(said, dict) else ():
        source = known.get(name)
        kind = source.get("kind") if isinstance(source, dict) else None
        if name not in known:
            near = nearest(name, known)
            meant = f"; did you mean '{near}'?" if near else ""
            rule = "must be a source of income of the scenario; a phase may put it in force"
            yield f"{key}.{name}", f"{rule}{meant}"
        elif isinstance(kind, str) and kind in KINDS:
            yield from _steady(f"{key}.{name}", table, KINDS[kind])


def _steady(key: str, said: Any, kind: Any) -> Iterator[tuple[str, str]]:
    """Keys below one whose records say why they cannot change."""
    if not (isinstance(said, dict) and isinstance(kind, type) and issubclass(kind, BaseModel)):
        return
    for name, value in said.items():
        if issubclass(kind, Assumption) or name not in kind.model_fields:
            continue
        if reason := record_of(kind, name).steady:
            yield f"{key}.{name}", f"cannot change with the years: {reason}"
        else:
            yield from _steady(f"{key}.{name}", value, kind.model_fields[name].annotation)


def told_changes(world: World) -> Iterator[tuple[int, str]]:
    """What each phase changes, in one line: its first year, and keys with their values."""
    for year, changes in groupby(differences(world), key=lambda one: one[0]):
        said = [f"{key} = {_short(now)}" for _, key, _, now in changes]
        more = f" and {len(said) - MOST_TOLD} more" if len(said) > MOST_TOLD else ""
        yield year, ", ".join(said[:MOST_TOLD]) + more


def notes(world: World) -> list[Phrase]:
    """The same as notes to a scenario."""
    return [
        Phrase("from {year} on: {changes}", year=str(year), changes=changes)
        for year, changes in told_changes(world)
    ]


def _short(value: Any) -> str:
    if isinstance(value, Assumption):
        return f"{value.value:g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def said_in_phases(world: World) -> Iterator[tuple[str, Assumption]]:
    """Every number that a phase changes, with its dotted key."""
    for year, key, _, now in differences(world):
        if isinstance(now, Assumption):
            yield f"{PHASE}.{year}.{key}", now


def unchanging(world: World) -> list[int]:
    """The first years of phases in which everything stays as it was."""
    changing = {year for year, *_ in differences(world)}
    return [phase.from_year for phase in world.phase if phase.from_year not in changing]


def differences(world: World) -> Iterator[tuple[int, str, Any, Any]]:
    """What each phase changes: its first year, the key, what stood there before, and what stands there from then on."""
    before = {name: getattr(world, name) for name in CHANGED}
    for phase in world.phase:
        now = {name: getattr(phase, name) for name in CHANGED}
        for name in CHANGED:
            for key, old, new in _differing(name, before[name], now[name]):
                yield phase.from_year, key, old, new
        before = now


def _differing(key: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(new):
            yield from _differing(f"{key}.{name}", old.get(name), new[name])
    elif (
        isinstance(old, BaseModel)
        and isinstance(new, BaseModel)
        and not isinstance(new, Assumption)
    ):
        for name in type(new).model_fields:
            yield from _differing(f"{key}.{name}", getattr(old, name, None), getattr(new, name))
    else:
        yield key, old, new
