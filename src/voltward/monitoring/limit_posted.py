"""What a posted table of limits says: values with their grounds, by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

GROUNDS: Final = ("source", "confidence", "reason")
Given = dict[str, Any]


def number_of(text: str) -> float | str:
    """A number, with a comma of thousands or not; anything else as it is, to be refused by name."""
    word = text.strip().replace(",", "")
    try:
        return float(word)
    except ValueError:
        return text.strip()


def posted(data: Mapping[str, str], keys: Iterable[str]) -> dict[str, Given | None]:
    """``value:<key>``, ``source:<key>``…; an empty value leaves the key to the wider scopes."""
    found: dict[str, Given | None] = {}
    for key in keys:
        text = data.get(f"value:{key}")
        if text is None:
            continue
        grounds = {name: data.get(f"{name}:{key}", "").strip() for name in GROUNDS}
        found[key] = {"value": number_of(text), **grounds} if text.strip() else None
    return found


def posted_matrix(data: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, Given | None]:
    """``cells``: key to stem. A cell is a number, empty for the default, or ``-`` for unused.

    Grounds are given once for each matrix: ``source:<stem>``…
    """
    found: dict[str, Given | None] = {}
    for key, stem in cells.items():
        text = data.get(f"value:{key}")
        if text is None:
            continue
        if not text.strip():
            found[key] = None
            continue
        value = None if text.strip() == UNUSED else number_of(text)
        grounds = {name: data.get(f"{name}:{stem}", "").strip() for name in GROUNDS}
        found[key] = {"value": value, **grounds}
    return found


UNUSED: Final = "-"
