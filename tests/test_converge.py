"""As many replications as a figure needs, and the same numbers as a run of that length."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fundsim.analysis.converge import MOST, converge
from fundsim.analysis.project import extend, project
from fundsim.report.spread import tail_warning
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from tests.test_run_command import SMALL, fundsim  # noqa: F401

SHORT = ("time.horizon_years=3", "time.runoff_years=1", "time.history_years=3")


def kosovo(*sets: str) -> Scenario:
    return load("kosovo+tariff", [*SHORT, *sets])


@pytest.mark.parametrize("first", [300, 500, 750])
def test_an_extended_run_is_a_run_of_that_length(first: int) -> None:
    """Also where it ended within a block."""
    [grown] = project([kosovo()], first, 3)
    extend([grown], 1250)
    [whole] = project([kosovo()], 1250, 3)
    assert grown.columns == whole.columns
    for name in whole.columns:
        assert np.array_equal(grown.column(name), whole.column(name)), name


@pytest.mark.parametrize(
    ("measure", "precision"), [("due_a_year", 0.002), ("share_paid_with", 0.01)]
)
def test_runs_until_the_error_is_small_enough(measure: str, precision: float) -> None:
    scenarios = [kosovo(), kosovo("fund.decision.posts=2")]
    projections, rounds = converge(scenarios, measure, precision, seed=1)
    assert rounds[-1].error <= precision < rounds[0].error
    assert all(p.replications == rounds[-1].replications for p in projections)
    # the error falls with 1/√n: no more rounds and futures than that needs
    foreseen = rounds[0].replications * (rounds[0].error / precision) ** 2
    assert rounds[-1].replications < 2 * foreseen
    assert len(rounds) <= 4


@pytest.mark.slow
def test_what_cannot_be_reached_is_refused() -> None:
    for measure, precision, message in (
        ("due_a_yea", 0.01, "did you mean 'due_a_year'"),
        ("cash", 0.01, "no measure of the whole horizon"),
        ("due_a_year", 1.5, "below 100 %"),
        ("state_cost_a_year", 0.01, "is always 0"),
        ("due_a_year", 1e-6, f"more than {MOST:,}"),
    ):
        with pytest.raises(InputError, match=message):
            converge([kosovo()], measure, precision, seed=1)


def test_the_command_tells_how_many_it_took(fundsim, capsys) -> None:  # noqa: F811
    sets = [part for text in SHORT for part in ("--set", text)]
    args = ("run", "kosovo", "-q", "--workers", "1", *sets)
    assert fundsim(*args, "--precision", "2%") == 0
    assert "replications bring the Monte Carlo error of due_a_year" in capsys.readouterr().err
    assert fundsim(*args, "--precision", "2x") == 2
    assert "must be a share" in capsys.readouterr().err
    assert fundsim(*args, "--precision", "2%", "-n", "100") == 2
    assert "goes without --replications" in capsys.readouterr().err


def test_a_tail_on_few_futures_is_warned_of(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    assert fundsim("run", "kosovo", *SMALL, "-q", "--out", "out") == 0
    assert "rest on the worst 4 of 800 futures; 20,000" in capsys.readouterr().err
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["warnings"]) == 1
    assert fundsim("run", "kosovo", *SMALL, "-n", "200", "--json") == 0
    printed = capsys.readouterr()
    assert "Warning" not in printed.err  # too few for such a figure: it is not given at all
    assert json.loads(printed.out)["warnings"] == []


def test_the_warning_ends_where_a_hundred_futures_lie_beyond() -> None:
    from fundsim.analysis.measures import measure
    from fundsim.report.results import Results

    [p] = project([kosovo()], 800, 1)
    results = Results.of(p, measure(p))
    assert tail_warning(results) is not None
    p.replications = 20_000  # only the number is read
    assert tail_warning(results) is None
