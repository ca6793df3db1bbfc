"""Languages: catalogues complete and in step with what is said, numbers as each language writes them, a new language."""

from __future__ import annotations

import ast
import pickle
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from fundsim.report import catalogue as texts
from fundsim.report import language as languages
from fundsim.report.language import ENGLISH, language, spoken
from fundsim.report.languages import FOLDER, codes
from fundsim.scenario.errors import InputError
from fundsim.scenario.phrase import Phrase
from tests import pseudo
from tests.brief_facts import DAY, facts

WRITTEN = sorted(path.stem for path in FOLDER.glob("*.po"))
SERBIAN, CYRILLIC = language("sr-Latn"), language("sr-Cyrl")
# texts that are rightly the same in English and in Serbian
SAME = {"EUR", "k", "Kosovo*", "{name} {share}"}
KEPT = re.compile(
    r"\{[^}]*\}|`[^`]*`|\b(EUR|fundsim( validate)?|TOML|JSON|CSV|XLSX|PNG|SVG|DOCX|PDF|HTML|MIT|UNSCR|k|m)\b|u\^\(\(1-m\)/m\)"
)


def catalogue(code: str) -> Catalog:
    with (FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code.partition("-")[0])


def said(code: str) -> list[tuple[Message, str, str]]:
    """Every message with each pair of what is asked and what is answered."""
    found = []
    for message in catalogue(code):
        if not message.id:
            continue
        asked = message.id if isinstance(message.id, tuple | list) else (message.id,)
        answers = message.string if isinstance(message.string, tuple | list) else (message.string,)
        found += [(message, asked[-1], str(answer)) for answer in answers]
    return found


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


# ------------------------------------------------------------------------------- catalogues


@pytest.mark.parametrize("code", WRITTEN)
def test_a_catalogue_is_complete_and_has_nothing_that_is_not_said(code: str) -> None:
    assert texts.untranslated(catalogue(code)) == []
    wanted = {(c, t[0] if isinstance(t, tuple) else t) for c, t in texts.wanted()}
    there = {
        (m.context, m.id[0] if isinstance(m.id, tuple | list) else m.id)
        for m in catalogue(code)
        if m.id
    }
    assert there == wanted, "python -m fundsim.report.catalogue brings it up to date"


@pytest.mark.parametrize("code", WRITTEN)
def test_places_to_fill_in_are_the_same(code: str) -> None:
    for message, asked, answer in said(code):
        assert places(asked) == places(answer), message.id


@pytest.mark.parametrize("code", WRITTEN)
def test_what_a_text_quotes_stays(code: str) -> None:
    """Numbers, commands and the asterisk of Kosovo* stand in the translation, too."""
    for message, asked, answer in said(code):
        assert asked.count("*") == answer.count("*"), message.id
        assert re.findall(r"`[^`]*`", asked) == re.findall(r"`[^`]*`", answer), message.id
        numbers = set(re.findall(r"\d+", KEPT.sub("", asked)))
        assert numbers <= set(re.findall(r"\d+", KEPT.sub("", answer))), message.id
        assert asked[-1:] != "." or answer[-1:] == ".", message.id


@pytest.mark.parametrize("code", WRITTEN)
def test_no_text_is_english_by_accident(code: str) -> None:
    for message, asked, answer in said(code):
        if re.search(r"[a-z]", re.sub(r"\{[^}]*\}", "", asked)):
            assert answer != asked or asked in SAME, message.id


