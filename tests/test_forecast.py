"""What a plan will take and how long a batch still runs: the arithmetic, with clocks that tests move."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fundsim.batch import work
from fundsim.batch.forecast import Forecast, TimeLeft, Trial, foresee, paces, reckoned
from fundsim.batch.plan import Plan
from fundsim.batch.plan_file import read_plan
from fundsim.batch.work import Tally
from fundsim.report.sweep import tell

PLAN = """
question = "q"
countries = ["montenegro", "kosovo"]
policies = ["tariff", "status_fixed"]
set = ["time.horizon_years = 2", "time.runoff_years = 1"]
replications = 1200
[levers]
"fund.decision.posts" = [1, 2, 3]
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return read_plan(path)


def test_each_country_is_reckoned_from_its_own_scenarios(plan: Plan) -> None:
    """Six scenarios of each: the small 0.1 s and 0.5 s for 600 of 1,200, the large 0.1 s and 20 s."""
    small, large = (Trial(place, 600, 0.1, s, 50, 1000, 500) for place, s in ((0, 0.5), (1, 20)))
    other = Trial(0, 600, 0.3, 1.5, 70, 3000, 500)
    found = reckoned(plan, [small, other, large])
    assert found.seconds == pytest.approx(3 * (0.1 + 1.0) + 3 * (0.3 + 3.0) + 6 * (0.1 + 40.0))
    assert found.cases == pytest.approx(3 * 100 + 3 * 140 + 6 * 100)
    assert found.bytes == pytest.approx(3 * 2000 + 3 * 6000 + 6 * 2000)
    assert (found.parts, found.tried) == (12 * 3, 3)


def test_trials_do_the_work_of_a_scenario_and_what_is_compiled_does_not_count(
    plan: Plan, monkeypatch
) -> None:
    """The clock goes on by a second at each look: a block takes one, and so does what is around it."""
    ticks = itertools.count(0.0, 1.0)
    jobs: list[int] = []
    do = work.work_on

    def noted(job, first, last):
        jobs.append(job.plan.replications)
        return do(job, first, last)

    monkeypatch.setattr("fundsim.batch.forecast.work_on", noted)
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    found = foresee(plan)
    assert jobs == [2, 700] * 12, "few first; then a block of 500 and the 200 beyond whole ones"
    # two blocks of 700, and a second before, between and after them
    assert found.seconds == pytest.approx(12 * (3 + 2 * 1200 / 700))
    assert (found.parts, found.tried) == (12 * 3, 12)
    assert found.bytes > 0
    assert found.cases > 12 * 1200


def test_a_forecast_counts_the_cores_that_are_there(plan: Plan, monkeypatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    f = Forecast(1000, 1200.0, 1e6, 36, 12)
    for processes, minutes in ((1, 20), (2, 10), (4, 5), (16, 5)):
        assert f"about {minutes} minutes with {processes} process" in tell.forecast_text(
            plan, f, processes
        )


def test_the_time_left_leaves_out_compiling_and_what_was_found(plan: Plan) -> None:
    """The first report comes after 60 s of compiling; from then on a tenth takes 10 s."""
    reckon = TimeLeft(plan, {"montenegro": 1.0, "kosovo": 1.0})
    tenth = 2 * 6 * 1200 // 10

    def at(done: int, new: int, now: float) -> Any:
        counted = Counter(montenegro=done * tenth), Counter(montenegro=new * tenth)
        return reckon(Tally(done=counted[0], new=counted[1], seconds=now), now)

    assert at(1, 1, 60) == (pytest.approx(0.1), None)
    assert at(2, 2, 70) == (pytest.approx(0.2), pytest.approx(80))
    assert at(6, 2, 70) == (pytest.approx(0.6), pytest.approx(40)), "four tenths found at once"
    assert at(10, 6, 110) == (1.0, 0.0)


def test_the_time_left_knows_that_another_country_takes_longer(plan: Plan) -> None:
    """Kosovo's futures take nine times as long; Montenegro's come first."""
    reckon = TimeLeft(plan, {"montenegro": 1.0, "kosovo": 9.0})

    def at(montenegro: int, kosovo: int, now: float) -> Any:
        counted = Counter(montenegro=montenegro * 1200, kosovo=kosovo * 1200)
        return reckon(Tally(done=counted, new=counted, seconds=now), now)

    assert at(0, 0, 0) == (0.0, None)
    assert at(3, 0, 3) == (pytest.approx(0.05), pytest.approx(57))
    assert at(6, 0, 6) == (pytest.approx(0.1), pytest.approx(54))
    assert at(6, 5, 51) == (pytest.approx(0.85), pytest.approx(9))


def test_processes_that_still_start_do_not_slow_down_the_rest(plan: Plan) -> None:
    """Four on four cores: until second 10 one works alone, a scenario a second; then all do, and one waits at times."""
    tenths = 2 * 6 * 1200 / 10
    for at_once, first, later in ((4, 20, 10), (1, 80, 20)):
        reckon = TimeLeft(plan, {"montenegro": 1.0, "kosovo": 1.0}, at_once)

        def at(done: int, seconds: float, now: float, reckon: TimeLeft = reckon) -> Any:
            counted = Counter(montenegro=done * int(tenths))
            return reckon(Tally(done=counted, new=counted, seconds=seconds), now)[1]

        assert at(1, 5, 5) is None
        assert at(2, 15, 15) == pytest.approx(first)
        assert at(6, 55, 30) == pytest.approx(later)


def test_the_first_line_of_progress_is_not_an_hour(plan: Plan, monkeypatch, capsys) -> None:
    """After 60 s of compiling a scenario takes one second: eleven are left of twelve."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    done = Counter[str]()
    left = TimeLeft(plan, {"montenegro": 1.0, "kosovo": 1.0})
    with tell.telling(left) as told:
        for second in range(12):
            now[0] = 60.0 + second
            done["montenegro" if second < 6 else "kosovo"] += 1200
            told(Tally(done=done, new=done, seconds=now[0]))
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" left")[0] for line in lines] == ["17 %, 10 s", "100 %, 0 s"]


def test_a_scenario_that_cannot_be_computed_stops_no_forecast(plan: Plan, monkeypatch) -> None:
    monkeypatch.setattr("fundsim.batch.forecast.computed_outcomes", None)
    left = TimeLeft(plan, paces(plan))
    assert left(Tally(), 0.0) == (0.0, None)
