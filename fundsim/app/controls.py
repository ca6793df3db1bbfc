"""The controls, made from the scenario itself: its keys, their meaning, unit, bounds, range and source.

Nothing here is written by hand for a key, but which of them come first (`MAIN`).  A control knows how to
turn what a visitor chose into the changed values of a `Design`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, get_args

from fundsim.app.choice import Design, list_text, number_text, scenario_of
from fundsim.report.language import ENGLISH, Language, capital, language, marked
from fundsim.scenario import override
from fundsim.scenario.assumption import Assumption, Grade, Quantity
from fundsim.scenario.compose import Scenario
from fundsim.scenario.labels import (
    NAMED,
    Meaning,
    choices,
    fields,
    group_name,
    group_of,
    is_set_alone,
    meanings,
)
from fundsim.scenario.schema import FORMS, BudgetLine, World, assumptions, quantity_of
from fundsim.scenario.total import total
from fundsim.scenario.used import LOCAL_ONLY, keys, unused

Kind = Literal["share", "number", "whole", "switch", "choice", "choices", "scale"]

MAIN = (
    "fund.entry_point", "fund.amount.fixed", "fund.amount.tariff", "fund.amount.judgment_share", "fund.amount.cap",
    "fund.take_up.unassisted_rate", "fund.decision.posts", "fund.payment.when_short",
    "income.budget.vote", "income.budget.margin", "income.budget.amount", "fund.opening_capital", "income.seized_assets.earmarked_rate",
    "income.conviction_levy.levy", "caseload.level",
)  # fmt: skip
FORMS_KEY = "fund.eligible.forms"
SCALED = "fund.amount.tariff"  # a table of amounts that a visitor would change together
ALL_SUMS = marked("The tariff, all sums, times")
ONE_BY_ONE = marked("its sums were changed one by one")
LAST = ("time", "macro", "country")  # groups that few visitors look for
GRADES = total(
    Grade, {"data": marked("data"), "partly": marked("partly"), "judgement": marked("judgement")}
)


@dataclass(frozen=True)
class Control:
    """One control.

    key      dotted;  group  the table it stands under;  label, help  from the scenario's description, in the
             page's language
    kind     share, number, whole, switch, choice, choices (several), or scale (of a table of amounts)
    value    as it is now, None where the scenario has none;  standard  as the files have it
    least, most, step  of a number;  options  of a choice;  unit  of a number
    reason   why it does not matter under this scenario; empty if it does
    ranged   whether the files hold its number for uncertain;  certain  whether it is taken as certain all the same
    joined   other keys with the text that each gets once this control is changed (None: it stays as it is); where the
             control goes back to the files, so do they
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
    ranged: bool = False
    certain: bool = False
    joined: tuple[tuple[str, str | None], ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it differs from what the files have."""
        return self.certain or not same(self.value, self.standard)


def same(a: Any, b: Any) -> bool:
    """Whether two values of a control are the same, but for the last digits of a number."""
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=5e-10)
    return bool(a == b)


@lru_cache(maxsize=256)
def controls_of(country: str, design: Design, changed: float, code: str) -> dict[str, Control]:
    """The controls of what is chosen, in the language of a code.  changed  tells apart what an own file says at
    different times: labels and sources are not in its hash"""
    standard = scenario_of(country, design.without_sets)
    return controls(scenario_of(country, design), standard, language(code))


def controls(scenario: Scenario, standard: Scenario, say: Language = ENGLISH) -> dict[str, Control]:
    """Every control of a scenario by key, in the schema's order.

    standard  the same files without changed values
    """
    before = {key: value for key, value, _ in fields(standard.world)}
    joined = dict(_joined(standard.world))
    found, known = {}, dict.fromkeys(keys(scenario.world))
    told = meanings(scenario.world)
    for key, value, field in fields(scenario.world):
        if not is_set_alone(key, field):
            continue
        common: dict[str, Any] = {
            "key": key,
            "group": group_of(key),
            "label": _label(told[key], say),
            "reason": _reason(scenario.world, key, say, known),
            "joined": joined.get(key, ()),
        }
        found[key] = _control(
            scenario, value, before.get(key, value), field, _about(told[key], say), common, say
        )
    found[SCALED] = _scale(scenario.world, found, say)
    return found


def _joined(world: World) -> Iterator[tuple[str, tuple[tuple[str, str | None], ...]]]:
    """What is set together: an own amount of a line that the files revise is voted as it is, every year; the line goes back
    to being revised without it."""
    for name, source in world.income.items():
        if isinstance(source, BudgetLine) and source.vote == "revised":
            vote, amount = f"income.{name}.vote", f"income.{name}.amount"
            yield amount, ((vote, "fixed"),)
            yield vote, ((amount, None),)


def _scale(world: World, found: Mapping[str, Control], say: Language) -> Control:
    """One control for a table of amounts: by how much all of them are multiplied."""
    parts = [c for key, c in found.items() if key.startswith(f"{SCALED}.")]
    times = {round(c.value / c.standard, 9) for c in parts if c.standard}
    reason = _reason(world, SCALED, say)
    if not reason and len(times) > 1:
        reason = say(ONE_BY_ONE)
    value = times.pop() if len(times) == 1 else 1.0
    about = f"{say('Multiplies every sum of the table.')}  ({SCALED})"
    return Control(
        SCALED, group_of(f"{SCALED}."), say(ALL_SUMS), about, "scale", value, 1.0, reason, 0.0, 5.0,
        0.05, tuple(f"{c.key}={c.standard:.9g}" for c in parts),
    )  # fmt: skip


def _reason(world: World, key: str, say: Language, known: Collection[str] = ()) -> str:
    """Why a key does not matter; the page on money shows local currency, so that this matters here."""
    reason = unused(world, key, known)
    return "" if reason == LOCAL_ONLY else say(reason)


def groups(found: Mapping[str, Control]) -> dict[str, list[Control]]:
    """The controls by group, in order."""
    table: dict[str, list[Control]] = {}
    for control in found.values():
        table.setdefault(control.group, []).append(control)
    order = sorted(table, key=lambda g: LAST.index(g) if g in LAST else -1)  # stable
    return {group: table[group] for group in order}


def chosen(design: Design, control: Control, value: Any) -> Design:
    """The design after a visitor has set a control, and what goes with it."""
    after = _set(design, control, value)
    changed = control.key in dict(after.sets)
    for key, text in control.joined:
        if not changed or text is not None:
            after = after.with_set(key, text if changed else None)
    return after


def _set(design: Design, control: Control, value: Any) -> Design:
    if control.kind == "scale":
        for part in control.options:
            key, _, amount = part.partition("=")
            scaled = None if same(value, 1.0) else number_text(float(amount) * float(value))
            design = design.with_set(key, scaled)
        return design
    if value is None or (same(value, control.standard) and not control.certain):
        return design.with_set(control.key, None)
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = number_text(value) + (override.CERTAIN if control.certain else "")
    elif isinstance(value, list | tuple):
        text = list_text(tuple(v for v in control.options if v in value))
    else:
        text = str(value)
    return design.with_set(control.key, text)


def taken(design: Design, control: Control, certain: bool) -> Design:
    """The design after a visitor has said that a number is certain, or that it keeps its range."""
    return chosen(design, replace(control, certain=certain), control.value)


def differences(
    design: Design, found: Mapping[str, Control], scenario: Scenario, say: Language
) -> list[str]:
    """Each number or switch that a visitor has changed, with what the files say; one line each."""
    known = {key: a for key, a, _ in assumptions(scenario.world)}
    scale, told = found[SCALED], []
    keys = [k.rpartition(".")[0] if k.rpartition(".")[0] in known else k for k, _ in design.sets]
    if scale.changed and scale.reason != say(ONE_BY_ONE):
        times = f"{scale.label} {say.typed(scale.value)}"
        told.append(_marked_idle(times, scale, say))
        keys = [key for key in keys if not key.startswith(f"{SCALED}.")]
    for key in dict.fromkeys(keys):
        control, a = found.get(key), known.get(key)
        if control is None:
            told.append(key)
            continue
        value = _said(control, control.value, say)
        if control.certain:
            value = say("{value}, taken as certain", value=value)
        elif a is not None and a.low is not None and a.high is not None:
            value = say(
                "{value} ({low} to {high})", value=value, low=say.typed(override.rounded(a.low)), high=say.typed(override.rounded(a.high)),
            )  # fmt: skip
        line = say(
            "{name} [{key}]: {value}, files: {standard}",
            name=control.label, key=key, value=value, standard=_said(control, control.standard, say),
        )  # fmt: skip
        told.append(_marked_idle(line, control, say))
    return told


def _marked_idle(line: str, control: Control, say: Language) -> str:
    return say("{change} (no effect under this policy)", change=line) if control.reason else line


def _said(control: Control, value: Any, say: Language) -> str:
    """A value as people write it."""
    if value is None:
        return say.of("value", "none")
    if isinstance(value, bool):
        return say.of("value", "yes") if value else say.of("value", "no")
    if isinstance(value, float):
        return say.typed(value)
    if isinstance(value, list | tuple):
        return ", ".join(word_of(control.key, word, say) for word in value)
    return word_of(control.key, value, say) if isinstance(value, str) else str(value)


def word_of(key: str, word: str, say: Language) -> str:
    """A word that a choice allows, as the page's language has it."""
    return say.of("form" if key == FORMS_KEY else key.rpartition(".")[2], word)


def _control(
    scenario: Scenario, value: Any, standard: Any, field: Any, about: str, common: dict[str, Any], say: Language
) -> Control:  # fmt: skip
    quantity = quantity_of(field)
    if quantity is not None:
        return _number(scenario, value, standard, quantity, about, common, say)
    common |= {"help": f"{about}  ({common['key']})", "value": value, "standard": standard}
    if isinstance(value, bool):
        return Control(**common, kind="switch")
    if words := choices(field):
        return Control(**common, kind="choice", options=words)
    if common["key"] == FORMS_KEY:
        return Control(**common, kind="choices", options=FORMS)
    least, most = _bounds(field)
    return Control(**common, kind="whole", least=least, most=most, step=1)


def _number(
    scenario: Scenario, value: Assumption | None, standard: Assumption | None, quantity: Quantity,
    meaning: str, common: dict[str, Any], say: Language,
) -> Control:  # fmt: skip
    now = None if value is None else value.value
    was = None if standard is None else standard.value
    about = [meaning]
    if standard is not None and standard.low is not None and standard.high is not None:
        about.append(
            say(
                "The files give it a range, from {low} to {high}.",
                low=say.typed(standard.low), high=say.typed(standard.high),
            )
        )  # fmt: skip
    if standard is not None and standard.source:
        source = source_of(scenario, standard.source, say)
        grade = say(GRADES[standard.graded])
        about.append(say("Source: {source} ({grade}).", source=source, grade=grade))
    money = quantity.unit.startswith("EUR")
    centre = next((x for x in (was, now) if x), 10_000.0 if money else 1.0)
    share = quantity.unit == "share" and (quantity.least, quantity.most) == (0, 1)
    step = 10.0 ** (math.floor(math.log10(abs(centre))) - 1)
    if not same(centre / step, round(centre / step)) and same(
        2 * centre / step, round(2 * centre / step)
    ):
        step /= 2  # so that a slider stands on the value of the files
    return Control(
        **common, help="  ".join([*about, f"({common['key']})"]), kind="share" if share else "number",
        value=now, standard=was, least=float(quantity.least), most=float(quantity.most),
        step=min(step, 0.01) if share else step, unit=_unit(scenario.world, quantity),
        ranged=standard is not None and standard.uncertain,
        certain=common["key"] in scenario.certain,
    )  # fmt: skip


def _unit(world: World, quantity: Quantity) -> str:
    """The unit in English."""
    if quantity.unit != "amount":
        return quantity.unit
    return marked("monthly wages") if world.fund.amount.in_wages else "EUR"


def labels(scenario: Scenario, say: Language = ENGLISH) -> dict[str, str]:
    """What each key of a scenario is called."""
    return {key: _label(one, say) for key, one in meanings(scenario.world).items()}


def source_of(scenario: Scenario, source: str, say: Language = ENGLISH) -> str:
    """A source in a few words; its title and publisher as they are."""
    entry = scenario.sources.get(source)
    if not entry:
        return say("judgement, nobody has measured it")
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


def group_label(group: str, world: World, say: Language = ENGLISH) -> str:
    """A group as people read it."""
    table, _, name = group.partition(".")
    if table not in NAMED:
        return say.of("group", group_name(group))
    label = say(getattr(world, table)[name].label)
    if table == "income":
        return say("income: {name}", name=label)
    return (
        say("reform: {name}", name=label)
        if table == "reform"
        else say("stress: {name}", name=label)
    )


def _label(one: Meaning, say: Language) -> str:
    """What a key is called beside all others."""
    label = ": ".join(map(say, (*one.above, one.label)))
    return f"{say.of('table', one.table)}: {label}" if one.table else capital(label)


def _about(one: Meaning, say: Language) -> str:
    """What a key means: its description."""
    return say(one.more) if one.more else f"{capital(say(one.label))}."
