"""`fundsim explain`: where a value comes from, what it means, and what it drives."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from fundsim.analysis.measures import measure, shown_in
from fundsim.analysis.project import project
from fundsim.report.checks import draws_of
from fundsim.report.language import ENGLISH
from fundsim.report.request import Draws, Request
from fundsim.report.results import Results
from fundsim.report.scenario.values import leaves_of, shown
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.messages import model_at
from fundsim.scenario.numbers import literal
from fundsim.scenario.override import CERTAIN
from fundsim.scenario.phases import differences, without_phase
from fundsim.scenario.retired import retired_key

REPLICATIONS = 1000
HEADLINE = tuple((m.name, at.words, ENGLISH.form(m.unit)) for m, at in shown_in("explain"))


def print_explanation(request: Request, key: str) -> None:
    """Print all that is known of one key of a scenario; raises `InputError` for an unknown key."""
    scenario = load(request.name)
    draws = draws_of(request, REPLICATIONS, 3)
    values = dict(leaves_of(scenario.world))
    if key not in values:
        gone = retired_key(key)
        below = [k for k in values if k.startswith(f"{key}.")]
        near = "" if below or gone else nearest(key, values)
        rule = f"no such key; {gone}" if gone else "no such key"
        rule = f"is a table; one of {', '.join(below[:6])}" if below else rule
        if (plain := without_phase(key)) != key and plain in values:
            rule, near = f"the phase leaves it as it was; ask for {plain}", ""
        raise InputError(Problem(scenario.name, rule, key=key, nearest=near))
    console = Console(width=100)
    value = values[key]
    text, span, source = shown(value)
    path = without_phase(key).split(".")
    model = model_at(path[:-1], scenario.world.model_dump())
    meaning = model.model_fields[path[-1]].description if model else None
    console.print(Text(key, style="bold"))
    for label, line in (
        ("Meaning", " ".join((meaning or "").split())),
        ("Value", text or "not set"),
        ("Range", f"{span} (10th to 90th percentile of what we believe)" if span else ""),
        ("From", str(scenario.origin(key) or "default")),
        ("Source", _source(scenario, value) or source),
        ("Note", getattr(value, "note", "")),
    ):
        if line:
            console.print(Text(f"{label + ':':9} {line}"))
    for year, changed, _, now in differences(scenario.world):
        if changed == key:
            console.print(Text(f"{'Later:':9} {shown(now)[0] or 'not set'}, from {year}"))
    for change, line in _effects(scenario, key):
        console.print(Text(f"{'Moved by:':9} {change}: {line}"))
    if isinstance(value, Assumption) and value.uncertain and value.low is not None:
        _print_drives(console, scenario, key, value, draws)


def _source(scenario: Scenario, value: object) -> str:
    source = getattr(value, "source", "")
    if source == "judgement":
        return "judgement: nobody has measured it"
    entry = scenario.sources.get(source)
    if not entry:
        return ""
    place = entry.get("address") or "no public address"
    return (
        f"{entry.get('title')} ({entry.get('publisher')}, {entry.get('year')}), {place}. "
        f"{entry.get('read', '')} Grade: {value.graded}."  # type: ignore[attr-defined]
    )


def _effects(scenario: Scenario, key: str) -> list[tuple[str, str]]:
    return [
        (name, f"{effect.by} {effect.size.value:g} from {change.from_year}")
        for name, change in sorted(scenario.world.changes.items())
        for effect in change.effects
        if effect.on == key
    ]


def _print_drives(
    console: Console, scenario: Scenario, key: str, value: Assumption, draws: Draws
) -> None:
    """The headline with the key fixed at low, value and high, all else drawn as it is."""
    n = draws.replications
    fixed = [
        load(scenario.given, [*scenario.sets, f"{key}={literal(x)}{CERTAIN}"])
        for x in (value.low, value.value, value.high)
        if x is not None
    ]
    runs = [Results.of(p, measure(p)) for p in project(fixed, n, draws.seed)]
    console.print(
        Text(
            f"Drives:   taken as certain at {value.low:g}, {value.value:g} and {value.high:g} ({n:,} futures)"
        )
    )
    moved = False
    for name, label, form in HEADLINE:
        figures = [run.said(name, form) for run in runs]
        moved |= len({run.values.get((name, None, "mean")) for run in runs}) > 1
        errors = [run.values[name, None, "mc_error"] for run in runs if (name, None, "mc_error") in run.values]  # fmt: skip
        sure = f"   (Monte Carlo error up to {form(max(errors))})" if errors else ""
        console.print(Text(f"          {label}: {'  →  '.join(figures)}{sure}"))
    if not moved:
        console.print(Text("          It moves none of these in this scenario."))
