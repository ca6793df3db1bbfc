"""`fundsim list`: what is shipped, with the question of each file."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from fundsim.scenario import files

HEADS = {"base": "Countries", "policy": "Policies", "reform": "Reforms", "stress": "Stresses"}


def print_shipped() -> None:
    """Print the shipped files of each kind."""
    console = Console()
    for kind, heading in HEADS.items():
        table = Table(
            title=heading, title_justify="left", show_header=False, box=None, pad_edge=False
        )
        table.add_column(no_wrap=True, style="bold")
        table.add_column()
        for name, path in files.shipped(kind).items():
            table.add_row(f"  {name}", str(files.read(path).data.get("question", "")))
        console.print(table)
        console.print()
