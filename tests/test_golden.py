"""Numbers move only deliberately, and what the README shows runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from fundsim import __version__
from fundsim.analysis.measures import trust
from fundsim.analysis.project import project
from fundsim.scenario.compose import load
from fundsim.scenario.files import countries
from tests.golden import COMBINATIONS, FILE, figures, policies

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_headline_figures_have_not_moved() -> None:
    """If this is meant: python -m tests.golden, and a line "Results change" in CHANGELOG.md."""
    stored, now = json.loads(FILE.read_text(encoding="utf-8")), figures()
    assert stored.keys() == now.keys()
    for name, entry in stored.items():
        assert now[name] == pytest.approx(entry, rel=1e-6, abs=1e-9), name


def test_every_policy_is_among_the_golden_figures() -> None:
    assert policies() <= {part for name in COMBINATIONS for part in name.split("+")}


def test_the_picture_of_the_readme_is_of_today_s_scenario() -> None:
    [(told, path)] = re.findall(r"!\[(Of 1,000 [^]]*)\]\((docs/images/.*?)\)", README)
    scenario = load("serbia+tariff")
    with Image.open(ROOT / path) as picture:
        info = picture.info
    made = f"fundsim {__version__} · {scenario.name} · {scenario.hash} · "
    assert info["Software"].startswith(made), "run: make samples"
    shown = [round(10 * float(x)) for x in re.findall(r"([\d.]+) %", info["Title"])]
    assert [int(x) for x in re.findall(r"about (\d+)", told)] == shown


def test_what_the_readme_says_of_grades_is_so() -> None:
    every = [trust(run) for run in project([load(f"{c}+tariff") for c in countries()], 64)]
    span = r"(\d+) to (\d+)"
    sentence = (
        f"Of {span} uncertain numbers in each country, {span} rest on data, {span} on partial"
    )
    [said] = re.findall(sentence, README)
    counted = [
        [sum(one.values()) for one in every],
        *([one[g] for one in every] for g in ("data", "partly")),
    ]
    assert [int(x) for x in said] == [end(n) for n in counted for end in (min, max)]


def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "mc_error" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["briefing.pdf"]


def test_the_policy_of_the_readme_is_valid(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert load(str(tmp_path / "mine.toml")).world.fund.eligible.filing_limit_months == 12


def test_the_scenarios_of_the_readme_exist() -> None:
    for line in re.findall(r"^fundsim (?:run|show|diff) (.*)$", README, re.MULTILINE):
        for name in re.findall(r"^[a-z_+]+(?: +[a-z]+\+[a-z_+]+)*", line)[0].split():
            load(name)
