"""What one future means: its outcomes, by the names of the data dictionary (method §12, §13).

Money is in euro.  A yearly outcome is named `name@year`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from fundsim.reference.cash import Case
from fundsim.reference.future import Future
from fundsim.reference.victim import NEVER, Victim
from fundsim.scenario.schema import FORMS, BudgetLine

SLOW = 12  # months from filing after which a claim is decided late
SOON = 24  # months from identification within which a victim is "paid soon"
MOST_FUNDING = 99.0  # a funding ratio is cut here
FLOWS = ("recoveries", "returns", "advances", "supplements", "repayments", "lapsed")
DEFLATED = (
    "due", "due_others", "outgo", "benefits", "income", "state_cost", "budget", "lapsed", "supplements", "overrun",
    "cost_to_state",
)  # fmt: skip
Outcomes = dict[str, float]


def outcomes(future: Future) -> Outcomes:
    """Every outcome of one future."""
    yearly = dict(by_year(future))
    found = {f"{name}@{year}": x for name, row in yearly.items() for year, x in row.items()}
    return {**found, **whole(future, yearly), **people(future), **limits(future)}


def by_year(future: Future) -> Iterator[tuple[str, dict[int, float]]]:
    """Flows and balances by calendar year of the horizon, nominal and in euro of the price year."""
    books, life, time = future.books, future.life, future.life.world.time
    years = [time.start_year + y for y in range(time.horizon_years)]
    prices = life.economy.prices

    def sums(flow: list[int]) -> dict[int, float]:
        return {y: sum(flow[12 * i : 12 * i + 12]) / 100 for i, y in enumerate(years)}

    def decembers(flow: list[int]) -> dict[int, float]:
        return {y: flow[12 * i + 11] / 100 for i, y in enumerate(years)}

    def real(row: dict[int, float]) -> dict[int, float]:
        return {y: x / prices[y] for y, x in row.items()}

    income = {name: sums(flow) for name, flow in books.income.items()}
    costs = {kind: sums(flow) for kind, flow in books.costs.items()}
    benefits = sums(books.flows["benefits"])
    by_state = future.state_costs
    state = {y: sum(by_state[12 * i : 12 * i + 12]) for i, y in enumerate(years)}
    flows = {name: sums(books.flows[name]) for name in FLOWS}
    lines = [name for name in income if isinstance(life.world.income[name], BudgetLine)]
    budget = {y: sum(income[name][y] for name in lines) for y in years}
    unpaid = decembers(shortfall(future))
    overrun = {y: flows["supplements"][y] + unpaid[y] for y in years}
    owed = {y: sum(sums(flow)[y] for flow in books.costs_due.values()) for y in years}
    falls_due = sums(books.flows["due"])
    totals = {
        "due": {y: owed[y] + falls_due[y] for y in years},
        "due_others": sums(due_to_others(future)),
        "outgo": {y: sum(row[y] for row in costs.values()) + benefits[y] for y in years},
        "benefits": benefits,
        "income": {y: sum(row[y] for row in income.values()) for y in years},
        "state_cost": state,
        "budget": budget,
        "lapsed": flows["lapsed"],
        "supplements": flows["supplements"],
        "overrun": overrun,
        "cost_to_state": {
            y: budget[y] - flows["lapsed"][y] + flows["supplements"][y]
            + flows["advances"][y] - flows["repayments"][y] + state[y]
            for y in years
        },
    }  # fmt: skip
    yield "too_small", {y: float(overrun[y] > 0) for y in years}
    for name, row in totals.items():
        yield name, row
        yield f"{name}_real", real(row)
    for prefix, rows in (("income", income), ("cost", costs)):
        for name, row in rows.items():
            yield f"{prefix}.{name}", row
            yield f"{prefix}.{name}_real", real(row)
    for name in ("recoveries", "returns", "advances", "repayments"):
        yield name, flows[name]
    yield "outgo_local", {y: totals["outgo"][y] * life.economy.exchange_rate[y] for y in years}

    before, incurred = ever_due(future)
    liabilities, balance = {}, before
    for year in years:
        balance += incurred[year] - benefits[year]
        liabilities[year] = balance
    cash = decembers(books.flows["cash"])
    yield "incurred", incurred
    yield "cash", cash
    yield "liabilities", liabilities
    yield (
        "funding_ratio",
        {y: min(cash[y] / max(liabilities[y], 0.01), MOST_FUNDING) for y in years},
    )

    short = shortfall(future)
    struck = {y: float(any(short[12 * i : 12 * i + 12])) for i, y in enumerate(years)}
    yield "shortfall", struck
    yield "shortfall_so_far", {y: float(any(struck[z] for z in years if z <= y)) for y in years}
    yield "unpaid", unpaid
    yield from of_desk(future)


def of_desk(future: Future) -> Iterator[tuple[str, dict[int, float]]]:
    """What the desk has to do in each year, and what it leaves undone."""
    books, time = future.books, future.life.world.time
    years = [time.start_year + y for y in range(time.horizon_years)]
    end = 12 * time.horizon_years

    def each(events: Iterable[tuple[float, float]]) -> dict[int, float]:
        """Sums by year of what happens at a time."""
        row = dict.fromkeys(years, 0.0)
        for when, amount in events:
            if when < end:
                row[time.start_year + int(when // 12)] += amount
        return row

    payments = [payment for case in books.cases for payment in case.payments]
    filed = each((case.claim.filed_at, 1.0) for case in books.cases)
    decided = each((case.decided_at, 1.0) for case in books.cases)
    yield "claims_filed", filed
    yield "claims_decided", decided
    yield "claims_open", {y: sum(filed[z] - decided[z] for z in years if z <= y) for y in years}
    yield (
        "workload",
        each((case.claim.filed_at, case.claim.working_months / 12) for case in books.cases),
    )
    yield "payments_due", each((float(p.due_in), 1.0) for p in payments)
    yield (
        "months_waited",
        each((float(p.due_in), float(wait_of(p.due_in, p.paid_in, end))) for p in payments),
    )


def wait_of(due_in: int, paid_in: int | None, end: int) -> int:
    """Months that a payment due waits for cash, to the end of the horizon at most."""
    return min(end if paid_in is None else paid_in, end) - due_in


def shortfall(future: Future) -> list[int]:
    """Payments and costs due and unpaid, and the treasury's advance, by month."""
    flows = future.books.flows
    return [
        sum(parts)
        for parts in zip(flows["outstanding"], flows["arrears"], flows["advance"], strict=True)
    ]


