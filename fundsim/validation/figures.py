"""Section 6: what is printed of a run, from the books to the last percentile."""

from __future__ import annotations

import math

import numpy as np

from fundsim.analysis.measures import GROUPS as PEOPLE
from fundsim.analysis.measures import NEEDS, measure
from fundsim.analysis.outcomes import outcomes
from fundsim.analysis.project import Projection, project
from fundsim.analysis.statistics import statistics
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.scenario.compose import load
from fundsim.scenario.schema import assumptions
from fundsim.validation import plain
from fundsim.validation.check import Check, Group, Line
from fundsim.validation.one_future import of_money, of_people
from fundsim.validation.plain import Tally
from fundsim.validation.worlds import many_scenarios

METHOD = "plain Python, written apart from docs/method.md"
SCENARIOS, REPLICATIONS = 40, 4  # random scenarios whose outcomes are read twice
N = 3008  # replications of the run whose figures are worked out again: whole batches, enough for TVaR
SMALL = (
    "time.horizon_years=2", "time.runoff_years=2", "time.history_years=2", "caseload.level=12",
    "fund.opening_capital=40000", "fund.subrogation.pursued_share=0.5",
)  # fmt: skip
PERCENTS = (5, 25, 50, 75, 95)
PROBABILITIES = ("shortfall", "shortfall_so_far", "ruin")
TAILS = ("outgo", "outgo_real")
OF_CLAIMS = ("capped", "set_off", "late", "undecided", "unpaid")
# what is above and what below in every ratio
RATIOS = {
    "benefits_to_awards": ("amount_by_fund", "awards"),
    **{f"claims_{what}_rate": (f"claims_{what}", "claims") for what in OF_CLAIMS},
    **{f"share_soon_{way}": (f"soon_{way}", "identified") for way in ("without", "with")},
    **{
        f"{name}_{way}{group}": (f"{above}_{way}{group}", below.format(way) + group)
        for way in ("without", "with")
        for group in ("", *(f".{group}" for group in PEOPLE))
        for name, above, below in (
            ("share_paid", "paid", "identified"), ("months_to_payment", "months", "paid_{}"),
            ("received", "amount", "identified"), ("award_received", "amount", "awards"),
        )
    },
}  # fmt: skip


def read(seed: int) -> list[Check]:
    """Every outcome of random futures, read from their books and cases by plain loops."""
    books, people = Tally(), Tally()
    for name, sets in many_scenarios(seed + 2, SCENARIOS):
        future = simulate(load(name, sets).world, seed, np.arange(REPLICATIONS))
        ours, seen = outcomes(future), set()
        for tally, theirs in ((books, of_money(future)), (people, of_people(future))):
            for r, own in enumerate(theirs):
                for key, value in own.items():
                    seen.add(key)
                    if key not in ours:
                        tally.same(key, "an outcome")
                    elif isinstance(value, list):
                        tally.all_near(ours[key][r], value, 1e-7)
                    else:
                        tally.near(float(ours[key][r]), value, 1e-7)
        books.same(set(ours) - seen, set())  # nothing is left unread
    what = f"{SCENARIOS} random scenarios across all switches, {REPLICATIONS} replications each"
    n = SCENARIOS * REPLICATIONS
    return [
        books.check(Line("6.20", "Outcomes in money", f"outcomes(): flows by year, real and local, incurred, liabilities, funding ratio, shortfall, peak need, worst balance, longest delay; {what}", "outcomes", f"{METHOD} §4, §12, §13"), 5000, n),
        people.check(Line("6.21", "Outcomes of victims and claims", f"outcomes(): who is paid, how much, after how many months (to the end of the month), all groups, limits reached; {what}", "outcomes", f"{METHOD} §12, §13"), 5000, n),
    ]  # fmt: skip


