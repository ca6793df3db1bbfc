"""What the fast engine and the reference say of the same futures, cell by cell.

Each side becomes tables by name: `victims.…`, `claims.…`, `payments.…`, `ledger.…`, `believed.…`, `economy.…`
and `outcomes.…`.  Whole numbers (cents, ticks, persons, months) are compared as they are, other numbers to
nine figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundsim.analysis.outcomes import outcomes
from fundsim.model.ledger import Ledger
from fundsim.model.run import Future
from fundsim.reference import future as reference
from fundsim.reference.cash import Case
from fundsim.reference.outcomes import outcomes as reference_outcomes
from fundsim.reference.victim import Victim
from fundsim.reference.votes import Plan
from fundsim.scenario.assumption import Floats
from fundsim.scenario.schema import FORMS, World, assumptions

TICKS = 4096
CLOSE = 1e-9  # of a number that is no whole one
NEVER = -1  # what never happens, in months or ticks
Tables = dict[str, NDArray[Any]]
CHARGES = ("none", "trafficking", "lesser")
ECONOMY = ("prices", "wages", "returns", "exchange_rate")


@dataclass(frozen=True)
class Apart:
    """Cells compared, cells that differ by one cent, tick, person or month, and cells that differ by more."""

    compared: int = 0
    near: int = 0
    far: int = 0

    def __add__(self, other: Apart) -> Apart:
        return Apart(self.compared + other.compared, self.near + other.near, self.far + other.far)

    @property
    def all(self) -> int:
        """Cells that differ."""
        return self.near + self.far


def each_future(future: Future) -> list[dict[str, Any]]:
    """The fast engine's outcomes of each future by name; a yearly one is a list over the horizon."""
    found = outcomes(future)
    return [
        {name: values[r].tolist() for name, values in found.items()}
        for r in range(future.drawn.replications.size)
    ]


def lived(
    world: World, seed: int, numbers: Iterable[int], plan: Plan | None = None
) -> list[reference.Future]:
    """The reference's futures of some replications; with a plan that it need not work out itself, if one is given."""
    return [reference.live(world, seed, number, plan) for number in numbers]


def compared(ours: Tables, theirs: Tables, prefix: str = "") -> Apart:
    """How far two sides are apart in the tables whose names begin with the prefix; a missing table differs whole."""
    total = Apart()
    for name in sorted(n for n in ours.keys() | theirs.keys() if n.startswith(prefix)):
        x, y = ours.get(name), theirs.get(name)
        if x is None or y is None or x.shape != y.shape:
            size = max(0 if x is None else x.size, 0 if y is None else y.size, 1)
            total += Apart(size, 0, size)
        elif x.dtype.kind == y.dtype.kind == "i":
            gap = np.abs(x - y)
            total += Apart(x.size, int((gap == 1).sum()), int((gap > 1).sum()))
        else:
            equal = np.isclose(x, y, rtol=CLOSE, atol=1e-6, equal_nan=True)
            total += Apart(x.size, 0, int((~equal).sum()))
    return total


def differing(ours: Tables, theirs: Tables) -> list[str]:
    """The tables in which two sides differ."""
    return [
        name for name in sorted(ours.keys() | theirs.keys()) if compared(ours, theirs, name).all
    ]


def ticks(times: Any) -> NDArray[np.int64]:
    """Times as whole ticks; NEVER for what never happens."""
    x = np.asarray(times, dtype=np.float64)
    return np.where(np.isinf(x), NEVER, np.rint(np.where(np.isinf(x), 0.0, x) * TICKS)).astype(
        np.int64
    )


def of_ledger(ledger: Ledger) -> Tables:
    """Every table of a ledger of the fast engine."""
    found: Tables = {}
    for field in fields(Ledger):
        value = getattr(ledger, field.name)
        parts = value if isinstance(value, dict) else {"": value}
        found |= {f"ledger.{field.name}.{key}": np.asarray(table) for key, table in parts.items()}
    return found


