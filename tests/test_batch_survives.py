"""Whatever happens to a batch - kills, full disks, damage - the same command ends with the same bytes."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from fundsim import cli
from fundsim.batch import work
from fundsim.batch.store import Span, tidy_up
from fundsim.failure import no_lost_interrupts
from tests.batches import (
    COMMAND,
    PARTS,
    PLAN,
    count,
    files,
    is_gone,
    killed_before,
    new_batch,
    parts,
    ran,
    running,
    told,
    until,
    workers_of,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("batch"),  # one after the other: each takes two processors
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL"),
]
ONE, TWO = ("--workers", "1"), ("--workers", "2")
DASK = (*TWO, "--scheduler", "local")
Command = Callable[..., int]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The batch as one process computes it when nothing happens."""
    folder = tmp_path_factory.mktemp("whole")
    out = new_batch(folder)
    assert ran(folder, *ONE) == (0, [])
    assert count(out) == PARTS
    assert sorted(p.name for p in out.iterdir()) == [
        "README.md", "best.csv", "front.csv", "front.png", "front.svg", "manifest.json", "noise", "results", "run.json",
        "scenarios", "store", "summary.json",
    ]  # fmt: skip
    return out


@pytest.fixture
def fundsim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """A command in this process, in an empty folder: its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FUNDSIM_STORE", raising=False)

    def command(*args: str) -> int:
        monkeypatch.setattr("sys.argv", ["fundsim", *args])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0)

    return command


# who computes


def test_two_processes_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    out = new_batch(tmp_path)
    assert ran(tmp_path, *TWO) == (0, [])
    assert files(out) == files(whole)


def test_dask_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    out = new_batch(tmp_path)
    assert ran(tmp_path, *DASK) == (0, [])
    assert files(out) == files(whole)


def test_a_dask_worker_that_is_killed_changes_nothing(whole: Path, tmp_path: Path) -> None:
    out = new_batch(tmp_path)
    with running(tmp_path, *DASK) as main:
        until(lambda: count(out))
        workers_of(main)[0].kill()
        assert count(out) < PARTS / 2, "the worker may have had no work any more"
        _, error = main.communicate()
    assert (main.returncode, told(error)) == (0, [])
    assert files(out) == files(whole)


def test_a_worker_process_that_is_killed_changes_nothing(whole: Path, tmp_path: Path) -> None:
    """It dies in the middle of a scenario: the main process stands still until it has written a part."""
    out = new_batch(tmp_path)
    with running(tmp_path, *TWO) as main:
        until(lambda: count(out))
        main.send_signal(signal.SIGSTOP)
        [worker], before = workers_of(main), count(out)
        until(lambda: count(out) > before)
        worker.kill()
        assert count(out) < before + 4, "the worker may have done its two scenarios"
        main.send_signal(signal.SIGCONT)
        _, error = main.communicate()
    assert (main.returncode, told(error)) == (0, [])
    assert files(out) == files(whole)


# kill -9


def moments() -> list[tuple[str, str, int]]:
    """When to kill: at the start, at random numbers of new parts, and while the tables are written."""
    rng = np.random.default_rng(2026)
    kinds = [("os.rename", ".parquet"), ("open", "/.0000")]
    random = [(*kinds[rng.integers(2)], int(rng.integers(1, 5))) for _ in range(7)]
    start = [("open", "run.json", 1), ("os.rename", "run.json", 1), ("os.remove", ".probe", 1)]
    tables = [
        ("os.rename", ".work", 1), ("os.rename", ".work", 2), ("os.rename", ".work", 3), ("open", "summary.json", 1),
        ("os.rename", "best.csv", 1), ("open", "front.png", 1), ("os.rename", "manifest.json", 1),
    ]  # fmt: skip
    return [*start, *random, *tables]


def test_a_batch_that_is_killed_again_and_again_ends_the_same(
    fundsim: Command, whole: Path, tmp_path: Path
) -> None:
    out, had = new_batch(tmp_path), dict[str, tuple[int, int, str]]()
    for moment in moments():
        assert killed_before(tmp_path, *moment) == -signal.SIGKILL, f"ended before {moment}"
        assert not (out / "manifest.json").exists(), "it looks complete"
        has = parts(out)
        assert had.items() <= has.items(), f"computed again after {moment}"
        had = has
    assert fundsim(*COMMAND, *ONE) == 0
    assert had.items() <= parts(out).items()
    assert files(out) == files(whole)
    assert {p.name for p in tmp_path.iterdir()} == {"plan.toml", "out"}


def test_a_plan_that_is_wrong_is_refused_after_a_kill_too(
    fundsim: Command, tmp_path: Path, capsys
) -> None:
    """It was killed before its scenarios were found valid, so that they are looked at again."""
    out = new_batch(tmp_path, PLAN.replace("due_a_year", "due_real@2050"))
    assert killed_before(tmp_path, "os.remove", ".probe", 1) == -signal.SIGKILL
    assert (out / "run.json").exists()
    assert fundsim(*COMMAND, *ONE) == 2
    assert "is outside of the horizon" in capsys.readouterr().err
    assert {p.name for p in tmp_path.iterdir()} == {"plan.toml"}, "nothing was begun"


def test_a_wrong_option_takes_nothing_away(fundsim: Command, whole: Path, tmp_path: Path) -> None:
    out = copied(whole, tmp_path)
    (out / "manifest.json").unlink()
    before = files(out)
    assert fundsim(*COMMAND, *ONE, "--store", "nowhere://x") == 2
    assert files(out) == before


@pytest.mark.parametrize("options", [TWO, DASK], ids=["processes", "dask"])
def test_no_worker_outlives_a_killed_batch(
    fundsim: Command, whole: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = new_batch(tmp_path)
    with running(tmp_path, *options) as main:
        until(lambda: count(out))
        workers = workers_of(main)
        assert workers
        main.kill()
        main.wait()
        until(lambda: all(is_gone(worker) for worker in workers))
    had = parts(out)
    assert fundsim(*COMMAND, *ONE, "--resume") == 0
    assert had.items() <= parts(out).items()
    assert files(out) == files(whole)


def test_workers_that_are_starting_do_not_outlive_a_killed_batch(tmp_path: Path) -> None:
    out = new_batch(tmp_path)
    with running(tmp_path, *TWO) as main:
        workers = until(lambda: workers_of(main))
        main.kill()
        main.wait()
        until(lambda: all(is_gone(worker) for worker in workers))
    assert count(out) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such a writer looks alive")
def test_remains_of_a_writer_that_nobody_has_waited_for_go(tmp_path: Path) -> None:
    folder = tmp_path / Span("abc", 7, 0, 3).folder
    folder.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", ""]) as writer:
        until(lambda: is_gone(psutil.Process(writer.pid)))
        (folder / f".00000000-00000003.{socket.gethostname()}.{writer.pid}.tmp").touch()
        tidy_up(str(tmp_path))
        assert not list(folder.parent.glob("*/*"))


# Ctrl-C


@pytest.mark.parametrize("options", [ONE, TWO, DASK], ids=["one", "two", "dask"])
def test_an_interrupted_batch_says_how_to_go_on(
    fundsim: Command, whole: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = new_batch(tmp_path)
    with running(tmp_path, *options) as main:
        until(lambda: count(out) >= 2)
        os.killpg(main.pid, signal.SIGINT)  # as a terminal does: all processes get it
        _, error = main.communicate()
    assert main.returncode == 130
    kept = "what is finished is kept: the same command goes on in out"
    assert told(error) == [f"interrupted; {kept}"]
    had = parts(out)
    assert 2 <= len(had) < PARTS
    assert fundsim(*COMMAND, *ONE) == 0
    assert had.items() <= parts(out).items()
    assert files(out) == files(whole)


def test_ctrl_c_is_for_the_main_process_from_a_worker_s_first_moment(
    whole: Path, tmp_path: Path
) -> None:
    out = new_batch(tmp_path)
    with running(tmp_path, *TWO) as main:

        def pester() -> bool:
            for worker in workers_of(main):
                with suppress(psutil.NoSuchProcess):
                    worker.send_signal(signal.SIGINT)
            return main.poll() is not None

        until(pester)
        _, error = main.communicate()
    assert (main.returncode, told(error)) == (0, [])
    assert files(out) == files(whole)


def test_ctrl_c_that_falls_into_a_finalizer_is_not_lost() -> None:
    class Falls:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    def fall() -> None:
        Falls()
        until(lambda: False)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with no_lost_interrupts(), pytest.raises(KeyboardInterrupt):
            fall()
    finally:
        signal.signal(signal.SIGINT, before)


# a full disk, a folder that cannot be written


def test_a_file_that_is_too_large_for_the_system_ends_the_batch_with_one_line(
    fundsim: Command, whole: Path, tmp_path: Path
) -> None:
    """The limit is below the largest part alone; it strikes in whichever process writes that."""
    out = new_batch(tmp_path)
    most = max(path.stat().st_size for path in whole.glob("store/*/*/*/*")) - 1

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    # Python would cut its own compiled modules, too, and put them in their place
    code, error = ran(tmp_path, *TWO, begin=limit, PYTHONDONTWRITEBYTECODE="1")
    assert code == 3
    assert len(error) == 1
    assert "File too large" in error[0]
    had = parts(out)
    assert had, "nothing was finished: the limit strikes too early to be a test"
    assert fundsim("store", "check", str(out / "store")) == 0
    assert fundsim(*COMMAND, *ONE) == 0
    assert had.items() <= parts(out).items()
    assert files(out) == files(whole)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """A small disk at tmp_path/disk, mounted anew with each call: options such as size=64k."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(options: str) -> None:
        again = "remount," if os.path.ismount(disk) else ""
        how = ["mount", "-t", "tmpfs", "-o", again + options, "tmpfs", str(disk)]
        try:
            done = subprocess.run(how, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount")
        if done.returncode:
            pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")

    yield mount
    if os.path.ismount(disk):
        subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_full_at_any_stage_ends_the_batch_with_one_line(
    fundsim: Command, whole: Path, tmp_path: Path, mounted: Callable[[str], None], capsys
) -> None:
    """It grows a little before each run: full at the first part, at later ones, at the tables, at the figures."""
    mounted("size=4k")
    new_batch(tmp_path)
    out, had, stages = tmp_path / "disk/out", dict[str, tuple[int, int, str]](), 0
    command = ("sweep", "plan.toml", "--out", "disk/out", *ONE)
    for size in range(16, 4000, 16):
        code = fundsim(*command)
        error = told(capsys.readouterr().err.replace("disk/out: going on", "out: going on"))
        has = parts(out)
        assert had.items() <= has.items()
        had = has
        if code == 0:
            break
        assert code == 3
        assert len(error) == 1, error
        assert "No space left on device" in error[0]
        assert fundsim("store", "check", str(out / "store")) == 0 or not had
        stages += 1
        mounted(f"size={size}k")
        capsys.readouterr()
    assert stages > 5
    assert files(out) == files(whole)


def test_a_folder_that_cannot_be_written_is_told_at_once(
    fundsim: Command, tmp_path: Path, capsys
) -> None:
    """Root may write everywhere, so that it becomes nobody for the test."""
    new_batch(tmp_path)
    (tmp_path / "file").touch()
    assert fundsim("sweep", "plan.toml", "--out", "file/out", *ONE) == 3
    assert len(told(capsys.readouterr().err)) == 1
    with tempfile.TemporaryDirectory() as name:
        closed = Path(name) / "closed"
        closed.mkdir(mode=0o555)
        Path(name).chmod(0o755)
        shutil.copy("plan.toml", name)
        plan, user = str(Path(name) / "plan.toml"), os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            code = fundsim("sweep", plan, "--out", str(closed / "out"), *ONE)
        finally:
            os.seteuid(user)
        assert code == 3
        assert len(error := told(capsys.readouterr().err)) == 1
        assert "Permission denied" in error[0]
        assert str(closed / "out") in error[0]
        assert not list(closed.iterdir())


def test_a_disk_that_can_only_be_read_is_told_at_once(
    fundsim: Command, whole: Path, tmp_path: Path, mounted: Callable[[str], None], capsys
) -> None:
    out = new_batch(tmp_path)
    mounted("size=1m")
    mounted("ro")
    assert fundsim("sweep", "plan.toml", "--out", "disk/out", *ONE) == 3
    assert len(error := told(capsys.readouterr().err)) == 1
    assert "Read-only file system" in error[0]
    assert fundsim(*COMMAND, *ONE, "--store", "disk/store") == 3
    assert len(told(capsys.readouterr().err)) == 1
    assert fundsim(*COMMAND, *ONE) == 0
    assert files(out) == files(whole)


# damage


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    """One bit, in the middle."""
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def emptied(data: bytes) -> bytes:
    return b""


DAMAGES = [truncated, flipped, emptied]


def copied(whole: Path, folder: Path) -> Path:
    """A finished batch in a test's folder, with which it may do anything."""
    out = new_batch(folder)
    shutil.copytree(whole, out)
    return out


def test_damaged_parts_are_named_and_computed_anew(
    fundsim: Command, whole: Path, tmp_path: Path, capsys
) -> None:
    out = copied(whole, tmp_path)
    paths = sorted(out.glob("store/*/*/*/*"))[1::5][: len(DAMAGES)]
    for path, damage in zip(paths, DAMAGES, strict=True):
        path.write_bytes(damage(path.read_bytes()))
    had = parts(out)
    assert fundsim("store", "check", str(out / "store")) == 4
    printed = capsys.readouterr().out.splitlines()
    assert printed[:-1] == [f"damaged: {path.relative_to(out / 'store')}" for path in paths]
    assert printed[-1].startswith(f"{PARTS} parts read: 3 damaged")
    (out / "manifest.json").unlink()
    assert fundsim(*COMMAND, *ONE) == 0
    error = told(capsys.readouterr().err)
    assert error == ["3 parts of the store were damaged and computed anew"]
    changed = {name for name, facts in parts(out).items() if facts != had[name]}
    assert changed == {path.name + path.parts[-3] for path in paths}
    assert files(out) == files(whole)
    assert fundsim("store", "check", str(out / "store")) == 0


@pytest.mark.parametrize("damage", [*DAMAGES, None])
@pytest.mark.parametrize("name", ["results/part-00000.parquet", "summary.json", "front.png"])
def test_a_damaged_file_of_a_finished_folder_heals(
    fundsim: Command, whole: Path, tmp_path: Path, name: str,
    damage: Callable[[bytes], bytes] | None,
) -> None:  # fmt: skip
    out = copied(whole, tmp_path)
    path, had = out / name, parts(out)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(path.read_bytes()))
    assert fundsim(*COMMAND, *ONE) == 0
    assert files(out) == files(whole)
    assert parts(out) == had


