"""Random scenarios across all switches, cash-starved and cash-rich ones among them, for hypothesis."""

from hypothesis import strategies as st

from fundsim.scenario.compose import load
from fundsim.scenario.schema import World
from fundsim.validation.worlds import (
    CHOICES,
    COUNTRIES,
    POLICIES,
    REFORMS,
    SHORT,
    SOMETIMES,
    Named,
)

__all__ = ["COUNTRIES", "POLICIES", "scenarios", "world_of"]


@st.composite
def scenarios(draw: st.DrawFn) -> Named:
    """A scenario's name and overrides, small enough to settle in plain Python."""

    def one(values: tuple[object, ...]) -> str:
        return str(draw(st.sampled_from(values)))

    name = f"{one(COUNTRIES)}+{one(POLICIES)}"
    if draw(st.booleans()):
        name += f"+{one(REFORMS)}"
    sets = [*SHORT, *(f"{key}={one(values)}" for key, values in CHOICES.items())]
    sets += [f"{key}={one(values)}" for key, values in SOMETIMES.items() if draw(st.booleans())]
    return name, tuple(sets)


def world_of(scenario: Named) -> World:
    """The resolved world of a random scenario."""
    return load(*scenario).world
