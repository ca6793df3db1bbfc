"""Languages: texts from catalogues, numbers, money, durations and dates as each language writes them.

English is written in the code and is the key of every catalogue (`languages/*.po`).  Adding a language is adding
a catalogue and nothing else; Serbian in Cyrillic is derived from the Latin one.
"""

from __future__ import annotations

import datetime
import functools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Concatenate, ParamSpec

from babel import Locale, dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from cyrtranslit import to_cyrillic

from fundsim.report import languages
from fundsim.report.languages import DERIVED, codes
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.words import WORDS

ALIASES = {"sr": "sr-Latn"}
# what stays in Latin letters: places to fill in, addresses, commands, names and abbreviations that are Latin everywhere
_LATIN = re.compile(
    r"(\{[^}]*\}|https?://\S+|`[^`]*`|\b(?:EUR|fundsim(?: validate)?|TOML|JSON|CSV|XLSX|PNG|SVG|DOCX|PDF|HTML|MIT|UNSCR|k|m|u\^\(\(1-m\)/m\))(?!\w))"
)
# in a comment, which Babel keeps; it drops fields of the head that it does not know
_NAMED = re.compile(r"^# Language-Name: (.+)$", re.MULTILINE)
PLURALS: dict[str, Callable[[int], int]] = {}


More = ParamSpec("More")
Writes = Callable[Concatenate["Language", float, More], str]


def _or_word(form: Writes[More]) -> Writes[More]:
    """A way to write numbers that writes what is no number as a word."""

    @functools.wraps(form)
    def written(self: Language, x: float, /, *args: More.args, **named: More.kwargs) -> str:
        return self("not defined") if math.isnan(x) else form(self, x, *args, **named)

    return written


