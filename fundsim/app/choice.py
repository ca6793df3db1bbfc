"""What a visitor has chosen: a country, a design of the fund, variants to set beside it, and a view.

A `Choice` is inert.  It names shipped files and changed values only, so that a link can hold all of it;
a visitor's own file stays in the session and is named here by its path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from fundsim.analysis.measures import shown_in
from fundsim.analysis.project import DEFAULT_SEED
from fundsim.scenario import files
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.scenario.numbers import unmistakable
from fundsim.scenario.phrase import Phrase

MONEY = tuple(f"{prices}_{currency}_{of}" for prices in ("real", "nominal")
              for currency in ("euro", "local") for of in ("whole", "head"))  # fmt: skip
MEASURES = tuple(m.name for m, _ in shown_in("drives"))
CONFIDENCES = (50, 60, 70, 75, 80, 85, 90, 95, 97, 99)
SIZES = (
    500,
    1000,
    2000,
    5000,
)  # the same on every server, so that a link shows everywhere what it shows at home
MOST_VARIANTS = 3
MOST_SEED = 2**53 - 1  # what a browser's number can hold
ANALYSES = ("tornado", "sobol", "worth")
CASES = ("any", "paid", "refused", "waiting", "never_claims", "offender_pays", "set_off")
MOST_CASES = 100_000

MOST_NUMBER = 10**12 - 1  # that a link holds
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?!?")
_WORD = re.compile(r"(?!nan$|inf$)[a-z][a-z_]{0,40}")
Sets = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Design:
    """How a country would do it.

    policy     a shipped policy; empty: the country's default, or what an own file says
    additions  shipped reforms and stresses, sorted
    sets       changed values: key and value as `--set` takes them, sorted by key
    """

    policy: str = ""
    additions: tuple[str, ...] = ()
    sets: Sets = ()

    def with_set(self, key: str, text: str | None) -> Design:
        """The same with one value changed, or left as the files have it (None)."""
        kept = {k: v for k, v in self.sets if k != key}
        if text is not None:
            kept[key] = text
        return replace(self, sets=tuple(sorted(kept.items())))

    @property
    def without_sets(self) -> Design:
        """The same without changed values."""
        return replace(self, sets=())

    @property
    def texts(self) -> tuple[str, ...]:
        """The changed values as `--set` texts: a number from a control or a link is not asked about."""
        return tuple(f"{key}={unmistakable(value)}" for key, value in self.sets)


@dataclass(frozen=True)
class Choice:
    """All that the dashboard shows is a function of this.

    country       a shipped country, or the path of an own file
    variants      designs set beside the first, at most `MOST_VARIANTS`
    language      code of the language that the page is written in
    page          of `pages()`;  money  of MONEY;  measure  of MEASURES, what "What drives it" explains
    confidence    of 100 futures, in how many the fund shall last;  of CONFIDENCES
    also          of ANALYSES, what "What drives it" computes further
    case          of CASES, which kind of case "Victims" tells;  told  the future from which it is looked for
    replications  of SIZES;  seed  as everywhere
    """

    country: str = "serbia"
    design: Design = field(default_factory=Design)
    variants: tuple[Design, ...] = ()
    language: str = "en"
    page: str = "answer"
    confidence: int = 95
    money: str = "real_euro_whole"
    measure: str = "due_a_year"
    also: tuple[str, ...] = ()
    case: str = "paid"
    told: int = 0
    replications: int = 2000
    seed: int = DEFAULT_SEED

    @property
    def own(self) -> bool:
        """Whether it rests on a visitor's own file, which no link can carry."""
        return self.country.endswith(".toml")


def name_of(country: str, design: Design) -> str:
    """The scenario's name for `load`: serbia+tariff+legal_aid."""
    return "+".join([country, *filter(None, (design.policy, *design.additions))])


@lru_cache(maxsize=512)
def _loaded(name: str, texts: tuple[str, ...]) -> Scenario:
    return load(name, texts)


@lru_cache(maxsize=64)
def _own(country: str, rest: str, texts: tuple[str, ...], changed: float) -> Scenario:
    """From a visitor's own file, which is named as the visitor knows it: not by where it is kept."""

    def known(text: str) -> str:
        # a phrase stays one, which other languages can say
        return text.replace(country, Path(country).name) if country in text else text

    try:
        found = load(country + rest, texts)
    except InputError as error:
        raise InputError(
            [replace(p, where=known(p.where), rule=known(p.rule)) for p in error.problems]
        ) from None
    origins = {k: replace(o, file=known(o.file)) for k, o in found.origins.items()}
    return replace(
        found,
        given=known(found.given),
        origins=origins,
        notes=tuple(
            Phrase(
                n.text,
                n.many,
                **{k: known(v) if isinstance(v, str) else v for k, v in n.values.items()},
            )
            for n in found.notes
        ),
    )


def scenario_of(country: str, design: Design) -> Scenario:
    """The resolved scenario; raises `InputError` with every problem."""
    if not country.endswith(".toml"):
        return _loaded(name_of(country, design), design.texts)
    rest = name_of(country, design).removeprefix(country)
    return _own(country, rest, design.texts, changed_at(country))


def changed_at(country: str) -> float:
    """When an own file was last changed; 0 for a shipped country."""
    return Path(country).stat().st_mtime if country.endswith(".toml") else 0.0


def number_text(x: float) -> str:
    """A number as links and changed values write it: at most nine decimals, no exponent."""
    return f"{x:.9f}".rstrip("0").rstrip(".") if x else "0"


def list_text(names: tuple[str, ...]) -> str:
    """A list of words as `--set` takes it."""
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def is_value(text: str) -> bool:
    """Whether a changed value is a number (certain with an exclamation mark), a word, true or false, or a list of words."""
    if _NUMBER.fullmatch(text) or _WORD.fullmatch(text):
        return True
    if not (text.startswith("[") and text.endswith("]")):
        return False
    words = [w.strip() for w in text[1:-1].split(",")] if text != "[]" else []
    return all(len(w) > 2 and w[0] == w[-1] == '"' and _WORD.fullmatch(w[1:-1]) for w in words)


def additions() -> tuple[str, ...]:
    """Every shipped reform and stress, and the policies that join another."""
    return (*files.shipped("reform"), *files.shipped("stress"), *files.joining())
