"""Pictures of a projection, for screen and print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import wrap

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from fundsim.analysis.measures import shown_in
from fundsim.report import shortage
from fundsim.report.figures import (
    BLUE,
    GREY,
    HATCHES,
    KIND_LABELS,
    ORANGE,
    PALETTE,
    RED,
    SKY,
    bare_sheet,
    euro_axis,
    sheet,
)
from fundsim.report.language import ENGLISH, Language, marked
from fundsim.report.results import Results
from fundsim.report.rows import to_victims
from fundsim.report.spread import spreads
from fundsim.report.wording import RECEIPTS, nobody, percent, stamp, title
from fundsim.scenario.assumption import Floats


def _sheet(results: Results, heading: str, say: Language = ENGLISH, height: float = 4.6) -> Figure:
    note = stamp(results.projection, say)
    return sheet(results.projection.scenario, heading, note, height, say)


def _yearly(results: Results, measure: str, statistic: str) -> Floats:
    years = results.projection.years()
    return np.array([results.get(measure, statistic, year) for year in years])


def cash_fan(results: Results, say: Language = ENGLISH, bare: bool = False) -> Figure:
    """Cash at year end as a fan, and the probability of a shortfall up to each year.

    say   the language of its labels and numbers;  bare  without heading and source, for a page that says them
    """
    years = np.array(results.projection.years())
    ruin = results.get("ruin")
    heading = say.counted(
        "{title}: the fund falls short in {share} of futures within {n} year",
        "{title}: the fund falls short in {share} of futures within {n} years",
        years.size, title=title(results.projection, say), share=say.percent(ruin),
    )  # fmt: skip
    if shortage.by_year(results):
        heading = say(
            "{title}: {short}", title=title(results.projection, say), short=shortage.in_short(results, say)
        )  # fmt: skip
    figure = bare_sheet(3.6) if bare else _sheet(results, heading, say, 5.6)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.2])
    low, high = _yearly(results, "cash", "p5"), _yearly(results, "cash", "p95")
    inner = _yearly(results, "cash", "p25"), _yearly(results, "cash", "p75")
    top.fill_between(
        years, low, high, color=BLUE, alpha=0.18, linewidth=0, label=say("9 of 10 futures")
    )
    top.fill_between(
        years, *inner, color=BLUE, alpha=0.32, linewidth=0, label=say("half of the futures")
    )
    top.plot(
        years, _yearly(results, "cash", "p50"), color=BLUE, linewidth=2, label=say("middle future")
    )
    euro_axis(top, say)
    top.set_ylim(bottom=0)
    top.set_ylabel(say("Cash in December\n(nominal; never below 0)"))
    top.legend(frameon=False, loc="upper left", title=say("chance and assumptions together"))
    p = _yearly(results, "shortfall_so_far", "mean")
    error = np.vstack(
        [
            p - _yearly(results, "shortfall_so_far", "low95"),
            _yearly(results, "shortfall_so_far", "high95") - p,
        ]
    )
    bottom.bar(
        years, p, color=RED, width=0.7, yerr=np.maximum(error, 0), ecolor=GREY, error_kw={"lw": 0.8}
    )
    bottom.yaxis.set_major_formatter(FuncFormatter(say.share))
    bottom.set_ylim(0, max(0.05, min(1.0, float(p.max(initial=0)) * 1.3)))
    bottom.set_ylabel(say("Shortfall\nby year"))
    bottom.grid(axis="y", color="#dddddd", linewidth=0.6)
    bottom.set_axisbelow(True)
    bottom.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def _stack(results: Results, heading: str, parts: list[tuple[str, str]], say: Language) -> Figure:
    figure = _sheet(results, heading, say)
    axes = figure.add_subplot()
    years = np.array(results.projection.years())
    base = np.zeros(years.size)
    for number, (measure, label) in enumerate(parts):
        height = _yearly(results, measure, "mean")
        axes.bar(
            years, height, bottom=base, width=0.75, label=say(label), color=PALETTE[number % 7],
            hatch=HATCHES[(number + number // 7) % 7], edgecolor="white", linewidth=0.4,
        )  # fmt: skip
        base = base + height
    euro_axis(axes, say)
    axes.set_ylabel(say("Mean over futures, nominal"))
    axes.set_ylim(0, float(base.max(initial=1)) * 1.25)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], frameon=False, loc="upper left", ncols=2)
    return figure


def cost_by_kind(results: Results, say: Language = ENGLISH) -> Figure:
    """Mean cost by kind and year.  say  as above"""
    parts = [("benefits", KIND_LABELS["benefits"])]
    for kind, label in KIND_LABELS.items():
        if kind != "benefits" and _yearly(results, f"cost.{kind}", "mean").any():
            parts.append((f"cost.{kind}", label))
    spent = results.get("outgo_a_year")  # in euro of the price year, as the answer says it
    heading = (
        say(
            "{title}: {share} of what the fund spends reaches victims",
            title=title(results.projection, say),
            share=to_victims(results, say),
        )
        if spent
        else say("{title}: the fund spends nothing", title=title(results.projection, say))
    )
    return _stack(results, heading, parts, say)


def income_by_source(results: Results, say: Language = ENGLISH) -> Figure:
    """Mean income by source and year.  say  as above"""
    world = results.world
    parts = [
        (f"income.{name}", source.label)
        for name, source in sorted(world.income.items())
        if results.world.ever_in_force(name)
    ]
    parts += [(m, label) for m, label in RECEIPTS.items() if _yearly(results, m, "mean").any()]
    sums = {label: _yearly(results, m, "mean").sum() for m, label in parts}
    total, name = sum(sums.values()), title(results.projection, say)
    heading = say("{title}: there is no income", title=name)
    if total > 0:
        main = max(sums, key=lambda label: sums[label])
        heading = say(
            "{title}: {share} of income: {source}",
            title=name, share=say.percent(sums[main] / total), source=say(main),
        )  # fmt: skip
    return _stack(results, heading, parts, say)


WITHOUT = [(m.name, at.words) for m, at in shown_in("without the fund")]
WITH_FUND = [(m.name, at.words) for m, at in shown_in("with the fund")]
PANELS = (marked("Without the fund"), marked("With the fund, the same cases"))
EARLIER = "paid_earlier"  # of other victims than those above it: left out where there are none
LONGEST = 48  # letters of a label beside a bar


def _in_lines(label: str) -> str:
    """A label beside a bar, in two lines if it would leave the bars no room."""
    if len(label) <= LONGEST:
        return label
    return "\n".join(wrap(label, max(LONGEST, len(label) // 2 + 4)))


def pathway(results: Results, say: Language = ENGLISH, bare: bool = False) -> Figure:
    """From identification to payment, without and with the fund, as drop-off bars.  say, bare  as above"""
    panels = [(WITHOUT, GREY, PANELS[0])]
    if results.world.has_fund:
        some = [(m, label) for m, label in WITH_FUND if m != EARLIER or results.get(m)]
        panels.append((some, BLUE, PANELS[1]))
    more = 0.6 * any(m == EARLIER for m, _ in panels[-1][0])  # its label has two lines
    figure = (
        bare_sheet((3.3 if results.world.has_fund else 2.0) + more)
        if bare
        else _sheet(results, _paid(results, say), say, 5.4 + more)
    )
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (steps, color, name) in zip(axes, panels, strict=True):
        values = [results.get(m) for m, _ in steps]
        labels = [_in_lines(say(label)) for _, label in steps]
        rooms = np.array([1.0 + 0.9 * label.count("\n") for label in labels])
        places = rooms / 2 - np.cumsum(rooms)
        axis.barh(places, values, color=color, height=0.68)
        axis.set_yticks(places, labels)
        axis.set_title(say(name), fontsize=9.5)
        top = values[0] or 1.0
        for place, value, (measure, _) in zip(places, values, steps, strict=True):
            share = f"  ({say.percent(value / top)})" if values[0] and measure != EARLIER else ""
            axis.text(
                value + top * 0.01, place, f"{say.whole(value)}{share}", va="center", fontsize=8.5
            )  # fmt: skip
        axis.set_xlim(0, top * 1.18)
    axes[-1].set_xlabel(
        say("Persons in the horizon, mean over futures (in brackets: of those registered)")
    )
    return figure


def _paid(results: Results, say: Language) -> str:
    """What share of victims is paid, as a heading."""
    get, name = results.get, title(results.projection, say)
    if get("identified") == 0:
        return say("{title}: no victim is registered", title=name)
    without = say.percent(get("share_paid_without"))
    if not results.world.has_fund:
        return say(
            "{title}: {share} of registered victims are ever paid anything", title=name, share=without
        )  # fmt: skip
    return say(
        "{title}: {share} of registered victims are paid, instead of {without} without the fund",
        title=name, share=say.percent(get("share_paid_with")), without=without,
    )  # fmt: skip


def incurred_paid(results: Results, say: Language = ENGLISH) -> Figure:
    """Benefits by the victim's year of identification, and by year of payment.  say  as above"""
    heading = say(
        "{title}: benefits incurred, and benefits paid", title=title(results.projection, say)
    )
    figure = _sheet(results, heading, say)
    axes = figure.add_subplot()
    years = np.array(results.projection.years())
    for measure, color, style, label in (
        ("incurred", RED, "--", say("incurred (by year of identification)")),
        ("benefits", BLUE, "-", say("paid (by calendar year)")),
    ):
        middle = _yearly(results, measure, "p50")
        axes.plot(years, middle, style, color=color, linewidth=2, label=label)
        axes.fill_between(
            years, _yearly(results, measure, "p25"), _yearly(results, measure, "p75"), color=color,
            alpha=0.14, linewidth=0,
        )  # fmt: skip
    axes.plot(
        [],
        [],
        color=GREY,
        linewidth=6,
        alpha=0.25,
        label=say("bands: half of the futures (all uncertainty)"),
    )
    euro_axis(axes, say)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(say("Benefits, middle future, nominal"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, loc="upper left")
    return figure


def spread(results: Results) -> Figure:
    """Why futures lie apart: what nobody knows, chance, and the computer's noise, of each headline."""
    parts = spreads(results)
    known = [share for _, share, _, _ in parts]
    heading = f"{title(results.projection)}: why futures lie apart"
    if known:
        heading += f" (of the cost {percent(known[0])} is what nobody knows)"
    figure = _sheet(results, heading, height=1.6 + 0.42 * max(len(parts), 2))
    axes = figure.add_subplot()
    places = np.arange(len(parts))[::-1]
    axes.barh(places, known, color=ORANGE, height=0.62, label="what nobody knows: facts help")
    axes.barh(
        places, [1 - share for share in known], left=known, color=SKY, height=0.62, hatch="//",
        edgecolor="white", linewidth=0.4, label="chance: nothing helps",
    )  # fmt: skip
    noise = [min(part, 1.0) for _, _, part, _ in parts]
    axes.barh(
        places, noise, left=[1.0] * len(parts), color=GREY, height=0.62,
        label="computer noise: replications help",
    )  # fmt: skip
    axes.set_yticks(places, [label for label, *_ in parts])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(0, 1.02 + max(noise, default=0))
    axes.set_xlabel("Share of the variance over futures")
    axes.legend(
        frameon=False, loc="upper center", bbox_to_anchor=(0.45, -0.28), ncols=3, fontsize=8
    )
    return figure


FIGURES: dict[str, Callable[[Results], Figure]] = {
    "cash_fan": cash_fan,
    "cost_by_kind": cost_by_kind,
    "income_by_source": income_by_source,
    "pathway": pathway,
    "incurred_paid": incurred_paid,
    "spread": spread,
}


def alt_text(results: Results, name: str, say: Language = ENGLISH) -> str:
    """What a figure shows, for those who do not see it.  name  of FIGURES; `spread` speaks English alone"""
    get = results.get
    if name == "cash_fan":
        if shortage.by_year(results):
            return say("Cash at year end; {short}.", short=shortage.in_short(results, say))
        share = say.percent(get("ruin"))
        return say("Cash at year end; a shortfall in {share} of futures.", share=share)
    if name == "cost_by_kind":
        cost = say.euro(get("outgo_a_year"))
        return say("Cost by kind; {amount} a year on average.", amount=cost)
    if name == "income_by_source":
        income = say.euro(get("income_a_year"))
        return say("Income by source; {amount} a year on average.", amount=income)
    if name == "pathway":
        if alone := nobody(results, say):
            return alone
        return say(
            "{without} of registered victims paid without the fund, {with_} with it.",
            without=say.percent(get("share_paid_without")), with_=say.percent(get("share_paid_with")),
        )  # fmt: skip
    if name == "incurred_paid":
        return say(
            "Benefits incurred {incurred}, paid within the horizon {paid}.",
            incurred=say.euro(get("incurred_total")), paid=say.euro(get("benefits_total")),
        )  # fmt: skip
    return " ".join(text for *_, text in spreads(results))


def save(results: Results, folder: Path) -> list[str]:
    """Write every figure that the scenario has as PNG and SVG; returns the file names."""
    names = []
    for name, draw in FIGURES.items():
        if name != "pathway" and not results.world.has_fund:
            continue  # without a fund there is no cash, cost or income to show
        figure = draw(results)
        for kind in ("png", "svg"):
            file = folder / f"{name}.{kind}"
            metadata = {"Title": alt_text(results, name)}
            metadata |= {"Software": stamp(results.projection)} if kind == "png" else {"Date": None}  # type: ignore[dict-item]
            figure.savefig(file, dpi=150, metadata=metadata)
            names.append(file.name)
    return names
