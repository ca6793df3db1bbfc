"""The dashboard without a browser: every page, every control, links in, hostile texts, own files."""

import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fundsim import load, measure, project
from fundsim.app import briefing as module
from fundsim.app import headline, main, runs, settings, sidebar, state
from fundsim.app import pages as package
from fundsim.app.address import reach
from fundsim.app.choice import Choice, Design, name_of, number_text, scenario_of
from fundsim.app.controls import MAIN, Control, chosen, controls, word_of
from fundsim.app.field import typed as field_text
from fundsim.app.files import law_of
from fundsim.app.gate import Busy
from fundsim.app.link import opened as link_opened
from fundsim.app.on_request import sourced
from fundsim.app.pages import pages
from fundsim.app.share import COPIED
from fundsim.model import caseload
from fundsim.model import drawn as model
from fundsim.model.caseload import Cohorts, Victims
from fundsim.model.ledger import LedgerError
from fundsim.model.parameters import Parameters
from fundsim.report.brief.blocks import Document, Link, Table
from fundsim.report.language import ENGLISH
from fundsim.report.results import Results
from fundsim.scenario import files
from fundsim.scenario.compose import Scenario
from fundsim.scenario.errors import InputError, Problem
from fundsim.scenario.sizes import most_cases

ROOT = Path(__file__).parents[1]


FEW = 64  # futures: the least with which every control moves something
TARIFF = Choice("serbia", Design("tariff"), replications=FEW)
COVERS = (
    ("serbia", Design("tariff_interim", ("legal_aid",))),
    ("serbia", Design("judgment_advance", ("budget_cut", "reintegration"))),
    ("serbia", Design("mixed_financing")),
    ("montenegro", Design("full_judgment")),
    ("albania", Design("status_fixed", ("mass_case",))),
    ("north_macedonia", Design("conviction_levy", ("private_giving",))),
    ("bosnia_and_herzegovina", Design("assets_only")),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _few_futures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidebar, "SIZES", (FEW, 500, 1000, 2000))


def opened(choice: Choice = TARIFF, **query: str) -> AppTest:
    """The dashboard as a visitor with this choice sees it."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=600)
    if query:
        for key, value in query.items():
            app.query_params[key] = value
    else:
        app.session_state["choice"] = choice
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def digest(app: AppTest) -> str:
    """The digest of the results below the page."""
    found = [re.search(r"digest ([0-9a-f]{8})", c.value) for c in app.caption]
    return next(m[1] for m in found if m)


def told(app: AppTest) -> str:
    """Everything that the page says in boxes."""
    return " ".join(box.value for kind in (app.info, app.warning, app.error) for box in kind)


# --------------------------------------------------------------------------------------- pages


def test_pages_stand_in_the_order_that_visitors_know_and_name_what_they_show() -> None:
    names = ["answer", "victims", "money", "what_if", "drives", "countries", "assumptions", "about"]
    assert list(pages()) == names
    places = [page.ORDER for page in pages().values()]
    assert len(set(places)) == len(places)
    for name, page in pages().items():
        assert page.TITLE
        assert page.PARTS or name == "about"


def test_a_module_among_the_pages_is_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file: it is offered in its place, opens by a link, and its table can be downloaded by its name."""
    (tmp_path / "letters.py").write_text(
        """
from fundsim.app import draw
from fundsim.app.draw import Shown
TITLE, ORDER, PARTS = "Letters", 25, {"letters": "letters to the court"}
def controls(choice): pass
def page(view):
    draw.answer(view.top, "What the fund writes")
    return Shown({}, {"letters": [{"To": "the court", "Letters": "3"}]})
"""
    )
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    pages.cache_clear()
    try:
        assert list(pages())[1:4] == ["victims", "letters", "money"]
        app = opened(s="serbia-tariff", page="letters", n="500")
        assert app.header[0].value == "What the fund writes"
        assert app.button_group(key="page").options[2] == "Letters"
        labels = [getattr(b, "label", "") for b in app.get("download_button")]
        assert r"Letters to the court \(CSV\)" in labels
    finally:
        pages.cache_clear()
        sys.modules.pop(f"{package.__name__}.letters", None)