def due_to_others(future: Future) -> list[int]:
    """Payments that fall due to victims of other crimes, in cents by month."""
    flow = [0] * future.life.months
    for case in future.books.cases:
        if case.victim.other:
            for payment in case.payments:
                flow[payment.due_in] += payment.amount
    return flow


def ever_due(future: Future) -> tuple[float, dict[int, float]]:
    """Benefits and interim payments ever due, in euro: to victims from before the opening, and by year after it."""
    time = future.life.world.time
    before, after = 0, dict.fromkeys((time.start_year + y for y in range(time.horizon_years)), 0)
    for case in future.books.cases:
        claim, year = case.claim, case.victim.identified_at // 12
        on_account = claim.interim if claim.interim_at < case.decided_at else 0
        due = claim.benefit if claim.approved else on_account
        if year < 0:
            before += due
        else:
            after[time.start_year + int(year)] += due
    return before / 100, {year: due / 100 for year, due in after.items()}


def net_of_due(future: Future, returns: bool) -> list[int]:
    """What each month would have changed cash by, had everything due been paid in it."""
    books = future.books
    flows = books.flows
    return [
        sum(flow[t] for flow in books.income.values()) + flows["recoveries"][t]
        + (flows["returns"][t] if returns else 0)
        - sum(flow[t] for flow in books.costs_due.values()) - flows["due"][t] - flows["lapsed"][t]
        for t in range(12 * future.life.world.time.horizon_years)
    ]  # fmt: skip


