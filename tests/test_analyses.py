"""The commands of the analyses, end to end: sensitivity, stress."""

from __future__ import annotations

import json

import pytest

from tests.test_run_command import fundsim  # noqa: F401

QUICK = ("--years", "4", "--set", "time.runoff_years=1", "--workers", "1")


def test_sensitivity_ranks_and_writes(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    args = ("sensitivity", "kosovo+tariff", *QUICK, "-n", "2000", "--out", "answer")
    assert fundsim(*args) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "of what single assumptions explain rests on judgement" in told
    assert "what nobody knows" in told
    assert "without prejudice" in told
    rows = json.loads((tmp_path / "answer" / "ranking.json").read_text(encoding="utf-8"))
    assert {"input", "share", "grade", "source", "told_from_0"} <= rows[0].keys()
    assert [r["share"] for r in rows] == sorted((r["share"] for r in rows), reverse=True)
    assert (tmp_path / "answer" / "ranking.svg").exists()


def test_sobol_tells_alone_and_together(fundsim, capsys) -> None:  # noqa: F811
    args = ("sensitivity", "kosovo+tariff", *QUICK, "-n", "2000", "--method", "sobol", "--json")
    assert fundsim(*args) == 0
    rows = json.loads(capsys.readouterr().out)["sobol"]
    assert rows[-1]["input"] == "all others"
    assert all(row["total_high95"] >= row["first_low95"] for row in rows)


def test_tornado_and_information(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    args = ("sensitivity", "kosovo+tariff", *QUICK)
    assert fundsim(*args, "--method", "tornado", "-n", "64", "--out", "t") == 0
    assert "The widest bar is" in capsys.readouterr().out
    bars = json.loads((tmp_path / "t" / "tornado.json").read_text(encoding="utf-8"))
    widths = [max(b["at_low"], b["at_high"], b["centre"]) - min(b["at_low"], b["at_high"], b["centre"])
              for b in bars]  # fmt: skip
    assert widths == sorted(widths, reverse=True)
    assert fundsim(*args, "--method", "evppi", "-n", "2000", "--out", "v") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "how much a year to set aside, if a euro missing costs € 0.95" in told
    assert "most worth collecting first" in told or "No single figure" in told
    weights = "each euro missing counts as a loss of € 0.95 and each euro set aside but not needed as a loss of € 0.05"
    assert weights in told
    assert "2,000 simulations are few for this" in told
    ledger = json.loads((tmp_path / "v" / "information.json").read_text(encoding="utf-8"))
    assert {"worth_a_year", "mc_error", "influence", "grade", "low", "source"} <= ledger[0].keys()
    groups = json.loads((tmp_path / "v" / "groups.json").read_text(encoding="utf-8"))
    assert {"take-up", "caseload", "enforcement", "awards"} <= {g["name"] for g in groups}


def test_levers_of_a_fund_for_nobody_have_no_verdict(fundsim, capsys) -> None:  # noqa: F811
    nobody = ("--set", "caseload.level=0", "--set", "caseload.mass.events_a_year=0")
    args = ("sensitivity", "kosovo+tariff", *QUICK, *nobody, "-n", "32", "--method", "levers")
    assert fundsim(*args, "--json") == 0
    rows = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(name))
    shares = [row for row in rows["levers"] if row["measure"] == "share_paid_with"]
    assert {(row["before"], row["verdict"]) for row in shares} == {(None, "no change")}
    assert "not defined" in shares[-1]["reason"]
    assert fundsim(*args) == 0
    assert "nan" not in capsys.readouterr().out


def test_levers_are_told_with_reasons(fundsim, capsys) -> None:  # noqa: F811
    args = ("sensitivity", "kosovo+tariff", *QUICK, "-n", "64", "--method", "levers", "--json")
    assert fundsim(*args) == 0
    told = json.loads(capsys.readouterr().out)
    rows = told["levers"]
    assert "each moved alone by the step beside it" in told["answer"][0]  # one step is a tenth less
    assert len({row["lever"] for row in rows}) >= 15
    assert {"as expected", "no change"} <= {row["verdict"] for row in rows}
    assert all(row["reason"] for row in rows if row["verdict"] == "no change")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("kosovo", "--method", "tornad"), "did you mean 'tornado'"),
        (("kosovo", "--measure", "rin"), "did you mean 'ruin'"),
        (("kosovo+no_fund",), "nothing moves it"),
        (("kosovo+no_fund", "--method", "evppi"), "no decision to take"),
        (("kosovo", "--method", "evppi", "--prices", "0", "1"), "must be above 0"),
    ],
)
def test_bad_requests_get_one_message(fundsim, capsys, args, message) -> None:  # noqa: F811
    assert fundsim("sensitivity", *args, *QUICK, "-n", "512") == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


def test_stress_tells_all_three(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    args = ("stress", "kosovo+tariff", *QUICK, "-n", "600", "--out", "answer")
    assert fundsim(*args) == 0
    told = " ".join(capsys.readouterr().out.split())
    for text in (
        "under stress",
        "caseload doubles",
        "What makes money run out",
        "pro rata",
        "Worst-off tenth",
    ):
        assert text in told
    folder = tmp_path / "answer"
    stresses = json.loads((folder / "stresses.json").read_text(encoding="utf-8"))
    assert len({row["stress"] for row in stresses}) == 11
    rules = json.loads((folder / "hard_years.json").read_text(encoding="utf-8"))
    assert [rule["rule"] for rule in rules] == [
        "queue",
        "pro_rata",
        "treasury_advance",
        "supplement",
        "lower_cap",
    ]
    assert (folder / "reverse_stress.csv").exists()
    assert (folder / "hard_years.png").exists()
    assert fundsim("stress", "kosovo+no_fund", *QUICK) == 2
    assert "nothing to put under stress" in capsys.readouterr().err


def test_a_stress_already_there_is_left_out(fundsim, capsys) -> None:  # noqa: F811
    assert fundsim("stress", "kosovo+tariff+budget_cut", *QUICK, "-n", "100", "--json") == 0
    stresses = {row["stress"] for row in json.loads(capsys.readouterr().out)["stresses"]}
    assert len(stresses) == 10
    assert "budget_cut" not in stresses