@pytest.mark.parametrize("page", pages())
@pytest.mark.parametrize("policy", ["tariff", "no_fund", "judgment_advance"])
def test_every_page_opens_with_its_answer(page: str, policy: str) -> None:
    app = opened(replace(TARIFF, page=page, design=Design(policy)))
    assert len(app.header) == 1
    assert len(app.header[0].value) > 40
    assert not app.error


def test_the_figures_are_those_of_the_command() -> None:
    """The command on the run card gives the numbers on the page."""
    design = Design("tariff", ("legal_aid",), (("fund.decision.posts", "2"),))
    app = opened(Choice("serbia", design, replications=500))
    assert app.code[-1].value == (
        "fundsim run serbia+tariff+legal_aid --set fund.decision.posts=2 --replications 500 --seed 20260101"
    )
    scenario = load("serbia+tariff+legal_aid", ["fund.decision.posts=2"])
    [projection] = project([scenario], 500)
    assert digest(app) == headline.digest(Results.of(projection, measure(projection)))


def test_the_server_prepares_all_that_the_first_page_computes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    main.prepare()

    def never(*_: object) -> None:
        raise AssertionError("it is computed again")

    monkeypatch.setattr(runs, "block_outcomes", never)
    monkeypatch.setattr(runs, "block_answers", never)
    monkeypatch.setattr(runs, "measure", never)
    assert "would be enough in 95 of 100 simulations" in opened(Choice()).header[0].value


def test_scenarios_whose_short_hashes_are_the_same_have_their_own_figures() -> None:
    """Twelve digits can be searched for: a pair that shares them must not put its figures under another's link."""
    found = [
        load("montenegro+tariff", [f"fund.take_up.unassisted_rate={rate}"]) for rate in (0.1, 0.9)
    ]
    for scenario, end in zip(found, "ab", strict=True):
        vars(scenario)["key"] = "0123456789ab" + 12 * end
    assert found[0].hash == found[1].hash
    paid = [runs.results(s, 77, FEW).get("share_paid_with") for s in found]
    assert paid[0] < paid[1]
    assert len({sourced(s) for s in found}) == 2


