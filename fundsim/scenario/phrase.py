"""English texts that can be said in other languages, too: reasons and notes made where no language is known."""

from __future__ import annotations


class Phrase(str):
    """A text in English that knows what it was made of.

    text    constant, so that catalogues have it, with named {places};  many  the same for several, by the value n
    values  what stands in the places: texts, numbers, other phrases
    """

    text: str
    many: str
    values: dict[str, object]

    def __new__(cls, text: str, many: str = "", /, **values: object) -> Phrase:
        """The phrase of a text and what stands in its places."""
        chosen = many if many and values["n"] != 1 else text
        shown = {name: _shown(value) for name, value in values.items()}
        made = super().__new__(cls, chosen.format(**shown) if values else chosen)
        made.text, made.many, made.values = text, many, values
        return made


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
