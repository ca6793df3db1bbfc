"""What laws ask of a claimant, what they pay for, and who else claims (method §5, §7, §11): worked by hand.

Worlds in which each step is certain and takes a known time, so that cents can be counted; where chance is meant,
statistics have a fixed seed and stay within four standard errors.
"""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from fundsim.analysis.outcomes import outcomes, victims
from fundsim.model.caseload import OTHERS
from fundsim.model.drawn import Drawn, draw
from fundsim.model.run import Future, simulate
from fundsim.reference.chance import CaseDice, lasts
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.schema import FORMS
from fundsim.validation.rules_of_victims import PLAINEST
from fundsim.validation.worlds import world
from tests.test_closed_forms import MOST_Z, z_of_mean, z_of_share, z_of_variance

SEED = 20260719
Z90 = 1.2815515655446004
START, PRICE_YEAR, YEARS, LEVEL = 2027, 2025, 5, 30  # of the plainest world
RISING = {"macro__inflation": 0.1, "fund__amount__index": "prices"}
CROWD = {"caseload__mass__scheduled_events": 1, "caseload__mass__size": 20}


def drawn_of(n: int, **sets: Any) -> Drawn:
    """What is drawn of some replications of the plainest world with some keys set."""
    return draw(world(**PLAINEST | sets), SEED, np.arange(n), certain=True)


def future_of(n: int, **sets: Any) -> Future:
    """The same, settled."""
    return simulate(world(**PLAINEST | sets), SEED, np.arange(n), certain=True)


def price(year: int) -> Fraction:
    """The price index of a year, prices rising by a tenth a year."""
    return Fraction(11, 10) ** (year - PRICE_YEAR)


def cents(euros: Fraction) -> int:
    """Whole cents."""
    return round(100 * euros)


def year_of(at: float) -> int:
    """The calendar year of a time in months from the opening."""
    return START + math.floor(at / 12)


def head(**said: object) -> str:
    """A head of damage as `--set` takes it."""
    return "{" + ", ".join(["label = 'Harm'", *(f"{k} = {v}" for k, v in said.items())]) + "}"


def condition(rate: float) -> str:
    """A condition of the law that so many meet."""
    return f"{{label = 'Harm', rate = {{value = {rate}, unit = 'share', source = 'judgement'}}}}"


# ---- Heads of damage ----

# care is a fixed sum, work has a maximum, half have pain
HEADS = {
    "fund__amount__basis": "heads",
    "fund__amount__heads__care": head(fixed=1234.56),
    "fund__amount__heads__work": head(median=5000, p90=5000, cap=3000.1),
    "fund__amount__heads__pain": head(median=800.25, p90=800.25, share=0.5),
}


def test_a_claim_is_the_sum_of_its_heads_each_up_to_its_maximum() -> None:
    """1,234.56 + 3,000.10 (of 5,000) = 4,234.66; with pain of 800.25 it is 5,034.91."""
    claims = drawn_of(20, **HEADS).claims
    assert set(claims.asked.tolist()) == {423_466, 503_491}
    assert (claims.benefit == claims.asked).all()
    with_pain = int((claims.asked == 503_491).sum())
    assert abs(z_of_share(with_pain, claims.size, 0.5)) < MOST_Z
    assert claims.capped.all()  # by the maximum of one head


@pytest.mark.parametrize(
    ("limits", "few", "many", "capped"),
    [
        ({"floor": 4500.01}, "4500.01", "5034.91", False),
        ({"cap": 4999.99}, "4234.66", "4999.99", True),
        ({"floor": 4500.01, "cap": 4600.01}, "4500.01", "4600.01", True),
        ({"cap": 4000.01}, "4000.01", "4000.01", True),
    ],
)  # fmt: skip
def test_floor_and_cap_of_a_victim_come_after_the_heads_and_rise_with_prices(
    limits: dict[str, float], few: str, many: str, capped: bool
) -> None:
    """All have the price index of the year of filing, 20 months after the entry.

    Sums that end in 1 to 9 cents are never a half cent at 1.1ⁿ.
    """
    heads = HEADS | {"fund__amount__heads__work": head(fixed=3000.1)}
    sets = {f"fund__amount__{key}": x for key, x in limits.items()}
    claims = drawn_of(10, **heads, **sets, **RISING, fund__take_up__filing__median=20).claims
    years = set()
    for asked, filed, cut in zip(claims.asked, claims.filed_at, claims.capped, strict=True):
        index = price(year_of(filed))
        worth = {cents(Fraction(few) * index), cents(Fraction(many) * index)}
        assert int(asked) in worth
        assert bool(cut) == (
            capped and Fraction(asked) == cents(Fraction(str(limits["cap"])) * index)
        )
        years.add(year_of(filed))
    assert years >= {2028, 2029, 2030, 2031}


def test_the_maximum_of_a_head_rises_with_prices_and_wages() -> None:
    """Three monthly wages of 900 € at most for work, and half a wage of care, at the index of the year of filing."""
    sets = {
        "fund__amount__basis": "heads",
        "fund__amount__money": "monthly_wages",
        "country__net_wage": 900,
        "fund__amount__heads__care": head(fixed=0.5),
        "fund__amount__heads__work": head(median=5, p90=5, cap=3),
    }
    claims = drawn_of(5, **sets, **RISING).claims
    for asked, filed in zip(claims.asked, claims.filed_at, strict=True):
        assert asked == cents(Fraction(7, 2) * 900 * price(year_of(filed)))


def test_a_head_has_its_own_size_from_its_own_stream_and_its_spread_from_the_90th_percentile() -> (
    None
):
    """Median·e^{sz} with s = ln(p90/median)/1.2816, if u < share, up to the maximum: each claim in cents."""
    sets = {
        "fund__amount__basis": "heads",
        "fund__amount__heads__care": head(share=0.7, median=1000, p90=4000, cap=2500),
        "fund__amount__heads__work": head(share=0.4, median=3000, p90=9000),
    }
    drawn = drawn_of(10, **sets)
    claims, words = drawn.claims, drawn.cases.victims.word
    for case, asked, capped in zip(claims.case, claims.asked, claims.capped, strict=True):
        dice, euros, cut = CaseDice(int(words[case])), 0.0, False
        for name, share, median, p90, most in (
            ("care", 0.7, 1000, 4000, 2500), ("work", 0.4, 3000, 9000, math.inf),
        ):  # fmt: skip
            if dice.uniform(f"head {name}") < np.float32(share):
                size = median * math.exp(
                    math.log(p90 / median) / Z90 * dice.normal(f"head size {name}")
                )
                euros, cut = euros + min(size, most), cut or size > most
        assert abs(int(asked) - 100 * euros) <= 0.5 + 1e-6
        assert bool(capped) == cut


