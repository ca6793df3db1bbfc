"""Each rule broken once: the message names file, line and key, and nothing else ever escapes."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from cProfile import Profile
from pathlib import Path
from pstats import Stats
from typing import Any

import pytest

from fundsim import cli
from fundsim.batch.plan_file import read_plan
from fundsim.scenario import files
from fundsim.scenario.compose import Scenario, load, load_all
from fundsim.scenario.errors import InputError, Problem, nearest

JUDGED = 'source = "judgement"'
PERSONS = f'unit = "persons a year", {JUDGED}'
SHARE = f'unit = "share", {JUDGED}'
FIRST = 3  # the line after question and extends


def refused(name: str, *sets: str) -> str:
    """The message of a refusal, which takes little work, in lines of bearable length, without traps."""
    started = time.thread_time()
    with pytest.raises(InputError) as caught:
        load(name, sets)
    assert time.thread_time() - started < 2
    return bearable(str(caught.value))


def bearable(message: str) -> str:
    lines = message.splitlines()
    assert lines
    assert len(lines) <= 21
    for line in lines:
        assert len(line) <= 420, line
        assert line.isprintable(), repr(line)
        assert "Traceback" not in line
    return message


class Own:
    """Writes an own file and reads why it is refused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, body: str | bytes, head: str | None = None, name: str = "my.toml") -> str:
        path = self.folder / name
        if head is None:
            head = 'question = "What if?"\nextends = "serbia+tariff"\n'
        path.write_bytes(body if isinstance(body, bytes) else (head + body).encode())
        return str(path)

    def refused(self, body: str | bytes, head: str | None = None) -> str:
        path = self.write(body, head)
        return refused(path).replace(path, "my.toml")


@pytest.fixture
def own(tmp_path: Path) -> Own:
    return Own(tmp_path)


# ---- Names ----


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sebia", "sebia: no such country; .* did you mean 'serbia'"),
        ("serbia+tarrif", "tarrif: no such policy, reform or stress; .* did you mean 'tariff'"),
        ("", r"\(empty name\): no such country"),
        ("serbia+", r"\(empty name\): no such policy"),
        ("tariff", r"tariff: tariff is a policy; begin with a country, e.g. serbia\+tariff"),
        ("legal_aid+serbia", "legal_aid is a reform; begin with a country"),
        ("serbia+albania", r"serbia\+albania: has 2 countries; a scenario has one"),
        ("serbia+tariff+tariff", "scenarios/policy/tariff.toml is named twice"),
        ("nope.toml", "nope.toml: no such file"),
        ("serbia+nope.toml", "nope.toml: no such file"),
        ("/dev/zero", "/dev/zero: must be a file"),
        ("/tmp", "/tmp: must be a file"),
        ("a\0b.toml", r"is not the name of a file"),
        ("serbia+\x1b[31mred", r"^\\x1b\[31mred: no such"),
        ("serbia+\u202egnp", r"^\\u202egnp: no such"),
        ("\ud800.toml", "no such file|not the name of a file|cannot be read"),
        ("x" * 5000, "x…x+: no such country"),
        ("x" * 5000 + ".toml", r"x…x+\.toml: cannot be read"),
    ],
)
def test_a_name_that_is_no_scenario_is_refused(name: str, message: str) -> None:
    assert re.search(message, refused(name))


def test_the_problems_of_all_scenarios_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        load_all(["serbia", "nope", "sebia"])
    assert str(caught.value).count("no such country") == 2


