"""Value of information, told: the decision, what is most worth finding out, and the assumption ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table

from fundsim.analysis.decision import (
    IDLE,
    SHORT,
    contribution_decision,
    drawn_assumptions,
    group_of,
)
from fundsim.analysis.indices import first_order
from fundsim.analysis.information import Value, Worth, worth
from fundsim.analysis.inputs import Input, inputs
from fundsim.analysis.needs import needs
from fundsim.model.parameters import TWINS
from fundsim.report import wording
from fundsim.report.checks import budget_line
from fundsim.report.deliver import Reply
from fundsim.report.progress import blocks_with_progress
from fundsim.report.request import Draws
from fundsim.report.screen import belief, input_row, table_of
from fundsim.report.sensitivity.picture import worth_bars, worth_told
from fundsim.scenario.assumption import Floats
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem

SHOWN = 15  # rows of a table on the screen; the files hold all


def information(
    scenario: Scenario, draws: Draws, prices: tuple[float, float] | None, note: str
) -> Reply:
    """What it would be worth to know more before the contribution is set."""
    n, seed = draws.replications, draws.seed
    short, idle = prices or (SHORT, IDLE)
    if not scenario.world.has_fund:
        raise InputError(Problem(scenario.name, "has no fund: there is no decision to take"))
    contribution_decision(np.ones(1), short, idle)  # bad prices are told before the work
    line = budget_line(scenario, None)
    with blocks_with_progress([scenario], n) as tell:
        need = needs(scenario, line, n, seed, draws.workers, tell)
    decision = contribution_decision(need.contribution, short, idle)
    drawn = drawn_assumptions(scenario, n, seed, line)
    found = worth(decision, drawn, {key: group_of(key, scenario.world) for key in drawn})
    best = f"{wording.euro(decision.levels[found.evpi.best])} a year"
    level = float(np.mean(need.contribution <= decision.levels[found.evpi.best]))
    sentences = [
        f"{wording.country_and_rest(scenario)}: how much a year to set aside, if a euro missing costs "
        f"€ {short:g} and a euro idle € {idle:g}? With what is known today {best}, which suffices in "
        f"{100 * level:.0f} of 100 futures; the loss is then {wording.euro(found.evpi.loss.value)} a year on average.",
        _first_to_collect(found, scenario),
        f"Knowing every assumption would be worth {_between(found)} a year; chance would remain.",
        *worth_told(found, n),
        "Other weights: --prices, a euro missing first.",
    ]
    if decision.hopeless:
        sentences.append(
            f"In {decision.hopeless:,} of {n:,} futures no contribution suffices: there all choices lose alike and "
            "count as nothing, so these worths are too low by that share."
        )
    beliefs = dict(_beliefs(scenario))
    influence = _influence(need.contribution, drawn, seed)
    rows = [
        {**_value_row(v, found), **input_row(beliefs[v.name]), "influence": influence.get(v.name)}
        for v in found.singles
        if v.name in beliefs
    ]
    tables = {"information": rows, "groups": [_value_row(v, found) for v in found.groups]}
    sure = [v for v in found.singles if v.told and v.name in beliefs][:SHOWN]
    shown = [_group_table(found.groups), _ledger_table(sure, beliefs, influence)]
    return Reply(
        sentences, tables, shown, lambda: {"information": worth_bars(found, scenario, note)}
    )


def _influence(need: Floats, drawn: dict[str, Floats], seed: int) -> dict[str, float]:
    """Share of the variance of the needed contribution that each assumption explains alone."""
    lives = need[: need.size // TWINS * TWINS].reshape(-1, TWINS)
    known = np.isfinite(lives).all(axis=1)
    if not known.any() or np.ptp(lives[known]) == 0:
        return {}
    x = np.stack([values[: lives.size : TWINS][known] for values in drawn.values()])
    share = first_order(x, lives[known], resamples=2, seed=seed).share.value
    return {name: max(float(part), 0.0) for name, part in zip(drawn, share, strict=True)}


def _beliefs(scenario: Scenario) -> list[tuple[str, Input]]:
    return [(one.name, one) for one in inputs(scenario)]


def _first_to_collect(found: Worth, scenario: Scenario) -> str:
    sure = [v for v in found.singles if v.told]
    if not sure:
        return (
            "No single figure is worth collecting for this decision, as far as this run can tell."
        )
    grades = {name: one.grade for name, one in _beliefs(scenario)}
    text = (
        f"The figure most worth collecting first is {sure[0].name} ({grades.get(sure[0].name, '')}): knowing it "
        f"would be worth {wording.euro(sure[0].value.value)} ± {wording.euro(sure[0].value.mc_error or 0)} a year"
    )
    if len(sure) > 1:
        text += f"; then {sure[1].name}, {wording.euro(sure[1].value.value)}"
    return text + "."


def _between(found: Worth) -> str:
    most = wording.euro(found.evpi.ceiling.value)
    if not found.everything.told:
        return f"at most {most}"
    return f"between {wording.euro(found.everything.value.value)} and {most}"


def _value_row(v: Value, found: Worth) -> dict[str, Any]:
    assert found.weights is not None
    short, idle = (round(x, 9) for x in found.weights)
    return {
        "name": v.name, "inputs": v.inputs, "worth_a_year": v.value.value,
        "mc_error": v.value.mc_error, "told_from_0": v.told, "changes_decision_in": v.changes,
        "by": v.by, "loss_of_a_euro_missing": short, "loss_of_a_euro_idle": idle,
    }  # fmt: skip


def _worth_cells(v: Value) -> list[str]:
    if not v.told:
        return ["not told from nothing", wording.euro(v.value.mc_error or 0.0), ""]
    return [
        wording.euro(v.value.value),
        wording.euro(v.value.mc_error or 0.0),
        wording.percent(v.changes),
    ]


def _group_table(groups: Sequence[Value]) -> Table:
    table = table_of(
        "Groups of assumptions, learnt together",
        [("Group (number)", "left"), ("Loss avoided, a year", "right"), ("± 1 error", "right"),
         ("Changes the choice in", "right")],
    )  # fmt: skip
    for v in groups:
        alone = f", by {v.by} alone" if v.by and v.told else ""
        table.add_row(f"{v.name} ({v.inputs}){alone}", *_worth_cells(v))
    if any(v.by and v.told for v in groups):
        table.caption = "By one alone: in this run no rule for the whole group is better than one for that member."
    return table


def _ledger_table(
    values: Sequence[Value], beliefs: dict[str, Input], influence: dict[str, float]
) -> Table:
    table = table_of(
        "Single assumptions, most worth finding out first",
        [("Assumption", "left"), ("Loss avoided", "right"), ("± 1 error", "right"), ("Changes", "right"),
         ("Influence", "right"), ("Value (range) unit", "left"), ("Grade", "left"), ("Source", "left")],
    )  # fmt: skip
    for v in values:
        one = beliefs[v.name]
        table.add_row(
            v.name, *_worth_cells(v), wording.percent(influence.get(v.name, 0.0)), belief(one),
            one.grade, one.source,
        )  # fmt: skip
    table.caption = (
        "Changes: share of futures in which knowing it would change the choice. Influence: share of the variance "
        "of the contribution needed that is due to assumptions."
    )
    return table
