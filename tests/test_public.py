"""Calls from Python: every parameter of every public function refuses what the commands refuse, and results are shown in a few lines."""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fundsim
from fundsim.analysis.compare import compare
from fundsim.analysis.hard_years import hard_years
from fundsim.analysis.needs import enough, needs
from fundsim.analysis.project import Projection
from fundsim.analysis.region import region
from fundsim.analysis.sensitivity import ranking
from fundsim.analysis.solve import lever_of, solve
from fundsim.analysis.tornado import tornado
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError

SMALL = ["time.horizon_years=3", "time.runoff_years=1"]
NAME = "montenegro+tariff"
GOOD: dict[str, dict[str, Any]] = {
    "load": {"name": NAME},
    "project": {"scenarios": None, "replications": 2},
    "measure": {"projection": None},
    "brief": {"names": [NAME], "out": "brief.html"},
}


@cache
def small() -> Scenario:
    return fundsim.load(NAME, SMALL)


@cache
def run() -> Projection:
    [projection] = fundsim.project([small()], 64)
    return projection


# function, parameter, what is given, what is told
WRONG: list[tuple[str, str, Any, str]] = [
    ("load", "name", 3, 'load: name = 3: must be a text, such as "serbia+tariff"'),
    ("load", "name", None, "must be a text"),
    ("load", "name", [NAME], "must be a text"),
    ("load", "name", "sebia", "did you mean 'serbia'?"),
    ("load", "sets", "fund.amount.cap=4",
     'load: sets = fund.amount.cap=4: must be a list of texts; write ["fund.amount.cap=4"]'),
    ("load", "sets", {"fund.amount.cap": 4}, 'must be a list of texts, no dict; write ["fund.amount.cap=4"]'),
    ("load", "sets", [4], 'must be a list of texts, such as ["fund.amount.cap=4"]'),
    ("load", "sets", 4, "must be a list of texts"),
    ("load", "sets", None, "must be a list of texts"),
    ("load", "sets", ["fund.amount.capp=4"], "did you mean 'cap'?"),
    ("project", "scenarios", "scenario", "project: scenarios = montenegro+tariff: must be a list; write [scenario]"),
    ("project", "scenarios", [NAME], 'must be scenarios, as load gives them; write load("montenegro+tariff")'),
    ("project", "scenarios", NAME, "must be a list of scenarios"),
    ("project", "scenarios", 3, "must be a list of scenarios"),
    ("project", "scenarios", [3], "must be scenarios, as load gives them"),
    ("project", "replications", 0, "replications: 0: must be at least 1"),
    ("project", "replications", -5, "must be at least 1"),
    ("project", "replications", 2.5, "replications: 2.5: must be a whole number"),
    ("project", "replications", "10", "must be a whole number"),
    ("project", "replications", True, "must be a whole number"),
    ("project", "replications", None, "must be a whole number"),
    ("project", "replications", 10**12, "at most 100,000,000"),
    ("project", "seed", -1, "seed: -1: must be between 0 and 2^63 - 1"),
    ("project", "seed", 2**63, "must be between 0 and 2^63 - 1"),
    ("project", "seed", 0.5, "must be a whole number"),
    ("project", "workers", 0, "workers: 0: must be between 1 and 256"),
    ("project", "workers", 1000, "must be between 1 and 256"),
    ("project", "workers", "2", "must be a whole number"),
    ("project", "engine", "numpi", "engine: numpi: must be numpy or simpy; did you mean 'numpy'?"),
    ("project", "engine", "simpY", "did you mean 'simpy'?"),
    ("project", "engine", None, "must be numpy or simpy"),
    ("project", "on_block", "x", "project: on_block = x: must be a function"),
    ("project", "unit", 3, "project: unit = 3: must be a function"),
    ("measure", "projection", [], "measure: projection = list: must be one projection; write [projection] = project"),
    ("measure", "projection", "x", "must be one projection"),
    ("brief", "names", NAME, 'brief: names = montenegro+tariff: must be a list of texts; write ["montenegro+tariff"]'),
    ("brief", "names", [], "must name at least one scenario"),
    ("brief", "names", [3], "must be a list of texts"),
    ("brief", "names", ["sebia"], "did you mean 'serbia'?"),
    ("brief", "out", 3, "must be the name of a file"),
    ("brief", "out", "brief.odt", "must end in .docx, .pdf, .html"),
    ("brief", "lang", "sr-latn", "did you mean 'sr-Latn'?"),
    ("brief", "lang", None, "brief: lang = None: must be a text"),
    ("brief", "sets", "fund.amount.cap=4", 'write ["fund.amount.cap=4"]'),
    ("brief", "sets", {"fund.amount.cap": 4}, "no dict"),
    ("brief", "solvent", 1.5, "must be above 0 and below 1"),
    ("brief", "solvent", "0.95", "must be a share, such as 0.95"),
    ("brief", "solvent", float("nan"), "must be above 0 and below 1"),
    ("brief", "day", "yesterday", "must be a date such as 2026-11-22"),
    ("brief", "day", 3, "brief: day = 3: must be a text"),
    ("brief", "replications", 0, "must be at least 1"),
    ("brief", "replications", "100", "must be a whole number"),
    ("brief", "seed", -1, "must be between 0 and 2^63 - 1"),
    ("brief", "workers", 0, "must be between 1 and 256"),
    ("brief", "address", "https://x", "must be a function"),
    ("brief", "store", 3, "brief: store = 3: must be a text"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "parameter", "given", "told"), WRONG)
