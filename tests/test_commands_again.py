"""A command that is printed or stored can be pasted into a shell, in any folder, and gives the same again."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from fundsim.report.brief.blocks import Box
from fundsim.report.brief.evidence import evidence
from fundsim.report.language import language
from fundsim.scenario.command import command_line
from fundsim.scenario.compose import load
from fundsim.scenario.naming import from_anywhere
from tests.brief_facts import facts
from tests.test_run_command import fundsim  # noqa: F401

OWN = "Moje datoteke (nacrt)/nacrt 1.toml"
DRAFT = 'extends = "montenegro+tariff"\nquestion = "What if a claim brings at most 11 wages?"\n[fund.amount]\ncap = 11\n'
FORMS = 'fund.eligible.forms=["sexual", "labour"]'
TABLE = 'fund.take_up.unassisted_rate={value = 0.3, low = 0.2, high = 0.5, note = "it\'s $HOME & `id` !"}'
LITTLE = ("time.horizon_years=2", "time.runoff_years=1")
SETS = tuple(word for text in (FORMS, TABLE, *LITTLE) for word in ("--set", text))
QUICK = (*SETS, "-n", "64", "--workers", "1")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A file of one's own, by its name from the folder that a command stands in."""
    (tmp_path / OWN).parent.mkdir()
    (tmp_path / OWN).write_text(DRAFT, encoding="utf-8")
    return OWN


def pasted(line: str, folder: Path, *more: str) -> str:
    """What a POSIX shell that stands in another folder prints when the line is pasted, with a few words more."""
    (folder / "bin").mkdir(parents=True)
    script = folder / "bin" / "fundsim"
    begin = "from fundsim.cli import main; main()"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{begin}" "$@"\n')
    script.chmod(0o755)
    path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", f"{line} {shlex.join(more)}"], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "60"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_command_of_anything_is_the_same_words_to_a_shell() -> None:
    names, sets = ["it's/a b.toml+legal_aid", "serbia*"], ["x=[1, 2]", 'y={a = "$b"}']
    line = command_line(
        "store prune", names, sets, solvent=0.95, line=None, as_it=True, off=False, between=(1.5, 2)
    )
    assert shlex.split(line) == [
        "fundsim", "store", "prune", *names, "--set", sets[0], "--set", sets[1],
        "--solvent", "0.95", "--as-it", "--between", "1.5", "2",
    ]  # fmt: skip


def test_own_files_are_named_by_their_absolute_paths(own, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    there = str(tmp_path / OWN)
    assert from_anywhere(f"{own}+legal_aid") == f"{there}+legal_aid"
    assert from_anywhere("serbia+tariff+legal_aid") == "serbia+tariff+legal_aid"
    assert load(f"{own}+legal_aid").given == f"{there}+legal_aid"
    assert load("serbia").given == "serbia+tariff"
    (tmp_path / "a+b").mkdir()
    (tmp_path / "a+b" / "c+d.toml").write_text(DRAFT, encoding="utf-8")
    assert load("a+b/c+d.toml+legal_aid").given == f"{tmp_path}/a+b/c+d.toml+legal_aid"
    monkeypatch.chdir("/")
    assert load(f"{tmp_path}/a+b/c+d.toml+legal_aid").world.has_fund


def test_the_footer_and_the_manifest_of_a_run_give_it_again_elsewhere(
    fundsim, own, tmp_path, capsys  # noqa: F811
) -> None:  # fmt: skip
    assert fundsim("run", own, *QUICK, "--out", "first") == 0
    printed = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("fundsim run")
    ]
    card = json.loads((tmp_path / "first/manifest.json").read_text("utf-8"))
    assert printed == [card["command"]], "in one line, however long it is"
    pasted(card["command"], tmp_path / "elsewhere", "--workers", "1", "--out", "again")
    a, b = (
        json.loads((tmp_path / folder / "summary.json").read_text("utf-8"))
        for folder in ("first", "elsewhere/again")
    )
    assert a == b


