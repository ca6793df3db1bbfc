"""The random numbers of docs/method.md §2 in Python's whole numbers, written from the page.

Slow and plain: the yardstick for `fundsim.model.streams`.  SHA-256 bytes are read lowest first.
"""

from __future__ import annotations

import hashlib

BITS = 2**64
GAMMA = 0x9E3779B97F4A7C15
# the published first outputs of splitmix64 with seed 1234567 (finaliser of 1, 2, … steps of γ)
PUBLISHED_SEED = 1234567
PUBLISHED = (
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
)


def mix(z: int) -> int:
    """The finaliser of splitmix64."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % BITS
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % BITS
    return z ^ (z >> 31)


def word(name: str) -> int:
    """The first eight bytes of a name's SHA-256."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def cohort(seed: int, country: str, replication: int, year: int, mass: int) -> int:
    """The word of a replication and calendar year."""
    row = mix((mix(seed ^ word(country)) + replication * GAMMA) % BITS)
    return mix((row + (256 * year + mass) * GAMMA) % BITS)


def case_uniform(cohort_word: int, k: int, stream: str) -> float:
    """The uniform of case k of a cohort, 23 bits."""
    case = mix((cohort_word + (k + 1) * GAMMA) % BITS)
    return ((mix((case + word(stream)) % BITS) >> 41) + 0.5) / 2**23


def yearly_uniform(cohort_word: int, stream: str, event: int) -> float:
    """A uniform that belongs to no case, 52 bits."""
    z = mix(mix((cohort_word + word(stream) + event * GAMMA) % BITS))
    return ((z >> 12) + 0.5) / 2**52
