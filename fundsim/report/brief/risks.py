"""What could go wrong: hard years, what the result hangs on, what is most worth finding out."""

from __future__ import annotations

from collections.abc import Iterator

from fundsim.analysis.decision import IDLE
from fundsim.analysis.measures import shown_in
from fundsim.report import shortage
from fundsim.report.brief.blocks import Block, Figure, Heading, Paragraph, Table
from fundsim.report.brief.gather import Facts, missing
from fundsim.report.language import Language
from fundsim.report.results import Results
from fundsim.report.rows import cells
from fundsim.report.sensitivity.picture import ranking_bars
from fundsim.scenario.labels import joined, labels


def risks(facts: Facts, say: Language) -> Iterator[Block]:
    """Stresses, drivers, what to learn."""
    yield Heading(say("What could go wrong"))
    if facts.stresses:
        yield _stresses(facts, say)
    if facts.ranking is not None:
        called = named(facts, say)
        found, guess = facts.ranking, facts.ranking.by_grade["judgement"]
        first = next((row for row in found.rows if row.told), None)
        if first is not None:
            yield Paragraph(
                say(
                    "What the yearly cost hangs on most is “{name}”: {share} of what the assumptions explain. {guess} of what "
                    "single assumptions explain rests on judgement.",
                    name=called.get(first.input.name, first.input.name), share=say.percent(first.share),
                    guess=say.percent(guess),
                )
                if facts.scenario.world.has_fund
                else say(
                    "What the share of victims paid hangs on most is “{name}”: {share} of what the assumptions explain.",
                    name=called.get(first.input.name, first.input.name), share=say.percent(first.share),
                )
            )  # fmt: skip
            yield Figure(
                say(
                    "What the result hangs on: share of the variance that each assumption explains alone"
                ),
                say(
                    "The most influential assumption is “{name}”.",
                    name=called.get(first.input.name, first.input.name),
                ),
                ranking_bars(found, "", say, called, bare=True),
            )
    if facts.learn:
        yield Paragraph(_learn(facts, say))


def named(facts: Facts, say: Language) -> dict[str, str]:
    """What each uncertain number is called in this language."""
    called = {}
    for key, parts in labels(facts.scenario.world).items():
        text = joined(tuple(say(part) for part in parts))
        called[key] = text[:1].upper() + text[1:]  # its first part may stand within sentences, too
    if facts.ranking is not None:
        for row in facts.ranking.rows:
            if row.input.label:  # the effect of a reform: its label, then what it acts on
                change, _, key = row.input.label.partition(": effect on ")
                called[row.input.name] = say(
                    "{reform}: effect on “{what}”", reform=say(change), what=called.get(key, key)
                )
    return called


def _learn(facts: Facts, say: Language) -> str:
    called = named(facts, say)
    first, *others = facts.learn
    text = say(
        "The figure most worth collecting first is “{name}”: to know it before the contribution is set would lower the average "
        "loss by about {amount} a year, if each euro missing counts as a loss of € {short} and each euro idle as a loss of "
        "€ {idle}.",
        name=called.get(first.name, first.name), amount=say.euro(first.value.value),
        short=say.number(missing(facts.confidence) * IDLE), idle=say.number(IDLE),
    )  # fmt: skip
    if others:
        names = "; ".join(say("“{name}”", name=called.get(v.name, v.name)) for v in others)
        text += " " + say("Then: {names}.", names=names)
    return text


def _stresses(facts: Facts, say: Language) -> Table:
    left_out = shortage.unfit(facts.results, *facts.stresses.values())

    def figures(results: Results) -> dict[str, str]:
        own = {"share_paid_with": results.said("share_paid_with", say.hundred, say)}
        return cells(results, "briefing hard years", say, own, without=left_out)

    planned = figures(facts.results)
    rows = [(say("As planned"), *planned.values())]
    for name, results in facts.stresses.items():
        label = say(results.world.changes[f"stress.{name}"].label)
        if figures(results) == planned:
            label = say("{stress} (changes none of these figures)", stress=label)
        rows.append((label, *figures(results).values()))
    widths = (
        1.7 if m.name == "ruin" else 2
        for m, _ in shown_in("briefing hard years")
        if m.name not in left_out
    )
    return Table(
        say("Hard years: the same fund under each stress"), (say("Stress"), *planned), tuple(rows),
        (False, *(True,) * len(planned)), (5, *widths),
    )  # fmt: skip
