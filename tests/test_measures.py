"""Measures: complete in the dictionary, right on the worked example, honest about their error."""

import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from fundsim.analysis.measures import MEASURES, NEEDS, measure, named, shown_in
from fundsim.analysis.needs import needs
from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.project import Projection, project
from fundsim.analysis.statistics import _suffices
from fundsim.analysis.tags import EnglishPlace, Place, SpokenPlace
from fundsim.model.pathway import TRAFFICKING
from fundsim.model.run import simulate
from fundsim.report.language import ENGLISH, language
from fundsim.report.languages import codes
from fundsim.report.results import Results
from fundsim.report.run.files import dictionary
from fundsim.report.wording import spending
from fundsim.scenario.compose import load
from fundsim.scenario.steps import Step
from tests.test_worked_example import five_cases

DOCS = Path(__file__).parents[1] / "docs"
SHORT = ["time.horizon_years=5", "time.runoff_years=5"]


@pytest.fixture(scope="module")
def mixed() -> Projection:
    """A fund with every kind of income, cost and shortfall."""
    sets = [*SHORT, "fund.assistance.rate=0.2", "fund.costs.legal_aid_by_fund=true"]
    return project([load("serbia+mixed_financing+legal_aid", sets)], 800, seed=3)[0]


def test_the_data_dictionary_in_docs_is_the_code_s() -> None:
    assert (DOCS / "data_dictionary.md").read_text(encoding="utf-8") == dictionary(), (
        "run: make docs"
    )


def test_every_measure_has_unit_formula_and_its_own_name() -> None:
    assert len({m.name for m in MEASURES}) == len(MEASURES)
    assert all(m.unit and m.formula and m.label for m in MEASURES)
    assert all(bool(m.above) == (m.kind == "ratio") for m in MEASURES)
    assert all(m.undefined for m in MEASURES if m.below)


def test_every_row_is_in_the_dictionary_and_every_measure_is_reported(mixed: Projection) -> None:
    rows = measure(mixed)
    known = {m.name for m in named(mixed)} | {"assumptions"}
    reported = {r.measure for r in rows}
    assert reported <= known
    never_due = {
        f"cost.{kind}{real}" for kind in ("reforms", "subrogation") for real in ("", "_real")
    }
    assert known - reported <= never_due


def test_every_outcome_is_documented_or_serves_what_is(mixed: Projection) -> None:
    """Nothing is stored that the dictionary does not explain, but parts of ratios and what tells that a step never happens."""
    names = {m.name for m in named(mixed)} | {x for m in named(mixed) for x in (m.above, m.below)}
    names |= {step.outcome for step in Step}
    stored = {c.split("@")[0] for c in mixed.columns if not c.startswith("assumption:")}
    assert stored <= names


def test_every_probability_and_mean_carries_its_error(mixed: Projection) -> None:
    rows = measure(mixed)
    means = {(r.measure, r.year) for r in rows if r.statistic == "mean"}
    errors = {(r.measure, r.year) for r in rows if r.statistic == "mc_error"}
    assert means == errors
    assert all(math.isfinite(r.value) for r in rows)


def test_the_worked_example_measured_by_hand() -> None:
    """The five cases of the hand-worked ledger: outcomes of the one replication, in euro."""
    out = outcomes(five_cases())
    assert out["benefits"].tolist() == [[14000, 3500]]
    assert out["outgo"].tolist() == [[14000 + 12 * 150 + 4 * 25, 3500 + 12 * 150 + 25]]
    assert out["due"].tolist() == [[14000 + 3500 + 12 * 150 + 4 * 25, 9500 + 12 * 150 + 25]]
    assert out["income"].tolist() == [[12000, 12000]]
    assert out["cash"].tolist() == [[1100, 7775]]
    assert out["incurred"].tolist() == [[27000, 0]]  # all five were identified in the first year
    assert out["liabilities"].tolist() == [[27000 - 14000, 27000 - 17500]]
    assert out["unpaid"].tolist() == [[3500, 9500]]
    assert out["shortfall"].tolist() == [[1, 1]]
    assert out["ruin"].tolist() == [1]
    assert out["worst_balance"].tolist() == [1100 - 3500]
    assert out["peak_need"].tolist() == [2400]
    assert out["longest_delay"].tolist() == [12]  # E, due in month 12, to the end of the horizon
    assert out["funding_ratio"][0] == pytest.approx([1100 / 13000, 7775 / 9500])


