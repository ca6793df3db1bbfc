"""The dashboard in other languages: no English is left on a page, the language of the visitor, switching."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from fundsim.app import sidebar
from fundsim.app.choice import ANALYSES, PAGES, Choice, Design, scenario_of
from fundsim.report.language import Language, codes, language
from tests import pseudo

ROOT = Path(__file__).parents[1]
FEW = 64
TARIFF = Choice("serbia", Design("tariff"), language=pseudo.CODE, replications=FEW)
RICH = replace(
    TARIFF, country="bosnia_and_herzegovina", variants=(Design("status_fixed"),),
    design=Design("mixed_financing", ("budget_cut", "legal_aid"), (
        ("fund.amount.cap", "12"), ("fund.eligible.forms", '["labour"]'), ("fund.payment.when_short", "pro_rata"),
        ("fund.take_up.rate", "0.3"),
    )),
)  # fmt: skip


@pytest.fixture(scope="module")
def wrapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Language]:
    """Every translated piece of text stands in ⟦…⟧ and is long."""
    with pseudo.language_of(
        lambda piece: f"⟦{piece}{'~' * (len(piece) // 3)}⟧" if re.search(r"[a-z]", piece) else piece,
        tmp_path_factory.mktemp("languages"),
    ) as found:  # fmt: skip
        yield found


@pytest.fixture(autouse=True)
def _few_futures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidebar, "SIZES", (FEW, 500, 2000))


def opened(choice: Choice | None = None, locale: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    if locale:
        app.context["locale"] = locale
    if choice is not None:
        app.session_state["choice"] = choice
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception[0].message
    return app


# ------------------------------------------------------------------------- what a page says


def said(app: AppTest) -> list[str]:
    """Every text that a visitor can read or hear, tables cell by cell and charts text by text."""
    texts = (text for block in (app.main, app.sidebar) for text in _said(block))
    return [text.replace("\\", "").replace("\u2060", "") for text in texts if text]


def _said(block: Any) -> Iterator[str]:
    for child in block.children.values():
        if hasattr(child, "children"):
            yield str(getattr(child, "label", "") or "")
            yield from _said(child)
        elif child.type == "table":
            yield from map(str, child.value.columns)
            yield from (str(cell) for column in child.value.columns for cell in child.value[column])
        elif child.type == "vega_lite_chart":
            yield from _of_chart(child.proto)
        elif child.type == "bidi_component":
            yield from (
                text
                for name, text in json.loads(child.proto.json)["told"].items()
                if name != "language"
            )
        elif child.type == "dataframe":
            yield from (str(c.get("label") or "") for c in json.loads(child.proto.columns).values())
            yield from (str(x) for name in ("name", "unit", "grade") for x in child.value[name])
        elif child.type not in ("html", "code"):
            for name in ("label", "help", "placeholder"):
                yield str(getattr(child, name, "") or "")
            options = getattr(child, "options", None)
            if options is not None:
                yield from map(str, options)
            elif child.type != "file_uploader":
                yield str(getattr(child, "value", "") or "")


def _of_chart(chart: Any) -> Iterator[str]:
    yield chart.alt
    yield from _titles(json.loads(chart.spec))
    for data in (chart.data, *(one.data for one in chart.datasets)):
        if data.data:
            frame = convert_arrow_bytes_to_pandas_df(data.data)
            yield from (cell for name in frame for cell in frame[name] if isinstance(cell, str))


def _titles(spec: Any) -> Iterator[str]:
    for name, part in spec.items() if isinstance(spec, dict) else enumerate(spec):
        if isinstance(part, dict | list):
            yield from _titles(part)
        elif name == "title" and part:
            yield part


# what stays as it is in every language: names and words of the program, keys, hashes, files and what they quote
STAYS = re.compile(
    r"""^fundsim\ .*|fundsim(\ [a-z]+)?|\b(TOML|CSV|PNG|SVG|XLSX|JSON|MIT|EUR|BAM|RSD)\b|\b[a-z]\b
    |\b[a-z_0-9]+(\.[a-z_0-9]+)+|\b[0-9a-f]{8,12}\b|\b[a-z_]+(\+[a-z_0-9]+)+""",
    re.VERBOSE,
)


def english(text: str, stays: set[str]) -> list[str]:
    """The runs of letters that stand outside all marks and do not stay as they are."""
    outside, depth = "", 0
    for known in stays:
        text = text.replace(known, "")
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        outside += " " if depth or letter == "⟧" else letter
    return re.findall(r"[A-Za-z]{2,}", STAYS.sub(" ", outside))


@pytest.mark.parametrize("choice", [TARIFF, RICH], ids=["tariff", "much"])
@pytest.mark.parametrize("page", PAGES)
def test_no_english_is_left_on_a_page(page: str, choice: Choice, wrapped: Language) -> None:
    choice = replace(choice, page=page)
    if page == "drives":  # few futures tell nothing of influence
        choice = replace(choice, replications=500, also=ANALYSES)
    scenario = scenario_of(choice.country, choice.design)
    stays = {language(code).name for code in codes()} | {wrapped.month(2000, m).split()[0] for m in range(1, 13)}  # fmt: skip
    stays |= {f"{s.get('publisher')}, {s.get('title')}, {s.get('year')}" for s in scenario.sources.values()}  # fmt: skip
    told = said(opened(choice))
    assert len(told) > 100
    assert {text: words for text in told if (words := english(text, stays))} == {}
