"""A briefing made from what is shown: the same document that `fundsim brief` writes, in the language of the page."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from fundsim.app import contract, draw, runs
from fundsim.app.address import address, reach
from fundsim.app.view import View
from fundsim.report.brief.compose import briefing
from fundsim.report.brief.gather import LEAST, gather, stresses_of
from fundsim.report.brief.tell import writer
from fundsim.scenario.compose import Scenario

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html",
}
MADE = "briefings"  # the session's last briefing of each kind: what it was made from, its file's name, its bytes


def offer(view: View) -> None:
    """Offer to make a briefing of what is shown, and to download what was made."""
    say = view.say
    with st.expander(say("Briefing for a ministry"), key="briefing", on_change="rerun"):
        draw.say(
            say(
                "Five to six pages to hand over, in the language of this page: the answer, the problem, the fund's rules, cost "
                "and financing, hard years, assumptions with sources. The variants of “What if” stand beside it. Making it "
                "takes about half a minute."
            )
        )
        if view.size < LEAST:
            draw.say(
                say(
                    "It needs at least {n} futures: choose more under “Simulation”.",
                    n=say.whole(LEAST),
                )
            )
            return
        kind = st.segmented_control(
            say("Kind of file"),
            list(KINDS),
            default="docx",
            format_func=str.upper,
            required=True,
            key="briefing_kind",
        )
        what = (*(s.hash for s in view.designs()), replace(view.choice, page="answer"))
        asked = (what, kind)
        st.button(say("Make the briefing"), on_click=_pressed, key="make_briefing")
        if st.session_state.pop("pressed", False):
            st.session_state["asked"] = asked
        made: dict[str, tuple[object, str, bytes]] = st.session_state.setdefault(MADE, {})
        if st.session_state.get("asked") == asked:
            bar = st.empty()
            try:
                name = f"fundsim_{view.scenario.name.replace('+', '_')}_{say.code}.{kind}"
                made[kind] = (what, name, _made(view, kind, bar))
                st.toast(say("The briefing is ready: download it below."))
            except draw.FAILURES as error:
                draw.failure(error, say)
            finally:
                bar.empty()
            del st.session_state["asked"]  # not again by itself with the next change
        for done, (of, name, data) in made.items():
            told = say("Download the briefing ({kind})", kind=done.upper())
            if of != what:
                told = say(
                    "Download the briefing of what was shown before ({kind})", kind=done.upper()
                )
            st.download_button(
                draw.plain(told), data=data, file_name=name, mime=KINDS[done], on_click="ignore",
                key=f"get:briefing:{done}",
            )  # fmt: skip


def _pressed() -> None:
    """What is made is what the page shows when it has taken up all that was chosen before the click."""
    st.session_state["pressed"] = True


def _made(view: View, kind: str, bar: Any) -> bytes:
    """The bytes of the file: simulated in short blocks, in turns with other visitors, then gathered in one turn and
    written in another.  bar  where its progress stands"""
    say = view.say
    first, *variants = view.designs()
    stressed = {name: _under(view, name) for name in stresses_of(first)}
    every = [first, *variants, *stressed.values()]
    whole = len(every) * view.size

    def tell(place: int) -> Callable[[int], None]:
        text = draw.plain(say("Making the briefing"))

        def shown(done: int) -> None:
            bar.progress((place * view.size + done) / whole, text)

        return shown

    seed, size = view.choice.seed, view.size
    known = {s.hash: runs.projected(s, seed, size, tell(i)) for i, s in enumerate(every)}
    with runs.turns().taken(runs.visitor()):
        facts = gather(
            [first, *variants], stressed, view.choice.confidence / 100, datetime.date.today(),
            lambda these: [known[s.hash] for s in these],
        )  # fmt: skip
    link, here = "", (st.context.url or "").partition("?")[0]
    if not view.choice.own and reach(here) != "machine":
        choice = replace(view.choice, page="answer")
        link = address(choice, contract.hashes(view), facts.results, facts.needs, here)
    with runs.turns().taken(runs.visitor()):
        return writer(Path(f"briefing.{kind}"))(briefing(replace(facts, link=link), view.say))


def _under(view: View, stress: str) -> Scenario:
    design = view.choice.design
    return view.scenario_of(replace(design, additions=tuple(sorted({*design.additions, stress}))))
