"""Section 6: what is printed when scenarios are set beside each other, and what would suffice."""

from __future__ import annotations

import math

import numpy as np

from fundsim.analysis.compare import Difference, compare
from fundsim.analysis.needs import enough, needs
from fundsim.analysis.project import Projection, project
from fundsim.analysis.solve import Lever, lever_of, solve
from fundsim.model.run import simulate
from fundsim.reference import arithmetic
from fundsim.reference.statistics import RATIOS
from fundsim.scenario.compose import load
from fundsim.scenario.numbers import literal
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.figures import METHOD
from fundsim.validation.tally import Tally

N = 512  # replications of a comparison
SHORT = (
    "time.horizon_years=3",
    "time.runoff_years=2",
    "time.history_years=3",
    "caseload.level=20!",
)
# a fund that keeps what a fixed line brings
KEPT = (
    *SHORT, "income.budget.vote=fixed", "income.budget.amount=60000", "income.budget.index=wages",
    "income.budget.lapses=false",
)  # fmt: skip
# which way is better for who pays or who is paid, by name and in all its groups
LOWER = (
    "due", "due_real", "state_cost", "unpaid", "shortfall", "shortfall_so_far", "due_a_year",
    "due_per_head", "ruin", "peak_need", "longest_delay", "months_to_payment_with",
    "months_to_payment_without", "claims_late_rate", "claims_undecided_rate", "claims_unpaid_rate",
)  # fmt: skip
HIGHER = (
    "benefits", "benefits_a_year", "benefits_total", "cash", "funding_ratio", "worst_balance",
    "recoveries", "granted", "paid_by_fund", "paid_with", "share_paid_with", "share_soon_with",
    "received_with", "award_received_with", "share_paid_without", "received_without", "applied",
)  # fmt: skip
NEITHER = ("outgo", "outgo_a_year", "income", "incurred_total", "identified", "claims_capped_rate")
# what would suffice, each future settled again with it: scenario, its line, overrides
FUNDS = (
    ("serbia+tariff", "budget", ("fund.opening_capital=3000", "income.budget.lapses=true", "fund.reserve_return=true")),
    ("kosovo+tariff+budget_cut", "budget", ("fund.payment.when_short=pro_rata", "income.budget.lapses=false", "fund.reserve_return=true")),
    ("albania+mixed_financing", "budget", ("fund.payment.yearly_limit=8000", "fund.opening_capital=0")),
    ("montenegro+status_fixed", "budget", (  # offenders pay a fund that everybody applies to
        "fund.reserve_return=false", "income.budget.amount=1000", "fund.take_up.unassisted_rate=1", "fund.subrogation.pursued_share=1",
        "fund.subrogation.failure_rate=0", "fund.subrogation.recovered_rate=1", "fund.subrogation.delay.median=1!",
        "pathway.prosecuted_rate=1", "pathway.conviction_rate=1", "pathway.indictment.median=1!", "pathway.criminal.median=1!",
    )),
)  # fmt: skip
FUTURES = 10  # of each that are settled again


def compared(seed: int) -> list[Check]:
    """Every row of a comparison, from the outcomes of both scenarios in each future."""
    scenarios = [
        load(name, SHORT) for name in ("serbia+tariff_interim", "serbia+mixed_financing+informing")
    ]
    first, second = project(scenarios, N, seed)
    figures, errors, better, pairing = (Tally() for _ in range(4))
    for row in compare([first, second], yearly=True):
        x, y = (_values(run, row.measure, row.year) for run in (first, second))
        ours, theirs = (_figure(own, row.statistic) for own in (x, y))
        figures.near(row.first, ours[0])
        figures.near(row.second, theirs[0])
        figures.near(row.change, theirs[0] - ours[0], 1e-7)
        figures.same(row.same, x == y or str(x) == str(y))
        _noise(row, ours[1], theirs[1], errors, pairing)
        _judged(row, x[0], y[0], better)
    what = f"compare() of {first.scenario.name} and {second.scenario.name}, three years, {N} replications, yearly too"
    return [
        figures.check(Line("6.30a", "Compared figures and their change", f"{what}; second less first", "figures", f"{METHOD} §18"), 1000),
        errors.check(Line("6.30b", "Errors and intervals of a change", f"{what}; error of the difference of influences, ± 1.96 of it", "figures", f"{METHOD} §14, §18"), 500),
        better.check(Line("6.30c", "Shares of futures in which it is better, and worse", f"{what}; by a list of what is better, counted", "shares", f"{METHOD} §18"), 100),
        pairing.check(Line("6.30d", "What pairing gains", f"{what}; variances of the influences, and the most possible", "figures", f"{METHOD} §18"), 500),
    ]  # fmt: skip


