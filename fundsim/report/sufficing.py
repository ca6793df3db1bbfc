"""What would be enough, or why no amount is, in words: the same in every command, page and paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundsim.analysis.project import needs_in
from fundsim.analysis.question import question
from fundsim.analysis.suffices import Sufficient, least_futures, what_suffices
from fundsim.report.language import Language, marked
from fundsim.scenario.command import command_line
from fundsim.scenario.schema import BudgetLine, Index
from fundsim.scenario.total import total

if TYPE_CHECKING:
    from fundsim.report.results import Results

GROWS = total(
    Index,
    {
        "none": marked("the same every year"),
        "prices": marked("rising with prices"),
        "wages": marked("rising with wages"),
    },
)
SURE = 0.95  # share of futures that a run speaks of
LATE = 0.02  # share of claims not decided within a year, above which it is said


def of_run(results: Results, say: Language) -> list[str]:
    """What a fund that falls short in more than 5 of 100 futures needs; of a run that worked it out."""
    scenario = results.projection.scenario
    if question(scenario.world) == "year":
        command = command_line("budget", [scenario.given], scenario.sets)
        told = say(
            "What to enter into the budget for the next three years: {command}", command=command
        )
        return [*held_back(results, say), told, *desk(results, say)]
    if results.get("ruin") <= 1 - SURE:
        return [*desk(results, say)]
    n = results.projection.replications
    if n < (least := least_futures(SURE)):
        return [
            say("What would be enough is not told of {few} futures: {least} are needed.", few=say.whole(n), least=say.whole(least)),
            *desk(results, say),
        ]  # fmt: skip
    needs = needs_in(results.projection)
    if needs is None:
        command = command_line("solve", [scenario.given], scenario.sets)
        told = say("What would be enough: {command}", command=command)
        return [told, *desk(results, say)]
    return [*needed(what_suffices(needs, SURE), say), *desk(results, say)]


def needed(found: Sufficient, say: Language) -> list[str]:
    """What it takes to last in the target share of futures, by the line or at the opening; or why nothing does."""
    source = found.needs.scenario.world.income[found.needs.line]
    assert isinstance(source, BudgetLine)
    sure, line = say.decimal(100 * found.target, 2), say(source.label)
    amount = say.euro(found.contribution.amount) if found.by_line else ""
    capital = say.euro(found.capital.amount) if found.by_capital else ""
    growth = say(GROWS[source.index])
    if amount and capital and found.needs.scenario.world.ever_in_force(found.needs.line):
        return [
            say(
                "To last in {sure} of 100 futures it needs {amount} a year ({growth}) from the line “{line}” or, with "
                "the line as it is, {capital} at the opening.",
                sure=sure, amount=amount, growth=growth, line=line, capital=capital,
            )
        ]  # fmt: skip
    if amount and capital:
        return [
            say(
                "To last in {sure} of 100 futures it needs {amount} a year ({growth}) from the line “{line}”, which is "
                "not in force, or without it {capital} at the opening.",
                sure=sure, amount=amount, growth=growth, line=line, capital=capital,
            )
        ]  # fmt: skip
    if amount:
        return [
            say(
                "To last in {sure} of 100 futures it needs {amount} a year ({growth}) from the line “{line}”.",
                sure=sure, amount=amount, growth=growth, line=line,
            )
        ]  # fmt: skip
    if capital:
        return [
            say(
                "No amount a year from the line “{line}” makes it last in {sure} of 100 futures; {capital} at the "
                "opening does, with the line as it is.",
                sure=sure, line=line, capital=capital,
            ),
            *why(found, say),
        ]  # fmt: skip
    return [
        say("No amount of money makes it last in {sure} of 100 futures.", sure=sure),
        *why(found, say),
    ]


def held_back(results: Results, say: Language) -> list[str]:
    """That a yearly limit on payments leaves victims waiting, not the budget; of a run that worked it out."""
    scenario = results.projection.scenario
    limited = any(era.fund.payment.yearly_limit is not None for _, era in scenario.world.eras)
    needs = needs_in(results.projection) if limited else None
    if needs is None or not (share := float(needs.over_limit.mean())) > 0:
        return []
    return [_limit(share, say)]


def _limit(share: float, say: Language) -> str:
    return say(
        "In {share} of futures the yearly limit on payments ({key}) alone leaves payments "
        "waiting, whatever money there is: raise the limit, or lower what is due.",
        share=say.percent(share), key="fund.payment.yearly_limit",
    )  # fmt: skip


def why(found: Sufficient, say: Language) -> list[str]:
    """What stands in the way of a fund that no amount of its line makes last, and how far money reaches."""
    told = []
    if found.limited > 0:
        told.append(_limit(found.limited, say))
    if found.begins is not None and found.cut:
        told.append(
            say(
                "In {share} of futures costs fall due before the line begins in {year}, or while it is cut to nothing: "
                "the fund needs capital at the opening too.",
                share=say.percent(found.useless), year=found.begins,
            )
        )  # fmt: skip
    elif found.begins is not None:
        told.append(
            say(
                "In {share} of futures costs fall due before the line begins in {year}: the fund needs capital at the "
                "opening too, or an earlier line.",
                share=say.percent(found.useless), year=found.begins,
            )
        )  # fmt: skip
    elif found.useless > 0 and found.cut:
        told.append(
            say(
                "In {share} of futures the line is cut to nothing in some years while costs fall due: the fund needs "
                "capital at the opening too.",
                share=say.percent(found.useless),
            )
        )
    elif found.useless > 0:
        told.append(
            say(
                "In {share} of futures no amount of the line is enough.",
                share=say.percent(found.useless),
            )
        )
    if found.most > 0:
        told.append(
            say(
                "With the line alone the fund lasts in {share} of futures at most.",
                share=say.percent(found.most),
            )
        )
    return told


def desk(results: Results, say: Language) -> list[str]:
    """That money is not what holds claims up, where those who decide cannot keep pace."""
    late, unready = results.get("claims_slow_rate"), results.get("claims_unready_rate")
    if not late > LATE:
        return []
    told = [
        say(
            "{share} of claims are not decided within a year of filing; for {part} reports and opinions alone take so long.",
            share=say.percent(late), part=say.percent(unready),
        )
    ]  # fmt: skip
    if late - unready > LATE:
        by_committee = results.world.fund.decision.body == "committee"
        key = "fund.decision.files_a_session" if by_committee else "fund.decision.posts"
        told.append(say("More money does not mend that: a larger desk may ({key}).", key=key))
    return told
