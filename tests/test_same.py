"""Comparing two checkouts: what counts as the same figure."""

from typing import NamedTuple

import numpy as np

from benchmarks.same import flat, how_far, listed, pairs_of
from fundsim.scenario.files import shipped


def test_every_shipped_file_is_compared() -> None:
    work = listed()
    assert len(work) == len({(name, *sets) for name, sets, _ in work}) == 268
    named = {part for name, sets, _ in work if not sets for part in name.split("+")}
    for kind in ("base", "policy", "reform", "stress"):
        assert set(shipped(kind)) <= named


def test_an_array_that_moved_is_compared_with_itself_and_a_name_that_is_shared_with_none() -> None:
    before = {"drawn.award": 1, "drawn.cash": 2, "drawn.month": 3, "due.month": 4}
    after = {"cases.money.award": 1, "drawn.cash": 2, "a.month": 3, "b.month": 4}
    assert pairs_of(before, after) == {
        "drawn.award": "cases.money.award",
        "drawn.cash": "drawn.cash",
    }


class Found(NamedTuple):
    cash: object
    parts: object


def test_arrays_are_found_wherever_they_stand() -> None:
    table = {"one": np.ones(2), "named": Found(np.zeros(3), {"count": 4}), "text": "left out"}
    found = dict(flat("x", table))
    assert list(found) == ["x.one", "x.named.cash", "x.named.parts.count"]


def test_one_bit_is_a_difference() -> None:
    before, after = np.array([0.0, 1.0, np.nan]), np.array([-0.0, np.nextafter(1.0, 2.0), np.nan])
    assert how_far(before, after) == "2 of 3 cells, at most by 2.22045e-16"
    assert how_far(before, before.astype(np.float32)) == "float64 before, float32 after"
