"""A plan: which scenarios a batch is of, in which order, and what is wanted of each.

Scenarios are not listed but counted: number i is worked out from the plan alone, on whichever machine, so a plan
of a million is as small as one of ten.  What the ministry chooses (policy, reforms, levers) makes a design, what it
endures (stress, assumptions) makes its circumstances; circumstances change fastest.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from fundsim.analysis.measures import MEASURES
from fundsim.batch.axis import Axis, Bare, Value, points, sampled
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.scenario.naming import files_of
from fundsim.scenario.override import as_certain

MOST_SCENARIOS = 10_000_000
NONE = "none"  # no reform or stress
DEFAULT = "default"  # the policy that the country's file names


@dataclass(frozen=True)
class Figure:
    """One figure of a scenario: a measure (yearly ones as name@year) and a statistic of it."""

    measure: str
    statistic: str = "mean"

    def __str__(self) -> str:
        return self.measure if self.statistic == "mean" else f"{self.measure}:{self.statistic}"

    @property
    def of_probability(self) -> bool:
        """Whether it is a probability that is counted over replications."""
        kinds = {m.name: m.kind for m in MEASURES}
        name = self.measure.partition("@")[0]
        return self.statistic == "mean" and kinds.get(name) == "probability"

    @property
    def error(self) -> Figure:
        """Its Monte Carlo error, which percentiles do not have."""
        name = "mc_error" if self.statistic == "mean" else f"{self.statistic}_mc_error"
        return Figure(self.measure, name)


@dataclass(frozen=True)
class Limit:
    """A figure that must be at least or at most a number; the other is None.

    over  worst or mean: how a design is judged over its circumstances
    """

    figure: Figure
    over: str
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        sign, limit = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{self.figure} {sign} {limit:g}"


@dataclass(frozen=True)
class Goal:
    """Which design is best: the least or most of a figure among those within all limits.

    over  how a design is judged by the figure
    """

    figure: Figure
    least: bool
    limits: tuple[Limit, ...]
    over: str


@dataclass(frozen=True)
class Front:
    """The two figures of the Pareto front: cost, of which less is better, and victims, of which more is."""

    cost: Figure = Figure("due_a_year")
    victims: Figure = Figure("share_paid_with")
    over: str = "worst"


@dataclass(frozen=True)
class Plan:
    """What a batch is of.

    question     what it shall answer;  countries … stresses  names to be joined; `default` and `none` add nothing
    sets         `--set` texts of all scenarios, numbers certain;  levers, assumptions  keys and their values
    samples      points of the sample of levers, and of that of assumptions;  sampling  its kind
    measures     names of the data dictionary, yearly ones with or without @year;  goal  the best design, if asked
    """

    question: str
    countries: tuple[str, ...]
    policies: tuple[str, ...]
    reforms: tuple[str, ...]
    stresses: tuple[str, ...]
    sets: tuple[str, ...]
    levers: tuple[Axis, ...]
    assumptions: tuple[Axis, ...]
    samples: int
    sampling: str
    replications: int
    seed: int
    measures: tuple[str, ...]
    goal: Goal | None
    front: Front

    @property
    def axes(self) -> tuple[Axis, ...]:
        """All varied keys, levers first."""
        return (*self.levers, *self.assumptions)

    @property
    def hash(self) -> str:
        """Twelve hex digits over everything in the plan that can move a figure or its order."""
        said = {k: v for k, v in asdict(self).items() if k != "question"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures that the best design and the front are judged by."""
        goal = (self.goal.figure, *(x.figure for x in self.goal.limits)) if self.goal else ()
        return tuple(dict.fromkeys((*goal, self.front.cost, self.front.victims)))

    @property
    def wanted(self) -> tuple[str, ...]:
        """All measures that are needed: those asked for, and those that designs are judged by."""
        return tuple(dict.fromkeys((*self.measures, *(f.measure for f in self.figures))))

    @property
    def _sizes(self) -> tuple[int, ...]:
        """Number of values of each digit of a scenario's number, the slowest first."""
        return (
            len(self.countries), len(self.policies), len(self.reforms),
            *(axis.size for axis in self.levers), self.samples if sampled(self.levers) else 1,
            len(self.stresses),
            *(axis.size for axis in self.assumptions), self.samples if sampled(self.assumptions) else 1,
        )  # fmt: skip

    @property
    def size(self) -> int:
        """Number of scenarios."""
        return math.prod(self._sizes)

    @property
    def circumstances(self) -> int:
        """Number of circumstances that each design stands in."""
        return math.prod(self._sizes[4 + len(self.levers) :])

    @property
    def designs(self) -> int:
        """Number of designs of each country."""
        return self.size // self.circumstances // len(self.countries)

    def of_country(self, place: int) -> range:
        """Numbers of the scenarios of a country."""
        each = self.size // len(self.countries)
        return range(place * each, (place + 1) * each)


