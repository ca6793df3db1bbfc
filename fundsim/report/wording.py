"""Numbers and the answer in plain words.  A figure is read from the measures, never computed here."""

from __future__ import annotations

import math
import textwrap

from fundsim.analysis.measures import shown_in
from fundsim.analysis.precision import Z95
from fundsim.analysis.project import Projection
from fundsim.model.parameters import TWINS
from fundsim.report import shortage, sufficing
from fundsim.report.language import ENGLISH, Language, capital, country_of, marked
from fundsim.report.results import PERCENTILES, Form, Results
from fundsim.scenario.command import command_line
from fundsim.scenario.compose import Scenario
from fundsim.scenario.labels import meanings
from fundsim.scenario.phases import without_phase
from fundsim.scenario.schema import BudgetLine

VICTIMS, RUNNING = marked("money to victims"), marked("running the fund")
ALL_VICTIMS = marked("money to victims, those of other crimes too")
# kinds of cost that do not run the fund, and what they are called in a sentence
SPENT = {
    "legal_aid": marked("their legal aid"),
    "help": marked("help with their claims"),
    "assistance": marked("their shelter and reintegration"),
    "reforms": marked("reforms"),
}
MOST_SET = 60  # letters of a changed value in a title
RECEIPTS = {m.name: at.words for m, at in shown_in("receipts")}
NO_RANGE = marked("(one future only: no range)")
PAYS_NOBODY = marked("Under these assumptions the fund pays no victim at all.")
# numbers as the commands print them
euro, number, percent, months = ENGLISH.euro, ENGLISH.number, ENGLISH.percent, ENGLISH.months


def precision_half(mc_error: float | None) -> float:
    """Half of the 95 % interval of a figure with this Monte Carlo error."""
    return Z95 * (mc_error or 0.0)


def in_futures(p: float, error: float, n: int, say: Language = ENGLISH) -> str:
    """A probability in words that people use, with its error: in 54 of 100 futures (Monte Carlo error 0.9 points).

    error  of the share;  n  futures it is of
    """
    most = 3 * TWINS / n  # what none of so many futures can exclude
    if p == 0 and most >= 1:
        return say.counted("in none of {n} future", "in none of {n} futures", n)
    if p == 0:
        return say.counted(
            "in none of {n} future (so below {share})", "in none of {n} futures (so below {share})", n,
            share=say.percent(most),
        )  # fmt: skip
    if p == 1:
        return say.counted("in the one future", "in all {n} futures", n)
    if math.isnan(error):
        return say.counted(
            "in {number} of {n} future", "in {number} of {n} futures", n, number=say.whole(p * n)
        )
    points = say.fixed(100 * error)
    if 0.01 <= p <= 0.99:
        return say(
            "in {number} of 100 futures (Monte Carlo error {points} points)",
            number=say.fixed(100 * p, 0), points=points,
        )  # fmt: skip
    return say(
        "in {share} of futures (Monte Carlo error {points} points)", share=say.percent(p), points=points
    )  # fmt: skip


def answer(results: Results, say: Language = ENGLISH) -> list[str]:
    """The answer in plain sentences: what it costs, who pays, whether it lasts, who is paid, how sure.

    All money in it is in euro of the price year, and each range holds 9 of 10 futures.
    """
    if results.world.has_fund and not results.world.takes_claims:
        return [*_money(results, say), *certain(results, say), *_reforms(results, say), services(results, say),
                nobody(results, say) or _without(results, say), _trust(results, say)]  # fmt: skip
    if results.world.has_fund:
        return [*_money(results, say), *certain(results, say), *_reforms(results, say),
                *_lasting(results, say), *_victims(results, say), _trust(results, say)]  # fmt: skip
    return [
        say("No state scheme is counted here: no cost, no income, no claims."), *law_told(results, say), *certain(results, say), *_reforms(results, say), *_victims(results, say), _trust(results, say)
    ]  # fmt: skip


def of_others(results: Results, say: Language) -> list[str]:
    """How much of the cost is owed to victims of other crimes, who draw on the same money; nothing where none do."""
    others = results.get("due_others_a_year") if results.world.has_fund else 0.0
    if not others > 0:
        return []
    return [
        say(
            "Of it {others} a year is owed to victims of other crimes, who draw on the same money; for trafficked persons and for "
            "running the fund {rest} is left.",
            others=say.euro(others), rest=say.euro(results.get("due_a_year") - others),
        )
    ]  # fmt: skip


