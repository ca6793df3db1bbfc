"""One fund for several countries: theory, one country alone, two countries worked by hand, bad input."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path as File

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from fundsim import cli
from fundsim.analysis.cash import Cash
from fundsim.analysis.needs import Path, enough, needs, path_of
from fundsim.analysis.region import (
    RULES,
    Region,
    fair_shares,
    identified,
    one_fund,
    pooling,
    region,
    savings,
    transfers,
)
from fundsim.model.parameters import STRATA, stratified
from fundsim.model.run import simulate
from fundsim.model.streams import UNTIED, Streams, Tie
from fundsim.report.region.tell import of_product
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import countries
from fundsim.validation.worlds import OPEN, PLAIN, STILL, certain, text_of

SHORT = ("time.horizon_years=6", "time.runoff_years=2", "time.history_years=4")
# a fixed line of which what is left stays in the fund; a revised one starts from a plan of the country's own draws
FIXED = ("income.budget.vote=fixed", "income.budget.index=wages", "income.budget.lapses=false",
         "fund.reserve_return=true")  # fmt: skip
LINE = (*SHORT, *FIXED, "income.budget.amount=310000")
CODES = ("RS", "QA", "QB", "QC")  # Serbia, and countries that differ from it by their draws alone
ALIKE = Tie(1.0, cases=True)
# nothing but benefits of 1,000 euro to each registered victim, at once and out of the capital
SIMPLE: dict[str, object] = {
    **PLAIN, **OPEN, **STILL, "fund__opening_capital": 0, "fund__costs__office_a_year": 0,
    "fund__costs__per_decision": 0, "caseload__level": 10, "macro__investment_return": 0,
    "fund__amount__basis": "fixed", "fund__amount__fixed": 1000, "fund__eligible__foreign": "all",
    "time__horizon_years": 5, "time__runoff_years": 1,
}  # fmt: skip


def texts(**sets: object) -> tuple[str, ...]:
    return tuple(certain(key.replace("__", "."), text_of(value)) for key, value in sets.items())


def copies(n: int, *sets: str) -> list[Scenario]:
    return [load("serbia+tariff", [f'country.code="{code}"', *sets]) for code in CODES[:n]]


@lru_cache(maxsize=16)
def of_copies(n: int, replications: int, tie: Tie, *sets: str, rule: str = "population") -> Region:
    return region(copies(n, *sets), ["budget"] * n, rule, replications, 1, tie)


def together(found: Region) -> NDArray[np.float64]:
    return found.together["capital"]


# ---- Theory ----


@pytest.mark.slow
def test_the_capital_of_a_poisson_number_of_fixed_sums_is_its_quantile() -> None:
    """n countries identify Poisson(50 n) victims in five years: the capital is exact, and falls as 1/√n."""
    above = {}
    for n in (1, 2, 4):
        found = of_copies(n, 3200, UNTIED, *texts(**SIMPLE))
        need = together(found)
        assert (need % 1000 == 0).all()
        assert abs(need.mean() / 1000 - 50 * n) < 4 * np.sqrt(50 * n / need.size)
        answer = enough(need, 0.95)
        low, high = stats.poisson.ppf([0.95 - 4 * 0.0039, 0.95 + 4 * 0.0039], 50 * n)
        assert low <= answer.amount / 1000 <= high
        above[n] = (answer.amount - 1000 * 50 * n) / n
        # the normal quantile, and half a victim to the whole number above
        theory = 1000 * (1.645 * np.sqrt(50 * n) + 0.5) / n
        assert above[n] == pytest.approx(theory, abs=1000 * (high - low) / n)
    assert above[1] / above[2] == pytest.approx(np.sqrt(2), rel=0.2)
    assert above[1] / above[4] == pytest.approx(2, rel=0.2)


OUTGO = (*SHORT, "income.budget.in_force=false", "macro.investment_return=0!", "macro.return_sd=0")


@pytest.mark.slow
def test_with_independent_countries_the_part_above_the_mean_falls_as_one_over_root_n() -> None:
    """The whole model; need = all that falls due, so its spread a country falls as the theory says."""
    n, target = 1600, 0.9
    one, above, spread = {}, {}, {}
    for k in (1, 2, 4):
        need = together(of_copies(k, n, UNTIED, *OUTGO)) / k
        one[k], spread[k] = need.mean(), need.std()
        above[k] = enough(need, target).amount - need.mean()
    for k in (2, 4):
        assert one[k] == pytest.approx(one[1], rel=0.03)
        assert spread[1] / spread[k] == pytest.approx(np.sqrt(k), rel=0.12)
        assert above[1] / above[k] == pytest.approx(
            np.sqrt(k), rel=0.2
        )  # the tail thins a little too


@pytest.mark.parametrize("sets", [OUTGO, LINE], ids=["capital only", "with a line and returns"])
def test_with_full_dependence_nothing_falls(sets: tuple[str, ...]) -> None:
    """Equal countries then have equal futures: each needs the same, and one fund n times that."""
    single = of_copies(1, 200, ALIKE, *sets)
    for k in (2, 4):
        found = of_copies(k, 200, ALIKE, *sets)
        for what in ("contribution", "capital"):
            assert (found.apart[what] == single.apart[what][0]).all()
            alone, need = single.apart[what][0], found.together[what]
            same = np.isinf(alone) & np.isinf(need)
            # both are rounded up to whole euro
            assert (same | (np.abs(k * alone - need) <= k)).all()
        p = pooling(found, "capital", 0.9)
        assert abs(p.gain.value) <= k


@pytest.mark.slow
def test_the_gain_shrinks_as_dependence_grows() -> None:
    """Of one-factor normals the spread a country is √((1 + (n − 1)ρ)/n) of one country's; sums of nearly such are near it.

    With all assumptions and years in common, what is left to gain is chance in cases: too little to tell.
    """
    found = [of_copies(4, 1600, tie, *OUTGO) for tie in (UNTIED, Tie(0.5), Tie(1.0), ALIKE)]
    spread = [together(f).std() / 4 / f.apart["capital"].std(axis=1).mean() for f in found]
    assert spread[0] == pytest.approx(np.sqrt(1 / 4), rel=0.1)
    assert spread[1] == pytest.approx(np.sqrt(2.5 / 4), rel=0.1)
    assert 0.97 < spread[2] < 1
    gains = [pooling(f, "capital", 0.9).gain for f in found]
    assert gains[0].value > 1.5 * gains[1].value > 0
    assert gains[1].mc_error is not None
    assert gains[1].value > 5 * gains[1].mc_error
    assert gains[2].mc_error is not None
    assert abs(gains[2].value) < 3 * gains[2].mc_error
    assert abs(gains[3].value) <= 4


# ---- What was there before ----


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("serbia+tariff", ()),
        ("kosovo+tariff", ("income.budget.lapses=true",)),
        ("albania+tariff", ("fund.payment.yearly_limit=600000",)),
        ("serbia+mixed_financing+budget_cut", ("fund.opening_capital=50000",)),
        ("kosovo+assets_only", ()),
    ],
)
def test_a_pool_of_one_country_is_that_country(name: str, sets: tuple[str, ...]) -> None:
    scenario = load(name, [*SHORT, *sets])
    alone, found = needs(scenario, "budget", 150, 1), region([scenario], ["budget"], "gdp", 150, 1)
    for need in (found.apart["contribution"][0], found.together["contribution"]):
        assert (need == alone.contribution).all()
    for need in (found.apart["capital"][0], found.together["capital"]):
        assert (need == alone.capital).all()


def test_without_dependence_one_fund_has_the_flows_of_the_separate_runs() -> None:
    """Of runs rich enough to pay in time: what is pursued of offenders depends on when benefits are paid."""
    numbers, sets = np.arange(60), (*SHORT, "fund.opening_capital=100000000")
    scenarios = [load(f"{c}+mixed_financing", sets) for c in ("serbia", "kosovo")]
    tied = [simulate(s.world, 3, numbers, tie=Tie(0.0)) for s in scenarios]
    paths = [path_of(future, "budget") for future in tied]
    ledgers = [simulate(s.world, 3, numbers).ledger for s in scenarios]
    nets = [ledger.income_total + ledger.recoveries - ledger.due_total for ledger in ledgers]
    for path, ledger, net in zip(paths, ledgers, nets, strict=True):
        assert (path.planned.net - path.bare.net == ledger.income["budget"][:, :72]).all()
        assert (path.planned.out == ledger.due_total[:, :72]).all()
        assert (path.planned.net == net[:, :72]).all()
    pool = one_fund(paths, np.array([0.7, 0.3]))
    assert (pool.planned.net == np.sum(nets, axis=0)[:, :72]).all()
    assert (pool.planned.out == sum(ledger.due_total[:, :72] for ledger in ledgers)).all()


def test_a_tied_country_lasts_with_what_it_needs() -> None:
    """The need is found from tied draws and holds in a tied run, the cuts of its line included."""
    tie, numbers = Tie(0.5), np.arange(160)
    name, sets = "montenegro+tariff+budget_cut", (*SHORT, *FIXED, "income.budget.cut_rate=0.5")
    scenario = load(name, [*sets, "income.budget.amount=1"])
    found = region([scenario], ["budget"], "caseload", numbers.size, 1, tie)
    answer = enough(found.together["contribution"], 0.8)
    world = load(name, [*sets, f"income.budget.amount={answer.amount}"]).world
    ledger = simulate(world, 1, numbers, tie=tie).ledger
    lasts = (ledger.shortfall[:, :72] == 0).all(axis=1).mean()
    assert lasts == pytest.approx(answer.solvent.value, abs=1e-12)


# ---- Dependence ----


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.8, 1.0])
def test_tied_draws_keep_their_shape_and_are_correlated_as_asked(rho: float) -> None:
    numbers, years = np.arange(20_000), np.array([2030])
    a, b = (
        Streams(5, code, Tie(rho)).yearly("inflation", numbers, years)[:, 0] for code in CODES[:2]
    )
    for u in (a, b):
        assert u.min() > 0
        assert u.max() < 1
        assert stats.kstest(u, "uniform").pvalue > 1e-3
    correlation = np.corrcoef(special.ndtri(a), special.ndtri(b))[0, 1]
    assert correlation == pytest.approx(rho, abs=4 / np.sqrt(numbers.size) * (1 - rho**2) + 1e-12)


def test_no_dependence_is_the_countrys_own_draw_to_the_bit() -> None:
    numbers, years = np.arange(50), np.arange(2025, 2030)
    own, tied = Streams(5, "RS"), Streams(5, "RS", Tie(0.0))
    assert (own.yearly("return", numbers, years) == tied.yearly("return", numbers, years)).all()
    assert (
        own.cohorts(numbers, years, 1) == Streams(5, "RS", Tie(1.0)).cohorts(numbers, years, 1)
    ).all()


def test_assumptions_stay_in_their_strata_at_both_ends_only() -> None:
    """In between they are still uniform, but a batch no longer has one in each sixteenth."""

    def strata(rho: float) -> NDArray[np.int64]:
        u = stratified(Streams(5, "RS", Tie(rho)), ["x"], np.arange(64 * STRATA))[0]
        assert stats.kstest(u, "uniform").pvalue > 1e-3
        return np.sort(np.floor(u * STRATA).astype(np.int64).reshape(-1, STRATA), axis=1)

    assert (strata(0.0) == np.arange(STRATA)).all()
    assert (strata(1.0) == np.arange(STRATA)).all()
    assert not (strata(0.5) == np.arange(STRATA)).all(axis=1).any()


# ---- By hand ----


def cash(
    *flows: tuple[int, int], rate: float = 0.0, taken: float = 0.0, lapsing: bool = False
) -> Cash:
    """Two years in one future; flows: (month, cents), what comes in above 0, what falls due below."""
    table, out = np.zeros((1, 24), dtype=np.int64), np.zeros((1, 24), dtype=np.int64)
    for month, cents in flows:
        table[0, month] += cents
        out[0, month] -= min(cents, 0)
    return Cash(
        table, out, np.maximum(table, 0) * lapsing, np.full((1, 24), rate), np.full((1, 24), taken),
        np.ones(1, dtype=bool),
    )  # fmt: skip


def path(bare: Cash, planned: Cash, lapses: bool = False) -> Path:
    """A line that brings its amount in both Januaries."""

    def funded(amount: NDArray[np.float64]) -> Cash:
        income = np.zeros((1, 24), dtype=np.int64)
        income[:, ::12] = np.rint(100 * amount[:, None]).astype(np.int64)
        return bare.plus(income, np.full(24, lapses))

    return Path(bare, planned, funded, revised=None, capital=np.zeros(1), finely=False)


def test_two_countries_and_two_years_by_hand() -> None:
    """A: 900.00 due in month 5, nothing later.  B: 300.00 in month 3, 1,500.00 in month 14.

    Capital alone: A 900, B 1,800; together 2,700 is due, the same: nobody has income to lend.
    Contribution a year: A 900 (all in the first year). B: c >= 300 and 2c >= 1,800: 900. Together C pays for 300 + 900
    = 1,200 by month 5 and for 2,700 by month 14 with 2C: 1,350, where apart 1,800 were needed.
    """
    a, b = cash((5, -900_00)), cash((3, -300_00), (14, -1500_00))
    pool = one_fund([path(a, a), path(b, b)], np.array([0.4, 0.6]))
    assert path(a, a).capital_needed() == 900
    assert path(b, b).capital_needed() == 1800
    assert pool.capital_needed() == 2700
    none = np.zeros(1)
    assert [path(x, x).contribution(none)[0] for x in (a, b)] == [900, 900]
    assert pool.contribution(none) == 1350
    assert pool.contribution(np.array([200.0])) == 1250  # 2 × 1,250 + 200 = 2,700


def test_what_one_country_has_too_much_helps_the_other() -> None:
    """A's line brings 1,000 in January and 400 fall due in month 2; B needs 500 in month 6: the 600 left pay."""
    a, b = cash((0, 1000_00), (2, -400_00)), cash((6, -500_00))
    pool = one_fund([path(a, a), path(b, b)], np.array([0.5, 0.5]))
    assert path(b, b).capital_needed() == 500
    assert pool.capital_needed() == 0


