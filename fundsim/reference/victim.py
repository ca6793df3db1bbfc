"""One identified victim, from the first uniform to the fund's door (method §5 to §7).

Each `Victim` keeps what happened, when, and the draw that decided: who is asked why a victim was not paid
can be told.  What the fund makes of a claim (decision, payment, recovery) is `fund.py`'s story.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, assert_never

from fundsim.reference.beliefs import Beliefs, years_before
from fundsim.reference.chance import (
    CaseDice,
    Dice,
    cents,
    down_to_tick,
    happens,
    lasts,
    normal,
    poisson,
    single,
    to_tick,
)
from fundsim.reference.courts import Chances, Standing
from fundsim.reference.economy import Economy, gamma_mean_one
from fundsim.scenario.schema import FORMS, Form, World

NEVER = math.inf
Z90 = 1.2815515655446004
MASS_MONTHS = 0.5  # within which the victims of one mass case are identified
Charge = Literal["none", "trafficking", "lesser"]


@dataclass(frozen=True)
class Draw:
    """What decided: a uniform, the chance it had to lie below, and whether it did."""

    u: float
    chance: float
    happens: bool


@dataclass
class Victim:
    """A victim's life in the model.  Times are months from the opening, NEVER if not; money is cents.

    number  within the replication, in the order of year, ordinary before mass cases, k
    draws   what decided, by the name of its stream
    claim   what is claimed from the fund; None for who never files before the end
    """

    number: int
    dice: CaseDice
    year: int
    identified_at: float
    form: Form
    child: bool
    foreign: bool
    draws: dict[str, Draw] = field(default_factory=dict)
    informed: bool = False
    legal_aid: bool = False
    charge: Charge = "none"
    indicted_at: float = NEVER
    convicted: bool = False
    judged_at: float = NEVER
    gave_up: bool = False
    sued: bool = False
    award: int = 0
    award_at: float = NEVER
    by_civil_court: bool = False
    recovered: int = 0
    recovered_at: float = NEVER
    closed_at: float = NEVER
    covered: bool = False
    entitled: bool = False
    clock_at: float = NEVER
    applies: bool = False
    files: bool = False
    leaves_at: float = NEVER
    claim: Claim | None = None

    @property
    def tier(self) -> str:
        """What the victim knows: of `courts.TIERS`."""
        return "aided" if self.legal_aid else "informed" if self.informed else "uninformed"

    @property
    def standing(self) -> Standing:
        """What moves the victim's chances in court."""
        return Standing(self.tier, "lesser" if self.charge == "lesser" else "trafficking")

    @property
    def door(self) -> Standing:
        """What moves the victim's chances at the fund, where the charge does not matter."""
        return Standing(self.tier, "trafficking")

    def decided_by(self, stream: str, chance: float) -> bool:
        """Whether something happens to the victim; the draw is kept."""
        u = self.dice.uniform(stream)
        self.draws[stream] = Draw(u, chance, happens(u, chance))
        return self.draws[stream].happens


@dataclass
class Claim:
    """What a victim asks of the fund.  Cents; months from the opening.

    asked    worth after floor and cap, before what the offender has paid is deducted (set_off)
    benefit  worth after that, if granted;  interim  payment on account, if not decided by interim_at
    """

    filed_at: float
    asked: int
    capped: bool
    set_off: int
    benefit: int
    interim: int
    interim_at: float
    working_months: float
    approved: bool
    majority_at: float


@dataclass(frozen=True)
class Life:
    """What the lives of one replication are drawn from."""

    world: World
    beliefs: Beliefs
    economy: Economy
    chances: Chances
    dice: Dice

    @property
    def months(self) -> int:
        """Months that the fund is followed, run-off included."""
        return 12 * (self.world.time.horizon_years + self.world.time.runoff_years)


def victims(life: Life) -> Iterator[Victim]:
    """Every identified victim of a replication, each followed to the fund's door."""
    for number, (year, mass, k, begins, within) in enumerate(identified(life)):
        victim = who(life, number, life.dice.case(year, mass, k), year, mass, begins, within)
        pathway(life, victim)
        entry(life, victim)
        if victim.files and victim.leaves_at < life.months:
            victim.claim = claim(life, victim)
        yield victim


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


def entry_point(world: World, victim: Victim) -> float:
    """When the victim reaches the fund's entry point; NEVER if it does not."""
    fund, charged = world.fund, victim.charge == "trafficking"
    match fund.entry_point:
        case "none":
            return NEVER
        case "identified":
            at = victim.identified_at
        case "indictment":
            at = victim.indicted_at if charged else NEVER
        case "conviction":
            at = victim.judged_at if charged and victim.convicted else NEVER
        case "judgment":
            at = victim.award_at
        case "unpaid_judgment":
            at = victim.award_at + fund.unpaid_months
            if victim.recovered_at <= at and victim.recovered >= victim.award:
                return NEVER  # the offender has paid
        case _:
            assert_never(fund.entry_point)
    return max(at, victim.closed_at) if fund.subsidiarity.wait_for_enforcement else at


