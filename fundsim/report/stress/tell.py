"""`fundsim stress`: every shipped stress, what makes the fund fail, and who bears hard years."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from fundsim.analysis.cash import Bools
from fundsim.analysis.circumstances import circumstances, sentences
from fundsim.analysis.compare import Difference, compare
from fundsim.analysis.hard_years import Rule, hard_years
from fundsim.analysis.measures import shown_in
from fundsim.analysis.precision import Estimate
from fundsim.analysis.project import Projection
from fundsim.analysis.question import question
from fundsim.analysis.reverse import FALLS_SHORT, Found, failure_rules
from fundsim.report import shortage, wording
from fundsim.report.checks import draws_of
from fundsim.report.compare.tell import changed
from fundsim.report.deliver import Reply, Rows, deliver
from fundsim.report.figures import Picture
from fundsim.report.folder import reserved
from fundsim.report.language import ENGLISH
from fundsim.report.progress import project_with_progress
from fundsim.report.request import Request
from fundsim.report.results import said
from fundsim.report.screen import table_of
from fundsim.report.stress.picture import rule_bars, stress_bars
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.files import shipped

REPLICATIONS = 4000
NO_CLAIMS = "no claims"
SHOWN = tuple((m.name, at.words, ENGLISH.form(m.unit)) for m, at in shown_in("stress"))
Changes = dict[str, dict[str, Difference]]  # stress -> measure -> difference


def print_stress(request: Request) -> None:
    """Run a scenario under every shipped stress and every rule for hard years, and print what follows."""
    base = load(request.name, request.sets)
    if not base.world.has_fund:
        raise InputError(Problem(base.name, "has no fund: there is nothing to put under stress"))
    stresses = [s for s in shipped("stress") if f"stress.{s}" not in base.world.changes]
    scenarios = [base, *(load(f"{base.given}+{stress}", request.sets) for stress in stresses)]
    draws = draws_of(request, REPLICATIONS, len(scenarios))
    n, seed = draws.replications, draws.seed
    card, note = ["stress", base.name], wording.stamp_of(base, seed, n)
    with reserved(request.out, card):
        projections = project_with_progress(scenarios, draws)
        changes = _changes(stresses, projections)
        looked = circumstances(projections[0])
        failed, event = _asked_about(projections[0])
        found = failure_rules({key: c.values for key, c in looked.items()}, failed, event)
        told = sentences(found, {key: c.words for key, c in looked.items()}, event)
        rules = hard_years(base, n, seed, draws.workers)
        tables = {
            "stresses": _stress_rows(changes),
            "reverse_stress": _reverse_rows(found, told),
            "hard_years": [_rule_row(rule) for rule in rules],
        }

        def pictures() -> dict[str, Picture]:
            return {
                "stresses": stress_bars(
                    base, projections, [_label(base, s) for s in stresses], note
                ),
                "hard_years": rule_bars(base, rules, note),
            }

        reply = Reply([], tables, _shown(projections[0], changes, told, found, rules), pictures)
        deliver(reply, base, card, {}, draws, request)


def _asked_about(run: Projection) -> tuple[Bools, str]:
    """In which futures happens what is asked about, and that as a clause."""
    if question(run.scenario.world) == "year":
        most = run.column("years_too_small") > len(run.years()) / 2
        return np.asarray(most), "the budget is too small in more than half of the years"
    return np.asarray(run.column("ruin") > 0), FALLS_SHORT


def _label(base: Scenario, stress: str) -> str:
    return load(f"{base.given}+{stress}", base.sets).world.changes[f"stress.{stress}"].label


def _changes(stresses: list[str], projections: list[Projection]) -> Changes:
    found: Changes = {}
    differences = compare(projections)
    for stress, projection in zip(stresses, projections[1:], strict=True):
        own = [d for d in differences if d.scenario == projection.scenario.name]
        found[stress] = {d.measure: d for d in own if d.statistic == "mean"}
    return found


def _stress_rows(changes: Changes) -> Rows:
    return [
        {"stress": stress, "measure": d.measure, "unit": d.unit, "without": d.first, "under": d.second,
         "change": d.change, "mc_error": d.mc_error, "low95": d.low95, "high95": d.high95,
         "within_noise": d.within_noise}
        for stress, measures in changes.items()
        for d in measures.values()
        if d.defined
    ]  # fmt: skip


def _reverse_rows(found: Found, told: list[str]) -> Rows:
    if not found.rules:
        return [
            {
                "rule": told[0],
                "density": None,
                "coverage": None,
                "mass": None,
                "base": found.base.value,
            }
        ]
    return [
        {"rule": text, "density": r.density.value, "density_low95": r.density95[0],
         "density_high95": r.density95[1], "coverage": r.coverage.value,
         "coverage_low95": r.coverage95[0], "coverage_high95": r.coverage95[1], "mass": r.mass.value,
         "base": r.base.value}
        for text, r in zip(told, found.rules, strict=True)
    ]  # fmt: skip


def _rule_row(rule: Rule) -> dict[str, Any]:
    row: dict[str, Any] = {"rule": rule.name, "label": rule.label}
    for name in (
        "paid_in_full",
        "waited",
        "received",
        "worst_tenth",
        "short",
        "advance",
        "cost_a_year",
    ):
        estimate = getattr(rule, name)
        row[name] = _finite(estimate.value)
        row[f"{name}_mc_error"] = estimate.mc_error
    return {**row, "median_wait": _finite(rule.median_wait), "long_wait": _finite(rule.long_wait)}


def _finite(x: float) -> float | None:
    return x if np.isfinite(x) else None


def _shown(
    base: Projection, changes: Changes, told: list[str], found: Found, rules: list[Rule]
) -> list[Table | Text]:
    shown: list[Table | Text] = [
        Text(f"{wording.title(base)} under stress", style="bold underline"),
        *(Text(text) for text in shortage.budgets([base.scenario])),
        _stress_table(changes),
        Text("\nWhat makes money run out", style="bold"),
        *(Text(text) for text in told),
    ]
    if found.rules:
        covered = wording.percent(found.covered)
        text = f"Found in half of the futures, counted in the other half; the rules together cover {covered} of such futures."
        shown.append(Text(text, style="dim"))
    return [*shown, Text(""), _rule_table(rules)]


def _stress_table(changes: Changes) -> Table:
    columns = [("Stress", "left"), *((label, "right") for _, label, _ in SHOWN)]
    table = table_of(
        "Every shipped stress, on the same futures: change against none, 95 % interval", columns
    )
    some = next(iter(changes.values()))
    table.add_row(
        "none",
        *(
            said(some[measure].first, measure, form) if measure in some else ""
            for measure, _, form in SHOWN
        ),
    )
    for stress, measures in changes.items():
        cells = [
            changed(measures[measure], form) if measure in measures else ""
            for measure, _, form in SHOWN
        ]
        table.add_row(stress.replace("_", " "), *cells)
    return table


def _rule_table(rules: list[Rule]) -> Table:
    table = table_of(
        "Hard years: the same futures under each rule, by what victims get",
        [("When cash is short", "left"), ("Granted claims paid in full", "right"), ("Waited for cash", "right"),
         ("Middle wait", "right"), ("9 in 10 wait at most", "right"), ("Received on a claim", "right"),
         ("Worst-off tenth", "right"), ("Falls short", "right"), ("Cost due a year", "right"),
         ("Owed to the treasury", "right")],
    )  # fmt: skip
    for r in rules:
        table.add_row(
            r.label, _of_claims(r.paid_in_full), _of_claims(r.waited),
            _wait(r.median_wait), _wait(r.long_wait), _with_error(r.received),
            _with_error(r.worst_tenth), wording.percent(r.short.value),
            wording.euro(r.cost_a_year.value), wording.euro(r.advance.value),
        )  # fmt: skip
    table.caption = (
        "Wait: for cash, the longest of a claim; never: not by the end of the run-off, in which the budget goes on and "
        "no new victims come, so queue and pro rata look better than in a fund that goes on. Worst-off tenth: of each "
        "future's granted claims. ±: one standard error. Owed: at the horizon's end, nominal."
    )
    return table


def _with_error(found: Estimate) -> str:
    if np.isnan(found.value):
        return NO_CLAIMS
    half = "" if found.mc_error is None else f" ± {wording.euro(round(found.mc_error))}"
    return f"{wording.euro(found.value)}{half}"


def _of_claims(share: Estimate) -> str:
    return NO_CLAIMS if np.isnan(share.value) else wording.percent(share.value)


def _wait(x: float) -> str:
    if np.isnan(x):
        return NO_CLAIMS
    return wording.months(x) if np.isfinite(x) else "never"
