"""What becomes of a range when somebody gives its key another value: by `--set`, a slider or a link.

A plain number moves all that is believed of the key: low and high keep their distances from the centre on
the key's natural scale (differences, ratios, or ratios of odds).  A number with an exclamation mark after
it (`0.3!`) is taken as certain.  A table says all of a number; `KEY.value` and its like a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from fundsim.scenario import files
from fundsim.scenario.assumption import BOUNDS, Assumption, Quantity, quantiles, read_number
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.files import File
from fundsim.scenario.numbers import Written
from fundsim.scenario.phases import PHASE, standing
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import World, assumptions, quantity_at

SET_NOTE = "set on the command line"
CERTAIN = "!"  # after a number


class Certain(Written):
    """A number that is taken as certain."""

    certain = True

    def __str__(self) -> str:
        return f"{float(self):g}{CERTAIN}"


@dataclass(frozen=True)
class Moved:
    """An uncertain number that was given another value.

    key  dotted;  then  as the files have it;  now  as it is
    """

    key: str
    then: Assumption
    now: Assumption

    @property
    def note(self) -> Phrase:
        """What a reader must be told."""
        low, high = _span(self.then)
        if not self.now.uncertain:
            return Phrase(
                "{key} is taken as certain; it was believed to lie between {low} and {high}",
                key=self.key, low=low, high=high,
            )  # fmt: skip
        now_low, now_high = map(rounded, _span(self.now))
        return Phrase(
            "{key} was moved and its range with it: {now_low} to {now_high} (files: {low} to {high})",
            key=self.key, now_low=now_low, now_high=now_high, low=low, high=high,
        )  # fmt: skip


def _span(a: Assumption) -> tuple[float, float]:
    """Between which numbers an uncertain one is believed to lie."""
    if a.low is None or a.high is None:  # one of some possible values
        return min(a.values), max(a.values)
    return a.low, a.high


def as_certain(sets: Sequence[str], moved: Sequence[Moved]) -> tuple[str, ...]:
    """The same overrides, with numbers certain that move with their range.  moved  of the scenario with them"""
    ranged = {one.key for one in moved if one.now.uncertain}
    return tuple(
        f"{text}{CERTAIN}" if text.partition("=")[0].strip() in ranged else text for text in sets
    )


def untied(links: Sequence[Any], moved: Sequence[Moved]) -> list[dict[str, Any]]:
    """The correlations, as tables, of which an override has made one side certain."""
    certain = {one.key for one in moved if not one.now.uncertain}
    tables = [link for link in links if isinstance(link, dict)]
    return [link for link in tables if certain & {link.get("first"), link.get("second")}]


def rounded(x: float) -> float:
    """A number that was worked out, for a reader: three figures."""
    return float(f"{x:.3g}")


def moved_to(value: float, a: Assumption, quantity: Quantity) -> Assumption:
    """What is believed of a number, about another centre.

    Low, high and possible values keep their distances from the centre on the natural scale, within the
    key's bounds.  At an end of what is possible (a share of 0 or 1, an amount of 0) no range is left.
    """
    ends = BOUNDS[quantity.scale]
    if value in (*ends, quantity.least, quantity.most):
        return a.model_copy(
            update={
                "value": value, "low": None, "high": None,
                "shape": "two_piece", "values": (), "probabilities": (),
            }
        )  # fmt: skip
    step = _step(value, a.value, "identity" if a.value in ends else quantity.scale)

    def there(x: float) -> float:
        return float(np.clip(round(step(x), 12), quantity.least, quantity.most))

    low, high = (None if x is None else there(x) for x in (a.low, a.high))
    now = a.model_copy(
        update={
            "value": value,
            # rounding must not put the centre outside
            "low": None if low is None else min(low, value),
            "high": None if high is None else max(high, value),
            "values": tuple(there(x) for x in a.values),
        }
    )
    try:
        quantiles(now, quantity, np.array([0.5]))
    except (
        ValueError
    ):  # a shape that wants its centre in the middle, or a range that it cannot have
        now = now.model_copy(update={"shape": "two_piece"})
    return now


def _step(value: float, centre: float, scale: str) -> Callable[[float], float]:
    """What takes the centre to the value, and all else as far on that scale."""
    match scale:
        case "log":
            return lambda x: x * (value / centre)
        case "logit":
            ratio = value * (1 - centre) / ((1 - value) * centre)
            return lambda x: ratio * x / (1 - x + ratio * x)
        case _:
            return lambda x: x + (value - centre)


def beliefs_moved(
    world: World, chain: Sequence[File], overrides: Sequence[File]
) -> Iterator[Moved]:
    """Each uncertain number of the files to which an override gives another value.

    world  with the overrides, as if their plain numbers were certain
    Raises `InputError` for a range in the files that is none, and for an exclamation mark after a number that is no
    assumption.
    """
    known = {key: (a, quantity) for key, a, quantity in assumptions(world)}
    before = {key: (file, raw) for file in chain for key, raw in files.leaves(file.data)}
    for key, given in (leaf for file in overrides for leaf in files.leaves(file.data)):
        if key.startswith(f"{PHASE}."):
            continue
        if key not in known:
            if isinstance(given, Certain):
                raise _never_uncertain(key, given)
            continue
        if key not in before or not (then := _read(key, *before[key])).uncertain:
            continue
        now, quantity = known[key]
        if isinstance(given, int | float) and not isinstance(given, Certain):
            now = moved_to(now.value, then, quantity)
            now = now.model_copy(update={"source": "judgement", "grade": None, "note": SET_NOTE})
        elif now.uncertain:  # a table with a range of its own
            continue
        yield Moved(key, then, now)


def _read(key: str, file: File, raw: Any) -> Assumption:
    """What a file says of a number, which an override has replaced."""
    try:
        return Assumption.model_validate(read_number(raw))
    except ValidationError as error:
        rule = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        line = files.line_of(file.lines, key)
        raise InputError(Problem(file.name, rule, line, key)) from None


def in_phases(
    data: Mapping[str, Any], now: Mapping[str, Any], filed: Mapping[str, Any], moved: list[Moved]
) -> dict[str, Any]:
    """What an override says of phases, with each number whole: what is believed of it moves along.

    data  of the override;  now  all tables, with the overrides before it;  filed  those of the files alone
    moved  takes up what was moved
    Raises `InputError` for an exclamation mark after a number that is no assumption.
    """
    if not isinstance(data.get(PHASE), dict):
        return dict(data)
    said = dict(data[PHASE])
    for year, tables in said.items():
        if not isinstance(tables, dict):
            continue
        there, before = standing(now, year), standing(filed, year)
        for key, given in _whole_numbers(tables):
            said[year] = _with(
                said[year],
                key.split("."),
                _in_phase(year, key, given, _at(there, key), _at(before, key), moved),
            )
    return {**data, PHASE: said}


def _whole_numbers(tables: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of the tables of a phase with its dotted key; parts of a number together."""
    for name, value in tables.items():
        key = f"{path}.{name}".strip(".")
        if files.is_value(value) or quantity_at(key.split(".")) is not None:
            yield key, value
        else:
            yield from _whole_numbers(value, key)


