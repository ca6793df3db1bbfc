"""The desk: the quick way and the general one agree, and more of anything never makes a claim wait longer."""

import numpy as np
import pytest

from fundsim.model.decisions import Desk, Queue, decide
from fundsim.model.drawn import draw
from fundsim.model.obligations import obligations
from fundsim.scenario.compose import load

PARTS = (0.05, 0.25, 0.5, 1.0, 1.25, 1.5, 2.0, 2.75, 3.0, 7.1)


def desk(posts: np.ndarray, **more: np.ndarray) -> Desk:
    never, once = np.zeros(1, dtype=bool), np.ones(1, dtype=np.int64)
    return Desk(posts, never, never, once, once)._replace(**more)


def random_queue(rng: np.random.Generator) -> Queue:
    """Some claims on a coarse or fine grid of times, so that ties happen."""
    n, grid = int(rng.integers(1, 60)), int(rng.choice([2, 64, 4096]))
    ready = np.sort(np.floor(rng.random(n) * rng.choice([5, 40, 200]) * grid) / grid)
    working = np.floor(rng.exponential(1, n) * grid) / grid
    return Queue(np.zeros(n, dtype=np.int64), ready, working, rng.random(n) < 0.5)


@pytest.mark.parametrize("posts", PARTS)
def test_a_desk_that_never_changes_decides_as_one_that_might(posts: float) -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        queue = random_queue(rng)
        quick = decide(desk(np.full((1, 1), posts)), queue)
        general = decide(desk(np.full((1, 2), posts)), queue)  # the same in both years
        assert (quick == general).all()


def test_a_desk_of_whole_posts_is_never_slower_with_one_more() -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        queue, posts = random_queue(rng), float(rng.integers(1, 4))
        few, many = (decide(desk(np.full((1, 1), p)), queue) for p in (posts, posts + 1))
        assert (many <= few).all()


def test_work_is_done_at_the_speed_of_all_posts_when_nobody_is_idle() -> None:
    """Of a long line the last is decided when so many posts have done all the work, but for what is last begun."""
    n = 400
    queue = Queue(np.zeros(n, dtype=np.int64), np.zeros(n), np.ones(n), np.zeros(n, dtype=bool))
    for posts in PARTS:
        last = decide(desk(np.full((1, 1), posts)), queue).max()
        slowest = 1 / (posts % 1) if posts % 1 else 1.0
        assert n / posts <= last + 1e-3
        assert last <= n / posts + slowest + 1


def test_children_first_delays_no_child_and_changes_no_amount_of_work() -> None:
    rng = np.random.default_rng(3)
    first = {"children_first": np.ones(1, dtype=bool)}
    for _ in range(60):
        queue = random_queue(rng)
        even = queue._replace(working=np.ones(queue.ready_at.size))
        usual, changed = (
            decide(desk(np.ones((1, 1))), even),
            decide(desk(np.ones((1, 1)), **first), even),
        )
        assert (changed[even.child] <= usual[even.child]).all()
        assert np.sort(changed) == pytest.approx(np.sort(usual))


def test_handling_takes_time_and_nobody_s_work() -> None:
    """Twelve months more before a claim is ready delay each decision by no more than that, and no queue grows."""
    sets = ("fund.decision.handling.sigma=0!", "fund.decision.posts=200")
    soon, late = (
        load("serbia+tariff", (*sets, f"fund.decision.handling.median={months}!")).world
        for months in (0, 12)
    )
    numbers = np.arange(4)
    a, b = draw(soon, 1, numbers), draw(late, 1, numbers)
    assert (a.claims.filed_at == b.claims.filed_at).all()
    first, second = obligations(soon, a).decided_at, obligations(late, b).decided_at
    assert second == pytest.approx(first + 12)


def test_officers_of_a_committee_cost_money_and_decide_nothing() -> None:
    sets = ("fund.decision.body=committee", "fund.decision.handling.median=0!")
    few, many = (
        load("serbia+tariff", (*sets, f"fund.decision.posts={posts}")).world for posts in (1, 3)
    )
    numbers = np.arange(4)
    one, three = (obligations(world, draw(world, 1, numbers)) for world in (few, many))
    assert (one.decided_at == three.decided_at).all()
    paid, more = (owed.costs.fund["caseworkers"] for owed in (one, three))
    assert np.abs(more - 3 * paid).max() <= 2  # cents, by rounding
