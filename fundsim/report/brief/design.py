"""The fund proposed: its rules in plain words, made from the scenario's switches; and the alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, assert_never

from fundsim.analysis.measures import shown_in
from fundsim.report.brief.blocks import Block, Heading, Items, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.language import Language
from fundsim.report.rows import cells
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.labels import fields
from fundsim.scenario.record import record_in
from fundsim.scenario.schema import FORMS, Amount, BudgetLine, SourceOfIncome, World

MANY = 5  # a number with decimals takes the plural form of many


def design(facts: Facts, say: Language) -> Iterator[Block]:
    """The rules, and how other designs compare."""
    assumed = tuple(changes(facts.scenario.world, say))
    if facts.scenario.world.has_fund:
        yield Heading(say("The fund proposed"))
        yield Items((*rules(facts.scenario.world, say), *assumed))
    elif assumed or facts.variants:
        yield Heading(say("What is assumed"))
        if assumed:
            yield Items(assumed)
    if facts.variants:
        text = say("Other designs on the same simulated cases.")
        if any(
            isinstance(s, BudgetLine) and s.in_force for s in facts.scenario.world.income.values()
        ):
            text += " " + say(
                "The budget line is the same in each unless a design changes it, so that running short compares how large the "
                "line is, too."
            )
        yield Paragraph(text)
        yield _alternatives(facts, say)


def changes(world: World, say: Language) -> Iterator[str]:
    """Reforms and stresses that the scenario has."""
    last = world.time.start_year + world.time.horizon_years - 1
    for change in world.reform.values():
        name = say(change.label)
        if change.from_year > last:
            yield say(
                "Reform from {year}, after the years shown: {name}.",
                year=change.from_year,
                name=name,
            )
        else:
            yield say("Reform from {year}: {name}.", year=change.from_year, name=name)
    for change in world.stress.values():
        yield say("Hard year assumed: {name}.", name=say(change.label))


def rules(world: World, say: Language) -> Iterator[str]:
    """The fund's rules in plain words: the sentences of its keys, and those that join several keys."""
    done: set[str] = set()
    for part in ORDER:
        if not isinstance(part, str):
            yield from part(world, say)
            continue
        for key, value, field in fields(world):
            if f"{key}.".startswith(f"{part}.") and key not in done:
                done.add(key)
                yield from _sentence(world, value, field, say)
    yield from _paid_by(world, say)


def _sentence(world: World, value: Any, field: Any, say: Language) -> Iterator[str]:
    """What the record of a key says of its value; of a number that cannot be absent, 0 is nothing to tell."""
    sentence = record_in(field).sentence
    number = value.value if isinstance(value, Assumption) else value
    if isinstance(sentence, Mapping):
        if text := sentence.get(value, ""):
            yield say(text)
    elif not sentence or number is None or (number == 0 and field.default is not None):
        return
    elif isinstance(sentence, tuple):
        yield say.counted(*sentence, int(number))
    elif value.unit == "amount":
        yield say(sentence, amount=_sum(world.fund.amount, number, say))
    else:
        yield say(sentence, amount=say.euro(number))


def _unpaid(world: World, say: Language) -> Iterator[str]:
    if world.fund.entry_point == "unpaid_judgment":
        yield say.counted(
            "A person may claim once a court's award has stayed unpaid for {n} month.",
            "A person may claim once a court's award has stayed unpaid for {n} months.", world.fund.unpaid_months,
        )  # fmt: skip


def _interim(world: World, say: Language) -> Iterator[str]:
    interim = world.fund.interim
    if interim.share.value > 0:
        yield say(
            "Soon after filing, {share} of what is asked is paid on account, at most {cap}.",
            share=say.percent(interim.share.value), cap=say.euro(interim.cap.value),
        )  # fmt: skip


def _instalments(world: World, say: Language) -> Iterator[str]:
    payment = world.fund.payment
    if payment.instalments > 1:
        yield say.counted(
            "Benefits are paid in {n} instalment, one every {months}.",
            "Benefits are paid in {n} instalments, one every {months}.", payment.instalments,
            months=say.months(payment.every_months),
        )  # fmt: skip
    else:
        yield say("Granted benefits are paid in one sum at the end of the month.")


def _assistance(world: World, say: Language) -> Iterator[str]:
    assistance = world.fund.assistance
    if assistance.rate.value > 0:
        yield say.counted(
            "For {share} of identified victims it pays shelter and reintegration for {n} month.",
            "For {share} of identified victims it pays shelter and reintegration for {n} months.",
            assistance.months, share=say.percent(assistance.rate.value),
        )  # fmt: skip


