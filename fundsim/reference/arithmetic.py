"""The arithmetic of docs/method.md §14 in plain Python: the yardstick for every printed figure.

Lists in, numbers out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

TWINS, BATCH, LEAST_BATCHES = 2, 32, 8
Z95 = 1.959963984540054  # normal quantile at 0.975
Values = Sequence[float]


def mean(x: Values) -> float:
    """Sum over number."""
    return math.fsum(x) / len(x)


def percentile(x: Values, percent: float) -> float:
    """The value at place percent/100·(n − 1) of the sorted values, on the line between its neighbours."""
    ordered = sorted(x)
    place = percent / 100 * (len(ordered) - 1)
    below = min(int(place), len(ordered) - 1)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def error(influence: Values) -> float | None:
    """√(B/(B − 1)·Σ(sum of a batch)²)/n, in pairs below eight batches; None with fewer than two groups."""
    n = len(influence)
    size = BATCH if n >= LEAST_BATCHES * BATCH else TWINS
    sums = [math.fsum(influence[i : i + size]) for i in range(0, n, size)]
    if len(sums) < 2:
        return None
    return math.sqrt(len(sums) / (len(sums) - 1) * math.fsum(s * s for s in sums)) / n


def of_mean(x: Values) -> list[float]:
    """Influence of a mean: x − x̄."""
    centre = mean(x)
    return [value - centre for value in x]


def of_ratio(above: Values, below: Values) -> list[float]:
    """Influence of a ratio R of sums: (a − R·b) / mean of b."""
    ratio, size = math.fsum(above) / math.fsum(below), mean(below)
    return [(a - ratio * b) / size for a, b in zip(above, below, strict=True)]


def of_percentile(x: Values, percent: float) -> list[float] | None:
    """Influence of a quantile, (p − [x ≤ q])/f; zeros for a constant, None among ties.

    f is read from the quantiles at p ± 1/√n, no further than half the way to the nearer end.
    """
    p, q = percent / 100, percentile(x, percent)
    width = last_read(percent, len(x)) - p
    apart = percentile(x, 100 * (p + width)) - percentile(x, 100 * (p - width))
    if apart <= 0:
        return [0.0] * len(x) if min(x) == max(x) else None
    return [(p - (value <= q)) * apart / (2 * width) for value in x]


def last_read(percent: float, n: int) -> float:
    """The highest share of n values at which the density of a quantile is read."""
    p = percent / 100
    return p + min(1 / math.sqrt(n), p / 2, (1 - p) / 2)


def tail_mean(x: Values, percent: float) -> tuple[float, list[float]]:
    """The mean of the worst 1 − p of values, and its influence: q + mean of max(x − q, 0)/(1 − p)."""
    q = percentile(x, percent)
    beyond = [max(value - q, 0.0) / (1 - percent / 100) for value in x]
    return q + mean(beyond), of_mean(beyond)


def wilson(p: float, mc_error: float | None, n: int) -> tuple[float, float]:
    """95 % interval of a probability at its effective number; of 0 or 1, that of the pairs."""
    size = p * (1 - p) / mc_error**2 if mc_error and 0 < p < 1 else n / TWINS
    z2 = Z95**2
    centre = (p + z2 / (2 * size)) / (1 + z2 / size)
    half = Z95 * math.sqrt(p * (1 - p) / size + z2 / (4 * size**2)) / (1 + z2 / size)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def parts(x: Values) -> tuple[float, float] | None:
    """Standard deviations: what we do not know, and chance; two in turn share their assumptions."""
    pairs = [(x[i], x[i + 1]) for i in range(0, len(x) - 1, 2)]
    if len(pairs) < 2:
        return None
    chance = mean([(a - b) ** 2 / 2 for a, b in pairs])
    middles = [(a + b) / 2 for a, b in pairs]
    centre = mean(middles)
    between = math.fsum((m - centre) ** 2 for m in middles) / (len(pairs) - 1)
    return math.sqrt(max(between - chance / 2, 0.0)), math.sqrt(chance)


def variance(x: Values) -> float:
    """Mean square about the mean."""
    centre = mean(x)
    return math.fsum((value - centre) ** 2 for value in x) / len(x)


def suffices(need: Values, percent: float) -> float:
    """The smallest amount that at least so many of 100 futures do not exceed."""
    rank = max(math.ceil(percent / 100 * len(need) - 1e-9), 1)
    return sorted(need)[rank - 1] if rank <= len(need) else math.inf
