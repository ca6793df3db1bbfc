"""Reading requirements.lock."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]


def pinned() -> dict[str, list[str]]:
    """Each requirement of the lock, without a trailing backslash -> its hashes, sha256:…"""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        text = line.removesuffix("\\").strip()
        if text.startswith("--hash="):
            found[list(found)[-1]].append(text.removeprefix("--hash="))
        elif text:
            found[text] = []
    return found


def versions() -> dict[str, list[str]]:
    """Each package -> its versions: one, or more where they depend on Python's."""
    found: dict[str, list[str]] = {}
    for requirement in pinned():
        name, _, version = requirement.partition(";")[0].strip().partition("==")
        found.setdefault(name, []).append(version)
    return found
