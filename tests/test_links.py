"""Links: what is copied opens as the same; what is damaged, old or hostile is told and never opens as something else."""

import base64
import random
import re
import zlib
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from fundsim import __version__
from fundsim.app import link
from fundsim.app.choice import (
    ANALYSES,
    CASES,
    CONFIDENCES,
    MEASURES,
    MONEY,
    MOST_CASES,
    MOST_SEED,
    SIZES,
    Choice,
    Design,
    additions,
    list_text,
    number_text,
)
from fundsim.app.controls import chosen, controls
from fundsim.app.files import names
from fundsim.app.pages import pages
from fundsim.report.languages import codes
from fundsim.scenario import files
from fundsim.scenario.compose import load

CLAIM = link.claim_of(
    "0123456789ab", ("246000", "456000", "0.15", "0.01", "18", "0.17"), "89abcdef"
)

MOST_CHANGED = 14  # values of a design: those of four, with long numbers, have room in a link


def parameters(query: str) -> dict[str, list[str]]:
    """As the browser hands them over."""
    found: dict[str, list[str]] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        found.setdefault(key, []).append(value)
    return found


def moved(control, chance: random.Random):
    """Some other value that a visitor could choose."""
    if control.kind == "switch":
        return not control.value
    if control.kind == "choice":
        return chance.choice(control.options)
    if control.kind == "choices":
        return chance.sample(control.options, chance.randint(1, len(control.options)))
    if control.kind == "whole":
        return chance.randint(int(control.least), int(min(control.most, 1e6)))
    top = min(control.most, 4 * abs(control.standard or 1.0))
    return round(chance.uniform(max(control.least, 0.0), top), chance.randint(0, 9))


def random_choice(chance: random.Random) -> Choice:
    country = chance.choice(files.countries())

    def design() -> Design:
        found = Design(
            chance.choice(names("policy")),
            tuple(sorted(chance.sample(additions(), chance.randint(0, 4)))),
        )
        base = load(f"{country}+{found.policy}")
        every = list(controls(base, base).values())
        for control in chance.sample(every, chance.randint(0, MOST_CHANGED)):
            more = chosen(found, control, moved(control, chance))
            if len(more.sets) <= MOST_CHANGED:  # one control may change many values
                found = more
        return found

    return Choice(
        country, design(), tuple(design() for _ in range(chance.randint(0, 3))), chance.choice(codes()),
        chance.choice(list(pages())),
        chance.choice(CONFIDENCES), chance.choice(MONEY), chance.choice(MEASURES),
        tuple(n for n in ANALYSES if chance.random() < 0.3), chance.choice(CASES), chance.randrange(MOST_CASES),
        chance.choice(SIZES), chance.randint(0, MOST_SEED),
    )  # fmt: skip


@pytest.mark.parametrize("number", range(200))
def test_any_state_survives_the_round_trip_in_a_short_link(number: int) -> None:
    choice = random_choice(random.Random(number))
    query = link.query(choice, CLAIM)
    assert len(query) <= link.MOST_CHARACTERS
    assert re.fullmatch(r"[A-Za-z0-9._=&-]+", query)  # nothing that a mail program would change
    opened = link.opened(parameters(query))
    assert opened == link.Opened(choice, (), CLAIM)


def test_a_link_can_be_read_by_a_person() -> None:
    choice = Choice("serbia", Design("tariff", ("legal_aid",), (("fund.decision.posts", "3"),)))
    query = link.query(choice, CLAIM)
    assert "s=serbia-tariff-legal_aid" in query
    assert "fund.decision.posts=3" in query
    assert f"v={__version__}" in query
    assert "h=0123456789ab" in query


def test_no_mutated_link_opens_another_scenario_without_a_notice() -> None:
    """2,000 links with a piece cut, changed, doubled or swapped: the same choice, or a notice."""
    chance = random.Random(1)
    quiet = 0
    choices = [random_choice(random.Random(number)) for number in range(40)]
    for number in range(2000):
        choice = choices[number % 40]
        query = link.query(choice, CLAIM)
        at = chance.randrange(len(query))
        how = chance.randrange(6)
        if how == 0:
            bad = query[:at]
        elif how == 1:
            bad = query[:at] + chance.choice("0123456789abcdefXYZ.-_~%'\"<>") + query[at + 1 :]
        elif how == 2:
            bad = query[:at] + query[at + 1 :]
        elif how == 3:
            bad = query[:at] + query[at : at + 9] * 2 + query[at + 9 :]
        elif how == 4:
            bad = query.swapcase()
        else:
            pairs = query.split("&")
            pairs[chance.randrange(len(pairs))] = "s=albania-full_judgment"
            bad = "&".join(pairs)
        opened = link.opened(parameters(bad))
        if not opened.notices:
            quiet += 1
            assert opened.choice in (choice, Choice()), bad
            assert opened.choice == choice or not bad, bad
    assert quiet < 400  # the check can fail: only changes without effect go unnoticed


