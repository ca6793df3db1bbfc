"""A challenger: the fund in plain Python, one replication at a time, written from docs/method.md §8-12.

It shares no code with `fundsim.model.fund`, `due` or `decisions`; it reads only what was drawn.
"""

from __future__ import annotations

import heapq
import math
from typing import Any

from fundsim.model.run import Future

KINDS = ["office", "caseworkers", "decisions", "legal_aid", "assistance", "reforms", "subrogation"]


def decide(filed_at: list[float], working: list[float], caseworkers: int) -> list[float]:
    """First come, first served: the earliest free caseworker takes the next claim."""
    free = [0.0] * caseworkers
    decided = []
    for filed, work in zip(filed_at, working, strict=True):
        end = max(filed, heapq.heappop(free)) + work
        heapq.heappush(free, end)
        decided.append(end)
    return decided


def payments(future: Future, row: list[int], decided: list[float]) -> list[dict[str, Any]]:
    """The line: every payment due before the end, in order."""
    payment, claims = future.world.fund.payment, future.drawn.claims
    line = []
    for place, claim in enumerate(row):
        benefit, interim = int(claims.benefit[claim]), 0
        items = []
        if claims.interim[claim] > 0 and claims.interim_at[claim] < decided[place]:
            interim = int(claims.interim[claim])
            items.append((float(claims.interim_at[claim]), interim))
        if claims.approved[claim]:
            due_at = decided[place]
            if payment.trust_until_18:
                due_at = max(due_at, float(claims.majority_at[claim]))
            each = (benefit - interim) // payment.instalments
            for number in range(payment.instalments):
                amount = each if number else benefit - interim - each * (payment.instalments - 1)
                items.append((due_at + number * payment.every_months, amount))
        items = [(at, amount) for at, amount in items if amount > 0]
        for number, (at, amount) in enumerate(items):
            if at < future.drawn.months:
                line.append(
                    {
                        "at": at, "case": int(claims.case[claim]), "number": number, "claim": claim,
                        "left": amount, "month": math.floor(at), "last": number == len(items) - 1,
                        "decided": math.floor(decided[place]),
                    }
                )  # fmt: skip
    line.sort(key=lambda p: (p["at"], p["case"], p["number"]))
    return line


def settle(future: Future, r: int) -> dict[str, list[int]]:
    """The flows of replication r, month by month."""
    world, drawn, pursuit = future.world, future.drawn, future.pursuit
    payment, months = world.fund.payment, drawn.months
    row = [int(c) for c in (drawn.claims.replication == r).nonzero()[0]]
    decided = decide(
        [float(drawn.claims.filed_at[c]) for c in row],
        [float(drawn.claims.working_months[c]) for c in row],
        world.fund.decision.caseworkers,
    )
    line = payments(future, row, decided)
    bills: list[list[Any]] = []  # [month, kind, cents left], oldest first
    due_costs = {k: [int(x) for x in v[r]] for k, v in future.ledger.costs_due.items()}
    later_costs, recoveries = [0] * (months + 1), [0] * (months + 1)
    opening = int(world.time.start_year - drawn.parameters.years[0])
    cash, advance, limit, lapsing = int(future.ledger.opening_capital[r]), 0, math.inf, 0
    names = ["returns", "advances", "repayments", "interest", "benefits", "lapsed", "cash", "advance",
             "outstanding", "arrears", "recoveries", "due"]  # fmt: skip
    flows: dict[str, list[int]] = {name: [0] * months for name in names}
    flows |= {f"cost.{kind}": [0] * months for kind in KINDS}

    def rate(table: Any, year: int) -> float:
        return float((1 + table[r, opening + year if table.shape[1] > 1 else 0]) ** (1 / 12) - 1)

    for t in range(months):
        year = t // 12
        back = rate(drawn.macro.investment_return, year) if world.fund.reserve_return else 0.0
        flows["returns"][t] = round(cash * back)
        flows["interest"][t] = round(
            advance * rate(drawn.parameters["fund.payment.advance_interest"], year)
        )
        flows["recoveries"][t] = recoveries[t]
        income = sum(int(flow[r, t]) for flow in drawn.income.values())
        cash += income + recoveries[t] + flows["returns"][t]
        advance += flows["interest"][t]
        if t % 12 == 0:
            lapsing = 0
            if payment.yearly_limit is not None:
                table = drawn.parameters["fund.payment.yearly_limit"]
                euros = table[r, opening + year if table.shape[1] > 1 else 0]
                limit = round(float(euros * drawn.macro.wages[r, opening + year] * 100))
        for name, flow in drawn.income.items():
            if getattr(world.income[name], "lapses", False):
                lapsing += int(flow[r, t])
        lends = payment.when_short == "treasury_advance"

        for kind in KINDS:
            amount = (
                later_costs[t] if kind == "subrogation" else due_costs.get(kind, [0] * months)[t]
            )
            bills.append([kind, amount])
        for bill in bills:
            if lends and bill[1] > cash:
                flows["advances"][t] += bill[1] - cash
                advance += bill[1] - cash
                cash = bill[1]
            pays = min(bill[1], cash)
            bill[1] -= pays
            cash -= pays
            flows[f"cost.{bill[0]}"][t] += pays
        bills = [bill for bill in bills if bill[1] > 0]

        waiting = [p for p in line if p["month"] <= t and p["left"] > 0]
        flows["due"][t] = sum(p["left"] for p in waiting if p["month"] == t)
        owed = sum(p["left"] for p in waiting)
        means = min(cash, limit)
        if payment.when_short == "pro_rata" and owed > means:
            share = means * 1_000_000 // owed if owed else 0
            parts = [p["left"] * share // 1_000_000 for p in waiting]
        else:
            parts, ahead = [], 0
            room = limit if lends else means
            for p in waiting:
                if ahead + p["left"] > room:
                    break
                ahead += p["left"]
                parts.append(p["left"])
        for p, part in zip(waiting, parts, strict=False):
            if lends and part > cash:
                flows["advances"][t] += part - cash
                advance += part - cash
                cash = part
            cash -= part
            limit -= part
            p["left"] -= part
            flows["benefits"][t] += part
            claim = p["claim"]
            if p["left"] == 0 and p["last"] and pursuit.pursued[claim]:
                begun = max(max(t, p["decided"]) + 1, float(pursuit.from_at[claim]))
                if begun > float(pursuit.until[claim]):
                    continue  # the offender has paid the victim by then
                later_costs[min(math.floor(begun), months)] += int(pursuit.cost[claim])
                month = math.floor(begun + float(pursuit.delay[claim]))
                recoveries[min(month, months)] += int(pursuit.recovery[claim])
        flows["repayments"][t] = min(cash, advance)
        cash -= flows["repayments"][t]
        advance -= flows["repayments"][t]
        spent = sum(flows[f"cost.{kind}"][t] for kind in KINDS) + flows["benefits"][t]
        lapsing = max(lapsing - spent - flows["repayments"][t], 0)
        if t % 12 == 11:
            flows["lapsed"][t] = min(cash, max(lapsing, 0))
            cash -= flows["lapsed"][t]
        flows["cash"][t], flows["advance"][t] = cash, advance
        flows["arrears"][t] = sum(bill[1] for bill in bills)
        flows["outstanding"][t] = sum(p["left"] for p in line if p["month"] <= t)
    return flows
