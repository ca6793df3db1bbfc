"""fundsim: what a state compensation fund for trafficked persons costs, whether it lasts, who is paid.

scenario = load("serbia+tariff")
[projection] = project([scenario], replications=1000)
rows = measure(projection)
brief(["serbia+tariff", "serbia+status_fixed"], "briefing.docx", "sr-Latn")
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fundsim.analysis.measures import measure
    from fundsim.analysis.project import project
    from fundsim.report.brief.tell import brief
    from fundsim.scenario.compose import load

__version__ = "0.2.0"

__all__ = ["__version__", "brief", "load", "measure", "project"]


def __dir__() -> list[str]:
    """What is public: the functions are there before they are imported."""
    return sorted(__all__)


def __getattr__(name: str) -> object:
    """The public functions, imported when first used: `fundsim --help` must stay quick."""
    if name == "load":
        from fundsim.scenario.compose import load

        return load
    if name == "project":
        from fundsim.analysis.project import project

        return project
    if name == "measure":
        from fundsim.analysis.measures import measure

        return measure
    if name == "brief":
        from fundsim.report.brief.tell import brief

        return brief
    raise AttributeError(f"module 'fundsim' has no attribute {name!r}")