def test_the_five_victims_measured_by_hand() -> None:
    """Without the fund only C is paid, 2,500 at month 2.75; with it A, B and C are."""
    out = {k: float(v[0]) for k, v in outcomes(five_cases()).items() if v.ndim == 1}
    assert (out["identified"], out["applied"], out["granted"]) == (5, 5, 4)
    assert (out["paid_without"], out["amount_without"], out["months_without"]) == (1, 2500, 2.75)
    assert out["paid_by_fund"] == 3
    assert out["paid_with"] == 3
    assert out["amount_with"] == 4000 + 10000 + 3500 + 2500
    assert (
        out["months_with"] == 3 + 4 + 2.75
    )  # A and B at the end of months 2 and 3; C by the offender
    assert (out["soon_without"], out["soon_with"]) == (1, 3)
    assert (out["claims_capped"], out["claims_set_off"], out["claims_unpaid"]) == (1, 1, 1)
    assert out["awards"] == 4000 + 15000 + 6000 + 3000 + 9500


def test_groups_add_up_to_all(mixed: Projection) -> None:
    for name in ("identified", "paid_with", "amount_without", "months_with", "awards"):
        for attribute in ("form", "age", "nationality"):
            parts = [c for c in mixed.columns if c.startswith(f"{name}.{attribute}.")]
            assert sum(mixed.column(c) for c in parts) == pytest.approx(mixed.column(name))


def test_costs_and_income_add_up_in_every_future(mixed: Projection) -> None:
    for year in mixed.years():
        kinds = [
            c
            for c in mixed.columns
            if c.startswith("cost.") and c.endswith(f"@{year}") and "_real" not in c
        ]
        total = sum(mixed.column(c) for c in kinds) + mixed.column(f"benefits@{year}")
        assert total == pytest.approx(mixed.column(f"outgo@{year}"))
        sources = [
            c
            for c in mixed.columns
            if c.startswith("income.") and c.endswith(f"@{year}") and "_real" not in c
        ]
        assert sum(mixed.column(c) for c in sources) == pytest.approx(
            mixed.column(f"income@{year}")
        )


def test_a_tail_figure_is_refused_where_no_interval_exists() -> None:
    """99.5 % needs 736 replications."""
    few, enough = (project([load("kosovo", SHORT)], n, seed=1)[0] for n in (735, 736))
    assert not [r for r in measure(few) if r.statistic.startswith("var99")]
    tails = [r for r in measure(enough) if r.statistic.startswith("var99")]
    assert {r.measure for r in tails} == {"outgo", "outgo_real"}


def test_one_replication_gives_figures_without_an_error() -> None:
    [one] = project([load("serbia", SHORT)], 1, seed=1)
    results = Results.of(one, measure(one))
    assert results.get("due_a_year") > 0
    assert not [r for r in results.rows if r.statistic == "mc_error"]


def test_paid_and_incurred_meet_when_cash_never_lacks() -> None:
    """With ample cash and a long run-off all that is incurred is paid, future by future."""
    sets = ["time.horizon_years=3", "time.runoff_years=40", "fund.opening_capital=1e8"]
    from fundsim.model.run import simulate

    future = simulate(load("serbia+tariff", sets).world, 5, np.arange(50))
    incurred = outcomes(future)["incurred_total"]
    assert incurred == pytest.approx(future.ledger.benefits.sum(axis=1) / 100)
    assert not future.ledger.shortfall.any()


