"""What was set and moves nothing is told, with its reason: in commands, on pages and in papers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fundsim import brief
from fundsim.app.choice import Choice, Design
from fundsim.cli import main
from fundsim.report.language import language
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.scenario.schema import World
from fundsim.scenario.used import keys

LATE = ", after the last year of the horizon, 2041"


def told(name: str, *sets: str) -> list[str]:
    """The notes of a scenario, but for what others say."""
    others = ("no policy was named", "is taken as certain", "was moved and its range with it")
    return [str(n) for n in load(name, sets).notes if not any(other in n for other in others)]


@pytest.mark.parametrize(
    ("name", "sets", "notes"),
    [
        ("serbia", ["income.budget.from_year=2099"], [f"income.budget.from_year is 2099{LATE}"]),
        ("serbia", ["income.budget.from_year=2042"], [f"income.budget.from_year is 2042{LATE}"]),
        ("serbia", ["income.budget.from_year=2041"], []),
        ("serbia", ["income.budget.from_year=2001"],
         ["income.budget.from_year is 2001, before the fund opens in 2027: it counts from then"]),
        ("serbia", ["income.donors.from_year=2099"],
         ["income.donors.from_year has no effect here: the source is not in force (income.donors.in_force)"]),
        ("serbia+tariff+legal_aid", ["reform.legal_aid.from_year=2060"], [f"reform.legal_aid.from_year is 2060{LATE}"]),
        ("serbia+tariff+budget_cut", ["time.horizon_years=2"],
         ["stress.budget_cut.from_year is 2030, after the last year of the horizon, 2028"]),
        ("serbia+tariff+budget_cut", ["stress.budget_cut.from_year=2020", "stress.budget_cut.until_year=2021"],
         ["stress.budget_cut.until_year is 2021, before the fund opens in 2027"]),
        ("serbia+tariff+private_giving", [],
         ["reform.private_giving acts on income.donors.amount, income.donors.renewal_rate without effect here: "
          "the source is not in force (income.donors.in_force)"]),
        ("serbia+tariff+national_rapporteur", ["income.trafficking_assets.in_force=true", "fund.take_up.unassisted_rate=0.3!"],
         ["reform.national_rapporteur acts on fund.take_up.unassisted_rate without effect here: the number is certain (fund.take_up.unassisted_rate)"]),
        ("serbia+no_fund+reintegration", [],
         ["fund.assistance.months has no effect here: there is no fund (fund.entry_point)",
          "reform.reintegration acts on fund.assistance.rate, fund.assistance.monthly_cost without effect here: "
          "there is no fund (fund.entry_point)"]),
        ("serbia+no_fund", ["fund.assistance.rate=0.5", "fund.assistance.months=3"],
         ["fund.assistance.months, fund.assistance.rate have no effect here: there is no fund (fund.entry_point)"]),
        ("serbia+tariff", ["fund.amount.fixed=4"],
         ["fund.amount.fixed has no effect here: the amount is a tariff; the fixed sum is not used (fund.amount.basis)"]),
        ("serbia+tariff", ["fund.payment.advance_interest.value=0.03"],
         ["fund.payment.advance_interest has no effect here: the treasury lends nothing (fund.payment.when_short)"]),
        ("serbia+tariff", ["fund.take_up.unassisted_rate=0"], []),
        ("serbia+tariff", ["country.exchange_rate=120", 'country.footnote="x"'], []),
    ],
)  # fmt: skip
def test_what_moves_nothing_is_told(name: str, sets: list[str], notes: list[str]) -> None:
    assert told(name, *sets) == notes


def test_many_keys_with_one_reason_are_one_note(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text(
        'extends = "serbia+no_fund"\nquestion = "What if?"\n[fund.assistance]\nmonths = 3\nrate = 0.5\n'
        "[fund.decision]\nposts = 3\n[fund.payment]\ninstalments = 2\n[fund.eligible]\nretroactive_years = 2\n"
    )
    assert told(str(path)) == [
        "fund.assistance.months, fund.assistance.rate, fund.decision.posts, fund.eligible.retroactive_years "
        "and 1 more have no effect here: there is no fund (fund.entry_point)"
    ]


def dated(world: World) -> Iterator[str]:
    yield from (key for key in keys(world) if key.endswith(("from_year", "until_year")))


def test_every_dated_key_is_looked_at() -> None:
    """A key with a year that comes later is told, too, or this test fails."""
    additions = "+".join(("legal_aid", "budget_cut", "asset_seizure", "mass_case"))
    name = f"serbia+mixed_financing+{additions}"
    world = load(name).world
    for key in dated(world):
        year = 2090 if key.endswith("from_year") else 2001
        rest = [] if key.endswith("from_year") else [f"{key.replace('until', 'from')}=2000"]
        table = key.rpartition(".")[0]
        force = [f"{table}.in_force=true"] if key.startswith("income.") else []
        if key.startswith(("reform.", "stress.")) and key.endswith("from_year"):
            rest = [f"{table}.until_year=2095"]
        assert any(
            n.startswith(f"{key} is {year}, ") for n in told(name, f"{key}={year}", *rest, *force)
        ), key
    assert len(list(dated(world))) >= 12
    others = [
        key
        for key in keys(world)
        if "year" in key.rpartition(".")[2] and key not in set(dated(world))
    ]
    assert {key.rpartition(".")[2] for key in others} <= {
        "price_year", "start_year", "horizon_years", "runoff_years", "history_years", "trend_years", "years_to_majority",
        "retroactive_years", "first_year_share", "ramp_years", "office_a_year", "claims_a_year", "caseworker_a_year", "cost_a_year",
        "yearly_value", "yearly_revenue", "yearly_sd", "events_a_year", "confiscations_a_year", "convictions_a_year",
        "filing_limit_months", "yearly_limit", "until_18", "sessions_a_year", "base_years", "lag_years",
    }  # fmt: skip


def test_a_shipped_country_under_a_shipped_policy_has_nothing_to_tell() -> None:
    """But what opens its file, and that a policy that amends finds no law."""
    for country in files.countries():
        for policy, path in files.shipped("policy").items():
            expected = ["from 2030 on: fund.eligible.adults = true"] * (policy == "children_first")
            caution = files.read(path).data.get("caution")
            found = told(f"{country}+{policy}")
            if files.read(path).amends:
                found = [note for note in found if f"{policy} amends " not in note]
                law = load(country).world.country.law_in_force
                cautious = files.shipped("policy").get(law or "")
                caution = files.read(cautious).data["caution"] if cautious else None
            assert found == [*([caution] if caution else []), *expected], (country, policy)


@pytest.mark.parametrize(
    "arguments",
    [
        "check",
        "run -n 64",
        "solve -n 100",
        "stress -n 100",
        "compare montenegro+tariff -n 64",
        "show",
    ],
)
def test_commands_say_so(
    arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *rest = arguments.split()
    monkeypatch.setattr("sys.argv", ["fundsim", command, "montenegro+tariff+private_giving", *rest])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "reform.private_giving acts on income.donors.amount" in " ".join(
        capsys.readouterr().out.split()
    )


@pytest.mark.slow
def test_a_briefing_says_so_in_words(tmp_path: Path) -> None:
    out, sets = tmp_path / "brief.html", ["time.horizon_years=3", "time.runoff_years=1"]
    brief(
        ["montenegro+tariff+private_giving"],
        out,
        sets=[*sets, "fund.amount.fixed=4"],
        replications=1000,
    )
    text = out.read_text(encoding="utf-8")
    assert "The fixed sum has no effect here: the amount is a tariff" in text
    assert "acts on Donors and private gifts: yearly grant while it runs" in text
    assert "Reform.private_giving" not in text


def test_the_page_and_another_language_say_so() -> None:
    app = AppTest.from_file(str(Path(__file__).parents[1] / "dashboard.py"), default_timeout=600)
    design = Design("tariff", sets=(("income.budget.from_year", "2099"),))
    app.session_state["choice"] = Choice("montenegro", design, page="about", replications=500)
    app.run()
    assert any("after the last year of the horizon" in box.value for box in app.caption)
    [note] = load("montenegro+tariff", ["fund.amount.fixed=4"]).notes
    assert language("sr-Latn")(note).startswith("fund.amount.fixed ovde nema dejstva: ")
    assert "the" not in language("sr-Latn")(note).split()
