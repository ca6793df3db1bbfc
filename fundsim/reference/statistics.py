"""Statistics of many futures, in plain Python (method §14, §18): what is printed of each measure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from fundsim.scenario.schema import FORMS

TWINS, BATCH, LEAST_BATCHES = 2, 32, 8
PERCENTS = (5, 25, 50, 75, 95)
LEAST_FOR_VAR, LEAST_FOR_TVAR = 736, 3000  # futures
Z95 = 1.959963984540054
SOLVENT = (50, 75, 90, 95, 99)
Column = Sequence[float]
Statistics = dict[str, float]

PROBABILITIES = ("ruin", "shortfall", "shortfall_so_far")
WITH_TAIL = ("outgo", "outgo_real")
GROUPS = (
    "", *(f".form.{form}" for form in FORMS), ".age.child", ".age.adult", ".nationality.foreign",
    ".nationality.national",
)  # fmt: skip
# a ratio is the sum of the first over the sum of the second
_OF_ALL = {
    "benefits_to_awards": ("amount_by_fund", "awards"),
    "share_soon_without": ("soon_without", "identified"),
    "share_soon_with": ("soon_with", "identified"),
    "claims_capped_rate": ("claims_capped", "claims"),
    "claims_set_off_rate": ("claims_set_off", "claims"),
    "claims_late_rate": ("claims_late", "claims"),
    "claims_undecided_rate": ("claims_undecided", "claims"),
    "claims_unpaid_rate": ("claims_unpaid", "claims"),
}
_OF_GROUPS = {
    "share_paid": ("paid", "identified"),
    "months_to_payment": ("months", "paid"),
    "received": ("amount", "identified"),
    "award_received": ("amount", "awards"),
}


def _ratios() -> dict[str, tuple[str, str]]:
    found = dict(_OF_ALL)
    for group in GROUPS:
        for name, (above, below) in _OF_GROUPS.items():
            for which in ("without", "with"):
                of = f"{below}_{which}" if below == "paid" else below
                found[f"{name}_{which}{group}"] = (f"{above}_{which}{group}", f"{of}{group}")
    return found


RATIOS = _ratios()


def statistics(name: str, year: int | None, columns: Mapping[str, Column]) -> Statistics:
    """Every statistic of a measure, or of one of its years.

    columns  outcomes by name, each [replication]
    """
    if name in RATIOS:
        above, below = (columns[part] for part in RATIOS[name])
        return of_ratio(above, below)
    x = columns[name if year is None else f"{name}@{year}"]
    if name in PROBABILITIES:
        return of_probability(x, with_spread=year is None)
    return of_amount(x, with_spread=year is None, with_tail=name in WITH_TAIL)


def of_amount(x: Column, with_spread: bool, with_tail: bool) -> Statistics:
    """Mean, error, parts of the spread, percentiles, and the tail."""
    found = _mean(x) | (spread(x) if with_spread else {}) | percentiles(x)
    n = len(x)
    if with_tail and n >= LEAST_FOR_VAR:
        found |= _named("var99_5", quantile(x, 0.995), quantile_error(x, 0.995))
        if n >= LEAST_FOR_TVAR:
            found |= _named("tvar99_5", *tail_mean(x, 0.995))
    return found


def of_probability(x: Column, with_spread: bool) -> Statistics:
    """Share of the futures in which something happens, with Wilson's interval."""
    found = _mean(x) | (spread(x) if with_spread else {})
    if len(x) > 1:
        found["low95"], found["high95"] = wilson(found["mean"], found.get("mc_error"), len(x))
    return found


def of_ratio(above: Column, below: Column) -> Statistics:
    """Ratio of two sums; its percentiles are of the futures that have something below."""
    total = sum(below)
    if total == 0:
        return {}
    ratio = sum(above) / total
    influence = [(a - ratio * b) / (total / len(below)) for a, b in zip(above, below, strict=True)]
    pairs = [
        (a[0] / b[0], a[1] / b[1])
        for a, b in zip(in_pairs(above), in_pairs(below), strict=True)
        if b[0] > 0 and b[1] > 0
    ]
    each = [a / b for a, b in zip(above, below, strict=True) if b > 0]
    found = _named("mean", ratio, error(influence), "mc_error")
    return found | spread([x for pair in pairs for x in pair]) | percentiles(each)


