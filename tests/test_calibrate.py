"""`fundsim calibrate` (method §21): exact answers where there are, files as offices write them, and what is refused."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from fundsim.analysis.calibrate import (
    Between,
    Count,
    Held,
    Part,
    Range,
    held_out,
    lognormal,
    overdispersion,
    register,
    share,
)
from fundsim.analysis.counts import (
    Row,
    read_counts,
    shipped_counts,
)
from fundsim.analysis.fits import LEAST_YEARS, Calibration, calibrate
from fundsim.report.calibrate.tell import fragment, rounded
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import sources
from fundsim.scenario.schema import assumptions
from fundsim.validation.evidence import DEFINITIONS
from tests.test_run_command import fundsim  # noqa: F401

Z90 = 1.2815515655446004
HEAD = "key,year,value,of,definition,source\n"
YEARS = "caseload.level,2020,10,,,\ncaseload.level,2021,14,,,\ncaseload.level,2022,12,,,\n"
FITTED, TIED = "Fitted by fundsim calibrate", "The same counts tell both (fundsim calibrate)."


class Counts:
    """Writes a file of counts and reads it, or why it is refused."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "counts.csv"

    def write(self, text: str | bytes) -> Path:
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.path

    def read(self, text: str, **asked: str) -> list[Row]:
        return read_counts(self.write(text), **asked)[0]

    def fit(self, text: str, **asked: Any) -> Calibration:
        return calibrate(*read_counts(self.write(text)), **asked)

    def refused(self, text: str | bytes, **asked: str) -> list[str]:
        """What is wrong, each with its line."""
        with pytest.raises(InputError) as caught:
            calibrate(*read_counts(self.write(text), **asked))
        return str(caught.value).replace(str(self.path), "counts.csv").splitlines()


@pytest.fixture
def counts(tmp_path: Path) -> Counts:
    return Counts(tmp_path)


def near(found: Range, expected: Sequence[float], rel: float = 1e-9, abs: float = 0) -> bool:
    """Whether a belief is 10th, 50th and 90th percentile as expected."""
    return [found.low, found.value, found.high] == pytest.approx(list(expected), rel=rel, abs=abs)


# ---- Shares ----


def test_a_share_is_the_beta_distribution_of_jeffreys() -> None:
    """61 of 200, in two years that hardly differ: beta(61.5, 139.5)."""
    parts = [Part(2020, 30, 100), Part(2021, 31, 100)]
    assert overdispersion(parts) == 1
    assert near(share(parts), stats.beta(61.5, 139.5).ppf([0.1, 0.5, 0.9]))


def test_a_share_of_none_or_of_all_is_not_certain() -> None:
    assert near(share([Part(2020, 0, 20)]), stats.beta(0.5, 20.5).ppf([0.1, 0.5, 0.9]))
    assert near(share([Part(2020, 20, 20)]), stats.beta(20.5, 0.5).ppf([0.1, 0.5, 0.9]))


def test_where_years_differ_more_than_chance_a_share_is_that_of_a_smaller_sample() -> None:
    """10 and 50 of 100: χ² = 2·20²/(100·0.3·0.7) = 38.1 over one degree of freedom, so 5.25 persons teach as much."""
    parts = [Part(2020, 10, 100), Part(2021, 50, 100)]
    wide = 2 * 400 / 21
    assert overdispersion(parts) == pytest.approx(wide)
    expected = stats.beta(0.5 + 60 / wide, 0.5 + 140 / wide).ppf([0.1, 0.5, 0.9])
    assert near(share(parts), expected)


def test_a_file_of_shares_gives_the_same_numbers(counts: Counts) -> None:
    text = f"{HEAD}caseload.formal_rate,2020,30,100,,\ncaseload.formal_rate,2021,31,100,,\n"
    [fitted] = counts.fit(text).fitted
    assert fitted.key == "caseload.formal_rate"
    assert near(fitted.belief, stats.beta(61.5, 139.5).ppf([0.1, 0.5, 0.9]))
    assert fitted.read == "61 of 200 in 2020-2021"


# ---- Amounts and durations ----


def spread_out(n: int, median: float, sigma: float) -> list[float]:
    """Amounts that lie as a lognormal says, with no chance."""
    z = stats.norm.ppf((np.arange(n) + 0.5) / n)
    return [float(x) for x in median * np.exp(sigma * z)]


def test_many_amounts_are_fitted_near_the_truth_and_as_surely_as_their_number_allows() -> None:
    """400 amounts of a lognormal with median 3,000 and log sd 0.7: the error of the log median is 0.7/√400."""
    fit = lognormal([Between(x, x, 1.0) for x in spread_out(400, 3000, 0.7)])
    error = 0.7 / math.sqrt(400)
    low, high = (3000 * math.exp(sign * Z90 * error) for sign in (-1, 1))
    assert near(fit.median, (low, 3000, high), rel=0.005)
    far = 0.7 * Z90 / math.sqrt(2 * 400)  # of a standard deviation
    assert near(fit.spread, (0.7 - far, 0.7, 0.7 + far), rel=0.01)
    assert fit.p90.value == pytest.approx(3000 * math.exp(0.7 * Z90), rel=0.01)


