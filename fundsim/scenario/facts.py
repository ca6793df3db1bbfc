"""What certainly does not happen in a scenario: the facts that the records of several keys name, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundsim.scenario.phrase import Phrase
from fundsim.scenario.record import Fact, Look, all_of, because, either, unless, when, when_not

if TYPE_CHECKING:
    pass

# said of what moves figures in local currency and no others
LOCAL_ONLY = Phrase("only figures in local currency hang on it")
# what a run shows in which the years before the opening moved nothing
NOBODY_BEFORE = "Nobody registered before the opening claims more or less by it"

# --- how far a victim can come: why nobody reaches a stage ---

NO_FUND = when("fund.entry_point", "none", why="there is no fund")
NO_LEVEL = when("caseload.level", 0, why="nobody is registered but in mass cases")
NO_MASS = all_of(
    when("caseload.mass.events_a_year", 0, why="there are no mass cases"),
    when("caseload.mass.scheduled_events", 0, why="none is scheduled"),
)
NO_VICTIM = all_of(when("caseload.level", 0, why="nobody is registered"), NO_MASS)
NO_CHILD = either(NO_VICTIM, when("caseload.child_rate", 0, why="no victim is a child"))
NO_ADULT = either(NO_VICTIM, when("caseload.child_rate", 1, why="every victim is a child"))
NO_FOREIGNER = all_of(
    either(when("caseload.foreign_rate", 0, why="no victim is foreign"), NO_LEVEL),
    either(
        when("caseload.mass.foreign_rate", 0, why="no victim of a mass case is foreign"), NO_MASS
    ),
)
ALL_FORMAL = either(
    NO_VICTIM,
    all_of(
        either(
            when("caseload.formal_rate", 1, why="every victim is formally identified"), NO_LEVEL
        ),
        either(when("caseload.mass.formal_rate", 1, why="in mass cases, too"), NO_MASS),
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
NO_SUIT_WINS = when("pathway.civil_award_rate", 0, why="no suit wins")
NO_AWARD = either(
    NO_CONVICTION,
    all_of(
        when("pathway.criminal_award_rate", 0, why="no court awards anything"),
        either(NO_SUIT, NO_SUIT_WINS),
    ),
)
NOTHING_PAID_BY_OFFENDERS = either(
    NO_AWARD,
    when("enforcement.failure_rate", 1, why="no offender pays anything"),
    when("enforcement.recovered_rate", 0, why="no offender pays anything"),
)
NO_TRAFFICKING = when("pathway.prosecuted_rate", 0, why="nobody is indicted for trafficking")
ALL_FOR_TRAFFICKING = when(
    "pathway.prosecuted_rate", 1, why="everybody is indicted for trafficking"
)


def entry_is(*points: str) -> Fact:
    """Holds where the fund's entry point is certainly one of these."""
    return when("fund.entry_point", *points, why="the fund's entry point is another")


