"""A command of fundsim as a line of text: whoever pastes it into a shell, in any folder, gets the same again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def command_line(
    verb: str, names: Iterable[str], sets: Iterable[str] = (), **options: object
) -> str:
    """A command, quoted for a POSIX shell.

    verb     run, or store prune;  names  what it is of, from anywhere: `Scenario.given`, `from_anywhere`
    sets     `--set` texts
    options  name -> value: True is the option alone, a tuple several words; None and False are left out
    """
    words = ["fundsim", *verb.split(), *names]
    for text in sets:
        words += ["--set", text]
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words += map(_plain, value if isinstance(value, tuple) else (value,))
    return shlex.join(words)


def _plain(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
