"""All that a briefing rests on, computed once: the scenario, its variants, what it takes, stresses, what drives it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fundsim.analysis.budget import Path, path_in
from fundsim.analysis.decision import (
    IDLE,
    contribution_decision,
    drawn_assumptions,
    group_of,
)
from fundsim.analysis.information import Value, worth
from fundsim.analysis.measures import measure
from fundsim.analysis.needs import Answer, Needs, enough
from fundsim.analysis.project import Projection, needs_in
from fundsim.analysis.sensitivity import Ranking, ranking
from fundsim.report import shortage
from fundsim.report.results import Results
from fundsim.scenario import files
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem

LEAST = 1000  # futures, below which what drives the answer cannot be told from noise
TO_LEARN = 3  # assumptions named as most worth finding out


@dataclass(frozen=True)
class Facts:
    """What a briefing says, before it is words.

    results      of the scenario;  variants  of designs set beside it, on the same futures
    confidence   share of futures in which the fund shall last
    needs, paid  what each future needs, and the state's contribution for that confidence; None without a fund or line
    stresses     name of a shipped stress -> its results
    ranking      assumptions by influence on the cost; None where it cannot be told
    learn        assumptions most worth finding out, the first first
    link         address of a dashboard that shows the same, or empty
    """

    results: Results
    variants: tuple[Results, ...]
    confidence: float
    needs: Needs | None
    paid: Answer | None
    stresses: dict[str, Results]
    ranking: Ranking | None
    learn: tuple[Value, ...]
    date: datetime.date
    link: str = ""

    @property
    def scenario(self) -> Scenario:
        """The scenario that the briefing is about."""
        return self.results.projection.scenario

    @cached_property
    def budget(self) -> Path | None:
        """What each year needs, of a fund that is asked by the year."""
        if not (self.scenario.world.has_fund and shortage.by_year(self.results)):
            return None
        return path_in(self.results.projection)

    @property
    def other_income(self) -> bool:
        """Whether the fund has other income than the line that the state would vary."""
        line = self.needs.line if self.needs is not None else ""
        world = self.scenario.world
        return any(world.ever_in_force(name) and name != line for name in world.income)

    def cited(self, source: str) -> str:
        """Publisher, title and year of a source by its id; empty for judgement."""
        entry = self.scenario.sources.get(source)
        return (
            f"{entry.get('publisher')}, {entry.get('title')} ({entry.get('year')})" if entry else ""
        )

    def get(self, measure: str, statistic: str = "mean", year: int | None = None) -> float:
        """A measure of the scenario."""
        return self.results.get(measure, statistic, year)


def stresses_of(scenario: Scenario) -> list[str]:
    """The shipped stresses that it can be put under; none where there is no fund."""
    if not scenario.world.has_fund:
        return []
    return [
        name for name in files.shipped("stress") if f"stress.{name}" not in scenario.world.changes
    ]


def gather(
    scenarios: Sequence[Scenario],
    stressed: Mapping[str, Scenario],
    confidence: float,
    date: datetime.date,
    projected: Callable[[Sequence[Scenario]], Sequence[Projection]],
) -> Facts:
    """Compute everything.

    scenarios  the one the briefing is about, then variants of the same country
    stressed   name of each of `stresses_of` -> the first scenario under it
    projected  gives the projection of each scenario, all of one seed and number of replications, made of
               `block_answers`
    raises     InputError for another country, the same scenario twice, or too few replications
    """
    _refuse(scenarios)
    found = projected([*scenarios, *stressed.values()])
    refuse_few(found[0].replications)
    results = [Results.of(p, measure(p)) for p in found]
    own = results[: len(scenarios)]
    needs, paid = needs_in(found[0]), None
    learn: tuple[Value, ...] = ()
    if needs is not None:
        paid = enough(needs.contribution, confidence)
        learn = _to_learn(needs, confidence)
    return Facts(
        own[0], tuple(own[1:]), confidence, needs, paid,
        dict(zip(stressed, results[len(own) :], strict=True)), _ranking(own[0]), learn, date,
    )  # fmt: skip


def refuse_few(replications: int) -> None:
    """Raises `InputError` for too few replications to tell what drives the answer."""
    if replications < LEAST:
        rule = f"must be at least {LEAST:,} for a briefing"
        raise InputError(Problem("--replications", rule, value=str(replications)))


def _refuse(scenarios: Sequence[Scenario]) -> None:
    first, *variants = scenarios
    problems, seen = [], {first.hash}
    for variant in variants:
        if variant.world.country.code != first.world.country.code:
            problems.append(Problem(variant.name, f"is another country than {first.name}"))
        if variant.hash in seen:
            problems.append(Problem(variant.name, "is the same as a scenario before it"))
        seen.add(variant.hash)
    if problems:
        raise InputError(problems)


def missing(confidence: float) -> float:
    """How many times worse than an idle euro a missing one is, where that share of futures is the best choice."""
    return confidence / (1 - confidence)


def _ranking(results: Results) -> Ranking | None:
    name = "due_a_year" if results.get("due_a_year") > 0 else "share_paid_without"
    try:
        return ranking(results.projection, name)
    except InputError:
        return None


def _to_learn(needs: Needs, confidence: float) -> tuple[Value, ...]:
    """The assumptions that are surely worth finding out before the contribution is set; none where no amount
    suffices, or nothing is uncertain.

    A euro missing costs as many times a euro idle as makes the wished confidence the best choice.
    """
    scenario = needs.scenario
    drawn = drawn_assumptions(scenario, needs.replications, needs.seed, needs.line)
    try:
        decision = contribution_decision(needs.contribution, missing(confidence) * IDLE, IDLE)
        found = worth(decision, drawn, {key: group_of(key, scenario.world) for key in drawn})
    except InputError:
        return ()
    sure = [v for v in found.singles if v.told]
    return tuple(sure[:TO_LEARN])
