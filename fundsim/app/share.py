"""Sharing what is shown: the address bar and "Copy link", a short text and a picture for posts, and downloads."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from fundsim.app import contract, draw, headline, link
from fundsim.app.address import reach
from fundsim.app.draw import Drawn, Row, Shown
from fundsim.app.files import label_of
from fundsim.app.pages import pages
from fundsim.app.view import View
from fundsim.report import wording
from fundsim.report.folder import csv_text
from fundsim.report.language import Language, capital, marked
from fundsim.report.results import Results
from fundsim.report.run.card import card_png, card_text
from fundsim.report.workbook import workbook
from fundsim.scenario.resolved import resolved_toml

CODE = (Path(__file__).parent / "share.js").read_text(encoding="utf-8")
STYLE = (Path(__file__).parent / "share.css").read_text(encoding="utf-8")
TYPES = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv", "json": "application/json",
         "toml": "application/toml",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip
# what is told of a link and of a text with a link, by who can open it
COPIED = {
    "machine": (
        marked("Link copied. It opens on this computer only, while the dashboard runs here."),
        marked(
            "Text and link copied. The link opens on this computer only: leave it out of a post."
        ),
    ),
    "network": (
        marked("Link copied. It opens only in the network of this computer."),
        marked("Text and link copied. The link opens only in the network of this computer."),
    ),
    "everyone": (
        marked("Link copied: it shows these figures to everyone."),
        marked("Text and link copied."),
    ),
}
OF_ALL = {"run card": marked("run card"), "measures": marked("measures")}  # tables of every page


def links(view: View, others: Sequence[Results]) -> None:
    """The link of what is shown: in the address bar, and to copy.  others  results on the page beside the scenario's"""
    say = view.say
    if view.choice.own:
        _address(say)
        draw.aside(
            say(
                "A link cannot carry your own file: download the scenario below and send it with what you say."
            )
        )
        return
    figures = headline.figures(view.results, view.needs, view.choice.confidence)
    claim = link.claim_of(contract.hashes(view), figures, headline.digest(view.results, others))
    try:
        query = link.query(view.choice, claim)
    except ValueError:
        _address(say)
        draw.aside(say("Too many values are changed for a link; send the scenario file instead."))
        return
    _address(say, query, card_text(view.results, say))


def _address(say: Language, query: str = "", text: str = "") -> None:
    """Make the address bar a link to what is shown, with buttons to copy it; or no link at all (an empty query)."""
    link_copied, text_copied = COPIED[reach(st.context.url or "")]
    told = {
        "language": say.code, "link": say("Copy link"), "text": say("Copy text for a post"),
        "link_copied": say(link_copied), "text_copied": say(text_copied), "by_hand": say("Copy this:"),
    }  # fmt: skip
    button = st.components.v2.component("fundsim_share", css=STYLE, js=CODE)
    button(key="share", data={"query": query, "post": text, "told": told}, height="content")


def downloads(view: View, shown: Shown) -> None:
    """Everything that is shown, as files; each is made when it is asked for."""
    say, stem = view.say, f"fundsim_{view.scenario.name.replace('+', '_')}_{view.choice.page}"
    with st.expander(say("Download"), key="downloads", on_change="rerun"):
        for name, picture in shown.pictures.items():
            for kind in ("png", "svg"):
                _button(
                    f"{capital(title_of_part(name, say))} ({kind.upper()})",
                    f"{stem}_{name}.{kind}",
                    _image(picture, kind),
                )
        _button(
            say("Card for posts (PNG)"),
            f"{stem}_card.png",
            lambda: card_png(view.results, say),
        )
        for name, rows in shown.tables.items():
            if rows:
                _button(
                    f"{capital(title_of_part(name, say))} (CSV)",
                    f"{stem}_{name.replace(' ', '_')}.csv",
                    _csv(rows),
                )
        _button(
            say("All measures, numbers (CSV)"), f"{stem}_measures.csv", lambda: _csv(_measures(view))()
        )  # fmt: skip
        _button(
            say("All tables and measures (XLSX)"), f"{stem}.xlsx",
            lambda: workbook(_sheets(view, shown), _card(view, shown)),
        )  # fmt: skip
        _button(
            say("Scenario (TOML)"), f"{stem}.toml", lambda: resolved_toml(view.scenario).encode()
        )
        _button(
            say("Run card (JSON)"), f"{stem}_run_card.json",
            lambda: json.dumps(_card(view, shown), ensure_ascii=False, indent=1).encode(),
        )  # fmt: skip


def _button(label: str, file: str, data: Callable[[], bytes]) -> None:
    st.download_button(
        draw.plain(label), data=data, file_name=file, mime=TYPES[file.rpartition(".")[2]], on_click="ignore",
        key=f"get:{file}",
    )  # fmt: skip


def title_of_part(name: str, say: Language) -> str:
    """What a picture or table is called; a country's cash is called after it."""
    if name.startswith("cash_"):
        return say("cash, {country}", country=label_of("base", name.removeprefix("cash_"), say))
    called = {key: text for page in pages().values() for key, text in page.PARTS.items()} | OF_ALL
    return say(called[name])


def _image(picture: Drawn, kind: str) -> Callable[[], bytes]:
    def made() -> bytes:
        file = io.BytesIO()
        picture().savefig(
            file, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else {}
        )
        return file.getvalue()

    return made


def _csv(rows: Any) -> Callable[[], bytes]:
    def made() -> bytes:
        columns = list(rows[0])
        return csv_text(columns, [[row.get(c) for c in columns] for row in rows]).encode(
            "utf-8-sig"
        )

    return made


def _sheets(view: View, shown: Shown) -> dict[str, Sequence[Row]]:
    tables = {**shown.tables, "measures": _measures(view)}
    return {title_of_part(name, view.say): rows for name, rows in tables.items()}


def _measures(view: View) -> list[dict[str, Any]]:
    """Every figure as a number: the tidy table of the command's yearly.csv."""
    return [asdict(row) for row in view.results.rows]


def _card(view: View, shown: Shown) -> Mapping[str, str]:
    """What produced the figures, and the command that gives them again."""
    projection = view.results.projection
    return {
        "what": wording.stamp(projection), "command": "; ".join((wording.command(projection), *shown.commands)),
        "scenario": view.scenario.name, "scenario hash": view.scenario.hash, "seed": str(projection.seed),
        "replications": str(projection.replications), "digest of the results": headline.digest(view.results),
        "changed values": "; ".join(view.scenario.sets), "notes": "; ".join(map(str, view.scenario.notes)),
        "footnote": view.scenario.world.country.footnote,
        "how sure": wording.answer(view.results)[-1],
    }  # fmt: skip