def law_told(results: Results, say: Language) -> list[str]:
    """That the country has a scheme in law, where none is counted; nothing where it has none."""
    country = results.world.country
    if not country.law_in_force:
        return []
    base = results.projection.scenario.name.partition("+")[0]
    return [
        say(
            "{country} has a scheme in law. What it pays trafficked persons, as far as it could be read: `{command}`",
            country=country_of("subject", country.name, say), command="{command}",
        ).replace("`", "").format(command=command_line("run", [f"{base}+{country.law_in_force}"]))
    ]  # fmt: skip


def certain(results: Results, say: Language) -> list[str]:
    """What somebody takes as certain though the files do not."""
    scenario = results.projection.scenario
    if not scenario.certain:
        return []
    told = meanings(scenario.world)
    names = "; ".join(f"{say(told[without_phase(key)].label)} ({key})" for key in scenario.certain)
    return [
        say("These numbers were set as certain, though the files give a range: {names}. So the ranges in these sentences are too narrow.", names=names)
    ]  # fmt: skip


def nobody(results: Results, say: Language) -> str:
    """That nobody is registered, so that nothing can be told of victims; empty if somebody is."""
    if results.get("identified") > 0:
        return ""
    return say("No victim is registered in any simulated future: there is nobody to pay.")


def unpaid(results: Results, say: Language) -> str:
    """That no victim gets anything; empty if one does."""
    if results.get("received_with") > 0:
        return ""
    if results.world.has_fund:
        return say("No victim gets any money in any simulated future, with the fund or without it.")
    return say("No victim gets any money in any simulated future.")


def _without(results: Results, say: Language) -> str:
    get = results.get
    if get("paid_without") == 0:
        return say(
            "Without a fund no registered victim ever gets any money, in any simulated future."
        )
    return say(
        "Without a fund {share} of registered victims {range} ever get any money, from the offender; on average "
        "they wait {wait} for it.",
        share=say.percent(get("share_paid_without")), range=range_of(results, "share_paid_without", say.percent, say),
        wait=say.months(get("months_to_payment_without")),
    )  # fmt: skip


def _money(results: Results, say: Language) -> list[str]:
    get, world = results.get, results.world
    cost = say(
        "The fund costs {amount} a year on average, in euro of {year} like all money in these sentences {range}; that "
        "is {head} per inhabitant.",
        amount=say.euro(get("due_a_year")), year=world.time.price_year,
        range=range_of(results, "due_a_year", say.euro, say), head=say.euro(get("due_per_head")),
    )  # fmt: skip
    cost = " ".join([cost, *of_others(results, say)])
    if (spent := get("outgo_a_year")) > 0:
        where = ", ".join(
            say("{name} {share}", name=say(label), share=say.percent(x))
            for label, x in spending(results).items()
        )
        goes = say("It can pay {amount} a year: {shares}.", amount=say.euro(spent), shares=where)
        cost = f"{cost} {goes}"
    parts = receipts(results)
    total = sum(parts.values())
    if total <= 0:
        return [cost, say("Nobody pays for it: it has no income.")]
    lines = {line.label: line for line in shortage.lines(results.world).values()}
    shares = ", ".join(
        _receipt(label, lines.get(label), x / total, say)
        for label, x in sorted(parts.items(), key=lambda part: -part[1])
        if x / total >= 0.005
    )
    return [cost, say("Who pays, as shares of all that comes in: {shares}.", shares=shares)]


def _receipt(label: str, line: BudgetLine | None, share: float, say: Language) -> str:
    """One source of income, and how large a budget line is."""
    if line is None:
        return say("{name} {share}", name=say(label), share=say.percent(share))
    return say(
        "{name} ({size}) {share}", name=say(label), size=shortage.size_of(line, say), share=say.percent(share)
    )  # fmt: skip


