"""Why a change of a number or switch that is in use moves no figure, told from the figures.

What is never in use is told before anything is run (`fundsim.scenario.used`).  Here a run is given that
came out the same before and after: a limit is not reached, or nothing it would act on happens in these
futures.  Only what the columns of the run show is said; what acts through which step of a case stands at the keys.
"""

from __future__ import annotations

from typing import Any

from fundsim.analysis.project import Projection
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.record import Look, records
from fundsim.scenario.schema import World
from fundsim.scenario.steps import Step

CENT = 0.005  # euro below which an amount rounds to nothing


def why_unmoved(before: Projection, world: World, key: str) -> str:
    """Why a change at a key moved no measure: a sentence, as a `Phrase`.

    before  the run without the change;  world  with the change;  key  dotted key of what was changed, in
            use (see `unused`), and without effect on any measure of the same futures
    """
    n = before.replications
    old, new = (Look(w, "").value(key) for w in (before.scenario.world, world))
    if told := _from_values(world, key, old, new):
        return told
    said = [record for _, record in records(world, key)]
    name = key.rpartition(".")[2]
    for step in Step:
        acts = any(step in record.steps for record in said)
        if acts and _is_zero(before, step.outcome.format(name=name)):
            return _in_futures(step.finding, n)
    if key.startswith("income.") and _is_zero(before, ".".join(key.split(".")[:2])):
        return _in_futures(Phrase("The source brings nothing within the horizon"), n)
    if unmoved := next((record.unmoved for record in said if record.unmoved), ""):
        return _in_futures(unmoved, n)
    return Phrase(
        "In the one future no decision falls differently.",
        "In these {n} futures no decision falls differently.", n=n,
    )  # fmt: skip


def _in_futures(finding: str, n: int) -> Phrase:
    return Phrase(
        "{finding} in the one future.", "{finding} in {n} futures.", n=n, finding=Phrase(finding)
    )


def _from_values(world: World, key: str, old: Any, new: Any) -> str:
    """What the two values alone tell: that they come to the same."""
    if old == new:
        return Phrase("The value is what it was before.")
    time = world.time
    if key == "caseload.trend_years":
        last = time.start_year + time.horizon_years - 1 - time.price_year
        if min(old, new) >= last:
            return Phrase(
                "The trend outlasts the projection: new victims are counted for {n} year after the price year.",
                "The trend outlasts the projection: new victims are counted for {n} years after the price year.",
                n=last,
            )  # fmt: skip
    if not (isinstance(old, Assumption) and isinstance(new, Assumption)):
        return ""
    if old.uncertain or new.uncertain:
        return ""
    if key == "caseload.mass.scheduled_events" and round(old.value) == round(new.value):
        return Phrase(
            "Mass cases are whole: {old} and {new} are both rounded to {whole}.",
            old=old.value, new=new.value, whole=round(new.value),
        )  # fmt: skip
    wages = key.startswith("fund.amount.") and world.fund.amount.in_wages
    euro = new.unit.startswith("EUR") or (new.unit == "amount" and not wages)
    if euro and abs(new.value - old.value) < CENT:
        return Phrase("The change is smaller than a cent.")
    return ""


def _is_zero(projection: Projection, outcome: str) -> bool:
    """Whether an outcome is 0 in every year of every future; not where the run has no such outcome."""
    columns = [c for c in projection.columns if c == outcome or c.startswith(f"{outcome}@")]
    return bool(columns) and not any(projection.column(c).any() for c in columns)
