"""Which question fits a fund: whether a year's budget is too small, or whether the fund lasts (method §12)."""

from __future__ import annotations

from typing import Literal

from fundsim.scenario.schema import BudgetLine, World

Question = Literal["year", "horizon"]


NOT_ASKED: dict[Question, str] = {"year": "ruin", "horizon": "too_small_rate"}


def not_asked(*worlds: World) -> str:
    """The measure of shortage that is asked of none of some scenarios; empty where they are asked different questions."""
    asked = {question(world) for world in worlds if world.has_fund}
    return NOT_ASKED[asked.pop()] if len(asked) == 1 else ""


def question(world: World) -> Question:
    """By the year where the state votes a line that lapses, or adds what is missing; over the horizon for a fund that keeps
    its money."""
    for _, era in world.eras:
        lines = [one for one in era.income.values() if isinstance(one, BudgetLine) and one.in_force]
        if any(line.lapses for line in lines) or era.fund.payment.when_short == "supplement":
            return "year"
    return "horizon"
