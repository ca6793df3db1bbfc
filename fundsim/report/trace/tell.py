"""The work of `fundsim trace`: one drawn case on the screen, and its timeline in a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from fundsim.report.checks import draws_of
from fundsim.report.language import capital
from fundsim.report.request import Request
from fundsim.report.trace.story import (
    DRAWS,
    NOBODY,
    PARTS,
    Step,
    find,
    heading,
    one_future,
    received,
    tell,
)
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem

PICTURES = (".png", ".svg")


def print_story(
    request: Request, case: int | None, kind: str | None, replication: int, picture: Path | None
) -> None:
    """Print the story of one case, chosen by number or by kind; and draw its timeline to a file."""
    if picture is not None and picture.suffix not in PICTURES:
        rule = "must end in " + " or ".join(PICTURES)
        raise InputError(Problem("--figure", rule, value=str(picture)))
    seed, scenario = draws_of(request, 1).seed, load(request.name, request.sets)
    if case is not None and kind is not None:
        raise InputError(Problem("--find", "give --case or --find, not both", value=kind))
    if not 0 <= replication < 2**31:
        rule = "must be between 0 and 2^31 - 1"
        raise InputError(Problem("--replication", rule, value=str(replication)))
    if case is None:
        future, chosen = find(scenario, seed, replication, kind or "paid")
    else:
        future, chosen = one_future(scenario, seed, replication), case - 1
        count = len(future.victims)
        if count == 0:
            raise InputError(Problem("--case", "this future has no victims", value=str(case)))
        if not 0 <= chosen < count:
            rule = f"must be between 1 and {count}, the victims of this future"
            raise InputError(Problem("--case", rule, value=str(case)))
    steps = tell(future, chosen)
    number = future.number
    country, head = scenario.world.country, heading(scenario, number, chosen)
    if picture is not None:
        _draw(scenario, steps, head, f"{scenario.name} · {scenario.hash} · seed {seed}", picture)
    if request.as_json:
        card = {"scenario": scenario.name, "scenario_hash": scenario.hash, "seed": seed,
                "replication": number, "case": chosen + 1}  # fmt: skip
        print(json.dumps({**card, "steps": [asdict(s) for s in steps]}, ensure_ascii=False))
        return
    console = Console(width=None)
    console.print(Text(head, style="bold underline"))
    console.print(NOBODY)
    console.print(DRAWS)
    for part in PARTS:
        console.print(Text(f"\n{capital(part)}", style="bold"))
        for s in steps:
            if s.part == part:
                draw = Text(f"  ({s.draw})" if s.draw else "", style="dim")
                console.print(Text(f"  {s.when:>14}  {s.what}") + draw)
        console.print(Text(f"  {'':>14}  In all: {received(steps, part)}"))
    if country.footnote:
        console.print(Text(country.footnote))
    console.print(Text(f"{scenario.name} · {scenario.hash} · seed {seed}", style="dim"))
    if picture is not None:
        console.print(f"Timeline: {picture}", markup=False)


def _draw(scenario: Scenario, steps: list[Step], head: str, source: str, picture: Path) -> None:
    from fundsim.report.trace.picture import save_timeline, timeline

    alt = f"{head}. " + "; ".join(f"{s.part}, {s.when}: {s.what}" for s in steps)
    save_timeline(timeline(steps, scenario, head, f"{NOBODY} {source}"), picture, alt)
