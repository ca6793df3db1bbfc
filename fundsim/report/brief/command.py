"""`fundsim brief`: a briefing as Word, PDF or a web page."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable
from pathlib import Path

from fundsim.report.brief.blocks import Document
from fundsim.report.brief.compose import briefing
from fundsim.report.brief.gather import gather
from fundsim.report.command import blocks_with_progress, checked, worker_count
from fundsim.report.language import language
from fundsim.scenario.compose import load_all
from fundsim.scenario.errors import InputError, Problem, nearest

REPLICATIONS = 5000


def print_brief(
    names: list[str], sets: list[str], lang: str, out: Path, solvent: float, day: str | None,
    replications: int | None, seed: int | None, workers: int | None,
) -> None:  # fmt: skip
    """Compute everything, write the briefing whole or not at all, and say where it is."""
    write, say, date = writer(out), language(lang), date_of(day)
    if not 0 < solvent < 1:
        raise InputError(Problem("--solvent", "must be above 0 and below 1", value=f"{solvent:g}"))
    if out.is_dir() or not out.absolute().parent.is_dir():
        rule = "is a folder" if out.is_dir() else "stands in a folder that does not exist"
        raise InputError(Problem("--out", rule, value=str(out)))
    scenarios = load_all(names, sets)
    n = REPLICATIONS if replications is None else replications
    n, number = checked(n, seed, len(scenarios))
    with blocks_with_progress(scenarios, n) as tell:
        known = {scenario.name for scenario in scenarios}
        facts = gather(
            scenarios, n, number, solvent, date, worker_count(workers),
            lambda name: tell(name) if name in known else None,
        )  # fmt: skip
    save(out, write(briefing(facts, say)))
    sys.stdout.write(f"Briefing: {out}\n")


def writer(out: Path) -> Callable[[Document], bytes]:
    """What writes the kind of file that a name ends in; raises `InputError` for another."""
    kinds = (".docx", ".pdf", ".html")
    kind = out.suffix.lower()
    if kind not in kinds:
        rule = "must end in " + ", ".join(kinds)
        raise InputError(Problem("--out", rule, value=str(out), nearest=nearest(kind, kinds)))
    if kind == ".docx":
        from fundsim.report.brief.word import docx

        return docx
    if kind == ".pdf":
        from fundsim.report.brief.pdf import pdf

        return pdf
    from fundsim.report.brief.web import html

    return html


def date_of(day: str | None) -> datetime.date:
    """The date on the first page: today, or the one given as 2026-11-22."""
    if day is None:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(day)
    except ValueError:
        raise InputError(
            Problem("--date", "must be a date such as 2026-11-22", value=day)
        ) from None


def save(out: Path, content: bytes) -> None:
    """Write a file whole or not at all; raises OSError with the file's name if it cannot be written."""
    draft = out.with_name(f".{out.name}.draft")
    try:
        draft.write_bytes(content)
        os.replace(draft, out)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(out)) from error
    finally:
        draft.unlink(missing_ok=True)
