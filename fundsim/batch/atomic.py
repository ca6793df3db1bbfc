"""Files and folders that appear whole or not at all, whatever ends the process that writes them.

Who writes a file or folder claims it first: a hidden folder `.fundsim-NAME` beside it is locked, and holds the draft.
The system ends the lock with the process, so the next one knows that what lies there was left, and removes it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fundsim.scenario.errors import NO_ACCESS, FundsimError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

HERE, EXCHANGE = -100, 2  # of Linux's renameat2: AT_FDCWD and RENAME_EXCHANGE
EARLIER = "earlier"  # where the earlier folder waits while it is replaced in two steps
_mine: set[tuple[Path, int]] = set()  # drafts that a thread of this process has claimed


class InUseError(FundsimError):
    """Another process writes the same file or folder."""

    exit_code = NO_ACCESS


@contextmanager
def claimed(path: Path) -> Iterator[Path]:
    """An empty hidden folder for the draft of a file or folder, which this thread alone has until the end.

    Within a claim the same claim holds again.  Raises `InUseError` if another process has it, OSError with the path's
    own name if nothing can be written beside it.
    """
    place = Path(os.path.abspath(path))
    draft = place.with_name(f".fundsim-{place.name}")
    me = draft, threading.get_ident()
    if me in _mine:
        yield draft
        return
    lock = None
    try:
        lock = _locked(draft, path)
        _clear(draft, place)
    except OSError as error:
        if lock is not None:
            os.close(lock)
        raise OSError(error.errno, error.strerror, str(path)) from error
    _mine.add(me)
    try:
        yield draft
    finally:
        _mine.discard(me)
        with suppress(OSError):
            _clear(draft, place)
            draft.rmdir()
        if lock is not None:
            os.close(lock)


def _locked(draft: Path, path: Path) -> int | None:
    """The lock of the hidden folder, which is made if need be; None where there are no locks, and it was not there."""
    while True:
        try:
            draft.mkdir()
            new = True
        except FileExistsError:
            new = False
        if fcntl is not None:
            try:
                lock = os.open(draft, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            except FileNotFoundError:  # whoever had it has just ended
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if draft.exists() and os.path.samestat(os.fstat(lock), draft.stat()):
                    return lock
                os.close(lock)  # of one that has just ended
                continue
            except BlockingIOError:
                os.close(lock)
                rule = "another fundsim writes it; wait for it, or choose another place"
                raise InUseError(f"{path}: is in use: {rule}") from None
            except OSError:  # a file system that has no locks
                os.close(lock)
        if new:
            return None
        rule = (
            f"another fundsim writes it, or was killed: if none runs, delete {draft.name} beside it"
        )
        raise InUseError(f"{path}: is in use: {rule}")


def _clear(draft: Path, place: Path) -> None:
    """Remove what is in the hidden folder; a killed process may have left there what stood in the place."""
    if (draft / EARLIER).exists() and not place.exists():
        os.rename(draft / EARLIER, place)
    for left in draft.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()


def put_folder(new: Path, place: Path) -> None:
    """Put a folder from a draft in its place, instead of what stands there.

    On Linux the two are exchanged at one stroke; elsewhere the place is empty for a moment, and whatever happens in it
    the next claim puts the earlier folder back.
    """
    if not place.exists():
        os.rename(new, place)
    elif not _exchanged(new, place):
        os.rename(place, new.with_name(EARLIER))
        os.rename(new, place)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the system could exchange two folders."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):  # an older C library
        return False
    return bool(rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0)


def put_file(path: Path, data: bytes) -> None:
    """Put a file in its place, whole or not at all, under a claim.  Raises as `claimed` and `write_whole` do."""
    with claimed(path) as draft:
        write_whole(path, data, draft / path.name)


def write_whole(path: Path, data: bytes, draft: Path | None = None) -> None:
    """Write elsewhere, to the disk, then put it in its place; what was there before stays until then.

    draft  where it is written at first, on the same file system; beside the target unless given
    Raises OSError with the file's own name if it cannot be written.
    """
    draft = draft or path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
