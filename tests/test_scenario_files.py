"""Every shipped scenario file is valid, sourced and published, and files compose in one way only."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fundsim.scenario import files
from fundsim.scenario.compose import Scenario, load
from fundsim.scenario.errors import InputError
from fundsim.scenario.published import country_template, json_schema
from fundsim.scenario.schema import assumptions

BASES = tuple(files.shipped("base"))
ADDITIONS = tuple(name for kind in files.KINDS[1:] for name in files.shipped(kind))
PATHS = [path for kind in files.KINDS for path in files.shipped(kind).values()]


@pytest.fixture
def own(tmp_path: Path) -> Any:
    """Write an own file and return its path as text."""

    def write(body: str, name: str = "my.toml", extends: str = '"serbia+tariff"') -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'question = "What if?"\nextends = {extends}\n{body}', encoding="utf-8")
        return str(path)

    return write


def line_of(path: Path, text: str, after: str = "") -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next((i for i, line in enumerate(lines) if after and line.startswith(after)), 0)
    return next(i for i, line in enumerate(lines, 1) if i > start and line.startswith(text))


# ---- The shipped files ----


def test_there_are_six_countries() -> None:
    assert set(BASES) == {
        "albania", "bosnia_and_herzegovina", "kosovo", "montenegro", "north_macedonia", "serbia"
    }  # fmt: skip


@pytest.mark.parametrize("base", BASES)
def test_every_country_resolves_alone_and_with_its_default_policy(base: str) -> None:
    alone = load(base)
    named = load(f"{base}+{alone.world.country.default_policy}")
    assert alone.world == named.world
    assert alone.name == named.name


@pytest.mark.parametrize("addition", ADDITIONS)
def test_every_policy_reform_and_stress_adds_to_every_country(addition: str) -> None:
    for base in BASES:
        assert addition in load(f"{base}+{addition}").name.split("+")


def test_names_are_unique_across_kinds() -> None:
    names = [*BASES, *ADDITIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_file_opens_with_one_question(path: Path) -> None:
    question = files.read(path).data["question"]
    assert question.endswith("?")
    assert "\n" not in question


def test_every_source_says_what_it_is_and_what_was_read_of_it() -> None:
    for name, entry in files.sources().items():
        assert set(entry) == {"title", "publisher", "year", "address", "read"}, name
        assert all(entry[key] for key in ("title", "publisher", "read")), name
        assert isinstance(entry["year"], int), name
        assert entry["address"] == "" or entry["address"].startswith("http"), name


def cited(data: Any) -> set[str]:
    if isinstance(data, dict):
        found = {data["source"]} if isinstance(data.get("source"), str) else set()
        return found.union(*map(cited, data.values()))
    return set().union(*map(cited, data)) if isinstance(data, list) else set()


def test_every_source_cited_exists_and_every_source_is_cited_or_a_comparison() -> None:
    used = set().union(*(cited(files.read(path).data) for path in PATHS)) - {"judgement", ""}
    assert used <= set(files.sources())


@pytest.mark.parametrize("base", BASES)
def test_every_uncertain_number_of_a_country_has_a_source_and_a_note(base: str) -> None:
    world = load(f"{base}+no_fund").world
    for key, a, quantity in assumptions(world):
        if a.uncertain:
            assert a.source, key
            assert a.note, key
        if not quantity.lever:
            assert a.source, key
            assert a.unit == quantity.unit, key
    assert world.caseload.forms.source


def test_kosovo_has_its_asterisk_and_footnote_wherever_it_is_named() -> None:
    country = load("kosovo").world.country
    assert country.name == "Kosovo*"
    assert "without prejudice to positions on status" in country.footnote
    assert "1244" in country.footnote
    for path in [*PATHS, files.folder() / "sources.toml"]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("title", "footnote")) or "Kosovo declaration" in line:
                continue  # titles of others and the footnote are quoted as they are
            assert not re.search(r"Kosovo(?!\*|_)\b", line), f"{path.name}: {line[:90]}"


def test_legal_aid_by_the_state_and_by_the_fund_exclude_each_other() -> None:
    """Together the same lawyers would help every victim twice."""
    with pytest.raises(
        InputError, match="legal_aid_by_fund: also set in scenarios/reform/legal_aid"
    ):
        load("serbia+tariff+legal_aid+legal_aid_by_fund")
    with_switch = load("serbia+tariff+legal_aid", ["fund.costs.legal_aid_by_fund=true"])
    assert with_switch.world.fund.costs.legal_aid_by_fund  # a switch may still be set by hand


def test_every_reform_says_for_whom_it_is_recommended_and_what_it_costs() -> None:
    codes = {load(f"{base}+no_fund").world.country.code for base in BASES}
    for name in files.shipped("reform"):
        world = load(f"serbia+{name}").world
        change = world.reform[name]
        assert change.recommended_for, name
        assert set(change.recommended_for) <= codes, name
        assert change.cost_once or change.cost_a_year, name
        plain = load("serbia").world.model_dump(exclude={"reform"})
        switched = world.model_dump(exclude={"reform"}) != plain
        assert change.effects or switched, f"{name} changes nothing"


def test_every_stress_changes_something() -> None:
    for name in files.shipped("stress"):
        assert load(f"serbia+{name}").world.stress[name].effects, name


# ---- What is published for editors ----


def test_the_stored_json_schema_is_the_one_of_the_code() -> None:
    stored = (files.folder() / "scenario.schema.json").read_text(encoding="utf-8")
    assert stored == json_schema()


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_json_schema_accepts_every_shipped_file(
    path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    found = [e.message for e in validator.iter_errors(tomllib.loads(path.read_text("utf-8")))]
    assert found == []


def test_the_json_schema_refuses_an_unknown_key(
    validator: jsonschema.Draft202012Validator,
) -> None:
    assert not validator.is_valid({"question": "?", "caseload": {"levl": 3}})
    assert not validator.is_valid({"question": "?", "fund": {"entry_point": "identifed"}})


@pytest.mark.parametrize("name", ["Utopia", 'Côte "d\'Or" \\ x', "A" * 60])
def test_a_new_country_file_is_complete_and_passes_check(name: str, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text(country_template(name), encoding="utf-8")
    scenario = load(str(path))
    assert scenario.world.country.name == name
    assert scenario.world.country.code == "ZZ"
    uncertain = [a for _, a, _ in assumptions(scenario.world) if a.uncertain]
    assert len(uncertain) > 50
    assert {a.source for a in uncertain} == {"judgement"}


def test_a_new_country_file_is_accepted_by_the_json_schema(
    tmp_path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    path = tmp_path / "new.toml"
    path.write_text(country_template("Utopia"), encoding="utf-8")
    assert [e.message for e in validator.iter_errors(tomllib.loads(path.read_text("utf-8")))] == []


def test_no_new_file_is_written_for_kosovo_without_its_footnote() -> None:
    with pytest.raises(InputError, match=r"is shipped, as Kosovo\*"):
        country_template("Kosovo")


# ---- Composing ----


def test_the_order_of_names_does_not_matter() -> None:
    one = load("serbia+tariff+legal_aid+informing+mass_case")
    other = load("serbia+mass_case+informing+legal_aid+tariff")
    assert one.world == other.world
    assert one.hash == other.hash
    assert one.name == other.name == "serbia+tariff+informing+legal_aid+mass_case"
    assert one.origins == other.origins
    assert one.questions == other.questions


def test_the_hash_is_twelve_hex_digits_and_stays() -> None:
    assert re.fullmatch("[0-9a-f]{12}", load("serbia").hash)
    assert load("serbia").hash == load("serbia").hash
    assert len({load(base).hash for base in BASES}) == len(BASES)


LEVEL = '{{ value = {}, low = 45, high = 85, unit = "persons a year", source = "{}", note = "{}" }}'


def test_the_hash_changes_with_a_number_and_not_with_a_text(own: Any) -> None:
    def hashed(value: float, source: str, note: str, label: str) -> str:
        body = f"[caseload]\nlevel = {LEVEL.format(value, source, note)}\n"
        body += f'[income.budget]\nlabel = "{label}"\n'
        return load(own(body)).hash

    plain = hashed(64, "judgement", "", "Line")
    assert hashed(64, "judgement", "why", "Line") == plain
    assert hashed(64, sorted(files.sources())[0], "", "Line") == plain
    assert hashed(64, "judgement", "", "Another line") == plain
    assert hashed(64.01, "judgement", "", "Line") != plain


def test_the_hash_counts_an_income_that_is_called_note(own: Any) -> None:
    """Texts called note are silent; a table of that name is not a text."""

    def hashed(amount: int) -> str:
        gift = f"""[income.note]
