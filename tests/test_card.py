"""The card for social media: the right figures, nothing cut, the same bytes each time."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest
from matplotlib.text import Text

from fundsim import load, measure, project
from fundsim.report.results import Results
from fundsim.report.run.card import (
    HEIGHT,
    MOST_LETTERS,
    WIDTH,
    card,
    card_png,
    card_text,
    headlines,
    of_hundred,
)
from fundsim.report.wording import euro, percent, stamp

SMALL = ("time.horizon_years=4", "time.runoff_years=3")


def results_of(name: str, *sets: str, replications: int = 200) -> Results:
    [projection] = project([load(name, sets)], replications)
    return Results.of(projection, measure(projection))


@pytest.fixture(scope="module")
def tariff() -> Results:
    return results_of("serbia+tariff", *SMALL)


@pytest.fixture(scope="module")
def keeps() -> Results:
    """A fund that keeps its money: it is asked whether it lasts."""
    return results_of("serbia+tariff", *SMALL, "income.budget.lapses=false")


def changed(results: Results, **means: float) -> Results:
    """The same results with other values of some measures."""
    other = {(name, None, "mean"): value for name, value in means.items()}
    return replace(results, values=results.values | other)


def texts(results: Results) -> list[Text]:
    return card(results).findobj(Text)


def said(results: Results) -> str:
    return " | ".join(text.get_text() for text in texts(results))


def assert_all_is_seen(results: Results) -> None:
    boxes = [text.get_window_extent() for text in texts(results) if text.get_text()]
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= WIDTH
        assert box.y0 >= 0
        assert box.y1 <= HEIGHT
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])


def test_the_picture_has_the_size_of_a_card(tariff: Results) -> None:
    data = card_png(tariff)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (1200, 630)
    assert data == card_png(tariff)


def test_the_card_says_what_the_measures_say(tariff: Results) -> None:
    get, words = tariff.get, said(tariff)
    low, high = euro(get("due_a_year", "p5")), euro(get("due_a_year", "p95"))
    assert euro(get("due_a_year")) in words
    assert f"({low} to {high})" in words
    assert f"{of_hundred(get('share_paid_with'))} of 100 | registered victims get money" in words
    assert percent(get("share_paid_with", "p95")) in words
    assert f"instead of {of_hundred(get('share_paid_without'))} without the fund" in words
    assert "years are short of money, | with the budget (our rule, no ministry's figure)" in words
    guesses = int(get("assumptions", "judgement"))
    assert f"{guesses} of " in words
    assert stamp(tariff.projection) in words
    assert "reforms" not in words


@pytest.mark.parametrize(
    ("p", "words"),
    [(0, "none of 200 futures"), (0.005, "0.5 % of futures"), (0.16, "16 of 100 futures"),
     (0.995, "over 99 % of futures"), (1, "all of 200 futures")],
)  # fmt: skip
def test_falling_short_is_never_rounded_to_never_or_always(
    keeps: Results, p: float, words: str
) -> None:
    one = headlines(changed(keeps, ruin=p))[2]
    assert f"{one.large} {one.words[0]}" == f"{words} see the fund fall short"
    assert (
        one.words[1] == "of money within 4 years, with the budget (our rule, no ministry's figure)"
    )
    assert f"Budget (our rule): falls short in {words}." in card_text(changed(keeps, ruin=p))


@pytest.mark.parametrize(
    ("p", "words"),
    [(0, "none of 100"), (0.005, "fewer than 1 of 100"), (0.16, "16 of 100"), (0.995, "over 99 of 100"), (1, "100 of 100")],
)  # fmt: skip
def test_a_budget_that_is_too_small_is_told_with_whose_it_is(
    tariff: Results, p: float, words: str
) -> None:
    one = headlines(changed(tariff, too_small_rate=p))[2]
    assert f"{one.large} {one.words[0]}" == f"{words} years are short of money,"
    assert one.words[1] == "with the budget (our rule, no ministry's figure)"
    assert f"Budget (our rule): too small in {words} years." in card_text(
        changed(tariff, too_small_rate=p)
    )


def test_a_budget_of_one_s_own_is_told_as_such() -> None:
    own = ("income.budget.vote=fixed", "income.budget.amount=50000")
    results = results_of("serbia+tariff", *SMALL, *own)
    assert headlines(results)[2].words[1] == "with the budget (as you set it)"
    assert "Budget (yours): too small in" in card_text(results)


@pytest.mark.parametrize(
    ("p", "words"),
    [(0, "none"), (0.0094, "fewer than 1"), (0.0096, "1"), (0.146, "15"), (0.99, "99"), (0.992, "over 99"), (1, "100")],
)  # fmt: skip
def test_of_a_hundred(p: float, words: str) -> None:
    assert of_hundred(p) == words


def test_the_footnote_of_kosovo_is_on_its_card_whole() -> None:
    results = results_of("kosovo+tariff", *SMALL)
    words = said(results).replace(" | ", " ")
    assert "Kosovo*, tariff" in words
    lines = [text.get_text() for text in texts(results)]
    first = next(i for i, line in enumerate(lines) if line.endswith("the ICJ Opinion"))
    footnote = results.projection.scenario.world.country.footnote
    assert f"{lines[first]} {lines[first - 1]}" == footnote
    assert "Kosovo*" in card_text(results)
    assert_all_is_seen(results)


def test_without_a_fund_the_card_tells_how_it_is() -> None:
    results = results_of("serbia+no_fund", *SMALL, "pathway.conviction_rate=0.9")
    words = said(results)
    assert "without a fund" in words
    assert "fall short" not in words
    assert "from the offender" in words
    assert "without a fund money ever reaches" in card_text(results)
    assert_all_is_seen(results)
    nobody = changed(results, share_paid_without=0.0, received_without=0.0)
    assert [one.large for one in headlines(nobody)] == ["none of 100", "€ 0"]


@pytest.mark.parametrize(
    "name",
    ["serbia+tariff", "bosnia_and_herzegovina+judgment_advance+informing+caseload_doubles+budget_cut"],
)  # fmt: skip
def test_nothing_is_cut_or_covered_however_large_the_figures(name: str) -> None:
    results = results_of(name, *SMALL, "fund.decision.posts=3")
    assert_all_is_seen(results)
    large: Any = {
        "due_a_year": 123.4e6, "share_paid_with": 0.999, "share_paid_without": 0.001,
        "ruin": 0.9951, "state_cost_a_year": 12.3e6,
    }  # fmt: skip
    assert_all_is_seen(changed(results, **large))
    assert "beside the fund the state pays € 12.3 million a year" in said(changed(results, **large))
    assert len(card_text(changed(results, **large))) <= MOST_LETTERS


def test_a_long_heading_goes_on_to_a_second_line() -> None:
    results = results_of("serbia+tariff+informing+caseload_doubles+budget_cut", *SMALL)
    words = said(results).replace(" | ", " ")
    assert "Serbia, tariff + informing + budget cut + caseload doubles" in words


def test_one_future_has_no_range() -> None:
    words = said(results_of("serbia+tariff", *SMALL, replications=1))
    assert "(one future only)" in words
    assert "ranges" not in words


def test_the_post_is_short_and_keeps_its_figures(tariff: Results) -> None:
    text = card_text(tariff)
    assert len(text) <= MOST_LETTERS
    assert text.startswith("Serbia, tariff")
    assert euro(tariff.get("due_a_year")) in text
    assert text.endswith("uncertain numbers are guesses.")
