"""The budget path as a picture: what each year needs, and which amounts are enough."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fundsim.analysis.budget import Path, amount
from fundsim.report.budget.words import shares, up
from fundsim.report.figures import BLUE, Picture, bare_sheet, euro_axis, sheet
from fundsim.report.language import ENGLISH, Language
from fundsim.report.wording import country_and_rest

SHADES = ("#c9d8ea", "#9db8d9", BLUE, "#12305c")  # the surer, the darker


def path_curve(
    found: Path, chosen: tuple[int, int], safe: float, note: str, say: Language = ENGLISH, bare: bool = False
) -> Picture:  # fmt: skip
    """The amounts of each year, by how safe they are; the years that are asked about stand out.

    chosen  first and last of them;  note, say, bare  as for other pictures
    """
    first, last = chosen
    asked = found.of(first, last)
    sums = ", ".join(say.euro(up(amount(need, safe).value)) for need in asked.need)
    heading = say(
        "{title}: enough in {sure} of 100 simulations, {first} to {last}: {amounts}",
        title=country_and_rest(found.scenario, say), sure=say.decimal(100 * safe, 2),
        first=first, last=last, amounts=sums,
    )  # fmt: skip
    figure = bare_sheet(3.4) if bare else sheet(found.scenario, heading, note, 4.4, say)
    axes = figure.subplots()
    years = np.array(found.years)
    axes.axvspan(
        first - 0.5, last + 0.5, color="#f2f2f2", zorder=0, label=say("the years asked about")
    )
    drawn = shares(safe)
    for share, color in zip(drawn, SHADES[-len(drawn) :], strict=True):
        _step(axes, years, [amount(need, share).value for need in found.need], color, say(
            "enough in {sure} of 100", sure=say.decimal(100 * share, 2)))  # fmt: skip
    euro_axis(axes, say)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    axes.set_ylabel(say("Budget of the year, euro of that year"))
    axes.legend(frameon=False, loc="upper left")
    return figure


def _step(axes: Axes, years: np.ndarray, amounts: list[float], color: str, label: str) -> None:
    axes.plot(years, amounts, "-o", color=color, linewidth=2, markersize=4, label=label)
