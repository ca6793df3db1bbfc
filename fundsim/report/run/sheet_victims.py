"""The victims of a run: the way from identification to payment, without the fund and with it, and by group."""

from __future__ import annotations

from typing import Any

from fundsim.report import wording
from fundsim.report.figures import BLUE, GREY, GROUP_LABELS
from fundsim.report.results import Results
from fundsim.report.run.picture import PANELS, WITH_FUND, WITHOUT
from fundsim.report.workbook_labels import (
    ERROR,
    STATISTICS,
    figures,
    form_of,
    measures,
    unit_text,
)
from fundsim.report.workbook_parts import PERCENT, Chart, Number, Series, Sheet, Table

PERSONS = {s: f"Persons in the horizon, {text}" for s, text in STATISTICS.items()}
SHARE_HEAD = "Share of registered victims (of the means)"


def victims_sheet(results: Results) -> Sheet:
    """How many registered victims come how far, without the fund and, on the same cases, with it."""
    tables = [_way(results, PANELS[0], WITHOUT, GREY)]
    if results.world.has_fund:
        tables.append(_way(results, PANELS[1], WITH_FUND, BLUE))
    return Sheet(tables)


def _way(results: Results, heading: str, steps: list[tuple[str, str]], color: str) -> Table:
    known, identified, rows = measures(results), results.get("identified"), []
    for name, text in steps:
        cells = figures(results, known[name], PERSONS)
        error = cells.pop(ERROR)
        share = results.get(name) / identified if identified else None
        rows.append({"Step": text[0].upper() + text[1:], **cells, f"Persons, {ERROR}": error,
                     SHARE_HEAD: Number(share, PERCENT), "Name": name})  # fmt: skip
    title = f"{heading}: from identification to payment"
    alt = f"{title}; no victim is registered."
    if identified:
        last = wording.percent(results.get(steps[-1][0]) / identified)
        alt = f"{title}; {last} of registered victims are {steps[-1][1]}."
    series = (Series(PERSONS["mean"], "Persons", color),)
    axis = "Persons in the horizon, mean over futures"
    return Table(rows, heading, charts=[Chart("bars", title, alt, "Step", series, "", axis)])


def groups_sheet(results: Results) -> Sheet:
    """Who is paid, what each receives and when, by form of exploitation, age and nationality."""
    world, known, rows = results.world, measures(results), []
    sides = {"without": GREY, "with": BLUE} if results.world.has_fund else {"without": GREY}
    heads = {
        f"{stem}_{side}": f"{text} {side} the fund "
        f"({unit_text(known[f'{stem}_{side}'].unit, world)}), mean"
        for stem, text in (
            ("share_paid", "Paid"), ("received", "Received by each"), ("months_to_payment", "Time to payment"),
        )
        for side in sides
    }  # fmt: skip
    found = {
        m: {g: results.values.get((f"{m}.{g}", None, "mean")) for g in GROUP_LABELS} for m in heads
    }
    for group, text in GROUP_LABELS.items():
        if found["share_paid_without"][group] is None:
            continue
        row: dict[str, Any] = {"Group": text}
        for measure, head in heads.items():
            form = form_of(known[measure].unit, found[measure].values())
            row[head] = Number(found[measure][group], form)
        rows.append({**row, "Name": group})
    title = "Share of registered victims paid, mean over futures"
    alt = f"{title}, by form of exploitation, age and nationality; the numbers are in the table above."
    series = tuple(
        Series(heads[f"share_paid_{side}"], f"{side} the fund", color)
        for side, color in sides.items()
    )
    chart = Chart("bars", title, alt, "Group", series, "", "Share of registered victims", PERCENT)
    notes = ["Means over all futures: ratios of sums. A group to which nobody belongs is left out."]
    return Sheet([Table(rows, notes=notes, charts=[chart] if rows else [])])