def test_what_is_wrong_is_refused_and_told(
    function: str, parameter: str, given: Any, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    given = small() if (function, given) == ("project", "scenario") else given
    arguments = {**GOOD[function], parameter: given}
    if function == "project" and parameter != "scenarios":
        arguments["scenarios"] = [small()]
    with pytest.raises(InputError) as caught:
        getattr(fundsim, function)(**arguments)
    assert told in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_no_parameter_of_a_public_function_is_left_out() -> None:
    every = {
        (name, parameter)
        for name in fundsim.__all__
        if callable(function := getattr(fundsim, name))
        for parameter in inspect.signature(function).parameters
    }
    assert every == {(function, parameter) for function, parameter, _, _ in WRONG}


def test_whole_numbers_of_numpy_are_numbers() -> None:
    numbers: list[Any] = [np.int64(2), np.uint32(3)]
    [projection] = fundsim.project((one for one in [small()]), *numbers)
    assert projection.column("due_a_year").shape == (2,)


def test_a_column_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(
        InputError, match="column: due_a_yaer: no such outcome; did you mean 'due_a_year'"
    ):
        run().column("due_a_yaer")
    with pytest.raises(InputError, match="did you mean 'cash@20"):
        run().column("cash")
    for start, stop in ((-1, None), (0, 65), (9, 8)):
        with pytest.raises(InputError, match="must rise, within 0 and 64"):
            run().column("due_a_year", start, stop)


def test_dir_shows_what_is_public() -> None:
    assert dir(fundsim) == ["__version__", "brief", "load", "measure", "project"]


def results() -> dict[str, Any]:
    scenario, projection = small(), run()
    more = fundsim.load("montenegro+status_fixed", [*SMALL, *(f"fund.costs.{k}=1" for k in ("office_a_year", "caseworker_a_year", "per_decision"))])  # fmt: skip
    [longer] = fundsim.project([scenario], 320)
    need = needs(scenario, "budget", 64, 1)
    wide = lever_of(scenario, "income.budget.margin", (0.1, 100.0))
    return {
        "scenario": scenario,
        "with sets": more,
        "projection": projection,
        "measures": fundsim.measure(projection),
        "comparison": compare([projection, *fundsim.project([more], 64)]),
        "needs": need,
        "enough": enough(need.contribution, 0.9),
        "solved": solve(scenario, wide, 0.9, 64, 1),
        "ranking": ranking(longer, "due_a_year"),
        "tornado": tornado(scenario, "due_a_year", 64),
        "stress": hard_years(scenario, 64, 1),
        "region": region([scenario, fundsim.load("serbia+tariff", SMALL)], ["budget", "budget"], "caseload", 64, 1),
    }  # fmt: skip


def test_every_result_is_shown_in_five_lines() -> None:
    for name, result in results().items():
        shown = repr(result)
        assert len(shown) <= 500, (name, len(shown))
        assert "\n" not in shown, name
        assert not shown.startswith("<"), name
    assert repr(small()) == f"Scenario('{NAME}', hash {small().hash}, sets={SMALL})"
    assert repr(run()).startswith(
        "Projection(scenario='montenegro+tariff', replications=64, seed=20260101, engine='numpy', "
    )
    assert repr(fundsim.measure(run())).endswith(f"… {len(fundsim.measure(run())):,} in all]")
