"""What a command is asked, as one value that is handed on; light, so that --help is quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """What several commands are asked in the same way; None where nothing was said.

    names         scenarios, as `load` takes them;  sets  key=value, --years among them
    replications  futures of each scenario;  seed;  workers  processes
    out           folder or file to write;  as_json  print JSON instead;  store  address of computed outcomes
    """

    names: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    out: Path | None = None
    as_json: bool = False
    store: str | None = None

    @property
    def name(self) -> str:
        """The scenario of a command that takes one."""
        return self.names[0]


@dataclass(frozen=True)
class Draws:
    """The futures that are drawn: how many of each scenario, from which seed, by how many processes."""

    replications: int
    seed: int
    workers: int
