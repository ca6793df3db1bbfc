"""Every value of a scenario as text: `fundsim show`, and beside another's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from fundsim.report.screen import table_of
from fundsim.scenario.assumption import Assumption, Part
from fundsim.scenario.compose import Scenario
from fundsim.scenario.phases import PHASE, differences
from fundsim.scenario.schema import FormShares, Law, World


def leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a scenario with its dotted key; an assumption is one value."""
    for name in sorted(data) if isinstance(data, dict) else type(data).model_fields:
        value = data[name] if isinstance(data, dict) else getattr(data, name)
        key = f"{path}.{name}" if path else name
        if isinstance(value, dict) or (
            isinstance(value, Part) and not isinstance(value, Assumption | FormShares)
        ):
            yield from leaves(value, key)
        else:
            yield key, value


def leaves_of(world: World) -> Iterator[tuple[str, Any]]:
    """Every value of a scenario, and below `phase.2030` and the like what each phase changes."""
    for key, value in leaves(world):
        if key != PHASE:
            yield key, value
    for year, key, _, now in differences(world):
        yield f"{PHASE}.{year}.{key}", now


def shown(value: Any) -> tuple[str, str, str]:
    """A value as text, its range, and its source and grade."""
    if isinstance(value, Assumption):
        span = "" if value.low is None else f"{value.low:,.15g} – {value.high:,.15g}"
        source = f"{value.source} ({value.graded})" if value.source else "lever"
        return f"{value.value:,.15g} {value.unit}", span, source
    if isinstance(value, FormShares):
        text = ", ".join(f"{share:g}" for share in value.shares)
        return text, f"n = {value.sample_size:g}" if value.sample_size else "", value.source
    if isinstance(value, tuple) and value and isinstance(value[0], Law):
        return f"{len(value)} rules of law and practice", "", ""
    if isinstance(value, tuple) and value and hasattr(value[0], "model_dump"):
        return "; ".join(_effect(item) for item in value), "", ""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value), "", ""
    return (
        ("" if value is None else str(value).lower() if isinstance(value, bool) else str(value)),
        "",
        "",
    )


def _effect(item: Any) -> str:
    if hasattr(item, "on"):
        return f"{item.on} {item.by} {item.size.value:g}"
    return f"{item.first} ~ {item.second}: {item.correlation:g}"


def resolved(scenario: Scenario) -> Table:
    """Every value of a resolved scenario and the file and line that it came from."""
    table = table_of(
        f"{scenario.name}   {scenario.hash}",
        [("Key", "left"), ("Value", "left"), ("Low – high", "left"), ("Source", "left"), ("From", "left")],
    )  # fmt: skip
    for key, value in leaves_of(scenario.world):
        text, span, source = shown(value)
        origin = scenario.origin(key)
        from_ = str(origin) if origin and _own_origin(scenario, key) else "default"
        table.add_row(Text(key), Text(text), span, Text(source), Text(from_))
    return table


def _own_origin(scenario: Scenario, key: str) -> bool:
    """Whether the key itself, not only a table above it, stands in a file."""
    return key in scenario.origins
