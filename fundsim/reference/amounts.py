"""How much a claim is worth, before what the offender has paid is deducted (method §7)."""

from __future__ import annotations

import math
from typing import assert_never

from fundsim.reference.chance import cents, happens
from fundsim.reference.pathway import Z90
from fundsim.reference.victim import NEVER, Life, Victim
from fundsim.scenario.schema import Amount

Taken = dict[
    tuple[int, int], int
]  # cents that granted claims have taken of each mass case, by its year and number


def worth(life: Life, victim: Victim, filed_at: float, year: int) -> tuple[int, bool]:
    """What a claim is worth before set-off, and whether the cap made it smaller."""
    amount = life.fund(filed_at).amount
    unit = unit_of(life, amount, year) * life.economy.index(amount.index, year)
    capped = False

    def at(key: str) -> float:
        return life.beliefs.at(f"fund.amount.{key}", year)

    tariff = at(f"tariff.{'child' if victim.child else 'adult'}.{victim.form}") * unit
    judgment = at("judgment_share") * victim.award / 100
    match amount.basis:
        case "fixed":
            euros = at("fixed") * unit
        case "tariff":
            euros = tariff
        case "judgment":
            euros = judgment
        case "smaller":
            euros = min(tariff, judgment) if victim.award_at <= filed_at else tariff
        case "heads":
            euros = 0.0
            for name, head in sorted(amount.heads.items()):
                if not happens(victim.dice.uniform(f"head {name}"), at(f"heads.{name}.share")):
                    continue
                sums = at(f"heads.{name}.fixed") if head.fixed is not None else 0.0
                if head.fixed is None and head.median is not None:
                    sigma = spread_of(at(f"heads.{name}.p90"), head.median.value)
                    z = victim.dice.normal(f"head size {name}")
                    sums = at(f"heads.{name}.median") * math.exp(sigma * z)
                if head.cap is not None and sums > at(f"heads.{name}.cap"):
                    sums, capped = at(f"heads.{name}.cap"), True
                euros += sums * unit
        case _:
            assert_never(amount.basis)
    if amount.floor is not None:
        euros = max(euros, at("floor") * unit)
    if amount.cap is not None and euros > at("cap") * unit:
        return cents(at("cap") * unit), True
    return cents(euros), capped


def asked_by_another(life: Life, victim: Victim, year: int) -> int:
    """What a victim of another crime asks, in cents."""
    at = life.beliefs.at
    median, p90 = at("caseload.others.median", year), at("caseload.others.p90", year)
    size = median * math.exp(spread_of(p90, median) * victim.dice.normal("severity"))
    return cents(size * life.economy.index(life.fund(victim.leaves_at).amount.index, year))


def left_for(life: Life, victim: Victim, year: int, taken: Taken) -> float:
    """Cents that are left for the victim's mass case, of the most that it may come to; no end where there is none."""
    amount = life.fund(victim.leaves_at).amount
    if amount.event_cap is None or victim.other or not victim.mass:
        return NEVER
    unit = unit_of(life, amount, year) * life.economy.index(amount.index, year)
    most = cents(life.beliefs.at("fund.amount.event_cap", year) * unit)
    return max(most - taken.get((victim.year, victim.mass), 0), 0)


def offered(life: Life, victim: Victim, year: int) -> float:
    """The sum that the fund offers a victim, in euro of the price year."""
    amount = life.world.in_year(year).fund.amount

    def at(key: str) -> float:
        return life.beliefs.at(f"fund.amount.{key}", year)

    match amount.basis:
        case "fixed":
            sums = at("fixed")
        case "tariff" | "smaller":
            sums = at(f"tariff.{'child' if victim.child else 'adult'}.{victim.form}")
        case "judgment":
            return at("judgment_share") * life.beliefs.at("award.median", year)
        case "heads":
            sums = 0.0
            for name, head in sorted(amount.heads.items()):
                mean = at(f"heads.{name}.fixed") if head.fixed is not None else 0.0
                if head.fixed is None and head.median is not None:
                    sigma = spread_of(at(f"heads.{name}.p90"), head.median.value)
                    mean = at(f"heads.{name}.median") * math.exp(sigma * sigma / 2)
                sums += at(f"heads.{name}.share") * mean
        case _:
            assert_never(amount.basis)
    return sums * unit_of(life, amount, year)


def unit_of(life: Life, amount: Amount, year: int) -> float:
    """Euro of the price year in the unit of fixed sums, tariff, heads, floor and cap."""
    match amount.money:
        case "euro":
            return 1.0
        case "monthly_wages":
            return life.beliefs.at("country.net_wage", year)
        case _:
            assert_never(amount.money)


def spread_of(p90: float, median: float) -> float:
    """The log sd of amounts with that 90th percentile above a central median."""
    return math.log(max(p90 / median, 1.0)) / Z90 if median > 0 else 0.0
