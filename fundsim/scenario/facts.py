"""What certainly does not happen in a scenario: facts, each with its reason.

A fact looks at a world and gives its reason, a `Phrase`, or nothing where it does not hold for certain.  The key that
is asked about is left open: a share of 0 does not make that share idle, since moving it would bring it to
life.  A number that is uncertain, or that a reform or stress acts on, is never certain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fundsim.scenario.assumption import Assumption
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import World

# said of what moves figures in local currency and no others
LOCAL_ONLY = Phrase("only figures in local currency hang on it")
TEXT = Phrase("it is a text; no figure hangs on it")
WITH_KEY = "{why} ({key})"  # the same in every language


class Look:
    """A world with one key, or table, left open: nothing is certain of that key."""

    def __init__(self, world: World, left_open: str) -> None:
        self.world, self._left_open = world, f"{left_open}."
        effects = [effect for change in world.changes.values() for effect in change.effects]
        self._moved = {effect.on for effect in effects if effect.by != "narrow"}

    def is_open(self, key: str) -> bool:
        """Whether a key is left open, or is part of what is, or has a part that is."""
        return self._left_open.startswith(f"{key}.") or f"{key}.".startswith(self._left_open)

    def value(self, key: str) -> Any:
        """What stands at a key."""
        here: Any = self.world
        for name in key.split("."):
            here = here[name] if isinstance(here, dict) else getattr(here, name)
        return here

    def sure(self, key: str, *allowed: Any) -> bool:
        """Whether a key certainly has one of these values, in every year and future."""
        return not self.is_open(key) and self.stands(key, *allowed)

    def stands(self, key: str, *allowed: Any) -> bool:
        """The same of what stands there now, left open or not."""
        value = self.value(key)
        if isinstance(value, Assumption):
            return key not in self._moved and not value.uncertain and value.value in allowed
        return value in allowed


@dataclass(frozen=True)
class Fact:
    """Something that certainly does not happen: called with a look, it gives the reason, or nothing."""

    reason: Callable[[Look], str]

    def __call__(self, look: Look) -> str:
        return self.reason(look)


def when(key: str, *values: Any, why: str) -> Fact:
    """Holds where the key certainly has one of the values; the reason names the key.  why  constant"""
    reason = because(why, key)
    return Fact(lambda look: reason if look.sure(key, *values) else "")


def because(why: str, key: str) -> Phrase:
    """A reason, and the key that would change it.  why  constant"""
    return Phrase(WITH_KEY, why=Phrase(why), key=key)


def either(*facts: Fact) -> Fact:
    """Holds where one does: the reason of the first."""
    return Fact(lambda look: next((reason for fact in facts if (reason := fact(look))), ""))


def all_of(*facts: Fact) -> Fact:
    """Holds where all do: the reason of the first."""

    def holds(look: Look) -> str:
        reasons = [fact(look) for fact in facts]
        return reasons[0] if all(reasons) else ""

    return Fact(holds)


def unless(key: str, *values: Any, fact: Fact) -> Fact:
    """Holds where the fact does and the key has none of the values.

    Of two numbers that are idle while the other is 0, one must stay in use: else neither could be moved.
    """
    return Fact(lambda look: "" if look.stands(key, *values) else fact(look))


def always(reason: str) -> Fact:
    """Holds everywhere."""
    return Fact(lambda look: reason)


# --- how far a victim can come: why nobody reaches a stage ---

NO_FUND = when("fund.entry_point", "none", why="there is no fund")
NO_LEVEL = when("caseload.level", 0, why="nobody is identified but in mass cases")
NO_MASS = all_of(
    when("caseload.mass.events_a_year", 0, why="there are no mass cases"),
    when("caseload.mass.scheduled_events", 0, why="none is scheduled"),
)
NO_VICTIM = all_of(when("caseload.level", 0, why="nobody is identified"), NO_MASS)
NO_CHILD = either(NO_VICTIM, when("caseload.child_rate", 0, why="no victim is a child"))
NO_ADULT = either(NO_VICTIM, when("caseload.child_rate", 1, why="every victim is a child"))
NO_FOREIGNER = all_of(
    either(when("caseload.foreign_rate", 0, why="no victim is foreign"), NO_LEVEL),
    either(
        when("caseload.mass.foreign_rate", 0, why="no victim of a mass case is foreign"), NO_MASS
    ),
)
NO_INDICTMENT = either(
    NO_VICTIM,
    all_of(
        when("pathway.prosecuted_rate", 0, why="nobody is indicted"),
        when("pathway.requalified_rate", 0, why="nobody is indicted for a lesser offence"),
    ),
)
NO_CONVICTION = either(
    NO_INDICTMENT, when("pathway.conviction_rate", 0, why="no indictment ends in a conviction")
)
NO_SUIT = either(
    NO_CONVICTION,
    when("pathway.criminal_award_rate", 1, why="every conviction decides compensation"),
    when("pathway.civil_suit_rate", 0, why="nobody sues"),
)
NO_AWARD = either(
    NO_CONVICTION,
    all_of(
        when("pathway.criminal_award_rate", 0, why="no court awards anything"),
        either(NO_SUIT, when("pathway.civil_award_rate", 0, why="no suit wins")),
    ),
)
NOTHING_PAID_BY_OFFENDERS = either(
    NO_AWARD,
    when("enforcement.failure_rate", 1, why="no offender pays anything"),
    when("enforcement.recovered_rate", 0, why="no offender pays anything"),
)
NO_TRAFFICKING = when("pathway.prosecuted_rate", 0, why="nobody is indicted for trafficking")


def entry_is(*points: str) -> Fact:
    """Holds where the fund's entry point is certainly one of these."""
    return when("fund.entry_point", *points, why="the fund's entry point is another")


