"""The shipped files as a visitor reads them: names, labels, questions."""

from __future__ import annotations

from functools import lru_cache

from fundsim.report.language import ENGLISH, Language
from fundsim.scenario import files


def names(kind: str) -> list[str]:
    """Shipped names of a kind: base, policy, reform, stress."""
    return list(files.shipped(kind))


def label_of(kind: str, name: str, say: Language = ENGLISH) -> str:
    """What a file is called: its own label, else its name with spaces.  kind  empty: any, told before a reform
    or stress; an empty name is the policy of an own file"""
    if not name:
        return say("as in the file")
    found, label = _label(kind, name)
    if found == "base":
        return say.of("subject", label)
    if found == "policy":
        return say.of("design", label)
    if kind:
        return say(label)
    if found == "reform":
        return say("reform: {name}", name=say(label))
    return say("stress: {name}", name=say(label))


@lru_cache(maxsize=256)
def _label(kind: str, name: str) -> tuple[str, str]:
    """The kind of a file, and what it is called in English."""
    for one in (kind,) if kind else files.KINDS:
        path = files.shipped(one).get(name)
        if path is not None:
            data = files.read(path).data
            own = data.get("country", {}).get("name") or data.get(one, {}).get(name, {}).get(
                "label"
            )
            return one, str(own or name.replace("_", " "))
    return "policy", name.replace("_", " ")


def law_of(country: str) -> list[str]:
    """The policy that stands for the law in force in a shipped country; none where there is none."""
    path = files.shipped("base").get(country)
    law = files.read(path, "base").data.get("country", {}).get("law_in_force") if path else None
    return [str(law)] if law else []


@lru_cache(maxsize=256)
def question_of(kind: str, name: str) -> str:
    """The question that a file opens with, in English."""
    path = files.shipped(kind).get(name)
    return str(files.read(path).data.get("question", "")) if path else ""