kind = "grant"
label = "x"
amount = {{ value = {amount}, unit = "EUR a year", source = "judgement" }}
renewal_rate = {{ value = 1, unit = "share", source = "judgement" }}
regained_rate = {{ value = 1, unit = "share", source = "judgement" }}
"""
        return load(own(gift)).hash

    assert hashed(1) != hashed(2)


def test_a_base_alone_uses_its_default_policy_and_says_so() -> None:
    scenario = load("serbia")
    assert scenario.name == "serbia+tariff"
    assert [str(note) for note in scenario.notes] == [
        "no policy was named; tariff, the default of scenarios/base/serbia.toml, is used",
    ]


@pytest.mark.parametrize("name", ["serbia+no_fund", "serbia+tariff"])
def test_a_named_policy_is_used_without_a_note(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert scenario.notes == ()


def test_no_fund_means_no_entry_point() -> None:
    assert not load("serbia+no_fund").world.has_fund


def test_two_policies_that_disagree_are_refused_and_both_are_named() -> None:
    with pytest.raises(InputError) as caught:
        load("serbia+tariff+full_judgment")
    message = str(caught.value)
    assert "scenarios/policy/tariff.toml:" in message
    assert "scenarios/policy/full_judgment.toml" in message
    assert "fund.entry_point" in message
    assert "fund.amount.basis" in message


# ---- --set ----


def test_setting_an_assumption_fixes_it() -> None:
    a = load("serbia", ["caseload.level=70!"]).world.caseload.level
    assert (a.value, a.low, a.high, a.source) == (70, None, None, "judgement")
    assert not a.uncertain


def test_setting_only_the_value_keeps_the_range() -> None:
    before = load("serbia").world.caseload.level
    a = load("serbia", ["caseload.level.value=130"]).world.caseload.level
    assert (a.value, a.low, a.high, a.unit) == (130, before.low, before.high, before.unit)


def test_setting_a_source_drops_the_grade_of_the_old_one() -> None:
    a = load("serbia", ['caseload.trend.source="judgement"']).world.caseload.trend
    assert a.graded == "judgement"


def test_setting_a_whole_assumption_replaces_it() -> None:
    text = 'caseload.level={value=1, low=0.5, high=2, unit="persons a year", source="judgement"}'
    a = load("serbia", [text]).world.caseload.level
    assert (a.value, a.low, a.high, a.note) == (1, 0.5, 2, "")


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("fund.entry_point=judgment", "fund.entry_point", "judgment"),
        ('fund.entry_point="judgment"', "fund.entry_point", "judgment"),
        (" fund.decision.posts = 3 ", "fund.decision.posts.value", 3),
        ("fund.payment.trust_until_18=true", "fund.payment.trust_until_18", True),
        ('fund.eligible.forms=["labour"]', "fund.eligible.forms", ("labour",)),
        ("income.budget.amount=1_000", "income.budget.amount.value", 1000),
        ("fund.amount.cap=30", "fund.amount.cap.value", 30),
    ],
)
def test_setting_reads_the_value_as_toml(text: str, path: str, expected: object) -> None:
    value: Any = load("serbia", [text]).world
    for part in path.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    assert value == expected


def test_setting_changes_the_hash_and_is_remembered() -> None:
    scenario = load("serbia", ["caseload.level=70"])
    assert scenario.hash != load("serbia").hash
    assert scenario.sets == ("caseload.level=70",)


# ---- Where values come from ----


def test_origins_give_file_and_line() -> None:
    scenario = load("serbia+tariff+legal_aid", ["fund.decision.posts=3"])

    def place(key: str) -> str:
        return str(scenario.origin(key))

    base = files.shipped("base")["serbia"]
    policy = files.shipped("policy")["tariff"]
    reform = files.shipped("reform")["legal_aid"]
    level = line_of(base, "level =", after="[caseload]")
    assert place("caseload.level") == f"scenarios/base/serbia.toml:{level}"
    entry = line_of(policy, "entry_point")
    assert place("fund.entry_point") == f"scenarios/policy/tariff.toml:{entry}"
    ramp = line_of(reform, "ramp_years")
    assert place("reform.legal_aid.ramp_years") == f"scenarios/reform/legal_aid.toml:{ramp}"
    assert place("fund.decision.posts") == "--set"


def test_a_default_has_no_origin_of_its_own() -> None:
    origin = load("serbia").origin("fund.interim.after_months")
    assert origin is not None  # the table's
    assert "fund.interim.after_months" not in load("serbia").origins
    assert load("serbia").origin("nothing.at_all") is None


@pytest.mark.parametrize("base", BASES)
def test_every_origin_of_a_shipped_number_points_at_the_line_that_holds_it(base: str) -> None:
    scenario = load(f"{base}+no_fund")
    lines = files.shipped("base")[base].read_text(encoding="utf-8").splitlines()
    for key, origin in scenario.origins.items():
        table = any(other.startswith(f"{key}.") for other in scenario.origins)
        listed = key.startswith(("correlations", "country.legal_basis"))  # lists of tables
        if origin.file.startswith("scenarios/base/") and not table and not listed:
            assert origin.line is not None, key
            assert key.rpartition(".")[2] in lines[origin.line - 1], key


# ---- Own files ----


def check_seven(scenario: Scenario) -> None:
    assert scenario.world.fund.decision.posts.value == 7
    assert scenario.world.fund.amount.basis == "tariff"


@pytest.mark.parametrize(
    "extends", ['"serbia+tariff"', '"serbia"', '["serbia", "tariff"]', '["serbia+tariff"]']
)
def test_an_own_file_extends_names_in_a_text_or_a_list(own: Any, extends: str) -> None:
    path = own("[fund.decision]\nposts = 7\n", extends=extends)
    scenario = load(path)
    check_seven(scenario)
    assert scenario.name == "serbia+tariff+my"
    assert scenario.questions[-1] == "What if?"
    assert str(scenario.origin("fund.decision.posts")) == f"{path}:4"


def test_an_own_file_extends_another_by_a_relative_path_and_overrides_it(own: Any) -> None:
    own("[fund.decision]\nposts = 3\nspread = 'exponential'\n", name="mine/below/first.toml")
    path = own("[fund.decision]\nposts = 7\n", "mine/second.toml", '"below/first.toml"')
    scenario = load(path)
    check_seven(scenario)
    assert scenario.world.fund.decision.spread == "exponential"
    assert scenario.name == "serbia+tariff+first+second"


def test_an_own_file_is_joined_to_shipped_names(own: Any) -> None:
    path = own("[fund.decision]\nposts = 7\n", extends="[]")
    check_seven(load(f"serbia+tariff+{path}"))
    check_seven(load(f"serbia+{path}+tariff"))


def test_an_own_file_may_set_what_its_policy_sets(own: Any) -> None:
    path = own("[fund.amount]\nbasis = 'fixed'\n")
    assert load(path).world.fund.amount.basis == "fixed"


def test_an_own_file_may_cite_its_own_source(own: Any) -> None:
    body = f"""[caseload]
