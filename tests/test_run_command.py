"""The commands from end to end: what is printed, what is written, and that it is all or nothing."""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fundsim import cli, load, measure, project
from fundsim.model.ledger import LedgerError
from fundsim.report.request import Request
from fundsim.report.results import Results
from fundsim.report.run import files as write
from fundsim.report.run import picture, tables

SMALL = ["-n", "800", "--years", "3", "--set", "time.runoff_years=2", "--workers", "1"]


def command(*args: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command in this process; returns its exit code."""
    monkeypatch.setattr("sys.argv", ["fundsim", *args])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


@pytest.fixture
def fundsim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # the width of whoever runs the tests
    return lambda *args: command(*args, monkeypatch=monkeypatch)


@pytest.fixture
def one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of folders: a run draws one picture of six, which takes most of its time."""
    monkeypatch.setattr(picture, "FIGURES", {"pathway": picture.FIGURES["pathway"]})


def test_a_run_writes_everything_and_its_manifest_fits(fundsim, tmp_path, capsys) -> None:
    assert fundsim("run", "serbia", *SMALL, "--out", "result") == 0
    printed = capsys.readouterr().out
    assert "no policy was named; tariff" in printed
    assert "is too small in" in printed
    folder = tmp_path / "result"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    wanted = {f"figures/{f}.{kind}" for f in picture.FIGURES for kind in ("png", "svg")}
    wanted |= {"summary.json", "yearly.csv", "yearly.parquet", "replications.parquet"}
    wanted |= {"workbook.xlsx"}
    assert names == wanted | {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert manifest["command"].startswith("fundsim run serbia+tariff --set")
    assert manifest["replications"] == 800
    assert [p.name for p in tmp_path.iterdir()] == ["result"], "temporary folders are left"


@pytest.mark.parametrize(
    ("policies", "asked", "not_asked"),
    [
        (("tariff", "status_fixed"), "Budget too small", "Falls short"),
        (("assets_only", "conviction_levy"), "Falls short", "Budget too small"),
    ],
)
def test_the_tables_show_the_shortage_that_the_fund_is_asked_about(
    policies: tuple[str, str], asked: str, not_asked: str
) -> None:
    """A budget of each year, or a fund that keeps its money: year by year, and side by side."""
    sets = ["time.horizon_years=3"]
    if "assets_only" in policies:
        sets.append("income.budget.in_force=false")
    found = [
        Results.of(run, measure(run))
        for run in project([load(f"kosovo+{policy}", sets) for policy in policies], 100)
    ]
    for table in (tables.yearly(found[0]), tables.comparison(found)):
        heads = [str(column.header) for column in table.columns]
        assert any(head.startswith(asked) for head in heads), heads
        assert not any(head.startswith(not_asked) for head in heads), heads


def test_the_tables_agree_with_the_summary(fundsim, tmp_path) -> None:
    fundsim("run", "serbia", *SMALL, "-q", "--out", "result")
    folder = tmp_path / "result"
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    table = pq.read_table(folder / "yearly.parquet").to_pylist()
    with (folder / "yearly.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(table)
    for line, row in zip(lines, table, strict=True):
        entry = summary["measures"][row["measure"]]
        assert entry["unit"] == row["unit"]
        place = entry if row["year"] is None else entry["years"][str(row["year"])]
        assert place[row["statistic"]] == row["value"] == float(line["value"])
    rows = pq.read_table(folder / "replications.parquet")
    assert rows.num_rows == 800
    ruin = rows.column("ruin").to_numpy().mean()
    assert ruin == pytest.approx(summary["measures"]["ruin"]["mean"])
    assert "assumption:fund.take_up.unassisted_rate" in rows.column_names


@pytest.mark.slow
def test_the_manifest_s_command_gives_the_same_numbers(fundsim, tmp_path) -> None:
    fundsim("run", "kosovo", *SMALL, "-q", "--out", "first")
    manifest = json.loads((tmp_path / "first/manifest.json").read_text(encoding="utf-8"))
    import shlex

    again = shlex.split(manifest["command"])[1:]
    assert fundsim(*again, "-q", "--workers", "2", "--out", "second") == 0
    a, b = (
        json.loads((tmp_path / f / "summary.json").read_text("utf-8")) for f in ("first", "second")
    )
    assert a.pop("notes")  # that the default policy was used; the command names it
    assert not b.pop("notes")
    assert a == b
    for name in ("yearly.csv", "figures/cash_fan.svg", "figures/pathway.png"):
        assert (tmp_path / "first" / name).read_bytes() == (
            tmp_path / "second" / name
        ).read_bytes(), name


def test_several_scenarios_get_a_folder_each(fundsim, tmp_path, capsys) -> None:
    assert fundsim("run", "serbia", "montenegro+no_fund", *SMALL, "--out", "out") == 0
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "serbia+tariff", "montenegro+no_fund", "workbook.xlsx", "manifest.json",
    }  # fmt: skip
    assert "Side by side" in capsys.readouterr().out
    drawn = {p.stem for p in (tmp_path / "out/montenegro+no_fund/figures").iterdir()}
    assert drawn == {"pathway"}, "without a fund there is no cash to draw"


@pytest.mark.slow
@pytest.mark.usefixtures("one_picture")
def test_an_earlier_run_of_the_same_scenario_is_replaced(fundsim, tmp_path) -> None:
    assert fundsim("run", "serbia", *SMALL, "-q", "--out", "out") == 0
    assert fundsim("run", "serbia", *SMALL, "-q", "--seed", "7", "--out", "out") == 0
    assert "seed 7" in (tmp_path / "out/summary.json").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.usefixtures("one_picture")
def test_nothing_that_a_run_did_not_write_is_ever_deleted(fundsim, tmp_path, capsys) -> None:
    """A folder of something else, a run of other scenarios, a run with the user's own notes in it."""
    foreign = tmp_path / "letters"
    foreign.mkdir()
    (foreign / "minister.txt").write_text("draft", encoding="utf-8")
    assert fundsim("run", "serbia", *SMALL, "--out", "letters") == 2
    assert "is not empty and holds no run" in capsys.readouterr().err
    assert [p.name for p in foreign.iterdir()] == ["minister.txt"]

    assert fundsim("run", "serbia", "kosovo", *SMALL, "-q", "--out", "out") == 0
    assert fundsim("run", "serbia", *SMALL, "-q", "--out", "out") == 2
    assert "holds a run of serbia+tariff, kosovo+tariff" in capsys.readouterr().err
    assert (tmp_path / "out/kosovo+tariff/summary.json").exists()

    notes = tmp_path / "out/kosovo+tariff/figures/notes.txt"
    notes.write_text("mine", encoding="utf-8")
    assert fundsim("run", "serbia", "kosovo", *SMALL, "-q", "--out", "out") == 2
    assert "notes.txt, which no run wrote" in capsys.readouterr().err
    assert notes.read_text(encoding="utf-8") == "mine"
    notes.unlink()
    assert fundsim("run", "serbia", "kosovo", *SMALL, "-q", "--out", "out") == 0


@pytest.mark.slow
@pytest.mark.usefixtures("one_picture")
@pytest.mark.parametrize(
    "broken", ["_write_table", "_write_replications", "write_json", "run_workbook"]
)
def test_a_full_disk_leaves_the_earlier_run_whole(
    fundsim, tmp_path, monkeypatch, capsys, broken
) -> None:
    assert fundsim("run", "serbia", *SMALL, "-q", "--out", "out") == 0
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, broken, full)
    assert fundsim("run", "serbia", *SMALL, "-q", "--seed", "7", "--out", "out") == 3
    assert "No space left" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_identity_prints_and_writes_nothing(
    fundsim, tmp_path, monkeypatch, capsys
) -> None:
    def fail(_: object) -> None:
        raise LedgerError("check_balance: opening + in - out = closing")

    monkeypatch.setattr("fundsim.model.run.check", fail)
    assert fundsim("run", "serbia", *SMALL, "--out", "out") == 1
    told = capsys.readouterr()
    assert "check_balance" in told.err
    assert told.out == ""
    assert not (tmp_path / "out").exists()


def test_our_own_bug_is_one_line_with_a_report(fundsim, monkeypatch, capsys) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("fundsim.report.run.tell.measure", bug)
    assert fundsim("run", "serbia", *SMALL) == 70
    told = capsys.readouterr().err
    assert "Traceback" not in told
    report = Path(told.split("report in ")[1].strip())
    assert "ZeroDivisionError" in report.read_text(encoding="utf-8")
    report.unlink()


def test_json_is_the_summary(fundsim, capsys) -> None:
    assert fundsim("run", "serbia", *SMALL, "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["scenario"] == "serbia+tariff"
    assert len(summary["answer"]) >= 4


def test_a_plus_joins_a_file_to_the_scenario_before_it(fundsim, tmp_path, capsys) -> None:
    (tmp_path / "mine.toml").write_text(
        'question = "Two posts?"\n[fund.decision]\nposts = 2\n', encoding="utf-8"
    )
    assert fundsim("run", "serbia+tariff", "+mine.toml", *SMALL, "-q") == 0
    assert capsys.readouterr().out.startswith("serbia+tariff+mine")


@pytest.mark.slow
def test_diff_names_the_keys_and_what_they_move(fundsim, capsys) -> None:
    assert fundsim("diff", "serbia+tariff", "serbia+tariff+legal_aid", "--replications", "200") == 0
    told = capsys.readouterr().out
    assert "reform.legal_aid.from_year" in told
    assert "probability of a shortfall" in told
    assert fundsim("diff", "serbia", "serbia+tariff") == 0
    assert "the same: nothing moves" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.usefixtures("one_picture")
def test_diff_of_two_run_folders(fundsim, capsys) -> None:
    fundsim("run", "serbia", *SMALL, "-q", "--out", "a")
    fundsim("run", "serbia", *SMALL, "-q", "--out", "b", "--set", "fund.decision.posts=3")
    assert fundsim("diff", "a", "b") == 0
    told = capsys.readouterr().out
    assert "fund.decision.posts" in told
    assert "scenario_hash" in told


def test_explain_gives_meaning_source_and_effect(fundsim, capsys) -> None:
    assert (
        fundsim("explain", "serbia", "fund.take_up.unassisted_rate", "--replications", "200") == 0
    )
    told = " ".join(capsys.readouterr().out.split())
    for part in (
        "Meaning:",
        "Range:",
        "From:",
        "scenarios/base/serbia.toml:",
        "Drives:",
        "Grade: partly",
    ):
        assert part in told
    assert fundsim("explain", "serbia", "fund.entry_point") == 0
    assert "scenarios/policy/tariff.toml" in capsys.readouterr().out


def test_list_show_and_new(fundsim, tmp_path, capsys) -> None:
    assert fundsim("list") == 0
    assert "judgment_advance" in capsys.readouterr().out
    assert fundsim("show", "kosovo") == 0
    told = capsys.readouterr().out
    assert "scenarios/base/kosovo.toml:" in told
    assert "without prejudice" in told
    assert fundsim("new", "Moldova", "moldova.toml") == 0
    assert fundsim("check", "moldova.toml") == 2
    assert "values are still placeholders" in capsys.readouterr().out
    assert fundsim("run", "moldova.toml", *SMALL) == 0
    assert "the result says nothing yet" in capsys.readouterr().out


def test_options_become_one_request(fundsim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are joined, --years is one of the --set texts, and what was not said is None."""
    asked: list[Request] = []
    monkeypatch.setattr("fundsim.report.compare.tell.print_comparison", asked.append)
    assert (
        fundsim(
            "compare", "serbia", "+tariff", "serbia", "--set", "a.b=1", "--years", "5", "--json"
        )
        == 0
    )
    assert asked == [
        Request(("serbia+tariff", "serbia"), ("a.b=1", "time.horizon_years=5"), as_json=True)
    ]


@pytest.mark.slow
def test_each_figure_is_a_picture_with_its_stamp(fundsim, tmp_path) -> None:
    """Not blank, and the stamp is in the picture's metadata or text."""
    import matplotlib.image as image

    fundsim("run", "albania", *SMALL, "-q", "--out", "out")
    for name in picture.FIGURES:
        pixels = image.imread(tmp_path / f"out/figures/{name}.png")
        assert min(pixels.shape[:2]) > 600, name
        assert pixels[..., :3].std() > 0.05, name
        svg = (tmp_path / f"out/figures/{name}.svg").read_text(encoding="utf-8")
        assert "seed 20260101" in svg, name
        assert "nan" not in svg.lower().replace("financ", ""), name


def test_a_setting_that_makes_an_assumption_certain_is_told(fundsim, capsys) -> None:
    """Confirming a value must not quietly make a fund look safer."""
    assert fundsim("run", "serbia", *SMALL, "--set", "fund.take_up.unassisted_rate=0.2!") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "fund.take_up.unassisted_rate is taken as certain; it was believed to lie between 0.03 and 0.25"
        in told
    )
    assert fundsim("run", "serbia", *SMALL, "--set", "fund.take_up.unassisted_rate.value=0.2") == 0
    assert "taken as certain" not in capsys.readouterr().out


def numbers(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a summary with its place."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from numbers(value, f"{path}.{key}")
        elif isinstance(value, int | float):
            yield f"{path}.{key}", value


def test_the_reference_engine_gives_the_same_answer(fundsim, capsys) -> None:
    """`--engine simpy`: every figure is the same, but for the last places of sums; the stamp says which it was."""
    small = ["-n", "40", "--years", "3", "--set", "time.runoff_years=2"]
    assert fundsim("run", "kosovo+mixed_financing", *small, "--json") == 0
    fast = json.loads(capsys.readouterr().out)
    assert fundsim("run", "kosovo+mixed_financing", *small, "--json", "--engine", "simpy") == 0
    slow = json.loads(capsys.readouterr().out)
    ours, theirs = dict(numbers(fast["measures"])), dict(numbers(slow["measures"]))
    assert ours.keys() == theirs.keys()
    for place, x in ours.items():
        slack = 1e-4 if ".sd_" in place else 1e-7  # a part of the spread is a root of a difference
        assert theirs[place] == pytest.approx(x, rel=1e-9, abs=slack), place
    assert slow["stamp"].endswith("reference engine")
    assert slow["command"].endswith("--engine simpy")
