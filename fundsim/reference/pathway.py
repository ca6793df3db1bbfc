"""From identification to what the offender pays: the way without a fund (method §6)."""

from __future__ import annotations

import math

from fundsim.reference.chance import cents, happens, lasts, normal
from fundsim.reference.victim import Life, Victim

Z90 = 1.2815515655446004  # the standard normal's 90th percentile


def takes(life: Life, victim: Victim, key: str, stream: str, year: int) -> float:
    """How long a stage takes this victim, by the duration of the year."""
    z = normal(victim.dice.uniform(stream))
    median, sigma = life.beliefs.at(f"{key}.median", year), life.beliefs.at(f"{key}.sigma", year)
    return lasts(z, median, sigma, life.world.pathway.longest_months)


def gives_up(victim: Victim, stream: str, hazard: float, months: float) -> bool:
    """Whether a wait is too long for the victim, by a constant hazard a month."""
    return victim.decided_by(stream, -math.expm1(-hazard * months))


def pathway(life: Life, victim: Victim) -> None:
    """From identification to what the offender pays (method §6)."""
    at, year_of, year = life.beliefs.at, life.beliefs.year_of, victim.year
    victim.closed_at = victim.identified_at
    victim.informed = victim.decided_by("informed", at("pathway.informed_rate", year))
    if victim.informed:
        victim.legal_aid = victim.decided_by("legal aid", at("pathway.legal_aid_rate", year))

    trafficking = at("pathway.prosecuted_rate", year)
    any_charge = trafficking + (1 - trafficking) * at("pathway.requalified_rate", year)
    if not victim.decided_by("prosecution", any_charge):
        return
    charged = happens(victim.draws["prosecution"].u, trafficking)
    victim.charge = "trafficking" if charged else "lesser"
    victim.indicted_at = victim.identified_at + takes(
        life, victim, "pathway.indictment", "indictment", year
    )

    year = year_of(victim.indicted_at)
    trial = takes(life, victim, "pathway.criminal", "criminal", year)
    victim.judged_at = victim.closed_at = victim.indicted_at + trial
    victim.convicted = victim.decided_by("conviction", at("pathway.conviction_rate", year))
    if not victim.convicted:
        return
    hazard = at("pathway.criminal_withdrawal", year)
    victim.gave_up = gives_up(victim, "criminal withdrawal", hazard, trial)
    if victim.gave_up:
        return

    year = year_of(victim.judged_at)
    if victim.decided_by("criminal award", life.chances.criminal_award(victim.standing, year)):
        victim.award_at = victim.judged_at
        return enforcement(life, victim)
    victim.sued = victim.decided_by("civil suit", life.chances.civil_suit(victim.standing, year))
    if not victim.sued:
        return
    suit = takes(life, victim, "pathway.civil", "civil", year)
    victim.closed_at = victim.judged_at + suit
    victim.gave_up = gives_up(
        victim, "civil withdrawal", at("pathway.civil_withdrawal", year), suit
    )
    wins = victim.decided_by("civil award", life.chances.civil_award(victim.standing, year))
    if wins and not victim.gave_up:
        victim.award_at, victim.by_civil_court = victim.closed_at, True
        enforcement(life, victim)


def enforcement(life: Life, victim: Victim) -> None:
    """The size of the award, and what the offender pays of it."""
    at, year = life.beliefs.at, life.beliefs.year_of(victim.award_at)
    spread = math.log(max(at("award.p90", year) / life.world.award.median.value, 1.0)) / Z90
    factor = at(f"award.form_factor.{victim.form}", year)
    if victim.child:
        factor *= at("award.child_factor", year)
    size = at("award.median", year) * math.exp(spread * normal(victim.dice.uniform("severity")))
    victim.award = cents(size * factor * life.economy.index(life.world.award.index, year))

    delay = takes(life, victim, "enforcement.delay", "enforcement delay", year)
    victim.closed_at = victim.award_at + delay
    if victim.decided_by("enforcement", at("enforcement.failure_rate", year)):
        return  # the offender pays nothing
    share = share_with_mean(
        at("enforcement.recovered_rate", year), victim.dice.uniform("recovered share")
    )
    victim.recovered = round(victim.award * share)
    if victim.recovered > 0:
        victim.recovered_at = victim.closed_at


def share_with_mean(mean: float, u: float) -> float:
    """A share between 0 and 1 with that mean."""
    return u ** ((1 - mean) / mean) if mean > 0 else 0.0
