"""Section 11: are the shipped numbers complete and sourced, and how many are guesses?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from fundsim.scenario import files
from fundsim.scenario.assumption import Assumption, Grade
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.schema import assumptions
from fundsim.validation.check import Check, Group, Line, exact

NEEDED = ("title", "publisher", "year", "read")
LAW = "scenarios/sources.toml; CONTRIBUTING.md, Add a country"


def believed(scenario: Scenario) -> Iterator[tuple[str, Assumption]]:
    """The numbers of a scenario that are beliefs about the world, not the ministry's choices."""
    for key, assumption, quantity in assumptions(scenario.world):
        if not quantity.lever or assumption.uncertain:
            yield key, assumption


def complete(seed: int) -> list[Check]:
    """Every belief has a range or a source, a unit and a note; every source is described in full."""
    bare = unknown = n = silent = 0
    cited: set[str] = set()
    for country in files.countries():
        scenario = load(f"{country}+tariff")
        for _, a in believed(scenario):
            n += 1
            bare += not (a.unit and a.source)
            silent += a.uncertain and not a.note
            if a.source not in ("", "judgement"):
                cited.add(a.source)
                unknown += a.source not in scenario.sources
    sources = files.sources()
    lacking = sum(not all(sources[s].get(part) for part in NEEDED) for s in cited if s in sources)
    homeless = sorted(s for s in cited if s in sources and not sources[s].get("address"))
    combinations = [
        f"{country}+{name}"
        for country in files.countries()
        for kind in files.KINDS[1:]
        for name in files.shipped(kind)
    ]
    broken = len(combinations) - sum(bool(load(name)) for name in combinations)
    return [
        exact(Line("11.01", "Beliefs with a unit and a source", "every number of all countries that is no choice of the ministry; judgement is a source, and visible", "numbers", LAW), bare + unknown, n, least_number=300),
        exact(Line("11.02", "Uncertain numbers say how they were read", "a note in every assumption of all countries with a range", "numbers", LAW), int(silent), n),
        exact(Line("11.03", "Cited sources are described in full", f"title, publisher, year and what was read; without a public address: {', '.join(homeless) or 'none'}", "sources", LAW), int(lacking), len(cited), least_number=30),
        exact(Line("11.04", "Shipped files combine", "every policy, reform and stress with every country", "scenarios", "fundsim check"), broken, len(combinations), least_number=100),
    ]  # fmt: skip


def grades() -> dict[str, dict[str, int]]:
    """How many uncertain numbers rest on data, partial data and judgement, by country."""
    found = {}
    for country in files.countries():
        scenario = load(f"{country}+tariff")
        graded = [a.graded for _, a, _ in assumptions(scenario.world) if a.uncertain]
        found[scenario.world.country.name] = {
            grade: graded.count(grade) for grade in get_args(Grade)
        }
    return found


GROUPS = (Group("11.01", "Completeness of the shipped numbers", complete),)
