"""A change that moves nothing is explained from the figures, and only by what they show."""

import numpy as np
import pytest

from fundsim.analysis.project import Projection, project
from fundsim.analysis.unmoved import why_unmoved
from fundsim.scenario.compose import load
from fundsim.scenario.steps import Step
from fundsim.scenario.used import unused

SHORT = ("time.horizon_years=3", "time.runoff_years=2", "time.history_years=2")
RICH = "fund.opening_capital=100000000"
NOBODY = ("caseload.level=0", "caseload.mass.events_a_year=0.000000001")
NO_AWARDS = ("pathway.criminal_award_rate=0.000000001", "pathway.civil_suit_rate=0")


def told(change: str, *sets: str, policy: str = "tariff", still: bool = True, n: int = 32) -> str:
    """What is said of a change, after making sure that it is in use and moves nothing (or does)."""
    key = change.partition("=")[0]
    kept = [*(s for s in SHORT if s.partition("=")[0] != key), *sets]
    before, after = (load("serbia+tariff", texts) for texts in (
        kept, [*(s for s in kept if s.partition("=")[0] != key), change]))  # fmt: skip
    assert not unused(before.world, key)
    runs: list[Projection] = project([before, after], n, seed=3)
    outcomes = [c for c in runs[0].columns if not c.startswith("assumption:")]
    assert all(np.array_equal(runs[0].column(c), runs[1].column(c)) for c in outcomes)
    return why_unmoved(runs[0], after.world, key)


@pytest.mark.parametrize(
    ("change", "sets", "sentence"),
    [
        ("fund.amount.cap=900", (), "The cap is never reached: no claim is larger in 32 futures."),
        ("fund.amount.floor=0.001", (), "The floor is never needed: it raises no benefit that is paid in 32 futures."),
        ("fund.eligible.filing_limit_months=600", (), "Nobody files after the limit in 32 futures."),
        ("fund.payment.yearly_limit=900000000", (RICH,),
         "The yearly limit is never reached: no payment due within the horizon waits in 32 futures."),
        ("fund.payment.when_short=pro_rata", (RICH,),
         "Cash is never short within the horizon, so the rule for hard years does not act in 32 futures."),
        ("fund.payment.advance_interest=0.2", (RICH, "fund.payment.when_short=treasury_advance"),
         "Cash is never short within the horizon, so the rule for hard years does not act in 32 futures."),
        ("fund.subsidiarity.set_off=false", NO_AWARDS,
         "No offender has paid anything by the time a claim is filed in 32 futures."),
        ("award.median=20000", NO_AWARDS, "No court awards anything to a victim registered within the horizon in 32 futures."),
        ("pathway.conviction_rate=0.5", NOBODY, "Nobody is registered within the horizon in 32 futures."),
        ("fund.decision.approval_rate=0.5", ("fund.take_up.unassisted_rate=0.000000001", "fund.take_up.assisted_share=0"),
         "No claim is filed in 32 futures."),
        ("caseload.mass.size=90", ("caseload.mass.events_a_year=0.000000001",),
         "No future has more or other victims of a mass case by it in 32 futures."),
        ("caseload.mass.scheduled_events=0.4", (),
         "Mass cases are whole: 0 and 0.4 are both rounded to 0."),
        ("caseload.trend_years=30", (),
         "The trend outlasts the projection: new victims are counted for 4 years after the price year."),
        ("income.budget.cut_share=0.9", ("income.budget.cut_rate=0.000000001",),
         "No other cut falls on the line by it in 32 futures."),
        ("fund.interim.share=0.5", ("fund.decision.working_months=0.001", "fund.decision.handling.median=0"),
         "No interim payment is another by it: claims are decided before it is due, or it is at its cap in 32 futures."),
        ("fund.interim.cap=900000", ("fund.interim.share=0.5", "fund.interim.cap=800000"),
         "No interim payment reaches the cap in 32 futures."),
        ("fund.opening_capital=1000.001", ("fund.opening_capital=1000",), "The change is smaller than a cent."),
        ("fund.costs.index=wages", (), "The value is what it was before."),
        ("pathway.prosecuted_rate=0.3000001", ("pathway.prosecuted_rate=0.3",),
         "In these 32 futures no decision falls differently."),
    ],
    ids=lambda value: value if isinstance(value, str) and "=" in value else "",
)  # fmt: skip
def test_a_change_that_moves_nothing_is_explained(
    change: str, sets: tuple[str, ...], sentence: str
) -> None:
    assert told(change, *sets) == sentence


def test_one_future_is_not_called_many() -> None:
    assert told(
        "fund.amount.cap=900",
        "fund.take_up.unassisted_rate=1e-9",
        "fund.take_up.assisted_share=0",
        n=1,
    ) == ("No claim is filed in the one future.")


def test_every_step_of_a_case_is_an_outcome_of_a_run() -> None:
    [run] = project([load("serbia+tariff", SHORT)], 2, seed=3)
    known = {column.partition("@")[0] for column in run.columns}
    for step in Step:
        assert step.outcome.format(name="sexual") in known
