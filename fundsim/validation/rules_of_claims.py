"""Section 2: rules of payments, costs and recoveries in worlds where each step is certain and takes a known time.

Prices rise by a tenth a year, wages by 15.5 %, both certain, from the price year 2025; the fund opens in 2027.
"""

from __future__ import annotations

import math
from typing import Any

from fundsim.analysis.outcomes import outcomes
from fundsim.model.fund import UNPAID
from fundsim.model.run import Future
from fundsim.validation.check import Check, Group, Line, chi_square, of_mean
from fundsim.validation.rules_of_money import HAND, RISING, START, index
from fundsim.validation.rules_of_victims import MONTHS, YEARS, N, cent, claims_of, run, year_of
from fundsim.validation.tally import Tally


def payments(future: Future) -> dict[int, list[tuple[int, int]]]:
    """Month and cents of the payments due on each claim, in the order of the line."""
    found: dict[int, list[tuple[int, int]]] = {}
    for claim, month, amount in zip(
        future.due.claim.tolist(), future.due.month.tolist(), future.due.amount.tolist(), strict=True
    ):  # fmt: skip
        found.setdefault(claim, []).append((month, amount))
    return found


def paying(seed: int) -> list[Check]:
    """Interim payments, instalments, trusts, the yearly limit."""
    parts, trusts, limited = Tally(), Tally(), Tally()
    slow = {
        "fund__decision__working_months": 4,
        "fund__interim__after_months": 2,
        "fund__interim__cap": 400,
    }
    for share, approved, working, expected in (
        (0.3, 1, 4, ((2, 30_000), (4, 70_000))), (0.5, 1, 4, ((2, 40_000), (4, 60_000))),
        (0.3, 0, 4, ((2, 30_000),)), (0.3, 1, 2, ((2, 100_000),)), (0, 1, 4, ((4, 100_000),)),
        (0, 0, 4, ()),
    ):  # fmt: skip
        future = run(seed, 6, **slow | {"fund__decision__working_months": working}, fund__interim__share=share, fund__decision__approval_rate=approved)  # fmt: skip
        found = payments(future)
        for own in claims_of(future):
            due = [(math.floor(own["filed"] + months), cents) for months, cents in expected]
            parts.same(found.get(own["place"], []), due)
    paid = {  # the offender has paid € 400: € 600 are left, of which a half is paid first
        "award__median": 400, "award__p90": 400, "enforcement__failure_rate": 0,
        "enforcement__recovered_rate": 1, "enforcement__delay__median": 0, "fund__subsidiarity__set_off": True,
    }  # fmt: skip
    future = run(seed, 6, **slow | paid, fund__interim__share=0.5)
    found = payments(future)
    for own in claims_of(future):
        at = own["filed"]
        due = [(math.floor(at + 2), 30_000), (math.floor(at + 4), 30_000)]
        parts.same(found.get(own["place"], []), due)
    for number, every, sums_ in ((3, 4, (33_334, 33_333, 33_333)), (7, 1, (14_290, *[14_285] * 6))):
        future = run(seed, 6, fund__payment__instalments=number, fund__payment__every_months=every)
        found = payments(future)
        for own in claims_of(future):
            months = [math.floor(own["filed"]) + every * k for k in range(number)]
            parts.same(
                found[own["place"]],
                [(m, c) for m, c in zip(months, sums_, strict=True) if m < MONTHS],
            )
    future = run(
        seed,
        caseload__child_rate=0.5,
        fund__payment__trust_until_18=True,
        caseload__years_to_majority=4,
    )
    found, waits = payments(future), []
    for own in claims_of(future):
        at = max(own["decided"], own["majority"]) if own["child"] else own["decided"]
        month = math.floor(at)
        trusts.same(found.get(own["place"], []), [(month, 100_000)] if month < MONTHS else [])
        if own["child"]:
            waits.append(own["majority"] - own["identified"])
            trusts.same(0 <= waits[-1] <= 96, True)
    for rule in ("queue", "pro_rata", "treasury_advance"):
        sets = {"fund__payment__when_short": rule, "fund__payment__yearly_limit": 10_700}
        book = run(seed, 6, **RISING, **sets).ledger
        for row in book.benefits.tolist():
            for year in range(
                YEARS
            ):  # some thirty claims of € 1,000 a year: the limit is always reached
                limit = 10_700 * index("wages", START + year)
                paid, whole = sum(row[12 * year : 12 * year + 12]), 1000 * math.floor(limit / 1000)
                if rule != "pro_rata":
                    cent(limited, paid, whole)
                else:
                    limited.same(paid <= 100 * limit + 1 and paid > 99 * limit, True)
    what = "simulate() of six futures"
    return [
        parts.check(Line("2.65", "Interim payments and instalments", f"{what}; month and cents of every payment on € 1,000: capped, deducted, of what set-off leaves, not reclaimed, none when decided first; three of 33,334 and 33,333 cents", "claims", HAND.format("9")), 2000),
        trusts.check(Line("2.66a", "Payments kept until 18", f"simulate() of {N} futures; a child's € 1,000 is due in the month it is 18, if later, an adult's when decided", "claims", HAND.format("9")), 1000),
        of_mean(Line("2.66b", "Months until a child is 18", f"draw() of {N} futures; uniform between 0 and twice four years", "months", "mean of a uniform distribution"), waits, 48.0),
        limited.check(Line("2.67", "Yearly limit", f"{what} under three rules; whole payments of € 1,000 within € 10,700 at the year's wages", "years", HAND.format("12")), 60),
    ]  # fmt: skip


