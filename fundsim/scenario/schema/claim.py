"""Who may claim, how many do, and how much a claim is worth."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never, get_args

from pydantic import BeforeValidator, Field

from fundsim.scenario.facts import (
    ALL_ALIKE_AIDED,
    ALL_ALIKE_INFORMED,
    ALL_FORMAL,
    NO_ADULT,
    NO_ADULT_CLAIMS,
    NO_CHILD,
    NO_CHILD_CLAIMS,
    NO_CLAIM,
    NO_COVERED_FORM,
    NO_FOREIGNER,
    NO_INTERIM,
    NO_MASS,
    NO_PULL,
    NO_SUMS,
    NOBODY_BEFORE,
    NOBODY_ENTITLED,
    NOT_FIXED,
    NOT_HEADS,
    NOT_JUDGMENT,
    NOT_TARIFF,
    NOTHING_PAID_BY_OFFENDERS,
    entry_is,
    settled,
)
from fundsim.scenario.record import A_TEXT, Key, Table, all_of, either, unless, when, when_not
from fundsim.scenario.schema.duration import Duration
from fundsim.scenario.schema.units import (
    FORMS,
    AmountLever,
    Elasticity,
    Form,
    Index,
    Multiple,
    Name,
    OddsRatio,
    RampYears,
    Share,
    ShareLever,
    Wages,
    as_tuple,
    by_default,
)
from fundsim.scenario.steps import Step

Foreign = Literal["all", "lawful", "reciprocity", "none"]
Basis = Literal["fixed", "tariff", "judgment", "smaller", "heads"]
FilingClock = Literal["entry", "crime"]
Money = Literal["euro", "monthly_wages"]


class Condition(Table):
    """A condition in law that a claimant meets or not: serious harm, a report to the police."""

    label: Annotated[str, Field(max_length=120), A_TEXT]
    """Name as printed."""
    rate: Share
    """Registered victims who meet it.  Read at identification."""


class Eligible(Table, idle=NOBODY_ENTITLED):
    """Who may claim."""

    children: Annotated[bool, Key(idle=NO_CHILD)] = True
    """Victims who are children at identification."""
    adults: Annotated[bool, Key(idle=NO_ADULT)] = True
    """Adult victims."""
    forms: Annotated[tuple[Form, ...], BeforeValidator(as_tuple)] = FORMS
    """Forms of exploitation that are covered."""
    presumed: Annotated[
        bool,
        Key(
            idle=ALL_FORMAL,
            steps=(Step.PRESUMED,),
            random=(True, False),
            sentence={
                True: "Presumed victims may claim, too.",
                False: "Only formally identified victims may claim.",
            },
        ),
    ] = True
    """Whether presumed victims may claim, too, or formally identified ones alone."""
    conditions: Annotated[dict[Name, Condition], Field(default={})]
    """What the law asks of a claimant besides."""
    foreign: Annotated[
        Foreign,
        Key(
            idle=NO_FOREIGNER,
            steps=(Step.FOREIGN,),
            random=get_args(Foreign),
            sentence={
                "all": "",
                "lawful": "Foreign nationals may claim if they reside lawfully.",
                "reciprocity": "Foreign nationals may claim if their state gives the same right.",
                "none": "Foreign nationals may not claim.",
            },
        ),
    ] = "all"
    """Foreign nationals: all, lawful residents, nationals of states with reciprocity, or none."""
    lawful_rate: Annotated[
        Share,
        Key(
            idle=either(
                NO_FOREIGNER,
                when_not(
                    ".foreign",
                    "lawful",
                    why="foreign victims are not asked for lawful residence",
                ),
            ),
            steps=(Step.FOREIGN,),
        ),
    ]
    """Foreign victims who reside lawfully."""
    reciprocity_rate: Annotated[
        Share,
        Key(
            idle=either(
                NO_FOREIGNER,
                when_not(
                    ".foreign",
                    "reciprocity",
                    why="foreign victims are not asked for reciprocity",
                ),
            ),
            steps=(Step.FOREIGN,),
        ),
    ]
    """Foreign victims whose state gives reciprocity."""
    filing_limit_months: Annotated[
        Annotated[int, Field(ge=1, le=600)] | None,
        Key(
            idle=either(
                NO_CLAIM,
                unless(  # without a limit it is idle from when one runs
                    ".filing_limit_months",
                    None,
                    fact=all_of(
                        when("fund.take_up.filing.median", 0, why="claims are filed at once"),
                        when(
                            ".filing_limit_from",
                            "entry",
                            why="and the time runs from the entry point",
                        ),
                    ),
                ),
            ),
            steps=(Step.ENTITLED, Step.LATE),
            sentence=(
                "A claim must be filed within {n} month.",
                "A claim must be filed within {n} months.",
            ),
            random=(1, 6, 24),
        ),
    ] = None
    """A claim filed later than this is out of time; none if absent."""
    filing_limit_from: Annotated[
        FilingClock,
        Key(
            idle=either(NO_CLAIM, when(".filing_limit_months", None, why="no limit, at any time")),
            steps=(Step.ENTITLED, Step.LATE),
            unmoved="No claim is in or out of time by it",
            sentence={"entry": "", "crime": "The time to file runs from the crime."},
            random=get_args(FilingClock),
        ),
    ] = "entry"
    """When the time to file begins: at the fund's entry point, or at the crime."""
    retroactive_years: Annotated[
        int,
        Field(ge=0, le=30),
        Key(
            steady="it counts from the opening",
            idle=all_of(
                when("time.history_years", 0, why="no year before the opening is drawn"),
                either(
                    entry_is("indictment", "conviction", "judgment", "unpaid_judgment"),
                    when("fund.subsidiarity.wait_for_enforcement", True, why="claims wait"),
                ),
            ),
            unmoved=NOBODY_BEFORE,
            sentence=(
                "Victims who could have claimed up to {n} year before the opening may claim, too.",
                "Victims who could have claimed up to {n} years before the opening may claim, too.",
            ),
            random=(0, 2, 4),
        ),
    ] = 0
    """Victims whose entry point lies up to this many years before the opening may claim."""


