"""The controls, made from the scenario itself: its keys, their meaning, unit, bounds, range and source.

Nothing here is written by hand for a key, but which of them come first (`MAIN`).  A control knows how to
turn what a visitor chose into the changed values of a `Design`.
"""

from __future__ import annotations

import math
import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin

from fundsim.app.choice import Design, list_text, number_text, scenario_of
from fundsim.scenario.assumption import Assumption, Part, Quantity
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import FORMS, World, assumptions, quantity_of
from fundsim.scenario.used import LOCAL_ONLY, keys, unused

Kind = Literal["share", "number", "whole", "switch", "choice", "choices", "scale"]

MAIN = (
    "fund.entry_point", "fund.amount.fixed", "fund.amount.tariff", "fund.amount.judgment_share", "fund.amount.cap",
    "fund.take_up.rate", "fund.decision.caseworkers", "fund.payment.when_short",
    "income.budget.amount", "fund.opening_capital", "income.seized_assets.earmarked_rate",
    "income.conviction_levy.levy", "caseload.level",
)  # fmt: skip
SCALED = "fund.amount.tariff"  # a table of amounts that a visitor would change together
NO_EFFECT = " (no effect under this policy)"
LAST = ("time", "macro", "country")  # groups that few visitors look for
TEXTS = {"country.code", "country.name", "country.currency", "country.default_policy",
         "country.footnote"}  # fmt: skip


@dataclass(frozen=True)
class Control:
    """One control.

    key      dotted;  group  the table it stands under;  label, help  from the scenario's description
    kind     share, number, whole, switch, choice, choices (several), or scale (of a table of amounts)
    value    as it is now, None where the scenario has none;  standard  as the files have it
    least, most, step  of a number;  options  of a choice;  unit  of a number
    reason   why it does not matter under this scenario; empty if it does
    """

    key: str
    group: str
    label: str
    help: str
    kind: Kind
    value: Any
    standard: Any
    reason: str
    least: float = 0.0
    most: float = 0.0
    step: float = 0.0
    options: tuple[str, ...] = ()
    unit: str = ""

    @property
    def changed(self) -> bool:
        """Whether it differs from what the files have."""
        return not same(self.value, self.standard)


def same(a: Any, b: Any) -> bool:
    """Whether two values of a control are the same, but for the last digits of a number."""
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=5e-10)
    return bool(a == b)


@lru_cache(maxsize=256)
def controls_of(country: str, design: Design, changed: float) -> dict[str, Control]:
    """The controls of what is chosen.  changed  tells apart what an own file says at different times: labels
    and sources are not in its hash"""
    standard = scenario_of(country, design.without_sets)
    return controls(scenario_of(country, design), standard)


def controls(scenario: Scenario, standard: Scenario) -> dict[str, Control]:
    """Every control of a scenario by key, in the schema's order.

    standard  the same files without changed values
    """
    before = {key: value for key, value, _ in _fields(standard.world, "")}
    found, known = {}, dict.fromkeys(keys(scenario.world))
    for key, value, field in _fields(scenario.world, ""):
        quantity, inner = quantity_of(field), _plain_type(field.annotation)
        control = _control(
            scenario, key, value, before.get(key, value), quantity, inner, field, known
        )
        if control is not None:
            found[key] = control
    found[SCALED] = _scale(scenario.world, found)
    return found


def _scale(world: World, found: Mapping[str, Control]) -> Control:
    """One control for a table of amounts: by how much all of them are multiplied."""
    parts = [c for key, c in found.items() if key.startswith(f"{SCALED}.")]
    times = {round(c.value / c.standard, 9) for c in parts if c.standard}
    reason = _reason(world, SCALED)
    if not reason and len(times) > 1:
        reason = "its sums were changed one by one"
    value = times.pop() if len(times) == 1 else 1.0
    about = f"Multiplies every sum of the table.  ({SCALED})"
    return Control(
        SCALED, group_of(f"{SCALED}."), "The tariff, all sums, times", about, "scale", value, 1.0, reason, 0.0, 5.0,
        0.05, tuple(f"{c.key}={c.standard:.9g}" for c in parts),
    )  # fmt: skip