NOBODY_ENTITLED = either(
    NO_FUND,
    NO_VICTIM,
    all_of(NO_TRAFFICKING, entry_is("indictment", "conviction")),
    all_of(NO_CONVICTION, entry_is("conviction")),
    all_of(NO_AWARD, entry_is("judgment", "unpaid_judgment")),
    all_of(
        when("fund.eligible.adults", False, why="nobody may claim"),
        when("fund.eligible.children", False, why="nor children"),
    ),
)
NO_CLAIM = either(NOBODY_ENTITLED, when("fund.take_up.rate", 0, why="nobody applies"))
NO_GRANT = either(NO_CLAIM, when("fund.decision.approval_rate", 0, why="no claim is granted"))
NOT_AWAITED = either(
    NOBODY_ENTITLED,
    when(
        "fund.subsidiarity.wait_for_enforcement", False, why="claims need not wait for enforcement"
    ),
)
NO_CHILD_CLAIMS = either(
    NO_CHILD, when("fund.eligible.children", False, why="children may not claim")
)
NO_ADULT_CLAIMS = either(NO_ADULT, when("fund.eligible.adults", False, why="adults may not claim"))

# --- information and legal aid: odds ratios move nobody where all are alike ---

NOT_INFORMED = when("pathway.informed_rate", 0, why="nobody is informed")
NO_AID = either(NOT_INFORMED, when("pathway.legal_aid_rate", 0, why="nobody has legal aid"))
ALL_ALIKE_INFORMED = either(
    NOT_INFORMED, when("pathway.informed_rate", 1, why="everybody is informed")
)
ALL_ALIKE_AIDED = either(
    NO_AID,
    all_of(
        when("pathway.legal_aid_rate", 1, why="everybody has legal aid"),
        when("pathway.informed_rate", 1, why="everybody is informed"),
    ),
)


def settled(key: str) -> Fact:
    """Holds where a rate is 0 or 1, so that no odds ratio moves it."""
    return when(key, 0, 1, why="the rate is 0 or 1 for everybody")


SETTLED_CRIMINAL = settled("pathway.criminal_award_rate")
SETTLED_SUIT = either(NO_SUIT, settled("pathway.civil_suit_rate"))
AID_UNPAID = either(
    NO_FUND,
    when("fund.costs.legal_aid_by_fund", False, why="the fund does not pay for legal aid"),
    NO_VICTIM,
    NO_AID,
)
AID_MOVES_NOBODY = all_of(
    when("pathway.legal_aid_odds_ratio", 1, why="legal aid changes no chance"),
    *(
        either(NO_CLAIM, when(f"fund.{step}.legal_aid_odds_ratio", 1, why="nor any of the fund"))
        for step in ("take_up", "decision")
    ),
    either(AID_UNPAID, when("fund.costs.legal_aid_per_case", 0, why="it costs nothing")),
)

# --- the fund's rules ---

