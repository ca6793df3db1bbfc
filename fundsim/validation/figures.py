"""Section 6: what is printed of a run, from the books to the last percentile."""

from __future__ import annotations

import math

import numpy as np

from fundsim.analysis.converge import converge
from fundsim.analysis.measures import NEEDS, measure
from fundsim.analysis.project import Projection, project
from fundsim.analysis.statistics import statistics as printed_statistics
from fundsim.model.streams import Streams
from fundsim.reference import arithmetic
from fundsim.reference.future import live
from fundsim.reference.outcomes import outcomes as reference_outcomes
from fundsim.reference.statistics import of_need, statistics
from fundsim.scenario.compose import load
from fundsim.scenario.schema import assumptions
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.tally import Tally

METHOD = "plain Python, written apart from docs/method.md"
N = 3008  # replications: whole batches, enough for TVaR
RUNS = (
    ("serbia+mixed_financing", N),
    ("albania+tariff+legal_aid", 300),
    ("montenegro+no_fund", 65),
)
SMALL = (
    "time.horizon_years=2", "time.runoff_years=2", "time.history_years=2", "caseload.level=12!",
    "fund.opening_capital=40000", "fund.subrogation.pursued_share=0.5",
)  # fmt: skip
PROBABILITIES = ("shortfall", "shortfall_so_far", "too_small", "ruin")
NUMBERS = {
    "claims_filed": "claims",
    "claims_decided": "claims",
    "claims_open": "claims",
    "claims_others": "claims",
    "workload": "posts",
}


def printed(seed: int) -> list[Check]:
    """Every figure of a run from its outcomes: means, percentiles, errors, intervals, tails, parts."""
    kinds = ("values", "percentiles", "errors", "intervals", "tails", "parts", "units")
    tallies = {kind: Tally() for kind in kinds}
    for name, n in RUNS:
        _tell(name, n, seed, tallies)
    what = f"measure() of {len(RUNS)} small scenarios with 65 to {N:,} replications, each measure and year"
    lines = {
        "values": ("a", "Printed means, shares and ratios", "sum over number, share, ratio of sums; numbers by grade; five futures, settled alone, at their places"),
        "percentiles": ("b", "Printed percentiles", "5, 25, 50, 75 and 95 %, each on the line between its neighbours in the sorted values"),
        "errors": ("c", "Printed Monte Carlo errors", "sums of influences over batches of 32"),
        "intervals": ("d", "Printed intervals of probabilities", "Wilson, at the effective number"),
        "tails": ("e", "Printed VaR and TVaR 99.5 %", "quantile, mean beyond it, their errors"),
        "parts": ("f", "Printed parts of the spread", "pairs that share their assumptions"),
        "units": ("g", "Units of printed figures", "by name: nominal or of the price year, local, share, ratio, months, persons"),
    }  # fmt: skip
    least = {
        "values": 150,
        "percentiles": 500,
        "errors": 100,
        "intervals": 4,
        "tails": 8,
        "parts": 50,
        "units": 1000,
    }
    return [
        tallies[kind].check(Line(f"6.10{letter}", name, f"{what}: {how}", "figures", f"{METHOD} §14"), least[kind])
        for kind, (letter, name, how) in lines.items()
    ]  # fmt: skip


