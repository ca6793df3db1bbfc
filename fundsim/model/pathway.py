"""From identification to what the offender pays: the pathway without a fund (method §6).

Each stage works on the cases that reach it; what a case does not reach stays at "never".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.caseload import Bools, Ints, Victims
from fundsim.model.chances import (
    CIVIL_AWARD,
    CIVIL_SUIT,
    CRIMINAL_AWARD,
    LESSER_GROUP,
    Chances,
    Step,
)
from fundsim.model.macro import Macro
from fundsim.model.parameters import Parameters, look_up
from fundsim.model.streams import Floats32, Words, normals, to_ticks, uniforms
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

    @property
    def tier(self) -> NDArray[np.int8]:
        """0 not informed, 1 informed, 2 legally aided: the group of who has no trial.  [case]"""
        return np.asarray(self.informed.view(np.int8) + self.legal_aid.view(np.int8))


@dataclass(frozen=True)
class Clock:
    """Turns months from the opening into places on the table of years."""

    start: int  # place of the opening's year in parameters.years
    width: int  # number of years

    def year(self, at: Floats32 | Floats) -> Ints:
        """Place of the calendar year of a time, cut to the ends of the table."""
        place = np.floor(at).astype(np.int64) // 12 + self.start
        return np.asarray(np.clip(place, 0, self.width - 1))


def clock_of(world: World, parameters: Parameters) -> Clock:
    """The clock of a scenario's tables."""
    years = parameters.years
    return Clock(int(world.time.start_year - years[0]), years.size)


@dataclass(frozen=True)
class Reached:
    """The cases that reach a stage, and what the draws of the next need.  All columns are [reached]

    case         place in the block;  word  key of its draws
    replication  place of its replication;  group  its place among the groups of `chances`
    """

    case: Ints
    word: Words
    replication: Ints
    group: NDArray[np.int8]

    def only(self, chosen: Bools) -> Reached:
        """Those of them that go on."""
        place = np.flatnonzero(chosen)
        return Reached(
            self.case[place], self.word[place], self.replication[place], self.group[place]
        )


def draw_durations(
    parameters: Parameters,
    key: str,
    stream: str,
    word: Words,
    replication: Ints,
    year: Ints,
    longest: float,
) -> Floats32:
    """Lognormal durations in whole ticks, cut at `longest` months, by the rates of the year.  [word]"""
    months = np.exp(parameters.at(f"{key}.sigma", replication, year) * normals(word, stream))
    months *= parameters.at(f"{key}.median", replication, year)
    return to_ticks(np.minimum(months, longest, out=months))


