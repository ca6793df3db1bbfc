"""Reading what a plan says of one key: a list, a range in steps, a sampled range, or what is believed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from fundsim.analysis.solve import TARIFF
from fundsim.batch.axis import Axis
from fundsim.scenario.errors import nearest
from fundsim.scenario.numbers import Written

RANGE_KEYS = ("from", "to", "steps", "spacing", "times")
SPACINGS = ("even", "ratio")


class Wrong(Protocol):
    """Is told the rule that is broken, the value found, and the nearest valid name."""

    def __call__(self, rule: str, value: Any = "", near: str = "") -> None: ...


def one_of(value: Any, options: Sequence[str], default: str, wrong: Wrong) -> str:
    """The value if it is one of the options, else the default, and what is wrong is told."""
    if value in options:
        return str(value)
    wrong(f"must be one of {', '.join(options)}", value, nearest(str(value), options))
    return default


def dotted(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Values by dotted key: `[levers.fund.amount] cap = [5]` is the same as `"fund.amount.cap" = [5]`."""
    inner = {*RANGE_KEYS, "at_least", "at_most", "over"}
    for key, value in table.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict) and value and not inner & value.keys():
            yield from dotted(value, here)
        else:
            yield here, value


def read_axis(key: str, said: Any, wrong: Wrong) -> Axis:
    """The values of a key, from what a plan says of them.

    wrong  is told what is wrong with it; an axis of one value is returned then
    """
    if said == "believed":
        if key == TARIFF:
            wrong("is a factor: give numbers")
        return Axis(key, believed=True)
    if isinstance(said, list):
        return _listed(key, said, False, wrong)
    if not isinstance(said, dict) or not said:
        rule = 'must be a list, a range { from = 1, to = 2, steps = 3 }, { times = [0.5, 1, 2] } or "believed"'
        wrong(rule, said)
        return Axis(key, values=(0,))
    for name in said:
        if name not in RANGE_KEYS:
            wrong(f"{name}: no such key", near=nearest(name, RANGE_KEYS))
    times = said.get("times", False)
    if isinstance(times, list):
        if len(said) > 1:
            wrong("a list of times goes without other keys")
        return _listed(key, times, True, wrong)
    return _ranged(key, said, times, wrong)


def _listed(key: str, said: list[Any], times: bool, wrong: Wrong) -> Axis:
    kinds = (int, float) if times or key == TARIFF else (int, float, str, bool)
    good = said and all(
        isinstance(v, kinds) and (not times or not isinstance(v, bool)) for v in said
    )
    if not good or any(isinstance(v, float) and not math.isfinite(v) for v in said):
        wrong("must be a list of finite numbers" + ("" if times else ", texts or true, false"))
        return Axis(key, values=(0,))
    if len({repr(v) for v in said}) < len(said):
        wrong("names a value twice")
    return Axis(key, values=tuple(said), times=times)


def _ranged(key: str, said: dict[str, Any], times: Any, wrong: Wrong) -> Axis:
    ends = [said.get(name) for name in ("from", "to")]
    words = [e for e in ends if e in ("low", "high")]
    numbers = [float(e) for e in ends if isinstance(e, int | float) and not isinstance(e, bool)]
    if len(words) + len(numbers) < 2 or (words and (times or key == TARIFF)):
        wrong("from and to must be numbers" + ("" if times else ", or low and high of the assumption"))  # fmt: skip
        return Axis(key, values=(0,))
    if len(numbers) == 2 and not (math.isfinite(sum(numbers)) and numbers[0] < numbers[1]):
        wrong("from must be below to, and both finite")
    ratio = one_of(said.get("spacing", "even"), SPACINGS, "even", wrong) == "ratio"
    if ratio and (words or min(numbers, default=0) <= 0):
        wrong("spacing by ratio needs numbers above 0")
    steps = said.get("steps", 0)
    if isinstance(steps, bool) or not isinstance(steps, int) or not (2 <= steps <= 100_000 or "steps" not in said):  # fmt: skip
        wrong(
            "steps must be a whole number, 2 or more (without it the range is sampled)",
            steps,
        )
        steps = 0
    if not isinstance(times, bool):
        wrong("times must be true, false or a list")
    start, stop = (e if isinstance(e, str | Written) else float(e) for e in ends if e is not None)
    return Axis(key, start=start, stop=stop, steps=steps, ratio=ratio, times=bool(times))  # type: ignore[arg-type]
