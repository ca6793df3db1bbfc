"""Hostile texts in a visitor's own file: nothing of them is read as Markdown, HTML or a formula, and no file of the machine is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fundsim.app import draw, on_request, upload
from fundsim.app.choice import Choice, Design, scenario_of
from fundsim.app.pages import pages
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import MOST_BYTES
from fundsim.scenario.schema import assumptions

ROOT = Path(__file__).parents[1]
SIGNS = "`*_{}[]()#|<>$~^"
HOSTILE = "![i](//h.example) [l](javascript:a) <b>b</b> $x$ :red[r] *e* `c` https://h.example www.h.example"
FILE = """extends = "serbia+tariff"
question = "HOSTILE"
[country]
name = "H $x$ <b> ![i](//h.example) :red[r] www.h.example"
footnote = "HOSTILE"
[income.budget]
label = "[l](javascript:a) $x$ :red[r] <b> https://h.example"
[caseload.level]
value = 64
low = 55
high = 75
unit = "persons a year"
source = "hostile"
note = "=HYPERLINK(1) HOSTILE"
[sources.hostile]
title = "HOSTILE"
publisher = "HOSTILE"
year = 2020
address = "javascript:alert(1)"
read = "HOSTILE"
""".replace("HOSTILE", HOSTILE)
KINDS = (
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "info",
    "warning",
    "error",
    "success",
)
# what remark-gfm and Streamlit look for in text once its escapes have been read
LATER = re.compile(r"(?i)https?://|www\.|[-.\w+]@[-\w]|:[a-z0-9_+-]+:|:material/")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my_scenario.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def texts(app: AppTest) -> Iterator[tuple[str, str]]:
    """Every text that Streamlit reads as Markdown."""
    for kind in KINDS:
        for box in getattr(app, kind):
            yield kind, box.value
    for table in app.table:
        for column in table.value.columns:
            yield "head", str(column)
            yield from (("cell", str(x)) for x in table.value[column])
    for kind in ("slider", "text_input", "toggle", "multiselect", "selectbox"):
        for widget in getattr(app, kind):  # a label is also read aloud: its brackets are bare
            yield f"label of {kind}", re.sub(r"[()]", "", widget.label)
            yield f"help of {kind}", widget.help or ""


def harmless(text: str) -> bool:
    """Whether every sign is escaped, and nothing is found in what is left."""
    bare = re.sub(r"\\.", "", text).replace("**", "").removeprefix("#### ")
    return not any(s in bare for s in SIGNS) and not LATER.search(re.sub(r"\\(.)", r"\1", text))


@pytest.mark.parametrize("page", pages())
def test_no_text_of_a_file_is_read_as_markdown(page: str, file: Path) -> None:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=600)
    app.session_state["choice"] = Choice(str(file), Design(), page=page, replications=500)
    app.session_state["group"] = "caseload"
    app.run()
    assert not app.exception, app.exception[0].message
    assert not app.error
    found = list(texts(app))
    assert any("h\\.example" in text for _, text in found)  # they do stand on the page
    assert [(kind, text) for kind, text in found if not harmless(text)] == []


@pytest.mark.parametrize(
    "text",
    ["https://h.example", "HTTP://h.example", "www.h.example", "a.b@h.example", ":smile:", ":material/home:",
     "![i](x)", "$x$", "<b>", "# x", "- x", "    code", "\tcode", "a\n\n# b", "a  \nb", "1. x", "&copy;", "\\*"],
)  # fmt: skip
def test_plain_text_stays_plain(text: str) -> None:
    """The first six were links, emoji and icons in Chromium although every sign was escaped."""
    assert harmless(draw.plain(text)), draw.plain(text)
    assert not draw.plain(text).startswith((" ", "\t"))
    assert "\n" not in draw.plain(text)


def test_the_test_can_fail() -> None:
    for text in ("[a](b)", "https\\://h\\.example", "a\\@b\\.c", "\\:smile\\:", "$x$", "<b>"):
        assert not harmless(text)


@pytest.mark.parametrize(
    "extends",
    ["5", "true", "{ a = 1 }", "[['serbia']]", "'/etc/passwd'", "'../x.toml'", "'serbia+/etc/passwd'", "'a\\b'",
     "' x.toml '", "['serbia', '../x.toml']"],
)  # fmt: skip
def test_an_upload_reads_no_other_file(extends: str) -> None:
    with pytest.raises(InputError) as error:
        upload.take(f"extends = {extends}\nquestion = 'q'\n".encode())
    told = str(error.value)
    assert "my_scenario.toml" in told
    assert "fundsim-" not in told  # where it is kept


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n", b"#" * (MOST_BYTES + 1), b"[" * 900])
def test_an_upload_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(InputError) as error:
        upload.take(content)
    assert "fundsim-" not in str(error.value)


def test_nothing_tells_where_an_own_file_is_kept(file: Path) -> None:
    scenario = scenario_of(str(file), Design("", ("legal_aid",)))
    said = json.dumps(
        [
            [str(n) for n in scenario.notes],
            scenario.given,
            [str(o) for o in scenario.origins.values()],
        ]
    )
    assert str(file.parent) not in said
    file.write_text(FILE + "[fund]\nnothing = 1\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        scenario_of(str(file), Design())
    assert str(file.parent) not in str(error.value)


def test_another_source_in_a_file_is_shown_at_once(file: Path) -> None:
    """Sources do not count in the scenario's hash: what is kept by it must not tell of them."""

    def told() -> str:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=600)
        app.session_state["choice"] = Choice(str(file), Design(), page="about", replications=500)
        app.session_state["group"] = "caseload"
        app.run()
        return " ".join(help_ for kind, help_ in texts(app) if kind.startswith("help"))

    assert "Publisher of the first" not in told()
    file.write_text(FILE.replace('publisher = "', 'publisher = "Publisher of the first '))
    assert "Publisher of the first" in told().replace("\\", "")


def test_a_tornado_tells_the_sources_of_its_own_file(file: Path) -> None:
    """Another visitor's file with the same numbers may rest on something else."""
    first = scenario_of(str(file), Design())
    other = file.with_name("another.toml")
    other.write_text(FILE.replace('source = "hostile"', 'source = "judgement"'), encoding="utf-8")
    second = scenario_of(str(other), Design())
    assert first.hash == second.hash
    for scenario in (first, second):
        found = on_request._tornado(
            on_request.sourced(scenario), "due_a_year", 1, ("caseload.level",), scenario
        )
        belief = next(a for key, a, _ in assumptions(scenario.world) if key == "caseload.level")
        assert found.bars[0].input.grade == belief.graded
