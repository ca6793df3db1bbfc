"""Reverse stress: which combinations of circumstances make the fund fail, as rules a person can read.

PRIM (Friedman, Fisher 1999, Statistics and Computing 9) as used for scenario discovery (Bryant, Lempert
2010, Technological Forecasting and Social Change 77): a box that holds all futures is peeled from the side
whose removal raises the share of failures most, a little at a time.  A first peeling shows which inputs
matter; restrictions that could be chance are dropped, and the box is peeled again with those left.
Half of the batches find the rules and the others say how good they are, at the rounded limits that are
printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundsim.analysis import precision
from fundsim.analysis.precision import Estimate
from fundsim.analysis.shown import Shown
from fundsim.model.parameters import BATCH, TWINS
from fundsim.scenario.assumption import Floats

Bools = NDArray[np.bool_]
PEEL = 0.05  # share of the box that one peel may take
LEAST_MASS = 0.03  # a box with fewer of the futures says nothing
FALLS_SHORT = "the fund falls short"  # what is asked about, where nothing else is said
LEAST_EVENTS = 30  # fewer failures (or fewer futures without) hold no rule
CHANCE = 0.001  # a restriction is dropped if chance alone would do as well with more than this probability
MOST_RESTRICTIONS, MOST_RULES = 3, 3
MOVED = 0.02  # share of the futures that rounding a limit may move


@dataclass(frozen=True)
class Restriction:
    """An input is above or below a limit, or between two.

    name  of the input;  above, below  limits, None if there is none
    """

    name: str
    above: float | None = None
    below: float | None = None

    def holds(self, inputs: Mapping[str, Floats]) -> Bools:
        """In which futures.  [replication]"""
        x = inputs[self.name]
        inside = np.ones(x.size, dtype=bool)
        if self.above is not None:
            inside &= x > self.above
        if self.below is not None:
            inside &= x < self.below
        return inside


@dataclass(frozen=True)
class Rule:
    """A combination of circumstances, judged in the futures that did not find it.

    restrictions  all of them hold, most important first
    earlier       number of better rules; only futures in which none of them holds count here
    density       share of the futures in the box that fail
    base          share of the futures that fail, in the box or not
    coverage      share of all failures that are in the box
    mass          share of all futures that are in the box
    density95, coverage95  Wilson intervals
    """

    restrictions: tuple[Restriction, ...]
    earlier: int
    density: Estimate
    base: Estimate
    coverage: Estimate
    mass: Estimate
    density95: tuple[float, float]
    coverage95: tuple[float, float]

    def holds(self, inputs: Mapping[str, Floats]) -> Bools:
        """In which futures the rule holds.  [replication]"""
        return _all_hold(self.restrictions, inputs)


@dataclass(frozen=True, repr=False)
class Found(Shown):
    """What was found.

    rules   best first, at most three;  reason  why there are none, in a sentence, or empty
    base    share of futures that fail, of all at hand;  base95  its Wilson interval
    covered share of the failures that any of the rules covers, in the futures that did not find them
    """

    rules: tuple[Rule, ...]
    reason: str
    base: Estimate
    base95: tuple[float, float]
    covered: float


def failure_rules(inputs: Mapping[str, Floats], failed: Bools, event: str = FALLS_SHORT) -> Found:
    """The rules under which the fund fails.

    inputs  name -> [replication]: drawn assumptions, and what was realised (`circumstances`)
    failed  whether the fund falls short, or whatever is asked about  [replication]
    event   what that is, as a clause
    """
    failed = np.asarray(failed, dtype=bool)
    n, events = failed.size, int(failed.sum())
    base = precision.probability(failed.astype(np.float64))
    interval = precision.wilson(base, n)
    reason = _too_few(n, events, event)
    inputs = {name: x for name, x in inputs.items() if np.isfinite(x).all() and np.ptp(x) > 0}
    if not reason and not inputs:
        reason = "Nothing that was looked at differs between the futures."
    if reason:
        return Found((), reason, base, interval, 0.0)
    even = np.arange(n) // BATCH % 2 == 0
    find = {name: x[even] for name, x in inputs.items()}
    judge = {name: x[~even] for name, x in inputs.items()}
    finds, judges = failed[even], failed[~even]
    left, covered = np.ones(finds.size, dtype=bool), np.zeros(judges.size, dtype=bool)
    rules: list[Rule] = []
    while len(rules) < MOST_RULES and int((finds & left).sum()) >= LEAST_EVENTS // 2:
        box = _find(find, finds, left)
        if not box:
            break
        rule = _judged(box, judge, judges, covered, len(rules))
        if rule.density95[0] <= rule.base.value:
            break  # not confirmed by the futures that did not find it
        rules.append(rule)
        covered |= rule.holds(judge)
        left &= ~rule.holds(find)
    if not rules:
        reason = (
            f"{_sentence(event)} in {_percent(base.value)} of futures, but no combination of what was "
            "looked at foretells it."
        )
    share = float((judges & covered).sum() / max(judges.sum(), 1))
    return Found(tuple(rules), reason, base, interval, share)


def _too_few(n: int, events: int, event: str) -> str:
    if events == 0:
        return f"{_sentence(event)} in none of {n:,} futures: there is nothing to explain."
    if events == n:
        return f"{_sentence(event)} in all of {n:,} futures: nothing prevents it."
    rare = min(events, n - events)
    if rare >= LEAST_EVENTS and n >= 4 * BATCH:
        return ""
    where = f"{_sentence(event)} in {rare:,} of {n:,} futures"
    if rare < events:
        where = f"In all but {rare:,} of {n:,} futures {event}"
    return f"{where}: too few for a rule, which needs {LEAST_EVENTS} among at least {4 * BATCH} futures."


def _sentence(event: str) -> str:
    return f"{event[:1].upper()}{event[1:]}"


def _all_hold(restrictions: Sequence[Restriction], inputs: Mapping[str, Floats]) -> Bools:
    inside = np.ones(next(iter(inputs.values())).size, dtype=bool)
    for restriction in restrictions:
        inside &= restriction.holds(inputs)
    return inside


def _find(inputs: Mapping[str, Floats], failed: Bools, left: Bools) -> tuple[Restriction, ...]:
    """A box among the futures left, with limits rounded; empty if none is better than chance."""
    here = {name: x[left] for name, x in inputs.items()}
    fails = failed[left]
    box = _needed(_peeled(here, fails), here, fails, MOST_RESTRICTIONS)
    if not box:
        return ()
    again = _peeled({r.name: here[r.name] for r in box}, fails)
    box = _needed([_rounded(r, here[r.name]) for r in again], here, fails, MOST_RESTRICTIONS)
    return tuple(box)


def _peeled(inputs: Mapping[str, Floats], failed: Bools) -> list[Restriction]:
    """Peels a box, and returns it at the step at which √mass·(density − base) is greatest."""
    names = list(inputs)
    table = np.stack([inputs[name] for name in names])
    n, base = failed.size, float(failed.mean())
    limits = {name: Restriction(name) for name in names}
    best, best_score = dict(limits), 0.0
    inside = np.arange(n)
    while inside.size > max(LEAST_MASS * n, LEAST_EVENTS / 2):
        part, fails = table[:, inside], failed[inside].astype(np.float64)
        peel = max(int(PEEL * inside.size), 1)
        ordered = np.sort(part, axis=1)
        # strictly above the lower limits, strictly below the upper ones; ties leave together
        lower, upper = ordered[:, peel - 1], ordered[:, -peel]
        gains = []
        for keeps in (part > lower[:, None], part < upper[:, None]):
            kept = keeps.sum(axis=1)
            density = keeps @ fails / np.maximum(kept, 1)
            gain = (density - fails.mean()) / np.maximum(inside.size - kept, 1)
            gains.append(np.where((kept > 0) & (kept < inside.size), gain, -np.inf))
        side, row = np.unravel_index(int(np.argmax(gains)), (2, len(names)))
        if not np.isfinite(gains[side][row]):
            break
        name, old = names[row], limits[names[row]]
        if side == 0:
            limits[name] = Restriction(name, float(lower[row]), old.below)
            inside = inside[part[row] > lower[row]]
        else:
            limits[name] = Restriction(name, old.above, float(upper[row]))
            inside = inside[part[row] < upper[row]]
        score = np.sqrt(inside.size / n) * (float(failed[inside].mean()) - base)
        if score > best_score + 1e-12:
            best, best_score = dict(limits), score
    return [r for r in best.values() if r.above is not None or r.below is not None]


def _needed(
    box: Sequence[Restriction], inputs: Mapping[str, Floats], failed: Bools, most: int
) -> list[Restriction]:
    """Drops the least needed restriction until all left are needed and few; most needed first.

    Needed: with probability below CHANCE would as dense a box come from the box without it by chance
    (the quasi-p-value of Bryant and Lempert), counting twins once.  Each limit must be needed by itself.
    """
    kept = [
        side
        for r in box
        for side in (Restriction(r.name, above=r.above), Restriction(r.name, below=r.below))
        if side != Restriction(r.name)
    ]
    while kept:
        chances = []
        for r in kept:
            without = _all_hold([q for q in kept if q is not r], inputs)
            inside = without & r.holds(inputs)
            p = float(failed[without].mean()) if without.any() else 1.0
            size, hits = inside.sum() / TWINS, (failed & inside).sum() / TWINS
            # P(Binomial(size, p) ≥ hits), for halves too
            tail = float(special.betainc(hits, size - hits + 1, p)) if hits > 0 else 1.0
            chances.append(tail)
        worst = int(np.argmax(chances))
        if chances[worst] <= CHANCE and len({r.name for r in kept}) <= most:
            return _joined([kept[i] for i in np.argsort(chances, kind="stable")])
        kept.pop(worst)
    return []


def _joined(sides: Sequence[Restriction]) -> list[Restriction]:
    """One restriction an input, of the limits that it has."""
    found: dict[str, Restriction] = {}
    for side in sides:
        r = found.get(side.name, Restriction(side.name))
        above = side.above if side.above is not None else r.above
        below = side.below if side.below is not None else r.below
        found[side.name] = Restriction(side.name, above, below)
    return list(found.values())


def _rounded(r: Restriction, x: Floats) -> Restriction:
    """The limits rounded to as few figures as move few futures across."""

    def nearest(limit: float | None) -> float | None:
        if limit is None or limit == 0:
            return limit
        for figures in (1, 2, 3, 4):
            text = float(f"{limit:.{figures - 1}e}")
            low, high = sorted((limit, text))
            if float(((x > low) & (x < high)).mean()) <= MOVED:
                return text
        return limit

    return Restriction(r.name, nearest(r.above), nearest(r.below))


def _judged(
    box: tuple[Restriction, ...],
    inputs: Mapping[str, Floats],
    failed: Bools,
    covered: Bools,
    earlier: int,
) -> Rule:
    """How good a box is where no earlier rule holds.  covered  where one does  [replication]"""
    left, fails = (~covered).astype(np.float64), failed.astype(np.float64)
    inside = _all_hold(box, inputs) * left
    if not inside.any():
        none, nowhere = Estimate(0.0, None), (0.0, 1.0)
        return Rule(box, earlier, none, none, none, none, nowhere, nowhere)
    density = precision.ratio(inside * fails, inside)
    coverage = precision.ratio(inside * fails, fails)
    return Rule(
        box,
        earlier,
        density,
        precision.ratio(fails * left, left),
        coverage,
        precision.probability(inside),
        precision.wilson(density, int(inside.sum())),
        precision.wilson(coverage, int(fails.sum())),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{100 * share:.1g} %"
