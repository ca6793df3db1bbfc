"""One line of the validation report: what was compared, how far apart, and what it could have seen.

A check is judged by one number, its score, which must lie between `least` and `most`.  A pass without
power says nothing, so every builder works out the smallest error that its check would have found.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from fundsim.model.streams import Floats32
from fundsim.scenario.assumption import Floats

MOST_Z = 4.15  # standard errors: a right program exceeds them once in 30,000 comparisons, so in a whole run once in 100
LEAST_P = float(2 * special.ndtr(-MOST_Z))  # least p-value of a test of distribution: as rare
POWER_Z = 2.3263478740408408  # normal quantile at 0.99: the power that is told
VERDICTS = ("pass", "fail", "skipped")


@dataclass(frozen=True)
class Line:
    """What a check is about, before its numbers are known.

    id       section and number, "2.04"; it never changes its meaning
    name     the quantity;  unit  of ours and theirs
    compared ours with theirs, in a sentence;  citation  where theirs comes from
    """

    id: str
    name: str
    compared: str
    unit: str
    citation: str


@dataclass(frozen=True)
class Check:
    """A finished comparison.

    ours, theirs  the model's number and the independent one; NaN where there is none
    mc_error      one standard error of ours; None where nothing is random
    score         the number judged, called `score_name`; passes between `least` and `most`
    power         the smallest error that would have been found, in words
    false_alarm   probability that a right program fails
    note          why it was skipped or could not finish; empty otherwise
    """

    id: str
    name: str
    compared: str
    ours: float
    theirs: float
    unit: str
    mc_error: float | None
    score: float
    score_name: str
    least: float
    most: float
    power: str
    false_alarm: float
    citation: str
    note: str = ""
    skipped: bool = False

    @property
    def section(self) -> int:
        """Number of the section of the report."""
        return int(self.id.split(".")[0])

    @property
    def verdict(self) -> str:
        """pass, fail or skipped; a score that is no number fails."""
        if self.skipped:
            return "skipped"
        return "pass" if self.least <= self.score <= self.most else "fail"


@dataclass(frozen=True)
class Group:
    """Checks that share their simulations; the unit of work of a validation run.

    id    the ids of its checks begin with it;  name  for a group that cannot finish
    run   the checks, from a seed
    """

    id: str
    name: str
    run: Callable[[int], list[Check]]


def make(line: Line, **numbers: Any) -> Check:
    """A check from its line and its numbers."""
    return Check(
        id=line.id,
        name=line.name,
        compared=line.compared,
        unit=line.unit,
        citation=line.citation,
        **numbers,
    )


def by_z(line: Line, ours: float, theirs: float, error: float, slack: float = 0.0) -> Check:
    """Compare by standard errors.

    error  standard error of ours
    slack  known error of theirs (a discretisation), taken off the difference first
    """
    apart = abs(ours - theirs)
    z = math.copysign(max(apart - slack, 0.0), ours - theirs) / error if error > 0 else math.nan
    seen = (MOST_Z + POWER_Z) * error + slack
    return make(
        line,
        ours=ours,
        theirs=theirs,
        mc_error=error,
        score=z,
        score_name="z",
        least=-MOST_Z,
        most=MOST_Z,
        power=f"a bias of {_size(seen, theirs, line.unit)} would be found with probability 0.99",
        false_alarm=LEAST_P,
    )


def of_mean(line: Line, sample: Any, theirs: float) -> Check:
    """The mean of independent values with its expectation."""
    x = np.asarray(sample, dtype=np.float64).ravel()
    return by_z(line, float(x.mean()), theirs, float(x.std(ddof=1)) / math.sqrt(x.size))


def of_variance(line: Line, sample: Any, theirs: float) -> Check:
    """The variance of independent values; its own variance is about (m₄ − s⁴)/n."""
    x = np.asarray(sample, dtype=np.float64).ravel()
    deviation = x - x.mean()
    variance = float(np.mean(deviation**2))
    error = math.sqrt(max(float(np.mean(deviation**4)) - variance**2, 0.0) / x.size)
    return by_z(line, float(x.var(ddof=1)), theirs, error)


def of_share(line: Line, hits: int, n: int, theirs: float, slack: float = 0.0) -> Check:
    """A share of independent cases, with the binomial standard error of the expected share."""
    error = math.sqrt(theirs * (1 - theirs) / n) if n else math.nan
    return by_z(line, hits / n if n else math.nan, theirs, error, slack)


def exact(
    line: Line,
    differing: int,
    number: int,
    *,
    least_number: int = 1,
    futures: int | None = None,
) -> Check:
    """Things that must be equal, counted.

    least_number  how many must have been compared: a check of nothing is no check
    futures       independent trials that they come from, where these are fewer
    """
    enough = number >= least_number
    trials, of = (number, "of such") if futures is None else (futures, "of such futures")
    among = f"0 of {number:,}" + ("" if futures is None else f" in {futures:,} futures")
    return make(
        line,
        ours=float(differing),
        theirs=0.0,
        mc_error=None,
        score=float(differing) if enough else math.nan,
        score_name="differ",
        least=0.0,
        most=0.0,
        power=f"{among}: by the rule of three fewer than {min(300 / max(trials, 1), 100):.2g} % {of} would differ "
        "(95 %)",
        false_alarm=0.0,
        note="" if enough else f"only {number:,} of at least {least_number:,} compared",
    )


def within(line: Line, ours: float, theirs: float, limit: float) -> Check:
    """A number without chance: at most `limit` apart."""
    return make(
        line,
        ours=ours,
        theirs=theirs,
        mc_error=None,
        score=abs(ours - theirs),
        score_name="off by",
        least=0.0,
        most=limit,
        power=f"any error above {_size(limit, theirs, line.unit)} is found for certain",
        false_alarm=0.0,
    )


def between(
    line: Line, ours: float, theirs: float, error: float, limits: tuple[float, float], alarm: float
) -> Check:
    """A number whose allowed range is known.

    error   standard error of ours;  alarm  probability that a right program leaves the range
    """
    low, high = limits
    seen = max(high - theirs, theirs - low) + POWER_Z * error
    return make(
        line,
        ours=ours,
        theirs=theirs,
        mc_error=error,
        score=ours,
        score_name="value",
        least=low,
        most=high,
        power=f"a bias of {_size(seen, theirs, line.unit)} would be found with probability 0.99",
        false_alarm=alarm,
    )


def chi_square(
    line: Line, seen: Any, chance: Any, freedom: int | None = None, scale: float = 1.0
) -> Check:
    """Counts in cells with their chances (Pearson 1900); cells expecting under 5 are put together.

    freedom, scale  where the counts are not multinomial: statistic × scale is χ² with that freedom
    Power: the root mean square relative deviation of the cells' chances (Cohen's w) found at 0.99.
    """
    observed, expected = _pooled(np.asarray(seen, float), np.asarray(chance, float))
    freedom = observed.size - 1 if freedom is None else freedom
    statistic = scale * float(np.sum((observed - expected) ** 2 / expected))
    edge = float(stats.chi2.isf(LEAST_P, freedom))
    shift = optimize.brentq(lambda x: float(stats.ncx2.sf(edge, freedom, x)) - 0.99, 1e-3, 1e5)
    w = math.sqrt(shift / observed.sum())
    return make(
        line,
        ours=statistic,
        theirs=float(freedom),
        mc_error=math.sqrt(2 * freedom),
        score=float(stats.chi2.sf(statistic, freedom)),
        score_name="p",
        least=LEAST_P,
        most=math.inf,
        power=f"cells off by {100 * w:.2g} % (root mean square) would be found with probability 0.99",
        false_alarm=LEAST_P,
    )


def kolmogorov(line: Line, sample: Any, cdf: Callable[[Any], Any]) -> Check:
    """The largest distance between the distribution functions (Kolmogorov 1933), n large."""
    x = np.sort(np.asarray(sample, dtype=np.float64).ravel())
    n, below = x.size, np.asarray(cdf(x))
    steps = np.arange(n + 1) / n
    distance = float(max(np.max(steps[1:] - below), np.max(below - steps[:-1])))
    edge = float(stats.kstwobign.isf(LEAST_P))
    seen = (edge + POWER_Z / 2) / math.sqrt(n)
    return make(
        line,
        ours=distance,
        theirs=float(stats.kstwobign.mean()) / math.sqrt(n),
        mc_error=float(stats.kstwobign.std()) / math.sqrt(n),
        score=float(stats.kstwobign.sf(distance * math.sqrt(n))),
        score_name="p",
        least=LEAST_P,
        most=math.inf,
        power=f"a distribution function off by {100 * seen:.2g} points anywhere would be found with "
        "probability 0.99",
        false_alarm=LEAST_P,
    )


def uncorrelated(line: Line, rows: Floats | Floats32) -> Check:
    """The largest correlation between any two rows, in standard errors 1/√n.

    The limit is Bonferroni's, so that one check of many pairs has the chance LEAST_P to fail.
    """
    n = rows.shape[1]
    r = np.asarray(np.corrcoef(rows))[np.triu_indices(len(rows), 1)]
    limit = float(-special.ndtri(LEAST_P / (2 * r.size)))
    return make(
        line,
        ours=float(np.abs(r).max()),
        theirs=0.0,
        mc_error=1 / math.sqrt(n),
        score=float(np.abs(r).max() * math.sqrt(n)),
        score_name="|r|√n",
        least=0.0,
        most=limit,
        power=f"a correlation of {(limit + POWER_Z) / math.sqrt(n):.2g} in any one of {r.size:,} pairs "
        "would be found with probability 0.99",
        false_alarm=LEAST_P,
    )


def skipped(line: Line, why: str) -> Check:
    """A check that could not be made: it counts as not passed and is listed."""
    return _not_made(line, "none", "none: nothing was compared", why, skipped=True)


def broken(group: Group, error: BaseException) -> Check:
    """The failed check that stands for a group that could not finish."""
    line = Line(group.id, group.name, "the checks ran to their end", "", "none")
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return _not_made(line, "error", "none: the check did not finish", text[:300])


def _not_made(line: Line, score_name: str, power: str, note: str, skipped: bool = False) -> Check:
    nothing = {"ours": math.nan, "theirs": math.nan, "mc_error": None, "score": math.nan}
    return make(
        line, **nothing, score_name=score_name, least=0.0, most=0.0, power=power, false_alarm=0.0,
        note=note, skipped=skipped,
    )  # fmt: skip


def finished(group: Group, seed: int) -> list[Check]:
    """Run a group; whatever goes wrong in it is a failed check with its message."""
    try:
        return group.run(seed)
    except Exception as error:
        return [broken(group, error)]


def _pooled(seen: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Observed and expected counts, neighbouring cells joined until each expects at least 5."""
    observed, expected = [0.0], [0.0]
    for count, mean in zip(seen, chance / chance.sum() * seen.sum(), strict=True):
        if expected[-1] >= 5:
            observed.append(0.0)
            expected.append(0.0)
        observed[-1] += count
        expected[-1] += mean
    if len(expected) > 1 and expected[-1] < 5:
        observed[-2:], expected[-2:] = [sum(observed[-2:])], [sum(expected[-2:])]
    return np.array(observed), np.array(expected)


def _size(x: float, theirs: float, unit: str) -> str:
    """A size with its unit, and as a share of what is expected where that says something."""
    absolute = f"{x:,.0f}" if x >= 1000 else f"{x:.2g}"
    text = f"{absolute} {unit}".strip()
    if theirs and math.isfinite(theirs) and x < abs(theirs):
        text += f" ({100 * x / abs(theirs):.2g} %)"
    return text
