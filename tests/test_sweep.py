"""A batch from end to end: every figure is that of the scenario run alone, and designs are judged as by brute force."""

import csv
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from fundsim import cli
from fundsim.analysis.compare import compare
from fundsim.analysis.measures import measure
from fundsim.analysis.needs import enough, needs
from fundsim.analysis.precision import Z95, error_of_batches
from fundsim.analysis.project import project
from fundsim.batch.designs import judge
from fundsim.batch.plan import contents_hash
from fundsim.batch.plan_file import read_plan
from fundsim.batch.version import model_version
from fundsim.batch.work import Job, OtherModelError, work_on
from fundsim.scenario.compose import load

ROOT = Path(__file__).parents[1]
PLAN = """
question = "Which design lasts and pays most?"
countries = ["montenegro", "kosovo"]
policies = ["tariff", "status_fixed"]
stresses = ["none", "budget_cut"]
set = ["time.horizon_years = 2", "time.runoff_years = 1", "income.budget.vote = 'fixed'", "fund.take_up.first_year_share = 1"]
replications = 64
seed = 5
samples = 2
measures = ["due_a_year", "ruin", "share_paid_with", "due_real", "contribution_needed", "cash@2027"]

[levers]
"fund.amount.cap" = [4, 12]
"income.budget.amount" = [50_000, 200_000]
"fund.payment.when_short" = ["queue", "pro_rata"]

[assumptions]
"fund.take_up.unassisted_rate" = { from = 0.1, to = 0.5 }

[best]
least = "contribution_needed:solvent90"
over = "OVER"
[best.require]
share_paid_with = { at_least = 0.1 }
"due_a_year:p95" = { at_most = 140_000, over = "mean" }

[front]
over = "OVER"
"""


def sweep(folder: Path, text: str, *more: str) -> int:
    """Run a plan in this process, with one process unless more says otherwise; the exit code."""
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["fundsim", "sweep", str(path), "--workers", "1", *more])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    return int(stop.value.code or 0)


