"""Rules between keys, checked when every key is valid in itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import numpy as np

from fundsim.scenario.assumption import Assumption, Quantity, quantiles
from fundsim.scenario.errors import nearest
from fundsim.scenario.phases import said_in_phases
from fundsim.scenario.retired import retired_key, retired_name
from fundsim.scenario.schema import BudgetLine, Operation, World, assumptions
from fundsim.scenario.sizes import Broken, Known, size_quantity, too_large


def broken_rules(world: World, sources: Mapping[str, Any], policies: set[str]) -> list[Broken]:
    """Every broken rule as (key, value, rule)."""
    known = {key: (a, q) for key, a, q in assumptions(world)}
    broken = [
        *_sources(world, sources, known),
        *_of_eras(world),
        *_changes(world, known),
        *_correlations(world, known),
        *_shapes(known),
        *_policy(world, policies),
    ]
    return broken or list(_too_large(world))  # sizes need numbers that can be drawn


def _sources(world: World, sources: Mapping[str, Any], known: Known) -> Iterator[Broken]:
    cited = [(key, a.source) for key, (a, _) in known.items()]
    cited += [(key, a.source) for key, a in said_in_phases(world)]
    cited.append(("caseload.forms", world.caseload.forms.source))
    for name, change in world.changes.items():
        cited += [
            (f"{name}.effects[{i}].size", e.size.source) for i, e in enumerate(change.effects)
        ]
    for i, link in enumerate(world.correlations):
        cited.append((f"correlations[{i}]", link.source))
    for law in world.country.legal_basis:
        cited += [("country.legal_basis", source) for source in law.sources]
    for key, source in cited:
        if source and source != "judgement" and source not in sources:
            near = nearest(source, sources)
            hint = f"; did you mean '{near}'?" if near else ""
            rule = f'no such source in sources.toml{hint} (or write source = "judgement")'
            yield f"{key}.source", source, rule


def _of_eras(world: World) -> Iterator[Broken]:
    """Rules of the fund and its money, at the opening and in each phase; what is broken from the start is told once."""
    told: set[tuple[str, str]] = set()
    for first, era in world.eras:
        for key, value, rule in (*_fund(era), *_lines(era)):
            if (key, rule) not in told:
                told.add((key, rule))
                yield f"phase.{first}.{key}" if first else key, value, rule


def _too_large(world: World) -> Iterator[Broken]:
    """What cannot be added up exactly, at the opening and in each phase; what is too large from the start is told once."""
    told: set[str] = set()
    for first, era in world.eras:
        for key, value, rule in too_large(era):
            if key not in told:
                told.add(key)
                in_fund = first and key.startswith(("fund.", "income."))
                yield f"phase.{first}.{key}" if in_fund else key, value, rule


def _lines(world: World) -> Iterator[Broken]:
    for name, source in world.income.items():
        if isinstance(source, BudgetLine) and source.in_force:
            key = f"income.{name}"
            if source.vote == "fixed" and source.amount is None:
                rule = 'is missing: a fixed budget line needs one; or write vote = "revised"'
                yield f"{key}.amount", "", rule
    drawn = {key: (a, quantity) for key, a, quantity in assumptions(world)}
    yield from _shapes(
        {key: one for key, one in drawn.items() if key.startswith(("fund.", "income."))}
    )


def _fund(world: World) -> Iterator[Broken]:
    fund, amount, time = world.fund, world.fund.amount, world.time
    if amount.basis == "judgment" and fund.entry_point not in (
        "none",
        "judgment",
        "unpaid_judgment",
    ):
        rule = "a share of the judgment needs fund.entry_point judgment or unpaid_judgment"
        yield "fund.amount.basis", amount.basis, rule
    if amount.floor and amount.cap and amount.floor.value > amount.cap.value:
        yield "fund.amount.floor", f"{amount.floor.value:g}", "must not be above the cap"
    if world.award.median.value == 0:
        rule = "must be above 0: how much awards differ is told by the ratio of award.p90 to it"
        yield "award.median", "0", rule
    if world.award.p90.value < world.award.median.value:
        yield "award.p90", f"{world.award.p90.value:g}", "must not be below award.median"
    if time.start_year + time.horizon_years + time.runoff_years <= time.price_year:
        rule = "must not be after the last year of the run-off, which prices are followed to"
        yield "time.price_year", str(time.price_year), rule
    if amount.basis == "heads" and not amount.heads:
        rule = "needs at least one head of damage: [fund.amount.heads.NAME]"
        yield "fund.amount.basis", amount.basis, rule
    for name, head in amount.heads.items():
        key = f"fund.amount.heads.{name}"
        spread = head.median is not None and head.p90 is not None
        if spread == (head.fixed is not None) or (head.fixed and (head.median or head.p90)):
            yield key, "", "needs either a fixed sum, or median and p90"
        elif (
            head.median is not None and head.p90 is not None and head.p90.value < head.median.value
        ):
            yield f"{key}.p90", f"{head.p90.value:g}", "must not be below its median"
    others = world.caseload.others
    if others.p90.value < others.median.value:
        yield "caseload.others.p90", f"{others.p90.value:g}", "must not be below its median"
    if not fund.eligible.forms:
        yield "fund.eligible.forms", "[]", "must name at least one form"
    country = world.country
    kosovo = country.code == "XK" or "kosovo" in country.name.lower()
    if kosovo and not ("*" in country.name and country.footnote):
        yield "country.name", country.name, "is written Kosovo*, with a footnote"


def _changes(world: World, known: Known) -> Iterator[Broken]:
    for name, change in world.changes.items():
        if change.until_year is not None and change.until_year < change.from_year:
            yield f"{name}.until_year", str(change.until_year), "must not be before from_year"
        for i, effect in enumerate(change.effects):
            key = f"{name}.effects[{i}]"
            if effect.on not in known:
                yield f"{key}.on", effect.on, f"no such number{_instead(effect.on, known)}"
                continue
            _, quantity = known[effect.on]
            if not quantity.timed and effect.by != "narrow":
                yield f"{key}.on", effect.on, "cannot change from year to year"
            if effect.by == "odds_ratio" and quantity.scale != "logit":
                yield f"{key}.by", "odds_ratio", f"{effect.on} is not a share; use factor or add"
            size = effect.size
            least = min([size.value, *size.values] + ([] if size.low is None else [size.low]))
            if effect.by != "add" and least < 0:
                yield f"{key}.size", f"{least:g}", "must not be negative"
            elif effect.by == "odds_ratio" and least == 0:
                yield f"{key}.size", f"{least:g}", "an odds ratio is above 0"
            elif wrong := _undrawable(size, size_quantity(effect)):
                yield f"{key}.size", "", wrong
            unit = _size_unit(effect.by, quantity)
            if effect.size.unit != unit:
                yield f"{key}.size.unit", effect.size.unit or '""', f'must be "{unit}"'
            if not effect.size.source:
                yield f"{key}.size.source", '""', 'needs a source (or source = "judgement")'


def _instead(key: str, known: Known) -> str:
    """What replaced a key, or what it may have been meant to be."""
    if gone := retired_key(key):
        return f"; {gone}"
    near = nearest(key, known)
    return f"; did you mean '{near}'?" if near else ""


def _correlations(world: World, known: Known) -> Iterator[Broken]:
    names: list[str] = []
    pairs: list[set[str]] = []
    for i, link in enumerate(world.correlations):
        for key in (link.first, link.second):
            if key not in known or not known[key][0].uncertain:
                gone = retired_key(key)
                rule = f"no such uncertain number{f'; {gone}' if gone else ''}"
                yield f"correlations[{i}]", key, rule
            elif key not in names:
                names.append(key)
        if link.first == link.second:
            yield f"correlations[{i}]", link.first, "correlates a number with itself"
        if {link.first, link.second} in pairs:
            yield f"correlations[{i}]", link.first, f"is correlated twice with {link.second}"
        pairs.append({link.first, link.second})
    if names and np.linalg.eigvalsh(rank_matrix(world, names)).min() < -1e-9:
        yield "correlations", "", "contradict each other (the matrix is not positive semidefinite)"


def rank_matrix(world: World, names: list[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The normal correlation matrix whose Spearman correlations are those of the scenario.

    r = 2 sin(π ρ / 6) (Kruskal 1958).
    """
    matrix = np.eye(len(names))
    for link in world.correlations:
        if link.first in names and link.second in names:
            i, j = names.index(link.first), names.index(link.second)
            matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * link.correlation / 6)
    return matrix


def _size_unit(by: Operation, quantity: Quantity) -> str:
    match by:
        case "factor" | "narrow":
            return "factor"
        case "odds_ratio":
            return "odds ratio"
        case "add":
            return quantity.unit
        case other:
            assert_never(other)


def _undrawable(a: Assumption, quantity: Quantity) -> str:
    """Why the assumption cannot be drawn, or an empty string."""
    try:
        drawn = quantiles(a, quantity, np.array([0.001, 0.5, 0.999]))
    except ValueError as error:
        return str(error)
    return "" if np.isfinite(drawn).all() else f"shape {a.shape} cannot be drawn from these numbers"


def _shapes(known: Known) -> Iterator[Broken]:
    for key, (a, quantity) in known.items():
        if wrong := _undrawable(a, quantity):
            yield key, "", wrong


def _policy(world: World, policies: set[str]) -> Iterator[Broken]:
    for key in ("default_policy", "law_in_force"):
        name = getattr(world.country, key)
        if policies and name and name not in policies:
            near = nearest(name, policies)
            hint = retired_name(name) or (f"{near}?" if near else "")
            yield f"country.{key}", name, f"no such policy{f'; {hint}' if hint else ''}"
