"""What it rests on: assumptions with sources and grades, the method in a box, limits, the run card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from fundsim import __version__
from fundsim.analysis.inputs import Input, inputs
from fundsim.report import wording
from fundsim.report.backtest.page import kept
from fundsim.report.backtest.words import summary
from fundsim.report.brief.blocks import Block, Box, Heading, Items, Link, Paragraph, Table
from fundsim.report.brief.gather import Facts
from fundsim.report.brief.risks import named
from fundsim.report.language import Language, marked
from fundsim.scenario.command import command_line
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.schema import assumptions
from fundsim.scenario.used import keys, unused

SHOWN = 14  # assumptions in the table: the most influential
METHOD = (
    "Each of {n} futures draws registered victims year by year, who they are, and for each one the way through indictment, trial, "
    "suit, award and enforcement. The same cases are then settled with the fund: who may claim, who does, how much, how long a "
    "decision takes, and whether there is cash when a payment falls due.",
    "Assumptions are drawn once a future between what is believed low and high (10th and 90th percentile); cases and money then "
    "vary by chance. A range that holds 9 of 10 futures has both in it.",
    "Two programs, written separately, must give the same ledger to the cent; identities of money and cases are checked in every "
    "future; the method and its checks against known answers are published with the program.",
)
WITHOUT = marked(  # what METHOD begins with where there is no fund
    "Each of {n} futures draws registered victims year by year, who they are, and for each one the way through indictment, trial, "
    "suit, award and enforcement, with the reforms that the scenario names."
)
LIMITS = (
    "This is no estimate of how many people are trafficked: it starts from victims whom the state registers.",
    "It is no legal advice, and no forecast of any one case.",
    "Budgets follow a rule of ours unless a ministry's figure is named as a source.",
    "How many victims apply is our assumption; it follows the sum on offer by another.",
    "The results are not independently assured.",
)
GRADES = (marked("data"), marked("partly"), marked("judgement"))


def evidence(facts: Facts, say: Language) -> Iterator[Block]:
    """The last pages."""
    yield Heading(say("Assumptions and sources"))
    shown, sure = _ordered(facts)
    yield Paragraph(_which(facts, shown, sure, say))
    called, sources = named(facts, say), _sources(facts)
    yield Table(
        say("Assumptions: value, and between what low and high it is believed to lie"),
        (say("Assumption"), say("Value"), say("Low to high"), say("Rests on"), say("Source")),
        tuple(_row(one, called, sources, say) for one in shown), (False, True, True, False, False),
        (4, 1.3, 2, 1.6, 4),
    )  # fmt: skip
    n = facts.results.projection.replications
    method = METHOD if facts.scenario.world.has_fund else (WITHOUT, *METHOD[1:])
    yield Box(
        say("Method"),
        tuple(say(text, n=say.whole(n)) if "{n}" in text else say(text) for text in method),
    )
    yield Box(say("Held against reality"), tuple(summary(kept(), say)))
    yield Heading(say("Limits"), 2)
    yield Items(tuple(say(text) for text in LIMITS))
    yield Box(say("Run card"), tuple(_card(facts, say)))
    if facts.link:
        yield Link(say("These figures in the dashboard, to explore them:"), facts.link)


def _ordered(facts: Facts) -> tuple[list[Input], int]:
    """The assumptions to show, and how many of them, at the beginning, surely move the result; the others are in use."""
    found = {one.name: one for one in inputs(facts.scenario)}
    told = (
        [row.input.name for row in facts.ranking.rows if row.told]
        if facts.ranking is not None
        else []
    )
    sure = [found[name] for name in told[:SHOWN]]
    known = dict.fromkeys(keys(facts.scenario.world))
    others = (
        one for name, one in found.items()
        if name not in told and not unused(facts.scenario.world, name, known)
    )  # fmt: skip
    return [*sure, *islice(others, SHOWN - len(sure))], len(sure)


def _which(facts: Facts, shown: list[Input], sure: int, say: Language) -> str:
    """Which assumptions the table has, of how many, and where the others are."""
    total = sum(int(facts.get("assumptions", grade)) for grade in GRADES)
    where = say(
        "All of them, with notes and addresses: `{command}`, or the page “Assumptions” of the dashboard."
    ).replace("`", "").format(
        command=command_line("show", [facts.scenario.given], facts.scenario.sets, toml=True)
    )  # fmt: skip
    if not sure:
        first = say("{shown} of {total} uncertain numbers; the influence of none can be told from chance.",
                    shown=len(shown), total=total)  # fmt: skip
    else:
        first = say(
            "Of {total} uncertain numbers first those whose influence can be told from none, the largest first ({sure}), then "
            "others that are in use.",
            total=total, sure=sure,
        )  # fmt: skip
    return f"{first} {where}"


def _sources(facts: Facts) -> dict[str, str]:
    """Key -> publisher, title and year of an assumption's source, where it has one."""
    every = {key: facts.cited(a.source) for key, a, _ in assumptions(facts.scenario.world)}
    return {key: text for key, text in every.items() if text}


def _row(
    one: Input, called: dict[str, str], sources: dict[str, str], say: Language
) -> tuple[str, ...]:
    def number(x: float) -> str:
        return say.whole(x) if abs(x) >= 1000 else say.decimal(float(f"{x:.3g}"), 4)

    source = (
        say("judgement: nobody has measured it")
        if one.source == "judgement"
        else sources.get(one.name, one.source)
    )
    unit = f" ({say(one.unit)})" if one.unit else ""
    return (
        f"{called.get(one.name, one.name)}{unit}", number(one.value),
        say("{low} to {high}", low=number(one.low), high=number(one.high)), say(one.grade), source,
    )  # fmt: skip


def _card(facts: Facts, say: Language) -> Iterator[str]:
    projection = facts.results.projection
    scenario = projection.scenario
    yield say("Version: fundsim {version}", version=__version__)
    yield say("Scenario {name}, hash {hash}", name=scenario.name, hash=scenario.hash)
    yield say(
        "Seed {seed}, {n} replications",
        seed=str(projection.seed),
        n=say.whole(projection.replications),
    )
    for command in _commands(facts, say):
        # the marks only keep a command from being written in another script
        yield say("The same figures again: `{command}`").replace("`", "").format(command=command)
    changes = scenario.world.changes.items()
    called = {**named(facts, say), **{name: say(change.label) for name, change in changes}}
    for note in scenario.notes:
        values = {name: _called(value, called) for name, value in note.values.items()}
        text = say(Phrase(note.text, note.many, **values))
        yield f"{text[:1].upper()}{text[1:]}."


def _called(value: object, called: Mapping[str, str]) -> object:
    """The value of a note, its keys by the names that readers know them by."""
    if isinstance(value, Phrase) or not isinstance(value, str):
        return value
    return ", ".join(called.get(key, key) for key in value.split(", "))


def _commands(facts: Facts, say: Language) -> Iterator[str]:
    """What gives the briefing again; or the run of each design, where no one command can name them all."""
    scenarios = [facts.scenario, *(r.projection.scenario for r in facts.variants)]
    if len({scenario.sets for scenario in scenarios}) > 1:
        yield from (wording.command(r.projection) for r in (facts.results, *facts.variants))
        return
    projection = facts.results.projection
    yield command_line(
        "brief", (scenario.given for scenario in scenarios), facts.scenario.sets, solvent=facts.confidence,
        replications=projection.replications, seed=projection.seed, date=facts.date, lang=say.code, out="briefing.pdf",
    )  # fmt: skip
