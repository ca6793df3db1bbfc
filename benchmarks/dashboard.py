"""`make bench-dashboard`: how soon the dashboard answers, one visitor and fifty at once, and how large it grows.

Starts `fundsim dashboard --public` itself and asks it as visitors do: with Chromium, and with sockets that
speak as Streamlit's page does.  Needs a machine with nothing else to do.  Writes benchmarks/DASHBOARD.md.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import streamlit
from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from fundsim.app import settings
from fundsim.app.runs import QUICK

RESULTS = Path(__file__).parent / "DASHBOARD.md"
MEBIBYTE = 2**20
LEVER = "lever:fund.take_up.unassisted_rate:serbia+tariff"
SLIDER = '[class*="st-key-lever-fund-take_up-unassisted_rate"] input[type="range"]'
POPULAR = "s=serbia-tariff_interim"  # a link that fifty people open
REFUSALS = ("Many people are computing", "This scenario could not", "This combination is not")
VISITORS, MOVES, OPENINGS = 50, 25, 4
PREPARED = 15  # s after its start, when a server has prepared itself
PATIENCE = 600.0  # s; only a failure takes this long
GOAL = 1 / 3  # s from a slider's move to a changed figure, on a warm server

# Notes when things happen in the page: a key is pressed, the page asks the server, the headline changes, a
# chart is there, the address (which "Copy link" copies) changes.
WATCH = """
(() => {
  const seen = (window.seen = { headline: [], chart: [], link: [], key: [], sent: [] });
  let last = "";
  const look = () => {
    const text = document.querySelector("h2")?.textContent ?? "";
    if (text && text !== last) { last = text; seen.headline.push(performance.now()); }
    if (!seen.chart.length && document.querySelector('[data-testid="stVegaLiteChart"] :is(canvas, svg)'))
      seen.chart.push(performance.now());
  };
  const watch = () => new MutationObserver(look).observe(document,
    { childList: true, subtree: true, characterData: true });
  watch();
  const replace = history.replaceState.bind(history);
  let link = "";
  history.replaceState = (state, title, url) => {
    const query = String(url).split("?")[1] ?? "";
    if (query.includes("d=") && query !== link) { link = query; seen.link.push(performance.now()); }
    return replace(state, title, url);
  };
  addEventListener("keydown", () => seen.key.push(performance.now()), true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) { seen.sent.push(performance.now()); return send.call(this, data); };
})();
"""


@dataclass(frozen=True)
class Server:
    """A running dashboard."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def place(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> float:
        """Resident MiB of the server and its children, once it rests."""
        time.sleep(12)
        main = psutil.Process(self.process.pid)
        size = sum(p.memory_info().rss for p in [main, *main.children(recursive=True)])
        return float(size / MEBIBYTE)

    def peak(self) -> float:
        """The most MiB that the server has had resident; NaN where Linux does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmHWM")), np.nan)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served() -> Iterator[Server]:
    """A fresh server, which listens but has answered nobody yet."""
    port = free_port()
    command = [sys.executable, "-c", "from fundsim.cli import main; main()", "dashboard"]
    process = subprocess.Popen(
        [*command, "--public", "--port", str(port)], stdout=subprocess.PIPE, stderr=sys.stderr
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it tells where it is
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait()


# ------------------------------------------------------------------------------- one visitor


@contextmanager
def opened(browser: Browser, server: Server, query: str = "") -> Iterator[Page]:
    """The dashboard in a browser that has never seen it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{server.place}/?{query}", wait_until="commit")
    try:
        yield page
    finally:
        context.close()


def seen(page: Page, *wanted: str) -> dict[str, list[float]]:
    """What the page has noted, once it has noted all that is wanted."""
    end = time.monotonic() + PATIENCE
    while True:  # the page's policy forbids Playwright's own way of waiting
        found: dict[str, list[float]] = page.evaluate("window.seen")
        if all(found[name] for name in wanted):
            return found
        assert time.monotonic() < end, f"never seen: {wanted}"
        page.wait_for_timeout(50)


def first_visit(browser: Browser, server: Server) -> tuple[float, float]:
    """Seconds from navigation to the headline with its chart, and to the final figures."""
    with opened(browser, server) as page:
        times = seen(page, "headline", "chart", "link")
    return max(times["headline"][0], times["chart"][0]) / 1000, times["link"][0] / 1000


@dataclass(frozen=True)
class Move:
    """Seconds from a key pressed on a slider to the page's question, and from key to each answer."""

    asked: float
    first: float
    final: float


def moves(page: Page, key: str, number: int) -> list[Move]:
    """Move the slider of take-up step by step, each time waiting for the final figures."""
    found = []
    for _ in range(number):
        page.wait_for_timeout(300)  # the page rests
        page.evaluate("Object.values(window.seen).forEach((times) => times.splice(0))")
        page.locator(SLIDER).focus()
        page.keyboard.press(key)
        times = seen(page, "headline", "link")
        start = times["key"][0]
        sent = next(t for t in times["sent"] if t >= start)
        ends = (sent, times["headline"][0], times["link"][0])
        found.append(Move(*((t - start) / 1000 for t in ends)))
    return found


