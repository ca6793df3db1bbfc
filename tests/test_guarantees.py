"""What common random numbers promise: per replication and to the cent, not on average (design of the model)."""

from dataclasses import fields

import numpy as np
import pytest

from fundsim.analysis.project import block_outcomes, project
from fundsim.model import background, run
from fundsim.model.drawn import draw
from fundsim.model.ledger import Ledger, equal
from fundsim.model.pathway import Cases
from fundsim.model.run import simulate
from fundsim.scenario.compose import load
from fundsim.scenario.files import shipped
from fundsim.scenario.numbers import literal
from fundsim.scenario.schema import Change, World
from tests.random_scenarios import COUNTRIES, POLICIES

N = np.arange(60)
SHORT = ["time.horizon_years=6", "time.runoff_years=6"]
LEVERS = [
    "fund.amount.fixed=20", "fund.amount.cap=3", "fund.decision.posts=4.5", "fund.opening_capital=1e6",
    "income.budget.amount=1", "income.budget.margin=3", "fund.decision.body=committee",
    "fund.decision.order=children_first", "fund.costs.borne_by=state", "fund.payment.instalments=4", "fund.interim.share=0.5",
    "fund.payment.when_short=pro_rata", "fund.subrogation.pursued_share=0", "fund.subsidiarity.set_off=false",
    "fund.take_up.ramp_years=9", "fund.eligible.foreign=none", "fund.assistance.rate=1",
]  # fmt: skip


def world(name: str, *sets: str) -> World:
    return load(name, [*SHORT, *sets]).world


def same_cases(a: Cases, b: Cases) -> bool:
    columns = [f.name for f in fields(Cases) if f.name != "victims"]
    people = [f.name for f in fields(type(a.victims))]
    return all(np.array_equal(getattr(a, c), getattr(b, c)) for c in columns) and all(
        np.array_equal(getattr(a.victims, c), getattr(b.victims, c)) for c in people
    )


@pytest.mark.parametrize("lever", LEVERS)
def test_changing_a_lever_changes_no_draw(lever: str) -> None:
    """Cases and income are the same; only what the fund makes of them differs."""
    before, after = (
        draw(world("serbia+mixed_financing"), 1, N),
        draw(world("serbia+mixed_financing", lever), 1, N),
    )
    assert same_cases(before.cases, after.cases)
    untouched = [name for name in before.income if f"income.{name}." not in lever]
    for name in untouched:
        assert np.array_equal(before.income[name], after.income[name]), name
    for name, kept in before.kept.items():
        assert np.array_equal(kept, after.kept[name]), name


def test_another_entry_point_moves_no_victim() -> None:
    """An entry point at judgment draws older victims too; those of the horizon keep every draw."""
    a = draw(world("albania+tariff"), 1, N).cases
    b = draw(world("albania+full_judgment"), 1, N).cases
    kept = np.isin(b.victims.word, a.victims.word)
    assert np.array_equal(b.victims.word[kept], a.victims.word)
    assert np.array_equal(b.award[kept], a.award)
    assert np.array_equal(b.recovered_at[kept], a.recovered_at)
    assert (b.victims.identified_at[~kept] < 0).all()


def test_adding_a_source_and_its_streams_disturbs_no_other() -> None:
    before = draw(world("serbia+mixed_financing"), 1, N)
    after = draw(world("serbia+mixed_financing+shared_ministries+private_giving"), 1, N)
    assert same_cases(before.cases, after.cases)
    assert set(after.income) - set(before.income) == {"private_gifts"}
    for name in set(before.income) - {"donors"}:  # private_giving is meant to move donors
        assert np.array_equal(before.income[name], after.income[name])
    assert set(after.kept) - set(before.kept) == {"second_line"}
    for name, kept in before.kept.items():
        assert np.array_equal(kept, after.kept[name])


def test_an_assumption_that_becomes_uncertain_moves_no_other() -> None:
    table = '{ value = 9, low = 1, high = 20, unit = "amount", source = "judgement" }'
    a = draw(world("serbia+status_fixed", "fund.amount.fixed=9"), 1, N).parameters
    b = draw(world("serbia+status_fixed", f"fund.amount.fixed={table}"), 1, N).parameters
    for key in a.drawn():
        assert np.array_equal(a[key], b[key])
    assert not np.array_equal(a["fund.amount.fixed"], b["fund.amount.fixed"])