NOT_FIXED = either(
    when("fund.amount.basis", "tariff", why="the amount is a tariff; the fixed sum is not used"),
    when("fund.amount.basis", "judgment", "smaller", why="the fixed sum is not used"),
)
NOT_TARIFF = either(
    when("fund.amount.basis", "fixed", why="the amount is a fixed sum; the tariff is not used"),
    when(
        "fund.amount.basis",
        "judgment",
        why="the amount is a share of the judgment; the tariff is not used",
    ),
)
NOT_JUDGMENT = either(
    when("fund.amount.basis", "fixed", why="the amount is a fixed sum, whatever the judgment"),
    when("fund.amount.basis", "tariff", why="the amount is a tariff, whatever the judgment"),
    NO_AWARD,
)
NO_SUMS = all_of(
    when("fund.amount.basis", "judgment", why="the amount is a share of the judgment, uncapped"),
    when("fund.amount.floor", None, why="no floor"),
    when("fund.amount.cap", None, why="no cap"),
)
NO_TIME_FOR_INTERIM = either(
    NO_CLAIM,
    when("fund.decision.working_months", 0, why="claims are decided at once, nothing comes before"),
)
NO_INTERIM = either(
    NO_TIME_FOR_INTERIM,
    when("fund.interim.share", 0, why="nothing is paid on account"),
    when("fund.interim.cap", 0, why="nothing is paid on account"),
)
NOT_PURSUED = either(
    NO_GRANT,
    NO_CONVICTION,
    when("fund.subrogation.pursued_share", 0, why="the fund pursues no offender"),
)
NOBODY_ASSISTED = either(
    NO_FUND, NO_VICTIM, when("fund.assistance.rate", 0, why="the fund assists nobody")
)
NO_ASSISTANCE = either(
    NOBODY_ASSISTED,
    when("fund.assistance.monthly_cost", 0, why="assistance costs nothing"),
)
NO_TRUST = either(
    NO_GRANT,
    NO_CHILD_CLAIMS,
    when("fund.payment.trust_until_18", False, why="no benefit is kept in trust"),
    when("caseload.years_to_majority", 0, why="children are 18 at once"),
)
ONLY_WITH_ADVANCE = either(
    NO_FUND,
    when("fund.payment.when_short", "queue", "pro_rata", why="the treasury lends nothing"),
)
IDENTIFIED_AT_ONCE = all_of(
    when(
        "fund.entry_point",
        "identified",
        why="victims may claim when identified; another value says how many years back",
    ),
    NOT_AWAITED,
)
NO_RETURN = all_of(
    when("macro.investment_return", 0, why="reserves earn nothing"),
    when("macro.return_sd", 0, why="in no year"),
)


def _reforms_are_free(look: Look) -> str:
    keys = [
        f"{name}.{cost}" for name in look.world.changes for cost in ("cost_once", "cost_a_year")
    ]
    free = all(look.sure(k, None, 0) for k in keys)
    return Phrase("no reform costs anything") if free else ""


NO_REFORM_COSTS = Fact(_reforms_are_free)


def _free(key: str) -> Fact:
    return when(key, 0, why="nothing is spent that could grow")


NO_COSTS = all_of(
    either(
        NO_FUND,
        all_of(
            _free("fund.costs.office_a_year"),
            _free("fund.costs.caseworker_a_year"),
            either(_free("fund.costs.per_decision"), NO_CLAIM),
            either(_free("fund.costs.legal_aid_per_case"), AID_UNPAID),
            NO_ASSISTANCE,
            either(_free("fund.subrogation.cost_per_claim"), NOT_PURSUED),
        ),
    ),
    NO_REFORM_COSTS,
)
NO_MONEY = all_of(NO_FUND, NO_AWARD, NO_REFORM_COSTS)


def no_form(form: str) -> Fact:
    """Holds where no victim has that form of exploitation."""

    def holds(look: Look) -> str:
        forms = look.world.caseload.forms
        if look.is_open("caseload.forms") or getattr(forms, form) > 0:
            return ""
        return because("no victim has this form of exploitation", "caseload.forms")

    return Fact(holds)


def form_not_covered(form: str) -> Fact:
    """Holds where the fund does not cover that form of exploitation."""

    def holds(look: Look) -> str:
        if look.is_open("fund.eligible.forms") or form in look.world.fund.eligible.forms:
            return ""
        return because("this form of exploitation is not covered", "fund.eligible.forms")

    return Fact(holds)


def _one_form(look: Look) -> str:
    forms = look.world.caseload.forms
    if look.is_open("caseload.forms") or max(forms.shares) < 1:
        return ""
    return because("all victims have the same form of exploitation", "caseload.forms")


ONE_FORM = Fact(_one_form)
