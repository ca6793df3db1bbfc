"""A measure as the data dictionary has it, with its tags: the places that show it, which way is better, what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from fundsim.analysis.needs import line_of_state
from fundsim.scenario.schema import World

Better = Literal["more", "less"]
Needs = Literal["fund", "line"]  # a fund; or one that has a budget line of the state
Statistic = Literal["mean", "p50", "range"]  # range: from the 5th to the 95th percentile

# places that speak English alone: what the commands print, the workbook, and what a batch computes unless told
EnglishPlace = Literal[
    "runs",  # `fundsim run` with several scenarios: side by side
    "run by year",
    "spread",  # why futures lie apart
    "explain",  # and `fundsim diff`
    "stress",
    "sheet",  # the workbook: the answer, and runs side by side
    "sheet by year",
    "batch",  # `fundsim sweep`, where a plan names no measures
]
# places that say it in the reader's language: pages of the dashboard, pictures, the briefing
SpokenPlace = Literal[
    "answer",  # the page's headline figures
    "answer by year",
    "link",  # the figures that a link carries, in this order: a new one at the end, or older links lose theirs
    "compare",  # `fundsim compare`, and the paired differences of "What if"
    "what if",
    "what if pictures",
    "drives",  # what "What drives it" can explain
    "countries",
    "without the fund",  # from identification to payment, step by step
    "with the fund",
    "changes by year",
    "receipts",  # what comes in beside the sources of income
    "briefing",  # at a glance
    "briefing by year",
    "briefing designs",
    "briefing hard years",
]
Place = Literal[EnglishPlace, SpokenPlace]


@dataclass(frozen=True, slots=True)
class At:
    """One place that shows a measure.

    words      what it is called there; empty: as everywhere, by its label
    after      the measure that it follows there; empty: it stands where its row stands in MEASURES
    statistic  which one is shown
    """

    place: Place
    words: str = ""
    after: str = ""
    statistic: Statistic = "mean"


def at(
    *places: Place, words: str = "", after: str = "", statistic: Statistic = "mean"
) -> tuple[At, ...]:
    """Some places that show a measure alike.  words, after, statistic  as in `At`"""
    return tuple(At(place, words, after, statistic) for place in places)


# why a measure is not defined, by the outcome that it is of, where that is 0 in every future
NOT_DEFINED = {
    "identified": "no victims",
    "paid_without": "nobody is paid",
    "paid_with": "nobody is paid",
    "awards": "no awards",
    "claims": "no claims",
    "incurred_total": "no payments",
    "payments_due": "no payments",
    "payments_due_in_all": "no payments",
    "claims_known": "no claims",
    "years_too_small": "never",
}


NO_FUND = "no fund"  # why there is no probability that it falls short


@dataclass(frozen=True)
class Measure:
    """One entry of the data dictionary.

    name     name in every output; {…} stands for a source of income, kind of cost, or group
    unit     EUR, share, persons, months, ratio; a price base where it matters
    kind     mean, probability, ratio (of two outcomes' sums), or need (what suffices)
    yearly   one value for each calendar year, else one for the horizon
    above, below  the outcomes of a ratio; `below` alone, what a mean is of.  Where it is 0 in every future the
             measure is not defined: it has no value, and where it is shown stands `undefined`
    formula  in words;  label  short, for tables and figures
    better   more or less of it, for who pays or who is paid; None: neither is
    needs    what a scenario must have for it to say anything
    shown    the places that show it, and how
    if_less, if_more  how a comparison says that it has changed, by {change}; empty: it is in no sentence
    template the name with {…} that was filled in
    """

    name: str
    label: str
    unit: str
    formula: str
    kind: str = "mean"
    yearly: bool = False
    above: str = ""
    below: str = ""
    tail: bool = False  # also 99.5 % VaR and TVaR
    better: Better | None = None
    needs: Needs | None = "fund"
    shown: tuple[At, ...] = ()
    if_less: str = ""
    if_more: str = ""
    template: str = ""

    @property
    def undefined(self) -> str:
        """Why it has no value where what it is of does not occur: a word for its place; empty if it always has one."""
        if self.kind == "probability" and self.needs:
            return NO_FUND
        return NOT_DEFINED[self.below.partition(".")[0]] if self.below else ""

    def says_something(self, world: World) -> bool:
        """Whether a scenario has what the measure needs."""
        match self.needs:
            case None:
                return True
            case "fund":
                return world.has_fund
            case "line":
                return world.has_fund and bool(line_of_state(world))
            case _:
                assert_never(self.needs)