def printed(seed: int) -> list[Check]:
    """Every figure of one run from its outcomes: means, percentiles, errors, intervals, tails, parts."""
    scenario = load("serbia+mixed_financing", SMALL)
    [run] = project([scenario], N, seed)
    kinds = ("values", "percentiles", "errors", "intervals", "tails", "parts", "units")
    tallies = {kind: Tally() for kind in kinds}
    rows: dict[tuple[str, int | None], dict[str, float]] = {}
    for row in measure(run):
        if row.measure != "assumptions":
            tallies["units"].same(row.unit, _unit(row.measure, row.year))
        rows.setdefault((row.measure, row.year), {})[row.statistic] = row.value
    graded: list[str] = [a.graded for _, a, _ in assumptions(scenario.world) if a.uncertain]
    graded.append(scenario.world.caseload.forms.graded)
    for grade, number in rows.pop(("assumptions", None)).items():
        tallies["values"].same(number, graded.count(grade))
    for (name, year), ours in rows.items():
        theirs = _figures(run, name, year)
        tallies["values"].same(ours.keys() ^ theirs.keys(), set())
        for statistic in ours.keys() & theirs.keys():
            tallies[_kind(statistic)].near(ours[statistic], theirs[statistic])
    for r in (0, 499, 500, 1777, N - 1):  # columns hold each future at its own place
        future = simulate(scenario.world, seed, np.array([r]))
        [own], [people] = of_money(future), of_people(future)
        for name, value in (own | people).items():
            for y, x in enumerate(value if isinstance(value, list) else [value]):
                column = f"{name}@{2027 + y}" if isinstance(value, list) else name
                tallies["values"].near(float(run.column(column)[r]), x, 1e-7)
    what = f"measure() of serbia+mixed_financing, two years, {N:,} replications; each of {len(rows)} measures and years"
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


def _unit(name: str, year: int | None) -> str:
    """The unit that a measure's name says it has."""
    stem = name.split(".")[0]
    if name in PROBABILITIES or stem.startswith(("share_", "claims_")):
        return "share"
    if stem.startswith("months_") or stem == "longest_delay":
        return "months"
    if stem in ("funding_ratio", "benefits_to_awards", "award_received_with"):
        return "ratio"
    if stem == "award_received_without":
        return "share"
    if name.endswith("_local"):
        return "local currency nominal"
    if name.endswith(("_real", "_a_year", "_per_head")) or stem.startswith("received_"):
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


def _figures(run: Projection, name: str, year: int | None) -> dict[str, float]:
    """Every statistic of a measure, from the outcomes of each future."""
    if name in RATIOS:
        above, below = (run.column(column).tolist() for column in RATIOS[name])
        x = [a / b for a, b in zip(above, below, strict=True) if b > 0]
        found = {}
        if sum(below) > 0:
            found["mean"] = math.fsum(above) / math.fsum(below)
            found |= _told("mc_error", plain.error(plain.of_ratio(above, below)))
        pairs = range(0, len(below) - 1, 2)
        both = [i for i in pairs if below[i] > 0 and below[i + 1] > 0]
        own = [above[i + k] / below[i + k] for i in both for k in (0, 1)]
    else:
        x = own = run.column(name if year is None else f"{name}@{year}").tolist()
        found = {"mean": plain.mean(x)}
        found |= _told("mc_error", plain.error(plain.of_mean(x)))
    if year is None and (parts := plain.parts(own)):
        found |= {"sd_assumptions": parts[0], "sd_chance": parts[1]}
    if name in PROBABILITIES:
        low, high = plain.wilson(found["mean"], found.get("mc_error"), len(x))
        return found | {"low95": low, "high95": high}
    if x:
        found |= {f"p{percent}": plain.percentile(x, percent) for percent in PERCENTS}
    if name in TAILS:
        found["var99_5"] = plain.percentile(x, 99.5)
        influence = plain.of_percentile(x, 99.5)
        if influence is not None:
            found |= _told("var99_5_mc_error", plain.error(influence))
        found["tvar99_5"], beyond = plain.tail_mean(x, 99.5)
        found |= _told("tvar99_5_mc_error", plain.error(beyond))
    return found


def _told(name: str, value: float | None) -> dict[str, float]:
    return {} if value is None else {name: value}


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
        ours = statistics(run, NEEDS[0], NEEDS[0].name)
        theirs = {
            f"solvent{percent}": plain.suffices(need, percent)
            for percent in (50, 75, 90, 95, 99)
            if (percent / 100) ** n <= 0.025
        }
        tally.same({name for name in ours if "error" not in name}, set(theirs))
        for name, value in theirs.items():
            tally.near(ours.get(name), value)
            capped = [min(amount, 1e9) for amount in need]  # an interval has finite ends
            influence = plain.of_percentile(capped, float(name.removeprefix("solvent")))
            if influence is not None and math.isfinite(value):
                tally.near(ours.get(f"{name}_mc_error"), plain.error(influence), 1e-6)
    line = Line("6.11", "Amounts that suffice in 50 to 99 of 100 futures", "statistics() of made-up needs, 40 to 640 of them, some infinite; order statistics, and none where no interval exists", "figures", "docs/method.md §20; David and Nagaraja, Order Statistics, § 7.1")  # fmt: skip
    return [tally.check(line, 20)]


GROUPS = (
    Group("6.10", "Printed figures", printed), Group("6.11", "Solvency amounts", solvent),
    Group("6.20", "Outcomes", read),
)  # fmt: skip