def _paid_by(world: World, say: Language) -> Iterator[str]:
    """The sources of income, and the sentences of their switches, which name the source."""
    sources = [source for _, source in sorted(world.income.items()) if source.in_force]
    if sources:
        yield say(
            "It is paid for by: {names}.",
            names="; ".join(_source(source, say) for source in sources),
        )
    for source in sources:
        for _, value, field in fields(source):
            sentence = record_in(field).sentence
            if isinstance(sentence, Mapping) and (text := sentence.get(value, "")):
                yield say(text, name=say(source.label))


def _source(source: SourceOfIncome, say: Language) -> str:
    """A source of income; of a budget line also how much."""
    name = say(source.label)
    if not isinstance(source, BudgetLine):
        return name
    return say("{name} ({amount} a year)", name=name, amount=say.euro(source.amount.value))


def _who(world: World, say: Language) -> Iterator[str]:
    eligible = world.fund.eligible
    if not (eligible.children and eligible.adults):
        yield (
            say("Only children may claim.") if eligible.children else say("Only adults may claim.")
        )
    if set(eligible.forms) != set(FORMS):
        names = ", ".join(say.of("form", form) for form in eligible.forms)
        yield say("Covered forms of exploitation: {names}.", names=names)
    if eligible.foreign == "all":
        yield (
            say(
                "Adults and children of every nationality and form of exploitation have the same right."
            )
            if (eligible.children and eligible.adults and set(eligible.forms) == set(FORMS))
            else say("Foreign nationals have the same right.")
        )


def _amount(world: World, say: Language) -> Iterator[str]:
    amount = world.fund.amount
    share = say.percent(amount.judgment_share.value)
    sums = [
        getattr(getattr(amount.tariff, age), form).value
        for age in ("adult", "child")
        for form in FORMS
    ]
    least, most = (
        amount.floor.value if amount.floor else 0.0,
        amount.cap.value if amount.cap else max(sums),
    )
    low, high = (_sum(amount, max(min(x, most), least), say) for x in (min(sums), max(sums)))
    match amount.basis:
        case "fixed":
            yield say(
                "Each granted claim is worth {amount}.",
                amount=_sum(amount, amount.fixed.value, say),
            )
        case "judgment":
            yield say("The fund pays {share} of what the court has awarded.", share=share)
        case "tariff":
            yield say(
                "A tariff fixes the sum by form of exploitation and age: from {low} to {high}.",
                low=low,
                high=high,
            )
        case "smaller":
            yield say(
                "The fund pays {share} of the judgment or the tariff (from {low} to {high}), whichever is smaller.",
                share=share, low=low, high=high,
            )  # fmt: skip
        case other:
            assert_never(other)


def _sum(amount: Amount, value: float, say: Language) -> str:
    """A sum in the unit that the scenario has it in."""
    if not amount.in_wages:
        return say.euro(value)
    return say.counted(
        "{n} average monthly net wage", "{n} average monthly net wages", round(value) if value == round(value) else MANY,
        n=say.decimal(value),
    )  # fmt: skip


# of what a briefing tells of the fund, in this order: keys and tables by their sentences, what is named already left out
ORDER: tuple[str | Callable[[World, Language], Iterator[str]], ...] = (
    "fund.entry_point", _unpaid, _who, "fund.eligible.foreign", "fund.eligible.retroactive_years", "fund.eligible", _amount,
    "fund.amount.index", "fund.amount", "fund.subsidiarity", _interim, "fund.decision", _instalments, "fund.payment",
    "fund.costs", _assistance, "fund.assistance", "fund.subrogation", "fund",
)  # fmt: skip


def _alternatives(facts: Facts, say: Language) -> Table:
    rows = []
    for r in (facts.results, *facts.variants):
        own = {"share_paid_with": r.said("share_paid_with", say.hundred, say)}
        if r.world.has_fund and r.get("due_a_year") <= 0:
            own["ruin"] = say("nothing is due")
        design = title_of(r.projection.scenario.name, say)
        rows.append({say("Design"): design, **cells(r, "briefing designs", say, own)})
    narrow = ("ruin", "share_paid_with")
    widths = (1.6 if m.name in narrow else 2 for m, _ in shown_in("briefing designs"))
    return Table(
        say("Designs side by side, means over futures"), tuple(rows[0]), tuple(tuple(row.values()) for row in rows),
        (False, *(True,) * (len(rows[0]) - 1)), (4, *widths),
    )  # fmt: skip


def title_of(name: str, say: Language) -> str:
    """A design without its country: the names of its files in words."""
    parts = name.split("+")[1:]
    return " + ".join(say.of("design", part.replace("_", " ")) for part in parts) or say("standard")
