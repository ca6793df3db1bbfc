"""The visitor's choice in the session: read once from a link, changed by the controls, never lost.

A widget's own state is a copy of the choice.  It is written only where the two differ (after a link, a
reset, a page that was closed): writing it on every run would set a slider back while it is being moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from fundsim.app import draw, link, runs
from fundsim.app.choice import SIZES, Choice, Design, scenario_of
from fundsim.app.controls import same
from fundsim.app.link import Claim
from fundsim.report.language import spoken
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.phrase import Phrase


@dataclass(frozen=True)
class Promise:
    """What a link claims of the choice that was made from it.  whole  whether that is all it asks for"""

    choice: Choice
    claim: Claim
    whole: bool


MOST_NOTICES = 8
IMPOSSIBLE = "impossible"  # the field in which a number was typed that is none for it, and why
REFUSALS = "refusals"  # how many there have been: a table begins anew after each
WITHHELD = (
    "withheld"  # whether no figures are shown until a visitor asks for them: the link is damaged
)


def choice() -> Choice:
    """What is chosen now; at the start of a session, what its link asks for, else in the browser's language."""
    if "choice" not in st.session_state:
        parameters = {k: st.query_params.get_all(k) for k in st.query_params}
        opened = link.opened(parameters, spoken(st.context.locale))
        st.session_state[WITHHELD] = link.DAMAGED in opened.notices
        st.session_state["choice"] = _sound(opened)
    found: Choice = st.session_state["choice"]
    return found


def _sound(opened: link.Opened) -> Choice:
    """The choice of a link; what the model refuses is told, and the same without the values is shown."""
    notices, claim, wanted = list(opened.notices), opened.claim, opened.choice
    designs, refused = [], []
    for design in (wanted.design, *wanted.variants):
        try:
            runs.refuse_if_too_large(scenario_of(wanted.country, design), SIZES[0])
        except InputError as error:
            refused += [str(problem) for problem in error.problems]
            design = allowed(wanted.country, design)
        designs.append(design)
    if refused:
        notices.append(Phrase("Part of the link is not possible in this version, and is left out:"))
        notices += refused
    if (more := len(notices) - MOST_NOTICES) > 0:
        notices = [*notices[:MOST_NOTICES], Phrase("And {n} more.", n=more)]
    st.session_state["notices"] = tuple(notices)
    found = replace(
        wanted, design=named(wanted.country, designs[0]),
        variants=tuple(named(wanted.country, d) for d in designs[1:]),
    )  # fmt: skip
    afforded = _afforded(found)
    if fewer := afforded != found:
        st.session_state["notices"] += (_fewer(afforded),)
    if claim is not None:
        st.session_state["promise"] = Promise(
            afforded, claim, opened.whole and not refused and not fewer
        )
    return afforded


def _afforded(wanted: Choice) -> Choice:
    """The same with no more futures than are computed here of so many victims; raises `InputError` if none are."""
    scenarios = [scenario_of(wanted.country, d) for d in (wanted.design, *wanted.variants)]
    most = min(map(runs.most_futures, scenarios))
    if wanted.replications <= most:
        return wanted
    size = max((n for n in SIZES if n <= most), default=SIZES[0])
    for scenario in scenarios:
        runs.refuse_if_too_large(scenario, size)
    return replace(wanted, replications=size)


def _fewer(afforded: Choice) -> Phrase:
    """Why there are fewer futures than were asked for."""
    return Phrase(
        "So many victims take long to compute, and others wait: here are {n} futures. The command {command} takes any number.",
        n=afforded.replications,
        command="fundsim run",
    )


def allowed(country: str, design: Design) -> Design:
    """The most of a design that the model takes in a country, its values one by one; the country's own if even the
    files are refused."""
    plain = design.without_sets
    try:
        scenario_of(country, plain)
    except InputError:
        return named(country, Design())
    for key, text in design.sets:
        more = plain.with_set(key, text)
        try:
            runs.refuse_if_too_large(scenario_of(country, more), SIZES[0])
        except InputError:
            continue
        plain = more
    return plain


def named(country: str, design: Design) -> Design:
    """With its policy by name: a country's default may change, and a link must not."""
    if design.policy or country.endswith(".toml"):
        return design
    return replace(design, policy=scenario_of(country, design).world.country.default_policy)


def put(new: Choice) -> None:
    """Choose something else; what was shown before is kept, to tell what a change has moved.

    What the model refuses is not chosen: the page stays as it is, with the reasons.
    """
    old = choice()
    try:
        afforded = _afforded(new)
    except InputError as error:
        refuse(*error.problems[:MOST_NOTICES])
        return
    if (old.country, old.design) != (afforded.country, afforded.design):
        st.session_state["before"] = old
        st.session_state["notices"] = ()  # what was said of the link is not true of this any more
    if afforded != new:
        st.session_state["notices"] = (_fewer(afforded),)
    st.session_state["choice"] = afforded


def refuse(*problems: Problem) -> None:
    """Have the next page tell what is not possible; nothing is chosen by it."""
    st.session_state["refused"] = problems
    st.session_state[REFUSALS] = st.session_state.get(REFUSALS, 0) + 1


def change(**what: Any) -> None:
    """Replace parts of the choice."""
    put(replace(choice(), **what))


def bound(key: str, value: Any) -> str:
    """The widget's key, with the widget's state made to be `value` if it is not."""
    if key not in st.session_state or not same(st.session_state[key], value):
        st.session_state[key] = value
    return key


def on(key: str, then: Callable[..., None], *before: Any) -> Callable[[], None]:
    """What a widget calls when a visitor has moved it: `then`, with what stands before and its new value."""

    def moved() -> None:
        if key in st.session_state:
            then(*before, st.session_state[key])

    return moved


def keep_told(key: str, of: object, text: str) -> None:
    """Keep what is to be said beside a control while what it was said of stands."""
    st.session_state[f"told:{key}"] = (of, text)


def tell(key: str, of: object) -> None:
    """Say beside a control what was kept for it, if it was said of what stands."""
    about, text = st.session_state.get(f"told:{key}", (None, ""))
    if text and about == of:
        st.info(draw.plain(text))