# ---- --set ----


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "--set: x: must be key=value"),
        ("=1", "--set: =1: must be key=value"),
        ("caseload.level=", "--set: caseload.level=: must be key=value"),
        ("caseload..level=1", "must be key=value"),
        (".=1", "must be key=value"),
        ("caseload.levl=3", "--set: caseload.levl: no such key; did you mean 'level'"),
        ("caseload.level=abc", "--set: caseload.level.value = abc: must be a number"),
        ("caseload.level=true", "caseload.level.value = true: must be a number"),
        ('caseload.level="2%"', 'write 0.02, not "2%"'),
        ("caseload.level=[1, 2]", "caseload.level.value: must be a number"),
        ("caseload.level=1979-05-27", "caseload.level.value: must be a number"),
        ("caseload.level=1 2", "--set: caseload.level = 1 2: cannot be read"),
        ("caseload.level=3\nfund.x=1", "cannot be read"),
        ("caseload.level=-3", "--set: caseload.level: -3 must be between 0 and"),
        ("caseload.child_rate=1.2", "caseload.child_rate: 1.2 must be a share between 0 and 1"),
        ("caseload.child_rate=nan", "caseload.child_rate.value = nan: must be finite"),
        ("caseload.level=inf", "caseload.level.value = inf: must be finite"),
        ("caseload.level=1e400", "must be finite"),
        ("caseload.level=1e9", "must be between 0 and 1e\\+06"),
        ("caseload.level=1e6", "cases in one future"),
        ("caseload.level.value=100", r"--set: caseload.level: low \(125\), value \(100\)"),
        ('caseload.level.unit="x"', '--set: caseload.level: unit is "x"; must be "persons a year"'),
        ("caseload.level.value.x=1", "--set: caseload.level.value: must be a number"),
        ("caseload=3", "--set: caseload = 3: must be a table"),
        ("fund.decision.sessions_a_year=1.5", "must be a whole number"),
        ("fund.decision.sessions_a_year=true", "must be a whole number"),
        ("fund.entry_point=judgement", "did you mean 'judgment'"),
        ("fund.payment.trust_until_18=1", "must be true or false"),
        ("country.name=3", "must be a text in quotes"),
        ("income.budget=3", "--set: income.budget = 3: must be a table"),
        ("income.budget.kind=gift", "--set: income.budget: kind must be one of budget_line"),
        ("income.bucket.amount=3", "--set: income.bucket: kind is missing"),
        ("fund.eligible.forms=[]", "must name at least one form"),
        ("question=3", "--set: question: cannot be set"),
        ('extends="x"', "--set: extends: cannot be set"),
        ("sources.a=1", "--set: sources.a: cannot be set"),
        ('country.name="\\u001b[31m"', "control or direction character"),
        ("caseload.level=1" + "0" * 5000, "is too long"),
        ("a." * 990 + "a=1", "is too long"),
        ("caseload.level=" + "[" * 900 + "]" * 900, "cannot be read"),
        ('country.code="XK"', r"country.name = Serbia: is written Kosovo\*, with a footnote"),
        ('country.name="Kosovo"', r"--set: country.name = Kosovo: is written Kosovo\*"),
        ('country.name="Kosovo*"', r"is written Kosovo\*, with a footnote"),
        (
            "time.price_year=2080",
            "time.price_year = 2080: must not be after the last year of the run-off",
        ),
        ("time.horizon_years=0", "must be at least 1"),
        ("time.horizon_years=61", "must be at most 60"),
        ("caseload.trend=0.9", ""),
    ],
)
def test_a_setting_that_breaks_a_rule_is_refused(text: str, message: str) -> None:
    more = ["caseload.trend_years=60"] if text == "caseload.trend=0.9" else []
    assert re.search(message, refused("serbia+tariff", text, *more))


def test_a_key_set_twice_is_refused() -> None:
    message = refused("serbia", "caseload.level=3", "caseload.level=4", "caseload.levl=")
    assert message.splitlines() == [
        "--set: caseload.level: is set twice",
        "--set: caseload.levl=: must be key=value",
    ]


