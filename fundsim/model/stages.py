"""What cases do at a stage: something happens to them, or lasts; loops over the cases that reach it.

Each draw, its rate and the comparison are one pass, so that nothing the size of a block is kept between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundsim.model.compiled import compiled, inside
from fundsim.model.parameters import Parameters, value_at, value_of
from fundsim.model.streams import (
    PIECE,
    Floats32,
    Words,
    normals,
    to_ticks,
    uniform,
    uniforms,
    word,
)
from fundsim.scenario.assumption import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Groups = NDArray[np.int8]


@dataclass(frozen=True)
class Clock:
    """Turns months from the opening into places on the table of years."""

    start: int  # place of the opening's year in parameters.years
    width: int  # number of years

    def year(self, at: Floats32 | Floats) -> Ints:
        """Place of the calendar year of a time, cut to the ends of the table."""
        place = np.empty(at.size, dtype=np.int64)
        _years(at.astype(np.float64, copy=False), self.start, self.width, place)
        return place


@inside
def year_of(at: Any, start: int, width: int) -> Any:
    """Place of the calendar year of a time, for one case; as `Clock.year`."""
    year = math.floor(np.float64(at) / 12) + np.float64(start)
    return np.int64(min(max(year, 0.0), np.float64(width - 1)))


@compiled
def _years(at: Floats, start: int, width: int, place: Ints) -> None:
    for i in range(at.size):
        place[i] = year_of(at[i], start, width)


@dataclass(frozen=True)
class Reached:
    """The cases that reach a stage, and what the draws of the next need.  All columns are [reached]

    case         place in the block;  word  key of its draws
    replication  place of its replication;  group  its place among the groups of `chances`
    """

    case: Ints
    word: Words
    replication: Ints
    group: Groups

    def only(self, chosen: Bools) -> Reached:
        """Those of them that go on."""
        some = int(np.count_nonzero(chosen))
        columns = (self.case, self.word, self.replication, self.group)
        # one place more, for the last who does not go on
        gone = tuple(np.empty(some + 1, dtype=column.dtype) for column in columns)
        _only(chosen, *columns, *gone)
        return Reached(*(column[:some] for column in gone))


@compiled
def _only(
    chosen: Bools, case: Ints, word: Words, replication: Ints, group: Groups,
    new_case: Ints, new_word: Words, new_replication: Ints, new_group: Groups,
) -> None:  # fmt: skip
    # all are written, each over the last who does not go on: a question would halt the processor
    k = 0
    for i in range(chosen.size):
        new_case[k], new_word[k] = case[i], word[i]
        new_replication[k], new_group[k] = replication[i], group[i]
        k += int(chosen[i])


def happens(stream: str, words: Words, table: NDArray[Any], replication: Ints, year: Ints) -> Bools:
    """Whether a case's uniform lies below its rate.  [case]

    table  rates [replication, year or 1];  year  place of the year that they are read at
    """
    out = np.empty(words.size, dtype=np.bool_)
    _happens(words, word(stream), table, replication, year, out)
    return out


@compiled
def _happens(
    words: Words, key: Any, table: NDArray[Any], replication: Ints, year: Ints, out: Bools
) -> None:
    for i in range(words.size):
        out[i] = uniform(words[i], key) < np.float32(value_at(table, replication[i], year[i]))


def happens_by_group(stream: str, those: Reached, table: Floats32, year: Ints) -> Bools:
    """Whether a case's uniform lies below the chance of its group.  [reached]

    table  chances [group, replication, year or 1]
    """
    out = np.empty(those.word.size, dtype=np.bool_)
    _happens_by_group(those.word, word(stream), table, those.group, those.replication, year, out)
    return out


@compiled
def _happens_by_group(
    words: Words, key: Any, table: Floats32, group: Groups, replication: Ints, year: Ints, out: Bools
) -> None:  # fmt: skip
    for i in range(words.size):
        chance = value_of(table, group[i], replication[i], year[i])
        out[i] = uniform(words[i], key) < chance


def lasts(
    parameters: Parameters, key: str, stream: str, words: Words,
    replication: Ints, year: Ints, longest: float,
) -> Floats32:  # fmt: skip
    """Lognormal durations in whole ticks, cut at `longest` months, by the rates of the year.  [case]"""
    months = np.empty(words.size, dtype=np.float32)
    sigma, median = parameters[f"{key}.sigma"], parameters[f"{key}.median"]
    for first in range(0, words.size, PIECE):
        piece = slice(first, first + PIECE)
        z = normals(words[piece], stream)
        _scale(z, sigma, replication[piece], year[piece])
        np.exp(z, out=z)
        _scale(z, median, replication[piece], year[piece])
        months[piece] = to_ticks(np.minimum(z, longest, out=z))
    return months


@compiled
def _scale(z: Floats, table: Floats, replication: Ints, year: Ints) -> None:
    for i in range(z.size):
        z[i] *= value_at(table, replication[i], year[i])


def withdraws(
    stream: str, words: Words, hazard: Floats, months: Floats32, replication: Ints, year: Ints
) -> Bools:
    """Whether a case's wait is too long, by a constant hazard a month.  [case]

    hazard  [replication, year or 1];  months  of the wait  [case]
    """
    out = np.empty(words.size, dtype=np.bool_)
    for first in range(0, words.size, PIECE):
        piece = slice(first, first + PIECE)
        risk = -months[piece].astype(np.float64)
        _scale(risk, hazard, replication[piece], year[piece])
        np.negative(np.expm1(risk, out=risk), out=risk)
        np.less(uniforms(words[piece], stream), risk.astype(np.float32), out=out[piece])
    return out


@compiled
def put(column: Floats32, place: Ints, values: Floats32) -> None:
    """Write times at places of a column."""
    for i in range(place.size):
        column[place[i]] = values[i]
