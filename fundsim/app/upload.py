"""A visitor's own scenario file: read by the same reader as every file, kept for the session, on one's own machine only."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import streamlit as st

from fundsim.app import draw, state
from fundsim.app.choice import Choice, Design, scenario_of
from fundsim.report.language import language
from fundsim.scenario import files
from fundsim.scenario.errors import InputError, Problem

NAME = "my_scenario.toml"


def upload() -> None:
    """Offer to use a file; everything that is wrong with it is told at once."""
    say = language(state.choice().language)
    given = st.file_uploader(
        say("Use a scenario file of your own (TOML)"), type=["toml"], key="upload", max_upload_size=1
    )  # fmt: skip
    if given is None or st.session_state.get("taken") == given.file_id:
        _problems()
        return
    st.session_state["taken"] = given.file_id
    try:
        take(given.getvalue())
    except InputError as error:
        st.session_state["wrong"] = [str(problem) for problem in error.problems]
        _problems()
        return
    st.session_state.pop("wrong", None)
    st.rerun()


def _problems() -> None:
    for problem in st.session_state.get("wrong", ()):
        st.error(draw.plain(problem))


def take(content: bytes) -> None:
    """Make an uploaded file the country that is shown; raises `InputError` with all problems."""
    folder = st.session_state.get("folder")
    if folder is None:
        folder = st.session_state["folder"] = tempfile.TemporaryDirectory(prefix="fundsim-")
    path = Path(folder.name) / NAME
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(content)
    try:
        _refuse_other_files(path)
        scenario_of(str(path), Design())
    except InputError as error:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
        told = [replace(p, where=p.where.replace(str(path), NAME)) for p in error.problems]
        raise InputError(told) from None
    now = state.choice()
    state.put(
        Choice(
            str(path), language=now.language, page=now.page, replications=now.replications, seed=now.seed
        )
    )  # fmt: skip


def _refuse_other_files(path: Path) -> None:
    """An uploaded file builds on shipped names only: it must not read other files of this machine."""
    above = files.read(path).data.get("extends", [])
    for name in above if isinstance(above, list) else [above]:
        if not isinstance(name, str) or any(mark in name for mark in ("/", "\\", ".toml")):
            rule = "an uploaded file can extend shipped names only"
            raise InputError(Problem(str(path), rule, key="extends", value=str(name)))