@dataclass(frozen=True)
class Language:
    """A language in which something is written.

    code  BCP 47: en, sr-Latn, sr-Cyrl;  locale  of numbers and dates;  catalogue  None: English
    cyrillic  whether its catalogue's Latin texts are written in Cyrillic
    """

    code: str
    locale: Locale
    catalogue: Catalog | None = None
    cyrillic: bool = False

    @property
    def name(self) -> str:
        """What its speakers call it: as the head of its catalogue says, else as its locale does."""
        head = self.catalogue.header_comment if self.catalogue and not self.cyrillic else ""
        if named := _NAMED.search(head):
            return named[1]
        own = Locale.parse(self.code, sep="-")
        return capital(str(own.get_display_name(own)))

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language, with its {names} filled in; a `Phrase` brings its own values."""
        if isinstance(text, Phrase):
            return self._of_phrase(text)
        return self._filled(self._found(text, None), values)

    def of(self, context: str, text: str, /, **values: object) -> str:
        """The same for a text that has other forms in other places: of("in", "Serbia") is "in Serbia"'s name.

        The word of a choice has its key as context: of("when_short", "queue").
        """
        if self.catalogue is None:
            text = WORDS.get(context, {}).get(text, text)
        return self._filled(self._found(text, context), values)

    def counted(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The text for a number of things: its plural form in this language; {n} is the number."""
        values = {"n": self.whole(n), **values}
        if self.catalogue is None:
            return (one if n == 1 else many).format(**values)
        message = self.catalogue.get(one)
        forms = message.string if message is not None else ()
        if not (isinstance(forms, tuple) and forms and all(forms)):
            return (one if n == 1 else many).format(**values)
        return self._filled(self._script(forms[_plural(self.catalogue, n)]), values)

    def _of_phrase(self, phrase: Phrase) -> str:
        if self.catalogue is None:
            return str(phrase)
        values = {name: self._value(value) for name, value in phrase.values.items()}
        n = phrase.values.get("n")
        if isinstance(n, int) and phrase.many:
            return self.counted(phrase.text, phrase.many, n, **values)
        return self(phrase.text, **values)

    def _value(self, value: object) -> object:
        if isinstance(value, Phrase):
            return self(value)
        if isinstance(value, float):
            return self.typed(value)
        return self.whole(value) if isinstance(value, int) else value

    def knows(self, text: str, context: str | None = None) -> bool:
        """Whether the catalogue has the text; English knows all."""
        if self.catalogue is None:
            return True
        message = self.catalogue.get(text, context)
        return message is not None and bool(message.string) and not message.fuzzy

    def _found(self, text: str, context: str | None) -> str:
        if self.catalogue is None or not self.knows(text, context):
            return text
        message = self.catalogue.get(text, context)
        assert message is not None
        return self._script(str(message.string))

    def _script(self, text: str) -> str:
        """In the language's script: what stands in braces, addresses and commands stay as they are."""
        if not self.cyrillic:
            return text
        parts = _LATIN.split(text)
        return "".join(p if i % 2 else to_cyrillic(p, "sr") for i, p in enumerate(parts))

    def _filled(self, text: str, values: dict[str, object]) -> str:
        return text.format(**values) if values else text

    # ------------------------------------------------------------------------------- numbers

    @property
    def signs(self) -> tuple[str, str]:
        """What stands before decimals, and between thousands."""
        return (
            str(numbers.get_decimal_symbol(self.locale)), str(numbers.get_group_symbol(self.locale)),
        )  # fmt: skip

    def _written(self, digits: str) -> str:
        """Digits as Python has rounded them, so that all languages show the same, with this language's signs."""
        if self.catalogue is None:
            return digits
        decimal, group = self.signs
        return digits.translate({ord("."): decimal, ord(","): group})

    @_or_word
    def whole(self, x: float) -> str:
        """A whole number with its thousands."""
        return str(numbers.format_decimal(round(x), "#,##0", locale=self.locale))

    @_or_word
    def decimal(self, x: float, digits: int = 1) -> str:
        """A number with so many decimals at most."""
        text = str(numbers.format_decimal(x, "#,##0." + "#" * digits, locale=self.locale))
        return text.replace("-", "−")

    @_or_word
    def fixed(self, x: float, digits: int = 1) -> str:
        """A number with exactly so many decimals."""
        return self._written(_no_minus_zero(f"{x:,.{digits}f}"))

    @_or_word
    def number(self, x: float) -> str:
        """A number with three digits that matter: 0.035, 64, 55,000."""
        return self._written(f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}")

    @_or_word
    def euro(self, x: float) -> str:
        """Euro with three digits that matter: € 165,000 or € 1.23 million."""
        sign, digits, millions = _three_digits(x)
        if self.catalogue is None:
            return f"{sign}€ {digits}{' million' if millions else ''}"
        amount = sign + self._written(digits)
        if millions:
            return self("{amount} million euro", amount=amount)
        return self("{amount} euro", amount=amount)

    def form(self, unit: str) -> Callable[[float], str]:
        """How figures of a measure's unit are written."""
        if unit.startswith("EUR"):
            return self.euro
        return {"share": self.percent, "months": self.months, "persons": self.whole}.get(
            unit, self.number
        )

    def money(self, x: float, currency: str) -> str:
        """The same in any currency: € or a code as RSD."""
        if currency == "€":
            return self.euro(x)
        sign, digits, millions = _three_digits(x)
        amount = self._written(digits)
        if millions:
            return sign + self("{currency} {amount} million", currency=currency, amount=amount)
        return sign + self("{currency} {amount}", currency=currency, amount=amount)

    @_or_word
    def thousand(self, x: float) -> str:
        """Euro in thousands, for tables."""
        return self.whole(x / 1000).replace("-", "−")

    @_or_word
    def short_euro(self, x: float, _: int = 0) -> str:
        """A euro amount for an axis: € 20 k, −€ 1.5 m."""
        sign, size = "−" if x < 0 else "", abs(x)
        if size >= 1e6:
            return sign + self("€ {amount} m", amount=self.decimal(float(f"{size / 1e6:.3g}"), 2))
        if size >= 1e3:
            return sign + self("€ {amount} k", amount=self.decimal(float(f"{size / 1e3:.3g}"), 2))
        return sign + self("€ {amount}", amount=self.whole(size))

    @_or_word
    def share(self, p: float, _: int = 0) -> str:
        """A share for an axis, in whole percent."""
        return self._percent(p, 0)

    @_or_word
    def percent(self, p: float) -> str:
        """A share in percent; never rounded to 0 % or 100 %."""
        if 0 < p < 0.0005:
            return self("below {share}", share=self._percent(0.001, 1))
        if 0.995 <= p < 1:
            return self("over {share}", share=self._percent(0.99, 0))
        return self._percent(p, 0 if p >= 0.0995 or p == 0 else 1)

    def _percent(self, p: float, digits: int) -> str:
        return self("{number} %", number=self._written(_no_minus_zero(f"{100 * p:.{digits}f}")))

    @_or_word
    def months(self, x: float) -> str:
        """Months, or years and months from two years on."""
        whole = round(x)
        if whole < 24:
            return self.counted("{n} month", "{n} months", whole)
        years, rest = divmod(whole, 12)
        text = self.counted("{n} year", "{n} years", years)
        if not rest:
            return text
        return self(
            "{years} {months}", years=text, months=self.counted("{n} month", "{n} months", rest)
        )

    def date(self, day: datetime.date) -> str:
        """A date in full."""
        return str(dates.format_date(day, "long", locale=self.locale))

    def month(self, year: int, month: int) -> str:
        """A month of a year, month from 1: January 2027."""
        day = datetime.date(year, month, 1)
        return str(dates.format_skeleton("yMMMM", day, locale=self.locale))

    @_or_word
    def hundred(self, share: float) -> str:
        """A share as so many of 100; below ten with a decimal where there is one; never rounded to 0 or 100.

        Below one "fewer than 1", as no one is a tenth of a person; `few` tells how few, where there is room.
        """
        x = 100 * share
        if 0 < x < 0.95:
            return self("fewer than {number}", number="1")
        if 99.5 <= x < 100:
            return self("more than {number}", number="99")
        return self.whole(x) if x >= 9.95 else self.decimal(x)

    def few(self, share: float) -> str:
        """The same, but below one of 100 as so many in 1,000: where it does not stand beside "of 100"."""
        if not 0 < 100 * share < 0.95:
            return self.hundred(share)
        few = self("{n} in 1,000", n=max(round(1000 * share), 1))
        return few if share >= 0.0005 else self("fewer than {number}", number=few)

    def cents(self, cents: int) -> str:
        """Euro to the cent: € 1,234.50."""
        amount = self._written(f"{cents / 100:,.2f}")
        return f"€ {amount}" if self.catalogue is None else self("{amount} euro", amount=amount)

    @_or_word
    def typed(self, x: float) -> str:
        """A number as it is typed: nine digits, no thousands."""
        return self._written(f"{x:.9g}")


