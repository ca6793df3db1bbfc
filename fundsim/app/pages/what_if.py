"""What if: up to four designs side by side, future by future on the same cases."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from fundsim.analysis.budget import path_in
from fundsim.analysis.compare import Difference, compare
from fundsim.analysis.measures import shown_in
from fundsim.analysis.project import needs_in
from fundsim.analysis.question import not_asked
from fundsim.analysis.tags import Measure
from fundsim.app import charts, draw, headline, runs, state
from fundsim.app.choice import MOST_VARIANTS, Choice, Design
from fundsim.app.draw import Shown
from fundsim.app.files import label_of, law_of, names
from fundsim.app.together import left_out_told, option, with_additions
from fundsim.app.view import View, title_of
from fundsim.report import shortage, wording
from fundsim.report.budget import words
from fundsim.report.compare import tell as comparison
from fundsim.report.compare.picture import difference_fan
from fundsim.report.language import language, marked
from fundsim.report.results import Results, said
from fundsim.report.rows import cells, to_victims
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError

TITLE, ORDER = marked("What if"), 40
PARTS = {
    "side by side": marked("side by side"), "paired differences": marked("paired differences"),
    "all differences": marked("all differences"), "what_changes": marked("what changes"),
}  # fmt: skip

LIKELY = ("status_fixed", "judgment_advance", "tariff")  # what is most often compared, first


def controls(choice: Choice) -> None:
    """The designs beside the first: each a policy with reforms and stresses; or what is shown now, kept."""
    say = language(choice.language)
    for place, variant in enumerate(choice.variants):
        with st.container(border=True):
            left, middle, right = st.columns([3, 5, 2], vertical_alignment="bottom")
            shipped: list[str] = [*([""] if choice.own else []), *names("policy")]
            left.selectbox(
                say("Variant {n}: policy", n=place + 1), shipped, format_func=partial(label_of, "policy", say=say),
                key=state.bound(f"w{place}", variant.policy),
                on_change=state.on(f"w{place}", _policy, place),
            )  # fmt: skip
            middle.multiselect(
                say("Variant {n}: reforms and stresses", n=place + 1), [*names("reform"), *names("stress")],
                format_func=partial(option, "", say=say), key=state.bound(f"x{place}", list(variant.additions)),
                on_change=state.on(f"x{place}", _additions, place),
            )  # fmt: skip
            right.button(say("Remove"), key=f"remove{place}", on_click=_remove, args=(place,),
                         help=say("Remove variant {n}", n=place + 1))  # fmt: skip
            state.tell(f"x{place}", variant.additions)
            if variant.sets:
                draw.aside(say("Changed values: {values}", values="; ".join(variant.texts)))
    if len(choice.variants) < MOST_VARIANTS:
        left, right = st.columns(2)
        left.button(
            say("Add a variant"), on_click=_add,
            help=say("A policy with reforms and stresses of its own."),
        )  # fmt: skip
        right.button(
            say("Keep what I see as a variant"), on_click=_keep,
            help=say("Then change the policy or the levers, and compare with what you see now."),
        )  # fmt: skip


def _put(variants: tuple[Design, ...]) -> None:
    state.change(variants=variants)


def _policy(place: int, name: str) -> None:
    _replace(place, replace(state.choice().variants[place], policy=name))


def _additions(place: int, chosen: list[str]) -> None:
    now = state.choice()
    variant, left_out = with_additions(now.country, now.variants[place], chosen)
    _replace(place, variant)
    told = left_out_told(left_out, language(now.language))
    state.keep_told(f"x{place}", variant.additions, told)


def _replace(place: int, variant: Design) -> None:
    found = list(state.choice().variants)
    found[place] = variant
    _put(tuple(found))


def _remove(place: int) -> None:
    found = state.choice().variants
    _put(found[:place] + found[place + 1 :])


def _keep() -> None:
    now = state.choice()
    _put((*now.variants, now.design))


def _add() -> None:
    """A policy that is not shown yet, with what else the first design has."""
    now = state.choice()
    taken = {now.design.policy, *(v.policy for v in now.variants)}
    likely = (*law_of(now.country), *LIKELY)
    others = [n for n in (*likely, *names("policy")) if n not in taken and n != "no_fund"]
    _put((*now.variants, replace(now.design, policy=others[0] if others else now.design.policy)))


def page(view: View) -> Shown:
    """The page."""
    say = view.say
    scenarios, refused = _scenarios(view)
    if len(scenarios) == 1:
        draw.answer(
            view.top,
            say(
                "Set up to three other designs beside this one: add a variant, or keep what you see now."
            ),
        )
        for text in refused:
            draw.say(text)
        return Shown()
    found = [view.results]
    found += [
        runs.results(
            scenario, view.choice.seed, view.size, view.teller(title_of(scenario, say)), view.final
        )
        for scenario in scenarios[1:]
    ]
    projections = [r.projection for r in found]
    differences = [d for d in compare(projections) if d.statistic == "mean" and d.year is None]
    draw.answer(view.top, _sentence(view, found, differences))
    for text in refused:
        draw.say(text)
    rows = _side_by_side(view, found)
    draw.table(
        rows, say("Side by side"),
        say("Means over futures; cost and amounts in euro of the price year, a budget in euro of its year."),
    )  # fmt: skip
    left_out = shortage.unfit(*found)
    fitting = [d for d in differences if d.measure not in left_out]
    for m, _ in shown_in("what if pictures"):
        _panel(view, found, fitting, m)
    paired = _paired(view, found, fitting)
    draw.table(
        paired,
        say.counted(
            "Paired differences on the same {n} future", "Paired differences on the same {n} futures", view.size
        ),
        " ".join(filter(None, (
            say("Better in, worse in: share of futures. Within noise: these futures cannot tell the two apart."),
            shortage.of_each(view.scenario.world, say),
        ))),
    )  # fmt: skip
    tables = {
        "side by side": rows,
        "paired differences": paired,
        "all differences": [
            {k: "" if v is None else str(v) for k, v in comparison.plain(d).items() if k != "year"}
            for d in differences
        ],
    }
    commands = tuple(wording.command(r.projection) for r in found[1:])
    return Shown(
        {"what_changes": lambda: difference_fan(projections, say)}, tables, commands, tuple(found[1:])
    )  # fmt: skip


def _scenarios(view: View) -> tuple[list[Scenario], list[str]]:
    """The designs that can be set side by side, the first of them on all pages; and why others cannot."""
    say, scenarios, refused = view.say, [view.scenario], []
    for number, variant in enumerate(view.choice.variants, 1):
        try:
            scenario = view.scenario_of(variant)
        except InputError as error:
            refused.append(
                say("Variant {n} is not possible: {reason}", n=number, reason=error.problems[0])
            )
            continue
        if scenario.hash in {s.hash for s in scenarios}:
            refused.append(say("Variant {n} is the same as what stands before it.", n=number))
            continue
        if scenario.name in {s.name for s in scenarios}:  # the same files, other values
            scenario = replace(scenario, name=f"{scenario.name}+variant_{number}")
        scenarios.append(scenario)
    return scenarios, refused


def _sentence(view: View, found: list[Results], differences: list[Difference]) -> str:
    say, first, second = view.say, found[0].projection.scenario, found[1].projection.scenario
    means = {d.measure: d for d in differences if d.scenario == second.name}
    return say(
        "{second}, beside {first}: {changes}.",
        second=title_of(second, say), first=title_of(first, say), changes=comparison.changes(means, say, not_asked(first.world, second.world)),
    )  # fmt: skip


def _contribution(view: View, results: Results) -> str:
    """What the state must pay for the chosen confidence, under one design."""
    say = view.say
    if not view.final:
        return "…"
    if shortage.by_year(results):
        return say("voted each year")
    if (needs := needs_in(results.projection)) is None:
        return say("no budget line to vary") if results.world.has_fund else say("no fund")
    paid = headline.contribution(needs, view.choice.confidence).amount
    return say.euro(paid) if np.isfinite(paid) else say("no amount suffices")


def _side_by_side(view: View, found: list[Results]) -> list[dict[str, str]]:
    say, rows, sure = view.say, [], view.choice.confidence
    funds = [r for r in found if r.world.has_fund]
    left_out = shortage.unfit(*found)
    if funds and all(map(shortage.by_year, funds)):
        left_out.add("contribution_needed")
    year = found[0].projection.years()[0]
    budget = say("Budget of {year} that is enough in {sure} of 100", year=year, sure=sure)
    for r in found:
        own = {"contribution_needed": _contribution(view, r), "benefits_a_year": to_victims(r, say)}
        figures = cells(r, "what if", say, own, without=left_out, sure=sure)
        row = {say("Design"): title_of(r.projection.scenario, say), **figures}
        rows.append(row | ({budget: _budget(view, r)} if any(map(shortage.by_year, funds)) else {}))
    return rows


def _budget(view: View, results: Results) -> str:
    """The budget of the first year that is enough for the chosen confidence, under one design."""
    say = view.say
    if not results.world.has_fund:
        return say("no fund")
    if not shortage.by_year(results):
        return say("keeps its money")
    if not view.final:
        return "…"
    need = path_in(results.projection).need[0]
    return words.enough_of(need, view.choice.confidence / 100, say)


def _panel(view: View, found: list[Results], differences: list[Difference], m: Measure) -> None:
    """A picture of how much one measure changes; none where no error is known."""
    say = view.say
    titles = {r.projection.scenario.name: title_of(r.projection.scenario, say) for r in found}
    form = say.form(m.unit)
    bars = [
        {"name": titles[d.scenario], "value": d.change, "low": d.low95, "high": d.high95,
         "text": comparison.changed(d, form, say)}
        for d in differences if d.measure == m.name and d.mc_error is not None
    ]  # fmt: skip
    if not bars:
        return
    label = say(m.label)
    draw.heading(
        say("{measure}: change beside {design}", measure=label, design=title_of(view.scenario, say))
    )
    kind = "share" if form == say.percent else "money"
    draw.picture(
        charts.intervals(bars, say("Change (lines: 95 % interval)"), kind, say),
        say(
            "{measure}, change beside the first: {changes}",
            measure=label, changes="; ".join(f"{b['name']} {b['text']}" for b in bars),
        ),
    )  # fmt: skip


def _paired(
    view: View, found: list[Results], differences: list[Difference]
) -> list[dict[str, str]]:
    say = view.say
    titles = {r.projection.scenario.name: title_of(r.projection.scenario, say) for r in found}
    rows, forms = [], comparison.forms(say)
    for d in differences:
        form = forms.get(d.measure)
        if form is None:
            continue
        rows.append({
            say("Variant"): titles[d.scenario], say("Measure"): say(comparison.LABELS[d.measure]),
            say("First"): said(d.first, d.measure, form, say),
            say("Variant's"): said(d.second, d.measure, form, say),
            say("Change, 95 % interval"): comparison.changed(d, form, say),
            say("Better in"): comparison.of_futures(d.better, say), say("Worse in"): comparison.of_futures(d.worse, say),
        })  # fmt: skip
    return rows
