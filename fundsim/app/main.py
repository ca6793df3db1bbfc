"""The dashboard: what is chosen, computed first with few futures and then with all, shown page by page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import streamlit as st

from fundsim.analysis.project import needs_in
from fundsim.analysis.unmoved import why_unmoved
from fundsim.app import briefing, contract, draw, headline, runs, settings, share, sidebar, state
from fundsim.app.choice import Choice, Design, changed_at, scenario_of
from fundsim.app.controls import Control, controls_of, differences
from fundsim.app.draw import Shown
from fundsim.app.files import label_of, names
from fundsim.app.gate import Busy
from fundsim.app.pages import pages
from fundsim.app.together import excluding
from fundsim.app.view import View, title_of
from fundsim.report import wording
from fundsim.report.brief.design import later
from fundsim.report.language import Language, language
from fundsim.scenario import phases
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError

MOST_CHANGES = 6  # listed by name
DONE = (
    "done"  # the figures that were last shown in full, so that a change of page does not begin anew
)
MORE = 1.05  # times as many victims: less is not worth a word
SHOWN = "shown"  # the choice that was last shown in full


def show() -> None:
    """Draw the page that is chosen."""
    st.set_page_config(page_title="fundsim", layout="wide", initial_sidebar_state="auto")
    draw.style()
    choice = state.choice()
    say = language(choice.language)
    try:
        _show(choice, say)
    except (
        Exception
    ) as error:  # a bug: strangers learn nothing of the server; at home the traceback helps
        if not settings.public():
            raise
        draw.failure(error, say)


def _show(choice: Choice, say: Language) -> None:
    sidebar.title(choice, say)
    _notices(say)
    if st.session_state.get(state.WITHHELD):
        st.button(
            say("Show today's figures of the standard view instead"), on_click=_withhold_no_more
        )
        return
    sidebar.head(choice, say)
    try:
        scenario = scenario_of(choice.country, choice.design)
    except InputError as error:
        _refused(choice, error, say)
        return
    found = controls_of(choice.country, choice.design, changed_at(choice.country), say.code)
    with st.sidebar:
        sidebar.beside(choice, found, scenario, say)
    _about_the_scenario(choice, scenario, found, say)
    # takes away what was said of other figures; what is the same again stays in sight
    same = st.session_state.get(SHOWN) == choice
    above = st.container() if same else st.empty()
    top = st.empty()
    pages()[choice.page].controls(choice)
    try:
        view, shown, below = _computed(choice, scenario, top, say)
    except InputError as error:
        _refused(choice, error, say)
        return
    except draw.FAILURES as error:
        draw.failure(error, say)
        return
    with above if same else above.container():
        _of_the_figures(view, shown)
    with below.container():
        _after(view, shown)
    st.session_state[SHOWN] = choice


def prepare() -> None:
    """Do once what the first visitor would wait for: late imports, and the figures of the page that opens first."""
    import_module("pandas")  # Streamlit imports it for the first table
    pages()
    choice = Choice()
    design = state.named(choice.country, choice.design)
    scenario = scenario_of(choice.country, design)
    controls_of(choice.country, design, changed_at(choice.country), choice.language)
    excluding()
    runs.results(scenario, choice.seed, runs.QUICK, final=False)
    runs.results(scenario, choice.seed, choice.replications)


def _notices(say: Language) -> None:
    for notice in st.session_state.get("notices", ()):
        st.warning(draw.plain(say(notice)))
    if refused := st.session_state.pop("refused", ()):
        told = say(
            "That is not possible, so the page shows what stood before: {reasons}.",
            reasons="; ".join(draw.reason(problem) for problem in refused),
        )
        st.error(draw.plain(told))


def _withhold_no_more() -> None:
    st.session_state[state.WITHHELD] = False
    st.session_state["notices"] = ()  # these figures are asked for as what they are


def _refused(choice: Choice, error: InputError, say: Language) -> None:
    """What is not possible, and the way back."""
    draw.failure(error, say)
    before = st.session_state.get("before")
    if before is not None:
        st.button(say("Undo the last change"), on_click=lambda: state.put(before))
    if choice.design.sets:
        st.button(
            say("Reset to the files"),
            on_click=lambda: state.change(design=Design(choice.design.policy)),
        )


def _about_the_scenario(
    choice: Choice, scenario: Scenario, found: dict[str, Control], say: Language
) -> None:
    """What is shown, what was changed from the sourced files, and what a reader must be told."""
    questions = " ".join(say(question) for question in scenario.questions)
    draw.aside(f"{title_of(scenario, say)}: {questions}")
    if changes := differences(choice.design, found, scenario, say):
        listed = "; ".join(changes[:MOST_CHANGES])
        if (more := len(changes) - MOST_CHANGES) > 0:
            listed = say("{listed}; and {n} more", listed=listed, n=more)
        told = say.counted(
            "{n} value differs from the sourced files: {listed}.",
            "{n} values differ from the sourced files: {listed}.", len(changes), listed=listed,
        )  # fmt: skip
        st.info(draw.plain(told))
    listed_above = [one.note for one in scenario.moved]
    for rules in later(scenario.world, say):
        draw.aside(rules)
    told_in_words = phases.notes(scenario.world)
    for note in scenario.notes:
        if not note.startswith("no policy was named") and note not in (
            *listed_above,
            *told_in_words,
        ):
            draw.aside(say("Note: {note}.", note=say(note)))


def _computed(
    choice: Choice, scenario: Scenario, top: Any, say: Language
) -> tuple[View, Shown, Any]:
    """The page, drawn with few futures at once and again in its place with all of them."""
    draw_page = pages()[choice.page].page
    body, progress, first = st.empty(), st.empty(), st.empty()
    # takes away links and files of what was shown before; what is the same again stays in sight
    below = st if st.session_state.get(SHOWN) == choice else st.empty()
    key = (scenario.hash, choice.seed, choice.replications)
    if st.session_state.get(DONE) != key and choice.replications > runs.QUICK:
        quick = runs.results(scenario, choice.seed, runs.QUICK, final=False)
        view = View(choice, scenario, quick, None, runs.QUICK, False, top, lambda what, done: None)
        with body.container():
            draw_page(view)
        first.caption(
            say(
                "First look, with {few} futures; {many} are being computed.",
                few=runs.QUICK, many=say.whole(choice.replications),
            )
        )  # fmt: skip

    def tell(what: str, done: int) -> None:
        told = say(
            "{what}: {done} of {whole} futures",
            what=what, done=say.whole(done), whole=say.whole(choice.replications),
        )  # fmt: skip
        progress.progress(min(done / choice.replications, 1.0), draw.plain(told))

    results = runs.results(
        scenario, choice.seed, choice.replications, partial(tell, say("Simulating"))
    )
    needs = needs_in(results.projection)
    view = View(choice, scenario, results, needs, choice.replications, True, top, tell)
    with body.container():
        shown: Shown = draw_page(view)
    progress.empty()
    first.empty()
    st.session_state[DONE] = key
    return view, shown, below


def _of_the_figures(view: View, shown: Shown) -> None:
    """What stands above every page: the link's promise, which stress helps, whether a change moved anything."""
    promise: state.Promise | None = st.session_state.get("promise")
    if promise is not None and _same_run(promise.choice, view.choice):
        on_its_page = promise.choice.page == view.choice.page
        contract.kept(view, promise.claim, promise.whole, shown.others if on_its_page else None)
    _helpful_stresses(view)
    _stillness(view)


