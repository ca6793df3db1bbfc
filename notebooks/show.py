"""How the notebooks show sentences, tables and pictures: in a browser, and as plain text."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from fundsim.report.figures import GREY

WIDTH = 100  # letters in a line of plain text
COLOURS, DPI = 96, 100  # of a picture: few colours, so that it is small


class Sentences:
    """Sentences, a paragraph each."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = sentences

    def __repr__(self) -> str:
        return "\n".join(textwrap.fill(s, WIDTH) for s in self.sentences)

    def _repr_html_(self) -> str:
        return "\n".join(f"<p>{escape(s, quote=False)}</p>" for s in self.sentences)


def say(*sentences: str) -> Sentences:
    """Sentences with numbers from the code."""
    return Sentences(sentences)


class Table:
    """A small table; the first columns to the left, the others to the right."""

    def __init__(self, heads: Sequence[str], rows: Sequence[Sequence[Any]], left: int) -> None:
        self.rows = [[str(cell) for cell in row] for row in (heads, *rows)]
        self.left = left

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = []
        for row in self.rows:
            sides = ("<" if i < self.left else ">" for i in range(len(row)))
            cells = (f"{c:{s}{w}}" for c, s, w in zip(row, sides, widths, strict=True))
            lines.append("  ".join(cells).rstrip())
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])

    def _repr_html_(self) -> str:
        lines = []
        for number, row in enumerate(self.rows):
            tag, cells = "td" if number else "th", ""
            for place, cell in enumerate(row):
                side = "left" if place < self.left else "right"
                text = escape(cell, quote=False)
                cells += f'<{tag} style="text-align: {side}">{text}</{tag}>'
            lines.append(f"<tr>{cells}</tr>")
        return "<table>\n" + "\n".join(lines) + "\n</table>"


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], left: int = 1) -> Table:
    """A small table.  left  number of columns that hold words"""
    return Table(heads, rows, left)


class Picture:
    """A figure as a small PNG; the plain text says what it shows."""

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure, self.alt = figure, alt

    def __repr__(self) -> str:
        return textwrap.fill(f"[Figure: {self.alt}]", WIDTH)

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        whole, small = io.BytesIO(), io.BytesIO()
        self.figure.savefig(whole, format="png", dpi=DPI)
        Image.open(whole).convert("RGB").quantize(COLOURS).save(small, "png", optimize=True)
        return small.getvalue(), {"alt": self.alt}


def picture(figure: Figure, alt: str) -> Picture:
    """A figure, and in words what it shows."""
    return Picture(figure, alt)


def canvas(heading: str, note: str = "", height: float = 3.8) -> tuple[Figure, Axes]:
    """An empty figure that looks like the program's own.  note  stands small below"""
    figure = Figure(figsize=(8.2, height), layout="constrained")
    figure.suptitle(heading, x=0.01, ha="left", fontsize=11.5, fontweight="bold", wrap=True)
    figure.supxlabel(note, x=0.01, ha="left", fontsize=6.5, color=GREY)
    axes = figure.add_subplot()
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes
