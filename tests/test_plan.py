"""Plan files: what they mean, and that everything wrong with one is told at once, with line and nearest name."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fundsim.analysis.workers import shared_out
from fundsim.batch.axis import points
from fundsim.batch.plan import Plan, contents_hash, member, resolve
from fundsim.batch.plan_file import _matching, in_plan, read_plan
from fundsim.batch.sweep import check_plan
from fundsim.batch.work import measures_wanted
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import folder

WHOLE = """
question = "Which design?"
countries = ["montenegro", "Kosovo*"]
policies = ["tariff", "status_fixed"]
reforms = ["none", "legal_aid+informing"]
stresses = ["none", "budget_cut"]
replications = 40
samples = 4

[levers]
"fund.amount.cap" = [5, 10]
"fund.payment.when_short" = ["queue", "pro_rata"]

[assumptions]
"fund.take_up.unassisted_rate" = "believed"
"caseload.level" = { from = "low", to = "high", steps = 3 }
"""


@pytest.fixture
def plan_of(tmp_path: Path):
    def read(text: str) -> Plan:
        path = tmp_path / "plan.toml"
        path.write_text(text, encoding="utf-8")
        return read_plan(path)

    return read


def test_every_combination_once_in_the_plan_s_order(plan_of) -> None:
    plan = plan_of(WHOLE)
    assert plan.size == 2 * 2 * 2 * (2 * 2) * 2 * (3 * 4)
    assert plan.circumstances == 2 * 3 * 4
    assert plan.designs == 2 * 2 * 2 * 2
    found = [member(plan, n) for n in range(plan.size)]
    keys = [
        (m.country, m.policy, m.reforms, m.grid[:2], m.stress, m.grid[2:], m.sample) for m in found
    ]
    assert len(set(keys)) == plan.size
    for m, n in zip(found, range(plan.size), strict=True):
        assert m.number == n
        assert m.circumstances == n % plan.circumstances
        assert m.design == n // plan.circumstances % plan.designs
    of_design: dict[Any, set[Any]] = {(m.country, m.design): set() for m in found}
    for m in found:
        of_design[m.country, m.design].add((m.policy, m.reforms, m.grid[:2]))
    assert all(len(designs) == 1 for designs in of_design.values())
    expected = itertools.product(
        plan.countries,
        plan.policies,
        plan.reforms,
        itertools.product(range(2), range(2)),
        plan.stresses,
    )
    assert list(dict.fromkeys(k[:5] for k in keys)) == list(expected)
    with pytest.raises(IndexError):
        member(plan, plan.size)


def test_a_member_is_the_scenario_that_its_sets_say(plan_of) -> None:
    plan = plan_of(WHOLE)
    one = member(plan, plan.size - 1)
    scenario, values = resolve(plan, one)
    cap, rule, take_up, level = values
    assert (cap, rule) == (10, "pro_rata")
    base = load("kosovo+status_fixed+legal_aid+informing+budget_cut")
    believed = base.world.caseload.level
    assert level == believed.high
    same = load(
        "kosovo+status_fixed+legal_aid+informing+budget_cut",
        ["fund.amount.cap=10", 'fund.payment.when_short="pro_rata"',
         f"fund.take_up.unassisted_rate={take_up!r}!", f"caseload.level={level!r}!"],
    )  # fmt: skip
    assert scenario.hash == same.hash


def test_forms_of_a_lever(plan_of) -> None:
    def values(said: str, more: str = "") -> list[Any]:
        plan = plan_of(f'question = "q"\ncountries = ["serbia"]\n{more}\n[levers]\n{said}\n')
        return [resolve(plan, member(plan, n))[1][0] for n in range(plan.size)]

    costs = load("serbia").world.fund.costs
    now = costs.office_a_year.value
    key = '"fund.costs.office_a_year"'
    assert values(f"{key} = [100, 200]") == [100, 200]
    assert values(f"{key} = {{ times = [0.5, 2] }}") == [now / 2, now * 2]
    assert values(f"{key} = {{ from = 1, to = 3, steps = 3 }}") == [1, 2, 3]
    assert values(
        f"{key} = {{ from = 1, to = 100, steps = 3, spacing = 'ratio' }}"
    ) == pytest.approx([1, 10, 100])
    assert values(f"{key} = {{ from = 1, to = 2, steps = 2, times = true }}") == [now, 2 * now]
    sampled = values(f"{key} = {{ from = 10, to = 20 }}", "samples = 8")
    assert len(set(sampled)) == 8
    assert all(10 <= x < 20 for x in sampled)
    assert len({int((x - 10) / 1.25) for x in sampled}) == 8, "each eighth of the range once"
    assert values("fund.costs.office_a_year = [7]") == [7], "dotted keys need no quotes"


def test_a_lever_may_give_what_the_rest_of_the_plan_lacks(plan_of) -> None:
    """A fixed budget line needs an amount, which no shipped file has: the plan's own values give it."""
    text = 'question = "q"\ncountries = ["serbia"]\nset = ["income.budget.vote = \'fixed\'"]\n[levers]\n'
    amount = '"income.budget.amount" = '
    for said, values in (
        ("[5000, 310000]", (5000, 310000)),
        ("{ from = 1, to = 3, steps = 2 }", (1, 3)),
    ):
        plan = plan_of(f"{text}{amount}{said}\n")
        for number, value in enumerate(values):
            scenario, found = resolve(plan, member(plan, number))
            assert found == (value,)
            same = load("serbia", ["income.budget.vote=fixed", f"income.budget.amount={value}"])
            assert scenario.hash == same.hash
            assert sum(one.startswith("income.budget.amount") for one in scenario.sets) == 1
    for said, told in (
        ("{ times = [0.5, 2] }", "a fixed budget line needs one"),
        ("[-5]", "income.budget.amount"),
    ):
        plan = plan_of(f"{text}{amount}{said}\n")
        with pytest.raises(InputError, match=told):
            resolve(plan, member(plan, 0))