def test_who_has_one_head_of_damage_says_nothing_of_who_has_another() -> None:
    """Heads of 1, 10 and 100 € with shares 0.7, 0.4, 0.2: each of the eight sums has the product of its shares."""
    shares = {1: 0.7, 10: 0.4, 100: 0.2}
    sets = {f"fund__amount__heads__h{x}": head(fixed=x, share=p) for x, p in shares.items()}
    asked = drawn_of(60, fund__amount__basis="heads", **sets).claims.asked
    for which in range(8):
        has = {x: bool(which >> place & 1) for place, x in enumerate(shares)}
        worth = 100 * sum(x for x, one in has.items() if one)
        chance = math.prod(shares[x] if one else 1 - shares[x] for x, one in has.items())
        assert abs(z_of_share(int((asked == worth).sum()), asked.size, chance)) < MOST_Z


# ---- The most that a mass case comes to ----

EVENTS = {
    "caseload__mass__scheduled_events": 2,
    "caseload__mass__size": 12,
    "fund__amount__event_cap": 2500,
    "fund__take_up__filing__median": 8,
    "fund__take_up__filing__sigma": 1,
    "fund__decision__approval_rate": 0.6,
    "time__runoff_years": 8,
}


def by_event(drawn: Drawn) -> dict[tuple[int, int, int], list[int]]:
    """The claims of each mass case, in the order of filing and then of cases."""
    claims, people = drawn.claims, drawn.cases.victims
    found = defaultdict(list)
    for i in range(claims.size):
        case = int(claims.case[i])
        if people.kind[case]:
            event = (int(people.replication[case]), int(people.year[case]), int(people.kind[case]))
            found[event].append(i)
    return {
        event: sorted(own, key=lambda i: (claims.filed_at[i], claims.case[i]))
        for event, own in found.items()
    }


def test_granted_claims_share_what_a_mass_case_may_come_to_the_first_filed_first() -> None:
    """Of € 2,500 the first two granted claims get 1,000 €, the third 500 €, all others nothing; refused ones take nothing."""
    drawn = drawn_of(20, **EVENTS)
    claims = drawn.claims
    crowded = 0
    for own in by_event(drawn).values():
        granted = [i for i in own if claims.approved[i]]
        expected = [100_000, 100_000, 50_000, *[0] * 50][: len(granted)]
        assert claims.asked[granted].tolist() == expected
        left = 250_000
        for i in own:
            assert claims.asked[i] == min(100_000, left)
            assert claims.capped[i] == (left < 100_000)
            left -= int(claims.asked[i]) if claims.approved[i] else 0
        crowded += len(granted) > 3 and not claims.approved[own[0]]
    assert crowded > 20
    ordinary = drawn.cases.victims.kind[claims.case] == 0
    assert ordinary.sum() > 100
    assert (claims.asked[ordinary] == 100_000).all()


def test_what_is_left_of_a_mass_case_has_the_prices_of_the_year_of_filing() -> None:
    """2,500 € × index of the year less what was granted before, never below nothing; so later claims may find more."""
    sets = EVENTS | RISING | {"fund__amount__fixed": 1000.01, "fund__amount__event_cap": 2500.01}
    drawn = drawn_of(20, **sets)
    claims, found_more = drawn.claims, 0
    for own in by_event(drawn).values():
        taken, empty = 0, False
        for i in own:
            index = price(year_of(float(claims.filed_at[i])))
            left = max(cents(Fraction("2500.01") * index) - taken, 0)
            assert claims.asked[i] == min(cents(Fraction("1000.01") * index), left)
            found_more += empty and left > 0
            empty |= left == 0
            taken += int(claims.asked[i]) if claims.approved[i] else 0
    assert found_more > 10


def test_what_a_mass_case_takes_is_counted_before_what_the_offender_has_paid() -> None:
    """Offenders pay 300 € at once: the three granted claims are worth 700, 700 and 200 €."""
    sets: dict[str, Any] = {
        "award__median": 300,
        "award__p90": 300,
        "enforcement__failure_rate": 0,
        "enforcement__recovered_rate": 1,
        "enforcement__delay__median": 0,
        "fund__subsidiarity__set_off": True,
    }
    drawn = drawn_of(10, **EVENTS, **sets)
    claims = drawn.claims
    for own in by_event(drawn).values():
        granted = [i for i in own if claims.approved[i]]
        assert (
            claims.benefit[granted].tolist() == [70_000, 70_000, 20_000, *[0] * 50][: len(granted)]
        )


def test_without_a_limit_of_its_own_a_mass_case_gets_what_all_get() -> None:
    sets = {key: x for key, x in EVENTS.items() if not key.endswith("event_cap")}
    claims = drawn_of(10, **sets).claims
    assert (claims.asked == 100_000).all()
    assert not claims.capped.any()


# ---- Presumed and formally identified victims ----

STATUS = CROWD | {"caseload__formal_rate": 0.3, "caseload__mass__formal_rate": 0.9}


def test_ordinary_victims_and_those_of_mass_cases_have_their_own_share_of_formal_identification() -> (
    None
):
    people = drawn_of(60, **STATUS).cases.victims
    for those, rate in ((people.kind == 0, 0.3), (people.kind == 1, 0.9)):
        assert abs(z_of_share(int(people.formal[those].sum()), int(those.sum()), rate)) < MOST_Z


def test_presumed_victims_may_claim_unless_the_law_asks_for_formal_identification() -> None:
    """The same people, in both worlds; in the one the formally identified alone are entitled, file and are paid."""
    all_of_them, formal = (
        future_of(10, **STATUS, fund__eligible__presumed=x) for x in (True, False)
    )
    people = formal.drawn.cases.victims
    assert (people.word == all_of_them.drawn.cases.victims.word).all()
    assert all_of_them.drawn.entry.entitled.all()
    assert (formal.drawn.entry.entitled == people.formal).all()
    assert sorted(formal.drawn.claims.case.tolist()) == np.flatnonzero(people.formal).tolist()
    told = victims(formal)
    for name in ("formal", "entitled", "applied", "paid_by_fund"):
        assert (told[name] == np.bincount(people.replication[people.formal], minlength=10)).all()
    assert (victims(all_of_them)["paid_by_fund"] == told["identified"]).all()


# ---- Conditions of the law ----

HARM, REPORTED = 0.5, 0.7


