"""The dashboard's server as strangers meet it: a process on a free port, asked over the network."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from fundsim.app import settings
from fundsim.app.guard import same_site
from fundsim.app.server import page
from fundsim.app.server_connections import MOST_OF_ONE, place_of
from fundsim.app.settings import THEME

ROOT = Path(__file__).parents[1]
NAME = "fund.example.org"
PATIENCE = 300  # s; only a failure takes this long
PAGE = """
import streamlit as st
from fundsim.app import settings
if "fail" in st.query_params:
    raise ValueError("a-secret-of-the-server")
st.text(f"public={settings.public()} uploads={settings.uploads()}")
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Message
    body: bytes


@dataclass
class Server:
    """A running server and ways to ask it."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to a request whose path is sent as it is."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.putrequest(method, path, skip_host=True)
            for name, value in {"Host": self.name, **headers}.items():
                connection.putheader(name, value)
            connection.endheaders()
            with connection.getresponse() as answer:
                return Answer(answer.status, answer.headers, answer.read())

    def handshake(self, **headers: str) -> tuple[int, socket.socket]:
        """The status of a request to open the page's socket, and the socket."""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = {
            "Host": self.name,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            **headers,
        }
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        opened.sendall(f"GET /_stcore/stream?private=case42 HTTP/1.1\r\n{text}\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += opened.recv(1)
        return int(answer.split()[1]), opened

    def run_page(self, query: str) -> str:
        """All that the server sends to a visitor who opens the page with a query string."""
        status, opened = self.handshake(Origin=f"http://{self.name}")
        assert status == 101
        with opened:
            message = BackMsg()
            message.rerun_script.query_string = query
            body, mask = message.SerializeToString(), b"\1\2\3\4"
            assert len(body) < 126
            hidden = bytes(b ^ mask[i % 4] for i, b in enumerate(body))
            opened.sendall(bytes([0x82, 0x80 | len(body)]) + mask + hidden)
            told = ""
            with opened.makefile("rb") as stream:
                while True:
                    _, size = stream.read(2)
                    if size > 125:
                        size = int.from_bytes(stream.read(2 if size == 126 else 8))
                    forward = ForwardMsg.FromString(stream.read(size))
                    told += str(forward)
                    if forward.WhichOneof("type") == "script_finished":
                        return told


def start(port: int, public: bool, folder: Path, before: str = "pass") -> Server:
    """A server that answers.  before  what its process runs first"""
    script, log = folder / "page.py", folder / "log"
    script.write_text(PAGE, encoding="utf-8")
    code = (
        f"{before};"
        "import sys; from pathlib import Path; from fundsim.app.server import serve;"
        f"serve({public}, {port}, '127.0.0.1', ['{NAME}'], Path(sys.argv[1]))"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(script)],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT), "BROWSER": "true"},
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
    server = Server(process, port, log)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            assert server.ask("/healthz").body == b"ok"
            return server
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError("the server did not start")


# two seconds instead of ten, and every address counts as one of the internet
HASTY = (
    "from fundsim.app import server_connections as c; c.REQUEST_WITHIN = 2;"
    "c.place_of = lambda client: client[0]"
)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = start(free_port(), True, tmp_path_factory.mktemp("hasty"), HASTY)
    try:
        yield found
    finally:
        found.process.kill()
        found.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = start(free_port(), True, tmp_path_factory.mktemp("public"))
    try:
        yield found
    finally:
        found.process.kill()
        found.process.wait()


def test_every_answer_has_the_headers_also_refusals(server: Server) -> None:
    for path in (
        "/",
        "/healthz",
        "/_stcore/metrics",
        "/static/none.js",
        "/%2e%2e/x",
        "/auth/login",
    ):
        answer = server.ask(path)
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", path
        assert answer.headers.get("Referrer-Policy") == "no-referrer"
        assert "camera=()" in str(answer.headers.get("Permissions-Policy"))
        assert answer.headers.get("Server") is None
        policy = str(answer.headers.get("Content-Security-Policy"))
        assert "default-src 'self'" in policy
        assert "img-src 'self' data: blob:" in policy
        assert "unsafe-eval" not in policy
        assert not re.search(r"https?:|\*", policy)  # no other host
        [scripts] = re.findall(r"script-src ([^;]*)", policy)
        assert "unsafe-inline" not in scripts
        assert scripts.count("'sha256-") == 1
        assert "frame-ancestors" not in policy  # campaigners embed it


