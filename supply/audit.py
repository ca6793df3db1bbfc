"""Whether a package in requirements.lock has a known hole, by the database of osv.dev: `make audit`.

Exit code 0: none is known; 1: some are, they are named; 3: nothing was audited, since the database could not be asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from supply.lock import pinned

NOT_ASKED = 3


def audit(options: Sequence[str] = ()) -> int:
    """Have uv ask for every package of the lock, and tell what it found.  options  more for `uv audit`"""
    with TemporaryDirectory(prefix="fundsim-audit-") as folder:
        # uv audits a project: one that needs just what is locked
        lines = ["[project]", 'name = "locked"', 'version = "0"', 'requires-python = ">=3.11"']
        lines.append(f"dependencies = {json.dumps(list(pinned()))}")
        Path(folder, "pyproject.toml").write_text("\n".join(lines), encoding="utf-8")
        uv = Path(sys.executable).with_name("uv")
        words = [str(uv), "audit", "--preview-features", "audit-command", *options]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        told = [
            line.strip()
            for line in done.stderr.splitlines()
            if "error: " in line or "cause: " in line
        ]
        reason = told[-1].partition(": ")[2] if told else f"uv ended with {done.returncode}"
        print(
            f"nothing was audited: the database of known holes could not be asked ({reason})",
            file=sys.stderr,
        )
        return NOT_ASKED
    print(done.stdout + done.stderr.strip().splitlines()[-1])
    return done.returncode


if __name__ == "__main__":
    sys.exit(audit(sys.argv[1:]))
