"""Section 2: what a fund pays in a year, against compound distributions by FFT, and tails in closed form.

The exact distribution of a year's sum is the Fourier inverse of its generating function, with the
amounts of one claim put on a lattice (Klugman, Panjer, Willmot, Loss Models, ch. 9).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special, stats

from fundsim.analysis.precision import Estimate, quantile, tail_mean, wilson
from fundsim.model.run import simulate
from fundsim.model.streams import Streams
from fundsim.scenario.assumption import Floats
from fundsim.validation.check import Check, Group, Line, by_z, of_mean, of_share, within
from fundsim.validation.worlds import CERTAIN, OPEN, STILL, world

LATTICE, CELLS = 20.0, 1 << 17  # euro; together far more than any year's sum
SHARE, MEDIAN, SIGMA = 0.8, 9000.0, math.log(22_000 / 9000) / 1.2815515655446004
LEVEL, YEARS, FUTURES = 12, 5, 16_000
FOURIER = "Fourier inversion on a lattice of € 20: Klugman, Panjer, Willmot, Loss Models, ch. 9"


def severity(cap: float | None) -> Floats:
    """Probabilities of the benefit of one claim on the lattice: lognormal × share, capped."""
    edges = (np.arange(CELLS + 1) - 0.5) * LATTICE
    below = stats.lognorm.cdf(edges, SIGMA, scale=SHARE * MEDIAN)
    if cap is not None:
        below = np.where(edges >= cap, 1.0, below)
    return np.diff(below)


def of_year(cap: float | None, dispersion: float | None) -> Floats:
    """Distribution function of a year's sum on the lattice; Poisson or gamma-mixed Poisson number."""
    transform = np.fft.rfft(severity(cap))
    if dispersion is None:
        year = np.exp(LEVEL * (transform - 1))
    else:
        year = (1 + LEVEL * (1 - transform) / dispersion) ** -dispersion
    return np.cumsum(np.maximum(np.fft.irfft(year, CELLS), 0.0))


def compound(seed: int) -> list[Check]:
    """Yearly benefits of a fund that pays 80 % of each judgment at once: with and without a cap."""
    found = []
    variants: tuple[tuple[str, str, float | None, float | None], ...] = (
        ("a", "no cap", None, None),
        ("b", "cap of € 10,000", 10_000.0, None),
        ("c", "cap of € 10,000, over-dispersed", 10_000.0, 4.0),
    )
    for letter, name, cap, dispersion in variants:
        sets = CERTAIN | OPEN | STILL | {
            "fund__entry_point": "judgment",
            "fund__amount__basis": "judgment",
            "fund__amount__judgment_share": SHARE,
            "time__history_years": 0,
            "time__horizon_years": YEARS,
            "time__runoff_years": 0,
            "caseload__level": LEVEL,
        }  # fmt: skip
        sets |= {"fund__amount__cap": cap} if cap is not None else {}
        sets |= {"caseload__dispersion": dispersion} if dispersion is not None else {}
        ledger = simulate(world(**sets), seed, np.arange(FUTURES), certain=True).ledger
        paid = ledger.benefits.reshape(FUTURES, YEARS, 12).sum(axis=2).ravel() / 100
        below = of_year(cap, dispersion)
        sums = np.arange(CELLS) * LATTICE
        mass = np.diff(below, prepend=0.0)
        what = f"simulate() over {FUTURES:,} × {YEARS} years, {name}"
        found.append(
            of_mean(
                Line(
                    f"2.10{letter}",
                    f"A year's benefits, mean: {name}",
                    f"{what}; mean of the lattice",
                    "EUR",
                    FOURIER,
                ),
                paid,
                float(mass @ sums),
            )
        )
        p = 0.95
        place = int(np.searchsorted(below, p))
        line = Line(
            f"2.12{letter}",
            f"A year's benefits, P(below the exact 95 % quantile): {name}",
            f"{what}; the distribution function there, within half a cell",
            "share",
            FOURIER,
        )
        hits = int((paid < sums[place] + LATTICE / 2).sum())
        within_cell = float(mass[place])
        found.append(of_share(line, hits, paid.size, float(below[place]), slack=within_cell))
        for number, far in (("2.13", p), ("2.14", 0.995)):
            estimate = quantile(paid, far)
            theirs = float(sums[int(np.searchsorted(below, far))])
            line = Line(
                f"{number}{letter}",
                f"A year's benefits, {100 * far:g} % quantile: {name}",
                f"{what}, precision.quantile(); quantile of the lattice",
                "EUR",
                FOURIER,
            )
            found.append(
                by_z(line, estimate.value, theirs, estimate.mc_error or 0.0, slack=LATTICE)
            )
        estimate = tail_mean(paid, p)
        beyond = float(mass[place + 1 :] @ sums[place + 1 :]) + (below[place] - p) * sums[place]
        line = Line(
            f"2.15{letter}",
            f"A year's benefits, TVaR 95 %: {name}",
            f"{what}, precision.tail_mean(); mean of the lattice beyond the quantile",
            "EUR",
            FOURIER,
        )
        found.append(
            by_z(line, estimate.value, beyond / (1 - p), estimate.mc_error or 0.0, slack=LATTICE)
        )
    return found


