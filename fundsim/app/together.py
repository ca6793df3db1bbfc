"""Reforms and stresses that cannot stand together: the control says so beforehand, and what gives way is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

from fundsim.app.choice import Design, scenario_of
from fundsim.app.files import label_of
from fundsim.report.language import Language
from fundsim.scenario import files
from fundsim.scenario.errors import InputError


@lru_cache(maxsize=1)
def excluding() -> Mapping[str, tuple[str, ...]]:
    """For each reform and stress that cannot stand beside others, those."""
    country, found = next(iter(files.countries())), dict[str, tuple[str, ...]]()
    for kind in ("reform", "stress"):
        said = {
            name: {key for key, _ in files.leaves(files.read(path, kind).data)} - {"question"}
            for name, path in files.shipped(kind).items()
        }
        for a, b in combinations(said, 2):
            if said[a] & said[b] and not _possible(country, Design(additions=(a, b))):
                found[a], found[b] = (*found.get(a, ()), b), (*found.get(b, ()), a)
    return found


def option(kind: str, name: str, say: Language) -> str:
    """What a reform or stress is called among others.  kind  as for `label_of`"""
    label = label_of(kind, name, say)
    if name not in excluding():
        return label
    others = ", ".join(label_of(kind, other, say) for other in excluding()[name])
    return say("{name} (instead of: {others})", name=label, others=others)


def with_additions(
    country: str, design: Design, wanted: Sequence[str]
) -> tuple[Design, tuple[str, ...]]:
    """The design with those of the wanted reforms and stresses that are possible together, and those left out.

    One that is chosen now goes before what stands there; of several at once the first.  Changed values of a reform or
    stress go with it.
    """
    new = [name for name in wanted if name not in design.additions]
    old = [name for name in wanted if name in design.additions]
    kept: list[str] = []
    for name in [*new, *old] if len(new) == 1 else [*old, *new]:
        if not {*excluding().get(name, ())} & {*kept}:
            kept.append(name)
    bare = design.without_sets
    if not _possible(country, replace(bare, additions=tuple(sorted(kept)))):  # all are too much
        together, kept = kept, []
        for name in together:
            if _possible(country, replace(bare, additions=tuple(sorted((*kept, name))))):
                kept.append(name)
    gone = tuple(
        f"{kind}.{name}." for name in {*design.additions} - {*kept} for kind in ("reform", "stress")
    )
    sets = tuple((key, value) for key, value in design.sets if not key.startswith(gone))
    left_out = tuple(name for name in wanted if name not in kept)
    return replace(design, additions=tuple(sorted(kept)), sets=sets), left_out


def left_out_told(left_out: Sequence[str], say: Language) -> str:
    """Why some of what was chosen does not stand there; empty if all does."""
    told = []
    for name in left_out:
        others = ", ".join(f"“{label_of('', other, say)}”" for other in excluding().get(name, ()))
        label = label_of("", name, say)
        told.append(
            say("“{name}” is left out: it cannot stand together with {others}.", name=label, others=others)
            if others
            else say("“{name}” is left out: it is not possible here.", name=label)
        )  # fmt: skip
    return " ".join(told)


def _possible(country: str, design: Design) -> bool:
    try:
        scenario_of(country, design)
    except InputError:
        return False
    return True
