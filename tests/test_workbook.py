"""The workbook, opened again as what it is: a zip file of XML."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from fundsim.report import workbook as module
from fundsim.report.workbook import sheet_names, workbook
from fundsim.report.workbook_parts import PERCENT, WHOLE, Chart, Number, Series, Sheet, Table
from tests.spreadsheet import NS, opened, row_of, table_of

CARD = {"stamp": "fundsim 0.1.0 · serbia+tariff", "command": "fundsim run serbia+tariff"}


def test_one_sheet_a_table_and_the_card_last() -> None:
    rows = [{"measure": "due_a_year", "year": 2027, "value": 165_000.4}]
    sheets, parts = opened(workbook({"by year": rows, "nothing": []}, CARD))
    assert list(sheets) == ["by year", "nothing", "run card"]
    first = sheets["by year"]
    assert [first[c][1] for c in ("A1", "B1", "C1")] == ["measure", "year", "value"]
    assert first["B2"] == ("n", "2027", "0")
    assert first["C2"] == ("n", "165000.4", "#,##0")
    assert sheets["nothing"] == {}
    card = sheets["run card"]
    assert [card[c][1] for c in ("A2", "B2", "A3", "B3")] == [x for kv in CARD.items() for x in kv]
    assert 'state="frozen"' in parts["xl/worksheets/sheet1.xml"]
    styles = ElementTree.fromstring(parts["xl/styles.xml"])
    style = int(re.search(r'r="A1" s="(\d+)"', parts["xl/worksheets/sheet1.xml"])[1])  # type: ignore[index]
    font = styles.findall("m:cellXfs/m:xf", NS)[style].get("fontId")
    assert styles.findall("m:fonts/m:font", NS)[int(font or 0)].find("m:b", NS) is not None


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x.example","pay")', "=1+1", "+1", "-1", "@SUM(A1)", "http://x.example",
     "mailto:a@b.example", "12", "007", "{=1}", "\t=1", "internal:Sheet1!A1", "Kosovo*", "č ш € <b>&"],
)  # fmt: skip
def test_text_is_always_text(text: str) -> None:
    data = workbook({"t": [{text: text}]}, {text: text})
    sheets, parts = opened(data)
    assert sheets["t"]["A1"][:2] == sheets["t"]["A2"][:2] == ("s", text)
    assert sheets["run card"]["A2"][:2] == sheets["run card"]["B2"][:2] == ("s", text)
    assert not any("hyperlink" in part for name, part in parts.items() if "sheet" in name)


@pytest.mark.parametrize(
    "empty", [None, float("nan"), float("inf"), -float("inf"), np.float64("nan"), ""]
)
def test_what_is_no_number_is_an_empty_cell(empty: Any) -> None:
    cells = opened(workbook({"t": [{"a": empty, "b": 1}]}, CARD))[0]["t"]
    assert "A2" not in cells
    assert cells["B2"][1] == "1"


@pytest.mark.parametrize(
    ("value", "stored", "form"),
    [
        (1_234_567, "1234567", "#,##0"), (np.int64(12), "12", "#,##0"), (0, "0", "#,##0"),
        (0.0, "0", "#,##0"), (64.0, "64", "#,##0"), (165_432.1, "165432.1", "#,##0"),
        (0.1234, "0.1234", "0.000"), (-0.5, "-0.5", "0.000"), (12.345, "12.345", "#,##0.00"),
        (np.float64(-12.5), "-12.5", "#,##0.00"), (0.00012, "0.00012", "0.00E+00"),
    ],
)  # fmt: skip
def test_a_number_keeps_its_digits_and_looks_like_what_it_is(
    value: Any, stored: str, form: str
) -> None:
    assert opened(workbook({"t": [{"a": value}]}, CARD))[0]["t"]["A2"] == ("n", stored, form)


def test_yes_and_no_are_words() -> None:
    cells = opened(workbook({"t": [{"a": True, "b": False}]}, CARD))[0]["t"]
    assert (cells["A2"][1], cells["B2"][1]) == ("yes", "no")


def test_rows_may_have_different_columns() -> None:
    cells = opened(workbook({"t": [{"a": 1}, {"b": 2, "a": 3}]}, CARD))[0]["t"]
    assert {k: v[1] for k, v in cells.items()} == {
        "A1": "a", "B1": "b", "A2": "1", "A3": "3", "B3": "2"
    }  # fmt: skip


def test_names_of_sheets_are_what_excel_takes() -> None:
    long = "serbia+tariff+legal_aid+budget_cut"
    names = ["a/b:c*[d]?\\e", long, long + "+more", "Run Card", "history", "", "'", "'x'", "X",
             "tab\tand\x01more", "💶" * 20, long]  # fmt: skip
    found = sheet_names(names)
    assert len(found) == len(names)
    assert len({n.lower() for n in found}) == len(names)
    for name in found:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.isprintable()
        assert name.lower() not in ("run card", "history")
    assert found[1] == long[:31]
    assert found[2] == long[:29] + " 2"
    assert list(opened(workbook(dict.fromkeys(names, ()), CARD))[0])[-1] == "run card"


def test_the_same_input_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"t": [{"a": 1.5, "b": "x"}]}
    first = workbook(tables, CARD)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert workbook(tables, CARD) == first
    assert "2000-01-01T00:00:00Z" in opened(first)[1]["docProps/core.xml"]


def test_columns_are_wide_enough_but_not_too_wide() -> None:
    rows = [{"amount": 1_234_567.0, "text": "x" * 500, "year": 2027}]
    xml = opened(workbook({"t": rows}, CARD))[1]["xl/worksheets/sheet1.xml"]
    widths = [float(w) for w in re.findall(r'<col [^>]*width="([\d.]+)"', xml)]
    assert widths == pytest.approx([11, 62, 6], abs=1)


def test_a_text_longer_than_a_cell_is_cut() -> None:
    cells = opened(workbook({"t": [{"a": "x" * 40_000}]}, CARD))[0]["t"]
    assert len(cells["A2"][1]) == 32_767


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    assert workbook({"t": [{"a": 1}] * 2}, CARD)
    with pytest.raises(ValueError, match="t: 3 rows; a sheet holds 3"):
        workbook({"t": [{"a": 1}] * 3}, CARD)


PARTS: list[dict[str, Any]] = [
    {"year": 2027, "a": 1.0, "b": 2.0},
    {"year": 2028, "a": 3.0, "b": None},
]
DRAWING = "xl/drawings/drawing1.xml"


def chart(kind: str, *names: str) -> Chart:
    series = tuple(
        Series(column, name, "#0072B2", light=column == "b")
        for column, name in zip("ab", names, strict=False)
    )
    return Chart(kind, "What it shows", "Said aloud", "year", series, "Year", "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "element"), [("lines", "lineChart"), ("columns", "barChart"), ("bars", "barChart")]
)
def test_a_chart_is_drawn_from_the_cells_of_its_table(kind: str, element: str) -> None:
    sheet = Sheet([Table(PARTS, "First"), Table(PARTS, "Second", charts=[chart(kind, "A", "B")])])
    _, parts = opened(workbook({"two tables": sheet}, CARD))
    drawn = parts["xl/charts/chart1.xml"]
    assert f"<c:{element}>" in drawn
    assert re.findall(r"<c:f>(.*?)</c:f>", drawn) == [
        "'two tables'!$A$8:$A$9", "'two tables'!$B$8:$B$9", "'two tables'!$A$8:$A$9",
        "'two tables'!$C$8:$C$9",
    ]  # fmt: skip
    texts = re.findall(r"<(?:a:t|c:v)>([^<]*)</(?:a:t|c:v)>", drawn)
    assert {"What it shows", "A", "B", "Year", "EUR"} <= set(texts)
    assert 'descr="Said aloud"' in parts[DRAWING]
    assert "0072B2" in drawn
    assert ('<c:grouping val="stacked"/>' in drawn) == (kind == "columns")
    assert ('<c:barDir val="bar"/>' in drawn) == (kind == "bars")


@pytest.mark.parametrize("name", ["=1+1", "Donors!A1", "=t!$A$1", "t!$A$1 left", "<b>&"])
def test_a_name_in_a_legend_is_never_a_cell(name: str) -> None:
    _, parts = opened(workbook({"t": Sheet([Table(PARTS, charts=[chart("lines", name)])])}, CARD))
    drawn = ElementTree.fromstring(parts["xl/charts/chart1.xml"])
    c = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    assert [x.text for x in drawn.iterfind(f".//{c}ser/{c}tx/{c}v")] == [name.replace("!", "! ")]
    assert drawn.find(f".//{c}ser/{c}tx/{c}strRef") is None


def test_charts_of_one_table_stand_beside_one_another_and_the_next_table_below() -> None:
    charts = [chart("lines", "A"), chart("columns", "A", "B")]
    sheet = Sheet([Table(PARTS, charts=charts), Table(PARTS, "Next")], frozen=1)
    sheets, parts = opened(workbook({"t": sheet}, CARD))
    rows = [int(r) for r in re.findall(r"<xdr:row>(\d+)</xdr:row>", parts[DRAWING])]
    columns = [int(r) for r in re.findall(r"<xdr:col>(\d+)</xdr:col>", parts[DRAWING])]
    assert rows[0] == rows[2] == 4
    assert columns[0] == 1, "a chart over a frozen column would not move with the rest"
    assert columns[1] < columns[2]
    [head] = [int(cell[1:]) for cell, (_, text, _) in sheets["t"].items() if text == "Next"]
    assert head > max(rows) + 1
    assert table_of(sheets["t"], head + 1) == table_of(sheets["t"])


def test_notes_stand_below_their_table_over_several_columns() -> None:
    text = "A sentence of some length. " * 12
    sheets, parts = opened(workbook({"t": Sheet([Table(PARTS, notes=[text, "=1+1"])])}, CARD))
    assert sheets["t"]["A5"][:2] == ("s", text)
    assert sheets["t"]["A6"][:2] == ("s", "=1+1")
    xml = parts["xl/worksheets/sheet1.xml"]
    assert re.search(r'<mergeCell ref="A5:[C-Z]5"/>', xml)
    height = re.search(r'<row r="5"[^>]* ht="(\d+)"', xml)
    assert height is not None
    assert int(height[1]) >= 3 * 15


def test_a_heading_and_the_head_stay_in_view() -> None:
    _, parts = opened(workbook({"t": Sheet([Table(PARTS, "Heading")], frozen=1)}, CARD))
    assert 'xSplit="1" ySplit="2" topLeftCell="B3"' in parts["xl/worksheets/sheet1.xml"]


def test_a_number_looks_as_is_said() -> None:
    rows = [{"a": Number(0.1234, PERCENT), "b": Number(0.4, WHOLE), "c": Number(None, WHOLE),
             "d": Number(float("nan"), WHOLE)}]  # fmt: skip
    cells = opened(workbook({"t": rows}, CARD))[0]["t"]
    assert cells["A2"] == ("n", "0.1234", "0.0%")
    assert cells["B2"] == ("n", "0.4", "#,##0")
    assert set(row_of(cells, 2)) == {"A", "B"}


def test_charts_and_notes_are_the_same_bytes_again() -> None:
    sheets = {"t": Sheet([Table(PARTS, notes=["n"], charts=[chart("bars", "A", "B")])])}
    assert workbook(sheets, CARD) == workbook(sheets, CARD)
