"""The table of what makes a number or switch idle."""

from __future__ import annotations

from fnmatch import fnmatchcase

from fundsim.scenario.facts import (
    AID_MOVES_NOBODY,
    AID_UNPAID,
    ALL_ALIKE_AIDED,
    ALL_ALIKE_INFORMED,
    IDENTIFIED_AT_ONCE,
    LOCAL_ONLY,
    NO_ADULT,
    NO_ADULT_CLAIMS,
    NO_ASSISTANCE,
    NO_AWARD,
    NO_CHILD,
    NO_CHILD_CLAIMS,
    NO_CLAIM,
    NO_CONVICTION,
    NO_COSTS,
    NO_FOREIGNER,
    NO_FUND,
    NO_GRANT,
    NO_INDICTMENT,
    NO_INTERIM,
    NO_LEVEL,
    NO_MASS,
    NO_MONEY,
    NO_RETURN,
    NO_SUIT,
    NO_SUMS,
    NO_TIME_FOR_INTERIM,
    NO_TRUST,
    NO_VICTIM,
    NOBODY_ASSISTED,
    NOBODY_ENTITLED,
    NOT_AWAITED,
    NOT_FIXED,
    NOT_INFORMED,
    NOT_JUDGMENT,
    NOT_PURSUED,
    NOT_TARIFF,
    NOTHING_PAID_BY_OFFENDERS,
    ONE_FORM,
    ONLY_WITH_ADVANCE,
    SETTLED_CRIMINAL,
    SETTLED_SUIT,
    TEXT,
    Fact,
    Look,
    all_of,
    always,
    because,
    either,
    entry_is,
    form_not_covered,
    no_form,
    settled,
    unless,
    when,
)
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import FORMS


def idle(look: Look, key: str) -> str:
    """Why nothing can hang on the number or switch at a key by this table, or nothing."""
    for keys, fact in RULES:
        if any(fnmatchcase(key, k) for k in keys.split()) and (reason := fact(look)):
            return reason
    median = key.removesuffix("sigma") + "median"
    if key.endswith(".sigma"):
        return when(median, 0, why="the duration is 0")(look)
    return ""


def _wages_are_idle(look: Look) -> str:
    """Wages matter through what is indexed with them."""

    def of_another(key: str) -> bool:
        return look.sure(key, "none", "prices") or bool(idle(look, key))

    indexed = ["award.index", "fund.amount.index", "fund.costs.index"]
    if not all(of_another(key) for key in indexed):
        return ""
    if not (
        look.sure("fund.payment.yearly_limit", None) or idle(look, "fund.payment.yearly_limit")
    ):
        return ""
    for name in look.world.income:
        source = f"income.{name}"
        if not (look.sure(f"{source}.in_force", False) or NO_FUND(look)):
            index = f"{source}.index"
            if not look.sure(index, "none", "prices"):
                return ""
    return because("nothing is indexed with wages", "award.index")


NO_WAGES = Fact(_wages_are_idle)

