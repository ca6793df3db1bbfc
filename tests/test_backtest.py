"""Schemes that ran (method §22): their figures counted by hand, the command, and what is shipped of them."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fundsim.analysis.backtest import (
    PERCENTS,
    REPLICATIONS,
    SEED,
    SHARES,
    Backtest,
    Predicted,
    Published,
    backtest,
    figures_of,
    held_against,
    published,
    scheme,
    schemes,
)
from fundsim.model.run import Future, simulate
from fundsim.report.backtest.page import (
    CHANGED,
    IN_ALL,
    PAGE,
    UNDATED,
    doubtful,
    kept,
    left_out,
    taken,
)
from fundsim.report.backtest.picture import bands
from fundsim.report.backtest.tell import rows
from fundsim.report.backtest.words import MEASURES, misses, of, summary
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import folder, sources
from fundsim.scenario.schema import assumptions
from fundsim.validation.rules_of_victims import PLAINEST, YEARS
from fundsim.validation.worlds import world
from tests.test_run_command import fundsim  # noqa: F401

NAMES = tuple(schemes())


def future_of(n: int, **sets: Any) -> Future:
    return simulate(world(**PLAINEST | sets), SEED, np.arange(n), certain=True)


# ---- The figures of a scheme, by hand ----

# three victims a year and no chance but when: one of each of three mass cases
THREE = {
    "caseload__level": 0, "caseload__mass__scheduled_events": 3, "caseload__mass__size": 1, "time__runoff_years": 0,
    "fund__opening_capital": 0, "fund__costs__office_a_year": 12_000, "fund__costs__per_decision": 100,
    "income__budget__in_force": True, "income__budget__vote": "fixed", "income__budget__amount": 20_000,
    "income__budget__index": "none", "income__budget__cut_rate": 0, "income__budget__lapses": False,
    "income__opportunity_money__in_force": True, "income__opportunity_money__yearly_revenue": 60_000,
    "income__opportunity_money__earmarked_rate": 0.1, "income__opportunity_money__yearly_sd": 0,
    "income__opportunity_money__index": "none", "income__opportunity_money__honoured_rate": 1,
}  # fmt: skip


def test_three_claims_a_year_that_take_a_year_are_counted_as_by_hand() -> None:
    """Filed in one year and decided in the next, at € 1,000 each; 26,000 come in, 12,000 and 100 a decision are spent."""
    future = future_of(
        3, **THREE, fund__decision__handling__median=12, fund__decision__handling__sigma=0
    )
    n = math.nan
    expected: dict[str, list[float]] = {
        "claims": [3, 3, 3, 3, 3],
        "decided": [0, 3, 3, 3, 3],
        "granted": [0, 3, 3, 3, 3],
        "refused": [0, 0, 0, 0, 0],
        "waiting": [3, 3, 3, 3, 3],
        "approval_share": [n, 1, 1, 1, 1],
        "months_to_decision": [n, 12, 12, 12, 12],
        "paid": [0, 3000, 3000, 3000, 3000],
        "mean_paid": [n, 1000, 1000, 1000, 1000],
        "recovered": [0, 0, 0, 0, 0],
        "recovered_share": [n, 0, 0, 0, 0],
        "levy_income": [6000] * 5,
        "income": [26_000] * 5,
        "running_costs": [12_000, 12_300, 12_300, 12_300, 12_300],
        "balance": [14_000, 24_700, 35_400, 46_100, 56_800],
    }
    found = figures_of(future)
    assert found.keys() == expected.keys() == MEASURES.keys()
    for name, table in found.items():
        assert np.allclose(table, [expected[name]] * 3, rtol=1e-9, equal_nan=True), name


def test_what_the_state_pays_beside_the_fund_is_a_cost_of_running_it() -> None:
    """The desk is borne by the state: the same costs, but 12,000 € and 100 € a decision stay in the fund."""
    sets = THREE | {"fund__costs__borne_by": "state"}
    found = figures_of(future_of(2, **sets))
    assert np.allclose(found["running_costs"], 12_300)
    assert np.allclose(found["balance"], 23_000 * np.arange(1, 6))


def test_refused_claims_count_as_decided_and_bring_nobody_money() -> None:
    found = figures_of(future_of(2, **THREE, fund__decision__approval_rate=0))
    assert (found["refused"] == 3).all()
    assert (found["decided"] == 3).all()
    assert not found["granted"].any()
    assert not found["approval_share"].any()
    assert not found["paid"].any()
    assert np.isnan(found["mean_paid"]).all()
    assert not found["waiting"].any()
    assert not found["months_to_decision"].any()


def test_figures_of_a_busy_desk_are_those_of_a_list_of_claims() -> None:
    """Each claim told off one by one: filed, decided by one and a half officers, granted or not, paid, recovered."""
    future = future_of(
        4, fund__decision__approval_rate=0.6, fund__decision__posts=1.5, fund__decision__working_months=0.7,
        fund__decision__handling__median=3, fund__amount__basis="judgment", fund__entry_point="judgment",
        fund__amount__judgment_share=1, award__p90=30_000, fund__subrogation__pursued_share=0.8,
        fund__subrogation__failure_rate=0.2, fund__subrogation__recovered_rate=0.5, time__history_years=0,
        caseload__level=25,
    )  # fmt: skip
    claims, due = future.drawn.claims, future.due
    tables = {
        name: np.zeros((4, YEARS))
        for name in ("claims", "decided", "granted", "wait", "owed", "paid")
    }

    def add(name: str, r: int, at: float, x: float = 1.0) -> None:
        if at < 12 * YEARS:
            tables[name][r, int(at // 12)] += x

    for i in range(claims.size):
        r, filed, decided = (
            int(claims.replication[i]),
            float(claims.filed_at[i]),
            float(future.decided_at[i]),
        )
        add("claims", r, filed)
        add("decided", r, decided)
        add("wait", r, decided, decided - filed)
        if claims.approved[i]:
            add("granted", r, decided)
            add("owed", r, decided, int(claims.benefit[i]) / 100)
    for i in range(due.claim.size):
        r = int(due.replication[i])
        add("paid", r, float(future.payment_month[i]), int(due.amount[i]) / 100)
    found = figures_of(future)
    assert (tables["claims"] != tables["decided"]).any()
    for name in ("claims", "decided", "granted", "paid"):
        assert np.allclose(found[name], tables[name]), name
    assert (found["refused"] == tables["decided"] - tables["granted"]).all()
    for r in range(4):
        for y in range(YEARS):
            still = tables["claims"][r, : y + 1].sum() - tables["decided"][r, : y + 1].sum()
            assert found["waiting"][r, y] == still
    assert np.allclose(found["months_to_decision"], tables["wait"] / tables["decided"])
    assert np.allclose(found["approval_share"], tables["granted"] / tables["decided"])
    assert np.allclose(found["mean_paid"], tables["owed"] / tables["granted"])
    back = future.ledger.recoveries[:, : 12 * YEARS].reshape(4, YEARS, 12).sum(axis=2) / 100
    assert back.sum() > 0
    assert np.allclose(found["recovered"], back)
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.allclose(
            found["recovered_share"],
            np.where(found["paid"] > 0, back / found["paid"], np.nan),
            equal_nan=True,
        )
    assert np.allclose(found["income"], found["recovered"])  # nothing else comes in


def test_claims_of_other_crimes_are_figures_of_the_scheme_too() -> None:
    """A scheme publishes all its claims: 30 of victims and 40 of others a year, on average."""
    others = {
        "caseload__others__claims_a_year": 40, "caseload__others__median": 900, "caseload__others__p90": 900,
        "caseload__others__approval_rate": 1,
    }  # fmt: skip
    alone, together = (figures_of(future_of(30, **sets)) for sets in ({}, others))
    more = together["claims"] - alone["claims"]
    assert more.mean() == pytest.approx(40, abs=4 * math.sqrt(40 / more.size))
    assert np.allclose(together["paid"], alone["paid"] + 900 * more)


# ---- Bands ----


def figure(low: float, high: float, use: str = "predicted", year: int = 2020) -> Published:
    return Published("kosovo", "claims", year, low, (low + high) / 2, high, "claims", "", use, "")


BAND = {0.1: 10.0, 0.25: 20.0, 0.5: 30.0, 0.75: 40.0, 0.9: 50.0}


@pytest.mark.parametrize(
    ("low", "high", "in_50", "in_80", "side"),
    [
        (30, 30, True, True, "within"),
        (20, 20, True, True, "within"),
        (19, 19, False, True, "within"),
        (50, 50, False, True, "within"),
        (51, 51, False, False, "above"),
        (9, 9, False, False, "below"),
        (5, 10, False, True, "within"),
        (5, 20, True, True, "within"),
        (50, 90, False, True, "within"),
        (0, 99, True, True, "within"),
        (51, 99, False, False, "above"),
    ],
)
def test_a_figure_published_as_an_interval_is_inside_if_any_part_of_it_is(
    low: float, high: float, in_50: bool, in_80: bool, side: str
) -> None:
    one = Predicted(figure(low, high), BAND)
    assert (one.inside(0.5), one.inside(0.8), one.side) == (in_50, in_80, side)


def test_only_predicted_figures_count_and_misses_are_told() -> None:
    figures = (
        Predicted(figure(30, 30), BAND), Predicted(figure(45, 45), BAND), Predicted(figure(60, 70), BAND),
        Predicted(figure(99, 99, "shown"), BAND), Predicted(figure(99, 99, "known", 2018), BAND),
    )  # fmt: skip
    one = Backtest(scheme("kosovo"), (2020,), {}, figures)
    assert len(one.counted) == 3
    assert one.coverage(0.5) == pytest.approx(1 / 3)
    assert one.coverage(0.8) == pytest.approx(2 / 3)
    assert misses(one) == ["claims 2020: 60 to 70, above the band of 10 to 50"]
    told = of(one)
    assert (told.figures, told.years, told.in_50, told.in_80) == (3, 1, 1, 2)
    assert rows([one])[0]["in_80"] == 2


@lru_cache(maxsize=4)
def kosovo(stands_for: int) -> Backtest:
    one = replace(scheme("kosovo"), stands_for=stands_for)
    return held_against(
        one, one.scenario, [x for x in published() if x.scheme == "kosovo"], 30, SEED
    )


def test_where_a_case_stands_for_several_claims_counts_and_money_are_multiplied_and_shares_are_not() -> (
    None
):
    once, seven = kosovo(1), kosovo(7)
    assert once.paths.keys() == MEASURES.keys()
    for name, path in once.paths.items():
        times = 1 if name in SHARES else 7
        assert np.allclose(seven.paths[name], times * path, equal_nan=True), name
    for one, other in zip(once.figures, seven.figures, strict=True):
        times = 1 if one.figure.measure in SHARES else 7
        assert one.figure == other.figure  # what was published stays what it was
        assert list(other.quantiles.values()) == pytest.approx(
            [times * x for x in one.quantiles.values()]
        )


def test_a_band_holds_the_quantiles_of_the_simulations_in_which_the_figure_is_defined() -> None:
    one = kosovo(1)
    future = simulate(one.scheme.scenario.world, SEED, np.arange(30))
    tables = figures_of(future)
    for name, table in tables.items():
        for y in range(table.shape[1]):
            defined = table[:, y][np.isfinite(table[:, y])]
            path = one.paths[name][:, y]
            if defined.size:
                assert path == pytest.approx(np.quantile(defined, PERCENTS))
            else:
                assert np.isnan(path).all()
    for x in one.figures:
        path = one.paths[x.figure.measure][:, one.years.index(x.figure.year)]
        assert list(x.quantiles.values()) == path.tolist()


# ---- The command ----


def test_the_command_prints_each_figure_beside_its_band(fundsim, capsys) -> None:  # noqa: F811
    assert fundsim("backtest", "kosovo", "-n", "50") == 0
    told = " ".join(capsys.readouterr().out.split())
    found = backtest(scheme("kosovo"), published(), 50)
    assert summary([of(found)])[0] in told
    assert "Kosovo*" in told
    assert "UNSCR 1244/1999" in told
    assert "50 simulations of each scheme" in told
    for miss in misses(found):
        assert f"Outside: {miss}." in told
    for x in found.counted:
        assert f"│ {x.figure.dated} │ {MEASURES[x.figure.measure]} │" in told


def test_the_command_gives_its_figures_as_json(fundsim, capsys) -> None:  # noqa: F811
    assert fundsim("backtest", "us_crime_victims_fund", "kosovo", "-n", "50", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["scheme"] for row in data["schemes"]] == ["us_crime_victims_fund", "kosovo"]
    assert data["replications"] == 50
    found = {
        name: backtest(scheme(name), published(), 50)
        for name in ("us_crime_victims_fund", "kosovo")
    }
    for row in data["schemes"]:
        one = found[row["scheme"]]
        assert (row["figures"], row["in_80"]) == (
            len(one.counted),
            sum(x.inside(0.8) for x in one.counted),
        )
    assert len(data["figures"]) == sum(len(one.figures) for one in found.values())
    for row in data["figures"]:
        low, high = row["published_low"], row["published_high"]
        assert low <= row["published"] <= high
        if row["p10"] is not None:
            assert row["in_80"] == (high >= row["p10"] and low <= row["p90"])
        assert row["source"] in sources()


def test_the_command_writes_a_folder(fundsim, tmp_path) -> None:  # noqa: F811
    assert fundsim("backtest", "us_crime_victims_fund", "-n", "20", "--out", "real") == 0
    names = {path.name for path in (tmp_path / "real").iterdir()}
    assert {"schemes.csv", "figures.csv", "us_crime_victims_fund.png", "manifest.json"} <= names


@pytest.mark.parametrize(
    ("given", "meant"),
    [("kosvo", "kosovo"), ("irland", "ireland"), ("us_crime", "us_crime_victims_fund")],
)
def test_an_unknown_scheme_is_told_with_the_nearest_name(
    given: str, meant: str, fundsim, capsys  # noqa: F811
) -> None:  # fmt: skip
    assert fundsim("backtest", given, "-n", "10") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{given}: no such scheme" in told.err
    assert f"did you mean '{meant}'?" in told.err
    assert "Traceback" not in told.err
    with pytest.raises(InputError):
        scheme(given)


# ---- What is shipped ----


@pytest.mark.parametrize("name", ["us_crime_victims_fund", "kosovo"])
def test_what_is_kept_of_a_scheme_is_what_a_run_gives(name: str) -> None:
    [stored] = [one for one in kept() if one.name == name]
    assert of(backtest(scheme(name), published(), REPLICATIONS, SEED)) == stored


def test_what_is_kept_is_of_the_schemes_as_they_are_described() -> None:
    assert [one.name for one in kept()] == list(NAMES)
    for one in kept():
        s = scheme(one.name)
        assert (one.title, one.cut, one.blind, one.fitted, one.judged, one.learned) == (
            s.title, s.cut, s.blind, s.fitted, s.judged, s.learned,
        )  # fmt: skip
        figures = [x for x in published() if x.scheme == one.name and x.use == "predicted"]
        assert one.figures == len(figures)
        assert one.years == len({x.year for x in figures})
        assert one.in_50 <= one.in_80
        assert len(one.misses) == one.figures - one.in_80


def page_of_docs() -> str:
    return (Path(__file__).parents[1] / PAGE).read_text(encoding="utf-8")


def said(text: str) -> str:
    """A text whatever its lines."""
    return " ".join(text.split())


def test_the_page_of_the_docs_has_what_is_kept() -> None:
    page = page_of_docs()
    for one in kept():
        blind = "yes" if one.blind else "no, not counted"
        row = f"| {one.title} | {one.cut} | {one.years} | {one.figures} | {one.in_50} | {one.in_80} | {blind} |"
        assert row in page
        assert f"- **{one.title}.** {one.learned}" in said(page)
    for line in summary(list(kept())):
        assert f"- {line}" in page


def test_the_page_of_the_docs_says_what_the_module_says_of_all_schemes() -> None:
    for text in (CHANGED, IN_ALL, UNDATED, taken(), left_out(), doubtful()):
        assert said(text) in said(page_of_docs())


def test_what_the_misses_teach_in_all_names_ramp_late_surge_desk_and_treasury() -> None:
    for word in ("ramp", "surge late", "desk", "treasury"):
        assert word in IN_ALL


def test_the_page_says_what_was_changed_in_the_files_of_schemes_since_they_were_committed() -> None:
    """The years that are run are those of the files, and the unit is dollars: a thousand of them for one of the file."""
    for name, years in (("texas", 26), ("uk_tariff_1996", 27)):
        assert scheme(name).scenario.world.time.horizon_years == years
    assert "Texas 26 in place of 16" in CHANGED
    assert "1996 27 in place of 18" in CHANGED
    one = scheme("us_crime_victims_fund")
    assert (one.stands_for, one.money) == (1000, "USD")


def band_of(heading: str, row: str) -> tuple[float, float]:
    """The band of 80 % in a row of a table of the page."""
    text = page_of_docs().partition(f"## {heading}")[2].partition("\n## ")[0]
    [found] = [line for line in text.splitlines() if line.startswith(f"| {row} |")]
    low, high = found.split(" | ")[3].replace(",", "").split(" to ")
    return float(low), float(high)


def test_the_published_total_leaves_more_for_the_undated_year_than_the_low_figures_say() -> None:
    """613,000 less 100,000 of 2021 and 190,000 of 2024 leave 323,000 for two years: within one band, above the other."""
    left = 613_000 - 100_000 - 190_000
    assert left == 323_000
    assert "some 323,000 for 2022 and 2023, about 160,000 a year" in doubtful()
    [low] = [
        x.high for x in published() if (x.scheme, x.measure, x.year) == ("kosovo", "paid", 2022)
    ]
    assert low < left / 2 / 2
    for_law = band_of("Kosovo*'s law in our own country file", "2022? | money paid")
    blind = band_of("Kosovo*, the scheme of Law 05/L-036", "2022? | money paid")
    assert for_law[0] < left / 2 < for_law[1]
    assert blind[1] < left / 2


def test_a_year_that_the_source_does_not_give_has_a_question_mark() -> None:
    unsure = [x for x in published() if x.unsure]
    assert {(x.scheme, x.year, x.dated) for x in unsure} == {("kosovo", 2022, "2022?")}
    assert {x.dated for x in published() if x.scheme == "kosovo" and not x.unsure} == {
        "2018",
        "2021",
        "2024",
    }
    text = page_of_docs()
    assert text.count("\n| 2022? | ") == 6
    assert text.count(UNDATED) == 2
    [stored] = [one for one in kept() if one.name == "kosovo"]
    assert any("average sum granted 2022?: " in miss for miss in stored.misses)


def test_panels_stand_in_one_order_those_with_most_figures_first() -> None:
    picture = bands(backtest(scheme("kosovo"), published(), 10))
    titles = [axes.get_title(loc="left") for axes in picture.axes if axes.get_visible()]
    assert titles == [
        "claims granted",
        "money paid",
        "average sum granted",
        "claims",
        "share granted",
    ]


def test_a_balance_that_was_projected_is_shown_and_not_counted() -> None:
    [balance] = [
        x for x in published() if (x.scheme, x.measure, x.year) == ("texas", "balance", 2013)
    ]
    assert (balance.use, balance.high) == ("shown", 3_000_000)
    assert "projection" in balance.note
    assert "less than 3 million" in scheme("texas").learned


def test_no_file_of_a_scheme_is_missing_without_a_word() -> None:
    assert "New South Wales has no file." in left_out()
    assert not [name for name in NAMES if "wales" in name]
    for name in ("cmp_au_nsw_2012", "cmp_au_nsw_pwc_2012"):
        assert sources()[name]["address"] in left_out()


def test_every_published_figure_has_a_known_source_scheme_and_measure() -> None:
    for x in published():
        where = f"{x.scheme}, {x.measure}, {x.year}"
        assert x.scheme in NAMES, where
        assert x.measure in MEASURES, where
        assert x.source in sources(), where
        assert x.use in ("known", "predicted", "shown"), where
        assert x.low <= x.value <= x.high, where
        assert x.note, where
        assert (
            x.measure not in ("approval_share", "recovered_share") or 0 <= x.low <= x.high <= 1
        ), where
    twice = Counter((x.scheme, x.measure, x.year) for x in published())
    assert [key for key, n in twice.items() if n > 1] == []


def test_what_was_known_lies_before_the_cut_and_what_is_predicted_after_it() -> None:
    for x in published():
        cut = scheme(x.scheme).cut
        where = f"{x.scheme}, {x.measure}, {x.year}"
        assert x.use != "known" or x.year <= cut, where
        assert x.use != "predicted" or cut < x.year, where


def test_every_predicted_figure_is_of_a_measure_that_is_tested() -> None:
    for x in published():
        assert x.use != "predicted" or x.measure in scheme(x.scheme).tested, (x.scheme, x.measure)
    assert all(set(scheme(name).tested) <= set(MEASURES) for name in NAMES)


def test_every_predicted_figure_is_of_a_year_that_is_projected() -> None:
    """So that none is left out without a word."""
    left_out = []
    for name in NAMES:
        time = scheme(name).scenario.world.time
        years = range(time.start_year, time.start_year + time.horizon_years)
        left_out += [
            (name, x.measure, x.year)
            for x in published()
            if x.scheme == name and x.use == "predicted" and x.year not in years
        ]
    assert left_out == []


@pytest.mark.parametrize("name", NAMES)
def test_a_scheme_s_file_cites_no_source_for_years_after_its_cut(name: str) -> None:
    """A source that is later than the cut says in `read` which earlier years were taken from it.

    A financial year counts as the year in which it begins.
    """
    one = scheme(name)
    cited = {a.source for _, a, _ in assumptions(one.scenario.world)} - {"judgement", ""}
    assert cited or name == "neutral"
    for source in sorted(cited):
        entry = sources()[source]
        if entry["year"] > one.cut:
            used = [int(first) for first in re.findall(r"\b((?:19|20)\d\d)\b", entry["read"])]
            assert used, f"{source} of {entry['year']} does not say of which years"
            assert max(used) <= one.cut, f"{source}: {entry['read']}"


@pytest.mark.parametrize("name", NAMES)
def test_a_scheme_is_described_in_full(name: str) -> None:
    one = scheme(name)
    assert one.title
    assert one.fitted
    assert one.judged
    assert one.learned
    assert one.money
    assert one.stands_for >= 1
    assert one.scenario.world.time.start_year <= one.cut + 1
    text = (folder() / "comparator" / f"{name}.toml").read_text(encoding="utf-8")
    head = text.partition("\n\n")[0]
    assert f"cut {one.cut}" in head  # the file's own opening says the same
    assert tomllib.loads(text)["extends"] == "neutral.toml"


def test_files_and_schemes_are_the_same() -> None:
    files = {path.stem for path in (folder() / "comparator").glob("*.toml")}
    assert files == {*NAMES, "neutral", "schemes"}


def test_the_sentences_count_the_schemes_that_were_described_blind() -> None:
    those = [one for one in kept() if one.blind]
    figures, wide = sum(one.figures for one in those), sum(one.in_80 for one in those)
    assert [one.name for one in those] == [name for name in NAMES if scheme(name).blind]
    told = summary(list(kept()))
    assert told[0].startswith(f"{len(those)} schemes that ran")
    assert f"against {figures} figures" in told[0]
    assert told[1].startswith(f"{wide} of {figures} figures")
    assert any(
        "Not counted, since it was not described blind: United Kingdom, the scheme of 1964" in x
        for x in told
    )
