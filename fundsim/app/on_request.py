"""What drives the answer, further: on request tornado, Sobol' indices and value of information, each a part of the page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import streamlit as st

from fundsim.analysis.decision import (
    IDLE,
    SHORT,
    contribution_decision,
    drawn_assumptions,
    group_of,
)
from fundsim.analysis.information import Value, Worth, worth
from fundsim.analysis.inputs import Input, inputs
from fundsim.analysis.measures import MEASURES
from fundsim.analysis.precision import Z95
from fundsim.analysis.sensitivity import Ranking, swapped
from fundsim.analysis.tornado import Tornado, tornado
from fundsim.app import charts, draw, runs
from fundsim.app.controls import labels
from fundsim.app.draw import Drawn
from fundsim.app.view import View
from fundsim.model.parameters import effect_name
from fundsim.report.language import Language, marked
from fundsim.report.screen import belief
from fundsim.report.sensitivity import picture as figures_influence
from fundsim.report.sensitivity.picture import GRADES
from fundsim.report.sensitivity.tell import form_of
from fundsim.scenario.command import command_line
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import assumptions

UNITS = {m.name: m.unit for m in MEASURES}
Tables = dict[str, list[dict[str, str]]]
Pictures = dict[str, Drawn]
SHOWN = 12  # bars
WANTED = {
    "tornado": marked("Tornado: one assumption at a time"),
    "sobol": marked("Sobol': alone and in combination"),
    "worth": marked("What is most worth finding out"),
}
MOST_LETTERS = 60  # of a name beside a bar
TORNADO_FUTURES = 256


def kind_of(measure: str) -> str:
    """How a chart shows a measure: money, share or number."""
    unit = UNITS[measure]
    return "money" if unit.startswith("EUR") else "share" if unit == "share" else "number"


def named(view: View) -> Callable[[str], str]:
    """What an uncertain number is called, by the name under which it is drawn; the name itself where there is none."""
    say, called = view.say, labels(view.scenario, view.say)
    for name, change in view.scenario.world.changes.items():
        for place, effect in enumerate(change.effects):
            called[effect_name(name, place)] = say(
                "{reform}: effect on {key}", reform=say(change.label), key=effect.on
            )
    return lambda name: called.get(name) or say(name)


def colors(say: Language) -> dict[str, str]:
    """The colour of each grade, by its name in the language."""
    return {say(grade): color for grade, color in GRADES.items()}


def interval(low: float, high: float, digits: int, say: Language) -> str:
    """A range of numbers with so many decimals."""
    return say("{low} to {high}", low=say.fixed(low, digits), high=say.fixed(high, digits))


def sourced(scenario: Scenario) -> str:
    """The scenario's key with its sources and grades, which are shown beside the figures and not in the key."""
    said = "".join(
        f"{key} {a.source} {a.graded} {a.note};" for key, a, _ in assumptions(scenario.world)
    )
    return f"{scenario.key} {hashlib.sha256(said.encode()).hexdigest()}"


@st.cache_data(show_spinner=False, max_entries=100, max_size="20mb")
def _tornado(
    scenario: str, measure: str, seed: int, names: tuple[str, ...], _scenario: Scenario
) -> Tornado:
    with runs.turns().taken(runs.visitor()):
        return tornado(_scenario, measure, TORNADO_FUTURES, seed, only=names)


def _show_tornado(view: View, ranked: Ranking, tables: Tables, pictures: Pictures) -> None:
    say, name = view.say, named(view)
    measure, names = view.choice.measure, tuple(r.input.name for r in ranked.rows if r.told)[:SHOWN]
    with st.spinner(say("Moving one assumption at a time …")):
        found = _tornado(sourced(view.scenario), measure, view.choice.seed, names, view.scenario)
    form, label = form_of(found.target.measure.unit, say), say(found.target.measure.label)
    bars, centre = [b for b in found.bars if b.width > 0], found.centre.value
    rows = [
        {"name": name(b.input.name)[:MOST_LETTERS], "end": end, "value": value}
        for b in bars for end, value in ((say("at its low"), b.at_low), (say("at its high"), b.at_high))
    ]  # fmt: skip
    draw.heading(say("One assumption at a time, all others at their central value"))
    told = say("Tornado of {measure}: no bar moves it.", measure=label.lower())
    if bars:
        told = say(
            "Tornado of {measure}: the widest bar is “{name}”.",
            measure=label.lower(), name=name(bars[0].input.name),
        )  # fmt: skip
    draw.picture(charts.ends(rows, centre, label, kind_of(measure), say), told)
    table = [
        {say("Assumption"): name(b.input.name), say("Key"): b.input.name,
         say("Value (range) unit"): belief(b.input, say), say("At its low"): form(b.at_low),
         say("At its high"): form(b.at_high), say("Grade"): say(b.input.grade)}
        for b in bars
    ]  # fmt: skip
    draw.table(
        table,
        say("{measure}; {figure} with every assumption at its central value", measure=label, figure=form(centre)),
        say(
            "The {n} most influential, {futures} futures each, the same chance.",
            n=len(found.bars), futures=found.replications,
        ),
    )  # fmt: skip
    tables["tornado"] = table
    pictures["tornado"] = lambda: figures_influence.tornado_bars(found, view.note, say)


