"""Pictures as bytes for a printed report: the same bytes each time, whatever was drawn before."""

from __future__ import annotations

from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib

from fundsim.report.figures import Picture

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # DejaVu Sans, which pictures use


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
