"""Phases that are written wrongly are refused with file, line and key, in files and in overrides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fundsim.cli import main
from fundsim.scenario.compose import load
from fundsim.scenario.errors import BAD_INPUT, InputError

Write = Callable[[str], str]
Refused = Callable[[str], str]
RATE = "fund.decision.approval_rate"
SOME = "[[phase]]\nfrom_year = 2030\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write an own file in the working folder and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(body: str) -> str:
        text = f'question = "What if?"\nextends = "serbia+tariff"\n{body}'
        Path("my.toml").write_text(text, encoding="utf-8")
        return "my.toml"

    return write


@pytest.fixture
def refused(own: Write) -> Refused:
    """What is said of a file; its first line that is not of every file is the third."""

    def message(body: str) -> str:
        with pytest.raises(InputError) as caught:
            load(own(body))
        return str(caught.value)

    return message


WRONG = {
    "phase = 3\n": "my.toml:3: phase = 3: is written [[phase]]",
    'phase = "2030"\n': 'my.toml:3: phase = "2030": is written [[phase]]',
    "phase = [1, 2]\n": "my.toml:3: phase: is written [[phase]]",
    "phase = [[{ from_year = 2030 }]]\n": "my.toml:3: phase: is written [[phase]]",
    "[phase]\nfrom_year = 2030\n": "my.toml:3: phase: is written [[phase]]",
    "[phase.2030.fund.decision]\nposts = 3\n": "my.toml:3: phase: is written [[phase]]",
    "phase = [[[[[[[[[1]]]]]]]]]\n": "my.toml: is nested deeper than 8",
    "[[phase]]\nfrom_year = true\n": "my.toml:4: phase.from_year = true: must be a calendar year between 2000 and 2100",
    '[[phase]]\nfrom_year = "2030"\n': 'my.toml:4: phase.from_year = "2030": must be a calendar year',
    "[[phase]]\nfrom_year = 2.030\n": "my.toml:4: phase.from_year = 2.030: must be a calendar year",
    "[[phase]]\nfrom_year = [2030]\n": "my.toml:4: phase.from_year: must be a calendar year",
    "[[phase]]\nfrom_year = 1999\n": "my.toml:4: phase.from_year = 1999: must be a calendar year",
    "[[phase]]\nfrom_year = 2030-01-01\n": 'my.toml:4: phase.from_year = "2030-01-01": must be a calendar year',
    "[[phase]]\n[phase.fund.decision]\nposts = 3\n": "my.toml:3: phase.from_year: is missing",
    SOME + "[[phase]]\nfrom_yaer = 2031\n": "my.toml:5: phase.from_year: is missing",
    SOME + "[[phase]]\nfrom_year = 2030\n": "my.toml:6: phase.from_year = 2030: begins two phases",
    SOME + '[phase.fund]\nentry_point = "judgment"\n':
        "my.toml:6: phase.2030.fund.entry_point: cannot change with the years: a victim who has passed the entry point",
    SOME + "[phase.fund]\nopening_capital = 3\n":
        "my.toml:6: phase.2030.fund.opening_capital: cannot change with the years: it is what the fund opens with",
    SOME + "[phase.fund.take_up]\nramp_years = 3\n":
        "my.toml:6: phase.2030.fund.take_up.ramp_years: cannot change with the years: it counts from the opening",
    SOME + "[phase.income.budget]\nfrom_year = 2031\n":
        "my.toml:6: phase.2030.income.budget.from_year: cannot change with the years: a phase says from when",
    SOME + '[phase.income.budget]\nkind = "grant"\n':
        "my.toml:6: phase.2030.income.budget.kind: cannot change with the years: another kind",
    SOME + "[phase.caseload]\nlevel = 3\n":
        "my.toml:5: phase.2030.caseload: a phase changes the fund and its money; what changes in the world is a reform or a stress",
    SOME + "[phase.income.bugdet]\nin_force = true\n":
        "my.toml:5: phase.2030.income.bugdet: must be a source of income of the scenario; a phase may put it in force; "
        "did you mean 'budget'?",
    SOME + "[phase.fund.eligible]\nadultss = true\n":
        "my.toml:6: phase.2030.fund.eligible.adultss: no such key; did you mean 'adults'?",
    SOME + "[phase.fnd.eligible]\nadults = true\n": "phase.2030.fnd: a phase changes the fund and its money",
    SOME + "[phase.income.budget]\nmagrin = 1\n":
        "my.toml:6: phase.2030.income.budget.magrin: no such key; did you mean 'margin'?",
    SOME + "[phase.fund.decision]\ncaseworkers = 2\n":
        "my.toml:6: phase.2030.fund.decision.caseworkers: no such key; it was retired: a desk may have parts of a post; "
        "use fund.decision.posts",
    SOME + '[phase.income.budget]\nvote = "fixed"\n':
        'phase.2030.income.budget.amount: is missing: a fixed budget line needs one; or write vote = "revised"',
    SOME + '[phase.fund.decision]\napproval_rate = { value = 0.5, unit = "share", source = "nobody" }\n':
        "my.toml:6: phase.2030.fund.decision.approval_rate.source = nobody: no such source in sources.toml",
    SOME + "fund = 5\n": "my.toml:5: phase.2030.fund = 5: must be a table",
    SOME + "income = 5\n": "my.toml:5: phase.2030.income = 5: must be a table",
    SOME + "[phase.income]\nbudget = 5\n": "my.toml:6: phase.2030.income.budget = 5: must be a table",
    SOME + "[phase.fund.decision]\nposts = [2]\n": "my.toml:6: phase.2030.fund.decision.posts: must be a number or a table",
    SOME + "[phase.fund.decision]\nposts = nan\n": "phase.2030.fund.decision.posts.value = nan: must be finite",
    SOME + '[phase.fund.decision]\nbody = "comittee"\n':
        "my.toml:6: phase.2030.fund.decision.body = comittee: must be one of officers, committee; did you mean 'committee'?",
    SOME + "[phase.fund.amount]\nfloor = 30\ncap = 3\n":
        "my.toml:6: phase.2030.fund.amount.floor = 30: must not be above the cap",
    SOME + '[phase.fund.amount]\nbasis = "judgment"\n': "my.toml:6: phase.2030.fund.amount.basis = judgment: a share of the judgment",
    SOME + '[phase.income.budget]\nvote = "fixed"\namount = 310.000\n':
        "my.toml:7: phase.2030.income.budget.amount = 310.000: 310 or 310000? write the one that is meant",
    SOME + "[phase.income.budget]\namount = 310,000\n": "my.toml:6: is not TOML: 310,000 is no number of TOML",
    SOME + '[phase.fund.amount]\nfixed = 1e7\n':
        "my.toml:6: phase.2030.fund.amount.fixed = 1e+07: times",
    SOME + '[phase."fu\\u0000nd"]\nx = 1\n': "has a control or direction character",
    "income = 3\n" + SOME + "[phase.income.budget]\nmargin = 1\n": "phase.2030.income.budget: must be a source of income",
    "[income]\nbudget = 3\n" + SOME + "[phase.income.budget]\nmargin = 1\n": "my.toml:4: income.budget = 3: must be a table",
    "[income.budget]\nkind = [1]\n" + SOME + "[phase.income.budget]\nmargin = 1\n": "kind must be one of budget_line",
}  # fmt: skip


@pytest.mark.parametrize(("body", "message"), WRONG.items())
def test_a_phase_that_is_wrong_is_refused_with_file_line_and_key(
    body: str, message: str, refused: Refused
) -> None:
    assert message in refused(body)


def test_all_that_is_wrong_with_phases_is_told_at_once_and_each_thing_once(
    refused: Refused,
) -> None:
    bad = (
        "[fund.decision]\nposts = -5\n[[phase]]\nfrom_year = 2030\n[phase.fund.eligible]\nadultss = true\n"
        "[[phase]]\nfrom_year = 2032\n[phase.fund.decision]\nposts = -1\n"
    )
    lines = refused(bad).splitlines()
    assert [line.partition(" =")[0].partition(": no")[0] for line in lines] == [
        "my.toml:4: fund.decision.posts",
        "my.toml:8: phase.2030.fund.eligible.adultss",
        "my.toml:12: phase.2032.fund.decision.posts",
    ]
    assert (
        refused("fund = 3\n" + SOME + "[phase.fund.decision]\nposts = 2\n")
        == "my.toml:3: fund = 3: must be a table"
    )
    twice = "".join(f"[[phase]]\nfrom_year = {year}\n" for year in (2030, 1990, 2030))
    assert [line.partition(":")[2].partition(":")[0] for line in refused(twice).splitlines()] == [
        "6",
        "8",
    ]


def test_as_many_phases_as_there_are_years_are_read_and_more_are_refused(refused: Refused) -> None:
    def many(n: int) -> str:
        return "".join(
            f"[[phase]]\nfrom_year = {2000 + i}\n[phase.fund.decision]\nposts = {2 + i / 100}\n"
            for i in range(n)
        )

    found = refused(many(200))
    assert (
        "my.toml:408: phase.from_year = 2101: must be a calendar year between 2000 and 2100"
        in found
    )
    assert "and 79 more" in found
    Path("my.toml").write_text(
        f'question = "?"\nextends = "serbia+tariff"\n{many(101)}', encoding="utf-8"
    )
    assert len(load("my.toml").world.phase) == 101


SET_WRONG = {
    "phase=3": "--set: phase: is set by its year, as in phase.2030.fund.decision.posts=2",
    "phase=[]": "--set: phase: is set by its year",
    "phase=[{from_year=2030}]": "--set: phase: is set by its year",
    "phase.2030=5": "--set: phase.2030: must be a key below the year",
    "phase.2030.fund=1": "--set: phase.2030.fund = 1: must be a table",
    "phase.2030.fund.costs=[1]": "--set: phase.2030.fund.costs: must be a table",
    "phase.2030.income=1": "--set: phase.2030.income = 1: must be a table",
    "phase.2030.income.x.amount=1": "--set: phase.2030.income.x: must be a source of income of the scenario",
    "phase.2030.income.budget={kind=[1]}": "--set: phase.2030.income.budget.kind: cannot change",
    "phase.fund.decision.posts=2": "--set: phase.fund: must be a calendar year between 2000 and 2100, as in phase.2030",
    "phase.from_year=2031": "--set: phase.from_year: must be a calendar year",
    "phase.value=3": "--set: phase.value: must be a calendar year",
    "phase.²030.fund.decision.posts=2": "--set: phase.²030: must be a calendar year",
    "phase.٢٠٣٠.fund.decision.posts=2": "--set: phase.٢٠٣٠: must be a calendar year",
    "phase.02030.fund.decision.posts=2": "--set: phase.02030: must be a calendar year",
    "phase.1999.fund.decision.posts=2": "--set: phase.1999: must be a calendar year",
    "phase.2030.from_year=2031": "--set: phase.2030.from_year: is the year in the key",
    "phase.2030.caseload.level=4": "--set: phase.2030.caseload: a phase changes the fund and its money",
    "phase.2030.fund.entry_point=judgment": "--set: phase.2030.fund.entry_point: cannot change with the years",
    "phase.2030.fund.decision.posts=2,5": "--set: phase.2030.fund.decision.posts = 2,5: cannot be read; write 2.5",
    "phase.2030.fund.decision.posts=-1": "--set: phase.2030.fund.decision.posts = -1: -1 must be between",
    "phase.2030.fund.decision.posts=true": "--set: phase.2030.fund.decision.posts = true: must be a number",
    "phase.2030.fund.decision.post=2": "--set: phase.2030.fund.decision.post: no such key; did you mean 'posts'?",
    "phase.2030.fund.payment.instalments=3!": "--set: phase.2030.fund.payment.instalments = 3!: is never uncertain",
    "phase.2030.fund.costs.office_a_year=10.000": "phase.2030.fund.costs.office_a_year.value = 10.000: 10 or 10000?",
    "phase.2030.fund.costs.office_a_year=10.000!": "phase.2030.fund.costs.office_a_year.value = 10.000: 10 or 10000?",
    "phase.2030.income.budget.amount=310.000": "phase.2030.income.budget.amount = 310.000: 310 or 310000?",
    f"phase.2030.{RATE}=2": f"--set: phase.2030.{RATE}: 2 must be a share between 0 and 1",
    f"phase.2030.{RATE}=nan": f"--set: phase.2030.{RATE}.value = nan: must be finite",
    f"phase.2030.{RATE}=[1]": f"--set: phase.2030.{RATE}: must be a number or a table",
    f"phase.2030.{RATE}.value=2": f"--set: phase.2030.{RATE}: ",
    f"phase.2030.{RATE}.valu=0.5": f"--set: phase.2030.{RATE}.valu: no such key; did you mean 'value'?",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), SET_WRONG.items())
def test_an_override_of_a_phase_that_is_wrong_is_refused(text: str, message: str) -> None:
    for others in ([], ["phase.2031.fund.decision.posts=3"]):
        with pytest.raises(InputError) as caught:
            load("serbia+tariff+children_first", [*others, text])
        assert message in str(caught.value)


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["fundsim", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("text", ["phase = 3\n", SOME + "fund = 1\n"])
def test_a_command_ends_with_the_code_of_bad_input(
    text: str, own: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "show", own(text)) == BAD_INPUT
    found = capsys.readouterr()
    assert "my.toml:" in found.err
    assert "Traceback" not in found.err
