"""What moved since a released version: records of the shipped files, and the changelog."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fundsim import __version__
from fundsim.scenario import files, released
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.released import Moved, moved_since, record, rules_since, versions

ROOT = Path(__file__).parents[1]


class Records:
    """A folder of records in which the past may be made up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, version: str, *changes: tuple[str, str, Any]) -> None:
        """Today's record with other values; None takes the key out."""
        said = json.loads(record())
        for file, key, value in changes:
            said.setdefault(file, {})[key] = value
            if value is None:
                del said[file][key]
        (self.folder / f"{version}.json").write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    monkeypatch.setattr(released, "folder", lambda: tmp_path)
    return Records(tmp_path)


@pytest.fixture
def changelog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def write(text: str) -> None:
        (tmp_path / "log.md").write_text(text, encoding="utf-8")
        monkeypatch.setattr(files, "changelog", lambda: tmp_path / "log.md")

    return write


# ---- The record of this version ----


def test_the_record_of_this_version_is_what_the_files_say() -> None:
    path = released.folder() / f"{__version__}.json"
    same = path.is_file() and path.read_text(encoding="utf-8") == record()
    assert same, f"run make docs; if {__version__} is already released, raise the version first"


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__ == versions()[-1]
    with_wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {"scenarios", "CHANGELOG.md"} <= set(with_wheel)


def test_the_record_has_every_file_and_every_number_and_no_text() -> None:
    said = json.loads(record())
    assert list(said) == [f"{k}/{name}" for k in files.KINDS for name in files.shipped(k)]
    assert said["base/serbia"]["caseload.level"] == [155, 125, 194]
    assert said["base/serbia"]["caseload.forms"]["sample_size"] == 328
    assert said["policy/tariff"]["income.budget.in_force"] is True
    effect = "reform.legal_aid.effects[pathway.legal_aid_rate]"
    assert said["reform/legal_aid"][effect] == {"odds_ratio": [6, 3, 12]}
    assert not re.search(r"judgement|\"(note|source|label|footnote|unit)\"", record())
    for base in files.shipped("base"):
        ours = {k for k, o in load(f"{base}+no_fund").origins.items() if "/base/" in o.file}
        values = {k for k in ours if not any(other.startswith(f"{k}.") for other in ours)}
        words = (".label", ".footnote", ".legal_basis", ".law_in_force")
        links = {k for k in values if k.startswith("correlations.")}
        silent = {k for k in values if k.endswith(words)}
        assert values - silent - links <= set(said[f"base/{base}"])
        assert not [k for k in said[f"base/{base}"] if k.endswith(words)]
        tied = load(f"{base}+no_fund").world.correlations
        assert len(tied) == len(links) > 0
        for one in tied:
            pair = f"correlations[{one.first}, {one.second}]"
            assert said[f"base/{base}"][pair] == one.correlation


def test_a_record_is_no_scenario() -> None:
    assert not any(
        "released" in str(p) for kind in files.KINDS for p in files.shipped(kind).values()
    )
    with pytest.raises(InputError):
        load(str(released.folder() / f"{__version__}.json"))


@pytest.mark.parametrize(
    ("value", "loud", "told"),
    [
        (27_000.0, 27000, "27,000"),
        ({"value": 0.5, "unit": "share", "source": "judgement"}, 0.5, "0.5"),
        ({"value": 64, "low": 55.0, "high": 75, "note": "x"}, [64, 55, 75], "64 (55 to 75)"),
        ({"value": 2, "low": 1, "high": 3, "shape": "two_piece"}, [2, 1, 3], "2 (1 to 3)"),
        ({"value": 2, "low": 1, "high": 3, "shape": "pert"}, [2, 1, 3, "pert"], "2 (1 to 3, pert)"),
        (
            {"value": 1, "shape": "discrete", "values": [1, 4], "probabilities": [0.75, 0.25]},
            [1, None, None, "discrete", [1, 4], [0.75, 0.25]],
            "1 (discrete, 1 with 0.75, 4 with 0.25)",
        ),
        ({"sexual": 0.6, "sample_size": 9, "unit": "share"}, {"sexual": 0.6, "sample_size": 9}, "sexual 0.6, sample size 9"),
        ({"odds_ratio": {"value": 6, "low": 3, "high": 12}}, {"odds_ratio": [6, 3, 12]}, "odds ratio 6 (3 to 12)"),
        (False, False, "false"),
        (["labour", "other"], ["labour", "other"], "labour, other"),
        ([], [], "none"),
        ("queue", "queue", "queue"),
    ],
)  # fmt: skip
def test_a_value_is_recorded_shortly_and_told_in_words(value: Any, loud: Any, told: str) -> None:
    assert released._loud(value) == loud
    assert released._shown(json.loads(json.dumps(loud))) == told