NO_CLAIMS_TAKEN = either(
    NO_FUND, when("fund.entry_point", "services", why="the fund takes no claims")
)
NOBODY_ENTITLED = either(
    NO_CLAIMS_TAKEN,
    NO_VICTIM,
    all_of(NO_TRAFFICKING, entry_is("indictment", "conviction")),
    all_of(NO_CONVICTION, entry_is("conviction")),
    all_of(NO_AWARD, entry_is("judgment", "unpaid_judgment")),
    all_of(
        when("fund.eligible.adults", False, why="nobody may claim"),
        when("fund.eligible.children", False, why="nor children"),
    ),
    all_of(
        when("fund.eligible.presumed", False, why="presumed victims may not claim"),
        either(when("caseload.formal_rate", 0, why="nobody is formally identified"), NO_LEVEL),
        either(when("caseload.mass.formal_rate", 0, why="nor in mass cases"), NO_MASS),
    ),
)
NO_OTHERS = either(
    NO_CLAIMS_TAKEN,
    when("caseload.others.claims_a_year", 0, why="no victim of another crime claims"),
)
NO_PULL = when("fund.take_up.amount_elasticity", 0, why="take-up does not follow the sum")
NO_VICTIM_CLAIMS = either(
    NOBODY_ENTITLED,
    all_of(
        either(
            when("fund.take_up.unassisted_rate", 0, why="nobody applies"),
            when("fund.take_up.assisted_share", 1, why="everybody is helped to apply"),
        ),
        either(
            when("fund.take_up.assisted_rate", 0, why="nobody applies"),
            when("fund.take_up.assisted_share", 0, why="nobody is helped to apply"),
        ),
    ),
)
NOBODY_HELPED = either(
    NOBODY_ENTITLED,
    when("fund.take_up.assisted_share", 0, why="nobody is helped to apply"),
)
NO_CLAIM = all_of(NO_VICTIM_CLAIMS, NO_OTHERS)
NO_GRANT = all_of(
    either(NO_VICTIM_CLAIMS, when("fund.decision.approval_rate", 0, why="no claim is granted")),
    either(NO_OTHERS, when("caseload.others.approval_rate", 0, why="no claim is granted")),
)
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
    when("fund.amount.basis", "judgment", "smaller", "heads", why="the fixed sum is not used"),
)
NOT_TARIFF = either(
    when("fund.amount.basis", "fixed", why="the amount is a fixed sum; the tariff is not used"),
    when(
        "fund.amount.basis",
        "judgment",
        why="the amount is a share of the judgment; the tariff is not used",
    ),
    when("fund.amount.basis", "heads", why="heads of damage are added up; the tariff is not used"),
)
NOT_HEADS = when_not("fund.amount.basis", "heads", why="heads of damage are not added up")
NOT_JUDGMENT = either(
    when("fund.amount.basis", "fixed", why="the amount is a fixed sum, whatever the judgment"),
    when("fund.amount.basis", "tariff", why="the amount is a tariff, whatever the judgment"),
    when("fund.amount.basis", "heads", why="heads of damage are added up, whatever the judgment"),
    NO_AWARD,
)
NO_SUMS = all_of(
    when("fund.amount.basis", "judgment", why="the amount is a share of the judgment, uncapped"),
    when("fund.amount.floor", None, why="no floor"),
    when("fund.amount.cap", None, why="no cap"),
    when("fund.amount.event_cap", None, why="no most for a mass case"),
)
DECIDED_AT_ONCE = when("fund.decision.working_months", 0, why="decisions take no time")
BY_COMMITTEE = when("fund.decision.body", "committee", why="a committee decides the claims")
BY_OFFICERS = when("fund.decision.body", "officers", why="officers decide the claims")
NO_TIME_FOR_INTERIM = either(
    NO_CLAIM,
    all_of(
        when(
            "fund.decision.working_months",
            0,
            why="claims are decided at once, nothing comes before",
        ),
        when("fund.decision.handling.median", 0, why="nothing is asked for before"),
        BY_OFFICERS,
    ),
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
NEVER_RECOVERED = when("fund.subrogation.failure_rate", 1, why="the fund recovers nothing")
NOTHING_RECOVERED = unless(
    "fund.subrogation.failure_rate",
    1,
    fact=when("fund.subrogation.recovered_rate", 0, why="the fund recovers nothing"),
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
    when_not("fund.payment.when_short", "treasury_advance", why="the treasury lends nothing"),
)
IDENTIFIED_AT_ONCE = all_of(
    when(
        "fund.entry_point",
        "identified",
        why="victims may claim when registered; another value says how many years back",
    ),
    NOT_AWAITED,
)
NO_RESERVES = either(NO_FUND, when("fund.reserve_return", False, why="reserves earn no return"))
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


OFFICE_IN_WAGES = when_not(
    "fund.costs.office_in_wages", None, why="the office costs so many monthly wages"
)
FREE_DESK = all_of(
    when("fund.costs.office_a_year", 0, why="the office costs nothing"),
    when("fund.costs.office_in_wages", None, 0, why="the office costs nothing"),
    when("fund.costs.caseworker_a_year", 0, why="officers cost nothing"),
    either(when("fund.costs.per_decision", 0, why="decisions cost nothing"), NO_CLAIM),
    either(when("fund.costs.per_assisted", 0, why="help to apply costs nothing"), NOBODY_HELPED),
)
NO_COSTS = all_of(
    either(
        NO_FUND,
        all_of(
            _free("fund.costs.office_a_year"),
            when("fund.costs.office_in_wages", None, 0, why="nothing is spent that could grow"),
            _free("fund.costs.caseworker_a_year"),
            either(_free("fund.costs.per_decision"), NO_CLAIM),
            either(_free("fund.costs.legal_aid_per_case"), AID_UNPAID),
            either(_free("fund.costs.per_assisted"), NOBODY_HELPED),
            NO_ASSISTANCE,
            either(_free("fund.subrogation.cost_per_claim"), NOT_PURSUED),
        ),
    ),
    NO_REFORM_COSTS,
)
NO_MONEY = all_of(NO_FUND, NO_AWARD, NO_REFORM_COSTS)


def _no_form(look: Look) -> str:
    form = look.key.rpartition(".")[2]
    if look.is_open("caseload.forms") or getattr(look.world.caseload.forms, form) > 0:
        return ""
    return because("no victim has this form of exploitation", "caseload.forms")


def _form_not_covered(look: Look) -> str:
    form = look.key.rpartition(".")[2]
    if look.is_open("fund.eligible.forms") or form in look.world.fund.eligible.forms:
        return ""
    return because("this form of exploitation is not covered", "fund.eligible.forms")


def _one_form(look: Look) -> str:
    forms = look.world.caseload.forms
    if look.is_open("caseload.forms") or max(forms.shares) < 1:
        return ""
    return because("all victims have the same form of exploitation", "caseload.forms")


# of a key that is named after a form
NO_FORM = Fact(_no_form)
NO_COVERED_FORM = either(NO_FORM, Fact(_form_not_covered))
ONE_FORM = Fact(_one_form)


def _wages_are_idle(look: Look) -> str:
    """Wages matter through what is indexed with them."""

    def of_another(key: str) -> bool:
        return look.sure(key, "none", "prices") or bool(look.idle(key))

    limit = "fund.payment.yearly_limit"
    if not all(map(of_another, ("award.index", "fund.amount.index", "fund.costs.index"))) or not (
        look.sure(limit, None) or look.idle(limit)
    ):
        return ""
    for name in look.world.income:
        source = f"income.{name}"
        earns = not (look.sure(f"{source}.in_force", False) or NO_FUND(look))
        if earns and not look.sure(f"{source}.index", "none", "prices"):
            return ""
    return because("nothing is indexed with wages", "award.index")


NO_WAGES = Fact(_wages_are_idle)

NOT_FROM_THE_CRIME = either(
    NO_CLAIM,
    when("fund.eligible.filing_limit_months", None, why="claims may be filed at any time"),
    when_not("fund.eligible.filing_limit_from", "crime", why="no time runs from the crime"),
)
