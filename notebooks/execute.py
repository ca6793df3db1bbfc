"""Execute the notebooks in place and keep only what reads on the web: `make notebooks`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

HERE = Path(__file__).parent
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LONGEST = 300  # seconds for a cell


def executed(path: Path) -> NotebookNode:
    """A notebook run from the top in a fresh kernel, with nothing in it of this machine or hour.

    Raises nbclient's CellExecutionError if a cell fails.
    """
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=LONGEST,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    with tempfile.TemporaryDirectory() as settings:  # nobody's own IPython settings
        own = {"IPYTHONDIR": settings, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        client.execute(env=os.environ | {"OPENBLAS_NUM_THREADS": "1"} | own)
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
    return notebook


def main(names: list[str]) -> None:
    """Execute the notebooks named, or all."""
    for path in [Path(name) for name in names] or NOTEBOOKS:
        nbformat.write(executed(path), path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
