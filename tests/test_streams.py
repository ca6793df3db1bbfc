"""Random numbers: what method §2 and §3 promise of them.

Statistical checks have fixed seeds.  A correlation of n independent pairs has standard error 1/√n;
among the largest 20,000 compared here |r| > 5.5/√n has a chance below one in a thousand.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from fundsim.model.background import table_years
from fundsim.model.drawn import draw
from fundsim.model.parameters import STRATA, Parameters, stratified
from fundsim.model.streams import (
    Streams,
    case_words,
    fill_normals,
    in_order,
    normals,
    uniforms,
    word,
)
from fundsim.scenario.assumption import quantiles
from fundsim.scenario.compose import load
from fundsim.scenario.schema import World, assumptions
from fundsim.validation.whole_numbers import (
    BITS,
    GAMMA,
    PUBLISHED,
    PUBLISHED_SEED,
    case_uniform,
    mix,
    yearly_uniform,
)
from fundsim.validation.whole_numbers import cohort as cohort_word

SEED = 20260711
NAMES = (
    "arrival", "form", "child", "foreign", "informed", "legal aid", "prosecution", "indictment",
    "criminal", "conviction", "criminal withdrawal", "criminal award", "civil suit", "civil",
    "civil withdrawal", "civil award", "severity", "enforcement delay", "enforcement",
    "recovered share", "admitted", "apply", "filing", "working time", "approval",
    "years to majority", "pursued", "subrogation", "subrogation share", "subrogation delay",
)  # fmt: skip


def world(*sets: str) -> World:
    """serbia+tariff with some keys set."""
    return load("serbia+tariff", sets).world


def words(
    n: int, seed: int = SEED, country: str = "RS", replication: int = 0, year: int = 2030
) -> Any:
    """The words of n cases of one cohort."""
    cohort = Streams(seed, country).cohorts(np.array([replication]), np.array([year]), 0)
    return case_words(cohort.ravel(), np.array([n]))


def largest_correlation(rows: Any) -> float:
    """The largest |r| between any two rows, in standard errors 1/√n."""
    r = np.corrcoef(rows)[np.triu_indices(len(rows), 1)]
    return float(np.abs(r).max() * math.sqrt(rows.shape[1]))


MOST_R = 5.5


# ---------------------------------------------------------------------------------- golden values


def test_finaliser_is_that_of_splitmix64() -> None:
    """The published first outputs of splitmix64 with seed 1234567: the finaliser of 1, 2, 3 steps of γ.

    They check the whole numbers, which check the model's.
    """
    steps = range(1, len(PUBLISHED) + 1)
    assert tuple(mix((PUBLISHED_SEED + i * GAMMA) % BITS) for i in steps) == PUBLISHED


# (seed, country, replication, year, mass, k, stream): uniform
GOLDEN_CASES = {
    (1, "RS", 0, 2027, 0, 0, "arrival"): 0.41782182455062866,
    (20260101, "AL", 9999, 2041, 0, 63, "severity"): 0.6307927966117859,
    (2**63 + 11, "XK", 123_456, 2017, 1, 999, "filing"): 0.6981177926063538,
}
# (seed, country, replication, year, stream, event): uniform
GOLDEN_YEARS = {
    (1, "RS", 0, 2027, "caseload", 0): 0.15500513291865958,
    (20260101, "MK", 77, 0, "assumption place caseload.level", 0): 0.04201688619625921,
}


@pytest.mark.parametrize("key", GOLDEN_CASES)
def test_golden_uniforms_of_cases(key: tuple[int, str, int, int, int, int, str]) -> None:
    """Typed-in uniforms, worked out once with Python's whole numbers: exactly equal, for good."""
    seed, country, replication, year, mass, k, stream = key
    cohort = Streams(seed, country).cohorts(np.array([replication]), np.array([year]), mass)
    case = case_words(cohort.ravel(), np.array([k + 1]))[k:]
    assert float(uniforms(case, stream)[0]) == GOLDEN_CASES[key]
    assert (
        case_uniform(cohort_word(seed, country, replication, year, mass), k, stream)
        == GOLDEN_CASES[key]
    )


