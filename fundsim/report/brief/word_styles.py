"""How a briefing looks in Word: page, styles, language."""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from fundsim.report.brief.plain import ACCENT, INK, QUIET, RULE

MARGIN = Mm(22)
WIDTH = Length(Mm(210) - 2 * MARGIN)
FONT, ELSE = "Calibri", "Carlito"  # the second has the same widths, where the first is missing
TONGUES = {
    "en": "en-GB",
    "sr-Latn": "sr-Latn-RS",
    "sr-Cyrl": "sr-Cyrl-RS",
    "sq": "sq-AL",
    "bs": "bs-Latn-BA",
    "mk": "mk-MK",
}
STALE = ("/thumbnail", "/stylesWithEffects")  # parts of python-docx's template that say nothing
AFTER_EDGES = (
    "w:shd",
    "w:tabs",
    "w:suppressAutoHyphens",
    "w:spacing",
    "w:ind",
    "w:jc",
    "w:outlineLvl",
)


@dataclass(frozen=True)
class Look:
    """A paragraph style: size and distances in points; based on Normal if it is new."""

    size: float
    color: str = INK
    bold: bool = False
    before: float = 0
    after: float = 0
    keep: bool = False  # with the next paragraph
    line: float = 1.08
    edge: str = ""  # a thin line at this side


LOOKS = {
    "Normal": Look(10, after=5, line=1.08),
    "Title": Look(22, ACCENT, bold=True, after=2, keep=True, line=1),
    "Subtitle": Look(12.5, QUIET, after=2, keep=True),
    "Dateline": Look(9.5, QUIET, after=12, edge="bottom"),
    "Lead": Look(11.5, after=7, line=1.12),
    "Heading 1": Look(14, ACCENT, bold=True, before=12, after=4, keep=True),
    "Heading 2": Look(11.5, bold=True, before=10, after=3, keep=True),
    "List Bullet": Look(10, after=2, line=1.08),
    "Caption": Look(9.5, bold=True, before=10, after=4, keep=True),
    "Picture": Look(10.5, after=6, line=1),
    "Note": Look(8.5, QUIET, before=3, after=8),
    "Table Text": Look(9, line=1),
    "Table Small": Look(8, line=1),
    "Box Title": Look(10.5, ACCENT, bold=True, before=4, after=3, keep=True),
    "Box Text": Look(9, after=3),
    "Gap": Look(7, line=1),
    "Footnote": Look(8, QUIET, after=4, line=1),
    "Footer": Look(8, QUIET, line=1, edge="top"),
}


def tongue(language: str) -> str:
    """The language as Word names it, with its country: en-GB for en."""
    return TONGUES.get(language, language)


def settle(word: Word, language: str) -> None:
    """Make python-docx's template ours: A4, styles, language, nothing that is not needed."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN
    section.footer_distance = Mm(10)
    for name, look in LOOKS.items():
        known = name in {style.name for style in word.styles}
        style = word.styles[name] if known else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        _style(style, look)
        if not known:
            style.base_style = word.styles["Normal"]
            style.quick_style = True
    _defaults(word, tongue(language))
    for part in (word.part, word.part.package):
        for key, link in list(part.rels.items()):
            if link.reltype.endswith(STALE):
                del part.rels[key]


def _style(style: ParagraphStyle, look: Look) -> None:
    font, form = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(look.size), look.bold, False
    font.color.rgb = RGBColor.from_string(look.color[1:])
    letters = style.element.get_or_add_rPr()
    for name in ("w:rFonts", "w:spacing", "w:kern", "w:bCs", "w:iCs", "w:szCs"):
        for old in letters.findall(qn(name)):
            letters.remove(old)
    letters.insert(0, _fonts())
    size = OxmlElement("w:szCs")  # the size of Hebrew and Arabic
    size.set(qn("w:val"), str(round(look.size * 2)))
    letters.find(qn("w:sz")).addnext(size)
    form.space_before, form.space_after = Pt(look.before), Pt(look.after)
    form.line_spacing, form.keep_with_next = look.line, look.keep
    form.widow_control = True
    layout = style.element.get_or_add_pPr()
    for name in ("w:pBdr", "w:tabs", "w:contextualSpacing"):
        for old in layout.findall(qn(name)):
            layout.remove(old)
    if look.edge:
        layout.insert_element_before(
            parse_xml(
                f'<w:pBdr {nsdecls("w")}><w:{look.edge} w:val="single" w:sz="4" w:space="6" '
                f'w:color="{(ACCENT if look.edge == "bottom" else RULE)[1:]}"/></w:pBdr>'
            ),
            *AFTER_EDGES,
        )


def _fonts() -> BaseOxmlElement:
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    return fonts


def _defaults(word: Word, language: str) -> None:
    """The language of all texts, and the font to take where there is no Calibri."""
    letters = word.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    assert letters is not None
    letters.replace(letters.find(qn("w:rFonts")), _fonts())
    letters.find(qn("w:lang")).set(qn("w:val"), language)
    settings = word.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), language)
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    for mode in settings.iter(qn("w:compatSetting")):
        if mode.get(qn("w:name")) == "compatibilityMode":
            mode.set(qn("w:val"), "15")  # as Word 2013 and later
    for link in word.part.rels.values():
        if link.reltype.endswith("/fontTable"):
            part = link.target_part
            part._blob = part.blob.replace(
                b'<w:font w:name="Calibri">',
                f'<w:font w:name="Calibri"><w:altName w:val="{ELSE}"/>'.encode(),
            )
