"""The work of `fundsim validate`: run the checks, print the report, write it where asked."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fundsim.batch.atomic import claimed, put_file
from fundsim.report.checks import draws_of
from fundsim.report.request import Request
from fundsim.report.validation.files import (
    SIGN_OFF,
    as_data,
    as_markdown,
    by_section,
    headline,
    limit,
    number,
    refuse_folder,
    score,
)
from fundsim.validation.check import Check
from fundsim.validation.limits import (
    LIMITATIONS,
    NOT_ASSURED,
    SECTIONS,
    counted,
    not_checked,
    statement,
)
from fundsim.validation.validate import GROUPS, Report, validate

COLOURS = {"pass": "green", "fail": "bold red", "skipped": "yellow"}
WIDTH = 120
WORKERS = 2


def run_validation(request: Request, markdown: Path | None, json_file: Path | None) -> bool:
    """Run all checks, print the report, write it where asked; whether none failed."""
    draws = draws_of(request, 1)
    targets = [path for path in (markdown, json_file) if path is not None]
    with ExitStack() as claims:
        for path in targets:
            refuse_folder(path)
            claims.enter_context(claimed(path))
        report = _with_progress(draws.seed, draws.workers if request.workers else WORKERS)
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        print_report(console, report)
        if markdown is not None:
            put_file(markdown, as_markdown(report).encode())
        if json_file is not None:
            text = json.dumps(as_data(report), indent=1, ensure_ascii=False)
            put_file(json_file, text.encode() + b"\n")
        for path in targets:
            console.print(f"Report: {path}", markup=False, highlight=False)
    return not report.failed


def _with_progress(seed: int, workers: int) -> Report:
    if not sys.stderr.isatty():
        return validate(seed, workers)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checking", total=len(GROUPS))
        return validate(seed, workers, lambda: progress.advance(task))


def print_report(console: Console, report: Report) -> None:
    """Failures, a one-screen summary, every line by section, what was not checked, the statement."""

    def put(text: str, style: str | None = None) -> None:
        console.print(text, style=style, markup=False, highlight=False)

    put("fundsim validate", "bold")
    for line in headline(report):
        put(line, "bold red" if line.startswith("FAILED") else None)
    for check in report.failed:
        put(
            f"  {check.id}: {check.compared}. Ours {number(check.ours)}, theirs {number(check.theirs)} "
            f"{check.unit}; {score(check)}, allowed {limit(check)}. {check.note}"
        )
    console.print(_summary(report))
    about = report.identity
    put(
        f"fundsim {about['fundsim']} · sources {about['sources'][:12]} · commit {about['commit']} · "
        f"seed {about['seed']} · result {about['result'][:12]} · numpy {about['numpy']} · "
        f"{report.seconds:.0f} s"
    )
    for section, checks in by_section(report):
        if checks:
            console.print()
            console.print(_lines(section, checks))
    for section, texts in (
        (13, list(LIMITATIONS)),
        (14, not_checked(report.checks)),
        (15, [*statement(report.checks, report.grades), f"Status: {NOT_ASSURED}."]),
    ):
        console.print()
        put(f"{section}  {SECTIONS[section]}", "bold")
        for i, text in enumerate(texts, 1):
            put(f"{i:3d}. {text}")
    for role in SIGN_OFF:
        put(f"{role}: ____________________   Date: __________")
    put("What is compared, power and citation of each check: --markdown FILE or --json FILE.")


def _summary(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Section", "passed", "failed", "skipped"):
        table.add_column(name, justify="left" if name == "Section" else "right")
    for section, checks in by_section(report):
        found = counted(checks)
        cells = [str(found[v]) for v in ("pass", "fail", "skipped")]
        table.add_row(
            f"{section:2d}  {SECTIONS[section]}", *(cells if checks else ["not checked", "", ""])
        )
    return table


def _lines(section: int, checks: list[Check]) -> Table:
    heading = Text(f"{section}  {SECTIONS[section]}", style="bold")
    table = Table(title=heading, title_justify="left", box=None, pad_edge=False, header_style="dim")
    table.add_column("id", no_wrap=True)
    table.add_column("compared")
    for name in ("ours", "theirs", "difference", "limit"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for check in checks:
        table.add_row(
            check.id,
            Text(check.name),
            number(check.ours),
            number(check.theirs),
            score(check),
            limit(check),
            Text(check.verdict, style=COLOURS[check.verdict]),
        )
    return table
