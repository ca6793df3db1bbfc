"""Victims: the way from identification to payment, without and with the fund, on the same cases."""

from __future__ import annotations

import math

import streamlit as st

from fundsim.app import charts, draw, runs, state
from fundsim.app.choice import CASES, MOST_CASES, Choice, scenario_of
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report import wording
from fundsim.report.figures import BLUE, GREY, GROUP_LABELS
from fundsim.report.language import capital, country_of, language, marked
from fundsim.report.run import picture
from fundsim.report.trace import story
from fundsim.report.trace.picture import timeline
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError

TITLE, ORDER = marked("Victims"), 20
PARTS = {
    "pathway": marked("pathway"), "case": marked("case"), "groups": marked("groups"),
    "without the fund": marked("without the fund"), "with the fund": marked("with the fund"),
}  # fmt: skip

KINDS = {
    "any": marked("any case"), "paid": marked("is paid by the fund"), "refused": marked("is refused"),
    "waiting": marked("is granted and not paid yet"), "never_claims": marked("never claims"),
    "offender_pays": marked("the offender pays"), "set_off": marked("has something deducted"),
}  # fmt: skip


def controls(choice: Choice) -> None:
    """Which case is told."""
    say = language(choice.language)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    if scenario_of(choice.country, choice.design).world.has_fund:
        left.selectbox(
            say("Tell a case that"), CASES, format_func=lambda kind: say(KINDS[kind]),
            key=state.bound("case", choice.case),
            on_change=state.on("case", lambda kind: state.change(case=kind)),
        )  # fmt: skip
    right.button(
        say("Tell another case"), on_click=_another, help=say("Drawn at random: no real person.")
    )


def _another() -> None:
    state.change(told=(state.choice().told + 1) % MOST_CASES)


def page(view: View) -> Shown:
    """The page."""
    get, say = view.results.get, view.say
    a, b = get("share_paid_without"), get("share_paid_with")
    place = country_of("in", view.scenario.world.country.name, say)
    if alone := wording.nobody(view.results, say):
        draw.answer(view.top, alone)
        return Shown({}, {})
    if unpaid := wording.unpaid(view.results, say):
        draw.answer(view.top, unpaid)
    elif view.scenario.world.has_fund:
        draw.answer(
            view.top,
            say(
                "Of 100 registered victims {place}, {with_} get money with the fund, instead of {without} without it; "
                "averaged over all, each receives {more} instead of {less}.",
                place=place, with_=say.hundred(b), without=say.few(a),
                more=say.euro(get("received_with")), less=say.euro(get("received_without")),
            ),
        )  # fmt: skip
    else:
        draw.answer(
            view.top,
            say(
                "Of 100 registered victims {place}, {number} ever get any money.",
                place=place, number=say.hundred(a),
            ),
        )  # fmt: skip
    tables: dict[str, list[draw.Row]] = {"without the fund": _steps(view, picture.WITHOUT)}
    left, right = st.columns(2) if view.scenario.world.has_fund else (st.container(), None)
    with left:
        draw.heading(say("Without the fund"))
        draw.picture(
            charts.drop_off(tables["without the fund"], GREY, say),
            say(
                "Drop-off from identification to payment by the offender: {share} of registered victims are ever paid.",
                share=say.percent(a),
            ),
        )
    if right is not None:
        tables["with the fund"] = _steps(view, picture.WITH_FUND)
        with right:
            draw.heading(say("With the fund, the same cases"))
            draw.picture(
                charts.drop_off(tables["with the fund"], BLUE, say),
                say(
                    "Drop-off from identification to payment with the fund: {share} are paid.",
                    share=say.percent(b),
                ),
            )
    draw.aside(
        say.counted(
            "Persons registered in {n} year, mean over futures; in brackets: of those registered. 9 of 10 futures: {low} "
            "to {high} paid with the fund.",
            "Persons registered in {n} years, mean over futures; in brackets: of those registered. 9 of 10 futures: {low} "
            "to {high} paid with the fund.",
            len(view.years),
            low=say.percent(get("share_paid_with", "p5")), high=say.percent(get("share_paid_with", "p95")),
        )
    )  # fmt: skip
    rows, bars = _groups(view)
    draw.heading(say("Who is paid, by form, age and nationality"))
    draw.picture(
        charts.groups(bars, say("Share of registered victims paid"), say),
        say(
            "Share of registered victims paid, without and with the fund, in each group; see the table below."
        ),
    )
    draw.table(rows, say("By group, means over futures"))
    tables["groups"] = rows
    pictures: dict[str, draw.Drawn] = {"pathway": lambda: picture.pathway(view.results, say)}
    if view.final and (case := _told(view)) is not None:
        pictures["case"] = case
    return Shown(pictures, tables)


