"""The controls beside every page: reforms, stresses, levers, every other value, and how many futures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from fundsim.app import draw, state
from fundsim.app.choice import COUNTRIES, MOST_SEED, SIZES, Choice, Design, name_of
from fundsim.app.controls import MAIN, Control, chosen, group_label, groups
from fundsim.app.files import label_of, names, question_of
from fundsim.scenario.compose import Scenario

CHANGED = " *"  # beside the label of a value that differs from the files
FOLDS = 4.0  # a slider reaches this many times its standard value, where nothing else bounds it


def head(choice: Choice) -> None:
    """Country, policy and page: in the body, so that a phone shows them."""
    left, right = st.columns(2)
    countries = [*COUNTRIES, *([choice.country] if choice.own else [])]
    left.selectbox(
        "Country", countries, key=state.bound("country", choice.country),
        format_func=lambda n: "My own file" if n.endswith(".toml") else label_of("base", n),
        on_change=state.on("country", _country),
    )  # fmt: skip
    policies = [*([""] if choice.own else []), *names("policy")]
    right.selectbox(
        "Policy", policies, key=state.bound("policy", choice.design.policy),
        format_func=lambda n: label_of("policy", n), on_change=state.on("policy", _policy),
        help=draw.plain(question_of("policy", choice.design.policy)) or None,
    )  # fmt: skip
    st.segmented_control(
        "Page", list(TITLES), format_func=TITLES.__getitem__, required=True,
        key=state.bound("page", choice.page), on_change=state.on("page", lambda v: state.change(page=v)),
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip


TITLES = {
    "answer": "Answer", "victims": "Victims", "money": "Money", "what_if": "What if",
    "drives": "What drives it", "countries": "Countries", "assumptions": "Assumptions", "about": "About",
}  # fmt: skip


def _country(name: str) -> None:
    """Another country: its own numbers, so that changed values and variants are left behind."""
    now = state.choice()
    keep = Design(now.design.policy or "tariff", now.design.additions)
    state.put(replace(now, country=name, design=keep, variants=()))


def _policy(name: str) -> None:
    now = state.choice()
    state.change(design=replace(now.design, policy=name))


def beside(choice: Choice, found: dict[str, Control], scenario: Scenario) -> None:
    """Everything in the sidebar."""
    for kind, label in (("reform", "Reforms"), ("stress", "Stresses")):
        own = [name for name in choice.design.additions if name in names(kind)]
        st.multiselect(
            label, names(kind), key=state.bound(kind, own), on_change=state.on(kind, _additions),
            format_func=lambda n, kind=kind: label_of(kind, n).removeprefix(f"{kind}: "),
            help="What studies recommend; dated, with its costs." if kind == "reform" else
            "Hard years: what the fund would meet.",
        )  # fmt: skip
    st.markdown("**Main levers**")
    # a widget belongs to its scenario: what a visitor's browser still says of another one is not heard
    mine = name_of(choice.country, choice.design.without_sets)
    for key in MAIN:
        if key in found and not found[key].reason:
            _draw(found[key], "lever", mine)
    st.markdown("**All assumptions and switches**")
    table = groups(found)
    group = st.selectbox(
        "Group", list(table), format_func=lambda g: group_label(g, scenario.world), key="group"
    )
    for control in table.get(group, []):
        _draw(control, "all", mine)
    with st.expander("Simulation"):
        st.selectbox(
            "Futures (replications)", SIZES, format_func=lambda n: f"{n:,}",
            key=state.bound("n", choice.replications),
            on_change=state.on("n", lambda v: state.change(replications=v)),
            help="More futures, less computer noise. The command takes any number.",
        )  # fmt: skip
        st.number_input(
            "Seed", 0, MOST_SEED, key=state.bound("seed", choice.seed),
            on_change=state.on("seed", lambda v: state.change(seed=int(v))),
            help="The same seed gives the same figures; another one tells how much they are noise.",
        )  # fmt: skip
    st.button("Reset to the files", on_click=_reset, disabled=choice.design.sets == (),
              help="Leave the country, policy, reforms and stresses; undo every changed value.")  # fmt: skip


def _additions(_: Any) -> None:
    both = [*st.session_state.get("reform", []), *st.session_state.get("stress", [])]
    now = state.choice()
    state.change(design=replace(now.design, additions=tuple(sorted(both))))


def _reset() -> None:
    now = state.choice()
    state.change(design=now.design.without_sets)


def _draw(control: Control, place: str, mine: str) -> None:
    """One control, as its kind asks.  mine  the scenario it belongs to"""
    key, value = f"{place}:{control.key}:{mine}", control.value
    unit = "" if control.unit in ("", "share") else f" ({control.unit})"
    idle = f" — Not in use: {control.reason}." if control.reason else ""
    common: dict[str, Any] = {
        "label": draw.label(f"{control.label}{unit}") + (CHANGED if control.changed else ""),
        "help": draw.plain(control.help + idle),
        "disabled": bool(control.reason),
        "on_change": state.on(key, _moved, control),
    }
    if control.kind == "switch":
        st.toggle(key=state.bound(key, value), **common)
    elif control.kind == "choice":
        st.selectbox(options=control.options, key=state.bound(key, value), **common)
    elif control.kind == "choices":
        st.multiselect(options=control.options, key=state.bound(key, list(value)), **common)
    elif control.kind == "whole":
        st.number_input(
            min_value=int(control.least), max_value=int(control.most), step=1,
            value=None if value is None else "min", key=state.bound(key, value), **common,
        )  # fmt: skip
    elif value is not None and (
        control.kind in ("share", "scale") or (place == "lever" and control.standard)
    ):
        _slider(control, key, float(value), common)
    else:
        st.number_input(
            min_value=control.least, max_value=control.most, step=control.step, format="%.9g",
            value=None if value is None else "min",
            key=state.bound(key, None if value is None else float(value)), **common,
        )  # fmt: skip


def _slider(control: Control, key: str, value: float, common: dict[str, Any]) -> None:
    """A slider over what is possible, or over several times the standard value."""
    if control.kind == "number":
        top = _round_up(max(FOLDS * control.standard, value))
        step, form = control.step, "%.12g"
    else:
        top, step, form = max(control.most, value), control.step, _format(control.step)
    st.slider(
        min_value=control.least, max_value=top, step=step, format=form, key=state.bound(key, value),
        **common,
    )  # fmt: skip


def _moved(control: Control, value: Any) -> None:
    now = state.choice()
    state.change(design=chosen(now.design, control, value))


def _format(step: float) -> str:
    return f"%.{max(2, len(f'{step:.9f}'.rstrip('0').partition('.')[2]))}f"


def _round_up(x: float) -> float:
    """The next round number: 1, 2 or 5 times a power of ten."""
    size = 10.0 ** max(len(str(int(x))) - 1, 0)
    return next((m * size for m in (1, 2, 5, 10) if m * size >= x), 10 * size)
