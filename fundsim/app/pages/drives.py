"""What drives it: assumptions by influence, each with source and grade; on request further analyses."""

from __future__ import annotations

import streamlit as st

from fundsim.analysis.measures import MEASURES as ALL
from fundsim.analysis.sensitivity import Ranking, ranking
from fundsim.app import charts, draw, state
from fundsim.app.choice import ANALYSES, MEASURES, Choice
from fundsim.app.draw import Shown
from fundsim.app.on_request import (
    FURTHER,
    MOST_LETTERS,
    SHOWN,
    WANTED,
    Pictures,
    Tables,
    colors,
    interval,
    named,
)
from fundsim.app.view import View
from fundsim.report.language import language, marked
from fundsim.report.screen import belief
from fundsim.report.sensitivity import picture as figures_influence
from fundsim.report.sensitivity.tell import sentence
from fundsim.scenario.assumption import Grade
from fundsim.scenario.errors import InputError
from fundsim.scenario.total import total

TITLE, ORDER = marked("What drives it"), 50
PARTS = {
    "ranking": marked("ranking"), "tornado": marked("tornado"), "sobol": marked("sobol"),
    "worth": marked("worth"),
}  # fmt: skip

LABELS = {m.name: m.label for m in ALL}
GRADE_WORDS = total(
    Grade,
    {
        "data": marked("rests on data"),
        "partly": marked("rests on partial data"),
        "judgement": marked("a judgement"),
    },
)


def controls(choice: Choice) -> None:
    """Which measure is explained, and which further analyses are run."""
    say = language(choice.language)
    st.selectbox(
        say("What is explained"), MEASURES, format_func=lambda name: say(LABELS[name]),
        key=state.bound("o", choice.measure), on_change=state.on("o", lambda v: state.change(measure=v)),
    )  # fmt: skip
    st.pills(
        say("Also compute (some seconds each)"), list(WANTED), format_func=lambda name: say(WANTED[name]),
        selection_mode="multi", key=state.bound("also", list(choice.also)),
        on_change=state.on("also", lambda chosen: state.change(also=tuple(n for n in ANALYSES if n in chosen))),
    )  # fmt: skip


def page(view: View) -> Shown:
    """The page."""
    say, measure = view.say, view.choice.measure
    try:
        found = ranking(view.results.projection, measure)
    except InputError as error:
        why = "; ".join(p.rule for p in error.problems)
        draw.answer(
            view.top,
            say(
                "{measure}: what drives it cannot be told, because it {reason}.",
                measure=say(LABELS[measure]), reason=why,
            ),
        )  # fmt: skip
        return Shown()
    draw.answer(view.top, _sentence(view, found))
    tables, pictures = _ranking(view, found)
    for name in view.choice.also if view.final else ():
        try:
            FURTHER[name](view, found, tables, pictures)
        except InputError as error:
            draw.say(
                say(
                    "{analysis}: not to be had, because it {reason}.",
                    analysis=say(WANTED[name]), reason=error.problems[0].rule,
                )
            )  # fmt: skip
    return Shown(pictures, tables)


def _sentence(view: View, found: Ranking) -> str:
    """The most influential assumption by what it is called, and how much rests on guesses."""
    say, first = view.say, found.rows[0]
    if not first.told:
        return sentence(found, say)
    return say(
        "{measure}: {share} of what the assumptions explain is “{name}” ({grade}); {guess} of what single assumptions "
        "explain rests on judgement.",
        measure=say(found.target.measure.label), share=say.percent(first.share),
        name=named(view)(first.input.name), grade=say(GRADE_WORDS[first.input.grade]),
        guess=say.percent(found.by_grade["judgement"]),
    )  # fmt: skip


def _ranking(view: View, found: Ranking) -> tuple[Tables, Pictures]:
    say, name = view.say, named(view)
    shown = [row for row in found.rows if row.told][:SHOWN]
    bars = [
        {"name": name(r.input.name)[:MOST_LETTERS], "value": r.share, "low": max(r.low95, 0.0), "high": r.high95,
         "grade": say(r.input.grade)}
        for r in shown
    ]  # fmt: skip
    draw.heading(
        say("{measure}: which assumptions it hangs on", measure=say(found.target.measure.label))
    )
    draw.picture(
        charts.ranked(bars, say("Share of what assumptions explain"), "share", colors(say), say),
        sentence(found, say),
    )
    whole = found.variance.assumptions.value + found.variance.chance.value
    silent = sum(not r.told for r in found.rows)
    draw.aside(
        say.counted(
            "Of the spread over futures {unknown} is what nobody knows, the rest is chance. {guess} of what single "
            "assumptions explain rests on judgement. Lines: 95 % intervals. {n} more assumption has no influence that can "
            "be told from none.",
            "Of the spread over futures {unknown} is what nobody knows, the rest is chance. {guess} of what single "
            "assumptions explain rests on judgement. Lines: 95 % intervals. {n} more assumptions have no influence that can "
            "be told from none.",
            silent, unknown=say.percent(float(found.variance.assumptions.value / whole)),
            guess=say.percent(found.by_grade["judgement"]),
        )
    )  # fmt: skip
    moves = {1: say("up"), -1: say("down"), 0: ""}
    rows = [
        {say("Assumption"): name(r.input.name), say("Key"): r.input.name,
         say("Value (range) unit"): belief(r.input, say), say("Share"): say.percent(max(r.share, 0)),
         say("95 %"): interval(100 * max(r.low95, 0), 100 * r.high95, 0, say),
         say("Moves it"): moves[r.direction], say("Grade"): say(r.input.grade), say("Source"): say(r.input.source)}
        for r in shown
    ]  # fmt: skip
    draw.table(rows, say("Assumptions by influence, each with its source and grade"))
    return {"ranking": rows}, {
        "ranking": lambda: figures_influence.ranking_bars(found, view.note, say)
    }