def one_visitor(
    server: Server, cold: Callable[[Browser, float], tuple[float, float]]
) -> dict[str, Any]:
    """Everything that one visitor waits for."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        found: dict[str, Any] = {"cold": [cold(browser, 0) for _ in range(OPENINGS)]}
        found["rested"] = [cold(browser, PREPARED) for _ in range(OPENINGS)]
        first_visit(browser, server)
        found["warm"] = [first_visit(browser, server) for _ in range(OPENINGS)]
        found["version"] = browser.version
        with opened(browser, server) as page:
            seen(page, "link")
            moves(page, "ArrowRight", 2)  # the page has loaded all its parts
            found["new"] = moves(page, "ArrowRight", MOVES)
            page.wait_for_timeout(1000)
            found["known"] = moves(page, "ArrowLeft", MOVES)
        browser.close()
    return found


# ---------------------------------------------------------------------------- fifty visitors


@dataclass
class Answered:
    """What came back of one question: seconds to each answer, and what went wrong."""

    first: float = np.nan
    final: float = np.nan
    failed: str = ""
    size: int = 0
    slider: str = ""


@dataclass
class Visitor:
    """A session without a browser."""

    socket: ClientConnection
    query: str
    slider: str = ""

    async def ask(self, value: float | None = None) -> Answered:
        """Open the page, or move the slider, and wait for the final figures."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        if value is not None:
            state = message.rerun_script.widget_states.widgets.add(id=self.slider)
            state.double_array_value.data.append(value)
        found, start = Answered(), time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while not found.failed:
            try:
                body = await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE)
            except (ConnectionClosed, TimeoutError) as error:
                found.failed = f"{type(error).__name__} {error}"
                break
            found.size += len(body)
            told = ForwardMsg.FromString(body)
            element = told.delta.new_element
            kind = element.WhichOneof("type")
            if kind == "slider" and element.slider.id.endswith(LEVER):
                self.slider = element.slider.id
            elif kind == "heading" and element.heading.tag == "h2" and np.isnan(found.first):
                found.first = time.perf_counter() - start
            elif kind == "exception":
                found.failed = element.exception.message or "an exception"
            elif kind == "alert" and element.alert.body.startswith(REFUSALS):
                found.failed = element.alert.body
            if told.WhichOneof("type") == "script_finished":
                if told.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    found.failed = found.failed or f"the page ended with {told.script_finished}"
                break
        found.final = time.perf_counter() - start
        if np.isnan(found.first) and not found.failed:
            found.failed = "no headline"
        return found


async def together(
    server: Server, queries: Sequence[str], then: Callable[[list[Visitor]], Awaitable[Any]]
) -> Any:
    """Open as many sessions as there are queries, and do something with all of them."""
    opening = [
        connect(
            f"ws://127.0.0.1:{server.port}/_stcore/stream",
            ping_interval=None,
            max_size=None,
            subprotocols=[Subprotocol("streamlit")],
        )
        for _ in queries
    ]
    sockets = [await one for one in opening]
    try:
        return await then([Visitor(s, q) for s, q in zip(sockets, queries, strict=True)])
    finally:
        await asyncio.gather(*(s.close() for s in sockets))


async def all_open(visitors: list[Visitor]) -> list[Answered]:
    """All open the page at once."""
    return list(await asyncio.gather(*(v.ask() for v in visitors)))


async def all_move(visitors: list[Visitor]) -> list[Answered]:
    """All have the page open, then all move the slider at once, each to a value of its own."""
    await all_open(visitors)
    values = np.round(np.linspace(0.05, 0.95, len(visitors)), 3) + 0.0005
    return list(
        await asyncio.gather(*(v.ask(float(x)) for v, x in zip(visitors, values, strict=True)))
    )


def crowds(server: Server) -> dict[str, Any]:
    """Fifty visitors, and the memory that they take."""
    time.sleep(PREPARED)
    found: dict[str, Any] = {"idle": server.memory()}

    async def stay(visitors: list[Visitor]) -> tuple[list[Answered], float]:
        answers = await all_open(visitors)
        return answers, await asyncio.to_thread(server.memory)

    kept = settings.options(True, 0, "", [])["server.disconnectedSessionTTL"]
    for turn in ("once", "again"):
        found[turn] = asyncio.run(together(server, [""] * VISITORS, stay))
        time.sleep(int(kept) + 5)  # type: ignore[call-overload]
        found[f"after {turn}"] = server.memory()
    found["popular"] = asyncio.run(together(server, [POPULAR] * VISITORS, all_open))
    found["movers"] = asyncio.run(together(server, [""] * VISITORS, all_move))
    time.sleep(int(kept) + 5)  # type: ignore[call-overload]
    found["peak"] = server.peak()
    found["after movers"] = server.memory()
    found["movers again"] = asyncio.run(together(server, [""] * VISITORS, all_move))
    time.sleep(int(kept) + 5)  # type: ignore[call-overload]
    found["after movers again"] = server.memory()
    return found


