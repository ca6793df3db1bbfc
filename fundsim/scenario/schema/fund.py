"""The fund: the ministry's choices."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from fundsim.scenario.facts import (
    AID_UNPAID,
    ALL_ALIKE_AIDED,
    BY_COMMITTEE,
    BY_OFFICERS,
    DECIDED_AT_ONCE,
    FREE_DESK,
    NEVER_RECOVERED,
    NO_ADULT_CLAIMS,
    NO_ASSISTANCE,
    NO_CHILD_CLAIMS,
    NO_CLAIM,
    NO_COSTS,
    NO_FUND,
    NO_GRANT,
    NO_INTERIM,
    NO_RETURN,
    NO_TIME_FOR_INTERIM,
    NO_TRUST,
    NOBODY_ASSISTED,
    NOBODY_ENTITLED,
    NOBODY_HELPED,
    NOT_PURSUED,
    NOTHING_RECOVERED,
    OFFICE_IN_WAGES,
    ONLY_WITH_ADVANCE,
    settled,
)
from fundsim.scenario.record import Key, Table, all_of, either, unless, when, when_not
from fundsim.scenario.schema.change import Bearer
from fundsim.scenario.schema.claim import Amount, Eligible, Subsidiarity, TakeUp
from fundsim.scenario.schema.duration import Duration
from fundsim.scenario.schema.units import (
    Euro,
    EuroLever,
    EuroMonth,
    EuroYear,
    EuroYearLever,
    Growth,
    Index,
    Months,
    OddsRatio,
    OpeningLever,
    Posts,
    Share,
    ShareLever,
    WagesYear,
    by_default,
)
from fundsim.scenario.steps import Step

Body = Literal["officers", "committee"]
Order = Literal["filed", "children_first"]
ENTRY = "a victim who has passed the entry point cannot pass another"
DecisionSpread = Literal["fixed", "exponential"]
WhenShort = Literal["queue", "pro_rata", "treasury_advance", "supplement"]
EntryPoint = Literal[
    "none", "services", "identified", "indictment", "conviction", "judgment", "unpaid_judgment"
]


class Interim(Table, idle=NO_TIME_FOR_INTERIM, steps=(Step.CLAIMED,)):
    """A payment on account soon after filing, deducted from the benefit later."""

    share: Annotated[
        ShareLever,
        Key(
            idle=unless(".share", 0, fact=NO_INTERIM),
            unmoved="No interim payment is another by it: claims are decided before it is due, or it is at its cap",
            random=(0, 0, 0.2, 1),
        ),
    ]
    """Share of the benefit, after set-off."""
    cap: Annotated[EuroLever, Key(idle=NO_INTERIM, unmoved="No interim payment reaches the cap")]
    """The most one interim payment may be."""
    after_months: Annotated[
        int,
        Field(ge=0, le=60),
        Key(
            idle=NO_INTERIM,
            unmoved="No claim gets or loses an interim payment by it",
            random=(0, 1, 3),
        ),
    ] = 1
    """Months from filing."""


class Decision(Table, idle=NO_FUND, steps=(Step.CLAIMED,)):
    """Deciding claims: by officers, or by a committee that meets."""

    body: Annotated[
        Body,
        Key(
            idle=NO_CLAIM,
            sentence={
                "officers": "",
                "committee": "A committee decides the claims when it meets.",
            },
            random=("officers", "officers", "committee"),
        ),
    ] = "officers"
    """Who decides: officers, one claim after the other, or a committee at its sessions."""
    posts: Annotated[
        Posts,
        Key(
            idle=all_of(
                either(NO_CLAIM, DECIDED_AT_ONCE, BY_COMMITTEE),
                when("fund.costs.caseworker_a_year", 0, why="officers cost nothing"),
            ),
            sentence="Posts at the desk: {posts}.",
            random=(0.25, 1, 1.5, 2, 4),
        ),
    ] = by_default(2, "posts")
    """Officers in full-time posts; of a part of a post the officer works that part of the time."""
    sessions_a_year: Annotated[
        int,
        Field(ge=1, le=366),
        Key(idle=either(NO_CLAIM, BY_OFFICERS), random=(2, 4, 12)),
    ] = 12
    """Sessions of the committee a year, evenly spaced."""
    files_a_session: Annotated[
        int,
        Field(ge=1, le=10_000),
        Key(idle=either(NO_CLAIM, BY_OFFICERS), random=(1, 6, 40)),
    ] = 10
    """The most claims that the committee decides at a session."""
    handling: Annotated[Duration, Key(idle=NO_CLAIM, random={"median": (0, 0, 3)})] = Duration(
        median=by_default(0, "months"), sigma=by_default(0, "log sd")
    )
    """Filing to being ready for a decision: police report, expert opinion.  Occupies nobody."""
    order: Annotated[
        Order,
        Key(
            idle=either(NO_CLAIM, NO_CHILD_CLAIMS, NO_ADULT_CLAIMS),
            unmoved="No claim is decided earlier or later by it: no child's claim waits behind an adult's",
            sentence={"filed": "", "children_first": "Claims of children are decided first."},
            random=get_args(Order),
        ),
    ] = "filed"
    """Which of the claims that are ready comes first: the first filed, or the first filed for a child."""
    working_months: Annotated[Months, Key(idle=NO_CLAIM, random=(0, 0.1, 0.5, 2))]
    """Working time of one officer in a full-time post for one decision, mean."""
    spread: Annotated[
        DecisionSpread,
        Key(idle=either(NO_CLAIM, DECIDED_AT_ONCE), random=get_args(DecisionSpread)),
    ] = "fixed"
    """Whether the working time is the same for every claim or exponential."""
    approval_rate: Annotated[Share, Key(idle=NO_CLAIM)]
    """Claims granted, averaged over today's claims.  Read at filing."""
    legal_aid_odds_ratio: Annotated[
        OddsRatio,
        Key(idle=either(NO_CLAIM, ALL_ALIKE_AIDED, settled(".approval_rate"))),
    ]
    """Effect of legal aid on approval."""


