"""Root finding for levers, and the command: right where an exact answer is known, honest elsewhere."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fundsim.analysis.desk import staffing
from fundsim.analysis.needs import enough, needs
from fundsim.analysis.project import project
from fundsim.analysis.solve import TARIFF_KEYS, Lever, lever_of, solve, with_lever
from fundsim.model.run import simulate
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from tests.test_run_command import fundsim  # noqa: F401

SHORT = ("time.horizon_years=6", "time.runoff_years=2", "time.history_years=4")
# a fixed line of which what is left stays in the fund, and no handling time: the question is whether the fund lasts
LINE = (
    "income.budget.vote=fixed", "income.budget.amount=120000", "income.budget.index=wages", "income.budget.lapses=false",
    "fund.reserve_return=true", "fund.decision.handling.median=0!",
)  # fmt: skip
N = 400


def scenario(*sets: str, fixed: bool = True) -> Scenario:
    """Serbia's fund, by default with LINE, of which sets may say something else."""
    said = {text.partition("=")[0] for text in sets}
    line = [text for text in LINE if text.partition("=")[0] not in said] if fixed else []
    return load("serbia+tariff", [*SHORT, *line, *sets])


def lasts(of: Scenario, seed: int = 1) -> float:
    [projection] = project([of], N, seed)
    return 1 - float(projection.column("ruin").mean())


def test_the_search_finds_what_is_known_exactly() -> None:
    """The contribution by halving is the exact one, within the width of its bracket."""
    exact = enough(needs(scenario(), "budget", N, 1).contribution, 0.9)
    found = solve(scenario(), lever_of(scenario(), "income.budget.amount"), 0.9, N, 1)
    assert found.amount is not None
    assert 0 <= found.amount - exact.amount < 2e-3 * exact.amount
    assert found.rising
    # the two errors come from different estimates of the same slope
    assert found.mc_error is not None
    assert 0.3 < found.mc_error / ((exact.high95 - exact.low95) / (2 * 1.96)) < 3


@pytest.mark.parametrize(
    "name", ["tariff", "fund.take_up.unassisted_rate", "fund.decision.approval_rate"]
)
def test_a_lever_at_its_solution_reaches_the_target(name: str) -> None:
    """On the same seed exactly; a little further it does not; a new seed within three errors."""
    lever = lever_of(scenario(), name)
    found = solve(scenario(), lever, 0.85, N, 1)
    assert found.amount is not None
    assert not found.rising
    again = lasts(with_lever(scenario(), lever, found.amount))
    assert again == found.solvent.value >= 0.85
    further = 1.01 * found.amount
    if not name.endswith("_rate") or further <= 1:
        assert lasts(with_lever(scenario(), lever, further)) < 0.85 + 1.5 / N
    assert found.solvent.mc_error is not None
    other = lasts(with_lever(scenario(), lever, found.amount), seed=2)
    assert abs(other - found.solvent.value) < 3 * np.sqrt(2) * found.solvent.mc_error


def test_two_levers_one_after_the_other() -> None:
    """With half the tariff less money is needed; with that money the tariff solves back to a half."""
    half = with_lever(scenario(), lever_of(scenario(), "tariff"), 0.5)
    amount = enough(needs(half, "budget", N, 1).contribution, 0.9).amount
    poorer = scenario(f"income.budget.amount={amount}")
    found = solve(poorer, lever_of(poorer, "tariff"), 0.9, N, 1)
    assert found.amount == pytest.approx(0.5, rel=0.01)


def test_the_tariff_lever_scales_every_sum() -> None:
    doubled = with_lever(scenario(), lever_of(scenario(), "tariff"), 2.0)
    amount, before = doubled.world.fund.amount.tariff, scenario().world.fund.amount.tariff
    for key in TARIFF_KEYS:
        age, form = key.split(".")[-2:]
        now, then = (getattr(getattr(t, age), form).value for t in (amount, before))
        assert now == 2 * then


