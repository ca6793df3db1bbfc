"""Whether the dashboard serves the web or its user's own machine, and what that allows."""

from __future__ import annotations

import os

VARIABLE = "FUNDSIM_PUBLIC"  # set by the server for its pages: "1" or "0"


def public() -> bool:
    """Whether strangers use this dashboard: every input is hostile and its use is rationed."""
    return os.environ.get(VARIABLE) == "1"


def uploads() -> bool:
    """Whether a visitor may hand in a file; the public server refuses the request anyway."""
    return not public()