def test_prices_and_exchange_rate_by_hand() -> None:
    """Inflation of 10 % from 2028 on, 100 local units a euro in 2027 and 105 in 2028.

    The second January brings 12,000 × 1.1, so C's 3,500 and E's 9,500 are paid then, worth 1/1.1 of it;
    costs of 1.1 × 150 a month use up the rest before the year ends.
    """
    out = outcomes(
        five_cases(macro__inflation=0.1, country__exchange_rate=100, macro__depreciation=0.05)
    )
    paid = [14000 + 12 * 150 + 4 * 25, 1100 + 1.1 * 12000]
    due = [14000 + 3500 + 12 * 150 + 4 * 25, 9500 + 1.1 * (12 * 150 + 25)]
    assert out["outgo"][0] == pytest.approx(paid)
    assert out["outgo_real"][0] == pytest.approx([paid[0], paid[1] / 1.1])
    assert out["due_real"][0] == pytest.approx([due[0], due[1] / 1.1])
    assert out["outgo_local"][0] == pytest.approx([100 * paid[0], 105 * paid[1]])
    received = 4000 + 10000 + 2500 + (3500 + 9500) / 1.1
    assert out["amount_with"][0] == pytest.approx(received)
    assert out["amount_by_fund"][0] == pytest.approx(received - 2500)


def test_the_peak_need_is_what_had_to_be_there_more() -> None:
    """Money that earns half of itself a year, month by month: with the need on top cash ends at exactly 0."""
    future = five_cases(macro__investment_return=0.5)
    need, ledger = float(outcomes(future)["peak_need"][0]), future.ledger
    assert need > 0
    cash, lowest = float(ledger.opening_capital[0]) / 100 + need, np.inf
    for t in range(12 * future.world.time.horizon_years):
        flows = ledger.income_total[0, t] + ledger.recoveries[0, t] - ledger.due_total[0, t]
        cash = cash * 1.5 ** (1 / 12) + float(flows) / 100
        lowest = min(lowest, cash)
    assert lowest == pytest.approx(0, abs=1e-6)


def test_the_peak_need_is_nearly_the_exact_capital() -> None:
    """Beside the capital solved future by future: recoveries that come late make the only difference."""
    sets = ["time.horizon_years=8", "time.runoff_years=2", "income.budget.lapses=false"]
    scenario = load("serbia+tariff", sets)
    [projection] = project([scenario], 600, 1)
    exact = needs(scenario, "budget", 600, 1).capital
    own = scenario.world.fund.opening_capital.value
    assert np.quantile(projection.column("peak_need"), 0.95) == pytest.approx(
        np.quantile(np.maximum(exact - own, 0), 0.95), rel=0.03
    )


def test_a_claim_set_off_in_full_is_not_paid_by_the_fund() -> None:
    """C's offender pays 2,500; with a cap of 2,000 nothing is left for the fund to pay."""
    future = five_cases(fund__amount__cap=2000)
    assert future.drawn.claims.benefit.tolist() == [2000_00, 2000_00, 0, 2000_00, 2000_00]
    out = outcomes(future)
    assert out["paid_by_fund"].tolist() == [3]  # A, B and E
    assert out["paid_with"].tolist() == [4]  # and C, by the offender


def test_a_reform_s_cost_to_the_state_is_in_euro_a_year() -> None:
    money = '{ value = 1200, unit = "EUR a year", source = "judgement" }'
    reform = f'{{ label = "R", from_year = 2027, cost_a_year = {money} }}'
    out = outcomes(five_cases(reform__r=reform))  # type: ignore[arg-type]
    assert out["state_cost"].tolist() == [[1200, 1200]]


