"""What a scenario may say: every key, its meaning, unit and bounds.

The keys are a contract.  Each number is an `Assumption`; its `Quantity` (unit, bounds, natural
scale, lever or not) stands in its type, its meaning in the docstring below it.  Shares are between
0 and 1, money is in euro of the price year, durations are in months.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from fundsim.scenario.assumption import Assumption, Grade, Number, Part, Quantity, read_number

_read = BeforeValidator(read_number)


def _kind(unit: str, least: float, most: float, scale: Any = "identity", **flags: bool) -> Any:
    return AfterValidator(Quantity(unit, least, most, scale, **flags))


Share = Annotated[Assumption, _read, _kind("share", 0, 1, "logit")]
ShareLever = Annotated[Assumption, _read, _kind("share", 0, 1, "logit", lever=True)]
Hazard = Annotated[Assumption, _read, _kind("share a month", 0, 1, "logit")]
Growth = Annotated[Assumption, _read, _kind("share a year", -0.5, 1, "identity")]
Spread = Annotated[Assumption, _read, _kind("share", 0, 1, "identity")]
LogSd = Annotated[Assumption, _read, _kind("log sd", 0, 5, "identity")]
Euro = Annotated[Assumption, _read, _kind("EUR", 0, 1e9, "log")]
EuroYear = Annotated[Assumption, _read, _kind("EUR a year", 0, 1e9, "log")]
EuroMonth = Annotated[Assumption, _read, _kind("EUR a month", 0, 1e7, "log")]
Wage = Annotated[Assumption, _read, _kind("EUR a month", 1, 1e7, "log", timed=False)]
EuroLever = Annotated[Assumption, _read, _kind("EUR", 0, 1e9, "log", lever=True)]
OpeningLever = Annotated[Assumption, _read, _kind("EUR", 0, 1e9, "log", lever=True, timed=False)]
EuroYearLever = Annotated[Assumption, _read, _kind("EUR a year", 0, 1e9, "log", lever=True)]
AmountLever = Annotated[Assumption, _read, _kind("amount", 0, 1e7, "log", lever=True)]
Months = Annotated[Assumption, _read, _kind("months", 0, 600, "log")]
PersonsYear = Annotated[Assumption, _read, _kind("persons a year", 0, 1e6, "log")]
Persons = Annotated[Assumption, _read, _kind("persons", 0, 1e9, "log")]
Inhabitants = Annotated[Assumption, _read, _kind("persons", 1, 1e9, "log", timed=False)]
EventsYear = Annotated[Assumption, _read, _kind("events a year", 0, 1e6, "log")]
Size = Annotated[Assumption, _read, _kind("k", 0.05, 1e6, "log")]
OddsRatio = Annotated[Assumption, _read, _kind("odds ratio", 0.001, 1000, "log")]
Factor = Annotated[Assumption, _read, _kind("factor", 0, 1000, "log")]
Years = Annotated[Assumption, _read, _kind("years", 0, 18, "log")]
Rate = Annotated[Assumption, _read, _kind("local currency per EUR", 0.001, 1e6, "log", timed=False)]

Form = Literal["sexual", "labour", "begging", "criminality", "other"]
FORMS: tuple[Form, ...] = ("sexual", "labour", "begging", "criminality", "other")
Index = Literal["none", "prices", "wages"]
Foreign = Literal["all", "lawful", "reciprocity", "none"]
Basis = Literal["fixed", "tariff", "judgment", "smaller"]
Money = Literal["euro", "monthly_wages"]
DecisionSpread = Literal["fixed", "exponential"]
WhenShort = Literal["queue", "pro_rata", "treasury_advance"]
EntryPoint = Literal[
    "none", "identified", "indictment", "conviction", "judgment", "unpaid_judgment"
]
Operation = Literal["factor", "odds_ratio", "add", "narrow"]
Bearer = Literal["fund", "state"]
Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Text = Annotated[str, Field(max_length=2000)]


def _forms(data: Any) -> Any:
    return tuple(data) if isinstance(data, list) else data


class Country(Part):
    """The country: names, currency and the figures that results are set against."""

    code: Code
    """ISO code: AL BA XK ME MK RS, or a new one."""
    name: Annotated[str, Field(max_length=60)]
    """Name as printed; Kosovo* always with its asterisk."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Local currency, ISO code."""
    default_policy: Name
    """The policy used when the base is named alone."""
    footnote: Text = ""
    """A footnote printed wherever the name appears."""
    population: Inhabitants
    """Inhabitants; cost per head is divided by it."""
    exchange_rate: Rate
    """Local currency for one euro in the price year."""
    net_wage: Wage
    """Average monthly net wage in the price year; amounts in monthly wages are multiples of it."""


