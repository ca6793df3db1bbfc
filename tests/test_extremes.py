"""A short form of `make hostile`: scenarios at the ends of what may be said, through every command and page."""

from __future__ import annotations

import random

import pytest

from tests.hostile import looked_at, outcomes, tried
from tests.hostile_cases import Case, case, extremes
from tests.hostile_commands import COMMANDS
from tests.hostile_texts import wrong_in_json, wrong_in_text

SEED = 17
SCENARIOS = 2 * (len(COMMANDS) - 1)  # `run` with each, every other command twice


@pytest.mark.slow
@pytest.mark.parametrize("number", range(SCENARIOS))
def test_what_is_extreme_is_right_or_refused(number: int) -> None:
    """`python -m tests.hostile --seed 17 --only NUMBER` repeats one of them."""
    bad = [
        f"{o.command}\n{o.wrong}" for o in outcomes(case(SEED, number), number, most=1) if o.wrong
    ]
    assert not bad, "\n\n".join(bad)


def test_every_key_has_its_ends() -> None:
    """What a key may be comes from the schema: a new key stands among them without being named here."""
    ends = extremes()
    assert {"0", "1"} <= set(ends["fund.take_up.unassisted_rate"])
    assert {"1", "60"} <= set(ends["time.horizon_years"])
    assert ends["fund.payment.when_short"] == (
        "queue", "pro_rata", "treasury_advance", "supplement",
    )  # fmt: skip
    assert all(len(set(texts)) > 1 for texts in ends.values())


@pytest.mark.parametrize(
    ("text", "told"),
    [("costs € nan", "word"), ("in inf futures", "word"), ("None", "word"), ("they wait 0 months for it", "wait"),
     ("−€ 0.00 ± € 1", "zero"), ("-0 %", "zero"), ("costs −€ 300", "negative")],
)  # fmt: skip
def test_what_is_wrong_in_a_text_is_found(text: str, told: str) -> None:
    assert any(told in found for found in wrong_in_text(text, nobody=True, changes=False))


def test_what_is_right_in_a_text_is_left_alone() -> None:
    text = "None of nine was paid; information; 10 months; 2.0 months; € 0; 5–0; a−b; −€ 300 ± € 20"
    assert list(wrong_in_text(text, nobody=True, changes=True)) == []
    assert list(wrong_in_json('{"a": null, "b": -0.0, "c": [1.5]}', nobody=True)) == []
    assert list(wrong_in_json('{"a": NaN}', nobody=True)) != []


def test_a_fault_is_found_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that cannot fail is none."""
    one = Case("montenegro+tariff", ("time.horizon_years=2", "time.runoff_years=1", "fund.take_up.unassisted_rate=0", "fund.take_up.assisted_share=0"), 3, 1)  # fmt: skip
    assert not tried(one, "stress", random.Random(1)).wrong
    monkeypatch.setattr("fundsim.report.stress.tell._of_claims", lambda share: f"{share.value:.0f}")
    assert "nan" in tried(one, "stress", random.Random(1)).wrong
    monkeypatch.setitem(COMMANDS, "run", lambda *_: ["run", "montenegro", "-n", "1", "--set", "a"])
    assert tried(one, "run", random.Random(1)).refused
    assert not looked_at(one, "answer").wrong
