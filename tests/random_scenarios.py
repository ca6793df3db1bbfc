"""Random scenarios across all switches, cash-starved and cash-rich ones among them."""

from hypothesis import strategies as st

from fundsim.scenario.compose import load
from fundsim.scenario.schema import World

POLICIES = (
    "status_fixed", "tariff", "tariff_interim", "judgment_advance", "full_judgment", "assets_only",
    "conviction_levy", "mixed_financing",
)  # fmt: skip
COUNTRIES = (
    "serbia",
    "bosnia_and_herzegovina",
    "montenegro",
    "north_macedonia",
    "albania",
    "kosovo",
)


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A scenario's name and overrides, small enough to settle in plain Python."""

    def one(*values: object) -> str:
        return str(draw(st.sampled_from(values)))

    name = f"{one(*COUNTRIES)}+{one(*POLICIES)}"
    if draw(st.booleans()):
        name += (
            f"+{one('legal_aid', 'informing', 'asset_seizure', 'reintegration', 'private_giving')}"
        )
    sets = [
        "time.horizon_years=4", "time.runoff_years=3", "time.history_years=4",
        f"fund.payment.when_short={one('queue', 'pro_rata', 'treasury_advance')}",
        f"fund.payment.instalments={one(1, 1, 2, 5)}", f"fund.payment.every_months={one(1, 6, 12)}",
        f"fund.payment.trust_until_18={one('true', 'false')}",
        f"fund.interim.share={one(0, 0, 0.2, 1)}", f"fund.interim.after_months={one(0, 1, 3)}",
        f"fund.decision.caseworkers={one(1, 2, 4)}", f"fund.decision.spread={one('fixed', 'exponential')}",
        f"fund.decision.working_months={one(0, 0.1, 0.5, 2)}",
        f"fund.subsidiarity.set_off={one('true', 'false')}",
        f"fund.subsidiarity.wait_for_enforcement={one('false', 'false', 'true')}",
        f"fund.eligible.foreign={one('all', 'lawful', 'reciprocity', 'none')}",
        f"fund.eligible.retroactive_years={one(0, 2, 4)}",
        f"fund.take_up.rate={one(0.05, 0.5, 1)}",
        f"fund.subrogation.pursued_share={one(0, 1)}", f"fund.subrogation.delay.median={one(1, 20)}",
        f"fund.subrogation.failure_rate={one(0, 0.5)}",
        f"fund.opening_capital={one(0, 0, 10000, 1000000)}", f"fund.reserve_return={one('true', 'false')}",
        f"income.budget.amount={one(0, 5000, 60000, 2000000)}",
        f"income.budget.lapses={one('true', 'false')}", f"fund.assistance.rate={one(0, 0.5)}",
        f"fund.costs.legal_aid_by_fund={one('true', 'false')}",
    ]  # fmt: skip
    if draw(st.booleans()):
        sets.append(f"fund.payment.yearly_limit={one(0, 5000, 50000)}")
    if draw(st.booleans()):
        sets.append(f"fund.eligible.filing_limit_months={one(1, 6, 24)}")
    return name, tuple(sets)


def world_of(scenario: tuple[str, tuple[str, ...]]) -> World:
    """The resolved world of a random scenario."""
    return load(*scenario).world
