"""Ruin over a finite horizon, exactly, by recursion on a lattice.

Cash after a period is cash before + income − benefits due, and futures that fall below zero leave: until
then everything due is paid, so that the rule for hard times does not matter (method §12).

De Vylder, Goovaerts (1988), Insurance: Mathematics and Economics 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft

from fundsim.scenario.assumption import Floats, Ints
from fundsim.validation.exact_sums import MOST_BEYOND, MOST_CELLS, TOLERANCE, Compound, refused

TRIM = 1e-13  # probability cut from each end of a distribution in each period, counted as ruin


@dataclass(frozen=True)
class Ruin:
    """Probability that the fund has fallen short by the end of each period, and bounds.  [period]"""

    value: Floats
    low: Floats
    high: Floats


def ruin(
    capital: float, income: Floats, claims: Sequence[Compound], tolerance: float = TOLERANCE
) -> Ruin:
    """Ruin over a finite horizon, looked at when each period ends; cash earns nothing.

    capital    at the opening, euro
    income     less running costs, in each period before its benefits are paid, euro  [period]
    claims     benefits due in each period, independent of each other, on lattices of one step
    tolerance  the most by which the bounds may differ
    raises     InputError with the reason: too coarse, or too large for memory
    """
    steps = {c.step for c in claims}
    if len(steps) != 1 or len(claims) != len(income):
        raise refused("ruin needs the benefits of each period, on lattices of one step")
    step = steps.pop()
    # benefits are whole cells, so money that does not fill a cell never decides
    cells = np.floor((capital + np.cumsum(income)) / step + 1e-9).astype(np.int64)
    even, down, up = (
        _recursion(cells, [getattr(c, which) for c in claims]) for which in ("even", "down", "up")
    )
    lost = 2 * MOST_BEYOND * np.arange(1, len(claims) + 1)  # and rounding errors
    low, high = np.minimum(down, even) - lost, np.maximum(up, even) + lost
    found = Ruin(even, np.maximum(low, 0.0), np.minimum(high, 1.0))
    width = float((found.high - found.low).max(initial=0.0))
    if width > tolerance:
        raise refused(
            f"the lattice is too coarse: with a step of € {step:g} the ruin probability is only known "
            f"within {width:.2g}, more than {tolerance:g}"
        )
    return found


def _recursion(cells: Ints, masses: Sequence[Floats]) -> Floats:
    """Follows what was paid so far; futures in which it exceeds what came in leave.  [period]

    cells   what has come in by each period's end, in steps;  masses  benefits of each period  [cell]
    """
    paid, first, found = np.ones(1), 0, np.zeros(len(masses))  # first: the cell of paid[0]
    kernels = {id(mass): _trimmed(mass)[0] for mass in masses}
    for t, mass in enumerate(masses):
        kernel, start = kernels[id(mass)], _leading(mass)
        size = min(paid.size + kernel.size - 1, int(cells[t]) + 1 - first - start)
        if paid.size == 0 or size <= 0:
            found[t:] = 1.0
            return found
        if paid.size + kernel.size > MOST_CELLS:
            raise refused("ruin would need too much memory: choose a larger step")
        length = fft.next_fast_len(paid.size + kernel.size - 1, real=True)
        product = fft.rfft(paid, length) * fft.rfft(kernel, length)
        paid, cut = _trimmed(np.maximum(fft.irfft(product, length)[:size], 0.0))
        first += start + cut
        found[t] = max(1 - float(paid.sum()), found[t - 1] if t else 0.0)
    return found


def _leading(mass: Floats) -> int:
    """How many cells at the beginning hold next to nothing."""
    return int(np.searchsorted(np.cumsum(mass), TRIM))


def _trimmed(mass: Floats) -> tuple[Floats, int]:
    """Without the ends that hold next to nothing, and how many cells the beginning lost."""
    start = min(_leading(mass), mass.size)
    stop = mass.size - int(np.searchsorted(np.cumsum(mass[::-1]), TRIM))
    return mass[start : max(stop, start)], start
