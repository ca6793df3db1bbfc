"""Files of one's own: their names, what they may extend, and what happens where two of them say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from fundsim.analysis.compare import compare
from fundsim.analysis.project import project
from fundsim.batch.plan_file import read_plan
from fundsim.batch.sweep import check_plan
from fundsim.scenario.compose import Scenario, load, load_all
from fundsim.scenario.errors import InputError
from fundsim.scenario.published import country_template

SMALL = ["time.horizon_years=1", "time.runoff_years=0"]
CURLY = "„“”‚‘’«»"
LINK = (
    'correlations = [{{ first = "{}", second = "{}", correlation = {}, source = "judgement" }}]\n'
)
A, B, C = "fund.take_up.unassisted_rate", "fund.decision.approval_rate", "award.median"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which files are looked for."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, body: str = "", extends: str = "") -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f'extends = "{extends}"\n' if extends else ""
    path.write_text(f'question = "What if?"\n{head}{body}', encoding="utf-8")
    return name


def cap(amount: int) -> str:
    return f"[fund.amount]\ncap = {amount}\n"


def cap_of(scenario: Scenario) -> float | None:
    return None if scenario.world.fund.amount.cap is None else scenario.world.fund.amount.cap.value


def links(scenario: Scenario) -> list[tuple[str, str, float]]:
    """What own files say: those of the country come first."""
    shipped = set(load("serbia").world.correlations)
    return [
        (one.first, one.second, one.correlation)
        for one in scenario.world.correlations
        if one not in shipped
    ]


def refused(name: str, *sets: str) -> str:
    with pytest.raises(InputError) as caught:
        load(name, sets)
    return str(caught.value)


# ---- Names with a + ----


@pytest.mark.parametrize(
    "name", ["my+policy.toml", "a+b/mine.toml", "a+b/c+d.toml", "+.toml", "a++b.toml"]
)
def test_a_plus_in_a_name_works(name: str, here: Path) -> None:
    write(name, cap(5), "serbia+tariff")
    for path in (name, f"./{name}", str(here / name)):
        scenario = load(path)
        assert cap_of(scenario) == 5
        assert load(scenario.given).hash == scenario.hash
    assert "+" not in scenario.name.removeprefix("serbia+tariff+")


def test_such_a_file_is_joined_and_extended_like_any(here: Path) -> None:
    write("my+cap.toml", cap(7))
    assert cap_of(load("serbia+tariff+my+cap.toml")) == 7
    assert load("serbia+my+cap.toml+legal_aid").name == "serbia+tariff+legal_aid+my_cap"
    write("more+.toml", extends="serbia+tariff+my+cap.toml")
    assert cap_of(load("more+.toml")) == 7
    (here / "plan.toml").write_text(
        'question = "q"\ncountries = ["serbia"]\npolicies = ["tariff+my+cap.toml"]\n'
    )
    assert read_plan(here / "plan.toml").policies == ("tariff+my+cap.toml",)


def test_two_readings_are_asked_about() -> None:
    write("serbia+mine.toml", cap(5), "montenegro+tariff")
    assert load("serbia+mine.toml").world.country.code == "ME"
    write("mine.toml", cap(6))
    told = refused("serbia+mine.toml")
    assert (
        "can be read as serbia joined with mine.toml or serbia+mine.toml; write ./ before" in told
    )
    assert cap_of(load("./serbia+mine.toml")) == 5
    assert cap_of(load("serbia+./mine.toml")) == 6


def test_a_name_of_many_pluses_is_refused_at_once() -> None:
    assert "no such" in refused("serbia" + "+a.toml" * 50)


# ---- Two files that say the same ----


def test_two_own_files_that_set_one_key_are_refused() -> None:
    one, two = write("one.toml", cap(3)), write("two.toml", cap(5))
    for first, second in ((one, two), (two, one)):
        told = refused(f"serbia+{first}+{second}")
        assert (
            f"{second}:3: fund.amount.cap: also set in {first}; if this file shall replace" in told
        )
    same = write("same.toml", cap(3))
    assert cap_of(load(f"serbia+{one}+{same}")) == 3
    assert refused(f"serbia+{one}+{same}+{two}").count("also set") == 2


def test_unless_the_later_says_that_it_replaces() -> None:
    write("one.toml", cap(3))
    write("two.toml", f"replaces = true\n{cap(5)}")
    assert cap_of(load("serbia+one.toml+two.toml")) == 5
    assert "also set in two.toml" in refused("serbia+two.toml+one.toml")
    write("odd.toml", "replaces = 1\n")
    assert "odd.toml:2: replaces: must be true or false" in refused("serbia+odd.toml")


def test_a_file_may_set_what_it_extends() -> None:
    write("one.toml", cap(3), "serbia+tariff")
    write("two.toml", cap(5), "one.toml")
    write("three.toml", cap(6), "two.toml")
    assert cap_of(load("three.toml")) == 6
    write("aside.toml", cap(9))
    assert refused("three.toml+aside.toml").count("also set") == 3


def test_correlations_of_several_files_add_up() -> None:
    write("one.toml", LINK.format(A, B, 0.5))
    write("two.toml", LINK.format(B, C, 0.4))
    both = [(A, B, 0.5), (B, C, 0.4)]
    assert links(load("serbia+one.toml+two.toml")) == both
    assert links(load("serbia+two.toml+one.toml")) == both[::-1]
    write("three.toml", LINK.format(A, C, 0.3), "serbia+tariff+one.toml")
    assert links(load("three.toml")) == [both[0], (A, C, 0.3)]
    assert links(load("three.toml", ["correlations=[]"])) == []


def test_one_pair_in_two_files_is_refused_unless_the_later_replaces_it() -> None:
    write("one.toml", LINK.format(A, B, 0.5))
    write("two.toml", LINK.format(B, A, 0.7))
    told = refused("serbia+one.toml+two.toml")
    assert f"two.toml:2: correlations: {B} and {A}: also set in one.toml" in told
    write("three.toml", "replaces = true\n" + LINK.format(B, A, 0.7))
    assert links(load("serbia+one.toml+three.toml")) == [(B, A, 0.7)]
    write("four.toml", LINK.format(A, B, 0), "serbia+one.toml")
    assert links(load("four.toml")) == [(A, B, 0)]


def test_a_wrong_correlation_is_told_with_its_own_file() -> None:
    write("one.toml", LINK.format(A, "nope", 0.5))
    write("two.toml", LINK.format(B, C, 0.4))
    assert "one.toml:2: correlations[2] = nope" in refused("serbia+one.toml+two.toml")
    told = refused(
        "serbia+two.toml", f'correlations=[{{first="{A}", second="nope", correlation=0}}]'
    )
    assert "--set" in told


# ---- Curly quotes ----


@pytest.mark.parametrize("quote", CURLY)
@pytest.mark.parametrize(
    "line", ['extends = {}serbia"', "place = {}What if?{}", "fund.amount.money = {}euro"]
)
def test_curly_quotes_are_named(quote: str, line: str) -> None:
    write("my.toml", f"{line.format(quote, quote)}\n")
    told = refused("my.toml")
    assert (
        f"the quotes {quote} are curly, as word processors write them; write straight ones" in told
    )
    assert told.startswith("my.toml:2: ")


def test_curly_quotes_in_set_too_and_not_within_straight_ones() -> None:
    assert "the quotes “ ” are curly" in refused("serbia", "fund.entry_point=“none”")
    assert "the quotes ’ are curly" in refused("serbia", "fund.entry_point=’none’")
    write("my.toml", '[country]\nname = "The „new“ one"\n', "serbia+tariff")
    assert load("my.toml").world.country.name == "The „new“ one"


# ---- What a file extends ----


def test_extends_stays_in_the_folder_of_the_scenario(here: Path) -> None:
    write("top.toml", cap(5), "serbia+tariff")
    rule = "lies outside the folder of the scenario; copy it there"
    for number, parent in enumerate(("../top.toml", str(here / "top.toml"), "deep/../../top.toml")):
        name = write(f"sub/{number}.toml", extends=parent)
        told = refused(name)
        assert told.startswith(f"sub/{number}.toml:2: extends = ")
        assert rule in told
    (here / "sub" / "link.toml").symlink_to(here / "top.toml")
    assert rule in refused(write("sub/a.toml", extends="link.toml"))
    (here / "away").symlink_to(here / "sub")
    write("sub/b.toml", extends="serbia+tariff")
    (here / "other").mkdir()
    (here / "other" / "into").symlink_to(here / "sub")
    assert rule in refused(write("other/c.toml", extends="into/b.toml"))


def test_extends_finds_what_lies_there(here: Path) -> None:
    write("sub/deep/low.toml", cap(5), "../beside.toml")
    write("sub/beside.toml", extends="serbia+tariff")
    for parent in ("deep/low.toml", str(here / "sub/deep/low.toml")):
        assert cap_of(load(write("sub/top.toml", extends=parent))) == 5
    assert "outside" in refused("sub/deep/low.toml")  # here its own folder is the scenario's


# ---- Countries ----


def country(name: str, code: str) -> str:
    file = f"{name.lower()}.toml"
    text = country_template(name).replace('code = "ZZ"', f'code = "{code}"')
    Path(file).write_text(text, encoding="utf-8")
    return file


def test_two_countries_with_one_code_are_refused(here: Path) -> None:
    names = [country("Moldova", "MD"), country("Croatia", "MD")]
    rule = "croatia.toml:11: country.code = MD: is the code of Moldova, too"
    with pytest.raises(InputError, match=rule):
        load_all(names)
    with pytest.raises(InputError, match=rule):
        project([load(name) for name in names], 1)
    with pytest.raises(InputError, match=rule):
        compare([project([load(name, SMALL)], 1)[0] for name in names])
    (here / "plan.toml").write_text(f'question = "q"\ncountries = {names}\npolicies = ["tariff"]\n')
    with pytest.raises(InputError, match=rule):
        check_plan(
            read_plan(here / "plan.toml"),
            lambda work, tasks: enumerate([work(*t) for t in tasks]),
        )
    country("Croatia", "HR")
    assert len(load_all([*names, "serbia+tariff", "serbia+status_fixed"])) == 4


def test_what_is_copied_is_counted_until_it_is_said_to_be_real(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fundsim.cli import main

    def check() -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["fundsim", "check", "moldova.toml"])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), "".join(capsys.readouterr())

    file = Path(country("Moldova", "ZZ"))
    code, told = check()
    assert code == 2
    assert "146 values are still placeholders" in told
    for line in ("11: country.code", "15: country.currency", "71: caseload.forms", "and 126 more"):
        assert line in told
    text = file.read_text(encoding="utf-8").replace(
        "placeholder: replace this number", "As in Serbia."
    )
    for before, after, left in (
        ('code = "ZZ"', 'code = "MD"', "country.currency"),
        ('currency = "XXX"', 'currency = "MDL"', ""),
    ):
        text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")
        code, told = check()
        assert (code, "placeholder" in told) == ((2, True) if left else (0, False)), told
        assert left in told
    for key in (
        "cut_rate = { value = 0.1",
        "levy = { value = 20",
        "sexual = { value = 12",
        "forms = {",
    ):
        one = next(line for line in text.splitlines() if line.startswith(key))
        file.write_text(
            text.replace(one, one.replace("As in Serbia.", "placeholder: replace this number"))
        )
        assert check()[0] == 2, key
