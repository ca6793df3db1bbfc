"""The first page: the answer in a paragraph, and the figures at a glance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fundsim.analysis.budget import Path, amount
from fundsim.analysis.measures import shown_in
from fundsim.analysis.suffices import what_suffices
from fundsim.report import shortage, sufficing
from fundsim.report.brief.blocks import Block, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.budget import words
from fundsim.report.language import Language, capital, country_of, marked
from fundsim.report.rows import cell, span
from fundsim.report.wording import (
    PAYS_NOBODY,
    certain,
    nobody,
    of_others,
    receipts,
    services,
    unpaid,
)
from fundsim.scenario.schema import BudgetLine

LASTS, FAILS = (
    0.05,
    0.5,
)  # shares of futures with a shortfall: at most, and from which a fund lasts or fails
SOURCES = 3  # of income that the first paragraph names
LEAST = 0.005  # share of what comes in, below which a source is not named
# what the state must pay, by what its line grows with
NEEDED = {
    "none": marked("To last in {sure} of 100 futures it needs {amount} a year from the state."),
    "prices": marked(
        "To last in {sure} of 100 futures it needs {amount} a year from the state, rising with prices."
    ),
    "wages": marked(
        "To last in {sure} of 100 futures it needs {amount} a year from the state, rising with wages."
    ),
}
NEEDED_BESIDE = {
    "none": marked(
        "To last in {sure} of 100 futures it needs {amount} a year from the state, beside its other income."
    ),
    "prices": marked(
        "To last in {sure} of 100 futures it needs, beside its other income, {amount} a year from the state, rising with "
        "prices."
    ),
    "wages": marked(
        "To last in {sure} of 100 futures it needs, beside its other income, {amount} a year from the state, rising with "
        "wages."
    ),
}


def opening(facts: Facts, say: Language) -> Iterator[Block]:
    """The answer."""
    yield Paragraph(" ".join(answer(facts, say)), "lead")
    if facts.scenario.world.has_fund:
        yield _glance(facts, say)


def answer(facts: Facts, say: Language) -> list[str]:
    """What it costs, what the state must pay, who pays the rest, what changes for victims, how sure: in sentences."""
    without, with_ = facts.get("share_paid_without"), facts.get("share_paid_with")
    alone = nobody(facts.results, say) or unpaid(facts.results, say)
    country = facts.scenario.world.country.name
    if not facts.scenario.world.has_fund:
        return [
            say("{place} has no compensation fund in this scenario.", place=country_of("subject", country, say)),
            alone or say(
                "Of 100 registered victims of trafficking money ever reaches {paid}, from the offender; averaged over "
                "all, each receives {amount}.",
                paid=say.hundred(without), amount=say.euro(facts.get("received_without")),
            ),
            *_reforms(facts, say),
            _sure(facts, say),
        ]  # fmt: skip
    told = [
        say(
            "A fund of this design would cost {place} {cost} a year in euro of {year} (between {low} and {high} in 9 of 10 "
            "futures), or {head} per inhabitant.",
            place=country_of("object", country, say), cost=say.euro(facts.get("due_a_year")),
            low=say.euro(facts.get("due_a_year", "p5")), high=say.euro(facts.get("due_a_year", "p95")),
            head=say.euro(facts.get("due_per_head")), year=facts.scenario.world.time.price_year,
        ),
        *of_others(facts.results, say),
        *certain(facts.results, say),
        _who_pays(facts, say),
        *(_lasting(facts, say) if facts.scenario.world.takes_claims else [services(facts.results, say)]),
        *_reforms(facts, say),
    ]  # fmt: skip
    if not facts.scenario.world.takes_claims:
        return [*told, _sure(facts, say)]
    if facts.results.pays_nobody or alone:
        return [*told, say(PAYS_NOBODY), *filter(None, [alone]), _sure(facts, say)]
    victims = say(
        "Of 100 registered victims {with_} get money instead of {without} without it; averaged over all registered "
        "victims each receives {more} instead of {less}.",
        with_=say.hundred(with_), without=say.few(without),
        more=say.euro(facts.get("received_with")), less=say.euro(facts.get("received_without")),
    )  # fmt: skip
    wait = say(
        "Those who are paid wait {months} on average.",
        months=say.months(facts.get("months_to_payment_with")),
    )
    return [*told, victims, *([wait] if facts.get("paid_with") > 0 else []), _sure(facts, say)]


def _who_pays(facts: Facts, say: Language) -> str:
    """The largest sources of income, with their shares."""
    parts = receipts(facts.results)
    total = sum(parts.values())
    if total <= 0:
        return say("Nobody pays for it: this scenario has no income.")
    told = {label: x for label, x in parts.items() if x / total >= LEAST}
    largest = sorted(told.items(), key=lambda part: -part[1])[:SOURCES]
    shares = "; ".join(
        say("{name} {share}", name=say(label), share=say.percent(x / total)) for label, x in largest
    )
    if len(told) > SOURCES:
        return say("Who pays, above all: {shares}.", shares=shares)
    return say("Who pays: {shares}.", shares=shares)


def _reforms(facts: Facts, say: Language) -> list[str]:
    """What the reforms in the scenario cost the state, beside the fund."""
    cost = facts.get("state_cost_a_year")
    if cost <= 0:
        return []
    if not facts.scenario.world.has_fund:
        return [say("Its reforms cost the state {amount} a year.", amount=say.euro(cost))]
    return [
        say(
            "Beside the fund, the state bears {amount} a year: reforms, and the desk where it pays for it.",
            amount=say.euro(cost),
        )
    ]


def _lasting(facts: Facts, say: Language) -> list[str]:
    """Whether money is missing; over the horizon, in words that differ for a fund that lasts, one at risk, one that fails."""
    if shortage.by_year(facts.results):
        short, *voted = shortage.told(facts.results, say)
        enough = "" if facts.budget is None else words.enough(facts.budget, facts.confidence, say)
        return [
            short, *sufficing.held_back(facts.results, say), *([f"{capital(enough)}."] if enough else []), *voted,
            *sufficing.desk(facts.results, say),
        ]  # fmt: skip
    ruin, years = facts.get("ruin"), facts.scenario.world.time.horizon_years
    planned = shortage.planned(facts.results, say)
    futures = say.hundred(ruin)
    if ruin > LASTS and facts.needs is not None and facts.needs.over_limit.mean() >= ruin / 2:
        told = [
            say.counted(
                "In {futures} of 100 futures victims wait within {n} year because the yearly limit on payments holds them "
                "back, whatever money there is.",
                "In {futures} of 100 futures victims wait within {n} years because the yearly limit on payments holds them "
                "back, whatever money there is.",
                years, futures=futures,
            )
        ]  # fmt: skip
    elif facts.scenario.world.fund.payment.when_short == "treasury_advance" and ruin > 0:
        told = [
            say.counted(
                "When its money is short the treasury lends, so that victims do not wait: that happens in {futures} of "
                "100 futures within {n} year.",
                "When its money is short the treasury lends, so that victims do not wait: that happens in {futures} of "
                "100 futures within {n} years.",
                years, futures=futures,
            )
        ]  # fmt: skip
    elif facts.results.pays_nobody:  # it has nothing to show that it lasts
        told = [
            say.counted(
                "In {futures} of 100 futures its money is less than its running costs within {n} year.",
                "In {futures} of 100 futures its money is less than its running costs within {n} years.",
                years, futures=futures,
            )
        ] if ruin > 0 else []  # fmt: skip
    elif ruin == 0:
        told = [
            say.counted(
                "{planned} it lasts {n} year in every one of the {futures} simulated futures.",
                "{planned} it lasts {n} years in every one of the {futures} simulated futures.",
                years, planned=planned, futures=say.whole(facts.results.projection.replications),
            )
        ]  # fmt: skip
    elif ruin <= LASTS:
        told = [
            say.counted(
                "{planned} it lasts {n} year in {futures} of 100 futures.",
                "{planned} it lasts {n} years in {futures} of 100 futures.",
                years, planned=planned, futures=say.hundred(1 - ruin),
            )
        ]  # fmt: skip
    elif ruin < FAILS:
        told = [
            say.counted(
                "{planned} it is at risk: in {futures} of 100 futures its money runs short within {n} year, and victims "
                "wait.",
                "{planned} it is at risk: in {futures} of 100 futures its money runs short within {n} years, and victims "
                "wait.",
                years, planned=planned, futures=futures,
            )
        ]  # fmt: skip
    else:
        told = [
            say.counted(
                "{planned} it does not last: in {futures} of 100 futures its money runs short within {n} year, and "
                "victims wait.",
                "{planned} it does not last: in {futures} of 100 futures its money runs short within {n} years, and "
                "victims wait.",
                years, planned=planned, futures=futures,
            )
        ]  # fmt: skip
    return [*told, *_contribution(facts, say), *sufficing.desk(facts.results, say)]


def sure_of(facts: Facts, say: Language) -> str:
    """In how many of 100 futures the fund shall last."""
    return say.decimal(100 * facts.confidence, 2)


def growth(facts: Facts) -> str:
    """What the contribution grows with, as its budget line does: none, prices or wages."""
    assert facts.needs is not None
    line = facts.scenario.world.income[facts.needs.line]
    return line.index if isinstance(line, BudgetLine) else "none"


def _contribution(facts: Facts, say: Language) -> list[str]:
    if facts.paid is None or facts.needs is None:
        several = len(shortage.lines(facts.scenario.world)) > 1
        text = "What the state must pay is not computed: there are several budget lines."
        return [say(text)] if several else []
    sure = sure_of(facts, say)
    if not np.isfinite(facts.paid.amount):
        return sufficing.needed(what_suffices(facts.needs, facts.confidence), say)
    if facts.paid.amount == 0:
        return [
            say(
                "It lasts in {sure} of 100 futures without any contribution of the state.",
                sure=sure,
            )
        ]
    texts = NEEDED_BESIDE if facts.other_income else NEEDED
    return [say(texts[growth(facts)], sure=sure, amount=say.euro(facts.paid.amount))]


def _sure(facts: Facts, say: Language) -> str:
    data, partly, guess = (
        int(facts.get("assumptions", g)) for g in ("data", "partly", "judgement")
    )
    return say.counted(
        "How sure this is: of {n} uncertain number {data} rest on data, {partly} on partial data and {guess} on judgement.",
        "How sure this is: of {n} uncertain numbers {data} rest on data, {partly} on partial data and {guess} on judgement.",
        data + partly + guess, data=data, partly=partly, guess=guess,
    )  # fmt: skip


def _must_pay(facts: Facts, say: Language) -> tuple[str, str] | None:
    """What the state must pay a year, and the error of the simulation; None where nothing could be varied."""
    if facts.paid is None:
        return None
    if not np.isfinite(facts.paid.amount):
        return say("no amount suffices"), say("no range")
    if not np.isfinite(facts.paid.high95):
        return say.euro(facts.paid.amount), say("no range")
    low, high = say.euro(facts.paid.low95), say.euro(facts.paid.high95)
    return say.euro(facts.paid.amount), say("{low} to {high}", low=low, high=high)


def _budgets(facts: Facts, path: Path, say: Language) -> Iterator[tuple[str, str, str]]:
    """The budget of each of the first years that is enough, with the error of the simulation."""
    for need, year in zip(path.need[: words.TERM], path.years[: words.TERM], strict=True):
        found = amount(need, facts.confidence)
        span = say("no range")
        if np.isfinite(found.high95):
            span = say("{low} to {high}", low=say.euro(found.low95), high=say.euro(found.high95))
        name = say(
            "Budget of {year} (euro of {year}), enough in {sure} of 100 (range: error of the simulation)",
            year=year, sure=sure_of(facts, say),
        )  # fmt: skip
        yield name, words.enough_of(need, facts.confidence, say), span


def _too_small(facts: Facts, say: Language) -> tuple[str, str, str]:
    """In how many years the budget is too small, and whose it is."""
    budget = shortage.named(facts.results, say) or say("the fund's income")
    low, high = (say.percent(facts.get("too_small_rate", p)) for p in ("p5", "p95"))
    return (
        say("Years in which {budget} is too small", budget=budget),
        say.percent(facts.get("too_small_rate")), say("{low} to {high}", low=low, high=high),
    )  # fmt: skip


def _glance(facts: Facts, say: Language) -> Table:
    get = facts.get
    low, high = (say.percent(get("ruin", p)) for p in ("low95", "high95"))
    own = {
        "contribution_needed": _must_pay(facts, say),
        "ruin": (say.percent(get("ruin")), say("{low} to {high}", low=low, high=high)),
    }
    if get("paid_by_fund") <= 0:
        own["months_to_payment_with"] = None
    if get("state_cost_a_year") <= 0:
        own["state_cost_a_year"] = None
    rows: list[tuple[str, str, str]] = []
    for m, at in shown_in("briefing"):
        if facts.budget is not None and m.name == "contribution_needed":
            rows += _budgets(facts, facts.budget, say)
            continue
        if facts.budget is not None and m.name == "ruin":
            rows.append(_too_small(facts, say))
            continue
        usual = cell(facts.results, m, at, say), span(facts.results, m, say)
        if (figures := own.get(m.name, usual)) is not None:
            rows.append((say(at.words, sure=sure_of(facts, say)), *figures))
    year = facts.scenario.world.time.price_year
    return Table(
        say("At a glance (money in euro of {year})", year=year),
        (say("Figure"), say("Value"), say("9 of 10 futures")), tuple(rows), (False, True, True), (5, 2, 3),
    )  # fmt: skip
