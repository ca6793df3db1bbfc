"""Tables that are total: with an entry for each word of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

Word = TypeVar("Word")
Entry = TypeVar("Entry")


def total(choice: Any, table: Mapping[Word, Entry]) -> Mapping[Word, Entry]:
    """The table, if it has an entry for each word of a choice and no other.

    choice  a `Literal`;  raises `TypeError` with the words that lack an entry and the entries that are no word
    """
    words = get_args(choice)
    lacking = [word for word in words if word not in table]
    strange = [word for word in table if word not in words]
    if lacking or strange:
        raise TypeError(f"a table of {words} lacks {lacking} and has {strange} too many")
    return table
