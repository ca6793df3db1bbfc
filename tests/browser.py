"""The dashboard in a real browser: for its tests, and for its pictures (`make screenshots`).

A browser is Debian's Chromium or one like it, found by its name or by the variable CHROMIUM; Playwright
only steers it, and downloads nothing.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, Literal
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from fundsim.app.pages import pages

ROOT = Path(__file__).parents[1]
NAMES = ("/usr/bin/chromium", "chromium", "google-chrome")
FINAL = "[data-name=link]"  # "Copy link" is drawn when all futures are there
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"
WIDTHS = (1280, 390)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
VIEW = "?s=serbia-tariff&w1=judgment_advance&w2=tariff-legal_aid"  # what the pictures show
ROOT_USER = hasattr(os, "geteuid") and os.geteuid() == 0
PATIENCE = 300_000  # milliseconds that a condition may take on a busy machine


def chromium() -> str | None:
    """The path of a Chromium, or None."""
    given = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [given] if given else NAMES)), None)


@contextmanager
def dashboard() -> Iterator[str]:
    """The address of a public dashboard, which runs until the block ends."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", "from fundsim.cli import main; main()", "dashboard", "--public", "--port", str(port)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(process, f"{address}/healthz")
        yield address
    finally:
        process.kill()
        process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        assert process.poll() is None, "the dashboard ended by itself"
        try:
            with urlopen(address, timeout=5) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the dashboard does not answer")


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window; its sandbox cannot be had by root, as in containers."""
    with sync_playwright() as steered:
        opened = steered.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"] if ROOT_USER else []
        )
        try:
            yield opened
        finally:
            opened.close()


def open_page(
    browser: Browser,
    address: str,
    width: int = 1280,
    height: int = 900,
    scheme: Scheme = "light",
) -> Page:
    """A page of a visitor who was never there before."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    return page


def finished(page: Page) -> Page:
    """The same page, when its final figures are there and nothing is being computed."""
    page.wait_for_selector(FINAL)
    page.wait_for_selector(AT_REST)
    return page


HEIGHT = """() => Math.max(...["stMain", "stSidebarContent"]
    .map(name => document.querySelector(`[data-testid=${name}]`))
    .filter(part => part.getBoundingClientRect().x >= 0).map(part => part.scrollHeight))"""
DRAWN = """() => !document.querySelector("[data-testid=stSkeleton]")
    && [...document.querySelectorAll("[data-testid=stVegaLiteChart]")].every(c => c.querySelector("svg, canvas"))
    && document.getAnimations().every(a => a.playState !== "running")"""


def whole(page: Page) -> None:
    """Make the window as high as what it shows, since the page scrolls inside of it."""
    width = page.evaluate("() => innerWidth")
    for _ in range(2):  # what was below the window may be drawn only now
        page.wait_for_function(DRAWN)
        page.set_viewport_size({"width": width, "height": page.evaluate(HEIGHT)})
    page.wait_for_function(DRAWN)


def go(page: Page, name: str) -> Page:
    """Change to a page by its button, and wait for what it shows in the end."""
    page.get_by_role("radio", name=pages()[name].TITLE, exact=True).click()
    page.wait_for_url(f"**page={name}&**")
    return finished(page)


def _small(shot: Image.Image) -> Image.Image:
    """In its 160 most frequent colours: surfaces and lines stay as they are, the edges of letters become a little rougher."""
    frequent: list[Any] = sorted(shot.getcolors(2**24) or [], reverse=True)[:160]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in frequent for part in colour])
    return shot.quantize(palette=palette, dither=Image.Dither.NONE)


def pictures(folder: Path) -> None:
    """Every page as a picture, wide and on a phone, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    with dashboard() as address, browser() as opened:
        first = finished(open_page(opened, f"{address}/{VIEW}"))
        for width, scheme in product(WIDTHS, SCHEMES):
            page = finished(open_page(opened, first.url, width, 900, scheme))
            first_page, *others = pages()
            for name in (*others, first_page):
                page.set_viewport_size({"width": width, "height": 900})
                go(page, name)
                whole(page)
                shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                _small(shot).save(folder / f"{name}_{width}_{scheme}.png", optimize=True)
            page.context.close()


if __name__ == "__main__":
    pictures(ROOT / "docs" / "screenshots")
