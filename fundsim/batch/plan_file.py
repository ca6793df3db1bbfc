"""Reading a plan file: what is wrong with it is told all at once, with the line and the nearest valid name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from fundsim.analysis.measures import MEASURES, NEEDS, shown_in
from fundsim.analysis.project import DEFAULT_SEED
from fundsim.analysis.statistics import SOLVENT, SOLVENT_STATISTICS
from fundsim.batch.axis import SAMPLINGS, Axis
from fundsim.batch.axis_file import dotted, one_of, read_axis
from fundsim.batch.plan import DEFAULT, MOST_SCENARIOS, NONE, Figure, Front, Goal, Limit, Plan
from fundsim.scenario import files
from fundsim.scenario.errors import InputError, Problem, nearest
from fundsim.scenario.naming import parts_of
from fundsim.scenario.numbers import Written, is_counted, misread, whole_rule

KEYS = (
    "question", "countries", "policies", "reforms", "stresses", "set", "replications", "seed", "measures",
    "samples", "sampling", "levers", "assumptions", "best", "front",
)  # fmt: skip
OVER = ("worst", "mean")
DEFAULT_MEASURES = tuple(m.name for m, _ in shown_in("batch"))
DEFAULT_REPLICATIONS = 1000
# without so many, the largest of them is no such quantile: no 95 % interval of it exists
LEAST = {
    s: math.ceil(math.log(0.025) / math.log(p / 100))
    for s, p in zip(SOLVENT_STATISTICS, SOLVENT, strict=True)
}
STATISTICS = ("mean", "p5", "p25", "p50", "p75", "p95", *SOLVENT_STATISTICS)


def read_plan(path: Path) -> Plan:
    """The plan in a TOML file.  Raises `InputError` with every problem of the file.

    What only a resolved scenario can tell (a key that it does not have) is told by `check_plan`.
    """
    return _Reader(files.read(path)).plan()


def in_plan(path: Path, error: InputError) -> InputError:
    """What was found wrong when the scenarios of a plan were resolved, told by the plan's lines."""
    lines = files.read(path).lines

    def placed(problem: Problem) -> Problem:
        for table in ("levers", "assumptions"):
            for key in (problem.key, f"{problem.key}.value"):
                if problem.line is None and problem.key and f"{table}.{key}" in lines:
                    at = f"{table}.{key}"
                    return replace(problem, where=str(path), line=lines[at], key=at)
        return problem

    return InputError(list(dict.fromkeys(map(placed, error.problems))))


