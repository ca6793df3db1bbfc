"""The reference tells the same futures as the fast engine, from the first uniform to the last outcome."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numba
import numpy as np
import pytest
from hypothesis import given, settings

import fundsim.reference
from fundsim.model import run
from fundsim.model.run import Drawn, Future, draw, settle_drawn
from fundsim.reference.statistics import RATIOS
from fundsim.scenario.compose import load
from fundsim.scenario.schema import World
from fundsim.validation.corners import corners
from fundsim.validation.engines import hard_worlds
from fundsim.validation.told_twice import (
    Tables,
    compared,
    differing,
    lived,
    of_fast,
    of_ledger,
    of_reference,
)
from tests.random_scenarios import POLICIES, scenarios, world_of


def both(world: World, n: int, seed: int) -> tuple[Tables, Tables]:
    """What the two programs say of the first n replications."""
    fast = settle_drawn(world, draw(world, seed, np.arange(n)))
    return of_fast(fast), of_reference(lived(world, seed, range(n)))


@settings(max_examples=30)
@given(scenarios())
def test_the_two_programs_tell_the_same_futures(scenario: tuple[str, tuple[str, ...]]) -> None:
    """Across all switches: every belief, victim, claim, flow, state and outcome."""
    assert differing(*both(world_of(scenario), 2, 13)) == []


def test_they_agree_where_half_of_all_numbers_move_each_year() -> None:
    for number, world in enumerate(hard_worlds(4)):
        if number % 5 == 0:
            assert differing(*both(world, 2, number)) == []


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["no_fund", *POLICIES])
def test_they_agree_on_every_policy_at_full_length(policy: str) -> None:
    """Fifteen years and the run-off, with a reform that the fund pays for and a stress."""
    world = load(f"montenegro+{policy}+advocacy_counsellor+mass_case").world
    assert differing(*both(world, 2, 3)) == []


@pytest.mark.slow
def test_they_agree_on_three_hundred_random_worlds() -> None:
    """260 across all switches and 40 hard ones; nothing may differ but a last place in a million."""
    from fundsim.validation import engines, worlds

    total = compared({}, {})
    easy = [load(*named).world for named in worlds.many_scenarios(77, 260)]
    for number, world in enumerate([*easy, *engines.hard_worlds(78)]):
        total += compared(*both(world, 2, number))
    assert total.compared > 5_000_000
    assert total.far == 0
    assert total.near <= total.compared // 1_000_000


def test_the_comparison_can_fail() -> None:
    """One cent, one tick, one missing table, one number in the tenth place."""
    ours, theirs = both(load("kosovo+tariff", ["time.horizon_years=2"]).world, 1, 2)
    for name in ("ledger.cash.", "victims.identified_at", "outcomes.due_a_year"):
        step = 1 if ours[name].dtype.kind == "i" else 1e-3
        assert differing({**ours, name: ours[name] + step}, theirs) == [name]
    assert differing({k: v for k, v in ours.items() if k != "payments."}, theirs) == ["payments."]


def test_the_reference_shares_the_scenario_and_nothing_else() -> None:
    """No import of another floor, so that no rule is read from the fast engine."""
    for path in Path(str(fundsim.reference.__file__)).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for floor in ("model", "analysis", "batch", "validation", "report", "app"):
            assert f"fundsim.{floor}" not in text, f"{path.name} imports {floor}"


def test_ratios_are_those_of_the_data_dictionary() -> None:
    """Written from the dictionary's words; a measure that divides other sums is found."""
    from fundsim.analysis.measures import measures_of

    world = load("serbia+tariff").world
    ratios = {m.name: (m.above, m.below) for m in measures_of(world) if m.kind == "ratio"}
    assert ratios == RATIOS


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
# and one rule of the reference at a time: (file, what stands there, what is put instead)
REFERENCE_MUTATIONS = {
    "the first that does not fit is passed over": ("cash", "            break\n        total += pay", "            continue\n        total += pay"),
    "the rate is rounded up": ("cash", "rate = means * MILLION // owed", "rate = -(-means * MILLION // owed)"),
    "the newest bill is paid first": ("cash", "for bill in box.bills:\n", "for bill in box.bills[::-1]:\n"),
    "no interest on advances": ("cash", "round(box.advance * a_month", "round(0 * a_month"),
    "advances are never repaid": ("cash", "min(box.cash, box.advance)", "0"),
    "the unspent budget never lapses": ("cash", "if t % 12 == 11", "if t % 12 == 12"),
    "the limit is never used up": ("cash", "box.limit -= total", "box.limit -= 0"),
    "an offender who paid is pursued": ("cash", "if victim.recovered_at < begun:", "if victim.recovered_at < 0:"),
    "nothing is set off": ("entry", "set_off = min(", "set_off = 0 * min("),
    "the interim payment is paid twice": ("fund", "(case.claim.interim if on_time else 0)", "0"),
    "the last instalment takes the remainder": (
        "fund", "[rest - part * (rule.instalments - 1)] + [part] * (rule.instalments - 1)",
        "[part] * (rule.instalments - 1) + [rest - part * (rule.instalments - 1)]",
    ),
    "victims come before the month's end": ("fund", "MONTH_END, FIRST_VICTIM = -1, 2", "MONTH_END, FIRST_VICTIM = 10**9, 2"),
    "at one time the higher number goes first": ("fund", "FIRST_VICTIM + 2 * victim.number", "FIRST_VICTIM + 10**7 - 2 * victim.number"),
    "an interim payment is due though decided": ("fund", "if payment.case.decided_at > when:", "if True:"),
    "a trial lasts by the rates of the identification": ("pathway", "    year = year_of(victim.indicted_at)\n", "    year = victim.year\n"),
    "the award is indexed with the year of identification": ("pathway", "year = life.beliefs.at, life.beliefs.year_of(victim.award_at)", "year = life.beliefs.at, victim.year"),
    "retroactive years are months": ("entry", "-12 * fund.eligible.retroactive_years", "-fund.eligible.retroactive_years"),
    "low and high are the fifth and the ninety-fifth": ("beliefs", "P90 = 1.28155", "P90 = 1.64485"),
    "a change begins a year late": ("beliefs", "(year - change.from_year + 1)", "(year - change.from_year)"),
    "prices grow in the price year": ("economy", "if year > price_year:", "if year >= price_year:"),
}  # fmt: skip


