"""How a command fails: one clear message on the error stream and the exit code of its kind."""

from __future__ import annotations

import _thread
import os
import re
import shlex
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, requires

from fundsim.scenario.errors import (
    BAD_INPUT,
    INCOMPLETE,
    NO_ACCESS,
    OUR_BUG,
    UNHEARD,
    FundsimError,
)


def told_and_code(error: Exception) -> int:
    """Tell what failed, in one line where the user can mend it, and return the exit code."""
    if callable(show := getattr(error, "show", None)):  # a usage error; typer has its own click
        show()
        return BAD_INPUT
    if isinstance(error, FundsimError):
        kept = f"; report in {_report(error.trace)}" if error.trace else ""
        return _told(error.message() + kept, error.exit_code)
    if isinstance(error, ImportError) and not str(error.name).startswith("fundsim"):
        return _told(_incomplete(error), INCOMPLETE)
    if isinstance(error, OSError | MemoryError):
        named = isinstance(error, OSError) and error.filename
        if not named and (code := all_said(0, more="\n")):  # a new line tells whether it is that
            return code
        place = f"{error.filename}: " if isinstance(error, OSError) and named else ""
        reason = (
            (error.strerror if isinstance(error, OSError) else None) or str(error) or "no memory"
        )
        return _told(f"{place}could not be read or written: {reason}", NO_ACCESS)
    report = _report("".join(traceback.format_exception(error)))
    return _told(f"a bug in fundsim: {type(error).__name__}; report in {report}", OUR_BUG)


def can_be_heard() -> bool:
    """Whether there is a standard output; tells it if not.  A missing error stream is replaced: nobody asked for it."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in filter(None, (sys.stdout, sys.stderr)):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is None:
        _told("standard output: is closed", NO_ACCESS)
    return sys.stdout is not None


def all_said(code: int, more: str = "") -> int:
    """The exit code, or another where the standard output has not taken all that was printed.  more  to print"""
    try:
        sys.stdout.write(more)
        sys.stdout.flush()
    except OSError as error:
        _silence(1)
        if isinstance(error, BrokenPipeError):  # who read it wants no more, and no message
            return UNHEARD
        return _told(f"standard output: could not be written: {error.strerror}", NO_ACCESS)
    return code


def _silence(stream: int) -> None:
    """What still waits to be written goes nowhere, so that Python does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)


def _incomplete(error: ImportError) -> str:
    """What is not installed, and the command that installs it."""
    name = (error.name or "").partition(".")[0]
    with suppress(PackageNotFoundError):
        for requirement in requires("fundsim") or ():
            package = requirement.partition(";")[0].strip()
            if re.match(r"[\w-]*", package)[0].removeprefix("python-") == name:  # type: ignore[index]
                return f"{name} is not installed as fundsim needs it: pip install {shlex.quote(package)}"
    return f"a package is not installed as fundsim needs it: {error}"


def _report(text: str) -> str:
    """The name of a file with what a developer wants to know."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="fundsim-", suffix=".txt", delete=False, encoding="utf-8"
    ) as report:
        report.write(text)
    return report.name


@contextmanager
def no_lost_interrupts() -> Iterator[None]:
    """Ctrl-C that falls into a finalizer, where Python drops it, comes again a moment later."""
    usual = sys.unraisablehook

    def dropped(what: sys.UnraisableHookArgs) -> None:
        if isinstance(what.exc_value, KeyboardInterrupt):
            _thread.start_new_thread(_interrupt_soon, ())
        else:
            usual(what)

    sys.unraisablehook = dropped
    try:
        yield
    finally:
        sys.unraisablehook = usual


def _interrupt_soon() -> None:
    time.sleep(0.01)  # at once it would fall into the same finalizer
    _thread.interrupt_main()


def _told(message: str, code: int) -> int:
    try:
        print(message, file=sys.stderr, flush=True)
    except OSError:  # nobody hears it; the exit code says it
        _silence(2)
    return code
