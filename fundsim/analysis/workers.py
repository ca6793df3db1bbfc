"""Sharing work out over processes; what comes back does not depend on how many there are."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

Result = TypeVar("Result")


def shared_out(
    work: Callable[..., Result], tasks: Sequence[tuple[Any, ...]], workers: int
) -> Iterator[tuple[int, Result]]:
    """The results of `work(*task)`, each with the place of its task, in the order they are ready.

    work     a function of a module: pure, since it runs in other processes too
    workers  processes, this one among them: it need not wait for the others to start
    """
    others = max(min(workers, len(tasks)) - 1, 0)
    with _pool(others) as pool:
        waiting = iter(enumerate(tasks))
        running: dict[Future[Result], int] = {}
        while True:
            while pool and len(running) < 2 * others and (task := next(waiting, None)):
                running[pool.submit(work, *task[1])] = task[0]
            own = next(waiting, None)
            if own is not None:
                yield own[0], work(*own[1])
            elif not running:
                return
            done = [future for future in running if future.done()]
            if own is None and not done:
                done = list(wait(running, return_when=FIRST_COMPLETED).done)
            for future in done:
                yield running.pop(future), future.result()


def _pool(others: int) -> AbstractContextManager[Executor | None]:
    """Processes beside this one; none are started for none."""
    if others == 0:
        return nullcontext()
    return ProcessPoolExecutor(others, mp_context=multiprocessing.get_context("spawn"))