# ---- What moved ----


@pytest.mark.parametrize("name", ["serbia", "kosovo+full_judgment+legal_aid+budget_cut"])
def test_nothing_has_moved_since_the_present_version(name: str) -> None:
    assert moved_since(__version__, name) == []


def test_a_number_a_switch_and_an_effect_that_moved(records: Records) -> None:
    records.write(
        "0.0.9",
        ("base/serbia", "caseload.level", [70, 45, 85]),
        ("policy/tariff", "fund.payment.when_short", "prorata"),
        ("reform/legal_aid", "reform.legal_aid.effects[pathway.legal_aid_rate]", {"factor": 2}),
        ("stress/budget_cut", "stress.budget_cut.from_year", 2028),
        ("stress/budget_cut", "stress.budget_cut.ramp_years", 7),
    )
    key = "reform.legal_aid.effects[pathway.legal_aid_rate]"
    moved = [
        Moved("base/serbia", "caseload.level", "70 (45 to 85)", "155 (125 to 194)", True),
        Moved("policy/tariff", "fund.payment.when_short", "prorata", "queue", False),
        Moved("reform/legal_aid", key, "factor 2", "odds ratio 6 (3 to 12)", False),
        Moved("stress/budget_cut", "stress.budget_cut.from_year", "2028", "2030", False),
        Moved("stress/budget_cut", "stress.budget_cut.ramp_years", "7", "", False),
    ]
    assert moved_since("0.0.9", "serbia+tariff+legal_aid+budget_cut") == moved
    assert moved_since("0.0.9", "serbia") == moved[:2], "the default policy counts"
    assert moved_since("0.0.9", "serbia+no_fund") == moved[:1]
    assert moved_since("0.0.9", "albania+no_fund+legal_aid") == moved[2:3]


def test_a_difference_in_the_low_end_alone_is_told(records: Records) -> None:
    records.write("0.0.9", ("base/serbia", "caseload.level", [155, 124.5, 194]))
    [moved] = moved_since("0.0.9", "serbia")
    assert (moved.then, moved.now) == ("155 (124.5 to 194)", "155 (125 to 194)")


def test_a_range_that_came_is_told(records: Records) -> None:
    records.write("0.0.9", ("base/serbia", "caseload.level", 155))
    [moved] = moved_since("0.0.9", "serbia")
    assert (moved.then, moved.now) == ("155", "155 (125 to 194)")


def test_keys_and_files_that_came_or_went_are_told(records: Records) -> None:
    records.write(
        "0.0.9",
        ("reform/legal_aid", "reform.legal_aid.ramp_years", None),
        ("base/serbia", "fund.queue.order", "oldest"),
    )
    assert moved_since("0.0.9", "serbia+legal_aid") == [
        Moved("base/serbia", "fund.queue.order", "oldest", "", False),
        Moved("reform/legal_aid", "reform.legal_aid.ramp_years", "", "3", False),
    ]
    said = json.loads(record())
    del said["policy/tariff"]
    (records.folder / "0.0.8.json").write_text(json.dumps(said), encoding="utf-8")
    came = moved_since("0.0.8", "serbia")
    assert {m.file for m in came} == {"policy/tariff"}
    assert all(m.then == "" and m.now for m in came)
    assert len(came) == len(json.loads(record())["policy/tariff"])


