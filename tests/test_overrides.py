"""A range stays with its number: what another value does to what is believed, told, linked and computed."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundsim.analysis.measures import measure, named, rows_of
from fundsim.analysis.needs import enough
from fundsim.analysis.project import block_answers, needs_in, project
from fundsim.analysis.solve import lever_of, with_lever
from fundsim.app import link
from fundsim.app.choice import Choice, Design, scenario_of
from fundsim.app.controls import chosen, controls, differences, taken
from fundsim.batch.plan import member, resolve
from fundsim.batch.plan_file import read_plan
from fundsim.report.language import ENGLISH
from fundsim.report.results import Results
from fundsim.report.wording import answer
from fundsim.scenario.assumption import Assumption, Quantity, quantiles
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.scenario.override import moved_to
from fundsim.scenario.schema import assumptions

SHARE, AMOUNT, RATE = (
    Quantity("share", 0, 1, "logit"),
    Quantity("EUR", 0, 1e9, "log"),
    Quantity("", -0.5, 1),
)
TAKE_UP = "fund.take_up.unassisted_rate"
NAME = "albania+tariff"


def odds(x: float) -> float:
    return x / (1 - x)


def test_a_range_moves_as_far_as_its_centre_on_the_natural_scale() -> None:
    """By hand: odds times 1.5, amounts times 2, rates 0.01 more."""
    share = moved_to(0.6, Assumption(value=0.5, low=0.2, high=0.8), SHARE)
    assert (share.low, share.high) == pytest.approx((0.3 / 1.1, 6 / 7))
    assert odds(share.low or 0) / odds(0.2) == pytest.approx(1.5)
    amount = moved_to(20.0, Assumption(value=10, low=5, high=40), AMOUNT)
    assert (amount.low, amount.high) == (10, 80)
    rate = moved_to(0.03, Assumption(value=0.02, low=-0.01, high=0.05), RATE)
    assert (rate.low, rate.high) == pytest.approx((0.0, 0.06))
    some = moved_to(
        3.0,
        Assumption(value=2, shape="discrete", values=(1, 2, 4), probabilities=(0.2, 0.5, 0.3)),
        AMOUNT,
    )
    assert (some.values, some.probabilities) == ((1.5, 3, 6), (0.2, 0.5, 0.3))


def test_the_ends_of_what_is_possible() -> None:
    believed = Assumption(value=0.5, low=0.2, high=0.8)
    for end in (0.0, 1.0):
        assert not moved_to(end, believed, SHARE).uncertain
    assert not moved_to(0.0, Assumption(value=10, low=5, high=40), AMOUNT).uncertain
    low_on_the_end = moved_to(0.2, Assumption(value=0.1, low=0, high=0.3), SHARE)
    assert low_on_the_end.low == 0
    assert low_on_the_end.high is not None
    assert 0.3 < low_on_the_end.high < 1
    from_the_end = moved_to(0.1, Assumption(value=0, low=0, high=0.02), SHARE)
    assert (from_the_end.low, from_the_end.high) == pytest.approx((0.1, 0.12))


def test_a_shape_that_cannot_move_becomes_the_usual_one() -> None:
    normal = Assumption(value=0.5, low=0.4, high=0.6, shape="normal")
    assert moved_to(0.9, normal, SHARE).shape == "two_piece"
    assert moved_to(0.9, normal, RATE).shape == "normal"


@given(
    st.sampled_from((SHARE, AMOUNT, RATE)), st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3),
    st.floats(0.01, 0.99), st.floats(0.01, 0.99),
)  # fmt: skip
def test_a_range_holds_its_centre_and_never_falls_when_it_rises(
    quantity: Quantity, numbers: list[float], a: float, b: float
) -> None:
    low, mid, high = sorted(numbers)
    believed = Assumption(value=mid, low=low, high=high)
    less, more = (moved_to(x, believed, quantity) for x in sorted((a, b)))
    u = np.linspace(0.01, 0.99, 21)
    assert (quantiles(less, quantity, u) <= quantiles(more, quantity, u) + 1e-12).all()
    for one in (less, more):
        assert one.low is not None
        assert one.high is not None
        assert quantity.least <= one.low <= one.value <= one.high <= quantity.most
    if less.low == quantity.least or less.high == quantity.most:
        return  # cut off there, it does not come back
    back = moved_to(mid, less, quantity)
    assert (back.low, back.high) == pytest.approx((low, high), rel=1e-6, abs=1e-9)


def headline(scenario: Scenario, n: int = 1000) -> dict[str, float]:
    """Cost with its range, budget needed and victims paid."""
    [run] = project([scenario], n, 7, unit=block_answers)
    results, needs = Results.of(run, measure(run)), needs_in(run)
    assert needs is not None
    return {
        "cost": results.get("due_a_year"),
        "from": results.get("due_a_year", "p5"),
        "to": results.get("due_a_year", "p95"),
        "budget": enough(needs.contribution, 0.95).amount,
        "paid": results.get("paid_with"),
    }


def test_more_take_up_in_albania_costs_more_and_pays_more() -> None:
    before, after = (headline(load(NAME, sets)) for sets in ((), (f"{TAKE_UP}=0.22",)))
    for figure, was in before.items():
        assert after[figure] > was, figure


def test_what_is_taken_as_certain_is_told_beside_the_answer() -> None:
    [run] = project([load(NAME, [f"{TAKE_UP}=0.22!"])], 64, 7)
    told = answer(Results.of(run, measure(run)))
    [said] = [text for text in told if "were set as certain" in text]
    assert f"({TAKE_UP})" in said
    assert told.index(said) < 3
    [run] = project([load(NAME, [f"{TAKE_UP}=0.12"])], 64, 7)
    assert not any("as certain" in text for text in answer(Results.of(run, measure(run))))


def test_a_moved_range_is_noted_with_the_old_one() -> None:
    [note] = load(NAME, [f"{TAKE_UP}=0.12"]).notes
    assert (
        str(note)
        == f"{TAKE_UP} was moved and its range with it: 0.0366 to 0.29 (files: 0.03 to 0.25)"
    )
    assert not load(NAME, [f"{TAKE_UP}=0.1"]).notes, "the same number is no change"
    assert load(NAME, [f"{TAKE_UP}=0.1"]).hash == load(NAME).hash


@pytest.mark.parametrize(
    "text",
    ["time.horizon_years=5!", "fund.payment.when_short=queue!", "fund.amount.cap={value=3}!"],
)
def test_only_a_number_can_be_certain(text: str) -> None:
    with pytest.raises(InputError, match=text.partition("=")[0]):
        load(NAME, [text])


def test_a_slider_moves_the_range_and_a_toggle_takes_it_away() -> None:
    design = Design("tariff")
    found = controls(scenario_of("albania", design), scenario_of("albania", design))[TAKE_UP]
    assert (found.ranged, found.certain) == (True, False)
    moved = chosen(design, found, 0.22)
    assert dict(moved.sets) == {TAKE_UP: "0.22"}
    assert scenario_of("albania", moved).world.fund.take_up.unassisted_rate.uncertain
    certain = taken(moved, replace(found, value=0.22), True)
    assert dict(certain.sets) == {TAKE_UP: "0.22!"}
    after = scenario_of("albania", certain)
    assert not after.world.fund.take_up.unassisted_rate.uncertain
    now = controls(after, scenario_of("albania", design))
    assert (now[TAKE_UP].certain, now[TAKE_UP].changed) == (True, True)
    [told] = differences(certain, now, after, ENGLISH)
    assert "0.22, taken as certain" in told
    assert chosen(certain, now[TAKE_UP], 0.3).sets == ((TAKE_UP, "0.3!"),), (
        "it stays certain when it is moved"
    )
    assert taken(certain, replace(now[TAKE_UP], value=0.1), False).sets == ()
    assert taken(design, found, True).sets == ((TAKE_UP, "0.1!"),), "also at the value of the files"


def test_links_of_the_first_version_keep_their_meaning() -> None:
    """There a changed number was certain."""
    choice = Choice(
        "albania", Design("tariff", (), ((TAKE_UP, "0.22"), ("time.horizon_years", "9")))
    )
    claim = link.claim_of("0123456789ab", ("1",), "89abcdef")
    for version, value in (("0.1.0", "0.22!"), ("0.2.0", "0.22")):
        query = link.query(choice, replace(claim, version=version))
        opened = link.opened({k: [v] for k, _, v in (p.partition("=") for p in query.split("&"))})
        assert dict(opened.choice.design.sets) == {TAKE_UP: value, "time.horizon_years": "9"}


def test_a_certain_number_goes_through_a_link() -> None:
    choice = Choice("albania", Design("tariff", (), ((TAKE_UP, "0.22!"),)))
    query = link.query(choice, link.claim_of("0123456789ab", ("1",), "89abcdef"))
    assert f"{TAKE_UP}=0.22-certain" in query
    opened = link.opened({k: [v] for k, _, v in (p.partition("=") for p in query.split("&"))})
    assert opened.choice == choice


def test_what_a_plan_varies_or_sets_is_certain(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        'question = "?"\ncountries = ["albania"]\nreplications = 64\n'
        'set = ["caseload.level = 90", "time.horizon_years = 5"]\n'
        f'[assumptions]\n"{TAKE_UP}" = [0.1, 0.3]\n'
    )
    plan = read_plan(path)
    for number, value in enumerate((0.1, 0.3)):
        world = resolve(plan, member(plan, number))[0].world
        assert (
            world.fund.take_up.unassisted_rate.value,
            world.fund.take_up.unassisted_rate.uncertain,
        ) == (value, False)
        assert (world.caseload.level.value, world.caseload.level.uncertain) == (90, False)


def test_a_correlated_number_may_be_moved_and_a_certain_one_loses_its_tie(tmp_path: Path) -> None:
    own = tmp_path / "tied.toml"
    own.write_text(
        'extends = "albania+tariff"\nquestion = "?"\n[[correlations]]\n'
        f'first = "{TAKE_UP}"\nsecond = "caseload.child_rate"\ncorrelation = 0.5\nsource = "judgement"\n'
    )

    def pairs(scenario: Scenario) -> set[frozenset[str]]:
        return {frozenset((one.first, one.second)) for one in scenario.world.correlations}

    ours = pairs(load(NAME))
    moved = load(str(own), [f"{TAKE_UP}=0.3"])
    assert pairs(moved) == ours | {frozenset((TAKE_UP, "caseload.child_rate"))}
    for text in ("0.3!", "1"):
        certain = load(str(own), [f"{TAKE_UP}={text}"])
        assert pairs(certain) == ours
        assert f"{TAKE_UP} and caseload.child_rate are not correlated here" in " ".join(
            certain.notes
        )


def test_a_part_of_a_number_is_not_certain() -> None:
    with pytest.raises(InputError, match=rf"write {TAKE_UP}=0.3! to take all of it as certain"):
        load(NAME, [f"{TAKE_UP}.value=0.3!"])


def test_a_lever_that_is_certain_stays_so_while_it_is_solved_for() -> None:
    for mark in ("", "!"):
        scenario = load(NAME, [f"{TAKE_UP}=0.3{mark}"])
        tried = with_lever(scenario, lever_of(scenario, TAKE_UP), 0.25)
        assert tried.world.fund.take_up.unassisted_rate.uncertain == (not mark)


# ------------------------------------------------------ every control moves figures as the model does

FIGURES = ("due_a_year", "paid_with", "received_with", "benefits_a_year")
SHORT = ("time.horizon_years=6", "time.runoff_years=3", "time.history_years=8")
CLEAR = 2e-3
PLACES = (0.1, 0.9, 0.5, 0.3, 0.7)  # the ends first: they soonest disagree


def figures(scenario: Scenario) -> dict[str, float]:
    """The four figures and no others: all measures of all years take as long as the simulations."""
    [run] = project([scenario], 192, 7)
    rows = [row for m in named(run) if m.name in FIGURES for row in rows_of(run, m)]
    results = Results.of(run, rows)
    return {name: results.get(name) for name in FIGURES}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["albania+tariff", "serbia+judgment_advance"])
def test_a_small_step_of_any_control_moves_figures_the_way_the_model_says(name: str) -> None:
    """Whoever moves a control up, with its range, sees what the model does at every place of that range.

    The model's own word: the number taken as certain at five quantiles of what is believed, before and after the
    step, all else drawn as it is.  Where these all agree, the control must too.
    """
    base = load(name, SHORT)
    before, seen = figures(base), 0
    every = controls(base, base)
    for key, a, quantity in assumptions(base.world):
        control = every.get(key)
        if (
            control is None
            or control.reason
            or a.value in (0, 1)
            or quantity.unit == "local currency per EUR"
        ):
            continue
        step = (
            a.value * 1.1
            if quantity.scale != "logit"
            else odds(a.value) * 1.2 / (1 + odds(a.value) * 1.2)
        )
        if not quantity.least < step < quantity.most or math.isclose(step, a.value):
            continue
        try:
            stepped = load(name, [*SHORT, f"{key}={step!r}"])
        except InputError:  # a share of 100 % more than there is
            continue
        places = np.array(PLACES if a.uncertain else (0.5,))
        moved = moved_to(step, a, quantity) if a.uncertain else Assumption(value=step)
        ways: dict[str, set[float]] = {
            figure: set() for figure in FIGURES
        }  # which the model may go
        for x, y in zip(
            quantiles(a, quantity, places), quantiles(moved, quantity, places), strict=True
        ):
            there = [figures(load(name, [*SHORT, f"{key}={float(at)!r}!"])) for at in (x, y)]
            for figure in list(ways):
                change = there[1][figure] - there[0][figure]
                ways[figure].add(math.copysign(1, change))
                # below a share of the figure it is the noise of few futures
                if len(ways[figure]) > 1 or abs(change) <= CLEAR * abs(before[figure]):
                    del ways[figure]
            if not ways:
                break  # no figure is left of which the model says one thing: the other places add nothing
        if not ways:
            continue
        after = figures(stepped)
        for figure, (way,) in ways.items():
            seen += 1
            assert (after[figure] - before[figure]) * way > 0, f"{key}: {figure}"
    assert seen > 30, seen