@pytest.fixture(scope="module", params=["worst", "mean"])
def batch(request, tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("batch")
    text = PLAN.replace("OVER", request.param)
    assert sweep(folder, text, "--out", str(folder / "out")) == 0
    return folder / "out", request.param


@pytest.mark.slow
def test_every_figure_is_that_of_the_scenario_run_alone(batch) -> None:
    out, _ = batch
    results, scenarios = pd.read_parquet(out / "results"), pd.read_parquet(out / "scenarios")
    assert len(scenarios) == 2 * 2 * 2 * 8 * 2
    assert list(scenarios["number"]) == list(range(len(scenarios)))
    for _, one in scenarios.iloc[::17].iterrows():
        _, _, name, *options = shlex.split(one["command"])
        sets = [options[i + 1] for i, word in enumerate(options) if word == "--set"]
        assert options[-4:] == ["--replications", "64", "--seed", "5"]
        scenario = load(name, sets)
        assert (one["scenario"], one["scenario_hash"]) == (scenario.name, scenario.hash)
        [alone] = project([scenario], 64, 5)
        wanted = {
            (r.year if r.year is not None else 0, r.measure, r.statistic): (r.unit, r.value)
            for r in measure(alone)
        }
        own = results[results["number"] == one["number"]]
        for row in own.itertuples():
            if row.measure != "contribution_needed":
                assert wanted[
                    0 if np.isnan(row.year) else row.year, row.measure, row.statistic
                ] == (row.unit, row.value)
        for (year, m, statistic), (_, value) in wanted.items():
            if m in ("due_a_year", "ruin", "share_paid_with", "due_real") or (m, year) == (
                "cash",
                2027,
            ):
                assert ((own["measure"] == m) & (own["statistic"] == statistic)).sum() == (
                    2 if m == "due_real" else 1
                )
            if m in ("due_a_year", "ruin") and statistic == "mean":
                assert one[m] == value
        need = needs(scenario, "budget", 64, 5).contribution
        assert one["contribution_needed:solvent90"] == enough(need, 0.9).amount


def test_the_best_and_the_front_are_what_brute_force_finds(batch) -> None:
    out, over = batch
    table = pd.read_parquet(out / "scenarios")
    levers = ["policy", "fund.amount.cap", "fund.payment.when_short", "income.budget.amount"]
    with (out / "best.csv").open(encoding="utf-8", newline="") as file:
        best = {row["country"]: row for row in csv.DictReader(file)}
    with (out / "front.csv").open(encoding="utf-8", newline="") as file:
        front = list(csv.DictReader(file))
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    some = left_out = 0
    for country, own in table.groupby("country", observed=True):
        designs = []
        for number, d in own.groupby("design"):
            assert len(d) == 4
            assert len(d[levers].drop_duplicates()) == 1, "a design is one choice of every lever"
            high = "mean" if over == "mean" else "max"
            low = "mean" if over == "mean" else "min"
            designs.append({
                "design": number, "goal": d["contribution_needed:solvent90"].agg(high), "share": d["share_paid_with"].agg(low),
                "p95": d["due_a_year:p95"].agg("mean"), "cost": d["due_a_year"].agg(high),
            })  # fmt: skip
        fit = [
            d
            for d in designs
            if d["share"] >= 0.1 and d["p95"] <= 140_000 and np.isfinite(d["goal"])
        ]
        row = best[str(country)]
        assert int(row["within_limits"]) == len(fit)
        if fit:
            some += 1
            wanted = min(fit, key=lambda d: (d["goal"], d["design"]))
            assert int(row["design"]) == wanted["design"]
            worst = table[(table["country"] == country) & (table["design"] == wanted["design"])]
            most = worst["contribution_needed:solvent90"].max()
            assert float(row["contribution_needed:solvent90 in the worst"]) == most
            assert float(row["contribution_needed:solvent90"]) == pytest.approx(
                wanted["goal"], rel=1e-12
            )
        pairs = {(d["cost"], d["share"]) for d in designs}
        on = sorted(
            p for p in pairs if not any(q != p and q[0] <= p[0] and q[1] >= p[1] for q in pairs)
        )
        found = [
            (float(r["due_a_year"]), float(r["share_paid_with"]))
            for r in front
            if r["country"] == country
        ]
        assert np.allclose(found, on, rtol=1e-12)
        left_out += len(designs) - len(fit)
    assert some, "limits that no design meets would prove little"
    assert left_out, "nor would limits that every design meets"
    assert ("in the worst circumstances" in " ".join(summary["answer"])) == (over == "mean")
    assert len(summary["answer"]) == 4, "what best means, a line a country, how it was judged"


def test_others_read_it_without_help(batch) -> None:
    out, _ = batch
    pandas = pd.read_parquet(out / "results")
    table: Any = duckdb.sql(
        f"select count(*), sum(value) from '{out}/results/*.parquet' where measure = 'due_real'"
    )
    found = table.fetchall()
    own = pandas[pandas["measure"] == "due_real"]["value"]
    assert found[0][0] == len(own)
    assert found[0][1] == pytest.approx(own.sum(), rel=1e-12)
    readme = (out / "README.md").read_text(encoding="utf-8")
    for table in ("results", "scenarios", "noise"):
        section = readme.partition(f"## Columns of `{table}/`")[2].partition("\n## ")[0]
        told = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        for path in sorted((out / table).iterdir()):
            assert pq.read_schema(path).names == told


def test_the_manifest_names_every_file_and_a_second_run_computes_nothing(
    batch, capsys, monkeypatch
) -> None:
    out, over = batch
    files = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"]
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert {f for f in there if not f.startswith("store/")} == {*files, "manifest.json"}
    monkeypatch.setattr("fundsim.batch.sweep.work_on", None)
    before = (out / "manifest.json").read_bytes()
    assert sweep(out.parent, PLAN.replace("OVER", over), "--out", str(out)) == 0
    told = capsys.readouterr()
    assert "nothing to compute" in told.err
    assert "Montenegro" in told.out
    assert (out / "manifest.json").read_bytes() == before


def test_another_plan_takes_from_the_same_store_what_is_there(
    batch, tmp_path, capsys, monkeypatch
) -> None:
    out, over = batch
    monkeypatch.setattr("fundsim.batch.lookup.computed_outcomes", None)  # to compute would fail
    text = PLAN.replace("OVER", over).replace('"montenegro", ', "").replace(', "due_real"', "")
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o"), "--store", str(out / "store")) == 0
    assert not (tmp_path / "o" / "store").exists()
    one, two = (pd.read_parquet(p / "scenarios") for p in (out, tmp_path / "o"))
    both = one[one["country"] == "kosovo"]["due_a_year"].to_numpy()
    assert (two["due_a_year"].to_numpy() == both).all()


def test_a_dry_run_tells_and_writes_nothing(tmp_path, capsys) -> None:
    assert sweep(tmp_path, PLAN.replace("OVER", "mean"), "--dry-run") == 0
    told = capsys.readouterr().out
    for words in (
        "128 scenarios: 2 countries × 16 designs × 4 circumstances",
        "64 replications each",
        "registered victims",
        "of disk in 128 parts",
    ):
        assert words in told
    assert [p.name for p in tmp_path.iterdir()] == ["plan.toml"]


def test_a_batch_whose_scenario_files_have_changed_is_not_taken_for_done(tmp_path, capsys) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('question = "q"\n[fund.amount]\ncap = 5\n', encoding="utf-8")
    text = (
        PLAN.replace("OVER", "mean")
        .replace('"status_fixed"', f'"tariff+{own}"')
        .replace('"kosovo"', "")
        .replace("[4, 12]", "[4]")
    )
    text = text.replace("replications = 64", "replications = 40")
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o")) == 0
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o")) == 0
    own.write_text('question = "q"\n[fund.amount]\ncap = 6\n', encoding="utf-8")
    capsys.readouterr()
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o")) == 2
    assert "scenario files that have changed since" in capsys.readouterr().err


def test_the_command_of_a_scenario_with_an_own_file_names_its_path(tmp_path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('question = "A cap?"\n[fund.amount]\ncap = 4\n', encoding="utf-8")
    text = f"""question = "?"\ncountries = ["kosovo"]\npolicies = ["default", "tariff+{own}"]
    set = ["time.horizon_years = 2"]\nreplications = 4"""
    assert sweep(tmp_path, text, "--out", str(tmp_path / "out")) == 0
    for _, one in pd.read_parquet(tmp_path / "out" / "scenarios").iterrows():
        _, _, name, _, sets, *_ = shlex.split(one["command"])
        assert load(name, [sets]).hash == one["scenario_hash"]


SMALL = """
question = "q"
countries = ["montenegro", "kosovo"]
set = ["time.horizon_years = 2", "time.runoff_years = 1"]
replications = 90
[levers]
"fund.decision.posts" = { from = 1, to = 3, steps = 3 }
"""


def test_long_scenarios_in_shares_give_the_same(tmp_path, monkeypatch) -> None:
    from fundsim.batch import sweep as batches

    text = SMALL.replace("90", "1100")  # three blocks
    assert sweep(tmp_path, text, "--out", str(tmp_path / "whole")) == 0
    monkeypatch.setattr(batches, "SHARE", 500)
    counted: list[Any] = []
    run_plan = batches.run_plan

    def noted(*args: Any) -> Any:
        counted.append(run_plan(*args))
        return counted[-1]

    monkeypatch.setattr("fundsim.report.sweep.tell.run_plan", noted)
    assert sweep(tmp_path, text, "--out", str(tmp_path / "shares")) == 0
    [p] = counted
    assert (p.computed, p.found, p.replications) == (18, 0, 6 * 1100), (
        "each part computed once and counted once"
    )
    for folder in ("results", "scenarios", "noise"):
        for path in (tmp_path / "whole" / folder).iterdir():
            assert path.read_bytes() == (tmp_path / "shares" / folder / path.name).read_bytes()


@pytest.mark.parametrize("moment", [1, 6])
def test_a_scenario_file_that_changes_while_the_batch_runs_ends_it(
    tmp_path, capsys, monkeypatch, moment: int
) -> None:
    """At the first of six scenarios, and at the last, after which nobody begins another."""
    from fundsim.batch import work

    calls = []
    own = tmp_path / "mine.toml"
    own.write_text('question = "q"\n[fund.amount]\ncap = 5\n', encoding="utf-8")
    text = SMALL.replace("replications", f'policies = ["tariff+{own}"]\nreplications')
    kept: Any = vars(work)["kept_block"]

    def edited(*args: Any, **how: Any) -> Any:
        calls.append(args)
        if len(calls) == moment:
            own.write_text('question = "q"\n[fund.amount]\ncap = 6\n', encoding="utf-8")
        return kept(*args, **how)

    monkeypatch.setattr(work, "kept_block", edited)
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o")) == 2
    assert "scenario file has changed while the batch ran" in capsys.readouterr().err
    assert not (tmp_path / "o" / "results").exists()


@pytest.mark.parametrize("other", [{"contents": 12 * "0"}, {"model": "another"}])
def test_a_worker_with_other_files_or_another_model_computes_nothing(
    tmp_path, other: dict[str, Any]
) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(SMALL, encoding="utf-8")
    plan = read_plan(path)
    job = Job(plan, str(tmp_path / "store"), model_version(), contents_hash(plan))
    with pytest.raises(OtherModelError):
        work_on(replace(job, **other), 0, 1)
    assert not (tmp_path / "store").exists()
    assert work_on(job, 0, 1).tally.computed == 1


def test_two_processes_do_not_work_on_one_batch(tmp_path, capsys) -> None:
    from fundsim.batch.plan_file import read_plan
    from fundsim.batch.sweep import alone, claim

    path = tmp_path / "plan.toml"
    path.write_text(SMALL, encoding="utf-8")
    claim(tmp_path / "o", read_plan(path))
    with alone(tmp_path / "o"):
        assert sweep(tmp_path, SMALL, "--out", str(tmp_path / "o")) == 3
        assert "another fundsim works on this batch" in capsys.readouterr().err
        assert (tmp_path / "o" / "run.json").exists()
    assert sweep(tmp_path, SMALL, "--out", str(tmp_path / "o")) == 0


def test_of_two_that_begin_a_folder_at_once_one_waits(tmp_path, capsys, monkeypatch) -> None:
    from fundsim.batch import sweep as batches
    from fundsim.batch.plan_file import read_plan

    path = tmp_path / "plan.toml"
    path.write_text(SMALL, encoding="utf-8")
    plan, out, put = read_plan(path), tmp_path / "o", batches._put_new

    def late(draft: Path, card: Path) -> None:
        monkeypatch.setattr(batches, "_put_new", put)
        assert batches.claim(out, plan) is False, "another begins first"
        put(draft, card)

    monkeypatch.setattr(batches, "_put_new", late)
    assert batches.claim(out, plan) is True, "it finds the other's card, and does not replace it"
    assert [p.name for p in out.iterdir()] == ["run.json"]


def test_the_default_policy_is_named_only_where_it_is_in_force(tmp_path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('question = "q"\n[fund]\nentry_point = "none"\n', encoding="utf-8")
    text = SMALL.replace("[levers]", f'reforms = ["none", "{own}"]\n[levers]')
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o")) == 0
    table = pd.read_parquet(tmp_path / "o" / "scenarios")
    for row in table.itertuples():
        name, *options = shlex.split(row.command)[2:]
        sets = [options[i + 1] for i, word in enumerate(options) if word == "--set"]
        assert load(name, sets).hash == row.scenario_hash
        assert row.policy == ("tariff" if row.reforms == "none" else "none")
    with (tmp_path / "o" / "front.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert load(row["scenario"]).world.country.name


def test_nothing_seen_in_some_futures_is_not_surely_nothing(tmp_path) -> None:
    text = SMALL + '[best]\nleast = "due_a_year"\n[best.require]\nruin = { at_most = 0.03 }\n'
    rich = '"income.budget.vote = \'fixed\'", "income.budget.amount = 100_000_000"'
    text = text.replace("set = [", f"set = [{rich}, ")
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o")) == 0
    with (tmp_path / "o" / "best.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["ruin ≤ 0.03"] for row in rows} == {"0.0"}
    assert {row["limits_surely_met"] for row in rows} == {"False"}, (
        "0 of 90 (45 twins) is below 8 %, not below 3 %"
    )


CAPS = """
question = "Which cap needs least?"
countries = ["montenegro"]
stresses = ["none", "budget_cut"]
set = ["time.horizon_years = 4", "time.runoff_years = 1"]
replications = 128
measures = ["due_a_year", "contribution_needed"]
[levers]
"fund.amount.cap" = [4, 6]
[assumptions]
"fund.take_up.unassisted_rate" = [0.1, 0.2]
[best]
least = "FIGURE"
over = "mean"
"""


@pytest.mark.parametrize("figure", ["contribution_needed:solvent90", "due_a_year"])
def test_what_needs_more_in_all_circumstances_is_told_from_the_best(tmp_path, figure: str) -> None:
    assert sweep(tmp_path, CAPS.replace("FIGURE", figure), "--out", str(tmp_path / "o")) == 0
    plan = read_plan(tmp_path / "plan.toml")
    [found] = judge(plan, tmp_path / "o")
    assert found.best is not None
    goal = found.best.figure
    value, error = goal.value, goal.error
    each = pd.read_parquet(tmp_path / "o" / "scenarios")[figure].to_numpy().reshape(2, 4)
    assert (each[1] > each[0]).all()
    assert value[1] - value[0] < Z95 * np.hypot(*error), "their own errors do not tell them apart"
    assert found.best.choice.rivals == (), "the error of the difference does"


def test_the_error_of_a_difference_is_that_of_compare(tmp_path) -> None:
    text = CAPS.replace("FIGURE", "due_a_year").replace('["none", "budget_cut"]', '["none"]')
    text = text.replace("[0.1, 0.2]", "[0.2]")
    assert sweep(tmp_path, text, "--out", str(tmp_path / "o")) == 0
    commands = [shlex.split(c) for c in pd.read_parquet(tmp_path / "o" / "scenarios")["command"]]
    sets = [[c[i + 1] for i, word in enumerate(c) if word == "--set"] for c in commands]
    both = project([load(c[2], own) for c, own in zip(commands, sets, strict=True)], 128, 20260101)
    [row] = [
        d for d in compare(both) if d.measure == "due_a_year" and d.statistic == "mean"
    ]  # fmt: skip
    [found] = judge(read_plan(tmp_path / "plan.toml"), tmp_path / "o")
    assert found.cost.error_to(0)[1] == pytest.approx(row.mc_error, rel=1e-9)
    noise = np.stack(pd.read_parquet(tmp_path / "o" / "noise")["due_a_year"].tolist())
    assert error_of_batches(noise[1] - noise[0]) == pytest.approx(row.mc_error, rel=1e-9)


@pytest.mark.parametrize(
    ("best", "why"),
    [
        ('most = "received_with"', "not defined"),
        ('least = "months_to_payment_with"', "not defined"),
        ('least = "contribution_needed:solvent50"\n[best.require]\nshare_paid_with = { at_least = 0.1 }', "no design has the figure"),
    ],
)  # fmt: skip
def test_a_country_without_victims_has_words_and_no_best(
    tmp_path, capsys, best: str, why: str
) -> None:
    text = (ROOT / "scenarios" / "base" / "montenegro.toml").read_text(encoding="utf-8")
    for key, unit in (("level", "persons a year"), ("events_a_year", "events a year")):
        nothing = f'{key} = {{ value = 0, unit = "{unit}", source = "judgement" }}'
        text = re.sub(rf"^{key} = .*", nothing, text, flags=re.M)
    own = tmp_path / "empty.toml"
    own.write_text(text.replace('code = "ME"', 'code = "EE"'), encoding="utf-8")
    plan = SMALL.replace('"kosovo"', f'"{own}"').replace("replications = 90", "replications = 80")
    assert sweep(tmp_path, f"{plan}[best]\n{best}\n", "--out", str(tmp_path / "o")) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert why in told
    summary = (tmp_path / "o" / "summary.json").read_text(encoding="utf-8")
    assert "nan" not in (told + summary).lower().replace("financ", "")
    [row] = [r for r in json.loads(summary)["best"] if r["country"] == str(own)]
    empty = {key for key, value in row.items() if value is None}
    assert {"design", "limits_surely_met", "not_told_from_it"} <= empty


def test_where_no_amount_suffices_the_answer_says_so(tmp_path, capsys) -> None:
    least = '"fund.payment.yearly_limit = 1000", "fund.take_up.first_year_share = 1"'
    plan = SMALL.replace("set = [", f"set = [{least}, ")
    plan += '[best]\nleast = "contribution_needed:solvent50"\n'
    assert sweep(tmp_path, plan, "--out", str(tmp_path / "o")) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "no amount suffices with any design." in told


@pytest.mark.parametrize("number", range(1, 7))
def test_the_picture_has_a_panel_a_country_and_no_empty_ones(number: int, tmp_path) -> None:
    from fundsim.analysis.choose import Judged
    from fundsim.batch.designs import Country
    from fundsim.batch.plan_file import read_plan
    from fundsim.report.sweep.picture import front_picture

    names = [
        "serbia",
        "montenegro",
        "albania",
        "kosovo",
        "north_macedonia",
        "bosnia_and_herzegovina",
    ][:number]
    path = tmp_path / "plan.toml"
    path.write_text(SMALL.replace('["montenegro", "kosovo"]', str(names)), encoding="utf-8")
    figures = Judged(np.array([1.0, 2.0]), np.array([0.1, 0.1]), np.zeros((2, 3)))
    countries = [Country(name, figures, figures, np.array([0, 1]), None) for name in names]
    picture = front_picture(read_plan(path), countries, "note")
    assert sum(axes.axison for axes in picture.axes) == number
