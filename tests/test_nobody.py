"""Figures of nobody: a share, mean, wait or range that is not defined is a word, and never 0, nan or a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fundsim import cli
from fundsim.analysis.compare import compare
from fundsim.analysis.directions import signs
from fundsim.analysis.measures import MEASURES, measure
from fundsim.analysis.project import project
from fundsim.report.language import ENGLISH, language
from fundsim.report.results import Results
from fundsim.report.rows import cells
from fundsim.report.run.card import card_text, headlines
from fundsim.report.run.files import summary
from fundsim.report.run.picture import alt_text, pathway
from fundsim.report.wording import answer
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError

SHORT = ("time.horizon_years=3", "time.runoff_years=2", "time.history_years=2")
NO_VICTIMS = (*SHORT, "caseload.level=0", "caseload.mass.events_a_year=0")
NO_CLAIMS = (
    *SHORT,
    "fund.take_up.unassisted_rate=0",
    "fund.take_up.assisted_share=0",
    "enforcement.failure_rate=1",
)
Told = Callable[..., str]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """What a command prints, in one line."""
    monkeypatch.delenv("COLUMNS", raising=False)  # the width of whoever runs the tests

    def run(*arguments: str, sets: tuple[str, ...] = ()) -> str:
        options = [part for text in sets for part in ("--set", text)]
        cli.app([*arguments, *options, "--workers", "1"], standalone_mode=False)
        return " ".join(capsys.readouterr().out.split())

    return run


def results_of(name: str, sets: tuple[str, ...], n: int = 64) -> Results:
    [projection] = project([load(name, sets)], n, 1, 1)
    return Results.of(projection, measure(projection))


def test_stress_tells_of_no_claims(told: Told) -> None:
    """It ended in a bug: an amount of nobody cannot be rounded."""
    for sets in (NO_VICTIMS, NO_CLAIMS):
        text = told("stress", "montenegro+tariff", "-n", "64", sets=sets)
        assert text.count("no claims") == 5 * 6  # each rule and figure
        assert "nan" not in text
        assert "0 months" not in text
    assert "no claims" in told("stress", "montenegro+judgment_advance", "-n", "2", sets=SHORT)


def test_sentences_of_nobody_hold_no_figures() -> None:
    nobody, unpaid = (
        " ".join(answer(results_of("montenegro+tariff", sets))) for sets in (NO_VICTIMS, NO_CLAIMS)
    )
    assert "No victim is registered in any simulated future: there is nobody to pay." in nobody
    assert (
        "No victim gets any money in any simulated future, with the fund or without it." in unpaid
    )
    for text in (nobody, unpaid):
        assert "Under these assumptions the fund pays no victim at all." in text
        assert "0 % to 0 %" not in text
        assert "0 months" not in text
        assert "wait" not in text.replace("payments wait", "")


def test_a_fund_that_pays_nobody_has_not_shown_that_it_lasts() -> None:
    rich = (*NO_CLAIMS, "fund.opening_capital=100000000")
    text = " ".join(answer(results_of("montenegro+tariff", rich)))
    assert "falls short" not in text
    words = headlines(results_of("montenegro+tariff", rich))[-1].words
    assert words[1] == "but it pays no victim at all"


@pytest.mark.parametrize("place", ["runs", "answer", "countries", "briefing", "stress"])
def test_cells_of_nobody_are_words(place: str) -> None:
    shown = cells(results_of("montenegro+tariff", NO_VICTIMS), place, ENGLISH, {}, sure=95)  # type: ignore[arg-type]
    assert "no victims" in shown.values()
    if any("ait" in name for name in shown):
        assert "nobody is paid" in shown.values()


def test_without_a_fund_nothing_falls_short() -> None:
    shown = cells(results_of("montenegro+no_fund", SHORT), "runs", ENGLISH, {})
    assert shown["Falls short"] == shown["Budget too small in a year"] == "no fund"
    assert list(shown.values()).count("no fund") == 2


def test_files_hold_no_value_that_is_not_defined() -> None:
    values = results_of("montenegro+tariff", NO_VICTIMS).values
    assert ("identified", None, "mean") in values
    for m in MEASURES:
        if m.below and "{" not in m.name and m.name != "missing_then":  # of years, not of people
            assert (m.name, None, "mean") not in values, m.name
    measures = summary(results_of("montenegro+tariff", NO_VICTIMS))["measures"]
    assert measures["share_paid_with"] == {"unit": "share", "undefined": "no victims"}
    assert measures["longest_delay"] == {"unit": "months", "undefined": "no payments"}
    assert "undefined" not in measures["due_a_year"]


def test_one_future_has_no_percentiles_and_no_error(told: Told) -> None:
    one = results_of("montenegro+tariff", SHORT, 1)
    assert {statistic for _, _, statistic in one.values} == {"mean", "data", "partly", "judgement"}
    text = told("run", "montenegro+tariff", "-n", "1", sets=SHORT)
    assert "no range" in text
    assert "±" not in text.partition("±: one")[0]
    assert "below 100 %" not in text
    assert "Monte Carlo error" not in told("run", "montenegro+tariff", "-n", "2", "-q", sets=SHORT)


def test_a_wait_in_one_future_alone_has_no_range() -> None:
    """Several futures, in one of which somebody is paid."""
    few = (*SHORT, "caseload.level=3", "caseload.mass.events_a_year=0")
    paid = results_of("montenegro+tariff", few).projection.column("paid_with") > 0
    n = int(paid.nonzero()[0][1])  # up to the second future that pays
    results = results_of("montenegro+tariff", few, max(n, 2))
    assert "(one future only: no range)" in " ".join(answer(results))


def test_a_comparison_with_nobody_is_not_defined(told: Told) -> None:
    text = told("compare", "montenegro+tariff", "montenegro+status_fixed", "-n", "64", sets=NO_VICTIMS)  # fmt: skip
    assert "│ no victims │ no victims │ not defined" in text
    assert "│ no payments │ no payments │ not defined" in text
    rows = json.loads(told("compare", "montenegro+tariff", "montenegro+status_fixed", "-n", "64", "--json", sets=NO_VICTIMS))  # fmt: skip
    [row] = [r for r in rows["differences"] if r["measure"] == "share_paid_with"]
    assert row["first"] is row["second"] is row["change"] is row["better"] is None


def test_no_fund_falls_short_neither_less_nor_more() -> None:
    first, second = project(
        [load(f"montenegro+{name}", SHORT) for name in ("tariff", "no_fund")], 64, 1, 1
    )
    [ruin] = [d for d in compare([first, second]) if d.measure == "ruin"]
    assert not ruin.defined
    assert ruin.better is None


def test_diff_and_explain_tell_of_nobody(told: Told, tmp_path: Path) -> None:
    own = tmp_path / "nobody.toml"
    own.write_text(
        'extends = "montenegro+tariff"\nquestion = "?"\n[fund.take_up]\n'
        'rate = { value = 0.0, unit = "share", source = "judgement" }\n'
        "[time]\nhorizon_years = 3\n"
    )
    assert "no payments │ no payments" in told("diff", str(own), f"{own}+budget_cut", "-n", "8")
    cli.app(["explain", str(own), "macro.inflation", "-n", "8"], standalone_mode=False)


def test_pictures_and_cards_of_nobody_say_so() -> None:
    results = results_of("montenegro+tariff", NO_VICTIMS)
    without = results_of("montenegro+no_fund", NO_VICTIMS)
    for one in (results, without):
        assert "No victim is registered" in card_text(one)
        assert "no victim is registered" in pathway(one).get_suptitle()
        assert "No victim is registered" in alt_text(one, "pathway")
        assert "0 of 100" not in str(headlines(one))
        assert "nobody to pay" in str(headlines(one))


def test_every_way_to_write_a_number_has_a_word_for_none() -> None:
    nan = float("nan")
    for say in (ENGLISH, language("sr-Latn")):
        for form in (say.euro, say.percent, say.months, say.whole, say.number, say.hundred, say.thousand, say.fixed):  # fmt: skip
            assert form(nan) == say("not defined")
    assert ENGLISH.fixed(-0.01) == "0.0"
    assert ENGLISH.euro(0.001) == "€ 0"


@pytest.mark.parametrize("size", ["0", "0.5"])
def test_a_mass_case_has_a_victim(size: str) -> None:
    """It was taken and each case still brought one: the size counts the victim whose case it is."""
    with pytest.raises(InputError, match=r"caseload\.mass\.size: 0.*must be between 1 and"):
        load("montenegro", [f"caseload.mass.size={size}"])


def test_what_is_received_of_an_award_is_no_share_where_prices_fall() -> None:
    """An award keeps its amount while prices fall: what is paid later is worth more than was awarded."""
    falling = ("time.horizon_years=3", "time.runoff_years=12", "macro.inflation=-0.3", "macro.inflation_sd=0", "pathway.criminal_award_rate=1",
               "enforcement.failure_rate=0", "enforcement.recovered_rate=1", "pathway.longest_months=600")  # fmt: skip
    results = results_of("montenegro+no_fund", falling)
    assert results.get("award_received_without") > 1
    assert {m.unit for m in MEASURES if m.name.startswith("award_received")} == {"ratio"}


def test_no_lever_goes_against_expectation_where_there_is_nobody() -> None:
    """A change that is not defined was "against expectation"."""
    found = signs([load("montenegro+tariff", NO_VICTIMS)], 16, 1)
    shares = [sign for sign in found if sign.target.name == "share_paid_with"]
    assert {sign.verdict for sign in shares} == {"no change"}
    assert "not defined: no victims" in {sign.reason for sign in shares}


@pytest.mark.parametrize("method", ["ranking", "tornado"])
@pytest.mark.parametrize(("measure_", "why"), [("months_to_payment_with", "nobody is paid"), ("longest_delay", "no payments")])  # fmt: skip
def test_what_moves_a_figure_of_nobody_is_refused_with_the_reason(
    method: str, measure_: str, why: str, told: Told
) -> None:
    with pytest.raises(InputError, match=f"{measure_}: has no value .*{why}"):
        told("sensitivity", "montenegro+tariff", "-n", "16", "--method", method, "--measure", measure_, sets=NO_VICTIMS)  # fmt: skip


def test_files_of_a_command_hold_null_for_what_is_not_defined(told: Told, tmp_path: Path) -> None:
    text = told("sensitivity", "montenegro+tariff", "-n", "16", "--method", "levers", "--json",
                "--out", str(tmp_path / "out"), sets=NO_VICTIMS)  # fmt: skip
    assert "NaN" not in text
    rows = json.loads((tmp_path / "out/levers.json").read_text())
    assert None in [row["before"] for row in rows if row["measure"] == "share_paid_with"]


def test_a_country_without_victims_has_no_best_design(told: Told, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    sets = json.dumps(list(NO_VICTIMS))
    plan.write_text(
        'question = "?"\ncountries = ["montenegro"]\npolicies = ["tariff", "status_fixed"]\nreplications = 8\n'
        f'set = {sets}\nmeasures = ["due_a_year", "share_paid_with"]\n[best]\nmost = "share_paid_with"\n'
    )  # fmt: skip
    text = told("sweep", str(plan), "--out", str(tmp_path / "out"))
    assert (
        "Montenegro: share paid with the fund is not defined for any design (no victims)." in text
    )
    assert "none has both figures" in text
