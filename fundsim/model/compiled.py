"""The door to numba: loops over cases and months that become machine code when they are first called.

No fast arithmetic: the operations are those written, in that order.  The code is kept on disk, in a folder
that belongs to this machine's processor and to what the files of the model say now: a loop holds the code of those that
it calls, which may stand in other files, and must not outlive a change of them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
from llvmlite import binding as processor
from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])
config: Any = numba.config
ROOM = 2_000_000  # bytes, more than all loops take: 1.1 million


def compiled(loop: Loop) -> Loop:
    """The same function as machine code; division by zero gives what NumPy gives, places are not checked.

    It must always be called with the same types: then processes that compile it at the same time write the
    same files.
    """
    if FOLDER is None:
        return inside(loop)
    theirs, config.CACHE_DIR = config.CACHE_DIR, FOLDER
    try:
        return cast(Loop, njit(cache=True, error_model="numpy", nogil=True)(loop))
    except RuntimeError:  # it stands in no file
        return inside(loop)
    finally:
        config.CACHE_DIR = theirs


def inside(step: Loop) -> Loop:
    """A step that compiled loops call: it becomes part of them, for whatever types, and is not kept by itself."""
    return cast(Loop, njit(error_model="numpy", nogil=True)(step))


def _folder() -> str | None:
    """Where compiled loops are kept: as NUMBA_CACHE_DIR says, beside the package, or at home; None if nowhere."""
    machine = f"{processor.get_host_cpu_name()} {processor.get_host_cpu_features()}"
    of = hashlib.sha256(f"{machine} {numba.__version__} {llvmlite.__version__}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        of.update(path.name.encode() + path.read_bytes())
    beside, home = f"{Path(__file__).parent}/__pycache__", os.path.expanduser("~/.cache/fundsim")
    for root in (config.CACHE_DIR,) if config.CACHE_DIR else (beside, home):
        folder = os.path.join(root, f"loops-{of.hexdigest()[:16]}")
        try:
            os.makedirs(folder, exist_ok=True)
            with os.scandir(folder) as kept, tempfile.TemporaryFile(dir=folder) as trial:
                trial.write(bytes(0 if any(kept) else ROOM))
        except OSError:  # not to be written, or full
            continue
        return folder
    return None


FOLDER = _folder()
