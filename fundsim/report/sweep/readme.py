"""The README of a batch's folder: what its files and columns are, and how to read them."""

from __future__ import annotations

from fundsim.analysis.measures import MEASURES, NEEDS
from fundsim.batch.dataset import (
    NOISE,
    RESULTS,
    SCENARIOS,
    kinds_of_keys,
    noise_columns,
    results_columns,
    scenarios_columns,
)
from fundsim.batch.plan import Plan

WHAT = {
    "number": "number of the scenario in the plan, from 0",
    "scenario": "name of the scenario, but for the varied keys",
    "scenario_hash": "twelve hex digits over every value of the scenario",
    "country": "country, as in scenarios", "policy": "policy", "reforms": "reforms, joined by +; none",
    "stress": "stress; none", "year": "calendar year; empty: the whole horizon", "measure": "name of the measure, see below",
    "unit": "its unit", "statistic": "mean, mc_error (Monte Carlo error of the mean, one standard error), p5 … p95, low95 and "
    "high95 (Wilson interval of a probability), sd_assumptions and sd_chance, var99_5, tvar99_5; solvent50 … solvent99: the amount "
    "with which so many of 100 futures never fall short (inf: no amount suffices)",
    "value": "the figure; shares between 0 and 1",
    "design": "number of the design (policy, reforms, levers) within the country",
    "circumstances": "number of its circumstances (stress, assumptions)", "replications": "futures simulated",
    "seed": "seed, a text", "command": "the command that computes this scenario alone, to the same numbers",
}  # fmt: skip
TYPES = {
    "text": "string",
    "label": "string (dictionary)",
    "year": "int16",
    "whole": "int32",
    "number": "double",
    "numbers": "list of double",
    "flag": "boolean",
}


def readme(plan: Plan, stamp: str) -> str:
    """The text, in Markdown."""
    keys = kinds_of_keys(plan)
    measures = {m.name: m for m in (*MEASURES, *NEEDS)}
    asked = [
        measures[name] for name in (n.partition("@")[0] for n in plan.wanted) if name in measures
    ]
    return "\n".join([
        f"# {plan.question}", "", f"{stamp}.", "",
        f"- `{RESULTS}/`: the tidy table, one row a figure, in Parquet files of equal columns.",
        f"- `{SCENARIOS}/`: one row a scenario, with its main figures and the command that repeats it.",
        f"- `{NOISE}/`: one row a scenario, with what each batch of replications adds to the error of "
        "a figure that designs are judged by. Scenarios of a country share their draws, so the error of a difference "
        "is √(B/(B−1)·Σ(a − b)²), over its B entries.",
        "- `best.csv` (where the plan asks for it), `front.csv`, `front.png`, `front.svg`, `summary.json`: the designs judged.",
        "- `run.json`: the plan as it was read. `manifest.json`: the SHA-256 of every file.",
        "- `store/`: the outcomes of every future, from which a later batch or run takes what it needs; it may be deleted.", "",
        "```python", "import pandas as pd", f'pd.read_parquet("{RESULTS}")', "", "import duckdb",
        f"""duckdb.sql("select country, policy, value from '{RESULTS}/*.parquet' where measure = 'ruin' and statistic = 'mean'")""", "",
        "import polars as pl", f'pl.read_parquet("{RESULTS}/*.parquet")', "```", "", "```r",
        f'arrow::open_dataset("{RESULTS}")', "```", "",
        f"## Columns of `{RESULTS}/`", "", *_table(results_columns(plan), keys),
        f"## Columns of `{SCENARIOS}/`", "",
        "Columns named like a measure hold its mean, `measure:statistic` another statistic.", "",
        *_table(scenarios_columns(plan), keys),
        f"## Columns of `{NOISE}/`", "", *_table(noise_columns(plan), {}),
        "## Measures", "", "| measure | unit | formula |", "|---|---|---|",
        *(f"| `{m.name}` | {m.unit} | {m.formula} |" for m in dict.fromkeys(asked)), "",
        "All measures: `docs/data_dictionary.md` of fundsim.", "",
    ])  # fmt: skip


def _table(columns: dict[str, str], keys: dict[str, str]) -> list[str]:
    lines = ["| column | type | meaning |", "|---|---|---|"]
    for name, kind in columns.items():
        meaning = "value of this key" if name in keys else WHAT.get(name, "figure")
        lines.append(f"| `{name}` | {TYPES[kind]} | {meaning} |")
    return [*lines, ""]
