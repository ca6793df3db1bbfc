"""The workbook of a run: the answer, years, income, costs, victims, assumptions, and what made it."""

from __future__ import annotations

from fundsim import __version__
from fundsim.report import wording
from fundsim.report.results import Results
from fundsim.report.run.sheet_assumptions import assumptions_sheet
from fundsim.report.run.sheet_money import costs_sheet, income_sheet, yearly_sheet
from fundsim.report.run.sheet_victims import groups_sheet, victims_sheet
from fundsim.report.spread import tail_warning
from fundsim.report.workbook import workbook
from fundsim.report.workbook_labels import (
    FORMULAS,
    MEAN,
    RANGE,
    STATISTICS,
    figures,
    footnotes,
    shown,
    unit_text,
)
from fundsim.report.workbook_parts import Sheet, Table


def run_workbook(results: Results) -> bytes:
    """The bytes of a run's workbook; its figures are those of the run's summary.json."""
    return workbook(run_sheets(results), card(results))


def run_sheets(results: Results) -> dict[str, Sheet]:
    """The sheets of a run by name; without a fund there is no money but what reforms cost the state."""
    found = {"answer": answer_sheet(results)}
    if results.world.has_fund or results.get("state_cost_a_year") > 0:
        found["yearly"] = yearly_sheet(results)
    if results.world.has_fund:
        found |= {"income": income_sheet(results), "costs": costs_sheet(results)}
    return found | {
        "victims": victims_sheet(results),
        "victims by group": groups_sheet(results),
        "assumptions": assumptions_sheet(results.projection.scenario),
    }


def answer_sheet(results: Results) -> Sheet:
    """The headline measures with their ranges, and the answer in sentences below them."""
    world = results.world
    called = {s: text[0].upper() + text[1:] for s, text in STATISTICS.items()}
    rows = [
        {"Measure": m.label, "Unit": unit_text(m.unit, world), **figures(results, m, called), "Name": m.name}
        for m in shown(results, "sheet")
    ]  # fmt: skip
    warning = tail_warning(results)
    notes = [*wording.answer(results), *([warning] if warning else []), MEAN, RANGE, FORMULAS, *footnotes([results])]  # fmt: skip
    return Sheet([Table(rows, wording.title(results.projection), notes)])


def card(results: Results) -> dict[str, str]:
    """What made a run and makes it again; without a date, so that the same run is the same file."""
    projection = results.projection
    scenario = projection.scenario
    pairs = {
        "what": wording.stamp(projection), "command": wording.command(projection), "fundsim": __version__,
        "scenario": scenario.name, "scenario hash": scenario.hash, "seed": str(projection.seed),
        "replications": str(projection.replications), "engine": projection.engine,
        "question": " ".join(scenario.questions), "changed values": "; ".join(scenario.sets),
        "notes": "; ".join(map(str, scenario.notes)), "left out of the model": "docs/method.md, section 17",
        "footnote": scenario.world.country.footnote,
    }  # fmt: skip
    return {key: value for key, value in pairs.items() if value}
