"""What a briefing says: every figure is the run's, and the words change with the results."""

import errno
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import docx as library
import pytest
from lxml import html as parser

from fundsim import __version__, brief, load
from fundsim.analysis.budget import SAFE, amount, path_of
from fundsim.analysis.needs import enough, needs
from fundsim.app.address import linked
from fundsim.app.choice import Choice, Design
from fundsim.app.link import opened
from fundsim.cli import app
from fundsim.report.brief import evidence
from fundsim.report.brief import tell as command
from fundsim.report.brief.blocks import Table
from fundsim.report.brief.compose import briefing
from fundsim.report.brief.design import changes, rules
from fundsim.report.brief.financing import CONFIDENCES
from fundsim.report.brief.gather import Facts, missing
from fundsim.report.brief.opening import FAILS, LASTS, answer
from fundsim.report.budget.words import up
from fundsim.report.language import ENGLISH, language
from fundsim.report.shortage import of_100
from fundsim.scenario.errors import InputError
from fundsim.scenario.schema import SeizedAssets
from tests.brief_facts import facts

N, SEED = 1000, 7
SHORT = ("time.horizon_years=5", "time.runoff_years=5")


def keeps(amount: int = 310_000, index: str = "wages") -> tuple[str, ...]:
    """Overrides for a fund that keeps its money, with a fixed budget: it is asked whether it lasts."""
    return (*SHORT, "income.budget.vote=fixed", f"income.budget.amount={amount}", f"income.budget.index={index}",
            "income.budget.lapses=false", "fund.reserve_return=true")  # fmt: skip


KEEPS = keeps()
NAME, OTHER, STRESS = "serbia+tariff", "serbia+status_fixed", "take_up_doubles"

pytestmark = pytest.mark.xdist_group("briefing")  # its documents are made once, in one process


@dataclass(frozen=True)
class Summary:
    """One summary.json."""

    measures: dict[str, Any]

    def get(self, measure: str, statistic: str = "mean", year: int | None = None) -> float:
        entry = self.measures.get(measure, {})
        return float((entry if year is None else entry["years"][str(year)]).get(statistic, 0.0))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Summary]:
    """What `fundsim run` writes of the scenario, the design beside it, and one stress."""
    out = tmp_path_factory.mktemp("runs") / "out"
    names = [NAME, OTHER, f"{NAME}+{STRESS}"]
    arguments = [
        "run",
        *names,
        "-n",
        str(N),
        "--seed",
        str(SEED),
        "--out",
        str(out),
        "--workers",
        "1",
    ]
    app(arguments, standalone_mode=False)
    found = {}
    for path in out.glob("*/summary.json"):
        said = json.loads(path.read_text(encoding="utf-8"))
        found[said["scenario"]] = Summary(said["measures"])
    return {name: found[load(name).name] for name in names}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> parser.HtmlElement:
    """The briefing of the same scenarios, as a person would write it."""
    out = tmp_path_factory.mktemp("brief") / "brief.html"
    link = linked("https://fund.example/")
    brief([NAME, OTHER], out, replications=N, seed=SEED, workers=1, day="2026-11-22", address=link)
    return parser.document_fromstring(out.read_text(encoding="utf-8"))


def paragraphs(page: parser.HtmlElement, *sections: str) -> list[str]:
    """The paragraphs and items of sections; of the first page for an empty name."""
    found, section = [], ""
    for element in page.xpath("//main/*"):
        if element.tag == "h2":
            section = element.text_content()
        elif element.tag in ("p", "ul") and section in sections:
            found += (
                [li.text_content() for li in element]
                if element.tag == "ul"
                else [element.text_content()]
            )
    return found


def rows(page: parser.HtmlElement, caption: str) -> list[list[str]]:
    """The cells of the table whose caption has these words."""
    [table] = [
        f
        for f in page.xpath("//figure[.//table]")
        if caption in f.xpath("./figcaption")[0].text_content()
    ]
    return [
        [cell.text_content().replace("\u200b", "") for cell in row]
        for row in table.xpath(".//tbody/tr")
    ]


