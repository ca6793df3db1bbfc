"""Writing a run to a folder: all files or none, each with its hash in the manifest."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fundsim import __version__
from fundsim.analysis.measures import MEASURES, NEEDS, Row, columns_of, named
from fundsim.batch.parquet import write_groups
from fundsim.report.compare.sheet import runs_workbook
from fundsim.report.folder import complete, write_csv, write_json, write_manifest
from fundsim.report.results import Results
from fundsim.report.run import picture
from fundsim.report.run.sheet import run_workbook
from fundsim.report.spread import spreads, tail_warning
from fundsim.report.wording import answer, command, stamp

COLUMNS = ("scenario", "year", "measure", "unit", "statistic", "value")
KINDS = dict.fromkeys(COLUMNS, "text") | {"year": "year", "value": "number"}
WORKBOOK = "workbook.xlsx"
GROUP = 20_000  # replications in a row group of replications.parquet


def write(folder: Path, runs: Sequence[Results]) -> None:
    """Write runs to a folder that appears only when it is complete.

    One run is written into the folder itself, several into one subfolder each, with a workbook of their
    differences beside them: so a run's own files are the same whatever it was run with.
    """
    names = [r.projection.scenario.name for r in runs]

    def fill(work: Path) -> None:
        if len(runs) == 1:
            _write_run(work, runs[0])
            return
        for run in runs:
            (work / run.projection.scenario.name).mkdir()
            _write_run(work / run.projection.scenario.name, run)
        (work / WORKBOOK).write_bytes(runs_workbook(runs))
        write_manifest(work, {"runs": names})

    complete(folder, names, fill)


def _write_run(folder: Path, results: Results) -> None:
    write_json(folder / "summary.json", summary(results))
    _write_table(folder, results.rows)
    _write_replications(folder / "replications.parquet", results)
    (folder / "figures").mkdir()
    picture.save(results, folder / "figures")
    (folder / WORKBOOK).write_bytes(run_workbook(results))
    write_manifest(folder, run_card(results))


def run_card(results: Results) -> dict[str, Any]:
    """What is needed to compute a run again and to know what it was."""
    projection = results.projection
    scenario = projection.scenario
    return {
        "stamp": stamp(projection),
        "command": command(projection),
        "leaves_out": "docs/method.md, section 17",
        "fundsim": __version__,
        "scenario": scenario.name,
        "scenario_hash": scenario.hash,
        "sets": list(scenario.sets),
        "notes": [str(note) for note in scenario.notes],
        "seed": projection.seed,
        "replications": projection.replications,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in ("numpy", "scipy", "pyarrow")},
        "world": scenario.world.model_dump(mode="json"),
    }


def summary(results: Results) -> dict[str, Any]:
    """All measures, nested as measure -> (year ->) statistic -> value, with the run card's main lines."""
    card = run_card(results)
    measures: dict[str, Any] = {}
    for row in results.rows:
        entry = measures.setdefault(row.measure, {"unit": row.unit})
        place = (
            entry
            if row.year is None
            else entry.setdefault("years", {}).setdefault(str(row.year), {})
        )
        place[row.statistic] = row.value
    for m in named(results.projection):  # in place of a value, why there is none
        if m.name not in measures and m.undefined and columns_of(m, None)[0] in results.projection:
            measures[m.name] = {"unit": m.unit, "undefined": m.undefined}
    keep = (
        "stamp",
        "command",
        "fundsim",
        "scenario",
        "scenario_hash",
        "seed",
        "replications",
        "notes",
    )
    return {
        **{key: card[key] for key in keep},
        "country": results.world.country.name,
        "footnote": results.world.country.footnote,
        "questions": list(results.projection.scenario.questions),
        "answer": answer(results),
        "spread": [text for *_, text in spreads(results)],
        "warnings": [warning] if (warning := tail_warning(results)) else [],
        "measures": measures,
    }


def _write_table(folder: Path, rows: Sequence[Row]) -> None:
    cells = [[getattr(row, column) for column in COLUMNS] for row in rows]
    write_groups(folder / "yearly.parquet", KINDS, [list(zip(*cells, strict=True))])
    write_csv(folder / "yearly.csv", COLUMNS, cells)


def _write_replications(path: Path, results: Results) -> None:
    """One row a replication: whole-horizon outcomes and the drawn assumptions."""
    projection = results.projection
    names = [name for name in projection.columns if "@" not in name]
    kinds = {"replication": "whole", **dict.fromkeys(names, "number")}

    def groups() -> Iterator[list[Any]]:
        for first in range(0, projection.replications, GROUP):
            last = min(first + GROUP, projection.replications)
            yield [range(first, last), *(projection.column(name, first, last) for name in names)]

    write_groups(path, kinds, groups(), use_dictionary=False)


def dictionary() -> str:
    """The data dictionary as Markdown, from the measures themselves."""
    lines = [
        "# Data dictionary",
        "",
        "Written by `make docs` from `fundsim/analysis/measures.py`; a test fails when they differ. "
        "Every figure that fundsim prints, plots or stores is one of these.",
        "",
        "`yearly.csv` and `yearly.parquet` have one row for each value: `scenario`, `year` (empty: "
        "the whole horizon), `measure`, `unit`, `statistic`, `value`. `summary.json` holds the same, "
        "nested. `replications.parquet` has one row a replication: whole-horizon outcomes, and "
        "`assumption:KEY` for each drawn assumption.",
        "",
        "`workbook.xlsx` is for reading. Sheets: `answer` (headline measures and sentences), `yearly` (ranges by year), "
        "`income` and `costs` (means by year; not without a fund), `victims` and `victims by group`, `assumptions` (all, with "
        "ranges, distributions, grades and sources), `run card`. Of several scenarios the one beside their folders has "
        "`side by side` and, where two are of one country, `comparison`: each beside the first of its country, paired, with 95 % "
        "intervals. Shares are shown as percentages and kept as shares; numbers are kept to 16 digits, in the other files to all.",
        "",
        "**Statistics.** `mean`: over replications (a ratio: of the sums). `mc_error`: its Monte Carlo "
        "error, one standard error. `p5` … `p95`: percentiles over replications, chance and "
        "assumptions together; not of one future alone. `low95`, `high95`: Wilson interval of a probability. `sd_assumptions`, "
        "`sd_chance`: what we do not know, and chance, as standard deviations. `var99_5`, `tvar99_5`: "
        "99.5 % value at risk and mean beyond it, with `…_mc_error`; not given below 736 (TVaR: 3,000) replications.",
        "",
        "A measure of nobody (no victims, no claims, nobody is paid) is not defined: it has no rows, its cells are empty, and "
        "`summary.json` says why (`undefined`).",
        "",
        "`{source}` is a name in the scenario's `[income]`, `{kind}` a kind of cost, `{group}` a form "
        "of exploitation, age or nationality. Whole-horizon counts are of victims registered within "
        "the horizon. The measure `assumptions` counts uncertain numbers by grade (data, partly, "
        "judgement).",
        "",
        "A batch (`fundsim sweep`) also has what suffices in each future, as `solvent50` … `solvent99`: the amount with which so many of "
        "100 futures never fall short.",
        "",
        "| measure | per | unit | label | formula |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{m.name}` | {'year' if m.yearly else 'horizon'} | {m.unit} | {m.label} | {m.formula} |"
        for m in (*MEASURES, *NEEDS)
    ]
    return "\n".join(lines) + "\n"
