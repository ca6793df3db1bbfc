"""All that a briefing rests on, computed once: the scenario, its variants, what it takes, stresses, what drives it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fundsim.analysis.compare import Difference, compare
from fundsim.analysis.decision import (
    IDLE,
    SHORT,
    contribution_decision,
    drawn_assumptions,
    group_of,
)
from fundsim.analysis.information import Value, worth
from fundsim.analysis.measures import measure
from fundsim.analysis.needs import Answer, Needs, enough, needs
from fundsim.analysis.precision import Z95
from fundsim.analysis.project import project
from fundsim.analysis.sensitivity import Ranking, ranking
from fundsim.report.solving import budget_line
from fundsim.report.words import Results
from fundsim.scenario import files
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem

LEAST = 1000  # futures, below which what drives the answer cannot be told from noise
TO_LEARN = 3  # assumptions named as most worth finding out


@dataclass(frozen=True)
class Facts:
    """What a briefing says, before it is words.

    results      of the scenario;  variants  of designs set beside it, on the same futures
    differences  of each variant from the scenario, means over the horizon
    confidence   share of futures in which the fund shall last
    needs, paid  what each future needs, and the state's contribution for that confidence; None without a fund or line
    stresses     name of a shipped stress -> its results
    ranking      assumptions by influence on the cost; None where it cannot be told
    learn        assumptions most worth finding out, the first first
    link         address of a dashboard that shows the same, or empty
    """

    results: Results
    variants: tuple[Results, ...]
    differences: tuple[Difference, ...]
    confidence: float
    needs: Needs | None
    paid: Answer | None
    stresses: dict[str, Results]
    ranking: Ranking | None
    learn: tuple[Value, ...]
    date: datetime.date

    @property
    def scenario(self) -> Scenario:
        """The scenario that the briefing is about."""
        return self.results.projection.scenario

    @property
    def has_fund(self) -> bool:
        """Whether it has a fund at all."""
        return self.scenario.world.fund.entry_point != "none"

    def get(self, measure: str, statistic: str = "mean", year: int | None = None) -> float:
        """A measure of the scenario."""
        return self.results.get(measure, statistic, year)


def gather(
    scenarios: Sequence[Scenario],
    replications: int,
    seed: int,
    confidence: float,
    date: datetime.date,
    workers: int = 1,
    tell: Callable[[str], None] = lambda name: None,
) -> Facts:
    """Compute everything.

    scenarios  the one the briefing is about, then variants of the same country
    tell       called with a scenario's name after each block
    raises     InputError for another country, the same scenario twice, or too few replications
    """
    _refuse(scenarios, replications)
    first = scenarios[0]
    names = files.shipped("stress") if first.world.fund.entry_point != "none" else {}
    stressed = {
        name: load(f"{first.given}+{name}", first.sets) for name in names if f"stress.{name}" not in first.world.changes
    }  # fmt: skip
    found = project([*scenarios, *stressed.values()], replications, seed, workers, tell)
    results = [Results.of(p, measure(p)) for p in found]
    own = results[: len(scenarios)]
    needed, paid = None, None
    learn: tuple[Value, ...] = ()
    if first.world.fund.entry_point != "none" and (line := _line(first)):
        needed = needs(first, line, replications, seed, workers, tell)
        paid = enough(needed.contribution, confidence)
        learn = _to_learn(needed, seed)
    differences = [d for d in compare([r.projection for r in own]) if d.statistic == "mean"]
    return Facts(
        own[0], tuple(own[1:]), tuple(differences), confidence, needed, paid,
        dict(zip(stressed, results[len(own) :], strict=True)), _ranking(own[0]), learn, date,
    )  # fmt: skip


def _refuse(scenarios: Sequence[Scenario], replications: int) -> None:
    first, *variants = scenarios
    problems = []
    if replications < LEAST:
        rule = f"must be at least {LEAST:,} for a briefing"
        problems.append(Problem("--replications", rule, value=str(replications)))
    for variant in variants:
        if variant.world.country.code != first.world.country.code:
            problems.append(Problem(variant.name, f"is another country than {first.name}"))
        if variant.hash == first.hash:
            problems.append(Problem(variant.name, "is the same as the first scenario"))
    if problems:
        raise InputError(problems)


def _line(scenario: Scenario) -> str:
    try:
        return budget_line(scenario, None)
    except InputError:
        return ""


def _ranking(results: Results) -> Ranking | None:
    name = "due_a_year" if results.get("due_a_year") > 0 else "share_paid_without"
    try:
        return ranking(results.projection, name)
    except InputError:
        return None


def _to_learn(needed: Needs, seed: int) -> tuple[Value, ...]:
    """The assumptions that are surely worth finding out before the contribution is set."""
    n, scenario = needed.replications, needed.scenario
    decision = contribution_decision(needed.contribution, SHORT, IDLE)
    drawn = drawn_assumptions(scenario, n, seed, needed.line)
    found = worth(decision, drawn, {key: group_of(key, scenario.world) for key in drawn})
    sure = [v for v in found.singles if v.value.value > Z95 * (v.value.mc_error or 0.0)]
    return tuple(sure[:TO_LEARN])
