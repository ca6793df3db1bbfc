"""Which budget of a year is enough, in words and rows: for pages and papers about a fund that is asked by the year."""

from __future__ import annotations

import math

from fundsim.analysis.budget import SAFE, Path, amount
from fundsim.report.language import Language
from fundsim.scenario.assumption import Floats

TERM = 3  # years of a medium-term budget, which sentences name


def up(amount_needed: float) -> float:
    """The smallest figure of three digits that is not below an amount: what is enough stays enough when it is written."""
    if amount_needed < 1000:
        return math.ceil(amount_needed)
    step = 10.0 ** (math.floor(math.log10(amount_needed)) - 2)
    return math.ceil(amount_needed / step) * step


def enough_of(need: Floats, safe: float, say: Language) -> str:
    """The amount that is enough with that probability, as it is written."""
    return say.euro(up(amount(need, safe).value))


def amounts(path: Path, safe: float, say: Language, years: int = TERM) -> str:
    """The amounts of the first years that are enough with that probability: € 54,000 in 2027, € 75,000 in 2028."""
    found = zip(path.need[:years], path.years[:years], strict=True)
    return ", ".join(
        say("{amount} in {year}", amount=enough_of(need, safe, say), year=year)
        for need, year in found
    )


def enough(path: Path, safe: float, say: Language) -> str:
    """The same as a clause."""
    return say(
        "a budget of {amounts}, in euro of each year, would be enough in {sure} of 100 simulations of each year",
        amounts=amounts(path, safe, say), sure=say.decimal(100 * safe, 2),
    )  # fmt: skip


def shares(safe: float) -> list[float]:
    """The probabilities that a table has a column of, the one asked for among them."""
    return sorted({*SAFE, safe})


def rows(path: Path, safe: float, say: Language) -> list[dict[str, str]]:
    """Each year with the amounts that are enough, and what is missing when the one asked for is too small."""
    found = []
    for need, year in zip(path.need, path.years, strict=True):
        missing = amount(need, safe).missing
        found.append(
            {say("Year"): str(year)}
            | {
                say("enough in {sure} of 100", sure=say.decimal(100 * share, 2)): enough_of(need, share, say)
                for share in shares(safe)
            }
            | {say("Missing when too small"): say("never") if missing is None else say.euro(missing)}
        )  # fmt: skip
    return found


def total(path: Path, safe: float, say: Language) -> str:
    """What the first years need together: less than the sum of their amounts."""
    asked = path.of(path.years[0], path.years[min(TERM, len(path.years)) - 1])
    return say.counted(
        "The first {n} year needs at most {amount} in {sure} of 100 simulations.",
        "The first {n} years together need at most {amount} in {sure} of 100 simulations, if an expensive year may use what a "
        "cheap one leaves.",
        len(asked.years), amount=enough_of(asked.together(), safe, say), sure=say.decimal(100 * safe, 2),
    )  # fmt: skip
