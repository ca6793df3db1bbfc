"""Section 6: one fund for several countries, its cash followed month by month in plain Python."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist

import numpy as np

from fundsim.analysis.region import Pooling, Region, pooling, region, savings, transfers
from fundsim.model.run import simulate
from fundsim.model.streams import Streams, Tie
from fundsim.reference import arithmetic
from fundsim.scenario.compose import load
from fundsim.scenario.numbers import literal
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.figures import METHOD
from fundsim.validation.tally import Tally
from fundsim.validation.whole_numbers import cohort, yearly_uniform

SHORT = (
    "time.horizon_years=4",
    "time.runoff_years=1",
    "time.history_years=2",
    "caseload.level=15!",
    "fund.reserve_return=true",
)
# scenarios, how they differ: a line that lapses, one that is cut, one of which all is capital
COUNTRIES = (
    ("serbia+tariff", ("income.budget.lapses=true", "fund.opening_capital=20000", "fund.eligible.retroactive_years=2")),
    ("montenegro+tariff+budget_cut", ("income.budget.vote=fixed", "income.budget.amount=15000", "income.budget.lapses=false")),
    ("kosovo+tariff", ("income.budget.vote=fixed", "income.budget.amount=0", "fund.opening_capital=9000", "fund.subrogation.pursued_share=1")),
)  # fmt: skip
N, FOLLOWED = 96, 8  # replications, and those of which the cash is followed
PAYS_ALL = "fund.payment.when_short=treasury_advance"


@dataclass
class Months:
    """What moves a country's cash, cents a month, and its monthly return."""

    line: list[int]
    income: list[int]
    due: list[int]
    lapsing: list[int]
    rate: list[float]


