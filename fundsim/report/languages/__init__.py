"""Which languages there are: English, one for each catalogue of this folder, and those derived from one.

Imports nothing heavy: the help of the commands lists them.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
# a code that ends in -Cyrl is derived from the catalogue of its Latin twin
DERIVED = {"sr-Cyrl": "sr-Latn"}


def codes() -> list[str]:
    """Every language there is, English first."""
    written = sorted(path.stem for path in FOLDER.glob("*.po"))
    return ["en", *written, *(code for code, twin in DERIVED.items() if twin in written)]
