"""Files that were written for an earlier version: what they say is said in today's keys, and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from fundsim.scenario.files import File
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import BudgetLine, World

# the same number under another key
RENAMED = {
    "fund.decision.caseworkers": "fund.decision.posts",
    "fund.take_up.rate": "fund.take_up.unassisted_rate",
}
SIDES = ("first", "second")  # of a correlation
# what else holds where a file says the old key, and not this one: before, nobody was helped to apply
BESIDE = {"fund.take_up.rate": {"fund.take_up.assisted_share": 0}}


def migrated(file: File) -> tuple[File, list[Phrase]]:
    """A file in today's keys, and what a reader must be told of the change."""
    data, lines, notes = file.data, file.lines, []
    for old, new in RENAMED.items():
        if _at(data, old) is None or _at(data, new) is not None:
            continue
        data = deepcopy(data)
        tables, _, name = old.rpartition(".")
        table = _at(data, tables)
        table[new.rpartition(".")[2]] = table.pop(name)
        for key, value in BESIDE.get(old, {}).items():
            table.setdefault(key.rpartition(".")[2], value)
        lines = {**lines, new: lines[old]} if old in lines else lines
        notes.append(Phrase("{file}: {old} is now called {new}", file=file.name, old=old, new=new))
        notes += [
            Phrase("{file}: {key} is {value}, as before it could be set", file=file.name, key=key, value=value)
            for key, value in BESIDE.get(old, {}).items()
        ]  # fmt: skip
    if renamed := sorted({old for old in _named(data) if old in RENAMED}):
        data = _renamed(data)
        notes += [
            Phrase("{file}: {old} is now called {new}", file=file.name, old=old, new=RENAMED[old])
            for old in renamed
        ]
    return replace(file, data=data, lines=lines), notes


def _named(data: Any) -> Iterator[str]:
    """The keys that effects of reforms and stresses, and correlations, name."""
    for link in _tables(data.get("correlations", [])):
        yield from (link[side] for side in SIDES if isinstance(link.get(side), str))
    for kind in ("reform", "stress"):
        changes = data.get(kind, {})
        for change in _tables(changes.values() if isinstance(changes, dict) else []):
            yield from (
                e["on"] for e in _tables(change.get("effects", [])) if isinstance(e.get("on"), str)
            )


def _renamed(data: Any) -> Any:
    """Tables in which what names a renamed key names the new one."""
    if isinstance(data, list):
        return [_renamed(one) for one in data]
    if not isinstance(data, dict):
        return data
    return {
        key: RENAMED.get(value, value)
        if key in ("on", *SIDES) and isinstance(value, str)
        else _renamed(value)
        for key, value in data.items()
    }


def _tables(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, Iterable) else []


def _at(data: Any, key: str) -> Any:
    for part in key.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def lines_of_before(chain: Iterable[File], world: World) -> Iterator[Phrase]:
    """What a reader must be told of budget lines whose file gives an amount and says nothing that is new in version 0.2."""
    for file in chain:
        sources = file.data.get("income", {}) if file.kind in ("own", "base") else {}
        for name, said in sources.items():
            line = world.income[name]
            if (
                not isinstance(line, BudgetLine)
                or "amount" not in said
                or {"vote", "lapses"} & said.keys()
            ):
                continue
            if line.lapses and world.has_fund and world.ever_in_force(name):
                yield Phrase(
                    "{file}: since version 0.2 what is unspent of {line} in December goes back to the treasury; "
                    "write {setting} to keep it in the fund",
                    file=file.name, line=f"income.{name}", setting="lapses = false",
                )  # fmt: skip
