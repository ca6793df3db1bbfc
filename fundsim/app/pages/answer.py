"""Answer: what the fund costs, what the state must pay, who is paid, how long they wait, whether it lasts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from fundsim.analysis.needs import Answer, Needs, enough
from fundsim.app import charts, draw, headline, state
from fundsim.app.choice import CONFIDENCES, Choice
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report import figures, words
from fundsim.report.figures_solve import confidence_curve
from fundsim.report.tables import thousand
from fundsim.scenario.schema import BudgetLine

SHARES = np.concatenate([np.linspace(0.05, 0.95, 37), [0.96, 0.97, 0.98, 0.99]])


def controls(choice: Choice) -> None:
    """How sure the fund shall be to last."""
    st.select_slider(
        "How sure it shall be to last: in how many of 100 futures",
        options=CONFIDENCES,
        key=state.bound("c", choice.confidence),
        on_change=state.on("c", lambda value: state.change(confidence=value)),
        help="The contribution below is the smallest with which the fund never falls short in so many futures.",
    )


def page(view: View) -> Shown:
    """The page."""
    if not view.has_fund:
        return _without(view)
    results, get = view.results, view.results.get
    paid = None if view.needs is None else headline.contribution(view.needs, view.choice.confidence)
    draw.answer(view.top, sentence(view, paid))
    _tiles(view, paid)
    with st.container():
        rows = [
            {"year": year, **{p: get("cash", p, year) for p in ("p5", "p25", "p50", "p75", "p95")}}
            for year in view.years
        ]
        ruin = words.in_futures(get("ruin"), get("ruin", "mc_error"), view.size)
        draw.heading(f"Cash in December: the fund falls short {ruin}")
        draw.picture(
            charts.fan(rows, "Cash in December", view.say),
            f"Cash at year end, {view.years[0]} to {view.years[-1]}. {figures.alt_text(results, 'cash_fan')}",
        )
        draw.aside(
            "Line: the middle future. Dark band: half of the futures; light band: 9 of 10. Chance and what "
            "nobody knows, together. Cash never goes below zero: when it is short, payments wait or the "
            "treasury lends."
        )
        short = [
            {"year": y, "share": get("shortfall_so_far", "mean", y),
             "low": get("shortfall_so_far", "low95", y), "high": get("shortfall_so_far", "high95", y)}
            for y in view.years
        ]  # fmt: skip
        draw.picture(
            charts.bars_by_year(short, "Fell short by then", view.say),
            f"Share of futures with a shortfall by each year; {words.percent(short[-1]['share'])} by "
            f"{view.years[-1]}.",
        )
    tables = {"yearly": _yearly(view)}
    pictures = {"cash": lambda: figures.cash_fan(results)}
    if view.needs is not None and paid is not None:
        found, share = view.needs, view.choice.confidence / 100
        tables["contribution and confidence"] = _confidence(view, found, paid)
        pictures["contribution"] = lambda: confidence_curve(found, share, view.note)
    draw.table(
        tables["yearly"], "Year by year, thousand euro of each year, mean of all futures",
        "Cost: what falls due, with the range of 9 in 10 futures. Cash and what is still to pay: in December.",
    )  # fmt: skip
    for text in words.answer(results)[-1:]:
        draw.say(text)
    return Shown(pictures, tables)


def sentence(view: View, paid: Answer | None) -> str:
    """The answer in one sentence."""
    get = view.results.get
    cost = (
        f"A fund would cost {view.scenario.world.country.name} {words.euro(get('due_a_year'))} a year "
        f"({words.euro(get('due_a_year', 'p5'))} to {words.euro(get('due_a_year', 'p95'))} in 9 of 10 futures)"
    )
    share, sure = get("share_paid_with"), view.choice.confidence
    people = (
        f"as funded now, of 100 identified victims {hundred(share)} get money, instead of "
        f"{hundred(get('share_paid_without'))} without it"
    )
    if paid is None:
        return f"{cost}; {people}."
    if not np.isfinite(paid.amount):
        return f"{cost}; no yearly contribution makes it last in {sure} of 100 futures; {people}."
    reforms = get("state_cost_a_year")
    beside = f", and {words.euro(reforms)} a year for the reforms" if reforms > 0 else ""
    return (
        f"{cost}; the state must pay {words.euro(paid.amount)} a year{rising(view)} for it to last in {sure} of 100 "
        f"futures{beside}; {people}."
    )


RISING = {"none": "", "prices": ", rising with prices,", "wages": ", rising with wages,"}


def rising(view: View) -> str:
    """What the contribution grows with, as the budget line does."""
    if view.needs is None:
        return ""
    source = view.scenario.world.income[view.needs.line]
    return RISING[source.index] if isinstance(source, BudgetLine) else ""


def hundred(share: float) -> str:
    """A share as persons of 100; below one with a decimal."""
    x = 100 * share
    if 0 < x < 0.05:
        return "fewer than 0.1"
    if 99.5 <= x < 100:
        return "over 99"
    return f"{x:.0f}" if x >= 9.95 else f"{x:.1f}".removesuffix(".0")


def _tiles(view: View, paid: Answer | None) -> None:
    get = view.results.get
    price_year = view.scenario.world.time.price_year
    contribution = ("…", "being computed") if not view.final else ("–", "no budget line to vary")
    if paid is not None and np.isfinite(paid.amount):
        span = "one future in the sample decides"
        if np.isfinite(paid.high95):
            span = f"95 % interval of the simulation {words.euro(paid.low95)} to {words.euro(paid.high95)}"
        contribution = (
            words.euro(paid.amount),
            f"in euro of {price_year}{rising(view).rstrip(',')}, to last in {view.choice.confidence} of 100; {span}",
        )
    elif paid is not None:
        contribution = ("no amount", f"suffices in {view.choice.confidence} of 100 futures")
    wait = ("–", "nobody is paid")
    if get("paid_with") > 0:
        wait = (words.months(get("months_to_payment_with", "p50")),
                f"without the fund {words.months(get('months_to_payment_without', 'p50'))}"
                if get("paid_without") > 0 else "without the fund nobody is paid")  # fmt: skip
    # with none or all of the futures the error is not 0: the interval tells what they can tell
    low, high = get("ruin", "low95"), get("ruin", "high95")
    draw.tiles([
        ("Cost a year", words.euro(get("due_a_year")),
         f"{words.euro(get('due_a_year', 'p5'))} to {words.euro(get('due_a_year', 'p95'))}, euro of {price_year}"),
        ("The state pays a year", *contribution),
        ("Victims paid, of 100", hundred(get("share_paid_with")),
         f"{percents(view, 'share_paid_with')} in 9 of 10 futures; {hundred(get('share_paid_without'))} without the fund"),
        ("Wait, middle future", *wait),
        ("Falls short", words.percent(get("ruin")),
         f"of futures within {len(view.years)} year{'s' if len(view.years) > 1 else ''}, as funded now (95 % interval {100 * low:.1f} to {100 * high:.1f})"),
    ])  # fmt: skip


def percents(view: View, measure: str) -> str:
    """The range of a share over 9 of 10 futures, of 100."""
    low, high = (hundred(view.results.get(measure, p)) for p in ("p5", "p95"))
    return f"{low} to {high}"


def _confidence(view: View, found: Needs, paid: Answer) -> list[dict[str, str]]:
    """The contribution–confidence curve, with its handle; returns the table behind it."""
    share = view.choice.confidence / 100
    points = [(s, enough(found.contribution, float(s))) for s in SHARES]
    rows = [
        {"amount": a.amount, "share": float(s), "low": a.low95, "high": a.high95}
        for s, a in points
        if np.isfinite(a.high95)
    ]
    amount = float(paid.amount) if np.isfinite(paid.amount) else None
    told = "no contribution suffices" if amount is None else f"{words.euro(amount)} a year"
    draw.heading(f"What it takes: {told} to last in {view.choice.confidence} of 100 futures")
    draw.picture(
        charts.confidence(rows, amount, share, "Contribution of the state a year", view.say),
        f"The more the state pays a year, the more futures last; {told} in {view.choice.confidence} of 100.",
    )
    line = view.scenario.world.income[found.line].label
    draw.aside(
        f"Exact in each future: the smallest yearly amount of the line “{line}” with which everything due is "
        f"paid in its month; in euro of {view.scenario.world.time.price_year}{rising(view).rstrip(',')}, and with the cuts and "
        "stresses that the scenario puts on it. Band: 95 % interval of the simulation."
    )
    return [
        {"Lasts in": f"{c} of 100 futures", "Contribution a year": _amount(found.contribution, c),
         "or capital at the opening": _amount(found.capital, c)}
        for c in CONFIDENCES
    ]  # fmt: skip


def _amount(need: np.ndarray, confidence: int) -> str:
    amount = enough(need, confidence / 100).amount
    return words.euro(amount) if np.isfinite(amount) else "no amount suffices"


def _yearly(view: View) -> list[dict[str, str]]:
    rows = []
    for year in view.years:

        def get(measure: str, statistic: str = "mean", year: int = year) -> float:
            return view.results.get(measure, statistic, year)

        received = sum(get(m) for m in ("income", "recoveries", "returns"))
        rows.append({
            "Year": str(year), "Cost": thousand(get("due")),
            "9 of 10 futures": f"{thousand(get('due', 'p5'))} to {thousand(get('due', 'p95'))}",
            "Paid": thousand(get("outgo")), "Income": thousand(received), "Cash": thousand(get("cash")),
            "Still to pay": thousand(get("liabilities")),
            "Fell short by then": words.percent(get("shortfall_so_far")),
        })  # fmt: skip
    return rows


def _without(view: View) -> Shown:
    """There is no fund: what victims get today."""
    get = view.results.get
    draw.answer(
        view.top,
        f"Without a fund, of 100 identified victims in {view.scenario.world.country.name} "
        f"{hundred(get('share_paid_without'))} ever get any money.",
    )
    for text in words.answer(view.results):
        draw.say(text)
    return Shown({"pathway": lambda: figures.pathway(view.results)}, {})
