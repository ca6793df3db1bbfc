"""What a link promised: the same figures; and under another version the old ones, the new ones, and why they differ."""

from __future__ import annotations

import streamlit as st

from fundsim import __version__
from fundsim.app import draw, headline
from fundsim.app.choice import name_of
from fundsim.app.link import Claim
from fundsim.app.view import View
from fundsim.scenario.errors import InputError
from fundsim.scenario.released import moved_since, rules_since

MOST_REASONS = 12


def kept(view: View, claim: Claim) -> None:
    """Say whether the figures are those of the link; if not, both and why."""
    now = headline.figures(view.results, view.needs, view.choice.confidence)
    same = claim.figures == now and claim.digest == headline.digest(view.results)
    if same:
        made = (
            "" if claim.version == __version__ else f", which was made with version {claim.version}"
        )
        st.success(
            draw.plain(f"Checked: these are the figures of the link{made} (digest {claim.digest}).")
        )
        return
    st.warning(
        draw.plain(
            f"The figures have changed since this link was made (version {claim.version}; this is {__version__}). "
            "Both are below. Quote the new ones, or say that the old ones are of the older version."
        )
    )
    rows = [
        {"Figure": figure.label, "In the link": then, "Now": new}
        for figure, then, new in zip(
            headline.FIGURES, headline.as_read(claim.figures), headline.as_read(now), strict=False
        )
    ]
    draw.table(rows, "The link's figures, and today's")
    for reason in reasons(view, claim):
        draw.say(f"• {reason}")


def reasons(view: View, claim: Claim) -> list[str]:
    """Why the figures differ: assumptions and rules that changed since the link's version."""
    changed = {
        key.removesuffix(f".{part}")
        for key, _ in view.choice.design.sets
        for part in ("value", "low", "high")
    }
    try:
        moved = moved_since(claim.version, name_of(view.choice.country, view.choice.design))
        rules = rules_since(claim.version)
    except InputError:
        return [
            f"Version {draw_short(claim.version)} is not known here: it cannot be told what has changed."
        ]
    told = [
        f"{m.key} ({m.file}): was {m.then or 'not there'}, is {m.now or 'not there'}"
        for m in moved
        if m.key not in changed
    ]
    more = len(told) - MOST_REASONS
    told = told[:MOST_REASONS] + ([f"and {more} more values"] if more > 0 else [])
    told += rules
    if not told:
        told = [
            "Neither assumptions nor rules have changed: the link was made with another build of this version, or "
            "with other versions of the numerical libraries, or was not made by “Copy link”."
        ]
    return told


def draw_short(text: str) -> str:
    """A version of a link, as short as versions are."""
    return text[:12]
