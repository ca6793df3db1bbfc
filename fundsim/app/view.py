"""What a page is given to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from fundsim.analysis.budget import Path, path_in
from fundsim.analysis.needs import Needs
from fundsim.app.choice import Choice, Design, scenario_of
from fundsim.report import shortage, wording
from fundsim.report.language import ENGLISH, Language, language
from fundsim.report.results import Results
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError


@dataclass(frozen=True)
class View:
    """A scenario with its results, at one number of futures.

    needs  what the state must pay; None where there is no fund or no budget line, and in a first answer
    size   futures;  final  whether this is the answer asked for, not the first quick one
    top    where the page's opening sentence stands
    tell   called with what is being computed and how many futures of it are done
    """

    choice: Choice
    scenario: Scenario
    results: Results
    needs: Needs | None
    size: int
    final: bool
    top: Any
    tell: Callable[[str, int], None]

    @property
    def say(self) -> Language:
        """What the page is written with."""
        return language(self.choice.language)

    @property
    def note(self) -> str:
        """Where figures come from, for print."""
        return wording.stamp(self.results.projection, self.say)

    @cached_property
    def budget(self) -> Path | None:
        """What each year needs, of a fund that is asked by the year; None in a first answer."""
        if not self.final or not shortage.by_year(self.results):
            return None
        return path_in(self.results.projection)

    @property
    def years(self) -> range:
        """Calendar years of the horizon."""
        return self.results.projection.years()

    def teller(self, what: str) -> Callable[[int], None]:
        """What a computation of this name calls with the number of futures that are done."""
        return partial(self.tell, what)

    def scenario_of(self, design: Design) -> Scenario:
        """Another design for the same country."""
        return scenario_of(self.choice.country, design)

    def designs(self) -> list[Scenario]:
        """The scenario and those set beside it that are possible and not the same again, each with a name of its own."""
        found = [self.scenario]
        for number, variant in enumerate(self.choice.variants, 1):
            try:
                scenario = self.scenario_of(variant)
            except InputError:
                continue
            if scenario.name in {s.name for s in found}:  # the same files, other values
                scenario = replace(scenario, name=f"{scenario.name}+variant_{number}")
            if scenario.hash not in {s.hash for s in found}:
                found.append(scenario)
        return found


def title_of(scenario: Scenario, say: Language = ENGLISH) -> str:
    """Country and design, with the number of changed values instead of their list."""
    country, parts = scenario.world.country.name, scenario.name.split("+")[1:]
    rest = " + ".join(say.of("design", part.replace("_", " ")) for part in parts)
    name = ", ".join(filter(None, (say.of("subject", country), rest)))
    if not scenario.sets:
        return name
    return say.counted(
        "{design}, {n} value changed", "{design}, {n} values changed", len(scenario.sets), design=name
    )  # fmt: skip