# ---- One number ----


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (f"{{ value = 70, low = 80, high = 90, {PERSONS} }}", "low (80), value (70) and high (90)"),
        (f"{{ value = 70, low = 60, {PERSONS} }}", "low and high come together"),
        (f"{{ value = 70, high = 90, {PERSONS} }}", "low and high come together"),
        (f"{{ value = 70, low = 90, high = 60, {PERSONS} }}", "must rise"),
        (f"{{ value = nan, {PERSONS} }}", ".value = nan: must be finite"),
        (f"{{ value = 1, low = -inf, high = 2, {PERSONS} }}", ".low = -inf: must be finite"),
        (f"{{ value = -1, {PERSONS} }}", "-1 must be between 0 and"),
        (f'{{ value = "70", {PERSONS} }}', "write it without quotes"),
        (f"{{ value = true, {PERSONS} }}", ".value = true: must be a number"),
        (f"{{ value = [70], {PERSONS} }}", ".value: must be a number"),
        (f"{{ valu = 70, {PERSONS} }}", "no such key; did you mean 'value'?"),
        (f"{{ {PERSONS} }}", ".value: missing"),
        (f'{{ value = 70, unit = "persons", {JUDGED} }}', 'unit is "persons"; must be "persons'),
        ('{ value = 70, unit = "persons a year" }', "needs unit = "),
        ("70", "needs unit = "),
        ('{ value = 70, unit = "persons a year", source = "rs_nope" }', "no such source"),
        (f'{{ value = 70, grade = "sure", {PERSONS} }}', "must be one of data, partly, judgement"),
        (f'{{ value = 70, grade = "data", {PERSONS} }}', 'source "judgement" is grade judgement'),
        (f'{{ value = 70, shape = "betta", {PERSONS} }}', "did you mean 'beta'?"),
        (f'{{ value = 5, low = 0, high = 9, shape = "gamma", {PERSONS} }}', "needs low above 0"),
        (f'{{ value = 5, low = 0, high = 9, shape = "lognormal", {PERSONS} }}', "low above 0"),
        (f'{{ value = 5, low = 4, high = 9, shape = "normal", {PERSONS} }}', "needs a value mid"),
        (f"{{ value = 5, values = [1], probabilities = [1], {PERSONS} }}", "belong to shape disc"),
        ("1979-05-27", "must be a number or a table"),
        ("[1]", "must be a number or a table"),
        ('"2%"', 'must be a number; write 0.02, not "2%"'),
        ("true", "must be a number or a table"),
    ],
)
def test_a_number_that_breaks_a_rule_is_refused(own: Own, value: str, message: str) -> None:
    found = own.refused(f"[caseload]\nlevel = {value}\n")
    assert found.startswith("my.toml:4: caseload.level")
    assert message in found


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ('low = 0, high = 0.6, shape = "beta"', "beta needs low and high between 0 and 1"),
        ('low = 0.5, high = 0.500000000001, shape = "pert"', "no distribution of this shape"),
        ('shape = "discrete"', "needs as many probabilities as values"),
        ('shape = "discrete", values = [0.1], probabilities = [0.5, 0.5]', "as many"),
        ('shape = "discrete", values = [0.1, 0.5], probabilities = [0.5, 0.6]', "sum to 1"),
        ('shape = "discrete", values = [0.1, 0.5], probabilities = [-0.5, 1.5]', "sum to 1"),
        ('shape = "discrete", values = [0.1, 1.5], probabilities = [0.5, 0.5]', "1.5 must be"),
        ('shape = "discrete", values = ["x"], probabilities = [1]', "values[0] = x: must be a num"),
        ('shape = "discrete", values = 0.1, probabilities = 1', "must be a list"),
    ],
)
def test_a_shape_that_cannot_be_drawn_is_refused(own: Own, rest: str, message: str) -> None:
    found = own.refused(f"[caseload]\nchild_rate = {{ value = 0.5, {rest}, {SHARE} }}\n")
    assert found.startswith("my.toml:4: caseload.child_rate")
    assert message in found


def test_shares_of_forms_sum_to_one(own: Own) -> None:
    shares = "sexual = 0.5\nlabour = 0.1\nbegging = 0.1\ncriminality = 0.1\nother = 0.1\n"
    text = f'[caseload.forms]\n{shares}unit = "share"\n{JUDGED}\n'
    assert own.refused(text) == "my.toml:3: caseload.forms: shares sum to 0.9; must sum to 1"


