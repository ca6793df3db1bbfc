"""What pictures for screen and print have in common: sheets, colours, axes, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from fundsim.report.language import ENGLISH, Language, marked
from fundsim.scenario.compose import Scenario

matplotlib.use("Agg")
matplotlib.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": 9.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "svg.hashsalt": "fundsim",
        "svg.fonttype": "none",
        "text.parse_math": False,
    }
)
Picture = Figure
BLUE, RED, GREEN, PINK, ORANGE, SKY, GREY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#666666",
)  # fmt: skip
PALETTE = (BLUE, RED, GREEN, PINK, ORANGE, SKY, GREY)
HATCHES = ("", "//", "..", "\\\\", "xx", "--", "oo")
KIND_LABELS = {
    "benefits": marked("Benefits to victims"),
    "office": marked("Office"),
    "caseworkers": marked("Caseworkers"),
    "decisions": marked("Decisions"),
    "legal_aid": marked("Legal aid"),
    "help": marked("Help with applications"),
    "assistance": marked("Assistance"),
    "reforms": marked("Reforms"),
    "subrogation": marked("Pursuing offenders"),
}
GROUP_LABELS = {
    "form.sexual": marked("Sexual exploitation"), "form.labour": marked("Labour exploitation"),
    "form.begging": marked("Forced begging"), "form.criminality": marked("Forced criminality"),
    "form.other": marked("Forced marriage or other"), "age.child": marked("Children"), "age.adult": marked("Adults"),
    "sex.female": marked("Women and girls"), "sex.male": marked("Men and boys"),
    "status.formal": marked("Formally identified"), "status.presumed": marked("Presumed victims"),
    "nationality.foreign": marked("Foreign nationals"), "nationality.national": marked("Nationals"),
}  # fmt: skip


def sheet(
    scenario: Scenario, heading: str, note: str, height: float = 4.6, say: Language = ENGLISH
) -> Figure:
    """An empty picture with its heading, and below it the country's footnote and where it comes from."""
    figure = Figure(figsize=(8.2, height), layout="constrained")
    figure.suptitle(heading, x=0.01, ha="left", fontsize=11.5, fontweight="bold", wrap=True)
    footnote = scenario.world.country.footnote
    lines = [text for text in (footnote and say(footnote), note) if text]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=6.5, color=GREY)
    return figure


def plain_sheet(heading: str, height: float = 4.4) -> Figure:
    """An empty picture of no scenario, with its heading."""
    figure = Figure(figsize=(8.2, height), layout="constrained")
    figure.suptitle(heading, x=0.01, ha="left", fontsize=11.5, fontweight="bold", wrap=True)
    return figure


def bare_sheet(height: float = 4.6) -> Figure:
    """An empty picture for a page that says itself what it shows and where it comes from."""
    return Figure(figsize=(8.2, height), layout="constrained")


def euro_axis(axes: Axes, say: Language = ENGLISH) -> None:
    """Short euro amounts on the upright axis, and light lines across."""
    axes.yaxis.set_major_formatter(FuncFormatter(say.short_euro))
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def say_undefined(axes: Axes, places: Iterable[float], values: Iterable[float], why: str) -> None:
    """A word where a bar would stand whose value is not defined.  places  of the bars;  why  no claims"""
    for place, value in zip(places, values, strict=True):
        if math.isnan(value):
            axes.text(0, place, f" {why}", va="center", fontsize=8.5, color=GREY)


def save_pictures(pictures: Mapping[str, Picture], folder: Path) -> None:
    """Write pictures by name as PNG and SVG."""
    for name, picture in pictures.items():
        title_ = name.replace("_", " ")
        picture.savefig(folder / f"{name}.png", dpi=150, metadata={"Title": title_})
        picture.savefig(folder / f"{name}.svg", metadata={"Title": title_, "Date": None})
