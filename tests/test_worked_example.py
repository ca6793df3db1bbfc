"""Five cases and two years, worked by hand in cents.

The fund opens with € 5,000 and gets € 12,000 each January.  Office and caseworker cost € 150 a month,
a decision € 25.  A victim claims one month after the court's award; one caseworker needs one month for a
decision; the fund pays the award up to € 10,000, less what the offender has paid by the time of filing.

| case | award at | award   | offender pays    | filed | decided | outcome                              |
|------|----------|---------|------------------|-------|---------|--------------------------------------|
| A    | 0        | € 4,000 | –                | 1     | 2       | paid in full in month 2              |
| B    | 1.5      | € 15,000| –                | 2.5   | 3.5     | capped: € 10,000 in month 3          |
| C    | 2        | € 6,000 | € 2,500 at 2.75  | 3     | 4.5     | set off: € 3,500, waits until month 12|
| D    | 4        | € 3,000 | –                | 5     | 6       | refused                              |
| E    | 10       | € 9,500 | –                | 11    | 12      | still waiting at the end             |
"""

from dataclasses import replace

import numpy as np

from fundsim.model.background import table_years
from fundsim.model.caseload import Victims
from fundsim.model.chances import chances_of
from fundsim.model.claims import draw_claims
from fundsim.model.drawn import Drawn
from fundsim.model.due import payments_due
from fundsim.model.entry import draw_entries
from fundsim.model.fund import UNPAID
from fundsim.model.income import draw_income, kept_of_lines
from fundsim.model.ledger import check
from fundsim.model.macro import draw_macro
from fundsim.model.parameters import Parameters
from fundsim.model.pathway import NEVER, TRAFFICKING, Cases
from fundsim.model.run import Future, settle_drawn
from fundsim.model.streams import Streams
from fundsim.scenario.compose import load

SETS = [
    "time.price_year=2027", "time.start_year=2027", "time.horizon_years=2", "time.runoff_years=0",
    "macro.inflation=0!", "macro.inflation_sd=0", "macro.real_wage_growth=0!", "macro.wage_sd=0",
    "macro.investment_return=0!", "macro.return_sd=0",
    "fund.opening_capital=5000", "fund.reserve_return=true", "income.budget.vote=fixed",
    "income.budget.amount=12000", "income.budget.index=wages", "income.budget.cut_rate=0", "income.budget.lapses=false",
    "fund.costs.office_a_year=1200", "fund.costs.caseworker_a_year=600", "fund.costs.per_decision=25",
    "fund.entry_point=judgment", "fund.amount.basis=judgment", "fund.amount.money=euro",
    "fund.amount.cap=10000", "fund.take_up.unassisted_rate=1", "fund.take_up.assisted_share=0", "fund.take_up.first_year_share=1",
    "fund.take_up.filing.median=1", "fund.take_up.filing.sigma=0",
    "fund.decision.posts=1", "fund.decision.working_months=1", "fund.decision.handling.median=0!",
    "fund.subrogation.pursued_share=0",
]  # fmt: skip
EUR = 100


def five_cases(**changed: float) -> Future:
    """The five cases; `changed` settings replace those above, with __ for dots."""
    keys = {key.replace("__", "."): value for key, value in changed.items()}
    kept = [text for text in SETS if text.split("=")[0] not in keys]
    world = load("serbia+tariff", [*kept, *(f"{k}={v}" for k, v in keys.items())]).world
    one = np.arange(1)
    streams = Streams(1, "RS")
    parameters = Parameters(world, streams, one, table_years(world), certain=True)
    chances = chances_of(world, parameters)
    macro = draw_macro(parameters, streams, one, world.time)
    n = 5
    award_at = np.array([0, 1.5, 2, 4, 10], dtype=np.float32)
    award = np.array([4000, 15000, 6000, 3000, 9500]) * EUR
    recovered = np.array([0, 0, 2500, 0, 0]) * EUR
    recovered_at = np.where(recovered > 0, np.float32(2.75), NEVER).astype(np.float32)
    yes, start = np.ones(n, dtype=bool), int(np.flatnonzero(parameters.years == 2027)[0])
    by_year = np.zeros((1, parameters.years.size), dtype=np.int64)
    by_year[0, start] = n
    victims = Victims(
        by_year=by_year, word=np.arange(n, dtype=np.uint64), replication=np.zeros(n, dtype=np.int64),
        year=np.full(n, start), identified_at=np.zeros(n, dtype=np.float32),
        kind=np.zeros(n, dtype=np.uint8), form=np.zeros(n, dtype=np.int8), child=~yes, foreign=~yes,
        female=yes, formal=yes,
    )  # fmt: skip
    cases = Cases(
        victims, informed=yes, legal_aid=~yes, indicted=np.full(n, TRAFFICKING, dtype=np.int8),
        indicted_at=np.zeros(n, dtype=np.float32), convicted=yes, judged_at=award_at, award=award,
        award_at=award_at, by_civil_court=~yes, recovered=recovered, recovered_at=recovered_at,
        closed_at=award_at,
    )  # fmt: skip
    entry = draw_entries(world, parameters, chances, cases)
    claims = draw_claims(world, parameters, chances, macro, cases, entry, 24)
    claims = replace(claims, approved=np.array([True, True, True, False, True]))
    income = draw_income(world, parameters, macro, streams, one)
    left = kept_of_lines(world, parameters, macro, streams, one)
    return settle_drawn(
        world, Drawn(one, parameters, macro, cases, entry, claims, income, left, 24)
    )