def _steps(view: View, steps: list[tuple[str, str]]) -> list[draw.Row]:
    get, say = view.results.get, view.say
    top = get("identified")
    return [
        {"step": say(label), "persons": get(m), "label": f"{say.whole(get(m))} ({say.percent(get(m) / top)})"}
        for m, label in steps
    ]  # fmt: skip


def _groups(view: View) -> tuple[list[draw.Row], list[draw.Row]]:
    get, say, rows, bars = view.results.get, view.say, list[draw.Row](), list[draw.Row]()
    heads = {
        "without": (say("without the fund"), say("Paid without the fund"), say("Each receives without the fund")),
        "with": (say("with the fund"), say("Paid with the fund"), say("Each receives with the fund")),
    }  # fmt: skip
    for group, label in GROUP_LABELS.items():
        if math.isnan(get(f"share_paid_without.{group}")):  # nobody is of this group
            continue
        row = {say("Group"): say(label)}
        for who, (name, paid, receives) in heads.items():
            share = get(f"share_paid_{who}.{group}")
            if not math.isnan(share):
                bars.append({"group": say(label), "who": name, "share": share})
            row[paid] = say.percent(share)
            row[receives] = say.euro(get(f"received_{who}.{group}"))
        wait = view.results.said(f"months_to_payment_with.{group}", say.months, say)
        row[say("Wait with the fund, mean")] = wait
        rows.append(row)
    return rows, bars


@st.cache_data(show_spinner=False, max_entries=200, max_size="20mb")
def _story(
    scenario_key: str, seed: int, start: int, kind: str, code: str, _scenario: Scenario
) -> tuple[int, int, list[story.Step]]:
    with runs.turns().taken(runs.visitor()):
        if kind == "any":
            future = story.one_future(_scenario, seed, start)
            case = story.by_chance(future)
        else:
            future, case = story.find(_scenario, seed, start, kind)
        steps = story.tell(future, case, language(code)) if case >= 0 else []
        return future.number, case, steps


def _told(view: View) -> draw.Drawn | None:
    """One drawn case, as a story and as a picture."""
    start, say = view.choice.told, view.say
    kind = view.choice.case if view.scenario.world.has_fund else "any"
    draw.heading(say("One case, drawn by chance"))
    try:
        number, case, steps = _story(
            view.scenario.key, view.choice.seed, start, kind, say.code, view.scenario
        )
    except InputError:
        draw.say(
            say(
                "In {n} futures there is no case that {kind}.",
                n=story.MOST_SEARCHED, kind=say(KINDS[kind]),
            )
        )  # fmt: skip
        return None
    if not steps:
        draw.say(say("Nobody is registered in this future."))
        return None
    head = story.heading(view.scenario, number, case, say)
    draw.aside(f"{head}. {say(story.NOBODY)} {say(story.DRAWS)}")
    for column, part in zip(st.columns(2), story.PARTS, strict=True):
        with column:
            rows = [
                {
                    say("When"): s.when.replace(" ", "\u00a0"),
                    say("What happens"): f"{s.what} ({s.draw})" if s.draw else s.what,
                }
                for s in steps
                if s.part == part
            ]
            draw.table(rows, f"{capital(say(part))}: {story.received(steps, part, say)}")
    return lambda: timeline(steps, view.scenario, head, view.note, say)
