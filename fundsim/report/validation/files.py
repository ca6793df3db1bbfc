"""The validation report as Markdown and as JSON, and writing it: a file is there whole or not at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fundsim.scenario.errors import InputError, Problem
from fundsim.validation.check import Check
from fundsim.validation.limits import (
    LIMITATIONS,
    NOT_ASSURED,
    SECTIONS,
    counted,
    false_alarm,
    not_checked,
    statement,
)
from fundsim.validation.validate import Report

SIGN_OFF = ("Assurer", "Approver")
CHECKED = range(1, 13)  # the sections that hold checks, or say that they hold none
COLUMNS = (
    "id", "name", "what is compared", "ours", "theirs", "unit", "Monte Carlo error", "difference", "limit",
    "verdict", "power", "citation",
)  # fmt: skip


def refuse_folder(path: Path) -> None:
    """Raises `InputError` for a folder where a file is to be written."""
    if path.is_dir():
        raise InputError(Problem(str(path), "is a folder; name a file"))


def number(x: float) -> str:
    """A number with five digits that matter, whole from ten thousand on."""
    if math.isnan(x):
        return "–"
    x += 0.0  # no negative zero
    whole = x == round(x) or abs(x) >= 10_000
    return (f"{x:,.0f}" if whole and abs(x) < 1e15 else f"{x:.5g}").replace("-", "−")


def limit(check: Check) -> str:
    """What the score may be: |z| ≤ 4, p ≥ 0.00006, differ 0, value 0.8 to 1.2."""
    low, high, name = check.least, check.most, check.score_name
    if check.skipped or name == "error":
        return "–"
    if math.isinf(high):
        return f"{name} ≥ {number(float(f'{low:.2g}'))}"
    if low == high:
        return f"{name} {number(low)}"
    if low == -high:
        return f"|{name}| ≤ {number(high)}"
    if low == 0 and name not in ("value", "inside"):
        return f"{name} ≤ {number(float(f'{high:.3g}'))}"
    return f"{name} {number(float(f'{low:.3g}'))} to {number(float(f'{high:.3g}'))}"


def score(check: Check) -> str:
    """The judged number with its name."""
    return "–" if check.skipped else f"{check.score_name} {number(float(f'{check.score:.3g}'))}"


def headline(report: Report) -> list[str]:
    """The summary in a few lines, failures first."""
    found = counted(report.checks)
    lines = [
        f"{len(report.checks)} checks: {found['pass']} passed, {found['fail']} failed, {found['skipped']} skipped (a "
        "skipped check counts as not passed).",
        "The chance that a right program fails any of them is at most "
        f"{100 * false_alarm(report.checks):.2g} %.",
        f"These results are {NOT_ASSURED}.",
    ]
    if report.failed:
        lines.insert(0, "FAILED: " + ", ".join(f"{c.id} {c.name}" for c in report.failed))
    return lines


def by_section(report: Report) -> Iterator[tuple[int, list[Check]]]:
    """The sections in order, each with its checks, of which there may be none."""
    for section in CHECKED:
        yield section, [check for check in report.checks if check.section == section]


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON data: identity, summary, checks, limitations, statement; NaN as null."""
    found = counted(report.checks)
    return {
        "identity": {**report.identity, "seconds": f"{report.seconds:.0f}"},
        "summary": {
            "checks": len(report.checks),
            "passed": found["pass"],
            "failed": found["fail"],
            "skipped": found["skipped"],
            "false_alarm": false_alarm(report.checks),
            "assurance": NOT_ASSURED,
        },
        "sections": {str(section): name for section, name in SECTIONS.items()},
        "checks": [_check(check) for check in report.checks],
        "grades": report.grades,
        "limitations": list(LIMITATIONS),
        "not_checked": not_checked(report.checks),
        "statement": statement(report.checks, report.grades),
        "signatures": {role.lower(): None for role in SIGN_OFF},
    }


def _check(check: Check) -> dict[str, Any]:
    def plain(x: float | None) -> float | None:
        return x if x is not None and math.isfinite(x) else None

    return {
        "id": check.id,
        "section": check.section,
        "name": check.name,
        "compared": check.compared,
        "unit": check.unit,
        "ours": plain(check.ours),
        "theirs": plain(check.theirs),
        "mc_error": plain(check.mc_error),
        "score": plain(check.score),
        "score_name": check.score_name,
        "least": plain(check.least),
        "most": plain(check.most),
        "verdict": check.verdict,
        "power": check.power,
        "false_alarm": check.false_alarm,
        "citation": check.citation,
        "note": check.note,
    }


def as_markdown(report: Report) -> str:
    """The report as Markdown; only section 0 differs between two runs of the same code."""
    lines = [
        "# Validation report",
        "",
        "Written by `make validate` (`fundsim validate --markdown docs/validation.md`); a test fails when the model, the "
        "checks or the scenario files have changed since. *Ours* is what the model's own code gives; *theirs* is computed "
        "apart from it. *Power* is the smallest error that the check would have found.",
        "",
        *(f"- {line}" for line in headline(report)),
        "",
        "| section | passed | failed | skipped |",
        "|---|---|---|---|",
    ]
    for section, checks in by_section(report):
        found = counted(checks)
        cells = " | ".join(str(found[v]) for v in ("pass", "fail", "skipped"))
        lines.append(
            f"| {section} {SECTIONS[section]} | {cells if checks else 'not checked | |'} |"
        )
    about = {**report.identity, "seconds": f"{report.seconds:.0f}"}
    lines += [*_heading(0), "| what | value |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in about.items()]
    for section, checks in by_section(report):
        lines += _heading(section)
        if not checks:
            lines.append("Not checked here; see section 14.")
            continue
        lines += ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
        lines += ["| " + " | ".join(_row(check)) + " |" for check in checks]
        if section == 11:
            lines += [
                "",
                "| uncertain numbers of | data | partly | judgement |",
                "|---|---|---|---|",
            ]
            lines += [
                f"| {_cell(country)} | {by['data']} | {by['partly']} | {by['judgement']} |"
                for country, by in report.grades.items()
            ]
    for section, texts in ((13, LIMITATIONS), (14, not_checked(report.checks))):
        lines += [*_heading(section), *(f"{i}. {_cell(text)}" for i, text in enumerate(texts, 1))]
    lines += _heading(15)
    lines += [
        " ".join(statement(report.checks, report.grades)),
        "",
        f"Status: **{NOT_ASSURED}**.",
        "",
    ]
    lines += ["| role | name | date | signature |", "|---|---|---|---|"]
    lines += [f"| {role} | | | |" for role in SIGN_OFF]
    return "\n".join(lines) + "\n"


def _heading(section: int) -> list[str]:
    return ["", f"## {section} {SECTIONS[section]}", ""]


def _row(check: Check) -> list[str]:
    error = "–" if check.mc_error is None else number(float(f"{check.mc_error:.2g}"))
    cells = [
        check.id, check.name, check.compared + (f" ({check.note})" if check.note else ""), number(check.ours),
        number(check.theirs), check.unit or "–", error, score(check), limit(check), check.verdict, check.power,
        check.citation,
    ]  # fmt: skip
    row = [_cell(cell) for cell in cells]
    return [f"**{cell}**" if cell in ("fail", "skipped") else cell for cell in row]


def _cell(text: str) -> str:
    """Text that stays text in a Markdown table."""
    for sign in "\\|*_<>":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")
