"""The measures: what each is called, its unit and formula, and how it is read from a projection.

`MEASURES` is the data dictionary: docs/data_dictionary.md is written from it, and nothing is printed,
plotted or stored that does not stand here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fundsim.analysis import precision
from fundsim.analysis.needs import amount
from fundsim.analysis.precision import Estimate
from fundsim.analysis.project import Projection
from fundsim.model.costs import COST_KINDS
from fundsim.model.parameters import TWINS
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import FORMS, World, assumptions

PERCENTS = (5, 25, 50, 75, 95)
GROUPS = (*(f"form.{f}" for f in FORMS), "age.child", "age.adult", "nationality.foreign",
          "nationality.national")  # fmt: skip


# cost paid is neither: it is low where the fund cannot pay
LOWER_IS_BETTER = {
    "due", "due_real", "state_cost", "state_cost_real", "unpaid",
    "shortfall", "shortfall_so_far", "due_a_year", "due_per_head",
    "state_cost_a_year", "ruin", "peak_need", "longest_delay", "months_to_payment_without",
    "months_to_payment_with", "claims_late_rate", "claims_undecided_rate", "claims_unpaid_rate",
}  # fmt: skip
HIGHER_IS_BETTER = {
    "benefits", "benefits_real", "benefits_a_year", "benefits_total", "cash", "funding_ratio",
    "worst_balance", "recoveries", "informed", "prosecuted", "convicted", "awarded", "paid_without",
    "entitled", "applied", "granted", "paid_by_fund", "paid_with", "share_paid_without",
    "share_paid_with", "share_soon_without", "share_soon_with", "received_without", "received_with",
    "award_received_without", "award_received_with", "benefits_to_awards",
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One entry of the data dictionary.

    name     name in every output; {…} stands for a source of income, kind of cost, or group
    unit     EUR, share, persons, months, ratio; a price base where it matters
    kind     mean, probability, ratio (of two outcomes' sums), or need (what suffices)
    yearly   one value for each calendar year, else one for the horizon
    formula  in words;  label  short, for tables and figures
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
    template: str = ""

    @property
    def better(self) -> str:
        """Whether lower or higher is better for who pays or who is paid; empty where neither is."""
        stem = self.name.split(".")[0]
        return "lower" if stem in LOWER_IS_BETTER else "higher" if stem in HIGHER_IS_BETTER else ""


def _m(name: str, label: str, unit: str, formula: str, **more: object) -> Measure:
    return Measure(name, label, unit, formula, **more)  # type: ignore[arg-type]


def _ratio(name: str, label: str, unit: str, above: str, below: str, formula: str) -> Measure:
    return Measure(name, label, unit, formula, kind="ratio", above=above, below=below)


EUR, REAL = "EUR nominal", "EUR of the price year"
_YEARLY = (
    _m("due", "Cost due", EUR, "costs due + payments due in the year: the cost were cash never short"),
    _m("due_real", "Cost due", REAL, "due / price index of the year"),
    _m("outgo", "Cost paid", EUR, "costs paid + benefits paid in the calendar year", tail=True),
    _m("outgo_real", "Cost paid", REAL, "outgo / price index of the year", tail=True),
    _m("outgo_local", "Cost", "local currency nominal", "outgo × exchange rate of the year"),
    _m("benefits", "Benefits paid", EUR, "paid to victims in the calendar year (paid)"),
    _m("benefits_real", "Benefits paid", REAL, "benefits / price index"),
    _m("incurred", "Benefits incurred", EUR,
       "benefits and interim payments ever due to victims identified in the year"),
    _m("income", "Income", EUR, "all sources in force, without recoveries, returns and advances"),
    _m("income_real", "Income", REAL, "income / price index"),
    _m("income.{source}", "Income from one source", EUR, "cash received from the source in the year"),
    _m("income.{source}_real", "Income from one source", REAL, "income.{source} / price index"),
    _m("cost.{kind}_real", "Running costs of one kind", REAL, "cost.{kind} / price index"),
    _m("cost.{kind}", "Running costs of one kind", EUR, "paid in the year"),
    _m("recoveries", "Recovered from offenders", EUR, "received by subrogation"),
    _m("returns", "Return on reserves", EUR, "earned on cash; may be negative"),
    _m("advances", "Treasury advances", EUR, "lent by the treasury in the year"),
    _m("repayments", "Advances repaid", EUR, "repaid to the treasury in the year"),
    _m("lapsed", "Lapsed budget", EUR, "unspent budget returned to the treasury in December"),
    _m("state_cost", "Cost of reforms to the state", EUR, "reform costs not borne by the fund"),
    _m("state_cost_real", "Cost of reforms to the state", REAL, "state_cost / price index"),
    _m("cash", "Cash at year end", EUR, "closing cash of December; never negative"),
    _m("liabilities", "Liabilities at year end", EUR,
       "incurred by victims identified by then − benefits paid by then"),
    _m("funding_ratio", "Funding ratio at year end", "ratio", "cash / liabilities, cut at 99"),
    _m("unpaid", "Shortfall at year end", EUR,
       "payments and costs due and unpaid, and the treasury advance, in December"),
    _m("shortfall", "Shortfall in the year", "share",
       "share of futures with a shortfall in any month of the year", kind="probability"),
    _m("shortfall_so_far", "Ruin by year", "share",
       "share of futures with a shortfall in any month up to the year's end", kind="probability"),
)  # fmt: skip
_WHOLE = (
    _m("due_a_year", "Cost due a year", REAL, "mean of due_real over the horizon's years"),
    _m("due_per_head", "Cost due a year per inhabitant", REAL, "due_a_year / inhabitants"),
    _m("outgo_a_year", "Cost paid a year", REAL, "mean of outgo_real over the horizon's years"),
    _m("benefits_a_year", "Benefits a year", REAL, "mean of benefits_real over the years"),
    _m("income_a_year", "Income a year", REAL, "mean of income_real over the years"),
    _m("state_cost_a_year", "Reforms, cost to the state a year", REAL,
       "mean of state_cost_real over the years"),
    _m("outgo_per_head", "Cost a year per inhabitant", REAL, "outgo_a_year / inhabitants"),
    _m("incurred_total", "Benefits incurred", EUR, "all benefits ever due to known victims"),
    _m("benefits_total", "Benefits paid", EUR, "paid within the horizon"),
    _m("ruin", "Probability of a shortfall", "share",
       "share of futures with a shortfall in any month of the horizon", kind="probability"),
    _m("worst_balance", "Worst balance", EUR,
       "lowest month-end value of what cash would be had all due been paid in time"),
    _m("peak_need", "Peak need", "EUR at the opening",
       "what was missing at the worst, had everything due been paid in time: flows without returns, discounted "
       "to the opening at the fund's return"),
    _m("longest_delay", "Longest delay of a payment", "months",
       "most months a payment due waited for cash; unpaid: until the horizon's end"),
    _ratio("benefits_to_awards", "Benefits paid to court awards", "ratio", "amount_by_fund",
           "awards", "paid by the fund to victims of the horizon / court awards to them, real"),
    _m("identified", "Identified victims", "persons", "identified within the horizon"),
    _m("informed", "Informed of the right", "persons", "of them, informed"),
    _m("prosecuted", "Offender indicted for trafficking", "persons", "of them"),
    _m("convicted", "Offender convicted", "persons", "of them, any offence"),
    _m("awarded", "Awarded compensation by a court", "persons", "of them, criminal or civil"),
    _m("paid_without", "Paid anything without the fund", "persons",
       "of them, the offender pays within horizon and run-off"),
    _m("entitled", "Entitled to claim", "persons", "of them, past the entry point and covered"),
    _m("applied", "Claimed", "persons", "of them, filed in time"),
    _m("granted", "Granted", "persons", "of them, claim approved"),
    _m("paid_by_fund", "Paid in full by the fund", "persons", "of them"),
    _m("paid_with", "Paid with the fund", "persons",
       "of them, paid in full by the fund or anything by the offender"),
    _ratio("share_paid_without", "Share paid without the fund", "share", "paid_without",
           "identified", "paid_without / identified"),
    _ratio("share_paid_with", "Share paid with the fund", "share", "paid_with", "identified",
           "paid_with / identified"),
    _ratio("share_soon_without", "Share paid within 24 months without the fund", "share",
           "soon_without", "identified", "paid within 24 months of identification / identified"),
    _ratio("share_soon_with", "Share paid within 24 months with the fund", "share", "soon_with",
           "identified", "paid within 24 months of identification / identified"),
    _ratio("months_to_payment_without", "Months to payment without the fund", "months",
           "months_without", "paid_without", "mean months from identification to payment, of those paid"),
    _ratio("months_to_payment_with", "Months to payment with the fund", "months", "months_with",
           "paid_with", "mean months from identification to first payment in full, of those paid"),
    _ratio("received_without", "Received per identified victim without the fund", REAL,
           "amount_without", "identified", "paid by offenders / identified"),
    _ratio("received_with", "Received per identified victim with the fund", REAL, "amount_with",
           "identified", "paid by offenders and fund / identified"),
    _ratio("award_received_without", "Share of court awards received without the fund", "share",
           "amount_without", "awards", "paid by offenders / court awards"),
    _ratio("award_received_with", "Received with the fund to court awards", "ratio",
           "amount_with", "awards", "paid by offenders and fund / court awards"),
    _ratio("share_paid_without.{group}", "Share paid without the fund, by group", "share",
           "paid_without.{group}", "identified.{group}", "paid_without / identified in the group"),
    _ratio("share_paid_with.{group}", "Share paid with the fund, by group", "share",
           "paid_with.{group}", "identified.{group}", "paid_with / identified in the group"),
    _ratio("received_without.{group}", "Received per victim without the fund, by group", REAL,
           "amount_without.{group}", "identified.{group}", "as received_without in the group"),
    _ratio("received_with.{group}", "Received per victim with the fund, by group", REAL,
           "amount_with.{group}", "identified.{group}", "as received_with in the group"),
    _ratio("months_to_payment_without.{group}", "Months to payment without the fund, by group", "months",
           "months_without.{group}", "paid_without.{group}", "as months_to_payment_without in the group"),
    _ratio("months_to_payment_with.{group}", "Months to payment with the fund, by group", "months",
           "months_with.{group}", "paid_with.{group}", "as months_to_payment_with in the group"),
    _ratio("award_received_without.{group}", "Share of court awards received without the fund, by group",
           "share", "amount_without.{group}", "awards.{group}", "as award_received_without in the group"),
    _ratio("award_received_with.{group}", "Received with the fund to court awards, by group", "ratio",
           "amount_with.{group}", "awards.{group}", "as award_received_with in the group"),
    _ratio("claims_capped_rate", "Claims cut by the cap", "share", "claims_capped", "claims",
           "claims that the cap made smaller / claims filed"),
    _ratio("claims_set_off_rate", "Claims reduced by set-off", "share", "claims_set_off", "claims",
           "claims from which an offender's payment was deducted / claims filed"),
    _ratio("claims_late_rate", "Claims out of time", "share", "claims_late", "claims",
           "claims beyond the filing limit / claims filed in time"),
    _ratio("claims_undecided_rate", "Claims never decided", "share", "claims_undecided", "claims",
           "claims not decided by the end of the run-off / claims filed"),
    _ratio("claims_unpaid_rate", "Granted claims never paid in full", "share", "claims_unpaid",
           "claims", "granted claims not fully paid by the end of the run-off / claims filed"),
)  # fmt: skip
MEASURES: tuple[Measure, ...] = (
    *(replace(m, yearly=True) for m in _YEARLY),
    *_WHOLE,
)
# what suffices in each future, which a run does not work out unless a batch asks for it (method §18)
NEEDS = (
    _m("contribution_needed", "Contribution that suffices", "EUR a year, as the line is written",
       "smallest yearly amount of the state's budget line with which a future never falls short, with the scenario's "
       "opening capital", kind="need"),
    _m("capital_needed", "Opening capital that suffices", "EUR at the opening",
       "smallest opening capital with which a future never falls short, with the scenario's budget line", kind="need"),
)  # fmt: skip
SOLVENT = (50, 75, 90, 95, 99)  # of 100 futures
SOLVENT_STATISTICS = tuple(f"solvent{percent}" for percent in SOLVENT)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tidy table; year is None for the whole horizon."""

    scenario: str
    year: int | None
    measure: str
    unit: str
    statistic: str
    value: float


