"""Random numbers as a pure function of who and what they are for (method §2).

A uniform is a keyed hash of (seed, country, stream, replication, year, k): nothing is stored,
nothing is passed on, and any worker can make any draw.  A stream is a name; adding one disturbs no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]

GAMMA = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_S41, _S12 = np.uint64(41), np.uint64(12)
PIECE = 1 << 15  # elements worked on at a time, so that they stay in the cache
TICKS = 4096  # ticks in a month: times are whole ticks, so that sums of times are exact


@lru_cache(maxsize=4096)
def word(name: str) -> np.uint64:
    """The first eight bytes of a name's SHA-256."""
    return np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))


def mix(z: Words) -> Words:
    """The 64-bit finaliser of splitmix64, in place; returns its argument."""
    shifted = z >> _S30
    z ^= shifted
    z *= _M1
    np.right_shift(z, _S27, out=shifted)
    z ^= shifted
    z *= _M2
    np.right_shift(z, _S31, out=shifted)
    z ^= shifted
    return z


@dataclass(frozen=True)
class Tie:
    """How much the draws of several countries have in common (method §19).

    dependence  0 to 1: share of the variance of each assumption and yearly draw that all countries share
    cases       whether victim k of a year, too, has the same draws in every country
    """

    dependence: float = 0.0
    cases: bool = False


UNTIED = Tie()
EVERYWHERE = "everywhere"  # in place of a country's code; no country has it
LEAST, MOST = 2.0**-53, 1 - 2.0**-53  # what a uniform with 52 bits can be


@dataclass(frozen=True)
class Streams:
    """Where all draws of one country and seed come from.

    seed     whole number, 0 or more
    country  ISO code; countries are independent of each other, unless tied
    tie      what the country's draws have in common with those of others
    """

    seed: int
    country: str
    tie: Tie = UNTIED

    def cohorts(
        self, replications: NDArray[np.int64], years: NDArray[np.int64], mass: int
    ) -> Words:
        """The word of each replication and calendar year.  [replication, year]

        mass  0 for ordinary victims and draws of no case, 1, 2, … for the mass cases of the year
        """
        country = EVERYWHERE if self.tie.cases else self.country
        root = mix(np.array([self.seed], dtype=np.uint64) ^ word(country))
        rows = mix(root + replications.astype(np.uint64) * GAMMA)
        columns = (256 * years + mass).astype(np.uint64) * GAMMA
        return mix(rows[:, None] + columns[None, :])

    def yearly(
        self, stream: str, replications: NDArray[np.int64], years: NDArray[np.int64], event: int = 0
    ) -> Floats:
        """Uniforms with 52 bits, never 0 or 1, that belong to no case.  [replication, year]"""
        key = np.uint64((int(word(stream)) + event * int(GAMMA)) % 2**64)
        return self.mixed(lambda of: _fine_uniforms(of.cohorts(replications, years, 0) + key))

    def of_replications(self, names: Sequence[str], replications: NDArray[np.int64]) -> Floats:
        """One uniform a replication (or set of assumptions) from each stream, never tied.  [stream, replication]"""
        cohort = self.cohorts(replications, np.zeros(1, dtype=np.int64), 0)[:, 0]
        keys = np.array([word(name) for name in names], dtype=np.uint64)
        return _fine_uniforms(cohort + keys[:, None])

    def mixed(self, draw: Callable[[Streams], Floats]) -> Floats:
        """Uniforms of which a part is common to all tied countries: a one-factor Gaussian copula.

        draw  gives the uniforms of untied streams: called for the country's own, and for everybody's
        """
        own, rho = Streams(self.seed, self.country), self.tie.dependence
        if rho == 0:
            return draw(own)
        common = draw(Streams(self.seed, EVERYWHERE))
        if rho == 1:
            return common
        z = np.sqrt(rho) * special.ndtri(common) + np.sqrt(1 - rho) * special.ndtri(draw(own))
        return np.asarray(np.clip(special.ndtr(z), LEAST, MOST))


def _fine_uniforms(words: Words) -> Floats:
    """Uniforms with 52 bits, never 0 or 1, from words that are not yet mixed."""
    return ((mix(mix(words)) >> _S12).astype(np.float64) + 0.5) * 2.0**-52


def case_words(cohort: Words, counts: NDArray[np.int64]) -> Words:
    """The word of each case: its cohort's word and its place k in the cohort, from 0.  [case]

    cohort  one word a cohort;  counts  cases of each cohort
    """
    starts = (np.cumsum(counts) - counts).astype(np.uint64)
    words = np.repeat(cohort + (np.uint64(1) - starts) * GAMMA, counts)
    for i in range(0, words.size, PIECE):
        piece = words[i : i + PIECE]
        piece += np.arange(i, i + piece.size, dtype=np.uint64) * GAMMA
        mix(piece)
    return words


def uniforms(words: Words, stream: str) -> Floats32:
    """One uniform a case from a stream, with 23 bits, never 0 or 1.  [case]"""
    key = word(stream)
    out = np.empty(words.size, dtype=np.float32)
    for i in range(0, words.size, PIECE):
        z = mix(words[i : i + PIECE] + key)
        z >>= _S41
        part = out[i : i + PIECE]
        np.copyto(part, z.view(np.int64), casting="same_kind")
        part += np.float32(0.5)
        part *= np.float32(2.0**-23)
    return out


def normals(words: Words, stream: str) -> Floats:
    """One standard normal a case from a stream, by inversion.  [case]"""
    out = np.empty(words.size)
    for i in range(0, words.size, PIECE):
        part = out[i : i + PIECE]
        part[:] = uniforms(words[i : i + PIECE], stream)
        special.ndtri(part, out=part)
    return out


def in_order(*keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of events sorted by the first key, then the next; ties keep the order they come in.

    keys  whole numbers, 0 or more.  [event]

    One whole number holds the keys and the place, so that sorting numbers, which is far quicker than
    sorting places, does; where 63 bits are too few, the places are sorted.
    """
    places = np.arange(keys[0].size)
    bits = [int(key.max(initial=0)).bit_length() for key in (*keys, places)]
    if sum(bits) > 63:
        return np.lexsort(keys[::-1])
    packed = keys[0]
    for key, width in zip((*keys[1:], places), bits[1:], strict=True):
        packed = (packed << width) + key
    return np.sort(packed) & ((1 << bits[-1]) - 1)


def whole_ticks(months: Floats | Floats32) -> NDArray[np.int64]:
    """Times in ticks."""
    return np.asarray((months * np.float64(TICKS)).astype(np.int64))


def to_ticks(months: Floats) -> Floats32:
    """Durations rounded to the nearest tick, in months; exact in 32 bits up to 4096 months."""
    return (np.rint(months * TICKS) / TICKS).astype(np.float32)
