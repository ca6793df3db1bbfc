"""One simulated future: its beliefs, its victims, its fund."""

from __future__ import annotations

from dataclasses import dataclass

from fundsim.reference.amounts import Taken
from fundsim.reference.beliefs import Beliefs
from fundsim.reference.cash import CashBox, fell_due
from fundsim.reference.chance import Dice
from fundsim.reference.courts import Chances
from fundsim.reference.economy import Economy
from fundsim.reference.entry import claim, entry, files_at_once
from fundsim.reference.fund import open_for
from fundsim.reference.identified import identified, who
from fundsim.reference.pathway import pathway
from fundsim.reference.victim import Life, Victim
from fundsim.reference.votes import Plan
from fundsim.scenario.schema import BudgetLine, Index, World

PLANNED, PLANNED_SEED = 400, 1  # the run from which a line without an amount begins


@dataclass(frozen=True)
class Future:
    """One replication, told whole.

    victims  in the order of their numbers
    books    what the fund received, owed and paid
    """

    life: Life
    victims: list[Victim]
    books: CashBox

    @property
    def state_costs(self) -> list[float]:
        """What the state pays beside the fund, euro by month."""
        return [sum(euros) for euros in zip(*self.books.state_costs.values(), strict=True)]

    @property
    def number(self) -> int:
        """The number of the replication."""
        return self.life.dice.number


def live(world: World, seed: int, replication: int, plan: Plan | None = None) -> Future:
    """Live through one replication of a scenario.

    seed         whole number, 0 or more;  replication  its number, from 0
    plan         what is planned to fall due, where that is known already; else it is worked out
    """
    life = begin(world, seed, replication, plan=plan)
    people = victims(life)
    return Future(life, people, open_for(life, people))


def begin(
    world: World, seed: int, replication: int, certain: bool = False, plan: Plan | None = None
) -> Life:
    """What a replication's lives are drawn from.  certain  with every number at its central value"""
    dice = Dice(seed, world.country.code, replication)
    beliefs = Beliefs(world, seed, replication, certain)
    economy = Economy(beliefs, dice)

    def worked_out(index: Index, year: int) -> float:
        return planned(world, index)[year]

    return Life(world, beliefs, economy, Chances(beliefs), dice, plan or worked_out)


PLANS: dict[tuple[str, Index], list[float]] = {}  # by all that a scenario says, its income left out


def planned(world: World, index: Index) -> list[float]:
    """What falls due on average at central values in the years from which no revised line can look back yet.

    In euro of the price year as the index has it, without stresses: nobody plans for them.
    """
    lines = [
        one for _, era in world.eras for one in era.income.values() if isinstance(one, BudgetLine)
    ]
    years = max(line.base_years + line.lag_years - 1 for line in lines)
    horizon = min(years, world.time.horizon_years)
    time = world.time
    settled = max(years, time.price_year - time.start_year + 1)  # prices are followed to their year
    time = time.model_copy(update={"horizon_years": horizon, "runoff_years": settled - horizon})
    phases = tuple(one.model_copy(update={"income": {}}) for one in world.phase)
    short = world.model_copy(update={"time": time, "stress": {}, "income": {}, "phase": phases})
    said = short.model_dump_json()
    if (said, index) not in PLANS:
        PLANS[said, index] = work_out(short, index, years)
    return PLANS[said, index]


def work_out(world: World, index: Index, years: int) -> list[float]:
    """What is planned for so many years, from a run of its own."""
    total = [0.0] * years
    for number in range(PLANNED):
        life = begin(world, PLANNED_SEED, number, certain=True)
        books = open_for(life, victims(life))
        due = fell_due(books, 12 * years)
        for y in range(years):
            total[y] += due[y] / 100 / life.economy.index(index, world.time.start_year + y)
    return [x / PLANNED for x in total]


def victims(life: Life) -> list[Victim]:
    """Every registered victim of a replication and every other claimant, each followed to its claim."""
    people = [comes_to_the_door(life, number, *one) for number, one in enumerate(identified(life))]
    taken: Taken = {}
    filed = [one for one in people if one.files and one.leaves_at < life.months]
    for victim in sorted(filed, key=lambda one: (one.leaves_at, one.number)):
        victim.claim = claim(life, victim, taken)
    return people


def comes_to_the_door(
    life: Life, number: int, year: int, mass: int, k: int, begins: float, within: float
) -> Victim:
    """One of them, followed to the fund's door."""
    victim = who(life, number, life.dice.case(year, mass, k), year, mass, begins, within)
    if victim.other:
        files_at_once(victim)
    else:
        pathway(life, victim)
        entry(life, victim)
    return victim
