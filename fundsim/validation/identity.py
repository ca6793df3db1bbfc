"""Section 0: what was validated, on what machine.  Nothing here names a path or a person."""

from __future__ import annotations

import ast
import hashlib
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from fundsim import __version__
from fundsim.scenario import files

PACKAGE = Path(__file__).parents[1]
LIBRARIES = ("numpy", "scipy", "numba", "simpy", "pydantic")


def source_files() -> dict[str, Path]:
    """The files that the checks depend on, by a name that is the same in a wheel.

    The modules that the checks import, directly or through others: what analyses build on top of the
    model does not make its report old.
    """
    waiting, modules = sorted((PACKAGE / "validation").glob("*.py")), set[Path]()
    while waiting:
        path = waiting.pop()
        if path not in modules:
            modules.add(path)
            waiting += _imported(path)
    code = {f"fundsim/{path.relative_to(PACKAGE).as_posix()}": path for path in modules}
    scenarios = {
        f"scenarios/{path.relative_to(files.folder()).as_posix()}": path
        for path in files.folder().rglob("*.toml")
    }
    return dict(sorted({**code, **scenarios}.items()))


def _imported(path: Path) -> list[Path]:
    """The modules of fundsim that a module imports."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    parts = [name.split(".")[1:] for name in names if name.startswith("fundsim.")]
    files = [PACKAGE.joinpath(*part).with_suffix(".py") for part in parts if part]
    return [file for file in files if file.is_file()]


def sources_hash() -> str:
    """SHA-256 over names and bytes of `source_files`; line ends of Windows do not count."""
    digest = hashlib.sha256()
    for name, path in source_files().items():
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def _git(*arguments: str) -> str | None:
    """What git answers about the checkout; None where there is none."""
    root = PACKAGE.parent
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True, text=True, check=True, timeout=20,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.rstrip()


def _lock() -> str:
    path = PACKAGE.parent / "requirements.lock"
    if not path.is_file():
        return "none beside the package"
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _blas() -> str:
    built = np.show_config(mode="dicts") or {}
    blas = built.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def identity(seed: int) -> dict[str, str]:
    """Version, code, libraries, machine and time, as text by name."""
    commit, changed = _git("rev-parse", "--short=12", "HEAD"), _git("status", "--porcelain")
    names = [line[3:] for line in (changed or "").splitlines()]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return {
        "fundsim": __version__,
        "sources": sources_hash(),
        "source files": str(len(source_files())),
        "commit": commit or "not a git checkout",
        "changed since": "unknown" if changed is None else shown or "nothing",
        "lock file": _lock(),
        "seed": str(seed),
        "Python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
        "BLAS": _blas(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        "time": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
