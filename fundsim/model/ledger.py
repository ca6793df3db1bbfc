"""Every flow of the fund by month and replication, and the identities that it must satisfy."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fundsim.model.money import Cents
from fundsim.scenario.errors import FAILED, FundsimError

Ints = NDArray[np.int64]

# a registered victim is in exactly one of these at each month end
STATES = ("waiting", "filed", "refused", "granted", "paid", "outside")


class LedgerError(FundsimError):
    """An identity does not hold: a fault of the program; nothing may be printed from it."""

    exit_code = FAILED

    def message(self) -> str:
        """What the user reads."""
        return f"a check failed, so nothing is printed: {self}"


@dataclass(frozen=True)
class Ledger:
    """The fund's books.  Flows and balances are cents [replication, month].

    opening_capital  cash at the opening [replication]
    income           by source;  recoveries  from offenders;  returns  on reserves (may be negative)
    advances         from the treasury;  repayments  to it;  interest  added to the advance
    supplements      what the state adds where money is missing, and is not paid back
    costs_due, costs by kind: what falls due, and what is paid
    due              payments due in the month;  benefits  what is paid on them
    lapsed           unspent budget returned to the treasury
    cash             closing cash;  advance  owed to the treasury
    outstanding      payments due and unpaid;  arrears  costs due and unpaid
    states           victims in each of STATES at the month's end;  identified  by then
    """

    opening_capital: Cents
    income: dict[str, Cents]
    recoveries: Cents
    returns: Cents
    advances: Cents
    supplements: Cents
    repayments: Cents
    interest: Cents
    costs_due: dict[str, Cents]
    costs: dict[str, Cents]
    due: Cents
    benefits: Cents
    lapsed: Cents
    cash: Cents
    advance: Cents
    outstanding: Cents
    arrears: Cents
    states: dict[str, Ints]
    identified: Ints

    @property
    def shortfall(self) -> Cents:
        """Payments due and unpaid, costs due and unpaid, and the treasury advance."""
        return self.outstanding + self.arrears + self.advance

    @property
    def income_total(self) -> Cents:
        """All sources together, without recoveries, returns and advances."""
        return sum(self.income.values(), np.zeros_like(self.cash))

    @property
    def costs_total(self) -> Cents:
        """Costs paid, all kinds."""
        return sum(self.costs.values(), np.zeros_like(self.cash))

    @property
    def due_total(self) -> Cents:
        """Costs and payments that fall due: what the fund would spend if cash were never short."""
        return sum(self.costs_due.values(), np.zeros_like(self.cash)) + self.due

    @property
    def notional(self) -> Cents:
        """What cash would be had everything due been paid in time; may be negative."""
        net = self.income_total + self.recoveries + self.returns - self.due_total - self.lapsed
        return np.asarray(self.opening_capital[:, None] + np.cumsum(net, axis=1))


def equal(a: Ledger, b: Ledger) -> bool:
    """Whether two ledgers agree in every cell."""
    for field in fields(Ledger):
        x, y = getattr(a, field.name), getattr(b, field.name)
        if isinstance(x, dict):
            if x.keys() != y.keys() or not all((x[k] == y[k]).all() for k in x):
                return False
        elif not (x == y).all():
            return False
    return True


def check_balance(ledger: Ledger) -> bool:
    """Opening + in - out = closing, each month and replication, to the cent."""
    opening = np.column_stack([ledger.opening_capital, ledger.cash[:, :-1]])
    inflow = ledger.income_total + ledger.recoveries + ledger.returns
    inflow = inflow + ledger.advances + ledger.supplements
    outflow = ledger.costs_total + ledger.benefits + ledger.repayments + ledger.lapsed
    return bool((opening + inflow - outflow == ledger.cash).all())


def check_debts(ledger: Ledger) -> bool:
    """What is owed grows by what falls due and falls by what is paid; nothing is negative."""
    ahead = [
        (ledger.outstanding, ledger.due - ledger.benefits),
        (ledger.advance, ledger.advances + ledger.interest - ledger.repayments),
        (
            ledger.arrears,
            sum(ledger.costs_due.values(), np.zeros_like(ledger.cash)) - ledger.costs_total,
        ),
    ]
    holds = all((np.cumsum(change, axis=1) == balance).all() for balance, change in ahead)
    never = (
        ledger.supplements,
        ledger.cash,
        ledger.outstanding,
        ledger.advance,
        ledger.arrears,
        ledger.benefits,
    )
    return holds and all(bool((x >= 0).all()) for x in never)


def check_states(ledger: Ledger) -> bool:
    """Each registered victim is in exactly one state at each month end."""
    counted = sum(ledger.states.values(), np.zeros_like(ledger.identified))
    return bool((counted == ledger.identified).all()) and all(
        bool((count >= 0).all()) for count in ledger.states.values()
    )


def check(ledger: Ledger) -> None:
    """Raise `LedgerError` naming the first identity that does not hold."""
    for identity in (check_balance, check_debts, check_states):
        if not identity(ledger):
            raise LedgerError(f"{identity.__name__}: {identity.__doc__}")