def test_amounts_known_as_quantiles_say_what_the_amounts_themselves_say() -> None:
    """How many of 400 lie between each two of nine quantiles."""
    edges = [
        0.0,
        *(3000 * math.exp(0.7 * z) for z in stats.norm.ppf(np.arange(1, 10) / 10)),
        math.inf,
    ]
    fit = lognormal([Between(a, b, 40.0) for a, b in pairwise(edges)])
    assert fit.median.value == pytest.approx(3000, rel=0.005)
    assert fit.spread.value == pytest.approx(0.7, rel=0.01)


def test_few_amounts_lean_on_what_is_usual() -> None:
    """Two equal amounts do not prove that all are equal: the log sd stays near what is believed of it."""
    fit = lognormal([Between(1000, 1000, 1.0)] * 2)
    assert fit.spread.low > 0.05
    assert fit.median.low < 1000 < fit.median.high


def test_amounts_of_a_file_give_median_and_90th_percentile(counts: Counts) -> None:
    amounts = "".join(f"award.median,2020,{x:.1f},,,\n" for x in spread_out(100, 2000, 0.5))
    fit = counts.fit(HEAD + amounts)
    assert [one.key for one in fit.fitted] == ["award.median", "award.p90"]
    assert fit.of("award.median").value == pytest.approx(2000, rel=0.01)
    assert fit.of("award.p90").value == pytest.approx(2000 * math.exp(0.5 * Z90), rel=0.02)


def test_amounts_may_be_told_by_quantiles_of_so_many(counts: Counts) -> None:
    """Of 200 awards half are at most 2,000 €, a tenth 1,054 € and nine tenths 3,796 €: log sd 0.5."""
    head = "key,year,value,of,quantile\n"
    rows = ((1053.7, 0.1), (2000, 0.5), (3796.1, 0.9))
    fit = counts.fit(head + "".join(f"award.median,2020,{x},200,{q}\n" for x, q in rows))
    assert fit.of("award.median").value == pytest.approx(2000, rel=0.01)
    assert fit.of("award.p90").value == pytest.approx(3796, rel=0.02)


def test_durations_are_told_by_how_many_are_done_by_a_month(counts: Counts) -> None:
    """Of 200 a tenth is done by 3.16 months, half by 6, nine tenths by 11.39: log sd 0.5, leaning to 0.8."""
    head = "key,year,value,of,upto\n"
    rows = ((20, 3.16), (100, 6), (180, 11.39))
    fit = counts.fit(head + "".join(f"enforcement.delay,2020,{x},200,{m}\n" for x, m in rows))
    assert [one.key for one in fit.fitted] == [
        "enforcement.delay.median",
        "enforcement.delay.sigma",
    ]
    assert fit.of("enforcement.delay.median").value == pytest.approx(6, rel=0.01)
    assert fit.of("enforcement.delay.sigma").value == pytest.approx(0.5, rel=0.02)


# ---- Yearly counts ----


def quantiles_of(x: Any, weight: Any) -> Any:
    order = np.argsort(x.ravel())
    passed = np.cumsum(weight.ravel()[order]) - weight.ravel()[order] / 2
    return np.interp([0.1, 0.5, 0.9], passed, x.ravel()[order])


def posterior(counts: Sequence[Count], year: int) -> dict[str, Any]:
    """Level, trend and dispersion by the method's words, on one fine grid and with SciPy's negative binomial."""
    middle = np.mean([one.year + (one.years - 1) / 2 for one in counts])
    log_mean = math.log(np.mean([one.middle / one.years for one in counts]))
    axes = (
        np.linspace(log_mean - 1.3, log_mean + 1.3, 91),
        np.linspace(-0.4, 0.4, 81),
        np.linspace(math.log(10) - 4.5, math.log(10) + 5.5, 71),
    )
    a, b, c = np.meshgrid(*axes, indexing="ij")
    log = stats.norm.logpdf(b, 0, 0.1) + stats.norm.logpdf(c, math.log(10), 1.2)
    for one in counts:
        mean = sum(np.exp(a + b * (y - middle)) for y in range(one.year, one.year + one.years))
        size = np.exp(c) * one.years
        of = stats.nbinom(size, size / (size + mean))
        if one.low == one.high:
            log = log + of.logpmf(one.low)
        else:
            log = log + np.log(of.cdf(one.high) - (of.cdf(one.low - 1) if one.low else 0))
    weight = np.exp(log - log.max())
    weight = weight / weight.sum()
    return {
        "level": quantiles_of(np.exp(a + b * (year - middle)), weight),
        "trend": np.expm1(_read(axes[1], weight.sum(axis=(0, 2)))),
        "dispersion": np.exp(_read(axes[2], weight.sum(axis=(0, 1)))),
    }