def test_what_lapses_is_used_up_by_whatever_falls_due_in_the_pool() -> None:
    """A's 1,000 lapse: 400 are spent on A and 500 on B, 100 go back in December, so 300 due in month 13 are missing."""
    a, b = cash((0, 1000_00), (2, -400_00), lapsing=True), cash((6, -500_00), (13, -300_00))
    pool = one_fund([path(a, a), path(b, b)], np.array([0.5, 0.5]))
    assert pool.capital_needed() == 300
    kept = cash((0, 1000_00), (2, -400_00))
    assert one_fund([path(kept, kept), path(b, b)], np.array([0.5, 0.5])).capital_needed() == 200


def test_the_reserve_earns_each_countrys_return_on_its_share() -> None:
    """1 % a month on a quarter, 3 % on the rest: 2.5 % on all, so 1,025 due in month 0 need 1,000."""
    a, b = cash((0, -1025_00), rate=0.01), cash(rate=0.03)
    assert one_fund([path(a, a), path(b, b)], np.array([0.25, 0.75])).capital_needed() == 1000


def test_a_treasury_takes_its_country_s_share_of_the_reserve() -> None:
    """Half of the quarter that is A's: an eighth.  So 875 due in month 12 need 1,000, where A alone needs 1,750."""
    a, b = cash((12, -875_00), taken=0.5), cash()
    assert path(a, a).capital_needed() == 1750
    assert one_fund([path(a, a), path(b, b)], np.array([0.25, 0.75])).capital_needed() == 1000


