"""The dashboard in other languages: no English is left on a page, the language of the visitor, switching."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from fundsim import load
from fundsim.app import link, sidebar
from fundsim.app.choice import ANALYSES, CASES, Choice, Design, scenario_of
from fundsim.app.controls import controls, group_label, word_of
from fundsim.app.pages import pages
from fundsim.report.language import Language, language
from fundsim.report.languages import codes
from fundsim.scenario.compose import Scenario
from tests import pseudo

ROOT = Path(__file__).parents[1]
FEW = 64
TARIFF = Choice("serbia", Design("tariff"), language=pseudo.CODE, replications=FEW)
RICH = replace(
    TARIFF, country="bosnia_and_herzegovina", variants=(Design("status_fixed"),),
    design=Design("mixed_financing", ("budget_cut", "legal_aid"), (
        ("fund.amount.cap", "12"), ("fund.eligible.forms", '["labour"]'), ("fund.payment.when_short", "pro_rata"),
        ("fund.take_up.unassisted_rate", "0.3"),
    )),
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every translated piece of text stands in ⟦…⟧ and is long."""

    def marked(piece: str) -> str:
        return f"⟦{piece}{'~' * (len(piece) // 3)}⟧" if re.search(r"[a-z]", piece) else piece

    folder = tmp_path_factory.mktemp("languages")
    pseudo.write(marked, folder)
    return folder


@pytest.fixture
def wrapped(catalogue: Path) -> Iterator[Language]:
    with pseudo.spoken(catalogue) as found:
        yield found


@pytest.fixture(autouse=True)
def _few_futures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidebar, "SIZES", (FEW, 500, 2000))


