"""Handing an answer over: on the screen, as JSON, and to a folder with tables, pictures and what made them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fundsim.report.figures import Picture, save_pictures
from fundsim.report.folder import complete, write_csv, write_json, write_manifest
from fundsim.report.request import Draws, Request
from fundsim.report.screen import console_for_tables
from fundsim.report.wording import stamp_of
from fundsim.scenario.command import command_line
from fundsim.scenario.compose import Scenario
from fundsim.scenario.naming import from_anywhere

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Reply:
    """What a command answers.

    sentences  come first;  shown  tables and texts for the screen, after them
    tables     for files and JSON, by name;  pictures  draws them, by name: only if they are wanted
    """

    sentences: list[str]
    tables: dict[str, Rows]
    shown: Sequence[Table | Text]
    pictures: Callable[[], dict[str, Any]]


def notes_of(scenarios: Sequence[Scenario]) -> list[str]:
    """What a reader must be told of several scenarios, one line each."""
    return [f"{s.name}: note: {note}." for s in scenarios for note in s.notes]


def deliver(
    reply: Reply, scenario: Scenario, card: Sequence[str], asked: Mapping[str, object], draws: Draws,
    request: Request, **facts: Any,
) -> None:  # fmt: skip
    """Print a reply, or give it as JSON; and write it to a folder, if one is asked for.

    card   what the answer is of: the command, the scenario and what was asked
    asked  the command's own options
    facts  more that stands in the JSON only
    """
    stamp = stamp_of(scenario, draws.seed, draws.replications)
    notes = [text for text in (scenario.world.country.footnote, stamp) if text]
    told = [Text(f"Note: {note}.") for note in scenario.notes]
    reply = replace(reply, shown=[*told, *reply.shown])
    about = {"scenario": scenario.name, "notes": [str(note) for note in scenario.notes], **facts}
    hand_over(reply, about, card, asked, notes, draws, request)


def hand_over(
    reply: Reply, about: Mapping[str, Any], card: Sequence[str], asked: Mapping[str, object],
    notes: Sequence[str], draws: Draws, request: Request,
) -> None:  # fmt: skip
    """The same of an answer that is of no single scenario.

    about  what stands first in the JSON;  notes  footnotes, and last what produced the answer
    """
    *footnotes, stamp = notes
    tables = {name: [_plain(row) for row in rows] for name, rows in reply.tables.items()}
    if request.as_json:
        data = {**about, "answer": reply.sentences, **tables, "seed": draws.seed,
                "replications": draws.replications}  # fmt: skip
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    else:
        console = console_for_tables()
        for part in (*(Text(sentence) for sentence in reply.sentences), *reply.shown):
            console.print(part)
        for footnote in footnotes:
            console.print(Text(footnote))
        console.print(Text(stamp, style="dim"))
    if request.out is not None:
        command = command_of(card[0], request, draws, asked)
        save_answer(request.out, card, stamp, command, tables, reply.pictures())
        if not request.as_json:
            Console().print(f"Data and figures: {request.out}", markup=False, highlight=False)


def command_of(
    verb: str, request: Request, draws: Draws, asked: Mapping[str, object] = MappingProxyType({})
) -> str:
    """The command that gives the same answer again.  asked  its own options"""
    return command_line(
        verb, map(from_anywhere, request.names), request.sets,
        replications=draws.replications, seed=draws.seed, **asked,
    )  # fmt: skip


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as files have it: None for what is not defined, or never enough."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in row.items()
    }


def save_answer(
    folder: Path,
    names: Sequence[str],
    stamp: str,
    command: str,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    figures: Mapping[str, Picture],
) -> None:
    """Make the folder, whole or not at all.

    names    what the answer is of: the command and the scenarios
    stamp    what produced it;  command  gives it again
    tables   name -> rows; the rows of one table have the same keys;  figures  name -> picture
    """

    def fill(work: Path) -> None:
        for name, rows in tables.items():
            write_json(work / f"{name}.json", list(rows))
            columns = list(rows[0]) if rows else []
            write_csv(work / f"{name}.csv", columns, [list(row.values()) for row in rows])
        save_pictures(figures, work)
        write_manifest(work, {"runs": list(names), "stamp": stamp, "command": command})

    complete(folder, names, fill)