@pytest.mark.parametrize("key", GOLDEN_YEARS)
def test_golden_uniforms_of_years(key: tuple[int, str, int, int, str, int]) -> None:
    """The same for draws that belong to no case."""
    seed, country, replication, year, stream, event = key
    streams = Streams(seed, country)
    found = streams.yearly(stream, np.array([replication]), np.array([year]), event)
    assert float(found[0, 0]) == GOLDEN_YEARS[key]
    cohort = cohort_word(seed, country, replication, year, 0)
    assert yearly_uniform(cohort, stream, event) == GOLDEN_YEARS[key]


def test_against_whole_numbers() -> None:
    """300 random keys against the whole numbers of fundsim.validation, exactly."""
    rng = np.random.default_rng(SEED)
    for _ in range(300):
        seed, replication = int(rng.integers(2**63)), int(rng.integers(10**6))
        year, mass, k = (
            int(rng.integers(1990, 2100)),
            int(rng.integers(2)),
            int(rng.integers(10**5)),
        )
        country, stream = str(rng.choice(["RS", "AL", "BA", "XK"])), str(rng.choice(NAMES))
        event = int(rng.integers(50))
        streams = Streams(seed, country)
        place = np.array([replication]), np.array([year])
        case = case_words(streams.cohorts(*place, mass).ravel(), np.array([k + 1]))[k:]
        own = cohort_word(seed, country, replication, year, mass)
        assert float(uniforms(case, stream)[0]) == case_uniform(own, k, stream)
        own = cohort_word(seed, country, replication, year, 0)
        assert float(streams.yearly(stream, *place, event)[0, 0]) == yearly_uniform(
            own, stream, event
        )


# -------------------------------------------------------------------------------------- uniformity


@pytest.mark.parametrize("stream", ["arrival", "severity", "apply"])
def test_uniforms_of_cases_are_uniform(stream: str) -> None:
    """A million cases of one cohort: chi-square with 1,000 cells, Kolmogorov-Smirnov, low bits."""
    u = uniforms(words(1_000_000), stream).astype(float)
    cells = np.bincount((u * 1000).astype(int), minlength=1000)
    assert stats.chisquare(cells).pvalue > 1e-4
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    low_bits = (u * 2**23).astype(int) % 256
    assert stats.chisquare(np.bincount(low_bits, minlength=256)).pvalue > 1e-4


@pytest.mark.parametrize("stream", ["caseload", "inflation", "cut of budget"])
def test_uniforms_of_years_are_uniform(stream: str) -> None:
    """20,000 replications of 30 years, as above."""
    u = Streams(SEED, "RS").yearly(stream, np.arange(20_000), np.arange(2020, 2050)).ravel()
    cells = np.bincount((u * 1000).astype(int), minlength=1000)
    assert stats.chisquare(cells).pvalue > 1e-4
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    low_bits = (u * 2.0**53).astype(np.int64) // 2 % 256
    assert stats.chisquare(np.bincount(low_bits, minlength=256)).pvalue > 1e-4


def test_never_0_or_1() -> None:
    """23 bits: the least is 2⁻²⁴, the most 1 - 2⁻²⁴, and normals are finite."""
    u = uniforms(words(4_000_000), "severity")
    assert u.dtype == np.float32
    assert u.min() >= 2.0**-24
    assert u.max() <= 1 - 2.0**-24
    assert ((u.astype(float) * 2**23 - 0.5) % 1 == 0).all()
    assert np.isfinite(normals(words(100_000), "severity")).all()
    yearly = Streams(SEED, "RS").yearly("caseload", np.arange(50_000), np.arange(2020, 2050))
    assert yearly.min() > 0
    assert yearly.max() < 1