def opened(
    choice: Choice | None = None,
    state: dict[str, Any] | None = None,
    locale: str = "",
    **query: str,
) -> AppTest:
    """The dashboard as a visitor sees it, with this choice, this state of the session or this link."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=600)
    if locale:
        app.context["locale"] = locale
    for key, held in {**(state or {}), **({"choice": choice} if choice else {})}.items():
        app.session_state[key] = held
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception[0].message
    return app


# ------------------------------------------------------------------------- what a page says


def said(app: AppTest) -> list[str]:
    """Every text that a visitor can read or hear, tables cell by cell and charts text by text."""
    texts = (text for block in (app.main, app.sidebar) for text in _said(block))
    return [re.sub(r"[\\\u2060]", "", text).replace("\u00a0", " ") for text in texts if text]


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
    r"""^fundsim\ .*|fundsim(\ [a-z]+(\ --method\ [a-z]+)?)?|\b(TOML|CSV|PNG|SVG|XLSX|JSON|DOCX|PDF|HTML|MIT|EUR|BAM|RSD)\b|\b[a-z]\b
    |\b[a-z_0-9]+(\.[a-z_0-9]+)+|\b[0-9a-f]{8,12}\b|\b[a-z_]+(\+[a-z_0-9]+)+""",
    re.VERBOSE,
)


def english(text: str, stays: set[str]) -> list[str]:
    """The runs of letters that stand outside all marks and do not stay as they are."""
    outside, depth = "", 0
    for known in sorted(stays, key=len, reverse=True):
        text = text.replace(known, "")
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        outside += " " if depth or letter == "⟧" else letter
    return re.findall(r"[A-Za-z]{2,}", STAYS.sub(" ", outside))


def left(told: Iterable[str], language_: Language, scenario: Scenario) -> dict[str, list[str]]:
    """Texts in which English is left, with its words.  What sources are called stays as they call themselves."""
    stays = {language(code).name for code in codes()} | {language_.month(2000, m).split()[0] for m in range(1, 13)}  # fmt: skip
    stays |= {f"{s['publisher']}, {s['title']}, {s['year']}" for s in scenario.sources.values()}
    stays |= {s["title"] for s in scenario.sources.values()}
    return {text: words for text in told if (words := english(text, stays))}


@pytest.mark.slow
@pytest.mark.parametrize("choice", [TARIFF, RICH], ids=["tariff", "much"])
@pytest.mark.parametrize("page", pages())
def test_no_english_is_left_on_a_page(page: str, choice: Choice, wrapped: Language) -> None:
    choice = replace(choice, page=page)
    if page == "drives":  # few futures tell nothing of influence
        choice = replace(choice, replications=1000, also=ANALYSES)
    told = said(opened(choice))
    assert len(told) > 100
    assert left(told, wrapped, scenario_of(choice.country, choice.design)) == {}


@pytest.mark.parametrize("kind", CASES)
def test_no_english_is_left_in_a_story(kind: str, wrapped: Language) -> None:
    choice = replace(
        TARIFF, country="kosovo", design=Design("tariff_interim"), page="victims", case=kind
    )
    told = said(opened(choice))
    assert left(told, wrapped, scenario_of(choice.country, choice.design)) == {}


@pytest.mark.parametrize(
    "name", ["serbia+tariff", "kosovo+no_fund+budget_cut", "serbia+mixed_financing+asset_seizure"]
)
def test_no_english_is_left_in_a_control(name: str, wrapped: Language) -> None:
    scenario = load(name, ["fund.interim.share=0"])
    told = []
    for control in controls(scenario, scenario, wrapped).values():
        told += [control.label, control.help, control.reason, wrapped(control.unit)]
        told.append(group_label(control.group, scenario.world, wrapped))
        if control.kind in ("choice", "choices"):
            told += [word_of(control.key, word, wrapped) for word in control.options]
    assert len([t for t in told if t.startswith("⟦")]) > 500
    assert left(told, wrapped, scenario) == {}


def still(key: str, value: str) -> dict[str, Any]:
    """What the session holds after a change of one value."""
    return {
        "choice": replace(TARIFF, design=Design("tariff", (), ((key, value),))), "before": TARIFF
    }  # fmt: skip


CLAIM = link.Claim("0.0.9", "feedfeedfeed", ("none", "never", "0.5", "0.1", "30", "?"), "0" * 8)
BOXES: dict[str, dict[str, Any]] = {
    "damaged": {"query": {"k": "00000000", "v": "0.1.0", "s": "serbia-tariff"}},
    "unknown": {"query": {"a": "1"}},
    "by hand": {"query": {"s": "atlantis-none-flood", "page": "nopage", "n": "7", "fund.amount.cap": "x!"}},
    "not possible": {"query": {"s": "serbia-tariff", "fund.amount.cap": "1"}},
    "other figures": {"query": dict(pair.split("=") for pair in link.query(replace(TARIFF, language="en", replications=500), CLAIM).split("&"))},
    "no figure moved": {"state": still("fund.amount.cap", "900")},
    "not whole": {"state": still("caseload.mass.scheduled_events", "0.4")},
    "unmoved": {"state": still("pathway.longest_months", "500")},
}  # fmt: skip


@pytest.mark.parametrize("name", BOXES)
def test_no_english_is_left_in_a_box(name: str, wrapped: Language) -> None:
    box = BOXES[name]
    query = {**box.get("query", {})}
    if "lang" in query:
        query["lang"] = pseudo.CODE
        query["k"] = link._check([(k, v) for k, v in query.items() if k != "k"])
    app = opened(state=box.get("state"), locale="fr-CA", **query)
    told = [
        b.value.replace("\\", "") for kind in (app.info, app.warning, app.success) for b in kind
    ]
    assert told
    asked = "|".join(
        re.escape(word) for word in (*query, *query.values(), "atlantis", "none", "flood")
    )
    told = [re.sub(rf"(?<=[“⟧(])({asked})(?=[⟦”)])", "", text) for text in told]  # it is quoted
    assert left(told, wrapped, scenario_of("serbia", Design("tariff"))) == {}


# ------------------------------------------------------------------------- which language


@pytest.mark.parametrize(
    ("locale", "code"),
    [("", "en"), ("en-GB", "en"), ("de-AT", "en"), ("sr", "sr-Latn"), ("sr-RS", "sr-Latn"), ("sr-Latn-ME", "sr-Latn"),
     ("sr-Cyrl", "sr-Cyrl"), ("sr-Cyrl-RS", "sr-Cyrl")],
)  # fmt: skip
def test_a_visit_begins_in_the_language_of_the_browser(locale: str, code: str) -> None:
    assert opened(locale=locale).session_state["choice"].language == code


def test_a_link_opens_in_its_own_language_whatever_the_browser_s() -> None:
    query = link.query(replace(TARIFF, language="en", replications=500), CLAIM)
    parameters: dict[str, Any] = {
        k: v for k, _, v in (pair.partition("=") for pair in query.split("&"))
    }
    app = opened(locale="sr", **parameters)
    assert app.session_state["choice"].language == "en"
    assert "figures have changed since this link was made" in app.warning[0].value


def test_a_change_of_language_keeps_what_is_chosen_and_shown() -> None:
    state = {"group": "fund.amount"}
    app = opened(replace(RICH, language="en", page="victims", case="paid"), state)
    before, choice = [w.value for kind in (app.slider, app.text_input, app.toggle) for w in kind], app.session_state["choice"]  # fmt: skip
    app.selectbox(key="lang").set_value("sr-Cyrl").run()
    assert not app.exception
    assert app.session_state["choice"] == replace(choice, language="sr-Cyrl")
    after = [w.value for kind in (app.slider, app.text_input, app.toggle) for w in kind]
    assert after == before
    app.selectbox(key="lang").set_value("en").run()
    assert app.session_state["choice"] == choice
