"""What a scenario may say: every key, its meaning, unit, bounds and record.

The keys are a contract.  Each number is an `Assumption`; its `Quantity` (unit, bounds, natural scale, lever or not) stands in
its type, beside its `Key` (when it is idle, what a briefing says of it, …), its meaning in the docstring below it.  Shares are
between 0 and 1, money is in euro of the price year, durations are in months.
"""

from fundsim.scenario.schema.change import Change, Effect, Link
from fundsim.scenario.schema.claim import Amount
from fundsim.scenario.schema.country import Caseload, Country, FormShares, Macro, MassCase, Time
from fundsim.scenario.schema.fund import Fund
from fundsim.scenario.schema.income import (
    KINDS,
    BudgetLine,
    ConvictionLevy,
    Grant,
    RevenueShare,
    SeizedAssets,
    Source,
    SourceOfIncome,
)
from fundsim.scenario.schema.pathway import Award, Enforcement, Pathway
from fundsim.scenario.schema.units import (
    FORMS,
    Basis,
    Bearer,
    DecisionSpread,
    EntryPoint,
    Foreign,
    Form,
    Index,
    Money,
    Operation,
    WhenShort,
)
from fundsim.scenario.schema.world import World, assumptions, quantity_of

__all__ = [
    "FORMS",
    "KINDS",
    "Amount",
    "Award",
    "Basis",
    "Bearer",
    "BudgetLine",
    "Caseload",
    "Change",
    "ConvictionLevy",
    "Country",
    "DecisionSpread",
    "Effect",
    "Enforcement",
    "EntryPoint",
    "Foreign",
    "Form",
    "FormShares",
    "Fund",
    "Grant",
    "Index",
    "Link",
    "Macro",
    "MassCase",
    "Money",
    "Operation",
    "Pathway",
    "RevenueShare",
    "SeizedAssets",
    "Source",
    "SourceOfIncome",
    "Time",
    "WhenShort",
    "World",
    "assumptions",
    "quantity_of",
]
