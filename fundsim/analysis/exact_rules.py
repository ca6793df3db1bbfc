"""Which scenarios can be worked out exactly: the conditions, each with what would meet it.

They are what the formulas of `fundsim.analysis.exact` need: nothing that matters is uncertain, benefits
of one month are independent of those of another, and money is certain.  A shipped scenario meets few of
them: its numbers have ranges, its amounts and costs follow wages, its reserves earn a return that varies.
"""

from __future__ import annotations

from collections.abc import Iterator

from fundsim.scenario.schema import BudgetLine, RevenueShare, World, assumptions

NEARLY_POISSON = (
    1e-3  # excess of a year's variance over its mean, as a share: months are independent
)
LARGE = 1e8  # a sample that leaves no doubt

# keys whose value must be this and certain, and why
NEEDED = (
    ("caseload.mass.events_a_year", 0.0, "victims of a mass case come together"),
    ("caseload.mass.scheduled_events", 0.0, "victims of a mass case come together"),
    ("fund.decision.working_months", 0.0, "claims wait for a caseworker"),
    ("fund.assistance.rate", 0.0, "assistance is a second cost for the same victim"),
    ("fund.costs.per_decision", 0.0, "a decision costs money on top of the benefit"),
    ("fund.subrogation.pursued_share", 0.0, "recoveries come back from offenders"),
)
IMMEDIATE = (
    ("pathway.prosecuted_rate", 1.0, "not every victim reaches a judgment"),
    ("pathway.conviction_rate", 1.0, "not every victim reaches a judgment"),
    ("pathway.criminal_award_rate", 1.0, "not every victim reaches a judgment"),
    ("pathway.criminal_withdrawal", 0.0, "not every victim reaches a judgment"),
    ("pathway.indictment.median", 0.0, "judgments come after the year of identification"),
    ("pathway.criminal.median", 0.0, "judgments come after the year of identification"),
    *((f"award.form_factor.{form}", 1.0, "awards depend on who the victim is")
      for form in ("sexual", "labour", "begging", "criminality", "other")),
    ("award.child_factor", 1.0, "awards depend on who the victim is"),
)  # fmt: skip
CERTAIN = (
    "caseload.level", "caseload.trend", "caseload.dispersion", "fund.opening_capital",
    "fund.take_up.rate", "fund.take_up.first_year_share", "fund.take_up.filing.median",
    "fund.take_up.filing.sigma", "fund.decision.approval_rate",
    "fund.costs.office_a_year", "fund.costs.caseworker_a_year",
)  # fmt: skip
OF_BASIS = {
    "fixed": ("fund.amount.fixed",),
    "tariff": ("fund.amount.tariff.", "caseload.child_rate"),
    "judgment": ("award.median", "award.p90", "fund.amount.judgment_share"),
}


def simple_enough(world: World) -> list[str]:
    """Why annual cost and ruin of a scenario cannot be worked out exactly; empty if they can.

    Each reason names the key in the way and, where one setting removes it, that setting.
    """
    reasons = [*_switches(world), *_numbers(world), *_income(world)]
    if world.changes:
        names = ", ".join(world.changes)
        reasons.append(f"rates change over time with {names}")
    if by_months(world) and not _poisson(world):
        reasons.append(
            "months of one year share their over-dispersion, and ruin is looked at in each month: set "
            "caseload.dispersion=1000000, or let claims be filed at once and all income come in January"
        )
    return reasons


def by_months(world: World) -> bool:
    """Whether ruin is worked out month by month: money comes in other months than January, or claims
    come after the month of identification.  Else cash is lowest in December, and years will do."""
    later = any(s.in_force and not isinstance(s, BudgetLine) for s in world.income.values())
    return later or world.fund.take_up.filing.median.value > 0


def _poisson(world: World) -> bool:
    caseload = world.caseload
    return caseload.level.value / caseload.dispersion.value < NEARLY_POISSON


