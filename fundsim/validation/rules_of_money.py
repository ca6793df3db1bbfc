"""Section 2: rules of money in worlds so small that the answer is worked out by hand.

Prices rise by a tenth a year, wages by 15.5 %, both certain, from the price year 2025; the fund opens in 2027.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fundsim.analysis.outcomes import outcomes
from fundsim.model.run import Future, simulate
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.tally import Tally
from fundsim.validation.worlds import STILL, world

START, PRICE_YEAR, YEARS = 2027, 2025, 5
GROWTH = {"none": 1.0, "prices": 1.1, "wages": 1.1 * 1.05}
HAND = "by hand from docs/method.md §{}"
RISING: dict[str, Any] = {"macro__inflation": 0.1, "macro__real_wage_growth": 0.05}
# nobody is registered, nothing comes in and nothing is due, but what a check adds
EMPTY: dict[str, Any] = STILL | {
    "caseload__level": 0,
    "caseload__mass__events_a_year": 0,
    "time__price_year": PRICE_YEAR,
    "time__start_year": START,
    "time__horizon_years": YEARS,
    "time__runoff_years": 0,
    "fund__opening_capital": 0,
    "fund__reserve_return": False,
    "fund__costs__office_a_year": 0,
    "fund__costs__caseworker_a_year": 0,
    "fund__costs__index": "none",
    "income__budget__in_force": False,
}
LINE: dict[str, Any] = {
    "income__budget__in_force": True,
    "income__budget__amount": 12_000,
    "income__budget__vote": "fixed",
    "income__budget__lapses": False,
    "income__budget__index": "none",
    "income__budget__cut_rate": 0,
}


def run(seed: int, n: int = 1, **sets: Any) -> Future:
    """Some futures of the empty world with some keys set; all assumptions at their central values."""
    return simulate(world(**EMPTY | sets), seed, np.arange(n), certain=True)


def index(kind: str, year: int) -> float:
    """The index of a calendar year."""
    return float(GROWTH[kind] ** (year - PRICE_YEAR))


def cents(euro: float) -> int:
    """Whole cents."""
    return round(100 * euro)


def flows(tally: Tally, ours: Any, theirs: Sequence[float]) -> None:
    """The months of one future, cents, with euro worked out by hand; the last cent may be rounded."""
    row = [int(x) for x in ours]
    tally.same(len(row), len(theirs))
    for month, euro in enumerate(theirs):
        tally.compared += 1
        tally.wrong += abs(row[month] - 100 * euro) > 1.0


def january(yearly: Sequence[float]) -> list[float]:
    """All of a year's sum in January."""
    return [x if m == 0 else 0.0 for x in yearly for m in range(12)]


def twelfths(yearly: Sequence[float]) -> list[float]:
    """Whole cents in twelve equal months, the rest in January."""
    found = []
    for x in yearly:
        each, rest = divmod(cents(x), 12)
        found += [(each + (rest if m == 0 else 0)) / 100 for m in range(12)]
    return found


def years(first: int = START) -> range:
    """Calendar years of the horizon."""
    return range(first, START + YEARS)


def lapse(seed: int) -> list[Check]:
    """€ 12,000 each January, € 600 of costs a month: € 4,800 go back in December, the capital does not."""
    tally = Tally()
    spent = {"fund__costs__office_a_year": 7200, "fund__opening_capital": 1000}
    book = run(seed, **LINE | {"income__budget__lapses": True}, **spent).ledger
    flows(tally, book.lapsed[0], [4800.0 if m == 11 else 0.0 for _ in years() for m in range(12)])
    kept = [1000.0 + 12_000 - 600 * (m + 1) if m < 11 else 1000.0 for m in range(12)]
    flows(tally, book.cash[0], kept * YEARS)
    book = run(seed, **LINE | {"income__budget__lapses": False}, **spent).ledger
    flows(tally, book.lapsed[0], [0.0] * 12 * YEARS)
    flows(tally, book.cash[0], [1000.0 + 4800 * y + 12_000 - 600 * (m + 1) for y in range(YEARS) for m in range(12)])  # fmt: skip
    # dearer than the line: all of it is used up, nothing lapses, the capital goes
    spent = {"fund__costs__office_a_year": 12_120, "fund__opening_capital": 1000}
    book = run(seed, **LINE | {"income__budget__lapses": True}, **spent).ledger
    flows(tally, book.lapsed[0], [0.0] * 12 * YEARS)
    flows(tally, book.cash[0][11::12], [1000.0 - 120 * (y + 1) for y in range(YEARS)])
    line = Line("2.50", "A budget line that lapses", "simulate() of € 12,000 a year and level costs, five years, month by month: what is unspent returns in December, capital stays", "months", HAND.format(12))  # fmt: skip
    return [tally.check(line, 300)]


