"""The SimPy reference equals the fast engine in every cell, in cents."""

import sys
from collections.abc import Callable
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numba
import numpy as np
import pytest
from hypothesis import given, settings

from fundsim.model import run
from fundsim.model.ledger import Ledger, equal
from fundsim.model.reference import settle_reference
from fundsim.model.run import Drawn, Future, draw, settle_drawn
from fundsim.scenario.compose import load
from fundsim.scenario.schema import World
from tests.random_scenarios import POLICIES, scenarios, world_of


def differences(a: Ledger, b: Ledger) -> list[str]:
    """The flows in which two ledgers differ."""
    found = []
    for field in fields(Ledger):
        x, y = getattr(a, field.name), getattr(b, field.name)
        parts = {k: (x[k], y[k]) for k in x} if isinstance(x, dict) else {"": (x, y)}
        found += [f"{field.name}.{k}" for k, (p, q) in parts.items() if not np.array_equal(p, q)]
    return found


def both(scenario: tuple[str, tuple[str, ...]], n: int, seed: int) -> tuple[Future, Future]:
    world = world_of(scenario)
    drawn = draw(world, seed, np.arange(n))
    return settle_drawn(world, drawn), settle_reference(world, drawn)


@settings(max_examples=300)
@given(scenarios())
def test_the_two_engines_keep_the_same_ledger(scenario: tuple[str, tuple[str, ...]]) -> None:
    """Across all switches, cash-starved and cash-rich: every flow, state, month and replication."""
    fast, slow = both(scenario, 3, 13)
    assert not differences(fast.ledger, slow.ledger)
    assert equal(fast.ledger, slow.ledger)
    assert np.array_equal(fast.decided_at, slow.decided_at)
    assert np.array_equal(fast.paid_in_month, slow.paid_in_month)


@pytest.mark.parametrize("policy", ["no_fund", *POLICIES])
def test_the_two_engines_agree_on_every_policy_at_full_length(policy: str) -> None:
    """Fifteen years and the run-off, with a reform that the fund pays for and a stress."""
    scenario = (f"montenegro+{policy}+advocacy_counsellor+mass_case", ())
    fast, slow = both(scenario, 4, 3)
    assert not differences(fast.ledger, slow.ledger)


def test_no_payment_is_lost_between_the_engines() -> None:
    fast, slow = both(("serbia+tariff_interim", ("fund.payment.instalments=3",)), 3, 5)
    for a, b in ((fast, slow), (slow, fast)):
        left = sorted(zip(a.due.claim, a.due.amount, a.due.month, a.payment_left, strict=True))
        right = sorted(zip(b.due.claim, b.due.amount, b.due.month, b.payment_left, strict=True))
        assert left == right


def test_the_reference_can_disagree() -> None:
    """Settled with another rule, the same cases give another ledger."""
    world = load("serbia+tariff", ["time.horizon_years=3", "income.budget.amount=60000"]).world
    drawn = draw(world, 2, np.arange(5))
    payment = world.fund.payment.model_copy(update={"when_short": "pro_rata"})
    other = world.model_copy(update={"fund": world.fund.model_copy(update={"payment": payment})})
    assert not equal(settle_drawn(world, drawn).ledger, settle_reference(other, drawn).ledger)


