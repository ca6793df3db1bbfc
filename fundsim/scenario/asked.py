"""What a call from Python is given, refused as commands refuse it: with the name of what is wrong, and what to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fundsim.scenario.errors import InputError, Problem


def texts(call: str, name: str, given: Any, example: str) -> tuple[str, ...]:
    """A list of texts; raises `InputError` for one text, a dict, or what holds anything else.

    call, name  the function and its parameter, for the message;  example  what one text looks like
    """
    if isinstance(given, str):
        raise wrong(call, name, f"must be a list of texts; write [{_quoted(given)}]", given)
    if isinstance(given, Mapping):
        write = ", ".join(_quoted(f"{key}={value}") for key, value in given.items())
        raise wrong(call, name, f"must be a list of texts, no dict; write [{write}]")
    found = tuple(given) if isinstance(given, Iterable) else (None,)
    if not all(isinstance(one, str) for one in found):
        raise wrong(call, name, f"must be a list of texts, such as [{_quoted(example)}]", given)
    return found


def text(call: str, name: str, given: Any, example: str) -> str:
    """One text, else `InputError`."""
    if not isinstance(given, str):
        raise wrong(call, name, f"must be a text, such as {_quoted(example)}", given)
    return given


def wrong(call: str, name: str, rule: str, given: object = "") -> InputError:
    """What is raised where a parameter of a function is not what it must be."""
    return InputError(Problem(call, rule, key=name, value=str(given)))


def _quoted(said: str) -> str:
    return f'"{said}"'