def entitled_by(**rates: float) -> Any:
    """Who is entitled where the law has these conditions."""
    sets = {f"fund__eligible__conditions__{name}": condition(rate) for name, rate in rates.items()}
    return drawn_of(60, **sets).entry.entitled


def test_two_conditions_are_met_by_the_product_of_their_rates() -> None:
    entitled = entitled_by(harm=HARM, reported=REPORTED)
    assert entitled.size > 5000
    assert abs(z_of_share(int(entitled.sum()), entitled.size, HARM * REPORTED)) < MOST_Z


def test_a_further_condition_changes_not_who_meets_the_first() -> None:
    """Each has a stream of its own: who meets both is who meets the one and who meets the other."""
    harm, reported = entitled_by(harm=HARM), entitled_by(reported=REPORTED)
    assert (entitled_by(harm=HARM, reported=REPORTED) == (harm & reported)).all()
    assert abs(z_of_share(int(harm.sum()), harm.size, HARM)) < MOST_Z
    assert abs(z_of_share(int(reported[harm].sum()), int(harm.sum()), REPORTED)) < MOST_Z
    assert (entitled_by(aaa=1, harm=HARM, zzz=1) == harm).all()  # its place among them, too
    assert not entitled_by(harm=0).any()


def test_a_condition_that_fewer_meet_excludes_and_never_adds() -> None:
    many, few = entitled_by(harm=0.8), entitled_by(harm=0.3)
    assert (many | ~few).all()


def test_a_condition_has_the_rate_of_the_year_in_which_a_victim_is_registered() -> None:
    """A reform of 2029 lets all meet it: whoever was registered in 2028 does so no more often, though the claim comes in 2029."""
    reform = (
        '{ label = "Harm is taken as given", from_year = 2029, effects = [{ on = "fund.eligible.conditions.harm.rate"'
        ', by = "add", size = { value = 1, unit = "share", source = "judgement" } }] }'
    )
    drawn = drawn_of(
        20, fund__eligible__conditions__harm=condition(0.4), reform__presumption=reform,
        fund__entry_point="conviction", pathway__criminal__median=14,
    )  # fmt: skip
    registered = np.floor(drawn.cases.victims.identified_at / 12)
    before, later = (registered >= 0) & (registered < 2), registered >= 2
    assert drawn.entry.entitled[later].all()
    n = int(before.sum())
    assert abs(z_of_share(int(drawn.entry.entitled[before].sum()), n, 0.4)) < MOST_Z


# ---- Time to file that runs from the crime ----

FROM_CRIME = {
    "fund__eligible__filing_limit_from": "crime",
    "caseload__crime_to_identification__median": 6,
    "caseload__crime_to_identification__sigma": 0,
}


@pytest.mark.parametrize(
    ("limit", "filing", "filed", "waits"),
    [
        (10, 4, True, 4),  # 6 have passed, 4 are left: equal is in time
        (9, 4, False, 3),
        (6, 1, False, 0),  # nothing is left
        (5, 0, False, 0),  # less than nothing
        (1, 4, False, 0),
    ],
)
def test_what_has_passed_since_the_crime_is_taken_off_the_time_to_file(
    limit: int, filing: int, filed: bool, waits: int
) -> None:
    sets = FROM_CRIME | {"fund__eligible__filing_limit_months": limit}
    entry = drawn_of(3, **sets, fund__take_up__filing__median=filing).entry
    assert entry.applies.all()
    assert (entry.filed == filed).all()
    assert (entry.leaves_at == entry.clock_at + waits).all()


def test_the_way_to_the_entry_point_counts_as_time_since_the_crime() -> None:
    """A conviction comes 10 months after registration: 16 of 20 months have passed, and 4 are left."""
    sets = FROM_CRIME | {
        "fund__entry_point": "conviction",
        "pathway__criminal__median": 10,
        "fund__eligible__filing_limit_months": 20,
        "time__history_years": 0,
    }
    for filing, filed in ((4, True), (5, False)):
        entry = drawn_of(3, **sets, fund__take_up__filing__median=filing).entry
        assert entry.entitled.sum() > 300
        assert (entry.filed == filed).all()


def test_months_before_the_opening_count_as_time_since_the_crime() -> None:
    """Of those registered before the opening, who may file from its first day, 12 months are enough for six of them."""
    sets = FROM_CRIME | {
        "fund__eligible__filing_limit_months": 12,
        "fund__eligible__retroactive_years": 2,
    }
    drawn = drawn_of(5, **sets)
    entry, since = drawn.entry, -drawn.cases.victims.identified_at
    assert entry.applies.all()
    assert (entry.filed == (since <= 6)).all()
    late = since > 6
    assert late.sum() > 100
    assert (entry.leaves_at[late] == 0).all()


def test_whoever_has_no_time_left_is_out_of_time_at_once_and_others_when_it_ends() -> None:
    """Each victim by hand: the months since the crime and to filing are those of its own draws."""
    sets = FROM_CRIME | {
        "caseload__crime_to_identification__sigma": 1,
        "fund__eligible__filing_limit_months": 9,
        "fund__take_up__filing__median": 3,
        "fund__take_up__filing__sigma": 0.8,
    }
    drawn = drawn_of(10, **sets)
    entry, words, at_once = drawn.entry, drawn.cases.victims.word, 0
    for i in range(words.size):
        dice = CaseDice(int(words[i]))
        left = 9 - lasts(dice.normal("crime"), 6, 1, 180)
        needs = lasts(dice.normal("filing"), 3, 0.8, 180)
        waited = float(entry.leaves_at[i]) - float(entry.clock_at[i])
        assert bool(entry.filed[i]) == (needs <= left)
        # 32 bits hold the time to the tick, but the difference of two of them to two ticks
        assert waited == pytest.approx(max(min(needs, left), 0), abs=2 / 4096)
        at_once += left < 0
        assert left >= 0 or entry.leaves_at[i] == entry.clock_at[i]
    assert at_once > 100


def test_a_longer_deadline_never_loses_a_claim_and_one_from_the_entry_point_is_longer() -> None:
    sets = FROM_CRIME | {
        "caseload__crime_to_identification__sigma": 1,
        "fund__take_up__filing__median": 3,
        "fund__take_up__filing__sigma": 0.8,
    }
    before = np.zeros(1, dtype=bool)
    for limit in (1, 2, 6, 12, 36, 600):
        more = drawn_of(5, **sets, fund__eligible__filing_limit_months=limit).entry.filed
        assert (more | ~before).all()
        assert more.sum() > before.sum() or limit == 1
        from_entry = drawn_of(
            5, **sets | {"fund__eligible__filing_limit_from": "entry"}, fund__eligible__filing_limit_months=limit
        ).entry.filed  # fmt: skip
        assert (from_entry | ~more).all()
        before = more


