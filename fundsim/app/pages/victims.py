"""Victims: the way from identification to payment, without and with the fund, on the same cases."""

from __future__ import annotations

import streamlit as st

from fundsim.app import charts, draw, runs, state
from fundsim.app.choice import CASES, MOST_CASES, Choice
from fundsim.app.draw import Shown
from fundsim.app.pages.answer import hundred
from fundsim.app.view import View
from fundsim.report import figures, story, words
from fundsim.report.figures import BLUE, GREY
from fundsim.report.figures_case import timeline
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError

GROUPS = {
    "form.sexual": "Sexual exploitation", "form.labour": "Labour exploitation",
    "form.begging": "Forced begging", "form.criminality": "Forced criminality",
    "form.other": "Forced marriage or other", "age.child": "Children", "age.adult": "Adults",
    "nationality.foreign": "Foreign nationals", "nationality.national": "Nationals",
}  # fmt: skip
KINDS = {
    "any": "any case", "paid": "is paid by the fund", "refused": "is refused", "waiting": "is granted and not paid yet",
    "never_claims": "never claims", "offender_pays": "the offender pays", "set_off": "has something deducted",
}  # fmt: skip


def controls(choice: Choice) -> None:
    """Which case is told."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    left.selectbox(
        "Tell a case that", CASES, format_func=KINDS.__getitem__, key=state.bound("case", choice.case),
        on_change=state.on("case", lambda kind: state.change(case=kind)),
    )  # fmt: skip
    right.button("Tell another case", on_click=_another, help="Drawn at random: no real person.")


def _another() -> None:
    state.change(told=(state.choice().told + 1) % MOST_CASES)


def page(view: View) -> Shown:
    """The page."""
    get = view.results.get
    a, b = get("share_paid_without"), get("share_paid_with")
    country = view.scenario.world.country.name
    if view.has_fund:
        draw.answer(
            view.top,
            f"Of 100 identified victims in {country}, {hundred(b)} get money with the fund, instead of "
            f"{hundred(a)} without it; averaged over all, each receives {words.euro(get('received_with'))} "
            f"instead of {words.euro(get('received_without'))}.",
        )
    else:
        draw.answer(
            view.top, f"Of 100 identified victims in {country}, {hundred(a)} ever get any money."
        )
    tables: dict[str, list[draw.Row]] = {"without the fund": _steps(view, figures.WITHOUT)}
    left, right = st.columns(2) if view.has_fund else (st.container(), None)
    with left:
        draw.heading("Without the fund")
        draw.picture(
            charts.drop_off(tables["without the fund"], GREY, view.say),
            "Drop-off from identification to payment by the offender: "
            f"{words.percent(a)} of identified victims are ever paid.",
        )
    if right is not None:
        tables["with the fund"] = _steps(view, figures.WITH_FUND)
        with right:
            draw.heading("With the fund, the same cases")
            draw.picture(
                charts.drop_off(tables["with the fund"], BLUE, view.say),
                f"Drop-off from identification to payment with the fund: {words.percent(b)} are paid.",
            )
    draw.aside(
        f"Persons identified in {len(view.years)} years, mean over futures; in brackets: of those identified. "
        f"9 of 10 futures: {words.percent(get('share_paid_with', 'p5'))} to "
        f"{words.percent(get('share_paid_with', 'p95'))} paid with the fund."
    )
    rows, bars = _groups(view)
    draw.heading("Who is paid, by form, age and nationality")
    draw.picture(
        charts.groups(bars, "Share of identified victims paid", view.say),
        "Share of identified victims paid, without and with the fund, in each group; see the table below.",
    )
    draw.table(rows, "By group, means over futures")
    tables["groups"] = rows
    pictures: dict[str, draw.Drawn] = {"pathway": lambda: figures.pathway(view.results)}
    if view.final and (case := _told(view)) is not None:
        pictures["case"] = case
    return Shown(pictures, tables)


def _steps(view: View, steps: list[tuple[str, str]]) -> list[draw.Row]:
    get = view.results.get
    top = max(get("identified"), 1e-9)
    return [
        {"step": label, "persons": get(m), "label": f"{get(m):,.0f} ({words.percent(get(m) / top)})"}
        for m, label in steps
    ]  # fmt: skip


def _groups(view: View) -> tuple[list[draw.Row], list[draw.Row]]:
    get, rows, bars = view.results.get, list[draw.Row](), list[draw.Row]()
    for group, label in GROUPS.items():
        if get(f"share_paid_without.{group}", "mean") == 0 and (
            f"share_paid_without.{group}", None, "mean") not in view.results.values:  # fmt: skip
            continue
        row = {"Group": label}
        for who, name in (("without", "without the fund"), ("with", "with the fund")):
            share = get(f"share_paid_{who}.{group}")
            bars.append({"group": label, "who": name, "share": share})
            row[f"Paid {name}"] = words.percent(share)
            row[f"Each receives {name}"] = words.euro(get(f"received_{who}.{group}"))
        wait = get(f"months_to_payment_with.{group}", "mean")
        row["Wait with the fund, mean"] = words.months(wait) if wait else "–"
        rows.append(row)
    return rows, bars


@st.cache_data(show_spinner=False, max_entries=200, max_size="20mb")
def _story(
    scenario_hash: str, seed: int, start: int, kind: str, _scenario: Scenario
) -> tuple[int, int, list[story.Step]]:
    with runs.turns().taken(runs.visitor()):
        if kind == "any":
            future = story.one_future(_scenario, seed, start)
            case = story.by_chance(future)
        else:
            future, case = story.find(_scenario, seed, start, kind)
        steps = story.tell(future, case) if case >= 0 else []
        return int(future.drawn.replications[0]), case, steps


def _told(view: View) -> draw.Drawn | None:
    """One drawn case, as a story and as a picture."""
    start, kind = view.choice.told, view.choice.case
    draw.heading("One case, drawn by chance")
    try:
        number, case, steps = _story(
            view.scenario.hash, view.choice.seed, start, kind, view.scenario
        )
    except InputError:
        draw.say(f"In {story.MOST_SEARCHED} futures there is no case that {KINDS[kind]}.")
        return None
    if not steps:
        draw.say("Nobody is identified in this future.")
        return None
    country = view.scenario.world.country.name
    head = f"{country}: case {case + 1} of future {number}, drawn by chance"
    draw.aside(f"{head}. {story.NOBODY}")
    for column, part in zip(st.columns(2), story.PARTS, strict=True):
        with column:
            rows = [
                {"When": s.when.replace(" ", "\u00a0"), "What happens": s.what}
                for s in steps
                if s.part == part
            ]
            draw.table(rows, f"{part[0].upper()}{part[1:]}: {story.received(steps, part)}")
    return lambda: timeline(steps, view.scenario, head, view.note)