def test_a_page_draws_its_victims_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look, and then all futures, from which the figures and what the state must pay are read."""
    project(
        [load("montenegro+tariff")], 1
    )  # what is planned for its budget is drawn once in a process
    drawn, draw_victims = list[int](), caseload.draw_victims

    def counted(parameters: Parameters, cohorts: Cohorts) -> Victims:
        drawn.append(len(cohorts.number))
        return draw_victims(parameters, cohorts)

    monkeypatch.setattr(model, "draw_victims", counted)
    app = opened(Choice("montenegro", Design("tariff"), seed=77, replications=500))
    assert "would be enough in 95 of 100 simulations" in app.header[0].value
    assert sum(drawn) == runs.QUICK + 500


def test_four_designs_side_by_side() -> None:
    variants = (
        Design("status_fixed"), Design("tariff", ("budget_cut",)),
        Design("tariff", (), (("fund.take_up.unassisted_rate", "0.4"),)),
    )  # fmt: skip
    app = opened(replace(TARIFF, page="what_if", variants=variants))
    assert "beside" in app.header[0].value
    assert "not possible" not in told(app)
    charts = [heading.value for heading in app.subheader]
    assert any("Years in which the budget is too small" in text for text in charts)
    assert not any("shortfall" in text for text in charts)
    app.button(key="remove0").click().run()
    assert app.session_state["choice"].variants == variants[1:]


def test_a_variant_can_be_kept_and_added() -> None:
    app = opened(replace(TARIFF, page="what_if"))
    next(b for b in app.button if b.label == "Keep what I see as a variant").click().run()
    assert app.session_state["choice"].variants == (TARIFF.design,)
    next(b for b in app.button if b.label == "Add a variant").click().run()
    assert len(app.session_state["choice"].variants) == 2
    assert not app.exception


@pytest.mark.slow
def test_further_analyses_can_be_asked_for() -> None:
    app = opened(replace(TARIFF, page="drives", replications=2000))
    app.button_group(key="also").set_value(["tornado", "sobol", "worth"]).run()
    assert not app.exception, app.exception[0].message
    text = " ".join(s.value for s in app.subheader)
    for words in ("One assumption at a time", "Sobol", "most worth finding out"):
        assert words in text
    again = "fundsim sensitivity serbia+tariff --method sobol --measure due_a_year --seed 20260101"
    assert again in [code.value for code in app.code]
    said = " ".join(m.value for m in app.markdown).replace("\\", "").replace("\xa0", " ")
    assert "each euro missing counts as a loss of € 0.95" in said
    assert "simulations are few for this" in said


@pytest.mark.slow
def test_a_briefing_is_made_of_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variants beside it, in the language of the page, and with a link to what was shown."""
    made = []

    def kept(document: Document) -> bytes:
        made.append(document)
        return b"%PDF"

    monkeypatch.setattr(module, "writer", lambda path: kept)
    monkeypatch.setattr(module, "reach", lambda here: "everyone")
    choice = replace(
        TARIFF, language="sr-Latn", replications=1000,
        variants=(Design("status_fixed"), Design("tariff", (), (("fund.take_up.unassisted_rate", "0.4"),))),
    )  # fmt: skip
    app = opened(choice)
    app.button(key="make_briefing").click().run(timeout=600)
    assert not app.exception, app.exception[0].message
    [document] = made
    assert document.title == "Fond za naknadu štete žrtvama trgovine ljudima u Srbiji"
    [designs] = [b for b in document.blocks if isinstance(b, Table) and b.heads[0] == "Varijanta"]
    assert [row[0] for row in designs.rows] == [
        "tarifa",
        "jednak iznos na osnovu statusa",
        "tarifa + varijanta 2",
    ]
    [link] = [b for b in document.blocks if isinstance(b, Link)]
    query = link.address.partition("?")[2]
    found = link_opened({k: [v] for k, _, v in (pair.partition("=") for pair in query.split("&"))})
    assert found.notices == ()
    assert replace(found.choice, page=choice.page) == choice
    app.run()
    assert len(made) == 1, "made once, however often the page is drawn again"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Busy("too many"), "Many people are computing just now"),
        (InputError(Problem("serbia+tariff", "is too large")), "This combination is not possible"),
        (OSError(28, "No space left on device"), "could not be computed"),
        (LedgerError("cash"), "could not be computed"),
        (MemoryError(), "could not be computed"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_briefing_that_cannot_be_made_says_so_and_leaves_the_page(
    error: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not tried again before it is asked for again; the digest and the commands below it stay."""
    asked = []

    def fails(*_: object) -> bytes:
        asked.append(1)
        raise error

    monkeypatch.setattr(module, "stresses_of", fails)
    app = opened(replace(TARIFF, replications=1000))
    before = digest(app)
    app.button(key="make_briefing").click().run()
    assert not app.exception
    [expander] = [e for e in app.expander if e.label == "Briefing for a ministry"]
    assert words in " ".join(box.value for box in (*expander.warning, *expander.error))
    assert digest(app) == before
    assert app.code[-1].value.startswith("fundsim run serbia+tariff")
    app.run()
    assert words not in told(app)
    assert len(asked) == 1
    app.button(key="make_briefing").click().run()
    assert len(asked) == 2


def test_what_was_made_stays_to_be_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through reruns, other kinds of file, other pages and other figures, which its button then says."""
    monkeypatch.setattr(module, "_made", lambda view, kind, bar: b"made")
    app = opened(replace(TARIFF, replications=1000))

    def offered() -> list[str]:
        labels = [str(getattr(b, "label", "")) for b in app.get("download_button")]
        return [label.replace("\\", "") for label in labels if "briefing" in label]

    assert offered() == []
    app.button(key="make_briefing").click().run()
    assert offered() == ["Download the briefing (DOCX)"]
    app.button_group(key="briefing_kind").set_value("pdf").run()
    assert offered() == ["Download the briefing (DOCX)"]
    app.button(key="make_briefing").click().run()
    app.button_group(key="page").set_value("about").run()
    assert offered() == ["Download the briefing (DOCX)", "Download the briefing (PDF)"]
    app.session_state["choice"] = replace(app.session_state["choice"], confidence=80)
    app.run()
    assert offered()[0] == "Download the briefing of what was shown before (DOCX)"
    assert not app.exception


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("http://127.0.0.1:8501/", "machine"),
        ("http://localhost:8501", "machine"),
        ("http://[::1]:8501/?s=serbia", "machine"),
        ("", "machine"),
        ("http://192.168.1.7:8501", "network"),
        ("http://desk7:8501", "network"),
        ("https://fund.example.org/x", "everyone"),
        ("http://8.8.8.8", "everyone"),
    ],
)
def test_a_link_says_who_can_open_it(address: str, who: str) -> None:
    assert reach(address) == who
    assert ("to everyone" in COPIED[reach(address)][0]) == (who == "everyone")


