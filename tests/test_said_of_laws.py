"""What a reader is told of a law in force: cautions, what is amended, who else draws on the money, who pays for what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fundsim import measure, project
from fundsim.analysis.compare import compare
from fundsim.report import shortage, wording
from fundsim.report.brief.design import rules
from fundsim.report.compare.tell import apart
from fundsim.report.language import ENGLISH
from fundsim.report.results import Results
from fundsim.report.trace import story
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import read, shipped

LAWS = [name for name in shipped("policy") if name.startswith("law_")]
AMENDING = [name for name, path in shipped("policy").items() if read(path).amends]
SHORT = ("time.horizon_years=4", "time.runoff_years=2", "time.history_years=2")
NOBODY_ELSE = "caseload.others.claims_a_year=0!"


def told(scenario: Scenario) -> list[str]:
    return [str(note) for note in scenario.notes]


def results(name: str, *sets: str, n: int = 200) -> Results:
    [projection] = project([load(name, [*SHORT, *sets])], n, seed=3)
    return Results.of(projection, measure(projection))


# ---- Cautions ----


@pytest.mark.parametrize("name", LAWS)
def test_a_law_opens_with_a_caution_that_every_result_repeats(name: str) -> None:
    caution = read(shipped("policy")[name]).data["caution"]
    assert len(caution) > 80
    assert not caution.endswith(".")  # notes are printed with one
    assert caution in told(load(f"{name.removeprefix('law_')}+{name}"))


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("caution = 3", "my.toml:2: caution: must be a text"),
        ('amends = "fund.amount.cap"', "my.toml:2: amends: must be a list of keys"),
        ("amends = [1]", "my.toml:2: amends: must be a list of keys"),
    ],
)
def test_a_caution_is_a_text_and_what_is_amended_a_list(
    line: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.toml").write_text(f'question = "q"\n{line}\nextends = "serbia"\n', encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load("my.toml")
    assert rule in str(refused.value)


# ---- Policies that amend ----


def test_policies_that_amend_a_law_are_those_that_say_so() -> None:
    assert AMENDING == [
        "immediate_payment",
        "longer_deadline",
        "presumption_of_harm",
        "raise_cap",
    ]


@pytest.mark.parametrize("name", AMENDING)
def test_what_amends_a_law_joins_the_law_in_force_where_no_policy_is_named(name: str) -> None:
    scenario = load(f"kosovo+{name}")
    assert scenario.world == load(f"kosovo+law_kosovo+{name}").world
    assert any("law_kosovo, the law in force of" in note for note in told(scenario))
    assert load(f"serbia+{name}").world == load(f"serbia+tariff+{name}").world


@pytest.mark.parametrize("name", ["longer_deadline", "presumption_of_harm", "raise_cap"])
def test_a_law_without_what_is_amended_is_told(name: str) -> None:
    def nothing(policy: str) -> bool:
        return any(note.startswith(f"{name} amends ") for note in told(load(f"{policy}+{name}")))

    assert nothing("serbia+tariff")
    assert not nothing("kosovo+law_kosovo")


# ---- Who else draws on the money ----


def test_what_is_owed_to_others_is_all_that_is_owed_where_there_are_no_victims() -> None:
    found = results(
        "kosovo+law_kosovo", "caseload.level=1e-9!", "caseload.mass.events_a_year=0!", n=60
    )
    due, others = found.get("due_a_year"), found.get("due_others_a_year")
    assert due == pytest.approx(others)
    assert others > 1000
    assert results("kosovo+law_kosovo", NOBODY_ELSE).get("due_others_a_year") == 0


def test_the_answer_says_how_much_of_the_cost_is_owed_to_others() -> None:
    found = results("kosovo+law_kosovo")
    [text] = wording.of_others(found, ENGLISH)
    others, due = found.get("due_others_a_year"), found.get("due_a_year")
    assert text.startswith(
        f"Of it {wording.euro(others)} a year is owed to victims of other crimes"
    )
    assert text.endswith(f"{wording.euro(due - others)} is left.")
    assert text in wording.answer(found)[0]
    assert wording.of_others(results("kosovo+law_kosovo", NOBODY_ELSE), ENGLISH) == []
    assert wording.of_others(results("serbia+tariff"), ENGLISH) == []


def test_a_comparison_takes_apart_what_the_two_costs_hold() -> None:
    law, proposal = load("kosovo+law_kosovo", SHORT), load("kosovo+tariff", SHORT)
    found = compare(project([law, proposal], 200, seed=3))
    others, state = apart(found)
    mean = {d.measure: (d.first, d.second) for d in found if d.statistic == "mean"}
    due, owed = mean["due_a_year"], mean["due_others_a_year"]
    own = f"the fund costs {wording.euro(due[0] - owed[0])} a year in the first and {wording.euro(due[1])} here."
    assert others.startswith("Without what is owed to victims of other crimes (")
    assert others.endswith(own)
    assert state.startswith("The state bears ")
    again = compare(project([proposal, load("kosovo+status_fixed", SHORT)], 200, seed=3))
    assert apart(again) == []


def test_no_case_that_is_told_is_of_another_crime_unless_it_is_asked_for() -> None:
    scenario = load("kosovo+law_kosovo", SHORT)
    for number in range(12):
        future = story.one_future(scenario, 3, number)
        chosen = story.by_chance(future)
        assert chosen == -1 or not future.victims[chosen].other
        assert any(victim.other for victim in future.victims)
    future, chosen = story.find(scenario, 3, 0, "refused")
    assert not future.victims[chosen].other


def test_a_fund_without_claims_is_told_by_the_help_it_pays_for() -> None:
    found = results("albania+law_albania")
    told = " ".join(wording.answer(found))
    covered = found.get("outgo_a_year") / found.get("due_a_year")
    assert 0 < covered < 1
    assert f"Its money covers {wording.percent(covered)} of what that costs." in told
    assert "it pays for help to 30 % of registered victims" in told
    assert "pays no victim at all" not in told
    assert "falls short" not in told


# ---- Who pays for what, and whose sum it is ----


def test_help_to_apply_is_paid_by_whoever_pays_the_desk() -> None:
    sets = (
        "fund.costs.per_assisted=200!",
        "fund.take_up.assisted_share=0.9",
        "fund.opening_capital=9e6",
    )
    by_fund = results("serbia+tariff", *sets, "fund.costs.borne_by=fund")
    by_state = results("serbia+tariff", *sets, "fund.costs.borne_by=state")
    years = by_fund.projection.years()
    helped = [by_fund.get("cost.help", year=y) for y in years]
    assert all(np.array(helped) > 0)
    assert [by_state.get("cost.help", year=y) for y in years] == [0.0] * len(years)
    free = results(
        "serbia+tariff", *sets[1:], "fund.costs.per_assisted=0!", "fund.costs.borne_by=state"
    )
    more = by_state.get("state_cost_a_year") - free.get("state_cost_a_year")
    real = [by_fund.get("cost.help_real", year=y) for y in years]
    assert more == pytest.approx(np.mean(real))


def test_a_line_whose_sum_was_published_is_not_called_ours() -> None:
    scenario = load("kosovo+law_kosovo")
    assert shortage.whose(scenario, "budget", ENGLISH).startswith("as published: ")
    assert shortage.whose(scenario, "budget", ENGLISH, short=True) == "published"
    set_anew = load("kosovo+law_kosovo", ["income.budget.amount=300000!"])
    assert shortage.whose(set_anew, "budget", ENGLISH) == "as you set it"
    ours = load("north_macedonia+law_north_macedonia")
    assert shortage.whose(ours, "budget", ENGLISH) == "our rule, no ministry's figure"


def test_two_sums_of_which_nobody_knows_which_is_law_are_both_told() -> None:
    told = list(rules(load("kosovo+law_kosovo").world, ENGLISH))
    assert "No benefit exceeds € 7,000 / € 25,000 (it is not known which)." in told


def test_an_old_take_up_rate_says_that_nobody_is_helped() -> None:
    notes = told(load("serbia+tariff", ["fund.take_up.rate=0.2"]))
    assert "--set: fund.take_up.assisted_share is 0, as before it could be set" in notes
