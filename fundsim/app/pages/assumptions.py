"""Assumptions: every number with its range, unit, source and grade; a file up and down."""

from __future__ import annotations

from typing import Any

import streamlit as st

from fundsim.app import draw, field, settings, state, upload
from fundsim.app.choice import Choice, number_text, scenario_of
from fundsim.app.controls import labels, source_of
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report.language import Language, language, marked
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import Problem
from fundsim.scenario.numbers import read
from fundsim.scenario.resolved import resolved_toml
from fundsim.scenario.schema import assumptions
from fundsim.scenario.thousands import is_counted_in

TITLE, ORDER = marked("Assumptions"), 70
PARTS = {"assumptions": marked("assumptions")}

EDIT = "edited"
NUMBERS = ("value", "low", "high")


def controls(choice: Choice) -> None:
    """The table to edit, and a file of one's own."""
    say, scenario = language(choice.language), scenario_of(choice.country, choice.design)
    rows = [{**row, **{n: field.typed(row[n]) for n in NUMBERS}} for row in ledger(scenario, say)]
    st.data_editor(
        rows, hide_index=True, key=_key(scenario), on_change=_edited, args=(scenario, rows),
        placeholder="–", disabled=["name", "unit", "grade", "source", "address", "key", "note"], height=620,
        alt=say("Every assumption with its value, low, high, unit, source and grade; value, low and high can be edited."),
        column_config={
            # pinned: on a phone the values must still fit beside it
            "name": st.column_config.TextColumn(say("Assumption"), width=230, pinned=True),
            "key": st.column_config.TextColumn(say("Key"), width="medium"),
            "value": st.column_config.TextColumn(say("Value"), alignment="right"),
            "low": st.column_config.TextColumn(say("Low (10 %)"), alignment="right"),
            "high": st.column_config.TextColumn(say("High (90 %)"), alignment="right"),
            "unit": say("Unit"), "grade": say("Grade"),
            "source": st.column_config.TextColumn(say("Source"), width="large"),
            "address": st.column_config.LinkColumn(say("Address"), display_text=say("open")),
            "note": st.column_config.TextColumn(say("Note"), width="large"),
        },
    )  # fmt: skip
    draw.aside(
        say(
            "Edit value, low and high in the table: low and high are the 10th and 90th percentile of what you believe. An "
            "edit makes the number judgement, here and in the link."
        )
    )
    if settings.public():
        draw.aside(
            say(
                "Your own scenario file can be used where fundsim is installed: {command}.",
                command="fundsim dashboard",
            )
        )
    else:
        upload.upload()


def ledger(scenario: Scenario, say: Language) -> list[dict[str, Any]]:
    """Every assumption, with where it comes from.  say  the language of names, units and grades"""
    rows, called = [], labels(scenario, say)
    for key, a, _ in assumptions(scenario.world):
        entry = scenario.sources.get(a.source, {})
        address = str(entry.get("address") or "")
        rows.append({
            "name": called.get(key, key), "value": a.value, "low": a.low, "high": a.high, "unit": say(a.unit),
            "grade": say(a.graded) if a.source else say("lever"),
            "source": source_of(scenario, a.source, say) if a.source else say("the ministry's choice"),
            "address": address if address.startswith("https://") else None,
            "key": key, "note": a.note,
        })  # fmt: skip
    return rows


def _key(scenario: Scenario) -> str:
    """The table's key: another one after a refusal, so that it shows again what stands."""
    return f"{EDIT}{scenario.hash}-{st.session_state.get(state.REFUSALS, 0)}"


def _edited(scenario: Scenario, rows: list[dict[str, Any]]) -> None:
    """Take over what was edited, if the model takes it."""
    edits = st.session_state[_key(scenario)]["edited_rows"]
    now = state.choice()
    design = now.design
    counted = {key: is_counted_in(scenario.world, q) for key, _, q in assumptions(scenario.world)}
    for place, cells in edits.items():
        row = {**rows[int(place)], **{k: v for k, v in cells.items() if k in NUMBERS}}
        for name in NUMBERS:
            if row[name]:
                plain = not row["low"] and not row["high"] and name == "value"
                key = row["key"] if plain else f"{row['key']}.{name}"
                try:
                    text = number_text(read(row[name], counted[row["key"]]))
                except ValueError as error:
                    state.refuse(Problem(row["name"], str(error), value=row[name]))
                    return
                design = design.with_set(key, text)
        if row["low"]:
            design = design.with_set(row["key"], None)
    state.change(design=design)


def page(view: View) -> Shown:
    """The page."""
    say, rows = view.say, ledger(view.scenario, view.say)
    data, partly, guess = (
        int(view.results.get("assumptions", grade)) for grade in ("data", "partly", "judgement")
    )
    draw.answer(
        view.top,
        say.counted(
            "Of {n} uncertain number {data} rest on data, {partly} on partial data and {guess} on judgement.",
            "Of {n} uncertain numbers {data} rest on data, {partly} on partial data and {guess} on judgement.",
            data + partly + guess, data=data, partly=partly, guess=guess,
        ),
    )  # fmt: skip
    text = resolved_toml(view.scenario)
    # a first look and the answer after it are drawn in one run, and a key may stand there once
    stays = {"key": "toml", "on_change": "rerun"} if view.final else {}
    with st.expander(say("The whole scenario as a file (TOML)"), **stays):  # type: ignore[arg-type]
        st.code(text, language="toml", height=400)
    return Shown({}, {"assumptions": rows})
