"""The fund proposed: its rules in plain words, made from the scenario's switches; and the alternatives."""

from __future__ import annotations

from collections.abc import Iterator

from fundsim.report.brief.blocks import Block, Heading, Items, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.language import Language
from fundsim.scenario.schema import FORMS, Amount, BudgetLine, SourceOfIncome, World

ENTRY = {
    "identified": "A person may claim once the state has identified them as a victim of trafficking.",
    "indictment": "A person may claim once an offender has been indicted.",
    "conviction": "A person may claim once an offender has been finally convicted.",
    "judgment": "A person may claim once a court has finally awarded compensation.",
}
FOREIGN = {
    "lawful": "Foreign nationals may claim if they reside lawfully.",
    "reciprocity": "Foreign nationals may claim if their state gives the same right.",
    "none": "Foreign nationals may not claim.",
}
SHORT = {
    "queue": "When cash is short, payments wait their turn, the oldest first.",
    "pro_rata": "When cash is short, everybody gets an equal share of what is due, and the rest later.",
    "treasury_advance": "When cash is short, the treasury lends and is repaid when the fund can.",
}
MANY = 5  # a number with decimals takes the plural form of many
INDEX = {"prices": "The sums rise with prices.", "wages": "The sums rise with wages."}


def design(facts: Facts, say: Language) -> Iterator[Block]:
    """The rules, and how other designs compare."""
    assumed = tuple(changes(facts.scenario.world, say))
    if facts.has_fund:
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
    """The fund's rules in plain words, from the scenario's switches."""
    fund = world.fund
    if fund.entry_point == "unpaid_judgment":
        yield say.counted(
            "A person may claim once a court's award has stayed unpaid for {n} month.",
            "A person may claim once a court's award has stayed unpaid for {n} months.", fund.unpaid_months,
        )  # fmt: skip
    else:
        yield say(ENTRY[fund.entry_point])
    yield from _who(world, say)
    yield _amount(world, say)
    if fund.amount.index != "none":
        yield say(INDEX[fund.amount.index])
    if fund.amount.floor is not None:
        yield say(
            "No benefit is below {amount}.", amount=_sum(fund.amount, fund.amount.floor.value, say)
        )
    if fund.amount.cap is not None:
        yield say(
            "No benefit exceeds {amount}.", amount=_sum(fund.amount, fund.amount.cap.value, say)
        )
    if fund.subsidiarity.set_off:
        yield say("What the offender has already paid is deducted.")
    if fund.subsidiarity.wait_for_enforcement:
        yield say("Enforcement against the offender must have ended before a claim.")
    if fund.interim.share.value > 0:
        yield say(
            "Soon after filing, {share} of what is asked is paid on account, at most {cap}.",
            share=say.percent(fund.interim.share.value), cap=say.euro(fund.interim.cap.value),
        )  # fmt: skip
    yield say.counted(
        "{n} caseworker decides claims in the order in which they come.",
        "{n} caseworkers decide claims in the order in which they come.", fund.decision.caseworkers,
    )  # fmt: skip
    if fund.payment.instalments > 1:
        yield say.counted(
            "Benefits are paid in {n} instalment, one every {months}.",
            "Benefits are paid in {n} instalments, one every {months}.", fund.payment.instalments,
            months=say.months(fund.payment.every_months),
        )  # fmt: skip
    else:
        yield say("Granted benefits are paid in one sum at the end of the month.")
    if fund.payment.trust_until_18:
        yield say("A child's benefit is kept in trust until the child is 18.")
    if fund.payment.yearly_limit is not None:
        yield say(
            "It pays at most {amount} a year, rising with wages.",
            amount=say.euro(fund.payment.yearly_limit.value),
        )
    yield say(SHORT[fund.payment.when_short])
    if fund.costs.legal_aid_by_fund:
        yield say("The fund pays for the free legal aid of victims identified after its opening.")
    if fund.assistance.rate.value > 0:
        yield say.counted(
            "For {share} of identified victims it pays shelter and reintegration for {n} month.",
            "For {share} of identified victims it pays shelter and reintegration for {n} months.",
            fund.assistance.months, share=say.percent(fund.assistance.rate.value),
        )  # fmt: skip
    if fund.subrogation.pursued_share.value > 0:
        yield say(
            "The fund takes over the victim's claim against the offender, and tries to recover what it has paid."
        )
    if fund.opening_capital.value > 0:
        yield say("It opens with {amount}.", amount=say.euro(fund.opening_capital.value))
    sources = [source for _, source in sorted(world.income.items()) if source.in_force]
    if sources:
        yield say(
            "It is paid for by: {names}.",
            names="; ".join(_source(source, say) for source in sources),
        )
    for source in sources:
        if isinstance(source, BudgetLine) and source.lapses:
            yield say(
                "What is left of it in December returns to the treasury: {name}.",
                name=say(source.label),
            )


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
    if eligible.foreign != "all":
        yield say(FOREIGN[eligible.foreign])
    else:
        yield (
            say(
                "Adults and children of every nationality and form of exploitation have the same right."
            )
            if (eligible.children and eligible.adults and set(eligible.forms) == set(FORMS))
            else say("Foreign nationals have the same right.")
        )
    if eligible.retroactive_years:
        yield say.counted(
            "Victims who could have claimed up to {n} year before the opening may claim, too.",
            "Victims who could have claimed up to {n} years before the opening may claim, too.",
            eligible.retroactive_years,
        )  # fmt: skip
    if eligible.filing_limit_months is not None:
        yield say.counted(
            "A claim must be filed within {n} month.", "A claim must be filed within {n} months.",
            eligible.filing_limit_months,
        )  # fmt: skip