def of_identified(measure: str):
    return lambda s: s.get(measure) / s.get("identified")


e, p, h, m, w, t = (
    ENGLISH.euro, ENGLISH.percent, ENGLISH.hundred, ENGLISH.months, ENGLISH.whole, ENGLISH.thousand,
)  # fmt: skip
# every sentence with a figure, and what each figure must be: how it is written, and of which measure
SENTENCES = [
    ("would cost Serbia (.+?) a year", e, lambda s: s.get("due_a_year")),
    (r"\(between (.+?) and", e, lambda s: s.get("due_a_year", "p5")),
    (r"and (€ [\d,]+) in 9 of 10 futures\)", e, lambda s: s.get("due_a_year", "p95")),
    ("or (.+?) per inhabitant", e, lambda s: s.get("due_per_head")),
    ("is too small in (.+?) of 100 years", lambda x: of_100(x, ENGLISH), lambda s: s.get("too_small_rate")),
    ("then (.+?) is missing on average", e, lambda s: s.get("missing_then")),
    ("On average (.+?) a year is voted", e, lambda s: s.get("budget_a_year")),
    (r"and (€ [\d,]+) of it stays unspent", e, lambda s: s.get("lapsed_a_year")),
    (r"goes back\. (.+?) of claims are not decided", p, lambda s: s.get("claims_slow_rate")),
    ("; for (.+?) reports and opinions", p, lambda s: s.get("claims_unready_rate")),
    ("Of 100 registered victims (.+?) get money instead of", h, lambda s: s.get("share_paid_with")),
    ("get money instead of (.+?) without it", ENGLISH.few, lambda s: s.get("share_paid_without")),
    ("victims each receives (.+?) instead of", e, lambda s: s.get("received_with")),
    (r"receives € [\d,]+ instead of (.+?)\.", e, lambda s: s.get("received_without")),
    (r"are paid wait (.+?) on average", m, lambda s: s.get("months_to_payment_with")),
    (r"of (\d+) uncertain numbers", w, lambda s: sum(s.get("assumptions", g) for g in ("data", "partly", "judgement"))),
    (r"(\d+) rest on data", w, lambda s: s.get("assumptions", "data")),
    (r"(\d+) on partial data", w, lambda s: s.get("assumptions", "partly")),
    (r"and (\d+) on judgement", w, lambda s: s.get("assumptions", "judgement")),
    ("Serbia, (.+?) are told of their right", h, of_identified("informed")),
    ("indicted for trafficking in (.+?) cases", h, of_identified("prosecuted")),
    ("convicted of any offence in (.+?),", h, of_identified("convicted")),
    ("awards compensation to (.+?), and", h, of_identified("awarded")),
    (r"and money ever reaches (.+?)\.$", h, lambda s: s.get("share_paid_without")),
    (r"State budget line ((?:over )?[\d.]+ %)", p, lambda s: received(s, "income.budget")),
    (r"The yearly cost is (.+?) of what", p, lambda s: s.get("due_a_year") / confiscated()),
    (r"money to victims (.+?);", p, lambda s: s.get("benefits_a_year") / s.get("outgo_a_year")),
    (r"help with their claims (.+?);", p, lambda s: helped(s)),
    (r"running the fund (.+?)\.", p, lambda s: 1 - s.get("benefits_a_year") / s.get("outgo_a_year") - helped(s)),
]  # fmt: skip
# figures that are no results: what was asked for, and what the scenario says
GIVEN = [r"enough in 95 of 100, on average", r"9 of 10 futures", r"[Aa] budget of .+? would be enough in 95 of 100", r"The first 3 years together need .+? in 95 of 100",
         r"\ba year in euro of 2025\b", r"[Oo]f 100\b", r"1\.25 times the average yearly cost of the 2 years before",
         r"Of 100 victims", r"in their own text: 2 of 5", r"€ 2\.70 million", r"from 8 average", r"to 12 average", r"Posts at the desk: 1\.",
         r"^Sources: .*"]  # fmt: skip


