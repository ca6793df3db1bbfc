"""From identification to what the offender pays: the pathway without a fund (method §6).

Each stage works on the cases that reach it; what a case does not reach stays at "never".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.caseload import Bools, Ints, Victims
from fundsim.model.chances import CIVIL_AWARD, CIVIL_SUIT, CRIMINAL_AWARD, Chances, Step
from fundsim.model.macro import Macro
from fundsim.model.parameters import Parameters, look_up
from fundsim.model.streams import Floats32, normals, to_ticks, uniforms
from fundsim.scenario.assumption import Z90, Floats
from fundsim.scenario.schema import FORMS, World

Cents = NDArray[np.int64]
NEVER = np.float32(np.inf)
NOT_INDICTED, TRAFFICKING, LESSER = 0, 1, 2


@dataclass(frozen=True)
class Cases:
    """What happens to each identified victim without a fund.  All columns are [case].

    victims          who they are
    informed         told of the right;  legal_aid  represented free of charge
    indicted         NOT_INDICTED, TRAFFICKING or LESSER (requalified)
    indicted_at      months from the opening; NEVER if not
    convicted        final conviction, at judged_at
    judged_at        final criminal judgment; NEVER if not indicted
    award            cents; 0 if none.  award_at  NEVER if none.  by_civil_court  who awarded it
    recovered        cents paid by the offender.  recovered_at  NEVER if nothing
    closed_at        end of the pathway
    """

    victims: Victims
    informed: Bools
    legal_aid: Bools
    indicted: NDArray[np.int8]
    indicted_at: Floats32
    convicted: Bools
    judged_at: Floats32
    award: Cents
    award_at: Floats32
    by_civil_court: Bools
    recovered: Cents
    recovered_at: Floats32
    closed_at: Floats32


@dataclass(frozen=True)
class Clock:
    """Turns months from the opening into places on the table of years."""

    start: int  # place of the opening's year in parameters.years
    width: int  # number of years

    def year(self, at: Floats32 | Floats) -> Ints:
        """Place of the calendar year of a time, cut to the ends of the table."""
        place = np.floor(np.asarray(at, dtype=np.float64) / 12).astype(np.int64) + self.start
        return np.asarray(np.clip(place, 0, self.width - 1))


def clock_of(world: World, parameters: Parameters) -> Clock:
    """The clock of a scenario's tables."""
    years = parameters.years
    return Clock(int(world.time.start_year - years[0]), years.size)


def draw_durations(
    parameters: Parameters,
    key: str,
    stream: str,
    victims: Victims,
    chosen: Ints,
    year: Ints,
    longest: float,
) -> Floats32:
    """Lognormal durations in whole ticks, cut at `longest` months.  [chosen case]"""
    replication = victims.replication[chosen]
    median = parameters.at(f"{key}.median", replication, year)
    sigma = parameters.at(f"{key}.sigma", replication, year)
    months = median * np.exp(sigma * normals(victims.word[chosen], stream))
    return to_ticks(np.minimum(months, longest))


