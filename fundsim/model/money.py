"""Money in whole cents of 64 bits, and the refusal of what would not fit them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fundsim.scenario.assumption import Floats
from fundsim.scenario.errors import InputError, Problem

Cents = NDArray[np.int64]
MOST_CENTS = 2.0**53  # in one flow; 512 of them still fit
ROOM = 2.0**61  # in all that is added up: half of what 64 bits hold


def to_cents(euros: Floats, key: str) -> Cents:
    """Euro to whole cents, half to even.

    key  of the amount.  Raises `InputError` for an amount that is no number, or too large to be added up exactly.
    """
    cents = np.rint(euros * 100)
    if not np.all(np.abs(cents) <= MOST_CENTS):  # also where it is not a number
        raise refusal(key)
    return cents.astype(np.int64)


def refusal(key: str) -> InputError:
    """That money of a key comes to more than can be added up exactly."""
    rule = "comes to more than can be added up exactly in a future; a smaller amount, lower rates, or fewer years"
    return InputError(Problem("scenario", rule, key=key))
