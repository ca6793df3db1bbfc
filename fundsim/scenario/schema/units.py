"""What keys are measured in, and what several tables share."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from fundsim.scenario.assumption import Assumption, Quantity, read_number

_read = BeforeValidator(read_number)


def _kind(unit: str, least: float, most: float, scale: Any = "identity", **flags: bool) -> Any:
    return AfterValidator(Quantity(unit, least, most, scale, **flags))


Share = Annotated[Assumption, _read, _kind("share", 0, 1, "logit")]
ShareLever = Annotated[Assumption, _read, _kind("share", 0, 1, "logit", lever=True)]
Hazard = Annotated[Assumption, _read, _kind("share a month", 0, 1, "logit")]
Growth = Annotated[Assumption, _read, _kind("share a year", -0.5, 1, "identity")]
Spread = Annotated[Assumption, _read, _kind("share", 0, 1, "identity")]
LogSd = Annotated[Assumption, _read, _kind("log sd", 0, 5, "identity")]
Euro = Annotated[Assumption, _read, _kind("EUR", 0, 1e9, "log")]
EuroYear = Annotated[Assumption, _read, _kind("EUR a year", 0, 1e9, "log")]
EuroMonth = Annotated[Assumption, _read, _kind("EUR a month", 0, 1e7, "log")]
Wage = Annotated[Assumption, _read, _kind("EUR a month", 1, 1e7, "log", timed=False)]
EuroLever = Annotated[Assumption, _read, _kind("EUR", 0, 1e9, "log", lever=True)]
OpeningLever = Annotated[Assumption, _read, _kind("EUR", 0, 1e9, "log", lever=True, timed=False)]
EuroYearLever = Annotated[Assumption, _read, _kind("EUR a year", 0, 1e9, "log", lever=True)]
AmountLever = Annotated[Assumption, _read, _kind("amount", 0, 1e7, "log", lever=True)]
Months = Annotated[Assumption, _read, _kind("months", 0, 600, "log")]
ClaimsYear = Annotated[Assumption, _read, _kind("claims a year", 0, 1e6, "log")]
PersonsYear = Annotated[Assumption, _read, _kind("persons a year", 0, 1e6, "log")]
Persons = Annotated[Assumption, _read, _kind("persons", 1, 1e9, "log")]
Inhabitants = Annotated[Assumption, _read, _kind("persons", 1, 1e9, "log", timed=False)]
EventsYear = Annotated[Assumption, _read, _kind("events a year", 0, 1e6, "log")]
Size = Annotated[Assumption, _read, _kind("k", 0.05, 1e6, "log")]
OddsRatio = Annotated[Assumption, _read, _kind("odds ratio", 0.001, 1000, "log")]
Multiple = Annotated[Assumption, _read, _kind("share", 0, 10, "log", lever=True)]
Elasticity = Annotated[Assumption, _read, _kind("elasticity", 0, 5, "identity")]
Factor = Annotated[Assumption, _read, _kind("factor", 0, 1000, "log")]
RampYears = Annotated[Assumption, _read, _kind("years", 1, 30, "log", lever=True, timed=False)]
Wages = Annotated[Assumption, _read, _kind("monthly wages", 0.01, 1e5, "log", lever=True)]
Gdp = Annotated[Assumption, _read, _kind("EUR a year", 1, 1e15, "log", timed=False)]
Years = Annotated[Assumption, _read, _kind("years", 0, 18, "log")]
WagesYear = Annotated[Assumption, _read, _kind("monthly wages a year", 0, 1e5, "log")]
Posts = Annotated[Assumption, _read, _kind("posts", 0.05, 10_000, "log", lever=True)]
Margin = Annotated[Assumption, _read, _kind("factor", 0, 100, "log", lever=True)]
Rate = Annotated[Assumption, _read, _kind("local currency per EUR", 0.001, 1e6, "log", timed=False)]

Form = Literal["sexual", "labour", "begging", "criminality", "other"]
FORMS: tuple[Form, ...] = get_args(Form)
Index = Literal["none", "prices", "wages"]
Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Text = Annotated[str, Field(max_length=2000)]


def by_default(value: float, unit: str) -> Assumption:
    """A number that holds where a file says nothing: certain, and a choice."""
    return Assumption(value=value, unit=unit, source="judgement")


def as_tuple(data: Any) -> Any:
    """A list of a file as the tuple that the schema asks for."""
    return tuple(data) if isinstance(data, list) else data
