"""What several commands ask for in the same way: options that become one `Request`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

from fundsim.report.request import Request
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.numbers import Written, misread, whole_rule

Command = Callable[..., None]


def number(option: str) -> Callable[[str], float]:
    """What reads the number of an option, and refuses one as it is written on paper with what to write instead."""

    def read(text: str) -> float:
        try:
            return Written(text)
        except ValueError:
            meant = misread(text)
            rule = f"must be a number; {meant}" if meant else "must be a number"
            raise InputError(Problem(option, rule, value=text)) from None

    return read


def whole(option: str) -> Callable[[str], int]:
    """The same of a whole number, of which `10.000` is asked about."""

    def read(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise InputError(Problem(option, whole_rule(text), value=text)) from None

    return read


Out = Annotated[Path | None, typer.Option(help="Folder for data and figures.")]
Store = Annotated[
    str | None,
    typer.Option(
        help="Where computed outcomes are kept: path or fsspec address.", envvar="FUNDSIM_STORE"
    ),
]
# name -> what it is; the first two must be given
SHARED: dict[str, Any] = {
    "scenario": str,
    "scenarios": Annotated[
        list[str],
        typer.Argument(help="serbia, serbia+tariff+legal_aid, a file, or several of these."),
    ],
    "set_": Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Override key=value, the value as in TOML. A number's range moves with it; 'KEY=0.3!' takes it as certain.",
        ),
    ],
    "replications": Annotated[
        int | None,
        typer.Option(
            "--replications", "-n", help="Futures to simulate.", parser=whole("--replications")
        ),
    ],
    "seed": Annotated[
        int | None,
        typer.Option(help="Seed; the same seed gives the same numbers.", parser=whole("--seed")),
    ],
    "years": Annotated[
        int | None, typer.Option(help="Years of the horizon.", parser=whole("--years"))
    ],
    "workers": Annotated[
        int | None, typer.Option(help="Processes; default: one a core.", parser=whole("--workers"))
    ],
    "out": Out,
    "store": Store,
}
GIVEN = ("scenario", "scenarios")
USUAL = ("set_", "replications", "seed", "years", "workers", "out")


def asks(*names: str, json: str = "") -> Callable[[Command], Command]:
    """Make a command of a function: its `request` is made of options that other commands have, too.

    names  of `SHARED`, in the order of --help: what must be given before the function's own, the rest after;
    json   what its --json does; without it there is none
    """

    def command_of(function: Command) -> Command:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        kinds = {name: SHARED[name] for name in names}
        if json:
            kinds["as_json"] = Annotated[bool, typer.Option("--json", help=json)]
        shared = [
            Parameter(
                name,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=Parameter.empty if name in GIVEN else False if name == "as_json" else None,
                annotation=kind,
            )
            for name, kind in kinds.items()
        ]

        @functools.wraps(function)
        def command(**given: Any) -> None:
            said = {p.name: given.pop(p.name) for p in shared}
            function(_request(**said), **given)

        parts = [*(p for p in shared if p.name in GIVEN), *own, *(p for p in shared if p.name not in GIVEN)]  # fmt: skip
        command.__signature__ = inspect.Signature(parts)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in parts}
        return command

    return command_of


def _request(
    scenario: str | None = None,
    scenarios: list[str] | None = None,
    set_: list[str] | None = None,
    years: int | None = None,
    **rest: Any,
) -> Request:
    """`+my.toml` joins the scenario before it; --years is one of the --set texts."""
    from fundsim.scenario.naming import joined

    names = joined(scenarios) if scenarios else [scenario] if scenario else []
    sets = [*(set_ or []), *([] if years is None else [f"time.horizon_years={years}"])]
    return Request(tuple(names), tuple(sets), **rest)