def draw_cases(
    world: World, parameters: Parameters, chances: Chances, macro: Macro, victims: Victims
) -> Cases:
    """Draw the pathway of every identified victim."""
    clock = clock_of(world, parameters)
    longest = world.pathway.longest_months
    n, word = victims.size, victims.word

    def happens(stream: str, those: Reached, rate: Floats | Floats32) -> Bools:
        return uniforms(those.word, stream) < rate.astype(np.float32, copy=False)

    def at(key: str, those: Reached, year: Ints) -> Floats:
        return parameters.at(key, those.replication, year)

    def lasts(key: str, stream: str, those: Reached, year: Ints) -> Floats32:
        return draw_durations(parameters, key, stream, those.word, those.replication, year, longest)

    def own(step: Step, those: Reached, year: Ints) -> Floats32:
        return chances.own(step, those.replication, year, those.group)

    # information and legal aid
    informed = uniforms(word, "informed") < victims.spread(parameters["pathway.informed_rate"])
    told = np.flatnonzero(informed)
    rate = victims.spread(parameters["pathway.legal_aid_rate"])[told]
    legal_aid = np.zeros(n, dtype=bool)
    legal_aid[told] = uniforms(word[told], "legal aid") < rate

    # indictment
    u = uniforms(word, "prosecution")
    prosecuted = parameters["pathway.prosecuted_rate"]
    lesser = prosecuted + (1 - prosecuted) * parameters["pathway.requalified_rate"]
    trafficking = u < victims.spread(prosecuted)
    charge = u < victims.spread(lesser)
    indicted = LESSER * charge.view(np.int8) - trafficking.view(np.int8)
    tier = informed.view(np.int8) + legal_aid.view(np.int8)
    group = tier + LESSER_GROUP * (charge & ~trafficking).view(np.int8)
    charged = Reached(np.arange(n), word, victims.replication, group).only(charge)
    year = victims.year[charged.case]
    indicted_at = np.full(n, NEVER)
    wait = lasts("pathway.indictment", "indictment", charged, year)
    begun = indicted_at[charged.case] = victims.identified_at[charged.case] + wait

    # criminal judgment
    year = clock.year(begun)
    trial = lasts("pathway.criminal", "criminal", charged, year)
    judged_at, closed_at = np.full(n, NEVER), victims.identified_at.copy()
    judged_at[charged.case] = closed_at[charged.case] = begun + trial
    guilty = happens("conviction", charged, at("pathway.conviction_rate", charged, year))
    convicted = np.zeros(n, dtype=bool)
    convicted[charged.case] = guilty
    hazard = at("pathway.criminal_withdrawal", charged, year)
    stays = ~happens("criminal withdrawal", charged, -np.expm1(-hazard * trial))
    judged = charged.only(guilty & stays)

    # compensation in the criminal case, or referral to civil court
    year = clock.year(judged_at[judged.case])
    decided = happens("criminal award", judged, own(CRIMINAL_AWARD, judged, year))
    criminal, referred, year = judged.only(decided), judged.only(~decided), year[~decided]
    sues = happens("civil suit", referred, own(CIVIL_SUIT, referred, year))
    suits, year = referred.only(sues), year[sues]
    civil = lasts("pathway.civil", "civil", suits, year)
    closed_at[suits.case] = judged_at[suits.case] + civil
    hazard = at("pathway.civil_withdrawal", suits, year)
    stays = ~happens("civil withdrawal", suits, -np.expm1(-hazard * civil))
    won = suits.only(stays & happens("civil award", suits, own(CIVIL_AWARD, suits, year)))

    # the award, and what the offender pays of it
    by_civil_court = np.zeros(n, dtype=bool)
    by_civil_court[won.case] = True
    award_at = np.full(n, NEVER)
    award_at[criminal.case] = judged_at[criminal.case]
    award_at[won.case] = closed_at[won.case]
    case = np.sort(np.concatenate([criminal.case, won.case]))
    awarded = Reached(case, word[case], victims.replication[case], group[case])
    year = clock.year(award_at[case])
    award = np.zeros(n, dtype=np.int64)
    size = award[case] = _severity(world, parameters, macro, victims, awarded, year)
    delay = lasts("enforcement.delay", "enforcement delay", awarded, year)
    ends = closed_at[case] = award_at[case] + delay
    fails = happens("enforcement", awarded, at("enforcement.failure_rate", awarded, year))
    share = share_with_mean(
        at("enforcement.recovered_rate", awarded, year), uniforms(awarded.word, "recovered share")
    )
    paid = np.where(fails, 0, np.rint(size * share).astype(np.int64))
    recovered, recovered_at = np.zeros(n, dtype=np.int64), np.full(n, NEVER)
    recovered[case] = paid
    recovered_at[case[paid > 0]] = ends[paid > 0]
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


def _severity(
    world: World,
    parameters: Parameters,
    macro: Macro,
    victims: Victims,
    awarded: Reached,
    year: Ints,
) -> Cents:
    """The size of each award, in cents.  [awarded case]"""
    replication, case = awarded.replication, awarded.case

    def at(key: str) -> Floats:
        return parameters.at(key, replication, year)

    ratio = np.maximum(at("award.p90") / world.award.median.value, 1.0)
    sigma = np.log(ratio) / Z90
    form = victims.form[case].astype(np.int64)
    keys = [f"award.form_factor.{form}" for form in FORMS]
    factor = parameters.one_of(keys, form, replication, year)
    factor = factor * np.where(victims.child[case], at("award.child_factor"), 1.0)
    index = look_up(macro.index(world.award.index), replication, year)
    size = np.exp(sigma * normals(awarded.word, "severity"))
    return to_cents(at("award.median") * size * factor * index)


def to_cents(euros: Floats) -> Cents:
    """Euro to whole cents, half to even."""
    return np.rint(euros * 100).astype(np.int64)
