"""What cases do at a stage: something happens to them, or lasts; loops over the cases that reach it.

Each draw, its rate and the comparison are one pass, so that nothing the size of a block is kept between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundsim.model.compiled import compiled
from fundsim.model.parameters import Parameters, value_at, value_of
from fundsim.model.streams import (
    PIECE,
    Floats32,
    Words,
    nearest_tick,
    normals,
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


@compiled
def _years(at: Floats, start: int, width: int, place: Ints) -> None:
    for i in range(at.size):
        year = np.floor(at[i] / 12) + np.float64(start)  # infinite for what never happens
        place[i] = np.int64(min(max(year, 0.0), np.float64(width - 1)))


@dataclass(frozen=True)
class Reached:
    """The cases that reach a stage, and what the draws of the next need.  All columns are [reached]

    case         place in the block;  word  key of its draws
    replication  place of its replication;  group  its place among the groups of `chances`
    year         place of the year whose rates hold
    """

    case: Ints
    word: Words
    replication: Ints
    group: Groups
    year: Ints

    def in_year(self, year: Ints) -> Reached:
        """The same in another year."""
        return replace(self, year=year)

    def only(self, chosen: Bools) -> Reached:
        """Those of them that go on."""
        some = int(np.count_nonzero(chosen))
        columns = (self.case, self.word, self.replication, self.group, self.year)
        go_on = tuple(np.empty(some, dtype=column.dtype) for column in columns)
        _only(chosen, *columns, *go_on)
        return Reached(*go_on)


@compiled
def _only(
    chosen: Bools, case: Ints, word: Words, replication: Ints, group: Groups, year: Ints,
    new_case: Ints, new_word: Words, new_replication: Ints, new_group: Groups, new_year: Ints,
) -> None:  # fmt: skip
    # all are written, each over the last who does not go on: a question would halt the processor
    place, k = np.empty(new_case.size + 1, dtype=np.int64), np.uintp(0)
    for i in range(chosen.size):
        place[k] = i
        k += np.uintp(chosen[i])
    for j in range(new_case.size):
        of = np.uintp(place[j])
        new_case[j], new_word[j], new_year[j] = case[of], word[of], year[of]
        new_replication[j], new_group[j] = replication[of], group[of]


def happens(stream: str, those: Reached, table: NDArray[Any]) -> Bools:
    """Whether a case's uniform lies below its rate.  [reached]

    table  rates [replication, year or 1]
    """
    out = np.empty(those.word.size, dtype=np.bool_)
    _happens(those.word, word(stream), table, those.replication, those.year, out)
    return out


@compiled
def _happens(
    words: Words, key: Any, table: NDArray[Any], replication: Ints, year: Ints, out: Bools
) -> None:
    for i in range(words.size):
        out[i] = uniform(words[i], key) < np.float32(value_at(table, replication[i], year[i]))


def happens_by_group(stream: str, those: Reached, table: Floats32) -> Bools:
    """Whether a case's uniform lies below the chance of its group.  [reached]

    table  chances [group, replication, year or 1]
    """
    out = np.empty(those.word.size, dtype=np.bool_)
    _happens_by_group(
        those.word, word(stream), table, those.group, those.replication, those.year, out
    )
    return out


@compiled
def _happens_by_group(
    words: Words, key: Any, table: Floats32, group: Groups, replication: Ints, year: Ints, out: Bools
) -> None:  # fmt: skip
    for i in range(words.size):
        chance = value_of(table, group[i], replication[i], year[i])
        out[i] = uniform(words[i], key) < chance


def lasts(
    parameters: Parameters, key: str, stream: str, those: Reached, longest: float
) -> Floats32:
    """Lognormal durations in whole ticks, cut at `longest` months, by the rates of the year.  [reached]"""
    months = np.empty(those.word.size, dtype=np.float32)
    sigma, median = parameters[f"{key}.sigma"], parameters[f"{key}.median"]
    for first in range(0, months.size, PIECE):
        piece = slice(first, first + PIECE)
        replication, year = those.replication[piece], those.year[piece]
        z = normals(those.word[piece], stream)
        _scale(z, sigma, replication, year)
        _months(np.exp(z, out=z), median, replication, year, longest, months[piece])
    return months


@compiled
def _scale(z: Floats, table: Floats, replication: Ints, year: Ints) -> None:
    for i in range(z.size):
        z[i] *= value_at(table, replication[i], year[i])


@compiled
def _months(
    z: Floats, median: Floats, replication: Ints, year: Ints, longest: float, months: Floats32
) -> None:
    for i in range(z.size):
        wait = z[i] * value_at(median, replication[i], year[i])
        months[i] = nearest_tick(min(wait, longest))


def withdraws(stream: str, those: Reached, hazard: Floats, months: Floats32) -> Bools:
    """Whether a case's wait is too long, by a constant hazard a month.  [reached]

    hazard  [replication, year or 1];  months  of the wait  [reached]
    """
    out = np.empty(months.size, dtype=np.bool_)
    for first in range(0, months.size, PIECE):
        piece = slice(first, first + PIECE)
        risk = -months[piece].astype(np.float64)
        _scale(risk, hazard, those.replication[piece], those.year[piece])
        np.negative(np.expm1(risk, out=risk), out=risk)
        np.less(uniforms(those.word[piece], stream), risk.astype(np.float32), out=out[piece])
    return out


@compiled
def put(column: Floats32, place: Ints, values: Floats32) -> None:
    """Write times at places of a column."""
    for i in range(place.size):
        column[np.uintp(place[i])] = values[i]
