"""What would be enough is decided in one place and said alike by `run`, `solve` and the briefing."""

import json
import math

import pytest

from fundsim.analysis.needs import needs
from fundsim.analysis.suffices import Sufficient, what_suffices
from fundsim.report.brief.opening import answer as opening
from fundsim.report.language import ENGLISH
from fundsim.report.sufficing import LATE
from fundsim.scenario.compose import load
from tests.brief_facts import facts
from tests.test_run_command import command

NAME = "montenegro+tariff"
N, SEED = 1000, 7
SHORT = ("time.horizon_years=5", "time.runoff_years=3")
# a fixed line of which what is left stays in the fund, and no handling time: the question is whether the fund lasts
LINE = (
    "income.budget.vote=fixed", "income.budget.amount=60000", "income.budget.index=wages", "income.budget.lapses=false",
    "fund.reserve_return=true", "fund.decision.handling.median=0!",
)  # fmt: skip
NO_LIMIT, LIMIT = "fund.payment.yearly_limit=9000000", "fund.payment.yearly_limit=4000"
LATE_LINE = "income.budget.from_year=2030"
POOR = "income.budget.amount=1000"
# what binds -> overrides, and the words that name it
WORLDS = {
    "money": ((POOR,), "(rising with wages) from the line"),
    "limit": ((LIMIT,), "the yearly limit on payments (fund.payment.yearly_limit) alone"),
    "date": ((LATE_LINE,), "costs fall due before the line begins in 2030"),
    "limit and date": ((LIMIT, LATE_LINE), "whatever money there is"),
    "date and cuts": (
        (LATE_LINE, "income.budget.cut_rate=0.9!", "income.budget.cut_share=1!"),
        "before the line begins in 2030, or while it is cut to nothing",
    ),
    "cuts": ((POOR, "income.budget.cut_rate=0.9!", "income.budget.cut_share=1!"), "cut to nothing"),
    "a wide limit": ((POOR, NO_LIMIT), "(rising with wages) from the line"),
    "a line not in force": (("income.budget.in_force=false",), "which is not in force, or without it"),
}  # fmt: skip


def short(*sets: str) -> tuple[str, ...]:
    """A few years with LINE, of which sets may say something else."""
    said = {text.partition("=")[0] for text in sets}
    return (*SHORT, *(text for text in LINE if text.partition("=")[0] not in said), *sets)


def found(sets: tuple[str, ...]) -> Sufficient:
    return what_suffices(needs(load(NAME, short(*sets)), "budget", N, SEED), 0.95)


@pytest.mark.parametrize("world", WORLDS)
def test_run_solve_and_briefing_say_the_same_of_what_would_be_enough(
    world: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sets, words = WORLDS[world]
    overrides = [part for text in short(*sets) for part in ("--set", text)]
    asked = ("-n", str(N), "--seed", str(SEED), "--workers", "1", "--json")
    command("run", NAME, *overrides, *asked, monkeypatch=monkeypatch)
    run = " ".join(json.loads(capsys.readouterr().out)["answer"])
    command("solve", NAME, *overrides, *asked, monkeypatch=monkeypatch)
    solved = json.loads(capsys.readouterr().out)
    paper = " ".join(
        opening(facts(NAME, sets=short(*sets), replications=N, seed=SEED, stressed=False), ENGLISH)
    )

    right = found(sets)
    assert words in run, run
    assert (solved["amount"] is None) == math.isinf(right.contribution.amount)
    if right.by_line:
        amount = ENGLISH.euro(right.contribution.amount)
        assert solved["amount"] == right.contribution.amount
        assert f"needs {amount} a year (rising with wages) from the line" in run
        assert f"needs {amount} a year" in paper
    else:
        assert words in " ".join(solved["answer"])
        assert words in paper
        assert "more at the opening" not in run
    if not right.by_line and not right.by_capital:
        for text in (run, paper):
            assert "No amount of money makes it last in 95 of 100 futures" in text


def test_the_amount_that_is_told_is_enough_and_a_tenth_less_is_not() -> None:
    amount = found((POOR,)).contribution.amount
    for factor, lasts in ((1.0, True), (0.9, False)):
        again = f"income.budget.amount={amount * factor}"
        share = float((needs(load(NAME, short(again)), "budget", N, SEED).capital <= 0).mean())
        assert (share >= 0.95) == lasts


def test_no_amount_is_told_of_few_futures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = [part for text in short(POOR) for part in ("--set", text)]
    command("run", NAME, *overrides, "-n", "64", "-q", monkeypatch=monkeypatch)
    told = capsys.readouterr().out
    assert "What would be enough is not told of 64 futures: 100 are needed." in told
    assert "it needs €" not in told


def test_a_desk_that_cannot_keep_pace_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Money that is there pays nobody whose claim is not decided."""
    slow = ("--set", "fund.decision.working_months=30!", "--set", "caseload.level=200!")
    asked = (
        "run",
        NAME,
        *slow,
        "--set",
        "fund.take_up.unassisted_rate=0.9!",
        "-n",
        "100",
        "--json",
    )
    command(*asked, monkeypatch=monkeypatch)
    summary = json.loads(capsys.readouterr().out)
    assert summary["measures"]["claims_slow_rate"]["mean"] > LATE
    assert "a larger desk may (fund.decision.posts)" in " ".join(summary["answer"])


def test_the_desk_is_named_by_solve_and_briefing_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = (
        "fund.decision.working_months=30!",
        "caseload.level=200!",
        "fund.take_up.unassisted_rate=0.9!",
        *SHORT,
    )
    words = "a larger desk may (fund.decision.posts)"
    asked = [part for text in slow for part in ("--set", text)]
    command("solve", NAME, *asked, "-n", "200", "--json", monkeypatch=monkeypatch)
    assert words in " ".join(json.loads(capsys.readouterr().out)["answer"])
    assert words in " ".join(opening(facts(NAME, sets=slow, stressed=False), ENGLISH))


def test_one_fund_for_a_region_names_the_limit_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("albania+tariff", "montenegro+tariff")
    command("region", *names, "--set", LIMIT, "-n", "128", "--json", monkeypatch=monkeypatch)
    told = " ".join(json.loads(capsys.readouterr().out)["answer"])
    assert "no contribution a year is enough. The yearly limit on payments" in told
    assert "Separate funds with these contributions" not in told


def test_a_future_that_the_limit_holds_back_is_counted_once() -> None:
    """By the limit, not by the line too."""
    right = found((LIMIT,))
    assert right.limited > 0.05
    assert right.useless == 0
    both = found((LIMIT, LATE_LINE))
    assert both.limited + both.useless == pytest.approx(1 - both.most)
