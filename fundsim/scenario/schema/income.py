"""Where the money comes from."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from fundsim.scenario.facts_of_tables import NO_INCOME
from fundsim.scenario.record import A_TEXT, Key, Table, unless, when, when_not
from fundsim.scenario.schema.duration import Duration
from fundsim.scenario.schema.units import (
    EuroLever,
    EuroYear,
    EuroYearLever,
    EventsYear,
    Index,
    LogSd,
    Margin,
    Share,
    ShareLever,
    by_default,
)
from fundsim.scenario.steps import Step

Vote = Literal["fixed", "revised"]
NOT_REVISED = when_not(".vote", "revised", why="the amount is fixed, not revised")
FROM_PRICES = Key(steady="its amounts are of the price year")
KIND = Key(steady="another kind of income is another source")
HONOURED = by_default(1, "share")


class SourceOfIncome(Table, idle=NO_INCOME):
    """What every source of income has."""

    product: ClassVar[tuple[str, ...]] = ()
    """The keys that the income is a product of: where one is 0, there is nothing."""
    product_if_fixed: ClassVar[tuple[str, ...]] = ()
    """More of them, of a line that is fixed."""

    label: Annotated[str, Field(max_length=80), A_TEXT]
    """Name as printed."""
    in_force: bool = False
    """Whether the policy uses it."""
    from_year: Annotated[
        Annotated[int, Field(ge=2000, le=2100)] | None,
        Key(steady="a phase says from when a source is in force"),
    ] = None
    """First calendar year of income; absent: the opening."""


class BudgetLine(SourceOfIncome):
    """What the state votes for the fund each year, received in January."""

    product: ClassVar = ("honoured_rate",)
    product_if_fixed: ClassVar = ("amount",)

    kind: Annotated[Literal["budget_line"], KIND]
    vote: Annotated[
        Vote,
        Key(
            random=get_args(Vote),
        ),
    ] = "fixed"
    """Whether the amount is the same each year, or revised by what has fallen due."""
    amount: Annotated[EuroYearLever | None, Key(random=(0, 5000, 60000, 2000000))] = None
    """The fixed amount; of a revised line the amount of its first years, which may be absent."""
    margin: Annotated[Margin, Key(idle=NOT_REVISED, random=(0.5, 1, 1.25, 3))] = by_default(
        1.25, "factor"
    )
    """What a revised line is of what fell due a year on average."""
    base_years: Annotated[int, Field(ge=1, le=10), Key(idle=NOT_REVISED, random=(1, 2, 3))] = 2
    """Years whose average a revised line is based on."""
    lag_years: Annotated[int, Field(ge=1, le=5), Key(idle=NOT_REVISED, random=(1, 2))] = 1
    """Years from the last of them to the year of the line."""
    least: Annotated[EuroYearLever | None, Key(idle=NOT_REVISED, random=(0, 20000))] = None
    """A revised line is never smaller, before a cut; it grows as the index says."""
    index: Index = "none"
    """What it grows with from the price year."""
    honoured_rate: Share = HONOURED
    """Share of what is voted that is paid out in fact."""
    cut_rate: Annotated[
        Share,
        Key(
            idle=unless(".cut_rate", 0, fact=when(".cut_share", 0, why="a cut takes nothing")),
            unmoved="No other cut falls on the line by it",
        ),
    ]
    """Chance each year that it is cut."""
    cut_share: Annotated[
        Share,
        Key(
            idle=when(".cut_rate", 0, why="the line is never cut"),
            unmoved="No other cut falls on the line by it",
        ),
    ]
    """Share of the line that a cut takes."""
    lapses: Annotated[
        bool,
        Key(
            steps=(Step.LAPSED,),
            sentence={True: "What is left of it in December returns to the treasury: {name}."},
            random=(True, False),
        ),
    ] = True
    """Whether what is unspent in December returns to the treasury."""


class SeizedAssets(SourceOfIncome):
    """Final confiscations (never temporary seizures): a Poisson number of lognormal values."""

    product: ClassVar = (
        "confiscations_a_year",
        "yearly_value",
        "realised_rate",
        "earmarked_rate",
        "honoured_rate",
    )

    kind: Annotated[Literal["seized_assets"], KIND]
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
    honoured_rate: Share = HONOURED
    """Share of what is owed to the fund by law that is passed on in fact."""
    index: Annotated[Index, FROM_PRICES] = "prices"
    """What values grow with from the price year."""


class ConvictionLevy(SourceOfIncome):
    """A fixed sum that every convicted person pays."""

    product: ClassVar = (
        "convictions_a_year",
        "levy",
        "collected_rate",
        "honoured_rate",
    )

    kind: Annotated[Literal["conviction_levy"], KIND]
    convictions_a_year: EventsYear
    """Convictions a year that carry the levy, all offences."""
    levy: EuroLever
    """Levy on one conviction."""
    collected_rate: Share
    """Share that is collected, in the year of the conviction."""
    honoured_rate: Share = HONOURED
    """Share of what is owed to the fund by law that is passed on in fact."""
    index: Annotated[Index, FROM_PRICES] = "prices"
    """What the levy grows with from the price year."""


class RevenueShare(SourceOfIncome):
    """A share of other public revenue: deferred-prosecution money, insurance or gambling levy."""

    product: ClassVar = (
        "yearly_revenue",
        "earmarked_rate",
        "honoured_rate",
    )

    kind: Annotated[Literal["revenue_share"], KIND]
    yearly_revenue: EuroYear
    """The whole revenue, mean a year."""
    yearly_sd: LogSd
    """Log standard deviation of the revenue from year to year."""
    earmarked_rate: ShareLever
    """Share that goes to the fund."""
    honoured_rate: Share = HONOURED
    """Share of what is owed to the fund by law that is passed on in fact."""
    index: Annotated[Index, FROM_PRICES] = "prices"
    """What the revenue grows with from the price year."""


class Grant(SourceOfIncome):
    """Donors and private gifts: a yearly grant that may or may not be renewed."""

    product: ClassVar = ("amount",)

    kind: Annotated[Literal["grant"], KIND]
    amount: EuroYear
    """Yearly grant while it runs."""
    renewal_rate: Share
    """Chance each year that a running grant goes on."""
    regained_rate: Annotated[
        Share, Key(idle=when(".renewal_rate", 1, why="the grant is never lost"))
    ]
    """Chance each year that a lost grant is found again."""
    index: Annotated[Index, FROM_PRICES] = "none"
    """What the grant grows with from the price year."""


Source = Annotated[
    BudgetLine | SeizedAssets | ConvictionLevy | RevenueShare | Grant,
    Field(discriminator="kind"),
]


# the class of each kind of source
KINDS: dict[str, type[SourceOfIncome]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: kind
    for kind in get_args(get_args(Source)[0])
}
