"""The controls of every page: language, country, policy; reforms, stresses, levers, every other value, and how many futures."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, assert_never

import streamlit as st

from fundsim.app import draw, field, state
from fundsim.app.choice import (
    MOST_NUMBER,
    MOST_SEED,
    SIZES,
    Choice,
    is_value,
    name_of,
    number_text,
    scenario_of,
)
from fundsim.app.controls import MAIN, Control, chosen, group_label, groups, labels, taken, word_of
from fundsim.app.files import label_of, names, question_of
from fundsim.app.pages import pages
from fundsim.app.together import left_out_told, option, with_additions
from fundsim.report.language import Language, language
from fundsim.report.languages import codes
from fundsim.scenario.compose import Scenario
from fundsim.scenario.files import countries
from fundsim.scenario.numbers import is_counted
from fundsim.scenario.phrase import Phrase

LANGUAGE_WIDTH = 170  # pixels
CHANGED = " *"  # beside the label of a value that differs from the files
FOLDS = 4.0  # a slider reaches this many times its standard value, where nothing else bounds it


def title(choice: Choice, say: Language) -> None:
    """What the dashboard is about, and the languages that it speaks."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():  # a place of its own gives way to the selector, also on a phone
            st.title(say("A compensation fund for trafficked persons"), anchor=False)
        st.selectbox(
            say("Language"), codes(), format_func=lambda code: language(code).name, width=LANGUAGE_WIDTH,
            key=state.bound("lang", choice.language), label_visibility="collapsed",
            on_change=state.on("lang", lambda code: state.change(language=code)),
        )  # fmt: skip


