"""The country, the calendar, prices, and who is identified."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from pydantic import BeforeValidator, Field, model_validator

from fundsim.scenario.assumption import Grade, Number, Part
from fundsim.scenario.facts import (
    IDENTIFIED_AT_ONCE,
    LOCAL_ONLY,
    NO_CLAIM,
    NO_FORM,
    NO_FUND,
    NO_LEVEL,
    NO_MASS,
    NO_MONEY,
    NO_OTHERS,
    NO_PULL,
    NO_RESERVES,
    NO_SUMS,
    NO_TRUST,
    NO_VICTIM,
    NO_WAGES,
    NOBODY_BEFORE,
    NOBODY_ENTITLED,
    NOT_FROM_THE_CRIME,
    ONE_FORM,
)
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.record import A_TEXT, Key, Table, all_of, always, either, unless, when
from fundsim.scenario.schema.duration import Duration
from fundsim.scenario.schema.units import (
    FORMS,
    ClaimsYear,
    Code,
    Euro,
    EventsYear,
    Gdp,
    Growth,
    Inhabitants,
    Name,
    Persons,
    PersonsYear,
    Rate,
    Share,
    Size,
    Spread,
    Text,
    Wage,
    Years,
    as_tuple,
    by_default,
)
from fundsim.scenario.steps import Step

HowRead = Literal["whole", "article", "extract", "secondary"]


class Law(Part):
    """A rule of law on which a scheme stands, or would stand."""

    text: Annotated[str, Field(max_length=600)]
    """What it says, in our words."""
    sources: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    """Ids in scenarios/sources.toml."""
    read: HowRead
    """How much of it was read."""

    @property
    def own_text_read(self) -> bool:
        """Whether its own text was read, whole or by article: not an extract alone, or what others say of it."""
        match self.read:
            case "whole" | "article":
                return True
            case "extract" | "secondary":
                return False
            case _:
                assert_never(self.read)


class Country(Table):
    """The country: names, currency and the figures that results are set against."""

    code: Code
    """ISO code: AL BA XK ME MK RS, or a new one."""
    name: Annotated[str, Field(max_length=60), A_TEXT]
    """Name as printed; Kosovo* always with its asterisk."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$"), A_TEXT]
    """Local currency, ISO code."""
    default_policy: Annotated[
        Name, Key(idle=always(Phrase("it is used only where no policy is named")))
    ]
    """The policy used when the base is named alone."""
    footnote: Annotated[Text, A_TEXT] = ""
    """A footnote printed wherever the name appears."""
    law_in_force: Annotated[
        Name | None, Key(idle=always(Phrase("it names what proposals are set against")))
    ] = None
    """The policy that stands for the scheme of the law in force; absent where there is none."""
    legal_basis: Annotated[tuple[Law, ...], BeforeValidator(as_tuple), A_TEXT] = ()
    """The law on compensation by the state, as far as it could be read."""
    gdp: Annotated[Gdp | None, Key(idle=NO_FUND)] = None
    """Gross domestic product in the price year; cost is set against it."""
    population: Annotated[Inhabitants, Key(idle=NO_FUND)]
    """Inhabitants; cost per head is divided by it."""
    exchange_rate: Annotated[Rate, Key(idle=either(NO_FUND, always(LOCAL_ONLY)))]
    """Local currency for one euro in the price year."""
    net_wage: Annotated[
        Wage,
        Key(
            idle=either(
                NO_CLAIM,
                all_of(
                    either(when("fund.amount.money", "euro", why="sums are in euro"), NO_SUMS),
                    NO_PULL,
                ),
            )
        ),
    ]
    """Average monthly net wage in the price year; amounts in monthly wages are multiples of it."""


class Time(Table):
    """The calendar of the projection."""

    price_year: Annotated[int, Field(ge=1900, le=2100)]
    """Money in the scenario is in euro of this year; caseload.level is the level of this year."""
    start_year: Annotated[int, Field(ge=1900, le=2100)]
    """The fund opens in January of this year: month 0."""
    horizon_years: Annotated[int, Field(ge=1, le=60)] = 15
    """Years in which results are measured."""
    runoff_years: Annotated[int, Field(ge=0, le=40)] = 15
    """Years after the horizon in which known cases close; no new victims are registered in them."""
    history_years: Annotated[
        int,
        Field(ge=0, le=30),
        Key(idle=either(NOBODY_ENTITLED, IDENTIFIED_AT_ONCE), unmoved=NOBODY_BEFORE),
    ] = 10
    """Years before the opening whose victims may still reach the fund's entry point."""


class Macro(Table):
    """Prices, wages, interest: yearly processes, the same for everybody in a replication."""

    inflation: Annotated[Growth, Key(idle=NO_MONEY)]
    """Mean yearly growth of prices."""
    inflation_sd: Annotated[Spread, Key(idle=NO_MONEY)]
    """Standard deviation of the yearly shock to inflation."""
    inflation_persistence: Annotated[
        Spread, Key(idle=either(NO_MONEY, when(".inflation_sd", 0, why="there are no shocks")))
    ]
    """Share of last year's deviation from the mean that stays."""
    real_wage_growth: Annotated[Growth, Key(idle=NO_WAGES)]
    """Mean yearly growth of wages above prices."""
    wage_sd: Annotated[Spread, Key(idle=NO_WAGES)]
    """Standard deviation of yearly real wage growth."""
    investment_return: Annotated[Growth, Key(idle=NO_RESERVES)]
    """Mean yearly nominal return on the fund's reserves."""
    return_sd: Annotated[Spread, Key(idle=NO_RESERVES)]
    """Standard deviation of the yearly return."""
    depreciation: Annotated[Growth, Key(idle=either(NO_FUND, always(LOCAL_ONLY)))]
    """Yearly growth of the local price of one euro; used for results in local currency."""


