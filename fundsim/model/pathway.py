"""From identification to what the offender pays: the pathway without a fund (method §6).

Each stage works on the cases that reach it; what a case does not reach stays at "never".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.caseload import Bools, Ints, Victims
from fundsim.model.chances import CIVIL_AWARD, CIVIL_SUIT, CRIMINAL_AWARD, LESSER_GROUP, Chances
from fundsim.model.macro import Macro
from fundsim.model.money import Cents, to_cents
from fundsim.model.parameters import Parameters, look_up
from fundsim.model.stages import Clock, Reached, happens, happens_by_group, lasts, put, withdraws
from fundsim.model.streams import Floats32, below, normals, uniforms
from fundsim.scenario.assumption import Z90, Floats
from fundsim.scenario.schema import FORMS, World

NEVER = np.float32(np.inf)
NOT_INDICTED, TRAFFICKING, LESSER = 0, 1, 2


@dataclass(frozen=True)
class Cases:
    """What happens to each registered victim without a fund.  All columns are [case].

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

    def everybody(self, year: Ints) -> Reached:
        """All of them, in their tiers, by the rates of a year.  year [case]"""
        people = self.victims
        return Reached(np.arange(people.size), people.word, people.replication, self.tier, year)

    def some(self, case: Ints, year: Ints) -> Reached:
        """Those at these places, in their tiers, by the rates of a year.  case, year [reached]"""
        people = self.victims
        return Reached(case, people.word[case], people.replication[case], self.tier[case], year)


def clock_of(world: World, parameters: Parameters) -> Clock:
    """The clock of a scenario's tables."""
    years = parameters.years
    return Clock(int(world.time.start_year - years[0]), years.size)


def draw_cases(
    world: World, parameters: Parameters, chances: Chances, macro: Macro, victims: Victims
) -> Cases:
    """Draw the pathway of every registered victim."""
    clock = clock_of(world, parameters)
    longest = world.pathway.longest_months
    n, word = victims.size, victims.word

    def takes(key: str, stream: str, those: Reached) -> Floats32:
        return lasts(parameters, key, stream, those, longest)

    def stays(key: str, stream: str, those: Reached, months: Floats32) -> Bools:
        return ~withdraws(stream, those, parameters[key], months)

    def identified(stream: str, rate: Floats) -> Bools:
        return below(word, stream, victims.spread(rate))

    # information and legal aid; the way through the courts is that of trafficking alone
    registered = victims.registered
    informed = registered & identified("informed", parameters["pathway.informed_rate"])
    legal_aid = informed & identified("legal aid", parameters["pathway.legal_aid_rate"])

    # indictment: for trafficking below the first rate, for a lesser offence between it and the second
    prosecuted = parameters["pathway.prosecuted_rate"]
    either = prosecuted + (1 - prosecuted) * parameters["pathway.requalified_rate"]
    u = uniforms(word, "prosecution")
    trafficking = (u < victims.spread(prosecuted)) & registered
    charge = (u < victims.spread(either)) & registered
    indicted = LESSER * charge.view(np.int8) - trafficking.view(np.int8)
    tier = informed.view(np.int8) + legal_aid.view(np.int8)
    group = tier + LESSER_GROUP * (charge & ~trafficking).view(np.int8)
    reached = Reached(np.arange(n), word, victims.replication, group, victims.year)
    charged = reached.only(charge)
    indicted_at = np.full(n, NEVER)
    begun = victims.identified_at[charged.case] + takes("pathway.indictment", "indictment", charged)
    put(indicted_at, charged.case, begun)

    # criminal judgment
    charged = charged.in_year(clock.year(begun))
    trial = takes("pathway.criminal", "criminal", charged)
    ends = begun + trial
    judged_at, closed_at = np.full(n, NEVER), victims.identified_at.copy()
    put(judged_at, charged.case, ends)
    put(closed_at, charged.case, ends)
    guilty = happens("conviction", charged, parameters["pathway.conviction_rate"])
    convicted = np.zeros(n, dtype=bool)
    convicted[charged.case] = guilty
    tried = stays("pathway.criminal_withdrawal", "criminal withdrawal", charged, trial)
    judged = charged.only(guilty & tried)

    # compensation in the criminal case, or referral to civil court
    judged = judged.in_year(clock.year(judged_at[judged.case]))
    decided = happens_by_group("criminal award", judged, chances.tables[CRIMINAL_AWARD])
    criminal, referred = judged.only(decided), judged.only(~decided)
    suits = referred.only(happens_by_group("civil suit", referred, chances.tables[CIVIL_SUIT]))
    civil = takes("pathway.civil", "civil", suits)
    closed_at[suits.case] = judged_at[suits.case] + civil
    awaits = stays("pathway.civil_withdrawal", "civil withdrawal", suits, civil)
    wins = happens_by_group("civil award", suits, chances.tables[CIVIL_AWARD])
    won = suits.only(awaits & wins)

    # the award, and what the offender pays of it
    by_civil_court = np.zeros(n, dtype=bool)
    by_civil_court[won.case] = True
    award_at = np.full(n, NEVER)
    award_at[criminal.case] = judged_at[criminal.case]
    award_at[won.case] = closed_at[won.case]
    case = np.sort(np.concatenate([criminal.case, won.case]))
    awarded = Reached(
        case, word[case], victims.replication[case], group[case], clock.year(award_at[case])
    )
    award = np.zeros(n, dtype=np.int64)
    size = award[case] = _severity(world, parameters, macro, victims, awarded)
    delay = takes("enforcement.delay", "enforcement delay", awarded)
    ends = closed_at[case] = award_at[case] + delay
    fails = happens("enforcement", awarded, parameters["enforcement.failure_rate"])
    share = share_with_mean(
        parameters.at("enforcement.recovered_rate", awarded.replication, awarded.year),
        uniforms(awarded.word, "recovered share"),
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
) -> Cents:
    """The size of each award, in cents.  [awarded case]"""
    replication, case, year = awarded.replication, awarded.case, awarded.year

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
    return to_cents(at("award.median") * size * factor * index, "award.p90")
