"""The shipped files as a visitor reads them: names, labels, questions."""

from __future__ import annotations

from functools import lru_cache

from fundsim.scenario import files


def names(kind: str) -> list[str]:
    """Shipped names of a kind: base, policy, reform, stress."""
    return list(files.shipped(kind))


@lru_cache(maxsize=256)
def label_of(kind: str, name: str) -> str:
    """What a file is called: its own label, else its name with spaces.  kind  empty: any"""
    if not name:
        return "as in the file"
    for one in (kind,) if kind else files.KINDS:
        path = files.shipped(one).get(name)
        if path is None:
            continue
        data = files.read(path).data
        if one == "base":
            return str(data["country"]["name"])
        if one in ("reform", "stress"):
            label = data.get(one, {}).get(name, {}).get("label")
            return f"{one}: {label or name.replace('_', ' ')}"
    return name.replace("_", " ")


@lru_cache(maxsize=256)
def question_of(kind: str, name: str) -> str:
    """The question that a file opens with."""
    path = files.shipped(kind).get(name)
    return str(files.read(path).data.get("question", "")) if path else ""