# the first rule that names a key and holds gives the reason; * stands for any text
RULES: tuple[tuple[str, Fact], ...] = (
    ("country.name country.currency country.footnote", always(TEXT)),
    ("country.default_policy", always(Phrase("it is used only where no policy is named"))),
    ("*.label *.recommended_for", always(TEXT)),
    ("country.population macro.depreciation country.exchange_rate income.*", NO_FUND),
    ("macro.depreciation country.exchange_rate", always(LOCAL_ONLY)),
    ("country.net_wage", either(
        NO_CLAIM, when("fund.amount.money", "euro", why="sums are in euro"), NO_SUMS)),
    ("time.history_years", either(NOBODY_ENTITLED, IDENTIFIED_AT_ONCE)),
    ("macro.inflation*", NO_MONEY),
    ("macro.inflation_persistence", when("macro.inflation_sd", 0, why="there are no shocks")),
    ("macro.real_wage_growth macro.wage_sd", NO_WAGES),
    ("macro.investment_return macro.return_sd", either(
        NO_FUND, when("fund.reserve_return", False, why="reserves earn no return"))),
    # caseload
    ("caseload.trend caseload.trend_years caseload.dispersion caseload.foreign_rate", NO_LEVEL),
    ("caseload.trend", unless("caseload.trend", 0, fact=when(
        "caseload.trend_years", 0, why="the trend holds in no year"))),
    ("caseload.trend_years", when("caseload.trend", 0, why="there is no trend")),
    ("caseload.forms caseload.child_rate", NO_VICTIM),
    ("caseload.forms.sample_size", ONE_FORM),
    ("caseload.years_to_majority", NO_TRUST),
    ("caseload.mass.size caseload.mass.foreign_rate", NO_MASS),
    # pathway
    ("pathway.*_rate", NO_VICTIM),
    ("pathway.legal_aid_rate", either(
        NOT_INFORMED, unless("pathway.legal_aid_rate", 0, fact=AID_MOVES_NOBODY))),
    ("pathway.requalified_rate", either(
        when("pathway.prosecuted_rate", 1, why="everybody is indicted for trafficking"),
        all_of(NO_CONVICTION, NOT_AWAITED))),
    ("pathway.indictment.*", either(
        NO_INDICTMENT,
        all_of(NO_CONVICTION, NOT_AWAITED, either(NOBODY_ENTITLED, entry_is(
            "identified", "conviction", "judgment", "unpaid_judgment"))))),
    ("pathway.criminal.*", either(NO_INDICTMENT, all_of(NO_CONVICTION, NOT_AWAITED))),
    ("pathway.conviction_rate", NO_INDICTMENT),
    ("pathway.criminal_award_rate", NO_CONVICTION),
    ("pathway.civil* pathway.civil.*", NO_SUIT),
    ("pathway.civil.*", all_of(
        when("pathway.civil_award_rate", 0, why="no suit wins"), NOT_AWAITED)),
    ("pathway.civil_suit_rate", unless("pathway.civil_suit_rate", 0, fact=all_of(
        when("pathway.civil_award_rate", 0, why="no suit wins"), NOT_AWAITED))),
    ("pathway.civil_withdrawal", either(
        when("pathway.civil_award_rate", 0, why="no suit wins"),
        when("pathway.civil.median", 0, why="suits end at once"))),
    ("pathway.criminal_withdrawal", either(
        NO_CONVICTION, when("pathway.criminal.median", 0, why="trials end at once"),
        all_of(NO_AWARD, either(NO_SUIT, NOT_AWAITED)))),
    ("pathway.informed_odds_ratio", either(
        NO_CONVICTION, ALL_ALIKE_INFORMED, all_of(SETTLED_CRIMINAL, SETTLED_SUIT))),
    ("pathway.legal_aid_odds_ratio", either(
        NO_CONVICTION, ALL_ALIKE_AIDED,
        all_of(SETTLED_CRIMINAL, SETTLED_SUIT, either(NO_SUIT, settled("pathway.civil_award_rate"))))),
    ("pathway.requalified_odds_ratio", either(
        NO_CONVICTION, SETTLED_CRIMINAL,
        when("pathway.requalified_rate", 0, why="nobody is indicted for a lesser offence"),
        when("pathway.prosecuted_rate", 1, why="everybody is indicted for trafficking"),
        when("pathway.prosecuted_rate", 0, why="all charges are for lesser offences"))),
    ("pathway.longest_months", all_of(NO_INDICTMENT, NO_CLAIM)),
    # award and enforcement
    ("award.* enforcement.failure_rate enforcement.recovered_rate", NO_AWARD),
    ("award.child_factor", NO_CHILD),
    *((f"award.form_factor.{form}", no_form(form)) for form in FORMS),
    ("enforcement.failure_rate", unless("enforcement.failure_rate", 1, fact=when(
        "enforcement.recovered_rate", 0, why="no offender pays anything"))),
    ("enforcement.recovered_rate", when(
        "enforcement.failure_rate", 1, why="no offender pays anything")),
    ("enforcement.delay.*", either(NO_AWARD, all_of(NOTHING_PAID_BY_OFFENDERS, NOT_AWAITED))),
    # the fund
    ("fund.costs.index", NO_COSTS),
    ("fund.[!c]* fund.costs.[!i]*", NO_FUND),
    ("fund.unpaid_months", when(
        "fund.entry_point", "identified", "indictment", "conviction", "judgment",
        why="the entry point is not an unpaid judgment")),
    ("fund.unpaid_months fund.eligible.* fund.subsidiarity.* fund.take_up.*", NOBODY_ENTITLED),
    ("fund.eligible.children", NO_CHILD),
    ("fund.eligible.adults", NO_ADULT),
    ("fund.eligible.foreign fund.eligible.lawful_rate fund.eligible.reciprocity_rate", NO_FOREIGNER),
    ("fund.eligible.lawful_rate", when("fund.eligible.foreign", "all", "reciprocity", "none",
                                       why="foreign victims are not asked for lawful residence")),
    ("fund.eligible.reciprocity_rate", when("fund.eligible.foreign", "all", "lawful", "none",
                                            why="foreign victims are not asked for reciprocity")),
    ("fund.eligible.filing_limit_months", either(
        NO_CLAIM, when("fund.take_up.filing.median", 0, why="claims are filed at once"))),
    ("fund.eligible.retroactive_years", all_of(
        when("time.history_years", 0, why="no year before the opening is drawn"),
        either(entry_is("indictment", "conviction", "judgment", "unpaid_judgment"),
               when("fund.subsidiarity.wait_for_enforcement", True, why="claims wait")))),
    ("fund.take_up.[!r]* fund.take_up.ramp_years fund.amount.* fund.payment.yearly_limit", NO_CLAIM),
    ("fund.take_up.ramp_years", when(
        "fund.take_up.first_year_share", 1, why="the full rate is reached in the first year")),
    ("fund.take_up.informed_odds_ratio", either(ALL_ALIKE_INFORMED, settled("fund.take_up.rate"))),
    ("fund.take_up.legal_aid_odds_ratio", either(ALL_ALIKE_AIDED, settled("fund.take_up.rate"))),
    ("fund.amount.fixed", NOT_FIXED),
    ("fund.amount.tariff.*", NOT_TARIFF),
    ("fund.amount.tariff.child.*", NO_CHILD_CLAIMS),
    ("fund.amount.tariff.adult.*", NO_ADULT_CLAIMS),
    *((f"fund.amount.tariff.*.{form}", either(no_form(form), form_not_covered(form)))
      for form in FORMS),
    ("fund.amount.judgment_share", NOT_JUDGMENT),
    ("fund.amount.money", NO_SUMS),
    ("fund.amount.index", all_of(NO_SUMS, NO_INTERIM)),
    ("fund.subsidiarity.set_off", either(NO_CLAIM, NOTHING_PAID_BY_OFFENDERS)),
    ("fund.interim.*", NO_TIME_FOR_INTERIM),
    ("fund.interim.*", unless("fund.interim.share", 0, fact=NO_INTERIM)),
    ("fund.interim.cap fund.interim.after_months", NO_INTERIM),
    ("fund.decision.working_months fund.decision.approval_rate fund.costs.per_decision", NO_CLAIM),
    ("fund.decision.spread", either(
        NO_CLAIM, when("fund.decision.working_months", 0, why="decisions take no time"))),
    ("fund.decision.caseworkers", all_of(
        either(NO_CLAIM, when("fund.decision.working_months", 0, why="decisions take no time")),
        when("fund.costs.caseworker_a_year", 0, why="caseworkers cost nothing"))),
    ("fund.decision.legal_aid_odds_ratio", either(
        NO_CLAIM, ALL_ALIKE_AIDED, settled("fund.decision.approval_rate"))),
    ("fund.payment.instalments fund.payment.every_months", NO_GRANT),
    ("fund.payment.every_months", when(
        "fund.payment.instalments", 1, why="a benefit is paid as one sum")),
    ("fund.payment.trust_until_18", either(
        NO_GRANT, NO_CHILD_CLAIMS, unless("fund.payment.trust_until_18", False, fact=NO_TRUST))),
    ("fund.payment.advance_interest", ONLY_WITH_ADVANCE),
    ("fund.subrogation.*", NOT_PURSUED),
    ("fund.subrogation.recovered_rate fund.subrogation.delay.*", when(
        "fund.subrogation.failure_rate", 1, why="the fund recovers nothing")),
    ("fund.subrogation.failure_rate fund.subrogation.delay.*", unless(
        "fund.subrogation.failure_rate", 1,
        fact=when("fund.subrogation.recovered_rate", 0, why="the fund recovers nothing"))),
    ("fund.costs.legal_aid_*", AID_UNPAID),
    ("fund.costs.legal_aid_by_fund", unless("fund.costs.legal_aid_by_fund", False, fact=when(
        "fund.costs.legal_aid_per_case", 0, why="legal aid costs nothing"))),
    ("fund.assistance.*", NOBODY_ASSISTED),
    ("fund.assistance.rate fund.assistance.months", unless(
        "fund.assistance.rate", 0, fact=NO_ASSISTANCE)),
    ("fund.reserve_return", unless("fund.reserve_return", False, fact=NO_RETURN)),
)  # fmt: skip
