"""The gate for computing: fair to visitors, never stuck, never more at once than allowed.

Nothing here sleeps: threads meet at events, and a test waits until it sees the state that it needs.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from fundsim.app.gate import WHOLE, Busy, Turns

LONG = 300.0  # s; only a failure takes this long


class Block(threading.Thread):
    """One block of work that tells when it began and ends when it is told to; a capital asks for a first look."""

    def __init__(self, turns: Turns, visitor: str, began: list[str] | None = None) -> None:
        super().__init__(daemon=True)
        self.go_on: Callable[[], object] = lambda: None
        self.turns, self.visitor, self.order = turns, visitor, began
        self.began, self.finish = threading.Event(), threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            first = self.visitor.isupper()
            with self.turns.taken(self.visitor, first, lambda: self.go_on()):
                if self.order is not None:
                    self.order.append(self.visitor)
                self.began.set()
                assert self.finish.wait(LONG)
        except BaseException as error:
            self.error = error


def until(condition: Callable[[], bool]) -> None:
    """Wait for a state that another thread brings about."""
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.0005)


def queue(turns: Turns, visitors: str, order: list[str]) -> list[Block]:
    """One waiting block for each letter, in this order of arrival."""
    blocks = []
    for visitor in visitors:
        before = turns.waiting
        blocks.append(Block(turns, visitor, order))
        blocks[-1].start()
        until(lambda before=before: turns.waiting == before + 1)  # type: ignore[misc]
    return blocks


def hold(turns: Turns, visitors: str) -> list[Block]:
    """Blocks that hold a place."""
    blocks = [Block(turns, visitor) for visitor in visitors]
    for block in blocks:
        block.start()
        assert block.began.wait(LONG)
    return blocks


def end(blocks: list[Block]) -> None:
    for block in blocks:
        block.finish.set()
    for block in blocks:
        block.join(LONG)
        assert not block.is_alive()


def served(at_once: int, waiting: str) -> str:
    """In which order waiting blocks are served when places fall free one by one."""
    turns, order = Turns(at_once, most_waiting=100), list[str]()
    held = hold(turns, "x" * at_once)
    blocks = queue(turns, waiting, order)
    for _ in waiting:
        done = len(order)
        ended = held.pop(0)
        end([ended])
        until(lambda done=done: len(order) == done + 1)  # type: ignore[misc]
        held += [b for b in blocks if b.began.is_set() and b.is_alive() and b not in held]
    end(held)
    return "".join(order)


def test_free_places_are_taken_at_once_and_never_more_than_there_are() -> None:
    turns = Turns(at_once=2)
    held = hold(turns, "ab")
    waiting = queue(turns, "c", [])
    assert not waiting[0].began.is_set()
    end(held[:1])
    assert waiting[0].began.wait(LONG)
    end([held[1], *waiting])
    end(hold(turns, "ab"))  # both places are free again
    assert turns.waiting == 0


@pytest.mark.parametrize(
    ("waiting", "order"),
    [
        ("abc", "abc"),
        ("aaab", "abaa"),
        ("aaabbbc", "abcabab"),
        ("aaaabc", "abcaaa"),
        ("abab", "abab"),
    ],
)
def test_visitors_are_served_in_a_circle_not_in_the_order_of_their_blocks(
    waiting: str, order: str
) -> None:
    assert served(1, waiting) == order
    assert served(2, waiting) == order


@pytest.mark.parametrize(
    ("waiting", "order"),
    [
        ("abAB", "ABab"),
        ("aaAAbB", "ABAaba"),
        ("abcABCDEFGHI", "ABCDaEFGHbIc"),  # nobody waits for ever, however many come for a look
    ],
)
def test_first_looks_go_before_refinements_but_not_for_ever(waiting: str, order: str) -> None:
    assert served(1, waiting) == order
    assert served(2, waiting) == order


def test_who_is_in_the_midst_of_a_refinement_goes_on_with_it_but_not_for_ever() -> None:
    turns, order = Turns(at_once=1), list[str]()
    [running] = hold(turns, "a")
    others = queue(turns, "bc", order)
    for block in others:
        block.finish.set()  # these end as soon as they have begun
    for _ in range(2 * WHOLE):
        [again] = queue(turns, "a", order)
        end([running])
        assert again.began.wait(LONG)
        running = again
    end([running, *others])
    assert "".join(order) == "a" * (WHOLE - 1) + "bc" + "a" * (WHOLE + 1)


def test_a_visitor_who_has_moved_on_no_longer_waits() -> None:
    turns, order = Turns(at_once=1), list[str]()
    held = hold(turns, "x")
    [overtaken, other] = queue(turns, "ab", order)

    def stop() -> None:
        raise StopException

    overtaken.go_on = stop
    overtaken.join(LONG)
    assert isinstance(overtaken.error, StopException)
    assert turns.waiting == 1
    end([*held, other])
    assert order == ["b"]


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_fifty_blocks_of_one_visitor_delay_a_newcomer_by_no_more_than_those_in_flight(
    at_once: int,
) -> None:
    turns, order = Turns(at_once, most_waiting=100), list[str]()
    held = hold(turns, "a" * at_once)
    many = queue(turns, "a" * 50, order)
    end(held[:1])  # one of the fifty has its turn: it is in flight
    until(lambda: len(order) == 1)
    [newcomer] = queue(turns, "b", order)
    flying = [*held[1:], *(b for b in many if b.began.is_set())]
    assert len(flying) == at_once
    # at worst every block in flight ends before the newcomer's turn: here the second to end
    end(flying[:1])
    until(lambda: len(order) == 2)
    if not newcomer.began.is_set():
        end([b for b in many if b.began.is_set() and b.is_alive()][:1])
    assert newcomer.began.wait(LONG)
    assert order.index("b") <= 2
    end([newcomer, *flying[1:], *many])


def test_a_visitor_who_comes_back_at_once_lets_those_who_wait_go_first() -> None:
    turns, order, stop = Turns(at_once=1), list[str](), threading.Event()

    def greedy() -> None:
        while not stop.is_set():
            with turns.taken("a"):
                order.append("a")

    worker = threading.Thread(target=greedy, daemon=True)
    worker.start()
    until(lambda: len(order) > 10)
    for _ in range(50):
        with turns.taken("b"):
            order.append("b")
            until(lambda: turns.waiting == 1)  # a stands in the queue again
    stop.set()
    worker.join(LONG)
    after = "".join(order)[order.index("b") :]
    assert "aa" not in after.rstrip("a")  # never two in a row while b was waiting
    assert after.count("b") == 50


def test_too_many_waiting_is_told_at_once_and_changes_nothing() -> None:
    turns, order = Turns(at_once=1, most_waiting=3), list[str]()
    held = hold(turns, "x")
    blocks = queue(turns, "abc", order)
    for _ in range(5):
        with pytest.raises(Busy, match="try again"), turns.taken("d"):
            raise AssertionError("it must not begin")
    assert turns.waiting == 3
    end([*held, *blocks])
    assert order == ["a", "b", "c"]
    end(hold(turns, "d"))


class StopException(BaseException):
    """As Streamlit's: no Exception, so that a page's own except clauses let it through."""


@pytest.mark.parametrize("kind", [ValueError, StopException, KeyboardInterrupt, GeneratorExit])
def test_a_block_that_raises_hands_its_place_on(kind: type[BaseException]) -> None:
    turns, blocks = Turns(at_once=1), list[Block]()

    def body() -> None:
        with turns.taken("a"):
            blocks.extend(queue(turns, "b", []))
            raise kind

    for _ in range(3):
        with pytest.raises(kind):
            body()
        assert blocks[-1].began.wait(LONG)
        end(blocks)
    assert turns.waiting == 0
    end(hold(turns, "a"))


@pytest.mark.parametrize("handed", [False, True], ids=["still waiting", "turn just handed over"])
def test_a_block_interrupted_while_it_waits_loses_no_place(
    monkeypatch: pytest.MonkeyPatch, handed: bool
) -> None:
    """Also when the interrupt comes just after its turn did: the place must go to the next."""
    turns = Turns(at_once=1)
    [held] = hold(turns, "x")
    real = threading.Lock

    class Lock:
        def __init__(self) -> None:
            self.calls = 0

        def acquire(self, timeout: float = -1) -> bool:
            self.calls += 1
            if self.calls == 2:
                if handed:
                    end([held])
                raise KeyboardInterrupt
            return True

        def release(self) -> None:
            pass

    monkeypatch.setattr(threading, "Lock", Lock)
    with pytest.raises(KeyboardInterrupt), turns.taken("a"):
        raise AssertionError("it must not begin")
    monkeypatch.setattr(threading, "Lock", real)
    assert turns.waiting == 0
    end([held])
    end(hold(turns, "b"))


def test_many_threads_lose_no_turn_and_exceed_no_limit() -> None:
    """Eight visitors with 300 blocks each on three places: all are served, never four at once."""
    turns, done, errors = Turns(at_once=3, most_waiting=8), Counter[str](), list[BaseException]()
    lock, inside, most = threading.Lock(), 0, 0
    start = threading.Barrier(8)

    def visit(visitor: str) -> None:
        nonlocal inside, most
        start.wait(LONG)
        for number in range(300):
            try:
                with turns.taken(visitor):
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    with lock:
                        inside -= 1
                        done[visitor] += 1
                    if number % 7 == 0:
                        raise StopException
            except StopException:
                pass
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=visit, args=(v,), daemon=True) for v in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()
    assert not errors
    assert done == Counter(dict.fromkeys("abcdefgh", 300))
    assert most <= 3
    assert turns.waiting == 0
    end(hold(turns, "abc"))
