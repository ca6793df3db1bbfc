"""The picture of a batch: cost against victims for every design, and the front that no design beats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, PercentFormatter

from fundsim.analysis.precision import Z95
from fundsim.batch.designs import Country
from fundsim.batch.plan import Plan
from fundsim.report.figures import BLUE, GREY, ORANGE, Picture
from fundsim.report.language import ENGLISH
from fundsim.report.sweep.designs import country_names, label_of
from fundsim.scenario.compose import load

MOST_DOTS = 5000  # designs drawn of a country, evenly taken; the front is always whole


def front_picture(plan: Plan, countries: Sequence[Country], note: str) -> Picture:
    """One panel a country: all designs, the front with its noise, and the best if there is one."""
    across = min(len(countries), 3)
    down = -(-len(countries) // across)
    figure = Figure(figsize=(8.2, 1.5 + 2.9 * down), layout="constrained")
    footnotes = [load(c.name).world.country.footnote for c in countries]
    lines = [*dict.fromkeys(text for text in footnotes if text), note]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=6.5, color=GREY)
    names, panels = country_names(countries), figure.subplots(down, across, squeeze=False).ravel()
    for axes, c in zip(panels, countries, strict=False):
        _panel(axes, plan, c, names[c.name])
    for axes in panels[len(countries) :]:
        axes.set_axis_off()
    handles = [
        Line2D([], [], color=GREY, marker=".", linestyle="", alpha=0.6, label="a design"),
        Line2D([], [], color=BLUE, marker="o", markersize=4, label="the front, with 95 % Monte Carlo interval"),
    ]  # fmt: skip
    if any(c.best and c.best.choice.best is not None for c in countries):
        handles.append(Line2D([], [], color=ORANGE, marker="*", markersize=11, linestyle="", label="the best within the limits"))  # fmt: skip
    # the heading stands in the legend: two things above the panels would overlap
    figure.legend(
        handles=handles, loc="outside upper left", ncols=3, frameon=False, fontsize=8, alignment="left",
        title="What more money buys: the designs that no other beats in cost and victims",
        title_fontproperties={"size": 11.5, "weight": "bold"},
    )  # fmt: skip
    return figure


def _panel(axes: Axes, plan: Plan, c: Country, name: str) -> None:
    every = np.unique(np.linspace(0, c.cost.value.size - 1, MOST_DOTS).round().astype(int))
    axes.plot(
        c.cost.value[every], c.victims.value[every], ".", color=GREY, alpha=0.35, markersize=4
    )
    on = c.front
    axes.step(c.cost.value[on], c.victims.value[on], where="post", color=BLUE, linewidth=1.2)
    axes.errorbar(
        c.cost.value[on], c.victims.value[on], xerr=Z95 * np.nan_to_num(c.cost.error[on]),
        yerr=Z95 * np.nan_to_num(c.victims.error[on]), fmt="o", color=BLUE, markersize=3.5, elinewidth=0.8,
    )  # fmt: skip
    if c.best is not None and (best := c.best.choice.best) is not None:
        axes.plot(c.cost.value[best], c.victims.value[best], "*", color=ORANGE, markersize=13,
                  markeredgecolor="black", markeredgewidth=0.5)  # fmt: skip
    if not on.size:
        axes.text(
            0.5, 0.5, "no design has both figures", transform=axes.transAxes, ha="center",
            fontsize=8, color=GREY,
        )  # fmt: skip
    axes.set_title(name, fontsize=10)
    axes.set_xlabel(label_of(plan.front.cost), fontsize=8)
    axes.set_ylabel(label_of(plan.front.victims), fontsize=8)
    axes.tick_params(labelsize=8)
    if plan.front.cost.measure.startswith(("due", "outgo", "contribution", "capital")):
        axes.xaxis.set_major_formatter(FuncFormatter(ENGLISH.short_euro))
        axes.xaxis.get_major_locator().set_params(nbins=4)  # type: ignore[call-arg]
    if plan.front.victims.measure.startswith("share"):
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
