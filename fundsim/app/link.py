"""Links: a choice as a query that a person can read, and back.

A link holds everything that its figures depend on, with check digits in front: a link that was cut or
changed on the way is noticed and never opens as another scenario.  It also holds the figures themselves,
so that under a newer version both can be shown.  The keys are a contract (docs/dashboard.md):

    k  check digits of all the rest       v  model version              s  scenario: names joined by -
    h  scenario hash                      seed, n  seed, replications   w1 w2 w3  variants, like s
    lang, page, c, m, o  language, page, confidence, money, measure
    also, case     further analyses joined by -; kind of case and the future it is looked for from
    fund.amount.cap=12 (any key with a dot)  a changed value, 12-certain without its range;  w1.fund.amount.cap  the same of a variant
    r  headline figures joined by _       d  digest of the results, and of others on the page      z  all of these, packed
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fundsim import __version__
from fundsim.app.choice import (
    ANALYSES,
    CASES,
    CONFIDENCES,
    MEASURES,
    MONEY,
    MOST_CASES,
    MOST_SEED,
    MOST_VARIANTS,
    SIZES,
    Choice,
    Design,
    additions,
    is_value,
    list_text,
)
from fundsim.app.older_links import as_meant
from fundsim.app.pages import pages
from fundsim.report.language import marked
from fundsim.report.languages import codes
from fundsim.scenario import files
from fundsim.scenario.errors import BAD_INPUT, FundsimError
from fundsim.scenario.override import CERTAIN
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.retired import retired_name

MOST_CHARACTERS = 1500  # of a whole query: more is packed, or refused
MOST_UNPACKED = 16_384
MOST_VALUE = 2000
MOST_SETS = 200  # changed values: each may have to be tried
VARIANTS = tuple(f"w{i + 1}" for i in range(MOST_VARIANTS))
PLAIN = ("s", "seed", "n", *VARIANTS, "lang", "page", "c", "m", "o", "also", "case")
CLAIMS = ("v", "h", "r", "d")
IGNORED = re.compile(r"embed|embed_options|utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref")
DAMAGED = Phrase(
    "This link is damaged: part of it was cut off or changed on its way. Its figures cannot be shown: "
    "ask whoever sent it for the link again."
)
# what is told of a name that is not shipped, and of one that was retired
GONE = {
    "country": (
        marked("The link asks for a country “{name}”, which is not shipped."),
        marked("The link asks for a country “{name}”, but {reason}."),
    ),
    "policy": (
        marked("The link asks for a policy “{name}”, which is not shipped."),
        marked("The link asks for a policy “{name}”, but {reason}."),
    ),
    "addition": (
        marked("The link asks for “{name}”, no shipped reform or stress."),
        marked("The link asks for “{name}”, but {reason}."),
    ),
}
SURE = "-certain"  # after a number: an exclamation mark is none of what mail programs leave alone
TRAILING = ".,;:!?)]}>\"'”’»"
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Claim:
    """What a link says of the results it was made from.

    version  model version;  scenario_hash  of the first scenario, with those of variants joined by _
    figures  headline figures as texts, in the order of `headline.FIGURES`;  digest  of the results,
    and after a _ of what else the page shows
    """

    version: str
    scenario_hash: str
    figures: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Opened:
    """A link that was read: the choice, what a visitor must be told, and what the link claims.

    notices  `Phrase`s, to be said in the language that is chosen
    whole    whether the choice is all that the link asks for, so that its figures can be expected
    """

    choice: Choice
    notices: tuple[str, ...] = ()
    claim: Claim | None = None
    whole: bool = True


class DamagedError(FundsimError):
    """A link that does not fit its check digits, or is none."""

    exit_code = BAD_INPUT


def query(choice: Choice, claim: Claim) -> str:
    """The link's query, without a question mark; raises ValueError if it is too long for a link."""
    pairs = _pairs(choice, claim)
    text = "&".join(f"{k}={v}" for k, v in [("k", _check(pairs)), *pairs])
    if len(text) > MOST_CHARACTERS:
        packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
        text = f"z={packed}"
    if len(text) > MOST_CHARACTERS:
        raise ValueError("too many values are changed for a link; send the scenario file instead")
    return text