def whole(future: Future, yearly: dict[str, dict[int, float]]) -> Outcomes:
    """Outcomes of the whole horizon."""
    books, life = future.books, future.life
    found = {}
    for name in DEFLATED:
        row = yearly[f"{name}_real"].values()
        found[f"{name}_a_year"] = sum(row) / len(row)
    inhabitants = life.beliefs.today("country.population")
    found["due_per_head"] = found["due_a_year"] / inhabitants
    found["outgo_per_head"] = found["outgo_a_year"] / inhabitants
    if life.beliefs.knows("country.gdp"):
        found["due_of_gdp"] = found["due_a_year"] / life.beliefs.today("country.gdp")
    before, incurred = ever_due(future)
    found["incurred_total"] = before + sum(incurred.values())
    found["benefits_total"] = sum(yearly["benefits"].values())

    notional, lowest = books.opening_capital, math.inf
    for change in net_of_due(future, returns=True):
        notional += change
        lowest = min(lowest, notional)
    found["worst_balance"] = lowest / 100
    worth, growth, lowest = float(books.opening_capital), 1.0, math.inf
    for t, change in enumerate(net_of_due(future, returns=False)):
        if life.fund(t).reserve_return:
            growth *= (1 + life.economy.returns[life.beliefs.year_of(t)]) ** (1 / 12)
        worth += change / growth
        lowest = min(lowest, worth)
    found["peak_need"] = max(-lowest, 0.0) / 100
    horizon = 12 * life.world.time.horizon_years
    found["ruin"] = float(any(shortfall(future)[:horizon]))
    found["longest_delay"] = float(
        max(
            (
                wait_of(p.due_in, p.paid_in, horizon)
                for case in books.cases for p in case.payments if p.due_in < horizon
            ),
            default=0,
        )
    )  # fmt: skip
    found["years_too_small"] = sum(yearly["too_small"].values())
    found["short_ever"] = float(found["ruin"] > 0 or found["years_too_small"] > 0)
    found["too_small_rate"] = found["years_too_small"] / len(yearly["too_small"])
    found["overrun_in_all"] = sum(yearly["overrun_real"].values())
    for name in ("payments_due", "months_waited"):
        found[f"{name}_in_all"] = sum(yearly[name].values())
    for name in ("workload", "claims_open"):
        found[f"{name}_a_year"] = sum(yearly[name].values()) / len(yearly[name])
    known = [case for case in books.cases if case.claim.filed_at < horizon - SLOW]
    found["claims_known"] = float(len(known))
    found["claims_unready"] = float(sum(c.claim.ready_at - c.claim.filed_at > SLOW for c in known))
    found["claims_slow"] = float(sum(c.decided_at - c.claim.filed_at > SLOW for c in known))
    return found


class Receipt:
    """What one victim receives in euro of the price year, and how soon, without and with the fund."""

    def __init__(self, future: Future, victim: Victim, case: Case | None) -> None:
        """case  of the victim's claim, None without one"""
        life, end = future.life, future.life.months
        offender_at = victim.recovered_at if victim.recovered_at < end else NEVER
        self.without = (
            life.economy.real(victim.recovered / 100, offender_at) if offender_at < NEVER else 0.0
        )
        self.from_fund, fund_at, kept = 0.0, NEVER, self.without
        if case is not None:
            for payment in case.payments:
                month = payment.due_in if payment.paid_in is None else payment.paid_in
                self.from_fund += life.economy.real((payment.amount - payment.left) / 100, month)
            if case.paid_in is not None and case.claim.benefit > 0:
                fund_at = min(case.paid_in, end) + 1.0  # at the end of the month
            if case.pursued_from is not None:  # the right has passed to the fund
                kept = max(self.without - self.from_fund, 0.0)
        self.with_fund = self.from_fund + kept
        self.paid_by_fund = fund_at < NEVER
        self.months_without = offender_at - victim.identified_at
        self.months_with = min(offender_at, fund_at) - victim.identified_at
        self.award = 0.0
        if victim.award_at < end:
            self.award = life.economy.real(victim.award / 100, victim.award_at)


