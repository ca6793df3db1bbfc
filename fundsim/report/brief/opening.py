"""The first page: the answer in a paragraph, and the figures at a glance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fundsim.report.brief.blocks import Block, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.language import Language, country_of
from fundsim.scenario.schema import BudgetLine

LASTS, FAILS = (
    0.05,
    0.5,
)  # shares of futures with a shortfall: at most, and from which a fund lasts or fails


def opening(facts: Facts, say: Language) -> Iterator[Block]:
    """The answer."""
    yield Paragraph(" ".join(answer(facts, say)), "lead")
    if facts.has_fund:
        yield _glance(facts, say)


def answer(facts: Facts, say: Language) -> list[str]:
    """What it costs, what the state must pay, who pays the rest, what changes for victims, how sure: in sentences."""
    without, with_ = facts.get("share_paid_without"), facts.get("share_paid_with")
    country = facts.scenario.world.country.name
    if not facts.has_fund:
        return [
            say("{place} has no compensation fund in this scenario.", place=country_of("subject", country, say)),
            say(
                "Of 100 identified victims of trafficking {paid} ever get any money, from the offender; averaged over "
                "all, each receives {amount}.",
                paid=say.hundred(without), amount=say.euro(facts.get("received_without")),
            ),
            _sure(facts, say),
        ]  # fmt: skip
    told = [
        say(
            "A fund of this design would cost {place} {cost} a year (between {low} and {high} in 9 of 10 futures), or "
            "{head} per inhabitant.",
            place=country_of("object", country, say), cost=say.euro(facts.get("due_a_year")),
            low=say.euro(facts.get("due_a_year", "p5")), high=say.euro(facts.get("due_a_year", "p95")),
            head=say.euro(facts.get("due_per_head")),
        ),
        *_lasting(facts, say),
        say(
            "Of 100 identified victims {with_} get money instead of {without} without it; averaged over all identified "
            "victims each receives {more} instead of {less}.",
            with_=say.hundred(with_), without=say.hundred(without),
            more=say.euro(facts.get("received_with")), less=say.euro(facts.get("received_without")),
        ),
    ]  # fmt: skip
    if facts.get("paid_with") > 0:
        told.append(
            say(
                "Those who are paid wait {months} in the middle future.",
                months=say.months(facts.get("months_to_payment_with", "p50")),
            )
        )
    return [*told, _sure(facts, say)]


def _lasting(facts: Facts, say: Language) -> list[str]:
    """Whether it lasts, in words that differ for a fund that lasts, one that is at risk and one that fails."""
    ruin, years = facts.get("ruin"), facts.scenario.world.time.horizon_years
    planned = _planned(facts, say)
    futures = say.hundred(ruin)
    if facts.scenario.world.fund.payment.when_short == "treasury_advance" and ruin > 0:
        told = [
            say.counted(
                "When its money is short the treasury lends, so that victims do not wait: that happens in {futures} of "
                "100 futures within {n} year.",
                "When its money is short the treasury lends, so that victims do not wait: that happens in {futures} of "
                "100 futures within {n} years.",
                years, futures=futures,
            )
        ]  # fmt: skip
    elif ruin <= LASTS:
        lasting = say.hundred(1 - ruin) if ruin else "100"
        told = [
            say.counted(
                "{planned} it lasts {n} year in {futures} of 100 futures.",
                "{planned} it lasts {n} years in {futures} of 100 futures.",
                years,
                planned=planned,
                futures=lasting,
            )
        ]
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
    return [*told, *_contribution(facts, say)]


def _planned(facts: Facts, say: Language) -> str:
    """With what the fund is planned to be paid for."""
    lines = [
        s for s in facts.scenario.world.income.values() if isinstance(s, BudgetLine) and s.in_force
    ]
    if len(lines) == 1:
        return say(
            "With the budget line of {amount} a year", amount=say.euro(lines[0].amount.value)
        )
    return say("With the income of this scenario")


def _contribution(facts: Facts, say: Language) -> list[str]:
    if facts.paid is None:
        return []
    sure = f"{100 * facts.confidence:g}"
    if not np.isfinite(facts.paid.amount):
        return [
            say("No yearly contribution alone makes it last in {sure} of 100 futures.", sure=sure)
        ]
    if facts.paid.amount == 0:
        return [
            say(
                "It lasts in {sure} of 100 futures without any contribution of the state.",
                sure=sure,
            )
        ]
    amount = say.euro(facts.paid.amount)
    if facts.other_income:
        return [
            say(
                "To last in {sure} of 100 futures it needs {amount} a year from the state, beside its other income.",
                sure=sure, amount=amount,
            )
        ]  # fmt: skip
    return [
        say("To last in {sure} of 100 futures it needs {amount} a year from the state.", sure=sure, amount=amount)
    ]  # fmt: skip


def _sure(facts: Facts, say: Language) -> str:
    data, partly, guess = (
        int(facts.get("assumptions", g)) for g in ("data", "partly", "judgement")
    )
    return say.counted(
        "How sure this is: of {n} uncertain number {data} rest on data, {partly} on partial data and {guess} on judgement.",
        "How sure this is: of {n} uncertain numbers {data} rest on data, {partly} on partial data and {guess} on judgement.",
        data + partly + guess, data=data, partly=partly, guess=guess,
    )  # fmt: skip


def _glance(facts: Facts, say: Language) -> Table:
    get = facts.get

    def row(label: str, form: str, name: str, statistic: str = "mean") -> tuple[str, str, str]:
        how = {"euro": say.euro, "share": say.percent, "months": say.months}[form]
        low, high = (how(get(name, p)) for p in ("p5", "p95"))
        return label, how(get(name, statistic)), say("{low} to {high}", low=low, high=high)

    rows = [row(say("Cost a year"), "euro", "due_a_year")]
    if facts.paid is not None:
        finite = np.isfinite(facts.paid.amount)
        amount = say.euro(facts.paid.amount) if finite else say("no amount suffices")
        span = "–"
        if finite and np.isfinite(facts.paid.high95):
            span = say(
                "{low} to {high}", low=say.euro(facts.paid.low95), high=say.euro(facts.paid.high95)
            )
        label = say(
            "The state pays a year, to last in {sure} of 100 futures (range: error of the simulation)",
            sure=f"{100 * facts.confidence:g}",
        )
        rows.append((label, amount, span))
    rows += [
        row(say("Identified victims who get money, without the fund"), "share", "share_paid_without"),
        row(say("Identified victims who get money, with the fund"), "share", "share_paid_with"),
        row(say("Received, averaged over all identified victims, with the fund"), "euro", "received_with"),
    ]  # fmt: skip
    if get("paid_with") > 0:
        rows.append(row(say("Wait from identification to payment, with the fund"), "months",
                        "months_to_payment_with", "p50"))  # fmt: skip
    low, high = (say.percent(get("ruin", p)) for p in ("low95", "high95"))
    rows.append(
        (say("Futures in which money runs short, as planned (range: error of the simulation)"),
         say.percent(get("ruin")), say("{low} to {high}", low=low, high=high))
    )  # fmt: skip
    year = facts.scenario.world.time.price_year
    return Table(
        say("At a glance (money in euro of {year})", year=year),
        (say("Figure"), say("Mean or middle"), say("9 of 10 futures")), tuple(rows), (False, True, True), (5, 2, 3),
    )  # fmt: skip
