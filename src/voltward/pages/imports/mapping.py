"""Which column of a file stands for which column of a kind: by title, alias or what is remembered."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import translation

from voltward.pages.imports.cells import LANGUAGES
from voltward.pages.imports.kinds import ImportKind
from voltward.pages.imports.words import BadFile

LOOK_FOR_HEADER = 10  # rows; people put a title above the table
LONGEST_HEADER = 120
# columns that our own error workbook adds: they are no part of the table
OWN = frozenset({"错误", "errors"})
_NOISE = re.compile(r"[\s*＊_:：()（）\-/.]+")


def folded(header: str) -> str:
    """A header without case, width, spaces, marks of required columns and brackets."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", header)).casefold()


def names_of(kind: ImportKind) -> dict[str, str]:
    """Every folded name of a column to its key: titles in all languages, aliases, the key itself."""
    names: dict[str, str] = {}
    for column in kind.columns:
        titles = []
        for language in LANGUAGES:
            with translation.override(language):
                titles.append(str(column.title))
        for name in (*titles, *column.aliases, column.key):
            names.setdefault(folded(name), column.key)
    return names


def header_row(rows: Sequence[Sequence[Any]], kind: ImportKind) -> int | None:
    """Index of the header among the first rows: the one that names most columns, else the first
    that holds anything; None: all are empty."""
    names = names_of(kind)
    best, most = None, 0
    for index, row in enumerate(rows[:LOOK_FOR_HEADER]):
        texts = [str(cell) for cell in row if cell not in (None, "")]
        hits = len({names[folded(text)] for text in texts if folded(text) in names})
        if best is None and texts:
            best = index
        if hits > most:
            best, most = index, hits
    return best


def headers_of(row: Iterable[Any]) -> list[str]:
    """Headers as text, trailing empty ones dropped.

    Raises:
        BadFile: the same header twice.
    """
    headers = ["" if cell is None else " ".join(str(cell).split()) for cell in row]
    headers = [header[:LONGEST_HEADER] for header in headers]
    while headers and not headers[-1]:
        headers.pop()
    seen: set[str] = set()
    for header in headers:
        if header and header in seen:
            raise BadFile("file_headers", found=header)
        seen.add(header)
    return headers


def fingerprint(headers: Sequence[str]) -> str:
    """The same for files with the same headers in the same order."""
    return hashlib.sha256("\x1f".join(folded(header) for header in headers).encode()).hexdigest()


def guessed(kind: ImportKind, headers: Sequence[str]) -> dict[str, int]:
    """Column key to index of the header; the first of several headers wins."""
    names = names_of(kind)
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        key = names.get(folded(header))
        if key is not None and header:
            found.setdefault(key, index)
    return found


def unknown(headers: Sequence[str], mapping: Mapping[str, int]) -> list[str]:
    """Headers that stand for nothing and will not be read."""
    used = set(mapping.values())
    return [
        header
        for index, header in enumerate(headers)
        if header and index not in used and header.casefold() not in OWN
    ]


def missing(kind: ImportKind, mapping: Mapping[str, int]) -> list[str]:
    """Keys of required columns that no header stands for."""
    return [column.key for column in kind.columns if column.required and column.key not in mapping]


def complete(kind: ImportKind, headers: Sequence[str], mapping: Mapping[str, int]) -> None:
    """
    Raises:
        BadFile: a required column without a header, or one header for two columns.
    """
    if lacking := missing(kind, mapping):
        titles = [str(kind.column(key).title) for key in lacking]
        raise BadFile("columns_missing", expected="、".join(titles))
    places = list(mapping.values())
    twice = sorted({headers[place] for place in places if places.count(place) > 1})
    if twice:
        raise BadFile("column_twice", found="、".join(twice))
