"""A briefing as Word, PDF and web page, each opened again as what it is."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx as library
import pytest
from docx.document import Document as Word
from docx.oxml.ns import qn
from lxml import html as parser
from PIL import Image

from fundsim.report.brief.blocks import (
    Block,
    Box,
    Document,
    Figure,
    Heading,
    Items,
    Paragraph,
    Table,
)
from fundsim.report.brief.pdf import drawn, pdf
from fundsim.report.brief.plain import fitted, levels, page_parts, plain, shown
from fundsim.report.brief.web import html
from fundsim.report.brief.word import docx
from fundsim.report.brief.word_styles import WIDTH
from fundsim.report.figures_print import png, svg
from tests.brief_document import (
    ADDRESS,
    ALBANIAN,
    CYRILLIC,
    HOSTILE,
    LATIN,
    LONG_WORD,
    RIGHT_TO_LEFT,
    WITH_CONTROLS,
    WITHOUT_CONTROLS,
    briefing,
)
from tests.brief_document import picture as picture_of

WRITERS = {"docx": docx, "pdf": pdf, "html": html}
TEXTS = (LATIN, CYRILLIC, ALBANIAN, *HOSTILE)


@pytest.fixture(scope="module")
def document() -> Document:
    return briefing()


@pytest.fixture(scope="module")
def files(document: Document) -> dict[str, bytes]:
    return {kind: write(document) for kind, write in WRITERS.items()}


@pytest.fixture(scope="module")
def word(files: dict[str, bytes]) -> Word:
    return library.Document(io.BytesIO(files["docx"]))


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> parser.HtmlElement:
    return parser.document_fromstring(files["html"].decode("utf-8"))


def of(document: Document, kind: type[Block]) -> list[Any]:
    return [block for block in document.blocks if isinstance(block, kind)]


def tool(name: str, *arguments: str, folder: Path) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not on this machine")
    done = subprocess.run(
        [found, *arguments], cwd=folder, capture_output=True, check=True, timeout=600
    )
    return done.stdout.decode("utf-8", "replace")


def together(text: str) -> str:
    """Without blanks and places to break: a page's lines end where they like."""
    return re.sub(r"[\s\u200b\u00ad]", "", text)


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_document_gives_the_same_bytes(kind: str, files: dict[str, bytes]) -> None:
    assert WRITERS[kind](briefing()) == files[kind]


def test_drawing_a_picture_does_not_change_how_it_is_drawn_next(document: Document) -> None:
    picture = of(document, Figure)[0].picture
    first = svg(picture), png(picture)
    assert (svg(picture), png(picture)) == first
    assert svg(of(briefing(), Figure)[0].picture) == first[0]
    assert b"atplotlib" not in first[1]


# --- texts -----------------------------------------------------------------------------------


def test_what_cannot_be_seen_goes_and_everything_else_stays() -> None:
    assert shown(WITH_CONTROLS) == WITHOUT_CONTROLS
    for text in (*TEXTS, RIGHT_TO_LEFT, "−€ 1.5 m · 5–95% ≤ ½ * Kosovo* “so” 中文 😀"):
        assert shown(text) == text
    assert shown("a\ud800b\ufffec\U0001fffed\u2028e\x85f\x0cg\rh") == "abcd\ne\nf\ng\nh"


def test_every_text_of_a_document_is_made_plain() -> None:
    bad, good = "a\x00b\u202e", "ab"
    document = replace(
        briefing(),
        title=bad,
        keywords=(bad,),
        blocks=(Table(bad, (bad,), ((bad,),), (True,), (1,)), Box(bad, (bad,)), Items((bad,))),
    )
    done = plain(document)
    assert (done.title, done.keywords) == (good, (good,))
    table = Table(good, (good,), ((good,),), (True,), (1,))
    assert done.blocks == (table, Box(good, (good,)), Items((good,)))


def test_page_numbers_and_levels_of_headings() -> None:
    assert page_parts("{page}. od {pages}") == ["{page}", ". od ", "{pages}"]
    assert page_parts("") == []
    assert levels([2, 1, 3, 2, 0]) == [1, 1, 2, 2, 1]


def test_widths_are_as_wished_unless_a_word_would_be_parted() -> None:
    table = Table("", ("a", "b"), (("x", "y"),), (False, True), (3, 1))
    assert fitted(table, 100, 1, 2) == [75, 25]
    long = replace(table, rows=(("x", "fifteenletters!"),))
    assert fitted(long, 40, 1, 2) == pytest.approx([23, 17])
    assert sum(fitted(replace(long, widths=(99, 1)), 10, 1, 2)) == pytest.approx(10)


