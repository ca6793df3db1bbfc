"""Folders that appear only when they are complete, each file with its hash in a manifest."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fundsim.batch.atomic import claimed, put_folder
from fundsim.scenario.errors import InputError, Problem

MANIFEST = "manifest.json"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a text begins that a spreadsheet would run


@contextmanager
def reserved(folder: Path | None, names: Sequence[str]) -> Iterator[None]:
    """Have a folder, if one is asked for, to oneself: from before an hour of work until it is written.

    Raises `InputError` for a folder that holds anything but an earlier run of the same scenarios, `InUseError`, OSError;
    nothing is ever deleted that the earlier run did not write.
    """
    if folder is None:
        yield
        return
    _refuse(folder, names)
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    with claimed(folder):
        yield


def _refuse(folder: Path, names: Sequence[str]) -> None:
    if Path.cwd().is_relative_to(os.path.abspath(folder)):
        rule = "is the folder that the command stands in; name another, or one below it"
        raise InputError(Problem("--out", rule, value=str(folder)))
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(Problem("--out", "must be a folder", value=str(folder)))
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        rule = "is not empty and holds no run; nothing is written into it"
        raise InputError(Problem("--out", rule, value=str(folder)))
    if folder.is_dir() and (folder / MANIFEST).is_file():
        _refuse_loss(folder, names)


def _refuse_loss(folder: Path, names: Sequence[str]) -> None:
    try:
        card = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        earlier, written = card.get("runs") or [card["scenario"]], {*card["files"], MANIFEST}
    except (ValueError, KeyError, AttributeError):
        rule = "holds a manifest that cannot be read; choose another folder"
        raise InputError(Problem("--out", rule, value=str(folder))) from None
    if list(earlier) != list(names):
        rule = f"holds a run of {', '.join(earlier)}; choose another folder, or delete it"
        raise InputError(Problem("--out", rule, value=str(folder)))
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    if foreign := sorted(found - written):
        rule = f"holds {foreign[0]}, which no run wrote; nothing is deleted or written"
        raise InputError(Problem("--out", rule, value=str(folder)))


def complete(folder: Path, names: Sequence[str], fill: Callable[[Path], None]) -> None:
    """Make a folder by filling a hidden one beside it; an earlier one of the same names is replaced.

    fill  writes the files, the manifest last
    Raises as `reserved` does.
    """
    with reserved(folder, names), claimed(folder) as draft:
        try:
            new = draft / "new"
            new.mkdir()
            fill(new)
            put_folder(new, folder)
        except OSError as error:  # told by the name that the user knows
            raise OSError(error.errno, error.strerror or str(error), str(folder)) from error


def write_manifest(folder: Path, card: Mapping[str, Any]) -> None:
    """The card of what made the folder, with the hash of each file in it."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    hashes = {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    write_json(folder / MANIFEST, {**card, "files": hashes})


def write_json(path: Path, data: Any) -> None:
    """JSON that any reader accepts: no infinity, no NaN."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV (RFC 4180): None is left empty, floats keep every digit.

    A text that a spreadsheet would take for a formula gets an apostrophe before it; a number never.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_csv_cell(column) for column in columns])
    writer.writerows([_csv_cell(x) for x in row] for row in rows)
    return file.getvalue()


def _csv_cell(x: Any) -> Any:
    if isinstance(x, str):
        return f"'{x}" if x.startswith(FORMULA) else x
    return "" if x is None else repr(float(x)) if isinstance(x, float) else x


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as `csv_text` gives it."""
    path.write_text(csv_text(columns, rows), encoding="utf-8", newline="")
