"""A scenario whose texts are full of markup, formulas and right-to-left signs: plain text in every file and on the terminal."""

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import docx as library
import pytest
from lxml import html as parser

from fundsim import brief
from fundsim.cli import app

MARKUP = "<b>b</b> [l](x:a) $x^2$ #f('p') [red]r {p} %s"  # a name has 60 letters at most
FORMULA = "=LINK(1)"
RIGHT_TO_LEFT = "שלום عربي"
NAME = f"{MARKUP} {RIGHT_TO_LEFT}"
FILE = """extends = "serbia+tariff"
question = "NAME"
[country]
name = "NAME"
footnote = "* NAME"
[time]
horizon_years = 3
runoff_years = 1
[income.budget]
label = "FORMULA NAME"
[fund.take_up.unassisted_rate]
value = 0.2
low = 0.02
high = 0.6
unit = "share"
source = "hostile"
note = "FORMULA"
[sources.hostile]
title = "FORMULA NAME"
publisher = "NAME"
year = 2020
address = "https://h.example/"
read = "NAME"
""".replace("NAME", NAME).replace("FORMULA", FORMULA)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def together(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("kind", ["docx", "html", "pdf"])
def test_a_briefing_prints_it_as_it_is(kind: str, file: Path, tmp_path: Path) -> None:
    out = brief([str(file)], tmp_path / f"b.{kind}", replications=1000, workers=1)
    wanted = [NAME, f"* {NAME}", f"{FORMULA} {NAME}"]  # the title, its footnote, a source's title
    if kind == "docx":
        word = library.Document(str(out))
        cells = [c.text for t in word.tables for row in t.rows for c in row.cells]
        feet = [p.text for p in word.sections[0].first_page_footer.paragraphs]
        said = " ".join([p.text for p in word.paragraphs] + cells + feet)
        assert word.core_properties.title.endswith(NAME)
    elif kind == "html":
        page = parser.document_fromstring(out.read_text(encoding="utf-8"))
        assert not page.xpath("//script | //b | //a")
        said = page.text_content()
    else:
        if not shutil.which("pdftotext"):
            pytest.skip("pdftotext is not on this machine (Debian: poppler-utils)")
        told = subprocess.run(["pdftotext", str(out), "-"], capture_output=True, check=True)
        # the order of right-to-left letters on a page is their readers', and the font lacks one of the scripts
        said = told.stdout.decode().replace(RIGHT_TO_LEFT, "")
        wanted = [MARKUP, FORMULA]
    for text in wanted:
        assert together(text) in together(said), text


def test_the_files_of_a_run_hold_it_as_it_is(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    app(["run", str(file), "-n", "64", "--out", str(out), "--workers", "1"], standalone_mode=False)
    assert together(MARKUP) in together(capsys.readouterr().out)
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["country"] == NAME
    for row in csv.reader(io.StringIO((out / "yearly.csv").read_text(encoding="utf-8"))):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
    pictures = [p.read_text(encoding="utf-8") for p in (out / "figures").glob("*.svg")]
    assert pictures
    for picture in pictures:
        assert "<script>alert" not in picture
    assert any("$x^2$" in picture for picture in pictures), "read as a formula"
