"""Who may claim, how many do, and how much a claim is worth."""

from __future__ import annotations

from typing import Annotated, Literal, assert_never, get_args

from pydantic import BeforeValidator, Field

from fundsim.scenario.facts import (
    ALL_ALIKE_AIDED,
    ALL_ALIKE_INFORMED,
    NO_ADULT,
    NO_ADULT_CLAIMS,
    NO_CHILD,
    NO_CHILD_CLAIMS,
    NO_CLAIM,
    NO_COVERED_FORM,
    NO_FOREIGNER,
    NO_INTERIM,
    NO_SUMS,
    NOBODY_BEFORE,
    NOBODY_ENTITLED,
    NOT_FIXED,
    NOT_JUDGMENT,
    NOT_TARIFF,
    NOTHING_PAID_BY_OFFENDERS,
    entry_is,
    settled,
)
from fundsim.scenario.record import Key, Table, all_of, either, when, when_not
from fundsim.scenario.schema.pathway import Duration
from fundsim.scenario.schema.units import (
    FORMS,
    AmountLever,
    Form,
    Index,
    OddsRatio,
    Share,
    ShareLever,
    as_tuple,
)
from fundsim.scenario.steps import Step

Foreign = Literal["all", "lawful", "reciprocity", "none"]
Basis = Literal["fixed", "tariff", "judgment", "smaller"]
Money = Literal["euro", "monthly_wages"]


class Eligible(Table, idle=NOBODY_ENTITLED):
    """Who may claim."""

    children: Annotated[bool, Key(idle=NO_CHILD)] = True
    """Victims who are children at identification."""
    adults: Annotated[bool, Key(idle=NO_ADULT)] = True
    """Adult victims."""
    forms: Annotated[tuple[Form, ...], BeforeValidator(as_tuple)] = FORMS
    """Forms of exploitation that are covered."""
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
                NO_CLAIM, when("fund.take_up.filing.median", 0, why="claims are filed at once")
            ),
            steps=(Step.ENTITLED, Step.LATE),
            sentence=(
                "A claim must be filed within {n} month.",
                "A claim must be filed within {n} months.",
            ),
            random=(1, 6, 24),
        ),
    ] = None
    """A claim filed later than this after the entry point is out of time; none if absent."""
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

    rate: Annotated[Share, Key(random=(0.05, 0.5, 1))]
    """Entitled victims who apply once the scheme is known, averaged over today's victims."""
    first_year_share: ShareLever
    """Share of the rate that is reached in the first year."""
    ramp_years: Annotated[
        int,
        Field(ge=1, le=20),
        Key(
            idle=when(".first_year_share", 1, why="the full rate is reached in the first year"),
            steady="it counts from the opening",
        ),
    ] = 1
    """Years after which the full rate is reached, in equal steps from the first year's."""
    informed_odds_ratio: Annotated[
        OddsRatio, Key(idle=either(ALL_ALIKE_INFORMED, settled(".rate")))
    ]
    """Effect of being informed on applying."""
    legal_aid_odds_ratio: Annotated[OddsRatio, Key(idle=either(ALL_ALIKE_AIDED, settled(".rate")))]
    """Effect of legal aid on applying."""
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


class Amount(Table, idle=NO_CLAIM, steps=(Step.CLAIMED,)):
    """How much a granted claim is worth."""

    basis: Basis = "fixed"
    """fixed sum, tariff, share of the judgment, or the smaller of tariff and judgment."""
    money: Annotated[Money, Key(idle=NO_SUMS)] = "euro"
    """Unit of fixed, tariff, floor and cap: euro, or monthly net wages of the price year."""
    fixed: Annotated[AmountLever, Key(idle=NOT_FIXED)]
    """The fixed sum."""
    tariff: Tariff
    """The tariff."""
    judgment_share: Annotated[ShareLever, Key(idle=NOT_JUDGMENT)]
    """Share of the judgment that the fund pays."""
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
