"""What a scenario may say: every key, its meaning, unit, bounds and record.

The keys are a contract.  Each number is an `Assumption`; its `Quantity` (unit, bounds, natural scale, lever or not) stands in
its type, beside its `Key` (when it is idle, what a briefing says of it, …), its meaning in the docstring below it.  Shares are
between 0 and 1, money is in euro of the price year, durations are in months.
"""

from fundsim.scenario.schema.change import Bearer, Change, Effect, Link, Operation
from fundsim.scenario.schema.claim import (
    Amount,
    Basis,
    Condition,
    FilingClock,
    Foreign,
    Head,
    Money,
)
from fundsim.scenario.schema.country import (
    Caseload,
    Country,
    FormShares,
    Law,
    Macro,
    MassCase,
    Time,
)
from fundsim.scenario.schema.fund import (
    Body,
    DecisionSpread,
    EntryPoint,
    Fund,
    Order,
    Payment,
    WhenShort,
)
from fundsim.scenario.schema.income import (
    KINDS,
    BudgetLine,
    RevenueShare,
    SeizedAssets,
    Source,
    SourceOfIncome,
    Vote,
)
from fundsim.scenario.schema.pathway import Award, Enforcement, Pathway
from fundsim.scenario.schema.units import FORMS, Form, Index
from fundsim.scenario.schema.world import World, assumptions, quantity_at, quantity_of

__all__ = [
    "FORMS",
    "KINDS",
    "Amount",
    "Award",
    "Basis",
    "Bearer",
    "Body",
    "BudgetLine",
    "Caseload",
    "Change",
    "Condition",
    "Country",
    "DecisionSpread",
    "Effect",
    "Enforcement",
    "EntryPoint",
    "FilingClock",
    "Foreign",
    "Form",
    "FormShares",
    "Fund",
    "Head",
    "Index",
    "Law",
    "Link",
    "Macro",
    "MassCase",
    "Money",
    "Operation",
    "Order",
    "Pathway",
    "Payment",
    "RevenueShare",
    "SeizedAssets",
    "Source",
    "SourceOfIncome",
    "Time",
    "Vote",
    "WhenShort",
    "World",
    "assumptions",
    "quantity_at",
    "quantity_of",
]
