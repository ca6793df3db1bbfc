"""Reading what a command is given: names joined by +, and ``--set key=value`` with the value as in TOML."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fundsim.scenario import files
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.files import File


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
        if data is None:
            rule = 'cannot be read; write 0.05, true, "queue" or a table'
            if re.fullmatch(r"[\d.]+ *%", value):
                rule = f"cannot be read; write {float(value.rstrip(' %')) / 100:g}"
            elif re.fullmatch(r"\d{1,3}([,.' ]\d{3})+", value):
                rule = f"cannot be read; write {re.sub('[^0-9]', '', value)}"
            problems.append(Problem("--set", rule, key=key, value=value))
        elif any(files.deceiving(data)):
            problems.append(Problem("--set", files.TEXT_RULE, key=key, value=value))
        else:
            parsed.append(File("--set", "set", data, {}, Path("--set")))
    if problems:
        raise InputError(problems)
    return parsed


def _set_data(key: str, value: str) -> dict[str, Any] | None:
    if "\n" in value:
        return None  # a second line could set a second key
    quoted = ".".join(json.dumps(part) for part in key.split("."))
    for attempt in (value, json.dumps(value) if value.isidentifier() else ""):
        try:
            if attempt:
                data = tomllib.loads(f"{quoted} = {attempt}")
                return data if files.depth(data) <= files.MOST_DEPTH else None
        except (RecursionError, ValueError):
            continue
    return None
