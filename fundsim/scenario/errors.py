"""What can fail that is no bug of ours: one tree of errors, each kind with its exit code.

Bad input is told to people as what, where, the rule and the nearest valid name, all at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

MOST_SHOWN = 20
# exit codes of every command
DONE, FAILED, BAD_INPUT, NO_ACCESS, DAMAGED, INCOMPLETE = range(6)
OUR_BUG, INTERRUPTED, UNHEARD = 70, 130, 141


class FundsimError(Exception):
    """A command ends with one message and the exit code of its kind; raised as one of its kinds only.

    exit_code  of the command;  trace  what a developer wants to know, kept in a file; empty where there is nothing
    """

    exit_code: ClassVar[int]
    trace: str = ""

    def message(self) -> str:
        """What the user reads."""
        return str(self)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    where    a file, or the command-line option
    rule     what it must be
    line     line in the file, from 1
    key      dotted key
    value    the value found, as text
    nearest  the nearest valid name
    """

    where: str
    rule: str
    line: int | None = None
    key: str = ""
    value: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        place = _short(self.where, 100)
        place = place if self.line is None else f"{place}:{self.line}"
        subject = " = ".join(filter(None, (_short(self.key, 80), _short(self.value, 40))))
        hint = f"; did you mean '{self.nearest}'?" if self.nearest else ""
        rule = _short(self.rule, 200) + hint
        return ": ".join(_plain(part) for part in (place, subject, rule) if part)


class InputError(FundsimError):
    """Bad input.  Carries every problem found."""

    exit_code = BAD_INPUT

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [str(p) for p in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"and {len(self.problems) - MOST_SHOWN} more")
        return "\n".join(lines)


def nearest(name: str, valid: Iterable[str]) -> str:
    """The valid name most like `name`, or an empty string."""
    names, name = list(valid), name[:80].lower()
    begins = [n for n in names if len(name) >= 3 and n.startswith(name)]
    found = begins or difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return found[0] if found else ""


def _short(text: str, most: int) -> str:
    """The text, or its beginning and its end, which tells most of a path or a dotted key."""
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - end - 1]}…{text[-end:]}"


def _plain(text: str) -> str:
    """Control and direction characters escaped, so that a message cannot deceive."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