# ---- Help with applications ----

HELP = {
    "fund__take_up__assisted_share": 0.25,
    "fund__take_up__assisted_rate": 0.8,
    "fund__take_up__unassisted_rate": 0.3,
    "fund__costs__per_assisted": 200,
}
# who is informed or has a lawyer applies more often without help
TIERS = {
    "pathway__informed_rate": 0.4,
    "pathway__legal_aid_rate": 0.25,
    "fund__take_up__informed_odds_ratio": 3,
    "fund__take_up__legal_aid_odds_ratio": 4,
}


def test_who_applies_is_a_mixture_of_those_who_are_helped_and_all_others() -> None:
    """0.25 × 0.8 + 0.75 × 0.3 = 0.425, 0.3 being the average of those without help whoever is informed."""
    drawn = drawn_of(100, **HELP, **TIERS)
    entry, informed = drawn.entry, drawn.cases.informed
    n = entry.applies.size
    assert abs(z_of_share(int(entry.assisted.sum()), n, 0.25)) < MOST_Z
    assert abs(z_of_share(int(entry.applies.sum()), n, 0.25 * 0.8 + 0.75 * 0.3)) < MOST_Z
    for those, rate in ((entry.assisted, 0.8), (~entry.assisted, 0.3)):
        assert abs(z_of_share(int(entry.applies[those].sum()), int(those.sum()), rate)) < MOST_Z
    # help makes all alike; without it the informed apply more often
    for told in (informed, ~informed):
        those = entry.assisted & told
        assert abs(z_of_share(int(entry.applies[those].sum()), int(those.sum()), 0.8)) < MOST_Z
    alone = [entry.applies[~entry.assisted & told].mean() for told in (informed, ~informed)]
    assert alone[0] > alone[1] + 0.1


def test_more_help_changes_not_who_was_helped_before_nor_how_anybody_applies_without_help() -> None:
    few, many = (
        drawn_of(10, **HELP | TIERS | {"fund__take_up__assisted_share": x}).entry
        for x in (0.2, 0.6)
    )
    assert (many.assisted | ~few.assisted).all()
    assert many.assisted.sum() > few.assisted.sum()
    same = few.assisted == many.assisted
    assert (few.applies == many.applies)[same].all()


