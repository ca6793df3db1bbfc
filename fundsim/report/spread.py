"""Why futures lie apart, and on how few of them the tails rest.  English alone."""

from __future__ import annotations

from fundsim.analysis.measures import shown_in
from fundsim.report.language import ENGLISH
from fundsim.report.results import Results
from fundsim.report.wording import percent

TAIL = 0.995
ENOUGH_BEYOND = 100  # futures beyond a tail figure, below which a run warns


def spreads(results: Results) -> list[tuple[str, float, float, str]]:
    """The parts of the spread of each headline: its label, the share of the variance that is what nobody
    knows, the share that is computer noise, and a sentence that says so."""
    found = []
    for m, at in shown_in("spread"):
        label, form = at.words, ENGLISH.form(m.unit)
        unknown, chance = (results.get(m.name, s) for s in ("sd_assumptions", "sd_chance"))
        noise = results.get(m.name, "mc_error")
        whole = unknown**2 + chance**2
        if not whole > 0:  # nor where too few futures tell them apart
            continue
        share, again = unknown**2 / whole, form(noise)
        if form == percent:
            again = f"{100 * noise:.1f} points"
        text = (
            f"{label}: of how far futures lie apart {percent(share)} is what nobody knows and "
            f"{percent(1 - share)} is chance; simulating again would move the average by about {again}."
        )
        found.append((label, share, noise**2 / whole, text))
    return found


def tail_warning(results: Results) -> str | None:
    """That the 99.5 % figures rest on few futures, if they do; None if they rest on 100 or are refused."""
    n = results.projection.replications
    beyond = round(n * (1 - TAIL))
    if beyond >= ENOUGH_BEYOND or not any(key[2] == "var99_5" for key in results.values):
        return None
    needed = round(ENOUGH_BEYOND / (1 - TAIL))
    return (
        f"Warning: the 99.5 % figures rest on the worst {beyond} of {n:,} futures; {needed:,} replications "
        f"would give {ENOUGH_BEYOND}."
    )