def test_a_larger_run_contains_the_smaller_one() -> None:
    """2,000 replications begin with the 1,000, whatever the blocks."""
    scenario = load("montenegro", ["time.horizon_years=3", "time.runoff_years=3"])
    [small], [large] = project([scenario], 1000, seed=4), project([scenario], 2000, seed=4)
    assert small.columns == large.columns
    for name in small.columns:
        assert np.array_equal(small.column(name), large.column(name)[:1000]), name


@pytest.mark.parametrize("name", ["north_macedonia+tariff", "kosovo+judgment_advance"])
def test_a_last_block_of_one_replication_fits_to_the_others(name: str) -> None:
    """Whatever happens or does not happen in a block, it has the same columns."""
    scenario = load(name, ["time.horizon_years=3", "time.runoff_years=2"])
    [run], [more] = project([scenario], 501, seed=20260101), project([scenario], 520, seed=20260101)
    assert run.column("ruin").size == 501
    for column in run.columns:
        assert np.array_equal(run.column(column), more.column(column)[:501])
        assert np.array_equal(run.column(column, 499, 501), run.column(column)[499:501])


def test_workers_change_nothing() -> None:
    scenarios = [
        load(n, ["time.horizon_years=2", "time.runoff_years=2"]) for n in ("kosovo", "serbia")
    ]
    alone, together = project(scenarios, 1200, seed=9), project(scenarios, 1200, seed=9, workers=2)
    for a, b in zip(alone, together, strict=True):
        assert all(np.array_equal(a.column(name), b.column(name)) for name in a.columns)


def test_blocks_change_nothing() -> None:
    """A replication is the same alone, in another block, and beside others."""
    w = world("north_macedonia+tariff")
    whole = simulate(w, 2, np.arange(40)).ledger
    part = simulate(w, 2, np.arange(17, 29)).ledger
    assert np.array_equal(whole.cash[17:29], part.cash)
    assert np.array_equal(whole.benefits[17:29], part.benefits)


