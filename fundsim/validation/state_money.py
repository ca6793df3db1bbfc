"""Section 2: the money of a state: revised lines, supplements, who bears the desk, the budget path."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from fundsim.analysis.budget import amount
from fundsim.analysis.needs import needs_of_years
from fundsim.model.lines import PLANNED
from fundsim.model.run import simulate
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line, by_z, exact, of_mean, of_share, of_variance
from fundsim.validation.rules_of_money import HAND, START, flows, january, run
from fundsim.validation.tally import Tally
from fundsim.validation.worlds import OPEN, PLAIN, STILL, world

LEVEL, SUM = 12, 1000  # claims a year, and what each is worth
# a Poisson number of victims, all of whom are paid a fixed sum in the month of their identification
CONSTANT: dict[str, Any] = PLAIN | OPEN | STILL | {
    "caseload__level": LEVEL,
    "fund__amount__basis": "fixed",
    "fund__amount__fixed": SUM,
    "fund__amount__money": "euro",
    "fund__costs__office_a_year": 0,
    "fund__costs__per_decision": 0,
    "fund__opening_capital": 0,
    "fund__payment__when_short": "supplement",
    "income__budget__in_force": True,
    "income__budget__vote": "revised",
    "income__budget__margin": 1.25,
    "income__budget__cut_rate": 0,
    "time__horizon_years": 6,
    "time__runoff_years": 0,
}  # fmt: skip


def revised_by_hand(seed: int) -> list[Check]:
    """Five years in cents: the first two by the amount, a cut, a lapse, supplements month by month."""
    half = (
        '{ label = "Half", from_year = 2030, until_year = 2030, effects = [ { on = "income.budget.honoured_rate", '
        'by = "factor", size = { value = 0.5, unit = "factor", source = "judgement" } } ] }'
    )
    # prices rise by a tenth a year from the opening; the office costs 100 a month, from 2029 on 250
    book = run(
        seed, time__price_year=START, macro__inflation=0.1, fund__costs__office_a_year=1200,
        phase__2029__fund__costs__office_a_year=3000, fund__payment__when_short="supplement",
        income__budget__in_force=True, income__budget__vote="revised", income__budget__amount=2000,
        income__budget__margin=1.5, income__budget__cut_rate=0, income__budget__lapses=True, stress__half=half,
    ).ledger  # fmt: skip
    tally = Tally()
    # 2029: 1.5 × (1200 + 1200/1.1)/2 × 1.21;  2030: half of 1.5 × (1200/1.1 + 3000/1.21)/2 × 1.331;
    # 2031: 1.5 × (3000/1.21 + 3000/1.331)/2 × 1.4641
    flows(tally, book.income["budget"][0], january([2000, 2000, 2079, 1782, 5197.5]))
    nothing = [0.0] * 12
    third = [0.0] * 8 + [171.0, 250.0, 250.0, 250.0]  # 2079 lasts eight months and 79 of the ninth
    fourth = [0.0] * 7 + [218.0, 250.0, 250.0, 250.0, 250.0]
    flows(tally, book.supplements[0], [*nothing, *nothing, *third, *fourth, *nothing])
    december = [0.0] * 11
    flows(
        tally, book.lapsed[0], [x for left in (800, 800, 0, 0, 2197.5) for x in (*december, left)]
    )
    flows(tally, book.costs["office"][0], [100.0] * 24 + [250.0] * 36)
    line = Line("2.80", "A revised line, a cut, a lapse, supplements", "simulate(); five years with lag 1 and base 2 and prices that rise by a tenth, month by month", "months", HAND.format("10, 12"))  # fmt: skip
    return [tally.check(line, 200)]


def borne(seed: int) -> list[Check]:
    """Who pays the desk: in no other flow a cent differs, and the line follows only what the fund owes."""
    desk: dict[str, Any] = {
        "fund__costs__office_a_year": 1200, "fund__costs__caseworker_a_year": 2400, "fund__decision__posts": 0.25,
        "income__budget__in_force": True, "income__budget__vote": "revised", "income__budget__amount": 5000,
        "income__budget__cut_rate": 0,
    }  # fmt: skip
    tally = Tally()
    for bearer in ("fund", "state"):
        future = run(seed, **desk, fund__costs__borne_by=bearer)
        owed = {name: [x] * 60 for name, x in (("office", 100.0), ("caseworkers", 50.0))}
        for name, theirs in owed.items():
            by_fund, by_state = (theirs, [0.0] * 60) if bearer == "fund" else ([0.0] * 60, theirs)
            flows(tally, future.ledger.costs_due[name][0], by_fund)
            paid = future.owed.costs.state.get(name, np.zeros((1, 60)))
            flows(tally, np.rint(paid[0] * 100), by_state)
        later = 1.25 * 1800 if bearer == "fund" else 0.0
        flows(tally, future.ledger.income["budget"][0], january([5000, 5000, *[later] * 3]))
    line = Line("2.84", "Office, officers and a quarter post, borne by the fund or the state", "simulate(); month by month, and the line that follows them", "months", HAND.format("10, 11"))  # fmt: skip
    return [tally.check(line, 500)]


def small_rules(seed: int) -> list[Check]:
    """The least of a revised line, what nobody plans for, a reserve that is taken, an office in wages, decisions that the
    state pays."""
    tally = Tally()
    line: dict[str, Any] = {
        "income__budget__in_force": True, "income__budget__vote": "revised", "income__budget__cut_rate": 0,
    }  # fmt: skip
    # the office costs 100 a month: twice that would be voted from 2029 on, but for the least
    office: dict[str, Any] = {"fund__costs__office_a_year": 1200}
    book = run(
        seed,
        **line,
        **office,
        income__budget__amount=500,
        income__budget__margin=2,
        income__budget__least=3000,
    ).ledger
    flows(tally, book.income["budget"][0], january([3000] * 5))
    book = run(
        seed,
        **line,
        **office,
        income__budget__amount=500,
        income__budget__margin=2,
        income__budget__least=1000,
    ).ledger
    flows(tally, book.income["budget"][0], january([1000, 1000, 2400, 2400, 2400]))
    # a line without an amount begins with what is planned, and nobody plans for a stress that doubles the cost
    twice = (
        '{ label = "Twice", from_year = 2027, effects = [ { on = "fund.costs.office_a_year", by = "factor", size = '
        '{ value = 2, unit = "factor", source = "judgement" } } ] }'
    )
    book = run(seed, **line, **office, income__budget__margin=1.5, stress__twice=twice).ledger
    flows(tally, book.income["budget"][0], january([1800, 1800, 3600, 3600, 3600]))
    # 10,000 at the opening and no cost: at the end of 2028 the treasury takes four fifths, then half of what is left
    taken = (
        '{ label = "Taken", from_year = 2028, until_year = 2028, effects = [ { on = "fund.reserve_taken", by = "add", size = '
        '{ value = 0.8, unit = "share", source = "judgement" } } ] }'
    )
    book = run(
        seed,
        fund__opening_capital=10_000,
        stress__taken=taken,
        phase__2030__fund__reserve_taken=0.5,
    ).ledger
    cash = [10_000.0] * 23 + [2000.0] * 24 + [1000.0] * 12 + [500.0]
    flows(tally, book.cash[0], cash)
    # ten monthly wages of 900 are 750 a month
    future = run(seed, fund__costs__office_in_wages='{ value = 10, unit = "monthly wages a year", source = "judgement" }', country__net_wage=900)  # fmt: skip
    flows(tally, future.ledger.costs_due["office"][0], [750.0] * 60)
    # each decision costs 100: none to the fund where the state bears them
    sets = CONSTANT | {"fund__costs__per_decision": 100, "fund__costs__index": "none"}
    for bearer in ("fund", "state"):
        future = simulate(
            world(**sets, fund__costs__borne_by=bearer), seed, np.arange(1), certain=True
        )
        owed = [100.0 * number for number in future.owed.decided[0, 1:].tolist()]
        nothing = [0.0] * len(owed)
        state = future.owed.costs.state.get("decisions", np.zeros((1, len(owed))))
        due = future.ledger.costs_due["decisions"][0]
        flows(tally, due, owed if bearer == "fund" else nothing)
        flows(tally, np.rint(state[0] * 100), owed if bearer == "state" else nothing)
        tally.same(sum(owed) > 0, True)
    # half of what is owed to the fund by law is passed on
    for name in ("conviction_levy", "opportunity_money", "seized_assets"):
        owed_by_law = {f"income__{name}__in_force": True, f"income__{name}__index": "none"}
        whole, half = (
            run(seed, 20, **owed_by_law, **{f"income__{name}__honoured_rate": rate}).ledger.income[
                name
            ]
            for rate in (1, 0.5)
        )
        tally.same(bool((np.abs(2 * half - whole) <= 24).all()), True)  # cents, by rounding
        tally.same(bool(whole.sum() > 0), True)
    # from 2029 on the state bears the desk: that is month 24
    future = run(seed, **office, phase__2029__fund__costs__borne_by="state")
    flows(tally, future.ledger.costs_due["office"][0], [100.0] * 24 + [0.0] * 36)
    # five months of handling, and then a decision that takes no time
    sets = CONSTANT | {"fund__decision__handling__median": 5, "fund__decision__handling__sigma": 0}
    future = simulate(world(**sets), seed, np.arange(1), certain=True)
    waits = future.owed.decided_at - future.drawn.claims.filed_at
    tally.all_near(waits, [5.0] * waits.size)
    told = Line("2.86", "Least of a line, plans, a reserve taken, an office in wages", "simulate(); five years, month by month, and decisions borne by the fund and the state", "months", HAND.format("10, 11, 12"))  # fmt: skip
    return [tally.check(told, 500)]


def closed_forms(seed: int) -> list[Check]:
    """Constant claims: mean and variance of a revised line, what is planned, and the exact distribution of a year's need."""
    n, c = 4000, float(SUM)
    future = simulate(world(**CONSTANT), seed, np.arange(n), certain=True)
    line = future.ledger.income["budget"].reshape(n, -1, 12).sum(axis=2) / 100
    what = f"simulate() over {n:,} futures; a Poisson number of claims of € {SUM:,}, mean {LEVEL} a year"
    found = [
        of_mean(Line("2.81a", "Revised line of constant claims, mean", f"{what}; margin × claims × sum", "EUR", "expectation of a mean of independent years"), line[:, 4], 1.25 * LEVEL * c),
        of_variance(Line("2.81b", "Revised line of constant claims, variance", f"{what}; margin² × sum² × claims / 2 years", "EUR²", "variance of a mean of independent years"), line[:, 4], 1.25**2 * c**2 * LEVEL / 2),
        by_z(Line("2.82", "First amount of a line that names none", f"{what}; margin × what is planned at central values", "EUR", "expectation; its error that of the plan's run"), float(line[0, 0]), 1.25 * LEVEL * c, 1.25 * c * float(np.sqrt(LEVEL / PLANNED))),
    ]  # fmt: skip
    need = needs_of_years(future)["budget_needed"][:, 3]
    wrong = 0
    for place, share in enumerate((0.5, 0.8, 0.95)):
        most = float(stats.poisson.ppf(share, LEVEL))
        wrong += amount(need, share).value != most * c
        chance = float(stats.poisson.cdf(most, LEVEL))
        found.append(of_share(Line(f"2.83{'abc'[place]}", f"Budget path: enough in {100 * share:g} of 100", f"{what}; share of years that need at most € {most * c:,.0f}", "share", "Poisson distribution"), int((need <= most * c).sum()), n, chance))  # fmt: skip
    found.append(exact(Line("2.83", "Budget path: the amounts themselves", f"amount() at 50, 80 and 95 of 100; {what}", "amounts", "quantiles of the Poisson distribution"), wrong, 3, least_number=3, futures=n))  # fmt: skip
    return found


