"""Sharing work out over processes; what comes back does not depend on how many there are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from fundsim.scenario.errors import NO_ACCESS, FundsimError

Result = TypeVar("Result")
Task = tuple[int, tuple[Any, ...]]  # its place, and what the work takes
MOST_LOSSES = 3  # times that processes may die before the work is given up


class WorkersLostError(FundsimError):
    """Worker processes keep dying: short of memory, or killed."""

    exit_code = NO_ACCESS


def shared_out(
    work: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], workers: int
) -> Iterator[tuple[int, Result]]:
    """The results of `work(*task)`, each with the place of its task, in the order they are ready.

    work     a function of a module: pure, since it runs in other processes too
    tasks    taken one by one, as they are needed
    workers  processes, this one among them: it need not wait for the others to start
    Tasks of a process that dies are done anew; raises `WorkersLostError` if that goes on.
    """
    waiting, again, losses = iter(enumerate(tasks)), list[Task](), 0
    pool: ProcessPoolExecutor | None = None
    running: dict[Future[Result], Task] = {}

    def following() -> Task | None:
        return again.pop() if again else next(waiting, None)

    try:
        while True:
            own, broken = following(), False
            while workers > 1 and len(running) < 2 * (workers - 1) and (task := following()):
                pool = pool or _processes(workers - 1)
                try:
                    with without_interrupts():  # handing out may start a process
                        running[pool.submit(work, *task[1])] = task
                except BrokenProcessPool:
                    again.append(task)
                    broken = True
                    break
            if own is not None:
                yield own[0], work(*own[1])
            elif not running and not again:
                return
            done = [future for future in running if future.done()]
            if own is None and not done and running:
                done = list(wait(running, return_when=FIRST_COMPLETED).done)
            for future in done:
                if isinstance(future.exception(), BrokenProcessPool):
                    broken = True
                else:
                    yield running.pop(future)[0], future.result()
            if broken and pool:
                losses += 1
                if losses > MOST_LOSSES:
                    rule = f"worker processes died {losses} times: is memory short? Try fewer --workers"
                    raise WorkersLostError(rule)
                pool.shutdown(wait=False, cancel_futures=True)
                again, running, pool = [*again, *running.values()], {}, None
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def _processes(number: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(number, mp_context=context, initializer=_begin)


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Processes and threads that are begun here never see Ctrl-C, not even while they start; this one sees it after."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # to start it lets interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """In a new process: leave Ctrl-C to the main process, and end when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be held back
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)
