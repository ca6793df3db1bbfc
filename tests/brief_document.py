"""A hand-made briefing with every kind of block, in all languages, with texts that try to be more."""

from __future__ import annotations

import datetime

import numpy as np

from fundsim.report.brief.blocks import (
    Box,
    Document,
    Figure,
    Heading,
    Items,
    Link,
    Paragraph,
    Table,
)
from fundsim.report.figures import BLUE, GREY, ORANGE, Picture

ENGLISH = (
    "The fund pays 15 of 100 registered victims, instead of 1 of 100 without it. It costs € 165,000 "
    "a year (9 of 10 futures: € 98,000 to € 260,000) and lasts ten years in 82% of futures."
)
LATIN = "Fond isplaćuje žrtve u roku od šest meseci; đački dinar čuva težište: č ć ž š đ Č Ć Ž Š Đ."
CYRILLIC = "Фонд исплаћује жртве у року од шест месеци: ђ ј љ њ ћ џ Ђ Ј Љ Њ Ћ Џ."
ALBANIAN = "Fondi i kompensimit paguan viktimat e identifikuara për gjashtë muaj: ë ç Ë Ç."
HOSTILE = (
    '#read("/etc/passwd") and #import "@preview/x:1.0.0"',
    "$x^2$ *bold* _slanted_ `code` @reference <label> \\n // no comment /* nor this */",
    "= No heading, - no item, + nor this, https://example.org/a?b=1&c=2 -- ... 'quotes' \"more\"",
    '=HYPERLINK("http://example.org") {{ template }} {page} %s ${HOME} ]]> &amp; <!-- -->',
    "<script>alert(1)</script><img src=x onerror=alert(1)></style></title>",
)
RIGHT_TO_LEFT = "שלום עולם 123 and مرحبا ٤٥٦, then English again."
WITH_CONTROLS = (
    "A bell\x07, a null\x00, an override\u202e, a tab\t, a private \ue000 sign.\r\nA new line."
)
WITHOUT_CONTROLS = "A bell, a null, an override, a tab , a private  sign.\nA new line."
LONG_WORD = "Entschädigungsfondsdurchführungsverordnung" * 4
ADDRESS = "https://fund.example/?k=0a1b2c3d&s=serbia-tariff&n=2000&fund.decision.posts=2"
YEARS = range(2027, 2067)
DAY = datetime.date(2026, 7, 7)


def picture(heights: tuple[float, ...], label: str) -> Picture:
    """Bars with hatches and a band: what makes ids in an SVG."""
    figure = Picture(figsize=(8.2, 3.4), layout="constrained")
    axes = figure.add_subplot()
    places = np.arange(2027, 2027 + len(heights))
    axes.bar(places, heights, color=BLUE, hatch="//", edgecolor="white", label=label)
    band = np.array(heights)
    axes.fill_between(places, band * 0.7, band * 1.2, color=ORANGE, alpha=0.3, label=f"{label}: ±")
    axes.set_ylabel("€ k < & >")
    axes.grid(axis="y", color=GREY, linewidth=0.3)
    axes.legend(frameon=False, loc="upper left")
    return figure


def briefing(language: str = "en") -> Document:
    """The same briefing with another language tag."""
    costs = Table(
        "Table 1: What the fund costs and takes in, yearly mean over futures, € thousand of 2026",
        ("", "Cost", "9 of 10 futures", "Per inhabitant (€)"),
        (
            ("Benefits to victims", "131", "70 to 214", "0.020"),
            ("Office and caseworkers", "28", "26 to 31", "0.004"),
            (CYRILLIC, "6", "2 to 11", "0.001"),
            ("All", "165", "98 to 260", "0.025"),
        ),
        (False, True, True, True),
        (4, 1, 2, 1.5),
    )
    yearly = Table(
        "Table 2: Probability of a shortfall by year",
        ("Year", "What happens", "Probability", "Balance (€ k)"),
        tuple(
            (
                str(year),
                LATIN if year % 7 == 0 else "an ordinary year",
                f"{year - 2026}%",
                f"{900 - year % 100 * 9:,}",
            )
            for year in YEARS
        ),
        (False, False, True, True),
        (1, 5, 1.4, 1.6),
    )
    wide = Table(
        "Tabela 3: Devet kolona; devet stubaca",
        ("Država", "Identifikovane žrtve", "Podneti zahtevi", "Odobreno", "Isplaćeno u celosti",
         "Trošak (€ hilj.)", "Prihod (€ hilj.)", "Verovatnoća manjka", "Napomena"),
        tuple(
            (name, "1.234", "456", "321", "300", "12.345,6", "11.111,0", "18%", "procena")
            for name in ("Srbija", "Bosna i Hercegovina", "Crna Gora", "Severna Makedonija", "Albanija", "Kosovo*")
        ),
        (False, *(True,) * 7, False),
        (2, 1, 1, 1, 1, 1, 1, 1, 1),
    )  # fmt: skip
    odd = Table(
        HOSTILE[0],
        (HOSTILE[4], RIGHT_TO_LEFT),
        ((HOSTILE[1], HOSTILE[2]), (LONG_WORD, HOSTILE[3]), ("", "=1+1")),
        (False, True),
        (1, 1),
    )
    return Document(
        language=language,
        title="A compensation fund for Serbia: what it costs, whether it lasts & who is paid",
        subtitle="Briefing for the Ministry of Justice; policy: tariff",
        date="7 July 2026",
        day=DAY,
        subject="What a state compensation fund costs <and> whether it lasts",
        keywords=("compensation", "trafficking in persons", "жртве"),
        footer="fundsim 0.1.0 · serbia+tariff · 0a1b2c3d4e5f · seed 1 · 10,000 replications. Every "
        "number of this briefing can be computed again from these.",
        page_of="Page {page} of {pages}",
        footnotes=(
            "* This designation is without prejudice to positions on status, and is in line with UNSCR "
            "1244/1999 and the ICJ Opinion on the Kosovo* declaration of independence.",
        ),
        blocks=(
            Paragraph(ENGLISH, "lead"),
            Heading("What it would cost"),
            Paragraph(f"{ENGLISH} {ENGLISH}"),
            Items((ENGLISH, LATIN, CYRILLIC, ALBANIAN)),
            costs,
            Paragraph("Means over 10,000 futures; ranges hold chance and assumptions together.", "note"),
            Figure(
                "Figure 1: Costs grow as more victims know of the fund",
                "Bars from 40 to 180 by year <rising>.",
                picture((40, 90, 120, 150, 170, 180), "Трошкови"),
            ),
            Paragraph("Nominal; the band holds half of the futures.", "note"),
            Heading("Kako je računato", 2),
            Paragraph(f"{LATIN} {ALBANIAN} {CYRILLIC}"),
            Figure(
                "Slika 2: Isplate \"žrtvama\" & ostalo",
                "Stubovi po godinama.",
                picture((10, 30, 50, 40), "Isplate č ć ž š đ"),
            ),
            Heading("Whether it lasts"),
            Paragraph(ENGLISH),
            yearly,
            Paragraph(ENGLISH),
            wide,
            Heading("Texts that try to be more"),
            *(Paragraph(text) for text in HOSTILE),
            Paragraph(RIGHT_TO_LEFT),
            Paragraph(WITH_CONTROLS),
            Paragraph(LONG_WORD),
            odd,
            Box("How this was computed", (ENGLISH, CYRILLIC, HOSTILE[1])),
            Box("Run card", ("fundsim run serbia+tariff --seed 1",)),
            Link("These figures in the dashboard:", ADDRESS),
        ),
    )  # fmt: skip
