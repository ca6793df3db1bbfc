"""Section 7: rules for hard years and circumstances of failure, counted again in plain loops."""

from __future__ import annotations

import math
from statistics import NormalDist, median

import numpy as np

from fundsim.analysis.circumstances import circumstances
from fundsim.analysis.hard_years import Rule, hard_years, lower_cap
from fundsim.analysis.project import project
from fundsim.analysis.reverse import Found, failure_rules
from fundsim.model.fund import UNPAID
from fundsim.model.run import Future, simulate
from fundsim.model.streams import Streams
from fundsim.reference import arithmetic
from fundsim.scenario.compose import load
from fundsim.scenario.numbers import literal
from fundsim.validation.check import Check, Group, Line, within
from fundsim.validation.figures import METHOD
from fundsim.validation.tally import Tally
from fundsim.validation.told_twice import each_future

# a poor fund that pays lump sums: a wait for cash then runs from the grant to payment in full
NAME = "serbia+tariff"
POOR = (
    "time.horizon_years=4", "time.runoff_years=3", "time.history_years=1", "caseload.level=30!",
    "income.budget.amount=150000", "fund.opening_capital=0", "fund.payment.instalments=1",
    "fund.interim.share=0", "fund.payment.trust_until_18=false",
)  # fmt: skip
N = 64  # replications under each rule
MADE_UP = 8192  # futures of which the cause of failure is known


def rules(seed: int) -> list[Check]:
    """Every rule's figures, from the claims of the same futures under that rule."""
    scenario = load(NAME, POOR)
    found = {rule.name: rule for rule in hard_years(scenario, N, seed)}
    cap, waits, shares = lower_cap(scenario, seed), Tally(), Tally()
    for name, rule in found.items():
        sets = [f"fund.payment.when_short={'queue' if name == 'lower_cap' else name}"]
        if name == "lower_cap":
            sets.append(f"fund.amount.cap={literal(cap)}")
        _rule(rule, simulate(load(NAME, [*POOR, *sets]).world, seed, np.arange(N)), waits, shares)
    what = f"hard_years() of a poor {NAME} under four rules, {N} replications each"
    line = Line("7.12", "The lower cap", f"lower_cap() of {NAME}; half of the median sum asked for, in wages of the price year, to two figures", "wages", f"{METHOD} §18")  # fmt: skip
    return [
        waits.check(Line("7.10", "Waits for cash under each rule", f"{what}; from the month of the grant to payment in full, half and nine in ten wait no longer", "figures", f"{METHOD} §18"), 12),
        shares.check(Line("7.11", "What each rule gives, and to the worst-off tenth", f"{what}; each future's tenth of granted claims with least received, real; paid in full, shortfall, advance, cost a year, and their errors", "figures", f"{METHOD} §18"), 40),
        within(line, cap, _half_of_middle(seed), 0.0),
    ]  # fmt: skip


def _half_of_middle(seed: int) -> float:
    world = load(NAME, POOR).world
    drawn = simulate(world, seed, np.arange(100)).drawn
    wages, claims, asked = drawn.macro.wages.tolist(), drawn.claims, []
    opening = world.time.start_year - int(drawn.parameters.years[0])
    for i in range(claims.size):
        year = opening + math.floor(float(claims.filed_at[i]) / 12)
        euro = int(claims.asked[i]) / 100 / wages[int(claims.replication[i])][year]
        asked.append(euro / world.country.net_wage.value)
    return float(f"{median(asked) / 2:.2g}")


