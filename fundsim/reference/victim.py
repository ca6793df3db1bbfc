"""One registered victim: what happens to it from the first uniform to the fund's door (method §5 to §7).

Each `Victim` keeps what happened, when, and the draw that decided: who is asked why a victim was not paid
can be told.  What the fund makes of a claim (decision, payment, recovery) is `fund.py`'s story.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from fundsim.reference.beliefs import Beliefs
from fundsim.reference.chance import CaseDice, Dice, happens
from fundsim.reference.courts import Chances, Standing
from fundsim.reference.economy import Economy
from fundsim.reference.votes import Plan
from fundsim.scenario.schema import Form, Fund, World

NEVER = math.inf
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

    number  within the replication, in the order of year, ordinary before mass cases before other crimes, k
    mass    0, or the number of the mass case in its year;  other  a claimant who is a victim of another crime
    draws   what decided, by the name of its stream
    claim   what is claimed from the fund; None for who never files before the end
    """

    number: int
    dice: CaseDice
    year: int
    identified_at: float
    form: Form
    mass: int = 0
    other: bool = False
    child: bool = False
    foreign: bool = False
    female: bool = False
    formal: bool = False
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
    assisted: bool = False
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

    ready_at  when it can be decided, filed_at and the handling;  working_months  of an officer in a full-time post

    asked    worth after floor and cap, before what the offender has paid is deducted (set_off)
    benefit  worth after that, if granted;  interim  payment on account, if not decided by interim_at
    """

    filed_at: float
    ready_at: float
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
    """What the lives of one replication are drawn from.  plan  what is planned to fall due in the first years"""

    world: World
    beliefs: Beliefs
    economy: Economy
    chances: Chances
    dice: Dice
    plan: Plan

    @property
    def months(self) -> int:
        """Months that the fund is followed, run-off included."""
        return 12 * (self.world.time.horizon_years + self.world.time.runoff_years)

    def fund(self, month: float) -> Fund:
        """The fund as it is in the year of a month."""
        return self.world.in_year(self.beliefs.year_of(month)).fund