class MassCase(Table, unmoved="No future has more or other victims of a mass case by it"):
    """Rare events in which many victims are registered at once."""

    events_a_year: EventsYear
    """Mean number of mass cases a year (Poisson)."""
    scheduled_events: EventsYear
    """Mass cases that are certain to happen in a year, rounded; a stress sets them."""
    size: Annotated[Persons, Key(idle=NO_MASS)]
    """Mean number of victims in a mass case (one plus a Poisson number, so at least 1)."""
    foreign_rate: Annotated[Share, Key(idle=NO_MASS)]
    """Share of foreign nationals among victims of a mass case."""
    formal_rate: Annotated[Share, Key(idle=NO_MASS, random=(1, 1, 0.4))] = by_default(1, "share")
    """Share of formally identified victims among those of a mass case."""


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
    sample_size: Annotated[Annotated[Number, Field(gt=0)] | None, Key(idle=ONE_FORM)] = None
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
        return self.grade or "judgement"

    @property
    def ungraded(self) -> bool:
        """Whether they have a source, and do not say how well that measures them."""
        return self.grade is None and self.source != "judgement"


class FormRates(Table, idle=NO_FORM, steps=(Step.FORM,)):
    """A share by form of exploitation."""

    sexual: Share
    """Sexual exploitation."""
    labour: Share
    """Labour exploitation."""
    begging: Share
    """Forced begging."""
    criminality: Share
    """Forced criminality."""
    other: Share
    """Forced marriage, several forms at once, or other."""


class Others(Table, idle=NO_OTHERS):
    """Victims of other crimes who claim from the same line and stand at the same desk; counted apart."""

    claims_a_year: Annotated[ClaimsYear, Key(random=(0, 0, 0, 30))] = by_default(0, "claims a year")
    """Their claims a year, once the scheme is known, at the level of the price year."""
    trend: Growth = by_default(0, "share a year")
    """Yearly growth of their claims, for as many years as the caseload's."""
    approval_rate: Annotated[Share, Key(random=(0.5, 1))] = by_default(1, "share")
    """Share of their claims that is granted.  Read at filing."""
    median: Annotated[Euro, Key(random=(0, 800))] = by_default(0, "EUR")
    """Median of what they are granted."""
    p90: Annotated[Euro, Key(random=(1000, 20_000))] = by_default(0, "EUR")
    """90th percentile of what they are granted."""


class Caseload(Table, steps=(Step.IDENTIFIED,)):
    """Registered victims a year and who they are."""

    level: PersonsYear
    """Registered victims a year in the price year, presumed and formally identified, mass cases apart."""
    formal_rate: Annotated[Share, Key(idle=NO_LEVEL, random=(1, 1, 0.4))] = by_default(1, "share")
    """Registered victims who are formally identified; the others are presumed victims."""
    trend: Annotated[
        Growth,
        Key(
            idle=either(
                NO_LEVEL,
                unless(
                    ".trend",
                    0,
                    fact=when(".trend_years", 0, why="the trend holds in no year"),
                ),
            )
        ),
    ]
    """Yearly growth of the level."""
    trend_years: Annotated[
        int,
        Field(ge=0, le=60),
        Key(idle=either(NO_LEVEL, when(".trend", 0, why="there is no trend"))),
    ] = 10
    """Years after the price year in which the trend holds; flat before and after."""
    dispersion: Annotated[Size, Key(idle=NO_LEVEL)]
    """Size k of the negative binomial: variance = m + m²/k in each year."""
    forms: Annotated[FormShares, Key(idle=NO_VICTIM)]
    """Shares of the forms of exploitation."""
    female_rate: FormRates = FormRates(
        **dict.fromkeys(FORMS, by_default(0.7, "share"))  # where a file says nothing
    )
    """Share of women and girls by form of exploitation; results by sex hang on it and nothing else."""
    child_rate: Annotated[Share, Key(idle=NO_VICTIM)]
    """Share of children."""
    foreign_rate: Annotated[Share, Key(idle=NO_LEVEL)]
    """Share of foreign nationals."""
    years_to_majority: Annotated[Years, Key(idle=NO_TRUST, steps=(Step.CHILD,))]
    """Mean years until a child victim is 18 (uniform between 0 and twice the mean)."""
    crime_to_identification: Annotated[Duration, Key(idle=NOT_FROM_THE_CRIME)] = Duration(
        median=by_default(0, "months"), sigma=by_default(0, "log sd")
    )
    """From the end of the crime to identification."""
    mass: MassCase
    """Rare mass cases."""
    others: Others = Others()
    """Claimants who are victims of other crimes."""
