"""What `fundsim new` copies from another country, until its author says that it is real: by another note, or another code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fundsim.scenario.errors import Problem
from fundsim.scenario.phases import said_in_phases
from fundsim.scenario.schema import World, assumptions

if TYPE_CHECKING:
    from fundsim.scenario.compose import Scenario

NOTE = "placeholder: replace this number"  # of every number that is copied
CODE, CURRENCY = "ZZ", "XXX"  # which no country has
REPLACE = "write this country's number, its source and a note of your own"


def placeholders(world: World) -> Iterator[tuple[str, str]]:
    """Each key that still holds a placeholder, and what to write there."""
    country, forms = world.country, world.caseload.forms
    if country.code == CODE:
        yield "country.code", "write the country's ISO code of two letters"
    if country.currency == CURRENCY:
        yield "country.currency", "write the currency's ISO code of three letters"
    if forms.note == NOTE:
        yield "caseload.forms", REPLACE
    yield from ((key, REPLACE) for key, a, _ in assumptions(world) if a.note == NOTE)


def ungraded(world: World) -> Iterator[str]:
    """Each number with a source that does not say how well that measures it."""
    yield from (key for key, a, _ in assumptions(world) if a.ungraded)
    yield from (key for key, a in said_in_phases(world) if a.ungraded)
    if world.caseload.forms.ungraded:
        yield "caseload.forms"


def placeholder_problems(scenario: Scenario) -> Iterator[Problem]:
    """What `fundsim new` has copied from another country, and nobody has said to be real."""
    for key, what in placeholders(scenario.world):
        file, line = scenario.place(key)
        yield Problem(file, f"is a placeholder copied from another country; {what}", line, key)


def grade_problems(scenario: Scenario) -> Iterator[Problem]:
    """Numbers with a source and without a grade."""
    for key in ungraded(scenario.world):
        file, line = scenario.place(key)
        rule = 'has a source and no grade: write grade = "data", "partly", or source = "judgement"'
        yield Problem(file, rule, line, key)