def _read(grid: Any, mass: Any) -> Any:
    """Percentiles of a grid, each point standing for the cell about it."""
    step = grid[1] - grid[0]
    edges = np.concatenate([[grid[0] - step / 2], grid + step / 2])
    return np.interp([0.1, 0.5, 0.9], np.concatenate([[0.0], np.cumsum(mass)]), edges)


def known(year: int, n: int, years: int = 1) -> Count:
    return Count(year, n, n, years)


HISTORIES = {
    "known numbers": [known(2015 + i, n) for i, n in enumerate((40, 55, 38, 61, 47, 66))],
    "a number below five": [Count(2018, 0, 4), known(2019, 3), known(2020, 6), known(2021, 4), known(2022, 9)],
    "a sum over two years": [known(2016, 20), known(2017, 44, 2), known(2019, 31), known(2020, 27)],
}  # fmt: skip


@pytest.mark.parametrize("history", HISTORIES)
def test_yearly_counts_have_the_posterior_of_the_method(history: str) -> None:
    """Negative binomial with a flat log mean, growth normal about 0 (0.1), log size normal about ln 10 (1.2)."""
    fit, theirs = register(HISTORIES[history]), posterior(HISTORIES[history], 2023)
    assert near(fit.level(2023), theirs["level"], rel=0.015)
    assert near(fit.trend, theirs["trend"], abs=0.003)
    assert near(fit.dispersion, theirs["dispersion"], rel=0.05)


def test_many_years_are_fitted_near_the_truth() -> None:
    """Forty counts at the middles of a Poisson with 2 % growth: 100·1.02^y, and hardly any over-dispersion."""
    fit = register([known(1980 + y, round(100 * 1.02**y)) for y in range(40)])
    assert fit.level(2019).value == pytest.approx(100 * 1.02**39, rel=0.01)
    assert fit.trend.value == pytest.approx(0.02, abs=0.001)
    assert fit.trend.low > 0.015
    assert fit.dispersion.value > 50


def test_level_and_trend_of_a_later_year_go_together() -> None:
    fit = register(HISTORIES["known numbers"])
    ties = [fit.tied(year) for year in range(2010, 2026)]
    assert (np.diff(ties) > 0).all()
    assert fit.tied(2017) < 0 < fit.tied(2018)  # about the middle of the years there is no tie
    assert ties[0] < -0.9
    assert ties[-1] > 0.9


def test_what_is_known_to_lie_between_two_numbers_is_less_sure_than_a_number() -> None:
    rest = HISTORIES["a number below five"][1:]
    fits = [register([one, *rest]) for one in (known(2018, 2), Count(2018, 0, 4))]
    widths = [fit.level(2018).high / fit.level(2018).low for fit in fits]
    assert widths[1] > widths[0]


def test_the_same_counts_give_the_same_numbers_in_any_order() -> None:
    counts = HISTORIES["a sum over two years"]
    one, other = register(counts), register(counts[::-1])
    for name in ("trend", "dispersion"):
        found = getattr(other, name)
        assert near(getattr(one, name), (found.low, found.value, found.high), rel=1e-6, abs=1e-9)


def test_a_year_that_was_held_out_is_inside_if_any_number_that_it_may_be_is() -> None:
    predicted = {0.1: 5.0, 0.25: 6.0, 0.5: 8.0, 0.75: 9.0, 0.9: 12.0}
    for low, high, inside in (
        (0, 4, False),
        (0, 5, True),
        (12, 12, True),
        (13, 20, False),
        (0, 99, True),
    ):
        assert Held(Count(2020, low, high), predicted).inside(0.1, 0.9) == inside
    counts = HISTORIES["known numbers"]
    held = held_out(counts, 2018)
    assert [one.count.year for one in held] == [2019, 2020]
    fit = register(counts[:4])
    assert [one.predicted for one in held] == [fit.predicted(2019), fit.predicted(2020)]


# ---- Files as offices write them ----


def test_less_than_five_is_none_to_four(counts: Counts) -> None:
    rows = counts.read(f"{HEAD}caseload.level,2019,<5,,,\ncaseload.level,2020,< 5,,,\n{YEARS[24:]}")
    assert [(row.low, row.high) for row in rows[:2]] == [(0, 4), (0, 4)]
    history = calibrate(rows).histories[0]
    assert history.counts[0] == Count(2019, 0, 4)


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [("<=5", 0, 5), ("< = 5", 0, 5), ("≤5", 0, 5), ("≤ 0", 0, 0), ("5-9", 5, 9), ("5 – 9", 5, 9), ("7-7", 7, 7)],
)  # fmt: skip
def test_a_count_may_be_written_as_the_numbers_that_it_lies_between(
    written: str, low: int, high: int, counts: Counts
) -> None:
    rows = counts.read(f"{HEAD}caseload.level,2019,{written},,,\n{YEARS}")
    assert (rows[0].low, rows[0].high) == (low, high)
    assert calibrate(rows).histories[0].counts[0] == Count(2019, low, high)


