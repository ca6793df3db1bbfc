"""Settings that move no figure of a scenario, told to whoever chose them: why a key is idle, which year lies outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fundsim.scenario import files
from fundsim.scenario.assumption import Assumption
from fundsim.scenario.facts import LOCAL_ONLY
from fundsim.scenario.files import File
from fundsim.scenario.phases import FIRST, PHASE, without_phase
from fundsim.scenario.phrase import Phrase
from fundsim.scenario.record import TEXT, Look, because
from fundsim.scenario.schema import BudgetLine, World
from fundsim.scenario.used import keys, unused

# kinds of files that somebody adds to a country and its policy
CHOSEN = ("reform", "stress", "own", "set")
DATED = ("income", "reform", "stress")
MOST_KEYS = 4  # named in one note


def without_effect(world: World, chain: Iterable[File]) -> Iterator[Phrase]:
    """What was set and moves nothing, each with its reason; dates outside the years of the projection.

    chain  the files of the scenario, and what ``--set`` says
    """
    chain = list(chain)
    told = {key for file in chain if file.kind in CHOSEN for key, _ in files.leaves(file.data)}
    dates = dict(_dates(world, told))
    yield from dates.values()
    yield from _first_amounts(world, told)
    yield from _nothing_to_amend(chain)
    yield from _idle(world, [key for key in sorted(told) if key not in dates])
    yield from _changes(world, set(dates))


def _nothing_to_amend(chain: Sequence[File]) -> Iterator[Phrase]:
    """Policies that amend a law, beside which nothing of what they amend stands."""
    for file in chain:
        others = [one for one in chain if one is not file]
        if file.amends and not any(one.says(key) for one in others for key in file.amends):
            yield Phrase(
                "{file} amends {key}, which no law here sets: what it says is new, or changes nothing",
                file=file.path.stem, key=", ".join(file.amends),
            )  # fmt: skip


def _first_amounts(world: World, told: set[str]) -> Iterator[Phrase]:
    """Amounts of lines that are revised: they count in the first years only."""
    for name, source in world.income.items():
        key = f"income.{name}.amount"
        if key in told and isinstance(source, BudgetLine) and source.vote == "revised":
            yield Phrase(
                "{key} counts in the first year only, since the line is revised; write {setting} for the same amount in every year",
                "{key} counts in the first {n} years only, since the line is revised; write {setting} for the same amount in every year",
                n=source.base_years + source.lag_years - 1, key=key, setting=f'income.{name}.vote = "fixed"',
            )  # fmt: skip


def _idle(world: World, told: Sequence[str]) -> Iterator[Phrase]:
    """Keys that were set, together where the reason is the same."""
    known = list(keys(world))
    found: dict[str, list[str]] = {}
    for key in told:
        if key.partition(".")[0] in ("reform", "stress", *files.OPENING_KEYS):
            continue  # what a change does is told of the whole of it
        of, asked = _in_its_phase(world, key)
        try:
            reason = unused(of, asked, known if of is world else ())
        except KeyError:  # a word that the schema reads otherwise, such as the kind of a source
            continue
        if reason and reason not in (TEXT, LOCAL_ONLY):
            found.setdefault(reason, []).append(key)
    for reason, these in found.items():
        yield Phrase(
            "{keys} has no effect here: {reason}", "{keys} have no effect here: {reason}",
            n=len(these), keys=_named(these), reason=reason,
        )  # fmt: skip


def _in_its_phase(world: World, key: str) -> tuple[World, str]:
    """The scenario from a phase on, and the key without the phase; of what is in no phase, as they are."""
    if not key.startswith(f"{PHASE}."):
        return world, key
    year = int(key.split(".")[1])
    later = tuple(one for one in world.phase if one.from_year > year)
    return world.in_year(year).model_copy(update={"phase": later}), without_phase(key)


def _named(these: Sequence[str]) -> str:
    shown, more = ", ".join(these[:MOST_KEYS]), len(these) - MOST_KEYS
    return Phrase("{keys} and {n} more", keys=shown, n=more) if more > 0 else shown


def _dates(world: World, told: set[str]) -> Iterator[tuple[str, Phrase]]:
    """Years outside the projection, by key: of what is in force, and of what somebody has dated."""
    time = world.time
    first, last = time.start_year, time.start_year + time.horizon_years - 1
    for year in (phase.from_year for phase in world.phase):
        key = f"{PHASE}.{year}.{FIRST}"
        if year > last:
            yield key, Phrase(
                "{key} is {year}, after the last year of the horizon, {last}",
                key=key, year=str(year), last=str(last),
            )  # fmt: skip
        elif year < first:
            yield key, Phrase(
                "{key} is {year}, before the fund opens in {first}",
                key=key, year=str(year), first=str(first),
            )  # fmt: skip
    for kind in DATED:
        for name, one in getattr(world, kind).items():
            begins, ends = (f"{kind}.{name}.{end}_year" for end in ("from", "until"))
            if getattr(one, "in_force", True) and one.from_year is not None:
                if one.from_year > last:
                    yield begins, Phrase(
                        "{key} is {year}, after the last year of the horizon, {last}",
                        key=begins, year=str(one.from_year), last=str(last),
                    )  # fmt: skip
                elif one.from_year < first and kind == "income" and begins in told:
                    yield begins, Phrase(
                        "{key} is {year}, before the fund opens in {first}: it counts from then",
                        key=begins, year=str(one.from_year), first=str(first),
                    )  # fmt: skip
            until = getattr(one, "until_year", None)
            if until is not None and until < first:
                yield ends, Phrase(
                    "{key} is {year}, before the fund opens in {first}",
                    key=ends, year=str(until), first=str(first),
                )  # fmt: skip


def _changes(world: World, dated: set[str]) -> Iterator[Phrase]:
    """Reforms and stresses that act on numbers on which nothing hangs here, or that cost before anybody pays."""
    look = Look(world, "")  # as it stands, with nothing left open
    for name, change in world.changes.items():
        if f"{name}.from_year" in dated:
            continue
        found: dict[str, list[str]] = {}
        for place, effect in enumerate(change.effects):
            if look.idle(f"{name}.effects[{place}]"):
                reason = look.idle(effect.on) or because("the number is certain", effect.on)
                found.setdefault(reason, []).append(effect.on)
        for reason, these in found.items():
            yield Phrase(
                "{name} acts on {keys} without effect here: {reason}",
                name=name, keys=_named(these), reason=reason,
            )  # fmt: skip
        if _costs(change.cost_once) and (reason := look.idle(f"{name}.cost_once")):
            yield Phrase(
                "{key} is paid by nobody here: {reason}", key=f"{name}.cost_once", reason=reason
            )


def _costs(cost: Any) -> bool:
    return isinstance(cost, Assumption) and cost.value > 0
