"""The briefing as a whole: title, sections in their order, numbered captions, footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fundsim import __version__
from fundsim.report.brief.blocks import Block, Document, Figure, Table
from fundsim.report.brief.design import design, title_of
from fundsim.report.brief.evidence import evidence
from fundsim.report.brief.financing import financing
from fundsim.report.brief.gather import Facts
from fundsim.report.brief.opening import opening
from fundsim.report.brief.problem import problem
from fundsim.report.brief.risks import risks
from fundsim.report.language import Language, country_of

SECTIONS = (opening, problem, design, financing, risks, evidence)


def briefing(facts: Facts, say: Language) -> Document:
    """The briefing in a language."""
    country = facts.scenario.world.country
    place = country_of("in", country.name, say)
    projection = facts.results.projection
    title = say("A compensation fund for victims of trafficking {place}", place=place)
    if not facts.scenario.world.has_fund:
        title = say("Compensation of victims of trafficking {place}", place=place)
    notes = (say(country.footnote),) if country.footnote else ()
    blocks = [block for section in SECTIONS for block in section(facts, say)]
    return Document(
        language=say.code,
        title=title,
        subtitle=_subtitle(facts, say),
        date=say.date(facts.date),
        day=facts.date,
        subject=say("What it would cost, who pays, whether it lasts, what changes for victims"),
        keywords=(
            say("compensation fund"),
            say("trafficking in human beings"),
            country_of("subject", country.name, say),
        ),
        footer=f"fundsim {__version__} · {projection.scenario.name} · {projection.scenario.hash}",
        page_of=say("Page {page} of {pages}"),
        footnotes=notes,
        blocks=tuple(_numbered(blocks, say)),
    )


def _subtitle(facts: Facts, say: Language) -> str:
    """The design, and how many values differ from its files."""
    name, changed = title_of(facts.scenario.name, say), len(facts.scenario.sets)
    if not changed:
        return say("Design: {name}", name=name)
    return say.counted(
        "Design: {name}; {n} value changed by hand", "Design: {name}; {n} values changed by hand", changed, name=name
    )  # fmt: skip


def _numbered(blocks: Iterable[Block], say: Language) -> Iterator[Block]:
    """Captions with their numbers, tables and figures apart."""
    tables = pictures = 0
    for block in blocks:
        if isinstance(block, Table):
            tables += 1
            yield replace(block, caption=say("Table {n}: {text}", n=tables, text=block.caption))
        elif isinstance(block, Figure):
            pictures += 1
            yield replace(block, caption=say("Figure {n}: {text}", n=pictures, text=block.caption))
        else:
            yield block