def _rule(rule: Rule, future: Future, waits: Tally, shares: Tally) -> None:
    """The figures of one rule from the claims, as lists over futures."""
    world, drawn, claims = future.world, future.drawn, future.drawn.claims
    horizon, months = 12 * world.time.horizon_years, drawn.months
    opening = world.time.start_year - int(drawn.parameters.years[0])
    price = drawn.macro.prices.tolist()
    received: dict[int, list[float]] = {r: [] for r in range(N)}
    whole, waited, all_waits = [0.0] * N, [0.0] * N, []
    paid_on: dict[int, float] = {}
    for i in range(future.due.amount.size):
        r, claim = int(future.due.replication[i]), int(future.due.claim[i])
        month = int(future.payment_month[i])
        at = month if month < UNPAID else int(future.due.month[i])
        made = (int(future.due.amount[i]) - int(future.payment_left[i])) / 100
        paid_on[claim] = paid_on.get(claim, 0.0) + made / price[r][opening + at // 12]
    for claim in range(claims.size):
        r, granted_at = int(claims.replication[claim]), float(future.decided_at[claim])
        if not claims.approved[claim] or claim not in paid_on or granted_at >= horizon:
            continue
        paid_in = int(future.paid_in_month[claim])
        wait = paid_in - math.floor(granted_at) if paid_in < UNPAID else months
        received[r].append(paid_on[claim])
        whole[r] += paid_in < UNPAID
        waited[r] += wait > 0
        all_waits.append(wait)
    all_waits.sort()
    for ours, share in ((rule.median_wait, 0.5), (rule.long_wait, 0.9)):
        wait = all_waits[max(math.ceil(share * len(all_waits)) - 1, 0)]
        waits.near(ours, math.inf if wait == months else float(wait))
    number = [float(len(received[r])) for r in range(N)]
    tenth = [math.ceil(0.1 * len(received[r])) for r in range(N)]
    least = [math.fsum(sorted(received[r])[: tenth[r]]) for r in range(N)]
    for estimate, above, below in (
        (rule.paid_in_full, whole, number), (rule.waited, waited, number),
        (rule.received, [math.fsum(received[r]) for r in range(N)], number),
        (rule.worst_tenth, least, [float(t) for t in tenth]),
    ):  # fmt: skip
        tally = waits if estimate is rule.waited else shares
        tally.near(estimate.value, math.fsum(above) / math.fsum(below))
        tally.near(estimate.mc_error, arithmetic.error(arithmetic.of_ratio(above, below)), 1e-7)
    money = each_future(future)
    advance = [int(future.ledger.advance[r, horizon - 1]) / 100 for r in range(N)]
    for estimate, each in (
        (rule.short, [own["ruin"] for own in money]), (rule.advance, advance),
        (rule.cost_a_year, [own["due_a_year"] for own in money]),
    ):  # fmt: skip
        shares.near(estimate.value, arithmetic.mean(each))
        shares.near(estimate.mc_error, arithmetic.error(arithmetic.of_mean(each)), 1e-7)


def causes(seed: int) -> list[Check]:
    """Rules of failure where the cause is known, judged on the half of the futures that did not find them."""
    u = Streams(seed, "validation").of_replications(["a", "b", "c", "d", "e"], np.arange(MADE_UP))
    a, b, c, d, chance = (row.tolist() for row in u)
    normal = NormalDist()
    x = {
        "rain": [normal.inv_cdf(p) for p in a],
        "debt": [100 * p for p in b],
        "idle": c,
        "noise": d,
    }
    cell = [rain > 0.5 and debt < 40 for rain, debt in zip(x["rain"], x["debt"], strict=True)]
    other = [idle > 0.92 for idle in x["idle"]]  # a smaller cause, for a later rule
    fails = [
        p < (0.9 if inside else 0.8 if also else 0.04)
        for p, inside, also in zip(chance, cell, other, strict=True)
    ]
    found = failure_rules({name: np.array(row) for name, row in x.items()}, np.array(fails))
    judged, limits = Tally(), Tally()
    _judge(found, x, fails, judged)
    first = found.rules[:1]
    named = {r.name: (r.above, r.below) for rule in first for r in rule.restrictions}
    limits.same(named.keys(), {"rain", "debt"})
    (above, none), (also_none, below) = named.get("rain", (9, 9)), named.get("debt", (9, 9))
    limits.same((none, also_none), (None, None))
    limits.near(above, 0.5, 0.15)
    limits.near(below, 40.0, 0.1)
    limits.same([[r.name for r in rule.restrictions] for rule in found.rules[1:2]], [["idle"]])
    limits.same([r.density95[0] < r.density.value < r.density95[1] for r in first], [True])
    what = f"failure_rules() of {MADE_UP:,} made-up futures that fail in 90 of 100 cases where two things come together, in 80 where a third is high, else in 4"
    return [
        limits.check(Line("7.13", "Causes of failure", f"{what}; the two are found, with limits within a seventh, and no other", "figures", "Friedman, Fisher (1999); the made-up futures themselves"), 5),
        judged.check(Line("7.14", "Density, base, coverage and mass of the rules", f"{what}; counted in the batches that did not find them, Wilson intervals, later rules where no earlier one holds", "figures", f"{METHOD} §14, §18"), 10),
        _realised(seed),
    ]  # fmt: skip


def _judge(found: Found, x: dict[str, list[float]], fails: list[bool], tally: Tally) -> None:
    n = len(fails)
    all_of = [float(f) for f in fails]
    base = arithmetic.mean(all_of)
    tally.near(found.base.value, base)
    own = arithmetic.wilson(base, arithmetic.error(arithmetic.of_mean(all_of)), n)
    tally.all_near(found.base95, list(own))
    others = [i for i in range(n) if i // arithmetic.BATCH % 2 == 1]
    failed = [float(fails[i]) for i in others]
    left, covered = [1.0] * len(others), [0.0] * len(others)
    for place, rule in enumerate(found.rules):
        inside = []
        for i, free in zip(others, left, strict=True):
            holds = all(
                (r.above is None or x[r.name][i] > r.above)
                and (r.below is None or x[r.name][i] < r.below)
                for r in rule.restrictions
            )
            inside.append(free * holds)
        hit = [p * q for p, q in zip(inside, failed, strict=True)]
        density, coverage = sum(hit) / sum(inside), sum(hit) / sum(failed)
        still = [p * q for p, q in zip(failed, left, strict=True)]
        tally.same(rule.earlier, place)
        tally.near(rule.density.value, density)
        tally.near(rule.base.value, sum(still) / sum(left))
        tally.near(rule.coverage.value, coverage)
        tally.near(rule.mass.value, arithmetic.mean(inside))
        error = arithmetic.error(arithmetic.of_ratio(hit, inside))
        tally.all_near(rule.density95, list(arithmetic.wilson(density, error, int(sum(inside)))))
        error = arithmetic.error(arithmetic.of_ratio(hit, failed))
        tally.all_near(rule.coverage95, list(arithmetic.wilson(coverage, error, int(sum(failed)))))
        left = [p - q for p, q in zip(left, inside, strict=True)]
        covered = [p + q for p, q in zip(covered, hit, strict=True)]
    tally.near(found.covered, sum(covered) / sum(failed))


def _realised(seed: int) -> Check:
    """What is set beside failures in a real run: victims a year, income a year, assumptions as drawn."""
    tally, name = Tally(), "serbia+mixed_financing"
    sets = (
        "time.horizon_years=3",
        "time.runoff_years=1",
        "time.history_years=1",
        "caseload.level=9!",
    )
    [run] = project([load(name, sets)], N, seed)
    future = simulate(run.scenario.world, seed, np.arange(N))
    found, money = circumstances(run), each_future(future)
    people, parameters = future.drawn.cases.victims, future.drawn.parameters.drawn()
    victims = [0.0] * N
    for r, at in zip(people.replication.tolist(), people.identified_at.tolist(), strict=True):
        victims[r] += at >= 0
    tally.all_near(found["identified"].values, [v / 3 for v in victims])
    sources = {key for key in found if key.startswith("income.")}
    world = run.scenario.world
    others = {k for k, s in world.income.items() if s.in_force and s.kind != "budget_line"}
    tally.same(sources, {f"income.{k}" for k in others})
    for key in sources:
        tally.all_near(found[key].values, [math.fsum(own[f"{key}_real"]) / 3 for own in money])
    for key, row in parameters.items():
        if f"assumption:{key}" in found:
            tally.all_near(found[f"assumption:{key}"].values, row.tolist())
    line = Line("7.15", "Circumstances set beside failures", f"circumstances() of {name}, {N} replications; victims and income a year counted, assumptions as drawn", "values", f"{METHOD} §18")  # fmt: skip
    return tally.check(line, 1000, N)


GROUPS = (Group("7.10", "Hard years", rules), Group("7.13", "Causes of failure", causes))
