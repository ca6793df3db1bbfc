"""Numbers and the answer in plain words.  A figure is read from the measures, never computed here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fundsim.analysis.measures import Row
from fundsim.analysis.precision import Z95
from fundsim.analysis.project import Projection
from fundsim.model.parameters import TWINS
from fundsim.scenario.compose import Scenario
from fundsim.scenario.schema import BudgetLine

Key = tuple[str, int | None, str]
Form = Callable[[float], str]
TAIL = 0.995
SPREAD_OF = (
    ("due_a_year", "Cost due a year"), ("ruin", "Falling short"), ("peak_need", "Missing at the worst"),
    ("share_paid_with", "Share of identified victims paid"),
    ("months_to_payment_with", "Months to payment"), ("received_with", "Received by each victim"),
)  # fmt: skip
VICTIMS, RUNNING = "money to victims", "running the fund"
# kinds of cost that do not run the fund, and what they are called in a sentence
SPENT = {
    "legal_aid": "their legal aid",
    "assistance": "their shelter and reintegration",
    "reforms": "reforms",
}
ENOUGH_BEYOND = 100  # futures beyond a tail figure, below which a run warns


@dataclass(frozen=True)
class Results:
    """The measures of one projection, to be looked up by (measure, year, statistic)."""

    projection: Projection
    rows: tuple[Row, ...]
    values: dict[Key, float]

    @classmethod
    def of(cls, projection: Projection, rows: Sequence[Row]) -> Results:
        """Index the tidy table."""
        values = {(r.measure, r.year, r.statistic): r.value for r in rows}
        return cls(projection, tuple(rows), values)

    def get(self, measure: str, statistic: str = "mean", year: int | None = None) -> float:
        """One value; 0 where the measure does not occur (a kind of cost that is never due)."""
        return self.values.get((measure, year, statistic), 0.0)


def euro(x: float) -> str:
    """Euro with three digits that matter: € 165,000 or € 1.23 million."""
    size = abs(x)
    sign = "−" if x <= -0.005 else ""
    if size >= 999_500:
        digits = 2 if size < 9.995e6 else 1 if size < 9.995e7 else 0
        return f"{sign}€ {size / 1e6:,.{digits}f} million"
    if size < 100:
        return f"{sign}€ {size:.0f}" if size == round(size) else f"{sign}€ {size:.2f}"
    step = 10 ** max(len(str(int(size))) - 3, 0)
    return f"{sign}€ {round(size / step) * step:,.0f}"


def number(x: float) -> str:
    """A number as people write it: 0.035, 64, 55,000."""
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"


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
        return f"{whole} month{'s' if whole != 1 else ''}"
    years, rest = divmod(whole, 12)
    return f"{years} years" + (f" {rest} month{'s' if rest > 1 else ''}" if rest else "")


def precision_half(mc_error: float | None) -> float:
    """Half of the 95 % interval of a figure with this Monte Carlo error."""
    return Z95 * (mc_error or 0.0)


def in_futures(p: float, error: float, n: int) -> str:
    """A probability in words that people use, with its error: 54 of 100 futures (± 0.9 points)."""
    if p == 0:
        return f"in none of {n:,} future{'s' if n > 1 else ''} (so below {percent(min(3 * TWINS / n, 1))})"
    if p == 1:
        return f"in all {n:,} futures"
    size = (
        f"in {100 * p:.0f} of 100 futures" if 0.01 <= p <= 0.99 else f"in {percent(p)} of futures"
    )
    return f"{size} (Monte Carlo error {100 * error:.1f} points)"


def answer(results: Results) -> list[str]:
    """The answer in plain sentences: what it costs, who pays, whether it lasts, who is paid, how sure.

    All money in it is in euro of the price year, and each range holds 9 of 10 futures.
    """
    get, world = results.get, results.projection.scenario.world
    without = (
        f"Without a fund {percent(get('share_paid_without'))} of identified victims"
        f"{_range(results, 'share_paid_without', percent)} ever get any money, from the offender"
    )
    if get("share_paid_without") > 0:
        wait = months(get("months_to_payment_without", "p50"))
        without += f"; in the middle future they wait {wait} for it"
    if world.fund.entry_point == "none":
        nothing = "There is no fund: no cost, no income, no claims."
        amount = (
            f"Averaged over all identified victims, each receives "
            f"{euro(get('received_without'))} from the offender."
        )
        return [nothing, *_reforms(results), f"{without}.", amount, _trust(results)]
    return [*_money(results), *_reforms(results), _lasts(results), *_victims(results, without),
            _trust(results)]  # fmt: skip


def _money(results: Results) -> list[str]:
    get, time = results.get, results.projection.scenario.world.time
    cost = (
        f"The fund costs {euro(get('due_a_year'))} a year on average, in euro of {time.price_year} "
        f"like all money in these sentences{_range(results, 'due_a_year', euro)}; that is "
        f"{euro(get('due_per_head'))} per inhabitant."
    )
    if (spent := get("outgo_a_year")) > 0:
        where = ", ".join(f"{label} {percent(x)}" for label, x in spending(results).items())
        cost += f" It can pay {euro(spent)} a year: {where}."
    parts = receipts(results)
    total = sum(parts.values())
    if total <= 0:
        return [cost, "Nobody pays for it: it has no income."]
    shares = sorted(parts.items(), key=lambda part: -part[1])
    lines = {
        source.label: f" ({euro(source.amount.value)} a year)"
        for source in results.projection.scenario.world.income.values()
        if isinstance(source, BudgetLine)
    }
    names = ", ".join(
        f"{label}{lines.get(label, '')} {percent(x / total)}"
        for label, x in shares
        if x / total >= 0.005
    )
    return [cost, f"Who pays, as shares of all that comes in: {names}."]


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
    found = {VICTIMS: victims, **apart, RUNNING: rest}
    return {label: x for label, x in found.items() if x > 1e-9}


def receipts(results: Results) -> dict[str, float]:
    """What comes in over the horizon, by source, with returns and recoveries; mean, nominal."""
    world, years = results.projection.scenario.world, results.projection.years()
    names = {
        f"income.{name}": source.label
        for name, source in sorted(world.income.items())
        if source.in_force
    }
    names |= {"recoveries": "Recovered from offenders", "returns": "Return on reserves"}
    sums = {label: sum(results.get(m, year=y) for y in years) for m, label in names.items()}
    return {label: x for label, x in sums.items() if x > 0}


def _reforms(results: Results) -> list[str]:
    cost = results.get("state_cost_a_year")
    where = "Its reforms" if results.get("due_a_year") == 0 else "Beside the fund, its reforms"
    return [f"{where} cost the state {euro(cost)} a year."] if cost > 0 else []


def _lasts(results: Results) -> str:
    get, projection = results.get, results.projection
    ruin = in_futures(get("ruin"), get("ruin", "mc_error"), projection.replications)
    text = (
        f"It falls short within {projection.scenario.world.time.horizon_years} years {ruin}: "
        f"payments wait, or the treasury must lend. Cash itself never goes below zero."
    )
    if get("peak_need", "p95") > 0:
        text += (
            f" To last in 95 of 100 futures it would need about {euro(get('peak_need', 'p95'))} "
            f"more at the opening, if its reserves earn the return (exactly: fundsim solve)."
        )
    return text


def _victims(results: Results, without: str) -> list[str]:
    get = results.get
    paid = (
        f"{without}. With the fund {percent(get('share_paid_with'))} get money"
        f"{_range(results, 'share_paid_with', percent)}: all that is due from the fund, or something "
        f"from the offender; in the middle future they wait "
        f"{months(get('months_to_payment_with', 'p50'))}"
        f"{_range(results, 'months_to_payment_with', months)}."
    )
    money = (
        f"Averaged over all identified victims, each receives {euro(get('received_with'))} with the "
        f"fund{_range(results, 'received_with', euro)}, {euro(get('received_without'))} without."
    )
    return [paid, money]


def _range(results: Results, measure: str, form: Callable[[float], str]) -> str:
    if results.projection.replications == 1:
        return " (one future only: no range)"
    return f" ({form(results.get(measure, 'p5'))} to {form(results.get(measure, 'p95'))})"


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
            f" Of the spread of the yearly cost {percent(share)} is what nobody knows, the rest "
            f"chance; simulating again would move its average by about "
            f"{euro(get('due_a_year', 'mc_error'))}."
        )
    return text


def spreads(results: Results) -> list[tuple[str, float, float, str]]:
    """The parts of the spread of each headline: its label, the share of the variance that is what nobody
    knows, the share that is computer noise, and a sentence that says so."""
    found = []
    for (name, label), form in zip(
        SPREAD_OF, (euro, percent, euro, percent, months, euro), strict=True
    ):
        unknown, chance = (results.get(name, s) for s in ("sd_assumptions", "sd_chance"))
        noise = results.get(name, "mc_error")
        whole = unknown**2 + chance**2
        if whole <= 0:
            continue
        share, again = unknown**2 / whole, form(noise)
        if form is percent:
            again = f"{100 * noise:.1f} points"
        text = (
            f"{label}: of how far futures lie apart {percent(share)} is what nobody knows and "
            f"{percent(1 - share)} is chance; simulating again would move the average by about {again}."
        )
        found.append((label, share, noise**2 / whole, text))
    return found


def tail_warning(results: Results) -> str | None:
    """That the 99.5 % figures rest on few futures, if they do; None if they rest on 100 or are refused."""
    n = results.projection.replications
    beyond = round(n * (1 - TAIL))
    if beyond >= ENOUGH_BEYOND or not any(key[2] == "var99_5" for key in results.values):
        return None
    needed = round(ENOUGH_BEYOND / (1 - TAIL))
    return (
        f"Warning: the 99.5 % figures rest on the worst {beyond} of {n:,} futures; {needed:,} replications "
        f"would give {ENOUGH_BEYOND}."
    )


def stamp(projection: Projection) -> str:
    """What produced a figure: version, scenario, hash, seed, replications."""
    text = stamp_of(projection.scenario, projection.seed, projection.replications)
    return text + (" · reference engine" if projection.engine == "simpy" else "")


def stamp_of(scenario: Scenario, seed: int, replications: int) -> str:
    """The same of a scenario, seed and number of replications."""
    from fundsim import __version__

    return (
        f"fundsim {__version__} · {scenario.name} · {scenario.hash} · seed {seed} · "
        f"{replications:,} replications"
    )


def command(projection: Projection) -> str:
    """The command that gives the same numbers again."""
    sets = "".join(f" --set '{text}'" for text in projection.scenario.sets)
    return (
        f"fundsim run {projection.scenario.given}{sets} --replications {projection.replications} "
        f"--seed {projection.seed}" + (" --engine simpy" if projection.engine == "simpy" else "")
    )


def title(projection: Projection) -> str:
    """Country and the rest of the scenario's name."""
    return country_and_rest(projection.scenario)


def country_and_rest(scenario: Scenario) -> str:
    """The same of a scenario that has not been run."""
    rest = " + ".join(scenario.name.split("+")[1:]).replace("_", " ")
    name = scenario.world.country.name + (f", {rest}" if rest else "")
    changed = ", ".join(scenario.sets[:2]) + (", …" if len(scenario.sets) > 2 else "")
    return f"{name} ({changed})" if changed else name
