"""The store: outcomes of blocks, found again by what they are of, on a local path or any fsspec address.

A part is a Parquet file of some replications of one scenario:

    MODEL/HASH/SEED-ENGINE/00000000-00000500.DIGEST.parquet

MODEL is `model_version`, HASH the scenario's, and DIGEST the beginning of the SHA-256 of the file itself, so that any
damage is noticed.  A part appears whole or not at all; whoever comes first writes it, and a second writer
would write the same.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import fsspec

from fundsim.batch import parquet
from fundsim.batch.atomic import write_whole
from fundsim.batch.version import model_version
from fundsim.scenario.assumption import Floats
from fundsim.scenario.errors import InputError, Problem

ALL = ["all"]  # what is asked of a part that shall hold every outcome
OLD = 86400.0  # s after which nobody still writes a file of a megabyte
DIGITS = 16  # of a file's digest, in its name
PART = re.compile(r"(\d{8,})-(\d{8,})\.([0-9a-f]{16})\.parquet$")
# what a killed writer leaves
LEFT = re.compile(r"\.(\d{8,}-\d{8,}|probe)\.(.*)\.(\d+)(?:-\d+)?\.tmp$")


@dataclass(frozen=True)
class Span:
    """What a part is of: replications first to before last of a scenario.

    scenario  its hash;  engine  what computed it, and what it is of if not outcomes
    """

    scenario: str
    seed: int
    first: int
    last: int
    engine: str = "numpy"

    @property
    def folder(self) -> str:
        """Where its part stands in a store."""
        return f"{model_version()}/{self.scenario}/{self.seed}-{self.engine}"

    @property
    def stem(self) -> str:
        """How the name of its part begins."""
        return f"{self.first:08d}-{self.last:08d}"


@dataclass(frozen=True)
class Part:
    """A file of a store.

    path  below the store;  model, scenario, run  as in the path;  bytes  its size;  at  when written, s since 1970
    left  what a killed writer left: no part at all
    """

    path: str
    model: str
    scenario: str
    run: str
    bytes: int
    at: float
    left: bool


@dataclass(frozen=True)
class Found:
    """What a store has of a span: names and outcomes [column, replication], or None; and whether a part was damaged."""

    names: tuple[str, ...] = ()
    table: Floats | None = None
    damaged: bool = False
    asked: tuple[str, ...] = ()


def refuse_unreachable(address: str) -> None:
    """Raises `InputError` for an address that no file system is known for, OSError if it cannot be written to."""
    with probe(address):
        pass


@contextmanager
def probe(address: str) -> Iterator[str]:
    """The name of a file that stands in the store meanwhile: who sees it sees the store.  Those of killed runs go.

    Raises as `refuse_unreachable` does.
    """
    fs, root = _opened(address)
    name = f".probe.{socket.gethostname()}.{os.getpid()}.tmp"
    with _as_os_error(address):
        fs.makedirs(root, exist_ok=True)
        for left in filter(_is_abandoned, _files(fs, root)):
            with suppress(FileNotFoundError):  # another run was quicker
                fs.rm_file(left)
        fs.pipe_file(f"{root}/{name}", b"")
    try:
        yield name
    finally:
        with _as_os_error(address), suppress(FileNotFoundError):  # two threads of the dashboard
            fs.rm_file(f"{root}/{name}")


@contextmanager
def _as_os_error(address: str) -> Iterator[None]:
    """Each library behind fsspec has errors of its own."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(errno.EIO, f"{type(error).__name__}: {error}", address) from error


def refuse_unknown(address: str) -> None:
    """Raises `InputError` for an address that no file system is known for."""
    _opened(address)


def refuse_missing(address: str) -> None:
    """Raises `InputError` where there is no store at an address."""
    fs, root = _opened(address)
    if not fs.isdir(root):
        raise InputError(Problem("store", "there is none", value=address))


@lru_cache(maxsize=8)
def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    try:
        fs, root = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        rule = f"cannot be used: {str(error).strip()}"
        raise InputError(Problem("--store", rule, value=address)) from None
    return fs, str(root).rstrip("/")


def find(address: str, span: Span, wanted: Sequence[str], apart: Sequence[str] = ()) -> Found:
    """The outcomes of a span, if the store has all that are wanted.

    wanted  names, or ALL.  A wanted outcome that the scenario does not have is no reason to look again.
    apart   names that ALL does not stand for
    """
    with _as_os_error(address):
        return _found(address, span, wanted, apart)


def _found(address: str, span: Span, wanted: Sequence[str], apart: Sequence[str]) -> Found:
    fs, root = _opened(address)
    damaged, asked = False, tuple[str, ...]()
    for path in _files(fs, f"{root}/{span.folder}"):
        named = PART.search(path)
        # more replications keep the earlier ones: a longer part holds the shorter
        if not named or int(named[1]) != span.first or int(named[2]) < span.last:
            continue
        try:
            data = _sound(fs, path)
        except FileNotFoundError:  # another writer has put a better one in its place
            continue
        if data is None:
            damaged = True
            continue
        has = tuple(parquet.note_of(data)["asked"])
        missing = set(wanted) - set(has)
        if not missing or (ALL[0] in has and missing.isdisjoint(apart)):
            names = None if ALL[0] in wanted else wanted
            names, table = parquet.numbers_from_bytes(data, names)
            return Found(names, table[:, : span.last - span.first], damaged, has)
        if int(named[2]) == span.last:
            asked = has
    return Found(damaged=damaged, asked=asked)


