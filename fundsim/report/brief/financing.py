"""Cost and financing: year by year, cash, income by source, contribution and confidence, burden."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fundsim.analysis.budget import Path
from fundsim.analysis.measures import shown_in
from fundsim.analysis.needs import enough
from fundsim.report import shortage
from fundsim.report.brief.blocks import Block, Figure, Heading, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.brief.opening import LEAST, growth
from fundsim.report.budget import words
from fundsim.report.budget.picture import path_curve
from fundsim.report.language import Language, marked
from fundsim.report.rows import cells, received
from fundsim.report.run import picture
from fundsim.report.solve.picture import confidence_curve
from fundsim.report.wording import receipts, spending
from fundsim.scenario.schema import SeizedAssets

GROWS = {
    "none": marked("Contributions are the same sum every year."),
    "prices": marked(
        "Contributions are in euro of {year} and rise with prices, as the budget line does."
    ),
    "wages": marked(
        "Contributions are in euro of {year} and rise with wages, as the budget line does."
    ),
}
CONFIDENCES = (0.5, 0.75, 0.9, 0.95, 0.99)
WIDTHS = {  # of the columns by year that are not as wide as most
    ("due", "mean"): 1, ("due", "range"): 1.7, ("liabilities", "mean"): 1.2, ("shortfall_so_far", "mean"): 1.3,
}  # fmt: skip


def financing(facts: Facts, say: Language) -> Iterator[Block]:
    """What it costs, who pays, what it takes to last."""
    if not facts.scenario.world.has_fund:
        return
    yield Heading(say("Cost and financing"))
    yield Paragraph(" ".join([*_who_pays(facts, say), *_burden(facts, say)]))
    if spent := spending(facts.results):
        shares = "; ".join(
            say("{name} {share}", name=say(label), share=say.percent(x))
            for label, x in spent.items()
        )
        yield Paragraph(
            say(
                "Where it goes, as shares of what the fund can pay: {shares}.",
                shares=shares,
            )
        )
    yield _yearly(facts, say)
    if facts.budget is not None:
        yield from _budget(facts, facts.budget, say)
        return
    yield Figure(
        say("Cash in December: the middle future, half of the futures, 9 of 10 futures; below, how many fell short by then"),
        picture.alt_text(facts.results, "cash_fan", say),
        picture.cash_fan(facts.results, say, bare=True),
    )  # fmt: skip
    if facts.needs is not None and facts.paid is not None:
        yield Heading(say("What it takes to last"), 2)
        yield Figure(
            say(
                "Contribution and confidence: the more is paid a year, the more futures last; or capital at the opening"
            ),
            say(
                "The share of futures that last, against the contribution a year and against opening capital."
            ),
            confidence_curve(facts.needs, facts.confidence, "", say, bare=True),
        )
        yield _confidence(facts, say)
        year = facts.scenario.world.time.price_year
        yield Paragraph(say(GROWS[growth(facts)], year=year), "note")


def _who_pays(facts: Facts, say: Language) -> Iterator[str]:
    parts = receipts(facts.results)
    total = sum(parts.values())
    if total <= 0:
        yield say("Nobody pays for it: this scenario has no income.")
        return
    shares = [
        say("{name} {share}", name=say(label), share=say.percent(x / total))
        for label, x in sorted(parts.items(), key=lambda part: -part[1])
        if x / total >= LEAST
    ]
    yield say("Who pays, as shares of all that comes in: {shares}.", shares="; ".join(shares))


def _burden(facts: Facts, say: Language) -> Iterator[str]:
    """The cost beside what the state confiscates."""
    seized = [s for s in facts.scenario.world.income.values() if isinstance(s, SeizedAssets)]
    if not seized:
        return
    largest = max(s.yearly_value.value for s in seized)
    if largest > 0:
        yield say(
            "The yearly cost is {share} of what is believed to be finally confiscated in a year, for all offences, {amount}.",
            share=say.percent(facts.get("due_a_year") / largest), amount=say.euro(largest),
        )  # fmt: skip


def _yearly(facts: Facts, say: Language) -> Table:
    rows, left_out = [], shortage.unfit(facts.results)
    for year in facts.results.projection.years():
        own = {"income": say.thousand(received(facts.results, year))}
        rows.append(
            {
                say("Year"): str(year),
                **cells(facts.results, "briefing by year", say, own, year, left_out),
            }
        )
    widths = (
        WIDTHS.get((m.name, at.statistic), 1.1)
        for m, at in shown_in("briefing by year")
        if m.name not in left_out
    )
    return Table(
        say("Year by year, thousand euro of each year, means over futures"), tuple(rows[0]),
        tuple(tuple(row.values()) for row in rows), (False, *(True,) * (len(rows[0]) - 1)), (1, *widths),
    )  # fmt: skip


def _budget(facts: Facts, path: Path, say: Language) -> Iterator[Block]:
    """Which budget of each year is enough, and how surely."""
    safe = facts.confidence
    term = path.years[0], path.years[: words.TERM][-1]
    yield Heading(say("Which budget is enough"), 2)
    yield Paragraph(words.total(path, safe, say))
    told = say(
        "Budget of each year that is enough; in {sure} of 100 simulations: {amounts}",
        sure=say.decimal(100 * safe, 2), amounts=words.amounts(path, safe, say),
    )  # fmt: skip
    yield Figure(told, told, path_curve(path, term, safe, "", say, bare=True))
    rows = words.rows(path, safe, say)
    yield Table(
        say("Budget of each year that is enough, nominal euro"), tuple(rows[0]),
        tuple(tuple(row.values()) for row in rows), (False, *(True,) * (len(rows[0]) - 1)), (1, *(2,) * (len(rows[0]) - 1)),
    )  # fmt: skip
    yield Paragraph(
        say(
            "Exact in each simulation: what falls due in the year, less all other income, if everything is paid in its year. What is "
            "not spent goes back. In euro of each year."
        ) + " " + say(
            "Missing when too small: of the amount that is enough in {sure} of 100, on average.", sure=say.decimal(100 * safe, 2)
        ),
        "note",
    )  # fmt: skip


def _confidence(facts: Facts, say: Language) -> Table:
    assert facts.needs is not None
    rows = []
    for share in CONFIDENCES:
        cells = []
        for need in (facts.needs.contribution, facts.needs.capital):
            amount = enough(need, share).amount
            cells.append(say.euro(amount) if np.isfinite(amount) else say("no amount suffices"))
        rows.append((say("{n} of 100 futures", n=say.decimal(100 * share, 2)), *cells))
    planned = facts.scenario.world.ever_in_force(facts.needs.line)
    return Table(
        say("What it takes, exact in each future"),
        (
            say("To last in"),
            say("Contribution of the state a year, beside other income") if facts.other_income
            else say("Contribution of the state a year"),
            say("or capital at the opening, with the planned line") if planned
            else say("or capital at the opening, without a contribution"),
        ),
        tuple(rows), (False, True, True), (2, 3, 4),
    )  # fmt: skip
