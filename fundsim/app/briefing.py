"""A briefing made from what is shown: the same document that `fundsim brief` writes, in the language of the page."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from fundsim.app import contract, draw, runs
from fundsim.app.address import address
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
HERE = "http://127.0.0.1:8501"  # where a page without an address (a test) would be
MADE = "briefing"  # the session's last briefing: what it was made from, and its bytes


def offer(view: View) -> None:
    """Offer to make a briefing of what is shown, and to download it once it is made."""
    say = view.say
    with st.expander(say("Briefing for a ministry")):
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
        key = (*(s.hash for s in view.designs()), view.choice, kind, datetime.date.today())
        st.button(say("Make the briefing"), on_click=_asked, args=(key,), key="make_briefing")
        if st.session_state.get("asked") != key:
            return
        if st.session_state.get(MADE, (None,))[0] != key:
            bar = st.empty()
            try:
                st.session_state[MADE] = (key, _made(view, kind or "docx", bar))
            except draw.FAILURES as error:
                del st.session_state["asked"]  # not again by itself with the next change
                draw.failure(error, say)
                return
            finally:
                bar.empty()
        st.download_button(
            say("Download the briefing ({kind})", kind=str(kind).upper()), data=st.session_state[MADE][1],
            file_name=f"fundsim_{view.scenario.name.replace('+', '_')}_{say.code}.{kind}", mime=KINDS[kind or "docx"],
            on_click="ignore", key=f"get:briefing:{kind}",
        )  # fmt: skip


def _asked(key: object) -> None:
    st.session_state["asked"] = key


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
    link = ""
    if not view.choice.own:
        choice = replace(view.choice, page="answer")
        link = address(choice, contract.hashes(view), facts.results, facts.needs, _here())
    with runs.turns().taken(runs.visitor()):
        return writer(Path(f"briefing.{kind}"))(briefing(replace(facts, link=link), view.say))


def _under(view: View, stress: str) -> Scenario:
    design = view.choice.design
    return view.scenario_of(replace(design, additions=tuple(sorted({*design.additions, stress}))))


def _here() -> str:
    """This dashboard's own address, without what it was asked for."""
    return (st.context.url or HERE).partition("?")[0]