def helped(s: Summary) -> float:
    """The share of help to apply in what the fund pays."""
    years = range(2027, 2042)
    paid = [s.get("cost.help_real", year=y) for y in years]
    return sum(paid) / len(paid) / s.get("outgo_a_year")


def received(s: Summary, measure: str) -> float:
    years = range(2027, 2042)
    parts = [
        sum(s.get(name, year=y) for y in years)
        for name in ("income.budget", "recoveries", "returns")
    ]
    return sum(s.get(measure, year=y) for y in years) / sum(parts)


def confiscated() -> float:
    income = load(NAME).world.income
    return max(s.yearly_value.value for s in income.values() if isinstance(s, SeizedAssets))


def test_every_figure_in_the_text_is_the_one_in_summary_json(
    page: parser.HtmlElement, runs: dict[str, Summary]
) -> None:
    sections = ("", "The problem in figures", "The fund proposed", "Cost and financing")
    text = "\n".join(paragraphs(page, *sections))
    left = list(text)
    for pattern, form, value in SENTENCES:
        places = list(re.finditer(pattern, text, re.MULTILINE))
        assert places, f"{pattern} is not there any more"
        for found in places:
            assert found[1] == form(value(runs[NAME])), pattern
            left[slice(*found.span(1))] = "…" * len(found[1])
    for pattern in GIVEN:
        given = list(re.finditer(pattern, text, re.MULTILINE))
        assert given, f"{pattern} is not there any more"
        for found in given:
            left[slice(*found.span())] = "…" * len(found[0])
    assert not re.search(r"\d", "".join(left)), "figures that no line above checks: " + "".join(
        left
    )


def test_the_budgets_that_are_enough_are_those_that_the_budget_command_finds(
    page: parser.HtmlElement,
) -> None:
    found = path_of(load(NAME), N, SEED)
    amounts = [amount(need, 0.95) for need in found.need]
    [told] = re.findall(
        "A budget of (.+?), in euro of each year, would be enough", " ".join(paragraphs(page, ""))
    )
    years = zip(amounts[:3], found.years, strict=False)
    assert told == ", ".join(f"{e(up(one.value))} in {year}" for one, year in years)
    glance = [row for row in rows(page, "At a glance") if row[0].startswith("Budget of")]
    assert [row[0].partition(",")[0] for row in glance] == [
        f"Budget of {year} (euro of {year})" for year in found.years[:3]
    ]
    assert [row[1:] for row in glance] == [
        [e(up(one.value)), f"{e(one.low95)} to {e(one.high95)}"] for one in amounts[:3]
    ]
    wanted = [
        [str(year), *(e(up(amount(need, safe).value)) for safe in SAFE), e(one.missing or 0.0)]
        for year, need, one in zip(found.years, found.need, amounts, strict=True)
    ]
    assert rows(page, "Budget of each year that is enough, nominal euro") == wanted
    [whole] = re.findall(
        r"The first 3 years together need at most (.+?) in 95", " ".join(paragraphs(page, "Cost and financing"))
    )  # fmt: skip
    assert whole == e(up(amount(found.of(2027, 2029).together(), 0.95).value))


def test_what_the_state_must_pay_is_what_solve_finds() -> None:
    """Of a fund that keeps its money: it is asked whether it lasts."""
    facts_ = plain(NAME, sets=KEEPS)
    found = needs(load(NAME, KEEPS), "budget", N, SEED)
    paid = enough(found.contribution, 0.95)
    [needed] = re.findall("it needs (.+?) a year from the state", " ".join(answer(facts_, ENGLISH)))
    assert needed == e(paid.amount)
    tables = [b for b in briefing(facts_, ENGLISH).blocks if isinstance(b, Table)]
    [takes] = [b for b in tables if "What it takes, exact" in b.caption]
    assert takes.rows == tuple(
        (f"{100 * share:g} of 100 futures", *(e(enough(x, share).amount) for x in (found.contribution, found.capital)))
        for share in CONFIDENCES
    )  # fmt: skip
    [glance] = [b for b in tables if "At a glance" in b.caption]
    [line] = [row for row in glance.rows if row[0].startswith("The state pays")]
    assert line[1:] == (e(paid.amount), f"{e(paid.low95)} to {e(paid.high95)}")
    low, high = (p(facts_.get("ruin", s)) for s in ("low95", "high95"))
    label = "Futures in which money runs short, as planned (range: error of the simulation)"
    assert (label, p(facts_.get("ruin")), f"{low} to {high}") in glance.rows