def _switches(world: World) -> Iterator[str]:
    fund = world.fund
    basis, entry = fund.amount.basis, fund.entry_point
    wanted = (
        (fund.subsidiarity.set_off, "fund.subsidiarity.set_off=false", "what the offender paid is deducted"),
        (fund.subsidiarity.wait_for_enforcement, "fund.subsidiarity.wait_for_enforcement=false", "claims wait for the end of enforcement"),
        (fund.eligible.foreign != "all", "fund.eligible.foreign=all", "some foreign nationals are not covered"),
        (fund.eligible.retroactive_years > 0, "fund.eligible.retroactive_years=0", "victims of earlier years may claim"),
        (fund.payment.instalments > 1, "fund.payment.instalments=1", "a benefit is paid over several years"),
        (fund.payment.trust_until_18, "fund.payment.trust_until_18=false", "a child's benefit is kept until the child is 18"),
        (fund.costs.legal_aid_by_fund, "fund.costs.legal_aid_by_fund=false", "legal aid is a second cost for the same victim"),
        (fund.reserve_return, "fund.reserve_return=false", "cash earns a return that varies"),
        (fund.amount.index != "none", "fund.amount.index=none", "amounts follow prices or wages, which vary"),
        (fund.costs.index != "none" and _runs(world), "fund.costs.index=none", "costs follow prices or wages, which vary"),
        (basis == "judgment" and world.award.index != "none", "award.index=none", "awards follow prices or wages, which vary"),
    )  # fmt: skip
    for stands, setting, why in wanted:
        if stands:
            yield f"{why}: set {setting}"
    if entry != ("judgment" if basis == "judgment" else "identified"):
        yield (
            f"entry point {entry} with basis {basis}: exact with identified and fixed or tariff, or "
            "with judgment and judgment"
        )
    if basis == "smaller":
        yield "the smaller of tariff and judgment has no simple distribution"
    if basis == "judgment" and fund.amount.floor is not None:
        yield "a floor under the judgment: leave fund.amount.floor out"
    if fund.payment.yearly_limit is not None:
        yield "a yearly limit can hold payments back: leave fund.payment.yearly_limit out"
    if fund.eligible.filing_limit_months is not None:
        yield "claims can be out of time: leave fund.eligible.filing_limit_months out"


def _runs(world: World) -> bool:
    costs = world.fund.costs
    return costs.office_a_year.value > 0 or costs.caseworker_a_year.value > 0


def _numbers(world: World) -> Iterator[str]:
    known = {key: a for key, a, _ in assumptions(world)}
    basis, amount = world.fund.amount.basis, world.fund.amount
    needed = NEEDED + (IMMEDIATE if basis == "judgment" else ())
    for key, wanted, why in needed:
        if known[key].uncertain or known[key].value != wanted:
            yield f"{why}: set {key}={wanted:g}"
    begins = (*CERTAIN, *OF_BASIS.get(basis, ()), "fund.amount.floor", "fund.amount.cap")
    if amount.money == "monthly_wages":
        begins += ("country.net_wage",)
    if len(world.fund.eligible.forms) < 5 or basis == "tariff":
        begins += ("caseload.child_rate",)
        if (world.caseload.forms.sample_size or LARGE) < LARGE:
            yield f"the shares of the forms are uncertain: set caseload.forms.sample_size={LARGE:.0f}"
    if not (world.fund.eligible.children and world.fund.eligible.adults):
        begins += ("caseload.child_rate",)
    for key, a in known.items():
        if a.uncertain and key.startswith(begins):
            yield f"{key} is uncertain: set {key}={a.value:g}"


def _income(world: World) -> Iterator[str]:
    for name, source in sorted(world.income.items()):
        key = f"income.{name}"
        if not source.in_force:
            continue
        if isinstance(source, BudgetLine):
            numbers: tuple[str, ...] = ("amount",)
            if source.lapses:
                yield f"what is unspent goes back to the treasury: set {key}.lapses=false"
            if source.cut_rate.uncertain or source.cut_rate.value > 0:
                yield f"the line may be cut: set {key}.cut_rate=0"
        elif isinstance(source, RevenueShare):
            numbers = ("yearly_revenue", "earmarked_rate")
            if source.yearly_sd.uncertain or source.yearly_sd.value > 0:
                yield f"the revenue varies: set {key}.yearly_sd=0"
        else:
            yield f"{key} varies by chance: set {key}.in_force=false"
            continue
        if source.index != "none":
            yield f"{key} follows prices or wages, which vary: set {key}.index=none"
        for number in numbers:
            a = getattr(source, number)
            if a.uncertain:
                yield f"{key}.{number} is uncertain: set {key}.{number}={a.value:g}"
