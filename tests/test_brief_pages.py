"""The pages of real briefings: every country in every language, as PDF and as Word shown by LibreOffice.

The samples in docs are compared with the same briefings.
"""

import re
import shutil
import subprocess
from copy import deepcopy
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from unittest import mock

import docx as library
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from fundsim.analysis.measures import measure
from fundsim.analysis.project import project
from fundsim.report.brief import gather
from fundsim.report.brief.blocks import Document, Figure, Heading, Items, Link, Paragraph, Table
from fundsim.report.brief.compose import briefing
from fundsim.report.brief.pdf import pdf
from fundsim.report.brief.plain import shown
from fundsim.report.brief.word import docx
from fundsim.report.figures import Picture
from fundsim.report.figures_print import wrap_labels
from fundsim.report.language import language
from fundsim.report.languages import codes
from fundsim.report.results import Results
from fundsim.report.run.picture import pathway
from fundsim.scenario import files
from fundsim.scenario.compose import load
from tests.brief_facts import facts

TOOLS = ("soffice", "pdftoppm", "pdftotext", "pdffonts")
LEAST, MOST = 4, 7  # pages of a briefing: seven where a law is in force
MARGIN = 8  # mm at each edge of a page on which nothing is printed
DOTS = 50  # an inch
FUTURES = 320


pytestmark = pytest.mark.xdist_group("brief pages")  # each country is computed once, in one process


def has_letters() -> bool:
    """Whether there is the font that a Word file takes where there is no Calibri: another one needs more pages."""
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False)
    return "Carlito" in listed.stdout


needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)) or not has_letters(),
    reason=f"needs {', '.join(TOOLS)} and Carlito (Debian: libreoffice-writer, poppler-utils, fonts-crosextra-carlito)",
)


@lru_cache(maxsize=len(codes()))
def made(country: str, code: str) -> Document:
    """A real briefing, but for its few futures: how its pages look does not hang on them."""
    names = [f"{country}+{policy}" for policy in ("tariff", "status_fixed", "judgment_advance")]
    with mock.patch.object(gather, "LEAST", FUTURES):
        found = facts(*names, replications=FUTURES)
    assert found.ranking is not None  # there is nothing that only more futures would tell
    return briefing(found, language(code))


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=600)
    return done.stdout.decode("utf-8")


@pytest.mark.slow
@needs_tools
@pytest.mark.parametrize("country", files.countries())
def test_pages_are_whole_in_every_language(country: str, tmp_path: Path) -> None:
    documents = {code: made(country, code) for code in codes()}
    for code, document in documents.items():
        (tmp_path / f"{code}.docx").write_bytes(docx(document))
        (tmp_path / f"{code}_typst.pdf").write_bytes(pdf(document))
    profile = (
        f"-env:UserInstallation=file://{tmp_path}/profile"  # its own: another one may be running
    )
    run(
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        *(f"{c}.docx" for c in documents),
        folder=tmp_path,
    )
    for code, document in documents.items():
        for name in (f"{code}.pdf", f"{code}_typst.pdf"):
            check(tmp_path, name, document)


def check(folder: Path, name: str, document: Document) -> None:
    run("pdftoppm", "-r", str(DOTS), "-gray", "-png", name, name, folder=folder)
    pages = sorted(folder.glob(f"{name}-*.png"))
    assert LEAST <= len(pages) <= MOST, f"{name}: {len(pages)} pages"
    edge = round(MARGIN / 25.4 * DOTS)
    for page in pages:
        ink = np.asarray(Image.open(page)) < 200
        assert ink.any(), f"{page.name} is empty"
        ink[edge:-edge, edge:-edge] = False
        assert not ink.any(), f"{page.name}: something is cut at the edge"
    fonts = run("pdffonts", name, folder=folder).splitlines()[2:]
    embedded = [line.split()[-5] for line in fonts]
    assert embedded, name
    assert set(embedded) == {"yes"}, fonts
    said = together(run("pdftotext", name, "-", folder=folder))
    assert "\ufffd" not in said, f"{name}: a sign that the font lacks"
    for note in document.footnotes:  # they may stand between the lines of a paragraph
        foot = together(shown(note))
        assert foot in said, f"{name}: {note}"
        said = said.replace(foot, "")
    for text in texts(document):
        assert together(text) in said, f"{name}: {text}"