def costs(seed: int) -> list[Check]:
    """Assistance, legal aid and decisions by month, from the victims registered and claims decided."""
    tally = Tally()
    aided = {
        "pathway__informed_rate": 1,
        "pathway__legal_aid_rate": 1,
        "fund__costs__legal_aid_per_case": 200,
    }
    for by_fund in (True, False):
        future = run(
            seed, 6, **RISING, **aided, fund__costs__index="prices", fund__assistance__rate=0.5,
            fund__assistance__months=6, fund__assistance__monthly_cost=100, fund__costs__per_decision=30,
            fund__costs__legal_aid_by_fund=by_fund, fund__decision__working_months=2,
        )  # fmt: skip
        book, people = future.ledger, future.drawn.cases.victims
        identified = [[0] * MONTHS for _ in range(6)]
        decided = [[0] * MONTHS for _ in range(6)]
        for r, at in zip(people.replication.tolist(), people.identified_at.tolist(), strict=True):
            identified[r][math.floor(at)] += 1
            decided[r][math.floor(at + 2)] += 1
        for r in range(6):
            for t in range(MONTHS):
                rise = index("prices", year_of(t))
                last = sum(identified[r][max(t - 5, 0) : t + 1])
                cent(tally, book.costs["assistance"][r, t], 0.5 * 100 * last * rise)
                cent(tally, book.costs["legal_aid"][r, t], 200 * by_fund * identified[r][t] * rise)
                cent(tally, book.costs["decisions"][r, t], 30 * decided[r][t] * rise)
    line = Line("2.68", "Assistance, legal aid and decisions", "simulate() of six futures, month by month; half of those identified in the last six months × € 100, € 200 for each aided where the fund pays, € 30 a decision, at the year's prices", "months", HAND.format("11"))  # fmt: skip
    return [tally.check(line, 3000)]


