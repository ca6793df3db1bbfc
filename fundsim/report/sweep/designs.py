"""The best design of each country and the front of cost against victims, in words and tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from fundsim.analysis.measures import MEASURES, NEEDS
from fundsim.batch.axis import Value
from fundsim.batch.designs import Best, Country, Design, design_of, on_fronts
from fundsim.batch.plan import Figure, Goal, Limit, Plan
from fundsim.report import wording
from fundsim.report.results import undefined
from fundsim.report.screen import table_of
from fundsim.scenario.compose import load

MOST_NAMED = 2  # designs that cannot be told from the best
MOST_SHOWN = 12  # designs of a front in the terminal


def form_of(figure: Figure) -> Callable[[float], str]:
    """How a figure is written: share as percent, money in euro."""
    name = figure.measure.partition("@")[0]
    unit = next((m.unit for m in (*MEASURES, *NEEDS) if m.name == name), "")
    if unit == "share":
        return wording.percent
    return wording.euro if unit.startswith("EUR") else wording.number


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
    name = design.name.removeprefix(country).strip("+") or "the default policy"
    levers = [f"{key} {_value(value)}" for key, value in design.levers.items()]
    return ", ".join([name, *levers])


def _value(value: Value) -> str:
    if isinstance(value, bool | str):
        return str(value).lower()
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def sentences(plan: Plan, countries: Sequence[Country]) -> list[str]:
    """The answer: the best design of each country, or why there is none; and how designs were judged."""
    goal, names, told = plan.goal, country_names(countries), []
    if goal is not None:
        extreme, limits = "least" if goal.least else "most", " and ".join(map(_limit, goal.limits))
        among = f", of the designs with {limits}" if limits else ""
        told.append(f"Best is the {extreme} {label_of(goal.figure).lower()}{among}.")
        told += [
            f"{names[c.name]}: {_best(plan, goal, c.name, c.best)}" for c in countries if c.best
        ]
    return told + ([judged_by(plan)] if plan.circumstances > 1 else [])


def judged_by(plan: Plan) -> str:
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


def _best(plan: Plan, goal: Goal, country: str, found: Best) -> str:
    choice = found.choice
    if choice.best is None and np.isnan(found.figure.value).all():
        return f"{label_of(goal.figure).lower()} is not defined for any design{_why(goal.figure)}."
    if choice.best is None:
        return f"no design is. One by one: {_one_by_one(goal, found)}."

    def told(number: int) -> str:
        return told_of(design_of(plan, country, number), country)

    form, error = form_of(goal.figure), found.figure.error[choice.best]
    noise = f" (Monte Carlo error {form(error)})" if np.isfinite(error) else ""
    value = form(found.figure.value[choice.best]) + noise
    if goal.over == "mean" and plan.circumstances > 1:  # which suffices in none of the harder ones
        value += f" as a mean, {form(found.worst.value[choice.best])} in the worst circumstances"
    text = f"{value}, by {told(choice.best)}."
    if choice.surely is None:
        text += " How surely it meets the limits is not known: a figure of them has no known error."
    elif not choice.surely:
        text += " It meets a limit by less than the noise: run it with more replications."
    if not np.isfinite(error):
        text += " Whether others are truly behind it is not known: this figure has no known error."
    elif len(rivals := choice.rivals) > MOST_NAMED:
        text += f" {len(rivals):,} other designs cannot be told from it with these replications."
    elif rivals:
        others = "; ".join(map(told, rivals))
        text += f" Not told from it with these replications: {others}."
    return text


def _why(figure: Figure) -> str:
    """Why a figure is not defined, in brackets."""
    why = undefined(figure.measure.partition("@")[0])
    return f" ({why})" if why else ""


def _limit(limit: Limit) -> str:
    form, label = form_of(limit.figure), label_of(limit.figure).lower()
    if limit.at_least is not None:
        return f"{label} at least {form(limit.at_least)}"
    return f"{label} at most {form(limit.at_most or 0.0)}"


def _one_by_one(goal: Goal, found: Best) -> str:
    """For each limit, how many designs meet it and how near the others come; and what those within all lack."""
    parts = []
    for limit, bound, alone in zip(goal.limits, found.bounds, found.choice.alone, strict=True):
        reached = "no design has the figure"
        if np.isfinite(bound.reached):
            end = "highest" if bound.at_least else "lowest"
            reached = f"the {end} is {form_of(limit.figure)(bound.reached)}"
        parts.append(f"{_limit(limit)}: met by {alone or 'none'}, {reached}")
    within = [bound.met for bound in found.bounds]
    values = found.figure.value[np.all(within, axis=0)] if within else found.figure.value
    if values.size:
        lacks = "no amount suffices" if np.isinf(values).any() else "not defined"
        those = "any design within the limits" if within else "any design"
        parts.append(f"{label_of(goal.figure).lower()}: {lacks} with {those}")
    return "; ".join(parts)


def best_rows(plan: Plan, countries: Sequence[Country]) -> list[dict[str, Any]]:
    """The best design of each country, a row each; empty cells where there is none."""
    goal = plan.goal
    return [_best_row(plan, goal, c.name, c.best) for c in countries if goal and c.best]


def _best_row(plan: Plan, goal: Goal, country: str, found: Best) -> dict[str, Any]:
    best = found.choice.best
    design = design_of(plan, country, best) if best is not None else None
    row: dict[str, Any] = {
        "country": country, "designs": plan.designs, "within_limits": int(found.choice.met.sum()),
        "design": best, "scenario": design and design.name,
        **{axis.key: design and design.levers[axis.key] for axis in plan.levers},
        str(goal.figure): _cell(found.figure.value, best),
        str(goal.figure.error): _cell(found.figure.error, best),
    }  # fmt: skip
    row[f"{goal.figure} in the worst"] = _cell(found.worst.value, best)
    for limit, bound in zip(goal.limits, found.bounds, strict=True):
        row[str(limit)] = _cell(bound.figure.value, best)
    return {
        **row,
        "limits_surely_met": None if best is None else found.choice.surely,
        "not_told_from_it": None if best is None else len(found.choice.rivals),
    }


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
    if not c.front.size:
        table.add_row("none has both figures", "", "")
    return table
