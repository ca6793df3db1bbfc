"""Measures: complete in the dictionary, right on the worked example, honest about their error."""

import math
from pathlib import Path

import numpy as np
import pytest

from fundsim.analysis.measures import MEASURES, measure, named
from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.project import Projection, project
from fundsim.report.words import Results
from fundsim.report.write import dictionary
from fundsim.scenario.compose import load
from tests.test_worked_example import five_cases

DOCS = Path(__file__).parents[1] / "docs"
SHORT = ["time.horizon_years=5", "time.runoff_years=5"]


@pytest.fixture(scope="module")
def mixed() -> Projection:
    """A fund with every kind of income, cost and shortfall."""
    sets = [*SHORT, "fund.assistance.rate=0.2", "fund.costs.legal_aid_by_fund=true"]
    return project([load("serbia+mixed_financing+legal_aid", sets)], 800, seed=3)[0]


def test_the_data_dictionary_in_docs_is_the_code_s() -> None:
    assert (DOCS / "data_dictionary.md").read_text(encoding="utf-8") == dictionary(), (
        "run: make docs"
    )


def test_every_measure_has_unit_formula_and_its_own_name() -> None:
    assert len({m.name for m in MEASURES}) == len(MEASURES)
    assert all(m.unit and m.formula and m.label for m in MEASURES)
    assert all(bool(m.above) == bool(m.below) == (m.kind == "ratio") for m in MEASURES)


def test_every_row_is_in_the_dictionary_and_every_measure_is_reported(mixed: Projection) -> None:
    rows = measure(mixed)
    known = {m.name for m in named(mixed)} | {"assumptions"}
    reported = {r.measure for r in rows}
    assert reported <= known
    never_due = {
        f"cost.{kind}{real}" for kind in ("reforms", "subrogation") for real in ("", "_real")
    }
    assert known - reported <= never_due


def test_every_outcome_is_documented_or_the_part_of_a_ratio(mixed: Projection) -> None:
    """Nothing is stored that the dictionary does not explain."""
    names = {m.name for m in named(mixed)} | {x for m in named(mixed) for x in (m.above, m.below)}
    stored = {c.split("@")[0] for c in mixed.columns if not c.startswith("assumption:")}
    assert stored <= names


def test_every_probability_and_mean_carries_its_error(mixed: Projection) -> None:
    rows = measure(mixed)
    means = {(r.measure, r.year) for r in rows if r.statistic == "mean"}
    errors = {(r.measure, r.year) for r in rows if r.statistic == "mc_error"}
    assert means == errors
    assert all(math.isfinite(r.value) for r in rows)


def test_the_worked_example_measured_by_hand() -> None:
    """The five cases of the hand-worked ledger: outcomes of the one replication, in euro."""
    out = outcomes(five_cases())
    assert out["benefits"].tolist() == [[14000, 3500]]
    assert out["outgo"].tolist() == [[14000 + 12 * 150 + 4 * 25, 3500 + 12 * 150 + 25]]
    assert out["due"].tolist() == [[14000 + 3500 + 12 * 150 + 4 * 25, 9500 + 12 * 150 + 25]]
    assert out["income"].tolist() == [[12000, 12000]]
    assert out["cash"].tolist() == [[1100, 7775]]
    assert out["incurred"].tolist() == [[27000, 0]]  # all five were identified in the first year
    assert out["liabilities"].tolist() == [[27000 - 14000, 27000 - 17500]]
    assert out["unpaid"].tolist() == [[3500, 9500]]
    assert out["shortfall"].tolist() == [[1, 1]]
    assert out["ruin"].tolist() == [1]
    assert out["worst_balance"].tolist() == [1100 - 3500]
    assert out["peak_need"].tolist() == [2400]
    assert out["longest_delay"].tolist() == [12]  # E, due in month 12, to the end of the horizon
    assert out["funding_ratio"][0] == pytest.approx([1100 / 13000, 7775 / 9500])


def test_the_five_victims_measured_by_hand() -> None:
    """Without the fund only C is paid, 2,500 at month 2.75; with it A, B and C are."""
    out = {k: float(v[0]) for k, v in outcomes(five_cases()).items() if v.ndim == 1}
    assert (out["identified"], out["applied"], out["granted"]) == (5, 5, 4)
    assert (out["paid_without"], out["amount_without"], out["months_without"]) == (1, 2500, 2.75)
    assert out["paid_by_fund"] == 3
    assert out["paid_with"] == 3
    assert out["amount_with"] == 4000 + 10000 + 3500 + 2500
    assert (
        out["months_with"] == 3 + 4 + 2.75
    )  # A and B at the end of months 2 and 3; C by the offender
    assert (out["claims_capped"], out["claims_set_off"], out["claims_unpaid"]) == (1, 1, 1)
    assert out["awards"] == 4000 + 15000 + 6000 + 3000 + 9500


def test_groups_add_up_to_all(mixed: Projection) -> None:
    for name in ("identified", "paid_with", "amount_without", "months_with", "awards"):
        for attribute in ("form", "age", "nationality"):
            parts = [c for c in mixed.columns if c.startswith(f"{name}.{attribute}.")]
            assert sum(mixed.column(c) for c in parts) == pytest.approx(mixed.column(name))


def test_costs_and_income_add_up_in_every_future(mixed: Projection) -> None:
    for year in mixed.years():
        kinds = [
            c
            for c in mixed.columns
            if c.startswith("cost.") and c.endswith(f"@{year}") and "_real" not in c
        ]
        total = sum(mixed.column(c) for c in kinds) + mixed.column(f"benefits@{year}")
        assert total == pytest.approx(mixed.column(f"outgo@{year}"))
        sources = [
            c
            for c in mixed.columns
            if c.startswith("income.") and c.endswith(f"@{year}") and "_real" not in c
        ]
        assert sum(mixed.column(c) for c in sources) == pytest.approx(
            mixed.column(f"income@{year}")
        )


def test_a_tail_figure_is_refused_where_no_interval_exists() -> None:
    """99.5 % needs 736 replications."""
    few, enough = (project([load("kosovo", SHORT)], n, seed=1)[0] for n in (735, 736))
    assert not [r for r in measure(few) if r.statistic.startswith("var99")]
    tails = [r for r in measure(enough) if r.statistic.startswith("var99")]
    assert {r.measure for r in tails} == {"outgo", "outgo_real"}


def test_one_replication_gives_figures_without_an_error() -> None:
    [one] = project([load("serbia", SHORT)], 1, seed=1)
    results = Results.of(one, measure(one))
    assert results.get("due_a_year") > 0
    assert not [r for r in results.rows if r.statistic == "mc_error"]


def test_paid_and_incurred_meet_when_cash_never_lacks() -> None:
    """With ample cash and a long run-off all that is incurred is paid, future by future."""
    sets = ["time.horizon_years=3", "time.runoff_years=40", "fund.opening_capital=1e8"]
    from fundsim.model.run import simulate

    future = simulate(load("serbia+tariff", sets).world, 5, np.arange(50))
    incurred = outcomes(future)["incurred_total"]
    assert incurred == pytest.approx(future.ledger.benefits.sum(axis=1) / 100)
    assert not future.ledger.shortfall.any()
