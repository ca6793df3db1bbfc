"""The table of docs/budget_lines.md: one fund under budget lines of different rules.  python -m benchmarks.lines"""

from __future__ import annotations

from fundsim.analysis.project import Projection, project
from fundsim.scenario.compose import load

N, SEED = 2_000, 20260101
FIXED = ("income.budget.vote=fixed", "income.budget.amount=220000")
WAGES, KEPT = "income.budget.index=wages", "income.budget.lapses=false"
INVESTED, ADDED = "fund.reserve_return=true", "fund.payment.when_short=supplement"
ROWS = (
    ("Fixed, rising with wages, kept and invested (the endowment of 0.1)", "", (*FIXED, WAGES, KEPT, INVESTED)),
    ("Fixed, not indexed, kept and invested", "", (*FIXED, KEPT, INVESTED)),
    ("Fixed, rising with wages, lapsing", "", (*FIXED, WAGES)),
    ("Fixed, not indexed, lapsing", "", FIXED),
    ("the same, the state adds what is missing", "", (*FIXED, ADDED)),
    ("**Revised, margin 1.25 (as shipped)**", "", ()),
    ("the same, the state adds what is missing", "", (ADDED,)),
    ("Revised, margin 2, the state adds", "", ("income.budget.margin=2", ADDED)),
    ("Fixed, not indexed, lapsing, high inflation", "+high_inflation", (*FIXED, ADDED)),
    ("Revised, high inflation", "+high_inflation", (ADDED,)),
    ("Revised, line halved for two years", "+budget_cut", (ADDED,)),
    ("Revised, late surge", "+late_surge", (ADDED,)),
)  # fmt: skip


def cells(label: str, run: Projection) -> list[str]:
    """A row of the table."""

    def mean(name: str) -> float:
        return float(run.column(name).mean())

    years = len(run.years())
    small = mean("years_too_small")
    missing = mean("overrun_in_all") / small if small else 0.0
    return [
        label, f"{small:.1f} of {years}", f"{100 * float((run.column('years_too_small') > 0).mean()):.0f} %",
        f"{missing:,.0f}", f"{mean('budget_a_year'):,.0f}", f"{mean('lapsed_a_year'):,.0f}",
        f"{mean('supplements_a_year'):,.0f}", f"{mean('benefits_a_year'):,.0f}", f"{mean('paid_by_fund'):.0f}",
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    heads = (
        "Line",
        "years too small",
        "in any year",
        "missing then",
        "voted a year",
        "unused",
        "added",
        "to victims",
        "paid",
    )
    print("| " + " | ".join(heads) + " |")
    print("|---" + "|---:" * (len(heads) - 1) + "|")
    for label, stress, sets in ROWS:
        [run] = project([load(f"serbia+tariff{stress}", sets)], N, SEED)
        print("| " + " | ".join(cells(label, run)) + " |", flush=True)


if __name__ == "__main__":
    main()
