"""What was written for version 0.1 keeps its meaning, or its reader is told: files, overrides, links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fundsim import measure, project
from fundsim.app import link
from fundsim.app.choice import Choice, Design, scenario_of
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.released import versions
from fundsim.scenario.schema import BudgetLine

Write = Callable[..., str]
RENAMED = "fund.decision.caseworkers is now called fund.decision.posts"
LAPSES = (
    "my.toml: since version 0.2 what is unspent of income.{} in December goes back to the treasury; "
    "write lapses = false to keep it in the fund"
)
FIRST = (
    "income.{0}.amount counts in the first 2 years only, since the line is revised; "
    'write income.{0}.vote = "fixed" for the same amount in every year'
)
LINE = '[income.second]\nkind = "budget_line"\nlabel = "Second line"\nin_force = true\namount = 50000\n'
RARE = '{ value = 0.1, unit = "share", source = "judgement" }'
LINE += f"cut_rate = {RARE}\ncut_share = {RARE}\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write an own file in the working folder and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(body: str, extends: str = '"serbia+tariff"') -> str:
        Path("my.toml").write_text(f'question = "What if?"\nextends = {extends}\n{body}', "utf-8")
        return "my.toml"

    return write


def said(name: str, *sets: str) -> list[str]:
    return [str(note) for note in load(name, sets).notes]


# ---- Caseworkers are posts ----


def test_a_file_that_says_caseworkers_sets_posts_and_is_told(own: Write) -> None:
    name = own("[fund.decision]\ncaseworkers = 3\n")
    scenario = load(name)
    assert scenario.world == load("serbia+tariff", ["fund.decision.posts=3"]).world
    assert said(name) == [f"my.toml: {RENAMED}"]
    assert str(scenario.origin("fund.decision.posts")) == "my.toml:4"


def test_an_override_of_caseworkers_sets_posts_and_is_told() -> None:
    name, sets = "serbia+tariff", ["fund.decision.caseworkers=3"]
    assert load(name, sets).world == load(name, ["fund.decision.posts=3"]).world
    assert said(name, *sets) == [f"--set: {RENAMED}"]
    assert load(name, sets).sets == tuple(sets)


def test_reading_an_old_file_changes_nothing_that_others_read(own: Write) -> None:
    """Files that are read are shared."""
    name = own("[fund.decision]\ncaseworkers = 3\n")
    for _ in range(2):
        assert said(name) == [f"my.toml: {RENAMED}"]
    assert files.read(Path(name)).data["fund"]["decision"] == {"caseworkers": 3}


def test_two_files_that_disagree_under_the_old_and_the_new_name_are_refused(own: Write) -> None:
    one = own("[fund.decision]\ncaseworkers = 3\n", "[]")
    Path("new.toml").write_text('question = "?"\n[fund.decision]\nposts = 4\n', "utf-8")
    with pytest.raises(InputError, match=r"fund\.decision\.posts: also set in my.toml"):
        load(f"serbia+tariff+{one}+new.toml")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("caseworkers = 2\nposts = 3\n", "my.toml:4: fund.decision.caseworkers: no such key; it was retired: "),
        ('caseworkers = "two"\n', "my.toml:4: fund.decision.posts = two: must be a number or a table"),
        ("caseworkers = 0\n", "my.toml:4: fund.decision.posts = 0: 0 must be between 0.05 and 10000"),
        ("caseworkers = [2]\n", "my.toml:4: fund.decision.posts: must be a number or a table"),
    ],
)  # fmt: skip
def test_caseworkers_that_are_wrong_are_refused_at_their_line(
    body: str, message: str, own: Write
) -> None:
    with pytest.raises(InputError) as caught:
        load(own(f"[fund.decision]\n{body}"))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "body", ["fund = 3\n", "[fund]\ndecision = 3\n", "income = 3\n", "[income]\nsecond = 3\n"]
)
def test_a_file_without_the_tables_is_refused_as_any(body: str, own: Write) -> None:
    with pytest.raises(InputError, match=r"must be a table|kind is missing"):
        load(own(body))


# ---- Budget lines lapse, and are revised ----


def test_a_line_of_an_own_file_lapses_now_and_its_reader_is_told(own: Write) -> None:
    name = own(LINE)
    line = load(name).world.income["second"]
    assert isinstance(line, BudgetLine)
    assert (line.vote, line.lapses) == ("fixed", True)
    assert said(name) == [LAPSES.format("second")]


def test_the_amount_of_a_shipped_line_is_that_of_its_first_years_and_its_reader_is_told(
    own: Write,
) -> None:
    name = own("[income.budget]\namount = 310000\n")
    assert said(name) == [LAPSES.format("budget"), FIRST.format("budget")]
    assert said(name, "income.budget.vote=fixed") == [LAPSES.format("budget")]


@pytest.mark.parametrize("word", ["lapses = true\n", "lapses = false\n", 'vote = "fixed"\n'])
def test_a_line_that_says_how_it_is_meant_is_not_told(word: str, own: Write) -> None:
    assert said(own(LINE + word)) == []


@pytest.mark.parametrize(
    ("body", "extends"),
    [
        (LINE.replace("in_force = true", "in_force = false"), '"serbia+tariff"'),
        (LINE, '"serbia+no_fund"'),
        (
            "[income.donors]\nin_force = true\namount = { value = 3000, unit = 'EUR a year', source = 'judgement' }\n",
            '"serbia+tariff"',
        ),
    ],
)
def test_a_line_that_brings_nothing_and_a_grant_are_not_told(
    body: str, extends: str, own: Write
) -> None:
    assert not any("since version 0.2" in note for note in said(own(body, extends)))


def test_a_country_file_of_version_0_1_is_told_of_its_line(tmp_path: Path) -> None:
    text = files.shipped("base")["serbia"].read_text("utf-8")
    [line] = [one for one in text.split("\n\n") if one.startswith("[income.budget]")]
    old = "\n".join(
        one for one in line.splitlines() if not one.startswith(("vote", "margin", "lapses"))
    )
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(line, f"{old}\namount = 310000\n"), "utf-8")
    notes = said(str(path), "income.budget.vote=fixed", "income.budget.lapses=true")
    assert any(
        "mine.toml: since version 0.2 what is unspent of income.budget" in note for note in notes
    )


# ---- Links of version 0.1 ----

FIGURES = ("246000", "456000", "0.15", "0.01", "18", "0.17")


def opened(design: Design, *variants: Design, version: str = "0.1.0") -> link.Opened:
    """What a link opens that a version has made."""
    choice = Choice("serbia", design, variants, replications=500)
    query = link.query(choice, link.Claim(version, "0123456789ab", FIGURES, "89abcdef"))
    return link.opened(
        {key: [value] for key, _, value in (one.partition("=") for one in query.split("&"))}
    )


def notices(found: link.Opened) -> list[str]:
    return [str(notice) for notice in found.notices]


def with_sets(*sets: tuple[str, str], policy: str = "tariff") -> Design:
    return Design(policy, (), tuple(sorted(sets)))


def figures(design: Design) -> str:
    [projection] = project([scenario_of("serbia", design)], replications=200, seed=1)
    return repr([*measure(projection)])


OLD = with_sets(
    ("fund.decision.caseworkers", "3"),
    ("fund.take_up.rate", "0.4"),
    ("income.budget.amount", "310000"),
)
BY_HAND = with_sets(
    ("fund.decision.posts", "3"),
    ("fund.reserve_return", "true"),
    ("fund.take_up.assisted_share", "0"),
    ("fund.take_up.unassisted_rate", "0.4!"),
    ("income.budget.amount", "310000"),
    ("income.budget.vote", "fixed"),
    ("income.budget.index", "wages"),
    ("income.budget.lapses", "false"),
)


def test_a_link_of_version_0_1_opens_as_it_was_meant_and_is_told() -> None:
    found = opened(OLD)
    assert found.choice.design == BY_HAND
    assert found.whole
    assert notices(found) == [
        "In this link fund.decision.caseworkers is what is called fund.decision.posts now.",
        "In this link fund.take_up.rate is what is called fund.take_up.unassisted_rate now.",
        "The link sets the amount of income.budget: as in version 0.1 it is the same every year, rising with wages, "
        "and what is unspent stays with the fund and earns a return.",
    ]


def test_the_figures_of_an_old_link_are_those_of_the_same_settings_by_hand() -> None:
    assert (
        scenario_of("serbia", opened(OLD).choice.design).hash
        == load("serbia+tariff", BY_HAND.texts).hash
    )
    by_hand, plain = figures(BY_HAND), figures(with_sets())
    assert figures(opened(OLD).choice.design) == by_hand
    assert by_hand != plain


def test_the_line_of_an_old_link_is_the_same_every_year_but_for_wages() -> None:
    line = scenario_of("serbia", opened(OLD).choice.design).world.income["budget"]
    assert isinstance(line, BudgetLine)
    assert line.amount is not None
    assert (line.vote, line.amount.value, line.index, line.lapses) == (
        "fixed",
        310000,
        "wages",
        False,
    )


def test_what_an_old_link_opens_can_be_copied_as_a_link_of_today() -> None:
    design = opened(OLD).choice.design
    again = opened(design, version=versions()[-1])
    assert again.choice.design == design
    assert notices(again) == []
    assert again.whole


def test_what_an_old_link_says_of_its_line_is_left_as_it_says() -> None:
    found = opened(with_sets(("income.budget.amount", "310000"), ("income.budget.lapses", "true")))
    assert dict(found.choice.design.sets)["income.budget.lapses"] == "true"
    assert dict(found.choice.design.sets)["income.budget.vote"] == "fixed"


def test_variants_of_an_old_link_are_read_as_its_first_design_is() -> None:
    found = opened(with_sets(), OLD, with_sets(("fund.decision.caseworkers", "5")))
    assert found.choice.variants == (BY_HAND, with_sets(("fund.decision.posts", "5")))


def test_the_amount_of_a_grant_is_no_line_in_an_old_link() -> None:
    design = with_sets(("income.donors.amount", "5000"), ("income.donors.in_force", "true"))
    found = opened(design)
    assert dict(found.choice.design.sets) == {
        "income.donors.amount": "5000!", "income.donors.in_force": "true"
    }  # fmt: skip
    assert notices(found) == []


def test_an_old_link_without_changed_values_opens_without_a_notice() -> None:
    found = opened(with_sets())
    assert (found.choice.design, notices(found)) == (with_sets(), [])


def test_a_link_of_today_is_left_as_it_is() -> None:
    design = replace(OLD, sets=tuple(pair for pair in OLD.sets if "caseworkers" not in pair[0]))
    found = opened(design, version="0.2.0")
    assert found.choice.design == design
    assert notices(found) == []