def named(projection: Projection) -> Iterator[Measure]:
    """The measures of a projection, with every {source}, {kind} and {group} filled in."""
    return measures_of(projection.scenario.world)


def measures_of(world: World) -> Iterator[Measure]:
    """The measures of a scenario, with every {source}, {kind} and {group} filled in."""
    fills = {
        "{source}": [name for name in sorted(world.income) if world.income[name].in_force],
        "{kind}": list(COST_KINDS),
        "{group}": list(GROUPS),
    }
    for m in MEASURES:
        pattern = next((p for p in fills if p in m.name), "")
        for fill in fills.get(pattern, [""]):
            names = {f: getattr(m, f).replace(pattern, fill) for f in ("name", "above", "below")}
            yield replace(m, **names, template=m.name) if pattern else m


def measure(projection: Projection) -> list[Row]:
    """All measures of a projection as one tidy table."""
    name = projection.scenario.name
    rows = [row for m in named(projection) for row in rows_of(projection, m)]
    for statistic, value in trust(projection).items():
        rows.append(Row(name, None, "assumptions", "number", statistic, value))
    return rows


def rows_of(projection: Projection, m: Measure, only: int | None = None) -> Iterator[Row]:
    """Every statistic of a measure; of all years, or of one only.  None where it does not occur."""
    for year in projection.years() if m.yearly else [None]:
        columns = columns_of(m, year)
        if columns[0] in projection and only in (None, year):
            for statistic, value in statistics(projection, m, columns[0]).items():
                yield Row(projection.scenario.name, year, m.name, m.unit, statistic, value)


