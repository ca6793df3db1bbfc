"""The licence of each package in requirements.lock, as its own metadata states it: `make licences`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.lock import ROOT, versions

FILE = ROOT / "docs" / "licences.md"
LONGEST = 40  # letters of a licence's name: more is its text
# what the metadata leaves out, read in the licence file; and what only other systems install
READ = {
    "appnope": "BSD-2-Clause", "axe-playwright-python": "MIT", "cffi": "MIT-0", "colorama": "BSD License",
    "pycparser": "BSD-3-Clause",
}  # fmt: skip


def licence_of(package: str) -> str:
    """What a package says; raises KeyError if it says nothing and nobody has read its licence file."""
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return READ[package]
    if "License-Expression" in said:
        return said["License-Expression"]
    name = said["License"].strip() if "License" in said else ""
    if name and "\n" not in name and len(name) <= LONGEST and name != "UNKNOWN":
        return name
    kinds = [
        c.rpartition(" :: ")[2] for c in said.get_all("Classifier", []) if c.startswith("License")
    ]
    return " AND ".join(kinds) or READ[package]


def shipped() -> set[str]:
    """The packages that fundsim itself needs, directly or through others; the rest is for development."""
    needed, ways = set[str](), ["fundsim"]
    while ways:
        package = ways.pop()
        try:
            wanted = [Requirement(text) for text in requires(package) or ()]
        except PackageNotFoundError:  # of another system
            continue
        for one in wanted:
            name = canonicalize_name(one.name)
            if name in needed or (one.marker and "extra" in str(one.marker)):
                continue
            needed.add(name)
            ways.append(name)
    return needed


def text() -> str:
    """The list, in Markdown."""
    here, direct = (
        shipped(),
        {canonicalize_name(Requirement(r).name) for r in requires("fundsim") or ()},
    )
    rows = [
        f"| {name} | {', '.join(found)} | {licence_of(name)} | "
        + (
            "fundsim, directly"
            if name in here & direct
            else "fundsim"
            if name in here
            else "development"
        )
        + " |"
        for name, found in versions().items()
    ]
    return "\n".join([
        "# Licences of what fundsim uses", "",
        "Written by `make licences` from the metadata of each package in `requirements.lock`; a test fails when the list is older "
        "than the lock. Why each direct one is there: [dependencies](dependencies.md). fundsim itself is under the MIT licence; "
        "it ships none of these packages, an installation fetches them.", "",
        "| package | version | licence | needed by |", "|---|---|---|---|", *rows, "",
    ])  # fmt: skip


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