level = {LEVEL.format(64, "mine", "")}
[sources.mine]
title = "A count"
publisher = "Us"
year = 2026
address = ""
read = "All of it."
"""
    scenario = load(own(body))
    assert scenario.sources["mine"]["title"] == "A count"


def test_loading_twice_does_not_leak_from_one_scenario_to_another(own: Any) -> None:
    plain = load("serbia").hash
    load("serbia", ["caseload.level.value=130", "fund.amount.tariff.adult.sexual=1"])
    load(own("[caseload]\ntrend_years = 3\n"))
    assert load("serbia").hash == plain


@pytest.mark.parametrize("policy", sorted(files.shipped("policy")))
def test_a_country_given_by_path_lies_below_its_policy(policy: str, tmp_path: Path) -> None:
    """By name or by path, and also as `fundsim new` writes it, the policy has the last word."""
    shipped = load(f"serbia+{policy}")
    path = tmp_path / "mycountry.toml"
    path.write_text(files.shipped("base")["serbia"].read_text(encoding="utf-8"), encoding="utf-8")
    assert load(f"{path}+{policy}").hash == shipped.hash
    assert load(str(path)).hash == load("serbia").hash
    path.write_text(country_template("Serbia"), encoding="utf-8")
    ours, theirs = load(f"{path}+{policy}").world, shipped.world
    numbers = [
        {
            k: (a.value, a.low, a.high)
            for k, a, _ in assumptions(w.model_copy(update={"country": theirs.country}))
        }
        for w in (ours, theirs)
    ]
    assert numbers[0] == numbers[1]
    assert ours.fund.entry_point == theirs.fund.entry_point
    assert ours.fund.amount.basis == theirs.fund.amount.basis


def test_what_is_set_of_a_number_is_judgement_and_not_its_source_s() -> None:
    """A number of one's own must not stand under the name of a newspaper."""
    sets = [f"caseload.level.{part}={x}" for part, x in (("value", 80), ("low", 60), ("high", 100))]
    level = load("serbia", sets).world.caseload.level
    assert (level.value, level.low, level.high) == (80, 60, 100)
    assert (level.source, level.graded) == ("judgement", "judgement")
    kept = load("serbia", ['caseload.level.note="as published"']).world.caseload.level
    assert kept.source == load("serbia").world.caseload.level.source