def test_health_is_told_under_any_name_without_a_session(server: Server) -> None:
    assert server.ask("/healthz", Host="10.0.0.7:8501").body == b"ok"
    assert server.ask("/healthz", "HEAD").status == 200
    assert server.ask("/healthz", "POST").status == 405


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/a_page", 200),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/_stcore/metrics", 404),
        ("/_stcore/metrics/", 404),
        ("/%5fstcore/metrics", 404),
        ("/_stcore/script-health-check", 404),
        ("/_stcore/agent", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/_stcore/agent/mcp", 404),
        ("/_stcore/upload_file/a/b", 404),
        ("/auth/login", 404),
        ("/oauth2callback?code=1", 404),
        ("/../../etc/passwd", 400),
        ("/%2e%2e/%2e%2e/etc/passwd", 400),
        ("/static/..%2f..%2f..%2fetc/passwd", 400),
        ("/static/%5c..%5c..%5cetc", 400),
        ("//etc/passwd", 400),
        ("/media/../../../etc/passwd", 400),
    ],
)
def test_only_what_a_page_needs_is_answered(server: Server, path: str, status: int) -> None:
    answer = server.ask(path)
    assert answer.status == status
    assert b"root:" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent(server: Server, method: str) -> None:
    refused = server.ask("/", method)  # by the guard, before Streamlit sees it
    assert (refused.status, refused.body) == (405, b"only reading")
    assert server.ask("/_stcore/upload_file/a/b", method).status == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (NAME, 200),
        (f"{NAME.upper()}:443", 200),
        (f"{NAME}.", 200),
        ("localhost", 200),
        ("[::1]:8501", 200),
        ("evil.example", 400),
        (f"{NAME}.evil.example", 400),
        (f"x@{NAME}", 400),
        (f"{NAME}/x", 400),
        ("", 400),
    ],
)
def test_it_answers_only_to_its_own_names(server: Server, host: str, status: int) -> None:
    assert server.ask("/", Host=host).status == status
    code, opened = server.handshake(Host=host, Origin=f"http://{host}")
    opened.close()
    assert code == (101 if status == 200 else 403)


def test_pages_of_other_sites_cannot_open_the_socket_or_read(server: Server) -> None:
    for origin in ("https://evil.example", "null", f"http://{NAME}", "http://127.0.0.1:1", "x"):
        status, opened = server.handshake(Origin=origin)
        opened.close()
        assert status == 403, origin
        assert server.ask("/", Origin=origin).status == 403, origin
    own = server.ask("/_stcore/health", Origin=f"http://{server.name}")
    assert own.status == 200
    assert own.headers.get("Access-Control-Allow-Origin") is None
    assert same_site("https://Fund.example.org", "fund.example.org")
    assert not same_site("https://fund.example.org:444", "fund.example.org")
    assert not same_site("http://[", "[")


def test_pages_know_that_they_are_public(server: Server) -> None:
    told = server.run_page("")
    assert "public=True uploads=False" in told


def test_a_page_that_fails_tells_a_visitor_nothing_about_the_server(server: Server) -> None:
    _, _, told = server.run_page("fail=1&private=case42").partition("exception {")
    assert "encountered an error" in told
    for secret in ("a-secret-of-the-server", "ValueError", "page.py", "Traceback", str(ROOT)):
        assert secret not in told
    assert "a-secret-of-the-server" in server.log.read_text()  # the one who runs it can find out


def test_no_request_line_is_logged(server: Server) -> None:
    server.ask("/?private=case42")
    server.ask("/static/none?private=case42")
    status, opened = server.handshake(Origin="https://evil.example")
    opened.close()
    assert status == 403
    log = server.log.read_text()
    assert "case42" not in log
    assert "GET" not in log


def opened(server: Server, sent: bytes, source: str = "127.0.0.1") -> socket.socket:
    """A connection on which something was sent."""
    found = socket.create_connection(
        ("127.0.0.1", server.port), timeout=PATIENCE, source_address=(source, 0)
    )
    found.sendall(sent)
    return found


def is_closed(found: socket.socket) -> bool:
    """Wait until the server has closed a connection; what it had answered is read."""
    with found:
        try:
            while found.recv(2**16):
                pass
        except ConnectionResetError:
            pass
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="needs many addresses of one's own")
def test_half_open_connections_hold_up_nobody_and_are_closed(hasty: Server) -> None:
    """Headers that never end, bodies that never end, nothing at all: from a dozen addresses, 520 at once."""
    begun = (
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\na",
    )
    held = [opened(hasty, begun[i % 3], f"127.0.1.{i // 45}") for i in range(520)]
    assert hasty.ask("/healthz").status == 200
    assert hasty.ask("/_stcore/health", Host=NAME).status == 200
    assert all(is_closed(one) for one in held)


