"""A word that is added to a choice of the schema, and nowhere else, makes `make check` fail: for each choice."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from fundsim.scenario.schema import KINDS
from fundsim.scenario.total import total

ROOT = Path(__file__).parents[1]
PLACES = (
    ROOT / "fundsim/scenario/assumption.py", *(ROOT / "fundsim/scenario/schema").glob("*.py"),
)  # fmt: skip
CHOICE = re.compile(r"^(?P<name>[A-Z]\w+) = Literal\[(?P<words>.*?)\]", re.M | re.S)
CHOICES = {
    found["name"]: place.relative_to(ROOT)
    for place in PLACES
    for found in CHOICE.finditer(place.read_text(encoding="utf-8"))
}
# what `fundsim check` imports, and the widest module that it does not: choices with a table anywhere
IMPORTED = "import fundsim.scenario.compose, fundsim.report.sensitivity.picture"
Letters = Literal["a", "b", "c"]
KIND = '''class Lottery(SourceOfIncome):
    """Made up."""

    kind: Literal["new_kind"]


Source = Annotated[
    Lottery
    | '''


def word_of(choice: str) -> str:
    return f"new_{choice.lower()}"


def copy(folder: Path) -> Path:
    """The package in a folder of its own."""
    shutil.copytree(
        ROOT / "fundsim", folder / "fundsim", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "scenarios").symlink_to(ROOT / "scenarios")
    return folder


def add(folder: Path, choice: str) -> None:
    """A word more in the text of the schema."""
    path = folder / CHOICES[choice]
    text = path.read_text(encoding="utf-8")
    [found] = [one for one in CHOICE.finditer(text) if one["name"] == choice]
    words = found["words"].rstrip().rstrip(",")
    more = found[0].replace(found["words"], f'{words}, "{word_of(choice)}"')
    path.write_text(text.replace(found[0], more), encoding="utf-8")


def test_the_choices_are_those_of_the_schema() -> None:
    assert {"WhenShort", "Basis", "EntryPoint", "Foreign", "Index", "Form", "Shape"} <= set(CHOICES)
    assert not re.findall(
        r"^    \w+: .*Literal\[(?!\"\w+\"\](?:, KIND\])?$)",
        "".join(place.read_text("utf-8") for place in PLACES),
        re.M,
    ), "a choice without a name"


@pytest.mark.slow
def test_a_word_without_a_rule_makes_the_checks_fail(tmp_path: Path) -> None:
    """Either importing fails, with that word alone, or mypy names the word, in a rule that ends in assert_never."""
    left = {}
    for choice in CHOICES:
        folder = copy(tmp_path / choice)
        add(folder, choice)
        done = subprocess.run(
            [sys.executable, "-c", IMPORTED], cwd=folder, env={"PYTHONPATH": str(folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            left[choice] = folder
        else:
            assert word_of(choice) in done.stderr, done.stderr[-2000:]
    folder = copy(tmp_path / "all")
    for choice in left:
        add(folder, choice)
    income = folder / "fundsim/scenario/schema/income.py"
    text = income.read_text(encoding="utf-8")
    income.write_text(text.replace("Source = Annotated[\n    ", KIND), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", tmp_path / "cache",
         "-p", "fundsim.scenario", "-p", "fundsim.model"],
        cwd=folder, env={"MYPYPATH": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    for choice in left:
        assert (
            f'"assert_never" has incompatible type "Literal[\'{word_of(choice)}\']"' in done.stdout
        ), choice
    assert (
        'has incompatible type "Lottery | ' in done.stdout
    )  # where sources that are drawn are told from lines


def test_a_table_that_is_not_total_is_refused() -> None:
    with pytest.raises(TypeError, match="lacks \\['c'\\]"):
        total(Letters, {"a": 1, "b": 2})
    with pytest.raises(TypeError, match="has \\['d'\\] too many"):
        total(Letters, {"a": 1, "b": 2, "c": 3, "d": 4})
    assert total(Letters, {"a": 1, "b": 2, "c": 3}) == {"a": 1, "b": 2, "c": 3}


def test_each_kind_of_income_names_keys_of_its_own_as_its_product() -> None:
    for kind in KINDS.values():
        assert kind.product
        assert set(kind.product) <= set(kind.model_fields)