@pytest.mark.parametrize("name", ["serbia+tariff", "montenegro+mixed_financing"])
def test_parts_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is worked on in parts that fit the cache: of any size, all outcomes are the same to the bit."""
    world = load(name).world
    whole = block_outcomes(world, 3, 0, 40)
    sizes = {}
    for cases in (1, 30_000, 10**9):
        monkeypatch.setattr(background, "PART_CASES", cases)
        sizes[cases] = sum(1 for _ in run.futures(world, 3, np.arange(40)))
        names, table = block_outcomes(world, 3, 0, 40)
        assert names == whole[0]
        assert np.array_equal(table, whole[1], equal_nan=True)
    assert sizes[1] == 40 > sizes[30_000] >= sizes[10**9] == 1


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("policy", POLICIES)
def test_one_percent_more_victims_never_lowers_the_benefits_incurred(
    country: str, policy: str
) -> None:
    """In 0 % of futures, under every shipped policy."""
    scenario = load(f"{country}+{policy}", SHORT)
    level = scenario.world.caseload.level
    table = (
        "{{ value = {0}, low = {1}, high = {2}, unit = 'persons a year', source = 'judgement' }}"
    )
    low, high = level.low or level.value, level.high or level.value
    more = table.format(*(literal(1.01 * x) for x in (level.value, low, high)))
    raised = load(f"{country}+{policy}", [*SHORT, f"caseload.level={more}"])
    a, b = project([scenario, raised], 250, seed=6)
    assert (b.column("identified") >= a.column("identified")).all()
    assert (b.column("identified") > a.column("identified")).any()
    assert (b.column("incurred_total") >= a.column("incurred_total") - 1e-6).all()


def flows(ledger: Ledger, months: int) -> list[np.ndarray]:
    named = [getattr(ledger, f.name) for f in fields(Ledger)]
    arrays = [x for x in named if isinstance(x, np.ndarray) and x.ndim == 2]
    parts = [x for d in named if isinstance(d, dict) for _, x in sorted(d.items())]
    return [x[:, :months] for x in [*arrays, *parts]]


def dated(name: str, change: Change) -> bool:
    """A reform with dated effects; narrowing what we know acts at all times by its nature."""
    return bool(change.effects) and all(e.by != "narrow" for e in change.effects)


def with_change(base: World, name: str, change: Change) -> World:
    return base.model_copy(update={"reform": {name: change}})


REFORMS = [name for name in shipped("reform") if name != "national_rapporteur"]


@pytest.mark.parametrize("reform", REFORMS)
def test_a_reform_changes_nothing_before_it_starts(reform: str) -> None:
    """The dated effects and costs of every shipped reform, moved to 2030, on a fund with all income."""
    base = world("serbia+mixed_financing", "fund.assistance.rate=0.1")
    change = load(f"serbia+mixed_financing+{reform}").world.reform[reform]
    later = change.model_copy(update={"from_year": 2030, "cost_by": "fund"})
    before, after = simulate(base, 8, N), simulate(with_change(base, reform, later), 8, N)
    months = 12 * (2030 - 2027)
    costs = set(after.ledger.costs) - set(before.ledger.costs)
    assert costs <= {"reforms"}
    for kind in costs:
        for table in (after.ledger.costs, after.ledger.costs_due):
            new = table.pop(kind, None)
            assert new is None or not new[:, :months].any()
    for x, y in zip(flows(before.ledger, months), flows(after.ledger, months), strict=True):
        assert np.array_equal(x, y)
    if dated(reform, change):
        assert not equal(before.ledger, after.ledger), "the reform never does anything"


@pytest.mark.parametrize("reform", REFORMS)
def test_a_shipped_reform_file_changes_nothing_before_its_year(reform: str) -> None:
    """The file as a user names it, with all the switches it sets."""
    name = f"kosovo+tariff+{reform}"
    start = load(name).world.reform[reform].from_year
    months = 12 * (start - 2027)
    before, after = (simulate(world(n), 8, N).ledger for n in ("kosovo+tariff", name))
    for source in set(after.income) - set(before.income):
        assert not after.income.pop(source)[:, :months].any()
    for x, y in zip(flows(before, months), flows(after, months), strict=True):
        assert np.array_equal(x, y)
    if months == 0:
        assert reform in {
            "child_protection",
            "earmarked_line",
            "legal_aid_by_fund",
            "reintegration",
        }


@pytest.mark.parametrize("reform", REFORMS)
def test_a_reform_without_effect_is_exactly_nothing(reform: str) -> None:
    """Factor 1, odds ratio 1, plus 0, no cost: the same ledger to the cent."""
    base = world("montenegro+mixed_financing")
    change = load(f"montenegro+mixed_financing+{reform}").world.reform[reform]
    neutral = [
        e.model_copy(update={"size": e.size.model_copy(update=dict.fromkeys(("low", "high"), None)
                                                       | {"value": 0.0 if e.by == "add" else 1.0})})
        for e in change.effects
    ]  # fmt: skip
    nothing = change.model_copy(
        update={"effects": tuple(neutral), "cost_once": None, "cost_a_year": None}
    )
    assert equal(
        simulate(base, 8, N).ledger, simulate(with_change(base, reform, nothing), 8, N).ledger
    )


def test_the_order_of_files_changes_nothing() -> None:
    a = load("serbia+tariff+legal_aid+informing+mass_case")
    b = load("serbia+mass_case+informing+tariff+legal_aid")
    assert (a.hash, a.world) == (b.hash, b.world)


def test_countries_are_drawn_independently() -> None:
    """The same seed gives Serbia and Albania unrelated assumptions: pooling them must not be fiction."""
    n = np.arange(2000)
    a, b = draw(world("serbia"), 1, n).parameters, draw(world("albania"), 1, n).parameters
    for key in ("caseload.level", "fund.take_up.unassisted_rate", "pathway.conviction_rate"):
        r = np.corrcoef(a[key][::2, 0], b[key][::2, 0])[0, 1]
        assert abs(r) < 5 / np.sqrt(1000), key
