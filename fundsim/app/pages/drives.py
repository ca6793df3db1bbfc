"""What drives it: assumptions by influence, each with source and grade; on request tornado, Sobol', value of information."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import streamlit as st

from fundsim.analysis.decision import (
    IDLE,
    SHORT,
    contribution_decision,
    drawn_assumptions,
    group_of,
)
from fundsim.analysis.information import Worth, worth
from fundsim.analysis.inputs import inputs
from fundsim.analysis.measures import MEASURES as ALL
from fundsim.analysis.precision import Z95
from fundsim.analysis.sensitivity import Ranking, ranking, swapped
from fundsim.analysis.tornado import Tornado, tornado
from fundsim.app import charts, draw, runs, state
from fundsim.app.choice import ANALYSES, MEASURES, Choice
from fundsim.app.controls import labels
from fundsim.app.draw import Drawn, Shown
from fundsim.app.view import View
from fundsim.report import figures_influence, words
from fundsim.report.figures_influence import GRADES
from fundsim.report.influence import form_of
from fundsim.report.told import belief
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError
from fundsim.scenario.schema import assumptions

LABELS = {m.name: m.label for m in ALL}
UNITS = {m.name: m.unit for m in ALL}
Tables = dict[str, list[dict[str, str]]]
Pictures = dict[str, Drawn]
SHOWN = 12
GRADE_WORDS = {
    "data": "rests on data",
    "partly": "rests on partial data",
    "judgement": "a judgement",
}
WANTED = {
    "tornado": "Tornado: one assumption at a time",
    "sobol": "Sobol': alone and in combination",
    "worth": "What is most worth finding out",
}
TORNADO_FUTURES = 256


def controls(choice: Choice) -> None:
    """Which measure is explained, and which further analyses are run."""
    st.selectbox(
        "What is explained", MEASURES, format_func=LABELS.__getitem__,
        key=state.bound("o", choice.measure), on_change=state.on("o", lambda v: state.change(measure=v)),
    )  # fmt: skip
    st.pills(
        "Also compute (some seconds each)", list(WANTED), format_func=WANTED.__getitem__,
        selection_mode="multi", key=state.bound("also", list(choice.also)),
        on_change=state.on("also", lambda chosen: state.change(also=tuple(n for n in ANALYSES if n in chosen))),
    )  # fmt: skip


def page(view: View) -> Shown:
    """The page."""
    measure = view.choice.measure
    try:
        found = ranking(view.results.projection, measure)
    except InputError as error:
        why = "; ".join(p.rule for p in error.problems)
        draw.answer(
            view.top, f"{LABELS[measure]}: what drives it cannot be told, because it {why}."
        )
        return Shown()
    called = labels(view.scenario)
    draw.answer(view.top, _sentence(found, called))
    tables, pictures = _ranking(view, found, called)
    for name in view.choice.also if view.final else ():
        try:
            FURTHER[name](view, found, tables, pictures)
        except InputError as error:
            draw.say(f"{WANTED[name]}: not to be had, because it {error.problems[0].rule}.")
    return Shown(pictures, tables)


def _kind(measure: str) -> str:
    unit = UNITS[measure]
    return "money" if unit.startswith("EUR") else "share" if unit == "share" else "number"


def _sentence(found: Ranking, called: Mapping[str, str]) -> str:
    """The most influential assumption by what it is called, and how much rests on guesses."""
    first, label = found.rows[0], found.target.measure.label
    if not first.told:
        return found.sentence()
    name = called.get(first.input.name, first.input.label or first.input.name)
    return (
        f"{label}: {words.percent(first.share)} of what the assumptions explain is “{name}” "
        f"({GRADE_WORDS[first.input.grade]}); {words.percent(found.by_grade['judgement'])} of what single assumptions "
        "explain rests on judgement."
    )


def _ranking(
    view: View, found: Ranking, called: Mapping[str, str]
) -> tuple[dict[str, list[dict[str, str]]], dict[str, Drawn]]:
    shown = [row for row in found.rows if row.told][:SHOWN]
    label = found.target.measure.label
    guess = found.by_grade["judgement"]
    bars = [
        {"name": called.get(r.input.name, r.input.label or r.input.name)[:60], "value": r.share, "low": max(r.low95, 0.0), "high": r.high95, "grade": r.input.grade}
        for r in shown
    ]  # fmt: skip
    draw.heading(f"{label}: which assumptions it hangs on")
    draw.picture(
        charts.ranked(bars, "Share of what assumptions explain", "share", GRADES),
        found.sentence(),
    )
    whole = found.variance.assumptions.value + found.variance.chance.value
    unknown = float(found.variance.assumptions.value / whole)
    draw.aside(
        f"Of the spread over futures {words.percent(unknown)} is what nobody knows, the rest is chance. "
        f"{words.percent(guess)} of what single assumptions explain rests on judgement. Lines: 95 % intervals. "
        f"{sum(not r.told for r in found.rows)} more assumptions have no influence that can be told from none."
    )
    rows = [
        {"Assumption": called.get(r.input.name, r.input.label), "Key": r.input.name,
         "Value (range) unit": belief(r.input), "Share": words.percent(max(r.share, 0)),
         "95 %": f"{100 * max(r.low95, 0):.0f} to {100 * r.high95:.0f}",
         "Moves it": {1: "up", -1: "down", 0: ""}[r.direction], "Grade": r.input.grade, "Source": r.input.source}
        for r in shown
    ]  # fmt: skip
    draw.table(rows, "Assumptions by influence, each with its source and grade")
    return {"ranking": rows}, {"ranking": lambda: figures_influence.ranking_bars(found, view.note)}


def sourced(scenario: Scenario) -> str:
    """The scenario's hash with its sources and grades, which are shown beside the figures and not in the hash."""
    said = "".join(
        f"{key} {a.source} {a.graded} {a.note};" for key, a, _ in assumptions(scenario.world)
    )
    return f"{scenario.hash} {hashlib.sha256(said.encode()).hexdigest()[:12]}"


