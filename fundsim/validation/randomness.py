"""Section 3: are the draws random, apart from each other, and always the same?"""

from __future__ import annotations

import numpy as np

from fundsim.model.drawn import draw
from fundsim.model.parameters import STRATA, stratified
from fundsim.model.run import simulate
from fundsim.model.streams import Streams, case_words, mix, normals, uniforms
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.validation import whole_numbers
from fundsim.validation.check import (
    Check,
    Group,
    Line,
    between,
    by_z,
    chi_square,
    exact,
    kolmogorov,
    of_mean,
    uncorrelated,
)

# every stream of a case in the model
NAMES = (
    "arrival", "form", "child", "foreign", "informed", "legal aid", "prosecution", "indictment",
    "criminal", "conviction", "criminal withdrawal", "criminal award", "civil suit", "civil",
    "civil withdrawal", "civil award", "severity", "enforcement delay", "enforcement",
    "recovered share", "admitted", "apply", "filing", "working time", "approval",
    "years to majority", "pursued", "subrogation", "subrogation share", "subrogation delay",
)  # fmt: skip
SPLITMIX = "splitmix64: Steele, Lea, Flood (2014), OOPSLA; published outputs for seed 1234567"
PAGE = "docs/method.md §2 in Python's whole numbers (fundsim/validation/whole_numbers.py)"
KNUTH = "Knuth, The Art of Computer Programming 2, § 3.3"
CUBE = "Latin hypercube: McKay, Beckman, Conover (1979); Stein (1987)"
NO_SOBOL = (
    "in place of a check of Sobol' scrambling: the model has no Sobol' sequence, since one would tie each "
    "assumption to a place in a list and give no error from one run (docs/method.md §3); its batches of "
    "16 scrambled strata are checked instead"
)


def words(
    seed: int, n: int, country: str = "RS", replication: int = 0, year: int = 2030
) -> np.ndarray:
    """The words of n cases of one cohort."""
    cohort = Streams(seed, country).cohorts(np.array([replication]), np.array([year]), 0)
    return case_words(cohort.ravel(), np.array([n]))


def generator(seed: int) -> list[Check]:
    """The draws are those of the written method, to the bit."""
    steps = np.arange(1, len(whole_numbers.PUBLISHED) + 1, dtype=np.uint64)
    start = np.uint64(whole_numbers.PUBLISHED_SEED)
    outputs = mix(start + steps * np.uint64(whole_numbers.GAMMA))
    wrong = sum(int(a) != b for a, b in zip(outputs, whole_numbers.PUBLISHED, strict=True))
    n = 400
    picks = Streams(seed, "validation").yearly("keys", np.arange(n), np.arange(8))
    bad = 0
    for u in picks:
        key = int(u[0] * 2**63), ("RS", "AL", "BA", "XK")[int(u[1] * 4)]
        place = int(u[2] * 10**6), 1990 + int(u[3] * 110), int(u[4] * 3)
        k, name, event = int(u[5] * 10**5), NAMES[int(u[6] * len(NAMES))], int(u[7] * 50)
        streams, at = Streams(*key), (np.array([place[0]]), np.array([place[1]]))
        case = case_words(streams.cohorts(*at, place[2]).ravel(), np.array([k + 1]))[k:]
        own = whole_numbers.cohort(*key, *place)
        bad += float(uniforms(case, name)[0]) != whole_numbers.case_uniform(own, k, name)
        own = whole_numbers.cohort(*key, place[0], place[1], 0)
        bad += float(streams.yearly(name, *at, event)[0, 0]) != whole_numbers.yearly_uniform(
            own, name, event
        )
    return [
        exact(Line("3.01", "Finaliser of splitmix64", "streams.mix(); its published outputs", "words", SPLITMIX), wrong, len(steps)),
        exact(Line("3.02", "Uniforms of random keys", "streams.uniforms() and yearly() for seeds, countries, replications, years, cases and streams; whole numbers", "uniforms", PAGE), int(bad), 2 * n),
    ]  # fmt: skip


