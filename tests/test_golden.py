"""Numbers move only deliberately, and what the README shows runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fundsim.scenario.compose import load
from tests.golden import COMBINATIONS, FILE, figures, policies

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_headline_figures_have_not_moved() -> None:
    """If this is meant: python -m tests.golden, and a line "Results change" in CHANGELOG.md."""
    stored, now = json.loads(FILE.read_text(encoding="utf-8")), figures()
    assert stored.keys() == now.keys()
    for name, entry in stored.items():
        assert now[name] == pytest.approx(entry, rel=1e-6, abs=1e-9), name


def test_every_policy_is_among_the_golden_figures() -> None:
    assert policies() <= {part for name in COMBINATIONS for part in name.split("+")}


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
