"""What a reader of a scenario must be told beside its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fundsim.scenario.schema import World, assumptions

DEFAULT_POLICY = "no policy was named; {policy}, the default of {base}, is used"
CERTAIN = "{key} is taken as certain; it was believed to lie between {low} and {high}"
KEEP_RANGE = " (--set {key}.value=… keeps the range)"
UNFILLED = "{number} numbers are still placeholders copied from another country: the result says nothing yet"
TEXTS = (DEFAULT_POLICY, CERTAIN, UNFILLED)


@dataclass(frozen=True)
class Note:
    """A note.

    text  one of TEXTS, with {names};  values  what fills them, as name and text
    hint  what who typed the command can do, with the same names
    """

    text: str
    values: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    def __str__(self) -> str:
        """In English, with its hint."""
        return (self.text + self.hint).format(**dict(self.values))


def note(text: str, hint: str = "", /, **values: object) -> Note:
    """A note of TEXTS with its values."""
    return Note(text, tuple((name, str(value)) for name, value in values.items()), hint)


def made_certain(world: World, before: Mapping[str, Any], overridden: Iterable[str]) -> list[Note]:
    """A note for each uncertain number that ``--set`` has made certain.

    before  key -> what the files say;  overridden  keys that ``--set`` names
    """
    now = {key: a for key, a, _ in assumptions(world)}
    found = []
    for key in overridden:
        old = before.get(key)
        if not isinstance(old, dict) or old.get("low") is None or key not in now:
            continue
        if not now[key].uncertain:
            low, high = f"{old['low']:g}", f"{old['high']:g}"
            found.append(note(CERTAIN, KEEP_RANGE, key=key, low=low, high=high))
    return found
