"""What a settled block means, future by future, in plain loops: written from docs/method.md §12 and §13.

Books, cases, claims and prices are the model's; whatever is read from them is worked out here.  Money is in
euro; a yearly outcome is a list over the years of the horizon.
"""

from __future__ import annotations

import math
from typing import Any

from fundsim.model.fund import UNPAID
from fundsim.model.run import Future
from fundsim.scenario.schema import FORMS

Outcomes = dict[str, Any]  # name -> a number, or a list over the years of the horizon
TRAFFICKING = 1
SOON, MOST_FUNDING = 24, 99.0  # months; where a funding ratio is cut
REAL = ("due", "outgo", "benefits", "income", "state_cost")


def of_money(future: Future) -> list[Outcomes]:
    """Cost, income, balances and solvency of each future."""
    return [_money(future, r) for r in range(future.drawn.replications.size)]


def _money(future: Future, r: int) -> Outcomes:
    world, book, drawn = future.world, future.ledger, future.drawn
    years = world.time.horizon_years
    months, opening = 12 * years, world.time.start_year - int(drawn.parameters.years[0])
    price = drawn.macro.prices[r].tolist()[opening:]
    rate = drawn.macro.exchange_rate[r].tolist()[opening:]

    def by_month(table: Any) -> list[float]:
        return [cents / 100 for cents in table[r].tolist()[:months]]

    def by_year(flow: list[float]) -> list[float]:
        return [math.fsum(flow[12 * y : 12 * y + 12]) for y in range(years)]

    def added(flows: list[list[float]]) -> list[float]:
        return [math.fsum(flow[t] for flow in flows) for t in range(months)]

    income = {name: by_month(flow) for name, flow in book.income.items()}
    paid = {kind: by_month(flow) for kind, flow in book.costs.items()}
    owed = added([by_month(flow) for flow in book.costs_due.values()])
    flow = {
        "recoveries": by_month(book.recoveries), "returns": by_month(book.returns),
        "advances": by_month(book.advances), "repayments": by_month(book.repayments),
        "lapsed": by_month(book.lapsed), "benefits": by_month(book.benefits),
        "income": added(list(income.values())), "due": added([owed, by_month(book.due)]),
        "state_cost": future.state_costs[r].tolist()[:months],
    }  # fmt: skip
    flow["outgo"] = added([*paid.values(), flow["benefits"]])
    flow |= {f"income.{name}": x for name, x in income.items()}
    flow |= {f"cost.{kind}": x for kind, x in paid.items()}
    out: Outcomes = {name: by_year(x) for name, x in flow.items()}
    for name in list(out):
        if name in REAL or "." in name:
            out[f"{name}_real"] = [out[name][y] / price[y] for y in range(years)]
    out["outgo_local"] = [out["outgo"][y] * rate[y] for y in range(years)]

    early, out["incurred"] = _incurred(future, r)
    cash, left, late = by_month(book.cash), early, []
    for y in range(years):
        left += out["incurred"][y] - out["benefits"][y]
        late.append(left)
    out["liabilities"], out["cash"] = late, cash[11::12]
    out["funding_ratio"] = [
        min(max(cash[12 * y + 11] / max(late[y], 0.01), 0.0), MOST_FUNDING) for y in range(years)
    ]
    short = added([by_month(book.outstanding), by_month(book.arrears), by_month(book.advance)])
    struck = [any(x > 0 for x in short[12 * y : 12 * y + 12]) for y in range(years)]
    out["shortfall"] = [float(x) for x in struck]
    out["shortfall_so_far"] = [float(any(struck[: y + 1])) for y in range(years)]
    out["ruin"], out["unpaid"] = float(any(struck)), short[11::12]

    for name in REAL:
        out[f"{name}_a_year"] = math.fsum(out[f"{name}_real"]) / years
    inhabitants = float(drawn.parameters["country.population"][r, 0])
    out["due_per_head"] = out["due_a_year"] / inhabitants
    out["outgo_per_head"] = out["outgo_a_year"] / inhabitants
    out["incurred_total"] = early + math.fsum(out["incurred"])
    out["benefits_total"] = math.fsum(out["benefits"])

    # what cash would be had all been paid in time; and the same with returns on whatever was there
    without = [
        flow["income"][t] + flow["recoveries"][t] - flow["due"][t] - flow["lapsed"][t]
        for t in range(months)
    ]
    capital = int(book.opening_capital[r]) / 100
    notional = [
        capital + math.fsum(without[: t + 1]) + math.fsum(flow["returns"][: t + 1])
        for t in range(months)
    ]
    out["worst_balance"] = min(notional)
    earned = drawn.macro.investment_return[r].tolist()[opening:]
    balance, one_euro, most = capital, 1.0, 0.0
    for t in range(months):
        grows = (1 + earned[t // 12]) ** (1 / 12) if world.fund.reserve_return else 1.0
        balance, one_euro = balance * grows + without[t], one_euro * grows
        most = max(most, -balance / one_euro)  # euro more at the opening would have grown to this
    out["peak_need"] = most
    out["longest_delay"] = _longest_delay(future, r, months)
    return out


def _incurred(future: Future, r: int) -> tuple[float, list[float]]:
    """Benefits ever due: to those identified before the opening, and by year of identification."""
    claims, years = future.drawn.claims, future.world.time.horizon_years
    early, by_year = 0, [0] * years
    for i in range(claims.size):
        if int(claims.replication[i]) != r:
            continue
        interim_first = claims.interim_at[i] < future.decided_at[i]
        cents = int(claims.interim[i]) if interim_first else 0
        if claims.approved[i]:
            cents = int(claims.benefit[i])
        at = float(future.drawn.cases.victims.identified_at[claims.case[i]])
        if at < 0:
            early += cents
        else:
            by_year[math.floor(at / 12)] += cents
    return early / 100, [cents / 100 for cents in by_year]


def _longest_delay(future: Future, r: int, months: int) -> float:
    """Months that a payment due within the horizon waited for cash, to the horizon's end if unpaid."""
    due, longest = future.due, 0
    for i in range(due.amount.size):
        if int(due.replication[i]) == r and int(due.month[i]) < months:
            longest = max(longest, min(int(future.payment_month[i]), months) - int(due.month[i]))
    return float(longest)


def of_people(future: Future) -> list[Outcomes]:
    """What the victims identified within the horizon get, without and with the fund; and the claims."""
    drawn, cases, claims, entry = (
        future.drawn, future.drawn.cases, future.drawn.claims, future.drawn.entry,
    )  # fmt: skip
    people, months = cases.victims, drawn.months
    opening = future.world.time.start_year - int(drawn.parameters.years[0])
    price: list[list[float]] = drawn.macro.prices.tolist()

    def real(r: int, cents: int, at: float) -> float:
        return cents / 100 / price[r][opening + math.floor(at / 12)]

    # what the fund pays on each claim, at the prices of each payment
    from_fund = [0.0] * claims.size
    for i in range(future.due.amount.size):
        made = int(future.due.amount[i]) - int(future.payment_left[i])
        paid_in = int(future.payment_month[i])
        month = paid_in if paid_in < UNPAID else int(future.due.month[i])
        r = int(future.due.replication[i])
        from_fund[int(future.due.claim[i])] += real(r, made, month)
    claim_of = {int(case): i for i, case in enumerate(claims.case)}

    out = [dict.fromkeys(_names(), 0.0) for _ in range(drawn.replications.size)]
    for case in range(people.size):
        r, at = int(people.replication[case]), float(people.identified_at[case])
        claim = claim_of.get(case)
        own = out[r]
        own["claims_late"] += bool(entry.applies[case]) and not bool(entry.filed[case])
        if claim is not None:
            for name, holds in _of_claim(future, claim).items():
                own[name] += holds
        if at < 0:
            continue
        offender_at, offender = math.inf, 0.0
        if float(cases.recovered_at[case]) < months:
            offender_at = float(cases.recovered_at[case])
            offender = real(r, int(cases.recovered[case]), offender_at)
        fund_at, fund, kept = math.inf, 0.0, offender
        if claim is not None:
            fund, done = from_fund[claim], int(future.paid_in_month[claim])
            if done < UNPAID:
                if int(claims.benefit[claim]) > 0:
                    fund_at = float(done + 1)  # at the month's end
                begun = max(done + 1.0, float(future.pursuit.from_at[claim]))
                if future.pursuit.pursued[claim] and begun <= float(future.pursuit.until[claim]):
                    kept = max(offender - fund, 0.0)  # the right has passed to the fund
        award = 0.0
        if float(cases.award_at[case]) < months:
            award = real(r, int(cases.award[case]), float(cases.award_at[case]))
            own["awarded"] += 1
        groups = [
            "", f".form.{FORMS[int(people.form[case])]}",
            ".age.child" if people.child[case] else ".age.adult",
            ".nationality.foreign" if people.foreign[case] else ".nationality.national",
        ]  # fmt: skip
        ways = (
            ("without", offender_at, offender),
            ("with", min(offender_at, fund_at), fund + kept),
        )
        for group in groups:
            own[f"identified{group}"] += 1
            own[f"awards{group}"] += award
            for way, paid_at, amount in ways:
                own[f"amount_{way}{group}"] += amount
                if paid_at < math.inf:
                    own[f"paid_{way}{group}"] += 1
                    own[f"months_{way}{group}"] += paid_at - at
        for way, paid_at, _ in ways:
            own[f"soon_{way}"] += paid_at - at <= SOON
        own["informed"] += bool(cases.informed[case])
        own["prosecuted"] += int(cases.indicted[case]) == TRAFFICKING
        own["convicted"] += bool(cases.convicted[case]) and float(cases.judged_at[case]) < months
        own["entitled"] += bool(entry.entitled[case])
        own["applied"] += claim is not None
        own["amount_by_fund"] += fund
        own["paid_by_fund"] += fund_at < math.inf
        if claim is not None:
            decided = float(future.decided_at[claim]) < months
            own["granted"] += decided and bool(claims.approved[claim])
    return out


def _of_claim(future: Future, i: int) -> dict[str, bool]:
    """Which limits of the rules a claim meets."""
    claims = future.drawn.claims
    decided = float(future.decided_at[i]) < future.drawn.months
    unpaid = bool(claims.approved[i]) and int(future.paid_in_month[i]) == UNPAID
    return {
        "claims": True,
        "claims_capped": bool(claims.capped[i]),
        "claims_set_off": int(claims.set_off[i]) > 0,
        "claims_undecided": not decided,
        "claims_unpaid": decided and unpaid,
    }


def _names() -> list[str]:
    groups = ["", *(f".form.{form}" for form in FORMS), ".age.adult", ".age.child",
              ".nationality.national", ".nationality.foreign"]  # fmt: skip
    ways = [f"{what}_{way}" for what in ("paid", "amount", "months") for way in ("without", "with")]
    grouped = [f"{name}{group}" for name in ("identified", "awards", *ways) for group in groups]
    return [
        *grouped, "soon_without", "soon_with", "informed", "prosecuted", "convicted", "awarded",
        "amount_by_fund", "entitled", "applied", "granted", "paid_by_fund", "claims",
        "claims_capped", "claims_set_off", "claims_late", "claims_undecided", "claims_unpaid",
    ]  # fmt: skip