def test_normals() -> None:
    """Φ⁻¹ of a uniform: moments 0, 1, 0, 3 within four standard errors (√(1, 2, 15, 96)/√n)."""
    z = normals(words(1_000_000), "severity")
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs(np.mean(z**power) - moment) < 4 * math.sqrt(variance / z.size)


# ------------------------------------------------------------------------------------ independence


def test_normals_are_those_of_the_published_algorithm() -> None:
    """What Python's own library makes of AS 241, in the middle and in the tails."""
    ends = np.arange(1000)
    some = np.random.default_rng(SEED).integers(0, 2**23, 200_000)
    edges = np.rint((0.5 + np.array([-0.425, 0.425])) * 2**23).astype(np.int64)
    near = (edges[:, None] + np.arange(-50, 50)).ravel()
    places = np.concatenate([ends, 2**23 - 1 - ends, near, some])
    u = (places.astype(np.float32) + np.float32(0.5)) * np.float32(2.0**-23)
    found = np.empty(u.size)
    fill_normals(u, found)
    normal = NormalDist()
    assert found == pytest.approx(np.array([normal.inv_cdf(x) for x in u.tolist()]), rel=1e-15)
    assert found == pytest.approx(special.ndtri(u.astype(np.float64)), rel=4e-15)


def test_streams_are_independent() -> None:
    """200 streams of the same 50,000 cases: the 30 of the model and 170 with numbered names."""
    names = [*NAMES, *(f"stream {i}" for i in range(200 - len(NAMES)))]
    cases = words(50_000)
    assert largest_correlation(np.stack([uniforms(cases, name) for name in names])) < MOST_R


def test_yearly_streams_are_independent() -> None:
    """60 yearly streams (and events of one) over 40,000 replications; and the years of one stream."""
    streams, replications = Streams(SEED, "RS"), np.arange(40_000)
    year = np.array([2030])
    rows = [streams.yearly(f"stream {i}", replications, year)[:, 0] for i in range(30)]
    rows += [streams.yearly("mass case size", replications, year, i)[:, 0] for i in range(30)]
    assert largest_correlation(np.stack(rows)) < MOST_R
    years = streams.yearly("inflation", replications, np.arange(2010, 2070)).T
    assert largest_correlation(years) < MOST_R


@pytest.mark.parametrize("by", ["replication", "year", "seed", "country"])
def test_cohorts_are_independent(by: str) -> None:
    """The same places k in 60 replications, years, seeds in a row, and countries."""
    countries = ("RS", "AL", "BA", "XK", "ME", "MK")
    values = {
        "replication": range(60),
        "year": range(2000, 2060),
        "seed": range(60),
        "country": countries,
    }[by]
    rows = [uniforms(words(50_000, **{by: value}), "arrival") for value in values]  # type: ignore[arg-type]
    assert largest_correlation(np.stack(rows)) < MOST_R


def test_ordinary_and_mass_cases_are_independent() -> None:
    """The two kinds of cases of one year."""
    streams, n = Streams(SEED, "RS"), 200_000
    rows = []
    for mass in (0, 1):
        cohort = streams.cohorts(np.array([3]), np.array([2030]), mass)
        rows.append(uniforms(case_words(cohort.ravel(), np.array([n])), "arrival"))
    assert largest_correlation(np.stack(rows)) < MOST_R


def test_neighbouring_cases_are_independent() -> None:
    """Case k and cases k + 1 … k + 50 of the same stream; also the pair (k, k + 1) on a 32 x 32 grid."""
    u = uniforms(words(400_050), "apply")
    rows = np.stack([u[lag : lag + 400_000] for lag in range(51)])
    assert largest_correlation(rows) < MOST_R
    first, second = (u[:400_000:2] * 32).astype(int), (u[1:400_000:2] * 32).astype(int)
    cells = np.bincount(first * 32 + second, minlength=1024)
    assert stats.chisquare(cells).pvalue > 1e-4


