"""A running Dask cluster: its workers outlive a batch, and must read what this machine reads."""

import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client, LocalCluster, get_worker

from fundsim import cli
from fundsim.batch import cluster

pytestmark = pytest.mark.slow
PLAN = """
question = "What does a lower cap save?"
countries = ["montenegro"]
policies = ["tariff+OWN"]
set = ["time.horizon_years = 2", "time.runoff_years = 1"]
replications = 32
"""
QUIET = {
    "threads_per_worker": 1, "dashboard_address": None, "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"},
}  # fmt: skip
OWN = 'question = "What if a benefit is capped?"\n[fund.amount]\ncap = {cap}\n'


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A cluster whose worker was started in a folder without scenarios."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        running = LocalCluster(n_workers=1, **QUIET)
    with running:
        yield running.scheduler_address


def sweep(plan: Path, *more: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["fundsim", "sweep", str(plan), *more])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    return int(stop.value.code or 0)


def test_workers_that_are_running_read_a_changed_file_anew(address, tmp_path) -> None:
    own, plan, found = tmp_path / "own.toml", tmp_path / "plan.toml", {}
    plan.write_text(PLAN.replace("OWN", str(own)), encoding="utf-8")
    for cap in (2, 10):
        own.write_text(OWN.format(cap=cap), encoding="utf-8")
        for where in ("there", "here"):
            out = tmp_path / f"{where}{cap}"
            on = ("--scheduler", address) if where == "there" else ("--workers", "1")
            assert sweep(plan, "--out", str(out), *on) == 0
            [found[where, cap]] = pd.read_parquet(out / "scenarios")["due_a_year"]
    assert found["there", 2] == found["here", 2]
    assert found["there", 10] == found["here", 10] > found["here", 2]


def test_a_file_that_workers_do_not_find_is_told(address, tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "own.toml").write_text(OWN.format(cap=2), encoding="utf-8")
    (tmp_path / "plan.toml").write_text(PLAN.replace("OWN", "own.toml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    assert sweep(tmp_path / "plan.toml", "--out", str(out), "--scheduler", address) == 2
    told = capsys.readouterr().err
    assert "own.toml: no such file; an own file needs its whole path" in " ".join(told.split())
    assert not out.exists()


def where(number: int) -> str:
    """A short task that tells which worker did it."""
    time.sleep(0.03)
    return str(get_worker().address)


def test_workers_that_come_later_get_their_part(monkeypatch) -> None:
    """As they do where a queue starts them one by one: with what the first one was given, most would be idle."""
    monkeypatch.setattr(cluster, "COUNTED_EVERY", 0.0)
    with LocalCluster(n_workers=1, processes=False, **QUIET) as few, Client(few) as client:
        shared, late = cluster._shared_out(client, where, ((n,) for n in range(200))), []
        for done, (_, worker) in enumerate(shared):
            late += [worker] if done > 40 else []
            if done == 10:
                few.scale(8)
                client.wait_for_workers(8)
    assert len(Counter(late)) == 8
    assert min(Counter(late).values()) >= 8


def test_a_scheduler_that_dies_ends_the_batch_in_words_and_the_same_command_goes_on(
    tmp_path,
) -> None:
    """Real processes: a scheduler, a worker, and the command, of which the first is killed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    plan = tmp_path / "plan.toml"
    text = PLAN.replace("+OWN", "").replace("32", "200")
    plan.write_text(
        text + "[levers]\n'fund.amount.cap' = { from = 1, to = 200, steps = 200 }\n",
        encoding="utf-8",
    )
    run = [sys.executable, "-m", "fundsim.cli", "sweep", str(plan), "--out", str(tmp_path / "o")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}

    def start(what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *options]
        return subprocess.Popen(command, **quiet)

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port))
    worker = start("worker", address, "--nthreads", "1", "--no-nanny")
    try:
        batch = subprocess.Popen(
            [*run, "--scheduler", address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 600
        while not list((tmp_path / "o").glob("store/*/*/*/*.parquet")):
            assert time.monotonic() < deadline
            assert batch.poll() is None, batch.communicate()
            time.sleep(0.05)
        scheduler.kill()
        _, told = batch.communicate(timeout=600)
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()
    assert batch.returncode == 3, told
    assert "the Dask scheduler is gone" in told
    assert "Traceback" not in told
    plan.write_text(
        text + "[levers]\n'fund.amount.cap' = { from = 1, to = 200, steps = 200 }\n",
        encoding="utf-8",
    )
    assert subprocess.run(run, capture_output=True, check=False).returncode == 0
