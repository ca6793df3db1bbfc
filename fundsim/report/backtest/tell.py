"""`fundsim backtest`: schemes that ran, projected from what was known before, beside what they published later."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from fundsim import __version__
from fundsim.analysis.backtest import REPLICATIONS, Backtest, backtest, published, scheme, schemes
from fundsim.report.backtest.picture import bands
from fundsim.report.backtest.words import MEASURES, band, counted, misses, of, summary
from fundsim.report.checks import draws_of
from fundsim.report.deliver import Reply, hand_over
from fundsim.report.folder import reserved
from fundsim.report.progress import blocks_with_progress
from fundsim.report.request import Request


def print_backtest(request: Request) -> None:
    """Print how schemes that ran came out; all of them where none is named."""
    draws = draws_of(request, REPLICATIONS)
    those = [scheme(name) for name in request.names or schemes()]
    card = ["backtest", *request.names]
    with reserved(request.out, card):
        figures = published()
        with blocks_with_progress([one.scenario for one in those], draws.replications) as tell:
            found = [backtest(one, figures, draws.replications, draws.seed, tell) for one in those]
        shown = [coverage_table(found)]
        if len(found) == 1:
            shown.append(figures_table(found[0]))
        lines = [Text(line) for one in found for line in _of_scheme(one)]
        reply = Reply(
            summary([of(one) for one in found]), {"schemes": rows(found), "figures": [r for one in found for r in figure_rows(one)]},
            [*shown, *lines], lambda: {one.scheme.name: bands(one) for one in found if one.counted},
        )  # fmt: skip
        stamp = f"fundsim {__version__} · seed {draws.seed} · {draws.replications:,} simulations of each scheme"
        about = {"schemes": [one.scheme.name for one in found]}
        hand_over(reply, about, card, {}, [_footnote(found), stamp], draws, request)


def _footnote(found: list[Backtest]) -> str:
    notes = {one.scheme.scenario.world.country.footnote for one in found} - {""}
    return " ".join(sorted(notes)) or "Money is nominal, in the currency of the scheme."


def _of_scheme(one: Backtest) -> list[str]:
    """What was fitted and judged, and the figures that surprised."""
    return [
        f"{one.scheme.title}. Known to {one.scheme.cut}. Fitted: {one.scheme.fitted}. Our assumption: {one.scheme.judged}.",
        *(f"  Outside: {miss}." for miss in misses(one)),
    ]


def coverage_table(found: list[Backtest]) -> Table:
    """Coverage by scheme, for the screen."""
    table = Table(title="Held against reality")
    for name in ("Scheme", "Known to", "Years", "Figures", "In the 50 % band", "In the 80 % band"):
        table.add_column(name, justify="left" if name == "Scheme" else "right")
    for row in rows(found):
        share = (
            f"{row[f'in_{p}']} ({100 * row[f'in_{p}'] / max(row['figures'], 1):.0f} %)"
            for p in (50, 80)
        )
        table.add_row(row["title"], str(row["cut"]), str(row["years"]), str(row["figures"]), *share)
    return table


def rows(found: list[Backtest]) -> list[dict[str, Any]]:
    """Coverage by scheme, for files."""
    return [
        {
            "scheme": one.scheme.name, "title": one.scheme.title, "cut": one.scheme.cut, "blind": one.scheme.blind,
            "years": len({x.figure.year for x in one.counted}), "figures": len(one.counted),
            "in_50": sum(x.inside(0.5) for x in one.counted), "in_80": sum(x.inside(0.8) for x in one.counted),
        }
        for one in found
    ]  # fmt: skip


def figures_table(one: Backtest) -> Table:
    """Every figure that counts beside its band, for the screen."""
    table = Table(title=one.scheme.title)
    for name in ("Year", "Measure", "Published", "80 % band", "Lies"):
        table.add_column(name, justify="left" if name in ("Measure", "Lies") else "right")
    for x in sorted(one.counted, key=lambda x: (x.figure.measure, x.figure.year)):
        table.add_row(x.figure.dated, MEASURES[x.figure.measure], counted(x), band(x), x.side)
    return table


def figure_rows(one: Backtest) -> list[dict[str, Any]]:
    """Every published figure with what was projected of it, for files."""
    return [
        {
            "scheme": one.scheme.name, "measure": x.figure.measure, "year": x.figure.year, "year_unsure": x.figure.unsure, "published": x.figure.value,
            "published_low": x.figure.low, "published_high": x.figure.high, "unit": x.figure.unit, "use": x.figure.use,
            **{f"p{100 * p:g}": value for p, value in x.quantiles.items()},
            "in_50": x.inside(0.5), "in_80": x.inside(0.8), "source": x.figure.source,
        }
        for x in one.figures
    ]  # fmt: skip
