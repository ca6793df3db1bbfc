"""Section 6: what the answer hangs on, worked out again from the same futures in plain loops."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from fundsim.analysis.indices import Interval
from fundsim.analysis.project import Projection, project
from fundsim.analysis.sensitivity import Ranking, ranking, swapped
from fundsim.analysis.tornado import tornado
from fundsim.model.parameters import Parameters
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.reference import arithmetic
from fundsim.reference.statistics import RATIOS
from fundsim.scenario.compose import load
from fundsim.scenario.numbers import literal
from fundsim.scenario.schema import Link, assumptions
from fundsim.scenario.used import unused
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.figures import METHOD
from fundsim.validation.tally import Tally
from fundsim.validation.told_twice import each_future

NAME, MEASURE = "serbia+tariff", "due_a_year"
MEASURES = (MEASURE, "share_paid_with", "outgo_real@2028")  # of the bars
RANGES = (
    'caseload.level={ value = 8, low = 4, high = 16, unit = "persons a year", source = "judgement" }',
    'fund.costs.office_a_year={ value = 60000, low = 30000, high = 80000, unit = "EUR a year", source = "judgement" }',
)
# a line of its own: one that is revised begins with what is planned for the value that is written in
LINE = ("income.budget.vote=fixed", "income.budget.amount=100000")
SHORT = ("time.horizon_years=3", "time.runoff_years=2", "time.history_years=2", *LINE, *RANGES)
LARGEST = "fund.costs.office_a_year"  # in so small a country the office is most of the cost
BARS = 64  # replications of a bar
# inputs that move the cost smoothly, and one that does nothing to it
MOVED = (
    "caseload.level", "fund.costs.office_a_year", "fund.costs.caseworker_a_year", "macro.inflation",
    "macro.real_wage_growth", "fund.decision.approval_rate", "enforcement.failure_rate",
)  # fmt: skip
SETS = 768  # sets of assumptions of the ranking, each lived twice
SWAPPED = ("fund.take_up.unassisted_rate", LARGEST)


def bars(seed: int) -> list[Check]:
    """Each end of a bar, from a scenario in which the input's low or high is written as a number."""
    ends, order = Tally(), Tally()
    for measure in MEASURES:
        _bars(measure, seed, ends, order)
    what = f"tornado() of {NAME} on {', '.join(MEASURES)}, {len(MOVED)} inputs, {BARS} replications"
    return [
        ends.check(Line("6.60a", "Ends of the tornado's bars", f"{what}; the scenario with the low or the high written in, all else certain, outcomes read in plain loops", "figures", f"{METHOD} §14"), 100),
        order.check(Line("6.60b", "Width, direction and order of the bars", f"{what}; from the same", "figures", f"{METHOD} §14"), 30),
    ]  # fmt: skip


def _bars(measure: str, seed: int, ends: Tally, order: Tally) -> None:
    scenario = load(NAME, SHORT)
    # an input that is moved alone does not move what it is correlated with
    links = Link(first=MOVED[0], second=MOVED[1], correlation=0.8, source="judgement")
    tied = scenario.world.model_copy(update={"correlations": (links,)})
    found = tornado(replace(scenario, world=tied), measure, BARS, seed, only=MOVED)
    centre, own = _measured(measure, (), seed)
    ends.near(found.centre.value, centre)
    for bar in found.bars:
        low, high = _range(bar.input.name)
        ends.same((bar.input.low, bar.input.high), (low, high))
        changes = []
        for at, ours, change in (
            (low, bar.at_low, bar.change_low), (high, bar.at_high, bar.change_high),
        ):  # fmt: skip
            value, influence = _measured(measure, (f"{bar.input.name}={literal(at)}",), seed)
            ends.near(ours, value, 1e-6)
            ends.near(change.value / centre, (value - centre) / centre, 1e-6)
            error = arithmetic.error([b - a for a, b in zip(own, influence, strict=True)]) or 0.0
            ends.near((change.mc_error or 0.0) / centre, error / centre, 1e-6)
            changes.append((value - centre, error))
        (down, _), (up, _) = changes
        order.near(bar.width / centre, (max(0.0, down, up) - min(0.0, down, up)) / centre, 1e-6)
        sure = [abs(c) > 2 * e + 1e-9 * centre for c, e in changes]
        one_way = all(sure) and down * up > 0
        rises = (up > down) - (up < down)
        order.same(bar.direction, 0 if one_way or not any(sure) else rises)
    widths = [bar.width for bar in found.bars]
    order.same(widths, sorted(widths, reverse=True))
    order.same(len(widths), len(MOVED))


def _range(key: str) -> tuple[float, float]:
    """Low and high as they are written."""
    [a] = [a for name, a, _ in assumptions(load(NAME, SHORT).world) if name == key]
    assert a.low is not None
    assert a.high is not None
    return a.low, a.high


