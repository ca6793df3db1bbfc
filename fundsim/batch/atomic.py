"""Files that appear whole or not at all, whatever ends the process that writes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, data: bytes, draft: Path | None = None) -> None:
    """Write beside the target, to the disk, then put it in its place; what was there before stays until then.

    draft  where it is written at first, on the same file system; beside the target unless given
    Raises OSError with the file's own name if it cannot be written.
    """
    with _draft_of(path, draft) as there:
        with there.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(there, path)


def refuse_unwritable(path: Path) -> None:
    """Raises OSError with the file's name if it cannot be written: said before the work, not after it."""
    with _draft_of(path, None) as there:
        there.touch()


@contextmanager
def _draft_of(path: Path, draft: Path | None) -> Iterator[Path]:
    """A file beside it, gone afterwards; whatever fails names the file itself."""
    draft = draft or path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