Case = tuple[World, int, Tables]
SEED, MANY, FEW = (
    17,
    8,
    2,
)  # futures that the fast engine and the slow reference are asked for again


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Scenarios in which random worlds seldom are."""
    return list(corners())


@pytest.fixture(scope="module")
def expected(worlds: list[World]) -> list[Case]:
    """What the reference makes of them."""
    return [(world, SEED, of_reference(lived(world, SEED, range(MANY)))) for world in worlds]


@pytest.fixture(scope="module")
def fast(worlds: list[World]) -> list[Case]:
    """What the fast engine makes of a few futures of them, and of worlds in which nothing stands still."""
    moving = [world for number, world in enumerate(hard_worlds(4)) if number < 8]
    return [
        (world, SEED, of_fast(settle_drawn(world, draw(world, SEED, np.arange(FEW)))))
        for world in [*moving, *worlds]
    ]


def ledgers(tables: Tables) -> Tables:
    """The part that is the fund's books."""
    return {name: table for name, table in tables.items() if name.startswith("ledger.")}


@pytest.mark.slow
def test_the_unchanged_engine_agrees_on_the_hard_scenarios(expected: list[Case]) -> None:
    for world, seed, told in expected:
        assert (
            differing(of_fast(settle_drawn(world, draw(world, seed, np.arange(MANY)))), told) == []
        )


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


def is_caught(expected: list[Case], settle: Callable[[World, Drawn], Future]) -> bool:
    """Whether some hard scenario, drawn and settled anew, differs from what is expected."""
    for world, seed, told in expected:
        try:
            ours = of_ledger(settle(world, run.draw(world, seed, np.arange(MANY))).ledger)
            if compared(ours, ledgers(told)).all:
                return True
        except (IndexError, ValueError):
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_flipped_rule_is_caught(
    name: str, expected: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One rule of the fast engine is changed; the reference must notice."""
    module, old, new = MUTATIONS[name]
    mutant = mutated(monkeypatch, module, old, new)
    monkeypatch.setattr(run, USES[module], getattr(mutant, USES[module]))
    assert is_caught(expected, run.settle_drawn)


def other_reference(folder: Path, module: str, old: str, new: str) -> ModuleType:
    """The reference with one rule written otherwise: a package of its own."""
    package = folder / "other_reference"
    package.mkdir()
    for path in Path(str(fundsim.reference.__file__)).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.stem == module:
            assert text.count(old) == 1, "the rule is written differently now: mend the mutation"
            text = text.replace(old, new)
        renamed = text.replace("fundsim.reference", "other_reference")
        (package / path.name).write_text(renamed, encoding="utf-8")
    return import_module("other_reference.future")


@pytest.mark.slow
@pytest.mark.parametrize("name", REFERENCE_MUTATIONS)
def test_a_flipped_rule_of_the_reference_is_caught(
    name: str, fast: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way round: the fast engine says what is expected."""
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        for loaded in [m for m in sys.modules if m.startswith("other_reference")]:
            patch.delitem(sys.modules, loaded)
        other = other_reference(tmp_path, *REFERENCE_MUTATIONS[name])
        caught = any(
            compared(of_reference([other.live(world, seed, r) for r in range(FEW)]), told).all
            for world, seed, told in fast
        )
        for loaded in [m for m in sys.modules if m.startswith("other_reference")]:
            patch.delitem(sys.modules, loaded)
    assert caught
