"""Does each lever move the results as it should, in every country?

Each lever is moved by a stated step, from the opening on, on the same chance and the same drawn
assumptions.  What is expected stands here in a table; what comes out otherwise is reported with its
reason: the policy does not use the lever, or the measure cannot move further.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fundsim.analysis.inputs import Run, Target, run_all, target
from fundsim.analysis.precision import Estimate
from fundsim.analysis.shown import Table
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.schema import FORMS, Change, Effect, World

REPLICATIONS = 1024
SURE = 3.0  # errors beyond which a change is real: hundreds are looked at together
SHARE, COST, RUIN = MEASURES = ("share_paid_with", "due_a_year", "ruin")
STEP = "zz_step"  # a name that sorts last: the step comes after all reforms

Expected = Literal["up", "down", "not down", "not up", "none", "either"]
Verdict = Literal["as expected", "no change", "too small to tell", "against expectation"]


@dataclass(frozen=True)
class Lever:
    """Something a ministry, or the world, may move.

    name      short;  step  what is done to it, in words
    move      the world after the step
    expected  by measure: up, down, not up, not down, none, or either (two effects oppose each other)
    idle      why it moves nothing under a world's policy; empty if it is in force
    contrary  why it may go against what is expected under a world's policy; empty if it may not
    """

    name: str
    step: str
    move: Callable[[Scenario], World]
    expected: Mapping[str, Expected]
    idle: Callable[[World], str] = lambda world: ""
    contrary: Callable[[World], str] = lambda world: ""


@dataclass(frozen=True)
class Sign:
    """How one lever moves one measure in one scenario.

    before, after  the measure, NaN where there is nobody whom it counts
    change         their difference with the error of paired replications
    reason         why there is no change, or why none was to be expected; else empty
    """

    scenario: str
    lever: Lever
    target: Target
    expected: Expected
    before: float
    after: float
    change: Estimate
    verdict: Verdict
    reason: str


def signs(
    scenarios: Sequence[Scenario],
    replications: int = REPLICATIONS,
    seed: int = 20260101,
    workers: int = 1,
    levers: Sequence[Lever] | None = None,
) -> list[Sign]:
    """Move each lever up in each scenario; compare direction with expectation.

    levers   all of `LEVERS` without it
    returns  one line for each scenario, lever and measure, in that order
    """
    levers = LEVERS if levers is None else levers
    numbers = range(replications)
    worlds = [
        world
        for scenario in scenarios
        for world in (scenario.world, *(lever.move(scenario) for lever in levers))
    ]
    targets = [target(worlds[0], name) for name in MEASURES] if worlds else []
    tables = run_all([Run(world, numbers) for world in worlds], seed, targets, workers)
    found = []
    for scenario in scenarios:
        before, *after = (tables.pop(0) for _ in range(1 + len(levers)))
        centres = [one.estimate(before) for one in targets]
        for lever, table in zip(levers, after, strict=True):
            reasons = lever.idle(scenario.world), lever.contrary(scenario.world)
            for one, (centre, influence) in zip(targets, centres, strict=True):
                value, change = one.difference(table, centre, influence)
                expected = lever.expected[one.name]
                verdict = judged(expected, centre.value, change, *reasons)
                if math.isnan(change.value):
                    verdict = "no change", reasons[0] or f"not defined: {one.measure.undefined}"
                found.append(
                    Sign(scenario.name, lever, one, expected, centre.value, value, change, *verdict)
                )
    return Table(found)


def judged(
    expected: Expected, before: float, change: Estimate, idle: str = "", contrary: str = ""
) -> tuple[Verdict, str]:
    """Whether a change is as expected, and if not, why.

    before    the measure without the step
    idle      why the lever is not in force;  contrary  why it may go the other way; or empty
    """
    moved = change.value
    if math.isnan(moved):
        return "no change", idle or "not defined: there is nobody whom it counts"
    if moved == 0:
        if expected in ("none", "not up", "not down", "either") and not idle:
            return "as expected", ""
        same = f"it is {before:g} with and without the step"
        return "no change", idle or (
            same if before in (0.0, 1.0) else "it turns none of these futures"
        )
    if expected == "either":
        return "as expected", "two effects oppose each other"
    right = {"up": moved > 0, "not down": moved > 0, "down": moved < 0, "not up": moved < 0}
    if right.get(expected, False):
        sure = abs(moved) > SURE * (change.mc_error or 0.0)
        return ("as expected", "") if sure else ("too small to tell", "within Monte Carlo error")
    if abs(moved) <= SURE * (change.mc_error or 0.0):
        return "too small to tell", "within Monte Carlo error"
    return "against expectation", contrary


def _effects(by: str, size: float, *keys: str) -> Callable[[Scenario], World]:
    """A step on numbers that reforms can move, at full strength from the opening."""

    def move(scenario: Scenario) -> World:
        world = scenario.world
        step = Change(
            label="step",
            from_year=world.time.start_year,
            effects=tuple(
                Effect(on=key, by=by, size=Assumption(value=size))  # type: ignore[arg-type]
                for key in keys
            ),
        )
        return world.model_copy(update={"reform": {**world.reform, STEP: step}})

    return move


def _one_more_post(scenario: Scenario) -> World:
    world = scenario.world
    decision = world.fund.decision
    posts = decision.posts.model_copy(update={"value": decision.posts.value + 1})
    more = decision.model_copy(update={"posts": posts})
    return world.model_copy(update={"fund": world.fund.model_copy(update={"decision": more})})


def _more_capital(scenario: Scenario) -> World:
    fund = scenario.world.fund
    capital = fund.opening_capital
    more = capital.model_copy(update={"value": capital.value + 100_000})
    return scenario.world.model_copy(
        update={"fund": fund.model_copy(update={"opening_capital": more})}
    )


def _file(name: str) -> Callable[[Scenario], World]:
    """A shipped reform or stress on top."""
    return lambda scenario: load(f"{scenario.given}+{name}", scenario.sets).world


def _no_fund(world: World) -> str:
    return "there is no fund" if not world.has_fund else ""


def _unless(used: Callable[[World], bool], reason: str) -> Callable[[World], str]:
    return lambda world: _no_fund(world) or ("" if used(world) else reason)


def _in_force(name: str) -> Callable[[World], str]:
    def used(world: World) -> bool:
        return name in world.income and world.ever_in_force(name)

    return _unless(used, f"the policy does not use income.{name}")


def _basis(*names: str) -> Callable[[World], str]:
    return _unless(
        lambda world: world.fund.amount.basis in names,
        f"the policy's amounts do not rest on it (basis {' or '.join(names)} does)",
    )


def _interim_lost(world: World) -> str:
    if world.fund.interim.share.value == 0:
        return ""
    return "while decisions take longer, more interim payments go to claims that are refused"


def _expect(share: Expected, cost: Expected, ruin: Expected) -> dict[str, Expected]:
    return {SHARE: share, COST: cost, RUIN: ruin}


_TARIFF = [f"fund.amount.tariff.{age}.{form}" for age in ("adult", "child") for form in FORMS]
_DEARER = _expect("either", "up", "up")  # larger sums: more claim, cash is short sooner
# a claim paid sooner is pursued sooner, and pursuing costs: a few euro more fall due
_RICHER = _expect("not down", "not down", "down")
_MORE_CLAIMS = _expect("up", "up", "up")

LEVERS: tuple[Lever, ...] = (
    Lever("tariff", "a quarter more", _effects("factor", 1.25, *_TARIFF), _DEARER,
          _basis("tariff", "smaller")),
    Lever("fixed sum", "a quarter more", _effects("factor", 1.25, "fund.amount.fixed"), _DEARER,
          _basis("fixed")),
    Lever("share of the judgment", "a tenth less", _effects("factor", 0.9, "fund.amount.judgment_share"),
          _expect("not down", "down", "down"), _basis("judgment", "smaller")),
    Lever("cap", "a quarter more", _effects("factor", 1.25, "fund.amount.cap"), _DEARER,
          _unless(lambda w: w.fund.amount.cap is not None, "the policy has no cap")),
    # quicker decisions against a higher office cost
    Lever("posts", "one more", _one_more_post, _expect("either", "up", "up"), _no_fund),
    Lever("budget line", "a quarter more", _effects("factor", 1.25, "income.budget.amount"), _RICHER,
          _in_force("budget")),
    Lever("opening capital", "€ 100,000 more", _more_capital, _RICHER, _no_fund),
    Lever("earmark of confiscated assets", "half as much again",
          _effects("factor", 1.5, "income.seized_assets.earmarked_rate"), _RICHER,
          _in_force("seized_assets")),
    Lever("earmark of traffickers' assets", "half as much again",
          _effects("factor", 1.5, "income.trafficking_assets.earmarked_rate"), _RICHER,
          _in_force("trafficking_assets")),
    Lever("conviction levy", "a quarter more", _effects("factor", 1.25, "income.conviction_levy.levy"),
          _RICHER, _in_force("conviction_levy")),
    Lever("take-up", "odds doubled", _effects("odds_ratio", 2, "fund.take_up.unassisted_rate"), _MORE_CLAIMS,
          _no_fund),
    Lever("approval", "odds doubled", _effects("odds_ratio", 2, "fund.decision.approval_rate"),
          _MORE_CLAIMS, _no_fund),
    # offenders pay less: the fund deducts less
    Lever("enforcement failure", "odds doubled", _effects("odds_ratio", 2, "enforcement.failure_rate"),
          _expect("either", "not down", "not down")),
    Lever("subrogation", "odds of pursuing a claim doubled",
          _effects("odds_ratio", 2, "fund.subrogation.pursued_share"), _expect("either", "not down", "either"),
          _unless(lambda w: 0 < w.fund.subrogation.pursued_share.value < 1, "all or none are pursued")),
    Lever("work on a decision", "half as much again",
          _effects("factor", 1.5, "fund.decision.working_months"), _expect("not up", "not up", "not up"),
          _no_fund, _interim_lost),
    Lever("caseload", "a quarter more", _effects("factor", 1.25, "caseload.level"),
          _expect("either", "up", "up")),
    Lever("assistance", "a tenth more of the victims", _effects("add", 0.1, "fund.assistance.rate"),
          _DEARER, _no_fund),
    Lever("informing", "the reform", _file("informing"), _MORE_CLAIMS),
    Lever("budget cut", "the stress", _file("budget_cut"), _expect("not up", "not up", "up"),
          _in_force("budget")),
)  # fmt: skip
