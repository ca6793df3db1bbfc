"""How commands fail: one tree of errors, each with its exit code and one message."""

from __future__ import annotations

import inspect
import os
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import fundsim
from fundsim import cli
from fundsim.analysis.workers import WorkersLostError
from fundsim.app.gate import Busy
from fundsim.app.link import DamagedError
from fundsim.app.server import UnavailableError
from fundsim.batch.atomic import InUseError
from fundsim.batch.sweep import ScenariosFailedError
from fundsim.batch.work import Failure, OtherModelError
from fundsim.model.ledger import LedgerError
from fundsim.scenario import errors
from fundsim.scenario.errors import FundsimError, InputError, Problem

CODES = {
    DamagedError: 2, InUseError: 3, InputError: 2, LedgerError: 1, OtherModelError: 2, ScenariosFailedError: 1,
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


def ended(
    *words: str, begin: str = "", out: int = subprocess.DEVNULL, line: str = ""
) -> tuple[int, str]:
    """Exit code and error stream of a command of its own process.

    begin  Python that runs before it;  line  what a shell does with its streams
    """
    code = f"import sys; {begin}\nfrom fundsim.cli import main; main()"
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {line}', "sh", sys.executable, "-c", code, *words],
        stdout=out, stderr=subprocess.PIPE, text=True, check=False, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    return done.returncode, done.stderr


LONG = ("run", "montenegro", "-n", "8", "--workers", "1")
SOME = [("list",), ("schema",), pytest.param(LONG, marks=pytest.mark.slow)]


@pytest.mark.parametrize("words", SOME, ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("line", "told"),
    [
        (">&-", "standard output: is closed\n"),
        ("> /dev/full", "standard output: could not be written: No space left on device\n"),
    ],
)
def test_a_closed_or_full_standard_output_is_one_line(words, line, told) -> None:
    if "full" in line and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    code, told_there = ended(*words, line=line)
    assert (code, told_there.replace("montenegro+tariff: 8 replications done\n", "")) == (3, told)


@pytest.mark.parametrize("words", SOME, ids=lambda words: words[0])
def test_who_reads_no_further_ends_a_command_quietly(words) -> None:
    read, write = os.pipe()
    os.close(read)
    code, told_there = ended(*words, out=write)
    os.close(write)
    assert (code, told_there.replace("montenegro+tariff: 8 replications done\n", "")) == (141, "")


@pytest.mark.slow
@pytest.mark.parametrize(("line", "code"), [("2>&- <&-", 0), ("2> /dev/full", 3)])
def test_without_an_error_stream_a_command_works_or_says_it_by_its_code(line, code) -> None:
    assert ended(*LONG, line=line) == (code, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "package", "words"),
    [
        ("docx", "python-docx>=1.2", ("brief", "montenegro", "--out", "no.docx", "-n", "1000")),
        ("typst", "typst>=0.15", ("brief", "montenegro", "--out", "no.pdf", "-n", "1000")),
        ("xlsxwriter", "xlsxwriter>=3.2", LONG),
        ("babel", "babel>=2.16", LONG),
        ("cyrtranslit", "cyrtranslit>=1.2", LONG),
        ("simpy", "simpy>=4.1", (*LONG, "--engine", "simpy")),
        ("numba", "numba>=0.61", LONG),
        ("streamlit", "streamlit>=1.61", ("dashboard",)),
    ],
)
def test_a_missing_package_is_one_line_that_says_what_to_install(module, package, words) -> None:
    code, told_there = ended(*words, begin=f"sys.modules[{module!r}] = None")
    told = f"{module} is not installed as fundsim needs it: pip install '{package}'\n"
    assert (code, told_there) == (5, told)


def test_the_table_of_exit_codes_is_whole() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \| .+ \|$", readme, re.MULTILINE)
    assert [int(code) for code in table] == sorted(
        value for name, value in vars(errors).items() if name.isupper() and name != "MOST_SHOWN"
    )
