"""The record of a key: what is known of it beyond its type and meaning.

It stands in the key's type, `Annotated[Months, Key(idle=…)]`, or in the head of its table, `class TakeUp(Table, idle=…)`,
for all keys of the table and below.  Everybody else collects it from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.steps import Step

if TYPE_CHECKING:
    from fundsim.scenario.schema import World

TEXT = Phrase("it is a text; no figure hangs on it")
WITH_KEY = "{why} ({key})"  # the same in every language


@dataclass(frozen=True, eq=False)
class Key:
    """The record of a key.

    idle      why nothing can hang on it; what tables say comes first, from outside in
    steps     of a case, through which it acts
    unmoved   what a run shows in which a change of it moved nothing
    sentence  what a briefing says of it.  Of a switch or choice by value, where "" is nothing; of a number a
              text with {amount}, or singular and plural with {n}, said unless it is absent or 0
    random    values that a random world sets it to, one that stands twice twice as often; a key that may be
              absent is set in half of the worlds.  Of a table such values by key
    text      whether it is a text, on which no figure hangs
    steady    why no phase can change it
    """

    idle: Fact | None = None
    steps: tuple[Step, ...] = ()
    unmoved: str = ""
    sentence: Mapping[Any, str] | str | tuple[str, str] = ""
    random: tuple[object, ...] | Mapping[str, tuple[object, ...]] = ()
    text: bool = False
    steady: str = ""


NOTHING = Key()
A_TEXT = Key(text=True, steady="it is a text")


class Table(Part):
    """A table of keys; what its head says holds for each of them."""

    every: ClassVar[Key] = NOTHING

    def __init_subclass__(
        cls,
        *,
        idle: Fact | None = None,
        steps: tuple[Step, ...] = (),
        unmoved: str = "",
        **config: Any,
    ) -> None:
        super().__init_subclass__(**config)
        if idle or steps or unmoved:
            cls.every = Key(idle, steps, unmoved)


@lru_cache(maxsize=1024)
def record_of(table: type[Part], name: str) -> Key:
    """What stands in the type of a key of a table; raises `KeyError` if it has no such key."""
    return record_in(table.model_fields[name])


def record_in(field: Any) -> Key:
    """What stands in the type of a field of the schema."""
    return next((one for one in field.metadata if isinstance(one, Key)), NOTHING)


def records(world: Part, key: str) -> Iterator[tuple[str, Key]]:
    """What is said of a key, from the outermost table to itself, each with the table where it stands."""
    here: Any = world
    names = key.split(".")
    for place, name in enumerate(names):
        table = ".".join(names[:place])
        if isinstance(here, Table):
            yield table, here.every
        if isinstance(here, Part) and not isinstance(here, Assumption):
            name = name.partition("[")[0]
            yield table, record_of(type(here), name)
            here = getattr(here, name)
        else:
            here = here[name] if isinstance(here, dict) else None


class Look:
    """A world with one key, or table, left open: nothing is certain of that key.

    key    whose record asks, and `table`, where it stands: a key that begins with a dot is one of its table
    """

    def __init__(self, world: World, left_open: str) -> None:
        self.world, self._left_open = world, f"{left_open}."
        self.key = self.table = ""
        effects = [effect for change in world.changes.values() for effect in change.effects]
        self._moved = {effect.on for effect in effects if effect.by != "narrow"}

    def idle(self, key: str) -> str:
        """Why nothing can hang on a key, or nothing."""
        said = list(records(self.world, key))
        if said[-1][1].text:
            return TEXT
        for table, record in said:
            if record.idle is not None:
                look = copy(self)
                look.key, look.table = key, table
                if reason := record.idle(look):
                    return reason
        return ""

    def whole(self, key: str) -> str:
        """A key from the root: `.median` is that of the table where the record stands."""
        return f"{self.table}{key}" if key.startswith(".") else key

    def is_open(self, key: str) -> bool:
        """Whether a key is left open, or is part of what is, or has a part that is."""
        key = f"{self.whole(key)}."
        return self._left_open.startswith(key) or key.startswith(self._left_open)

    def value(self, key: str) -> Any:
        """What stands at a key, before any phase."""
        return value_at(self.world, self.whole(key))

    def values(self, key: str) -> list[Any]:
        """What stands at a key, before any phase and in each."""
        return [value_at(era, self.whole(key)) for _, era in self.world.eras]

    def sure(self, key: str, *allowed: Any) -> bool:
        """Whether a key certainly has one of these values, in every year and future."""
        return not self.is_open(key) and self.stands(key, *allowed)

    def stands(self, key: str, *allowed: Any) -> bool:
        """The same of what stands there now, in every phase, left open or not."""
        return all(self._stands(value, key, allowed) for value in self.values(key))

    def _stands(self, value: Any, key: str, allowed: tuple[Any, ...]) -> bool:
        if isinstance(value, Assumption):
            certain = self.whole(key) not in self._moved and not value.uncertain
            return certain and value.value in allowed
        return value in allowed


def value_at(world: World, key: str) -> Any:
    """What stands at a dotted key of a scenario."""
    here: Any = world
    for name in key.split("."):
        here = here[name] if isinstance(here, dict) else getattr(here, name)
    return here


@dataclass(frozen=True)
class Fact:
    """Something that certainly does not happen: called with a look, it gives the reason, or nothing.

    A share of 0 does not make that share idle, since moving it would bring it to life: the key that is asked about
    is left open.  A number that is uncertain, or that a reform or stress acts on, is never certain.
    """

    reason: Callable[[Look], str]

    def __call__(self, look: Look) -> str:
        return self.reason(look)


def because(why: str, key: str) -> Phrase:
    """A reason, and the key that would change it.  why  constant"""
    return Phrase(WITH_KEY, why=Phrase(why), key=key)


def when(key: str, *values: Any, why: str) -> Fact:
    """Holds where the key certainly has one of the values; the reason names the key.  why  constant"""
    return Fact(lambda look: because(why, look.whole(key)) if look.sure(key, *values) else "")


def when_not(key: str, *values: Any, why: str) -> Fact:
    """Holds where a switch or choice certainly has none of the values.  why  constant"""
    return Fact(
        lambda look: (
            ""
            if look.is_open(key) or any(value in values for value in look.values(key))
            else because(why, look.whole(key))
        )
    )


def always(reason: str) -> Fact:
    """Holds everywhere."""
    return Fact(lambda look: reason)


def either(*facts: Fact) -> Fact:
    """Holds where one does: the reason of the first."""
    return Fact(lambda look: next((reason for fact in facts if (reason := fact(look))), ""))


def all_of(*facts: Fact) -> Fact:
    """Holds where all do: the reason of the first."""

    def holds(look: Look) -> str:
        reasons = [fact(look) for fact in facts]
        return reasons[0] if all(reasons) else ""

    return Fact(holds)


def unless(key: str, *values: Any, fact: Fact) -> Fact:
    """Holds where the fact does and the key has none of the values.

    Of two numbers that are idle while the other is 0, one must stay in use: else neither could be moved.
    """
    return Fact(lambda look: "" if look.stands(key, *values) else fact(look))


def tables_of(kind: Any) -> Iterator[type[Part]]:
    """Every table of a schema, from one of its types on."""
    if isinstance(kind, type) and issubclass(kind, Part):
        yield kind
        for field in kind.model_fields.values():
            yield from tables_of(field.annotation)
    else:
        for part in get_args(kind):
            yield from tables_of(part)


def texts_of(kind: Any) -> Iterator[str | tuple[str, str]]:
    """Every text that records of a schema hold for readers, singular and plural as a pair."""
    for table in dict.fromkeys(tables_of(kind)):
        said = [record_of(table, name) for name in table.model_fields]
        for record in [table.every, *said] if issubclass(table, Table) else said:
            sentence = record.sentence
            texts = sentence.values() if isinstance(sentence, Mapping) else [sentence]
            yield from (text for text in (record.unmoved, *texts) if text)