def tails(seed: int) -> list[Check]:
    """Quantile and TVaR of distributions that have them in closed form, on draws from a named stream."""
    n = 512_000
    z95 = float(special.ndtri(0.95))
    laws: dict[str, tuple[Callable[[Floats], Floats], float, float]] = {
        "normal": (special.ndtri, z95, stats.norm.pdf(z95) / 0.05),
        "exponential": (lambda u: -np.log1p(-u), math.log(20), math.log(20) + 1),
        "lognormal, s = 0.7": (
            lambda u: np.exp(0.7 * special.ndtri(u)),
            math.exp(0.7 * z95),
            math.exp(0.245) * float(special.ndtr(0.7 - z95)) / 0.05,
        ),
    }
    found = []
    cite = "Acerbi and Tasche (2002); McNeil, Frey, Embrechts, Quantitative Risk Management, § 2.3"
    for letter, (name, (inverse, var, tvar)) in zip("abc", laws.items(), strict=True):
        u = Streams(seed, "validation").of_replications([f"tail {name}"], np.arange(n))[0]
        x = np.asarray(inverse(u))
        for number, what, estimate, theirs in (
            ("2.16", "95 % quantile", quantile(x, 0.95), var),
            ("2.17", "TVaR 95 %", tail_mean(x, 0.95), tvar),
        ):
            line = Line(
                f"{number}{letter}",
                f"{what} of a known distribution: {name}",
                f"precision.py on {n:,} draws; closed form",
                "",
                cite,
            )
            found.append(by_z(line, estimate.value, theirs, estimate.mc_error or 0.0))
    return found


def intervals(seed: int) -> list[Check]:
    """Wilson intervals: the roots of |p̂ − p| = z·√(p(1−p)/n), found by bisection, for the published cases."""
    found = []
    cite = (
        "Wilson (1927); the published cases of Newcombe (1998), Statistics in Medicine 17, table I"
    )
    z = float(special.ndtri(0.975))
    for letter, (hits, n) in zip("abc", ((81, 263), (15, 148), (1, 29)), strict=True):
        p = hits / n
        limits = wilson(Estimate(p, math.sqrt(p * (1 - p) / n)), n)
        for side, ours, bounds in (("lower", limits[0], (0.0, p)), ("upper", limits[1], (p, 1.0))):
            low, high = bounds
            for _ in range(80):
                middle = (low + high) / 2
                outside = abs(p - middle) > z * math.sqrt(middle * (1 - middle) / n)
                if (side == "lower") == outside:
                    low = middle
                else:
                    high = middle
            line = Line(
                f"2.18{letter}{side[0]}",
                f"Wilson interval of {hits} in {n}, {side} limit",
                "precision.wilson(); the score equation by bisection",
                "share",
                cite,
            )
            found.append(within(line, ours, (low + high) / 2, 1e-9))
    return found


GROUPS = (
    Group("2.10", "Compound distributions", compound),
    Group("2.16", "Quantile and TVaR in closed form", tails),
    Group("2.18", "Wilson intervals", intervals),
)
