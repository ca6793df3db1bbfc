"""A scheme held against reality: bands of what was projected, dots of what was published."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fundsim.analysis.backtest import PERCENTS, Backtest
from fundsim.report.backtest.words import MEASURES, SHARES, amount
from fundsim.report.figures import BLUE, GREY, RED, Picture

WIDE, NARROW = "#dbe5f1", "#b3c9e4"  # of the bands of 80 and 50 %
MOST_PANELS, COLUMNS = 6, 2


def bands(found: Backtest, most: int = MOST_PANELS) -> Picture:
    """Panels of the measures that were predicted, those with the most figures first.

    Light: 80 of 100 simulations; darker: 50; line: the median.  Grey dots were known, blue ones lie within 80, red ones do not.
    """
    count = Counter(x.figure.measure for x in found.counted)
    measures = sorted(count, key=lambda name: (-count[name], list(MEASURES).index(name)))[:most]
    rows = max(math.ceil(len(measures) / COLUMNS), 1)
    figure = Figure(figsize=(8.2, 0.9 + 2.1 * rows), layout="constrained")
    inside = sum(x.inside(0.8) for x in found.counted)
    figure.suptitle(
        f"{found.scheme.title}: {inside} of {len(found.counted)} figures lie in the 80 % band",
        x=0.01, ha="left", fontsize=11, fontweight="bold", wrap=True,
    )  # fmt: skip
    for axes, measure in zip(
        figure.subplots(rows, COLUMNS, squeeze=False).ravel(),
        [*measures, *[""] * rows * COLUMNS],
        strict=False,
    ):
        if measure:
            _panel(axes, found, measure)
        else:
            axes.set_visible(False)
    return figure


def _panel(axes: Axes, found: Backtest, measure: str) -> None:
    path = dict(zip(PERCENTS, found.paths[measure], strict=True))
    years = np.array(found.years)
    shown = years <= max(x.figure.year for x in found.figures) + 1
    years = years[shown]
    axes.fill_between(years, path[0.1][shown], path[0.9][shown], color=WIDE, linewidth=0)
    axes.fill_between(years, path[0.25][shown], path[0.75][shown], color=NARROW, linewidth=0)
    axes.plot(years, path[0.5][shown], color=BLUE, linewidth=1.2)
    axes.axvline(found.scheme.cut + 0.5, color=GREY, linewidth=0.8, linestyle=":")
    for one in found.figures:
        if one.figure.measure != measure:
            continue
        colour = GREY if one.figure.use != "predicted" else BLUE if one.inside(0.8) else RED
        low, high = one.figure.low, one.figure.high
        axes.plot([one.figure.year] * 2, [low, high], color=colour, linewidth=1.5)
        axes.plot(one.figure.year, one.figure.value, "o", color=colour, markersize=4)
    axes.set_title(MEASURES[measure], fontsize=9, loc="left")
    axes.set_ylim(bottom=0)
    axes.tick_params(labelsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda x, _: f"{100 * x:.0f} %" if measure in SHARES else amount(measure, x))
    )
