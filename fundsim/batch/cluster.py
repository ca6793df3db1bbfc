"""The door to Dask: the same tasks on a cluster.  What comes back is the same as from processes of this machine."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fundsim.analysis.workers import WorkersLostError, without_interrupts
from fundsim.batch.plan import Plan, contents_hash, forget
from fundsim.batch.store import probe
from fundsim.batch.sweep import ShareOut
from fundsim.batch.version import model_version
from fundsim.scenario.errors import InputError, Problem

LOCAL = "local"  # in place of an address: a cluster of processes on this machine
WAITING = 30  # s to wait for a scheduler, and for its first worker
# Dask would have its workers give every freed page back to the system at once, which doubles our time
ENVIRONMENT = {"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1, "MKL_NUM_THREADS": 1}
COUNTED_EVERY = 2.0  # s between two counts of the workers, who may come one by one from a queue
AHEAD = 3  # tasks handed out for each thread of the cluster: what it does while this process writes


@contextmanager
def cluster(address: str, workers: int, store: str, plan: Plan) -> Iterator[ShareOut]:
    """Tasks go to a running Dask scheduler, or to a cluster that is started here and ended after.

    address  of the scheduler, tcp://host:8786, or LOCAL;  workers  of a local cluster
    store    the batch's store, which all workers must reach;  plan  of which all must have the scenario files
    Raises `InputError` if there is no such scheduler, no worker, another version on one, a store that one does
    not see, or scenario files that differ.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        rule = "needs Dask: pip install 'fundsim[cluster]'"
        raise InputError(Problem("--scheduler", rule, value=address)) from None
    logging.disable(logging.CRITICAL)  # what is lost is told by us, in words
    own = None
    if address == LOCAL:
        with (
            dask.config.set({"distributed.nanny.pre-spawn-environ": ENVIRONMENT}),
            without_interrupts(),
        ):
            own = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, silence_logs=logging.CRITICAL,
                dashboard_address=None, scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            )  # fmt: skip
    try:
        client = _connected(Client, own or address, address)
        try:
            _refuse_strangers(client, address, store)
            _refuse_other_files(client, address, plan)
            yield lambda work, tasks: _shared_out(client, work, tasks)
        finally:
            client.close()
    finally:
        if own is not None:
            own.close()
        logging.disable(logging.NOTSET)


def _connected(client: Any, where: Any, address: str) -> Any:
    try:
        found = client(where, timeout=WAITING)
    except (OSError, ValueError, TimeoutError) as error:
        rule = f"no Dask scheduler answers ({str(error) or type(error).__name__})"
        raise InputError(Problem("--scheduler", rule, value=address)) from None
    try:
        found.wait_for_workers(1, timeout=WAITING)
    except TimeoutError:
        found.close()
        rule = f"has no worker after {WAITING} s"
        raise InputError(Problem("--scheduler", rule, value=address)) from None
    return found


def _refuse_strangers(client: Any, address: str, store: str) -> None:
    """Every worker must compute the same and see what the others have stored."""
    problems = []
    try:
        with probe(store) as name:
            token = "" if "://" in store else str(Path(store) / name)
            presented = client.run(_presented, token)
        for worker, (model, sees) in presented.items():
            if model != model_version():
                rule = f"has fundsim {model}, not {model_version()}: install the same version everywhere"
                problems.append(Problem("--scheduler", rule, value=str(worker)))
            elif not sees:
                rule = f"does not see the store {store}: name one on a file system that all share, with --store"
                problems.append(Problem("--scheduler", rule, value=str(worker)))
    except ModuleNotFoundError as error:
        rule = f"a worker lacks {error.name}: install fundsim there"
        problems.append(Problem("--scheduler", rule, value=address))
    if problems:
        raise InputError(problems)


def _presented(token: str) -> tuple[str, bool]:
    """On a worker: its model, and whether it sees the token that was put into the store."""
    return model_version(), not token or Path(token).exists()


def _refuse_other_files(client: Any, address: str, plan: Plan) -> None:
    """Every worker must read the same scenarios."""
    try:
        said = client.run(_said, plan)
    except InputError as error:
        rule = f"on a worker: {error}; an own file needs its whole path, on a file system that all share"
        raise InputError(Problem("--scheduler", rule, value=address)) from None
    rule = "has other scenario files than this machine: install the same everywhere"
    own = contents_hash(plan)
    problems = [Problem("--scheduler", rule, value=str(w)) for w in said if said[w] != own]
    if problems:
        raise InputError(problems)


def _said(plan: Plan) -> str:
    """On a worker: what the plan's scenario files say now."""
    forget()
    return contents_hash(plan)


def _shared_out(
    client: Any, work: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[int, Any]]:
    """As `shared_out` does it over processes: tasks are taken as they are needed, results as they are ready."""
    from distributed import KilledWorker, as_completed
    from distributed.comm.core import CommClosedError

    waiting, places = iter(enumerate(tasks)), dict[str, int]()
    ready = as_completed()

    def hand_out() -> bool:
        task = next(waiting, None)
        if task is not None:
            future = client.submit(work, *task[1], pure=False)
            places[future.key] = task[0]
            ready.add(future)
        return task is not None

    threads, asked = 0, -math.inf

    def top_up() -> None:
        nonlocal threads, asked
        if time.monotonic() - asked > COUNTED_EVERY:
            threads, asked = sum(client.nthreads().values()), time.monotonic()
        while len(places) < AHEAD * max(threads, 1) and hand_out():
            pass

    top_up()
    try:
        for future in ready:
            result = future.result()
            yield places.pop(future.key), result
            future.release()
            top_up()
    except (CancelledError, CommClosedError):
        rule = "the Dask scheduler is gone; what is finished is kept, the same command goes on"
        raise WorkersLostError(rule) from None
    except KilledWorker as error:
        rule = (
            f"Dask workers died again and again on the same task: is memory short? ({error.task})"
        )
        raise WorkersLostError(rule) from None
    finally:
        with suppress(OSError, TimeoutError):  # no scheduler that could be told
            client.cancel(list(ready.futures), force=True)
