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
from fundsim.app.draw import Drawn, Shown
from fundsim.app.view import View
from fundsim.report import words
from fundsim.report.figures_card import card_png, card_text
from fundsim.report.folder import csv_text
from fundsim.report.words import Results
from fundsim.report.workbook import workbook
from fundsim.scenario.resolved import resolved_toml

CODE = (Path(__file__).parent / "share.js").read_text(encoding="utf-8")
STYLE = (Path(__file__).parent / "share.css").read_text(encoding="utf-8")
TYPES = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv", "json": "application/json",
         "toml": "application/toml",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip


def links(view: View, others: Sequence[Results]) -> None:
    """The link of what is shown: in the address bar, and to copy.  others  results on the page beside the scenario's"""
    if view.choice.own:
        _address("")
        draw.aside(
            "A link cannot carry your own file: download the scenario below and send it with what you say."
        )
        return
    figures = headline.figures(view.results, view.needs, view.choice.confidence)
    claim = link.claim_of(contract.hashes(view), figures, headline.digest(view.results, others))
    try:
        query = link.query(view.choice, claim)
    except ValueError as error:
        _address("")
        draw.aside(f"{str(error)[0].upper()}{str(error)[1:]}.")
        return
    _address(query, card_text(view.results))


def _address(query: str, text: str = "") -> None:
    """Make the address bar a link to what is shown, with buttons to copy it; or no link at all (an empty query)."""
    button = st.components.v2.component("fundsim_share", css=STYLE, js=CODE)
    button(key="share", data={"query": query, "text": text}, height="content")


def downloads(view: View, shown: Shown) -> None:
    """Everything that is shown, as files; each is made when it is asked for."""
    stem = f"fundsim_{view.scenario.name.replace('+', '_')}_{view.choice.page}"
    with st.expander("Download"):
        for name, picture in shown.pictures.items():
            for kind in ("png", "svg"):
                _button(
                    f"{_title(name)} ({kind.upper()})",
                    f"{stem}_{name}.{kind}",
                    _image(picture, kind),
                )
        _button(
            "Card for posts (PNG)",
            f"{stem}_card.png",
            lambda: card_png(view.results),
        )
        for name, rows in shown.tables.items():
            if rows:
                _button(f"{_title(name)} (CSV)", f"{stem}_{name.replace(' ', '_')}.csv", _csv(rows))
        _button(
            "All measures, numbers (CSV)", f"{stem}_measures.csv", lambda: _csv(_measures(view))()
        )
        _button(
            "All tables and measures (XLSX)", f"{stem}.xlsx",
            lambda: workbook({**shown.tables, "measures": _measures(view)}, _card(view, shown)),
        )  # fmt: skip
        _button("Scenario (TOML)", f"{stem}.toml", lambda: resolved_toml(view.scenario).encode())
        _button(
            "Run card (JSON)", f"{stem}_run_card.json",
            lambda: json.dumps(_card(view, shown), ensure_ascii=False, indent=1).encode(),
        )  # fmt: skip


def _button(label: str, file: str, data: Callable[[], bytes]) -> None:
    st.download_button(
        draw.plain(label), data=data, file_name=file, mime=TYPES[file.rpartition(".")[2]], on_click="ignore",
        key=f"get:{file}",
    )  # fmt: skip


def _title(name: str) -> str:
    text = name.replace("_", " ")
    return text[0].upper() + text[1:]


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


def _measures(view: View) -> list[dict[str, Any]]:
    """Every figure as a number: the tidy table of the command's yearly.csv."""
    return [asdict(row) for row in view.results.rows]


def _card(view: View, shown: Shown) -> Mapping[str, str]:
    """What produced the figures, and the command that gives them again."""
    projection = view.results.projection
    return {
        "what": words.stamp(projection), "command": "; ".join((words.command(projection), *shown.commands)),
        "scenario": view.scenario.name, "scenario hash": view.scenario.hash, "seed": str(projection.seed),
        "replications": str(projection.replications), "digest of the results": headline.digest(view.results),
        "changed values": "; ".join(view.scenario.sets), "notes": "; ".join(map(str, view.scenario.notes)),
        "footnote": view.scenario.world.country.footnote,
        "how sure": words.answer(view.results)[-1],
    }  # fmt: skip
