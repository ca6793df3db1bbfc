"""What there is to translate, and bringing the catalogues up to date: `make messages`.

Texts are found where they are said (`say("…")`, `say.counted("…", "…", n)`), where they are marked to be said elsewhere
(`marked("…")`, `Phrase("…")`, `because("…", key)`, `why="…"`), in the records of keys, in the tables of texts of the modules that say
them, and in the shipped scenarios: what keys, their groups and choices, sources of income, reforms and stresses are called, and what files ask.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from fundsim import __version__
from fundsim.analysis.backtest import schemes
from fundsim.analysis.decision import ASSETS, GROUPS, OTHER, OTHER_INCOME
from fundsim.analysis.measures import MEASURES, NEEDS
from fundsim.analysis.sensitivity import THE_REST
from fundsim.analysis.tags import NO_FUND, NOT_DEFINED, SpokenPlace
from fundsim.report.brief import evidence
from fundsim.report.languages import FOLDER
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.scenario.labels import (
    NAMED,
    choices,
    fields,
    group_name,
    group_of,
    is_set_alone,
    labels,
    meanings,
)
from fundsim.scenario.record import texts_of
from fundsim.scenario.schema import FORMS, World, assumptions, quantity_of
from fundsim.scenario.steps import Step

Wanted = tuple[
    str | None, str | tuple[str, str]
]  # context, and the text or its singular and plural
PLACES = ("subject", "object", "in")
APART = ("legal_aid", "legal_aid_by_fund")  # reforms that exclude each other
LAWS = (
    "kosovo+law_kosovo",
    "montenegro+law_montenegro",
)  # whose heads and conditions have labels of their own
HERE = Path(__file__).parent
SAYING = tuple(HERE.parent / floor for floor in ("app", "report", "analysis", "scenario"))


def wanted() -> list[Wanted]:
    """Every text that a catalogue must have, each once, in a fixed order."""
    found: dict[Wanted, None] = {}
    for folder in SAYING:
        for module in sorted(folder.rglob("*.py")):
            found |= dict.fromkeys(_said(module))
    found |= dict.fromkeys(_tables())
    found |= dict.fromkeys(_scenarios())
    return list(found)


def _said(module: Path) -> Iterator[Wanted]:
    """The constant texts given to `say` in a module, and those `marked` there to be said elsewhere."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        texts = [text for text in map(_constant, node.args) if text is not None]
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if called in ("say", "self", "marked", "Phrase") and len(texts) == 1:
            yield None, texts[0]
        elif (called == "Phrase" or method == "counted") and len(texts) == 2:
            yield None, (texts[0], texts[1])
        elif method == "of" and len(texts) == 2:
            yield texts[0], texts[1]
        elif called == "because" and texts:
            yield None, texts[0]
        reasons = [_constant(k.value) for k in node.keywords if k.arg == "why"]
        yield from ((None, text) for text in reasons if text is not None)