def test_the_check_finds_workers_with_the_same_seed() -> None:
    """The trap: four workers that each begin again at the first replication draw the same futures.

    What the model does - workers take different replications - passes the same check.
    """
    wrong = np.stack([uniforms(words(50_000, replication=0), "arrival") for _ in range(4)])
    assert largest_correlation(wrong) > 100
    right = np.stack([uniforms(words(50_000, replication=500 * w), "arrival") for w in range(4)])
    assert largest_correlation(right) < MOST_R
    # a weak link is found too: r = 0.05 is 11 standard errors
    linked = right.astype(float)
    linked[1] += 0.05 * linked[0]
    assert largest_correlation(linked) > MOST_R


def test_case_words_are_different() -> None:
    """1.2 million case words of 6 countries, 10 replications, 10 years, both kinds: no two alike.

    The chance of a repetition among random 64-bit words is 4·10⁻⁸.
    """
    replications, years, per = np.arange(10), np.arange(2025, 2035), 1000
    found = []
    for country in ("RS", "AL", "BA", "XK", "ME", "MK"):
        for mass in (0, 1):
            cohort = Streams(SEED, country).cohorts(replications, years, mass).ravel()
            found.append(case_words(cohort, np.full(cohort.size, per)))
    everything = np.concatenate(found)
    assert everything.size == 1_200_000
    assert np.unique(everything).size == everything.size


def test_words_of_names_are_different() -> None:
    """No two streams or countries share a word."""
    names = [*NAMES, "caseload", "over-dispersion", "RS", "AL", "BA", "XK", "ME", "MK"]
    assert len({int(word(name)) for name in names}) == len(names)


# --------------------------------------------------------------------------- a draw is a function


def _victims(w: World, replications: Any, seed: int = 5) -> dict[int, tuple[Any, Any]]:
    """Words and times of identification by replication number, with assumptions drawn."""
    victims = draw(w, seed, replications).cases.victims
    found = {}
    for place, number in enumerate(replications):
        own = victims.replication == place
        found[int(number)] = (victims.word[own], victims.identified_at[own])
    return found


def test_a_replication_is_the_same_in_any_block() -> None:
    """Replications 0-39 together, in odd pieces, and alone: the same words and times."""
    w = world()
    together = _victims(w, np.arange(40))
    for piece in (
        np.arange(7),
        np.arange(7, 8),
        np.arange(8, 33),
        np.arange(33, 40),
        np.array([3, 21]),
    ):
        for number, (own_words, times) in _victims(w, piece).items():
            assert (own_words == together[number][0]).all()
            assert (times == together[number][1]).all()


def test_a_case_keeps_its_draws_when_the_caseload_grows() -> None:
    """Doubling the level adds victims to each year and replication and changes none."""
    mass = "caseload.mass.events_a_year=0"
    few = draw(world("caseload.level=30", mass), 5, np.arange(20)).cases.victims
    many = draw(world("caseload.level=60", mass), 5, np.arange(20)).cases.victims
    assert many.size > 1.8 * few.size
    place = {int(w): i for i, w in enumerate(many.word)}
    found = np.array([place[int(w)] for w in few.word])
    for name in ("identified_at", "form", "child", "foreign", "replication", "year"):
        assert (getattr(few, name) == getattr(many, name)[found]).all()
    for key in (0, 7, 19):  # the first k of each year, in order
        year = few.year.max()
        a = few.word[(few.replication == key) & (few.year == year)]
        b = many.word[(many.replication == key) & (many.year == year)]
        assert (b[: a.size] == a).all()