def of_fast(future: Future) -> Tables:
    """What the fast engine says of a block."""
    drawn, cases, claims = future.drawn, future.drawn.cases, future.drawn.claims
    people, entry, due = cases.victims, drawn.entry, future.due
    times = {
        "identified_at": people.identified_at, "indicted_at": cases.indicted_at, "judged_at": cases.judged_at,
        "award_at": cases.award_at, "recovered_at": cases.recovered_at, "closed_at": cases.closed_at,
        "clock_at": entry.clock_at, "leaves_at": entry.leaves_at,
    }  # fmt: skip
    whole: Tables = {
        "replication": people.replication, "form": people.form, "child": people.child, "foreign": people.foreign,
        "informed": cases.informed, "legal_aid": cases.legal_aid, "charge": cases.indicted,
        "convicted": cases.convicted, "award": cases.award, "by_civil_court": cases.by_civil_court,
        "recovered": cases.recovered, "entitled": entry.entitled, "applies": entry.applies, "files": entry.filed,
    }  # fmt: skip
    found: Tables = {f"victims.{name}": ticks(at) for name, at in times.items()}
    found |= {f"victims.{name}": column.astype(np.int64) for name, column in whole.items()}

    starts = np.searchsorted(people.replication, np.arange(drawn.replications.size))
    number = claims.case - starts[claims.replication]
    columns: Tables = {
        "victim": number, "asked": claims.asked, "capped": claims.capped, "set_off": claims.set_off,
        "benefit": claims.benefit, "interim": claims.interim, "approved": claims.approved,
        "paid_in": np.minimum(future.paid_in_month, drawn.months),
        "filed_at": ticks(claims.filed_at), "ready_at": ticks(claims.ready_at), "interim_at": ticks(claims.interim_at),
        "working": ticks(claims.working_months), "majority_at": ticks(claims.majority_at),
        "decided_at": ticks(future.decided_at),
    }  # fmt: skip
    found |= {f"claims.{name}": column.astype(np.int64) for name, column in columns.items()}
    payments = np.stack([
        due.replication, due.month, number[due.claim], due.amount,
        np.minimum(future.payment_month, drawn.months), future.payment_left,
    ]).astype(np.int64)  # fmt: skip
    found["payments."] = payments[:, np.lexsort(payments[::-1])]

    shape = (drawn.replications.size, drawn.parameters.years.size)
    for key, _, _ in assumptions(future.world):
        found[f"believed.{key}"] = np.broadcast_to(drawn.parameters[key], shape)
    tables = (
        drawn.macro.prices,
        drawn.macro.wages,
        drawn.macro.investment_return,
        drawn.macro.exchange_rate,
    )
    found |= {f"economy.{name}": table for name, table in zip(ECONOMY, tables, strict=True)}
    found["economy.state_costs"] = future.owed.costs.state_total
    found |= of_ledger(future.ledger)
    return found | _of_outcomes(outcomes(future), future.world)


def _of_outcomes(found: dict[str, Floats], world: World) -> Tables:
    start = world.time.start_year
    return {
        f"outcomes.{name}" + (f"@{start + y}" if values.ndim == 2 else ""): column
        for name, values in found.items()
        for y, column in enumerate(values.T if values.ndim == 2 else [values])
    }