def test_every_cell_of_the_tables_is_the_one_in_summary_json(
    page: parser.HtmlElement, runs: dict[str, Summary]
) -> None:
    first = runs[NAME]
    glance = {row[0]: row[1:] for row in rows(page, "At a glance")}
    for label, form, measure, middle in (
        ("Cost a year", e, "due_a_year", "mean"),
        ("Registered victims who get money, without the fund", p, "share_paid_without", "mean"),
        ("Registered victims who get money, with the fund", p, "share_paid_with", "mean"),
        (
            "Received, averaged over all registered victims, with the fund",
            e,
            "received_with",
            "mean",
        ),
        ("Wait from identification to payment, of those paid", m, "months_to_payment_with", "mean"),
    ):
        low, high = (form(first.get(measure, s)) for s in ("p5", "p95"))
        assert glance.pop(label) == [form(first.get(measure, middle)), f"{low} to {high}"], label
    low, high = (p(first.get("too_small_rate", s)) for s in ("p5", "p95"))
    label = "Years in which the budget (our rule, no ministry's figure) is too small"
    assert glance.pop(label) == [p(first.get("too_small_rate")), f"{low} to {high}"]
    assert len(glance) == 3, "the budgets that are enough are checked beside"

    for row in rows(page, "Year by year"):
        year = int(row[0])

        def get(measure: str, statistic: str = "mean", year: int = year) -> float:
            return first.get(measure, statistic, year)

        income = get("income") + get("recoveries") + get("returns")
        assert row[1:] == [
            t(get("due")), f"{t(get('due', 'p5'))} to {t(get('due', 'p95'))}", t(get("benefits")), t(income),
            p(get("too_small")), t(get("cash")), t(get("liabilities")),
        ]  # fmt: skip

    designs = rows(page, "Designs side by side")
    assert [row[0] for row in designs] == ["tariff", "status fixed"]
    for row, name in zip(designs, (NAME, OTHER), strict=True):
        s = runs[name]
        assert row[1:] == [
            e(s.get("due_a_year")), p(s.get("too_small_rate")), h(s.get("share_paid_with")),
            m(s.get("months_to_payment_with")), e(s.get("received_with")),
        ]  # fmt: skip

    hard = {row[0]: row[1:] for row in rows(page, "Hard years")}
    for label, name in (("As planned", NAME), ("Take-up doubles", f"{NAME}+{STRESS}")):
        s = runs[name]
        assert hard[label] == [
            e(s.get("due_a_year")), p(s.get("too_small_rate")), h(s.get("share_paid_with")), e(s.get("received_with"))
        ]  # fmt: skip


def test_its_link_opens_the_same_figures(page: parser.HtmlElement) -> None:
    [address] = page.xpath("//a/@href")
    place, _, query = address.partition("?")
    assert place == "https://fund.example/"
    found = opened({k: [v] for k, _, v in (pair.partition("=") for pair in query.split("&"))})
    assert found.notices == ()
    assert found.choice == Choice(
        "serbia", Design("tariff"), (Design("status_fixed"),), replications=N, seed=SEED
    )
    assert found.claim is not None
    assert found.claim.scenario_hash == f"{load(NAME).hash}_{load(OTHER).hash}"


def plain(*names: str, **asked: Any) -> Facts:
    """What a briefing rests on, without the hard years."""
    return facts(*names, stressed=False, **asked)


