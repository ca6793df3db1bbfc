"""One simulated future: its beliefs, its victims, its fund."""

from __future__ import annotations

from dataclasses import dataclass

from fundsim.reference.beliefs import Beliefs
from fundsim.reference.cash import CashBox, reform_costs
from fundsim.reference.chance import Dice
from fundsim.reference.courts import Chances
from fundsim.reference.economy import Economy
from fundsim.reference.fund import open_for
from fundsim.reference.victim import Life, Victim, victims
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
