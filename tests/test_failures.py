"""How commands fail: one tree of errors, each with its exit code and one message."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import fundsim
from fundsim import cli
from fundsim.analysis.workers import WorkersLostError
from fundsim.app.gate import Busy
from fundsim.app.link import DamagedError
from fundsim.app.server import UnavailableError
from fundsim.batch.sweep import ScenariosFailedError
from fundsim.batch.work import Failure, OtherModelError
from fundsim.model.ledger import LedgerError
from fundsim.scenario.errors import FundsimError, InputError, Problem

CODES = {
    DamagedError: 2, InputError: 2, LedgerError: 1, OtherModelError: 2, ScenariosFailedError: 1,
    UnavailableError: 3, WorkersLostError: 3,
}  # fmt: skip


def test_every_error_is_in_the_tree_and_has_an_exit_code() -> None:
    found = {
        thing
        for module in pkgutil.walk_packages(fundsim.__path__, "fundsim.")
        if module.name != "fundsim.__main__"
        for thing in vars(import_module(module.name)).values()
        if inspect.isclass(thing) and issubclass(thing, BaseException)
        if thing.__module__.startswith("fundsim")
    }
    assert found - {Busy, FundsimError} == set(CODES), (
        "Busy is a state of the dashboard, no failure"
    )
    for error, code in CODES.items():
        assert issubclass(error, FundsimError)
        assert error.exit_code == code, error
        assert "exit_code" in vars(error), error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InputError(Problem("--seed", "must be between 0 and 2^63 - 1", value="-1")),
         "--seed: -1: must be between 0 and 2^63 - 1\n"),
        (LedgerError("cash"), "a check failed, so nothing is printed: cash\n"),
        (OtherModelError("a worker has version 2"), "a worker has version 2\n"),
        (UnavailableError("port 80 is not ours"), "port 80 is not ours\n"),
        (WorkersLostError("short of memory"), "short of memory\n"),
        (PermissionError(13, "Permission denied", "out"), "out: could not be read or written: Permission denied\n"),
    ],
)  # fmt: skip
def test_a_failure_is_one_message_and_the_code_of_its_kind(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == getattr(error, "exit_code", 3)
    assert capsys.readouterr() == ("", told)


def test_scenarios_that_failed_are_told_with_a_report_for_developers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> None:
        raise ScenariosFailedError(2, [Failure("serbia", "a bug", "the trace")])

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    head, kept = capsys.readouterr().err.split("\nall others are kept in the store; ")
    assert head == "2 scenarios could not be computed:\nserbia: a bug\nand 1 more"
    text, report = kept.strip().split("; report in ")
    assert text == "no tables are written"
    assert Path(report).read_text(encoding="utf-8") == "the trace"
    Path(report).unlink()