def is_covered(life: Life, victim: Victim) -> bool:
    """Whether the fund covers the victim's age, form of exploitation and nationality."""
    eligible = life.world.fund.eligible
    if not (eligible.children if victim.child else eligible.adults):
        return False
    if victim.form not in eligible.forms:
        return False
    match eligible.foreign:
        case "all":
            return True
        case "none":
            return not victim.foreign
        case "lawful" | "reciprocity":
            rate = life.beliefs.at(f"fund.eligible.{eligible.foreign}_rate", victim.year)
            return not victim.foreign or victim.decided_by("admitted", rate)
        case _:
            assert_never(eligible.foreign)


def entry(life: Life, victim: Victim) -> None:
    """The victim's way to the fund's door: entitled, applies, files (method §7)."""
    fund = life.world.fund
    at, victim.covered = entry_point(life.world, victim), is_covered(life, victim)
    if not victim.covered:
        victim.leaves_at = victim.identified_at
        return
    if at == NEVER or at < -12 * fund.eligible.retroactive_years:
        victim.leaves_at = victim.closed_at if at == NEVER else max(at, victim.closed_at)
        return
    victim.entitled = True
    victim.clock_at = victim.leaves_at = max(at, 0.0)
    victim.applies = applies(life, victim) if at >= 0 else hears_of_it(life, victim)
    if not victim.applies:
        return
    year = life.beliefs.year_of(victim.clock_at)
    delay = takes(life, victim, "fund.take_up.filing", "filing", year)
    limit = fund.eligible.filing_limit_months or NEVER
    victim.files = delay <= limit
    victim.leaves_at = victim.clock_at + min(delay, limit)


def risen(life: Life, years: int, year: int) -> float:
    """The share of the take-up rate that is reached some years after the opening."""
    first = life.beliefs.at("fund.take_up.first_year_share", year)
    return min(1.0, first + (1 - first) * years / life.world.fund.take_up.ramp_years)


def applies(life: Life, victim: Victim) -> bool:
    """Whether a victim who reaches the entry point while the fund is open applies."""
    year = life.beliefs.year_of(victim.clock_at)
    known = single(risen(life, year - life.world.time.start_year, year))
    return victim.decided_by("apply", single(life.chances.take_up(victim.door, year)) * known)


def hears_of_it(life: Life, victim: Victim) -> bool:
    """Whether a victim from before the opening applies: in the first year in which the ramp is above its draw."""
    opening = life.world.time.start_year
    chance = single(life.chances.take_up(victim.door, opening))
    if not victim.decided_by("apply", chance):
        return False
    years = 0
    while single(victim.draws["apply"].u / chance) >= risen(life, years, opening) < 1:
        years += 1
    victim.clock_at = victim.leaves_at = 12.0 * years
    return True


def claim(life: Life, victim: Victim) -> Claim:
    """What the victim claims, when it files (method §7)."""
    fund, at, filed_at = life.world.fund, life.beliefs.at, victim.leaves_at
    year = life.beliefs.year_of(filed_at)
    index = life.economy.index(fund.amount.index, year)
    asked, capped = worth(life, victim, filed_at, year)
    set_off = 0
    if fund.subsidiarity.set_off and victim.recovered_at <= filed_at:
        set_off = min(victim.recovered, asked)
    benefit = asked - set_off
    interim = math.floor(benefit * at("fund.interim.share", year) + 1e-6)
    working = at("fund.decision.working_months", year)
    match fund.decision.spread:
        case "fixed":
            pass
        case "exponential":
            working *= -math.log1p(-victim.dice.uniform("working time"))
        case _:
            assert_never(fund.decision.spread)
    majority_at = victim.identified_at
    if victim.child:
        years = 2 * at("caseload.years_to_majority", victim.year)
        majority_at += to_tick(12 * years * victim.dice.uniform("years to majority"))
    return Claim(
        filed_at, asked, capped, set_off, benefit,
        interim=min(interim, cents(at("fund.interim.cap", year) * index)),
        interim_at=filed_at + fund.interim.after_months,
        working_months=to_tick(working),
        approved=victim.decided_by("approval", life.chances.approval(victim.door, year)),
        majority_at=majority_at,
    )  # fmt: skip


def worth(life: Life, victim: Victim, filed_at: float, year: int) -> tuple[int, bool]:
    """What a claim is worth before set-off, and whether the cap made it smaller."""
    amount = life.world.fund.amount
    unit = life.economy.index(amount.index, year)
    match amount.money:
        case "euro":
            pass
        case "monthly_wages":
            unit *= life.beliefs.at("country.net_wage", year)
        case _:
            assert_never(amount.money)

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
        case _:
            assert_never(amount.basis)
    if amount.floor is not None:
        euros = max(euros, at("floor") * unit)
    if amount.cap is not None and euros > at("cap") * unit:
        return cents(at("cap") * unit), True
    return cents(euros), False
