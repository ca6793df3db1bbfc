"""Section 7: extreme values with known answers, and the shipped stresses."""

from __future__ import annotations

import numpy as np

from fundsim.model.run import Future, simulate
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.validation.check import Check, Group, Line, exact
from fundsim.validation.engines import unbalanced, unexplained_debt

REPLICATIONS = 60
SHORT = ("time.horizon_years=6", "time.runoff_years=6")
RULE = "docs/method.md §12: what the rules say of an extreme"
BY_DESIGN = ("no_seized_assets", "slow_courts", "enforcement_collapse", "reserve_taken")
NO_MONEY = (
    "fund.opening_capital=0", "income.budget.vote=fixed", "income.budget.amount=0", "fund.reserve_return=false",
    "fund.subrogation.pursued_share=0",
)  # fmt: skip


def run(seed: int, name: str, *sets: str) -> Future:
    """A short run of a scenario."""
    return simulate(load(name, [*SHORT, *sets]).world, seed, np.arange(REPLICATIONS))


def extremes(seed: int) -> list[Check]:
    """No victims, no income, all awards enforced, everything due and paid at once."""
    nobody = nothing = enforced = at_once = 0
    months = futures = cases = payments = 0
    for country in files.countries():
        empty = run(seed, f"{country}+tariff", "caseload.level=0", "caseload.mass.events_a_year=0")
        book = empty.ledger
        own = ("office", "caseworkers", "reforms")
        others = sum(flow.sum() for kind, flow in book.costs_due.items() if kind not in own)
        nobody += int(empty.drawn.cases.victims.size + book.due.any() + others)
        months += book.due.size

        poor = run(seed, f"{country}+tariff", *NO_MONEY).ledger
        owed = np.cumsum(poor.due_total, axis=1)
        nothing += int((poor.shortfall != owed).sum() + poor.benefits.any() + poor.cash.any())
        futures += int(owed[:, -1].astype(bool).sum())

        sure = run(
            seed, f"{country}+full_judgment", "enforcement.failure_rate=0", "enforcement.recovered_rate=1",
            "enforcement.delay.median=0", "fund.subsidiarity.set_off=true",
        )  # fmt: skip
        drawn = sure.drawn
        enforced += int(
            (drawn.cases.recovered != drawn.cases.award).sum() + sure.ledger.benefits.any()
        )
        cases += int((drawn.cases.award > 0).sum())

        rich = run(
            seed, f"{country}+status_fixed", "fund.opening_capital=1000000000", "fund.decision.working_months=0",
        )  # fmt: skip
        late = rich.payment_month != rich.due.month
        at_once += int(late.sum() + (rich.ledger.benefits != rich.ledger.due).sum())
        payments += rich.due.amount.size
    what = f"all countries, {REPLICATIONS} replications each"
    lines = (
        (Line("7.01", "No victims: only office, caseworkers and reforms cost", f"{what}; nothing else is ever due", "months", RULE), nobody, months),
        (Line("7.02", "No income: all that ever fell due is owed", f"{what}; shortfall = everything due so far, each month, nothing paid", "futures", RULE), nothing, futures),
        (Line("7.03", "All enforced at once: offenders pay all, the fund nothing", f"{what}, set-off; recovered = award", "awards", RULE), enforced, cases),
        (Line("7.04", "Cash without end: everything is paid when due", f"{what}; month of payment = month due", "payments", RULE), at_once, payments),
    )  # fmt: skip
    return [
        exact(line, wrong, n, futures=len(files.countries()) * REPLICATIONS)
        for line, wrong, n in lines
    ]


def shipped(seed: int) -> list[Check]:
    """Every shipped stress of Serbia moves something and breaks no identity."""
    base = run(seed, "serbia+tariff").ledger
    wrong = cells = still = 0
    names = list(files.shipped("stress"))
    for name in names:
        book = run(seed, f"serbia+tariff+{name}").ledger
        for bad, n in (unbalanced(book), unexplained_debt(book)):
            wrong += bad
            cells += n
        idle = all((getattr(book, x) == getattr(base, x)).all() for x in ("due", "cash", "arrears"))
        # Serbia's tariff uses no seized assets and no court, and keeps nothing: these move nothing there, by design
        still += idle and name not in BY_DESIGN
    return [
        exact(Line("7.05", "Identities under the shipped stresses", f"{len(names)} stresses of serbia+tariff, {REPLICATIONS} replications each", "cells", "double-entry bookkeeping; docs/method.md §12"), wrong, cells, futures=len(names) * REPLICATIONS),
        exact(Line("7.06", "Every shipped stress moves the fund", f"{len(names)} stresses of serbia+tariff; four concern courts, seized assets and reserves, which this fund does not have", "stresses", "the direction that each file expects"), int(still), len(names)),
    ]  # fmt: skip


GROUPS = (
    Group("7.01", "Extreme values", extremes),
    Group("7.05", "Shipped stresses", shipped),
)
