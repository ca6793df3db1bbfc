"""Pictures of what drives an answer: ranking, tornado, Sobol' indices, value of information."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from fundsim.analysis.information import Worth
from fundsim.analysis.precision import Z95
from fundsim.analysis.sensitivity import Ranking, Swap
from fundsim.analysis.tornado import Tornado
from fundsim.report.figures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SKY,
    Picture,
    bare_sheet,
    sheet,
)
from fundsim.report.language import ENGLISH, Language, marked
from fundsim.report.wording import country_and_rest
from fundsim.scenario.assumption import Grade
from fundsim.scenario.compose import Scenario
from fundsim.scenario.total import total

MOST = 12  # bars
NAMES: Mapping[str, str] = MappingProxyType({})
GRADES = total(Grade, {marked("data"): GREEN, marked("partly"): SKY, marked("judgement"): ORANGE})


def _bars(
    scenario: Scenario | None, heading: str, note: str, number: int, say: Language
) -> tuple[Picture, Axes]:
    """One panel; without a scenario a bare one, for a page that has heading and source itself."""
    height = 0.32 * max(number, 2)
    figure = (
        bare_sheet(0.9 + height)
        if scenario is None
        else sheet(scenario, heading, note, 1.7 + height, say)
    )
    axes = figure.add_subplot()
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _names(axes: Axes, names: Sequence[str]) -> np.ndarray:
    """A row for each name, a long one on two lines."""
    places = np.arange(len(names))[::-1]
    short = [textwrap.shorten(name, 92, placeholder=" …") for name in names]
    lines = [textwrap.fill(name, 50, break_long_words=False) for name in short]
    axes.set_yticks(places, lines, fontsize=8)
    axes.set_ylim(-0.6, len(names) - 0.4)
    return places


def _grades(axes: Axes, say: Language) -> None:
    patches = [Patch(color=color, label=say(grade)) for grade, color in GRADES.items()]
    axes.legend(
        handles=patches, frameon=False, loc="lower right", title=say("rests on"), fontsize=8,
        title_fontsize=8,
    )  # fmt: skip


def ranking_bars(
    found: Ranking,
    note: str,
    say: Language = ENGLISH,
    called: Mapping[str, str] = NAMES,
    bare: bool = False,
) -> Picture:
    """Share of the variance due to assumptions that each explains alone, by grade.

    called     what assumptions are called, where not by their keys;  say, bare  as for `figures.cash_fan`
    """
    rows = [row for row in found.rows if row.told][:MOST]
    scenario = found.projection.scenario
    heading = say(
        "{title}: what {measure} hangs on",
        title=country_and_rest(scenario, say), measure=say(found.target.measure.label).lower(),
    )  # fmt: skip
    figure, axes = _bars(None if bare else scenario, heading, note, len(rows), say)
    names = [called.get(row.input.name, row.input.name) for row in rows]
    places = _names(axes, names)
    for place, row in zip(places, rows, strict=True):
        error = [[max(row.share - row.low95, 0)], [max(row.high95 - row.share, 0)]]
        axes.barh(place, row.share, color=GRADES[row.input.grade], height=0.7, xerr=error,
                  ecolor=GREY, error_kw={"lw": 0.9})  # fmt: skip
    axes.xaxis.set_major_formatter(FuncFormatter(say.share))
    axes.set_xlabel(say("Share of the variance due to assumptions (line: 95 % interval)"))
    _grades(axes, say)
    return figure


def swap_bars(swap: Swap, note: str, say: Language = ENGLISH) -> Picture:
    """First-order and total indices side by side.  say  as above"""
    scenario = swap.projection.scenario
    heading = say(
        "{title}: {measure}, alone and in combination",
        title=country_and_rest(scenario, say), measure=say(swap.target.measure.label).lower(),
    )  # fmt: skip
    figure, axes = _bars(scenario, heading, note, len(swap.names) * 2, say)
    places = _names(axes, [say(name) for name in swap.names])
    for name, shift, color, label in (
        ("first", 0.18, BLUE, say("alone (first order)")), ("total", -0.18, ORANGE, say("with all combinations (total)")),
    ):  # fmt: skip
        rows = [swap.row(i) for i in range(len(swap.names))]
        values = np.array([float(row[name]) for row in rows])
        low = np.array([float(row[f"{name}_low95"]) for row in rows])
        high = np.array([float(row[f"{name}_high95"]) for row in rows])
        axes.barh(
            places + shift, values, height=0.34, color=color, label=label, ecolor=GREY,
            xerr=np.maximum([values - low, high - values], 0), error_kw={"lw": 0.9},
        )  # fmt: skip
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.number(x)))
    axes.set_xlabel(say("Sobol' index (line: 95 % interval)"))
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    return figure


def tornado_bars(found: Tornado, note: str, say: Language = ENGLISH) -> Picture:
    """Low and high of each assumption around the centre.  say  as above"""
    bars = [bar for bar in found.bars if bar.width > 0][:MOST]
    m = found.target.measure
    heading = say(
        "{title}: {measure}, one assumption moved at a time",
        title=country_and_rest(found.scenario, say), measure=say(m.label).lower(),
    )  # fmt: skip
    figure, axes = _bars(found.scenario, heading, note, len(bars), say)
    places = _names(axes, [bar.input.name for bar in bars])
    for place, bar in zip(places, bars, strict=True):
        for change, color, end in (
            (bar.change_low.value, SKY, bar.input.low), (bar.change_high.value, RED, bar.input.high),
        ):  # fmt: skip
            axes.barh(place, change, left=found.centre.value, color=color, height=0.7)
            side = "left" if change >= 0 else "right"
            axes.annotate(
                say.number(end), (found.centre.value + change, place), fontsize=7, va="center", ha=side,
                xytext=(3 if change >= 0 else -3, 0), textcoords="offset points", color=GREY,
            )  # fmt: skip
    axes.axvline(found.centre.value, color=GREY, linewidth=0.8)
    axes.margins(x=0.08)
    if m.unit.startswith("EUR"):
        axes.xaxis.set_major_formatter(FuncFormatter(say.short_euro))
    elif m.unit == "share":
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda x, _: say("{number} %", number=say.fixed(100 * x)))
        )
    else:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: say.number(x)))
    axes.set_xlabel(say("{measure}, {unit}", measure=say(m.label), unit=say(m.unit)))
    handles = [
        Patch(color=SKY, label=say("at its low")),
        Patch(color=RED, label=say("at its high")),
    ]
    axes.legend(handles=handles, frameon=False, loc="lower right", fontsize=8)
    return figure


def worth_told(found: Worth, replications: int, say: Language = ENGLISH) -> list[str]:
    """What the amounts of a value of information are, under the weights that were stated; and that there are too few
    futures for groups, if so."""
    if found.weights is None:
        return []
    short, idle = map(say.number, found.weights)
    told = say(
        "These amounts are not money in the budget. They say by how much knowing would lower the average loss a year, if each "
        "euro missing counts as a loss of € {short} and each euro set aside but not needed as a loss of € {idle}.",
        short=short, idle=idle,
    )  # fmt: skip
    if replications >= found.enough:
        return [told]
    few = say(
        "{n} simulations are few for this: what a large group is worth may come out too low. {enough} or more are needed.",
        n=say.whole(replications), enough=say.whole(found.enough),
    )  # fmt: skip
    return [told, few]


def worth_bars(found: Worth, scenario: Scenario, note: str, say: Language = ENGLISH) -> Picture:
    """What knowing an assumption, or a group of them, would be worth a year.  say  as above"""
    singles = [v for v in found.singles if v.told][:MOST]
    groups = [v for v in found.groups if v.told][:6]
    both = [*((v, BLUE) for v in singles), *((v, ORANGE) for v in groups)]
    heading = say(
        "{title}: what is most worth finding out before setting the contribution",
        title=country_and_rest(scenario, say),
    )
    note = "\n".join(
        [*(textwrap.fill(text, 130) for text in worth_told(found, found.enough, say)), note]
    )
    figure, axes = _bars(scenario, heading, note, len(both), say)
    names = [
        v.name if color == BLUE else say("all of: {group}", group=say.of("group", v.name))
        for v, color in both
    ]
    places = _names(axes, names)
    for place, (v, color) in zip(places, both, strict=True):
        axes.barh(place, v.value.value, color=color, height=0.7, xerr=Z95 * (v.value.mc_error or 0),
                  ecolor=GREY, error_kw={"lw": 0.9})  # fmt: skip
    axes.axvline(
        found.evpi.ceiling.value, color=GREY, linestyle=":",
        label=say("knowing everything: at most"),
    )  # fmt: skip
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(FuncFormatter(say.short_euro))
    axes.set_xlabel(say("Average loss avoided, a year (line: 95 % interval)"))
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    return figure
