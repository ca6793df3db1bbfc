"""`fundsim validate`: every check passes, each can fail, and the report says what it must."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import numba
import pytest
from numba.core.dispatcher import Dispatcher

from fundsim import cli
from fundsim.model import lines
from fundsim.report.validation import tell as printing
from fundsim.report.validation.files import as_data, as_markdown, headline
from fundsim.scenario.schema import World
from fundsim.validation import check as checks
from fundsim.validation import (
    comparisons,
    compound,
    engines,
    monte_carlo,
    one_fund,
    pathway,
    queues,
    reproducibility,
    ruin,
    validate,
)
from fundsim.validation.check import Group, Line, exact, finished
from fundsim.validation.data import grades
from fundsim.validation.identity import identity, sources_hash
from fundsim.validation.limits import LIMITATIONS, NOT_ASSURED, SECTIONS, false_alarm, not_checked
from fundsim.validation.told_twice import Tables, lived, of_reference
from fundsim.validation.validate import GROUPS, Report

ROOT = Path(__file__).parents[1]
SEED = 20260101
BY_ID = {group.id: group for group in GROUPS}


def check_not_made() -> Group:
    """A group of which the only check cannot be made."""

    def run(seed: int) -> list[checks.Check]:
        line = Line("5.99", "Against a record that nobody keeps", "nothing", "EUR", "none")
        return [checks.skipped(line, "no country publishes it")]

    return Group("5.99", "A record that nobody keeps", run)


QUICK = (*(BY_ID[name] for name in ("2.08", "2.18", "3.01", "3.10", "7.01")), check_not_made())


def broken_check() -> Group:
    """A group that cannot finish."""

    def run(seed: int) -> list[checks.Check]:
        raise ZeroDivisionError("planted")

    return Group("2.99", "A broken check", run)


@pytest.fixture(scope="module")
def quick() -> Report:
    """A report of some quick groups, none failed and one check not made."""
    found = [check for group in QUICK for check in finished(group, SEED)]
    return Report({**identity(SEED), "result": "0"}, tuple(found), grades(), 1.0)


@pytest.mark.slow
def test_every_check_passes_and_the_report_is_complete() -> None:
    """The whole run, as the command makes it; so all that must hold of it is asked here."""
    report = validate.validate(SEED)
    assert [f"{c.id} {c.name}: {c.score} {c.note}" for c in report.failed] == []
    passed = [check for check in report.checks if check.verdict == "pass"]
    assert len(passed) >= 100
    assert len({check.id for check in report.checks}) == len(report.checks)
    assert {check.section for check in report.checks} == {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
    for check in report.checks:
        assert check.name, check.id
        assert check.compared, check.id
        assert check.power, check.id
        assert len(check.citation) > 3, check.id
        assert check.verdict == "skipped" or re.search(r"\d|for certain", check.power), check.id
    assert len(passed) == len(report.checks), "none is skipped"
    data = [check.id for check in report.checks if check.section == 5]
    assert data == [*(f"5.0{n}" for n in range(1, 9)), "5.08b", "5.08c"]
    assert false_alarm(report.checks) <= 0.01
    assert report.identity["sources"] == sources_hash()
    # the numbers of the report in docs are those of this run, apart from the last digits of another machine
    written = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    for check in report.checks:
        assert f"| {check.id} |" in written, check.id


def test_the_report_in_docs_is_not_older_than_the_model() -> None:
    """`make validate` writes it; it carries the hash of the code and the scenario files."""
    written = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    found = re.search(r"^\| sources \| ([0-9a-f]{64}) \|$", written, re.MULTILINE)
    assert found is not None
    assert found[1] == sources_hash(), "the model has changed since: run make validate"
    assert "FAILED" not in written
    assert str(ROOT) not in written
    assert not re.search(r"(^|[\s(])/(home|root|tmp|work|Users)/", written)


def test_the_markdown_has_every_section_and_says_what_it_must(quick: Report) -> None:
    text = as_markdown(quick)
    for section, name in SECTIONS.items():
        assert f"\n## {section} {name}\n" in text
    assert NOT_ASSURED in text
    assert "Assurer" in text
    assert "Approver" in text
    for check in quick.checks:
        [line] = [line for line in text.splitlines() if line.startswith(f"| {check.id} |")]
        assert line.count("|") - line.count("\\|") == 13
    assert not re.search(r"\b(is|was|been|model) (validated|approved)\b", text)
    missing = "5.99 Against a record that nobody keeps: no country publishes it."
    assert not_checked(quick.checks)[-1] == missing
    assert missing in text
    assert not_checked([])
    other = as_markdown(replace(quick, seconds=99.0))
    assert text.split("## 1 ")[1] == other.split("## 1 ")[1]


def test_the_limitations_are_those_of_the_method() -> None:
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\d+\. (.*(?:\n +.*)*)$", method.split("## 17.")[1], re.MULTILINE)
    assert tuple(re.sub(r"\n +", " ", one) for one in listed) == LIMITATIONS


def test_the_json_round_trips(quick: Report) -> None:
    data = as_data(quick)
    text = json.dumps(data, allow_nan=False, ensure_ascii=False)
    assert json.loads(text) == data
    assert data["summary"]["checks"] == len(quick.checks) == len(data["checks"])
    assert data["summary"]["skipped"] == 1
    assert data["summary"]["assurance"] == NOT_ASSURED
    assert data["signatures"] == {"assurer": None, "approver": None}


# --------------------------------------------------------------------------------- the command


def command(monkeypatch: pytest.MonkeyPatch, *args: str, groups: tuple[Group, ...] = QUICK) -> int:
    """Run the command in this process on some groups; returns its exit code."""
    monkeypatch.setattr(validate, "GROUPS", groups)
    monkeypatch.setattr(reproducibility, "result_hash", lambda seed: "0")
    monkeypatch.setattr("sys.argv", ["fundsim", "validate", "--workers", "1", *args])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_the_command_writes_nothing_without_a_flag(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(monkeypatch) == 0
    printed = capsys.readouterr().out
    assert NOT_ASSURED in printed
    assert "2.08" in printed
    assert "14  Not checked" in printed
    assert max(map(len, printed.splitlines())) <= printing.WIDTH
    assert not list(tmp_path.iterdir())


def test_the_command_writes_both_reports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v.md").write_text("old", encoding="utf-8")
    assert command(monkeypatch, "--markdown", "v.md", "--json", "v.json") == 0
    assert (tmp_path / "v.md").read_text(encoding="utf-8").startswith("# Validation report")
    data = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    assert data["summary"]["failed"] == 0
    assert {p.name for p in tmp_path.iterdir()} == {"v.md", "v.json"}


def test_a_failing_check_exits_1_and_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check that breaks is a failed check with its message, and the others still run."""
    monkeypatch.chdir(tmp_path)
    groups = (broken_check(), BY_ID["2.18"])
    assert command(monkeypatch, "--json", "v.json", groups=groups) == 1
    printed = capsys.readouterr().out
    assert printed.splitlines()[1].startswith("FAILED: 2.99 A broken check")
    assert "ZeroDivisionError: planted" in printed
    assert "Traceback" not in printed
    data = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    assert (data["summary"]["failed"], data["summary"]["passed"]) == (1, 6)
    assert "1 failed (2.99)" in data["statement"][0]


