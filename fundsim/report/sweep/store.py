"""`fundsim store`: what a store holds, whether it is sound, and what can go."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from fundsim.batch.store import Part, is_abandoned, is_sound, parts, refuse_missing, remove
from fundsim.batch.version import model_version
from fundsim.report.screen import console_for_tables, size, table_of
from fundsim.scenario.command import command_line
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.numbers import read

SIZES = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}


def print_parts(address: str) -> None:
    """One line a model version: scenarios, parts, bytes."""
    refuse_missing(address)
    by_model: dict[str, list[Part]] = defaultdict(list)
    for part in parts(address):
        by_model[part.model].append(part)
    table = table_of(address, [("Model", "left"), ("Scenarios", "right"), ("Parts", "right"), ("Size", "right"), ("", "left")])  # fmt: skip
    for model, own in sorted(by_model.items()):
        whole = [part for part in own if not part.left]
        remains = len(own) - len(whole)
        use = "in use" if model == model_version() else "of another version"
        table.add_row(
            model, f"{len({part.scenario for part in whole}):,}", f"{len(whole):,}",
            size(sum(part.bytes for part in own)), use + (f"; {remains} remains of killed writers" if remains else ""),
        )  # fmt: skip
    console = console_for_tables()
    console.print(table if by_model else f"{address}: no parts", highlight=False)
    if by_model.keys() - {model_version()}:
        _tell(console, f"To remove those of other versions: {_prune(address, other_versions=True)}")


def print_damage(address: str) -> bool:
    """Read every part and name those that are not what was written; whether all are sound."""
    refuse_missing(address)
    every = [part for part in parts(address) if not part.left]
    damaged = [part for part in every if not is_sound(address, part)]
    console = Console()
    for part in damaged:
        _tell(console, f"damaged: {part.path}")
    verdict = (
        f"{len(damaged):,} damaged: computed anew when next wanted, or removed by {_prune(address)}"
        if damaged
        else "all sound"
    )
    _tell(console, f"{len(every):,} parts read: {verdict}")
    return not damaged


def _prune(address: str, other_versions: bool = False) -> str:
    """The command that tidies up this store, from any folder."""
    place = address if "://" in address else str(Path(address).absolute())
    return command_line("store prune", [place], other_versions=other_versions)


def _tell(console: Console, text: str) -> None:
    """In one line, however long: what is in it can be copied."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def print_pruned(address: str, most: str | None, versions: bool, dry_run: bool) -> None:
    """Remove what is damaged or left by killed writers, then the oldest parts beyond `most` bytes.

    versions  also what other versions of the program computed: they may still be in use elsewhere
    """
    refuse_missing(address)
    limit = _bytes(most)
    every = list(parts(address))
    gone = [part for part in every if _is_useless(address, part, versions)]
    useless = {part.path for part in gone}
    kept = sorted((p for p in every if p.path not in useless and not p.left), key=lambda p: (p.at, p.path))  # fmt: skip
    held = sum(part.bytes for part in kept)
    for part in kept if limit is not None else ():
        if held <= (limit or 0):
            break
        gone.append(part)
        held -= part.bytes
    if not dry_run:
        for part in gone:
            remove(address, part)
    would = "would be removed" if dry_run else "removed"
    Console().print(
        f"{len(gone):,} of {len(every):,} parts {would}, {size(sum(part.bytes for part in gone))}; {size(held)} kept",
        markup=False, highlight=False,
    )  # fmt: skip


def _is_useless(address: str, part: Part, versions: bool) -> bool:
    if part.left:
        return is_abandoned(part)
    return (versions and part.model != model_version()) or not is_sound(address, part)


def _bytes(text: str | None) -> float | None:
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d[\d.,]*)\s*(kB|MB|GB|TB)\s*", text, re.IGNORECASE)
    rule = "must be a size, such as 500MB or 10GB"
    if not found:
        raise InputError(Problem("--most", rule, value=text))
    try:
        number = read(found[1], counts=True)
    except ValueError as error:
        raise InputError(Problem("--most", f"{rule}; {error}", value=text)) from None
    units: Sequence[str] = [unit for unit in SIZES if unit.lower() == found[2].lower()]
    return number * SIZES[units[0]]
