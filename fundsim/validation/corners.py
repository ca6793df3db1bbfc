"""Corners of the rules that a random world seldom reaches."""

from __future__ import annotations

from collections.abc import Iterator

from fundsim.scenario.compose import load
from fundsim.scenario.schema import World

SHORT = ("time.horizon_years=6", "time.runoff_years=2", "time.history_years=4")
# much happens to everybody, from every source, and each world reaches another corner of the rules
BUSY = (
    "pathway.prosecuted_rate=0.7!", "pathway.requalified_rate=0.5!", "pathway.criminal_award_rate=0.3!",
    "pathway.civil_suit_rate=0.5!", "pathway.civil_award_rate=0.6!", "enforcement.failure_rate=0.4!",
    "enforcement.delay.median=6!", "pathway.criminal.median=9!", "pathway.civil.median=9!",
    "pathway.criminal_withdrawal=0.01!", "pathway.civil_withdrawal=0.02!", "caseload.foreign_rate=0.4!",
    "caseload.mass.events_a_year=0.3!", "income.budget.cut_rate=0.5", "income.budget.cut_share=0.4",
)  # fmt: skip
# a fund that keeps and invests what a fixed line brings, has an office of its own, and whose claims are ready when filed
ENDOWED = (
    "income.budget.vote=fixed", "income.budget.amount=310000", "income.budget.index=wages",
    "income.budget.lapses=false", "fund.reserve_return=true", "fund.decision.handling.median=0!",
    "fund.costs.office_a_year=55000", "fund.costs.caseworker_a_year=19000",
)  # fmt: skip
CORNERS = (
    ("fund.amount.basis=tariff", "fund.entry_point=indictment", "fund.payment.trust_until_18=true", "caseload.child_rate=0.5!"),
    ("fund.amount.basis=tariff", "fund.entry_point=conviction", 'fund.eligible.forms=["sexual","begging"]'),
    ("fund.amount.basis=smaller", "fund.entry_point=judgment", "fund.amount.floor=3", "fund.amount.cap=9"),
    ("fund.amount.basis=judgment", "fund.entry_point=unpaid_judgment", "fund.unpaid_months=5", "fund.take_up.ramp_years=6"),
    ("fund.amount.basis=fixed", "fund.entry_point=identified", "fund.eligible.retroactive_years=4", "fund.take_up.ramp_years=3"),
    ("caseload.mass.scheduled_events=1", "caseload.mass.size=80!", "fund.take_up.filing.sigma=0", "fund.amount.money=euro"),
    ("award.index=prices", "fund.amount.index=wages", "fund.costs.index=prices", "income.budget.index=wages"),
    ("fund.interim.share=0.5", "fund.interim.after_months=0", "fund.decision.spread=exponential", "fund.eligible.adults=false"),
)  # fmt: skip
ROUND = (
    "fund.amount.fixed=1000", "fund.amount.money=euro", "fund.amount.index=none",
    "income.budget.amount=3000", "income.budget.cut_rate=0", "income.budget.index=none",
    "fund.costs.office_a_year=0", "fund.costs.caseworker_a_year=0", "fund.costs.per_decision=0!", "fund.costs.per_assisted=0!",
    "fund.reserve_return=false", "fund.subrogation.pursued_share=0", "fund.opening_capital=0",
)  # fmt: skip
HARD = (
    # a line that repays last year's advance, and has something left to lapse
    *(("serbia+tariff", ("fund.payment.when_short=treasury_advance", "income.budget.lapses=true",
                         "fund.opening_capital=0", f"income.budget.amount={amount}"))
      for amount in (300_000, 350_000, 400_000, 450_000)),
    ("serbia+tariff", ("fund.payment.when_short=treasury_advance", "income.budget.amount=100000",
                       "fund.amount.cap=9")),
    ("serbia+tariff", ("caseload.mass.scheduled_events=1", "caseload.mass.size=200!", "fund.take_up.unassisted_rate=1",
                       "fund.take_up.filing.sigma=0", "fund.decision.posts=50", "fund.costs.caseworker_a_year=0",
                       "income.budget.amount=50000")),
    ("serbia+tariff", ("income.budget.amount=400000", "income.budget.lapses=true", "fund.opening_capital=100000")),
    ("serbia+mixed_financing", ("income.budget.amount=9000", "fund.payment.yearly_limit=40000")),
    ("albania+assets_only", ("fund.payment.instalments=3", "fund.subrogation.failure_rate=0",
                             "fund.subrogation.recovered_rate=0.9!", "fund.subrogation.pursued_share=1")),
    ("serbia+full_judgment", ("fund.payment.when_short=pro_rata", "income.budget.amount=20000",
                              "enforcement.failure_rate=0!", "enforcement.delay.median=4!",
                              "pathway.criminal_award_rate=0.9!", "fund.amount.floor=3",
                              "fund.subrogation.failure_rate=0")),
    ("serbia+tariff", ("fund.amount.basis=smaller", "pathway.criminal_award_rate=0.9!", "fund.amount.floor=9",
                       "fund.take_up.unassisted_rate=1", "fund.interim.share=0.5", "fund.interim.after_months=0",
                       "fund.decision.posts=3", "fund.decision.working_months=0.5!",
                       "fund.decision.spread=exponential")),
    ("serbia+status_fixed", ("fund.take_up.filing.sigma=0", "fund.take_up.unassisted_rate=1", "fund.amount.fixed=1.23457",
                             "fund.payment.instalments=7", "fund.payment.every_months=1",
                             "fund.decision.working_months=1!", "income.budget.amount=30000",
                             "fund.decision.posts=40")),
    # sums and means in round numbers, so that payments fit exactly
    ("serbia+status_fixed", ROUND),
    ("serbia+status_fixed", (*ROUND, "fund.payment.when_short=pro_rata")),
    # fewer cents than instalments, and all paid on account before the decision
    ("serbia+status_fixed", ("fund.amount.fixed=0.05", "fund.amount.money=euro", "fund.amount.index=none",
                             "fund.payment.instalments=7", "fund.payment.every_months=2",
                             "fund.interim.share=1", "fund.interim.after_months=1", "fund.interim.cap=0.03",
                             "fund.decision.posts=2")),
    ("serbia+full_judgment", ("fund.interim.share=1", "fund.interim.after_months=0", "fund.interim.cap=1000000",
                              "fund.decision.working_months=3!", "fund.decision.posts=40",
                              "fund.subrogation.pursued_share=1", "fund.subrogation.failure_rate=0",
                              "fund.opening_capital=90000000", "pathway.criminal_award_rate=0.9!")),
    # a lapsing line that repays the treasury's advance, and awards kept for children
    ("serbia+tariff", ("fund.payment.when_short=treasury_advance", "income.budget.amount=200000",
                       "income.budget.lapses=true", "fund.payment.trust_until_18=true",
                       "caseload.child_rate=0.6!")),
)  # fmt: skip
# the money and the desk of a state: lines that follow what fell due, part posts, sessions, children first, phases
FEW = (
    "caseload.level=12!",
    "fund.take_up.unassisted_rate=0.9!",
    "fund.decision.working_months=1.3!",
)
OF_A_STATE = (
    ("montenegro+tariff+budget_cut+caseload_doubles", (*FEW, "income.budget.least=30000", "income.budget.index=wages", "income.budget.cut_rate=0.4!")),
    ("serbia+tariff", (*FEW, "income.budget.amount=20000", "income.budget.lag_years=2", "income.budget.base_years=1",
                       "income.budget.cut_rate=0.5!", "macro.inflation=0.08!", "fund.decision.posts=0.5",
                       "fund.decision.handling.median=0!", "fund.payment.when_short=supplement")),
    ("kosovo+tariff+children_first", (*FEW, "income.budget.amount=15000", "caseload.child_rate=0.5!", "fund.decision.posts=1.6",
                                      "income.budget.lapses=false", "fund.reserve_taken=0.3!")),
    ("albania+tariff+committee+children_first", (*FEW, "income.budget.vote=fixed", "income.budget.amount=90000",
                                                 "fund.decision.files_a_session=2", "fund.decision.sessions_a_year=5",
                                                 "caseload.child_rate=0.5!", "fund.costs.borne_by=state",
                                                 "fund.reserve_taken=0.5!")),
    ("serbia+tariff", (*FEW, "income.budget.amount=30000", "fund.payment.yearly_limit=20000", "fund.decision.posts=2",
                       "phase.2029.fund.decision.posts=0.75", "phase.2029.fund.payment.instalments=3",
                       "phase.2029.fund.payment.yearly_limit=60000", "phase.2029.fund.costs.borne_by=state",
                       "phase.2030.fund.decision.body=committee", "phase.2030.income.budget.margin=2!")),
)  # fmt: skip

