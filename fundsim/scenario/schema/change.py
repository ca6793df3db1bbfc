"""Reforms, stresses, and what goes together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fundsim.scenario.assumption import Assumption, Number, Part
from fundsim.scenario.facts_of_tables import BEGINS_LATE, COSTS_NOTHING, NO_EFFECT, PAID_BEFORE
from fundsim.scenario.record import A_TEXT, Key, Table, all_of, either, when
from fundsim.scenario.schema.units import Code, Euro, EuroYear, as_tuple

Operation = Literal["factor", "odds_ratio", "add", "narrow"]
Bearer = Literal["fund", "state"]


class Effect(Part):
    """What a reform or stress does to one number."""

    on: str
    """Dotted key of the number."""
    by: Operation
    """Multiply, multiply the odds (shares only), add, or narrow the range by a factor."""
    size: Assumption
    """The size at full strength."""


class Change(Table, idle=BEGINS_LATE):
    """A reform or stress: dated effects, and what it costs."""

    label: Annotated[str, Field(max_length=120), A_TEXT]
    """Name as printed."""
    from_year: Annotated[int, Field(ge=2000, le=2100), Key(idle=all_of(NO_EFFECT, COSTS_NOTHING))]
    """First calendar year of effect; before it nothing changes."""
    until_year: Annotated[
        Annotated[int, Field(ge=2000, le=2200)] | None, Key(idle=all_of(NO_EFFECT, COSTS_NOTHING))
    ] = None
    """Last calendar year of effect; absent: for good."""
    ramp_years: Annotated[int, Field(ge=1, le=30), Key(idle=NO_EFFECT)] = 1
    """Years after which the full effect is reached, in equal steps."""
    recommended_for: Annotated[tuple[Code, ...], BeforeValidator(as_tuple), A_TEXT] = ()
    """Countries for which studies recommend it."""
    effects: Annotated[tuple[Effect, ...], BeforeValidator(as_tuple), Key(idle=NO_EFFECT)] = ()
    """What it changes."""
    cost_once: Annotated[Euro | None, Key(idle=PAID_BEFORE)] = None
    """Cost in its first year."""
    cost_a_year: EuroYear | None = None
    """Cost in each year of effect."""
    cost_by: Annotated[
        Bearer,
        Key(
            idle=either(
                when(
                    "fund.entry_point", "none", why="there is no fund, so the state bears all costs"
                ),
                COSTS_NOTHING,
            )
        ),
    ] = "state"
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
