"""What a plan will take, from a few of its scenarios: time, cases and disk."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from fundsim.batch.lookup import computed_outcomes
from fundsim.batch.parquet import numbers_to_bytes
from fundsim.batch.plan import Plan, member, resolve
from fundsim.batch.work import outcomes_wanted
from fundsim.model.run import block_size

TRIED = 12  # scenarios


@dataclass(frozen=True)
class Forecast:
    """What a plan comes to: identified victims simulated, seconds of work of one process, bytes and parts of the store.

    tried  scenarios of which a block was computed to find out
    """

    cases: float
    seconds: float
    bytes: float
    parts: int
    tried: int


def foresee(plan: Plan) -> Forecast:
    """Compute a block of some scenarios, evenly taken, and reckon from it."""
    numbers = np.unique(np.linspace(0, plan.size - 1, TRIED).round().astype(int))
    cases = seconds = data = parts = 0.0
    for number in numbers:
        began = time.perf_counter()
        world = resolve(plan, member(plan, int(number)))[0].world
        seconds += time.perf_counter() - began
        wanted = [*outcomes_wanted(world, plan.wanted), "identified"]
        whole, rest = divmod(plan.replications, block_size(world))
        parts += whole + (rest > 0)
        # the last block is smaller, but costs more a replication
        for block, of_its_kind in ((0, whole), (whole, min(rest, 1))):
            if of_its_kind:
                began = time.perf_counter()
                names, table = computed_outcomes(world, plan.seed, block, plan.replications, wanted)
                data += len(numbers_to_bytes(names, table, {})) * of_its_kind
                seconds += (time.perf_counter() - began) * of_its_kind
                cases += float(table[names.index("identified")].sum()) * of_its_kind
    each = plan.size / numbers.size
    return Forecast(cases * each, seconds * each, data * each, round(parts * each), numbers.size)
