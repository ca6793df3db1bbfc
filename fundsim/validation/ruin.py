"""Section 2: ruin probabilities, by the fund's own month, against an exact recursion and a limit.

Claims of a compound Poisson process meet a level income.  The model pays and looks at each month's
end; so does the recursion: cash after month t is cash before + income − claims, and futures below zero
leave.  With the claims rounded up to the lattice it is an upper bound, rounded down a lower one.  Looking
only at month ends misses ruin that heals within the month, so month-end ruin lies below that of
Cramér and Lundberg and rises towards it as the months shrink.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import fft, stats

from fundsim.analysis.outcomes import outcomes
from fundsim.model.caseload import poisson_quantile
from fundsim.model.claims import Claims, Pursuit
from fundsim.model.decisions import decide
from fundsim.model.due import payments_due
from fundsim.model.fund import Rules, settle
from fundsim.model.run import simulate
from fundsim.model.streams import TICKS, Streams, case_words, uniforms
from fundsim.scenario.assumption import Floats
from fundsim.validation.check import Check, Group, Line, by_z, within
from fundsim.validation.compound import SIGMA
from fundsim.validation.queues import posts, queue
from fundsim.validation.worlds import CERTAIN, OPEN, STILL, world

BLOCK = 1000
FINITE, LIMIT, WHOLE = 40_000, 8000, 12_000  # futures of each comparison
RECURSION = "month-end recursion on a lattice by FFT, upper and lower bound: De Vylder and Goovaerts (1988), Insurance: Mathematics and Economics 7"
LUNDBERG = "Cramér–Lundberg: ψ(u) = exp(−θu/((1+θ)μ))/(1+θ); Asmussen and Albrecher, Ruin Probabilities, ch. IV"


@dataclass(frozen=True)
class Fund:
    """A fund whose ruin is known.  Euro and months.

    rate    claims a month;  mean  of one claim (exponential)
    income  a month, in the month;  capital  at the opening
    """

    rate: float
    mean: float
    income: float
    capital: float


def recursion(claims: Floats, income: int, capital: int, months: int, cells: int) -> Floats:
    """Probability of ruin at or before each month's end.  [month]

    claims           of one month on the lattice, probabilities
    income, capital  in cells;  cells  of the lattice: cash above it counts as safe
    """
    size = fft.next_fast_len(cells + income + claims.size, real=True)
    leaving = fft.rfft(claims[::-1], size)  # claims move cash down
    cash = np.zeros(cells)
    cash[capital] = 1.0
    found = np.empty(months)
    ruin = 0.0
    for t in range(months):
        before = np.concatenate([np.zeros(income), cash])
        moved = np.maximum(fft.irfft(fft.rfft(before, size) * leaving, size), 0.0)
        ruin += moved[: claims.size - 1].sum()
        cash = moved[claims.size - 1 : claims.size - 1 + cells]  # what is above is safe
        found[t] = ruin
    return found


def of_month(below: Floats, rate: float) -> Floats:
    """Probabilities of a month's claims on the lattice, from the distribution function of one claim."""
    one = np.diff(below, prepend=0.0)
    one[-1] += 1 - below[-1]
    return np.maximum(np.fft.irfft(np.exp(rate * (np.fft.rfft(one, 2 * one.size) - 1))), 0.0)[
        : one.size
    ]


def bounds(fund: Fund, months: int, step: float, cells: int) -> tuple[Floats, Floats]:
    """Lower and upper bound of month-end ruin with exponential claims.  Each [month]"""
    size = (
        np.arange(round(40 * fund.mean / step)) * step
    )  # 40 mean claims: more never come in a month
    down = -np.expm1(-(size + step) / fund.mean)  # claims rounded down to the lattice
    up = -np.expm1(-size / fund.mean)
    whole = round(fund.income / step), round(fund.capital / step)
    low, high = (recursion(of_month(x, fund.rate), *whole, months, cells) for x in (down, up))
    return low, high