def of_need(need: Column) -> Statistics:
    """The smallest amounts with which 50 … 99 of 100 futures never fall short."""
    found: Statistics = {}
    n = len(need)
    for percent in SOLVENT:
        if (percent / 100) ** n > 0.025:
            continue  # no 95 % interval of such a quantile exists
        amount = sorted(need)[max(math.ceil(percent / 100 * n - 1e-9), 1) - 1]
        known = [min(x, 1e9) for x in need]
        wrong = quantile_error(known, percent / 100) if math.isfinite(amount) else None
        found |= _named(f"solvent{percent}", amount, wrong)
    return found


def _mean(x: Column) -> Statistics:
    mean = sum(x) / len(x)
    return _named("mean", mean, error([value - mean for value in x]), "mc_error")


def _named(name: str, value: float, wrong: float | None, error_name: str = "") -> Statistics:
    if wrong is None:
        return {name: value}
    return {name: value, error_name or f"{name}_mc_error": wrong}


def in_pairs(x: Column) -> list[tuple[float, float]]:
    """Futures that share their assumptions, two by two."""
    return [(x[i], x[i + 1]) for i in range(0, len(x) - 1, TWINS)]


def error(influence: Column) -> float | None:
    """The Monte Carlo error of a mean of influences, from batches; None of fewer than two."""
    n = len(influence)
    size = BATCH if n >= LEAST_BATCHES * BATCH else TWINS
    sums = [sum(influence[i : i + size]) for i in range(0, n, size)]
    if len(sums) < 2:
        return None
    return math.sqrt(len(sums) / (len(sums) - 1) * sum(s * s for s in sums)) / n


def spread(x: Column) -> Statistics:
    """What is not known and chance, as standard deviations: one-way analysis of variance of twins."""
    pairs = in_pairs(x)
    if len(pairs) < 2:
        return {}
    chance = sum((a - b) ** 2 for a, b in pairs) / len(pairs) / 2
    middles = [(a + b) / 2 for a, b in pairs]
    centre = sum(middles) / len(middles)
    between = sum((m - centre) ** 2 for m in middles) / (len(middles) - 1)
    return {
        "sd_assumptions": math.sqrt(max(between - chance / 2, 0.0)),
        "sd_chance": math.sqrt(chance),
    }


def quantile(x: Column, share: float) -> float:
    """The quantile, between the two nearest of the ordered values."""
    ordered = sorted(x)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def percentiles(x: Column) -> Statistics:
    """The PERCENTS; none of nothing."""
    return {f"p{p}": quantile(x, p / 100) for p in PERCENTS} if x else {}


def quantile_error(x: Column, share: float) -> float | None:
    """The error of a quantile; its density is read from the order statistics around it."""
    n, value = len(x), quantile(x, share)
    width = min(1 / math.sqrt(n), share / 2, (1 - share) / 2)
    low, high = quantile(x, share - width), quantile(x, share + width)
    if high <= low:  # among ties there is none; a constant has no error
        return 0.0 if n > 1 and min(x) == max(x) else None
    density = 2 * width / (high - low)
    return error([(share - (one <= value)) / density for one in x])


def tail_mean(x: Column, share: float) -> tuple[float, float | None]:
    """The mean of the worst futures (TVaR), and its error."""
    var = quantile(x, share)
    beyond = [max(one - var, 0.0) / (1 - share) for one in x]
    mean = sum(beyond) / len(beyond)
    return var + mean, error([one - mean for one in beyond])


def wilson(p: float, wrong: float | None, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a probability, at the number of futures that its error amounts to."""
    size = p * (1 - p) / wrong**2 if wrong and 0 < p < 1 else n / TWINS
    centre = (p + Z95**2 / (2 * size)) / (1 + Z95**2 / size)
    half = Z95 / (1 + Z95**2 / size) * math.sqrt(p * (1 - p) / size + Z95**2 / (4 * size**2))
    return max(0.0, centre - half), min(1.0, centre + half)
