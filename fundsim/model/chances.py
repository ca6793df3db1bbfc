"""A victim's own chance at each step that being informed or legally aided moves (method §6).

A rate in a scenario is an average over those who reach the step today: uninformed, informed and legally
aided victims together.  The chance of the uninformed is solved from it; odds ratios give the others'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundsim.model.parameters import Parameters, look_up, with_odds
from fundsim.scenario.assumption import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """A step whose chance depends on being informed and on legal aid.

    rate           dotted key of the average
    informed, aid  dotted keys of the odds ratios; None where being informed does not matter
    after          the step that those who reach this one have taken, or, if `failed`, have not
    """

    rate: str
    informed: str | None
    aid: str
    after: Step | None = None
    failed: bool = False


_INFORMED, _AID = "pathway.informed_odds_ratio", "pathway.legal_aid_odds_ratio"
CRIMINAL_AWARD = Step("pathway.criminal_award_rate", _INFORMED, _AID)
CIVIL_SUIT = Step("pathway.civil_suit_rate", _INFORMED, _AID, after=CRIMINAL_AWARD, failed=True)
CIVIL_AWARD = Step("pathway.civil_award_rate", None, _AID, after=CIVIL_SUIT)
TAKE_UP = Step(
    "fund.take_up.rate", "fund.take_up.informed_odds_ratio", "fund.take_up.legal_aid_odds_ratio"
)
APPROVAL = Step(
    "fund.decision.approval_rate", None, "fund.decision.legal_aid_odds_ratio", after=TAKE_UP
)


def own_chance(
    parameters: Parameters, step: Step, replication: Ints, year: Ints, informed: Bools, aided: Bools
) -> Floats:
    """Each victim's chance of a step, by its rate and odds ratios in the year.  [chosen case]"""
    odds = np.where(aided, parameters.at(step.aid, replication, year), 1.0)
    if step.informed:
        odds = np.where(informed, parameters.at(step.informed, replication, year), 1.0) * odds
    uninformed = look_up(reference(parameters, step, parameters[step.rate]), replication, year)
    return with_odds(uninformed, odds)


def reference(parameters: Parameters, step: Step, rate: Floats) -> Floats:
    """The chance of an uninformed victim, such that today's average is the rate.

    rate  [replication, year or 1];  returns the same shape
    """
    weights, odds = _weights(parameters, step), _odds(parameters, step)
    if all(bool((o == 1).all()) for o in odds):
        return rate
    low, high = np.zeros_like(rate), np.ones_like(rate)
    for _ in range(60):
        middle = (low + high) / 2
        average = sum(w * with_odds(middle, o) for w, o in zip(weights, odds, strict=True))
        low = np.where(average < rate, middle, low)
        high = np.where(average < rate, high, middle)
    return np.where((rate == 0) | (rate == 1), rate, (low + high) / 2)


def _odds(parameters: Parameters, step: Step) -> list[Floats]:
    """Today's odds ratios of the uninformed, the informed, and the aided.  Each [replication, 1]"""
    aid = parameters.before_changes(step.aid)
    informed = parameters.before_changes(step.informed) if step.informed else np.ones_like(aid)
    return [np.ones_like(aid), informed, informed * aid]


def _weights(parameters: Parameters, step: Step) -> list[Floats]:
    """Shares of the three groups among those who reach a step today.  Each [replication, 1]"""
    if step.after is None:
        informed = parameters.before_changes("pathway.informed_rate")
        aided = informed * parameters.before_changes("pathway.legal_aid_rate")
        return [1 - informed, informed - aided, aided]
    before = step.after
    shares = _weights(parameters, before)
    uninformed = reference(parameters, before, parameters.before_changes(before.rate))
    chances = [with_odds(uninformed, odds) for odds in _odds(parameters, before)]
    if step.failed:
        chances = [1 - p for p in chances]
    reached = [w * p for w, p in zip(shares, chances, strict=True)]
    total = np.asarray(sum(reached))
    known = total > 0  # where nobody takes the step before, its shares do as well as any
    return [
        np.where(known, r / np.where(known, total, 1.0), w)
        for r, w in zip(reached, shares, strict=True)
    ]
