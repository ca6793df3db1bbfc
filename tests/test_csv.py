"""CSV that keeps every digit and that a spreadsheet cannot mistake for formulas."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fundsim.report.folder import csv_text, write_csv


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "-", '=HYPERLINK("x","y")']
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert read(csv_text([text], [[text]])) == [[f"'{text}"], [f"'{text}"]]


@pytest.mark.parametrize(
    "text", ["serbia+tariff", "a=b", "−3", "", "'x", 'say "x", y', "a\nb", "Kosovo*"]
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert read(csv_text(["a", "b"], [[text, 1]]))[1:] == [[text, "1"]]


@pytest.mark.parametrize(
    ("value", "cell"),
    [(-5, "-5"), (-0.1, "-0.1"), (1 / 3, repr(1 / 3)), (-1e-300, "-1e-300"), (None, ""),
     (np.float64(-2.5), "-2.5"), (np.int64(-3), "-3"), (True, "True")],
)  # fmt: skip
def test_a_number_keeps_every_digit_and_its_minus(value: Any, cell: str) -> None:
    assert read(csv_text(["a", "b"], [[value, 1]]))[1] == [cell, "1"]


def test_a_file_holds_the_same_text(tmp_path: Path) -> None:
    columns = ["a", "b"]
    rows: list[list[Any]] = [["-x", -1.5], ["č", None]]
    write_csv(tmp_path / "t.csv", columns, rows)
    assert (tmp_path / "t.csv").read_bytes() == csv_text(columns, rows).encode()
    assert csv_text(columns, rows) == "a,b\r\n'-x,-1.5\r\nč,\r\n"
