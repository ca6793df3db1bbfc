"""Loops that are compiled: they stay inside their arrays, and need no place on disk."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from fundsim.model.compiled import compiled

ROOT = Path(__file__).parents[1]
# every kind of fund, with queues, limits, lapses and mass cases; a place outside an array raises
LOOK = """
import numba
assert numba.config.BOUNDSCHECK == 1
from fundsim.analysis.project import block_outcomes
from fundsim.scenario.compose import load
from tests.test_reference import HARD
for name, sets in HARD:
    block_outcomes(load(name, list(sets)).world, 5, 0, 6)
for name in ("montenegro+status_fixed", "albania+judgment_advance", "kosovo", "north_macedonia+no_fund"):
    block_outcomes(load(name).world, 5, 0, 6)
"""


def child(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | variables, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip


def test_no_loop_leaves_its_arrays(tmp_path: Path) -> None:
    done = child(LOOK, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_the_check_finds_a_loop_that_does(tmp_path: Path) -> None:
    code = """
import numpy as np
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
