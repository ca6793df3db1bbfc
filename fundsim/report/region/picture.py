"""Pictures of one fund for several countries: what each pays apart and in it, and who pays whom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from fundsim.analysis.precision import Z95
from fundsim.analysis.region import Pooling, Region, transfers
from fundsim.report.figures import BLUE, GREEN, GREY, ORANGE, RED, Picture, sheet
from fundsim.report.language import ENGLISH

LABELS = {"contribution": "Contribution a year", "capital": "or capital at the opening"}


def need_bars(found: Region, both: Mapping[str, Pooling], note: str) -> Picture:
    """What each country needs in its own fund, beside its share of what one fund needs."""
    target = next(iter(both.values())).target
    heading = f"Own fund or one fund: what it takes to last in {100 * target:g} of 100 futures"
    figure = _sheet(found, heading, note)
    all_axes = list(figure.subplots(1, len(both), sharey=True))
    for axes, (what, p) in zip(all_axes, both.items(), strict=True):
        apart = np.array([a.value for a in p.apart])
        errors = [Z95 * (a.mc_error or 0.0) for a in p.apart]
        shares = found.shares[found.rule] * p.one.value
        axes.barh(
            _places(found) + 0.18, _drawable(apart), height=0.34, color=BLUE, label="own fund",
            xerr=errors, ecolor=GREY, error_kw={"lw": 0.9},
        )  # fmt: skip
        axes.barh(
            _places(found) - 0.18, _drawable(shares), height=0.34, color=ORANGE, hatch="//",
            edgecolor="white", label=f"share of one fund, by {found.rule}",
        )  # fmt: skip
        axes.set_xlabel(LABELS[what])
        axes.set_xlim(left=0)
        _dress(axes)
    _name_places(all_axes[0], found)
    all_axes[0].legend(frameon=False, fontsize=8, loc="best")
    return figure


def transfer_bars(found: Region, note: str) -> Picture:
    """What each country draws beyond its share, a year on average, by the rule that is used."""
    figure = _sheet(found, f"Who pays whom in one fund, shared by {found.rule}", note)
    axes = figure.add_subplot()
    nets = transfers(found, found.rule)
    values = np.array([net.value for net in nets])
    axes.barh(
        _places(found), values, height=0.6, color=[GREEN if x > 0 else RED for x in values],
        xerr=[Z95 * (net.mc_error or 0.0) for net in nets], ecolor=GREY, error_kw={"lw": 0.9},
    )  # fmt: skip
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel("Paid for others (left) or by others (right), a year on average, nominal")
    _dress(axes)
    _name_places(axes, found)
    return figure


def _sheet(found: Region, heading: str, note: str) -> Picture:
    noted = next((s for s in found.scenarios if s.world.country.footnote), found.scenarios[0])
    return sheet(noted, heading, note, 2.2 + 0.42 * len(found.scenarios))


def _places(found: Region) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(len(found.scenarios))[::-1]


def _drawable(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """No bar where no amount suffices."""
    return [float(v) if np.isfinite(v) else 0.0 for v in x]


def _name_places(axes: Axes, found: Region) -> None:
    axes.set_yticks(_places(found), [s.world.country.name for s in found.scenarios])


def _dress(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(ENGLISH.short_euro))
    axes.tick_params(axis="x", labelrotation=30)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
