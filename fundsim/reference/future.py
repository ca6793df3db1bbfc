"""One simulated future: its beliefs, its victims, its fund."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fundsim.reference.beliefs import Beliefs
from fundsim.reference.cash import CashBox
from fundsim.reference.chance import Dice
from fundsim.reference.costs import reform_costs
from fundsim.reference.courts import Chances
from fundsim.reference.economy import Economy
from fundsim.reference.entry import claim, entry
from fundsim.reference.fund import open_for
from fundsim.reference.identified import identified, who
from fundsim.reference.pathway import pathway
from fundsim.reference.victim import Life, Victim
from fundsim.scenario.schema import World


@dataclass(frozen=True)
class Future:
    """One replication, told whole.

    victims      in the order of their numbers
    books        what the fund received, owed and paid
    state_costs  reforms that the state pays for, euro by month
    """

    life: Life
    victims: list[Victim]
    books: CashBox
    state_costs: list[float]

    @property
    def number(self) -> int:
        """The number of the replication."""
        return self.life.dice.number


def live(world: World, seed: int, replication: int) -> Future:
    """Live through one replication of a scenario.

    seed         whole number, 0 or more;  replication  its number, from 0
    """
    dice = Dice(seed, world.country.code, replication)
    beliefs = Beliefs(world, seed, replication)
    economy = Economy(beliefs, dice)
    life = Life(world, beliefs, economy, Chances(beliefs), dice)
    people = list(victims(life))
    books = open_for(life, people)
    state = [sum(reform_costs(life, t, "state")) for t in range(life.months)]
    return Future(life, people, books, state)


def victims(life: Life) -> Iterator[Victim]:
    """Every identified victim of a replication, each followed to the fund's door."""
    for number, (year, mass, k, begins, within) in enumerate(identified(life)):
        victim = who(life, number, life.dice.case(year, mass, k), year, mass, begins, within)
        pathway(life, victim)
        entry(life, victim)
        if victim.files and victim.leaves_at < life.months:
            victim.claim = claim(life, victim)
        yield victim
