"""Statistics of many futures: what is printed of each measure (method §14, §18)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from fundsim.reference.arithmetic import (
    TWINS,
    Values,
    error,
    last_read,
    mean,
    of_mean,
    of_percentile,
    of_ratio,
    parts,
    percentile,
    suffices,
    tail_mean,
    wilson,
)
from fundsim.scenario.schema import FORMS

PERCENTS = (5, 25, 50, 75, 95)
LEAST_FOR_VAR, LEAST_FOR_TVAR = 736, 3000  # futures
SOLVENT = (50, 75, 80, 90, 95, 99)
MOST = 1e9  # euro: a need that is larger than any amount
Statistics = dict[str, float]

PROBABILITIES = ("ruin", "shortfall", "shortfall_so_far", "too_small")
OF = {"longest_delay": "incurred_total"}  # a mean, and without what it is none
WITH_TAIL = ("outgo", "outgo_real")
GROUPS = (
    "", *(f".form.{form}" for form in FORMS), ".age.child", ".age.adult", ".sex.female", ".sex.male",
    ".status.formal", ".status.presumed", ".nationality.foreign",
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
    "claims_slow_rate": ("claims_slow", "claims_known"),
    "claims_unready_rate": ("claims_unready", "claims_known"),
    "months_late": ("months_waited", "payments_due"),
    "months_late_on_average": ("months_waited_in_all", "payments_due_in_all"),
    "missing_then": ("overrun_in_all", "years_too_small"),
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


def statistics(name: str, year: int | None, columns: Mapping[str, Values]) -> Statistics:
    """Every statistic of a measure, or of one of its years.

    columns  outcomes by name, each [replication]
    """
    of_year = "" if year is None else f"@{year}"
    if name in RATIOS:
        above, below = (columns[f"{part}{of_year}"] for part in RATIOS[name])
        return of_a_ratio(above, below, whole=year is None)
    if name in OF and not any(columns[OF[name]]):
        return {}
    x = columns[f"{name}{of_year}"]
    found = _with_error("mean", mean(x), of_mean(x), "mc_error")
    if year is None:
        found |= spread(x)
    if name in PROBABILITIES:
        low, high = wilson(found["mean"], found.get("mc_error"), len(x))
        return found | ({"low95": low, "high95": high} if len(x) > 1 else {})
    return found | percentiles(x) | (tail(x) if name in WITH_TAIL else {})


def of_a_ratio(above: Values, below: Values, whole: bool) -> Statistics:
    """Ratio of two sums; its percentiles are of the futures that have something below.

    whole  of all years, so that the parts of its spread are told
    """
    if sum(below) == 0:
        return {}
    ratio = math.fsum(above) / math.fsum(below)
    twins = range(0, len(below) - 1, TWINS)
    known = [i for i in twins if below[i] > 0 and below[i + 1] > 0]
    paired = [above[i + k] / below[i + k] for i in known for k in (0, 1)]
    each = [a / b for a, b in zip(above, below, strict=True) if b > 0]
    found = _with_error("mean", ratio, of_ratio(above, below), "mc_error")
    return found | (spread(paired) if whole else {}) | percentiles(each)


def spread(x: Values) -> Statistics:
    """What is not known, and chance."""
    both = parts(x)
    return {} if both is None else {"sd_assumptions": both[0], "sd_chance": both[1]}


def percentiles(x: Values) -> Statistics:
    """The PERCENTS; none of nothing, and none of one value alone."""
    return {f"p{percent}": percentile(x, percent) for percent in PERCENTS} if len(x) > 1 else {}


def tail(x: Values) -> Statistics:
    """What the worst futures cost, where there are enough of them to tell."""
    found: Statistics = {}
    if len(x) >= LEAST_FOR_VAR:
        found |= _with_error("var99_5", percentile(x, 99.5), of_percentile(x, 99.5))
    if len(x) >= LEAST_FOR_TVAR:
        found |= _with_error("tvar99_5", *tail_mean(x, 99.5))
    return found


def of_need(need: Values) -> Statistics:
    """The smallest amounts with which 50 … 99 of 100 futures never fall short."""
    found: Statistics = {}
    for percent in SOLVENT:
        if (percent / 100) ** len(need) > 0.025:
            continue  # no 95 % interval of such a quantile exists
        amount = suffices(need, percent)
        known = [min(x, MOST) for x in need]
        # of an amount beside which no amount suffices the error is not known
        highest = sorted(need)[math.ceil(last_read(percent, len(need)) * (len(need) - 1))]
        influence = of_percentile(known, percent) if math.isfinite(highest) else None
        found |= _with_error(f"solvent{percent}", amount, influence)
    return found


def _with_error(
    name: str, value: float, influence: Values | None, error_name: str = ""
) -> Statistics:
    wrong = None if influence is None else error(influence)
    return (
        {name: value} if wrong is None else {name: value, error_name or f"{name}_mc_error": wrong}
    )
