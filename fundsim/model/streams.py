"""Random numbers as a pure function of who and what they are for (method §2).

A uniform is a keyed hash of (seed, country, stream, replication, year, k): nothing is stored,
nothing is passed on, and any worker can make any draw.  A stream is a name; adding one disturbs no other.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.model.compiled import compiled, inside

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]

GAMMA = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S12, _S27, _S30, _S31, _S41 = (np.uint64(places) for places in (12, 27, 30, 31, 41))
_HALF, _BITS23 = np.float32(0.5), np.float32(2.0**-23)
PIECE = 1 << 15  # elements worked on at a time, so that they stay in the cache
TICKS = 4096  # ticks in a month: times are whole ticks, so that sums of times are exact


@lru_cache(maxsize=4096)
def word(name: str) -> np.uint64:
    """The first eight bytes of a name's SHA-256."""
    return np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))


@inside
def _mixed(z: Any) -> Any:
    """The 64-bit finaliser of splitmix64."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@compiled
def _mix(words: Words) -> None:
    for i in range(words.size):
        words[i] = _mixed(words[i])


def mix(z: Words) -> Words:
    """Words finalised, of any shape; in place where they lie one after another."""
    flat = z.reshape(-1)
    _mix(flat)
    return flat.reshape(z.shape)


@dataclass(frozen=True)
class Tie:
    """How much the draws of several countries have in common (method §19).

    dependence  0 to 1: share of the variance of each assumption and yearly draw that all countries share
    cases       whether victim k of a year, too, has the same draws in every country
    guesses     keys of assumptions that are one guess for all countries: drawn once, whatever the dependence
    """

    dependence: float = 0.0
    cases: bool = False
    guesses: frozenset[str] = frozenset()


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

    @property
    def for_everybody(self) -> Streams:
        """The draws that tied countries have in common."""
        return Streams(self.seed, EVERYWHERE)

    def mixed(self, draw: Callable[[Streams], Floats]) -> Floats:
        """Uniforms of which a part is common to all tied countries: a one-factor Gaussian copula.

        draw  gives the uniforms of untied streams: called for the country's own, and for everybody's
        """
        own, rho = Streams(self.seed, self.country), self.tie.dependence
        if rho == 0:
            return draw(own)
        common = draw(self.for_everybody)
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
    words = np.empty(int(counts.sum()), dtype=np.uint64)
    _case_words(cohort, counts, words)
    return words


@compiled
def _case_words(cohort: Words, counts: NDArray[np.int64], words: Words) -> None:
    end = 0
    for c in range(cohort.size):
        first, end = end, end + counts[c]
        those = words[first:end]
        for k in range(those.size):
            those[k] = _mixed(cohort[c] + np.uint64(k + 1) * GAMMA)


@inside
def uniform(word: Any, key: Any) -> Any:
    """The uniform of a case from the stream with that word, with 23 bits, never 0 or 1."""
    return (np.float32(np.int64(_mixed(word + key) >> _S41)) + _HALF) * _BITS23


def uniforms(words: Words, stream: str) -> Floats32:
    """One uniform a case from a stream.  [case]"""
    out = np.empty(words.size, dtype=np.float32)
    fill_uniforms(words, word(stream), out)
    return out


@compiled
def fill_uniforms(words: Words, key: Any, out: Floats32) -> None:
    """One uniform a case from the stream with that word.  [case]"""
    for i in range(words.size):
        out[i] = uniform(words[i], key)


def below(words: Words, stream: str, rate: Floats32) -> NDArray[np.bool_]:
    """Whether each case's uniform from a stream lies below its rate.  [case]"""
    out = np.empty(words.size, dtype=np.bool_)
    _below(words, word(stream), rate, out)
    return out


@compiled
def _below(words: Words, key: Any, rate: Floats32, out: NDArray[np.bool_]) -> None:
    for i in range(words.size):
        out[i] = uniform(words[i], key) < rate[i]


def normals(words: Words, stream: str) -> Floats:
    """One standard normal a case from a stream, by inversion.  [case]"""
    out = np.empty(words.size)
    fill_normals(uniforms(words, stream), out)
    return out


CENTRE, SQUARE, TAIL = 0.425, 0.180625, 1.6  # of AS 241: half the middle's width, its square
_MIDDLE_ABOVE = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
_MIDDLE_BELOW = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)  # fmt: skip
_TAIL_ABOVE = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
_TAIL_BELOW = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0,
)  # fmt: skip


@inside
def _polynomial(coefficients: Any, x: Any) -> Any:
    """Its value, the highest power's coefficient first."""
    value = coefficients[0]
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value


@compiled
def fill_normals(u: Floats32, out: Floats) -> None:
    """The standard normals of uniforms: Wichura's AS 241 (1988), without the part beyond 1e-11.  [case]

    The middle first, for all, without a question that would halt the processor; then the tails.
    """
    tails, count = np.empty(u.size + 1, dtype=np.int64), 0
    for i in range(u.size):
        q = np.float64(u[i]) - 0.5
        r = SQUARE - q * q
        out[i] = _polynomial(_MIDDLE_ABOVE, r) * q / _polynomial(_MIDDLE_BELOW, r)
    for i in range(u.size):
        tails[count] = i
        count += int(abs(np.float64(u[i]) - 0.5) > CENTRE)
    far = np.empty(count)
    for k in range(count):
        far[k] = math.sqrt(-math.log(0.5 - abs(np.float64(u[tails[k]]) - 0.5))) - TAIL
    for k in range(count):
        far[k] = _polynomial(_TAIL_ABOVE, far[k]) / _polynomial(_TAIL_BELOW, far[k])
    for k in range(count):
        out[tails[k]] = math.copysign(far[k], np.float64(u[tails[k]]) - 0.5)


def in_order(*keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of events sorted by the first key, then the next; ties keep the order they come in.

    keys  whole numbers, 0 or more.  [event]

    One whole number holds the keys and the place, so that sorting numbers, which is far quicker than
    sorting places, does; where 63 bits are too few, the last keys are sorted by first.
    """
    places = np.arange(keys[0].size)
    bits = [int(key.max(initial=0)).bit_length() for key in (*keys, places)]
    if sum(bits) > 63 and len(keys) == 1:
        return np.argsort(keys[0], kind="stable")
    if sum(bits) > 63:
        by_last = in_order(*keys[1:])
        return by_last[in_order(keys[0][by_last])]
    packed = keys[0]
    for key, width in zip((*keys[1:], places), bits[1:], strict=True):
        packed = (packed << width) + key
    return np.sort(packed) & ((1 << bits[-1]) - 1)


@inside
def nearest_tick(months: Any) -> Any:
    """A duration rounded to the nearest tick, in months."""
    return np.float32(np.rint(months * TICKS) / TICKS)


def whole_ticks(months: Floats | Floats32) -> NDArray[np.int64]:
    """Times in ticks."""
    return np.asarray((months * np.float64(TICKS)).astype(np.int64))


def to_ticks(months: Floats) -> Floats32:
    """Durations rounded to the nearest tick, in months; exact in 32 bits up to 4096 months."""
    out = np.empty(months.size, dtype=np.float32)
    _to_ticks(months, out)
    return out


@compiled
def _to_ticks(months: Floats, out: Floats32) -> None:
    for i in range(months.size):
        out[i] = nearest_tick(months[i])