def people(future: Future) -> Outcomes:
    """What the victims registered within the horizon get, all and by group."""
    end = future.life.months
    cases = {case.victim.number: case for case in future.books.cases}
    lives = [
        (victim, Receipt(future, victim, cases.get(victim.number)))
        for victim in future.victims if victim.identified_at >= 0 and not victim.other
    ]  # fmt: skip

    def count(holds: Callable[[Victim], bool]) -> float:
        return float(sum(holds(victim) for victim, _ in lives))

    def granted(victim: Victim) -> bool:
        case = cases.get(victim.number)
        return case is not None and case.claim.approved and case.decided_at < end

    def beside(holds: Callable[[Victim], bool]) -> list[Receipt]:
        """What those get who are not counted as victims registered within the horizon."""
        return [Receipt(future, v, cases.get(v.number)) for v in future.victims if holds(v)]

    earlier, others = beside(lambda v: v.identified_at < 0), beside(lambda v: v.other)
    found = {
        "paid_earlier": float(sum(one.paid_by_fund for one in earlier)),
        "amount_earlier": sum(one.from_fund for one in earlier),
        "claims_others": float(len(others)),
        "paid_others": float(sum(one.paid_by_fund for one in others)),
        "formal": count(lambda v: v.formal),
        "helped": count(lambda v: v.assisted),
        "informed": count(lambda v: v.informed),
        "prosecuted": count(lambda v: v.charge == "trafficking"),
        "convicted": count(lambda v: v.convicted and v.judged_at < end),
        "awarded": count(lambda v: v.award_at < end),
        "entitled": count(lambda v: v.entitled),
        "applied": count(lambda v: v.claim is not None),
        "granted": count(granted),
        "amount_by_fund": sum(receipt.from_fund for _, receipt in lives),
        "paid_by_fund": float(sum(receipt.paid_by_fund for _, receipt in lives)),
        "soon_without": float(sum(receipt.months_without <= SOON for _, receipt in lives)),
        "soon_with": float(sum(receipt.months_with <= SOON for _, receipt in lives)),
    }
    groups: dict[str, Callable[[Victim], bool]] = {"": lambda v: True}
    groups |= {f".form.{form}": lambda v, form=form: v.form == form for form in FORMS}  # type: ignore[misc]
    groups |= {".age.adult": lambda v: not v.child, ".age.child": lambda v: v.child}
    groups |= {".sex.female": lambda v: v.female, ".sex.male": lambda v: not v.female}
    groups |= {".status.formal": lambda v: v.formal, ".status.presumed": lambda v: not v.formal}
    groups |= {
        ".nationality.national": lambda v: not v.foreign,
        ".nationality.foreign": lambda v: v.foreign,
    }
    for group, belongs in groups.items():
        own = [receipt for victim, receipt in lives if belongs(victim)]
        found[f"identified{group}"] = float(len(own))
        found[f"awards{group}"] = sum(r.award for r in own)
        found[f"amount_without{group}"] = sum(r.without for r in own)
        found[f"amount_with{group}"] = sum(r.with_fund for r in own)
        for which in ("without", "with"):
            waits = [getattr(r, f"months_{which}") for r in own]
            found[f"paid_{which}{group}"] = float(sum(w < NEVER for w in waits))
            found[f"months_{which}{group}"] = sum(w for w in waits if w < NEVER)
    return found


def limits(future: Future) -> Outcomes:
    """How often a limit of the fund's rules is reached."""
    end, cases = future.life.months, future.books.cases
    return {
        "claims": float(len(cases)),
        "claims_capped": float(sum(c.claim.capped for c in cases)),
        "claims_set_off": float(sum(c.claim.set_off > 0 for c in cases)),
        "claims_late": float(sum(v.applies and not v.files for v in future.victims)),
        "claims_undecided": float(sum(c.decided_at >= end for c in cases)),
        "claims_unpaid": float(
            sum(c.claim.approved and c.paid_in is None and c.decided_at < end for c in cases)
        ),
    }