def test_every_text_that_is_said_can_be_found_by_the_catalogue() -> None:
    """`say(a if b else c)` with texts in it, or `view.say("…")`, would be translated by nobody."""
    for path in [path for floor in texts.SAYING for path in floor.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            place, made = f"{path.name}:{node.lineno}", (ast.IfExp, ast.JoinedStr, ast.BinOp)
            if isinstance(node.func, ast.Name) and node.func.id in ("say", "self", "Phrase"):
                assert not isinstance(node.args[0], made), place
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                by_page = isinstance(node.func.value, ast.Name) and node.func.value.id == "draw"
                assert by_page or not isinstance(node.args[0], ast.Constant), place


# ------------------------------------------------------------------------------- Serbian


@pytest.mark.parametrize(
    ("n", "months", "values"),
    [
        (1, "1 mesec", "1 izmenjena vrednost"), (2, "2 meseca", "2 izmenjene vrednosti"),
        (5, "5 meseci", "5 izmenjenih vrednosti"), (11, "11 meseci", "11 izmenjenih vrednosti"),
        (12, "12 meseci", "12 izmenjenih vrednosti"), (21, "21 mesec", "21 izmenjena vrednost"),
        (102, "102 meseca", "102 izmenjene vrednosti"), (111, "111 meseci", "111 izmenjenih vrednosti"),
    ],
)  # fmt: skip
def test_serbian_plurals(n: int, months: str, values: str) -> None:
    assert SERBIAN.counted("{n} month", "{n} months", n) == months
    one, many = "{design}, {n} value changed", "{design}, {n} values changed"
    assert SERBIAN.counted(one, many, n, design="x") == f"x, {values}"
    assert ENGLISH.counted(one, many, n, design="x") == f"x, {n} value{'s' * (n > 1)} changed"


def test_serbian_numbers_money_durations_dates() -> None:
    assert SERBIAN.decimal(1234567.9) == "1.234.567,9"
    assert SERBIAN.decimal(-0.02, 4) == "−0,02"
    assert SERBIAN.whole(2000) == "2.000"
    assert SERBIAN.euro(246_000) == "246.000 evra"
    assert SERBIAN.euro(1_230_000) == "1,23 miliona evra"
    assert SERBIAN.euro(0.04) == "0,04 evra"
    assert SERBIAN.euro(-5_200) == "−5.200 evra"
    assert SERBIAN.percent(0.17) == "17%"
    assert SERBIAN.percent(0.013) == "1,3%"
    assert SERBIAN.percent(0.0001) == "manje od 0,1%"
    assert SERBIAN.percent(0.999) == "više od 99%"
    assert SERBIAN.hundred(0.0001) == "manje od 1"
    assert SERBIAN.few(0.0012) == "1 na 1.000"
    assert SERBIAN.hundred(0.996) == "više od 99"
    assert SERBIAN.months(18) == "18 meseci"
    assert SERBIAN.months(24) == "2 godine"
    assert SERBIAN.months(61) == "5 godina i 1 mesec"
    assert SERBIAN.date(DAY) == "22. novembar 2026."
    assert CYRILLIC.date(DAY) == "22. новембар 2026."
    assert CYRILLIC.euro(1_230_000) == "1,23 милиона евра"
    assert CYRILLIC.months(61) == "5 година и 1 месец"


def test_other_currencies_and_digits_that_matter() -> None:
    assert ENGLISH.money(1_230_000, "RSD") == "RSD 1.23 million"
    assert ENGLISH.money(-165_432, "RSD") == "−RSD 165,000"
    assert ENGLISH.money(165_432, "€") == "€ 165,000"
    assert SERBIAN.money(165_432, "€") == "165.000 evra"
    assert ENGLISH.number(0.03512) == "0.0351"
    assert SERBIAN.number(0.03512) == "0,0351"
    assert SERBIAN.number(54_321.4) == "54.321"
    assert SERBIAN.fixed(1234.5, 2) == "1.234,50"
    assert SERBIAN.signs == (",", ".")


@pytest.mark.parametrize("share", [0.0115, 0.0285, 0.125, 0.1745, 0.0005, 0.0994, 0.0995, 0.9949])
def test_every_language_rounds_alike(share: float) -> None:
    """As Python does: figures of a page and of a command agree to the last digit."""
    assert SERBIAN.percent(share) == ENGLISH.percent(share).replace(".", ",").replace(" %", "%")
    digits = 0 if share >= 0.0995 else 1
    assert ENGLISH.percent(share) == f"{100 * share:.{digits}f} %"


def test_english_numbers_money_durations() -> None:
    assert ENGLISH.euro(1_230_000) == "€ 1.23 million"
    assert ENGLISH.months(61) == "5 years 1 month"
    assert ENGLISH.hundred(0.996) == "more than 99"
    assert ENGLISH.hundred(1) == "100"
    assert [ENGLISH.hundred(x) for x in (0, 0.0012, 0.0094, 0.0096, 0.13)] == [
        "0", "fewer than 1", "fewer than 1", "1", "13"]  # fmt: skip
    assert [ENGLISH.few(x) for x in (0, 0.0001, 0.0012, 0.009, 0.0096, 0.13)] == [
        "0", "fewer than 1 in 1,000", "1 in 1,000", "9 in 1,000", "1", "13"]  # fmt: skip


def test_cyrillic_has_no_latin_letter_outside_what_stays_latin() -> None:
    for context, text in texts.wanted():
        if isinstance(text, tuple):
            nothing = dict.fromkeys(places(text[1]) - {"n"}, "")
            answers = [re.sub(r"\d+", "", CYRILLIC.counted(*text, n, **nothing)) for n in (1, 2, 5)]
        else:
            answers = [CYRILLIC.of(context, text) if context else CYRILLIC(text)]
        for answer in answers:
            assert not re.search(r"[A-Za-zčćžšđČĆŽŠĐ]", KEPT.sub("", answer)), answer
            assert answer != text or not re.search(r"[A-Za-z]", KEPT.sub("", text)), text


# words in which n and j, l and j or d and ž belong to different syllables: Cyrillic would be wrong
APART = r"injek|konju[nk]|vanj(ez|ud)|tanjug|nadžive|odžal|podžan|nadžnj"


def test_no_word_that_cyrillic_would_get_wrong() -> None:
    for message, _, answer in said("sr-Latn"):
        assert not re.search(APART, answer, re.IGNORECASE), message.id
        assert not re.search(r"LJ|NJ|DŽ", answer), message.id
        assert not re.search(r"[а-яА-Я]", answer), message.id  # no Cyrillic а for a Latin a


def test_serbian_quotation_marks_and_percent() -> None:
    for message, _, answer in said("sr-Latn"):
        assert not re.search(r"[\"”«»]|\d %|\} %", answer), message.id
        assert answer.count("„") == answer.count("“"), message.id


# ------------------------------------------------------------------------------- choosing one


def test_an_unknown_language_is_refused_with_the_list() -> None:
    with pytest.raises(InputError) as refused:
        language("hr")
    for code in codes():
        assert code in str(refused.value)
    assert language("sr").code == "sr-Latn"
    assert codes()[0] == "en"


# ------------------------------------------------------------------------------- adding one

ACCENTS = str.maketrans("aeiounAEIOUN", "áéíóúñÁÉÍÓÚÑ")


def stretched(text: str) -> str:
    """Accented and 40 % longer."""
    return f"{text.translate(ACCENTS)}{'~' * max(1, round(0.4 * len(text)))}"


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[languages.Language]:
    """French in name and numbers, made of stretched English: a catalogue and nothing else."""
    pseudo.write(stretched, tmp_path)
    with pseudo.spoken(tmp_path) as found:
        yield found


def test_a_language_is_added_by_its_catalogue_alone(foreign: languages.Language) -> None:
    from fundsim.report.brief.blocks import Block, Document, Figure, Items, Table
    from fundsim.report.brief.compose import briefing

    def of(block: Block) -> list[str]:
        if isinstance(block, Items):
            return list(block.texts)
        if isinstance(block, Table):
            first = [row[0] for row in block.rows if not row[0].isdigit()]
            return [block.caption, *block.heads, *first]
        if isinstance(block, Figure):
            labels = [
                t.get_text() for a in block.picture.axes for t in (a.xaxis.label, a.yaxis.label)
            ]
            return [block.caption, block.alt, *filter(None, labels)]
        return [block.text] if hasattr(block, "text") else [block.title, *block.texts]

    assert codes() == ["en", "fr"]
    overrides = ("time.horizon_years=3", "time.runoff_years=1")
    document: Document = briefing(facts("serbia+tariff+legal_aid", sets=overrides), foreign)
    assert document.date == "22 novembre 2026"
    told = [document.title, document.subtitle, document.subject, *document.keywords]
    told += [text for block in document.blocks for text in of(block)]
    assert len(told) > 60
    for text in told:
        assert "~" in text, text
        if text.startswith(stretched("Sources")[:7]):
            continue  # titles are quoted as they were published
        # a word of English left over would have a vowel or an n without its accent
        for word in ("futures", "victims", "fund", "contribution", "money", "claim"):
            assert not re.search(rf"\b{word}\b", re.sub(r"`[^`]*`", "", text)), text


def test_a_catalogue_may_say_what_its_language_is_called(tmp_path: Path) -> None:
    """Where the locale has another name for it, as for Montenegrin; bringing the catalogue up to date keeps it."""
    pseudo.write(stretched, tmp_path)
    with pseudo.spoken(tmp_path) as found:
        assert found.name == "Français"
    path = tmp_path / f"{pseudo.CODE}.po"
    path.write_text(
        "# Language-Name: Patois\n" + path.read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert texts.update(path) == 0
    with pseudo.spoken(tmp_path) as found:
        assert found.name == "Patois"


# ------------------------------------------------------------------------------- phrases


def test_a_phrase_is_english_and_can_be_said_in_any_language() -> None:
    inner = Phrase("there is no fund")
    whole = Phrase("{why} ({key})", why=inner, key="fund.entry_point")
    assert whole == "there is no fund (fund.entry_point)"
    assert pickle.loads(pickle.dumps(whole)).values == {"why": inner, "key": "fund.entry_point"}
    assert Phrase("{n} month", "{n} months", n=1) == "1 month"
    assert Phrase("{n} month", "{n} months", n=1200) == "1,200 months"
    assert Phrase("{number} %", number=0.25) == "0.25 %"
    assert ENGLISH(whole) == whole
    assert SERBIAN(Phrase("{n} month", "{n} months", n=22)) == "22 meseca"
    assert SERBIAN(Phrase("{number} %", number=0.25)) == "0,25%"
    assert SERBIAN(Phrase("{a} ({key})", a=Phrase("judgement"), key="a.b")).endswith(" (a.b)")
    assert SERBIAN(Phrase("{a}", a=Phrase("judgement"))) == SERBIAN("judgement") != "judgement"


def test_a_language_writes_cents_months_and_typed_numbers() -> None:
    assert (ENGLISH.cents(123450), SERBIAN.cents(123450)) == ("€ 1,234.50", "1.234,50 evra")
    assert (ENGLISH.month(2027, 1), SERBIAN.month(2027, 1)) == ("January 2027", "januar 2027.")
    assert CYRILLIC.month(2027, 12) == "децембар 2027."
    assert (ENGLISH.typed(1_500_000.0), SERBIAN.typed(0.025)) == ("1500000", "0,025")
    assert [language(code).name for code in ("en", "sr-Latn", "sr-Cyrl")] == [
        "English", "Srpski (latinica)", "Српски (ћирилица)",
    ]  # fmt: skip


def test_a_plural_that_no_catalogue_has_is_said_in_english() -> None:
    assert SERBIAN.counted("{n} unheard of", "{n} never heard of", 5) == "5 never heard of"


@pytest.mark.parametrize(
    ("tag", "code"),
    [(None, "en"), ("", "en"), ("en-US", "en"), ("de", "en"), ("sr", "sr-Latn"), ("sr-RS", "sr-Latn"),
     ("sr-Latn-RS", "sr-Latn"), ("sr-Cyrl-BA", "sr-Cyrl"), ("x" * 999, "en")],
)  # fmt: skip
def test_the_language_nearest_to_a_browser_s(tag: str | None, code: str) -> None:
    assert spoken(tag) == code
