"""Finding and reading scenario files: limits first, then TOML, with the line of every key."""

from __future__ import annotations

import json
import math
import re
import stat
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fundsim.scenario import phases
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.numbers import Written, in_line

KINDS = ("base", "policy", "reform", "stress")
OPENING_KEYS = (
    "question",
    "place",
    "extends",
    "replaces",
    "caution",
    "amends",
    "sources",
)  # what a file says besides values
MOST_BYTES, MOST_LINE, MOST_DEPTH = 64 * 1024, 2000, 8

_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"' ]+?)\s*=")
# Control and direction characters, which could deceive a reader of the terminal.
_DECEIVING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


_STRAIGHT = re.compile(r'"(\\.|[^"\\])*"|\'[^\']*\'')  # texts as TOML has them
_CURLY = re.compile("[„“”‟‚‘’‛«»‹›]")


@dataclass(frozen=True)
class File:
    """One file as read: its name for messages, its tables, and the line of each dotted key.

    over  own files that it extends, whose values it may set anew
    """

    name: str
    kind: str  # base, policy, reform, stress or own
    data: dict[str, Any]
    lines: dict[str, int]
    path: Path
    over: frozenset[Path] = frozenset()

    @property
    def replaces(self) -> bool:
        """Whether it may also set anew what any own file before it sets."""
        return self.data.get("replaces") is True

    @property
    def amends(self) -> tuple[str, ...]:
        """Of a policy that amends a law: the keys of that law which it changes."""
        return tuple(self.data.get("amends", ()))

    def says(self, key: str) -> bool:
        """Whether it sets a dotted key, or any within it."""
        here: Any = self.data
        for part in key.split("."):
            here = here.get(part) if isinstance(here, dict) else None
        return here is not None


def folder() -> Path:
    """The folder of the shipped scenarios: in the installed package, else in the checkout."""
    return _shipped_with("scenarios")


def changelog() -> Path:
    """The changelog: in the installed package, else in the checkout."""
    return _shipped_with("CHANGELOG.md")


def _shipped_with(name: str) -> Path:
    packaged = Path(__file__).parent.parent / "_data" / name
    return packaged if packaged.exists() else Path(__file__).parents[2] / name


def shipped(kind: str) -> dict[str, Path]:
    """Shipped files of a kind (base, policy, reform, stress) by name, sorted."""
    place = folder() / kind
    return dict(_listed(place, place.stat().st_mtime_ns if place.is_dir() else 0))


def joining() -> tuple[str, ...]:
    """The shipped policies that join another: they say nothing of who may claim from when."""
    return _without_entry(tuple(shipped("policy").items()))


@lru_cache(maxsize=16)
def _without_entry(found: tuple[tuple[str, Path], ...]) -> tuple[str, ...]:
    def begins(path: Path) -> bool:
        try:
            return "entry_point" in read(path, "policy").data.get("fund", {})
        except InputError:  # told where the policy is used
            return True

    return tuple(name for name, path in found if not begins(path))


@lru_cache(maxsize=16)
def _listed(place: Path, changed: int) -> dict[str, Path]:
    """The files in a folder, listed anew when one has come or gone."""
    return {p.stem: p for p in sorted(place.glob("*.toml"))}


def countries() -> tuple[str, ...]:
    """The shipped countries as screens list them: by the `place` that a file names, the others after them by name."""
    return _in_their_places(tuple(shipped("base").items()))


@lru_cache(maxsize=16)
def _in_their_places(found: tuple[tuple[str, Path], ...]) -> tuple[str, ...]:
    def place(path: Path) -> float:
        try:
            said = read(path, "base").data.get("place")
        except InputError:  # told where the country is opened
            said = None
        return said if isinstance(said, int) else math.inf

    return tuple(name for name, _ in sorted(found, key=lambda one: (place(one[1]), one[0])))


@lru_cache(maxsize=1)
def sources() -> dict[str, dict[str, Any]]:
    """The shipped sources by id: title, publisher, year, address, read."""
    return table(folder() / "sources.toml")


