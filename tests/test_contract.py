"""The link contract on the page: the same figures are confirmed; others are shown beside the link's, with the true reason."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fundsim import __version__
from fundsim.app import headline, link, runs, settings
from fundsim.app.choice import Choice, Design, scenario_of
from fundsim.scenario import files, released, retired
from fundsim.scenario.released import record

ROOT = Path(__file__).parents[1]
FEW = 500
TARIFF = Choice("serbia", Design("tariff"), replications=FEW)
OTHERS = ("1000", "2000", "0.5", "0.1", "30", "0.9")  # figures that no run of these gives


def asked(choice: Choice, **claims: Any) -> dict[str, str]:
    """The parameters of a link, whole, with what it claims."""
    said = link.Claim(__version__, scenario_of("serbia", Design("tariff")).hash, OTHERS, "0" * 8)
    query = link.query(choice, replace(said, **claims))
    return {k: v for k, _, v in (pair.partition("=") for pair in query.split("&"))}


def opened(parameters: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=600)
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def made(choice: Choice, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The link that the page itself offers for a choice."""
    found: list[str] = []

    def query(choice: Choice, claim: link.Claim, make: Any = link.query) -> str:
        found.append(make(choice, claim))
        return found[-1]

    with monkeypatch.context() as patch:
        patch.setattr(link, "query", query)
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=600)
        app.session_state["choice"] = choice
        app.run()
        assert not app.exception, app.exception[0].message
    return {k: v for k, _, v in (pair.partition("=") for pair in found[-1].split("&"))}


def boxes(app: AppTest) -> str:
    """What stands in boxes, as it is read."""
    return plainly(" ".join(b.value for kind in (app.success, app.warning) for b in kind))


def reasons(app: AppTest) -> list[str]:
    return [t[2:] for t in (plainly(m.value) for m in app.markdown) if t.startswith("• ")]


def plainly(text: str) -> str:
    return text.replace("\\", "").replace("\u2060", "")


def both(app: AppTest) -> dict[str, tuple[str, str]]:
    """Figure -> in the link, here."""
    table = next(t.value for t in app.table if "In the link" in t.value.columns)
    cells = [[plainly(str(x)) for x in table[c]] for c in table.columns]
    return {row[0]: (row[1], row[2]) for row in zip(*cells, strict=True)}


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Records of other versions: today's files, with other values."""
    monkeypatch.setattr(released, "folder", lambda: tmp_path)

    def write(version: str, *changes: tuple[str, str, Any]) -> None:
        said = json.loads(record())
        for file, key, value in changes:
            said[file][key] = value
        (tmp_path / f"{version}.json").write_text(json.dumps(said), encoding="utf-8")

    write(__version__)
    return write


def test_the_page_s_own_link_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = replace(
        TARIFF, page="what_if", variants=(Design("status_fixed"), Design("tariff", ("legal_aid",)))
    )
    app = opened(made(choice, monkeypatch))
    assert "Checked: these are the figures of the link: Serbia, tariff" in boxes(app)
    assert not app.warning
    drawn = [element.type for element in app.main]
    assert drawn.index("success") < drawn.index("header")  # above the answer, not below the page


