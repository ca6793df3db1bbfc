"""`fundsim sweep`: foresee, run, and hand over a batch of scenarios."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from fundsim import __version__
from fundsim.analysis.workers import shared_out
from fundsim.batch.atomic import write_whole
from fundsim.batch.cluster import cluster
from fundsim.batch.designs import Country, judge
from fundsim.batch.forecast import Forecast, TimeLeft, foresee, paces
from fundsim.batch.plan import Plan
from fundsim.batch.plan_file import in_plan, read_plan
from fundsim.batch.store import refuse_unreachable
from fundsim.batch.sweep import (
    RUN,
    STORE,
    ShareOut,
    alone,
    check_plan,
    claim,
    finish,
    is_checked,
    is_complete,
    run_plan,
    unclaim,
)
from fundsim.batch.version import model_version
from fundsim.batch.work import Tally
from fundsim.report import wording
from fundsim.report.checks import draws_of
from fundsim.report.figures import save_pictures
from fundsim.report.folder import csv_text
from fundsim.report.request import Request
from fundsim.report.screen import console_for_tables, duration, size
from fundsim.report.sweep.designs import (
    best_rows,
    country_names,
    front_rows,
    front_table,
    judged_by,
    sentences,
)
from fundsim.report.sweep.picture import front_picture
from fundsim.report.sweep.readme import readme
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError, Problem

TOLD_EVERY = 10.0  # s between two lines of progress where there is no terminal
MANY = 500  # scenarios of which it takes a while to see that they are valid


def print_sweep(
    request: Request, path: Path, scheduler: str | None, resume: bool, dry_run: bool
) -> None:
    """Run a plan and tell the answer; what is finished is kept, whatever happens."""
    plan, processes, out = read_plan(path), draws_of(request).workers, request.out
    if dry_run:
        _check(path, plan, partial(shared_out, workers=processes))
        console_for_tables().print(forecast_text(plan, foresee(plan), processes), highlight=False)
        return
    if out is None:
        raise InputError(Problem("--out", "missing: the folder for the results (or --dry-run)"))
    if resume and not (out / RUN).is_file():
        raise InputError(Problem("--resume", "there is no batch to go on with", value=str(out)))
    address = request.store or str(out / STORE)
    if "://" not in address:
        address = str(Path(address).absolute())  # also for workers that stand elsewhere
    begun = claim(out, plan)
    with alone(out):
        try:
            _run(path, plan, out, address, scheduler, processes, begun)
        except InputError:
            unclaim(out)
            raise
        countries = judge(plan, out)
        _hand_over(plan, countries, out, path)
    console = console_for_tables()
    for sentence in sentences(plan, countries):
        console.print(sentence, markup=False, highlight=False)
    names = country_names(countries)
    for c in countries:
        console.print(front_table(plan, c, names[c.name]))
    for text in _footnotes(countries):
        console.print(text, markup=False, highlight=False)
    console.print(stamp(plan), style="dim", markup=False, highlight=False)
    console.print(
        f"Results, figures and what the columns mean: {out}", markup=False, highlight=False
    )


def _run(
    path: Path, plan: Plan, out: Path, address: str, scheduler: str | None, processes: int, begun: bool
) -> None:  # fmt: skip
    refuse_unreachable(address)
    with _workers(scheduler, processes, address, plan) as share_out:
        if not is_checked(out):  # a batch that was killed before is checked again
            _check(path, plan, share_out)
        at_once = _at_once(processes) if scheduler is None else 1  # of others it is not known
        _compute(plan, out, address, share_out, begun, at_once)


def _check(path: Path, plan: Plan, share_out: ShareOut) -> None:
    if plan.size > MANY:
        sys.stderr.write(f"looking whether all {plan.size:,} scenarios are valid\n")
    try:
        check_plan(plan, share_out)
    except InputError as error:
        raise in_plan(path, error) from None


def _compute(
    plan: Plan, out: Path, address: str, share_out: ShareOut, begun: bool, at_once: int
) -> None:
    """Whatever is missing."""
    if begun:
        sys.stderr.write(f"{out}: going on with this batch\n")
    if is_complete(out):
        sys.stderr.write("everything is there already: nothing to compute\n")
        return
    with telling(TimeLeft(plan, paces(plan), at_once)) as tell:
        progress = run_plan(plan, out, address, share_out, tell)
    if progress.damaged:
        one = progress.damaged == 1
        parts = "part of the store was" if one else "parts of the store were"
        sys.stderr.write(f"{progress.damaged:,} {parts} damaged and computed anew\n")


def _workers(
    scheduler: str | None, processes: int, store: str, plan: Plan
) -> AbstractContextManager[ShareOut]:
    if scheduler is None:
        return nullcontext(partial(shared_out, workers=processes))
    return cluster(scheduler, processes, store, plan)


def stamp(plan: Plan) -> str:
    """What produced the figures: version, plan, seed, replications."""
    return (
        f"fundsim {model_version()} · plan {plan.hash} · {plan.size:,} scenarios · seed {plan.seed} · "
        f"{plan.replications:,} replications each"
    )


def _footnotes(countries: list[Country]) -> list[str]:
    found = (load(c.name).world.country.footnote for c in countries)
    return list(dict.fromkeys(text for text in found if text))


def _hand_over(plan: Plan, countries: list[Country], out: Path, path: Path) -> None:
    """Everything beside the tables, and the manifest last."""
    tables = {"best": best_rows(plan, countries), "front": front_rows(plan, countries)}
    for name, rows in tables.items():
        if rows:
            text = csv_text(list(rows[0]), [list(row.values()) for row in rows])
            write_whole(out / f"{name}.csv", text.encode())
    summary = {
        "stamp": stamp(plan), "question": plan.question, "answer": sentences(plan, countries), **tables,
        "footnotes": _footnotes(countries),
    }  # fmt: skip
    text = json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(out / "summary.json", text.encode() + b"\n")
    write_whole(out / "README.md", readme(plan, stamp(plan)).encode())
    how = [judged_by(plan)] if plan.circumstances > 1 else []
    note = "\n".join(textwrap.fill(text, 150) for text in (*how, stamp(plan)))
    save_pictures({"front": front_picture(plan, countries, note)}, out)
    finish(out, {"stamp": stamp(plan), "fundsim": __version__, "plan_hash": plan.hash})


@contextmanager
def telling(reckon: TimeLeft) -> Iterator[Callable[[Tally], None]]:
    """Progress with time left, throughput and failures: a bar on a terminal, elsewhere a line now and then."""
    began = time.monotonic()

    def facts(p: Tally) -> str:
        new = f"{p.replications / max(time.monotonic() - began, 1e-9):,.0f} replications a second"
        parts = [new, f"{p.found:,} parts found" if p.found else "",
                 f"{p.damaged:,} damaged and computed anew" if p.damaged else "",
                 f"{p.failed:,} scenarios failed" if p.failed else ""]  # fmt: skip
        return ", ".join(part for part in parts if part)

    if sys.stderr.isatty():
        columns = (BarColumn(), TextColumn("{task.percentage:.0f} %"), TextColumn("{task.description}"))  # fmt: skip
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("starting", total=1.0)

            def drawn(p: Tally) -> None:
                share, left = reckon(p, time.monotonic())
                told = "" if left is None else f"{duration(left)} left: "
                bar.update(task, completed=share, description=told + facts(p))

            yield drawn
        return
    last, whole = began, False

    def tell(p: Tally) -> None:
        nonlocal last, whole
        now = time.monotonic()
        share, left = reckon(p, now)
        if left is not None and not whole and (now - last >= TOLD_EVERY or share == 1.0):
            last, whole = now, share == 1.0
            sys.stderr.write(f"{100 * share:.0f} %, {duration(left)} left: {facts(p)}\n")

    yield tell


def _at_once(processes: int) -> int:
    """How many processes get a core of their own."""
    return min(processes, os.cpu_count() or 1)


def forecast_text(plan: Plan, f: Forecast, processes: int) -> str:
    """What a plan comes to, before it is run."""
    parts = ((len(plan.countries), "country", "countries"), (plan.designs, "design", "designs"),
             (plan.circumstances, "set of circumstances", "circumstances"))  # fmt: skip
    product = " × ".join(f"{n:,} {one if n == 1 else more}" for n, one, more in parts)
    cases = f"{f.cases / 1e6:,.0f} million" if f.cases >= 1e7 else wording.number(f.cases)
    at_once = f"{processes} process{'es' if processes > 1 else ''} of this machine"
    lines = [
        plan.question,
        f"{plan.size:,} scenario{'s' if plan.size > 1 else ''}: {product}; all of them are valid",
        f"{plan.replications:,} replications each, about {cases} registered victims simulated",
        f"about {duration(f.seconds / _at_once(processes))} with {at_once} if it stays as busy as now, "
        f"after some seconds to start; {duration(f.seconds)} of work in all",
        f"about {size(f.bytes)} of disk in {f.parts:,} parts of the store",
        f"foreseen from {f.tried} of the scenarios; nothing was written",
    ]
    return "\n".join(lines)