def _after(view: View, shown: Shown) -> None:
    """What stands below every page: links and files, and where the figures come from."""
    say = view.say
    share.links(view, shown.others)
    share.downloads(view, shown)
    briefing.offer(view)
    if footnote := view.scenario.world.country.footnote:
        draw.aside(say(footnote))
    digest = say("digest {digest}", digest=headline.digest(view.results))
    draw.aside(f"{wording.stamp(view.results.projection, say)} · {digest}")
    commands = (wording.command(view.results.projection), *shown.commands)
    st.code("\n".join(commands), language="bash", wrap_lines=True)


def _same_run(a: Choice, b: Choice) -> bool:
    """Whether two choices have the same figures, whatever page they show."""
    return (a.country, a.design, a.variants, a.seed, a.replications, a.confidence) == (
        b.country, b.design, b.variants, b.seed, b.replications, b.confidence,
    )  # fmt: skip


def _helpful_stresses(view: View) -> None:
    """If a stress alone brings money to more victims, that it is hard for the budget only."""
    say, design = view.say, view.choice.design
    stresses = [name for name in design.additions if name in names("stress")]
    others = tuple(name for name in design.additions if name not in stresses)

    def paid(*alone: str) -> float:
        one = view.scenario_of(replace(design, additions=tuple(sorted((*others, *alone)))))
        return runs.results(one, view.choice.seed, runs.QUICK, final=False).get("share_paid_with")

    try:
        helpful = [name for name in stresses if paid(name) > MORE * paid()]
    except (
        InputError,
        Busy,
    ):  # it has changed values of a stress, or there is no time to look at it
        return
    if helpful:
        listed = ", ".join(f"“{label_of('stress', name, say)}”" for name in helpful)
        told = say(
            "More victims are paid under {stresses}: it is hard for the budget, not for victims, and hides what other "
            "stresses take from them.",
            stresses=listed,
        )  # fmt: skip
        st.info(draw.plain(told))


def _stillness(view: View) -> None:
    """If the last change of one value moved no figure, why."""
    say = view.say
    before: Choice | None = st.session_state.get("before")
    if before is None or before.country != view.choice.country:
        return
    then, now = dict(before.design.sets), dict(view.choice.design.sets)
    keys = {key for key in then.keys() | now.keys() if then.get(key) != now.get(key)}
    if len(keys) != 1 or before.design.without_sets != view.choice.design.without_sets:
        return
    try:
        old = scenario_of(before.country, before.design)
        if old.hash == view.scenario.hash:
            return
        results = runs.results(old, view.choice.seed, view.size)
    except (InputError, Busy):  # what stood before was refused, or there is no time to look at it
        return
    if headline.same_rows(results, view.results):
        [key] = keys
        told = say(
            "Your last change ({key}) moved no figure: {reason}",
            key=key, reason=say(why_unmoved(view.results.projection, view.scenario.world, key)),
        )  # fmt: skip
        st.info(draw.plain(told))
