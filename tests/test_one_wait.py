"""One figure for the wait, wherever it is told, and one statistic under one heading."""

import json

import pytest

from fundsim.analysis.measures import shown_in
from fundsim.report.brief.opening import answer as opening
from fundsim.report.language import ENGLISH
from tests.brief_facts import facts
from tests.test_run_command import command

PLACES = (
    "runs",
    "answer",
    "countries",
    "what if",
    "briefing",
    "briefing designs",
    "stress",
    "compare",
)
WAIT = "months_to_payment_with"


@pytest.mark.parametrize("place", PLACES)
def test_a_table_of_means_shows_means(place: str) -> None:
    assert {at.statistic for _, at in shown_in(place)} <= {"mean", "range"}


def test_run_compare_and_briefing_tell_the_same_wait(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # the width of whoever runs the tests
    names = ("montenegro+tariff", "montenegro+status_fixed")
    asked = (*names, "-n", "1000", "--seed", "7", "--workers", "1")
    command("run", *asked, "--json", monkeypatch=monkeypatch)
    runs = json.loads(capsys.readouterr().out)
    command("compare", *asked, "--json", monkeypatch=monkeypatch)
    differences = json.loads(capsys.readouterr().out)["differences"]
    [wait] = [
        d for d in differences if (d["measure"], d["statistic"], d["year"]) == (WAIT, "mean", None)
    ]
    assert [run["measures"][WAIT]["mean"] for run in runs] == [wait["first"], wait["second"]]
    said = ENGLISH.months(wait["first"])
    assert f"on average they wait {said} (" in " ".join(runs[0]["answer"])
    command("run", *asked, monkeypatch=monkeypatch)
    table = capsys.readouterr().out.partition("Side by side")[2]
    assert all(word in table for word in said.split())
    found = facts(*names, seed=7, stressed=False)
    assert any(f"wait {said} on average" in text for text in opening(found, ENGLISH))
    assert ENGLISH.months(found.results.get(WAIT)) == said