# one rule of the fast engine flipped at a time: (module, what stands there, what is put instead)
MUTATIONS = {
    "head of the line is skipped when it does not fit": (
        "fund", "while benefits + line.amount[next_head] <= most:", "while benefits < most:",
    ),
    "a payment that fits exactly is held": ("fund", "line.amount[next_head] <= most:", "line.amount[next_head] < most:"),
    "the rate is rounded up": ("fund", "* RATE // outstanding", "* RATE // outstanding + 1"),
    "interest is rounded down": ("fund", "interest = np.int64(np.rint(", "interest = np.int64(np.floor("),
    "the return is earned after the month's income": ("fund", "np.rint(cash *", "np.rint((cash + means.income[r, t]) *"),
    "the unspent budget lapses in November": ("fund", "t % 12 == 11", "t % 12 == 10"),
    "spending does not count against lapsing lines": ("fund", "- costs_paid - benefits - repaid\n", "\n"),
    "the treasury does not lend for costs": ("fund", "max(arrears - cash, 0) if means.lends else 0", "0"),
    "the limit is never used up": ("fund", "limit -= benefits", "limit -= 0"),
    "offenders are pursued in the month of payment": ("fund", "max(np.float64(t + 1), chase", "max(np.float64(t), chase"),
    "an offender who paid is pursued": ("fund", "if begun <= chase.until[claim]:", "if begun >= 0:"),
    "what is repaid does not count against lapsing lines": ("fund", "- benefits - repaid\n", "- benefits\n"),
    "all at a common rate, though there is enough for all": ("fund", "if outstanding <= most:", "if outstanding < most:"),
    "offenders are pursued before the claim is decided": (
        "fund", "np.maximum(np.floor(decided_at) + 1, pursuit.from_at)", "pursuit.from_at",
    ),
    "the first instalment is the last where there are few cents": ("due", "else min(first, 1)", "else 0 * first"),
    "children get their awards at once": ("due", "np.maximum(decided_at, claims.majority_at)", "decided_at"),
    "ties in the line go to the higher number": ("due", "claims.case[claim])", "claims.case.max() - claims.case[claim])"),
    "a payment at a month's end belongs to that month": ("due", "np.floor(at[line]).astype", "(np.ceil(at[line]) - 1).astype"),
    "the last instalment takes the remainder": ("due", "final - every * (instalments - 1)", "every"),
    "the interim payment is not deducted": ("due", "benefit[i] - interim if", "benefit[i] if"),
    "last come, first served": ("decisions", "free[desk] < free[first]", "free[desk] > free[first]"),
    "set-off ignores when the offender paid": ("claims", "cases.recovered_at[case] <= filed_at", "cases.recovered_at[case] < np.inf"),
    "the cap is taken for a floor": ("claims", "euros = np.minimum(euros, cap)", "euros = np.maximum(euros, cap)"),
    "work begins before the claim is filed": ("decisions", "max(filed_at[i], free[first])", "free[first]"),
    "caseworkers keep the line of the replication before": ("decisions", "free[:] = 0.0", "free[0] = 0.0"),
    "awards not yet known count": ("claims", "known = cases.award_at[case] <= filed_at", "known = cases.award[case] > 0"),
}  # fmt: skip
USES = {"fund": "settle", "due": "payments_due", "decisions": "decide", "claims": "draw_claims"}
ROUND = (
    "fund.amount.fixed=1000", "fund.amount.money=euro", "fund.amount.index=none",
    "income.budget.amount=3000", "income.budget.cut_rate=0", "income.budget.index=none",
    "fund.costs.office_a_year=0", "fund.costs.caseworker_a_year=0", "fund.costs.per_decision=0",
    "fund.reserve_return=false", "fund.subrogation.pursued_share=0", "fund.opening_capital=0",
)  # fmt: skip
HARD = (
    ("serbia+tariff", ("fund.payment.when_short=treasury_advance", "income.budget.amount=100000",
                       "fund.amount.cap=9")),
    ("serbia+tariff", ("caseload.mass.scheduled_events=1", "caseload.mass.size=800", "fund.take_up.rate=1",
                       "fund.take_up.filing.sigma=0", "fund.decision.caseworkers=200", "fund.costs.caseworker_a_year=0",
                       "income.budget.amount=200000")),
    ("serbia+tariff", ("income.budget.amount=400000", "income.budget.lapses=true", "fund.opening_capital=100000")),
    ("serbia+mixed_financing", ("income.budget.amount=9000", "fund.payment.yearly_limit=40000")),
    ("albania+assets_only", ("fund.payment.instalments=3", "fund.subrogation.failure_rate=0",
                             "fund.subrogation.recovered_rate=0.9", "fund.subrogation.pursued_share=1")),
    ("serbia+full_judgment", ("fund.payment.when_short=pro_rata", "income.budget.amount=20000",
                              "enforcement.failure_rate=0", "enforcement.delay.median=4",
                              "pathway.criminal_award_rate=0.9", "fund.amount.floor=3",
                              "fund.subrogation.failure_rate=0")),
    ("serbia+tariff", ("fund.amount.basis=smaller", "pathway.criminal_award_rate=0.9", "fund.amount.floor=9",
                       "fund.take_up.rate=1", "fund.interim.share=0.5", "fund.interim.after_months=0",
                       "fund.decision.caseworkers=3", "fund.decision.working_months=0.5",
                       "fund.decision.spread=exponential")),
    ("serbia+status_fixed", ("fund.take_up.filing.sigma=0", "fund.take_up.rate=1", "fund.amount.fixed=1.23457",
                             "fund.payment.instalments=7", "fund.payment.every_months=1",
                             "fund.decision.working_months=1", "income.budget.amount=30000",
                             "fund.decision.caseworkers=40")),
    # sums and means in round numbers, so that payments fit exactly
    ("serbia+status_fixed", ROUND),
    ("serbia+status_fixed", (*ROUND, "fund.payment.when_short=pro_rata")),
    # fewer cents than instalments, and all paid on account before the decision
    ("serbia+status_fixed", ("fund.amount.fixed=0.05", "fund.amount.money=euro", "fund.amount.index=none",
                             "fund.payment.instalments=7", "fund.payment.every_months=2",
                             "fund.interim.share=1", "fund.interim.after_months=1", "fund.interim.cap=0.03",
                             "fund.decision.caseworkers=2")),
    ("serbia+full_judgment", ("fund.interim.share=1", "fund.interim.after_months=0", "fund.interim.cap=1000000",
                              "fund.decision.working_months=3", "fund.decision.caseworkers=40",
                              "fund.subrogation.pursued_share=1", "fund.subrogation.failure_rate=0",
                              "fund.opening_capital=90000000", "pathway.criminal_award_rate=0.9")),
    # a lapsing line that repays the treasury's advance, and awards kept for children
    ("serbia+tariff", ("fund.payment.when_short=treasury_advance", "income.budget.amount=200000",
                       "income.budget.lapses=true", "fund.payment.trust_until_18=true",
                       "caseload.child_rate=0.6")),
)  # fmt: skip


