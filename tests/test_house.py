"""House style as tests: floors, doors, docstrings, words, tracked files."""

import ast
import inspect
import pkgutil
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

import fundsim

ROOT = Path(__file__).parents[1]
FLOORS = ["scenario", "reference", "model", "analysis", "validation", "batch", "report", "app"]
# of report/: a room for each question; tools that several need lie beside them
ROOMS = [
    "scenario", "run", "compare", "solve", "sensitivity", "stress", "region", "trace", "sweep",
    "validation", "brief", "budget", "calibrate", "backtest",
]  # fmt: skip
# a run of several scenarios has a workbook of their differences; a stress and a diff are told as differences
SHARED = {("run/files", "compare"), ("scenario/diff", "compare"), ("stress/tell", "compare")}
DOORS: dict[str, str | tuple[str, ...]] = {
    "tomllib": "scenario",
    "pydantic": "scenario",
    "matplotlib": (
        "report/figures",
        *(f"report/{room}/picture" for room in ROOMS),
        "report/run/card",
    ),
    "pyarrow": "batch/parquet",
    "fsspec": "batch/store",
    "xlsxwriter": "report/workbook",
    "docx": "report/brief/word",
    "typst": "report/brief/pdf",
    "cyrtranslit": "report/language",
    "typer": ("cli", "cli_many", "options"),
    "streamlit": "app",
    "uvicorn": "app/server",
    "simpy": "reference/fund",
    "numba": "model/compiled",
    "llvmlite": "model/compiled",
    "dask": "batch/cluster",
    "distributed": "batch/cluster",
}
MODULES = sorted((ROOT / "fundsim").rglob("*.py"))
NAMES = [
    m.name
    for m in pkgutil.walk_packages(fundsim.__path__, "fundsim.")
    if m.name != "fundsim.__main__"
]


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def place(path: Path) -> str:
    return path.relative_to(ROOT / "fundsim").with_suffix("").as_posix()


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_floor_imports_only_from_floors_below(path: Path) -> None:
    floor = place(path).split("/")[0]
    if floor not in FLOORS:
        return  # the commands stand above all floors
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "fundsim" and len(parts) > 1:
            assert parts[1] in FLOORS, f"{place(path)} imports {name}"
            assert FLOORS.index(parts[1]) <= FLOORS.index(floor), f"{place(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_room_of_report_needs_no_other_room(path: Path) -> None:
    """Nor do the tools beside them; a briefing is made of what other rooms show, and the catalogue reads all."""
    floor, _, here = place(path).partition("/")
    room = here.split("/")[0] if "/" in here else ""
    if floor != "report" or room == "brief" or here == "catalogue":
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[:2] == ["fundsim", "report"] and len(parts) > 2 and parts[2] in ROOMS:
            assert parts[2] == room or (here, parts[2]) in SHARED, f"{place(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_each_library_has_one_door(path: Path) -> None:
    for name in imports(path):
        door = DOORS.get(name.split(".")[0])
        assert door is None or place(path).startswith(door), f"{place(path)} imports {name}"


@pytest.mark.parametrize("name", NAMES)
def test_public_names_have_docstrings(name: str) -> None:
    module = import_module(name)
    assert (
        name.endswith("__init__") or module.__doc__ or not Path(str(module.__file__)).stat().st_size
    )
    for public, thing in vars(module).items():
        if public.startswith("_") or getattr(thing, "__module__", None) != name:
            continue
        if inspect.isfunction(thing) or inspect.isclass(thing):
            assert (thing.__doc__ or "").strip(), f"{name}.{public} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_no_draw_but_from_a_named_stream(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"np\.random|default_rng|import random|random\.seed", text)


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_nothing_evaluates_text_or_opens_a_pickle(path: Path) -> None:
    assert not re.search(
        r"\b(eval|exec|pickle|shell=True|unsafe_allow_html)\b", path.read_text("utf-8")
    )


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_can_be_read_at_a_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_report_is_a_room_for_each_question_and_few_tools() -> None:
    report = ROOT / "fundsim" / "report"
    rooms = {p.name for p in report.iterdir() if p.is_dir()} - {"__pycache__", "languages"}
    assert rooms == set(ROOMS)
    assert len(list(report.glob("*.py"))) <= 22


def tracked() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return listing.stdout.splitlines()


def test_no_generated_file_or_registry_address_is_tracked() -> None:
    files = tracked()
    bad = r"(^|/)(uv\.lock|pylock\.toml|\.venv|__pycache__|\.hypothesis|out)(/|$)"
    assert not [f for f in files if re.search(bad, f)]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "http" not in lock
    assert "index" not in lock


def test_kosovo_is_always_written_with_its_asterisk() -> None:
    """In every text that a reader sees; the file name and the code are exempt."""
    for name in tracked():
        path = ROOT / name
        if path.suffix not in (".md", ".toml") or not path.exists():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            plain = re.sub(r"Kosovo\\?\*|declaration of independence|Kosovo declaration", "", line)
            titles = "title =" in line or "publisher =" in line  # quoted as published
            assert titles or "Kosovo" not in plain, f"{name}: {line[:90]}"


def test_no_line_of_the_method_is_longer_than_a_sentence_should_be() -> None:
    lines = (ROOT / "docs" / "method.md").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if len(line) > 200]


def test_the_fund_takes_the_steps_of_the_month_in_the_order_of_the_rules() -> None:
    code = (ROOT / "fundsim" / "model" / "fund.py").read_text(encoding="utf-8")
    marks = re.findall(r"^ +# (\d[\d, ]*): ", code, re.MULTILINE)
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    rules = method.split("\n## 12. ")[1].split("\n### ")[0]
    steps = re.findall(r"^(\d+)\. ", rules, re.MULTILINE)
    assert re.findall(r"\d+", " ".join(marks)) == steps
    assert re.findall(r"^(\d+)\.  ", code, re.MULTILINE) == steps


def test_the_words_of_the_vocabulary_are_kept() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8").lower()
        assert "iteration" not in text, path
        assert "parameter file" not in text, path


def test_help_is_quick_because_heavy_imports_stay_inside() -> None:
    """Importing the commands must not import the model or the plotting library."""
    code = (
        "import sys, fundsim.cli; heavy = {'numpy', 'numba', 'scipy', 'matplotlib', 'pydantic', 'pyarrow', 'pandas'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
