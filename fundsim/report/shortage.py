"""What is said of money that is missing: how often, how much, whose budget it is, and what happens then.

A fund whose budget is voted each year and lapses is asked by the year; one that keeps its money, over the horizon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fundsim.analysis.question import not_asked, question
from fundsim.report.language import ENGLISH, Language, capital, marked
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import BudgetLine, Index, WhenShort, World
from fundsim.scenario.total import total

if TYPE_CHECKING:
    from fundsim.report.results import Results

MORE_THAN_NONE = 0.0005  # share of years below which a budget is said to be always enough
THEN = total(
    WhenShort,
    {
        "queue": marked("payments wait for the next budget"),
        "pro_rata": marked("everybody is paid a part, and the rest from the next budget"),
        "treasury_advance": marked("the treasury lends it"),
        "supplement": marked("the state adds it"),
    },
)
# by whether what is missing in a year is still owed in the next
MISSING = {
    False: marked(
        "{budget} is too small in {share} of 100 years: then {missing} is missing on average, and {then}."
    ),
    True: marked(
        "{budget} is too small in {share} of 100 years: then {missing} is missing on average, with what earlier years left unpaid, and {then}."
    ),
}
FIXED = total(
    Index,
    {
        "none": marked("{amount} a year, the same every year"),
        "prices": marked("{amount} a year, rising with prices"),
        "wages": marked("{amount} a year, rising with wages"),
    },
)


def by_year(results: Results) -> bool:
    """Whether the question that fits the fund is by the year."""
    return question(results.world) == "year"


def measure_of(results: Results) -> str:
    """The measure that answers the question that fits the fund."""
    return "too_small_rate" if by_year(results) else "ruin"


def unfit(*found: Results) -> set[str]:
    """The measures that answer a question which is asked of none of the runs of a table; none where there is no fund."""
    left_out = not_asked(*(results.world for results in found))
    by_the_year = {"ruin": "shortfall_so_far", "too_small_rate": "too_small"}
    return {left_out, by_the_year[left_out]} if left_out else set()


def lines(world: World) -> dict[str, BudgetLine]:
    """The budget lines by name, each as it is when it is first in force."""
    found: dict[str, BudgetLine] = {}
    for _, era in world.eras:
        for name, source in sorted(era.income.items()):
            if isinstance(source, BudgetLine) and source.in_force:
                found.setdefault(name, source)
    return found


def of_each(world: World, say: Language) -> str:
    """Whose budget each of several designs has that are set beside a first one; "" without budget lines."""
    budget = lines(world).values()
    if any(line.vote == "revised" for line in budget):
        return say(
            "The budget of each follows its own cost, by the same rule unless a design changes it."
        )
    if budget:
        return say(
            "The budget line is the same in each unless a design changes it, so that running short compares how large the "
            "line is, too."
        )
    return ""


def size_of(line: BudgetLine, say: Language) -> str:
    """How large a budget line is: an amount, or the rule by which it is revised."""
    if line.vote == "revised":
        return say.counted(
            "revised each year to {margin} times the yearly cost of the year before",
            "revised each year to {margin} times the average yearly cost of the {n} years before",
            line.base_years, margin=say.decimal(line.margin.value, 2),
        )  # fmt: skip
    assert line.amount is not None
    return say(FIXED[line.index], amount=say.euro(line.amount.value))


def whose(scenario: Scenario, name: str, say: Language, short: bool = False) -> str:
    """Whose choice the size of a budget line is.  short  where letters are few"""
    line = lines(scenario.world)[name]
    keys = ("margin", "vote") if line.vote == "revised" else ("amount", "vote")
    origins = [scenario.origin(f"income.{name}.{key}") for key in keys]
    files = [origin.file for origin in origins if origin is not None]
    if "--set" in files:
        return say("yours") if short else say("as you set it")
    if files and not all(file.startswith("scenarios/") for file in files):
        return say("as {file} says", file=files[0])
    published = scenario.sources.get(line.amount.source) if line.amount is not None else None
    if line.vote == "fixed" and published is not None:
        if short:
            return say("published")
        return say(
            "as published: {publisher}, {year}",
            publisher=str(published.get("publisher")), year=str(published.get("year")),
        )  # fmt: skip
    return say("our rule") if short else say("our rule, no ministry's figure")


def budget_of(scenario: Scenario, say: Language) -> str:
    """The budget as a phrase: its size, and whose choice that is."""
    return say("the annual budget, {budget},", budget=_sized(scenario, say))


def _sized(scenario: Scenario, say: Language) -> str:
    found = lines(scenario.world)
    if len(found) != 1:
        return say("of {n} lines, each by its own rule", n=len(found))
    ((name, line),) = found.items()
    return say("{size} ({whose})", size=size_of(line, say), whose=whose(scenario, name, say))


def budgets(scenarios: Sequence[Scenario], say: Language = ENGLISH) -> list[str]:
    """Whose budget it is that may be too small, of each scenario that has one: one sentence where all have the same."""
    found = {one.name: _sized(one, say) for one in scenarios if lines(one.world)}
    if len(set(found.values())) == 1:
        return [say("The annual budget is {budget}.", budget=next(iter(found.values())))]
    return [
        say("The annual budget of {name} is {budget}.", name=name, budget=budget)
        for name, budget in found.items()
    ]


def named(results: Results, say: Language, short: bool = False) -> str:
    """The budget in few words, with whose choice it is; empty where no budget line is in force.  short  as for `whose`"""
    found = lines(results.world)
    if not found:
        return ""
    if len(found) > 1:
        return say("the budget of {n} lines, each by its own rule", n=len(found))
    (name,) = found
    owner = whose(results.projection.scenario, name, say, short)
    return (
        say("budget ({whose})", whose=owner) if short else say("the budget ({whose})", whose=owner)
    )


def planned(results: Results, say: Language) -> str:
    """With what the fund is planned to be paid for: how a sentence begins that says whether it lasts."""
    if lines(results.world):
        return say("With {budget}", budget=budget_of(results.projection.scenario, say))
    return say("With the income of this scenario")


def in_short(results: Results, say: Language) -> str:
    """In how many years the budget is too small, and whose it is; of a fund asked by the year."""
    return say(
        "{budget} is too small in {number} of 100 years",
        budget=named(results, say) or say("the fund's income"), number=of_100(results.get("too_small_rate"), say),
    )  # fmt: skip


def told(results: Results, say: Language = ENGLISH) -> list[str]:
    """In how many years the budget is too small, by how much then, and what lapses; of a fund asked by the year."""
    get = results.get
    rate = get("too_small_rate")
    voted = bool(lines(results.world))
    budget = budget_of(results.projection.scenario, say) if voted else say("the fund's income")
    if rate <= MORE_THAN_NONE:
        short = say("{budget} is large enough in every simulated year.", budget=budget)
    else:
        short = say(
            MISSING[_kept_waiting(results.world)], budget=budget, share=of_100(rate, say),
            missing=say.euro(get("missing_then")), then=_then(results.world, say),
        )  # fmt: skip
    if not voted:
        return [capital(short)]
    amounts = say(
        "On average {budget} a year is voted, and {lapsed} of it stays unspent and goes back.",
        budget=say.euro(get("budget_a_year")), lapsed=say.euro(get("lapsed_a_year")),
    )  # fmt: skip
    return [capital(short), amounts]


def _kept_waiting(world: World) -> bool:
    """Whether what is not paid in a year is still owed in the next."""
    return any(era.fund.payment.when_short != "supplement" for _, era in world.eras)


def _then(world: World, say: Language) -> str:
    """What happens when money is missing."""
    rules = {era.fund.payment.when_short for _, era in world.eras}
    if len(rules) > 1:
        return say("what happens then changes with the years")
    return say(THEN[rules.pop()])


def of_100(share: float, say: Language) -> str:
    """How many of 100 a share is, never rounded to none or to all."""
    if 0 < share < 0.0095:
        return say("fewer than {number}", number=1)
    if 0.9905 <= share < 1:
        return say("over {number}", number=99)
    return say.whole(100 * share)
