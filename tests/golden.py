"""Headline figures that change only deliberately: `python -m tests.golden` writes golden.json anew.

When they move, CHANGELOG.md says so: Results change (countries; outputs).
"""

from __future__ import annotations

import json
from pathlib import Path

from fundsim.analysis.measures import measure
from fundsim.analysis.project import project
from fundsim.report.results import Results
from fundsim.scenario.compose import load
from fundsim.scenario.files import countries, shipped

FILE = Path(__file__).with_name("golden.json")
COMBINATIONS = (
    *(f"{country}+tariff" for country in countries()),
    *(f"serbia+{policy}" for policy in ("no_fund", "status_fixed", "judgment_advance", "full_judgment",
                                        "assets_only", "conviction_levy", "mixed_financing", "tariff_interim")),
    "serbia+tariff+legal_aid+informing+budget_cut",
    "montenegro+tariff+hosted", "kosovo+tariff+own_office", "albania+tariff+committee", "serbia+tariff+children_first",
    "albania+law_albania", "montenegro+law_montenegro", "north_macedonia+law_north_macedonia+raise_cap",
    "kosovo+law_kosovo+longer_deadline+presumption_of_harm", "kosovo+law_kosovo+immediate_payment",
)  # fmt: skip
MEASURES = (
    "due_a_year", "outgo_a_year", "income_a_year", "cost_to_state_a_year", "too_small_rate", "ruin", "peak_need", "incurred_total", "identified",
    "due_others_a_year",    "share_paid_without", "share_paid_with", "months_to_payment_with", "received_with",
)  # fmt: skip


def figures() -> dict[str, dict[str, float]]:
    """The headline of each combination at 300 replications."""
    found = {}
    for name in COMBINATIONS:
        [projection] = project([load(name)], 300, seed=1)
        results = Results.of(projection, measure(projection))
        found[name] = {m: results.get(m) for m in MEASURES}
    return found


def policies() -> set[str]:
    """The shipped policies, each of which a combination must show."""
    return set(shipped("policy"))


if __name__ == "__main__":
    FILE.write_text(json.dumps(figures(), indent=1) + "\n", encoding="utf-8")