def table(path: Path) -> dict[str, Any]:
    """A shipped TOML file that is no scenario, as it stands."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read(path: Path, kind: str = "own", name: str = "") -> File:
    """Read one scenario file.

    Raises `InputError` for a file that is missing, no regular file, larger than 64 KiB, not UTF-8,
    or not TOML; the message gives the line where there is one.
    """
    name = name or str(path)

    def refuse(rule: str) -> InputError:
        return InputError(Problem(name, rule))

    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refuse("must be a file")
        if status.st_size > MOST_BYTES:
            raise refuse(f"is larger than {MOST_BYTES // 1024} KiB")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise refuse("no such file") from None
    except (OSError, ValueError) as error:
        raise refuse(f"cannot be read ({getattr(error, 'strerror', None) or error})") from None
    return _parsed(raw, kind, name, path)


@lru_cache(maxsize=256)
def _parsed(raw: bytes, kind: str, name: str, path: Path) -> File:
    """What a file says.  Scenarios that share files share what was read: nobody may change it."""

    def refuse(rule: str, line: int | None = None) -> InputError:
        return InputError(Problem(name, rule, line))

    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MOST_LINE:
            raise refuse(f"line is longer than {MOST_LINE} characters", number)
        if re.match(r"[^=#\"]{300}", line) or line.count("[") > 60 or line.count("{") > 60:
            raise refuse("is nested too deeply or has a key that is too long", number)
    try:
        data = tomllib.loads(text, parse_float=Written)
        if depth(data) > MOST_DEPTH:
            raise RecursionError
    except RecursionError:
        raise refuse(f"is nested deeper than {MOST_DEPTH} tables and lists") from None
    except ValueError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        at = int(found[1]) if found else None
        meant = unreadable("" if at is None else text.split("\n")[at - 1])
        rule = meant or re.sub(r"\s*\(at .*", "", str(error))
        raise refuse(f"is not TOML: {rule}", at) from None
    lines = key_lines(text)
    if phases.PHASE in data:
        data[phases.PHASE], wrong = phases.by_year(data[phases.PHASE])
        if wrong:
            raise InputError([_of_phase(name, lines, *one) for one in wrong])
        lines = _with_years(lines, list(data[phases.PHASE]))
    if problems := [Problem(name, TEXT_RULE, line_of(lines, key), key) for key in deceiving(data)]:
        raise InputError(problems)
    return File(name, kind, data, lines, path)


def _of_phase(name: str, lines: dict[str, int], key: str, value: Any, rule: str) -> Problem:
    line = line_of(lines, key) or line_of(lines, f"{key}.0")
    shown = (
        "" if value is None or isinstance(value, dict | list) else json.dumps(value, default=str)
    )
    shown = getattr(value, "text", shown)
    return Problem(name, rule, line, re.sub(r"\.\d+", "", key), shown)


def unreadable(line: str) -> str:
    """What a person may have meant by text that is not TOML: curly quotes, a number as it is written on paper."""
    plain = _STRAIGHT.sub("", line)
    if curly := "".join(dict.fromkeys(_CURLY.findall(plain))):
        return f'the quotes {" ".join(curly)} are curly, as word processors write them; write straight ones: "'
    if found := in_line(line):
        number, rule = found
        return f"{number} is no number of TOML; {rule}"
    return ""


TEXT_RULE = "has a control or direction character; write the text without it"


def deceiving(data: Any, key: str = "") -> Iterator[str]:
    """The dotted keys whose name or text holds a control or direction character."""
    if isinstance(data, dict):
        for name, value in data.items():
            here = f"{key}.{name}".strip(".")
            if _DECEIVING.search(name):
                yield here
            yield from deceiving(value, here)
    elif isinstance(data, list):
        for value in data:
            yield from deceiving(value, key)
    elif isinstance(data, str) and _DECEIVING.search(data):
        yield key


def depth(data: Any) -> int:
    """How many tables or lists stand one within the other."""
    if not isinstance(data, dict | list):
        return 0
    return 1 + max(map(depth, data.values() if isinstance(data, dict) else data), default=0)


def key_lines(text: str) -> dict[str, int]:
    """The line of each dotted key, from 1.

    Keys inside an inline table have their table's line; a key that cannot be found this way (inside
    a multi-line string or quoted with dots) falls back to its table's line in `line_of`.
    """
    lines: dict[str, int] = {}
    table, phase = "", -1  # phases are counted
    for number, line in enumerate(text.splitlines(), 1):
        if found := _TABLE.match(line):
            table = _dotted(found[1])
            if table == phases.PHASE:
                phase += 1
            if f"{table}.".startswith(f"{phases.PHASE}."):
                one = f"{phases.PHASE}.{max(phase, 0)}"
                lines.setdefault(one, number)
                table = f"{one}{table.removeprefix(phases.PHASE)}"
            lines.setdefault(table, number)
        elif found := _KEY.match(line):
            lines.setdefault(f"{table}.{_dotted(found[1])}".strip("."), number)
    return lines


def _with_years(lines: dict[str, int], years: Sequence[str]) -> dict[str, int]:
    """The lines of keys, with each phase by its first year in place of its number."""

    def named(key: str) -> str:
        first, _, rest = key.partition(".")
        number, dot, below = rest.partition(".")
        if first != phases.PHASE or not number.isdigit() or int(number) >= len(years):
            return key
        return f"{first}.{years[int(number)]}{dot}{below}"

    return {named(key): line for key, line in lines.items()}


def _dotted(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def line_of(lines: dict[str, int], key: str) -> int | None:
    """The line of a key, or of the nearest table above it."""
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


def leaves(data: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a file's tables with its dotted key; an assumption is one value."""
    for key, value in data.items():
        here = f"{path}.{key}" if path else key
        if is_value(value):
            yield here, value
        else:
            yield from leaves(value, here)


def is_value(data: Any) -> bool:
    """An assumption or set of shares is one value: it replaces, it does not merge."""
    return not isinstance(data, dict) or "value" in data or "unit" in data