# --- Word ------------------------------------------------------------------------------------


def test_word_has_real_headings_in_order(word: Any, document: Document) -> None:
    found = [(p.text, p.style.name) for p in word.paragraphs if p.style.name.startswith("Heading")]
    asked = [(b.text, f"Heading {b.level}") for b in of(document, Heading)]
    assert found == asked
    assert [p.text for p in word.paragraphs if p.style.name == "Title"] == [document.title]


def test_word_has_every_text_as_text(word: Any, document: Document) -> None:
    texts = [p.text for p in word.paragraphs]
    for block in of(document, Paragraph):
        assert shown(block.text) in texts
    bullets = [p.text for p in word.paragraphs if p.style.name == "List Bullet"]
    assert bullets == list(of(document, Items)[0].texts)
    leads = [p for p in word.paragraphs if p.style.name == "Lead"]
    assert leads[0].style.font.size > word.styles["Normal"].font.size


def test_word_has_real_tables_no_wider_than_the_page(word: Word, document: Document) -> None:
    asked = of(document, Table)
    grids = [grid for grid in word.tables if len(grid.columns) > 1]
    assert len(grids) == len(asked)
    for grid, table in zip(grids, asked, strict=True):
        rows = [tuple(cell.text for cell in row.cells) for row in grid.rows]
        assert rows == [table.heads, *table.rows]
        repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in grid.rows]
        assert repeated == [True] + [False] * len(table.rows)
        for row in grid.rows:
            right = [cell.paragraphs[0].alignment == 2 for cell in row.cells]
            assert right == list(table.numbers)
        assert WIDTH * 0.99 < sum(c.width for c in grid.columns) <= WIDTH
        assert grid._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == table.caption
    first = [column.width for column in grids[0].columns]
    assert first[0] > first[2] > first[3] > first[1]
    boxes = [grid.cell(0, 0) for grid in word.tables if len(grid.columns) == 1]
    assert [cell.paragraphs[0].text for cell in boxes] == [b.title for b in of(document, Box)]
    assert all(cell._tc.find(f".//{qn('w:shd')}").get(qn("w:fill")) == "EEF5FA" for cell in boxes)


def test_word_keeps_captions_with_what_they_name(word: Any, document: Document) -> None:
    captions = [p for p in word.paragraphs if p.style.name == "Caption"]
    asked = [b.caption for b in document.blocks if isinstance(b, Table | Figure)]
    assert [p.text for p in captions] == asked
    assert word.styles["Caption"].paragraph_format.keep_with_next
    for caption in captions:
        after = caption._p.getnext()
        assert after.tag == qn("w:tbl") or after.find(f".//{qn('w:drawing')}") is not None


def test_word_pictures_say_what_they_show(word: Word, document: Document) -> None:
    shapes = list(word.inline_shapes)
    assert [s._inline.docPr.get("descr") for s in shapes] == [b.alt for b in of(document, Figure)]
    assert {s.width for s in shapes} == {WIDTH}
    assert len({s._inline.docPr.get("id") for s in shapes}) == len(shapes)
    images = [p.blob for p in word.part.package.iter_parts() if p.partname.endswith(".png")]
    assert {round(Image.open(io.BytesIO(i)).info["dpi"][0]) for i in images} == {200}


def test_word_page_foot_and_page_numbers(word: Any, document: Document) -> None:
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert {round(m.cm, 1) for m in (section.left_margin, section.right_margin)} == {2.2}
    assert section.different_first_page_header_footer
    for foot in (section.footer, section.first_page_footer):
        line = foot.paragraphs[-1]
        assert line.text == f"{document.footer}\tPage 1 of 1"
        codes = [code.text.strip() for code in line._p.iter(qn("w:instrText"))]
        assert codes == ["PAGE", "NUMPAGES"]
        kinds = [f.get(qn("w:fldCharType")) for f in line._p.iter(qn("w:fldChar"))]
        assert kinds == ["begin", "separate", "end"] * 2
    assert section.first_page_footer.paragraphs[0].text == document.footnotes[0]