@st.cache_data(show_spinner="Moving one assumption at a time …", max_entries=100, max_size="20mb")
def _tornado(
    scenario: str, measure: str, seed: int, names: tuple[str, ...], _scenario: Scenario
) -> Tornado:
    with runs.turns().taken(runs.visitor()):
        return tornado(_scenario, measure, TORNADO_FUTURES, seed, only=names)


def _show_tornado(view: View, ranked: Ranking, tables: Tables, pictures: Pictures) -> None:
    names = tuple(r.input.name for r in ranked.rows if r.told)[:SHOWN]
    measure = view.choice.measure
    found = _tornado(sourced(view.scenario), measure, view.choice.seed, names, view.scenario)
    form, kind, called = form_of(found.target.measure.unit), _kind(measure), labels(view.scenario)
    bars = [b for b in found.bars if b.width > 0]
    rows = [
        {"name": called.get(b.input.name, b.input.label or b.input.name)[:60], "end": end, "value": value}
        for b in bars for end, value in (("at its low", b.at_low), ("at its high", b.at_high))
    ]  # fmt: skip
    centre = found.centre.value
    label = found.target.measure.label
    draw.heading("One assumption at a time, all others at their central value")
    first = (
        f"the widest bar is “{called.get(bars[0].input.name, bars[0].input.name)}”"
        if bars
        else "no bar moves it"
    )
    draw.picture(charts.ends(rows, centre, label, kind), f"Tornado of {label.lower()}: {first}.")
    table = [
        {"Assumption": called.get(b.input.name, b.input.label), "Key": b.input.name,
         "Value (range) unit": belief(b.input), "At its low": form(b.at_low),
         "At its high": form(b.at_high), "Grade": b.input.grade}
        for b in bars
    ]  # fmt: skip
    draw.table(
        table, f"{label}; {form(centre)} with every assumption at its central value",
        f"The {len(found.bars)} most influential, {found.replications} futures each, the same chance.",
    )  # fmt: skip
    tables["tornado"] = table
    pictures["tornado"] = lambda: figures_influence.tornado_bars(found, view.note)