def test_pooling_and_transfers_by_hand() -> None:
    """Four futures; to last in three of four the third smallest need suffices."""
    scenarios = (load("serbia+tariff"), load("kosovo+tariff"))
    found = Region(
        scenarios, 1, UNTIED, ("budget", "budget"), {"population": np.array([0.75, 0.25])}, "population",
        apart={"capital": np.array([[1.0, 2, 3, 10], [5.0, 4, np.inf, 1]])},
        together={"capital": np.array([6.0, 6, np.inf, 11])}, drawn=np.array([[1.0, 3, 1, 3], [2.0, 2, 2, 2]]),
    )  # fmt: skip
    p = pooling(found, "capital", 0.75)
    assert [a.value for a in p.apart] == [3, 5]
    assert (p.sum.value, p.one.value, p.gain.value) == (8, 11, -3)
    assert p.all_last.value == 0.5  # the third lacks in Kosovo*, the fourth in Serbia
    # Serbia pays three quarters of 11 and needs 3 alone; Kosovo* a quarter, and needs 5
    assert [x.value for x in savings(found, p)] == [3 - 8.25, 5 - 2.75]
    # all draw 4 a year on average, of which Serbia pays 3 and draws 2
    assert [t.value for t in transfers(found, "population")] == pytest.approx([-1, 1])
    assert np.isnan(
        pooling(
            replace(found, together={"capital": np.full(4, np.inf)}), "capital", 0.75
        ).gain.value
    )


