"""One fund for several countries against separate ones (method §19).

Each country keeps its cases, claims, decisions, costs and rules; what is pooled is cash: one box into which
all income flows and from which everything due is paid.  What it needs in a future is found as for one country
(`needs`), from the sum of the monthly flows; the contribution is one sum, of which each country pays its fair
share through its own budget line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.cash import Cash, pooled
from fundsim.analysis.needs import Path, amount, path_of
from fundsim.analysis.precision import Estimate
from fundsim.analysis.shown import Shown
from fundsim.analysis.workers import shared_out
from fundsim.model.background import table_years
from fundsim.model.caseload import counts
from fundsim.model.parameters import Parameters
from fundsim.model.run import block_size, simulate
from fundsim.model.streams import UNTIED, Streams, Tie
from fundsim.scenario.assumption import Assumption, Floats, Ints
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.schema import World, assumptions

RULES = ("caseload", "population", "gdp")
NEEDED = ("contribution", "capital")
ALIKE = ("price_year", "start_year", "horizon_years")  # keys of time that one fund has once


@dataclass(frozen=True, repr=False)
class Region(Shown):
    """What each future needs, in separate funds and in one.  Euro; infinite where no amount suffices.

    scenarios, seed, tie  what was run;  lines  the budget line that varies in each country
    shares    fair shares by each of RULES, which sum to 1  [country];  rule  the one that is used
    apart     by contribution and capital: what each country's own fund needs  [country, replication]
    together  the same of one fund  [replication]
    drawn     what falls due less recoveries and other income, nominal, mean a year  [country, replication]
    """

    scenarios: tuple[Scenario, ...]
    seed: int
    tie: Tie
    lines: tuple[str, ...]
    shares: Mapping[str, Floats]
    rule: str
    apart: Mapping[str, Floats]
    together: Mapping[str, Floats]
    drawn: Floats


@dataclass(frozen=True, repr=False)
class Pooling(Shown):
    """What it takes to last with a probability, in separate funds and in one.  Euro.

    what      contribution (a year) or capital;  target  the probability, of each fund
    apart     of each country's own fund;  sum  of all these;  one  of one fund
    gain      sum less one, paired
    all_last  share of futures in which none of the separate funds falls short
    """

    what: str
    target: float
    apart: tuple[Estimate, ...]
    sum: Estimate
    one: Estimate
    gain: Estimate
    all_last: Estimate


def region(
    scenarios: Sequence[Scenario],
    lines: Sequence[str],
    rule: str,
    replications: int,
    seed: int,
    tie: Tie = UNTIED,
    workers: int = 1,
    on_block: Callable[[], None] = lambda: None,
) -> Region:
    """What each future needs, apart and in one fund, from one run of every country.

    lines     the budget line that is varied in each scenario;  rule  of RULES
    on_block  called after each finished block of `region_block` replications
    Raises `InputError` for countries that cannot share one fund.
    """
    _refuse(scenarios, rule, tie)
    size = region_block(scenarios)
    blocks = [np.arange(i, min(i + size, replications)) for i in range(0, replications, size)]
    shares = fair_shares(scenarios, blocks, seed, tie)
    members = tuple((s.world, line) for s, line in zip(scenarios, lines, strict=True))
    tasks = [(members, shares[rule], seed, numbers, tie) for numbers in blocks]
    parts = [np.zeros(0)] * len(blocks)
    for place, part in shared_out(region_of_block, tasks, workers):
        parts[place] = part
        on_block()
    contribution, capital, drawn = np.concatenate(parts, axis=2)
    return Region(
        tuple(scenarios), seed, tie, tuple(lines), shares, rule,
        apart={"contribution": contribution[:-1], "capital": capital[:-1]},
        together={"contribution": contribution[-1], "capital": capital[-1]},
        drawn=drawn[:-1],
    )  # fmt: skip


def shared_guesses(scenarios: Sequence[Scenario]) -> frozenset[str]:
    """Keys of which the same is believed in all countries, and which no country has measured: one guess, not several."""
    first, *others = ({key: a for key, a, _ in assumptions(s.world)} for s in scenarios)
    return frozenset(
        key
        for key, a in first.items()
        if a.uncertain and a.graded != "data" and all(_alike(a, other.get(key)) for other in others)
    )


def _alike(a: Assumption, b: Assumption | None) -> bool:
    """Whether two numbers are believed to lie in the same range."""
    return (
        b is not None
        and b.graded != "data"
        and (a.low, a.value, a.high, a.shape) == (b.low, b.value, b.high, b.shape)
    )


def region_block(scenarios: Sequence[Scenario]) -> int:
    """Replications in a block, of which all countries are worked on together."""
    return min(block_size(s.world) for s in scenarios)


def _refuse(scenarios: Sequence[Scenario], rule: str, tie: Tie) -> None:
    problems = []
    if rule not in RULES:
        text = f"must be one of {', '.join(RULES)}"
        problems.append(Problem("--share", text, value=rule, nearest=nearest(rule, RULES)))
    if not 0 <= tie.dependence <= 1:
        text = "must be between 0 and 1"
        problems.append(Problem("--dependence", text, value=f"{tie.dependence:g}"))
    first = scenarios[0]
    seen: dict[str, str] = {}
    for s in scenarios:
        code, time = s.world.country.code, s.world.time
        if code in seen:
            problems.append(Problem(s.name, f"is the same country as {seen[code]}", value=code))
        seen.setdefault(code, s.name)
        if not s.world.has_fund:
            problems.append(Problem(s.name, "has no fund: there is nothing to pool"))
            continue
        for key in ALIKE:
            if (own := getattr(time, key)) != (other := getattr(first.world.time, key)):
                text = f"must be that of {first.name}, {other}: one fund has one calendar"
                problems.append(Problem(s.name, text, key=f"time.{key}", value=str(own)))
        if s.world.fund.reserve_return != first.world.fund.reserve_return:
            text = f"must be as in {first.name}: the reserve of one fund is invested, or not"
            value = str(s.world.fund.reserve_return).lower()
            problems.append(Problem(s.name, text, key="fund.reserve_return", value=value))
    if problems:
        raise InputError(problems)


def fair_shares(
    scenarios: Sequence[Scenario], blocks: Sequence[Ints], seed: int, tie: Tie
) -> dict[str, Floats]:
    """Each country's share by each of RULES.  [country]

    caseload: mean victims registered within the horizon; population: inhabitants; gdp: net wage times
    inhabitants, in place of the gross domestic product, which a file need not hold
    """
    weights = {
        "caseload": [
            np.concatenate([identified(s.world, seed, n, tie) for n in blocks]).mean()
            for s in scenarios
        ],
        "population": [s.world.country.population.value for s in scenarios],
        "gdp": [
            s.world.country.net_wage.value * s.world.country.population.value for s in scenarios
        ],
    }
    shares = {}
    for rule, weight in weights.items():
        total = sum(weight)  # nobody is registered where the caseload is nil: equal parts
        shares[rule] = np.array([w / total if total else 1 / len(weight) for w in weight])
    return shares


def identified(world: World, seed: int, numbers: Ints, tie: Tie = UNTIED) -> Floats:
    """Victims registered within the horizon.  [replication]"""
    streams = Streams(seed, world.country.code, tie)
    parameters = Parameters(world, streams, numbers, table_years(world))
    inside = parameters.years >= world.time.start_year
    number = counts(world, parameters, streams, numbers).sum(axis=2)
    return np.asarray(number[:, inside].sum(axis=1).astype(np.float64))


Member = tuple[World, str]  # a world, and the budget line that is varied


def region_of_block(
    members: tuple[Member, ...],
    shares: Floats,
    seed: int,
    numbers: Ints,
    tie: Tie,
) -> Floats:
    """Contribution, capital and what is drawn a year, in some replications: of each country, then of one fund.

    returns  [row, country, replication]
    """
    paths = [path_of(simulate(world, seed, numbers, tie=tie), line) for world, line in members]
    years = members[0][0].time.horizon_years
    columns = [
        [
            path.contribution(path.capital),
            path.capital_needed(),
            -path.bare.net.sum(axis=1) / (100 * years),
        ]
        for path in [*paths, one_fund(paths, shares)]
    ]
    return np.stack([np.stack(column) for column in columns], axis=1)


def one_fund(paths: Sequence[Path], shares: Floats) -> Path:
    """The same futures with one cash box.

    shares  parts of the contribution that each country pays through its own line, and of the reserve that
            earn its return  [country]
    """

    def funded(amount: Floats) -> Cash:
        return pooled([p.funded(s * amount) for s, p in zip(shares, paths, strict=True)], shares)

    return Path(
        bare=pooled([p.bare for p in paths], shares),
        planned=pooled([p.planned for p in paths], shares),
        funded=funded,
        revised=None,
        capital=np.sum([p.capital for p in paths], axis=0),
        finely=any(p.finely for p in paths),
    )


def pooling(found: Region, what: str, target: float) -> Pooling:
    """What it takes to last with that probability, apart and in one fund, on the same futures.

    what  of NEEDED;  target  between 0 and 1
    """
    apart = tuple(amount(need, target) for need in found.apart[what])
    one = amount(found.together[what], target)
    limits = np.array([a.value for a in apart])[:, None]
    need = found.apart[what]
    last = np.asarray((np.isfinite(need) & (need <= limits)).all(axis=0), dtype=np.float64)
    total = _sum(apart)
    return Pooling(
        what, target, apart, total, one,
        gain=precision.difference(one, total) if np.isfinite(one.value) else Estimate(np.nan, None),
        all_last=precision.probability(last),
    )  # fmt: skip


def savings(found: Region, p: Pooling) -> list[Estimate]:
    """What each country needs in its own fund less its fair share of what one fund needs, paired.

    Below 0 it pays more in the one fund; NaN where no amount suffices.
    """
    saved = []
    for own, share in zip(p.apart, found.shares[found.rule], strict=True):
        if not np.isfinite(own.value) or not np.isfinite(p.one.value):
            saved.append(Estimate(np.nan, None))
            continue
        influence = None if p.one.influence is None else share * p.one.influence
        saved.append(precision.difference(Estimate(share * p.one.value, None, influence), own))
    return saved


def _sum(parts: Sequence[Estimate]) -> Estimate:
    value = sum(part.value for part in parts)
    influences = [part.influence for part in parts if part.influence is not None]
    if len(influences) < len(parts):
        return Estimate(value, None)
    return precision.estimated(value, np.sum(influences, axis=0))


def transfers(found: Region, rule: str) -> list[Estimate]:
    """What each country draws a year on average beyond its share of what all draw: they sum to nothing.

    Above 0 it is paid for by others, below 0 it pays for others.
    """
    total = found.drawn.sum(axis=0)
    return [
        precision.mean(drawn - share * total)
        for drawn, share in zip(found.drawn, found.shares[rule], strict=True)
    ]
