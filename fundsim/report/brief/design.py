"""The fund proposed: its rules in plain words, made from the scenario's switches; and the alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any, assert_never

from fundsim.analysis.measures import shown_in
from fundsim.report import shortage
from fundsim.report.brief.blocks import Block, Heading, Items, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.language import Language
from fundsim.report.rows import cells
from fundsim.report.shortage import of_each, size_of
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.labels import fields, joined, labels
from fundsim.scenario.phases import differences
from fundsim.scenario.record import record_in
from fundsim.scenario.schema import FORMS, Amount, BudgetLine, SourceOfIncome, World

MANY = 5  # a number with decimals takes the plural form of many


def design(facts: Facts, say: Language) -> Iterator[Block]:
    """The rules, and how other designs compare."""
    assumed = tuple(changes(facts.scenario.world, say))
    if facts.scenario.world.has_fund:
        law = facts.scenario.world.country.law_in_force
        told = law and law in facts.scenario.name.split("+")
        yield Heading(say("The scheme in force") if told else say("The fund proposed"))
        yield Items((*rules(facts.scenario.world, say), *assumed))
    elif assumed or facts.variants:
        yield Heading(say("What is assumed"))
        if assumed:
            yield Items(assumed)
    if facts.variants:
        text = say("Other designs on the same simulated cases.")
        yield Paragraph(f"{text} {of_each(facts.scenario.world, say)}".strip())
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
    if world.phase:
        yield say("These rules hold from the opening; what changes later stands at the end.")
    for part in ORDER:
        if not isinstance(part, str):
            yield from part(world, say)
            continue
        for key, value, field in fields(world):
            if f"{key}.".startswith(f"{part}.") and key not in done:
                done.add(key)
                yield from _sentence(world, value, field, say)
    yield from _paid_by(world, say)
    yield from later(world, say)


def later(world: World, say: Language) -> Iterator[str]:
    """What holds from a later year on: the sentences of the keys that a phase changes, else their names and values."""
    told = labels(world)
    for year, changes in groupby(differences(world), key=lambda one: one[0]):
        now, rules = world.in_year(year), []
        known = {key: field for key, _, field in fields(now)}
        for _, key, _, value in changes:
            said = list(_sentence(now, value, known[key], say)) if key in known else []
            if key.startswith("fund.eligible."):
                said = list(dict.fromkeys(_who(now, say))) or [
                    say("Adults and children may claim.")
                ]
            rules += said or [
                say("{name}: {value}.", name=say(joined(told[key])), value=_plain(value, say))
            ]
        yield say("From {year}: {rules}", year=year, rules=" ".join(dict.fromkeys(rules)))


def _plain(value: Any, say: Language) -> str:
    """A value of a setting, for a reader."""
    if isinstance(value, Assumption):
        return say.decimal(value.value, 2)
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return str(value)


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
    elif value.unit == "posts":
        yield say(sentence, posts=say.decimal(number, 2))
    elif value.unit == "amount":
        sums = " / ".join(_sum(world.fund.amount, x, say) for x in value.values or (number,))
        amount = say("{sums} (it is not known which)", sums=sums) if value.values else sums
        yield say(sentence, amount=amount)
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
            "For {share} of registered victims it pays shelter and reintegration for {n} month.",
            "For {share} of registered victims it pays shelter and reintegration for {n} months.",
            assistance.months, share=say.percent(assistance.rate.value),
        )  # fmt: skip


def _paid_by(world: World, say: Language) -> Iterator[str]:
    """The sources of income, and the sentences of their switches, which name the source."""
    sources = [source for name, source in sorted(world.income.items()) if world.ever_in_force(name)]
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
    return say("{name} ({size})", name=name, size=size_of(source, say))


def _who(world: World, say: Language) -> Iterator[str]:
    eligible = world.fund.eligible
    if not (eligible.children and eligible.adults):
        yield (
            say("Only children may claim.") if eligible.children else say("Only adults may claim.")
        )
    if set(eligible.forms) != set(FORMS):
        names = ", ".join(say.of("form", form) for form in eligible.forms)
        yield say("Covered forms of exploitation: {names}.", names=names)
    if eligible.conditions:
        names = ", ".join(say(one.label) for _, one in sorted(eligible.conditions.items()))
        yield say("A claimant must also meet: {names}.", names=names)
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
        case "heads":
            names = ", ".join(say(head.label) for _, head in sorted(amount.heads.items()))
            yield say("The fund adds up heads of damage: {names}.", names=names)
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
    rows, left_out = [], shortage.unfit(facts.results, *facts.variants)
    for r in (facts.results, *facts.variants):
        own = {"share_paid_with": r.said("share_paid_with", say.hundred, say)}
        if r.world.has_fund and r.get("due_a_year") <= 0:
            own["ruin"] = own["too_small_rate"] = say("nothing is due")
        design = title_of(r.projection.scenario.name, say)
        rows.append(
            {say("Design"): design, **cells(r, "briefing designs", say, own, without=left_out)}
        )
    narrow = ("ruin", "too_small_rate", "share_paid_with")
    widths = (
        1.6 if m.name in narrow else 2
        for m, _ in shown_in("briefing designs")
        if m.name not in left_out
    )
    return Table(
        say("Designs side by side, means over futures"), tuple(rows[0]), tuple(tuple(row.values()) for row in rows),
        (False, *(True,) * (len(rows[0]) - 1)), (4, *widths),
    )  # fmt: skip


def title_of(name: str, say: Language) -> str:
    """A design without its country: the names of its files in words."""
    parts = name.split("+")[1:]
    return " + ".join(say.of("design", part.replace("_", " ")) for part in parts) or say("standard")
