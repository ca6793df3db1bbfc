"""A number or switch said to be unused moves no figure; one that is not said to be moves some figure somewhere."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest

from fundsim.analysis.project import block_outcomes
from fundsim.scenario.assumption import Assumption, Floats
from fundsim.scenario.compose import load
from fundsim.scenario.schema import FORMS, FormShares, World, assumptions
from fundsim.scenario.used import LOCAL_ONLY, keys, unused
from fundsim.validation.worlds import POLICIES, many_scenarios

Scenario = tuple[str, ...]  # a name and its overrides
SEED, REPLICATIONS = 7, 64
SHORT = ("time.horizon_years=5", "time.runoff_years=4", "time.history_years=4")
COUNTRIES = ("serbia", "montenegro", "north_macedonia")
CHANGES = ("asset_seizure", "legal_aid_by_fund", "mass_case", "reintegration", "budget_cut")
SHIPPED = tuple(
    (f"{country}+{policy}{change}",)
    for number, policy in enumerate((*POLICIES, "no_fund"))
    for country, change in (
        (COUNTRIES[number % 3], ""),
        (COUNTRIES[(number + 1) % 3], f"+{CHANGES[number % 5]}"),
    )
)
# rates at their ends and switches beside each other, where most rules begin to hold
CORNERS = (
    ("serbia+tariff", "fund.interim.share=0", "fund.assistance.rate=0", "fund.payment.instalments=3"),
    ("serbia+tariff", "pathway.informed_rate=0", "fund.take_up.filing.median=0"),
    ("serbia+tariff", "pathway.informed_rate=1", "fund.costs.legal_aid_by_fund=true"),
    ("serbia+tariff", "pathway.informed_rate=1", "pathway.legal_aid_rate=1"),
    ("serbia+tariff", "pathway.legal_aid_rate=0", "fund.costs.legal_aid_by_fund=true"),
    ("serbia+tariff", "pathway.legal_aid_odds_ratio=1", "fund.take_up.legal_aid_odds_ratio=1",
     "fund.decision.legal_aid_odds_ratio=1"),
    ("serbia+tariff", "pathway.prosecuted_rate=0", "fund.entry_point=indictment"),
    ("serbia+tariff", "pathway.prosecuted_rate=0", "pathway.requalified_rate=0"),
    ("serbia+tariff", "pathway.prosecuted_rate=1", "fund.entry_point=conviction"),
    ("serbia+tariff", "pathway.requalified_rate=0", "caseload.mass.events_a_year=0"),
    ("serbia+tariff", "pathway.conviction_rate=0"),
    ("serbia+tariff", "pathway.conviction_rate=0", "fund.entry_point=indictment"),
    ("serbia+tariff", "pathway.conviction_rate=0", "fund.subsidiarity.wait_for_enforcement=true"),
    ("serbia+full_judgment", "pathway.conviction_rate=0"),
    ("serbia+full_judgment", "pathway.criminal_award_rate=0", "pathway.civil_suit_rate=0"),
    ("serbia+full_judgment", "pathway.criminal_award_rate=1"),
    ("serbia+full_judgment", "pathway.criminal_award_rate=0", "pathway.civil_suit_rate=1",
     "pathway.civil_award_rate=1"),
    ("serbia+full_judgment", "pathway.civil_award_rate=0", "fund.interim.share=0.5"),
    ("serbia+tariff", "pathway.civil_award_rate=0", "pathway.civil_suit_rate=0.5",
     "fund.subsidiarity.wait_for_enforcement=true"),
    ("serbia+tariff", "pathway.civil_award_rate=0", "pathway.criminal_award_rate=0",
     "pathway.civil_suit_rate=0.5"),
    ("serbia+tariff", "pathway.civil.median=0", "pathway.criminal.median=0",
     "pathway.civil_suit_rate=0.5"),
    ("serbia+tariff", "enforcement.failure_rate=1"),
    ("serbia+tariff", "enforcement.recovered_rate=0"),
    ("serbia+tariff", "enforcement.failure_rate=1", "fund.subsidiarity.wait_for_enforcement=true"),
    ("serbia+tariff", "caseload.level=0"),
    ("serbia+tariff", "caseload.level=0", "caseload.mass.events_a_year=0"),
    ("serbia+tariff", "caseload.trend=0", "caseload.foreign_rate=0", "caseload.mass.events_a_year=0"),
    ("serbia+tariff", "caseload.trend_years=0", "caseload.foreign_rate=0",
     "fund.eligible.foreign=lawful"),
    ("serbia+tariff_interim", "caseload.child_rate=0"),
    ("serbia+tariff_interim", "caseload.child_rate=1", "fund.eligible.foreign=reciprocity"),
    ("serbia+tariff_interim", "fund.eligible.children=false", "fund.payment.advance_interest=0"),
    ("serbia+tariff_interim", "fund.eligible.adults=false", "caseload.years_to_majority=0"),
    ("serbia+tariff_interim", "fund.eligible.adults=false", "fund.eligible.children=false"),
    ("serbia+tariff_interim", "fund.eligible.forms=['labour']", "fund.interim.cap=0"),
    ("serbia+tariff_interim", "fund.decision.working_months=0", "fund.costs.caseworker_a_year=0"),
    ("serbia+tariff_interim", "fund.take_up.unassisted_rate=0", "fund.costs.caseworker_a_year=0"),
    ("serbia+tariff_interim", "fund.take_up.unassisted_rate=1", "fund.take_up.first_year_share=1"),
    ("serbia+tariff_interim", "fund.decision.approval_rate=0", "fund.payment.instalments=2"),
    ("serbia+tariff_interim", "fund.decision.approval_rate=1", "fund.assistance.monthly_cost=0"),
    ("serbia+judgment_advance", "time.history_years=0", "award.index=none"),
    ("serbia+tariff", "fund.subrogation.pursued_share=0", "fund.costs.legal_aid_per_case=0"),
    ("serbia+full_judgment", "fund.subrogation.failure_rate=1"),
    ("serbia+full_judgment", "fund.subrogation.recovered_rate=0"),
    ("serbia+status_fixed", "award.index=none", "fund.amount.index=none", "fund.costs.index=prices",
     "income.budget.index=none", "macro.investment_return=0!", "macro.return_sd=0"),
    ("serbia+status_fixed", "fund.costs.office_a_year=0", "fund.costs.caseworker_a_year=0",
     "fund.costs.per_decision=0", "fund.subrogation.cost_per_claim=0", "fund.reserve_return=false"),
    ("serbia+no_fund", "pathway.conviction_rate=0", "award.index=none"),
    ("serbia+no_fund", "award.index=prices", "macro.inflation_sd=0"),
    ("serbia+mixed_financing", "income.budget.vote=fixed", "income.budget.amount=0", "income.donors.renewal_rate=1",
     "income.conviction_levy.collected_rate=0", "income.gambling_levy.yearly_revenue=0",
     "income.seized_assets.realised_rate=0", "income.opportunity_money.from_year=2090"),
    ("serbia+mixed_financing", "income.budget.cut_rate=0", "income.donors.amount=0",
     "income.seized_assets.delay.median=0", "income.trafficking_assets.yearly_value=0",
     "income.conviction_levy.levy=0", "income.gambling_levy.earmarked_rate=0"),
    ("serbia+mixed_financing+asset_seizure", "income.budget.cut_share=0",
     "reform.asset_seizure.from_year=2090"),
    ("serbia+mixed_financing+budget_cut", "time.start_year=2031"),
    ("serbia+tariff", "income.budget.amount=100000", "income.budget.least=5000"),
    ("serbia+tariff", "income.budget.amount=0", "income.budget.margin=0.5"),
    ("serbia+tariff", "income.budget.honoured_rate=0"),
    ("serbia+tariff", "income.budget.vote=fixed", "income.budget.amount=0", "income.budget.honoured_rate=0"),
    ("serbia+tariff+committee+children_first", "fund.costs.caseworker_a_year=0", "caseload.child_rate=1"),
    ("serbia+tariff+children_first", "fund.decision.handling.median=0", "fund.decision.working_months=0",
     "fund.interim.share=0.5"),
    ("serbia+tariff+hosted", "fund.costs.office_in_wages=0", "fund.costs.per_decision=0"),
    ("serbia+tariff+own_office+hiring_freeze", "fund.payment.when_short=supplement"),
    ("serbia+tariff+reserve_taken", "income.budget.lapses=false", "fund.reserve_taken=0.5"),
    # a later phase brings to life what the opening leaves unused
    ("serbia+tariff", "phase.2029.fund.amount.basis=fixed", "phase.2029.fund.decision.body=committee"),
    ("serbia+status_fixed", "income.budget.vote=fixed", "income.budget.amount=0",
     "phase.2029.income.budget.amount=90000", "phase.2029.fund.payment.trust_until_18=true"),
    ("serbia+tariff", "phase.2029.income.budget.in_force=false", "phase.2029.fund.costs.borne_by=state"),
)  # fmt: skip


@cache
def world_of(scenario: Scenario) -> World:
    name, *sets = scenario
    own = {text.partition("=")[0] for text in sets}
    return load(name, [*(s for s in SHORT if s.partition("=")[0] not in own), *sets]).world


def at(part: Any, key: str) -> Any:
    for name in key.split("."):
        part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part


def put(part: Any, key: str, value: Any) -> Any:
    """The part with another value at a key."""
    name, _, rest = key.partition(".")
    if rest:
        value = put(part[name] if isinstance(part, dict) else getattr(part, name), rest, value)
    return (
        {**part, name: value} if isinstance(part, dict) else part.model_copy(update={name: value})
    )


def moves(world: World, key: str) -> Iterator[Any]:
    """Other values that a key may have: more, less, much more and less; each other literal."""
    value = at(world, key)
    parent = at(world, key.rpartition(".")[0]) if "." in key else world
    if isinstance(value, Assumption):
        known = {k: q for k, _, q in assumptions(world)}[key]
        for factor, more in ((1.5, 0.2), (0.6, -0.1), (10, 5), (0.2, -1)):

            def moved(x: float, factor: float = factor, more: float = more) -> float:
                return float(np.clip(x * factor + more, known.least, known.most))

            new = {
                n: moved(x)
                for n in ("value", "low", "high")
                if (x := getattr(value, n)) is not None
            }
            yield value.model_copy(update=new)
        return
    if isinstance(value, FormShares):
        turned = dict(zip(FORMS, (*value.shares[1:], value.shares[0]), strict=True))
        yield value.model_copy(update={str(form): share for form, share in turned.items()})
        return
    if isinstance(parent, dict) or isinstance(value, dict) or key.endswith(".kind"):
        return
    if key.endswith(".vote") and at(world, key.replace(".vote", ".amount")) is None:
        return  # a fixed line needs an amount
    annotation = typing.get_type_hints(type(parent), include_extras=False)[key.rpartition(".")[2]]
    if isinstance(value, bool):
        yield not value
    elif typing.get_origin(annotation) is typing.Literal:
        yield from (other for other in typing.get_args(annotation) if other != value)
    elif isinstance(value, int):
        yield value + 1
        yield value // 3 or 2
    elif isinstance(value, str):
        yield "XX" if key == "country.code" else f"{value} and more"
    elif value is None:
        if Assumption in typing.get_args(annotation):
            for x in (1.0, 1000.0):
                yield Assumption(value=x, source="judgement")
        elif str in typing.get_args(annotation):
            yield "another"
        else:
            yield 1 if key.endswith("months") else world.time.start_year + 1
    elif key == "fund.eligible.forms":
        yield value[1:] or FORMS
    elif key.endswith(".effects") and value:
        unsure: dict[str, Any] = {"low": None, "high": None}
        sizes = [
            e.size.model_copy(update={"value": e.size.value * 1.6 + 0.1, **unsure}) for e in value
        ]
        yield tuple(e.model_copy(update={"size": s}) for e, s in zip(value, sizes, strict=True))
    elif key.endswith(".recommended_for"):
        yield (*value, "XX")


def figures(world: World) -> dict[str, Floats]:
    """Every outcome of every replication; what was drawn for an assumption is no outcome."""
    names, table = block_outcomes(world, SEED, 0, REPLICATIONS)
    rows = zip(names, table, strict=True)
    return {name: row for name, row in rows if not name.startswith("assumption:")}


@cache
def figures_of(scenario: Scenario) -> dict[str, Floats]:
    return figures(world_of(scenario))


def differing(before: dict[str, Floats], after: dict[str, Floats]) -> list[str]:
    """Outcomes that differ by more than the last digits: an index is a sum of logarithms, from the first year."""
    return [
        name
        for name in before.keys() | after
        if name not in before
        or name not in after
        or not np.allclose(before[name], after[name], rtol=1e-12, atol=0)
    ]


def moved_by(scenario: Scenario, key: str) -> list[str]:
    """Outcomes that the first telling move of a key moves."""
    world, before = world_of(scenario), figures_of(scenario)
    for value in moves(world, key):
        if differ := differing(before, figures(put(world, key, value))):
            return differ
    return []


def beyond_reason(differ: list[str], reasons: Iterable[str]) -> list[str]:
    """Outcomes that should not have moved: all but local currency, where a reason says so."""
    local = any(LOCAL_ONLY in reason for reason in reasons)
    return [name for name in differ if not (local and name.startswith("outgo_local"))]


def idle_keys(world: World) -> dict[str, str]:
    return {key: reason for key in keys(world) if (reason := unused(world, key))}


@pytest.mark.parametrize("scenario", [*SHIPPED, *CORNERS], ids="+".join)
def test_what_is_said_to_be_unused_moves_nothing(scenario: Scenario) -> None:
    """All at once, up and then down: if nothing moves, none of them does."""
    world, before = world_of(scenario), figures_of(scenario)
    idle = idle_keys(world)
    for place in (0, 1):
        together = world
        for key in idle:
            values = list(islice(moves(world, key), 2))
            if values:
                together = put(together, key, values[min(place, len(values) - 1)])
        if beyond_reason(differing(before, figures(together)), idle.values()):
            wrong = {
                key: (reason, differ[:3])
                for key, reason in idle.items()
                if (differ := beyond_reason(moved_by(scenario, key), [reason]))
            }
            assert not wrong
            pytest.fail("together, though not one by one, keys said to be unused move a figure")


@pytest.mark.parametrize("scenario", [*SHIPPED, *CORNERS], ids="+".join)
def test_a_reason_leads_to_something_that_can_be_moved(scenario: Scenario) -> None:
    """Else two numbers could each wait for the other."""
    idle = idle_keys(world_of(scenario))
    for key in idle:
        seen = [key]
        while reason := idle.get(seen[-1], ""):
            named = re.findall(r"\(([a-z0-9_.]+)\)", reason)
            if not named:
                break  # a text, or local currency
            if named[0] in seen:
                pytest.fail(f"{seen} wait for each other: {reason}")
            seen.append(named[0])


# printed, and nothing more; local currency has figures of its own
TEXTS = (
    "name", "currency", "footnote", "default_policy", "law_in_force", "legal_basis", "label", "recommended_for",
)  # fmt: skip
LOCAL = {"country.exchange_rate", "macro.depreciation"}


def family(key: str) -> str:
    """The key itself; those of reforms and stresses are of the same kind."""
    return re.sub(r"^(reform|stress)\.\w+", "change", key)


@pytest.mark.parametrize("root", [*list(World.model_fields)[:-3], "change"])
def test_what_is_not_said_to_be_unused_moves_a_figure_somewhere(root: str) -> None:
    found: dict[str, list[tuple[Scenario, str]]] = {}
    for scenario in (*SHIPPED, *CORNERS):
        world = world_of(scenario)
        for key in keys(world):
            if family(key).partition(".")[0] == root:
                own = found.setdefault(family(key), [])
                own += [(scenario, key)] if not unused(world, key) else []
    for name, in_use in found.items():
        if name in LOCAL or name.rpartition(".")[2] in TEXTS:
            assert not in_use
        elif not name.endswith(".kind"):  # another kind is another source
            assert any(moved_by(scenario, key) for scenario, key in in_use), (name, len(in_use))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_what_is_said_to_be_unused_moves_nothing_under_any_switches(part: int) -> None:
    for name, sets in many_scenarios(SEED, 100)[part::4]:
        test_what_is_said_to_be_unused_moves_nothing((name, *sets))


@pytest.mark.parametrize(
    ("scenario", "key", "reason"),
    [
        (("serbia+status_fixed",), "fund.amount.tariff",
         "the amount is a fixed sum; the tariff is not used (fund.amount.basis)"),
        (("serbia+tariff",), "fund.amount.tariff", ""),
        (("serbia+tariff",), "fund.interim", ""),
        (("serbia+tariff",), "fund.interim.cap.high", "nothing is paid on account (fund.interim.share)"),
        (("serbia+no_fund",), "fund.subrogation", "there is no fund (fund.entry_point)"),
        (("serbia+no_fund",), "fund.entry_point", ""),
        (("serbia+no_fund",), "macro.depreciation", "there is no fund (fund.entry_point)"),
        (("serbia+tariff",), "macro.depreciation", LOCAL_ONLY),
        (("serbia+tariff",), "caseload.forms.labour", ""),
        # both are 0 and so each brings nothing alone; the table of both can be moved
        (("serbia+mixed_financing", "income.seized_assets.realised_rate=0",
          "income.seized_assets.yearly_value=0"), "income.seized_assets", ""),
        (("serbia+tariff+asset_seizure",), "reform.asset_seizure.effects[0]",
         "it acts on income.seized_assets.confiscations_a_year, and the source is not in force "
         "(income.seized_assets.in_force)"),
        (("serbia+tariff+asset_seizure",), "reform.asset_seizure.effects[4]", ""),
        # a reform that acts on a rate of 0 may bring it to life
        (("serbia+tariff+reintegration",), "fund.assistance.months", ""),
        (("serbia+tariff",), "fund.assistance.months", "the fund assists nobody (fund.assistance.rate)"),
    ],
)  # fmt: skip
def test_the_reason_names_what_would_bring_it_to_life(
    scenario: Scenario, key: str, reason: str
) -> None:
    assert unused(world_of(scenario), key) == reason


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(KeyError):
        unused(world_of(("serbia+tariff",)), "fund.amount.ceiling")