def head(choice: Choice, say: Language) -> None:
    """Country, policy and page: in the body, so that a phone shows them."""
    left, right = st.columns(2)
    every = [*countries(), *([choice.country] if choice.own else [])]
    left.selectbox(
        say("Country"), every, key=state.bound("country", choice.country),
        format_func=lambda n: say("My own file") if n.endswith(".toml") else label_of("base", n, say),
        on_change=state.on("country", _country),
    )  # fmt: skip
    policies = [*([""] if choice.own else []), *names("policy")]
    right.selectbox(
        say("Policy"), policies, key=state.bound("policy", choice.design.policy),
        format_func=lambda n: label_of("policy", n, say), on_change=state.on("policy", _policy),
        help=draw.plain(say(question_of("policy", choice.design.policy))) or None,
    )  # fmt: skip
    st.segmented_control(
        say("Page"), list(pages()), format_func=lambda name: say(pages()[name].TITLE), required=True,
        key=state.bound("page", choice.page), on_change=state.on("page", lambda v: state.change(page=v)),
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip


def _country(name: str) -> None:
    """Another country, with all of the same design and variants that is possible there; what is not is told."""
    now = state.choice()
    designs = [replace(d, policy=d.policy or "tariff") for d in (now.design, *now.variants)]
    kept = [state.allowed(name, design) for design in designs]
    state.put(replace(now, country=name, design=kept[0], variants=tuple(kept[1:])))
    say = language(now.language)
    called = labels(scenario_of(now.country, now.design), say)
    lost = dict.fromkeys(
        text
        for before, after in zip(designs, kept, strict=True)
        for text in (
            *(called.get(key, key) for key, _ in before.sets if key not in dict(after.sets)),
            *(label_of("", name, say) for name in before.additions if name not in after.additions),
        )
    )
    if lost:
        told = Phrase(
            "Not possible in this country, and left out: {values}.", values="; ".join(lost)
        )
        st.session_state["notices"] += (told,)


def _policy(name: str) -> None:
    now = state.choice()
    state.change(design=replace(now.design, policy=name))


def beside(choice: Choice, found: dict[str, Control], scenario: Scenario, say: Language) -> None:
    """Everything in the sidebar."""
    for kind, label, about in (
        ("reform", say("Reforms"), say("What studies recommend; dated, with its costs.")),
        ("stress", say("Stresses"), say("Hard years: what the fund would meet.")),
    ):
        own = [name for name in choice.design.additions if name in names(kind)]
        st.multiselect(
            label, names(kind), key=state.bound(kind, own), on_change=state.on(kind, _additions, kind),
            format_func=partial(option, kind, say=say), help=about, placeholder=say("Choose options"),
        )  # fmt: skip
        state.tell(kind, choice.design.additions)
    draw.bold(say("Main levers"))
    # a widget belongs to its scenario: what a visitor's browser still says of another one is not heard
    mine = name_of(choice.country, choice.design.without_sets)
    for key in MAIN:
        if key in found and not found[key].reason:
            _draw(found[key], "lever", mine, say)
    draw.bold(say("All assumptions and switches"))
    table = groups(found)
    group = st.selectbox(
        say("Group"), list(table), format_func=lambda g: group_label(g, scenario.world, say),
        key="group",
    )  # fmt: skip
    for control in table.get(group, []):
        _draw(control, "all", mine, say)
    with st.expander(say("Simulation"), key="simulation", on_change="rerun"):
        st.selectbox(
            say("Futures (replications)"), SIZES, format_func=say.whole,
            key=state.bound("n", choice.replications),
            on_change=state.on("n", lambda v: state.change(replications=v)),
            help=say("More futures, less computer noise. The command takes any number."),
        )  # fmt: skip
        field.number(
            "seed", choice.seed, _seeded, whole=True, label=say("Seed"),
            help=say("The same seed gives the same figures; another one tells how much they are noise."),
        )  # fmt: skip
        _told_beside("seed", say)
    st.button(
        say("Reset to the files"), on_click=_reset, disabled=choice.design.sets == (),
        help=say("Leave the country, policy, reforms and stresses; undo every changed value."),
    )  # fmt: skip


def _additions(kind: str, chosen: list[str]) -> None:
    now = state.choice()
    others = [name for name in now.design.additions if name not in names(kind)]
    design, left_out = with_additions(now.country, now.design, [*others, *chosen])
    state.change(design=design)
    state.keep_told(kind, design.additions, left_out_told(left_out, language(now.language)))


def _reset() -> None:
    now = state.choice()
    state.change(design=now.design.without_sets)


def _draw(control: Control, place: str, mine: str, say: Language) -> None:
    """One control, as its kind asks.  mine  the scenario it belongs to"""
    key, value = f"{place}:{control.key}:{mine}", control.value
    unit = "" if control.unit in ("", "share") else f" ({say(control.unit)})"
    about = control.help
    if control.reason:
        about = say("{about} — Not in use: {reason}.", about=about, reason=control.reason)
    common: dict[str, Any] = {
        "label": draw.label(f"{control.label}{unit}") + (CHANGED if control.changed else ""),
        "help": draw.plain(about),
        "disabled": bool(control.reason),
        "on_change": state.on(key, _moved, control, key),
    }
    match control.kind:
        case "switch":
            st.toggle(key=state.bound(key, value), **common)
        case "choice":
            st.selectbox(
                options=control.options, format_func=partial(word_of, control.key, say=say),
                key=state.bound(key, value), **common,
            )  # fmt: skip
        case "choices":
            st.multiselect(
                options=control.options, format_func=partial(word_of, control.key, say=say),
                key=state.bound(key, list(value)), placeholder=say("Choose options"), **common,
            )  # fmt: skip
        case "whole":
            _typed(control, key, common)
        case "share" | "number" | "scale":
            slides = control.kind != "number" or (place == "lever" and control.standard)
            if slides and value is not None:
                _slider(control, key, float(value), common)
            else:
                _typed(control, key, common)
        case other:
            assert_never(other)
    _told_beside(key, say)
    if control.ranged and not control.reason:
        _certain(control, f"{key}:certain", say)


def _certain(control: Control, key: str, say: Language) -> None:
    """Beside a number with a range: whether it is taken as certain.  Without it, its range moves with it."""
    st.checkbox(
        say("Take as certain"), key=state.bound(key, control.certain), on_change=state.on(key, _taken, control),
        help=say("Without this, the number's range moves with it. With it, nothing is uncertain about it any more, so that the fund looks safer than anybody knows."),
    )  # fmt: skip


def _typed(control: Control, key: str, common: dict[str, Any]) -> None:
    """A field for a number."""
    common = {**common, "counts": is_counted(control.unit), "whole": control.kind == "whole"}
    del common["on_change"]
    field.number(key, control.value, partial(_moved, control, key), **common)


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


def _moved(control: Control, key: str, value: Any) -> None:
    """Take over what was chosen; what is not possible is told beside its control, which goes back to what it was."""
    typed = value is not None and control.kind in ("share", "number", "whole")
    if typed and not _in_bounds(key, value, control.least, control.most):
        return
    st.session_state.pop(state.IMPOSSIBLE, None)
    now = state.choice()
    state.change(design=chosen(now.design, control, value))
    if refused := st.session_state.get("refused"):
        st.session_state[state.IMPOSSIBLE] = (key, "; ".join(map(draw.reason, refused)))


def _seeded(value: float | None) -> None:
    if value is not None and _in_bounds("seed", value, 0, MOST_SEED):
        st.session_state.pop(state.IMPOSSIBLE, None)
        state.change(seed=int(value))


def _in_bounds(key: str, value: float, least: float, most: float) -> bool:
    """Whether a typed number is one for its field; if not, why is kept to be told beside it."""
    if least <= value <= most and is_value(number_text(value)):
        return True
    told = Phrase(
        "{value} is not possible: it must be between {least} and {most}. It was not taken over.",
        value=float(value), least=float(least), most=float(min(most, MOST_NUMBER)),
    )  # fmt: skip
    st.session_state[state.IMPOSSIBLE] = (key, told)
    return False


def _told_beside(key: str, say: Language) -> None:
    told = st.session_state.get(state.IMPOSSIBLE)
    if told is not None and told[0] == key:
        st.error(draw.plain(say(told[1])))


def _taken(control: Control, certain: bool) -> None:
    now = state.choice()
    state.change(design=taken(now.design, control, certain))


def _format(step: float) -> str:
    return f"%.{max(2, len(f'{step:.9f}'.rstrip('0').partition('.')[2]))}f"


def _round_up(x: float) -> float:
    """The next round number: 1, 2 or 5 times a power of ten."""
    size = 10.0 ** max(len(str(int(x))) - 1, 0)
    return next((m * size for m in (1, 2, 5, 10) if m * size >= x), 10 * size)
