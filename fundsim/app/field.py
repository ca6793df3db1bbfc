"""Number fields: texts, read here.  A browser's own drops a comma without a word, so that 0,65 is 65."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from fundsim.app import state
from fundsim.app.choice import number_text
from fundsim.scenario.errors import Problem
from fundsim.scenario.numbers import read, unmistakable


def number(
    key: str, value: float | None, then: Callable[[float | None], None], counts: bool = False,
    whole: bool = False, **common: Any,
) -> None:  # fmt: skip
    """A field for a number; what can be read in two ways, or in none, is told, and the field has what stood before.

    then    called with the number, or with None where the field was emptied
    counts  whether thousands are usual;  whole  whether it is a whole number;  common  label, help and the like
    """
    st.text_input(
        key=state.bound(key, typed(value)),
        on_change=state.on(key, partial(_read, key, common["label"], counts, whole, then)), **common,
    )  # fmt: skip


def typed(value: float | None) -> str:
    """A number as a field shows it and takes it."""
    return "" if value is None else unmistakable(number_text(value))


def _read(
    key: str, label: str, counts: bool, whole: bool, then: Callable[[float | None], None], text: str
) -> None:
    try:
        found = read(text, counts, whole) if text.strip() else None
    except ValueError as error:
        problem = Problem(label, str(error), value=text.strip())
        st.session_state[state.IMPOSSIBLE] = (key, str(problem))
        state.refuse(problem)
    else:
        then(found)