def spending(results: Results) -> dict[str, float]:
    """Where what the fund can pay goes, as shares of it over the horizon, by label; mean, real, without what is 0."""
    years = results.projection.years()
    spent = results.get("outgo_a_year") * len(years)
    if spent <= 0:
        return {}
    apart = {
        label: sum(results.get(f"cost.{kind}_real", year=y) for y in years) / spent
        for kind, label in SPENT.items()
    }
    victims = results.get("benefits_a_year") * len(years) / spent
    rest = 1 - victims - sum(apart.values())
    paid = VICTIMS if results.get("claims_others") == 0 else ALL_VICTIMS
    found = {paid: victims, **apart, RUNNING: rest}
    return {label: x for label, x in found.items() if x > 1e-9}


def receipts(results: Results) -> dict[str, float]:
    """What comes in over the horizon, by source, with returns and recoveries; mean, nominal."""
    world, years = results.world, results.projection.years()
    names = {
        f"income.{name}": source.label
        for name, source in sorted(world.income.items())
        if world.ever_in_force(name)
    }
    names |= {m: label for m, label in RECEIPTS.items() if m != "advances"}  # these are paid back
    sums = {label: sum(results.get(m, year=y) for y in years) for m, label in names.items()}
    return {label: x for label, x in sums.items() if x > 0}


def services(results: Results, say: Language) -> str:
    """What a fund without claims does, and how far its money reaches."""
    due = results.get("due_a_year")
    return say(
        "It takes no claims and pays money to nobody: it pays for help to {share} of registered victims. Its money covers {covered} "
        "of what that costs.",
        share=say.percent(results.world.fund.assistance.rate.value),
        covered=say.percent(results.get("outgo_a_year") / due if due > 0 else 1.0),
    )  # fmt: skip


def _reforms(results: Results, say: Language) -> list[str]:
    cost = results.get("state_cost_a_year")
    if cost <= 0:
        return []
    if results.get("due_a_year") == 0:
        return [say("Its reforms cost the state {amount} a year.", amount=say.euro(cost))]
    return [
        say(
            "Beside the fund, the state bears {amount} a year: reforms, and the desk where it pays for it.",
            amount=say.euro(cost),
        )
    ]


def _lasting(results: Results, say: Language) -> list[str]:
    """Whether money is missing; a fund that pays nobody and is never short has not shown that it lasts."""
    if shortage.by_year(results):
        told = [*shortage.told(results, say), *sufficing.of_run(results, say)]
        return [*told, say(PAYS_NOBODY)] if results.pays_nobody else told
    if not results.pays_nobody:
        return [_lasts(results, say)]
    return [*([_lasts(results, say)] if results.get("ruin") > 0 else []), say(PAYS_NOBODY)]


def falls_short(results: Results, say: Language) -> str:
    """How often the fund falls short within the horizon, and with whose budget."""
    get, projection = results.get, results.projection
    text = say.counted(
        "{planned} it falls short within {n} year {ruin}: payments wait, or the treasury must lend. Cash itself never goes below "
        "zero.",
        "{planned} it falls short within {n} years {ruin}: payments wait, or the treasury must lend. Cash itself never goes below "
        "zero.",
        projection.scenario.world.time.horizon_years, planned=shortage.planned(results, say),
        ruin=in_futures(get("ruin"), get("ruin", "mc_error"), projection.replications, say),
    )  # fmt: skip
    return capital(text)


def _lasts(results: Results, say: Language) -> str:
    return " ".join([falls_short(results, say), *sufficing.of_run(results, say)])


def _victims(results: Results, say: Language) -> list[str]:
    get = results.get
    if alone := nobody(results, say):
        return [alone]
    if nothing := unpaid(results, say):
        return [nothing]
    without = _without(results, say)
    if not results.world.has_fund:
        each = say(
            "Averaged over all registered victims, each receives {amount} from the offender.",
            amount=say.euro(get("received_without")),
        )
        return [without, each]
    if get("paid_with") == 0:
        paid = say("With the fund nobody is paid all that is due.")
    else:
        paid = _paid_with(results, say)
    money = say(
        "Averaged over all registered victims, each receives {amount} with the fund {range}, {less} without.",
        amount=say.euro(get("received_with")), range=range_of(results, "received_with", say.euro, say),
        less=say.euro(get("received_without")),
    )  # fmt: skip
    return [f"{without} {paid}", money]


