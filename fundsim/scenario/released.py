"""What changed since a released version: what the shipped files said then, and the changelog.

``scenarios/released/0.1.0.json`` holds what every shipped file said under that version: file ->
dotted key -> value, an uncertain number as [value, low, high].  Texts and sources are left out, as
they move no number.  `make docs` writes the record of the present version; those of earlier versions
stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fundsim import __version__
from fundsim.scenario import files
from fundsim.scenario.compose import SILENT, load
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.files import File

MOVING = re.compile(r"\*(Results|Assumptions) change")  # how the changelog marks such an entry
_NUMBERED = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}")
_EMPHASIS = re.compile(r"(?<![\w\\*])(\*{1,2})(?=[^\s*])(.+?)(?<=[^\s\\])\1(?![\w*])")


@dataclass(frozen=True)
class Moved:
    """A key that a shipped file sets otherwise than it did.

    file  as in base/serbia
    key   dotted; an effect of a reform or stress as reform.legal_aid.effects[the key it moves]
    then  its value as a reader sees it, 64 (55 to 75); empty where the file did not set it
    now   the same today; empty where the file no longer sets it
    ranged  whether it is a number that has, or had, a range
    """

    file: str
    key: str
    then: str
    now: str
    ranged: bool


def folder() -> Path:
    """The folder of the records, one file a version."""
    return files.folder() / "released"


def record() -> str:
    """The record of the present version, as text: one line a file, keys in order."""
    lines = [
        f"{json.dumps(f'{kind}/{name}')}: {_text(_said(files.read(path)))}"
        for kind in files.KINDS
        for name, path in files.shipped(kind).items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def versions() -> list[str]:
    """The versions of which there is a record, the present one among them, oldest first."""
    found = [path.stem for path in folder().glob("*.json")]
    return sorted((v for v in found if _NUMBERED.fullmatch(v)), key=_number)


def moved_since(version: str, scenario_name: str) -> list[Moved]:
    """What the shipped files of a scenario set otherwise than under that version.

    version        one of `versions`
    scenario_name  as for `load`; the default policy counts if no policy is named, own files do not
    returns        every key that differs, came or went: countries first, then policies, reforms,
                   stresses; keys in order.  A default of the schema is in no file: the changelog
                   tells of it
    raises         `InputError` for an unknown version, or a scenario that cannot be loaded
    """
    _refuse_unknown(version)
    then = json.loads((folder() / f"{version}.json").read_text(encoding="utf-8"))
    used = {origin.file for origin in load(scenario_name).origins.values()}
    moved: list[Moved] = []
    for kind in files.KINDS:
        for name, path in files.shipped(kind).items():
            if f"scenarios/{kind}/{path.name}" in used:
                file = f"{kind}/{name}"
                moved += _differences(file, then.get(file, {}), _said(files.read(path)))
    return moved


def rules_since(version: str) -> list[str]:
    """The changelog's entries after that version that say that results or assumptions change.

    version  one of `versions`; raises `InputError` for any other
    returns  each entry as plain text, in the changelog's order: the newest version first
    """
    _refuse_unknown(version)
    found: list[str] = []
    later = False
    for line in files.changelog().read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = _NUMBERED.match(line.removeprefix("## "))
            later = heading is not None and _number(heading[0]) > _number(version)
            found.append("")
        elif later and line.startswith("- "):
            found.append(line.removeprefix("- "))
        elif later and found[-1] and line.startswith(" "):
            found[-1] += f" {line.strip()}"
        else:
            found.append("")
    return [_plain(entry) for entry in found if MOVING.search(entry)]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _refuse_unknown(version: str) -> None:
    known = versions()
    if version not in known:
        rule = f"no record of such a version; this is fundsim {__version__}"
        raise InputError(Problem("version", rule, value=version, nearest=nearest(version, known)))


def _said(file: File) -> dict[str, Any]:
    """What a file sets, by dotted key, without texts and sources."""
    said: dict[str, Any] = {}
    tables = {k: v for k, v in file.data.items() if k not in files.OPENING_KEYS}
    for key, value in files.leaves(tables):
        if key.rpartition(".")[2] not in SILENT or isinstance(value, dict):
            for place, one in _items(key, value):
                again = sum(k == place or k.startswith(f"{place} (") for k in said)
                said[f"{place} ({again + 1})" if again else place] = _loud(one)
    return said


def _items(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A list of effects or correlations item by item, each under what it is about."""
    if not (isinstance(value, list) and value and all(isinstance(one, dict) for one in value)):
        yield key, value
        return
    for one in value:
        if "on" in one:
            yield f"{key}[{one['on']}]", {one["by"]: one["size"]}
        else:
            yield f"{key}[{one['first']}, {one['second']}]", one["correlation"]


def _loud(value: Any) -> Any:
    """A value in its shortest form; units go with the key."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_loud(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "value" not in value:  # shares of the forms, or an effect
        return {k: _loud(v) for k, v in value.items() if k not in SILENT | {"unit"}}
    span = [_loud(value.get(name)) for name in ("value", "low", "high")]
    if "shape" in value and value["shape"] != "two_piece":
        span.append(value["shape"])
        span += [_loud(value[name]) for name in ("values", "probabilities") if name in value]
    return span[0] if span[1:] == [None, None] else span


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _differences(file: str, then: dict[str, Any], now: dict[str, Any]) -> Iterator[Moved]:
    for key in sorted(then.keys() | now.keys()):
        before, after = then.get(key), now.get(key)
        if _text(before) != _text(after):
            dated = key.endswith("_year") and not key.endswith("_a_year")  # 2027, not 2,027
            was, is_now = (str(x or "") if dated else _shown(x) for x in (before, after))
            yield Moved(file, key, was, is_now, _has_range(before) or _has_range(after))


def _has_range(value: Any) -> bool:
    """Whether a recorded value is a number with low and high, and no list of words."""
    return isinstance(value, list) and bool(value) and not isinstance(value[0], str)


def _shown(value: Any) -> str:
    """A recorded value as a reader sees it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:,.15g}"
    if isinstance(value, dict):
        return ", ".join(f"{k.replace('_', ' ')} {_shown(v)}" for k, v in value.items())
    if not isinstance(value, list):
        return str(value)
    if not _has_range(value):
        return ", ".join(map(str, value)) or "none"
    number, low, high, *shape = value
    said = [] if low is None else [f"{_shown(low)} to {_shown(high)}"]
    said += [str(one).replace("_", " ") for one in shape[:1]]
    if len(shape) == 3:
        said += [f"{_shown(x)} with {_shown(p)}" for x, p in zip(shape[1], shape[2], strict=True)]
    return f"{_shown(number)} ({', '.join(said)})"


def _plain(entry: str) -> str:
    """Without the marks of emphasis and code; the asterisk of a name stays."""
    entry = _EMPHASIS.sub(r"\2", entry)
    return " ".join(entry.replace("\\*", "*").replace("`", "").split())