def test_at_most_five_says_what_less_than_six_says(counts: Counts) -> None:
    beliefs = [
        counts.fit(f"{HEAD}caseload.level,2019,{written},,,\n{YEARS}").of("caseload.level")
        for written in ("<6", "<=5", "0-5")
    ]
    assert beliefs[0] == beliefs[1] == beliefs[2]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "key;year;value\naward.median;2020;1500,5\naward.median;2020;2.000,25\n",
            [1500.5, 2000.25],
        ),
        ('key,year,value\naward.median,2020,"1500,5"\naward.median,2020,1 200\n', [1500.5, 1200]),
        ("\ufeffkey;year;value\r\naward.median;2020;1500,5\r\n", [1500.5]),  # as Excel saves it
    ],
)
def test_decimal_comma_and_semicolon_are_read(
    text: str, values: list[float], counts: Counts
) -> None:
    assert [row.value for row in counts.read(text)] == values


def test_a_number_that_can_be_two_is_asked_about(counts: Counts) -> None:
    [problem] = counts.refused(f"{HEAD}caseload.level,2020,1.234,,,\n")
    assert problem.startswith("counts.csv:2: value = 1.234: 1.2340 or 1234?")


def test_lines_without_a_number_are_skipped_and_told(
    counts: Counts, fundsim, capsys  # noqa: F811
) -> None:  # fmt: skip
    blanks = "".join(
        f"caseload.level,{2010 + i},{x},,,\n" for i, x in enumerate(("n/a", "N/A", "", "-", "–"))
    )
    rows, skipped = read_counts(counts.write(f"{HEAD}{blanks}\n,,,,,\n{YEARS}"))
    assert (len(rows), skipped) == (3, 5)
    assert fundsim("calibrate", str(counts.path)) == 0
    assert "5 lines without a number were left out." in capsys.readouterr().out


@pytest.mark.parametrize(
    "row",
    [
        "caseload.level,Total,36,,,",
        "caseload.level,ukupno,36,,,",
        "TOTAL,2020,36,,,",
        "вкупно,2020,36,,,",
    ],
)
def test_a_row_that_is_the_total_of_others_is_refused(row: str, counts: Counts) -> None:
    assert counts.refused(f"{HEAD}{YEARS}{row}\n") == [
        "counts.csv:5: is a total of other rows; leave it out"
    ]


def test_a_year_that_stands_twice_is_refused(counts: Counts) -> None:
    assert counts.refused(f"{HEAD}{YEARS}caseload.level,2021,15,,,\n") == [
        "counts.csv:5: caseload.level, 2021: stands twice, in line 3 and here"
    ]


def test_a_number_that_is_counted_in_two_ways_is_asked_about(counts: Counts) -> None:
    text = HEAD + "".join(
        f"caseload.level,{year},{n * times},,{name},\n"
        for times, name in ((1, "formal"), (2, "registered"))
        for year, n in ((2020, 10), (2021, 14), (2022, 12))
    )
    assert counts.refused(text) == [
        "counts.csv:2: caseload.level: is counted in 2 ways (formal, registered); name one with --definition"
    ]
    levels = {}
    for name in ("formal", "registered"):
        rows = counts.read(text, definition=name)
        assert {row.definition for row in rows} == {name}
        levels[name] = calibrate(rows).of("caseload.level").value
    assert levels["registered"] == pytest.approx(2 * levels["formal"], rel=0.05)


def test_a_file_of_several_countries_is_asked_about() -> None:
    with pytest.raises(
        InputError, match=r"holds 6 countries: albania, .*; name one with --country"
    ):
        read_counts(shipped_counts())


def test_a_sum_over_two_years_is_read_and_counts_for_both(counts: Counts) -> None:
    [row, *_] = counts.read(f"{HEAD}caseload.level,2018-2019,40,,,\n{YEARS}")
    assert (row.year, row.years, row.value) == (2018, 2, 40)
    fit = counts.fit(f"{HEAD}caseload.level,2018 – 2019,20,,,\n{YEARS}")
    assert fit.histories[0].counts[0] == known(2018, 20, 2)
    # 20 in two years are ten a year, like the others, and not twenty in one
    assert abs(fit.of("caseload.trend").value) < 0.05
    assert 9 < fit.histories[0].fit.level(2018).value < 13