@pytest.mark.parametrize(
    ("language", "tongue"),
    [
        ("en", "en-GB"),
        ("sr-Latn", "sr-Latn-RS"),
        ("sr-Cyrl", "sr-Cyrl-RS"),
        ("sq", "sq-AL"),
        ("tr", "tr"),
    ],
)
def test_word_knows_the_language_for_spelling(language: str, tongue: str) -> None:
    short = replace(briefing(language), blocks=(Paragraph(LATIN),))
    word = library.Document(io.BytesIO(docx(short)))
    found = [element.get(qn("w:val")) for element in word.styles.element.iter(qn("w:lang"))]
    assert found == [tongue]
    assert word.core_properties.language == tongue


def test_word_properties_and_parts(files: dict[str, bytes], word: Word, document: Document) -> None:
    about = word.core_properties
    assert (about.title, about.subject, about.author) == (
        document.title,
        document.subject,
        "fundsim",
    )
    assert about.keywords == "; ".join(document.keywords)
    assert about.comments == ""
    assert about.created == about.modified
    assert about.created is not None
    assert about.created.date() == document.day
    with zipfile.ZipFile(io.BytesIO(files["docx"])) as file:
        assert file.testzip() is None
        assert {entry.date_time[0] for entry in file.infolist()} == {2000}
        names = file.namelist()
        xml = b"".join(file.read(n) for n in names if n.endswith((".xml", ".rels")))
    assert names[0] == "[Content_Types].xml"
    assert not [n for n in names if "thumbnail" in n or "stylesWithEffects" in n]
    assert xml.count(b'TargetMode="External"') == 1, (
        "the link, which asks for nothing until it is followed"
    )
    assert b'w:altName w:val="Carlito"' in xml


# --- PDF -------------------------------------------------------------------------------------


def test_pdf_is_tagged_with_its_fonts(files: dict[str, bytes], tmp_path: Path) -> None:
    assert files["pdf"].startswith(b"%PDF-1.7")
    assert b"pdfuaid" in files["pdf"]
    assert b"pdfaid" in files["pdf"]
    (tmp_path / "a.pdf").write_bytes(files["pdf"])
    facts = tool("pdfinfo", "a.pdf", folder=tmp_path)
    assert re.search(r"Tagged: +yes", facts)
    assert "A4" in facts
    assert "compensation fund for Serbia" in facts
    assert re.search(r"CreationDate: .*Jul +7 .*2026", facts)
    fonts = [line.split() for line in tool("pdffonts", "a.pdf", folder=tmp_path).splitlines()[2:]]
    assert fonts
    assert all("DejaVuSans" in font[0] and "yes" in font[4] for font in fonts)


