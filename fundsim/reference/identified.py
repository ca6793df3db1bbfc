"""Who is identified, when, and who they are (method §5)."""

from __future__ import annotations

from collections.abc import Iterator

from scipy import special

from fundsim.reference.beliefs import years_before
from fundsim.reference.chance import CaseDice, down_to_tick, happens, poisson, single
from fundsim.reference.victim import Life, Victim
from fundsim.scenario.schema import FORMS

MASS_MONTHS = 0.5  # within which the victims of one mass case are identified


def identified(life: Life) -> Iterator[tuple[int, int, int, float, float]]:
    """Who is identified: year, mass case (0 for none), place k, and the time from and within which."""
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
    foreign = "caseload.mass.foreign_rate" if mass else "caseload.foreign_rate"
    return Victim(
        number, dice, year, identified_at, FORMS[place],
        child=happens(dice.uniform("child"), at("caseload.child_rate", year)),
        foreign=happens(dice.uniform("foreign"), at(foreign, year)),
    )  # fmt: skip


def gamma_mean_one(u: float, shape: float) -> float:
    """The quantile of a gamma with that shape and mean 1."""
    return float(special.gammaincinv(shape, u)) / shape
