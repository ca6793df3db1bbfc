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
from fundsim.scenario.schema import FORMS, World

CENT = 0.005  # euro below which an amount rounds to nothing

# keys, an outcome that is 0 in every year of every future, and what that means.  Of two that hold the first
# is said, so what comes earlier in a case stands first.
NEVER: tuple[tuple[str, str, str], ...] = (
    ("caseload.* pathway.* award.* enforcement.*", "identified", "nobody is identified within the horizon"),
    ("caseload.years_to_majority fund.amount.tariff.child.* award.child_factor",
     "identified.age.child", "no victim identified within the horizon is a child"),
    ("fund.amount.tariff.adult.*", "identified.age.adult", "no victim identified within the horizon is an adult"),
    ("fund.eligible.foreign fund.eligible.*_rate", "identified.nationality.foreign",
     "no victim identified within the horizon is foreign"),
    *((f"fund.amount.tariff.*.{form} award.form_factor.{form}", f"identified.form.{form}",
       "no victim identified within the horizon has this form of exploitation")
      for form in FORMS),
    ("pathway.civil* pathway.criminal_award_rate pathway.criminal_withdrawal pathway.*_odds_ratio "
     "fund.subrogation.*", "convicted", "no offender of a victim identified within the horizon is convicted"),
    ("award.* enforcement.*", "awarded", "no court awards anything to a victim identified within the horizon"),
    ("enforcement.delay.*", "paid_without", "no offender pays a victim identified within the horizon"),
    ("fund.take_up.* fund.eligible.filing_limit_months", "entitled", "nobody identified within the horizon is entitled to claim"),
    ("fund.amount.* fund.interim.* fund.decision.* fund.payment.instalments "
     "fund.payment.every_months fund.payment.trust_until_18 fund.payment.yearly_limit "
     "fund.subsidiarity.set_off fund.subrogation.*", "claims", "no claim is filed"),
    ("fund.amount.cap", "claims_capped", "the cap is never reached: no claim is larger"),
    ("fund.eligible.filing_limit_months", "claims_late", "nobody files after the limit"),
    ("fund.subsidiarity.set_off", "claims_set_off",
     "no offender has paid anything by the time a claim is filed"),
    ("fund.payment.yearly_limit", "longest_delay",
     "the yearly limit is never reached: no payment due within the horizon waits"),
    ("fund.payment.when_short fund.payment.advance_interest", "ruin",
     "cash is never short within the horizon, so the rule for hard years does not act"),
    ("fund.payment.advance_interest", "advances", "the treasury lends nothing within the horizon"),
    ("fund.subrogation.delay.* fund.subrogation.failure_rate fund.subrogation.recovered_rate",
     "recoveries", "the fund recovers nothing within the horizon"),
    ("fund.costs.legal_aid_*", "cost.legal_aid", "the fund pays for no legal aid within the horizon"),
    ("fund.assistance.*", "cost.assistance", "the fund assists nobody within the horizon"),
    ("income.*.lapses", "lapsed", "nothing is left in any December that could lapse"),
)  # fmt: skip
# what an unmoved run itself says: the change would show if it were not so
UNMOVED: tuple[tuple[str, str], ...] = (
    ("fund.amount.floor", "the floor is never needed: it raises no benefit that is paid"),
    ("caseload.mass.*", "no future has more or other victims of a mass case by it"),
    ("pathway.longest_months", "no duration that counts is that long"),
    ("income.*.cut_share income.*.cut_rate", "no other cut falls on the line by it"),
    ("fund.interim.cap", "no interim payment reaches the cap"),
    ("fund.interim.share",
     "no interim payment is another by it: claims are decided before it is due, or it is at its cap"),
    ("fund.interim.after_months", "no claim gets or loses an interim payment by it"),
    ("fund.eligible.retroactive_years time.history_years",
     "nobody identified before the opening claims more or less by it"),
)  # fmt: skip


def why_still(before: Projection, world: World, key: str) -> str:
    """Why a change at a key moved no measure: a sentence.

    before  the run without the change;  world  with the change;  key  dotted key of what was changed, in
            use (see `unused`), and without effect on any measure of the same futures
    """
    n = f"{before.replications:,} futures" if before.replications > 1 else "the one future"
    old, new = (Look(w, "").value(key) for w in (before.scenario.world, world))
    if told := _from_values(world, key, old, new):
        return f"{told}."
    for patterns, outcome, sentence in NEVER:
        if _named(key, patterns) and _is_zero(before, outcome):
            return f"{_capital(sentence)} in {n}."
    if key.startswith("income.") and _is_zero(before, ".".join(key.split(".")[:2])):
        return f"The source brings nothing within the horizon in {n}."
    for patterns, sentence in UNMOVED:
        if _named(key, patterns):
            return f"{_capital(sentence)} in {n}."
    these = f"these {n}" if before.replications > 1 else n
    return f"In {these} no decision falls differently."


def _from_values(world: World, key: str, old: Any, new: Any) -> str:
    """What the two values alone tell: that they come to the same."""
    if old == new:
        return "The value is what it was before"
    time = world.time
    if key == "caseload.trend_years":
        last = time.start_year + time.horizon_years - 1 - time.price_year
        if min(old, new) >= last:
            return f"The trend outlasts the projection: new victims are counted for {last} years after the price year"
    if not (isinstance(old, Assumption) and isinstance(new, Assumption)):
        return ""
    if old.uncertain or new.uncertain:
        return ""
    if key == "caseload.mass.scheduled_events" and round(old.value) == round(new.value):
        return f"Mass cases are whole: {old.value:g} and {new.value:g} are both rounded to {round(new.value)}"
    wages = key.startswith("fund.amount.") and world.fund.amount.money == "monthly_wages"
    euro = new.unit.startswith("EUR") or (new.unit == "amount" and not wages)
    if euro and abs(new.value - old.value) < CENT:
        return "The change is smaller than a cent"
    return ""


def _named(key: str, patterns: str) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns.split())


def _is_zero(projection: Projection, outcome: str) -> bool:
    """Whether an outcome is 0 in every year of every future; not where the run has no such outcome."""
    columns = [c for c in projection.columns if c == outcome or c.startswith(f"{outcome}@")]
    return bool(columns) and not any(projection.column(c).any() for c in columns)


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