def test_a_finished_batch_is_not_computed_again(
    fundsim: Command, whole: Path, tmp_path: Path, capsys
) -> None:
    out = copied(whole, tmp_path)
    had = parts(out)
    assert fundsim(*COMMAND, *ONE) == 0
    assert "everything is there already: nothing to compute" in capsys.readouterr().err
    assert parts(out) == had
    assert files(out) == files(whole)


# refusals


def another_plan(out: Path) -> None:
    (out.parent / "plan.toml").write_text(PLAN.replace("[1, 2]", "[1, 3]"), encoding="utf-8")


def foreign(out: Path) -> None:
    (out / "run.json").rename(out / "letters.txt")


def broken_card(out: Path) -> None:
    (out / "run.json").write_bytes(b'{"fundsim": "\xff')


def other_card(out: Path) -> None:
    (out / "run.json").write_text("[]", encoding="utf-8")


def another_model(out: Path) -> None:
    rewrite_card(out, fundsim="0.0.9-abcdef01")


def other_files(out: Path) -> None:
    rewrite_card(out, scenario_files="abcdef012345")


def rewrite_card(out: Path, **says: str) -> None:
    card = json.loads((out / "run.json").read_text(encoding="utf-8"))
    (out / "run.json").write_text(json.dumps({**card, **says}), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (another_plan, "holds the batch of another plan"),
        (foreign, "is not empty and holds no batch"),
        (broken_card, "holds a run.json that cannot be read"),
        (other_card, "holds a run.json that cannot be read"),
        (another_model, "holds a batch of another version of fundsim"),
        (other_files, "holds a batch of scenario files that have changed since"),
    ],
)
def test_a_folder_of_something_else_is_left_alone(
    fundsim: Command, whole: Path, tmp_path: Path, capsys,
    change: Callable[[Path], None], rule: str,
) -> None:  # fmt: skip
    out = copied(whole, tmp_path)
    change(out)
    before, had = files(out), parts(out)
    assert fundsim(*COMMAND, *ONE) == 2
    assert len(error := told(capsys.readouterr().err)) == 1
    assert rule in error[0]
    assert files(out) == before
    assert parts(out) == had