# ---- Fair shares ----


def test_fair_shares() -> None:
    scenarios, blocks = [load(f"{c}+tariff", SHORT) for c in ("serbia", "kosovo")], [np.arange(40)]
    shares = fair_shares(scenarios, blocks, 1, UNTIED)
    assert set(shares) == set(RULES)
    for share in shares.values():
        assert share.sum() == pytest.approx(1)
    assert shares["population"][0] == pytest.approx(6_647_003 / (6_647_003 + 1_594_353))
    wages = [s.world.country.net_wage.value for s in scenarios]
    serbia, kosovo = 6_647_003 * wages[0], 1_594_353 * wages[1]
    assert shares["gdp"][1] == pytest.approx(kosovo / (serbia + kosovo))
    counted = []
    for s in scenarios:
        victims = simulate(s.world, 1, blocks[0]).drawn.cases.victims
        within = victims.replication[victims.identified_at >= 0]
        number = np.bincount(within, minlength=40)
        assert (identified(s.world, 1, blocks[0]) == number).all()
        counted.append(number.mean())
    assert shares["caseload"] == pytest.approx(np.array(counted) / sum(counted))


def test_wages_times_inhabitants_share_the_six_nearly_as_their_gross_domestic_product_does() -> (
    None
):
    of = [load(name).world.country for name in countries()]
    wages = np.array([c.net_wage.value * c.population.value for c in of])
    product = np.array([c.gdp.value for c in of if c.gdp])
    assert np.abs(wages / wages.sum() - product / product.sum()).max() < 0.03


