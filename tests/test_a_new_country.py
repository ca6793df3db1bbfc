"""A country file that is added is offered everywhere, with no line of code: a made-up one in a copy of the scenarios."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fundsim.app.address import design_of
from fundsim.report.scenario.shipped import print_shipped
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.scenario.published import country_template
from fundsim.validation import data, worlds

ROOT = Path(__file__).parents[1]
TODAY = ("serbia", "bosnia_and_herzegovina", "montenegro", "north_macedonia", "albania", "kosovo")


@pytest.fixture
def moldova(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The country's file, beside the shipped ones."""
    copy = tmp_path / "scenarios"
    shutil.copytree(files.folder(), copy)
    monkeypatch.setattr(files, "folder", lambda: copy)
    path = copy / "base" / "moldova.toml"
    path.write_text(country_template("Moldova"), encoding="utf-8")
    return path


def test_the_six_stand_in_the_places_that_their_files_name() -> None:
    assert files.countries() == TODAY


def test_a_country_without_a_place_comes_last_and_one_with_a_place_there(moldova: Path) -> None:
    assert files.countries() == (*TODAY, "moldova")
    placed = moldova.read_text(encoding="utf-8").replace("question =", "place = 0\nquestion =", 1)
    moldova.with_name("atlantis.toml").write_text(placed, encoding="utf-8")
    assert files.countries() == ("atlantis", *TODAY, "moldova")


@pytest.mark.usefixtures("moldova")
def test_the_dashboard_offers_it_and_shows_its_own_name() -> None:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
    app.query_params["s"], app.query_params["n"] = "moldova-tariff", "500"
    app.run()
    assert not app.exception
    [country] = [box for box in app.selectbox if box.label == "Country"]
    assert country.value == "moldova"
    assert country.options[-1] == "Moldova"


@pytest.mark.usefixtures("moldova")
def test_commands_links_random_worlds_and_validation_know_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_shipped()
    assert "\n  moldova  " in capsys.readouterr().out
    assert design_of(load("moldova+tariff")) is not None
    assert "Moldova" in data.grades()
    assert any(name.startswith("moldova+") for name, _ in worlds.many_scenarios(1, 60))
