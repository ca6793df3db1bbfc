"""Briefings as files, Word, PDF or a web page: from Python, and for `fundsim brief`."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from fundsim.analysis.project import project
from fundsim.batch.atomic import claimed, put_file
from fundsim.batch.lookup import source_of
from fundsim.report.brief.blocks import Document
from fundsim.report.brief.compose import briefing
from fundsim.report.brief.gather import Facts, gather, refuse_few, stresses_of
from fundsim.report.checks import draws_of
from fundsim.report.language import Language, language
from fundsim.report.progress import blocks_with_progress
from fundsim.report.request import Request
from fundsim.scenario.asked import text, texts, wrong
from fundsim.scenario.compose import SET, Scenario, load, load_all
from fundsim.scenario.errors import InputError, Problem, nearest

REPLICATIONS = 5000


Tell = Callable[[str], None]
Address = Callable[[Facts, Language], str]
Progress = Callable[[Sequence[Scenario], int], AbstractContextManager[Tell]]


@contextmanager
def quietly(scenarios: Sequence[Scenario], replications: int) -> Iterator[Tell]:
    """Nothing is told of what is being computed."""
    yield lambda name: None


def brief(
    names: Sequence[str],
    out: Path | str,
    lang: str = "en",
    *,
    sets: Sequence[str] = (),
    solvent: float = 0.95,
    day: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    address: Address = lambda facts, say: "",
    store: str | None = None,
) -> Path:
    """Compute everything and write a briefing, whole or not at all.

    names    the scenario it is about, then designs of the same country to set beside it;  sets  as `load` takes them
    out      file to write: .docx, .pdf or .html;  lang  code of its language
    solvent  share of futures in which the fund shall last;  day  date on it, 2026-11-22; today without
    address  of a dashboard that shows the same figures, or empty;  store  of computed outcomes, if one is used
    returns  the file;  raises  InputError with every problem, OSError
    """
    names, sets = texts("brief", "names", names, "serbia+tariff"), texts("brief", "sets", sets, SET)
    if not names:
        raise wrong("brief", "names", "must name at least one scenario")
    if not isinstance(out, str | Path):
        raise wrong("brief", "out", "must be the name of a file", out)
    if isinstance(solvent, bool) or not isinstance(solvent, int | float):
        raise wrong("brief", "solvent", "must be a share, such as 0.95", solvent)
    if not callable(address):
        raise wrong("brief", "address", "must be a function of facts and language", address)
    for name, given, example in (
        ("lang", lang, "sr-Latn"), ("day", day, "2026-11-22"), ("store", store, "store"),
    ):  # fmt: skip
        if given is not None or name == "lang":
            text("brief", name, given, example)
    request = Request(names, sets, replications, seed, workers, out=Path(out), store=store)
    return _write(request, lang, solvent, day, address, quietly)


def _write(
    request: Request,
    lang: str,
    solvent: float,
    day: str | None,
    address: Address,
    progress: Progress,
) -> Path:
    out = request.out
    assert out is not None
    write, say, date = writer(out), language(lang), date_of(day)
    if not 0 < solvent < 1:
        raise InputError(Problem("--solvent", "must be above 0 and below 1", value=f"{solvent:g}"))
    if out.is_dir() or not out.absolute().parent.is_dir():
        rule = "is a folder" if out.is_dir() else "stands in a folder that does not exist"
        raise InputError(Problem("--out", rule, value=str(out)))
    with claimed(out):
        scenarios = load_all(request.names, request.sets)
        draws = draws_of(request, REPLICATIONS, len(scenarios))
        n, seed, workers = draws.replications, draws.seed, draws.workers
        refuse_few(n)
        first = scenarios[0]
        stressed = {s: load(f"{first.given}+{s}", first.sets) for s in stresses_of(first)}
        unit, known = source_of(request.store).answers, {scenario.name for scenario in scenarios}
        with progress(scenarios, n) as told:

            def tell(name: str) -> None:
                if name in known:
                    told(name)

            facts = gather(
                scenarios, stressed, solvent, date,
                lambda these: project(these, n, seed, workers, tell, unit=unit),
            )  # fmt: skip
        facts = replace(facts, link=address(facts, say))
        put_file(out, write(briefing(facts, say)))
    return out


def print_brief(
    request: Request, lang: str, solvent: float, day: str | None, address: Address
) -> None:
    """The same as a command, with progress; says where the file is."""
    out = _write(request, lang, solvent, day, address, blocks_with_progress)
    sys.stdout.write(f"Briefing: {out}\n")


def writer(out: Path) -> Callable[[Document], bytes]:
    """What writes the kind of file that a name ends in; raises `InputError` for another."""
    kinds = (".docx", ".pdf", ".html")
    kind = out.suffix.lower()
    if kind not in kinds:
        rule = "must end in " + ", ".join(kinds)
        raise InputError(Problem("--out", rule, value=str(out), nearest=nearest(kind, kinds)))
    if kind == ".docx":
        from fundsim.report.brief.word import docx

        return docx
    if kind == ".pdf":
        from fundsim.report.brief.pdf import pdf

        return pdf
    from fundsim.report.brief.web import html

    return html


def date_of(day: str | None) -> datetime.date:
    """The date on the first page: today, or the one given as 2026-11-22."""
    if day is None:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(day)
    except ValueError:
        raise InputError(
            Problem("--date", "must be a date such as 2026-11-22", value=day)
        ) from None
