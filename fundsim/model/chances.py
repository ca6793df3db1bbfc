"""A victim's own chance at each step that being informed or legally aided moves (method §6).

A rate in a scenario is an average over those who reach the step today.  Six groups of victims reach it
in different numbers: uninformed, informed, legally aided, each with a trial for trafficking or for a lesser
offence.  The chance of the first group is solved from the average; odds ratios give the others'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fundsim.model.compiled import compiled
from fundsim.model.parameters import Parameters, with_odds
from fundsim.model.streams import Floats32
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import World

Among = Literal["everybody", "referred", "suing", "awarded", "claiming"]
GROUPS = 6
LESSER_GROUP = (
    3  # added to 0 uninformed, 1 informed, 2 legally aided, if tried for a lesser offence
)
MOST_STEPS = 60  # of the search for a chance
CLOSE = 1e-12  # relative step at which it ends: Newton's next would be below the last digit


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
    """Taking up the fund without help: of everybody, or of those with an award where the entry point needs one."""
    awarded = world.fund.entry_point in ("judgment", "unpaid_judgment")
    return Step(
        "fund.take_up.unassisted_rate",
        "fund.take_up.legal_aid_odds_ratio",
        "awarded" if awarded else "everybody",
        "fund.take_up.informed_odds_ratio",
    )


@dataclass(frozen=True)
class Chances:
    """The chances of a block of replications.

    take_up  the step of taking up the fund
    tables   each group's chance of each step, by its rate and odds ratios in the year; groups in the
             order of the module's text  [group, replication, year or 1]
    """

    take_up: Step
    tables: Mapping[Step, Floats32]

    def part(self, rows: slice) -> Chances:
        """Those of some replications."""
        tables = {step: np.ascontiguousarray(t[:, rows]) for step, t in self.tables.items()}
        return Chances(self.take_up, tables)


def chances_of(world: World, parameters: Parameters) -> Chances:
    """The chances by the assumptions of a block of replications."""
    averages, take_up = _Averages(world, parameters), take_up_step(world)
    steps = (CRIMINAL_AWARD, CIVIL_SUIT, CIVIL_AWARD, take_up, APPROVAL)
    return Chances(take_up, {step: averages.table(step) for step in steps})


class _Averages:
    """Solves each group's chance from averages over those who reach a step today."""

    def __init__(self, world: World, parameters: Parameters) -> None:
        """Reads the assumptions of the block, unreformed where today's averages are concerned."""
        self.take_up = take_up_step(world)
        self._parameters = parameters
        self._everybody = self._shares_of_everybody()
        self._chances: dict[Step, Floats] = {}

    def table(self, step: Step) -> Floats32:
        """Each group's chance of a step.  [group, replication, year or 1]"""
        rate = self._parameters[step.rate]
        first = average_to_first(rate, self._shares(step.among), self._odds(step, today=True))
        return with_odds(first, self._odds(step, today=False)).astype(np.float32)

    def _odds(self, step: Step, today: bool) -> Floats:
        """Odds ratio of each group, before or after reforms."""

        def read(key: str | None) -> Floats:
            if key is None:
                return np.ones((1, 1))
            return self._parameters.before_changes(key) if today else self._parameters[key]

        aid, informed, lesser = read(step.aid), read(step.informed), read(step.lesser)
        groups = np.broadcast_arrays(1.0, informed, informed * aid, lesser)
        one, told, aided, charge = groups
        return np.stack([one, told, aided, charge, told * charge, aided * charge])

    def _today(self, step: Step) -> Floats:
        """Today's chance of each group."""
        if step not in self._chances:
            odds = self._odds(step, today=True)
            rate = self._parameters.before_changes(step.rate)
            first = average_to_first(rate, self._shares(step.among), odds)
            self._chances[step] = with_odds(first, odds)
        return self._chances[step]

    def _shares(self, among: Among) -> Floats:
        """Shares of the groups among those who reach a step today."""
        everybody = self._everybody
        if among == "everybody":
            return everybody
        if among == "claiming":
            helped = self._parameters.before_changes("fund.take_up.assisted_share")
            applies = (1 - helped) * self._today(self.take_up)
            applies = applies + helped * self._parameters.before_changes(
                "fund.take_up.assisted_rate"
            )
            return self._to_one(self._shares(self.take_up.among) * applies)
        criminal = self._today(CRIMINAL_AWARD)
        referred = everybody * (1 - criminal)
        if among == "referred":
            return self._to_one(referred)
        suing = referred * self._today(CIVIL_SUIT)
        if among == "suing":
            return self._to_one(suing)
        return self._to_one(everybody * criminal + suing * self._today(CIVIL_AWARD))

    def _to_one(self, parts: Floats) -> Floats:
        """Made to sum to 1; where nobody reaches the step, everybody's shares do as well as any."""
        total = parts.sum(axis=0)
        return np.where(total > 0, parts / np.where(total > 0, total, 1.0), self._everybody)

    def _shares_of_everybody(self) -> Floats:
        """Shares of the groups among victims with an indicted offender."""
        today = self._parameters.before_changes
        informed = today("pathway.informed_rate")
        aided = informed * today("pathway.legal_aid_rate")
        prosecuted = today("pathway.prosecuted_rate")
        lesser = (1 - prosecuted) * today("pathway.requalified_rate")
        indicted = prosecuted + lesser
        share = np.where(indicted > 0, lesser / np.where(indicted > 0, indicted, 1.0), 0.0)
        three = np.stack([1 - informed, informed - aided, aided])
        return np.concatenate([three * (1 - share), three * share])


def average_to_first(rate: Floats, shares: Floats, odds: Floats) -> Floats:
    """The chance of the first group, such that the average over the groups is the rate.

    rate    [replication, year or 1], and so is the result
    shares  of the groups, and their odds ratios against the first.  [group, replication, 1]

    Newton's steps, halved into the bracket where they leave it: the average rises with the chance.
    """
    if bool((odds == 1).all()):
        return rate
    shape = np.broadcast_shapes(rate.shape, shares.shape[1:], odds.shape[1:])

    def wide(table: Floats) -> Floats:
        return np.broadcast_to(table, (*table.shape[:-2], *shape)).copy()

    first = wide(rate)
    _solve(wide(shares), wide(odds), first)
    return first


@compiled
def _solve(shares: Floats, odds: Floats, first: Floats) -> None:
    """Each by itself, so that it is the same beside whatever others.

    shares, odds  [group, replication, year];  first  the rates, and then the chances [replication, year]
    """
    for r in range(first.shape[0]):
        for y in range(first.shape[1]):
            rate = chance = first[r, y]
            low, high, differ = 0.0, 1.0, False
            for g in range(odds.shape[0]):
                differ |= odds[g, r, y] != 1
            for _ in range(MOST_STEPS if 0 < rate < 1 and differ else 0):
                average = slope = 0.0
                for g in range(odds.shape[0]):
                    spread = 1 - chance + chance * odds[g, r, y]
                    average += shares[g, r, y] * chance * odds[g, r, y] / spread
                    slope += shares[g, r, y] * odds[g, r, y] / spread**2
                if average < rate:
                    low = chance
                else:
                    high = chance
                before, chance = chance, chance - (average - rate) / slope
                if not low <= chance <= high:
                    chance = (low + high) / 2
                if abs(chance - before) <= CLOSE * before:
                    break
            first[r, y] = chance
