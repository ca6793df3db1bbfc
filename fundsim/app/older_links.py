"""Links that an earlier version made: what they mean today."""

from __future__ import annotations

from dataclasses import replace

from fundsim.app.choice import Design, scenario_of
from fundsim.scenario.errors import InputError
from fundsim.scenario.migrate import BESIDE, RENAMED
from fundsim.scenario.override import CERTAIN
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import BudgetLine, assumptions


def as_meant(version: str, country: str, design: Design, notices: list[str]) -> Design:
    """What a link of version 0.1 means today.

    A changed number was certain; since then its range moves with it.  The amount of a budget line was the same every year
    but for wages, and stayed with the fund; since then a line is revised and lapses, unless a link says otherwise.
    """
    if not version.startswith("0.1."):
        return design
    try:
        plain = scenario_of(country, design.without_sets)
    except InputError:  # told when the link is shown
        return design
    ranged = {key for key, a, _ in assumptions(plain.world) if a.uncertain}
    sets: dict[str, str] = {}
    for key, value in design.sets:
        now = RENAMED.get(key, key)
        if now != key:
            notices.append(
                Phrase("In this link {old} is what is called {new} now.", old=key, new=now)
            )
        sets[now] = f"{value}{CERTAIN}" if now in ranged else value
        for beside, certain in BESIDE.get(key, {}).items():
            sets.setdefault(beside, f"{certain}{CERTAIN}" if beside in ranged else str(certain))
    for key in [key for key in sets if key.startswith("income.") and key.endswith(".amount")]:
        line = key.removesuffix(".amount")
        source = plain.world.income.get(line.removeprefix("income."))
        if isinstance(source, BudgetLine):
            was = {"vote": "fixed", "index": "wages", "lapses": "false"}
            kept = {f"{line}.{name}": value for name, value in was.items()}
            sets = kept | {"fund.reserve_return": "true"} | sets
            notices.append(Phrase(
                "The link sets the amount of {line}: as in version 0.1 it is the same every year, rising with wages, and what is "
                "unspent stays with the fund and earns a return.",
                line=line,
            ))  # fmt: skip
    return replace(design, sets=tuple(sorted(sets.items())))