class TakeUp(Table, idle=NO_CLAIM, steps=(Step.ENTITLED,)):
    """The share of entitled victims that applies."""

    unassisted_rate: Annotated[
        Share,
        Key(
            idle=when(".assisted_share", 1, why="everybody is helped to apply"),
            random=(0.05, 0.5, 1),
        ),
    ]
    """Entitled victims who apply without help once the scheme is known, averaged over today's victims."""
    assisted_rate: Annotated[
        Share, Key(idle=when(".assisted_share", 0, why="nobody is helped to apply"))
    ] = by_default(0.5, "share")
    """Entitled victims who apply once the scheme is known if a worker helps them."""
    assisted_share: Annotated[ShareLever, Key(random=(0, 0.3, 1))] = by_default(0, "share")
    """Entitled victims whom a worker helps to apply."""
    first_year_share: ShareLever
    """Share of these rates that is reached in the first year."""
    ramp_years: Annotated[
        RampYears,
        Key(
            idle=when(".first_year_share", 1, why="the full rate is reached in the first year"),
            steady="it counts from the opening",
        ),
    ] = by_default(1, "years")
    """Years after which the full rates are reached, in equal steps from the first year's."""
    amount_elasticity: Annotated[Elasticity, Key(random=(0, 0, 0.5))] = by_default(0, "elasticity")
    """How take-up follows the sum that the fund offers: 0.2 is 2 % more claims for a sum 10 % larger."""
    reference_sum: Annotated[Wages, Key(idle=NO_PULL)] = by_default(8, "monthly wages")
    """The sum, in monthly net wages, at which the rates hold."""
    informed_odds_ratio: Annotated[
        OddsRatio, Key(idle=either(ALL_ALIKE_INFORMED, settled(".unassisted_rate")))
    ]
    """Effect of being informed on applying without help."""
    legal_aid_odds_ratio: Annotated[
        OddsRatio, Key(idle=either(ALL_ALIKE_AIDED, settled(".unassisted_rate")))
    ]
    """Effect of legal aid on applying without help."""
    filing: Duration
    """Entry point to filing."""


class TariffByForm(Table, idle=NO_COVERED_FORM, steps=(Step.FORM,)):
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