def _measured(measure: str, sets: tuple[str, ...], seed: int) -> tuple[float, list[float]]:
    """A measure over some futures in which nothing but chance varies, and its influence."""
    taken = {text.split("=", 1)[0] for text in sets}
    kept = [text for text in SHORT if text.split("=", 1)[0] not in taken]
    world = load(NAME, [*kept, *sets]).world
    future = simulate(world, seed, np.arange(BARS), certain=True)
    if measure in RATIOS:
        people = each_future(future)
        above, below = ([float(own[name]) for own in people] for name in RATIOS[measure])
        return math.fsum(above) / math.fsum(below), arithmetic.of_ratio(above, below)
    name, _, year = measure.partition("@")
    each = [
        own[name][int(year) - world.time.start_year] if year else own[name]
        for own in each_future(future)
    ]
    return arithmetic.mean(each), arithmetic.of_mean(each)


def ranked(seed: int) -> list[Check]:
    """First-order indices: products of different sets in the same bin, against all products."""
    [run] = project([load(NAME, SHORT)], 2 * SETS, seed)
    found = ranking(run, MEASURE)
    y = run.column(MEASURE).tolist()
    middles = [(y[i] + y[i + 1]) / 2 for i in range(0, len(y), 2)]
    known, chance = _variances(y)
    shares, told = Tally(), Tally()
    told.near(found.sd_assumptions, math.sqrt(known), 1e-6)
    told.near(found.sd_chance, math.sqrt(chance), 1e-6)
    for row in found.rows:
        column = f"assumption:{row.input.name}"
        if column in run:
            x = run.column(column).tolist()[::2]
            shares.near(row.share, _first_order(x, middles, known), 1e-6)
            told.same(row.direction, _direction(x, middles))
    _listed(found, told)
    # of what can move nothing few are told from 0: one in forty by chance
    idle = [row for row in found.rows if unused(run.scenario.world, row.input.name)]
    told.same(len(idle) > 20, True)
    told.same(sum(row.low95 > 0 for row in idle) <= 3, True)
    # where a twin has none, its set says nothing of a ratio
    below = run.column("claims").tolist()
    silent = sum(0 in below[i : i + 2] for i in range(0, len(below), 2))
    told.same(ranking(run, "claims_unpaid_rate").left_out, 2 * silent)
    told.same(silent > 0, True)
    what = f"ranking() of {NAME} on {MEASURE}, {SETS} sets of assumptions, each lived twice"
    return [
        shares.check(Line("6.61a", "First-order influence of every assumption", f"{what}; (Σ pₖ·mₖ − m)/V, products of different sets in bins of equal number", "indices", f"{METHOD} §14; Plischke, Borgonovo, Smith (2013)"), 40),
        told.check(Line("6.61b", "Parts, directions, order and grades of the ranking", f"{what}; sign of Spearman's coefficient beyond 1.96/√n, sums by grade of those told from 0", "figures", f"{METHOD} §14"), 40),
        *_exchanged(run, seed),
    ]  # fmt: skip


def _variances(y: list[float]) -> tuple[float, float]:
    """What we do not know, and chance, from two lives of each set: squares of products, no noise squared."""
    centre = arithmetic.mean(y)
    pairs = [(y[i] - centre, y[i + 1] - centre) for i in range(0, len(y), 2)]
    middles = [(a + b) / 2 for a, b in pairs]
    all_products = _mean_product(middles)
    known = arithmetic.mean([a * b for a, b in pairs]) - all_products
    return known, arithmetic.mean([(a - b) ** 2 / 2 for a, b in pairs])


def _mean_product(x: list[float]) -> float:
    """Mean of xᵢ·xⱼ over all i ≠ j."""
    n = len(x)
    return (math.fsum(x) ** 2 - math.fsum(a * a for a in x)) / (n * (n - 1))


