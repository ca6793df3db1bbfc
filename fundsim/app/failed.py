"""What a visitor is told where something could not be computed."""

from __future__ import annotations

import streamlit as st

from fundsim.app import draw
from fundsim.app.gate import Busy
from fundsim.report.language import Language
from fundsim.scenario.errors import FundsimError, InputError, Problem

# what computing can raise that is no bug; OSError: also a disk that is full
FAILURES = (Busy, FundsimError, MemoryError, OSError)
MOST_PROBLEMS = 8  # listed


def tell(error: Exception, say: Language) -> None:
    """Tell one of the `FAILURES` in plain words, where the page stands."""
    if isinstance(error, Busy):
        st.warning(
            say("Many people are computing just now. Your change is kept: try again in a moment.")
        )
    elif isinstance(error, InputError):
        st.error(say("This combination is not possible:"))
        for problem in error.problems[:MOST_PROBLEMS]:
            draw.say(reason(problem))
    else:
        st.error(
            say(
                "This scenario could not be computed, so nothing is shown. Reset it, or choose another."
            )
        )


def reason(problem: Problem) -> str:
    """A problem as a visitor can use it: without the name of a command's option."""
    what = " = ".join(filter(None, (problem.key, problem.value)))
    where = "" if problem.where == "--set" else problem.where
    return ": ".join(filter(None, (where, what, problem.rule)))
