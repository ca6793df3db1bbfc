"""Turns at computing: visitors are served in a circle, however much one of them asks for.

First looks go before refinements: who has moved a slider sees what it does before others see their last digits.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WHOLE = 12  # blocks of a refinement with its needs and measures, as most visitors ask for
REMEMBERED = 50  # visitors in the midst of one
LOOK_UP = 0.05  # s between two looks of a visitor who waits at whether to wait on
Circle = OrderedDict[str, deque[threading.Lock]]


class Busy(Exception):  # noqa: N818 - a state, told to a visitor
    """Too many wait already; the visitor should be told to try again in a minute."""


class Turns:
    """A gate that lets `at_once` blocks of work through at a time, one visitor after the other.

    Each block should be short (0.1 to 0.3 s), so that a long run takes many turns.  Visitors who
    wait stand in a circle; when a place falls free the next in the circle has one block and goes to
    its end.  Those who wait for a first look have a circle of their own, which is served before the
    other; after `in_a_row` first looks the other has a turn.

    Who comes back in the midst of a refinement goes to the front, until it has had `WHOLE` blocks:
    fifty who begin together then end one after the other, not all at the very end, and few of them
    hold half of their futures in memory.  However much a visitor asks for, a newcomer's first look
    waits for the blocks in flight and other first looks, and its refinement for at most `WHOLE` blocks
    of each visitor who waits.
    Threads may share a `Turns`; it must not be entered again by a thread that is inside.
    """

    def __init__(self, at_once: int = 2, most_waiting: int = 100, in_a_row: int = 4) -> None:
        self._free = at_once
        self._most_waiting = most_waiting
        self._in_a_row, self._looks = in_a_row, 0
        self._had: OrderedDict[str, int] = (
            OrderedDict()
        )  # blocks of those in the midst of something
        self._lock = threading.Lock()
        # every visitor who waits, in the order of the circle, with the locks that open their turns
        self._first, self._other = Circle(), Circle()

    @property
    def waiting(self) -> int:
        """How many blocks wait for their turn."""
        with self._lock:
            return self._count()

    @contextmanager
    def taken(
        self, visitor: str, first: bool = False, go_on: Callable[[], object] = lambda: None
    ) -> Iterator[None]:
        """One block of work of a visitor (a session's id): waits for its turn, then holds a place.

        first  whether it is for a first look;  go_on  called now and then while it waits: raises to give up
        Raises `Busy` at once, without waiting, when `most_waiting` blocks wait already.
        """
        self._enter(visitor, self._first if first else self._other, go_on)
        try:
            yield
        finally:  # also for the exceptions with which Streamlit stops or reruns a page
            self._leave()

    def _enter(self, visitor: str, circle: Circle, go_on: Callable[[], object]) -> None:
        with self._lock:
            if self._free:  # a place is free only while nobody waits
                self._free -= 1
                self._count_block(visitor, circle)
                return
            if self._count() >= self._most_waiting:
                raise Busy("too many visitors are computing; please try again in a minute")
            turn = threading.Lock()
            turn.acquire()
            amid = visitor not in circle and 0 < self._had.get(visitor, 0) < WHOLE
            circle.setdefault(visitor, deque()).append(turn)
            if amid and circle is self._other:
                circle.move_to_end(visitor, last=False)
        try:
            while not turn.acquire(timeout=LOOK_UP):  # opened by the one who hands over its place
                go_on()
        except BaseException:  # interrupted while waiting: stand aside, or pass the place on
            with self._lock:
                queue = circle.get(visitor)
                waits = queue is not None and turn in queue
                if queue is not None and waits:
                    queue.remove(turn)
                    if not queue:
                        del circle[visitor]
            if not waits:
                self._leave()
            raise

    def _count_block(self, visitor: str, circle: Circle) -> None:
        """Count the blocks of a refinement; a first look begins something new."""
        had = self._had.pop(visitor, 0)
        if circle is self._other:
            self._had[visitor] = had % WHOLE + 1
            if len(self._had) > REMEMBERED:
                self._had.popitem(last=False)

    def _leave(self) -> None:
        """Hand the place to the next in the circle, or leave it free."""
        with self._lock:
            if not self._first and not self._other:
                self._free += 1
                return
            look = bool(self._first) and (not self._other or self._looks < self._in_a_row)
            self._looks = self._looks + 1 if look else 0
            circle = self._first if look else self._other
            visitor, queue = circle.popitem(last=False)
            turn = queue.popleft()
            self._count_block(visitor, circle)
            if queue:
                circle[visitor] = queue  # to the end of the circle
        turn.release()

    def _count(self) -> int:
        return sum(len(queue) for c in (self._first, self._other) for queue in c.values())
