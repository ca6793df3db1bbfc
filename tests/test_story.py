"""The story of a case: its money is the ledger's, and each kind of case is told."""

import json

import pytest
from matplotlib.text import Annotation

from fundsim.reference.future import Future, live
from fundsim.report.trace.picture import timeline
from fundsim.report.trace.story import FINDS, PARTS, find, one_future, received, tell
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from tests.test_run_command import fundsim  # noqa: F401

SCENARIOS = {
    "serbia+tariff": (
        "income.budget.amount=90000",
        "fund.interim.share=0.3",
        "fund.payment.instalments=3",
    ),
    "serbia+full_judgment": ("enforcement.failure_rate=0.3", "pathway.criminal_award_rate=0.6"),
    "kosovo+assets_only": ("fund.opening_capital=0",),
    "montenegro+no_fund": (),
}


def lived(name: str, *sets: str) -> Future:
    return one_future(load(name, ["time.horizon_years=5", "time.runoff_years=5", *sets]), 3, 1)


def test_the_plan_of_a_story_is_the_one_that_the_reference_works_out() -> None:
    scenario = load("montenegro+tariff", ["time.horizon_years=4", "caseload.level=6!"])
    told, alone = one_future(scenario, 3, 1), live(scenario.world, 3, 1)
    assert told.books.income == alone.books.income
    assert sum(told.books.income["budget"]) > 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_money_of_all_stories_is_the_ledger_s(name: str) -> None:
    """Case by case what the fund paid and what the offender paid; together the ledger's benefits."""
    future = lived(name, *SCENARIOS[name])
    paid = dict.fromkeys(range(len(future.victims)), 0)
    for case in future.books.cases:
        paid[case.victim.number] = sum(p.amount - p.left for p in case.payments)
    for victim in future.victims:
        steps = tell(future, victim.number)
        fund = sum(s.cents for s in steps if s.part == "with the fund")
        offender = sum(s.cents for s in steps if s.part == "without the fund")
        assert fund == paid[victim.number]
        assert offender == victim.recovered
    assert sum(paid.values()) == sum(future.books.flows["benefits"])


def test_a_step_that_chance_decided_tells_its_draw() -> None:
    """Information, courts, take-up and approval: each with its chance and the number drawn."""
    future = lived(
        "serbia+tariff", "pathway.informed_rate=0.5!", "fund.take_up.unassisted_rate=0.5!"
    )
    for victim in future.victims:
        told = {s.what: s.draw for s in tell(future, victim.number)}
        draw = victim.draws["informed"]
        [text] = [told[what] for what in told if "told of the right" in what]
        assert text.startswith("chance 50")
        assert (draw.u < 0.5) == victim.informed
        if victim.entitled:
            assert "drawn" in next(told[what] for what in told if "apply" in what)
        if victim.claim and victim.claim.filed_at < 60:
            assert any("chance" in told[what] for what in told if "the claim is" in what)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_story_is_told_in_order_of_time(name: str) -> None:
    future = lived(name, *SCENARIOS[name])
    for case in range(len(future.victims)):
        for part in ("without the fund", "with the fund"):
            times = [s.at for s in tell(future, case) if s.part == part]
            assert times == sorted(times)


@pytest.mark.parametrize("kind", FINDS)
def test_each_kind_of_case_can_be_found(kind: str) -> None:
    sets = ["income.budget.amount=60000", "fund.amount.cap=9", "pathway.criminal_award_rate=0.9",
            "enforcement.failure_rate=0.1", "fund.take_up.filing.median=40"]  # fmt: skip
    future, case = find(load("serbia+tariff", sets), 1, 0, kind)
    told = " ".join(s.what for s in tell(future, case))
    expected = {
        "paid": "the fund pays",
        "refused": "is refused",
        "waiting": "is granted",
        "capped": "the cap made it smaller",
        "set_off": "that the offender has paid",
        "never_claims": "does not apply",
        "offender_pays": "of the award",
    }
    assert expected[kind] in told


def test_a_kind_that_does_not_exist_or_does_not_occur_is_told() -> None:
    with pytest.raises(InputError, match="did you mean 'refused'"):
        find(load("serbia"), 1, 0, "refuse")
    with pytest.raises(InputError, match="no such case"):
        find(load("kosovo", ["time.horizon_years=1", "time.runoff_years=0"]), 1, 0, "capped")


def test_trace_prints_a_story_and_the_same_as_json(fundsim, capsys) -> None:  # noqa: F811
    assert fundsim("trace", "kosovo", "--case", "3") == 0
    told = capsys.readouterr().out
    assert "No real person" in told
    assert "without prejudice" in told
    assert fundsim("trace", "kosovo", "--case", "3", "--json") == 0
    story = json.loads(capsys.readouterr().out)
    assert story["case"] == 3
    assert {s["part"] for s in story["steps"]} == {"without the fund", "with the fund"}
    assert fundsim("trace", "kosovo", "--case", "0") == 2
    assert "must be between 1 and" in capsys.readouterr().err
    assert fundsim("trace", "kosovo", "--case", "1", "--find", "paid") == 2


def test_the_timeline_shows_every_event_and_the_sums() -> None:
    """Each event's text stands in the picture at its time, money marked; the headings sum it up."""
    future, case = find(load("kosovo"), 1, 0, "paid")
    steps = tell(future, case)
    figure = timeline(steps, load("kosovo"), "a case", "a note")
    for axes, part in zip(figure.axes, PARTS, strict=True):
        shown = [text for text in axes.texts if text.get_text()]
        own = [s for s in steps if s.part == part]
        assert [text.xy[0] for text in shown if isinstance(text, Annotation)] == [s.at for s in own]
        for text, step in zip(shown, own, strict=True):
            words = " ".join(text.get_text().replace("\u00a0", " ").split())
            assert words == f"{step.when}: {step.what}"
        assert received(steps, part) in axes.get_title(loc="left")
    assert received(steps, PARTS[1]) != "€ 0.00 from the fund"


def test_the_timeline_is_written_whole_or_not_at_all(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    picture = tmp_path / "case.svg"
    assert fundsim("trace", "kosovo", "--case", "3", "--figure", str(picture)) == 0
    assert f"Timeline: {picture}" in capsys.readouterr().out.replace("\n", "")
    text = picture.read_text(encoding="utf-8")
    assert "Kosovo*" in text
    assert "No real person" in text
    assert fundsim("trace", "kosovo", "--figure", str(tmp_path / "case.pdf")) == 2
    assert "must end in .png or .svg" in capsys.readouterr().err
    assert fundsim("trace", "kosovo", "--figure", str(tmp_path / "nowhere" / "case.png")) == 3
    assert "nowhere" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["case.svg"]
