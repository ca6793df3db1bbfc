"""The dashboard's address that shows a scenario's figures, for those who do not come from a page."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from fundsim.analysis.needs import Needs
from fundsim.app import headline, link
from fundsim.app.choice import (
    CONFIDENCES,
    MOST_SEED,
    MOST_VARIANTS,
    SIZES,
    Choice,
    Design,
    additions,
    is_value,
    list_text,
    number_text,
    scenario_of,
)
from fundsim.report.brief.gather import Facts
from fundsim.report.language import Language
from fundsim.report.results import Results
from fundsim.scenario import files, override
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem


def linked(dashboard: str) -> Callable[[Facts, Language], str]:
    """What gives a briefing its link.  dashboard  its address, empty for no link; raises InputError for what is none"""
    if not dashboard:
        return lambda facts, say: ""
    if not re.fullmatch(r"https?://[A-Za-z0-9.:/_~%\[\]-]{1,200}", dashboard):
        raise InputError(
            Problem(
                "--dashboard",
                "must be an address that begins with https:// or http://",
                value=dashboard,
            )
        )
    return lambda facts, say: _linked(facts, say, dashboard)


def _linked(facts: Facts, say: Language, dashboard: str) -> str:
    """The address of the first page with the figures of a briefing; empty where no link can hold what they rest on."""
    projection = facts.results.projection
    scenarios = [facts.scenario, *(r.projection.scenario for r in facts.variants)]
    known = [design for s in scenarios if (design := design_of(s)) is not None]
    confidence = round(100 * facts.confidence)
    shown = (
        len(known) == len(scenarios) <= 1 + MOST_VARIANTS
        and projection.replications in SIZES
        and projection.seed <= MOST_SEED
        and confidence in CONFIDENCES
        and math.isclose(confidence, 100 * facts.confidence)
    )
    if not shown:
        return ""
    choice = Choice(
        country_of(facts.scenario), known[0], tuple(known[1:]), say.code, confidence=confidence,
        replications=projection.replications, seed=projection.seed,
    )  # fmt: skip
    return address(
        choice, "_".join(s.hash for s in scenarios), facts.results, facts.needs, dashboard
    )


def address(
    choice: Choice, hashes: str, results: Results, needs: Needs | None, dashboard: str
) -> str:
    """The address under which a choice is shown with these results; empty if it is too much for a link."""
    figures = headline.figures(results, needs, choice.confidence)
    claim = link.claim_of(hashes, figures, headline.digest(results))
    try:
        return f"{dashboard.rstrip('/')}/?{link.query(choice, claim)}"
    except ValueError:
        return ""


def reach(dashboard: str) -> Literal["machine", "network", "everyone"]:
    """Who can open a link to a dashboard at this address; an empty one is of no page that runs."""
    host = urlsplit(dashboard).hostname or "localhost"
    try:
        number = ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            return "machine"
        return "everyone" if "." in host else "network"
    if number.is_loopback:
        return "machine"
    return "everyone" if number.is_global else "network"


def country_of(scenario: Scenario) -> str:
    """The first of the files that a scenario is named after."""
    return scenario.name.split("+")[0]


def design_of(scenario: Scenario) -> Design | None:
    """The design that gives the same scenario on a page; None where none does: own files, values that no link holds."""
    country, *names = scenario.name.split("+")
    if country not in files.countries():
        return None
    policies = [
        name for name in names if name in files.shipped("policy") and name not in files.joining()
    ]
    others = [name for name in names if name not in policies]
    sets = dict(text.partition("=")[::2] for text in scenario.sets)
    values = tuple(sorted((key.strip(), _value(text.strip())) for key, text in sets.items()))
    if len(policies) > 1 or not set(others) <= set(additions()):
        return None
    design = Design("".join(policies), tuple(sorted(others)), values)
    if not all(is_value(value) for _, value in values):
        return None
    return design if scenario_of(country, design).hash == scenario.hash else None


def _value(text: str) -> str:
    """A value of `--set` as links write it: a number without exponent (certain with an exclamation mark), a word without quotes."""
    try:
        number = text.removesuffix(override.CERTAIN)
        return number_text(float(number)) + text.removeprefix(number)
    except ValueError:
        pass
    if text.startswith("["):
        return list_text(tuple(_words(text)))
    return text.strip("\"'")


def _words(text: str) -> Sequence[str]:
    return re.findall(r"[a-z_]+", text)