def months_of(place: int, seed: int, r: int, *sets: str) -> Months:
    """One future of a country whose treasury pays everything in its month."""
    name, own = COUNTRIES[place]
    taken = {text.split("=", 1)[0] for text in sets}
    kept = [text for text in own if text.split("=", 1)[0] not in taken]
    world = load(name, [*SHORT, *kept, PAYS_ALL, *sets]).world
    future = simulate(world, seed, np.array([r]))
    book, n = future.ledger, 12 * world.time.horizon_years
    flows = {source: flow[0].tolist()[:n] for source, flow in book.income.items()}
    line = flows.pop("budget")
    costs = [flow[0].tolist() for flow in book.costs_due.values()]
    due, recovered = book.due[0].tolist(), book.recoveries[0].tolist()
    opening = world.time.start_year - int(future.drawn.parameters.years[0])
    yearly = future.drawn.macro.investment_return[0].tolist()[opening:]
    lapses = getattr(world.income["budget"], "lapses", False)
    return Months(
        line=line,
        income=[recovered[t] + sum(flow[t] for flow in flows.values()) for t in range(n)],
        due=[due[t] + sum(flow[t] for flow in costs) for t in range(n)],
        lapsing=line if lapses else [0] * n,
        rate=[(1 + yearly[t // 12]) ** (1 / 12) - 1 for t in range(n)],
    )


def lasts(members: list[Months], shares: list[float], capital: float) -> bool:
    """Whether one box for all of them pays everything in its month (docs/method.md §12, §19)."""
    cash, left = round(100 * capital), 0
    for t in range(len(members[0].due)):
        rate = math.fsum(s * m.rate[t] for s, m in zip(shares, members, strict=True))
        outgo = sum(m.due[t] for m in members)
        cash += round(cash * rate) + sum(m.line[t] + m.income[t] for m in members) - outgo
        if cash < 0:
            return False
        left = max((left if t % 12 else 0) + sum(m.lapsing[t] for m in members) - outgo, 0)
        if t % 12 == 11:
            cash -= min(cash, left)
    return True


def one_fund(seed: int) -> list[Check]:
    """Shares, what one fund needs, what each country pays, transfers, and the gain."""
    scenarios = [load(name, [*SHORT, *sets]) for name, sets in COUNTRIES]
    lines = ["budget"] * len(scenarios)
    found = region(scenarios, lines, "gdp", N, seed)
    shares, needs, money, moved = (Tally() for _ in range(4))
    own = _shares(seed)
    for rule, theirs in own.items():
        shares.all_near(found.shares[rule], theirs)
    for r in range(FOLLOWED):
        _followed(found, own["gdp"], seed, r, needs)
    for what, target in (("contribution", 0.8), ("contribution", 0.95), ("capital", 0.9)):
        _pooled(found, pooling(found, what, target), own["gdp"], what, target, money)
    _transfers(found, own, seed, moved)
    what = f"region() of {', '.join(name for name, _ in COUNTRIES)}, four years, {N} replications"
    return [
        shares.check(Line("6.50a", "Fair shares", f"{what}; victims, inhabitants, wage × inhabitants over their sum", "shares", f"{METHOD} §19"), 12),
        needs.check(Line("6.50b", "What one fund needs, and each alone", f"{what}, {FOLLOWED} of them followed; each country's line brings its share of the contribution, one box pays all: with the amount it lasts, with a euro less it does not", "futures", f"{METHOD} §12, §19"), 8 * FOLLOWED),
        money.check(Line("6.50c", "Apart, pooled, gain, and what each country saves", f"{what}; places in the sorted needs, their sum less the pooled one, own need less a fair share of it, errors paired", "figures", f"{METHOD} §14, §19"), 30),
        moved.check(Line("6.50d", "Transfers between countries", f"{what}; a year's draw less a fair share of all, which sum to nothing", "figures", f"{METHOD} §19"), 20),
    ]  # fmt: skip


def _shares(seed: int) -> dict[str, list[float]]:
    """Each country's part of victims registered within the horizon, of inhabitants, of wages."""
    victims, people, product = [], [], []
    for name, sets in COUNTRIES:
        world = load(name, [*SHORT, *sets]).world
        at = simulate(world, seed, np.arange(N)).drawn.cases.victims.identified_at.tolist()
        victims.append(sum(x >= 0 for x in at) / N)
        people.append(world.country.population.value)
        product.append(world.country.population.value * world.country.net_wage.value)
    weights = {"caseload": victims, "population": people, "gdp": product}
    return {rule: [w / sum(weight) for w in weight] for rule, weight in weights.items()}


def _followed(found: Region, shares: list[float], seed: int, r: int, tally: Tally) -> None:
    """Whether the amounts of one future suffice, and with a euro less do not."""
    places = range(len(COUNTRIES))
    capital = [float(load(n, [*SHORT, *s]).world.fund.opening_capital.value) for n, s in COUNTRIES]

    def at(place: int, amount: float) -> Months:
        line = ("income.budget.vote=fixed", f"income.budget.amount={literal(amount)}")
        return months_of(place, seed, r, *line)

    def edge(amount: float, suffices: list[bool]) -> None:
        tally.same(suffices[0], math.isfinite(amount))
        tally.same(amount >= 1 and suffices[1], False)

    one = float(found.together["contribution"][r])
    tries = [max(one - less, 0.0) for less in (0, 1)]
    with_it = [[at(i, shares[i] * amount) for i in places] for amount in tries]
    edge(one, [lasts(members, shares, sum(capital)) for members in with_it])
    given = [months_of(i, seed, r) for i in places]
    one = float(found.together["capital"][r])
    edge(one, [lasts(given, shares, max(one - less, 0.0)) for less in (0, 1)])
    for i in places:
        alone = float(found.apart["contribution"][i, r])
        tries = [max(alone - less, 0.0) for less in (0, 1)]
        edge(alone, [lasts([at(i, amount)], [1.0], capital[i]) for amount in tries])
        alone = float(found.apart["capital"][i, r])
        edge(alone, [lasts([given[i]], [1.0], max(alone - less, 0.0)) for less in (0, 1)])


def _pooled(
    found: Region, ours: Pooling, shares: list[float], what: str, target: float, tally: Tally
) -> None:
    own = [row.tolist() for row in found.apart[what]]
    together = found.together[what].tolist()
    apart = [arithmetic.suffices(need, 100 * target) for need in own]
    one = arithmetic.suffices(together, 100 * target)
    tally.all_near([a.value for a in ours.apart], apart)
    tally.near(ours.sum.value, sum(apart))
    tally.near(ours.one.value, one)
    tally.near(ours.gain.value, sum(apart) - one, 1e-7)
    last = [
        float(all(need[r] <= a < math.inf for need, a in zip(own, apart, strict=True)))
        for r in range(N)
    ]
    tally.near(ours.all_last.value, arithmetic.mean(last))
    tally.near(ours.all_last.mc_error, arithmetic.error(arithmetic.of_mean(last)))
    influences = [arithmetic.of_percentile(need, 100 * target) for need in (*own, together)]
    if any(x is None for x in influences):
        return
    *each, pooled = [x for x in influences if x is not None]
    gain = [math.fsum(x[r] for x in each) - pooled[r] for r in range(N)]
    tally.near(ours.gain.mc_error, arithmetic.error(gain), 1e-7)
    for saved, a, x, s in zip(savings(found, ours), apart, each, shares, strict=True):
        tally.near(saved.value, a - s * one, 1e-7)
        paired = [x[r] - s * pooled[r] for r in range(N)]
        tally.near(saved.mc_error, arithmetic.error(paired), 1e-7)


def _transfers(found: Region, shares: dict[str, list[float]], seed: int, tally: Tally) -> None:
    """D less a share of ΣD, D from the books of a treasury that pays everything."""
    drawn: list[list[float]] = []
    for name, sets in COUNTRIES:
        world = load(name, [*SHORT, *sets, PAYS_ALL]).world
        book, n = simulate(world, seed, np.arange(N)).ledger, 12 * world.time.horizon_years
        owed = [book.due, *book.costs_due.values()]
        got = [book.recoveries, *(flow for key, flow in book.income.items() if key != "budget")]
        years = 100 * world.time.horizon_years
        drawn.append([
            (sum(sum(t[r].tolist()[:n]) for t in owed) - sum(sum(t[r].tolist()[:n]) for t in got)) / years
            for r in range(N)
        ])  # fmt: skip
    for own, theirs in zip(found.drawn, drawn, strict=True):
        tally.all_near(own[:FOLLOWED], theirs[:FOLLOWED])
    total = [math.fsum(country[r] for country in drawn) for r in range(N)]
    for rule, own_shares in shares.items():
        ours = transfers(found, rule)
        tally.near(math.fsum(x.value for x in ours), 0.0, 1e-6)
        for x, country, s in zip(ours, drawn, own_shares, strict=True):
            moved = [country[r] - s * total[r] for r in range(N)]
            tally.near(x.value, arithmetic.mean(moved), 1e-7)
            tally.near(x.mc_error, arithmetic.error(arithmetic.of_mean(moved)), 1e-7)


def ties(seed: int) -> list[Check]:
    """u = Φ(√ρ·Φ⁻¹(u₀) + √(1 − ρ)·Φ⁻¹(uᵢ)), from the whole numbers of docs/method.md §2."""
    tally, normal, years = Tally(), NormalDist(), (2027, 2031)
    for rho in (0.0, 0.3, 1.0):
        for country in ("RS", "XK"):
            streams = Streams(seed, country, Tie(rho))
            for stream in ("inflation", "caseload", "cut of budget"):
                ours = streams.yearly(stream, np.arange(6), np.array(years))
                for r, y in product(range(6), range(2)):
                    u0, own = (
                        yearly_uniform(cohort(seed, word, r, years[y], 0), stream, 0)
                        for word in ("everywhere", country)
                    )
                    z = math.sqrt(rho) * normal.inv_cdf(u0) + math.sqrt(1 - rho) * normal.inv_cdf(
                        own
                    )
                    tally.near(float(ours[r, y]), normal.cdf(z), 1e-12)
            for same in (False, True):  # victims' own draws are common only where that is asked for
                words = Streams(seed, country, Tie(rho, same)).cohorts(
                    np.arange(6), np.array(years), 1
                )
                for r, y in product(range(6), range(2)):
                    whose = "everywhere" if same else country
                    tally.same(int(words[r, y]), cohort(seed, whose, r, years[y], 1))
    line = Line("6.51", "Draws that countries have in common", "Streams.yearly() with a dependence of 0, 0.3 and 1, in two countries, of prices, victims and cuts; the one-factor copula of two countries' own numbers; words of victims, common only where cases are the same", "uniforms", f"{METHOD} §2, §19")  # fmt: skip
    return [tally.check(line, 200)]


GROUPS = (
    Group("6.50", "One fund for several countries", one_fund), Group("6.51", "Ties", ties),
)  # fmt: skip
