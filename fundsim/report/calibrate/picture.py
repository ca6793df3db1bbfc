"""Yearly counts, what was fitted to them, and the years that were held out."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fundsim.analysis.fits import History
from fundsim.report.figures import BLUE, GREY, RED, Picture, plain_sheet

AHEAD = 3  # years after the last that the band is drawn for


def history_picture(history: History, year: int) -> Picture:
    """Dots are counts; the band holds a year's count with 80 %, the line the mean.  year  in whose level it is told"""
    first = min(one.year for one in history.counts)
    last = max(max(one.year for one in history.counts) + AHEAD, year)
    years = np.arange(first, last + 1)
    found = [history.fit.predicted(int(one)) for one in years]
    figure = plain_sheet(f"{history.key}: counts, and what they say of other years")
    axes = figure.subplots()
    axes.fill_between(
        years,
        [q[0.1] for q in found],
        [q[0.9] for q in found],
        color="#c9d8ea",
        label="80 of 100 years",
    )
    axes.plot(
        years,
        [history.fit.level(int(one)).value for one in years],
        color=BLUE,
        linewidth=2,
        label="fitted mean",
    )
    for one in history.counts:
        axes.plot([one.year, one.year], [one.low, one.high], "o-", color=GREY, markersize=5)
    for held in history.held:
        axes.plot(
            [held.count.year] * 2, [held.predicted[0.1], held.predicted[0.9]], color=RED, linewidth=1.5,
            label="80 % band from the years before" if held is history.held[0] else None,
        )  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.set_ylabel("Persons in the year")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0f}"))
    axes.legend(frameon=False)
    return figure
