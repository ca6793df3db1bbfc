"""The store: found is what was put, damage is noticed, and nothing that is there is computed again."""

import os
from pathlib import Path

import numpy as np
import pytest

from fundsim.analysis.project import block_answers, block_outcomes, project
from fundsim.batch import lookup, store
from fundsim.batch.lookup import Kept, computed_outcomes, kept_block, source_of
from fundsim.batch.store import ALL, Span, find, is_sound, keep, parts, remove, tidy_up
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from tests.test_run_command import SMALL, fundsim  # noqa: F401

SHORT = ["time.horizon_years=2", "time.runoff_years=1"]


@pytest.fixture(params=["local", "memory", "file"])
def address(request, tmp_path: Path) -> str:
    path = {
        "local": str(tmp_path / "store"),
        "file": f"file://{tmp_path}/store",
        "memory": f"memory://{tmp_path}",
    }
    return path[request.param]


def test_what_is_put_is_found(address: str) -> None:
    table = np.array([[1.0, -0.0, np.inf], [np.nan, 1e-300, 3.0]])
    span = Span("abc", 7, 500, 503)
    assert find(address, span, ["x"]).table is None
    keep(address, span, ["x", "y@2026"], table, ["x", "y@2026", "z"])
    for wanted, rows in ((["x"], [0]), (["y@2026", "x"], [1, 0]), (["z", "x"], [0]), (["z"], [])):
        found = find(address, span, wanted)
        assert found.names == tuple(n for n in wanted if n != "z")
        assert found.table is not None
        assert found.table.tobytes() == table[rows].tobytes(), "to the bit, also -0.0 and NaN"
    assert find(address, span, ["w"]).table is None
    assert find(address, span, ALL).table is None
    for other in (
        Span("abd", 7, 500, 503),
        Span("abc", 8, 500, 503),
        Span("abc", 7, 500, 504),
        Span("abc", 7, 500, 503, "simpy"),
    ):
        assert find(address, other, ["x"]).table is None


def test_a_longer_part_holds_the_shorter(address: str) -> None:
    table = np.arange(20.0).reshape(2, 10)
    keep(address, Span("abc", 7, 0, 10), ["x", "y"], table, ALL)
    found = find(address, Span("abc", 7, 0, 4), ["y"])
    assert np.array_equal(np.asarray(found.table), table[1:, :4])
    assert find(address, Span("abc", 7, 4, 8), ["y"]).table is None


def test_a_part_with_more_takes_the_place_of_one_with_less(address: str) -> None:
    span, table = Span("abc", 7, 0, 3), np.arange(6.0).reshape(2, 3)
    keep(address, span, ["x"], table[:1], ["x"])
    assert find(address, span, ["y"]).asked == ("x",)
    keep(address, span, ["x", "y"], table, ["x", "y"])
    assert len(list(parts(address))) == 1
    assert np.array_equal(np.asarray(find(address, span, ["x", "y"]).table), table)


def test_every_flipped_bit_and_every_cut_is_noticed(tmp_path: Path) -> None:
    address, span = str(tmp_path), Span("abc", 7, 0, 40)
    keep(address, span, ["x", "y"], np.arange(80.0).reshape(2, 40) / 7, ALL)
    [part] = parts(address)
    path = tmp_path / part.path
    good = path.read_bytes()
    assert is_sound(address, part)
    for place in range(0, 8 * len(good), 37):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        path.write_bytes(bad)
        assert find(address, span, ["x"]).table is None, f"bit {place}"
    for end in range(0, len(good), 97):
        path.write_bytes(good[:end])
        found = find(address, span, ["x"])
        assert found.table is None
        assert found.damaged
        assert not is_sound(address, part)
    keep(address, span, ["x", "y"], np.arange(80.0).reshape(2, 40) / 7, ALL)
    assert path.read_bytes() == good


