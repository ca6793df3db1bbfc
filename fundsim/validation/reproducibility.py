"""Section 9: the same seed gives the same numbers, and bad input gives a message (section 10)."""

from __future__ import annotations

import hashlib
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.project import Projection, project
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.scenario import files
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.validation.check import Check, Group, Line, exact

REPLICATIONS = 1200
FILES = 200
KEYED = "every draw is a pure function of its key (docs/method.md §2)"


def short() -> Scenario:
    """A scenario of more than one block that runs in a second."""
    return load("montenegro+tariff", ["time.horizon_years=4", "time.runoff_years=2"])


def hash_of(projection: Projection) -> str:
    """SHA-256 over every column of every replication."""
    digest = hashlib.sha256()
    for name in projection.columns:
        digest.update(name.encode())
        digest.update(projection.column(name).tobytes())
    return digest.hexdigest()


def result_hash(seed: int) -> str:
    """The hash of a small run, to be compared between machines."""
    return hash_of(project([short()], REPLICATIONS, seed)[0])


def reproduced(seed: int) -> list[Check]:
    """One hash for any number of processes, and the same rows in any order and size of blocks."""
    scenario = short()
    hashes = [hash_of(project([scenario], REPLICATIONS, seed, workers)[0]) for workers in (1, 2, 1)]
    different = sum(h != hashes[0] for h in hashes[1:])

    whole = outcomes(simulate(scenario.world, seed, np.arange(300)))
    order = Streams(seed, "validation").of_replications(["block order"], np.arange(40))[0].argsort()
    edges = np.unique(np.concatenate([[0, 1, 8, 33, 300], 7 * np.arange(1, 37)]))
    pieces = [(int(a), int(b)) for a, b in pairwise(edges)]
    wrong = compared = 0
    for place in order:
        start, stop = pieces[int(place) % len(pieces)]
        part = outcomes(simulate(scenario.world, seed, np.arange(start, stop)))
        for name, values in part.items():
            wrong += int((values != whole[name][start:stop]).sum())
            compared += values.size
    other = hash_of(project([scenario], REPLICATIONS, seed + 1)[0])
    return [
        exact(Line("9.01", "One hash for any number of processes", f"project() of {REPLICATIONS:,} replications with 1 and 2 processes, and again; SHA-256 of every outcome", "hashes", KEYED), different, len(hashes) - 1),
        exact(Line("9.02", "The same outcomes in any blocks and order", "40 blocks of 1 to 7 replications and more, shuffled, against one of 300, to the bit", "values", KEYED), wrong, compared, least_number=1000, futures=300),
        exact(Line("9.03", "Another seed gives other numbers", "the hash of the next seed differs: the seed is used", "hashes", KEYED), int(other == hashes[0]), 1),
    ]  # fmt: skip


def mutated(seed: int) -> list[tuple[str, bytes]]:
    """Shipped country files with bytes flipped, cut out, doubled or replaced by hostile text."""
    shipped = list(files.shipped("base").items())
    hostile = (
        b"nan",
        b"inf",
        b"-1",
        b"1e400",
        b"true",
        b'"2%"',
        b"[]",
        b"= =",
        b"\x00",
        b"9" * 4000,
    )
    u = Streams(seed, "validation").yearly("bad files", np.arange(FILES), np.arange(6))
    found = []
    for row in u:
        name, path = shipped[int(row[0] * len(shipped))]
        text, kind = path.read_bytes(), int(row[1] * 5)
        at = int(row[2] * len(text))
        end = min(at + 1 + int(row[3] * 60), len(text))
        if kind == 0:
            text = text[:at] + bytes([int(row[4] * 256)]) + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + text[end:]
        elif kind == 2:
            text = text[:end] + text[at:end] + text[end:]
        elif kind == 3:
            text = text[:at]
        else:
            equals = text.find(b"= ", at)
            stop = min(
                x for x in (text.find(b",", equals), text.find(b"\n", equals), len(text)) if x >= 0
            )
            text = text[: equals + 2] + hostile[int(row[5] * len(hostile))] + text[stop:]
        found.append((name, text))
    return found


def bad_files(seed: int) -> list[Check]:
    """A damaged scenario file loads or is refused with a message; nothing else may happen."""
    forbidden = refused = 0
    with tempfile.TemporaryDirectory(prefix="fundsim-") as folder:
        for name, text in mutated(seed):
            path = Path(folder) / f"{name}.toml"
            path.write_bytes(text)
            try:
                load(f"{path}+tariff")
            except InputError as error:
                refused += 1
                forbidden += not str(error) or "Traceback" in str(error)
            except Exception:
                forbidden += 1
    line = Line(
        "10.01",
        "Damaged scenario files",
        f"{FILES} shipped files with bytes flipped, cut, doubled or made hostile; {refused} were refused with a message, the others loaded",
        "files",
        "reliability: a file is accepted or refused with a message, never anything else; rule of three (Hanley and Lippman-Hand 1983)",
    )
    return [exact(line, int(forbidden), FILES)]  # fmt: skip


GROUPS = (
    Group("9.01", "Reproducibility", reproduced),
    Group("10.01", "Damaged scenario files", bad_files),
)