def _reason(world: World, key: str, known: Collection[str] = ()) -> str:
    """Why a key does not matter; the page on money shows local currency, so that this matters here."""
    reason = unused(world, key, known)
    return "" if reason == LOCAL_ONLY else reason


def groups(found: Mapping[str, Control]) -> dict[str, list[Control]]:
    """The controls by group, in order."""
    table: dict[str, list[Control]] = {}
    for control in found.values():
        table.setdefault(control.group, []).append(control)
    order = sorted(table, key=lambda g: LAST.index(g) if g in LAST else -1)  # stable
    return {group: table[group] for group in order}


def chosen(design: Design, control: Control, value: Any) -> Design:
    """The design after a visitor has set a control."""
    if control.kind == "scale":
        for part in control.options:
            key, _, amount = part.partition("=")
            scaled = None if same(value, 1.0) else number_text(float(amount) * float(value))
            design = design.with_set(key, scaled)
        return design
    if same(value, control.standard):
        return design.with_set(control.key, None)
    if value is None:
        return design.with_set(control.key, None)
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = number_text(value)
    elif isinstance(value, list | tuple):
        text = list_text(tuple(v for v in control.options if v in value))
    else:
        text = str(value)
    return design.with_set(control.key, text)


def differences(design: Design, found: Mapping[str, Control], scenario: Scenario) -> list[str]:
    """Each number or switch that a visitor has changed, with what the files say; one line each."""
    known = {key: a for key, a, _ in assumptions(scenario.world)}
    scale, told = found[SCALED], []
    keys = [k.rpartition(".")[0] if k.rpartition(".")[0] in known else k for k, _ in design.sets]
    if scale.changed and not scale.reason.startswith("its sums"):
        told.append(f"{scale.label} {scale.value:g}{NO_EFFECT if scale.reason else ''}")
        keys = [key for key in keys if not key.startswith(f"{SCALED}.")]
    for key in dict.fromkeys(keys):
        control, a = found.get(key), known.get(key)
        if control is None:
            told.append(key)
            continue
        span = "" if a is None or a.low is None else f" ({a.low:g} to {a.high:g})"
        idle = NO_EFFECT if control.reason else ""
        files = _said(control.standard)
        told.append(f"{control.label} [{key}]: {_said(control.value)}{span}, files: {files}{idle}")
    return told


def _said(value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.9g}"
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _fields(part: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Every value that stands alone: (key, value, field)."""
    if isinstance(part, dict):
        for name in sorted(part):
            yield from _fields(part[name], f"{path}.{name}")
        return
    for name, field in type(part).model_fields.items():
        value, key = getattr(part, name), f"{path}.{name}".lstrip(".")
        if isinstance(value, dict) or (
            isinstance(value, Part) and not isinstance(value, Assumption)
        ):
            yield from _fields(value, key)
        else:
            yield key, value, field


def _plain_type(annotation: Any) -> Any:
    """The type without None and without its validators."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def _control(
    scenario: Scenario, key: str, value: Any, standard: Any, quantity: Quantity | None, inner: Any,
    field: Any, known: Collection[str],
) -> Control | None:  # fmt: skip
    if key in TEXTS or key.endswith((".label", ".kind", ".recommended_for", ".effects")):
        return None
    if key.startswith(("caseload.forms.", "correlations")):
        return None  # shares that sum to 1, and lists: edited in a file
    meaning = " ".join((field.description or "").split())
    common: dict[str, Any] = {
        "key": key,
        "group": group_of(key),
        "label": _label(key, meaning, scenario.world),
        "reason": _reason(scenario.world, key, known),
    }
    if quantity is not None:
        return _number(scenario, value, standard, quantity, meaning, common)
    help_ = f"{meaning}  ({key})"
    if isinstance(value, bool):
        return Control(**common, help=help_, kind="switch", value=value, standard=standard)
    if get_origin(inner) is Literal:
        options = tuple(str(option) for option in get_args(inner))
        return Control(
            **common, help=help_, kind="choice", value=value, standard=standard, options=options
        )
    if key == "fund.eligible.forms":
        return Control(
            **common, help=help_, kind="choices", value=value, standard=standard, options=FORMS
        )
    if inner is int:
        least, most = _bounds(field)
        return Control(
            **common, help=help_, kind="whole", value=value, standard=standard, least=least,
            most=most, step=1,
        )  # fmt: skip
    return None