def test_what_a_victim_keeps_of_the_offender_s_money_case_by_case() -> None:
    """All of it, unless the fund had begun to pursue the offender before: then what exceeds the benefit."""
    from fundsim.model.fund import UNPAID
    from fundsim.model.run import simulate

    sets = ["macro.inflation=0!", "macro.inflation_sd=0", "time.price_year=2027", *SHORT,
            "pathway.criminal_award_rate=0.9", "enforcement.failure_rate=0", "enforcement.delay.median=12",
            "fund.take_up.unassisted_rate=0.9", "fund.subsidiarity.set_off=false"]  # fmt: skip
    future = simulate(load("serbia+full_judgment", sets).world, 4, np.arange(30), certain=True)
    cases, claims = future.drawn.cases, future.drawn.claims
    people, months = cases.victims, future.drawn.months
    place = {int(case): c for c, case in enumerate(claims.case)}
    paid = np.zeros(claims.size)
    np.add.at(paid, future.due.claim, future.due.amount - future.payment_left)
    total, both_ways = np.zeros(30), set()
    for case in np.flatnonzero(people.identified_at >= 0):
        offender = int(cases.recovered[case]) if cases.recovered_at[case] < months else 0
        fund, c = 0.0, place.get(int(case))
        if c is not None:
            fund = paid[c]
            begun = max(int(future.paid_in_month[c]) + 1, float(future.pursuit.from_at[c]))
            taken = future.pursuit.pursued[c] and future.paid_in_month[c] < UNPAID
            if taken and offender:
                both_ways.add(bool(begun <= cases.recovered_at[case]))
            if taken and begun <= cases.recovered_at[case]:
                offender = max(offender - fund, 0)
        total[people.replication[case]] += (fund + offender) / 100
    assert both_ways == {True, False}, "both ways must occur for this to show anything"
    assert outcomes(future)["amount_with"] == pytest.approx(total)


def test_the_share_that_reaches_victims_is_told(mixed: Projection) -> None:
    from fundsim.report.wording import answer, percent

    results = Results.of(mixed, measure(mixed))
    means = {m: mixed.column(m).mean() for m in ("benefits_a_year", "outgo_a_year")}
    share = percent(means["benefits_a_year"] / means["outgo_a_year"])
    assert f"money to victims {share}, their legal aid " in " ".join(answer(results))


def test_money_for_lawyers_and_shelter_is_not_called_running_the_fund() -> None:
    sets = ("fund.costs.legal_aid_by_fund=true", "fund.assistance.rate=0.5")
    [projection] = project([load("serbia+tariff", sets)], 100)
    spent = spending(Results.of(projection, measure(projection)))
    assert sum(spent.values()) == pytest.approx(1)
    assert list(spent) == [
        "money to victims", "their legal aid", "help with their claims", "their shelter and reintegration", "running the fund",
    ]  # fmt: skip
    running = ("office", "caseworkers", "decisions", "subrogation")
    means = sum(
        projection.column(f"cost.{kind}_real@{year}").mean() for kind in running for year in projection.years()
        if f"cost.{kind}_real@{year}" in projection
    )  # fmt: skip
    total = projection.column("outgo_a_year").mean() * len(projection.years())
    assert spent["running the fund"] == pytest.approx(means / total)


def test_only_victims_identified_within_the_horizon_are_counted() -> None:
    """Those identified before the opening may be paid, but belong to no share: counted here case by case."""
    world = load(
        "serbia+tariff", ["fund.eligible.retroactive_years=5", "time.horizon_years=4"]
    ).world
    future = simulate(world, 6, np.arange(7))
    cases, entry = future.drawn.cases, future.drawn.entry
    people = cases.victims
    within = people.identified_at >= 0
    assert 0 < within.sum() < within.size
    found = outcomes(future)
    for name, flag in {
        "identified": np.ones(people.size, dtype=bool),
        "informed": cases.informed,
        "prosecuted": cases.indicted == TRAFFICKING,
        "convicted": cases.convicted & (cases.judged_at < future.drawn.months),
        "entitled": entry.entitled,
        "identified.age.child": people.child,
        "identified.nationality.foreign": people.foreign,
    }.items():
        assert (flag & ~within).any(), (
            f"{name}: nobody before the opening, so that nothing is tested"
        )
        by_hand = [int((flag & within)[people.replication == r].sum()) for r in range(7)]
        assert found[name].tolist() == by_hand, name


@pytest.mark.parametrize(("percent", "least"), [(50, 6), (90, 36), (95, 72), (99, 368)])
def test_an_amount_that_suffices_is_told_of_so_many_futures_as_have_an_interval(
    percent: int, least: int
) -> None:
    """The largest of n is below the quantile in (percent/100)^n of runs: at most 2.5 %."""
    assert f"solvent{percent}" not in _suffices(np.arange(least - 1.0))
    need = np.arange(float(least))
    assert (need <= _suffices(need)[f"solvent{percent}"]).mean() >= percent / 100


# ---------------------------------------------------------------------------------------- tags

