"""What the page "Answer" shows of a fund that is asked by the year: which budgets are enough, how often one is not."""

from __future__ import annotations

from fundsim.analysis.budget import Path, amount
from fundsim.app import charts, draw
from fundsim.app.view import View
from fundsim.report import shortage
from fundsim.report.budget import words
from fundsim.report.language import capital


def term(path: Path) -> tuple[int, int]:
    """The first and last of the years that sentences name."""
    return path.years[0], path.years[: words.TERM][-1]


def label(view: View) -> str:
    """What the tile of the first year's budget is called."""
    say = view.say
    return say("Budget of {year} that is enough", year=view.years[0])


def tile(view: View) -> tuple[str, str]:
    """The budget of the first year that is enough, and those of the years after it."""
    say, path, sure = view.say, view.budget, view.choice.confidence
    if path is None:
        return "…", say("being computed")
    first = words.enough_of(path.need[0], sure / 100, say)
    later = path.of(path.years[0] + 1, path.years[-1])
    if not later.years:
        return first, say("in {sure} of 100 simulations", sure=sure)
    return first, say(
        "in {sure} of 100 simulations; {amounts}", sure=sure,
        amounts=words.amounts(later, sure / 100, say, words.TERM - 1),
    )  # fmt: skip


def how_often(view: View) -> tuple[str, str]:
    """In how many years the budget is too small, whose it is, and what is missing then."""
    get, say = view.results.get, view.say
    rate = get("too_small_rate")
    budget = shortage.named(view.results, say) or say("the fund's income")
    if rate <= shortage.MORE_THAN_NONE:
        return say.percent(rate), say("of years, with {budget}", budget=budget)
    return say.percent(rate), say(
        "of years, with {budget}; then {missing} is missing on average",
        budget=budget, missing=say.euro(get("missing_then")),
    )  # fmt: skip


def too_small(view: View) -> None:
    """The chart of how often the budget of each year is too small."""
    get, say = view.results.get, view.say
    draw.heading(capital(shortage.in_short(view.results, say)))
    rows = [
        {"year": y, "share": get("too_small", "mean", y), "low": get("too_small", "low95", y),
         "high": get("too_small", "high95", y)}
        for y in view.years
    ]  # fmt: skip
    worst = max(rows, key=lambda row: row["share"])
    draw.picture(
        charts.bars_by_year(rows, say("Budget too small in the year"), say),
        say(
            "Share of simulations in which the budget of each year is too small; the largest is {share}, in {year}.",
            share=say.percent(worst["share"]), year=worst["year"],
        ),
    )  # fmt: skip
    draw.aside(
        say(
            "Something is still owed in December, or the state or the treasury had to add money. What waits is carried into the "
            "next year, and counts there again."
        )
    )


def enough(view: View, path: Path) -> list[dict[str, str]]:
    """The budgets of each year that are enough, as a chart; returns the table behind it."""
    say, safe = view.say, view.choice.confidence / 100
    sure = say.decimal(100 * safe, 2)
    told = words.amounts(path, safe, say)
    heading = say("What it takes: enough in {sure} of 100: {amounts}", sure=sure, amounts=told)
    draw.heading(heading)
    chart = []
    for share in words.shares(safe):
        name = say("enough in {sure} of 100", sure=say.decimal(100 * share, 2))
        for year, need in zip(path.years, path.need, strict=True):
            value = amount(need, share).value
            chart.append({"year": year, "name": name, "middle": value, "low": value, "high": value})
    draw.picture(
        charts.lines(chart, say("Budget of the year, euro of that year"), "€", say), heading
    )
    draw.aside(
        say(
            "Exact in each simulation: what falls due in the year, less all other income, if everything is paid in its year. What is "
            "not spent goes back. In euro of each year."
        )
    )
    draw.say(words.total(path, safe, say))
    rows = words.rows(path, safe, say)
    draw.table(
        rows, say("Budget of each year that is enough, nominal euro"),
        say("Missing when too small: of the amount that is enough in {sure} of 100, on average.", sure=sure),
    )  # fmt: skip
    return rows
