"""All checks in one run, spread over worker processes: the model's report about itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from fundsim.analysis.project import DEFAULT_SEED
from fundsim.analysis.workers import shared_out
from fundsim.validation import (
    analyses,
    choices,
    comparisons,
    compound,
    data,
    desks,
    directions,
    engines,
    evidence,
    figures,
    hard_times,
    influence,
    money,
    monte_carlo,
    one_fund,
    pathway,
    queues,
    randomness,
    reproducibility,
    ruin,
    rules_of_claims,
    rules_of_money,
    rules_of_victims,
    rules_of_years,
    shapes,
    state_money,
    stress,
    uncertainty,
)
from fundsim.validation.check import Check, Group, finished
from fundsim.validation.identity import identity

MODULES = (
    engines, directions, pathway, compound, ruin, queues, money, randomness, monte_carlo, evidence,
    analyses, stress, uncertainty, reproducibility, data, rules_of_money, rules_of_victims,
    rules_of_claims, rules_of_years, figures, comparisons, one_fund, influence, choices, hard_times, shapes,
    state_money, desks,
)  # fmt: skip
GROUPS: tuple[Group, ...] = tuple(group for module in MODULES for group in module.GROUPS)
WORKERS = 2


@dataclass(frozen=True)
class Report:
    """A finished run of all checks.

    identity  what was validated, on what machine, by name
    checks    in the order of their ids
    grades    uncertain numbers by country and grade
    seconds   that the run took
    """

    identity: dict[str, str]
    checks: tuple[Check, ...]
    grades: dict[str, dict[str, int]]
    seconds: float

    @property
    def failed(self) -> list[Check]:
        """The checks that failed."""
        return [check for check in self.checks if check.verdict == "fail"]


def validate(
    seed: int = DEFAULT_SEED,
    workers: int = WORKERS,
    on_group: Callable[[], None] = lambda: None,
) -> Report:
    """Run every check; results do not depend on the number of processes.

    seed     of all draws; fixed, so that a verdict does not flicker
    workers  processes; 1 runs here
    on_group called after each finished group
    """
    begun = time.monotonic()
    found: list[Check] = []
    for _, part in shared_out(finished, [(group, seed) for group in GROUPS], workers):
        found += part
        on_group()
    result = reproducibility.result_hash(seed)
    checks = sorted(found, key=_order)
    about = {**identity(seed), "result": result}
    return Report(about, tuple(checks), data.grades(), time.monotonic() - begun)


def _order(check: Check) -> tuple[int, str]:
    section, _, rest = check.id.partition(".")
    return int(section), rest
