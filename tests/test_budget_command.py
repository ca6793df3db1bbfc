"""`fundsim budget`: its amounts are what each year needs, counted anew from the flows of a run, and all outputs agree."""

import csv
import json
import math
import re
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fundsim.analysis.budget import amount, path_of
from fundsim.model.run import simulate
from fundsim.report.budget.words import up
from fundsim.report.wording import euro
from fundsim.scenario.compose import load
from fundsim.scenario.schema import BudgetLine
from tests.test_run_command import fundsim  # noqa: F401

N, SEED = 300, 11
SHORT = ("time.horizon_years=4", "time.runoff_years=2")
QUICK = ("-n", str(N), "--seed", str(SEED), "--workers", "1")
# money from elsewhere, and a state that adds what is missing, so that all is paid in its month
WORLDS = {
    "a lapsing line": ("serbia+tariff", ()),
    "other income": ("montenegro+mixed_financing", ()),
    "offenders pay back": ("serbia+tariff", ("fund.subrogation.pursued_share=1!",)),
    "the state bears the desk": ("serbia+committee", ("fund.costs.borne_by=state",)),
}
STATE_ADDS = "fund.payment.when_short=supplement"


@lru_cache(maxsize=8)
def needs_by_hand(name: str, sets: tuple[str, ...]) -> tuple[NDArray[np.float64], ...]:
    """What each year needs, in euro and in local currency, from the flows of a run in which all is paid in its month.

    [year, replication] each
    """
    world = load(name, [*SHORT, *sets, STATE_ADDS]).world
    future = simulate(world, SEED, np.arange(N))
    ledger, drawn = future.ledger, future.drawn
    lines = [key for key, source in world.income.items() if isinstance(source, BudgetLine)]
    need, local = np.zeros((4, N)), np.zeros((4, N))
    for r in range(N):
        for year in range(4):
            missing = dearest = 0
            for month in range(12 * year, 12 * year + 12):
                missing += int(ledger.due_total[r, month] - ledger.recoveries[r, month])
                missing -= sum(
                    int(flow[r, month]) for key, flow in ledger.income.items() if key not in lines
                )
                dearest = max(dearest, missing)
            need[year, r] = dearest / 100
            local[year, r] = need[year, r] * drawn.macro.exchange_rate[r, drawn.opening + year]
    return need, local


def order_statistic(needs: NDArray[np.float64], safe: float) -> int:
    """The smallest whole euro that at least the share of needs do not exceed."""
    ordered = sorted(math.ceil(x) for x in needs)
    return int(ordered[math.ceil(round(safe * needs.size, 6)) - 1])


def asked(name: str, sets: tuple[str, ...], *more: str) -> list[str]:
    return ["budget", name, *(p for s in (*SHORT, *sets) for p in ("--set", s)), *QUICK, *more]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("safe", [50, 80, 95, 97.5])
