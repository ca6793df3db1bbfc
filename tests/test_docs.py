"""What the page on the state's money and the desk shows can be run, and the keys that it names are there."""

import re
from pathlib import Path

import pytest

from fundsim.scenario import files
from fundsim.scenario.compose import load

PAGE = (Path(__file__).parents[1] / "docs" / "money_and_desk.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def table_below(heading: str) -> list[list[str]]:
    """The rows of the table below a heading of the page, without its head."""
    [part] = re.findall(rf"^## {heading}\n(.*?)(?:^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_file_of_the_page_loads_as_it_stands(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    scenario = load(str(tmp_path / "mine.toml"))
    assert scenario.questions[-1] in text
    assert not [note for note in scenario.notes if "no effect" in str(note)]


def test_every_key_in_the_table_is_a_key_of_a_scenario(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(EXAMPLES[0], encoding="utf-8")
    world = load(str(tmp_path / "mine.toml")).world
    for row in table_below("The keys")[:-1]:
        first, *others = re.findall(r"`([^`]+)`", row[0])
        parts = first.replace("income.X", "income.budget").split(".")
        part = world
        for name in parts[:-1]:
            part = part[name] if isinstance(part, dict) else getattr(part, name)
        for name in (parts[-1], *others):
            assert name in type(part).model_fields, (row[0], name)
    assert world.phase


def test_policies_and_stresses_that_the_page_names_are_shipped() -> None:
    for heading, kind in (("Policies that join another", "policy"), ("Stresses", "stress")):
        named = [row[0].strip("`") for row in table_below(heading)]
        assert named
        assert set(named) <= set(files.shipped(kind))


def test_the_scenarios_of_its_commands_load() -> None:
    told = re.findall(
        r"^(?:`?fundsim|.*`fundsim) (?:run|compare|budget|solve|stress) ([a-z_+ ]+)",
        PAGE,
        re.MULTILINE,
    )
    assert len(told) > 5
    for words in told:
        for name in words.split():
            load(name)


def test_policies_that_join_another_say_nothing_of_who_may_claim() -> None:
    for row in table_below("Policies that join another"):
        text = files.shipped("policy")[row[0].strip("`")].read_text(encoding="utf-8")
        assert "entry_point" not in text