def test_a_briefing_needs_enough_futures() -> None:
    app = opened(replace(TARIFF, replications=500))
    assert any("at least 1,000 futures" in m.value.replace("\\", "") for m in app.markdown)


@pytest.mark.parametrize("kind", ["paid", "refused", "never_claims", "offender_pays"])
def test_a_case_of_each_kind_is_told(kind: str) -> None:
    app = opened(replace(TARIFF, page="victims"))
    app.selectbox(key="case").set_value(kind).run()
    assert not app.exception
    assert any("drawn by chance" in s.value for s in app.subheader)


# ------------------------------------------------------------------------------------ controls


def other(control: Control) -> list:
    """Values that a visitor could choose instead, the likeliest to matter first."""
    value = control.value
    if control.kind == "switch":
        return [not value]
    if control.kind == "choice":
        return [option for option in control.options if option != value]
    if control.kind == "choices":
        return [list(control.options[:1])]
    if control.kind == "whole":
        steps = [(value or 1) + 1, (value or 1) - 1, (value or 1) + 10, 2030]
        return [s for s in steps if control.least <= s <= control.most and s != value]
    if control.kind == "share":
        return [0.5 if (value or 0) < 0.3 else 0.1, 0.9]
    if control.kind == "scale":
        return [2.0]
    bigger = [x for x in ((value or 1.0) * 2, (value or 1.0) * 1000, 0.5) if x <= control.most]
    return [x for x in bigger if x >= control.least and x != value]


def mine(app: AppTest) -> str:
    """The scenario that the controls belong to."""
    choice = app.session_state["choice"]
    return name_of(choice.country, choice.design)


def move(app: AppTest, control: Control, place: str, value: object) -> None:
    """Move one control, beginning from what the app's choice is."""
    key = f"{place}:{control.key}:{mine(app)}"
    kinds = [app.slider, app.text_input, app.selectbox, app.multiselect, app.toggle]
    widget = next(w for kind in kinds for w in kind if w.key == key)
    assert widget.help, key
    assert not widget.disabled, key
    if widget in list(app.text_input) and isinstance(value, int | float):
        value = number_text(value)
    widget.set_value(value).run()
    assert not app.exception, (key, app.exception[0].message)


@pytest.mark.parametrize("cover", COVERS, ids=lambda c: f"{c[0]}-{c[1].policy}")
def test_every_control_has_a_name_of_its_own_and_options_in_words(
    cover: tuple[str, Design],
) -> None:
    """No label is cut or a code, no two of a group or of the sources of income are the same, no option is a code."""
    scenario = scenario_of(*cover)
    found = controls(scenario, scenario)
    called = [control.label for control in found.values()]
    assert [label for label in called if label.count("(") != label.count(")") or "_" in label] == []
    groups = [
        (c.group.partition(".")[0] if "income" in c.group else c.group, c.label)
        for c in found.values()
    ]
    assert len(set(groups)) == len(groups)
    shown = [
        word_of(c.key, word, ENGLISH)
        for c in found.values()
        for word in (*c.options,)
        if c.kind != "scale"
    ]
    assert [word for word in shown if "_" in word] == []
    assert {"claims wait in a queue", "award that stays unpaid", "net monthly wages"} <= {*shown}


