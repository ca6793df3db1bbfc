"""What fundsim is built from: the lock holds hashes and no address, the licences are those of the lock, holes are told."""

import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from supply.licences import FILE
from supply.lock import ROOT, pinned, versions


def test_every_requirement_of_the_lock_has_its_hashes() -> None:
    assert len(pinned()) > 100
    for requirement, hashes in pinned().items():
        assert "==" in requirement
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


def test_the_lock_names_no_address_and_no_place_of_a_machine() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|index|find-links|#|/|@", lock)


def test_the_licences_are_those_of_the_lock() -> None:
    rows = re.findall(
        r"^\| (\S+) \| (.+?) \| (.+?) \| (.+?) \|$", FILE.read_text("utf-8"), re.MULTILINE
    )
    there = {name: found.split(", ") for name, found, *_ in rows if name not in ("package", "---")}
    assert there == versions(), "make licences"
    needed = {name: by for name, *_, by in rows}
    assert needed["numpy"] == needed["python-docx"] == "fundsim, directly"
    assert (needed["kiwisolver"], needed["mypy"]) == ("fundsim", "development")
    known = r"MIT|BSD|Apache|PSF|Python Software|ISC|MPL|Mozilla|Zlib|CC0"
    assert not [name for name, _, licence, _ in rows[2:] if not re.search(known, licence)]


@contextmanager
def advisories(holes: dict[str, str]) -> Iterator[str]:
    """The address of a database as osv.dev has, that knows one hole in each of these packages: name -> id."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def give(self, data: Any) -> None:
            text = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            names = (query["package"]["name"] for query in asked)
            found = (
                [{"id": holes[n], "modified": "2026-01-01T00:00:00Z"}] if n in holes else []
                for n in names
            )
            self.give({"results": [{"vulns": vulns} for vulns in found]})

        def do_GET(self) -> None:
            self.give({"id": self.path.rpartition("/")[2], "modified": "2026-01-01T00:00:00Z",
                       "summary": "A planted hole", "affected": []})  # fmt: skip

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def audit(address: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "supply.audit", "--service-url", address]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.skipif(not Path(sys.executable).with_name("uv").exists(), reason="needs uv")
def test_an_audit_names_known_holes_and_says_when_it_could_not_ask() -> None:
    with advisories({"babel": "GHSA-aaaa-bbbb-cccc"}) as address:
        found = audit(address)
        assert found.returncode == 1, found.stderr
        assert "babel" in found.stdout
        assert "GHSA-aaaa-bbbb-cccc: A planted hole" in found.stdout
    with advisories({}) as address:
        clean = audit(address)
        assert (clean.returncode, clean.stderr) == (0, "")
        assert f"in {len(pinned())} packages" in clean.stdout
    gone = audit(address)
    assert gone.returncode == 3
    assert gone.stderr.startswith(
        "nothing was audited: the database of known holes could not be asked ("
    )
    assert gone.stderr.count("\n") == 1
