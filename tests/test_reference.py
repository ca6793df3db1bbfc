"""The reference tells the same futures as the fast engine, from the first uniform to the last outcome."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numba
import numpy as np
import pytest
from hypothesis import given, settings

import fundsim.reference
from fundsim.model import drawn, run
from fundsim.model.drawn import draw
from fundsim.model.lines import plan_of
from fundsim.model.run import settle_drawn
from fundsim.reference.statistics import RATIOS
from fundsim.reference.votes import Plan
from fundsim.scenario.compose import load
from fundsim.scenario.schema import BudgetLine, World
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
from fundsim.validation.worlds import many_scenarios
from tests.random_scenarios import POLICIES, scenarios, world_of


def both(world: World, n: int, seed: int, plan: Plan | None = None) -> tuple[Tables, Tables]:
    """What the two programs say of the first n replications.  plan  for the reference; else it makes its own"""
    fast = settle_drawn(world, draw(world, seed, np.arange(n)))
    return of_fast(fast), of_reference(lived(world, seed, range(n), plan))


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
    """None is among those of `fundsim validate`; nothing may differ but a last place in a million.

    The plans of eighty are worked out twice, too, which takes the reference seconds for each.
    """
    total = compared({}, {})
    for number, named in enumerate(many_scenarios(77, 300)):
        world = load(*named).world
        total += compared(*both(world, 2, number, plan_of(world) if number >= 80 else None))
    assert total.compared > 1_000_000
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
        "fund", "while benefits + line.left[next_head] <= most:", "while benefits < most and next_head < end:",
    ),
    "a payment that fits exactly is held": ("fund", "line.left[next_head] <= most:", "line.left[next_head] < most:"),
    "the rate is rounded up": ("fund", "* RATE // outstanding", "* RATE // outstanding + 1"),
    "interest is rounded down": ("fund", "interest = np.int64(np.rint(", "interest = np.int64(np.floor("),
    "the return is earned after the month's income": ("fund", "np.rint(cash *", "np.rint((cash + means.income[r, t]) *"),
    "the unspent budget lapses in November": ("fund", "t % 12 == 11", "t % 12 == 10"),
    "spending does not count against lapsing lines": ("fund", "- costs_paid - benefits - repaid\n", "\n"),
    "the treasury does not lend for costs": ("fund", "max(arrears - cash, 0) if fills else 0", "0"),
    "a supplement is lent": ("fund", "lent = added if means.lends[t] else 0", "lent = added"),
    "the treasury takes its share before anything lapses": ("fund", "(cash - lapsed) * means.taken", "cash * means.taken"),
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
    "whoever comes last waits for the officer who is free last": (
        "decisions", "if end < ends:\n                who, ends = officer, end\n        free", "if who == 0:\n                who, ends = officer, end\n        free",
    ),
    "part of a post works at full speed": (
        "decisions", "_takes(queue.working[i], officer, posts)", "queue.working[i]",
    ),
    "part of a post works at full speed where claims overtake": (
        "decisions", "_takes(queue.working[place], officer, posts)", "queue.working[place]",
    ),
    "who is free first decides, though another would be done before": (
        "decisions", "if end < ends:\n                who, ends = officer, end\n        if",
        "if after[officer] < after[who] or ends == np.inf:\n                who, ends = officer, end\n        if",
    ),
    "a committee decides one file more": ("decisions", "min(desk.files[of_year], ", "min(desk.files[of_year] + 1, "),
    "a committee meets when the year begins": ("decisions", "(session + 0.5) / sessions", "session / sessions"),
    "children wait their turn": ("decisions", "(children_first or children[0] < adults[0])", "children[0] < adults[0]"),
    "a phase hires a year late": (
        "decisions", "value_at(desk.posts, r, min(year, desk", "value_at(desk.posts, r, min(max(year - 1, 0), desk",
    ),
    "set-off ignores when the offender paid": ("claims", "cases.recovered_at[case] <= filed_at", "cases.recovered_at[case] < np.inf"),
    "the cap is taken for a floor": ("amounts", "euros = np.minimum(euros, cap)", "euros = np.maximum(euros, cap)"),
    "work begins before the claim is ready": ("decisions", "max(queue.ready_at[i], free[officer])", "free[officer]"),
    "officers keep the line of the replication before": (
        "decisions", "            free[:] = 0.0\n        posts", "            free[0] = 0.0\n        posts",
    ),
    "officers keep the line of the replication before where claims overtake": (
        "decisions", "        free[:] = 0.0\n        while", "        free[0] = 0.0\n        while",
    ),
    "a revised line looks back a year too far": (
        "lines", "y - line.lag_years - line.base_years + 1", "y - line.lag_years - line.base_years",
    ),
    "a revised line looks back a year too little": (
        "lines", "y - line.lag_years - line.base_years + 1", "y - line.lag_years - line.base_years + 2",
    ),
    "what fell due stays in the prices of its year": ("lines", ' / 100 / self._index("prices", y)', " / 100"),
    "a plan leaves the margin out": ("lines", "margin * planned(", "planned("),
    "a plan knows of a stress": ("lines", '{"time": time, "stress": {}}', '{"time": time}'),
    "the least of a line does not grow": ("lines", "np.maximum(voted, least * index)", "np.maximum(voted, least)"),
    "nobody cuts a revised line": ("lines", "np.asarray(voted * self.drawn.kept[name][:, y])", "np.asarray(voted)"),
    "the fund pays for the desk, whoever bears it": ("costs", 'case "state":\n            return False', 'case "state":\n            return True'),
    "a phase begins a year late": ("eras", "np.where(years >= from_year, new, said)", "np.where(years > from_year, new, said)"),
    "awards not yet known count": ("amounts", "known = cases.award_at[case] <= filed_at", "known = cases.award[case] > 0"),
}  # fmt: skip
USES = {
    "fund": "settle", "due": "payments_due", "decisions": "decide", "claims": "draw_claims", "lines": "Votes", "amounts": "amounts",
    "costs": "costs_due", "eras": "by_era",
}  # fmt: skip
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
    "victims come before the month's end": ("fund", "MONTH_END, READY, LOOK, FIRST_VICTIM = -3,", "MONTH_END, READY, LOOK, FIRST_VICTIM = 10**9,"),
    "at one time the higher number goes first": ("fund", "FIRST_VICTIM + 2 * victim.number", "FIRST_VICTIM + 10**7 - 2 * victim.number"),
    "an interim payment is due though decided": ("fund", "if payment.case.decided_at > when:", "if True:"),
    "a trial lasts by the rates of the identification": ("pathway", "    year = year_of(victim.indicted_at)\n", "    year = victim.year\n"),
    "the award is indexed with the year of identification": ("pathway", "year = life.beliefs.at, life.beliefs.year_of(victim.award_at)", "year = life.beliefs.at, victim.year"),
    "retroactive years are months": ("entry", "-12 * life.world.fund.eligible.retro", "-life.world.fund.eligible.retro"),
    "low and high are the fifth and the ninety-fifth": ("beliefs", "P90 = 1.28155", "P90 = 1.64485"),
    "a change begins a year late": ("beliefs", "(year - change.from_year + 1)", "(year - change.from_year)"),
    "a supplement is lent": ("cash", 'flow = "supplements"', 'flow = "advances"'),
    "the treasury takes nothing of what is left": ("cash", 'box.at("fund.reserve_taken", t)', "0"),
    "a revised line looks back a year too far": (
        "votes", "for y in range(first, first + line.base_years)",
        "for y in range(max(first - 1, 0), max(first - 1, 0) + line.base_years)",
    ),
    "what fell due stays in the prices of its year": ("votes", " / self._economy.prices[self._opening + y]", ""),
    "nobody cuts a revised line": ("votes", "return cents(euros * self._kept(name, year))", "return cents(euros)"),
    "part of a post works at full speed": ("fund", "to_tick(work / speed)", "work"),
    "a committee decides one file more": ("fund", "line[: rule.files_a_session]", "line[: rule.files_a_session + 1]"),
    "children wait their turn": ("fund", "behind = not claimed.victim.child", "behind = False"),
    "the fund pays for the desk, whoever bears it": (
        "costs", "euros |= dict.fromkeys(DESK, 0.0)\n            state |= desk", "euros |= desk",
    ),
    "numbers of a phase come a year late": ("beliefs", "if first <= year and key in numbers", "if first < year and key in numbers"),
    "prices grow in the price year": ("economy", "if year > price_year:", "if year >= price_year:"),
}  # fmt: skip


one_process = pytest.mark.xdist_group("reference")  # what both programs say is worked out once
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
        for world in sorted([*moving, *worlds], key=has_plan)
    ]


def has_plan(world: World) -> bool:
    """Whether the reference must live the many futures of a plan before its first."""
    lines = [line for line in world.income.values() if isinstance(line, BudgetLine)]
    return any(line.vote == "revised" and line.amount is None for line in lines)


def ledgers(tables: Tables) -> Tables:
    """The part that is the fund's books."""
    return {name: table for name, table in tables.items() if name.startswith("ledger.")}


@pytest.mark.slow
@one_process
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


def put_in_place(monkeypatch: pytest.MonkeyPatch, mutant: ModuleType, name: str) -> None:
    """Wherever the model uses a function, it uses the mutant's."""
    original = getattr(import_module(mutant.__name__), name)
    for loaded in [one for key, one in sys.modules.items() if key.startswith("fundsim.model.")]:
        if getattr(loaded, name, None) is original:
            monkeypatch.setattr(loaded, name, getattr(mutant, name))


def is_caught(expected: list[Case]) -> bool:
    """Whether some hard scenario, drawn and settled anew, differs from what is expected."""
    for world, seed, told in expected:
        try:
            ours = of_ledger(
                run.settle_drawn(world, drawn.draw(world, seed, np.arange(MANY))).ledger
            )
            if compared(ours, ledgers(told)).all:
                return True
        except (IndexError, ValueError):
            return True
    return False


@pytest.mark.slow
@one_process
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_flipped_rule_is_caught(
    name: str, expected: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One rule of the fast engine is changed; the reference must notice."""
    module, old, new = MUTATIONS[name]
    mutant = mutated(monkeypatch, module, old, new)
    put_in_place(monkeypatch, mutant, USES[module])
    assert is_caught(expected)


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
@one_process
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
