"""A small batch for tests: its plan, runs of it that are killed, and what its folder holds afterwards."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import psutil

ROOT = Path(__file__).parents[1]
PLAN = """
question = "How many posts?"
countries = ["montenegro", "kosovo"]
policies = ["tariff", "mixed_financing"]
set = ["time.horizon_years = 3", "time.runoff_years = 2"]
replications = 600
seed = 11

[levers]
"fund.decision.posts" = [1, 2]

[best]
least = "due_a_year"
require = { share_paid_with = { at_least = 0.075 } }
"""
SCENARIOS = 8
PARTS = 2 * SCENARIOS  # 600 replications are two blocks
STORED = "store/*/*/*/*.parquet"
COMMAND = ("sweep", "plan.toml", "--out", "out")
PROGRESS = re.compile(r"\d+ %, .* left: |out: going on with this batch$")
Found = TypeVar("Found")


def new_batch(folder: Path, plan: str = PLAN) -> Path:
    """Put the plan into a folder.  Returns where its batch will be."""
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    return folder / "out"


def files(out: Path) -> dict[str, str]:
    """Everything in a folder, hidden or not: digests by path; folders have none."""
    return {
        path.relative_to(out).as_posix(): digest(path) if path.is_file() else "folder"
        for path in sorted(out.rglob("*"))
    }


def parts(out: Path) -> dict[str, tuple[int, int, str]]:
    """The finished parts of a batch's own store; a part that is written again differs even with the same bytes."""
    facts = ((path, path.stat()) for path in sorted(out.glob(STORED)))
    return {p.name + p.parts[-3]: (f.st_ino, f.st_mtime_ns, digest(p)) for p, f in facts}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def count(out: Path) -> int:
    """Number of finished parts."""
    return sum(1 for _ in out.glob(STORED))


def told(text: str) -> list[str]:
    """What stands on the error stream beside progress."""
    return [line for line in text.splitlines() if not PROGRESS.match(line)]


@contextmanager
def running(
    folder: Path, *options: str, begin: Callable[[], None] = lambda: None, **variables: str
) -> Iterator[subprocess.Popen[str]]:
    """The batch as a command of its own session; whatever is left of it afterwards is killed.

    begin  called in the new process;  variables  of its environment
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder.parent)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # each would compile everything again
    environment |= variables

    def first() -> None:
        os.nice(19)  # gives way to the test that watches it, however busy the machine is
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where tests run in the background
        begin()

    process = subprocess.Popen(
        [sys.executable, "-m", "fundsim.cli", *COMMAND, *options], cwd=folder, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=first,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ran(
    folder: Path, *options: str, begin: Callable[[], None] = lambda: None, **variables: str
) -> tuple[int, list[str]]:
    """The batch as a command: its exit code, and what it told beside progress."""
    with running(folder, *options, begin=begin, **variables) as process:
        _, error = process.communicate()
    return process.returncode, told(error)


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The worker processes of a command."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "spawn_main" in " ".join(child.cmdline()):
                    found.append(child)
    return found


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, its parent's knowledge of it or not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition: Callable[[], Found], seconds: float = 600.0) -> Found:
    """Wait for something to become so; the deadline is for a machine that is very busy."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.002)
    return found


def killed_before(folder: Path, event: str, word: str, times: int) -> int | None:
    """Run the batch in one process and kill it the moment before it touches a file.

    event  open, os.rename, os.remove or os.mkdir;  word  in the file's path;  times  which of these touches
    Returns the exit code: minus SIGKILL, or that of a run that ended before.
    """
    context = multiprocessing.get_context("forkserver")  # imports once, forks each run
    context.set_forkserver_preload(["fundsim.report.sweep.tell", "fundsim.cli"])
    process = context.Process(target=_run_and_die, args=(str(folder), event, word, times))
    with mock.patch.dict(os.environ, PYTHONPATH=str(ROOT)):
        process.start()
    process.join()
    return process.exitcode


def _run_and_die(folder: str, event: str, word: str, times: int) -> None:
    left = times

    def watch(happens: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if happens == event and word in str(args):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    os.chdir(folder)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    sys.argv = ["fundsim", *COMMAND, "--workers", "1"]
    from fundsim import cli

    sys.addaudithook(watch)
    cli.main()