def _pairs(choice: Choice, claim: Claim) -> list[tuple[str, str]]:
    pairs = [("v", claim.version), ("s", _names(choice.country, choice.design)),
             ("h", claim.scenario_hash), ("seed", str(choice.seed)), ("n", str(choice.replications)),
             ("lang", choice.language), ("page", choice.page), ("c", str(choice.confidence)), ("m", choice.money),
             ("o", choice.measure)]  # fmt: skip
    if choice.also:
        pairs.append(("also", "-".join(choice.also)))
    if (choice.case, choice.told) != ("any", 0):
        pairs.append(("case", f"{choice.case}-{choice.told}"))
    pairs += [(key, _value(text)) for key, text in choice.design.sets]
    for place, variant in zip(VARIANTS, choice.variants, strict=False):
        pairs.append((place, _names("", variant)))
        pairs += [(f"{place}.{key}", _value(text)) for key, text in variant.sets]
    return [*pairs, ("r", "_".join(claim.figures)), ("d", claim.digest)]


def _names(country: str, design: Design) -> str:
    return "-".join(
        [*([country] if country else []), design.policy or "default", *design.additions]
    )


def _value(text: str) -> str:
    """A list of words is written .one.two, 12! as 12-certain, everything else as it is."""
    if not text.startswith("["):
        return text.replace(CERTAIN, SURE)
    return "".join(f".{word}" for word in re.findall(r"[a-z_]+", text)) or "."


def _check(pairs: Pairs) -> str:
    text = "&".join(f"{k}={v}" for k, v in sorted(pairs))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


# ------------------------------------------------------------------------------------- reading


def opened(parameters: Mapping[str, Sequence[str]], spoken: str = "en") -> Opened:
    """The choice that a query asks for, with a notice for everything that is not as asked.

    parameters  every value of each name;  spoken  the visitor's language, for a query that names none
    """
    given: dict[str, list[str]] = {}
    for key, values in parameters.items():  # a mail program that writes & as &amp; does no damage
        if not IGNORED.fullmatch(key := key.replace("amp;", "")):
            given.setdefault(key, []).extend(values)
    start = Choice(language=spoken)
    if not given:
        return Opened(start)
    try:
        pairs = _checked(given)
        return _read(dict(pairs), start)
    except DamagedError as error:
        return Opened(start, (error.args[0] if error.args else DAMAGED,))


def _checked(given: Mapping[str, list[str]]) -> Pairs:
    """The pairs of a query, if they fit their check digits."""
    if any(len(values) != 1 for values in given.values()):
        raise DamagedError
    # a sentence's full stop or bracket after an address is no damage
    flat = {k: v[0].rstrip(TRAILING) if k in ("d", "z") else v[0] for k, v in given.items()}
    if "z" in flat:
        flat = _unpacked(flat["z"])
    known = {k: v for k, v in flat.items() if k in (*PLAIN, *CLAIMS) or "." in k}
    if any(len(v) > MOST_VALUE or not v.isascii() for v in (*known, *known.values())):
        raise DamagedError
    if sum("." in key for key in known) > MOST_SETS:
        raise DamagedError
    check = flat.get("k")
    strangers = {k: v for k, v in flat.items() if k not in known and k not in ("k", "z")}
    if strangers and check == _check([*known.items(), *strangers.items()]):
        return [*known.items(), *strangers.items()]  # whole, and of a version that has more keys
    if check is None:
        if strange := [k for k in flat if k in CLAIMS or k not in known]:
            raise (
                DamagedError
                if strange[0] in CLAIMS
                else DamagedError(
                    Phrase(
                        "This address has a part that is not known here; the standard view is shown."
                    )
                )
            )
    elif check != _check(list(known.items())):
        raise DamagedError
    return list(known.items())


def _unpacked(text: str) -> dict[str, str]:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(data, MOST_UNPACKED)
        if not unpacker.eof or unpacker.unused_data:
            raise DamagedError
        pairs = [pair.partition("=") for pair in plain.decode("ascii").split("&")]
    except (binascii.Error, zlib.error, ValueError):
        raise DamagedError from None
    flat = {k: v for k, _, v in pairs}
    if len(flat) != len(pairs) or "k" not in flat:
        raise DamagedError
    return flat


