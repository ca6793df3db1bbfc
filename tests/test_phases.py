"""What a fund becomes in later years: files with phases, overrides of them, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fundsim.cli import main
from fundsim.model.run import simulate
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.scenario.resolved import resolved_toml

Write = Callable[..., str]
TWO = """[[phase]]
from_year = 2030

[phase.fund.decision]
posts = 3
order = "children_first"

[[phase]]  # in the last years
from_year = 2033
[phase.fund.payment]
instalments = 2
[phase.income.budget]
margin = 1.5
"""
RATE = "fund.decision.approval_rate"
SOME = "[[phase]]\nfrom_year = 2030\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write an own file in the working folder and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(body: str, name: str = "my.toml", extends: str = '"serbia+tariff"') -> str:
        text = f'question = "What if?"\nextends = {extends}\n{body}'
        Path(name).write_text(text, encoding="utf-8")
        return name

    return write


def said(scenario: Scenario) -> list[str]:
    return [str(note) for note in scenario.notes]


def in_phase(scenario: Scenario, year: int, key: str) -> Any:
    value: Any = scenario.world.in_year(year)
    for part in key.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def notes_of(*sets: str, name: str = "serbia+tariff") -> list[str]:
    return said(load(name, sets))


# ---- Files ----


def test_phases_hold_what_they_change_and_what_phases_before_them_have_changed(own: Write) -> None:
    scenario = load(own(TWO))
    assert [phase.from_year for phase in scenario.world.phase] == [2030, 2033]
    for year, posts, order, instalments, margin in (
        (2027, 1, "filed", 1, 1.25),
        (2029, 1, "filed", 1, 1.25),
        (2030, 3, "children_first", 1, 1.25),
        (2032, 3, "children_first", 1, 1.25),
        (2033, 3, "children_first", 2, 1.5),
        (2060, 3, "children_first", 2, 1.5),
    ):
        assert in_phase(scenario, year, "fund.decision.posts.value") == posts
        assert in_phase(scenario, year, "fund.decision.order") == order
        assert in_phase(scenario, year, "fund.payment.instalments") == instalments
        assert in_phase(scenario, year, "income.budget.margin.value") == margin
    assert said(scenario) == [
        "from 2030 on: fund.decision.posts = 3, fund.decision.order = children_first",
        "from 2033 on: fund.payment.instalments = 2, income.budget.margin = 1.5",
    ]


def test_the_order_of_phases_in_a_file_does_not_matter(own: Write) -> None:
    first, second = TWO.split("\n[[phase]]")
    other = load(own(f"[[phase]]{second}\n{first}", "other.toml"))
    scenario = load(own(TWO))
    assert other.world == scenario.world
    assert other.hash == scenario.hash


def test_every_key_of_a_phase_comes_from_its_line(own: Write) -> None:
    scenario = load(own(TWO))
    assert str(scenario.origin("phase.2030.fund.decision.posts")) == "my.toml:7"
    assert str(scenario.origin("phase.2030.fund.decision.order")) == "my.toml:8"
    assert str(scenario.origin("phase.2033.fund.payment.instalments")) == "my.toml:13"
    assert str(scenario.origin("phase.2033.income.budget.margin")) == "my.toml:15"


def test_phases_of_a_policy_and_of_an_own_file_are_joined(own: Write) -> None:
    body = (
        SOME
        + "[phase.fund.decision]\nposts = 4\n[[phase]]\nfrom_year = 2028\n[phase.fund.payment]\ninstalments = 3\n"
    )
    scenario = load(own(body, extends='"serbia+tariff+children_first"'))
    assert [phase.from_year for phase in scenario.world.phase] == [2028, 2030]
    assert not in_phase(scenario, 2029, "fund.eligible.adults")
    assert in_phase(scenario, 2029, "fund.payment.instalments") == 3
    assert in_phase(scenario, 2030, "fund.eligible.adults")
    assert in_phase(scenario, 2030, "fund.decision.posts.value") == 4
    assert in_phase(scenario, 2030, "fund.payment.instalments") == 3
    assert str(scenario.origin("phase.2030.fund.eligible.adults")).startswith(
        "scenarios/policy/children_first.toml:"
    )
    assert str(scenario.origin("phase.2030.fund.decision.posts")) == "my.toml:6"


def test_an_own_file_has_the_last_word_on_the_phase_of_its_policy(own: Write) -> None:
    body = SOME + "[phase.fund.eligible]\nadults = false\n"
    scenario = load(own(body, extends='"serbia+tariff+children_first"'))
    assert not in_phase(scenario, 2035, "fund.eligible.adults")
    assert scenario.world.phase == ()  # what the policy says from the start
    assert "the phase of 2030 changes nothing" in said(scenario)


def test_two_own_files_that_disagree_on_a_phase_are_refused(own: Write) -> None:
    one = own(SOME + "[phase.fund.decision]\nposts = 3\n", "one.toml", "[]")
    two = own(SOME + "[phase.fund.decision]\nposts = 4\n", "two.toml", "[]")
    with pytest.raises(
        InputError, match=r"two.toml:6: phase.2030.fund.decision.posts: also set in one.toml"
    ):
        load(f"serbia+tariff+{one}+{two}")


def test_a_source_that_is_not_in_force_may_be_put_in_force(own: Write) -> None:
    scenario = load(own(SOME + "[phase.income.donors]\nin_force = true\n"))
    assert not scenario.world.income["donors"].in_force
    assert scenario.world.in_year(2030).income["donors"].in_force
    assert scenario.world.ever_in_force("donors")
    future = simulate(scenario.world, 1, np.arange(4))
    given = future.ledger.income["donors"].reshape(4, -1, 12).sum(axis=2)
    assert not given[:, :3].any()
    assert given[:, 3:].any()


# ---- What moves no figure ----


def test_the_hash_differs_with_a_phase_and_with_its_year(own: Write) -> None:
    plain = load("serbia+tariff")
    later = [load(own(TWO.replace("2030", str(year)))) for year in (2030, 2031)]
    assert len({plain.hash, *(one.hash for one in later)}) == 3


@pytest.mark.parametrize("body", [SOME, SOME + "[phase.fund.eligible]\nadults = true\n"])
def test_a_phase_that_changes_nothing_is_told_and_leaves_no_trace(body: str, own: Write) -> None:
    scenario, plain = load(own(body)), load("serbia+tariff")
    assert scenario.world == plain.world
    assert scenario.hash == plain.hash
    assert said(scenario) == ["the phase of 2030 changes nothing"]


def test_a_file_without_phases_may_say_so(own: Write) -> None:
    assert load(own("phase = []\n")).world == load("serbia+tariff").world


def test_nothing_before_a_phase_depends_on_it(own: Write) -> None:
    n = np.arange(20)
    plain = simulate(load("serbia+tariff").world, 1, n)
    later = simulate(load("serbia+tariff", ["phase.2030.fund.amount.cap=1"]).world, 1, n)
    before = 3 * 12  # from 2027
    one, other = plain.ledger.benefits, later.ledger.benefits
    assert (one[:, :before] == other[:, :before]).all()
    assert other[:, before:].sum() < one[:, before:].sum()


# ---- Written, shown, explained ----


@pytest.mark.parametrize(
    "sets",
    [
        [],
        [f"phase.2030.{RATE}=0.5"],
        [f"phase.2030.{RATE}=0.5!", f"{RATE}=0.4"],
        [f'phase.2031.{RATE}={{value=0.5, low=0.4, high=0.55, unit="share", source="judgement", note="Why."}}'],
        [f"phase.2031.{RATE}.low=0.1"],
        ["phase.2029.income.donors.in_force=true", "phase.2035.fund.costs.borne_by=state"],
        ["phase.2032={}"],
        ['phase.2032.fund.eligible.forms=["labour"]'],
        ["phase.2032.fund.amount.cap=3", "phase.2034.fund.amount.cap=4"],
    ],
)  # fmt: skip
def test_a_scenario_with_phases_written_as_one_file_comes_back(sets: list[str], own: Write) -> None:
    scenario = load(own(TWO), sets)
    Path("again.toml").write_text(resolved_toml(scenario), encoding="utf-8")
    again = load("again.toml")
    assert again.world == scenario.world
    assert again.hash == scenario.hash
    assert [phase.from_year for phase in again.world.phase] == [
        p.from_year for p in scenario.world.phase
    ]


def test_a_source_that_only_a_phase_cites_comes_back(own: Write) -> None:
    source = '[sources.mine]\ntitle = "T"\npublisher = "P"\nyear = 2026\naddress = ""\nread = "R"\n'
    number = f'{RATE.rpartition(".")[2]} = {{ value = 0.5, unit = "share", source = "mine" }}'
    scenario = load(own(f"{SOME}[phase.fund.decision]\n{number}\n{source}"))
    text = resolved_toml(scenario)
    assert "[sources.mine]" in text.replace('"', "")
    Path("again.toml").write_text(text, encoding="utf-8")
    assert load("again.toml").world == scenario.world


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["fundsim", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_show_explain_and_diff_tell_phases(
    own: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    name = own(TWO)

    def told(*words: str) -> str:
        assert run(monkeypatch, *words) == 0
        return " ".join("".join(capsys.readouterr()).split())

    shown = told("show", name)
    assert "phase.2030.fund.decision.posts" in shown
    assert "phase.2033.income.budget.margin" in shown
    assert "my.toml:15" in shown
    assert "[[phase]] from_year = 2030" in told("show", name, "--toml")
    explained = told("explain", name, "fund.decision.order")
    assert "Value: filed" in explained
    assert "Later: children_first, from 2030" in explained
    explained = told("explain", name, "phase.2033.income.budget.margin")
    assert "Value: 1.5 factor" in explained
    assert "From: my.toml:15" in explained
    assert run(monkeypatch, "explain", name, "phase.2033.fund.decision.order") == 2
    assert "the phase leaves it as it was; ask for fund.decision.order" in capsys.readouterr().err
    difference = told("diff", "serbia+tariff", name, "--replications", "50")
    assert "phase.2030.fund.decision.posts" in difference
    assert "not set" in difference
    assert "from 2030 on: fund.decision.posts = 3" in told("check", name)


# ---- Overrides ----


def test_an_override_of_a_phase_changes_the_years_from_then_on() -> None:
    scenario = load("serbia+tariff", ["phase.2030.fund.decision.posts=2.5"])
    assert in_phase(scenario, 2029, "fund.decision.posts.value") == 1
    assert in_phase(scenario, 2030, "fund.decision.posts.value") == 2.5
    assert said(scenario) == ["from 2030 on: fund.decision.posts = 2.5"]


def test_the_range_of_an_uncertain_number_moves_with_it_in_a_phase() -> None:
    everywhere = load("serbia+tariff", [f"{RATE}=0.5"]).world.fund.decision.approval_rate
    scenario = load("serbia+tariff", [f"phase.2030.{RATE}=0.5"])
    there, before = in_phase(scenario, 2030, RATE), in_phase(scenario, 2029, RATE)
    assert there == everywhere
    assert there.low < 0.5 < there.high
    assert before == load("serbia+tariff").world.fund.decision.approval_rate
    assert any(
        note.startswith(f"phase.2030.{RATE} was moved and its range with it: ")
        for note in said(scenario)
    )


def test_a_number_taken_as_certain_in_a_phase_has_no_range_from_then_on() -> None:
    scenario = load("serbia+tariff", [f"phase.2030.{RATE}=0.5!"])
    there = in_phase(scenario, 2030, RATE)
    assert (there.value, there.low, there.high) == (0.5, None, None)
    assert in_phase(scenario, 2029, RATE).uncertain
    assert scenario.certain == (f"phase.2030.{RATE}",)
    assert any("is taken as certain" in note for note in said(scenario))


def test_a_table_says_all_of_a_number_in_a_phase() -> None:
    text = f'phase.2030.{RATE}={{value=0.5, low=0.4, high=0.55, unit="share", source="judgement"}}'
    there = in_phase(load("serbia+tariff", [text]), 2030, RATE)
    assert (there.value, there.low, there.high, there.note) == (0.5, 0.4, 0.55, "")


@pytest.mark.parametrize(("part", "value"), [("value", 0.8), ("low", 0.2), ("high", 0.95)])
def test_a_part_of_a_number_leaves_the_rest_as_it_was_in_a_phase(part: str, value: float) -> None:
    there = in_phase(load("serbia+tariff", [f"phase.2030.{RATE}.{part}={value}"]), 2030, RATE)
    assert (
        there == load("serbia+tariff", [f"{RATE}.{part}={value}"]).world.fund.decision.approval_rate
    )


def test_an_override_moves_what_the_phase_before_it_believes(own: Write) -> None:
    """The files believe another thing from 2030 on: that is what moves, not what they believed before."""
    number = '{ value = 0.2, low = 0.15, high = 0.25, unit = "share", source = "judgement" }'
    name = own(f"{SOME}[phase.fund.decision]\napproval_rate = {number}\n")
    for year in (2030, 2033):
        there = in_phase(load(name, [f"phase.{year}.{RATE}=0.2"]), year, RATE)
        assert (there.value, there.low, there.high) == (0.2, 0.15, 0.25)
    early = in_phase(load(name, [f"phase.2028.{RATE}=0.2"]), 2028, RATE)
    assert (early.low, early.high) != (0.15, 0.25)


def test_overrides_of_a_number_before_and_in_a_phase_do_not_depend_on_their_order() -> None:
    sets = [f"{RATE}=0.4", f"phase.2030.{RATE}=0.5"]
    one, other = load("serbia+tariff", sets), load("serbia+tariff", sets[::-1])
    assert one.world == other.world
    assert in_phase(one, 2030, RATE).uncertain
    assert in_phase(one, 2029, RATE).value == 0.4


def test_a_number_that_is_set_for_all_years_is_set_for_later_ones_too() -> None:
    scenario = load("serbia+tariff", [f"{RATE}=0.4", "phase.2030.fund.decision.posts=3"])
    assert in_phase(scenario, 2030, RATE) == scenario.world.fund.decision.approval_rate
    assert in_phase(scenario, 2030, RATE).value == 0.4


# ---- Without effect ----


def test_a_key_of_a_phase_that_moves_nothing_is_told() -> None:
    assert (
        "phase.2030.fund.amount.fixed has no effect here: the amount is a tariff; the fixed sum is not used (fund.amount.basis)"
        in notes_of("phase.2030.fund.amount.fixed=4")
    )
    assert notes_of("phase.2030.fund.amount.fixed=4!", "phase.2030.fund.amount.basis=fixed") == [
        "from 2030 on: fund.amount.basis = fixed, fund.amount.fixed = 4"
    ]


def test_a_key_that_a_later_phase_brings_to_life_is_not_told() -> None:
    said_of = notes_of("phase.2030.fund.assistance.months=3", "phase.2033.fund.assistance.rate=0.5")
    assert not any("no effect" in note for note in said_of)
    assert any(
        "phase.2030.fund.assistance.months has no effect here" in note
        for note in notes_of("phase.2030.fund.assistance.months=3")
    )


def test_a_phase_outside_the_projection_is_told() -> None:
    assert "phase.2090.from_year is 2090, after the last year of the horizon, 2041" in notes_of(
        "phase.2090.fund.decision.posts=3"
    )
    assert "phase.2020.from_year is 2020, before the fund opens in 2027" in notes_of(
        "phase.2020.fund.decision.posts=3"
    )