def test_each_amount_is_the_order_statistic_of_what_the_year_needs(
    world: str, safe: float, fundsim, capsys  # noqa: F811
) -> None:  # fmt: skip
    name, sets = WORLDS[world]
    assert fundsim(*asked(name, sets, "--safe", f"{safe:g}", "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    need, local = needs_by_hand(name, sets)
    assert [row["year"] for row in found["years"]] == [2027, 2028, 2029, 2030]
    for row, euros, money in zip(found["years"], need, local, strict=True):
        for share in {50, 80, 95, safe}:
            assert row[f"enough_in_{share:g}"] == order_statistic(euros, share / 100)
            assert row[f"enough_in_{share:g}_local"] == order_statistic(money, share / 100)
        entered = row[f"enough_in_{safe:g}"]
        short = euros > entered
        assert row["too_small"] == pytest.approx(short.mean())
        assert row["spent"] == pytest.approx(np.minimum(euros, entered).mean())
        assert row["spent"] + row["lapses"] == pytest.approx(entered)
        if short.any():
            assert row["missing_then"] == pytest.approx((euros - entered)[short].mean())
        else:
            assert row["missing_then"] is None
    [together] = found["together"]
    whole = order_statistic(need[:3].sum(axis=0), safe / 100)
    assert abs(together[f"enough_in_{safe:g}"] - whole) <= 1  # sums of cents, rounded up
    assert (together["first"], together["last"]) == (2027, 2029)
    told = " ".join(found["answer"])
    for row in found["years"][:3]:
        entered = euro(up(row[f"enough_in_{safe:g}"]))
        assert re.search(rf"{re.escape(entered)}( \([0-9,]+ RSD\))? for {row['year']}", told)


def test_more_safe_is_never_less() -> None:
    path = path_of(load("kosovo+tariff", SHORT), N, SEED)
    for need in (*path.need, *path.local, path.together()):
        amounts = [amount(need, safe).value for safe in (0.05, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99)]
        assert amounts == sorted(amounts)
        assert amounts[0] < amounts[-1]
    # what all years need together is never more than the sum of what each needs to be surely enough
    assert path.together().max() <= sum(need.max() for need in path.need)


def test_local_currency_is_the_need_at_the_exchange_rate_of_the_year() -> None:
    serbia = path_of(load("serbia+tariff", SHORT), N, SEED)
    rate = serbia.local[serbia.need > 0] / serbia.need[serbia.need > 0]
    assert 100 < rate.min() < rate.max() < 140
    assert len(np.unique(np.round(rate, 6))) > 1
    montenegro = path_of(load("montenegro+tariff", SHORT), N, SEED)
    assert (montenegro.local == montenegro.need).all()


def test_a_desk_that_the_state_bears_stands_beside_the_budget(fundsim, capsys) -> None:  # noqa: F811
    name, sets = WORLDS["the state bears the desk"]
    rows = {}
    for bearer in ("fund", "state"):
        assert fundsim(*asked(name, (f"fund.costs.borne_by={bearer}",), "--json")) == 0
        rows[bearer] = json.loads(capsys.readouterr().out)
    future = simulate(load(name, [*SHORT, *sets]).world, SEED, np.arange(N))
    desk = future.owed.costs.state_total[:, :48].reshape(N, 4, 12).sum(axis=2).mean(axis=0)
    for row, free, costs in zip(rows["state"]["years"], rows["fund"]["years"], desk, strict=True):
        assert row["beside"] == pytest.approx(costs)
        assert costs > 0
        assert free["beside"] == 0
        assert row["enough_in_80"] < free["enough_in_80"]
    assert "In addition the state pays from other lines" in " ".join(rows["state"]["answer"])
    assert "In addition the state pays" not in " ".join(rows["fund"]["answer"])
    for more, shown in ((sets, True), (("fund.costs.borne_by=fund",), False)):
        assert fundsim(*asked(name, more)) == 0
        assert ("Other lines" in capsys.readouterr().out) == shown


def test_json_and_files_hold_the_same_numbers(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    more = ("--years", "2028-2029", "--safe", "90")
    assert fundsim(*asked("serbia+tariff", (), *more, "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert fundsim(*asked("serbia+tariff", (), *more, "--out", "answer")) == 0
    told = capsys.readouterr().out
    folder = tmp_path / "answer"
    for name in ("years", "together"):
        rows = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert rows == found[name]
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row, line in zip(rows, csv.DictReader(file), strict=True):
                assert {key: float(x) for key, x in line.items() if x} == {
                    key: x for key, x in row.items() if x is not None
                }
    for row in found["years"][1:3]:
        assert f"{row['enough_in_90']:,.0f}" in told
    assert f"{found['together'][0]['enough_in_90']:,.0f}" in told
    assert (folder / "budget.png").stat().st_size > 1000
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert "--years 2028-2029" in manifest["command"]
    assert "--safe 90" in manifest["command"]


def test_one_year_has_no_sum_of_years(fundsim, capsys) -> None:  # noqa: F811
    assert fundsim(*asked("serbia+tariff", (), "--years", "2029")) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "for 2029" in told
    assert "2028" not in told.partition("Year")[2]
    assert "one sum" not in told.lower()


@given(st.floats(0.01, 1e12))
def test_an_amount_is_never_written_smaller_than_it_is(x: float) -> None:
    written = up(x)
    assert x <= written * (1 + 1e-12)
    assert written < 1.011 * x or written - x <= 1
    assert len(f"{written:.0f}".rstrip("0")) <= 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("serbia+tariff", "--years", "2026-2028"), "--years: 2026-2028: must lie within the years of the projection, 2027 to 2030"),
        (("serbia+tariff", "--years", "2029-2031"), "must lie within the years of the projection"),
        (("serbia+tariff", "--years", "2029-2028"), "the first not after the last"),
        (("serbia+tariff", "--years", "next"), "--years: next: is written 2027-2029, or 2027"),
        (("serbia+tariff", "--safe", "0"), "--safe: 0: must be above 0 and below 100"),
        (("serbia+tariff", "--safe", "100"), "--safe: 100: must be above 0 and below 100"),
        (("serbia+tariff", "--safe", "nan"), "--safe: nan: must be"),
        (("serbia+tariff", "--safe", "99.9"), "--replications: 300: must be at least 5,000 to speak of 99.9 of 100 simulations"),
        (("serbia+no_fund",), "serbia+no_fund: has no fund: there is no budget to plan"),
        (("serbia+tarif",), "did you mean 'tariff'"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused(fundsim, capsys, tmp_path, args, message) -> None:  # noqa: F811
    name, *more = args
    assert fundsim(*asked(name, (), *more, "--out", "answer")) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert len(err.splitlines()) == 1
    assert not out
    assert not (tmp_path / "answer").exists()