def test_five_cases_and_two_years_match_the_hand_worked_ledger_month_by_month() -> None:
    future = five_cases()
    ledger = future.ledger
    check(ledger)
    cash = [
        16850_00, 16700_00, 12525_00, 2350_00,  # A is paid in month 2, B (capped) in month 3
        2175_00, 2025_00, 1850_00, 1700_00, 1550_00, 1400_00, 1250_00, 1100_00,  # C waits; D refused
        9425_00,  # January: 12,000 in, 175 costs, C's 3,500 paid; E's 9,500 does not fit
        9275_00, 9125_00, 8975_00, 8825_00, 8675_00, 8525_00, 8375_00, 8225_00, 8075_00, 7925_00, 7775_00,
    ]  # fmt: skip
    assert ledger.cash[0].tolist() == cash
    benefits = [0] * 24
    benefits[2], benefits[3], benefits[12] = 4000_00, 10000_00, 3500_00
    assert ledger.benefits[0].tolist() == benefits
    due = [0] * 24
    due[2], due[3], due[4], due[12] = 4000_00, 10000_00, 3500_00, 9500_00
    assert ledger.due[0].tolist() == due
    owed = [0] * 4 + [3500_00] * 8 + [9500_00] * 12
    assert ledger.outstanding[0].tolist() == owed
    assert ledger.shortfall[0].tolist() == owed
    decisions = [0] * 24
    for month in (2, 3, 4, 6, 12):
        decisions[month] = 25_00
    assert ledger.costs["decisions"][0].tolist() == decisions
    assert ledger.costs["office"][0].tolist() == [100_00] * 24
    assert ledger.costs["caseworkers"][0].tolist() == [50_00] * 24
    assert ledger.income["budget"][0].tolist() == [12000_00, *[0] * 11] * 2


def test_the_five_claims_are_worth_what_the_hand_says() -> None:
    future = five_cases()
    claims = future.drawn.claims
    assert claims.filed_at.tolist() == [1, 2.5, 3, 5, 11]
    assert future.decided_at.tolist() == [2, 3.5, 4.5, 6, 12]
    assert claims.asked.tolist() == [4000_00, 10000_00, 6000_00, 3000_00, 9500_00]
    assert claims.set_off.tolist() == [0, 0, 2500_00, 0, 0]
    assert claims.benefit.tolist() == [4000_00, 10000_00, 3500_00, 3000_00, 9500_00]
    assert claims.capped.tolist() == [False, True, False, False, False]
    assert future.paid_in_month.tolist() == [2, 3, 12, UNPAID, UNPAID]


def test_each_of_the_five_victims_is_in_the_state_the_hand_says() -> None:
    """At the ends of months 0 (all wait), 2, 4 and 23."""
    states = five_cases().ledger.states
    at = {name: [int(counts[0, t]) for t in (0, 2, 4, 23)] for name, counts in states.items()}
    assert at == {
        "waiting": [5, 3, 2, 0],
        "filed": [0, 1, 0, 0],
        "refused": [0, 0, 0, 1],
        "granted": [0, 0, 1, 1],
        "paid": [0, 1, 2, 3],
        "outside": [0, 0, 0, 0],
    }


def test_the_notional_balance_shows_what_was_missing() -> None:
    """Had C's 3,500 been paid in month 4, cash would have been 2,175 - 3,500, falling to 1,100 - 3,500."""
    notional = five_cases().ledger.notional[0]
    assert notional[4] == (2175 - 3500) * EUR
    assert notional.min() == (1100 - 3500) * EUR


def test_what_falls_due_at_the_same_moment_goes_by_case_not_by_filing() -> None:
    """A and B, filed at 1 and 2.5, were the higher numbers; all are decided at 4.5, but D never."""
    future = five_cases()
    claims = replace(future.drawn.claims, case=np.array([4, 3, 0, 2, 1]))
    decided_at = np.where(claims.approved, 4.5, 6.0)
    year = np.full(claims.size, 2027)
    due = payments_due(future.world, claims, decided_at, year, future.drawn.months)
    assert claims.case[due.claim].tolist() == [0, 1, 3, 4]
    assert due.month.tolist() == [4, 4, 4, 4]
