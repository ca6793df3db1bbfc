"""Facts of a briefing for tests: computed once for each scenario that is asked for."""

import datetime
from functools import lru_cache

from fundsim.analysis.project import block_answers, project
from fundsim.report.brief.gather import Facts, gather, stresses_of
from fundsim.scenario.compose import load

DAY = datetime.date(2026, 11, 22)


@lru_cache(maxsize=16)
def facts(
    *names: str,
    sets: tuple[str, ...] = (),
    replications: int = 1000,
    seed: int = 7,
    stressed: bool = True,
) -> Facts:
    """What the briefing about the first of these scenarios, with the others beside it, rests on.

    stressed   whether with the hard years, which take eight more runs: most tests ask nothing of them
    """
    scenarios = [load(name, sets) for name in names]
    hard = stresses_of(scenarios[0]) if stressed else []
    return gather(
        scenarios, {s: load(f"{names[0]}+{s}", sets) for s in hard}, 0.95, DAY,
        lambda these: project(these, replications, seed, unit=block_answers),
    )  # fmt: skip