def recovering(seed: int) -> list[Check]:
    """Recoveries five months after the later of judgment and the month after payment, in cents and months."""
    tally = Tally()
    sets: dict[str, Any] = {
        "fund__subrogation__pursued_share": 1, "fund__subrogation__failure_rate": 0,
        "fund__subrogation__recovered_rate": 1, "fund__subrogation__delay__median": 5,
        "fund__subrogation__cost_per_claim": 80, "fund__costs__index": "prices",
    }  # fmt: skip
    pays: dict[str, Any] = {
        "enforcement__failure_rate": 0,
        "enforcement__recovered_rate": 1,
        "enforcement__delay__median": 3,
    }
    for trial, more in (
        (20, {}),
        (0, {}),
        (20, pays),
        (0, pays | {"enforcement__delay__median": 0}),
    ):
        future = run(seed, 6, **RISING, **sets | more, pathway__criminal__median=trial)
        got, cost = ([[0.0] * MONTHS for _ in range(6)] for _ in range(2))
        kept = [0.0] * 6  # by victims, from fund and offender, at the prices of each payment
        for own in claims_of(future):
            begun = max(math.floor(own["decided"]) + 1, own["judged"])
            fund = own["benefit"] / 100 / index("prices", year_of(own["decided"]))
            offender = 0.0
            if own["offender"] < MONTHS:
                offender = own["recovered"] / 100 / index("prices", year_of(own["offender"]))
            if begun > own["offender"]:  # the offender has paid the victim before
                kept[own["r"]] += fund + offender
                continue
            kept[own["r"]] += max(fund, offender)  # the right has passed to the fund
            if begun < MONTHS:
                cost[own["r"]][math.floor(begun)] += 80 * index("prices", year_of(own["decided"]))
            if begun + 5 < MONTHS:
                got[own["r"]][math.floor(begun + 5)] += own["benefit"] / 100
        book = future.ledger
        tally.all_near(outcomes(future)["amount_with"], kept, 1e-7)
        for r in range(6):
            tally.same(future.ledger.recoveries[r].tolist(), [round(100 * x) for x in got[r]])
            for t in range(MONTHS):
                tally.compared += 1  # each claim's cost is rounded by itself
                tally.wrong += abs(int(book.costs_due["subrogation"][r, t]) - 100 * cost[r][t]) > 10
    part = run(seed, **sets | {"fund__subrogation__recovered_rate": 0.4, "fund__subrogation__failure_rate": 0.25, "fund__subrogation__pursued_share": 0.3})  # fmt: skip
    pursued = [bool(x) for x in part.pursuit.pursued]
    got_back = [
        int(x) / int(b)
        for x, b, p in zip(part.pursuit.recovery, part.drawn.claims.benefit, pursued, strict=True)
        if p
    ]
    paid = [x for x in got_back if x > 0]
    tally.same(max(got_back) <= 1, True)
    what, cite = f"simulate() of {N} futures", HAND.format("12")
    return [
        tally.check(Line("2.69a", "Subrogation: when, how much, at what cost", "simulate() of six futures, month by month; begun after payment and judgment, the benefit five months later, € 80 when begun at the prices of the decision, nothing where the offender has paid; the victim keeps the larger where the right has passed", "months", cite), 2000),
        chi_square(Line("2.69b", "Claims pursued, and in vain", f"{what}; 30 of 100 are pursued, a quarter of these in vain", "", f"{cite}; Pearson (1900)"), [len(pursued) - sum(pursued), len(got_back) - len(paid), len(paid)], [0.7, 0.075, 0.225]),
        of_mean(Line("2.69c", "Share recovered where anything is", f"{what}; u^((1 − m)/m) has mean m = 0.4", "share", cite), paid, 0.4),
    ]  # fmt: skip


def states(seed: int) -> list[Check]:
    """When a claim counts as paid in full, and months from identification to the end of that month."""
    tally = Tally()
    for number in (1, 3):
        future = run(seed, 6, fund__payment__instalments=number, fund__payment__every_months=4)
        out, months, paid = outcomes(future), [0.0] * 6, [0] * 6
        for own in claims_of(future):
            last = math.floor(own["filed"]) + 4 * (number - 1)
            place = own["place"]
            tally.same(int(future.paid_in_month[place]), last if last < MONTHS else UNPAID)
            if last < MONTHS:
                months[own["r"]] += last + 1 - own["identified"]
                paid[own["r"]] += 1
        tally.all_near(out["months_with"], months)
        tally.all_near(out["paid_with"], [float(x) for x in paid])
    line = Line("2.72", "Paid in full, and months to payment", "simulate() of six futures; with the last instalment, counted from identification to that month's end", "claims", HAND.format("9, §13"))  # fmt: skip
    return [tally.check(line, 1000)]


GROUPS = (
    Group("2.65", "Payments", paying), Group("2.68", "Costs by month", costs),
    Group("2.69", "Subrogation", recovering), Group("2.72", "Paid in full", states),
)  # fmt: skip