class Time(Part):
    """The calendar of the projection."""

    price_year: Annotated[int, Field(ge=2000, le=2100)]
    """Money in the scenario is in euro of this year; caseload.level is the level of this year."""
    start_year: Annotated[int, Field(ge=2000, le=2100)]
    """The fund opens in January of this year: month 0."""
    horizon_years: Annotated[int, Field(ge=1, le=60)] = 15
    """Years in which results are measured."""
    runoff_years: Annotated[int, Field(ge=0, le=40)] = 15
    """Years after the horizon in which known cases close; no new victims are identified in them."""
    history_years: Annotated[int, Field(ge=0, le=30)] = 10
    """Years before the opening whose victims may still reach the fund's entry point."""


class Macro(Part):
    """Prices, wages, interest: yearly processes, the same for everybody in a replication."""

    inflation: Growth
    """Mean yearly growth of prices."""
    inflation_sd: Spread
    """Standard deviation of the yearly shock to inflation."""
    inflation_persistence: Spread
    """Share of last year's deviation from the mean that stays."""
    real_wage_growth: Growth
    """Mean yearly growth of wages above prices."""
    wage_sd: Spread
    """Standard deviation of yearly real wage growth."""
    investment_return: Growth
    """Mean yearly nominal return on the fund's reserves."""
    return_sd: Spread
    """Standard deviation of the yearly return."""
    depreciation: Growth
    """Yearly growth of the local price of one euro; used for results in local currency."""


class MassCase(Part):
    """Rare events in which many victims are identified at once."""

    events_a_year: EventsYear
    """Mean number of mass cases a year (Poisson)."""
    scheduled_events: EventsYear
    """Mass cases that are certain to happen in a year (0; a stress sets it); rounded."""
    size: Persons
    """Mean number of victims in a mass case (one plus a Poisson number)."""
    foreign_rate: Share
    """Share of foreign nationals among victims of a mass case."""


class FormShares(Part):
    """Shares of the forms of exploitation; they sum to 1.  Drawn from a Dirichlet distribution."""

    sexual: Number
    """Sexual exploitation."""
    labour: Number
    """Labour exploitation."""
    begging: Number
    """Forced begging."""
    criminality: Number
    """Forced criminality."""
    other: Number
    """Forced marriage, several forms at once, or other."""
    sample_size: Annotated[Number, Field(gt=0)] | None = None
    """Size of the sample that would teach as much as we know; without it the shares are fixed."""
    unit: Literal["share"]
    """Always share."""
    source: str
    """An id in scenarios/sources.toml, or "judgement"."""
    note: str = ""
    """How the shares were read."""
    grade: Grade | None = None
    """data, partly or judgement."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> FormShares:
        shares = self.shares
        if min(shares) < 0 or max(shares) > 1:
            raise ValueError("each form must be a share between 0 and 1")
        if abs(sum(shares) - 1) > 1e-6:
            raise ValueError(f"shares sum to {sum(shares):g}; must sum to 1")
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares in the order of FORMS."""
        return tuple(float(getattr(self, form)) for form in FORMS)

    @property
    def graded(self) -> str:
        """data, partly or judgement."""
        return self.grade or ("judgement" if self.source == "judgement" else "data")


class Caseload(Part):
    """Identified victims a year and who they are."""

    level: PersonsYear
    """Identified victims a year in the price year, mass cases apart."""
    trend: Growth
    """Yearly growth of the level."""
    trend_years: Annotated[int, Field(ge=0, le=60)] = 10
    """Years after the price year in which the trend holds; flat before and after."""
    dispersion: Size
    """Size k of the negative binomial: variance = m + m²/k in each year."""
    forms: FormShares
    """Shares of the forms of exploitation."""
    child_rate: Share
    """Share of children."""
    foreign_rate: Share
    """Share of foreign nationals."""
    years_to_majority: Years
    """Mean years until a child victim is 18 (uniform between 0 and twice the mean)."""
    mass: MassCase
    """Rare mass cases."""


