"""About: the method in a page, its limits, version, validation, how to cite."""

from __future__ import annotations

import re
from functools import lru_cache

from fundsim import __version__
from fundsim.app import draw
from fundsim.app.choice import Choice
from fundsim.app.draw import Shown
from fundsim.app.view import View
from fundsim.report import words
from fundsim.scenario import files

METHOD = (
    ("Cases", "Each future draws identified victims year by year (over-dispersed counts, rare mass cases), who they are, "
     "and for each one the way through indictment, trial, civil suit, award and enforcement. A victim keeps its draws "
     "whatever the fund's design: so two designs differ by their design and not by luck."),
    ("The fund", "The same cases are settled with the fund: who is entitled, who applies, how much, how long a decision "
     "takes, and whether there is cash when a payment falls due. When cash is short the stated rule acts: a queue, equal "
     "shares, or a loan from the treasury. Money is counted in whole cents and every identity is checked on every run."),
    ("Two kinds of not knowing", "Assumptions have a value with low and high, the 10th and 90th percentile of what is "
     "believed; they are drawn once for each future. Cases and money then vary by chance. A range marked “9 of 10 "
     "futures” holds both. The computer's own noise is told apart, and goes away with more futures."),
    ("What it takes", "For each future the smallest yearly contribution with which everything due is paid in its month is "
     "found exactly; its quantiles are the curve of contribution and confidence."),
    ("Two engines", "A second program, written separately as one victim's story after another, settles the same cases and "
     "must give the same ledger to the cent."),
)  # fmt: skip
LIMITS = (
    "It is not an estimate of how many people are trafficked: it starts from victims whom the state identifies.",
    "It is not legal advice, and not a forecast of any one case.",
    "Most numbers are thin: see the grades on the page Assumptions. Take-up of a new scheme alone is believed to lie "
    "between 2 % and 60 %.",
    "Budget lines are our own sizing, not any ministry's plan.",
    "Take-up does not react to how much the fund pays; income does not react to what the fund needs.",
    "The results are not independently assured.",
)


def controls(choice: Choice) -> None:
    """None."""


def page(view: View) -> Shown:
    """The page."""
    draw.answer(
        view.top,
        "fundsim simulates thousands of futures of a state compensation fund for trafficked persons, and says what "
        "it costs, whether it lasts, who is paid, and how sure that is.",
    )
    draw.heading("Method")
    for title, text in METHOD:
        draw.say(f"{title}. {text}")
    draw.heading("Limits")
    for text in LIMITS:
        draw.say(f"• {text}")
    draw.heading("Validation")
    draw.say(validation())
    draw.heading("This page and its figures")
    rows = [
        {"What": "Version", "Value": __version__},
        {"What": "Scenario", "Value": view.scenario.name},
        {"What": "Scenario hash", "Value": view.scenario.hash},
        {"What": "Seed and replications", "Value": f"{view.choice.seed}, {view.size:,}"},
        {"What": "Command", "Value": words.command(view.results.projection)},
    ]
    draw.table(rows, "Run card")
    draw.heading("How to cite")
    draw.say(
        f"fundsim {__version__}: a compensation-fund feasibility simulator. Scenario {view.scenario.name} "
        f"({view.scenario.hash}), seed {view.choice.seed}, {view.size:,} replications. MIT licence."
    )
    return Shown({}, {"run card": rows})


@lru_cache(maxsize=1)
def validation() -> str:
    """What the model's report about itself says, in a sentence."""
    for folder in (files.folder().parent / "docs", files.folder().parent):
        report = folder / "validation.md"
        if report.is_file():
            found = re.search(
                r"(\d+) checks: (\d+) passed, (\d+) failed, (\d+) skipped",
                report.read_text("utf-8"),
            )
            if found:
                return (
                    f"Compared with answers computed apart from it: {found[1]} checks, {found[2]} passed, {found[3]} "
                    f"failed, {found[4]} skipped for want of data. Run them yourself: fundsim validate. Not "
                    "independently assured."
                )
    return "Run fundsim validate: it compares the program with answers computed apart from it. Not independently assured."
