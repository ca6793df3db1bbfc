"""Section 1: which way results must move, in every single replication, not on average."""

from __future__ import annotations

import numpy as np

from fundsim.analysis.outcomes import outcomes
from fundsim.model.run import Future, simulate
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line, exact

REPLICATIONS = 60
SHORT = ("time.horizon_years=6", "time.runoff_years=4")
LINE = ("income.budget.vote=fixed", "income.budget.amount=30000", "income.budget.lapses=false")
READY = (
    "fund.decision.handling.median=0!"  # where claims wait for the police, one may overtake another
)
DRAWS = "common random numbers: both runs see the same draws (docs/method.md §2)"


def both(
    seed: int, country: str, policy: str, first: str, second: str, *common: str
) -> tuple[Future, Future]:
    """A scenario settled twice, with one of two overrides each."""
    numbers = np.arange(REPLICATIONS)
    few, many = (
        simulate(load(f"{country}+{policy}", [*SHORT, *common, sets]).world, seed, numbers)
        for sets in (first, second)
    )
    return few, many


def directions(seed: int) -> list[Check]:
    """More cash, officers, victims, a higher cap, easier approval: violations and things compared."""
    names = ("cash", "officers", "victims", "others", "cap", "approval")
    found = {name: np.zeros(3, dtype=np.int64) for name in names}  # violations, compared, moved

    def count(name: str, less: np.ndarray, more: np.ndarray) -> None:
        found[name] += [int((more < less).sum()), less.size, int((more > less).sum())]

    for country in files.countries():
        few, many = both(seed, country, "tariff", "fund.opening_capital=0", "fund.opening_capital=20000", *LINE)  # fmt: skip
        count("cash", *(np.cumsum(f.ledger.benefits, axis=1) for f in (few, many)))

        many, few = both(seed, country, "tariff", "fund.decision.posts=1", "fund.decision.posts=2", READY)  # fmt: skip
        count("officers", few.decided_at, many.decided_at)

        level = load(country).world.caseload.level.value
        few, many = both(seed, country, "tariff", f"caseload.level={level}", f"caseload.level={1.5 * level}")  # fmt: skip
        count("victims", *(outcomes(f)["incurred_total"] for f in (few, many)))
        kept = np.isin(many.drawn.cases.victims.word, few.drawn.cases.victims.word)
        gone = few.drawn.cases.victims.size - int(kept.sum())
        moved = sum(
            int((getattr(few.drawn.cases, name) != getattr(many.drawn.cases, name)[kept]).sum())
            for name in ("award", "recovered", "judged_at", "convicted", "informed")
            if gone == 0
        )
        found["others"] += [gone + moved, few.drawn.cases.victims.size, int((~kept).sum())]

        few, many = both(
            seed, country, "judgment_advance", "fund.amount.cap=4", "fund.amount.cap=8"
        )
        count("cap", few.drawn.claims.benefit, many.drawn.claims.benefit)

        few, many = both(seed, country, "tariff", "fund.decision.approval_rate=0.4", "fund.decision.approval_rate=0.7")  # fmt: skip
        count("approval", *(f.drawn.claims.approved.astype(np.int8) for f in (few, many)))

    what = f"all countries, {REPLICATIONS} replications each"
    lines = {
        "cash": Line("1.08", "More cash never lowers what has been paid so far", f"benefits paid by each month's end with € 20,000 more at the opening; {what}", "months", DRAWS),
        "officers": Line("1.09", "One more officer never delays a decision", f"each claim, ready when it is filed, one officer and two; {what}", "claims", "Kiefer and Wolfowitz (1955), monotone in the number of servers"),
        "victims": Line("1.10", "More victims never lower the benefits incurred", f"each future, caseload half as large again; {what}", "futures", DRAWS),
        "others": Line("1.11", "One more victim changes no other", f"each victim's pathway, caseload half as large again; {what}", "victims", DRAWS),
        "cap": Line("1.12", "A higher cap never lowers a benefit", f"each claim, cap of four and of eight wages; {what}", "claims", DRAWS),
        "approval": Line("1.13", "Easier approval never refuses who was granted", f"each claim, approval of 40 and 70 %; {what}", "claims", DRAWS),
    }  # fmt: skip
    return [
        # where nothing moves nothing was tested
        exact(
            line, int(found[name][0]), int(found[name][1]) if found[name][2] else 0,
            futures=len(files.countries()) * REPLICATIONS,
        )
        for name, line in lines.items()
    ]  # fmt: skip


GROUPS = (Group("1.08", "Directions", directions),)