def uniformity(seed: int) -> list[Check]:
    """A million draws of a stream: cells, distance, last bits, neighbours; and normals."""
    case = words(seed, 1_000_000)
    u = uniforms(case, "arrival").astype(np.float64)
    yearly = (
        Streams(seed, "RS").yearly("caseload", np.arange(25_000), np.arange(2020, 2060)).ravel()
    )
    flat = np.full(1000, 1e-3)
    grid = (u[::2] * 32).astype(int) * 32 + (u[1::2] * 32).astype(int)
    low_bits = (u * 2**23).astype(int) % 256
    z = normals(case, "severity")
    outside = int((u <= 0).sum() + (u >= 1).sum() + (yearly <= 0).sum() + (yearly >= 1).sum())
    what = "1,000,000 draws"
    return [
        chi_square(Line("3.03a", "Uniformity of draws of cases", f"{what} of one stream in 1,000 equal cells", "χ²", KNUTH), np.bincount((u * 1000).astype(int), minlength=1000), flat),
        chi_square(Line("3.03b", "Uniformity of draws of years", f"{what} (25,000 replications, 40 years) in 1,000 equal cells", "χ²", KNUTH), np.bincount((yearly * 1000).astype(int), minlength=1000), flat),
        kolmogorov(Line("3.03c", "Uniformity, distribution function", f"{what}; u", "distance", KNUTH), u, lambda x: x),
        chi_square(Line("3.03d", "Uniformity of the last eight bits", f"{what}; 256 equal cells", "χ²", KNUTH), np.bincount(low_bits, minlength=256), np.full(256, 1 / 256)),
        chi_square(Line("3.03e", "Pairs of neighbouring cases", f"{what} on a grid of 32 × 32", "χ²", KNUTH), np.bincount(grid, minlength=1024), np.full(1024, 1 / 1024)),
        exact(Line("3.03f", "Never 0 or 1", "2,000,000 draws", "draws", "docs/method.md §2"), outside, u.size + yearly.size),
        of_mean(Line("3.04a", "Normals, second moment", f"{what} by inversion; 1", "", "normal moments"), z**2, 1.0),
        of_mean(Line("3.04b", "Normals, fourth moment", f"{what} by inversion; 3", "", "normal moments"), z**4, 3.0),
    ]  # fmt: skip


def independence(seed: int) -> list[Check]:
    """Streams, cohorts, neighbours: the largest correlation among many pairs."""
    n = 60_000
    case = words(seed, n)
    names = [*NAMES, *(f"stream {i}" for i in range(200 - len(NAMES)))]
    rows = np.stack([uniforms(case, name) for name in names])
    many = 24
    cohorts = [uniforms(words(seed, n, replication=i), "arrival") for i in range(many)]
    cohorts += [uniforms(words(seed, n, year=2031 + i), "arrival") for i in range(many)]
    cohorts += [uniforms(words(seed + 1 + i, n), "arrival") for i in range(many)]
    cohorts += [
        uniforms(words(seed, n, country=c), "arrival") for c in ("AL", "BA", "XK", "ME", "MK")
    ]
    u = uniforms(words(seed, 200_050), "apply")
    lags = np.stack([u[lag : lag + 200_000] for lag in range(51)])
    streams, replications = Streams(seed, "RS"), np.arange(n)
    yearly = [
        streams.yearly(f"yearly {i}", replications, np.array([2030]))[:, 0] for i in range(20)
    ]
    yearly += [
        streams.yearly("mass case size", replications, np.array([2030]), i)[:, 0] for i in range(20)
    ]
    yearly += list(streams.yearly("inflation", replications, np.arange(2010, 2050)).T)
    cite = "r of independent pairs has standard error 1/√n; limit by Bonferroni"
    found = [
        uncorrelated(Line("3.05a", "Independence of streams", f"{len(names)} streams of the same {n:,} cases, {len(NAMES)} of them the model's", "correlation", cite), rows),
        uncorrelated(Line("3.05b", "Independence of replications, years, seeds, countries", f"the same {n:,} places in {len(cohorts)} cohorts, seeds in a row among them", "correlation", cite), np.stack(cohorts)),
        uncorrelated(Line("3.05c", "Independence of neighbouring cases", "200,000 cases and the 50 after each", "correlation", cite), lags),
        uncorrelated(Line("3.05d", "Independence of yearly streams", f"streams, events and years, {n:,} replications", "correlation", cite), np.stack(yearly)),
    ]  # fmt: skip
    every = []
    for code in (load(name).world.country.code for name in files.countries()):
        for mass in (0, 1):
            cohort = Streams(seed, code).cohorts(np.arange(10), np.arange(2025, 2035), mass).ravel()
            every.append(case_words(cohort, np.full(cohort.size, 1000)))
    together = np.concatenate(every)
    twice = together.size - np.unique(together).size
    line = Line(
        "3.06",
        "No two cases share a word",
        "all countries, ten replications, ten years, both kinds",
        "words",
        "birthday problem: one repetition has the chance 4·10⁻⁸",
    )
    return [*found, exact(line, twice, together.size)]


