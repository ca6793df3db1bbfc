"""What a ministry recognises in a future, by name and in words; and a rule as a sentence.

Circumstances are drawn assumptions, and what came of them over the horizon: registered victims a year,
income from each source.  They are causes; what merely says again that money is short (cost, balance,
delay) is not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fundsim.analysis.project import Projection
from fundsim.analysis.reverse import FALLS_SHORT, Found, Restriction, Rule
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import BudgetLine, assumptions

MONTHS, SHARE, EURO, NUMBER = "months", "share", "euro", "number"
OWN_NAMES = {
    "fund.take_up.unassisted_rate": "take-up rate without help",
    "fund.take_up.assisted_rate": "take-up rate with help",
}
PLAIN = ("rate", "median", "sigma", "level", "trend", "dispersion", "amount", "size")  # say of what


@dataclass(frozen=True)
class Words:
    """How a circumstance is told.

    phrase  with {} where "more than 55" goes: "{} registered victims a year"
    kind    how its limits are written: euro, share, months or number
    """

    phrase: str
    kind: str = NUMBER

    def of(self, r: Restriction) -> str:
        """The restriction in words."""
        above, below = (None if x is None else self._written(x) for x in (r.above, r.below))
        if above is not None and below is not None:
            return self.phrase.format(f"between {above} and {below}")
        return self.phrase.format(f"less than {below}" if above is None else f"more than {above}")

    def _written(self, x: float) -> str:
        if self.kind == SHARE:
            return f"{100 * x:.4g} %"
        figures = f"{x:,.0f}" if abs(x) >= 100 else f"{x:.4g}"
        return {EURO: f"€ {figures}", MONTHS: f"{figures} months"}.get(self.kind, figures)


@dataclass(frozen=True)
class Circumstance:
    """One thing that differs between futures: its values [replication] and its words."""

    values: Floats
    words: Words


def circumstances(projection: Projection) -> dict[str, Circumstance]:
    """What was realised and what was drawn in each future of a projection, by name.

    Realised, means over the horizon: registered victims a year, and income a year of each source in force
    but budget lines, in euro of the price year.  Sources that are not in force are left out.
    """
    world, years = projection.scenario.world, len(projection.years())
    found = {
        "identified": Circumstance(
            projection.column("identified") / years, Words("{} registered victims a year")
        ),
    }
    for name, source in sorted(world.income.items()):
        if not world.ever_in_force(name):
            continue
        yearly = [projection.column(f"income.{name}_real@{y}") for y in projection.years()]
        label = source.label[:1].lower() + source.label[1:]
        words = Words("{} a year from " + label.replace("{", "").replace("}", ""), EURO)
        if not isinstance(source, BudgetLine):
            found[f"income.{name}"] = Circumstance(np.mean(yearly, axis=0), words)
    idle = tuple(f"income.{name}." for name in world.income if not world.ever_in_force(name))
    for key, _, quantity in assumptions(world):
        column = f"assumption:{key}"
        if column in projection and not key.startswith(idle):
            found[column] = Circumstance(projection.column(column), words_of(key, quantity.unit))
    return found


def words_of(key: str, unit: str) -> Words:
    """Words for an assumption from its dotted key and unit: "a conviction rate of {}"."""
    *path, last = key.replace("_", " ").split(".")
    path[-1] = {"mass": "mass case", "take up": "take-up"}.get(path[-1], path[-1])
    if key in OWN_NAMES:
        name = OWN_NAMES[key]
    elif last in PLAIN:
        name = f"{path[-1]} {last}"
    else:
        name = last if path[-1] in ("pathway", "macro", "caseload") else f"{last} ({path[-1]})"
    article = "" if name.split()[0].endswith("s") else "an " if name[0] in "aeiou" else "a "
    phrase = f"{article}{name} of {{}}"
    if unit.startswith("share"):
        return Words(phrase + unit.removeprefix("share"), SHARE)
    if unit.startswith("EUR"):
        return Words(phrase + unit.removeprefix("EUR"), EURO)
    if unit == "months":
        return Words(phrase, MONTHS)
    bare = unit in ("k", "log sd", "factor", "odds ratio", "amount")
    return Words(phrase if bare else f"{phrase} {unit}")


def sentence(rule: Rule, words: Mapping[str, Words], event: str = FALLS_SHORT) -> str:
    """A rule as a sentence, with density, base and coverage; a later one speaks of the futures left.

    words  of each name that the rule restricts;  event  what is asked about, as a clause
    """
    told = [words[r.name].of(r) for r in rule.restrictions]
    text = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    density, base = _percent(rule.density.value), _percent(rule.base.value)
    coverage = _percent(rule.coverage.value)
    if rule.earlier:
        return (
            f"Otherwise, with {text} {event} in {density} of futures "
            f"(against {base} of those left); this covers another {coverage} of all such futures."
        )
    return (
        f"With {text} {event} in {density} of futures "
        f"(against {base} overall); this covers {coverage} of all such futures."
    )


def sentences(found: Found, words: Mapping[str, Words], event: str = FALLS_SHORT) -> list[str]:
    """Every rule as a sentence, or the reason why there is none."""
    return [sentence(rule, words, event) for rule in found.rules] or [found.reason]


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"