def test_forms_replace_as_a_whole_so_that_a_missing_one_is_told(own: Own) -> None:
    found = own.refused(f'[caseload.forms]\nsexual = 0.5\nunit = "share"\n{JUDGED}\n')
    assert re.findall(r"forms\.(\w+): missing", found) == [
        "labour", "begging", "criminality", "other"
    ]  # fmt: skip


# ---- Between keys ----


def test_all_problems_of_a_file_are_told_at_once(own: Own) -> None:
    found = own.refused(
        f"[caseload]\nlevl = 3\nlevel = {{ value = -1, {PERSONS} }}\nchild_rate = {{ value = 2, "
        f'{SHARE} }}\n[fund]\nentry_point = "identifed"\n[fund.decision]\nposts = 0\n'
    )
    assert re.findall(r"^my\.toml:(\d+): ([\w.]+)", found, re.MULTILINE) == [
        ("5", "caseload.level"),
        ("6", "caseload.child_rate"),
        ("4", "caseload.levl"),
        ("8", "fund.entry_point"),
        ("10", "fund.decision.posts"),
    ]


def test_rules_between_keys_are_told_at_once(own: Own) -> None:
    found = own.refused(
        '[fund.amount]\nbasis = "judgment"\nfloor = 5\ncap = 4\n[time]\nprice_year = 2090\n'
        '[fund.eligible]\nforms = []\n[country]\ndefault_policy = "tarif"\n'
    )
    lines = found.splitlines()
    assert "my.toml:4: fund.amount.basis = judgment: a share of the judgment needs" in lines[0]
    assert lines[1] == "my.toml:5: fund.amount.floor = 5: must not be above the cap"
    assert lines[2].startswith("my.toml:8: time.price_year = 2090: must not be after the last year")
    assert lines[3] == "my.toml:10: fund.eligible.forms = []: must name at least one form"
    assert lines[4].startswith("my.toml:12: country.default_policy = tarif: no such policy; tariff")


def test_at_most_twenty_problems_are_shown(own: Own) -> None:
    found = own.refused("\n".join(f"a{i} = 1" for i in range(57)))
    assert len(found.splitlines()) == 21
    assert found.endswith("\nand 37 more")


EFFECTS = [
    ("caseload.levl", "factor", 2, "factor", "no such number; did you mean 'caseload.level'?"),
    ("caseload.level", "factor", 2, "odds ratio", 'size.unit = odds ratio: must be "factor"'),
    ("caseload.level", "odds_ratio", 2, "odds ratio", "caseload.level is not a share"),
    ("award.median", "odds_ratio", 2, "odds ratio", "award.median is not a share"),
    ("country.population", "factor", 2, "factor", "cannot change from year to year"),
    ("fund.opening_capital", "add", 2, "EUR", "cannot change from year to year"),
    ("caseload.level", "factor", -2, "factor", "must not be negative"),
    ("caseload.child_rate", "odds_ratio", 0, "odds ratio", "an odds ratio is above 0"),
    ("caseload.level", "times", 2, "factor", "must be one of factor, odds_ratio, add, narrow"),
    ("caseload.level", "factor", 1e6, "factor", "cases in one future"),
]


@pytest.mark.parametrize(("on", "by", "size", "unit", "message"), EFFECTS)
def test_an_effect_that_breaks_a_rule_is_refused(
    own: Own, on: str, by: str, size: float, unit: str, message: str
) -> None:
    number = f'{{ value = {size}, unit = "{unit}", {JUDGED} }}'
    body = f'label = "x"\nfrom_year = 2030\neffects = [\n  {{ on = "{on}", by = "{by}", size = '
    found = own.refused(f"[stress.x]\n{body}{number} }},\n]\n")
    assert message in found
    if "cases" not in message:
        assert found.startswith("my.toml:6: stress.x.effects[0]")


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (f'low = 0, high = 3, shape = "gamma", unit = "factor", {JUDGED}', "needs low above 0"),
        (f'low = -1, high = 3, unit = "factor", {JUDGED}', "must not be negative"),
        ('unit = "factor"', "needs a source"),
        (f'low = 3, high = 4, unit = "factor", {JUDGED}', "must rise"),
    ],
)
def test_the_size_of_an_effect_is_checked_like_any_number(
    own: Own, rest: str, message: str
) -> None:
    size = f"{{ value = 1, {rest} }}"
    effect = f'{{ on = "caseload.level", by = "factor", size = {size} }}'
    text = f'[stress.x]\nlabel = "x"\nfrom_year = 2030\neffects = [{effect}]\n'
    assert message in own.refused(text)


