"""Numbers as people write them: what a text can mean, what to write instead, and how we write one.

In the region a dot separates thousands and a comma decimals, so that `310.000` may be 310 or 310,000.  TOML takes it
for 310; a number of a file keeps its text here, and where whole euro or persons are counted it is asked about.
"""

from __future__ import annotations

import re
from decimal import Decimal

_PLAIN = re.compile(r"[+-]?(0|[1-9](_?\d)*)(\.\d(_?\d)*)?([eE][+-]?\d+)?")
_GROUPS = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+")
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_CURRENCY = re.compile(r"€|\b(EUR|RSD|BAM|KM|MKD|ALL)\b|\b(euros?|evra|evri|dinara|din)\b\.?", re.I)
_BLANK = "\\s\u00a0\u2009\u202f"  # also those that a word processor puts into a number
_BETWEEN = re.compile(rf"(?<=\d)[{_BLANK}'’_](?=\d{{3}}(?!\d))")
_IN_LINE = re.compile(
    rf"=[{_BLANK}]*([^\s=,#\"'\]}}][^=#\"\]}}]*?)[{_BLANK}]*(?=[\]}}#]|$|,[{_BLANK}]*[a-z])"
)
COUNTED = ("EUR", "persons", "events a year")  # how the units begin in which thousands are usual


class Written(float):
    """A number of a file that knows how it is written there; otherwise like any other."""

    text: str

    def __new__(cls, text: str) -> Written:
        """The number of a TOML literal."""
        made = super().__new__(cls, text)
        made.text = text
        return made


def meanings(text: str) -> list[str]:
    """The numbers that a text can mean, as to be written: none, one, or two (decimals, then thousands)."""
    plain = _BETWEEN.sub("", _CURRENCY.sub("", text).strip().strip("\"'").replace("−", "-"))
    percent = plain.endswith("%")
    sign, digits = re.fullmatch(r"([+-]?)(.*)", plain.removesuffix("%").strip(), re.S).groups()  # type: ignore[union-attr]
    marks = re.sub(r"\d", "", digits)
    found = []
    if re.fullmatch(r"\d+", digits):
        found = [digits]
    elif _TWO_WAYS.fullmatch(digits):
        found = [digits.replace(",", "."), re.sub("[.,]", "", digits)]
    elif _GROUPS.fullmatch(digits) and len(set(marks)) == 1:
        found = [re.sub("[.,]", "", digits)]
    elif re.fullmatch(r"\d*[.,]\d+", digits):
        found = [digits.replace(",", ".")]
    elif (
        re.fullmatch(r"(.+)[.,]\d+", digits)
        and len(set(marks)) == 2
        and marks[-1] not in marks[:-1]
    ):
        whole, _, rest = digits.rpartition(marks[-1])
        found = [f"{whole.replace(marks[0], '')}.{rest}"] if _GROUPS.fullmatch(whole) else []
    return [_written(Decimal(sign + one) / (100 if percent else 1)) for one in found]


def misread(text: str, counts: bool = False) -> str:
    """Why a text is no plain number, and what to write; empty if it is one, or nothing like a number.

    counts  whether thousands are usual: then `310.000` is asked about, which elsewhere is 310
    """
    found = meanings(text)
    if _PLAIN.fullmatch(text) and not (counts and len(found) == 2):
        return ""
    match found:
        case [one]:
            return f"write {one}"
        case [decimal, thousands]:
            return f"{decimal} or {thousands}? write the one that is meant"
        case _:
            return ""


def read(text: str, counts: bool = False, whole: bool = False) -> float:
    """The number of a text that can be only one; raises ValueError with what to write instead.

    counts  whether thousands are usual;  whole  whether it must be a whole number
    """
    plain = text.strip()
    rule = misread(plain, counts or whole)
    found = [plain] if _PLAIN.fullmatch(plain) and not rule else meanings(plain)
    if len(found) > 1:
        raise ValueError(rule)
    if whole and not (found and float(found[0]).is_integer()):
        raise ValueError(whole_rule(plain))
    if not found:
        raise ValueError("must be a number")
    return float(found[0])


def whole_rule(given: object) -> str:
    """Why something is no whole number, and what to write, if it is written as one on paper."""
    text = str(getattr(given, "text", given))
    fraction = any("." in meaning for meaning in meanings(text))
    meant = "" if fraction else misread(text, counts=True)
    return f"must be a whole number; {meant}" if meant else "must be a whole number"


def in_line(line: str) -> tuple[str, str] | None:
    """The first value of a TOML line that is a number as no file may write it, and what to write instead."""
    plain = re.sub(r'"(\\.|[^"\\])*"', lambda text: '"' * len(text[0]), line)
    for found in _IN_LINE.finditer(plain):
        if rule := misread(found[1]):
            return found[1], rule
    return None


def is_counted(unit: str) -> bool:
    """Whether thousands are usual in a unit."""
    return unit.startswith(COUNTED)


def literal(x: float) -> str:
    """A number with every digit, as a file or `--set` takes it and nobody can misread."""
    return unmistakable(repr(float(x)))


def unmistakable(text: str) -> str:
    """The same number with one more decimal, where its three could be taken for thousands; `!` may stand after it."""
    found = re.fullmatch(rf"([+-]?{_TWO_WAYS.pattern})(!?)", text)
    return f"{found[1]}0{found[2]}" if found else text


def _written(x: Decimal) -> str:
    text = f"{x:f}"
    return unmistakable(text.rstrip("0").rstrip(".") if "." in text else text)
