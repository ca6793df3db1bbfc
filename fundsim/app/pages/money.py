"""Money: cost by kind, income by source, benefits incurred and paid; in the money that the reader thinks in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from fundsim.app import charts, draw, state
from fundsim.app.choice import Choice
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report import figures, words

PRICES = {"real": "prices of today (real)", "nominal": "money of each year (nominal)"}
CURRENCY = {"euro": "euro", "local": "local currency"}
OF = {"whole": "in all", "head": "per inhabitant"}
CHOICES = (("Prices", PRICES), ("Currency", CURRENCY), ("Amounts", OF))
EXTRA = {"recoveries": "Recovered from offenders", "returns": "Return on reserves",
         "advances": "Treasury advances"}  # fmt: skip


def controls(choice: Choice) -> None:
    """In which money."""
    now, columns = choice.money.split("_"), st.columns(3)
    for place, (label, options) in enumerate(CHOICES):
        with columns[place]:
            st.selectbox(
                label, list(options), format_func=options.__getitem__,
                key=state.bound(f"m{place}", now[place]), on_change=state.on(f"m{place}", _set, place),
            )  # fmt: skip


def _set(place: int, value: str) -> None:
    parts = state.choice().money.split("_")
    parts[place] = value
    state.change(money="_".join(parts))


@dataclass(frozen=True)
class Money:
    """How amounts are shown.

    real, per_head  as chosen;  sign  of the currency;  factor  year -> what euro of that kind are multiplied by
    """

    real: bool
    per_head: bool
    sign: str
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
        if self.per_head:
            return f"{self.sign} {amount:,.4f}"
        text = words.euro(amount)
        return text if self.sign == "€" else text.replace("€", self.sign)


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

    sign = "€" if currency == "euro" else country.currency
    return Money(prices == "real", of == "head", sign, factor)


def page(view: View) -> Shown:
    """The page."""
    world, get = view.scenario.world, view.results.get
    if not view.has_fund:
        cost = get("state_cost_a_year")
        draw.answer(
            view.top,
            f"Without a fund there is no cost but that of reforms, {words.euro(cost)} a year.",
        )
        return Shown()
    money = money_of(view)
    spent = get("outgo_a_year")
    reaches = get("benefits_a_year") / spent if spent else 0.0
    parts = words.receipts(view.results)
    total = sum(parts.values())
    main = max(parts, key=lambda label: parts[label]) if parts else ""
    comes = (
        f"{words.percent(parts[main] / total)} of what comes in is “{main}”"
        if total
        else "nothing comes in"
    )
    draw.answer(
        view.top,
        f"{words.percent(reaches)} of what the fund spends reaches victims; {comes}; the cost is "
        f"{words.euro(get('due_per_head'))} per inhabitant a year.",
    )
    price = f"of {world.time.price_year}" if money.real else "of each year"
    unit = f"{money.sign} {price}{', per inhabitant' if money.per_head else ''}"
    kinds = [("benefits", figures.KIND_LABELS["benefits"])]
    kinds += [
        (f"cost.{kind}", label) for kind, label in figures.KIND_LABELS.items()
        if kind != "benefits" and any(get(f"cost.{kind}", "mean", y) for y in view.years)
    ]  # fmt: skip
    sources = [
        (f"income.{name}", source.label) for name, source in sorted(world.income.items()) if source.in_force
    ]  # fmt: skip
    sources += [
        (m, label) for m, label in EXTRA.items() if any(get(m, "mean", y) for y in view.years)
    ]
    tables = {
        "cost": _stack(
            view, money, kinds, f"Cost by kind: {words.percent(reaches)} reaches victims", unit
        ),
        "income": _stack(view, money, sources, f"Income by source: {comes}", unit),
        "incurred and paid": _incurred(view, money, unit),
    }
    pictures = {
        "cost_by_kind": lambda: figures.cost_by_kind(view.results),
        "income_by_source": lambda: figures.income_by_source(view.results),
        "incurred_paid": lambda: figures.incurred_paid(view.results),
    }
    return Shown(pictures, tables)


def _stack(
    view: View, money: Money, parts: list[tuple[str, str]], heading: str, unit: str
) -> list[dict[str, str]]:
    rows = [
        {"year": year, "part": label, "place": place, "amount": money.of(view, measure, year)}
        for year in view.years
        for place, (measure, label) in enumerate(parts)
    ]
    draw.heading(heading)
    sums = {
        label: sum(float(str(r["amount"])) for r in rows if r["part"] == label)
        for _, label in parts
    }
    draw.picture(
        charts.stacked(
            rows, [label for _, label in parts], f"Mean over futures, {unit}", money.sign
        ),
        f"{heading}. "
        + "; ".join(
            f"{label} {money.form(x / len(view.years))} a year" for label, x in sums.items()
        ),
    )
    found = []
    for year in view.years:
        row = {"Year": str(year)}
        row |= {label: money.form(money.of(view, measure, year)) for measure, label in parts}
        found.append(row)
    draw.table(found, f"Mean over futures, {unit}")
    return found


def _incurred(view: View, money: Money, unit: str) -> list[dict[str, str]]:
    names = {
        "incurred": "incurred: by year of identification",
        "benefits": "paid: by calendar year",
    }
    rows = [
        {"year": year, "name": label, "middle": money.of(view, m, year, "p50"),
         "low": money.of(view, m, year, "p25"), "high": money.of(view, m, year, "p75")}
        for m, label in names.items() for year in view.years
    ]  # fmt: skip
    get = view.results.get
    draw.heading("Benefits incurred, and benefits paid")
    draw.picture(
        charts.lines(rows, unit, "money", money.sign),
        figures.alt_text(view.results, "incurred_paid"),
    )
    draw.aside(
        "Middle future; bands: half of the futures. In real prices both are deflated at the prices of the year they stand in. What is incurred and not yet paid is what the fund owes to "
        f"known cases: {words.euro(get('liabilities', 'mean', view.years[-1]))} at the end of {view.years[-1]}."
    )
    found = [
        {"Year": str(year), **{label: money.form(money.of(view, m, year)) for m, label in names.items()}}
        for year in view.years
    ]  # fmt: skip
    draw.table(found, f"Benefits, mean over futures, {unit}")
    return found