def test_uniforms_do_not_depend_on_their_neighbours() -> None:
    """A word's uniform is the same alone, in another order, and across the pieces worked on at a time."""
    cases = words(100_000)
    u = uniforms(cases, "filing")
    order = np.random.default_rng(SEED).permutation(cases.size)
    assert (uniforms(cases[order], "filing") == u[order]).all()
    for i in (0, 32_767, 32_768, 99_999):
        assert uniforms(cases[i : i + 1], "filing")[0] == u[i]
    assert (cases == words(100_000)).all()  # and drawing changes no word


# --------------------------------------------------------------------------------- assumptions


def test_each_batch_has_one_set_in_each_sixteenth() -> None:
    """500 batches of 16 sets: each stratum once; the order differs; the places within are uniform."""
    u = stratified(Streams(SEED, "RS"), ["caseload.level"], np.arange(500 * STRATA))[0]
    assert STRATA == 16
    strata = np.floor(u * 16).astype(int).reshape(-1, 16)
    assert (np.sort(strata, axis=1) == np.arange(16)).all()
    assert np.unique(strata, axis=0).shape[0] == 500
    assert stats.kstest(u * 16 % 1, "uniform").pvalue > 1e-4
    for place in range(16):  # each place in the batch has each stratum as often
        assert stats.chisquare(np.bincount(strata[:, place], minlength=16)).pvalue > 1e-4


def test_assumptions_are_stratified_independently() -> None:
    """60 assumptions over 16,000 sets, and batches of one assumption: no correlation."""
    streams, sets = Streams(SEED, "RS"), np.arange(16_000)
    rows = stratified(streams, [f"key {i}" for i in range(60)], sets)
    assert largest_correlation(rows) < MOST_R
    one = stratified(streams, ["key 0"], np.arange(64_000)).reshape(-1, 32)
    between = one[:, :16] - one[:, :16].mean(axis=1, keepdims=True)
    after = one[:, 16:] - one[:, 16:].mean(axis=1, keepdims=True)
    r = [float(np.corrcoef(between[:, i], after[:, j])[0, 1]) for i in range(16) for j in range(16)]
    assert np.abs(r).max() < MOST_R / math.sqrt(one.shape[0])


def test_stratified_mean_is_nearly_exact() -> None:
    """The mean of a batch has the variance of 16 strata, 1/(12·16³), not that of 16 uniforms, 1/(12·16)."""
    u = stratified(Streams(SEED, "RS"), ["caseload.level"], np.arange(1000 * 16)).reshape(-1, 16)
    means = u.mean(axis=1)
    expected = 1 / (12 * 16**3)
    assert abs(means.var(ddof=1) / expected - 1) < 4 * math.sqrt(2 / 1000)
    assert abs(means.mean() - 0.5) < 4 * math.sqrt(expected / 1000)


@pytest.mark.parametrize("sets", [(0, 5), (3, 100), (16, 32), (31, 33), (47, 48)])
def test_an_extension_keeps_what_was_drawn(sets: tuple[int, int]) -> None:
    """Any range of sets equals the same numbers cut from a long run."""
    streams = Streams(SEED, "RS")
    long = stratified(streams, ["award.median"], np.arange(320))
    assert (stratified(streams, ["award.median"], np.arange(*sets)) == long[:, slice(*sets)]).all()


def test_twins_share_their_assumptions() -> None:
    """Replications 2j and 2j + 1 have the same assumptions and different victims; the next pair differs.

    An assumption is the quantile of its own stratified uniform; a block may begin with a second twin.
    """
    w, streams = world(), Streams(SEED, "RS")
    parameters = Parameters(w, streams, np.arange(101), table_years(w))
    drawn = parameters.drawn()
    assert len(drawn) > 50
    for key, values in drawn.items():
        assert (values[0:100:2] == values[1:100:2]).all(), key
        assert np.unique(values).size > 40, key
    found = {key: (a, q) for key, a, q in assumptions(w)}
    for key in ("caseload.years_to_majority", "pathway.conviction_rate"):
        assumption, quantity = found[key]
        expected = quantiles(assumption, quantity, stratified(streams, [key], np.arange(51))[0])
        assert (drawn[key] == np.repeat(expected, 2)[:101]).all()
    part = Parameters(w, streams, np.arange(3, 40), table_years(w)).drawn()
    for key, values in part.items():
        assert (values == drawn[key][3:40]).all(), key
    assert (parameters.forms[0:100:2] == parameters.forms[1:100:2]).all()
    victims = draw(w, SEED, np.arange(2)).cases.victims
    assert not set(victims.word[victims.replication == 0]) & set(
        victims.word[victims.replication == 1]
    )