@pytest.mark.parametrize(
    "words",
    [
        ("compare", OWN, "montenegro+tariff"),
        ("solve", OWN, "--solvent", "0.8", "--line", "budget"),
        ("sensitivity", OWN, "--method", "ranking", "--measure", "due_a_year"),
        ("region", OWN, "kosovo", "--dependence", "0.5", "--same-cases"),
    ],
    ids=lambda words: words[0],
)
def test_the_manifest_of_another_answer_gives_it_again(words, fundsim, own, tmp_path) -> None:  # noqa: F811
    assert fundsim(*words, *QUICK, "-n", "256", "--json", "--out", "first") == 0
    line = json.loads((tmp_path / "first/manifest.json").read_text("utf-8"))["command"]
    (tmp_path / "elsewhere").mkdir()
    os.chdir(tmp_path / "elsewhere")
    assert fundsim(*shlex.split(line)[1:], "--workers", "1", "--json", "--out", "again") == 0
    tables = [
        {p.name: p.read_bytes() for p in folder.glob("*.csv")}
        for folder in (tmp_path / "first", tmp_path / "elsewhere/again")
    ]
    assert tables[0] == tables[1] != {}


def test_a_batch_names_the_command_of_each_scenario(fundsim, own, tmp_path) -> None:  # noqa: F811
    plan = f"""question = "?"\ncountries = ["montenegro"]\npolicies = ["tariff", "tariff+{own}"]\nreplications = 4
    set = ['{LITTLE[0]}', '{LITTLE[1]}', '''{TABLE}''']\n"""
    (tmp_path / OWN).write_text(
        DRAFT.replace('extends = "montenegro+tariff"\n', ""), encoding="utf-8"
    )
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    assert fundsim("sweep", "plan.toml", "--workers", "1", "--out", "out") == 0
    os.chdir("/")
    table = pd.read_parquet(tmp_path / "out" / "scenarios")
    for one in table.itertuples():
        _, _, name, *options = shlex.split(one.command)
        assert load(name, options[1:-4:2]).hash == one.scenario_hash
    assert len(table) == 2


@pytest.mark.parametrize("code", ["en", "sr-Cyrl"])
def test_a_briefing_names_commands_that_can_be_pasted(code, own, tmp_path) -> None:
    path = str(tmp_path / OWN)
    say, found = language(code), facts(path, sets=(FORMS, TABLE, *LITTLE), stressed=False)
    blocks = list(evidence(found, say))
    [card] = [
        b for b in blocks if isinstance(b, Box) and any("fundsim brief" in line for line in b.texts)
    ]
    [line] = [line for line in card.texts if "fundsim brief" in line]
    words = shlex.split(line[line.index("fundsim brief") :])
    assert words[2:11] == [
        path,
        "--set",
        FORMS,
        "--set",
        TABLE,
        "--set",
        LITTLE[0],
        "--set",
        LITTLE[1],
    ]
    assert load(words[2], words[4:11:2]).hash == found.scenario.hash


def test_a_store_names_the_command_that_tidies_it(fundsim, tmp_path, capsys) -> None:  # noqa: F811
    assert fundsim("run", "montenegro", "-n", "8", "--store", "my store", "-q") == 0
    [part] = (tmp_path / "my store").rglob("*.parquet")
    part.write_bytes(b"harm")
    part.parents[2].rename(tmp_path / "my store" / "older")
    capsys.readouterr()
    assert fundsim("store", "list", "my store") == 0
    assert fundsim("store", "check", "my store") == 4
    printed = capsys.readouterr().out.splitlines()
    lines = [f"fundsim {line.partition('fundsim ')[2]}" for line in printed if "fundsim " in line]
    assert lines == [
        f"fundsim store prune '{tmp_path}/my store' --other-versions",
        f"fundsim store prune '{tmp_path}/my store'",
    ]
    os.chdir("/")
    assert fundsim(*shlex.split(lines[0])[1:]) == 0
    assert not list((tmp_path / "my store").rglob("*.parquet"))


def test_a_new_country_names_the_command_that_checks_it(fundsim, tmp_path, capsys) -> None:  # noqa: F811
    assert fundsim("new", "Moldova", "nova zemlja.toml") == 0
    line = capsys.readouterr().out.partition("then: ")[2]
    here = fundsim("check", "nova zemlja.toml"), *capsys.readouterr()
    os.chdir("/")
    there = fundsim(*shlex.split(line)[1:]), *capsys.readouterr()
    assert there == tuple(
        text.replace("nova zemlja.toml", f"{tmp_path}/nova zemlja.toml")
        if isinstance(text, str)
        else text
        for text in here
    )