class Duration(Part):
    """A lognormal duration."""

    median: Months
    """Half of the cases take less."""
    sigma: LogSd
    """Standard deviation of the logarithm; 0 makes it fixed."""


class Pathway(Part):
    """From identification to a final judgment, without a fund.

    Rates are averages over those identified victims who reach the stage today; the odds ratios
    move an informed or legally aided victim away from that average.
    """

    informed_rate: Share
    """Victims told of their right to compensation.  Read at identification."""
    legal_aid_rate: Share
    """Informed victims represented free of charge.  Read at identification."""
    prosecuted_rate: Share
    """Victims whose offender is indicted for trafficking.  Read at identification."""
    requalified_rate: Share
    """Of the others, those with an indictment for a lesser offence.  Read at identification."""
    indictment: Duration
    """Identification to indictment."""
    criminal: Duration
    """Indictment to final criminal judgment."""
    conviction_rate: Share
    """Indictments that end in a final conviction.  Read at indictment."""
    criminal_award_rate: Share
    """Convictions that also decide compensation; the rest are referred to civil court.  Read at
    judgment."""
    civil_suit_rate: Share
    """Victims referred to civil court who sue.  Read at the criminal judgment."""
    civil: Duration
    """Suit to final civil judgment."""
    civil_award_rate: Share
    """Suits that win an award.  Read at the suit."""
    informed_odds_ratio: OddsRatio
    """Effect of being informed on award in the criminal case and on suing."""
    legal_aid_odds_ratio: OddsRatio
    """Effect of legal aid on award in the criminal case, on suing and on winning."""
    requalified_odds_ratio: OddsRatio
    """Effect of requalification to a lesser offence on award in the criminal case."""
    criminal_withdrawal: Hazard
    """Hazard of giving up the claim while the criminal case runs.  Read at indictment."""
    civil_withdrawal: Hazard
    """Hazard of giving up the suit while it runs.  Read at the suit."""
    longest_months: Annotated[int, Field(ge=1, le=600)] = 180
    """No duration is longer than this."""


class FormFactors(Part):
    """What a form of exploitation multiplies the award by."""

    sexual: Factor
    """Sexual exploitation."""
    labour: Factor
    """Labour exploitation."""
    begging: Factor
    """Forced begging."""
    criminality: Factor
    """Forced criminality."""
    other: Factor
    """Forced marriage, several forms at once, or other."""


class Award(Part):
    """The size of a court award (severity): lognormal."""

    median: Euro
    """Median award."""
    p90: Euro
    """90th percentile of awards when the median is at its central value; sets the spread."""
    form_factor: FormFactors
    """Multiplies the award by form of exploitation."""
    child_factor: Factor
    """Multiplies the award of a child."""
    index: Index = "wages"
    """What awards grow with from the price year to the year of the judgment."""


class Enforcement(Part):
    """What the victim gets from the offender on an award.  Rates are read at the award."""

    failure_rate: Share
    """Awards on which nothing is ever paid: the enforcement failure rate."""
    recovered_rate: Share
    """Mean share of the award paid where anything is (u^((1-m)/m) has mean m)."""
    delay: Duration
    """Award to payment by the offender."""


class Eligible(Part):
    """Who may claim."""

    children: bool = True
    """Victims who are children at identification."""
    adults: bool = True
    """Adult victims."""
    forms: Annotated[tuple[Form, ...], BeforeValidator(_forms)] = FORMS
    """Forms of exploitation that are covered."""
    foreign: Foreign = "all"
    """Foreign nationals: all, lawful residents, nationals of states with reciprocity, or none."""
    lawful_rate: Share
    """Foreign victims who reside lawfully."""
    reciprocity_rate: Share
    """Foreign victims whose state gives reciprocity."""
    filing_limit_months: Annotated[int, Field(ge=1, le=600)] | None = None
    """A claim filed later than this after the entry point is out of time; none if absent."""
    retroactive_years: Annotated[int, Field(ge=0, le=30)] = 0
    """Victims whose entry point lies up to this many years before the opening may claim."""


