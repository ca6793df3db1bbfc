"""`fundsim calibrate`: what published counts say of the numbers of a scenario, as a TOML fragment with its sources."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from fundsim import __version__
from fundsim.analysis.calibrate import Range
from fundsim.analysis.counts import read_counts
from fundsim.analysis.fits import Calibration, Fitted, History, calibrate
from fundsim.report.calibrate.picture import history_picture
from fundsim.report.deliver import Reply, hand_over
from fundsim.report.folder import reserved
from fundsim.report.request import Draws, Request
from fundsim.scenario.schema import FORMS

NO_SOURCE = "NAME THE SOURCE"
NO_DRAWS = Draws(0, 0, 1)  # a fit draws nothing


def print_calibration(
    request: Request, counts: Path, country: str | None, definition: str | None, year: int | None, hold_out: int | None
) -> None:  # fmt: skip
    """Print what a file of counts says of the numbers of a scenario.

    country, definition  of which, where the file has several;  year  in whose level the caseload is told
    hold_out             last year that is fitted to where later ones are predicted
    """
    rows, skipped = read_counts(counts, country, definition)
    found = calibrate(rows, skipped, year, hold_out)
    card = ["calibrate", str(counts), *([country] if country else [])]
    with reserved(request.out, card):
        reply = Reply(
            sentences(found),
            {"assumptions": [_plain(one) for one in found.fitted],
             "hold_out": [row for history in found.histories for row in held(history)]},
            [*([held_table(found)] if any(h.held for h in found.histories) else [])],
            lambda: {f"{one.key.replace('.', '_')}": history_picture(one, found.year) for one in found.histories},
        )  # fmt: skip
        asked = {"country": country, "definition": definition, "year": year, "hold_out": hold_out}
        notes = [f"fundsim {__version__} · fitted, nothing is drawn"]
        about = {"file": str(counts), "toml": fragment(found)}
        hand_over(reply, about, card, asked, notes, NO_DRAWS, request)
        if not request.as_json:  # a wrapped line could not be pasted
            sys.stdout.write(f"\n{fragment(found)}")


def sentences(found: Calibration) -> list[str]:
    """What was read, and how well the years that were held out were predicted."""
    told = [
        f"{len(found.fitted)} {'number comes' if len(found.fitted) == 1 else 'numbers come'} out of these counts. Low and high "
        "hold the truth with a chance of 80 %."
    ]
    if found.skipped:
        told.append(f"{found.skipped} lines without a number were left out.")
    for history in found.histories:
        fit, level = history.fit, history.fit.level(found.year)
        told.append(
            f"{history.key}: {_short(level.value)} in {found.year} ({_short(level.low)} to {_short(level.high)}), "
            f"{100 * fit.trend.value:+.1f} % a year ({100 * fit.trend.low:+.1f} to {100 * fit.trend.high:+.1f} %)."
        )
        if carried := history.carried(found.year):
            told.append(
                f"{history.key}: {carried}, for which there is no count: its grade is partly, not data."
            )
        if history.held:
            inside = sum(one.inside(0.1, 0.9) for one in history.held)
            told.append(
                f"Of {len(history.held)} years that were held out, {inside} lie within the 80 % band that the years before them give; "
                "so few years are weak evidence either way."
            )
    return told


def held(history: History) -> Iterator[dict[str, Any]]:
    """Each year that was held out: the band predicted, and what was counted."""
    for one in history.held:
        yield {
            "key": history.key, "year": one.count.year, "counted_low": one.count.low, "counted_high": one.count.high,
            **{f"p{100 * p:g}": x for p, x in one.predicted.items()},
            "in_50": one.inside(0.25, 0.75), "in_80": one.inside(0.1, 0.9),
        }  # fmt: skip


def held_table(found: Calibration) -> Table:
    """The years that were held out, for the screen."""
    table = Table(title="Years held out: predicted from the years before them")
    for name in ("Key", "Year", "80 % band", "Counted", "Within"):
        table.add_column(name, justify="left" if name == "Key" else "right")
    for history in found.histories:
        for one in history.held:
            counted = (
                str(one.count.low)
                if one.count.low == one.count.high
                else f"{one.count.low} to {one.count.high}"
            )
            band = f"{one.predicted[0.1]:.0f} to {one.predicted[0.9]:.0f}"
            table.add_row(
                history.key,
                str(one.count.year),
                band,
                counted,
                "yes" if one.inside(0.1, 0.9) else "no",
            )
    return table


def fragment(found: Calibration) -> str:
    """The assumptions as a scenario file has them, ready to be pasted."""
    lines: list[str] = []
    table = ""
    for one in sorted(found.fitted, key=lambda one: one.key.rpartition(".")):
        above, _, name = one.key.rpartition(".")
        if above != table:
            table = above
            lines += ["", f"[{table}]"]
        lines.append(f"{name} = {_assumption(one, found.year)}")
    if found.forms:
        first = found.forms_from[0] if found.forms_from else NO_SOURCE
        shares = _to_one({form: found.forms[form] for form in FORMS})
        lines += ["", "[caseload.forms]", *(f"{form} = {x:g}" for form, x in shares.items())]
        lines += [
            f"sample_size = {max(found.forms['sample_size'], 1):.0f}", 'unit = "share"', f'source = "{first}"', 'grade = "data"',
            f'note = "Fitted by fundsim calibrate.{_also(found.forms_from)}"',
        ]  # fmt: skip
    for history in found.histories:
        if history.key == "caseload.level":
            lines += [
                "", "[[correlations]]", 'first = "caseload.level"', 'second = "caseload.trend"',
                f"correlation = {history.fit.tied(found.year):.2f}", 'source = "judgement"',
                'note = "The same counts tell both (fundsim calibrate)."',
            ]  # fmt: skip
    return "\n".join(lines).strip() + "\n"


def _to_one(shares: Mapping[str, float]) -> dict[str, float]:
    """Shares with three decimals that sum to 1: the largest takes what rounding leaves."""
    found = {form: round(x, 3) for form, x in shares.items()}
    largest = max(found, key=lambda form: found[form])
    found[largest] = round(1 - sum(x for form, x in found.items() if form != largest), 3)
    return found


def _also(sources: Sequence[str]) -> str:
    return f" Also: {', '.join(sources[1:])}." if len(sources) > 1 else ""


def _assumption(one: Fitted, year: int) -> str:
    low, value, high = (_short(x) for x in (one.belief.low, one.belief.value, one.belief.high))
    source, more = one.sources[0] if one.sources else NO_SOURCE, _also(one.sources)
    level = f", level of {year}" if one.unit == "persons a year" else ""
    carried = f" {one.carried[0].upper()}{one.carried[1:]}." if one.carried else ""
    return (
        f'{{ value = {value}, low = {low}, high = {high}, unit = "{one.unit}", source = "{source}", grade = "{one.grade}", '
        f'note = "Fitted by fundsim calibrate to {one.read}{level}.{carried}{more}" }}'
    )


def _plain(one: Fitted) -> dict[str, Any]:
    return {
        "key": one.key, "low": one.belief.low, "value": one.belief.value, "high": one.belief.high, "unit": one.unit,
        "grade": one.grade, "read": one.read, "sources": "; ".join(one.sources),
    }  # fmt: skip


def _short(x: float) -> str:
    """Three figures."""
    return f"{float(f'{x:.3g}'):g}"


def rounded(belief: Range) -> tuple[float, float, float]:
    """A belief as the fragment writes it."""
    low, value, high = (float(_short(x)) for x in (belief.low, belief.value, belief.high))
    return low, value, high