def _show_swap(view: View, ranked: Ranking, tables: Tables, pictures: Pictures) -> None:
    with runs.turns().taken(runs.visitor()):
        swap = swapped(ranked.projection, view.choice.measure)
    rows, called = [], labels(view.scenario)
    for i, name in enumerate(swap.names):
        row = swap.row(i)
        rows.append({
            "Assumption": called.get(name, name), "Alone (first order)": f"{max(float(row['first']), 0):.2f}",
            "95 %": f"{row['first_low95']:.2f} to {row['first_high95']:.2f}",
            "With all combinations (total)": f"{max(float(row['total']), 0):.2f}",
            "95 % of the total": f"{row['total_low95']:.2f} to {row['total_high95']:.2f}",
        })  # fmt: skip
    draw.heading("Sobol' indices: alone, and with all combinations")
    draw.table(
        rows, f"{swap.sets:,} sets of assumptions, exchanged one at a time",
        "With few sets the intervals are wide: the command fundsim sensitivity --method sobol runs more.",
    )  # fmt: skip
    tables["sobol"] = rows
    pictures["sobol"] = lambda: figures_influence.swap_bars(swap, view.note)


@st.cache_data(
    show_spinner="Weighing what each fact would be worth …", max_entries=100, max_size="40mb"
)
def _worth(
    scenario_hash: str, line: str, seed: int, size: int, _view: View
) -> tuple[Worth, str, float]:
    assert _view.needs is not None
    need = _view.needs.contribution
    decision = contribution_decision(need, SHORT, IDLE)
    drawn = drawn_assumptions(_view.scenario, size, seed, line)
    with runs.turns().taken(runs.visitor()):
        found = worth(decision, drawn, {key: group_of(key, _view.scenario.world) for key in drawn})
    level = decision.levels[found.evpi.best]
    return found, words.euro(level), float((need <= level).mean())


def _show_worth(view: View, ranked: Ranking, tables: Tables, pictures: Pictures) -> None:
    if view.needs is None:
        draw.say("There is no contribution to decide about: no fund, or no budget line.")
        return
    found, best, lasts = _worth(
        view.scenario.hash, view.needs.line, view.choice.seed, view.size, view
    )
    draw.heading("What is most worth finding out")
    draw.say(
        f"How much a year to set aside, if a euro missing costs € {SHORT:g} and a euro idle € {IDLE:g}? With what is "
        f"known today {best} a year, which suffices in {100 * lasts:.0f} of 100 futures. Knowing every assumption "
        f"would be worth at most {words.euro(found.evpi.ceiling.value)} a year."
    )
    beliefs, called = {one.name: one for one in inputs(view.scenario)}, labels(view.scenario)
    sure = [v for v in found.singles if v.value.value > Z95 * (v.value.mc_error or 0.0)][:SHOWN]
    if not sure:
        draw.say("No single figure is worth collecting, as far as these futures can tell.")
        return
    bars = [
        {"name": called.get(v.name, v.name)[:60], "value": v.value.value, "low": v.value.value - Z95 * (v.value.mc_error or 0.0),
         "high": v.value.value + Z95 * (v.value.mc_error or 0.0),
         "grade": beliefs[v.name].grade if v.name in beliefs else "judgement"}
        for v in sure
    ]  # fmt: skip
    first = f"The figure most worth collecting first is “{called.get(sure[0].name, sure[0].name)}”, {words.euro(sure[0].value.value)} a year"
    draw.picture(charts.ranked(bars, "Worth knowing, a year", "money", GRADES), f"{first}.")
    rows = [
        {"Assumption": called.get(v.name, v.name), "Key": v.name, "Worth knowing, a year": words.euro(v.value.value),
         "± 1 error": words.euro(v.value.mc_error or 0.0), "Changes the choice in": words.percent(v.changes),
         **_ledger(beliefs, v.name)}
        for v in sure
    ]  # fmt: skip
    draw.table(rows, "Most worth finding out")
    tables["worth"] = rows
    pictures["worth"] = lambda: figures_influence.worth_bars(found, view.scenario, view.note)


def _ledger(beliefs: Mapping[str, object], name: str) -> dict[str, str]:
    one = beliefs.get(name)
    if one is None:
        return {"Value (range) unit": "", "Grade": "", "Source": ""}
    return {"Value (range) unit": belief(one), "Grade": one.grade, "Source": one.source}  # type: ignore[arg-type,attr-defined]


FURTHER = {"tornado": _show_tornado, "sobol": _show_swap, "worth": _show_worth}