class Payment(Table, idle=NO_FUND):
    """Paying granted benefits at month end."""

    instalments: Annotated[
        int, Field(ge=1, le=120), Key(idle=NO_GRANT, steps=(Step.CLAIMED,), random=(1, 1, 2, 5))
    ] = 1
    """Equal parts in which a benefit is paid; 1 is a lump sum."""
    every_months: Annotated[
        int,
        Field(ge=1, le=24),
        Key(
            idle=either(NO_GRANT, when(".instalments", 1, why="a benefit is paid as one sum")),
            steps=(Step.CLAIMED,),
            random=(1, 6, 12),
        ),
    ] = 12
    """Months between instalments."""
    trust_until_18: Annotated[
        bool,
        Key(
            idle=either(
                NO_GRANT,
                NO_CHILD_CLAIMS,
                unless("fund.payment.trust_until_18", False, fact=NO_TRUST),
            ),
            steps=(Step.CLAIMED,),
            sentence={True: "A child's benefit is kept in trust until the child is 18."},
            random=(True, False),
        ),
    ] = False
    """Keep a child's benefit in the fund until the child is 18."""
    yearly_limit: Annotated[
        EuroYearLever | None,
        Key(
            idle=NO_CLAIM,
            steps=(Step.CLAIMED, Step.WAITED),
            sentence="It pays at most {amount} a year, rising with wages.",
            random=(0, 5000, 50000),
        ),
    ] = None
    """The most that may be paid in benefits in a calendar year, indexed with wages."""
    when_short: Annotated[
        WhenShort,
        Key(
            steps=(Step.SHORT,),
            sentence={
                "queue": "When cash is short, payments wait their turn, the oldest first.",
                "pro_rata": "When cash is short, everybody gets an equal share of what is due, and the rest later.",
                "treasury_advance": "When cash is short, the treasury lends and is repaid when the fund can.",
                "supplement": "When cash is short, the state pays what is missing, and is not paid back.",
            },
            random=get_args(WhenShort),
        ),
    ] = "queue"
    """What happens when cash is short."""
    advance_interest: Annotated[
        Growth, Key(idle=ONLY_WITH_ADVANCE, steps=(Step.SHORT, Step.ADVANCED))
    ]
    """Yearly interest on treasury advances."""


class Subrogation(Table, idle=NOT_PURSUED, steps=(Step.CONVICTED, Step.CLAIMED)):
    """The fund's claim against the offender of a victim it has paid; needs a conviction."""

    pursued_share: Annotated[
        ShareLever,
        Key(
            sentence="The fund takes over the victim's claim against the offender, and tries to recover what it has paid.",
            random=(0, 1),
        ),
    ]
    """Paid claims with a convicted offender that the fund pursues."""
    failure_rate: Annotated[
        Share, Key(idle=NOTHING_RECOVERED, steps=(Step.RECOVERED,), random=(0, 0.5))
    ]
    """Pursued claims on which nothing is recovered."""
    recovered_rate: Annotated[Share, Key(idle=NEVER_RECOVERED, steps=(Step.RECOVERED,))]
    """Mean share of the benefit recovered where anything is."""
    delay: Annotated[
        Duration,
        Key(
            idle=either(NEVER_RECOVERED, NOTHING_RECOVERED),
            steps=(Step.RECOVERED,),
            random={"median": (1, 20)},
        ),
    ]
    """Payment (or conviction, if later) to recovery."""
    cost_per_claim: Euro
    """Cost of pursuing one claim, when it is begun."""


