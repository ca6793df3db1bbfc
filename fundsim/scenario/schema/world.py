"""A whole scenario, and its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, get_origin

from pydantic import BeforeValidator, Field

from fundsim.scenario.assumption import Assumption, Part, Quantity
from fundsim.scenario.facts_of_tables import NO_LINK
from fundsim.scenario.record import Key, Table, record_of, tables_of
from fundsim.scenario.schema.change import Change, Effect, Link
from fundsim.scenario.schema.claim import TariffByForm
from fundsim.scenario.schema.country import Caseload, Country, FormShares, Macro, Time
from fundsim.scenario.schema.fund import Fund
from fundsim.scenario.schema.income import KINDS, Source
from fundsim.scenario.schema.pathway import Award, Enforcement, FormFactors, Pathway
from fundsim.scenario.schema.units import Form, Name, as_tuple
from fundsim.scenario.total import total


class Phase(Part):
    """The fund and its money as they are from a year on, until the next phase."""

    from_year: Annotated[int, Field(ge=2000, le=2100)]
    """First calendar year."""
    fund: Fund
    """The whole fund, with what the phase changes."""
    income: dict[Name, Source] = Field(default={})
    """All sources of income, with what the phase changes."""


class World(Table):
    """A whole scenario, resolved: what the world and the fund are."""

    country: Country
    time: Time
    macro: Macro
    caseload: Caseload
    pathway: Pathway
    award: Award
    enforcement: Enforcement
    fund: Fund
    income: dict[Name, Source] = Field(default={})
    reform: dict[Name, Change] = Field(default={})
    stress: dict[Name, Change] = Field(default={})
    correlations: Annotated[tuple[Link, ...], BeforeValidator(as_tuple), Key(idle=NO_LINK)] = ()
    phase: Annotated[tuple[Phase, ...], BeforeValidator(as_tuple)] = ()
    """What the fund becomes in later years, in the order of their first years."""

    @property
    def has_fund(self) -> bool:
        """Whether there is a fund at all."""
        return self.fund.entry_point != "none"

    @property
    def takes_claims(self) -> bool:
        """Whether victims may claim from the fund."""
        return self.fund.entry_point not in ("none", "services")

    @property
    def eras(self) -> tuple[tuple[int, World], ...]:
        """The scenario as it stands from one year on, and from each phase's: first calendar year, scenario."""
        later = [
            (one.from_year, self.model_copy(update={"fund": one.fund, "income": one.income, "phase": ()}))
            for one in self.phase
        ]  # fmt: skip
        return ((0, self), *later)

    def in_year(self, year: int) -> World:
        """The scenario as it stands in a calendar year."""
        return [world for first, world in self.eras if first <= year][-1]

    def ever_in_force(self, source: str) -> bool:
        """Whether a source of income is in force in some phase."""
        return any(era.income[source].in_force for _, era in self.eras)

    @property
    def changes(self) -> dict[str, Change]:
        """Reforms and stresses by dotted key."""
        return {f"reform.{k}": c for k, c in self.reform.items()} | {
            f"stress.{k}": c for k, c in self.stress.items()
        }


def _refuse_gaps() -> None:
    """Tables by form have a key for each form, and sentences of a choice one for each of its words."""
    for by_form in (TariffByForm, FormFactors):
        total(Form, by_form.model_fields)
    for table in dict.fromkeys(tables_of(World)):
        for name, field in table.model_fields.items():
            sentence = record_of(table, name).sentence
            if isinstance(sentence, Mapping) and get_origin(field.annotation) is Literal:
                total(field.annotation, sentence)


_refuse_gaps()


def quantity_of(field: Any) -> Quantity | None:
    """The `Quantity` in a pydantic field's type, if it is an assumption's."""
    optional = getattr(field.annotation, "__args__", ())  # Optional[Annotated[...]]
    places = [field.metadata, *(getattr(argument, "__metadata__", ()) for argument in optional)]
    return next((q for q in map(_find, places) if q is not None), None)


def quantity_at(path: Sequence[str]) -> Quantity | None:
    """What a key measures, by the parts of its dotted name; None for what is no number, or no key."""
    kind: Any = World
    for place, name in enumerate(path):
        if kind is World and name == "income" and len(path) > 2:
            found = [
                quantity_of(one.model_fields[path[2]])
                for one in KINDS.values()
                if path[2] in one.model_fields
            ]
            return next((one for one in found if one is not None), None)
        if not (isinstance(kind, type) and issubclass(kind, Part) and name in kind.model_fields):
            return None
        field = kind.model_fields[name]
        if place == len(path) - 1:
            return quantity_of(field)
        kind = field.annotation
    return None


def _find(metadata: Any) -> Quantity | None:
    for item in metadata:
        func = getattr(item, "func", None)
        if isinstance(func, Quantity):
            return func
    return None


@lru_cache(maxsize=256)
def _quantities(kind: Any) -> tuple[tuple[str, Quantity | None], ...]:
    """The fields of a part of the schema, with the quantity of those that are assumptions."""
    return tuple((name, quantity_of(field)) for name, field in kind.model_fields.items())


def assumptions(part: Any, path: str = "") -> Iterator[tuple[str, Assumption, Quantity]]:
    """Every assumption in a scenario with its dotted key and quantity, in the schema's order."""
    if isinstance(part, dict):
        for name in sorted(part):
            yield from assumptions(part[name], f"{path}.{name}" if path else name)
        return
    for name, quantity in _quantities(part.__class__):
        value, key = getattr(part, name), f"{path}.{name}" if path else name
        if isinstance(value, Assumption) and quantity is not None:
            yield key, value, quantity
        elif isinstance(value, dict | Part) and not isinstance(value, Effect | FormShares):
            yield from assumptions(value, key)