@pytest.mark.parametrize("flag", ["--markdown", "--json"])
def test_a_place_that_cannot_be_written_to_exits_3(
    flag: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, flag, str(tmp_path / "none" / "v")) == 3
    assert "could not be read or written" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "v.md"
    target.write_text("old", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert command(monkeypatch, "--markdown", str(target)) == 3
    assert "No space left" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["v.md"]


@pytest.mark.parametrize("args", [("--seed", "-1"), ("--workers", "0"), ("--markdown", ".")])
def test_bad_input_exits_2(args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(monkeypatch, *args) == 2


# ------------------------------------------------------------------------------ checks can fail


def test_a_check_of_nothing_fails() -> None:
    line = Line("1.99", "Nothing", "nothing with nothing", "things", "none")
    assert exact(line, 0, 0).verdict == "fail"
    assert exact(line, 0, 9, least_number=10).verdict == "fail"
    assert exact(line, 1, 10).verdict == "fail"
    assert checks.by_z(line, 1.0, 1.0, 0.0).verdict == "fail"  # no error, no comparison
    assert checks.by_z(line, float("nan"), 1.0, 1.0).verdict == "fail"
    assert checks.of_mean(line, [1.0, 1.0, 1.0], 1.0).verdict == "fail"


def test_power_is_what_it_says() -> None:
    """A bias of the size told is found in 99 of 100 runs: |z| > 4.15 with mean 6.48."""
    line = Line("2.99", "A mean", "", "EUR", "none")
    told = checks.by_z(line, 100.0, 100.0, 2.0)
    assert told.power == "a bias of 13 EUR (13 %) would be found with probability 0.99"
    beyond = checks.by_z(line, 100 + 6.4763 * 2, 100.0, 2.0)
    assert beyond.score - checks.MOST_Z == pytest.approx(checks.POWER_Z, abs=1e-3)
    assert told.verdict == "pass"
    assert beyond.verdict == "fail"


# one line of the model changed at a time: (module, what stands there, what is put instead, group)
FAULTS = {
    "streams: half of the cases share a word": ("model.streams", "np.uint64(k + 1) * GAMMA", "np.uint64(k // 2 + 1) * GAMMA", "3.01"),
    "streams: the tails of normals are too thin": ("model.streams", "_polynomial(_TAIL_ABOVE, far[k]) /", "0.9 * _polynomial(_TAIL_ABOVE, far[k]) /", "3.03"),
    "streams: neighbouring replications are the same": ("model.streams", "replications.astype(np.uint64) * GAMMA", "(replications // 2).astype(np.uint64) * GAMMA", "3.05"),
    "streams: the seed is not used": ("model.streams", "np.array([self.seed]", "np.array([1]", "9.01"),
    "streams: events repeat": ("model.streams", "event * int(GAMMA)", "0 * int(GAMMA)", "3.05"),
    "streams: a uniform can be 0": ("model.streams", "+ _HALF) * _BITS23", "+ _HALF - _HALF) * _BITS23", "3.01"),
    "streams: uniforms are a little too small": ("model.streams", "+ _HALF) * _BITS23", "+ _HALF) * _BITS23 * np.float32(0.995)", "3.03"),
    "parameters: strata are not shuffled": ("model.parameters", 'of_batches("order").argsort(axis=2).argsort(axis=2)', '0 * of_batches("order").argsort(axis=2) + np.arange(STRATA)', "3.10"),
    "parameters: all assumptions in one order": ("model.parameters", '[f"assumption {what} {name}" for name in names]', '[f"assumption {what}" for name in names]', "3.10"),
    "parameters: places in the middle of strata": ("model.parameters", '(stratum + of_batches("place"))', '(stratum + 0.5 + 0 * of_batches("place"))', "3.10"),
    "parameters: correlations are dropped": ("model.parameters", "np.linalg.cholesky(matrix) @ independent", "independent", "8.02"),
    "parameters: a ramp begins a year late": ("model.parameters", "years - change.from_year + 1", "years - change.from_year", "8.02"),
    "assumptions: low and high read as 5 and 95 %": ("scenario.assumption", "(m - lo) / Z90, (hi - m) / Z90", "(m - lo) / 1.645, (hi - m) / 1.645", "8.01"),
    "caseload: a count one too small": ("model.caseload", "special.pdtr(n[high] - 1, mean[high])", "special.pdtr(n[high], mean[high])", "2.08"),
    "caseload: no over-dispersion": ("model.caseload", "mean * shock)", "mean * (1 + 0 * shock))", "2.01"),
    "caseload: arrivals only in the first half": ("model.caseload", "np.where(in_mass_case, MASS_SPREAD, 12.0)", "np.where(in_mass_case, MASS_SPREAD, 6.0)", "2.33"),
    "pathway: the requalified among all, not the rest": ("model.pathway", "prosecuted + (1 - prosecuted) *", "prosecuted +", "2.01"),
    "pathway: withdrawal forgets the duration": ("model.stages", "risk = -months[piece].astype(np.float64)", "risk = -np.ones(months[piece].size)", "2.04"),
    "pathway: durations spread too little": ("model.stages", "_scale(z, sigma,", "_scale(z, 0.97 * sigma,", "2.04"),
    "pathway: awards spread too little": ("model.pathway", "sigma = np.log(ratio) / Z90", "sigma = np.log(ratio) / 1.35", "2.10"),
    "pathway: offenders pay too large shares": ("model.pathway", "(1 - mean) / np.maximum(mean, 1e-9)", "(0.95 - mean) / np.maximum(mean, 1e-9)", "2.01"),
    "chances: the reference rate is solved roughly": ("model.chances", "MOST_STEPS if 0 < rate", "2 if 0 < rate", "2.07"),
    "decisions: whoever is free last decides": ("model.decisions", "if end < ends:\n                who, ends = officer, end\n        free", "if end > ends or ends == np.inf:\n                who, ends = officer, end\n        free", "2.34"),
    "decisions: nobody waits": ("model.decisions", "max(queue.ready_at[i], free[officer])", "queue.ready_at[i]", "2.30"),
    "decisions: always the first desk": ("model.decisions", "range(officers):\n            end = max", "range(1):\n            end = max", "2.34"),
    "decisions: yesterday's line goes on": ("model.decisions", "            free[:] = 0.0\n        posts", "            free[0] = 0.0\n        posts", "2.34"),
    "decisions: one officer fewer": ("model.decisions", "min(np.int64(np.ceil(posts)), free.size)\n        who", "max(min(np.int64(np.ceil(posts)), free.size) - 1, 1)\n        who", "2.34"),
    "decisions: children wait their turn": ("model.decisions", "(children_first or children[0] < adults[0])", "children[0] < adults[0]", "1.01"),
    "decisions: a committee decides one file more": ("model.decisions", "min(desk.files[of_year], ", "min(desk.files[of_year] + 1, ", "1.01"),
    "lines: a revised line looks back a year too far": ("model.lines", "line.base_years + 1", "line.base_years", "1.01"),
    "lines: what fell due stays in the prices of its year": ("model.lines", ' / self._index("prices", y)\n        return', "\n        return", "1.01"),
    "lines: last year's index": ("model.lines", "[:, drawn.opening :]\n\n", "[:, drawn.opening - 1 : -1]\n\n", "2.51"),
    "lines: a revised line in last year's prices": (
        "model.lines", '* self._index("prices", y)', '* self._index("prices", y - 1)', "2.80",
    ),
    "amounts: the cap is ignored": ("model.amounts", "euros = np.minimum(euros, cap)", "euros = euros", "2.10"),
    "claims: set-off ignores when the offender paid": ("model.claims", "cases.recovered_at[case] <= filed_at", "cases.recovered_at[case] < np.inf", "1.01"),
    "due: the interim payment is not deducted": ("model.due", "benefit[i] - interim if", "benefit[i] if", "1.01"),
    "due: payments fall due a month late": ("model.due", "np.floor(at[line]).astype", "(np.floor(at[line]) + 1).astype", "2.20"),
    "fund: the line is skipped when it does not fit": ("model.fund", "while benefits + line.left[next_head] <= most:", "while benefits < most:", "1.01"),
    "fund: income comes a tenth too much": ("model.fund", "cash += means.income[r, t] +", "cash += means.income[r, t] * 51 // 50 +", "2.20"),
    "fund: the return is earned after the income": ("model.fund", "np.rint(cash *", "np.rint((cash + means.income[r, t]) *", "2.40"),
    "fund: interest is not added": ("model.fund", "advance += interest\n", "advance += 0 * interest\n", "1.04"),
    "fund: pro rata rounds up": ("model.fund", "* RATE // outstanding", "* RATE // outstanding + 1", "1.01"),
    "fund: the reserve is lost": ("model.fund", "cash -= lapsed", "cash -= lapsed + (t % 60 == 59)", "1.04"),
    "costs: a month is a thirteenth": ("model.costs", "monthly(office / 12)", "monthly(office / 13)", "2.40"),
    "run: a victim stays in two states": ("model.run", '"filed": filed - decided', '"filed": filed - decided + refused', "1.04"),
    "macro: inflation does not persist": ("model.macro", "mean[:, y] + carried + noise[:, y]", "mean[:, y] + noise[:, y]", "2.43"),
    "income: seized values without their correction": ("model.income", "s * z - s * s / 2", "s * z", "2.44"),
    "income: a lost grant is renewed": ("model.income", "np.where(runs[:, y - 1], renewed[:, y], regained[:, y])", "renewed[:, y]", "2.44"),
    "outcomes: ruin forgets earlier years": ("analysis.outcomes", 'np.maximum.accumulate(out["shortfall"], axis=1)', 'out["shortfall"]', "2.22"),
    "precision: replications taken as independent": ("analysis.precision", "size = BATCH if n >= LEAST_BATCHES * BATCH else TWINS", "size = 1", "4.04"),
    "precision: the wrong tail": ("analysis.precision", "np.maximum(x - value_at_risk, 0.0)", "np.maximum(value_at_risk - x, 0.0)", "2.16"),
    "precision: TVaR over all futures": ("analysis.precision", "np.maximum(x - value_at_risk, 0.0) / (1 - p)", "np.maximum(x - value_at_risk, 0.0)", "2.16"),
    "precision: a quantile too far in": ("analysis.precision", "value = float(np.quantile(x, p))", "value = float(np.quantile(x, p - 0.004))", "2.16"),
    "precision: density of half the width": ("analysis.precision", "np.float64(2 * half /", "np.float64(4 * half /", "4.02"),
    "precision: Wald for Wilson": ("analysis.precision", "centre = (p + Z95**2 / (2 * size)) / (1 + Z95**2 / size)", "centre = p", "2.18"),
    "precision: chance counted twice": ("analysis.precision", "np.mean((pairs[:, 0] - pairs[:, 1]) ** 2) / 2)", "np.mean((pairs[:, 0] - pairs[:, 1]) ** 2))", "4.04"),
    # rules of the model by known answers
    "fund: what lapses goes back in January": ("model.fund", "if t % 12 == 11 else 0", "if t % 12 == 0 else 0", "2.50"),
    "macro: depreciation the wrong way": ("model.macro", '_index(wide("macro.depreciation"), first)', '_index(-wide("macro.depreciation"), first)', "2.51"),
    "income: last year's index": ("model.income", "return self.macro.index(kind)[:, self.opening :]", "return self.macro.index(kind)[:, self.opening - 1 : -1]", "2.53"),
    "outcomes: prices for deflating are a year late": ("analysis.outcomes", "prices = drawn.macro.prices[:, horizon]", "prices = drawn.macro.prices[:, start + 1 : start + years + 1]", "1.01"),
    "costs: a reform is paid for once every year": ("model.costs", "* (years == change.from_year)", "* (years >= change.from_year)", "2.52"),
    "costs: the state bears what the fund should": ("model.costs", 'return "fund" if world.has_fund else "state"', 'return "state" if world.has_fund else "fund"', "2.52"),
    "income: a cut leaves what it should take": ("model.income", 'np.where(cut, 1 - self._at(name, "cut_share"), 1.0)', 'np.where(cut, self._at(name, "cut_share"), 1.0)', "2.53"),
    "income: a grant's first year is the opening": ("model.income", "max(source.from_year - int(self.years[0]), 0)", "0 * int(self.years[0])", "2.53"),
    "income: the rest comes in December": ("model.income", "flow[:, ::12] += yearly - yearly // 12 * 12", "flow[:, 11::12] += yearly - yearly // 12 * 12", "2.53"),
    "income: delays of seized assets in years": ("model.income", "month = np.floor(month + np.minimum(wait, 1e6))", "month = np.floor(month + 12 * np.minimum(wait, 1e6))", "2.53"),
    "pathway: awards with last year's index": ("model.pathway", "look_up(macro.index(world.award.index), replication, year)", "look_up(macro.index(world.award.index), replication, year - 1)", "2.60"),
    "claims: benefits with last year's index": ("model.claims", "look_up(macro.index(era.fund.amount.index), replication, year)", "look_up(macro.index(era.fund.amount.index), replication, year - 1)", "2.60"),
    "amounts: no floor": ("model.amounts", 'euros = np.maximum(euros, at("floor") * unit)', "euros = euros", "2.60"),
    "amounts: the larger of tariff and judgment": ("model.amounts", "np.where(known, np.minimum(euros, judgment()), euros)", "np.where(known, np.maximum(euros, judgment()), euros)", "2.60"),
    "entry: unpaid awards at once": ("model.entry", "at = cases.award_at + np.float32(fund.unpaid_months)", "at = cases.award_at + np.float32(0)", "2.61"),
    "entry: retroactive years are months": ("model.entry", "-12.0 * world.fund.eligible.retro", "-1.0 * world.fund.eligible.retro", "2.61"),
    "entry: the filing limit is reached a tick too soon": ("model.entry", "delay > limit", "delay >= limit", "2.61"),
    "caseload: the ramp begins a step too high": ("model.caseload", "first + (1 - first) * since /", "first + (1 - first) * (since + 1) /", "2.64"),
    "due: the remainder comes last": ("model.due", "first if number == 1 else every", "first if number == instalments else every", "2.65"),
    "due: interim payments wait for the decision": ("model.due", "when = interim_at[i] if number == 0", "when = decided_at[i] if number == 0", "2.65"),
    "due: no trust": ("model.due", "np.maximum(decided_at, claims.majority_at)", "decided_at", "2.65"),
    "claims: interim payments before set-off": ("model.claims", "np.floor(benefit * share + 1e-6)", "np.floor(asked * share + 1e-6)", "2.65"),
    "parameters: nothing is narrowed": ("model.parameters", "u = special.ndtr(effect.size.value * special.ndtri(u))", "u = special.ndtr(special.ndtri(u))", "8.08"),
    "information: the best of two twins": ("analysis.information", "mean(axis=2).min(axis=0)", "min(axis=2).min(axis=0)", "6.72"),
    "information: no correction of optimism": ("analysis.information", "return (own + tried) / 2, ", "return own, ", "6.73"),
    "information: groups below their members": ("analysis.information", "max([own, *parts]", "max([own]", "6.73"),
    "claims: children are 18 too soon": ("model.claims", "wait = 2 * mean *", "wait = mean *", "2.65"),
    "run: the yearly limit follows prices": ("model.run", "wages = drawn.macro.wages[:", "wages = drawn.macro.prices[:", "2.65"),
    "costs: a month of assistance too few": ("model.costs", "_last_months(identified, era.fund.assistance.months)", "_last_months(identified, era.fund.assistance.months - 1)", "2.68"),
    "claims: offenders pay more than the benefit": ("model.claims", "np.floor(claims.benefit[may] * share)", "np.floor(claims.benefit[may] * 2 * share)", "2.69"),
    "outcomes: victims keep a right that has passed": ("analysis.outcomes", "kept[lost] = np.maximum(offender[lost] - fund_pays[lost], 0.0)", "kept[lost] = offender[lost]", "2.69"),
    "caseload: the trend goes on": ("model.caseload", "world.caseload.trend_years)\n    return parameters", "60)\n    return parameters", "2.70"),
    "caseload: a mass case has one victim more": ("model.caseload", "np.maximum(size[happens] - 1, 0.0)", "np.maximum(size[happens], 0.0)", "2.70"),
    "run: paid in full when decided": ("model.run", "month[claim] = np.maximum(books.paid_in_month[done], decided[claim])", "month[claim] = decided[claim]", "2.72"),
    "pathway: conviction by the rate of identification": ("model.pathway", 'guilty = happens("conviction", charged,', 'guilty = happens("conviction", reached.only(charge),', "2.73"),
    "claims: pursuit by the rates of filing": ("model.claims", "year = clock.year(np.minimum(decided_at[may], 12.0 * clock.width))", "year = clock.year(claims.filed_at[may])", "2.73"),
    # what is printed
    "statistics: percentiles the wrong way round": ("analysis.statistics", "    for p in PERCENTS:", "    for p in reversed(PERCENTS):", "6.10"),
    "statistics: VaR at 99 %": ("analysis.statistics", '{"var99_5": precision.quantile(x, 0.995)}', '{"var99_5": precision.quantile(x, 0.99)}', "6.10"),
    "statistics: a mean of ratios": ("analysis.statistics", "return precision.ratio(above, below), each", "return precision.mean(each), each", "6.10"),
    "statistics: parts of the spread exchanged": ("analysis.statistics", '{"sd_assumptions": parts.assumptions, "sd_chance": parts.chance}', '{"sd_assumptions": parts.chance, "sd_chance": parts.assumptions}', "6.10"),
    "statistics: too few futures for a quantile": ("analysis.statistics", "(percent / 100) ** need.size > 0.025", "(percent / 100) ** need.size > 0.05", "6.11"),
    "outcomes: the peak need grows where it should be discounted": ("analysis.outcomes", "net[:, : 12 * years] / growth", "net[:, : 12 * years] * growth", "1.01"),
    "outcomes: months to payment from the month's begin": ("analysis.outcomes", "np.minimum(future.paid_in_month[done], drawn.months) + 1", "np.minimum(future.paid_in_month[done], drawn.months)", "1.01"),
    "outcomes: nationals and foreigners exchanged": ("analysis.outcomes", '("national", "foreign")', '("foreign", "national")', "1.01"),
    "outcomes: soon is one year": ("analysis.outcomes", "self.months <= SOON_MONTHS", "self.months <= SOON_MONTHS / 2", "1.01"),
    "compare: better and worse exchanged": ("analysis.compare", "known > 0 if upward > 0 else known < 0", "known < 0 if upward > 0 else known > 0", "6.30"),
    "compare: an interval of one error": ("analysis.compare", "half = precision.Z95 * (change.mc_error or 0.0)", "half = change.mc_error or 0.0", "6.30"),
    "compare: pairing upside down": ("analysis.compare", "return apart / together,", "return together / apart,", "6.30"),
    "needs: one good year is enough for the limit": ("analysis.needs", "(of_year <= yearly_limit[:, :years]).all(axis=1)", "(of_year <= yearly_limit[:, :years]).any(axis=1)", "6.40"),
    "needs: recoveries are forgotten": ("analysis.needs", "sum(others.values(), recoveries - due_total)", "sum(others.values(), -due_total)", "6.40"),
    "cash: a return on what came in": ("analysis.cash", "np.rint(cash[r] * rate[t, r])", "np.rint((cash[r] + net[t, r]) * rate[t, r])", "6.40"),
    "needs: one place too low": ("analysis.needs", "max(int(np.ceil(share * need.size - 1e-9)), 1)", "max(int(np.floor(share * need.size - 1e-9)), 1)", "6.41"),
    "solve: the edge from the wrong side": ("analysis.solve", "        if share(middle) >= target:", "        if share(middle) > target + 0.03:", "6.42"),
    "region: each country pays the whole contribution": ("analysis.region", "p.funded(s * amount)", "p.funded(amount)", "6.50"),
    "region: transfers the wrong way": ("analysis.region", "precision.mean(drawn - share * total)", "precision.mean(share * total - drawn)", "6.50"),
    "region: gain of the pool less the parts": ("analysis.region", "gain=precision.difference(one, total)", "gain=precision.difference(total, one)", "6.50"),
    "region: only wages count": ("analysis.region", "s.world.country.net_wage.value * s.world.country.population.value", "s.world.country.net_wage.value", "6.50"),
    "streams: ties too weak": ("model.streams", "np.sqrt(rho) * special.ndtri(common)", "rho * special.ndtri(common)", "6.51"),
    "tornado: low and high exchanged": ("analysis.tornado", "for u in (LOW, HIGH)]", "for u in (HIGH, LOW)]", "6.60"),
    "sensitivity: directions the wrong way": ("analysis.sensitivity", "np.sign(found) * sure", "-np.sign(found) * sure", "6.61"),
    "sensitivity: inputs exchanged with themselves": ("analysis.sensitivity", "np.arange(sets, 2 * sets)", "np.arange(sets)", "6.61"),
    "indices: a total twice too large": ("analysis.indices", "total = np.prod(moved, axis=2) / 2 if", "total = np.prod(moved, axis=2) if", "6.61"),
    "choose: the dearest design": ("analysis.choose", "sign = 1.0 if least else -1.0", "sign = -1.0 if least else 1.0", "6.70"),
    "choose: a front of all that are dear": ("analysis.choose", "np.maximum.accumulate(victims[order])", "np.minimum.accumulate(victims[order])", "6.70"),
    "choose: rivals by their own noise": ("analysis.choose", "self.noise - self.noise[best]", "self.noise", "6.70"),
    "choose: the best circumstances": ("analysis.choose", "sides = values if higher_is_worse else -values", "sides = -values if higher_is_worse else values", "6.70"),
    "decision: idle and missing euro exchanged": ("analysis.decision", "short * np.maximum(gap, 0) + idle * np.maximum(-gap, 0)", "idle * np.maximum(gap, 0) + short * np.maximum(-gap, 0)", "6.71"),
    "hard years: the best-off tenth": ("analysis.hard_years", "order = np.lexsort((received, by))", "order = np.lexsort((-received, by))", "7.10"),
    "hard years: a month too long": ("analysis.hard_years", "future.payment_month - due.month, months)", "future.payment_month - due.month + 1, months)", "7.10"),
    "hard years: a cap at the middle": ("analysis.hard_years", "middle = LOWER * float(np.median(real))", "middle = float(np.median(real))", "7.10"),
    "reverse: judged by those that found it": ("analysis.reverse", "judge = {name: x[~even]", "judge = {name: x[even]", "7.13"),
    "reverse: limits the wrong way": ("analysis.reverse", "inside &= x > self.above", "inside &= x < self.above", "7.13"),
    "circumstances: income of all years together": ("analysis.circumstances", "Circumstance(np.mean(yearly, axis=0), words)", "Circumstance(np.sum(yearly, axis=0), words)", "7.13"),
    "assumptions: a uniform between low and high": ("scenario.assumption", "low + (high - low) * (u - 0.1) / 0.8", "low + (high - low) * u", "8.07"),
}  # fmt: skip


def functions(module: ModuleType) -> dict[str, FunctionType]:
    """The functions and methods written in a module, by qualified name; compiled ones as they were written."""
    found = {}
    for thing in vars(module).values():
        parts = (
            vars(thing).values() if isinstance(thing, type) else [getattr(thing, "py_func", thing)]
        )
        for part in parts:
            if isinstance(part, FunctionType) and part.__module__ == module.__name__:
                found[part.__qualname__] = part
    return found


def plant(monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> None:
    """Change one line of a module everywhere, also for those who have imported its functions."""
    module = import_module(f"fundsim.{name}")
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count(old) == 1, "the line is written differently now: mend the fault"
    mutant = ModuleType(module.__name__)
    mutant.__file__ = module.__file__
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)  # a fault is no reason to write anywhere
    monkeypatch.setitem(__import__("sys").modules, module.__name__, mutant)
    exec(compile(source.replace(old, new), f"{name} (planted)", "exec"), mutant.__dict__)
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    changed = 0
    theirs = functions(mutant)
    for key, function in functions(module).items():
        code: CodeType = theirs[key].__code__
        if body(code) != body(function.__code__):
            monkeypatch.setattr(function, "__code__", code)
            changed += 1
    assert changed == 1
    for key, loop in vars(mutant).items():
        if isinstance(loop, Dispatcher) and loop.__module__ == module.__name__:
            monkeypatch.setattr(module, key, loop)


def body(code: CodeType) -> tuple[object, ...]:
    """What a function does, without line numbers and file names."""
    constants = tuple(body(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts)
    return code.co_code, code.co_names, constants


# smaller runs see these faults too
SMALL = (
    (engines, "SCENARIOS", 30), (pathway, "FUTURES", 2500), (compound, "FUTURES", 4000),
    (ruin, "FINITE", 6000), (ruin, "WHOLE", 2000), (monte_carlo, "RUNS", 800), (queues, "QUEUES", 200),
    (comparisons, "FUTURES", 4), (one_fund, "FOLLOWED", 3),
)  # fmt: skip


TOLD: dict[tuple[str, int, tuple[int, ...]], Tables] = {}


def told_once(asked: tuple[World, int, Iterable[int]]) -> Tables:
    """What the reference says of some futures, kept: no fault is planted in it, and it is slow."""
    world, seed, numbers = asked
    key = world.model_dump_json(), seed, tuple(numbers)
    if key not in TOLD:
        TOLD[key] = of_reference(lived(world, seed, key[2]))
    return TOLD[key]


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the large groups small, ask the reference once for what many faults are compared with, and forget other plans."""
    for module, name, value in SMALL:
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(engines, "lived", lambda *asked: asked)
    monkeypatch.setattr(engines, "of_reference", told_once)
    lines._planned.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the group that should see it is run, and a small one."""
    module, old, new, group = FAULTS[name]
    plant(monkeypatch, module, old, new)
    small(monkeypatch)
    found = finished(BY_ID[group], SEED)
    assert [check.id for check in found if check.verdict == "fail"], "no check has seen it"


MADE_SMALL = {module.__name__ for module, *_ in SMALL}
SMALLER = {group for *_, group in FAULTS.values() if BY_ID[group].run.__module__ in MADE_SMALL}


@pytest.mark.slow
@pytest.mark.parametrize("group", sorted(SMALLER))
def test_no_fault_is_seen_where_there_is_none(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small groups pass as they are: it is the fault that fails them.

    Groups that are always of one size have passed where every check is run.
    """
    small(monkeypatch)
    found = finished(BY_ID[group], SEED)
    assert [
        f"{check.id} {check.name}: {check.score} {check.note}"
        for check in found
        if check.verdict != "pass"
    ] == []


def test_the_headline_names_failures_first(quick: Report) -> None:
    failing = finished(broken_check(), SEED)
    report = replace(quick, checks=(*quick.checks, *failing))
    assert headline(report)[0] == "FAILED: 2.99 A broken check"
    assert not headline(quick)[0].startswith("FAILED")
