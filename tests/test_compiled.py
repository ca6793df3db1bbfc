"""Loops that are compiled: they stay inside their arrays, and need no place on disk."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from fundsim.model import compiled as door
from fundsim.model.compiled import compiled

ROOT = Path(__file__).parents[1]
# every kind of fund, with queues, limits, lapses and mass cases; a place outside an array raises
LOOK = """
import numba
assert numba.config.BOUNDSCHECK == 1
from fundsim.analysis.project import block_answers
from fundsim.model import background
from fundsim.scenario.compose import load
from fundsim.validation.corners import HARD, OF_LAWS
FEW = ["fund.eligible.foreign=lawful", "fund.eligible.retroactive_years=7", "time.history_years=9"]
for cases in (200, 10**9):
    background.PART_CASES = cases
    for name, sets in (*HARD, *OF_LAWS, ("serbia+status_fixed", FEW), ("kosovo+tariff", ["fund.eligible.foreign=reciprocity"])):
        block_answers(load(name, list(sets)).world, 5, 0, 6)
    for name in ("montenegro+status_fixed", "albania+judgment_advance", "kosovo", "north_macedonia+no_fund"):
        block_answers(load(name).world, 5, 0, 6)
"""
# processes that compile the same loop for different types at once would mix up their files
ONCE = """
import sys
import numpy as np
from numba.core.dispatcher import Dispatcher
from fundsim.model.chances import average_to_first
from fundsim.analysis import compare, hard_years, region, reverse, sensitivity, solve
from fundsim.validation import queues
queues.known(3)
for width in (1, 3):  # tables that are wide already, and such as are made wide
    average_to_first(np.full((2, 3), 0.5), np.full((6, 2, width), 1 / 6), np.full((6, 2, 3), 2.0))
for module in list(sys.modules.values()):
    for name, loop in vars(module).items():
        if isinstance(loop, Dispatcher) and loop.stats.cache_path:
            assert loop.signatures, f"{name} is not called: call it here"
            assert len(loop.signatures) == 1, f"{name}: {loop.signatures}"
            found = True
assert found
"""


def child(code: str, cwd: str = str(ROOT), **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=os.environ | variables, capture_output=True, text=True,
        timeout=1800,
    )  # fmt: skip


@pytest.mark.slow
def test_no_loop_leaves_its_arrays_and_each_is_compiled_once(tmp_path: Path) -> None:
    done = child(LOOK + ONCE, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    (folder,) = tmp_path.iterdir()
    assert not [p for p in folder.rglob("*.nbc") if not p.name.endswith(".1.nbc")]
    assert 1e5 < sum(p.stat().st_size for p in folder.rglob("*")) < door.ROOM


def test_a_loop_does_not_outlive_a_change_of_what_it_calls(tmp_path: Path) -> None:
    """Stages stay as they are, but the uniforms that they draw change in another file."""
    shutil.copytree(
        ROOT / "fundsim", tmp_path / "fundsim", ignore=shutil.ignore_patterns("__pycache__")
    )
    code = """
import numpy as np
from fundsim.model.stages import Reached, happens
words = np.arange(1000, dtype=np.uint64)
zeros = np.zeros(1000, dtype=np.int64)
those = Reached(zeros, words, zeros, zeros.astype(np.int8), zeros)
print(happens("x", those, np.full((1, 1), 0.5)).sum())
"""
    streams = tmp_path / "fundsim/model/streams.py"
    text = streams.read_text(encoding="utf-8")
    counts = []
    for half in ("0.5", "3e6", "0.5"):
        streams.write_text(
            text.replace("_HALF, _BITS23 = np.float32(0.5)", f"_HALF, _BITS23 = np.float32({half})")
        )
        done = child(
            code,
            PYTHONPATH=str(tmp_path),
            NUMBA_CACHE_DIR=str(tmp_path / "kept"),
            cwd=str(tmp_path),
        )
        assert done.returncode == 0, done.stderr
        counts.append(int(done.stdout))
    assert counts[0] == counts[2] > counts[1]


def test_a_package_that_cannot_be_written_keeps_its_loops_at_home(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = tempfile.TemporaryFile
    locked = [str(ROOT)]

    def denied(dir: str) -> IO[bytes]:
        if any(dir.startswith(place) for place in locked):
            raise PermissionError(dir)
        return real(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", denied)
    monkeypatch.setattr(door.config, "CACHE_DIR", "")
    at_home = door._folder()
    assert at_home is not None
    assert at_home.startswith(os.path.expanduser("~"))
    locked.append(os.path.expanduser("~"))
    assert door._folder() is None
    monkeypatch.setattr(door, "FOLDER", None)
    loop: Any = ratio
    assert not door.compiled(loop.py_func).stats.cache_path


def test_a_disk_that_is_full_keeps_no_loops_and_stops_nobody(tmp_path: Path) -> None:
    code = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
from fundsim.model import compiled, streams
assert compiled.FOLDER is None
print(streams.uniforms(streams.case_words(streams.mix(streams.np.arange(1).astype("u8")), streams.np.array([2])), "x").size)
"""
    # Python would cut its own compiled modules, too, and put them in their place
    done = child(code, NUMBA_CACHE_DIR=str(tmp_path), PYTHONDONTWRITEBYTECODE="1")
    assert done.stdout == "2\n", done.stderr


def test_the_check_finds_a_loop_that_does(tmp_path: Path) -> None:
    code = """
import numpy as np
from fundsim.model import compiled as door
from fundsim.model.compiled import compiled
@compiled
def beyond(x):
    return x[x.size]
beyond(np.zeros(3))
"""
    done = child(code, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    assert "IndexError" in done.stderr


def test_without_a_place_on_disk_loops_are_compiled_each_time() -> None:
    names: dict[str, Callable[[float], float]] = {}
    exec(compile("def twice(x):\n    return 2 * x", "nowhere", "exec"), names)
    loop = compiled(names["twice"])
    assert isinstance(loop, Dispatcher)
    assert loop(4.0) == 8.0
    assert not loop.stats.cache_path


def test_division_by_zero_is_that_of_numpy() -> None:
    assert ratio(np.float64(1), np.float64(0)) == np.inf
    assert np.isnan(ratio(np.float64(0), np.float64(0)))


@compiled
def ratio(above: float, below: float) -> float:
    return above / below


def test_words_wrap_around_in_silence() -> None:
    """What the finaliser lives from: products of words are taken modulo 2⁶⁴."""
    with pytest.warns(RuntimeWarning, match="overflow"):
        expected = np.uint64(2**63 + 5) * np.uint64(3)
    assert triple(np.uint64(2**63 + 5)) == expected == (2**63 + 5) * 3 % 2**64


@compiled
def triple(word: np.uint64) -> np.uint64:
    return word * np.uint64(3)
