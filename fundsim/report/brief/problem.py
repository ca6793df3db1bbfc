"""The problem in figures: the way from identification to payment today, with its sources."""

from __future__ import annotations

from collections.abc import Iterator

from fundsim.report.brief.blocks import Block, Figure, Heading, Paragraph
from fundsim.report.brief.gather import Facts
from fundsim.report.language import Language, country_of
from fundsim.report.run import picture
from fundsim.report.wording import nobody
from fundsim.scenario.schema import assumptions

MOST_CITED = 3  # sources of the law that are named
SELDOM = 0.2  # share of victims paid, below which the known obstacles explain it
# the steps of the way and the assumptions whose sources stand behind them
STEPS = ("pathway.informed_rate", "pathway.prosecuted_rate", "pathway.conviction_rate", "pathway.criminal_award_rate",
         "pathway.civil_suit_rate", "enforcement.failure_rate")  # fmt: skip


def problem(facts: Facts, say: Language) -> Iterator[Block]:
    """What happens to registered victims without a fund."""
    get, place = facts.get, facts.scenario.world.country.name
    yield Heading(say("The problem in figures"))
    if alone := nobody(facts.results, say):
        yield Paragraph(alone)
        return
    top = get("identified")
    yield Paragraph(
        say(
            "Of 100 victims whom the state registers {place}, {informed} are told of their right to compensation, the "
            "offender is indicted for trafficking in {prosecuted} cases and convicted of any offence in {convicted}, a court awards "
            "compensation to {awarded}, and money ever reaches {paid}.",
            place=country_of("in", place, say), informed=say.hundred(get("informed") / top),
            prosecuted=say.hundred(get("prosecuted") / top), convicted=say.hundred(get("convicted") / top),
            awarded=say.hundred(get("awarded") / top), paid=say.hundred(get("share_paid_without")),
        )
    )  # fmt: skip
    if get("share_paid_without") < SELDOM:
        yield Paragraph(
            say(
                "Why so few, as organisations that help victims report: criminal courts refer them to civil suits, which are "
                "long and costly; what is awarded is seldom paid, because offenders hold nothing in their own name."
            )
        )
    yield Figure(
        say("From identification to payment, without and with the fund, the same cases")
        if facts.scenario.world.has_fund
        else say("From identification to payment, without a fund"),
        say(
            "{without} of registered victims are paid without the fund, {with_} with it.",
            without=say.percent(get("share_paid_without")), with_=say.percent(get("share_paid_with")),
        )
        if facts.scenario.world.has_fund
        else say("{without} of registered victims are paid.", without=say.percent(get("share_paid_without"))),
        picture.pathway(facts.results, say, bare=True),
    )  # fmt: skip
    yield Paragraph(_sources(facts, say), "note")
    yield from _law(facts, say)


def _law(facts: Facts, say: Language) -> Iterator[Block]:
    """What the law has today, and what was read of it."""
    country = facts.scenario.world.country
    place, laws = country_of("in", country.name, say), country.legal_basis
    if country.law_in_force and country.law_in_force in facts.scenario.name.split("+"):
        yield Paragraph(
            say(
                "This briefing is about the scheme that is in force {place}, as far as its law could be read.",
                place=place,
            )
        )
    elif country.law_in_force:
        yield Paragraph(
            say(
                "The law in force {place} has a scheme. How much it pays trafficked persons is known in part only; it can be set "
                "beside this proposal as the design “{design}”.",
                place=place, design=say.of("design", country.law_in_force.replace("_", " ")),
            )
        )  # fmt: skip
    else:
        yield Paragraph(
            say("No scheme of compensation by the state is in force {place}.", place=place)
        )
    if laws:
        own = sum(law.own_text_read for law in laws)
        yield Paragraph(
            say(
                "Rules of law and practice that were read in their own text: {whole} of {n}; the others in extracts or second-hand.",
                whole=say.whole(own), n=say.whole(len(laws)),
            )
        )  # fmt: skip
    cited = dict.fromkeys(filter(None, (facts.cited(id_) for law in laws for id_ in law.sources)))
    if cited:
        titles = "; ".join(list(cited)[:MOST_CITED])
        yield Paragraph(say("Sources: {titles}.", titles=titles), "note")


def _sources(facts: Facts, say: Language) -> str:
    """Where the steps come from; how many of them are judgement."""
    cited = [
        facts.cited(a.source) for key, a, _ in assumptions(facts.scenario.world) if key in STEPS
    ]
    titles, guesses = list(dict.fromkeys(filter(None, cited))), cited.count("")
    told = say("Sources: {titles}.", titles="; ".join(titles)) if titles else ""
    rest = say.counted(
        "{n} of these steps rests on judgement alone.", "{n} of these steps rest on judgement alone.", guesses
    )  # fmt: skip
    return f"{told} {rest}".strip() if guesses else told