def columns_of(m: Measure, year: int | None) -> tuple[str, ...]:
    """The outcomes that a measure (of a year, where it is yearly) is read from."""
    if m.kind == "ratio":
        return m.above, m.below
    return (m.name if year is None else f"{m.name}@{year}",)


def estimate(projection: Projection, m: Measure, column: str) -> tuple[Estimate, Floats]:
    """A measure's central figure with its error, and its value in each replication."""
    if m.kind == "ratio":
        above, below = projection.column(m.above), projection.column(m.below)
        each = above[below > 0] / below[below > 0]
        return precision.ratio(above, below), each
    x = projection.column(column)
    return (precision.probability if m.kind == "probability" else precision.mean)(x), x


def statistics(projection: Projection, m: Measure, column: str) -> dict[str, float]:
    """Every statistic of one measure (of one year)."""
    if m.kind == "need":
        return _suffices(projection.column(column))
    centre, x = estimate(projection, m, column)
    found = {"mean": centre.value}
    if centre.mc_error is not None:
        found["mc_error"] = centre.mc_error
    if not m.yearly and (parts := _spread(projection, m, column)) is not None:
        found |= {"sd_assumptions": parts.assumptions, "sd_chance": parts.chance}
    if m.kind == "probability":
        if projection.replications > 1:
            low, high = precision.wilson(centre, projection.replications)
            found |= {"low95": low, "high95": high}
        return found
    if x.size:
        found |= {f"p{p}": q for p, q in zip(PERCENTS, percentiles(x), strict=True)}
    if m.tail and projection.replications >= precision.LEAST_FOR_995:
        tails = {"var99_5": precision.quantile(x, 0.995)}
        if projection.replications >= precision.LEAST_FOR_TVAR:
            tails["tvar99_5"] = precision.tail_mean(x, 0.995)
        for name, tail in tails.items():
            found[name] = tail.value
            if tail.mc_error is not None:
                found[f"{name}_mc_error"] = tail.mc_error
    return {k: v for k, v in found.items() if not math.isnan(v)}


