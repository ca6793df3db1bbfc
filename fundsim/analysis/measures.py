"""The measures: what each is called, its unit and formula, and how it is read from a projection.

`MEASURES` is the data dictionary: docs/data_dictionary.md is written from it, and nothing is printed,
plotted or stored that does not stand here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from fundsim.analysis.project import Projection
from fundsim.analysis.shown import Table
from fundsim.analysis.statistics import statistics
from fundsim.analysis.tags import At, Measure, Place, at
from fundsim.model.costs import COST_KINDS
from fundsim.scenario.asked import wrong
from fundsim.scenario.schema import FORMS, World, assumptions

GROUPS = (*(f"form.{f}" for f in FORMS), "age.child", "age.adult", "sex.female", "sex.male", "status.formal",
          "status.presumed", "nationality.foreign", "nationality.national")  # fmt: skip


def _m(name: str, label: str, unit: str, formula: str, **more: object) -> Measure:
    return Measure(name, label, unit, formula, **more)  # type: ignore[arg-type]


def _ratio(
    name: str, label: str, unit: str, above: str, below: str, formula: str, **more: object
) -> Measure:
    return _m(name, label, unit, formula, kind="ratio", above=above, below=below, **more)


EUR, REAL = "EUR nominal", "EUR of the price year"
_YEARLY = (
    _m("due", "Cost due", EUR, "costs due + payments due in the year: the cost were cash never short", better="less",
       shown=(at("sheet by year") + at("run by year", "answer by year", "briefing by year", words="Cost")
              + at("run by year", "answer by year", "briefing by year", words="9 of 10 futures", statistic="range"))),
    _m("due_real", "Cost due", REAL, "due / price index of the year", better="less", shown=at("changes by year") + at("sheet by year")),
    _m("outgo", "Cost paid", EUR, "costs paid + benefits paid in the calendar year", tail=True,
       shown=at("sheet by year") + at("run by year", "answer by year", words="Paid")),
    _m("outgo_real", "Cost paid", REAL, "outgo / price index of the year", tail=True, shown=at("sheet by year")),
    _m("outgo_local", "Cost", "local currency nominal", "outgo × exchange rate of the year", shown=at("sheet by year")),
    _m("benefits", "Benefits paid", EUR, "paid to victims in the calendar year (paid)", better="more",
       shown=at("sheet by year") + at("briefing by year", words="to victims")),
    _m("benefits_real", "Benefits paid", REAL, "benefits / price index", better="more", shown=at("changes by year")),
    _m("incurred", "Benefits incurred", EUR,
       "benefits and interim payments ever due to victims registered in the year", shown=at("sheet by year")),
    _m("income", "Income", EUR, "all sources in force, without recoveries, returns and advances",
       shown=at("sheet by year", "run by year", "answer by year", "briefing by year")),
    _m("income_real", "Income", REAL, "income / price index"),
    _m("income.{source}", "Income from one source", EUR, "cash received from the source in the year"),
    _m("income.{source}_real", "Income from one source", REAL, "income.{source} / price index"),
    _m("cost.{kind}_real", "Running costs of one kind", REAL, "cost.{kind} / price index"),
    _m("cost.{kind}", "Running costs of one kind", EUR, "paid in the year"),
    _m("recoveries", "Recovered from offenders", EUR, "received by subrogation", better="more", shown=at("receipts")),
    _m("returns", "Return on reserves", EUR, "earned on cash; may be negative", shown=at("receipts")),
    _m("advances", "Treasury advances", EUR, "lent by the treasury in the year", shown=at("receipts")),
    _m("repayments", "Advances repaid", EUR, "repaid to the treasury in the year"),
    _m("due_others", "Cost due to victims of other crimes", EUR, "payments of the cost due, to these", shown=at("sheet by year")),
    _m("due_others_real", "Cost due to victims of other crimes", REAL, "due_others / price index"),
    _m("budget", "Budget", EUR, "what budget lines bring in the year, after cuts", shown=at("sheet by year")),
    _m("budget_real", "Budget", REAL, "budget / price index"),
    _m("lapsed", "Lapsed budget", EUR, "unspent budget returned to the treasury in December, and what it takes of a reserve",
       shown=at("sheet by year")),
    _m("lapsed_real", "Lapsed budget", REAL, "lapsed / price index"),
    _m("supplements", "Supplements by the state", EUR, "what the state adds in the year where money is missing, and is not paid back",
       better="less", shown=at("receipts") + at("sheet by year")),
    _m("supplements_real", "Supplements by the state", REAL, "supplements / price index", better="less"),
    _m("overrun", "Missing in the year", EUR,
       "supplements of the year, and payments, costs and treasury advance still owed at its end", better="less",
       shown=at("sheet by year")),
    _m("overrun_real", "Missing in the year", REAL, "overrun / price index", better="less"),
    _m("too_small", "Budget too small in the year", "share", "share of futures in which something is missing in the year (overrun above 0)",
       kind="probability", better="less",
       shown=(at("sheet by year") + at("run by year", "answer by year", "briefing by year", words="Budget too small"))),
    _m("state_cost", "Borne by the state beside the fund", EUR,
       "reforms not borne by the fund; office, officers and decisions where the state bears them", better="less", needs=None,
       shown=at("sheet by year", after="unpaid")),
    _m("state_cost_real", "Borne by the state beside the fund", REAL, "state_cost / price index", better="less", needs=None),
    _m("cost_to_state", "Cost to the state", EUR,
       "budget − lapsed + supplements + advances − repayments + state_cost", better="less", needs=None,
       shown=at("sheet by year")),
    _m("cost_to_state_real", "Cost to the state", REAL, "cost_to_state / price index", better="less", needs=None),
    _m("claims_filed", "Claims filed", "claims", "filed with the fund in the year", shown=at("sheet by year")),
    _m("claims_decided", "Claims decided", "claims", "granted or refused in the year", shown=at("sheet by year")),
    _m("claims_open", "Claims open at year end", "claims", "filed and not decided in December: carried into the next year",
       better="less", shown=at("sheet by year")),
    _m("workload", "Work for the desk", "posts",
       "working time of the claims filed in the year / 12 months: full-time posts that they need", shown=at("sheet by year")),
    _ratio("months_late", "Wait of a payment for cash", "months", "months_waited", "payments_due",
           "mean months from falling due to payment, of payments due in the year; unpaid: until the horizon's end",
           better="less", shown=at("sheet by year")),
    _m("cash", "Cash at year end", EUR, "closing cash of December; never negative", better="more",
       shown=(at("sheet by year") + at("run by year", "answer by year", "briefing by year", words="Cash")
              + at("changes by year", words="Cash in December"))),
    _m("liabilities", "Liabilities at year end", EUR,
       "incurred by victims registered by then − benefits paid by then",
       shown=(at("sheet by year") + at("run by year", "answer by year", "briefing by year", words="Still to pay"))),
    _m("funding_ratio", "Funding ratio at year end", "ratio", "cash / liabilities, cut at 99", better="more"),
    _m("unpaid", "Shortfall at year end", EUR,
       "payments and costs due and unpaid, and the treasury advance, in December", better="less", shown=at("sheet by year")),
    _m("shortfall", "Shortfall in the year", "share",
       "share of futures with a shortfall in any month of the year", kind="probability", better="less",
       shown=at("sheet by year")),
    _m("shortfall_so_far", "Ruin by year", "share",
       "share of futures with a shortfall in any month up to the year's end", kind="probability", better="less",
       shown=(at("sheet by year") + at("run by year", words="Falls short by then")
              + at("answer by year", "briefing by year", words="Fell short by then"))),
)  # fmt: skip
_WHOLE = (
    _m("due_a_year", "Cost due a year", REAL, "mean of due_real over the horizon's years", better="less",
       shown=(at("sheet", "compare", "stress", "spread", "drives", "batch") + at("explain", words="cost a year")
              + at("runs", "countries", "what if", "answer", "link", "briefing", "briefing designs", "briefing hard years", words="Cost a year")
              + at("countries", words="9 of 10 futures", statistic="range") + at("what if pictures", after="share_paid_with")),
       if_less="it costs {change} less a year", if_more="it costs {change} more a year"),
    _m("due_others_a_year", "Cost due a year to victims of other crimes", REAL, "mean of due_others_real", shown=at("sheet")),
    _m("due_per_head", "Cost due a year per inhabitant", REAL, "due_a_year / inhabitants", better="less",
       shown=at("sheet") + at("countries", words="per inhabitant")),
    _m("due_of_gdp", "Cost due a year, of gross domestic product", "share", "due_a_year / gross domestic product of the price year",
       better="less", shown=at("sheet")),
    _m("outgo_a_year", "Cost paid a year", REAL, "mean of outgo_real over the horizon's years", shown=at("sheet", "compare")),
    _m("benefits_a_year", "Benefits a year", REAL, "mean of benefits_real over the years", better="more",
       shown=(at("sheet", "batch") + at("runs", "countries", "what if", words="to victims")
              + at("drives", after="longest_delay"))),
    _m("income_a_year", "Income a year", REAL, "mean of income_real over the years", shown=at("sheet")),
    _m("budget_a_year", "Budget a year", REAL, "mean of budget_real over the years", shown=at("sheet")),
    _m("lapsed_a_year", "Lapsed budget a year", REAL, "mean of lapsed_real over the years", shown=at("sheet")),
    _m("supplements_a_year", "Supplements by the state a year", REAL, "mean of supplements_real over the years", better="less",
       shown=at("sheet")),
    _m("overrun_a_year", "Missing a year", REAL, "mean of overrun_real over the years", better="less", shown=at("sheet")),
    _m("cost_to_state_a_year", "Cost to the state a year", REAL, "mean of cost_to_state_real over the years", better="less",
       needs=None, shown=at("sheet", "compare")),
    _m("too_small_rate", "Years in which the budget is too small", "share", "years in which something is missing / years of the horizon",
       better="less",
       shown=(at("sheet", "compare", "batch") + at("explain", "runs", "countries", "what if", "stress", words="Budget too small in a year")
              + at("what if pictures", after="due_a_year")
              + at("answer", "briefing designs", "briefing hard years", words="Budget too small in a year")),
       if_less="its budget is too small in {change} fewer of 100 years", if_more="its budget is too small in {change} more of 100 years"),
    _ratio("missing_then", "Missing when the budget is too small", REAL, "overrun_in_all", "years_too_small",
           "overrun_real / years in which something is missing", better="less", shown=at("sheet")),
    _m("state_cost_a_year", "Borne by the state beside the fund, a year", REAL,
       "mean of state_cost_real over the years", better="less", needs=None,
       shown=(at("sheet", "compare") + at("explain", words="borne by the state beside the fund, a year")
              + at("what if", words="Borne by the state beside it", after="received_with")
              + at("briefing", after="months_to_payment_with"))),
    _m("outgo_per_head", "Cost a year per inhabitant", REAL, "outgo_a_year / inhabitants"),
    _m("incurred_total", "Benefits incurred", EUR, "all benefits ever due to known victims"),
    _m("benefits_total", "Benefits paid", EUR, "paid within the horizon", better="more"),
    _m("ruin", "Probability of a shortfall", "share",
       "share of futures with a shortfall in any month of the horizon", kind="probability", better="less",
       shown=(at("sheet", "compare", "drives", "batch") + at("explain", words="probability of a shortfall")
              + at("spread", words="Falling short") + at("stress", "runs", "countries", "what if", words="Falls short")
              + at("answer", words="Falls short", after="months_to_payment_with")
              + at("link", words="Futures in which it falls short", after="months_to_payment_with")
              + at("what if pictures", after="due_a_year") + at("briefing designs", "briefing hard years", words="Runs short")
              + at("briefing", words="Futures in which money runs short, as planned (range: error of the simulation)", after="state_cost_a_year")),
       if_less="it falls short in {change} fewer of 100 futures", if_more="it falls short in {change} more of 100 futures"),
    _m("worst_balance", "Worst balance", EUR,
       "lowest month-end value of what cash would be had all due been paid in time", better="more",
       shown=at("sheet", after="peak_need")),
    _m("peak_need", "Peak need", "EUR at the opening",
       "what was missing at the worst, had everything due been paid in time: flows without returns, discounted "
       "to the opening at the fund's return; a yearly limit on payments may hold them back all the same", better="less",
       shown=(at("sheet") + at("drives", after="received_with") + at("spread", words="Missing at the worst")
              + at("explain", words="missing at the opening, mean"))),
    _m("longest_delay", "Longest delay of a payment", "months",
       "most months a payment due waited for cash; unpaid: until the horizon's end", better="less", below="incurred_total",
       shown=(at("sheet", "compare") + at("drives", after="months_to_payment_with")
              + at("explain", words="longest delay of a payment", after="received_with"))),
    _ratio("benefits_to_awards", "Benefits paid to court awards", "ratio", "amount_by_fund",
           "awards", "paid by the fund to victims of the horizon / court awards to them, real", better="more"),
    _m("identified", "Registered victims", "persons",
       "registered within the horizon: presumed and formally identified victims", needs=None,
       shown=at("sheet") + at("without the fund", "with the fund", words="Registered victims")),
    _m("formal", "Formally identified victims", "persons", "of them, formally identified", needs=None, shown=at("sheet")),
    _m("informed", "Informed of the right", "persons", "of them, informed", better="more", needs=None,
       shown=at("without the fund", words="informed of the right")),
    _m("prosecuted", "Offender indicted for trafficking", "persons", "of them", better="more", needs=None,
       shown=at("without the fund", words="offender indicted for trafficking")),
    _m("convicted", "Offender convicted", "persons", "of them, any offence", better="more", needs=None,
       shown=at("without the fund", words="offender convicted, any offence")),
    _m("awarded", "Awarded compensation by a court", "persons", "of them, criminal or civil", better="more", needs=None,
       shown=at("without the fund", words="awarded compensation")),
    _m("paid_without", "Paid anything without the fund", "persons",
       "of them, the offender pays within horizon and run-off", better="more", needs=None,
       shown=at("without the fund", words="paid anything by the offender")),
    _m("entitled", "Entitled to claim", "persons", "of them, past the entry point and covered", better="more",
       shown=at("with the fund", words="entitled to claim")),
    _m("helped", "Helped to apply", "persons", "of them, entitled and helped to apply", shown=at("sheet")),
    _m("applied", "Claimed", "persons", "of them, filed in time", better="more", shown=at("with the fund", words="claimed")),
    _m("granted", "Granted", "persons", "of them, claim approved", better="more", shown=at("with the fund", words="granted")),
    _m("paid_by_fund", "Paid in full by the fund", "persons", "of them", better="more",
       shown=at("with the fund", words="paid in full by the fund")),
    _m("paid_earlier", "Paid in full, registered before the opening", "persons",
       "victims registered before the opening whom the fund pays in full; in no other count of victims", better="more",
       shown=at("sheet") + at("with the fund", words="besides, of those registered before the opening: paid in full by the fund")),
    _m("amount_earlier", "Paid to victims registered before the opening", REAL, "all years together", shown=at("sheet")),
    _m("claims_others", "Claims by victims of other crimes", "claims", "filed within the horizon; counted apart", shown=at("sheet")),
    _m("paid_others", "Victims of other crimes paid in full", "persons", "of them, granted and paid in full", shown=at("sheet")),
    _m("paid_with", "Paid with the fund", "persons",
       "of them, paid in full by the fund or anything by the offender", better="more",
       shown=at("compare") + at("with the fund", words="paid by fund or offender")),
    _ratio("share_paid_without", "Share paid without the fund", "share", "paid_without",
           "identified", "paid_without / identified", better="more", needs=None,
       shown=(at("sheet", "batch") + at("explain", words="share paid without the fund", after="share_paid_with")
              + at("runs", "countries", words="Paid without")
              + at("link", words="Registered victims who get money without it", after="share_paid_with")
              + at("briefing", words="Registered victims who get money, without the fund"))),
    _ratio("share_paid_with", "Share paid with the fund", "share", "paid_with", "identified",
           "paid_with / identified", better="more",
       shown=(at("sheet", "compare", "drives", "batch", "what if pictures") + at("explain", words="share paid with the fund")
              + at("spread", words="Share of registered victims paid") + at("stress", words="Victims paid")
              + at("runs", "countries", words="Paid with") + at("what if", words="Paid")
              + at("answer", "briefing designs", "briefing hard years", words="Victims paid, of 100")
              + at("link", words="Registered victims who get money with the fund")
              + at("briefing", words="Registered victims who get money, with the fund")),
       if_less="of 100 registered victims {change} fewer get money",
       if_more="of 100 registered victims {change} more get money"),
    _ratio("share_soon_without", "Share paid within 24 months without the fund", "share",
           "soon_without", "identified", "paid within 24 months of identification / identified", better="more", needs=None,
       shown=at("sheet")),
    _ratio("share_soon_with", "Share paid within 24 months with the fund", "share", "soon_with",
           "identified", "paid within 24 months of identification / identified", better="more", shown=at("sheet", "compare")),
    _ratio("months_to_payment_without", "Months to payment without the fund", "months",
           "months_without", "paid_without", "mean months from identification to payment, of those paid", better="less",
       needs=None, shown=at("sheet")),
    _ratio("months_to_payment_with", "Months to payment with the fund", "months", "months_with",
           "paid_with", "mean months from identification to first payment in full, of those paid", better="less",
       shown=(at("sheet", "compare") + at("drives", after="peak_need") + at("spread", words="Months to payment")
              + at("stress", "runs", "answer", "countries", "what if", "briefing designs", words="Wait of those paid")
              + at("link", words="Months to payment, middle future", statistic="p50")
              + at("briefing", words="Wait from identification to payment, of those paid", after="received_with")),
       if_less="those paid in full wait {change} less for it on average",
       if_more="those paid in full wait {change} longer for it on average"),
    _ratio("received_without", "Received per registered victim without the fund", REAL,
           "amount_without", "identified", "paid by offenders / identified", better="more", needs=None, shown=at("sheet")),
    _ratio("received_with", "Received per registered victim with the fund", REAL, "amount_with",
           "identified", "paid by offenders and fund / identified", better="more",
       shown=(at("sheet", "compare", "what if pictures") + at("drives", after="share_paid_with")
              + at("explain", words="each registered victim receives") + at("spread", words="Received by each victim")
              + at("stress", words="Received by each")
              + at("runs", "what if", "briefing designs", "briefing hard years", words="Each receives")
              + at("briefing", words="Received, averaged over all registered victims, with the fund")),
       if_less="averaged over all registered victims, each receives {change} less",
       if_more="averaged over all registered victims, each receives {change} more"),
    _ratio("award_received_without", "Received without the fund to court awards", "ratio",
           "amount_without", "awards", "paid by offenders / court awards, both real: above 1 if prices fell from the award to the payment",
           better="more", needs=None),
    _ratio("award_received_with", "Received with the fund to court awards", "ratio",
           "amount_with", "awards", "paid by offenders and fund / court awards", better="more"),
    _ratio("share_paid_without.{group}", "Share paid without the fund, by group", "share",
           "paid_without.{group}", "identified.{group}", "paid_without / identified in the group", better="more", needs=None),
    _ratio("share_paid_with.{group}", "Share paid with the fund, by group", "share",
           "paid_with.{group}", "identified.{group}", "paid_with / identified in the group", better="more"),
    _ratio("received_without.{group}", "Received per victim without the fund, by group", REAL,
           "amount_without.{group}", "identified.{group}", "as received_without in the group", better="more", needs=None),
    _ratio("received_with.{group}", "Received per victim with the fund, by group", REAL,
           "amount_with.{group}", "identified.{group}", "as received_with in the group", better="more"),
    _ratio("months_to_payment_without.{group}", "Months to payment without the fund, by group", "months",
           "months_without.{group}", "paid_without.{group}", "as months_to_payment_without in the group", better="less",
       needs=None),
    _ratio("months_to_payment_with.{group}", "Months to payment with the fund, by group", "months",
           "months_with.{group}", "paid_with.{group}", "as months_to_payment_with in the group", better="less"),
    _ratio("award_received_without.{group}", "Received without the fund to court awards, by group",
           "ratio", "amount_without.{group}", "awards.{group}", "as award_received_without in the group", better="more",
       needs=None),
    _ratio("award_received_with.{group}", "Received with the fund to court awards, by group", "ratio",
           "amount_with.{group}", "awards.{group}", "as award_received_with in the group", better="more"),
    _ratio("claims_capped_rate", "Claims cut by the cap", "share", "claims_capped", "claims",
           "claims that the cap made smaller / claims filed"),
    _ratio("claims_set_off_rate", "Claims reduced by set-off", "share", "claims_set_off", "claims",
           "claims from which an offender's payment was deducted / claims filed"),
    _ratio("claims_late_rate", "Claims out of time", "share", "claims_late", "claims",
           "claims beyond the filing limit / claims filed in time", better="less"),
    _m("workload_a_year", "Work for the desk a year", "posts", "mean of workload over the years", shown=at("sheet")),
    _m("claims_open_a_year", "Claims open at year end", "claims", "mean of claims_open over the years", better="less", shown=at("sheet")),
    _ratio("claims_slow_rate", "Claims not decided within a year", "share", "claims_slow", "claims_known",
           "claims decided more than 12 months after filing, or never / claims filed at least 12 months before the horizon's end",
           better="less", shown=at("sheet")),
    _ratio("claims_unready_rate", "Claims not ready within a year", "share", "claims_unready", "claims_known",
           "claims whose handling alone takes more than 12 months / claims filed at least 12 months before the horizon's end",
           better="less", shown=at("sheet")),
    _ratio("months_late_on_average", "Wait of a payment for cash", "months", "months_waited_in_all", "payments_due_in_all",
           "mean months from falling due to payment; unpaid: until the horizon's end", better="less", shown=at("sheet")),
    _ratio("claims_undecided_rate", "Claims never decided", "share", "claims_undecided", "claims",
           "claims not decided by the end of the run-off / claims filed", better="less"),
    _ratio("claims_unpaid_rate", "Granted claims never paid in full", "share", "claims_unpaid",
           "claims", "granted claims not fully paid by the end of the run-off / claims filed", better="less"),
)  # fmt: skip
MEASURES: tuple[Measure, ...] = (
    *(replace(m, yearly=True) for m in _YEARLY),
    *_WHOLE,
)
# what suffices in each future, which a run does not work out unless a batch asks for it (method §18)
NEEDS = (
    _m("contribution_needed", "Contribution that suffices", "EUR a year, as the line is written",
       "smallest yearly amount of the state's budget line with which a future never falls short, with the scenario's "
       "opening capital", kind="need", needs="line",
       shown=(at("answer", words="The state pays a year", after="due_a_year")
              + at("link", words="The state pays a year, for the chosen confidence", after="due_a_year")
              + at("what if", words="The state must pay a year, to last in {sure} of 100", after="due_a_year")
              + at("briefing", words="The state pays a year, to last in {sure} of 100 futures (range: error of the simulation)", after="due_a_year"))),
    _m("budget_needed", "Budget that is enough", EUR,
       "what the year needs from the budget if everything is paid in it: at its dearest month, due so far in the year less all "
       "other income", kind="need", yearly=True),
    _m("budget_needed_local", "Budget that is enough", "local currency nominal", "budget_needed × exchange rate of the year",
       kind="need", yearly=True),
    _m("capital_needed", "Opening capital that suffices", "EUR at the opening",
       "smallest opening capital with which a future never falls short, with the scenario's budget line", kind="need",
       needs="line"),
)  # fmt: skip


@cache
def shown_in(place: Place) -> tuple[tuple[Measure, At], ...]:
    """The measures that a place shows, in its order, each with what it is called there."""
    here = [(m, tag) for m in (*MEASURES, *NEEDS) for tag in m.shown if tag.place == place]

    def behind(name: str) -> Iterator[tuple[Measure, At]]:
        for m, tag in here:
            if tag.after == name:
                yield m, replace(tag, words=tag.words or m.label)
                if tag.statistic != "range":
                    yield from behind(m.name)

    return tuple(behind(""))


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
        "{source}": [name for name in sorted(world.income) if world.ever_in_force(name)],
        "{kind}": list(COST_KINDS),
        "{group}": list(GROUPS),
    }
    for m in MEASURES:
        pattern = next((p for p in fills if p in m.name), "")
        for fill in fills.get(pattern, [""]):
            names = {f: getattr(m, f).replace(pattern, fill) for f in ("name", "above", "below")}
            yield replace(m, **names, template=m.name) if pattern else m


def measure(projection: Projection) -> list[Row]:
    """All measures of a projection as one tidy table.  Raises InputError for what is no projection."""
    if not isinstance(projection, Projection):
        rule = "must be one projection; write [projection] = project([scenario])"
        raise wrong("measure", "projection", rule, type(projection).__name__)
    name = projection.scenario.name
    rows = [row for m in named(projection) for row in rows_of(projection, m)]
    for statistic, value in trust(projection).items():
        rows.append(Row(name, None, "assumptions", "number", statistic, value))
    return Table(rows)


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
        year_of = "" if year is None else f"@{year}"
        return f"{m.above}{year_of}", f"{m.below}{year_of}"
    return (m.name if year is None else f"{m.name}@{year}", *filter(None, (m.below,)))


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