def test_a_damaged_link_shows_no_figures_before_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it is computed")

    with monkeypatch.context() as patched:
        patched.setattr(runs, "results", never)
        app = opened(k="00000000", v="0.1.0", s="albania-tariff", page="about")
    assert "This link is damaged" in told(app)
    assert not app.header
    assert not app.get("vega_lite_chart")
    assert len(app.button) == 1
    app.button[0].click().run()
    assert app.header
    assert "damaged" not in told(app)
    assert app.session_state["choice"].country == "serbia"


def test_a_victim_who_is_paid_is_told_first() -> None:
    app = opened(replace(TARIFF, page="victims"))
    assert app.selectbox(key="case").value == "paid"
    heads = read(m for m in app.markdown if "With the fund" in m.value)
    assert "€" in heads
    assert "€\u00a00.00" not in heads
    assert not opened(replace(TARIFF, page="victims", design=Design("no_fund"))).error


@pytest.mark.parametrize(("policy", "shown"), [("tariff", True), ("no_fund", False)])
def test_how_sure_is_asked_only_where_it_moves_something(policy: str, shown: bool) -> None:
    app = opened(replace(TARIFF, design=Design(policy)))
    assert bool([w for w in app.select_slider if w.key == "c"]) is shown


def read(boxes: Iterable[Any]) -> str:
    """What boxes say, as it is read."""
    return " ".join(box.value for box in boxes).replace("\\", "").replace("\u2060", "")


def test_all_reforms_can_be_selected_and_what_gives_way_is_told() -> None:
    app = opened(replace(TARIFF, page="about"))
    every = [name for name in files.shipped("reform") if name != "legal_aid_by_fund"]
    app.multiselect(key="reform").set_value(list(files.shipped("reform"))).run()
    assert not app.error
    assert app.session_state["choice"].design.additions == tuple(every)
    assert app.multiselect(key="reform").value == every
    assert "Free legal aid paid by the fund” is left out" in read(app.sidebar.info)
    assert ".toml" not in read(app.sidebar.info)


def test_one_of_two_that_exclude_each_other_takes_the_others_place() -> None:
    """The control says so in its options; a changed value of the one that goes does not stay behind."""
    design = Design("tariff", ("legal_aid",), (("reform.legal_aid.from_year", "2030"),))
    app = opened(replace(TARIFF, page="what_if", design=design, variants=(design.without_sets,)))
    field = app.multiselect(key="reform")
    assert (
        "Free legal aid paid by the fund (instead of: Free legal aid and representation)"
        in field.options
    )
    field.set_value(["legal_aid", "legal_aid_by_fund"]).run()
    assert app.session_state["choice"].design == Design("tariff", ("legal_aid_by_fund",))
    assert "Free legal aid and representation” is left out: it cannot stand together" in read(
        app.sidebar.info
    )
    app.multiselect(key="x0").set_value(["legal_aid", "legal_aid_by_fund"]).run()
    assert app.session_state["choice"].variants == (Design("tariff", ("legal_aid_by_fund",)),)
    app.multiselect(key="reform").set_value([]).run()
    assert not app.sidebar.info
    assert not app.error


def test_another_country_keeps_what_is_possible_there_and_tells_what_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sets = (("fund.take_up.unassisted_rate", "0.3"), ("income.budget.amount", "500000"))
    variant = Design("status_fixed", ("legal_aid",), sets[:1])
    app = opened(
        Choice(
            "albania",
            Design("tariff", ("budget_cut",), sets),
            (variant,),
            page="about",
            replications=FEW,
        )
    )
    app.selectbox(key="country").set_value("kosovo").run()
    choice = app.session_state["choice"]
    assert (choice.country, choice.variants) == ("kosovo", (variant,))
    assert choice.design == Design("tariff", ("budget_cut",), sets)
    assert not app.warning
    gone = Design("tariff", (), (("fund.take_up.unassisted_rate", "0.3"),))
    monkeypatch.setattr(state, "allowed", lambda country, design: gone)
    app.selectbox(key="country").set_value("albania").run()
    told = read(app.warning)
    assert "Not possible in this country, and left out: " in told
    assert "State budget line: the fixed amount" in told
    assert "stress: Budget" in told
    assert "who apply" not in told


