"""Keys and names that are gone, and what replaced them: an old link or file gets an answer.

A retired key may be a table: then it stands for every key below it.  A part `*` stands for any name,
in the successor for the same one: ``income.*.lapses``.
"""

from __future__ import annotations

from typing import Any

from fundsim.scenario.phrase import Phrase

RETIRED: dict[str, tuple[str, str]] = {
    "fund.take_up.rate": (
        "fund.take_up.unassisted_rate",
        "victims who are helped to apply have a rate of their own",
    ),
    "fund.decision.caseworkers": ("fund.decision.posts", "a desk may have parts of a post"),
}
"""Dotted key -> its successor (empty if there is none) and the reason, in a few words."""
RETIRED_NAMES: dict[str, str] = {}
"""A country, policy, reform or stress -> what to name instead (empty if there is nothing)."""


def retired_keys(key: str, value: Any = None) -> list[tuple[str, str]]:
    """What is retired at a key, above it, or below it in the value that was given there.

    returns  (the retired key as it was written, what to tell about it); empty if nothing is retired
    """
    parts = key.split(".")
    for length in range(len(parts), 0, -1):
        for known, (successor, reason) in RETIRED.items():
            if stars := _match(known.split("."), parts[:length]):
                for name in stars[1:]:
                    successor = successor.replace("*", name, 1)
                return [(".".join(parts[:length]), _answer(reason, successor))]
    if not isinstance(value, dict):
        return []
    return [found for name in value for found in retired_keys(f"{key}.{name}", value[name])]


def retired_key(key: str) -> str:
    """What to tell about a key that is not known; empty if it never was one."""
    return "".join(text for _, text in retired_keys(key))


def retired_name(name: str) -> str:
    """What to tell about a name that is not shipped, as a `Phrase`; empty if it never was."""
    if name not in RETIRED_NAMES:
        return ""
    if successor := RETIRED_NAMES[name]:
        return Phrase("it was retired; use {successor}", successor=successor)
    return Phrase("it was retired")


def _match(known: list[str], parts: list[str]) -> list[str]:
    """The key and the names that its stars stand for; empty if it is another key."""
    if len(known) != len(parts):
        return []
    pairs = list(zip(known, parts, strict=True))
    if any(k not in ("*", part) for k, part in pairs):
        return []
    return [".".join(parts), *(part for k, part in pairs if k == "*")]


def _answer(reason: str, successor: str) -> str:
    text = f"it was retired: {reason}" if reason else "it was retired"
    return f"{text}; use {successor}" if successor else text
