"""The dashboard as a visitor meets it: in a real browser, wide and on a phone, by keyboard, with links of friends and foes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from fundsim import load, measure, project
from fundsim.app import headline
from fundsim.app.pages import pages
from fundsim.report.results import Results
from tests import browser as real
from tests.browser import FINAL, VIEW, finished, go, open_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),  # one server and one browser for all
    pytest.mark.skipif(
        real.chromium() is None, reason="needs Chromium: apt-get install chromium, or CHROMIUM=path"
    ),
]
SCENARIO = "?s=serbia-tariff"
TAKE_UP = "Entitled victims who apply without help once the scheme is known, averaged over today's victims"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with real.dashboard() as found:
        yield found


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with real.browser() as found:
        yield found


@pytest.fixture(autouse=True)
def _closed_after(opened: Browser) -> Iterator[None]:
    yield
    for context in opened.contexts:
        context.close()


def query(page: Page) -> dict[str, str]:
    """What the address bar holds."""
    return {k: v[0] for k, v in parse_qs(urlsplit(page.url).query).items()}


def figures(page: Page) -> list[str]:
    """The headline figures, the budget and the yearly table of the page Answer, as read."""
    tiles = page.get_by_test_id("stHorizontalBlock").filter(has_text="Cost a year")
    return [*tiles.get_by_test_id("stColumn").all_inner_texts(),
            *page.get_by_test_id("stTable").all_inner_texts()]  # fmt: skip


# --------------------------------------------------------------------------------------- links


def test_a_copied_link_shows_the_same_figures_to_others(address: str, opened: Browser) -> None:
    ours = finished(
        open_page(
            opened, f"{address}/?s=albania-status_fixed&n=500&fund.take_up.unassisted_rate=0.3"
        )
    )
    ours.get_by_role("button", name="Copy link").click()
    copied = "Link copied. It opens on this computer only"  # as this server's address is 127.0.0.1
    expect(ours.get_by_role("status").filter(has_text=copied)).to_be_visible()
    link = ours.evaluate("navigator.clipboard.readText()")
    assert link == ours.url
    theirs = finished(open_page(opened, link))
    expect(theirs.get_by_text("Checked: these are the figures of the link")).to_be_visible()
    assert len(figures(ours)) == 7
    assert figures(theirs) == figures(ours)
    assert query(theirs) == query(ours)


HACK = "window.hacked=1"
TEXTS = (
    f"<script>{HACK}</script>", f"<img src=x onerror={HACK}>", f"\"><svg onload={HACK}>",
    f"javascript:{HACK}", f"<iframe src=//example.org onload={HACK}>", "[a](https://example.org)", "www.example.org a@example.org",
    "![a](https://example.org/a.png)", "# a", ":red[a] :material/home: $x^2$", "| a | b |",
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "C:\\windows\\win.ini",
    "file:///etc/passwd", "mine.toml", "con", "'; drop table", "{{7*7}}", "%00", "\u202eabc",
    "1e999", "9" * 400, "nan", "-1",
)  # fmt: skip
PLACES = (
    "s=",
    "page=",
    "seed=",
    "s=serbia-",
    "fund.take_up.unassisted_rate=",
    "k=",
    "s=serbia&w1=",
    "r=",
)
HOSTILE = [
    *(PLACES[i % len(PLACES)] + quote(text) for i, text in enumerate(TEXTS)),
    "k=00000000&v=0.1.0&s=serbia-tariff", "k=", "k=1&k=2", "s=atlantis-tariff", "s=serbia-nothing",
    "s=serbia-tariff-flood", "s=serbia-tariff&n=1000000000", "s=serbia-tariff&c=101", "z=eJwDAAAAAAE",
    "z=" + "A" * 1400, "v=99.9.9&s=serbia-tariff", "a=1", "fund.no.such_key=1", "s=serbia-tariff&x=" + "a" * 9000,
]  # fmt: skip


def test_hostile_and_damaged_links_show_a_notice_and_a_working_page(
    address: str, opened: Browser
) -> None:
    """Several at a time in one browser: nothing is injected, nothing fails, nobody else is asked."""
    first = finished(open_page(opened, f"{address}/{SCENARIO}"))
    whole = first.url.partition("?")[2]
    links = [*HOSTILE, whole[:-9], whole.replace("seed=2", "seed=3"), whole + "0"]
    assert len(links) >= 40
    scripts = first.locator("script").count()
    faults: list[str] = []
    pages = [first, *(first.context.new_page() for _ in range(3))]
    for page in pages:
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith((address, "data:", "blob:")) else faults.append(r.url)
            ),
        )
    for start in range(0, len(links), len(pages)):
        batch = list(zip(pages, links[start : start + len(pages)], strict=False))
        for page, link in batch:
            page.goto(f"{address}/?{link}", wait_until="commit")
        for page, link in batch:
            main = page.get_by_test_id("stMain")
            instead = main.get_by_role("button", name="Show today's figures")
            expect(instead.or_(page.locator(FINAL))).to_be_visible(timeout=real.PATIENCE)
            withheld = instead.count() > 0
            if withheld:  # a damaged link: no figures but those that are asked for
                assert main.locator("h2").count() == 0, link
                assert main.get_by_test_id("stAlert").count() == 1, link
                instead.click()
            finished(page)
            assert main.get_by_test_id("stAlert").count() >= (0 if withheld else 1), link
            assert page.get_by_test_id("stException").count() == 0, link
            assert re.search(r"€\W\d|of 100", main.locator("h2").inner_text()), link
            strange = main.locator("script, iframe, img, a[href], object, embed")
            assert not strange.evaluate_all("all => all.map(e => e.outerHTML)"), link
            assert page.locator("script").count() == scripts, link
            assert page.evaluate("window.hacked") is None, link
    assert not faults


# ------------------------------------------------------------------------------------ controls


def test_a_slider_moved_by_keyboard_loses_no_step(address: str, opened: Browser) -> None:
    page = open_page(opened, f"{address}/healthz")
    page.goto(f"{address}/{SCENARIO}&n=500")
    before = finished(page).evaluate("history.length")
    slider = page.get_by_role("slider", name=TAKE_UP)
    start = float(slider.input_value())
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight", delay=30)
    page.wait_for_url("**fund.take_up.unassisted_rate=0.3&**")
    finished(page)
    assert float(slider.input_value()) == pytest.approx(start + 0.2)
    [projection] = project([load("serbia+tariff", ["fund.take_up.unassisted_rate=0.3"])], 500)
    digest = headline.digest(Results.of(projection, measure(projection)))
    found = query(page)
    assert (found["fund.take_up.unassisted_rate"], found["d"]) == ("0.3", digest)
    assert found["h"] == projection.scenario.hash
    expect(page.get_by_text(f"digest {digest}")).to_be_visible()
    assert page.evaluate("history.length") == before
    page.go_back()
    assert page.url == f"{address}/healthz"


FOCUSED = """() => {
    let e = document.activeElement;
    while (e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
    return `${e.type || e.tagName}: ${e.ariaLabel || e.textContent.slice(0, 40)}`;
}"""


def test_everything_is_reached_by_keyboard(address: str, opened: Browser) -> None:
    page = finished(open_page(opened, f"{address}/{SCENARIO}"))
    passed: list[str] = []
    while "button: Copy link" not in passed:
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUSED))
        assert len(passed) < 120, passed
        if passed[-1] == "button: Answer":
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Space")
            page.wait_for_url("**page=victims&**")
            finished(page)
    assert {"text: Country", "text: Policy", f"range: {TAKE_UP}", "button: Answer"} <= set(passed)
    assert passed[0] == "A: Skip to main content"
    assert not [name for name in passed if "\\" in name]  # labels are read out as they are written


def test_panels_stay_open_while_a_briefing_is_made_and_after(address: str, opened: Browser) -> None:
    page = finished(open_page(opened, f"{address}/?s=montenegro-tariff&n=1000"))
    panels = [
        page.locator("details").filter(has_text=t) for t in ("Kind of file", "Card for posts")
    ]
    for panel in panels:
        panel.locator("summary").click()
        expect(panel).to_have_attribute("open", "")
        finished(page)
    panels[0].get_by_role("radio", name="HTML").click()
    finished(page)
    panels[0].get_by_role("button", name="Make the briefing").click()
    made = page.get_by_role("button", name="Download the briefing (HTML)")
    # on a quick machine it may be made before it is seen in the making
    making = page.get_by_text("Making the briefing").or_(made).first
    expect(making).to_be_in_viewport(timeout=real.PATIENCE)
    expect(made).to_be_in_viewport(timeout=real.PATIENCE)
    with page.expect_download() as waiting:
        made.click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"<!DOCTYPE html>")
    page.get_by_role("slider", name="How sure the budget of a year shall be enough").press(
        "ArrowLeft"
    )
    page.wait_for_url("**c=90&**")
    finished(page)
    expect(page.get_by_role("button", name="of what was shown before (HTML)")).to_be_attached()
    panels[0].get_by_role("radio", name="PDF").click()
    finished(page)
    for panel in panels:
        expect(panel).to_have_attribute("open", "")


# ------------------------------------------------------------------------------- what is drawn


# serious faults in what Streamlit itself draws and we cannot reach, each with its reason
BEYOND_US = {
    # tables wider than a phone scroll inside a plain element; browsers since 2024 let the keyboard scroll it
    "scrollable-region-focusable": "[data-testid=stTable]",
}
AXE = """async rules => (await axe.run(document, {...rules, resultTypes: ["violations"]})).violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.map(n => [v.id, n.target.join(" "), n.failureSummary]))"""
SETTLED = """dark => document.getAnimations().every(a => a.playState !== "running")
    && (getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor === "rgb(14, 17, 23)") === dark"""


@pytest.mark.parametrize(
    "half", [tuple(pages())[:4], tuple(pages())[4:]], ids=["first_pages", "last_pages"]
)
def test_no_serious_fault_for_those_who_see_or_hear_otherwise(
    address: str, opened: Browser, half: tuple[str, ...]
) -> None:
    page = finished(open_page(opened, f"{address}/{VIEW}&page={half[0]}"))
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = []
    for name in half:
        if name != half[0]:
            go(page, name)
        for width in real.WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in real.SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.wait_for_function(SETTLED, arg=scheme == "dark")
                # the colour scheme changes nothing but colours
                rules = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
                for rule, element, told in page.evaluate(AXE, rules):
                    within = BEYOND_US.get(rule)
                    if not (
                        within and page.locator(f"{within} {element.split(' > ')[-1]}").count()
                    ):
                        found.append((name, width, scheme, rule, element, told))
            for box in (
                "document.documentElement",
                "document.querySelector('[data-testid=stMain]')",
            ):
                assert page.evaluate(f"{box}.scrollWidth") <= width, (name, width)
    assert not found


def test_on_a_phone_the_answer_comes_without_the_sidebar(address: str, opened: Browser) -> None:
    page = finished(open_page(opened, f"{address}/{SCENARIO}", 390, 844))
    main = page.get_by_test_id("stMain")
    for part in (
        main.get_by_role("combobox", name="Country"), main.get_by_role("combobox", name="Policy"),
        main.get_by_role("heading", name="A fund would cost Serbia"),
    ):  # fmt: skip
        expect(part).to_be_in_viewport()


def test_an_embedded_page_has_no_toolbar_and_stays_embedded(address: str, opened: Browser) -> None:
    page = finished(open_page(opened, f"{address}/{SCENARIO}&embed=true"))
    expect(page.get_by_test_id("stMainMenu")).to_have_count(0)
    assert query(page)["embed"] == "true"
    go(page, "money")
    expect(page.locator("h2")).to_contain_text("reaches victims")
    assert query(page)["embed"] == "true"
    assert "embed" not in str(page.locator(FINAL).get_attribute("data-text"))


WATCH = """() => {
    const seen = window.seen = {looks: 0, blank: 0, title: false, answer: false, early: false};
    new MutationObserver(() => {
        const has = name => Boolean(document.querySelector(name)?.textContent);
        if ((seen.title && !has("h1")) || (seen.answer && !has("h2"))) seen.blank += 1;
        seen.title ||= has("h1");
        seen.answer ||= has("h2");
        const last = document.querySelector("[data-testid^=stBidiComponent]");
        if (has("h2") && document.body.innerText.includes("First look") && !last) seen.looks += 1;
    }).observe(document, {childList: true, subtree: true, characterData: true});
}"""


def test_a_first_answer_is_there_early_and_the_page_is_never_blank(
    address: str, opened: Browser
) -> None:
    page = opened.new_context().new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto(f"{address}/?s=kosovo-tariff&seed=77")
    seen = finished(page).evaluate("window.seen")
    assert seen["title"]
    assert seen["answer"]
    assert seen["looks"] > 0, "no first answer before all futures were done"
    assert seen["blank"] == 0


def test_downloads_come_with_content(address: str, opened: Browser, tmp_path: Path) -> None:
    page = finished(open_page(opened, f"{address}/?s=serbia-tariff&n=500&fund.decision.posts=2"))
    page.get_by_text("Download", exact=True).click()
    for name, begins in (
        ("Cash (PNG)", b"\x89PNG"), ("Cash (SVG)", b"<?xml"), ("Card for posts (PNG)", b"\x89PNG"),
        ("Yearly (CSV)", b"\xef\xbb\xbfYear,"), ("All tables and measures (XLSX)", b"PK"),
        ("Scenario (TOML)", b""), ("Run card (JSON)", b"{"),
    ):  # fmt: skip
        with page.expect_download() as coming:
            page.get_by_role("button", name=name, exact=True).click()
        path = tmp_path / coming.value.suggested_filename
        coming.value.save_as(path)
        content = path.read_bytes()
        assert content.startswith(begins), name
        assert len(content) > 400, name
    [toml] = tmp_path.glob("*.toml")
    assert load(str(toml)).hash == query(page)["h"]
