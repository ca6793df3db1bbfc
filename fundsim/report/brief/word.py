"""A briefing as a Word file that can be edited.  The only place that knows python-docx."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx as library
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu, Mm, Pt
from docx.table import Table as Grid
from docx.text.paragraph import Paragraph as Line

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
    RULE,
    TINT,
    fitted,
    has_note,
    levels,
    made_at,
    page_parts,
    plain,
    whole,
)
from fundsim.report.brief.word_styles import LOOKS, WIDTH, settle, tongue
from fundsim.report.figures_print import png

TALLEST = Mm(205)  # a picture with its caption stays on one page
TWIP = 635  # a twentieth of a point, in EMU: Word's unit of tables
INSET = 70  # left and right of a cell's text, in twips
FIELDS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
PACKED = (2000, 1, 1, 0, 0, 0)  # time of the zip file's parts, which cannot lie before 1980
KINDS = {"body": "Normal", "lead": "Lead", "note": "Note"}


def docx(document: Document) -> bytes:
    """The bytes of a .docx file: A4, real headings, tables and fields, pictures with what they show.

    returns  the same bytes for the same document
    """
    document = plain(document)
    word = library.Document()
    settle(word, document.language)
    _properties(word, document)
    word.add_paragraph(document.title, style="Title")
    word.add_paragraph(document.subtitle, style="Subtitle")
    word.add_paragraph(document.date, style="Dateline")
    _foot(word, document)
    depths = iter(levels([b.level for b in document.blocks if isinstance(b, Heading)]))
    for place, block in enumerate(document.blocks):
        before = document.blocks[place - 1] if place else None
        if isinstance(block, Heading):
            word.add_heading(block.text, next(depths))
        else:
            _add(word, block, before, has_note(document.blocks, place))
    if document.blocks and isinstance(document.blocks[-1], Table | Box):
        word.add_paragraph(style="Gap")  # Word wants a paragraph after the last table
    file = BytesIO()
    word.save(file)
    return _same_each_time(file.getvalue())


def _add(word: Word, block: Block, before: Block | None, noted: bool) -> None:
    after_grid = isinstance(before, Table | Box)
    if isinstance(block, Paragraph):
        line = word.add_paragraph(block.text, style=KINDS[block.kind])
        if after_grid and block.kind != "note":
            line.paragraph_format.space_before = Pt(8)
    elif isinstance(block, Items):
        for number, text in enumerate(block.texts):
            line = word.add_paragraph(text, style="List Bullet")
            if after_grid and not number:
                line.paragraph_format.space_before = Pt(8)
    elif isinstance(block, Figure):
        word.add_paragraph(block.caption, style="Caption")
        _picture(word, block, noted)
    elif isinstance(block, Table):
        word.add_paragraph(block.caption, style="Caption")
        _table(word, block, noted)
    elif isinstance(block, Link):
        _link(word.add_paragraph(f"{block.text} ", style="Note"), block.address)
    elif isinstance(block, Box):
        if before is not None:
            word.add_paragraph(style="Gap")  # or two tables would become one
        _box(word, block)


def _link(line: Line, address: str) -> None:
    """The address at the end of a line, to be followed."""
    link = _element("w:hyperlink", {})
    link.set(
        qn("r:id"), line.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    )
    run = line.add_run(address)
    run.underline = True
    link.append(run._r)
    line._p.append(link)


def _picture(word: Word, figure: Figure, noted: bool) -> None:
    line = word.add_paragraph(style="Picture")
    line.paragraph_format.keep_with_next = noted
    shape = line.add_run().add_picture(BytesIO(png(figure.picture)), width=WIDTH)
    if shape.height > TALLEST:
        shape.width = Emu(int(shape.width * TALLEST / shape.height))
        shape.height = TALLEST
    for side in "TBLR":
        shape._inline.set(f"dist{side}", "0")  # or LibreOffice moves it to the right
    named = shape._inline.docPr
    named.set("name", f"Figure {named.get('id')}")
    named.set("descr", figure.alt)


def _table(word: Word, table: Table, noted: bool) -> None:
    grid = word.add_table(rows=0, cols=len(table.heads))
    style = "Table Text" if len(table.heads) <= 6 else "Table Small"
    last = len(table.rows)
    for number, texts in enumerate((table.heads, *table.rows)):
        row = grid.add_row()
        options = row._tr.get_or_add_trPr()
        options.append(OxmlElement("w:cantSplit"))
        if number == 0:
            options.append(OxmlElement("w:tblHeader"))
        together = noted if number == last else number == 0 or whole(table)
        together = together or (noted and number == last - 1)
        for cell, text, right in zip(row.cells, texts, table.numbers, strict=True):
            line = cell.paragraphs[0]
            line.style = style
            run = line.add_run(text)
            if number == 0:
                run.bold = True
                _shade(cell._tc.get_or_add_tcPr(), TINT)
            if right:
                line.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if together:
                line.paragraph_format.keep_with_next = True
    letter = LOOKS[style].size * 0.56 * Pt(1)  # of Calibri's bold small letters, with room to spare
    inset = INSET if style == "Table Text" else INSET * 2 // 3
    widths = fitted(table, WIDTH, letter, 2 * inset * TWIP)
    _form(grid, [int(width // TWIP) * TWIP for width in widths], table.caption, inset)
    _borders(grid, {"top": (8, ACCENT), "bottom": (8, ACCENT), "insideH": (4, RULE)})


def _box(word: Word, box: Box) -> None:
    grid = word.add_table(rows=1, cols=1)
    _form(grid, [int(WIDTH)], box.title, inset=160)
    _borders(grid, {"left": (24, ACCENT)})
    cell = grid.cell(0, 0)
    _shade(cell._tc.get_or_add_tcPr(), TINT)
    cell.paragraphs[0].style = "Box Title"
    cell.paragraphs[0].add_run(box.title)
    for text in box.texts:
        cell.add_paragraph(text, style="Box Text")


def _form(grid: Grid, widths: list[int], says: str, inset: int = INSET) -> None:
    """Fixed columns as wide as said (in EMU), and a description for those who do not see them."""
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Emu(width)
        for cell in column.cells:
            cell.width = Emu(width)
    form = grid._tbl.tblPr
    _put(form, "w:tblW", {"type": "dxa", "w": str(sum(widths) // TWIP)})
    margins = _put(form, "w:tblCellMar", {})
    for side, size in (("top", 30), ("left", inset), ("bottom", 30), ("right", inset)):
        margins.append(_element(f"w:{side}", {"w": str(size), "type": "dxa"}))
    if inset > 100:
        _put(form, "w:tblInd", {"w": "0", "type": "dxa"})
    _put(form, "w:tblCaption", {"val": says[:250]})
    _ordered(form)


def _borders(grid: Grid, edges: dict[str, tuple[int, str]]) -> None:
    borders = _put(grid._tbl.tblPr, "w:tblBorders", {})
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        size, color = edges.get(side, (0, ""))
        what = {"val": "single", "sz": str(size), "space": "0", "color": color[1:]}
        borders.append(_element(f"w:{side}", what if size else {"val": "nil"}))
    _ordered(grid._tbl.tblPr)


def _shade(place: BaseOxmlElement, color: str) -> None:
    place.append(_element("w:shd", {"val": "clear", "color": "auto", "fill": color[1:]}))


ORDER = (
    "tblStyle", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook",
    "tblCaption",
)  # fmt: skip


def _ordered(form: BaseOxmlElement) -> None:
    """Word refuses a table whose properties stand in another order than the standard's."""
    places = {qn(f"w:{name}"): number for number, name in enumerate(ORDER)}
    form[:] = sorted(form, key=lambda child: places[child.tag])


