"""What papers may cite: norms, the law on which each country stands, and the laws in force as policies."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fundsim.report.law import page
from fundsim.scenario.compose import law_in_force, load
from fundsim.scenario.files import countries, folder, shipped, sources

FIELDS = {
    "title": str, "body": str, "year": int, "article": str, "duty": str, "binds": str, "source": str, "read": str,
}  # fmt: skip
BINDS = ("in force", "on accession", "not binding", "unknown")
READ = ("whole", "article", "extract", "headnote", "secondary")
CODES = {load(country).world.country.code: country for country in countries()}
LAWS = {name: path for name, path in shipped("policy").items() if name.startswith("law_")}
# those that a country names as its law in force; Montenegro's applies from accession, Albania's fund pays no persons
IN_FORCE = {
    "kosovo": "law_kosovo",
    "north_macedonia": "law_north_macedonia",
}
SHIPPED_LAWS = {*IN_FORCE.values(), "law_albania", "law_montenegro"}


def norms() -> dict[str, dict[str, Any]]:
    """The norms by id."""
    said: dict[str, dict[str, Any]] = tomllib.loads(
        (folder() / "norms.toml").read_text(encoding="utf-8")
    )
    return said


NORMS = norms()


# ---- Norms ----


@pytest.mark.parametrize("name", NORMS)
def test_a_norm_says_what_it_obliges_whom_to_and_what_was_read_of_it(name: str) -> None:
    said = NORMS[name]
    assert set(said) - {"trap"} == {*FIELDS, "countries"}
    for field, kind in FIELDS.items():
        assert isinstance(said[field], kind), field
        assert said[field], field
    assert said["binds"] in BINDS
    assert said["read"] in READ
    assert said["source"] in sources()
    assert 1945 <= said["year"] <= 2026
    assert said["duty"].endswith(".")
    assert len(said["duty"]) <= 600
    assert re.fullmatch(r"[a-z0-9_]+", name)


@pytest.mark.parametrize("name", NORMS)
def test_a_norm_is_addressed_to_all_or_to_countries_that_there_are(name: str) -> None:
    to = NORMS[name]["countries"]
    if to != "all":
        assert to
        assert len(to) == len(set(to))
        assert set(to) <= set(CODES)


def test_the_codes_are_those_of_the_six_countries() -> None:
    assert set(CODES) == {"RS", "BA", "ME", "MK", "AL", "XK"}


def test_each_country_has_a_norm_of_its_own_beside_those_of_all() -> None:
    for code in CODES:
        assert any(
            said["countries"] != "all" and code in said["countries"] for said in NORMS.values()
        )


def test_two_mistakes_that_papers_make_are_named() -> None:
    """That the directive as amended by 2024/1712 requires a fund; that one flat sum is fair after case C-129/19."""
    traps = {name: said for name, said in NORMS.items() if "trap" in said}
    assert set(traps) == {"eu_2011_36_17", "eu_c_129_19"}
    fund, flat = traps["eu_2011_36_17"], traps["eu_c_129_19"]
    assert "2024/1712" in fund["title"]
    assert fund["trap"].startswith("It does not require a fund.")
    assert "may, but need not" in fund["duty"]
    assert "C-129/19" in flat["title"]
    assert "flat sum" in flat["trap"]
    assert "may not be fair and appropriate" in flat["trap"]


def test_law_of_the_european_union_binds_from_accession_and_advice_never() -> None:
    for name, said in NORMS.items():
        if name.startswith("eu_"):
            assert said["binds"] == "on accession", name
        if name.startswith("greta_"):
            assert said["binds"] == "not binding", name
        if said["binds"] == "in force":
            assert said["countries"] != "all", name


def test_a_norm_for_kosovo_alone_is_not_said_to_bind() -> None:
    """Whether the convention applies there was not read."""
    for name, said in NORMS.items():
        if said["countries"] != "all" and "XK" in said["countries"]:
            assert said["binds"] == "unknown", name


def test_what_was_read_second_hand_or_not_at_all_is_said() -> None:
    for said in NORMS.values():
        if "could not be read" in said["duty"] or "was not read" in said["duty"]:
            assert said["binds"] in ("unknown", "not binding")
            assert said["read"] != "whole"


# ---- The law of each country ----


@pytest.mark.parametrize("country", countries())
def test_the_law_on_which_a_country_stands_cites_known_sources(country: str) -> None:
    laws = load(country).world.country.legal_basis
    assert laws
    for law in laws:
        assert law.text.endswith((".", ")"))
        assert law.read in ("whole", "article", "extract", "secondary")
        assert law.sources
        assert set(law.sources) <= set(sources())


def test_a_country_s_law_in_force_is_a_shipped_policy() -> None:
    named = {country: load(country).world.country.law_in_force for country in countries()}
    assert {country: law for country, law in named.items() if law} == IN_FORCE
    assert set(IN_FORCE.values()) <= set(shipped("policy"))


@pytest.mark.parametrize("country", countries())
def test_proposals_are_set_against_the_law_in_force_or_against_no_scheme(country: str) -> None:
    law = IN_FORCE.get(country)
    beside = law_in_force(load(f"{country}+tariff"))
    assert beside.name == f"{country}+{law or 'no_fund'}"
    assert beside.world.has_fund == bool(law)


# ---- The page on the law ----


PAGE = Path(__file__).parents[1] / "docs" / "law.md"


def of_page(heading: str) -> str:
    """What stands below a heading, on one line."""
    [part] = re.findall(
        rf"^#+ {re.escape(heading)}\n(.*?)(?:^#|\Z)", page(), re.MULTILINE | re.DOTALL
    )
    return " ".join(part.split())


def test_the_page_in_docs_is_what_the_module_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_page_opens_with_the_two_traps() -> None:
    assert page().index("## Two traps") < page().index("## Norms")
    traps = of_page("Two traps")
    for said in NORMS.values():
        if "trap" in said:
            assert said["trap"] in traps
    assert "2024/1712" in traps
    assert "C-129/19" in traps


def test_each_norm_is_a_row_with_whom_it_binds_what_was_read_and_a_link() -> None:
    text = page().partition("## Norms\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][
        1:
    ]
    assert len(rows) == len(NORMS)
    for row, said in zip(rows, NORMS.values(), strict=True):
        title, article, duty, binds, read, source = row
        assert said["title"] in title
        assert (article, duty) == (said["article"], said["duty"])
        assert sources()[said["source"]]["address"] in source
        assert ("not seen" in binds) == (said["binds"] == "unknown")
        assert ("binds nobody" in binds) == (said["binds"] == "not binding")
        assert ("accession" in binds) == (said["binds"] == "on accession")
        assert ("second-hand" in read) == (said["read"] == "secondary")


@pytest.mark.parametrize("country", countries())
def test_each_text_of_a_country_s_law_stands_on_the_page_with_its_sources(country: str) -> None:
    said = load(country).world.country
    text = of_page(said.name.replace("*", "\\*"))
    for law in said.legal_basis:
        assert " ".join(law.text.replace("Kosovo*", "Kosovo\\*").split()) in text
        for name in law.sources:
            assert sources()[name]["address"] in text
    assert text.count("*Read: ") == len(said.legal_basis)
    assert text.startswith("**A law is in force" if said.law_in_force else "**No law ")
    policy = f"law_{country}"
    assert (f"[`{policy}`](../scenarios/policy/{policy}.toml)" in text) == (policy in SHIPPED_LAWS)


def test_a_law_that_compensates_nobody_yet_is_shown_and_not_said_to_be_in_force() -> None:
    told = {
        country: of_page(load(country).world.country.name.replace("*", "\\*"))
        for country in countries()
    }
    shown = {c for c, text in told.items() if "shows the law that there is" in text}
    assert shown == {"albania", "montenegro"}


def test_the_page_has_the_footnote_of_kosovo() -> None:
    assert page().endswith(f"\n\\{load('kosovo').world.country.footnote}\n")


def test_no_line_of_the_page_begins_what_it_does_not_mean() -> None:
    """A line that was broken before a dash or an asterisk would begin a list."""
    bullets = [line for line in page().splitlines() if re.match(r"\s*[-*+] ", line)]
    assert len(bullets) == sum(len(load(c).world.country.legal_basis) for c in countries())
    for line in page().splitlines():
        assert len(line) <= 200 or line.startswith("| ") or "](http" in line


# ---- The laws as policies ----


def test_the_laws_that_are_shipped_are_these_four() -> None:
    assert set(LAWS) == SHIPPED_LAWS


def opening(text: str) -> str:
    """The comments before the first table, as one line."""
    lines = text.partition("\n[")[0].splitlines()
    return " ".join(line.lstrip("# ").strip() for line in lines if line.startswith("#"))


@pytest.mark.parametrize("name", LAWS)
def test_a_law_says_what_was_read_what_contradicts_itself_and_what_could_not_be_read(
    name: str,
) -> None:
    said = opening(LAWS[name].read_text(encoding="utf-8"))
    places = [
        said.find(words)
        for words in ("What was read.", "What contradicts itself.", "What could not be read, and where to ask:")
    ]  # fmt: skip
    assert -1 not in places
    assert places == sorted(places)
    assert len(said) - places[-1] > 100


@pytest.mark.parametrize("name", LAWS)
def test_sources_that_the_comments_of_a_law_name_are_known(name: str) -> None:
    """Ids in the comments, as (xk_law_2015): those whose first two letters are a country's."""
    text = LAWS[name].read_text(encoding="utf-8")
    comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    ids = set(re.findall(r"\b(?:rs|ba|me|mk|al|xk)_[a-z0-9_]+\b", comments))
    assert ids
    assert ids <= set(sources())


@pytest.mark.parametrize("name", LAWS)
def test_a_law_opens_for_its_own_country_and_for_all_others(name: str) -> None:
    own = name.removeprefix("law_")
    assert own in countries()
    for country in countries():
        world = load(f"{country}+{name}").world
        assert world.has_fund
    asked = load(f"{own}+{name}").world
    assert asked.takes_claims == (name != "law_albania")
