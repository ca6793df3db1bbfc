"""Value of information: what it would be worth to know an assumption before deciding.

A decision (`fundsim.analysis.decision`) loses so much, euro a year, by each option in each future.  Without more knowledge one
option is taken for all futures: the one with the smallest mean loss.  Who knew an assumption would take,
for each of its values, the option with the smallest mean loss at that value: the difference is its value
(EVPPI), found by regression of the losses on the assumption in the sample at hand (Strong, Oakley,
Brennan 2014, Medical Decision Making 34).

A rule fitted to the sample looks better in it than it is, by about as much as a rule fitted to other
batches and tried in these looks worse: the mean of both is taken (the optimism of Efron 1986, JASA 81).
Each part is what rules really cost in the sample, so that no value exceeds that of foresight.  A value
may come out slightly below 0: it is an estimate.

Who knows a group may decide by what he knows of one of its members: the rule of a member is a rule for the
group, too.  Of these rules and the group's own, the one that costs least is taken, so that no group is worth less than
its members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from fundsim.analysis.decision import Decision
from fundsim.analysis.precision import Z95, Estimate, batch_error
from fundsim.analysis.shown import Shown
from fundsim.model.parameters import BATCH, TWINS
from fundsim.scenario.assumption import Floats, Ints
from fundsim.scenario.errors import InputError, Problem

FOLDS = 10  # parts of the sample, of whole batches; a rule fitted to the others is tried in each
KNOTS = (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975)  # of splines, quantiles (Harrell 2001)
INDICES = 2  # main differences between losses that a group's regression bends with
STRONGEST = 6  # inputs of a group whose cubes and products are in the regression
INPUT = 50  # replications, at least, for each input of a regression on a group: 25 for each of its two terms


@dataclass(frozen=True, repr=False)
class Evpi(Shown):
    """What knowing everything would be worth, euro a year.

    best       place of the option with the smallest mean loss;  loss  that mean
    foresight  knowing each future, chance included: no information is worth more
    ceiling    an upper bound for knowing all assumptions, from the twins that share them: the option that
               is best for both of two futures is taken.  From below: `evppi` of all inputs together.
    """

    best: int
    loss: Estimate
    foresight: Estimate
    ceiling: Estimate


@dataclass(frozen=True)
class Value:
    """What knowing an input, or a group of them, would be worth.

    name     of the input or group;  inputs  number of them
    value    euro a year, with its standard error
    changes  share of futures in which another option than the best would be taken; 0 where the value is
             not distinguishable from none
    by       the member (or group) whose rule is taken; empty: its own
    """

    name: str
    inputs: int
    value: Estimate
    changes: float
    by: str = ""

    @property
    def told(self) -> bool:
        """Whether the value is distinguishable from none."""
        return self.value.mc_error is not None and self.value.value > Z95 * self.value.mc_error


@dataclass(frozen=True, repr=False)
class Worth(Shown):
    """The values of information for a decision, greatest first.

    everything  all inputs together: the value of knowing all assumptions, from below
    weights     euro lost for a euro missing, and for a euro idle; None for decisions that lose otherwise
    """

    evpi: Evpi
    everything: Value
    singles: tuple[Value, ...]
    groups: tuple[Value, ...]
    weights: tuple[float, float] | None = None

    @property
    def enough(self) -> int:
        """Replications from which on a regression on everything has room for each input."""
        return INPUT * self.everything.inputs


def evpi(losses: Floats) -> Evpi:
    """The value of knowing everything.  losses  [option, replication], replications 2j and 2j + 1 twins"""
    losses = losses[:, : losses.shape[1] // TWINS * TWINS]
    base, noise, _ = _cost(losses, np.ones((losses.shape[1], 1)))
    twins = losses.reshape(losses.shape[0], -1, TWINS).mean(axis=2).min(axis=0)
    return Evpi(
        best=int(losses.mean(axis=1).argmin()),
        loss=_estimate(base, noise),
        foresight=_estimate(base - losses.min(axis=0), noise),
        ceiling=_estimate(base - np.repeat(twins, TWINS), noise),
    )


def evppi(losses: Floats, inputs: Floats, name: str = "") -> Value:
    """The value of knowing some inputs together, by regression.

    losses  [option, replication];  inputs  [input, replication], or [replication] for one
    One input: cubic spline of its normal score.  Several: squares of all, cubes and products of the
    strongest, and splines of what these explain.  An input may be a count: ties share their rank.
    """
    inputs = np.atleast_2d(inputs)
    n = losses.shape[1] // TWINS * TWINS
    losses, scores = losses[:, :n], np.stack([_normal_scores(x[:n]) for x in inputs])
    design = _spline(scores[0]) if scores.shape[0] == 1 else _polynomial(losses, scores)
    base, noise0, _ = _cost(losses, np.ones((n, 1)))
    cost, noise, chosen = _cost(losses, design, indexed=scores.shape[0] > 1)
    best = int(losses.mean(axis=1).argmin())
    value = _estimate(base - cost, float(np.hypot(noise, noise0)))
    found = Value(name, inputs.shape[0], value, 0.0)
    return replace(found, changes=float((chosen != best).mean())) if found.told else found


def worth(decision: Decision, inputs: Mapping[str, Floats], groups: Mapping[str, str]) -> Worth:
    """The value of knowing each input, each group, and all of them.

    inputs  name -> [replication];  groups  name of an input -> group
    """
    names = [name for name, x in inputs.items() if np.ptp(x) > 0]
    if not names:
        raise InputError(Problem("decision", "nothing is uncertain, so nothing can be learnt"))
    members: dict[str, list[str]] = {}
    for name in names:
        members.setdefault(groups.get(name, "other"), []).append(name)

    def of(name: str, those: Sequence[str], parts: Sequence[Value] = ()) -> Value:
        own = evppi(decision.losses, np.stack([inputs[key] for key in those]), name)
        best = max([own, *parts], key=lambda v: v.value.value)
        if best is own:
            return own
        return replace(own, value=best.value, changes=best.changes, by=best.by or best.name)

    def falling(values: list[Value]) -> tuple[Value, ...]:
        return tuple(sorted(values, key=lambda v: -v.value.value))

    singles = {name: of(name, [name]) for name in names}
    grouped = [of(key, those, [singles[x] for x in those]) for key, those in members.items()]
    everything = of("everything", names, [*singles.values(), *grouped])
    known = falling(list(singles.values())), falling(grouped)
    return Worth(evpi(decision.losses), everything, *known, decision.weights)


def _estimate(gains: Floats, noise: float) -> Estimate:
    """Mean with its error: of the sample, by batches, and of the fitted rule (half the correction)."""
    mean = float(gains.mean())
    error = batch_error(gains - mean)
    return Estimate(mean, None if error is None else float(np.hypot(error, noise)))


def _cost(losses: Floats, design: Floats, indexed: bool = False) -> tuple[Floats, float, Ints]:
    """What the rule "take the option of least expected loss" costs; the expectation by least squares.

    design   terms of the regression  [replication, term]
    indexed  add splines of the two main contrasts of losses as first fitted: losses bend with them
    returns  cost, mean of the rule fitted to all and of that fitted to other batches [replication]; half
             their difference; and the options that the first takes [replication]
    """
    n = losses.shape[1]
    every = np.arange(n)
    if n < FOLDS * BATCH:
        rule = f"{n} replications are too few for a value of information; needs {FOLDS * BATCH}"
        raise InputError(Problem("decision", rule))
    fold = every // BATCH % FOLDS
    gram, moments = design.T @ design, design.T @ losses.T
    axes = _contrasts(losses)[0][:, -INDICES:] if indexed else None

    def takes(left_out: Ints) -> Ints:
        """The options chosen for some replications by the others; for all, by all."""
        part, there = design[left_out], losses[:, left_out]
        all_in = left_out.size == n
        inner = gram if all_in else gram - part.T @ part
        outer = moments if all_in else moments - part.T @ there.T
        solved = np.linalg.pinv(inner, hermitian=True) @ outer
        if axes is None:
            return np.asarray((part @ solved).argmin(axis=1))
        index = design @ (solved @ axes)
        bent = [_spline((x - x.mean()) / max(float(x.std()), 1e-300))[:, 2:] for x in index.T]
        wide = np.concatenate([design, *bent], axis=1)
        used = np.ones(n, dtype=bool)
        used[left_out] = all_in
        inner, outer = wide[used].T @ wide[used], wide[used].T @ losses[:, used].T
        solved = np.linalg.pinv(inner, hermitian=True) @ outer
        return np.asarray((wide[left_out] @ solved).argmin(axis=1))

    chosen = takes(every)
    own, tried = losses[chosen, every], np.empty(n)
    for number in np.unique(fold):
        rows = np.flatnonzero(fold == number)
        tried[rows] = losses[takes(rows), rows]
    return (own + tried) / 2, abs(float((tried - own).mean())) / 2, chosen


def _contrasts(losses: Floats) -> tuple[Floats, Floats]:
    """Weights of the options in the main differences between their losses, the greatest last
    [option, difference], and the losses less what all options share [option, replication]."""
    centred = losses - losses.mean(axis=0)
    centred = centred - centred.mean(axis=1, keepdims=True)
    sizes, axes = np.linalg.eigh(centred @ centred.T)
    real = sizes > 1e-9 * sizes[-1]
    real[-1] = True
    return axes[:, real], centred


def _normal_scores(x: Floats) -> Floats:
    """Standard normal quantiles of the ranks, ties at their middle rank."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - count / 2
    return np.asarray(special.ndtri(middle[place] / x.size))