@pytest.mark.slow
def test_no_link_is_given_that_could_not_hold_what_it_rests_on() -> None:
    link = linked("http://localhost:8501")
    assert "fund.take_up.unassisted_rate=0.4" in link(
        plain(NAME, sets=("fund.take_up.unassisted_rate=4e-1", *SHORT)), ENGLISH
    )
    assert link(plain(NAME, sets=SHORT, replications=1100), ENGLISH) == ""
    assert (
        link(plain(NAME, sets=("fund.eligible.forms=['labour']", *SHORT)), ENGLISH).count(
            "=.labour&"
        )
        == 1
    )
    found = plain(NAME, sets=SHORT)
    assert "&c=97&" in link(replace(found, confidence=0.97), ENGLISH)
    assert link(replace(found, confidence=0.954), ENGLISH) == "", "95.4 of 100 is not 95 of 100"
    for wrong in ("ftp://x", "javascript:alert(1)", 'https://x/"><b>'):
        with pytest.raises(InputError, match="--dashboard"):
            linked(wrong)


def test_a_file_that_cannot_be_written_is_named_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "brief.html"

    def never(*_: object) -> None:
        raise AssertionError("it is computed in vain")

    def refused(path: Path, **_: object) -> None:
        raise PermissionError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(command, "load_all", never)
    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(OSError) as found:
        brief([NAME], out)
    assert found.value.filename == str(out)
    assert found.value.errno == errno.EROFS


# ------------------------------------------------------------------------------- the opening

FUNDS = {
    "lasts": (NAME, (*keeps(600000), "fund.opening_capital=500000")),
    "at risk": (NAME, keeps(80000)),
    "fails": (NAME, keeps(50000)),
    "advance": (NAME, (*keeps(50000), "fund.payment.when_short='treasury_advance'")),
    "by the year": (NAME, SHORT),
    "no fund": ("serbia+no_fund", SHORT),
}  # fmt: skip
SAID = {  # what each says and none of the others
    "lasts": "it lasts 5 years in",
    "at risk": "it is at risk: in",
    "fails": "it does not last: in",
    "advance": "the treasury lends, so that victims do not wait",
    "by the year": "would be enough in 95 of 100 simulations of each year",
    "no fund": "Serbia has no compensation fund in this scenario",
}


def openings(code: str) -> Iterator[tuple[str, str]]:
    for case, (name, sets) in FUNDS.items():
        yield case, " ".join(answer(plain(name, sets=sets), language(code)))


@pytest.mark.slow
def test_the_opening_says_what_the_results_say() -> None:
    for case, text in openings("en"):
        for other, words in SAID.items():
            assert (words in text) == (other == case), (case, text)
    ruin = {case: plain(name, sets=sets).get("ruin") for case, (name, sets) in FUNDS.items()}
    assert ruin["lasts"] <= LASTS < ruin["at risk"] < FAILS <= ruin["fails"]
    assert ruin["advance"] == ruin["fails"], "the treasury's loan is counted as a shortfall"
    texts = dict(openings("en"))
    for case in ("at risk", "fails", "advance"):
        assert f"in {h(ruin[case])} of 100 futures" in texts[case]
    assert "victims wait" in texts["fails"]
    assert "victims wait" not in texts["advance"]
    assert "€" not in texts["no fund"].partition("each receives")[0], (
        "nothing costs anything without a fund"
    )
    assert "shortfall" not in texts["no fund"]


@pytest.mark.slow
@pytest.mark.parametrize("code", ["sr-Latn", "sr-Cyrl"])
def test_the_opening_differs_in_every_language(code: str) -> None:
    texts = [text for _, text in openings(code)]
    without_figures = {re.sub(r"[\d.,]+", "", text) for text in texts}
    assert len(without_figures) == len(FUNDS)
    assert not any(words in text for text in texts for words in SAID.values())


def test_a_fund_that_cannot_be_made_to_last_says_so() -> None:
    """Its yearly limit leaves payments waiting, however much money there is."""
    found = plain(NAME, sets=(*KEEPS, "fund.payment.yearly_limit=20000"))
    assert found.paid is not None
    assert math.isinf(found.paid.amount)
    text = " ".join(answer(found, ENGLISH))
    assert (
        "victims wait within 5 years because the yearly limit on payments holds them back" in text
    )
    assert "No amount of money makes it last in 95 of 100 futures. In" in text
    assert "the yearly limit on payments (fund.payment.yearly_limit) alone leaves payments" in text
    assert "money runs short" not in text
    assert found.learn == ()