class Tariff(Table, idle=NOT_TARIFF):
    """Fixed sums by form and age."""

    adult: Annotated[TariffByForm, Key(idle=NO_ADULT_CLAIMS, steps=(Step.ADULT,))]
    """For adults."""
    child: Annotated[TariffByForm, Key(idle=NO_CHILD_CLAIMS, steps=(Step.CHILD,))]
    """For victims who are children at identification."""


class Head(Table):
    """A head of damage: what a claim may be worth for one kind of harm, in the unit of fund.amount.money."""

    label: Annotated[str, Field(max_length=120), A_TEXT]
    """Name as printed."""
    share: ShareLever = by_default(1, "share")
    """Claims that have this head."""
    median: AmountLever | None = None
    """Median where it is granted, before its maximum; not with a fixed sum."""
    p90: AmountLever | None = None
    """90th percentile when the median is at its central value; sets the spread."""
    fixed: AmountLever | None = None
    """A fixed sum in place of a spread."""
    cap: AmountLever | None = None
    """The most that this head comes to."""


class Amount(Table, idle=NO_CLAIM, steps=(Step.CLAIMED,)):
    """How much a granted claim is worth."""

    basis: Basis = "fixed"
    """fixed sum, tariff, share of the judgment, the smaller of tariff and judgment, or the sum of heads of damage."""
    money: Annotated[Money, Key(idle=NO_SUMS)] = "euro"
    """Unit of fixed, tariff, floor and cap: euro, or monthly net wages of the price year."""
    fixed: Annotated[AmountLever, Key(idle=NOT_FIXED)]
    """The fixed sum."""
    tariff: Tariff
    """The tariff."""
    heads: Annotated[dict[Name, Head], Field(default={}), Key(idle=NOT_HEADS)]
    """Heads of damage, which are added up."""
    judgment_share: Annotated[Multiple, Key(idle=NOT_JUDGMENT)]
    """Share of the judgment that the fund pays; above 1 with interest and costs of suit."""
    floor: Annotated[
        AmountLever | None,
        Key(
            unmoved="The floor is never needed: it raises no benefit that is paid",
            sentence="No benefit is below {amount}.",
        ),
    ] = None
    """The least a granted claim is worth, before set-off."""
    cap: Annotated[
        AmountLever | None, Key(steps=(Step.CAPPED,), sentence="No benefit exceeds {amount}.")
    ] = None
    """The most a granted claim is worth, before set-off."""
    event_cap: Annotated[
        AmountLever | None,
        Key(
            idle=NO_MASS,
            unmoved="No mass case reaches the most that it may come to",
            sentence="No mass case comes to more than {amount}.",
            random=(2, 20),
        ),
    ] = None
    """The most that all granted claims of one mass case are worth together, the first filed first."""
    index: Annotated[
        Index,
        Key(
            idle=all_of(NO_SUMS, NO_INTERIM),
            sentence={
                "none": "",
                "prices": "The sums rise with prices.",
                "wages": "The sums rise with wages.",
            },
        ),
    ] = "none"
    """What fixed sums, tariff, floor and cap grow with from the price year to the year of filing."""

    @property
    def in_wages(self) -> bool:
        """Whether fixed sums, tariff, floor and cap are in monthly wages; else in euro."""
        match self.money:
            case "monthly_wages":
                return True
            case "euro":
                return False
            case other:
                assert_never(other)


class Subsidiarity(Table, idle=NOBODY_ENTITLED):
    """The order between offender and fund."""

    set_off: Annotated[
        bool,
        Key(
            idle=either(NO_CLAIM, NOTHING_PAID_BY_OFFENDERS),
            steps=(Step.CLAIMED, Step.SET_OFF),
            sentence={True: "What the offender has already paid is deducted."},
            random=(True, False),
        ),
    ] = True
    """Deduct what the offender has paid by the time of filing."""
    wait_for_enforcement: Annotated[
        bool,
        Key(
            steady="it is part of the entry point",
            sentence={True: "Enforcement against the offender must have ended before a claim."},
            random=(False, False, True),
        ),
    ] = False
    """A claim can be filed only when enforcement against the offender has ended."""
