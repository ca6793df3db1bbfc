"""Scenarios at the ends of what may be said, put through every command and page: `make hostile`.

Nothing, one, certain, impossible, the least and the most of each key, few futures.  What comes out is either refused,
with the key that is wrong, or right: no traceback, no nan, no word of Python, no wait of nobody, no negative money.

    python -m tests.hostile --scenarios 500 --seed 1     # all
    python -m tests.hostile --only 37                    # one of them again
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import random
import re
import shlex
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest import mock

from fundsim import cli
from fundsim.analysis.project import project
from fundsim.report.brief import gather
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.files import shipped
from tests.hostile_cases import FUTURES, Case, case
from tests.hostile_commands import COMMANDS, FEW
from tests.hostile_texts import wrong_in_files, wrong_in_json, wrong_in_text

ALONE = (
    "run",
    "sensitivity",
    "solve",
)  # commands that tell how long victims wait, of no other design
REFUSALS = Counter[str]()  # what was refused, and how often


@dataclass(frozen=True)
class Outcome:
    """What came of one run of a command, or of one page.  wrong  what should not be; empty: right, or refused"""

    command: str
    refused: bool = False
    wrong: str = ""


def tried(one: Case, command: str, dice: random.Random) -> Outcome:
    """One command with one scenario."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        try:
            arguments = COMMANDS[command](one, dice, out)
        except InputError as error:
            return Outcome(f"fundsim {command}", refused=True, wrong=_told_badly(error.message()))
        said, complained = io.StringIO(), io.StringIO()
        line = f"fundsim {shlex.join(arguments)}"
        outcome = Outcome(line)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained), mock.patch.object(gather, "LEAST", FEW), warnings.catch_warnings():  # fmt: skip
                warnings.simplefilter("error")
                cli.app(arguments, standalone_mode=False)
        except InputError as error:
            return replace(outcome, refused=True, wrong=_told_badly(error.message()))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return replace(outcome, wrong="".join(traceback.format_exception(error)[-6:]))
        text, nobody = said.getvalue(), command in ALONE and paid_nobody(one)
        found = [*wrong_in_files(out, nobody)]
        if "--json" in arguments:
            found += wrong_in_json(text, nobody)
        else:
            found += wrong_in_text(
                text + complained.getvalue(), nobody, command not in ("run", "solve", "trace")
            )
        return replace(outcome, wrong="\n".join(dict.fromkeys(found)))


def _told_badly(message: str) -> str:
    """Why a refusal is none that a person can mend."""
    REFUSALS[re.sub(r"[0-9][0-9.,e+]*", "#", message)[:90]] += 1
    return "" if len(message) > 10 and "Traceback" not in message else f"refused with: {message!r}"


@cache
def paid_nobody(one: Case) -> bool:
    """Whether nobody is paid by anybody: a wait of 0 months is then a wait of nobody."""
    try:
        [found] = project([load(one.name, one.sets)], one.replications, one.seed, 1)
    except Exception:
        return True
    return not found.column("paid_with" if "paid_with" in found else "paid_without").sum()


# ------------------------------------------------------------------------------- pages


def looked_at(one: Case, page: str) -> Outcome:
    """One page of the dashboard with one scenario, as a visitor sees it."""
    from streamlit.testing.v1 import AppTest

    from fundsim.app import sidebar
    from fundsim.app.choice import Choice, Design, is_value
    from tests.test_dashboard_language import said

    country, *rest = one.name.split("+")
    policy = next((r for r in rest if r in shipped("policy")), load(country).world.country.default_policy)  # fmt: skip
    additions = tuple(sorted(r for r in rest if r not in shipped("policy")))
    sets = tuple(sorted(tuple(text.split("=", 1)) for text in one.sets if is_value(text.split("=", 1)[1])))  # fmt: skip
    chosen = Choice(country, Design(policy, additions, sets), page=page, replications=one.replications, seed=one.seed % 2**53)  # type: ignore[arg-type]  # fmt: skip
    outcome = Outcome(f"page {page}: {chosen}")
    dashboard = str(Path(__file__).parents[1] / "dashboard.py")
    try:
        with mock.patch.object(sidebar, "SIZES", (*FUTURES, 500)), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            app = AppTest.from_file(dashboard, default_timeout=600)
            app.session_state["choice"] = chosen
            app.run()
    except Exception as error:
        return replace(outcome, wrong="".join(traceback.format_exception(error)[-6:]))
    if app.exception:
        trace = "\n".join(app.exception[0].stack_trace[-6:])
        return replace(outcome, wrong=f"{app.exception[0].message}\n{trace}")
    refused = any(box.value for box in app.error)
    found = wrong_in_text(
        "\n".join(said(app)), page not in ("countries", "what_if") and paid_nobody(one), True
    )
    return replace(outcome, refused=refused, wrong="\n".join(dict.fromkeys(found)))


# ------------------------------------------------------------------------------- the sweep


def outcomes(one: Case, number: int, most: int = 2) -> Iterator[Outcome]:
    """A scenario through `run`, through some other commands and a page, each in its turn."""
    from fundsim.app.pages import pages

    dice = random.Random(f"{number} commands")
    names, places = [name for name in COMMANDS if name != "run"], list(pages())
    yield tried(one, "run", dice)
    for turn in range(most):
        yield tried(one, names[(number * most + turn) % len(names)], dice)
    yield looked_at(one, places[number % len(places)])


def main() -> int:
    """Sweep, print what is wrong so that it can be repeated, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--scenarios", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--only", type=int, help="number of the only one")
    parser.add_argument("--refusals", action="store_true", help="how often what was refused")
    asked = parser.parse_args()
    numbers = range(asked.first, asked.first + asked.scenarios) if asked.only is None else [asked.only]  # fmt: skip
    logging.disable(logging.WARNING)  # Streamlit warns that it runs without a browser
    counts, bad, began = Counter[str](), 0, time.monotonic()
    spent, then = defaultdict[str, float](float), time.process_time()
    for done, number in enumerate(numbers, 1):
        one = case(asked.seed, number)
        for outcome in outcomes(one, number):
            name = " ".join(outcome.command.split()[:2]).rstrip(":")  # fundsim run, page victims
            state = "wrong" if outcome.wrong else "refused" if outcome.refused else "right"
            counts[f"{name:24} {state}"] += 1
            spent[name] += time.process_time() - then
            then = time.process_time()
            if outcome.wrong:
                bad += 1
                print(f"--- {number}: {outcome.command}\n{outcome.wrong}", flush=True)
        if done % 50 == 0:
            print(f"{done} of {len(numbers)} scenarios, {sum(counts.values())} runs, {bad} wrong", flush=True)  # fmt: skip
    for message, count in REFUSALS.most_common() if asked.refusals else ():
        print(f"{count:6} {message}")
    for line, count in sorted(counts.items()):
        print(f"{line:40} {count:6}")
    for name, seconds in sorted(spent.items(), key=lambda one: -one[1]):
        print(f"{name:24} {seconds:6.1f} s")
    print(f"{len(numbers)} scenarios, {sum(counts.values())} runs, {bad} wrong, {time.monotonic() - began:.0f} s")  # fmt: skip
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