def contents_hash(plan: Plan) -> str:
    """Twelve hex digits over all that the scenario files of a plan say: they may change while a plan does not."""
    first, *_ = plan.countries
    others = (*plan.policies, *plan.reforms, *plan.stresses)
    joined = (f"{first}+{part}" for part in others if part not in (NONE, DEFAULT))
    names = [*plan.countries, *joined]
    said = {file.name: file.data for name in names for file in files_of(name)}
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Member:
    """One scenario of a plan, before it is resolved.

    number   its place in the plan, from 0;  name  serbia+tariff+legal_aid
    country, policy, reforms, stress  what is joined in the name
    design   number of its design within the country;  circumstances  number of these within the design
    grid     place on each axis;  sample  coordinate on each axis (0 where it is not sampled)
    """

    number: int
    country: str
    policy: str
    reforms: str
    stress: str
    design: int
    circumstances: int
    grid: tuple[int, ...]
    sample: tuple[float, ...]

    @property
    def name(self) -> str:
        """The name that loads it, but for the keys that are varied."""
        return joined((self.country, self.policy, self.reforms, self.stress))


def joined(parts: Sequence[str]) -> str:
    """The name of a scenario, from its parts; `default` and `none` add nothing."""
    return "+".join(part for part in parts if part not in (NONE, DEFAULT))


def member(plan: Plan, number: int) -> Member:
    """The scenario of that number.  Raises `IndexError` if the plan has none."""
    if not 0 <= number < plan.size:
        raise IndexError(number)
    rest, digits = number, []
    for size in reversed(plan._sizes):
        rest, digit = divmod(rest, size)
        digits.append(digit)
    country, policy, reform, *others = reversed(digits)
    split = len(plan.levers)
    levers, lever_point, stress = others[:split], others[split], others[split + 1]
    assumptions, assumption_point = others[split + 2 : -1], others[-1]
    return Member(
        number, plan.countries[country], plan.policies[policy], plan.reforms[reform], plan.stresses[stress],
        design=number // plan.circumstances % plan.designs,
        circumstances=number % plan.circumstances,
        grid=(*levers, *assumptions),
        sample=(
            *_coordinates(plan, plan.levers, lever_point, plan.seed),
            *_coordinates(plan, plan.assumptions, assumption_point, plan.seed + 1),
        ),
    )  # fmt: skip


def _coordinates(plan: Plan, axes: tuple[Axis, ...], point: int, seed: int) -> Iterator[float]:
    """The point's coordinate on each axis, 0 where the axis is a grid."""
    own = sampled(axes)
    table = iter(points(plan.sampling, plan.samples, len(own), seed)[point]) if own else iter(())
    return (float(next(table)) if axis.sampled else 0.0 for axis in axes)


@lru_cache(maxsize=32)
def _bare(name: str, sets: tuple[str, ...], first: tuple[str, ...]) -> Bare:
    """A scenario before its keys are varied; neighbours in a plan share it.  A number in `set` is certain, too.

    first  the first value of each key that is varied by numbers, with which a scenario is whole that is not without
    """
    try:
        found = load(name, sets)
    except InputError as error:
        try:
            found = load(name, (*sets, *first))
        except InputError:
            raise error from None
        texts = as_certain(sets, found.moved)
        return Bare.of(replace(load(name, (*texts, *first)), sets=texts))
    texts = as_certain(sets, found.moved)
    return Bare.of(found if texts == sets else load(name, texts))


def forget() -> None:
    """Read scenario files anew: a process may outlive a batch, and they may have changed since."""
    _bare.cache_clear()


def resolve(plan: Plan, one: Member) -> tuple[Scenario, tuple[Value, ...]]:
    """The scenario of a member, and the value of each varied key in it.

    Raises `InputError` for a combination that no scenario may have.
    """
    first = (axis.first for axis in plan.axes)
    bare = _bare(one.name, plan.sets, tuple(filter(None, first)))
    if not plan.axes:
        return bare.scenario, ()
    values = [
        axis.value(bare, place, u)
        for axis, place, u in zip(plan.axes, one.grid, one.sample, strict=True)
    ]
    sets = [text for axis, v in zip(plan.axes, values, strict=True) for text in axis.sets(bare, v)]
    scenario = load(bare.scenario.given, (*bare.scenario.sets, *sets))
    if any(
        axis.key not in bare.numbers for axis in plan.axes
    ):  # what it counts is known once it is set
        varied = Bare.of(scenario)
        for axis, place in zip(plan.axes, one.grid, strict=True):
            axis.refuse_doubt(varied, place)
    # what the author of a plan varies need not be told to him for each scenario
    return replace(scenario, notes=()), tuple(values)
