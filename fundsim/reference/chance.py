"""Chance: every uniform is a pure function of who and what it is for (method §2)."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from scipy import special

WORD = 2**64 - 1  # the words are numbers of 64 bits
GAMMA = 0x9E3779B97F4A7C15
TICKS = 4096  # in a month
_normal = NormalDist()


@cache
def word(name: str) -> int:
    """The word of a name: the first eight bytes of its SHA-256, the lowest first."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def mix(z: int) -> int:
    """The finaliser of splitmix64 (Stafford's variant 13)."""
    z &= WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WORD
    return z ^ (z >> 31)


@dataclass(frozen=True)
class Dice:
    """The draws of one replication, or of one set of assumptions, of a country."""

    seed: int
    country: str
    number: int

    def cohort(self, year: int, mass: int = 0) -> int:
        """The word of a calendar year; mass 0 for ordinary victims, 1, 2, … for its mass cases."""
        own = mix(mix(self.seed ^ word(self.country)) + self.number * GAMMA)
        return mix(own + (256 * year + mass) * GAMMA)

    def yearly(self, stream: str, year: int, event: int = 0) -> float:
        """A uniform with 52 bits that belongs to no case."""
        drawn = mix(mix(self.cohort(year) + word(stream) + event * GAMMA))
        return ((drawn >> 12) + 0.5) / 2**52

    def case(self, year: int, mass: int, k: int) -> CaseDice:
        """The draws of victim k of a year, or of a mass case of it."""
        return CaseDice(mix(self.cohort(year, mass) + (k + 1) * GAMMA))


@dataclass(frozen=True)
class CaseDice:
    """The draws of one victim."""

    key: int

    def uniform(self, stream: str) -> float:
        """A uniform with 23 bits."""
        return ((mix(self.key + word(stream)) >> 41) + 0.5) / 2**23

    def normal(self, stream: str) -> float:
        """A standard normal, by inversion."""
        return normal(self.uniform(stream))


def normal(u: float) -> float:
    """The standard normal's quantile (Wichura's AS 241)."""
    return _normal.inv_cdf(u)


def single(x: float) -> float:
    """A number rounded to 32 bits, as chances are before they are compared with a uniform."""
    return float(np.float32(x))


def happens(u: float, chance: float) -> bool:
    """Whether a uniform of a case lies below a chance."""
    return u < single(chance)


def poisson(u: float, mean: float) -> int:
    """The smallest n with P(Poisson(mean) ≤ n) ≥ u."""
    n = 0
    while mean > 0 and special.pdtr(n, mean) < u:
        n += 1
    return n


def to_tick(months: float) -> float:
    """A duration rounded to the nearest tick."""
    return round(months * TICKS) / TICKS


def down_to_tick(months: float) -> float:
    """A time cut down to the tick."""
    return math.floor(months * TICKS) / TICKS


def lasts(z: float, median: float, sigma: float, longest: float) -> float:
    """A lognormal duration in months, cut and rounded to the tick.  z  standard normal"""
    return to_tick(min(median * math.exp(sigma * z), longest))


def cents(euros: float) -> int:
    """Euro to whole cents, half to even."""
    return round(euros * 100)
