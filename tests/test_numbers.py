"""Numbers as people of the region write them: asked about, or refused with what to write instead."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fundsim.app.choice import Choice, Design, scenario_of
from fundsim.batch.plan import member, resolve
from fundsim.batch.plan_file import read_plan
from fundsim.cli import main
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.numbers import Written, literal, meanings, misread
from fundsim.scenario.resolved import resolved_toml

PLAN = 'question = "q"\ncountries = ["montenegro"]\npolicies = ["tariff"]\n'


def refused(name: str, *sets: str) -> str:
    with pytest.raises(InputError) as caught:
        load(name, sets)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("310.000", ["310", "310000"]),
        ("310,000", ["310", "310000"]),
        ("310.000,50", ["310000.5"]),
        ("1,234,567.89", ["1234567.89"]),
        ("1.234.567", ["1234567"]),
        ("1 000 000", ["1000000"]),
        ("1\u00a0000", ["1000"]),
        ("310'000", ["310000"]),
        ("0,65", ["0.65"]),
        ("0.650", ["0.65"]),
        ("5 %", ["0.05"]),
        ("0,5%", ["0.005"]),
        ("€ 310.000,00", ["310000"]),
        ("310.000 evra", ["310", "310000"]),
        ("−5", ["-5"]),
        ("12.345", ["12.3450", "12345"]),
        ("-12,345", ["-12.3450", "-12345"]),
        *((text, []) for text in ("", "%", "queue", "1.2.3", "12.345.6", "1,2,3", "1.000,000.5", "nan")),
    ],
)  # fmt: skip
def test_what_a_text_can_mean(text: str, meant: list[str]) -> None:
    assert meanings(text) == meant


@pytest.mark.parametrize("text", ["310", "310.0", "310.00", "0.650", "1000.500", "1e5", "310_000"])
def test_a_plain_number_is_asked_nothing(text: str) -> None:
    assert misread(text, counts=True) == ""
    assert misread("310.000") == ""  # a share, a wait, an exchange rate


def test_what_we_write_is_never_asked_about() -> None:
    for x in (12.345, 310.0, 165.625, -12.345, 0.345, 1e-7, 1234.567):
        assert float(literal(x)) == x
        assert misread(literal(x), counts=True) == ""


def test_a_number_of_a_file_keeps_its_text_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Written("310.000"))).text == "310.000"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("310.000", "= 310.000: 310 or 310000? write the one that is meant"),
        ("310,000", "310 or 310000? write the one that is meant"),
        ("310.000,50", "cannot be read; write 310000.5"),
        ("310.000 €", "310 or 310000?"),
        ("310.000!", "= 310.000: 310 or 310000?"),
        ("0,65!", "cannot be read; write 0.65"),
        ('"310.000"', '310 or 310000? write the one that is meant, not "310.000"'),
        ("5 %", "cannot be read; write 0.05"),
        ('{value=310.000, unit="EUR a year", source="judgement"}', "amount.value = 310.000: 310 or"),
    ],
)  # fmt: skip
def test_an_amount_of_money_is_asked_about_in_set(text: str, rule: str) -> None:
    found = refused("serbia", f"income.budget.amount={text}")
    assert rule in found
    assert found.startswith("--set: income.budget.amount")


@pytest.mark.parametrize(
    "key",
    ["fund.opening_capital", "award.median.value", "country.net_wage", "caseload.level.value",
     "country.population", "income.conviction_levy.convictions_a_year", "fund.amount.fixed"],
)  # fmt: skip
def test_so_are_all_keys_that_count_euro_persons_or_events(key: str) -> None:
    assert "50 or 50000? write the one that is meant" in refused(
        "serbia+status_fixed", 'fund.amount.money="euro"', f"{key}=50.000"
    )


def test_shares_waits_rates_and_wages_are_not() -> None:
    sets = (
        "fund.take_up.unassisted_rate=0.650",
        "fund.amount.cap=10.500",
        "country.exchange_rate=117.200",
    )
    world = load("serbia+judgment_advance", ['fund.amount.money="monthly_wages"', *sets]).world
    assert world.fund.amount.cap is not None
    assert (world.fund.take_up.unassisted_rate.value, world.fund.amount.cap.value) == (0.65, 10.5)
    assert load("serbia", ["income.budget.amount=310_000"]).world.income["budget"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("[income.budget]\namount = 310.000\n", ":4: income.budget.amount = 310.000: 310 or 310000?"),
        ("[income.budget]\namount = 310.000,50\n", ":4: is not TOML: 310.000,50 is no number of TOML; write 310000.5"),
        ("[income.budget]\namount = 310.000.000\n", ":4: is not TOML: 310.000.000 is no number of TOML; write 310000000"),
        ("[fund.take_up]\nrate = { value = 0,65, low = 0,5 }\n", ":4: is not TOML: 0,65 is no number of TOML; write 0.65"),
        ("[fund.take_up]\nrate = 5 %\n", ":4: is not TOML: 5 % is no number of TOML; write 0.05"),
        ("[time]\nhorizon_years = 10.000\n", "= 10.000: must be a whole number; 10 or 10000?"),
        ('[reform.x]\nlabel = "x"\nfrom_year = 2030\neffects = [{ on = "income.budget.amount", by = "add", '
         'size = { value = 5.000, unit = "EUR a year", source = "judgement" } }]\n',
         ":6: reform.x.effects[0].size.value = 5.000: 5 or 5000?"),
    ],
)  # fmt: skip
def test_in_a_file_the_line_is_told(tmp_path: Path, body: str, rule: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(f'extends = "serbia+tariff"\nquestion = "What if?"\n{body}')
    assert rule in refused(str(path))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('[levers]\n"income.budget.amount" = [310.000, 5]\n', "310 or 310000?"),
        ('[levers]\n"fund.opening_capital" = { from = 1, to = 400.000, steps = 3 }\n', "400 or 400000?"),
        ('replications = 10.000\n', "replications = 10.000: must be a whole number; 10 or 10000?"),
        ('[best]\nleast = "due_a_year"\nrequire = { due_a_year = { at_most = 310.000 } }\n', "310 or 310000?"),
    ],
)  # fmt: skip
def test_in_a_plan_too(tmp_path: Path, body: str, rule: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN + body)

    def first() -> None:
        plan = read_plan(path)
        resolve(plan, member(plan, 0))

    with pytest.raises(InputError) as caught:
        first()
    assert rule in str(caught.value)


def test_a_share_in_a_plan_and_what_a_range_gives_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        PLAN + '[levers]\n"fund.take_up.unassisted_rate.value" = [0.200]\n'
        '"fund.opening_capital" = { from = 100.25, to = 100.5, steps = 3 }\n'
    )
    plan = read_plan(path)
    scenario, values = resolve(plan, member(plan, 1))
    assert values == (0.2, 100.375)
    assert scenario.world.fund.opening_capital.value == 100.375


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("solve x --solvent 0,95", "--solvent: 0,95: must be a number; write 0.95"),
        ("solve x --solvent 95%", "--solvent: 95%: must be a number; write 0.95"),
        ("run x -n 10.000", "--replications: 10.000: must be a whole number; 10 or 10000?"),
        ("run x --seed 1.000", "--seed: 1.000: must be a whole number; 1 or 1000?"),
        ("run x --years 10,5", "--years: 10,5: must be a whole number\n"),
        ("run montenegro --precision 0,5%", "such as 0.5% or 0.005; write 0.005"),
        ("region x --dependence 0,5", "--dependence: 0,5: must be a number; write 0.5"),
        ("sensitivity x --prices 0,95 1", "--prices: 0,95: must be a number; write 0.95"),
        ("store prune {here} --most 500.000MB", "such as 500MB or 10GB; 500 or 500000?"),
        ("store prune {here} --most 1.2.3MB", "such as 500MB or 10GB; must be a number"),
        ("trace x --case 1.000", "--case: 1.000: must be a whole number; 1 or 1000?"),
        ("solve montenegro --for fund.costs.office_a_year --between 100.000 4e5",
         "--between: fund.costs.office_a_year = 100.000: 100 or 100000?"),
    ],
)  # fmt: skip
def test_options_say_what_to_write(
    arguments: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("sys.argv", ["fundsim", *arguments.format(here=tmp_path).split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_the_number_of_a_control_or_an_older_link_is_not_asked_about() -> None:
    design = Design("tariff", sets=(("fund.opening_capital", "12.345"),))
    assert scenario_of("montenegro", design).world.fund.opening_capital.value == 12.345
    design = Design("tariff", sets=(("caseload.level", "32.125!"),))
    level = scenario_of("montenegro", design).world.caseload.level
    assert (level.value, level.uncertain) == (32.125, False)


def test_a_scenario_written_as_one_file_loads_again(tmp_path: Path) -> None:
    scenario = load("montenegro+tariff", ["fund.opening_capital=12.3450"])
    path = tmp_path / "one.toml"
    path.write_text(resolved_toml(scenario), encoding="utf-8")
    assert load(str(path)).hash == scenario.hash


def dashboard(**choice: Any) -> AppTest:
    app = AppTest.from_file(str(Path(__file__).parents[1] / "dashboard.py"), default_timeout=600)
    app.session_state["choice"] = Choice("montenegro", Design("tariff"), replications=500, **choice)
    app.session_state["group"] = "fund"
    return app.run()


def test_a_field_of_the_dashboard_asks_and_keeps_what_stood_before() -> None:
    app = dashboard(page="about")
    key = "all:fund.opening_capital:montenegro+tariff"
    app.text_input(key=key).set_value("310.000").run()
    assert "310.000: 310 or 310000" in app.error[0].value.replace("\\", "")
    assert (app.text_input(key=key).value, app.session_state["choice"].design.sets) == ("0", ())
    for text, value in (("310.000,50", "310000.5"), ("1 000", "1000"), ("310000", "310000")):
        app.text_input(key=key).set_value(text).run()
        assert not app.error
        assert app.text_input(key=key).value == value
        assert app.session_state["choice"].design.sets == (("fund.opening_capital", value),)
    app.text_input(key=key).set_value("many").run()
    assert "must be a number" in app.error[0].value
    assert app.text_input(key=key).value == "310000"
    app.text_input(key=key).set_value("-5").run()
    assert "must be between" in app.error[0].value
    app.text_input(key=key).set_value("").run()
    assert app.session_state["choice"].design.sets == ()
    app.text_input(key="seed").set_value("1.000").run()
    assert "1 or 1000" in app.error[0].value
    app.text_input(key="seed").set_value("1000").run()
    assert app.session_state["choice"].seed == 1000