def _in_phase(year: str, key: str, given: Any, there: Any, before: Any, moved: list[Moved]) -> Any:
    """What an override says of one key in a phase.  there  what it has been until now;  before  what files say"""
    quantity = quantity_at(key.split("."))
    if isinstance(given, Certain) and quantity is None:
        raise _never_uncertain(f"{PHASE}.{year}.{key}", given)
    if quantity is None or not isinstance(there, dict) or "unit" not in there:
        return given
    if is_part(given):
        part = believed(given)
        return {k: v for k, v in there.items() if k != "grade" or "source" not in part} | part
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number:
        return given
    plain = {"value": given, "unit": there["unit"], "source": "judgement", "note": SET_NOTE}
    try:
        then = Assumption.model_validate(read_number(before))
        now = Assumption.model_validate({**plain, "value": float(given)})
        if then.uncertain and not isinstance(given, Certain):
            now = moved_to(float(given), then, quantity).model_copy(
                update={"grade": None, "source": "judgement", "note": SET_NOTE}
            )
    except ValidationError:  # told when all is read
        return plain
    if then.uncertain:
        moved.append(Moved(f"{PHASE}.{year}.{key}", then, now))
    return now.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | plain


def _at(tables: Any, key: str) -> Any:
    for name in key.split("."):
        tables = tables.get(name) if isinstance(tables, dict) else None
    return tables


def _with(tables: Any, path: Sequence[str], value: Any) -> Any:
    """Tables with another value at a path."""
    if not path:
        return value
    return {**tables, path[0]: _with(tables[path[0]], path[1:], value)}


def _never_uncertain(key: str, given: Certain) -> InputError:
    rule = f"is never uncertain; write it without “{CERTAIN}”"
    return InputError(Problem("--set", rule, key=key, value=str(given)))


def as_said(value: Any, old: Mapping[str, Any]) -> Any:
    """What is merged for an override of an uncertain number: a plain number is judgement, without a range as yet."""
    if isinstance(value, dict) or "value" not in old:
        return value
    return {"value": value, "unit": old["unit"], "source": "judgement", "note": SET_NOTE}


def is_part(value: Any) -> bool:
    """Whether an override gives some fields of an assumption (`level.value=80`), not all of it."""
    return isinstance(value, dict) and not {"value", "unit"} <= value.keys()


def believed(value: dict[str, Any]) -> dict[str, Any]:
    """What an override says of part of a number is judgement: the source was of another number."""
    said = "source" in value or not value.keys() - {"note", "unit", "grade"}
    return value if said else {"source": "judgement", "note": SET_NOTE, **value}
