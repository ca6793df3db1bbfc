"""Which model computed a figure: a stored result is used only by the model that would compute it again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from fundsim import __version__

PACKAGE = Path(__file__).parents[1]
FLOORS = ("scenario", "model", "analysis", "batch")
LIBRARIES = ("llvmlite", "numba", "numpy", "scipy")  # another version may differ in the last place


@lru_cache(maxsize=1)
def model_version() -> str:
    """The program's version, and eight hex digits over its code and the libraries that compute.

    Code of which no figure depends counts too: better computed anew than wrong.
    """
    digest = hashlib.sha256(" ".join(version(name) for name in LIBRARIES).encode())
    for floor in FLOORS:
        for path in sorted((PACKAGE / floor).rglob("*.py")):
            code = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{floor}/{path.name} {len(code)}\n".encode() + code)
    return f"{__version__}-{digest.hexdigest()[:8]}"
