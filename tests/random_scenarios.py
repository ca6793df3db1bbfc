"""Random scenarios across all switches, cash-starved and cash-rich ones among them, for hypothesis."""

from hypothesis import strategies as st

from fundsim.scenario.compose import load
from fundsim.scenario.files import countries
from fundsim.scenario.schema import World
from fundsim.validation.worlds import (
    CHANGES,
    PHASE_YEAR,
    POLICIES,
    SHORT,
    Named,
    may_change,
    random_values,
    text_of,
)

COUNTRIES = countries()

__all__ = ["COUNTRIES", "POLICIES", "scenarios", "world_of"]


@st.composite
def scenarios(draw: st.DrawFn) -> Named:
    """A scenario's name and overrides, small enough to settle in plain Python."""

    def one(values: tuple[object, ...]) -> str:
        return text_of(draw(st.sampled_from(values)))

    name = f"{one(COUNTRIES)}+{one(POLICIES)}"
    if draw(st.booleans()):
        name += f"+{one(CHANGES)}"
    always, at_times = random_values()
    chosen = {key: one(values) for key, values in always.items()}
    fixed = chosen["income.budget.vote"] == "fixed"  # which needs an amount
    for key, values in at_times.items():
        if draw(st.booleans()) or (fixed and key == "income.budget.amount"):
            chosen[key] = one(values)
    later = st.lists(
        st.sampled_from([key for key in always if may_change(key)]), max_size=5, unique=True
    )
    for key in draw(later):
        chosen[f"phase.{PHASE_YEAR}.{key}"] = one(always[key])
    return name, (*SHORT, *(f"{key}={value}" for key, value in chosen.items()))


def world_of(scenario: Named) -> World:
    """The resolved world of a random scenario."""
    return load(*scenario).world
