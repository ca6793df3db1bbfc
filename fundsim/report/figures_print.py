"""Pictures as bytes for a printed report: the same bytes each time, whatever was drawn before."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.ft2font import FT2Font

from fundsim.report.figures import Picture

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # DejaVu Sans, which pictures use
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")


@cache
def drawable() -> frozenset[str]:
    """The characters that DejaVu Sans has, upright and bold."""
    return frozenset.intersection(
        *(frozenset(map(chr, FT2Font(str(FONTS / face)).get_charmap())) for face in FACES)
    )


def png(picture: Picture, dpi: int = 200) -> bytes:
    """The picture as PNG, without the name of the program that drew it."""
    return _saved(picture, format="png", dpi=dpi, metadata={"Software": None})


def svg(picture: Picture) -> str:
    """The picture as an SVG document; its texts stay texts, in DejaVu Sans."""
    return _saved(picture, format="svg", metadata={"Date": None, "Creator": None}).decode("utf-8")


def _saved(picture: Picture, **how: Any) -> bytes:
    """Drawn from a copy: drawing settles the layout, and would change what is drawn next."""
    file = BytesIO()
    deepcopy(picture).savefig(file, **how)
    return file.getvalue()