def fixed(seed: int) -> list[Check]:
    """A draw is a function of who it is for: more replications keep the first ones."""
    wrong = compared = 0
    for country in files.countries()[:3]:
        scenario = load(f"{country}+tariff", ["time.horizon_years=5"]).world
        all_words = draw(scenario, seed, np.arange(40)).cases.victims
        for piece in (np.arange(7), np.arange(7, 8), np.arange(8, 33), np.array([3, 21, 39])):
            part = draw(scenario, seed, piece).cases.victims
            own = np.concatenate([np.flatnonzero(all_words.replication == r) for r in piece])
            same = part.size == own.size and (part.word == all_words.word[own]).all()
            same = same and bool((part.identified_at == all_words.identified_at[own]).all())
            wrong += not same
            compared += part.size
    base, aided = (
        simulate(load(name, ["time.horizon_years=6", "time.runoff_years=3"]).world, seed, np.arange(800))
        for name in ("serbia+tariff", "serbia+tariff+legal_aid")
    )  # fmt: skip
    due = [f.ledger.due_total.sum(axis=1) / 100 for f in (base, aided)]
    ratio = float(np.var(due[1] - due[0]) / (np.var(due[0]) + np.var(due[1])))
    error = ratio * np.sqrt(4 / due[0].size)
    return [
        exact(Line("3.07", "Replications in any block", "cases of 3 countries drawn together, in odd pieces and alone", "cases", "docs/method.md §2"), wrong, compared, least_number=1000),
        between(Line("3.08", "Common random numbers, ratio of variances", "difference of a reform's cost, paired and unpaired draws; well below 1 pairs the same cases", "ratio", "Law, Simulation Modeling and Analysis, § 11.2"), ratio, 0.0, float(error), (0.0, 0.5), 0.0),
    ]  # fmt: skip


def batches(seed: int) -> list[Check]:
    """The Latin-hypercube batches of the assumptions."""
    streams, sets = Streams(seed, "RS"), 16 * 4000
    names = [f"assumption {i}" for i in range(12)]
    drawn = stratified(streams, names, np.arange(sets))
    table = drawn.reshape(len(names), -1, STRATA)
    strata = np.floor(table * STRATA).astype(int)
    bad = int((np.sort(strata, axis=2) != np.arange(STRATA)).any(axis=2).sum())
    places = (table * STRATA - strata).ravel()
    means = table.mean(axis=2) - 0.5
    pairs = strata[0].ravel() * STRATA + strata[1].ravel()
    # one place a name: places of one batch hold different strata, and so are not independent
    order = np.stack([strata[i, :, i] for i in range(len(names))]).astype(np.float64)
    shifted = np.concatenate([strata[:6, :-1, 3], strata[:6, 1:, 3]], axis=0).astype(np.float64)
    variance = float(np.mean(means**2))
    # var of the mean of m uniforms in m strata is 1/(12 m³); its estimate from B has error √((κ-1)/B)
    known = 1 / (12 * STRATA**3)
    spread = float(np.sqrt(np.var(means**2) / means.size))
    cut = stratified(streams, names[:1], np.arange(5, 77))[0]
    part = int((cut != drawn[0, 5:77]).sum())
    return [
        exact(Line("3.10a", "Each batch has each sixteenth once", f"parameters.stratified(), {table[:, :, 0].size:,} batches; {NO_SOBOL}", "batches", CUBE), bad, table[:, :, 0].size),
        uncorrelated(Line("3.10b", "Orders of different assumptions are independent", "strata of 12 assumptions, each at another place of 4,000 batches", "correlation", CUBE), order),
        chi_square(Line("3.10c", "Pairs of strata of two assumptions", "64,000 sets on the grid of 16 × 16; a batch is a random permutation, so χ²·15/16 has 15² degrees of freedom", "χ²", CUBE), np.bincount(pairs, minlength=256), np.full(256, 1 / 256), freedom=225, scale=15 / 16),
        uncorrelated(Line("3.10d", "Orders of different batches are independent", "strata of six assumptions in a batch and in the next, 3,999 batches", "correlation", CUBE), shifted),
        kolmogorov(Line("3.10e", "Places within the strata are uniform", f"{places.size:,} places; u", "distance", CUBE), places, lambda x: x),
        by_z(Line("3.10f", "Variance of a batch's mean", f"{means.size:,} batches; 1/(12·16³), sixteen squared times below that of independent draws", "", CUBE), variance, known, spread),
        exact(Line("3.10g", "A set keeps its draw in any block", "sets 5 to 76 alone and among all", "sets", "docs/method.md §3"), part, cut.size),
    ]  # fmt: skip


GROUPS = (
    Group("3.01", "The generator", generator),
    Group("3.03", "Uniformity", uniformity),
    Group("3.05", "Independence", independence),
    Group("3.07", "Draws are fixed", fixed),
    Group("3.10", "Latin-hypercube batches", batches),
)