def _element(name: str, values: dict[str, str]) -> BaseOxmlElement:
    element = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _put(parent: BaseOxmlElement, name: str, values: dict[str, str]) -> BaseOxmlElement:
    for old in parent.findall(qn(name)):
        parent.remove(old)
    element = _element(name, values)
    parent.append(element)
    return element


def _foot(word: Word, document: Document) -> None:
    """The foot of every page; names' footnotes stand above it on the first."""
    section = word.sections[0]
    feet = [section.footer]
    if document.footnotes:
        section.different_first_page_header_footer = True
        feet.append(section.first_page_footer)
    for foot in feet:
        foot.is_linked_to_previous = False
        first = foot.paragraphs[0]
        if foot is not section.footer:
            for text in document.footnotes:
                first.insert_paragraph_before(text, style="Footnote")
        first.style = "Footer"
        first.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
        first.add_run(f"{document.footer}\t")
        _numbers(first, page_parts(document.page_of))


def _numbers(line: Line, parts: Iterable[str]) -> None:
    for part in parts:
        if part not in FIELDS:
            line.add_run(part)
            continue
        for piece in ("begin", FIELDS[part], "separate", "1", "end"):
            run = line.add_run(piece if piece == "1" else "")
            if piece == FIELDS[part]:
                code = OxmlElement("w:instrText")
                code.set(qn("xml:space"), "preserve")
                code.text = f" {piece} "
                run._r.append(code)
            elif piece != "1":
                run._r.append(_element("w:fldChar", {"fldCharType": piece}))


def _properties(word: Word, document: Document) -> None:
    about = word.core_properties
    about.title, about.subject = document.title[:255], document.subject[:255]
    about.keywords = "; ".join(document.keywords)[:255]
    about.author = about.last_modified_by = AUTHOR
    about.comments = ""
    about.language = tongue(document.language)
    about.revision = 1
    about.created = about.modified = made_at(document).replace(tzinfo=None)


def _same_each_time(data: bytes) -> bytes:
    """The same zip file with one time for all its parts."""
    file = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, PACKED)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 0
            new.writestr(entry, old.read(name))
    return file.getvalue()