class TakeUp(Part):
    """The share of entitled victims that applies."""

    rate: Share
    """Entitled victims who apply once the scheme is known, averaged over today's victims."""
    first_year_share: ShareLever
    """Share of the rate that is reached in the first year."""
    ramp_years: Annotated[int, Field(ge=1, le=20)] = 1
    """Years after which the full rate is reached, in equal steps from the first year's."""
    informed_odds_ratio: OddsRatio
    """Effect of being informed on applying."""
    legal_aid_odds_ratio: OddsRatio
    """Effect of legal aid on applying."""
    filing: Duration
    """Entry point to filing."""


class TariffByForm(Part):
    """Fixed sums by form of exploitation, in the unit of fund.amount.money."""

    sexual: AmountLever
    """Sexual exploitation."""
    labour: AmountLever
    """Labour exploitation."""
    begging: AmountLever
    """Forced begging."""
    criminality: AmountLever
    """Forced criminality."""
    other: AmountLever
    """Forced marriage, several forms at once, or other."""


class Tariff(Part):
    """Fixed sums by form and age."""

    adult: TariffByForm
    """For adults."""
    child: TariffByForm
    """For victims who are children at identification."""


class Amount(Part):
    """How much a granted claim is worth."""

    basis: Basis = "fixed"
    """fixed sum, tariff, share of the judgment, or the smaller of tariff and judgment."""
    money: Money = "euro"
    """Unit of fixed, tariff, floor and cap: euro, or monthly net wages of the price year."""
    fixed: AmountLever
    """The fixed sum."""
    tariff: Tariff
    """The tariff."""
    judgment_share: ShareLever
    """Share of the judgment that the fund pays."""
    floor: AmountLever | None = None
    """The least a granted claim is worth, before set-off."""
    cap: AmountLever | None = None
    """The most a granted claim is worth, before set-off."""
    index: Index = "none"
    """What fixed sums, tariff, floor and cap grow with from the price year to the year of filing."""


class Subsidiarity(Part):
    """The order between offender and fund."""

    set_off: bool = True
    """Deduct what the offender has paid by the time of filing."""
    wait_for_enforcement: bool = False
    """A claim can be filed only when enforcement against the offender has ended."""


class Interim(Part):
    """A payment on account soon after filing, deducted from the benefit later."""

    share: ShareLever
    """Share of the amount asked for."""
    cap: EuroLever
    """The most one interim payment may be."""
    after_months: Annotated[int, Field(ge=0, le=60)] = 1
    """Months from filing."""


class Decision(Part):
    """Deciding claims: first come, first served by caseworkers."""

    caseworkers: Annotated[int, Field(ge=1, le=10000)] = 2
    """Caseworkers."""
    working_months: Months
    """Working time of one caseworker for one decision, mean."""
    spread: DecisionSpread = "fixed"
    """Whether the working time is the same for every claim or exponential."""
    approval_rate: Share
    """Claims granted, averaged over today's claims.  Read at filing."""
    legal_aid_odds_ratio: OddsRatio
    """Effect of legal aid on approval."""


class Payment(Part):
    """Paying granted benefits at month end."""

    instalments: Annotated[int, Field(ge=1, le=120)] = 1
    """Equal parts in which a benefit is paid; 1 is a lump sum."""
    every_months: Annotated[int, Field(ge=1, le=24)] = 12
    """Months between instalments."""
    trust_until_18: bool = False
    """Keep a child's benefit in the fund until the child is 18."""
    yearly_limit: EuroYearLever | None = None
    """The most that may be paid in benefits in a calendar year, indexed with wages."""
    when_short: WhenShort = "queue"
    """What happens when cash is short."""
    advance_interest: Growth
    """Yearly interest on treasury advances."""


class Subrogation(Part):
    """The fund's claim against the offender of a victim it has paid; needs a conviction."""

    pursued_share: ShareLever
    """Paid claims with a convicted offender that the fund pursues."""
    failure_rate: Share
    """Pursued claims on which nothing is recovered."""
    recovered_rate: Share
    """Mean share of the benefit recovered where anything is."""
    delay: Duration
    """Payment (or conviction, if later) to recovery."""
    cost_per_claim: Euro
    """Cost of pursuing one claim, when it is begun."""


class Costs(Part):
    """What running the fund costs."""

    office_a_year: EuroYear
    """Fixed office."""
    caseworker_a_year: EuroYear
    """One caseworker."""
    per_decision: Euro
    """Cost of each decision besides the caseworker (expert opinion, translation)."""
    legal_aid_per_case: Euro
    """Cost of legal aid for one victim, at identification."""
    legal_aid_by_fund: bool = False
    """Whether the fund pays for the legal aid of all aided victims identified after its opening."""
    index: Index = "wages"
    """What costs grow with from the price year."""


