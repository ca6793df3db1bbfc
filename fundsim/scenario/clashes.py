"""What must not stand together: two files of one kind that set one key, two countries with one code."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fundsim.scenario import files
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.files import File

if TYPE_CHECKING:
    from fundsim.scenario.compose import Scenario

LINKS = "correlations"


def refuse_clashes(chain: Sequence[File]) -> None:
    """Raises `InputError` where two policies, reforms, stresses or own files set one key to different values.

    An own file may set what it extends; what another own file sets only if it says `replaces = true`.
    """
    seen: dict[tuple[str, Hashable], list[tuple[File, Any]]] = {}
    problems = []
    for file in chain:
        if file.kind == "base":
            continue
        for key, said, value in _statements(file):
            before = seen.setdefault((file.kind, said), [])
            for other, first in before:
                if (
                    other is not file
                    and first != value
                    and other.path.resolve() not in file.over
                    and not file.replaces
                ):
                    line = files.line_of(file.lines, key)
                    problems.append(Problem(file.name, _rule(file, other, said), line, key))
            before.append((file, value))
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def _rule(file: File, other: File, said: Hashable) -> str:
    what = f"{' and '.join(sorted(said))}: " if isinstance(said, frozenset) else ""
    if file.kind == "own":
        return f"{what}also set in {other.name}; if this file shall replace that, write replaces = true at its head"
    return f"{what}also set in {other.name}; two {file.kind} files may not set the same key"


def _statements(file: File) -> Iterator[tuple[str, Hashable, Any]]:
    """What a file sets: its key, what of it (the pair, of a correlation), and the value."""
    for key, value in files.leaves(
        {k: v for k, v in file.data.items() if k not in files.OPENING_KEYS}
    ):
        if key == LINKS and isinstance(value, list):
            yield from ((key, _pair(link), link) for link in value)
        else:
            yield key, key, value


def _pair(link: Any) -> Hashable:
    """The two numbers of a correlation; of what is none, its text."""
    if (
        isinstance(link, dict)
        and isinstance(link.get("first"), str)
        and isinstance(link.get("second"), str)
    ):
        return frozenset((link["first"], link["second"]))
    return str(link)


def kept_links(old: Sequence[Any], new: Sequence[Any]) -> list[int]:
    """Which correlations stay when those of another file are added: a pair that both name is as the later has it."""
    again = {_pair(link) for link in new}
    return [place for place, link in enumerate(old) if _pair(link) not in again]


def refuse_shared_codes(scenarios: Iterable[Scenario]) -> None:
    """Raises `InputError` where two countries have one code: draws are keyed by it, so both would have the same futures."""
    names: dict[str, Scenario] = {}
    problems = []
    for scenario in scenarios:
        country = scenario.world.country
        first = names.setdefault(country.code, scenario)
        if first.world.country.name != country.name:
            rule = f"is the code of {first.world.country.name}, too ({first.name}); each country needs its own"
            file, line = scenario.place("country.code")
            problems.append(Problem(file, rule, line, "country.code", country.code))
    if problems:
        raise InputError(problems)