def test_a_change_does_not_end_before_it_begins(own: Own) -> None:
    found = own.refused('[stress.x]\nlabel = "x"\nfrom_year = 2030\nuntil_year = 2029\n')
    assert found == "my.toml:6: stress.x.until_year = 2029: must not be before from_year"


def link(first: str, second: str, correlation: float) -> str:
    names = f'first = "caseload.{first}"\nsecond = "caseload.{second}"\n'
    return f"[[correlations]]\n{names}correlation = {correlation}\n{JUDGED}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # after two of the base; one of a pair that the base ties replaces it
        (link("levl", "trend", 0.3), "correlations[2] = caseload.levl: no such uncertain number"),
        (link("level", "trend_years", 0.3), "caseload.trend_years: no such uncertain number"),
        (link("level", "mass.scheduled_events", 0.3), "no such uncertain number"),
        (link("level", "level", 0.3), "correlates a number with itself"),
        (link("level", "trend", 1.2), "correlations[1].correlation = 1.2: must be at most 1"),
        (link("level", "trend", 0.3) + link("trend", "level", 0.5), "is correlated twice with"),
        (
            link("level", "trend", 0.9)
            + link("trend", "child_rate", 0.9)
            + link("level", "child_rate", -0.9),
            "contradict each other",
        ),
    ],
)
def test_correlations_that_cannot_be_are_refused(own: Own, text: str, message: str) -> None:
    found = own.refused(text)
    assert found.startswith("my.toml:3: correlations")
    assert message in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[income.x]\nlabel = "x"\n', "income.x: kind is missing; one of budget_line"),
        ('[income.x]\nkind = "gift"\n', "income.x: kind must be one of budget_line"),
        ('[income."X Y"]\nkind = "grant"\n', "income.X Y = X Y: must look like"),
        ('[income.budget]\nkind = "grant"\n', "income.budget.renewal_rate: missing"),
        ('[reform.x]\nlabl = "x"\nfrom_year = 2030\n', "reform.x.label: missing"),
        ("[stress]\nx = 3\n", "stress.x = 3: must be a table"),
        ("caseload = 3\n", "my.toml:3: caseload = 3: must be a table"),
        ("[[caseload]]\nlevel = 3\n", "my.toml:3: caseload: must be a table"),
        ("sources = 3\n", "my.toml:3: sources: must be a table"),
        ("[sources]\nx = 3\n", "my.toml:4: sources.x: must be a table"),
        ('[sources.x]\ntitle = "x"\n', "my.toml:3: sources.x.publisher: must be a text"),
        ('[country]\nname = "\\u001b[31m"\n', "my.toml:4: country.name: has a control"),
        ('[country]\n"a\\u202eb" = 1\n', "my.toml:3: country.a\\u202eb: has a control"),
    ],
)
def test_a_table_that_is_no_such_thing_is_refused(own: Own, text: str, message: str) -> None:
    assert message in own.refused(text)


# ---- Files ----


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("", "my.toml:1: question: missing"),
        ("question = 3\nextends = 'serbia'\n", "my.toml:1: question: missing"),
        ("question = '?'\n", "my.toml: a scenario begins with a country: one of albania"),
        ("question = '?'\nextends = 3\n", "my.toml:2: extends: must be a name or a list"),
        ("question = '?'\nextends = ['serbia', 3]\n", "my.toml:2: extends: must be a name or a"),
        ("question = '?'\nextends = 'serba'\n", "my.toml:2: extends = serba: no such country"),
        ("question = '?'\nextends = 'tariff'\n", "my.toml:2: extends = tariff: tariff is a pol"),
        ("question = '?'\nextends = 'nope.toml'\n", "my.toml:2: extends = nope.toml: no such file"),
        ("question = '?'\nextends = 'my.toml'\n", "my.toml:2: extends = my.toml: extends itself"),
        ("question = '?'\nextends = ''\n", "my.toml:2: extends: no such country"),
    ],
)
def test_an_opening_that_breaks_a_rule_is_refused(own: Own, head: str, message: str) -> None:
    assert message in own.refused("", head)


