"""Paired differences: equal to differences by hand, honest errors, and less noise than independent runs."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from fundsim.analysis.compare import Difference, compare
from fundsim.analysis.project import Projection, project
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import countries, read, shipped
from tests.test_run_command import SMALL, fundsim  # noqa: F401

SHORT = ("time.horizon_years=6", "time.runoff_years=4", "income.budget.amount=200000")


def run(
    *names: str, n: int = 1000, seed: int = 1, sets: tuple[str, ...] = SHORT
) -> list[Projection]:
    return project([load(name, sets) for name in names], n, seed)


@pytest.fixture(scope="module")
def pair() -> list[Projection]:
    return run("serbia+tariff", "serbia+tariff+legal_aid")


@pytest.fixture(scope="module")
def table(pair: list[Projection]) -> list[Difference]:
    return compare(pair, yearly=True)


def one(table: list[Difference], measure: str, statistic: str = "mean") -> Difference:
    [found] = [d for d in table if (d.measure, d.statistic, d.year) == (measure, statistic, None)]
    return found


def test_a_difference_is_the_mean_of_the_futures_differences(
    pair: list[Projection], table: list[Difference]
) -> None:
    a, b = (p.column("due_a_year") for p in pair)
    d = one(table, "due_a_year")
    assert d.first == pytest.approx(a.mean())
    assert d.second == pytest.approx(b.mean())
    assert d.change == pytest.approx((b - a).mean())
    assert d.worse == np.mean(b > a)
    assert d.better == np.mean(b < a)
    # the plain standard error of paired differences; batches of a Latin hypercube make it smaller
    assert d.mc_error is not None
    assert 0.5 < d.mc_error / ((b - a).std() / np.sqrt(a.size)) < 1.5
    assert d.high95 - d.change == pytest.approx(1.959964 * d.mc_error)
    assert d.change - d.low95 == pytest.approx(1.959964 * d.mc_error)


def test_ratios_and_quantiles_are_compared_too(
    pair: list[Projection], table: list[Difference]
) -> None:
    shares = [p.column("paid_with").sum() / p.column("identified").sum() for p in pair]
    assert one(table, "share_paid_with").change == pytest.approx(shares[1] - shares[0])
    tops = [np.quantile(p.column("due_a_year"), 0.95) for p in pair]
    assert one(table, "due_a_year", "p95").change == pytest.approx(tops[1] - tops[0])
    assert {d.year for d in table if d.measure == "due_real"} == set(range(2027, 2033))


def test_what_cannot_change_does_not(table: list[Difference]) -> None:
    """Legal aid identifies nobody: the same in every future, and said so."""
    d = one(table, "identified")
    assert d.same
    assert d.change == 0
    assert d.within_noise


def test_common_draws_cut_the_noise_of_a_reform(table: list[Difference]) -> None:
    """Cost and victims of a reform: more than ten times fewer futures than independent runs need."""
    for measure in ("due_a_year", "share_paid_with", "paid_with", "received_with"):
        cut = one(table, measure).noise_cut
        assert cut is not None
        assert cut > 10, measure


def test_pairing_is_the_variance_that_common_draws_take_away(
    pair: list[Projection], table: list[Difference]
) -> None:
    x, y = (p.column("due_a_year") for p in pair)
    d = one(table, "due_a_year")
    assert d.pairing == pytest.approx((x.var() + y.var()) / (y - x).var())
    assert d.pairing_most == pytest.approx((x.var() + y.var()) / (y.std() - x.std()) ** 2)
    # futures of another run in place of one's own: nothing cancels
    [other] = run("serbia+tariff+legal_aid", seed=99, n=x.size)
    z = other.column("due_a_year")
    assert (x.var() + z.var()) / (z - x).var() == pytest.approx(1, abs=0.15)


# designs of a fund; a law pays other people, and what amends a law changes nothing in a proposal
POLICIES = [
    name
    for name, path in shipped("policy").items()
    if name != "no_fund" and not name.startswith("law_") and not read(path).amends
]
OWN_DESK = ("own_office", "committee")  # whose costs hang on other assumptions


@pytest.mark.slow
@pytest.mark.parametrize("country", countries())
def test_common_draws_cut_the_noise_between_policies_tenfold_or_it_cannot_be_done(
    country: str,
) -> None:
    """The yearly cost of every two shipped policies: ten times less variance, or spreads so different that no
    pairing could reach ten (a policy that pays six times as much). Less in a few pairs whose desks or amounts hang
    on different assumptions; little where one pays by the award and the other all alike; in none more variance."""
    found = run(*(f"{country}+{policy}" for policy in POLICIES), n=512, sets=())
    less = []
    for place, first in enumerate(found):
        for d in compare([first, *found[place + 1 :]]) if first is not found[-1] else []:
            if (d.measure, d.statistic) == ("due_a_year", "mean"):
                assert d.pairing is not None
                assert d.pairing_most is not None
                assert d.pairing <= d.pairing_most * (1 + 1e-9)
                if d.pairing < 10 <= d.pairing_most:
                    less.append((first.scenario.name, d.scenario, round(d.pairing, 1)))
    unlike = [one for one in less if by_award(one[0]) != by_award(one[1])]
    same = [one for one in less if one not in unlike]
    alike = [one for one in same if not any(desk in str(one) for desk in OWN_DESK)]
    assert len(alike) <= 6, alike
    assert len(same) <= 10, same
    assert all(pairing > 3 for *_, pairing in same), same
    assert all(pairing > 1.2 for *_, pairing in unlike), unlike


def by_award(name: str) -> bool:
    """Whether a policy pays what a court awards."""
    return name.endswith(("judgment_advance", "full_judgment"))


@pytest.mark.slow
def test_the_noise_cut_is_that_of_independent_runs(
    pair: list[Projection], table: list[Difference]
) -> None:
    """Against runs with other seeds: the variance of unpaired differences over 30 of them."""
    changes = []
    for seed in range(30):
        [a] = run("serbia+tariff", n=256, seed=100 + seed)
        [b] = run("serbia+tariff+legal_aid", n=256, seed=200 + seed)
        changes.append(b.column("due_a_year").mean() - a.column("due_a_year").mean())
    d = one(table, "due_a_year")
    assert d.mc_error is not None
    cut = np.var(changes, ddof=1) / (d.mc_error**2 * pair[0].replications / 256)
    # a variance from 30 runs is good to a quarter (one standard error)
    assert 0.3 < cut / d.noise_cut < 2.5


def test_unpaired_projections_are_refused(pair: list[Projection]) -> None:
    [other] = run("serbia+tariff+legal_aid", seed=2)
    with pytest.raises(InputError, match="not paired"):
        compare([pair[0], other])


def test_compare_prints_and_writes(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    names = ["serbia+tariff", "serbia+tariff+legal_aid"]
    assert fundsim("compare", *names, *SMALL, "--out", "both") == 0
    printed = capsys.readouterr().out
    assert "beside Serbia, tariff" in printed
    assert "Noise cut" in printed
    rows = json.loads((tmp_path / "both" / "differences.json").read_text(encoding="utf-8"))
    with (tmp_path / "both" / "differences.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(rows) > 400
    for line, row in zip(lines, rows, strict=True):
        assert float(line["change"]) == row["change"]
    assert (tmp_path / "both" / "difference_fan.svg").stat().st_size > 10_000
    assert fundsim("compare", *names, *SMALL, "--json") == 0
    assert {r["scenario"] for r in json.loads(capsys.readouterr().out)["differences"]} == {names[1]}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["serbia+tariff", "albania+tariff"], "another country"),
        (["serbia", "serbia+tariff"], "same as an earlier scenario"),
        (["serbia+tarif", "serbia+judgment_advance"], "did you mean"),
    ],
)
def test_bad_requests_get_one_message(fundsim, capsys, names, message) -> None:  # noqa: F811
    assert fundsim("compare", *names, *SMALL) == 2
    assert message in capsys.readouterr().err
