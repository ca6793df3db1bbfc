"""The notebooks run from the top without a warning, and print what is stored in them."""

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from notebooks.execute import HERE, METADATA, NOTEBOOKS, executed

BIGGEST, BIGGEST_PICTURE = 400_000, 60_000  # bytes
LONGEST_CELL = 15  # lines
NAMES = [path.stem for path in NOTEBOOKS]

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)]


def outputs(notebook: Any) -> dict[str, list[dict[str, str]]]:
    """What each cell prints, by the cell's id: text of every kind, without pictures."""
    return {
        cell.id: [
            {kind: text for kind, text in output.data.items() if kind != "image/png"}
            for output in cell.outputs
        ]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def no_warning_or_noise(notebook: Any) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type in ("execute_result", "display_data"), (cell.id, output)


def test_a_notebook_prints_what_is_stored_in_it(path: Path, tmp_path: Path) -> None:
    """Run in a copy, in a fresh kernel; pictures may differ by a pixel on another machine."""
    there = tmp_path / "notebooks"
    shutil.copytree(HERE, there, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    fresh, stored = executed(there / path.name), nbformat.read(path, as_version=4)
    no_warning_or_noise(fresh)
    now, before = outputs(fresh), outputs(stored)
    for cell in now:
        assert now[cell] == before[cell], f"{path.name}, {cell}: if it is meant, `make notebooks`"


def test_a_stored_notebook_holds_nothing_of_the_machine_or_the_hour(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    no_warning_or_noise(notebook)
    assert notebook.metadata == METADATA
    assert all(cell.metadata == {} for cell in notebook.cells)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    plain = re.sub(r'"image/png": "[^"]*"', "", json.dumps(notebook.cells))
    assert not re.search(r"/home/|/tmp/|/work/|/root|/Users|[A-Z]:\\\\|\bat 0x[0-9a-f]+|site-packages", plain)  # fmt: skip


def test_a_notebook_is_small_and_its_cells_are_short(path: Path) -> None:
    assert path.stat().st_size < BIGGEST
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= LONGEST_CELL, cell.id
            for output in cell.outputs:
                picture = base64.b64decode(output.data.get("image/png", ""))
                assert len(picture) <= BIGGEST_PICTURE, cell.id


def test_a_notebook_asks_one_question_in_the_words_of_the_project(path: Path) -> None:
    first, *others = nbformat.read(path, as_version=4).cells
    title = first.source.splitlines()[0]
    assert title.startswith(f"# {path.name[0]} · ")
    assert title.endswith("?")
    assert "short answer" in first.source
    for cell in (first, *others):
        words = cell.source.lower()
        assert not re.search(r"\biterations?\b|parameter file|victims found", words), cell.id
        assert not re.search(r"Kosovo(?!\\?\*)", cell.source), cell.id
        for link in re.findall(
            r"\]\(([^)#]+)", cell.source if cell.cell_type == "markdown" else ""
        ):
            assert (path.parent / link).exists(), link
