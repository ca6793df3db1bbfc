"""Where the money comes from."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from fundsim.scenario.facts import NO_INCOME
from fundsim.scenario.record import A_TEXT, Key, Table, unless, when
from fundsim.scenario.schema.pathway import Duration
from fundsim.scenario.schema.units import (
    EuroLever,
    EuroYear,
    EuroYearLever,
    EventsYear,
    Index,
    LogSd,
    Share,
    ShareLever,
)
from fundsim.scenario.steps import Step


class SourceOfIncome(Table, idle=NO_INCOME):
    """What every source of income has."""

    product: ClassVar[tuple[str, ...]] = ()
    """The keys that the income is a product of: where one is 0, there is nothing."""

    label: Annotated[str, Field(max_length=80), A_TEXT]
    """Name as printed."""
    in_force: bool = False
    """Whether the policy uses it."""
    from_year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    """First calendar year of income; absent: the opening."""


class BudgetLine(SourceOfIncome):
    """A yearly state appropriation, received in January."""

    product: ClassVar = ("amount",)

    kind: Literal["budget_line"]
    amount: Annotated[EuroYearLever, Key(random=(0, 5000, 60000, 2000000))]
    """Yearly appropriation."""
    index: Index = "none"
    """What it grows with from the price year."""
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
    ] = False
    """Whether what is unspent in December returns to the treasury."""


class SeizedAssets(SourceOfIncome):
    """Final confiscations (never temporary seizures): a Poisson number of lognormal values."""

    product: ClassVar = (
        "confiscations_a_year",
        "yearly_value",
        "realised_rate",
        "earmarked_rate",
    )

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

    product: ClassVar = (
        "convictions_a_year",
        "levy",
        "collected_rate",
    )

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

    product: ClassVar = (
        "yearly_revenue",
        "earmarked_rate",
    )

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

    product: ClassVar = ("amount",)

    kind: Literal["grant"]
    amount: EuroYear
    """Yearly grant while it runs."""
    renewal_rate: Share
    """Chance each year that a running grant goes on."""
    regained_rate: Annotated[
        Share, Key(idle=when(".renewal_rate", 1, why="the grant is never lost"))
    ]
    """Chance each year that a lost grant is found again."""
    index: Index = "none"
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
