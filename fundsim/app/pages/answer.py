"""Answer: what the fund costs, what the state must pay, who is paid, how long they wait, whether it lasts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from fundsim.analysis.measures import shown_in
from fundsim.analysis.needs import Answer, Needs, enough, line_of_state
from fundsim.analysis.question import question
from fundsim.analysis.suffices import what_suffices
from fundsim.app import charts, draw, headline, state, yearly
from fundsim.app.choice import CONFIDENCES, Choice, scenario_of
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report import shortage, sufficing, wording
from fundsim.report.budget import words
from fundsim.report.budget.picture import path_curve
from fundsim.report.language import Language, country_of, language, marked
from fundsim.report.rows import cell, cells, received, span
from fundsim.report.run import picture
from fundsim.report.solve.picture import confidence_curve
from fundsim.scenario.schema import BudgetLine

TITLE, ORDER = marked("Answer"), 10
PARTS = {
    "cash": marked("cash"), "contribution": marked("contribution"), "yearly": marked("yearly"),
    "contribution and confidence": marked("contribution and confidence"), "pathway": marked("pathway"),
}  # fmt: skip

SHARES = np.concatenate([np.linspace(0.05, 0.95, 37), [0.96, 0.97, 0.98, 0.99]])


# what stands with the contribution, by what its line grows with
MUST_PAY = {
    "none": marked("the state must pay {amount} a year for it to last in {sure} of 100 futures"),
    "prices": marked("the state must pay {amount} a year, rising with prices, for it to last in {sure} of 100 futures"),
    "wages": marked("the state must pay {amount} a year, rising with wages, for it to last in {sure} of 100 futures"),
}  # fmt: skip
TO_LAST = {
    "none": marked("in euro of {year}, to last in {sure} of 100; {span}"),
    "prices": marked("in euro of {year}, rising with prices, to last in {sure} of 100; {span}"),
    "wages": marked("in euro of {year}, rising with wages, to last in {sure} of 100; {span}"),
}
EXACT = {
    "none": marked(
        "Exact in each future: the smallest yearly amount of the line “{line}” with which everything due is paid in its "
        "month; in euro of {year}, and with the cuts and stresses that the scenario puts on it. Band: 95 % interval of "
        "the simulation."),
    "prices": marked(
        "Exact in each future: the smallest yearly amount of the line “{line}” with which everything due is paid in its "
        "month; in euro of {year}, rising with prices, and with the cuts and stresses that the scenario puts on it. Band: "
        "95 % interval of the simulation."),
    "wages": marked(
        "Exact in each future: the smallest yearly amount of the line “{line}” with which everything due is paid in its "
        "month; in euro of {year}, rising with wages, and with the cuts and stresses that the scenario puts on it. Band: "
        "95 % interval of the simulation."),
}  # fmt: skip


def controls(choice: Choice) -> None:
    """How sure the fund shall be to last, where a budget line can make it last."""
    say = language(choice.language)
    world = scenario_of(choice.country, choice.design).world
    if not (world.has_fund and line_of_state(world)):
        return
    st.select_slider(
        say("How sure the budget of a year shall be enough: in how many of 100 simulations")
        if question(world) == "year"
        else say("How sure it shall be to last: in how many of 100 futures"),
        options=CONFIDENCES,
        key=state.bound("c", choice.confidence),
        on_change=state.on("c", lambda value: state.change(confidence=value)),
        help=say(
            "The budget of each year below is the smallest that is enough in so many simulations."
        )
        if question(world) == "year"
        else say(
            "The contribution below is the smallest with which the fund never falls short in so many futures."
        ),
    )


def page(view: View) -> Shown:
    """The page."""
    if not view.scenario.world.has_fund:
        return _without(view)
    results, say = view.results, view.say
    paid = None if view.needs is None else headline.contribution(view.needs, view.choice.confidence)
    by_year = shortage.by_year(results)
    draw.answer(view.top, sentence(view, paid))
    draw.say(" ".join(_first(view)))
    _tiles(view, paid)
    with st.container():
        if by_year:
            yearly.too_small(view)
        else:
            _cash(view)
    tables = {"yearly": _yearly(view)}
    pictures = {"cash": lambda: picture.cash_fan(results, say)}
    if (path := view.budget) is not None:
        share, term = view.choice.confidence / 100, yearly.term(path)
        tables["contribution and confidence"] = yearly.enough(view, path)
        pictures["contribution"] = lambda: path_curve(path, term, share, view.note, say)
    elif not by_year and view.needs is not None and paid is not None:
        found, share = view.needs, view.choice.confidence / 100
        tables["contribution and confidence"] = _confidence(view, found, paid)
        pictures["contribution"] = lambda: confidence_curve(found, share, view.note, say)
    draw.table(
        tables["yearly"], say("Year by year, thousand euro of each year, mean of all futures"),
        say("Cost: what falls due, with the range of 9 in 10 futures. Cash and what is still to pay: in December."),
    )  # fmt: skip
    for text in wording.answer(results, say)[-1:]:
        draw.say(text)
    return Shown(pictures, tables)


def _first(view: View) -> list[str]:
    """The paragraph below the opening sentence: whose budget is how often too small, and whether the desk keeps pace."""
    results, say = view.results, view.say
    if shortage.by_year(results):
        told = [*shortage.told(results, say), *sufficing.held_back(results, say)]
        return [*told, *sufficing.desk(results, say)]
    return [wording.falls_short(results, say), *sufficing.desk(results, say)]


def _cash(view: View) -> None:
    """Cash, and how many futures have fallen short by each year; of a fund that keeps its money."""
    results, get, say = view.results, view.results.get, view.say
    rows = [
        {"year": year, **{p: get("cash", p, year) for p in ("p5", "p25", "p50", "p75", "p95")}}
        for year in view.years
    ]
    draw.heading(_missing(view))
    draw.picture(
        charts.fan(rows, say("Cash in December"), say),
        say(
            "Cash at year end, {first} to {last}. {what}",
            first=view.years[0], last=view.years[-1], what=picture.alt_text(results, "cash_fan", say),
        ),
    )  # fmt: skip
    draw.aside(
        say(
            "Line: the middle future. Dark band: half of the futures; light band: 9 of 10. Chance and what "
            "nobody knows, together. Cash never goes below zero: when it is short, payments wait or the "
            "treasury lends."
        )
    )
    short = [
        {"year": y, "share": get("shortfall_so_far", "mean", y),
         "low": get("shortfall_so_far", "low95", y), "high": get("shortfall_so_far", "high95", y)}
        for y in view.years
    ]  # fmt: skip
    draw.picture(
        charts.bars_by_year(short, say("Fell short by then"), say),
        say(
            "Share of futures with a shortfall by each year; {share} by {year}.",
            share=say.percent(short[-1]["share"]), year=view.years[-1],
        ),
    )  # fmt: skip


def _missing(view: View) -> str:
    """How often money is missing, as a heading of the chart of cash."""
    get, say = view.results.get, view.say
    ruin = wording.in_futures(get("ruin"), get("ruin", "mc_error"), view.size, say)
    if budget := shortage.named(view.results, say):
        return say(
            "Cash in December: with {budget} the fund falls short {futures}", budget=budget, futures=ruin
        )  # fmt: skip
    return say("Cash in December: the fund falls short {futures}", futures=ruin)


def sentence(view: View, paid: Answer | None) -> str:
    """The answer in one sentence."""
    get, say, sure = view.results.get, view.say, view.choice.confidence
    cost = say(
        "A fund would cost {country} {amount} a year ({low} to {high} in 9 of 10 futures)",
        country=country_of("object", view.scenario.world.country.name, say), amount=say.euro(get("due_a_year")),
        low=say.euro(get("due_a_year", "p5")), high=say.euro(get("due_a_year", "p95")),
    )  # fmt: skip
    if get("identified") == 0:
        people = say("no victim is registered, so that there is nobody to pay")
    elif get("received_with") == 0:
        people = say("nobody gets any money, with the fund or without it")
    else:
        people = say(
            "as funded now, of 100 registered victims {with_} get money, instead of {without} without it",
            with_=say.hundred(get("share_paid_with")), without=say.few(get("share_paid_without")),
        )  # fmt: skip
    if (late := get("claims_slow_rate")) > sufficing.LATE:
        people += "; " + say(
            "{share} of claims are not decided within a year", share=say.percent(late)
        )
    if shortage.by_year(view.results) and (borne := get("state_cost_a_year")) > 0:
        cost = say(
            "{cost}, beside {amount} that the state bears itself", cost=cost, amount=say.euro(borne)
        )
    if (path := view.budget) is not None:
        return f"{cost}; {words.enough(path, sure / 100, say)}; {people}."
    if paid is None or shortage.by_year(view.results):
        return f"{cost}; {people}."
    if not np.isfinite(paid.amount):
        never = say("no yearly contribution makes it last in {sure} of 100 futures", sure=sure)
        return f"{cost}; {never}; {people}."
    must = say(MUST_PAY[_index(view)], amount=say.euro(paid.amount), sure=sure)
    if (reforms := get("state_cost_a_year")) > 0:
        must = say(
            "{contribution}, and {amount} a year that it bears itself",
            contribution=must, amount=say.euro(reforms),
        )  # fmt: skip
    return f"{cost}; {must}; {people}."


def _index(view: View) -> str:
    """What the contribution grows with, as the budget line does."""
    if view.needs is None:
        return "none"
    source = view.scenario.world.income[view.needs.line]
    return source.index if isinstance(source, BudgetLine) else "none"


def _tiles(view: View, paid: Answer | None) -> None:
    get, say, years = view.results.get, view.say, len(view.years)
    by_year = shortage.by_year(view.results)
    own = {  # figure, and what stands beside it
        "due_a_year": (say.euro(get("due_a_year")), say(
            "{low} to {high}, euro of {year}", low=say.euro(get("due_a_year", "p5")),
            high=say.euro(get("due_a_year", "p95")), year=view.scenario.world.time.price_year)),
        "contribution_needed": yearly.tile(view) if by_year else _contribution(view, paid),
        "too_small_rate": yearly.how_often(view),
        "share_paid_with": _share_paid(view),
        "months_to_payment_with": _wait(view),
        # with none or all of the futures the error is not 0: the interval tells what they can tell
        "ruin": (say.percent(get("ruin")), say.counted(
            "of futures within {n} year, as funded now (95 % interval {low} to {high})",
            "of futures within {n} years, as funded now (95 % interval {low} to {high})", years,
            low=say.fixed(100 * get("ruin", "low95")), high=say.fixed(100 * get("ruin", "high95")))),
    }  # fmt: skip
    left_out = shortage.unfit(view.results)
    draw.tiles([
        (yearly.label(view) if by_year and m.name == "contribution_needed" else say(at.words), *(own.get(m.name) or (cell(view.results, m, at, say), span(view.results, m, say))))
        for m, at in shown_in("answer") if m.name not in left_out
    ])  # fmt: skip


def _share_paid(view: View) -> tuple[str, str]:
    """How many of 100 victims are paid with the fund, with the range, and without it."""
    get, say = view.results.get, view.say
    if get("identified") == 0:
        return say("nobody"), say("is registered as a victim")
    return say.hundred(get("share_paid_with")), say(
        "{low} to {high} in 9 of 10 futures; {without} without the fund",
        low=say.hundred(get("share_paid_with", "p5")), high=say.hundred(get("share_paid_with", "p95")),
        without=say.few(get("share_paid_without")),
    )  # fmt: skip


def _wait(view: View) -> tuple[str, str]:
    """The wait for money with the fund, and without it."""
    get, say = view.results.get, view.say
    if get("paid_with") <= 0:
        return say("nobody is paid"), say("so nobody waits")
    wait = say.months(get("months_to_payment_with"))
    if get("paid_without") <= 0:
        return wait, say("without the fund nobody is paid")
    months = say.months(get("months_to_payment_without"))
    return wait, say("without the fund {months}", months=months)


def _contribution(view: View, paid: Answer | None) -> tuple[str, str]:
    """What the state must pay, and what that rests on."""
    say, sure = view.say, view.choice.confidence
    if paid is None:
        return ("–", say("no budget line to vary")) if view.final else ("…", say("being computed"))
    if not np.isfinite(paid.amount):
        return say("no amount"), say("suffices in {sure} of 100 futures", sure=sure)
    span = say("one future in the sample decides")
    if np.isfinite(paid.high95):
        span = say(
            "95 % interval of the simulation {low} to {high}",
            low=say.euro(paid.low95), high=say.euro(paid.high95),
        )  # fmt: skip
    year = view.scenario.world.time.price_year
    return say.euro(paid.amount), say(TO_LAST[_index(view)], year=year, sure=sure, span=span)


def _confidence(view: View, found: Needs, paid: Answer) -> list[dict[str, str]]:
    """The contribution–confidence curve, with its handle; returns the table behind it."""
    say, sure = view.say, view.choice.confidence
    points = [(s, enough(found.contribution, float(s))) for s in SHARES]
    rows = [
        {"amount": a.amount, "share": float(s), "low": a.low95, "high": a.high95}
        for s, a in points
        if np.isfinite(a.high95)
    ]
    amount = float(paid.amount) if np.isfinite(paid.amount) else None
    if amount is None:
        heading = say(
            "What it takes: no contribution suffices to last in {sure} of 100 futures", sure=sure
        )
        alt = say(
            "The more the state pays a year, the more futures last; no contribution suffices in {sure} of 100.",
            sure=sure,
        )
    else:
        heading = say(
            "What it takes: {amount} a year to last in {sure} of 100 futures",
            amount=say.euro(amount), sure=sure,
        )  # fmt: skip
        alt = say(
            "The more the state pays a year, the more futures last; {amount} a year in {sure} of 100.",
            amount=say.euro(amount), sure=sure,
        )  # fmt: skip
    draw.heading(heading)
    axis = say("Contribution of the state a year")
    draw.picture(charts.confidence(rows, amount, sure / 100, axis, say), alt)
    world = view.scenario.world
    exact = say(
        EXACT[_index(view)], line=say(world.income[found.line].label), year=world.time.price_year
    )
    draw.aside(exact)
    for text in [] if amount is not None else sufficing.why(what_suffices(found, sure / 100), say):
        draw.say(text)
    return [
        {say("Lasts in"): say("{n} of 100 futures", n=c),
         say("Contribution a year"): _amount(found.contribution, c, say),
         say("or capital at the opening"): _amount(found.capital, c, say)}
        for c in CONFIDENCES
    ]  # fmt: skip


def _amount(need: np.ndarray, confidence: int, say: Language) -> str:
    amount = enough(need, confidence / 100).amount
    return say.euro(amount) if np.isfinite(amount) else say("no amount suffices")


def _yearly(view: View) -> list[dict[str, str]]:
    say, rows = view.say, []
    for year in view.years:
        own = {"income": say.thousand(received(view.results, year))}
        rows.append(
            {
                say("Year"): str(year),
                **cells(
                    view.results, "answer by year", say, own, year, shortage.unfit(view.results)
                ),
            }
        )
    return rows


def _without(view: View) -> Shown:
    """There is no fund: what victims get today."""
    say = view.say
    draw.answer(
        view.top,
        wording.nobody(view.results, say)
        or say(
            "Without a fund, of 100 registered victims {place} {number} ever get any money.",
            place=country_of("in", view.scenario.world.country.name, say),
            number=say.hundred(view.results.get("share_paid_without")),
        ),
    )
    for text in wording.answer(view.results, say):
        draw.say(text)
    return Shown({"pathway": lambda: picture.pathway(view.results, say)}, {})
