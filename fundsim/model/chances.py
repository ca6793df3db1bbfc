"""A victim's own chance at each step that being informed or legally aided moves (method §6).

A rate in a scenario is an average over those who reach the step today.  Six groups of victims reach it
in different numbers: uninformed, informed, legally aided, each with a trial for trafficking or for a lesser
offence.  The chance of the first group is solved from the average; odds ratios give the others'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fundsim.model.parameters import Parameters, look_up, with_odds
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import World

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Among = Literal["everybody", "referred", "suing", "awarded", "claiming"]


@dataclass(frozen=True)
class Step:
    """A step whose chance depends on being informed, on legal aid, or on requalification.

    rate    dotted key of the average;  among  those whom it is an average of
    aid     dotted key of the odds ratio of legal aid
    informed, lesser  dotted keys of the other odds ratios; None where they do not matter
    """

    rate: str
    aid: str
    among: Among
    informed: str | None = None
    lesser: str | None = None


_AID, _INFORMED = "pathway.legal_aid_odds_ratio", "pathway.informed_odds_ratio"
CRIMINAL_AWARD = Step(
    "pathway.criminal_award_rate", _AID, "everybody", _INFORMED, "pathway.requalified_odds_ratio"
)
CIVIL_SUIT = Step("pathway.civil_suit_rate", _AID, "referred", _INFORMED)
CIVIL_AWARD = Step("pathway.civil_award_rate", _AID, "suing")
APPROVAL = Step("fund.decision.approval_rate", "fund.decision.legal_aid_odds_ratio", "claiming")


def take_up_step(world: World) -> Step:
    """Taking up the fund: of everybody, or of those with an award where the entry point needs one."""
    awarded = world.fund.entry_point in ("judgment", "unpaid_judgment")
    return Step(
        "fund.take_up.rate",
        "fund.take_up.legal_aid_odds_ratio",
        "awarded" if awarded else "everybody",
        "fund.take_up.informed_odds_ratio",
    )


class Chances:
    """The chances of a block of replications."""

    def __init__(self, world: World, parameters: Parameters) -> None:
        """Reads the assumptions of the block, unreformed where today's averages are concerned."""
        self.take_up = take_up_step(world)
        self._parameters = parameters
        self._references: dict[Step, Floats] = {}
        self._chances: dict[Step, list[Floats]] = {}

    def own(
        self,
        step: Step,
        replication: Ints,
        year: Ints,
        informed: Bools,
        aided: Bools,
        lesser: Bools | None = None,
    ) -> Floats:
        """Each victim's chance of a step, by its rate and odds ratios in the year.  [chosen case]"""
        at = self._parameters.at
        odds = np.where(aided, at(step.aid, replication, year), 1.0)
        if step.informed:
            odds = np.where(informed, at(step.informed, replication, year), 1.0) * odds
        if step.lesser and lesser is not None:
            odds = np.where(lesser, at(step.lesser, replication, year), 1.0) * odds
        if step not in self._references:
            self._references[step] = self.reference(step, self._parameters[step.rate])
        return with_odds(look_up(self._references[step], replication, year), odds)

    def reference(self, step: Step, rate: Floats) -> Floats:
        """The chance of the first group, such that today's average is the rate.

        rate  [replication, year or 1];  returns the same shape
        """
        shares, odds = self._shares(step.among), self._odds(step)
        if all(bool((o == 1).all()) for o in odds):
            return rate
        low, high = np.zeros_like(rate), np.ones_like(rate)
        for _ in range(60):
            middle = (low + high) / 2
            average = sum(w * with_odds(middle, o) for w, o in zip(shares, odds, strict=True))
            low = np.where(average < rate, middle, low)
            high = np.where(average < rate, high, middle)
        return np.where((rate == 0) | (rate == 1), rate, (low + high) / 2)

    def _odds(self, step: Step) -> list[Floats]:
        """Today's odds ratio of each group.  Each [replication, 1]"""
        today = self._parameters.before_changes
        aid = today(step.aid)
        one = np.ones_like(aid)
        informed = today(step.informed) if step.informed else one
        lesser = today(step.lesser) if step.lesser else one
        return [o * charge for charge in (one, lesser) for o in (one, informed, informed * aid)]

    def _today(self, step: Step) -> list[Floats]:
        """Today's chance of each group.  Each [replication, 1]"""
        if step not in self._chances:
            first = self.reference(step, self._parameters.before_changes(step.rate))
            self._chances[step] = [with_odds(first, odds) for odds in self._odds(step)]
        return self._chances[step]

    def _shares(self, among: Among) -> list[Floats]:
        """Shares of the six groups among those who reach a step today.  Each [replication, 1]"""
        everybody = self._everybody()
        if among == "everybody":
            return everybody
        if among == "claiming":
            claim = zip(self._shares(self.take_up.among), self._today(self.take_up), strict=True)
            return _to_one([w * p for w, p in claim], everybody)
        criminal = self._today(CRIMINAL_AWARD)
        referred = [w * (1 - p) for w, p in zip(everybody, criminal, strict=True)]
        if among == "referred":
            return _to_one(referred, everybody)
        suing = [w * p for w, p in zip(referred, self._today(CIVIL_SUIT), strict=True)]
        if among == "suing":
            return _to_one(suing, everybody)
        wins = [w * p for w, p in zip(suing, self._today(CIVIL_AWARD), strict=True)]
        awards = zip(everybody, criminal, wins, strict=True)
        return _to_one([w * p + won for w, p, won in awards], everybody)

    def _everybody(self) -> list[Floats]:
        """Shares of the six groups among victims with an indicted offender."""
        today = self._parameters.before_changes
        informed = today("pathway.informed_rate")
        aided = informed * today("pathway.legal_aid_rate")
        prosecuted = today("pathway.prosecuted_rate")
        lesser = (1 - prosecuted) * today("pathway.requalified_rate")
        indicted = prosecuted + lesser
        share = np.where(indicted > 0, lesser / np.where(indicted > 0, indicted, 1.0), 0.0)
        three = (1 - informed, informed - aided, aided)
        return [w * charge for charge in (1 - share, share) for w in three]


def _to_one(parts: list[Floats], otherwise: list[Floats]) -> list[Floats]:
    """Made to sum to 1; where nobody reaches the step, everybody's shares do as well as any."""
    total = np.asarray(sum(parts))
    known = total > 0
    return [
        np.where(known, part / np.where(known, total, 1.0), other)
        for part, other in zip(parts, otherwise, strict=True)
    ]
