"""What it rests on: assumptions with sources and grades, the method in a box, limits, the run card."""

from __future__ import annotations

from collections.abc import Iterator

from fundsim.analysis.inputs import Input, inputs
from fundsim.report import words
from fundsim.report.brief.blocks import Block, Box, Heading, Items, Link, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.brief.risks import named
from fundsim.report.language import Language
from fundsim.scenario.phrase import Phrase

SHOWN = 14  # assumptions in the table: the most influential
METHOD = (
    "Each of {n} futures draws identified victims year by year, who they are, and for each one the way through indictment, trial, "
    "suit, award and enforcement. The same cases are then settled with the fund: who may claim, who does, how much, how long a "
    "decision takes, and whether there is cash when a payment falls due.",
    "Assumptions are drawn once a future between what is believed low and high (10th and 90th percentile); cases and money then "
    "vary by chance. A range that holds 9 of 10 futures has both in it.",
    "Two programs, written separately, must give the same ledger to the cent; identities of money and cases are checked in every "
    "future; the method and its checks against known answers are published with the program.",
)
LIMITS = (
    "This is no estimate of how many people are trafficked: it starts from victims whom the state identifies.",
    "It is no legal advice, and no forecast of any one case.",
    "Budget lines are our own sizing unless a ministry's figure is named as a source.",
    "Whether victims apply does not react to how much the fund pays.",
    "The results are not independently assured.",
)
GRADES = {"data": "data", "partly": "partly", "judgement": "judgement"}


def evidence(facts: Facts, say: Language) -> Iterator[Block]:
    """The last pages."""
    yield Heading(say("Assumptions and sources"))
    rows = _assumptions(facts, say)
    total = sum(int(facts.get("assumptions", grade)) for grade in GRADES)
    yield Paragraph(
        say(
            "The {shown} most influential of {total} uncertain numbers. All of them, with notes and addresses, are in the "
            "scenario file and in the workbook.",
            shown=len(rows), total=total,
        )
    )  # fmt: skip
    yield Table(
        say("Assumptions: value, and between what low and high it is believed to lie"),
        (say("Assumption"), say("Value"), say("Low to high"), say("Rests on"), say("Source")),
        rows, (False, True, True, False, False), (4, 1.3, 2, 1.6, 4),
    )  # fmt: skip
    n = facts.results.projection.replications
    yield Box(
        say("Method"),
        tuple(say(text, n=say.whole(n)) if "{n}" in text else say(text) for text in METHOD),
    )
    yield Heading(say("Limits"), 2)
    yield Items(tuple(say(text) for text in LIMITS))
    yield Box(say("Run card"), tuple(_card(facts, say)))
    if facts.link:
        yield Link(say("These figures in the dashboard, to explore them:"), facts.link)


def _assumptions(facts: Facts, say: Language) -> tuple[tuple[str, ...], ...]:
    called = named(facts, say)
    found = list(inputs(facts.scenario))
    if facts.ranking is not None:
        place = {row.input.name: i for i, row in enumerate(facts.ranking.rows)}
        found.sort(key=lambda one: place.get(one.name, len(place)))
    return tuple(_row(one, called, say) for one in found[:SHOWN])


def _row(one: Input, called: dict[str, str], say: Language) -> tuple[str, ...]:
    def number(x: float) -> str:
        return say.whole(x) if abs(x) >= 1000 else say.decimal(float(f"{x:.3g}"), 4)

    source = say("judgement: nobody has measured it") if one.source == "judgement" else one.source
    unit = f" ({say(one.unit)})" if one.unit else ""
    return (
        f"{called.get(one.name, one.name)}{unit}", number(one.value),
        say("{low} to {high}", low=number(one.low), high=number(one.high)), say(GRADES[one.grade]), source,
    )  # fmt: skip


def _card(facts: Facts, say: Language) -> Iterator[str]:
    projection = facts.results.projection
    scenario = projection.scenario
    yield say("Scenario {name}, hash {hash}", name=scenario.name, hash=scenario.hash)
    yield say(
        "Seed {seed}, {n} replications",
        seed=str(projection.seed),
        n=say.whole(projection.replications),
    )
    again = say("The same figures again: `{command}`", command=words.command(projection))
    yield again.replace("`", "")  # they only keep a command from being written in another script
    called = named(facts, say)
    for note in scenario.notes:
        values = {name: called.get(str(value), value) for name, value in note.values.items()}
        text = say(Phrase(note.text, note.many, **values))
        yield f"{text[:1].upper()}{text[1:]}."
