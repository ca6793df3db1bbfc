"""How a command fails: one clear message on the error stream and the exit code of its kind."""

from __future__ import annotations

import _thread
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from fundsim.scenario.errors import BAD_INPUT, NO_ACCESS, OUR_BUG, FundsimError


def told_and_code(error: Exception) -> int:
    """Tell what failed, in one line where the user can mend it, and return the exit code."""
    if callable(show := getattr(error, "show", None)):  # a usage error; typer has its own click
        show()
        return BAD_INPUT
    if isinstance(error, FundsimError):
        kept = f"; report in {_report(error.trace)}" if error.trace else ""
        return _told(error.message() + kept, error.exit_code)
    if isinstance(error, OSError | MemoryError):
        place = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        reason = (
            (error.strerror if isinstance(error, OSError) else None) or str(error) or "no memory"
        )
        return _told(f"{place}could not be read or written: {reason}", NO_ACCESS)
    report = _report("".join(traceback.format_exception(error)))
    return _told(f"a bug in fundsim: {type(error).__name__}; report in {report}", OUR_BUG)


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
    print(message, file=sys.stderr)
    return code