def test_a_shipped_file_that_is_edited_moves_and_a_text_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "scenarios"
    shutil.copytree(files.folder(), copy)
    monkeypatch.setattr(files, "folder", lambda: copy)
    assert (copy / "released" / f"{__version__}.json").read_text(encoding="utf-8") == record()
    path = copy / "base" / "serbia.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("Fitted by fundsim", "It was fitted by fundsim", 1), encoding="utf-8"
    )
    assert moved_since(__version__, "serbia") == []
    path.write_text(
        text.replace("value = 155, low = 125", "value = 155.0, low = 120"), encoding="utf-8"
    )
    moved = Moved("base/serbia", "caseload.level", "155 (125 to 194)", "155 (120 to 194)", True)
    assert moved_since(__version__, "serbia") == [moved]


def test_an_own_file_is_in_no_record(records: Records, tmp_path: Path) -> None:
    records.write("0.0.9", ("policy/tariff", "fund.entry_point", "judgment"))
    own = tmp_path / "mine.toml"
    own.write_text('question = "?"\nextends = "serbia"\n[fund.decision]\nposts = 3\n')
    [moved] = moved_since("0.0.9", str(own))
    assert (moved.file, moved.then, moved.now) == ("policy/tariff", "judgment", "identified")


# ---- Versions ----


def test_versions_rise_as_numbers(records: Records) -> None:
    for version in ("0.10.0", "0.9.0", "1.0", "0.9.11"):
        records.write(version)
    (records.folder / "notes.json").write_text("{}")
    assert versions() == ["0.9.0", "0.9.11", "0.10.0", "1.0"]


@pytest.mark.parametrize("version", ["0.0.1", "", "latest", "../0.1.0", "0.1.0.json", "9" * 5000])
def test_an_unknown_version_is_refused(version: str) -> None:
    for ask in (lambda: moved_since(version, "serbia"), lambda: rules_since(version)):
        with pytest.raises(InputError) as caught:
            ask()
        assert f"no record of such a version; this is fundsim {__version__}" in str(caught.value)
        assert len(str(caught.value)) < 300


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(InputError, match="no such country"):
        moved_since(__version__, "sebia")


# ---- The changelog ----

LOG = """# Changelog

Every entry says *Results change* or not.

## 0.10.0

- *Results change* (Serbia, Kosovo*; `due_a_year`): **rounding** is
  exact now, 2 * 3 cents.
- Faster. *No numbers change.*

## 0.9.1 (May 2027)

Words between.

- *Assumptions change* (Kosovo\\* alone, *not* others): take-up by a survey.

  A second paragraph of it.

## 0.9.0

- *Results change* (all): of the version itself.
"""


def test_what_changed_after_a_version_comes_from_the_changelog(
    records: Records, changelog: Any
) -> None:
    for version in ("0.8.0", "0.9.0", "0.9.1", "0.10.0"):
        records.write(version)
    changelog(LOG)
    results = "Results change (Serbia, Kosovo*; due_a_year): rounding is exact now, 2 * 3 cents."
    taken = "Assumptions change (Kosovo* alone, not others): take-up by a survey."
    assert rules_since("0.10.0") == []
    assert rules_since("0.9.1") == [results]
    assert rules_since("0.9.0") == [results, taken]
    assert rules_since("0.8.0") == [results, taken, "Results change (all): of the version itself."]


def test_the_changelog_says_of_every_entry_whether_numbers_moved() -> None:
    """The version in the making has a section before it is raised, while no number has moved in it."""
    text = files.changelog().read_text(encoding="utf-8")
    heads = re.findall(r"^## (\S+)", text, re.MULTILINE)
    numbers = [released._number(head) for head in heads]
    in_the_making = heads[: heads.index(__version__)]
    assert len(in_the_making) <= 1
    assert numbers == sorted(set(numbers), reverse=True)
    assert set(versions()) == set(heads) - set(in_the_making), "each released version has a record"
    if in_the_making:
        section = text.split(f"## {in_the_making[0]}\n")[1].split(f"## {__version__}\n")[0]
        assert not released.MOVING.search(section), "a number moved: raise the version"
    later = text.split("## 0.1.0\n")[0].split("## ", 1)[-1]
    for entry in re.findall(r"^- (.*(?:\n  .*)*)", later, re.MULTILINE):
        assert released.MOVING.search(entry) or "*No numbers change" in entry, entry


def test_nothing_has_changed_since_the_present_version() -> None:
    assert rules_since(__version__) == []