# ------------------------------------------------------------------------------------ told


def spread(times: Sequence[float]) -> str:
    """Median, 95th percentile and maximum as cells of a table."""
    return " | ".join(f"{x:.2f}" for x in (*np.percentile(times, [50, 95]), max(times)))


def told(one: dict[str, Any], many: dict[str, Any]) -> list[str]:
    """The report."""
    head = ["| | | median, s | 95th percentile, s | longest, s |", "|---|---|---|---|---|"]

    def rows(name: str, table: Sequence[tuple[str, Sequence[float]]]) -> list[str]:
        return [f"| {name} | {what} | {spread(times)} |" for what, times in table]

    def visits(name: str, times: Sequence[tuple[float, float]]) -> list[str]:
        first, final = zip(*times, strict=True)
        return rows(name, [("first figure and chart", first), ("final figures", final)])

    def moved(name: str, times: Sequence[Move]) -> list[str]:
        parts = [
            ("the browser asks", [m.asked for m in times]),
            ("first figure", [m.first for m in times]),
            ("… after the browser has asked", [m.first - m.asked for m in times]),
            ("final figures", [m.final for m in times]),
        ]
        return rows(name, parts)

    def crowd(name: str, answers: Sequence[Answered]) -> list[str]:
        well = [a for a in answers if not a.failed]
        if not well:
            return [f"| {name} | all failed | | | |"]
        return rows(name, [("first figure", [a.first for a in well]),
                           ("final figures", [a.final for a in well])])  # fmt: skip

    def failing(answers: Sequence[Answered]) -> str:
        failed = [a.failed for a in answers if a.failed]
        return f"{len(failed)} of {len(answers)}" + (f" ({failed[0][:80]})" if failed else "")

    share = np.mean([m.first <= GOAL for m in (*one["new"], *one["known"])])
    size = np.median([a.size for a in many["movers"]]) / 1024
    events = [("idle", "idle"), ("after once", f"after {VISITORS} sessions, closed"),
              ("after again", f"after {VISITORS} more, closed"),
              ("after movers", f"after {VISITORS} that moved a slider, closed"),
              ("after movers again", f"after {VISITORS} more that moved it, closed")]  # fmt: skip
    memory = {label: many[key] for key, label in events}
    memory[f"with {VISITORS} sessions open"] = many["once"][1]
    memory[f"with {VISITORS} sessions open again"] = many["again"][1]
    memory[f"at most, while {VISITORS} moved a slider"] = many["peak"]
    order = [0, 5, 1, 6, 2, 7, 3, 4]
    return [
        "# The dashboard's benchmarks",
        "",
        f"Written by `make bench-dashboard` on {platform.system()} {platform.machine()}, {os.cpu_count()} cores (shared by "
        f"server and browser), Python {platform.python_version()}, numpy {np.__version__}, Streamlit "
        f"{streamlit.__version__}, Chromium {one['version']}.",
        "",
        f"First figure: with {QUICK} futures. Final figures: with 2,000, and what the state must pay. serbia+tariff, the "
        "page that opens first. Times are of the visitor, in the browser or at the end of the socket.",
        "",
        "## One visitor",
        "",
        *head,
        *visits("page opened, server just started", one["cold"]),
        *visits(f"first page opened, server started {PREPARED} s before", one["rested"]),
        *visits("page opened, server in use", one["warm"]),
        *moved("slider moved, value never computed", one["new"]),
        *moved("slider moved, value computed before", one["known"]),
        "",
        f"{OPENINGS} openings each, every one in a fresh browser profile; {MOVES} moves each. Of all moves {100 * share:.0f} % "
        f"show a changed figure within a third of a second.",
        "",
        f"## {VISITORS} visitors at once",
        "",
        *head,
        *crowd("same link, never computed", many["popular"]),
        *crowd("slider moved, each to a value of its own", many["movers"]),
        *crowd("the same again", many["movers again"]),
        "",
        f"Failed: {failing(many['popular'])} with the link, {failing(many['movers'])} and "
        f"{failing(many['movers again'])} with the slider. A move sends {size:.0f} KiB to the page.",
        "",
        "## Memory of the server",
        "",
        "| | MiB |",
        "|---|---|",
        *(f"| {label} | {memory[label]:.0f} |" for label in np.array(list(memory))[order]),
    ]  # fmt: skip


def cold_visit(browser: Browser, rest: float) -> tuple[float, float]:
    """The first visit to a server of its own, which has rested for some seconds."""
    with served() as server:
        time.sleep(rest)
        return first_visit(browser, server)


def main() -> None:
    """Measure everything and write the report."""
    with served() as server:
        one = one_visitor(server, cold_visit)
    with served() as server:
        many = crowds(server)
    lines = told(one, many)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