def _amount(world: World, say: Language) -> str:
    amount = world.fund.amount
    share = say.percent(amount.judgment_share.value)
    if amount.basis == "fixed":
        return say(
            "Each granted claim is worth {amount}.", amount=_sum(amount, amount.fixed.value, say)
        )
    if amount.basis == "judgment":
        return say("The fund pays {share} of what the court has awarded.", share=share)
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
    if amount.basis == "tariff":
        return say(
            "A tariff fixes the sum by form of exploitation and age: from {low} to {high}.",
            low=low,
            high=high,
        )
    return say(
        "The fund pays {share} of the judgment or the tariff (from {low} to {high}), whichever is smaller.",
        share=share, low=low, high=high,
    )  # fmt: skip


def _sum(amount: Amount, value: float, say: Language) -> str:
    """A sum in the unit that the scenario has it in."""
    if amount.money == "euro":
        return say.euro(value)
    return say.counted(
        "{n} average monthly net wage", "{n} average monthly net wages", round(value) if value == round(value) else MANY,
        n=say.decimal(value),
    )  # fmt: skip


def _alternatives(facts: Facts, say: Language) -> Table:
    rows = [
        (
            title_of(r.projection.scenario.name, say), say.euro(r.get("due_a_year")),
            say.percent(r.get("ruin")) if r.get("due_a_year") > 0 else "–",
            say.hundred(r.get("share_paid_with")),
            say.months(r.get("months_to_payment_with", "p50")) if r.get("paid_with") > 0 else "–",
            say.euro(r.get("received_with")),
        )
        for r in (facts.results, *facts.variants)
    ]  # fmt: skip
    return Table(
        say("Designs side by side, means over futures"),
        (say("Design"), say("Cost a year"), say("Runs short"), say("Victims paid, of 100"), say("Wait, middle future"),
         say("Each receives")),
        tuple(rows), (False, True, True, True, True, True), (4, 2, 1.6, 1.6, 2, 2),
    )  # fmt: skip


def title_of(name: str, say: Language) -> str:
    """A design without its country: the names of its files in words."""
    parts = name.split("+")[1:]
    return " + ".join(say.of("design", part.replace("_", " ")) for part in parts) or say("standard")
