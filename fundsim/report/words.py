"""Numbers and the answer in plain words.  A figure is read from the measures, never computed here."""

from __future__ import annotations

from dataclasses import dataclass

from fundsim.analysis.measures import Row
from fundsim.analysis.project import Projection
from fundsim.model.parameters import TWINS

Key = tuple[str, int | None, str]


@dataclass(frozen=True)
class Results:
    """The measures of one projection, to be looked up by (measure, year, statistic)."""

    projection: Projection
    rows: tuple[Row, ...]
    values: dict[Key, float]

    @classmethod
    def of(cls, projection: Projection, rows: list[Row]) -> Results:
        """Index the tidy table."""
        values = {(r.measure, r.year, r.statistic): r.value for r in rows}
        return cls(projection, tuple(rows), values)

    def get(self, measure: str, statistic: str = "mean", year: int | None = None) -> float:
        """One value; 0 where the measure does not occur (a kind of cost that is never due)."""
        return self.values.get((measure, year, statistic), 0.0)


def euro(x: float) -> str:
    """Euro with three digits that matter: € 165,000 or € 1.23 million."""
    size = abs(x)
    sign = "−" if x < 0 else ""
    if size >= 999_500:
        digits = 2 if size < 9.995e6 else 1 if size < 9.995e7 else 0
        return f"{sign}€ {size / 1e6:,.{digits}f} million"
    if size < 100:
        return f"{sign}€ {size:.2f}"
    step = 10 ** max(len(str(int(size))) - 3, 0)
    return f"{sign}€ {round(size / step) * step:,.0f}"


def percent(p: float) -> str:
    """A share in percent, with a decimal below 10 %; never rounded to 0 % or 100 %."""
    if 0 < p < 0.0005:
        return "below 0.1 %"
    if 0.995 <= p < 1:
        return "over 99 %"
    return f"{100 * p:.0f} %" if p >= 0.0995 or p == 0 else f"{100 * p:.1f} %"


def months(x: float) -> str:
    """Months, or years and months from two years on."""
    whole = round(x)
    if whole < 24:
        return f"{whole} months"
    years, rest = divmod(whole, 12)
    return f"{years} years" + (f" {rest} months" if rest else "")


def in_futures(p: float, error: float, n: int) -> str:
    """A probability in words that people use, with its error: 54 of 100 futures (± 0.9 points)."""
    if p == 0:
        return f"in none of {n:,} futures (so below {percent(min(3 * TWINS / n, 1))})"
    if p == 1:
        return f"in all {n:,} futures"
    size = (
        f"in {100 * p:.0f} of 100 futures" if 0.01 <= p <= 0.99 else f"in {percent(p)} of futures"
    )
    return f"{size} (Monte Carlo error {100 * error:.1f} points)"


def answer(results: Results) -> list[str]:
    """The answer in plain sentences: what it costs, whether it lasts, who is paid, how sure it is."""
    projection = results.projection
    world, n = projection.scenario.world, projection.replications
    get, time = results.get, world.time
    without = (
        f"Without a fund {percent(get('share_paid_without'))} of identified victims are ever paid "
        f"anything"
    )
    if get("share_paid_without") > 0:
        without += f", {months(get('months_to_payment_without'))} after identification on average"
    if world.fund.entry_point == "none":
        return [
            f"There is no fund, so it costs the state nothing. {without}.",
            _received(get("received_without"), world.time.price_year),
            _trust(results),
        ]
    cost = (
        f"The fund costs {euro(get('due_a_year'))} a year, in euro of {time.price_year}"
        f"{_between(results, 'due_a_year')}; that is {euro(get('due_per_head'))} per inhabitant. "
        f"Its planned income is {euro(get('income_a_year'))} a year; it can pay "
        f"{euro(get('outgo_a_year'))} a year."
    )
    ruin = in_futures(get("ruin"), get("ruin", "mc_error"), n)
    lasts = (
        f"It falls short within {time.horizon_years} years {ruin}: payments wait or the treasury "
        f"must lend. Cash itself never goes below zero."
    )
    if get("peak_need", "p95") > 0:
        lasts += (
            f" To cover 95 of 100 futures it would have needed {euro(get('peak_need', 'p95'))} "
            f"more at the opening."
        )
    paid = (
        f"{without}. With the fund {percent(get('share_paid_with'))} are paid in full by the fund or "
        f"anything by the offender, {months(get('months_to_payment_with'))} after identification."
    )
    money = (
        f"Averaged over all identified victims, each receives {euro(get('received_with'))} instead "
        f"of {euro(get('received_without'))}."
    )
    reforms = []
    if get("state_cost_a_year") > 0:
        cost_to_state = euro(get("state_cost_a_year"))
        reforms = [f"Beside the fund, its reforms cost the state {cost_to_state} a year."]
    return [cost, *reforms, lasts, paid, money, _trust(results)]


def _received(amount: float, year: int) -> str:
    return f"Averaged over all identified victims, each receives {euro(amount)} from the offender."


def _between(results: Results, measure: str) -> str:
    if results.projection.replications == 1:
        return " (one future only: no range)"
    low, high = results.get(measure, "p5"), results.get(measure, "p95")
    return f" (between {euro(low)} and {euro(high)} in 9 of 10 futures)"


def _trust(results: Results) -> str:
    get = results.get
    data, partly, guess = (
        int(get("assumptions", grade)) for grade in ("data", "partly", "judgement")
    )
    text = (
        f"How sure: of {data + partly + guess} uncertain numbers {data} rest on data, {partly} on "
        f"partial data and {guess} on judgement."
    )
    unknown, chance = get("due_a_year", "sd_assumptions"), get("due_a_year", "sd_chance")
    if unknown + chance > 0:
        share = unknown**2 / (unknown**2 + chance**2)
        text += (
            f" {percent(share)} of the variance of the yearly cost is what we do not know, the rest "
            f"chance; the computer's noise is ± {euro(get('due_a_year', 'mc_error'))}."
        )
    return text


def stamp(projection: Projection) -> str:
    """What produced a figure: version, scenario, hash, seed, replications."""
    from fundsim import __version__

    scenario = projection.scenario
    return (
        f"fundsim {__version__} · {scenario.name} · {scenario.hash} · seed {projection.seed} · "
        f"{projection.replications:,} replications"
    )


def command(projection: Projection) -> str:
    """The command that gives the same numbers again."""
    sets = "".join(f" --set '{text}'" for text in projection.scenario.sets)
    return (
        f"fundsim run {projection.scenario.given}{sets} --replications {projection.replications} "
        f"--seed {projection.seed}"
    )


def title(projection: Projection) -> str:
    """Country and the rest of the scenario's name."""
    scenario = projection.scenario
    rest = " + ".join(scenario.name.split("+")[1:]).replace("_", " ")
    return scenario.world.country.name + (f", {rest}" if rest else "")