def test_help_costs_its_price_in_the_month_in_which_the_clock_starts() -> None:
    """€ 200 × the price index × those helped whose entry point lies in the month; whether they apply or not."""
    prices = {"macro__inflation": 0.1, "fund__costs__index": "prices"}
    future = future_of(10, **HELP, **prices)
    entry, ledger = future.drawn.entry, future.ledger
    months = np.floor(entry.clock_at[entry.assisted]).astype(int)
    helped = np.zeros(ledger.cash.shape, dtype=int)
    np.add.at(helped, (future.drawn.cases.victims.replication[entry.assisted], months), 1)
    for month in range(12 * YEARS):
        each = [cents(200 * price(START + month // 12) * int(x)) for x in helped[:, month]]
        assert ledger.costs_due["help"][:, month].tolist() == each
    assert helped[:, : 12 * YEARS].sum() == entry.assisted.sum() > 100
    assert (victims(future)["helped"] == helped.sum(axis=1)).all()
    assert (~entry.applies & entry.assisted).any()


def test_nobody_is_helped_or_everybody_is() -> None:
    nobody, all_of_them = (
        future_of(5, **HELP | {"fund__take_up__assisted_share": share}) for share in (0, 1)
    )
    assert not nobody.drawn.entry.assisted.any()
    assert not nobody.ledger.costs_due["help"].any()
    entry = all_of_them.drawn.entry
    assert entry.assisted.all()
    assert abs(z_of_share(int(entry.applies.sum()), entry.applies.size, 0.8)) < MOST_Z
    assert all_of_them.ledger.costs_due["help"].sum() == 20_000 * entry.applies.size


def test_approval_is_the_average_of_claims_with_and_without_help() -> None:
    """Legal aid multiplies the odds of a grant by five; of all claims, helped or not, 0.6 are granted."""
    sets = HELP | TIERS | {
        "fund__decision__approval_rate": 0.6,
        "fund__decision__legal_aid_odds_ratio": 5,
    }  # fmt: skip
    drawn = drawn_of(150, **sets)
    claims = drawn.claims
    assert abs(z_of_share(int(claims.approved.sum()), claims.size, 0.6)) < MOST_Z
    aided = drawn.cases.legal_aid[claims.case]
    assert claims.approved[aided].mean() > claims.approved[~aided].mean() + 0.2


# ---- How applying follows the sum on offer ----

WAGE, USUAL = 917, 8 * 917  # monthly net wage, and the sum at which the rates of applying hold
PULL = {
    "fund__take_up__unassisted_rate": 0.3,
    "fund__take_up__assisted_rate": 0.5,
    "fund__take_up__assisted_share": 0.2,
    "fund__take_up__amount_elasticity": 0.5,
    "fund__take_up__reference_sum": 8,
    "country__net_wage": WAGE,
}


def test_a_sum_twice_as_large_brings_the_square_root_of_two_times_as_many_at_an_elasticity_of_a_half() -> (
    None
):
    """Chances stay below 1: 0.3·√2 without help, 0.5·√2 with it; nobody who applied before stays away."""
    once, twice = (drawn_of(100, **PULL, fund__amount__fixed=x * USUAL) for x in (1, 2))
    average = 0.2 * 0.5 + 0.8 * 0.3
    for drawn, factor in ((once, 1.0), (twice, math.sqrt(2))):
        entry = drawn.entry
        applies = int(entry.applies.sum())
        assert drawn.claims.size == applies
        assert abs(z_of_share(applies, entry.applies.size, average * factor)) < MOST_Z
        helped = int(entry.applies[entry.assisted].sum())
        assert abs(z_of_share(helped, int(entry.assisted.sum()), 0.5 * factor)) < MOST_Z
    assert (twice.entry.applies | ~once.entry.applies).all()


def test_a_chance_of_applying_that_reaches_one_stays_there() -> None:
    sets = PULL | {"fund__take_up__unassisted_rate": 0.8, "fund__take_up__assisted_share": 0}
    assert drawn_of(5, **sets, fund__amount__fixed=2 * USUAL).entry.applies.all()


def same_entries(one: Drawn, other: Drawn) -> bool:
    """Whether all take the same way to the fund, to the bit."""
    return all(np.array_equal(a, vars(other.entry)[name]) for name, a in vars(one.entry).items())


def test_without_elasticity_no_sum_moves_a_claim_to_the_bit() -> None:
    still = PULL | {"fund__take_up__amount_elasticity": 0}
    usual = drawn_of(10, **still, fund__amount__fixed=USUAL)
    for sets in ({"fund__amount__fixed": 1}, {"fund__amount__fixed": 90_000}):
        assert same_entries(drawn_of(10, **still, **sets), usual)
    assert same_entries(
        drawn_of(10, **still | {"fund__take_up__reference_sum": 2}, fund__amount__fixed=USUAL),
        usual,
    )
    # nor does an elasticity where the sum is the usual one
    assert same_entries(drawn_of(10, **PULL, fund__amount__fixed=USUAL), usual)
    assert not same_entries(drawn_of(10, **PULL, fund__amount__fixed=2 * USUAL), usual)


MEAN = math.exp((math.log(4) / Z90) ** 2 / 2)  # of a lognormal with median 1 and 90th percentile 4
OFFERS: dict[str, tuple[dict[str, Any], float]] = {
    "a share of the median award": (
        {"basis": "judgment", "judgment_share": 1.4, "cap": 1}, 1.4 * 3000,
    ),
    "heads of damage before their maxima": (
        {"basis": "heads", "heads__care": head(share=0.5, fixed=2000),
         "heads__work": head(share=0.7, median=1000, p90=4000, cap=1)},
        0.5 * 2000 + 0.7 * 1000 * MEAN,
    ),
    "monthly wages": ({"basis": "fixed", "money": "monthly_wages", "fixed": 5}, 5 * WAGE),
    "sums of the price year": ({"basis": "fixed", "fixed": 4000, "index": "prices"}, 4000),
}  # fmt: skip


@pytest.mark.parametrize("offer", OFFERS)
def test_what_is_on_offer_is_told_in_euro_of_the_price_year(offer: str) -> None:
    """The share that applies is 0.4 × √(sum on offer / usual sum)."""
    amount, sums = OFFERS[offer]
    sets = PULL | {
        "fund__take_up__unassisted_rate": 0.4, "fund__take_up__assisted_share": 0, "macro__inflation": 0.1,
        "award__median": 3000, "award__p90": 12_000, "fund__entry_point": "judgment", "time__history_years": 0,
        **{f"fund__amount__{key}": x for key, x in amount.items()},
    }  # fmt: skip
    entry = drawn_of(80, **sets).entry
    chance = 0.4 * math.sqrt(sums / USUAL)
    assert abs(z_of_share(int(entry.applies.sum()), entry.applies.size, chance)) < MOST_Z


@pytest.mark.parametrize("basis", ["tariff", "smaller"])
def test_each_victim_follows_its_own_sum_of_the_tariff(basis: str) -> None:
    """Also where the smaller of tariff and judgment is paid, whatever the award is."""
    sums = {(age, form): USUAL * (1 + place / 4 + (age == "child")) / 2
            for place, form in enumerate(FORMS) for age in ("adult", "child")}  # fmt: skip
    tariff = {f"fund__amount__tariff__{age}__{form}": x for (age, form), x in sums.items()}
    drawn = drawn_of(
        100, **PULL | tariff, fund__amount__basis=basis, award__median=1, award__p90=1,
        fund__amount__judgment_share=1,
    )  # fmt: skip
    people, entry = drawn.cases.victims, drawn.entry
    for (age, form), euros in sums.items():
        those = (people.child == (age == "child")) & (people.form == FORMS.index(form))
        n, factor = int((those & ~entry.assisted).sum()), math.sqrt(euros / USUAL)
        assert n > 100
        applies = int(entry.applies[those & ~entry.assisted].sum())
        assert abs(z_of_share(applies, n, 0.3 * factor)) < MOST_Z


def test_those_from_before_the_opening_hear_of_it_as_the_scheme_becomes_known() -> None:
    """0.3·√2 of them apply in the end, a quarter of these in each of the first four Januaries."""
    sets = PULL | {
        "fund__amount__fixed": 2 * USUAL, "fund__take_up__assisted_share": 0, "fund__eligible__retroactive_years": 2,
        "fund__take_up__first_year_share": 0.25, "fund__take_up__ramp_years": 3,
    }  # fmt: skip
    drawn = drawn_of(150, **sets)
    entry, early = drawn.entry, drawn.cases.victims.identified_at < 0
    n = int(early.sum())
    assert abs(z_of_share(int(entry.applies[early].sum()), n, 0.3 * math.sqrt(2))) < MOST_Z
    for january in (0, 12, 24, 36):
        now = entry.applies & early & (entry.clock_at == january)
        assert abs(z_of_share(int(now.sum()), n, 0.3 * math.sqrt(2) / 4)) < MOST_Z


# ---- Victims of other crimes ----

OTHER = {
    "caseload__others__claims_a_year": 40,
    "caseload__others__trend": 0,
    "caseload__others__approval_rate": 0.6,
    "caseload__others__median": 900,
    "caseload__others__p90": 4000,
}
APART = ("claims_others", "paid_others")


def test_victims_of_other_crimes_move_no_measure_of_victims_where_the_desk_is_idle_and_cash_never_short() -> (
    None
):
    """To the bit; and who is drawn, and what each claim is worth, is the same."""
    alone, together = future_of(20, **CROWD), future_of(20, **CROWD, **OTHER)
    own, all_of_them = victims(alone), victims(together)
    assert own.keys() == all_of_them.keys()
    for name, values in own.items():
        if name not in APART:
            assert np.array_equal(values, all_of_them[name]), name
    people = together.drawn.cases.victims
    assert (people.word[people.registered] == alone.drawn.cases.victims.word).all()
    mine = ~together.drawn.claims.other
    assert (together.drawn.claims.benefit[mine] == alone.drawn.claims.benefit).all()
    for name, states in alone.ledger.states.items():
        assert (together.ledger.states[name] == states).all()
    assert (together.ledger.identified == alone.ledger.identified).all()


def test_claims_of_other_crimes_are_counted_apart() -> None:
    """Claims filed, those granted and paid, and the euro paid on them; where nobody else claims they are none."""
    future = future_of(20, **OTHER)
    claims = future.drawn.claims
    told = outcomes(future)

    def by_replication(flag: Any, of: Any = None) -> Any:
        return np.bincount(claims.replication[flag], None if of is None else of[flag], minlength=20)

    other = claims.other
    assert (told["claims_others"] == by_replication(other)).all()
    assert (told["paid_others"] == by_replication(other & claims.approved)).all()
    paid = by_replication(other & claims.approved, claims.benefit / 100)
    assert told["due_others"].sum(axis=1) == pytest.approx(paid)
    assert (told["claims"] == by_replication(other | True)).all()
    assert (told["applied"] == by_replication(~other)).all()
    alone = outcomes(future_of(2))
    assert not any(alone[name].any() for name in (*APART, "due_others"))


def test_how_many_victims_of_other_crimes_claim_grows_with_the_trend_and_as_the_scheme_becomes_known() -> (
    None
):
    """Poisson with mean 40·1.1^min(y − 2025, 3) × (¼, ½, ¾, 1, 1), its variance the same; none but in the horizon."""
    sets = OTHER | {
        "caseload__level": 0, "caseload__others__trend": 0.1, "caseload__trend_years": 3,
        "fund__take_up__first_year_share": 0.25, "fund__take_up__ramp_years": 3,
        "fund__eligible__retroactive_years": 3,
    }  # fmt: skip
    people = drawn_of(1500, **sets).cases.victims
    assert not people.registered.any()
    assert (people.kind == OTHERS).all()
    years = np.floor(people.identified_at / 12).astype(int)
    assert (years.min(), years.max()) == (0, YEARS - 1)
    counts = np.bincount(people.replication * YEARS + years, minlength=1500 * YEARS)
    for y, known in enumerate((0.25, 0.5, 0.75, 1, 1)):
        mean = 40 * 1.1 ** min(START + y - PRICE_YEAR, 3) * known
        own = counts.reshape(1500, YEARS)[:, y]
        assert abs(z_of_mean(own, mean)) < MOST_Z
        assert abs(z_of_variance(own, mean)) < MOST_Z
    # over the year at times as of ordinary victims
    assert stats.kstest(people.identified_at % 12 / 12, "uniform").pvalue > 1e-4


def test_a_victim_of_another_crime_has_its_own_chance_of_a_grant_and_its_own_sums() -> None:
    """Lognormal with median 900 and 90th percentile 4,000 at the index of sums; no court, no child, no waiting to file."""
    prices = RISING | {"fund__take_up__filing__median": 20, "fund__amount__cap": 10}
    drawn = drawn_of(60, **OTHER | prices | {"caseload__level": 0, "caseload__child_rate": 1})
    cases, claims = drawn.cases, drawn.claims
    assert claims.other.all()
    assert (claims.filed_at == cases.victims.identified_at[claims.case]).all()
    assert abs(z_of_share(int(claims.approved.sum()), claims.size, 0.6)) < MOST_Z
    index = 1.1 ** (np.floor(claims.filed_at / 12) + START - PRICE_YEAR)
    logs = np.log(claims.asked / 100 / index)
    assert abs(z_of_mean(logs, math.log(900))) < MOST_Z
    assert abs(z_of_variance(logs, (math.log(4000 / 900) / Z90) ** 2)) < MOST_Z
    assert not cases.victims.child.any()
    assert not cases.award.any()
    assert not cases.recovered.any()
    assert not cases.convicted.any()
    assert not claims.capped.any()


def test_claims_open_at_a_year_s_end_are_those_filed_and_not_decided_whoever_filed_them() -> None:
    """As the measure says, with claims of other crimes at the same desk: one officer, a quarter of a month a claim."""
    desk = {"fund__decision__posts": 1, "fund__decision__working_months": 0.25}
    for sets in ({}, OTHER):
        told = outcomes(future_of(5, **desk, **sets))
        still = np.cumsum(told["claims_filed"] - told["claims_decided"], axis=1)
        assert np.array_equal(told["claims_open"], still)


def test_nothing_is_recovered_from_the_offenders_of_other_crimes() -> None:
    """Each granted claim of a victim is pursued and brings all of it back, of others none."""
    pursued = {
        "fund__subrogation__pursued_share": 1,
        "fund__subrogation__failure_rate": 0,
        "fund__subrogation__recovered_rate": 1,
        "fund__subrogation__delay__median": 0,
    }
    future = future_of(5, **OTHER, **pursued)
    claims = future.drawn.claims
    assert claims.approved[claims.other].any()
    assert future.ledger.recoveries.sum() == claims.benefit[~claims.other].sum()


def test_conditions_of_the_law_and_deadlines_do_not_concern_victims_of_other_crimes() -> None:
    """Their claims are counted as they come: no cover, take-up, help, deadline or limit of an event moves one."""
    strict = {
        "fund__eligible__conditions__harm": condition(0), "fund__eligible__filing_limit_months": 1,
        "fund__eligible__filing_limit_from": "crime", "fund__eligible__presumed": False, "caseload__formal_rate": 0,
        "fund__take_up__filing__median": 20, "fund__take_up__unassisted_rate": 0.1,
        "fund__take_up__assisted_share": 0.5, "fund__costs__per_assisted": 100,
        "fund__amount__event_cap": 1,
    }  # fmt: skip
    free, bound = future_of(10, **OTHER), future_of(10, **OTHER, **strict)
    for name in APART:
        assert np.array_equal(victims(free)[name], victims(bound)[name])
    assert bound.drawn.claims.other.all()
    assert not bound.ledger.costs_due["help"].any()


def by_case(future: Future, values: Any) -> dict[int, float]:
    """A value of each claim of a victim, by the word of its case."""
    drawn = future.drawn
    words, claims = drawn.cases.victims.word, drawn.claims
    mine = np.flatnonzero(~claims.other)
    return {int(words[claims.case[i]]): float(values[i]) for i in mine}


def test_victims_wait_at_the_desk_behind_claims_of_other_crimes() -> None:
    """One officer, a tenth of a month a claim: no victim is decided sooner, and many later."""
    desk = {"fund__decision__posts": 1, "fund__decision__working_months": 0.1}
    alone, together = future_of(5, **desk), future_of(5, **desk, **OTHER)
    before, after = (by_case(one, one.decided_at) for one in (alone, together))
    assert before.keys() == after.keys()
    assert all(after[word] >= at for word, at in before.items())
    later = sum(after[word] > at for word, at in before.items())
    assert later > 0.2 * len(before)


def test_a_victim_s_payment_waits_when_others_take_the_cash() -> None:
    """€ 36,000 a year are enough for some thirty victims, but not for forty claims of other crimes beside them."""
    line = {
        "fund__opening_capital": 0, "income__budget__in_force": True, "income__budget__vote": "fixed",
        "income__budget__amount": 60_000, "income__budget__index": "none", "income__budget__cut_rate": 0,
        "income__budget__lapses": False, "fund__payment__when_short": "queue",
    }  # fmt: skip
    alone, together = future_of(5, **line), future_of(5, **line, **OTHER)
    before, after = (by_case(one, one.paid_in_month) for one in (alone, together))
    assert all(after[word] >= month for word, month in before.items())
    assert sum(after[word] > month for word, month in before.items()) > 100
    decided = by_case(alone, np.floor(alone.decided_at))
    assert before == decided  # alone each is paid when decided
    # one line: whoever is due first is paid first, whatever crime it was
    due, paid = together.due, together.payment_month
    for r in range(5):
        own = due.replication == r
        assert (np.diff(due.month[own]) >= 0).all()
        assert (np.diff(paid[own]) >= 0).all()
    assert together.drawn.claims.other[due.claim].any()


def test_the_cost_and_the_cash_of_the_fund_hold_claims_of_other_crimes() -> None:
    """What is paid in all is what is paid to victims and to others, to the cent; each decision costs its price."""
    future = future_of(10, **OTHER, fund__costs__per_decision=35)
    claims, ledger = future.drawn.claims, future.ledger
    granted = claims.benefit * claims.approved
    assert ledger.benefits.sum() == granted.sum()
    assert granted[claims.other].sum() > 0
    assert ledger.costs_due["decisions"].sum() == 3500 * claims.size


# ---- A fund of services ----

SERVICES: dict[str, Any] = {
    "fund__entry_point": "services",
    "fund__assistance__rate": 0.3,
    "fund__assistance__months": 4,
    "fund__assistance__monthly_cost": 450,
}


def test_a_fund_of_services_takes_no_claim_and_pays_for_assistance() -> None:
    """0.3 × 450 € for each victim registered in the last four months, this one included; and nothing else."""
    future = future_of(10, **SERVICES, **CROWD, **OTHER)
    drawn, ledger = future.drawn, future.ledger
    people = drawn.cases.victims
    assert drawn.claims.size == 0
    assert not drawn.entry.entitled.any()
    assert not ledger.benefits.any()
    assert people.registered.all()  # victims of other crimes cannot claim, either
    months = np.floor(people.identified_at).astype(int)
    counts = np.zeros(ledger.cash.shape, dtype=int)
    np.add.at(counts, (people.replication, months), 1)
    for month in range(12 * YEARS):
        recent = counts[:, max(month - 3, 0) : month + 1].sum(axis=1)
        assert (ledger.costs_due["assistance"][:, month] == 13_500 * recent).all()
    assert (ledger.costs["assistance"] == ledger.costs_due["assistance"]).all()
    told = victims(future)
    assert not told["entitled"].any()
    assert not told["paid_by_fund"].any()
    assert (told["paid_with"] == told["paid_without"]).all()


def test_what_a_fund_of_services_does_not_use_is_told() -> None:
    keys = {
        "fund.amount.fixed": 4000, "fund.take_up.unassisted_rate": 0.7,
        "fund.eligible.filing_limit_months": 6, "fund.payment.instalments": 2,
    }  # fmt: skip
    notes = [
        str(note)
        for note in load("albania+law_albania", [f"{key}={x}" for key, x in keys.items()]).notes
        if "no effect here: the fund takes no claims (fund.entry_point)" in str(note)
    ]
    assert notes
    assert all(any(key in note for note in notes) for key in keys), notes
    used = [str(note) for note in load("albania+law_albania", ["fund.assistance.months=3"]).notes]
    assert not any("fund.assistance" in note for note in used)


# ---- Victims from before the opening ----


def test_victims_from_before_the_opening_are_in_a_count_of_their_own_and_in_no_other() -> None:
    """Two years back: all measures of victims are, to the bit, those of a fund that pays nothing for the past."""
    future, none = (future_of(20, **RISING, fund__eligible__retroactive_years=x) for x in (2, 0))
    people, claims = future.drawn.cases.victims, future.drawn.claims
    early = people.identified_at < 0
    told, without = victims(future), victims(none)
    for name, values in without.items():
        if name not in ("paid_earlier", "amount_earlier"):
            assert np.array_equal(values, told[name]), name
    assert not without["paid_earlier"].any()
    assert (told["paid_earlier"] == np.bincount(people.replication[early], minlength=20)).all()
    assert told["paid_earlier"].sum() > 20 * LEVEL
    # € 1,000 of 2025 at the index of the year of filing, 2027, paid in that year, in euro of 2025
    assert told["amount_earlier"] == pytest.approx(1000 * told["paid_earlier"])
    mine = early[claims.case]
    assert (claims.benefit[mine] == 121_000).all()
    assert (told["paid_by_fund"] == told["identified"]).all()


# ---- More than the judgment ----


def test_a_fund_may_pay_more_than_the_judgment() -> None:
    """Seven fifths of each award, interest and costs of suit included: to the cent, which is never a half here."""
    sets = {
        "fund__amount__basis": "judgment", "fund__amount__judgment_share": 1.4, "fund__entry_point": "judgment",
        "award__median": 3000, "award__p90": 9000,
    }  # fmt: skip
    future = future_of(10, **sets)
    claims, award = future.drawn.claims, future.drawn.cases.award
    assert claims.size > 1000
    for case, asked in zip(claims.case, claims.asked, strict=True):
        assert int(asked) == round(Fraction(7 * int(award[case]), 5))
    assert (claims.benefit > award[claims.case]).all()
    assert future.ledger.benefits.sum() == claims.benefit.sum()


# ---- A fund that opens before the year of its prices ----


def test_a_fund_may_open_before_the_price_year() -> None:
    """Opened in 2020, prices 1 in 2025: € 1,000 filed in year y are 1,000·1.1^(y − 2025), fewer before and more after."""
    future = future_of(5, **RISING, time__start_year=2020, time__horizon_years=8)
    drawn = future.drawn
    macro, years = drawn.macro, drawn.parameters.years
    assert years[drawn.opening] == 2020
    place = int(np.flatnonzero(years == PRICE_YEAR)[0])
    assert (macro.prices[:, place] == 1).all()
    assert (macro.wages[:, place] == 1).all()
    for column, year in enumerate(years.tolist()):
        assert macro.prices[:, column] == pytest.approx(float(price(year)), rel=1e-12)
    claims, seen = drawn.claims, set()
    for asked, filed in zip(claims.asked, claims.filed_at, strict=True):
        year = 2020 + math.floor(filed / 12)
        assert int(asked) == cents(1000 * price(year))
        seen.add(year)
    assert seen == set(range(2020, 2028))


def test_before_the_price_year_prices_follow_their_mean_and_the_caseload_has_no_trend() -> None:
    """Chance begins after the price year; counts grow from it on."""
    sets = {
        "macro__inflation": 0.03, "macro__inflation_sd": 0.02, "macro__real_wage_growth": 0.02, "macro__wage_sd": 0.03,
        "caseload__trend": 0.5, "caseload__trend_years": 60, "time__start_year": 2022, "time__horizon_years": 6,
    }  # fmt: skip
    drawn = drawn_of(300, **sets)
    years = drawn.parameters.years.tolist()
    for year in (2022, 2023, 2024, 2025):
        at = years.index(year)
        assert drawn.macro.prices[:, at] == pytest.approx(1.03 ** (year - 2025), rel=1e-12)
        assert drawn.macro.wages[:, at] == pytest.approx((1.03 * 1.02) ** (year - 2025), rel=1e-12)
    assert drawn.macro.prices[:, years.index(2026)].std() > 0.01
    counts = np.zeros((300, 6))
    people = drawn.cases.victims
    np.add.at(counts, (people.replication, np.floor(people.identified_at / 12).astype(int)), 1)
    for column, year in enumerate(range(2022, 2028)):
        mean = LEVEL * 1.5 ** max(year - 2025, 0)
        assert abs(z_of_mean(counts[:, column], mean)) < MOST_Z


@pytest.mark.parametrize(("price_year", "refused"), [(2034, False), (2035, True), (2060, True)])
def test_a_price_year_after_the_last_year_is_refused(price_year: int, refused: bool) -> None:
    """Opened in 2027, five years and three of run-off: prices are followed to 2034."""
    sets = {"time__price_year": price_year}
    if refused:
        with pytest.raises(
            InputError, match=r"time\.price_year = \d+: must not be after the last year"
        ):
            world(**PLAINEST | sets)
    else:
        drawn = drawn_of(2, **sets, macro__inflation=0.1)
        place = drawn.parameters.years.tolist().index(price_year)
        assert (drawn.macro.prices[:, place] == 1).all()
        first = drawn.macro.prices[:, drawn.opening]
        assert first == pytest.approx(1.1 ** (START - price_year), rel=1e-12)


# ---- A year's benefits: Poisson claims of independent capped heads ----

STEP, CELLS = 20.0, 1 << 15  # euro; together far more than any year's sum
MANY, FUTURES = 12, 3000
# share, median, 90th percentile, maximum
HARMS = {
    "care": (0.6, 1500, 5000, 4000),
    "work": (0.3, 6000, 20_000, 15_000),
    "pain": (0.9, 800, 1500, 1200),
}


@lru_cache(maxsize=2)
def yearly_sums(cap: float | None) -> Any:
    """What the fund pays in each year of each future, all at once, in euro."""
    sets: dict[str, Any] = {
        "caseload__level": MANY, "time__runoff_years": 0, "fund__amount__basis": "heads",
        **{f"fund__amount__heads__{name}": head(share=s, median=m, p90=p, cap=c) for name, (s, m, p, c) in HARMS.items()},
    }  # fmt: skip
    sets |= {"fund__amount__cap": cap} if cap is not None else {}
    paid = future_of(FUTURES, **sets).ledger.benefits
    return paid.reshape(FUTURES, YEARS, 12).sum(axis=2).ravel() / 100


def moment(power: int, median: float, p90: float, cap: float) -> float:
    """E min(X, cap)^power of a lognormal, by numerical integration over its normal."""
    sigma = math.log(p90 / median) / Z90

    def at(z: float) -> float:
        return min(median * math.exp(sigma * z), cap) ** power * float(stats.norm.pdf(z))

    edge = math.log(cap / median) / sigma
    return float(integrate.quad(at, -12, edge)[0] + integrate.quad(at, edge, 12)[0])


def of_year(cap: float | None) -> Any:
    """Chance of each sum of a year on the lattice: heads are added by Fourier transform, then a Poisson number of claims."""
    claim = np.ones(CELLS // 2 + 1, dtype=complex)
    edges = (np.arange(CELLS + 1) - 0.5) * STEP
    for share, median, p90, most in HARMS.values():
        below = stats.lognorm.cdf(edges, math.log(p90 / median) / Z90, scale=median)
        mass = share * np.diff(np.where(edges >= most, 1.0, below))
        mass[0] += 1 - share
        claim *= np.fft.rfft(mass)
    if cap is not None:
        one = np.fft.irfft(claim, CELLS)
        last = round(cap / STEP)
        one[last], one[last + 1 :] = one[last:].sum(), 0
        claim = np.fft.rfft(one)
    return np.maximum(np.fft.irfft(np.exp(MANY * (claim - 1)), CELLS), 0.0)


def test_a_year_s_benefits_have_the_mean_and_variance_of_a_compound_poisson_sum_of_heads() -> None:
    """λ·E X and λ·E X², E X² with twice the products of the means of two heads; by numerical integration."""
    paid = yearly_sums(None)
    means = [s * moment(1, m, p, c) for s, m, p, c in HARMS.values()]
    squares = [s * moment(2, m, p, c) for s, m, p, c in HARMS.values()]
    mean = sum(means)
    square = sum(squares) + mean**2 - sum(x * x for x in means)
    assert abs(z_of_mean(paid, MANY * mean)) < MOST_Z
    assert abs(z_of_variance(paid, MANY * square)) < MOST_Z
    # the lattice says the same
    mass, sums = of_year(None), np.arange(CELLS) * STEP
    assert mass @ sums == pytest.approx(MANY * mean, rel=1e-4)
    assert mass @ sums**2 - (mass @ sums) ** 2 == pytest.approx(MANY * square, rel=1e-4)


@pytest.mark.parametrize("cap", [None, 8000.0])
def test_a_year_s_benefits_have_the_distribution_of_the_lattice(cap: float | None) -> None:
    """With and without a maximum of a victim: mean, variance, and the shares below four of its quantiles."""
    paid, mass = yearly_sums(cap), of_year(cap)
    sums, below = np.arange(CELLS) * STEP, np.cumsum(mass)
    mean = float(mass @ sums)
    assert abs(z_of_mean(paid, mean)) < MOST_Z
    assert abs(z_of_variance(paid, float(mass @ sums**2) - mean**2)) < MOST_Z
    for p in (0.1, 0.5, 0.9, 0.99):
        place = int(np.searchsorted(below, p))
        hits = int((paid < sums[place] + STEP / 2).sum())
        slack = float(mass[place])  # a cell's chance
        z = z_of_share(hits, paid.size, float(below[place]))
        assert abs(z) < MOST_Z + slack * math.sqrt(paid.size / (p * (1 - p)))
