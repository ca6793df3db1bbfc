"""Why a change of a number or switch that is in use moves no figure, told from the figures.

What is never in use is told before anything is run (`fundsim.scenario.used`).  Here a run is given that
came out the same before and after: a limit is not reached, or nothing it would act on happens in these
futures.  Only what the columns of the run show is said.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from fundsim.analysis.project import Projection
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.facts import Look
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import FORMS, World

CENT = 0.005  # euro below which an amount rounds to nothing

# keys, an outcome that is 0 in every year of every future, and what that means.  Of two that hold the first
# is said, so what comes earlier in a case stands first.
NEVER: tuple[tuple[str, str, str], ...] = (
    ("caseload.* pathway.* award.* enforcement.*", "identified", "Nobody is identified within the horizon"),
    ("caseload.years_to_majority fund.amount.tariff.child.* award.child_factor",
     "identified.age.child", "No victim identified within the horizon is a child"),
    ("fund.amount.tariff.adult.*", "identified.age.adult", "No victim identified within the horizon is an adult"),
    ("fund.eligible.foreign fund.eligible.*_rate", "identified.nationality.foreign",
     "No victim identified within the horizon is foreign"),
    *((f"fund.amount.tariff.*.{form} award.form_factor.{form}", f"identified.form.{form}",
       "No victim identified within the horizon has this form of exploitation")
      for form in FORMS),
    ("pathway.civil* pathway.criminal_award_rate pathway.criminal_withdrawal pathway.*_odds_ratio "
     "fund.subrogation.*", "convicted", "No offender of a victim identified within the horizon is convicted"),
    ("award.* enforcement.*", "awarded", "No court awards anything to a victim identified within the horizon"),
    ("enforcement.delay.*", "paid_without", "No offender pays a victim identified within the horizon"),
    ("fund.take_up.* fund.eligible.filing_limit_months", "entitled", "Nobody identified within the horizon is entitled to claim"),
    ("fund.amount.* fund.interim.* fund.decision.* fund.payment.instalments "
     "fund.payment.every_months fund.payment.trust_until_18 fund.payment.yearly_limit "
     "fund.subsidiarity.set_off fund.subrogation.*", "claims", "No claim is filed"),
    ("fund.amount.cap", "claims_capped", "The cap is never reached: no claim is larger"),
    ("fund.eligible.filing_limit_months", "claims_late", "Nobody files after the limit"),
    ("fund.subsidiarity.set_off", "claims_set_off",
     "No offender has paid anything by the time a claim is filed"),
    ("fund.payment.yearly_limit", "longest_delay",
     "The yearly limit is never reached: no payment due within the horizon waits"),
    ("fund.payment.when_short fund.payment.advance_interest", "ruin",
     "Cash is never short within the horizon, so the rule for hard years does not act"),
    ("fund.payment.advance_interest", "advances", "The treasury lends nothing within the horizon"),
    ("fund.subrogation.delay.* fund.subrogation.failure_rate fund.subrogation.recovered_rate",
     "recoveries", "The fund recovers nothing within the horizon"),
    ("fund.costs.legal_aid_*", "cost.legal_aid", "The fund pays for no legal aid within the horizon"),
    ("fund.assistance.*", "cost.assistance", "The fund assists nobody within the horizon"),
    ("income.*.lapses", "lapsed", "Nothing is left in any December that could lapse"),
)  # fmt: skip
# what an unmoved run itself says: the change would show if it were not so
UNMOVED: tuple[tuple[str, str], ...] = (
    ("fund.amount.floor", "The floor is never needed: it raises no benefit that is paid"),
    ("caseload.mass.*", "No future has more or other victims of a mass case by it"),
    ("pathway.longest_months", "No duration that counts is that long"),
    ("income.*.cut_share income.*.cut_rate", "No other cut falls on the line by it"),
    ("fund.interim.cap", "No interim payment reaches the cap"),
    ("fund.interim.share",
     "No interim payment is another by it: claims are decided before it is due, or it is at its cap"),
    ("fund.interim.after_months", "No claim gets or loses an interim payment by it"),
    ("fund.eligible.retroactive_years time.history_years",
     "Nobody identified before the opening claims more or less by it"),
)  # fmt: skip


def why_still(before: Projection, world: World, key: str) -> str:
    """Why a change at a key moved no measure: a sentence, as a `Phrase`.

    before  the run without the change;  world  with the change;  key  dotted key of what was changed, in
            use (see `unused`), and without effect on any measure of the same futures
    """
    n = before.replications
    old, new = (Look(w, "").value(key) for w in (before.scenario.world, world))
    if told := _from_values(world, key, old, new):
        return told
    for patterns, outcome, finding in NEVER:
        if _named(key, patterns) and _is_zero(before, outcome):
            return _in_futures(finding, n)
    if key.startswith("income.") and _is_zero(before, ".".join(key.split(".")[:2])):
        return _in_futures(Phrase("The source brings nothing within the horizon"), n)
    for patterns, finding in UNMOVED:
        if _named(key, patterns):
            return _in_futures(finding, n)
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
    wages = key.startswith("fund.amount.") and world.fund.amount.money == "monthly_wages"
    euro = new.unit.startswith("EUR") or (new.unit == "amount" and not wages)
    if euro and abs(new.value - old.value) < CENT:
        return Phrase("The change is smaller than a cent.")
    return ""


def _named(key: str, patterns: str) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns.split())


def _is_zero(projection: Projection, outcome: str) -> bool:
    """Whether an outcome is 0 in every year of every future; not where the run has no such outcome."""
    columns = [c for c in projection.columns if c == outcome or c.startswith(f"{outcome}@")]
    return bool(columns) and not any(projection.column(c).any() for c in columns)
