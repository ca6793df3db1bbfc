"""Hard worlds: every number moves from year to year, in its own way, and some are tied to each other.

A rate that is read in another year than that of its event, an index of the wrong year or an effect of the wrong
strength shows at once where nothing stands still.
"""

from __future__ import annotations

from fundsim.model.streams import word
from fundsim.scenario.assumption import Assumption, Quantity
from fundsim.scenario.schema import Change, Effect, Link, Operation, World, assumptions

# when each of the changes begins (years after the opening), how long it takes to rise, how long it lasts
DATES = ((-3, 1, None), (1, 4, None), (2, 2, 1), (0, 30, None))
HALF_STILL = 2  # of so many numbers one stays as it is
UNITS = {"factor": "factor", "narrow": "factor", "odds_ratio": "odds ratio"}


def shaken(world: World, seed: int, number: int) -> World:
    """The world with changes that act on half of its numbers, pairs of them correlated, and all sources in force.

    number  tells hard worlds of one seed apart
    """
    chance = _Chance(seed, number)
    effects: list[list[Effect]] = [[] for _ in DATES]
    uncertain = []
    for key, assumption, quantity in assumptions(world):
        uncertain += [key] if assumption.uncertain else []
        if quantity.timed and chance.below(HALF_STILL, f"moves {key}") == 0:
            date = chance.below(len(DATES), f"date of {key}")
            effects[date].append(_effect(chance, key, quantity))
    stress = {
        f"shaken_{place}": Change(
            label="shaken",
            from_year=world.time.start_year + begins,
            until_year=None if lasts is None else world.time.start_year + begins + lasts,
            ramp_years=rises,
            effects=tuple(effects[place]),
        )
        for place, (begins, rises, lasts) in enumerate(DATES)
    }
    income = {k: s.model_copy(update={"in_force": True}) for k, s in world.income.items()}
    links = _links(chance, uncertain)
    return world.model_copy(
        update={"stress": {**world.stress, **stress}, "income": income, "correlations": links}
    )


class _Chance:
    """Choices by name, the same each time."""

    def __init__(self, seed: int, number: int) -> None:
        self._word = int(word(f"shaken world {seed} {number}"))

    def uniform(self, what: str) -> float:
        return float(int(word(f"{self._word} {what}")) / 2**64)

    def below(self, n: int, what: str) -> int:
        return int(n * self.uniform(what))


def _effect(chance: _Chance, key: str, quantity: Quantity) -> Effect:
    ways: tuple[Operation, ...] = ("factor", "narrow", "factor")
    if quantity.scale == "logit":
        ways = ("factor", "odds_ratio", "narrow")
    elif quantity.scale == "identity":
        ways = ("add", "factor", "narrow")
    by = ways[chance.below(len(ways), f"way of {key}")]
    size = 0.5 + chance.uniform(f"size of {key}")
    if by == "add":
        size = 0.04 * (size - 1)
    wide = chance.below(2, f"width of {key}") == 0
    low, high = sorted((size * 0.8, size * 1.25))
    return Effect(
        on=key,
        by=by,
        size=Assumption(
            value=size,
            low=low if wide else None,
            high=high if wide else None,
            unit=UNITS.get(by, quantity.unit),
            source="judgement",
        ),
    )


def _links(chance: _Chance, uncertain: list[str]) -> tuple[Link, ...]:
    """Pairs of uncertain numbers, each in one pair at most, so that they cannot contradict each other."""
    shuffled = sorted(uncertain, key=lambda key: chance.uniform(f"place of {key}"))
    return tuple(
        Link(first=first, second=second, correlation=round(2 * chance.uniform(first) - 1, 3) * 0.9, source="judgement")
        for first, second in zip(shuffled[0:8:2], shuffled[1:8:2], strict=True)
    )  # fmt: skip
