"""A resolved scenario written as one file loads again with the same values and the same hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.resolved import resolved_toml
from fundsim.validation.worlds import Named
from tests.random_scenarios import scenarios

BASES = tuple(files.shipped("base"))
ADDITIONS = ("", *(name for kind in files.KINDS[1:] for name in files.shipped(kind)))
LEVEL = 'caseload.level = { value = 64, unit = "persons a year", source = "mine", note = "%s" }'
MINE = '[sources.mine]\ntitle = "A \\"count\\""\npublisher = "Us"\nyear = 2026\naddress = ""\nread = "All."\n'


@pytest.fixture
def again(tmp_path: Path) -> Any:
    """Write a scenario as one file and check that it comes back; returns the text."""

    def check(name: str, *sets: str) -> str:
        scenario = load(name, sets)
        text = resolved_toml(scenario)
        path = tmp_path / "again.toml"
        path.write_text(text, encoding="utf-8")
        found = load(str(path))
        assert found.hash == scenario.hash
        assert found.world == scenario.world  # units, sources, notes and grades too
        assert found.questions == (" ".join(scenario.questions),)
        cited = [i for i in scenario.sources if f'"{i}"' in text]
        assert all(found.sources[i] == scenario.sources[i] for i in cited)
        return text

    return check


@pytest.fixture
def own(tmp_path: Path) -> Any:
    """Write an own file and return its path."""

    def write(body: str, opening: str = 'extends = "serbia+tariff"\n') -> str:
        path = tmp_path / "my.toml"
        path.write_text(f'question = "What if?"\n{opening}{body}', encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("base", BASES)
def test_every_shipped_scenario_comes_back(base: str, again: Any) -> None:
    for addition in ADDITIONS:
        again(f"{base}+{addition}".rstrip("+"))


@pytest.mark.parametrize("policy", files.shipped("policy"))
def test_a_policy_with_reform_and_stress_comes_back(policy: str, again: Any) -> None:
    again(f"kosovo+{policy}+informing+mass_case+slow_courts")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scenario=scenarios())
def test_random_scenarios_come_back(scenario: Named, again: Any) -> None:
    name, sets = scenario
    again(name, *sets)


@pytest.mark.parametrize(
    "text",
    [
        "caseload.level=70",
        "caseload.level.value=140.123456789012345",
        "fund.amount.cap=10",
        "fund.take_up.unassisted_rate={value=0.1, unit='share', source='judgement', shape='discrete', values=[0.1, 1e-5], probabilities=[0.25, 0.75]}",
        "fund.take_up.unassisted_rate={value=0.3, low=0.1, high=0.5, unit='share', source='judgement', shape='uniform'}",
        "macro.depreciation={value=-0.0, unit='share a year', source='judgement'}",
        "macro.inflation={value=-1e-7, unit='share a year', source='judgement'}",
        "time.horizon_years=3",
        "fund.eligible.forms=['labour']",
        "fund.payment.trust_until_18=true",
        'income.budget.label="=1+1 \\"quoted\\" \\\\ back, two\\nlines and a\\ttab, č ш €"',
        "correlations=[{first='caseload.dispersion', second='fund.take_up.unassisted_rate', correlation=-0.3, source='judgement', note='Why.'}]",
    ],
)
def test_what_was_set_comes_back(text: str, again: Any) -> None:
    written = again("serbia+tariff", text)
    assert "# Set: " in written


def test_a_long_text_and_an_own_source_come_back(again: Any, own: Any) -> None:
    note = "A long   note, [in] {parts}, with a backslash \\\\ here. " * 30
    path = own((LEVEL % note) + "\n" + MINE)
    text = again(path)
    assert text.count("[sources.") == 1
    assert max(map(len, text.splitlines())) < files.MOST_LINE


def test_an_own_source_comes_back_under_any_id(again: Any, own: Any) -> None:
    level = (LEVEL % "").replace("mine", "our count, 2.0")
    source = MINE.replace("mine", '"our count, 2.0"')
    assert '[sources."our count, 2.0"]' in again(own(f"{level}\n{source}"))


def test_shipped_sources_are_not_repeated_but_changed_ones_are(again: Any, own: Any) -> None:
    assert "[sources." not in again("serbia+tariff")
    changed = MINE.replace("mine", "rs_census_2022")
    assert '[sources."rs_census_2022"]' in again(own(changed))


def test_a_fund_is_never_added_to_a_scenario_without_one(again: Any) -> None:
    assert 'entry_point = "none"' in again("albania+no_fund")


def test_the_heading_says_what_the_file_is_and_no_more_than_the_scenario_tells(again: Any) -> None:
    text = again("serbia", "fund.take_up.unassisted_rate=0.2 # a\tremark")
    heading = [line for line in text.splitlines() if line.startswith("#")][:9]
    assert heading[0] == "# serbia+tariff, resolved: every value of the scenario, in one file."
    assert load("serbia", ["fund.take_up.unassisted_rate=0.2"]).hash in heading[1]
    assert "# Set: fund.take_up.unassisted_rate=0.2 # a remark" in heading
    assert any(line.startswith("# Note: no policy was named") for line in heading)
    assert text == resolved_toml(load("serbia", ["fund.take_up.unassisted_rate=0.2 # a\tremark"]))


def test_meanings_give_way_in_a_large_file_and_one_too_large_is_refused(
    again: Any, own: Any
) -> None:
    def noted(lines: int) -> str:
        note = ("x" * 98 + "=\n") * lines
        value = f"{{ value = 1, unit = 'EUR a year', source = 'judgement', note = '''{note}''' }}\n"
        return f"[fund.costs]\noffice_a_year = {value}caseworker_a_year = {value}"

    assert "# Inhabitants" in again(own(noted(10)))
    assert "# Inhabitants" not in again(own(noted(130)))
    with pytest.raises(InputError, match="larger than 64 KiB"):
        resolved_toml(load(own(noted(300))))


def test_show_prints_it(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from fundsim import cli

    monkeypatch.setattr("sys.argv", ["fundsim", "show", "kosovo+tariff", "--toml"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert not stop.value.code
    assert capsys.readouterr().out == resolved_toml(load("kosovo+tariff"))