@pytest.mark.parametrize("policy", ["no_fund", "assets_only"])
def test_links_without_a_fund_or_a_line_are_confirmed(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(made(replace(TARIFF, design=Design(policy)), monkeypatch))
    assert "Checked" in boxes(app)


def test_an_older_version_without_a_record_is_told() -> None:
    app = opened(asked(TARIFF, version="0.0.9"))
    assert "figures have changed since this link was made (version 0.0.9" in boxes(app)
    assert reasons(app) == ["Version 0.0.9 is not known here: it cannot be told what has changed."]
    assert both(app)["Cost a year"][0] == "€\u00a01,000"
    assert re.fullmatch("€\u00a0[0-9]{3},000", both(app)["Cost a year"][1])


def test_an_older_version_s_assumptions_and_rules_are_told(
    past: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past("0.0.9", ("base/serbia", "caseload.level", [50, 40, 60]))
    log = tmp_path / "log.md"
    log.write_text(f"## {__version__}\n- *Results change*: a claim waits for its turn.\n")
    monkeypatch.setattr(files, "changelog", lambda: log)
    told = reasons(opened(asked(TARIFF, version="0.0.9")))
    assert any(t.startswith("caseload.level (base/serbia): was 50 (40 to 60), is") for t in told)
    assert any("a claim waits for its turn" in t for t in told)


def test_a_range_that_changed_is_told_although_the_link_has_the_value(past: Any) -> None:
    """The link says the value only: the width of the range is the files', and moves the figures."""
    past(
        "0.0.9",
        ("base/serbia", "caseload.level", [50, 40, 60]),
        ("base/serbia", "caseload.trend_years", 99),
    )

    def told(key: str, *sets: tuple[str, str]) -> bool:
        link_made = asked(replace(TARIFF, design=Design("tariff", (), sets)), version="0.0.9")
        return any(t.startswith(f"{key} (base/serbia): ") for t in reasons(opened(link_made)))

    assert told("caseload.level", ("caseload.level.value", "150"))
    assert told("caseload.level", ("caseload.level", "65"))
    assert not told("caseload.level", ("caseload.level", "65!"))
    assert told("caseload.trend_years")
    assert not told("caseload.trend_years", ("caseload.trend_years", "5"))


def test_what_changed_for_a_variant_is_told(past: Any) -> None:
    past("0.0.9", ("policy/status_fixed", "fund.entry_point", "final_award"))
    choice = replace(TARIFF, variants=(Design("status_fixed"),))
    told = reasons(opened(asked(choice, version="0.0.9")))
    assert any("status_fixed" in t for t in told)


def test_a_newer_version_is_not_called_older() -> None:
    app = opened(asked(TARIFF, version="9.9.9"))
    assert "made with a newer version of fundsim (9.9.9" in boxes(app)
    assert "older" not in boxes(app)


def test_a_newer_version_s_further_keys_are_told_and_not_called_damage() -> None:
    given = asked(TARIFF, version="9.9.9") | {"further": "tornado"}
    del given["k"]
    given["k"] = link._check(list(given.items()))
    app = opened(given)
    assert "holds “further”, which this version does not know" in boxes(app)
    assert "damaged" not in boxes(app)
    assert "Checked" not in boxes(app)


def test_other_files_under_the_same_version_are_told(past: Any) -> None:
    """The link was made where somebody had changed a scenario file: or the file was changed here."""
    past(__version__, ("base/serbia", "caseload.level", [50, 40, 60]))
    app = opened(asked(TARIFF))
    assert "names this version" in boxes(app)
    assert any("caseload.level" in t for t in reasons(app))


def test_other_files_at_the_sender_are_told_by_the_hash() -> None:
    app = opened(asked(TARIFF, scenario_hash="feedfeedfeed"))
    assert reasons(app) == [r for r in reasons(app) if "hash is another" in r] != []
    app = opened(asked(TARIFF))
    assert "another build of this version" in reasons(app)[0]


def test_a_variant_that_rests_on_other_assumptions_is_not_confirmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On other pages than its own nothing is computed for a variant: there its hash vouches for it."""
    choice = replace(TARIFF, variants=(Design("status_fixed"),))
    given = made(choice, monkeypatch)
    given["h"] = given["h"].partition("_")[0] + "_feedfeedfeed"
    given["k"] = link._check([(k, v) for k, v in given.items() if k != "k"])
    app = opened(given)
    assert "Checked" not in boxes(app)
    assert "of what stands beside it some rest on other" in boxes(app)


@pytest.mark.parametrize(
    "choice",
    [
        replace(TARIFF, page="what_if", variants=(Design("status_fixed"),)),
        replace(TARIFF, page="countries"),
    ],
    ids=["a variant", "a country"],
)
def test_figures_beside_the_first_are_vouched_for_on_their_page(
    choice: Choice, past: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = made(choice, monkeypatch)
    assert re.fullmatch("[0-9a-f]{8}_[0-9a-f]{8}", given["d"]), (
        "one of the first design, one of all others"
    )
    app = opened(given)
    assert "Checked" in boxes(app)
    assert "today's" not in boxes(app)
    past("0.0.9", ("policy/status_fixed", "fund.amount.fixed.value", 1.0),
         ("base/albania", "caseload.level.value", 1.0))  # fmt: skip
    given["v"], given["d"] = "0.0.9", given["d"].partition("_")[0] + "_feedfeed"
    given["k"] = link._check([(k, v) for k, v in given.items() if k != "k"])
    app = opened(given)
    assert "Checked" not in boxes(app)
    assert "those figures have changed" in boxes(app)
    assert any(("fixed" if choice.variants else "albania") in r for r in reasons(app)), reasons(app)


def test_the_digest_is_of_all_that_is_beside_the_first() -> None:
    found = [
        runs.results(scenario_of("serbia", Design(p)), 1, FEW)
        for p in ("tariff", "status_fixed", "no_fund")
    ]
    first, *others = found
    assert headline.digest(first, others) == headline.digest(first, others)
    digests = {headline.digest(first, these) for these in (others, others[:1], others[1:], ())}
    assert len(digests) == 4
    assert {d.partition("_")[0] for d in digests} == {headline.digest(first)}


def test_a_link_to_one_country_says_nothing_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    given = made(TARIFF, monkeypatch)
    given["page"] = "answer"
    app = opened(given)
    app.button_group(key="page").set_value("countries").run()
    assert "The other countries are today's" in boxes(app)


def test_a_link_tells_the_same_case_and_asks_for_the_same_analyses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choice = replace(TARIFF, page="victims", case="paid", told=7)
    captions = [c.value for c in opened(made(choice, monkeypatch)).caption]
    other = [c.value for c in opened(made(replace(choice, told=8), monkeypatch)).caption]
    drawn = [c for c in captions if "drawn by chance" in plainly(c)]
    assert drawn
    assert drawn[0] not in other
    app = opened(made(replace(TARIFF, page="drives", also=("tornado",)), monkeypatch))
    assert any("One assumption at a time" in plainly(s.value) for s in app.subheader)


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (replace(TARIFF, country="moldova"), "a country “moldova”"),
        (replace(TARIFF, design=Design("old_policy")), "a policy “old_policy”"),
        (replace(TARIFF, design=Design("tariff", ("old_reform",))), "“old_reform”"),
        (replace(TARIFF, variants=(Design("old_policy"),)), "a policy “old_policy”"),
        (replace(TARIFF, design=Design("tariff", (), (("fund.old", "3"),))), "fund.old: no such key"),
        (replace(TARIFF, replications=10_000), "n = 10000"),
    ],
    ids=["country", "policy", "reform", "variant", "key", "futures"],
)  # fmt: skip
def test_what_is_left_out_is_never_called_a_change_of_figures(
    choice: Choice, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "public", lambda: True)
    app = opened(asked(choice))
    assert told in boxes(app)
    assert "Do not quote it as the link's" in boxes(app)
    assert "have changed since" not in boxes(app)
    assert reasons(app) == []


def test_a_retired_key_and_name_answer_with_their_successor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(retired.RETIRED, "fund.old", ("fund.amount.cap", "clearer"))
    monkeypatch.setitem(retired.RETIRED_NAMES, "old_policy", "tariff")
    monkeypatch.setitem(retired.RETIRED_NAMES, "old_reform", "legal_aid")
    keys = replace(TARIFF, design=Design("tariff", (), (("fund.old", "3"),)))
    assert "it was retired: clearer; use fund.amount.cap" in boxes(opened(asked(keys)))
    names = replace(TARIFF, design=Design("old_policy", ("old_reform",)))
    told = boxes(opened(asked(names)))
    assert "“old_policy”, but it was retired; use tariff" in told
    assert "“old_reform”, but it was retired; use legal_aid" in told


@pytest.mark.parametrize("text", ["inf", "nan", "1e308", "1e400", "-5", "0x1", "", "x" * 50])
def test_figures_that_are_none_end_no_page(text: str) -> None:
    """Check digits can be computed by anybody."""
    app = opened(asked(TARIFF, figures=(text,) * 6))
    assert {then for then, _ in both(app).values()} == {"?"}
    app = opened(asked(TARIFF, figures=(text,)))
    assert len(both(app)) == 6


def test_what_does_not_exist_is_not_called_a_contribution() -> None:
    app = opened(asked(replace(TARIFF, design=Design("no_fund")), version="0.0.9"))
    assert both(app)["The state pays a year, for the chosen confidence"][1] == "not defined"


def test_a_link_with_very_many_values_is_refused_at_once() -> None:
    """Each would have to be tried: a small packed link could hold a processor for a minute."""
    pairs = {f"a.b{i}": ["1"] for i in range(link.MOST_SETS + 1)}
    assert link.opened({"s": ["serbia-tariff"], **pairs}).notices == (link.DAMAGED,)


def test_a_link_cannot_fill_the_page_with_notices() -> None:
    app = opened({"s": "serbia-tariff-" + "-".join(f"no{i}" for i in range(200))})
    assert len(app.warning) < 12


@pytest.mark.parametrize(
    "text", ["https://evil.example/x", "www.evil.example", "a@evil.example", "the ministry rejects it"]
)  # fmt: skip
def test_a_link_puts_no_address_or_sentence_on_the_page(text: str) -> None:
    """In Chromium escaped addresses became links again; and a sentence in a box looks like ours."""
    for given in ({"s": text}, {"s": f"serbia-{text}"}, {"n": text}, {"page": text}, {f"{text}.x": "1"}):  # fmt: skip
        app = opened(given)
        assert app.warning
        told = " ".join(w.value for w in app.warning).replace("\\", "")
        assert not re.search(r"://|www\.|\w@\w|the ministry", told)


def test_a_refused_change_and_the_next_one_end_no_page() -> None:
    """What stood before cannot be computed, so that the two cannot be compared."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=600)
    sets = (("fund.amount.cap", "1"), ("fund.amount.floor", "2"))
    app.session_state["choice"] = replace(TARIFF, design=Design("tariff", (), sets[:1]))
    app.session_state["before"] = replace(TARIFF, design=Design("tariff", (), sets))
    app.run()
    assert not app.exception
