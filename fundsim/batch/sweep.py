"""Running a plan: tasks for the workers, results in the plan's order, a folder that goes on after anything.

run.json     the plan and the model: whose folder this is
store/       finished parts, unless another store is named
results/, scenarios/, noise/   the tables, once everything is there
manifest.json          the last to be written: every file with its hash
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from fundsim.batch.atomic import InUseError, write_whole
from fundsim.batch.dataset import NOISE, RESULTS, SCENARIOS, Pieces
from fundsim.batch.plan import Plan, contents_hash, forget, member, resolve
from fundsim.batch.store import tidy_up
from fundsim.batch.version import model_version
from fundsim.batch.work import (
    Done,
    Failure,
    Job,
    OtherModelError,
    Tally,
    check_members,
    missing_measures,
    work_on,
)
from fundsim.scenario.clashes import refuse_shared_codes
from fundsim.scenario.errors import FAILED, FundsimError, InputError, Problem

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

RUN, MANIFEST, WORK, STORE = "run.json", "manifest.json", ".work", "store"
DIFFERENT = {
    "plan_hash": "holds the batch of another plan (with --store, what it has computed can be used)",
    "fundsim": "holds a batch of another version of fundsim",
    "scenario_files": "holds a batch of scenario files that have changed since",
}
TASK_SECONDS = 1.0  # about which a task shall last: long beside the 3 ms that handing it out takes
MOST_IN_TASK = 200  # scenarios
SHARE = 4000  # replications of a scenario that one task takes at most
MOST_PROBLEMS = 200  # after which no more scenarios are looked at
CHECKED_AT_ONCE = 50  # scenarios that are resolved in one task, to see whether they can be

ShareOut = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], Iterator[tuple[int, Any]]]


class ScenariosFailedError(FundsimError):
    """Some scenarios could not be computed; the others are in the store."""

    exit_code = FAILED

    def __init__(self, number: int, failures: Sequence[Failure]) -> None:
        self.trace = failures[0].trace
        shown = [f"{failure.name}: {failure.reason}" for failure in failures]
        rest = number - len(shown)
        head = f"{number:,} scenario{'s' if number > 1 else ''} could not be computed:"
        super().__init__("\n".join([head, *shown, *([f"and {rest:,} more"] if rest else [])]))

    def message(self) -> str:
        """What the user reads."""
        return f"{self}\nall others are kept in the store; no tables are written"


def check_plan(plan: Plan, share_out: ShareOut) -> None:
    """Resolve every scenario once.  Raises `InputError` with what is wrong with any, as far as a person reads."""
    size = min(CHECKED_AT_ONCE, max(plan.size // 8, 1))
    tasks = ((plan, n, min(n + size, plan.size)) for n in range(0, plan.size, size))
    found: dict[int, list[Problem]] = {}
    for place, problems in share_out(check_members, tasks):
        found[place] = problems
        if sum(map(len, found.values())) > MOST_PROBLEMS:
            break
    wrong = list(dict.fromkeys(problem for place in sorted(found) for problem in found[place]))
    if wrong := wrong or missing_measures(plan):
        raise InputError(wrong)
    firsts = (member(plan, plan.of_country(place).start) for place in range(len(plan.countries)))
    refuse_shared_codes(resolve(plan, first)[0] for first in firsts)


def claim(out: Path, plan: Plan) -> bool:
    """Make the folder this plan's.  Returns whether a batch of this plan has been begun there.

    Raises `InputError` for a folder of anything else, OSError if it cannot be written.
    """

    def refused(rule: str) -> InputError:
        return InputError(Problem("--out", rule, value=str(out)))

    forget()
    mine: dict[str, Any] = {
        "fundsim": model_version(), "plan_hash": plan.hash, "scenario_files": contents_hash(plan), "plan": asdict(plan),
    }  # fmt: skip
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise refused("must be a folder")
    if (out / RUN).is_file():
        try:
            there = json.loads((out / RUN).read_text(encoding="utf-8"))
            differ = [key for key in DIFFERENT if there[key] != mine[key]]
        except (ValueError, KeyError, TypeError):
            raise refused(f"holds a {RUN} that cannot be read; choose another folder") from None
        if differ:
            raise refused(f"{DIFFERENT[differ[0]]}; choose another folder")
        return True
    if out.is_dir() and any(not p.match(f"{RUN}.*.tmp") for p in out.iterdir()):
        raise refused("is not empty and holds no batch; nothing is written into it")
    out.mkdir(parents=True, exist_ok=True)
    draft = out / f"{RUN}.{os.getpid()}.tmp"
    try:
        write_whole(draft, json.dumps(mine, indent=1, ensure_ascii=False).encode() + b"\n")
        _put_new(draft, out / RUN)
    except (FileExistsError, FileNotFoundError):  # another process was quicker
        return claim(out, plan)
    finally:
        draft.unlink(missing_ok=True)
    return False


def _put_new(draft: Path, path: Path) -> None:
    """Put a file in its place; raises FileExistsError if another stands there."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        os.replace(draft, path)


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Raises `InUseError` if another process works on the batch in this folder; the system ends the claim with the process."""
    with (out / RUN).open("rb") as card:
        if fcntl is not None:
            try:
                fcntl.flock(card, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                rule = "another fundsim works on this batch; wait for it, or choose another folder"
                raise InUseError(f"{out}: is in use: {rule}") from None
            except OSError:
                pass  # a file system that has no locks
        for left in out.glob("*.tmp"):  # of a process that was killed
            left.unlink()
        yield


def unclaim(out: Path) -> None:
    """Take back a claim after which nothing was computed: the folder goes, if it holds nothing else."""
    with suppress(OSError):  # not empty, or not there
        (out / STORE).rmdir()
    if [path.name for path in out.iterdir()] == [RUN]:
        (out / RUN).unlink()
        out.rmdir()


def is_checked(out: Path) -> bool:
    """Whether every scenario was found valid: work on them has begun."""
    return (out / WORK).exists() or (out / RESULTS).exists()


def is_complete(out: Path) -> bool:
    """Whether the folder has everything that its manifest names, unharmed."""
    try:
        files = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]
        return all(_digest(out / name) == digest for name, digest in files.items())
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def run_plan(
    plan: Plan, out: Path, store: str, share_out: ShareOut,
    tell: Callable[[Tally], None] = lambda progress: None,
) -> Tally:  # fmt: skip
    """Compute what is missing and write the tables, from what workers give back in any order.

    out    a folder that `claim` has made this plan's;  store  address that all workers reach
    tell   called after each task
    Raises `ScenariosFailedError` after all others are done, OSError if the store or the folder cannot be written.
    """
    (out / MANIFEST).unlink(missing_ok=True)
    work = out / WORK
    shutil.rmtree(work, ignore_errors=True)
    tidy_up(store)
    pieces, progress = Pieces(work, plan), Tally()
    job, pace = Job(plan, store, model_version(), contents_hash(plan)), _Pace(plan)
    shares = -(-plan.replications // SHARE)
    if shares > 1:  # all shares first: who takes a scenario as a whole finds them in the store
        for _, done in share_out(work_on, _shares(job, shares)):
            progress.add(replace(done.tally, failed=0, failures=()))  # it fails again, as a whole
            tell(progress)
    for _, done in share_out(work_on, _wholes(job, pace)):
        # of a scenario in shares all has been counted but what only shows now
        counted = Tally() if shares > 1 else done.tally
        progress.add(replace(done.tally, done=counted.done, new=counted.new, found=counted.found))
        pace.learn(done)
        for line in () if progress.failed else done.lines:
            pieces.add(line)
        tell(progress)
    tidy_up(store)
    if contents_hash(plan) != job.contents:
        raise OtherModelError("a scenario file has changed while the batch ran")
    if progress.failed:
        shutil.rmtree(work)
        raise ScenariosFailedError(progress.failed, progress.failures)
    for table in (RESULTS, SCENARIOS, NOISE):
        shutil.rmtree(out / table, ignore_errors=True)
        os.replace(work / table, out / table)
    work.rmdir()
    return progress


class _Pace:
    """How many scenarios of a country make a task of about TASK_SECONDS, from those that were computed."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.seconds = plan, dict[str, float]()

    def learn(self, done: Done) -> None:
        if done.lines:
            country = done.lines[0].member.country
            self.seconds[country] = done.tally.seconds / len(done.lines)

    def size(self, country: str) -> int:
        if country not in self.seconds:
            return 1
        return max(min(round(TASK_SECONDS / max(self.seconds[country], 1e-3)), MOST_IN_TASK), 1)


def _shares(job: Job, shares: int) -> Iterator[tuple[Any, ...]]:
    """Every scenario in shares of its blocks."""
    for number in range(job.plan.size):
        yield from ((job, number, number + 1, share, shares) for share in range(shares))


def _wholes(job: Job, pace: _Pace) -> Iterator[tuple[Any, ...]]:
    """Whole scenarios, some at a time, in the plan's order."""
    for place, country in enumerate(job.plan.countries):
        numbers = job.plan.of_country(place)
        first = numbers.start
        while first < numbers.stop:
            last = min(first + pace.size(country), numbers.stop)
            yield job, first, last
            first = last


def finish(out: Path, card: Mapping[str, Any]) -> None:
    """Write the manifest: the batch is complete.  What stands in the folder beside it, the store apart, is its own."""
    names = sorted(
        p.relative_to(out).as_posix() for p in out.rglob("*")
        if p.is_file() and p.relative_to(out).parts[0] not in (STORE, MANIFEST)
    )  # fmt: skip
    files = {name: _digest(out / name) for name in names}
    text = json.dumps({**card, "files": files}, indent=1, ensure_ascii=False)
    write_whole(out / MANIFEST, text.encode() + b"\n")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