def test_the_contribution_is_told_as_a_share_of_gross_domestic_product_where_that_is_known() -> (
    None
):
    """Of 30 euro Serbia pays two thirds: 20 of 40 million; Kosovo* pays 10 of 2 million."""
    product = ["country.gdp.value=40_000_000"], ["country.gdp.value=2_000_000"]
    scenarios = [
        load(f"{c}+tariff", [*SHORT, *sets])
        for c, sets in zip(("serbia", "kosovo"), product, strict=True)
    ]
    found = replace(
        region(scenarios, ["budget"] * 2, "population", 4, 1),
        shares={"population": np.array([2, 1]) / 3},
        together={"contribution": np.full(4, 30.0)},
    )
    contribution = pooling(found, "contribution", 0.5)
    assert of_product(found, contribution) == pytest.approx([20 / 40e6, 10 / 2e6])
    world = scenarios[1].world
    without = world.model_copy(update={"country": world.country.model_copy(update={"gdp": None})})
    fewer = replace(found, scenarios=(scenarios[0], replace(scenarios[1], world=without)))
    assert of_product(fewer, contribution) == [pytest.approx(20 / 40e6), None]
    never = replace(found, together={"contribution": np.full(4, np.inf)})
    assert of_product(never, pooling(never, "contribution", 0.5)) == [None, None]


def test_transfers_sum_to_nothing_under_every_rule() -> None:
    found = region(
        [load(f"{c}+tariff", SHORT) for c in ("serbia", "montenegro", "kosovo")], ["budget"] * 3, "gdp", 80, 1
    )  # fmt: skip
    for rule in RULES:
        assert sum(t.value for t in transfers(found, rule)) == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_workers_and_blocks_do_not_matter() -> None:
    scenarios = [load(f"{c}+tariff", SHORT) for c in ("kosovo", "montenegro")]
    one, two = (
        region(scenarios, ["budget"] * 2, "caseload", 600, 1, Tie(0.4), workers=k) for k in (1, 2)
    )
    few = region(scenarios, ["budget"] * 2, "population", 300, 1, Tie(0.4))
    for what in ("contribution", "capital"):
        assert (one.together[what] == two.together[what]).all()
        assert (few.apart[what] == one.apart[what][:, :300]).all()


# ---- The command ----