def _first_order(x: list[float], y: list[float], known: float) -> float:
    n = len(x)
    bins = max(4, min(64, n // 64))
    order = sorted(range(n), key=lambda i: x[i])  # ties keep the order drawn
    centre = arithmetic.mean(y)
    inside: list[list[float]] = [[] for _ in range(bins)]
    for rank, i in enumerate(order):
        inside[rank * bins // n].append(y[i] - centre)
    within = math.fsum(len(own) / n * _mean_product(own) for own in inside)
    return (within - _mean_product([value - centre for value in y])) / known


def _direction(x: list[float], y: list[float]) -> int:
    a, b = _ranks(x), _ranks(y)
    middle = (len(x) + 1) / 2
    size = math.sqrt(
        math.fsum((p - middle) ** 2 for p in a) * math.fsum((q - middle) ** 2 for q in b)
    )
    product = math.fsum((p - middle) * (q - middle) for p, q in zip(a, b, strict=True))
    r = product / size if size else 0.0
    return ((r > 0) - (r < 0)) * (abs(r) > arithmetic.Z95 / math.sqrt(len(x)))


def _ranks(x: list[float]) -> list[float]:
    """Ranks from 1, ties sharing their mean rank."""
    order, ranks, start = sorted(range(len(x)), key=lambda i: x[i]), [0.0] * len(x), 0
    while start < len(order):
        end = start
        while end < len(order) and x[order[end]] == x[order[start]]:
            end += 1
        for place in range(start, end):
            ranks[order[place]] = (start + 1 + end) / 2
        start = end
    return ranks


def _listed(found: Ranking, tally: Tally) -> None:
    """The most influential first; sums of those told from 0, and their parts by grade."""
    shares = [row.share for row in found.rows]
    tally.same(shares, sorted(shares, reverse=True))
    so_far, by_grade = 0.0, {"data": 0.0, "partly": 0.0, "judgement": 0.0}
    for row in found.rows:
        tally.same(row.low95 <= row.high95, True)
        if row.low95 > 0:
            so_far += row.share
            by_grade[row.input.grade] += row.share
        tally.near(row.cumulative, so_far)
    tally.near(found.joint, 1 - so_far)
    for grade, part in found.by_grade.items():
        tally.near(part, by_grade[grade] / so_far)
    half, part = [], 0.0
    for row in found.rows:  # the fewest that together explain half of what single inputs explain
        if row.low95 > 0 and part < so_far / 2:
            half.append(row.input.name)
            part += row.share
    tally.same([row.input.name for row in found.half()], half)
    tally.same((found.rows[0].input.name, found.rows[0].low95 > 0), (LARGEST, True))


def _exchanged(run: Projection, seed: int) -> list[Check]:
    """First-order and total indices from a run in which one input of A's sets comes from B."""
    found = swapped(run, MEASURE, SWAPPED, resamples=40)
    half, world = SETS // 2, run.scenario.world
    y = run.column(MEASURE).tolist()
    centre = arithmetic.mean(y)
    a, b = ([value - centre for value in y[i : i + SETS]] for i in (0, SETS))
    known, chance = _variances(y)
    streams, years = Streams(seed, world.country.code), np.arange(2025, 2033)
    of_b = Parameters(world, streams, np.arange(SETS, 2 * SETS, 2), years)
    tally = Tally()
    tally.same(found.sets, half)
    tally.same(found.names, (*SWAPPED, "all others"))
    for place, name in enumerate(SWAPPED):
        given = {name: of_b.uniforms[name]}
        mixed = simulate(world, seed, np.arange(SETS), given=given)
        ab = [float(own[MEASURE]) - centre for own in each_future(mixed)]
        d = [x - z for x, z in zip(ab, a, strict=True)]
        pairs = range(0, SETS, 2)
        first = arithmetic.mean([(b[i] + b[i + 1]) / 2 * (d[i] + d[i + 1]) / 2 for i in pairs])
        total = arithmetic.mean([d[i] * d[i + 1] / 2 for i in pairs])
        noisy = arithmetic.mean([x * x / 2 for x in d])
        tally.near(float(found.indices.first.value[place]), first / known, 1e-6)
        tally.near(float(found.indices.total.value[place]), total / known, 1e-6)
        tally.near(
            float(found.indices.total_with_chance.value[place]), noisy / (known + chance), 1e-6
        )
    line = Line("6.62", "Influence by exchange, first order and total", f"swapped() of {NAME} on {MEASURE}, {half} sets in each half, two inputs; mean of Y_B(Y_AB − Y_A)/V and of ½·D·D′/V", "indices", f"{METHOD} §14; Saltelli et al. (2010), Jansen (1999)")  # fmt: skip
    return [tally.check(line, 8)]


def intervals(seed: int) -> list[Check]:
    """The ends of a bootstrap interval: what 2.5 % and 97.5 % of the bootstrap samples do not exceed."""
    tally, streams = Tally(), Streams(seed, "validation")
    for n in (40, 399, 400, 1001):
        samples = streams.of_replications([f"bootstrap samples {n}"], np.arange(n))[0]
        found = Interval.of(np.concatenate([[2.0], samples]))
        tally.near(float(found.value), 2.0)  # the sample itself comes first, and is none of them
        for end, percent in ((found.low95, 2.5), (found.high95, 97.5)):
            tally.near(float(end), arithmetic.percentile(samples.tolist(), percent))
    line = Line("6.63", "Ends of bootstrap intervals", "Interval.of() of 40 to 1,001 made-up samples; the 2.5 % and 97.5 % percentiles of all but the first", "ends", f"{METHOD} §14; Efron and Tibshirani (1993)")  # fmt: skip
    return [tally.check(line, 12)]


GROUPS = (
    Group("6.60", "Tornado", bars), Group("6.61", "Ranking and exchange", ranked),
    Group("6.63", "Bootstrap intervals", intervals),
)  # fmt: skip