def indexed(seed: int) -> list[Check]:
    """Sums of the price year in the calendar year of each flow; what they are worth, real and local."""
    amounts, worth, tables = Tally(), Tally(), Tally()
    for kind in GROWTH:
        future = run(
            seed, **RISING, **LINE | {"income__budget__index": kind}, fund__costs__index=kind,
            fund__costs__office_a_year=1200, fund__costs__caseworker_a_year=600,
            fund__decision__posts=3, fund__opening_capital=1e6, macro__depreciation=0.06,
            country__exchange_rate=117,
        )  # fmt: skip
        book, rise = future.ledger, [index(kind, y) for y in years()]
        flows(amounts, book.income["budget"][0], january([12_000 * x for x in rise]))
        flows(amounts, book.costs["office"][0], [100 * x for x in rise for _ in range(12)])
        flows(amounts, book.costs["caseworkers"][0], [150 * x for x in rise for _ in range(12)])
        out = outcomes(future)
        for y, year in enumerate(years()):
            outgo = 3000 * rise[y]
            for name in ("outgo", "due"):
                worth.near(float(out[name][0, y]), outgo, 1e-4)
                worth.near(float(out[f"{name}_real"][0, y]), outgo / index("prices", year), 1e-4)
            worth.near(
                float(out["income_real"][0, y]), 12_000 * rise[y] / index("prices", year), 1e-4
            )
            rate = 117 * 1.06 ** (year - PRICE_YEAR)
            worth.near(float(out["outgo_local"][0, y]), outgo * rate, 1e-4)
    # before the price year the indices fall as they rise after it
    sets = RISING | {"fund__entry_point": "conviction", "time__history_years": 6}
    drawn = run(seed, **sets, macro__depreciation=0.06, country__exchange_rate=117).drawn
    for place, year in enumerate(drawn.parameters.years.tolist()):
        tables.near(float(drawn.macro.prices[0, place]), index("prices", year))
        tables.near(float(drawn.macro.wages[0, place]), index("wages", year))
        tables.near(float(drawn.macro.exchange_rate[0, place]), 117 * 1.06 ** (year - PRICE_YEAR))
    tables.same(int(drawn.parameters.years[0]), START - 6)
    what = "five years from 2027, prices +10 % and wages +15.5 % a year from 2025"
    return [
        amounts.check(Line("2.51a", "Index year of budget line and costs", f"simulate(); {what}", "months", HAND.format("4, §10, §11")), 500),
        worth.check(Line("2.51b", "Deflation and depreciation", f"outcomes(): cost and income over the year's price index, × rate × 1.06 a year from 2025; {what}", "figures", HAND.format("4")), 70),
        tables.check(Line("2.51c", "Price, wage and exchange-rate tables", f"draw_macro() of eleven years, four of them before the price year; {what}", "figures", HAND.format("4")), 30),
    ]  # fmt: skip


def reforms(seed: int) -> list[Check]:
    """€ 5,000 once and € 1,200 a year from 2029 to 2030: by whom, in which month, at which prices."""
    tally = Tally()

    def costs(first: int, by: str, name: str = "serbia+tariff") -> tuple[list[int], list[int]]:
        money = '{{ value = {}, unit = "{}", source = "judgement" }}'
        change = (
            f'reform.try={{ label = "Try", from_year = {first}, until_year = 2030, cost_by = "{by}", '
            f"cost_once = {money.format(5000, 'EUR')}, cost_a_year = {money.format(1200, 'EUR a year')} }}"
        )
        sets = EMPTY | RISING | {"fund__costs__index": "prices", "fund__opening_capital": 1e6}
        texts = [
            f"{key.replace('__', '.')}={str(value).lower() if isinstance(value, bool) else value}"
            for key, value in sets.items()
        ]
        future = simulate(load(name, [*texts, change]).world, seed, np.arange(1), certain=True)
        paid = future.ledger.costs.get("reforms", np.zeros((1, 12 * YEARS)))[0]
        return [int(x) for x in paid], [cents(x) for x in future.owed.costs.state_total[0].tolist()]

    none = [0.0] * 12 * YEARS
    for first in (2029, 2026):
        owed = list(none)
        for year in range(max(first, START), 2031):
            for m in range(12):
                once = 5000 if (year, m) == (first, 0) else 0
                owed[12 * (year - START) + m] = (once + 100) * index("prices", year)
        for by, name, bearer in (
            ("fund", "serbia+tariff", 0), ("state", "serbia+tariff", 1), ("fund", "serbia+no_fund", 1),
        ):  # fmt: skip
            found = costs(first, by, name)
            flows(tally, found[bearer], owed)
            flows(tally, found[1 - bearer], none)
    line = Line("2.52", "Cost of a reform", "simulate() of € 5,000 once and € 1,200 a year until 2030, from 2029 and from before the opening, borne by the fund, by the state, and without a fund; month by month at the year's prices", "months", HAND.format(11))  # fmt: skip
    return [tally.check(line, 700)]


