"""Section 6: which of many designs is chosen, and what a contribution loses, in plain loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from fundsim.analysis.choose import Bound, Judged, choose, front, judged
from fundsim.analysis.decision import Decision, contribution_decision, policy_decision
from fundsim.analysis.information import evpi, evppi, worth
from fundsim.analysis.project import project
from fundsim.model.parameters import BATCH
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.reference import arithmetic
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.figures import METHOD
from fundsim.validation.tally import Tally
from fundsim.validation.told_twice import each_future

DESIGNS, CIRCUMSTANCES, TABLES, BATCHES = 12, 3, 40, 4
N, TENTHS, SAMPLES = (
    640,
    10,
    6,
)  # futures of which something is learnt; a rule is tried where it was not fitted
SHORT = ("time.horizon_years=3", "time.runoff_years=1", "time.history_years=1")
Table = list[list[float]]  # [design][circumstances]


def made_up(seed: int, name: str, step: float) -> Table:
    """Figures on a grid that is exact in binary, so that some are equal; one in fifteen does not exist."""
    streams = Streams(seed, "validation")
    u = streams.of_replications([f"{name} {k}" for k in range(CIRCUMSTANCES)], np.arange(DESIGNS))
    rows = u.T.tolist()
    return [[math.nan if x > 14 / 15 else round(x / step) * step for x in row] for row in rows]


def designs(seed: int) -> list[Check]:
    """Each table of made-up figures judged by the worst and by the mean: the best, its rivals, the front."""
    over_all, best, fronts = Tally(), Tally(), Tally()
    for number in range(TABLES):
        cost, paid = (made_up(seed, f"{what} {number}", 1 / 8) for what in ("cost", "paid"))
        batches = [made_up(seed, f"noise {number} {batch}", 1 / 64) for batch in range(BATCHES)]
        noise = [
            [[0.0 if math.isnan(x) else 0.1 * x - 0.05 for x in own] for own in zip(*rows, strict=True)]
            for rows in zip(*batches, strict=True)
        ]  # fmt: skip
        for over in ("worst", "mean"):
            a, b = _judged(cost, noise, over, worse=max), _judged(paid, noise, over, worse=min)
            ours = [
                judged(np.array(table), np.array(noise), over, higher)
                for table, higher in ((cost, True), (paid, False))
            ]
            for one, theirs in zip(ours, (a, b), strict=True):
                over_all.all_near(one.value, [value for value, _ in theirs])
                over_all.all_near(one.error, [_error(own) for _, own in theirs])
            _chosen(ours, a, b, best)
            order = front(ours[0].value, ours[1].value).tolist()
            fronts.same(order, _front([value for value, _ in a], [value for value, _ in b]))
    what = f"{TABLES} made-up tables of {DESIGNS} designs in {CIRCUMSTANCES} circumstances, by the worst and by the mean"
    return [
        over_all.check(Line("6.70a", "How a design is judged", f"judged(): {what}; the worst with its noise, the mean with the mean of each batch's noise, none where one is missing", "figures", f"{METHOD} §20"), 1000),
        best.check(Line("6.70b", "The best design and its rivals", f"choose(): {what}; least cost among those that pay enough, the first of equals, surely or not, who is within 1.96 errors of the difference", "choices", f"{METHOD} §20"), 300),
        fronts.check(Line("6.70c", "Designs that no other beats", f"front(): {what}; each pair compared", "fronts", f"{METHOD} §20"), 80),
    ]  # fmt: skip


def _judged(
    table: Table, noise: list[list[list[float]]], over: str, worse: Callable[..., float]
) -> list[tuple[float, list[float]]]:
    found: list[tuple[float, list[float]]] = []
    for row, own in zip(table, noise, strict=True):
        if any(math.isnan(x) for x in row):
            found.append((math.nan, [math.nan] * BATCHES))
        elif over == "mean":
            means = [arithmetic.mean(list(batch)) for batch in zip(*own, strict=True)]
            found.append((arithmetic.mean(row), means))
        else:
            place = row.index(worse(row))
            found.append((row[place], own[place]))
    return found


def _error(noise: list[float]) -> float:
    """The standard error of a sum whose batches are independent."""
    return math.sqrt(BATCHES / (BATCHES - 1) * math.fsum(x * x for x in noise))


def _chosen(
    ours: list[Judged],
    cost: list[tuple[float, list[float]]],
    paid: list[tuple[float, list[float]]],
    tally: Tally,
) -> None:
    """Least cost with at least three in eight paid, and most paid for at most half of the cost."""
    for goal, bound, least, limit in ((cost, paid, True, 0.375), (paid, cost, False, 0.5)):
        mine = ours if least else ours[::-1]
        found = choose(mine[0], least, [Bound(mine[1], limit, at_least=least)])
        meets = [value >= limit if least else value <= limit for value, _ in bound]
        there = [i for i, (value, _) in enumerate(goal) if meets[i] and not math.isnan(value)]
        tally.same(found.alone, (sum(meets),))
        if not there:
            tally.same(found.best, None)
            continue
        pick = min(there, key=lambda i: goal[i][0] if least else -goal[i][0])
        tally.same(found.best, pick)
        apart = arithmetic.Z95 * _error(bound[pick][1])
        tally.same(found.surely, abs(bound[pick][0] - limit) >= apart)
        noise = {
            i: _error([x - y for x, y in zip(goal[i][1], goal[pick][1], strict=True)])
            for i in there
        }
        rivals = [
            i
            for i in there
            if i != pick and abs(goal[i][0] - goal[pick][0]) <= arithmetic.Z95 * noise[i]
        ]
        tally.same(list(found.rivals), rivals)


def _front(cost: list[float], paid: list[float]) -> list[int]:
    there = [i for i in range(DESIGNS) if not math.isnan(cost[i] + paid[i])]

    def beats(j: int, i: int) -> bool:
        as_good = cost[j] <= cost[i] and paid[j] >= paid[i]
        better = cost[j] < cost[i] or paid[j] > paid[i]
        return as_good and (better or j < i)

    left = [i for i in there if not any(beats(j, i) for j in there)]
    return sorted(left, key=lambda i: cost[i])


def contributions(seed: int) -> list[Check]:
    """What each contribution loses: 0.95 for a euro missing, 0.05 for a euro idle."""
    u = Streams(seed, "validation").of_replications(["needs of a decision"], np.arange(400))[0]
    normal, tally = NormalDist(), Tally()
    need = [
        math.inf if x > 0.98 else round(50_000 * math.exp(normal.inv_cdf(x))) for x in u.tolist()
    ]
    found = contribution_decision(np.array(need, dtype=float))
    tally.same(found.hopeless, sum(math.isinf(x) for x in need))
    means = []
    for level, losses in zip(found.levels, found.losses.tolist(), strict=True):
        theirs = [
            0.0 if math.isinf(x) else 0.95 * max(x - level, 0) + 0.05 * max(level - x, 0)
            for x in need
        ]
        tally.all_near(losses, theirs)
        means.append(arithmetic.mean(theirs))
    best = found.levels[means.index(min(means))]
    finite = [x for x in need if math.isfinite(x)]
    tally.near(
        best, arithmetic.suffices(finite, 95), 1e-9
    )  # where 95 in 100 of the euros idle are 5 missing
    scenarios = [load(name, SHORT) for name in ("montenegro+tariff", "montenegro+status_fixed")]
    runs = project(scenarios, 32, seed)
    decision = policy_decision(runs, {"unpaid": 0.95, "peak_need": 2.0, "paid_with": -100.0})
    for run, row in zip(runs, decision.losses.tolist(), strict=True):
        future = simulate(run.scenario.world, seed, np.arange(32))
        for r, own in enumerate(each_future(future)):
            loss = (
                0.95 * arithmetic.mean(own["unpaid"])
                + 2 * own["peak_need"]
                - 100 * own["paid_with"]
            )
            tally.near(row[r], loss, 1e-7)
    line = Line("6.71", "What a contribution loses, and the best", "contribution_decision() of 400 made-up needs; short and idle euro in each future, least at the 95 % quantile; policy_decision() of two policies, priced outcomes added up", "losses", "newsvendor: Raiffa, Schlaifer (1961); docs/method.md §18")  # fmt: skip
    return [tally.check(line, 10_000)]


def foreseen(seed: int) -> list[Check]:
    """What foresight is worth among three options of which one is best on average."""
    u = Streams(seed, "validation").of_replications(["loss a", "loss b", "loss c"], np.arange(640))
    losses = [
        [x + shift for x in row] for row, shift in zip(u.tolist(), (0.5, 0.1, 0.3), strict=True)
    ]
    found, tally = evpi(np.array(losses)), Tally()
    base = arithmetic.mean(losses[1])
    least = [min(own) for own in zip(*losses, strict=True)]
    twins = [
        min((row[i] + row[i + 1]) / 2 for row in losses)
        for i in range(0, len(least), 2)
        for _ in (0, 1)
    ]
    tally.same(found.best, 1)
    tally.near(found.loss.value, base)
    for ours, best in ((found.foresight, least), (found.ceiling, twins)):
        gain = [x - y for x, y in zip(losses[1], best, strict=True)]
        tally.near(ours.value, arithmetic.mean(gain))
        tally.near(ours.mc_error, arithmetic.error(arithmetic.of_mean(gain)), 1e-7)
    line = Line("6.72", "Worth of foresight, and of knowing all assumptions at most", "evpi() of 640 made-up losses of three options; least in each future, and least of the mean of two twins", "figures", f"{METHOD} §18")  # fmt: skip
    return [tally.check(line, 6)]


def learnt(seed: int) -> list[Check]:
    """What it is worth to know which of three kinds a future is of: then a rule is a mean for each kind, option by option."""
    tally, differ = Tally(), False
    for sample in range(SAMPLES):
        names = [f"{what} {sample}" for what in ("kind", "other", "one", "two", "three")]
        kind, other, *rows = Streams(seed, "validation").of_replications(names, np.arange(N))
        kinds = (3 * kind).astype(int)
        # kinds differ by little beside the rest: rules that are fitted to fewer futures choose otherwise
        losses = np.array([row + 0.02 * abs(kinds - option) for option, row in enumerate(rows)])
        blind, seeing = (_rule(losses.tolist(), known) for known in ([0] * N, kinds.tolist()))
        differ = differ or any(own != tried for own, tried in (*blind, *seeing))
        found = evppi(losses, kinds.astype(float)).value
        gains = [(sum(a) - sum(b)) / 2 for a, b in zip(blind, seeing, strict=True)]
        tally.near(found.value, arithmetic.mean(gains))
        halves = [arithmetic.mean([tried - own for own, tried in rule]) / 2 for rule in (blind, seeing)]  # fmt: skip
        batches = arithmetic.error(arithmetic.of_mean(gains)) or math.nan
        tally.near(found.mc_error, math.hypot(batches, *halves), 1e-7)
        inputs = {"kind": kinds.astype(float), "other": other}
        whole = worth(Decision(("a", "b", "c"), losses), inputs, dict.fromkeys(inputs, "both"))
        least = max(v.value.value for v in whole.singles)
        for group in (*whole.groups, whole.everything):
            tally.same(least <= group.value.value <= whole.evpi.ceiling.value + 1e-12, True)
    tally.same(differ, True)
    line = Line("6.73", "Worth of knowing which kind a future is of", f"evppi() of {SAMPLES} × {N} made-up futures of three kinds and three options, and worth() of a group; the mean of what the rule of all futures and those of nine tenths cost, and no group below its members or above the ceiling", "figures", f"optimism: Efron (1986), JASA 81; {METHOD} §18")  # fmt: skip
    return [tally.check(line, 4 * SAMPLES + 1)]


def _rule(losses: list[list[float]], known: list[int]) -> list[tuple[float, float]]:
    """What each future costs by the option of least mean loss at what is known: over all futures, and over those of
    the other nine tenths, batch by batch."""

    def takes(kind: int, left_out: int | None) -> int:
        own = [
            r for r in range(N)
            if known[r] == kind and (left_out is None or r // BATCH % TENTHS != left_out)
        ]  # fmt: skip
        means = [arithmetic.mean([row[r] for r in own]) for row in losses]
        return means.index(min(means))

    chosen = {
        (kind, fold): takes(kind, fold) for kind in set(known) for fold in (None, *range(TENTHS))
    }
    return [
        (losses[chosen[known[r], None]][r], losses[chosen[known[r], r // BATCH % TENTHS]][r])
        for r in range(N)
    ]


GROUPS = (
    Group("6.70", "Choosing among designs", designs), Group("6.71", "Contributions", contributions),
    Group("6.72", "Foresight", foreseen), Group("6.73", "Knowing a kind", learnt),
)  # fmt: skip