def _tell(name: str, n: int, seed: int, tallies: dict[str, Tally]) -> None:
    """Compare all figures of one run, and five of its futures with the reference's."""
    scenario = load(name, SMALL)
    [run] = project([scenario], n, seed)
    columns = {column: run.column(column).tolist() for column in run.columns}
    rows: dict[tuple[str, int | None], dict[str, float]] = {}
    for row in measure(run):
        if row.measure != "assumptions":
            tallies["units"].same(row.unit, _unit(row.measure, row.year))
        rows.setdefault((row.measure, row.year), {})[row.statistic] = row.value
    graded: list[str] = [a.graded for _, a, _ in assumptions(scenario.world) if a.uncertain]
    graded.append(scenario.world.caseload.forms.graded)
    for grade, number in rows.pop(("assumptions", None)).items():
        tallies["values"].same(number, graded.count(grade))
    for (of, year), ours in rows.items():
        theirs = statistics(of, year, columns)
        tallies["values"].same(ours.keys(), theirs.keys())
        for statistic in ours.keys() & theirs.keys():
            # a part of the spread is the root of a difference: as good as half the figures
            slack = 1e-6 if statistic.startswith("sd_") else 1e-9
            tallies[_kind(statistic)].near(ours[statistic], theirs[statistic], slack)
    for r in {0, n // 6, n // 2, n - 1}:  # columns hold each future at its own place
        for column, x in reference_outcomes(live(scenario.world, seed, r)).items():
            tallies["values"].near(columns[column][r], x, 1e-7)


def _unit(name: str, year: int | None) -> str:
    """The unit that a measure's name says it has."""
    stem = name.split(".")[0]
    if (counted := name.removesuffix("_a_year")) in NUMBERS:
        return NUMBERS[counted]
    if name in (*PROBABILITIES, "too_small_rate", "due_of_gdp") or stem.startswith(
        ("share_", "claims_")
    ):
        return "share"
    if stem.startswith("months_") or stem == "longest_delay":
        return "months"
    if stem in ("funding_ratio", "benefits_to_awards") or stem.startswith("award_received_"):
        return "ratio"
    if name.endswith("_local"):
        return "local currency nominal"
    real = name.endswith(("_real", "_a_year", "_per_head")) or name in (
        "missing_then",
        "amount_earlier",
    )
    if real or stem.startswith("received_"):
        return "EUR of the price year"
    if stem == "peak_need":
        return "EUR at the opening"
    nominal = ("incurred_total", "benefits_total", "worst_balance")
    return "EUR nominal" if year is not None or name in nominal else "persons"


def _kind(statistic: str) -> str:
    if statistic.startswith(("var", "tvar")):
        return "tails"
    if statistic.startswith("sd_"):
        return "parts"
    if statistic == "mc_error":
        return "errors"
    return {"m": "values", "p": "percentiles"}.get(statistic[0], "intervals")


def solvent(seed: int) -> list[Check]:
    """The amounts that suffice in 50 to 99 of 100 futures, as a batch stores them."""
    tally, streams = Tally(), Streams(seed, "validation")
    scenario = load("serbia+tariff")
    for n in (40, 71, 72, 200, 367, 368, 640):
        u = streams.of_replications([f"needs of {n}"], np.arange(n))[0].tolist()
        need = [math.inf if x > 0.97 else float(round(20_000 / (1 - x))) for x in u]
        run = Projection(scenario, n, seed)
        run.block = n
        run.add(0, (NEEDS[0].name,), np.array([need]))
        ours = printed_statistics(run, NEEDS[0], NEEDS[0].name)
        theirs = of_need(need)
        tally.same(ours.keys(), theirs.keys())
        for name in ours.keys() & theirs.keys():
            tally.near(ours[name], theirs[name], 1e-6 if "error" in name else 1e-9)
    line = Line("6.11", "Amounts that suffice in 50 to 99 of 100 futures", "statistics() of made-up needs, 40 to 640 of them, some infinite; order statistics, and none where no interval exists", "figures", "docs/method.md §20; David and Nagaraja, Order Statistics, § 7.1")  # fmt: skip
    return [tally.check(line, 20)]


def precise(seed: int) -> list[Check]:
    """A run with --precision goes on until every scenario is precise enough, and no further than a round."""
    tally, asked = Tally(), 0.03
    scenarios = [load(name, SMALL) for name in ("serbia+tariff", "montenegro+tariff")]
    runs, rounds = converge(scenarios, "benefits_a_year", asked, seed)
    errors = []
    for run in runs:
        x = run.column("benefits_a_year").tolist()
        wrong = arithmetic.error(arithmetic.of_mean(x))
        assert wrong is not None
        errors.append(wrong / arithmetic.mean(x))
    tally.same(max(errors) <= asked, True)
    tally.near(rounds[-1].error, max(errors))
    tally.same([done.error > asked for done in rounds], [True] * (len(rounds) - 1) + [False])
    tally.same(len(rounds) > 1, True)
    line = Line("6.12", "Runs until an error is small enough", f"converge() of two scenarios to {100 * asked:g} %; each one's error from its outcomes, larger in every round before the last", "figures", f"{METHOD} §14")  # fmt: skip
    return [tally.check(line, 4)]


GROUPS = (
    Group("6.10", "Printed figures", printed), Group("6.11", "Solvency amounts", solvent), Group("6.12", "Precision", precise),
)  # fmt: skip