def _read(flat: dict[str, str], start: Choice) -> Opened:
    """The choice of pairs that are whole; what is not valid is left as it stands, and told."""
    notices: list[str] = []  # of what the figures depend on
    aside: list[str] = []  # of how they are shown

    def one_of(name: str, valid: Sequence[str], default: str) -> str:
        if (text := flat.get(name, default)) in valid:
            return text
        aside.append(_no_such(name, text))
        return default

    def whole(name: str, default: int, allowed: Callable[[int], bool]) -> int:
        text = flat.get(name, str(default))
        if re.fullmatch("[0-9]{1,19}", text) and allowed(int(text)):
            return int(text)
        notices.append(
            Phrase(
                "The link asks for {name} = {text}, which is not possible here.",
                name=name,
                text=_short(text),
            )
        )
        return default

    def meant(before: str, names: str) -> Design:
        return as_meant(flat.get("v", ""), country, _design(before, names, flat, notices), aside)

    country, _, rest = flat.get("s", start.country).partition("-")
    if country not in files.shipped("base"):
        notices.append(_gone("country", country))
        country = start.country
    further = [name for name in flat.get("also", "").split("-") if name]
    aside += [_no_such("also", name) for name in further if name not in ANALYSES]
    case, _, told = flat.get("case", "any-0" if "v" in flat else f"{start.case}-0").partition("-")
    if case not in CASES or not re.fullmatch("[0-9]{1,6}", told) or int(told) >= MOST_CASES:
        aside.append(_no_such("case", flat["case"]))
        case, told = start.case, "0"
    found = replace(
        start,
        country=country,
        design=meant("", rest),
        variants=tuple(meant(f"{w}.", flat[w]) for w in VARIANTS if w in flat),
        language=one_of("lang", codes(), start.language),
        page=one_of("page", tuple(pages()), start.page),
        money=one_of("m", MONEY, start.money),
        measure=one_of("o", MEASURES, start.measure),
        confidence=whole("c", start.confidence, lambda c: c in CONFIDENCES),
        also=tuple(n for n in ANALYSES if n in further),
        case=case,
        told=int(told),
        replications=whole("n", start.replications, lambda n: n in SIZES),
        seed=whole("seed", start.seed, lambda seed: seed <= MOST_SEED),
    )  # fmt: skip
    if strange := [k for k in flat if k not in (*PLAIN, *CLAIMS) and "." not in k]:
        notices.append(
            Phrase(
                "The link holds “{name}”, which this version does not know.",
                name=_short(strange[0]),
            )
        )
    complete = not notices
    notices += aside
    if "v" not in flat:
        notices.append(
            Phrase("This address was not made by “Copy link”: it shows today's figures.")
        )
        return Opened(found, tuple(notices))
    claim = Claim(
        flat["v"][:20], flat.get("h", ""), tuple(flat.get("r", "").split("_")), flat.get("d", "")
    )
    return Opened(found, tuple(notices), claim, complete)


def _design(before: str, names: str, flat: Mapping[str, str], notices: list[str]) -> Design:
    policy, *more = [name for name in names.split("-") if name] or [""]
    if policy == "default":
        policy = ""
    if policy and policy not in files.shipped("policy"):
        notices.append(_gone("policy", policy))
        policy = ""
    valid = additions()
    notices += [_gone("addition", name) for name in more if name not in valid]
    sets = []
    for key, text in flat.items():
        own = key.removeprefix(before)
        if not key.startswith(before) or "." not in own or (not before and key[:3] in _DOTTED):
            continue
        text = text.replace(SURE, CERTAIN)
        value = list_text(tuple(text[1:].split("."))) if text.startswith(".") else text
        if _KEY.fullmatch(own) and _THOUSANDS.fullmatch(value):
            notices.append(
                Phrase("The link sets {key} to {text}, which can be read in two ways: write {low} or {high}; it is left out.",
                       key=_short(own), text=value, low=f"{float(value):g}", high=value.replace(".", ""))
            )  # fmt: skip
        elif _KEY.fullmatch(own) and is_value(value):
            sets.append((own, value))
        else:
            notices.append(
                Phrase(
                    "The link sets {key} to what is no value, or is no key; it is left out.",
                    key=_short(own),
                )
            )
    kept = tuple(sorted({name for name in more if name in valid}))
    return Design(policy, kept, tuple(sorted(sets)))


_THOUSANDS = re.compile(
    r"[1-9][0-9]{0,2}\.[0-9]{2}0"
)  # no link that was copied ends a number with a nought
_KEY = re.compile(r"[a-z0-9_]{1,60}(\.[a-z0-9_]{1,60}){1,6}")
_DOTTED = tuple(f"{w}." for w in VARIANTS)


def _no_such(name: str, text: str) -> str:
    return Phrase(
        "The link asks for “{text}” ({name}), which does not exist here.",
        text=_short(text),
        name=name,
    )


def _short(text: str) -> str:
    """A piece of a link for a notice: few characters, as names and numbers have them, so that no sentence
    or address of a stranger is read here."""
    return re.sub(r"[^A-Za-z0-9_.-]", "?", text[:40])


def _gone(what: str, name: str) -> str:
    """What to tell of a name that is not shipped.  what  of GONE"""
    unknown, retired = GONE[what]
    reason = retired_name(name)
    if reason:
        return Phrase(retired, name=_short(name), reason=reason)
    return Phrase(unknown, name=_short(name))


def claim_of(scenario_hash: str, figures: Sequence[str], digest: str) -> Claim:
    """What a link made now says."""
    return Claim(__version__, scenario_hash, tuple(figures), digest)
