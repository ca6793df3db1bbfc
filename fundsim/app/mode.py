"""Whether the dashboard serves the web or its user's own machine, and what that allows."""

from __future__ import annotations

import os

VARIABLE = "FUNDSIM_PUBLIC"  # set by the server for its pages: "1" or "0"
STORE = "FUNDSIM_STORE"  # address of computed outcomes, empty if none is used


def public() -> bool:
    """Whether strangers use this dashboard: every input is hostile and its use is rationed."""
    return os.environ.get(VARIABLE) == "1"


def uploads() -> bool:
    """Whether a visitor may hand in a file; the public server refuses the request anyway."""
    return not public()


def store() -> str:
    """The address of computed outcomes that pages take and, on the user's own machine, put there.

    Visitors of the web put nothing there: they could fill the disk.
    """
    return os.environ.get(STORE, "")