def test_nothing_is_begun_where_a_batch_is_to_go_on(
    fundsim: Command, tmp_path: Path, capsys
) -> None:
    out = new_batch(tmp_path)
    assert fundsim(*COMMAND, *ONE, "--resume") == 2
    assert len(error := told(capsys.readouterr().err)) == 1
    assert "there is no batch to go on with" in error[0]
    assert not out.exists()
    out.mkdir()
    assert fundsim(*COMMAND, *ONE, "--resume") == 2
    assert not list(out.iterdir())


# a scenario that fails


def test_a_scenario_that_fails_leaves_the_others(
    fundsim: Command, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    out, kept_block = new_batch(tmp_path), vars(work)["kept_block"]

    def fail(address: str, world: Any, *args: Any, **how: Any) -> Any:
        if world.country.code == "XK" and world.fund.decision.posts.value == 2:
            raise ZeroDivisionError("a fault")
        return kept_block(address, world, *args, **how)

    with monkeypatch.context() as fault:
        fault.setattr(work, "kept_block", fail)
        assert fundsim(*COMMAND, *ONE) == 1
    *lines, last = told(capsys.readouterr().err)
    assert [re.sub(r"\(number \d\)", "(number N)", line) for line in lines] == [
        "2 scenarios could not be computed:",
        "kosovo+tariff (number N): ZeroDivisionError: a fault",
        "kosovo+mixed_financing (number N): ZeroDivisionError: a fault",
    ]
    kept, _, report = last.partition("; report in ")
    assert kept == "all others are kept in the store; no tables are written"
    assert "ZeroDivisionError: a fault" in Path(report).read_text(encoding="utf-8")
    Path(report).unlink()
    assert sorted(p.name for p in out.iterdir()) == ["run.json", "store"], "no tables"
    had = parts(out)
    assert len(had) == PARTS - 4
    assert fundsim(*COMMAND, *ONE) == 0
    assert had.items() <= parts(out).items()
    assert files(out) == files(whole)