def test_a_target_out_of_reach_or_reached_anyway() -> None:
    none = scenario("income.budget.amount=30000", "fund.decision.working_months=0.1")
    found = solve(none, lever_of(none, "fund.decision.approval_rate"), 0.99, N, 1)
    assert found.amount is None
    assert 0 < found.solvent.value < 0.99
    assert max(share for _, share in found.trials) == found.solvent.value
    rich = scenario("fund.opening_capital=900000000")
    found = solve(rich, lever_of(rich, "tariff"), 0.9, N, 1)
    assert found.amount == found.lever.most


def test_a_lever_without_effect_is_refused() -> None:
    """Nothing is lent under the queue, so the interest on advances cannot matter."""
    lever = lever_of(scenario(), "fund.payment.advance_interest")
    with pytest.raises(InputError, match="does not change the share of futures that last"):
        solve(scenario(), lever, 0.95, 100, 1)


def test_the_error_covers_over_repeated_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Needs drawn anew 200 times: the known root lies within 1.96 errors in nearly 95 of 100."""
    rng = np.random.default_rng(3)
    root, n, hits, known = float(np.exp(0.5 * 1.2815515655446004)), 1024, 0, 0
    for _ in range(200):
        drawn = np.exp(0.5 * rng.standard_normal(n))
        monkeypatch.setattr(
            "fundsim.analysis.solve.lasting",
            lambda value, *_, drawn=drawn: (drawn <= value).astype(np.float64),
        )
        monkeypatch.setattr(
            "fundsim.analysis.solve.with_lever", lambda s, lever, x: type("S", (), {"world": x})
        )
        found = solve(scenario(), Lever("x", "", 1.0, 0.01, 100.0), 0.9, n, 1)
        assert found.amount is not None
        if found.mc_error is not None:
            known += 1
            hits += abs(found.amount - root) <= 1.96 * found.mc_error
    assert known > 195
    assert 0.9 < hits / known < 0.99


@pytest.mark.parametrize(
    ("name", "between", "message"),
    [
        ("fund.take_up.unassisted_rat", None, "did you mean 'fund.take_up.unassisted_rate'"),
        ("fund.amount.cap", None, "is not set in the scenario"),
        ("fund.take_up.unassisted_rate", (0.5, 1.5), "within 0 and 1"),
        ("fund.take_up.unassisted_rate", (0.5, 0.2), "must rise"),
        ("fund.opening_capital", None, "no value above 0 to start from"),
    ],
)
def test_levers_that_cannot_be_solved_for(
    name: str, between: tuple[float, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        lever_of(scenario(), name, between)


def test_a_lever_keeps_other_sets() -> None:
    """`with_lever` replaces a --set of the same key and keeps the rest."""
    one = scenario("fund.take_up.unassisted_rate=0.3", "fund.decision.posts=2")
    lever = Lever("fund.take_up.unassisted_rate", "share", 0.3, 0, 1)
    world = with_lever(one, lever, 0.4).world
    assert world.fund.take_up.unassisted_rate.value == 0.4
    assert world.fund.decision.posts.value == 2


# ---------------------------------------------------------------------------------- posts, and the margin


def waits(posts: str, months: int) -> np.ndarray:
    """Months from filing to decision of the claims filed within the horizon of a run with these posts."""
    world = load("serbia+tariff", [*SHORT, f"fund.decision.posts={posts}"]).world
    future = simulate(world, 1, np.arange(N))
    filed = future.drawn.claims.filed_at
    return np.asarray((future.owed.decided_at - filed)[filed < months])


def test_the_posts_are_the_fewest_twentieths_that_a_run_decides_in_time_with() -> None:
    for months in (3.5, 5.0, 12.0):
        found = staffing(load("serbia+tariff", SHORT), months, N, 1)
        assert found.needed is not None
        posts = found.needed.posts
        assert posts * 20 == pytest.approx(round(posts * 20))
        with_them, with_less = waits(f"{posts:.2f}!", 72), waits(f"{posts - 0.05:.2f}!", 72)
        assert np.median(with_them) == found.needed.median <= months
        assert (with_them > 12).mean() == found.needed.slow
        assert np.median(with_less) > months


def test_more_months_never_need_more_posts() -> None:
    found = [
        staffing(load("kosovo+tariff", SHORT), m, N, 1).needed for m in (3.1, 3.5, 4, 6, 9, 18, 60)
    ]
    posts = [one.posts for one in found if one is not None]
    assert len(posts) >= 5
    assert posts == sorted(posts, reverse=True)
    assert posts[0] > posts[-1]


def test_the_work_of_a_year_is_that_of_the_claims_filed_in_it() -> None:
    one = load("serbia+tariff", SHORT)
    found, claims = staffing(one, 6.0, N, 1), simulate(one.world, 1, np.arange(N)).drawn.claims
    for year in range(6):
        of_year = np.floor(claims.filed_at / 12) == year
        assert found.work[year] == pytest.approx(claims.working_months[of_year].sum() / 12 / N)


def test_the_margin_is_enough_and_a_hundredth_less_is_not() -> None:
    one = scenario(fixed=False)
    answer = enough(found_margin(one), 0.6)
    assert np.isfinite(answer.amount)
    for less, lasts in ((0.0, True), (0.01, False)):
        margin = f"income.budget.margin={answer.amount - less:.2f}"
        need = needs(scenario(margin, fixed=False), "budget", N, 1)
        assert (float((need.capital <= 0).mean()) >= 0.6) == lasts


def found_margin(one: Scenario) -> np.ndarray:
    margin = needs(one, "budget", N, 1).margin
    assert margin is not None
    return margin


def test_a_fund_that_is_asked_by_the_year_is_solved_for_years_with_enough() -> None:
    """More of the margin makes more years have enough; the share at the answer is that of a run."""
    one = scenario(fixed=False)
    found = solve(one, lever_of(one, "income.budget.margin"), 0.6, N, 1)
    assert found.amount is not None
    assert found.rising
    [run] = project([with_lever(one, found.lever, found.amount)], N, 1)
    years = np.mean([run.column(f"overrun@{year}") > 0 for year in run.years()])
    assert 1 - years == pytest.approx(found.solvent.value)
    with pytest.raises(
        InputError, match="does not change the share of years with a budget that is enough"
    ):
        solve(one, lever_of(one, "fund.payment.advance_interest"), 0.95, 100, 1)


# ---------------------------------------------------------------------------------- the command

QUICK = ("--years", "4", "--set", "time.runoff_years=1", "-n", "300", "--workers", "1")


def test_solve_tells_the_amount_and_writes_the_curve(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    assert fundsim("solve", "kosovo+tariff", *QUICK, "--solvent", "0.9", "--out", "answer") == 0
    told = capsys.readouterr().out
    assert "for enough money in each of 4 years in 90 of 100 futures the fund needs" in told
    assert "without prejudice" in told
    curve = json.loads((tmp_path / "answer" / "curve.json").read_text(encoding="utf-8"))
    amounts = [p["contribution"] for p in curve]
    assert amounts == sorted(amounts)
    [point] = [p for p in curve if p["solvent"] == 0.9]
    for name in ("confidence.png", "frontier.svg", "frontier.csv", "manifest.json"):
        assert (tmp_path / "answer" / name).stat().st_size > 100
    assert fundsim("solve", "kosovo+tariff", *QUICK, "--solvent", "0.9", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["amount"] == point["contribution"]


def test_solve_searches_for_another_lever(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    line = [part for text in LINE for part in ("--set", text)]
    args = ("solve", "kosovo+tariff", *QUICK, *line, "--for", "tariff", "--solvent", "0.8")
    assert fundsim(*args, "--out", "answer") == 0
    assert "the tariff may be at most" in capsys.readouterr().out
    assert (tmp_path / "answer" / "lever.png").exists()


def test_solve_tells_the_posts_and_writes_the_work_of_each_year(fundsim, capsys, tmp_path) -> None:  # noqa: F811
    args = ("solve", "kosovo+tariff", *QUICK, "--for", "posts", "--months", "6")
    assert fundsim(*args, "--out", "answer") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "half of all claims are decided within" in told
    assert "(asked: 6)" in told
    assert "whatever the desk" in told
    work = json.loads((tmp_path / "answer" / "work.json").read_text(encoding="utf-8"))
    assert [row["year"] for row in work] == [2027, 2028, 2029, 2030]
    assert fundsim(*args, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["work"] == work
    found = staffing(
        load("kosovo+tariff", ["time.horizon_years=4", "time.runoff_years=1"]), 6, 300, 20260101
    )
    assert found.needed is not None
    assert answer["posts"] == found.needed.posts


def test_no_posts_shorten_what_reports_and_opinions_take(fundsim, capsys) -> None:  # noqa: F811
    args = (
        "solve",
        "kosovo+tariff",
        *QUICK,
        "--set",
        "fund.decision.handling.median=8!",
        "--for",
        "posts",
    )
    assert fundsim(*args, "--months", "5", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["posts"] is None
    told = " ".join(answer["answer"])
    assert (
        "no number of posts brings half of all claims to a decision within 5 months of filing"
        in told
    )
    assert "Police reports and expert opinions alone take" in told


def test_solve_tells_the_margin_and_its_curve_rises(fundsim, capsys) -> None:  # noqa: F811
    args = ("solve", "kosovo+tariff", *QUICK, "--for", "margin", "--solvent", "0.5", "--json")
    assert fundsim(*args) == 0
    answer = json.loads(capsys.readouterr().out)
    margins = [point["margin"] for point in answer["curve"] if point["margin"] is not None]
    assert margins == sorted(margins)
    assert answer["amount"] == next(p["margin"] for p in answer["curve"] if p["solvent"] == 0.5)
    assert f"a margin of {answer['amount']:g}" in " ".join(answer["answer"])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("serbia+no_fund",), "has no fund"),
        (("serbia+no_fund", "--for", "posts"), "has no fund"),
        (("serbia+committee", "--for", "posts"), "a committee decides: its sessions and files matter, not the posts"),
        (("serbia", "--for", "posts", "--months", "0"), "--months: 0: must be above 0 and at most 600"),
        (("serbia", "--for", "posts", "--months", "nan"), "must be above 0 and at most 600"),
        (("serbia", "--months", "4"), "--months: 4: goes with --for posts"),
        (("serbia", "--for", "posts", "--line", "budget"), "--line: does not go with --for posts"),
        (("serbia", "--for", "posts", "--between", "1", "2"), "--between: does not go with --for posts"),
        (("serbia", "--for", "margin", "--set", "income.budget.vote=fixed", "--set", "income.budget.amount=1000"),
         "is fixed, not revised: it has no margin"),
        (("serbia", "--solvent", "1.5"), "must be above 0 and below 1"),
        (("serbia", "--solvent", "0.995"), "must be at least 1,000 to speak of 99.5 of 100"),
        (("serbia", "--for", "contributon"), "did you mean 'contribution'"),
        (("serbia", "--line", "budgt"), "did you mean 'budget'"),
        (("serbia", "--for", "tariff", "--line", "budget"), "goes with --for contribution"),
        (("serbia", "--between", "1", "2"), "is solved exactly"),
    ],
)  # fmt: skip
def test_bad_requests_get_one_message(fundsim, capsys, args, message) -> None:  # noqa: F811
    assert fundsim("solve", *args, *QUICK) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (("fund.payment.yearly_limit=1000",), "raise the limit"),
        (("income.budget.from_year=2029",), "needs capital at the opening too"),
    ],
)
def test_what_cannot_be_had_is_explained(fundsim, capsys, sets, message) -> None:  # noqa: F811
    args = [part for text in sets for part in ("--set", text)]
    assert fundsim("solve", "kosovo+tariff", *QUICK, *args) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "is enough" in told
    assert message in told
