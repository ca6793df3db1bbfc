"""Money: cost by kind, income by source, benefits incurred and paid; in the money that the reader thinks in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from fundsim.app import charts, draw, state
from fundsim.app.choice import Choice
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report import figures, wording
from fundsim.report.language import Language, language, marked
from fundsim.report.run import picture

TITLE, ORDER = marked("Money"), 30
PARTS = {
    "cost": marked("cost"), "income": marked("income"), "incurred and paid": marked("incurred and paid"),
    "cost_by_kind": marked("cost by kind"), "income_by_source": marked("income by source"),
    "incurred_paid": marked("incurred paid"), "cost to the state": marked("cost to the state"),
}  # fmt: skip

PRICES = {
    "real": marked("prices of today (real)"),
    "nominal": marked("money of each year (nominal)"),
}
CURRENCY = {"euro": marked("euro"), "local": marked("local currency")}
OF = {"whole": marked("in all"), "head": marked("per inhabitant")}
CHOICES = (
    (marked("Prices"), PRICES),
    (marked("Currency"), CURRENCY),
    (marked("Amounts"), OF),
)
UNITS = {  # whether in real prices, and per inhabitant
    (True, False): marked("{currency} of {year}"),
    (True, True): marked("{currency} of {year}, per inhabitant"),
    (False, False): marked("{currency} of each year"),
    (False, True): marked("{currency} of each year, per inhabitant"),
}


# what makes up the cost to the state, and what each part is called
STATE = {
    "budget": marked("voted"), "lapsed": marked("goes back unspent"), "supplements": marked("added where money is missing"),
    "advances": marked("lent by the treasury"), "repayments": marked("repaid to it"),
    "state_cost": marked("borne beside the fund"),
}  # fmt: skip


def controls(choice: Choice) -> None:
    """In which money."""
    say = language(choice.language)
    now, columns = choice.money.split("_"), st.columns(3)
    for place, (label, options) in enumerate(CHOICES):
        told = {option: say(text) for option, text in options.items()}
        with columns[place]:
            st.selectbox(
                say(label), list(told), format_func=told.__getitem__,
                key=state.bound(f"m{place}", now[place]), on_change=state.on(f"m{place}", _set, place),
            )  # fmt: skip


def _set(place: int, value: str) -> None:
    parts = state.choice().money.split("_")
    parts[place] = value
    state.change(money="_".join(parts))


@dataclass(frozen=True)
class Money:
    """How amounts are shown.

    say   the language;  real, per_head  as chosen;  currency  € or its code
    unit  in words;  factor  year -> what euro of that kind are multiplied by
    """

    say: Language
    real: bool
    per_head: bool
    currency: str
    unit: str
    factor: Callable[[int], float]

    def of(self, view: View, measure: str, year: int, statistic: str = "mean") -> float:
        """A measure of a year.  Where no real one is kept it is deflated as the whole cost is."""
        get = view.results.get
        if not self.real:
            return get(measure, statistic, year) * self.factor(year)
        exact = get(f"{measure}_real", statistic, year)
        if (f"{measure}_real", year, statistic) in view.results.values:
            return exact * self.factor(year)
        nominal = get("due", "mean", year)
        deflated = get("due_real", "mean", year) / nominal if nominal else 1.0
        return get(measure, statistic, year) * deflated * self.factor(year)

    def form(self, amount: float) -> str:
        """An amount as people read it."""
        if not self.per_head:
            return self.say.money(amount, self.currency)
        say = self.say
        return say("{currency} {amount}", currency=self.currency, amount=say.fixed(amount, 4))


def money_of(view: View) -> Money:
    """The money that is chosen."""
    prices, currency, of = view.choice.money.split("_")
    country, get = view.scenario.world.country, view.results.get
    head = country.population.value if of == "head" else 1.0

    def factor(year: int) -> float:
        if currency == "euro":
            return 1 / head
        if prices == "real":
            return country.exchange_rate.value / head
        paid = get("outgo", "mean", year)  # the rate of the year, as the model draws it
        rate = get("outgo_local", "mean", year) / paid if paid else country.exchange_rate.value
        return rate / head

    say, real, per_head = view.say, prices == "real", of == "head"
    code = "€" if currency == "euro" else country.currency
    year = view.scenario.world.time.price_year
    unit = UNITS[real, per_head]
    told = say(unit, currency=code, year=year) if real else say(unit, currency=code)
    return Money(say, real, per_head, code, told, factor)


def page(view: View) -> Shown:
    """The page."""
    say, world, get = view.say, view.scenario.world, view.results.get
    if not view.scenario.world.has_fund:
        draw.answer(
            view.top,
            say(
                "Without a fund there is no cost but that of reforms, {amount} a year.",
                amount=say.euro(get("state_cost_a_year")),
            ),
        )
        return Shown()
    money = money_of(view)
    spent = get("outgo_a_year")
    reaches = say.percent(get("benefits_a_year") / spent if spent else 0.0)
    _answer(view, reaches)
    kinds = [("benefits", figures.KIND_LABELS["benefits"])]
    kinds += [
        (f"cost.{kind}", label) for kind, label in figures.KIND_LABELS.items()
        if kind != "benefits" and any(get(f"cost.{kind}", "mean", y) for y in view.years)
    ]  # fmt: skip
    sources = [
        (f"income.{name}", source.label) for name, source in sorted(world.income.items()) if world.ever_in_force(name)
    ]  # fmt: skip
    sources += [
        (m, label) for m, label in wording.RECEIPTS.items() if any(get(m, "mean", y) for y in view.years)
    ]  # fmt: skip
    cost = say("Cost by kind: {share} reaches victims", share=reaches)
    state = _state(view, money)
    tables = {
        "cost": _stack(view, money, kinds, cost),
        "income": _stack(view, money, sources, _income(view)),
        "incurred and paid": _incurred(view, money),
    } | ({"cost to the state": _of_the_state(view, money, state)} if state else {})
    pictures = {
        "cost_by_kind": lambda: picture.cost_by_kind(view.results, say),
        "income_by_source": lambda: picture.income_by_source(view.results, say),
        "incurred_paid": lambda: picture.incurred_paid(view.results, say),
    }
    return Shown(pictures, tables)


def _main_source(view: View) -> tuple[str, str] | None:
    """What most comes in from, and its share of all, in words; None where nothing comes in."""
    say, parts = view.say, wording.receipts(view.results)
    if not parts:
        return None
    main = max(parts, key=lambda label: parts[label])
    return say(main), say.percent(parts[main] / sum(parts.values()))


def _answer(view: View, reaches: str) -> None:
    """The opening sentence.  reaches  share of what is spent, in words"""
    say, head = view.say, view.say.euro(view.results.get("due_per_head"))
    text = say(
        "{reaches} of what the fund spends reaches victims; nothing comes in; the cost is {head} per inhabitant a year.",
        reaches=reaches, head=head,
    )  # fmt: skip
    if found := _main_source(view):
        source, share = found
        text = say(
            "{reaches} of what the fund spends reaches victims; {share} of what comes in is “{source}”; the cost is {head} "
            "per inhabitant a year.",
            reaches=reaches, share=share, source=source, head=head,
        )  # fmt: skip
    if any(view.results.get(m, "mean", year) for m in STATE for year in view.years):
        text = say(
            "{opening} In the end the state pays {amount} a year.",
            opening=text, amount=say.euro(view.results.get("cost_to_state_a_year")),
        )  # fmt: skip
    draw.answer(view.top, text)


def _state(view: View, money: Money) -> list[tuple[str, str]]:
    """What makes up the cost to the state in some year: measure and label; nothing where it pays nothing."""
    say = view.say
    kinds = [
        (m, say(label)) for m, label in STATE.items()
        if any(money.of(view, m, year) for year in view.years)
    ]  # fmt: skip
    return [*kinds, ("cost_to_state", say("cost to the state"))] if kinds else []


def _of_the_state(view: View, money: Money, parts: list[tuple[str, str]]) -> list[dict[str, str]]:
    """What the state votes, gets back, adds and bears itself, as a table."""
    say = view.say
    draw.heading(
        say(
            "What the state pays in the end: {amount} a year",
            amount=say.euro(view.results.get("cost_to_state_a_year")),
        )
    )
    found = [
        {say("Year"): str(year), **{label: money.form(money.of(view, m, year)) for m, label in parts}}
        for year in view.years
    ]  # fmt: skip
    draw.table(
        found, say("Mean over futures, {unit}", unit=money.unit),
        say("Cost to the state: what is voted, less what goes back, with what the state adds, lends and bears itself."),
    )  # fmt: skip
    return found


def _income(view: View) -> str:
    """The heading of the income."""
    say = view.say
    if found := _main_source(view):
        source, share = found
        return say(
            "Income by source: {share} of what comes in is “{source}”", share=share, source=source
        )
    return say("Income by source: nothing comes in")


def _stack(
    view: View, money: Money, parts: list[tuple[str, str]], heading: str
) -> list[dict[str, str]]:
    """A picture of yearly parts and its table.  parts  measure and label"""
    say = view.say
    parts = [(measure, say(label)) for measure, label in parts]
    amounts = {m: [money.of(view, m, year) for year in view.years] for m, _ in parts}
    rows = [
        {"year": year, "part": label, "place": place, "amount": amounts[measure][at]}
        for at, year in enumerate(view.years)
        for place, (measure, label) in enumerate(parts)
    ]
    draw.heading(heading)
    means = "; ".join(
        say(
            "{name} {amount} a year",
            name=label,
            amount=money.form(sum(amounts[m]) / len(view.years)),
        )
        for m, label in parts
    )
    title = say("Mean over futures, {unit}", unit=money.unit)
    draw.picture(
        charts.stacked(rows, [label for _, label in parts], title, money.currency, say),
        f"{heading}. {means}",
    )
    found = [
        {say("Year"): str(year), **{label: money.form(amounts[m][at]) for m, label in parts}}
        for at, year in enumerate(view.years)
    ]  # fmt: skip
    draw.table(found, title)
    return found


def _incurred(view: View, money: Money) -> list[dict[str, str]]:
    say, get, last = view.say, view.results.get, view.years[-1]
    names = {
        "incurred": say("incurred: by year of identification"),
        "benefits": say("paid: by calendar year"),
    }
    rows = [
        {"year": year, "name": label, "middle": money.of(view, m, year, "p50"),
         "low": money.of(view, m, year, "p25"), "high": money.of(view, m, year, "p75")}
        for m, label in names.items() for year in view.years
    ]  # fmt: skip
    draw.heading(say("Benefits incurred, and benefits paid"))
    draw.picture(
        charts.lines(rows, money.unit, money.currency, say),
        picture.alt_text(view.results, "incurred_paid", say),
    )
    draw.aside(
        say(
            "Middle future; bands: half of the futures. In real prices both are deflated at the prices of the year they stand "
            "in. What is incurred and not yet paid is what the fund owes to known cases: {amount} at the end of {year}.",
            amount=say.euro(get("liabilities", "mean", last)), year=last,
        )
    )  # fmt: skip
    found = [
        {say("Year"): str(year), **{label: money.form(money.of(view, m, year)) for m, label in names.items()}}
        for year in view.years
    ]  # fmt: skip
    draw.table(found, say("Benefits, mean over futures, {unit}", unit=money.unit))
    return found