class Assistance(Part):
    """Shelter and reintegration paid by the fund for victims identified after its opening."""

    rate: ShareLever
    """Share of identified victims assisted at the fund's expense; 0 is none."""
    months: Annotated[int, Field(ge=1, le=120)] = 6
    """Months of assistance from identification."""
    monthly_cost: EuroMonth
    """Cost of one month."""


class Fund(Part):
    """The fund: the ministry's choices."""

    opening_capital: OpeningLever
    """Cash at the opening, nominal."""
    entry_point: EntryPoint = "none"
    """When a victim becomes entitled to claim; none means no fund."""
    unpaid_months: Annotated[int, Field(ge=0, le=120)] = 8
    """For unpaid_judgment: months after the award after which it counts as unpaid."""
    eligible: Eligible
    """Who may claim."""
    take_up: TakeUp
    """The share that applies."""
    amount: Amount
    """How much."""
    subsidiarity: Subsidiarity = Subsidiarity()
    """The order between offender and fund."""
    interim: Interim
    """Interim payments; share 0 is none."""
    decision: Decision
    """Deciding."""
    payment: Payment
    """Paying."""
    subrogation: Subrogation
    """Recovering from offenders; pursued_share 0 is none."""
    costs: Costs
    """Running costs."""
    assistance: Assistance
    """Assistance; rate 0 is none."""
    reserve_return: bool = True
    """Whether cash earns the investment return."""


class SourceOfIncome(Part):
    """What every source of income has."""

    label: Annotated[str, Field(max_length=80)]
    """Name as printed."""
    in_force: bool = False
    """Whether the policy uses it."""
    from_year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    """First calendar year of income; absent: the opening."""


class BudgetLine(SourceOfIncome):
    """A yearly state appropriation, received in January."""

    kind: Literal["budget_line"]
    amount: EuroYearLever
    """Yearly appropriation."""
    index: Index = "none"
    """What it grows with from the price year."""
    cut_rate: Share
    """Chance each year that it is cut."""
    cut_share: Share
    """Share of the line that a cut takes."""
    lapses: bool = False
    """Whether what is unspent in December returns to the treasury."""


class SeizedAssets(SourceOfIncome):
    """Final confiscations (never temporary seizures): a Poisson number of lognormal values."""

    kind: Literal["seized_assets"]
    confiscations_a_year: EventsYear
    """Final confiscations a year."""
    yearly_value: EuroYear
    """Mean value of a year's final confiscations, as ordered."""
    value_sigma: LogSd
    """Log standard deviation of one confiscation's value: the heavy tail."""
    realised_rate: Share
    """Share of the ordered value that sale or collection brings in."""
    delay: Duration
    """Confiscation to cash."""
    earmarked_rate: ShareLever
    """Share of the proceeds that goes to the fund."""
    index: Index = "prices"
    """What values grow with from the price year."""


class ConvictionLevy(SourceOfIncome):
    """A fixed sum that every convicted person pays."""

    kind: Literal["conviction_levy"]
    convictions_a_year: EventsYear
    """Convictions a year that carry the levy, all offences."""
    levy: EuroLever
    """Levy on one conviction."""
    collected_rate: Share
    """Share that is collected, in the year of the conviction."""
    index: Index = "prices"
    """What the levy grows with from the price year."""


class RevenueShare(SourceOfIncome):
    """A share of other public revenue: deferred-prosecution money, insurance or gambling levy."""

    kind: Literal["revenue_share"]
    yearly_revenue: EuroYear
    """The whole revenue, mean a year."""
    yearly_sd: LogSd
    """Log standard deviation of the revenue from year to year."""
    earmarked_rate: ShareLever
    """Share that goes to the fund."""
    index: Index = "prices"
    """What the revenue grows with from the price year."""


class Grant(SourceOfIncome):
    """Donors and private gifts: a yearly grant that may or may not be renewed."""

    kind: Literal["grant"]
    amount: EuroYear
    """Yearly grant while it runs."""
    renewal_rate: Share
    """Chance each year that a running grant goes on."""
    regained_rate: Share
    """Chance each year that a lost grant is found again."""
    index: Index = "none"
    """What the grant grows with from the price year."""