def _spline(z: Floats) -> Floats:
    """A cubic spline, linear beyond its outer knots, of one normal score.  [replication, term]"""
    knots = special.ndtri(np.array(KNOTS))
    last, width = knots[-1], knots[-1] - knots[-2]
    columns = [np.ones_like(z), z]
    for knot in knots[:-2]:
        cube = np.maximum(z - knot, 0) ** 3
        cube -= np.maximum(z - knots[-2], 0) ** 3 * (last - knot) / width
        cube += np.maximum(z - last, 0) ** 3 * (knots[-2] - knot) / width
        columns.append(cube / (last - knots[0]) ** 2)
    return np.stack(columns, axis=1)


def _polynomial(losses: Floats, z: Floats) -> Floats:
    """Squares of all normal scores, cubes and products of the strongest.  z [input, replication]

    Where the sample is too small for so many terms, only the strongest inputs are used.
    """
    axes, centred = _contrasts(losses)
    main = axes[:, -1] @ centred
    strength = (z @ main) ** 2 + ((z**2 - 1) @ main) ** 2 / 2
    order = np.argsort(-strength, kind="stable")
    z = z[order[: max(z.shape[1] // INPUT, 2)]]
    top = z[:STRONGEST]
    pairs = [top[i] * top[j] for i in range(len(top)) for j in range(i)]
    return np.stack([np.ones(z.shape[1]), *z, *(z**2 - 1), *(top**3 - 3 * top), *pairs], axis=1)
