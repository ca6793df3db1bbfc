"""Writing an analysis to a folder: its tables as CSV and JSON, its pictures, and what made them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fundsim.report.figures import Picture, save_pictures
from fundsim.report.folder import complete, write_csv, write_json, write_manifest


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