def test_a_yearly_limit_that_holds_payments_back_is_not_told_as_a_budget_that_is_too_small_alone() -> (
    None
):
    text = " ".join(answer(plain(NAME, sets=(*SHORT, "fund.payment.yearly_limit=20000")), ENGLISH))
    assert "the yearly limit on payments (fund.payment.yearly_limit) alone leaves payments" in text


def test_a_briefing_tells_what_holds_in_which_phase() -> None:
    text = told(plain("serbia+children_first", sets=SHORT))
    assert "These rules hold from the opening; what changes later stands at the end." in text
    assert "Only children may claim." in text
    assert "From 2030: Adults and children of every nationality" in text


@pytest.mark.slow
def test_what_other_income_brings_is_not_asked_of_the_state() -> None:
    mixed = plain("serbia+mixed_financing", sets=(*KEEPS, "fund.take_up.unassisted_rate=1"))
    assert "it needs, beside its other income, €" in " ".join(answer(mixed, ENGLISH))
    heads = [
        b.heads
        for b in briefing(mixed, ENGLISH).blocks
        if isinstance(b, Table) and "What it takes" in b.caption
    ]
    assert heads[0][1:] == (
        "Contribution of the state a year, beside other income", "or capital at the opening, with the planned line",
    )  # fmt: skip
    assets = briefing(plain("serbia+assets_only", sets=SHORT), ENGLISH)
    heads = [
        b.heads for b in assets.blocks if isinstance(b, Table) and "What it takes" in b.caption
    ]
    assert heads[0][2] == "or capital at the opening, without a contribution"


SAMPLES = Path(__file__).parents[1] / "docs" / "samples"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.docx")), ids=lambda path: path.stem)
def test_the_samples_are_of_today_s_scenarios(path: Path) -> None:
    country = path.stem.partition("_")[0]
    scenario = load(f"{country}+tariff")
    [foot] = {
        p.text.partition("\t")[0] for p in library.Document(str(path)).sections[0].footer.paragraphs
    }
    assert foot == f"fundsim {__version__} · {scenario.name} · {scenario.hash}", "run: make samples"
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")


def test_there_are_samples() -> None:
    assert {p.stem for p in SAMPLES.glob("*.docx")} == {
        "serbia_en",
        "serbia_sr-Latn",
        "montenegro_en",
        "albania_en",
    }


# --------------------------------------------------------------------------------- edge cases


def told(found: Facts, code: str = "en") -> str:
    """Every text of a briefing."""
    parts = []
    for block in briefing(found, language(code)).blocks:
        if isinstance(block, Table):
            parts += [block.caption, *block.heads, *(cell for row in block.rows for cell in row)]
        else:
            parts += [
                getattr(block, "text", ""),
                getattr(block, "title", ""),
                *getattr(block, "texts", ()),
            ]
    return "\n".join(parts)


def test_without_a_fund_reforms_and_other_designs_are_still_shown() -> None:
    text = told(plain("serbia+no_fund+legal_aid", NAME, sets=SHORT))
    assert "Reform from 2028: Free legal aid and representation." in text
    assert "reforms cost the state €" in text
    assert "Designs side by side" in text
    assert "settled with the fund" not in text


def test_a_fund_that_pays_nobody_says_so() -> None:
    text = told(facts(NAME, sets=(*SHORT, "fund.decision.approval_rate=0")))
    assert "the fund pays no victim at all" in text
    assert "Those who are paid wait" not in text