def test_believed_follows_the_range_of_each_scenario(plan_of) -> None:
    text = 'question = "q"\ncountries = ["serbia"]\nsamples = 256\n[assumptions]\n"fund.take_up.unassisted_rate" = "believed"\n'
    plan = plan_of(text)
    drawn = np.array([resolve(plan, member(plan, n))[1][0] for n in range(plan.size)])
    believed = load("serbia").world.fund.take_up.unassisted_rate
    low, middle, high = np.quantile(drawn, [0.1, 0.5, 0.9])
    assert low == pytest.approx(believed.low, rel=0.05)
    assert middle == pytest.approx(believed.value, rel=0.05)
    assert high == pytest.approx(believed.high, rel=0.05)


def test_the_tariff_as_a_lever_multiplies_every_sum(plan_of) -> None:
    plan = plan_of(
        'question = "q"\ncountries = ["serbia"]\npolicies = ["tariff"]\n[levers]\ntariff = [2]\n'
    )
    scenario, values = resolve(plan, member(plan, 0))
    assert values == (2,)
    before, after = (w.fund.amount.tariff for w in (load("serbia+tariff").world, scenario.world))
    assert after.child.labour.value == 2 * before.child.labour.value
    assert after.adult.sexual.value == 2 * before.adult.sexual.value


def test_samples_of_levers_and_assumptions_are_not_the_same_points(plan_of) -> None:
    plan = plan_of(
        'question = "q"\ncountries = ["serbia"]\nsamples = 4\n'
        '[levers]\n"fund.amount.cap" = { from = 1, to = 2 }\n[assumptions]\n"fund.take_up.unassisted_rate" = { from = 0.1, to = 0.2 }\n'
    )
    assert plan.size == 16
    assert (plan.designs, plan.circumstances) == (4, 4)
    pairs = {member(plan, n).sample for n in range(16)}
    assert len(pairs) == 16
    assert {a for a, _ in pairs} != {b for _, b in pairs}


@pytest.mark.parametrize("sampling", ["sobol", "latin_hypercube"])
def test_points_fill_the_cube(sampling: str) -> None:
    table = points(sampling, 64, 3, 1)
    for column in table.T:
        assert sorted((column * 64).astype(int)) == list(range(64)), "each 64th once"
    again = points(sampling, 64, 3, 1)
    assert (table == again).all()
    assert (table != points(sampling, 64, 3, 2)).any()


def test_the_hash_tells_plans_apart_but_not_their_questions(plan_of) -> None:
    plain = plan_of(WHOLE).hash
    assert plan_of(WHOLE.replace("Which design?", "Which one?")).hash == plain
    for old, new in [
        ("40", "41"),
        ("[5, 10]", "[5, 11]"),
        ("legal_aid+informing", "legal_aid"),
        ("samples = 4", "samples = 8"),
    ]:
        assert plan_of(WHOLE.replace(old, new)).hash != plain


