"""Pictures as bytes for a printed report: the same bytes each time, whatever was drawn before."""

from __future__ import annotations

import math
from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
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
    file, drawn = BytesIO(), deepcopy(picture)
    wrap_labels(drawn)
    drawn.savefig(file, **how)
    return file.getvalue()


def wrap_labels(picture: Picture) -> None:
    """Break the labels of axes that are longer than their axis, in whatever language: else their ends are cut off."""
    FigureCanvasAgg(picture).draw()  # type: ignore[no-untyped-call]
    for axes in picture.axes:
        box = axes.get_window_extent()
        for label, room in ((axes.xaxis.label, box.width), (axes.yaxis.label, box.height)):
            extent = label.get_window_extent()
            long = extent.width if label is axes.xaxis.label else extent.height
            text = " ".join(label.get_text().split())
            lines = math.ceil(long / room)
            if lines > 1:
                label.set_text("\n".join(wrap(text, math.ceil(1.1 * len(text) / lines))))
