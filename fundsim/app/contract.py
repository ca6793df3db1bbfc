"""What a link promised: the same figures; and under another version the old ones, the new ones, and why they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import streamlit as st

from fundsim import __version__
from fundsim.app import draw, headline
from fundsim.app.choice import Choice, Design, name_of
from fundsim.app.link import Claim
from fundsim.app.view import View, title_of
from fundsim.report.language import Language
from fundsim.report.results import Results
from fundsim.scenario import files
from fundsim.scenario.errors import InputError
from fundsim.scenario.override import CERTAIN
from fundsim.scenario.released import Moved, moved_since, rules_since

MOST_REASONS = 12
_RELEASE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")


def kept(view: View, claim: Claim, whole: bool, others: Sequence[Results] | None) -> None:
    """Say whether the figures are those of the link; if not, both and why.

    whole   whether what is shown is all that the link asks for
    others  what the page shows beside the scenario's own results; None if it is not the link's page, so that
            the link says nothing about them
    """
    say = view.say
    now = headline.figures(view.results, view.needs, view.choice.confidence)
    digest = headline.digest(view.results)
    first, _, rest = claim.digest.partition("_")
    same = claim.figures == now and first == digest
    beside = claim.scenario_hash.split("_")[1:] == hashes(view).split("_")[1:]
    if others is not None:
        beside = (
            beside and headline.digest(view.results, others) == f"{digest}{'_' * bool(rest)}{rest}"
        )
    if whole and same and beside:
        st.success(draw.plain(" ".join(_confirmed(view, claim, digest, others is None))))
        return
    st.warning(draw.plain(_difference(claim, whole, same, say)))
    if not same:
        rows = [
            {say("Figure"): say(figure.at.words), say("In the link"): then, say("Here"): new}
            for figure, then, new in zip(
                headline.FIGURES,
                headline.as_read(claim.figures, say),
                headline.as_read(now, say),
                strict=True,
            )
        ]
        draw.table(rows, say("The link's figures, and those here"))
    for reason in reasons(view, claim) if whole else ():
        draw.say(f"• {reason}")


def _confirmed(view: View, claim: Claim, digest: str, elsewhere: bool) -> Iterator[str]:
    """That the figures are those of the link.  elsewhere  whether the page is not the link's"""
    say, design = view.say, title_of(view.scenario, view.say)
    if claim.version == __version__:
        yield say(
            "Checked: these are the figures of the link: {design} (digest {digest}).",
            design=design, digest=digest,
        )  # fmt: skip
    else:
        yield say(
            "Checked: these are the figures of the link, made with version {version}: {design} (digest {digest}).",
            version=_version(claim, say), design=design, digest=digest,
        )  # fmt: skip
    if elsewhere and view.choice.page == "countries":
        yield say("The other countries are today's.")


def _difference(claim: Claim, whole: bool, same: bool, say: Language) -> str:
    """What a visitor must know before quoting anything."""
    if not whole:
        return say(
            "Part of what the link asks for is not possible here: it is told above. What is shown is therefore "
            "another scenario or another run than the link's. Do not quote it as the link's."
        )
    if same:
        return say(
            "The figures of the first design are those of the link, but of what stands beside it some rest on other "
            "assumptions or rules than when the link was made: those figures have changed."
        )
    if _newer(claim.version):
        return say(
            "The link was made with a newer version of fundsim ({version}; this is {ours}), and its figures "
            "are others. Both are below. Quote those of the newer version.",
            version=_version(claim, say), ours=__version__,
        )  # fmt: skip
    if claim.version == __version__:
        return say(
            "The figures are not those of the link, although it names this version ({version}). Both are below. "
            "Ask whoever sent it before you quote either.",
            version=__version__,
        )
    return say(
        "The figures have changed since this link was made (version {version}; this is {ours}). Both "
        "are below. Quote the new ones, or say that the old ones are of the older version.",
        version=_version(claim, say), ours=__version__,
    )  # fmt: skip


def reasons(view: View, claim: Claim) -> list[str]:
    """Why the figures differ: assumptions and rules that changed since the link's version."""
    choice, say = view.choice, view.say
    try:
        told = list(
            dict.fromkeys(
                say(
                    "{key} ({file}): was {then}, is {now}",
                    key=m.key, file=m.file, then=m.then or say("not there"), now=m.now or say("not there"),
                )
                for country, design in _shown(choice)
                for m in moved_since(claim.version, name_of(country, design))
                if not _overridden(design, m)
            )
        )  # fmt: skip
        rules = rules_since(claim.version)
    except InputError:
        return [
            say(
                "Version {version} is not known here: it cannot be told what has changed.",
                version=_version(claim, say),
            )
        ]
    if (more := len(told) - MOST_REASONS) > 0:
        told[MOST_REASONS:] = [say.counted("and {n} more value", "and {n} more values", more)]
    return told + rules or [_no_reason(view, claim)]


def _shown(choice: Choice) -> Iterator[tuple[str, Design]]:
    """Every country and design that the page shows figures of."""
    yield choice.country, choice.design
    yield from ((choice.country, variant) for variant in choice.variants)
    if choice.page == "countries":
        yield from ((country, choice.design.without_sets) for country in files.countries())


def _overridden(design: Design, moved: Moved) -> bool:
    """Whether the link itself says all of a value, so that the files do not matter.

    A number that is not certain takes its range from the files.
    """
    said, key = dict(design.sets), moved.key
    if key in said:
        return said[key].endswith(CERTAIN) or not moved.ranged
    return {f"{key}.value", f"{key}.low", f"{key}.high"} <= said.keys()


def _no_reason(view: View, claim: Claim) -> str:
    say = view.say
    if claim.scenario_hash.split("_")[0] != view.scenario.hash:
        return say(
            "The assumptions here are not those that the link was made from (the scenario's hash is another), although "
            "the files here are those of that version: it was made with files that somebody had changed, or by hand."
        )
    return say(
        "Neither assumptions nor rules have changed: the link was made with another build of this version, or "
        "with other versions of the numerical libraries, or was not made by “Copy link”."
    )


def hashes(view: View) -> str:
    """The hashes of all scenarios that a link names, the first one's first."""
    found = [view.scenario.hash]
    for variant in view.choice.variants:
        try:
            found.append(view.scenario_of(variant).hash)
        except InputError:
            found.append("none")
    return "_".join(found)


def _newer(version: str) -> bool:
    """Whether a link's version comes after this one."""
    if not _RELEASE.fullmatch(version):
        return False
    then, now = ([int(part) for part in v.split(".")] for v in (version, __version__))
    return then > now


def _version(claim: Claim, say: Language) -> str:
    """A version of a link as people read it; never a text of a stranger."""
    return claim.version if _RELEASE.fullmatch(claim.version) else say.of("version", "unknown")
