"""Files and folders appear whole or not at all; two do not write one; what killed ones left goes."""

import hashlib
import json
import multiprocessing
import os
import random
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from fundsim.batch import atomic
from fundsim.batch.atomic import InUseError, claimed, put_file
from fundsim.report.folder import MANIFEST, complete, write_manifest
from tests.test_run_command import fundsim  # noqa: F401

SMALL = ("-n", "128", "--years", "2", "--set", "time.runoff_years=1", "--workers", "1")
FILES = 12


def written(folder: Path, say: str) -> None:
    """A folder as a run makes it: some files, all of one time, and their manifest."""

    def fill(new: Path) -> None:
        for number in range(FILES):
            (new / f"{number}.txt").write_text(f"{say} {number}\n" * 200, encoding="utf-8")
        write_manifest(new, {"runs": ["x"]})

    complete(folder, ["x"], fill)


def whole(folder: Path) -> bool:
    """Whether a folder is what one writer made."""
    files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    times = {(folder / name).read_text(encoding="utf-8").split()[0] for name in files}
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    return digests == files and len(times) == 1 and len(files) == FILES


def again_and_again(folder: str) -> None:
    for turn in range(10_000):
        written(Path(folder), f"{os.getpid()}-{turn}")


def killed(folder: Path, seconds: float) -> None:
    """Have a process write a folder again and again, and kill it."""
    writer = multiprocessing.get_context("fork").Process(
        target=again_and_again, args=(str(folder),)
    )
    writer.start()
    time.sleep(seconds)
    writer.kill()
    writer.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_kills_leave_a_whole_folder_and_the_next_run_tidies_up(tmp_path: Path) -> None:
    times, folder, left = random.Random(3), tmp_path / "out", 0
    for _ in range(30):
        killed(folder, times.uniform(0.01, 0.06))
        assert {p.name for p in tmp_path.iterdir()} <= {"out", ".fundsim-out"}
        left += (tmp_path / ".fundsim-out").exists()
        assert not folder.exists() or whole(folder)
    assert folder.exists()
    assert left, "no kill fell into the writing: this shows nothing"
    written(folder, "last")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert whole(folder)


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="folders are exchanged on Linux only")
def test_a_reader_always_finds_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    written(folder, "first")
    end, looks, missed = threading.Event(), 0, 0

    def look() -> None:
        nonlocal looks, missed
        while not end.is_set():
            looks += 1
            missed += not (folder / MANIFEST).is_file()

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(100):
        written(folder, str(turn))
    end.set()
    reader.join()
    assert looks > 100
    assert missed == 0


def test_where_folders_cannot_be_exchanged_a_killed_run_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the two steps: the earlier folder is put back by whoever writes next, or only asks to."""
    folder, real = tmp_path / "out", os.rename
    monkeypatch.setattr(atomic, "_exchanged", lambda one, other: False)
    written(folder, "first")
    written(folder, "second")
    assert (folder / "0.txt").read_text(encoding="utf-8").startswith("second")

    def dies(source: Path, to: Path) -> None:
        if to == folder:
            os._exit(9)
        real(source, to)

    def writer() -> None:
        monkeypatch.setattr(os, "rename", dies)
        written(folder, "third")

    process = multiprocessing.get_context("fork").Process(target=writer)
    process.start()
    process.join()
    assert not folder.exists()
    with suppress(RuntimeError), claimed(folder):
        raise RuntimeError
    assert (folder / "0.txt").read_text(encoding="utf-8").startswith("second")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    "words",
    [
        ("run", "montenegro", *SMALL, "--out"),
        ("compare", "montenegro+tariff", "montenegro+status_fixed", *SMALL, "--out"),
        ("solve", "montenegro", *SMALL, "--out"),
        ("sensitivity", "montenegro", *SMALL, "--out"),
        ("stress", "montenegro", *SMALL, "--out"),
        ("region", "montenegro", "kosovo", *SMALL, "--out"),
        ("brief", "montenegro", "--out"),
        ("trace", "montenegro", "--figure"),
        ("validate", "--json"),
        ("new", "Moldova"),
    ],
    ids=lambda words: words[0],
)
def test_the_second_of_two_is_told_in_one_line_before_the_work(
    words, fundsim, tmp_path, capsys, monkeypatch  # noqa: F811
) -> None:  # fmt: skip
    name = {"brief": "out.docx", "trace": "out.svg", "new": "out.toml"}.get(words[0], "out")
    monkeypatch.setattr("fundsim.analysis.project.project", None)
    taken, end = threading.Event(), threading.Event()

    def other() -> None:
        with claimed(tmp_path / name):
            taken.set()
            end.wait()

    thread = threading.Thread(target=other)
    thread.start()
    taken.wait()
    try:
        assert fundsim(*words, name) == 3
    finally:
        end.set()
        thread.join()
    told = capsys.readouterr().err
    assert (
        told
        == f"{name}: is in use: another fundsim writes it; wait for it, or choose another place\n"
    )
    assert not list(tmp_path.iterdir())


def test_a_claim_holds_from_before_the_work_and_ends_with_a_failure(tmp_path: Path) -> None:
    place = tmp_path / "a"
    with suppress(ZeroDivisionError), claimed(place) as draft:
        assert draft.is_dir()
        put_file(place, b"1")
        assert not is_free(place)
        1 / 0  # noqa: B018
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert is_free(place)


def is_free(place: Path) -> bool:
    """Whether another thread, which the system takes for another process, may claim it."""
    found: list[bool] = []

    def claim() -> None:
        try:
            with claimed(place):
                found.append(True)
        except InUseError:
            found.append(False)

    thread = threading.Thread(target=claim)
    thread.start()
    thread.join()
    return found[0]


def test_without_locks_what_lies_there_is_not_touched(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(atomic, "fcntl", None)
    put_file(tmp_path / "a", b"1")
    (tmp_path / ".fundsim-a").mkdir()
    with pytest.raises(InUseError, match=r"if none runs, delete \.fundsim-a beside it"):
        put_file(tmp_path / "a", b"2")
    assert (tmp_path / "a").read_bytes() == b"1"


def test_the_folder_that_a_command_stands_in_is_refused(
    fundsim, tmp_path, capsys, monkeypatch  # noqa: F811
) -> None:  # fmt: skip
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    for out in (".", "..", str(tmp_path)):
        assert fundsim("run", "montenegro", *SMALL, "--out", out) == 2
        assert "is the folder that the command stands in" in capsys.readouterr().err
