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
# much happens to everybody, from every source, and each world reaches another corner of the rules
BUSY = (
    "pathway.prosecuted_rate=0.7", "pathway.requalified_rate=0.5", "pathway.criminal_award_rate=0.3",
    "pathway.civil_suit_rate=0.5", "pathway.civil_award_rate=0.6", "enforcement.failure_rate=0.4",
    "enforcement.delay.median=6", "pathway.criminal.median=9", "pathway.civil.median=9",
    "pathway.criminal_withdrawal=0.01", "pathway.civil_withdrawal=0.02", "caseload.foreign_rate=0.4",
    "caseload.mass.events_a_year=0.3", "income.budget.cut_rate=0.5", "income.budget.cut_share=0.4",
)  # fmt: skip
CORNERS = (
    ("fund.amount.basis=tariff", "fund.entry_point=indictment", "fund.payment.trust_until_18=true", "caseload.child_rate=0.5"),
    ("fund.amount.basis=tariff", "fund.entry_point=conviction", 'fund.eligible.forms=["sexual","begging"]'),
    ("fund.amount.basis=smaller", "fund.entry_point=judgment", "fund.amount.floor=3", "fund.amount.cap=9"),
    ("fund.amount.basis=judgment", "fund.entry_point=unpaid_judgment", "fund.unpaid_months=5", "fund.take_up.ramp_years=6"),
    ("fund.amount.basis=fixed", "fund.entry_point=identified", "fund.eligible.retroactive_years=4", "fund.take_up.ramp_years=3"),
    ("caseload.mass.scheduled_events=1", "caseload.mass.size=80", "fund.take_up.filing.sigma=0", "fund.amount.money=euro"),
    ("award.index=prices", "fund.amount.index=wages", "fund.costs.index=prices", "income.budget.index=wages"),
    ("fund.interim.share=0.5", "fund.interim.after_months=0", "fund.decision.spread=exponential", "fund.eligible.adults=false"),
)  # fmt: skip
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