def test_a_block_is_computed_once_and_the_same(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load("montenegro", SHORT)
    world, wanted = scenario.world, ["due_a_year", "ruin", "contribution_needed", "no_such"]
    names, table = computed_outcomes(world, 5, 0, 60, wanted)
    assert set(names) == {"due_a_year", "ruin", "contribution_needed"}
    first = kept_block(address, world, 5, 0, 60, wanted)
    monkeypatch.setattr(lookup, "computed_outcomes", None)  # to compute would fail
    again = kept_block(address, world, 5, 0, 60, wanted)
    assert (first.found, again.found) == (False, True)
    assert first.names == again.names == ("due_a_year", "ruin", "contribution_needed")
    assert first.table.tobytes() == again.table.tobytes()
    shorter = kept_block(address, world, 5, 0, 40, ["ruin"])
    assert (shorter.table[0] == table[names.index("ruin"), :40]).all()
    for part in parts(address):  # with 12 digits one store of ten million in six would mix two up
        assert len(part.scenario) == 24


def test_needs_and_all_outcomes_share_a_store(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run has put there has no needs: they are computed; all outcomes are the same with needs beside them."""
    scenario = load("montenegro", SHORT)
    plain, needed = block_outcomes(scenario.world, 5, 0, 60)[0], ["ruin", "contribution_needed"]

    def ask(wanted: list[str]) -> Kept:
        return kept_block(address, scenario.world, 5, 0, 60, wanted)

    assert ask(ALL).names == plain
    assert ask(needed)[::2] == (tuple(needed), False)
    monkeypatch.setattr(lookup, "computed_outcomes", None)  # to compute would fail
    assert ask(ALL).names == plain
    assert ask(needed).names == tuple(needed)
    assert ask(["due_a_year"]).names == ("due_a_year",)


def test_a_run_from_the_store_is_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, address = load("montenegro", SHORT), str(tmp_path / "s")
    [plain] = project([scenario], 700, 5)
    for workers in (2, 1):
        [stored] = project([scenario], 700, 5, workers, unit=source_of(address).outcomes)
        assert stored.columns == plain.columns
        assert all(stored.column(n).tobytes() == plain.column(n).tobytes() for n in plain.columns)
    monkeypatch.setattr(lookup, "block_outcomes", None)
    project([scenario], 700, 5, unit=source_of(address).outcomes)
    with pytest.raises(TypeError):
        project([scenario], 700, 6, unit=source_of(address).outcomes)


def test_an_answer_with_needs_from_the_store_is_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes that a run has put there are completed, and then serve both."""
    scenario, source = load("montenegro", SHORT), source_of(str(tmp_path / "s"))
    [plain] = project([scenario], 60, 5, unit=block_answers)
    project([scenario], 60, 5, unit=source.outcomes)
    for _ in range(2):
        [stored] = project([scenario], 60, 5, unit=source.answers)
        assert stored.columns == plain.columns
        assert all(stored.column(n).tobytes() == plain.column(n).tobytes() for n in plain.columns)
        monkeypatch.setattr(lookup, "computed_outcomes", None)  # to compute would fail
    [outcomes] = project([scenario], 60, 5, unit=source.outcomes)
    assert outcomes.columns == block_outcomes(scenario.world, 5, 0, 60)[0]


def test_the_budget_that_a_year_needs_is_not_missed_where_a_run_has_left_its_outcomes(
    tmp_path: Path,
) -> None:
    """A run keeps all outcomes, and no needs: who asks for a need later gets it all the same."""
    world, address = load("montenegro", SHORT).world, str(tmp_path / "s")
    names, table = block_answers(world, 5, 0, 60)
    source_of(address).outcomes(world, 5, 0, 60, "numpy")
    asked = ["due_a_year", f"budget_needed@{world.time.start_year}"]
    for found in (False, True):
        kept = lookup.kept_block(address, world, 5, 0, 60, asked)
        assert kept.names == tuple(asked)
        assert kept.found == found
        assert (kept.table == table[[names.index(name) for name in asked]]).all()


def test_a_store_that_is_only_read_stays_as_it_is(tmp_path: Path) -> None:
    world = load("montenegro", SHORT).world
    _, table = source_of(str(tmp_path / "s"), write=False).outcomes(world, 5, 0, 30, "numpy")
    assert (table == block_outcomes(world, 5, 0, 30)[1]).all()
    assert not (tmp_path / "s").exists()


def test_another_model_version_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, span = str(tmp_path), Span("abc", 7, 0, 3)
    keep(address, span, ["x"], np.zeros((1, 3)), ALL)
    monkeypatch.setattr(store, "model_version", lambda: "0.2.0-ffffffff")
    assert find(address, span, ["x"]).table is None


def test_remains_of_dead_writers_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    import socket

    folder = tmp_path / Span("abc", 7, 0, 3).folder
    folder.mkdir(parents=True)
    host = socket.gethostname()
    dead = next(pid for pid in range(4_000_000, 4_190_000) if not Path(f"/proc/{pid}").exists())
    names = {pid: f".00000000-00000003.{host}.{pid}.tmp" for pid in (dead, os.getpid())}
    for name in (*names.values(), ".00000000-00000003.elsewhere.1.tmp", "notes.txt"):
        (folder / name).touch()
    tidy_up(str(tmp_path))
    assert {p.name for p in folder.iterdir()} == {
        names[os.getpid()],
        ".00000000-00000003.elsewhere.1.tmp",
        "notes.txt",
    }


def test_an_address_that_cannot_be_used_is_told() -> None:
    for address, told in (("nowhere://x", "Protocol not known"), ("s3://bucket/x", "s3fs")):
        with pytest.raises(InputError, match=told):
            source_of(address)


def test_removing_the_last_part_leaves_no_empty_folder(tmp_path: Path) -> None:
    keep(str(tmp_path), Span("abc", 7, 0, 3), ["x"], np.zeros((1, 3)), ALL)
    [part] = parts(str(tmp_path))
    remove(str(tmp_path), part)
    assert list(tmp_path.iterdir()) == []


def test_the_commands_list_check_and_prune(fundsim, tmp_path: Path, capsys, monkeypatch) -> None:  # noqa: F811
    assert fundsim("run", "montenegro", *SMALL, "-q", "--store", "s") == 0
    whole = capsys.readouterr().out
    monkeypatch.setenv("FUNDSIM_STORE", "s")
    monkeypatch.setattr(lookup, "block_outcomes", None)
    assert fundsim("run", "montenegro", *SMALL, "-q") == 0
    assert capsys.readouterr().out == whole
    assert fundsim("store", "list", "s") == 0
    assert "in use" in capsys.readouterr().out
    assert fundsim("store", "check", "s") == 0
    assert "2 parts read: all sound" in capsys.readouterr().out
    [first, second] = parts("s")
    with Path("s", first.path).open("r+b") as file:
        file.truncate(100)
    assert fundsim("store", "check") == 4
    told = capsys.readouterr().out
    assert f"damaged: {first.path}" in told
    assert fundsim("store", "prune", "--dry-run") == 0
    assert "1 of 2 parts would be removed" in capsys.readouterr().out
    assert len(list(parts("s"))) == 2
    assert fundsim("store", "prune") == 0
    assert [p.path for p in parts("s")] == [second.path]
    assert fundsim("store", "prune", "--most", "1kB") == 0
    assert list(parts("s")) == []
    assert fundsim("store", "prune", "--most", "many") == 2
    assert fundsim("store", "list", "nowhere") == 2
    assert "there is none" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["list", "check", "prune"])
def test_a_store_is_named_by_its_path_by_an_option_or_by_the_environment(
    fundsim,  # noqa: F811
    tmp_path: Path, capsys, monkeypatch, command: str,
) -> None:  # fmt: skip
    keep("s", Span("abc", 7, 0, 3), ["x"], np.zeros((1, 3)), ALL)
    assert fundsim("store", command, "s") == 0
    wanted = capsys.readouterr().out
    assert fundsim("store", command, "--store", "s") == 0
    assert capsys.readouterr().out == wanted
    assert fundsim("store", command, "s", "--store", "other") == 2
    assert "another store is named, too" in capsys.readouterr().err
    assert fundsim("store", command) == 2
    assert "--store: missing" in capsys.readouterr().err
    monkeypatch.setenv("FUNDSIM_STORE", "nowhere")
    assert fundsim("store", command, "--store", "s") == 0
    assert capsys.readouterr().out == wanted
    monkeypatch.setenv("FUNDSIM_STORE", "s")
    assert fundsim("store", command) == 0
    assert capsys.readouterr().out == wanted
    assert list(parts("s"))


@pytest.mark.parametrize("public", ["0", "1"])
def test_the_dashboard_takes_from_the_store_and_visitors_of_the_web_put_nothing_there(
    public: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fundsim.app import runs, settings

    def forget() -> None:
        for cache in (runs._block, runs._stored):
            cache.clear()

    def look() -> bytes:
        forget()
        projection = runs.projected(scenario, 5, 200)
        need = projection.column("contribution_needed")
        return projection.column("due_a_year").tobytes() + need.tobytes()

    scenario, address = load("montenegro", SHORT), str(tmp_path / "s")
    monkeypatch.setenv(settings.STORE, "")
    computed = look()
    monkeypatch.setenv(settings.STORE, address)
    monkeypatch.setenv(settings.VARIABLE, public)
    assert look() == computed
    assert bool(list(parts(address))) == (public == "0")
    if public == "0":
        monkeypatch.setattr(lookup, "computed_outcomes", None)
        assert look() == computed
    forget()


def test_a_store_that_is_full_or_gone_turns_no_visitor_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fundsim.app import runs, settings

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    scenario = load("montenegro", SHORT)
    monkeypatch.setenv(settings.STORE, str(tmp_path / "s"))
    monkeypatch.setattr(lookup, "keep", full)
    runs._block.clear()
    runs._stored.clear()
    assert runs.projected(scenario, 6, 100).replications == 100
    runs._block.clear()
    runs._stored.clear()