def _number(
    scenario: Scenario, value: Assumption | None, standard: Assumption | None, quantity: Quantity,
    meaning: str, common: dict[str, Any],
) -> Control:  # fmt: skip
    now = None if value is None else value.value
    was = None if standard is None else standard.value
    about = [meaning]
    if standard is not None and standard.low is not None:
        about.append(f"Believed to lie between {standard.low:g} and {standard.high:g}.")
    if standard is not None and standard.source:
        about.append(f"Source: {source_of(scenario, standard.source)} ({standard.graded}).")
    money = quantity.unit.startswith("EUR")
    centre = next((x for x in (was, now) if x), 10_000.0 if money else 1.0)
    share = quantity.unit == "share" and (quantity.least, quantity.most) == (0, 1)
    step = 10.0 ** (math.floor(math.log10(abs(centre))) - 1)
    return Control(
        **common, help="  ".join([*about, f"({common['key']})"]), kind="share" if share else "number",
        value=now, standard=was, least=float(quantity.least), most=float(quantity.most),
        step=min(step, 0.01) if share else step, unit=_unit(scenario.world, quantity),
    )  # fmt: skip


def _unit(world: World, quantity: Quantity) -> str:
    if quantity.unit != "amount":
        return quantity.unit
    return "EUR" if world.fund.amount.money == "euro" else "monthly wages"


def labels(scenario: Scenario) -> dict[str, str]:
    """What each key of a scenario is called."""
    return {
        key: _label(key, " ".join((field.description or "").split()), scenario.world)
        for key, _, field in _fields(scenario.world, "")
    }


def source_of(scenario: Scenario, source: str) -> str:
    """A source in a few words."""
    entry = scenario.sources.get(source)
    if not entry:
        return "judgement, nobody has measured it"
    return f"{entry.get('publisher')}, {entry.get('title')}, {entry.get('year')}"


def _bounds(field: Any) -> tuple[float, float]:
    found = {"ge": 0.0, "le": 1e9}
    metadata = [*field.metadata]
    for argument in get_args(field.annotation):
        for item in getattr(argument, "__metadata__", ()):
            metadata += getattr(item, "metadata", None) or [item]
    for item in metadata:
        for name in found:
            if getattr(item, name, None) is not None:
                found[name] = float(getattr(item, name))
    return found["ge"], found["le"]


def group_of(key: str) -> str:
    """The table under which a control is offered: two words of its key at most."""
    first, second, *rest = [*key.split("."), ""]
    return f"{first}.{second}" if rest[:-1] or (first in ("income", "reform", "stress")) else first


def group_label(group: str, world: World) -> str:
    """A group as people read it."""
    first, _, second = group.partition(".")
    if first in ("income", "reform", "stress") and second:
        table: Mapping[str, Any] = getattr(world, first)
        return f"{first}: {table[second].label}"
    return group.replace(".", ": ").replace("_", " ")


def _label(key: str, meaning: str, world: World) -> str:
    """The first sentence of a key's description, up to where it begins to explain itself."""
    first = meaning.split(".  ")[0].split(". ")[0].split(": ")[0].split("; ")[0].rstrip(".")
    parts = key.split(".")
    if parts[0] in ("award", "fund") and parts[-1] in FORMS:
        return f"{parts[-2].replace('_', ' ')}: {first[0].lower()}{first[1:]}"
    if len(parts) > 2 and parts[-1] in ("median", "sigma"):
        return f"{parts[-2].replace('_', ' ')}: {first[0].lower()}{first[1:]}"
    return first or parts[-1].replace("_", " ")
