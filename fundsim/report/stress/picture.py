"""Pictures of stress: how often the fund falls short under each, and what each rule gives to victims."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import FuncFormatter, PercentFormatter

from fundsim.analysis import precision
from fundsim.analysis.hard_years import Rule
from fundsim.analysis.project import Projection
from fundsim.analysis.question import question
from fundsim.report.figures import BLUE, GREY, ORANGE, RED, Picture, say_undefined, sheet
from fundsim.report.language import ENGLISH
from fundsim.report.wording import country_and_rest
from fundsim.scenario.compose import Scenario


def stress_bars(
    base: Scenario, projections: Sequence[Projection], labels: Sequence[str], note: str
) -> Picture:
    """How often money is missing, and the share of victims paid, without and under each stress."""
    heading = f"{country_and_rest(base)}: how each stress changes it"
    figure = sheet(base, heading, note, 1.8 + 0.36 * len(projections))
    left, right = figure.subplots(1, 2, sharey=True)
    names = ["no stress", *labels]
    places = np.arange(len(names))[::-1]
    by_year = question(base.world) == "year"
    short = [
        precision.mean(p.column("too_small_rate"))
        if by_year
        else precision.probability(p.column("ruin"))
        for p in projections
    ]
    what = "Years with too small a budget" if by_year else "Futures with a shortfall"
    paid = [precision.ratio(p.column("paid_with"), p.column("identified")) for p in projections]
    for axes, figures, color, label in (
        (left, short, RED, what), (right, paid, BLUE, "Registered victims paid"),
    ):  # fmt: skip
        values = [f.value for f in figures]
        errors = [precision.Z95 * (f.mc_error or 0.0) for f in figures]
        axes.barh(places, values, xerr=errors, color=color, height=0.7, ecolor=GREY,
                  error_kw={"lw": 0.9})  # fmt: skip
        say_undefined(axes, places, values, "no victims")
        if np.isfinite(values[0]):
            axes.axvline(values[0], color=GREY, linestyle=":", linewidth=0.9)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlim(left=0)
        axes.set_xlabel(label)
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
    left.set_yticks(places, names)
    return figure


def rule_bars(base: Scenario, rules: Sequence[Rule], note: str) -> Picture:
    """What victims receive on a granted claim, on average and in the worst-off tenth; and paid in full."""
    heading = f"{country_and_rest(base)}: who bears hard years, by the rule when cash is short"
    figure = sheet(base, heading, note, 3.6)
    left, right = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(rules))[::-1]
    left.barh(
        places + 0.18, [r.received.value for r in rules], height=0.34, color=BLUE, label="all"
    )
    left.barh(
        places - 0.18, [r.worst_tenth.value for r in rules], height=0.34, color=ORANGE,
        label="worst-off tenth",
    )  # fmt: skip
    left.xaxis.set_major_formatter(FuncFormatter(ENGLISH.short_euro))
    left.set_xlabel("Received on a granted claim")
    left.legend(frameon=False, fontsize=8, loc="lower right")
    right.barh(places, [r.paid_in_full.value for r in rules], height=0.6, color=GREY)
    say_undefined(right, places, [r.paid_in_full.value for r in rules], "no claims")
    right.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    right.set_xlim(0, 1)
    right.set_xlabel("Granted claims paid in full")
    left.set_yticks(places, [r.label.replace(", with", ",\nwith") for r in rules])
    for axes in (left, right):
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
    return figure