def _paid_with(results: Results, say: Language) -> str:
    get = results.get
    return say(
        "With the fund {share} get money {range}: all that is due from the fund, or something from the offender; on "
        "average they wait {wait} {wait_range}.",
        share=say.percent(get("share_paid_with")),
        range=range_of(results, "share_paid_with", say.percent, say),
        wait=say.months(get("months_to_payment_with")),
        wait_range=range_of(results, "months_to_payment_with", say.months, say),
    )  # fmt: skip


def range_of(
    results: Results, measure: str, form: Form, say: Language, alone: str = NO_RANGE
) -> str:
    """The range that holds 9 of 10 futures, in brackets.  alone  what is said where there is one future"""
    if not has_range(results, measure):
        return say(alone)
    low, high = (form(results.get(measure, p)) for p in ("p5", "p95"))
    return say("({low} to {high})", low=low, high=high)


def has_range(results: Results, measure: str, year: int | None = None) -> bool:
    """Whether the measure has a value in more than one future."""
    return (measure, year, PERCENTILES[0]) in results.values


def grades(results: Results) -> tuple[int, int, int]:
    """How many uncertain numbers rest on data, on partial data, and on judgement."""
    data, partly, guess = (
        int(results.get("assumptions", grade)) for grade in ("data", "partly", "judgement")
    )
    return data, partly, guess


def _trust(results: Results, say: Language) -> str:
    get = results.get
    data, partly, guess = grades(results)
    text = say.counted(
        "How sure: of {n} uncertain number {data} rest on data, {partly} on partial data and {guess} on judgement.",
        "How sure: of {n} uncertain numbers {data} rest on data, {partly} on partial data and {guess} on judgement.",
        data + partly + guess, data=data, partly=partly, guess=guess,
    )  # fmt: skip
    unknown, chance = get("due_a_year", "sd_assumptions"), get("due_a_year", "sd_chance")
    if not unknown + chance > 0:  # nor where too few futures tell them apart
        return text
    spread = say(
        "Of the spread of the yearly cost {share} is what nobody knows, the rest chance; simulating again would move its "
        "average by about {amount}.",
        share=say.percent(unknown**2 / (unknown**2 + chance**2)),
        amount=say.euro(get("due_a_year", "mc_error")),
    )  # fmt: skip
    return f"{text} {spread}"


def stamp(projection: Projection, say: Language = ENGLISH) -> str:
    """What produced a figure: version, scenario, hash, seed, replications."""
    text = stamp_of(projection.scenario, projection.seed, projection.replications, say)
    return f"{text} · {say('reference engine')}" if projection.engine == "simpy" else text


def stamp_of(scenario: Scenario, seed: int, replications: int, say: Language = ENGLISH) -> str:
    """The same of a scenario, seed and number of replications."""
    from fundsim import __version__

    return say(
        "fundsim {version} · {name} · {hash} · seed {seed} · {n} replications",
        version=__version__, name=scenario.name, hash=scenario.hash, seed=seed, n=say.whole(replications),
    )  # fmt: skip


def command(projection: Projection) -> str:
    """The command that gives the same numbers again."""
    scenario = projection.scenario
    return command_line(
        "run", [scenario.given], scenario.sets, replications=projection.replications, seed=projection.seed,
        engine="simpy" if projection.engine == "simpy" else None,
    )  # fmt: skip


def title(projection: Projection, say: Language = ENGLISH) -> str:
    """Country and the rest of the scenario's name."""
    return country_and_rest(projection.scenario, say)


def country_and_rest(scenario: Scenario, say: Language = ENGLISH) -> str:
    """The same of a scenario that has not been run."""
    files = (say.of("design", part.replace("_", " ")) for part in scenario.name.split("+")[1:])
    name = ", ".join(
        filter(None, (country_of("subject", scenario.world.country.name, say), " + ".join(files)))
    )
    shown = [textwrap.shorten(text, MOST_SET, placeholder=" …") for text in scenario.sets[:2]]
    changed = ", ".join(shown) + (", …" if len(scenario.sets) > 2 else "")
    return f"{name} ({changed})" if changed else name