class _Reader:
    """A plan file being read: problems are collected, and told together."""

    def __init__(self, file: files.File) -> None:
        self.file, self.data, self.problems = file, file.data, list[Problem]()

    def wrong(self, key: str, rule: str, value: Any = "", near: str = "") -> None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        line = files.line_of(self.file.lines, key)
        self.problems.append(Problem(self.file.name, rule, line, key, text, near))

    def plan(self) -> Plan:
        for key in self.data:
            if key not in KEYS:
                self.wrong(key, "no such key", near=nearest(key, KEYS))
        replications = self.whole("replications", DEFAULT_REPLICATIONS, 1, 1_000_000)
        levers, assumptions = (self.axes(role) for role in ("levers", "assumptions"))
        for key in {a.key for a in levers} & {a.key for a in assumptions}:
            self.wrong(f"assumptions.{key}", "stands in [levers], too")
        samples = self.whole("samples", 0, 1, 1_000_000)
        sampling = self.one_of("sampling", SAMPLINGS, SAMPLINGS[0], self.data)
        any_sampled = any(axis.sampled for axis in (*levers, *assumptions))
        if any_sampled and not samples and "samples" not in self.data:
            self.wrong(
                "samples", "missing: a key without steps is sampled, and how often must be said"
            )
        if "samples" in self.data and not any_sampled:
            self.wrong("samples", "nothing is sampled: give a range without steps, or believed")
        if sampling == "sobol" and samples & (samples - 1):
            rule = 'must be a power of two for a Sobol\' sample (or sampling = "latin_hypercube")'
            self.wrong("samples", rule, samples, str(2 ** round(math.log2(samples))))
        plan = Plan(
            question=self.text("question"),
            countries=self.countries(),
            policies=self.names("policies", (DEFAULT,)),
            reforms=self.names("reforms", (NONE,)),
            stresses=self.names("stresses", (NONE,)),
            sets=self.texts("set", ()),
            levers=levers,
            assumptions=assumptions,
            samples=samples,
            sampling=sampling,
            replications=replications,
            seed=self.whole("seed", DEFAULT_SEED, 0, 2**62),
            measures=self.measures(),
            goal=self.goal(),
            front=self.front(),
        )
        if plan.size > MOST_SCENARIOS:
            self.problems.append(Problem(self.file.name, f"has more than {MOST_SCENARIOS:,} scenarios", value=f"{plan.size:,}"))  # fmt: skip
        if self.problems:
            raise InputError(self.problems)
        return plan

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str):
            rule = (
                "missing; a plan opens with its question"
                if value is None
                else "must be a text in quotes"
            )
            self.wrong(key, rule)
        return str(value)

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        found = self.data.get(key, list(default))
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            self.wrong(key, "must be a list of texts in quotes")
            return default
        if not found and key != "set":
            self.wrong(key, "is empty: nothing would be run")
        for place, text in enumerate(found):
            if text in found[:place]:
                self.wrong(key, "is named twice", text)
        return tuple(found)

    def countries(self) -> tuple[str, ...]:
        every = tuple(files.shipped("base"))
        if self.data.get("countries") == "all":
            return every
        if "countries" not in self.data:
            self.wrong("countries", 'missing: a list of countries, or "all"')
            return every[:1]
        found = self.texts("countries", every[:1])
        plain = {name: name.lower().replace(" ", "_").rstrip("*") for name in found}
        if len(set(plain.values())) < len(plain):
            self.wrong("countries", "names a country twice")
        for name, shipped in plain.items():
            if not name.endswith(".toml") and shipped not in every:
                self.wrong("countries", "no such country", name, nearest(shipped, every))
        return tuple(name if name.endswith(".toml") else plain[name] for name in found)

    def names(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        kind, alone = (
            {"policies": "policy", "reforms": "reform", "stresses": "stress"}[key],
            default[0],
        )
        valid = files.shipped(kind)
        for joined in (found := self.texts(key, default)):
            for part in parts_of(joined):
                if part not in valid and part != alone and not part.endswith(".toml"):
                    self.wrong(key, f"no such {kind} (or {alone}, or a .toml file)", part, nearest(part, valid))  # fmt: skip
        return found

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, whole_rule(value), getattr(value, "text", value))
        elif key in self.data and not least <= value <= most:
            self.wrong(key, f"must be between {least:,} and {most:,}", value)
        else:
            return value
        return default

    def one_of(
        self, key: str, options: Sequence[str], default: str, table: Mapping[str, Any], at: str = ""
    ) -> str:
        return one_of(table.get(key, default), options, default, partial(self.wrong, at + key))

    def table(self, key: str, valid: Sequence[str] = ()) -> dict[str, Any]:
        table = self.data.get(key, {})
        if not isinstance(table, dict):
            self.wrong(key, "must be a table")
            return {}
        for name in table if valid else ():
            if name not in valid:
                self.wrong(f"{key}.{name}", "no such key", near=nearest(name, valid))
        return table

    def axes(self, role: str) -> tuple[Axis, ...]:
        return tuple(
            read_axis(key, said, partial(self.wrong, f"{role}.{key}"))
            for key, said in dotted(self.table(role))
        )

    def measures(self) -> tuple[str, ...]:
        found = self.texts("measures", DEFAULT_MEASURES)
        for name in found:
            self.measure("measures", name)
        return found

    def measure(self, key: str, name: str, of_one_year: bool = False) -> None:
        plain, at, year = name.partition("@")
        m = _matching(plain)
        if m is None:
            self.wrong(key, "no such measure (docs/data_dictionary.md)", name, nearest(plain, [m.name for m in (*MEASURES, *NEEDS)]))  # fmt: skip
        elif at and (not m.yearly or not year.isdigit()):
            self.wrong(key, "a year, as in due_real@2030, belongs to a yearly measure", name)
        elif of_one_year and m.yearly and not at:
            self.wrong(key, "is yearly: name a year, as in due_real@2030", name)

    def figure(self, key: str, text: Any) -> Figure:
        if not isinstance(text, str):
            self.wrong(key, "must be the name of a measure in quotes", text)
            return Figure("due_a_year")
        name, colon, statistic = text.partition(":")
        self.measure(key, name, of_one_year=True)
        needed = name in {m.name for m in NEEDS}
        if not colon and needed:
            self.wrong(key, f"{name} has no mean: say {name}:solvent95", text)
        elif needed and statistic in SOLVENT_STATISTICS:
            least = LEAST[statistic]
            if self.data.get("replications", DEFAULT_REPLICATIONS) < least:
                self.wrong(key, f"{statistic} needs at least {least} replications", text)
        elif colon and statistic not in (SOLVENT_STATISTICS if needed else STATISTICS):
            near = nearest(statistic, SOLVENT_STATISTICS if needed else STATISTICS)
            self.wrong(key, "no such statistic of it", text, near)
        return Figure(name, statistic or "mean")

    def goal(self) -> Goal | None:
        if "best" not in self.data:
            return None
        table = self.table("best", ("least", "most", "require", "over"))
        wanted = [name for name in ("least", "most") if name in table]
        if len(wanted) != 1:
            self.wrong("best", "needs either least or most: the figure by which designs are ranked")
            return None
        figure = self.figure(f"best.{wanted[0]}", table[wanted[0]])
        require = table.get("require", {})
        if not isinstance(require, dict):
            self.wrong("best.require", "must be a table")
            require = {}
        over = self.one_of("over", OVER, "worst", table, "best.")
        limits = [
            self.limit(f"best.require.{name}", name, said, over) for name, said in dotted(require)
        ]
        return Goal(figure, wanted == ["least"], tuple(x for x in limits if x), over)

    def limit(self, at: str, name: str, said: Any, over: str) -> Limit | None:
        keys = set(said) if isinstance(said, dict) else set()
        signs = sorted(keys & {"at_least", "at_most"})
        number = said[signs[0]] if len(signs) == 1 else None
        plain = isinstance(number, int | float) and not isinstance(number, bool)
        if number is None or not plain or keys - {*signs, "over"}:
            self.wrong(at, "must be { at_least = 0.6 } or { at_most = 0.05 }, with over if it differs", said)  # fmt: skip
            return None
        m = _matching(name.partition("@")[0].partition(":")[0])
        if m is not None and m.unit == "share" and not 0 <= number <= 1:
            self.wrong(at, "is a share: 5 % is 0.05", number)
        if isinstance(number, Written) and (rule := misread(number.text, counts=m is not None and is_counted(m.unit))):  # fmt: skip
            self.wrong(at, rule, number.text)
        own = self.one_of("over", OVER, over, said, f"{at}.")
        return Limit(self.figure(at, name), own, **{signs[0]: float(number)})

    def front(self) -> Front:
        table = self.table("front", ("cost", "victims", "over"))
        usual = Front()
        return Front(
            self.figure("front.cost", table.get("cost", str(usual.cost))),
            self.figure("front.victims", table.get("victims", str(usual.victims))),
            self.one_of("over", OVER, usual.over, table, "front."),
        )


def _matching(name: str) -> Any:
    """The measure of that name in the data dictionary, where {…} stands for any name; the one with most in common."""
    found = []
    for m in (*MEASURES, *NEEDS):
        before, brace, rest = m.name.partition("{")
        after = rest.partition("}")[2]
        filled = brace and name.startswith(before) and name.endswith(after)
        if name == m.name or (filled and len(name) > len(before) + len(after)):
            found.append((name == m.name, len(before) + len(after), m))
    return max(found, key=lambda match: match[:2])[2] if found else None