def texts(document: Document) -> list[str]:
    """What stands on the pages, but for footnotes, and for tables, whose cells are read in another order."""
    found = [document.title, document.subtitle, document.date]
    for block in document.blocks:
        if isinstance(block, Paragraph | Heading):
            found.append(block.text)
        elif isinstance(block, Items):
            found += block.texts
        elif isinstance(block, Link):
            found.append(block.address)
        elif hasattr(block, "caption"):
            found.append(block.caption)
    return [shown(text) for text in found]


def together(text: str) -> str:
    """Without blanks, places to break and hyphens, of which pdftotext drops one at the end of a line; two pages' feet may
    stand between the lines of a paragraph."""
    text = re.sub(r"fundsim [\d.]+ · \S+ · [0-9a-f]{12}|\f", "", text)
    return re.sub(r"[\s\u200b\u00ad-]|(Page|Strana|Страна)\s*\d+\s*(of|od|од)\s*\d+", "", text)


@pytest.mark.parametrize("code", codes())
def test_no_label_of_a_picture_is_cut(code: str) -> None:
    for block in made("serbia", code).blocks:
        if not isinstance(block, Figure):
            continue
        whole(deepcopy(block.picture), block.caption)


def whole(picture: Picture, caption: str) -> None:
    wrap_labels(picture)
    FigureCanvasAgg(picture).draw()
    wide, high = picture.get_size_inches() * picture.dpi
    beyond = {
        id(tick.label1)
        for axes in picture.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }  # ticks beyond the end of an axis, which are not drawn
    for text in picture.findobj(Text):
        if not (text.get_visible() and text.get_text().strip()) or id(text) in beyond:
            continue
        box = text.get_window_extent()
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= wide + 1 and box.y1 <= high + 1
        assert inside, f"{caption}: {text.get_text()!r} at {box}"


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("back", [0, 5])
def test_victims_from_before_the_opening_have_a_bar_only_if_some_are_paid(
    back: int, code: str
) -> None:
    """The label is long: it stands in two lines, and leaves the bars most of the picture."""
    [one] = project([load("serbia+tariff", [f"fund.eligible.retroactive_years={back}"])], 64, 1)
    picture = pathway(Results.of(one, measure(one)), language(code), bare=True)
    whole(picture, code)
    fund = picture.axes[1]
    assert len(fund.patches) == (7 if back else 6)
    assert fund.get_window_extent().width > 0.5 * picture.bbox.width
    boxes = [label.get_window_extent() for label in fund.get_yticklabels()]
    assert not [1 for one, two in pairwise(boxes) if one.y0 < two.y1 - 3]


# ------------------------------------------------------------------------------- the samples

SAMPLES = Path(__file__).parents[1] / "docs" / "samples"


def without_figures(texts: list[str]) -> list[str]:
    """The texts with a mark for each number: those of a sample rest on more futures."""
    return [re.sub(r"\d+([.,\u00a0\u202f]\d+)*", "…", text) for text in texts]


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.docx")), ids=lambda path: path.stem)
def test_the_samples_say_what_a_briefing_says_today(path: Path) -> None:
    """In their title, headings and captions, which do not hang on the results."""
    country, _, code = path.stem.partition("_")
    now = made(country, code)
    wanted = [now.title]
    for block in now.blocks:
        if isinstance(block, Table | Figure):
            wanted.append(block.caption)
        elif isinstance(block, Heading):
            wanted.append(block.text)
    styles = ("Title", "Heading", "Caption")
    told = [
        p.text
        for p in library.Document(str(path)).paragraphs
        if p.style is not None and p.style.name.startswith(styles)
    ]
    assert without_figures(told) == without_figures(wanted), "run: make samples"