def test_all_stresses_together_say_which_of_them_helps_victims() -> None:
    app = opened(
        replace(TARIFF, page="about", design=Design("tariff", tuple(files.shipped("stress"))))
    )
    assert (
        "More victims are paid under “A late surge of claims, 2032 and 2033”, “Take-up doubles”"
        in read(app.info)
    )
    plain = opened(replace(TARIFF, page="about", design=Design("tariff", ("slow_courts",))))
    assert "More victims are paid" not in read(plain.info)


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("fund.decision.posts", "-1", "-1 is not possible: it must be between 0.05 and"),
        ("fund.opening_capital", "1000000000000000", "1e+15 is not possible"),
        ("time.price_year", "2090", "must not be after the last year of the run-off"),
    ],
)
def test_a_number_that_is_none_is_told_beside_its_field_while_the_figures_stay(
    key: str, typed: str, words: str
) -> None:
    app = opened(replace(TARIFF, page="about"))
    found = controls(
        scenario_of("serbia", Design("tariff")), scenario_of("serbia", Design("tariff"))
    )
    before = digest(app)
    app.session_state["group"] = found[key].group
    app.run()
    field = next(w for w in app.text_input if f":{key}:" in str(w.key))
    field.set_value(typed).run()
    assert app.session_state["choice"].design == TARIFF.design
    assert digest(app) == before
    [beside] = app.sidebar.error
    assert words in beside.value.replace("\\", "").replace("\u2060", "")
    now = next(w for w in app.text_input if w.key == field.key)
    assert now.value == field_text(found[key].value)
    now.set_value(field_text(found[key].value + 1)).run()
    assert not app.sidebar.error


def test_a_seed_that_is_none_is_told_beside_its_field() -> None:
    app = opened(replace(TARIFF, page="about"))
    app.text_input(key="seed").set_value("-1").run()
    assert "-1 is not possible" in app.sidebar.error[0].value.replace("\\", "")
    assert app.session_state["choice"].seed == TARIFF.seed
    assert app.text_input(key="seed").value == field_text(TARIFF.seed)


MOVED: set[str] = set()  # keys that have moved a figure, over all covers of this process


@pytest.mark.slow
@pytest.mark.xdist_group("controls")  # what one cover has moved, the next ones leave out
@pytest.mark.parametrize("cover", COVERS, ids=lambda c: f"{c[0]}-{c[1].policy}")
def test_no_control_is_dead(cover: tuple[str, Design]) -> None:
    """Each one changes the scenario and a figure, or the page says why it does not; what is not in use cannot be
    moved, and says why."""
    country, design = cover
    base = Choice(country, design, page="about", replications=FEW)
    scenario = scenario_of(country, design)
    found = controls(scenario, scenario)
    app = opened(base)
    before = digest(app)
    silent = []
    for key, control in found.items():
        if control.reason:
            continue
        if key in MOVED:
            continue
        for value in other(control):
            app.session_state["choice"] = base
            app.session_state["before"] = base
            app.session_state["group"] = control.group
            place = "lever" if control.kind == "scale" else "all"
            if not ready(app, f"{place}:{key}:{name_of(country, design)}"):
                app.run()  # the last move had put it out of use, or another group was shown
            move(app, control, place, value)
            if app.error:  # a rule between keys refuses this value; another may do
                continue
            changed = app.session_state["choice"].design
            assert changed.sets, key
            assert scenario_of(country, changed).hash != scenario.hash, key
            if digest(app) != before:
                MOVED.add(key)
                break
            if "moved no figure" not in told(app):
                silent.append((key, value))
    assert not silent


def ready(app: AppTest, key: str) -> bool:
    """Whether a control is shown and can be moved."""
    kinds = (app.slider, app.text_input, app.selectbox, app.multiselect, app.toggle)
    return any(w.key == key and not w.disabled for kind in kinds for w in kind)


# --------------------------------------------------------------- what one visitor may cost