def _show_swap(view: View, ranked: Ranking, tables: Tables, pictures: Pictures) -> None:
    say, name = view.say, named(view)
    with runs.turns().taken(runs.visitor()):
        swap = swapped(ranked.projection, view.choice.measure)
    rows = []
    for i, group in enumerate(swap.names):
        x = {k: float(v) for k, v in swap.row(i).items() if k != "input"}
        rows.append({
            say("Assumption"): name(group), say("Alone (first order)"): say.fixed(max(x["first"], 0), 2),
            say("95 %"): interval(x["first_low95"], x["first_high95"], 2, say),
            say("With all combinations (total)"): say.fixed(max(x["total"], 0), 2),
            say("95 % of the total"): interval(x["total_low95"], x["total_high95"], 2, say),
        })  # fmt: skip
    draw.heading(say("Sobol' indices: alone, and with all combinations"))
    draw.table(
        rows,
        say("{n} sets of assumptions, exchanged one at a time", n=say.whole(swap.sets)),
        say("With few sets the intervals are wide. This command runs more:"),
    )
    again = command_line(
        "sensitivity", [view.scenario.given], view.scenario.sets, method="sobol",
        measure=view.choice.measure, seed=view.choice.seed,
    )  # fmt: skip
    st.code(again, language="bash", wrap_lines=True)
    tables["sobol"] = rows
    pictures["sobol"] = lambda: figures_influence.swap_bars(swap, view.note, say)


@st.cache_data(show_spinner=False, max_entries=100, max_size="40mb")
def _worth(
    scenario_key: str, line: str, seed: int, size: int, _view: View
) -> tuple[Worth, float, float]:
    """What knowing is worth, the best contribution, and the share of futures in which that suffices."""
    assert _view.needs is not None
    need = _view.needs.contribution
    decision = contribution_decision(need, SHORT, IDLE)
    drawn = drawn_assumptions(_view.scenario, size, seed, line)
    with runs.turns().taken(runs.visitor()):
        found = worth(decision, drawn, {key: group_of(key, _view.scenario.world) for key in drawn})
    level = decision.levels[found.evpi.best]
    return found, level, float((need <= level).mean())


def _show_worth(view: View, ranked: Ranking, tables: Tables, pictures: Pictures) -> None:
    say, name = view.say, named(view)
    if view.needs is None:
        draw.say(say("There is no contribution to decide about: no fund, or no budget line."))
        return
    with st.spinner(say("Weighing what each fact would be worth …")):
        found, best, lasts = _worth(
            view.scenario.key, view.needs.line, view.choice.seed, view.size, view
        )
    draw.heading(say("What is most worth finding out"))
    draw.say(
        say(
            "How much a year to set aside, if a euro missing costs € {short} and a euro idle € {idle}? With what is known "
            "today {best} a year, which suffices in {lasts} of 100 futures. Knowing every assumption would be worth at "
            "most {ceiling} a year.",
            short=say.number(SHORT), idle=say.number(IDLE), best=say.euro(best), lasts=say.fixed(100 * lasts, 0),
            ceiling=say.euro(found.evpi.ceiling.value),
        )
    )  # fmt: skip
    for text in figures_influence.worth_told(found, view.size, say):
        draw.say(text)
    sure = [v for v in found.singles if v.told][:SHOWN]
    if not sure:
        draw.say(
            say("No single figure is worth collecting, as far as these futures can tell.")
        )  # fmt: skip
        return
    beliefs = {one.name: one for one in inputs(view.scenario)}
    grades = {key: say(one.grade) for key, one in beliefs.items()}
    bars = [
        {"name": name(v.name)[:MOST_LETTERS], "value": v.value.value, "low": v.value.value - _half(v),
         "high": v.value.value + _half(v),
         "grade": grades.get(v.name) or say("judgement")}
        for v in sure
    ]  # fmt: skip
    draw.picture(
        charts.ranked(bars, say("Loss avoided, a year"), "money", colors(say), say),
        say(
            "The figure most worth collecting first is “{name}”, {amount} a year.",
            name=name(sure[0].name), amount=say.euro(sure[0].value.value),
        ),
    )  # fmt: skip
    rows = [
        {say("Assumption"): name(v.name), say("Key"): v.name, say("Loss avoided, a year"): say.euro(v.value.value),
         say("± 1 error"): say.euro(v.value.mc_error or 0.0), say("Changes the choice in"): say.percent(v.changes),
         **_ledger(beliefs.get(v.name), say)}
        for v in sure
    ]  # fmt: skip
    draw.table(rows, say("Most worth finding out"))
    weights = {
        say("Loss for a euro missing"): say.number(SHORT),
        say("Loss for a euro idle"): say.number(IDLE),
    }
    tables["worth"] = [{**row, **weights} for row in rows]
    pictures["worth"] = lambda: figures_influence.worth_bars(found, view.scenario, view.note, say)


def _half(v: Value) -> float:
    """Half of the 95 % interval of a worth, in euro."""
    return Z95 * (v.value.mc_error or 0.0)


def _ledger(one: Input | None, say: Language) -> dict[str, str]:
    if one is None:
        return {say("Value (range) unit"): "", say("Grade"): "", say("Source"): ""}
    return {say("Value (range) unit"): belief(one, say), say("Grade"): say(one.grade), say("Source"): say(one.source)}  # fmt: skip


FURTHER = {"tornado": _show_tornado, "sobol": _show_swap, "worth": _show_worth}
