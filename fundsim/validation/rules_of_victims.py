"""Section 2: rules of victims, claims and payments in worlds where each step is certain and takes a known time.

Prices rise by a tenth a year, wages by 15.5 %, both certain, from the price year 2025; the fund opens in 2027.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fundsim.analysis.outcomes import outcomes
from fundsim.model.run import Future, simulate
from fundsim.scenario.schema import FORMS
from fundsim.validation.check import Check, Group, Line, chi_square
from fundsim.validation.rules_of_money import HAND, RISING, START, index
from fundsim.validation.tally import Tally
from fundsim.validation.worlds import CERTAIN, OPEN, PLAIN, STILL, world

YEARS, RUNOFF = 5, 3
MONTHS = 12 * (YEARS + RUNOFF)
N, LEVEL = 20, 30  # replications, and victims a year
# everybody is identified, has an award at once, applies at once and is granted € 1,000 at once
PLAINEST: dict[str, Any] = CERTAIN | OPEN | STILL | {
    "caseload__level": LEVEL,
    "time__price_year": 2025,
    "time__start_year": START,
    "time__horizon_years": YEARS,
    "time__runoff_years": RUNOFF,
    "time__history_years": 4,
    "fund__amount__basis": "fixed",
    "fund__amount__fixed": 1000,
    "fund__interim__share": 0,
    "fund__costs__office_a_year": 0,
    "fund__costs__index": "none",
    "fund__reserve_return": False,
    "fund__decision__posts": 2000,
    "fund__decision__spread": "fixed",
    "enforcement__failure_rate": 1,
    **{f"{key}__sigma": 0 for key in (
        "pathway__indictment", "pathway__criminal", "pathway__civil", "enforcement__delay",
        "fund__take_up__filing", "fund__subrogation__delay",
    )},
}  # fmt: skip


def run(seed: int, n: int = N, **sets: Any) -> Future:
    """Some futures of the plainest world with some keys set."""
    return simulate(world(**PLAINEST | sets), seed, np.arange(n), certain=True)


def year_of(at: float) -> int:
    """Calendar year of a time in months from the opening."""
    return START + math.floor(at / 12)


def cent(tally: Tally, ours: Any, euro: float) -> None:
    """A sum in cents, the last of which may be rounded."""
    tally.compared += 1
    tally.wrong += abs(int(ours) - 100 * euro) > 1.0


def claims_of(future: Future) -> list[dict[str, Any]]:
    """Each claim with its victim, in plain numbers."""
    claims, cases = future.drawn.claims, future.drawn.cases
    people, found = cases.victims, []
    for i in range(claims.size):
        case = int(claims.case[i])
        found.append({
            "place": i, "r": int(claims.replication[i]), "filed": float(claims.filed_at[i]),
            "decided": float(future.decided_at[i]), "asked": int(claims.asked[i]),
            "benefit": int(claims.benefit[i]), "identified": float(people.identified_at[case]),
            "child": bool(people.child[case]), "form": FORMS[int(people.form[case])],
            "foreign": bool(people.foreign[case]), "award": int(cases.award[case]),
            "recovered": int(cases.recovered[case]), "majority": float(claims.majority_at[i]),
            "judged": float(cases.judged_at[case]), "offender": float(cases.recovered_at[case]),
        })  # fmt: skip
    return found


def sums(seed: int) -> list[Check]:
    """Awards and benefits: index of the year, factors, floor and cap, judgment, set-off."""
    awards, benefits, tariffs = Tally(), Tally(), Tally()
    factors = {form: 1 + place / 10 for place, form in enumerate(FORMS)}
    sized: dict[str, Any] = {f"award__form_factor__{form}": x for form, x in factors.items()}
    for kind in ("none", "prices", "wages"):
        future = run(
            seed, **RISING, **sized, award__median=2000, award__p90=2000, award__child_factor=1.5,
            award__index=kind, pathway__indictment__median=4, pathway__criminal__median=15,
        )  # fmt: skip
        cases = future.drawn.cases
        for i in range(cases.victims.size):
            at = float(cases.victims.identified_at[i]) + 19
            awards.near(float(cases.award_at[i]), at)
            factor = factors[FORMS[int(cases.victims.form[i])]]
            factor *= 1.5 if cases.victims.child[i] else 1.0
            cent(awards, cases.award[i], 2000 * factor * index(kind, year_of(at)))
        for limits, worth in (
            ({}, 1000), ({"floor": 1300}, 1300), ({"cap": 700}, 700), ({"floor": 900, "cap": 1200}, 1000),
        ):  # fmt: skip
            future = run(
                seed, 5, **RISING, fund__amount__index=kind, fund__take_up__filing__median=20,
                **{f"fund__amount__{key}": x for key, x in limits.items()},
            )  # fmt: skip
            for own in claims_of(future):
                benefits.near(own["filed"], own["identified"] + 20)
                cent(benefits, own["asked"], worth * index(kind, year_of(own["filed"])))
    tariff: dict[str, Any] = {
        f"fund__amount__tariff__{age}__{form}": 100 * (place + 1) + 1000 * (age == "child")
        for place, form in enumerate(FORMS)
        for age in ("adult", "child")
    }
    paying: dict[str, Any] = {
        "enforcement__failure_rate": 0,
        "enforcement__recovered_rate": 0.5,
        "enforcement__delay__median": 6,
    }
    for basis, wait, unit in (
        ("tariff", 6, 1.0), ("judgment", 6, 1.0), ("smaller", 6, 1.0), ("tariff", 5, 1.0),
        ("tariff", 6, 900.0),
    ):  # fmt: skip
        future = run(
            seed, **tariff, **paying, fund__amount__basis=basis, fund__entry_point="judgment", fund__amount__judgment_share=0.4,
            award__median=1500, award__p90=6000, fund__take_up__filing__median=wait,
            fund__subsidiarity__set_off=True, country__net_wage=900,
            fund__amount__money="euro" if unit == 1.0 else "monthly_wages",
        )  # fmt: skip
        for own in claims_of(future):
            place = FORMS.index(own["form"])
            listed = (100 * (place + 1) + 1000 * own["child"]) * unit
            court = 0.4 * own["award"] / 100
            asked = {"tariff": listed, "judgment": court, "smaller": min(listed, court)}[basis]
            cent(tariffs, own["asked"], asked)
            # the offender pays at six months: deducted if that is not after filing
            paid = own["recovered"] if wait >= 6 else 0
            cent(tariffs, own["benefit"], max(own["asked"] - paid, 0) / 100)
    what = f"draw() of {N} futures"
    return [
        awards.check(Line("2.60a", "Awards: index of their year, form and age", f"{what}; € 2,000 × factors at the index of the award, 19 months after identification", "awards", HAND.format("6")), 2000),
        benefits.check(Line("2.60b", "Benefits: index of the year of filing, floor, cap", f"{what}; € 1,000, at least 1,300, at most 700, at the index of filing, 20 months after identification", "claims", HAND.format("7")), 2000),
        tariffs.check(Line("2.60c", "Tariff, judgment, the smaller, and set-off", f"{what}; sums by form and age, in euro and in wages; what the offender has paid by filing is deducted, at an equal time too, never below nothing", "claims", HAND.format("7")), 2000),
    ]  # fmt: skip


def entries(seed: int) -> list[Check]:
    """Entry points, years back, cover, filing limit."""
    tally, back, covers = Tally(), Tally(), Tally()
    slow = {
        "pathway__indictment__median": 3,
        "pathway__criminal__median": 7,
        "enforcement__delay__median": 5,
    }
    pays = {"enforcement__failure_rate": 0, "enforcement__recovered_rate": 1}
    for entry, wait, more, months in (
        ("identified", False, {}, 0), ("indictment", False, {}, 3), ("conviction", False, {}, 10),
        ("judgment", False, {}, 10), ("unpaid_judgment", False, {}, 18), ("identified", True, {}, 15),
        ("unpaid_judgment", False, {"fund__unpaid_months": 4} | pays, 14),
        ("unpaid_judgment", False, {"fund__unpaid_months": 5} | pays, None),
    ):  # fmt: skip
        sets = {"fund__unpaid_months": 8, "fund__entry_point": entry} | slow | more
        future = run(seed, 6, **sets, fund__subsidiarity__wait_for_enforcement=wait)
        counted = 0
        for own in claims_of(future):
            tally.near(own["filed"], own["identified"] + (months or 0))
            counted += 1
        since = future.drawn.cases.victims.identified_at.tolist()
        expected = 0 if months is None else sum(0 <= at + months < MONTHS for at in since)
        tally.same(counted, expected)
    for entry, months in (("identified", 0), ("conviction", 10)):
        future = run(seed, 6, **slow, fund__entry_point=entry, fund__eligible__retroactive_years=3)
        at, entitled = (
            future.drawn.cases.victims.identified_at.tolist(),
            future.drawn.entry.entitled.tolist(),
        )
        for when, may in zip(at, entitled, strict=True):
            back.same(may, when + months >= -36)
        early = sum(-36 <= when + months < -12 for when in at)
        back.same(abs(early - 6 * 2 * LEVEL) < 5 * math.sqrt(6 * 2 * LEVEL), True)
    half: dict[str, Any] = {"caseload__child_rate": 0.5, "caseload__foreign_rate": 0.5}
    cases: tuple[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]], ...] = (
        ({"children": False}, lambda own: not own["child"]), ({"adults": False}, lambda own: own["child"]),
        ({"forms": '["labour", "other"]'}, lambda own: own["form"] in ("labour", "other")),
        ({"foreign": "none"}, lambda own: not own["foreign"]), ({"foreign": "all"}, lambda own: True),
        ({"foreign": "lawful", "lawful_rate": 1, "reciprocity_rate": 0}, lambda own: True),
        ({"foreign": "lawful", "lawful_rate": 0, "reciprocity_rate": 1}, lambda own: not own["foreign"]),
        ({"foreign": "reciprocity", "lawful_rate": 1, "reciprocity_rate": 0}, lambda own: not own["foreign"]),
    )  # fmt: skip
    for sets, may in cases:
        future = run(seed, 6, **half, **{f"fund__eligible__{key}": x for key, x in sets.items()})
        people, entitled = future.drawn.cases.victims, future.drawn.entry.entitled.tolist()
        for i, ours in enumerate(entitled):
            own = {
                "child": bool(people.child[i]), "foreign": bool(people.foreign[i]),
                "form": FORMS[int(people.form[i])],
            }  # fmt: skip
            covers.same(ours, may(own))
    for limit, in_time in ((6, True), (5, False)):
        future = run(
            seed, 6, fund__take_up__filing__median=6, fund__eligible__filing_limit_months=limit
        )
        out, n = outcomes(future), future.drawn.cases.victims.size
        covers.same(int(out["claims_late"].sum()), 0 if in_time else n)
        covers.same(future.drawn.claims.size, n if in_time else 0)
    what = "draw() of six futures"
    return [
        tally.check(Line("2.61", "Entry points", f"{what}; claims are filed 0, 3, 10, 18 or 15 months after identification, and none where the offender has paid", "claims", HAND.format("7")), 5000),
        back.check(Line("2.62", "Retroactive years", f"{what}; whose entry point lies up to 36 months before the opening may claim, no other, and there are such in each of the years", "victims", HAND.format("7")), 2000),
        covers.check(Line("2.63", "Who is covered, and the filing limit", f"{what}; age, form, nationality, lawful residence, reciprocity; six months are in time for a limit of six and late for one of five", "victims", HAND.format("7")), 5000),
    ]  # fmt: skip


def ramp(seed: int) -> list[Check]:
    """Take-up of 0.8, a quarter of it in the first year, all of it from the fourth on."""
    sets = {
        "fund__take_up__unassisted_rate": 0.8,
        "fund__take_up__first_year_share": 0.25,
        "fund__take_up__ramp_years": 3,
    }
    future = run(seed, 100, **sets, fund__eligible__retroactive_years=2)
    people, entry = future.drawn.cases.victims, future.drawn.entry
    counts = {year: [0, 0] for year in range(-2, YEARS)}
    clocks = dict.fromkeys((0, 12, 24, 36), 0)
    early, elsewhere = 0, Tally()
    for at, applies, clock in zip(
        people.identified_at.tolist(), entry.applies.tolist(), entry.clock_at.tolist(), strict=True
    ):  # fmt: skip
        year = math.floor(at / 12)
        counts[year][0] += applies
        counts[year][1] += 1
        if at < 0 and applies:
            early += 1
            elsewhere.same(clock in clocks, True)
            clocks[clock] = clocks.get(clock, 0) + 1
        elif at >= 0:
            elsewhere.near(clock, at)
    what, cite = "draw() of 100 futures; 0.8 × (¼, ½, ¾, 1)", HAND.format("7")
    seen, chance = [], []
    for year, share in zip(range(4), (0.2, 0.4, 0.6, 0.8), strict=True):
        hits, n = counts[year]
        seen += [hits, n - hits]
        chance += [share * n, (1 - share) * n]
    before = counts[-2][1] + counts[-1][1]
    seen += [*(clocks[months] for months in (0, 12, 24, 36)), before - early]
    chance += [0.2 * before] * 5
    return [
        chi_square(Line("2.64a", "Take-up as the scheme becomes known", f"{what} in the first four years; of those before the opening a fifth each January, a fifth never", "", f"{cite}; Pearson (1900)"), seen, chance, freedom=8),
        elsewhere.check(Line("2.64b", "When the clock starts", f"{what}; at the entry point, or in a January of the ramp", "victims", cite), 5000),
    ]  # fmt: skip


def numbers(seed: int) -> list[Check]:
    """How many are identified: growth of a tenth a year for three years, and mass cases."""
    sets = PLAIN | STILL | {
        "caseload__trend": 0, "caseload__trend_years": 3, "time__horizon_years": 4,
        "time__price_year": 2025, "time__start_year": START, "time__runoff_years": 0,
    }  # fmt: skip
    trend, mass = Tally(), Tally()
    grown = _by_year(seed, sets | {"caseload__level": 400, "caseload__trend": 0.1})
    for year in range(4):
        flat = _by_year(seed, sets | {"caseload__level": 400 * 1.1 ** min(year + 2, 3)})
        for r in range(N):  # the same draws and the same mean: the same number
            trend.same(grown[r][year], flat[r][year])
    for size, foreign in ((1, 1), (30, 0)):
        more = {
            "caseload__level": 0,
            "caseload__mass__scheduled_events": 1,
            "caseload__mass__size": size,
        }
        more |= {"caseload__mass__foreign_rate": foreign, "caseload__foreign_rate": 1 - foreign}
        people = simulate(
            world(**sets | more), seed, np.arange(N), certain=True
        ).drawn.cases.victims
        found: dict[tuple[int, int], list[float]] = {}
        for r, at in zip(people.replication.tolist(), people.identified_at.tolist(), strict=True):
            found.setdefault((r, math.floor(at / 12)), []).append(at)
        mass.same(len(found), 4 * N)
        mass.same(int(people.foreign.sum()), foreign * people.size)
        for own in found.values():
            mass.same(max(own) - min(own) <= 0.5, True)
            mass.same(len(own) == 1, size == 1)
    cite = HAND.format("5")
    return [
        trend.check(Line("2.70", "Growth of the caseload", f"draw() of {N} futures; as many as without growth at a level of 400 × 1.1 a year for three years after the price year, on the same draws", "years", cite), 4 * N),
        mass.check(Line("2.71", "Mass cases", f"draw() of {N} futures with one a year for certain; within half a month, foreign by a rate of their own, of one victim each where the size is one, of more where it is thirty", "events", cite), 200),
    ]  # fmt: skip


def _by_year(seed: int, sets: dict[str, Any]) -> list[list[int]]:
    """Victims registered in each future and year."""
    people = simulate(world(**sets), seed, np.arange(N), certain=True).drawn.cases.victims
    found = [[0] * 4 for _ in range(N)]
    for r, at in zip(people.replication.tolist(), people.identified_at.tolist(), strict=True):
        found[r][math.floor(at / 12)] += 1
    return found


GROUPS = (
    Group("2.60", "Sums", sums), Group("2.61", "Entry", entries), Group("2.64", "Take-up", ramp),
    Group("2.70", "Victims registered", numbers),
)  # fmt: skip