def test_every_switch_of_the_fund_is_in_its_rules() -> None:
    sets = ("fund.amount.cap=5", "fund.payment.yearly_limit=900000", "fund.payment.trust_until_18=true",
            "fund.opening_capital=150000", "fund.costs.legal_aid_by_fund=true", "fund.assistance.rate=0.2",
            "fund.amount.floor=2", "fund.eligible.retroactive_years=3", "fund.payment.instalments=4",
            "income.budget.vote=fixed", "income.budget.amount=310000")  # fmt: skip
    text = "\n".join(rules(load("serbia+tariff", sets).world, ENGLISH))
    for wanted in (
        "from 5 average monthly net wages to 5", "No benefit exceeds 5", "No benefit is below 2", "at most € 900,000 a year",
        "in trust until the child is 18", "It opens with € 150,000", "free legal aid of victims registered after",
        "For 20 % of registered victims it pays shelter", "up to 3 years before the opening", "in 4 instalments, one every",
        "State budget line (€ 310,000 a year, the same every year)", "in December returns to the treasury: State budget line",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_a_reform_after_the_years_shown_is_not_told_as_one_within_them() -> None:
    world = load("serbia+tariff+legal_aid", ["time.horizon_years=1"]).world
    assert list(changes(world, ENGLISH)) == [
        "Reform from 2028, after the years shown: Free legal aid and representation."
    ]


def test_a_stress_that_cannot_act_is_not_called_withstood() -> None:
    text = told(facts(NAME, sets=SHORT))
    assert "No income from seized assets (changes none of these figures)" in text
    assert "Take-up doubles (changes" not in text


def test_confidence_is_written_as_the_language_does() -> None:
    found = replace(plain(NAME, sets=KEEPS), confidence=0.955)
    assert "u 95,5 od 100 simulacija" in told(found, "sr-Latn")
    assert linked("https://fund.example")(found, ENGLISH) == ""


def test_the_run_card_gives_the_briefing_again() -> None:
    text = told(plain(NAME, OTHER, sets=SHORT))
    assert (
        "fundsim brief serbia+tariff serbia+status_fixed --set time.horizon_years=5 --set time.runoff_years=5 --solvent 0.95 "
        "--replications 1000 --seed 7 --date 2026-11-22 --lang en --out briefing.pdf"
    ) in text


def test_the_same_design_twice_is_refused() -> None:
    with pytest.raises(InputError, match="same as a scenario before it"):
        plain(NAME, OTHER, OTHER, sets=SHORT)


@pytest.mark.slow
def test_what_the_contribution_grows_with_is_said_wherever_it_stands() -> None:
    for index, words in (
        ("wages", "rising with wages"),
        ("prices", "rising with prices"),
        ("none", ""),
    ):
        found = plain(NAME, sets=keeps(index=index))
        needed = next(s for s in answer(found, ENGLISH) if s.startswith("To last in 95"))
        assert needed.endswith(f"a year from the state{', ' * bool(words)}{words}.")
        note = f"rise with {index}" if words else "the same sum every year"
        assert note in told(found)


def test_numbers_that_are_not_in_use_are_not_among_those_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence, "SHOWN", 1000)  # all there are
    tables = {}
    for name in (NAME, "serbia+conviction_levy"):
        blocks = briefing(plain(name, sets=SHORT), ENGLISH).blocks
        [tables[name]] = [
            b for b in blocks if isinstance(b, Table) and "believed to lie" in b.caption
        ]
    assert "Entitled victims who apply" in tables[NAME].rows[0][0]
    levies = {
        name: [row[0] for row in table.rows if "levy" in row[0].lower()]
        for name, table in tables.items()
    }
    assert not levies[NAME]
    assert levies["serbia+conviction_levy"]


def test_what_a_fact_is_worth_rests_on_the_confidence_asked_for() -> None:
    weights = "each euro missing counts as a loss of € 0.95 and each euro idle as a loss of € 0.05"
    assert weights in told(plain(NAME, sets=SHORT))
    assert missing(0.8) == pytest.approx(4)


def test_a_fund_that_pays_late_is_not_called_one_that_pays_nobody() -> None:
    """In instalments over longer than the years shown nobody is paid in full, and everybody is paid."""
    sets = (*SHORT, "fund.payment.instalments=60", "fund.payment.every_months=24")
    found = plain(NAME, sets=sets)
    assert found.get("paid_by_fund") == 0
    assert found.get("benefits_a_year") > 0
    assert "pays no victim at all" not in told(found)
