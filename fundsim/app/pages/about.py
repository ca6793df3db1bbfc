"""About: the method in a page, its limits, version, validation, how to cite."""

from __future__ import annotations

import re
from functools import lru_cache

from fundsim import __version__
from fundsim.app import draw
from fundsim.app.choice import Choice
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report import wording
from fundsim.report.backtest.page import kept
from fundsim.report.backtest.words import Kept, summary
from fundsim.report.language import Language, marked
from fundsim.scenario import files

TITLE, ORDER = marked("About"), 80
PARTS: dict[str, str] = {}

METHOD = (
    (marked("Cases"), marked(
        "Each future draws registered victims year by year (over-dispersed counts, rare mass cases), who they are, "
        "and for each one the way through indictment, trial, civil suit, award and enforcement. A victim keeps its draws "
        "whatever the fund's design: so two designs differ by their design and not by luck.")),
    (marked("The fund"), marked(
        "The same cases are settled with the fund: who is entitled, who applies, how much, how long a decision "
        "takes, and whether there is cash when a payment falls due. When cash is short the stated rule acts: a queue, equal "
        "shares, or a loan from the treasury. Money is counted in whole cents and every identity is checked on every run.")),
    (marked("Two kinds of not knowing"), marked(
        "Assumptions have a value with low and high, the 10th and 90th percentile of what is "
        "believed; they are drawn once for each future. Cases and money then vary by chance. A range marked “9 of 10 "
        "futures” holds both. The computer's own noise is told apart, and goes away with more futures.")),
    (marked("What it takes"), marked(
        "For each future the smallest yearly contribution with which everything due is paid in its month is "
        "found exactly; its quantiles are the curve of contribution and confidence.")),
    (marked("Two engines"), marked(
        "A second program, written separately as one victim's story after another, settles the same cases and "
        "must give the same ledger to the cent.")),
)  # fmt: skip
LIMITS = (
    marked("It is not an estimate of how many people are trafficked: it starts from victims whom the state registers."),
    marked("It is not legal advice, and not a forecast of any one case."),
    marked("Most numbers are thin: see the grades on the page Assumptions. Nobody has measured how many victims apply to such a scheme."),
    marked("Budgets follow a rule of ours, not any ministry's plan."),
    marked("Take-up follows the sum on offer by one assumption; income does not react to what the fund needs."),
    marked("The results are not independently assured."),
)  # fmt: skip


def controls(choice: Choice) -> None:
    """None."""


def page(view: View) -> Shown:
    """The page."""
    say = view.say
    draw.answer(
        view.top,
        say(
            "fundsim simulates thousands of futures of a state compensation fund for trafficked persons, and says what "
            "it costs, whether it lasts, who is paid, and how sure that is."
        ),
    )
    draw.heading(say("Method"))
    for title, text in METHOD:
        draw.say(f"{say(title)}. {say(text)}")
    draw.heading(say("Limits"))
    for text in LIMITS:
        draw.say(f"• {say(text)}")
    draw.heading(say("Validation"))
    draw.say(validation(say))
    draw.heading(say("Held against reality"))
    schemes = kept()
    for text in summary(schemes, say):
        draw.say(f"• {text}")
    draw.table(
        reality(schemes, say),
        say(
            "Schemes that ran, described from what was known before, beside what they published later"
        ),
    )
    draw.heading(say("This page and its figures"))
    what, value, size = say("What"), say("Value"), say.whole(view.size)
    rows = [
        {what: say("Version"), value: __version__},
        {what: say("Scenario"), value: view.scenario.name},
        {what: say("Scenario hash"), value: view.scenario.hash},
        {what: say("Seed and replications"), value: f"{view.choice.seed}, {size}"},
        {what: say("Command"), value: wording.command(view.results.projection)},
    ]
    draw.table(rows, say("Run card"))
    draw.heading(say("How to cite"))
    draw.say(
        say(
            "fundsim {version}: a compensation-fund feasibility simulator. Scenario {name} ({hash}), seed {seed}, {n} "
            "replications. MIT licence.",
            version=__version__, name=view.scenario.name, hash=view.scenario.hash, seed=view.choice.seed, n=size,
        )
    )  # fmt: skip
    return Shown({}, {"run card": rows})


def reality(schemes: tuple[Kept, ...], say: Language) -> list[dict[str, str]]:
    """How each scheme came out, and what that teaches."""
    return [
        {
            say("Scheme"): say(one.title),
            say("Known to"): str(one.cut),
            say("Figures"): str(one.figures),
            say("In the 80 % band"): str(one.in_80),
            say("In the 50 % band"): str(one.in_50),
            say("What it teaches"): say(one.learned),
        }
        for one in schemes
        if one.figures
    ]


def validation(say: Language) -> str:
    """What the model's report about itself says, in a sentence."""
    if found := _checks():
        checks, passed, failed, skipped = found
        return say(
            "Compared with answers computed apart from it: {checks} checks, {passed} passed, {failed} failed, {skipped} "
            "skipped for want of data. Run them yourself: fundsim validate. Not independently assured.",
            checks=checks, passed=passed, failed=failed, skipped=skipped,
        )  # fmt: skip
    return say(
        "Run fundsim validate: it compares the program with answers computed apart from it. Not independently assured."
    )


@lru_cache(maxsize=1)
def _checks() -> tuple[str, ...]:
    """How many checks there are, passed, failed and were skipped; empty where there is no report."""
    for folder in (files.folder().parent / "docs", files.folder().parent):
        report = folder / "validation.md"
        if report.is_file():
            found = re.search(
                r"(\d+) checks: (\d+) passed, (\d+) failed, (\d+) skipped",
                report.read_text("utf-8"),
            )
            if found:
                return found.groups()
    return ()
