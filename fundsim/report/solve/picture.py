"""Pictures of what it takes: contribution and capital against confidence, and against each other."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

from fundsim.analysis.needs import Needs, enough
from fundsim.analysis.solve import Solution
from fundsim.report.figures import BLUE, RED, Picture, bare_sheet, sheet
from fundsim.report.language import ENGLISH, Language
from fundsim.report.wording import country_and_rest
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario

SHARES = np.concatenate([np.linspace(0.05, 0.95, 37), [0.96, 0.97, 0.98, 0.99]])


def _panels(
    scenario: Scenario | None, heading: str, note: str, number: int, say: Language = ENGLISH
) -> tuple[Picture, list[Axes]]:
    """Panels side by side; without a scenario bare ones, for a page that has heading and source itself."""
    figure = bare_sheet(3.0) if scenario is None else sheet(scenario, heading, note, 4.4, say)
    axes = list(figure.subplots(1, number, squeeze=False)[0])
    for one in axes:
        one.grid(color="#dddddd", linewidth=0.6)
        one.set_axisbelow(True)
    return figure, axes


def confidence_curve(
    found: Needs, target: float, note: str, say: Language = ENGLISH, bare: bool = False
) -> Picture:
    """Share of futures that last, against the contribution a year and against opening capital.

    say, bare  as for `figures.cash_fan`
    """
    amount, sure = enough(found.contribution, target).amount, say.decimal(100 * target, 2)
    name = country_and_rest(found.scenario, say)
    heading = say("{title}: no contribution lasts in {sure} of 100 futures", title=name, sure=sure)
    if np.isfinite(amount):
        heading = say(
            "{title}: {amount} a year lasts in {sure} of 100 futures",
            title=name, amount=say.euro(amount), sure=sure,
        )  # fmt: skip
    figure, (left, right) = _panels(None if bare else found.scenario, heading, note, 2, say)
    for axes, need, label in (
        (left, found.contribution, say("Contribution a year")),
        (right, found.capital, say("or capital at the opening")),
    ):
        _curve(axes, need, target, say)
        axes.set_xlabel(label)
    left.set_ylabel(say("Futures in which the fund never falls short"))
    left.legend(frameon=False, loc="lower right", fontsize=8)
    return figure


def _curve(axes: Axes, need: Floats, target: float, say: Language) -> None:
    answers = [enough(need, share) for share in SHARES]
    finite = [np.isfinite(a.high95) for a in answers]
    shares = SHARES[finite]
    kept = [a for a in answers if np.isfinite(a.high95)]
    axes.fill_betweenx(
        shares, [a.low95 for a in kept], [a.high95 for a in kept], color=BLUE, alpha=0.2,
        linewidth=0, label=say("95 % interval of the simulation"),
    )  # fmt: skip
    axes.plot(
        [a.amount for a in kept], shares, color=BLUE, linewidth=2, label=say("exact in each future")
    )
    answer = enough(need, target)
    if np.isfinite(answer.amount):
        axes.plot([answer.amount, answer.amount, 0], [0, target, target], ":", color=RED)
        axes.plot(answer.amount, target, "D", color=RED)
        axes.annotate(
            say.euro(answer.amount), (answer.amount, target), xytext=(6, -12),
            textcoords="offset points", color=RED, fontsize=9,
        )  # fmt: skip
    axes.yaxis.set_major_formatter(FuncFormatter(say.share))
    axes.xaxis.set_major_formatter(FuncFormatter(say.short_euro))
    axes.tick_params(axis="x", labelrotation=30)
    axes.set_ylim(0, 1)
    axes.set_xlim(left=0)


def frontier_curve(found: Needs, target: float, note: str) -> Picture:
    """Opening capital against the yearly contribution that together reach the target."""
    heading = (
        f"{country_and_rest(found.scenario)}: capital now, or contributions each year, to last in "
        f"{100 * target:g} of 100 futures"
    )
    figure, (axes,) = _panels(found.scenario, heading, note, 1)
    answers = [enough(row, target) for row in found.at_capital]
    kept = [i for i, a in enumerate(answers) if np.isfinite(a.high95)]
    x = found.capitals[kept]
    axes.fill_between(
        x, [answers[i].low95 for i in kept], [answers[i].high95 for i in kept], color=BLUE,
        alpha=0.2, linewidth=0, label="95 % interval of the simulation",
    )  # fmt: skip
    axes.plot(
        x, [answers[i].amount for i in kept], "-o", color=BLUE, linewidth=2, label="just enough"
    )
    axes.set_xlabel("Capital at the opening")
    axes.set_ylabel("Contribution a year")
    axes.xaxis.set_major_formatter(FuncFormatter(ENGLISH.short_euro))
    axes.yaxis.set_major_formatter(FuncFormatter(ENGLISH.short_euro))
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure


def trials_curve(scenario: Scenario, found: Solution, note: str) -> Picture:
    """Share of futures that last at each value tried."""
    lever = found.lever
    figure, (axes,) = _panels(
        scenario, f"{country_and_rest(scenario)}: {lever.key} and how often the fund lasts", note, 1
    )
    values, shares = zip(*found.trials, strict=True)
    axes.plot(values, shares, "-o", color=BLUE, markersize=4)
    axes.axhline(found.target, color=RED, linestyle=":")
    if found.amount is not None:
        axes.plot(found.amount, found.solvent.value, "D", color=RED, label=f"{found.amount:.4g}")
        axes.legend(frameon=False)
    axes.set_xlabel(f"{lever.key} ({lever.unit})")
    axes.set_ylabel("Futures in which the fund\nnever falls short")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_ylim(0, 1)
    if max(values) > 20 * max(min(values), 1e-12) and min(values) > 0:
        axes.set_xscale("log")
    return figure