Columns = tuple[list[float], list[float], list[float]]  # in each future: value, above, below


def _values(run: Projection, name: str, year: int | None) -> Columns:
    of_year = "" if year is None else f"@{year}"
    if name in RATIOS:
        above, below = (run.column(f"{part}{of_year}").tolist() for part in RATIOS[name])
        each = [a / b if b > 0 else math.nan for a, b in zip(above, below, strict=True)]
        return each, above, below
    return run.column(f"{name}{of_year}").tolist(), [], []


def _figure(own: Columns, statistic: str) -> tuple[float, list[float] | None]:
    """A figure and its influence."""
    x, above, below = own
    if statistic != "mean":
        percent = float(statistic[1:])
        return arithmetic.percentile(x, percent), arithmetic.of_percentile(x, percent)
    if above and not any(below):
        return math.nan, None
    if above:
        return math.fsum(above) / math.fsum(below), arithmetic.of_ratio(above, below)
    return arithmetic.mean(x), arithmetic.of_mean(x)


def _noise(
    row: Difference, a: list[float] | None, b: list[float] | None, errors: Tally, pairing: Tally
) -> None:
    if a is None or b is None:
        errors.same((row.mc_error, row.noise_cut, row.pairing), (None, None, None))
        return
    apart = [y - x for x, y in zip(a, b, strict=True)]
    error = arithmetic.error(apart)
    assert error is not None
    errors.near(row.mc_error, error, 1e-7)
    errors.near(row.low95, row.second - row.first - arithmetic.Z95 * error, 1e-7)
    errors.near(row.high95, row.second - row.first + arithmetic.Z95 * error, 1e-7)
    own = (arithmetic.error(a) or 0.0) ** 2, (arithmetic.error(b) or 0.0) ** 2
    if min(*own, error) > 1e-9:
        errors.near(row.noise_cut, sum(own) / error**2, 1e-6)
    sums, together = (arithmetic.variance(a), arithmetic.variance(b)), arithmetic.variance(apart)
    if together > 1e-9 * sum(sums) > 0:
        pairing.near(row.pairing, sum(sums) / together, 1e-6)
        scales = (math.sqrt(sums[0]) - math.sqrt(sums[1])) ** 2
        if scales > 1e-9 * sum(sums):
            pairing.near(row.pairing_most, sum(sums) / scales, 1e-6)


def _judged(row: Difference, x: list[float], y: list[float], better: Tally) -> None:
    stem = row.measure.split(".")[0]
    if row.statistic != "mean" or stem in NEITHER:
        better.same((row.better, row.worse), (None, None))
    elif stem in LOWER or stem in HIGHER:
        change = [b - a for a, b in zip(x, y, strict=True) if not math.isnan(b - a)]
        up = sum(c > 0 for c in change) / len(change)
        down = sum(c < 0 for c in change) / len(change)
        good, bad = (down, up) if stem in LOWER else (up, down)
        better.near(row.better, good)
        better.near(row.worse, bad)


