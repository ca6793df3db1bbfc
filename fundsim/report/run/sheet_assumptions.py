"""Every number that a scenario assumes, as a sheet: its range, distribution, grade and source."""

from __future__ import annotations

from typing import Any

from fundsim.analysis.inputs import Input, inputs
from fundsim.model.parameters import effect_name, form_name
from fundsim.report.workbook_parts import AS_WRITTEN, Number, Sheet, Table
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.compose import Scenario
from fundsim.scenario.labels import joined, labels
from fundsim.scenario.schema import FORMS, FormShares, assumptions

SHAPES = {"two_piece": "two-piece normal", "pert": "PERT"}
LEVER, FIXED = "the ministry's choice", "fixed"
NOTES = (
    "Low and high: 10th and 90th percentile of what is believed, as drawn (a reform may narrow them). Two-piece normal: two half "
    "normals joined at the value, on the scale natural to the number (docs/method.md). Fixed: used as it stands.",
    "Grade: data, partly (partial data) or judgement (nobody has measured it).",
)


def assumptions_sheet(scenario: Scenario) -> Sheet:
    """All assumptions in the schema's order, then the sizes of effects and the shares of forms."""
    world, called = scenario.world, labels(scenario.world)
    names = {key: joined(label) for key, label in called.items()}
    drawn = {one.name: one for one in inputs(scenario)}
    rows = [
        _row(scenario, key, names[key], a, drawn.get(key), _shape(a))
        for key, a, _ in assumptions(world)
    ]
    for name, change in sorted(world.changes.items()):
        for place, effect in enumerate(change.effects):
            key = effect_name(name, place)
            what = f"{change.label}: effect on {names.get(effect.on, effect.on)} ({effect.by.replace('_', ' ')})"
            rows.append(_row(scenario, key, what, effect.size, drawn.get(key), _shape(effect.size)))
    forms = world.caseload.forms
    for form, share in zip(FORMS, forms.shares, strict=True):
        key = form_name(form)
        rows.append(_row(scenario, key, names[key], forms, drawn.get(key), "Dirichlet", share))
    return Sheet([Table(rows, notes=[*NOTES, *filter(None, [world.country.footnote])])], frozen=1)


def _row(
    scenario: Scenario, key: str, what: str, a: Assumption | FormShares, drawn: Input | None, shape: str,
    value: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """drawn  what a replication draws, None if it uses the value;  value  of a form's share"""
    source = scenario.sources.get(a.source, {})
    lever = not a.source and drawn is None
    return {
        "Key": key, "What it is": what, "Value": Number(a.value if isinstance(a, Assumption) else value, AS_WRITTEN),
        "Low (10 %)": Number(drawn.low if drawn else None, AS_WRITTEN),
        "High (90 %)": Number(drawn.high if drawn else None, AS_WRITTEN),
        "Unit": a.unit, "Distribution": shape if drawn else FIXED,
        "Grade": "lever" if lever else a.graded, "Source": LEVER if lever else source.get("title", "judgement"),
        "Publisher": source.get("publisher"), "Year of source": str(source.get("year") or ""),
        "Address": source.get("address"), "Note": a.note,
    }  # fmt: skip


def _shape(a: Assumption) -> str:
    if a.shape != "discrete":
        return SHAPES.get(a.shape, a.shape)
    pairs = zip(a.values, a.probabilities, strict=True)
    return "discrete: " + ", ".join(f"{x:g} ({p:g})" for x, p in pairs)
