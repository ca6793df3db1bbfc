"""A key or a name that is gone answers with what replaced it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fundsim.report.request import Request
from fundsim.report.scenario.explain import print_explanation
from fundsim.scenario import files
from fundsim.scenario.compose import load
from fundsim.scenario.errors import InputError
from fundsim.scenario.retired import RETIRED, RETIRED_NAMES, retired_keys
from fundsim.scenario.schema import World


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, answer in {
        "caseload.volume": ("caseload.level", "renamed"),
        "fund.queue": ("fund.payment", "one table says how the fund pays"),
        "fund.staff.number": ("fund.decision.caseworkers", "moved"),
        "fund.luck": ("", "it moved nothing"),
        "income.gifts": ("income.donors", "renamed"),
        "income.*.frozen": ("income.*.in_force", "said twice"),
    }.items():
        monkeypatch.setitem(RETIRED, key, answer)
    for name, successor in {"grand_plan": "tariff+legal_aid", "yugoslavia": ""}.items():
        monkeypatch.setitem(RETIRED_NAMES, name, successor)


def refused(name: str, *sets: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(name, sets)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "key", "answer"),
    [
        ("caseload.volume=3", "caseload.volume", "renamed; use caseload.level"),
        ("caseload.volume.value=3", "caseload.volume", "renamed; use caseload.level"),
        ("fund.queue.order=oldest", "fund.queue", "one table says how the fund pays; use fund.payment"),
        ("fund.staff.number=3", "fund.staff.number", "moved; use fund.decision.caseworkers"),
        ("fund.luck=3", "fund.luck", "it moved nothing"),
        ("income.gifts.in_force=true", "income.gifts", "renamed; use income.donors"),
        ("income.budget.frozen=true", "income.budget.frozen", "said twice; use income.budget.in_force"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("gone")
def test_a_retired_key_on_the_command_line_is_answered(text: str, key: str, answer: str) -> None:
    assert refused("serbia", text) == [f"--set: {key}: no such key; it was retired: {answer}"]


@pytest.mark.usefixtures("gone")
def test_a_retired_key_in_a_file_is_answered_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    body = [
        'question = "?"', 'extends = "serbia"', "[fund.queue]", 'order = "oldest"', "length = 3",
        "[caseload]", "volume = 3", "[fund.staff]", "number = 3",
    ]  # fmt: skip
    path.write_text("\n".join(body), encoding="utf-8")
    told = "no such key; it was retired"
    assert sorted(refused(str(path))) == sorted([
        f"{path}:3: fund.queue: {told}: one table says how the fund pays; use fund.payment",
        f"{path}:7: caseload.volume: {told}: renamed; use caseload.level",
        f"{path}:9: fund.staff.number: {told}: moved; use fund.decision.caseworkers",
    ])  # fmt: skip


@pytest.mark.usefixtures("gone")
def test_a_reform_that_moves_a_retired_key_is_answered(tmp_path: Path) -> None:
    size = '{ value = 2, unit = "factor", source = "judgement" }'
    path = tmp_path / "my.toml"
    path.write_text(
        'question = "?"\nextends = "serbia"\n[reform.mine]\nlabel = "Mine"\nfrom_year = 2028\n'
        f'effects = [{{ on = "caseload.volume", by = "factor", size = {size} }}]\n',
        encoding="utf-8",
    )
    [told] = refused(str(path))
    assert told.endswith("no such number; it was retired: renamed; use caseload.level")


@pytest.mark.usefixtures("gone")
def test_explaining_a_retired_key_tells_what_replaced_it() -> None:
    with pytest.raises(
        InputError, match=r"no such key; it was retired: renamed; use caseload\.level"
    ):
        print_explanation(Request(("serbia",), replications=100, seed=1), "caseload.volume")


@pytest.mark.usefixtures("gone")
def test_retired_names_are_answered(tmp_path: Path) -> None:
    [told] = refused("serbia+grand_plan")
    rule = "no such policy, reform or stress; it was retired; use tariff+legal_aid"
    assert told == f"grand_plan: {rule}"
    assert refused("yugoslavia") == ["yugoslavia: no such country; it was retired"]
    path = tmp_path / "my.toml"
    path.write_text('question = "?"\nextends = "serbia+grand_plan"\n', encoding="utf-8")
    assert refused(str(path)) == [f"{path}:2: extends = grand_plan: {rule}"]
    [told] = refused("serbia+no_fund", "country.default_policy=grand_plan")
    assert told.endswith("no such policy; it was retired; use tariff+legal_aid")


@pytest.mark.usefixtures("gone")
def test_what_is_not_retired_is_told_as_before() -> None:
    assert refused("serbia", "caseload.levl=3")[0].endswith("no such key; did you mean 'level'?")
    assert "did you mean 'tariff'" in refused("serbia+tarrif")[0]
    assert retired_keys("caseload.level") == retired_keys("caseload") == []


# ---- The real tables ----


def keys_of(data: Any, path: str = "") -> set[str]:
    if not isinstance(data, dict):
        return set()
    here = {f"{path}.{name}".strip(".") for name in data}
    return here.union(*(keys_of(v, f"{path}.{k}".strip(".")) for k, v in data.items()))


def starred(key: str) -> str:
    first, *rest = key.split(".")
    named = first in ("income", "reform", "stress") and rest
    return ".".join([first, "*", *rest[1:]]) if named else key


def test_every_successor_is_a_key_and_no_retired_key_is() -> None:
    additions = [n for kind in files.KINDS[2:] for n in files.shipped(kind)]
    worlds = [load(f"serbia+no_fund+{name}").world for name in additions]
    keys = set().union(*(keys_of(world.model_dump()) for world in worlds))
    keys |= {starred(key) for key in keys}
    assert {"caseload", "fund.take_up.unassisted_rate", "income.*.in_force"} <= keys
    assert set(World.model_fields) <= keys
    for key, (successor, reason) in RETIRED.items():
        assert key not in keys, f"{key} is still a key"
        assert successor in keys | {""}, f"{key}: no key {successor}"
        assert successor.count("*") <= key.count("*"), key
        assert 0 < len(reason) <= 100, f"{key}: a reason in a few words"


def test_every_successor_of_a_name_is_shipped_and_no_retired_name_is() -> None:
    shipped = {name for kind in files.KINDS for name in files.shipped(kind)}
    for name, successor in RETIRED_NAMES.items():
        assert name not in shipped
        assert name == name.lower()
        assert set(filter(None, successor.split("+"))) <= shipped, name