def test_two_files_that_extend_each_other_are_refused(own: Own) -> None:
    own.write("", 'question = "?"\nextends = "my.toml"\n', "other.toml")
    found = own.refused("", 'question = "?"\nextends = "other.toml"\n')
    assert "extends itself: my.toml -> other.toml -> my.toml" in found
    assert "other.toml:2: extends" in found


def test_extending_more_than_five_files_deep_is_refused(own: Own) -> None:
    for i in range(6):
        near = f"f{i + 1}.toml" if i < 5 else "serbia"
        path = own.write("", f'question = "?"\nextends = "{near}"\n', f"f{i}.toml")
    assert "extends more than 5 files deep" in refused(str(Path(path).parent / "f0.toml"))
    assert load(str(Path(path).parent / "f1.toml")).name == "serbia+tariff+f5+f4+f3+f2+f1"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'question = "x\xff?"\n', "my.toml: byte 13 is not UTF-8; save the file as UTF-8"),
        ('question = "?"\n'.encode("utf-16"), "byte 0 is not UTF-8"),
        (b"a = = 3\n", "my.toml:1: is not TOML: Invalid value"),
        (b"\n[caseload\n", "my.toml:2: is not TOML"),
        (b"a = 1\na = 2\n", "my.toml:2: is not TOML: Cannot overwrite a value"),
        (b"a = 1\0\n", "my.toml:1: is not TOML"),
        (b"#" * 70_000, "my.toml: is larger than 64 KiB"),
        (b'\nx = "' + b"a" * 3000 + b'"', "my.toml:2: line is longer than 2000 characters"),
        (b".".join([b"a"] * 900) + b" = 1", "my.toml:1: is nested too deeply or has a key that"),
        (b".".join([b"a"] * 120) + b" = 1", "my.toml: is nested deeper than 8"),
        (b"x = " + b"[" * 1000 + b"]" * 1000, "longer than 2000|nested"),
        (b"x = " + b"[" * 800 + b"]" * 800, "my.toml:1: is nested too deeply"),
        (b"x = [\n" + b"[\n" * 3000 + b"]\n" * 3000 + b"]", "my.toml: is nested deeper than 8"),
        (b"x = " + b"{a=" * 50 + b"1" + b"}" * 50, "is nested deeper than 8"),
        (b"", "my.toml:1: question: missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_quickly(own: Own, body: bytes, message: str) -> None:
    assert re.search(message, own.refused(body))


def test_many_long_dotted_keys_are_refused_quickly(own: Own) -> None:
    keys = "\n".join(".".join([f"b{i}"] + ["a"] * 140) + " = 1" for i in range(220))
    assert "is nested deeper than 8" in own.refused(keys)


def test_a_byte_order_mark_is_accepted(own: Own) -> None:
    path = own.write(b'\xef\xbb\xbfquestion = "?"\nextends = "serbia"\n')
    assert load(path).questions[-1] == "?"


def test_windows_line_ends_are_accepted_and_lines_still_count(own: Own) -> None:
    path = own.write(b'question = "?"\r\nextends = "serbia"\r\n[caseload]\r\ntrend_years = 3\r\n')
    assert str(load(path).origin("caseload.trend_years")) == f"{path}:4"


def test_a_long_key_is_shortened(own: Own) -> None:
    assert len(own.refused(f'"a{"b" * 1500}" = 1')) < 200


def test_a_problem_reads_as_place_key_value_rule_and_hint() -> None:
    full = Problem("f.toml", "must be x", 3, "a.b", "7", "y")
    assert str(full) == "f.toml:3: a.b = 7: must be x; did you mean 'y'?"
    assert str(Problem("--seed", "must be x", value="-1")) == "--seed: -1: must be x"
    assert len(str(Problem("p" * 999, "r" * 999, 1, "k" * 999, "v" * 999))) < 450
    assert nearest("zzz", ["serbia"]) == ""


# ---- The command line ----


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fundsim", *words])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["run", "serbia", "--replications", "0"], 2, "--replications: 0: must be at least 1"),
        (["run", "serbia", "--replications", "-5"], 2, "--replications: -5: must be at least 1"),
        (["run", "serbia", "-n", "1000000000000"], 2, "and at most 100,000,000"),
        (["run", "serbia", "-n", "ten"], 2, "--replications"),
        (["run", "serbia", "-n", "0", "--seed", "-1"], 2, "--seed: -1: must be between 0 and 2^63"),
        (["run", "serbia", "--seed", "1" + "0" * 30], 2, "must be between 0 and 2^63"),
        (["run", "serbia", "--workers", "0"], 2, "--workers: 0: must be between 1 and 256"),
        (["run", "serbia", "--years", "0"], 2, "must be at least 1"),
        (["run", "serbia", "serbia+tariff"], 2, "serbia+tariff: is named twice"),
        (["run", "serbia", "--engine", "abacus"], 2, "--engine: abacus: must be"),
        (["run", "serbia", "--nope"], 2, "--nope"),
        (["run"], 2, "Missing argument"),
        (["nope"], 2, "nope"),
        (["schema", "x"], 2, "extra argument"),
        (["check", "serbia", "nope", "sebia"], 2, "nope: no such country"),
        (["show", "nope"], 2, "nope: no such country"),
        pytest.param(
            ["explain", "serbia", "caseload.levl"],
            2,
            "did you mean 'caseload.level'",
        ),
        pytest.param(
            ["explain", "serbia", "caseload"],
            2,
            "is a table; one of caseload.level",
        ),
        (["explain", "serbia", "caseload.level", "-n", "0"], 2, "--replications: 0: must be at"),
        (["diff", "serbia", "albania", "-n", "0"], 2, "--replications: 0: must be at least 1"),
        (["new", "", "x.toml"], 2, "must be a name of 1 to 60 letters"),
        (["new", "X\nY", "x.toml"], 2, "must be a name of 1 to 60 letters"),
        (["new", "Kosovo", "x.toml"], 2, "is shipped, as Kosovo*"),
        (["new", "X", "x.txt"], 2, "must end in .toml"),
        (["new", "X", "nowhere/x.toml"], 3, "nowhere/x.toml: could not be read or written"),
    ],
)
def test_a_command_that_cannot_be_done_ends_with_its_code_and_writes_nothing(
    words: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *words) == code
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""
    assert "Traceback" not in err
    assert "a bug in fundsim" not in err
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_the_help_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 2
    out, err = capsys.readouterr()
    assert "Usage:" in out + err
    assert run(monkeypatch, "--help") == 0


