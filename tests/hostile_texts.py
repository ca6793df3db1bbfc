"""What no text, table or file that is made of a scenario may say."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from docx import Document

# words of Python and of arithmetic in what people read
NEVER = re.compile(
    r"(?<![\w.])(nan|NaN|-?inf|infinity|None(?! [a-z])|null|Traceback|<NA>|NaT|∞)(?![\w.(])"
)
MAY = "inf: no amount suffices"  # how the README of a batch tells of what its tables hold
MINUS_ZERO = re.compile(r"(?<![\w.,–€])[-−](€ ?)?0(\.0+)?(?![\d.,]|\w)")
NOBODYS_WAIT = re.compile(r"(?<![\d.,])0 (months|meseci)\b")
DELAY = re.compile(r"(?i)longest delay of a payment[^\n]*")
NEGATIVE_MONEY = re.compile(r"(?<![\w.,–])([-−]\s?€|€\s?[-−])\s?\d[^\n]{0,20}")
TABLE_OF_CHANGES = re.compile("change|difference|worst_balance|returns|low95|high95")
HUGE = 9e18  # near the ends of a 64-bit integer


def wrong_in_text(text: str, nobody: bool, changes: bool) -> Iterator[str]:
    """What is wrong in a text for people.

    nobody   whether nobody is paid, so that there is no wait;  changes  whether differences may stand in it
    """
    text = text.replace(MAY, "")
    for what, pattern in (("a word of Python", NEVER), ("minus zero", MINUS_ZERO)):
        yield from (f"{what}: {_around(text, found)}" for found in pattern.finditer(text))
    if nobody:
        waits = DELAY.sub("", text)  # of a payment, where nobody is paid in full yet
        yield from (
            f"a wait of nobody: {_around(waits, found)}" for found in NOBODYS_WAIT.finditer(waits)
        )
    if not changes:
        yield from (
            f"negative money: {_around(text, found)}" for found in NEGATIVE_MONEY.finditer(text)
        )


def _around(text: str, found: re.Match[str]) -> str:
    return " ".join(text[max(0, found.start() - 90) : found.end() + 60].split())


def wrong_in_json(text: str, nobody: bool) -> Iterator[str]:
    """What is wrong in the JSON that a command prints."""
    try:
        data = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        yield f"no JSON: {error}: {text[:100]}"
        return
    yield from _in_data(data, "", nobody)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} in JSON")


def _in_data(data: Any, path: str, nobody: bool) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _in_data(value, f"{path}.{key}", nobody)
    elif isinstance(data, list):
        for value in data:
            yield from _in_data(value, f"{path}[]", nobody)
    elif isinstance(data, str):
        yield from (f"{path}: {said}" for said in wrong_in_text(data, nobody, changes=True))
    elif isinstance(data, float | int) and abs(data) > HUGE:
        yield f"{path}: {data}"


def wrong_in_files(folder: Path, nobody: bool) -> Iterator[str]:
    """What is wrong in the files that a command wrote."""
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if ".store" in str(path) or path.name == "plan.toml":
            continue
        match path.suffix:
            case ".json":
                found = wrong_in_json(path.read_text(encoding="utf-8"), nobody)
            case ".csv":
                found = _in_csv(path)
            case ".xlsx":
                found = _in_workbook(path, nobody)
            case ".docx":
                found = wrong_in_text("\n".join(_paragraphs(path)), nobody, changes=True)
            case ".html":
                text = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", path.read_text(encoding="utf-8"), flags=re.S)  # fmt: skip
                found = wrong_in_text(unescape(text), nobody, changes=True)
            case ".md" | ".txt":
                found = wrong_in_text(path.read_text(encoding="utf-8"), nobody, changes=True)
            case ".svg":
                text = "\n".join(re.findall(r"<!--(.*?)-->", path.read_text(encoding="utf-8"), flags=re.S))  # fmt: skip
                found = wrong_in_text(text, nobody, changes=True)
            case _:
                found = iter(())
        yield from (f"{path.name}: {said}" for said in found)


def _in_csv(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            for cell in row:
                if NEVER.fullmatch(cell.strip()) or re.fullmatch(r"-0(\.0+)?", cell.strip()):
                    yield f"{cell!r} in {row[:8]}"


def _paragraphs(path: Path) -> Iterator[str]:
    document = Document(str(path))
    yield from (paragraph.text for paragraph in document.paragraphs)
    for table in document.tables:
        yield from (cell.text for row in table.rows for cell in row.cells)


def _in_workbook(path: Path, nobody: bool) -> Iterator[str]:
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if name.endswith(".xml") and ("sharedStrings" in name or "/sheet" in name):
                text = book.read(name).decode()
                for value in re.findall(r"<v>([^<]*)</v>|<t[^>]*>([^<]*)</t>", text):
                    cell = unescape("".join(value))
                    yield from wrong_in_text(cell, nobody, changes=True)
                    if cell.startswith("#") and cell.endswith(("!", "?", "/0!")):
                        yield f"{name}: {cell}"