def ruined(fund: Fund, seed: int, replications: int, months: int) -> Floats:
    """Month of first shortfall of each replication, infinite if none, by the model's own rules.

    Draws are keyed uniforms; claims are decided, fall due and are paid by `decide`, `payments_due`
    and `settle`.
    """
    return np.concatenate(
        [
            _block(fund, seed, np.arange(i, min(i + BLOCK, replications)), months)
            for i in range(0, replications, BLOCK)
        ]
    )


def _block(fund: Fund, seed: int, numbers: np.ndarray, months: int) -> Floats:
    streams, n = Streams(seed, "validation"), numbers.size
    cohort = streams.cohorts(numbers, np.arange(months), 0)
    u = streams.yearly("ruin claims", numbers, np.arange(months))
    count = poisson_quantile(u, np.full(u.shape, fund.rate)).ravel()
    word = case_words(cohort.ravel(), count)
    place = np.repeat(np.arange(count.size), count)
    within = np.floor(uniforms(word, "ruin time").astype(np.float64) * TICKS) / TICKS
    replication, at = place // months, place % months + within
    order = np.lexsort((at, replication))
    size = np.rint(-100 * fund.mean * np.log1p(-uniforms(word, "ruin size").astype(np.float64)))
    replication, at, cents = replication[order], at[order], size[order].astype(np.int64)
    nothing, never = np.zeros(cents.size, dtype=np.int64), np.zeros(cents.size, dtype=bool)
    idle = np.zeros(cents.size)
    claims = Claims(
        case=np.arange(cents.size), replication=replication, other=never, filed_at=at, ready_at=at, working_months=idle,
        approved=~never, asked=cents, benefit=cents, capped=never, set_off=nothing, interim=nothing,
        interim_at=at, majority_at=at,
    )  # fmt: skip
    decided_at = decide(posts(n, 1), queue(replication, at, idle))
    year = np.zeros(cents.size, dtype=np.int64)
    due = payments_due(world(), claims, decided_at, year, months)
    still = np.zeros((n, months))
    rules = Rules(["queue"] * (months // 12), still, still, None, still.astype(np.int64), still)
    books = settle(
        rules,
        np.full(n, round(100 * fund.capital)),
        np.full((n, months), round(100 * fund.income)),
        {},
        due,
        Pursuit(never, nothing, idle, idle, nothing, idle),
        decided_at,
    )
    short = books.flows["outstanding"] > 0
    return np.where(short.any(axis=1), short.argmax(axis=1), np.inf)


def finite(seed: int) -> list[Check]:
    """Exponential claims, two a month, loading 10 %: ruin by one, five and ten years."""
    fund, n = Fund(rate=2, mean=1000, income=2200, capital=5000), FINITE
    first = ruined(fund, seed, n, 120)
    low, high = bounds(fund, 120, step=2.0, cells=1 << 16)
    found = []
    for letter, months in zip("abc", (12, 60, 120), strict=True):
        ours = float((first < months).mean())
        lower, upper = low[months - 1], high[months - 1]
        theirs = (lower + upper) / 2
        line = Line(
            f"2.20{letter}",
            f"Ruin within {months} months, exponential claims",
            f"decide(), payments_due() and settle() over {n:,} futures; recursion between {lower:.5f} and {upper:.5f}",
            "probability",
            RECURSION,
        )
        found.append(
            by_z(
                line, ours, theirs, math.sqrt(theirs * (1 - theirs) / n), slack=(upper - lower) / 2
            )
        )
    return found


def limit(seed: int) -> list[Check]:
    """Months so short that one claim comes in twenty, run until ruin has come or never comes."""
    theta, mean, months, n = 1.0, 1000.0, 1200, LIMIT
    fund = Fund(rate=0.05, mean=mean, income=0.05 * mean * (1 + theta), capital=2000)
    ours = float((ruined(fund, seed, n, months) < np.inf).mean())
    low, high = bounds(fund, months, step=5.0, cells=1 << 12)
    exactly = (low[-1] + high[-1]) / 2
    psi = math.exp(-theta * fund.capital / ((1 + theta) * mean)) / (1 + theta)
    gap = max(psi - low[-1], 0.0)
    what = f"decide(), payments_due() and settle() over {n:,} futures of {months:,} months, one claim in twenty months"
    found = [
        by_z(
            Line("2.21a", "Ruin ever, exponential claims, tiny months", f"{what}; recursion", "probability", RECURSION),
            ours, exactly, math.sqrt(exactly * (1 - exactly) / n), slack=(high[-1] - low[-1]) / 2,
        ),
        by_z(
            Line("2.21b", "Ruin ever, the limit of Cramér and Lundberg", f"{what}; closed form {psi:.4f}, which month-end ruin approaches from below: it may lie up to {gap:.4f} lower, by the recursion's lower bound", "probability", LUNDBERG),
            ours, psi - gap / 2, math.sqrt(psi * (1 - psi) / n), slack=gap / 2,
        ),
    ]  # fmt: skip
    steps = []
    for parts in (20, 40):  # months shrinking: what is missed is proportional to their length
        small = Fund(1 / parts, mean, mean * (1 + theta) / parts, fund.capital)
        steps.append(float(np.mean([x[-1] for x in bounds(small, 60 * parts, 10.0, 1 << 11)])))
    rising = psi > steps[1] > steps[0]
    line = Line(
        "2.21c",
        "The recursion tends to the closed form",
        "the recursion with months of 1/20 and 1/40 claim, extrapolated; closed form (a check of the yardstick, not of the model)",
        "probability",
        LUNDBERG,
    )
    extrapolated = 2 * steps[1] - steps[0] if rising else math.nan
    return [*found, within(line, extrapolated, psi, 0.001)]


def whole(seed: int) -> list[Check]:
    """The whole program: capped lognormal benefits against a level income, ruin by year."""
    n, monthly, capital, cap = WHOLE, 13_000, 30_000, 10_000.0
    sets = CERTAIN | OPEN | STILL | {
        "fund__entry_point": "judgment",
        "fund__amount__basis": "judgment",
        "fund__amount__judgment_share": 0.8,
        "fund__amount__cap": cap,
        "fund__opening_capital": capital,
        "fund__reserve_return": False,
        "fund__costs__office_a_year": 0,
        "fund__costs__per_decision": 0,
        "income__opportunity_money__in_force": True,
        "income__opportunity_money__yearly_revenue": 12 * monthly * 10,
        "income__opportunity_money__earmarked_rate": 0.1,
        "income__opportunity_money__yearly_sd": 0,
        "time__history_years": 0,
        "time__horizon_years": 10,
        "time__runoff_years": 0,
        "caseload__level": 24,
    }  # fmt: skip
    future = simulate(world(**sets), seed, np.arange(n), certain=True)
    struck = outcomes(future)["shortfall_so_far"]
    step, cells = 10.0, 1 << 16
    size = np.arange(20_000) * step
    law = stats.lognorm(SIGMA, scale=0.8 * 9000)
    found, both = [], []
    for x in (size + step, size):  # rounded down, rounded up
        below = np.where(x - (step if x is not size else 0) >= cap, 1.0, law.cdf(x))
        both.append(
            recursion(
                of_month(below, 2.0), round(monthly / step), round(capital / step), 120, cells
            )
        )
    for letter, year in zip("abc", (1, 5, 10), strict=True):
        lower, upper = both[0][12 * year - 1], both[1][12 * year - 1]
        theirs = (lower + upper) / 2
        line = Line(
            f"2.22{letter}",
            f"Ruin within {year} years, a whole scenario",
            f"simulate() and outcomes() over {n:,} futures, lognormal benefits with a cap; recursion between {lower:.4f} and {upper:.4f}",
            "probability",
            RECURSION,
        )
        found.append(
            by_z(
                line,
                float(struck[:, year - 1].mean()),
                theirs,
                math.sqrt(theirs * (1 - theirs) / n),
                slack=(upper - lower) / 2,
            )
        )
    return found


GROUPS = (
    Group("2.20", "Ruin, finite horizon", finite),
    Group("2.21", "Ruin, the limit", limit),
    Group("2.22", "Ruin of a whole scenario", whole),
)