# what laws ask of a claimant and pay for, and who else claims from the same line
HARM = 'fund.eligible.conditions.harm={label="harm", rate={value=0.7, low=0.5, high=0.9, unit="share", source="judgement"}}'
REPORT = 'fund.eligible.conditions.reported={label="reported", rate={value=0.8, unit="share", source="judgement"}}'
HEADS = (
    "fund.amount.basis=heads", 'fund.amount.heads.health={label="health", share=0.8, median=2, p90=9, cap=6}',
    'fund.amount.heads.costs={label="costs", fixed=1.5}',
)  # fmt: skip
OTHERS = ("caseload.others.claims_a_year=25!", "caseload.others.trend=0.1!", "caseload.others.approval_rate=0.6!",
          "caseload.others.median=900!", "caseload.others.p90=4000!")  # fmt: skip
CROWD = ("caseload.mass.scheduled_events=1", "caseload.mass.size=30!")
OF_LAWS = (
    ("kosovo+tariff+committee", (*FEW, HARM, REPORT, *HEADS, *OTHERS, *CROWD, "fund.amount.cap=8", "fund.amount.event_cap=25",
                                 "fund.eligible.filing_limit_months=18", "fund.eligible.filing_limit_from=crime",
                                 "caseload.crime_to_identification.median=9!", "caseload.crime_to_identification.sigma=1!")),
    ("albania+tariff", (*FEW, *HEADS, *OTHERS, "caseload.formal_rate=0.4!", "fund.eligible.presumed=false",
                        "fund.take_up.assisted_share=0.5", "fund.take_up.amount_elasticity=0.6!", "fund.costs.per_assisted=90!",
                        "fund.eligible.retroactive_years=3", "fund.take_up.first_year_share=0.1", "fund.take_up.ramp_years=3.5",
                        "income.budget.vote=fixed", "income.budget.amount=20000", "phase.2029.fund.eligible.presumed=true",
                        "phase.2029.fund.amount.basis=tariff", "phase.2030.fund.take_up.assisted_share=0.9")),
    ("serbia+full_judgment", (*FEW, *OTHERS, "pathway.criminal_award_rate=0.8!", "fund.amount.judgment_share=1.4", REPORT,
                              "fund.take_up.amount_elasticity=0.3!", "fund.payment.when_short=pro_rata",
                              "income.budget.vote=fixed", "income.budget.amount=30000")),
    ("serbia+tariff", (*CROWD, *OTHERS, "fund.entry_point=services", "fund.assistance.rate=0.4", "fund.assistance.months=5")),
    ("montenegro+tariff+children_first", (*FEW, *CROWD, *OTHERS, "fund.amount.event_cap=12", "caseload.child_rate=0.5!",
                                          "fund.subsidiarity.set_off=false", "fund.decision.posts=0.4",
                                          "phase.2030.fund.amount.event_cap=40", "time.start_year=2020")),
)  # fmt: skip


def corners() -> Iterator[World]:
    """Cash that just suffices, lines that lapse and repay, mass cases, awards of a few cents; and the ways of a state."""
    for name, sets in HARD:
        last = {text.partition("=")[0]: text for text in (*ENDOWED, *sets)}  # of two for one key
        yield load(name, [*SHORT, *last.values()]).world
    for name, sets in (*OF_A_STATE, *OF_LAWS):
        yield load(name, [*SHORT, *sets]).world
