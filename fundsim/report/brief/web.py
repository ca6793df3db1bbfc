"""A briefing as a web page of one file: no scripts, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.etree import ElementTree

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
from fundsim.report.brief.plain import AUTHOR, LONGEST, levels, page_parts, parted, plain, whole
from fundsim.report.figures_print import svg

STYLE = Path(__file__).with_name("briefing.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
WORLD = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def html(document: Document) -> bytes:
    """The bytes of an HTML file that opens anywhere, prints on A4 and asks for nothing.

    returns  the same bytes for the same document
    """
    document = plain(document)
    return "\n".join(_page(document)).encode("utf-8")


def _page(document: Document) -> Iterator[str]:
    style = STYLE.read_text(encoding="utf-8") + _numbers(document.page_of)
    yield f"""<!DOCTYPE html>
<html lang="{escape(document.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="referrer" content="no-referrer">
<title>{escape(document.title)}</title>
<meta name="description" content="{escape(document.subject)}">
<meta name="keywords" content="{escape(", ".join(document.keywords))}">
<meta name="author" content="{AUTHOR}">
<style>
{style}</style>
</head>
<body>
<main>
<header>
<h1>{escape(document.title)}</h1>
<p class="subtitle">{escape(document.subtitle)}</p>
<p class="date">{escape(document.date)}</p>
</header>"""
    depths = iter(levels([b.level for b in document.blocks if isinstance(b, Heading)]))
    for number, block in enumerate(document.blocks, 1):
        if isinstance(block, Heading):
            depth = next(depths) + 1
            yield f"<h{depth}>{escape(block.text)}</h{depth}>"
        else:
            yield _block(block, f"b{number}")
    yield "<footer>"
    yield from (f"<p>{escape(text)}</p>" for text in (*document.footnotes, document.footer))
    yield "</footer>\n</main>\n</body>\n</html>\n"


def _block(block: Block, name: str) -> str:
    if isinstance(block, Paragraph):
        kind = "" if block.kind == "body" else f' class="{escape(block.kind)}"'
        return f"<p{kind}>{escape(block.text)}</p>"
    if isinstance(block, Items):
        return "<ul>\n" + "".join(f"<li>{escape(text)}</li>\n" for text in block.texts) + "</ul>"
    if isinstance(block, Link):
        address = escape(block.address)
        return f'<p class="note">{escape(block.text)} <a href="{address}">{address}</a></p>'
    if isinstance(block, Table):
        return _table(block, name)
    if isinstance(block, Figure):
        return (
            f'<figure class="short">\n<figcaption id="{name}">{escape(block.caption)}</figcaption>\n'
            f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{name}">{_picture(block, name)}</div>\n</figure>'
        )
    assert isinstance(block, Box)
    texts = "\n".join(f"<p>{escape(text)}</p>" for text in block.texts)
    return (
        f'<section class="box" aria-labelledby="{name}">\n<h2 id="{name}">{escape(block.title)}</h2>'
        f"\n{texts}\n</section>"
    )


def _table(table: Table, name: str) -> str:
    """A table that scrolls in a narrow window, under its caption."""
    kinds = [' class="number"' if number else "" for number in table.numbers]
    wide = sum(table.widths)
    columns = "".join(f'<col style="width:{100 * w / wide:.2f}%">' for w in table.widths)
    heads = "".join(
        f'<th scope="col"{kind}>{_cell(head)}</th>'
        for head, kind in zip(table.heads, kinds, strict=True)
    )
    rows = "\n".join(
        "<tr>"
        + "".join(f"<td{kind}>{_cell(c)}</td>" for c, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in table.rows
    )
    kind = "wide" if len(kinds) > 6 else "plain"
    length = "short" if whole(table) else "long"
    least = len(kinds) * (4.4 if kind == "wide" else 6)
    return (
        f'<figure class="{length}">\n<figcaption id="{name}">{escape(table.caption)}</figcaption>\n'
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{name}">\n'
        f'<table class="{kind}" aria-labelledby="{name}" style="min-width:{least:g}rem">\n'
        f"<colgroup>{columns}</colgroup>\n<thead>\n<tr>{heads}</tr>\n</thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>\n</figure>"
    )


def _cell(text: str) -> str:
    """The text of a cell, with places to break in words that are too long for one."""
    return escape(parted(text, LONGEST)).replace("\u200b", "<wbr>")


def _picture(figure: Figure, name: str) -> str:
    """The picture as part of the page: its ids its own, what it shows said, no namespaces."""
    root = ElementTree.fromstring(svg(figure.picture))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{WORLD}metadata", f"{WORLD}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(WORLD)
        for key, value in list(element.attrib.items()):
            if key == LINK:
                del element.attrib[key]
                element.set("href", re.sub("^#", f"#{name}-", value))
            elif key == "id":
                element.set(key, f"{name}-{value}")
            else:
                element.set(key, re.sub(r"url\(#", f"url(#{name}-", value))
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"class": "picture", "role": "img", "aria-label": figure.alt}
    return ElementTree.tostring(root, encoding="unicode")


def _numbers(page_of: str) -> str:
    """Page numbers in print, where the browser writes them."""
    counts = {"{page}": "counter(page)", "{pages}": "counter(pages)"}
    parts = [counts.get(part, _quoted(part)) for part in page_parts(page_of)]
    content = " ".join(parts) or '""'
    return f"@page {{ @bottom-right {{ content: {content}; font: 8pt sans-serif; }} }}\n"


def _quoted(text: str) -> str:
    """A text as CSS takes it, every character by its number: none of them can end the style."""
    return '"' + "".join(f"\\{ord(letter):06x}" for letter in text) + '"'