def test_one_link_cannot_hold_up_a_public_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases times futures are bounded: fewer futures, told, or a refusal, told, with the standard view."""
    computed = []

    def counted(
        scenario: Scenario, seed: int, replications: int, *_: object, **__: object
    ) -> Results:
        computed.append(replications * most_cases(scenario.world, 0.75))
        return small(scenario, seed, FEW)

    many = {"s": "serbia-tariff", "n": "5000", "page": "about", "caseload.level": "450"}
    monkeypatch.setenv(settings.VARIABLE, "1")
    small = runs.results
    monkeypatch.setattr(runs, "results", counted)
    fewer = opened(TARIFF, **many)
    assert fewer.session_state["choice"].replications == 2000
    assert "here are 2000 futures" in told(fewer).replace("\\", "").replace(",", "")
    refused = opened(TARIFF, **{**many, "n": "500", "caseload.level": "4000"})
    assert refused.session_state["choice"].design.sets == ()
    assert "so many victims" in told(refused)
    assert max(computed) <= runs.MOST_WORK
    laws = [law for country in files.countries() for law in law_of(country)]
    for country in files.countries():  # what is shipped is shown with as many futures as at home
        for policy in files.shipped("policy"):
            foreign = policy in laws and policy not in law_of(country)
            stresses = () if foreign else tuple(files.shipped("stress"))
            scenario = load("+".join([country, policy, *stresses]))
            assert runs.most_futures(scenario) >= 5000, (country, policy)
    monkeypatch.setenv(settings.VARIABLE, "0")
    assert opened(TARIFF, **many).session_state["choice"].replications == 5000


def test_a_failure_tells_strangers_a_number_and_the_log_the_rest(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"{ROOT} is a secret")

    monkeypatch.setenv(settings.VARIABLE, "1")
    monkeypatch.setattr(runs, "results", broken)
    app = opened(replace(TARIFF, page="about"))
    [box] = app.error
    assert "our fault" in box.value
    [number] = re.findall(r"number ([0-9a-f]{8})", box.value)
    assert str(ROOT) not in " ".join(
        e.value for kind in (app.error, app.markdown, app.caption) for e in kind
    )
    assert number in caplog.text
    assert f"ValueError: {ROOT} is a secret" in caplog.text


# ------------------------------------------------------------------------- whose budget, and phases


def _of_serbia(*sets: tuple[str, str]) -> tuple[Design, dict[str, Control]]:
    design = Design("tariff", (), sets)
    standard = scenario_of("serbia", design.without_sets)
    return design, controls(scenario_of("serbia", design), standard)


def test_an_own_budget_is_voted_as_it_is_and_goes_back_to_the_rule_without_it() -> None:
    design, found = _of_serbia()
    own = chosen(design, found["income.budget.amount"], 300_000.0)
    assert own.sets == (("income.budget.amount", "300000"), ("income.budget.vote", "fixed"))
    _, now = _of_serbia(*own.sets)
    assert chosen(own, now["income.budget.amount"], None) == design
    assert chosen(own, now["income.budget.vote"], "revised") == design
    other_levers = {"income.budget.margin", "fund.decision.posts", "income.budget.vote"}
    assert other_levers <= {key for key in MAIN if not found[key].reason}


def test_a_fixed_budget_without_an_amount_is_told_to_need_one() -> None:
    design, found = _of_serbia()
    with pytest.raises(InputError, match=r"income\.budget\.amount.*needs one"):
        scenario_of("serbia", chosen(design, found["income.budget.vote"], "fixed"))


def test_the_answer_says_whose_budget_is_too_small_and_how_many_claims_wait_for_a_decision() -> (
    None
):
    ours = opened(replace(TARIFF, replications=500))
    assert "of claims are not decided within a year" in read(ours.header)
    assert "(our rule, no ministry's figure), is too small in" in read(ours.markdown)
    assert "Futures in which it falls short" not in read(ours.markdown)
    sets = (("income.budget.amount", "50000"), ("income.budget.vote", "fixed"))
    theirs = opened(replace(TARIFF, design=Design("tariff", (), sets), replications=500))
    assert "a year, the same every year (as you set it), is too small in" in read(theirs.markdown)


def test_the_page_tells_what_holds_in_which_phase() -> None:
    app = opened(replace(TARIFF, design=Design("children_first"), page="about"))
    assert "From 2030: Adults and children" in read(app.caption)
    assert "fund.eligible.adults" not in read(app.caption)