def command(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr("sys.argv", ["fundsim", "region", *args])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("serbia", "kosovo", "--share", "wealth"), "--share: wealth: must be one of caseload"),
        (("serbia", "kosovo", "--share", "populaton"), "did you mean 'population'"),
        (("serbia", "kosovo", "--dependence", "2"), "--dependence: 2: must be between 0 and 1"),
        (("serbia", "kosovo", "--dependence", "nan"), "--dependence: nan: must be between 0 and 1"),
        (("serbia", "kosovo", "--solvent", "1"), "--solvent: 1: must be above 0 and below 1"),
        (("serbia", "kosovo", "-n", "10"), "--replications: 10: must be at least 100"),
        (("serbia",), "serbia+tariff: is alone: name at least two countries"),
        (("serbia", "serbia+status_fixed"), "serbia+status_fixed: RS: is the same country as serbia+tariff"),
        (("serbia", "kosovo+no_fund"), "kosovo+no_fund: has no fund"),
        (("serbia", "kosovo", "--line", "levy"), "--line: levy: is no budget line"),
    ],
)  # fmt: skip
def test_bad_input_is_one_message_and_exit_2(
    args: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert command(monkeypatch, *args) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert len(err.splitlines()) == 1
    assert not out


@pytest.mark.parametrize(
    ("key", "value"), [("time.horizon_years", "7"), ("time.start_year", "2028"), ("time.price_year", "2024"),
                       ("fund.reserve_return", "true")],
)  # fmt: skip
def test_countries_that_cannot_share_a_fund_are_refused(key: str, value: str) -> None:
    scenarios = [load("serbia+tariff"), load("kosovo+tariff", [f"{key}={value}"])]
    with pytest.raises(InputError, match=rf"kosovo\+tariff.*: {key} = {value}: must be"):
        region(scenarios, ["budget"] * 2, "caseload", 100, 1)


def test_the_command_tells_and_writes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: File
) -> None:
    args = ("albania+tariff", "kosovo+tariff", "-n", "200", "--share", "population", "--years", "5", "--solvent", "0.9",
            "--workers", "1", "--out", str(tmp_path / "out"))  # fmt: skip
    assert command(monkeypatch, *args) == 0
    told = capsys.readouterr().out
    assert "One fund for Albania and Kosovo*: to last 5 years in 90 of 100 futures it needs" in told
    assert "Shared by inhabitants, Albania draws" in told
    assert "Kosovo* pays more a year in one fund than for a fund alone." in told
    assert "UNSCR 1244/1999" in told
    assert "Of every million of its gross domestic product (country.gdp) " in told
    files = {p.name for p in (tmp_path / "out").iterdir()}
    assert {
        "needed.csv",
        "pooling.csv",
        "shares.csv",
        "needed.png",
        "transfers.svg",
        "manifest.json",
    } <= files
    assert command(monkeypatch, *args[:-2], "--json", "--dependence", "1", "--same-cases") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["same_cases"] is True
    assert {row["share_by"] for row in data["shares"]} == set(RULES)
    [row] = [r for r in data["pooling"] if r["needed"] == "contribution"]
    apart = [r["contribution_apart"] for r in data["needed"]]
    assert row["apart"] == sum(apart)
    for one in data["needed"]:
        product = load(one["scenario"]).world.country.gdp
        assert product is not None
        assert one["contribution_in_one_fund_of_gdp"] == pytest.approx(
            one["contribution_in_one_fund"] / product.value
        )
    assert row["gain"] == pytest.approx(row["apart"] - row["one_fund"])


def test_no_amount_is_said_where_nothing_suffices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    args = (
        "serbia",
        "albania",
        "-n",
        "100",
        "--set",
        "fund.payment.yearly_limit=1",
        "--years",
        "4",
    )
    assert command(monkeypatch, *args, "--workers", "1") == 0
    told = capsys.readouterr().out
    assert "no contribution a year is enough" in " ".join(told.split())
    assert "nan" not in told
    assert "inf " not in told


def test_names_are_plain_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    args = (
        "serbia",
        "albania",
        "-n",
        "100",
        "--set",
        'country.name="[red]Land[/x]"',
        "--years",
        "2",
    )
    assert command(monkeypatch, *args, "--workers", "1") == 0
    assert capsys.readouterr().out.count("[red]Land[/x]") >= 6  # two sentences and both tables