def sufficing(seed: int) -> list[Check]:
    """What each future needs: settled again with that amount it lasts, with a euro less it does not."""
    line_tally, capital_tally, frontier, over, margin = (Tally() for _ in range(5))
    for name, line, sets in FUNDS:
        scenario = load(name, (*SHORT, *sets))
        found = needs(scenario, line, FUTURES, seed)
        given = (*SHORT, *sets, f"income.{line}.in_force=true", f"income.{line}.vote=fixed")
        key = f"income.{line}.amount"
        for r in range(FUTURES):
            too_much = not _lasts(name, (*given, f"{key}=1e9", "fund.opening_capital=1e9"), seed, r)
            over.same(bool(found.over_limit[r]), too_much)
            if found.margin is not None and math.isfinite(found.margin[r]):
                own = (*SHORT, *sets)
                margin.same(
                    _edge_of_margin(name, own, line, found.margin[r], seed, r), (True, False)
                )
            over.same(math.isinf(float(found.contribution[r])), too_much)
            if too_much:
                continue
            line_tally.same(_edge(name, given, key, found.contribution[r], seed, r), (True, False))
            own = (*SHORT, *sets)
            capital = _edge(name, own, "fund.opening_capital", found.capital[r], seed, r)
            capital_tally.same(capital, (True, False))
            point = r % found.capitals.size
            with_it = (*given, f"fund.opening_capital={literal(found.capitals[point])}")
            edge = _edge(name, with_it, key, found.at_capital[point, r], seed, r)
            frontier.same(edge, (True, False))
    what = f"needs() of {len(FUNDS)} scenarios, {FUTURES} futures each, under each one's own rule when cash is short; the future settled again lasts with it, and with one euro less falls short"
    cite, n = "the run itself; docs/method.md §18", len(FUNDS) * FUTURES
    return [
        line_tally.check(Line("6.40a", "Contribution that suffices", what, "futures", cite), n // 2),
        capital_tally.check(Line("6.40b", "Capital that suffices", what, "futures", cite), n // 2),
        frontier.check(Line("6.40c", "Contribution beside other capitals", f"{what}; points of the frontier", "futures", cite), n // 2),
        margin.check(Line("6.40e", "Margin that suffices", f"{what.replace('euro', 'hundredth')}; where some margin does", "futures", cite), FUTURES // 2),
        over.check(Line("6.40d", "Futures in which no amount suffices", f"{what}; € 1,000,000,000 of both", "futures", cite), n),
    ]  # fmt: skip


def _edge(
    name: str, sets: tuple[str, ...], key: str, amount: float, seed: int, r: int
) -> tuple[bool, bool]:
    """Whether a future lasts with an amount, and with one euro less (False where that is below nothing)."""
    less = amount >= 1 and _lasts(name, (*sets, f"{key}={literal(amount - 1)}"), seed, r)
    return _lasts(name, (*sets, f"{key}={literal(amount)}"), seed, r), less


def _edge_of_margin(
    name: str, sets: tuple[str, ...], line: str, margin: float, seed: int, r: int
) -> tuple[bool, bool]:
    """The same of the margin of a revised line, and of one less by a hundredth."""
    key, hundredths = f"income.{line}.margin", round(100 * margin)
    less = hundredths >= 1 and _lasts(name, (*sets, f"{key}={(hundredths - 1) / 100}!"), seed, r)
    return _lasts(name, (*sets, f"{key}={hundredths / 100}!"), seed, r), less


def _lasts(name: str, sets: tuple[str, ...], seed: int, r: int) -> bool:
    """Whether everything due within the horizon is paid in its month, without an advance or a supplement."""
    last: dict[str, str] = {text.split("=", 1)[0]: text for text in sets}  # the later one holds
    world = load(name, list(last.values())).world
    book = simulate(world, seed, np.array([r])).ledger
    months = range(12 * world.time.horizon_years)
    owed = (book.outstanding, book.arrears, book.advance, book.supplements)
    return not any(int(table[0, t]) for table in owed for t in months)


def amounts(seed: int) -> list[Check]:
    """The amount for a share of futures, and its interval: places in the sorted needs."""
    found = needs(load("serbia+tariff", SHORT), "budget", 320, seed)
    need, tally = found.contribution.tolist(), Tally()
    for target in (0.5, 0.8, 0.9, 0.95):
        ours = enough(found.contribution, target)
        amount = arithmetic.suffices(need, 100 * target)
        lasting = [float(x <= amount < math.inf) for x in need]
        error = arithmetic.error(arithmetic.of_mean(lasting))
        assert error is not None
        tally.near(ours.amount, amount)
        tally.near(ours.solvent.value, arithmetic.mean(lasting))
        tally.near(ours.solvent.mc_error, error)
        tally.near(ours.low95, arithmetic.suffices(need, 100 * (target - arithmetic.Z95 * error)))
        tally.near(ours.high95, arithmetic.suffices(need, 100 * (target + arithmetic.Z95 * error)))
    line = Line("6.41", "Amount for a share of futures, and its interval", "enough() of 320 needs at four shares; the place of the share, and of the share ± 1.96 of its errors, in the sorted needs", "figures", f"{METHOD} §18")  # fmt: skip
    return [tally.check(line, 20)]


def searched(seed: int) -> list[Check]:
    """A solved lever: with it enough futures last, and a little beyond it too few."""
    n, tally = 96, Tally()
    for name, key, target in (
        ("serbia+tariff", "tariff", 0.8), ("serbia+tariff", "fund.costs.office_a_year", 0.8),
        ("kosovo+tariff", "income.budget.amount", 0.7),
    ):  # fmt: skip
        scenario = load(name, KEPT)
        lever = lever_of(scenario, key)
        found = solve(scenario, lever, target, n, seed)
        assert found.amount is not None
        beyond = found.amount * (0.998 if found.rising else 1.002)
        share = _share_lasting(name, lever, found.amount, n, seed)
        tally.near(found.solvent.value, share)
        tally.same(found.rising, key.startswith("income"))
        tally.same(share >= target, True)
        tally.same(_share_lasting(name, lever, beyond, n, seed) < target, True)
        nearest = min(abs(value - found.amount) for value, lasts in found.trials if lasts < target)
        tally.same(nearest <= 0.001001 * found.amount, True)  # the bracket is a thousandth wide
        error = arithmetic.error(arithmetic.of_mean(_lasting(name, lever, found.amount, n, seed)))
        assert error is not None
        sides = [
            _edge_of(name, lever, target + sign * arithmetic.Z95 * error, found.rising, n, seed)
            for sign in (1, -1)
        ]
        # the ends of its interval are searched to a hundredth
        expected = abs(sides[0] - sides[1]) / (2 * arithmetic.Z95)
        tally.near((found.mc_error or 0.0) / expected, 1.0, 0.2)
    line = Line("6.42", "Solved levers", f"solve() of three levers, {n} futures; run again with the amount the target is met, and 0.2 % beyond it is not; more income helps, more claims do not; its error by the amounts at the target ± 1.96 errors", "comparisons", "the run itself; docs/method.md §18")  # fmt: skip
    return [tally.check(line, 12)]


def _edge_of(name: str, lever: Lever, share: float, rising: bool, n: int, seed: int) -> float:
    """The value of a lever at which so large a share lasts, by halving."""
    good, bad = (lever.most, lever.least) if rising else (lever.least, lever.most)
    for _ in range(14):
        low, high = sorted((good, bad))
        middle = math.sqrt(low * high) if low > 0 and high > 2 * low else (low + high) / 2
        if _share_lasting(name, lever, middle, n, seed) >= share:
            good = middle
        else:
            bad = middle
    return good


def _share_lasting(name: str, lever: Lever, value: float, n: int, seed: int) -> float:
    return math.fsum(_lasting(name, lever, value, n, seed)) / n


def _lasting(name: str, lever: Lever, value: float, n: int, seed: int) -> list[float]:
    """1 for each future that lasts with that value of the lever, else 0."""
    sets = [f"{lever.key}={literal(value)}"]
    if lever.key == "tariff":
        tariff = load(name, KEPT).world.fund.amount.tariff
        sets = [
            f"fund.amount.tariff.{age}.{form}={literal(value * getattr(own, form).value)}"
            for age, own in (("adult", tariff.adult), ("child", tariff.child))
            for form in type(own).model_fields
        ]
    kept = [text for text in KEPT if text.split("=")[0] != lever.key]
    world = load(name, [*kept, *sets]).world
    book = simulate(world, seed, np.arange(n)).ledger
    months = 12 * world.time.horizon_years
    owed = zip(book.outstanding.tolist(), book.arrears.tolist(), book.advance.tolist(), strict=True)
    return [float(not any(any(row[:months]) for row in rows)) for rows in owed]


GROUPS = (
    Group("6.30", "Comparisons", compared), Group("6.40", "What would suffice", sufficing),
    Group("6.41", "Amounts for a share of futures", amounts), Group("6.42", "Solved levers", searched),
)  # fmt: skip
