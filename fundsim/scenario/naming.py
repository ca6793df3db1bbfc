"""From what a command is given to files: names of scenarios, what their files extend, and --set key=value."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fundsim.scenario import files
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.files import File
from fundsim.scenario.numbers import Written, misread
from fundsim.scenario.override import CERTAIN, Certain
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.retired import retired_name

MOST_EXTENDS = 5
MOST_PIECES = 20  # between +, of a name that may be a file's
MOST_NAMES = 100  # joined by +


def files_of(name: str) -> tuple[File, ...]:
    """Every file that a name stands for, the default policy's too where none is named.

    Raises InputError as `load` does.
    """
    return tuple(with_a_policy(chain_of(name), name)[0])


def chain_of(name: str) -> list[File]:
    """The files that are named, and what own ones extend, in the order of the names.

    Raises InputError with all problems.
    """
    chain: list[File] = []
    problems: list[Problem] = []
    if (n := name.count("+") + 1) > MOST_NAMES:
        raise InputError(Problem(name, f"joins {n:,} names by +; at most {MOST_NAMES}"))
    for number, part in enumerate(parts_of(name)):
        try:
            found = _named(part, first=number == 0)
        except InputError as error:
            problems += error.problems
            continue
        for file in found:
            if any(file.path.resolve() == other.path.resolve() for other in chain):
                problems.append(Problem(name, f"{file.name} is named twice"))
            else:
                chain.append(file)
    bases = [f for f in chain if f.kind == "base"]
    if not problems and not bases:
        rule = "a scenario begins with a country: one of " + ", ".join(files.shipped("base"))
        problems.append(Problem(name, rule))
    if len(bases) > 1:
        rule = f"has {len(bases)} countries; a scenario has one (run several scenarios instead)"
        if bringing := [f.name for f in chain if f.kind == "own" and "extends" in f.data]:
            rule = f"has {len(bases)} countries: {bringing[0]} brings one by its line extends; without it, it joins any"
        problems.append(Problem(name, rule))
    for file in chain:
        if not isinstance(file.data.get("question"), str):
            rule = "missing; a file opens with its question"
            problems.append(Problem(file.name, rule, 1, "question"))
        if not isinstance(file.data.get("replaces", False), bool):
            line = files.line_of(file.lines, "replaces")
            problems.append(Problem(file.name, "must be true or false", line, "replaces"))
        if not isinstance(file.data.get("caution", ""), str):
            line = files.line_of(file.lines, "caution")
            problems.append(Problem(file.name, "must be a text", line, "caution"))
        if not _texts(file.data.get("amends", [])):
            line = files.line_of(file.lines, "amends")
            problems.append(Problem(file.name, "must be a list of keys", line, "amends"))
        problems += _source_problems(file)
    if problems:
        raise InputError(problems)
    return chain


def parts_of(name: str, folder: str = "") -> list[str]:
    """The names and files that a scenario is joined of by +, which may also stand in the name of a file or folder.

    folder  where files are looked for.  Raises InputError where files make two readings possible.
    """
    pieces = name.split("+")
    if ".toml" not in name or len(pieces) > MOST_PIECES:
        return [piece.strip() for piece in pieces]
    ways = list(_ways(pieces, folder))
    if len(ways) > 1:
        both = " or ".join(" joined with ".join(way) for way in ways[:2])
        rule = f"can be read as {both}; write ./ before the name of the file that is meant"
        raise InputError(Problem(name, rule))
    return ways[0] if ways else [piece.strip() for piece in pieces]


def _ways(pieces: Sequence[str], folder: str) -> Iterator[list[str]]:
    """The ways to read pieces as shipped names and files that are there."""
    if not pieces:
        yield []
    for n in range(1, len(pieces) + 1):
        part = "+".join(pieces[:n]).strip()
        name = n == 1 and any(_plain(part) in files.shipped(kind) for kind in files.KINDS)
        if os.path.isfile(os.path.join(folder, part)) if _is_path(part) else name:
            yield from ([part, *rest] for rest in _ways(pieces[n:], folder))


def _is_path(part: str) -> bool:
    return part.endswith(".toml") or "/" in part or "\\" in part


def _plain(part: str) -> str:
    return part.lower().replace(" ", "_").rstrip("*")  # Serbia, North Macedonia, Kosovo*


def _source_problems(file: File) -> Iterable[Problem]:
    """Sources that only this file cites must say what the shipped ones say."""
    entries = file.data.get("sources", {})
    for name, entry in entries.items() if isinstance(entries, dict) else [("", entries)]:
        key = f"sources.{name}".strip(".")
        line = files.line_of(file.lines, key)
        if not isinstance(entry, dict):
            yield Problem(file.name, "must be a table", line, key)
            continue
        for text in ("title", "publisher", "year", "address", "read"):
            if not isinstance(entry.get(text), int if text == "year" else str):
                rule = "must be a year" if text == "year" else "must be a text in quotes"
                yield Problem(file.name, rule, line, f"{key}.{text}")


def from_anywhere(name: str) -> str:
    """The name with its own files by their absolute paths: it stands for the same in any folder."""
    parts = parts_of(name)
    return "+".join(str(Path(part).absolute()) if _is_path(part) else part for part in parts)


def _named(
    part: str, first: bool, trail: tuple[Path, ...] = (), folder: Path | None = None
) -> list[File]:
    """The files of one part.  trail  what extends it, and `folder`, which it must not leave"""
    if _is_path(part):
        return _own(Path(part), trail, folder)
    return [shipped_file(_plain(part), ("base",) if first else files.KINDS[1:], part)]


def shipped_file(part: str, kinds: Sequence[str], name: str) -> File:
    """The shipped file called `part`, of one of these kinds.  name: the whole name, for messages"""
    for kind in files.KINDS:
        if part in files.shipped(kind):
            path = files.shipped(kind)[part]
            if kind not in kinds and kinds == ("base",):
                rule = f"{part} is a {kind}; begin with a country, e.g. serbia+{part}"
                raise InputError(Problem(name, rule))
            return files.read(path, kind, f"scenarios/{kind}/{path.name}")
    valid = [n for kind in kinds for n in files.shipped(kind)]
    what = "country" if tuple(kinds) == ("base",) else "policy, reform or stress"
    gone = retired_name(part)
    rule = f"no such {what}; {gone or '`fundsim list` shows what is shipped'}"
    near = "" if gone else nearest(part, valid)
    raise InputError(Problem(part or "(empty name)", rule, nearest=near))


def _own(path: Path, trail: tuple[Path, ...], folder: Path | None) -> list[File]:
    try:
        real, folder = path.resolve(), folder or path.parent.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(Problem(str(path), f"is not the name of a file ({error})")) from None
    if real in trail:
        names = " -> ".join(p.name for p in (*trail, real))
        raise InputError(Problem(str(path), f"extends itself: {names}", key="extends"))
    if len(trail) >= MOST_EXTENDS:
        raise InputError(Problem(str(path), f"extends more than {MOST_EXTENDS} files deep"))
    if trail and not real.is_relative_to(folder):
        raise InputError(
            Problem(str(path), "lies outside the folder of the scenario; copy it there")
        )
    file = files.read(path)
    if "country" in file.data and "extends" not in file.data:
        return [replace(file, kind="base")]  # a country given by path is laid below its policy
    above = file.data.get("extends", [])
    above = [above] if isinstance(above, str) else above
    if not isinstance(above, list) or not all(isinstance(a, str) for a in above):
        line = files.line_of(file.lines, "extends")
        raise InputError(Problem(file.name, "must be a name or a list of names", line, "extends"))
    found: list[File] = []
    problems: list[Problem] = []
    line = files.line_of(file.lines, "extends")
    beside = str(path.parent)
    for number, parent in enumerate(part for names in above for part in parts_of(names, beside)):
        near = str(path.parent / parent) if _is_path(parent) else parent
        try:
            found += _named(near, number == 0, (*trail, real), folder)
        except InputError as error:
            for p in error.problems:  # what is wrong with the name stands in this file
                ours = p.line is None and p.where in (near, "(empty name)")
                here = replace(p, where=file.name, line=line, key="extends", value=parent)
                problems.append(here if ours else p)
    if problems:
        raise InputError(problems)
    return [*found, replace(file, over=frozenset(f.path.resolve() for f in found))]


def _texts(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(one, str) for one in said)


def with_a_policy(chain: Sequence[File], name: str) -> tuple[list[File], list[Phrase]]:
    """The files of a scenario with a policy, and what is told where none is named.

    The country's default joins them; under a policy that amends a law, its law in force.  Nothing does if it names none.
    """
    funds = [file.data.get("fund", {}) for file in chain]
    if any(isinstance(fund, dict) and "entry_point" in fund for fund in funds):
        return list(chain), []
    base, country = chain[0], chain[0].data.get("country")
    said = country if isinstance(country, dict) else {}
    texts = {"default_policy": "no policy was named; {policy}, the default of {file}, is used"}
    if any(file.amends for file in chain):
        told = "no policy was named; {policy}, the law in force of {file}, is used"
        texts = {"law_in_force": told, **texts}
    for key, told in texts.items():
        policy = said.get(key)
        if policy and isinstance(policy, str):
            file = shipped_file(policy, ("policy",), name)
            return [*chain, file], [Phrase(told, policy=policy, file=base.name)]
    return list(chain), []


def joined(names: list[str]) -> list[str]:
    """`serbia +my.toml` is one scenario: a name that begins with + joins the one before it."""
    found: list[str] = []
    for name in names:
        if found and (name.startswith("+") or found[-1].endswith("+")):
            found[-1] += name
        else:
            found.append(name)
    return found


def parse_sets(sets: Sequence[str]) -> list[File]:
    """Each "key=value" as a file of one key.

    Raises `InputError` with all problems: no TOML, set twice, too long, a key that is no value.
    """
    parsed: list[File] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for text in sets:
        key, equals, value = text.partition("=")
        key, value = key.strip(), value.strip()
        if not equals or not value or not all(key.split(".")):
            problems.append(Problem("--set", "must be key=value", value=text))
            continue
        if key in seen:
            problems.append(Problem("--set", "is set twice", key=key))
            continue
        seen.add(key)
        if key.partition(".")[0] in files.OPENING_KEYS:
            problems.append(Problem("--set", "cannot be set; write a file", key=key))
            continue
        if len(text) > files.MOST_LINE or key.count(".") >= files.MOST_DEPTH:
            problems.append(Problem("--set", "is too long", key=key))
            continue
        data = _set_data(key, value)
        if value.endswith(CERTAIN) and key.endswith((".value", ".low", ".high")):
            whole = key.rpartition(".")[0]
            rule = f"is part of a number; write {whole}={value} to take all of it as certain"
            problems.append(Problem("--set", rule, key=key, value=value))
        elif data is None:
            meant = misread(value.removesuffix(CERTAIN).rstrip()) or files.unreadable(text)
            meant = meant or 'write 0.05, true, "queue" or a table'
            rule = f"cannot be read; {meant}"
            problems.append(Problem("--set", rule, key=key, value=value))
        elif any(files.deceiving(data)):
            problems.append(Problem("--set", files.TEXT_RULE, key=key, value=value))
        else:
            parsed.append(File("--set", "set", data, {}, Path("--set")))
    if problems:
        raise InputError(problems)
    return parsed


_NUMBER = re.compile(r"[+-]?[0-9_]+(\.[0-9_]+)?([eE][+-]?[0-9]+)?")


def _as_certain(data: dict[str, Any]) -> dict[str, Any]:
    """The data of one number, which is taken as certain."""
    return {
        k: _as_certain(v) if isinstance(v, dict) else Certain(getattr(v, "text", str(v)))
        for k, v in data.items()
    }


def _set_data(key: str, value: str) -> dict[str, Any] | None:
    if "\n" in value:
        return None  # a second line could set a second key
    quoted = ".".join(json.dumps(part) for part in key.split("."))
    if value.endswith(CERTAIN):
        value = value.removesuffix(CERTAIN).rstrip()
        data = _set_data(key, value)
        return _as_certain(data) if data is not None and _NUMBER.fullmatch(value) else None
    for attempt in (value, json.dumps(value) if value.isidentifier() else ""):
        try:
            if attempt:
                data = tomllib.loads(f"{quoted} = {attempt}", parse_float=Written)
                return data if files.depth(data) <= files.MOST_DEPTH else None
        except (RecursionError, ValueError):
            continue
    return None