def sources(seed: int) -> list[Check]:
    """Cuts, first years, grants, shares of revenue, levies and seized assets, month by month."""
    lines, grants, shares, seized = (Tally() for _ in range(4))
    for chance, kept in ((0, 1.0), (1, 0.75)):
        for first in (START, 2029):
            sets = LINE | {"income__budget__cut_rate": chance, "income__budget__cut_share": 0.25}
            book = run(seed, **sets, income__budget__from_year=first).ledger
            yearly = [12_000 * kept if year >= first else 0.0 for year in years()]
            flows(lines, book.income["budget"][0], january(yearly))
    cut = (
        '{ label = "Cut", from_year = 2029, until_year = 2030, ramp_years = 2, effects = [ { on = '
        '"income.budget.amount", by = "factor", size = { value = 0.25, unit = "factor", source = "judgement" } } ] }'
    )
    book = run(
        seed, **LINE, stress__cut=cut
    ).ledger  # half in the first year, a quarter in the second
    flows(lines, book.income["budget"][0], january([12_000, 12_000, 6000, 3000, 12_000]))
    for renewed, regained, runs in (
        (1, 0, [1, 1, 1, 1]), (0, 1, [1, 0, 1, 0]), (0, 0, [1, 0, 0, 0]),
    ):  # fmt: skip
        book = run(
            seed, income__donors__in_force=True, income__donors__amount=3000,
            income__donors__renewal_rate=renewed, income__donors__regained_rate=regained,
            income__donors__from_year=START + 1, income__donors__index="prices", **RISING,
        ).ledger  # fmt: skip
        grown = [3000 * on * index("prices", y) for on, y in zip((0, *runs), years(), strict=True)]
        flows(grants, book.income["donors"][0], january(grown))
    name = _of_kind("revenue_share")
    book = run(seed, **_on(name, yearly_revenue=1_000_000, yearly_sd=0, earmarked_rate=0.0123457, index="prices"), **RISING).ledger  # fmt: skip
    flows(shares, book.income[name][0], twelfths([12_345.7 * index("prices", y) for y in years()]))
    n = 40
    book = run(seed, n, **_on("conviction_levy", convictions_a_year=30, levy=77, collected_rate=0.5, index="wages"), **RISING).ledger  # fmt: skip
    for row in book.income["conviction_levy"].tolist():
        yearly = []
        for y, year in enumerate(years()):
            each = 77 * 0.5 * index("wages", year)
            yearly.append(round(sum(row[12 * y : 12 * y + 12]) / 100 / each) * each)
        flows(shares, row, twelfths(yearly))
    seized_assets(seed, seized)
    what = "simulate(), five years from 2027"
    return [
        lines.check(Line("2.53", "Cuts and first year of a budget line", f"{what}; € 12,000 in January, a quarter less when cut, nothing before the first year, less under a dated stress with a ramp", "months", HAND.format(10)), 200),
        grants.check(Line("2.54", "A grant from year to year", f"{what}; renewed for certain, found again for certain, lost for good, from 2028 on", "months", HAND.format(10)), 150),
        shares.check(Line("2.55", "Share of revenue and levies by twelfths", f"{what}; revenue × share, and a whole number of convictions × levy × collected, at the year's index, rest in January", "months", HAND.format(10)), 2000),
        seized.check(Line("2.56", "Delay and worth of seized assets", f"{what}, {n} futures; without a delay each is € 500 at the year's prices, with one of 17 months the same comes 17 months later", "months", HAND.format(10)), 2000),
    ]  # fmt: skip


def seized_assets(seed: int, tally: Tally) -> None:
    """Three confiscations a year of € 2,500, of which a fifth is realised and earmarked."""
    sets = _on(
        "seized_assets", confiscations_a_year=3, yearly_value=7500, value_sigma=0, realised_rate=0.5,
        earmarked_rate=0.4, delay__sigma=0, index="prices",
    ) | RISING  # fmt: skip
    soon, late = (
        run(seed, 40, **sets, income__seized_assets__delay__median=m).ledger.income["seized_assets"].tolist()
        for m in (0, 17)
    )  # fmt: skip
    number = 0
    for row, later in zip(soon, late, strict=True):
        for t, x in enumerate(row):
            each = 500 * index("prices", START + t // 12)
            tally.compared += 1
            tally.wrong += abs(x / 100 / each - round(x / 100 / each)) > 1e-3
            number += round(x / 100 / each)
        tally.same(later, [0] * 17 + row[:-17])
    tally.same(abs(number - 40 * 3 * YEARS) < 5 * (40 * 3 * YEARS) ** 0.5, True)


def _of_kind(kind: str) -> str:
    """The name of a source of income of that kind."""
    return next(name for name, s in sorted(world().income.items()) if s.kind == kind)


def _on(name: str, **sets: Any) -> dict[str, Any]:
    """A source in force, with some of its keys."""
    return {f"income__{name}__{key}": x for key, x in {"in_force": True, **sets}.items()}


GROUPS = (
    Group("2.50", "Lapse", lapse), Group("2.51", "Index years", indexed),
    Group("2.52", "Cost of reforms", reforms), Group("2.53", "Sources of income", sources),
)  # fmt: skip
