"""Who is identified, when, and who they are (method §5)."""

from __future__ import annotations

from collections.abc import Iterator

from scipy import special

from fundsim.reference.beliefs import years_before
from fundsim.reference.chance import CaseDice, down_to_tick, happens, poisson, single
from fundsim.reference.victim import Life, Victim
from fundsim.scenario.schema import FORMS

OTHERS = 255  # in place of a mass case: claimants who are victims of other crimes
MASS_MONTHS = 0.5  # within which the victims of one mass case are identified


def identified(life: Life) -> Iterator[tuple[int, int, int, float, float]]:
    """Who is identified: year, mass case (0 for none, OTHERS for another crime), place k, and the time from and within which."""
    time, at, dice = life.world.time, life.beliefs.at, life.dice
    for year in range(
        time.start_year - years_before(life.world), time.start_year + time.horizon_years
    ):
        january = 12.0 * (year - time.start_year)
        grown = min(max(year - time.price_year, 0), life.world.caseload.trend_years)
        mean = at("caseload.level", year) * (1 + at("caseload.trend", year)) ** grown
        mean *= gamma_mean_one(
            dice.yearly("over-dispersion", year), at("caseload.dispersion", year)
        )
        for k in range(poisson(dice.yearly("caseload", year), mean)):
            yield year, 0, k, january, 12.0
        events = poisson(dice.yearly("mass cases", year), at("caseload.mass.events_a_year", year))
        events += round(at("caseload.mass.scheduled_events", year))
        others = max(at("caseload.mass.size", year) - 1, 0.0)  # beside the first victim
        for event in range(events):
            u = dice.yearly("mass case month", year, event + 1)
            begins = january + down_to_tick((12 - MASS_MONTHS) * u)
            for k in range(1 + poisson(dice.yearly("mass case size", year, event), others)):
                yield year, event + 1, k, begins, MASS_MONTHS
        for k in range(claims_of_others(life, year)):
            yield year, OTHERS, k, january, 12.0


def claims_of_others(life: Life, year: int) -> int:
    """Claims that victims of other crimes file in a year."""
    time, at = life.world.time, life.beliefs.at
    if not life.world.takes_claims or year < time.start_year:
        return 0
    grown = min(max(year - time.price_year, 0), life.world.caseload.trend_years)
    mean = at("caseload.others.claims_a_year", year)
    mean *= (1 + at("caseload.others.trend", year)) ** grown
    mean *= risen(life, year - time.start_year, year)
    return poisson(life.dice.yearly("others", year), mean)


def risen(life: Life, years: int, year: int) -> float:
    """The share of the take-up rates that is reached some years after the opening."""
    first = life.beliefs.at("fund.take_up.first_year_share", year)
    ramp = life.beliefs.at("fund.take_up.ramp_years", year)
    return min(1.0, first + (1 - first) * years / ramp)


def who(
    life: Life, number: int, dice: CaseDice, year: int, mass: int, begins: float, within: float
) -> Victim:
    """When a victim is identified, and who it is."""
    at, shares = life.beliefs.at, life.beliefs.forms
    identified_at = begins + down_to_tick(single(within * dice.uniform("arrival")))
    u, passed, place = dice.uniform("form"), 0.0, 0
    for share in shares[:-1]:
        passed += share
        place += u >= single(passed)
    if mass == OTHERS:
        return Victim(number, dice, year, identified_at, FORMS[place], mass=mass, other=True)
    of = "caseload.mass" if mass else "caseload"
    female = at(f"caseload.female_rate.{FORMS[place]}", year)
    return Victim(
        number, dice, year, identified_at, FORMS[place], mass=mass,
        female=happens(dice.uniform("sex"), female),
        formal=happens(dice.uniform("formal"), at(f"{of}.formal_rate", year)),
        child=happens(dice.uniform("child"), at("caseload.child_rate", year)),
        foreign=happens(dice.uniform("foreign"), at(f"{of}.foreign_rate", year)),
    )  # fmt: skip


def gamma_mean_one(u: float, shape: float) -> float:
    """The quantile of a gamma with that shape and mean 1."""
    return float(special.gammaincinv(shape, u)) / shape