def test_shares_of_forms_sum_to_one_over_what_was_counted_with_each(counts: Counts) -> None:
    rows = (("sexual", 30, 60), ("labour", 12, 60), ("begging", 6, 30), ("other", 6, 60))
    text = "".join(f"caseload.forms.{form},2020,{n},{of},,\n" for form, n, of in rows)
    forms = counts.fit(HEAD + text).forms
    assert forms == pytest.approx(
        {
            "sexual": 0.5,
            "labour": 0.2,
            "begging": 0.2,
            "criminality": 0,
            "other": 0.1,
            "sample_size": 60,
        }
    )


# ---- What is refused ----


def test_an_unknown_column_is_told_with_the_nearest_name(counts: Counts) -> None:
    assert counts.refused("key,yaer,value,quantil\ncaseload.level,2020,1,\n") == [
        "counts.csv:1: yaer: no such column; did you mean 'year'?",
        "counts.csv:1: quantil: no such column; did you mean 'quantile'?",
        "counts.csv:1: year: is missing: a column of this name",
    ]


WRONG = """key,year,value,of
caseload.lvel,2020,12,
caseload.level,20,12,
caseload.level,2021,twelve,
caseload.formal_rate,2020,12,10
caseload.level,2022,-3,
caseload.level,2023-2022,5,
total,2020,80,
"""


def test_all_that_is_wrong_is_told_at_once_by_line_with_exit_code_2_and_no_traceback(
    counts: Counts, fundsim, capsys  # noqa: F811
) -> None:  # fmt: skip
    counts.write(WRONG)
    assert fundsim("calibrate", str(counts.path)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    lines = told.err.replace(str(counts.path), "counts.csv").splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"counts.csv:{n}" for n in range(2, 9)]


MAY_STAND = "must be a number, `<5` (0 to 4), `<=5` (0 to 5) or, for a count, `5-9`; blank or n/a if there is none"
NO_NUMBER = {
    "caseload.level,2020,>10,,,": f"value = >10: {MAY_STAND}",
    "caseload.level,2020,..,,,": f"value = ..: {MAY_STAND}",
    "caseload.level,2020,some,,,": f"value = some: {MAY_STAND}",
    f"caseload.level,2020,{'x' * 100},,,": f"value = {'x' * 40}…: {MAY_STAND}",
    "caseload.formal_rate,2020,5-9,30,,": f"value = 5-9: {MAY_STAND}",  # of a share or an amount nobody could fit it
    "caseload.level,2020,9-5,,,": "value = 9-5: the first number must not be above the second",
    "caseload.formal_rate,2020,5,all,,": "of = all: must be a number",
}  # fmt: skip


@pytest.mark.parametrize("row", NO_NUMBER)
def test_what_is_no_number_is_told_with_its_line_and_what_may_be_written(
    row: str, counts: Counts
) -> None:
    assert counts.refused(f"{HEAD}{row}\n") == [f"counts.csv:2: {NO_NUMBER[row]}"]


TOO_LITTLE = {
    "needs at least 3 years": "caseload.level,2020,10,,,\ncaseload.level,2021,14,,,\n",
    "a share needs `of`": "caseload.formal_rate,2020,10,,,\n",
    "needs at least 3 amounts": "award.median,2020,100,,,\naward.median,2021,140,,,\n",
    "durations need `upto`": "enforcement.delay,2020,10,20,,\n",
}


@pytest.mark.parametrize("rule", TOO_LITTLE)
def test_what_is_too_little_to_fit_is_told_with_file_and_line(rule: str, counts: Counts) -> None:
    [problem] = counts.refused(HEAD + TOO_LITTLE[rule])
    assert rule in problem
    assert problem.startswith("counts.csv:2: ")


def test_all_that_is_too_little_to_fit_is_told_at_once(counts: Counts) -> None:
    found = counts.refused(HEAD + "".join(TOO_LITTLE.values()))
    assert [sum(rule in one for one in found) for rule in TOO_LITTLE] == [1, 1, 1, 1]


NO_LEVEL = "a level cannot be fitted; such counts say that it is low, but not how low; write the level as an assumption of your own"


@pytest.mark.parametrize(
    ("values", "why"),
    [("000", "every count is 0"), ("0" * 9, "every count is 0"), (["<5"] * 3, "every count is 0 or may be 0"),
     (["0", "<=2", "0-3"], "every count is 0 or may be 0")],
)  # fmt: skip
def test_counts_of_which_none_is_surely_above_0_are_refused(
    values: Sequence[str], why: str, counts: Counts
) -> None:
    """The mean is flat on the log scale, so that the lower end of the grid would tell the level, and not the counts."""
    text = "".join(f"caseload.level,{2010 + i},{x},,,\n" for i, x in enumerate(values))
    assert counts.refused(HEAD + text) == [f"counts.csv:2: caseload.level: {why}: {NO_LEVEL}"]


