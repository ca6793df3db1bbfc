"""Files that appear whole or not at all, whatever ends the process that writes them."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes, draft: Path | None = None) -> None:
    """Write beside the target, to the disk, then put it in its place; what was there before stays until then.

    draft  where it is written at first, on the same file system; beside the target unless given
    """
    draft = draft or path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