@pytest.mark.parametrize("which", range(6))
def test_the_hash_of_the_files_changes_with_each_of_them(
    plan_of, tmp_path: Path, which: int
) -> None:
    shipped = ["base/montenegro", "base/kosovo", "policy/tariff", "policy/status_fixed", "reform/informing", "stress/budget_cut"]  # fmt: skip
    own = [tmp_path / f"{Path(name).name}_own.toml" for name in shipped]
    for path, name in zip(own, shipped, strict=True):
        path.write_text((folder() / f"{name}.toml").read_text(encoding="utf-8"), encoding="utf-8")
    first, second, policy, other, reform, stress = own
    plan = plan_of(f'''
question = "Which?"
countries = ["{first}", "{second}"]
policies = ["{policy}", "{other}"]
reforms = ["none", "{reform}"]
stresses = ["none", "{stress}"]
replications = 40
''')
    before, text = contents_hash(plan), own[which].read_text(encoding="utf-8")
    own[which].write_text(f"{text}\n# a remark\n", encoding="utf-8")
    assert contents_hash(plan) == before
    own[which].write_text(text.replace('question = "', 'question = "Now: ', 1), encoding="utf-8")
    assert contents_hash(plan) != before


WRONG = {
    "countrys = ['serbia']": "countrys: no such key; did you mean 'countries'?",
    "countries = ['serbja']": "countries = serbja: no such country; did you mean 'serbia'?",
    "countries = 'serbia'": "must be a list of texts in quotes",
    "countries = []": "is empty",
    "countries = ['serbia', 'serbia']": "is named twice",
    "policies = ['tarif']": "did you mean 'tariff'?",
    "reforms = ['legal_aid+inform']": "did you mean 'informing'?",
    "stresses = [1]": "must be a list of texts in quotes",
    "replications = 0": "must be between 1 and",
    "replications = 2.5": "must be a whole number",
    "replications = true": "must be a whole number",
    "seed = -1": "must be between 0 and",
    "measures = ['due_a_yaer']": "did you mean 'due_a_year'?",
    "measures = ['ruin@2030']": "belongs to a yearly measure",
    "samples = 4": "nothing is sampled",
    "sampling = 'sobl'": "did you mean 'sobol'?",
    "[levers]\n'fund.amount.cap' = []": "must be a list of finite numbers",
    "[levers]\n'fund.amount.cap' = [nan]": "must be a list of finite numbers",
    "[levers]\n'fund.amount.cap' = [1, 1]": "names a value twice",
    "[levers]\n'fund.amount.cap' = 3": "must be a list, a range",
    "[levers]\n'fund.amount.cap' = { from = 2, to = 1, steps = 3 }": "from must be below to",
    "[levers]\n'fund.amount.cap' = { from = 1, to = 2, steps = 1 }": "steps must be a whole number, 2 or more",
    "[levers]\n'fund.amount.cap' = { from = 1, to = 2, stepps = 2 }": "did you mean 'steps'?",
    "[levers]\n'fund.amount.cap' = { from = 0, to = 2, steps = 2, spacing = 'ratio' }": "needs numbers above 0",
    "[levers]\n'fund.amount.cap' = { from = 1, to = 2 }": "samples: missing",
    "[levers]\n'fund.amount.cap' = { from = 'low', to = 2, steps = 2, times = true }": "from and to must be numbers",
    "[levers]\ntariff = 'believed'": "is a factor: give numbers",
    "[levers]\n'fund.amount.cap' = [1]\n[assumptions]\n'fund.amount.cap' = [1]": "stands in [levers], too",
    "[best]\nleast = 'ruin'\nmost = 'ruin'": "needs either least or most",
    "[best]\nleast = 'contribution_needed'": "has no mean: say contribution_needed:solvent95",
    "[best]\nleast = 'contribution_needed:solvent96'": "no such statistic of it",
    "[best]\nleast = 'due_real'": "is yearly: name a year",
    "[best]\nleast = 'ruin'\nover = 'median'": "must be one of worst, mean",
    "[best]\nleast = 'ruin'\n[best.require]\nruin = { at_most = 5 }": "is a share: 5 % is 0.05",
    "replications = 50\n[best]\nleast = 'contribution_needed:solvent95'": "solvent95 needs at least 72 replications",
    "countries = ['kosovo', 'Kosovo*']": "names a country twice",
    "[best]\nleast = 'ruin'\n[best.require]\nruin = 0.05": "must be { at_least = 0.6 } or { at_most = 0.05 }",
    "[best]\nleast = 'ruin'\n[best.require]\nruin = { at_least = 0.1, at_most = 0.2 }": "must be { at_least",
    "[best]\nleast = 'ruin'\n[best.require]\nruin = { at_least = 0.1, over = 'most' }": "must be one of worst, mean",
    "[front]\ncosts = 'ruin'": "did you mean 'cost'?",
}


