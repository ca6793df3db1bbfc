"""The pages of the dashboard.  Each module of this folder is one, and says itself what it is called and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from fundsim.app.choice import Choice
    from fundsim.app.draw import Shown
    from fundsim.app.view import View


class Page(Protocol):
    """What a module must have to be a page; in links it goes by the module's name.

    TITLE     what the selector calls it, in English
    ORDER     its place in the selector, from the least; steps of ten leave room between two
    PARTS     what its tables and pictures are called, by the names that their files have
    controls  draws what the page alone lets a visitor choose
    page      draws the figures, and returns what can be downloaded
    """

    TITLE: str
    ORDER: int
    PARTS: Mapping[str, str]
    controls: Callable[[Choice], None]
    page: Callable[[View], Shown]


@cache
def pages() -> dict[str, Page]:
    """Every page by its name, in the order of the selector.  Loaded when asked for: pages use the modules that ask."""
    names = [module.name for module in iter_modules(__path__)]
    found = {name: cast(Page, import_module(f"{__name__}.{name}")) for name in names}
    return dict(sorted(found.items(), key=lambda page: page[1].ORDER))
