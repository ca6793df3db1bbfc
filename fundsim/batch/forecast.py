"""What a plan will take: time, cases and disk, from a few of its scenarios; and how long a batch still runs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from fundsim.batch.lookup import computed_outcomes
from fundsim.batch.plan import Plan, contents_hash, member, resolve
from fundsim.batch.store import parts
from fundsim.batch.version import model_version
from fundsim.batch.work import Job, Tally, outcomes_wanted, work_on
from fundsim.model.run import block_size

TRIED = 12  # scenarios, but at least two of each country
WARM = 2  # replications after which whatever a scenario needs is compiled
FEW = 100  # replications that tell countries apart


@dataclass(frozen=True)
class Trial:
    """A scenario that was computed to find out.

    place         of its country;  replications  of the trial
    fixed         seconds that do not depend on the replications;  simulating  seconds that do
    cases, bytes  registered victims simulated, and what the store keeps of them;  block  replications of a whole one
    """

    place: int
    replications: int
    fixed: float
    simulating: float
    cases: float
    bytes: float
    block: int


@dataclass(frozen=True)
class Forecast:
    """What a plan comes to: registered victims simulated, seconds of work of one process, bytes and parts of the store.

    tried  scenarios of which some replications were computed to find out
    """

    cases: float
    seconds: float
    bytes: float
    parts: int
    tried: int


def foresee(plan: Plan) -> Forecast:
    """Do the work of some scenarios of each country, evenly taken, and reckon from it."""
    each = max(TRIED // len(plan.countries), 2)
    trials = []
    for place in range(len(plan.countries)):
        own = plan.of_country(place)
        numbers = np.unique(np.linspace(own.start, own.stop - 1, each).round().astype(int))
        trials += [_tried(plan, int(number), place) for number in numbers]
    return reckoned(plan, trials)


def reckoned(plan: Plan, trials: Sequence[Trial]) -> Forecast:
    """The whole plan, by country, from trials of each."""
    cases = seconds = data = blocks = 0.0
    for place in range(len(plan.countries)):
        own = [t for t in trials if t.place == place]
        each = len(plan.of_country(place)) / len(own)
        for t in own:
            longer = plan.replications / t.replications
            cases += each * longer * t.cases
            seconds += each * (t.fixed + longer * t.simulating)
            data += each * longer * t.bytes
            blocks += each * -(-plan.replications // t.block)
    return Forecast(cases, seconds, data, round(blocks), len(trials))


def _tried(plan: Plan, number: int, place: int) -> Trial:
    """The work of a scenario with at most a whole block and what is beyond whole ones; not what is only done once."""
    block = block_size(resolve(plan, member(plan, number))[0].world)
    n = min(plan.replications, block + plan.replications % block)
    with tempfile.TemporaryDirectory() as folder:
        for turn, few in enumerate((min(WARM, n), n)):
            short = replace(plan, replications=few, measures=(*plan.measures, "identified"))
            store = f"{folder}/{turn}"
            job = Job(short, store, model_version(), contents_hash(plan))
            done = work_on(job, number, number + 1)
        data = sum(part.bytes for part in parts(store))
    tally = done.tally
    means = {row[1]: row[4] for line in done.lines for row in line.rows if row[3] == "mean"}
    cases = n * means.get("identified", 0.0)
    return Trial(place, n, tally.seconds - tally.simulating, tally.simulating, cases, data, block)


def paces(plan: Plan) -> dict[str, float]:
    """Seconds that a replication of each country takes, from some of its first scenario.

    What that needs is compiled before.
    """
    found = dict.fromkeys(plan.countries, 1e-9)
    for place, country in enumerate(plan.countries):
        with suppress(Exception):  # a scenario that cannot be computed is told when its turn comes
            world = resolve(plan, member(plan, plan.of_country(place).start))[0].world
            wanted = outcomes_wanted(world, plan.wanted)
            for n in (WARM, FEW):
                began = time.perf_counter()
                computed_outcomes(world, plan.seed, 0, n, wanted)
            found[country] = (time.perf_counter() - began) / FEW
    return found


class TimeLeft:
    """How much of a batch is done, and how long the rest takes.

    Time counts from the first report on: what came before was starting and compiling.  Countries count by what their
    replications cost; what is found in the store takes no time.
    at_once  processes that will work, where it is known: those that still start do not slow down the rest
    """

    def __init__(self, plan: Plan, paces: dict[str, float], at_once: int = 1) -> None:
        each = plan.replications * plan.size // len(plan.countries)
        self.paces, self.whole, self.at_once = paces, each * sum(paces.values()), at_once
        # when, what was new by then, and the seconds of work
        self.first: tuple[float, float, float] | None = None

    def __call__(self, progress: Tally, now: float) -> tuple[float, float | None]:
        """The share that is done, and the seconds that are left; None where nothing tells yet."""
        done, new = (
            sum(self.paces[country] * n for country, n in counted.items())
            for counted in (progress.done, progress.new)
        )
        then, before, worked = self.first = self.first or (now, new, progress.seconds)
        share = min(done / self.whole, 1.0)
        if share == 1:
            return share, 0.0
        if new <= before:
            return share, None
        took = min(now - then, (progress.seconds - worked) / self.at_once)
        return share, took * (self.whole - done) / (new - before)