def test_a_request_that_drips_in_is_closed_too(hasty: Server) -> None:
    dripping, closed = opened(hasty, b"GET /"), False
    end = time.monotonic() + PATIENCE
    while not closed and time.monotonic() < end:
        time.sleep(0.1)
        try:
            dripping.sendall(b"x")
        except OSError:
            closed = True
    dripping.close()
    assert closed


def test_an_idle_connection_is_closed_after_its_answer(hasty: Server) -> None:
    assert is_closed(opened(hasty, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))


def test_one_address_has_fifty_connections_and_others_theirs(hasty: Server) -> None:
    held = [hasty.handshake()[1] for _ in range(MOST_OF_ONE)]
    assert is_closed(opened(hasty, b""))
    with opened(hasty, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "127.0.0.2") as other:
        assert other.recv(100).startswith(b"HTTP/1.1 200")
    for one in held:
        one.close()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("2a00:1450:4001:81b::200e", "2a00:1450:4001:081b"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("172.18.0.2", ""),  # a proxy beside the container: it counts for itself
        ("fe80::1%eth0", ""),
        ("", ""),
    ],
)
def test_addresses_of_the_internet_are_counted(address: str, place: str) -> None:
    assert place_of((address, 1)) == place
    assert place_of(None) == ""


def test_a_message_that_is_none_closes_only_its_own_session(server: Server) -> None:
    _, opened = server.handshake()
    with opened:
        opened.sendall(b"\x82\x84\0\0\0\0\xff\xff\xff\xff")
        assert opened.recv(1000)  # a close frame among what comes
    assert server.ask("/healthz").status == 200
    assert "public=True" in server.run_page("")


def test_a_port_in_use_is_one_line_and_exit_code_3(server: Server) -> None:
    words = [sys.executable, "-m", "fundsim.cli", "dashboard", "--port", str(server.port)]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"port {server.port}" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="another way to interrupt")
def test_ctrl_c_ends_it_quietly_with_a_page_open(tmp_path: Path) -> None:
    """On the user's own machine: pages know it, tracebacks help, and Ctrl-C is no failure."""
    local = start(free_port(), False, tmp_path)
    try:
        assert "public=False uploads=True" in local.run_page("")
        assert "a-secret-of-the-server" in local.run_page("fail=1")
        lines = local.log.read_text()
        _, opened = local.handshake()
        local.process.send_signal(signal.SIGINT)
        assert local.process.wait(PATIENCE) in (0, 130)
        opened.close()
        assert local.log.read_text() == lines  # not a word more
    finally:
        local.process.kill()
        local.process.wait()


def test_every_setting_is_one_that_streamlit_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNDSIM_COOKIE_SECRET", "x")
    for public in (True, False):
        found = settings.options(public, 8501, "127.0.0.1", [NAME])
        assert not set(found) - set(config._config_options_template)
        assert found["server.cookieSecret"] == "x"
    monkeypatch.delenv("FUNDSIM_COOKIE_SECRET")
    assert "server.cookieSecret" not in settings.options(True, 8501, "127.0.0.1", [NAME])


def brightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(front: str, back: str, share: float) -> str:
    pairs = ((int(front[i : i + 2], 16), int(back[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(f * share + b * (1 - share)):02x}" for f, b in pairs)


@pytest.mark.parametrize("kind", ["light", "dark"])
def test_all_text_can_be_read_and_all_lines_seen(kind: str) -> None:
    theme = {key.split(".")[2]: value for key, value in THEME.items() if f".{kind}." in key}
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        back = str(theme[ground])
        for text in ("textColor", "primaryColor", "linkColor"):
            assert contrast(str(theme[text]), back) >= 4.5, (text, ground)
        assert contrast(mixed(str(theme["textColor"]), back, 0.6), back) >= 4.5  # captions
    colours = theme["chartCategoricalColors"]
    assert isinstance(colours, list)
    assert len(set(colours)) == 7
    least = 3 if kind == "dark" else 2  # two of the light ones are pale; lines have labels too
    assert min(contrast(c, str(theme["backgroundColor"])) for c in colours) >= least


def test_the_script_is_found_and_the_mode_is_off_unless_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert page() == ROOT / "dashboard.py"
    monkeypatch.delenv(settings.VARIABLE, raising=False)
    assert not settings.public()
    monkeypatch.setenv(settings.VARIABLE, "1")
    assert settings.public()