# and one rule of the reference at a time
REFERENCE_MUTATIONS = {
    "the first that does not fit is passed over": ("reference_fund", "break  # the first", "continue  # the first"),
    "the rate is rounded up": ("reference_fund", "rate = means * MILLION // owed", "rate = -(-means * MILLION // owed)"),
    "the newest bill is paid first": ("reference_fund", "for bill in fund.bills:\n", "for bill in fund.bills[::-1]:\n"),
    "no interest on advances": ("reference_fund", "round(fund.advance * owed)", "0"),
    "advances are never repaid": ("reference_fund", "min(fund.cash, fund.advance)", "0"),
    "the unspent budget never lapses": ("reference_fund", "if t % 12 == 11", "if t % 12 == 12"),
    "the limit is never used up": ("reference_fund", "fund.limit -= total", "fund.limit -= 0"),
    "an offender who paid is pursued": ("reference_fund", "or begun > pursuit.until[0]", "or begun < 0"),
    "nothing is set off": ("reference", "benefit -= min(", "benefit -= 0 * min("),
    "the interim payment is paid twice": ("reference", "benefit - paid_on_account", "benefit"),
    "the last instalment takes the remainder": (
        "reference", "[rest - part * (payment.instalments - 1)] + [part] * (payment.instalments - 1)",
        "[part] * (payment.instalments - 1) + [rest - part * (payment.instalments - 1)]",
    ),
    "victims come before the month's end": ("reference", "MONTH_END, FIRST_CASE = -1, 2", "MONTH_END, FIRST_CASE = 10**9, 2"),
    "at one time the higher number goes first": ("reference", "FIRST_CASE + 2 * case", "FIRST_CASE + 10**7 - 2 * case"),
    "an interim payment is due though decided": ("reference", "if payment.claim not in fund.decided_at:", "if True:"),
}  # fmt: skip


@pytest.fixture(scope="module")
def expected() -> list[tuple[World, int, Ledger]]:
    """What the reference makes of some hard scenarios."""
    found = []
    for name, sets in HARD:
        world = load(
            name, ["time.horizon_years=6", "time.runoff_years=2", "time.history_years=4", *sets]
        ).world
        found.append((world, 17, settle_reference(world, draw(world, 17, np.arange(8))).ledger))
    return found


def test_the_unchanged_engine_agrees_on_the_hard_scenarios(expected: list) -> None:
    for world, seed, ledger in expected:
        assert not differences(settle_drawn(world, draw(world, seed, np.arange(8))).ledger, ledger)


def mutated(monkeypatch: pytest.MonkeyPatch, module: str, old: str, new: str) -> ModuleType:
    """A module of the model with one piece of its text replaced; its loops look where they read and write."""
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)
    original = import_module(f"fundsim.model.{module}")
    source = Path(str(original.__file__)).read_text(encoding="utf-8")
    assert source.count(old) == 1, "the rule is written differently now: mend the mutation"
    mutant = ModuleType(original.__name__)
    mutant.__file__ = original.__file__
    with monkeypatch.context() as patch:  # dataclasses look their module up while it is made
        patch.setitem(sys.modules, original.__name__, mutant)
        exec(compile(source.replace(old, new), f"{module} (mutated)", "exec"), mutant.__dict__)
    return mutant


def is_caught(expected: list, settle: Callable[[World, Drawn], Future]) -> bool:
    """Whether some hard scenario, drawn and settled anew, differs from what is expected."""
    for world, seed, ledger in expected:
        try:
            if not equal(settle(world, run.draw(world, seed, np.arange(8))).ledger, ledger):
                return True
        except (IndexError, ValueError):
            return True
    return False


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_flipped_rule_is_caught(
    name: str, expected: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One rule of the fast engine is changed; the reference must notice."""
    module, old, new = MUTATIONS[name]
    mutant = mutated(monkeypatch, module, old, new)
    monkeypatch.setattr(run, USES[module], getattr(mutant, USES[module]))
    assert is_caught(expected, run.settle_drawn)


@pytest.mark.parametrize("name", REFERENCE_MUTATIONS)
def test_a_flipped_rule_of_the_reference_is_caught(
    name: str, expected: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way round: the expected ledgers are also the fast engine's."""
    module, old, new = REFERENCE_MUTATIONS[name]
    mutant = mutated(monkeypatch, module, old, new)
    if module == "reference_fund":
        monkeypatch.setitem(sys.modules, "fundsim.model.reference_fund", mutant)
        mutant = mutated(monkeypatch, "reference", "FIRST_CASE = -1, 2", "FIRST_CASE = -1, 2")
    assert is_caught(expected, mutant.settle_reference)