def of_reference(futures: Sequence[reference.Future]) -> Tables:
    """What the reference says of some replications."""
    world = futures[0].life.world
    everybody = [(r, victim) for r, future in enumerate(futures) for victim in future.victims]

    def column(of: Callable[[Victim], Any]) -> Any:
        return [of(victim) for _, victim in everybody]

    found: Tables = {"victims.replication": np.array([r for r, _ in everybody], dtype=np.int64)}
    for name in ("identified_at", "indicted_at", "judged_at", "award_at", "recovered_at", "closed_at",
                 "clock_at", "leaves_at"):  # fmt: skip
        found[f"victims.{name}"] = ticks(column(lambda v, name=name: getattr(v, name)))  # type: ignore[misc]
    for name in ("child", "foreign", "informed", "legal_aid", "convicted", "award", "by_civil_court",
                 "recovered", "entitled", "applies", "files"):  # fmt: skip
        values = column(lambda v, name=name: getattr(v, name))  # type: ignore[misc]
        found[f"victims.{name}"] = np.array(values, dtype=np.int64)
    found["victims.form"] = np.array(column(lambda v: FORMS.index(v.form)), dtype=np.int64)
    found["victims.charge"] = np.array(column(lambda v: CHARGES.index(v.charge)), dtype=np.int64)
    return found | _of_claims(futures) | _of_books(futures, world) | _of_economy(futures, world)


def _of_claims(futures: Sequence[reference.Future]) -> Tables:
    end = futures[0].life.months
    lines: list[tuple[int, Case]] = []
    for r, future in enumerate(futures):
        ordered = sorted(future.books.cases, key=lambda c: (c.claim.filed_at, c.victim.number))
        lines += [(r, case) for case in ordered]
    found: Tables = {}
    for name in ("asked", "capped", "set_off", "benefit", "interim", "approved"):
        values = [getattr(case.claim, name) for _, case in lines]
        found[f"claims.{name}"] = np.array(values, dtype=np.int64)
    for name, field in (("filed_at", "filed_at"), ("ready_at", "ready_at"), ("interim_at", "interim_at"), ("working", "working_months"),
                        ("majority_at", "majority_at")):  # fmt: skip
        found[f"claims.{name}"] = ticks([getattr(case.claim, field) for _, case in lines])
    found["claims.victim"] = np.array([c.victim.number for _, c in lines], dtype=np.int64)
    found["claims.decided_at"] = ticks([case.decided_at for _, case in lines])
    paid = [end if case.paid_in is None else min(case.paid_in, end) for _, case in lines]
    found["claims.paid_in"] = np.array(paid, dtype=np.int64)
    payments = [
        (r, p.due_in, case.victim.number, p.amount, end if p.paid_in is None else p.paid_in, p.left)
        for r, case in lines for p in case.payments
    ]  # fmt: skip
    found["payments."] = np.array(sorted(payments), dtype=np.int64).reshape(-1, 6).T
    return found


def _of_books(futures: Sequence[reference.Future], world: World) -> Tables:
    books = [future.books for future in futures]
    rows: dict[str, Any] = {"opening_capital.": [book.opening_capital for book in books]}
    rows |= {f"{name}.": [book.flows[name] for book in books] for name in books[0].flows}
    for part in ("income", "costs_due", "costs", "states"):
        for name in getattr(books[0], part):
            rows[f"{part}.{name}"] = [getattr(book, part)[name] for book in books]
    everybody = [
        [sum(month) for month in zip(*book.states.values(), strict=True)] for book in books
    ]
    rows["identified."] = everybody
    found: Tables = {f"ledger.{name}": np.array(row, dtype=np.int64) for name, row in rows.items()}
    each = [reference_outcomes(future) for future in futures]
    found |= {f"outcomes.{name}": np.array([one[name] for one in each]) for name in each[0]}
    return found


def _of_economy(futures: Sequence[reference.Future], world: World) -> Tables:
    beliefs = futures[0].life.beliefs
    years = range(beliefs.first_year, beliefs.last_year + 1)
    found: Tables = {"economy.state_costs": np.array([future.state_costs for future in futures])}
    for name in ECONOMY:
        found[f"economy.{name}"] = np.array(
            [[getattr(future.life.economy, name)[y] for y in years] for future in futures]
        )
    for key, _, _ in assumptions(world):
        found[f"believed.{key}"] = np.array(
            [[future.life.beliefs.at(key, year) for year in years] for future in futures]
        )
    return found