def _suffices(need: Floats) -> dict[str, float]:
    """The amounts with which 50 … 99 of 100 futures never fall short, infinite where none suffices."""
    found = {}
    for percent, statistic in zip(SOLVENT, SOLVENT_STATISTICS, strict=True):
        if (percent / 100) ** need.size > 0.025:
            continue  # the largest of so few is no such quantile: no 95 % interval of it exists
        value = amount(need, percent / 100)
        found[statistic] = value.value
        if value.mc_error is not None:
            found[f"{statistic}_mc_error"] = value.mc_error
    return found


def percentiles(x: Floats) -> list[float]:
    """The PERCENTS of some values, as `np.percentile` gives them, to the last bit; it takes far longer
    to find out what it was given than to sort a few hundred values."""
    ordered, found = np.sort(x).tolist(), []
    if math.isnan(ordered[-1]):
        return [math.nan] * len(PERCENTS)
    for p in PERCENTS:
        place = p / 100 * (len(ordered) - 1)
        low = math.floor(place)
        a, b, t = ordered[low], ordered[min(low + 1, len(ordered) - 1)], place - low
        found.append(a + (b - a) * t if t < 0.5 else b - (b - a) * (1 - t))
    return found


def _spread(projection: Projection, m: Measure, column: str) -> precision.Spread | None:
    """What we do not know and chance; futures where a ratio has nothing below go with their twins."""
    if m.kind != "ratio":
        return precision.spread(projection.column(column))
    above, below = projection.column(m.above), projection.column(m.below)
    n = below.size // TWINS * TWINS
    known = np.repeat((below[:n].reshape(-1, TWINS) > 0).all(axis=1), TWINS)
    return precision.spread(above[:n][known] / below[:n][known])


def trust(projection: Projection) -> dict[str, float]:
    """How many uncertain numbers rest on data, partial data and judgement."""
    world = projection.scenario.world
    grades = [a.graded for _, a, _ in assumptions(world) if a.uncertain]
    grades.append(world.caseload.forms.graded)  # type: ignore[arg-type]
    return {
        "data": float(grades.count("data")),
        "partly": float(grades.count("partly")),
        "judgement": float(grades.count("judgement")),
    }