PLACES: tuple[Place, ...] = get_args(Place)
EVERY = (*MEASURES, *NEEDS)


def test_each_tag_names_a_place_that_is_shown_somewhere() -> None:
    """A place that no module asks for would show its measures to nobody."""
    modules = {
        path: path.read_text(encoding="utf-8") for path in (DOCS.parent / "fundsim").rglob("*.py")
    }
    told = "".join(
        text for path, text in modules.items() if path.name not in ("tags.py", "measures.py")
    )
    assert len(set(PLACES)) == len(PLACES)
    assert set(get_args(EnglishPlace)).isdisjoint(get_args(SpokenPlace))
    assert {tag.place for m in EVERY for tag in m.shown} == set(PLACES)
    assert [place for place in PLACES if f'"{place}"' not in told] == []


@pytest.mark.parametrize("place", PLACES)
def test_a_place_shows_every_measure_tagged_with_it_in_a_fixed_order(place: Place) -> None:
    """None is lost because what it follows is not there, or follows it in turn; rows that follow nothing keep their order."""
    shown = shown_in(place)
    assert shown
    asked = [(m.name, tag.statistic) for m in EVERY for tag in m.shown if tag.place == place]
    assert sorted(asked) == sorted((m.name, tag.statistic) for m, tag in shown)
    assert len(set(asked)) == len(asked)
    names = [m.name for m, _ in shown]
    assert all(names.index(tag.after) < names.index(m.name) for m, tag in shown if tag.after)
    rows = [EVERY.index(m) for m, tag in shown if not tag.after]
    assert rows == sorted(rows)
    assert not any("{" in name for name in names), "a part or group cannot be shown by its tag"
    assert len({m.yearly for m, _ in shown}) == 1, "a place speaks of years or of the horizon"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", codes())
def test_no_two_measures_are_called_alike_in_one_place(place: Place, code: str) -> None:
    """A table has one column for each."""
    say = language(code) if place in get_args(SpokenPlace) else ENGLISH
    units = place == "sheet by year"  # whose heads have them
    heads = [(say(tag.words, sure=95), m.unit if units else "") for m, tag in shown_in(place)]
    assert len(set(heads)) == len(heads)


def test_the_order_of_the_places_is_the_one_that_readers_know() -> None:
    """The figures of a link are told apart by their place alone: what is new comes last."""
    assert [m.name for m, _ in shown_in("link")] == [
        "due_a_year", "contribution_needed", "share_paid_with", "share_paid_without",
        "months_to_payment_with", "ruin",
    ]  # fmt: skip
    assert [m.name for m, _ in shown_in("compare")] == [
        "due_a_year", "outgo_a_year", "cost_to_state_a_year", "too_small_rate", "state_cost_a_year", "ruin",
        "longest_delay", "paid_with",
        "share_paid_with", "share_soon_with", "months_to_payment_with", "received_with",
    ]  # fmt: skip


def test_a_measure_that_can_get_better_says_which_way_in_its_groups_too() -> None:
    better = {m.name: m.better for m in MEASURES}
    groups = [name for name in better if name.endswith(".{group}")]
    assert groups
    assert all(better[name] == better[name.removesuffix(".{group}")] for name in groups)
    assert better["due"] == better["ruin"] == "less"
    assert better["received_with"] == "more"
    assert better["outgo"] is None, "a fund that cannot pay has a low cost paid"


def test_a_sentence_of_change_is_said_both_ways() -> None:
    told = [m for m in EVERY if m.if_less or m.if_more]
    assert told
    assert all(m.if_less.count("{change}") == m.if_more.count("{change}") == 1 for m in told)


def test_what_a_measure_needs_decides_whether_it_says_something() -> None:
    without, fund = load("serbia+no_fund").world, load("serbia+tariff").world
    no_line = fund.model_copy(update={"income": {}})
    says = {m.name: m.says_something for m in EVERY}
    assert says["share_paid_without"](without)
    assert not says["due_a_year"](without)
    assert says["due_a_year"](no_line)
    assert says["contribution_needed"](fund)
    assert not says["contribution_needed"](without)
    assert not says["contribution_needed"](no_line)
