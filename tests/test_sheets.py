"""The workbook of a run, opened again: every figure is the summary's, every text is text."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fundsim.analysis.compare import compare
from fundsim.analysis.inputs import inputs
from fundsim.analysis.measures import measure
from fundsim.analysis.project import project
from fundsim.model.parameters import names_drawn
from fundsim.report.compare.sheet import runs_workbook
from fundsim.report.figures import GROUP_LABELS, PALETTE
from fundsim.report.results import Results
from fundsim.report.run.files import write
from fundsim.report.run.sheet import run_workbook
from fundsim.scenario.compose import load
from fundsim.scenario.schema import assumptions
from tests.spreadsheet import Sheets, opened, table_of

SMALL = ["time.horizon_years=3", "time.runoff_years=2"]
NAMES = ("serbia+mixed_financing+legal_aid", "serbia+judgment_advance", "serbia+no_fund+legal_aid")
STATISTICS = {"mean": "mean", "5th percentile": "p5", "median": "p50", "95th percentile": "p95",
              "Monte Carlo error": "mc_error"}  # fmt: skip
EURO = "EUR, nominal"
Summary = Mapping[str, Any]


def run(*names: str) -> list[Results]:
    scenarios = [load(name, SMALL) for name in names]
    return [Results.of(p, measure(p)) for p in project(scenarios, 400)]


@pytest.fixture(scope="module")
def runs() -> list[Results]:
    return run(*NAMES)


@pytest.fixture(scope="module")
def folder(runs: list[Results], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "out"
    write(folder, runs)
    return folder


def read(folder: Path) -> tuple[Sheets, Summary]:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return opened((folder / "workbook.xlsx").read_bytes())[0], summary["measures"]


def stored(x: float | None) -> float | None:
    """A number as a workbook keeps it: to 16 digits."""
    return float(f"{x:.16G}") if x is not None and math.isfinite(x) else None


def texts(sheets: Sheets, name: str) -> list[str]:
    return [text for kind, text, _ in sheets[name].values() if kind == "s"]


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_the_summary_s(folder: Path, name: str) -> None:
    sheets, measures = read(folder / name)
    rows = table_of(sheets["answer"], head=2)
    assert len(rows) == (8 if "no_fund" in name else 39)
    for row in rows:
        for head, statistic in STATISTICS.items():
            found = row.get(head[0].upper() + head[1:])
            assert found == stored(measures[row["Name"]].get(statistic)), (row["Name"], statistic)
    summary = json.loads((folder / name / "summary.json").read_text(encoding="utf-8"))
    assert set(summary["answer"]) <= set(texts(sheets, "answer"))


@pytest.mark.parametrize("name", NAMES)
def test_the_years_are_the_summary_s_and_yearly_csv_s(folder: Path, name: str) -> None:
    sheets, measures = read(folder / name)
    by_label = {
        "Cost due (EUR, nominal)": "due", "Cost due (EUR of 2025)": "due_real", "Cost paid (EUR, nominal)": "outgo",
        "Cost paid (EUR of 2025)": "outgo_real", "Cost (RSD, nominal)": "outgo_local",
        "Benefits paid (EUR, nominal)": "benefits", "Benefits incurred (EUR, nominal)": "incurred",
        "Income (EUR, nominal)": "income", "Cash at year end (EUR, nominal)": "cash",
        "Liabilities at year end (EUR, nominal)": "liabilities", "Shortfall at year end (EUR, nominal)": "unpaid",
        "Borne by the state beside the fund (EUR, nominal)": "state_cost", "Cost to the state (EUR, nominal)": "cost_to_state",
        "Budget (EUR, nominal)": "budget", "Lapsed budget (EUR, nominal)": "lapsed",
        "Supplements by the state (EUR, nominal)": "supplements", "Missing in the year (EUR, nominal)": "overrun",
        "Budget too small in the year (share of futures)": "too_small", "Claims filed (claims)": "claims_filed",
        "Claims decided (claims)": "claims_decided", "Claims open at year end (claims)": "claims_open",
        "Work for the desk (posts)": "workload", "Wait of a payment for cash (months)": "months_late",
        "Shortfall in the year (share of futures)": "shortfall", "Ruin by year (share of futures)": "shortfall_so_far",
        "Cost due to victims of other crimes (EUR, nominal)": "due_others",
    }  # fmt: skip
    with (folder / name / "yearly.csv").open(encoding="utf-8", newline="") as file:
        lines = {(x["year"], x["measure"], x["statistic"]): x["value"] for x in csv.DictReader(file)}  # fmt: skip
    rows = table_of(sheets["yearly"])
    assert [row["Year"] for row in rows] == [2027, 2028, 2029]
    seen = set()
    for row in rows:
        year = f"{row.pop('Year'):.0f}"
        for head, value in row.items():
            label, _, statistic = head.rpartition(", ")
            m, s = by_label[label], STATISTICS[statistic]
            assert measures[m]["years"][year][s] == float(lines[year, m, s])
            assert value == stored(measures[m]["years"][year][s]), head
            seen.add(m)
    without = {"state_cost", "cost_to_state"}
    assert seen == (without if "no_fund" in name else set(by_label.values()))


def test_income_and_costs_are_the_summary_s_and_add_up(folder: Path) -> None:
    sheets, measures = read(folder / NAMES[0])
    world = load(NAMES[0]).world
    sources = {s.label: f"income.{n}" for n, s in world.income.items() if s.in_force}
    assert len(sources) >= 3
    parts = sources | {"Return on reserves": "returns", "All sources together": "income"}
    assert not any(
        year["mean"] for year in measures["recoveries"]["years"].values()
    )  # no column then
    check_money(sheets["income"], parts, measures)
    for row in table_of(sheets["income"]):
        total = sum(row[f"{label} ({EURO})"] for label in sources)
        assert total == pytest.approx(row[f"All sources together ({EURO})"], abs=0.01)
    kinds = {"Benefits to victims": "benefits", "Cost paid": "outgo", "Office": "cost.office",
             "Caseworkers": "cost.caseworkers", "Decisions": "cost.decisions",
             "Pursuing offenders": "cost.subrogation", "Help with applications": "cost.help"}  # fmt: skip
    check_money(sheets["costs"], kinds, measures)
    for row in table_of(sheets["costs"]):
        total = sum(row[f"{label} ({EURO})"] for label in kinds if label != "Cost paid")
        assert total == pytest.approx(row[f"Cost paid ({EURO})"], abs=0.01)


def check_money(cells: Any, parts: dict[str, str], measures: Summary) -> None:
    heads = set[str]()
    for row in table_of(cells):
        year = f"{row.pop('Year'):.0f}"
        heads |= row.keys()
        for head, value in row.items():
            label, base = re.fullmatch(r"(.*) \((EUR, nominal|EUR of 2025)\)", head).groups()  # type: ignore[union-attr]
            m = parts[label] + ("" if base == EURO else "_real")
            assert value == stored(measures[m]["years"][year]["mean"]), head
    assert {head.rpartition(" (")[0] for head in heads} == set(parts)
    assert f"{next(iter(parts))} (EUR of 2025)" in heads


@pytest.mark.parametrize("name", NAMES)
def test_victims_are_the_summary_s(folder: Path, name: str) -> None:
    sheets, measures = read(folder / name)
    starts = [int(cell[1:]) for cell, (_, text, _) in sheets["victims"].items() if text == "Step"]
    assert len(starts) == (1 if "no_fund" in name else 2)
    for start in starts:
        rows = table_of(sheets["victims"], start)
        assert len(rows) == (7 if start > starts[0] else 6)
        for row in rows:
            own = measures[row["Name"]]
            for head, statistic in list(STATISTICS.items())[:4]:
                assert row[f"Persons in the horizon, {head}"] == stored(own[statistic])
            share = own["mean"] / measures["identified"]["mean"]
            assert row["Share of registered victims (of the means)"] == pytest.approx(share)
        side = measures[f"share_{rows[-1]['Name']}"]["mean"]
        assert rows[-1]["Share of registered victims (of the means)"] == pytest.approx(side)
    groups = table_of(sheets["victims by group"])
    assert [row["Name"] for row in groups] == list(GROUP_LABELS)
    for row in groups:
        for side in ("without",) if "no_fund" in name else ("without", "with"):
            for stem, head in (
                ("share_paid", f"Paid {side} the fund (share), mean"),
                ("received", f"Received by each {side} the fund (EUR of 2025), mean"),
                ("months_to_payment", f"Time to payment {side} the fund (months), mean"),
            ):
                own = measures.get(f"{stem}_{side}.{row['Name']}", {})
                assert row.get(head) == stored(own.get("mean"))


def test_all_assumptions_are_there(folder: Path) -> None:
    scenario = load(NAMES[0], SMALL)
    sheets, measures = read(folder / NAMES[0])
    rows = table_of(sheets["assumptions"])
    assert [row["Key"] for row in rows] == names_drawn(scenario.world)
    by_key = {row["Key"]: row for row in rows}
    for key, a, _ in assumptions(scenario.world):
        assert by_key[key]["Value"] == a.value
        assert by_key[key].get("Note", "") == a.note
        assert by_key[key]["Unit"] == a.unit
    drawn = {one.name: one for one in inputs(scenario)}
    for key, row in by_key.items():
        one = drawn.get(key)
        assert row.get("Low (10 %)") == stored(one.low if one else None), key
        assert row.get("High (90 %)") == stored(one.high if one else None), key
        assert (row["Distribution"] == "fixed") == (one is None)
        assert row["What it is"]
        assert one is None or row["Source"] == one.source or row["Grade"] == "judgement"
    uncertain = {key for key, a, _ in assumptions(scenario.world) if a.uncertain}
    for grade in ("data", "partly", "judgement"):
        count = sum(row["Grade"] == grade for key, row in by_key.items() if key in uncertain)
        forms = by_key["caseload.forms.sexual"]["Grade"] == grade  # counted once
        assert count + forms == measures["assumptions"][grade]
    assert by_key["reform.legal_aid.effects[0]"]["What it is"].startswith("Free legal aid")


def test_the_run_card_says_what_made_it(folder: Path) -> None:
    sheets, _ = read(folder / NAMES[0])
    card = {row["key"]: row["value"] for row in table_of(sheets["run card"])}
    manifest = json.loads((folder / NAMES[0] / "manifest.json").read_text(encoding="utf-8"))
    assert card["command"] == manifest["command"]
    assert card["what"] == manifest["stamp"]
    for key, value in (("fundsim", "fundsim"), ("scenario", "scenario"), ("seed", "seed"),
                       ("scenario hash", "scenario_hash"), ("replications", "replications")):  # fmt: skip
        assert card[key] == str(manifest[value])
    assert "workbook.xlsx" in manifest["files"]


def test_sheets_are_there_where_they_say_something(folder: Path) -> None:
    rest = ["victims", "victims by group", "assumptions", "run card"]
    assert list(read(folder / NAMES[0])[0]) == ["answer", "yearly", "income", "costs", *rest]
    assert list(read(folder / NAMES[2])[0]) == ["answer", "yearly", *rest]
    assert list(opened(run_workbook(run("serbia+no_fund")[0]))[0]) == ["answer", *rest]


def test_charts_are_native_have_alt_texts_and_the_house_s_colours(folder: Path) -> None:
    _, parts = opened((folder / NAMES[0] / "workbook.xlsx").read_bytes())
    charts = [text for name, text in parts.items() if "charts/chart" in name]
    kinds = [("lineChart" in c and "line") or ('barDir val="bar"' in c and "bars") or "columns" for c in charts]  # fmt: skip
    assert kinds == ["line", "line", "columns", "columns", "bars", "bars", "bars"]
    for chart in charts:
        assert set(re.findall(r'srgbClr val="(\w+)"', chart)) <= {c[1:] for c in PALETTE} | {
            "DDDDDD",
            "FFFFFF",
        }
        assert chart.count("<c:title>") >= 2, "a title, and one for an axis at least"
    alts = [
        alt
        for name, text in parts.items()
        if "drawings/drawing" in name
        for alt in re.findall(r'descr="([^"]*)"', text)
    ]
    assert len(alts) == len(charts)
    assert all(len(alt) > 30 for alt in alts)


def test_every_sheet_has_a_head_that_stays_and_units(folder: Path) -> None:
    _, parts = opened((folder / NAMES[0] / "workbook.xlsx").read_bytes())
    for name, text in parts.items():
        if "worksheets/sheet" in name and "_rels" not in name:
            assert 'state="frozen"' in text, name
            assert "<f>" not in text, name


def test_differences_are_those_of_compare(folder: Path, runs: list[Results]) -> None:
    sheets, _ = opened((folder / "workbook.xlsx").read_bytes())
    assert list(sheets) == ["side by side", "comparison", "run card"]
    rows = iter(table_of(sheets["comparison"]))
    expected = compare([r.projection for r in runs])
    for d in expected:
        row = next(rows)
        assert (row["Scenario"], row["Name"], row["Beside the first"]) == (d.scenario, d.measure, NAMES[0])  # fmt: skip
        sure = d.mc_error is not None
        for head, value in (
            ("Of the first", d.first), ("Of the scenario", d.second), ("Change", d.change), ("95 % interval, low", d.low95 if sure else None), ("95 % interval, high", d.high95 if sure else None),
            ("Monte Carlo error", d.mc_error), ("Better in (share of futures)", d.better),
            ("Worse in (share of futures)", d.worse),
        ):  # fmt: skip
            assert row.get(head) == (None if value is not None and math.isnan(value) else stored(value)), head  # fmt: skip
        assert (row["Reading"] == "the same in every future") == d.same
        if not d.same:
            told = "within noise" if d.within_noise else "lower" if d.change < 0 else "higher"
            unsure = "no error to be had" if d.defined else "not defined"
            assert row["Reading"] == (told if sure else unsure)
    assert next(rows, None) is None
    for row in table_of(sheets["side by side"]):
        for r in runs:
            if (x := row.get(r.projection.scenario.name)) is not None:
                assert x == stored(r.get(row["Name"]))
                error = stored(r.get(row["Name"], "mc_error"))
                assert row[f"{r.projection.scenario.name}, Monte Carlo error"] == error


def test_only_scenarios_of_one_country_are_compared() -> None:
    runs = run("serbia", "kosovo", "kosovo+judgment_advance")
    sheets, _ = opened(runs_workbook(runs[:2]))
    assert list(sheets) == ["side by side", "run card"]
    footnote = runs[1].projection.scenario.world.country.footnote
    assert footnote in texts(sheets, "side by side")
    sheets, _ = opened(runs_workbook(runs))
    pairs = {(row["Beside the first"], row["Scenario"]) for row in table_of(sheets["comparison"])}
    assert pairs == {("kosovo+tariff", "kosovo+judgment_advance")}
    sheets, _ = opened(run_workbook(runs[1]))
    assert any("Kosovo*" in text for text in texts(sheets, "answer"))
    for name in ("answer", "assumptions", "run card"):
        assert footnote in texts(sheets, name)


def test_the_same_run_is_the_same_file_whatever_it_was_run_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 4e9)
    [alone] = run(NAMES[1])
    assert run_workbook(alone) == (folder / NAMES[1] / "workbook.xlsx").read_bytes()


HOSTILE = """extends = "serbia+mixed_financing"
question = "=HYPERLINK(1)"
[country]
name = "=1+1"
footnote = "@SUM(A1)"
[income.budget]
label = "=budget!A1"
[income.seized_assets]
label = "=budget!A1"
[caseload.level]
value = 64
low = 55
high = 75
unit = "persons a year"
source = "hostile"
note = "=HYPERLINK(\\"http://h.example\\")"
[sources.hostile]
title = "=cmd|' /C calc'!A0"
publisher = "+1"
year = 2020
address = "http://h.example/=1"
read = "-1"
"""


def strings(sheets: Sheets) -> Iterator[str]:
    for cells in sheets.values():
        yield from (text for kind, text, _ in cells.values() if kind == "s")


def test_no_text_of_a_scenario_becomes_a_formula_a_link_or_a_cell_of_a_chart(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.toml").write_text(HOSTILE, encoding="utf-8")
    [results] = run(str(tmp_path / "mine.toml"))
    sheets, parts = opened(run_workbook(results))
    found = set(strings(sheets))
    assert {"@SUM(A1)", '=HYPERLINK("http://h.example")', "=cmd|' /C calc'!A0", "+1",
            "http://h.example/=1"} <= found  # fmt: skip
    assert any(text.startswith("=1+1") for text in found)
    assert any("=HYPERLINK(1)" in text for text in found)
    assert not any("<hyperlink" in text for text in parts.values())
    assert not any("hyperlink" in text for name, text in parts.items() if name.endswith(".rels"))
    for name, text in parts.items():
        if "charts/chart" in name:
            for formula in re.findall(r"<c:f>(.*?)</c:f>", text):
                assert re.fullmatch(r"('[a-z ]+'|[a-z]+)!\$[A-Z]+\$\d+:\$[A-Z]+\$\d+", formula)
    names = set(table_of(sheets["income"])[0])
    assert {f"=budget!A1 (income.budget) ({EURO})", f"=budget!A1 (income.seized_assets) ({EURO})"} <= names  # fmt: skip