def before_a_phase(seed: int) -> list[Check]:
    """Nothing before a phase's first year depends on it, to the cent."""
    changes = (
        "fund.eligible.adults=false", "fund.amount.basis=fixed", "fund.decision.posts=0.25", "fund.decision.body=committee",
        "fund.payment.when_short=supplement", "fund.costs.borne_by=state", "income.budget.margin=3", "fund.payment.instalments=3",
        "fund.eligible.filing_limit_months=2", "fund.interim.share=0.5", "income.budget.in_force=false",
    )  # fmt: skip
    tally, n, year = Tally(), 20, 2029
    short = ("time.horizon_years=5", "time.runoff_years=1")
    plain = simulate(load("serbia+tariff", short).world, seed, np.arange(n)).ledger
    months = 12 * (year - START)
    for change in changes:
        later = load("serbia+tariff", (*short, f"phase.{year}.{change}")).world
        book = simulate(later, seed, np.arange(n)).ledger
        for flow in ("benefits", "due", "lapsed", "cash", "outstanding", "supplements"):
            ours, theirs = getattr(book, flow), getattr(plain, flow)
            tally.same(bool((ours[:, :months] == theirs[:, :months]).all()), True)
        same = all(
            bool((getattr(book, flow) == getattr(plain, flow)).all())
            for flow in ("due", "cash", "benefits")
        )
        tally.same(same, False)  # and after it something does
    line = Line("2.85", "Nothing before a phase depends on it", f"simulate() of serbia+tariff, {n} futures, {len(changes)} phases from {year}; every cent before, and some after", "flows", "guarantee of docs/method.md §3")  # fmt: skip
    return [tally.check(line, 60)]


GROUPS = (
    Group("2.80", "A revised line by hand", revised_by_hand), Group("2.81", "Constant claims", closed_forms),
    Group("2.84", "Who bears the desk", borne), Group("2.86", "Small rules of money", small_rules), Group("2.85", "Before a phase", before_a_phase),
)  # fmt: skip
