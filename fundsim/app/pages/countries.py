"""Countries: all side by side under the same policy, reforms and stresses."""

from __future__ import annotations

from functools import partial

import streamlit as st

from fundsim.app import charts, draw, runs
from fundsim.app.choice import Choice, scenario_of
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report.language import Language, country_of, marked
from fundsim.report.results import Results
from fundsim.report.rows import cells, to_victims
from fundsim.report.run import picture
from fundsim.scenario import files
from fundsim.scenario.errors import InputError

TITLE, ORDER = marked("Countries"), 60
PARTS = {"countries": marked("countries")}


def controls(choice: Choice) -> None:
    """None of its own: the policy above is that of all."""


def page(view: View) -> Shown:
    """The page."""
    say, design = view.say, view.choice.design.without_sets
    found: list[Results] = []
    refused = []
    for country in files.countries():
        try:
            scenario = scenario_of(country, design)
        except InputError as error:
            refused.append(f"{country}: {error.problems[0]}")
            continue
        name = country_of("subject", scenario.world.country.name, say)
        found.append(
            runs.results(scenario, view.choice.seed, view.size, view.teller(name), view.final)
        )
    if not found:
        draw.answer(view.top, say("No country takes this design."))
        return Shown()
    least = min(found, key=lambda r: r.get("due_per_head"))
    most = max(found, key=lambda r: r.get("due_per_head"))
    paid = [r.get("share_paid_with") for r in found if r.get("identified") > 0]
    ends = {
        "least": say.euro(least.get("due_per_head")), "cheapest": _name(least, say),
        "most": say.euro(most.get("due_per_head")), "dearest": _name(most, say),
    }  # fmt: skip
    draw.answer(
        view.top,
        say(
            "The same design costs from {least} per inhabitant a year ({cheapest}) to {most} ({dearest}); of 100 registered "
            "victims between {low} and {high} get money.",
            low=say.hundred(min(paid)), high=say.hundred(max(paid)), **ends,
        )
        if paid
        else say(
            "The same design costs from {least} per inhabitant a year ({cheapest}) to {most} ({dearest}); no victim is "
            "registered in any country.",
            **ends,
        ),
    )  # fmt: skip
    if view.choice.design.sets:
        draw.aside(
            say("Values you have changed are left out here: they are amounts for one country.")
        )
    for text in refused:
        draw.say(text)
    rows = [_row(r, say) for r in found]
    draw.table(
        rows, say("Side by side"),
        say(
            "Means over futures; money in euro of the price year. Each country has the budget that its own file says. Countries "
            "have independent draws."
        ),
    )  # fmt: skip
    draw.heading(say("Cost due a year, each country on its own scale"))
    columns = [c for _ in range(0, len(found), 3) for c in st.columns(3)]  # on a phone in order
    for column, r in zip(columns, found, strict=False):
        with column:
            st.markdown(f"**{draw.plain(_name(r, say))}**")
            years = r.projection.years()
            fan = [
                {"year": y, **{p: r.get("due_real", p, y) for p in ("p5", "p25", "p50", "p75", "p95")}}
                for y in years
            ]  # fmt: skip
            spec = charts.fan(fan, say("Cost due"), say)
            draw.picture(
                {**spec, "height": 150},
                say(
                    "{country}: cost due a year, {amount} on average.",
                    country=_name(r, say), amount=say.euro(r.get("due_a_year")),
                ),
            )  # fmt: skip
    for r in found:
        footnote = r.world.country.footnote
        if footnote and r.projection.scenario is not view.scenario:
            draw.aside(say(footnote))
    pictures = {
        f"cash_{r.projection.scenario.name.split('+')[0]}": partial(picture.cash_fan, r, say)
        for r in found if r.get("outgo_a_year") > 0
    }  # fmt: skip
    return Shown(pictures, {"countries": rows}, others=tuple(found))


def _name(results: Results, say: Language) -> str:
    return country_of("subject", results.world.country.name, say)


def _row(r: Results, say: Language) -> dict[str, str]:
    own = {"benefits_a_year": to_victims(r, say)}
    if r.world.has_fund and r.get("due_a_year") <= 0:
        own["ruin"] = own["too_small_rate"] = say("nothing is due")
    return {
        say("Country"): _name(r, say),
        say("Victims a year"): say.whole(r.get("identified") / len(r.projection.years())),
        **cells(r, "countries", say, own),
    }