@pytest.mark.parametrize(
    ("out", "code", "message"),
    [
        ("file", 2, "--out: file: must be a folder"),
        ("link", 2, "--out: link: must be a folder"),
        ("foreign", 2, "--out: foreign: is not empty and holds no run"),
        ("file/below", 3, "file: could not be read or written"),
        ("/proc/nope/run", 3, "/proc/nope: could not be read or written"),
    ],
)
def test_an_out_that_cannot_be_written_is_refused_before_the_work(
    out: str,
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("keep me", encoding="utf-8")
    Path("foreign").mkdir()
    Path("foreign/theirs").write_text("keep me", encoding="utf-8")
    Path("link").symlink_to("foreign")
    before = sorted(tmp_path.rglob("*"))
    assert run(monkeypatch, "run", "serbia", "-n", "1", "--out", out) == code
    assert message in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("file").read_text(encoding="utf-8") == "keep me"


def test_diff_refuses_a_scenario_and_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert run(monkeypatch, "diff", "serbia", str(tmp_path)) == 2
    assert "serbia: is no folder of a run" in capsys.readouterr().err


def test_new_does_not_overwrite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("mine", encoding="utf-8")
    assert run(monkeypatch, "new", "Utopia", str(path)) == 2
    assert "exists; it is not overwritten" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_real_process_ends_with_the_code_and_one_message(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "fundsim.cli", "run", "sebia"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=600)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "did you mean 'serbia'" in done.stderr


# ---- Anything at all ----


def mutated(chance: random.Random, data: bytes) -> bytes:
    """One shipped file with one kind of damage."""
    kind = chance.randrange(6)
    lines = data.split(b"\n")
    if kind == 0:
        return data[: chance.randrange(len(data))]
    if kind == 1:
        flipped = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(flipped)
    if kind == 2:
        values = [b"-1", b"1e99", b"nan", b"true", b'"x"', b"[]", b"{}", b"0", b"1e-300", b"[[1]]"]
        i = chance.choice([i for i, line in enumerate(lines) if b"=" in line])
        lines[i] = lines[i].split(b"=")[0] + b"= " + chance.choice(values)
    elif kind == 3:
        i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 4:
        del lines[chance.randrange(len(lines))]
    else:
        numbers = list(re.finditer(rb"(?<![\w.])\d[\d_.]*", data))
        found = chance.choice(numbers)
        new = chance.choice([b"0", b"-3", b"1e9", b"1e300", b"7", b"inf", b"0.5", b"2099"])
        return data[: found.start()] + new + data[found.end() :]
    return b"\n".join(lines)


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_is_a_scenario_or_a_clear_refusal(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    paths = [files.shipped("base")["serbia"], *files.shipped("policy").values()]
    paths += [*files.shipped("reform").values(), *files.shipped("stress").values()]
    path = tmp_path / "damaged.toml"
    for _ in range(40):
        chosen = paths[0] if chance.random() < 0.5 else chance.choice(paths)
        path.write_bytes(mutated(chance, chosen.read_bytes()))
        name = str(path) if chosen is paths[0] else f"serbia+{path}"
        started = time.thread_time()
        try:
            found: Any = load(name)
        except InputError as error:
            found = bearable(str(error))
        assert time.thread_time() - started < 2
        assert isinstance(found, Scenario | str)


def calls(refused: Callable[[], object]) -> int:
    """How many calls of functions a refusal takes, which no other program on the machine changes."""
    profile = Profile()
    with pytest.raises(InputError, match="no such key"):
        profile.runcall(refused)
    return int(Stats(profile).total_calls)  # type: ignore[attr-defined]


def test_thousands_of_unknown_keys_are_refused_in_linear_time(tmp_path: Path) -> None:
    """In `--set`, files and plans: ten times as many take ten times the work."""
    few, many = 400, 4000

    def file(name: str, head: str, count: int) -> Path:
        path = tmp_path / name
        path.write_text(head + "".join(f"k{i} = 1\n" for i in range(count)), encoding="utf-8")
        return path

    def work(count: int) -> list[int]:
        own = file("own.toml", 'question = "x"\nextends = "serbia"\n[fund]\n', count)
        plan = file("plan.toml", 'question = "x"\ncountries = "all"\n', count)
        return [
            calls(lambda: load("serbia", [f"caseload.levl{i}=1" for i in range(count)])),
            calls(lambda: load_all(["serbia", "albania"], [f"fund.x{i}=1" for i in range(count)])),
            calls(lambda: load(str(own))),
            calls(lambda: read_plan(plan)),
        ]

    work(few)  # what is read once
    for one, ten in zip(work(few), work(many), strict=True):
        assert ten < 20 * one  # a hundred times, if each looked at all others


def test_a_name_joins_at_most_a_hundred() -> None:
    with pytest.raises(InputError, match=r"joins 6,001 names by \+; at most 100"):
        load("serbia" + 6000 * "+tariff")