def draw_cases(
    world: World, parameters: Parameters, chances: Chances, macro: Macro, victims: Victims
) -> Cases:
    """Draw the pathway of every identified victim."""
    clock = clock_of(world, parameters)
    longest = world.pathway.longest_months
    n = victims.size
    word, replication = victims.word, victims.replication

    def chance(stream: str, chosen: Ints, rate: Floats) -> Bools:
        return uniforms(word[chosen], stream) < rate.astype(np.float32)

    informed = uniforms(word, "informed") < _wide(parameters, "pathway.informed_rate", victims)
    legal_aid = np.zeros(n, dtype=bool)
    told = np.flatnonzero(informed)
    rate = parameters.at("pathway.legal_aid_rate", replication[told], victims.year[told])
    legal_aid[told] = chance("legal aid", told, rate)

    # indictment
    u = uniforms(word, "prosecution")
    prosecuted = _wide(parameters, "pathway.prosecuted_rate", victims)
    lesser = prosecuted + (1 - prosecuted) * _wide(parameters, "pathway.requalified_rate", victims)
    indicted = np.where(u < prosecuted, TRAFFICKING, np.where(u < lesser, LESSER, NOT_INDICTED))
    indicted = indicted.astype(np.int8)
    indicted_at = np.full(n, NEVER)
    closed_at = victims.identified_at.copy()
    charged = np.flatnonzero(indicted)
    wait = draw_durations(
        parameters,
        "pathway.indictment",
        "indictment",
        victims,
        charged,
        victims.year[charged],
        longest,
    )
    indicted_at[charged] = victims.identified_at[charged] + wait

    # criminal judgment
    year = clock.year(indicted_at[charged])
    trial = draw_durations(
        parameters, "pathway.criminal", "criminal", victims, charged, year, longest
    )
    judged_at = np.full(n, NEVER)
    judged_at[charged] = closed_at[charged] = indicted_at[charged] + trial
    convicted = np.zeros(n, dtype=bool)
    rate = parameters.at("pathway.conviction_rate", replication[charged], year)
    convicted[charged] = chance("conviction", charged, rate)
    hazard = parameters.at("pathway.criminal_withdrawal", replication[charged], year)
    gone = chance("criminal withdrawal", charged, -np.expm1(-hazard * trial))
    claims = charged[convicted[charged] & ~gone]

    # compensation in the criminal case, or referral to civil court
    def own(step: Step, chosen: Ints, year: Ints) -> Floats:
        lesser = indicted[chosen] == LESSER
        return chances.own(
            step, replication[chosen], year, informed[chosen], legal_aid[chosen], lesser
        )

    year = clock.year(judged_at[claims])
    rate = own(CRIMINAL_AWARD, claims, year)
    decided = chance("criminal award", claims, rate)
    criminal, referred = claims[decided], claims[~decided]

    year = clock.year(judged_at[referred])
    sues = chance("civil suit", referred, own(CIVIL_SUIT, referred, year))
    suits, year = referred[sues], year[sues]
    civil = draw_durations(parameters, "pathway.civil", "civil", victims, suits, year, longest)
    hazard = parameters.at("pathway.civil_withdrawal", replication[suits], year)
    stays = ~chance("civil withdrawal", suits, -np.expm1(-hazard * civil))
    wins = stays & chance("civil award", suits, own(CIVIL_AWARD, suits, year))
    closed_at[suits] = judged_at[suits] + civil

    awarded = np.concatenate([criminal, suits[wins]])
    award_at = np.full(n, NEVER)
    award_at[criminal] = judged_at[criminal]
    award_at[suits[wins]] = closed_at[suits[wins]]
    by_civil_court = np.zeros(n, dtype=bool)
    by_civil_court[suits[wins]] = True
    awarded.sort()
    award = np.zeros(n, dtype=np.int64)
    award[awarded] = _severity(
        world, parameters, macro, victims, awarded, clock.year(award_at[awarded])
    )

    recovered = np.zeros(n, dtype=np.int64)
    recovered_at = np.full(n, NEVER)
    year = clock.year(award_at[awarded])
    delay = draw_durations(
        parameters, "enforcement.delay", "enforcement delay", victims, awarded, year, longest
    )
    closed_at[awarded] = award_at[awarded] + delay
    fails = chance(
        "enforcement",
        awarded,
        parameters.at("enforcement.failure_rate", replication[awarded], year),
    )
    share = share_with_mean(
        parameters.at("enforcement.recovered_rate", replication[awarded], year),
        uniforms(word[awarded], "recovered share"),
    )
    paid = np.rint(award[awarded] * share).astype(np.int64)
    paying = awarded[~fails & (paid > 0)]
    recovered[paying] = paid[~fails & (paid > 0)]
    recovered_at[paying] = closed_at[paying]
    return Cases(
        victims,
        informed,
        legal_aid,
        indicted,
        indicted_at,
        convicted,
        judged_at,
        award,
        award_at,
        by_civil_court,
        recovered,
        recovered_at,
        closed_at,
    )


def share_with_mean(mean: Floats, u: Floats32) -> Floats:
    """A share between 0 and 1 with that mean: u^((1-m)/m); 0 where the mean is 0."""
    power = (1 - mean) / np.maximum(mean, 1e-9)
    return np.where(mean > 0, u.astype(np.float64) ** power, 0.0)


def _wide(parameters: Parameters, key: str, victims: Victims) -> Floats32:
    """A rate read at identification, for every case.  [case]"""
    return parameters.at(key, victims.replication, victims.year).astype(np.float32)


def _severity(
    world: World,
    parameters: Parameters,
    macro: Macro,
    victims: Victims,
    awarded: Ints,
    year: Ints,
) -> Cents:
    """The size of each award, in cents.  [awarded case]"""
    replication = victims.replication[awarded]

    def at(key: str) -> Floats:
        return parameters.at(key, replication, year)

    ratio = np.maximum(at("award.p90") / world.award.median.value, 1.0)
    sigma = np.log(ratio) / Z90
    factors = np.stack([at(f"award.form_factor.{form}") for form in FORMS])
    factor = factors[victims.form[awarded], np.arange(awarded.size)]
    factor = factor * np.where(victims.child[awarded], at("award.child_factor"), 1.0)
    index = look_up(macro.index(world.award.index), replication, year)
    size = np.exp(sigma * normals(victims.word[awarded], "severity"))
    return to_cents(at("award.median") * size * factor * index)


def to_cents(euros: Floats) -> Cents:
    """Euro to whole cents, half to even."""
    return np.rint(euros * 100).astype(np.int64)
