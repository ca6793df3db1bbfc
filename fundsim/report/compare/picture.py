"""The picture of a comparison: how each variant differs from the first, year by year."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from fundsim.analysis.measures import shown_in
from fundsim.analysis.project import Projection
from fundsim.report.figures import GREY, PALETTE, Picture, euro_axis, sheet
from fundsim.report.language import ENGLISH, Language
from fundsim.report.wording import stamp, title

PANELS = [(m.name, at.words) for m, at in shown_in("changes by year")]
WIDE = 80  # letters of a line in the legend
STYLES = ("-", "--", ":", "-.")


def difference_fan(projections: Sequence[Projection], say: Language = ENGLISH) -> Picture:
    """Variant minus first in each year: the middle future and 9 of 10 futures.  say  the language of its texts"""
    first, *variants = projections
    panels = [(name, label) for name, label in PANELS if f"{name}@{first.years()[0]}" in first]
    heading = say("What changes beside {title}, year by year", title=title(first, say))
    height = 1.6 + 2.1 * len(panels)
    figure = sheet(first.scenario, heading, stamp(first, say), height, say)
    all_axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    years = [y for y in first.years() if all(y in v.years() for v in variants)]
    for axes, (name, label) in zip(all_axes, panels, strict=True):
        for number, variant in enumerate(variants):
            change = np.stack(
                [variant.column(f"{name}@{y}") - first.column(f"{name}@{y}") for y in years]
            )
            low, middle, high = np.percentile(change, (5, 50, 95), axis=1)
            color, style = PALETTE[number % len(PALETTE)], STYLES[number % len(STYLES)]
            axes.fill_between(years, low, high, color=color, alpha=0.16, linewidth=0)
            named = textwrap.fill(
                title(variant, say), WIDE
            )  # a wider one would leave no room to the axes
            axes.plot(years, middle, style, color=color, linewidth=2, label=named)
        axes.axhline(0, color=GREY, linewidth=0.8)
        euro_axis(axes, say)
        axes.set_ylabel(say("{measure},\nchange", measure=say(label)))
    all_axes[0].legend(
        frameon=False, loc="best", fontsize=8, title_fontsize=8,
        title=say("line: middle future; band: 9 of 10 futures"),
    )  # fmt: skip
    all_axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
