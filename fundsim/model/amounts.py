"""How much a claim is worth, before what the offender has paid is deducted (method §7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

import numpy as np

from fundsim.model.caseload import OTHERS, Bools, Ints
from fundsim.model.compiled import compiled
from fundsim.model.money import Cents, to_cents
from fundsim.model.parameters import Parameters
from fundsim.model.pathway import Cases
from fundsim.model.stages import Reached, happens
from fundsim.model.streams import normals
from fundsim.scenario.assumption import Z90, Floats
from fundsim.scenario.schema import FORMS, World

NO_MOST = np.iinfo(np.int64).max


def unit_of(world: World, parameters: Parameters, replication: Ints) -> Floats:
    """Euro of the price year in the unit of fixed sums, tariff, heads, floor and cap.  [replication]"""
    match world.fund.amount.money:
        case "euro":
            return np.ones(replication.size)
        case "monthly_wages":
            return np.asarray(parameters["country.net_wage"][replication, 0])
        case _:
            assert_never(world.fund.amount.money)


def tariff(
    parameters: Parameters, cases: Cases, case: Ints, replication: Ints, year: Ints
) -> Floats:
    """What the tariff says of each case, by form and age, in its unit.  case, replication, year  [claim]"""
    victims = cases.victims
    keys = [f"fund.amount.tariff.{age}.{form}" for age in ("adult", "child") for form in FORMS]
    row = victims.child[case] * np.int64(len(FORMS)) + victims.form[case]
    return parameters.one_of(keys, row, replication, year)


def amounts(
    world: World,
    parameters: Parameters,
    cases: Cases,
    claimants: Reached,
    filed_at: Floats,
    index: Floats,
) -> tuple[Cents, Bools]:
    """What each claim is worth before set-off, in cents, and whether a cap made it smaller.

    claimants  with the year of filing;  index  of that year  [claim]
    """
    lever, case, year, replication = (
        world.fund.amount, claimants.case, claimants.year, claimants.replication,
    )  # fmt: skip
    unit = unit_of(world, parameters, replication) * index
    capped = np.zeros(case.size, dtype=bool)

    def at(key: str) -> Floats:
        return parameters.at(f"fund.amount.{key}", replication, year)

    def judgment() -> Floats:
        return at("judgment_share") * cases.award[case] / 100

    match lever.basis:
        case "fixed":
            euros = at("fixed") * unit
        case "tariff":
            euros = tariff(parameters, cases, case, replication, year) * unit
        case "judgment":
            euros = judgment()
        case "smaller":
            euros = tariff(parameters, cases, case, replication, year) * unit
            known = cases.award_at[case] <= filed_at
            euros = np.where(known, np.minimum(euros, judgment()), euros)
        case "heads":
            euros = np.zeros(case.size)
            for worth, cut in _heads(world, parameters, claimants):
                euros += worth * unit
                capped |= cut
        case _:
            assert_never(lever.basis)
    if lever.floor is not None:
        euros = np.maximum(euros, at("floor") * unit)
    if lever.cap is not None:
        cap = at("cap") * unit
        capped |= euros > cap
        euros = np.minimum(euros, cap)
    return to_cents(euros, "fund.amount"), capped


def _heads(
    world: World, parameters: Parameters, claimants: Reached
) -> Iterator[tuple[Floats, Bools]]:
    """What each claim is worth by each head of damage, in the unit of the heads, and whether its cap made it smaller."""
    for name, head in sorted(world.fund.amount.heads.items()):
        key = f"fund.amount.heads.{name}"

        def at(what: str, key: str = key) -> Floats:
            return parameters.at(f"{key}.{what}", claimants.replication, claimants.year)

        if head.fixed is not None:
            worth = at("fixed")
        else:
            sigma = _sigma(at("p90"), head.median.value if head.median else 0.0)
            worth = at("median") * np.exp(sigma * normals(claimants.word, f"head size {name}"))
        has = happens(f"head {name}", claimants, parameters[f"{key}.share"])
        worth, cut = np.where(has, worth, 0.0), np.zeros(worth.size, dtype=bool)
        if head.cap is not None:
            cut = worth > at("cap")
            worth = np.minimum(worth, at("cap"))
        yield worth, cut


def _sigma(p90: Floats, median: float) -> Floats:
    """The log sd of amounts with that 90th percentile above a central median; 0 where there is none."""
    ratio = np.maximum(p90 / median, 1.0) if median > 0 else np.ones_like(p90)
    return np.asarray(np.log(ratio) / Z90)


def offered(world: World, parameters: Parameters, cases: Cases, year: Ints) -> Floats:
    """The sum that the fund offers each victim, in euro of the price year: what take-up follows.  [case]"""
    victims, lever = cases.victims, world.fund.amount
    replication = victims.replication
    everybody = np.arange(victims.size)

    def at(key: str) -> Floats:
        return parameters.at(key, replication, year)

    match lever.basis:
        case "fixed":
            sums = at("fund.amount.fixed")
        case "tariff" | "smaller":
            sums = tariff(parameters, cases, everybody, replication, year)
        case "judgment":
            return at("fund.amount.judgment_share") * at("award.median")
        case "heads":
            sums = np.zeros(victims.size)
            for name, head in sorted(lever.heads.items()):
                key = f"fund.amount.heads.{name}"
                if head.fixed is not None:
                    mean = at(f"{key}.fixed")
                else:
                    sigma = _sigma(at(f"{key}.p90"), head.median.value if head.median else 0.0)
                    mean = at(f"{key}.median") * np.exp(sigma * sigma / 2)
                sums += at(f"{key}.share") * mean
        case _:
            assert_never(lever.basis)
    return np.asarray(sums * unit_of(world, parameters, replication))


def of_others(parameters: Parameters, claimants: Reached, index: Floats) -> Cents:
    """What claimants who are victims of other crimes ask, in cents.  [claim]"""
    replication, year = claimants.replication, claimants.year
    median, p90 = (
        parameters.at(f"caseload.others.{key}", replication, year) for key in ("median", "p90")
    )
    ratio = np.maximum(p90 / np.where(median > 0, median, 1.0), 1.0)
    size = np.exp(np.log(ratio) / Z90 * normals(claimants.word, "severity"))
    return to_cents(median * size * index, "caseload.others.p90")


def event_limit(world: World, parameters: Parameters, claimants: Reached, index: Floats) -> Cents:
    """The most that the mass case of each claim may come to, in cents of the year of filing.  [claim]"""
    if world.fund.amount.event_cap is None:
        return np.full(claimants.case.size, NO_MOST)
    most = parameters.at("fund.amount.event_cap", claimants.replication, claimants.year)
    euros = most * unit_of(world, parameters, claimants.replication) * index
    return to_cents(euros, "fund.amount.event_cap")


def within_events(
    cases: Cases, claimants: Reached, approved: Bools, most: Cents, asked: Cents, capped: Bools
) -> None:
    """Cut what is asked to what is left for its mass case; granted claims take of it, the first filed first.  In place."""
    victims = cases.victims
    if (most == NO_MOST).all():
        return
    kind = victims.kind[claimants.case].astype(np.int64)
    own = np.flatnonzero((kind > 0) & (kind < OTHERS))
    years = int(victims.year.max(initial=0)) + 1
    place = (
        claimants.replication[own] * years + victims.year[claimants.case[own]]
    ) * OTHERS + kind[own]
    _, event = np.unique(place, return_inverse=True)
    _share_out(own, event, approved, most, np.zeros(own.size + 1, dtype=np.int64), asked, capped)


@compiled
def _share_out(
    own: Ints, event: Ints, approved: Bools, most: Cents, taken: Any, asked: Cents, capped: Bools
) -> None:
    for place in range(own.size):
        i, e = own[place], event[place]
        left = max(most[i] - taken[e], 0)
        if asked[i] > left:
            asked[i], capped[i] = left, True
        if approved[i]:
            taken[e] += asked[i]
