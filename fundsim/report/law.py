"""The law as far as it could be read, as a page for docs: norms, and the law on which each country stands.

`make docs` writes it anew as docs/law.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fundsim.report.prose import filled, listed
from fundsim.scenario.compose import load
from fundsim.scenario.files import countries, folder, shipped, sources, table
from fundsim.scenario.schema import Country, Law

READ = {
    "whole": "the whole text",
    "article": "the articles named",
    "extract": "an extract",
    "headnote": "the headnote",
    "secondary": "second-hand, what others say of it",
}
BINDS = {
    "in force": "binds {whom}",
    "on accession": "binds {whom} from accession to the European Union",
    "not binding": "advice to {whom}, binds nobody",
    "unknown": "{whom}: whether it binds was not seen",
}
ALL = "all six"
NOT_SEEN = (
    "That the convention on trafficking (CETS 197) is in force for five of the six is taken from GRETA's reports on them: GRETA "
    "evaluates the parties. Who of the six is party to ETS 116 or to the Palermo Protocol was not seen. Not found: paragraph numbers "
    "of GRETA's reports, and the European Union's benchmarks on compensation for any country."
)


def page() -> str:
    """The page, as text."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    norms = table(folder() / "norms.toml")
    here = {base: load(base).world.country for base in countries()}
    names = {country.code: country.name for country in here.values()}
    yield "# The law as far as it could be read"
    yield ""
    yield from filled(
        "What norms oblige states to do, and what each country's law says of compensation by the state, in our words. Most texts were "
        "read in part or second-hand, and each says so. Nothing here is legal advice, and no sentence is to be quoted as law."
    )
    yield ""
    yield from filled(
        "`make docs` writes this page from `scenarios/norms.toml` and from `legal_basis` in each country file; correct a text there. "
        "No figure depends on these texts: figures come from the policies that stand for a law."
    )
    yield ""
    yield _plain(" · ".join(f"[{c.name}](#{_anchor(c.name)})" for c in here.values()))
    yield ""
    yield "## Two traps"
    yield ""
    traps = (said for said in norms.values() if "trap" in said)
    for number, said in enumerate(traps, 1):
        head = f"**{said['title']}, {_articles(said['article'])}.**"
        yield from filled(f"{head} {said['trap']} Read: {_source(said['source'])}.", f"{number}. ")
    yield ""
    yield "## Norms"
    yield ""
    yield from filled(NOT_SEEN)
    yield ""
    yield "| Norm | Article | What states are to do, in our words | Whom it binds | What was read | Source |"
    yield "|---|---|---|---|---|---|"
    for said in norms.values():
        yield "| " + " | ".join(_plain(cell) for cell in _cells(said, names)) + " |"
    yield ""
    yield "## The law of each country"
    yield ""
    for base, country in here.items():
        yield from _country(base, country)
    yield from (
        f"\\{c.footnote}" for c in here.values() if c.footnote
    )  # it begins with an asterisk


def _cells(said: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """A norm as a row of the table."""
    to = said["countries"]
    whom = ALL if to == "all" else listed([names[code] for code in to])
    binds = BINDS[said["binds"]].format(whom=whom)
    yield f"{said['title']}, {said['body']}, {said['year']}"
    yield said["article"]
    yield said["duty"]
    yield binds
    yield READ[said["read"]]
    source = sources()[said["source"]]
    yield f"[{source['publisher']}, {source['year']}]({source['address']})"


def _country(base: str, country: Country) -> Iterator[str]:
    yield f"### {_plain(country.name)}"
    yield ""
    yield from filled(_plain(_in_force(base, country.law_in_force)))
    yield ""
    for law in country.legal_basis:
        yield from filled(_plain(_told(law)), "- ")
    yield ""


def _in_force(base: str, law: str | None) -> str:
    """Whether a law is in force, and which policy stands for it, or for one that compensates nobody yet."""
    later = f"law_{base}"
    if law is None and later not in shipped("policy"):
        return "**No law on compensation by the state is in force.** Proposals are set beside no scheme (`no_fund`)."
    name = law or later
    found = load(f"{base}+{name}")
    stands = f"[`{name}`](../scenarios/policy/{name}.toml)"
    asks = f"It asks: {found.questions[-1]} What could not be read of the law, and where to ask, stands at its head."
    if law is None:
        return (
            "**No law under which the state compensates victims is in force.** Proposals are set beside no scheme (`no_fund`). "
            f"The policy {stands} shows the law that there is. {asks}"
        )
    return f"**A law is in force.** The policy {stands} stands for it. {asks}"


def _told(law: Law) -> str:
    cited = "; ".join(map(_source, law.sources))
    return f"{law.text} *Read: {READ[law.read]}.* Source{'s' if len(law.sources) > 1 else ''}: {cited}."


def _source(name: str) -> str:
    """A source as a link; without an address as its title."""
    said = sources()[name]
    title = (
        said["title"].replace("[", "(").replace("]", ")").replace(" - ", " – ")
    )  # "- " may begin a line
    linked = f"[{title}]({said['address']})" if said["address"] else title
    return f"{linked} ({said['publisher']}, {said['year']})"


def _articles(article: str) -> str:
    return f"article {article}" if article[0].isdigit() else article


def _anchor(heading: str) -> str:
    """How a heading is linked to."""
    return re.sub(r"[^a-z -]", "", heading.lower()).replace(" ", "-")


def _plain(text: str) -> str:
    """The asterisk of Kosovo* as Markdown shows it, and no bar that would end a cell."""
    return text.replace("Kosovo*", "Kosovo\\*").replace("|", "\\|")