def _files(fs: Any, folder: str) -> list[str]:
    """The files in a folder, none if there is no such folder."""
    try:
        return sorted(str(path) for path in fs.ls(folder, detail=False, refresh=True))
    except FileNotFoundError:
        return []


def _sound(fs: Any, path: str) -> bytes | None:
    """What a part holds; None if it is not what was written."""
    named = PART.search(path)
    data = bytes(fs.cat_file(path))
    return data if named and hashlib.sha256(data).hexdigest()[:DIGITS] == named[3] else None


def keep(
    address: str, span: Span, names: Sequence[str], table: Floats, asked: Sequence[str]
) -> None:
    """Put the outcomes of a span into the store, in place of what it had of it.

    asked  what was wanted: `names` may be fewer, if the scenario does not have all
    """
    data = parquet.numbers_to_bytes(names, table, {"asked": sorted(asked)})
    with _as_os_error(address):
        _kept(address, span, data)


def _kept(address: str, span: Span, data: bytes) -> None:
    fs, root = _opened(address)
    folder = f"{root}/{span.folder}"
    new = f"{folder}/{span.stem}.{hashlib.sha256(data).hexdigest()[:DIGITS]}.parquet"
    try:
        _write(fs, folder, span.stem, new, data)
    except FileNotFoundError:  # who tidies up took the folder for an empty one
        _write(fs, folder, span.stem, new, data)
    for path in _files(fs, folder):
        if path.rpartition("/")[2].startswith(f"{span.stem}.") and path != new:
            # another writer was quicker, or on Windows reads it
            with suppress(FileNotFoundError, PermissionError):
                fs.rm_file(path)


def _write(fs: Any, folder: str, stem: str, path: str, data: bytes) -> None:
    """A file that appears whole or not at all; object stores do so by themselves."""
    fs.makedirs(folder, exist_ok=True)
    if not _is_local(fs):
        fs.pipe_file(path, data)
        return
    writer = f"{socket.gethostname()}.{os.getpid()}-{threading.get_ident()}"
    write_whole(Path(path), data, Path(folder) / f".{stem}.{writer}.tmp")


def _is_local(fs: Any) -> bool:
    return "file" in ((fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol)


def parts(address: str) -> Iterator[Part]:
    """Every file of a store, in order; those that are not its own are left out."""
    fs, root = _opened(address)
    fs.invalidate_cache()
    for path, facts in sorted(fs.find(root, detail=True).items()) if fs.exists(root) else ():
        own = str(path)[len(root) :].strip("/")
        places, name = own.split("/")[:-1], own.rpartition("/")[2]
        left = LEFT.match(name) is not None
        if len(places) == 3 and (PART.match(name) or left):
            at = facts.get("mtime") or facts.get("created") or facts.get("LastModified") or 0.0
            at = at.timestamp() if hasattr(at, "timestamp") else float(at)
            model, scenario, run = places
            yield Part(own, model, scenario, run, int(facts["size"] or 0), at, left)


def is_sound(address: str, part: Part) -> bool:
    """Whether a part is what was written."""
    fs, root = _opened(address)
    with suppress(FileNotFoundError):
        return not part.left and _sound(fs, f"{root}/{part.path}") is not None
    return False


def remove(address: str, part: Part) -> None:
    """Take a part away, and the folders that it leaves empty."""
    fs, root = _opened(address)
    with suppress(FileNotFoundError):
        fs.rm_file(f"{root}/{part.path}")
    if _is_local(fs):
        for folder in list(Path(root, part.path).parents)[:3]:
            with suppress(OSError):  # not empty
                folder.rmdir()


def is_abandoned(part: Part) -> bool:
    """Whether what a writer left is of one that is no more; of another machine's writers only its age can tell."""
    return _is_abandoned(part.path) or (part.left and time.time() - part.at > OLD)


def _is_abandoned(path: str) -> bool:
    found = LEFT.match(path.rpartition("/")[2])
    if found is None or found[2] != socket.gethostname():
        return False
    if sys.platform == "win32":
        return True  # a file that is open cannot be removed there
    try:
        os.kill(int(found[3]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    # one that nobody has waited for is no more, too; elsewhere than on Linux it cannot be told
    with suppress(OSError):
        return Path(f"/proc/{found[3]}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    return False


def tidy_up(address: str) -> None:
    """Remove what killed writers left.  Object stores have nothing of the kind: a file is there whole or not at all."""
    fs, _ = _opened(address)
    for part in parts(address) if _is_local(fs) else ():
        if is_abandoned(part):
            remove(address, part)