@pytest.mark.parametrize("said", WRONG)
def test_what_is_wrong_is_told_with_its_line(plan_of, said: str) -> None:
    head = "question = 'q'\n" + ("" if said.startswith("countr") else "countries = ['serbia']\n")
    with pytest.raises(InputError) as error:
        plan_of(head + said + "\n")
    assert WRONG[said] in str(error.value)
    if "missing" not in WRONG[said]:
        assert "plan.toml:" in str(error.value).splitlines()[0]


def test_all_problems_at_once(plan_of) -> None:
    with pytest.raises(InputError) as error:
        plan_of("countries = ['serbja']\npolicies = ['tarif']\nseed = -1\n[best]\nover = 'x'\n")
    assert len(error.value.problems) == 5


def test_a_plan_of_too_many_scenarios_is_refused(plan_of) -> None:
    grid = "\n".join(f'"{k}" = {{ from = 1, to = 2, steps = 1000 }}' for k in ("a", "b", "c"))
    with pytest.raises(InputError, match="more than 10,000,000 scenarios"):
        plan_of(f"question = 'q'\ncountries = ['serbia']\n[levers]\n{grid}\n")


def test_values_that_a_scenario_may_not_have_are_told_before_anything_is_run(
    plan_of, tmp_path: Path
) -> None:
    def run(text: str) -> str:
        with pytest.raises(InputError) as error:
            check_plan(plan_of(text), lambda work, tasks: shared_out(work, tasks, 1))
        return str(in_plan(tmp_path / "plan.toml", error.value))

    head = "question = 'q'\ncountries = ['serbia']\n"
    assert "did you mean 'cap'?" in run(head + "[levers]\n'fund.amount.capp' = [1]\n")
    told = "plan.toml:4: levers.fund.take_up.unassisted_rate: 1.5 must be a share between 0 and 1"
    assert told in run(head + "[levers]\n'fund.take_up.unassisted_rate' = [0.5, 1.5]\n")
    believed = "samples = 2\n[levers]\n'{}' = 'believed'\n"
    assert "has no range to draw from" in run(head + believed.format("fund.opening_capital"))
    assert "is not set in this scenario" in run(head + believed.format("fund.amount.cap"))
    assert "is no number of this" in run(head + believed.format("fund.payment.when_short"))
    assert "is set twice" in run(
        head + "set = ['fund.amount.cap = 3']\n[levers]\n'fund.amount.cap' = [1]\n"
    )
    assert "is outside of the horizon" in run(head + "[front]\ncost = 'due_real@1999'\n")
    for name in ("cash@2099", "income.lottery"):
        told = f"{name}: does not occur in any country of this plan"
        assert told in run(head + f"measures = ['{name}']\n")
    assert "has no such measure" in run(head + "[front]\ncost = 'income.lottery@2030'\n")


def test_a_template_stands_for_its_own_entries_only() -> None:
    world = load("serbia+mixed_financing").world
    wanted = {
        m.name for m, _ in measures_wanted(world, ["income.{source}", "income.{source}_real@2030"])
    }
    sources = [name for name, source in world.income.items() if source.in_force]
    assert len(sources) > 1
    assert wanted == {f"income.{name}{end}" for name in sources for end in ("", "_real")}
    assert {year for m, year in measures_wanted(world, ["income.{source}"])} == {None}
    assert all(not m.name.endswith("_real") for m, _ in measures_wanted(world, ["income.{source}"]))
    assert _matching("income.budget_real").name == "income.{source}_real"
    assert _matching("income.budget").name == "income.{source}"
