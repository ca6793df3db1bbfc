"""How long something takes."""

from __future__ import annotations

from typing import Annotated

from fundsim.scenario.record import Key, Table, when
from fundsim.scenario.schema.units import LogSd, Months


class Duration(Table):
    """A lognormal duration."""

    median: Months
    """Half of the cases take less."""
    sigma: Annotated[LogSd, Key(idle=when(".median", 0, why="the duration is 0"))]
    """Standard deviation of the logarithm; 0 makes it fixed."""