Source = Annotated[
    BudgetLine | SeizedAssets | ConvictionLevy | RevenueShare | Grant,
    Field(discriminator="kind"),
]


class Effect(Part):
    """What a reform or stress does to one number."""

    on: str
    """Dotted key of the number."""
    by: Operation
    """Multiply, multiply the odds (shares only), add, or narrow the range by a factor."""
    size: Assumption
    """The size at full strength."""


def _effects(data: Any) -> Any:
    return tuple(data) if isinstance(data, list) else data


class Change(Part):
    """A reform or stress: dated effects, and what it costs."""

    label: Annotated[str, Field(max_length=120)]
    """Name as printed."""
    from_year: Annotated[int, Field(ge=2000, le=2100)]
    """First calendar year of effect; before it nothing changes."""
    until_year: Annotated[int, Field(ge=2000, le=2200)] | None = None
    """Last calendar year of effect; absent: for good."""
    ramp_years: Annotated[int, Field(ge=1, le=30)] = 1
    """Years after which the full effect is reached, in equal steps."""
    recommended_for: Annotated[tuple[Code, ...], BeforeValidator(_effects)] = ()
    """Countries for which studies recommend it."""
    effects: Annotated[tuple[Effect, ...], BeforeValidator(_effects)] = ()
    """What it changes."""
    cost_once: Euro | None = None
    """Cost in its first year."""
    cost_a_year: EuroYear | None = None
    """Cost in each year of effect."""
    cost_by: Bearer = "state"
    """Who bears the cost."""


class Link(Part):
    """A rank correlation between two assumptions (Gaussian copula)."""

    first: str
    """Dotted key."""
    second: str
    """Dotted key."""
    correlation: Annotated[Number, Field(ge=-1, le=1)]
    """Spearman rank correlation."""
    source: str
    """An id in scenarios/sources.toml, or "judgement"."""
    note: str = ""
    """Why."""


class World(Part):
    """A whole scenario, resolved: what the world and the fund are."""

    country: Country
    time: Time
    macro: Macro
    caseload: Caseload
    pathway: Pathway
    award: Award
    enforcement: Enforcement
    fund: Fund
    income: dict[Name, Source] = Field(default={})
    reform: dict[Name, Change] = Field(default={})
    stress: dict[Name, Change] = Field(default={})
    correlations: Annotated[tuple[Link, ...], BeforeValidator(_effects)] = ()

    @property
    def has_fund(self) -> bool:
        """Whether there is a fund at all."""
        return self.fund.entry_point != "none"

    @property
    def changes(self) -> dict[str, Change]:
        """Reforms and stresses by dotted key."""
        return {f"reform.{k}": c for k, c in self.reform.items()} | {
            f"stress.{k}": c for k, c in self.stress.items()
        }


def quantity_of(field: Any) -> Quantity | None:
    """The `Quantity` in a pydantic field's type, if it is an assumption's."""
    optional = getattr(field.annotation, "__args__", ())  # Optional[Annotated[...]]
    places = [field.metadata, *(getattr(argument, "__metadata__", ()) for argument in optional)]
    return next((q for q in map(_find, places) if q is not None), None)


def _find(metadata: Any) -> Quantity | None:
    for item in metadata:
        func = getattr(item, "func", None)
        if isinstance(func, Quantity):
            return func
    return None


@lru_cache(maxsize=256)
def _quantities(kind: Any) -> tuple[tuple[str, Quantity | None], ...]:
    """The fields of a part of the schema, with the quantity of those that are assumptions."""
    return tuple((name, quantity_of(field)) for name, field in kind.model_fields.items())


def assumptions(part: Any, path: str = "") -> Iterator[tuple[str, Assumption, Quantity]]:
    """Every assumption in a scenario with its dotted key and quantity, in the schema's order."""
    if isinstance(part, dict):
        for name in sorted(part):
            yield from assumptions(part[name], f"{path}.{name}" if path else name)
        return
    for name, quantity in _quantities(part.__class__):
        value, key = getattr(part, name), f"{path}.{name}" if path else name
        if isinstance(value, Assumption) and quantity is not None:
            yield key, value, quantity
        elif isinstance(value, dict | Part) and not isinstance(value, Effect | FormShares):
            yield from assumptions(value, key)
