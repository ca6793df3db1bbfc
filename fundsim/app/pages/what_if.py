"""What if: up to four designs side by side, future by future on the same cases."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial

import numpy as np
import streamlit as st

from fundsim.analysis.compare import Difference, compare
from fundsim.app import charts, draw, headline, runs, state
from fundsim.app.choice import MOST_VARIANTS, Choice, Design
from fundsim.app.draw import Shown
from fundsim.app.files import label_of, names
from fundsim.app.view import View, title_of
from fundsim.report import comparison, words
from fundsim.report.figures_compare import difference_fan
from fundsim.report.words import Results
from fundsim.scenario.errors import InputError

LIKELY = ("status_fixed", "judgment_advance", "tariff")  # what is most often compared, first
PANELS = ("share_paid_with", "due_a_year", "ruin", "received_with")


def controls(choice: Choice) -> None:
    """The designs beside the first: each a policy with reforms and stresses; or what is shown now, kept."""
    for place, variant in enumerate(choice.variants):
        with st.container(border=True):
            left, middle, right = st.columns([3, 5, 2], vertical_alignment="bottom")
            shipped: list[str] = [*([""] if choice.own else []), *names("policy")]
            left.selectbox(
                f"Variant {place + 1}: policy", shipped, format_func=partial(label_of, "policy"),
                key=state.bound(f"w{place}", variant.policy),
                on_change=state.on(f"w{place}", _policy, place),
            )  # fmt: skip
            middle.multiselect(
                f"Variant {place + 1}: reforms and stresses", [*names("reform"), *names("stress")],
                format_func=partial(label_of, ""), key=state.bound(f"x{place}", list(variant.additions)),
                on_change=state.on(f"x{place}", _additions, place),
            )  # fmt: skip
            right.button("Remove", key=f"remove{place}", on_click=_remove, args=(place,),
                         help=f"Remove variant {place + 1}")  # fmt: skip
            if variant.sets:
                draw.aside("Changed values: " + "; ".join(variant.texts))
    if len(choice.variants) < MOST_VARIANTS:
        left, right = st.columns(2)
        left.button(
            "Add a variant", on_click=_add, help="A policy with reforms and stresses of its own."
        )
        right.button(
            "Keep what I see as a variant", on_click=_keep,
            help="Then change the policy or the levers, and compare with what you see now.",
        )  # fmt: skip


def _put(variants: tuple[Design, ...]) -> None:
    state.change(variants=variants)


def _policy(place: int, name: str) -> None:
    _replace(place, replace(state.choice().variants[place], policy=name))


def _additions(place: int, chosen: list[str]) -> None:
    _replace(place, replace(state.choice().variants[place], additions=tuple(sorted(chosen))))


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
    others = [n for n in (*LIKELY, *names("policy")) if n not in taken and n != "no_fund"]
    _put((*now.variants, replace(now.design, policy=others[0] if others else now.design.policy)))


def page(view: View) -> Shown:
    """The page."""
    scenarios, refused = [view.scenario], []
    for number, variant in enumerate(view.choice.variants, 1):
        try:
            scenario = view.scenario_of(variant)
        except InputError as error:
            refused.append(f"Variant {number} is not possible: {error.problems[0]}")
            continue
        if scenario.hash in {s.hash for s in scenarios}:
            refused.append(f"Variant {number} is the same as what stands before it.")
            continue
        if scenario.name in {s.name for s in scenarios}:  # the same files, other values
            scenario = replace(scenario, name=f"{scenario.name}+variant_{number}")
        scenarios.append(scenario)
    if len(scenarios) == 1:
        draw.answer(
            view.top,
            "Set up to three other designs beside this one: add a variant, or keep what you see now.",
        )
        for text in refused:
            draw.say(text)
        return Shown()
    found = [view.results]
    found += [
        runs.results(scenario, view.choice.seed, view.size, view.teller(title_of(scenario)))
        for scenario in scenarios[1:]
    ]
    projections = [r.projection for r in found]
    differences = [d for d in compare(projections) if d.statistic == "mean" and d.year is None]
    draw.answer(view.top, _sentence(found, differences))
    for text in refused:
        draw.say(text)
    rows = _side_by_side(view, found)
    draw.table(
        rows, "Side by side", "Means over futures; cost and amounts in euro of the price year."
    )
    tables = {"side by side": rows}
    for name in PANELS:
        bars, form = _bars(found, differences, name)
        if bars:
            label = comparison.LABELS[name]
            draw.heading(f"{label}: change beside {title_of(view.scenario)}")
            kind = "share" if form is words.percent else "money"
            draw.picture(
                charts.intervals(bars, "Change (lines: 95 % interval)", kind),
                f"{label}, change beside the first: "
                + "; ".join(f"{b['name']} {b['text']}" for b in bars),
            )
    paired = _paired(found, differences)
    draw.table(
        paired, f"Paired differences on the same {view.size:,} futures",
        "Better in, worse in: share of futures. Within noise: these futures cannot tell the two apart. Budget lines "
        "are the same under every policy unless you change them, so that falling short compares sizes too.",
    )  # fmt: skip
    tables["paired differences"] = paired
    tables["all differences"] = [
        {k: str(v) for k, v in asdict(d).items() if k != "year"} for d in differences
    ]
    commands = tuple(words.command(r.projection) for r in found[1:])
    return Shown(
        {"what_changes": lambda: difference_fan(projections)}, tables, commands, tuple(found[1:])
    )


def _sentence(found: list[Results], differences: list[Difference]) -> str:
    first, second = found[0].projection.scenario, found[1].projection.scenario
    means = {d.measure: d for d in differences if d.scenario == second.name}
    text = comparison.sentences(means)[0]
    return f"{title_of(second)}, beside {title_of(first)}: {text[0].lower()}{text[1:]}"


def _contribution(view: View, results: Results) -> str:
    """What the state must pay for the chosen confidence, under one design."""
    scenario = results.projection.scenario
    line = runs.line_of_state(scenario.world)
    if not view.final or not line or scenario.world.fund.entry_point == "none":
        return "…" if not view.final else "–"
    seed, tell = view.choice.seed, view.teller(f"What it takes: {title_of(scenario)}")
    needs = runs.needed(scenario, line, seed, view.size, tell)
    amount = headline.contribution(needs, view.choice.confidence).amount
    return words.euro(amount) if np.isfinite(amount) else "no amount suffices"


def _side_by_side(view: View, found: list[Results]) -> list[dict[str, str]]:
    rows = []
    for r in found:
        spent = r.get("outgo_a_year")
        rows.append({
            "Design": title_of(r.projection.scenario), "Cost a year": words.euro(r.get("due_a_year")),
            f"The state must pay a year, to last in {view.choice.confidence} of 100": _contribution(view, r),
            "to victims": words.percent(r.get("benefits_a_year") / spent) if spent else "–",
            "Falls short": words.percent(r.get("ruin")), "Paid": words.percent(r.get("share_paid_with")),
            "Wait, middle future": words.months(r.get("months_to_payment_with", "p50")) if r.get("paid_with") else "–",
            "Each receives": words.euro(r.get("received_with")),
            "Reforms cost the state": words.euro(r.get("state_cost_a_year")),
        })  # fmt: skip
    return rows


def _bars(
    found: list[Results], differences: list[Difference], name: str
) -> tuple[list[dict[str, object]], words.Form]:
    form = dict(comparison.SHOWN)[name]
    titles = {r.projection.scenario.name: title_of(r.projection.scenario) for r in found}
    return [
        {"name": titles[d.scenario], "value": d.change, "low": d.low95, "high": d.high95,
         "text": comparison.changed(d, form)}
        for d in differences if d.measure == name and d.mc_error is not None
    ], form  # fmt: skip


def _paired(found: list[Results], differences: list[Difference]) -> list[dict[str, str]]:
    titles = {r.projection.scenario.name: title_of(r.projection.scenario) for r in found}
    rows = []
    for d in differences:
        form = dict(comparison.SHOWN).get(d.measure)
        if form is None:
            continue
        rows.append({
            "Variant": titles[d.scenario], "Measure": comparison.LABELS[d.measure], "First": form(d.first),
            "Variant's": form(d.second), "Change, 95 % interval": comparison.changed(d, form),
            "Better in": comparison.of_futures(d.better), "Worse in": comparison.of_futures(d.worse),
        })  # fmt: skip
    return rows