def _constant(node: ast.expr) -> str | None:
    """The text that is written there, if it is one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _tables() -> Iterator[Wanted]:
    """Texts that stand in tables, of the modules which say them and of floors that know no language."""
    yield from ((None, text) for text in texts_of(World))
    yield from ((None, step.finding) for step in Step)
    yield from ((None, text) for text in (*evidence.METHOD, *evidence.LIMITS))
    for measure in MEASURES:
        yield from ((None, text) for text in (measure.label, measure.unit))
    for measure in (*MEASURES, *NEEDS):
        spoken = [at.words for at in measure.shown if at.place in get_args(SpokenPlace)]
        texts = (*spoken, measure.if_less, measure.if_more)
        yield from ((None, text) for text in texts if text)
    yield None, THE_REST
    yield from ((None, why) for why in dict.fromkeys([*NOT_DEFINED.values(), NO_FUND]))
    groups = (*dict(GROUPS).values(), ASSETS, OTHER_INCOME, OTHER)
    yield from (("group", group) for group in groups)
    # what a design is called that differs from others in its values alone
    yield from (("design", f"variant {number}") for number in (1, 2, 3))
    yield from (("form", form) for form in FORMS)


def _scenarios() -> Iterator[Wanted]:
    """What the shipped scenarios say that a briefing or the dashboard repeats."""
    for kind in files.KINDS:
        for path in files.shipped(kind).values():
            said = files.read(path).data
            yield from ((None, said[key]) for key in ("question", "caution") if key in said)
    for kind in files.KINDS[1:]:
        yield from (("design", name.replace("_", " ")) for name in files.shipped(kind))
    for base in files.shipped("base"):
        world = load(base).world
        yield from ((place, world.country.name) for place in PLACES)
        if world.country.footnote:
            yield None, world.country.footnote
        yield from ((None, source.label) for _, source in sorted(world.income.items()))
    for kind in ("reform", "stress"):
        for name in files.shipped(kind):
            world = load(f"serbia+{name}").world
            yield from ((None, change.label) for change in world.changes.values())
    for name in LAWS:
        world = load(name).world
        yield from _keys(world)
        heads, conditions = world.fund.amount.heads, world.fund.eligible.conditions
        yield from ((None, one.label) for one in heads.values())
        yield from ((None, one.label) for one in conditions.values())
    for scheme in schemes().values():
        yield from ((None, text) for text in (scheme.title, scheme.learned))
    for apart in APART:  # the reforms that go together, each time with one of those that do not
        names = [name for name in files.shipped("reform") if name not in APART or name == apart]
        yield from _keys(load("serbia+" + "+".join(names)).world)


def _keys(world: World) -> Iterator[Wanted]:
    """What the values of a scenario are called, and their units."""
    called = labels(world)
    uncertain = [key for key, a, _ in assumptions(world) if a.uncertain]
    for key in [*uncertain, *(f"caseload.forms.{form}" for form in FORMS)]:
        yield from ((None, part) for part in called[key])
    yield from _controls(world)
    units = {a.unit for _, a, _ in assumptions(world)} | {"odds ratio"}
    found = (
        quantity_of(field) for _, _, field in fields(world)
    )  # also of what a scenario leaves out
    units |= {quantity.unit for quantity in found if quantity and quantity.unit != "amount"}
    yield from ((None, unit) for unit in sorted(units))


def _controls(world: World) -> Iterator[Wanted]:
    """What keys are called and mean where each is set alone, the words they take, the groups they stand in."""
    told = meanings(world)
    for key, _, field in fields(world):
        if not is_set_alone(key, field):
            continue
        one, group = told[key], group_of(key)
        if one.table:
            yield "table", one.table
        yield from ((None, text) for text in (one.label, one.more) if text)
        yield from ((key.rpartition(".")[2], word) for word in choices(field))
        if group.partition(".")[0] not in NAMED:
            yield "group", group_name(group)


def untranslated(catalogue: Catalog) -> list[Wanted]:
    """The texts that a catalogue lacks."""
    missing = []
    for context, text in wanted():
        key = text[0] if isinstance(text, tuple) else text
        message = catalogue.get(key, context)
        strings = message.string if message is not None else ""
        whole = all(strings) if isinstance(strings, tuple | list) else bool(strings)
        if message is None or not strings or not whole or message.fuzzy:
            missing.append((context, text))
    return missing


def update(path: Path) -> int:
    """Add what a catalogue lacks, to be filled in, and drop what is not said any more; returns how many are empty."""
    with path.open("rb") as file:
        old = read_po(file, locale=path.stem.partition("-")[0])
    new = Catalog(
        locale=path.stem.partition("-")[0], header_comment=old.header_comment, fuzzy=False, project="fundsim",
        version=__version__, copyright_holder="the fundsim authors", msgid_bugs_address="", last_translator="the fundsim authors",
        language_team="",
        creation_date=old.creation_date, revision_date=old.revision_date,
    )  # fmt: skip
    for context, text in wanted():
        known = old.get(text[0] if isinstance(text, tuple) else text, context)
        new.add(text, known.string if known is not None else "", context=context)
    with path.open("wb") as file:
        write_po(file, new, width=110, no_location=True, omit_header=False, include_previous=False)
    return len(untranslated(new))


if __name__ == "__main__":
    for one in sorted(FOLDER.glob("*.po")):
        print(f"{one.name}: {update(one)} texts to translate")
