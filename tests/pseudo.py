"""A language that nobody speaks: French in name and numbers, made of the English texts, for what must hold of any."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from fundsim.report import catalogue as texts
from fundsim.report import languages
from fundsim.report.language import Language, language

CODE = "fr"


def write(change: Callable[[str], str], folder: Path) -> None:
    """Its catalogue, and nothing else.  change  makes a translation of a piece of English between two places"""

    def changed(text: str) -> str:
        parts = re.split(r"(\{[^}]*\})", text)
        return "".join(part if i % 2 else change(part) for i, part in enumerate(parts))

    made = Catalog(locale=CODE, fuzzy=False)
    for context, text in texts.wanted():
        told = tuple(map(changed, text)) if isinstance(text, tuple) else changed(text)
        made.add(text, told, context=context)
    with (folder / f"{CODE}.po").open("wb") as file:
        write_po(file, made)


@contextmanager
def spoken(folder: Path) -> Iterator[Language]:
    """The only language beside English while the block lasts, from the folder with its catalogue."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "FOLDER", folder)
        language.cache_clear()
        yield language(CODE)
    language.cache_clear()