def test_one_count_above_0_is_enough_and_nothing_is_predicted_from_years_of_none(
    counts: Counts,
) -> None:
    """0, 0, 0, 0, 2, 1: a level of half a person, not of a hundred-thousandth; the four years of none predict nothing."""
    text = "".join(f"caseload.level,{2015 + i},{n},,,\n" for i, n in enumerate((0, 0, 0, 0, 2, 1)))
    found = counts.fit(HEAD + text)
    assert found.histories[0].held == ()
    level = found.histories[0].fit.level(2017)
    assert 0.1 < level.low < 0.5 < level.high < 1.5


NOT_FITTED: dict[str, str | bytes] = {
    "no line at all": "",
    "a head alone": "key,year,value\n",
    "bytes that are no text": b"key,year,value\ncaseload.level,2020,\xff\n",
    "a cell is missing": "key,year,value\ncaseload.level,2020\n",
    "more than a computer counts": HEAD + "".join(f"caseload.level,{y},1e30,,,\n" for y in (2020, 2021, 2022)),
    "half a person": f"{HEAD}{YEARS}caseload.level,2023,12.5,,,\n",
    "below nobody": f"{HEAD}{YEARS}caseload.level,2023,<0,,,\n",
    "forms of how many": f"{HEAD}caseload.forms.sexual,2020,5,,,\n",
    "a factor is no count": HEAD + "".join(f"award.child_factor,{y},2,,,\n" for y in (2020, 2021, 2022)),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_FITTED)
def test_a_file_that_says_nothing_that_can_be_fitted_is_refused_in_words(
    what: str, counts: Counts
) -> None:
    for problem in counts.refused(NOT_FITTED[what]):
        assert problem.startswith("counts.csv")


OF_NOTHING = {
    "one amount": f"{HEAD}award.median,2020,0,,,\naward.median,2020,100,,,\naward.median,2020,200,,,\n",
    "all amounts": f"{HEAD}award.median,2020,0,,,\naward.median,2020,0,,,\naward.median,2020,0,,,\n",
    "a duration": "key,year,value,of,upto\nenforcement.delay,2020,0,20,0\n",
}


@pytest.mark.parametrize("what", OF_NOTHING)
def test_an_amount_or_duration_of_nothing_is_refused_in_words(what: str, counts: Counts) -> None:
    for problem in counts.refused(OF_NOTHING[what]):
        assert "math domain error" not in problem


def test_a_file_that_cannot_be_read_is_told(fundsim, capsys) -> None:  # noqa: F811
    assert fundsim("calibrate", "nowhere.csv") == 2
    assert (
        capsys.readouterr().err.strip() == "nowhere.csv: cannot be read (No such file or directory)"
    )


# ---- What is printed ----


def shipped(country: str, **asked: Any) -> Calibration:
    """What the shipped counts of a country say."""
    rows, skipped = read_counts(shipped_counts(), country, DEFINITIONS[country])
    return calibrate(rows, skipped, **asked)


@lru_cache(maxsize=8)
def of_price_year(country: str) -> Calibration:
    """The same, told for the price year of its base file."""
    return shipped(country, year=load(country).world.time.price_year)


OF_SERBIA = (
    "calibrate", str(shipped_counts()), "--country", "serbia", "--definition", "registered", "--year", "2025",
)  # fmt: skip


def test_the_command_prints_numbers_with_their_ranges_and_what_was_held_out(
    fundsim, capsys  # noqa: F811
) -> None:  # fmt: skip
    assert fundsim(*OF_SERBIA) == 0
    told = capsys.readouterr().out
    found = shipped("serbia", year=2025)
    level, trend = rounded(found.of("caseload.level")), found.of("caseload.trend")
    assert (
        f"caseload.level: {level[1]:g} in 2025 ({level[0]:g} to {level[2]:g}), {100 * trend.value:+.1f} % a year"
        in told
    )
    assert "Of 2 years that were held out, 2 lie within the 80 % band" in told
    assert told.endswith(f"\n{fragment(found)}")


