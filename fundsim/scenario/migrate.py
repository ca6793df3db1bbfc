"""Files that were written for an earlier version: what they say is said in today's keys, and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from fundsim.scenario.files import File
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import BudgetLine, World

RENAMED = {"fund.decision.caseworkers": "fund.decision.posts"}  # the same number under another key


def migrated(file: File) -> tuple[File, list[Phrase]]:
    """A file in today's keys, and what a reader must be told of the change."""
    data, lines, notes = file.data, file.lines, []
    for old, new in RENAMED.items():
        if _at(data, old) is None or _at(data, new) is not None:
            continue
        data = deepcopy(data)
        *tables, name = old.split(".")
        table: Any = data
        for part in tables:
            table = table[part]
        table[new.rpartition(".")[2]] = table.pop(name)
        lines = {**lines, new: lines[old]} if old in lines else lines
        notes.append(Phrase("{file}: {old} is now called {new}", file=file.name, old=old, new=new))
    return replace(file, data=data, lines=lines), notes


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