def test_pdf_prints_texts_as_they_are(
    files: dict[str, bytes], document: Document, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(files["pdf"])
    tool("pdftotext", "-raw", "a.pdf", "a.txt", folder=tmp_path)
    text = together((tmp_path / "a.txt").read_text(encoding="utf-8"))
    for wanted in (*TEXTS, WITHOUT_CONTROLS, LONG_WORD, document.footnotes[0], document.footer):
        assert together(wanted) in text, wanted
    assert "Page1of" in text
    assert text.count(together("Balance (€ k)")) >= 2, "the head of a long table is repeated"
    assert "Figure1:Costs" in text
    assert "Figure1:Figure" not in text


def test_pdf_says_what_pictures_show_and_marks_heads(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(files["pdf"])
    tree = tool("pdfinfo", "-struct-text", "a.pdf", folder=tmp_path)
    for tag in ("H1", "H2", "Table", "TH", "TD", "Figure", "Caption", "L ", "LI"):
        assert re.search(rf"^ *{tag.strip()}\b", tree, re.MULTILINE), tag


@pytest.mark.filterwarnings("ignore:Glyph")  # matplotlib tells of what DejaVu Sans lacks
def test_pdf_takes_any_character(document: Document) -> None:
    every = "".join(chr(code) for code in range(1, 0x11_0000, 53))
    words = tuple(every[start : start + 40] for start in range(0, len(every), 40))
    strange = replace(document, title="", subtitle="", footnotes=(), blocks=(Items(words),))
    picture = Figure("中文", "😀", picture_of((1, 2), "中文 😀 \u06d6"))
    assert pdf(replace(strange, blocks=(*strange.blocks, picture))).startswith(b"%PDF")
    assert drawn("Ђ č ë € − ≤ ½ “ 中") == "Ђ č ë € − ≤ ½ “ \ufffd"
    for write in (docx, html):
        assert write(strange)


def test_the_link_can_be_followed_and_read(
    word: Word, page: parser.HtmlElement, files: dict[str, bytes], tmp_path: Path
) -> None:
    [link] = [r.target_ref for r in word.part.rels.values() if r.is_external]
    assert link == ADDRESS
    assert ADDRESS in [h.text for p in word.paragraphs for h in p.hyperlinks]
    assert [a.get("href") for a in page.xpath("//a")] == [ADDRESS]
    assert page.xpath("//a")[0].text == ADDRESS
    (tmp_path / "b.pdf").write_bytes(files["pdf"])
    assert ADDRESS in together(tool("pdftotext", "b.pdf", "-", folder=tmp_path))
    assert ADDRESS in tool("pdfinfo", "-url", "b.pdf", folder=tmp_path)


# --- web page --------------------------------------------------------------------------------


def test_page_has_no_script_and_asks_for_nothing(page: parser.HtmlElement) -> None:
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "link", "iframe", "object", "embed", "form", "base", "img"}
    for element in page.iter():
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            if key in ("src", "href", "srcset", "action", "xlink:href"):
                assert value.startswith("#") or (element.tag == "a" and value == ADDRESS)
    style = "".join(page.xpath("//style/text()"))
    assert "@import" not in style
    assert "url(" not in style
    assert len(page.xpath("//style")) == 1
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy[0].startswith("default-src 'none'")


def test_page_shows_every_text_as_it_is(page: parser.HtmlElement, document: Document) -> None:
    paragraphs = [p.text_content() for p in page.xpath("//p | //li")]
    for wanted in (*TEXTS, RIGHT_TO_LEFT, WITHOUT_CONTROLS, document.footer, *document.footnotes):
        assert wanted in paragraphs
    assert page.get("lang") == "en"
    assert page.findtext(".//title") == document.title
    heads = [(h.tag, h.text_content()) for h in page.xpath("//main/h2 | //main/h3")]
    assert heads == [(f"h{b.level + 1}", b.text) for b in of(document, Heading)]


def test_page_tables_hold_the_cells(page: parser.HtmlElement, document: Document) -> None:
    found = page.xpath("//table")
    for grid, table in zip(found, of(document, Table), strict=True):
        rows = [tuple(c.text_content() for c in row.xpath("th|td")) for row in grid.xpath(".//tr")]
        assert rows == [table.heads, *table.rows]
        assert len(grid.xpath("./thead//th[@scope='col']")) == len(table.heads)
        assert page.get_element_by_id(grid.get("aria-labelledby")).text_content() == table.caption


def test_page_pictures_have_names_and_ids_of_their_own(
    page: parser.HtmlElement, document: Document
) -> None:
    pictures = page.xpath("//svg")
    assert [p.get("aria-label") for p in pictures] == [b.alt for b in of(document, Figure)]
    assert {p.get("role") for p in pictures} == {"img"}
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for picture in pictures:
        own = set(picture.xpath(".//@id"))
        used = re.findall(
            r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", parser.tostring(picture, encoding="unicode")
        )
        assert used
        assert {a or b for a, b in used} <= own


def test_page_numbers_cannot_leave_the_style() -> None:
    short = replace(briefing(), blocks=(), page_of='</style><script>x{page}"; } * {')
    page = parser.document_fromstring(html(short).decode("utf-8"))
    assert not page.xpath("//script")
    assert "counter(page)" in page.xpath("//style/text()")[0]


# --- how they look ---------------------------------------------------------------------------


def inked(pages: list[Path]) -> list[bool]:
    """Whether each page has something on it, and nothing in its outer centimetre."""
    found = []
    for path in pages:
        picture = Image.open(path).convert("L").point(lambda grey: 255 if grey < 200 else 0)
        box = picture.getbbox()
        edge = picture.width / 21
        found.append(box is not None and box[0] > edge and box[2] < picture.width - edge)
    return found


@pytest.mark.parametrize("kind", ["pdf", pytest.param("docx", marks=pytest.mark.slow)])
def test_pages_can_be_drawn_and_nothing_leaves_them(
    kind: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    write: Callable[[bytes], int] = (tmp_path / f"a.{kind}").write_bytes
    write(files[kind])
    if kind == "docx":
        home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
        tool("soffice", home, "--headless", "--convert-to", "pdf", "a.docx", folder=tmp_path)
    tool("pdftoppm", "-r", "50", "-png", "a.pdf", "page", folder=tmp_path)
    pages = inked(sorted(tmp_path.glob("page*.png")))
    assert 3 <= len(pages) <= 6
    assert all(pages)