@pytest.mark.parametrize(
    "text", ["１００", "١٠", "1_000", " 10 ", "+5", "1e400", "nan", "inf", "0x10", "10\n", "-", "--1", "1.2.3"]
)  # fmt: skip
def test_numbers_that_python_would_take_are_no_numbers(text: str) -> None:
    pairs = {"s": ["serbia-tariff"], "fund.decision.posts": [text]}
    opened = link.opened(pairs)
    assert opened.notices
    assert opened.choice.design.sets == ()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "serbia.toml",
        "https://example.org",
        "<script>",
        "Serbia",
        "moldova",
        "",
    ],
)
def test_names_come_from_the_shipped_list_only(name: str) -> None:
    opened = link.opened({"s": [name]})
    assert opened.choice.country == "serbia"
    assert any("not shipped" in notice for notice in opened.notices)
    assert not any(mark in notice for notice in opened.notices for mark in "\n\r\u202e")


def test_a_link_without_a_case_tells_any_and_a_short_address_one_that_is_paid() -> None:
    """Links that were copied before a paid case came first keep what they told."""
    pairs = [("v", "0.1.0"), ("s", "serbia-tariff"), ("page", "victims")]
    old = {k: [v] for k, v in [*pairs, ("k", link._check(pairs))]}
    assert link.opened(old).choice.case == "any"
    assert link.opened({"s": ["serbia-tariff"]}).choice.case == "paid"


def test_a_link_through_a_mail_program_is_whole() -> None:
    """It writes & as &amp;, once or twice."""
    choice = Choice("albania", Design("tariff", ("legal_aid",)), page="victims")
    query = link.query(choice, link.claim_of("0" * 12, ["1"], "0" * 8))
    for ampersand in ("&", "&amp;", "&amp;amp;"):
        found = link.opened(parse_qs(query.replace("&", ampersand), separator="&"))
        assert found.choice == choice
        assert found.notices == ()
        assert found.whole
    assert link.opened({"s": ["serbia"], "amp;s": ["albania"]}).notices == (link.DAMAGED,)


def test_a_packed_link_that_unpacks_to_much_is_damaged() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"a=" + b"0" * 1_000_000, 9)).decode()
    assert link.opened({"z": [bomb]}).notices == (link.DAMAGED,)
    for text in ("", "!", "AAAA", bomb[:50], "a" * 5000):
        assert link.opened({"z": [text]}).notices == (link.DAMAGED,)


def test_a_long_link_is_packed_and_opens_as_the_same() -> None:
    base = load("serbia+tariff")
    design = Design("tariff")
    for control in list(controls(base, base).values())[:60]:
        design = chosen(design, control, moved(control, random.Random(control.key)))
    choice = Choice("serbia", design)
    query = link.query(choice, CLAIM)
    assert query.startswith("z=")
    assert link.opened(parameters(query)).choice == choice


def test_a_link_with_too_much_in_it_says_so() -> None:
    sets = tuple(
        (f"fund.costs.office_a_year{i}", number_text(random.Random(i).uniform(0, 1e9)))
        for i in range(200)
    )
    with pytest.raises(ValueError, match="send the scenario file"):
        link.query(Choice("serbia", Design("tariff", (), sets)), CLAIM)


def test_what_social_media_append_does_not_damage_a_link() -> None:
    query = link.query(Choice("kosovo", Design("tariff")), CLAIM)
    given = parameters(query) | {"fbclid": ["abc"], "utm_source": ["x"], "embed": ["true"]}
    assert link.opened(given) == link.opened(parameters(query))


def test_an_address_by_hand_opens_with_a_notice() -> None:
    opened = link.opened({"s": ["albania-status_fixed"], "page": ["victims"]})
    assert opened.choice.country == "albania"
    assert opened.choice.design.policy == "status_fixed"
    assert opened.choice.page == "victims"
    assert "today's figures" in opened.notices[0]
    assert opened.claim is None


def test_more_futures_than_are_allowed_here_are_told() -> None:
    query = link.query(replace(Choice("serbia", Design("tariff")), replications=10_000), CLAIM)
    opened = link.opened(parameters(query))
    assert opened.choice.replications == 2000
    assert "not possible here" in opened.notices[0]


def test_lists_of_words_survive() -> None:
    for words in (("sexual",), ("sexual", "labour", "other")):
        sets = (("fund.eligible.forms", list_text(words)),)
        choice = Choice("serbia", Design("tariff", (), sets))
        assert link.opened(parameters(link.query(choice, CLAIM))).choice == choice
