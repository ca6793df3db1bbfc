"""What changes with the phases of a fund: each year as its own phase has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundsim.scenario.schema import World


def by_era(world: World, years: NDArray[Any], of: Callable[[World], Any]) -> Any:
    """What a scenario says, where each year has its own phase.

    years  calendar years;  of  what a scenario says: a value or an array that fits the years, or several in a tuple
    returns  arrays, as many
    """
    (_, first), *later = world.eras
    said = of(first)
    if not isinstance(said, tuple):
        said = np.asarray(said)
    for from_year, era in later:
        new = of(era)
        if isinstance(said, tuple):
            pairs = zip(said, new, strict=True)
            said = tuple(np.where(years >= from_year, now, before) for before, now in pairs)
        else:
            said = np.where(years >= from_year, new, said)
    return said
