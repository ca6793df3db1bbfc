"""The best design of each country and the front of cost against victims, in words and tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from fundsim.analysis.measures import MEASURES, NEEDS
from fundsim.batch.axis import Value
from fundsim.batch.designs import Country, Design, design_of, on_fronts
from fundsim.batch.plan import DEFAULT, Figure, Plan
from fundsim.report import words
from fundsim.report.told import table_of
from fundsim.scenario.compose import load

MOST_SHOWN = 12  # designs of a front in the terminal


def form_of(figure: Figure) -> Callable[[float], str]:
    """How a figure is written: share as percent, money in euro."""
    name = figure.measure.partition("@")[0]
    unit = next((m.unit for m in (*MEASURES, *NEEDS) if m.name == name), "")
    if unit == "share":
        return words.percent
    return words.euro if unit.startswith("EUR") else words.number


def label_of(figure: Figure) -> str:
    """What a figure is called."""
    name, _, year = figure.measure.partition("@")
    label = next((m.label for m in (*MEASURES, *NEEDS) if m.name == name), name)
    year = f" in {year}" if year else ""
    if figure.statistic.startswith("solvent"):
        return f"{label}{year} in {figure.statistic.removeprefix('solvent')} of 100 futures"
    return label + year + ("" if figure.statistic == "mean" else f", {figure.statistic}")


def country_names(countries: Sequence[Country]) -> dict[str, str]:
    """The name of each country as it is written, by that in scenarios."""
    return {c.name: load(c.name).world.country.name for c in countries}


def told_of(design: Design, country: str) -> str:
    """A design in one line: its policy, reforms and levers."""
    name = design.name.removeprefix(country).strip("+").replace(DEFAULT, "default policy")
    levers = [f"{key} {_value(value)}" for key, value in design.levers.items()]
    return ", ".join([name, *levers])


def _value(value: Value) -> str:
    if isinstance(value, bool | str):
        return str(value).lower()
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def sentences(plan: Plan, countries: Sequence[Country]) -> list[str]:
    """The answer: the best design of each country, or why there is none; and how designs were judged."""
    names = country_names(countries)
    told = [_best(plan, c, names[c.name]) for c in countries if c.choice is not None]
    return told + ([_judged_by(plan)] if plan.circumstances > 1 else [])


def _judged_by(plan: Plan) -> str:
    """How a design is judged over its circumstances, and what is judged otherwise."""
    goal, front = plan.goal, plan.front
    usual = goal.over if goal else front.over
    others = [label_of(x.figure).lower() for x in goal.limits if x.over != usual] if goal else []
    if front.over != usual:
        others.append("the front")
    text = f"Each design is judged by the {usual} of its {plan.circumstances:,} circumstances"
    text += ", figure by figure" if usual == "worst" else ""
    if others:
        text += f"; {', '.join(others)} by the {'mean' if usual == 'worst' else 'worst'}"
    return text + "."


def _best(plan: Plan, c: Country, name: str) -> str:
    goal, choice = plan.goal, c.choice
    assert goal is not None
    assert choice is not None
    assert c.goal is not None
    limits = " and ".join(_limit(limit.figure, limit.at_least, limit.at_most) for limit in goal.limits)  # fmt: skip
    asked = f" with {limits}" if limits else ""
    extreme = "least" if goal.least else "most"
    if choice.best is None:
        return f"{name}: none of {plan.designs:,} designs has {limits}. {_why_none(plan, c)}"
    form = form_of(goal.figure)
    error = c.goal.error[choice.best]
    noise = f" (Monte Carlo error {form(error)})" if np.isfinite(error) else ""
    told = told_of(design_of(plan, c.name, choice.best), c.name)
    text = (
        f"{name}: the {extreme} {label_of(goal.figure).lower()}{asked} is "
        f"{form(c.goal.value[choice.best])}{noise}, by {told}."
    )
    if goal.limits and not choice.surely:
        text += " It meets a limit by less than the noise of the replications: run it with more."
    if choice.rivals:
        k = len(choice.rivals)
        text += f" {k} other design{'s' if k > 1 else ''} cannot be told from it with these replications."
    return text


def _limit(figure: Figure, at_least: float | None, at_most: float | None) -> str:
    form, label = form_of(figure), label_of(figure).lower()
    if at_least is not None:
        return f"{label} at least {form(at_least)}"
    return f"{label} at most {form(at_most or 0.0)}"


def _why_none(plan: Plan, c: Country) -> str:
    assert plan.goal is not None
    assert c.choice is not None
    parts = []
    for limit, bound, alone in zip(plan.goal.limits, c.bounds, c.choice.alone, strict=True):
        form = form_of(limit.figure)
        reached = f"the {'highest' if bound.at_least else 'lowest'} is {form(bound.reached)}" if np.isfinite(bound.reached) else "no design has it"  # fmt: skip
        met = "none" if not alone else f"{alone:,}"
        parts.append(
            f"{_limit(limit.figure, limit.at_least, limit.at_most)}: met by {met}, {reached}"
        )
    return "One by one: " + "; ".join(parts) + "."


def best_rows(plan: Plan, countries: Sequence[Country]) -> list[dict[str, Any]]:
    """The best design of each country, a row each; empty cells where there is none."""
    if plan.goal is None:
        return []
    rows = []
    for c in countries:
        assert c.choice is not None
        assert c.goal is not None
        best = c.choice.best
        design = design_of(plan, c.name, best) if best is not None else None
        row: dict[str, Any] = {
            "country": c.name, "designs": plan.designs, "within_limits": int(c.choice.met.sum()),
            "design": best, "scenario": design and design.name,
            **{axis.key: design and design.levers[axis.key] for axis in plan.levers},
            str(plan.goal.figure): _cell(c.goal.value, best), str(plan.goal.figure.error): _cell(c.goal.error, best),
        }  # fmt: skip
        for limit, bound in zip(plan.goal.limits, c.bounds, strict=True):
            row[str(limit)] = _cell(bound.figure.value, best)
        rows.append(
            {**row, "limits_surely_met": c.choice.surely, "not_told_from_it": len(c.choice.rivals)}
        )
    return rows


def _cell(values: Any, place: int | None) -> float | None:
    value = None if place is None else float(values[place])
    return value if value is not None and np.isfinite(value) else None


def front_rows(plan: Plan, countries: Sequence[Country]) -> list[dict[str, Any]]:
    """The designs of each front, by rising cost."""
    return [
        {
            "country": c.name, "design": d.number, "scenario": d.name, **d.levers,
            str(plan.front.cost): _cell(c.cost.value, d.number), str(plan.front.cost.error): _cell(c.cost.error, d.number),
            str(plan.front.victims): _cell(c.victims.value, d.number),
            str(plan.front.victims.error): _cell(c.victims.error, d.number),
        }
        for c, d in on_fronts(plan, countries)
    ]  # fmt: skip


def front_table(plan: Plan, c: Country, name: str) -> Table:
    """A country's front for the terminal, thinned where it is long."""
    table = table_of(
        f"{name}: designs that no other beats in both, {c.front.size} of {plan.designs:,}",
        [("Design", "left"), (label_of(plan.front.cost), "right"), (label_of(plan.front.victims), "right")],
    )  # fmt: skip
    places = np.unique(np.linspace(0, c.front.size - 1, MOST_SHOWN).round().astype(int))
    for n in c.front[places] if c.front.size else ():
        table.add_row(
            told_of(design_of(plan, c.name, int(n)), c.name),
            form_of(plan.front.cost)(c.cost.value[n]), form_of(plan.front.victims)(c.victims.value[n]),
        )  # fmt: skip
    return table
