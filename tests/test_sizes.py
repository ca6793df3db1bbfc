"""Money that could not be added up exactly is refused before anything runs, with the key that makes it too large."""

import numpy as np
import pytest

from fundsim.analysis.project import block_answers, project
from fundsim.model.money import MOST_CENTS, to_cents
from fundsim.model.run import simulate
from fundsim.reference.future import live
from fundsim.scenario import rules
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError

LONG = ("time.horizon_years=60", "time.runoff_years=40")
FIXED = "income.budget.vote=fixed"
BORROWS = ("fund.payment.when_short=treasury_advance", FIXED, "income.budget.amount=0")
# a fixed line of which what is left stays in the fund, and earns a return
KEPT = (FIXED, "income.budget.amount=310000", "income.budget.index=wages", "income.budget.lapses=false",
        "fund.reserve_return=true")  # fmt: skip
TOO_LARGE = {
    "macro.inflation": ("macro.inflation=1!",),
    "macro.real_wage_growth": ("macro.real_wage_growth=1",),
    "macro.investment_return": (*KEPT, "macro.investment_return=1", "time.runoff_years=40"),
    "fund.payment.advance_interest": (*LONG, *BORROWS, "fund.payment.advance_interest=0.7"),
    "income.lottery.yearly_revenue": (
        *KEPT,
        'income.lottery={label="Lottery", kind="revenue_share", in_force=true, earmarked_rate=1, '
        'yearly_revenue={value=1e9, unit="EUR a year", source="judgement"}, '
        'yearly_sd={value=5, unit="log sd", source="judgement"}}',
    ),
    "award.p90": ("award.median=1!", "award.p90=100000!"),
    "macro.inflation_sd": ("macro.inflation_sd=1!",),
    "macro.return_sd": (*KEPT, "macro.return_sd=1!"),
    "caseload.trend": ("caseload.trend=0.9",),
    "caseload.mass.size": ("caseload.mass.size=20000",),
    "fund.amount.fixed": ("fund.amount.basis=fixed", "fund.amount.fixed=5000"),
    "award.median": ("award.median=0",),
}  # fmt: skip
LARGE = (  # as large as may be, and still exact
    LONG,
    (*LONG, *BORROWS, "fund.payment.advance_interest=0.02"),
    ("macro.inflation=0.12", "time.horizon_years=30"),
    (*KEPT[:1], *KEPT[2:], "income.budget.amount=1000000000", "fund.opening_capital=1000000000"),
    ("time.price_year=2020", "time.start_year=2090"),
    ("fund.amount.cap=1000",),  # practically none
)


@pytest.mark.parametrize("key", TOO_LARGE)
def test_what_is_too_large_is_refused_with_its_key(key: str) -> None:
    with pytest.raises(InputError) as refused:
        load("serbia+tariff", TOO_LARGE[key])
    assert key in [problem.key for problem in refused.value.problems]


@pytest.mark.parametrize("sets", LARGE)
def test_what_is_let_through_is_added_up_exactly(sets: tuple[str, ...]) -> None:
    """The reference counts in whole numbers of any size."""
    world = load("montenegro+tariff", sets).world
    future = simulate(world, 7, np.arange(2))
    for r in range(2):
        theirs = live(world, 7, r)
        for name in ("cash", "advance", "outstanding", "returns"):
            # a rate is a number of sixteen figures: of so many cents the last may differ
            ours, exact = getattr(future.ledger, name)[r], theirs.books.flows[name]
            assert ours.tolist() == pytest.approx(exact, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    "key", ["macro.inflation", "macro.real_wage_growth", "macro.investment_return", "award.p90",
            "fund.payment.advance_interest"]
)  # fmt: skip
def test_what_slips_through_is_refused_while_it_runs(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bad input ends in a ledger that does not add up: the last guard is exact."""
    monkeypatch.setattr(rules, "too_large", lambda world: iter(()))
    added = () if key == "fund.payment.advance_interest" else (*KEPT, *LONG)
    sets = tuple(dict.fromkeys((*added, *TOO_LARGE[key])))
    scenario = load("serbia+tariff", sets)
    with pytest.raises(InputError, match="more than can be added up exactly"):
        project([scenario], 20, unit=block_answers)


@pytest.mark.parametrize("amount", [np.nan, np.inf, -np.inf, MOST_CENTS])
def test_nothing_undefined_becomes_a_number_of_cents(amount: float) -> None:
    with pytest.raises(InputError, match=r"income\.budget\.amount"):
        to_cents(np.array([1.0, amount]), "income.budget.amount")
