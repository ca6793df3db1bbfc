"""Countries: all six side by side under the same policy, reforms and stresses."""

from __future__ import annotations

from functools import partial

import streamlit as st

from fundsim.app import charts, draw, runs
from fundsim.app.choice import COUNTRIES, Choice, scenario_of
from fundsim.app.draw import Shown
from fundsim.app.pages.answer import hundred
from fundsim.app.view import View
from fundsim.report import figures, words
from fundsim.report.words import Results
from fundsim.scenario.errors import InputError


def controls(choice: Choice) -> None:
    """None of its own: the policy above is that of all six."""


def page(view: View) -> Shown:
    """The page."""
    design = view.choice.design.without_sets
    found: list[Results] = []
    refused = []
    for country in COUNTRIES:
        try:
            scenario = scenario_of(country, design)
        except InputError as error:
            refused.append(f"{country}: {error.problems[0]}")
            continue
        name = scenario.world.country.name
        found.append(runs.results(scenario, view.choice.seed, view.size, view.teller(name)))
    if not found:
        draw.answer(view.top, "No country takes this design.")
        return Shown()
    least = min(found, key=lambda r: r.get("due_per_head"))
    most = max(found, key=lambda r: r.get("due_per_head"))
    draw.answer(
        view.top,
        f"The same design costs from {words.euro(least.get('due_per_head'))} per inhabitant a year "
        f"({_name(least)}) to {words.euro(most.get('due_per_head'))} ({_name(most)}); of 100 identified victims "
        f"between {hundred(min(r.get('share_paid_with') for r in found))} and "
        f"{hundred(max(r.get('share_paid_with') for r in found))} get money.",
    )
    if view.choice.design.sets:
        draw.aside("Values you have changed are left out here: they are amounts for one country.")
    for text in refused:
        draw.say(text)
    rows = [_row(r) for r in found]
    draw.table(
        rows, "Side by side", "Means over futures; money in euro of the price year. Budget lines are each country's "
        "own sizing, so that falling short compares sizes too. Countries have independent draws.",
    )  # fmt: skip
    draw.heading("Cost due a year, each country on its own scale")
    columns = [c for _ in range(0, len(found), 3) for c in st.columns(3)]  # on a phone in order
    for column, r in zip(columns, found, strict=False):
        with column:
            st.markdown(f"**{draw.plain(_name(r))}**")
            years = r.projection.years()
            fan = [
                {"year": y, **{p: r.get("due_real", p, y) for p in ("p5", "p25", "p50", "p75", "p95")}}
                for y in years
            ]  # fmt: skip
            spec = charts.fan(fan, "Cost due")
            draw.picture(
                {**spec, "height": 150},
                f"{_name(r)}: cost due a year, {words.euro(r.get('due_a_year'))} on average.",
            )
    for r in found:
        if (
            r.projection.scenario.world.country.footnote
            and r.projection.scenario is not view.scenario
        ):
            draw.aside(r.projection.scenario.world.country.footnote)
    pictures = {
        f"cash_{r.projection.scenario.name.split('+')[0]}": partial(figures.cash_fan, r)
        for r in found if r.get("outgo_a_year") > 0
    }  # fmt: skip
    return Shown(pictures, {"countries": rows}, others=tuple(found))


def _name(results: Results) -> str:
    return results.projection.scenario.world.country.name


def _row(r: Results) -> dict[str, str]:
    spent, fund = r.get("outgo_a_year"), r.get("due_a_year") > 0
    return {
        "Country": _name(r),
        "Victims a year": f"{r.get('identified') / len(r.projection.years()):,.0f}",
        "Cost a year": words.euro(r.get("due_a_year")),
        "9 of 10 futures": f"{words.euro(r.get('due_a_year', 'p5'))} to {words.euro(r.get('due_a_year', 'p95'))}",
        "per inhabitant": words.euro(r.get("due_per_head")),
        "to victims": words.percent(r.get("benefits_a_year") / spent) if spent else "–",
        "Falls short": words.percent(r.get("ruin")) if fund else "–",
        "Paid without": words.percent(r.get("share_paid_without")),
        "Paid with": words.percent(r.get("share_paid_with")),
        "Wait, middle future": words.months(r.get("months_to_payment_with", "p50")) if r.get("paid_with") else "–",
    }  # fmt: skip
