"""Turns at computing: visitors are served in a circle, however much one of them asks for."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager


class Busy(Exception):  # noqa: N818 - a state, told to a visitor
    """Too many wait already; the visitor should be told to try again in a minute."""


class Turns:
    """A gate that lets `at_once` blocks of work through at a time, one visitor after the other.

    Each block should be short (0.1 to 0.3 s), so that a long run takes many turns.  Visitors who
    wait stand in a circle; when a place falls free the next in the circle has one block and goes to
    its end.  A newcomer therefore waits for the blocks in flight and for one block of each visitor
    who waits, not for all blocks of any of them.  Threads may share a `Turns`; it must not be
    entered again by a thread that is inside.
    """

    def __init__(self, at_once: int = 2, most_waiting: int = 20) -> None:
        self._free = at_once
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        # every visitor who waits, in the order of the circle, with the locks that open their turns
        self._circle: OrderedDict[str, deque[threading.Lock]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many blocks wait for their turn."""
        with self._lock:
            return self._count()

    @contextmanager
    def taken(self, visitor: str) -> Iterator[None]:
        """One block of work of a visitor (a session's id): waits for its turn, then holds a place.

        Raises `Busy` at once, without waiting, when `most_waiting` blocks wait already.
        """
        self._enter(visitor)
        try:
            yield
        finally:  # also for the exceptions with which Streamlit stops or reruns a page
            self._leave()

    def _enter(self, visitor: str) -> None:
        with self._lock:
            if self._free:  # a place is free only while nobody waits
                self._free -= 1
                return
            if self._count() >= self._most_waiting:
                raise Busy("too many visitors are computing; please try again in a minute")
            turn = threading.Lock()
            turn.acquire()
            self._circle.setdefault(visitor, deque()).append(turn)
        try:
            turn.acquire()  # opened by the one who hands over its place
        except BaseException:  # interrupted while waiting: stand aside, or pass the place on
            with self._lock:
                queue = self._circle.get(visitor)
                waits = queue is not None and turn in queue
                if queue is not None and waits:
                    queue.remove(turn)
                    if not queue:
                        del self._circle[visitor]
            if not waits:
                self._leave()
            raise

    def _leave(self) -> None:
        """Hand the place to the next in the circle, or leave it free."""
        with self._lock:
            if not self._circle:
                self._free += 1
                return
            visitor, queue = self._circle.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._circle[visitor] = queue  # to the end of the circle
        turn.release()

    def _count(self) -> int:
        return sum(map(len, self._circle.values()))
