"""What a briefing is made of, before it is Word, PDF or a web page.  Every text is plain text in one language."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from fundsim.report.figures import Picture


@dataclass(frozen=True)
class Heading:
    """A section's heading.  level  1 for a section, 2 within it"""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.  kind  body; lead: the answer, larger; note: small print below a picture or table"""

    text: str
    kind: str = "body"


@dataclass(frozen=True)
class Items:
    """A list of short texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption (which says "Table 1: …" itself).

    heads    of the columns, with units;  rows  cells as they are read, as many as heads
    numbers  whether each column holds numbers, which stand at its right
    widths   relative widths of the columns
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """A picture with its caption (which says "Figure 1: …" itself).

    alt      what it shows, for those who do not see it;  picture  to be drawn as PNG or SVG
    """

    caption: str
    alt: str
    picture: Picture


@dataclass(frozen=True)
class Box:
    """Something set apart: the method, the run card."""

    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """Small print with an address that can be followed, and read where it cannot.

    text  what it leads to;  address  begins with http:// or https://
    """

    text: str
    address: str


Block = Heading | Paragraph | Items | Table | Figure | Box | Link


@dataclass(frozen=True)
class Document:
    """A briefing.

    language  BCP 47 tag: en, sr-Latn, sr-Cyrl;  title, subtitle  of the first page
    date      as the language writes it;  day  the same date, for the document's properties;  subject, keywords  for the document's properties
    footer    what stands at the foot of every page: where the figures come from
    page_of   how page numbers are written, with {page} and {pages}
    footnotes what names in the text need: Kosovo*'s, at the end of the first page or the document
    """

    language: str
    title: str
    subtitle: str
    date: str
    day: datetime.date
    subject: str
    keywords: tuple[str, ...]
    footer: str
    page_of: str
    footnotes: tuple[str, ...]
    blocks: tuple[Block, ...]
