"""The picture of one drawn case: its events on a line of time, without the fund and with it."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

from fundsim.batch.atomic import put_file
from fundsim.report.figures import BLUE, GREEN, GREY, Picture, sheet
from fundsim.report.language import ENGLISH, Language, capital
from fundsim.report.trace.story import PARTS, Step, received
from fundsim.scenario.compose import Scenario

WIDEST = 76  # letters in a line of text beside an event
ROW = 0.27  # inches for a line of text
MOST_TICKS = 12  # years named on the axis, about


def timeline(
    steps: list[Step], scenario: Scenario, heading: str, note: str, say: Language = ENGLISH
) -> Picture:
    """The events of a case from top to bottom, each at its time; money in green.

    steps  as told by `story.tell`, in the language;  note  what stands below: where the case comes from
    """
    texts = {part: [_text(s) for s in steps if s.part == part] for part in PARTS}
    heights = [sum(t.count("\n") + 1.6 for t in texts[part]) for part in PARTS]
    figure = sheet(scenario, heading, note, 1.7 + ROW * sum(heights), say)
    panels = figure.subplots(len(PARTS), 1, sharex=True, height_ratios=heights)
    first, last = min(s.at for s in steps), max(s.at for s in steps)
    span = max(last - first, 6.0)
    for axes, part, color in zip(panels, PARTS, (GREY, BLUE), strict=True):
        own = [s for s in steps if s.part == part]
        _events(axes, own, texts[part], color, first + span / 2)
        axes.set_title(f"{capital(say(part))}: {received(steps, part, say)}", fontsize=9.5)
    foot = panels[-1]
    foot.set_xlim(first - 0.04 * span, first + 1.04 * span)
    every = 12 * max(1, round(span / 12 / MOST_TICKS))
    foot.xaxis.set_major_locator(MultipleLocator(every))
    foot.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _: f"{scenario.world.time.start_year + x / 12:.0f}")
    )
    foot.set_xlabel(say("January of the year"))
    return figure


def _text(step: Step) -> str:
    return textwrap.fill(f"{step.when}: {step.what}".replace("€ ", "€\u00a0"), WIDEST)


def _events(axes: Axes, steps: list[Step], texts: list[str], color: str, middle: float) -> None:
    """One row an event; its text on the side where there is room."""
    lines = [text.count("\n") + 1.6 for text in texts]
    rows = [-sum(lines[:i]) - lines[i] / 2 for i in range(len(lines))]
    axes.plot([s.at for s in steps], rows, drawstyle="steps-post", color=color, alpha=0.5, lw=1.2)
    for step, row, text in zip(steps, rows, texts, strict=True):
        own = GREEN if step.cents else color
        axes.plot(step.at, row, "D" if step.cents else "o", color=own, markersize=7)
        left = step.at <= middle
        axes.annotate(
            text, (step.at, row), xytext=(9 if left else -9, 0), textcoords="offset points",
            ha="left" if left else "right", va="center", fontsize=8.5, color=own,
            fontweight="bold" if step.cents else "normal",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
        )  # fmt: skip
    axes.set_ylim(-sum(lines), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def save_timeline(figure: Picture, file: Path, alt: str) -> None:
    """Write the picture whole or not at all, as the file's ending says; `alt` for who cannot see it.

    Raises OSError with the file's name if it cannot be written.
    """
    metadata = {"Title": alt} | ({"Date": None} if file.suffix == ".svg" else {})
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=150, format=file.suffix[1:], metadata=metadata)
    put_file(file, drawn.getvalue())
