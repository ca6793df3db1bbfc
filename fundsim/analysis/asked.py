"""What is refused of a run before anything is computed, by commands and by calls from Python alike."""

from __future__ import annotations

import operator
from typing import Any

from fundsim.scenario.errors import InputError, Problem, nearest

ENGINES = ("numpy", "simpy")
MOST_REPLICATIONS = 100_000_000
# least, most, and how it is told
BOUNDS = {
    "replications": (1, MOST_REPLICATIONS, f"must be at least 1 and at most {MOST_REPLICATIONS:,}"),
    "seed": (0, 2**63 - 1, "must be between 0 and 2^63 - 1"),
    "workers": (1, 256, "must be between 1 and 256"),
}


def wrong_numbers(before: str = "", **given: Any) -> list[Problem]:
    """What is wrong with whole numbers of BOUNDS.  before  what stands before their names: -- of a command"""
    return [
        Problem(f"{before}{name}", rule, value=str(value))
        for name, value in given.items()
        if (rule := _rule(value, *BOUNDS[name]))
    ]


def _rule(value: Any, least: int, most: int, told: str) -> str:
    try:
        number = operator.index(value)
    except TypeError:
        return "must be a whole number"
    if isinstance(value, bool):
        return "must be a whole number"
    return "" if least <= number <= most else told


def refuse_engine(engine: Any, name: str) -> None:
    """Raises `InputError` for an engine that there is not.  name  of the option or parameter"""
    if engine not in ENGINES:
        near = nearest(str(engine), ENGINES)
        raise InputError(Problem(name, "must be numpy or simpy", value=str(engine), nearest=near))
