"""A victim's own chance where information, legal aid or the charge move it (method §6, "Odds ratios").

The rate of a scenario is an average over those who reach the step today.  Six groups reach it in different
numbers: (uninformed, informed, legally aided) × (tried for trafficking, for a lesser offence).
"""

from __future__ import annotations

from dataclasses import dataclass

from fundsim.reference.beliefs import Beliefs, with_odds

TIERS = ("uninformed", "informed", "aided")
CHARGES = ("trafficking", "lesser")


@dataclass(frozen=True)
class Standing:
    """What moves a victim's chances: one of TIERS, and one of CHARGES."""

    tier: str
    charge: str


EVERY = tuple(Standing(tier, charge) for charge in CHARGES for tier in TIERS)
Shares = dict[Standing, float]


class Chances:
    """The chances of one replication, by step, standing and calendar year."""

    def __init__(self, beliefs: Beliefs) -> None:
        """Today's averages hold before reforms and stresses."""
        self._beliefs = beliefs
        self._firsts: dict[tuple[str, int], float] = {}
        self._shares: dict[str, Shares] = {}
        awarded = beliefs.world.fund.entry_point in ("judgment", "unpaid_judgment")
        self._who_applies = "awarded" if awarded else "everybody"

    def criminal_award(self, who: Standing, year: int) -> float:
        """Compensation decided in the criminal case."""
        return self._chance("pathway.criminal_award_rate", who, year)

    def civil_suit(self, who: Standing, year: int) -> float:
        """Suing in civil court after referral."""
        return self._chance("pathway.civil_suit_rate", who, year)

    def civil_award(self, who: Standing, year: int) -> float:
        """Winning the suit."""
        return self._chance("pathway.civil_award_rate", who, year)

    def take_up(self, who: Standing, year: int) -> float:
        """Applying to the fund without help once the scheme is known."""
        return self._chance("fund.take_up.unassisted_rate", who, year)

    def approval(self, who: Standing, year: int) -> float:
        """The fund grants the claim."""
        return self._chance("fund.decision.approval_rate", who, year)

    def _chance(self, rate: str, who: Standing, year: int) -> float:
        """The chance of a standing, by the rate and the odds ratios of the year."""
        if (rate, year) not in self._firsts:
            odds = {s: self._odds(rate, s, None) for s in EVERY}
            average = self._beliefs.at(rate, year)
            self._firsts[rate, year] = first_chance(average, self._among(rate), odds)
        return with_odds(self._firsts[rate, year], self._odds(rate, who, year))

    def _odds(self, rate: str, who: Standing, year: int | None) -> float:
        """The odds ratio of a standing against the uninformed; of today where no year is given."""

        def read(key: str) -> float:
            return self._beliefs.today(key) if year is None else self._beliefs.at(key, year)

        part = rate.rpartition(".")[0]  # the odds ratios stand in the same table as the rate
        told = who.tier != "uninformed" and rate not in (
            "pathway.civil_award_rate", "fund.decision.approval_rate",
        )  # fmt: skip
        odds = read(f"{part}.informed_odds_ratio") if told else 1.0
        if who.tier == "aided":
            odds *= read(f"{part}.legal_aid_odds_ratio")
        if who.charge == "lesser" and rate == "pathway.criminal_award_rate":
            odds *= read("pathway.requalified_odds_ratio")
        return odds

    def _today(self, rate: str) -> Shares:
        """Today's chance of each standing."""
        odds = {s: self._odds(rate, s, None) for s in EVERY}
        first = first_chance(self._beliefs.today(rate), self._among(rate), odds)
        return {s: with_odds(first, odds[s]) for s in EVERY}

    def _among(self, rate: str) -> Shares:
        """Shares of the standings among those who reach a step today."""
        if rate not in self._shares:
            self._shares[rate] = self._reach(rate)
        return self._shares[rate]

    def _reach(self, rate: str) -> Shares:
        everybody = self._everybody()
        if rate == "pathway.criminal_award_rate":
            return everybody
        if rate == "fund.take_up.unassisted_rate" and self._who_applies == "everybody":
            return everybody
        if rate == "fund.decision.approval_rate":
            alone = self._today("fund.take_up.unassisted_rate")
            share, helped = (
                self._beliefs.today(f"fund.take_up.assisted_{what}") for what in ("share", "rate")
            )
            applies = {s: (1 - share) * alone[s] + share * helped for s in EVERY}
            return self._to_one(times(self._among("fund.take_up.unassisted_rate"), applies))
        in_criminal_case = self._today("pathway.criminal_award_rate")
        referred = {s: everybody[s] * (1 - in_criminal_case[s]) for s in EVERY}
        if rate == "pathway.civil_suit_rate":
            return self._to_one(referred)
        suing = times(referred, self._today("pathway.civil_suit_rate"))
        if rate == "pathway.civil_award_rate":
            return self._to_one(suing)
        by_civil_court = times(suing, self._today("pathway.civil_award_rate"))
        return self._to_one(
            {s: everybody[s] * in_criminal_case[s] + by_civil_court[s] for s in EVERY}
        )

    def _everybody(self) -> Shares:
        today = self._beliefs.today
        informed, aided = today("pathway.informed_rate"), today("pathway.legal_aid_rate")
        tiers = {
            "uninformed": 1 - informed,
            "informed": informed * (1 - aided),
            "aided": informed * aided,
        }
        trafficking = today("pathway.prosecuted_rate")
        lesser = (1 - trafficking) * today("pathway.requalified_rate")
        share = lesser / (trafficking + lesser) if trafficking + lesser > 0 else 0.0
        charges = {"trafficking": 1 - share, "lesser": share}
        return {s: tiers[s.tier] * charges[s.charge] for s in EVERY}

    def _to_one(self, parts: Shares) -> Shares:
        """Made to sum to 1; where nobody reaches the step, everybody's shares do as well as any."""
        total = sum(parts.values())
        return {s: part / total for s, part in parts.items()} if total > 0 else self._everybody()


def times(shares: Shares, chances: Shares) -> Shares:
    """Those of each standing who go on."""
    return {s: shares[s] * chances[s] for s in EVERY}


def first_chance(average: float, shares: Shares, odds: Shares) -> float:
    """The chance of the uninformed, such that the average over all standings is the rate: by halving."""
    if not 0 < average < 1 or all(ratio == 1 for ratio in odds.values()):
        return average
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if sum(shares[s] * with_odds(middle, odds[s]) for s in EVERY) < average:
            low = middle
        else:
            high = middle
