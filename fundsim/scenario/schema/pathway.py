"""From identification to what the offender pays, without a fund."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fundsim.scenario.facts import (
    AID_MOVES_NOBODY,
    ALL_ALIKE_AIDED,
    ALL_ALIKE_INFORMED,
    ALL_FOR_TRAFFICKING,
    NO_AWARD,
    NO_CHILD,
    NO_CLAIM,
    NO_CONVICTION,
    NO_FORM,
    NO_INDICTMENT,
    NO_SUIT,
    NO_SUIT_WINS,
    NO_VICTIM,
    NOBODY_ENTITLED,
    NOT_AWAITED,
    NOT_INFORMED,
    NOTHING_PAID_BY_OFFENDERS,
    SETTLED_CRIMINAL,
    SETTLED_SUIT,
    entry_is,
    settled,
)
from fundsim.scenario.record import Key, Table, all_of, either, unless, when
from fundsim.scenario.schema.duration import Duration
from fundsim.scenario.schema.units import (
    Euro,
    Factor,
    Hazard,
    Index,
    OddsRatio,
    Share,
)
from fundsim.scenario.steps import Step


class Pathway(Table, idle=NO_VICTIM, steps=(Step.IDENTIFIED,)):
    """From identification to a final judgment, without a fund.

    Rates are averages over those registered victims who reach the stage today; the odds ratios
    move an informed or legally aided victim away from that average.
    """

    informed_rate: Share
    """Victims told of their right to compensation.  Read at identification."""
    legal_aid_rate: Annotated[
        Share,
        Key(idle=either(NOT_INFORMED, unless(".legal_aid_rate", 0, fact=AID_MOVES_NOBODY))),
    ]
    """Informed victims represented free of charge.  Read at identification."""
    prosecuted_rate: Share
    """Victims whose offender is indicted for trafficking.  Read at identification."""
    requalified_rate: Annotated[
        Share, Key(idle=either(ALL_FOR_TRAFFICKING, all_of(NO_CONVICTION, NOT_AWAITED)))
    ]
    """Of the others, those with an indictment for a lesser offence.  Read at identification."""
    indictment: Annotated[
        Duration,
        Key(
            idle=either(
                NO_INDICTMENT,
                all_of(
                    NO_CONVICTION,
                    NOT_AWAITED,
                    either(
                        NOBODY_ENTITLED,
                        entry_is("identified", "conviction", "judgment", "unpaid_judgment"),
                    ),
                ),
            )
        ),
    ]
    """Identification to indictment."""
    criminal: Annotated[
        Duration, Key(idle=either(NO_INDICTMENT, all_of(NO_CONVICTION, NOT_AWAITED)))
    ]
    """Indictment to final criminal judgment."""
    conviction_rate: Annotated[Share, Key(idle=NO_INDICTMENT)]
    """Indictments that end in a final conviction.  Read at indictment."""
    criminal_award_rate: Annotated[Share, Key(idle=NO_CONVICTION, steps=(Step.CONVICTED,))]
    """Convictions that also decide compensation; the rest are referred to civil court.  Read at
    judgment."""
    civil_suit_rate: Annotated[
        Share,
        Key(
            idle=either(
                NO_SUIT,
                unless(".civil_suit_rate", 0, fact=all_of(NO_SUIT_WINS, NOT_AWAITED)),
            ),
            steps=(Step.CONVICTED,),
        ),
    ]
    """Victims referred to civil court who sue.  Read at the criminal judgment."""
    civil: Annotated[
        Duration,
        Key(idle=either(NO_SUIT, all_of(NO_SUIT_WINS, NOT_AWAITED)), steps=(Step.CONVICTED,)),
    ]
    """Suit to final civil judgment."""
    civil_award_rate: Annotated[Share, Key(idle=NO_SUIT, steps=(Step.CONVICTED,))]
    """Suits that win an award.  Read at the suit."""
    informed_odds_ratio: Annotated[
        OddsRatio,
        Key(
            idle=either(NO_CONVICTION, ALL_ALIKE_INFORMED, all_of(SETTLED_CRIMINAL, SETTLED_SUIT)),
            steps=(Step.CONVICTED,),
        ),
    ]
    """Effect of being informed on award in the criminal case and on suing."""
    legal_aid_odds_ratio: Annotated[
        OddsRatio,
        Key(
            idle=either(
                NO_CONVICTION,
                ALL_ALIKE_AIDED,
                all_of(
                    SETTLED_CRIMINAL,
                    SETTLED_SUIT,
                    either(NO_SUIT, settled(".civil_award_rate")),
                ),
            ),
            steps=(Step.CONVICTED,),
        ),
    ]
    """Effect of legal aid on award in the criminal case, on suing and on winning."""
    requalified_odds_ratio: Annotated[
        OddsRatio,
        Key(
            idle=either(
                NO_CONVICTION,
                SETTLED_CRIMINAL,
                when(".requalified_rate", 0, why="nobody is indicted for a lesser offence"),
                ALL_FOR_TRAFFICKING,
                when(".prosecuted_rate", 0, why="all charges are for lesser offences"),
            ),
            steps=(Step.CONVICTED,),
        ),
    ]
    """Effect of requalification to a lesser offence on award in the criminal case."""
    criminal_withdrawal: Annotated[
        Hazard,
        Key(
            idle=either(
                NO_CONVICTION,
                when(".criminal.median", 0, why="trials end at once"),
                all_of(NO_AWARD, either(NO_SUIT, NOT_AWAITED)),
            ),
            steps=(Step.CONVICTED,),
        ),
    ]
    """Hazard of giving up the claim while the criminal case runs.  Read at indictment."""
    civil_withdrawal: Annotated[
        Hazard,
        Key(
            idle=either(NO_SUIT, NO_SUIT_WINS, when(".civil.median", 0, why="suits end at once")),
            steps=(Step.CONVICTED,),
        ),
    ]
    """Hazard of giving up the suit while it runs.  Read at the suit."""
    longest_months: Annotated[
        int,
        Field(ge=1, le=600),
        Key(idle=all_of(NO_INDICTMENT, NO_CLAIM), unmoved="No duration that counts is that long"),
    ] = 180
    """No duration is longer than this."""


class FormFactors(Table, idle=NO_FORM, steps=(Step.FORM,)):
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


class Award(Table, idle=NO_AWARD, steps=(Step.IDENTIFIED, Step.AWARDED)):
    """The size of a court award (severity): lognormal."""

    median: Euro
    """Median award."""
    p90: Euro
    """90th percentile of awards when the median is at its central value; sets the spread."""
    form_factor: FormFactors
    """Multiplies the award by form of exploitation."""
    child_factor: Annotated[Factor, Key(idle=NO_CHILD, steps=(Step.CHILD,))]
    """Multiplies the award of a child."""
    index: Index = "wages"
    """What awards grow with from the price year to the year of the judgment."""


class Enforcement(Table, idle=NO_AWARD, steps=(Step.IDENTIFIED, Step.AWARDED)):
    """What the victim gets from the offender on an award.  Rates are read at the award."""

    failure_rate: Annotated[
        Share,
        Key(
            idle=unless(
                ".failure_rate",
                1,
                fact=when(".recovered_rate", 0, why="no offender pays anything"),
            )
        ),
    ]
    """Awards on which nothing is ever paid: the enforcement failure rate."""
    recovered_rate: Annotated[
        Share, Key(idle=when(".failure_rate", 1, why="no offender pays anything"))
    ]
    """Mean share of the award paid where anything is (u^((1-m)/m) has mean m)."""
    delay: Annotated[
        Duration,
        Key(idle=all_of(NOTHING_PAID_BY_OFFENDERS, NOT_AWAITED), steps=(Step.PAID_BY_OFFENDER,)),
    ]
    """Award to payment by the offender."""
