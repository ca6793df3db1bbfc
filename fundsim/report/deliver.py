"""Handing an answer over: on the screen, as JSON, and to a folder with tables, pictures and what made them."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from fundsim.report.figures import Picture, save_pictures
from fundsim.report.folder import complete, write_csv, write_json, write_manifest
from fundsim.report.screen import Told, console_for_tables
from fundsim.report.wording import stamp_of
from fundsim.scenario.compose import Scenario


def deliver(
    told: Told, scenario: Scenario, card: Sequence[str], seed: int, replications: int,
    out: Path | None, as_json: bool, **facts: Any,
) -> None:  # fmt: skip
    """Print what is told, or give it as JSON; and write it to a folder, if one is named.

    card   what the answer is of: the command, the scenario and what was asked
    facts  more that stands in the JSON only
    """
    stamp, about = stamp_of(scenario, seed, replications), {"scenario": scenario.name, **facts}
    notes = [text for text in (scenario.world.country.footnote, stamp) if text]
    hand_over(told, about, card, notes, seed, replications, out, as_json)


def hand_over(
    told: Told, about: Mapping[str, Any], card: Sequence[str], notes: Sequence[str], seed: int,
    replications: int, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """The same of an answer that is of no single scenario.

    about  what stands first in the JSON;  notes  footnotes, and last what produced the answer
    """
    *footnotes, stamp = notes
    if as_json:
        data = {**about, "answer": told.sentences, **told.tables, "seed": seed, "replications": replications}  # fmt: skip
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    else:
        console = console_for_tables()
        for part in (*(Text(sentence) for sentence in told.sentences), *told.shown):
            console.print(part)
        for footnote in footnotes:
            console.print(Text(footnote))
        console.print(Text(stamp, style="dim"))
    if out is not None:
        save_answer(out, card, stamp, told.tables, told.pictures())
        if not as_json:
            Console().print(f"Data and figures: {out}", markup=False, highlight=False)


def save_answer(
    folder: Path,
    names: Sequence[str],
    stamp: str,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    figures: Mapping[str, Picture],
) -> None:
    """Make the folder, whole or not at all.

    names    what the answer is of: the command and the scenarios;  stamp  what produced it
    tables   name -> rows; the rows of one table have the same keys;  figures  name -> picture
    """

    def fill(work: Path) -> None:
        for name, rows in tables.items():
            write_json(work / f"{name}.json", list(rows))
            columns = list(rows[0]) if rows else []
            write_csv(work / f"{name}.csv", columns, [list(row.values()) for row in rows])
        save_pictures(figures, work)
        command = f"fundsim {shlex.join(sys.argv[1:])}"
        write_manifest(work, {"runs": list(names), "stamp": stamp, "command": command})

    complete(folder, names, fill)