def test_another_assumption_disturbs_no_other() -> None:
    """Fixing one number, or adding a reform with an uncertain size, leaves all other draws."""
    streams, numbers = Streams(SEED, "RS"), np.arange(64)

    def drawn(name: str, *sets: str) -> dict[str, Any]:
        w = load(name, sets).world
        return Parameters(w, streams, numbers, table_years(w)).drawn()

    before = drawn("serbia+tariff")
    fixed = drawn("serbia+tariff", "award.median=9000!")
    assert set(before) - set(fixed) == {"award.median"}
    assert all((fixed[key] == before[key]).all() for key in fixed)
    reformed = drawn("serbia+tariff+legal_aid")
    assert all((reformed[key] == before[key]).all() for key in before)


def test_assumptions_meet_their_percentiles() -> None:
    """A tenth of the draws of caseload.level lies below low, a tenth above high, half below value.

    16,000 stratified sets; the binomial standard error is an upper bound.
    """
    w = world()
    p = Parameters(w, Streams(SEED, "RS"), np.arange(0, 32_000, 2), table_years(w))
    drawn = p.drawn()
    for key in (
        "caseload.level",
        "pathway.informed_rate",
        "macro.inflation",
        "fund.take_up.unassisted_rate",
    ):
        a = next(a for k, a, _ in assumptions(w) if k == key)
        for edge, share in ((a.low, 0.1), (a.value, 0.5), (a.high, 0.9)):
            assert edge is not None
            found = float(np.mean(drawn[key] <= edge))
            assert abs(found - share) < 4 * math.sqrt(share * (1 - share) / 16_000)


def test_rank_correlations() -> None:
    """Gaussian copula: Spearman's correlation of the draws is the one asked for.

    16,000 sets; its standard error is at most about 1/√n.
    """
    pairs = (("caseload.level", "award.median", 0.6), ("caseload.level", "macro.inflation", -0.4))
    links = ", ".join(
        f'{{ first = "{a}", second = "{b}", correlation = {r}, source = "judgement" }}'
        for a, b, r in pairs
    )
    w = world(f"correlations=[{links}]")
    drawn = Parameters(w, Streams(SEED, "RS"), np.arange(0, 32_000, 2), table_years(w)).drawn()
    for a, b, r in (*pairs, ("award.median", "macro.inflation", 0.0)):
        found = float(stats.spearmanr(drawn[a], drawn[b]).statistic)
        assert abs(found - r) < 4 / math.sqrt(16_000)


@pytest.mark.parametrize(
    "bits", [(3, 3, 3), (9, 21, 20), (1, 40, 30), (62, 62, 62), (0, 63, 1), (51, 1, 1), (50, 1, 1)]
)
@pytest.mark.parametrize("size", [0, 1, 5000])
def test_events_are_sorted_by_each_key_and_ties_keep_their_order(
    bits: tuple[int, ...], size: int
) -> None:
    """Also where the keys and the place have more than 63 bits together, or one key alone."""
    rng = np.random.default_rng(sum(bits) + size)
    keys = [rng.integers(0, min(2**width, 2**63 - 1), size) for width in bits]
    keys[0][: size // 2] = keys[0][size // 2 : 2 * (size // 2)]  # ties, whatever the width
    for some in (keys, keys[:2], keys[:1]):
        expected = np.lexsort(some[::-1])
        assert (in_order(*some) == expected).all()