class Costs(Table):
    """What running the fund costs."""

    borne_by: Annotated[
        Bearer,
        Key(
            idle=either(NO_FUND, FREE_DESK),
            sentence={
                "fund": "",
                "state": "The state pays the office, the officers, the decisions and the help to apply; the fund's money is for victims.",
            },
            random=("fund", "fund", "state"),
        ),
    ] = "fund"
    """Who pays the office, the officers, the decisions and the help to apply: the fund, before any victim, or the state beside it."""

    office_a_year: Annotated[EuroYear, Key(idle=either(NO_FUND, OFFICE_IN_WAGES))]
    """The office, without its officers."""
    office_in_wages: WagesYear | None = None
    """The office in monthly net wages of the price year, in place of an amount in euro."""
    caseworker_a_year: Annotated[EuroYear, Key(idle=NO_FUND)]
    """One officer in a full-time post."""
    per_decision: Annotated[Euro, Key(idle=NO_CLAIM)]
    """Cost of each decision besides the officer (expert opinion, translation)."""
    legal_aid_per_case: Annotated[Euro, Key(idle=AID_UNPAID, steps=(Step.AIDED,))]
    """Cost of legal aid for one victim, at identification."""
    per_assisted: Annotated[
        Euro,
        Key(idle=NOBODY_HELPED),
    ] = by_default(0, "EUR")
    """Cost of helping one entitled victim to apply, when it may first file."""
    legal_aid_by_fund: Annotated[
        bool,
        Key(
            idle=either(
                AID_UNPAID,
                unless(
                    ".legal_aid_by_fund",
                    False,
                    fact=when(".legal_aid_per_case", 0, why="legal aid costs nothing"),
                ),
            ),
            steps=(Step.AIDED,),
            sentence={
                True: "The fund pays for the free legal aid of victims registered after its opening."
            },
            random=(True, False),
        ),
    ] = False
    """Whether the fund pays for the legal aid of all aided victims registered after its opening."""
    index: Annotated[Index, Key(idle=NO_COSTS)] = "wages"
    """What costs grow with from the price year."""


class Assistance(Table, idle=NOBODY_ASSISTED, steps=(Step.ASSISTED,)):
    """Shelter and reintegration paid by the fund for victims registered after its opening."""

    rate: Annotated[ShareLever, Key(idle=unless(".rate", 0, fact=NO_ASSISTANCE), random=(0, 0.5))]
    """Share of registered victims assisted at the fund's expense; 0 is none."""
    months: Annotated[
        int, Field(ge=1, le=120), Key(idle=unless(".rate", 0, fact=NO_ASSISTANCE))
    ] = 6
    """Months of assistance from identification."""
    monthly_cost: EuroMonth
    """Cost of one month."""


class Fund(Table):
    """The fund: the ministry's choices."""

    opening_capital: Annotated[
        OpeningLever,
        Key(
            idle=NO_FUND,
            steady="it is what the fund opens with",
            sentence="It opens with {amount}.",
            random=(0, 0, 10000, 1000000),
        ),
    ]
    """Cash at the opening, nominal."""
    entry_point: Annotated[
        EntryPoint,
        Key(
            steady=ENTRY,
            sentence={
                "none": "",
                "services": "It takes no claims; it pays for services.",
                "identified": "A person may claim once the state has identified them as a victim of trafficking.",
                "indictment": "A person may claim once an offender has been indicted.",
                "conviction": "A person may claim once an offender has been finally convicted.",
                "judgment": "A person may claim once a court has finally awarded compensation.",
                "unpaid_judgment": "",
            },
        ),
    ] = "none"
    """When a victim becomes entitled to claim; services is a fund that takes no claims, none is no fund."""
    unpaid_months: Annotated[
        int,
        Field(ge=0, le=120),
        Key(
            steady=ENTRY,
            idle=either(
                NO_FUND,
                when_not(
                    ".entry_point",
                    "unpaid_judgment",
                    why="the entry point is not an unpaid judgment",
                ),
                NOBODY_ENTITLED,
            ),
        ),
    ] = 8
    """Months after an award after which it counts as unpaid; for the entry point unpaid_judgment."""
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
    reserve_return: Annotated[
        bool,
        Key(
            idle=either(NO_FUND, unless(".reserve_return", False, fact=NO_RETURN)),
            random=(True, False),
        ),
    ] = True
    """Whether cash earns the investment return."""
    reserve_taken: Annotated[Share, Key(random=(0, 0, 0, 0.5))] = by_default(0, "share")
    """Share of what is left in December, after lapsing, that the treasury takes."""
