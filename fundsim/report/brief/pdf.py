"""A briefing as a PDF for print and archive.  The only place that knows Typst."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from fundsim.report.brief.blocks import (
    Block,
    Box,
    Document,
    Figure,
    Heading,
    Items,
    Link,
    Paragraph,
    Table,
)
from fundsim.report.brief.plain import (
    ACCENT,
    AUTHOR,
    INK,
    LONGEST,
    QUIET,
    RULE,
    TINT,
    has_note,
    levels,
    made_at,
    page_parts,
    parted,
    plain,
    whole,
)
from fundsim.report.figures_print import FONTS, drawable, svg

TEMPLATE = Path(__file__).with_name("briefing.typ")
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]  # for archives, and for all readers
LOOK = {"accent": ACCENT, "ink": INK, "quiet": QUIET, "tint": TINT, "rule": RULE}
TALLEST = 20 / 16.6  # height to width of a picture that still leaves room for its caption
WHOLE = 60  # letters of a word that has room on a line


def pdf(document: Document) -> bytes:
    """The bytes of a PDF file: A4, tagged (PDF/UA-1, PDF/A-2a), with its fonts.

    The document is data for a constant template: no text of it is ever read as markup, and the
    template sees no file but the pictures.
    returns  the same bytes for the same document, on every machine
    """
    document = plain(document)
    with TemporaryDirectory() as folder:
        data = drawn(json.dumps(_data(document, Path(folder)), ensure_ascii=False))
        main = Path(folder) / TEMPLATE.name
        main.write_bytes(TEMPLATE.read_bytes())
        made = typst.compile(
            str(main),
            root=folder,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"document": data},
            pdf_standards=STANDARDS,
            timestamp=int(made_at(document).timestamp()),
        )
    return made


def drawn(text: str) -> str:
    """The text with a mark for each character that the font lacks: an archived PDF must show all."""
    return "".join(c if c in drawable() or c in "\n\u200b" else "\ufffd" for c in text)


def _data(document: Document, folder: Path) -> dict[str, Any]:
    """The document as the template takes it; its pictures written to the folder."""
    depths = iter(levels([b.level for b in document.blocks if isinstance(b, Heading)]))
    blocks: list[dict[str, Any]] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            blocks.append({"block": "heading", "text": _line(block.text), "level": next(depths)})
        elif isinstance(block, Figure):
            name = f"figure_{number}.svg"
            (folder / name).write_text(drawn(svg(block.picture)), encoding="utf-8")
            wide, high = block.picture.get_size_inches()
            shown = {"caption": _line(block.caption), "alt": block.alt or block.caption}
            tall = bool(high / wide > TALLEST)
            blocks.append({"block": "figure", "file": name, "tall": tall, **shown})
        else:
            blocks.append(_block(block))
        blocks[-1]["noted"] = has_note(document.blocks, number)
    return {
        "lang": re.split("[-_]", document.language)[0],
        "title": _line(document.title),
        "name": " ".join(document.title.split()) or AUTHOR,
        "subtitle": _line(document.subtitle),
        "date": document.date,
        "subject": document.subject,
        "keywords": document.keywords,
        "author": AUTHOR,
        "footer": _line(document.footer),
        "page_of": page_parts(document.page_of),
        "footnotes": [_line(text) for text in document.footnotes],
        "blocks": blocks,
        "look": LOOK,
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"block": block.kind, "text": _line(block.text)}
    if isinstance(block, Items):
        return {"block": "items", "texts": [_line(text) for text in block.texts]}
    if isinstance(block, Link):
        return {"block": "link", "text": _line(block.text), "address": block.address}
    if isinstance(block, Box):
        texts = [_line(text) for text in block.texts]
        return {"block": "box", "title": _line(block.title), "texts": texts}
    assert isinstance(block, Table)
    return {
        "block": "table",
        "caption": _line(block.caption),
        "heads": [parted(head, LONGEST) for head in block.heads],
        "rows": [[parted(cell, LONGEST) for cell in row] for row in block.rows],
        "numbers": block.numbers,
        "widths": block.widths,
        "whole": whole(block),
    }


def _line(text: str) -> str:
    return parted(text, WHOLE)