ENGLISH = Language("en", Locale.parse("en_GB"))


def capital(text: str) -> str:
    """The text with a capital letter first."""
    return text[:1].upper() + text[1:]


def _three_digits(x: float) -> tuple[str, str, bool]:
    """An amount's sign, its digits, and whether they count millions; cents below a hundred."""
    size = abs(x)
    sign = "−" if x <= -0.005 else ""
    if size >= 999_500:
        digits = 2 if size < 9.995e6 else 1 if size < 9.995e7 else 0
        return sign, f"{size / 1e6:,.{digits}f}", True
    if size < 100:
        whole = size == round(size) or size < 0.005
        return sign, f"{size:.0f}" if whole else f"{size:.2f}", False
    step = 10 ** max(len(str(int(size))) - 3, 0)
    return sign, f"{round(size / step) * step:,.0f}", False


def _no_minus_zero(digits: str) -> str:
    """Digits without the sign of what rounds to nothing."""
    return digits if digits.strip("-0.") else digits.lstrip("-")


def country_of(place: str, name: str, say: Language) -> str:
    """A country's name as a place in a sentence asks for: subject, object, or in (with the preposition)."""
    if say.catalogue is not None and say.knows(name, place):
        return say.of(place, name)
    return say("in {place}", place=name) if place == "in" else name


def marked(text: str) -> str:
    """The text itself.  Marks one that stands in a table and is said elsewhere, so that catalogues have it."""
    return text


@lru_cache(maxsize=16)
def language(code: str) -> Language:
    """A language by its code; raises `InputError` for one that is not there."""
    known = codes()
    wanted = ALIASES.get(code, code)
    if wanted not in known:
        rule = "must be one of " + ", ".join(known)
        raise InputError(Problem("--lang", rule, value=code, nearest=nearest(code, known)))
    if wanted == "en":
        return ENGLISH
    path = languages.FOLDER / f"{DERIVED.get(wanted, wanted)}.po"
    locale = Locale.parse(wanted, sep="-")
    with path.open("rb") as file:
        catalogue = read_po(file, locale=str(locale.language))
    return Language(wanted, locale, catalogue, cyrillic=wanted in DERIVED)


def spoken(tag: str | None) -> str:
    """The code of the language that comes nearest to a browser's (sr-RS, en-US); English where none does."""
    parts = (tag or "").split("-")
    for length in range(len(parts), 0, -1):
        code = "-".join(parts[:length])
        if ALIASES.get(code, code) in codes():
            return ALIASES.get(code, code)
    return "en"


def _plural(catalogue: Catalog, n: int) -> int:
    """Which plural form a number takes, by the catalogue's own rule."""
    if catalogue.plural_expr not in PLURALS:
        from gettext import c2py

        PLURALS[catalogue.plural_expr] = c2py(catalogue.plural_expr)
    return int(PLURALS[catalogue.plural_expr](n))