def test_the_numbers_are_given_as_json(fundsim, capsys) -> None:  # noqa: F811
    found = shipped("serbia", year=2025)
    assert fundsim(*OF_SERBIA, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["toml"] == fragment(found)
    told_of = {row["key"]: (row["low"], row["value"], row["high"]) for row in data["assumptions"]}
    assert told_of == {
        one.key: (one.belief.low, one.belief.value, one.belief.high) for one in found.fitted
    }
    assert [row["year"] for row in data["hold_out"]] == [2022, 2023]
    assert all(row["in_80"] == (row["p10"] <= row["counted_high"] and row["counted_low"] <= row["p90"])
               for row in data["hold_out"])  # fmt: skip


def test_a_folder_holds_the_numbers_and_a_picture(fundsim, tmp_path) -> None:  # noqa: F811
    assert fundsim(*OF_SERBIA, "--out", "fit") == 0
    names = {path.name for path in (tmp_path / "fit").iterdir()}
    assert {"assumptions.csv", "hold_out.csv", "caseload_level.png", "manifest.json"} <= names


def test_counts_of_three_years_are_enough_and_nothing_is_held_out(
    counts: Counts, fundsim, capsys  # noqa: F811
) -> None:  # fmt: skip
    assert fundsim("calibrate", str(counts.write(HEAD + YEARS)), "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["hold_out"] == []
    assert [row["key"] for row in data["assumptions"]] == [
        "caseload.level", "caseload.trend", "caseload.dispersion",
    ]  # fmt: skip


def pasted(toml: str, country: str, folder: Path) -> Any:
    """An own file of a country with a fragment pasted into it, opened."""
    path = folder / "own.toml"
    path.write_text(
        f'question = "What do our counts say?"\nextends = "{country}"\n\n{toml}', encoding="utf-8"
    )
    return load(str(path)).world


def without_forms(toml: str) -> str:
    return re.sub(r"\[caseload\.forms\]\n(.+\n)*", "", toml)


@pytest.mark.parametrize("country", DEFINITIONS)
def test_what_is_printed_opens_when_it_is_pasted_into_an_own_file(
    country: str, tmp_path: Path
) -> None:
    """The numbers, their ranges and how level and trend go together; the forms have a test of their own."""
    found = of_price_year(country)
    world = pasted(without_forms(fragment(found)), country, tmp_path)
    here = {key: a for key, a, _ in assumptions(world)}
    for one in found.fitted:
        a = here[one.key]
        assert (a.low, a.value, a.high) == rounded(one.belief)
        assert a.note.startswith(FITTED)
    [history] = [history for history in found.histories if history.key == "caseload.level"]
    [tie] = [
        x for x in world.correlations if (x.first, x.second) == ("caseload.level", "caseload.trend")
    ]
    assert tie.correlation == pytest.approx(history.fit.tied(found.year), abs=0.005)


@pytest.mark.parametrize("country", DEFINITIONS)
def test_forms_of_exploitation_open_when_they_are_pasted_into_an_own_file(
    country: str, tmp_path: Path
) -> None:
    """Their shares sum to 1 as printed, and their source is one of those that the rows name."""
    found = of_price_year(country)
    world = pasted(fragment(found), country, tmp_path)
    for form, x in found.forms.items():
        printed = getattr(world.caseload.forms, form)
        assert printed == pytest.approx(x, abs=0.5 if form == "sample_size" else 0.002)


def test_counts_of_one_s_own_open_when_they_are_pasted(counts: Counts, tmp_path: Path) -> None:
    """Amounts, durations, shares and counts, each with its source."""
    amounts = "".join(f"award.median,2020,{x},,,,,rs_tip_2022\n" for x in (900, 2000, 4000))
    rows = (
        "caseload.level,2020,10,,,,,rs_tip_2022\ncaseload.level,2021,14,,,,,rs_tip_2022\n"
        "caseload.level,2022,<5,,,,,rs_tip_2022\ncaseload.formal_rate,2020,5,10,,,,rs_tip_2022\n"
        "enforcement.delay,2020,5,20,6,,,rs_tip_2022\nenforcement.delay,2020,15,20,18,,,rs_tip_2022\n"
    )
    found = counts.fit(f"key,year,value,of,upto,quantile,definition,source\n{rows}{amounts}")
    here = {key: a for key, a, _ in assumptions(pasted(fragment(found), "serbia", tmp_path))}
    assert {one.key for one in found.fitted} == {
        "caseload.level", "caseload.trend", "caseload.dispersion", "caseload.formal_rate", "award.median", "award.p90",
        "enforcement.delay.median", "enforcement.delay.sigma",
    }  # fmt: skip
    for one in found.fitted:
        assert (here[one.key].low, here[one.key].value, here[one.key].high) == rounded(one.belief)


def test_sums_that_a_fund_sets_itself_are_no_counts_to_fit(counts: Counts) -> None:
    """`fund.amount.fixed` has no median and no 90th percentile, so that nothing printed of it could be pasted."""
    text = "".join(f"fund.amount.fixed,2020,{x},,,\n" for x in (10, 20, 40))
    assert counts.refused(HEAD + text)


def test_the_fragment_is_toml_with_each_key_once_and_the_sources_in_order(counts: Counts) -> None:
    text = YEARS.replace(",,,\n", ",,,rs_tip_2022\n", 1).replace(",,,\n", ",,,rs_cptv_2023\n")
    found = counts.fit(HEAD + text)
    data = tomllib.loads(fragment(found))
    assert set(data["caseload"]) == {"level", "trend", "dispersion"}
    level = data["caseload"]["level"]
    assert level["source"] == "rs_tip_2022"
    assert level["note"].endswith("3 yearly counts, 2020-2022, level of 2022. Also: rs_cptv_2023.")


def graded(found: Calibration) -> dict[str, tuple[str, str]]:
    """Grade and note of each number of the caseload that is printed to be pasted."""
    told = tomllib.loads(fragment(found))["caseload"]
    return {name: (a["grade"], a["note"]) for name, a in told.items() if name != "forms"}


@pytest.mark.parametrize(
    ("year", "carried"),
    [
        (None, ""),
        (2021, ""),
        (2022, ""),
        (2023, "Carried on from 2022, the last year counted, to 2023."),
        (2030, "Carried on from 2022, the last year counted, to 2030."),
        (2019, "Carried back from 2020, the first year counted, to 2019."),
    ],
)
def test_what_is_carried_on_to_a_year_that_nobody_counted_is_graded_partly_and_says_so(
    year: int | None, carried: str, counts: Counts
) -> None:
    found = counts.fit(HEAD + YEARS + "caseload.formal_rate,2020,5,10,,\n", year=year)
    told = graded(found)
    for name in ("level", "trend", "dispersion"):
        grade, note = told[name]
        assert grade == ("partly" if carried else "data")
        assert note.endswith(carried)
        assert ("arried" in note) == bool(carried)
    assert told["formal_rate"] == ("data", "Fitted by fundsim calibrate to 5 of 10 in 2020.")


def test_the_last_year_counted_may_be_the_last_of_a_sum(counts: Counts) -> None:
    text = f"{HEAD}{YEARS}caseload.level,2023-2024,25,,,\n"
    assert graded(counts.fit(text, year=2024))["level"][0] == "data"
    assert graded(counts.fit(text, year=2025))["level"][0] == "partly"


def test_a_level_told_for_the_last_year_of_another_number_is_carried_on(counts: Counts) -> None:
    """Persons counted to 2022 and shares to 2024: without a year the level is told for 2024."""
    text = f"{HEAD}{YEARS}caseload.formal_rate,2024,5,10,,\n"
    grade, note = graded(counts.fit(text))["level"]
    assert (grade, note.endswith("Carried on from 2022, the last year counted, to 2024.")) == (
        "partly",
        True,
    )


def test_the_command_says_what_is_carried_on_and_its_grade(
    counts: Counts, fundsim, capsys  # noqa: F811
) -> None:  # fmt: skip
    path, said = str(counts.write(HEAD + YEARS)), "caseload.level: carried on from 2022"
    assert fundsim("calibrate", path, "--year", "2025") == 0
    assert (
        f"{said}, the last year counted, to 2025, for which there is no count: its grade is partly, not data"
        in (capsys.readouterr().out)
    )
    assert fundsim("calibrate", path, "--year", "2025", "--json") == 0
    told = json.loads(capsys.readouterr().out)["assumptions"]
    assert {row["key"]: row["grade"] for row in told} == {
        f"caseload.{name}": "partly" for name in ("level", "trend", "dispersion")
    }
    assert fundsim("calibrate", path) == 0
    assert said not in capsys.readouterr().out


# ---- The base files ----


FROM_COUNTS = {
    country: [key for key, a, _ in assumptions(load(country).world) if a.note.startswith(FITTED)]
    for country in DEFINITIONS
}


def test_five_base_files_have_their_caseload_from_the_shipped_counts() -> None:
    those = {country for country, keys in FROM_COUNTS.items() if keys}
    assert those == set(DEFINITIONS) - {"montenegro"}
    for country in those:
        assert {"caseload.level", "caseload.trend", "caseload.dispersion"} <= set(
            FROM_COUNTS[country]
        )


@pytest.mark.parametrize(
    ("country", "key"), [(country, key) for country, keys in FROM_COUNTS.items() for key in keys]
)
def test_a_number_of_a_base_file_that_was_fitted_is_what_the_shipped_counts_say(
    country: str, key: str
) -> None:
    a = next(a for name, a, _ in assumptions(load(country).world) if name == key)
    [fitted] = [one for one in of_price_year(country).fitted if one.key == key]
    assert (a.low, a.value, a.high) == rounded(fitted.belief)
    assert a.grade == fitted.grade


@pytest.mark.parametrize("country", DEFINITIONS)
def test_how_level_and_trend_of_a_base_file_go_together_is_what_the_shipped_counts_say(
    country: str,
) -> None:
    ties = [tie for tie in load(country).world.correlations if tie.note == TIED]
    if not FROM_COUNTS[country]:
        assert not ties
        return
    [tie] = ties
    [history] = [h for h in of_price_year(country).histories if h.key == "caseload.level"]
    assert tie.correlation == round(history.fit.tied(of_price_year(country).year), 2)


@pytest.mark.parametrize("country", DEFINITIONS)
def test_shipped_counts_cite_known_sources_and_have_years_enough(country: str) -> None:
    rows, _ = read_counts(shipped_counts(), country, DEFINITIONS[country])
    assert {row.source for row in rows} <= set(sources())
    assert sum(row.key == "caseload.level" for row in rows) >= LEAST_YEARS
